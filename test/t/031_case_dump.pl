# Cases in every state come through an update from a version without cases,
# through dump and restore, and to a standby: their journals verify, replay
# gives what the tables say, and work goes on.

use strict;
use warnings;

use CivicGrid;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('case_dump');
$node->init(
	allows_streaming => 1,
	extra            => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', <<'EOS');
fsync = off
log_statement = none
timezone = 'UTC'
autovacuum = off
EOS
$node->append_conf('postgresql.conf', $ENV{CIVICGRID_SERVER_SETTINGS})
  if defined $ENV{CIVICGRID_SERVER_SETTINGS};
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir();

# In the version before there were numbers, a register and clocks.
$node->safe_psql('postgres', 'CREATE DATABASE cases');
$node->safe_psql(
	'cases', <<'EOS');
SET client_min_messages = warning;
CREATE EXTENSION postgis;
CREATE EXTENSION civicgrid VERSION '0.4.0';
SET search_path = civicgrid, public;
CALL publish_calendar('office', '2026-01-01');
INSERT INTO case_record (caseno, reported_at, cell, description)
SELECT make_caseno('2026-01-05', '440310', n), '2026-01-05 10:00+08', '440310001001001', '老案件' FROM generate_series(1, 5) AS n;
SELECT start_clock(caseno, 'case', 'office', '5 work days', at => reported_at) FROM case_record ORDER BY caseno;
SELECT stop_clock(caseno, clock, '2026-01-06 10:00+08') FROM case_clock WHERE clock < 3 ORDER BY clock;
SELECT pause_clock(caseno, 3, '2026-01-06 10:00+08') FROM case_clock WHERE clock = 3;
CREATE SCHEMA before;
CREATE TABLE before.case_record AS SELECT * FROM case_record;
CREATE TABLE before.case_clock AS SELECT * FROM case_clock;
EOS
$node->safe_psql('cases', 'ALTER EXTENSION civicgrid UPDATE');
is( $node->safe_psql(
		'cases', <<'EOS'),
SET search_path = civicgrid, public;
SELECT b.caseno, b.reported_at, b.cell, b.description FROM before.case_record AS b
EXCEPT SELECT caseno, reported_at, cell, description FROM case_record;
SELECT b.caseno, b.clock, b.due_at, b.pauses::text, b.verdict FROM before.case_clock AS b
EXCEPT SELECT caseno, clock, due_at, pauses::text, verdict FROM case_clock;
SELECT count(*) FROM case_state;
SELECT * FROM verify_journal();
SELECT * FROM replay_check();
EOS
	'0',
	'updated: what was there has no journal, and none is missed');

$node->safe_psql(
	'cases', <<'EOS');
SET search_path = civicgrid, public;
SET client_min_messages = warning;
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name) VALUES ('site', 'matter', '01', '市容');
INSERT INTO grid_cell (kind, code, name) VALUES ('unit', '440310001001001', '六联一格');
INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES
	(1, '区分拨中心', 'centre', 2, NULL, '440310', 9),
	(2, '区城管局', 'department', 2, 1, '440310', 20),
	(3, '区住建局', 'department', 2, 1, '440310', 20),
	(4, '六联网格队', 'grid team', 5, 1, '440310001001001', 3);
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, lead_unit, basis) VALUES (1, 'site', '01', 2, '权责清单');
INSERT INTO duty_assist (rule, place, unit, task) VALUES (1, 1, 3, '配合');
INSERT INTO fallback (fallback, rulebook, territory, unit) VALUES (1, 'site', NULL, 1);
INSERT INTO sla_policy (policy, rulebook, stage, term) VALUES
	(1, 'site', 'file', '15 minutes'), (2, 'site', 'sign', '2 work hours'), (3, 'site', 'handle', '4 work days'),
	(4, 'site', 'check', '4 work hours'), (5, 'site', 'overall', '10 work days');
CALL publish_rulebook('site', '2026-01-01');
CREATE ROLE checking SUPERUSER;
CREATE SCHEMA site;

CREATE FUNCTION site.report(at timestamptz) RETURNS caseno
	LANGUAGE plpgsql
	SET search_path = civicgrid, public
AS $$
DECLARE
	s case_state;
BEGIN
	s.caseno := new_caseno('440310', at);
	INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, cell, description)
	VALUES (s.caseno, at, 'site', 'matter', '01', '440310001001001', '一件事');
	s.state := 'reported';
	s.at := report.at;
	s.unit := 1;
	s.centre := 1;
	s.routing_edition := rulebook_edition_in_force('site', at);
	s.routing := route('site', '01', '440310001001001', at => at);
	RETURN (case_open(s, 'report_event', NULL, '{}')).caseno;
END;
$$;

-- a case in a given state
CREATE FUNCTION site.bring(state text) RETURNS text
	LANGUAGE plpgsql
	SET search_path = civicgrid, site, public
AS $$
DECLARE
	t timestamptz := '2026-03-02 09:00+08';
	n constant caseno := report(t);
BEGIN
	PERFORM set_config('civicgrid.person', '张三', true);
	FOR i IN 1..1 LOOP
		EXIT WHEN state = 'reported';
		IF state = 'void' THEN
			PERFORM void_case(n, '重复', t + interval '1 minute');
			EXIT;
		END IF;
		IF state = 'verifying' THEN
			PERFORM verify(n, 4, at => t + interval '1 minute');
			EXIT;
		END IF;
		PERFORM file_case(n, at => t + interval '5 minutes');
		EXIT WHEN state = 'filed';
		IF state = 'merged' THEN
			PERFORM merge_cases(n, (SELECT min(s.caseno) FROM case_state AS s WHERE s.state = 'handling'), '同一件事', t + interval '6 minutes');
			EXIT;
		END IF;
		PERFORM dispatch(n, at => t + interval '10 minutes');
		EXIT WHEN state = 'dispatched';
		IF state = 'returned' THEN
			PERFORM return_case(n, 'overlap', '不属于', 3, at => t + interval '20 minutes');
			EXIT;
		END IF;
		PERFORM sign(n, 2, t + interval '30 minutes');
		PERFORM sign(n, 3, t + interval '31 minutes');
		EXIT WHEN state = 'handling';
		IF state = 'suspended' THEN
			PERFORM suspend(n, t + interval '5 days', '等待', t + interval '40 minutes');
			EXIT;
		END IF;
		PERFORM feedback(n, '已配合', unit => 3, at => t + interval '1 day');
		PERFORM feedback(n, '已处理', unit => 2, at => t + interval '1 day 1 hour');
		EXIT WHEN state = 'handled';
		PERFORM check_case(n, 4, at => t + interval '1 day 2 hours');
		EXIT WHEN state = 'checking';
		PERFORM set_config('civicgrid.person', '李四', true), set_config('role', 'checking', true);
		PERFORM checked(n, state <> 'rejected', '看过', at => t + interval '1 day 3 hours');
		EXIT WHEN state IN ('checked', 'rejected');
		IF state = 'confirming' THEN
			PERFORM case_end(case_begin(n, 'close_case', t + interval '1 day 4 hours', 'confirm'));
			EXIT;
		END IF;
		PERFORM close_case(n, at => t + interval '1 day 4 hours');
		EXIT WHEN state = 'closed';
		PERFORM visit(n, true, '满意', t + interval '2 days');
	END LOOP;
	PERFORM set_config('role', 'none', true);
	RETURN n;
END;
$$;
SELECT site.bring(s.state) FROM civicgrid.case_status AS s ORDER BY s.place;
SELECT site.bring(s.state) FROM civicgrid.case_status AS s ORDER BY s.place;
EOS

# What is the same wherever the cases are
sub told
{
	my ($from, $db) = @_;

	return $from->safe_psql(
		$db, <<'EOS');
SET search_path = civicgrid, public;
SELECT state, count(*), sum(step) FROM case_state GROUP BY state ORDER BY state COLLATE "C";
SELECT 'journal', v.* FROM verify_journal() AS v;
SELECT 'replay', r.* FROM replay_check() AS r;
SELECT 'clock', c.* FROM clock_check() AS c;
SELECT count(*), sum(held) FROM case_state AS s CROSS JOIN LATERAL holder_time(s.caseno, '2026-03-05 10:00+08') AS h;
SELECT l.language, count(*), md5(string_agg(t.story, E'\n' ORDER BY s.caseno, t.line))
FROM case_state AS s, (VALUES ('zh'), ('en')) AS l (language), case_story(s.caseno, l.language, '2026-03-05 10:00+08') AS t
GROUP BY l.language ORDER BY l.language;
EOS
}

my $told = told($node, 'cases');
my @states = split /\n/, $node->safe_psql('cases', 'SELECT state FROM civicgrid.case_status');
is(scalar(grep { $told =~ /^$_\|2\|/m } @states),
	scalar @states, 'cases in every state');
unlike($told, qr/^(?:journal|replay|clock)\|/m, 'verified, replayed');

# Every table that is dumped, whole
my @tables = split /\n/, $node->safe_psql(
	'cases', <<'EOS');
SELECT c.oid::regclass FROM pg_extension AS e, unnest(e.extconfig) AS t (id) JOIN pg_class AS c ON c.oid = t.id
WHERE e.extname = 'civicgrid' AND c.relkind = 'r' ORDER BY 1
EOS
my %digest = map { ($_ => table_digest($node, 'cases', $_)) } @tables;
cmp_ok(scalar(grep { /^civicgrid\.case_/ } @tables), '>', 10, 'tables of cases are dumped');

# Work goes on in a database: a remark in each case that takes one, and a verb
# that starts a clock and gives a task.
sub goes_on
{
	my ($db) = @_;

	is( $node->safe_psql(
			$db, <<'EOS'),
SET search_path = civicgrid, public;
SELECT count(*) FROM (SELECT comment(caseno, '恢复后', '2026-03-06 10:00+08') FROM case_state WHERE state <> 'void') AS c;
SELECT count(*) FROM (
	SELECT dispatch(caseno, 3, '改派', '2026-03-06 10:05+08') FROM case_state WHERE state IN ('filed', 'returned')
) AS c;
SELECT site.bring('closed') AS brought \gset
SELECT state, step > 8 FROM case_state WHERE caseno = :'brought';
SELECT count(*) = count(DISTINCT clock) FROM case_clock;
SELECT * FROM verify_journal();
SELECT * FROM replay_check();
SELECT * FROM clock_check();
EOS
		"30\n4\nclosed|t\nt",
		"$db: work goes on");
	return;
}

# A standby
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('case_standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is(told($standby, 'cases'), $told, 'a standby verifies, replays and tells the same');
my @views = split /\n/, $node->safe_psql('cases',
	"SELECT quote_ident(viewname) FROM pg_views WHERE schemaname = 'civicgrid' ORDER BY 1");
for my $view (@views)
{
	is( $standby->safe_psql('cases', "SELECT count(*) FROM civicgrid.$view"),
		$node->safe_psql('cases', "SELECT count(*) FROM civicgrid.$view"),
		"a standby reads the view $view");
}
refused($standby, 'cases',
	"SELECT civicgrid.comment(caseno, 'x') FROM civicgrid.case_state WHERE state = 'filed' LIMIT 1",
	'25006', 'a standby acts on no case');

# Dumped and restored
for my $format (
	[ 'plain',     [ '--format=plain' ] ],
	[ 'custom',    [ '--format=custom' ] ],
	[ 'directory', [ '--format=directory', '--jobs=2' ] ])
{
	my ($name, $options) = @$format;

	$node->safe_psql('postgres', "CREATE DATABASE $name");
	$node->command_ok(
		[ 'pg_dump', @$options, '-f', "$dir/$name", '-d', $node->connstr('cases') ],
		"$name: dumped");
	$node->command_ok(
		$name eq 'plain'
		? [ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/$name", '-d', $node->connstr($name) ]
		: [ 'pg_restore', '--exit-on-error', ($name eq 'directory' ? '--jobs=2' : ()), '-d', $node->connstr($name), "$dir/$name" ],
		"$name: restored");
	is(told($node, $name), $told, "$name: verified, replayed, told the same");
	is(join(', ', grep { table_digest($node, $name, $_) ne $digest{$_} } @tables),
		'', "$name: every table is as it was");
	refused($node, $name, 'DELETE FROM civicgrid.case_journal',
		'CG508', "$name: the journal is still only added to");
	refused($node, $name, "UPDATE civicgrid.case_state SET state = 'closed'",
		'CG550', "$name: where cases stand is still not changed past it");
	goes_on($name);
}

# the standby follows
goes_on('cases');
$node->wait_for_catchup($standby);
is(told($standby, 'cases'), told($node, 'cases'), 'the standby follows');

$standby->stop;
$node->stop;
done_testing();
