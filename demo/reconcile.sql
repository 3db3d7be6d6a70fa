-- Reconciliation: what went in is what came out.  Every line compares two counts
-- that were worked out in different ways; one that differs ends the demo.
SET search_path = civicgrid, public;
SET timezone = 'Asia/Shanghai';
SELECT as_of FROM demo.clock \gset

DROP TABLE IF EXISTS demo.comparison, demo.again;
CREATE TABLE demo.comparison (
    place integer GENERATED ALWAYS AS IDENTITY,
    what text NOT NULL,
    wanted bigint,
    found bigint
);

-- in = out
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'reports that were to come in = cases that were reported', count(*), count(DISTINCT caseno) FROM demo.report;
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'reports = rows of case_record with their channel and number', (SELECT count(*) FROM demo.report),
       count(*)
FROM demo.report AS d JOIN case_record AS r ON r.caseno = d.caseno AND r.channel = d.channel AND r.external_id = d.external_id;
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'rows of case_record = rows of case_state', (SELECT count(*) FROM case_record), (SELECT count(*) FROM case_state);
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'all cases = those of all states added up', (SELECT count(*) FROM demo.report),
       (SELECT sum(n)::bigint FROM (SELECT count(*) AS n FROM cases GROUP BY state) AS s);
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'all cases = open + closed or visited + merged + void', (SELECT count(*) FROM demo.report),
       count(*) FILTER (WHERE open) + count(*) FILTER (WHERE state IN ('closed', 'visited'))
           + count(*) FILTER (WHERE state = 'merged') + count(*) FILTER (WHERE state = 'void')
FROM cases;
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'reports with a place = cases that the grid put into the cell it was drawn from', count(*) FILTER (WHERE d.location IS NOT NULL),
       count(*) FILTER (WHERE d.location IS NOT NULL AND r.cell = d.cell)
FROM demo.report AS d JOIN case_record AS r ON r.caseno = d.caseno;
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'acts of the play that were refused', 0, count(*) FROM demo.refusal;

-- delivered a second time, all at once
CREATE TABLE demo.again AS
SELECT * FROM report_events('SELECT channel, external_id, words AS description, location, class, severity, at FROM demo.report ORDER BY no');
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'delivered again: recognised', (SELECT count(*) FROM demo.report),
       count(*) FILTER (WHERE a.repeated AND a.caseno = d.caseno)
FROM demo.again AS a JOIN demo.report AS d USING (external_id);
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'delivered again: new cases', 0, count(*) - (SELECT count(*) FROM demo.report) FROM case_record;

-- evidence
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'faults in ' || (SELECT count(*) FROM case_journal) || ' steps of all journals', 0, count(*) FROM verify_journal();
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'differences between what journals replay to and what is stored', 0, count(*) FROM replay_check();
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'steps of journals = steps that cases say they have', (SELECT count(*) FROM case_journal), (SELECT sum(step) FROM case_state);
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'steps before the step before them', 0, count(*)
FROM (SELECT at < lag(at) OVER (PARTITION BY caseno ORDER BY step) AS early FROM case_journal) AS j WHERE early;
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'clocks that stop before they start, or run on in cases that are over', 0, count(*)
FROM case_clock AS k JOIN case_state AS s ON s.caseno = k.caseno
WHERE k.stopped_at < k.started_at OR k.stopped_at IS NULL AND s.state IN ('visited', 'void', 'merged');
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'cases that a unit is to act on = those with one leading task that is open',
       count(*) FILTER (WHERE s.state IN ('dispatched', 'handling')),
       count(*) FILTER (WHERE s.state IN ('dispatched', 'handling') AND t.n = 1)
FROM case_state AS s,
LATERAL (SELECT count(*) FROM case_task AS t WHERE t.caseno = s.caseno AND t.duty = 'lead' AND t.state IN ('open', 'signed')) AS t (n);

-- key figures, counted anew from the journal in plain SQL
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'kpi_day: ' || j.measure, j.n, (to_jsonb(k) ->> j.measure)::bigint
FROM (
    SELECT sum(reported) AS reported, sum(filed) AS filed, sum(voided) AS voided, sum(merged) AS merged, sum(dispatched) AS dispatched,
           sum(signed) AS signed, sum(handled) AS handled, sum(on_time) AS on_time, sum(overdue) AS overdue,
           sum(returned) AS returned, sum(transferred) AS transferred, sum(recalled) AS recalled,
           sum(adjudicated) AS adjudicated, sum(extended) AS extended, sum(suspended) AS suspended, sum(resumed) AS resumed,
           sum(check_passed) AS check_passed, sum(check_failed) AS check_failed, sum(reworked) AS reworked, sum(closed) AS closed,
           sum(closed_on_time) AS closed_on_time, sum(closed_overdue) AS closed_overdue,
           sum(satisfied) AS satisfied, sum(dissatisfied) AS dissatisfied, sum(unreached) AS unreached,
           sum(appealed) AS appealed, sum(exempted) AS exempted, sum(supervised) AS supervised
    FROM kpi_day
) AS k,
LATERAL (
    SELECT 'reported' AS measure, count(*) AS n FROM case_journal WHERE step = 1
    UNION ALL SELECT 'filed', count(*) FROM case_journal WHERE action = 'file_case'
    UNION ALL SELECT 'voided', count(*) FROM case_journal WHERE action = 'void_case'
    UNION ALL SELECT 'merged', count(*) FROM case_journal WHERE action = 'merge_cases' AND to_state = 'merged'
    UNION ALL SELECT 'dispatched', count(*) FROM case_journal
        WHERE action = 'dispatch' OR action = 'adjudicate' AND from_state IN ('filed', 'returned')
    UNION ALL SELECT 'signed', count(*) FROM case_journal WHERE action = 'sign' AND outcome = ''
    UNION ALL SELECT 'handled', count(*) FROM case_journal WHERE from_state = 'handling' AND to_state = 'handled'
    UNION ALL SELECT v.measure, count(*) FILTER (WHERE c ->> 'verdict' = v.verdict)
        FROM case_journal AS j JOIN case_clock AS k ON k.caseno = j.caseno AND k.stage = 'handle',
        LATERAL jsonb_array_elements(j.detail -> 'clocks') AS c,
        (VALUES ('on_time', 'on time'), ('overdue', 'overdue')) AS v (measure, verdict)
        WHERE j.from_state = 'handling' AND j.to_state = 'handled' AND (c ->> 'clock')::bigint = k.clock AND c ->> 'do' = 'stop'
        GROUP BY v.measure
    UNION ALL SELECT 'returned', count(*) FROM case_journal WHERE action = 'return_case' AND to_state = 'returned'
    UNION ALL SELECT 'transferred', count(*) FROM case_journal WHERE action = 'transfer'
    UNION ALL SELECT 'recalled', count(*) FROM case_journal WHERE action = 'recall' AND to_state = 'filed'
    UNION ALL SELECT 'adjudicated', count(*) FROM case_journal WHERE action = 'adjudicate'
    UNION ALL SELECT 'extended', count(*) FROM case_journal WHERE action = 'decide_extension' AND outcome = 'granted'
    UNION ALL SELECT 'suspended', count(*) FROM case_journal WHERE action = 'suspend'
    UNION ALL SELECT 'resumed', count(*) FROM case_journal WHERE action = 'resume'
    UNION ALL SELECT 'check_passed', count(*) FROM case_journal WHERE action = 'checked' AND outcome = 'pass'
    UNION ALL SELECT 'check_failed', count(*) FROM case_journal WHERE action = 'checked' AND outcome = 'fail'
    UNION ALL SELECT 'reworked', count(*) FROM case_journal WHERE action = 'rework'
    UNION ALL SELECT 'closed', count(*) FROM case_journal WHERE action = 'close_case' AND outcome = ''
    UNION ALL SELECT v.measure, count(*) FILTER (WHERE c ->> 'verdict' = v.verdict)
        FROM case_journal AS j JOIN case_clock AS k ON k.caseno = j.caseno AND k.kind = 'case',
        LATERAL jsonb_array_elements(j.detail -> 'clocks') AS c,
        (VALUES ('closed_on_time', 'on time'), ('closed_overdue', 'overdue')) AS v (measure, verdict)
        WHERE j.action = 'close_case' AND j.outcome = '' AND (c ->> 'clock')::bigint = k.clock AND c ->> 'do' = 'stop'
        GROUP BY v.measure
    UNION ALL SELECT 'satisfied', count(*) FROM case_journal WHERE action = 'visit' AND outcome = 'satisfied'
    UNION ALL SELECT 'dissatisfied', count(*) FROM case_journal WHERE action = 'visit' AND outcome = 'dissatisfied'
    UNION ALL SELECT 'unreached', count(*) FROM case_journal WHERE action = 'visit' AND outcome = 'unreached'
    UNION ALL SELECT 'appealed', count(*) FROM case_journal WHERE action = 'appeal'
    UNION ALL SELECT 'exempted', count(*) FROM case_journal WHERE action = 'decide_appeal' AND outcome = 'granted'
    UNION ALL SELECT 'supervised', count(*) FROM case_journal WHERE action = 'supervise'
) AS j;
-- the first receiver, or a unit below it that got the case by a transfer
INSERT INTO demo.comparison (what, wanted, found)
WITH RECURSIVE below AS (
    SELECT unit AS top, unit FROM unit
    UNION
    SELECT b.top, u.unit FROM below AS b JOIN unit AS u ON u.parent = b.unit
)
SELECT 'first_dispatch: right at once = first receiver, or a team of its own, is the one who handled',
       count(*) FILTER (WHERE f.unit = h.unit OR EXISTS (SELECT FROM below AS b WHERE b.top = f.unit AND b.unit = h.unit) AND EXISTS (
           SELECT FROM case_task AS g
           JOIN case_task AS t ON t.caseno = g.caseno AND t.state = 'transferred' AND t.ended_at = g.given_at
           WHERE g.caseno = f.caseno AND g.unit = h.unit AND g.given_at <= h.at
       )),
       (SELECT count(*) FILTER (WHERE was_right) FROM first_dispatch)
FROM (SELECT DISTINCT ON (caseno) caseno, unit FROM case_task WHERE duty = 'lead' ORDER BY caseno, task) AS f
JOIN (
    SELECT DISTINCT ON (caseno) caseno, at, (SELECT t.unit FROM case_task AS t WHERE t.caseno = j.caseno AND t.duty = 'lead'
        AND t.ended_at = j.at AND t.state = 'done' ORDER BY t.task LIMIT 1) AS unit
    FROM case_journal AS j WHERE from_state = 'handling' AND to_state = 'handled' ORDER BY caseno, step
) AS h USING (caseno);
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'funnel: reported, over all days', (SELECT count(*) FROM demo.report), sum(reported) FROM funnel;
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'case_map: open cases = those in case_state that have a place', count(*) FILTER (WHERE t.open AND r.location IS NOT NULL),
       (SELECT count(*) FROM case_map WHERE open)
FROM case_state AS s JOIN case_status AS t USING (state) JOIN case_record AS r USING (caseno);
INSERT INTO demo.comparison (what, wanted, found)
SELECT 'inboxes: tasks of holders = open cases', count(*) FILTER (WHERE t.open), (SELECT count(*) FROM inbox WHERE duty <> 'assist')
FROM case_state AS s JOIN case_status AS t USING (state) WHERE s.unit IS NOT NULL;

-- the clock ticks again, and there is nothing left to do
CALL tick(:'as_of') \gset t_
INSERT INTO demo.comparison (what, wanted, found)
VALUES ('tick() once more at the same instant: things done', 0, :t_warnings + :t_breaches + :t_supervised + :t_resumed + :t_closed + :t_failed);

\pset footer off
SELECT what AS "reconciliation 对账", wanted, found, CASE WHEN wanted = found THEN '=' ELSE 'DIFFERS' END AS "is"
FROM demo.comparison ORDER BY place;
SELECT act, sqlstate, message, count(*) FROM demo.refusal GROUP BY 1, 2, 3 HAVING count(*) > 0 ORDER BY 4 DESC, 1, 2, 3 LIMIT 10;
DO $$
BEGIN
    IF EXISTS (SELECT FROM demo.comparison AS c WHERE c.wanted IS DISTINCT FROM c.found) THEN
        RAISE EXCEPTION 'counts do not reconcile';
    END IF;
END $$;
