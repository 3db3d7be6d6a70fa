# The plain run of an act on a case is written in C and leaves what is out of the
# ordinary to PL/pgSQL functions of the same meaning.  Wherever the plain run
# finds an answer, they have to give the same.
#
# And a session outlives much: the plans of the statements have to be made anew
# when the extension was made anew, or a table has got or lost a column.
use strict;
use warnings;

use CivicGrid;
use CivicGrid::Cases;
use Test::More;

my $node = new_node('plain');
new_database($node, 'plain');

sub query
{
	my ($sql) = @_;
	return case_query($node, 'plain', $sql);
}

query(district_sql() . cases_sql() . calls_sql());

# The functions that the plain run hands over to get other names; in their place
# are some that say that they were called.
query(<<'EOS');
CREATE TABLE public.original (definition text);
INSERT INTO public.original
SELECT pg_get_functiondef(p.oid) FROM pg_proc AS p
WHERE p.pronamespace = 'civicgrid'::regnamespace AND p.proname IN ('case_begin_otherwise', 'acting_task_of_several');
DO $$
DECLARE
	d text;
BEGIN
	FOR d IN SELECT definition FROM public.original LOOP
		EXECUTE regexp_replace(replace(replace(d, 'case_begin_otherwise', 'begin_model'), 'acting_task_of_several', 'task_model'),
			'FUNCTION civicgrid\.', 'FUNCTION public.');
		EXECUTE regexp_replace(d, '\$function\$.*\$function\$',
			$f$ $function$ BEGIN RAISE EXCEPTION USING ERRCODE = 'XX998'; END $function$ $f$);
	END LOOP;
END $$;

-- Accounts with a grant for the very unit, of one role or of several, and for
-- units above.
INSERT INTO role_member (member, role, unit) VALUES
	('plain_dispatcher', 'dispatcher', 2), ('plain_dispatcher', 'dispatcher', 3),
	('plain_handler', 'handler', 4), ('plain_assistant', 'handler', 6), ('plain_collector', 'collector', 8),
	('plain_both', 'collector', 8), ('plain_both', 'handler', 4),
	('plain_several', 'dispatcher', 2), ('plain_several', 'supervisor', 2), ('plain_several', 'sensitive', NULL),
	('plain_above', 'dispatcher', 1), ('plain_above', 'handler', 1), ('处置员', 'handler', 4);
CREATE ROLE plain_superuser SUPERUSER;
CREATE TABLE public.account AS
SELECT DISTINCT m.member AS account FROM role_member AS m WHERE m.member ~ '^(plain|处置员)'
UNION ALL VALUES ('machine_handler'), ('machine_dispatcher'), ('machine_nobody'), ('plain_superuser');
DO $$
DECLARE
	a text;
BEGIN
	FOR a IN SELECT account FROM public.account LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = a) THEN
			EXECUTE format('CREATE ROLE %I', a);
		END IF;
	END LOOP;
END $$;

-- With the rights of the owner, as within a verb; NULL if the plain run found no
-- answer
CREATE FUNCTION public.begun(model boolean, no caseno, action text, at timestamptz, outcome text, reason text, system boolean, unit bigint)
	RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text;
BEGIN
	IF model THEN
		answer := public.begin_model(no, action, at, outcome, reason, 'a remark', system, unit);
	ELSE
		answer := civicgrid.case_begin(no, action, at, outcome, reason, 'a remark', system, unit);
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'XX999';
EXCEPTION
	WHEN SQLSTATE 'XX999' THEN RETURN answer;
	WHEN SQLSTATE 'XX998' THEN RETURN NULL;
	WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION public.task_found(model boolean, no caseno, unit bigint, states text[])
	RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce(CASE WHEN model THEN public.task_model(no, unit, states) ELSE civicgrid.acting_task(no, unit, states) END::text, 'none');
EXCEPTION
	WHEN SQLSTATE 'XX998' THEN RETURN NULL;
END $$;

-- What both have to say, to somebody
CREATE TYPE public.answers AS (plain text, model text);
CREATE FUNCTION public.begin_as(account text, no caseno, action text, at timestamptz, outcome text, reason text, system boolean, unit bigint)
	RETURNS public.answers LANGUAGE plpgsql
AS $$
DECLARE
	a public.answers;
BEGIN
	PERFORM set_config('role', account, true);
	a.plain := public.begun(false, no, action, at, outcome, reason, system, unit);
	IF a.plain IS NOT NULL THEN
		a.model := public.begun(true, no, action, at, outcome, reason, system, unit);
	END IF;
	PERFORM set_config('role', 'none', true);
	RETURN a;
END $$;
CREATE FUNCTION public.task_as(account text, no caseno, unit bigint, states text[]) RETURNS public.answers LANGUAGE plpgsql
AS $$
DECLARE
	a public.answers;
BEGIN
	PERFORM set_config('role', account, true);
	a.plain := public.task_found(false, no, unit, states);
	a.model := public.task_found(true, no, unit, states);
	PERFORM set_config('role', 'none', true);
	RETURN a;
END $$;
EOS

#
# case_begin() and case_begin_otherwise()
#

# Every transition of a state, and one that it has not, by every account, for the
# holder or for a unit.  Of the other arguments one in 17 of the combinations,
# another one each time.
my $begin = <<'EOS';
SELECT f.fixture, s.sensitive, t.action, t.outcome, a.account, u.unit, v.system, v.reason, v.after, (b).plain, (b).model
FROM public.fixture AS f
JOIN civicgrid.case_state AS s ON s.caseno OPERATOR(civicgrid.=) f.no
JOIN (
	SELECT t.state, t.action, t.outcome, t.roles FROM civicgrid.case_transition AS t
	UNION ALL
	SELECT k.state, 'no_such', '', '{handler}' FROM civicgrid.case_status AS k
) AS t ON t.state = f.state
CROSS JOIN public.account AS a
CROSS JOIN (VALUES (NULL::bigint), (2), (4), (6), (99)) AS u (unit)
JOIN (
	SELECT s.system, r.reason, d.after, row_number() OVER () AS place
	FROM (VALUES (NULL), (''), (E' \t\n'), ('　'), (U&'\2003\00A0'), ('x'), ('  理由'), (E'\t事'), ('。'), ('~'), (E'\u007F')) AS r (reason)
	CROSS JOIN (VALUES ('0'::interval), ('1 day'), ('-1 microsecond'), (NULL)) AS d (after)
	CROSS JOIN (VALUES (false), (true)) AS s (system)
) AS v ON (hashtext(concat_ws('|', f.fixture, t.action, t.outcome, a.account, u.unit)) + v.place) % 17 = 0
CROSS JOIN LATERAL (
	SELECT public.begin_as(a.account, f.no, t.action, s.at + v.after, t.outcome, v.reason, v.system, u.unit) AS b OFFSET 0
) AS b
EOS
query("SET civicgrid.person = '张三'; CREATE TABLE public.tried AS $begin;
SET session_replication_role = replica;
UPDATE case_state SET sensitive = true;
RESET session_replication_role;
INSERT INTO public.tried $begin WHERE f.place % 3 = 0;
SET session_replication_role = replica;
UPDATE case_state SET sensitive = false");
is( query(
		'SELECT fixture, sensitive, action, outcome, account, unit, system, reason, after, left(plain, 200), left(model, 200)
		 FROM public.tried WHERE plain <> model OR plain IS NOT NULL AND model IS NULL ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9 LIMIT 5'
	),
	'',
	'what case_begin() finds by itself is what case_begin_otherwise() finds');
note(
	'calls, those that the plain run answered, and those of these that were refused: ',
	query(
		"SELECT count(*), count(plain), count(*) FILTER (WHERE plain LIKE 'CG%') FROM public.tried"
	));
is( query(<<'EOS'), '', 'and it finds something for every transition');
SELECT t.action, t.outcome, t.holder FROM case_transition AS t
WHERE NOT EXISTS (SELECT FROM public.tried AS r WHERE (r.action, r.outcome) = (t.action, t.outcome) AND r.plain LIKE '(%')
GROUP BY t.action, t.outcome, t.holder ORDER BY 1, 2
EOS
is( query("SELECT DISTINCT split_part(plain, ' ', 1) FROM public.tried WHERE plain NOT LIKE '(%'"),
	'CG504', 'of refusals only the one for who handled or checked the case');

# Without a case, and other arguments left out
is( query(<<'EOS'), 't', 'what is NULL is for case_begin_otherwise()');
SELECT bool_and(b IS NULL)
FROM public.fixture AS f, LATERAL (VALUES
	(public.begun(false, NULL, 'comment', '2026-06-01', '', 'x', true, NULL)),
	(public.begun(false, f.no, NULL, '2026-06-01', '', 'x', true, NULL)),
	(public.begun(false, f.no, 'comment', NULL, '', 'x', true, NULL)),
	(public.begun(false, f.no, 'comment', 'infinity', '', 'x', true, NULL)),
	(public.begun(false, f.no, 'comment', '2026-06-01', NULL, 'x', true, NULL)),
	(public.begun(false, f.no, 'comment', '2026-06-01', '', NULL, true, NULL)),
	(public.begun(false, f.no, 'comment', '2026-06-01', '', 'x', NULL, NULL))
) AS b (b)
EOS

#
# acting_task() and acting_task_of_several()
#

is( query(<<'EOS'), '', 'what acting_task() finds by itself is what acting_task_of_several() finds');
CREATE TABLE public.task_tried AS
SELECT f.fixture, a.account, u.unit, x.states, (t).plain, (t).model
FROM (SELECT fixture, no FROM public.fixture UNION ALL SELECT 'none', NULL) AS f
CROSS JOIN public.account AS a
CROSS JOIN (VALUES (NULL::bigint), (4), (6), (99)) AS u (unit)
CROSS JOIN (VALUES ('{}'::text[]), ('{open}'), ('{signed}'), ('{open,signed}'), (NULL), ('{NULL,signed}')) AS x (states)
CROSS JOIN LATERAL (SELECT public.task_as(a.account, f.no, u.unit, x.states) AS t OFFSET 0) AS t;
SELECT fixture, account, unit, states, plain, model FROM public.task_tried WHERE plain <> model ORDER BY 1, 2, 3, 4 LIMIT 5
EOS
is( query(
		"SELECT count(*) > 0, count(*) FILTER (WHERE plain LIKE '%lead%') > 0, count(*) FILTER (WHERE plain LIKE '%assist%') > 0,
			count(*) FILTER (WHERE plain IS NULL) > 0 FROM public.task_tried"
	),
	't|t|t|t',
	'that of the lead, that of an assisting unit, or none');

#
# case_end() by itself, and by act_clocks()
#

# A transaction that keeps its snapshot is not for the plain run.  What differs
# between two runs are the hash and when it was recorded; every run takes its
# numbers from the same on.
query(<<'EOS');
DO $$
DECLARE
	d text;
BEGIN
	FOR d IN SELECT definition FROM public.original LOOP
		EXECUTE d;
	END LOOP;
END $$;

CREATE FUNCTION public.told_of(no caseno) RETURNS text LANGUAGE plpgsql
AS $$
DECLARE
	told text;
BEGIN
	SELECT jsonb_pretty(jsonb_build_object(
		'state', (SELECT to_jsonb(s) - 'hash' FROM civicgrid.case_state AS s WHERE s.caseno OPERATOR(civicgrid.=) no),
		'journal', (SELECT jsonb_agg(to_jsonb(j) - 'hash' - 'recorded_at' ORDER BY j.step) FROM civicgrid.case_journal AS j WHERE j.caseno OPERATOR(civicgrid.=) no),
		'clocks', (SELECT jsonb_agg(to_jsonb(k) ORDER BY k.clock) FROM civicgrid.case_clock AS k WHERE k.caseno OPERATOR(civicgrid.=) no),
		'tasks', (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.task) FROM civicgrid.case_task AS t WHERE t.caseno OPERATOR(civicgrid.=) no),
		'messages', (SELECT jsonb_agg(to_jsonb(m) - 'message' - 'written_at' ORDER BY m.message) FROM civicgrid.case_message AS m WHERE m.caseno OPERATOR(civicgrid.=) no)
	)) INTO told;
	RETURN told;
END $$;

CREATE FUNCTION public.done(account text, call text, no caseno, at timestamptz, other caseno) RETURNS text LANGUAGE plpgsql
AS $$
DECLARE
	told text;
BEGIN
	PERFORM setval(q.seqrelid, 1000000) FROM pg_sequence AS q JOIN pg_class AS c ON c.oid = q.seqrelid
	WHERE c.relnamespace = 'civicgrid'::regnamespace;
	PERFORM public.act_as(account, call, no, at, other);
	told := public.told_of(no);
	RAISE EXCEPTION USING ERRCODE = 'XX999';
EXCEPTION
	WHEN SQLSTATE 'XX999' THEN RETURN told;
	WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
EOS

# A minute after the last step, and when it is too late; closing at once and level
# by level.
my $ends = <<'EOS';
SELECT f.fixture, c.call, l.late, x.confirmation, d.told
FROM public.fixture AS f
JOIN civicgrid.case_state AS s ON s.caseno OPERATOR(civicgrid.=) f.no
JOIN public.call AS c ON (c.fixtures IS NULL OR f.fixture = ANY (c.fixtures))
JOIN civicgrid.case_transition AS t ON t.state = f.state AND t.action = c.action AND t.outcome = c.outcome
CROSS JOIN (VALUES ('1 minute'::interval), ('40 days')) AS l (late)
CROSS JOIN LATERAL (SELECT value AS confirmation FROM civicgrid.case_setting WHERE setting = 'confirmation') AS x
CROSS JOIN LATERAL (
	SELECT public.done('machine_' || t.roles[1], c.call, f.no, s.at + l.late, m.no) AS told FROM public.main_case AS m OFFSET 0
) AS d
EOS
query(<<"EOS");
CREATE TABLE public.ended AS $ends;
UPDATE case_setting SET value = 'levels' WHERE setting = 'confirmation';
INSERT INTO public.ended $ends WHERE c.action = 'close_case';
BEGIN ISOLATION LEVEL REPEATABLE READ;
CREATE TABLE public.ended_otherwise AS $ends WHERE c.action = 'close_case';
COMMIT;
UPDATE case_setting SET value = 'none' WHERE setting = 'confirmation';
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO public.ended_otherwise $ends;
COMMIT;
EOS
is( query(<<'EOS'), '', 'a case ends up the same by either way');
SELECT fixture, call, late, confirmation, l.lines, r.lines
FROM public.ended AS e
FULL JOIN public.ended_otherwise AS o USING (fixture, call, late, confirmation)
CROSS JOIN LATERAL (
	SELECT string_agg(v.line, '') AS lines
	FROM (SELECT string_to_table(e.told, E'\n') EXCEPT ALL SELECT string_to_table(o.told, E'\n')) AS v (line)
) AS l
CROSS JOIN LATERAL (
	SELECT string_agg(v.line, '') AS lines
	FROM (SELECT string_to_table(o.told, E'\n') EXCEPT ALL SELECT string_to_table(e.told, E'\n')) AS v (line)
) AS r
WHERE e.told IS DISTINCT FROM o.told
ORDER BY 1, 2, 3, 4 LIMIT 2
EOS
note(
	query(
		"SELECT count(*), count(*) FILTER (WHERE told LIKE '{%') FROM public.ended"
	));
cmp_ok(
	query(q{SELECT count(*) FROM public.ended WHERE told LIKE '%"clock": 100000_%'}),
	'>', 50, 'many acts start clocks');

#
# What a session outlives
#

# In one session: what the extension is made of goes and comes back, case_state
# gets a column and loses it, which no site should do.
sub act_sql
{
	my ($fixture, $account, $call) = @_;
	return "SELECT (public.act_as('$account', \$call\$$call\$call\$, f.no, s.at + interval '1 minute')).state
		FROM public.fixture AS f JOIN civicgrid.case_state AS s ON s.caseno = f.no WHERE f.fixture = '$fixture';\n";
}
my $sign     = act_sql('dispatched', 'machine_handler', 'sign($1, at => $2)');
my $feedback = act_sql('handling alone', 'machine_handler', "feedback(\$1, 'x', at => \$2)");
my $dispatch = act_sql('filed', 'machine_dispatcher', 'dispatch($1, at => $2)');
my $recall   = act_sql('filed', 'machine_dispatcher', "recall(\$1, 'x', \$2)");
my $report   = <<'EOS';
SELECT report_event('grid', '路面积水', cell => '440310001001001', class => '01', at => public.next_hour()) AS no \gset
SELECT state FROM case_state WHERE caseno = :'no';
EOS
my $sound = <<'EOS';
SELECT count(*) FROM verify_journal();
SELECT count(*) FROM replay_check();
EOS
new_database($node, 'session');
my $made = "SET search_path = civicgrid, public;\n" . district_sql() . cases_sql();
my ($out, $err) = ('', '');
my $ended = $node->psql(
	'session',
	"SET search_path = civicgrid, public; SET client_min_messages = warning; SET TimeZone = 'Asia/Shanghai';
	$made $sign $feedback $dispatch $report
	DROP EXTENSION civicgrid CASCADE;
	DROP SEQUENCE public.hours CASCADE;
	DROP TABLE public.fixture, public.fixture_step, public.main_case;
	CREATE EXTENSION civicgrid;
	$made $report
	ALTER TABLE case_state ADD COLUMN spare text, ADD COLUMN more bigint;
	$sign $dispatch $report
	ALTER TABLE case_state DROP COLUMN spare;
	$recall
	ALTER TABLE case_state DROP COLUMN more;
	$feedback $dispatch $report $sound",
	stdout         => \$out,
	stderr         => \$err,
	on_error_stop  => 0);
is($ended, 0, 'a session outlives it');
is($err, '', 'without an error');
is( join(' ', $out =~ /^([a-z]+|0)$/mg),
	'handling handled dispatched reported '
	  . 'reported handling dispatched reported filed handled dispatched reported 0 0',
	'and the cases go on');

$node->stop;
done_testing();
