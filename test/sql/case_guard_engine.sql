--
-- What must not be possible with cases: evaded, whitewashed, left hanging (engine)
--
\set main :DBNAME
CREATE DATABASE civicgrid_case_guard_engine TEMPLATE civicgrid_as_shipped;
\c civicgrid_case_guard_engine
SET search_path = civicgrid, public;
SET TimeZone = 'Asia/Shanghai';
SET DateStyle = 'ISO';
SET client_min_messages = warning;
\set SHOW_CONTEXT never

\getenv abs_srcdir PG_ABS_SRCDIR
\set town :abs_srcdir '/data/case_town.sql'
\i :town

CREATE FUNCTION public.t(h text) RETURNS timestamptz IMMUTABLE LANGUAGE sql RETURN ('2026-03-' || h || '+08')::timestamptz;
CREATE FUNCTION public.refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    code text; message text; detail text;
BEGIN
    EXECUTE statement INTO message;
    RETURN message;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', code, message, nullif(detail, ''));
END;
$$;
CREATE ROLE regress_guard_street LOGIN;
CREATE ROLE regress_guard_team LOGIN;
CREATE ROLE regress_guard_station LOGIN;
CREATE ROLE regress_guard_collector LOGIN;
CREATE ROLE regress_guard_supervisor LOGIN;
SELECT count(*) FROM (VALUES
    ('regress_guard_street', 'dispatcher', 3), ('regress_guard_team', 'handler', 14), ('regress_guard_station', 'handler', 6),
    ('regress_guard_collector', 'collector', 11), ('regress_guard_supervisor', 'supervisor', 1)
) AS v (member, role, unit) WHERE grant_role(v.member, v.role, v.unit);

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

SELECT * FROM verify_journal();
SELECT * FROM replay_check();

\c :main
DROP DATABASE civicgrid_case_guard_engine;
DROP ROLE regress_guard_street, regress_guard_team, regress_guard_station, regress_guard_collector, regress_guard_supervisor;
