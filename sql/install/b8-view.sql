
-- Views for applications and reports (业务视图): stable names, types of the server
-- and of PostGIS only, and whoever asks sees what he may see of the tables.  See
-- doc/views.md.

-- A case is asked for by its number as text.  What is not LEAKPROOF, as the cast
-- is not, comes after row security, and so finds nothing by an index for anybody
-- but a superuser.
CREATE FUNCTION caseno_text(caseno caseno) RETURNS text
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_caseno_text';
COMMENT ON FUNCTION caseno_text(caseno) IS 'a case number as text (案件编号文本), as the cast gives it, which views ask indexes for';
CREATE INDEX case_record_number_idx ON case_record (caseno_text(caseno));

CREATE VIEW cases WITH (security_invoker = true) AS
SELECT caseno_text(r.caseno) AS caseno, r.reported_at, r.occurred_at, r.channel, h.name AS channel_name, r.external_id,
       r.taxonomy, r.kind, r.class::text AS class, e.name AS class_name, s.severity,
       r.cell::text AS cell, CASE WHEN length(r.cell::text) >= 12 THEN substr(r.cell::text, 1, 12) END AS community,
       CASE WHEN length(r.cell::text) >= 9 THEN substr(r.cell::text, 1, 9) END AS street, r.address, r.owner, r.description,
       s.state, t.name AS state_name, t.open, s.since, s.unit, u.name AS unit_name, s.lead, l.name AS lead_name, s.centre, c.name AS centre_name,
       nullif(k.due_at, 'infinity') AS due_at, coalesce(k.due_at < now(), false) AS overdue,
       s.closed_at, s.closed_at - r.reported_at AS duration, s.step AS steps, s.at AS last_step_at, s.resume_at,
       s.returns::integer AS returns, s.reworks::integer AS reworks, s.reopens::integer AS reopens,
       s.extensions::integer AS extensions, s.suspensions::integer AS suspensions,
       s.supervised, s.exempt, s.satisfied, s.main::text AS main, r.sensitive, r.location
FROM case_record AS r
JOIN case_state AS s ON s.caseno = r.caseno
LEFT JOIN case_status AS t ON t.state = s.state
LEFT JOIN case_clock AS k ON k.caseno = s.caseno AND k.clock = s.case_clock
LEFT JOIN event_class AS e ON e.taxonomy = r.taxonomy AND e.kind = r.kind AND e.code = r.class
LEFT JOIN channel AS h ON h.channel = r.channel
LEFT JOIN unit AS u ON u.unit = s.unit
LEFT JOIN unit AS l ON l.unit = s.lead
LEFT JOIN unit AS c ON c.unit = s.centre;
COMMENT ON VIEW cases IS 'all cases with where they stand (案件总表), one row each';
COMMENT ON COLUMN cases.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN cases.reported_at IS 'when it was reported (上报时间)';
COMMENT ON COLUMN cases.occurred_at IS 'when it happened (发生时间)';
COMMENT ON COLUMN cases.channel IS 'channel that it came by (渠道)';
COMMENT ON COLUMN cases.channel_name IS 'its name (渠道名称)';
COMMENT ON COLUMN cases.external_id IS 'number that the channel gave it (外部编号)';
COMMENT ON COLUMN cases.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN cases.kind IS 'kind of the class (种类)';
COMMENT ON COLUMN cases.class IS 'event class (事件分类)';
COMMENT ON COLUMN cases.class_name IS 'its name (分类名称)';
COMMENT ON COLUMN cases.severity IS 'severity (紧急程度)';
COMMENT ON COLUMN cases.cell IS 'cell (所在网格)';
COMMENT ON COLUMN cases.community IS 'community (社区代码)';
COMMENT ON COLUMN cases.street IS 'street (街道代码)';
COMMENT ON COLUMN cases.address IS 'where, in words (地址描述)';
COMMENT ON COLUMN cases.owner IS 'owner of the asset (权属单位)';
COMMENT ON COLUMN cases.description IS 'what was reported, in words (问题描述)';
COMMENT ON COLUMN cases.state IS 'state (状态)';
COMMENT ON COLUMN cases.state_name IS 'its name (状态名称)';
COMMENT ON COLUMN cases.open IS 'somebody has to act (是否在办)';
COMMENT ON COLUMN cases.since IS 'in this state since (进入该状态时间)';
COMMENT ON COLUMN cases.unit IS 'unit that has to act (当前承办单位)';
COMMENT ON COLUMN cases.unit_name IS 'its name (当前承办单位名称)';
COMMENT ON COLUMN cases.lead IS 'unit that handles it (主办单位)';
COMMENT ON COLUMN cases.lead_name IS 'its name (主办单位名称)';
COMMENT ON COLUMN cases.centre IS 'dispatch centre that has it in its care (分拨中心)';
COMMENT ON COLUMN cases.centre_name IS 'its name (分拨中心名称)';
COMMENT ON COLUMN cases.due_at IS 'deadline of the whole case while it is open (全程截止时间); NULL while it is suspended';
COMMENT ON COLUMN cases.overdue IS 'that has passed (是否超期)';
COMMENT ON COLUMN cases.closed_at IS 'when it was closed last (结案时间)';
COMMENT ON COLUMN cases.duration IS 'from report to that (办理时长)';
COMMENT ON COLUMN cases.steps IS 'steps in its journal (步骤数)';
COMMENT ON COLUMN cases.last_step_at IS 'the last of them (最近操作时间)';
COMMENT ON COLUMN cases.resume_at IS 'when a suspension ends by itself (自动恢复时间)';
COMMENT ON COLUMN cases.returns IS 'times returned (退件次数)';
COMMENT ON COLUMN cases.reworks IS 'times to be done again (返工次数)';
COMMENT ON COLUMN cases.reopens IS 'times reopened (重办次数)';
COMMENT ON COLUMN cases.extensions IS 'times extended (延期次数)';
COMMENT ON COLUMN cases.suspensions IS 'times suspended (挂账次数)';
COMMENT ON COLUMN cases.supervised IS 'under supervision (是否督办)';
COMMENT ON COLUMN cases.exempt IS 'not counted as overdue (超时豁免)';
COMMENT ON COLUMN cases.satisfied IS 'what the reporter said at the last visit (是否满意)';
COMMENT ON COLUMN cases.main IS 'case that it was merged into (主案)';
COMMENT ON COLUMN cases.sensitive IS 'only who has the right sees it (敏感案件)';
COMMENT ON COLUMN cases.location IS 'the place (坐标)';

CREATE VIEW case_steps WITH (security_invoker = true) AS
SELECT caseno_text(r.caseno) AS caseno, j.step, j.action, j.outcome, j.at, class_day(j.at) AS day, j.at - p.at AS after, j.recorded_at,
       j.actor, j.person, j.role, o.name AS role_name, j.actor_unit, a.name AS actor_unit_name,
       j.from_state, f.name AS from_state_name, j.to_state, t.name AS to_state_name,
       j.from_unit, b.name AS from_unit_name, j.unit, u.name AS unit_name, j.reason, j.remark, j.detail, encode(j.hash, 'hex') AS hash
FROM case_journal AS j
JOIN case_record AS r ON r.caseno = j.caseno
LEFT JOIN case_journal AS p ON p.caseno = j.caseno AND p.step = j.step - 1
LEFT JOIN case_role AS o ON o.role = j.role
LEFT JOIN case_status AS f ON f.state = j.from_state
LEFT JOIN case_status AS t ON t.state = j.to_state
LEFT JOIN unit AS a ON a.unit = j.actor_unit
LEFT JOIN unit AS b ON b.unit = j.from_unit
LEFT JOIN unit AS u ON u.unit = j.unit;
COMMENT ON VIEW case_steps IS 'all steps of all cases (案件流转明细), from the journal';
COMMENT ON COLUMN case_steps.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN case_steps.step IS 'step (步骤序号)';
COMMENT ON COLUMN case_steps.action IS 'what was done (操作)';
COMMENT ON COLUMN case_steps.outcome IS 'with which outcome (结果)';
COMMENT ON COLUMN case_steps.at IS 'when (操作时间)';
COMMENT ON COLUMN case_steps.day IS 'on which day in Beijing (日期)';
COMMENT ON COLUMN case_steps.after IS 'how long after the step before (距上一步)';
COMMENT ON COLUMN case_steps.recorded_at IS 'when it was written down (记录时间)';
COMMENT ON COLUMN case_steps.actor IS 'account that did it (操作账号)';
COMMENT ON COLUMN case_steps.person IS 'person who did it (操作人)';
COMMENT ON COLUMN case_steps.role IS 'role in which (业务角色)';
COMMENT ON COLUMN case_steps.role_name IS 'its name (角色名称)';
COMMENT ON COLUMN case_steps.actor_unit IS 'unit for which (操作单位)';
COMMENT ON COLUMN case_steps.actor_unit_name IS 'its name (操作单位名称)';
COMMENT ON COLUMN case_steps.from_state IS 'state before (原状态)';
COMMENT ON COLUMN case_steps.from_state_name IS 'its name (原状态名称)';
COMMENT ON COLUMN case_steps.to_state IS 'state afterwards (新状态)';
COMMENT ON COLUMN case_steps.to_state_name IS 'its name (新状态名称)';
COMMENT ON COLUMN case_steps.from_unit IS 'unit that had it before (原承办单位)';
COMMENT ON COLUMN case_steps.from_unit_name IS 'its name (原承办单位名称)';
COMMENT ON COLUMN case_steps.unit IS 'unit that has it afterwards (新承办单位)';
COMMENT ON COLUMN case_steps.unit_name IS 'its name (新承办单位名称)';
COMMENT ON COLUMN case_steps.reason IS 'reason (理由)';
COMMENT ON COLUMN case_steps.remark IS 'remark (备注)';
COMMENT ON COLUMN case_steps.detail IS 'everything else (明细)';
COMMENT ON COLUMN case_steps.hash IS 'hash of the step in hexadecimal (链上摘要)';

CREATE VIEW case_clocks WITH (security_invoker = true) AS
SELECT caseno_text(r.caseno) AS caseno, c.clock, c.kind, c.stage, t.name AS stage_name, u.unit, u.name AS unit_name, c.calendar, c.term::text AS term,
       c.started_at, nullif(c.due_at, 'infinity') AS due_at, c.stopped_at, c.verdict,
       c.stopped_at IS NULL AND upper_inf(c.pauses) AS paused, p.pauses, p.paused_for, cardinality(c.extensions) AS extensions,
       CASE WHEN c.stopped_at IS NULL THEN nullif(c.due_at, 'infinity') - now() END AS time_left,
       coalesce(c.verdict = 'overdue', c.due_at < now()) AS overdue,
       CASE WHEN c.verdict IS NULL OR c.verdict = 'overdue' THEN
           greatest(coalesce(c.stopped_at, now()) - nullif(c.due_at, 'infinity'), interval '0') END AS overdue_by,
       c.moved_from
FROM case_clock AS c
JOIN case_record AS r ON r.caseno = c.caseno
LEFT JOIN case_stage AS t ON t.stage = c.stage
LEFT JOIN unit AS u ON u.unit = CASE WHEN c.holder ~ '^[0-9]{1,18}$' THEN c.holder::bigint END
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS pauses, coalesce(sum(coalesce(upper(v.pause), c.stopped_at, now()) - lower(v.pause)), interval '0') AS paused_for
    FROM unnest(c.pauses) AS v (pause)
) AS p;
COMMENT ON VIEW case_clocks IS 'all clocks of all cases (案件计时明细)';
COMMENT ON COLUMN case_clocks.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN case_clocks.clock IS 'number of the clock (计时序号)';
COMMENT ON COLUMN case_clocks.kind IS 'case 全程, stage 环节, holder 承办单位 (计时种类)';
COMMENT ON COLUMN case_clocks.stage IS 'stage (环节)';
COMMENT ON COLUMN case_clocks.stage_name IS 'its name (环节名称)';
COMMENT ON COLUMN case_clocks.unit IS 'unit that it runs for (承办单位)';
COMMENT ON COLUMN case_clocks.unit_name IS 'its name (承办单位名称)';
COMMENT ON COLUMN case_clocks.calendar IS 'calendar that it runs on (日历)';
COMMENT ON COLUMN case_clocks.term IS 'how long it may take (时限)';
COMMENT ON COLUMN case_clocks.started_at IS 'when it began (起算时间)';
COMMENT ON COLUMN case_clocks.due_at IS 'deadline (截止时间); NULL while it is paused';
COMMENT ON COLUMN case_clocks.stopped_at IS 'when it was stopped (停止时间)';
COMMENT ON COLUMN case_clocks.verdict IS 'on time 按时, overdue 超时, void 作废 (结论); NULL while it runs';
COMMENT ON COLUMN case_clocks.paused IS 'it stands still now (是否暂停)';
COMMENT ON COLUMN case_clocks.pauses IS 'times that it stood still (暂停次数)';
COMMENT ON COLUMN case_clocks.paused_for IS 'how long, altogether (暂停时长)';
COMMENT ON COLUMN case_clocks.extensions IS 'extensions granted (延期次数)';
COMMENT ON COLUMN case_clocks.time_left IS 'time to the deadline, negative past it (剩余时间); NULL once it was stopped';
COMMENT ON COLUMN case_clocks.overdue IS 'was stopped too late, or still runs past its deadline (是否超期)';
COMMENT ON COLUMN case_clocks.overdue_by IS 'by how much (超期时长)';
COMMENT ON COLUMN case_clocks.moved_from IS 'deadline before a change of the calendar moved it (调整前截止时间)';

CREATE VIEW inbox WITH (security_invoker = true) AS
SELECT i.unit, u.name AS unit_name, caseno_text(r.caseno) AS caseno, i.duty, i.job, s.state, t.name AS state_name, t.stage,
       i.given_at, nullif(v.due_at, 'infinity') AS due_at, nullif(v.due_at, 'infinity') - now() AS time_left,
       coalesce(v.due_at < now(), false) AS overdue, nullif(k.due_at, 'infinity') AS case_due_at,
       s.severity, s.supervised, r.taxonomy, r.kind, r.class::text AS class, e.name AS class_name,
       r.cell::text AS cell, r.address, r.description, r.channel, r.reported_at,
       s.returns::integer AS returns, s.reworks::integer AS reworks, s.extensions::integer AS extensions
FROM (
    SELECT h.caseno, h.unit, CASE WHEN h.unit = h.lead THEN 'lead' ELSE 'holder' END AS duty, NULL::text AS job, h.since AS given_at
    FROM case_state AS h
    WHERE h.unit = ANY ((SELECT my_units())::bigint[])
        AND h.state = ANY (ARRAY(SELECT o.state FROM case_status AS o WHERE o.open))
    UNION ALL
    SELECT k.caseno, k.unit, k.duty, k.job, k.given_at
    FROM case_task AS k
    WHERE k.ended_at IS NULL AND k.duty = 'assist' AND k.unit = ANY ((SELECT my_units())::bigint[])
) AS i
JOIN case_state AS s ON s.caseno = i.caseno
JOIN case_record AS r ON r.caseno = i.caseno
LEFT JOIN case_status AS t ON t.state = s.state
LEFT JOIN case_clock AS g ON g.caseno = s.caseno AND g.clock = s.stage_clock
LEFT JOIN case_clock AS k ON k.caseno = s.caseno AND k.clock = s.case_clock
LEFT JOIN event_class AS e ON e.taxonomy = r.taxonomy AND e.kind = r.kind AND e.code = r.class
LEFT JOIN unit AS u ON u.unit = i.unit
CROSS JOIN LATERAL (SELECT coalesce(g.due_at, k.due_at) AS due_at) AS v
ORDER BY v.due_at NULLS LAST, s.supervised DESC, r.reported_at, r.caseno::text COLLATE "C";
COMMENT ON VIEW inbox IS 'open tasks of the units that the caller acts for, the most urgent first (待办箱)';
COMMENT ON COLUMN inbox.unit IS 'unit that has to act (承办单位)';
COMMENT ON COLUMN inbox.unit_name IS 'its name (承办单位名称)';
COMMENT ON COLUMN inbox.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN inbox.duty IS 'what it is (职责): lead 主办, assist 协办, holder 受理、派遣、核查等';
COMMENT ON COLUMN inbox.job IS 'what it is to do (分工)';
COMMENT ON COLUMN inbox.state IS 'state of the case (状态)';
COMMENT ON COLUMN inbox.state_name IS 'its name (状态名称)';
COMMENT ON COLUMN inbox.stage IS 'stage (环节)';
COMMENT ON COLUMN inbox.given_at IS 'since when (接收时间)';
COMMENT ON COLUMN inbox.due_at IS 'deadline of the stage, or else of the case (截止时间); NULL while it is suspended';
COMMENT ON COLUMN inbox.time_left IS 'time to that, negative past it (剩余时间)';
COMMENT ON COLUMN inbox.overdue IS 'that has passed (是否超期)';
COMMENT ON COLUMN inbox.case_due_at IS 'deadline of the whole case (全程截止时间)';
COMMENT ON COLUMN inbox.severity IS 'severity (紧急程度)';
COMMENT ON COLUMN inbox.supervised IS 'under supervision (是否督办)';
COMMENT ON COLUMN inbox.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN inbox.kind IS 'kind of the class (种类)';
COMMENT ON COLUMN inbox.class IS 'event class (事件分类)';
COMMENT ON COLUMN inbox.class_name IS 'its name (分类名称)';
COMMENT ON COLUMN inbox.cell IS 'cell (所在网格)';
COMMENT ON COLUMN inbox.address IS 'where, in words (地址描述)';
COMMENT ON COLUMN inbox.description IS 'what was reported, in words (问题描述)';
COMMENT ON COLUMN inbox.channel IS 'channel that it came by (渠道)';
COMMENT ON COLUMN inbox.reported_at IS 'when it was reported (上报时间)';
COMMENT ON COLUMN inbox.returns IS 'times returned (退件次数)';
COMMENT ON COLUMN inbox.reworks IS 'times to be done again (返工次数)';
COMMENT ON COLUMN inbox.extensions IS 'times extended (延期次数)';

CREATE VIEW overdue WITH (security_invoker = true) AS
SELECT caseno_text(r.caseno) AS caseno, c.clock, c.kind, c.stage, t.name AS stage_name, u.unit, u.name AS unit_name, c.due_at, now() - c.due_at AS overdue_by,
       c.started_at, c.term::text AS term, s.state, n.name AS state_name, s.severity, s.supervised, s.exempt,
       r.taxonomy, r.kind AS class_kind, r.class::text AS class, e.name AS class_name, r.cell::text AS cell, r.channel, r.reported_at
FROM case_clock AS c
JOIN case_state AS s ON s.caseno = c.caseno
JOIN case_record AS r ON r.caseno = c.caseno
LEFT JOIN case_stage AS t ON t.stage = c.stage
LEFT JOIN case_status AS n ON n.state = s.state
LEFT JOIN event_class AS e ON e.taxonomy = r.taxonomy AND e.kind = r.kind AND e.code = r.class
LEFT JOIN unit AS u ON u.unit = CASE WHEN c.holder ~ '^[0-9]{1,18}$' THEN c.holder::bigint ELSE coalesce(s.unit, s.centre) END
WHERE c.stopped_at IS NULL AND c.due_at < now();
COMMENT ON VIEW overdue IS 'clocks that run past their deadline (超期在办)';
COMMENT ON COLUMN overdue.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN overdue.clock IS 'number of the clock (计时序号)';
COMMENT ON COLUMN overdue.kind IS 'case 全程, stage 环节, holder 承办单位 (计时种类)';
COMMENT ON COLUMN overdue.stage IS 'stage (环节)';
COMMENT ON COLUMN overdue.stage_name IS 'its name (环节名称)';
COMMENT ON COLUMN overdue.unit IS 'unit that it runs for; of a whole case, that has it now (承办单位)';
COMMENT ON COLUMN overdue.unit_name IS 'its name (承办单位名称)';
COMMENT ON COLUMN overdue.due_at IS 'deadline (截止时间)';
COMMENT ON COLUMN overdue.overdue_by IS 'how long ago that was (超期时长)';
COMMENT ON COLUMN overdue.started_at IS 'when it began (起算时间)';
COMMENT ON COLUMN overdue.term IS 'how long it may take (时限)';
COMMENT ON COLUMN overdue.state IS 'state of the case (状态)';
COMMENT ON COLUMN overdue.state_name IS 'its name (状态名称)';
COMMENT ON COLUMN overdue.severity IS 'severity (紧急程度)';
COMMENT ON COLUMN overdue.supervised IS 'under supervision (是否督办)';
COMMENT ON COLUMN overdue.exempt IS 'not counted as overdue (超时豁免)';
COMMENT ON COLUMN overdue.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN overdue.class_kind IS 'kind of the class (种类)';
COMMENT ON COLUMN overdue.class IS 'event class (事件分类)';
COMMENT ON COLUMN overdue.class_name IS 'its name (分类名称)';
COMMENT ON COLUMN overdue.cell IS 'cell (所在网格)';
COMMENT ON COLUMN overdue.channel IS 'channel that it came by (渠道)';
COMMENT ON COLUMN overdue.reported_at IS 'when it was reported (上报时间)';

CREATE VIEW returns WITH (security_invoker = true) AS
SELECT caseno_text(r.caseno) AS caseno, j.step, j.at, class_day(j.at) AS day, CASE WHEN j.to_state = 'reported' THEN 'intake' WHEN j.outcome IN ('assist', 'last') THEN 'assist' ELSE 'lead' END AS duty,
       b.unit, u.name AS unit_name, j.reason, n.name AS reason_name, j.remark AS statement, (j.detail #>> '{return,counts}')::boolean AS counts,
       g.unit AS suggested_unit, g.name AS suggested_name, x.unit AS next_unit, m.name AS next_name, x.at AS next_at, x.at - j.at AS waited,
       r.taxonomy, r.kind, r.class::text AS class, r.cell::text AS cell, r.channel
FROM case_journal AS j
JOIN case_record AS r ON r.caseno = j.caseno
LEFT JOIN case_task AS a ON a.caseno = j.caseno AND a.task = (j.detail #>> '{tasks,0,task}')::integer
CROSS JOIN LATERAL (SELECT CASE WHEN j.outcome IN ('assist', 'last') THEN a.unit ELSE j.from_unit END AS unit) AS b
LEFT JOIN return_reason AS n ON n.reason = j.reason
LEFT JOIN LATERAL (
    SELECT d.unit, d.at FROM case_journal AS d
    WHERE d.caseno = j.caseno AND d.step > j.step AND d.to_state = 'dispatched' AND j.to_state = 'returned'
    ORDER BY d.step
    LIMIT 1
) AS x ON true
LEFT JOIN unit AS u ON u.unit = b.unit
LEFT JOIN unit AS g ON g.unit = (j.detail #>> '{return,suggested_unit}')::bigint
LEFT JOIN unit AS m ON m.unit = x.unit
WHERE j.action = 'return_case';
COMMENT ON VIEW returns IS 'all returns of cases (退件明细), with what became of them';
COMMENT ON COLUMN returns.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN returns.step IS 'step of the journal (步骤序号)';
COMMENT ON COLUMN returns.at IS 'when it was returned (退件时间)';
COMMENT ON COLUMN returns.day IS 'on which day in Beijing (日期)';
COMMENT ON COLUMN returns.duty IS 'what was returned (职责): lead 主办, assist 协办, intake 退回受理';
COMMENT ON COLUMN returns.unit IS 'unit that returned it (退件单位)';
COMMENT ON COLUMN returns.unit_name IS 'its name (退件单位名称)';
COMMENT ON COLUMN returns.reason IS 'reason by its key (退件原因)';
COMMENT ON COLUMN returns.reason_name IS 'its name (退件原因名称)';
COMMENT ON COLUMN returns.statement IS 'in words (退件说明)';
COMMENT ON COLUMN returns.counts IS 'whether it counts as a refusal (是否计入退件次数)';
COMMENT ON COLUMN returns.suggested_unit IS 'unit that should act, as it says (建议承办单位)';
COMMENT ON COLUMN returns.suggested_name IS 'its name (建议承办单位名称)';
COMMENT ON COLUMN returns.next_unit IS 'unit that was given the case next (再派单位)';
COMMENT ON COLUMN returns.next_name IS 'its name (再派单位名称)';
COMMENT ON COLUMN returns.next_at IS 'when (再派时间)';
COMMENT ON COLUMN returns.waited IS 'how long nobody had it (待派时长)';
COMMENT ON COLUMN returns.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN returns.kind IS 'kind of the class (种类)';
COMMENT ON COLUMN returns.class IS 'event class (事件分类)';
COMMENT ON COLUMN returns.cell IS 'cell (所在网格)';
COMMENT ON COLUMN returns.channel IS 'channel that it came by (渠道)';

CREATE VIEW open_data WITH (security_invoker = true) AS
SELECT caseno_text(r.caseno) AS caseno, class_day(r.reported_at) AS reported_on, r.channel, h.name AS channel_name,
       r.taxonomy, r.kind, r.class::text AS class, e.name AS class_name,
       CASE WHEN length(r.cell::text) >= 12 THEN substr(r.cell::text, 1, 12) END AS community,
       CASE WHEN length(r.cell::text) >= 9 THEN substr(r.cell::text, 1, 9) END AS street,
       s.state, t.name AS state_name, s.lead AS unit, u.name AS unit_name, class_day(s.closed_at) AS closed_on,
       class_day(s.closed_at) - class_day(r.reported_at) AS days, s.satisfied
FROM case_record AS r
JOIN case_state AS s ON s.caseno = r.caseno
LEFT JOIN case_status AS t ON t.state = s.state
LEFT JOIN event_class AS e ON e.taxonomy = r.taxonomy AND e.kind = r.kind AND e.code = r.class
LEFT JOIN channel AS h ON h.channel = r.channel
LEFT JOIN unit AS u ON u.unit = s.lead
WHERE NOT r.sensitive AND NOT EXISTS (
    SELECT FROM event_class AS x
    WHERE x.sensitive AND x.taxonomy = r.taxonomy AND x.kind = r.kind AND r.class <@ x.code
) AND (
    -- what the site says now holds for what was reported before, too
    SELECT i.sensitive FROM intake_class AS i
    WHERE i.taxonomy = r.taxonomy AND i.kind = r.kind AND r.class <@ i.class AND i.sensitive IS NOT NULL
    ORDER BY length(i.class::text) DESC
    LIMIT 1
) IS NOT TRUE;
COMMENT ON VIEW open_data IS 'cases for publication (开放数据): no persons, no words of theirs, no exact place or time, no sensitive classes';
COMMENT ON COLUMN open_data.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN open_data.reported_on IS 'day of the report (上报日期)';
COMMENT ON COLUMN open_data.channel IS 'channel (渠道)';
COMMENT ON COLUMN open_data.channel_name IS 'its name (渠道名称)';
COMMENT ON COLUMN open_data.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN open_data.kind IS 'kind of the class (种类)';
COMMENT ON COLUMN open_data.class IS 'event class (事件分类)';
COMMENT ON COLUMN open_data.class_name IS 'its name (分类名称)';
COMMENT ON COLUMN open_data.community IS 'community (社区代码)';
COMMENT ON COLUMN open_data.street IS 'street (街道代码)';
COMMENT ON COLUMN open_data.state IS 'state (状态)';
COMMENT ON COLUMN open_data.state_name IS 'its name (状态名称)';
COMMENT ON COLUMN open_data.unit IS 'unit that handles it (主办单位)';
COMMENT ON COLUMN open_data.unit_name IS 'its name (主办单位名称)';
COMMENT ON COLUMN open_data.closed_on IS 'day on which it was closed (结案日期)';
COMMENT ON COLUMN open_data.days IS 'days from report to that (办理天数)';
COMMENT ON COLUMN open_data.satisfied IS 'what the reporter said (是否满意)';

CREATE VIEW case_map WITH (security_invoker = true) AS
SELECT caseno_text(r.caseno) AS caseno, coalesce(r.location, st_pointonsurface(g.geom))::geometry(Point) AS geom,
       CASE WHEN r.location IS NOT NULL THEN 'place' ELSE 'cell' END AS located, r.cell::text AS cell, r.reported_at, r.channel,
       r.taxonomy, r.kind, r.class::text AS class, e.name AS class_name, s.severity, s.state, t.name AS state_name, t.open,
       s.unit, u.name AS unit_name, nullif(k.due_at, 'infinity') AS due_at, coalesce(k.due_at < now(), false) AS overdue, s.closed_at
FROM case_record AS r
JOIN case_state AS s ON s.caseno = r.caseno
LEFT JOIN grid_cell AS g ON g.kind = 'unit' AND g.code = r.cell
LEFT JOIN case_status AS t ON t.state = s.state
LEFT JOIN case_clock AS k ON k.caseno = s.caseno AND k.clock = s.case_clock
LEFT JOIN event_class AS e ON e.taxonomy = r.taxonomy AND e.kind = r.kind AND e.code = r.class
LEFT JOIN unit AS u ON u.unit = s.unit
WHERE r.location IS NOT NULL OR g.geom IS NOT NULL;
COMMENT ON VIEW case_map IS 'cases as points (案件分布图), a layer for maps';
COMMENT ON COLUMN case_map.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN case_map.geom IS 'where (位置): the place, or else a point in its cell by the draft of the grid';
COMMENT ON COLUMN case_map.located IS 'which of the two (定位方式): place 坐标, cell 网格';
COMMENT ON COLUMN case_map.cell IS 'cell (所在网格)';
COMMENT ON COLUMN case_map.reported_at IS 'when it was reported (上报时间)';
COMMENT ON COLUMN case_map.channel IS 'channel that it came by (渠道)';
COMMENT ON COLUMN case_map.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN case_map.kind IS 'kind of the class (种类)';
COMMENT ON COLUMN case_map.class IS 'event class (事件分类)';
COMMENT ON COLUMN case_map.class_name IS 'its name (分类名称)';
COMMENT ON COLUMN case_map.severity IS 'severity (紧急程度)';
COMMENT ON COLUMN case_map.state IS 'state (状态)';
COMMENT ON COLUMN case_map.state_name IS 'its name (状态名称)';
COMMENT ON COLUMN case_map.open IS 'somebody has to act (是否在办)';
COMMENT ON COLUMN case_map.unit IS 'unit that has to act (当前承办单位)';
COMMENT ON COLUMN case_map.unit_name IS 'its name (当前承办单位名称)';
COMMENT ON COLUMN case_map.due_at IS 'deadline of the whole case (全程截止时间)';
COMMENT ON COLUMN case_map.overdue IS 'that has passed (是否超期)';
COMMENT ON COLUMN case_map.closed_at IS 'when it was closed (结案时间)';
