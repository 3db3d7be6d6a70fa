# Real lists, made by others: the shipped classes are those of the list they
# were keyed from, the codes of all communities of Shenzhen and of the hotline
# standard of Guangdong are read, printed and divided as their lists say; lists
# of classes are loaded, or the faults that they have are told.
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

# The faults of a list are told, all of them and no others; with them mended it
# is loaded.
$node->safe_psql('real', q{
	SET search_path = civicgrid, public;
	INSERT INTO taxonomy (taxonomy, name) VALUES
		('hotline', 'DB44/T 2479-2024'), ('petition', '信访'), ('pingshan', '坪山'), ('gb', 'GB/T 47678.5-2026')});

# Load a list of levels; which rows are refused, and why.  Rows need not lie in
# a table as they came, so their numbers are left out.
sub refused_rows
{
	my ($list, $arguments) = @_;
	my $rows = $node->safe_psql('real',
		"SET search_path = civicgrid, public; SET client_min_messages = error;
		SELECT code, reason FROM load_class_levels('$list', $arguments)");
	$rows =~ s/row \d+ has/row N has/g;
	return join "\n", sort split /\n/, $rows;
}

# How many classes a taxonomy has, by level
sub levels_are
{
	my ($taxonomy, $expected) = @_;
	rows_are(qq{
		SELECT string_agg(n::text, ' > ' ORDER BY digits) FROM (
			SELECT digits(code) AS digits, count(*) AS n FROM event_class WHERE taxonomy = '$taxonomy' GROUP BY 1
		) AS v}, $expected, "the classes of $taxonomy, by level");
	rows_are(qq{SELECT * FROM taxonomy_check() WHERE taxonomy = '$taxonomy'}, '', 'which fit together');
	return;
}

my $hotline = q{'hotline', 'service', '{level_1_name,level_2_name,level_3_name}',
	'{level_1_code,level_2_code,level_3_code}', 'remark'};
is(refused_rows('hotline', $hotline), join("\n", map {
		$_ eq '090499'
		? "$_|code $_ is there twice: row N has it too, with the name \"其他生活服务\"; "
		. 'its code does not begin with that of its parent, 0905'
		: "$_|the name is empty"
	} qw(010600 090499 120200 120300 120400 130200 990100 990200 990300 990400 990500 990600 990900 999900)),
	'DB44/T 2479-2024: the code that is there twice, and 13 names that are empty');
rows_are(q{SELECT count(*) FROM event_class WHERE taxonomy = 'hotline'}, '0', 'of a list with faults nothing is loaded');
$node->safe_psql('real', q{
	UPDATE hotline SET level_3_name = level_2_name WHERE level_3_name IS NULL;
	UPDATE hotline SET level_3_code = '090599' WHERE level_3_code = '090499' AND level_2_code = '0905'});
is(refused_rows('hotline', $hotline), '', 'mended, it is loaded');
levels_are('hotline', '14 > 99 > 515');

load('petition', 'taxonomies/petition_three_level.csv');
my $petition = q{'petition', 'dispute', '{一级分类,二级分类,三级分类}'};
is(refused_rows('petition', $petition), '', 'a list without codes is loaded');
levels_are('petition', '15 > 118 > 517');
my $codes = q{SELECT string_agg(code::text || name, ',' ORDER BY code) FROM event_class WHERE taxonomy = 'petition'};
my $given = $node->safe_psql('real', "SET search_path = civicgrid, public; $codes");
$node->safe_psql('real', q{CREATE TABLE shuffled AS SELECT * FROM petition ORDER BY md5("三级分类")});
is(refused_rows('shuffled', "$petition, replace => true"), '', 'once more, in another order');
rows_are($codes, $given, 'and the classes have kept their codes');

load('pingshan', 'pingshan/event_taxonomy.csv');
my $pingshan = q{'pingshan', 'matter', '{event_type,main_type,sub_type}'};
is(refused_rows('pingshan', $pingshan),
	'|class "市容环卫 > 其他市容违法行为或影响市容事件 > 其它无证经营" is there twice: row N has it too',
	'Pingshan: one class is listed under two numbers');
like(refused_rows('pingshan', q{'pingshan', 'matter', '{event_type,main_type,sub_type}', '{event_type_id,main_type_id,sub_type_id}'}),
	qr/^428\|its code does not begin with that of its parent, 18\n/m, 'whose numbers are no codes');
$node->safe_psql('real', q{CREATE VIEW pingshan_once AS
	SELECT event_type, main_type, sub_type FROM pingshan GROUP BY 1, 2, 3 ORDER BY min(sub_type_id::integer)});
is(refused_rows('pingshan_once', $pingshan), '', 'listed once, they are loaded');
levels_are('pingshan', '18 > 134 > 373');

$node->safe_psql('real', q{CREATE VIEW gb_matter AS SELECT * FROM gb WHERE kind = '管理事项'});
is(refused_rows('gb_matter', q{'gb', 'matter', '{big_name,name}', '{big_code,code5}'}), '', 'GB/T 47678.5-2026 is loaded');
rows_are(q{
	SELECT count(*) FROM event_class AS a
	JOIN event_class AS b ON b.taxonomy = 'GB/T 47678.5-2026' AND b.kind = a.kind AND b.code = a.code
		AND b.name = a.name AND b.parent IS NOT DISTINCT FROM a.parent
	WHERE a.taxonomy = 'gb'}, '260', 'as it is shipped');

$node->stop;
done_testing();
