# Every old version of the extension, brought up to date, is the same as a new
# installation, down to the last comment and shipped row; and what users had
# stored and edited in the old version is still there.

use strict;
use warnings;

use CivicGrid;
use Test::More;

my $node = new_node('upgrade');

new_database($node, 'fresh');
my $default = $node->safe_psql('fresh',
	"SELECT extversion FROM pg_extension WHERE extname = 'civicgrid'");

# The update paths know the versions; an installation away from the server's
# own folders is not among pg_available_extension_versions everywhere.
my @old = split /\n/, $node->safe_psql(
	'fresh', <<"EOS");
SELECT source FROM pg_extension_update_paths('civicgrid')
WHERE target = '$default' AND path IS NOT NULL
ORDER BY source
EOS
is(scalar(grep { $_ eq '0.1.0' } @old),
	1, 'the first version can be brought up to date');
is( $node->safe_psql(
		'fresh', <<"EOS"),
SELECT string_agg(source, ' ') FROM pg_extension_update_paths('civicgrid')
WHERE target = '$default' AND path IS NULL
EOS
	'',
	'and so can any other');

my $fresh = catalogue($node, 'fresh');

#
# The comparison itself: it is complete, and it notices.
#

unlike($fresh, qr/^not known how to compare/m,
	'every kind of object is compared');
is(catalogue($node, 'fresh', around => [ 'BEGIN', 'ROLLBACK' ]),
	$fresh, 'looking twice gives the same');
for my $kind (
	'aggregate', 'cast', 'column', 'comment', 'constraint',
	'dumped',    'enum', 'event trigger', 'extension', 'function',
	'index',     'initial privileges', 'member', 'operator',
	'operator class', 'operator family', 'position', 'relation', 'row',
	'schema',    'sequence', 'trigger', 'type')
{
	like($fresh, qr/^$kind /m, "$kind");
}

# Each of these is a mistake that an update script could make.
my %mistakes = (
	'a comment' => 'COMMENT ON COLUMN civicgrid.event_class.code IS NULL',
	'a comment on a constraint' =>
	  "COMMENT ON CONSTRAINT taxonomy_pkey ON civicgrid.taxonomy IS 'key'",
	'volatility' =>
	  'ALTER FUNCTION civicgrid.parent(civicgrid.gridcode) STABLE',
	'strictness' =>
	  'ALTER FUNCTION civicgrid.parent(civicgrid.gridcode) CALLED ON NULL INPUT',
	'leakproof' =>
	  'ALTER FUNCTION civicgrid.gridcode_eq(civicgrid.gridcode, civicgrid.gridcode) NOT LEAKPROOF',
	'parallel' =>
	  'ALTER FUNCTION civicgrid.parent(civicgrid.gridcode) PARALLEL UNSAFE',
	'a support function' =>
	  "UPDATE pg_proc SET prosupport = 0 WHERE proname = 'gridcode_within'",
	'a function of the library' =>
	  "UPDATE pg_proc SET prosrc = 'cg_gridcode_digits' WHERE proname = 'gridcode_parent' OR proname = 'parent' AND prosrc = 'cg_gridcode_parent'",
	'settings of a function' =>
	  'ALTER FUNCTION civicgrid.keep_shipped_row() RESET search_path',
	'execution' =>
	  'GRANT EXECUTE ON FUNCTION civicgrid.keep_shipped_row() TO PUBLIC',
	'the right to a table' => 'GRANT SELECT ON civicgrid.taxonomy TO PUBLIC',
	'the right to a column' =>
	  'GRANT SELECT (name) ON civicgrid.taxonomy TO PUBLIC',
	'an estimator' =>
	  'ALTER OPERATOR civicgrid.<@ (civicgrid.gridcode, civicgrid.gridcode) SET (RESTRICT = NONE)',
	'a property of a type' =>
	  "UPDATE pg_type SET typcategory = 'S' WHERE typname = 'gridcode'",
	'an operator class' =>
	  "UPDATE pg_opclass SET opcdefault = false WHERE opcname = 'gridcode_ops' AND opcmethod = 405",
	'an operator family' =>
	  'ALTER OPERATOR FAMILY civicgrid.gridcode_ops USING btree DROP FUNCTION 4 (civicgrid.gridcode, civicgrid.gridcode)',
	'a cast' =>
	  "UPDATE pg_cast SET castcontext = 'e' WHERE castsource = 'text'::regtype AND casttarget = 'civicgrid.gridcode'::regtype",
	'an aggregate' =>
	  "UPDATE pg_aggregate SET aggcombinefn = 0 WHERE aggfnoid = 'civicgrid.min(civicgrid.gridcode)'::regprocedure",
	'the order of an enum' =>
	  "UPDATE pg_enum SET enumsortorder = 99 WHERE enumlabel = 'province'",
	'a default' =>
	  "ALTER TABLE civicgrid.taxonomy ALTER origin SET DEFAULT 'edited'",
	'not null' =>
	  'ALTER TABLE civicgrid.event_class ALTER name DROP NOT NULL',
	'a constraint' =>
	  'ALTER TABLE civicgrid.event_class DROP CONSTRAINT event_class_parent_check',
	'an index'  => 'DROP INDEX civicgrid.event_class_parent_idx',
	'a trigger' =>
	  'ALTER TABLE civicgrid.taxonomy DISABLE TRIGGER keep_shipped_row',
	'a sequence' => 'ALTER SEQUENCE civicgrid.caseno_slot_07 NO CYCLE',
	'a position' => "SELECT setval('civicgrid.caseno_slot_63', 2)",
	'an event trigger' =>
	  'ALTER EVENT TRIGGER civicgrid_refuse_drop DISABLE',
	'a row' =>
	  "UPDATE civicgrid.event_class SET remark = '' WHERE code = '05001'",
	'what is dumped' =>
	  "UPDATE pg_extension SET extcondition[3] = '' WHERE extname = 'civicgrid'",
	'a member lost' =>
	  'ALTER EXTENSION civicgrid DROP FUNCTION civicgrid.padded(civicgrid.gridcode, integer)',
	'a dependency' =>
	  "DELETE FROM pg_depend WHERE objid = 'civicgrid.map_class'::regproc AND refobjid = 'civicgrid.class_map'::regclass",
	'an owner' =>
	  'CREATE ROLE somebody SUPERUSER; ALTER TABLE civicgrid.taxonomy OWNER TO somebody',);
for my $what (sort keys %mistakes)
{
	my $changed = catalogue($node, 'fresh',
		around => [
			"BEGIN; SET LOCAL search_path = public, civicgrid; $mistakes{$what}",
			'ROLLBACK'
		]);
	# the value that setval() returns is printed too
	$changed =~ s/^\d+\n//m if $what eq 'a position';
	isnt($changed, $fresh, "it notices: $what");
}
is( $node->safe_psql('fresh',
		"SELECT setval('civicgrid.caseno_slot_63', 1, false)"),
	'1', 'back to where it was');
is(catalogue($node, 'fresh'), $fresh, 'nothing of this remained');

#
# The updates
#

# What a site keeps, in terms of the first version.
my $site = <<'EOS';
SET search_path = public, civicgrid;
INSERT INTO civicgrid.class_kind (kind, name) VALUES ('river', '河道');
INSERT INTO civicgrid.taxonomy (taxonomy, name, valid_from) VALUES ('site', '本区分类', '2026-01-01');
INSERT INTO civicgrid.event_class (taxonomy, kind, code, name, parent, sensitive) VALUES
	('site', 'river', '9', '河道', NULL, false),
	('site', 'river', '901', '漂浮物', '9', true),
	('GB/T 47678.5-2026', 'matter', '06999', '本区扩展', '06', false);
INSERT INTO civicgrid.class_map (from_taxonomy, from_kind, from_code, to_taxonomy, to_kind, to_code, relation, basis)
	VALUES ('site', 'river', '901', 'GB/T 47678.5-2026', 'matter', '06999', 'wider', 'site');
UPDATE civicgrid.event_class SET name = '改过的名称', valid_to = '2027-01-01'
	WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter' AND code = '06010';
UPDATE civicgrid.taxonomy SET remark = '本区采用' WHERE taxonomy = 'GB/T 47678.5-2026';
UPDATE civicgrid.class_kind SET name = '事项' WHERE kind = 'matter';
UPDATE civicgrid.class_map SET remark = '本区确认' WHERE to_code IS NULL;

CREATE SCHEMA site;
CREATE TABLE site.cell (
	code civicgrid.gridcode PRIMARY KEY,
	taxonomy text, kind text, class civicgrid.eventcode,
	FOREIGN KEY (taxonomy, kind, class) REFERENCES civicgrid.event_class);
INSERT INTO site.cell VALUES
	('440310001', 'site', 'river', '901'),
	('440310002', 'GB/T 47678.5-2026', 'matter', '06010'),
	('441900003', NULL, NULL, NULL);
CREATE INDEX ON site.cell (civicgrid.parent(code), civicgrid.level(code)) WHERE code OPERATOR(civicgrid.<@) '44';
CREATE VIEW site.cell_class AS
	SELECT c.code, civicgrid.level(c.code) AS level, e.name, m.code AS national
	FROM site.cell AS c
		JOIN civicgrid.event_class AS e ON (e.taxonomy, e.kind, e.code) = (c.taxonomy, c.kind, c.class)
		LEFT JOIN LATERAL civicgrid.map_class(c.taxonomy, c.kind, c.class, 'GB/T 47678.5-2026') AS m ON true;

-- what it looked like in the old version
CREATE SCHEMA before;
CREATE TABLE before.class_kind AS SELECT * FROM civicgrid.class_kind WHERE origin <> 'shipped';
CREATE TABLE before.taxonomy AS SELECT * FROM civicgrid.taxonomy WHERE origin <> 'shipped';
CREATE TABLE before.event_class AS SELECT * FROM civicgrid.event_class WHERE origin <> 'shipped';
CREATE TABLE before.class_map AS SELECT * FROM civicgrid.class_map WHERE origin <> 'shipped';
CREATE TABLE before.cell_class AS SELECT * FROM site.cell_class;
EOS

# Tables of the site's rows, the SQL that says which those are
my %kept = (
	(map { ($_ => "civicgrid.$_ WHERE origin <> 'shipped'") }
		  qw(class_kind taxonomy event_class class_map)),
	cell_class => 'site.cell_class');

for my $version (@old)
{
	(my $db = "from_$version") =~ tr/./_/;

	# without a trace of users
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db,
		"CREATE EXTENSION postgis; CREATE EXTENSION civicgrid VERSION '$version'");
	isnt(catalogue($node, $db), $fresh, "$version is another version");
	$node->safe_psql($db, 'ALTER EXTENSION civicgrid UPDATE');
	my $updated = catalogue($node, $db);
	ok($updated eq $fresh, "$version brought up to date is as $default")
	  or diag(join("\n", _difference($fresh, $updated)));

	# with users' rows, in one session that has used the old version
	$node->safe_psql('postgres', "CREATE DATABASE ${db}_used");
	$node->safe_psql("${db}_used",
		"CREATE EXTENSION postgis; CREATE EXTENSION civicgrid VERSION '$version'; $site"
		  . 'ALTER EXTENSION civicgrid UPDATE; SELECT * FROM site.cell_class');
	for my $table (sort keys %kept)
	{
		my $columns = $node->safe_psql(
			"${db}_used", <<"EOS");
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = 'before.$table'::regclass AND attnum > 0
EOS
		my $now  = "SELECT $columns FROM $kept{$table}";
		my $then = "SELECT $columns FROM before.$table";
		my $all = $node->safe_psql("${db}_used", "SELECT count(*) FROM before.$table");
		is( $node->safe_psql(
				"${db}_used", <<"EOS"),
SELECT (SELECT count(*) FROM before.$table),
	(SELECT count(*) FROM (($now) EXCEPT ALL ($then)) AS d),
	(SELECT count(*) FROM (($then) EXCEPT ALL ($now)) AS d)
EOS
			"$all|0|0",
			"$version: users' rows of $table are kept");
		cmp_ok($all, '>', 1, "there were some");
	}
	is( $node->safe_psql(
			"${db}_used", <<'EOS'),
SET enable_seqscan = off;
SELECT code FROM site.cell WHERE code OPERATOR(civicgrid.<@) '4403' ORDER BY code;
SELECT code FROM site.cell
WHERE civicgrid.parent(code) OPERATOR(civicgrid.=) '440310' AND code OPERATOR(civicgrid.<@) '44' ORDER BY code;
EOS
		"440310001\n440310002\n440310001\n440310002",
		"$version: users' indexes are whole");

	# and an edit made now is marked as ever
	is( $node->safe_psql(
			"${db}_used", <<'EOS'),
SET search_path = public, civicgrid;
UPDATE civicgrid.event_class SET remark = '新' WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter' AND code = '06012'
RETURNING origin
EOS
		'edited',
		"$version: the trigger works");
	$node->safe_psql("${db}_used", 'DROP EXTENSION civicgrid CASCADE');
	is( $node->safe_psql(
			"${db}_used",
			"SELECT count(*) FROM pg_depend WHERE refobjid = (SELECT oid FROM pg_namespace WHERE nspname = 'civicgrid')"),
		'0',
		"$version: it can be dropped");
}

$node->stop;
done_testing();

# The lines that only one of two texts has.
sub _difference
{
	my ($wanted, $got) = @_;
	my %wanted = map { ($_ => 1) } split /\n/, $wanted;
	my %got    = map { ($_ => 1) } split /\n/, $got;

	return (
		(map { "only new installation: $_" } grep { !$got{$_} } sort keys %wanted),
		(map { "only updated: $_" } grep { !$wanted{$_} } sort keys %got));
}
