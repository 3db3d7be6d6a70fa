# What the documentation shows is what the server answers: every row of the
# tables in doc/bad-input.md, and the tour in README.md and README.zh-CN.md,
# which is demo/tour.sql with its output.  Nothing of cases that users reach is
# left out: functions, tables, types, views and their columns.
use strict;
use warnings;

use CivicGrid;
use Test::More;

sub slurp
{
	my ($file) = @_;
	open my $in, '<:raw', $file or die "$file: $!";
	local $/;
	return scalar <$in>;
}

my $node = CivicGrid::new_node('docs');
my ($stdout, $stderr);

# The tables.
$node->safe_psql('postgres', 'CREATE EXTENSION civicgrid CASCADE');
$node->safe_psql('postgres', q{
	CREATE FUNCTION error_of(statement text) RETURNS text
	LANGUAGE plpgsql SET search_path = civicgrid, public AS $f$
	DECLARE
		code text; detail text; hint text;
	BEGIN
		EXECUTE statement;
		RETURN 'no error';
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE,
			detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		RETURN concat_ws(' | ', code, detail, hint);
	END $f$
});
# What the statements about clocks need: one that is open, one that was stopped,
# one that is paused; a calendar with an error, and one whose draft begins after
# a clock of it; a taxonomy with an error; two units of one name.  For those
# about routing, a rulebook without cells, and an edition of one about another
# taxonomy than the case's.
$node->safe_psql('postgres', <<'EOS');
SET search_path = civicgrid, public;
SET client_min_messages = warning;
CALL publish_calendar('office', '2026-01-01');
SELECT start_clock('20260301-440310-0000001-3', 'case', 'office', '2 work days', at => '2026-03-02 09:00+08')
FROM generate_series(1, 3);
SELECT stop_clock('20260301-440310-0000001-3', 2, '2026-03-03 09:00+08'),
	pause_clock('20260301-440310-0000001-3', 3, '2026-03-03 09:00+08');
INSERT INTO calendar (calendar, name, zone, week, first_day) VALUES
	('broken', 'broken', 'Asia/Atlantis', 'office', '2026-01-01'),
	('late', 'late', 'Asia/Shanghai', 'office', '2026-01-01');
CALL publish_calendar('late', '2026-01-01');
SELECT start_clock('20260301-440310-0000001-3', 'case', 'late', '2 work days', at => '2026-03-02 09:00+08');
UPDATE calendar SET first_day = '2026-06-01' WHERE calendar = 'late';
INSERT INTO taxonomy (taxonomy, name) VALUES ('broken', 'broken');
INSERT INTO event_class (taxonomy, kind, code, name, parent) VALUES ('broken', 'matter', '0101', 'orphan', '01');
INSERT INTO unit (unit, name, kind, level) VALUES (901, '城建办', 'street department', 3), (902, '城建办', 'street department', 3);
INSERT INTO rulebook_draft (rulebook, taxonomy, kind) VALUES ('empty', 'GB/T 47678.5-2026', 'matter');
INSERT INTO case_record (caseno, taxonomy, kind, class) VALUES ('20260301-440310-0000002-1', 'broken', 'matter', '0101');
INSERT INTO rulebook_edition (edition, rulebook, valid_from, digest, model, taxonomy, kind, grid_kind, timezone, rules, units)
SELECT 1, 'other', '2026-01-01', '', rulebook_agg('severity', '{"severity": 1}'), 'elsewhere', 'matter', 'unit', 'Asia/Shanghai', 0, 0;
-- disputes
INSERT INTO unit (unit, name, kind, level, territory, valid_to) VALUES
	(9001, 'disputed', 'department', 2, '440310', NULL), (9002, 'other', 'department', 2, '440310', NULL),
	(9003, 'dissolved', 'department', 2, '440310', '2026-01-01');
INSERT INTO case_record (caseno) SELECT make_caseno('2026-03-01', '440310', n) FROM generate_series(3, 6) AS n;
INSERT INTO case_routing (caseno, severity, at, unit, decided)
SELECT make_caseno('2026-03-01', '440310', n), n, '2026-03-02 09:00+08', 9001, 'by hand' FROM unnest('{3,4,6}'::integer[]) AS n;
INSERT INTO case_routing (caseno, rulebook, edition, class, cell, severity, at, routing, unit, decided)
SELECT make_caseno('2026-03-01', '440310', 5), 'other', 1, '0101', '440310001001001', 5, '2026-03-02 09:00+08',
	route(e.model, '0101', '440310001001001'), 9001, 'by hand'
FROM rulebook_edition AS e WHERE e.edition = 1;
SELECT return_routing('20260301-440310-0000003-0', 9001, 'not ours', 'no', 9002, '2026-03-02 10:00+08'),
	adjudicate_routing('20260301-440310-0000006-4', 'so', 9001, at => '2026-03-02 11:00+08');
INSERT INTO return_budget (severity, most, most_other, within, calendar) VALUES
	(4, 0, 0, NULL, NULL), (5, NULL, NULL, '4 work hours', 'office');
-- cases under way: 31 is reported, 32 filed, 33 being handled, 34 closed
INSERT INTO unit (unit, name, kind, level, territory) VALUES (9010, 'centre', 'centre', 2, '440310');
INSERT INTO case_record (caseno, reported_at)
SELECT make_caseno('2026-03-01', '440310', n), '2026-03-02 09:00+08' FROM generate_series(31, 34) AS n;
SELECT case_open(jsonb_populate_record(NULL::case_state, jsonb_build_object(
	'caseno', make_caseno('2026-03-01', '440310', n)::text, 'state', CASE n WHEN 34 THEN 'closed' ELSE 'reported' END,
	'at', '2026-03-02 09:00+08', 'unit', 9010, 'centre', 9010)), 'report_event', NULL, '{}')
FROM generate_series(31, 34) AS n;
SELECT file_case(make_caseno('2026-03-01', '440310', n), at => '2026-03-02 10:00+08') FROM generate_series(32, 33) AS n;
SELECT dispatch(make_caseno('2026-03-01', '440310', 33), 9001, at => '2026-03-02 10:00+08');
SELECT civicgrid.sign(make_caseno('2026-03-01', '440310', 33), at => '2026-03-02 10:00+08');
-- roles
CREATE ROLE docs_member;
CREATE ROLE docs_clerk;
SELECT grant_role('docs_clerk', 'auditor', 9001);
INSERT INTO role_right (role, kind, object, privilege) VALUES ('docs', 'relation', 'no_such_table', 'SELECT');
EOS
my $rows = 0;
for my $line (split /\n/, slurp('doc/bad-input.md'))
{
	next unless $line =~ /^\| `((?:SELECT|DELETE|UPDATE|INSERT|CALL) .*?)` \| (.*) \|$/;
	my ($statement, $expected) = ($1, $2);
	my $got = $node->safe_psql('postgres',
		"SELECT error_of(\$statement\$$statement\$statement\$)");
	is($got, $expected, $statement);
	$rows++;
}
cmp_ok($rows, '>', 40, 'the tables were found');

# What the scripts of cases make, by kind.
my %made;
my $scripts = join '', map { slurp($_) } glob 'sql/install/[a-c][0-9]*.sql';
push @{ $made{ lc $1 } }, $2
  while $scripts =~ /^CREATE (FUNCTION|PROCEDURE|AGGREGATE|TABLE|VIEW|TYPE) ([a-z_0-9]+)/mg;
my $docs = join '', map { slurp($_) } glob 'doc/*.md';
my %public = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', q{
	SELECT DISTINCT p.proname FROM pg_proc AS p
	WHERE p.pronamespace = 'civicgrid'::regnamespace
		AND (has_function_privilege('public', p.oid, 'EXECUTE') OR EXISTS (
			SELECT FROM civicgrid.role_right AS r WHERE r.kind = 'function' AND r.object = p.proname))
});
my @reached = (
	(grep { $public{$_} } map { @{ $made{$_} // [] } } qw(function procedure aggregate)),
	map { @{ $made{$_} } } qw(table view type));
is(join(' ', grep { $docs !~ /\b$_\b/ } @reached), '',
	'every function, table, view and type of cases is in doc/');

my $views = slurp('doc/views.md');
my @missing;
for my $view (@{ $made{view} })
{
	my ($section) = $views =~ /^### (?:\w+, )*$view\b.*?\n(.*?)(?=^##|\z)/ms;
	# counts have sections of their own
	$section .= join '', $views =~ /^### $view: .*?\n(.*?)(?=^##|\z)/msg;
	$section .= join '', $views =~ /^### kpi_day, kpi_due\n(.*?)(?=^##|\z)/ms if $view =~ /^kpi_d/;
	for my $column (split /\n/, $node->safe_psql('postgres',
		"SELECT attname FROM pg_attribute WHERE attrelid = 'civicgrid.$view'::regclass AND attnum > 0"))
	{
		push @missing, "$view.$column" unless $section =~ /`$column`/;
	}
}
is("@missing", '', 'every column of every view of cases is in doc/views.md');

my ($arguments) = slurp('doc/cases.md') =~ /<!-- arguments -->\n```\n(.*?)\n```/s;
is($arguments, $node->safe_psql('postgres', q{
	SELECT regexp_replace(replace(p.proname || '(' || pg_get_function_arguments(p.oid) || ')',
		'timestamp with time zone', 'timestamptz'), '(civicgrid\.|::[a-z.]+(\[\])?)', '', 'g')
	FROM regexp_split_to_table($docs$} . join("\n", map { /^(\w+)\(/ } split /\n/, $arguments) . q{$docs$, '\n')
		WITH ORDINALITY AS v (verb, place)
	JOIN pg_proc AS p ON p.proname = v.verb AND p.pronamespace = 'civicgrid'::regnamespace
	ORDER BY v.place
}), 'the arguments of the verbs in doc/cases.md are those of the server');

# The tour.
$node->safe_psql('postgres', 'CREATE DATABASE tour');
my $output = '';
{
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGDATABASE} = 'tour';
	local $ENV{PGOPTIONS} = '-c client_min_messages=warning';
	local $ENV{PGCLIENTENCODING} = 'UTF8';
	$output = qx{psql -X -q -a -f demo/tour.sql 2>&1};
}
$output =~ s/^psql:\S+: //mg;
$output =~ s/\s+$//;
for my $readme ('README.md', 'README.zh-CN.md')
{
	my ($shown) = slurp($readme) =~ /<!-- tour -->\n```sql\n(.*?)\s*```/s;
	is($shown, $output, "the tour in $readme is what psql prints");
}

$node->stop;
done_testing();
