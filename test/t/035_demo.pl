# The demo with its own sample, in short: reports are played from the report to
# the visit without a refusal, everything is reconciled, the boards show what
# they promise, and the page shows the figures of the views, in a browser where
# there is one.  A count that does not reconcile is told.
use strict;
use warnings;

use CivicGrid;
use Test::More;

my $node = new_node('demo');
new_database($node, 'demo');
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
$ENV{PGOPTIONS} = '-c client_min_messages=warning';
$ENV{PGCLIENTENCODING} = 'UTF8';

# Returns what psql prints, and whether it succeeded.
sub play
{
	my ($file, @options) = @_;
	my $output = qx{psql -X -q -d demo -v ON_ERROR_STOP=1 @options -f $file 2>&1};
	return ($output, $? == 0);
}

my ($output, $done) = play('demo/district.sql');
ok($done, 'the district is there') or diag $output;
unlike($output, qr/error|warning/, 'and nothing is wrong with it');
is( $node->safe_psql('demo', q{
	SET search_path = civicgrid, public;
	SELECT count(*) FILTER (WHERE level = 5), count(*) FILTER (WHERE level = 4), count(*) FILTER (WHERE level = 3), count(DISTINCT level),
		(SELECT count(*) FROM grid_edition_cell) FROM unit}),
	'600|24|6|5|600', '600 cells, 24 communities, 6 streets, units of five levels');

($output, $done) = play('demo/sample.sql', '-v reports=240');
ok($done, 'the sample is there') or diag $output;
($output, $done) = play('demo/play.sql');
ok($done, 'it is played') or diag $output;
like($output, qr/acts in .* 0 failed/, 'to the end');
is($node->safe_psql('demo', 'SELECT act, sqlstate, message FROM demo.refusal'), '', 'without a refusal');

($output, $done) = play('demo/boards.sql');
ok($done, 'the boards are shown') or diag $output;
is(scalar(() = $output =~ /^psql:\S+ ERROR/mg), 2, 'two acts are refused, as they should be');
like($output, qr/^== \Q$_\E/m, "board $_")
  for qw(办理漏斗 考核 首派准确率 待办 超期 时限说明 分拨说明 案件经过 日志 采办分离);

($output, $done) = play('demo/reconcile.sql');
ok($done, 'all counts reconcile') or diag $output;
cmp_ok(scalar(() = $output =~ /\| =$/mg), '>=', 40, 'of more than 40 comparisons');

my $page = $node->basedir . '/report.html';
($output, $done) = play('demo/report.sql', '-A -t', "-o $page", "-v template=\$PWD/demo/report-template.html");
ok($done, 'the page is written') or diag $output;
$output = qx{demo/check-report.sh demo $page 2>&1};
is($?, 0, 'and shows what the views say') or diag $output;
unlike($node->safe_psql('demo', "SELECT pg_read_file('$page')"), qr{(?:src|href)\s*=|https?://(?!www\.w3\.org)|url\(}, 'without the network');

# what does not reconcile is told
$node->safe_psql('demo', q{DELETE FROM demo.report WHERE no = 5});
($output, $done) = play('demo/reconcile.sql');
ok(!$done && $output =~ /DIFFERS/ && $output =~ /counts do not reconcile/, 'a report too few is noticed');

$node->stop;
done_testing();
