# Units from a real list: the disposing units of Pingshan, of which some are
# written in two or three ways.  A unit is its number; all its spellings mean
# it, but for one that two units share.
# Skips where the folder with the lists is not there.
use strict;
use warnings;

use CivicGrid;
use Test::More;

my ($data) = grep { -d $_ }
  map { "$_/../shared/data" } grep { defined } $ENV{ORIGIN}, '.';
plan skip_all => 'the folder ../shared/data is not here' unless defined $data;

my $node = new_node('units');
new_database($node, 'units');

# A CSV file as a table of text.
sub load
{
	my ($table, $file) = @_;
	open my $in, '<:raw', "$data/$file" or die "$data/$file: $!";
	my $head = <$in>;
	close $in;
	$head =~ s/^\xEF\xBB\xBF//;
	$head =~ s/\s+$//;
	my $columns = join ', ', map { "\"$_\" text" } split /,/, $head;
	$node->safe_psql('units', "CREATE TABLE $table ($columns)");
	$node->safe_psql('units', "\\copy $table FROM '$data/$file' CSV HEADER");
	return;
}

sub rows_are
{
	my ($query, $expected, $name) = @_;
	is($node->safe_psql('units', "SET search_path = civicgrid, public; $query"),
		$expected, $name);
	return;
}

load('list', 'pingshan/dispose_units.csv');
rows_are(q{
	SELECT * FROM load_units('list', 'dispose_unit_id', 'dispose_unit', kind => 'department', level => 2)},
	'56|-|"-" is not the number of a unit',
	'a row without a unit is told, and keeps all from being loaded');
rows_are('SELECT count(*) FROM unit', '0', 'nothing was loaded');
$node->safe_psql('units', q{CREATE VIEW units AS SELECT * FROM list WHERE dispose_unit_id <> '-'});
rows_are(q{
	SELECT * FROM load_units('units', 'dispose_unit_id', 'dispose_unit', kind => 'department', level => 2)},
	'', 'without it, all are');
rows_are(q{
	SELECT (SELECT count(*) FROM units), (SELECT count(*) FROM unit), (SELECT count(*) FROM unit_alias)},
	'156|120|36', '156 spellings are 120 units');
rows_are(q{
	SELECT dispose_unit FROM units
	WHERE dispose_unit <> '城建办' AND unit_id(dispose_unit) IS DISTINCT FROM dispose_unit_id::bigint},
	'', 'every spelling means its unit');
rows_are(q{
	SELECT count(*) FROM units
	WHERE dispose_unit <> '城建办'
		AND unit_id(replace(replace(dispose_unit, '（', ' ('), '）', ') ')) = dispose_unit_id::bigint},
	'154', 'with other brackets and spaces too');
rows_are(q{SELECT key, fault FROM unit_check() ORDER BY key},
	"9444|ambiguous name\n9466|ambiguous name", 'one name is that of two units');
my ($ret, $out, $err) = $node->psql('units', q{SELECT civicgrid.unit_id('城建办')});
like($err, qr/is a name of several units.*9444, 9466/s, 'and refused');

# The events themselves are a list too: the usual spelling becomes the name.
load('event', 'pingshan/events_2018.csv');
$node->safe_psql('units', q{
	CREATE VIEW acted AS SELECT dispose_unit_id, dispose_unit_name FROM event WHERE dispose_unit_id <> '-'});
rows_are(q{
	SELECT * FROM load_units('acted', 'dispose_unit_id', 'dispose_unit_name', replace => true)},
	'', 'loaded again from the events, 8,000 rows');
rows_are(q{
	SELECT count(*), (SELECT count(*) FROM unit_alias) FROM unit}, '120|36', 'they are the same units');
rows_are(q{
	SELECT count(*)
	FROM unit AS u
	JOIN (
		SELECT dispose_unit_id::bigint AS unit, max(n) AS most, max(n) FILTER (WHERE name = dispose_unit_name) AS named
		FROM (
			SELECT dispose_unit_id, dispose_unit_name, count(*) AS n,
				(SELECT name FROM unit WHERE unit = dispose_unit_id::bigint) AS name
			FROM acted GROUP BY 1, 2
		) AS s
		GROUP BY 1
	) AS c USING (unit)
	WHERE c.named = c.most}, '117', 'each of the 117 that have events under its most frequent spelling');

done_testing();
