# SQL that makes a district with cases in every state, and accounts that act on
# them, for the tests that try what can be done to cases.

package CivicGrid::Cases;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(case_query district_sql cases_sql calls_sql);

# As these tests ask
sub case_query
{
	my ($node, $dbname, $sql) = @_;
	return $node->safe_psql($dbname,
		"SET search_path = civicgrid, public; SET TimeZone = 'Asia/Shanghai'; SET client_min_messages = warning; $sql");
}

# A district with two streets, one of which has a centre of its own in a
# community; time limits for every stage.  By the grid's collectors cases come in
# at the street's centre, otherwise at the district's.
sub district_sql
{
	return <<'EOS';
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name) VALUES
	('site', 'matter', '01', '市容'), ('site', 'matter', '02', '工地'), ('site', 'matter', '03', '其他'),
	('site', 'matter', '04', '社区事务'), ('site', 'matter', '05', '街道事务');
INSERT INTO grid_cell (kind, code, name) VALUES ('unit', '440310001001001', '六联一格'), ('unit', '440310002001001', '坪环一格');
INSERT INTO unit (unit, name, kind, level, parent, territory) VALUES
	(1, '区分拨中心', 'centre', 2, NULL, '440310'),
	(2, '坪山街道分中心', 'centre', 3, 1, '440310001'),
	(3, '马峦街道分中心', 'centre', 3, 1, '440310002'),
	(4, '区城管局', 'department', 2, 1, '440310'),
	(5, '区住建局', 'department', 2, 1, '440310'),
	(6, '六联社区工作站', 'community station', 4, 11, '440310001001'),
	(7, '马峦街道城管办', 'street department', 3, 3, '440310002'),
	(8, '六联网格队', 'grid team', 5, 6, '440310001001001'),
	(9, '城管执法一中队', 'law enforcement team', 3, 4, '440310001'),
	(10, '坪环网格队', 'grid team', 5, 3, '440310002001'),
	(11, '六联社区分中心', 'centre', 4, 2, '440310001001'),
	(12, '六联社区综合队', 'maintenance team', 4, 11, '440310001001'),
	(13, '坪山街道城管办', 'street department', 3, 2, '440310001');
-- what is reported by the grid comes in at the street's centre
UPDATE channel SET intake_unit = 2 WHERE channel = 'grid';
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, lead_unit) VALUES (1, 'site', '01', 4), (2, 'site', '02', 5), (3, 'site', '04', 12), (4, 'site', '05', 13);
INSERT INTO duty_assist (rule, place, kind, level, task) VALUES
	(1, 1, 'community station', 4, '现场配合'), (3, 1, 'community station', 4, '现场配合');
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
		END IF;
		EXECUTE format('GRANT USAGE ON SCHEMA civicgrid, public TO %I', r.account);
		EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA civicgrid TO %I', r.account);
		IF r.role IS NOT NULL THEN
			INSERT INTO role_member (member, role, unit) VALUES (r.account, r.role, r.unit);
		END IF;
	END LOOP;
END $$;

-- the time goes on by itself, an hour of it with each step of the fixtures
CREATE SEQUENCE public.hours;
CREATE FUNCTION public.next_hour() RETURNS timestamptz LANGUAGE sql
RETURN '2026-03-02 09:00+08'::timestamptz + nextval('public.hours') * interval '1 minute';

-- What goes down to a street or a community came in at the district's centre.
CREATE FUNCTION public.a_case(class eventcode, at timestamptz) RETURNS caseno
	LANGUAGE plpgsql SET search_path = civicgrid, public
AS $$
DECLARE
	no caseno := new_caseno('440310', at);
	below constant boolean := class IN ('04', '05');
	channel constant text := CASE WHEN below THEN '12345' ELSE 'grid' END;
	s case_state;
BEGIN
	INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, cell, channel, severity, description)
	VALUES (no, at, 'site', 'matter', a_case.class, '440310001001001', channel, 1, 'x');
	s.caseno := no;
	s.state := 'reported';
	s.at := a_case.at;
	s.unit := CASE WHEN below THEN 1 ELSE 2 END;
	s.centre := s.unit;
	s.severity := 1;
	s.routing_edition := rulebook_edition_in_force('site', a_case.at);
	s.routing := route('site', a_case.class, '440310001001001', channel, 1, NULL, a_case.at, no);
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
}

# How a case comes into each state: who does what.  Three cases are being
# handled: a joint one, one whose acting unit has reported, one without others.
# Three have gone down to the community's centre: one waits to be passed up, one
# has been once, one twice.
sub cases_sql
{
	return <<'EOS';
CREATE TABLE public.fixture (
	fixture text PRIMARY KEY, state text, place serial, no caseno,
	class eventcode NOT NULL DEFAULT '01', confirmation text NOT NULL DEFAULT 'none'
);
CREATE TABLE public.fixture_step (fixture text, place serial, account text, call text);
INSERT INTO public.fixture (fixture, state) VALUES
	('reported', 'reported'), ('verifying', 'verifying'), ('filed', 'filed'), ('dispatched', 'dispatched'),
	('dispatched, assistant signed', 'dispatched'), ('handling', 'handling'), ('handling, assistant waits', 'handling'),
	('handling, acting unit done', 'handling'), ('handling alone', 'handling'),
	('returned', 'returned'), ('suspended', 'suspended'), ('handled', 'handled'), ('checking', 'checking'),
	('rejected', 'rejected'), ('checked', 'checked'), ('closed', 'closed'),
	('closed, appealed', 'closed'), ('visited', 'visited'), ('visited, appealed', 'visited'), ('merged', 'merged'), ('void', 'void');
INSERT INTO public.fixture (fixture, state, class, confirmation) VALUES
	('checked, in the community', 'checked', '04', 'levels'), ('confirming, in the street', 'confirming', '04', 'levels'),
	('confirming, in the district', 'confirming', '04', 'levels');
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
	(19, '>checked', 'dispatcher', $$close_case($1, at => $2 + interval '20 days')$$),
	(20, 'confirming, in the district', 'dispatcher', $$close_case($1, at => $2 + interval '20 days')$$),
	(21, 'appealed', 'handler', $$appeal($1, 'x', $2 + interval '20 days')$$),
	(22, '>closed', 'dispatcher', $$visit($1, true, at => $2 + interval '20 days')$$)
) AS v (place, fixtures, account, call) ON CASE v.fixtures
	WHEN '>filed' THEN f.state NOT IN ('reported', 'verifying', 'merged', 'void')
	WHEN '>returned' THEN f.state NOT IN ('reported', 'verifying', 'merged', 'void', 'filed', 'dispatched', 'suspended', 'returned')
	WHEN 'both' THEN f.fixture NOT IN ('reported', 'verifying', 'merged', 'void', 'filed', 'dispatched', 'suspended', 'returned', 'handling, assistant waits')
	WHEN '>handling' THEN f.state IN ('handled', 'checking', 'rejected', 'checked', 'confirming', 'closed', 'visited')
	WHEN '>handled' THEN f.state IN ('checking', 'rejected', 'checked', 'confirming', 'closed', 'visited')
	WHEN '>rejected' THEN f.state IN ('checked', 'confirming', 'closed', 'visited')
	WHEN '>checked' THEN f.state IN ('confirming', 'closed', 'visited')
	WHEN '>closed' THEN f.state = 'visited'
	WHEN 'appealed' THEN f.fixture IN ('closed, appealed', 'visited, appealed')
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
		one := public.a_case(f.class, public.next_hour());
		UPDATE civicgrid.case_setting SET value = f.confirmation WHERE setting = 'confirmation';
		FOR s IN SELECT * FROM public.fixture_step AS t WHERE t.fixture = f.fixture ORDER BY t.place LOOP
			PERFORM public.act_as(s.account, s.call, one, public.next_hour(), (SELECT m.no FROM public.main_case AS m));
		END LOOP;
		UPDATE public.fixture SET no = one WHERE fixture = f.fixture;
	END LOOP;
	UPDATE civicgrid.case_setting SET value = 'none' WHERE setting = 'confirmation';
END $$;
EOS
}

# Every verb, with each of its outcomes.  What outcome a call has depends on the
# tasks of the case where the units' part in it does.
sub calls_sql
{
	return <<'EOS';
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
EOS
}

1;
