--
-- What must not be possible with cases: seen past one's rights, evaded, whitewashed
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set town :abs_srcdir '/data/case_town.sql'
\set town_database civicgrid_case_guard
\i :town

CREATE ROLE regress_guard_district LOGIN;
CREATE ROLE regress_guard_bureau LOGIN;
CREATE ROLE regress_guard_handler LOGIN;
CREATE ROLE regress_guard_street LOGIN;
CREATE ROLE regress_guard_supervisor LOGIN;
CREATE ROLE regress_guard_collector LOGIN;
CREATE ROLE regress_guard_auditor LOGIN;
CREATE ROLE regress_guard_analyst LOGIN;
CREATE ROLE regress_guard_admin LOGIN;
SELECT count(*) FROM (VALUES
    ('regress_guard_district', 'dispatcher', 1), ('regress_guard_bureau', 'dispatcher', 4), ('regress_guard_handler', 'handler', 4),
    ('regress_guard_street', 'handler', 9), ('regress_guard_supervisor', 'supervisor', 1), ('regress_guard_collector', 'collector', 11),
    ('regress_guard_auditor', 'auditor', NULL), ('regress_guard_analyst', 'analyst', NULL), ('regress_guard_admin', 'admin', 6)
) AS v (member, role, unit) WHERE grant_role(v.member, v.role, v.unit);

-- By its number a case is found at once, by those too for whom row security holds.
CREATE FUNCTION public.uses_index(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line ~ 'Index Cond: \(.*caseno_text' THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END;
$$;
SET ROLE regress_guard_district;
SET enable_seqscan = off;
SELECT v.name, uses_index(format('SELECT * FROM %I WHERE caseno = ''20260302-440310-0000001-4''', v.name))
FROM unnest('{cases,case_steps,case_clocks,overdue,returns,open_data,case_map}'::text[]) AS v (name);
RESET enable_seqscan;
RESET ROLE;
SELECT caseno_text(c), caseno_text(c) = c::text AS same, caseno_text(NULL) IS NULL AS of_null
FROM make_caseno('2026-03-02', '440310', 7) AS c;

-- Sensitive is what intake takes for sensitive, also when the class is amended,
-- and when a person decides on it.
INSERT INTO intake_class (taxonomy, kind, class, sensitive) VALUES ('site', 'matter', '0102', true), ('site', 'matter', '0401', false);
SELECT class_is_sensitive('site', 'matter', v.class), v.class
FROM unnest('{01,0101,0102,04,0401,0402}'::eventcode[]) AS v (class);
SELECT class_is_sensitive('site', 'matter', NULL), class_is_sensitive('site', 'none', '01');
SELECT report_event('grid', '甲', spot(1), class => '0101', at => t('02 09:00')) AS amended \gset
SELECT report_event('grid', '乙', spot(1), class => '0102', at => t('02 09:00')) AS put_right \gset
SELECT report_event('grid', '丙', spot(1), class => '0101', at => t('02 09:00')) AS decided \gset
SELECT sensitive FROM amend(:'amended', '是广告', class => '0102', at => t('02 09:01'));
SELECT sensitive FROM amend(:'put_right', '更急', severity => 2, at => t('02 09:01'));
SELECT sensitive FROM amend(:'put_right', '不是广告', class => '0101', at => t('02 09:02'));
SELECT decided FROM decide_case_class(:'decided', '04');
SELECT r.sensitive, s.sensitive, s.step FROM case_record AS r JOIN case_state AS s ON s.caseno = r.caseno WHERE r.caseno = :'decided';
SELECT action, outcome, role, reason, detail - 'amended' AS detail FROM case_journal WHERE caseno = :'decided' AND step = 2;
SELECT decided FROM decide_case_class(:'decided', '0102');
SELECT decided FROM decide_case_class(:'decided', '0401');
SELECT r.sensitive, s.sensitive, s.step FROM case_record AS r JOIN case_state AS s ON s.caseno = r.caseno WHERE r.caseno = :'decided';
SET ROLE regress_guard_auditor;
SELECT count(*) FILTER (WHERE caseno = :'amended') AS amended, count(*) FILTER (WHERE caseno = :'put_right') AS put_right,
    count(*) FILTER (WHERE caseno = :'decided') AS decided
FROM cases;
RESET ROLE;
SELECT * FROM replay_check();

-- What is amended is held against the same as what is reported.
SELECT v.n, refused(format('SELECT (amend(%L, ''x'', %s, at => t(''02 09:03''))).cell', :'put_right', v.what)) AS answer
FROM (VALUES
    (1, $$severity => 77$$), (2, $$severity => 99999$$), (3, $$cell => '990310001001001'$$), (4, $$location => 'POINT EMPTY'$$),
    (5, $$location => 'LINESTRING(1 1, 2 2)'$$), (6, $$location => st_makepoint(114.355, 22.695)$$),
    (7, $$location => st_transform(spot(3), 3857)$$), (8, $$cell => '440310001001'$$)
) AS v (n, what) ORDER BY v.n;
SELECT cell, st_srid(location), grid_edition, class_edition FROM case_record WHERE caseno = :'put_right';

-- Of a case that somebody does not see he is told nothing by links and merging.
DELETE FROM intake_class;
UPDATE merge_rule SET class_digits = 0;
SELECT report_event('grid', '家暴，邻居报案', spot(2), class => '0401', at => t('02 10:00')) AS hidden \gset
SELECT report_event('grid', '家暴，邻居报案', spot(2), class => '0101', at => t('02 10:06')) AS shown \gset
SELECT caseno = :'shown' AS shown, other = :'hidden' AS hidden FROM case_link ORDER BY other;
SET ROLE regress_guard_auditor;
SELECT count(*) FROM case_link;
RESET ROLE;
SET ROLE regress_guard_district;
SELECT refused(format('SELECT merge_cases(%L, %L, ''x'', t(''02 10:10''))', :'shown', :'hidden')) AS seen_to_hidden;
SELECT refused(format('SELECT merge_cases(%L, %L, ''x'', t(''02 10:10''))', :'shown', '20260302-440310-0000099-1')) AS to_nothing;
RESET ROLE;
SET ROLE regress_guard_analyst;
SELECT string_agg(v.c, ', ' ORDER BY v.c) FILTER (WHERE has_column_privilege(v.t, v.c, 'SELECT')) AS granted, count(*)
FROM (VALUES
    ('case_task', 'handlers'), ('case_task', 'job'), ('case_journal', 'actor'), ('case_journal', 'person'), ('case_appeal', 'asked_person'),
    ('case_appeal', 'decided_reason'), ('case_extension', 'asked_by'), ('case_extension', 'decided_reason'), ('case_visit', 'actor'),
    ('case_return', 'returned_by'), ('case_task', 'unit')
) AS v (t, c);
SELECT count(*) > 0 AS counts FROM kpi_day;
SELECT count(*) FROM first_dispatch;
RESET ROLE;

-- An anchor is one of all cases, or none.
SET ROLE regress_guard_auditor;
SELECT refused($$SELECT digest FROM journal_anchor('2026-03-02')$$);
RESET ROLE;
SELECT grant_role('regress_guard_auditor', 'sensitive');
SET ROLE regress_guard_auditor;
SELECT refused($$SELECT length(digest) FROM journal_anchor('2026-03-02')$$);
RESET ROLE;

-- Who only looks cannot hold a case up.
SET ROLE regress_guard_auditor;
SELECT left(refused(format('SELECT reporter_of(%L, at => ''2999-01-01 00:00+08'')', :'shown')), 40);
RESET ROLE;

-- An administrator of some units cannot make himself one of others.
SET ROLE regress_guard_admin;
SELECT refused('UPDATE unit SET parent = 6 WHERE unit = 1') AS tree, refused('DELETE FROM case_transition') AS rules,
    refused('INSERT INTO intake_class VALUES (''site'', ''matter'', ''04'', NULL, false)') AS classes;
SELECT my_units();
RESET ROLE;
SELECT c.relname FROM pg_class AS c
WHERE c.relnamespace = 'civicgrid'::regnamespace AND c.relkind = 'r' AND has_table_privilege('regress_guard_admin', c.oid, 'UPDATE')
    AND NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = c.oid AND g.tgname = 'require_administrator');

-- A unit's own dispatcher does not take back what the unit was given: there are
-- rules for returns.  Nor does a unit pass up what a verdict gave it.
SELECT report_event('grid', '广告', spot(1), class => '0102', at => t('03 09:00')) AS given \gset
SELECT unit FROM file_case(:'given', at => t('03 09:01'));
SELECT unit, centre FROM dispatch(:'given', at => t('03 09:02'));
SET ROLE regress_guard_bureau;
SELECT refused(format('SELECT recall(%L, ''x'', t(''03 09:03''))', :'given'));
RESET ROLE;
SET ROLE regress_guard_district;
SELECT state, unit FROM recall(:'given', '给错了', t('03 09:04'));
RESET ROLE;
UPDATE case_setting SET value = 'levels' WHERE setting = 'confirmation';
SELECT report_event('grid', '垃圾', spot(3), class => '0101', at => t('03 09:00')) AS judged \gset
SELECT unit FROM file_case(:'judged', at => t('03 09:01'));
SELECT unit, centre FROM dispatch(:'judged', at => t('03 09:02'));
SELECT unit, centre FROM adjudicate(:'judged', '街道负责', 9, at => t('03 09:03'));
SET ROLE regress_guard_street;
SELECT refused(format('SELECT escalate(%L, ''x'', t(''03 09:04''))', :'judged'));
RESET ROLE;
UPDATE case_setting SET value = 'none' WHERE setting = 'confirmation';

-- More time for a stage makes no case that is late as a whole in time again.
SELECT report_event('grid', '噪声', spot(2), class => '0101', at => t('02 10:00')) AS late \gset
SELECT unit FROM file_case(:'late', at => t('02 10:01'));
SELECT unit FROM dispatch(:'late', at => t('09 09:00'));
SELECT state FROM civicgrid.sign(:'late', at => t('09 09:05'));
SET ROLE regress_guard_street;
SELECT state FROM ask_extension(:'late', '2 work days', '等材料', t('10 09:06'));
RESET ROLE;
SET ROLE regress_guard_supervisor;
SELECT extensions FROM decide_extension(:'late', true, at => t('10 09:11'));
RESET ROLE;
SELECT kind, stage, due_at, extensions FROM case_clock WHERE caseno = :'late' AND stopped_at IS NULL ORDER BY clock;
SELECT * FROM replay_check(:'late', :'late');

-- Each unit that was late appeals, whoever acts for several of them.
SELECT report_event('grid', '工地', spot(1), class => '0201', at => t('02 10:00')) AS appealed \gset
SELECT unit FROM file_case(:'appealed', at => t('02 10:01'));
SELECT unit FROM dispatch(:'appealed', 4, at => t('02 10:02'));
SET ROLE regress_guard_handler;
SELECT state FROM civicgrid.sign(:'appealed', at => t('02 17:00'));
SELECT unit FROM transfer(:'appealed', 14, '由中队处置', t('10 10:00'));
SELECT state FROM civicgrid.sign(:'appealed', 14, at => t('12 10:00'));
SELECT state FROM feedback(:'appealed', '已处置', unit => 14, at => t('25 10:00'));
RESET ROLE;
SELECT state FROM check_case(:'appealed', 11, at => t('25 10:01'));
SET ROLE regress_guard_collector;
SELECT state FROM checked(:'appealed', true, at => t('25 10:02'));
RESET ROLE;
SELECT state FROM close_case(:'appealed', at => t('25 10:03'));
SET ROLE regress_guard_handler;
SELECT v.n, refused(format('SELECT (appeal(%L, ''理由'', t(''25 11:00''))).state', :'appealed')) FROM generate_series(1, 3) AS v (n);
RESET ROLE;
SELECT appeal, unit FROM case_appeal ORDER BY appeal;

-- What is reported for a time to come would be locked until then, and be the
-- latest report that hotspots go back from.
SELECT refused($$SELECT report_event('grid', 'x', at => '2999-01-01 00:00+08')$$);
SELECT r.line, r.refused, r.message, r.detail
FROM report_events('[{"channel": "grid", "description": "x", "at": "2999-01-01 00:00+08"}, {"channel": "grid", "description": "x", "at": "2998-01-01 00:00+08"}]'::jsonb) AS r;
-- An empty list of attachments is none; a blank number is none, and not one that
-- a channel has given before.
SELECT refused($$SELECT report_event('grid', attachments => '[]')$$);
SELECT r.line, r.refused FROM report_events('[{"channel": "grid", "attachments": []}, {"channel": "grid", "attachments": []}]'::jsonb) AS r;
SELECT count(DISTINCT caseno::text) FROM (
    SELECT report_event('web', '甲', external_id => ' ', at => t('02 10:00')) AS caseno
    UNION ALL SELECT report_event('web', '乙', external_id => ' ', at => t('02 10:00'))
    UNION ALL SELECT r.caseno FROM report_events(format(
        '[{"channel": "web", "description": "丙", "external_id": " ", "at": "%1$s"}, {"channel": "web", "description": "丁", "external_id": " ", "at": "%1$s"}]',
        t('02 10:00'))::jsonb) AS r
) AS v;
-- Telephones send a height with the place.
SELECT report_event('web', 'z', st_geomfromewkt('SRID=4326;POINT(114.345 22.695 31.5)'), at => t('02 10:00')) AS high \gset
SELECT report_event('web', 'zm', st_geomfromewkt('SRID=4490;POINT(114.345 22.695 31.5 7)'), at => t('02 10:00')) AS higher \gset
SELECT r.caseno AS highest FROM report_events(format(
    '[{"channel": "web", "description": "j", "location": {"type": "Point", "coordinates": [114.345, 22.695, 31.5]}, "at": "%1$s"}, {"channel": "web", "description": "k", "location": "POINT ZM (114.345 22.695 31.5 7)", "at": "%1$s"}]',
    t('02 10:00'))::jsonb) AS r ORDER BY r.line LIMIT 1 \gset
SELECT r.description, r.cell, st_asewkt(r.location) FROM case_record AS r
WHERE r.caseno IN (:'high', :'higher', :'highest') OR r.description = 'k' ORDER BY r.caseno;

-- Who only may call the function is not the system.
SET ROLE civicgrid_collector;
SELECT refused($$SELECT report_event('grid', '匿名')$$);
SELECT refused($$SELECT (report_events('[{"channel": "grid", "description": "匿名"}]'::jsonb)).caseno$$);
RESET ROLE;

-- A district is no street, and a street no community.
SELECT report_event('web', '全区', cell => '440310', at => t('02 10:00')) AS wide \gset
SELECT report_event('web', '全街道', cell => '440310001', at => t('02 10:00')) AS broad \gset
SELECT c.cell, c.community, c.street, o.community, o.street FROM cases AS c JOIN open_data AS o ON o.caseno = c.caseno
WHERE c.caseno IN (:'wide', :'broad') ORDER BY c.caseno;
SELECT cell, community, street FROM hotspots WHERE length(cell) < 15 ORDER BY cell;
SELECT DISTINCT street FROM funnel ORDER BY 1;

-- What the site takes for sensitive now is not published, whenever it was reported.
SELECT report_event('web', '咨询', class => '03', cell => place(1), at => t('02 10:00')) AS known \gset
SELECT count(*) FROM open_data WHERE caseno = :'known';
INSERT INTO intake_class (taxonomy, kind, class, sensitive) VALUES ('site', 'matter', '03', true);
SELECT count(*) FROM open_data WHERE caseno = :'known';
DELETE FROM intake_class WHERE class = '03';

-- One unit's appeal is not another one's.
SELECT report_event('grid', '工地', spot(1), class => '0201', at => t('02 10:00')) AS two \gset
SELECT state FROM file_case(:'two', at => t('02 10:01'));
SELECT state FROM dispatch(:'two', 5, at => t('02 10:02'));
SELECT state FROM civicgrid.sign(:'two', at => t('02 10:03'));
SELECT state FROM return_case(:'two', 'not ours', '不是', 4, at => t('06 10:00'));
SELECT state FROM dispatch(:'two', 4, at => t('06 10:01'));
SET ROLE regress_guard_handler;
SELECT state FROM civicgrid.sign(:'two', at => t('06 10:02'));
SELECT state FROM feedback(:'two', '已处置', at => t('20 10:00'));
RESET ROLE;
SELECT state FROM check_case(:'two', 11, at => t('20 10:01'));
SET ROLE regress_guard_collector;
SET civicgrid.person = '王五';
SELECT state FROM checked(:'two', true, at => t('20 10:02'));
RESET civicgrid.person;
RESET ROLE;
SELECT state FROM close_case(:'two', at => t('20 10:03'));
CREATE ROLE regress_guard_housing LOGIN;
SELECT grant_role('regress_guard_housing', 'handler', 5);
SET ROLE regress_guard_housing;
SELECT state FROM appeal(:'two', '台风', t('20 11:00'));
SET ROLE regress_guard_supervisor;
SELECT exempt FROM decide_appeal(:'two', true, '属实', t('20 11:01'));
RESET ROLE;
SELECT day, unit, due, due_overdue, due_exempt, close_due, close_due_overdue, close_due_exempt FROM kpi_due WHERE caseno = :'two' ORDER BY day, unit;
SELECT unit, sum(appealed) AS appealed, sum(exempted) AS exempted FROM kpi_day
WHERE caseno = :'two' GROUP BY unit HAVING sum(appealed + exempted) > 0;

-- A reporter who was not reached has said nothing about the check.
SELECT state FROM visit(:'two', NULL, at => t('20 12:00'));
SELECT state FROM visit(:'two', false, '没有做', t('20 13:00'));
SELECT checked, refuted FROM collector_month WHERE collector = '王五';

-- What stopped the clock of a merged case was no closing, also if the reporter
-- was not satisfied with that of the main case.
SELECT report_event('grid', '工地', spot(2), class => '0201', at => t('16 10:00')) AS whole \gset
SELECT report_event('grid', '施工', spot(2), class => '0201', at => t('16 10:01')) AS part \gset
SELECT state FROM merge_cases(:'part', :'whole', '同一件事', t('16 10:02'));
SELECT state FROM file_case(:'whole', at => t('16 10:03'));
SELECT state FROM dispatch(:'whole', 4, at => t('16 10:04'));
SET ROLE regress_guard_handler;
SELECT state FROM civicgrid.sign(:'whole', at => t('16 10:05'));
SELECT state FROM feedback(:'whole', '已处置', at => t('16 11:00'));
RESET ROLE;
SELECT state FROM check_case(:'whole', 11, at => t('16 11:01'));
SET ROLE regress_guard_collector;
SELECT state FROM checked(:'whole', true, at => t('16 11:02'));
RESET ROLE;
SELECT state FROM close_case(:'whole', at => t('16 11:03'));
SELECT reported, merged, handled, checked, closed FROM funnel WHERE day = '2026-03-16' AND street = '440310001';
SELECT state FROM visit(:'part', false, '没有做', t('16 12:00'));
SELECT caseno = :'whole' AS main, sum(close_due) AS close_due, sum(close_due_on_time) AS on_time FROM kpi_due
WHERE caseno IN (:'whole', :'part') GROUP BY caseno ORDER BY 1;

-- No more is dispatched than was to be.
SELECT rate, sum(numerator) <= sum(denominator) AS within FROM kpi_rates WHERE rate = 'dispatch' GROUP BY rate;

-- What was reported, and that it was, is held against the journal, too.
SELECT * FROM verify_journal();
BEGIN;
UPDATE case_record SET description = '无事', external_id = 'X', channel = 'phone', reported_at = reported_at - interval '1 day' WHERE caseno = :'two';
DELETE FROM case_record WHERE caseno = :'whole';
SELECT caseno = :'two' AS changed, caseno = :'whole' AS gone, step, fault, explanation FROM verify_journal() ORDER BY caseno;
SELECT fault FROM verify_journal(:'two'::caseno);
ROLLBACK;

SELECT * FROM verify_journal();
SELECT * FROM replay_check();

\c :main
DROP DATABASE civicgrid_case_guard;
DROP ROLE regress_guard_district, regress_guard_bureau, regress_guard_handler, regress_guard_street, regress_guard_supervisor,
    regress_guard_collector, regress_guard_auditor, regress_guard_analyst, regress_guard_admin, regress_guard_housing;
