--
-- Views for applications and reports, counts, rates
--
\set main :DBNAME
CREATE DATABASE civicgrid_view TEMPLATE civicgrid_as_shipped;
\c civicgrid_view
SET search_path = civicgrid, public;
SET TimeZone = 'Asia/Shanghai';
SET client_min_messages = warning;
SET DateStyle = 'ISO';
SET IntervalStyle = 'postgres';
\set SHOW_CONTEXT never

-- What every view is: of the caller's rights, of types that every client knows,
-- told of in both languages.
CREATE TEMP TABLE bi (name) AS VALUES ('cases'), ('case_steps'), ('case_clocks'), ('inbox'), ('overdue'), ('returns'), ('kpi_day'), ('kpi_due'), ('kpi_rates'),
    ('collector_month'), ('unit_month'), ('hotspots'), ('funnel'), ('first_dispatch'), ('open_data'), ('case_map');
SELECT count(*) AS views FROM bi JOIN pg_class AS c ON c.oid = ('civicgrid.' || bi.name)::regclass AND c.relkind = 'v';
SELECT bi.name AS not_of_the_invoker FROM bi JOIN pg_class AS c ON c.oid = ('civicgrid.' || bi.name)::regclass
WHERE NOT coalesce(c.reloptions, '{}') && '{security_invoker=true}' ORDER BY bi.name COLLATE "C";
SELECT DISTINCT format_type(a.atttypid, NULL) COLLATE "C" AS type
FROM bi JOIN pg_attribute AS a ON a.attrelid = ('civicgrid.' || bi.name)::regclass AND a.attnum > 0
ORDER BY 1;
SELECT bi.name, a.attname AS not_in_both_languages
FROM bi JOIN pg_attribute AS a ON a.attrelid = ('civicgrid.' || bi.name)::regclass AND a.attnum > 0
WHERE col_description(a.attrelid, a.attnum) !~ '[A-Za-z].*[一-龥]|[一-龥].*[A-Za-z]'
ORDER BY 1, 2;
SELECT bi.name AS not_in_both_languages FROM bi
WHERE coalesce(obj_description(('civicgrid.' || bi.name)::regclass, 'pg_class'), '') !~ '[A-Za-z].*[一-龥]' ORDER BY 1;
-- every measure is a column, in the order of the table, and every column a measure
SELECT m.measure, a.relname, a.attname
FROM (SELECT m.*, CASE m.counts WHEN 'steps' THEN 'kpi_day' ELSE 'kpi_due' END AS view, rank() OVER (PARTITION BY m.counts ORDER BY m.place) AS n FROM kpi_measure AS m) AS m
FULL JOIN (
    SELECT t.attname, t.attnum - 11 AS n, c.relname FROM pg_attribute AS t JOIN pg_class AS c ON c.oid = t.attrelid
    WHERE c.oid IN ('civicgrid.kpi_day'::regclass, 'civicgrid.kpi_due'::regclass) AND t.attnum > 11
) AS a ON a.attname = m.measure AND a.n = m.n AND a.relname = m.view
WHERE m.measure IS NULL OR a.attname IS NULL;
SELECT r.measure FROM kpi_rule AS r WHERE NOT EXISTS (SELECT FROM kpi_measure AS m WHERE m.measure = r.measure AND m.counts = 'steps');
SELECT m.measure FROM kpi_measure AS m WHERE m.counts = 'steps' AND NOT EXISTS (SELECT FROM kpi_rule AS r WHERE r.measure = m.measure);
-- rules speak of acts and states that there are
SELECT r.measure, r.rule FROM kpi_rule AS r
WHERE r.action <> 'report_event' AND NOT EXISTS (
    SELECT FROM case_transition AS t
    WHERE t.action = r.action AND (r.outcome IS NULL OR t.outcome = r.outcome) AND (r.from_state IS NULL OR t.state = r.from_state)
        AND (r.to_state IS NULL OR t.next_state = r.to_state)
);
SELECT rate, name, numerator, denominator, configurable, weight FROM kpi_rate ORDER BY place;

-- A district of two streets: a centre, two departments, collectors; all of 2025.
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name, parent, sensitive) VALUES
    ('site', 'matter', '01', '市容', NULL, false), ('site', 'matter', '0101', '垃圾', '01', false), ('site', 'matter', '0102', '广告', '01', false),
    ('site', 'matter', '04', '矛盾', NULL, true), ('site', 'matter', '0401', '家庭纠纷', '04', false);
INSERT INTO grid_cell (kind, code, name, geom) VALUES
    ('unit', '440310001001001', '六联一格', st_makeenvelope(114.34, 22.69, 114.35, 22.70, 4490)),
    ('unit', '440310002001001', '坪环一格', st_makeenvelope(114.35, 22.69, 114.36, 22.70, 4490));
INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES
    (1, '区分拨中心', 'centre', 2, NULL, '440310', 5), (2, '城管局', 'department', 2, 1, '440310', 9), (3, '住建局', 'department', 2, 1, '440310', 9),
    (4, '采集中心', 'grid team', 2, 1, '440310', 9), (5, '社区工作站', 'community station', 4, 1, '440310001001', 3);
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, lead_unit, basis) VALUES (1, 'site', '01', 2, '清单1'), (2, 'site', '04', 3, '清单2');
INSERT INTO fallback (fallback, rulebook, territory, unit) VALUES (1, 'site', NULL, 1);
INSERT INTO sla_policy (policy, rulebook, stage, term) VALUES (1, 'site', 'verify', '30 minutes'), (2, 'site', 'file', '15 minutes'),
    (3, 'site', 'dispatch', '15 minutes'), (4, 'site', 'sign', '2 hours'), (5, 'site', 'handle', '2 days'), (6, 'site', 'check', '1 day'),
    (7, 'site', 'overall', '5 days');
CALL publish_calendar('office', '2025-01-01 00:00+08');
CALL publish_rulebook('site', '2025-01-01 00:00+08');
-- who collects is not who handles
CREATE ROLE regress_view_collector SUPERUSER;
CREATE FUNCTION c(n integer) RETURNS caseno IMMUTABLE LANGUAGE sql RETURN make_caseno('2025-03-03', '440310', n);
-- the nth case, reported on Monday, 3 March 2025, at that time
CREATE FUNCTION report(n integer, at time, class eventcode, place integer, channel text, duplicate boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    cell constant gridcode := (ARRAY['440310001001001', '440310002001001'])[place];
    s case_state;
BEGIN
    s.caseno := c(n);
    s.state := 'reported';
    s.at := '2025-03-03'::date + at;
    s.unit := 1;
    s.centre := 1;
    s.severity := 1;
    s.routing := route('site', class, cell, channel, 1, NULL, s.at, c(n));
    INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, cell, channel, description, location)
    VALUES (c(n), s.at, 'site', 'matter', class, cell, channel, '问题' || n,
        CASE WHEN n % 2 = 1 THEN st_setsrid(st_makepoint(114.345 + 0.01 * (place - 1), 22.691), 4490) END);
    IF duplicate THEN
        INSERT INTO case_link (caseno, other, link, at) VALUES (c(n), c(n - 1), 'duplicate', s.at);
    END IF;
    PERFORM case_open(s, 'report_event', NULL, '{}');
END;
$$;
BEGIN;
SELECT report(1, '09:00', '0101', 1, '12345'), report(2, '09:30', '0101', 1, 'grid', true), report(3, '10:00', '0102', 2, 'app'),
       report(4, '23:50', '0102', 2, '12345'), report(5, '11:00', '0401', 1, '12345'), report(6, '12:00', '0101', 2, 'grid') \g /dev/null
-- 1 is verified, done in time, checked, closed, and the reporter satisfied
SELECT verify(c(1), 4, at => '2025-03-03 09:05') \g /dev/null
SET ROLE regress_view_collector;
SET civicgrid.person = '张采集';
SELECT verified(c(1), true, at => '2025-03-03 09:25') \g /dev/null
RESET ROLE;
RESET civicgrid.person;
SELECT file_case(c(1), at => '2025-03-03 09:30'), dispatch(c(1), at => '2025-03-03 09:40'), sign(c(1), at => '2025-03-03 10:00'),
       feedback(c(1), '已清理', at => '2025-03-04 09:00'), check_case(c(1), 4, at => '2025-03-04 09:10') \g /dev/null
SET ROLE regress_view_collector;
SET civicgrid.person = '张采集';
SELECT checked(c(1), true, at => '2025-03-04 12:00') \g /dev/null
RESET ROLE;
RESET civicgrid.person;
SELECT close_case(c(1), at => '2025-03-04 12:30'), visit(c(1), true, at => '2025-03-05 10:00') \g /dev/null
-- 2 is a repeat and found not to be so
SELECT verify(c(2), 4, at => '2025-03-03 09:35') \g /dev/null
SET ROLE regress_view_collector;
SELECT verified(c(2), false, '现场未见', at => '2025-03-03 11:00') \g /dev/null
RESET ROLE;
SELECT void_case(c(2), '不属实', at => '2025-03-03 11:05') \g /dev/null
-- 3 goes to the wrong department, and is done late by the other, twice
SELECT file_case(c(3), at => '2025-03-03 10:10'), dispatch(c(3), at => '2025-03-03 10:40'), sign(c(3), at => '2025-03-03 13:30'),
       return_case(c(3), (SELECT min(reason) FROM return_reason), '不属本局职责', 3, at => '2025-03-03 15:00'),
       dispatch(c(3), 3, '改派住建局', at => '2025-03-03 15:10'), sign(c(3), at => '2025-03-03 16:00'),
       feedback(c(3), '已拆除', at => '2025-03-07 09:00'), check_case(c(3), 4, at => '2025-03-07 09:30') \g /dev/null
SET ROLE regress_view_collector;
SELECT checked(c(3), false, '仍有残留', at => '2025-03-07 10:30') \g /dev/null
RESET ROLE;
SELECT rework(c(3), '重新拆除', at => '2025-03-07 11:00'), feedback(c(3), '已全部拆除', at => '2025-03-10 16:00'),
       check_case(c(3), 4, at => '2025-03-10 16:10') \g /dev/null
SET ROLE regress_view_collector;
SELECT checked(c(3), true, at => '2025-03-10 18:00') \g /dev/null
RESET ROLE;
SELECT close_case(c(3), at => '2025-03-10 18:30'), visit(c(3), NULL, at => '2025-03-11 09:00') \g /dev/null
-- 4 is reported before midnight and filed after, and waits for its department;
-- 5 is sensitive, 6 has just come in
SELECT file_case(c(4), at => '2025-03-04 00:02'), dispatch(c(4), at => '2025-03-04 08:00') \g /dev/null
SELECT file_case(c(5), at => '2025-03-03 11:10'), dispatch(c(5), at => '2025-03-03 11:20'), sign(c(5), at => '2025-03-03 11:30') \g /dev/null
COMMIT;

-- cases, steps, clocks
SELECT caseno, reported_at, channel_name, class, class_name, cell, community, street, state, state_name, open, unit_name, lead_name,
       closed_at, duration, steps, returns, reworks, satisfied
FROM cases ORDER BY caseno;
SELECT step, at, after, action, outcome, person, role_name, from_state_name, to_state_name, from_unit_name, unit_name, length(hash) AS hash
FROM case_steps WHERE caseno = '20250303-440310-0000001-' || right(c(1)::text, 1) ORDER BY step;
SELECT clock - min(clock) OVER () AS clock, kind, stage_name, unit_name, term, started_at, due_at, stopped_at, verdict, overdue, overdue_by, paused, pauses, extensions
FROM case_clocks WHERE caseno = c(3)::text ORDER BY clock;
-- by its number a case is found at once
EXPLAIN (COSTS OFF) SELECT r.caseno FROM case_record AS r WHERE caseno_text(r.caseno) = '20250303-440310-0000001-7';

-- what is to be done, the most urgent first
SELECT unit_name, caseno, duty, state_name, stage, given_at, due_at, case_due_at, class_name FROM inbox;
SELECT caseno, duty, due_at FROM inbox WHERE unit = 2;
SELECT suspend(c(4), '2025-03-20 00:00', '等待拆除许可', at => '2025-03-04 08:30') \g /dev/null
SELECT dispatch_also(c(5), 5, '现场配合', at => '2025-03-03 11:40') \g /dev/null
SELECT unit_name, caseno, duty, job, state_name, due_at FROM inbox WHERE unit IN (2, 5) ORDER BY unit;
SELECT caseno, kind, stage_name, unit_name, due_at, state_name FROM overdue ORDER BY caseno, kind, stage;

-- returns, first dispatches, the way of the cases, cells
SELECT caseno, step, at, day, duty, unit_name, reason_name IS NOT NULL AS named, statement, counts, suggested_name, next_name, waited FROM returns ORDER BY caseno, step;
SELECT day, caseno, first_name, handler_name, was_right, gifts, returns, handled_at FROM first_dispatch ORDER BY caseno;
SELECT * FROM funnel ORDER BY day, channel COLLATE "C", street;
SELECT cell, cell_name, community, street, cases, open, before, growth, rank, class, class_name, of_class, first_day, last_day, st_srid(geom) FROM hotspots;

-- for publication: neither persons nor what is sensitive, nor exactly where
SELECT * FROM open_data ORDER BY caseno;
SELECT caseno, st_astext(geom), st_srid(geom), located, state_name FROM case_map ORDER BY caseno;

-- counts: as rows of what is not 0
CREATE VIEW counted AS
SELECT k.day, k.unit, k.class, k.street, k.channel, m.measure, sum((k.counts ->> m.measure)::bigint) AS count
FROM (
    SELECT d.day, d.unit, d.class, d.street, d.channel, to_jsonb(d) AS counts FROM kpi_day AS d
    UNION ALL
    SELECT d.day, d.unit, d.class, d.street, d.channel, to_jsonb(d) FROM kpi_due AS d
) AS k
JOIN kpi_measure AS m ON k.counts ->> m.measure <> '0'
GROUP BY k.day, k.unit, k.class, k.street, k.channel, m.measure;
SELECT c.day, c.unit, c.class, c.street, c.channel, string_agg(c.measure || ' ' || c.count, ', ' ORDER BY m.place) AS counts
FROM counted AS c JOIN kpi_measure AS m USING (measure)
WHERE c.day BETWEEN '2025-03-03' AND '2025-03-15'
GROUP BY c.day, c.unit, c.class, c.street, c.channel ORDER BY c.day, c.unit, c.class, c.street, c.channel;
SELECT day, unit, unit_name, class, cell, community, street, channel, caseno, dispatch_due, dispatched FROM kpi_day WHERE dispatch_due > 1;
CREATE TEMP TABLE live AS SELECT * FROM kpi_day;

-- days that are over are counted once, and it is the same
CALL close_kpi_days('2025-03-09');
SELECT day, steps FROM kpi_closed_day WHERE steps > 0 ORDER BY day;
CALL close_kpi_days('2025-03-09');
CALL close_kpi_days('2025-03-20');
(TABLE live EXCEPT ALL TABLE kpi_day) UNION ALL (TABLE kpi_day EXCEPT ALL TABLE live);
-- a step that is recorded later, for a day that was counted
SELECT kpi_day_is_closed('2025-03-03'), kpi_day_is_closed('2025-03-04'), kpi_day_is_closed('2024-03-04');
SELECT supervise(c(6), '领导批示', at => '2025-03-03 20:00') \g /dev/null
SELECT kpi_day_is_closed('2025-03-03'), kpi_day_is_closed('2025-03-04');
SELECT day, unit, sum(supervised) FROM kpi_day WHERE supervised > 0 GROUP BY day, unit;
CALL close_kpi_days('2025-03-20');
SELECT day, unit, sum(supervised) FROM kpi_day WHERE supervised > 0 GROUP BY day, unit;
SELECT count(*) FROM kpi_count WHERE supervised > 0;
-- another rule, and all are counted anew
UPDATE kpi_rule SET to_state = 'filed' WHERE measure = 'supervised' RETURNING origin;
SELECT kpi_day_is_closed('2025-03-03'), kpi_day_is_closed('2025-03-04');
SELECT count(*) FROM kpi_day WHERE supervised > 0;
CALL close_kpi_days('2025-03-04');
SELECT count(*) FROM kpi_count WHERE supervised > 0;
-- a class that is amended counts as it is now
SELECT class, sum(reported) FROM kpi_day WHERE channel = 'grid' GROUP BY class ORDER BY class;
SELECT amend(c(6), '看错', class => '0102', at => '2025-03-03 21:00') \g /dev/null
SELECT class, sum(reported) FROM kpi_day WHERE channel = 'grid' GROUP BY class ORDER BY class;

-- an exempt case is not late
SELECT sum(due), sum(due_on_time), sum(due_overdue), sum(due_exempt), sum(due_undone) FROM kpi_due WHERE unit = 3 AND day BETWEEN '2025-03-03' AND '2025-03-31';
SELECT appeal(c(3), '等待电力部门', at => '2025-03-12 09:00') \g /dev/null
SET ROLE regress_view_collector;
SELECT decide_appeal(c(3), true, '属实', at => '2025-03-12 10:00') \g /dev/null
RESET ROLE;
SELECT sum(due), sum(due_on_time), sum(due_overdue), sum(due_exempt), sum(due_undone) FROM kpi_due WHERE unit = 3 AND day BETWEEN '2025-03-03' AND '2025-03-31';
SELECT day, unit, sum(appealed) AS appealed, sum(exempted) AS exempted FROM kpi_day WHERE day = '2025-03-12' GROUP BY day, unit;

-- rates
SELECT rate, name, sum(numerator) AS numerator, sum(denominator) AS denominator, round(sum(numerator) / nullif(sum(denominator), 0), 4) AS value, configurable
FROM kpi_rates WHERE day BETWEEN '2025-03-03' AND '2025-03-31'
GROUP BY rate, name, configurable ORDER BY rate COLLATE "C";
INSERT INTO kpi_rate (rate, place, name, numerator, denominator, weight) VALUES ('own', 99, '自定', '{satisfied,-dissatisfied}', '{closed}', 1);
SELECT day, unit, numerator, denominator, value FROM kpi_rates WHERE rate = 'own' ORDER BY day, unit;
SELECT kpi_sum('{a,-b}', '{"a":3,"b":5}'), kpi_sum('{a,c}', '{"a":3}'), kpi_sum('{a}', NULL);
SELECT (tests.error_of(s)).code, s AS refused FROM unnest(ARRAY[
    $$INSERT INTO kpi_rate (rate, place, name, numerator, denominator) VALUES ('bad', 1, '坏', '{}', '{a}')$$,
    $$INSERT INTO kpi_rate (rate, place, name, numerator, denominator, scope) VALUES ('bad', 1, '坏', '{a}', '{a}', 'all')$$,
    $$INSERT INTO kpi_rule (measure, rule, action, unit_of) VALUES ('filed', 9, 'file_case', 'nobody')$$,
    $$DELETE FROM kpi_rule WHERE measure = 'filed'$$,
    $$TRUNCATE kpi_rate$$
]) AS s;

-- months
SELECT month, unit, unit_name, received, handled, on_time, overdue, due, due_exempt, returned, check_failed, closed, satisfied, score
FROM unit_month WHERE month = '2025-03-01' ORDER BY unit;
SELECT * FROM collector_month WHERE month = '2025-03-01' ORDER BY collector COLLATE "C";
-- who was not reached at first may show all the same that the check was wrong
SELECT visit(c(3), false, '又有了', at => '2025-03-13 09:00') \g /dev/null
SELECT collector, checked, refuted FROM collector_month WHERE month = '2025-03-01' ORDER BY collector COLLATE "C";

-- A team of the unit that is given a case first does it: that was right.  A case
-- that rests without an answer was not visited.
INSERT INTO unit (unit, name, kind, level, parent, territory) VALUES (6, '城管一中队', 'law enforcement team', 3, 2, '440310'),
    (7, '城管二中队', 'law enforcement team', 3, 2, '440310'), (8, '住建中队', 'law enforcement team', 3, 3, '440310');
CREATE VIEW unit_handled AS
SELECT unit, sum(handled_first) AS handled_first, sum(handled_right) AS handled_right FROM kpi_day WHERE day = '2025-03-03' AND handled_first > 0 GROUP BY unit;
SELECT report(n, '13:00', '0101', 1, 'grid') FROM generate_series(11, 14) AS n \g /dev/null
SELECT file_case(c(n), at => '2025-03-03 13:10'), dispatch(c(n), CASE n WHEN 12 THEN 6 WHEN 13 THEN 1 END, at => '2025-03-03 13:20')
FROM generate_series(11, 14) AS n \g /dev/null
-- 11 to a team, from there to another; 12 between teams; 13 the centre's own, and
-- 14 to a team after it was returned
SELECT transfer(c(11), 6, '就近', '2025-03-03 13:30'), transfer(c(11), 7, '就近', '2025-03-03 13:40'), transfer(c(12), 7, '就近', '2025-03-03 13:40'),
    transfer(c(13), 8, '就近', '2025-03-03 13:40'),
    return_case(c(14), (SELECT min(reason) FROM return_reason), '不属本局职责', at => '2025-03-03 13:30'), dispatch(c(14), 7, at => '2025-03-03 13:40') \g /dev/null
SELECT sign(c(n), at => '2025-03-03 14:00'), feedback(c(n), '已清理', at => '2025-03-03 15:00') FROM generate_series(11, 14) AS n \g /dev/null
SELECT right(caseno, 3) AS c, first_name, handler_name, was_right FROM first_dispatch WHERE handled_at = '2025-03-03 15:00' ORDER BY caseno;
SELECT unit, handled_first, handled_right FROM unit_handled ORDER BY unit;
-- as the tree was
UPDATE unit SET parent = 3 WHERE unit IN (6, 7);
SELECT unit, handled_first, handled_right FROM unit_handled ORDER BY unit;
SELECT check_case(c(11), 4, at => '2025-03-03 16:00') \g /dev/null
SET ROLE regress_view_collector;
SELECT checked(c(11), true, at => '2025-03-03 16:30') \g /dev/null
RESET ROLE;
SELECT close_case(c(11), at => '2025-03-03 17:00'), visit(c(11), NULL, at => '2025-03-03 17:10') \g /dev/null
CALL tick('2025-03-20 00:00');
SELECT k.visited, k.unreached, s.state, s.state_name, s.satisfied
FROM cases AS s
CROSS JOIN (SELECT sum(visited) AS visited, sum(unreached) AS unreached FROM kpi_day WHERE caseno = c(11)::text) AS k
WHERE s.caseno = c(11)::text;
SELECT day, closed, visited FROM funnel WHERE day = '2025-03-03' AND channel = 'grid' AND street = '440310001';

\c :main
SET client_min_messages = warning;
DROP DATABASE civicgrid_view;
DROP ROLE regress_view_collector;
