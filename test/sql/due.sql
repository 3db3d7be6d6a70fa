-- Deadlines: pauses, extensions, what is left, and why.
SET search_path = civicgrid, public;
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
\pset null '(null)'

CREATE TEMP TABLE c AS SELECT '{"tz":"Asia/Shanghai",
    "week":{"mon":["09:00-12:00","14:00-18:00"],"tue":["09:00-12:00","14:00-18:00"],"wed":["09:00-12:00","14:00-18:00"],"thu":["09:00-12:00","14:00-18:00"],"fri":["09:00-12:00","14:00-18:00"]},
    "days":{"2026-02-14":{"name":"春节","like":"mon"},"2026-02-16":{"name":"春节","hours":[]},"2026-02-17":{"name":"春节","hours":[]},"2026-02-18":{"name":"春节","hours":[]},"2026-02-19":{"name":"春节","hours":[]},"2026-02-20":{"name":"春节","hours":[]},"2026-02-23":{"name":"春节","hours":[]},"2026-02-28":{"name":"春节","like":"mon"}},
    "from":"2026-01-01","to":"2026-12-31"}'::workcal AS cal;

-- Each line: a deadline, and whether the explanation adds up to it.
CREATE FUNCTION tests.adds_up(cal workcal, start timestamptz, term term, pauses tstzmultirange, extensions term[]) RETURNS boolean
    LANGUAGE SQL
BEGIN ATOMIC
    SELECT count(*) > 0
        AND min(from_at) = start AND max(to_at) = due(cal, start, term, pauses, extensions)
        AND bool_and(from_at = before) IS NOT FALSE
        AND sum(seconds) = extract(epoch FROM elapsed(cal, start, term, pauses, extensions, due(cal, start, term, pauses, extensions)))
        AND min(balance) = 0
    FROM (SELECT *, lag(to_at) OVER (ORDER BY piece) AS before FROM due_explain(cal, start, term, pauses, extensions)) AS e;
END;
CREATE TEMP TABLE clock (n integer, what text, start timestamptz, term term, pauses tstzmultirange, extensions term[]);
INSERT INTO clock VALUES
    (1, 'no pause', '2026-03-02 10:00', '4 work hours', NULL, NULL),
    (2, 'none, written out', '2026-03-02 10:00', '4 work hours', '{}', '{}'),
    (3, 'an hour of work', '2026-03-02 10:00', '4 work hours', '{[2026-03-02 10:30,2026-03-02 11:30)}', NULL),
    (4, 'two halves of it', '2026-03-02 10:00', '4 work hours', '{[2026-03-02 10:30,2026-03-02 11:00),[2026-03-02 11:00,2026-03-02 11:30)}', NULL),
    (5, 'the noon break', '2026-03-02 10:00', '4 work hours', '{[2026-03-02 12:00,2026-03-02 14:00)}', NULL),
    (6, 'from before the start', '2026-03-02 10:00', '4 work hours', '{[2026-01-01,2026-03-02 11:00)}', NULL),
    (7, 'since ever', '2026-03-02 10:00', '4 work hours', '{(,2026-03-02 11:00)}', NULL),
    (8, 'after the deadline', '2026-03-02 10:00', '4 work hours', '{[2026-03-02 16:00,2026-03-05)}', NULL),
    (9, 'a week', '2026-03-02 10:00', '4 work hours', '{[2026-03-02 11:00,2026-03-09 11:00)}', NULL),
    (10, 'over the festival', '2026-02-13 17:00', '4 work hours', '{[2026-02-13 17:30,2026-02-24 10:00)}', NULL),
    (11, 'an extension', '2026-03-02 10:00', '4 work hours', NULL, '{2 work hours}'),
    (12, 'in two parts', '2026-03-02 10:00', '4 work hours', NULL, '{1 work hour,1 work hour}'),
    (13, 'of another kind', '2026-03-02 10:00', '4 work hours', NULL, '{1 work day}'),
    (14, 'and a pause', '2026-03-02 10:00', '4 work hours', '{[2026-03-02 10:30,2026-03-02 11:30)}', '{2 work hours}'),
    (15, 'work days', '2026-03-02 10:00', '2 work days', NULL, NULL),
    (16, 'paused a day', '2026-03-02 10:00', '2 work days', '{[2026-03-03 09:00,2026-03-04 09:00)}', NULL),
    (17, 'paused an hour', '2026-03-02 10:00', '2 work days', '{[2026-03-03 09:00,2026-03-03 10:00)}', NULL),
    (18, 'extended', '2026-03-02 10:00', '2 work days', NULL, '{3 work days}'),
    (19, 'days', '2026-03-02 10:00', '3 days', NULL, NULL),
    (20, 'paused two days', '2026-03-02 10:00', '3 days', '{[2026-03-03 09:00,2026-03-05 09:00)}', NULL),
    (21, 'paused an hour', '2026-03-02 10:00', '3 days', '{[2026-03-03 09:00,2026-03-03 10:00)}', NULL),
    (22, 'paused when it would end', '2026-03-06 10:00', '1 day', '{[2026-03-09 10:00,2026-03-10 20:00)}', NULL),
    (23, 'hours', '2026-03-02 23:00', '4 hours', '{[2026-03-03 01:00,2026-03-03 02:00)}', '{30 minutes}'),
    (24, 'beyond the horizon', '2027-03-02 23:00', '4 hours', '{[2027-03-03 01:00,2027-03-03 02:00)}', NULL),
    (25, 'rolling', '2026-03-02 10:00', '1 rolling work day', '{[2026-03-02 11:00,2026-03-02 12:00]}', '{1 rolling work day}'),
    (26, 'an instant, and nothing', '2026-03-02 10:00', '4 work hours', '{[2026-03-02 11:00,2026-03-02 11:00],empty}', NULL);
SELECT n, what, due(cal, start, term, pauses, extensions), tests.adds_up(cal, start, term, pauses, extensions) FROM c, clock ORDER BY n;
-- order of extensions does not matter, nor when they were granted
SELECT due(cal, '2026-03-02 10:00', '4 work hours', NULL, '{1 work day,30 minutes,2 days}') = due(cal, '2026-03-02 10:00', '4 work hours', NULL, '{2 days,1 work day,30 minutes}') AS same FROM c;

-- A pause without an end
SELECT due(cal, '2026-03-02 10:00', '4 work hours', '{[2026-03-02 11:00,)}'), elapsed(cal, '2026-03-02 10:00', '4 work hours', '{[2026-03-02 11:00,)}', at => '2026-03-05 10:00'),
    remaining(cal, '2026-03-02 10:00', '4 work hours', '{[2026-03-02 11:00,)}', at => '2026-03-05 10:00'), used_ratio(cal, '2026-03-02 10:00', '4 work hours', '{[2026-03-02 11:00,)}', at => '2026-03-05 10:00')
FROM c;
SELECT e.* FROM c, due_explain(cal, '2026-03-02 10:00', '4 work hours', '{[2026-03-02 11:00,)}') AS e;
SELECT due(cal, '2026-03-02 10:00', '3 days', '{[2026-03-02 11:00,infinity)}'), due(cal, '2026-03-02 10:00', '2 hours', '{(,)}'), due(cal, '2026-03-02 10:00', '1 work day', '{(,)}') FROM c;

-- Readings: before the start, on the way, paused, at the deadline, late
SELECT at, elapsed(cal, start, '4 work hours', pauses, at => at), remaining(cal, start, '4 work hours', pauses, at => at), used_ratio(cal, start, '4 work hours', pauses, at => at)
FROM c, (VALUES ('2026-03-02 10:00'::timestamptz, '{[2026-03-02 11:00,2026-03-02 15:00)}'::tstzmultirange)) AS v (start, pauses),
    unnest('{2026-03-01 10:00,2026-03-02 10:00,2026-03-02 11:00,2026-03-02 13:00,2026-03-02 15:00,2026-03-02 18:00,2026-03-03 10:00}'::timestamptz[]) AS at
ORDER BY at;
SELECT elapsed(cal, '2026-03-02 10:00', '1 day', at => '2026-03-02 22:00'), remaining(cal, '2026-03-02 10:00', '1 day', at => '2026-03-02 22:00'),
    used_ratio(cal, '2026-03-02 10:00', '0 hours', at => '2026-03-02 09:00') AS before, used_ratio(cal, '2026-03-02 10:00', '0 hours', at => '2026-03-02 10:00') AS from_then_on
FROM c;

-- Why
SELECT e.* FROM c, due_explain(cal, '2026-02-13 17:00', '4 work hours', '{[2026-02-14 10:00,2026-02-24 10:00)}', '{2 work hours}') AS e;
SELECT e.* FROM c, due_explain(cal, '2026-03-06 10:00', '1 day', '{[2026-03-09 10:00,2026-03-10 20:00)}') AS e;

-- Regression: pause measured in wall-clock time and given back as working time.
-- A suspension of seven days moved a deadline by 21 working days elsewhere.
SELECT due(cal, '2026-03-02 09:00', '5 work days') AS without, due(cal, '2026-03-02 09:00', '5 work days', '{[2026-03-03 09:00,2026-03-10 09:00)}') AS with_seven_days,
    workdays_between(cal, due(cal, '2026-03-02 09:00', '5 work days')::date, due(cal, '2026-03-02 09:00', '5 work days', '{[2026-03-03 09:00,2026-03-10 09:00)}')::date) AS moved_by
FROM c;
-- Regression: approved extension lost on resume.
SELECT due(cal, '2026-03-02 09:00', '5 work days', '{[2026-03-03 09:00,)}', '{2 work days}') AS extended_while_suspended,
    due(cal, '2026-03-02 09:00', '5 work days', '{[2026-03-03 09:00,2026-03-04 09:00)}', '{2 work days}') AS resumed,
    due(cal, '2026-03-02 09:00', '7 work days', '{[2026-03-03 09:00,2026-03-04 09:00)}') AS the_same
FROM c;

-- NULL
SELECT due(NULL, now(), '1 hour'), due(cal, NULL, '1 hour'), due(cal, now(), NULL), elapsed(cal, now(), '1 hour', at => NULL), remaining(NULL, now(), '1 hour'), used_ratio(cal, NULL, '1 hour') FROM c;
SELECT count(*) FROM c, due_explain(cal, NULL, '1 hour');
SELECT count(*) FROM due_explain(NULL, now(), '1 hour');

-- What is refused
SELECT * FROM tests.error_of($$SELECT due(cal, '2026-03-02', '1 hour', NULL, ARRAY['1 hour', NULL]::term[]) FROM c$$);
SELECT * FROM tests.error_of($$SELECT due(cal, '2026-03-02', '36525 days', NULL, '{1 day}') FROM c$$);
SELECT * FROM tests.error_of($$SELECT due(cal, 'infinity', '1 day') FROM c$$);
SELECT * FROM tests.error_of($$SELECT due(cal, '2025-03-02', '1 work hour') FROM c$$);
SELECT * FROM tests.error_of($$SELECT due(cal, '2026-12-31 10:00', '1 work hour', '{[2026-12-31 10:30,2027-01-01 10:00)}') FROM c$$);
SELECT * FROM tests.error_of($$SELECT due(cal, '2026-12-31 10:00', '1 work day') FROM c$$);
SELECT * FROM tests.error_of($$SELECT elapsed(cal, '2026-03-02', '1 work hour', at => '2027-01-02') FROM c$$);
SELECT * FROM tests.error_of($$SELECT elapsed(cal, '2025-03-02', '1 work hour', at => '2026-03-02') FROM c$$);
SELECT * FROM tests.error_of($$SELECT remaining(cal, '2026-03-02', '1 hour', at => 'infinity') FROM c$$);
SELECT * FROM tests.error_of($$SELECT used_ratio(cal, '2026-12-31', '5 work days', at => '2026-12-31') FROM c$$);
SELECT * FROM tests.error_of($$SELECT * FROM c, due_explain(cal, '2026-12-31', '5 work days')$$);
-- Bounds: two pauses that only an instant parts are one.
SELECT due(cal, '2026-03-02 10:00', '1 day', '{[2026-03-03 10:00,2026-03-03 18:00),(2026-03-03 18:00,2026-03-04 10:00)}') AS parted,
    due(cal, '2026-03-02 10:00', '1 day', '{[2026-03-03 10:00,2026-03-04 10:00]}') AS one,
    due(cal, '2026-03-02 10:00', '4 work hours', '{[2026-03-02 10:00,2026-03-02 11:00),(2026-03-02 11:00,)}') AS endless
FROM c;
SELECT e.* FROM c, due_explain(cal, '2026-03-02 09:00', '4 work hours', '{[2026-03-02 10:00,2026-03-02 11:00),(2026-03-02 11:00,)}') AS e;
-- What begins when days have ended is too late.
SELECT due(cal, '2026-03-02 10:00', '3 days') AS without, due(cal, '2026-03-02 10:00', '3 days', '{[2026-03-05 18:00,2026-03-05 20:00)}') AS after_closing,
    due(cal, '2026-03-02 10:00', '3 days', '{[2026-03-05 18:00,)}') AS without_end, due(cal, '2026-03-02 10:00', '3 days', '{[2026-03-05 17:59,2026-03-05 20:00)}') AS in_time,
    remaining(cal, '2026-03-02 10:00', '3 days', '{[2026-03-05 18:00,)}', at => '2026-03-05 17:00')
FROM c;
-- What is left when a pause has no end, on any axis
SELECT term, due(cal, '2026-03-02 10:00', term, '{[2026-03-02 11:00,)}') AS due, remaining(cal, '2026-03-02 10:00', term, '{[2026-03-02 11:00,)}', '{30 minutes}', '2026-03-09 10:00') AS remaining
FROM c, unnest('{3 hours,3 work hours,3 days,3 work days,3 rolling work days}'::term[]) AS term;
-- A list of lists is a list.
SELECT due(cal, '2026-03-02 10:00', '1 work hour', NULL, '{{1 work hour,2 work hours},{3 work hours,4 work hours}}') FROM c;
SELECT * FROM tests.error_of($$SELECT elapsed(cal, '4713-01-01 BC', '1 hour', at => '294276-12-31') FROM c$$);
DROP TABLE c, clock;
