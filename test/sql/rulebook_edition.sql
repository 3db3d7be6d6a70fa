--
-- Editions of rulebooks, routing of cases, explanations, comparisons, back-tests
--
\set main :DBNAME
CREATE DATABASE civicgrid_rulebook_edition TEMPLATE civicgrid_as_shipped;
\c civicgrid_rulebook_edition
SET search_path = civicgrid, public;
SET TimeZone = 'Asia/Shanghai';
SET client_min_messages = warning;
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never

-- days begin at midnight of the rulebook
SELECT d, rulebook_midnight(d, 'Asia/Shanghai') AS shanghai, rulebook_midnight(d, 'UTC') AS utc
FROM unnest('{2026-03-01,-infinity,infinity,NULL}'::date[]) AS d;

-- A draft: two streets with two cells each, a city with its street offices, and
-- three departments.
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name, parent, valid_to) VALUES
    ('site', 'matter', '01', '市容', NULL, NULL), ('site', 'matter', '0101', '垃圾', '01', NULL),
    ('site', 'matter', '0102', '广告', '01', NULL), ('site', 'matter', '010201', '小广告', '0102', NULL),
    ('site', 'matter', '02', '工地', NULL, NULL), ('site', 'matter', '0201', '噪声', '02', NULL),
    ('site', 'matter', '0202', '旧类', '02', '2026-02-01'), ('site', 'matter', '03', '其他', NULL, NULL);
INSERT INTO grid_outline (code, name) VALUES ('440310001', '坪山街道'), ('440310002', '马峦街道'), ('440310', '坪山区');
INSERT INTO grid_cell (kind, code, name, grade) VALUES
    ('unit', '440310001001001', '六联一格', 'A'), ('unit', '440310001001002', '六联二格', NULL),
    ('unit', '440310002001001', '坪环一格', NULL), ('unit', '440310002001002', NULL, NULL),
    ('evaluation', '440310001001001', NULL, 'C'), ('evaluation', '440310002', NULL, 'B');
INSERT INTO unit (unit, name, kind, level, parent, territory, staff, valid_from, valid_to) VALUES
    (1, '市分拨中心', 'centre', 1, NULL, '4403', 5, NULL, NULL),
    (2, '区分拨中心', 'centre', 2, 1, '440310', 5, NULL, NULL),
    (3, '坪山街道办', 'street office', 3, 2, '440310001', 9, NULL, NULL),
    (4, '马峦街道办', 'street office', 3, 2, '440310002', 9, NULL, NULL),
    (5, '区城管局', 'department', 2, 2, '440310', 20, NULL, NULL),
    (6, '区住建局', 'department', 2, 2, '440310', 20, NULL, NULL),
    (7, '夜间执法队', 'law enforcement team', 2, 5, '440310', 8, NULL, NULL),
    (8, '专项整治组', 'department', 2, 2, '440310', 3, '2026-01-01', '2026-04-01');
UPDATE channel SET intake_kind = 'street office', intake_level = 3 WHERE channel = 'grid';
UPDATE channel SET intake_unit = 1 WHERE channel = '12345';
INSERT INTO duty_window (time_window, weekday, from_time, to_time)
SELECT 'night', d, '22:00', '06:00' FROM generate_series(1, 7) AS d;
INSERT INTO duty_window (time_window, weekday, from_time, to_time) VALUES ('unused', 1, '08:00', '09:00');
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES
    ('site', '坪山', 'site', 'matter', 'office'), ('other', '另一', 'site', 'matter', 'office');
INSERT INTO duty_rule
    (rule, rulebook, class, territory, owner, severity, channel, time_window, lead_unit, lead_kind, lead_level, basis, duty_item, valid_from, valid_to)
VALUES
    (1, 'site', '01', NULL, NULL, NULL, NULL, NULL, NULL, 'street office', 3, '街道权责清单1', '市容', NULL, NULL),
    (2, 'site', '0102', NULL, NULL, NULL, NULL, NULL, 5, NULL, NULL, '城管权责清单7', '广告', NULL, NULL),
    (3, 'site', '0102', '440310001', NULL, NULL, NULL, NULL, NULL, 'street office', 3, NULL, NULL, NULL, NULL),
    (4, 'site', '0102', '440310001', '供电局', NULL, NULL, NULL, 6, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, 'site', '0102', '440310001', NULL, 3, NULL, NULL, 5, NULL, NULL, NULL, NULL, NULL, NULL),
    (6, 'site', '0102', '440310001', NULL, NULL, 'video', NULL, 5, NULL, NULL, NULL, NULL, NULL, NULL),
    (7, 'site', '0102', '440310001', NULL, NULL, NULL, 'night', 7, NULL, NULL, NULL, '夜间执法', NULL, NULL),
    (8, 'site', '02', NULL, NULL, NULL, NULL, NULL, 6, NULL, NULL, '住建权责清单3', '工地', NULL, NULL),
    (9, 'site', '0201', NULL, NULL, NULL, NULL, NULL, 8, NULL, NULL, '整治方案', NULL, '2026-01-15', '2026-04-01'),
    (10, 'other', '01', NULL, NULL, NULL, NULL, NULL, 5, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO duty_assist (rule, place, unit, kind, level, task) VALUES
    (2, 1, NULL, 'street office', 3, '现场配合'), (8, 1, 5, NULL, NULL, '夜间执法'), (10, 1, 6, NULL, NULL, NULL);
INSERT INTO duty_exclusion (exclusion, rulebook, unit, class, territory, basis) VALUES
    (1, 'site', 4, '0101', NULL, '负面清单第2条');
INSERT INTO fallback (fallback, rulebook, territory, unit, kind, level, share) VALUES
    (1, 'site', '440310', NULL, 'street office', 3, 1), (2, 'site', '440310002', 5, NULL, NULL, 2), (3, 'site', '440310002', 6, NULL, NULL, 1);
INSERT INTO sla_policy (policy, rulebook, class, severity, grade, stage, term, calendar, warnings) VALUES
    (1, 'site', NULL, NULL, NULL, 'handle', '2 work days', NULL, '{75,100}'),
    (2, 'site', '02', NULL, NULL, 'handle', '5 work days', NULL, '{75,100,150}'),
    (3, 'site', NULL, NULL, 'A', 'handle', '1 work days', NULL, '{}'),
    (4, 'site', NULL, NULL, NULL, 'overall', '7 days', 'always', '{}');
INSERT INTO sla_limit (policy, place, name, term) VALUES (2, 1, '停工', '4 work hours');

-- its parts
SELECT * FROM classes_in_use('site', 'matter', '2026-01-20') ORDER BY code;
SELECT * FROM classes_in_use('site', 'matter', '2026-02-01') WHERE code <@ '02' ORDER BY code;
SELECT * FROM grades_in_use('unit') ORDER BY territory;
SELECT part, item FROM rulebook_parts('site', '2026-01-20') WHERE part NOT IN ('channel', 'window')
ORDER BY part, item::text COLLATE "C";
SELECT item FROM rulebook_parts('site', '2026-01-20') WHERE part = 'window' AND (item ->> 'weekday')::integer IN (1, 7)
UNION ALL
SELECT item FROM rulebook_parts('site', '2026-01-20') WHERE part = 'channel' AND item ->> 'channel' IN ('grid', '12345', 'web')
ORDER BY 1;
SELECT count(*) FROM rulebook_parts('none');
SELECT (tests.error_of($$SELECT civicgrid.rulebook_model('none')$$)).*;
-- the order of rows does not matter, nor the time zone of the session
SELECT rulebook_digest(rulebook_model('site', '2026-01-20')) = rulebook_digest(rulebook_agg(p.part, p.item ORDER BY md5(p.item::text)))
FROM rulebook_parts('site', '2026-01-20') AS p;
SELECT rulebook_digest(rulebook_model('site', '2026-01-20')) AS digest \gset
SET TimeZone = 'America/New_York';
SELECT rulebook_digest(rulebook_model('site', '2026-01-20')) = :'digest' AS same;
SET TimeZone = 'Asia/Shanghai';

-- what keeps it from being published
SELECT severity, fault, policies, stage, detail FROM rulebook_check('site', '2026-01-20') WHERE fault ~ 'calendar';
CALL publish_calendar('office', '2026-01-01');
SELECT severity, fault, policies, stage, detail FROM rulebook_check('site', '2026-01-20') WHERE fault ~ 'calendar';
CALL publish_calendar('always', '2026-01-01');
SELECT severity, fault, rules, unit, class, territory, since, until, detail FROM rulebook_check('site', '2026-01-20')
ORDER BY severity, fault, rules, class, territory, since, detail;
\x on
BEGIN;
UPDATE sla_policy SET term = '9999 work days' WHERE policy = 1;
SELECT severity, fault, policies, stage, detail FROM rulebook_check('site', '2026-01-20') WHERE severity = 'error';
SELECT (tests.error_of($$CALL civicgrid.publish_rulebook('site', '2026-01-20')$$)).*;
ROLLBACK;
BEGIN;
INSERT INTO duty_rule (rule, rulebook, class, lead_unit) SELECT n, 'site', '0101', 5 FROM generate_series(101, 105) AS n;
SELECT (tests.error_of($$CALL civicgrid.publish_rulebook('site', '2026-01-20')$$)).*;
ROLLBACK;
BEGIN;
UPDATE unit SET parent = 7 WHERE unit = 5;
UPDATE duty_rule SET lead_unit = 99 WHERE rule = 8;
SELECT (tests.error_of($$CALL civicgrid.publish_rulebook('site', '2026-01-20')$$)).*;
ROLLBACK;
BEGIN;
DELETE FROM fallback;
DELETE FROM sla_policy WHERE stage = 'overall';
SELECT (tests.error_of($$CALL civicgrid.publish_rulebook('site', '2026-01-20')$$)).*;
ROLLBACK;
BEGIN;
DELETE FROM event_class WHERE taxonomy = 'site';
DELETE FROM grid_cell;
DELETE FROM duty_rule;
SELECT (tests.error_of($$CALL civicgrid.publish_rulebook('site', '2026-01-20')$$)).*;
ROLLBACK;
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$CALL civicgrid.publish_rulebook('none')$$,
    $$CALL civicgrid.publish_rulebook('site', 'infinity')$$,
    $$SELECT * FROM civicgrid.rulebook_check('none')$$
]) AS s;
\x off

-- published
SELECT route('site', '0101', '440310001001001', at => '2026-01-20 10:00') IS NULL AS before_the_first;
CALL publish_rulebook('site', '2026-01-20', remark => 'first');
SELECT edition, rulebook, valid_from, published_by = session_user AS by_me, taxonomy, kind, taxonomy_edition, grid_kind, grid_edition,
    scheme, timezone, rules, units, remark, digest = rulebook_edition_digest(edition) AS digest_holds,
    rulebook_digest(model) = rulebook_digest(rulebook_model('site', '2026-01-20')) AS the_draft
FROM rulebook_edition;
SELECT (SELECT count(*) FROM rulebook_edition_unit) AS units, (SELECT count(*) FROM rulebook_edition_rule) AS rules,
    (SELECT count(*) FROM rulebook_edition_assist) AS assists, (SELECT count(*) FROM rulebook_edition_exclusion) AS exclusions,
    (SELECT count(*) FROM rulebook_edition_fallback) AS fallbacks, (SELECT count(*) FROM rulebook_edition_policy) AS policies,
    (SELECT count(*) FROM rulebook_edition_limit) AS limits, (SELECT count(*) FROM rulebook_edition_name) > 30 AS names;
SELECT domain, key, name FROM rulebook_edition_name WHERE domain IN ('class', 'territory', 'severity', 'level') ORDER BY 1, 2;
\x on
SELECT (tests.error_of(format('%s civicgrid.%s %s', v.a, t, v.b))).*
FROM (VALUES ('UPDATE', 'SET edition = 9'), ('DELETE FROM', ''), ('TRUNCATE', '')) AS v (a, b), unnest('{rulebook_edition,rulebook_edition_rule}'::text[]) AS t
WHERE v.a = 'DELETE FROM' OR t = 'rulebook_edition';
\x off
SELECT count(*) FROM pg_trigger WHERE tgname = 'refuse_edition_change' AND tgrelid::regclass::text LIKE 'rulebook_edition%';

-- routed by name, at an instant
CREATE VIEW asked AS
SELECT v.n, v.class::eventcode, v.cell::gridcode, v.channel, v.severity, v.owner, v.at::timestamptz
FROM (VALUES
    (1, '0101', '440310001001001', 'grid', 1, NULL, '2026-02-02 10:00'),
    (2, '0101', '440310002001001', 'grid', 1, NULL, '2026-02-02 10:00'),
    (3, '010201', '440310002001001', '12345', NULL, NULL, '2026-02-02 10:00'),
    (4, '010201', '440310001001002', '12345', NULL, NULL, '2026-02-02 10:00'),
    (5, '010201', '440310001001002', '12345', 3, '供电局', '2026-02-02 10:00'),
    (6, '010201', '440310001001002', 'video', NULL, NULL, '2026-02-02 23:00'),
    (7, '010201', '440310001001002', NULL, NULL, NULL, '2026-02-09 05:59'),
    (8, '010201', '440310001001002', NULL, NULL, NULL, '2026-02-09 06:00'),
    (9, '0201', '440310001001002', 'web', NULL, NULL, '2026-03-31 23:59:59'),
    (10, '0201', '440310001001002', 'web', NULL, NULL, '2026-04-01 00:00'),
    (11, '03', '440310001001001', NULL, NULL, NULL, '2026-02-02 10:00'),
    (12, NULL, '440310001001001', NULL, NULL, NULL, '2026-02-02 10:00'),
    (13, '0101', NULL, 'grid', NULL, NULL, '2026-02-02 10:00'),
    (14, '0101', '440310001001001', NULL, NULL, NULL, '2026-01-01 10:00')
) AS v (n, class, cell, channel, severity, owner, at);
SELECT a.n, routing_lead(r) AS lead, routing_level(r) AS level, routing_rule(r) AS rule, routing_fallback(r) AS fallback,
    path_names(routing_path(r), 1) AS path, routing_term(r, 'handle') AS handle, routing_calendar(r, 'overall') AS calendar,
    (SELECT array_agg(unit_name(s.unit) || coalesce(' ' || s.task, '')) FROM routing_assists(r) AS s) AS assists
FROM asked AS a, route('site', a.class, a.cell, a.channel, a.severity, a.owner, a.at) AS r ORDER BY a.n;
SET TimeZone = 'America/New_York';
SELECT routing_lead(route('site', '0201', '440310001001002', at => '2026-03-31 23:59:59+08')),
    routing_lead(route('site', '0201', '440310001001002', at => '2026-04-01 00:00+08'));
SET TimeZone = 'Asia/Shanghai';
SELECT path_names('{1,2,99}', 1), path_names('{1,2,99}'), path_names('{1}', 99), path_names(NULL);
-- the fallback takes turns, always the same for one case
SELECT routing_lead(r) AS lead, count(*) FROM generate_series(1, 300) AS i,
    route('site', '03', '440310002001001', at => '2026-02-02', caseno => make_caseno('2026-02-02', '440310', i)) AS r
GROUP BY 1 ORDER BY 1;

-- cases keep what was decided
INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, cell)
SELECT make_caseno('2026-02-02', '440310', a.n), a.at, CASE WHEN a.class IS NOT NULL THEN 'site' END,
    CASE WHEN a.class IS NOT NULL THEN 'matter' END, a.class, a.cell
FROM asked AS a WHERE a.n < 14;
SELECT a.n, c.step, c.rulebook, c.edition, c.class, c.cell, c.unit, c.decided, c.rule, c.at, c.decided_by = session_user AS by_me,
    c.routing = route('site', a.class, a.cell, a.channel, a.severity, a.owner, a.at, c.caseno) AS same
FROM asked AS a, route_case(make_caseno('2026-02-02', '440310', a.n), 'site', a.channel, a.severity, a.owner, a.at) AS c
WHERE a.n < 14 ORDER BY a.n;
CREATE FUNCTION why(n integer) RETURNS TABLE (place integer, rule bigint, fallback bigint, unit text, verdict text, wins boolean, class text, territory text, basis text, explanation text)
LANGUAGE sql AS $$
    SELECT w.place, w.rule, w.fallback, w.unit_name, w.verdict, w.wins, concat_ws(' ', w.rule_class, w.class_name), concat_ws(' ', w.territory, w.territory_name),
        w.basis, w.explanation
    FROM civicgrid.why_routed(civicgrid.make_caseno('2026-02-02', '440310', n)) AS w
$$;
\x on
SELECT n, w.* FROM generate_series(1, 13) AS n, why(n) AS w;
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT civicgrid.route_case(civicgrid.make_caseno('2026-02-02', '440310', 99), 'site', at => '2026-02-02')$$,
    $$SELECT civicgrid.route_case(civicgrid.make_caseno('2026-02-02', '440310', 1), 'site', at => '2026-01-02')$$,
    $$SELECT civicgrid.route_case(civicgrid.make_caseno('2026-02-02', '440310', 1), 'none', at => '2026-01-02')$$,
    $$SELECT civicgrid.route_case(civicgrid.make_caseno('2026-02-02', '440310', 1), 'site', 'pigeon', at => '2026-02-02')$$,
    $$SELECT civicgrid.route_case(civicgrid.make_caseno('2026-02-02', '440310', 1), 'site', severity => 9, at => '2026-02-02')$$,
    $$SELECT * FROM civicgrid.why_routed(civicgrid.make_caseno('2026-02-02', '440310', 99))$$,
    $$SELECT * FROM civicgrid.why_routed(civicgrid.make_caseno('2026-02-02', '440310', 1), 99)$$,
    $$UPDATE civicgrid.case_routing SET unit = 1$$,
    $$DELETE FROM civicgrid.case_routing$$,
    $$TRUNCATE civicgrid.case_routing$$
]) AS s;
\x off
INSERT INTO case_record (caseno, taxonomy, kind, class) VALUES (make_caseno('2026-02-02', '440310', 50), 'elsewhere', 'matter', '01');
SELECT (tests.error_of($$SELECT civicgrid.route_case(civicgrid.make_caseno('2026-02-02', '440310', 50), 'site', at => '2026-02-02')$$)).*;
-- whoever decides by hand leaves the rulebook's answer as it was
INSERT INTO case_routing (caseno, class, cell, at, unit, decided, remark)
VALUES (make_caseno('2026-02-02', '440310', 2), '0101', '440310002001001', '2026-02-03', 4, 'by hand', '协调');
SELECT w.unit, w.verdict FROM why_routed(make_caseno('2026-02-02', '440310', 2)) AS w WHERE w.wins;
SELECT (tests.error_of(format($$SELECT * FROM civicgrid.why_routed(civicgrid.make_caseno('2026-02-02', '440310', 2), %s)$$, max(step)))).code FROM case_routing;

-- a change of boundaries, classes, names or duties does not re-route old cases:
-- what was said of them stays word for word
CREATE TABLE said AS SELECT n, w.* FROM generate_series(1, 13) AS n, why(n) AS w;
CREATE TABLE kept AS SELECT c.* FROM case_routing AS c;
UPDATE unit SET name = name || '（更名）', territory = NULL WHERE unit > 2;
UPDATE event_class SET name = '改名' WHERE taxonomy = 'site';
UPDATE grid_outline SET name = '改名';
UPDATE grid_cell SET name = '改名', grade = 'C';
UPDATE unit SET territory = '440310002' WHERE unit = 3;
UPDATE unit SET territory = '440310001' WHERE unit = 4;
DELETE FROM duty_rule WHERE rule IN (3, 4);
INSERT INTO fallback (fallback, rulebook, territory, unit) VALUES (4, 'site', '440310001', 5);
UPDATE duty_rule SET lead_unit = 5, basis = '改' WHERE rule = 8;
UPDATE duty_assist SET task = '改' WHERE rule = 2;
UPDATE sla_policy SET term = '3 work days' WHERE policy = 1;
CALL publish_rulebook('site', '2026-02-01', remark => 'second');
(TABLE said EXCEPT ALL SELECT n, w.* FROM generate_series(1, 13) AS n, why(n) AS w)
UNION ALL
(SELECT n, w.* FROM generate_series(1, 13) AS n, why(n) AS w EXCEPT ALL TABLE said);
SELECT count(*), count(*) FILTER (WHERE k.routing IS NOT DISTINCT FROM c.routing AND k.unit IS NOT DISTINCT FROM c.unit AND k.edition IS NOT DISTINCT FROM c.edition) AS same
FROM kept AS k JOIN case_routing AS c USING (caseno, step);
-- and can be decided again with the same answer
SELECT count(*), count(*) FILTER (WHERE c.routing = route(e.model, c.class, c.cell, c.channel, c.severity, c.owner, c.at, c.caseno)) AS same
FROM case_routing AS c JOIN rulebook_edition AS e USING (edition);
SELECT edition, remark, digest = rulebook_edition_digest(edition) AS digest_holds FROM rulebook_edition ORDER BY edition;

-- what would change, by region and by case
SELECT concat_ws(' ', CASE WHEN lead THEN 'lead' END, CASE WHEN path THEN 'path' END, CASE WHEN terms THEN 'terms' END, CASE WHEN assists THEN 'assists' END) AS what,
    class, territory, channels, severities, owners, hours, since, until, lead_before AS lb, lead_after AS la, rule_before AS rb, rule_after AS ra, fallback_before AS fb, fallback_after AS fa
FROM rulebook_diff('site', 1, 2, '2026-05-01');
SELECT count(*) FROM rulebook_diff('site', 2, 2);
SELECT count(*) FROM rulebook_diff('site', at => '2026-05-01');
SELECT (SELECT count(*) FROM rulebook_diff(a.model, b.model, '2026-05-01')) = (SELECT count(*) FROM rulebook_diff('site', 1, 2, '2026-05-01')) AS same
FROM rulebook_edition AS a, rulebook_edition AS b WHERE a.edition = 1 AND b.edition = 2;
SELECT * FROM rulebook_case_diff('site');
SELECT * FROM rulebook_case_diff('site', 1);
SELECT caseno, lead_before, lead_after FROM rulebook_case_diff('site', 2, '2026-05-04 23:00') WHERE lead;
-- a case is over when its clock was stopped
SELECT count(*) FROM (
    SELECT start_clock(c.caseno, 'case', 'always', '7 days', at => '2026-02-02 10:00') FROM case_record AS c WHERE c.taxonomy = 'site'
) AS v;
SELECT stop_clock(c.caseno, c.clock, '2026-02-03 10:00') IS NULL FROM case_clock AS c
WHERE c.caseno IN (make_caseno('2026-02-02', '440310', 1), make_caseno('2026-02-02', '440310', 4)) ORDER BY c.caseno;
SELECT caseno, lead_before, lead_after FROM rulebook_case_diff('site') WHERE lead;
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT * FROM civicgrid.rulebook_diff('site', 1, 9)$$,
    $$SELECT * FROM civicgrid.rulebook_diff('other')$$,
    $$SELECT * FROM civicgrid.rulebook_diff('none')$$,
    $$SELECT * FROM civicgrid.rulebook_case_diff('site', 9)$$
]) AS s;
\x off

-- in force: the greatest valid_from that has come, of several the last; each rulebook by itself
UPDATE duty_rule SET lead_unit = 6 WHERE rule = 8;
CALL publish_rulebook('site', '2026-02-01');
SELECT rulebook_edition_in_force('site', '2026-01-19'), rulebook_edition_in_force('site', '2026-01-20'), rulebook_edition_in_force('site', '2026-02-01'),
    rulebook_edition_in_force('other', '2026-02-01'), rulebook_edition_in_force('site', NULL);
SELECT rulebook_digest(rulebook_in_force('site', '2026-02-01')) = rulebook_digest(rulebook_version('site', 3)) AS same,
    rulebook_in_force('site', '2026-01-01') IS NULL AS before_the_first;
BEGIN;
CALL publish_rulebook('site');
SELECT valid_from = now() AS from_now, rulebook_edition_in_force('site') = edition AS in_force FROM rulebook_edition ORDER BY edition DESC LIMIT 1;
ROLLBACK;
-- the same draft makes the same edition
BEGIN;
CALL publish_rulebook('site', '2026-06-01');
CALL publish_rulebook('site', '2026-07-01');
SELECT count(*), count(DISTINCT digest), count(DISTINCT rulebook_digest(model)) FROM rulebook_edition WHERE edition > 2;
ROLLBACK;

-- proved for the classes and cells of the editions in force then
SELECT * FROM rulebook_outdated('2026-02-10');
BEGIN;
CALL publish_taxonomy('site', 'matter', '2026-02-05');
SELECT rulebook, edition, taxonomy_edition IS NULL AS draft, taxonomy_edition_now IS NULL AS draft_now FROM rulebook_outdated('2026-02-10');
SELECT * FROM rulebook_outdated('2026-02-04');
UPDATE event_class SET valid_to = '2026-01-01' WHERE taxonomy = 'site' AND code = '0102';
SELECT leaf, count(*) FROM classes_in_use('site', 'matter', '2026-02-10') GROUP BY leaf ORDER BY leaf;
CALL publish_rulebook('site', '2026-02-06');
SELECT taxonomy_edition IS NOT NULL AS by_edition FROM rulebook_edition WHERE edition = 4;
SELECT count(*) FROM rulebook_outdated('2026-02-10');
ROLLBACK;

-- history through a rulebook, published or not
CREATE TABLE history AS
SELECT a.n, a.class::text AS code, a.cell::text, a.channel, a.severity, a.owner, a.at,
    CASE WHEN a.n % 4 = 0 THEN 5 WHEN a.n <> 3 THEN routing_lead(r) END AS unit,
    a.at + CASE a.n % 3 WHEN 1 THEN interval '1 hour' WHEN 2 THEN interval '9 days' END AS closed
FROM asked AS a, rulebook_edition AS e, route(e.model, a.class, a.cell, a.channel, a.severity, a.owner, a.at) AS r
WHERE e.edition = 1;
SELECT * FROM backtest(rulebook_version('site', 1), 'SELECT code AS class, cell, channel, severity, owner, at, unit FROM history');
SELECT * FROM backtest(rulebook_version('site', 1), 'SELECT code AS class, cell, channel, severity, owner, at, unit, closed AS closed_at FROM history; ');
SELECT * FROM backtest(rulebook_version('site', 1), 'SELECT code AS class, cell, channel, severity, owner, at, unit, closed AS closed_at FROM history -- all', 'overall');
SELECT * FROM backtest(rulebook_model('site'), 'SELECT code AS class, cell, at, unit FROM history');
SELECT * FROM backtest(rulebook_version('site', 1), 'SELECT code AS class, cell, at, unit FROM history WHERE false');
SELECT * FROM backtest_units(rulebook_version('site', 1), 'SELECT code AS class, cell, channel, severity, owner, at, unit, closed AS closed_at FROM history');
SELECT class, cell, at, unit, lead, rule, fallback, due_at, closed_at, breach
FROM backtest_cases(rulebook_version('site', 1), 'SELECT code AS class, cell, channel, severity, owner, at, unit, closed AS closed_at FROM history')
ORDER BY at, class, cell, lead, unit, closed_at;
-- the three agree
CREATE VIEW big AS
SELECT (ARRAY['0101', '010201', '0201', '03'])[1 + i % 4] AS class, (ARRAY['440310001001001', '440310002001001'])[1 + i / 4 % 2] AS cell,
    timestamptz '2026-03-01' + i * interval '3 hours' AS at, 3 + i % 4 AS unit, timestamptz '2026-03-01' + i * interval '7 hours' AS closed_at,
    make_caseno('2026-03-01', '440310', i) AS caseno, (ARRAY['grid', '12345', NULL])[1 + i % 3] AS channel
FROM generate_series(1, 1000) AS i;
SELECT b.* FROM backtest(rulebook_version('site', 2), 'SELECT * FROM big') AS b;
SELECT sum(cases) AS cases, sum(agreed) AS agreed, sum(taken_over) AS taken_over, sum(given_up) AS given_up, sum(dated) AS dated, sum(breaches) AS breaches
FROM backtest_units(rulebook_version('site', 2), 'SELECT * FROM big');
SELECT count(*) AS cases, count(*) FILTER (WHERE lead = unit) AS agreed, count(*) FILTER (WHERE lead <> unit) AS taken_over, count(due_at) AS dated, count(*) FILTER (WHERE breach) AS breaches
FROM backtest_cases(rulebook_version('site', 2), 'SELECT * FROM big');
-- and with each case asked for by itself
SELECT count(*) FILTER (WHERE routing_lead(r) = b.unit) AS agreed,
    count(*) FILTER (WHERE b.closed_at > due(calendar_in_force(routing_calendar(r, 'handle')), b.at, routing_term(r, 'handle'))) AS breaches
FROM big AS b, rulebook_edition AS e, route(e.model, b.class::eventcode, b.cell::gridcode, b.channel, at => b.at, caseno => b.caseno) AS r
WHERE e.edition = 2;
\x on
SELECT (tests.error_of(format('SELECT * FROM civicgrid.backtest((SELECT model FROM civicgrid.rulebook_edition WHERE edition = 1), %L)', q))).*
FROM unnest(ARRAY[
    'SELECT code AS class, cell, at FROM history', 'SELECT 0101 AS class, cell, at, unit FROM history',
    'DELETE FROM history', 'SELECT 1; SELECT 2', 'SELECT FROM', NULL, 'SELECT code AS class, cell, at, unit, ''pigeon'' AS channel FROM history'
]) AS q;
\x off
SHOW search_path;

-- who may only look: the tables are enough
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA civicgrid, public TO regress_reader;
GRANT SELECT ON rulebook_edition TO regress_reader;
SET ROLE regress_reader;
SELECT routing_lead(route('site', '0101', '440310001001001', at => '2026-02-02'));
\set VERBOSITY sqlstate
CALL publish_rulebook('site');
SELECT route_case('20260202-440310-0000001-6', 'site');
SELECT * FROM why_route(1, '0101', '440310001001001');
SELECT * FROM backtest(rulebook_in_force('site', '2026-02-02'), 'SELECT code AS class, cell, at, unit FROM history');
RESET ROLE;
\set VERBOSITY default
REVOKE ALL ON rulebook_edition FROM regress_reader;
REVOKE USAGE ON SCHEMA civicgrid, public FROM regress_reader;
DROP ROLE regress_reader;

-- other tests find the tables as they were
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY[
        'rulebook_edition', 'rulebook_edition_unit', 'rulebook_edition_rule', 'rulebook_edition_assist', 'rulebook_edition_exclusion',
        'rulebook_edition_fallback', 'rulebook_edition_policy', 'rulebook_edition_limit', 'rulebook_edition_name', 'case_routing',
        'calendar_edition', 'taxonomy_edition', 'taxonomy_edition_class', 'case_clock'
    ] LOOP
        EXECUTE format('ALTER TABLE civicgrid.%I DISABLE TRIGGER USER', t);
        EXECUTE format('DELETE FROM civicgrid.%I', t);
        EXECUTE format('ALTER TABLE civicgrid.%I ENABLE TRIGGER USER', t);
    END LOOP;
END
$$;
DROP FUNCTION why(integer);
DROP VIEW asked, big;
DROP TABLE said, kept, history;
DELETE FROM case_record WHERE taxonomy IN ('site', 'elsewhere') OR taxonomy IS NULL;
DELETE FROM rulebook_draft;
DELETE FROM duty_rule;
DELETE FROM duty_assist;
DELETE FROM duty_exclusion;
DELETE FROM duty_window;
DELETE FROM fallback;
DELETE FROM sla_policy;
DELETE FROM sla_limit;
DELETE FROM unit;
UPDATE channel SET intake_unit = NULL, intake_kind = NULL, intake_level = NULL WHERE channel IN ('grid', '12345');
DELETE FROM grid_cell;
DELETE FROM grid_outline;
DELETE FROM event_class WHERE taxonomy = 'site';
DELETE FROM taxonomy WHERE taxonomy = 'site';

\c :main
DROP DATABASE civicgrid_rulebook_edition;
