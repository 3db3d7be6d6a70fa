# Cold start: classifiers of the names, remarks and phrases of the classes of two
# standards, judged by reports that were written by hand for them.  Prints how
# many are right.
use strict;
use warnings;

use CivicGrid;
use FindBin;
use Test::More;

# Shares of the reports below which the test fails: the right class is first,
# among the first five, the right first level is first.
my %floor = (
	'DB44/T 2479-2024, names and remarks' => [ 0.30, 0.50, 0.47 ],
	'GB/T 47678.5-2026, names alone' => [ 0.22, 0.49, 0.44 ],
	'GB/T 47678.5-2026, names and shipped phrases' => [ 0.68, 0.92, 0.75 ],
);

my ($lists) = grep { -d $_ }
  map { "$_/../shared/data" } grep { defined } $ENV{ORIGIN}, '.';
my $reports = "$FindBin::Bin/../data";

my $node = new_node('cold');
new_database($node, 'cold');

sub query
{
	my ($sql) = @_;
	return $node->safe_psql('cold', "SET search_path = civicgrid, public; $sql");
}

# Reports with the class that is right
sub read_reports
{
	my ($table, $file) = @_;
	query("CREATE TABLE $table (report text, code eventcode, name text)");
	query("\\copy $table FROM '$reports/$file' CSV HEADER ENCODING 'UTF8'");
	return;
}

# The model is a row of table model; the level is so many digits long.
sub judge
{
	my ($name, $table, $digits) = @_;
	my ($n, @right) = split /\|/, query(<<"EOS");
WITH answer AS (
	SELECT r.report, r.code, t.class, t.probability, t.rank
	FROM $table AS r, model, classify_top(model, r.report, 100000) AS t
), level AS (
	SELECT DISTINCT ON (report) report, left(code::text, $digits) = left(class::text, $digits) AS right
	FROM (SELECT report, code, left(class::text, $digits) AS class, sum(probability) AS p FROM answer GROUP BY 1, 2, 3) AS s
	ORDER BY report, p DESC, class
)
SELECT count(*), avg(first::int), avg(five::int), avg((SELECT l.right FROM level AS l WHERE l.report = s.report)::int)
FROM (
	SELECT report, bool_or(rank = 1 AND class = code) AS first, bool_or(rank <= 5 AND class = code) AS five
	FROM answer GROUP BY report
) AS s
EOS
	my ($answered, $sure) = split /\|/, query(<<"EOS");
SELECT count(a), count(*) FILTER (WHERE r.code <@ a)
FROM $table AS r, model, LATERAL classify(model, r.report, 0.9) AS a
EOS
	note(sprintf '%s: of %d reports %.1f %% right, %.1f %% among the first five, '
		  . '%.1f %% of the first level; with a threshold of 0.9, %d of %d answers',
		$name, $n, (map { 100 * $_ } @right), $sure, $answered);
	my @what = ('right', 'among the first five', 'of the right first level');
	for my $i (0 .. $#what)
	{
		cmp_ok($right[$i], '>=', $floor{$name}[$i], "$name: $what[$i]");
	}
	return;
}

SKIP:
{
	skip 'the folder ../shared/data is not here', 4 unless defined $lists;
	read_reports('report_db44', 'reports_db44.csv');
	query(<<'EOS');
CREATE TABLE listed (
	id text, code1 eventcode, name1 text, code2 eventcode, name2 text, code3 eventcode, name3 text, remark text, page text, anomaly text
)
EOS
	query("\\copy listed FROM '$lists/taxonomies/db44t2479-2024_hotline_codes.csv' CSV HEADER ENCODING 'UTF8'");
	query(<<'EOS');
CREATE TABLE model AS
SELECT classifier_from_classes(code, name, remark, NULL) AS model
FROM (
	SELECT DISTINCT code1::text::eventcode, name1, NULL FROM listed
	UNION ALL SELECT DISTINCT code2::text::eventcode, name2, NULL FROM listed
	UNION ALL SELECT code3, name3, remark FROM listed
) AS v (code, name, remark)
EOS
	is(query('SELECT count(*) FROM report_db44 WHERE code NOT IN (SELECT code3 FROM listed)'),
		0, 'the reports are of classes of DB44/T 2479-2024');
	judge('DB44/T 2479-2024, names and remarks', 'report_db44', 2);
	query('DROP TABLE model');
}

read_reports('report_gb', 'reports_gb47678.csv');
query(<<'EOS');
CREATE TABLE matter AS
SELECT code, name FROM event_class WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter'
EOS
is(query('SELECT count(*) FROM report_gb WHERE code NOT IN (SELECT code FROM matter)'),
	0, 'the reports are of matters of GB/T 47678.5-2026');
query('CREATE TABLE model AS SELECT classifier_from_classes(code, name, NULL, NULL) AS model FROM matter');
judge('GB/T 47678.5-2026, names alone', 'report_gb', 2);
SKIP:
{
	skip 'no phrases are shipped', 3
	  if query("SELECT to_regprocedure('classifier_from_taxonomy(text,text,date)') IS NULL") eq 't';
	query("UPDATE model SET model = classifier_from_taxonomy('GB/T 47678.5-2026', 'matter')");
	judge('GB/T 47678.5-2026, names and shipped phrases', 'report_gb', 2);
}

done_testing();
