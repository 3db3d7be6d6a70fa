# new_caseno() never gives a number twice: not to fifty sessions at once, not
# after a rollback, not after a crash, not when a sequence goes round.  Nobody
# waits for anybody, EXECUTE is all the right that it takes, and the day is that
# of Beijing.

use strict;
use warnings;

use CivicGrid;
use Test::More;

# The WAL writer is slowed down, so that a crash loses what nothing else wrote.
my $node = new_node('draw', conf => <<'EOS');
synchronous_commit = on
wal_writer_delay = 10s
checkpoint_timeout = 1h
max_wal_size = 2GB
EOS
new_database($node, 'draw');
$node->safe_psql('postgres',
	'ALTER DATABASE draw SET search_path = public, civicgrid');
$node->safe_psql('draw',
	'CREATE TABLE drawn (no caseno, how text); CREATE TABLE lost (no caseno)');

# All numbers that were ever drawn; is any of them there twice?
sub no_number_twice
{
	my ($name) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is( $node->safe_psql(
			'draw',
			'SELECT no, count(*) FROM (SELECT no FROM drawn UNION ALL SELECT no FROM lost) AS d GROUP BY no HAVING count(*) > 1 LIMIT 5'),
		'',
		$name);
	return;
}

my @numbers = (qr/^(?:\d{8}-\d{6}-\d{7}-\d(?:\n|\z))+\z/);

#
# Fifty sessions
#

$node->pgbench(
	'--no-vacuum --client=50 --jobs=2 --transactions=100 --protocol=prepared',
	0,
	[qr{processed: 5000/5000}],
	[],
	'fifty sessions draw 200,000 numbers',
	{
		'draw' => <<'EOS'
INSERT INTO drawn SELECT new_caseno('440310', DATE '2026-03-01' + i % 2), 'together' FROM generate_series(1, 39) AS i;
INSERT INTO drawn VALUES (new_caseno('440311', TIMESTAMPTZ '2026-03-01 12:00+08'), 'together');
EOS
	},
	'draw');
is($node->safe_psql('draw', 'SELECT count(*), count(DISTINCT no) FROM drawn'),
	'200000|200000', 'no two are the same');
is( $node->safe_psql(
		'draw', <<'EOS'),
SELECT count(*) FROM drawn WHERE no::text::caseno <> no
	OR case_date(no) NOT IN ('2026-03-01', '2026-03-02') OR district(no) NOT IN ('440310', '440311');
SELECT max(case_sequence(no)) FROM drawn WHERE case_date(no) = '2026-03-01';
EOS
	"0\n100000",
	'each is valid, and none was passed over');

#
# Nobody waits
#

my $holder = $node->background_psql('draw');
my $undone = $node->background_psql('draw');
$_->query_safe(
	"BEGIN; SELECT count(new_caseno('440310', DATE '2026-03-01')) FROM generate_series(1, 100)"
) for $holder, $undone;
$undone->query_safe('ROLLBACK');
is( $node->safe_psql(
		'draw', <<'EOS'),
SELECT DISTINCT mode FROM pg_locks JOIN pg_class AS c ON c.oid = relation
WHERE relkind = 'S' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
EOS
	'RowExclusiveLock',
	'one who has drawn holds no lock that another one would wait for');
{
	local $ENV{PGOPTIONS} = '-c lock_timeout=1ms';
	$node->pgbench(
		'--no-vacuum --client=50 --jobs=2 --transactions=20',
		0,
		[qr{processed: 1000/1000}],
		[],
		'fifty sessions that would not wait, beside one that has not ended',
		{
			'impatient' => <<'EOS'
SELECT count(new_caseno('440310', DATE '2026-03-01')) FROM generate_series(1, 20);
EOS
		},
		'draw');
}
$holder->query_safe('COMMIT');
$_->quit for $holder, $undone;

#
# Rolled back
#

my $lost = $node->safe_psql('draw',
	"BEGIN; SELECT new_caseno('440310', DATE '2026-03-01') FROM generate_series(1, 50); ROLLBACK");
like($lost, $numbers[0], 'numbers are drawn and rolled back');
$node->safe_psql('draw',
	'INSERT INTO lost VALUES ' . join ', ', map { "('$_')" } split /\n/, $lost);
$node->safe_psql('draw',
	"INSERT INTO drawn SELECT new_caseno('440310', DATE '2026-03-01'), 'after' FROM generate_series(1, 100)");
no_number_twice('they are not drawn again');

#
# After a crash
#

# Stored in one session; then seen by nobody but the client, in a transaction
# of its own; and in one that has not ended.
$node->safe_psql('draw', 'CHECKPOINT');
my $open = $node->background_psql('draw', on_error_stop => 0);
my @seen = split /\n/,
  $open->query_safe(
	"BEGIN; SELECT new_caseno('440310', d::date) FROM generate_series(DATE '2026-03-01', DATE '2026-03-03', '1 day') AS d"
  );
push @seen, split /\n/,
  $node->safe_psql('draw', <<'EOS') for 1 .. 3;
SELECT new_caseno('440310', DATE '2026-03-01');
SELECT new_caseno('440310', DATE '2026-03-02');
SELECT new_caseno('440310', DATE '2026-03-03');
EOS
is(scalar @seen, 12, 'numbers are seen by a client');
$node->stop('immediate');
$node->start;
$node->safe_psql('draw', 'INSERT INTO lost VALUES ' . join ', ', map { "('$_')" } @seen);
$node->safe_psql('draw',
	"INSERT INTO drawn SELECT new_caseno('440310', DATE '2026-03-01' + i % 3), 'crash' FROM generate_series(1, 300) AS i");
no_number_twice('what a client has seen before a crash is not drawn again');
eval { $open->quit };

$node->safe_psql('draw',
	"INSERT INTO drawn SELECT new_caseno('440310', DATE '2026-03-01' + i % 3), 'crash' FROM generate_series(1, 300) AS i");
$node->stop('immediate');
$node->start;
$node->safe_psql('draw',
	"INSERT INTO drawn SELECT new_caseno('440310', DATE '2026-03-01' + i % 3), 'crash' FROM generate_series(1, 300) AS i");
no_number_twice('nor what was stored');

#
# Sequences
#

is( $node->safe_psql(
		'draw', <<'EOS'),
SELECT min(s), max(s), count(*) FROM
	(SELECT case_sequence(new_caseno('440310', DATE '2030-01-01' + i)) AS s FROM generate_series(0, 63) AS i) AS d
WHERE s = 1;
SELECT DISTINCT case_sequence(new_caseno('440310', DATE '2030-01-01' + 64 + i)) FROM generate_series(10, 20) AS i
EOS
	"1|1|61\n2",
	'sixty-four days in a row count for themselves (three had counted before)');
is( $node->safe_psql(
		'draw', <<'EOS'),
SELECT setval(format('caseno_slot_%s', to_char((DATE '2031-01-01' - DATE '1900-01-01') % 64, 'FM00'))::regclass, 9999995);
CREATE TABLE round AS SELECT i, new_caseno('11', DATE '2031-01-01') AS no FROM generate_series(1, 1000) AS i;
SELECT string_agg(case_sequence(no)::text, ' ' ORDER BY i) FILTER (WHERE i <= 8),
	count(DISTINCT no), min(case_sequence(no)), bool_and(district(no) = '11')
FROM round
EOS
	"9999995\n9999996 9999997 9999998 9999999 0 1 2 3|1000|0|t",
	'a sequence goes round');
refused($node, 'draw',
	"BEGIN READ ONLY; SELECT new_caseno('440310', DATE '2026-03-01')",
	'25006', 'not in a transaction that only reads');
refused($node, 'draw', "SELECT new_caseno('440310', $_)",
	'22008', "not for $_")
  for "DATE '1899-12-31'", "DATE '3000-01-01'", "DATE 'infinity'",
  "TIMESTAMPTZ '2999-12-31 16:00+00'";

#
# Rights
#

$node->safe_psql(
	'draw', <<'EOS');
CREATE ROLE nobody_special;
CREATE ROLE reader;
CREATE ROLE clerk;
GRANT USAGE ON SCHEMA civicgrid TO reader, clerk;
GRANT EXECUTE ON FUNCTION new_caseno(gridcode, date) TO clerk;
GRANT EXECUTE ON FUNCTION new_caseno(gridcode, timestamptz, text) TO clerk;
EOS
refused($node, 'draw',
	"SET ROLE nobody_special; SELECT civicgrid.new_caseno('440310')",
	'42501', 'one who does not reach the schema', qr/schema civicgrid/);
for my $arguments ("'440310'", "'440310', DATE '2026-03-01'", "'440310', now()", "'440310', now(), 'UTC'")
{
	refused($node, 'draw', "SET ROLE reader; SELECT new_caseno($arguments)",
		'42501', "without EXECUTE: new_caseno($arguments)",
		qr/permission denied for function new_caseno/);
	like(
		$node->safe_psql('draw', "SET ROLE clerk; SELECT new_caseno($arguments)"),
		$numbers[0],
		"with EXECUTE: new_caseno($arguments)");
}
refused($node, 'draw', "SET ROLE clerk; SELECT $_",
	'42501', "not by hand: $_", qr/permission denied for sequence/)
  for "nextval('civicgrid.caseno_slot_00')", "setval('civicgrid.caseno_slot_00', 1)",
  'last_value FROM civicgrid.caseno_slot_00';
refused($node, 'draw', 'SET ROLE clerk; SELECT * FROM civicgrid.case_record',
	'42501', 'nor the cases');

#
# The day
#

for my $zone ('UTC', 'America/Los_Angeles', 'Pacific/Kiritimati', 'Asia/Shanghai')
{
	is( $node->safe_psql(
			'draw', <<"EOS"),
SET timezone = '$zone';
SELECT case_date(new_caseno('440310', TIMESTAMPTZ '2026-02-28 15:59:59.999999+00')),
	case_date(new_caseno('440310', TIMESTAMPTZ '2026-02-28 16:00+00')),
	case_date(new_caseno('440310', TIMESTAMPTZ '2026-03-01 15:59:59+00')),
	case_date(new_caseno('440310', TIMESTAMPTZ '2026-02-28 16:00+00', 'UTC')),
	case_date(new_caseno('440310', DATE '2026-03-01')),
	case_date(new_caseno('440310')) = (now() AT TIME ZONE 'Asia/Shanghai')::date
EOS
		'2026-02-28|2026-03-01|2026-03-01|2026-02-28|2026-03-01|t',
		"the day, in a session of $zone");
}
refused($node, 'draw', "SELECT new_caseno('440310', now(), 'Asia/Shenzhen')",
	'22023', 'an unknown time zone');

$node->stop;
done_testing();
