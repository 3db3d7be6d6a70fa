# The states of a case and what may be done in them: every (state, action, role)
# is tried; what case_transition allows works and does what it says, everything
# else is refused with the documented SQLSTATE and changes nothing.  Then random
# walks: whatever is done to cases, what always holds of them holds.  And the
# diagram in doc/cases.md is that of case_transition.
#
# Looking at who reported is tried in 032_case_roles.pl.
#
# CIVICGRID_WALK_VERBS says how many verbs the walks try; 10,000 without it.
use strict;
use warnings;

use CivicGrid;
use Test::More;

my $verbs = $ENV{CIVICGRID_WALK_VERBS} // 10_000;
my $node  = new_node('machine');
new_database($node, 'machine');

sub query
{
	my ($sql) = @_;
	return $node->safe_psql('machine',
		"SET search_path = civicgrid, public; SET TimeZone = 'Asia/Shanghai'; SET client_min_messages = warning; $sql");
}

# A district with two streets; time limits for every stage.
query(<<'EOS');
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name) VALUES
	('site', 'matter', '01', '市容'), ('site', 'matter', '02', '工地'), ('site', 'matter', '03', '其他');
INSERT INTO grid_cell (kind, code, name) VALUES ('unit', '440310001001001', '六联一格'), ('unit', '440310002001001', '坪环一格');
INSERT INTO unit (unit, name, kind, level, parent, territory) VALUES
	(1, '区分拨中心', 'centre', 2, NULL, '440310'),
	(2, '坪山街道分中心', 'centre', 3, 1, '440310001'),
	(3, '马峦街道分中心', 'centre', 3, 1, '440310002'),
	(4, '区城管局', 'department', 2, 1, '440310'),
	(5, '区住建局', 'department', 2, 1, '440310'),
	(6, '六联社区工作站', 'community station', 4, 2, '440310001001'),
	(7, '马峦街道城管办', 'street department', 3, 3, '440310002'),
	(8, '六联网格队', 'grid team', 5, 6, '440310001001001'),
	(9, '城管执法一中队', 'law enforcement team', 3, 4, '440310001'),
	(10, '坪环网格队', 'grid team', 5, 3, '440310002001');
-- what is reported by the grid comes in at the street's centre
UPDATE channel SET intake_unit = 2 WHERE channel = 'grid';
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, lead_unit) VALUES (1, 'site', '01', 4), (2, 'site', '02', 5);
INSERT INTO duty_assist (rule, place, kind, level, task) VALUES (1, 1, 'community station', 4, '现场配合');
INSERT INTO fallback (fallback, rulebook, unit) VALUES (1, 'site', 5);
INSERT INTO sla_policy (policy, rulebook, stage, term)
SELECT row_number() OVER (ORDER BY s.place, s.stage), 'site', s.stage,
	CASE s.stage WHEN 'overall' THEN '5 work days' WHEN 'handle' THEN '2 work days' ELSE '2 work hours' END::term
FROM case_stage AS s;
CALL publish_calendar('office', '2026-01-01 00:00+08');
CALL publish_rulebook('site', '2026-01-01 00:00+08');

-- Who acts: one account of each role for all units, one of each role for units
-- that have nothing to do with the cases, one without any role, and one that
-- collects and handles.
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN
		SELECT role, 'machine_' || role AS account, NULL::bigint AS unit FROM case_role
		UNION ALL
		SELECT 'collector', 'machine_other_collector', 10
		UNION ALL
		SELECT role, 'machine_other_' || role, 3 FROM case_role WHERE role IN ('dispatcher', 'supervisor')
		UNION ALL
		SELECT 'handler', 'machine_other_handler', 7
		UNION ALL
		SELECT v.role, 'machine_both', NULL FROM (VALUES ('collector'), ('handler')) AS v (role)
		UNION ALL
		SELECT NULL, 'machine_nobody', NULL
	LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r.account) THEN
			EXECUTE format('CREATE ROLE %I', r.account);
			EXECUTE format('GRANT USAGE ON SCHEMA civicgrid, public TO %I', r.account);
			EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA civicgrid TO %I', r.account);
		END IF;
		IF r.role IS NOT NULL THEN
			INSERT INTO role_member (member, role, unit) VALUES (r.account, r.role, r.unit);
		END IF;
	END LOOP;
END $$;

-- the time goes on by itself, an hour of it with each step of the fixtures
CREATE SEQUENCE public.hours;
CREATE FUNCTION public.next_hour() RETURNS timestamptz LANGUAGE sql
RETURN '2026-03-02 09:00+08'::timestamptz + nextval('public.hours') * interval '1 minute';

CREATE FUNCTION public.a_case(class eventcode, at timestamptz, centre bigint DEFAULT 2) RETURNS caseno
	LANGUAGE plpgsql SET search_path = civicgrid, public
AS $$
DECLARE
	no caseno := new_caseno('440310', at);
	s case_state;
BEGIN
	INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, cell, channel, severity, description)
	VALUES (no, at, 'site', 'matter', a_case.class, '440310001001001', 'grid', 1, 'x');
	s.caseno := no;
	s.state := 'reported';
	s.at := a_case.at;
	s.unit := a_case.centre;
	s.centre := a_case.centre;
	s.severity := 1;
	s.routing_edition := rulebook_edition_in_force('site', a_case.at);
	s.routing := route('site', a_case.class, '440310001001001', 'grid', 1, NULL, a_case.at, no);
	PERFORM case_open(s, 'report_event', NULL, '{}');
	RETURN no;
END $$;

-- Do something as somebody; $1 is the case, $2 when, $3 another case.
CREATE FUNCTION public.act_as(account text, call text, no caseno, at timestamptz, other caseno DEFAULT NULL) RETURNS case_state
	LANGUAGE plpgsql
AS $$
DECLARE
	s civicgrid.case_state;
BEGIN
	PERFORM set_config('role', account, true);
	EXECUTE format('SELECT * FROM civicgrid.%s', call) INTO s USING no, at, other;
	PERFORM set_config('role', 'none', true);
	RETURN s;
END $$;

-- Everything that is known of a case, as one text.
CREATE FUNCTION public.all_of(no caseno) RETURNS text LANGUAGE sql STABLE
AS $$
	SELECT md5(concat(
		(SELECT s::text FROM civicgrid.case_state AS s WHERE s.caseno OPERATOR(civicgrid.=) no),
		(SELECT string_agg(j::text, ';' ORDER BY j.step) FROM civicgrid.case_journal AS j WHERE j.caseno OPERATOR(civicgrid.=) no),
		(SELECT string_agg(c::text, ';' ORDER BY c.clock) FROM civicgrid.case_clock AS c WHERE c.caseno OPERATOR(civicgrid.=) no),
		(SELECT string_agg(t::text, ';' ORDER BY t.task) FROM civicgrid.case_task AS t WHERE t.caseno OPERATOR(civicgrid.=) no),
		(SELECT string_agg(x::text, ';' ORDER BY x.request) FROM civicgrid.case_extension AS x WHERE x.caseno OPERATOR(civicgrid.=) no),
		(SELECT string_agg(a::text, ';' ORDER BY a.appeal) FROM civicgrid.case_appeal AS a WHERE a.caseno OPERATOR(civicgrid.=) no),
		(SELECT string_agg(r::text, ';' ORDER BY r.step) FROM civicgrid.case_routing AS r WHERE r.caseno OPERATOR(civicgrid.=) no),
		(SELECT string_agg(r::text, ';') FROM civicgrid.case_record AS r WHERE r.caseno OPERATOR(civicgrid.=) no)
	))
$$;
EOS

#
# Every (state, action, role)
#

# How a case comes into each state: who does what.  Three cases are being
# handled: a joint one, one whose acting unit has reported, one without others.
query(<<'EOS');
CREATE TABLE public.fixture (fixture text PRIMARY KEY, state text, place serial, no caseno);
CREATE TABLE public.fixture_step (fixture text, place serial, account text, call text);
INSERT INTO public.fixture (fixture, state) VALUES
	('reported', 'reported'), ('verifying', 'verifying'), ('filed', 'filed'), ('dispatched', 'dispatched'),
	('dispatched, assistant signed', 'dispatched'), ('handling', 'handling'), ('handling, assistant waits', 'handling'),
	('handling, acting unit done', 'handling'), ('handling alone', 'handling'),
	('returned', 'returned'), ('suspended', 'suspended'), ('handled', 'handled'), ('checking', 'checking'),
	('rejected', 'rejected'), ('checked', 'checked'), ('confirming', 'confirming'), ('closed', 'closed'),
	('closed, appealed', 'closed'), ('visited', 'visited'), ('visited, appealed', 'visited'), ('merged', 'merged'), ('void', 'void');
INSERT INTO public.fixture_step (fixture, account, call)
SELECT f.fixture, 'machine_' || v.account, v.call
FROM public.fixture AS f
JOIN (VALUES
	(1, 'verifying', 'dispatcher', 'verify($1, at => $2)'),
	(2, 'merged', 'dispatcher', $$merge_cases($1, $3, 'x', $2)$$),
	(3, 'void', 'dispatcher', $$void_case($1, 'x', $2)$$),
	(4, '>filed', 'dispatcher', 'file_case($1, at => $2)'),
	(5, '>filed', 'dispatcher', 'dispatch($1, at => $2)'),
	(6, 'filed', 'dispatcher', $$recall($1, 'x', $2)$$),
	(7, 'suspended', 'dispatcher', $$suspend($1, $2 + interval '30 days', 'x', $2)$$),
	(8, 'returned', 'handler', $$return_case($1, 'information', 'x', at => $2)$$),
	(9, '>returned', 'handler', 'sign($1, at => $2)'),
	(10, 'both', 'handler', 'sign($1, 6, $2)'),
	(11, 'handling, acting unit done', 'handler', $$ask_extension($1, '1 work day', 'x', $2)$$),
	(12, 'handling, acting unit done', 'handler', $$feedback($1, 'x', at => $2)$$),
	(13, 'handling alone', 'handler', $$feedback($1, 'x', NULL, 6, $2)$$),
	(14, '>handling', 'handler', $$feedback($1, 'x', NULL, 6, $2 + interval '20 days')$$),
	(15, '>handling', 'handler', $$feedback($1, 'x', at => $2 + interval '20 days')$$),
	(16, '>handled', 'dispatcher', $$check_case($1, at => $2 + interval '20 days')$$),
	(17, 'rejected', 'collector', $$checked($1, false, 'x', at => $2 + interval '20 days')$$),
	(18, '>rejected', 'collector', $$checked($1, true, at => $2 + interval '20 days')$$),
	(19, 'confirming', 'dispatcher', $$close_case($1, at => $2 + interval '20 days')$$),
	(20, '>confirming', 'dispatcher', $$close_case($1, at => $2 + interval '20 days')$$),
	(21, 'appealed', 'handler', $$appeal($1, 'x', $2 + interval '20 days')$$),
	(22, '>closed', 'dispatcher', $$visit($1, true, at => $2 + interval '20 days')$$)
) AS v (place, fixtures, account, call) ON CASE v.fixtures
	WHEN '>filed' THEN f.fixture NOT IN ('reported', 'verifying', 'merged', 'void')
	WHEN '>returned' THEN f.fixture NOT IN ('reported', 'verifying', 'merged', 'void', 'filed', 'dispatched', 'dispatched, assistant signed', 'suspended', 'returned')
	WHEN 'both' THEN f.fixture NOT IN ('reported', 'verifying', 'merged', 'void', 'filed', 'dispatched', 'suspended', 'returned', 'handling, assistant waits')
	WHEN 'appealed' THEN f.fixture IN ('closed, appealed', 'visited, appealed')
	WHEN '>closed' THEN f.fixture IN ('visited', 'visited, appealed')
	WHEN '>handling' THEN f.fixture IN ('handled', 'checking', 'rejected', 'checked', 'confirming', 'closed', 'visited', 'closed, appealed', 'visited, appealed')
	WHEN '>handled' THEN f.fixture IN ('checking', 'rejected', 'checked', 'confirming', 'closed', 'visited', 'closed, appealed', 'visited, appealed')
	WHEN '>rejected' THEN f.fixture IN ('checked', 'confirming', 'closed', 'visited', 'closed, appealed', 'visited, appealed')
	WHEN '>confirming' THEN f.fixture IN ('closed', 'visited', 'closed, appealed', 'visited, appealed')
	ELSE f.fixture = v.fixtures
END
ORDER BY f.place, v.place;
CREATE TABLE public.main_case AS SELECT public.a_case('02', public.next_hour()) AS no;
DO $$
DECLARE
	f record;
	s record;
	one civicgrid.caseno;
BEGIN
	FOR f IN SELECT * FROM public.fixture ORDER BY place LOOP
		one := public.a_case('01', public.next_hour());
		UPDATE civicgrid.case_setting SET value = CASE f.fixture WHEN 'confirming' THEN 'levels' ELSE 'none' END
		WHERE setting = 'confirmation';
		FOR s IN SELECT * FROM public.fixture_step AS t WHERE t.fixture = f.fixture ORDER BY t.place LOOP
			PERFORM public.act_as(s.account, s.call, one, public.next_hour(), (SELECT m.no FROM public.main_case AS m));
		END LOOP;
		UPDATE public.fixture SET no = one WHERE fixture = f.fixture;
	END LOOP;
	UPDATE civicgrid.case_setting SET value = 'none' WHERE setting = 'confirmation';
END $$;
EOS
is( query('SELECT f.fixture, s.state FROM public.fixture AS f LEFT JOIN case_state AS s ON s.caseno = f.no WHERE s.state IS DISTINCT FROM f.state'),
	'',
	'a case in each state');
is( query("SELECT state FROM case_status EXCEPT SELECT state FROM public.fixture"),
	'', 'no state is left out');

# Every verb, with each of its outcomes.  What outcome a call has depends on the
# tasks of the case where the units' part in it does.
query(<<'EOS');
CREATE TABLE public.call (action text, outcome text, call text, fixtures text[]);
INSERT INTO public.call VALUES
	('verify', '', 'verify($1, 8, at => $2)', NULL),
	('verified', 'true', 'verified($1, true, at => $2)', NULL),
	('verified', 'false', $$verified($1, false, 'x', at => $2)$$, NULL),
	('file_case', '', 'file_case($1, at => $2)', NULL),
	('void_case', '', $$void_case($1, 'x', $2)$$, NULL),
	('amend', '', $$amend($1, 'x', severity => 2, at => $2)$$, NULL),
	('merge_cases', '', $$merge_cases($1, $3, 'x', $2)$$, NULL),
	('dispatch', '', 'dispatch($1, 5, at => $2)', NULL),
	('dispatch', '', 'dispatch($1, at => $2)', NULL),
	('return_case', '', $$return_case($1, 'information', 'x', at => $2)$$, NULL),
	('return_case', 'assist', $$return_case($1, 'information', 'x', NULL, 6, $2)$$, '{dispatched,handling,"handling, assistant waits"}'),
	('return_case', 'last', $$return_case($1, 'information', 'x', at => $2)$$, '{"handling, acting unit done"}'),
	('dispatch_also', '', $$dispatch_also($1, 9, 'x', $2)$$, NULL),
	('recall', '', $$recall($1, 'x', $2)$$, NULL),
	('sign', '', 'sign($1, at => $2)', NULL),
	('sign', 'assist', 'sign($1, 6, $2)', '{dispatched,"handling, assistant waits"}'),
	('transfer', '', $$transfer($1, 9, 'x', $2)$$, NULL),
	('escalate', '', $$escalate($1, 'x', $2)$$, NULL),
	('adjudicate', '', $$adjudicate($1, 'x', 5, at => $2)$$, NULL),
	('ask_extension', '', $$ask_extension($1, '1 work day', 'x', $2)$$, NULL),
	('decide_extension', 'granted', 'decide_extension($1, true, at => $2)', NULL),
	('decide_extension', 'refused', $$decide_extension($1, false, 'x', $2)$$, NULL),
	('suspend', '', $$suspend($1, $2 + interval '3 days', 'x', $2)$$, NULL),
	('resume', '', 'resume($1, at => $2)', NULL),
	('feedback', '', $$feedback($1, 'x', at => $2)$$, NULL),
	('feedback', 'lead', $$feedback($1, 'x', NULL, 4, $2)$$, '{handling}'),
	('feedback', 'assist', $$feedback($1, 'x', NULL, 6, $2)$$, '{handling,"dispatched, assistant signed"}'),
	('check_case', '', 'check_case($1, at => $2)', NULL),
	('checked', 'pass', 'checked($1, true, at => $2)', NULL),
	('checked', 'fail', $$checked($1, false, 'x', at => $2)$$, NULL),
	('rework', '', $$rework($1, 'x', $2)$$, NULL),
	('close_case', '', 'close_case($1, at => $2)', NULL),
	('reopen', '', $$reopen($1, 'x', $2)$$, NULL),
	('visit', 'satisfied', 'visit($1, true, at => $2)', NULL),
	('visit', 'dissatisfied', $$visit($1, false, 'x', $2)$$, NULL),
	('visit', 'unreached', 'visit($1, NULL, at => $2)', NULL),
	('appeal', '', $$appeal($1, 'x', $2)$$, NULL),
	('decide_appeal', 'granted', $$decide_appeal($1, true, 'x', $2)$$, NULL),
	('decide_appeal', 'refused', $$decide_appeal($1, false, 'x', $2)$$, NULL),
	('supervise', '', $$supervise($1, 'x', $2)$$, NULL),
	('comment', '', $$comment($1, 'x', $2)$$, NULL);
-- What is allowed, but has nothing to be done on in the case at hand.
CREATE TABLE public.nothing_there (fixture text, action text, code text);
INSERT INTO public.nothing_there VALUES
	('handling', 'decide_extension', 'CG529'), ('handling, assistant waits', 'decide_extension', 'CG529'), ('handling alone', 'decide_extension', 'CG529'),
	('handling, acting unit done', 'ask_extension', 'CG521'), ('handling, acting unit done', 'transfer', 'CG521'),
	('handling, acting unit done', 'escalate', 'CG521'),
	('closed', 'decide_appeal', 'CG532'), ('visited', 'decide_appeal', 'CG532');

CREATE TABLE public.outcome (fixture text, action text, outcome text, account text, wanted text, got text);
DO $$
DECLARE
	r record;
	before text;
	was civicgrid.case_state;
	s civicgrid.case_state;
	j civicgrid.case_journal;
	got text;
	wanted text;
	main civicgrid.caseno := (SELECT no FROM public.main_case);
BEGIN
	FOR r IN
		SELECT f.fixture, f.state, f.no, c.action, c.call, a.account, a.role, a.other,
			CASE WHEN f.fixture IN ('handling', 'handling, assistant waits') AND c.action = 'feedback' AND c.outcome = '' THEN 'lead'
				WHEN f.fixture = 'dispatched, assistant signed' AND c.action = 'feedback' AND c.outcome = '' THEN 'assist'
				WHEN f.fixture = 'handling, assistant waits' AND c.action = 'sign' AND c.outcome = '' THEN 'assist'
				WHEN f.fixture = 'handling, acting unit done' AND c.action = 'return_case' AND c.outcome = '' THEN 'last'
				ELSE c.outcome END AS outcome
		FROM public.fixture AS f
		JOIN public.call AS c ON c.fixtures IS NULL OR f.fixture = ANY (c.fixtures)
		CROSS JOIN (
			SELECT m.member AS account, m.role, m.unit IS NOT NULL AS other FROM civicgrid.role_member AS m WHERE m.member <> 'machine_both'
			UNION ALL SELECT 'machine_nobody', NULL, false
		) AS a
		ORDER BY f.place, c.action, c.outcome, a.account
	LOOP
		SELECT * INTO was FROM civicgrid.case_state AS c WHERE c.caseno OPERATOR(civicgrid.=) r.no;
		wanted := coalesce((
			SELECT CASE
				WHEN r.role = ANY (t.roles) IS NOT TRUE THEN 'CG502'
				WHEN r.other THEN 'CG503'
				ELSE coalesce(
					(SELECT n.code FROM public.nothing_there AS n WHERE n.fixture = r.fixture AND n.action = r.action),
					'done ' || coalesce(t.next_state, CASE r.action WHEN 'resume' THEN was.before ELSE r.state END)
				)
			END
			FROM civicgrid.case_transition AS t
			WHERE t.state = r.state AND t.action = r.action AND t.outcome = r.outcome
		), 'CG501');
		before := public.all_of(r.no);
		BEGIN
			s := public.act_as(r.account, r.call, r.no, was.at + interval '1 minute', main);
			got := 'done ' || s.state;
			SELECT * INTO j FROM civicgrid.case_journal AS x WHERE x.caseno OPERATOR(civicgrid.=) r.no ORDER BY x.step DESC LIMIT 1;
			IF (j.action, j.outcome, j.step, j.from_state, j.to_state, j.actor, j.role)
				IS DISTINCT FROM (r.action, r.outcome, was.step + 1, was.state, s.state, r.account, r.role)
			THEN
				got := 'wrong step ' || j::text;
			END IF;
			RAISE EXCEPTION USING ERRCODE = 'XX999';
		EXCEPTION
			WHEN SQLSTATE 'XX999' THEN NULL;
			WHEN OTHERS THEN got := SQLSTATE;
				IF got NOT LIKE 'CG%' THEN got := got || ' ' || SQLERRM; END IF;
		END;
		PERFORM set_config('role', 'none', true);
		IF public.all_of(r.no) <> before THEN
			got := got || ', but something was changed';
		END IF;
		INSERT INTO public.outcome VALUES (r.fixture, r.action, r.outcome, r.account, wanted, got);
	END LOOP;
END $$;
EOS
is( query(
		"SELECT fixture, action, outcome, account, wanted, got FROM public.outcome WHERE got <> wanted ORDER BY 1, 2, 3, 4"
	),
	'',
	'what is allowed is done, everything else is refused and changes nothing');
my ($tried, $done) = split /\|/,
  query("SELECT count(*), count(*) FILTER (WHERE got LIKE 'done%') FROM public.outcome");
note("$tried calls tried, $done allowed");
is( query(<<'EOS'), '', 'no transition was left out');
SELECT t.state, t.action, t.outcome, r.role
FROM case_transition AS t
CROSS JOIN unnest(t.roles) AS r (role)
WHERE r.role <> 'system' AND t.action <> 'look' AND (t.action, t.outcome) <> ('close_case', 'confirm')
	AND NOT EXISTS (
		SELECT FROM public.outcome AS o
		JOIN public.fixture AS f ON f.fixture = o.fixture
		WHERE f.state = t.state AND o.action = t.action AND o.outcome = t.outcome AND o.account = 'machine_' || r.role
			AND (o.got LIKE 'done%' OR o.got = 'CG529')
	)
EOS

# Confirmation level by level: the street's centre, then the district's, in whose
# care the intake is.
query("UPDATE case_setting SET value = 'levels' WHERE setting = 'confirmation'");
is( query(
		"SELECT f.fixture, t.action, t.outcome FROM public.fixture AS f JOIN case_transition AS t ON t.state = f.state AND t.outcome = 'confirm' ORDER BY 1"
	),
	"checked|close_case|confirm\nconfirming|close_case|confirm",
	'where closing can be passed up');

#
# Random walks
#

query(<<'EOS');
UPDATE case_setting SET value = 'none' WHERE setting = 'confirmation';
UPDATE case_setting SET value = '3' WHERE setting = 'suspend_times';

-- What always holds of a case; what does not, in words.
CREATE FUNCTION public.faults_of(no caseno) RETURNS SETOF text LANGUAGE sql STABLE
AS $$
	SELECT v.fault
	FROM civicgrid.case_state AS s
	JOIN civicgrid.case_status AS k ON k.state = s.state
	CROSS JOIN LATERAL (
		SELECT count(*) FILTER (WHERE c.kind = 'case') AS cases,
			count(*) FILTER (WHERE c.kind = 'stage' AND NOT upper_inf(c.pauses)) AS running,
			count(*) FILTER (WHERE c.kind = 'stage' AND upper_inf(c.pauses)) AS paused,
			bool_or(c.kind = 'case' AND upper_inf(c.pauses)) AS case_paused,
			bool_or(c.clock NOT IN (coalesce(s.stage_clock, 0), coalesce(s.held_clock, 0), coalesce(s.case_clock, 0))) AS lost
		FROM civicgrid.case_clock AS c
		WHERE c.caseno OPERATOR(civicgrid.=) no AND c.stopped_at IS NULL
	) AS c
	CROSS JOIN LATERAL (
		SELECT count(*) FILTER (WHERE t.duty = 'lead') AS leads, count(*) FILTER (WHERE t.duty = 'assist') AS assists,
			count(*) FILTER (WHERE t.duty = 'lead' AND t.unit = s.lead) AS own
		FROM civicgrid.case_task AS t
		WHERE t.caseno OPERATOR(civicgrid.=) no AND t.ended_at IS NULL
	) AS t
	CROSS JOIN LATERAL (VALUES
		(NOT k.open OR s.unit IS NOT NULL, 'an open case has a holder'),
		(s.state NOT IN ('visited', 'merged', 'void') OR s.unit IS NULL, 'nobody holds what is done with'),
		(c.running <= 1, 'one stage at most is timed'),
		(c.running = 1 OR s.state IN ('suspended', 'visited', 'merged', 'void', 'closed'), 'the stage is timed'),
		(c.paused <= 1 + (s.state = 'suspended')::integer, 'one clock at most is held for another time'),
		(c.cases = k.open::integer, 'the clock of the whole case runs while it is open'),
		(coalesce(c.case_paused, false) = (s.state = 'suspended'), 'it stands still in a suspension, and then only'),
		(c.lost IS NOT TRUE, 'no clock was forgotten'),
		(s.state NOT IN ('dispatched', 'handling')
			OR t.leads = 1 AND t.own = 1 AND s.unit = s.lead
			OR s.state = 'handling' AND t.leads = 0 AND t.assists > 0 AND s.unit = s.lead, 'one unit acts on what is dispatched'),
		(s.state IN ('dispatched', 'handling') OR s.state = 'suspended' AND s.before IN ('dispatched', 'handling')
			OR t.leads + t.assists = 0, 'no tasks but of what is dispatched'),
		(NOT EXISTS (
			SELECT FROM civicgrid.case_clock AS x
			WHERE x.caseno OPERATOR(civicgrid.=) no AND (x.stopped_at < x.started_at OR upper(x.pauses) < x.started_at)
		), 'no time is negative'),
		((SELECT j.hash = s.hash AND j.step = s.step AND j.to_state = s.state AND j.unit IS NOT DISTINCT FROM s.unit
				AND civicgrid.journal_digest(p.hash, j) = j.hash
			FROM civicgrid.case_journal AS j
			LEFT JOIN civicgrid.case_journal AS p ON p.caseno OPERATOR(civicgrid.=) j.caseno AND p.step = j.step - 1
			WHERE j.caseno OPERATOR(civicgrid.=) no ORDER BY j.step DESC LIMIT 1), 'the chain ends in the case')
	) AS v (holds, fault)
	WHERE s.caseno OPERATOR(civicgrid.=) no AND v.holds IS NOT TRUE
$$;
CREATE TABLE public.walk_fault (no caseno, step integer, action text, fault text);
CREATE TABLE public.walk_answer (state text, action text, answer text, calls bigint, PRIMARY KEY (state, action, answer));

CREATE PROCEDURE public.walk(verbs integer, cases integer, seed double precision)
	LANGUAGE plpgsql
AS $$
<<w>>
DECLARE
	list civicgrid.caseno[];
	calls public.call[];
	accounts constant text[] := ARRAY['machine_collector', 'machine_dispatcher', 'machine_handler', 'machine_supervisor',
		'machine_both', 'machine_other_handler', 'machine_nobody'];
	c public.call;
	no civicgrid.caseno;
	account text;
	state text;
	answer text;
	at timestamptz := '2026-03-02 09:00+08';
BEGIN
	PERFORM setseed(walk.seed);
	SELECT array_agg(public.a_case((ARRAY['01', '02', '03'])[1 + g % 3]::civicgrid.eventcode, at) ORDER BY g) INTO list
	FROM generate_series(1, cases) AS g;
	FOR i IN 1..verbs LOOP
		at := at + random() * interval '10 minutes';
		-- in its second half closing is confirmed level by level
		IF i = verbs / 2 THEN
			UPDATE civicgrid.case_setting SET value = 'levels' WHERE setting = 'confirmation';
		END IF;
		no := list[1 + floor(random() * cases)];
		SELECT s.state INTO state FROM civicgrid.case_state AS s WHERE s.caseno OPERATOR(civicgrid.=) no;
		-- mostly what can be done, by who may
		IF random() < 0.9 THEN
			SELECT k.* INTO c FROM public.call AS k
			JOIN civicgrid.case_transition AS t ON t.state = w.state AND t.action = k.action AND t.outcome = k.outcome
			WHERE k.action NOT IN ('void_case', 'merge_cases') OR random() < 0.1
			ORDER BY random() LIMIT 1;
			SELECT 'machine_' || r INTO account FROM civicgrid.case_transition AS t, unnest(t.roles) AS r
			WHERE t.state = w.state AND t.action = c.action AND t.outcome = c.outcome AND r <> 'system'
			ORDER BY random() LIMIT 1;
			IF random() < 0.1 AND account IN ('machine_handler', 'machine_collector') THEN
				account := 'machine_both';
			END IF;
		ELSE
			SELECT k.* INTO c FROM public.call AS k ORDER BY random() LIMIT 1;
			account := accounts[1 + floor(random() * cardinality(accounts))];
		END IF;
		CONTINUE WHEN c.call IS NULL;
		BEGIN
			PERFORM public.act_as(account, c.call, no, at, list[1 + floor(random() * cases)]);
			answer := 'done';
		EXCEPTION WHEN OTHERS THEN
			answer := SQLSTATE;
			IF answer NOT LIKE 'CG%' THEN
				answer := answer || ' ' || SQLERRM;
			END IF;
		END;
		PERFORM set_config('role', 'none', true);
		INSERT INTO public.walk_answer VALUES (coalesce(w.state, ''), c.action, w.answer, 1)
		ON CONFLICT ON CONSTRAINT walk_answer_pkey DO UPDATE SET calls = walk_answer.calls + 1;
		IF answer = 'done' THEN
			INSERT INTO public.walk_fault
			SELECT no, s.step, c.action, f FROM civicgrid.case_state AS s, public.faults_of(no) AS f
			WHERE s.caseno OPERATOR(civicgrid.=) no;
		END IF;
		-- what is finished makes way
		IF state IN ('void', 'merged') OR state = 'visited' AND random() < 0.5 THEN
			list[array_position(list, no)] := public.a_case('01', at);
		END IF;
		IF i % 500 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END $$;
EOS
query("CALL public.walk($verbs, greatest($verbs / 250, 20), 0.26)");
is( query(
		"SELECT fault, count(*), min(action), min(no::text) FROM public.walk_fault GROUP BY fault ORDER BY 1"
	),
	'',
	"after each of $verbs verbs what always holds of a case does");
note(
	query(
		"SELECT answer, sum(calls) FROM public.walk_answer GROUP BY answer ORDER BY 2 DESC"
	));
is( query(
		"SELECT state, action, answer, calls FROM public.walk_answer WHERE answer !~ '^(done|CG5[0-3][0-9]|CG43[0-9])\$' ORDER BY 1, 2, 3"
	),
	'',
	'nothing else than the documented errors');
is( query(<<'EOS'), '', 'every transition was walked')
SELECT t.state, t.action, t.outcome FROM case_transition AS t
WHERE t.roles <> '{system}' AND t.action <> 'look' AND NOT EXISTS (
	SELECT FROM case_journal AS j WHERE j.from_state = t.state AND j.action = t.action AND j.outcome = t.outcome
)
ORDER BY 1, 2, 3
EOS
  if $verbs >= 100_000;
is(query('SELECT caseno, step, fault FROM verify_journal()'), '', 'every chain is valid');
is(query('SELECT caseno, part, number, name FROM replay_check()'), '', 'and tells what each case is');

# From its report to its closing somebody's clock runs, or the case is
# suspended, so that what all had adds up to the whole.
is( query(<<'EOS'), '', 'the clocks of the stages cover the whole case');
SELECT s.caseno, s.state, m.rest
FROM case_state AS s
JOIN case_record AS r ON r.caseno = s.caseno
CROSS JOIN LATERAL (
	SELECT tstzmultirange(tstzrange(c.started_at, coalesce(c.stopped_at, s.at))) - coalesce((
			SELECT range_agg(tstzrange(g.started_at, coalesce(g.stopped_at, s.at)))
			FROM case_clock AS g WHERE g.caseno = s.caseno AND g.kind = 'stage' AND g.started_at <= coalesce(g.stopped_at, s.at)
		), '{}') AS rest
	FROM case_clock AS c
	WHERE c.caseno = s.caseno AND c.kind = 'case' AND c.started_at <= coalesce(c.stopped_at, s.at)
) AS m
WHERE m.rest <> '{}' AND s.state NOT IN ('void')
ORDER BY 1 LIMIT 5
EOS

#
# The diagram in the documentation
#

sub diagram
{
	return query(<<'EOS');
SELECT string_agg(v.line, E'\n' ORDER BY v.part, v.place, v.next_place, v.line)
FROM (
	SELECT 1, s.place, 0, format('    %s : %s %s', s.state, s.state, s.name) FROM case_status AS s
	UNION ALL
	SELECT 2, 0, 0, '    [*] --> reported : report_event'
	UNION ALL
	SELECT 3, f.place, n.place, format('    %s --> %s : %s', t.state, t.next_state,
		string_agg(t.action || coalesce(' ' || nullif(t.outcome, ''), ''), ', ' ORDER BY t.action, t.outcome))
	FROM case_transition AS t
	JOIN case_status AS f ON f.state = t.state
	JOIN case_status AS n ON n.state = t.next_state
	GROUP BY f.place, n.place, t.state, t.next_state
	UNION ALL
	SELECT 4, f.place, n.place, format('    suspended --> %s : resume', t.state)
	FROM case_transition AS t
	JOIN case_status AS f ON f.state = 'suspended'
	JOIN case_status AS n ON n.state = t.state
	WHERE t.action = 'suspend'
) AS v (part, place, next_place, line)
EOS
}

open my $in, '<:raw', 'doc/cases.md' or die "doc/cases.md: $!";
my $doc = do { local $/; <$in> };
close $in;
my ($shown) = $doc =~ /```mermaid\nstateDiagram-v2\n(.*?)\n```/s;
is($shown, diagram(), 'the diagram in doc/cases.md is that of case_transition');

$node->stop;
done_testing();
