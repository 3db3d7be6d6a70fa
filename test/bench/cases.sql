-- A year of synthetic cases with their journals, clocks and tasks, made set by
-- set and not through the verbs.  No person, place or text of them is real.
-- The journals have the shape that the verbs leave, but their hashes are not
-- chained, and verify_journal() says so.
--
-- psql variables:
--   cases       how many (1000000); ten times as many steps, about
--   first_day   day of the first (2026-01-01)
--   days        over how many days they are spread (365)
--   as_of       instant at which history ends (the end of the last day): what
--               would come later has not been done, so that the case is open
--   units       departments that handle (200)
--   cells       cells of the grid (600)

\if :{?cases} \else \set cases 1000000 \endif
\if :{?first_day} \else \set first_day 2026-01-01 \endif
\if :{?days} \else \set days 365 \endif
\if :{?units} \else \set units 200 \endif
\if :{?cells} \else \set cells 600 \endif
\if :{?as_of}
\else
    SELECT ((:'first_day'::date + :days) || ' 00:00+08')::timestamptz AS as_of \gset
\endif

SET search_path = civicgrid, public;
SET client_min_messages = warning;
SET TimeZone = 'Asia/Shanghai';

CALL publish_calendar('office', (:'first_day'::date || ' 00:00+08')::timestamptz) \g /dev/null

-- Unit 1 dispatches, unit 2 collects, those from 101 on handle.
INSERT INTO unit (unit, name, kind, level, parent, territory) VALUES
    (1, '区分拨中心', 'centre', 2, NULL, '440310'),
    (2, '采集中心', 'grid team', 3, 1, '440310');
INSERT INTO unit (unit, name, kind, level, parent, territory)
SELECT 100 + n, format('处置单位%s', n), 'department', 3, 1, '440310' FROM generate_series(1, :units) AS n;
CREATE TEMP TABLE bench_cell AS
SELECT n, format('440310%s%s%s', lpad((1 + n % 6)::text, 3, '0'), lpad((1 + n / 6 % 4)::text, 3, '0'), lpad((1 + n / 24)::text, 3, '0'))::gridcode AS cell
FROM generate_series(0, :cells - 1) AS n;
INSERT INTO grid_cell (kind, code, geom)
SELECT 'unit', b.cell, st_setsrid(st_makeenvelope(114.30 + n % 30 * 0.003, 22.65 + n / 30 * 0.003, 114.303 + n % 30 * 0.003, 22.653 + n / 30 * 0.003), 4490)
FROM bench_cell AS b;
CREATE TEMP TABLE bench_class AS
SELECT row_number() OVER (ORDER BY c.code::text COLLATE "C") - 1 AS n, c.taxonomy, c.kind, c.code
FROM event_class AS c
WHERE c.taxonomy = (SELECT max(t.taxonomy) FROM taxonomy AS t WHERE t.taxonomy LIKE '%47678%') AND c.kind = 'matter' AND digits(c.code) > 2;

-- The limits of all of them.
CREATE TEMP TABLE bench_routing AS
SELECT route(rulebook_agg(v.part, v.item::jsonb), '06010', '440310001001001') AS routing
FROM (VALUES
    ('unit', '{"unit":1,"kind":"centre","level":2,"territory":"440310","centre":true}'),
    ('unit', '{"unit":101,"parent":1,"kind":"department","level":3,"territory":"440310"}'),
    ('rule', '{"rule":1,"lead_unit":101}'),
    ('policy', '{"policy":1,"stage":"verify","stage_place":2,"term":"30 minutes","calendar":"office","warnings":[100]}'),
    ('policy', '{"policy":2,"stage":"file","stage_place":3,"term":"15 minutes","calendar":"office","warnings":[100]}'),
    ('policy', '{"policy":3,"stage":"dispatch","stage_place":4,"term":"15 minutes","calendar":"office","warnings":[100]}'),
    ('policy', '{"policy":4,"stage":"sign","stage_place":5,"term":"2 hours","calendar":"office","warnings":[100]}'),
    ('policy', '{"policy":5,"stage":"handle","stage_place":6,"term":"2 work days","calendar":"office","warnings":[75,100,150]}'),
    ('policy', '{"policy":6,"stage":"check","stage_place":7,"term":"1 day","calendar":"office","warnings":[100]}'),
    ('policy', '{"policy":7,"stage":"overall","stage_place":10,"term":"5 work days","calendar":"office","warnings":[75,100]}')
) AS v (part, item);

-- What lives there are: share of the cases, and their steps one after another.
-- Each step: action, outcome, state and unit afterwards (c the centre, k the
-- collectors, u the department, v another department, - nobody), minutes since
-- the step before.  The clock of the stage that a case enters starts with it.
CREATE TEMP TABLE bench_life AS
SELECT l.life, l.share, s.n::integer AS step, f[1] AS action, nullif(f[2], '.') AS outcome, f[3] AS state, f[4] AS place, f[5]::integer AS minutes
FROM (VALUES
    (1, 52, 'report_event . reported c 0, verify . verifying k 6, verified true reported c 25, file_case . filed c 8, dispatch . dispatched u 7, sign . handling u 50, feedback . handled c 1500, check_case . checking k 20, checked pass checked c 600, close_case . closed c 30, visit satisfied visited - 1400'),
    (2, 8, 'report_event . reported c 0, file_case . filed c 8, dispatch . dispatched u 7, sign . handling u 50, feedback . handled c 3300, check_case . checking k 20, checked pass checked c 900, close_case . closed c 30, visit dissatisfied filed c 1400, dispatch . dispatched u 20, sign . handling u 60, feedback . handled c 900, check_case . checking k 20, checked pass checked c 300, close_case . closed c 30, visit satisfied visited - 1400'),
    (3, 15, 'report_event . reported c 0, verify . verifying k 6, verified true reported c 25, file_case . filed c 20, dispatch . dispatched u 7, sign . handling u 50, return_case . returned c 120, dispatch . dispatched v 30, sign . handling v 60, feedback . handled c 2500, check_case . checking k 20, checked pass checked c 600, close_case . closed c 30, visit satisfied visited - 1400'),
    (4, 8, 'report_event . reported c 0, file_case . filed c 8, dispatch . dispatched u 7, sign . handling u 50, ask_extension . handling u 600, decide_extension granted handling u 60, feedback . handled c 3000, check_case . checking k 20, checked fail rejected c 600, rework . handling u 30, feedback . handled c 900, check_case . checking k 20, checked pass checked c 400, close_case . closed c 30, visit unreached closed c 1400'),
    (5, 10, 'report_event . reported c 0, verify . verifying k 6, verified false reported c 40, void_case . void - 10'),
    (6, 5, 'report_event . reported c 0, file_case . filed c 30, dispatch . dispatched u 7, sign . handling u 50, suspend . suspended u 600, resume . handling u 9000, feedback . handled c 2500, check_case . checking k 20, checked pass checked c 600, close_case . closed c 30'),
    (7, 2, 'report_event . reported c 0, file_case . filed c 8, dispatch . dispatched u 7, sign . handling u 50, supervise . handling u 20000')
) AS l (life, share, steps)
CROSS JOIN LATERAL regexp_split_to_table(l.steps, ', ') WITH ORDINALITY AS s (step, n)
CROSS JOIN LATERAL regexp_split_to_array(s.step, ' ') AS f;
CREATE TEMP TABLE bench_draw AS
SELECT row_number() OVER () - 1 AS n, l.life
FROM (SELECT DISTINCT life, share FROM bench_life ORDER BY life) AS l CROSS JOIN LATERAL generate_series(1, l.share);
ANALYZE bench_life, bench_draw, bench_cell, bench_class;

-- Cases, in the order of their numbers.  Numbers of their own stand for chance.
CREATE TEMP TABLE bench_case AS
SELECT c.n, make_caseno(c.day, '440310', c.sequence) AS caseno, (c.day || ' 00:00+08')::timestamptz + c.sequence * (interval '24 hours' / c.a_day) AS at,
       d.life, 101 + (c.h >> 8) % :units AS u, 101 + (c.h >> 8 | 1) * 7 % :units AS v,
       c.h % :cells AS cell, (c.h >> 4) % (SELECT count(*) FROM bench_class) AS class,
       (ARRAY['12345', 'grid', 'app', 'video'])[1 + c.h % 4] AS channel, 0.3 + (c.h >> 12) % 1000 * 0.0014 AS pace, (c.h % 4 + 1)::smallint AS severity
FROM (
    SELECT n, :'first_day'::date + (n::bigint * :days / :cases)::integer AS day,
           (n - (n::bigint * :days / :cases * :cases + :days - 1) / :days)::integer AS sequence,
           :cases / :days + 1 AS a_day, abs(hashint4(n)::bigint) AS h
    FROM generate_series(0, :cases - 1) AS n
) AS c
JOIN bench_draw AS d ON d.n = (c.h >> 2) % 100
ORDER BY c.n;
INSERT INTO case_record (caseno, reported_at, cell, location, taxonomy, kind, class, description, channel, external_id, occurred_at, address, severity)
SELECT c.caseno, c.at, g.cell,
       st_setsrid(st_makepoint(114.30 + g.n % 30 * 0.003 + c.pace * 0.001, 22.65 + g.n / 30 * 0.003 + c.pace * 0.0015), 4490),
       k.taxonomy, k.kind, k.code, format('第%s号合成案件：路面有积水，影响通行，请派人处理', c.n),
       c.channel, c.n::text, c.at - interval '10 minutes', format('合成路%s号', c.n % 999), c.severity
FROM bench_case AS c
JOIN bench_cell AS g ON g.n = c.cell
JOIN bench_class AS k ON k.n = c.class
ORDER BY c.n;

-- Steps.  One that changes the state starts the clock of the new stage, which
-- the next such step stops; a suspension only pauses it.
CREATE TEMP TABLE bench_step AS
SELECT s.n, s.caseno, s.step, s.action, s.outcome, s.from_state, s.state, s.from_unit, s.unit, s.at, t.stage,
       s.state IS DISTINCT FROM s.from_state AND s.action NOT IN ('suspend', 'resume') AS moves
FROM (
    SELECT p.*, lag(p.state) OVER w AS from_state, lag(p.unit) OVER w AS from_unit
    FROM (
        SELECT c.n, c.caseno, l.step, l.action, coalesce(l.outcome, '') AS outcome, l.state,
               c.at + sum(l.minutes) OVER (PARTITION BY c.n ORDER BY l.step) * c.pace * interval '1 minute' AS at,
               CASE l.place WHEN 'c' THEN 1 WHEN 'k' THEN 2 WHEN 'u' THEN c.u WHEN 'v' THEN c.v END AS unit
        FROM bench_case AS c
        JOIN bench_life AS l ON l.life = c.life
    ) AS p
    WHERE p.at <= :'as_of'
    WINDOW w AS (PARTITION BY p.n ORDER BY p.step)
) AS s
JOIN case_status AS t ON t.state = s.state;
ANALYZE bench_step;

CREATE TEMP TABLE bench_pause AS
SELECT a.n, tstzmultirange(tstzrange(a.at, b.at)) AS pauses
FROM bench_step AS a
LEFT JOIN bench_step AS b ON b.n = a.n AND b.action = 'resume'
WHERE a.action = 'suspend';
ANALYZE bench_pause;

CREATE TEMP TABLE bench_clock AS
SELECT row_number() OVER (ORDER BY v.n, v.started, v.kind) AS clock, v.*, e.edition, coalesce(p.pauses, '{}') AS pauses,
       due(e.workcal, v.started_at, v.term, p.pauses) AS due_at
FROM (
    SELECT q.*, routing_term(r.routing, coalesce(q.stage, 'overall')) AS term
    FROM (
        SELECT m.n, m.caseno, 'stage' AS kind, m.stage, m.unit::text AS holder, m.step AS started, m.at AS started_at,
               lead(m.step) OVER w AS stopped, lead(m.at) OVER w AS stopped_at, lead(m.state) OVER w AS next_state, m.stage IS NOT NULL AS starts
        FROM bench_step AS m
        WHERE m.moves
        WINDOW w AS (PARTITION BY m.n ORDER BY m.step)
        UNION ALL
        SELECT m.n, m.caseno, 'case', NULL, NULL, m.step, m.at, lead(m.step) OVER w, lead(m.at) OVER w, lead(m.state) OVER w,
               m.state IN ('reported', 'filed')
        FROM bench_step AS m
        WHERE m.step = 1 OR m.moves AND m.state IN ('closed', 'void') OR m.outcome = 'dissatisfied'
        WINDOW w AS (PARTITION BY m.n ORDER BY m.step)
    ) AS q
    CROSS JOIN bench_routing AS r
    WHERE q.starts
) AS v
JOIN calendar_edition AS e ON e.calendar = 'office'
LEFT JOIN bench_pause AS p ON p.n = v.n AND (v.kind = 'case' OR v.stage = 'handle')
WHERE v.term IS NOT NULL;
INSERT INTO case_clock (caseno, clock, kind, stage, holder, calendar, edition, started_at, term, pauses, due_at, stopped_at, verdict)
SELECT c.caseno, c.clock, c.kind, c.stage, c.holder, 'office', c.edition, c.started_at, c.term, c.pauses, c.due_at, c.stopped_at,
       CASE WHEN c.next_state = 'void' THEN 'void' WHEN c.stopped_at <= c.due_at THEN 'on time' WHEN c.stopped IS NOT NULL THEN 'overdue' END
FROM bench_clock AS c
ORDER BY c.clock;
SELECT setval('case_clock_clock_seq', (SELECT max(clock) FROM bench_clock)) \g /dev/null

-- What the steps did to clocks
CREATE TEMP TABLE bench_deed AS
SELECT d.n, d.step, jsonb_agg(d.deed ORDER BY d.place, d.clock) AS clocks
FROM (
    SELECT c.n, c.stopped AS step, 1 AS place, c.clock,
           jsonb_build_object('clock', c.clock, 'do', CASE c.next_state WHEN 'void' THEN 'void' ELSE 'stop' END, 'at', c.stopped_at,
               'verdict', CASE WHEN c.next_state = 'void' THEN 'void' WHEN c.stopped_at <= c.due_at THEN 'on time' ELSE 'overdue' END) AS deed
    FROM bench_clock AS c
    WHERE c.stopped IS NOT NULL
    UNION ALL
    SELECT c.n, c.started, 2, c.clock,
           jsonb_build_object('clock', c.clock, 'do', 'start', 'kind', c.kind, 'stage', c.stage, 'holder', c.holder::bigint,
               'calendar', 'office', 'term', c.term::text, 'at', c.started_at)
    FROM bench_clock AS c
) AS d
GROUP BY d.n, d.step;
ANALYZE bench_deed;
INSERT INTO case_journal (caseno, step, action, outcome, at, recorded_at, actor, person, role, actor_unit, from_state, to_state,
    from_unit, unit, reason, detail, hash)
SELECT s.caseno, s.step, s.action, s.outcome, s.at, s.at, format('bench_%s', coalesce(s.from_unit, 1)),
       CASE WHEN s.from_unit = 2 THEN format('p%s', s.n % 300) END,
       CASE WHEN s.action IN ('verified', 'checked') THEN 'collector' WHEN s.from_unit > 100 THEN 'handler' WHEN s.step = 1 THEN 'system' ELSE 'dispatcher' END,
       coalesce(s.from_unit, 1), s.from_state, s.state, s.from_unit, s.unit,
       CASE WHEN s.action IN ('return_case', 'rework', 'suspend', 'feedback', 'void_case', 'supervise') THEN '合成理由' END,
       CASE WHEN d.clocks IS NULL THEN '{}' ELSE jsonb_build_object('clocks', d.clocks) END
           || jsonb_build_object('set', jsonb_build_object('state', s.state, 'unit', s.unit, 'since', s.at, 'stage_clock', s.n)),
       sha256(int8send(s.n * 100::bigint + s.step))
FROM bench_step AS s
LEFT JOIN bench_deed AS d ON d.n = s.n AND d.step = s.step
ORDER BY s.n, s.step;

INSERT INTO case_state (caseno, state, since, unit, lead, severity, step, at, hash, stage_clock, case_clock, centre, routing,
    before, resume_at, returns, reworks, extensions, suspensions, supervised, satisfied, closed_at, cell, parties)
SELECT l.caseno, l.state, l.at, l.unit, x.lead, c.severity, l.step, l.at, sha256(int8send(l.n * 100::bigint + l.step)), k.stage_clock, k.case_clock, 1, r.routing,
       CASE l.state WHEN 'suspended' THEN 'handling' END, CASE l.state WHEN 'suspended' THEN l.at + interval '10 days' END,
       x.returns, x.reworks, x.extensions, x.suspensions, x.supervised, x.satisfied, x.closed_at, g.cell, x.parties
FROM (SELECT DISTINCT ON (s.n) s.* FROM bench_step AS s ORDER BY s.n, s.step DESC) AS l
JOIN bench_case AS c ON c.n = l.n
JOIN bench_cell AS g ON g.n = c.cell
JOIN (
    SELECT s.n, (array_agg(s.unit ORDER BY s.step DESC) FILTER (WHERE s.state IN ('dispatched', 'handling')))[1] AS lead,
           count(*) FILTER (WHERE s.action = 'return_case') AS returns, count(*) FILTER (WHERE s.action = 'rework') AS reworks,
           count(*) FILTER (WHERE s.outcome = 'granted') AS extensions, count(*) FILTER (WHERE s.action = 'suspend') AS suspensions,
           bool_or(s.action = 'supervise') AS supervised, array_agg(DISTINCT s.unit) FILTER (WHERE s.unit IS NOT NULL) AS parties,
           (array_agg(s.outcome = 'satisfied' ORDER BY s.step DESC) FILTER (WHERE s.outcome IN ('satisfied', 'dissatisfied')))[1] AS satisfied,
           (array_agg(s.at ORDER BY s.step DESC) FILTER (WHERE s.action = 'close_case'))[1] AS closed_at
    FROM bench_step AS s GROUP BY s.n
) AS x ON x.n = l.n
LEFT JOIN (
    SELECT o.n, max(o.clock) FILTER (WHERE o.kind = 'stage') AS stage_clock, max(o.clock) FILTER (WHERE o.kind = 'case') AS case_clock
    FROM bench_clock AS o WHERE o.stopped IS NULL GROUP BY o.n
) AS k ON k.n = l.n
CROSS JOIN bench_routing AS r
ORDER BY l.n;

INSERT INTO case_task (caseno, task, unit, duty, state, given_at, signed_at, ended_at, handlers)
SELECT t.caseno, row_number() OVER (PARTITION BY t.n ORDER BY t.step), t.unit, 'lead',
       CASE t.after WHEN 'feedback' THEN 'done' WHEN 'return_case' THEN 'returned' ELSE CASE t.next WHEN 'sign' THEN 'signed' ELSE 'open' END END,
       t.at, t.next_at, t.after_at, CASE t.next WHEN 'sign' THEN ARRAY[format('bench_%s', t.unit)] ELSE '{}' END
FROM (
    SELECT s.*, lead(s.action) OVER w AS next, lead(s.at) OVER w AS next_at, lead(s.action, 2) OVER w AS after, lead(s.at, 2) OVER w AS after_at
    FROM bench_step AS s
    WHERE s.action IN ('dispatch', 'sign', 'feedback', 'return_case')
    WINDOW w AS (PARTITION BY s.n ORDER BY s.step)
) AS t
WHERE t.action = 'dispatch'
ORDER BY t.n, t.step;

DROP TABLE bench_step, bench_deed, bench_clock, bench_pause, bench_case, bench_cell, bench_class, bench_life, bench_draw, bench_routing;
VACUUM (FREEZE, ANALYZE) case_record;
VACUUM (FREEZE, ANALYZE) case_state;
VACUUM (FREEZE, ANALYZE) case_journal;
VACUUM (FREEZE, ANALYZE) case_clock;
VACUUM (FREEZE, ANALYZE) case_task;
VACUUM (ANALYZE) unit;
SELECT (SELECT count(*) FROM case_record) AS cases, (SELECT count(*) FROM case_journal) AS steps, (SELECT count(*) FROM case_clock) AS clocks,
       (SELECT count(*) FROM case_state AS s JOIN case_status AS t ON t.state = s.state WHERE t.open) AS open;
