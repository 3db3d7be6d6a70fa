-- Boards: what supervisors and departments look at, as of the end of the play.
SET search_path = civicgrid, public;
SET timezone = 'Asia/Shanghai';
SELECT as_of, as_of::date AS last_day FROM demo.clock \gset
\pset footer off

\echo
\echo '== 办理漏斗 Throughput, by month of the report'
SELECT to_char(day, 'YYYY-MM') AS month, sum(reported) AS reported, sum(voided) AS voided, sum(merged) AS merged, sum(filed) AS filed,
       sum(dispatched) AS dispatched, sum(signed) AS signed, sum(handled) AS handled, sum(closed) AS closed, sum(satisfied) AS satisfied,
       sum(open) AS open
FROM funnel GROUP BY 1 ORDER BY 1;

\echo '== 考核 Rates over all days'
SELECT r.rate, r.name, sum(r.numerator) AS numerator, sum(r.denominator) AS denominator,
       round(100 * sum(r.numerator) / nullif(sum(r.denominator), 0), 1) AS per_cent
FROM kpi_rates AS r JOIN kpi_rate AS k ON k.rate = r.rate
WHERE r.day <= :'last_day' AND r.rate IN (
    'file_on_time', 'dispatch_on_time', 'sign_on_time', 'handle_on_time', 'close_on_time', 'return', 'rework', 'satisfied', 'first_dispatch'
)
GROUP BY r.rate, r.name, k.place ORDER BY k.place;

\echo '== 首派准确率 First dispatch right, by month'
SELECT to_char(day, 'YYYY-MM') AS month, count(was_right) AS handled, count(*) FILTER (WHERE was_right) AS right_at_once,
       round(100.0 * count(*) FILTER (WHERE was_right) / nullif(count(was_right), 0), 1) AS per_cent,
       sum(returns) AS returns
FROM first_dispatch GROUP BY 1 ORDER BY 1;

\echo '== 待办 Fullest inboxes'
SELECT i.unit, i.unit_name, count(*) AS tasks, count(*) FILTER (WHERE i.due_at < :'as_of') AS overdue,
       min(i.due_at)::timestamp(0) AS most_urgent
FROM inbox AS i GROUP BY i.unit, i.unit_name ORDER BY tasks DESC, i.unit LIMIT 10;

\echo '== 一个部门看到的待办 The inbox as one department sees it, and nobody else'
SELECT a.account
FROM demo.account AS a JOIN inbox AS i ON i.unit = a.unit
WHERE a.role = 'handler' AND a.acts_for = a.unit GROUP BY a.account ORDER BY count(*) DESC, a.account LIMIT 1 \gset
SET ROLE :"account";
SELECT current_user AS account, unit_name, left(caseno, 15) || '…' AS caseno, state_name, class_name, due_at::timestamp(0) AS due_at
FROM inbox LIMIT 5;
RESET ROLE;

\echo '== 超期 Overdue, as of the end: stage clocks by unit'
SELECT c.unit_name, c.stage_name, count(*) AS clocks, max(:'as_of' - c.due_at) AS worst
FROM case_clocks AS c
WHERE c.stopped_at IS NULL AND c.kind = 'stage' AND c.due_at < :'as_of'
GROUP BY 1, 2 ORDER BY clocks DESC, worst DESC, 1, 2 LIMIT 8;

\echo '== 退件 Returns: who returns to whom'
SELECT unit_name, reason_name, suggested_name, count(*) AS cases FROM returns
GROUP BY 1, 2, 3 ORDER BY cases DESC, 1, 3 LIMIT 6;

\echo '== 热点 Cells of the last 30 days'
SELECT cell, cell_name, cases, open, before, class_name FROM hotspots ORDER BY rank, cell LIMIT 5;

\echo '== 时限说明 Why was it due then?  A handling that was suspended or extended:'
SELECT c.caseno, k.clock, k.started_at, k.term, k.pauses, k.extensions
FROM case_state AS c JOIN case_clock AS k ON k.caseno = c.caseno
WHERE k.stage = 'handle' AND k.stopped_at IS NOT NULL
ORDER BY isempty(k.pauses), cardinality(k.extensions) DESC, k.started_at DESC LIMIT 1 \gset d_
\echo :d_caseno ':' :d_term from :d_started_at, pauses :d_pauses, extensions :d_extensions
SELECT e.from_at::timestamp(0), e.to_at::timestamp(0), e.kind, e.name, round(e.seconds / 3600, 2) AS hours, round(e.balance / 3600, 2) AS left
FROM case_clock AS k,
due_explain(calendar_in_force(k.calendar, k.started_at), k.started_at, k.term, k.pauses, k.extensions) AS e
WHERE k.caseno = :'d_caseno' AND k.clock = :d_clock ORDER BY e.piece;

\echo '== 分拨说明 Why did it go there?  A case that one unit returned and another handled:'
SELECT c.caseno FROM case_state AS c JOIN case_routing AS r ON r.caseno = c.caseno
WHERE r.decided IN ('rule', 'fallback') AND c.state IN ('closed', 'visited')
ORDER BY c.returns > 0 DESC, c.reworks DESC, c.closed_at DESC, c.caseno::text LIMIT 1 \gset r_
SELECT place, rule, unit_name, verdict, explanation FROM why_routed(:'r_caseno', (
    SELECT min(step) FROM case_routing WHERE caseno = :'r_caseno'::caseno
)) LIMIT 6;
SELECT step, decided, unit_name(unit) AS unit, decided_by, remark FROM case_routing WHERE caseno = :'r_caseno'::caseno ORDER BY step;

\echo '== 案件经过 Its story'
SELECT story FROM case_story(:'r_caseno', 'zh', :'as_of');
SELECT story FROM case_story(:'r_caseno', 'en', :'as_of');

\echo '== 日志 Its journal verifies; a step changed behind its back is found'
SELECT count(*) AS steps, (SELECT count(*) FROM verify_journal(:'r_caseno'::caseno)) AS faults
FROM case_journal WHERE caseno = :'r_caseno'::caseno;
BEGIN;
ALTER TABLE case_journal DISABLE TRIGGER USER;
UPDATE case_journal SET at = at - interval '1 day' WHERE caseno = :'r_caseno'::caseno AND step = 5;
SELECT step, fault, explanation FROM verify_journal(:'r_caseno'::caseno);
ROLLBACK;

\echo '== 采办分离 Who handled a case cannot check it, and nobody changes the journal'
SELECT c.caseno, c.lead, t.handlers[1] AS handler, c.at
FROM case_state AS c JOIN case_task AS t ON t.caseno = c.caseno AND t.duty = 'lead' AND t.state = 'done'
ORDER BY c.state = 'checking' DESC, c.at, c.caseno::text LIMIT 1 \gset s_
\set ON_ERROR_STOP 0
BEGIN;
SELECT grant_role(:'s_handler', 'collector') AS handler_made_collector \gset
SET LOCAL ROLE :"s_handler";
SELECT checked(:'s_caseno', true, at => :'s_at');
ROLLBACK;
DELETE FROM case_journal;
\set ON_ERROR_STOP 1
