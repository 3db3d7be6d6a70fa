# Real lists, made by others: the shipped classes are those of the list they
# were keyed from, the codes of all communities of Shenzhen and of the hotline
# standard of Guangdong are read, printed and divided as their lists say.
# Skips where the folder with the lists is not there.
use strict;
use warnings;

use CivicGrid;
use Test::More;

my ($data) = grep { -d $_ }
  map { "$_/../shared/data" } grep { defined } $ENV{ORIGIN}, '.';
plan skip_all => 'the folder ../shared/data is not here' unless defined $data;

my $node = new_node('real');
new_database($node, 'real');

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
	$node->safe_psql('real', "CREATE TABLE $table ($columns)");
	$node->safe_psql('real', "\\copy $table FROM '$data/$file' CSV HEADER");
	return;
}

sub rows_are
{
	my ($query, $expected, $name) = @_;
	is($node->safe_psql('real', "SET search_path = civicgrid, public; $query"),
		$expected, $name);
	return;
}

load('gb', 'taxonomies/gb47678.5-2026_codes.csv');
rows_are(q{
	SELECT count(*) FROM gb}, '403', 'the list of GB/T 47678.5-2026 has 403 rows');
my $shipped = q{
	SELECT CASE kind WHEN 'component' THEN '管理部件' ELSE '管理事项' END, c.parent::text, c.code::text, c.name
	FROM event_class AS c
	WHERE taxonomy = 'GB/T 47678.5-2026' AND parent IS NOT NULL};
my $listed = 'SELECT kind, big_code, code5, name FROM gb';
rows_are("($shipped) EXCEPT ALL ($listed)", '', 'no shipped class is not in the list');
rows_are("($listed) EXCEPT ALL ($shipped)", '', 'no class of the list is not shipped');
rows_are(q{
	SELECT g.kind, big_code, big_name FROM (SELECT DISTINCT kind, big_code, big_name FROM gb) AS g
	LEFT JOIN event_class AS c ON c.taxonomy = 'GB/T 47678.5-2026' AND c.code = big_code::eventcode
		AND c.kind = CASE g.kind WHEN '管理部件' THEN 'component' ELSE 'matter' END
	WHERE c.name IS DISTINCT FROM big_name}, '', 'the categories have their names');

load('shenzhen', 'codes/shenzhen_communities.csv');
rows_are(q{
	SELECT count(*), count(DISTINCT code12::gridcode),
		bool_and(code12::gridcode::text = code12 AND level(code12::gridcode) = 'community'),
		bool_and(ancestor(code12::gridcode, 'street') = street_code::gridcode),
		bool_and(ancestor(code12::gridcode, 'district') = district_code::gridcode),
		bool_and(parent(code12::gridcode) = street_code::gridcode),
		bool_and(padded(street_code::gridcode, 12)::gridcode = street_code::gridcode),
		bool_and(code12::gridcode <@ '4403')
	FROM shenzhen}, '788|788|t|t|t|t|t|t', 'the communities of Shenzhen');
rows_are(q{
	SELECT count(*) FILTER (WHERE code12::gridcode <@ d::gridcode) = count(*) FILTER (WHERE district_code = d)
	FROM shenzhen, (SELECT DISTINCT district_code AS d FROM shenzhen) AS districts
	GROUP BY d HAVING count(*) FILTER (WHERE code12::gridcode <@ d::gridcode) <> count(*) FILTER (WHERE district_code = d)},
	'', 'and within its district each');

load('hotline', 'taxonomies/db44t2479-2024_hotline_codes.csv');
rows_are(q{
	SELECT count(*) > 400, bool_and(level(level_3_code::eventcode) = 3),
		bool_and(ancestor(level_3_code::eventcode, 1) = level_1_code::eventcode),
		bool_and(level_3_code::eventcode::text = level_3_code)
	FROM hotline WHERE level_3_code <> ''}, 't|t|t|t', 'the classes of DB44/T 2479-2024');
rows_are(q{
	SELECT level_2_code, level_3_code, level_3_name FROM hotline
	WHERE level_3_code <> '' AND parent(level_3_code::eventcode) <> level_2_code::eventcode},
	'0905|090499|其他民族宗教', 'parent() finds the one misprint of that standard');

$node->stop;
done_testing();
