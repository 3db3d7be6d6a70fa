# The shipped calendar against lists made by others: every day from 2007 to
# 2026 is off or worked as holiday-cn, chinese-days and chinese_calendar say,
# the known errors of chinese-workday are found as differences, and every year
# has as many days off as the law gives it.  Skips where the folder with the
# lists is not there.
#
# With CHINESE_DAYS naming an unpacked npm package chinese-days, its iCalendar
# files are loaded too, and must say the same.
use strict;
use warnings;

use CivicGrid;
use Test::More;

my ($data) = grep { -d $_ }
  map { "$_/../shared/data/holidays" } grep { defined } $ENV{ORIGIN}, '.';
plan skip_all => 'the folder ../shared/data is not here' unless defined $data;

my $node = new_node('calendar');
new_database($node, 'calendar');

sub result_of
{
	my ($query) = @_;
	return $node->safe_psql('calendar',
		"SET search_path = public, civicgrid; SET client_min_messages = warning; $query");
}

sub rows_are
{
	my ($query, $expected, $name) = @_;
	is(result_of($query), $expected, $name);
	return;
}

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
	result_of("CREATE TABLE $table ($columns)");
	$node->safe_psql('calendar', "\\copy $table FROM '$data/$file' CSV HEADER");
	return;
}

load('daily', 'calendar_daily.csv');
load('exception', 'state_council_exceptions.csv');

# Day by day.
result_of(q{
	CREATE TABLE shipped AS
	SELECT d.day, d.shifts = '{}' AS off, d.name, d.provisional,
		is_workday(calendar_known_at('office', '2026-08-01'), d.day) AS workday
	FROM workcal_days(calendar_known_at('office', '2026-08-01'), '2007-01-01', '2026-12-31') AS d});
rows_are(q{
	SELECT count(*), bool_and(off <> workday), bool_or(provisional) FROM shipped},
	'7305|t|f', 'every day from 2007 to 2026 is known, and is_workday() says the same');
for my $source (qw(holiday_cn chinese_days chinese_calendar))
{
	rows_are(qq{
		SELECT count(*), count(*) FILTER (WHERE off = (off_$source = '1'))
		FROM shipped JOIN daily ON date::date = day AND off_$source <> ''},
		'7305|7305', "and off or worked as $source says");
}
rows_are(q{
	SELECT count(*) FROM shipped JOIN daily ON date::date = day AND off_chinese_workday <> ''
	WHERE off <> (off_chinese_workday = '1')},
	'28', 'the 28 known errors of chinese-workday are found');

# The days that the notices name.
rows_are(q{
	SELECT count(*) FROM exception AS e
	LEFT JOIN LATERAL (
		SELECT d.off FROM holiday_day AS d JOIN holiday_notice AS n USING (notice)
		WHERE d.day = e.date::date AND n.series = 'state'
		ORDER BY n.published DESC LIMIT 1
	) AS d ON true
	WHERE d.off IS DISTINCT FROM (e.is_off_day = '1')},
	'0', 'every day that a notice names is there');
rows_are(q{
	SELECT count(*) FROM holiday_day AS d JOIN holiday_notice AS n USING (notice)
	WHERE n.series = 'state' AND NOT EXISTS (SELECT FROM exception AS e WHERE e.date::date = d.day)},
	'0', 'and no other');
rows_are(q{
	SELECT min(day), max(day) FROM holiday_day AS d JOIN holiday_notice AS n USING (notice)
	WHERE extract(year FROM d.day) <> n.year},
	'2006-12-30|2022-12-31', 'some of them in the December before their year');

# Weekdays off less weekend days worked: what the law gives, 11 days to 2024 and
# 13 from 2025, but for five years.
rows_are(q{
	SELECT string_agg(y || ':' || CASE WHEN y < 2025 THEN 11 ELSE 13 END - net, ' ' ORDER BY y)
	FROM (
		SELECT extract(year FROM day)::integer AS y,
			count(*) FILTER (WHERE off AND extract(isodow FROM day) < 6)
			- count(*) FILTER (WHERE NOT off AND extract(isodow FROM day) > 5) AS net
		FROM shipped GROUP BY 1
	) AS v WHERE net <> CASE WHEN y < 2025 THEN 11 ELSE 13 END},
	'2007:-1 2011:1 2012:-1 2015:-1 2020:-2', 'days off of each year, and the documented exceptions');

# As known before an amendment, and after it.
for my $amended (
	[ '2015-05-13', '2015-09-03 2015-09-04 2015-09-06' ],
	[ '2019-03-22', '2019-04-28 2019-05-02 2019-05-03 2019-05-05' ],
	[ '2020-01-27', '2020-01-31 2020-02-01' ])
{
	my ($day, $changed) = @$amended;
	rows_are(qq{
		SELECT string_agg(day::text, ' ' ORDER BY day)
		FROM workcal_diff(calendar_known_at('office', DATE '$day' - 1), calendar_known_at('office', '$day'))},
		$changed, "what the amendment of $day changed");
}
# Every notice changes what was known the day before, on the days that it names.
rows_are(q{
	SELECT count(*) FROM holiday_notice AS n,
		LATERAL workcal_diff(calendar_known_at('office', n.published - 1), calendar_known_at('office', n.published)) AS d
	WHERE n.series = 'state' AND NOT EXISTS (SELECT FROM holiday_day AS h WHERE h.notice = n.notice AND h.day = d.day)},
	'0', 'a notice changes no day that it does not name');
rows_are(q{
	SELECT count(*) FROM holiday_notice AS n
	WHERE n.series = 'state' AND NOT EXISTS (
		SELECT FROM workcal_diff(calendar_known_at('office', n.published - 1), calendar_known_at('office', n.published)))},
	'0', 'each of them changes some');

SKIP:
{
	my $package = $ENV{CHINESE_DAYS};
	skip 'CHINESE_DAYS names no unpacked npm package chinese-days', 4
	  unless defined $package && -d "$package/dist/years";
	for my $kind ('ics', 'en.ics')
	{
		my $refused = '';
		for my $year (2007 .. 2026)
		{
			open my $in, '<:raw', "$package/dist/years/$year.$kind" or die "$year.$kind: $!";
			my $text = do { local $/; <$in> };
			close $in;
			$refused .= result_of(qq{
				INSERT INTO holiday_notice (notice, series, year, title, published)
				VALUES ('$kind-$year', '$kind', $year, 'chinese-days', '@{[ $year - 1 ]}-12-01');
				SELECT * FROM import_holidays_ics(\$ics\$$text\$ics\$, notice => '$kind-$year')});
		}
		is($refused, '', "files $kind of chinese-days are loaded");
		rows_are(qq{
			INSERT INTO calendar (calendar, name, week, follows) VALUES ('$kind', 'chinese-days', 'office', '{$kind}');
			SELECT count(*) FROM workcal_diff(calendar_known_at('office', '2026-08-01'), calendar_known_at('$kind', '2026-08-01'))},
			'0', 'and agree with the shipped calendar on every day');
	}
}

$node->stop;
done_testing();
