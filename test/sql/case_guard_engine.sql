--
-- What must not be possible with cases: evaded, whitewashed, left hanging (engine)
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set town :abs_srcdir '/data/case_town.sql'
\set town_database civicgrid_case_guard_engine
\i :town

CREATE ROLE regress_guard_street LOGIN;
CREATE ROLE regress_guard_team LOGIN;
CREATE ROLE regress_guard_station LOGIN;
CREATE ROLE regress_guard_collector LOGIN;
CREATE ROLE regress_guard_supervisor LOGIN;
CREATE ROLE regress_guard_ping LOGIN;
CREATE ROLE regress_guard_district LOGIN;
CREATE ROLE regress_guard_office LOGIN;
SELECT count(*) FROM (VALUES
    ('regress_guard_ping', 'dispatcher', 2), ('regress_guard_district', 'dispatcher', 1), ('regress_guard_office', 'handler', 9),
    ('regress_guard_street', 'dispatcher', 3), ('regress_guard_team', 'handler', 14), ('regress_guard_station', 'handler', 6),
    ('regress_guard_collector', 'collector', 11), ('regress_guard_supervisor', 'supervisor', 1)
) AS v (member, role, unit) WHERE grant_role(v.member, v.role, v.unit);

-- Who does not see a case is told neither its state nor whose it is, nor even
-- that it is there.
SELECT report_event('grid', '垃圾', spot(1), class => '0101', at => t('02 09:00')) AS unseen \gset
SET ROLE regress_guard_team;
SELECT refused(format('SELECT civicgrid.sign(%L::caseno, at => t(''02 09:01''))', :'unseen')) AS state,
    refused(format('SELECT comment(%L, ''x'', t(''02 09:01''))', :'unseen')) AS business,
    refused(format('SELECT comment(%L, ''x'', ''infinity'')', :'unseen')) AS instant,
    refused('SELECT comment(make_caseno(''2026-03-02'', ''440310'', 99), ''x'', ''infinity'')') AS same;
RESET ROLE;
SET ROLE regress_guard_street;
SELECT refused(format('SELECT file_case(%L, at => t(''02 09:01''))', :'unseen')) AS holder,
    refused(format('SELECT verify(%L, at => t(''02 09:01''))', :'unseen')) AS unit;
RESET ROLE;
SET ROLE regress_guard_collector;
SELECT refused(format('SELECT verified(%L, true, at => t(''02 09:01''))', :'unseen')) AS seen;
RESET ROLE;

-- What was merged into a report that is dropped is dropped, too.
SELECT report_event('grid', '主案', spot(2), class => '0101', at => t('02 10:00')) AS chief \gset
SELECT report_event('grid', '从案', spot(3), class => '0101', at => t('02 10:00')) AS part \gset
SELECT report_event('grid', '再从案', spot(4), class => '0101', at => t('02 10:00')) AS below \gset
SELECT state FROM merge_cases(:'below', :'part', '同一件事', t('02 10:01'));
SELECT state FROM merge_cases(:'part', :'chief', '同一件事', t('02 10:02'));
SELECT state FROM void_case(:'chief', '不属实', t('02 10:03'));
SELECT s.state, j.action, j.outcome, j.role, j.reason FROM case_state AS s JOIN case_journal AS j ON j.caseno = s.caseno AND j.step = s.step
WHERE s.caseno IN (:'chief', :'part', :'below') ORDER BY s.caseno;
SELECT unit, sum(voided) AS voided FROM kpi_day GROUP BY unit ORDER BY unit;

-- Merging is no closing in time.
SELECT sum(close_due) AS close_due, sum(close_due_on_time) AS on_time FROM kpi_due WHERE caseno IN (:'part'::text, :'below'::text);

-- Where units are kept apart, they are so both ways.
UPDATE case_setting SET value = 'unit' WHERE setting = 'separation';
SELECT report_event('grid', '广告', spot(1), class => '0102', at => t('03 09:00')) AS apart \gset
SELECT unit FROM verify(:'apart', 11, at => t('03 09:01'));
SET ROLE regress_guard_collector;
SELECT state FROM verified(:'apart', true, at => t('03 09:02'));
RESET ROLE;
SELECT state FROM file_case(:'apart', at => t('03 09:03'));
SELECT state FROM dispatch(:'apart', 6, at => t('03 09:04'));
SET ROLE regress_guard_station;
SELECT left(refused(format('SELECT civicgrid.sign(%L::caseno, at => t(''03 09:05''))', :'apart')), 5);
RESET ROLE;
UPDATE case_setting SET value = 'account' WHERE setting = 'separation';

-- Who assists is told, too.
SELECT report_event('grid', '广告', spot(1), class => '0102', at => t('03 10:00')) AS joint \gset
SELECT state FROM file_case(:'joint', at => t('03 10:01'));
SELECT state FROM dispatch(:'joint', at => t('03 10:02'));
SELECT state FROM dispatch_also(:'joint', 9, '清运', t('03 10:03'));
SELECT kind, unit, body FROM case_message WHERE caseno = :'joint' ORDER BY message;

-- An appeal is about what was.  What is late after it counts.
SELECT report_event('grid', '工地', spot(1), class => '0201', at => t('02 11:00')) AS again \gset
SELECT state FROM file_case(:'again', at => t('02 11:01'));
SELECT state FROM dispatch(:'again', 5, at => t('02 11:02'));
SELECT state FROM civicgrid.sign(:'again', at => t('02 11:03'));
SELECT state FROM feedback(:'again', '已处置', at => t('12 10:00'));
SELECT state FROM check_case(:'again', 11, at => t('12 10:01'));
SET ROLE regress_guard_collector;
SELECT state FROM checked(:'again', true, at => t('12 10:02'));
RESET ROLE;
SELECT state FROM close_case(:'again', at => t('12 10:03'));
SELECT state FROM appeal(:'again', '台风', t('12 11:00'));
SET ROLE regress_guard_supervisor;
SELECT exempt FROM decide_appeal(:'again', true, '属实', t('12 11:01'));
RESET ROLE;
SELECT state FROM visit(:'again', false, '没有做', t('12 12:00'));
SELECT state FROM dispatch(:'again', 5, at => t('12 14:00'));
SELECT state FROM civicgrid.sign(:'again', at => t('12 14:05'));
SELECT state FROM feedback(:'again', '已重做', at => t('25 10:00'));
SELECT day, due, due_overdue, due_exempt, close_due, close_due_overdue, close_due_exempt FROM kpi_due WHERE caseno = :'again' ORDER BY day, due;

-- An exemption ends with the round that it was for.
SELECT state, exempt FROM case_state WHERE caseno = :'again';

-- Who passed a case up for confirmation does not confirm it.
UPDATE case_setting SET value = 'levels' WHERE setting = 'confirmation';
SELECT report_event('12345', '垃圾', spot(1), class => '0101', at => t('04 10:00')) AS up \gset
SET ROLE regress_guard_district;
SELECT state FROM file_case(:'up', at => t('04 10:01'));
SELECT unit, centre FROM dispatch(:'up', at => t('04 10:02'));
SET ROLE regress_guard_office;
SELECT state FROM civicgrid.sign(:'up', at => t('04 10:03'));
SELECT state FROM feedback(:'up', '已清理', at => t('04 10:04'));
SET ROLE regress_guard_ping;
SELECT state FROM check_case(:'up', 11, at => t('04 10:05'));
SET ROLE regress_guard_collector;
SELECT state FROM checked(:'up', true, at => t('04 10:06'));
SET ROLE regress_guard_ping;
SELECT state, unit FROM close_case(:'up', at => t('04 10:07'));
SELECT refused(format('SELECT close_case(%L, at => t(''04 10:08''))', :'up'));
SET ROLE regress_guard_district;
SELECT state, unit FROM close_case(:'up', at => t('04 10:08'));
RESET ROLE;

-- Who undoes the filing gives the case back to the centre that accepted it.
SELECT report_event('12345', '垃圾', spot(1), class => '0101', at => t('04 11:00')) AS down \gset
SET ROLE regress_guard_district;
SELECT state FROM file_case(:'down', at => t('04 11:01'));
SELECT unit, centre FROM dispatch(:'down', at => t('04 11:02'));
SET ROLE regress_guard_office;
SELECT state, unit FROM return_case(:'down', 'no power', '无执法权', 14, at => t('04 11:03'));
SET ROLE regress_guard_ping;
SELECT state, unit, centre FROM return_case(:'down', '不属本街道', at => t('04 11:04'));
SET ROLE regress_guard_district;
SELECT state, unit FROM file_case(:'down', at => t('04 11:05'));
RESET ROLE;
UPDATE case_setting SET value = 'none' WHERE setting = 'confirmation';

-- Where units are kept apart, no unit is asked to check that may not.
UPDATE case_setting SET value = 'unit' WHERE setting = 'separation';
SELECT report_event('grid', '广告', spot(1), class => '0102', at => t('05 09:00')) AS joint_unit \gset
SELECT state FROM file_case(:'joint_unit', at => t('05 09:01'));
SELECT unit FROM dispatch(:'joint_unit', at => t('05 09:02'));
SELECT state FROM civicgrid.sign(:'joint_unit', 4, at => t('05 09:03'));
SELECT state FROM feedback(:'joint_unit', '已清理', unit => 4, at => t('05 09:03'));
SET ROLE regress_guard_station;
SELECT state FROM civicgrid.sign(:'joint_unit', at => t('05 09:04'));
SELECT state FROM feedback(:'joint_unit', '已配合', at => t('05 09:05'));
RESET ROLE;
SELECT state, unit FROM check_case(:'joint_unit', at => t('05 09:06'));
SELECT state FROM recall(:'joint_unit', '换人', t('05 09:07'));
SELECT state, unit FROM check_case(:'joint_unit', 11, at => t('05 09:08'));
SET ROLE regress_guard_collector;
SELECT refused(format('SELECT checked(%L, true, at => t(''05 09:09''))', :'joint_unit'));
RESET ROLE;
SELECT state FROM recall(:'joint_unit', '换人', t('05 09:10'));
UPDATE unit SET valid_to = '2026-03-05' WHERE unit = 13;
SELECT refused(format('SELECT check_case(%L, at => t(''05 09:11''))', :'joint_unit'));
UPDATE unit SET valid_to = NULL WHERE unit = 13;
SET ROLE regress_guard_station;
SELECT refused(format('SELECT civicgrid.sign(%L::caseno, at => t(''05 09:12''))', :'apart'));
RESET ROLE;
UPDATE case_setting SET value = 'account' WHERE setting = 'separation';

-- A slip in a setting is refused when it is written.
SELECT v.setting, v.value, refused(format('UPDATE case_setting SET value = %L WHERE setting = %L RETURNING value', v.value, v.setting))
FROM (VALUES
    (1, 'separation', 'Unit'), (2, 'confirmation', ''), (3, 'visit_level', '0'), (4, 'visit_level', 'two'), (5, 'suspend_most', '-1'),
    (6, 'suspend_times', '40000'), (7, 'extension_most', '1.5'), (8, 'extension_share', 'NaN'), (9, 'extension_share', '-1'),
    (10, 'collector_kinds', 'grid team,,'), (11, 'silence', '9 moons'), (12, 'silence', '-1 days'), (13, 'notify', 'TICK'),
    (14, 'message_lease', '0'), (15, 'message_lease', 'soon'), (16, 'message_attempts', '0'), (17, 'future_most', 'never'),
    (18, 'future_most', '-1 day'),
    -- these are none
    (19, 'extension_share', '0.5'), (20, 'extension_share', '2'), (21, 'silence', ''), (22, 'silence', '5 work days'),
    (23, 'future_most', ''), (24, 'future_most', '1 day')
) AS v (n, setting, value) ORDER BY v.n;
INSERT INTO case_setting (setting, value, name) VALUES ('shift', 'whatever', '班次');
SELECT refused($$UPDATE case_setting SET setting = 'separation' WHERE setting = 'shift'$$) ~ '^(22023|23505)';
DELETE FROM case_setting WHERE setting = 'shift';

-- Who has not signed is told so.
SELECT report_event('grid', '广告', spot(1), class => '0102', at => t('06 09:00')) AS unsigned \gset
SELECT state FROM file_case(:'unsigned', at => t('06 09:01'));
SELECT unit FROM dispatch(:'unsigned', at => t('06 09:02'));
SELECT state FROM civicgrid.sign(:'unsigned', 4, at => t('06 09:03'));
SET ROLE regress_guard_station;
SELECT refused(format('SELECT feedback(%L, ''x'', at => t(''06 09:04''))', :'unsigned'));
SET ROLE regress_guard_office;
SELECT refused(format('SELECT feedback(%L, ''x'', at => t(''06 09:04''))', :'unsigned'));
RESET ROLE;

-- Who amends the class of a case decides on what was proposed, too; he sees what waits.
SELECT report_event('12345', '楼下很吵', spot(1), at => t('06 10:00')) AS waits \gset
SELECT report_event('12345', '不知道什么事', spot(4), at => t('06 10:00')) AS elsewhere \gset
SELECT propose_class(caseno, 'site', 'matter', t('06 10:00')) IS NOT NULL FROM case_record WHERE caseno IN (:'waits', :'elsewhere');
SELECT count(*) FROM review_queue('site', 'matter', 1, at => t('06 11:00')) AS q WHERE q.caseno IN (:'waits', :'elsewhere');
SET ROLE regress_guard_ping;
SELECT count(*) FROM review_queue('site', 'matter', 1, at => t('06 11:00')) AS q WHERE q.caseno IN (:'waits', :'elsewhere');
SELECT refused('SELECT count(message) FROM class_feedback');
SET ROLE regress_guard_district;
SELECT state FROM amend(:'waits', '听过录音', class => '0201', at => t('06 11:00'));
RESET ROLE;
SELECT caseno = :'waits' AS same, decided, proposed IS NOT NULL AS proposed, decided_at, decided_by, remark, message FROM class_feedback ORDER BY feedback;
SELECT count(*) FROM review_queue('site', 'matter', 1, at => t('06 11:00')) AS q WHERE q.caseno = :'waits';
SELECT detail - 'set' - 'editions' - 'clocks' AS detail FROM case_journal WHERE caseno = :'waits' AND action = 'amend';
-- to confirm is to decide; once
UPDATE case_record SET taxonomy = 'site', kind = 'matter', class = (SELECT p.proposed FROM class_proposal AS p WHERE p.caseno = :'elsewhere') WHERE caseno = :'elsewhere';
SELECT left(refused(format('SELECT (amend(%L, ''属实'', class => class, at => t(''06 11:01''))).state FROM case_record WHERE caseno = %1$L', :'elsewhere')), 8);
SELECT left(refused(format('SELECT (amend(%L, ''属实'', class => class, at => t(''06 11:02''))).state FROM case_record WHERE caseno = %1$L', :'elsewhere')), 8);
SELECT count(*) FROM class_feedback WHERE caseno = :'elsewhere' AND decided = proposed;

-- An instant to come would lock the case until then.
SELECT regexp_replace(refused(format('SELECT comment(%L, ''x'', ''2999-01-01 00:00+08'')', :'unsigned')), ' is .*', '');
SET ROLE regress_guard_district;
SELECT left(refused(format('SELECT comment(%L, ''x'', ''2999-01-01 00:00+08'')', :'unsigned')), 5);
SELECT state FROM comment(:'unsigned', '时钟快一点', now() + interval '23 hours');
RESET ROLE;
UPDATE case_setting SET value = '' WHERE setting = 'future_most';
SELECT state FROM comment(:'unsigned', '不限', '2999-01-01 00:00+08');
UPDATE case_setting SET value = '1 day' WHERE setting = 'future_most';

SELECT left(refused(format('SELECT put_message(%L, NULL)', :'up')), 5), left(refused(format('SELECT put_message(%L, '''')', :'up')), 5),
    left(refused(format('SELECT put_message(%L, ''told'', recipient => NULL)', :'up')), 5);
SELECT refused('SELECT apply_role_rights(NULL)');

-- The hash is the documented one, whatever the instant.
SELECT j.at, journal_digest('\x00', j) = sha256('\x00' || convert_to(format('[%s, %s, %s, %s, %s, %s, %s, null, %s, null, null, %s, null, null, null, null, %s]',
        to_jsonb(j.caseno::text), j.step, to_jsonb(j.action), to_jsonb(j.outcome), v.microseconds, v.microseconds, to_jsonb(j.actor), to_jsonb(j.role), to_jsonb(j.to_state), j.detail), 'UTF8')) AS documented
FROM (VALUES ('0044-03-15 12:00:00.000001Z BC', -63517780799999999), ('1969-12-31 23:59:59.999999Z', -1), ('1999-12-31 23:59:59.999999Z', 946684799999999),
    ('2000-01-01 00:00Z', 946684800000000), ('2026-03-02 10:00:00.5Z', 1772445600500000), ('294247-01-10 04:00:54.775807Z', 9223372036854775807),
    ('294247-01-10 04:00:54.775808Z', 9223372036854775808), ('294276-12-31 23:59:59.999999Z', 9224318015999999999)) AS v (at, microseconds)
CROSS JOIN LATERAL jsonb_populate_record(NULL::case_journal, jsonb_build_object('caseno', '20260302-440310-0000001-4', 'step', 2, 'action', '"评论"',
    'outcome', '', 'at', v.at, 'recorded_at', v.at, 'actor', '某', 'role', 'system', 'to_state', 'filed', 'detail', '{"a": ["事"]}'::jsonb)) AS j
ORDER BY j.at;

-- Columns of the site's own do not stop any act, in a session that has acted before.
-- (In one step some minor versions refuse to add a column with a default to a
-- table whose row type functions take.)
ALTER TABLE case_state ADD COLUMN site_note text;
ALTER TABLE case_state ALTER COLUMN site_note SET DEFAULT '无';
ALTER TABLE case_routing ADD COLUMN site_note text;
ALTER TABLE case_routing ALTER COLUMN site_note SET DEFAULT '无';
SELECT report_event('grid', '广告', spot(1), class => '0102', at => t('07 09:00')) AS site \gset
SELECT state FROM file_case(:'site', at => t('07 09:01'));
SELECT unit FROM dispatch(:'site', at => t('07 09:02'));
SELECT state FROM return_case(:'site', 'no power', '无执法权', 14, 4, at => t('07 09:03'));
SELECT unit FROM dispatch(:'site', 14, at => t('07 09:04'));
SELECT state, site_note FROM case_state WHERE caseno = :'site';
ALTER TABLE case_state DROP COLUMN site_note;
ALTER TABLE case_routing DROP COLUMN site_note;
SELECT state FROM civicgrid.sign(:'site', 14, at => t('07 09:05'));
SELECT state FROM return_case(:'site', 'no power', '无执法权', 9, 14, at => t('07 09:06'));

SELECT * FROM verify_journal();
SELECT * FROM replay_check();

\c :main
DROP DATABASE civicgrid_case_guard_engine;
DROP ROLE regress_guard_street, regress_guard_team, regress_guard_station, regress_guard_collector, regress_guard_supervisor,
    regress_guard_ping, regress_guard_district, regress_guard_office;
