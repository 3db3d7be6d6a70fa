# Pairs for working time; sourced by bench.sh.
#
# The calendar is that of offices, Monday to Friday 09:00-12:00 and 14:00-18:00,
# with the State Council's days off and make-up days of 2007 to 2026: from
# ../shared/data, where that folder is there, or as they are shipped.
#
# Tables: holiday (day, off, name); office (calendar), one row; instant (t,
# near, far), 1,000,000 in no order in 2008 to 2015, near up to three days and
# far up to ten years later; minute (t, u, v), the same to the minute, u up to
# 30 days and v up to a year later.  case_clock is filled from table clocks, with
# deadlines as they were before a day off was added, and as they are after.

holidays=$ORIGIN/../shared/data/holidays/state_council_exceptions.csv
pgoptions_before=$PGOPTIONS
export PGOPTIONS="$PGOPTIONS -c timezone=Asia/Shanghai"

setup_office() {
    run_sql -c 'CREATE TABLE holiday (day date PRIMARY KEY, off boolean NOT NULL, name text NOT NULL)'
    if [ -f "$holidays" ]; then
        run_sql -c 'COPY holiday FROM STDIN (FORMAT csv, HEADER)' <"$holidays"
    else
        run_sql -c "INSERT INTO holiday SELECT day, what = 'rest', coalesce(day_name, 'site') FROM calendar_exceptions('office')"
    fi
    run_sql <<EOS
CREATE TABLE office AS SELECT $(office_calendar true) AS calendar;
VACUUM (ANALYZE, FREEZE) holiday;
VACUUM (ANALYZE, FREEZE) office;
EOS
}
# The calendar of those rows of holiday for which $1 holds
office_calendar() {
    echo "(SELECT jsonb_build_object('tz', 'Asia/Shanghai', 'from', '2007-01-01', 'to', '2026-12-31',
    'week', (SELECT jsonb_object_agg(w, '[\"09:00-12:00\", \"14:00-18:00\"]'::jsonb) FROM unnest('{mon,tue,wed,thu,fri}'::text[]) AS w),
    'days', jsonb_object_agg(day, jsonb_build_object('name', name) || CASE WHEN off THEN '{\"hours\": []}' ELSE '{\"like\": \"mon\"}' END::jsonb))::text::workcal
FROM holiday WHERE day BETWEEN '2007-01-01' AND '2026-12-31' AND $1)"
}

setup_instants() {
    run_sql <<EOS
SELECT setseed(0.5);
CREATE TABLE instant AS
SELECT t, t + random() * interval '3 days' AS near, t + random() * interval '10 years' AS far
FROM (SELECT '2008-01-01 00:00'::timestamptz + floor(random() * 86400 * 2922) * interval '1 second' AS t FROM generate_series(1, 1000000)) AS v;
CREATE TABLE minute AS
SELECT t, t + floor(random() * 30 * 24 * 60) * interval '1 minute' AS u, t + floor(random() * 365 * 24 * 60) * interval '1 minute' AS v
FROM (SELECT date_trunc('minute', t) AS t FROM instant) AS v;
VACUUM (ANALYZE, FREEZE) instant;
VACUUM (ANALYZE, FREEZE) minute;
EOS
}

# ------------------------------------------- against timestamptz + interval

calendar='(SELECT calendar FROM office)'
added() { echo "SELECT count(work_add($calendar, t, '$1')) FROM instant"; }
plus() { echo "SELECT count(t + interval '$1') FROM instant"; }
between() { echo "SELECT count(work_between($calendar, t, $1)) FROM instant"; }

needs=(office instants)
while IFS='|' read -r term interval; do
    pair "1,000,000 times work_add() of $term : + interval '$interval'" 2 5 "$(added "$term")" "$(plus "$interval")"
done <<EOS
30 work minutes|30 minutes
4 work hours|4 hours
17500 work hours|87600 hours
17500 work hours|10 years
2 work days|2 days
2 work days|48 hours
30 work days|30 days
2500 work days|10 years
2 rolling work days|2 days
7 days|7 days
EOS
for distance in near far; do
    pair "1,000,000 times work_between(), $distance : timestamptz - timestamptz" 2 5 "$(between $distance)" "SELECT count($distance - t) FROM instant"
    pair "1,000,000 times work_between(), $distance : + interval '4 hours'" 2 5 "$(between $distance)" "$(plus '4 hours')"
done
pair "1,000,000 times work_add() of 4 work hours, calendar of a joined row : + interval '4 hours'" - 5 \
    "SELECT count(work_add(calendar, t, '4 work hours')) FROM instant, office" "$(plus '4 hours')"
pair "1,000,000 times due() of 4 work hours : + interval '4 hours'" - 5 \
    "SELECT count(due($calendar, t, '4 work hours', '{}', '{}')) FROM instant" "$(plus '4 hours')"
# Reading the million rows is in both of all these pairs.
pair "1,000,000 times work_add() of 4 work hours : reading the rows alone" - 5 "$(added '4 work hours')" "SELECT count(t) FROM instant"
pair "1,000,000 times + interval '4 hours' : reading the rows alone" - 5 "$(plus '4 hours')" "SELECT count(t) FROM instant"

# A connection's first call lays twenty years out.
needs=(office)
pair "a connection's first work_add() : + interval '4 hours'" - 100 \
    "SELECT work_add(calendar, '2026-01-04 10:00+08', '4 work hours') FROM office" "SELECT timestamptz '2026-01-04 10:00+08' + interval '4 hours' FROM office" -C

# -------------------------------------------------------- the usual SQL
#
# Expressions over a row with t and u, written in the way that was fastest of
# those tried.  SQL does not know how far to look: a bound is stated that is
# enough for the longest holidays.

open_at="(m::time >= '09:00' AND m::time < '12:00' OR m::time >= '14:00' AND m::time < '18:00')"
shifts="(VALUES (interval '9 hours', interval '12 hours'), ('14 hours', '18 hours')) AS s (opens, closes)"
# $1: work minutes, $2: days to look at
minutes_added() {
    echo "(SELECT m + interval '1 minute'
FROM generate_series(t, t + interval '$2 days', interval '1 minute') AS m LEFT JOIN holiday AS h ON h.day = m::date
WHERE NOT coalesce(h.off, extract(isodow FROM m) > 5) AND $open_at
ORDER BY m OFFSET $1 - 1 LIMIT 1)"
}
# $1: work hours, $2: days to look at
shifts_added() {
    echo "(SELECT opens + (interval '$1 hours' - before)
FROM (SELECT opens, closes, sum(closes - opens) OVER (ORDER BY opens) - (closes - opens) AS before
    FROM (SELECT greatest(t, d + s.opens) AS opens, d + s.closes AS closes
        FROM generate_series(t::date::timestamptz, t::date + $2, '1 day') AS d LEFT JOIN holiday AS h ON h.day = d::date CROSS JOIN $shifts
        WHERE NOT coalesce(h.off, extract(isodow FROM d) > 5) AND d + s.closes > t) AS shift) AS summed
WHERE before + (closes - opens) >= interval '$1 hours'
ORDER BY opens LIMIT 1)"
}
# $1: work days, $2: days to look at
days_added() {
    echo "(SELECT d + interval '18 hours'
FROM generate_series((t::date + 1)::timestamptz, t::date + $2, '1 day') AS d LEFT JOIN holiday AS h ON h.day = d::date
WHERE NOT coalesce(h.off, extract(isodow FROM d) > 5)
ORDER BY d OFFSET $1 - 1 LIMIT 1)"
}
minutes_between="(SELECT count(*) * interval '1 minute'
FROM generate_series(t, u - interval '1 minute', interval '1 minute') AS m LEFT JOIN holiday AS h ON h.day = m::date
WHERE NOT coalesce(h.off, extract(isodow FROM m) > 5) AND $open_at)"
# $1: the later instant
shifts_between() {
    echo "(SELECT coalesce(sum(greatest(least($1, d + s.closes) - greatest(t, d + s.opens), '0')), '0')
FROM generate_series(t::date::timestamptz, $1, '1 day') AS d LEFT JOIN holiday AS h ON h.day = d::date CROSS JOIN $shifts
WHERE NOT coalesce(h.off, extract(isodow FROM d) > 5))"
}

# What can be had without iterating: all days in a table, numbered by work days,
# which somebody keeps in step with the holidays.
setup_numbered() {
    prepare_data office
    run_sql <<EOS
CREATE TABLE numbered AS
SELECT day, works, (count(*) FILTER (WHERE works) OVER (ORDER BY day))::integer AS n
FROM (SELECT d::date AS day, NOT coalesce(h.off, extract(isodow FROM d) > 5) AS works
    FROM generate_series('2007-01-01', '2026-12-31', interval '1 day') AS d LEFT JOIN holiday AS h ON h.day = d::date) AS v;
CREATE UNIQUE INDEX ON numbered (day) INCLUDE (n);
CREATE UNIQUE INDEX ON numbered (n) INCLUDE (day) WHERE works;
VACUUM (ANALYZE, FREEZE) numbered;
EOS
}
numbered_added() { echo "(SELECT day + interval '18 hours' FROM numbered WHERE works AND n = $1 + (SELECT n FROM numbered WHERE day = t::date))::timestamptz"; }

# versus NAME LIMIT OURS THEIRS ROWS: two expressions that have to agree, in
# microseconds for a row; ours over the million rows of minute, theirs over the
# first ROWS of them.
versus() {
    local name=$1 limit=$2 our_value=$3 their_value=$4 rows=$5 sample wrong
    wanted "$name" || return 0
    prepare_data "${needs[@]}"
    sample="(SELECT * FROM minute LIMIT $rows) AS m"
    wrong=$(run_sql -c "SELECT count(*) FROM (SELECT $our_value AS ours, $their_value AS theirs FROM $sample OFFSET 0) AS r WHERE ours IS DISTINCT FROM theirs")
    [ "$wrong" = 0 ] || {
        echo "$name: $wrong of $rows answers differ" >&2
        exit 1
    }
    our_row() { latency "SELECT count($our_value) FROM minute" 3 | awk '{print $1 / 1000}'; }
    their_row() { latency "SELECT count($their_value) FROM $sample" 1 | awk -v n="$rows" '{print $1 * 1000 / n}'; }
    measure "$name" "$limit" our_row their_row
}

needs=(office instants numbered)
versus "µs to add 4 work hours, work_add() : generate_series over 12 days of minutes" 1/500 "work_add($calendar, t, '4 work hours')" "$(minutes_added 240 12)" 100
versus "µs to add 20 work hours, work_add() : generate_series over 18 days of minutes" 1/500 "work_add($calendar, t, '20 work hours')" "$(minutes_added 1200 18)" 100
versus "µs between instants up to 30 days apart, work_between() : generate_series over minutes" 1/500 "work_between($calendar, t, u)" "$minutes_between" 100
versus "µs to add 200 work hours, work_add() : generate_series over 70 days" 1/500 "work_add($calendar, t, '200 work hours')" "$(shifts_added 200 70)" 1000
versus "µs to add 60 work days, work_add() : generate_series over 120 days" 1/500 "work_add($calendar, t, '60 work days')" "$(days_added 60 120)" 1000
versus "µs between instants up to a year apart, work_between() : generate_series over days" 1/500 "work_between($calendar, t, v)" "$(shifts_between v)" 1000
versus "µs to add 20 work hours, work_add() : generate_series over 18 days" - "work_add($calendar, t, '20 work hours')" "$(shifts_added 20 18)" 1000
versus "µs to add 20 work days, work_add() : generate_series over 50 days" - "work_add($calendar, t, '20 work days')" "$(days_added 20 50)" 1000
versus "µs between instants up to 30 days apart, work_between() : generate_series over days" - "work_between($calendar, t, u)" "$(shifts_between u)" 1000
versus "µs to add 20 work days, work_add() : a table of numbered days" - "work_add($calendar, t, '20 work days')" "$(numbered_added 20)" 10000

# ------------------------------------------------ a calendar that changes

# 1,000,000 clocks of a calendar whose draft has a day off that its edition has
# not.  Each runs across that day.
setup_clocks() {
    run_sql <<EOS
CALL publish_calendar('office');
INSERT INTO calendar_day (calendar, day, what) VALUES ('office', '2026-09-03', 'rest');
SELECT setseed(0.5);
CREATE TABLE clocks AS
SELECT v.*, due((SELECT workcal FROM calendar_edition WHERE edition = 1), started_at, term, pauses, extensions) AS due_before,
    due((SELECT calendar_version('office', NULL)), started_at, term, pauses, extensions) AS due_after
FROM (
    SELECT make_caseno('2026-08-24', '440310', i) AS caseno, i::bigint AS clock, started_at,
        ('{10 work days,15 work days,80 work hours,105 work hours}'::term[])[1 + i % 4] AS term,
        CASE WHEN i % 10 = 0 THEN tstzmultirange(tstzrange(started_at + interval '30 hours', started_at + interval '40 hours')) ELSE '{}' END AS pauses,
        CASE WHEN i % 20 = 0 THEN '{2 work days}'::term[] ELSE '{}' END AS extensions
    FROM (SELECT i, '2026-08-24 00:00'::timestamptz + floor(random() * 9 * 86400) * interval '1 second' AS started_at FROM generate_series(1, 1000000) AS i) AS v
    OFFSET 0) AS v;
EOS
}
# redate BEFORE|AFTER SQL: milliseconds of a statement on clocks with those
# deadlines.  The table is new each time, so that it has no dead rows.
redate() {
    run_sql <<EOS
TRUNCATE case_clock, clock_move;
ALTER TABLE case_clock DISABLE TRIGGER USER;
INSERT INTO case_clock (caseno, clock, kind, calendar, edition, started_at, term, pauses, extensions, due_at)
SELECT caseno, clock, 'case', 'office', 1, started_at, term, pauses, extensions, due_$1 FROM clocks;
ALTER TABLE case_clock ENABLE TRIGGER USER;
VACUUM (ANALYZE, FREEZE) case_clock;
CHECKPOINT;
EOS
    run_sql -c '\timing on' -c "$2" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'
}
publish_moving() { redate before "CALL publish_calendar('office')"; }
publish_still() { redate after "CALL publish_calendar('office')"; }
update_due() { redate before "UPDATE case_clock SET due_at = due((SELECT calendar_version('office', NULL)), started_at, term, pauses, extensions) WHERE stopped_at IS NULL"; }
update_plain() { redate before "UPDATE case_clock SET due_at = due_at + interval '1 day' WHERE stopped_at IS NULL"; }

needs=(clocks)
measure "1,000,000 open clocks, publish_calendar() that moves and logs them all : a plain UPDATE of due_at" 2 publish_moving update_plain
measure "1,000,000 open clocks, UPDATE to due() : a plain UPDATE of due_at" 2 update_due update_plain
measure "1,000,000 open clocks, publish_calendar() that moves none : a plain UPDATE of due_at" - publish_still update_plain

export PGOPTIONS=$pgoptions_before
