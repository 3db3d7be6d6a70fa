--
-- Editions of calendars, clocks, and what a change of the calendar moves
--
SET search_path = civicgrid, public;
SET client_min_messages = notice;
SET TimeZone = 'Asia/Shanghai';
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never

CREATE FUNCTION pg_temp.no(n integer) RETURNS caseno LANGUAGE SQL AS $$
    SELECT civicgrid.make_caseno('2020-01-20', '440310', n)
$$;

-- nothing yet
SELECT calendar_edition_in_force('office'), calendar_in_force('office') IS NULL AS none;
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$CALL civicgrid.publish_calendar('atlantis')$$,
    $$CALL civicgrid.publish_calendar(NULL)$$,
    $$CALL civicgrid.publish_calendar('office', 'infinity')$$,
    $$CALL civicgrid.move_clocks('office')$$,
    $$SELECT civicgrid.start_clock('20200120-440310-0000001-3', 'case', 'office', '2 work days')$$,
    $$SELECT * FROM civicgrid.calendar_diff('office')$$,
    $$SELECT * FROM civicgrid.calendar_diff('office', 7)$$,
    $$SELECT * FROM civicgrid.clock_diff('office', 7)$$,
    $$SELECT * FROM civicgrid.clock_diff('atlantis')$$
]) AS s;
\x off

-- the calendar as it was known when the holidays of 2020 began
CALL publish_calendar('office', '2019-11-21', known_on => '2019-11-21', remark => 'the notice for 2020');
CALL publish_calendar('always', '2019-01-01', known_on => '2019-11-21');
SELECT edition, calendar, valid_from, known_on, notices[cardinality(notices)] AS last_notice, remark FROM calendar_edition ORDER BY 1;
SELECT calendar_edition_in_force('office', '2019-11-20 23:59:59'), calendar_edition_in_force('office', '2019-11-21');

-- clocks of each kind, as cases have them
ALTER SEQUENCE case_clock_clock_seq RESTART;
SELECT start_clock(pg_temp.no(1), 'case', 'office', '7 work days', at => '2020-01-20 10:00') AS clock;
SELECT start_clock(pg_temp.no(1), 'stage', 'always', '30 minutes', stage => 'dispatch', at => '2020-01-20 10:00');
SELECT start_clock(pg_temp.no(1), 'stage', 'office', '4 work hours', stage => 'handle', at => '2020-01-23 17:00');
SELECT start_clock(pg_temp.no(1), 'holder', 'office', '3 work days', stage => 'handle', holder => '城管局', at => '2020-01-23 17:00');
SELECT start_clock(pg_temp.no(2), 'case', 'office', '7 days', at => '2020-01-24 10:00');
SELECT start_clock(pg_temp.no(3), 'case', 'office', '2 hours', at => '2020-01-30 10:00');
SELECT start_clock(pg_temp.no(4), 'case', 'office', '2 work days', at => '2020-01-23 09:00');
SELECT start_clock(pg_temp.no(5), 'case', 'office', '2 work days', at => '2020-01-23 09:00');
SELECT start_clock(pg_temp.no(6), 'case', 'office', '1 work day', at => '2020-01-20 09:00');
SELECT case_sequence(caseno) AS n, clock, kind, stage, holder, term, due_at FROM case_clock ORDER BY clock;

-- paused, extended, stopped
SELECT pause_clock(pg_temp.no(4), 7, '2020-01-23 16:00');
SELECT case_sequence(caseno) AS n, paused, due_at, verdict, provisional FROM clock_reading WHERE clock = 7;
SELECT stop_clock(pg_temp.no(5), 8, '2020-01-23 18:00');
SELECT stop_clock(pg_temp.no(6), 9, '2020-01-21 18:00:01');
SELECT extend_clock(pg_temp.no(1), 4, '1 work day');
SELECT * FROM clock_check();

-- what the State Council's notice of 27 January would change
BEGIN;
CALL publish_calendar('office', '2020-01-27', known_on => '2020-01-27', remark => 'holidays made longer');
SELECT day, before_shifts, after_shifts, before_name, after_name FROM calendar_diff('office', 1, 3);
ROLLBACK;
SELECT day, before_shifts, after_shifts, before_name, after_name FROM calendar_diff('office') WHERE day < '2020-04-01';
SELECT case_sequence(caseno) AS n, clock, kind, stage, holder, due_before, due_after, moved FROM clock_diff('office') ORDER BY clock;

-- published, it moves what is open, and logs each move with its notice
CALL publish_calendar('office', '2020-01-27', known_on => '2020-01-27', remark => 'holidays made longer');
SELECT case_sequence(caseno) AS n, clock, edition, due_at, moved_from, stopped_at, verdict FROM case_clock ORDER BY clock;
SELECT case_sequence(caseno) AS n, clock, edition, due_before, due_after, moved, notices FROM clock_move_notice ORDER BY clock;
SELECT * FROM clock_check();
-- once more, nothing moves
CALL move_clocks('office');
-- a calendar that says the same moves nothing
CALL publish_calendar('office', '2020-01-28', known_on => '2020-01-28');
SELECT count(*) FROM clock_move;
SELECT count(*) FROM clock_diff('always');

-- a paused clock moves when it is resumed, and is dated by the edition now in force
SELECT resume_clock(pg_temp.no(4), 7, '2020-02-03 10:00');
SELECT edition, pauses, due_at, moved_from FROM case_clock WHERE clock = 7;
-- an extension survives any order of pauses
SELECT pause_clock(pg_temp.no(4), 7, '2020-02-03 15:00'), extend_clock(pg_temp.no(4), 7, '2 work days'), resume_clock(pg_temp.no(4), 7, '2020-02-04 15:00');
SELECT c.due_at, c.due_at = due(calendar_in_force('office'), c.started_at, c.term, c.pauses, c.extensions) AS same, extensions FROM case_clock AS c WHERE clock = 7;
-- a clock that is stopped while it is paused
SELECT pause_clock(pg_temp.no(4), 7, '2020-02-05 09:00'), stop_clock(pg_temp.no(4), 7, '2020-02-20 09:00');
SELECT pauses, due_at, stopped_at, verdict FROM case_clock WHERE clock = 7;

-- a site sets a day of its own; nobody's notice
INSERT INTO calendar_day (calendar, day, what, name) VALUES ('office', '2020-02-04', 'rest', '停电');
CALL publish_calendar('office', '2020-01-29', known_on => '2020-01-29');
SELECT case_sequence(caseno) AS n, clock, edition, due_before, due_after, moved, notices FROM clock_move_notice WHERE edition = 5 ORDER BY clock;
-- it is undone by publishing again
DELETE FROM calendar_day;
CALL publish_calendar('office', '2020-01-29', known_on => '2020-01-29');
SELECT clock, edition, due_at, moved_from FROM case_clock WHERE stopped_at IS NULL AND calendar = 'office' ORDER BY clock;
SELECT clock, array_agg(to_char(due_before, 'MM-DD HH24:MI') || ' > ' || to_char(due_after, 'MM-DD HH24:MI') ORDER BY edition) AS moves FROM clock_move GROUP BY 1 ORDER BY 1;
SELECT * FROM clock_check();

-- whoever publishes sees his edition in force at once
BEGIN;
CALL publish_calendar('office', known_on => '2020-01-29');
SELECT calendar_edition_in_force('office'), valid_from = now() AS now FROM calendar_edition WHERE edition = 7;
SELECT * FROM clock_check();
ROLLBACK;

-- published for later: nothing moves yet
BEGIN;
INSERT INTO calendar_day (calendar, day, what, name) VALUES ('office', '2020-02-04', 'rest', '停电');
CALL publish_calendar('office', '2990-01-01', known_on => '2020-01-29');
SELECT calendar_edition_in_force('office'), calendar_edition_in_force('office', '2990-01-01');
SELECT count(*) FROM clock_diff('office', 7);
CALL move_clocks('office', '2990-01-01');
-- of what is in force later, and of clocks that are dated by it, the check speaks
SELECT clock, fault FROM clock_check() ORDER BY clock, fault;
CALL move_clocks('office');
SELECT * FROM clock_check();
ROLLBACK;

-- a draft with errors is not published; a horizon that leaves clocks without is refused
BEGIN;
UPDATE calendar SET zone = 'Asia/Atlantis' WHERE calendar = 'office';
INSERT INTO holiday_day (notice, day, off) VALUES ('ghost', '2020-01-02', true);
\x on
SELECT (tests.error_of('CALL civicgrid.publish_calendar(''office'')')).*;
ROLLBACK;
BEGIN;
UPDATE calendar SET first_day = '2020-01-22' WHERE calendar = 'office';
SELECT (tests.error_of('CALL civicgrid.publish_calendar(''office'', ''2020-02-01'')')).*;
ROLLBACK;

-- what was decided, and what was published, stays
SELECT e.code, e.message, CASE WHEN e.code <> '23514' THEN e.detail END AS detail, e.hint FROM unnest(ARRAY[
    $$UPDATE civicgrid.case_clock SET due_at = '2020-03-01' WHERE clock = 8$$,
    $$UPDATE civicgrid.case_clock SET verdict = 'on time' WHERE clock = 9$$,
    $$SELECT civicgrid.extend_clock('20200120-440310-0000005-6', 8, '1 work day')$$,
    $$SELECT civicgrid.pause_clock('20200120-440310-0000005-6', 99)$$,
    $$SELECT civicgrid.resume_clock('20200120-440310-0000002-1', 5)$$,
    $$SELECT civicgrid.pause_clock('20200120-440310-0000002-1', 5, '2020-01-25 00:00'), civicgrid.pause_clock('20200120-440310-0000002-1', 5, '2020-01-26 00:00')$$,
    $$SELECT civicgrid.extend_clock('20200120-440310-0000002-1', 5, '1 work day 1 day')$$,
    $$UPDATE civicgrid.case_clock SET calendar = 'atlantis' WHERE clock = 5$$,
    $$INSERT INTO civicgrid.case_clock (caseno, kind, calendar, edition, term) VALUES ('20200120-440310-0000002-1', 'case', 'office', 2, '1 day')$$,
    $$INSERT INTO civicgrid.case_clock (caseno, kind, stage, calendar, term) VALUES ('20200120-440310-0000002-1', 'case', 'handle', 'office', '1 day')$$,
    $$INSERT INTO civicgrid.case_clock (caseno, kind, calendar, term) VALUES ('20200120-440310-0000002-1', 'holder', 'office', '1 day')$$,
    $$DELETE FROM civicgrid.calendar_edition$$,
    $$UPDATE civicgrid.calendar_edition SET valid_from = now()$$,
    $$TRUNCATE civicgrid.calendar_edition$$
]) AS s, tests.error_of(s) AS e;
\x off
-- the facts of an open clock may be mended; the deadline follows
UPDATE case_clock SET term = '10 days' WHERE clock = 5 RETURNING edition, due_at;
-- a row that comes with its deadline is taken as it is, and found
INSERT INTO case_clock (caseno, clock, kind, calendar, edition, started_at, term, due_at)
VALUES (pg_temp.no(7), 1000, 'case', 'office', 6, '2020-02-03 09:00', '1 work day', '2020-02-03 10:00');
SELECT case_sequence(caseno) AS n, clock, fault, detail FROM clock_check() ORDER BY clock, fault COLLATE "C";
DELETE FROM case_clock WHERE clock = 1000;

-- one clock for a case from end to end, its holders' clocks beside it
SELECT case_sequence(caseno) AS n, kind, stage, holder, term, due_at, paused, extensions, verdict FROM clock_reading ORDER BY clock;
SELECT elapsed, remaining, round(used_ratio::numeric, 3) AS used FROM clock_reading WHERE clock IN (8, 9) ORDER BY clock;
TRUNCATE case_clock, clock_move;
