# What the documentation shows is what the server answers: every row of the
# tables in doc/bad-input.md, and the tour in README.md and README.zh-CN.md,
# which is demo/tour.sql with its output.
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
# a clock of it; a taxonomy with an error; two units of one name.
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
