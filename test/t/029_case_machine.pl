# The states of a case and what may be done in them: every (state, action, role)
# is tried; what case_transition allows works and does what it says, everything
# else is refused with the documented SQLSTATE and changes nothing.  Then random
# walks over every transition: whatever is done to cases, what always holds of
# them holds.  And the diagram in doc/cases.md is that of case_transition.
#
# Who may look at who reported is tried in 032_case_roles.pl.
#
# CIVICGRID_WALK_VERBS says how many verbs the walk tries, 10,000 without it, and
# CIVICGRID_WALK_SEED, between 0 and 1, has it go another way.
use strict;
use warnings;

use CivicGrid;
use CivicGrid::Cases;
use Test::More;

my $verbs = $ENV{CIVICGRID_WALK_VERBS} // 10_000;
my $seed  = $ENV{CIVICGRID_WALK_SEED} // 0.26;
my $node  = new_node('machine');
new_database($node, 'machine');

sub query
{
	my ($sql) = @_;
	return case_query($node, 'machine', $sql);
}

query(district_sql());

#
# Every (state, action, role)
#

query(cases_sql());
is( query('SELECT f.fixture, s.state FROM public.fixture AS f LEFT JOIN case_state AS s ON s.caseno = f.no WHERE s.state IS DISTINCT FROM f.state'),
	'',
	'a case in each state');
is( query("SELECT state FROM case_status EXCEPT SELECT state FROM public.fixture"),
	'', 'no state is left out');

query(calls_sql());
query(<<'EOS');
-- What is allowed, but has nothing to be done on in the case at hand.
CREATE TABLE public.nothing_there (fixture text, action text, code text);
INSERT INTO public.nothing_there VALUES
	('handling', 'decide_extension', 'CG529'), ('handling, assistant waits', 'decide_extension', 'CG529'), ('handling alone', 'decide_extension', 'CG529'),
	('handling, acting unit done', 'ask_extension', 'CG521'), ('handling, acting unit done', 'transfer', 'CG521'),
	('handling, acting unit done', 'escalate', 'CG521'),
	('closed', 'decide_appeal', 'CG532'), ('visited', 'decide_appeal', 'CG532');

-- Row security tells who sees a case; verbs shall not tell more.
GRANT SELECT ON case_state TO PUBLIC;
CREATE FUNCTION public.sees(account text, no caseno) RETURNS boolean LANGUAGE plpgsql
AS $$
DECLARE
	seen boolean;
BEGIN
	PERFORM set_config('role', account, true);
	SELECT count(*) > 0 INTO seen FROM civicgrid.case_state AS s WHERE s.caseno OPERATOR(civicgrid.=) no;
	PERFORM set_config('role', 'none', true);
	RETURN seen;
END $$;

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
	fixture text;
BEGIN
	FOR r IN
		SELECT f.fixture, f.state, f.no, f.confirmation, c.action, c.call, a.account, a.role, a.other,
			CASE WHEN f.fixture IN ('handling', 'handling, assistant waits') AND c.action = 'feedback' AND c.outcome = '' THEN 'lead'
				WHEN f.fixture = 'dispatched, assistant signed' AND c.action = 'feedback' AND c.outcome = '' THEN 'assist'
				WHEN f.fixture = 'handling, assistant waits' AND c.action = 'sign' AND c.outcome = '' THEN 'assist'
				WHEN f.fixture = 'handling, acting unit done' AND c.action = 'return_case' AND c.outcome = '' THEN 'last'
				WHEN f.fixture IN ('checked, in the community', 'confirming, in the street') AND c.action = 'close_case' THEN 'confirm'
				ELSE c.outcome END AS outcome
		FROM public.fixture AS f
		JOIN public.call AS c ON c.fixtures IS NULL OR f.fixture = ANY (c.fixtures)
		CROSS JOIN (
			SELECT m.member AS account, m.role, m.unit IS NOT NULL AS other FROM civicgrid.role_member AS m WHERE m.member <> 'machine_both'
			UNION ALL SELECT 'machine_nobody', NULL, false
		) AS a
		ORDER BY f.place, c.action, c.outcome, a.account
	LOOP
		IF r.fixture IS DISTINCT FROM fixture THEN
			UPDATE civicgrid.case_setting SET value = r.confirmation WHERE setting = 'confirmation';
			fixture := r.fixture;
		END IF;
		SELECT * INTO was FROM civicgrid.case_state AS c WHERE c.caseno OPERATOR(civicgrid.=) r.no;
		wanted := coalesce(CASE WHEN NOT public.sees(r.account, r.no) THEN 'CG313' END, (
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
WHERE r.role <> 'system' AND t.action <> 'look'
	AND NOT EXISTS (
		SELECT FROM public.outcome AS o
		JOIN public.fixture AS f ON f.fixture = o.fixture
		WHERE f.state = t.state AND o.action = t.action AND o.outcome = t.outcome AND o.account = 'machine_' || r.role
			AND (o.got LIKE 'done%' OR o.got = 'CG529')
	)
EOS

#
# Random walks
#

query(<<'EOS');
UPDATE case_setting SET value = 'none' WHERE setting = 'confirmation';
UPDATE case_setting SET value = '3' WHERE setting = 'suspend_times';
-- long walks go on into years to come
UPDATE case_setting SET value = '' WHERE setting = 'future_most';

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
		(s.state <> 'confirming' OR array_position(civicgrid.routing_path(s.routing), s.unit)
				< array_position(civicgrid.routing_path(s.routing), s.centre), 'closing is passed back along the path'),
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
-- Besides what the roles do with a case: looks at who reported it, and what the
-- system does, for which no account is needed.  Some calls bring a case on its
-- way, some end it early.
INSERT INTO event_class (taxonomy, kind, code, name) VALUES ('site', 'matter', '06', '矛盾纠纷');
INSERT INTO intake_class (taxonomy, kind, class, sensitive) VALUES ('site', 'matter', '06', true);
CREATE FUNCTION public.report_worse(no caseno, repeat caseno, at timestamptz) RETURNS void LANGUAGE sql
AS $$
	SELECT civicgrid.raise_severity(no, repeat, least(s.severity + 1, 3)::smallint, at)
	FROM civicgrid.case_state AS s WHERE s.caseno OPERATOR(civicgrid.=) no
$$;
-- as when a proposed class is decided on
CREATE FUNCTION public.find_sensitive(no caseno) RETURNS void LANGUAGE sql
AS $$
	UPDATE civicgrid.case_record SET class = '06' WHERE caseno OPERATOR(civicgrid.=) no
$$;
CREATE TABLE public.walk_call AS
SELECT c.action, c.outcome, 'civicgrid.' || c.call AS call, false AS by_system,
	(c.action, c.outcome) IN (('file_case', ''), ('dispatch', ''), ('sign', ''), ('sign', 'assist'), ('feedback', ''), ('feedback', 'assist'),
		('check_case', ''), ('checked', 'pass'), ('close_case', ''), ('visit', 'satisfied')) AS onward,
	c.action IN ('void_case', 'merge_cases') AS rare
FROM public.call AS c;
INSERT INTO public.walk_call VALUES
	('dispatch', '', 'civicgrid.dispatch($1, 12, at => $2)', false, true, false),
	('look', 'full', 'civicgrid.reporter_of($1, ''x'', $2)', false, false, false),
	('look', 'masked', 'civicgrid.reporter_of($1, at => $2)', false, false, false),
	('visit', 'silent', 'civicgrid.perform_visit($1, ''silent'', NULL, $2, true)', true, false, false),
	('amend', 'repeat', 'public.report_worse($1, $3, $2)', true, false, true),
	('amend', 'class', 'public.find_sensitive($1)', true, false, true);
CREATE PROCEDURE public.walk_as(account text, call text, no caseno, at timestamptz, other caseno) LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM set_config('role', coalesce(account, 'none'), true);
	EXECUTE 'SELECT ' || call USING no, at, other;
	PERFORM set_config('role', 'none', true);
END $$;
CREATE TABLE public.walked (state text, action text, outcome text, PRIMARY KEY (state, action, outcome));
CREATE VIEW public.never_walked AS
SELECT t.state, t.action, t.outcome FROM case_transition AS t
EXCEPT
SELECT j.from_state, j.action, j.outcome FROM case_journal AS j
WHERE j.caseno NOT IN (SELECT f.no FROM public.fixture AS f UNION ALL SELECT m.no FROM public.main_case AS m);
CREATE TABLE public.walk_fault (no caseno, step integer, action text, fault text);
CREATE TABLE public.walk_answer (state text, action text, answer text, calls bigint, PRIMARY KEY (state, action, answer));

CREATE PROCEDURE public.walk(verbs integer, cases integer, seed double precision)
	LANGUAGE plpgsql
AS $$
<<w>>
DECLARE
	list civicgrid.caseno[];
	classes constant civicgrid.eventcode[] := '{01,02,03,04,05}';
	accounts constant text[] := ARRAY['machine_collector', 'machine_dispatcher', 'machine_handler', 'machine_supervisor',
		'machine_both', 'machine_other_handler', 'machine_nobody'];
	c public.walk_call;
	no civicgrid.caseno;
	other civicgrid.caseno;
	chief civicgrid.caseno;
	account text;
	state text;
	was_at timestamptz;
	answer text;
	hunt boolean;
	is_main boolean;
	at timestamptz := '2026-03-02 09:00+08';
BEGIN
	PERFORM setseed(walk.seed);
	SELECT array_agg(public.a_case(classes[1 + g % 5], at) ORDER BY g) INTO list
	FROM generate_series(1, cases) AS g;
	FOR i IN 1..2 * verbs LOOP
		-- it goes on for a while if something was never walked
		EXIT WHEN i > verbs AND i % 100 = 1 AND NOT EXISTS (SELECT FROM public.never_walked);
		at := at + random() * interval '10 minutes';
		-- now closing is confirmed level by level, and now it is not
		IF i % greatest(verbs / 4, 1) = 0 THEN
			UPDATE civicgrid.case_setting SET value = CASE value WHEN 'none' THEN 'levels' ELSE 'none' END
			WHERE setting = 'confirmation';
		END IF;
		no := coalesce(chief, list[1 + floor(random() * cases)]);
		chief := NULL;
		other := list[1 + floor(random() * cases)];
		SELECT s.state, s.at INTO state, was_at FROM civicgrid.case_state AS s WHERE s.caseno OPERATOR(civicgrid.=) no;
		-- mostly what can be done, by who may; now and then what never was, or brings
		-- the case on, or ends one with those merged into it
		is_main := EXISTS (SELECT FROM civicgrid.case_state AS s WHERE s.main OPERATOR(civicgrid.=) no AND s.state = 'merged');
		hunt := random() < CASE WHEN is_main THEN 0.7 ELSE 0.3 END;
		IF random() < 0.9 THEN
			SELECT k.* INTO c FROM public.walk_call AS k
			JOIN civicgrid.case_transition AS t ON t.state = w.state AND t.action = k.action AND t.outcome = k.outcome
			LEFT JOIN public.walked AS d ON d.state = t.state AND d.action = t.action AND d.outcome = t.outcome
			WHERE hunt OR NOT k.rare OR random() < 0.1
			ORDER BY hunt AND (d.state IS NULL OR is_main AND k.action = 'void_case') DESC, hunt AND k.onward DESC, random() LIMIT 1;
			SELECT 'machine_' || r INTO account FROM civicgrid.case_transition AS t, unnest(t.roles) AS r
			WHERE t.state = w.state AND t.action = c.action AND t.outcome = c.outcome AND r <> 'system'
			ORDER BY random() LIMIT 1;
			IF random() < 0.1 AND account IN ('machine_handler', 'machine_collector') THEN
				account := 'machine_both';
			END IF;
		ELSE
			SELECT k.* INTO c FROM public.walk_call AS k WHERE NOT k.by_system ORDER BY random() LIMIT 1;
			account := accounts[1 + floor(random() * cardinality(accounts))];
		END IF;
		CONTINUE WHEN c.call IS NULL;
		BEGIN
			CALL public.walk_as(CASE WHEN NOT c.by_system THEN account END, c.call, no,
				-- nobody has looked at what is yet to come, and the walk may go there
				CASE WHEN c.action = 'look' THEN was_at ELSE at END, other);
			answer := 'done';
			IF c.action = 'merge_cases' THEN
				chief := other;
			END IF;
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
			INSERT INTO public.walked
			SELECT j.from_state, j.action, j.outcome FROM civicgrid.case_journal AS j
			WHERE j.caseno OPERATOR(civicgrid.=) no ORDER BY j.step DESC LIMIT 1
			ON CONFLICT DO NOTHING;
			INSERT INTO public.walk_fault
			SELECT no, s.step, c.action, f FROM civicgrid.case_state AS s, public.faults_of(no) AS f
			WHERE s.caseno OPERATOR(civicgrid.=) no;
		END IF;
		-- what is finished makes way, and what few may see, whose class was decided on now
		IF state IN ('void', 'merged', 'visited') AND random() < 0.3 OR c.outcome = 'class' THEN
			list[array_position(list, no)] := public.a_case(classes[1 + floor(random() * 5)], at);
		END IF;
		IF i % 500 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END $$;
EOS
query("CALL public.walk($verbs, greatest($verbs / 250, 20), $seed)");
is( query(
		"SELECT fault, count(*), min(action), min(no::text) FROM public.walk_fault GROUP BY fault ORDER BY 1"
	),
	'',
	"after each verb what always holds of a case does");
note(query("SELECT sum(calls) || ' verbs tried' FROM public.walk_answer"));
note(
	query(
		"SELECT answer, sum(calls) FROM public.walk_answer GROUP BY answer ORDER BY 2 DESC"
	));
is( query(
		"SELECT state, action, answer, calls FROM public.walk_answer WHERE answer !~ '^(done|CG313|CG5[0-3][0-9]|CG43[0-9])\$' ORDER BY 1, 2, 3"
	),
	'',
	'nothing else than the documented errors');
is( query(<<'EOS'), '', 'every transition was walked') if $verbs >= 10_000;
SELECT state, action, outcome FROM public.never_walked ORDER BY 1, 2, 3
EOS
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
