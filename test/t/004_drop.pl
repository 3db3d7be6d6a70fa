# While there are cases, no command drops the extension, and the cases with it,
# but DROP EXTENSION civicgrid CASCADE; everything else may be dropped as ever.

use strict;
use warnings;

use CivicGrid;
use Test::More;

my $node = new_node('drop');

# Another extension, if the server has one, to be dropped beside civicgrid
my $other = $node->safe_psql(
	'postgres', <<'EOS');
SELECT name FROM pg_available_extensions
WHERE name IN ('hstore', 'citext', 'pg_trgm', 'btree_gist', 'ltree')
ORDER BY name LIMIT 1
EOS

$node->safe_psql(
	'postgres', <<'EOS');
CREATE ROLE grid_owner SUPERUSER;
CREATE ROLE grid_heir SUPERUSER;
CREATE ROLE somebody;
GRANT CREATE ON DATABASE postgres TO somebody;
EOS
$node->safe_psql('postgres',
	'CREATE EXTENSION postgis; SET ROLE grid_owner; CREATE EXTENSION civicgrid');
$node->safe_psql('postgres', "CREATE EXTENSION $other") if $other ne '';

# Run commands in a transaction that is rolled back; true if all of them worked.
sub works
{
	my (@commands) = @_;
	my $error = verbose_error($node, 'postgres',
		join('', map { "$_;\n" } 'BEGIN', @commands, 'ROLLBACK'));

	diag($error) if $error ne '';
	return $error eq '';
}

#
# Without cases
#

ok(works('DROP EXTENSION civicgrid'), 'without cases it can be dropped');
ok(works('DROP EXTENSION civicgrid RESTRICT'), 'with RESTRICT too');
ok(works('DROP OWNED BY grid_owner'), 'and with its owner');
ok(works('DROP OWNED BY grid_owner CASCADE'),
	'and with all that depends on it');
ok(works('DROP EXTENSION postgis CASCADE'), 'and with PostGIS');
ok(works('DROP SCHEMA civicgrid CASCADE'), 'and with its schema');

#
# With cases
#

$node->safe_psql(
	'postgres', <<'EOS');
INSERT INTO civicgrid.case_record (caseno)
SELECT civicgrid.make_caseno('2026-03-01', '440310', i) FROM generate_series(1, 3) AS i;
EOS

my $first   = '20260301-440310-0000001-3';
my $last    = $node->safe_psql('postgres',
	'SELECT civicgrid.max(caseno) FROM civicgrid.case_record');
my @refused = (
	'2BP01',
	qr/ERROR:  2BP01: cannot drop extension civicgrid because it holds cases$/m,
	qr/^DETAIL:  .*case_record\b.*\b\Q$first\E\b.*\b\Q$last\E/m,
	qr/^HINT:  .*pg_dump.*CASCADE/m);

# $1: what is not possible; further ones: what comes before it
sub is_refused
{
	my ($command, @before) = @_;
	my ($sqlstate, @wanted) = @refused;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	refused($node, 'postgres',
		join('', map { "$_;\n" } @before, $command),
		$sqlstate, join('; ', @before, $command), @wanted);
	return;
}

is_refused('DROP EXTENSION civicgrid');
is_refused('DROP EXTENSION IF EXISTS civicgrid');
is_refused('DROP EXTENSION civicgrid RESTRICT');
is_refused('DROP EXTENSION civicgrid, postgis');
is_refused('DROP EXTENSION postgis, civicgrid');
is_refused('DROP EXTENSION plpgsql, civicgrid');
is_refused('DROP EXTENSION IF EXISTS nothing_of_this_name, civicgrid');
is_refused("DROP EXTENSION $other, civicgrid") if $other ne '';
is_refused('DROP EXTENSION civicgrid', q(SET search_path = ''));
is_refused('DROP EXTENSION civicgrid', 'SET search_path = civicgrid');
is_refused('DROP EXTENSION civicgrid', 'BEGIN');
is_refused('DROP EXTENSION civicgrid', 'SET ROLE grid_owner');
is_refused(
	'DROP EXTENSION civicgrid',
	'CREATE SCHEMA mischief',
	'CREATE TABLE mischief.case_record (caseno civicgrid.caseno)',
	'SET search_path = mischief, civicgrid');
$node->safe_psql('postgres', 'DROP SCHEMA mischief CASCADE');
is_refused(q(DO 'BEGIN EXECUTE ''DROP EXTENSION civicgrid''; END'));
is_refused('DROP OWNED BY grid_owner');
is_refused('DROP OWNED BY grid_owner RESTRICT');
is_refused('DROP OWNED BY somebody, grid_owner');
is_refused('DROP OWNED BY CURRENT_USER', 'SET ROLE grid_owner');
is_refused(
	'DROP OWNED BY grid_heir',
	'BEGIN',
	'REASSIGN OWNED BY grid_owner TO grid_heir');
is_refused('DROP OWNED BY grid_owner', q(SET search_path = ''));

# CASCADE of something else does not mean the cases.
is_refused('DROP OWNED BY grid_owner CASCADE');
is_refused('DROP EXTENSION postgis CASCADE');
is_refused("DROP EXTENSION postgis, $other CASCADE") if $other ne '';
is_refused('DROP SCHEMA civicgrid CASCADE');
is_refused('DROP SCHEMA IF EXISTS nothing_of_this_name, civicgrid CASCADE');
is_refused('DROP SCHEMA public CASCADE', q(SET search_path = ''));

# as when rows are replicated
is_refused('DROP EXTENSION civicgrid', 'SET session_replication_role = replica');

is( $node->safe_psql(
		'postgres', 'SELECT count(*) FROM civicgrid.case_record'),
	'3',
	'the cases are still there');

# A table at a time neither: PostgreSQL sees to that.
refused($node, 'postgres', "DROP $_",
	'2BP01', "DROP $_", qr/extension civicgrid requires it/)
  for ('TABLE civicgrid.case_record',
	'TABLE civicgrid.case_record CASCADE',
	'TYPE civicgrid.caseno CASCADE',
	'FUNCTION civicgrid.refuse_drop_with_cases() CASCADE',
	'EVENT TRIGGER civicgrid_refuse_drop');
refused($node, 'postgres', 'DROP EXTENSION postgis',
	'2BP01', 'DROP EXTENSION postgis', qr/civicgrid depends on/);
refused($node, 'postgres', 'DROP SCHEMA civicgrid',
	'2BP01', 'DROP SCHEMA civicgrid', qr/depends? on/);

# Somebody else
refused($node, 'postgres', 'SET ROLE somebody; DROP EXTENSION civicgrid',
	'42501', 'somebody who has no right to');

#
# What is not concerned
#

ok(works('DROP OWNED BY grid_heir'), 'DROP OWNED BY another role');
ok( works(
		'SET ROLE somebody',
		'CREATE SCHEMA mine',
		'CREATE TABLE mine.t (i int)',
		'DROP OWNED BY CURRENT_ROLE'),
	'DROP OWNED BY a role without rights, by itself');
ok( works('REASSIGN OWNED BY grid_owner TO grid_heir',
		'DROP OWNED BY grid_owner'),
	'DROP OWNED BY a former owner');
ok(works('DROP EXTENSION IF EXISTS nothing_of_this_name'),
	'DROP EXTENSION of one that is not there');
ok(works('CREATE SCHEMA s', 'CREATE TABLE s.t (i int)', 'DROP SCHEMA s CASCADE'),
	'DROP SCHEMA of another');
SKIP:
{
	skip 'the server has no other extension', 2 if $other eq '';
	ok(works("DROP EXTENSION $other"), 'DROP EXTENSION of another');
	ok(works("DROP EXTENSION $other CASCADE"), 'the same with CASCADE');
}
refused($node, 'postgres', 'DROP EXTENSION nothing_of_this_name',
	'42704', 'DROP EXTENSION of one that is not there is the usual error');
refused($node, 'postgres', 'DROP OWNED BY no_such_role',
	'42704', 'DROP OWNED BY a role that is not there is the usual error');

#
# CASCADE
#

ok(works('DROP EXTENSION civicgrid CASCADE'), 'CASCADE works');
ok(works('DROP EXTENSION postgis, civicgrid CASCADE'),
	'with PostGIS, both by name');
ok( works(q(SET search_path = ''), 'DROP EXTENSION civicgrid CASCADE'),
	'with an empty search_path');

# Columns of users go with CASCADE only, as those of any type.
$node->safe_psql(
	'postgres', <<'EOS');
DELETE FROM civicgrid.case_record;
CREATE TABLE cell (id int, code civicgrid.gridcode);
INSERT INTO cell VALUES (1, '440310');
EOS
refused($node, 'postgres', 'DROP EXTENSION civicgrid',
	'2BP01', 'without cases, but with columns of its types',
	qr/column code of table cell depends on type civicgrid.gridcode/);
$node->safe_psql('postgres',
	"INSERT INTO civicgrid.case_record (caseno) VALUES ('$first')");
$node->safe_psql('postgres', 'DROP EXTENSION civicgrid CASCADE');
is( $node->safe_psql(
		'postgres', <<'EOS'),
SELECT count(*) FROM pg_extension WHERE extname = 'civicgrid';
SELECT count(*) FROM pg_event_trigger;
SELECT to_regclass('civicgrid.case_record') IS NULL;
SELECT * FROM cell;
EOS
	"0\n0\nt\n1",
	'DROP EXTENSION civicgrid CASCADE works');
$node->safe_psql('postgres', 'CREATE EXTENSION civicgrid');
is( $node->safe_psql(
		'postgres', 'SELECT count(*) FROM civicgrid.case_record'),
	'0',
	'and it can be created again');

$node->stop;
done_testing();
