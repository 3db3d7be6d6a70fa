--
-- What happens by the clock: warnings, breaches, escalation, suspensions that
-- end, cases that are let rest; and the outbox
--
\set main :DBNAME
CREATE DATABASE civicgrid_case_tick TEMPLATE civicgrid_as_shipped;
\c civicgrid_case_tick
SET search_path = civicgrid, public;
SET TimeZone = 'Asia/Shanghai';
SET client_min_messages = warning;
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never

-- A district with a department and a street.
INSERT INTO unit (unit, name, kind, level, parent, territory) VALUES
    (1, '区分拨中心', 'centre', 2, NULL, '440310'), (2, '区城管局', 'department', 2, 1, '440310'),
    (3, '坪山街道办', 'street office', 3, 1, '440310001'), (4, '街道综合办', 'street department', 3, 3, '440310001');
CALL publish_calendar('office', '2026-01-01', known_on => '2026-01-01');
CREATE FUNCTION c(n integer) RETURNS caseno IMMUTABLE LANGUAGE sql RETURN make_caseno('2026-03-02', '440310', n);
-- time limits: warned at 50 and 75 per cent of handling, and once more at 120
CREATE TABLE book AS SELECT rulebook_agg(v.part, v.item::jsonb) AS model FROM (VALUES
    ('unit', '{"unit":1,"kind":"centre","level":2,"territory":"440310","centre":true}'),
    ('unit', '{"unit":2,"parent":1,"kind":"department","level":2,"territory":"440310"}'),
    ('unit', '{"unit":3,"parent":1,"kind":"street office","level":3,"territory":"440310001"}'),
    ('unit', '{"unit":4,"parent":3,"kind":"street department","level":3,"territory":"440310001"}'),
    ('rule', '{"rule":1,"lead_unit":2}'),
    ('policy', '{"policy":1,"stage":"file","stage_place":3,"term":"15 minutes","calendar":"office","warnings":[]}'),
    ('policy', '{"policy":2,"stage":"sign","stage_place":5,"term":"2 work hours","calendar":"office","warnings":[100]}'),
    ('policy', '{"policy":3,"stage":"handle","stage_place":6,"term":"2 work days","calendar":"office","warnings":[50,75,120]}'),
    ('policy', '{"policy":4,"stage":"overall","stage_place":10,"term":"5 work days","calendar":"office","warnings":[75]}')
) AS v (part, item);
-- a case, as intake makes it
CREATE FUNCTION report(n integer, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    s case_state;
BEGIN
    INSERT INTO case_record (caseno, reported_at, cell) VALUES (c(n), report.at, '440310001001001');
    s.caseno := c(n);
    s.state := 'reported';
    s.at := report.at;
    s.unit := 1;
    s.centre := 1;
    s.severity := 1;
    s.sensitive := false;
    s.routing := (SELECT route(b.model, '06010', '440310001001001') FROM book AS b);
    PERFORM case_open(s, 'report_event', NULL, '{}');
END;
$$;
-- an act of the workflow, with what its function changes of the case
CREATE FUNCTION act(n integer, action text, at timestamptz, change jsonb DEFAULT '{}', outcome text DEFAULT '') RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    a case_act := case_begin(c(n), act.action, act.at, act.outcome, 'why');
BEGIN
    a.next := jsonb_populate_record(a.next, change);
    RETURN (case_end(a)).state;
END;
$$;

-- states of cases are set below as no verb would
ALTER TABLE case_state DISABLE TRIGGER USER;

-- when the shares of a term are used up: two work days from Monday 10:00 are
-- 6 hours of that day, and 7 of each of the next two
SELECT p, clock_step_at(calendar_in_force('office', '2026-03-02'), '2026-03-02 10:00', '2 work days', '{}', '{}',
    '2026-03-04 18:00', p)
FROM unnest('{1,50,75,100,120,150}'::integer[]) AS p;
-- with a pause of a day
SELECT p, clock_step_at(k, '2026-03-02 10:00', '2 work days', r, '{}', due(k, '2026-03-02 10:00', '2 work days', r), p)
FROM calendar_in_force('office', '2026-03-02') AS k,
    tstzmultirange(tstzrange('2026-03-03 00:00', '2026-03-04 00:00')) AS r,
    unnest('{50,75,100,150}'::integer[]) AS p;
-- and around the clock
SELECT p, clock_step_at(calendar_in_force('office', '2026-03-02'), '2026-03-02 10:00', '3 hours', '{}', '{1 hour}',
    '2026-03-02 14:00', p)
FROM unnest('{75,100,150}'::integer[]) AS p;
-- which steps: before the deadline the policy's, or the ladder's; then both
SELECT clock_steps('stage', 'handle', 1, '{50,75,120}'), clock_steps('stage', 'sign', 1, '{100}'),
    clock_steps('stage', 'file', NULL, '{}'), clock_steps('case', NULL, 2, '{80}'), clock_steps('stage', 'file', NULL, NULL);
SELECT * FROM escalation_step ORDER BY step;

SELECT report(n, '2026-03-02 09:30') FROM generate_series(1, 4) AS n;
SELECT act(n, 'file_case', '2026-03-02 09:40'), act(n, 'dispatch', '2026-03-02 09:50', '{"unit": 4, "lead": 4}'),
    act(n, 'sign', '2026-03-02 10:00')
FROM generate_series(1, 2) AS n;
-- what is new is looked at first
SELECT caseno, clock, kind, stage, holder, due_at, warn_at FROM case_clock WHERE stopped_at IS NULL ORDER BY clock;
CALL tick('2026-03-02 09:45', commits => false);
SELECT caseno, clock, kind, stage, due_at, warn_at FROM case_clock WHERE stopped_at IS NULL ORDER BY clock;
-- cases 3 and 4 have not been filed in 15 minutes
SELECT * FROM case_warning ORDER BY caseno, clock, step;
SELECT message, caseno, kind, unit, recipient, body, at FROM case_message ORDER BY message;

-- half of handling's time; the ladder names no such step, so the holder is told
CALL tick('2026-03-03 14:59:59');
CALL tick('2026-03-03 15:00');
CALL tick('2026-03-03 15:00');
SELECT message, caseno, kind, unit, recipient, body FROM case_message WHERE message > 4 ORDER BY message;
-- one of them is suspended until Thursday, the other is extended
SELECT act(1, 'suspend', '2026-03-03 16:00', '{"before": "handling", "resume_at": "2026-03-05T09:00:00+08:00", "suspensions": 1}');
BEGIN;
SELECT extend_clock(c(2), stage_clock, '1 work day') FROM case_state WHERE caseno = c(2);
END;
SELECT caseno, clock, kind, stage, due_at, warn_at FROM case_clock WHERE stopped_at IS NULL AND caseno <= c(2) ORDER BY clock;
CALL tick('2026-03-04 18:00:00');
SELECT caseno, clock, kind, stage, due_at, warn_at FROM case_clock WHERE stopped_at IS NULL AND caseno <= c(2) ORDER BY clock;
SELECT message, caseno, kind, unit, recipient, body FROM case_message WHERE message > 8 ORDER BY message;
-- the suspension ends when it was said to, though this is noticed later
CALL tick('2026-03-05 11:00');
SELECT step, action, outcome, at, role, from_state, to_state, detail FROM case_journal WHERE caseno = c(1) AND step > 5 ORDER BY step;
SELECT caseno, clock, kind, stage, pauses, due_at, warn_at FROM case_clock WHERE stopped_at IS NULL AND caseno = c(1) ORDER BY clock;

-- A tick that comes late gives what was missed, and tells of the last of it;
-- at 150 per cent the case comes under supervision.
CALL tick('2026-03-20 10:00');
SELECT caseno, clock, step, at, due_at, unit, tell, supervise FROM case_warning WHERE at > '2026-03-05 18:00' ORDER BY caseno, clock, step;
SELECT caseno, kind, unit, recipient, body, at FROM case_message WHERE at > '2026-03-05 18:00' ORDER BY message;
SELECT caseno, step, action, at, role, reason, detail FROM case_journal WHERE action = 'supervise' ORDER BY caseno;
SELECT caseno, supervised FROM case_state ORDER BY caseno;
SELECT clock, warn_at FROM case_clock WHERE stopped_at IS NULL AND warn_at < 'infinity' ORDER BY clock;
CALL tick('2026-03-20 10:00');
CALL tick('2026-03-25 10:00');
-- the chain holds
SELECT * FROM verify_journal();

-- A clock whose calendar does not reach as far: the deadline counts.
SELECT start_clock(c(3), 'stage', 'office', '2 work days', 'check', '1', '2036-12-29 10:00');
CALL tick('2036-12-30 10:00');
CALL tick('2037-01-02 10:00');
CALL tick('2037-01-02 10:00');
-- One of no case is let alone.
SELECT start_clock(c(99), 'case', 'office', '2 work days', at => '2026-03-02 10:00') > 0;
CALL tick('2026-03-25 10:00');
SELECT warn_at FROM case_clock WHERE caseno = c(99);

-- Closed cases of which nobody is heard come to rest: five work days after.
SELECT report(n, '2026-04-01 09:30') FROM generate_series(11, 13) AS n;
UPDATE case_state SET state = 'checked' WHERE caseno >= c(11);
SELECT act(11, 'close_case', '2026-04-01 17:00', '{"closed_at": "2026-04-01T17:00:00+08:00"}'),
    act(12, 'close_case', '2026-04-02 09:00', '{"closed_at": "2026-04-02T09:00:00+08:00"}'),
    act(13, 'close_case', '2026-04-02 09:00', '{"closed_at": "2026-04-02T09:00:00+08:00"}');
-- Qingming, 4 to 6 April
CALL tick('2026-04-09 17:59');
CALL tick('2026-04-09 18:00');
SELECT caseno, state, at FROM case_state WHERE caseno >= c(11) ORDER BY caseno;
UPDATE case_setting SET value = '' WHERE setting = 'silence';
CALL tick('2026-04-10 18:00');
UPDATE case_setting SET value = '3 work days' WHERE setting = 'silence';
CALL tick('2026-04-10 18:00', batch => 1);
SELECT caseno, state, at FROM case_state WHERE caseno >= c(11) ORDER BY caseno;

-- What cannot be done is said, and the rest is done.
SELECT report(n, '2026-04-13 09:30') FROM generate_series(14, 15) AS n;
UPDATE case_state SET state = 'suspended', before = 'filed', resume_at = '2026-04-14 09:00' WHERE caseno >= c(14);
DELETE FROM case_clock WHERE clock = (SELECT case_clock FROM case_state WHERE caseno = c(14));
CALL tick('2026-04-13 10:00');
DO $$
BEGIN
    UPDATE case_clock SET pauses = '{[2026-04-13 10:00+08,)}' WHERE caseno = c(15);
END
$$;
CALL tick('2026-04-14 10:00');
SELECT caseno, state, at FROM case_state WHERE caseno >= c(14) ORDER BY caseno;
DELETE FROM case_state WHERE caseno = c(14);

-- The outbox: of each case the oldest
TRUNCATE case_message RESTART IDENTITY;
SELECT put_message(c(n % 3 + 1), 'told', 4, jsonb_build_object('n', n), '2026-05-04 10:00') FROM generate_series(0, 6) AS n;
SELECT message, caseno, kind, unit, recipient, body, attempt FROM take_messages(2) ORDER BY message;
SELECT message, caseno, body, attempt FROM take_messages();
SELECT message FROM take_messages();
SELECT confirm_messages('{1,3}'), confirm_messages('{1}'), confirm_messages('{}'), confirm_messages(NULL);
SELECT message, caseno FROM take_messages();
-- a lease that is over
SELECT message FROM take_messages(lease => '0');
UPDATE case_message SET leased_until = '2026-01-01' WHERE message IN (2, 4);
SELECT message, attempt FROM take_messages(lease => '-1 second');
SELECT message, attempt FROM take_messages();
-- what fails waits, and is given up at last
SELECT fail_messages('{2}', 'no answer'), fail_messages('{1}', 'too late');
SELECT message, attempts, fault, leased_until > clock_timestamp() + '3 minutes' AS waits FROM case_message WHERE message <= 2 ORDER BY message;
UPDATE case_setting SET value = '3' WHERE setting = 'message_attempts';
SELECT fail_messages('{2}', 'no answer');
SELECT message, caseno FROM take_messages() ORDER BY message;
SELECT message, dead_at IS NOT NULL AS dead, fault FROM case_message WHERE attempts >= 3 ORDER BY message;
-- one that was taken too often, and never answered for
UPDATE case_message SET leased_until = '2026-01-01' WHERE message = 4;
SELECT message FROM take_messages();
SELECT message FROM take_messages();
SELECT revive_messages('{2,4,5}'), forget_messages('2026-01-01'), forget_messages('infinity');
SELECT message, attempts, leased_until IS NOT NULL AS leased, dead_at IS NOT NULL AS dead FROM case_message ORDER BY message;

-- NOTIFY
LISTEN civicgrid_message;
UPDATE case_setting SET value = 'off' WHERE setting = 'notify';
SELECT put_message(c(1), 'told') > 0 AS put;
UPDATE case_setting SET value = 'tick' WHERE setting = 'notify';
DO $$ BEGIN PERFORM civicgrid.notify_messages(true); END $$;
UNLISTEN *;

-- What is refused
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$CALL civicgrid.tick(NULL)$$,
    $$CALL civicgrid.tick('infinity')$$,
    $$CALL civicgrid.tick(batch => 0)$$,
    $$CALL civicgrid.tick('2026-05-04 10:00', commits => true)$$,
    $$SELECT civicgrid.put_message(c(77), 'told')$$,
    $$SELECT civicgrid.put_message(NULL, 'told')$$,
    $$SELECT civicgrid.put_message(c(1), 'told', at => 'infinity')$$,
    $$SELECT civicgrid.take_messages(0)$$,
    $$SELECT civicgrid.take_messages(NULL)$$,
    $$INSERT INTO civicgrid.escalation_step (step, percent, tell) VALUES (99, 50, '{boss}')$$,
    $$INSERT INTO civicgrid.escalation_step (step, percent, tell) VALUES (99, 0, '{holder}')$$,
    $$DELETE FROM civicgrid.escalation_step$$
]) AS s;
SELECT code, message FROM tests.error_of($$SELECT civicgrid.put_message(c(1), '')$$);
-- in a transaction block it does not commit, and leaves the search path as it was
BEGIN;
CALL tick('2026-05-04 10:00');
SHOW search_path;
ROLLBACK;
CALL tick('2026-05-04 10:00');
SHOW search_path;

\c :main
DROP DATABASE civicgrid_case_tick;
