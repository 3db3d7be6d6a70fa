--
-- Duties and time limits: the drafts of rulebooks
--
\set main :DBNAME
CREATE DATABASE civicgrid_duty TEMPLATE civicgrid_as_shipped;
\c civicgrid_duty
SET search_path = civicgrid, public;
SET DateStyle = 'ISO';
SET TimeZone = 'Asia/Shanghai';
\set SHOW_CONTEXT never

-- what is shipped
SELECT severity, name, origin FROM case_severity ORDER BY severity;
SELECT stage, place, name, required, usual_term FROM case_stage ORDER BY place;

-- what a row may be
SELECT (tests.error_of(s)).code, s AS refused FROM unnest(ARRAY[
    $$INSERT INTO case_severity (severity, name) VALUES (16, '极急')$$,
    $$INSERT INTO rulebook_draft (rulebook, taxonomy, kind) VALUES ('', 'x', 'matter')$$,
    $$INSERT INTO rulebook_draft (rulebook, taxonomy, kind, grid_kind) VALUES ('x', 'x', 'matter', 'square')$$,
    $$INSERT INTO duty_window VALUES ('night', 0, '22:00', '06:00')$$,
    $$INSERT INTO duty_window VALUES ('night', 1, '24:00', '06:00')$$,
    $$INSERT INTO duty_window VALUES ('night', 1, '22:00:30', '06:00')$$,
    $$INSERT INTO duty_window VALUES ('night', 1, '22:00', '06:00:30')$$,
    $$INSERT INTO duty_rule (rulebook, lead_unit, lead_kind, lead_level) VALUES ('x', 1, 'department', 2)$$,
    $$INSERT INTO duty_rule (rulebook, lead_kind) VALUES ('x', 'department')$$,
    $$INSERT INTO duty_rule (rulebook, lead_unit, lead_level) VALUES ('x', 1, 2)$$,
    $$INSERT INTO duty_rule (rulebook, lead_kind, lead_level) VALUES ('x', 'department', 9)$$,
    $$INSERT INTO duty_rule (rulebook, lead_unit, valid_from, valid_to) VALUES ('x', 1, '2026-01-01', '2026-01-01')$$,
    $$INSERT INTO duty_rule (rulebook, lead_unit, severity) VALUES ('x', 1, 0)$$,
    $$INSERT INTO duty_rule (rulebook, lead_unit, owner) VALUES ('x', 1, '')$$,
    $$INSERT INTO duty_rule (rulebook, lead_unit, class) VALUES ('x', 1, '06-010')$$,
    $$INSERT INTO duty_assist (rule, place) VALUES (1, 1)$$,
    $$INSERT INTO duty_assist (rule, place, unit, kind, level) VALUES (1, 1, 1, 'department', 2)$$,
    $$INSERT INTO duty_assist (rule, place, unit, task) VALUES (1, 0, 1, '配合')$$,
    $$INSERT INTO duty_exclusion (rulebook, class) VALUES ('x', '06')$$,
    $$INSERT INTO fallback (rulebook) VALUES ('x')$$,
    $$INSERT INTO fallback (rulebook, unit, share) VALUES ('x', 1, 0)$$,
    $$INSERT INTO fallback (rulebook, unit, share) VALUES ('x', 1, 1000001)$$,
    $$INSERT INTO sla_policy (rulebook, stage) VALUES ('x', 'handle')$$,
    $$INSERT INTO sla_policy (rulebook, stage, term) VALUES ('x', 'handle', '三天打鱼')$$,
    $$INSERT INTO sla_policy (rulebook, stage, term, warnings) VALUES ('x', 'handle', '2 work days', '{75,NULL}')$$,
    $$INSERT INTO sla_limit (policy, place, name, term) VALUES (1, 1, '', '4 work hours')$$
]) AS s;
SELECT (tests.error_of($$SELECT * FROM duty_check('nowhere')$$)).*;
SELECT (tests.error_of($$SELECT * FROM duty_check(NULL)$$)).*;

-- Windows: over midnight, over the end of the week, joined where they meet
BEGIN;
INSERT INTO duty_window (time_window, weekday, from_time, to_time) VALUES
    ('day', 1, '09:00', '12:00'), ('day', 1, '14:00', '18:00'), ('day', 2, '09:00', '24:00'),
    ('night', 1, '22:00', '06:00'), ('night', 2, '05:00', '07:30'), ('night', 7, '18:00', '08:00'),
    ('sunday', 7, '00:00', '00:00'), ('midnight', 7, '22:00', '00:00');
SELECT * FROM duty_window_spans();
INSERT INTO duty_window (time_window, weekday, from_time, to_time) SELECT 'always', d, '08:00', '08:00' FROM generate_series(1, 7) AS d;
SELECT * FROM duty_window_spans() WHERE time_window = 'always';
ROLLBACK;

-- Terms that are longer than others whatever the calendar
SELECT v.a, v.b, term_surely_longer(v.a::term, v.b::term) AS longer, term_surely_longer(v.b::term, v.a::term) AS shorter
FROM (VALUES
    ('2 hours', '2 hours'), ('3 hours', '2 hours'), ('5 hours', '4 work hours'), ('4 work hours', '3 hours'), ('4 work hours', '4 hours'),
    ('5 work hours', '4 work hours'), ('2 days', '1 day'), ('2 days', '23 hours'), ('2 days', '24 hours'), ('1 day', '1 hour'),
    ('1 day', '0 hours'), ('2 work days', '2 days'), ('3 work days', '2 days'), ('9 work hours', '1 work day'),
    ('2 rolling work days', '1 rolling work day'), ('2 rolling work days', '1 rolling work day 4 work hours'),
    ('1 rolling work day 4 work hours', '4 work hours'), ('0 hours', '0 hours')
) AS v (a, b);
SELECT term_surely_longer('1 hour', NULL);

-- A rulebook in which all is well
BEGIN;
INSERT INTO grid_outline (code, name) VALUES ('440310', '坪山区'), ('440310001', '坪山街道'), ('440310001001', '六联社区');
INSERT INTO grid_cell (kind, code, name, grade)
SELECT 'unit', ('44031000100' || c || lpad(g::text, 3, '0'))::gridcode, NULL, CASE g WHEN 1 THEN 'A' ELSE 'B' END
FROM generate_series(1, 2) AS c, generate_series(1, 2) AS g;
INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES
    (1, '坪山区分拨中心', 'centre', 1, NULL, '440310', 12),
    (2, '城市管理局', 'department', 2, 1, '440310', 40),
    (3, '坪山交警大队', 'police station', 2, 1, '440310', 90),
    (4, '坪山街道办事处', 'street office', 3, 1, '440310001', 60),
    (5, '坪山街道综合执法队', 'law enforcement team', 3, 4, '440310001', 25),
    (6, '六联社区工作站', 'community station', 4, 4, '440310001001', 9),
    (7, '六和社区工作站', 'community station', 4, 4, '440310001002', 8),
    (8, '移动公司', 'public utility', 2, 1, '440310', NULL),
    (9, '电信公司', 'public utility', 2, 1, '440310', NULL);
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, scheme, calendar)
VALUES ('pingshan', '坪山区职责清单', 'GB/T 47678.5-2026', 'matter', 'district', 'office');
INSERT INTO duty_window (time_window, weekday, from_time, to_time) SELECT 'night', d, '18:00', '08:00' FROM generate_series(1, 7) AS d;
INSERT INTO duty_rule (rule, rulebook, class, territory, owner, severity, channel, time_window, lead_unit, lead_kind, lead_level, basis, duty_item, valid_from) VALUES
    (1, 'pingshan', '06', NULL, NULL, NULL, NULL, NULL, 2, NULL, NULL, '权责清单', 'CG-06', NULL),
    (2, 'pingshan', '06010', NULL, NULL, NULL, NULL, NULL, NULL, 'community station', 4, '权责清单', 'SQ-12', NULL),
    (3, 'pingshan', '09009', '440310001', NULL, NULL, NULL, NULL, 3, NULL, NULL, '快速裁决', NULL, '2026-01-01'),
    (4, 'pingshan', '06', NULL, NULL, NULL, NULL, 'night', NULL, 'law enforcement team', 3, '值班安排', NULL, NULL),
    (5, 'pingshan', '10002', '440310001001001', '移动', 3, '12345', NULL, 8, NULL, NULL, '权属', NULL, NULL);
INSERT INTO duty_assist (rule, place, unit, kind, level, task) VALUES
    (3, 1, NULL, 'street office', 3, '秩序维护'), (3, 2, 2, NULL, NULL, NULL);
INSERT INTO duty_exclusion (exclusion, rulebook, unit, class, basis) VALUES (1, 'pingshan', 6, '06030', '负面清单');
INSERT INTO fallback (fallback, rulebook, territory, unit, kind, level, share) VALUES
    (1, 'pingshan', NULL, 1, NULL, NULL, 1), (2, 'pingshan', '440310001', NULL, 'street office', 3, 1),
    (3, 'pingshan', '440310001002', 8, NULL, NULL, 3), (4, 'pingshan', '440310001002', 9, NULL, NULL, 2);
INSERT INTO sla_policy (policy, rulebook, class, severity, grade, stage, term, warnings) VALUES
    (1, 'pingshan', NULL, NULL, NULL, 'handle', '2 work days', '{75,100,150}'),
    (2, 'pingshan', NULL, 3, NULL, 'handle', '2 hours', '{50,100}'),
    (3, 'pingshan', NULL, NULL, 'A', 'handle', '1 work day', '{}'),
    (4, 'pingshan', '06001', NULL, NULL, 'handle', '20 work days', '{75,100}'),
    (5, 'pingshan', NULL, NULL, NULL, 'overall', '30 days', '{}'),
    (6, 'pingshan', '06001', 3, NULL, 'handle', '4 hours', '{}');
INSERT INTO sla_limit VALUES (4, 1, '停工', '4 work hours'), (4, 2, '处罚', '7 work days'), (4, 3, '拆除', '20 work days');
SELECT * FROM unit_check('2026-06-01 00:00+08') UNION ALL SELECT * FROM duty_check('pingshan', '2026-06-01 00:00+08');

-- the lists that rule owners read
SELECT rule, class_name, territory_name, severity_name, channel_name, time_window, lead, assists, basis, duty_item
FROM duty_list WHERE rulebook = 'pingshan' ORDER BY rule;
SELECT policy, stage_name, class_name, severity_name, grade, term, calendar, warnings, limits
FROM sla_list WHERE rulebook = 'pingshan' ORDER BY policy;
-- limits to begin with
INSERT INTO sla_policy (policy, rulebook, stage, term, basis)
SELECT 10 + place, 'pingshan', stage, usual_term, remark FROM case_stage WHERE usual_term IS NOT NULL;
SELECT stage_name, term FROM sla_list WHERE policy > 5 OR basis IS NOT NULL ORDER BY stage_place;

-- The same, spoilt: every fault by name.
SAVEPOINT clean;
CREATE FUNCTION pg_temp.spoil(VARIADIC statements text[]) RETURNS SETOF record
    LANGUAGE plpgsql
AS $$
DECLARE
    s text;
BEGIN
    BEGIN
        FOREACH s IN ARRAY statements LOOP
            EXECUTE s;
        END LOOP;
        RETURN QUERY SELECT concat_ws(' | ', f.severity, f.part, f.key, f.fault, f.detail) FROM duty_check('pingshan', '2026-06-01 00:00+08') AS f;
        RAISE EXCEPTION USING ERRCODE = 'P0099';
    EXCEPTION WHEN SQLSTATE 'P0099' THEN
        NULL;
    END;
END;
$$;
\pset tuples_only
\pset format unaligned
-- the rulebook
SELECT * FROM pg_temp.spoil($$UPDATE rulebook_draft SET taxonomy = 'none', kind = 'none', scheme = 'none', timezone = 'Asia/Atlantis', calendar = 'none'$$,
    'DELETE FROM duty_rule', 'DELETE FROM duty_assist', 'DELETE FROM duty_exclusion', 'DELETE FROM fallback', 'DELETE FROM sla_policy', 'DELETE FROM sla_limit') AS f (fault text);
SELECT * FROM pg_temp.spoil($$INSERT INTO dispatch_scheme (scheme, name) VALUES ('empty', '空')$$, $$UPDATE rulebook_draft SET scheme = 'empty'$$,
    'DELETE FROM duty_rule WHERE lead_kind IS NOT NULL', 'DELETE FROM duty_assist', 'DELETE FROM fallback WHERE kind IS NOT NULL') AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE rulebook_draft SET grid_kind = 'duty'$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$INSERT INTO duty_rule (rule, rulebook, lead_unit) VALUES (1001, 'Pingshan', 1), (1002, 'Pingshan', 1)$$,
    $$INSERT INTO fallback (fallback, rulebook, unit) VALUES (1001, 'Pingshan', 1)$$) AS f (fault text);
-- whom it names
SELECT * FROM pg_temp.spoil('UPDATE duty_rule SET lead_unit = NULL WHERE rule = 1') AS f (fault text);
SELECT * FROM pg_temp.spoil('DELETE FROM unit WHERE unit IN (2, 6, 8)') AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE unit SET valid_to = '2026-06-01' WHERE unit IN (2, 6, 8)$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE unit SET valid_to = '2026-07-01' WHERE unit IN (2, 6, 8)$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE unit SET valid_from = '2026-07-01' WHERE unit IN (2, 6, 8)$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE unit SET valid_from = '2027-01-01' WHERE unit = 2$$, $$UPDATE duty_rule SET valid_to = '2027-01-01' WHERE rule = 1$$) AS f (fault text);
-- a rule that has ended is not looked at
SELECT * FROM pg_temp.spoil($$UPDATE unit SET valid_to = '2026-06-01' WHERE unit = 3$$, $$UPDATE duty_rule SET valid_to = '2026-06-01' WHERE rule = 3$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE unit SET staff = 0 WHERE unit IN (2, 5, 6, 8)$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE unit SET territory = '440310001001' WHERE unit IN (2, 8)$$, $$UPDATE duty_exclusion SET territory = '440310001002'$$,
    $$UPDATE duty_rule SET territory = '440310001002' WHERE rule = 3$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE duty_rule SET lead_kind = 'bureau' WHERE rule = 2$$, $$UPDATE duty_rule SET lead_level = 6 WHERE rule = 4$$,
    $$UPDATE duty_assist SET kind = 'grid team' WHERE place = 1$$, $$UPDATE fallback SET level = 1 WHERE kind IS NOT NULL$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE unit SET valid_from = '2030-01-01' WHERE kind = 'community station'$$,
    $$UPDATE duty_rule SET valid_to = '2029-01-01' WHERE rule = 2$$) AS f (fault text);
-- units as the rulebook sees them
SELECT * FROM pg_temp.spoil('UPDATE unit SET level = 6 WHERE unit IN (2, 9)', 'UPDATE unit SET level = 7 WHERE unit = 7', 'DELETE FROM fallback WHERE unit = 9') AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE unit SET territory = '440310' WHERE unit = 4$$, $$UPDATE unit SET territory = NULL WHERE unit IN (5, 6)$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$INSERT INTO unit (unit, name, kind, level, parent, territory) VALUES (10, '六联二站', 'community station', 4, 4, '440310001001')$$) AS f (fault text);
-- what it is about
SELECT * FROM pg_temp.spoil($$UPDATE duty_rule SET class = '99' WHERE rule = 1$$, $$UPDATE duty_rule SET class = '060101' WHERE rule = 2$$,
    $$UPDATE duty_exclusion SET class = '06031'$$, $$UPDATE sla_policy SET class = '0' WHERE policy = 1$$, $$UPDATE sla_policy SET class = '7' WHERE policy = 2$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE event_class SET valid_to = '2026-01-01' WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter' AND code = '06010'$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE duty_rule SET territory = '440311' WHERE rule = 1$$, $$UPDATE duty_rule SET territory = '440310001001001001' WHERE rule = 2$$,
    $$UPDATE duty_rule SET territory = '440310001001009001' WHERE rule = 4$$, $$UPDATE duty_exclusion SET territory = '440310001003'$$,
    $$UPDATE fallback SET territory = '440310002' WHERE kind IS NOT NULL$$, $$UPDATE sla_policy SET territory = '44' WHERE policy = 1$$,
    $$UPDATE sla_policy SET territory = '45' WHERE policy = 2$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE duty_rule SET severity = 4, channel = '12346', time_window = 'nihgt' WHERE rule = 1$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$INSERT INTO duty_rule (rule, rulebook, class, owner, lead_unit) VALUES (1001, 'pingshan', '10001', '移 动', 8)$$) AS f (fault text) WHERE fault ~ 'owner';
-- windows
SELECT * FROM pg_temp.spoil($$INSERT INTO duty_window SELECT 'night', 1, make_time(8 + h / 2, 30 * (h % 2), 0), make_time(8 + h / 2, 30 * (h % 2) + 10, 0) FROM generate_series(1, 19) AS h$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$INSERT INTO duty_window VALUES ('night', 1, '17:00', '19:00')$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$INSERT INTO duty_window SELECT 'night', d, '08:00', '18:00' FROM generate_series(1, 7) AS d$$) AS f (fault text);
-- who assists
SELECT * FROM pg_temp.spoil('DELETE FROM duty_rule WHERE rule = 3') AS f (fault text);
SELECT * FROM pg_temp.spoil('INSERT INTO duty_assist (rule, place, unit) VALUES (3, 3, 3), (3, 4, 2)') AS f (fault text);
SELECT * FROM pg_temp.spoil($$INSERT INTO duty_assist (rule, place, unit, task) SELECT 1, i, 3, 't' || i FROM generate_series(1, 17) AS i$$) AS f (fault text);
-- exclusions and fallbacks
SELECT * FROM pg_temp.spoil('UPDATE duty_exclusion SET class = NULL') AS f (fault text);
SELECT * FROM pg_temp.spoil($$INSERT INTO duty_exclusion (exclusion, rulebook, unit, class) VALUES (1001, 'pingshan', 4, '06'), (1002, 'pingshan', 4, '06'), (1003, 'pingshan', 1, '06')$$,
    $$INSERT INTO unit (unit, name, kind, level, parent, territory) VALUES (10, '司法局', 'department', 2, 1, '440310')$$,
    $$INSERT INTO duty_exclusion (exclusion, rulebook, unit, class) VALUES (1004, 'pingshan', 10, '06')$$) AS f (fault text) WHERE fault ~ '100';
SELECT * FROM pg_temp.spoil($$INSERT INTO fallback (fallback, rulebook, territory, unit) VALUES (1001, 'pingshan', '440310001002', 9)$$, $$UPDATE fallback SET share = 3 WHERE unit = 9$$) AS f (fault text);
SELECT * FROM pg_temp.spoil('DELETE FROM fallback WHERE territory IS NULL') AS f (fault text);
SELECT * FROM pg_temp.spoil($$DELETE FROM fallback WHERE territory IS NULL OR territory = '440310001'$$) AS f (fault text);
SELECT * FROM pg_temp.spoil('DELETE FROM fallback', 'DELETE FROM grid_cell') AS f (fault text) WHERE fault ~ 'rulebook';
-- stages and limits
SELECT * FROM pg_temp.spoil($$UPDATE case_stage SET place = 6 WHERE stage = 'check'$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE sla_policy SET stage = 'treat', severity = 9, calendar = 'none', grade = 'D', warnings = '{0,100,100,2000}' WHERE policy = 1$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE sla_policy SET term = '0 hours' WHERE policy = 1$$, $$UPDATE sla_policy SET warnings = '{10,20,30,40,50,60,70,80,90}' WHERE policy = 2$$) AS f (fault text);
SELECT * FROM pg_temp.spoil('UPDATE rulebook_draft SET calendar = NULL') AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE sla_policy SET term = '20 days' WHERE policy = 5$$, $$UPDATE sla_policy SET class = '06001' WHERE policy = 5$$,
    $$UPDATE sla_policy SET term = '21 work days' WHERE policy = 4$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE sla_policy SET severity = 1, term = '1 hour' WHERE policy = 1$$) AS f (fault text);
SELECT * FROM pg_temp.spoil('DELETE FROM sla_policy WHERE policy = 6') AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE sla_policy SET territory = '440310001' WHERE policy = 3$$, 'DELETE FROM sla_policy WHERE policy = 6',
    $$UPDATE sla_policy SET severity = 1 WHERE policy = 4$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE sla_policy SET term = '10 work days' WHERE policy = 4$$, $$UPDATE sla_limit SET term = '5 work hours' WHERE place = 2$$,
    $$UPDATE sla_limit SET term = '6 work hours' WHERE place = 1$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$UPDATE sla_limit SET term = '0 hours' WHERE place = 1$$, $$UPDATE sla_limit SET policy = 999 WHERE place = 3$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$INSERT INTO sla_limit SELECT 1, i, 'n' || i, '1 hour' FROM generate_series(1, 9) AS i$$) AS f (fault text);
SELECT * FROM pg_temp.spoil($$INSERT INTO case_stage (stage, place, name) SELECT 's' || i, 100 + i, '环节' FROM generate_series(1, 33) AS i$$,
    $$INSERT INTO sla_policy (policy, rulebook, stage, term) SELECT 100 + i, 'pingshan', 's' || i, '1 hour' FROM generate_series(1, 33) AS i$$) AS f (fault text);
-- nothing of it stayed
SELECT count(*) FROM duty_check('pingshan', '2026-06-01 00:00+08');
-- units that are their own ancestors do not keep the check from ending
SELECT * FROM pg_temp.spoil('UPDATE unit SET parent = 6 WHERE unit = 4', $$INSERT INTO duty_exclusion (exclusion, rulebook, unit, class) VALUES (1001, 'pingshan', 4, '06')$$) AS f (fault text);
ROLLBACK;

\c :main
DROP DATABASE civicgrid_duty;
