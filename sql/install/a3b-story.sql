
-- The journal in words (案件经过).  See doc/journal.md.

-- In a template {word} stands for a word of the step, and what is in brackets is
-- left out when one of its words is missing.
CREATE TABLE story_phrase (
    language text NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL DEFAULT '',
    template text NOT NULL,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT story_phrase_pkey PRIMARY KEY (language, action, outcome),
    CONSTRAINT story_phrase_language_check CHECK (language <> ''),
    CONSTRAINT story_phrase_action_check CHECK (action <> ''),
    CONSTRAINT story_phrase_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE story_phrase IS 'phrases that case_story() is made of (案件经过用语)';
COMMENT ON COLUMN story_phrase.language IS 'language (语言): zh 中文, en English, or the site''s own';
COMMENT ON COLUMN story_phrase.action IS 'action of the journal (操作), or one of: (case), (now), (step), (any), (who), (part), (change), (routing), (clock), (how), (term), (length), (list), (state), (stage), (return), (time) 其他用语; (system) and an action 系统所为';
COMMENT ON COLUMN story_phrase.outcome IS 'its outcome (结果); empty: any that has no row of its own';
COMMENT ON COLUMN story_phrase.template IS 'what is said (模板): {word} stands for a word, [ ] is left out when a word in it is missing; empty: nothing';
COMMENT ON COLUMN story_phrase.remark IS 'remark (备注)';
COMMENT ON COLUMN story_phrase.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

INSERT INTO story_phrase (action, outcome, language, template, origin)
SELECT v.action, v.outcome, l.language, l.template, 'shipped'
FROM (VALUES
    ('(case)', '', '案件{caseno}[，渠道：{channel}][，{class}][，位于{place}]：[{description}]',
        'Case {caseno}[, by {channel}][, {class}][, at {place}]:[ {description}]'),
    ('(now)', 'open', '现状态：{state}[，由{unit}办理]，至{time}已历时{length}[，全程截止{due}]。',
        'It is {state}[, with {unit}]; {length} by {time}[, due as a whole {due}].'),
    ('(now)', 'closed', '现状态：{state}，全程历时{length}。', 'It is {state}, after {length} from end to end.'),
    ('(now)', 'merged', '现状态：{state}，随主案办理，此前历时{length}。', 'It is {state}, the way of its main case; before that it took {length}.'),
    ('(now)', 'on time', '全程{term}，截止{due}，按时。', 'The whole had {term}, until {due}: on time.'),
    ('(now)', 'overdue', '全程{term}，截止{due}，超时{late}。', 'The whole had {term}, until {due}: {late} late.'),
    ('(now)', 'moved', '工作日历调整，{stage}截止时间由{from}改为{due}。', 'A change of the calendar moved the deadline of {stage} from {from} to {due}.'),
    ('(step)', '', '{time} {text}', '{time} {text}'),
    ('(who)', 'unit', '{unit}（{name}）', '{unit} ({name})'),
    ('(who)', 'nobody', '{name}', '{name}'),
    ('(who)', 'system', '系统', 'The system'),
    ('(time)', '', 'YYYY-MM-DD HH24:MI', 'YYYY-MM-DD HH24:MI'),
    ('(time)', 'day', 'MM-DD', 'MM-DD'),
    ('(any)', '', '{who}办理“{action}”[（{outcome}）][，理由：{reason}][，备注：{remark}]。',
        '{who} did {action}[ ({outcome})][, because: {reason}][, remarking: {remark}].'),
    -- the verbs
    ('report_event', '', '[经“{channel}”渠道]上报，{unit}受理[，备注：{remark}]。', 'Reported[ by {channel}], received by {unit}[, remarking: {remark}].'),
    ('verify', '', '{who}向{unit}下发核实任务[，备注：{remark}]。', '{who} asked {unit} to verify it[, remarking: {remark}].'),
    ('verified', 'true', '{who}现场核实：属实[，备注：{remark}]。', '{who} verified it on the spot: as reported[, remarking: {remark}].'),
    ('verified', 'false', '{who}现场核实：不属实，{reason}。', '{who} verified it on the spot: not as reported, because: {reason}.'),
    ('file_case', '', '{who}立案[，备注：{remark}]。', '{who} filed the case[, remarking: {remark}].'),
    ('void_case', '', '{who}作废，理由：{reason}。', '{who} voided it, because: {reason}.'),
    ('amend', '', '{who}更正案件信息[（{amended}）]，理由：{reason}。', '{who} amended what was reported[ ({amended})], because: {reason}.'),
    ('amend', 'repeat', '再次上报，提高紧急程度：{reason}。', 'Reported again, so that the severity was raised: {reason}.'),
    ('(system) amend', 'repeat', '同一问题再次上报（案件{number}），系统提高紧急程度。', 'Reported again as case {number}, so that the system raised the severity.'),
    ('merge_cases', '', '{who}并入案件{main}，理由：{reason}。', '{who} merged it into case {main}, because: {reason}.'),
    ('dispatch', '', '{who}派遣{lead}处置[，{assists}协办][，备注：{remark}]。', '{who} dispatched it to {lead}[, assisted by {assists}][, remarking: {remark}].'),
    ('dispatch_also', '', '{who}补派{assists}协办[，分工：{job}]。', '{who} also gave a part to {assists}[: {job}].'),
    ('recall', '', '{who}[从{from_unit}]撤回，理由：{reason}。', '{who} recalled it[ from {from_unit}], because: {reason}.'),
    ('sign', '', '{who}签收。', '{who} signed for it.'),
    ('sign', 'assist', '{who}签收协办任务。', '{who} signed for its part as an assistant.'),
    ('return_case', '', '{who}退件至{unit}，原因：{reason}[，说明：{remark}][，建议由{suggested}承办]。',
        '{who} returned it to {unit}, because: {reason}[; {remark}][; suggests {suggested}].'),
    ('return_case', 'assist', '{who}退回协办任务，原因：{reason}[，说明：{remark}]。',
        '{who} returned its part as an assistant, because: {reason}[; {remark}].'),
    ('return_case', 'last', '{who}退回协办任务，原因：{reason}[，说明：{remark}]；其余承办单位均已反馈。',
        '{who} returned its part as an assistant, because: {reason}[; {remark}]; all others have reported.'),
    ('transfer', '', '{who}转派{unit}，理由：{reason}。', '{who} transferred it to {unit}, because: {reason}.'),
    ('escalate', '', '{who}上报上级{unit}，理由：{reason}。', '{who} passed it up to {unit}, because: {reason}.'),
    ('adjudicate', '', '{who}裁决由{lead}主办[，{assists}协办]，依据：{reason}[，备注：{remark}]。',
        '{who} adjudicated it to {lead}[, assisted by {assists}], on the grounds: {reason}[, remarking: {remark}].'),
    ('ask_extension', '', '{who}申请延期[{extension}]，理由：{reason}。', '{who} asked for an extension[ of {extension}], because: {reason}.'),
    ('decide_extension', 'granted', '{who}同意延期[{extension}][，理由：{reason}]。', '{who} granted the extension[ of {extension}][, because: {reason}].'),
    ('decide_extension', 'refused', '{who}不同意延期，理由：{reason}。', '{who} refused the extension, because: {reason}.'),
    ('suspend', '', '{who}挂账[至{resume_at}]，理由：{reason}。', '{who} suspended it[ until {resume_at}], because: {reason}.'),
    ('resume', '', '{who}恢复办理[，备注：{remark}]。', '{who} resumed it[, remarking: {remark}].'),
    ('(system) resume', '', '挂账期满，系统恢复办理。', 'The suspension was over; the system resumed it.'),
    ('feedback', '', '{who}反馈处置结果：{reason}[，备注：{remark}]；各承办单位均已反馈。', '{who} reported what was done: {reason}[, remarking: {remark}]; all units have reported.'),
    ('feedback', 'lead', '{who}作为主办单位反馈处置结果：{reason}[，备注：{remark}]；待协办单位反馈。', '{who}, who leads, reported what was done: {reason}[, remarking: {remark}]; assistants have still to report.'),
    ('feedback', 'assist', '{who}作为协办单位反馈处置结果：{reason}[，备注：{remark}]。', '{who}, who assists, reported what was done: {reason}[, remarking: {remark}].'),
    ('check_case', '', '{who}向{unit}下发核查任务[，备注：{remark}]。', '{who} asked {unit} to check it[, remarking: {remark}].'),
    ('checked', 'pass', '{who}现场核查：通过[，备注：{remark}]。', '{who} checked it on the spot: passed[, remarking: {remark}].'),
    ('checked', 'fail', '{who}现场核查：未通过，{reason}。', '{who} checked it on the spot: failed, because: {reason}.'),
    ('rework', '', '{who}退回{unit}返工，理由：{reason}。', '{who} sent it back to {unit} to be done again, because: {reason}.'),
    ('close_case', '', '{who}结案[，备注：{remark}]。', '{who} closed it[, remarking: {remark}].'),
    ('close_case', 'confirm', '{who}确认办结，报{unit}确认[，备注：{remark}]。', '{who} confirmed that it is done; {unit} confirms next[, remarking: {remark}].'),
    ('close_case', 'main', '随主案[{main}]结案。', 'Closed with its main case[ {main}].'),
    ('reopen', '', '{who}重办，理由：{reason}。', '{who} reopened it, because: {reason}.'),
    ('visit', 'satisfied', '{who}回访：满意[，备注：{remark}]。', '{who} asked the reporter: satisfied[, remarking: {remark}].'),
    ('visit', 'dissatisfied', '{who}回访：不满意，{reason}；重新转至{unit}。', '{who} asked the reporter: dissatisfied, because: {reason}; it goes to {unit} again.'),
    ('visit', 'unreached', '{who}回访：未联系上[，备注：{remark}]。', '{who} did not reach the reporter[, remarking: {remark}].'),
    ('visit', 'silent', '回访期满，未获回访意见，系统自动办结。', 'Nothing was heard from the reporter in time; the system settled it.'),
    ('appeal', '', '{who}提出超时申诉，理由：{reason}。', '{who} appealed against being counted as overdue, because: {reason}.'),
    ('decide_appeal', 'granted', '{who}同意申诉，统计时不计超时，理由：{reason}。', '{who} granted the appeal: statistics do not count it as overdue, because: {reason}.'),
    ('decide_appeal', 'refused', '{who}驳回申诉，理由：{reason}。', '{who} refused the appeal, because: {reason}.'),
    ('supervise', '', '{who}督办，理由：{reason}。', '{who} put it under supervision, because: {reason}.'),
    ('(system) supervise', '', '用时达到时限的{number}%，系统启动督办。', '{number} per cent of a time limit was used up; the system put it under supervision.'),
    ('look', 'full', '{who}查看诉求人身份，理由：{reason}。', '{who} looked at who reported, because: {reason}.'),
    ('look', 'masked', '{who}查看诉求人身份（脱敏）[，理由：{reason}]。', '{who} looked at who reported (masked)[, because: {reason}].'),
    ('comment', '', '{who}备注：{reason}[，{remark}]', '{who} commented: {reason}[, {remark}]'),
    -- why it was routed there
    ('(routing)', 'rule', '分拨依据：规则{rule}[（{class}）][（{territory}）]指定{unit}[，依据：{basis}][，事项：{duty_item}]。',
        'Routed by rule {rule}: {unit}[, on the basis of {basis}][, duty {duty_item}][. {explanation}]'),
    ('(routing)', 'fallback', '分拨依据：无规则可用，由{territory}兜底单位{unit}承办[，依据：{basis}]。',
        'Routed by a fallback to {unit}[, on the basis of {basis}][. {explanation}]'),
    ('(routing)', 'nobody', '分拨结果：规则库未指明承办单位。', 'The rulebook named nobody.'),
    ('(routing)', 'precedent', '分拨依据：先例，由{unit}承办[，{remark}]。', 'Routed to {unit} by a precedent[: {remark}].'),
    ('(routing)', 'recommended', '分拨依据：推荐，由{unit}承办[，{remark}]。', 'Routed to {unit} by recommendation[: {remark}].'),
    ('(routing)', 'adjudicated', '分拨依据：裁决，由{unit}承办。', 'Routed to {unit} by a verdict.'),
    ('(routing)', 'by hand', '分拨依据：人工指定{unit}。', 'Routed to {unit} by hand.'),
    -- deadlines
    ('(clock)', 'start', '{stage}时限{term}，自{from}起计，截止{due}{how}。', 'Time limit of {stage}: {term} from {from}, due {due}{how}.'),
    ('(clock)', 'pause', '{stage}计时暂停。', 'The clock of {stage} is paused.'),
    ('(clock)', 'resume', '{stage}计时恢复，截止{due}{how}。', 'The clock of {stage} goes on: due {due}{how}.'),
    ('(clock)', 'extend', '{stage}延期{extension}，截止{due}{how}。', 'The time limit of {stage} is extended by {extension}: due {due}{how}.'),
    ('(clock)', 'on time', '{stage}未超时（[{holder}，]截止{due}）。', 'In time: {stage}[ by {holder}], due {due}.'),
    ('(clock)', 'overdue', '{stage}超时{late}（[{holder}，]截止{due}）。', '{late} late: {stage}[ by {holder}], due {due}.'),
    ('(clock)', 'void', '{stage}计时取消。', 'The clock of {stage} is void.'),
    ('(how)', 'holiday', '；{days}[{name}]放假不计', '; {days}[ {name}] is a holiday and does not count'),
    ('(how)', 'make-up day', '；{days}调休上班计入', '; {days} is worked instead and counts'),
    ('(how)', 'pause', '；{from}至{to}暂停不计', '; the pause from {from} to {to} does not count'),
    ('(how)', 'extension', '；含延期{extension}', '; with an extension of {extension}'),
    ('(how)', 'rest', '；周末等休息日{n}天不计', '; rest days that do not count: {n}'),
    ('(term)', 'minutes', '{n}分钟', '{n} min'),
    ('(term)', 'hours', '{n}小时', '{n} h'),
    ('(term)', 'days', '{n}个自然日', '{n} days'),
    ('(term)', 'work hours', '{n}个工作时', '{n} work hours'),
    ('(term)', 'work days', '{n}个工作日', '{n} work days'),
    ('(term)', 'rolling work days', '{n}个滚动工作日', '{n} rolling work days'),
    ('(length)', 'days', '{n}天', '{n} d '),
    ('(length)', 'hours', '{n}小时', '{n} h '),
    ('(length)', 'minutes', '{n}分钟', '{n} min'),
    ('(part)', 'class', '事件分类', 'class'),
    ('(part)', 'cell', '所在网格', 'cell'),
    ('(part)', 'severity', '紧急程度', 'severity'),
    ('(part)', 'owner', '权属单位', 'owner'),
    ('(change)', '', '{part}由{from}改为{to}', '{part} from {from} to {to}'),
    ('(change)', 'none', '无', 'none'),
    ('(list)', '', '、', ', '),
    ('(length)', 'none', '不足1分钟', 'less than 1 min')
) AS v (action, outcome, zh, en)
CROSS JOIN LATERAL (VALUES ('zh', v.zh), ('en', v.en)) AS l (language, template);
-- English has one day and two days
INSERT INTO story_phrase (action, outcome, language, template, origin)
SELECT '(term)', v.term, 'en', '{n} ' || v.term, 'shipped'
FROM (VALUES ('day'), ('work hour'), ('work day'), ('rolling work day')) AS v (term);
-- Chinese names of states and stages are those of their tables
INSERT INTO story_phrase (action, outcome, language, template, origin)
SELECT '(stage)', v.stage, 'en', v.name, 'shipped'
FROM (VALUES ('report', 'reporting'), ('verify', 'verification'), ('file', 'filing'), ('dispatch', 'dispatch'), ('sign', 'signing'),
    ('handle', 'handling'), ('check', 'checking'), ('close', 'closing'), ('visit', 'the visit'), ('overall', 'the whole case')
) AS v (stage, name);
INSERT INTO story_phrase (action, outcome, language, template, origin)
SELECT '(state)', v.state, 'en', v.name, 'shipped'
FROM (VALUES ('reported', 'waiting to be filed'), ('verifying', 'being verified'), ('filed', 'waiting to be dispatched'),
    ('dispatched', 'waiting to be signed for'), ('handling', 'being handled'), ('returned', 'returned'), ('suspended', 'suspended'),
    ('handled', 'handled'), ('checking', 'being checked'), ('rejected', 'rejected by the check'), ('checked', 'checked'),
    ('confirming', 'waiting to be confirmed'), ('closed', 'closed'), ('visited', 'settled'), ('merged', 'merged'), ('void', 'void')
) AS v (state, name);

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON story_phrase
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('language', 'action', 'outcome');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON story_phrase
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON story_phrase IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON story_phrase IS 'shipped rows are not truncated';
SELECT pg_catalog.pg_extension_config_dump('story_phrase', $$WHERE origin <> 'shipped'$$);

-- What people wrote is put in as it is, even if it looks like a template.
CREATE FUNCTION fill_phrase(template text, words jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    pieces constant text[] := string_to_array(replace(template, '[', ']['), ']');
    piece text;
    parts text[];
    word text;
    said text;
    whole text := '';
    missing boolean;
BEGIN
    FOREACH piece IN ARRAY pieces LOOP
        parts := string_to_array(ltrim(piece, '['), '{');
        said := coalesce(parts[1], '');
        missing := false;
        FOR i IN 2..cardinality(parts) LOOP
            word := split_part(parts[i], '}', 1);
            missing := missing OR coalesce(words ->> word, '') = '';
            said := said || coalesce(words ->> word, '') || substr(parts[i], length(word) + 2);
        END LOOP;
        IF NOT (missing AND starts_with(piece, '[')) THEN
            whole := whole || said;
        END IF;
    END LOOP;
    RETURN whole;
END;
$$;
COMMENT ON FUNCTION fill_phrase(text, jsonb) IS
    'a template with its words (套用模板): {word} stands for a word, [ ] is left out when a word in it is missing';

CREATE FUNCTION story_term(term text, phrases jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    n constant text := split_part(term, ' ', 1);
    kind constant text := substr(term, length(n) + 2);
BEGIN
    -- where one is said as many are, there is one phrase for both
    RETURN coalesce(replace(coalesce(phrases ->> ('(term) ' || kind), phrases ->> ('(term) ' || kind || 's')), '{n}', n), term);
END;
$$;
COMMENT ON FUNCTION story_term(text, jsonb) IS 'a time limit in words (时限用语)';

CREATE FUNCTION story_length(length interval, phrases jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    minutes constant bigint := extract(epoch FROM length)::bigint / 60;
    days constant bigint := minutes / 1440;
    hours constant bigint := minutes / 60 % 24;
BEGIN
    IF minutes = 0 THEN
        RETURN phrases ->> '(length) none';
    END IF;
    RETURN rtrim(
        CASE WHEN days > 0 THEN replace(phrases ->> '(length) days', '{n}', days::text) ELSE '' END
        || CASE WHEN hours > 0 THEN replace(phrases ->> '(length) hours', '{n}', hours::text) ELSE '' END
        || CASE WHEN minutes % 60 > 0 THEN replace(phrases ->> '(length) minutes', '{n}', (minutes % 60)::text) ELSE '' END);
END;
$$;
COMMENT ON FUNCTION story_length(interval, jsonb) IS 'how long something took, in words (时长用语)';

CREATE FUNCTION story_days(what text, first date, last date, format text, phrases jsonb) RETURNS text
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    kind constant text := substring(what FROM '^(holiday|make-up day) ');
BEGIN
    RETURN @extschema@.fill_phrase(phrases ->> ('(how) ' || kind), jsonb_build_object('name', substr(what, length(kind) + 2),
        'days', to_char(first, format) || CASE WHEN last > first THEN '–' || to_char(last, format) ELSE '' END));
END;
$$;
COMMENT ON FUNCTION story_days(text, date, date, text, jsonb) IS 'days that do not count or are worked instead, in words (节假日说明)';

-- What of a deadline is not plain counting: days that do not count or are
-- worked instead, pauses, extensions.
CREATE FUNCTION story_how(
    calendar workcal,
    start timestamptz,
    term term,
    pauses tstzmultirange,
    extensions term[],
    zone text,
    phrases jsonb
) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    day constant text := phrases ->> '(time) day';
    instant constant text := phrases ->> '(time)';
    said text := '';
    held text;
    held_from date;
    held_to date;
    from_day date;
    to_day date;
    rest_days integer := 0;
    p record;
BEGIN
    IF calendar IS NULL THEN
        RETURN '';
    END IF;
    -- days that do not count, or do for once, one after another
    FOR p IN
        SELECT coalesce(w.kind, e.kind) AS kind, coalesce(w.name, e.name, '') AS name,
               e.from_at AT TIME ZONE zone AS from_local, e.to_at AT TIME ZONE zone AS to_local, e.seconds
        FROM @extschema@.due_explain(story_how.calendar, start, term, pauses, extensions) AS e
        -- what an extension adds may be worked on a make-up day
        LEFT JOIN LATERAL (
            SELECT x.kind, x.name
            FROM @extschema@.work_explain(story_how.calendar, e.from_at, '1 work second') AS x
            WHERE x.piece = 1
        ) AS w ON e.kind = 'extension' AND e.seconds > 0 AND term::text LIKE '%work%' AND w.kind = 'make-up day'
        WHERE isfinite(e.to_at)
        ORDER BY e.piece
    LOOP
        from_day := p.from_local::date;
        to_day := p.to_local::date;
        IF p.to_local = to_day THEN
            to_day := to_day - 1;
        END IF;
        IF p.kind = 'rest' AND p.seconds = 0 THEN
            rest_days := rest_days + greatest(p.to_local::date - from_day - 1, 0);
        ELSIF p.kind = 'make-up day' OR p.kind = 'holiday' AND p.seconds = 0 THEN
            IF held = p.kind || ' ' || p.name AND from_day <= held_to + 1 THEN
                held_to := to_day;
            ELSE
                said := said || coalesce(@extschema@.story_days(held, held_from, held_to, day, phrases), '');
                held := p.kind || ' ' || p.name;
                held_from := from_day;
                held_to := to_day;
            END IF;
        END IF;
    END LOOP;
    said := said || coalesce(@extschema@.story_days(held, held_from, held_to, day, phrases), '');
    IF rest_days > 0 THEN
        said := said || @extschema@.fill_phrase(phrases ->> '(how) rest', jsonb_build_object('n', rest_days));
    END IF;
    FOR p IN SELECT lower(r) AS from_at, upper(r) AS to_at FROM unnest(pauses) AS r WHERE NOT upper_inf(r) LOOP
        said := said || @extschema@.fill_phrase(phrases ->> '(how) pause', jsonb_build_object(
            'from', to_char(p.from_at AT TIME ZONE zone, instant), 'to', to_char(p.to_at AT TIME ZONE zone, instant)));
    END LOOP;
    FOR i IN 1..cardinality(extensions) LOOP
        said := said || @extschema@.fill_phrase(phrases ->> '(how) extension', jsonb_build_object(
            'extension', @extschema@.story_term(extensions[i]::text, phrases)));
    END LOOP;
    RETURN said;
END;
$$;
COMMENT ON FUNCTION story_how(workcal, timestamptz, term, tstzmultirange, term[], text, jsonb) IS
    'how a deadline was worked out, in words (时限计算说明)';

CREATE FUNCTION story_phrases(language text) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own jsonb;
BEGIN
    SELECT jsonb_object_agg(rtrim(p.action || ' ' || p.outcome), p.template) INTO own
    FROM @extschema@.story_phrase AS p
    WHERE p.language = story_phrases.language;
    IF own IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG551',
            MESSAGE = format('there are no phrases in language "%s"', coalesce(language, 'NULL')),
            DETAIL = format('There are phrases in %s.', (
                SELECT string_agg(DISTINCT p.language, ', ' ORDER BY p.language) FROM @extschema@.story_phrase AS p
            )),
            HINT = 'Rows of civicgrid.story_phrase make a language.';
    END IF;
    RETURN coalesce((SELECT jsonb_object_agg('(state) ' || s.state, s.name) FROM @extschema@.case_status AS s), '{}')
        || coalesce((SELECT jsonb_object_agg('(stage) ' || s.stage, s.name) FROM @extschema@.case_stage AS s), '{}')
        || coalesce((SELECT jsonb_object_agg('(return) ' || r.reason, r.name) FROM @extschema@.return_reason AS r), '{}')
        || own;
END;
$$;
COMMENT ON FUNCTION story_phrases(text) IS 'phrases of a language by key (案件经过用语表), with the names of states, stages and reasons of returns';

CREATE FUNCTION case_story(caseno caseno, language text DEFAULT 'zh', at timestamptz DEFAULT now())
    RETURNS TABLE (line integer, step integer, story text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 30
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    asked constant @extschema@.caseno := caseno;
    until constant timestamptz := coalesce(at, 'infinity');
    phrases constant jsonb := @extschema@.story_phrases(language);
    names jsonb;
    stays jsonb;
    editions jsonb;
    edition bigint;
    instant constant text := phrases ->> '(time)';
    zone text;
    j record;
    words jsonb;
    told jsonb;
    said text;
    key text;
    clocks jsonb := '{}';
    c jsonb;
    pauses tstzmultirange;
    extensions @extschema@.term[];
    cal @extschema@.workcal;
    due timestamptz;
    routed record;
    open boolean := false;
    began timestamptz;
    last_at timestamptz;
    last_state text;
    -- it went the way of its main case, and was not finished by itself
    merged boolean := false;
    last_unit bigint;
    main text;
    spent interval := '0';
    whole text;
    whole_due text;
BEGIN
    PERFORM @extschema@.require_case(asked);
    line := 0;

    -- what is looked up again and again
    SELECT jsonb_object_agg(u.unit, u.name) INTO names
    FROM @extschema@.unit AS u
    WHERE u.unit IN (
        SELECT unnest(ARRAY[t.unit, t.from_unit, t.actor_unit, (t.detail #>> '{return,suggested_unit}')::bigint])
        FROM @extschema@.case_journal AS t WHERE t.caseno OPERATOR(@extschema@.=) asked
        UNION ALL
        SELECT t.unit FROM @extschema@.case_task AS t WHERE t.caseno OPERATOR(@extschema@.=) asked
    );
    names := coalesce(names, '{}');
    SELECT jsonb_object_agg(t.state, t.open) INTO stays FROM @extschema@.case_status AS t;
    SELECT jsonb_object_agg(t.clock, t.edition) INTO editions
    FROM @extschema@.case_clock AS t WHERE t.caseno OPERATOR(@extschema@.=) asked;

    -- local time is that of the calendar that the case is counted by
    SELECT coalesce(
        (
            SELECT k.zone FROM @extschema@.case_clock AS t JOIN @extschema@.calendar AS k ON k.calendar = t.calendar
            WHERE t.caseno OPERATOR(@extschema@.=) asked
            ORDER BY t.clock LIMIT 1
        ),
        current_setting('TimeZone')
    ) INTO zone;

    SELECT jsonb_build_object(
        'caseno', asked::text,
        'channel', CASE WHEN $2 = 'zh' THEN coalesce((SELECT h.name FROM @extschema@.channel AS h WHERE h.channel = r.channel), r.channel)
            ELSE r.channel END,
        'class', concat_ws(' ', r.class::text, (
            SELECT e.name FROM @extschema@.event_class AS e
            WHERE e.taxonomy = r.taxonomy AND e.kind = r.kind AND e.code OPERATOR(@extschema@.=) r.class
        )),
        'place', coalesce(r.address, nullif(concat_ws(' ', r.cell::text, (
            SELECT g.name FROM @extschema@.grid_cell AS g
            WHERE g.code OPERATOR(@extschema@.=) r.cell AND g.name IS NOT NULL
            ORDER BY g.kind
            LIMIT 1
        )), '')),
        'description', r.description)
    INTO told
    FROM @extschema@.case_record AS r
    WHERE r.caseno OPERATOR(@extschema@.=) asked;
    told := coalesce(told, jsonb_build_object('caseno', asked::text));
    story := @extschema@.fill_phrase(phrases ->> '(case)', told);
    IF story <> '' THEN
        line := line + 1;
        RETURN NEXT;
    END IF;

    FOR j IN
        SELECT t.* FROM @extschema@.case_journal AS t
        WHERE t.caseno OPERATOR(@extschema@.=) asked AND t.at <= until
        ORDER BY t.step
    LOOP
        step := j.step;
        IF open THEN
            spent := spent + (j.at - last_at);
        END IF;
        began := coalesce(began, j.at);
        last_at := j.at;
        last_state := j.to_state;
        last_unit := j.unit;
        open := coalesce((stays ->> j.to_state)::boolean, true);
        merged := NOT open AND (merged OR last_state = 'merged');
        main := coalesce(j.detail #>> '{set,main}', main);

        -- what was done
        SELECT coalesce(jsonb_object_agg(d.key, d.value) FILTER (WHERE jsonb_typeof(d.value) IN ('string', 'number')), '{}')
        INTO words
        FROM jsonb_each(j.detail) AS d;
        IF j.detail ? 'extension' THEN
            words := words || jsonb_build_object('extension', @extschema@.story_term(j.detail #>> '{extension,extension}', phrases));
        END IF;
        IF j.detail ? 'amended' THEN
            SELECT words || jsonb_build_object('amended', string_agg(
                @extschema@.fill_phrase(phrases ->> '(change)', jsonb_build_object(
                    'part', coalesce(phrases ->> ('(part) ' || a.key), a.key),
                    'from', coalesce(a.value ->> 0, phrases ->> '(change) none'),
                    'to', coalesce(a.value ->> 1, phrases ->> '(change) none'))),
                phrases ->> '(list)' ORDER BY a.key COLLATE "C"))
            INTO words
            FROM jsonb_each(j.detail -> 'amended') AS a
            WHERE a.key <> 'location';
        END IF;
        words := words || jsonb_build_object(
            'time', to_char(j.at AT TIME ZONE zone, instant),
            'channel', told -> 'channel',
            'action', j.action, 'outcome', j.outcome, 'remark', j.remark,
            'reason', CASE j.action WHEN 'return_case' THEN coalesce(phrases ->> ('(return) ' || j.reason), j.reason) ELSE j.reason END,
            'unit', coalesce(names ->> j.unit::text, j.unit::text),
            'from_unit', coalesce(names ->> j.from_unit::text, j.from_unit::text),
            'state', phrases -> ('(state) ' || j.to_state),
            'main', main,
            -- the system gives its reasons in English: how much, or which case
            'number', CASE WHEN j.role = 'system' THEN substring(j.reason FROM '[0-9][0-9-]*') END,
            'resume_at', to_char((j.detail #>> '{set,resume_at}')::timestamptz AT TIME ZONE zone, instant),
            'who', CASE
                WHEN j.role = 'system' THEN phrases ->> '(who) system'
                WHEN j.actor_unit IS NULL THEN
                    @extschema@.fill_phrase(phrases ->> '(who) nobody', jsonb_build_object('name', coalesce(j.person, j.actor)))
                ELSE @extschema@.fill_phrase(phrases ->> '(who) unit', jsonb_build_object('name', coalesce(j.person, j.actor),
                    'unit', coalesce(names ->> j.actor_unit::text, j.actor_unit::text)))
            END,
            'suggested', coalesce(names ->> (j.detail #>> '{return,suggested_unit}'), j.detail #>> '{return,suggested_unit}'));
        IF j.detail ? 'tasks' THEN
            SELECT words || jsonb_build_object(
                'lead', string_agg(coalesce(names ->> (d.task ->> 'unit'), d.task ->> 'unit'), phrases ->> '(list)')
                    FILTER (WHERE d.task ->> 'duty' = 'lead'),
                'assists', string_agg(coalesce(names ->> (d.task ->> 'unit'), d.task ->> 'unit'), phrases ->> '(list)')
                    FILTER (WHERE d.task ->> 'duty' = 'assist'),
                'job', string_agg(d.task ->> 'job', phrases ->> '(list)'))
            INTO words
            FROM jsonb_array_elements(j.detail -> 'tasks') AS d (task)
            WHERE d.task ->> 'do' IN ('give', 'again');
        END IF;
        key := rtrim(j.action || ' ' || j.outcome);
        said := @extschema@.fill_phrase(coalesce(CASE WHEN j.role = 'system' THEN phrases ->> ('(system) ' || key) END,
            phrases ->> key, phrases ->> j.action, phrases ->> '(any)'), words);
        story := @extschema@.fill_phrase(phrases ->> '(step)', jsonb_build_object('time', words -> 'time', 'text', said));
        IF story <> '' THEN
            line := line + 1;
            RETURN NEXT;
        END IF;

        -- why it was routed there
        IF j.detail #> '{routing,step}' IS NOT NULL THEN
            SELECT r.* INTO routed FROM @extschema@.case_routing AS r
            WHERE r.caseno OPERATOR(@extschema@.=) asked AND r.step = (j.detail #>> '{routing,step}')::bigint;
            IF FOUND THEN
                words := jsonb_build_object('remark', routed.remark, 'unit',
                    coalesce(names ->> routed.unit::text, routed.unit::text));
                IF routed.decided IN ('rule', 'fallback') THEN
                    SELECT words || jsonb_build_object('rule', w.rule, 'unit', w.unit_name,
                        'class', nullif(concat_ws(' ', w.rule_class::text, w.class_name), ''), 'territory', coalesce(w.territory_name, w.territory::text), 'basis', w.basis, 'duty_item', w.duty_item,
                        'explanation', w.explanation)
                    INTO words
                    FROM @extschema@.why_routed(asked, routed.step) AS w
                    WHERE w.wins;
                END IF;
                story := @extschema@.fill_phrase(phrases ->> ('(routing) ' || routed.decided), words);
                IF story <> '' THEN
                    line := line + 1;
                    RETURN NEXT;
                END IF;
            END IF;
        END IF;

        -- deadlines
        FOR c IN SELECT d.value FROM jsonb_array_elements(j.detail -> 'clocks') AS d LOOP
            key := c ->> 'clock';
            IF c ->> 'do' = 'start' THEN
                clocks := clocks || jsonb_build_object(key, c || '{"pauses": "{}", "extensions": "{}"}');
            ELSIF clocks ? key AND c ->> 'do' = 'extend' THEN
                clocks := jsonb_set(clocks, ARRAY[key, 'extensions'], to_jsonb(
                    ((clocks #>> ARRAY[key, 'extensions'])::text[] || (c ->> 'extension'))::text));
            ELSIF clocks ? key THEN
                pauses := (clocks #>> ARRAY[key, 'pauses'])::tstzmultirange;
                IF c ->> 'do' = 'pause' THEN
                    pauses := pauses + tstzmultirange(tstzrange((c ->> 'at')::timestamptz, NULL));
                ELSE
                    pauses := pauses - tstzmultirange(tstzrange((c ->> 'at')::timestamptz, NULL));
                END IF;
                clocks := jsonb_set(clocks, ARRAY[key, 'pauses'], to_jsonb(pauses::text));
            END IF;
            words := clocks -> key;
            IF words IS NULL THEN
                CONTINUE;
            END IF;
            pauses := (words ->> 'pauses')::tstzmultirange;
            extensions := (words ->> 'extensions')::@extschema@.term[];
            IF edition IS DISTINCT FROM (editions ->> key)::bigint THEN
                edition := (editions ->> key)::bigint;
                SELECT e.workcal INTO cal FROM @extschema@.calendar_edition AS e WHERE e.edition = (editions ->> key)::bigint;
            END IF;
            due := @extschema@.due(cal, (words ->> 'at')::timestamptz, (words ->> 'term')::@extschema@.term, pauses, extensions);
            words := jsonb_build_object(
                'stage', phrases -> ('(stage) ' || CASE words ->> 'kind' WHEN 'case' THEN 'overall' ELSE words ->> 'stage' END),
                'kind', words -> 'kind',
                'holder', coalesce(names ->> (words ->> 'holder'), words ->> 'holder'),
                'term', @extschema@.story_term(words ->> 'term', phrases),
                'extension', @extschema@.story_term(c ->> 'extension', phrases),
                'from', to_char((words ->> 'at')::timestamptz AT TIME ZONE zone, instant),
                'due', CASE WHEN isfinite(due) THEN to_char(due AT TIME ZONE zone, instant) END,
                'due_at', due,
                'late', CASE WHEN c ->> 'verdict' = 'overdue' THEN @extschema@.story_length((c ->> 'at')::timestamptz - due, phrases) END,
                -- within a day there is nothing to explain
                'how', CASE WHEN c ->> 'do' IN ('start', 'resume', 'extend')
                    AND (pauses <> '{}' OR cardinality(extensions) > 0 OR due > (words ->> 'at')::timestamptz + interval '1 day')
                THEN
                    @extschema@.story_how(cal, (words ->> 'at')::timestamptz, (words ->> 'term')::@extschema@.term, pauses, extensions,
                        zone, phrases)
                END);
            IF words ->> 'kind' = 'case' THEN
                whole := CASE WHEN c ->> 'verdict' IN ('on time', 'overdue') THEN
                    @extschema@.fill_phrase(phrases ->> ('(now) ' || (c ->> 'verdict')), words) END;
                whole_due := CASE WHEN c ->> 'do' NOT IN ('stop', 'void') THEN words ->> 'due' END;
            END IF;
            story := @extschema@.fill_phrase(phrases ->> ('(clock) ' || coalesce(c ->> 'verdict', c ->> 'do')), words);
            IF story <> '' THEN
                line := line + 1;
                RETURN NEXT;
            END IF;
        END LOOP;
    END LOOP;

    -- how it stands
    step := NULL;
    FOR routed IN
        SELECT m.clock, m.due_before, m.due_after, t.kind, t.stage
        FROM @extschema@.clock_move AS m
        JOIN @extschema@.case_clock AS t ON t.caseno OPERATOR(@extschema@.=) m.caseno AND t.clock = m.clock
        WHERE m.caseno OPERATOR(@extschema@.=) asked AND m.moved_at <= until
        ORDER BY m.moved_at, m.clock
    LOOP
        story := @extschema@.fill_phrase(phrases ->> '(now) moved', jsonb_build_object(
            'stage', phrases -> ('(stage) ' || CASE routed.kind WHEN 'case' THEN 'overall' ELSE routed.stage END),
            'from', to_char(routed.due_before AT TIME ZONE zone, instant), 'due', to_char(routed.due_after AT TIME ZONE zone, instant)));
        IF story <> '' THEN
            line := line + 1;
            RETURN NEXT;
        END IF;
    END LOOP;
    IF last_at IS NOT NULL THEN
        IF open AND isfinite(until) THEN
            spent := spent + greatest(until - last_at, '0');
        END IF;
        story := @extschema@.fill_phrase(phrases ->> CASE
            WHEN open THEN '(now) open'
            WHEN merged THEN '(now) merged'
            ELSE '(now) closed'
        END, jsonb_build_object(
            'state', coalesce(phrases ->> ('(state) ' || last_state), last_state),
            'unit', coalesce(names ->> last_unit::text, last_unit::text),
            'time', CASE WHEN isfinite(until) THEN to_char(until AT TIME ZONE zone, instant) ELSE to_char(last_at AT TIME ZONE zone, instant) END,
            'due', whole_due,
            'length', @extschema@.story_length(justify_hours(spent), phrases)));
        IF story <> '' THEN
            line := line + 1;
            RETURN NEXT;
        END IF;
    END IF;
    IF whole IS NOT NULL AND NOT merged THEN
        story := whole;
        IF story <> '' THEN
            line := line + 1;
            RETURN NEXT;
        END IF;
    END IF;
END;
$$;
COMMENT ON FUNCTION case_story(caseno, text, timestamptz) IS
    'what happened to a case up to an instant and why, in words (案件经过): zh 中文, en English, or a language of the site''s';
