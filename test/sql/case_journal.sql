--
-- The journal of cases as evidence: verified, replayed, told in words
--
\set main :DBNAME
CREATE DATABASE civicgrid_journal TEMPLATE civicgrid_as_shipped;
\c civicgrid_journal
SET search_path = civicgrid, public;
SET TimeZone = 'Asia/Shanghai';
SET client_min_messages = warning;
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never

-- A small district.
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name, parent) VALUES
    ('site', 'matter', '01', '市容', NULL), ('site', 'matter', '0101', '垃圾', '01'), ('site', 'matter', '0102', '广告', '01'),
    ('site', 'matter', '03', '其他', NULL);
INSERT INTO grid_cell (kind, code, name) VALUES ('unit', '440310001001001', '六联一格');
INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES
    (1, '区分拨中心', 'centre', 2, NULL, '440310', 9),
    (4, '区城管局', 'department', 2, 1, '440310', 20),
    (5, '区住建局', 'department', 2, 1, '440310', 20),
    (6, '六联社区工作站', 'community station', 4, 1, '440310001001', 6),
    (11, '六联网格队', 'grid team', 5, 6, '440310001001001', 3);
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, lead_unit, basis, duty_item) VALUES
    (1, 'site', '01', 5, '住建权责清单3', NULL), (2, 'site', '0102', 4, '城管权责清单7', '户外广告');
INSERT INTO duty_assist (rule, place, kind, level, task) VALUES (2, 1, 'community station', 4, '现场配合');
INSERT INTO fallback (fallback, rulebook, territory, unit) VALUES (1, 'site', NULL, 1);
INSERT INTO sla_policy (policy, rulebook, stage, term) VALUES
    (1, 'site', 'file', '15 minutes'), (2, 'site', 'sign', '2 work hours'), (3, 'site', 'handle', '4 work days'),
    (4, 'site', 'check', '4 work hours'), (5, 'site', 'overall', '10 work days');
CALL publish_calendar('office', '2026-01-01');
CALL publish_rulebook('site', '2026-01-01');

CREATE FUNCTION c(n integer) RETURNS caseno IMMUTABLE LANGUAGE sql RETURN make_caseno('2026-03-02', '440310', n);
CREATE PROCEDURE report(n integer, at timestamptz, class eventcode DEFAULT '0102') LANGUAGE plpgsql
    SET search_path = civicgrid, public
AS $$
DECLARE
    s case_state;
BEGIN
    INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, cell, channel, description)
    VALUES (c(n), at, 'site', 'matter', report.class, '440310001001001', 'grid', '店招破损，有坠落危险');
    s.caseno := c(n);
    s.state := 'reported';
    s.at := report.at;
    s.unit := 1;
    s.centre := 1;
    s.severity := 1;
    s.routing_edition := rulebook_edition_in_force('site', report.at);
    s.routing := route('site', report.class, '440310001001001', 'grid', 1, NULL, report.at, c(n));
    PERFORM case_open(s, 'report_event', NULL, '{}');
END;
$$;
-- Everything that one may do as somebody who is not the handler.
CREATE ROLE regress_checker SUPERUSER;
\pset tuples_only on

-- Case 1 goes a long way, over a holiday with a day that is worked instead.
CALL report(1, '2026-04-27 16:00');
SET civicgrid.person = '张三';
SELECT state FROM file_case(c(1), '描述清楚', '2026-04-27 16:05');
SELECT state FROM dispatch(c(1), at => '2026-04-27 16:20');
SELECT state FROM sign(c(1), 4, '2026-04-28 10:00');
SELECT state FROM sign(c(1), 6, '2026-04-28 10:05');
SELECT state FROM feedback(c(1), '已配合到场{unit}[', unit => 6, at => '2026-04-28 15:00');
SELECT state FROM return_case(c(1), 'overlap', '店招由住建审批', 5, 4, '2026-04-28 16:00');
SELECT state FROM adjudicate(c(1), '按权责清单由城管办理', 4, at => '2026-04-29 09:00');
SELECT state FROM sign(c(1), 4, '2026-04-29 10:00');
SELECT state FROM suspend(c(1), '2026-05-12 18:00', '等待材料', '2026-04-30 09:00');
SELECT state FROM resume(c(1), '材料已到', '2026-05-07 09:00');
SELECT state FROM feedback(c(1), '已拆除', at => '2026-05-20 10:00');
SELECT state FROM check_case(c(1), at => '2026-05-20 10:05');
SET civicgrid.person = '李四';
SET ROLE regress_checker;
SELECT state FROM checked(c(1), true, '属实', at => '2026-05-20 11:05');
SELECT state FROM close_case(c(1), at => '2026-05-20 11:10');
SELECT state FROM visit(c(1), false, '又挂出来了', '2026-05-21 09:00');
RESET ROLE;
RESET civicgrid.person;

-- others are left in between
CALL report(2, '2026-03-02 10:00', '0101');
CALL report(3, '2026-03-02 10:00', '0101');
SELECT state FROM file_case(c(3), at => '2026-03-02 10:05');
SELECT state FROM dispatch(c(3), at => '2026-03-02 10:10');
SELECT state FROM sign(c(3), 5, '2026-03-02 10:15');
SELECT state FROM feedback(c(3), '已清理', at => '2026-03-02 12:00');
CALL report(4, '2026-03-02 10:00', '03');
SELECT state FROM void_case(c(4), '重复登记', '2026-03-02 10:10');
CALL report(5, '2026-03-02 10:00', '03');
SELECT state FROM file_case(c(5), at => '2026-03-02 10:05');
SELECT state FROM dispatch(c(5), at => '2026-03-02 10:10');
SELECT state FROM suspend(c(5), '2026-03-12 18:00', '等待批复', '2026-03-03 09:00');
\pset tuples_only off

-- all of it is as it should be
SELECT caseno, state, step FROM case_state ORDER BY caseno;
SELECT * FROM verify_journal();
SELECT * FROM verify_journal(c(1));
SELECT * FROM verify_journal(c(2), c(4));
SELECT * FROM replay_check();

-- a case worked out again
SELECT part, number, name, CASE WHEN name IN ('hash', 'routing', 'handlers') THEN '…' ELSE journal END AS journal, equal FROM replay(c(3));
SELECT part, count(DISTINCT number), count(*), bool_and(equal) FROM replay(c(1)) GROUP BY part ORDER BY part;

-- in words
SELECT line, step, replace(story, session_user, 'USER') AS story FROM case_story(c(1), at => '2026-05-21 12:00') ORDER BY line;
SELECT line, step, replace(story, session_user, 'USER') AS story FROM case_story(c(1), 'en', '2026-05-21 12:00') ORDER BY line;
SELECT replace(story, session_user, 'USER') AS story FROM case_story(c(1), 'en', '2026-04-27 16:05') ORDER BY line;
SELECT replace(story, session_user, 'USER') AS story FROM case_story(c(5), at => '2026-03-13') ORDER BY line;
SELECT replace(story, session_user, 'USER') AS story FROM case_story(c(4), at => NULL) ORDER BY line;

-- phrases are the site's to change, and to add
UPDATE story_phrase SET template = '{time} {who}受理立案。' WHERE (language, action, outcome) = ('zh', 'file_case', '') RETURNING origin;
INSERT INTO story_phrase (language, action, outcome, template)
SELECT 'short', action, outcome, CASE WHEN action LIKE '(%' THEN template ELSE '{action}' END FROM story_phrase WHERE language = 'en' AND action IN ('(case)', '(step)', '(time)', '(any)');
SELECT replace(story, session_user, 'USER') AS story FROM case_story(c(3), 'short', '2026-03-03') ORDER BY line;
DELETE FROM story_phrase WHERE language = 'short';
SELECT fill_phrase('{a}[ and {b}][ or {c}]; {d}{', '{"a": "{b}[{c}]", "b": "", "c": "C"}');

-- who had it, which sums to the time from end to end
SELECT * FROM holder_time(c(1), '2026-05-21 12:00');
SELECT * FROM holder_time(c(4));
SELECT t.n, sum(h.held) = CASE t.n WHEN 1 THEN timestamptz '2026-05-20 11:10' - '2026-04-27 16:00' + interval '3 hours' WHEN 3 THEN '48:00' WHEN 4 THEN '0:10' ELSE '48:00' END AS whole
FROM generate_series(1, 5) AS t (n) CROSS JOIN LATERAL holder_time(c(t.n), CASE t.n WHEN 1 THEN timestamptz '2026-05-21 12:00' ELSE '2026-03-04 10:00' END) AS h
GROUP BY t.n ORDER BY t.n;

-- what the system does it says in the language that is asked for; what was
-- amended, looked at and extended
BEGIN;
\pset tuples_only on
CALL report(6, '2026-04-29 10:00');
CALL report(7, '2026-04-29 10:10');
SELECT raise_severity(c(6), c(7), 3::smallint, '2026-04-29 10:10');
SELECT state FROM amend(c(6), '分类有误', class => '0101', owner => '某公司', at => '2026-04-29 10:20');
SELECT state FROM merge_cases(c(7), c(6), '同一问题', '2026-04-29 10:25');
SELECT state FROM file_case(c(6), at => '2026-04-29 10:30');
SELECT state FROM dispatch(c(6), at => '2026-04-29 10:35');
SELECT masked FROM reporter_of(c(6), at => '2026-04-29 10:40');
SELECT state FROM sign(c(6), at => '2026-04-29 10:45');
SELECT state FROM dispatch_also(c(6), 6, '清运', '2026-04-29 10:50');
SELECT state FROM ask_extension(c(6), '1 work day', '人手不足', '2026-05-06 10:00');
SET ROLE regress_checker;
SELECT state FROM decide_extension(c(6), true, at => '2026-05-06 11:00');
SELECT state FROM suspend(c(6), '2026-05-07', '等待材料', '2026-05-06 12:00');
CALL tick('2026-05-07 09:00');
CALL tick('2026-06-07 09:00');
RESET ROLE;
SELECT state FROM return_case(c(6), 'not ours', '无需清运', unit => 6, at => '2026-06-08 09:00');
SELECT state FROM feedback(c(6), '已清理', at => '2026-06-08 09:30');
SET ROLE regress_checker;
SELECT state FROM check_case(c(6), at => '2026-06-08 10:00');
SELECT state FROM checked(c(6), true, at => '2026-06-08 11:00');
SELECT state FROM close_case(c(6), at => '2026-06-08 11:30');
CALL tick('2026-07-01');
RESET ROLE;
\pset tuples_only off
SELECT replace(story, session_user, 'USER') AS story FROM case_story(c(6), at => '2026-07-01') ORDER BY line;
SELECT replace(story, session_user, 'USER') AS story FROM case_story(c(6), 'en', '2026-07-01') ORDER BY line;
SELECT replace(story, session_user, 'USER') AS story FROM case_story(c(7), at => '2026-07-01') ORDER BY line;
SELECT replace(story, session_user, 'USER') AS story FROM case_story(c(7), 'en', '2026-07-01') ORDER BY line;
ROLLBACK;

-- What was written is not changed.
SELECT code, message FROM unnest(ARRAY[
    'UPDATE case_journal SET remark = NULL', 'DELETE FROM case_journal WHERE false', 'TRUNCATE case_journal',
    'UPDATE case_state SET state = ''closed'' WHERE caseno = c(2)', 'UPDATE case_state SET step = step + 1',
    'DELETE FROM case_state', 'TRUNCATE case_state',
    $$SELECT case_story(c(99))$$, $$SELECT * FROM replay(NULL)$$, $$SELECT * FROM verify_journal(c(99))$$, $$SELECT * FROM holder_time(c(99))$$,
    $$SELECT case_story(c(1), 'fr')$$, $$SELECT journal_anchor('2999-01-01')$$, $$SELECT journal_anchor(NULL)$$, $$SELECT journal_anchor('2026-01-01', 'Mars')$$
]) WITH ORDINALITY AS s (statement, n), LATERAL tests.error_of(s.statement) ORDER BY n;
SELECT r.rolname, p.privilege, t.name
FROM pg_roles AS r, unnest('{INSERT,UPDATE,DELETE,TRUNCATE,TRIGGER}'::text[]) AS p (privilege), unnest('{case_journal,case_state,case_task,case_clock}'::text[]) AS t (name)
WHERE NOT r.rolsuper AND r.rolname !~ '^pg_' AND has_table_privilege(r.oid, 'civicgrid.' || t.name, p.privilege);

-- Whoever can switch off triggers can write anything.  Each such deed is tried
-- and taken back.
CREATE FUNCTION try(deed text, question text DEFAULT $$SELECT format('%s: %s. %s', v.step, v.fault, v.explanation) FROM civicgrid.verify_journal() AS v$$)
    RETURNS SETOF text LANGUAGE plpgsql
    SET search_path = civicgrid, public
    SET session_replication_role = replica
AS $$
DECLARE
    found text[];
BEGIN
    BEGIN
        EXECUTE deed;
        EXECUTE 'SELECT array_agg(q.t) FROM (' || question || ') AS q (t)' INTO found;
        RAISE EXCEPTION SQLSTATE '99999';
    EXCEPTION WHEN SQLSTATE '99999' THEN
        RETURN QUERY SELECT unnest(coalesce(found, ARRAY['no fault']));
    END;
END;
$$;
-- each column of a step
SELECT a.attname, t.fault
FROM pg_attribute AS a
CROSS JOIN LATERAL try(format('UPDATE case_journal SET %I = %s WHERE caseno = c(1) AND step = 7', a.attname, CASE a.attname
    WHEN 'caseno' THEN 'c(77)' WHEN 'step' THEN '77' WHEN 'hash' THEN 'sha256(hash)' WHEN 'detail' THEN $$detail || '{"x": 1}'$$
    WHEN 'at' THEN $$at + interval '1 microsecond'$$ WHEN 'recorded_at' THEN $$recorded_at + interval '1 microsecond'$$
    ELSE CASE a.atttypid WHEN 'bigint'::regtype THEN '5' ELSE '''x''' END
END)) AS t (fault)
WHERE a.attrelid = 'case_journal'::regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum, t.fault COLLATE "C";
-- steps left out, at the end, in the middle, at the beginning, all of them
SELECT d.n, t.fault
FROM unnest(ARRAY[
    'DELETE FROM case_journal WHERE caseno = c(1) AND step > 14',
    'DELETE FROM case_journal WHERE caseno = c(1) AND step = 7',
    'DELETE FROM case_journal WHERE caseno = c(1) AND step = 1',
    'DELETE FROM case_journal WHERE caseno = c(1)',
    'DELETE FROM case_state WHERE caseno = c(4)',
    'UPDATE case_journal SET step = CASE step WHEN 3 THEN 104 ELSE 103 END WHERE caseno = c(3) AND step IN (3, 4); UPDATE case_journal SET step = step - 100 WHERE step > 100',
    'UPDATE case_journal SET at = ''2026-03-02 10:01'' WHERE caseno = c(3) AND step = 3',
    -- a step that was never done
    $$INSERT INTO case_journal SELECT caseno, step + 1, 'comment', '', at, recorded_at, actor, person, role, actor_unit, to_state, to_state, unit, unit, reason, remark, '{}', hash FROM case_journal WHERE caseno = c(2)$$,
    $$UPDATE case_state SET state = 'closed', unit = NULL, at = at + '1 s' WHERE caseno = c(2)$$,
    $$UPDATE case_state SET hash = sha256(hash), step = 6 WHERE caseno = c(3)$$
]) WITH ORDINALITY AS d (deed, n)
CROSS JOIN LATERAL try(d.deed) AS t (fault)
ORDER BY d.n, t.fault COLLATE "C";

-- Tables that say something else than the journal: each column of each.
SELECT a.attrelid::regclass AS relation, a.attname, t.difference
FROM pg_attribute AS a
CROSS JOIN LATERAL try(format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS case_task_ended_at_check, DROP CONSTRAINT IF EXISTS case_clock_verdict_check, DROP CONSTRAINT IF EXISTS case_clock_kind_check, DROP CONSTRAINT IF EXISTS case_task_state_check, DROP CONSTRAINT IF EXISTS case_task_duty_check; UPDATE %1$s SET %2$I = %3$s WHERE caseno = c(3)%4$s',
        a.attrelid::regclass, a.attname, CASE
            WHEN a.attname IN ('caseno', 'main') THEN 'c(77)'
            WHEN a.attname = 'hash' THEN 'sha256(hash)'
            WHEN a.attname = 'routing' THEN $$route('site', '03', '440310001001001', at => '2026-03-02')$$
            WHEN a.attname IN ('handlers', 'parties') THEN '''{7}'''
            WHEN a.attname = 'cell' THEN '''440310'''
            WHEN a.attname = 'pauses' THEN '''{[2026-03-02 11:00,2026-03-02 12:00)}'''
            WHEN a.attname = 'extensions' AND a.atttypid <> 'smallint'::regtype THEN '''{1 hour}'''
            WHEN a.attname = 'term' THEN '''1 hour'''
            WHEN a.atttypid = 'boolean'::regtype THEN format('%I IS NOT TRUE', a.attname)
            WHEN a.attname = 'started_at' THEN '''2026-03-02 10:12'''
            WHEN a.atttypid = 'timestamptz'::regtype THEN '''2026-03-02 13:12'''
            WHEN a.atttypid IN ('bigint'::regtype, 'integer'::regtype, 'smallint'::regtype) THEN '77'
            ELSE '''x'''
        END, CASE a.attrelid WHEN 'case_clock'::regclass THEN ' AND stage = ''handle''' ELSE '' END),
    $$SELECT DISTINCT r.part || ' ' || r.name FROM civicgrid.replay_check() AS r$$) AS t (difference)
WHERE a.attrelid IN ('case_state'::regclass, 'case_clock'::regclass, 'case_task'::regclass) AND a.attnum > 0 AND NOT a.attisdropped
    -- the calendar's business, and what tick keeps for itself
    AND a.attname NOT IN ('edition', 'moved_from', 'warn_at', 'caseno', 'clock', 'task')
ORDER BY a.attrelid::regclass::text COLLATE "C", a.attnum, t.difference COLLATE "C";
SELECT d.n, t.difference
FROM unnest(ARRAY[
    'DELETE FROM case_task WHERE caseno = c(3)', 'DELETE FROM case_clock WHERE caseno = c(3) AND stage = ''sign''',
    $$INSERT INTO case_task (caseno, task, unit, duty, given_at) VALUES (c(3), 9, 1, 'lead', '2026-03-02')$$
]) WITH ORDINALITY AS d (deed, n)
CROSS JOIN LATERAL try(d.deed, $$SELECT r.part || ' ' || r.name || coalesce(', journal', left(r.journal, 0)) FROM civicgrid.replay_check() AS r WHERE r.name IN ('state', 'kind')$$) AS t (difference)
ORDER BY d.n, t.difference COLLATE "C";

-- An anchor: a forged chain is whole, but not what was published.
CREATE FUNCTION forge() RETURNS void LANGUAGE plpgsql
    SET search_path = civicgrid, public
AS $$
DECLARE
    j case_journal;
    previous bytea;
BEGIN
    FOR j IN SELECT * FROM case_journal WHERE caseno = c(3) ORDER BY step LOOP
        IF j.step = 5 THEN
            j.reason := '什么也没做';
        END IF;
        previous := journal_digest(previous, j);
        UPDATE case_journal AS t SET reason = j.reason, hash = previous WHERE t.caseno = j.caseno AND t.step = j.step;
    END LOOP;
    UPDATE case_state SET hash = previous WHERE caseno = c(3);
END;
$$;
SELECT * FROM try('SELECT forge()');
-- everything above was written down today, which the anchors of today wait for
CREATE TABLE published (day date, digest text);
SELECT * FROM try($$
    UPDATE case_journal SET recorded_at = at - interval '1 year';
    INSERT INTO published SELECT d::date, (journal_anchor(d::date)).digest FROM generate_series(timestamptz '2025-03-01', '2025-03-04', '1 day') AS d;
    SELECT forge()
$$, $$SELECT format('%s: %s cases, %s steps, %s', p.day, a.cases, a.steps, CASE WHEN a.digest = p.digest THEN 'as published' ELSE 'not as published' END)
    FROM published AS p CROSS JOIN LATERAL journal_anchor(p.day) AS a ORDER BY p.day$$);
-- it is the SHA-256 of lines that anybody can write
SELECT * FROM try('UPDATE case_journal SET recorded_at = at - interval ''1 year''', $$
    SELECT a.digest = encode(sha256(convert_to(string_agg(l.line, '' ORDER BY l.line COLLATE "C"), 'UTF8')), 'hex')
    FROM journal_anchor('2025-03-02') AS a, (
        SELECT DISTINCT ON (j.caseno) format(E'%s %s %s\n', j.caseno, j.step, encode(j.hash, 'hex')) AS line
        FROM case_journal AS j WHERE j.at >= '2026-03-02' AND j.at < '2026-03-03' ORDER BY j.caseno, j.step DESC
    ) AS l
    GROUP BY a.digest$$);
SELECT digest, cases, steps FROM journal_anchor('2001-01-01');

SELECT * FROM verify_journal();
SELECT * FROM replay_check();
DROP OWNED BY regress_checker;
DROP ROLE regress_checker;
\c :main
DROP DATABASE civicgrid_journal;
