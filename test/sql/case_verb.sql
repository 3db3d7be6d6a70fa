--
-- Verbs on cases: what each does, and what it refuses
--
\set main :DBNAME
CREATE DATABASE civicgrid_case_verb TEMPLATE civicgrid_as_shipped;
\c civicgrid_case_verb
SET search_path = civicgrid, public;
SET TimeZone = 'Asia/Shanghai';
SET client_min_messages = warning;
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never

-- A district with a street; time limits; who acts.
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name, sensitive) VALUES
    ('site', 'matter', '01', '市容', false), ('site', 'matter', '02', '工地', false), ('site', 'matter', '04', '矛盾', true);
INSERT INTO grid_cell (kind, code, name) VALUES ('unit', '440310001001001', '六联一格'), ('unit', '440310001002001', '六和一格');
INSERT INTO unit (unit, name, kind, level, parent, territory) VALUES
    (1, '区分拨中心', 'centre', 2, NULL, '440310'), (2, '坪山街道分中心', 'centre', 3, 1, '440310001'),
    (4, '区城管局', 'department', 2, 1, '440310'), (5, '区住建局', 'department', 2, 1, '440310'),
    (6, '六联社区工作站', 'community station', 4, 2, '440310001001'), (8, '六联网格队', 'grid team', 5, 6, '440310001001001'),
    (9, '城管执法一中队', 'law enforcement team', 3, 4, '440310001'), (10, '城管执法二中队', 'law enforcement team', 3, 4, '440310');
UPDATE channel SET intake_unit = 2 WHERE channel = 'grid';
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, lead_unit) VALUES (1, 'site', '01', 4), (2, 'site', '02', 5);
INSERT INTO duty_assist (rule, place, kind, level, task) VALUES (1, 1, 'community station', 4, '现场配合');
INSERT INTO fallback (fallback, rulebook, unit) VALUES (1, 'site', 5);
INSERT INTO sla_policy (policy, rulebook, class, stage, term) VALUES
    (1, 'site', NULL, 'file', '15 minutes'), (2, 'site', NULL, 'dispatch', '15 minutes'), (3, 'site', NULL, 'sign', '2 work hours'),
    (4, 'site', NULL, 'handle', '2 work days'), (5, 'site', NULL, 'check', '1 hour'), (6, 'site', NULL, 'overall', '5 work days'),
    (7, 'site', '02', 'overall', '9 work days');
CALL publish_calendar('office', '2026-01-01 00:00+08');
CALL publish_rulebook('site', '2026-01-01 00:00+08');
CREATE ROLE regress_case_collector SUPERUSER;
CREATE ROLE regress_case_handler SUPERUSER;

CREATE FUNCTION c(n integer) RETURNS caseno IMMUTABLE LANGUAGE sql RETURN make_caseno('2026-03-02', '440310', n);
CREATE FUNCTION t(h text) RETURNS timestamptz IMMUTABLE LANGUAGE sql RETURN ('2026-03-02 ' || h || '+08')::timestamptz;
DO $$
DECLARE
    s case_state;
BEGIN
    FOR n IN 1..12 LOOP
        INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, cell, channel, severity, description)
        VALUES (c(n), t('10:00'), 'site', 'matter', '01', CASE n WHEN 12 THEN NULL ELSE '440310001001001' END::gridcode, 'grid', 1, 'x');
        s := NULL;
        s.caseno := c(n);
        s.state := 'reported';
        s.at := t('10:00');
        s.unit := 2;
        s.centre := 2;
        s.severity := 1;
        s.routing_edition := rulebook_edition_in_force('site', s.at);
        s.routing := route('site', '01', '440310001001001', 'grid', 1, NULL, s.at, s.caseno);
        PERFORM case_open(s, 'report_event', NULL, '{}');
    END LOOP;
END $$;
CREATE FUNCTION story(n integer) RETURNS TABLE (
        step integer, action text, outcome text, role text, from_state text, to_state text, unit bigint, reason text, remark text, detail text
    ) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT j.step, j.action, j.outcome, j.role, j.from_state, j.to_state, j.unit, j.reason, j.remark,
           (j.detail - 'set' - 'clocks')::text
    FROM case_journal AS j WHERE j.caseno = c(n) ORDER BY j.step;
END;
CREATE FUNCTION tasks(n integer) RETURNS TABLE (
        task integer, unit bigint, duty text, job text, state text, given_at timestamptz, signed_at timestamptz, ended_at timestamptz,
        handlers text[]
    ) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT t.task, t.unit, t.duty, t.job, t.state, t.given_at, t.signed_at, t.ended_at, t.handlers
    FROM case_task AS t WHERE t.caseno = c(n) ORDER BY t.task;
END;
CREATE FUNCTION clocks(n integer) RETURNS TABLE (
        kind text, stage text, holder text, started_at timestamptz, term text, pauses text, extensions text, due_at timestamptz,
        stopped_at timestamptz, verdict text
    ) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT k.kind, k.stage, k.holder, k.started_at, k.term::text, k.pauses::text, k.extensions::text, k.due_at, k.stopped_at, k.verdict
    FROM case_clock AS k WHERE k.caseno = c(n) ORDER BY k.clock;
END;

-- The whole way of a joint case: verified, filed, dispatched by the rulebook,
-- signed for by both, reported by both, checked, done again, closed, visited.
SELECT state, unit, lead FROM verify(c(1), at => t('10:01'));
SET ROLE regress_case_collector;
SELECT state, unit, lead FROM verified(c(1), false, '找不到', at => t('10:05'));
RESET ROLE;
SELECT state, unit, lead FROM verify(c(1), 6, '再看一次', t('10:06'));
SET ROLE regress_case_collector;
SELECT state, unit, lead FROM verified(c(1), true, '在路口', '[{"uri": "a.jpg", "media_type": "image/jpeg"}]', t('10:08'));
RESET ROLE;
SELECT state, unit, lead FROM file_case(c(1), at => t('10:09'));
SELECT state, unit, lead FROM dispatch(c(1), at => t('10:10'));
SET ROLE regress_case_handler;
SET civicgrid.person = '张三';
SELECT state, unit, lead FROM civicgrid.sign(c(1), 6, t('10:20'));
SELECT state, unit, lead FROM civicgrid.sign(c(1), at => t('13:00'));
SELECT state, unit, lead FROM feedback(c(1), '已清理', unit => 4, at => t('15:00'));
SELECT state, unit, lead FROM feedback(c(1), '已配合', '[{"uri": "b.jpg"}, {"uri": "c.jpg", "name": "c"}]', at => t('15:10'));
RESET civicgrid.person;
RESET ROLE;
SELECT state, unit, lead FROM check_case(c(1), at => t('15:11'));
SET ROLE regress_case_collector;
SELECT state, unit, lead FROM checked(c(1), false, '还有', at => t('15:30'));
RESET ROLE;
SELECT state, unit, lead FROM rework(c(1), '再做', t('15:31'));
SET ROLE regress_case_handler;
SELECT state, unit, lead FROM feedback(c(1), '已重做', at => t('16:00'));
RESET ROLE;
SELECT state, unit, lead FROM check_case(c(1), 8, at => t('16:01'));
SET ROLE regress_case_collector;
SELECT state, unit, lead FROM checked(c(1), true, at => t('16:30'));
RESET ROLE;
SELECT state, unit, lead FROM close_case(c(1), '属实', t('16:31'));
SELECT state, unit, lead FROM visit(c(1), NULL, at => t('16:40'));
SELECT state, unit, centre, lead, reopens, satisfied FROM visit(c(1), false, '没有做', t('16:50'));
SELECT state, unit, lead FROM dispatch(c(1), 10, '换一个队', t('16:51'));
SELECT state, unit, lead FROM recall(c(1), '错了', t('16:52'));
SELECT * FROM story(1);
SELECT * FROM tasks(1);
SELECT * FROM clocks(1);
SELECT attachment, name, uri, media_type, step FROM case_attachment ORDER BY 1;
SELECT visit, at, outcome, remark, step FROM case_visit ORDER BY 1;

-- Returned, to the same unit again, whose clock goes on; then to another.
SELECT state FROM file_case(c(2), at => t('10:05'));
SELECT state FROM dispatch(c(2), at => t('10:10'));
SET ROLE regress_case_handler;
SELECT state FROM civicgrid.sign(c(2), at => t('10:30'));
SELECT state, unit, lead, returns FROM return_case(c(2), 'information', '地点不清', at => t('11:00'));
RESET ROLE;
SELECT state, unit, severity FROM amend(c(2), '补充', severity => 2, at => t('11:05'));
SELECT state, unit FROM dispatch(c(2), at => t('11:10'));
SET ROLE regress_case_handler;
SELECT state, unit FROM return_case(c(2), 'information', '还是不清', at => t('11:20'));
RESET ROLE;
SELECT state, unit FROM dispatch(c(2), at => t('11:30'));
SET ROLE regress_case_handler;
SELECT state, unit FROM civicgrid.sign(c(2), at => t('11:40'));
SELECT state, unit, lead FROM transfer(c(2), 9, '一中队辖区', t('11:50'));
SELECT state, unit FROM civicgrid.sign(c(2), at => t('11:51'));
SELECT state, unit, lead FROM transfer(c(2), 10, '二中队辖区', t('11:52'));
SELECT state, unit FROM civicgrid.sign(c(2), at => t('11:53'));
SELECT state, unit, lead, centre FROM escalate(c(2), '力不能及', t('11:55'));
RESET ROLE;
SELECT state, unit, lead FROM adjudicate(c(2), '住建牵头', 5, true, '{4}', t('12:00'));
SELECT * FROM story(2);
SELECT * FROM tasks(2);
SELECT * FROM clocks(2);
SELECT step, unit, decided FROM case_routing WHERE caseno = c(2) ORDER BY step;

-- More time, time out.
SELECT state FROM file_case(c(3), at => t('10:05'));
SELECT state FROM dispatch(c(3), 5, at => t('10:10'));
SET ROLE regress_case_handler;
SELECT state FROM civicgrid.sign(c(3), at => t('10:30'));
SELECT state FROM ask_extension(c(3), '2 work days', '材料未到', t('10:40'));
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT civicgrid.ask_extension(c(3), '2 work days', 'x', t('10:41'))$$,
    $$SELECT civicgrid.decide_extension(c(3), true, at => t('10:41'))$$,
    $$SELECT civicgrid.decide_extension(c(3), NULL, at => t('10:41'))$$
]) AS s;
\x off
RESET ROLE;
SELECT state, extensions FROM decide_extension(c(3), false, '不同意', t('10:45'));
SET ROLE regress_case_handler;
SELECT state FROM ask_extension(c(3), '3 work days', '材料未到', t('10:50'));
RESET ROLE;
SELECT state, extensions FROM decide_extension(c(3), true, at => t('10:55'));
SELECT state, unit, before, resume_at FROM suspend(c(3), '2026-03-09 10:00+08', '待供货', t('11:00'));
SELECT state, unit, before, resume_at FROM resume(c(3), at => '2026-03-06 10:00+08');
SELECT request, unit, extension, reason, asked_at, granted, decided_at, decided_reason FROM case_extension WHERE caseno = c(3) ORDER BY 1;
INSERT INTO extension_rule (rule, class, severity, most, most_share, basis) VALUES
    (1, '02', NULL, 5, 9, NULL), (2, NULL, 1, 1, 1, '办法'), (3, '01', NULL, 2, 1, NULL);
SELECT v.class, v.severity, (extension_rule_for(v.class::eventcode, v.severity)).*
FROM (VALUES ('01', 1), ('02', 1), ('04', 1), ('04', 2)) AS v (class, severity);
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT civicgrid.ask_extension(c(3), '5 work days', 'x', '2026-03-06 10:10+08')$$,
    $$SELECT civicgrid.ask_extension(c(3), '0 work days', 'x', '2026-03-06 10:10+08')$$,
    $$SELECT civicgrid.ask_extension(c(3), NULL, 'x', '2026-03-06 10:10+08')$$,
    $$SELECT civicgrid.ask_extension(c(3), '1 work day', 'x', '2026-04-06 10:10+08')$$,
    $$SELECT civicgrid.decide_extension(c(3), true, at => '2026-03-06 10:10+08')$$,
    $$SELECT civicgrid.suspend(c(3), '2026-03-09', 'x', '2026-03-06 10:10+08')$$,
    $$SELECT civicgrid.suspend(c(4), '2026-03-09', 'x', '2026-03-06 10:10+08')$$
]) AS s;
DELETE FROM extension_rule;
UPDATE case_setting SET value = '9' WHERE setting = 'suspend_times';
UPDATE case_setting SET value = '1' WHERE setting = 'extension_most';
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT civicgrid.ask_extension(c(3), '1 work day', 'x', '2026-03-06 10:10+08')$$,
    $$SELECT civicgrid.suspend(c(3), NULL, 'x', '2026-03-06 10:10+08')$$,
    $$SELECT civicgrid.suspend(c(3), '2026-03-06', 'x', '2026-03-06 10:10+08')$$,
    $$SELECT civicgrid.suspend(c(3), '2028-03-06', 'x', '2026-03-06 10:10+08')$$
]) AS s;
\x off
SELECT * FROM clocks(3);

-- Merged, supervised, closed late, appealed.
SELECT state, unit, main = c(3) AS into_it FROM merge_cases(c(4), c(3), '同一工地', '2026-03-06 10:30+08');
SET ROLE regress_case_handler;
SELECT state FROM feedback(c(3), '已完成', at => '2026-04-08 10:00+08');
RESET ROLE;
SELECT state, supervised FROM supervise(c(3), '领导批示', '2026-04-08 10:01+08');
SELECT state FROM comment(c(3), '请尽快', '2026-04-08 10:02+08');
SELECT state FROM check_case(c(3), at => '2026-04-08 10:05+08');
SET ROLE regress_case_collector;
SELECT state FROM checked(c(3), true, at => '2026-04-08 10:10+08');
RESET ROLE;
SELECT state, closed_at FROM close_case(c(3), at => '2026-04-08 10:15+08');
SELECT state, closed_at FROM case_state WHERE caseno = c(4);
SET ROLE regress_case_handler;
SELECT state FROM appeal(c(3), '疫情', '2026-04-08 11:00+08');
SELECT e.code, e.message FROM tests.error_of($$SELECT civicgrid.decide_appeal(c(3), true, 'x', '2026-04-08 11:10+08')$$) AS e;
RESET ROLE;
SELECT state, exempt FROM decide_appeal(c(3), true, '属实', '2026-04-08 11:10+08');
SELECT appeal, unit, reason, asked_at, granted, decided_at, decided_reason FROM case_appeal ORDER BY 1;
SELECT state, unit, satisfied FROM visit(c(3), true, at => '2026-04-08 12:00+08');
SELECT state, unit, reopens, closed_at FROM reopen(c(4), '不是同一件', '2026-04-09 10:00+08');
SELECT action, outcome, role, to_state FROM case_journal WHERE caseno = c(4) ORDER BY step;

-- Level by level: up the path by which it came.
UPDATE case_setting SET value = 'levels' WHERE setting = 'confirmation';
SELECT state FROM file_case(c(5), at => t('10:05'));
SELECT state, unit, centre, routing_path(routing) FROM dispatch(c(5), at => t('10:10'));
SET ROLE regress_case_handler;
SELECT state FROM civicgrid.sign(c(5), at => t('10:30'));
SELECT state FROM return_case(c(5), 'information', '不参与', unit => 6, at => t('10:31'));
SELECT state, unit FROM feedback(c(5), '已完成', at => t('11:00'));
RESET ROLE;
SELECT state FROM check_case(c(5), 8, at => t('11:05'));
SET ROLE regress_case_handler;
SELECT e.code, e.message, e.detail FROM tests.error_of($$SELECT civicgrid.checked(c(5), true, at => t('11:06'))$$) AS e;
RESET ROLE;
SET ROLE regress_case_collector;
SELECT state, unit FROM checked(c(5), true, at => t('11:10'));
RESET ROLE;
SELECT state, unit FROM close_case(c(5), at => t('11:11'));
SELECT state, unit FROM close_case(c(5), at => t('11:12'));
UPDATE case_setting SET value = 'none' WHERE setting = 'confirmation';

-- A class that is sensitive makes the case so, and what is wrong is put right.
SELECT state, severity, sensitive, cell FROM amend(c(6), '改类', '04', '440310001002001', at => t('10:05'));
SELECT state, severity, sensitive, cell FROM amend(c(6), '改回', '02', severity => 3, owner => '水务', at => t('10:06'));
SELECT class, cell, owner, sensitive FROM case_record WHERE caseno = c(6);
SELECT * FROM clocks(6);
SELECT detail -> 'amended' AS amended FROM case_journal WHERE caseno = c(6) AND action = 'amend' ORDER BY step;
SELECT state, unit FROM void_case(c(6), '重复', t('10:10'));
SELECT kind, stage, stopped_at, verdict FROM clocks(6);

-- What is refused.  Case 7 is filed, 8 dispatched, 9 handled; 12 has no place.
SELECT state FROM file_case(c(7), at => t('10:05'));
SELECT state FROM file_case(c(8), at => t('10:05'));
SELECT state FROM dispatch(c(8), at => t('10:10'));
SELECT state FROM file_case(c(9), at => t('10:05'));
SELECT state FROM dispatch(c(9), at => t('10:10'));
SET ROLE regress_case_handler;
SELECT state FROM civicgrid.sign(c(9), at => t('10:30'));
RESET ROLE;
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT civicgrid.file_case(NULL)$$,
    $$SELECT civicgrid.file_case(c(99))$$,
    $$SELECT civicgrid.file_case(c(10), at => NULL)$$,
    $$SELECT civicgrid.file_case(c(10), at => 'infinity')$$,
    $$SELECT civicgrid.file_case(c(10), at => t('09:00'))$$,
    $$SELECT civicgrid.file_case(c(8), at => t('11:00'))$$,
    $$SELECT civicgrid.void_case(c(10), ' ', t('11:00'))$$,
    $$SELECT civicgrid.void_case(c(10), NULL, t('11:00'))$$,
    $$SELECT civicgrid.verify(c(12), at => t('11:00'))$$,
    $$SELECT civicgrid.verify(c(10), 77, at => t('11:00'))$$,
    $$SELECT civicgrid.verified(c(10), NULL)$$,
    $$SELECT civicgrid.amend(c(10), 'x', at => t('11:00'))$$,
    $$SELECT civicgrid.amend(c(10), 'x', '09', at => t('11:00'))$$,
    $$SELECT civicgrid.merge_cases(c(10), c(10), 'x', t('11:00'))$$,
    $$SELECT civicgrid.merge_cases(c(10), c(6), 'x', t('11:00'))$$,
    $$SELECT civicgrid.merge_cases(c(10), NULL, 'x', t('11:00'))$$,
    $$SELECT civicgrid.dispatch(c(7), 77, at => t('11:00'))$$,
    $$SELECT civicgrid.adjudicate(c(7), 'x', at => t('11:00'))$$,
    $$SELECT civicgrid.dispatch_also(c(8), 6, at => t('11:00'))$$,
    $$SELECT civicgrid.sign(c(8), 5, t('11:00'))$$,
    $$SELECT civicgrid.feedback(c(8), 'x', at => t('11:00'))$$,
    $$SELECT civicgrid.feedback(c(9), NULL, at => t('11:00'))$$,
    $$SELECT civicgrid.feedback(c(9), 'x', unit => 6, at => t('11:00'))$$,
    $$SELECT civicgrid.feedback(c(9), 'x', '{"uri": "x"}', at => t('11:00'))$$,
    $$SELECT civicgrid.feedback(c(9), 'x', '[{"uri": "x"}, {"name": "y"}]', at => t('11:00'))$$,
    $$SELECT civicgrid.feedback(c(9), 'x', '[{"uri": "x", "sha256": "12"}]', at => t('11:00'))$$,
    $$SELECT civicgrid.return_case(c(9), 'bored', 'x', at => t('11:00'))$$,
    $$SELECT civicgrid.return_case(c(9), 'bored', 'x', unit => 6, at => t('11:00'))$$,
    $$SELECT civicgrid.return_case(c(9), 'information', NULL, unit => 6, at => t('11:00'))$$,
    $$SELECT civicgrid.return_case(c(9), 'not ours', 'x', at => t('11:00'))$$,
    $$SELECT civicgrid.return_case(c(9), 'information', 'x', unit => 5, at => t('11:00'))$$,
    $$SELECT civicgrid.transfer(c(9), 4, 'x', t('11:00'))$$,
    $$SELECT civicgrid.transfer(c(9), 5, 'x', t('11:00'))$$,
    $$SELECT civicgrid.comment(c(9), '', t('11:00'))$$,
    $$SELECT civicgrid.decide_appeal(c(5), true, 'x', t('12:00'))$$,
    $$SELECT civicgrid.appeal(c(5), 'x', t('12:00'))$$
]) AS s;
-- what a verdict gave is not passed up
SELECT e.* FROM tests.error_of($$SELECT civicgrid.escalate(c(2), 'x', t('12:30'))$$) AS e;
\x off

-- Everything that was done tells what each case is.
SELECT * FROM verify_journal();
SELECT * FROM replay_check();
\c :main
DROP DATABASE civicgrid_case_verb;
DROP ROLE regress_case_collector, regress_case_handler;
