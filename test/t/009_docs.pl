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
my $rows = 0;
for my $line (split /\n/, slurp('doc/bad-input.md'))
{
	next unless $line =~ /^\| `((?:SELECT|DELETE|UPDATE|INSERT) .*?)` \| (.*) \|$/;
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
