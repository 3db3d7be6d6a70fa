
-- Cases (案件): what was reported, where each case stands, who works on it, and
-- the journal of all that was done.  See doc/cases.md.

-- There are no foreign keys, so that tables can be restored in any order, and
-- every key of a case begins with its number.

-- What was reported is written once; only what turns out to be wrong is amended.
ALTER TABLE case_record
    ADD COLUMN channel text,
    ADD COLUMN external_id text,
    ADD COLUMN occurred_at timestamptz,
    ADD COLUMN address text,
    ADD COLUMN owner text,
    ADD COLUMN severity smallint,
    ADD COLUMN grid_edition bigint,
    ADD COLUMN class_edition bigint,
    ADD COLUMN sensitive boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX case_record_external_id_key ON case_record (channel, external_id) WHERE external_id IS NOT NULL;
COMMENT ON COLUMN case_record.channel IS 'channel that it came by (渠道)';
COMMENT ON COLUMN case_record.external_id IS 'number that the channel gave it (外部编号); once in a channel';
COMMENT ON COLUMN case_record.occurred_at IS 'when it happened (发生时间)';
COMMENT ON COLUMN case_record.address IS 'where, in words (地址描述)';
COMMENT ON COLUMN case_record.owner IS 'owner of the asset (权属单位)';
COMMENT ON COLUMN case_record.severity IS 'severity as it was reported (上报紧急程度)';
COMMENT ON COLUMN case_record.grid_edition IS 'edition of the grid that located it (网格版本); NULL: the cell was given';
COMMENT ON COLUMN case_record.class_edition IS 'edition of the taxonomy that classified it (分类版本); NULL: the class was given';
COMMENT ON COLUMN case_record.sensitive IS 'only who has the right sees it (敏感案件)';

-- The states that a case can be in, and what may be done in each.  Both are
-- rows: a site changes its own life cycle here.
CREATE TABLE case_status (
    state text NOT NULL,
    place smallint NOT NULL,
    name text NOT NULL,
    stage text,
    open boolean NOT NULL,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT case_status_pkey PRIMARY KEY (state),
    CONSTRAINT case_status_state_check CHECK (state <> ''),
    CONSTRAINT case_status_name_check CHECK (name <> ''),
    CONSTRAINT case_status_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE case_status IS 'states of a case (案件状态), in the order in which it usually goes through them';
COMMENT ON COLUMN case_status.state IS 'key (状态键)';
COMMENT ON COLUMN case_status.place IS 'place in the order (顺序)';
COMMENT ON COLUMN case_status.name IS 'Chinese name (名称)';
COMMENT ON COLUMN case_status.stage IS 'stage whose clock runs in it (环节), a row of case_stage; NULL: none';
COMMENT ON COLUMN case_status.open IS 'somebody has to act (是否在办)';
COMMENT ON COLUMN case_status.remark IS 'remark (备注)';
COMMENT ON COLUMN case_status.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

CREATE TABLE case_transition (
    state text NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL DEFAULT '',
    next_state text,
    roles text[] NOT NULL,
    holder boolean NOT NULL DEFAULT true,
    reason boolean NOT NULL DEFAULT false,
    clocks text NOT NULL DEFAULT 'keep',
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT case_transition_pkey PRIMARY KEY (state, action, outcome),
    CONSTRAINT case_transition_action_check CHECK (action <> ''),
    CONSTRAINT case_transition_roles_check CHECK (array_position(roles, NULL) IS NULL),
    CONSTRAINT case_transition_clocks_check CHECK (
        clocks IN ('keep', 'move', 'hold', 'pause', 'resume', 'end', 'void', 'again')
    ),
    CONSTRAINT case_transition_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE case_transition IS 'what may be done to a case in a state, by whom, and what follows (状态流转规则); what is not here is refused';
COMMENT ON COLUMN case_transition.state IS 'state of the case (当前状态)';
COMMENT ON COLUMN case_transition.action IS 'what is done (操作), the name of its function';
COMMENT ON COLUMN case_transition.outcome IS 'with which outcome (结果), where it has several; else empty';
COMMENT ON COLUMN case_transition.next_state IS 'state afterwards (下一状态); NULL: as before, or as the function works out';
COMMENT ON COLUMN case_transition.roles IS 'who may (允许角色), rows of case_role';
COMMENT ON COLUMN case_transition.holder IS 'only for the unit that holds the case (限当前承办单位), or one above it';
COMMENT ON COLUMN case_transition.reason IS 'a reason has to be given (须填理由)';
COMMENT ON COLUMN case_transition.clocks IS 'what happens to clocks (计时处理): keep 不变; move, the stage''s clock is stopped and the next one started 换环节; hold, it is kept for the case that the same unit gets the case again 保留; pause, resume, with the clock of the whole case 挂起与恢复; end, all are stopped 结束; void, all are stopped without verdict 作废; again, a closed case is counted anew 重新计时';
COMMENT ON COLUMN case_transition.remark IS 'remark (备注)';
COMMENT ON COLUMN case_transition.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

CREATE TABLE case_setting (
    setting text NOT NULL,
    value text NOT NULL,
    name text NOT NULL,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT case_setting_pkey PRIMARY KEY (setting),
    CONSTRAINT case_setting_setting_check CHECK (setting <> ''),
    CONSTRAINT case_setting_name_check CHECK (name <> ''),
    CONSTRAINT case_setting_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE case_setting IS 'how cases are dealt with, where no other table says it (案件办理参数)';
COMMENT ON COLUMN case_setting.setting IS 'key (参数键)';
COMMENT ON COLUMN case_setting.value IS 'value (参数值)';
COMMENT ON COLUMN case_setting.name IS 'Chinese name (名称)';
COMMENT ON COLUMN case_setting.remark IS 'remark (备注)';
COMMENT ON COLUMN case_setting.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

INSERT INTO case_status (state, place, name, stage, open, remark, origin) VALUES
    ('reported', 1, '待立案', 'file', true, NULL, 'shipped'),
    ('verifying', 2, '核实中', 'verify', true, '立案前核实', 'shipped'),
    ('filed', 3, '待派遣', 'dispatch', true, NULL, 'shipped'),
    ('dispatched', 4, '待签收', 'sign', true, NULL, 'shipped'),
    ('handling', 5, '处置中', 'handle', true, NULL, 'shipped'),
    ('returned', 6, '退件待派', 'dispatch', true, '只能重新派遣、裁决或再退，不能越过', 'shipped'),
    ('suspended', 7, '挂账', NULL, true, '到期自动恢复', 'shipped'),
    ('handled', 8, '待核查', 'check', true, '主办、协办均已反馈', 'shipped'),
    ('checking', 9, '核查中', 'check', true, '处置后核查', 'shipped'),
    ('rejected', 10, '核查未通过', 'check', true, '只能返工或再核查', 'shipped'),
    ('checked', 11, '待结案', 'close', true, NULL, 'shipped'),
    ('confirming', 12, '待上级确认', 'close', true, '逐级办结确认', 'shipped'),
    ('closed', 13, '已结案', 'visit', false, '待回访', 'shipped'),
    ('visited', 14, '回访结束', NULL, false, '回访满意，或期满未获回访意见', 'shipped'),
    ('merged', 15, '已并案', NULL, false, '随主案办理', 'shipped'),
    ('void', 16, '已作废', NULL, false, '仅立案前', 'shipped');

INSERT INTO case_setting (setting, value, name, remark, origin) VALUES
    ('separation', 'account', '采办分离口径', 'account：同一账号或同一人不得核查自己处置的案件；unit：同一单位也不得', 'shipped'),
    ('confirmation', 'none', '办结确认', 'none：一级结案；levels：沿分拨路径逐级向上确认', 'shipped'),
    ('visit_level', '2', '回访不满意重新进入的层级', '区级分拨中心', 'shipped'),
    ('suspend_most', '365', '挂账最长天数', NULL, 'shipped'),
    ('suspend_times', '1', '每案最多挂账次数', NULL, 'shipped'),
    ('extension_most', '2', '每案最多延期次数', 'extension_rule 中无适用规则时', 'shipped'),
    ('extension_share', '2', '延期总和与原时限之比的上限', 'extension_rule 中无适用规则时', 'shipped'),
    ('collector_kinds', 'grid collector, grid team, community station', '承担核实、核查的单位种类', '逗号分隔，依次优先', 'shipped'),
    ('silence', '5 work days', '结案后未获回访意见自动办结的期限', '时限写法', 'shipped'),
    ('silence_calendar', '', '自动办结所用日历', '空：各案件所用规则库的日历', 'shipped'),
    ('future_most', '1 day', '操作、上报时间最多可晚于当前', '时间间隔写法；空：不限；发生时间同样不得晚于上报时间', 'shipped');

-- Where each case stands.  It is small, since every act writes it anew.
CREATE TABLE case_state (
    caseno caseno NOT NULL,
    state text NOT NULL,
    since timestamptz NOT NULL,
    unit bigint,
    lead bigint,
    severity smallint,
    step integer NOT NULL,
    at timestamptz NOT NULL,
    hash bytea NOT NULL,
    stage_clock bigint,
    held_clock bigint,
    case_clock bigint,
    centre bigint,
    routing routing,
    routing_edition bigint,
    before text,
    resume_at timestamptz,
    main caseno,
    returns smallint NOT NULL DEFAULT 0,
    reworks smallint NOT NULL DEFAULT 0,
    reopens smallint NOT NULL DEFAULT 0,
    extensions smallint NOT NULL DEFAULT 0,
    suspensions smallint NOT NULL DEFAULT 0,
    supervised boolean NOT NULL DEFAULT false,
    exempt boolean NOT NULL DEFAULT false,
    satisfied boolean,
    closed_at timestamptz,
    cell gridcode,
    sensitive boolean NOT NULL DEFAULT false,
    parties bigint[] NOT NULL DEFAULT '{}',
    CONSTRAINT case_state_pkey PRIMARY KEY (caseno),
    CONSTRAINT case_state_step_check CHECK (step > 0),
    CONSTRAINT case_state_main_check CHECK (main::text <> caseno::text)
) WITH (fillfactor = 80);
CREATE INDEX case_state_unit_idx ON case_state (unit, state) WHERE unit IS NOT NULL;
CREATE INDEX case_state_resume_at_idx ON case_state (resume_at) WHERE resume_at IS NOT NULL;
CREATE INDEX case_state_main_idx ON case_state (main) WHERE main IS NOT NULL;
COMMENT ON TABLE case_state IS 'where each case stands (案件当前状态); replay() works it out from the journal';
COMMENT ON COLUMN case_state.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN case_state.state IS 'state (状态), a row of case_status';
COMMENT ON COLUMN case_state.since IS 'since when (进入该状态时间)';
COMMENT ON COLUMN case_state.unit IS 'unit that has to act (当前承办单位); NULL: nobody has';
COMMENT ON COLUMN case_state.lead IS 'unit that acts on the case itself (主办单位); NULL: not dispatched yet';
COMMENT ON COLUMN case_state.severity IS 'severity (紧急程度)';
COMMENT ON COLUMN case_state.step IS 'last step of the journal (当前步骤)';
COMMENT ON COLUMN case_state.at IS 'when that was (最近操作时间)';
COMMENT ON COLUMN case_state.hash IS 'its hash (链上摘要)';
COMMENT ON COLUMN case_state.stage_clock IS 'clock of the stage that it is in (环节计时)';
COMMENT ON COLUMN case_state.held_clock IS 'paused clock of the unit that returned it (退件单位的计时)';
COMMENT ON COLUMN case_state.case_clock IS 'clock of the whole case (全程计时)';
COMMENT ON COLUMN case_state.centre IS 'dispatch centre that has the case in its care (分拨中心)';
COMMENT ON COLUMN case_state.routing IS 'what the rulebook said of it last (分拨结果), whose time limits hold';
COMMENT ON COLUMN case_state.routing_edition IS 'edition of the rulebook that said so (规则库版本)';
COMMENT ON COLUMN case_state.before IS 'state that it goes back to after a suspension (挂账前状态)';
COMMENT ON COLUMN case_state.resume_at IS 'when a suspension ends by itself (自动恢复时间)';
COMMENT ON COLUMN case_state.main IS 'case that it was merged into (主案)';
COMMENT ON COLUMN case_state.returns IS 'how often it was returned (退件次数)';
COMMENT ON COLUMN case_state.reworks IS 'how often it was to be done again (返工次数)';
COMMENT ON COLUMN case_state.reopens IS 'how often it was reopened (重办次数)';
COMMENT ON COLUMN case_state.extensions IS 'how often it was extended (延期次数)';
COMMENT ON COLUMN case_state.suspensions IS 'how often it was suspended (挂账次数)';
COMMENT ON COLUMN case_state.supervised IS 'it is under supervision (是否督办)';
COMMENT ON COLUMN case_state.exempt IS 'statistics do not count it as overdue (超时豁免); the clocks still say what was';
COMMENT ON COLUMN case_state.satisfied IS 'what the reporter said at the last visit (回访是否满意)';
COMMENT ON COLUMN case_state.closed_at IS 'when it was closed (结案时间)';
COMMENT ON COLUMN case_state.cell IS 'where it is, as case_record says (所在网格); whose territory that is sees the case';
COMMENT ON COLUMN case_state.sensitive IS 'only who has the right sees it, as case_record says (敏感案件)';
COMMENT ON COLUMN case_state.parties IS 'units that have or had a part in it (相关单位), who therefore see it';

CREATE FUNCTION is_task_duty(duty text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_is_task_duty';
COMMENT ON FUNCTION is_task_duty(text) IS 'whether it is lead or assist (职责是否有效)';
CREATE FUNCTION is_task_state(state text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_is_task_state';
COMMENT ON FUNCTION is_task_state(text) IS
    'whether it is open, signed, done, returned, recalled, transferred or ended (任务状态是否有效)';
CREATE FUNCTION is_task_open(state text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_is_task_open';
COMMENT ON FUNCTION is_task_open(text) IS 'whether a task in that state is still to be done: open or signed (任务是否未结束)';

-- One row for each time that a case is given to a unit to act on: one lead,
-- any number of assisting units (主办、协办).
CREATE TABLE case_task (
    caseno caseno NOT NULL,
    task integer NOT NULL,
    unit bigint NOT NULL,
    duty text NOT NULL,
    job text,
    state text NOT NULL DEFAULT 'open',
    given_at timestamptz NOT NULL,
    signed_at timestamptz,
    ended_at timestamptz,
    handlers text[] NOT NULL DEFAULT '{}',
    routing_step bigint,
    CONSTRAINT case_task_pkey PRIMARY KEY (caseno, task),
    CONSTRAINT case_task_duty_check CHECK (is_task_duty(duty)),
    CONSTRAINT case_task_state_check CHECK (is_task_state(state)),
    CONSTRAINT case_task_ended_at_check CHECK ((ended_at IS NULL) = is_task_open(state))
) WITH (fillfactor = 80);
CREATE INDEX case_task_unit_idx ON case_task (unit, caseno);
CREATE INDEX case_task_open_idx ON case_task (unit) WHERE ended_at IS NULL;
COMMENT ON TABLE case_task IS 'units that were given a case to act on (处置任务): one lead 主办, others assist 协办';
COMMENT ON COLUMN case_task.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN case_task.task IS 'number of the task in the case (任务序号)';
COMMENT ON COLUMN case_task.unit IS 'unit (承办单位)';
COMMENT ON COLUMN case_task.duty IS 'lead 主办 or assist 协办 (职责)';
COMMENT ON COLUMN case_task.job IS 'what it is to do (分工)';
COMMENT ON COLUMN case_task.state IS 'state (任务状态): open 待签收, signed 已签收, done 已反馈, returned 已退件, recalled 已撤回, transferred 已转派, ended 随案件结束';
COMMENT ON COLUMN case_task.given_at IS 'when it was given (派遣时间)';
COMMENT ON COLUMN case_task.signed_at IS 'when it was signed for (签收时间)';
COMMENT ON COLUMN case_task.ended_at IS 'when it ended (结束时间)';
COMMENT ON COLUMN case_task.handlers IS 'accounts and persons who signed or gave feedback (经办人); none of them may verify or check the case';
COMMENT ON COLUMN case_task.routing_step IS 'step of case_routing that gave it (分拨步骤)';

-- What was done, step by step.  It is only added to; each row holds the hash of
-- the one before, so that nothing can be changed or left out unnoticed.
CREATE TABLE case_journal (
    caseno caseno NOT NULL,
    step integer NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    person text,
    role text NOT NULL,
    actor_unit bigint,
    from_state text,
    to_state text NOT NULL,
    from_unit bigint,
    unit bigint,
    reason text,
    remark text,
    detail jsonb NOT NULL DEFAULT '{}',
    hash bytea NOT NULL,
    CONSTRAINT case_journal_pkey PRIMARY KEY (caseno, step),
    CONSTRAINT case_journal_step_check CHECK (step > 0),
    CONSTRAINT case_journal_at_check CHECK (isfinite(at)),
    CONSTRAINT case_journal_hash_check CHECK (octet_length(hash) = 32)
);
CREATE INDEX case_journal_at_idx ON case_journal (at);
COMMENT ON TABLE case_journal IS 'journal of all that was done to cases (案件流转日志); rows are only added, chained by SHA-256 per case';
COMMENT ON COLUMN case_journal.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN case_journal.step IS 'step (步骤序号), from 1 on, without gaps';
COMMENT ON COLUMN case_journal.action IS 'what was done (操作), the name of its function';
COMMENT ON COLUMN case_journal.outcome IS 'with which outcome (结果)';
COMMENT ON COLUMN case_journal.at IS 'when it was done (操作时间)';
COMMENT ON COLUMN case_journal.recorded_at IS 'when it was written down (记录时间)';
COMMENT ON COLUMN case_journal.actor IS 'database role that did it (操作账号)';
COMMENT ON COLUMN case_journal.person IS 'person who did it, as the program told (操作人)';
COMMENT ON COLUMN case_journal.role IS 'role in which (业务角色); system: the extension itself 系统';
COMMENT ON COLUMN case_journal.actor_unit IS 'unit for which (所属单位); NULL: for all';
COMMENT ON COLUMN case_journal.from_state IS 'state before (原状态); NULL: there was no case yet';
COMMENT ON COLUMN case_journal.to_state IS 'state afterwards (新状态)';
COMMENT ON COLUMN case_journal.from_unit IS 'unit that held the case before (原承办单位)';
COMMENT ON COLUMN case_journal.unit IS 'unit that holds it afterwards (新承办单位)';
COMMENT ON COLUMN case_journal.reason IS 'reason (理由)';
COMMENT ON COLUMN case_journal.remark IS 'remark (备注)';
COMMENT ON COLUMN case_journal.detail IS 'everything else (明细): set, what changed in case_state; clocks, what was done to clocks; tasks, to tasks; and what the function was told or found, with the editions that it used';
COMMENT ON COLUMN case_journal.hash IS 'SHA-256 of the hash of the step before and of this row (链上摘要), see journal_digest()';

CREATE FUNCTION refuse_journal_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'CG508',
        MESSAGE = 'the journal of cases cannot be changed',
        DETAIL = 'It is the evidence of what was done, when and by whom.',
        HINT = 'What was wrong is put right by another step.';
END;
$$;
COMMENT ON FUNCTION refuse_journal_change() IS 'trigger: the journal is only added to (日志不可更改)';
REVOKE EXECUTE ON FUNCTION refuse_journal_change() FROM PUBLIC;
CREATE TRIGGER refuse_journal_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON case_journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change();
COMMENT ON TRIGGER refuse_journal_change ON case_journal IS 'the journal is only added to';

CREATE TABLE case_link (
    caseno caseno NOT NULL,
    other caseno NOT NULL,
    link text NOT NULL,
    score double precision,
    reason text,
    at timestamptz NOT NULL,
    CONSTRAINT case_link_pkey PRIMARY KEY (caseno, other, link),
    CONSTRAINT case_link_link_check CHECK (link IN ('duplicate', 'merged')),
    CONSTRAINT case_link_other_check CHECK (caseno::text <> other::text)
);
CREATE INDEX case_link_other_idx ON case_link (other);
COMMENT ON TABLE case_link IS 'cases that belong together (案件关联)';
COMMENT ON COLUMN case_link.caseno IS 'the later case (案件编号)';
COMMENT ON COLUMN case_link.other IS 'the earlier one (关联案件)';
COMMENT ON COLUMN case_link.link IS 'how (关联方式): duplicate 疑似重复, merged 并案';
COMMENT ON COLUMN case_link.score IS 'how sure that is, from 0 to 1 (相似度)';
COMMENT ON COLUMN case_link.reason IS 'why (理由)';
COMMENT ON COLUMN case_link.at IS 'when they were linked (关联时间)';

CREATE TABLE case_attachment (
    caseno caseno NOT NULL,
    attachment integer NOT NULL,
    name text,
    uri text NOT NULL,
    media_type text,
    sha256 text,
    step integer NOT NULL,
    CONSTRAINT case_attachment_pkey PRIMARY KEY (caseno, attachment),
    CONSTRAINT case_attachment_uri_check CHECK (uri <> ''),
    CONSTRAINT case_attachment_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE case_attachment IS 'photographs and papers of a case (案件附件); the files are elsewhere';
COMMENT ON COLUMN case_attachment.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN case_attachment.attachment IS 'number in the case (附件序号)';
COMMENT ON COLUMN case_attachment.name IS 'name (名称)';
COMMENT ON COLUMN case_attachment.uri IS 'where it is (地址)';
COMMENT ON COLUMN case_attachment.media_type IS 'kind of file (媒体类型)';
COMMENT ON COLUMN case_attachment.sha256 IS 'SHA-256 of the file in hexadecimal (文件摘要)';
COMMENT ON COLUMN case_attachment.step IS 'step of the journal that it came with (步骤序号)';

-- Who reported is kept apart from what, and shown to few.
CREATE TABLE case_reporter (
    caseno caseno NOT NULL,
    name text,
    phone text,
    id_number text,
    address text,
    anonymous boolean NOT NULL DEFAULT false,
    CONSTRAINT case_reporter_pkey PRIMARY KEY (caseno)
);
COMMENT ON TABLE case_reporter IS 'who reported (诉求人身份); nobody is granted it, reporter_of() shows it and keeps who looked';
COMMENT ON COLUMN case_reporter.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN case_reporter.name IS 'name (姓名)';
COMMENT ON COLUMN case_reporter.phone IS 'telephone (电话)';
COMMENT ON COLUMN case_reporter.id_number IS 'number of the identity card (证件号码)';
COMMENT ON COLUMN case_reporter.address IS 'address (住址)';
COMMENT ON COLUMN case_reporter.anonymous IS 'wants not to be named (匿名)';

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON case_status
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('state');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON case_status
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON case_status IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON case_status IS 'shipped rows are not truncated';
-- A slip would do something else, or stop tick(), long after it was made.  Which
-- calendars and kinds of units there are is not asked: the rows are restored in
-- any order.
CREATE FUNCTION check_case_setting() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    must text;
    example text;
    valid boolean;
BEGIN
    CASE NEW.setting
        WHEN 'separation' THEN
            valid := NEW.value IN ('account', 'unit');
            must := 'account or unit';
        WHEN 'confirmation' THEN
            valid := NEW.value IN ('none', 'levels');
            must := 'none or levels';
        WHEN 'notify' THEN
            valid := NEW.value IN ('off', 'tick', 'always');
            must := 'off, tick or always';
        WHEN 'visit_level' THEN
            valid := NEW.value ~ '^[1-8]$';
            must := 'a level, from 1 to 8';
        WHEN 'suspend_times', 'extension_most' THEN
            valid := NEW.value ~ '^[0-9]{1,4}$';
            must := 'a whole number from 0 to 9999';
        WHEN 'suspend_most' THEN
            valid := NEW.value ~ '^[0-9]{1,5}$';
            must := 'a whole number of days from 0 to 99999';
        WHEN 'message_attempts' THEN
            valid := NEW.value ~ '^0*[1-9][0-9]{0,3}$';
            must := 'a whole number from 1 to 9999';
        WHEN 'extension_share' THEN
            valid := NEW.value ~ '^[0-9]{1,6}(\.[0-9]{1,6})?$';
            must := 'a number from 0 on';
            example := '0.5';
        WHEN 'collector_kinds' THEN
            valid := NEW.value = '' OR '' <> ALL (regexp_split_to_array(NEW.value, '\s*,\s*'));
            must := 'kinds of units, with commas between them';
            example := 'grid collector, grid team';
        WHEN 'silence' THEN
            must := 'a term, or empty';
            example := '5 work days';
            BEGIN
                PERFORM nullif(NEW.value, '')::@extschema@.term;
                valid := true;
            EXCEPTION WHEN data_exception THEN
                valid := false;
            END;
        WHEN 'message_lease', 'future_most' THEN
            must := 'an interval';
            IF NEW.setting = 'future_most' THEN
                must := must || ', or empty';
            END IF;
            example := '1 day';
            BEGIN
                valid := CASE NEW.setting
                    WHEN 'message_lease' THEN NEW.value::interval > '0'
                    ELSE coalesce(nullif(NEW.value, '')::interval >= '0', true)
                END;
            EXCEPTION WHEN data_exception THEN
                valid := false;
            END;
        ELSE
            -- one of the site's own, or any text will do
            NULL;
    END CASE;
    IF NOT valid THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('setting "%s" of cases cannot be "%s"', NEW.setting, NEW.value),
            DETAIL = format('It has to be %s.', must),
            HINT = coalesce('For example: ' || example || '.', 'doc/cases.md says what each setting does.');
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION check_case_setting() IS 'trigger: a setting has a value that can be used (检查参数值)';
REVOKE EXECUTE ON FUNCTION check_case_setting() FROM PUBLIC;
CREATE TRIGGER check_case_setting
    BEFORE INSERT OR UPDATE ON case_setting
    FOR EACH ROW EXECUTE FUNCTION check_case_setting();
COMMENT ON TRIGGER check_case_setting ON case_setting IS 'a setting has a value that can be used';

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON case_setting
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('setting');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON case_setting
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON case_setting IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON case_setting IS 'shipped rows are not truncated';

SELECT pg_catalog.pg_extension_config_dump('case_status', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('case_transition', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('case_setting', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('case_state', '');
SELECT pg_catalog.pg_extension_config_dump('case_task', '');
SELECT pg_catalog.pg_extension_config_dump('case_journal', '');
SELECT pg_catalog.pg_extension_config_dump('case_link', '');
SELECT pg_catalog.pg_extension_config_dump('case_attachment', '');
SELECT pg_catalog.pg_extension_config_dump('case_reporter', '');
