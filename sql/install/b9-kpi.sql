
-- Indicators (考核指标): what is counted on each day, and the rates made of the
-- counts.  See doc/views.md.

-- A day is a day in Beijing (class_day()): China has one time.

-- What is counted is steps of the journal, which never change, and clocks.
CREATE TABLE kpi_measure (
    measure text NOT NULL,
    place smallint NOT NULL,
    name text NOT NULL,
    title text NOT NULL,
    counts text NOT NULL,
    definition text NOT NULL,
    unit_is text NOT NULL,
    CONSTRAINT kpi_measure_pkey PRIMARY KEY (measure),
    CONSTRAINT kpi_measure_counts_check CHECK (counts IN ('steps', 'clocks'))
);
COMMENT ON TABLE kpi_measure IS 'what is counted (统计指标项): the columns of kpi_day and kpi_due';
COMMENT ON COLUMN kpi_measure.measure IS 'key, a column of kpi_day, or of kpi_due for clocks (指标键)';
COMMENT ON COLUMN kpi_measure.place IS 'place in the order (顺序)';
COMMENT ON COLUMN kpi_measure.name IS 'Chinese name (名称)';
COMMENT ON COLUMN kpi_measure.title IS 'English name (英文名称)';
COMMENT ON COLUMN kpi_measure.counts IS 'whether it counts steps of the journal, on the day of the step, or clocks, on the day of the deadline (计数对象)';
COMMENT ON COLUMN kpi_measure.definition IS 'what counts (定义)';
COMMENT ON COLUMN kpi_measure.unit_is IS 'for which unit it counts (归属单位)';
INSERT INTO kpi_measure (measure, place, name, title, counts, definition, unit_is) VALUES
    ('reported', 1, '上报', 'reported', 'steps', 'the first step of a case', 'unit that it came to'),
    ('duplicates', 2, '疑似重复', 'probable repeats', 'steps', 'of the reported, those that intake linked to an earlier case as a probable repeat', 'unit that it came to'),
    ('verify_due', 3, '应核实', 'asked to be verified', 'steps', 'a collector was asked to verify a case before filing', 'unit that was asked'),
    ('verified', 4, '核实', 'verified', 'steps', 'a collector reported what he found before filing, whatever that was', 'unit that verified'),
    ('verified_on_time', 5, '按期核实', 'verified in time', 'steps', 'of the verified, those whose clock of stage verify this step stopped in time', 'unit that verified'),
    ('unfounded', 6, '核实不属实', 'found not as reported', 'steps', 'of the verified, those that were not as reported', 'unit that verified'),
    ('filed', 7, '立案', 'filed', 'steps', 'a case was filed', 'unit that filed it'),
    ('filed_on_time', 8, '按时立案', 'filed in time', 'steps', 'of the filed, those whose clock of stage file this step stopped in time', 'unit that filed it'),
    ('voided', 9, '作废', 'voided', 'steps', 'a case was voided before filing', 'unit that voided it'),
    ('merged', 10, '并案', 'merged', 'steps', 'a case was merged into another', 'unit that merged it'),
    ('dispatch_due', 11, '应派遣', 'to be dispatched', 'steps', 'a case came to a dispatch centre to be dispatched: filed, returned, recalled, escalated, reopened, or not to the reporter''s satisfaction', 'dispatch centre'),
    ('dispatched', 12, '派遣', 'dispatched', 'steps', 'a case that waited for it was given to a unit, by dispatch or by verdict', 'dispatch centre'),
    ('dispatched_on_time', 13, '按时派遣', 'dispatched in time', 'steps', 'of the dispatched, those whose clock of stage dispatch this step stopped in time', 'dispatch centre'),
    ('received', 14, '接收', 'received', 'steps', 'a case was given to a unit to lead, by dispatch, verdict or transfer', 'unit that got it'),
    ('signed', 15, '签收', 'signed for', 'steps', 'the leading unit signed for a case', 'unit that signed'),
    ('signed_on_time', 16, '按时签收', 'signed for in time', 'steps', 'of the signed, those whose clock of stage sign this step stopped in time', 'unit that signed'),
    ('handled', 17, '处置', 'handled', 'steps', 'a case passed from handling to handled: the lead, and whoever assists, have reported', 'leading unit'),
    ('on_time', 18, '按期处置', 'handled in time', 'steps', 'of the handled, those whose clock of stage handle this step stopped in time', 'leading unit'),
    ('overdue', 19, '超期处置', 'handled late', 'steps', 'of the handled, those whose clock of stage handle this step stopped overdue', 'leading unit'),
    ('handled_first', 20, '首次处置', 'handled for the first time', 'steps', 'of the handled, those that had not been handled before', 'leading unit'),
    ('handled_right', 21, '准确派遣', 'dispatched right the first time', 'steps', 'of those handled for the first time, those that the unit handled which was given the case first, or one below it that it was passed on to', 'leading unit'),
    ('returned', 22, '退件', 'returned', 'steps', 'the leading unit returned a case', 'unit that returned it'),
    ('sent_back', 23, '退回受理', 'sent back to intake', 'steps', 'a dispatch centre returned a case to who accepted it', 'unit that sent it back'),
    ('transferred', 24, '转派', 'transferred', 'steps', 'a unit passed a case on within its own tree', 'unit that passed it on'),
    ('escalated', 25, '上报上级', 'escalated', 'steps', 'a unit passed a case up to the dispatch centre above', 'unit that passed it up'),
    ('recalled', 26, '撤回', 'recalled', 'steps', 'a dispatch centre took a case back from a unit', 'unit that lost it'),
    ('adjudicated', 27, '裁决', 'adjudicated', 'steps', 'a verdict said who acts', 'unit that it names'),
    ('extension_asked', 28, '申请延期', 'extensions asked for', 'steps', 'a unit asked for more time', 'unit that asked'),
    ('extended', 29, '延期', 'extended', 'steps', 'an extension was granted', 'unit that asked'),
    ('suspended', 30, '挂账', 'suspended', 'steps', 'a case was suspended', 'unit that had it'),
    ('resumed', 31, '恢复', 'resumed', 'steps', 'a suspended case was resumed, by hand or by itself', 'unit that has it'),
    ('check_due', 32, '应核查', 'asked to be checked', 'steps', 'a collector was asked to check what was done', 'unit that was asked'),
    ('checked', 33, '核查', 'checked', 'steps', 'a collector reported what he found, whatever that was', 'unit that checked'),
    ('checked_on_time', 34, '按期核查', 'checked in time', 'steps', 'of the checked, those whose clock of stage check this step stopped in time', 'unit that checked'),
    ('check_passed', 35, '核查通过', 'passed the check', 'steps', 'a check found a case done', 'unit that handled it'),
    ('check_failed', 36, '核查未通过', 'failed the check', 'steps', 'a check found a case not done', 'unit that handled it'),
    ('reworked', 37, '返工', 'to be done again', 'steps', 'a case was sent back to be done again', 'unit that has to'),
    ('closed', 38, '结案', 'closed', 'steps', 'a case was closed; one that was merged into another does not count with it', 'unit that handled it'),
    ('closed_on_time', 39, '按期结案', 'closed in time', 'steps', 'of the closed, those whose clock of the whole case this step stopped in time', 'unit that handled it'),
    ('closed_overdue', 40, '超期结案', 'closed late', 'steps', 'of the closed, those whose clock of the whole case this step stopped overdue', 'unit that handled it'),
    ('reopened', 41, '重办', 'reopened', 'steps', 'a closed case was reopened by hand', 'unit that handled it'),
    ('visited', 42, '回访', 'visited', 'steps', 'the reporter said whether he was satisfied', 'unit that handled it'),
    ('satisfied', 43, '满意', 'satisfied', 'steps', 'of the visited, the satisfied', 'unit that handled it'),
    ('dissatisfied', 44, '不满意', 'dissatisfied', 'steps', 'of the visited, the dissatisfied', 'unit that handled it'),
    ('unreached', 45, '回访未接通', 'not reached', 'steps', 'the reporter was not reached', 'unit that handled it'),
    ('appealed', 46, '超时申诉', 'appealed', 'steps', 'a unit appealed against being counted as overdue', 'unit that appealed'),
    ('exempted', 47, '超时豁免', 'exempted', 'steps', 'an appeal was granted', 'unit that appealed'),
    ('supervised', 48, '督办', 'supervised', 'steps', 'a supervisor took a case under supervision', 'unit that had it'),
    ('due', 49, '应处置', 'due to be handled', 'clocks', 'clocks of stage handle, not void, whose deadline is on the day; one that was stopped in time counts only if the unit had handled the case then, not if it had given it away', 'unit that the clock runs for'),
    ('due_on_time', 50, '应处置中按期', 'of the due, in time', 'clocks', 'of the due, those that were stopped in time', 'unit that the clock runs for'),
    ('due_overdue', 51, '应处置中超期', 'of the due, late', 'clocks', 'of the due, those that were stopped overdue or whose deadline has passed, without those that an appeal of the unit exempted', 'unit that the clock runs for'),
    ('due_exempt', 52, '应处置中豁免', 'of the due, late but exempt', 'clocks', 'of the due, those that were stopped overdue and that an appeal of the unit exempted', 'unit that the clock runs for'),
    ('due_undone', 53, '应处置中未处置', 'of the due, not done', 'clocks', 'of the due, those that still run', 'unit that the clock runs for'),
    ('close_due', 54, '应结案', 'due to be closed', 'clocks', 'clocks of whole cases, not void, whose deadline is on the day', 'unit that leads the case, or its dispatch centre'),
    ('close_due_on_time', 55, '应结案中按期', 'of these, in time', 'clocks', 'of these, those that were stopped in time', 'unit that leads the case, or its dispatch centre'),
    ('close_due_overdue', 56, '应结案中超期', 'of these, late', 'clocks', 'of these, those that were stopped overdue or whose deadline has passed, without those of exempt cases', 'unit that leads the case, or its dispatch centre'),
    ('close_due_exempt', 57, '应结案中豁免', 'of these, late but exempt', 'clocks', 'of these, those that were stopped overdue or whose deadline has passed, of exempt cases', 'unit that leads the case, or its dispatch centre'),
    ('close_due_undone', 58, '应结案中未结案', 'of these, not closed', 'clocks', 'of these, those that still run', 'unit that leads the case, or its dispatch centre');
SELECT pg_catalog.pg_extension_config_dump('kpi_measure', 'WHERE false');

-- Which steps count.  Rules of one measure exclude each other, so that no step
-- counts twice.  A site that changed its life cycle says so here.
CREATE TABLE kpi_rule (
    measure text NOT NULL,
    rule smallint NOT NULL,
    action text NOT NULL,
    outcome text,
    from_state text,
    to_state text,
    finding text,
    unit_of text NOT NULL,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT kpi_rule_pkey PRIMARY KEY (measure, rule),
    CONSTRAINT kpi_rule_unit_of_check CHECK (unit_of IN ('from', 'to', 'handler', 'appeal')),
    CONSTRAINT kpi_rule_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE kpi_rule IS 'which steps of the journal a measure counts (指标计数规则)';
COMMENT ON COLUMN kpi_rule.measure IS 'measure (指标键), a row of kpi_measure that counts steps';
COMMENT ON COLUMN kpi_rule.rule IS 'number of the rule of the measure (规则序号)';
COMMENT ON COLUMN kpi_rule.action IS 'action of the step (操作)';
COMMENT ON COLUMN kpi_rule.outcome IS 'its outcome (结果); NULL: any';
COMMENT ON COLUMN kpi_rule.from_state IS 'state before (原状态); NULL: any';
COMMENT ON COLUMN kpi_rule.to_state IS 'state afterwards (新状态); NULL: any';
COMMENT ON COLUMN kpi_rule.finding IS 'what else must be true (附加条件): a stage, or case, with the verdict of the clock that the step stopped, as "handle on time"; first, no step before passed from the same state to the same; right, first and by the unit that was given the case first, or one below it that it was passed on to; duplicate, intake linked it to an earlier case; NULL: nothing';
COMMENT ON COLUMN kpi_rule.unit_of IS 'for which unit it counts (归属): from, that had the case before 原承办单位; to, that has it afterwards 新承办单位; handler, that handled it last before, or else as from 处置单位; appeal, that appealed 申诉单位';
COMMENT ON COLUMN kpi_rule.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';
INSERT INTO kpi_rule (measure, rule, action, outcome, from_state, to_state, finding, unit_of, origin) VALUES
    ('reported', 1, 'report_event', NULL, NULL, NULL, NULL, 'to', 'shipped'),
    ('duplicates', 1, 'report_event', NULL, NULL, NULL, 'duplicate', 'to', 'shipped'),
    ('verify_due', 1, 'verify', NULL, NULL, NULL, NULL, 'to', 'shipped'),
    ('verified', 1, 'verified', NULL, NULL, NULL, NULL, 'from', 'shipped'),
    ('verified_on_time', 1, 'verified', NULL, NULL, NULL, 'verify on time', 'from', 'shipped'),
    ('unfounded', 1, 'verified', 'false', NULL, NULL, NULL, 'from', 'shipped'),
    ('filed', 1, 'file_case', NULL, NULL, NULL, NULL, 'from', 'shipped'),
    ('filed_on_time', 1, 'file_case', NULL, NULL, NULL, 'file on time', 'from', 'shipped'),
    ('voided', 1, 'void_case', '', NULL, NULL, NULL, 'from', 'shipped'),
    ('merged', 1, 'merge_cases', NULL, NULL, NULL, NULL, 'from', 'shipped'),
    ('dispatch_due', 1, 'file_case', NULL, NULL, 'filed', NULL, 'to', 'shipped'),
    ('dispatch_due', 2, 'recall', NULL, NULL, 'filed', NULL, 'to', 'shipped'),
    ('dispatch_due', 3, 'escalate', NULL, NULL, 'filed', NULL, 'to', 'shipped'),
    ('dispatch_due', 4, 'reopen', NULL, NULL, 'filed', NULL, 'to', 'shipped'),
    ('dispatch_due', 5, 'visit', NULL, NULL, 'filed', NULL, 'to', 'shipped'),
    ('dispatch_due', 6, 'return_case', NULL, NULL, 'returned', NULL, 'to', 'shipped'),
    ('dispatched', 1, 'dispatch', NULL, NULL, 'dispatched', NULL, 'from', 'shipped'),
    ('dispatched', 2, 'adjudicate', NULL, 'filed', 'dispatched', NULL, 'from', 'shipped'),
    ('dispatched', 3, 'adjudicate', NULL, 'returned', 'dispatched', NULL, 'from', 'shipped'),
    ('dispatched_on_time', 1, 'dispatch', NULL, NULL, 'dispatched', 'dispatch on time', 'from', 'shipped'),
    ('dispatched_on_time', 2, 'adjudicate', NULL, 'filed', 'dispatched', 'dispatch on time', 'from', 'shipped'),
    ('dispatched_on_time', 3, 'adjudicate', NULL, 'returned', 'dispatched', 'dispatch on time', 'from', 'shipped'),
    ('received', 1, 'dispatch', NULL, NULL, 'dispatched', NULL, 'to', 'shipped'),
    ('received', 2, 'adjudicate', NULL, NULL, 'dispatched', NULL, 'to', 'shipped'),
    ('received', 3, 'transfer', NULL, NULL, 'dispatched', NULL, 'to', 'shipped'),
    ('signed', 1, 'sign', '', NULL, NULL, NULL, 'from', 'shipped'),
    ('signed_on_time', 1, 'sign', '', NULL, NULL, 'sign on time', 'from', 'shipped'),
    ('handled', 1, 'feedback', NULL, 'handling', 'handled', NULL, 'from', 'shipped'),
    ('handled', 2, 'return_case', NULL, 'handling', 'handled', NULL, 'from', 'shipped'),
    ('on_time', 1, 'feedback', NULL, 'handling', 'handled', 'handle on time', 'from', 'shipped'),
    ('on_time', 2, 'return_case', NULL, 'handling', 'handled', 'handle on time', 'from', 'shipped'),
    ('overdue', 1, 'feedback', NULL, 'handling', 'handled', 'handle overdue', 'from', 'shipped'),
    ('overdue', 2, 'return_case', NULL, 'handling', 'handled', 'handle overdue', 'from', 'shipped'),
    ('handled_first', 1, 'feedback', NULL, 'handling', 'handled', 'first', 'from', 'shipped'),
    ('handled_first', 2, 'return_case', NULL, 'handling', 'handled', 'first', 'from', 'shipped'),
    ('handled_right', 1, 'feedback', NULL, 'handling', 'handled', 'right', 'from', 'shipped'),
    ('handled_right', 2, 'return_case', NULL, 'handling', 'handled', 'right', 'from', 'shipped'),
    ('returned', 1, 'return_case', NULL, NULL, 'returned', NULL, 'from', 'shipped'),
    ('sent_back', 1, 'return_case', NULL, NULL, 'reported', NULL, 'from', 'shipped'),
    ('transferred', 1, 'transfer', NULL, NULL, NULL, NULL, 'from', 'shipped'),
    ('escalated', 1, 'escalate', NULL, NULL, NULL, NULL, 'from', 'shipped'),
    ('recalled', 1, 'recall', NULL, NULL, 'filed', NULL, 'from', 'shipped'),
    ('adjudicated', 1, 'adjudicate', NULL, NULL, NULL, NULL, 'to', 'shipped'),
    ('extension_asked', 1, 'ask_extension', NULL, NULL, NULL, NULL, 'from', 'shipped'),
    ('extended', 1, 'decide_extension', 'granted', NULL, NULL, NULL, 'from', 'shipped'),
    ('suspended', 1, 'suspend', NULL, NULL, NULL, NULL, 'from', 'shipped'),
    ('resumed', 1, 'resume', NULL, NULL, NULL, NULL, 'from', 'shipped'),
    ('check_due', 1, 'check_case', NULL, NULL, NULL, NULL, 'to', 'shipped'),
    ('checked', 1, 'checked', NULL, NULL, NULL, NULL, 'from', 'shipped'),
    ('checked_on_time', 1, 'checked', NULL, NULL, NULL, 'check on time', 'from', 'shipped'),
    ('check_passed', 1, 'checked', 'pass', NULL, NULL, NULL, 'handler', 'shipped'),
    ('check_failed', 1, 'checked', 'fail', NULL, NULL, NULL, 'handler', 'shipped'),
    ('reworked', 1, 'rework', NULL, NULL, NULL, NULL, 'to', 'shipped'),
    ('closed', 1, 'close_case', '', NULL, 'closed', NULL, 'handler', 'shipped'),
    ('closed_on_time', 1, 'close_case', '', NULL, 'closed', 'case on time', 'handler', 'shipped'),
    ('closed_overdue', 1, 'close_case', '', NULL, 'closed', 'case overdue', 'handler', 'shipped'),
    ('reopened', 1, 'reopen', NULL, NULL, NULL, NULL, 'handler', 'shipped'),
    ('visited', 1, 'visit', 'satisfied', NULL, NULL, NULL, 'handler', 'shipped'),
    ('visited', 2, 'visit', 'dissatisfied', NULL, NULL, NULL, 'handler', 'shipped'),
    ('satisfied', 1, 'visit', 'satisfied', NULL, NULL, NULL, 'handler', 'shipped'),
    ('dissatisfied', 1, 'visit', 'dissatisfied', NULL, NULL, NULL, 'handler', 'shipped'),
    ('unreached', 1, 'visit', 'unreached', NULL, NULL, NULL, 'handler', 'shipped'),
    ('appealed', 1, 'appeal', NULL, NULL, NULL, NULL, 'appeal', 'shipped'),
    ('exempted', 1, 'decide_appeal', 'granted', NULL, NULL, NULL, 'appeal', 'shipped'),
    ('supervised', 1, 'supervise', NULL, NULL, NULL, NULL, 'from', 'shipped');
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON kpi_rule
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('measure', 'rule');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON kpi_rule
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON kpi_rule IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON kpi_rule IS 'shipped rows are not truncated';
SELECT pg_catalog.pg_extension_config_dump('kpi_rule', $$WHERE origin <> 'shipped'$$);

-- Days that are over are counted once and kept, case by case.  A day's count
-- holds as long as the journal has as many steps of that day, since steps are
-- only ever added, as no case of it has been given another class or place since,
-- and as long as the rules are the same.
CREATE TABLE kpi_closed_day (
    day date NOT NULL,
    steps bigint NOT NULL,
    digest text NOT NULL,
    closed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT kpi_closed_day_pkey PRIMARY KEY (day)
);
COMMENT ON TABLE kpi_closed_day IS 'days whose steps have been counted (已汇总日期), by tick() or close_kpi_days()';
COMMENT ON COLUMN kpi_closed_day.day IS 'day in Beijing (日期)';
COMMENT ON COLUMN kpi_closed_day.steps IS 'how many steps the journal had of it (步骤数); with more it is counted anew';
COMMENT ON COLUMN kpi_closed_day.digest IS 'digest of the rules by which it was counted (规则摘要)';
COMMENT ON COLUMN kpi_closed_day.closed_at IS 'when it was counted or put right (汇总时间)';
COMMENT ON COLUMN kpi_closed_day.checked_at IS 'when the count was last found to hold (核对时间)';
SELECT pg_catalog.pg_extension_config_dump('kpi_closed_day', 'WHERE false');

-- NULL is nothing: it takes no room.
CREATE TABLE kpi_count (
    day date NOT NULL,
    caseno caseno NOT NULL,
    unit bigint,
    taxonomy text,
    kind text,
    class text,
    cell text,
    channel text,
    reported smallint,
    duplicates smallint,
    verify_due smallint,
    verified smallint,
    verified_on_time smallint,
    unfounded smallint,
    filed smallint,
    filed_on_time smallint,
    voided smallint,
    merged smallint,
    dispatch_due smallint,
    dispatched smallint,
    dispatched_on_time smallint,
    received smallint,
    signed smallint,
    signed_on_time smallint,
    handled smallint,
    on_time smallint,
    overdue smallint,
    handled_first smallint,
    handled_right smallint,
    returned smallint,
    sent_back smallint,
    transferred smallint,
    escalated smallint,
    recalled smallint,
    adjudicated smallint,
    extension_asked smallint,
    extended smallint,
    suspended smallint,
    resumed smallint,
    check_due smallint,
    checked smallint,
    checked_on_time smallint,
    check_passed smallint,
    check_failed smallint,
    reworked smallint,
    closed smallint,
    closed_on_time smallint,
    closed_overdue smallint,
    reopened smallint,
    visited smallint,
    satisfied smallint,
    dissatisfied smallint,
    unreached smallint,
    appealed smallint,
    exempted smallint,
    supervised smallint
);
CREATE INDEX kpi_count_day_idx ON kpi_count (day, caseno);
COMMENT ON TABLE kpi_count IS 'what each case counted for on a day that is over (日汇总明细), for each unit; kpi_count_all() says what that is';
COMMENT ON COLUMN kpi_count.day IS 'day in Beijing (日期)';
COMMENT ON COLUMN kpi_count.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN kpi_count.unit IS 'unit (单位); NULL: none';
COMMENT ON COLUMN kpi_count.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN kpi_count.kind IS 'kind of the class (种类)';
COMMENT ON COLUMN kpi_count.class IS 'class of the case (事件分类)';
COMMENT ON COLUMN kpi_count.cell IS 'cell (所在网格)';
COMMENT ON COLUMN kpi_count.channel IS 'channel (渠道)';
COMMENT ON COLUMN kpi_count.reported IS 'reported (上报)';
COMMENT ON COLUMN kpi_count.duplicates IS 'probable repeats (疑似重复)';
COMMENT ON COLUMN kpi_count.verify_due IS 'asked to be verified (应核实)';
COMMENT ON COLUMN kpi_count.verified IS 'verified (核实)';
COMMENT ON COLUMN kpi_count.verified_on_time IS 'verified in time (按期核实)';
COMMENT ON COLUMN kpi_count.unfounded IS 'found not as reported (核实不属实)';
COMMENT ON COLUMN kpi_count.filed IS 'filed (立案)';
COMMENT ON COLUMN kpi_count.filed_on_time IS 'filed in time (按时立案)';
COMMENT ON COLUMN kpi_count.voided IS 'voided (作废)';
COMMENT ON COLUMN kpi_count.merged IS 'merged (并案)';
COMMENT ON COLUMN kpi_count.dispatch_due IS 'to be dispatched (应派遣)';
COMMENT ON COLUMN kpi_count.dispatched IS 'dispatched (派遣)';
COMMENT ON COLUMN kpi_count.dispatched_on_time IS 'dispatched in time (按时派遣)';
COMMENT ON COLUMN kpi_count.received IS 'received (接收)';
COMMENT ON COLUMN kpi_count.signed IS 'signed for (签收)';
COMMENT ON COLUMN kpi_count.signed_on_time IS 'signed for in time (按时签收)';
COMMENT ON COLUMN kpi_count.handled IS 'handled (处置)';
COMMENT ON COLUMN kpi_count.on_time IS 'handled in time (按期处置)';
COMMENT ON COLUMN kpi_count.overdue IS 'handled late (超期处置)';
COMMENT ON COLUMN kpi_count.handled_first IS 'handled for the first time (首次处置)';
COMMENT ON COLUMN kpi_count.handled_right IS 'dispatched right the first time (准确派遣)';
COMMENT ON COLUMN kpi_count.returned IS 'returned (退件)';
COMMENT ON COLUMN kpi_count.sent_back IS 'sent back to intake (退回受理)';
COMMENT ON COLUMN kpi_count.transferred IS 'transferred (转派)';
COMMENT ON COLUMN kpi_count.escalated IS 'escalated (上报上级)';
COMMENT ON COLUMN kpi_count.recalled IS 'recalled (撤回)';
COMMENT ON COLUMN kpi_count.adjudicated IS 'adjudicated (裁决)';
COMMENT ON COLUMN kpi_count.extension_asked IS 'extensions asked for (申请延期)';
COMMENT ON COLUMN kpi_count.extended IS 'extended (延期)';
COMMENT ON COLUMN kpi_count.suspended IS 'suspended (挂账)';
COMMENT ON COLUMN kpi_count.resumed IS 'resumed (恢复)';
COMMENT ON COLUMN kpi_count.check_due IS 'asked to be checked (应核查)';
COMMENT ON COLUMN kpi_count.checked IS 'checked (核查)';
COMMENT ON COLUMN kpi_count.checked_on_time IS 'checked in time (按期核查)';
COMMENT ON COLUMN kpi_count.check_passed IS 'passed the check (核查通过)';
COMMENT ON COLUMN kpi_count.check_failed IS 'failed the check (核查未通过)';
COMMENT ON COLUMN kpi_count.reworked IS 'to be done again (返工)';
COMMENT ON COLUMN kpi_count.closed IS 'closed (结案)';
COMMENT ON COLUMN kpi_count.closed_on_time IS 'closed in time (按期结案)';
COMMENT ON COLUMN kpi_count.closed_overdue IS 'closed late (超期结案)';
COMMENT ON COLUMN kpi_count.reopened IS 'reopened (重办)';
COMMENT ON COLUMN kpi_count.visited IS 'visited (回访)';
COMMENT ON COLUMN kpi_count.satisfied IS 'satisfied (满意)';
COMMENT ON COLUMN kpi_count.dissatisfied IS 'dissatisfied (不满意)';
COMMENT ON COLUMN kpi_count.unreached IS 'not reached (回访未接通)';
COMMENT ON COLUMN kpi_count.appealed IS 'appealed (超时申诉)';
COMMENT ON COLUMN kpi_count.exempted IS 'exempted (超时豁免)';
COMMENT ON COLUMN kpi_count.supervised IS 'supervised (督办)';
ALTER TABLE kpi_count ENABLE ROW LEVEL SECURITY;
SELECT pg_catalog.pg_extension_config_dump('kpi_count', 'WHERE false');

-- A case counts for the class and the place that it has now.  Where these are
-- changed, the days of the case are noted until what is kept of them has been
-- put right.  Who takes a note away has seen the change, since both were
-- committed at once, and writes the row of the day, so that nobody who has an
-- older snapshot writes it after him.
CREATE TABLE kpi_change (
    day date NOT NULL,
    caseno caseno NOT NULL
);
CREATE INDEX kpi_change_day_idx ON kpi_change (day);
COMMENT ON TABLE kpi_change IS 'days on which a case has steps whose class, place or channel was changed since (待更正的日期); a row is deleted when what is kept of them is right again';
COMMENT ON COLUMN kpi_change.day IS 'day in Beijing (日期)';
COMMENT ON COLUMN kpi_change.caseno IS 'case number (案件编号)';
SELECT pg_catalog.pg_extension_config_dump('kpi_change', 'WHERE false');

CREATE FUNCTION note_kpi_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO @extschema@.kpi_change (day, caseno)
    SELECT DISTINCT @extschema@.class_day(j.at), NEW.caseno
    FROM @extschema@.case_journal AS j
    WHERE j.caseno OPERATOR(@extschema@.=) NEW.caseno;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION note_kpi_change() IS 'trigger: what is kept of a case is put right when its class, place or channel is changed (标记待更正)';
REVOKE EXECUTE ON FUNCTION note_kpi_change() FROM PUBLIC;
CREATE TRIGGER note_kpi_change
    AFTER UPDATE OF cell, taxonomy, kind, class, channel ON case_record
    FOR EACH ROW WHEN (
        OLD.cell::text IS DISTINCT FROM NEW.cell::text OR OLD.class::text IS DISTINCT FROM NEW.class::text OR OLD.kind IS DISTINCT FROM NEW.kind
        OR OLD.taxonomy IS DISTINCT FROM NEW.taxonomy OR OLD.channel IS DISTINCT FROM NEW.channel
    )
    EXECUTE FUNCTION note_kpi_change();
COMMENT ON TRIGGER note_kpi_change ON case_record IS 'what is kept of a case is put right when its class, place or channel is changed';

CREATE INDEX case_journal_handled_idx ON case_journal (caseno, step) INCLUDE (at, from_unit) WHERE from_state = 'handling' AND to_state = 'handled';
CREATE INDEX case_clock_deadline_idx ON case_clock (due_at) WHERE kind = 'case' OR kind = 'stage' AND stage = 'handle';
-- How many steps a day has is told by the index alone where all are known to
-- see its rows, in a twentieth of the time; by default that is so only after
-- the journal has grown by a fifth.
ALTER TABLE case_journal SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000);

CREATE FUNCTION day_start(day date) RETURNS timestamptz
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT day::timestamp AT TIME ZONE 'Asia/Shanghai';
END;
COMMENT ON FUNCTION day_start(date) IS 'the instant at which a day begins in Beijing (北京时间零时)';

CREATE FUNCTION kpi_digest() RETURNS text
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT md5(string_agg(ROW(r.measure, r.rule, r.action, r.outcome, r.from_state, r.to_state, r.finding, r.unit_of)::text, ''
        ORDER BY r.measure COLLATE "C", r.rule))
    FROM @extschema@.kpi_rule AS r;
END;
COMMENT ON FUNCTION kpi_digest() IS 'digest of the rules of the measures (指标规则摘要)';

-- What counts on one day, by the journal: of all cases.
CREATE FUNCTION kpi_count_all(day date) RETURNS SETOF kpi_count
    LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED
    COST 100000 ROWS 10000
    SET search_path = pg_catalog, pg_temp
    -- compiling it takes longer than counting a day
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH fact AS (
        SELECT j.caseno, r.measure,
               CASE r.unit_of WHEN 'from' THEN j.from_unit WHEN 'to' THEN j.unit
                   WHEN 'appeal' THEN (j.detail #>> '{appeal,unit}')::bigint ELSE coalesce((
                   SELECT b.from_unit FROM @extschema@.case_journal AS b
                   WHERE b.caseno OPERATOR(@extschema@.=) j.caseno AND b.step < j.step
                       AND b.from_state = 'handling' AND b.to_state = 'handled'
                   ORDER BY b.step DESC
                   LIMIT 1
               ), j.from_unit) END AS unit
        FROM @extschema@.case_journal AS j
        JOIN @extschema@.kpi_rule AS r ON r.action = j.action
            AND (r.outcome IS NULL OR r.outcome = j.outcome)
            AND (r.from_state IS NULL OR r.from_state = j.from_state)
            AND (r.to_state IS NULL OR r.to_state = j.to_state)
        WHERE j.at >= @extschema@.day_start(kpi_count_all.day) AND j.at < @extschema@.day_start(kpi_count_all.day + 1)
            AND CASE
                WHEN r.finding IS NULL THEN true
                WHEN r.finding = 'duplicate' THEN EXISTS (
                    SELECT FROM @extschema@.case_link AS l
                    WHERE l.caseno OPERATOR(@extschema@.=) j.caseno AND l.link = 'duplicate' AND l.at = j.at
                )
                WHEN r.finding IN ('first', 'right') THEN NOT EXISTS (
                    SELECT FROM @extschema@.case_journal AS b
                    WHERE b.caseno OPERATOR(@extschema@.=) j.caseno AND b.step < j.step
                        AND b.from_state = j.from_state AND b.to_state = j.to_state
                ) AND (r.finding = 'first' OR EXISTS (
                    SELECT FROM (
                        SELECT b.unit FROM @extschema@.case_journal AS b
                        WHERE b.caseno OPERATOR(@extschema@.=) j.caseno AND b.step < j.step AND b.to_state = 'dispatched'
                        ORDER BY b.step
                        LIMIT 1
                    ) AS f
                    -- or a unit below that it was passed on to, by the tree of then
                    WHERE f.unit = j.from_unit OR EXISTS (
                        SELECT FROM @extschema@.case_journal AS b
                        WHERE b.caseno OPERATOR(@extschema@.=) j.caseno AND b.step < j.step AND b.action = 'transfer'
                            AND b.unit = j.from_unit AND b.detail #> '{routing,above}' @> to_jsonb(f.unit)
                    )
                ))
                ELSE EXISTS (
                    SELECT FROM jsonb_array_elements(j.detail -> 'clocks') AS d (deed)
                    JOIN @extschema@.case_clock AS c
                        ON c.caseno OPERATOR(@extschema@.=) j.caseno AND c.clock = (d.deed ->> 'clock')::bigint
                    WHERE d.deed ? 'verdict' AND c.kind <> 'holder' AND coalesce(c.stage, c.kind) || ' ' || (d.deed ->> 'verdict') = r.finding
                )
            END
    )
    SELECT kpi_count_all.day, g.caseno, g.unit, t.taxonomy, t.kind, t.class::text, t.cell::text, t.channel,
           g.reported, g.duplicates, g.verify_due, g.verified, g.verified_on_time, g.unfounded, g.filed, g.filed_on_time,
           g.voided, g.merged, g.dispatch_due, g.dispatched, g.dispatched_on_time, g.received, g.signed, g.signed_on_time,
           g.handled, g.on_time, g.overdue, g.handled_first, g.handled_right, g.returned, g.sent_back, g.transferred, g.escalated,
           g.recalled, g.adjudicated, g.extension_asked, g.extended, g.suspended, g.resumed, g.check_due, g.checked,
           g.checked_on_time, g.check_passed, g.check_failed, g.reworked, g.closed, g.closed_on_time, g.closed_overdue,
           g.reopened, g.visited, g.satisfied, g.dissatisfied, g.unreached, g.appealed, g.exempted, g.supervised
    FROM (
        SELECT f.caseno, f.unit,
               nullif(count(*) FILTER (WHERE f.measure = 'reported'), 0)::smallint AS reported,
               nullif(count(*) FILTER (WHERE f.measure = 'duplicates'), 0)::smallint AS duplicates,
               nullif(count(*) FILTER (WHERE f.measure = 'verify_due'), 0)::smallint AS verify_due,
               nullif(count(*) FILTER (WHERE f.measure = 'verified'), 0)::smallint AS verified,
               nullif(count(*) FILTER (WHERE f.measure = 'verified_on_time'), 0)::smallint AS verified_on_time,
               nullif(count(*) FILTER (WHERE f.measure = 'unfounded'), 0)::smallint AS unfounded,
               nullif(count(*) FILTER (WHERE f.measure = 'filed'), 0)::smallint AS filed,
               nullif(count(*) FILTER (WHERE f.measure = 'filed_on_time'), 0)::smallint AS filed_on_time,
               nullif(count(*) FILTER (WHERE f.measure = 'voided'), 0)::smallint AS voided,
               nullif(count(*) FILTER (WHERE f.measure = 'merged'), 0)::smallint AS merged,
               nullif(count(*) FILTER (WHERE f.measure = 'dispatch_due'), 0)::smallint AS dispatch_due,
               nullif(count(*) FILTER (WHERE f.measure = 'dispatched'), 0)::smallint AS dispatched,
               nullif(count(*) FILTER (WHERE f.measure = 'dispatched_on_time'), 0)::smallint AS dispatched_on_time,
               nullif(count(*) FILTER (WHERE f.measure = 'received'), 0)::smallint AS received,
               nullif(count(*) FILTER (WHERE f.measure = 'signed'), 0)::smallint AS signed,
               nullif(count(*) FILTER (WHERE f.measure = 'signed_on_time'), 0)::smallint AS signed_on_time,
               nullif(count(*) FILTER (WHERE f.measure = 'handled'), 0)::smallint AS handled,
               nullif(count(*) FILTER (WHERE f.measure = 'on_time'), 0)::smallint AS on_time,
               nullif(count(*) FILTER (WHERE f.measure = 'overdue'), 0)::smallint AS overdue,
               nullif(count(*) FILTER (WHERE f.measure = 'handled_first'), 0)::smallint AS handled_first,
               nullif(count(*) FILTER (WHERE f.measure = 'handled_right'), 0)::smallint AS handled_right,
               nullif(count(*) FILTER (WHERE f.measure = 'returned'), 0)::smallint AS returned,
               nullif(count(*) FILTER (WHERE f.measure = 'sent_back'), 0)::smallint AS sent_back,
               nullif(count(*) FILTER (WHERE f.measure = 'transferred'), 0)::smallint AS transferred,
               nullif(count(*) FILTER (WHERE f.measure = 'escalated'), 0)::smallint AS escalated,
               nullif(count(*) FILTER (WHERE f.measure = 'recalled'), 0)::smallint AS recalled,
               nullif(count(*) FILTER (WHERE f.measure = 'adjudicated'), 0)::smallint AS adjudicated,
               nullif(count(*) FILTER (WHERE f.measure = 'extension_asked'), 0)::smallint AS extension_asked,
               nullif(count(*) FILTER (WHERE f.measure = 'extended'), 0)::smallint AS extended,
               nullif(count(*) FILTER (WHERE f.measure = 'suspended'), 0)::smallint AS suspended,
               nullif(count(*) FILTER (WHERE f.measure = 'resumed'), 0)::smallint AS resumed,
               nullif(count(*) FILTER (WHERE f.measure = 'check_due'), 0)::smallint AS check_due,
               nullif(count(*) FILTER (WHERE f.measure = 'checked'), 0)::smallint AS checked,
               nullif(count(*) FILTER (WHERE f.measure = 'checked_on_time'), 0)::smallint AS checked_on_time,
               nullif(count(*) FILTER (WHERE f.measure = 'check_passed'), 0)::smallint AS check_passed,
               nullif(count(*) FILTER (WHERE f.measure = 'check_failed'), 0)::smallint AS check_failed,
               nullif(count(*) FILTER (WHERE f.measure = 'reworked'), 0)::smallint AS reworked,
               nullif(count(*) FILTER (WHERE f.measure = 'closed'), 0)::smallint AS closed,
               nullif(count(*) FILTER (WHERE f.measure = 'closed_on_time'), 0)::smallint AS closed_on_time,
               nullif(count(*) FILTER (WHERE f.measure = 'closed_overdue'), 0)::smallint AS closed_overdue,
               nullif(count(*) FILTER (WHERE f.measure = 'reopened'), 0)::smallint AS reopened,
               nullif(count(*) FILTER (WHERE f.measure = 'visited'), 0)::smallint AS visited,
               nullif(count(*) FILTER (WHERE f.measure = 'satisfied'), 0)::smallint AS satisfied,
               nullif(count(*) FILTER (WHERE f.measure = 'dissatisfied'), 0)::smallint AS dissatisfied,
               nullif(count(*) FILTER (WHERE f.measure = 'unreached'), 0)::smallint AS unreached,
               nullif(count(*) FILTER (WHERE f.measure = 'appealed'), 0)::smallint AS appealed,
               nullif(count(*) FILTER (WHERE f.measure = 'exempted'), 0)::smallint AS exempted,
               nullif(count(*) FILTER (WHERE f.measure = 'supervised'), 0)::smallint AS supervised
        FROM fact AS f
        GROUP BY f.caseno, f.unit
    ) AS g
    JOIN @extschema@.case_record AS t ON t.caseno OPERATOR(@extschema@.=) g.caseno;
END;
$$;
COMMENT ON FUNCTION kpi_count_all(date) IS 'what each case counts for on a day in Beijing, for each unit, by the journal (当日指标明细), whether the caller sees the case or not';
REVOKE EXECUTE ON FUNCTION kpi_count_all(date) FROM PUBLIC;

-- Who counts need not be granted the journal; he counts the cases that he sees.
CREATE FUNCTION kpi_count_of(day date) RETURNS SETOF kpi_count
    LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED SECURITY DEFINER
    COST 100000 ROWS 10000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF @extschema@.sees_all_cases() THEN
        RETURN QUERY SELECT k.* FROM @extschema@.kpi_count_all(kpi_count_of.day) AS k;
    ELSE
        RETURN QUERY SELECT k.* FROM @extschema@.kpi_count_all(kpi_count_of.day) AS k WHERE @extschema@.sees_case(k.caseno);
    END IF;
END;
$$;
COMMENT ON FUNCTION kpi_count_of(date) IS 'what each case that the caller sees counts for on a day in Beijing, for each unit, by the journal (当日指标明细)';

-- Whoever may see statistics may know whether they are complete.
CREATE FUNCTION kpi_day_is_closed(day date) RETURNS boolean
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER
    COST 100000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM @extschema@.kpi_closed_day AS d
        WHERE d.day = kpi_day_is_closed.day AND d.digest = @extschema@.kpi_digest() AND NOT EXISTS (
            SELECT FROM @extschema@.kpi_change AS c WHERE c.day = kpi_day_is_closed.day
        ) AND d.steps = (
            SELECT count(*) FROM @extschema@.case_journal AS j
            WHERE j.at >= @extschema@.day_start(kpi_day_is_closed.day) AND j.at < @extschema@.day_start(kpi_day_is_closed.day + 1)
        )
    );
END;
$$;
COMMENT ON FUNCTION kpi_day_is_closed(date) IS
    'whether the count that was kept of a day still holds (汇总是否有效): the journal has no more steps of it, no case of it was changed, and the rules are the same';

CREATE FUNCTION kpi_days() RETURNS SETOF date
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    COST 100 ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first constant date := @extschema@.class_day((SELECT min(j.at) FROM @extschema@.case_journal AS j));
    last constant date := @extschema@.class_day(greatest(
        (SELECT max(j.at) FROM @extschema@.case_journal AS j),
        (SELECT max(c.due_at) FROM @extschema@.case_clock AS c
            WHERE (c.kind = 'case' OR c.kind = 'stage' AND c.stage = 'handle') AND c.due_at < 'infinity')
    ));
BEGIN
    RETURN QUERY SELECT first + n FROM generate_series(0, last - first) AS n;
END;
$$;
COMMENT ON FUNCTION kpi_days() IS 'days on which something can count (统计日期): from the first step to the last step or deadline';

CREATE FUNCTION kpi_months() RETURNS SETOF date
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    COST 100 ROWS 50
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT m::date FROM (SELECT min(d) AS first, max(d) AS last FROM @extschema@.kpi_days() AS d) AS v
    CROSS JOIN LATERAL generate_series(date_trunc('month', v.first::timestamp), v.last::timestamp, '1 month') AS m;
END;
$$;
COMMENT ON FUNCTION kpi_months() IS 'first days of the months in which something can count (统计月份)';

-- Only for who has the lock that close_kpi_days() takes
CREATE FUNCTION close_kpi_day(day date) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM @extschema@.kpi_count AS c WHERE c.day = close_kpi_day.day;
    -- one statement, so that what is counted and how many steps there are is
    -- seen at one time
    WITH counted AS (
        INSERT INTO @extschema@.kpi_count SELECT c.* FROM @extschema@.kpi_count_all(close_kpi_day.day) AS c
    ),
    noticed AS (
        DELETE FROM @extschema@.kpi_change AS c WHERE c.day = close_kpi_day.day
    )
    INSERT INTO @extschema@.kpi_closed_day AS k (day, steps, digest)
    SELECT close_kpi_day.day, count(*), @extschema@.kpi_digest()
    FROM @extschema@.case_journal AS j
    WHERE j.at >= @extschema@.day_start(close_kpi_day.day) AND j.at < @extschema@.day_start(close_kpi_day.day + 1)
    ON CONFLICT ON CONSTRAINT kpi_closed_day_pkey DO UPDATE
    SET steps = excluded.steps, digest = excluded.digest, closed_at = excluded.closed_at,
        checked_at = excluded.checked_at;
END;
$$;
COMMENT ON FUNCTION close_kpi_day(date) IS 'count a day and keep the count (单日汇总); close_kpi_days() and tick_kpi_days() call it';
REVOKE EXECUTE ON FUNCTION close_kpi_day(date) FROM PUBLIC;

-- Any number of calls does what one does; one at a time.
CREATE PROCEDURE close_kpi_days(upto date DEFAULT NULL, INOUT closed integer DEFAULT NULL)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last constant date := least(upto, @extschema@.class_day(now()) - 1);
    d date;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('civicgrid kpi', 0));
    closed := 0;
    FOR d IN SELECT k FROM @extschema@.kpi_days() AS k WHERE k <= last AND NOT @extschema@.kpi_day_is_closed(k) ORDER BY k LOOP
        PERFORM @extschema@.close_kpi_day(d);
        closed := closed + 1;
    END LOOP;
END;
$$;
COMMENT ON PROCEDURE close_kpi_days(date, integer) IS
    'count the days that are over and keep the counts (日汇总), until a day, or yesterday; days whose count holds are left as they are';
REVOKE EXECUTE ON PROCEDURE close_kpi_days(date, integer) FROM PUBLIC;

-- Of cases that were changed only what they count for is put right, by the same
-- lock.
CREATE FUNCTION correct_kpi_counts(most integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE STRICT
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
AS $$
DECLARE
    corrected integer;
BEGIN
    WITH noticed AS (
        DELETE FROM @extschema@.kpi_change AS x
        WHERE x.ctid = ANY (ARRAY(
            SELECT y.ctid
            FROM @extschema@.kpi_change AS y
            JOIN @extschema@.kpi_closed_day AS d ON d.day = y.day
            LIMIT most
        ))
        RETURNING x.day, x.caseno
    ),
    written AS (
        UPDATE @extschema@.kpi_closed_day AS d
        SET closed_at = clock_timestamp()
        FROM noticed AS n
        WHERE d.day = n.day
    )
    UPDATE @extschema@.kpi_count AS c
    SET taxonomy = r.taxonomy, kind = r.kind, class = r.class::text, cell = r.cell::text, channel = r.channel
    FROM noticed AS n
    JOIN @extschema@.case_record AS r ON r.caseno OPERATOR(@extschema@.=) n.caseno
    WHERE c.day = n.day AND c.caseno OPERATOR(@extschema@.=) n.caseno;
    GET DIAGNOSTICS corrected = ROW_COUNT;
    RETURN corrected;
END;
$$;
COMMENT ON FUNCTION correct_kpi_counts(integer) IS
    'put right what is kept of cases whose class, place or channel was changed (更正日汇总), of so many rows of kpi_change at most; tick_kpi_days() calls it';
REVOKE EXECUTE ON FUNCTION correct_kpi_counts(integer) FROM PUBLIC;

-- A little of that each minute: the days that are not kept, the latest first; of
-- the kept ones, which steps recorded late may have made out of date, those of
-- the last three and then those that were not looked at for the longest.
CREATE FUNCTION tick_kpi_days(upto date, most integer DEFAULT 8) RETURNS integer
    LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last constant date := least(upto, @extschema@.class_day(now()) - 1);
    rules constant text := @extschema@.kpi_digest();
    closed integer := 0;
    d date;
BEGIN
    -- who is at it already goes on
    IF NOT pg_try_advisory_xact_lock(hashtextextended('civicgrid kpi', 0)) THEN
        RETURN 0;
    END IF;
    PERFORM @extschema@.correct_kpi_counts(10000);
    FOR d IN
        SELECT k.day
        FROM @extschema@.kpi_days() AS k (day)
        LEFT JOIN @extschema@.kpi_closed_day AS c ON c.day = k.day AND c.digest = rules
        WHERE k.day <= last
        ORDER BY c.day IS NULL DESC, k.day > last - 3 DESC, c.checked_at, k.day DESC
        LIMIT most
    LOOP
        IF @extschema@.kpi_day_is_closed(d) THEN
            UPDATE @extschema@.kpi_closed_day AS c SET checked_at = clock_timestamp() WHERE c.day = d;
        ELSE
            PERFORM @extschema@.close_kpi_day(d);
            closed := closed + 1;
        END IF;
    END LOOP;
    RETURN closed;
END;
$$;
COMMENT ON FUNCTION tick_kpi_days(date, integer) IS
    'look at some of the days that are over, until a day, and count those whose count is not kept or does not hold (滚动日汇总); tick() calls it. Returns how many were counted';
REVOKE EXECUTE ON FUNCTION tick_kpi_days(date, integer) FROM PUBLIC;

-- What is counted of steps: what is kept of days that are over, and of all
-- other days the journal itself.
CREATE VIEW kpi_day WITH (security_invoker = true) AS
SELECT g.day, g.unit, u.name AS unit_name, g.taxonomy, g.kind, g.class, g.cell,
       CASE WHEN length(g.cell) >= 12 THEN substr(g.cell, 1, 12) END AS community,
       CASE WHEN length(g.cell) >= 9 THEN substr(g.cell, 1, 9) END AS street,
       g.channel, g.caseno::text AS caseno,
       coalesce(g.reported, 0)::integer AS reported, coalesce(g.duplicates, 0)::integer AS duplicates,
       coalesce(g.verify_due, 0)::integer AS verify_due, coalesce(g.verified, 0)::integer AS verified,
       coalesce(g.verified_on_time, 0)::integer AS verified_on_time, coalesce(g.unfounded, 0)::integer AS unfounded,
       coalesce(g.filed, 0)::integer AS filed, coalesce(g.filed_on_time, 0)::integer AS filed_on_time,
       coalesce(g.voided, 0)::integer AS voided, coalesce(g.merged, 0)::integer AS merged,
       coalesce(g.dispatch_due, 0)::integer AS dispatch_due, coalesce(g.dispatched, 0)::integer AS dispatched,
       coalesce(g.dispatched_on_time, 0)::integer AS dispatched_on_time, coalesce(g.received, 0)::integer AS received,
       coalesce(g.signed, 0)::integer AS signed, coalesce(g.signed_on_time, 0)::integer AS signed_on_time,
       coalesce(g.handled, 0)::integer AS handled, coalesce(g.on_time, 0)::integer AS on_time,
       coalesce(g.overdue, 0)::integer AS overdue, coalesce(g.handled_first, 0)::integer AS handled_first,
       coalesce(g.handled_right, 0)::integer AS handled_right, coalesce(g.returned, 0)::integer AS returned,
       coalesce(g.sent_back, 0)::integer AS sent_back, coalesce(g.transferred, 0)::integer AS transferred,
       coalesce(g.escalated, 0)::integer AS escalated, coalesce(g.recalled, 0)::integer AS recalled,
       coalesce(g.adjudicated, 0)::integer AS adjudicated, coalesce(g.extension_asked, 0)::integer AS extension_asked,
       coalesce(g.extended, 0)::integer AS extended, coalesce(g.suspended, 0)::integer AS suspended,
       coalesce(g.resumed, 0)::integer AS resumed, coalesce(g.check_due, 0)::integer AS check_due,
       coalesce(g.checked, 0)::integer AS checked, coalesce(g.checked_on_time, 0)::integer AS checked_on_time,
       coalesce(g.check_passed, 0)::integer AS check_passed, coalesce(g.check_failed, 0)::integer AS check_failed,
       coalesce(g.reworked, 0)::integer AS reworked, coalesce(g.closed, 0)::integer AS closed,
       coalesce(g.closed_on_time, 0)::integer AS closed_on_time, coalesce(g.closed_overdue, 0)::integer AS closed_overdue,
       coalesce(g.reopened, 0)::integer AS reopened, coalesce(g.visited, 0)::integer AS visited,
       coalesce(g.satisfied, 0)::integer AS satisfied, coalesce(g.dissatisfied, 0)::integer AS dissatisfied,
       coalesce(g.unreached, 0)::integer AS unreached, coalesce(g.appealed, 0)::integer AS appealed,
       coalesce(g.exempted, 0)::integer AS exempted, coalesce(g.supervised, 0)::integer AS supervised
FROM (
    SELECT d.day, k.unit, k.taxonomy, k.kind, k.class, k.cell, k.channel, k.caseno,
           k.reported, k.duplicates, k.verify_due, k.verified, k.verified_on_time, k.unfounded, k.filed, k.filed_on_time,
           k.voided, k.merged, k.dispatch_due, k.dispatched, k.dispatched_on_time, k.received, k.signed, k.signed_on_time,
           k.handled, k.on_time, k.overdue, k.handled_first, k.handled_right, k.returned, k.sent_back, k.transferred, k.escalated,
           k.recalled, k.adjudicated, k.extension_asked, k.extended, k.suspended, k.resumed, k.check_due, k.checked,
           k.checked_on_time, k.check_passed, k.check_failed, k.reworked, k.closed, k.closed_on_time, k.closed_overdue,
           k.reopened, k.visited, k.satisfied, k.dissatisfied, k.unreached, k.appealed, k.exempted, k.supervised
    FROM kpi_days() AS d (day)
    -- of each day once
    CROSS JOIN LATERAL (SELECT kpi_day_is_closed(d.day) AS holds OFFSET 0) AS h
    CROSS JOIN LATERAL (
        SELECT c.* FROM kpi_count AS c WHERE h.holds AND c.day = d.day
        UNION ALL
        SELECT c.* FROM kpi_count_of(d.day) AS c WHERE NOT h.holds
    ) AS k
) AS g
LEFT JOIN unit AS u ON u.unit = g.unit;
COMMENT ON VIEW kpi_day IS 'what is counted of the steps of each day (日指标统计), by unit, class, place and channel: one row for each case that counts for a unit, to be summed; WHERE day BETWEEN … AND … reads those days only';
COMMENT ON COLUMN kpi_day.day IS 'day in Beijing (日期)';
COMMENT ON COLUMN kpi_day.unit IS 'unit for which it counts (单位)';
COMMENT ON COLUMN kpi_day.unit_name IS 'its name (单位名称)';
COMMENT ON COLUMN kpi_day.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN kpi_day.kind IS 'kind of the class (种类)';
COMMENT ON COLUMN kpi_day.class IS 'class that the case has now (事件分类)';
COMMENT ON COLUMN kpi_day.cell IS 'cell that it is in (所在网格)';
COMMENT ON COLUMN kpi_day.community IS 'community of the cell (社区代码)';
COMMENT ON COLUMN kpi_day.street IS 'street of the cell (街道代码)';
COMMENT ON COLUMN kpi_day.channel IS 'channel that it came by (渠道)';
COMMENT ON COLUMN kpi_day.caseno IS 'case that counts (案件编号)';
COMMENT ON COLUMN kpi_day.reported IS 'reported (上报): the first step of a case';
COMMENT ON COLUMN kpi_day.duplicates IS 'probable repeats (疑似重复): of the reported, those that intake linked to an earlier case as a probable repeat';
COMMENT ON COLUMN kpi_day.verify_due IS 'asked to be verified (应核实): a collector was asked to verify a case before filing';
COMMENT ON COLUMN kpi_day.verified IS 'verified (核实): a collector reported what he found before filing, whatever that was';
COMMENT ON COLUMN kpi_day.verified_on_time IS 'verified in time (按期核实): of the verified, those whose clock of stage verify this step stopped in time';
COMMENT ON COLUMN kpi_day.unfounded IS 'found not as reported (核实不属实): of the verified, those that were not as reported';
COMMENT ON COLUMN kpi_day.filed IS 'filed (立案): a case was filed';
COMMENT ON COLUMN kpi_day.filed_on_time IS 'filed in time (按时立案): of the filed, those whose clock of stage file this step stopped in time';
COMMENT ON COLUMN kpi_day.voided IS 'voided (作废): a case was voided before filing';
COMMENT ON COLUMN kpi_day.merged IS 'merged (并案): a case was merged into another';
COMMENT ON COLUMN kpi_day.dispatch_due IS 'to be dispatched (应派遣): a case came to a dispatch centre to be dispatched: filed, returned, recalled, escalated, reopened, or not to the reporter''s satisfaction';
COMMENT ON COLUMN kpi_day.dispatched IS 'dispatched (派遣): a case that waited for it was given to a unit, by dispatch or by verdict';
COMMENT ON COLUMN kpi_day.dispatched_on_time IS 'dispatched in time (按时派遣): of the dispatched, those whose clock of stage dispatch this step stopped in time';
COMMENT ON COLUMN kpi_day.received IS 'received (接收): a case was given to a unit to lead, by dispatch, verdict or transfer';
COMMENT ON COLUMN kpi_day.signed IS 'signed for (签收): the leading unit signed for a case';
COMMENT ON COLUMN kpi_day.signed_on_time IS 'signed for in time (按时签收): of the signed, those whose clock of stage sign this step stopped in time';
COMMENT ON COLUMN kpi_day.handled IS 'handled (处置): a case passed from handling to handled: the lead, and whoever assists, have reported';
COMMENT ON COLUMN kpi_day.on_time IS 'handled in time (按期处置): of the handled, those whose clock of stage handle this step stopped in time';
COMMENT ON COLUMN kpi_day.overdue IS 'handled late (超期处置): of the handled, those whose clock of stage handle this step stopped overdue';
COMMENT ON COLUMN kpi_day.handled_first IS 'handled for the first time (首次处置): of the handled, those that had not been handled before';
COMMENT ON COLUMN kpi_day.handled_right IS 'dispatched right the first time (准确派遣): of those handled for the first time, those that the unit handled which was given the case first, or one below it that it was passed on to';
COMMENT ON COLUMN kpi_day.returned IS 'returned (退件): the leading unit returned a case';
COMMENT ON COLUMN kpi_day.sent_back IS 'sent back to intake (退回受理): a dispatch centre returned a case to who accepted it';
COMMENT ON COLUMN kpi_day.transferred IS 'transferred (转派): a unit passed a case on within its own tree';
COMMENT ON COLUMN kpi_day.escalated IS 'escalated (上报上级): a unit passed a case up to the dispatch centre above';
COMMENT ON COLUMN kpi_day.recalled IS 'recalled (撤回): a dispatch centre took a case back from a unit';
COMMENT ON COLUMN kpi_day.adjudicated IS 'adjudicated (裁决): a verdict said who acts';
COMMENT ON COLUMN kpi_day.extension_asked IS 'extensions asked for (申请延期): a unit asked for more time';
COMMENT ON COLUMN kpi_day.extended IS 'extended (延期): an extension was granted';
COMMENT ON COLUMN kpi_day.suspended IS 'suspended (挂账): a case was suspended';
COMMENT ON COLUMN kpi_day.resumed IS 'resumed (恢复): a suspended case was resumed, by hand or by itself';
COMMENT ON COLUMN kpi_day.check_due IS 'asked to be checked (应核查): a collector was asked to check what was done';
COMMENT ON COLUMN kpi_day.checked IS 'checked (核查): a collector reported what he found, whatever that was';
COMMENT ON COLUMN kpi_day.checked_on_time IS 'checked in time (按期核查): of the checked, those whose clock of stage check this step stopped in time';
COMMENT ON COLUMN kpi_day.check_passed IS 'passed the check (核查通过): a check found a case done';
COMMENT ON COLUMN kpi_day.check_failed IS 'failed the check (核查未通过): a check found a case not done';
COMMENT ON COLUMN kpi_day.reworked IS 'to be done again (返工): a case was sent back to be done again';
COMMENT ON COLUMN kpi_day.closed IS 'closed (结案): a case was closed; one that was merged into another does not count with it';
COMMENT ON COLUMN kpi_day.closed_on_time IS 'closed in time (按期结案): of the closed, those whose clock of the whole case this step stopped in time';
COMMENT ON COLUMN kpi_day.closed_overdue IS 'closed late (超期结案): of the closed, those whose clock of the whole case this step stopped overdue';
COMMENT ON COLUMN kpi_day.reopened IS 'reopened (重办): a closed case was reopened by hand';
COMMENT ON COLUMN kpi_day.visited IS 'visited (回访): the reporter said whether he was satisfied';
COMMENT ON COLUMN kpi_day.satisfied IS 'satisfied (满意): of the visited, the satisfied';
COMMENT ON COLUMN kpi_day.dissatisfied IS 'dissatisfied (不满意): of the visited, the dissatisfied';
COMMENT ON COLUMN kpi_day.unreached IS 'not reached (回访未接通): the reporter was not reached';
COMMENT ON COLUMN kpi_day.appealed IS 'appealed (超时申诉): a unit appealed against being counted as overdue';
COMMENT ON COLUMN kpi_day.exempted IS 'exempted (超时豁免): an appeal was granted';
COMMENT ON COLUMN kpi_day.supervised IS 'supervised (督办): a supervisor took a case under supervision';

-- What is counted of clocks, on the day of the deadline.
CREATE VIEW kpi_due WITH (security_invoker = true) AS
SELECT g.day, g.unit, u.name AS unit_name, g.taxonomy, g.kind, g.class, g.cell,
       CASE WHEN length(g.cell) >= 12 THEN substr(g.cell, 1, 12) END AS community,
       CASE WHEN length(g.cell) >= 9 THEN substr(g.cell, 1, 9) END AS street,
       g.channel, g.caseno::text AS caseno,
       g.due, g.due_on_time, g.due_overdue, g.due_exempt, g.due_undone, g.close_due, g.close_due_on_time, g.close_due_overdue,
       g.close_due_exempt, g.close_due_undone
FROM (
    SELECT d.day, CASE WHEN c.kind = 'case' THEN coalesce(s.lead, s.centre) WHEN c.holder ~ '^[0-9]{1,18}$' THEN c.holder::bigint END AS unit,
           r.taxonomy, r.kind, r.class::text AS class, r.cell::text AS cell, r.channel, c.caseno,
           (c.kind = 'stage')::integer AS due, (c.kind = 'stage' AND v.on_time)::integer AS due_on_time,
           (c.kind = 'stage' AND v.late AND NOT v.exempt)::integer AS due_overdue, (c.kind = 'stage' AND v.late AND v.exempt)::integer AS due_exempt,
           (c.kind = 'stage' AND c.stopped_at IS NULL)::integer AS due_undone,
           (c.kind = 'case')::integer AS close_due, (c.kind = 'case' AND v.on_time)::integer AS close_due_on_time,
           (c.kind = 'case' AND v.late AND NOT v.exempt)::integer AS close_due_overdue, (c.kind = 'case' AND v.late AND v.exempt)::integer AS close_due_exempt,
           (c.kind = 'case' AND c.stopped_at IS NULL)::integer AS close_due_undone
    FROM kpi_days() AS d (day)
    JOIN case_clock AS c ON (c.kind = 'case' OR c.kind = 'stage' AND c.stage = 'handle')
        AND c.due_at >= day_start(d.day) AND c.due_at < day_start(d.day + 1)
        AND (c.verdict IS NULL OR c.verdict <> 'void')
    JOIN case_state AS s ON s.caseno = c.caseno
    JOIN case_record AS r ON r.caseno = c.caseno
    CROSS JOIN LATERAL (
        SELECT coalesce(c.verdict = 'on time', false) AS on_time, coalesce(c.verdict = 'overdue', c.due_at < now()) AS late,
               -- an appeal is about what was, not about what comes after it, and about
               -- what the unit answers for
               (s.exempt OR s.reopens > 0) AND EXISTS (
                   SELECT FROM case_appeal AS a
                   WHERE a.caseno = c.caseno AND a.granted AND a.asked_at >= c.stopped_at
                       AND (c.kind = 'case' OR a.unit::text = c.holder)
               ) AS exempt
    ) AS v
    -- who gave it away in time did not have to; what was merged was not closed
    WHERE NOT v.on_time OR CASE c.kind WHEN 'case' THEN s.main IS NULL AND s.reopens = 0 OR NOT EXISTS (
        SELECT FROM case_journal AS j
        WHERE j.caseno = c.caseno AND j.to_state = 'merged' AND j.from_state <> 'merged' AND j.at = c.stopped_at
    ) ELSE EXISTS (
        SELECT FROM case_journal AS j
        WHERE j.caseno = c.caseno AND j.from_state = 'handling' AND j.to_state = 'handled' AND j.at = c.stopped_at
    ) END
) AS g
LEFT JOIN unit AS u ON u.unit = g.unit;
COMMENT ON VIEW kpi_due IS 'what had to be done by each day (日应办统计), by unit, class, place and channel: one row for each clock, by the day of its deadline, as it stands now';
COMMENT ON COLUMN kpi_due.day IS 'day in Beijing (日期)';
COMMENT ON COLUMN kpi_due.unit IS 'unit for which it counts (单位)';
COMMENT ON COLUMN kpi_due.unit_name IS 'its name (单位名称)';
COMMENT ON COLUMN kpi_due.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN kpi_due.kind IS 'kind of the class (种类)';
COMMENT ON COLUMN kpi_due.class IS 'class that the case has now (事件分类)';
COMMENT ON COLUMN kpi_due.cell IS 'cell that it is in (所在网格)';
COMMENT ON COLUMN kpi_due.community IS 'community of the cell (社区代码)';
COMMENT ON COLUMN kpi_due.street IS 'street of the cell (街道代码)';
COMMENT ON COLUMN kpi_due.channel IS 'channel that it came by (渠道)';
COMMENT ON COLUMN kpi_due.caseno IS 'case that counts (案件编号)';
COMMENT ON COLUMN kpi_due.due IS 'due to be handled (应处置): clocks of stage handle, not void, whose deadline is on the day; one that was stopped in time counts only if the unit had handled the case then, not if it had given it away';
COMMENT ON COLUMN kpi_due.due_on_time IS 'of the due, in time (应处置中按期): of the due, those that were stopped in time';
COMMENT ON COLUMN kpi_due.due_overdue IS 'of the due, late (应处置中超期): of the due, those that were stopped overdue or whose deadline has passed, without those that an appeal of the unit exempted';
COMMENT ON COLUMN kpi_due.due_exempt IS 'of the due, late but exempt (应处置中豁免): of the due, those that were stopped overdue and that an appeal of the unit exempted';
COMMENT ON COLUMN kpi_due.due_undone IS 'of the due, not done (应处置中未处置): of the due, those that still run';
COMMENT ON COLUMN kpi_due.close_due IS 'due to be closed (应结案): clocks of whole cases, not void, whose deadline is on the day';
COMMENT ON COLUMN kpi_due.close_due_on_time IS 'of these, in time (应结案中按期): of these, those that were stopped in time';
COMMENT ON COLUMN kpi_due.close_due_overdue IS 'of these, late (应结案中超期): of these, those that were stopped overdue or whose deadline has passed, without those of exempt cases';
COMMENT ON COLUMN kpi_due.close_due_exempt IS 'of these, late but exempt (应结案中豁免): of these, those that were stopped overdue or whose deadline has passed, of exempt cases';
COMMENT ON COLUMN kpi_due.close_due_undone IS 'of these, not closed (应结案中未结案): of these, those that still run';

-- Rates.  Standards name many of them, and leave the denominators of some open.
CREATE TABLE kpi_rate (
    rate text NOT NULL,
    place smallint NOT NULL,
    name text NOT NULL,
    numerator text[] NOT NULL,
    denominator text[] NOT NULL,
    scope text NOT NULL DEFAULT 'unit',
    configurable boolean NOT NULL DEFAULT true,
    weight numeric,
    source text,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT kpi_rate_pkey PRIMARY KEY (rate),
    CONSTRAINT kpi_rate_name_check CHECK (name <> ''),
    CONSTRAINT kpi_rate_numerator_check CHECK (cardinality(numerator) > 0 AND array_position(numerator, NULL) IS NULL),
    CONSTRAINT kpi_rate_denominator_check CHECK (cardinality(denominator) > 0 AND array_position(denominator, NULL) IS NULL),
    CONSTRAINT kpi_rate_scope_check CHECK (scope IN ('unit', 'collector')),
    CONSTRAINT kpi_rate_weight_check CHECK (weight > 0),
    CONSTRAINT kpi_rate_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE kpi_rate IS 'rates (考核比率): what is divided by what';
COMMENT ON COLUMN kpi_rate.rate IS 'key (比率键)';
COMMENT ON COLUMN kpi_rate.place IS 'place in the order (顺序)';
COMMENT ON COLUMN kpi_rate.name IS 'Chinese name (名称)';
COMMENT ON COLUMN kpi_rate.numerator IS 'measures that are added up (分子); with a minus sign before it, taken off';
COMMENT ON COLUMN kpi_rate.denominator IS 'measures that are added up (分母); with a minus sign before it, taken off';
COMMENT ON COLUMN kpi_rate.scope IS 'whose counts (对象): unit, columns of kpi_day and kpi_due; collector, columns of collector_month';
COMMENT ON COLUMN kpi_rate.configurable IS 'the standards leave open what it is divided by, or it is not of a standard (口径可配置)';
COMMENT ON COLUMN kpi_rate.weight IS 'weight in the score of a month (权重); NULL: it has no part in it';
COMMENT ON COLUMN kpi_rate.source IS 'where the definition was taken from (出处)';
COMMENT ON COLUMN kpi_rate.remark IS 'remark (备注)';
COMMENT ON COLUMN kpi_rate.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';
INSERT INTO kpi_rate (rate, place, name, numerator, denominator, scope, configurable, weight, source, remark, origin) VALUES
    ('file_on_time', 1, '按时立案率', '{filed_on_time}', '{filed}', 'unit', false, NULL, '在用数字城管系统指标字典', '按时立案/立案', 'shipped'),
    ('valid_report', 2, '有效上报率', '{filed}', '{reported}', 'unit', false, NULL, '在用数字城管系统指标字典', '有效上报/上报；有效上报取立案', 'shipped'),
    ('verify_on_time', 3, '按期核实率', '{verified_on_time}', '{verify_due}', 'unit', false, NULL, '在用数字城管系统指标字典', '按时核实/应核实', 'shipped'),
    ('dispatch_on_time', 4, '按期派遣率', '{dispatched_on_time}', '{dispatch_due}', 'unit', false, NULL, '在用数字城管系统指标字典', '按时派遣/应派遣', 'shipped'),
    ('dispatch_right', 5, '准确派遣率', '{handled_right}', '{dispatch_due}', 'unit', false, NULL, '在用数字城管系统指标字典', '准确派遣/应派遣', 'shipped'),
    ('handle', 6, '处置率', '{due,-due_undone}', '{due}', 'unit', false, NULL, '在用数字城管系统指标字典', '处置/应处置', 'shipped'),
    ('handle_on_time', 7, '按期处置率', '{due_on_time,due_exempt}', '{due}', 'unit', false, NULL, '在用数字城管系统指标字典', '按期处置/应处置；豁免的不算超期', 'shipped'),
    ('handle_overdue', 8, '超期处置率', '{due_overdue}', '{due}', 'unit', false, NULL, '在用数字城管系统指标字典', '超期处置/应处置', 'shipped'),
    ('check_on_time', 9, '按期核查率', '{checked_on_time}', '{check_due}', 'unit', false, NULL, '在用数字城管系统指标字典', '按时核查/应核查', 'shipped'),
    ('close', 10, '结案率', '{close_due,-close_due_undone}', '{close_due}', 'unit', false, NULL, '在用数字城管系统指标字典', '结案/应结案', 'shipped'),
    ('close_on_time', 11, '按期结案率', '{close_due_on_time,close_due_exempt}', '{close_due}', 'unit', false, 60, '在用数字城管系统指标字典', '按期结案/应结案；豁免的不算超期', 'shipped'),
    ('close_overdue', 12, '超期结案率', '{close_due_overdue}', '{close_due}', 'unit', false, NULL, '在用数字城管系统指标字典', '超期结案/应结案', 'shipped'),
    ('not_closed', 13, '未结案率', '{close_due_undone}', '{close_due}', 'unit', true, NULL, '在用数字城管系统指标字典', '标准为未结案/上报；按日统计取应结案，按上报批次见 funnel', 'shipped'),
    ('accept', 14, '受理率', '{reported,-voided}', '{reported}', 'unit', true, NULL, NULL, '标准未定分母', 'shipped'),
    ('file', 15, '立案率', '{filed}', '{reported}', 'unit', true, NULL, NULL, '标准未定分母', 'shipped'),
    ('dispatch', 16, '派遣率', '{dispatched}', '{dispatch_due}', 'unit', true, NULL, NULL, '标准未定分母；重新派遣也计入派遣，故以应派遣为分母', 'shipped'),
    ('check', 17, '核查率', '{checked}', '{handled}', 'unit', true, NULL, NULL, '标准未定分母', 'shipped'),
    ('rework', 18, '返工率', '{reworked}', '{handled}', 'unit', true, NULL, NULL, '标准未定分母', 'shipped'),
    ('satisfied', 19, '满意率', '{satisfied}', '{visited}', 'unit', true, NULL, NULL, '标准未定分母', 'shipped'),
    ('not_handled', 20, '超期未处置率', '{due_undone}', '{due}', 'unit', true, NULL, NULL, '标准未定分母；截止日已过的日期', 'shipped'),
    ('rectify', 21, '整改率', '{closed}', '{filed}', 'unit', true, NULL, NULL, '标准未定分母', 'shipped'),
    ('sign_on_time', 22, '按时签收率', '{signed_on_time}', '{received}', 'unit', true, NULL, NULL, '本系统自定', 'shipped'),
    ('return', 23, '退件率', '{returned}', '{received}', 'unit', true, NULL, NULL, '本系统自定', 'shipped'),
    ('first_dispatch', 24, '首派准确率', '{handled_right}', '{handled_first}', 'unit', true, NULL, NULL, '本系统自定：首次处置的案件中由首派单位或其转派的下级单位处置的', 'shipped'),
    ('visit', 25, '回访率', '{visited}', '{closed}', 'unit', true, NULL, NULL, '本系统自定', 'shipped'),
    ('duplicate', 26, '重复率', '{duplicates}', '{reported}', 'unit', true, NULL, NULL, '本系统自定', 'shipped'),
    ('collector_valid', 27, '采集有效率', '{filed}', '{reported}', 'collector', true, 40, NULL, '本人上报中立案的', 'shipped'),
    ('collector_verify_on_time', 28, '采集员按期核实率', '{verified_on_time}', '{verified}', 'collector', true, 30, NULL, '标准以应核实为分母，按人只有已核实的', 'shipped'),
    ('collector_check_on_time', 29, '采集员按期核查率', '{checked_on_time}', '{checked}', 'collector', true, 30, NULL, '标准以应核查为分母，按人只有已核查的', 'shipped');
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON kpi_rate
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('rate');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON kpi_rate
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON kpi_rate IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON kpi_rate IS 'shipped rows are not truncated';
SELECT pg_catalog.pg_extension_config_dump('kpi_rate', $$WHERE origin <> 'shipped'$$);

CREATE FUNCTION kpi_sum(measures text[], counts jsonb) RETURNS bigint
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN count(*) = count(counts -> ltrim(m, '-'))
        THEN sum(CASE WHEN m LIKE '-%' THEN -1 ELSE 1 END * (counts ->> ltrim(m, '-'))::bigint)::bigint END
    FROM unnest(measures) AS m;
END;
COMMENT ON FUNCTION kpi_sum(text[], jsonb) IS
    'sum of some measures of counts by name (指标求和), less those with a minus sign; NULL if one is not there';

CREATE VIEW kpi_rates WITH (security_invoker = true) AS
SELECT d.day, d.unit, u.name AS unit_name, r.rate, r.name, v.numerator, v.denominator, v.numerator::numeric / nullif(v.denominator, 0) AS value,
       r.configurable, r.source
FROM (
    SELECT s.day, s.unit, to_jsonb(s.*) AS counts
    FROM (
        SELECT k.day, k.unit,
               sum(k.reported) AS reported, sum(k.duplicates) AS duplicates, sum(k.verify_due) AS verify_due,
               sum(k.verified) AS verified, sum(k.verified_on_time) AS verified_on_time, sum(k.unfounded) AS unfounded,
               sum(k.filed) AS filed, sum(k.filed_on_time) AS filed_on_time, sum(k.voided) AS voided, sum(k.merged) AS merged,
               sum(k.dispatch_due) AS dispatch_due, sum(k.dispatched) AS dispatched,
               sum(k.dispatched_on_time) AS dispatched_on_time, sum(k.received) AS received, sum(k.signed) AS signed,
               sum(k.signed_on_time) AS signed_on_time, sum(k.handled) AS handled, sum(k.on_time) AS on_time,
               sum(k.overdue) AS overdue, sum(k.handled_first) AS handled_first, sum(k.handled_right) AS handled_right,
               sum(k.returned) AS returned, sum(k.sent_back) AS sent_back, sum(k.transferred) AS transferred,
               sum(k.escalated) AS escalated, sum(k.recalled) AS recalled, sum(k.adjudicated) AS adjudicated,
               sum(k.extension_asked) AS extension_asked, sum(k.extended) AS extended, sum(k.suspended) AS suspended,
               sum(k.resumed) AS resumed, sum(k.check_due) AS check_due, sum(k.checked) AS checked,
               sum(k.checked_on_time) AS checked_on_time, sum(k.check_passed) AS check_passed,
               sum(k.check_failed) AS check_failed, sum(k.reworked) AS reworked, sum(k.closed) AS closed,
               sum(k.closed_on_time) AS closed_on_time, sum(k.closed_overdue) AS closed_overdue, sum(k.reopened) AS reopened,
               sum(k.visited) AS visited, sum(k.satisfied) AS satisfied, sum(k.dissatisfied) AS dissatisfied,
               sum(k.unreached) AS unreached, sum(k.appealed) AS appealed, sum(k.exempted) AS exempted,
               sum(k.supervised) AS supervised, sum(k.due) AS due, sum(k.due_on_time) AS due_on_time,
               sum(k.due_overdue) AS due_overdue, sum(k.due_exempt) AS due_exempt, sum(k.due_undone) AS due_undone,
               sum(k.close_due) AS close_due, sum(k.close_due_on_time) AS close_due_on_time,
               sum(k.close_due_overdue) AS close_due_overdue, sum(k.close_due_exempt) AS close_due_exempt,
               sum(k.close_due_undone) AS close_due_undone
        FROM (
            SELECT p.day, p.unit,
                   p.reported, p.duplicates, p.verify_due, p.verified, p.verified_on_time, p.unfounded, p.filed, p.filed_on_time,
                   p.voided, p.merged, p.dispatch_due, p.dispatched, p.dispatched_on_time, p.received, p.signed, p.signed_on_time,
                   p.handled, p.on_time, p.overdue, p.handled_first, p.handled_right, p.returned, p.sent_back, p.transferred,
                   p.escalated, p.recalled, p.adjudicated, p.extension_asked, p.extended, p.suspended, p.resumed, p.check_due,
                   p.checked, p.checked_on_time, p.check_passed, p.check_failed, p.reworked, p.closed, p.closed_on_time,
                   p.closed_overdue, p.reopened, p.visited, p.satisfied, p.dissatisfied, p.unreached, p.appealed, p.exempted,
                   p.supervised, 0 AS due, 0 AS due_on_time, 0 AS due_overdue, 0 AS due_exempt, 0 AS due_undone, 0 AS close_due,
                   0 AS close_due_on_time, 0 AS close_due_overdue, 0 AS close_due_exempt, 0 AS close_due_undone
            FROM kpi_day AS p
            UNION ALL
            SELECT p.day, p.unit,
                   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, p.due, p.due_on_time, p.due_overdue, p.due_exempt, p.due_undone, p.close_due,
                   p.close_due_on_time, p.close_due_overdue, p.close_due_exempt, p.close_due_undone
            FROM kpi_due AS p
        ) AS k
        GROUP BY k.day, k.unit
    ) AS s
) AS d
JOIN kpi_rate AS r ON r.scope = 'unit'
CROSS JOIN LATERAL (SELECT kpi_sum(r.numerator, d.counts) AS numerator, kpi_sum(r.denominator, d.counts) AS denominator) AS v
LEFT JOIN unit AS u ON u.unit = d.unit
WHERE v.numerator <> 0 OR v.denominator <> 0;
COMMENT ON VIEW kpi_rates IS 'rates of each day and unit (日考核比率); of longer times and more units: sum(numerator) / sum(denominator)';
COMMENT ON COLUMN kpi_rates.day IS 'day in Beijing (日期)';
COMMENT ON COLUMN kpi_rates.unit IS 'unit (单位)';
COMMENT ON COLUMN kpi_rates.unit_name IS 'its name (单位名称)';
COMMENT ON COLUMN kpi_rates.rate IS 'rate (比率键), a row of kpi_rate';
COMMENT ON COLUMN kpi_rates.name IS 'its Chinese name (名称)';
COMMENT ON COLUMN kpi_rates.numerator IS 'what is divided (分子)';
COMMENT ON COLUMN kpi_rates.denominator IS 'by what (分母)';
COMMENT ON COLUMN kpi_rates.value IS 'numerator by denominator (比值); NULL where the denominator is 0';
COMMENT ON COLUMN kpi_rates.configurable IS 'the standards leave open what it is divided by (口径可配置)';
COMMENT ON COLUMN kpi_rates.source IS 'where the definition was taken from (出处)';

CREATE FUNCTION kpi_of_month(month date) RETURNS TABLE (unit bigint, counts jsonb)
    LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED
    COST 100000 ROWS 500
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT s.unit, to_jsonb(s.*)
    FROM (
        SELECT k.unit,
               sum(k.reported) AS reported, sum(k.duplicates) AS duplicates, sum(k.verify_due) AS verify_due,
               sum(k.verified) AS verified, sum(k.verified_on_time) AS verified_on_time, sum(k.unfounded) AS unfounded,
               sum(k.filed) AS filed, sum(k.filed_on_time) AS filed_on_time, sum(k.voided) AS voided, sum(k.merged) AS merged,
               sum(k.dispatch_due) AS dispatch_due, sum(k.dispatched) AS dispatched,
               sum(k.dispatched_on_time) AS dispatched_on_time, sum(k.received) AS received, sum(k.signed) AS signed,
               sum(k.signed_on_time) AS signed_on_time, sum(k.handled) AS handled, sum(k.on_time) AS on_time,
               sum(k.overdue) AS overdue, sum(k.handled_first) AS handled_first, sum(k.handled_right) AS handled_right,
               sum(k.returned) AS returned, sum(k.sent_back) AS sent_back, sum(k.transferred) AS transferred,
               sum(k.escalated) AS escalated, sum(k.recalled) AS recalled, sum(k.adjudicated) AS adjudicated,
               sum(k.extension_asked) AS extension_asked, sum(k.extended) AS extended, sum(k.suspended) AS suspended,
               sum(k.resumed) AS resumed, sum(k.check_due) AS check_due, sum(k.checked) AS checked,
               sum(k.checked_on_time) AS checked_on_time, sum(k.check_passed) AS check_passed,
               sum(k.check_failed) AS check_failed, sum(k.reworked) AS reworked, sum(k.closed) AS closed,
               sum(k.closed_on_time) AS closed_on_time, sum(k.closed_overdue) AS closed_overdue, sum(k.reopened) AS reopened,
               sum(k.visited) AS visited, sum(k.satisfied) AS satisfied, sum(k.dissatisfied) AS dissatisfied,
               sum(k.unreached) AS unreached, sum(k.appealed) AS appealed, sum(k.exempted) AS exempted,
               sum(k.supervised) AS supervised, sum(k.due) AS due, sum(k.due_on_time) AS due_on_time,
               sum(k.due_overdue) AS due_overdue, sum(k.due_exempt) AS due_exempt, sum(k.due_undone) AS due_undone,
               sum(k.close_due) AS close_due, sum(k.close_due_on_time) AS close_due_on_time,
               sum(k.close_due_overdue) AS close_due_overdue, sum(k.close_due_exempt) AS close_due_exempt,
               sum(k.close_due_undone) AS close_due_undone
        FROM (
            SELECT p.day, p.unit,
                   p.reported, p.duplicates, p.verify_due, p.verified, p.verified_on_time, p.unfounded, p.filed, p.filed_on_time,
                   p.voided, p.merged, p.dispatch_due, p.dispatched, p.dispatched_on_time, p.received, p.signed, p.signed_on_time,
                   p.handled, p.on_time, p.overdue, p.handled_first, p.handled_right, p.returned, p.sent_back, p.transferred,
                   p.escalated, p.recalled, p.adjudicated, p.extension_asked, p.extended, p.suspended, p.resumed, p.check_due,
                   p.checked, p.checked_on_time, p.check_passed, p.check_failed, p.reworked, p.closed, p.closed_on_time,
                   p.closed_overdue, p.reopened, p.visited, p.satisfied, p.dissatisfied, p.unreached, p.appealed, p.exempted,
                   p.supervised, 0 AS due, 0 AS due_on_time, 0 AS due_overdue, 0 AS due_exempt, 0 AS due_undone, 0 AS close_due,
                   0 AS close_due_on_time, 0 AS close_due_overdue, 0 AS close_due_exempt, 0 AS close_due_undone
            FROM @extschema@.kpi_day AS p
            UNION ALL
            SELECT p.day, p.unit,
                   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, p.due, p.due_on_time, p.due_overdue, p.due_exempt, p.due_undone, p.close_due,
                   p.close_due_on_time, p.close_due_overdue, p.close_due_exempt, p.close_due_undone
            FROM @extschema@.kpi_due AS p
        ) AS k
        WHERE k.day >= month AND k.day < (month + interval '1 month')::date
        GROUP BY k.unit
    ) AS s;
END;
$$;
COMMENT ON FUNCTION kpi_of_month(date) IS 'counts of the month from a day on, by unit (月指标统计)';

-- Weighted rates of those that have any, of 100.
CREATE FUNCTION kpi_score(scope text, counts jsonb) RETURNS numeric
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT round(100 * sum(r.weight * v.value) / sum(r.weight), 2)
    FROM @extschema@.kpi_rate AS r
    CROSS JOIN LATERAL (
        SELECT @extschema@.kpi_sum(r.numerator, counts)::numeric / nullif(@extschema@.kpi_sum(r.denominator, counts), 0) AS value
    ) AS v
    WHERE r.scope = kpi_score.scope AND r.weight IS NOT NULL AND v.value IS NOT NULL;
END;
COMMENT ON FUNCTION kpi_score(text, jsonb) IS 'weighted mean of the rates that have a weight, of 100 (考核得分); NULL where none of them is defined';

CREATE VIEW unit_month WITH (security_invoker = true) AS
SELECT m.month, k.unit, u.name AS unit_name,
       (k.counts ->> 'received')::bigint AS received, (k.counts ->> 'signed')::bigint AS signed,
       (k.counts ->> 'handled')::bigint AS handled, (k.counts ->> 'on_time')::bigint AS on_time,
       (k.counts ->> 'overdue')::bigint AS overdue, (k.counts ->> 'due')::bigint AS due,
       (k.counts ->> 'due_on_time')::bigint AS due_on_time, (k.counts ->> 'due_overdue')::bigint AS due_overdue,
       (k.counts ->> 'due_exempt')::bigint AS due_exempt, (k.counts ->> 'due_undone')::bigint AS due_undone,
       (k.counts ->> 'returned')::bigint AS returned, (k.counts ->> 'transferred')::bigint AS transferred,
       (k.counts ->> 'extended')::bigint AS extended, (k.counts ->> 'suspended')::bigint AS suspended,
       (k.counts ->> 'check_passed')::bigint AS check_passed, (k.counts ->> 'check_failed')::bigint AS check_failed,
       (k.counts ->> 'reworked')::bigint AS reworked, (k.counts ->> 'closed')::bigint AS closed,
       (k.counts ->> 'close_due')::bigint AS close_due, (k.counts ->> 'close_due_on_time')::bigint AS close_due_on_time,
       (k.counts ->> 'close_due_overdue')::bigint AS close_due_overdue,
       (k.counts ->> 'close_due_exempt')::bigint AS close_due_exempt, (k.counts ->> 'visited')::bigint AS visited,
       (k.counts ->> 'satisfied')::bigint AS satisfied, (k.counts ->> 'dissatisfied')::bigint AS dissatisfied,
       (k.counts ->> 'appealed')::bigint AS appealed, (k.counts ->> 'exempted')::bigint AS exempted,
       (k.counts ->> 'supervised')::bigint AS supervised, (k.counts ->> 'reported')::bigint AS reported,
       (k.counts ->> 'filed')::bigint AS filed, (k.counts ->> 'dispatch_due')::bigint AS dispatch_due,
       (k.counts ->> 'dispatched')::bigint AS dispatched, (k.counts ->> 'dispatched_on_time')::bigint AS dispatched_on_time,
       kpi_score('unit', k.counts) AS score
FROM kpi_months() AS m (month)
CROSS JOIN LATERAL kpi_of_month(m.month) AS k
LEFT JOIN unit AS u ON u.unit = k.unit;
COMMENT ON VIEW unit_month IS 'counts and score of each unit and month (单位月考核); WHERE month = … reads that month only';
COMMENT ON COLUMN unit_month.month IS 'first day of the month (月份)';
COMMENT ON COLUMN unit_month.unit IS 'unit (单位)';
COMMENT ON COLUMN unit_month.unit_name IS 'its name (单位名称)';
COMMENT ON COLUMN unit_month.received IS 'received (接收), as in kpi_day';
COMMENT ON COLUMN unit_month.signed IS 'signed for (签收), as in kpi_day';
COMMENT ON COLUMN unit_month.handled IS 'handled (处置), as in kpi_day';
COMMENT ON COLUMN unit_month.on_time IS 'handled in time (按期处置), as in kpi_day';
COMMENT ON COLUMN unit_month.overdue IS 'handled late (超期处置), as in kpi_day';
COMMENT ON COLUMN unit_month.due IS 'due to be handled (应处置), as in kpi_due';
COMMENT ON COLUMN unit_month.due_on_time IS 'of the due, in time (应处置中按期), as in kpi_due';
COMMENT ON COLUMN unit_month.due_overdue IS 'of the due, late (应处置中超期), as in kpi_due';
COMMENT ON COLUMN unit_month.due_exempt IS 'of the due, late but exempt (应处置中豁免), as in kpi_due';
COMMENT ON COLUMN unit_month.due_undone IS 'of the due, not done (应处置中未处置), as in kpi_due';
COMMENT ON COLUMN unit_month.returned IS 'returned (退件), as in kpi_day';
COMMENT ON COLUMN unit_month.transferred IS 'transferred (转派), as in kpi_day';
COMMENT ON COLUMN unit_month.extended IS 'extended (延期), as in kpi_day';
COMMENT ON COLUMN unit_month.suspended IS 'suspended (挂账), as in kpi_day';
COMMENT ON COLUMN unit_month.check_passed IS 'passed the check (核查通过), as in kpi_day';
COMMENT ON COLUMN unit_month.check_failed IS 'failed the check (核查未通过), as in kpi_day';
COMMENT ON COLUMN unit_month.reworked IS 'to be done again (返工), as in kpi_day';
COMMENT ON COLUMN unit_month.closed IS 'closed (结案), as in kpi_day';
COMMENT ON COLUMN unit_month.close_due IS 'due to be closed (应结案), as in kpi_due';
COMMENT ON COLUMN unit_month.close_due_on_time IS 'of these, in time (应结案中按期), as in kpi_due';
COMMENT ON COLUMN unit_month.close_due_overdue IS 'of these, late (应结案中超期), as in kpi_due';
COMMENT ON COLUMN unit_month.close_due_exempt IS 'of these, late but exempt (应结案中豁免), as in kpi_due';
COMMENT ON COLUMN unit_month.visited IS 'visited (回访), as in kpi_day';
COMMENT ON COLUMN unit_month.satisfied IS 'satisfied (满意), as in kpi_day';
COMMENT ON COLUMN unit_month.dissatisfied IS 'dissatisfied (不满意), as in kpi_day';
COMMENT ON COLUMN unit_month.appealed IS 'appealed (超时申诉), as in kpi_day';
COMMENT ON COLUMN unit_month.exempted IS 'exempted (超时豁免), as in kpi_day';
COMMENT ON COLUMN unit_month.supervised IS 'supervised (督办), as in kpi_day';
COMMENT ON COLUMN unit_month.reported IS 'reported (上报), as in kpi_day';
COMMENT ON COLUMN unit_month.filed IS 'filed (立案), as in kpi_day';
COMMENT ON COLUMN unit_month.dispatch_due IS 'to be dispatched (应派遣), as in kpi_day';
COMMENT ON COLUMN unit_month.dispatched IS 'dispatched (派遣), as in kpi_day';
COMMENT ON COLUMN unit_month.dispatched_on_time IS 'dispatched in time (按时派遣), as in kpi_day';
COMMENT ON COLUMN unit_month.score IS 'weighted mean of the rates of kpi_rate that have a weight, of 100 (得分)';

-- People: what collectors reported, verified and checked.
CREATE VIEW collector_month WITH (security_invoker = true) AS
SELECT c.month, c.collector, c.unit, u.name AS unit_name, c.reported, c.filed, c.voided, c.verified, c.verified_on_time, c.unfounded,
       c.checked, c.checked_on_time, c.check_failed, c.refuted,
       kpi_score('collector', to_jsonb(c.*)) AS score
FROM (
    SELECT m.month, coalesce(j.person, j.actor) AS collector, j.actor_unit AS unit,
           count(*) FILTER (WHERE j.action = 'report_event') AS reported,
           count(*) FILTER (WHERE j.action = 'report_event' AND a.filed) AS filed,
           count(*) FILTER (WHERE j.action = 'report_event' AND a.voided) AS voided,
           count(*) FILTER (WHERE j.action = 'verified') AS verified,
           count(*) FILTER (WHERE j.action = 'verified' AND v.verdict = 'on time') AS verified_on_time,
           count(*) FILTER (WHERE j.action = 'verified' AND j.outcome = 'false') AS unfounded,
           count(*) FILTER (WHERE j.action = 'checked') AS checked,
           count(*) FILTER (WHERE j.action = 'checked' AND v.verdict = 'on time') AS checked_on_time,
           count(*) FILTER (WHERE j.action = 'checked' AND j.outcome = 'fail') AS check_failed,
           count(*) FILTER (WHERE j.action = 'checked' AND j.outcome = 'pass' AND a.refuted) AS refuted
    FROM kpi_months() AS m (month)
    JOIN case_journal AS j ON j.at >= day_start(m.month) AND j.at < day_start((m.month + interval '1 month')::date)
        AND j.role = 'collector' AND j.action IN ('report_event', 'verified', 'checked')
    LEFT JOIN LATERAL (
        SELECT c.verdict FROM jsonb_array_elements(j.detail -> 'clocks') AS d (deed)
        JOIN case_clock AS c ON c.caseno = j.caseno AND c.clock = (d.deed ->> 'clock')::bigint AND c.stage IN ('verify', 'check')
        WHERE d.deed ? 'verdict'
        LIMIT 1
    ) AS v ON j.action <> 'report_event'
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(b.action = 'file_case'), false) AS filed, coalesce(bool_or(b.action = 'void_case'), false) AS voided,
               -- until somebody else checks it
               coalesce((array_agg(b.action IN ('rework', 'visit') AND b.outcome IN ('', 'dissatisfied') ORDER BY b.step)
                   FILTER (WHERE b.action IN ('rework', 'visit', 'checked') AND b.outcome <> 'unreached'))[1], false) AS refuted
        FROM case_journal AS b
        WHERE b.caseno = j.caseno AND b.step > j.step AND j.action <> 'verified'
    ) AS a
    GROUP BY m.month, coalesce(j.person, j.actor), j.actor_unit
) AS c
LEFT JOIN unit AS u ON u.unit = c.unit;
COMMENT ON VIEW collector_month IS 'counts and score of each collector and month (采集员月考核): what he did in the role collector';
COMMENT ON COLUMN collector_month.month IS 'first day of the month (月份)';
COMMENT ON COLUMN collector_month.collector IS 'person, or account where no person was told (采集员)';
COMMENT ON COLUMN collector_month.unit IS 'unit that he acted for (单位)';
COMMENT ON COLUMN collector_month.unit_name IS 'its name (单位名称)';
COMMENT ON COLUMN collector_month.reported IS 'cases that he reported (上报)';
COMMENT ON COLUMN collector_month.filed IS 'of these, filed, whenever that was (立案)';
COMMENT ON COLUMN collector_month.voided IS 'of these, voided (作废)';
COMMENT ON COLUMN collector_month.verified IS 'verified before filing (核实)';
COMMENT ON COLUMN collector_month.verified_on_time IS 'of these, in time (按期核实)';
COMMENT ON COLUMN collector_month.unfounded IS 'of these, not as reported (核实不属实)';
COMMENT ON COLUMN collector_month.checked IS 'checked after handling (核查)';
COMMENT ON COLUMN collector_month.checked_on_time IS 'of these, in time (按期核查)';
COMMENT ON COLUMN collector_month.check_failed IS 'of these, not done (核查未通过)';
COMMENT ON COLUMN collector_month.refuted IS 'checks that he passed and that a rework, or the next visit at which the reporter was reached, showed to be wrong (核查失实)';
COMMENT ON COLUMN collector_month.score IS 'weighted mean of the rates of kpi_rate for collectors, of 100 (得分)';

-- Within a unit its own distribution of work is its matter.  The tree is that of
-- when a case was passed on.  An analyst, who is not granted the column that
-- says it, may know this of a case that he sees.
CREATE FUNCTION handled_within(caseno caseno, step integer, handler bigint, first bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    COST 1000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN handler = first OR EXISTS (
        SELECT FROM @extschema@.case_journal AS j
        WHERE j.caseno OPERATOR(@extschema@.=) handled_within.caseno AND j.step < handled_within.step
            AND j.action = 'transfer' AND j.unit = handler
            AND j.detail #> '{routing,above}' @> to_jsonb(handled_within.first)
    ) AND @extschema@.sees_case(handled_within.caseno);
END;
$$;
COMMENT ON FUNCTION handled_within(caseno, integer, bigint, bigint) IS
    'whether the unit that handled a case in a step is the one that was given it first, or one below that it was passed on to (是否由首派单位或其下级处置)';

-- Of the days they fall on: first dispatches, the way of the cases, and where
-- there are many.
CREATE VIEW first_dispatch WITH (security_invoker = true) AS
SELECT d.day, caseno_text(r.caseno) AS caseno, j.at AS dispatched_at, j.unit AS first_unit, u.name AS first_name, a.handler, h.name AS handler_name,
       CASE WHEN a.handler = j.unit THEN true ELSE handled_within(j.caseno, a.handled_in, a.handler, j.unit) END AS was_right, a.gifts::integer AS gifts, a.returns::integer AS returns, a.handled_at,
       r.taxonomy, r.kind, r.class::text AS class, r.cell::text AS cell, r.channel
FROM kpi_days() AS d (day)
JOIN case_journal AS j ON j.at >= day_start(d.day) AND j.at < day_start(d.day + 1) AND j.to_state = 'dispatched' AND j.from_state <> 'dispatched'
JOIN case_record AS r ON r.caseno = j.caseno
CROSS JOIN LATERAL (
    SELECT bool_or(b.step < j.step AND b.to_state = 'dispatched') AS again,
           count(*) FILTER (WHERE b.action IN ('dispatch', 'adjudicate', 'transfer') AND b.to_state = 'dispatched') AS gifts,
           count(*) FILTER (WHERE b.to_state = 'returned' AND b.action = 'return_case') AS returns,
           (array_agg(b.from_unit ORDER BY b.step) FILTER (WHERE b.from_state = 'handling' AND b.to_state = 'handled'))[1] AS handler,
           min(b.step) FILTER (WHERE b.from_state = 'handling' AND b.to_state = 'handled') AS handled_in,
           min(b.at) FILTER (WHERE b.from_state = 'handling' AND b.to_state = 'handled') AS handled_at
    FROM case_journal AS b
    WHERE b.caseno = j.caseno
) AS a
LEFT JOIN unit AS u ON u.unit = j.unit
LEFT JOIN unit AS h ON h.unit = a.handler
WHERE NOT a.again;
COMMENT ON VIEW first_dispatch IS 'whether the first dispatch was right (首派准确性): cases that were dispatched, by the day of their first dispatch';
COMMENT ON COLUMN first_dispatch.day IS 'day of the first dispatch in Beijing (首派日期)';
COMMENT ON COLUMN first_dispatch.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN first_dispatch.dispatched_at IS 'when it was first dispatched (首派时间)';
COMMENT ON COLUMN first_dispatch.first_unit IS 'unit that was given it first (首派单位)';
COMMENT ON COLUMN first_dispatch.first_name IS 'its name (首派单位名称)';
COMMENT ON COLUMN first_dispatch.handler IS 'unit that handled it first (首次处置单位); NULL while none has';
COMMENT ON COLUMN first_dispatch.handler_name IS 'its name (首次处置单位名称)';
COMMENT ON COLUMN first_dispatch.was_right IS 'they are the same, or the case was passed on to the handler from above within the first unit (首派是否准确); NULL while none has handled it';
COMMENT ON COLUMN first_dispatch.gifts IS 'times that it was given to a unit (派遣次数)';
COMMENT ON COLUMN first_dispatch.returns IS 'times that it was returned (退件次数)';
COMMENT ON COLUMN first_dispatch.handled_at IS 'when it was first handled (首次处置时间)';
COMMENT ON COLUMN first_dispatch.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN first_dispatch.kind IS 'kind of the class (种类)';
COMMENT ON COLUMN first_dispatch.class IS 'event class (事件分类)';
COMMENT ON COLUMN first_dispatch.cell IS 'cell (所在网格)';
COMMENT ON COLUMN first_dispatch.channel IS 'channel that it came by (渠道)';

CREATE VIEW funnel WITH (security_invoker = true) AS
SELECT d.day, r.channel, CASE WHEN length(r.cell::text) >= 9 THEN substr(r.cell::text, 1, 9) END AS street, count(*) AS reported,
       count(*) FILTER (WHERE a.voided) AS voided,
       count(*) FILTER (WHERE a.merged) AS merged,
       count(*) FILTER (WHERE a.filed) AS filed,
       count(*) FILTER (WHERE a.dispatched) AS dispatched,
       count(*) FILTER (WHERE a.signed) AS signed,
       count(*) FILTER (WHERE a.handled) AS handled,
       count(*) FILTER (WHERE a.checked) AS checked,
       count(*) FILTER (WHERE a.closed) AS closed,
       count(*) FILTER (WHERE a.visited) AS visited,
       count(*) FILTER (WHERE a.satisfied) AS satisfied,
       count(*) FILTER (WHERE t.open) AS open
FROM kpi_days() AS d (day)
JOIN case_record AS r ON r.reported_at >= day_start(d.day) AND r.reported_at < day_start(d.day + 1)
JOIN case_state AS s ON s.caseno = r.caseno
LEFT JOIN case_status AS t ON t.state = s.state
CROSS JOIN LATERAL (
    SELECT bool_or(b.to_state = 'void') AS voided,
           bool_or(b.to_state = 'merged') AS merged,
           bool_or(b.action = 'file_case') AS filed,
           bool_or(b.to_state = 'dispatched') AS dispatched,
           bool_or(b.action = 'sign' AND b.outcome = '') AS signed,
           bool_or(b.to_state = 'handled') AS handled,
           bool_or(b.action = 'checked' AND b.outcome = 'pass') AS checked,
           -- what was merged is closed with its main case, and was not handled
           bool_or(b.action = 'close_case' AND b.outcome <> 'main' AND b.to_state = 'closed') AS closed,
           bool_or(b.action = 'visit' AND b.outcome IN ('satisfied', 'dissatisfied')) AS visited,
           (array_agg(b.outcome ORDER BY b.step DESC) FILTER (WHERE b.action = 'visit' AND b.outcome IN ('satisfied', 'dissatisfied')))[1] = 'satisfied' AS satisfied
    FROM case_journal AS b
    WHERE b.caseno = r.caseno
) AS a
GROUP BY d.day, r.channel, CASE WHEN length(r.cell::text) >= 9 THEN substr(r.cell::text, 1, 9) END;
COMMENT ON VIEW funnel IS 'how far the cases reported on a day have come (办理漏斗), by channel and street: how many of them ever …';
COMMENT ON COLUMN funnel.day IS 'day of the report in Beijing (上报日期)';
COMMENT ON COLUMN funnel.channel IS 'channel (渠道)';
COMMENT ON COLUMN funnel.street IS 'street (街道代码)';
COMMENT ON COLUMN funnel.reported IS 'cases reported (上报)';
COMMENT ON COLUMN funnel.voided IS 'was voided (作废)';
COMMENT ON COLUMN funnel.merged IS 'was merged into another (并案)';
COMMENT ON COLUMN funnel.filed IS 'was filed (立案)';
COMMENT ON COLUMN funnel.dispatched IS 'was dispatched (派遣)';
COMMENT ON COLUMN funnel.signed IS 'was signed for (签收)';
COMMENT ON COLUMN funnel.handled IS 'was handled (处置)';
COMMENT ON COLUMN funnel.checked IS 'passed a check (核查通过)';
COMMENT ON COLUMN funnel.closed IS 'was closed, not with another that it was merged into (结案)';
COMMENT ON COLUMN funnel.visited IS 'the reporter was asked and answered (回访)';
COMMENT ON COLUMN funnel.satisfied IS 'and was satisfied at last (满意)';
COMMENT ON COLUMN funnel.open IS 'on which somebody has to act now (在办)';

CREATE VIEW hotspots WITH (security_invoker = true) AS
SELECT g.cell, c.name AS cell_name, CASE WHEN length(g.cell) >= 12 THEN substr(g.cell, 1, 12) END AS community,
       CASE WHEN length(g.cell) >= 9 THEN substr(g.cell, 1, 9) END AS street, g.cases, g.open, g.before,
       g.cases::numeric / nullif(g.before, 0) AS growth, rank() OVER (ORDER BY g.cases DESC) AS rank,
       g.taxonomy, g.kind, g.class, e.name AS class_name, g.of_class, g.first_day, g.last_day, c.geom
FROM (
    SELECT k.cell, sum(k.cases)::bigint AS cases, sum(k.open)::bigint AS open, sum(k.before)::bigint AS before,
           (array_agg(k.taxonomy ORDER BY k.cases DESC, k.class))[1] AS taxonomy, (array_agg(k.kind ORDER BY k.cases DESC, k.class))[1] AS kind,
           (array_agg(k.class ORDER BY k.cases DESC, k.class))[1] AS class, max(k.cases) AS of_class,
           min(k.last_day) - 29 AS first_day, min(k.last_day) AS last_day
    FROM (
        SELECT r.cell::text AS cell, r.taxonomy, r.kind, r.class::text AS class, l.last_day,
               count(*) FILTER (WHERE r.reported_at >= day_start(l.last_day - 29)) AS cases,
               count(*) FILTER (WHERE r.reported_at >= day_start(l.last_day - 29) AND t.open) AS open,
               count(*) FILTER (WHERE r.reported_at < day_start(l.last_day - 29)) AS before
        FROM (SELECT class_day(max(x.reported_at)) AS last_day FROM case_record AS x) AS l
        JOIN case_record AS r ON r.reported_at >= day_start(l.last_day - 59) AND r.cell IS NOT NULL
        JOIN case_state AS s ON s.caseno = r.caseno
        LEFT JOIN case_status AS t ON t.state = s.state
        GROUP BY r.cell::text, r.taxonomy, r.kind, r.class::text, l.last_day
    ) AS k
    GROUP BY k.cell
    HAVING sum(k.cases) > 0
) AS g
LEFT JOIN grid_cell AS c ON c.kind = 'unit' AND c.code = g.cell::gridcode
LEFT JOIN event_class AS e ON e.taxonomy = g.taxonomy AND e.kind = g.kind AND e.code = g.class::eventcode
ORDER BY g.cases DESC, g.cell COLLATE "C";
COMMENT ON VIEW hotspots IS 'cells by the cases of the last 30 days up to the latest report (热点网格), the most first';
COMMENT ON COLUMN hotspots.cell IS 'cell (网格代码)';
COMMENT ON COLUMN hotspots.cell_name IS 'its name (网格名称)';
COMMENT ON COLUMN hotspots.community IS 'community (社区代码)';
COMMENT ON COLUMN hotspots.street IS 'street (街道代码)';
COMMENT ON COLUMN hotspots.cases IS 'cases reported in the 30 days (近30日案件数)';
COMMENT ON COLUMN hotspots.open IS 'of these, open (其中在办)';
COMMENT ON COLUMN hotspots.before IS 'cases reported in the 30 days before (前30日案件数)';
COMMENT ON COLUMN hotspots.growth IS 'cases by before (增长倍数); NULL where there were none';
COMMENT ON COLUMN hotspots.rank IS 'place by cases (名次)';
COMMENT ON COLUMN hotspots.taxonomy IS 'list of the class that most of them have (分类体系)';
COMMENT ON COLUMN hotspots.kind IS 'its kind (种类)';
COMMENT ON COLUMN hotspots.class IS 'the class (主要事件分类)';
COMMENT ON COLUMN hotspots.class_name IS 'its name (分类名称)';
COMMENT ON COLUMN hotspots.of_class IS 'cases of that class (该分类案件数)';
COMMENT ON COLUMN hotspots.first_day IS 'first of the 30 days (起始日期)';
COMMENT ON COLUMN hotspots.last_day IS 'last of the 30 days (截止日期), on which the latest case was reported';
COMMENT ON COLUMN hotspots.geom IS 'ground of the cell, by the draft of the grid (边界)';
