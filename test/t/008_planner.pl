# What the planner expects of <@ and @> on 100,000 codes that crowd in some
# places, as real ones do: the rows expected are within a factor of three of
# the rows found, and with nothing forced an index is chosen where it pays and
# left where it does not.

use strict;
use warnings;

use CivicGrid;
use Test::More;

my $node = new_node('planner', conf => <<'EOS');
shared_buffers = 128MB
random_page_cost = 1.1
jit = off
max_parallel_workers_per_gather = 0
EOS
new_database($node, 'planner');
$node->safe_psql('postgres',
	'ALTER DATABASE planner SET search_path = public, civicgrid');

# Most are in one city; the first districts and streets have most of them.
$node->safe_psql(
	'planner', <<'EOS');
SELECT setseed(0.5);
CREATE TABLE cell AS
SELECT i AS id, (
		(CASE (random() * 20)::int WHEN 0 THEN '11' WHEN 1 THEN '65' ELSE '44' END)
		|| '03' || to_char(1 + floor(10 * random() ^ 2), 'FM00')
		|| to_char(1 + floor(20 * random() ^ 2), 'FM000') || to_char(1 + floor(20 * random()), 'FM000')
		|| to_char(1 + floor(30 * random()), 'FM000') || to_char(1 + floor(50 * random()), 'FM000')
	)::gridcode AS code,
	(to_char(1 + floor(20 * random() ^ 2), 'FM00') || to_char(1 + floor(40 * random()), 'FM000'))::eventcode AS class
FROM generate_series(1, 100000) AS i;
CREATE INDEX cell_code ON cell (code);
CREATE INDEX cell_class ON cell (class);

-- units, each with a territory of some level, some with the same, some without
CREATE TABLE unit AS
SELECT row_number() OVER () AS id, ancestor(code, l) AS territory, prefix(class, d) AS duty
FROM cell, (VALUES ('district'::grid_level, 2), ('street', 5), ('street', 5), ('community', NULL)) AS v (l, d)
WHERE id % 200 = 0
UNION ALL SELECT -i, NULL, NULL FROM generate_series(1, 100) AS i;
CREATE INDEX unit_territory ON unit (territory);
CREATE INDEX unit_duty ON unit (duty);
VACUUM ANALYZE cell, unit;

-- rows expected by the topmost node that is no aggregate, and rows found
CREATE FUNCTION expected(query text, OUT expected numeric, OUT actual numeric) LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	expected := plan -> 0 -> 'Plan' ->> 'Plan Rows';
	EXECUTE format('SELECT count(*) FROM (%s) AS q', query) INTO actual;
END;
$$;
-- the same for EXECUTE, which is no subquery
CREATE FUNCTION expected_of_statement(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END;
$$;
EOS

# How far off is the worst expectation of many queries?
sub close_to_truth
{
	my ($queries, $at_least, $name) = @_;
	my ($n, $off, $least, $worst) = split /\|/,
	  $node->safe_psql(
		'planner', <<"EOS");
SELECT count(*), coalesce(count(*) FILTER (WHERE r NOT BETWEEN 1/3.0 AND 3), 0), min(actual),
	(array_agg(format('%s: %s rows expected, %s found', q, expected, actual) ORDER BY abs(ln(greatest(r, 0.0001))) DESC))[1]
FROM (
	SELECT q, expected, actual, greatest(expected, 1) / greatest(actual, 1) AS r
	FROM ($queries) AS queries (q), expected(q)
) AS e
EOS

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($off, '0', "estimate: $name") or diag($worst);
	note("the worst: $worst");
	cmp_ok($n, '>=', $at_least, "of $n queries");
	return;
}

#
# Constants
#

# An ancestor of many codes: at least as many as two steps of a histogram of
# the default size, within which nobody knows how they lie.
my $crowded = <<'EOS';
SELECT a FROM cell, unnest(lineage(code)) AS a GROUP BY a HAVING count(*) >= 2000
EOS
$node->safe_psql('planner', "CREATE TABLE crowded AS $crowded");
$node->safe_psql('planner', <<'EOS');
CREATE TABLE crowded_class AS SELECT DISTINCT prefix(class, 2) AS a FROM cell;
INSERT INTO crowded_class SELECT '0' UNION ALL SELECT '1';
EOS

for my $condition ('code <@ %L', '%L @> code', 'gridcode_within(code, %L)', 'gridcode_covers(%L, code)', 'NOT code <@ %L')
{
	(my $quoted = $condition) =~ s/'/''/g;
	# nothing is left of some of them
	my $where = $condition =~ /NOT/ ? "WHERE a <> '44' AND a <> '4403'" : '';
	close_to_truth(
		"SELECT format('SELECT * FROM cell WHERE $quoted', a) FROM crowded $where",
		10, $condition);
}
close_to_truth(
	"SELECT format('SELECT * FROM cell WHERE class <@ %L', a) FROM crowded_class",
	20, 'class <@ %L');
close_to_truth(
	q(SELECT format('SELECT * FROM cell WHERE code <@ %L AND class <@ %L', c.a, k.a)
	FROM crowded AS c, crowded_class AS k WHERE k.a < '05' AND k.a <> '0'),
	40, 'of both columns');
close_to_truth(
	q(SELECT format('SELECT * FROM unit WHERE territory @> %L', code) FROM cell WHERE id % 2000 = 0),
	50, 'territory @> %L');
close_to_truth(
	q(SELECT format('SELECT * FROM unit WHERE %L <@ territory', code) FROM cell WHERE id % 2000 = 0),
	50, '%L <@ territory');
close_to_truth(
	q(SELECT format('SELECT * FROM unit WHERE duty @> %L', class) FROM cell WHERE id % 2000 = 0),
	50, 'duty @> %L');
close_to_truth(
	q(SELECT format('SELECT * FROM cell WHERE code %s NULL', o)
	FROM (VALUES ('<@'), ('@>')) AS v (o)),
	2, 'NULL');
close_to_truth(
	q(SELECT format('SELECT * FROM cell WHERE code <@ %L', x)
	FROM (VALUES ('99'), ('4499'), ('440399999')) AS v (x)),
	3, 'nothing there');

#
# Joins
#

close_to_truth(
	q(SELECT format('SELECT * FROM unit AS u JOIN cell AS c ON %s', o)
	FROM (VALUES
		('c.code <@ u.territory'),
		('u.territory @> c.code'),
		('gridcode_within(c.code, u.territory)'),
		('c.class <@ u.duty'),
		('u.duty @> c.class')) AS v (o)),
	5, 'joins');

#
# Parameters: with a value, they are constants; without, a part of the table
#

for my $statement ('code <@ $1', '$1 @> code')
{
	is( $node->safe_psql(
			'planner', <<"EOS"),
SET plan_cache_mode = force_custom_plan;
PREPARE within (gridcode) AS SELECT * FROM cell WHERE $statement;
SELECT count(*) FROM crowded, LATERAL (
	SELECT expected_of_statement(format('EXECUTE within (%L)', a)) AS e,
		(SELECT count(*) FROM cell WHERE code <@ a) AS n) AS r
WHERE e / n NOT BETWEEN 1/3.0 AND 3
EOS
		'0',
		"estimate: $statement, its value known");
	my $generic = $node->safe_psql(
		'planner', <<"EOS");
SET plan_cache_mode = force_generic_plan;
PREPARE within (gridcode) AS SELECT * FROM cell WHERE $statement;
SELECT expected_of_statement(\$\$EXECUTE within ('4403')\$\$)
EOS
	cmp_ok($generic, '>', 1,      "estimate: $statement, for any value: $generic rows");
	cmp_ok($generic, '<', 50_000, 'and not most of the table');
}

#
# What is chosen when nothing is forced
#

plan_is($node, 'planner', 'SELECT * FROM cell WHERE ' . $$_[0], $$_[1], $$_[2], $$_[0])
  for (
	[ q(code <@ '440310'),          '', qr/Index.* cell_code\b.*Index Cond: /s ],
	[ q(code <@ '440310020001'),    '', qr/Index.* cell_code\b.*Index Cond: /s ],
	[ q(code <@ '440310020001001'), '', qr/Index Scan using cell_code/ ],
	[ q(code @> '440310020001001'), '', qr/Index.* cell_code\b.*Index Cond: /s ],
	[ q(class <@ '19'),             '', qr/Index.* cell_class\b.*Index Cond: /s ],
	[ q(code <@ '44'),              '', qr/\ASeq Scan on cell/ ],
	[ q(code <@ NULL),              '', qr/One-Time Filter: false/ ]);
plan_is(
	$node, 'planner', "EXECUTE within ('440310020001')",
	'SET plan_cache_mode = force_generic_plan; PREPARE within (gridcode) AS SELECT * FROM cell WHERE code <@ $1',
	qr/cell_code.*Index Cond: \(\(code >= \$1\) AND \(code <= last_descendant\(\$1\)\)\)/s,
	'a parameter of any value');
plan_is(
	$node, 'planner',
	'SELECT u.id, count(c.id) FROM unit AS u LEFT JOIN cell AS c ON c.code <@ u.territory WHERE u.id = 2 GROUP BY u.id',
	'',
	qr/Nested Loop Left Join.*cell_code.*Index Cond: \(\(code >= u\.territory\)/s,
	'the codes of a unit');
plan_is(
	$node, 'planner',
	'SELECT c.id, u.id FROM cell AS c JOIN unit AS u ON u.territory @> c.code WHERE c.id BETWEEN 1 AND 20',
	'',
	qr/Nested Loop.*unit_territory.*Index Cond: \(territory = ANY \(lineage\(c\.code\)\)\)/s,
	'the units of a code');

$node->stop;
done_testing();
