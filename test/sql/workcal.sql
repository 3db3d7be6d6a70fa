-- Working calendars: text form, working time, errors.
SET search_path = civicgrid, public;
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
\pset null '(null)'

-- The text: any order and spacing in, one form out; what comes out is read back.
CREATE TEMP TABLE texts (n integer, t text);
INSERT INTO texts VALUES
    (1, '{"tz":"Asia/Shanghai","week":{},"from":"2026-01-01","to":"2026-01-31"}'),
    (2, ' { "to" : "2026-12-31", "from":"2026-01-01", "week": {"tue":["14:00-18:00","09:00-12:00"], "mon": ["09:00-12:00:30"], "sun": []}, "tz":"asia/shanghai", "days": {} } '),
    (3, '{"tz":"Asia/Shanghai","week":{"mon":["09:00-12:00","12:00-18:00"]},"days":{"2026-02-17":{"hours":[],"name":"春\u8282"},"2026-02-14":{"name":"\"调休\"","like":"mon"},"2026-01-01":[],"2026-01-04":"mon","2026-02-16":["09:00-12:00"],"2026-03-01":{"like":"mon"}},"from":"2026-01-01","to":"2027-12-31","provisional":"2027-01-01","workday":"08:00"}'),
    (4, '{"tz":"UTC","week":{"mon":["00:00-24:00"],"tue":["22:00-06:00"],"wed":["06:00-07:00","23:59:59-24:00"]},"from":"2026-01-01","to":"2026-12-31"}');
SELECT n, t::workcal FROM texts ORDER BY n;
SELECT n, t::workcal::text::workcal = t::workcal AS same, t::workcal <> (SELECT t::workcal FROM texts WHERE n = 1) AS differs FROM texts ORDER BY n;
SELECT workcal_send(t::workcal) = convert_to(t::workcal::text, 'UTF8') AS sent FROM texts WHERE n = 3;

CREATE TEMP TABLE c AS SELECT '{"tz":"Asia/Shanghai",
    "week":{"mon":["09:00-12:00","14:00-18:00"],"tue":["09:00-12:00","14:00-18:00"],"wed":["09:00-12:00","14:00-18:00"],"thu":["09:00-12:00","14:00-18:00"],"fri":["09:00-12:00","14:00-18:00"]},
    "days":{"2026-02-14":{"name":"春节","like":"mon"},"2026-02-16":{"name":"春节","hours":[]},"2026-02-17":{"name":"春节","hours":[]},"2026-02-18":{"name":"春节","hours":[]},"2026-02-19":{"name":"春节","hours":[]},"2026-02-20":{"name":"春节","hours":[]},"2026-02-23":{"name":"春节","hours":[]},"2026-02-28":{"name":"春节","like":"mon"},"2026-02-13":["09:00-12:00"]},
    "from":"2026-01-01","to":"2027-12-31","provisional":"2027-01-01"}'::workcal AS cal;

-- Adding: the closing instant, not the next opening
SELECT start, term, work_add(cal, start, term)
FROM c, (VALUES
    (1, '2026-03-02 09:00'::timestamptz, '3 work hours'::term), (2, '2026-03-02 09:00', '3 work hours 1 work second'), (3, '2026-03-02 12:00', '1 work minute'),
    (4, '2026-03-02 13:00', '4 work hours'), (5, '2026-03-06 17:00', '2 work hours'), (6, '2026-03-07 10:00', '7 work hours'),
    (7, '2026-03-02 00:00', '0 hours'), (8, '2026-03-07 10:00', '90 minutes'), (9, '2026-03-02 09:00:00.000001', '7 work hours'),
    (10, '2026-03-06 17:00', '1 work day'), (11, '2026-03-07 10:00', '1 work day'), (12, '2026-03-02 23:59', '1 work day'),
    (13, '2026-02-12 10:00', '1 work day'), (14, '2026-02-12 10:00', '2 work days'), (15, '2026-02-12 10:00', '3 work days'),
    (16, '2026-02-12 10:00', '1 day'), (17, '2026-02-12 10:00', '3 days'), (18, '2026-02-12 10:00', '16 days'), (19, '2026-03-02 10:00', '5 days'),
    (20, '2026-03-02 10:00', '1 rolling work day'), (21, '2026-03-02 10:00', '2 rolling work days 30 work minutes'),
    (22, '2026-03-02 10:00', '200 work days'), (23, '2026-03-02 10:00', '1500 work hours'), (24, '2026-03-02 10:00', '600 days'),
    (25, '2040-03-02 10:00', '600 hours')
) AS v (n, start, term)
ORDER BY n;
-- and the way back
SELECT due, term, work_sub(cal, due, term)
FROM c, (VALUES
    (1, '2026-03-02 12:00'::timestamptz, '3 work hours'::term), (2, '2026-03-02 18:00', '4 work hours'), (3, '2026-03-02 09:00', '1 work minute'),
    (4, '2026-03-02 14:00', '3 work hours'), (5, '2026-03-02 10:00', '1 work day'), (6, '2026-03-02 10:00', '1 day'), (7, '2026-03-03 10:00', '2 days'),
    (8, '2026-03-03 10:00', '4 hours'), (9, '2026-03-03 10:00', '1 rolling work day'), (10, '2026-02-24 10:00', '2 work days'), (11, '2026-03-03 10:00', '0 hours')
) AS v (n, due, term)
ORDER BY n;
-- Between
SELECT work_between(cal, '2026-03-02 10:00', '2026-03-03 10:00') AS a_day, work_between(cal, '2026-03-03 10:00', '2026-03-02 10:00') AS back,
    work_between(cal, '2026-03-02 12:00', '2026-03-02 14:00') AS noon, work_between(cal, '2026-01-01', '2028-01-01') AS all_of_it,
    work_between(cal, '2026-02-13', '2026-02-24') AS festival
FROM c;
SELECT at, is_open(cal, at), next_open(cal, at), prev_close(cal, at), is_provisional(cal, at)
FROM c, unnest('{2026-03-02 08:59,2026-03-02 09:00,2026-03-02 11:59:59.999999,2026-03-02 12:00,2026-03-02 15:00,2026-02-15 15:00,2026-12-31 23:59:59,2027-01-01 00:00}'::timestamptz[]) AS at
ORDER BY at;
SELECT day, is_workday(cal, day::date), workdays_between(cal, '2026-02-10', day::date)
FROM c, generate_series('2026-02-08'::date, '2026-03-01', '1 day') AS day ORDER BY day;
-- Why
SELECT e.* FROM c, work_explain(cal, '2026-02-13 11:00', '1 work day') AS e;
SELECT e.* FROM c, work_explain(cal, '2026-12-31 17:00', '2 hours') AS e;
SELECT e.* FROM c, work_explain(cal, '2026-12-31 17:00', '1 day') AS e;
SELECT e.* FROM c, work_explain(cal, '2027-12-31 23:00', '2 hours') AS e;
SELECT count(*) FROM c, work_explain(cal, '2026-03-02', '0 hours');

-- Zones: an hour that is there twice counts twice, one that is not there does not.
CREATE TEMP TABLE z AS SELECT '{"tz":"America/New_York","week":{"sat":["22:00-06:00"],"sun":["22:00-24:00"]},"from":"2026-01-01","to":"2026-12-31"}'::workcal AS cal;
SELECT night, work_between(cal, (night || ' 12:00')::timestamp AT TIME ZONE 'America/New_York', (night || ' 12:00')::timestamp AT TIME ZONE 'America/New_York' + '20 hours')
FROM z, unnest('{2026-02-28,2026-03-07,2026-10-31}'::text[]) AS night;
SELECT is_workday(cal, '2026-03-07'), is_workday(cal, '2026-03-09') FROM z;

-- Nothing is NULL's answer
SELECT work_add(NULL, now(), '1 hour'), work_add(cal, NULL, '1 hour'), work_add(cal, now(), NULL), work_between(cal, NULL, now()), is_open(cal, NULL), is_workday(cal, NULL) FROM c;

-- Stored in all ways, and known again in each
CREATE TEMP TABLE stored (how text, cal workcal);
INSERT INTO stored SELECT 'small', t::workcal FROM texts WHERE n = 4;
INSERT INTO stored SELECT 'large', jsonb_set(cal::text::jsonb, '{days}', (SELECT jsonb_object_agg(d::date, '["09:00-12:00"]'::jsonb) FROM generate_series('2026-01-01'::date, '2026-12-31', '1 day') AS d))::text::workcal FROM c;
ALTER TABLE stored ALTER cal SET STORAGE EXTENDED;
INSERT INTO stored SELECT 'compressed', cal::text::workcal FROM stored WHERE how = 'large';
SELECT how, pg_column_size(cal) < length(cal::text) AS shorter, work_add(cal, '2026-06-01 10:00', '1 work hour'), work_add(cal::text::workcal, '2026-06-01 10:00', '1 work hour') FROM stored ORDER BY how;
SELECT count(DISTINCT r) FROM stored, generate_series(1, 50) AS i, LATERAL (SELECT work_add(cal, '2026-06-01 10:00', '1 work hour')) AS v (r) WHERE how <> 'small';
-- more of them than are kept
SELECT count(*), min(d) = max(d) AS right FROM generate_series(1, 3) AS again, generate_series(1, 100) AS i,
    LATERAL (SELECT work_between(format('{"tz":"UTC","week":{"mon":["%s:00-%s:00"]},"from":"2026-01-01","to":"2026-12-31"}', lpad((i % 12)::text, 2, '0'), lpad((i % 12 + 1 + i / 12)::text, 2, '0'))::workcal, '2026-03-02 00:00+00', '2026-03-03 00:00+00') - (1 + i / 12) * interval '1 hour') AS v (d);

-- What is refused
SELECT * FROM tests.error_of($$SELECT work_add(cal, '2028-01-02', '1 work hour') FROM c$$);
SELECT * FROM tests.error_of($$SELECT work_add(cal, '2025-12-31', '1 work day') FROM c$$);
SELECT * FROM tests.error_of($$SELECT work_add(cal, '2027-12-31 10:00', '1 day') FROM c$$);
SELECT * FROM tests.error_of($$SELECT work_add(cal, '2027-12-31 10:00', '1 work day') FROM c$$);
SELECT * FROM tests.error_of($$SELECT work_add(cal, '2027-12-31 17:00', '2 work hours') FROM c$$);
SELECT * FROM tests.error_of($$SELECT work_add(cal, '2026-03-02', '5000 rolling work days') FROM c$$);
SELECT * FROM tests.error_of($$SELECT work_add('{"tz":"UTC","week":{},"from":"2026-01-01","to":"2026-12-31"}', '2026-03-02', '1 rolling work day')$$);
SELECT * FROM tests.error_of($$SELECT work_sub(cal, '2026-01-02 10:00', '1 work day') FROM c$$);
SELECT * FROM tests.error_of($$SELECT work_sub(cal, '2026-01-01 09:30', '1 work hour') FROM c$$);
SELECT * FROM tests.error_of($$SELECT work_between(cal, '2025-12-31', '2026-01-02') FROM c$$);
SELECT * FROM tests.error_of($$SELECT is_open(cal, '2030-01-01') FROM c$$);
SELECT * FROM tests.error_of($$SELECT next_open(cal, '2027-12-31 20:00') FROM c$$);
SELECT * FROM tests.error_of($$SELECT prev_close(cal, '2026-01-01 08:00') FROM c$$);
SELECT * FROM tests.error_of($$SELECT is_workday(cal, '2028-01-01') FROM c$$);
SELECT * FROM tests.error_of($$SELECT is_workday(cal, 'infinity') FROM c$$);
SELECT * FROM tests.error_of($$SELECT workdays_between(cal, '2026-01-01', '2028-01-01') FROM c$$);
SELECT * FROM tests.error_of($$SELECT work_add(cal, 'infinity', '1 hour') FROM c$$);
SELECT * FROM tests.error_of($$SELECT work_between(cal, '-infinity', '2026-01-01') FROM c$$);
SELECT * FROM tests.error_of($$SELECT work_add(cal, '294276-12-31 23:00', '100 hours') FROM c$$);
SELECT * FROM tests.error_of($$SELECT * FROM c, work_explain(cal, '2027-12-31 17:00', '2 work hours')$$);
-- in the text: the key and the value are named
SELECT e.code, e.message, e.detail, left(e.hint, 60) AS hint
FROM (VALUES
    (1, ''), (2, '{'), (3, '[]'), (4, '{"tz":"Asia/Shanghai"}'), (5, '{"tz":"Asia/Shanghai","week":{},"from":"2026-01-01","to":"2026-12-31"} x'),
    (6, '{"tz":"Asia/Shangai","week":{},"from":"2026-01-01","to":"2026-12-31"}'), (7, '{"tz":"UTC+8","week":{},"from":"2026-01-01","to":"2026-12-31"}'),
    (8, '{"tz":8,"week":{},"from":"2026-01-01","to":"2026-12-31"}'), (9, '{"tz":"UTC","week":{"monday":[]},"from":"2026-01-01","to":"2026-12-31"}'),
    (10, '{"tz":"UTC","week":{},"form":"2026-01-01","to":"2026-12-31"}'), (11, '{"tz":"UTC","week":{},"from":"2026-02-30","to":"2026-12-31"}'),
    (12, '{"tz":"UTC","week":{},"from":"2026-12-31","to":"2026-01-01"}'), (13, '{"tz":"UTC","week":{"mon":["09:00-12:00","11:59-13:00"]},"from":"2026-01-01","to":"2026-12-31"}'),
    (14, '{"tz":"UTC","week":{"mon":["9-12"]},"from":"2026-01-01","to":"2026-12-31"}'), (15, '{"tz":"UTC","week":{"mon":["09:00-09:00"]},"from":"2026-01-01","to":"2026-12-31"}'),
    (16, '{"tz":"UTC","week":{"mon":["22:00-06:00"],"tue":["05:00-07:00"]},"from":"2026-01-01","to":"2026-12-31"}'),
    (17, '{"tz":"UTC","week":{"mon":["22:00-06:00"]},"days":{"2026-01-06":["05:00-07:00"]},"from":"2026-01-01","to":"2026-12-31"}'),
    (18, '{"tz":"UTC","week":{},"days":{"2027-01-01":[]},"from":"2026-01-01","to":"2026-12-31"}'), (19, '{"tz":"UTC","week":{},"days":{"2026-01-01":[],"2026-01-01":"mon"},"from":"2026-01-01","to":"2026-12-31"}'),
    (20, '{"tz":"UTC","week":{},"days":{"2026-01-01":"monday"},"from":"2026-01-01","to":"2026-12-31"}'), (21, '{"tz":"UTC","week":{},"days":{"2026-01-01":{"name":"x"}},"from":"2026-01-01","to":"2026-12-31"}'),
    (22, '{"tz":"UTC","week":{},"from":"1900-01-01","to":"2100-12-31"}'), (23, '{"tz":"UTC","week":{},"from":"2026-01-01","to":"2026-12-31","provisional":"2028-01-01"}'),
    (24, '{"tz":"UTC","week":{"mon":["25:00-26:00"]},"from":"2026-01-01","to":"2026-12-31"}'), (25, '{"tz":"UTC","week":{},"days":{"1.1.2026":[]},"from":"2026-01-01","to":"2026-12-31"}')
) AS v (n, t), LATERAL tests.error_of(format('SELECT %L::workcal', t)) AS e
ORDER BY n;
-- more of them, as changes to a good text
CREATE FUNCTION pg_temp.patched(patch jsonb) RETURNS text
    LANGUAGE SQL
    AS $$SELECT ('{"tz":"Asia/Shanghai","week":{"mon":["09:00-12:00"]},"from":"2026-01-01","to":"2026-12-31"}'::jsonb || patch)::text$$;
SELECT patch, e.code, e.message, e.detail
FROM (VALUES
    (1, '{"tz":""}'::jsonb), (2, '{"tz":"Mars/Olympus"}'), (3, '{"tz":"Asia/Shanghai8"}'), (4, '{"tz":"CST-8"}'), (5, '{"tz":"<+08>-8"}'), (6, '{"tz":"Etc/GMT+13"}'), (7, '{"tz":"localtime"}'), (8, '{"tz":"../Asia/Shanghai"}'),
    (9, '{"week":[]}'), (10, '{"week":{"mon":"09:00-12:00"}}'), (11, '{"week":{"mon":[9]}}'), (12, '{"week":{"mon":{}}}'), (13, '{"week":null}'),
    (14, '{"week":{"mon":["09:00-12:60"]}}'), (15, '{"week":{"mon":["24:00-12:00"]}}'), (16, '{"week":{"mon":["09:00-24:01"]}}'), (17, '{"week":{"mon":["09:00 - 12:00"]}}'), (18, '{"week":{"mon":["09:00:60-12:00"]}}'),
    (19, '{"days":[]}'), (20, '{"days":{"2026-02-03":8}}'), (21, '{"days":{"2026-02-03":["25:00-26:00"]}}'), (22, '{"days":{"2025-12-31":[]}}'), (23, '{"days":{"2026-02-03":{}}}'), (24, '{"days":{"2026-02-03":{"hours":[],"like":"mon"}}}'),
    (25, '{"days":{"2026-02-03":{"like":"xyz"}}}'), (26, '{"days":{"2026-02-03":{"hours":[],"names":"x"}}}'), (27, '{"days":{"2026-02-03":{"name":1,"hours":[]}}}'), (28, '{"days":{"2026-02-03":{"hours":["10:00-12:00","09:00-10:01"]}}}'),
    (29, '{"from":20260101}'), (30, '{"to":"2025-12-31"}'), (31, '{"provisional":"2027-01-02"}'), (32, '{"provisional":true}'), (33, '{"workday":8}'), (34, '{"workday":"8h"}')
) AS v (n, patch), LATERAL tests.error_of(format('SELECT %L::workcal', pg_temp.patched(patch))) AS e
ORDER BY n;
SELECT zone, pg_temp.patched(jsonb_build_object('tz', zone))::workcal::text::json->>'tz' AS spelled
FROM unnest('{Etc/GMT+12,Etc/GMT-14,asia/shanghai,utc}'::text[]) AS zone;
-- a deadline that a pause without an end has put off is not provisional
SELECT is_provisional(cal, 'infinity'), is_provisional(cal, '-infinity') FROM c;
DROP TABLE texts, c, z, stored;
