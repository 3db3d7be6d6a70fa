# The edition in force, wherever it is asked for: on a standby, in parallel
# workers, in prepared statements and in functions that publish themselves,
# after a crash, after dump and restore, and by a role that may read only.

use strict;
use warnings;

use CivicGrid;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(
	allows_streaming => 1,
	extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', <<'EOS');
log_statement = none
timezone = 'UTC'
autovacuum = off
client_min_messages = warning
EOS
$node->append_conf('postgresql.conf', $ENV{CIVICGRID_SERVER_SETTINGS})
  if defined $ENV{CIVICGRID_SERVER_SETTINGS};
$node->start;
new_database($node, 'grid');
$node->safe_psql('postgres',
	'ALTER DATABASE grid SET search_path = public, civicgrid');

# 40 by 40 cells; edition n gives every cell the code of its place plus n.
$node->safe_psql(
	'grid', <<'EOS');
CREATE TABLE place AS
SELECT i, j, ST_SetSRID(ST_Point(114.0005 + i * 0.001, 22.5005 + j * 0.001), 4490) AS geom
FROM generate_series(0, 39) AS i, generate_series(0, 39) AS j;
CREATE FUNCTION draw(n integer) RETURNS void LANGUAGE sql AS $$
DELETE FROM grid_cell;
INSERT INTO grid_cell (kind, code, name, collector, geom)
SELECT 'unit', format('440310%s%s%s', lpad((n)::text, 3, '0'), lpad((i + 1)::text, 3, '0'), lpad((j + 1)::text, 3, '0'))::gridcode,
	format('%s-%s', i, j), format('collector %s-%s', i, j),
	ST_MakeEnvelope(114 + i * 0.001, 22.5 + j * 0.001, 114 + (i + 1) * 0.001, 22.5 + (j + 1) * 0.001, 4490)
FROM place;
$$;
SELECT draw(1);
CALL publish_grid('first', '2026-01-01');
EOS

# How many places are found in the cell of edition n at a time?
sub found
{
	my ($n, $at) = @_;

	return sprintf(
		"SELECT count(*) FROM place WHERE locate(geom, '%s') = format('440310%%s%%s%%s', lpad('%d', 3, '0'), lpad((i + 1)::text, 3, '0'), lpad((j + 1)::text, 3, '0'))::gridcode",
		$at, $n);
}

is($node->safe_psql('grid', found(1, '2026-03-01')),
	'1600', 'every place is found');
is( $node->safe_psql(
		'grid', "SELECT count(locate(geom, '2025-12-31')) FROM place"),
	'0',
	'before the first edition there is none');
is( $node->safe_psql(
		'grid', "SELECT count(locate(geom, '2026-03-01', 'duty')) FROM place"),
	'0',
	'a kind without a map has no cells');

#
# A standby
#

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
# nobody shall remove rows that the standby still looks at
$standby->append_conf('postgresql.conf', <<'EOS');
hot_standby_feedback = on
wal_receiver_status_interval = 1s
EOS
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('grid', found(1, '2026-03-01')),
	'1600', 'a standby finds the same');
$node->safe_psql('grid',
	"SELECT draw(2); CALL publish_grid('second', '2026-06-01')");
$node->wait_for_catchup($standby);
for my $at ([ 1, '2026-05-31 23:59:59+00' ], [ 2, '2026-06-01 00:00:00+00' ])
{
	is($standby->safe_psql('grid', found(@$at)),
		'1600', "a standby follows: $at->[1]");
	is($node->safe_psql('grid', found(@$at)),
		'1600', "and so does the primary: $at->[1]");
}
# one transaction of the standby, across what arrives in between
my $long =
  sprintf('BEGIN ISOLATION LEVEL REPEATABLE READ; %s; ',
	found(2, '2026-08-01'));
my $answers = '';
{
	my ($in, $out, $err) = ('', '', '');
	my $session = IPC::Run::start(
		[ 'psql', '-XAtq', '-d', $standby->connstr('grid') ],
		'<', \$in, '>', \$out, '2>', \$err);
	$in .= "$long\n";
	$session->pump until $out =~ /1600\n/;
	# until the primary knows of it
	$node->poll_query_until('postgres',
		'SELECT backend_xmin IS NOT NULL FROM pg_stat_replication')
	  or die 'no feedback';
	$node->safe_psql('grid',
		"SELECT draw(3); CALL publish_grid('third', '2026-07-01')");
	$node->wait_for_catchup($standby);
	$out = '';
	$in .= found(2, '2026-08-01') . ";\nCOMMIT;\n" . found(3, '2026-08-01') . ";\n\\q\n";
	$session->finish;
	$answers = $out;
	is($err, '', 'no error on the standby');
}
is($answers, "1600\n1600\n",
	'a REPEATABLE READ transaction on a standby keeps its edition to the end');
$standby->stop;

#
# Parallel workers
#

my $force = $node->safe_psql('grid',
	"SELECT name FROM pg_settings WHERE name IN ('debug_parallel_query', 'force_parallel_mode')"
);
my $parallel = <<"EOS";
SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
SET max_parallel_workers_per_gather = 2; ALTER TABLE place SET (parallel_workers = 2);
EOS
$node->safe_psql('grid', 'ANALYZE place');
like(
	explain_plan(
		$node, 'grid', found(3, '2026-08-01'), $parallel),
	qr/Parallel Seq Scan/,
	'the lookup runs in parallel workers');
is($node->safe_psql('grid', $parallel . found(3, '2026-08-01')),
	'1600', 'and they find the same');
is( $node->safe_psql('grid', "SET $force = on; " . found(3, '2026-08-01')),
	'1600',
	'so do workers forced upon the query');
is( $node->safe_psql(
		'grid', <<"EOS"),
$parallel
BEGIN;
SELECT draw(4) \\g /dev/null
CALL publish_grid('fourth', '2026-08-01') \\g /dev/null
@{[ found(4, '2026-09-01') ]};
ROLLBACK;
@{[ found(3, '2026-09-01') ]};
EOS
	"1600\n1600",
	'workers see the edition that their transaction has published, and no longer after ROLLBACK');
is( $node->safe_psql(
		'grid', <<"EOS"),
$parallel
SELECT count(*) FROM place, (SELECT map FROM grid_edition_map ORDER BY edition DESC LIMIT 1) AS m
WHERE locate(m.map, geom) = locate(geom, '2026-09-01')
EOS
	'1600',
	'the value and the edition agree in workers');

#
# Prepared statements and functions
#

is( $node->safe_psql(
		'grid', <<'EOS'),
PREPARE here AS SELECT locate(geom, '2026-09-01') FROM place WHERE i = 0 AND j = 0;
SET plan_cache_mode = force_generic_plan;
EXECUTE here;
SELECT draw(5) \g /dev/null
CALL publish_grid('fifth', '2026-08-01') \g /dev/null
EXECUTE here;
EOS
	"440310003001001\n440310005001001",
	'a prepared statement follows');
is( $node->safe_psql(
		'grid', <<'EOS'),
CREATE FUNCTION publish_and_look(OUT seen text) LANGUAGE plpgsql AS $$
DECLARE
	at CONSTANT geometry := (SELECT geom FROM place WHERE i = 0 AND j = 0);
	edition bigint;
BEGIN
	seen := '';
	FOR n IN 6 .. 8 LOOP
		BEGIN
			IF n <> 7 THEN
				PERFORM draw(n);
				CALL publish_grid('edition ' || n, '2026-08-02', edition);
			END IF;
			-- one simple expression for all rounds
			seen := seen || ' ' || right(left(locate(at, '2026-09-01')::text, 9), 1);
			IF n <> 8 THEN
				RAISE EXCEPTION 'undone' USING ERRCODE = 'UU000';
			END IF;
		EXCEPTION WHEN SQLSTATE 'UU000' THEN
			seen := seen || ' ' || right(left(locate(at, '2026-09-01')::text, 9), 1);
		END;
	END LOOP;
END
$$;
SELECT publish_and_look();
EOS
	' 6 5 5 5 8',
	'a function sees what it publishes and what it undoes');

#
# A role that may only read
#

$node->safe_psql(
	'grid', <<'EOS');
CREATE ROLE reader LOGIN;
GRANT USAGE ON SCHEMA civicgrid TO reader;
GRANT SELECT ON place TO reader;
EOS
my ($ret, $out, $err) = $node->psql('grid', found(8, '2026-09-01'),
	extra_params => [ '-U', 'reader' ]);
like($err, qr/permission denied/, 'editions are not PUBLIC\'s');
$node->safe_psql('grid',
	'GRANT SELECT ON civicgrid.grid_edition, civicgrid.grid_edition_map TO reader');
is( $node->safe_psql('grid', 'SET ROLE reader; ' . found(8, '2026-09-01')),
	'1600',
	'SELECT on the two tables is enough to look up');

#
# A crash; dump and restore
#

$node->safe_psql('grid', "SELECT draw(9); CALL publish_grid('ninth', '2026-10-01')");
$node->stop('immediate');
$node->start;
is($node->safe_psql('grid', found(9, '2026-11-01')),
	'1600', 'what was published survives a crash');
for my $format (['plain'], ['custom'])
{
	my $file = $node->data_dir . "/../grid.$format->[0]";
	my $target = "restored_$format->[0]";

	$node->command_ok(
		[ 'pg_dump', '-d', $node->connstr('grid'), '-F', $format->[0], '-f', $file ],
		"pg_dump -F $format->[0]");
	$node->safe_psql('postgres', "CREATE DATABASE $target");
	$node->command_ok(
		$format->[0] eq 'plain'
		? [ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($target), '-f', $file ]
		: [ 'pg_restore', '-j', '2', '-d', $node->connstr($target), $file ],
		"restore $format->[0]");
	$node->safe_psql('postgres',
		"ALTER DATABASE $target SET search_path = public, civicgrid");
	is($node->safe_psql($target, found(9, '2026-11-01')),
		'1600', "locate() works in the restored database ($format->[0])");
	is( $node->safe_psql(
			$target, 'SELECT edition, kind, md5(gridmap_send(map)) FROM grid_edition_map ORDER BY 1, 2'),
		$node->safe_psql(
			'grid', 'SELECT edition, kind, md5(gridmap_send(map)) FROM grid_edition_map ORDER BY 1, 2'),
		"and every map is the same ($format->[0])");
}

#
# A map that is damaged where it is stored
#

$node->safe_psql(
	'grid', <<'EOS');
CREATE TABLE broken (map gridmap);
ALTER TABLE broken ALTER map SET STORAGE EXTERNAL;
INSERT INTO broken SELECT map FROM grid_edition_map ORDER BY edition DESC LIMIT 1;
EOS
my $file = $node->data_dir . '/' . $node->safe_psql(
	'grid', <<'EOS');
CHECKPOINT;
SELECT pg_relation_filepath(reltoastrelid) FROM pg_class WHERE oid = 'broken'::regclass
EOS
$node->stop;
# in the middle of the third page, which is full of data
open my $handle, '+<', $file or die "$file: $!";
seek $handle, 2 * 8192 + 3000, 0;
print $handle 'damaged!';
close $handle;
$node->start;
refused($node, 'grid',
	'SELECT count(locate(map, geom)) FROM broken, place',
	'XX001', 'a damaged map is refused when it is loaded',
	qr/checksum|invalid page/);

done_testing();
