# CREATE EXTENSION asks for PostGIS; the extension can be dropped and created
# again in the middle of a session; and it works with PostGIS in a schema of
# its own and with nothing on the search path.

use strict;
use warnings;

use CivicGrid;
use Test::More;

my $node = new_node('install');

#
# What CREATE EXTENSION refuses
#

$node->safe_psql('postgres', 'CREATE DATABASE bare');
refused($node, 'bare', 'CREATE EXTENSION civicgrid',
	'42704', 'without PostGIS and without CASCADE it is refused',
	qr/required extension "postgis" is not installed/, qr/HINT: .*CASCADE/);
is( $node->safe_psql(
		'bare',
		"SELECT count(*) FROM pg_namespace WHERE nspname = 'civicgrid'"),
	'0',
	'nothing stays behind');
install($node, 'bare');
is( $node->safe_psql('bare',
		"SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension"),
	'civicgrid plpgsql postgis',
	'with CASCADE PostGIS comes along');
refused(
	$node, 'bare',
	'DROP EXTENSION civicgrid; CREATE SCHEMA elsewhere; CREATE EXTENSION civicgrid SCHEMA elsewhere',
	'0A000', 'it is not put into another schema');

#
# DROP and CREATE while sessions that have used it go on
#

# Everything that keeps something between calls: the labels of grid_level, the
# functions that the planner calls, sequences found by name, plans of functions
# and of prepared statements.
my $use = <<'EOS';
SELECT civicgrid.level('440310001'::civicgrid.gridcode);
SELECT civicgrid.ancestor('440310001'::civicgrid.gridcode, 'city');
SELECT c, civicgrid.level(c), civicgrid.lineage(c) FROM app.cell WHERE c OPERATOR(civicgrid.<@) '4403' ORDER BY c;
EXPLAIN (COSTS OFF) SELECT * FROM app.cell WHERE c OPERATOR(civicgrid.<@) '4403';
EXPLAIN (COSTS OFF) SELECT * FROM app.cell WHERE c OPERATOR(civicgrid.@>) '440310';
SELECT civicgrid.min(c), civicgrid.max(c), count(DISTINCT c) FROM app.cell;
SELECT 'first draw ' || (civicgrid.case_sequence(civicgrid.new_caseno('440310', DATE '2026-03-01')) - :drawn);
SELECT * FROM civicgrid.map_class('GB/T 30428.2-2013', 'matter', '0205', 'GB/T 47678.5-2026');
SELECT public.level_of('440310001001');
EXECUTE level_of('440310001001001');
EOS
my $used = <<'EOS';
street
4403
4403|city|{44,4403}
440310|district|{44,4403,440310}
440310001|street|{44,4403,440310,440310001}
Index Only Scan using cell_pkey on cell
  Index Cond: ((c OPERATOR(civicgrid.>=) '4403'::civicgrid.gridcode) AND (c OPERATOR(civicgrid.<=) '440399999999999999'::civicgrid.gridcode))
Index Only Scan using cell_pkey on cell
  Index Cond: (c OPERATOR(civicgrid.=) ANY ('{44,4403,440310}'::civicgrid.gridcode[]))
44|45|5
first draw 1
matter||withdrawn|inferred
community
grid
EOS

# What a drop takes along must be made anew; what hangs on the names stays.
my $fill = <<'EOS';
CREATE SCHEMA IF NOT EXISTS app;
CREATE TABLE app.cell (c civicgrid.gridcode PRIMARY KEY);
INSERT INTO app.cell VALUES ('44'), ('4403'), ('440310'), ('440310001'), ('45');
VACUUM ANALYZE app.cell;
EOS
my $prepare = <<'EOS';
SET client_min_messages = warning;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
CREATE OR REPLACE FUNCTION public.level_of(code text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT civicgrid.level(code::civicgrid.gridcode)::text);
END;
$$;
PREPARE level_of (text) AS SELECT civicgrid.level($1::civicgrid.gridcode)::text;
EOS
my $drop = "DROP TABLE app.cell; DROP EXTENSION civicgrid;\n";
my $create = "CREATE EXTENSION civicgrid;\n";

# The numbers drawn in one life of the extension go on; in the next they begin
# anew.
my $set = sub { "\\set drawn $_[0]\n" };

my $script =
	$create
  . $prepare
  . $fill
  . $set->(0)
  . $use
  . $set->(1)
  . $use
  . $drop
  . $create
  . $fill
  . $set->(0)
  . $use;
$node->safe_psql('postgres', 'CREATE DATABASE again');
$node->safe_psql('again', 'CREATE EXTENSION postgis');
is($node->safe_psql('again', $script),
	($used x 3) =~ s/\n\z//r, 'used, dropped and created in one session');

# Once more, with drops that are rolled back or belong to one transaction, and
# with another session that has used it all the while.
my $other = $node->background_psql('again', on_error_stop => 0);
$other->query_safe($prepare);
is($other->query_safe($set->(1) . $use),
	$used =~ s/\n\z//r, 'used in another session');
my $fill_in_transaction = $fill =~ s/VACUUM ANALYZE/ANALYZE/r;
# without VACUUM there is no visibility map, but the plans are the same
is( $node->safe_psql(
		'again',
		$prepare
		  . "BEGIN;\n$drop ROLLBACK;\n"
		  . $set->(2)
		  . $use
		  . "BEGIN;\n$drop $create $fill_in_transaction"
		  . $set->(0)
		  . $use
		  . "ROLLBACK;\n"
		  . $set->(3)
		  . $use
		  . "BEGIN;\n$drop $create $fill_in_transaction COMMIT;\n"
		  . $set->(0)
		  . $use),
	($used x 4) =~ s/\n\z//r,
	'dropped and created in transactions that were rolled back or committed');
is($other->query_safe($set->(1) . $use),
	$used =~ s/\n\z//r, 'the other session goes on');
$other->quit;

#
# PostGIS in a schema of its own, nothing on the search path
#

$node->safe_psql('postgres', 'CREATE DATABASE apart');
$node->safe_psql('apart',
	'CREATE SCHEMA gis; CREATE EXTENSION postgis SCHEMA gis; CREATE EXTENSION civicgrid');
$node->safe_psql('postgres', "ALTER DATABASE apart SET search_path = ''");

$node->safe_psql(
	'apart', <<'EOS');
CREATE SCHEMA app;
CREATE TABLE app.cell (
	code civicgrid.gridcode PRIMARY KEY,
	class civicgrid.eventcode NOT NULL,
	parent civicgrid.gridcode GENERATED ALWAYS AS (civicgrid.parent(code)) STORED,
	CHECK (code OPERATOR(civicgrid.<@) '44')
);
INSERT INTO app.cell
SELECT format('4403%s%s', to_char(d, 'FM00'), to_char(s, 'FM000'))::civicgrid.gridcode,
	(ARRAY['06010', '01001', '010203'])[s % 3 + 1]::civicgrid.eventcode
FROM generate_series(1, 10) AS d, generate_series(1, 200) AS s;
CREATE INDEX cell_parent ON app.cell (civicgrid.parent(code));
CREATE INDEX cell_level ON app.cell (civicgrid.level(code), civicgrid.ancestor(code, 'district'));
CREATE INDEX cell_partial ON app.cell (class) WHERE code OPERATOR(civicgrid.<@) '440305';
CREATE INDEX cell_class ON app.cell (class, civicgrid.prefix(class, 2));
CREATE INDEX cell_hash ON app.cell USING hash (class);
CREATE MATERIALIZED VIEW app.by_district AS
	SELECT civicgrid.ancestor(code, 'district') AS district, civicgrid.level(class) AS level,
		count(*) AS n, civicgrid.min(code) AS first, civicgrid.max(code) AS last
	FROM app.cell
	WHERE code OPERATOR(civicgrid.<@) '4403' AND class OPERATOR(civicgrid.<@) '0'
	GROUP BY 1, 2;
CREATE UNIQUE INDEX ON app.by_district (district, level);
CREATE FUNCTION app.count_within(ancestor text) RETURNS bigint LANGUAGE sql STABLE AS
	$$SELECT count(*) FROM app.cell WHERE code OPERATOR(civicgrid.<@) ancestor::civicgrid.gridcode$$;
EOS
pass('tables, indexes, checks and views of codes are made');

$node->safe_psql(
	'apart', <<'EOS');
UPDATE app.cell SET class = '0699' WHERE code OPERATOR(civicgrid.=) '440305007';
DELETE FROM app.cell WHERE code OPERATOR(civicgrid.<@) '440310';
REFRESH MATERIALIZED VIEW app.by_district;
REFRESH MATERIALIZED VIEW CONCURRENTLY app.by_district;
VACUUM ANALYZE app.cell;
REINDEX TABLE app.cell;
CLUSTER app.cell USING cell_pkey;
ANALYZE app.cell;
EOS
is( $node->safe_psql('apart',
		'SELECT count(*), sum(n), civicgrid.min(first), civicgrid.max(last) FROM app.by_district'),
	'18|1800|440301001|440309200',
	'a materialized view is refreshed');
is($node->safe_psql('apart', "SELECT app.count_within('440305')"),
	'200', 'a function of the user');

my $off = 'SET enable_seqscan = off; SET enable_bitmapscan = off';
plan_is($node, 'apart',
	"SELECT code FROM app.cell WHERE code OPERATOR(civicgrid.<@) '440305'",
	$off, qr/Index Cond: .*>=\) '440305'.*<=\) '440305999999999999'/,
	'range of an index');
plan_is($node, 'apart',
	"SELECT code FROM app.cell WHERE code OPERATOR(civicgrid.@>) '440305007'",
	$off, qr/Index Cond: .*'\{44,4403,440305,440305007\}'/,
	'ancestors by an index');
plan_is($node, 'apart',
	"SELECT class FROM app.cell WHERE code OPERATOR(civicgrid.<@) '440305' AND class OPERATOR(civicgrid.=) '0699'",
	"$off; BEGIN; DROP INDEX app.cell_hash, app.cell_class",
	qr/cell_partial/, 'partial index');
plan_is(
	$node, 'apart',
	"SELECT code FROM app.cell WHERE civicgrid.level(code) = 'street' AND civicgrid.ancestor(code, 'district') OPERATOR(civicgrid.=) '440305'",
	$off, qr/cell_level/, 'functional index');
is( $node->safe_psql(
		'apart', "$off;
		SELECT count(*) FROM app.cell WHERE civicgrid.level(code) = 'street' AND civicgrid.ancestor(code, 'district') OPERATOR(civicgrid.=) '440305';
		SELECT count(*) FROM app.cell WHERE civicgrid.parent(code) OPERATOR(civicgrid.=) '440305';
		SELECT code FROM app.cell WHERE code OPERATOR(civicgrid.<@) '440305' AND class OPERATOR(civicgrid.=) '0699';
		SELECT count(*) FROM app.cell AS a JOIN app.cell AS b ON a.code OPERATOR(civicgrid.<@) b.parent WHERE b.code OPERATOR(civicgrid.=) '440305007'"),
	"200\n200\n440305007\n200",
	'what the indexes find');

# Taxonomies: foreign keys, the trigger that keeps edits, map_class().
is( $node->safe_psql(
		'apart', <<'EOS'),
INSERT INTO civicgrid.class_kind (kind, name) VALUES ('river', '河道');
INSERT INTO civicgrid.taxonomy (taxonomy, name) VALUES ('site', '本区');
INSERT INTO civicgrid.event_class (taxonomy, kind, code, name) VALUES ('site', 'river', '9', '河道');
INSERT INTO civicgrid.event_class (taxonomy, kind, code, name, parent) VALUES ('site', 'river', '901', '漂浮物', '9');
UPDATE civicgrid.event_class SET valid_to = '2027-01-01'
	WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter' AND code OPERATOR(civicgrid.=) '06010';
INSERT INTO civicgrid.event_class (taxonomy, kind, code, name, origin)
	VALUES ('GB/T 47678.5-2026', 'matter', '06011', '改名', 'edited');
INSERT INTO civicgrid.class_map (from_taxonomy, from_kind, from_code, to_taxonomy, to_kind, to_code, relation, basis)
	VALUES ('site', 'river', '901', 'GB/T 47678.5-2026', 'matter', '06010', 'wider', 'site');
SELECT code, origin FROM civicgrid.event_class
	WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter'
		AND code OPERATOR(civicgrid.=) ANY ('{06010,06011}'::civicgrid.eventcode[])
	ORDER BY code;
SELECT * FROM civicgrid.map_class('site', 'river', '90102', 'GB/T 47678.5-2026');
SELECT * FROM civicgrid.map_class('GB/T 30428.2-2013', 'matter', '0205', 'GB/T 47678.5-2026');
EOS
	"06010|edited\n06011|edited\nmatter|06010|wider|site\nmatter||withdrawn|inferred",
	'taxonomies');
refused(
	$node, 'apart',
	"DELETE FROM civicgrid.event_class WHERE code OPERATOR(civicgrid.=) '06010' AND kind = 'matter' AND taxonomy = 'GB/T 47678.5-2026'",
	'CG001', 'a shipped row is not deleted');

# Case numbers
is( $node->safe_psql(
		'apart', <<'EOS'),
CREATE TABLE app.visit (no civicgrid.caseno DEFAULT civicgrid.new_caseno('440310', TIMESTAMPTZ '2026-02-28 16:00+00') PRIMARY KEY)
	PARTITION BY RANGE (no);
CREATE TABLE app.visit_2026 PARTITION OF app.visit
	FOR VALUES FROM (civicgrid.first_caseno('2026-01-01')) TO (civicgrid.first_caseno('2027-01-01'));
INSERT INTO app.visit DEFAULT VALUES;
INSERT INTO app.visit VALUES (civicgrid.new_caseno('440310', DATE '2026-03-01'));
SELECT no, civicgrid.case_date(no), civicgrid.district(no), civicgrid.case_sequence(no), civicgrid.check_digit(no)
FROM app.visit ORDER BY no;
INSERT INTO civicgrid.case_record (caseno, cell, taxonomy, kind, class)
	SELECT no, '440310001', 'site', 'river', '901' FROM app.visit;
SELECT count(*) FROM civicgrid.case_record WHERE cell OPERATOR(civicgrid.<@) '440310';
SELECT civicgrid.make_caseno('2026-03-01', '440310001', 1) OPERATOR(civicgrid.=) civicgrid.min(no) FROM app.visit;
EOS
	"20260301-440310-0000001-3|2026-03-01|440310|1|3\n"
	  . "20260301-440310-0000002-1|2026-03-01|440310|2|1\n2\nt",
	'case numbers');

# A function of somebody else's that bears the name of one that the planner
# calls, first on the search path, is not taken for it.
is( $node->safe_psql(
		'apart', <<"EOS"),
CREATE SCHEMA mischief;
CREATE FUNCTION mischief.last_descendant(civicgrid.gridcode) RETURNS civicgrid.gridcode LANGUAGE sql IMMUTABLE
	AS 'SELECT \$1';
CREATE FUNCTION mischief.lineage(civicgrid.gridcode) RETURNS civicgrid.gridcode[] LANGUAGE sql IMMUTABLE
	AS \$\$SELECT '{}'::civicgrid.gridcode[]\$\$;
SET search_path = mischief, civicgrid;
$off;
SELECT count(*) FROM app.cell WHERE code <@ '440305';
SELECT count(*) FROM app.cell WHERE code @> '440305007001';
EOS
	"200\n1",
	'functions of the same name elsewhere are not called');

$node->stop;
done_testing();
