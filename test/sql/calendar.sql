--
-- Calendars: what is shipped, what was known when, what a site adds
--
SET search_path = civicgrid, public;
SET TimeZone = 'Asia/Shanghai';
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never

-- the State Council's notices
SELECT notice, document, signed, published, basis FROM holiday_notice ORDER BY published, notice;
SELECT n.year, count(*) FILTER (WHERE off) AS off, count(*) FILTER (WHERE NOT off) AS worked
FROM holiday_notice AS n JOIN holiday_day AS d USING (notice) GROUP BY 1 ORDER BY 1;
SELECT * FROM holiday_day WHERE notice = 'state-2026' AND day >= '2026-09-01' ORDER BY day;
SELECT * FROM calendar ORDER BY calendar;
SELECT week, weekday, shifts FROM calendar_week ORDER BY 1, array_position('{mon,tue,wed,thu,fri,sat,sun}', weekday);
SELECT * FROM calendar_check();

-- a calendar is compiled from them; days of the December before are in it
SELECT calendar_known_at('always', '2026-08-01');
SELECT d.day, to_char(d.day, 'Dy') AS weekday, d.shifts, d.name, d.provisional
FROM workcal_days(calendar_known_at('office', '2026-08-01'), '2007-12-28', '2008-01-02') AS d;
SELECT d.day, to_char(d.day, 'Dy') AS weekday, d.shifts, d.name, d.provisional
FROM workcal_days(calendar_known_at('office', '2026-08-01'), '2026-12-30', '2027-01-02') AS d;
SELECT min(day), max(day), count(*), count(*) FILTER (WHERE provisional) AS provisional
FROM workcal_days(calendar_known_at('office', '2026-08-01'));
SELECT count(*) AS different FROM workcal_diff(calendar_draft('office'), calendar_known_at('office', '2026-08-01'));

-- net days off: weekdays off less weekend days worked
SELECT year, off - worked AS net
FROM (
    SELECT extract(year FROM d.day)::integer AS year,
           count(*) FILTER (WHERE extract(isodow FROM d.day) < 6 AND d.shifts = '{}') AS off,
           count(*) FILTER (WHERE extract(isodow FROM d.day) > 5 AND d.shifts <> '{}') AS worked
    FROM workcal_days(calendar_known_at('office', '2026-08-01'), last => '2026-12-31') AS d
    GROUP BY 1
) AS v ORDER BY 1;

-- three years were changed when they had begun
SELECT k.known_on, d.day, d.what, d.like_weekday, d.day_name, d.notice
FROM unnest('{2015-05-12,2015-05-13}'::date[]) AS k (known_on), calendar_exceptions('office', k.known_on) AS d
WHERE d.day BETWEEN '2015-08-30' AND '2015-09-10' ORDER BY 1, 2;
SELECT k.known_on, d.day, d.what, d.like_weekday, d.day_name, d.notice
FROM unnest('{2018-12-05,2018-12-06,2019-03-21,2019-03-22}'::date[]) AS k (known_on), calendar_exceptions('office', k.known_on) AS d
WHERE d.day BETWEEN '2019-04-10' AND '2019-05-10' ORDER BY 1, 2;
SELECT k.known_on, d.day, d.what, d.like_weekday, d.day_name, d.notice
FROM unnest('{2020-01-26,2020-01-27}'::date[]) AS k (known_on), calendar_exceptions('office', k.known_on) AS d
WHERE d.day BETWEEN '2020-01-28' AND '2020-02-10' ORDER BY 1, 2;
-- Spring Festival of 2020, as known on both days
SELECT b.day, b.before_shifts, b.after_shifts
FROM workcal_diff(calendar_known_at('office', '2020-01-26'), calendar_known_at('office', '2020-01-27')) AS b;
-- before a notice there is the week, flagged
SELECT k.known_on, calendar_first_unknown_year('office', k.known_on) AS first_unknown,
       w.c::text::jsonb ->> 'provisional' AS provisional, w.c::text::jsonb ->> 'to' AS horizon,
       is_workday(w.c, '2019-01-01') AS "2019-01-01", is_workday(w.c, '2018-12-29') AS "2018-12-29",
       is_provisional(w.c, '2018-12-31 12:00') AS "2018-12-31", is_provisional(w.c, '2019-01-02 12:00') AS "2019-01-02"
FROM unnest('{2018-12-05,2018-12-06}'::date[]) AS k (known_on), LATERAL (SELECT calendar_known_at('office', k.known_on)) AS w (c);
SELECT calendar_first_unknown_year('office', '1990-01-01'), calendar_first_unknown_year('always'),
       calendar_known_at('office', '1990-01-01')::text::jsonb - '{week,tz}'::text[];
-- a year that was passed over is unknown, whatever comes later
BEGIN;
INSERT INTO holiday_notice (notice, year, title, published) VALUES ('state-2028', 2028, '…', '2026-09-01');
SELECT calendar_first_unknown_year('office', '2026-10-01'), calendar_known_at('office', '2026-10-01')::text::jsonb ->> 'to' AS horizon;
SELECT severity, calendar, notice, fault FROM calendar_check();
ROLLBACK;

-- a site's own days prevail: half days, rest days, own hours; and own notices
BEGIN;
INSERT INTO calendar_week (week, weekday, shifts)
SELECT 'window', d, '{08:30-12:00,13:30-17:30}'::text[] FROM unnest('{mon,tue,wed,thu}'::text[]) AS d
UNION ALL VALUES ('window', 'fri', '{08:30-12:00}'::text[]), ('window', 'sat', '{09:00-12:00}');
INSERT INTO calendar (calendar, name, week, follows, makeup) VALUES ('window', '办事大厅', 'window', '{state,liangshan}', 'thu');
INSERT INTO calendar_day (calendar, day, what, hours, like_weekday, name, known_from) VALUES
    ('window', '2026-02-16', 'hours', '{09:00-12:00}', NULL, '除夕值班', NULL),
    ('window', '2026-03-09', 'rest', NULL, NULL, '停电', '2026-03-01'),
    ('window', '2026-10-10', 'like', NULL, 'fri', NULL, NULL);
-- an autonomous prefecture's festivals
INSERT INTO holiday_notice (notice, series, year, title, document, published)
VALUES ('liangshan-2026', 'liangshan', 2026, '凉山州2026年部分节假日安排', '凉府办发〔2025〕1号', '2025-12-20');
INSERT INTO holiday_day (notice, day, off, name)
SELECT 'liangshan-2026', g::date, g < '2026-08-09', '火把节' FROM generate_series(timestamp '2026-08-03', '2026-08-09', '1 day') AS g;
INSERT INTO holiday_day (notice, day, off, name) VALUES ('liangshan-2026', '2026-10-07', false, '国庆节');
SELECT * FROM calendar_check('window');
SELECT k.known_on, e.* FROM unnest('{2025-12-01,2026-02-28,2026-03-01}'::date[]) AS k (known_on), calendar_exceptions('window', k.known_on) AS e
WHERE e.day = ANY ('{2026-02-14,2026-02-16,2026-03-09,2026-08-03,2026-08-09,2026-10-07,2026-10-10}') ORDER BY 1, e.day;
SELECT d.day, to_char(d.day, 'Dy') AS weekday, d.shifts, d.name FROM workcal_days(calendar_draft('window')) AS d
WHERE d.day = ANY ('{2026-02-13,2026-02-14,2026-02-16,2026-03-07,2026-03-09,2026-08-03,2026-08-09,2026-10-07,2026-10-10}');

-- every fault at once
UPDATE calendar_week SET shifts = '{08:30-12:00,11:00-17:30}' WHERE week = 'window' AND weekday = 'tue';
INSERT INTO calendar (calendar, name, week, zone, follows) VALUES ('adrift', '…', 'nowhere', 'Asia/Atlantis', '{state,venus}');
INSERT INTO calendar_day (calendar, day, what) VALUES ('lost', '2026-01-02', 'rest'), ('window', '1999-12-31', 'rest');
INSERT INTO holiday_day (notice, day, off) VALUES ('ghost', '2026-01-02', true), ('state-2026', '2027-01-01', true);
INSERT INTO holiday_notice (notice, series, year, title, published) VALUES ('liangshan-2026-2', 'liangshan', 2026, '…', '2025-12-20');
INSERT INTO holiday_day (notice, day, off) VALUES ('liangshan-2026-2', '2026-10-07', true);
SELECT severity, calendar, notice, day, fault FROM calendar_check();
SELECT severity, calendar, notice, day, fault FROM calendar_check('office');
ROLLBACK;

-- seasons: summer from May to September; lighter days in winter, over the new year
BEGIN;
INSERT INTO calendar_week (week, weekday, shifts)
SELECT 'summer', d, CASE d WHEN 'fri' THEN '{09:00-12:00,14:00-18:00}' ELSE '{09:00-12:00,15:00-18:00}' END::text[]
FROM unnest('{mon,tue,wed,thu,fri}'::text[]) AS d
UNION ALL
SELECT 'winter', d, '{09:00-12:00,14:00-17:00}'::text[] FROM unnest('{mon,tue,wed,thu,fri,sat}'::text[]) AS d WHERE d <> 'wed';
INSERT INTO calendar_season (calendar, first_day, last_day, week, remark) VALUES ('office', '05-01', '09-30', 'summer', '市府办〔2007〕1号');
INSERT INTO calendar_season (calendar, first_day, last_day, week, first_year, last_year) VALUES ('office', '12-15', '02-29', 'winter', 2026, 2027);
INSERT INTO calendar_day (calendar, day, what, like_weekday, hours, name) VALUES
    ('office', '2026-07-01', 'hours', NULL, '{09:00-12:00}', '半天'),
    ('office', '2026-07-02', 'rest', NULL, NULL, '停电'),
    ('office', '2026-07-03', 'like', 'mon', NULL, NULL),
    ('office', '2026-07-04', 'like', 'fri', NULL, '值班');
SELECT * FROM calendar_check();
SELECT s.* FROM calendar_seasons('office') AS s WHERE s.last BETWEEN '2007-01-01' AND '2008-12-31' OR s.last BETWEEN '2026-01-01' AND '2028-12-31';
SELECT min(s.first), max(s.last), count(*) FROM calendar_seasons('office') AS s;
-- make-up days, holidays, days of the site; the ends of a season
SELECT d.day, to_char(d.day, 'Dy') AS weekday, d.shifts, d.name, d.provisional
FROM workcal_days(calendar_known_at('office', '2026-08-01')) AS d
WHERE d.day BETWEEN '2026-04-29' AND '2026-05-11' OR d.day BETWEEN '2026-06-30' AND '2026-07-06'
    OR d.day BETWEEN '2026-09-18' AND '2026-10-12';
-- a day that is like the week is not written
SELECT j.day, j.entry
FROM jsonb_each(calendar_known_at('office', '2026-08-01')::text::jsonb -> 'days') AS j (day, entry)
WHERE j.day BETWEEN '2026-04-29' AND '2026-05-15' OR j.day BETWEEN '2026-06-30' AND '2026-07-06' ORDER BY 1;
-- over the new year, and to the end of February
SELECT d.day, to_char(d.day, 'Dy') AS weekday, d.shifts, d.provisional
FROM workcal_days(calendar_known_at('office', '2026-08-01')) AS d
WHERE d.day = ANY ('{2026-02-27,2026-12-14,2026-12-15,2026-12-16,2026-12-19,2026-12-31,2027-01-01,2027-02-26,2027-02-27,2027-03-01,2027-05-03,2028-02-28,2028-02-29,2028-03-01,2028-12-15}');
-- not beyond the horizon, on either side
UPDATE calendar SET first_day = '2026-06-30' WHERE calendar = 'office';
UPDATE calendar_season SET first_year = 2025, last_year = 2999 WHERE week = 'winter';
SELECT min(j.day), max(j.day), count(*) FROM jsonb_object_keys(calendar_known_at('office', '2026-08-01')::text::jsonb -> 'days') AS j (day);
UPDATE calendar SET first_day = '2026-02-25' WHERE calendar = 'office';
SELECT d.day, d.shifts FROM workcal_days(calendar_known_at('office', '2026-08-01'), last => '2026-03-02') AS d;
-- explained, such days are work, make-up days have their festival's name
SELECT e.from_at, e.to_at, e.kind, e.name, e.seconds FROM work_explain(calendar_known_at('office', '2026-08-01'), '2026-04-30 14:00', '4 work days') AS e;
SELECT work_add(c, '2026-07-06 11:00', '4 work hours'), work_add(c, '2026-12-15 11:00', '1 work day') FROM calendar_known_at('office', '2026-08-01') AS c;
ROLLBACK;

-- 29 February: as a first day it is 1 March where it is none, as a last one 28 February
BEGIN;
INSERT INTO calendar (calendar, name, week, first_day) VALUES ('leap', '闰', 'office', '2027-01-01');
INSERT INTO calendar_season (calendar, first_day, last_day, week, last_year) VALUES
    ('leap', '02-29', '02-29', 'always', 2999), ('leap', '03-01', '02-28', 'always', 2028);
SELECT * FROM calendar_seasons('leap') WHERE last < '2032-12-31';
SELECT * FROM calendar_check('leap');
UPDATE calendar_season SET last_day = '02-29' WHERE first_day = '03-01';
SELECT * FROM calendar_check('leap');
ROLLBACK;

-- a season is known from a day; later hours take its place
BEGIN;
INSERT INTO calendar_week (week, weekday, shifts)
SELECT w.week, d, w.shifts::text[] FROM (VALUES ('summer', '{09:00-12:00,15:00-18:00}'), ('summer 2027', '{08:00-12:00,15:00-17:00}')) AS w (week, shifts),
    unnest('{mon,tue,wed,thu,fri}'::text[]) AS d;
INSERT INTO calendar_season (calendar, first_day, last_day, week, first_year, last_year, known_from) VALUES
    ('office', '05-01', '09-30', 'summer', 2025, 2026, '2025-04-20'), ('office', '06-01', '08-31', 'summer 2027', 2027, 2999, '2026-08-01');
SELECT * FROM calendar_check();
SELECT k.known_on, d.day, d.shifts, d.provisional
FROM unnest('{2025-04-19,2025-04-20,2026-08-01}'::date[]) AS k (known_on), workcal_days(calendar_known_at('office', k.known_on)) AS d
WHERE d.day = ANY ('{2024-07-01,2025-07-01,2026-07-01,2027-05-31,2027-07-01}') ORDER BY 1, 2;
-- what an edition changes
CALL publish_calendar('office', '2025-01-01', known_on => '2025-04-19');
SELECT min(day), max(day), count(*) FROM calendar_diff('office') WHERE day < '2026-01-01';
CALL publish_calendar('office', '2025-05-01', known_on => '2026-08-01');
SELECT * FROM calendar_diff('office') WHERE day < '2027-01-01';
SELECT extract(year FROM day) AS year, min(day), max(day), count(*), min(before_shifts), min(after_shifts), min(after_name)
FROM calendar_diff('office', (SELECT min(edition) FROM calendar_edition), (SELECT max(edition) FROM calendar_edition))
WHERE before_shifts <> '{}' AND after_shifts <> '{}' AND day < '2029-01-01' GROUP BY 1 ORDER BY 1;
-- faults: two seasons at once, hours that are none, a calendar that is none
UPDATE calendar_season SET last_year = 2027 WHERE week = 'summer';
INSERT INTO calendar_season (calendar, first_day, last_day, week) VALUES
    ('office', '11-01', '03-15', 'heating'), ('always', '12-01', '02-29', 'office'), ('always', '02-29', '03-01', 'summer'), ('lost', '05-01', '09-30', 'summer');
SELECT * FROM calendar_check();
SELECT calendar, fault FROM calendar_check('always');
SELECT e.code, e.message, e.detail FROM tests.error_of($$CALL civicgrid.publish_calendar('office')$$) AS e;
\x on
SELECT (tests.error_of(format('INSERT INTO civicgrid.calendar_season (calendar, first_day, last_day, week, first_year, last_year) VALUES (''office'', %s)', v))).message
FROM unnest(ARRAY[
    $$'02-30', '03-01', 'office', 2026, 2026$$, $$'2-3', '03-01', 'office', 2026, 2026$$, $$'04-31', '05-01', 'office', 2026, 2026$$,
    $$'05-01', '13-01', 'office', 2026, 2026$$, $$'05-01', '00-10', 'office', 2026, 2026$$, $$'05-01', E'09-30\n', 'office', 2026, 2026$$,
    $$'05-01', '09-30', 'office', 2026, 2025$$, $$'05-01', '09-30', 'office', 1899, 2026$$, $$'05-01', '09-30', NULL, 2026, 2026$$
]) AS v;
\x off
ROLLBACK;

-- nobody's calendar, nobody's day
SELECT calendar_known_at(NULL, '2026-01-01') IS NULL AS a, calendar_known_at('office', NULL) IS NULL AS b;
SELECT count(*) FROM calendar_exceptions('atlantis');
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT civicgrid.calendar_known_at('atlantis', '2026-01-01')$$,
    $$SELECT civicgrid.calendar_draft('atlantis')$$,
    $$INSERT INTO civicgrid.calendar_day (calendar, day, what) VALUES ('office', '2026-01-02', 'like')$$,
    $$INSERT INTO civicgrid.calendar_day (calendar, day, what, hours) VALUES ('office', '2026-01-02', 'rest', '{09:00-12:00}')$$,
    $$INSERT INTO civicgrid.calendar_week (week, weekday, shifts) VALUES ('office', 'Montag', '{}')$$,
    $$INSERT INTO civicgrid.holiday_notice (notice, year, title, signed, published) VALUES ('a', 2027, 'a', '2026-11-02', '2026-11-01')$$,
    $$DELETE FROM civicgrid.holiday_notice WHERE notice = 'state-2026'$$,
    $$DELETE FROM civicgrid.holiday_day WHERE notice = 'state-2026'$$,
    $$UPDATE civicgrid.calendar SET calendar = 'bureau' WHERE calendar = 'office'$$,
    $$INSERT INTO civicgrid.calendar (calendar, name, week, origin) VALUES ('a', 'a', 'office', 'shipped')$$,
    $$TRUNCATE civicgrid.holiday_day$$,
    $$TRUNCATE civicgrid.calendar_week$$
]) AS s;
\x off
-- what is shipped may be edited
BEGIN;
UPDATE calendar_week SET shifts = '{08:30-12:00,14:30-18:00}' WHERE week = 'office' AND weekday = 'mon';
UPDATE holiday_notice SET document = '国办发明电〔2007〕1号' WHERE notice = 'state-2008';
SELECT week, weekday, shifts, origin FROM calendar_week WHERE origin <> 'shipped';
SELECT notice, document, origin FROM holiday_notice WHERE origin <> 'shipped';
SELECT shifts FROM workcal_days(calendar_draft('office'), '2026-01-04', '2026-01-04');
ROLLBACK;

-- the days of a calendar in each of the ways in which it may say them
SELECT day, shifts, name, provisional FROM workcal_days('{"tz":"Asia/Shanghai","week":{"mon":["09:00-12:00"],"tue":["22:00-06:00"]},
    "days":{"2026-01-05":[],"2026-01-06":"mon","2026-01-07":["10:00-11:00"],"2026-01-08":{"name":"like","like":"tue"},
    "2026-01-09":{"name":"own","hours":["13:00-14:00","15:00-24:00"]},"2026-01-10":{"name":"rest","hours":[]}},
    "from":"2026-01-01","to":"2026-01-14","provisional":"2026-01-13"}');
SELECT count(*) FROM workcal_days(calendar_draft('office'), '2027-01-02', '2027-01-01');
