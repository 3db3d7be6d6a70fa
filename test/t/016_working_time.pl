# Working time against PostgreSQL itself: minutes by generate_series, the clock
# on the wall by AT TIME ZONE, hours read from the calendar's text as jsonb, and
# whole years of them joined with terms at random.
#
# Then calendars as sessions meet them: many in turns, stored in every way, as
# constants and parameters, in workers, and through pg_dump.
use strict;
use warnings;

use CivicGrid;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('time', conf => "jit = off\nwork_mem = 64MB\nmax_wal_size = 4GB\n");
new_database($node, 'time');
$node->safe_psql('time', 'ALTER DATABASE time SET search_path = public, civicgrid');
$node->safe_psql('time', "ALTER DATABASE time SET client_min_messages = warning");

sub result_of
{
	my ($sql) = @_;
	return $node->safe_psql('time', $sql);
}

# ------------------------------------------------------------------ oracle

sub week
{
	my (@hours) = @_;
	my @days = qw(mon tue wed thu fri sat sun);
	return join ',', map { "\"$days[$_]\":[" . join(',', map { "\"$_\"" } split / /, $hours[$_]) . ']' }
	  grep { defined $hours[$_] && $hours[$_] ne '' } 0 .. 6;
}

my $office = '09:00-12:00 14:00-18:00';
my @calendars = (
	[ 'office', 'Asia/Shanghai', '2026-01-01', '2026-12-31', week(($office) x 5),
		'"2026-01-01":[],"2026-01-02":[],"2026-01-04":"mon","2026-02-14":{"name":"春节","like":"fri"},'
		  . join(',', map { "\"2026-02-$_\":{\"name\":\"春节\",\"hours\":[]}" } 16 .. 20, 23)
		  . ',"2026-02-28":"mon","2026-04-06":[],"2026-05-01":[],"2026-05-04":[],"2026-05-05":[],"2026-05-09":"tue","2026-06-19":["09:00-12:00"]' ],
	[ 'summer time in China', 'Asia/Shanghai', '1988-01-01', '1988-12-31', week(('22:00-06:00') x 7), '' ],
	[ 'New York', 'America/New_York', '2025-01-01', '2025-12-31', week(('00:30-01:30 01:45-02:15 02:30-03:00 22:00-24:00') x 7), '"2025-07-04":[]' ],
	[ 'New York, by its rules of today', 'America/New_York', '2061-01-01', '2061-12-31', week(('23:00-07:00') x 7), '' ],
	[ 'half an hour', 'Australia/Lord_Howe', '2025-01-01', '2025-12-31', week(('01:15-02:45 09:00-17:00') x 6), '' ],
	[ 'back to 23:00, and on from 00:00', 'America/Sao_Paulo', '2017-06-01', '2018-05-31', week(('00:00-00:45 00:50-01:10 23:30-24:00') x 7), '"2017-10-15":["00:00-01:00"]' ],
	[ 'back to 00:00', 'America/Havana', '2025-01-01', '2025-11-01', week(($office) x 5, '21:00-04:00'), '' ],
	[ 'back over midnight', 'America/St_Johns', '2010-01-01', '2010-12-31', week(('00:00-00:30 23:00-23:30 23:45-24:00') x 7), '"2010-11-06":[]' ],
	[ 'a date that never was', 'Pacific/Apia', '2011-07-01', '2012-06-30', week(('08:00-16:30') x 5, '22:00-02:00'), '"2011-12-30":["00:00-24:00"]' ],
	[ 'other hours in Ramadan', 'Africa/Casablanca', '2026-01-01', '2026-12-31', week(('02:00-03:30 08:30-16:30') x 5), '' ],
	[ 'two hours', 'Antarctica/Troll', '2025-01-01', '2025-12-31', week(('00:30-01:30 02:15-02:45 03:30-05:00 23:00-00:10') x 7), '' ],
	[ 'the southern summer', 'Pacific/Auckland', '2026-01-01', '2026-12-31', week('', '', '', '', '23:00-03:00', '20:00-02:30', '02:45-03:30 18:00-19:00'), '' ],
	[ 'day and night', 'Europe/London', '2025-01-01', '2025-12-31', week(('00:00-24:00') x 7), '"2025-12-25":[]' ]);

for my $calendar (@calendars)
{
	my ($name, $zone, $from, $to, $week, $days) = @$calendar;
	my $text = "{\"tz\":\"$zone\",\"week\":{$week},\"days\":{$days},\"from\":\"$from\",\"to\":\"$to\"}";
	my $result = result_of(<<"EOS");
SELECT setseed(0.5);
CREATE TEMP TABLE c AS SELECT '$text'::workcal AS cal, '$text'::jsonb AS rules;
-- the hours of every date
CREATE TEMP TABLE shift AS
SELECT day, s[1]::interval AS opens, s[2]::interval + CASE WHEN s[2]::interval <= s[1]::interval THEN interval '24 hours' ELSE '0' END AS closes
FROM c, generate_series(date '$from', date '$to', interval '1 day') AS g (at), date(at) AS day,
	LATERAL (SELECT rules->'days'->day::text) AS e (entry),
	LATERAL (SELECT lower(to_char(day, 'dy'))) AS w (weekday),
	jsonb_array_elements_text(coalesce(CASE jsonb_typeof(entry)
		WHEN 'array' THEN entry
		WHEN 'string' THEN rules->'week'->(entry #>> '{}')
		WHEN 'object' THEN coalesce(entry->'hours', rules->'week'->(entry->>'like'))
		ELSE rules->'week'->weekday END, '[]')) AS h (text),
	LATERAL (SELECT string_to_array(h.text, '-')) AS p (s);
-- ... as they stand on the wall, day by day
CREATE TEMP TABLE part AS
SELECT day AS owner, day AS shown, opens, least(closes, interval '24 hours') AS closes FROM shift
UNION ALL
SELECT day, day + 1, interval '0', closes - interval '24 hours' FROM shift WHERE closes > interval '24 hours';
CREATE TEMP TABLE wall AS
SELECT t, t AT TIME ZONE '$zone' AS at
FROM generate_series(timestamptz '$from 00:00+00' - interval '2 days', timestamptz '$to 00:00+00' + interval '3 days', interval '1 minute') AS t;
CREATE TEMP TABLE horizon AS
SELECT min(t) FILTER (WHERE at >= '$from') AS begins, max(t) FILTER (WHERE at < timestamp '$to' + interval '1 day') + interval '1 minute' AS ends FROM wall;
ANALYZE part;
CREATE TEMP TABLE minute AS
SELECT row_number() OVER w AS i, t, at::date AS day, owner, count(owner) OVER w - (owner IS NOT NULL)::int AS worked
FROM horizon, wall LEFT JOIN part ON shown = at::date AND at - at::date >= opens AND at - at::date < part.closes
WHERE t >= begins AND t < ends
WINDOW w AS (ORDER BY t);
CREATE TEMP TABLE worked AS SELECT worked AS k, t FROM minute WHERE owner IS NOT NULL;
CREATE TEMP TABLE workday AS
SELECT owner AS day, min(t) AS opens, max(t) + interval '1 minute' AS closes, row_number() OVER (ORDER BY owner) AS n FROM minute WHERE owner IS NOT NULL GROUP BY 1;
CREATE UNIQUE INDEX ON worked (k);
CREATE UNIQUE INDEX ON minute (i);
CREATE UNIQUE INDEX ON workday (n);
ANALYZE minute, worked, workday;

-- every minute
SELECT 'minutes', count(*) > 100000, count(*) FILTER (WHERE is_open(cal, t) <> (owner IS NOT NULL)
	OR is_open(cal, t + interval '59.999999 seconds') <> (owner IS NOT NULL)
	OR work_between(cal, begins, t) <> worked * interval '1 minute')
FROM c, horizon, minute;
SELECT 'next_open', count(*) > 20000, count(*) FILTER (WHERE next_open(cal, m.t) <> w.t) FROM c, minute AS m JOIN worked AS w ON w.k = m.worked;
SELECT 'prev_close', count(*) > 20000, count(*) FILTER (WHERE prev_close(cal, m.t) <> w.t + interval '1 minute') FROM c, minute AS m JOIN worked AS w ON w.k = m.worked - 1;
-- dates
SELECT 'is_workday', count(*) > 300, count(*) FILTER (WHERE is_workday(cal, day) <> EXISTS (SELECT FROM workday WHERE workday.day = date(d.day)))
FROM c, generate_series(date '$from', date '$to', interval '1 day') AS g (at), date(at) AS d (day);
-- terms at random; more of short ones
CREATE TEMP TABLE pair AS
SELECT i, t, day, worked, greatest(1, (random()^4 * 20000)::int) AS k, greatest(1, (random()^3 * 120)::int) AS n
FROM (SELECT 1 + floor(random() * (SELECT count(*) FROM minute))::bigint AS i FROM generate_series(1, 10000)) AS r JOIN minute USING (i);
SELECT 'work hours', count(*) > 1000, count(*) FILTER (WHERE work_add(cal, p.t, (p.k || ' work minutes')::term) <> w.t + interval '1 minute')
FROM c, pair AS p JOIN worked AS w ON w.k = p.worked + p.k - 1;
SELECT 'work hours back', count(*) > 1000, count(*) FILTER (WHERE work_sub(cal, p.t, (p.k || ' work minutes')::term) <> w.t)
FROM c, pair AS p JOIN worked AS w ON w.k = p.worked - p.k;
SELECT 'between', count(*) > 1000, count(*) FILTER (WHERE work_between(cal, a.t, b.t) <> (b.worked - a.worked) * interval '1 minute')
FROM c, (SELECT *, row_number() OVER () AS r FROM pair) AS a JOIN (SELECT *, row_number() OVER () AS r FROM pair) AS b ON b.r = a.r + 1;
SELECT 'work days', count(*) > 1000, count(*) FILTER (WHERE work_add(cal, p.t, (p.n || ' work days')::term) <> w.closes)
FROM c CROSS JOIN pair AS p CROSS JOIN LATERAL (SELECT count(*) FROM workday AS w WHERE w.day <= p.day) AS before (n) JOIN workday AS w ON w.n = before.n + p.n;
SELECT 'work days back', count(*) > 1000, count(*) FILTER (WHERE work_sub(cal, p.t, (p.n || ' work days')::term) <> w.opens)
FROM c CROSS JOIN pair AS p CROSS JOIN LATERAL (SELECT count(*) FROM workday AS w WHERE w.day < p.day) AS before (n) JOIN workday AS w ON w.n = before.n - p.n + 1;
SELECT 'days', count(*) > 1000, count(*) FILTER (WHERE work_add(cal, p.t, (p.n || ' days')::term) <> w.closes)
FROM c, pair AS p, LATERAL (SELECT closes FROM workday AS w WHERE w.day >= p.day + p.n ORDER BY w.day LIMIT 1) AS w WHERE p.day + p.n <= '$to';
SELECT 'days back', count(*) > 1000, count(*) FILTER (WHERE work_sub(cal, p.t, (p.n || ' days')::term) <> w.opens)
FROM c, pair AS p, LATERAL (SELECT opens FROM workday AS w WHERE w.day <= p.day - p.n ORDER BY w.day DESC LIMIT 1) AS w WHERE p.day - p.n >= '$from';
SELECT 'hours', count(*) > 1000, count(*) FILTER (WHERE work_add(cal, p.t, (p.k || ' minutes')::term) <> p.t + p.k * interval '1 minute')
FROM c, pair AS p;
SELECT 'workdays between', count(*) > 1000, count(*) FILTER (WHERE workdays_between(cal, a.day, a.day + a.n) <> (SELECT count(*) FROM workday AS w WHERE w.day > a.day AND w.day <= a.day + a.n))
FROM c, pair AS a WHERE a.day >= '$from' AND a.day + a.n <= '$to';
-- an explanation adds up
SELECT 'explained', count(*) > 100, count(*) FILTER (WHERE NOT right_pieces)
FROM (SELECT * FROM pair WHERE k < 2000 LIMIT 500) AS p JOIN worked AS w ON w.k = p.worked + p.k - 1, c,
	LATERAL (SELECT sum(seconds) = p.k * 60 AND min(from_at) = p.t AND max(to_at) = w.t + interval '1 minute' AND min(balance) = 0
		AND sum(extract(epoch FROM to_at - from_at)) = extract(epoch FROM w.t + interval '1 minute' - p.t)
		AND bool_and(seconds = (SELECT count(*) * 60 FROM minute WHERE owner IS NOT NULL AND i >= p.i + (extract(epoch FROM from_at - p.t) / 60)::bigint AND i < p.i + (extract(epoch FROM to_at - p.t) / 60)::bigint)) AS right_pieces
		FROM work_explain(cal, p.t, (p.k || ' work minutes')::term)) AS e;
-- pauses: minutes that are neither paused nor beyond the deadline are as many as the term has
CREATE TEMP TABLE clock AS
SELECT p.*, cal, pauses, due(cal, t, (k || ' work minutes')::term, pauses) AS due_work, due(cal, t, (k || ' minutes')::term, pauses) AS due_time
FROM c, (SELECT *, 1 + (random() * 700)::int AS a, 1 + (random() * 2000)::int AS b, (random() * 4000)::int AS x, (random() * 4000)::int AS y FROM pair WHERE k < 1500 AND worked < (SELECT max(worked) FROM minute) - 8000 LIMIT 150) AS p,
	LATERAL (SELECT tstzmultirange(tstzrange(t + x * interval '1 minute', t + (x + a) * interval '1 minute'), tstzrange(t + y * interval '1 minute', t + (y + b) * interval '1 minute'),
		tstzrange(t - a * interval '1 minute', t + a / 3 * interval '1 minute'))) AS v (pauses);
SELECT 'pauses', count(*) > 50, count(*) FILTER (WHERE work <> k OR time <> k OR NOT ends_work OR NOT ends_time)
FROM clock, LATERAL (SELECT count(*) FILTER (WHERE owner IS NOT NULL AND m.t < due_work) AS work, count(*) FILTER (WHERE m.t < due_time) AS time,
	bool_or(owner IS NOT NULL AND m.t = due_work - interval '1 minute') AS ends_work, bool_or(m.t = due_time - interval '1 minute') AS ends_time
	FROM minute AS m WHERE m.i >= clock.i AND m.i < clock.i + (extract(epoch FROM greatest(due_work, due_time) - clock.t) / 60)::bigint AND NOT clock.pauses @> m.t) AS counted;
SELECT 'readings', count(*) > 50, count(*) FILTER (WHERE elapsed(cal, t, (k || ' work minutes')::term, pauses, NULL, due_work) <> k * interval '1 minute'
	OR remaining(cal, t, (k || ' work minutes')::term, pauses, NULL, due_work) <> interval '0' OR used_ratio(cal, t, (k || ' work minutes')::term, pauses, NULL, due_work) <> 1)
FROM clock;
EOS
	my @wrong = grep { !/^$|\|t\|0$/ } split /\n/, $result;
	my $asked = grep { /\|t\|0$/ } split /\n/, $result;
	ok(!@wrong && $asked == 16, "$name ($zone): right in every minute, and for terms at random")
	  or diag("$asked parts right; what was asked, often enough, how often wrong:\n" . join "\n", @wrong);
}

# ---------------------------------------------------------------- sessions

# A calendar whose working time in a week tells which one it is, short or so
# long that it is stored outside its row.
result_of(<<'EOS');
CREATE FUNCTION made(n integer, long boolean) RETURNS workcal
	LANGUAGE sql IMMUTABLE
	RETURN format('{"tz":"UTC","week":{"mon":["00:00-%s"]},%s"from":"2026-01-01","to":"2026-12-31"}', to_char(interval '1 minute' * n, 'HH24:MI'),
		CASE WHEN long THEN '"days":{' || (SELECT string_agg(format('"%s":{"name":"%s","hours":["01:00-02:00"]}', date '2026-02-01' + i, md5((i * 7919)::text)), ',') FROM generate_series(0, 299) AS i) || '},' ELSE '' END)::workcal;
CREATE FUNCTION minutes(cal workcal) RETURNS integer
	LANGUAGE sql IMMUTABLE
	RETURN (extract(epoch FROM work_between(cal, '2026-01-05 00:00+00', '2026-01-12 00:00+00')) / 60)::int;
CREATE TABLE short (n integer PRIMARY KEY, cal workcal);
CREATE TABLE long (n integer PRIMARY KEY, cal workcal);
CREATE TABLE compressed (n integer PRIMARY KEY, cal workcal);
ALTER TABLE compressed ALTER cal SET STORAGE EXTENDED;
CREATE TABLE squeezed (n integer PRIMARY KEY, cal workcal);
ALTER TABLE squeezed ALTER cal SET STORAGE MAIN;
CREATE TABLE mixed (id serial PRIMARY KEY, n integer, cal workcal);
INSERT INTO short SELECT n, made(n, false) FROM generate_series(1, 200) AS n;
INSERT INTO long SELECT n, made(n, true) FROM generate_series(1, 200) AS n;
INSERT INTO compressed SELECT n, made(n, true) FROM generate_series(1, 200) AS n;
INSERT INTO squeezed SELECT n, jsonb_set(made(n, false)::text::jsonb, '{days}', (SELECT jsonb_object_agg(date '2026-02-01' + i, '[]'::jsonb) FROM generate_series(0, 299) AS i))::text::workcal FROM generate_series(1, 200) AS n;
INSERT INTO mixed (n, cal) SELECT n, cal FROM (SELECT *, 1 AS what FROM short UNION ALL SELECT *, 2 FROM long UNION ALL SELECT *, 3 FROM compressed UNION ALL SELECT *, 4 FROM squeezed) AS v ORDER BY md5(n::text || what);
EOS
is(result_of('SELECT max(pg_column_size(cal)) < 127 FROM short'), 't', 'short calendars stand in their rows');
is(result_of("SELECT pg_relation_size(reltoastrelid) > 2000000 FROM pg_class WHERE relname = 'long'"), 't', 'long ones outside them');
is(result_of('SELECT bool_and(pg_column_size(cal) < length(cal::text)) FROM squeezed'), 't', 'compressed ones in them');

for my $table (qw(short long compressed squeezed mixed))
{
	is( result_of("SELECT count(*), count(*) FILTER (WHERE minutes(cal) <> n) FROM (SELECT v.* FROM $table AS v, generate_series(1, 5) AS i ORDER BY i, md5(v.n::text || i)) AS turns"),
		($table eq 'mixed' ? 4000 : 1000) . '|0', "200 calendars in turns, five times: $table");
	# the same one over and over, and two by two
	is(result_of("SELECT count(*) FILTER (WHERE minutes(cal) <> n) FROM $table AS v, generate_series(1, 100) AS i WHERE n = 77"), 0, "one of them, a hundred times: $table");
	is(result_of("SELECT count(*) FILTER (WHERE minutes(cal) <> n) FROM generate_series(1, 2000) AS i JOIN $table AS v ON v.n = 10 + i % 2"), 0, "two of them in turns: $table");
	# two calls in one row, of different calendars
	is( result_of("SELECT count(*) FILTER (WHERE minutes(a.cal) - minutes(b.cal) <> a.n - b.n) FROM $table AS a JOIN $table AS b ON b.n = (a.n * 13) % 200 + 1"), 0,
		"two in a row: $table");
}
is( result_of(<<'EOS'), "0\n0\n0\n0\n0", 'as constants, parameters, variables and results');
SELECT count(*) FILTER (WHERE work_add('{"tz":"UTC","week":{"mon":["00:00-00:40"]},"from":"2026-01-01","to":"2026-12-31"}', '2026-01-05 00:00+00', '40 work minutes') <> '2026-01-05 00:40+00') FROM generate_series(1, 100);
SELECT count(*) FILTER (WHERE minutes(made(n, true)) <> n OR minutes(made(n, false)) <> n) FROM generate_series(1, 100) AS n;
CREATE TEMP TABLE wrong (n integer);
SET plan_cache_mode = force_generic_plan;
PREPARE ask(workcal, integer) AS INSERT INTO wrong SELECT $2 WHERE minutes($1) <> $2;
DO $$
DECLARE
	c workcal;
	i integer;
BEGIN
	FOR i IN 1 .. 300 LOOP
		SELECT cal INTO c FROM mixed WHERE id = i;
		EXECUTE format('EXECUTE ask(%L, %s)', c, (SELECT n FROM mixed WHERE id = i));
		IF minutes(c) <> (SELECT n FROM mixed WHERE id = i) THEN
			INSERT INTO wrong VALUES (i);
		END IF;
		-- an error on the way, and a damaged calendar, leave nothing behind
		BEGIN
			PERFORM work_add(c, '2030-01-01', '1 work hour');
			INSERT INTO wrong VALUES (-i);
		EXCEPTION WHEN SQLSTATE 'CG201' THEN
			NULL;
		END;
	END LOOP;
END
$$;
SELECT count(*) FROM wrong;
SET plan_cache_mode = force_custom_plan;
PREPARE again(integer) AS SELECT count(*) FILTER (WHERE minutes(cal) <> n) FROM mixed WHERE n % 50 = $1;
EXECUTE again(3);
EXECUTE again(4);
EOS

# a calendar that changes in its row
is( result_of(<<'EOS'), "10|20|30|10", 'a row that changes is seen anew, in one function and one session');
CREATE TEMP TABLE changing AS SELECT made(10, true) AS cal;
CREATE FUNCTION pg_temp.ask() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT minutes(cal) FROM changing); END $$;
CREATE FUNCTION pg_temp.change(n integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN UPDATE changing SET cal = made(n, n > 10); RETURN pg_temp.ask(); END $$;
SELECT pg_temp.ask(), pg_temp.change(20), pg_temp.change(30), pg_temp.change(10);
EOS

# workers
is( result_of(<<'EOS'), "t\n200000|0", 'in parallel');
CREATE TABLE event AS SELECT i, timestamptz '2026-01-01 00:00+00' + (i * 37 % 500000) * interval '1 minute' AS at, 1 + i % 40 AS n FROM generate_series(1, 200000) AS i;
ANALYZE event;
SET max_parallel_workers_per_gather = 4; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
CREATE FUNCTION plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text = '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
		plan := plan || line || E'\n';
	END LOOP;
	RETURN plan;
END
$$;
SELECT plan_of('SELECT sum(extract(epoch FROM work_between(l.cal, ''2026-01-01 00:00+00'', at))) FROM event JOIN long AS l USING (n)') ~ 'Workers Planned: [1-9]';
SELECT count(*), count(*) FILTER (WHERE minutes(l.cal) <> n) FROM event JOIN long AS l USING (n);
EOS
is( result_of(<<'EOS'), "t", 'in parallel and not: the same sums');
CREATE FUNCTION total() RETURNS numeric LANGUAGE sql AS $$ SELECT sum(extract(epoch FROM work_between(l.cal, '2026-01-01 00:00+00', at)) * i) FROM event JOIN long AS l USING (n) $$;
CREATE TEMP TABLE totals AS SELECT total() AS alone;
SET max_parallel_workers_per_gather = 4; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT alone = (SELECT sum(extract(epoch FROM work_between(l.cal, '2026-01-01 00:00+00', at)) * i) FROM event JOIN long AS l USING (n)) FROM totals;
EOS

# pg_dump, with what may hang on the types and functions
result_of(<<'EOS');
CREATE TABLE site (n integer PRIMARY KEY, cal workcal NOT NULL DEFAULT '{"tz":"Asia/Shanghai","week":{"mon":["09:00-12:00"]},"from":"2026-01-01","to":"2026-12-31"}', start timestamptz, term term DEFAULT '4 work hours', terms term[],
	due timestamptz GENERATED ALWAYS AS (civicgrid.due(cal, start, term, NULL, terms)) STORED, CHECK (civicgrid.work_add(cal, start, term) >= start));
CREATE INDEX site_due ON site (civicgrid.work_add(cal, start, term));
CREATE INDEX site_term ON site USING hash (term);
CREATE VIEW site_left AS SELECT n, civicgrid.remaining(cal, start, term, NULL, terms, timestamptz '2026-03-01 00:00+00') AS remaining FROM site;
INSERT INTO site (n, cal, start, term, terms) SELECT n, cal, timestamptz '2026-02-02 00:00+00' + n * interval '1 hour', (n || ' work minutes')::term, ARRAY['2 days', '1 hour']::term[] FROM mixed WHERE id <= 300 ON CONFLICT DO NOTHING;
INSERT INTO site (n) VALUES (1000);
EOS
my $dump = PostgreSQL::Test::Utils::tempdir() . '/time.sql';
$node->command_ok([ 'pg_dump', '--dbname', $node->connstr('time'), '--file', $dump, '--table', 'site', '--table', 'site_left', '--table', 'mixed', '--extension', 'civicgrid', '--extension', 'postgis', '--schema', 'public' ], 'dump');
$node->safe_psql('postgres', 'CREATE DATABASE again');
$node->safe_psql('again', 'CREATE EXTENSION civicgrid CASCADE; ALTER DATABASE again SET search_path = public, civicgrid');
for my $table (qw(site site_left mixed))
{
	result_of("COPY (SELECT * FROM $table ORDER BY 1) TO '$dump.$table'");
}
{
	my $text = PostgreSQL::Test::Utils::slurp_file($dump);
	# the extensions are there already
	$text =~ s/^CREATE EXTENSION .*?;$//mg;
	$text =~ s/^COMMENT ON EXTENSION .*?;$//mg;
	$text =~ s/^CREATE SCHEMA .*?;$//mg;
	PostgreSQL::Test::Utils::append_to_file("$dump.data", $text);
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('again'), '-f', "$dump.data" ], 'restore');
}
for my $table (qw(site site_left mixed))
{
	is(table_digest($node, 'again', $table), table_digest($node, 'time', $table), "what is restored of $table is what was there");
}
is( $node->safe_psql('again', 'SET enable_seqscan = off; SELECT count(*) > 100 FROM site WHERE civicgrid.work_add(cal, start, term) > timestamptz \'2000-01-01\''), 't', 'and its index answers');

$node->stop;
done_testing();
