
-- Editions of rulebooks (规则库版本): the draft in parts, compiled and proved;
-- what was published, and never changes.  See doc/rulebook-editions.md.

-- Classes that cases can have at an instant: of the edition in force then, or of
-- the draft where none is (asked in a subquery: once, not for each row).  Rules go
-- by prefix, so a class is a leaf if no other in use begins with its code; those
-- come right after it.
CREATE FUNCTION classes_in_use(taxonomy text, kind text, at timestamptz DEFAULT now())
    RETURNS TABLE (code eventcode, name text, leaf boolean)
    LANGUAGE SQL STABLE PARALLEL SAFE
    ROWS 500
BEGIN ATOMIC
    SELECT v.code, v.name,
           NOT starts_with(
               coalesce(lead(v.code::text) OVER (ORDER BY v.code::text COLLATE "C"), ''), v.code::text
           )
    FROM (
        SELECT c.code, c.name, c.valid_from, c.valid_to
        FROM @extschema@.taxonomy_edition_class AS c
        WHERE c.edition = (SELECT @extschema@.taxonomy_edition_in_force(taxonomy, kind, at))
        UNION ALL
        SELECT d.code, d.name, d.valid_from, d.valid_to
        FROM @extschema@.taxonomy_draft(taxonomy, kind) AS d
        WHERE (SELECT @extschema@.taxonomy_edition_in_force(taxonomy, kind, at)) IS NULL
    ) AS v
    WHERE coalesce(v.valid_from, '-infinity') <= @extschema@.class_day(at)
        AND coalesce(v.valid_to, 'infinity') > @extschema@.class_day(at);
END;
COMMENT ON FUNCTION classes_in_use(text, text, timestamptz) IS
    'classes of a taxonomy in use at an instant (在用分类), of the edition in force then or, before the first, of the draft; a leaf has no other within it';

-- A cell has the grade that its own kind gives it, or else the evaluation cell
-- of the same code.
CREATE FUNCTION cells_in_use(kind grid_kind, at timestamptz DEFAULT now())
    RETURNS TABLE (code gridcode, name text)
    LANGUAGE SQL STABLE PARALLEL SAFE
    ROWS 10000
BEGIN ATOMIC
    SELECT c.code, c.name
    FROM @extschema@.grid_edition_cell AS c
    WHERE c.edition = (SELECT @extschema@.grid_edition_in_force(at)) AND c.kind = cells_in_use.kind
    UNION ALL
    SELECT c.code, c.name
    FROM @extschema@.grid_cell AS c
    WHERE (SELECT @extschema@.grid_edition_in_force(at)) IS NULL AND c.kind = cells_in_use.kind;
END;
COMMENT ON FUNCTION cells_in_use(grid_kind, timestamptz) IS
    'cells of a kind at an instant (在用网格), of the edition in force then or, before the first, of the draft';

CREATE FUNCTION grades_in_use(kind grid_kind, at timestamptz DEFAULT now())
    RETURNS TABLE (territory text, grade text)
    LANGUAGE SQL STABLE PARALLEL SAFE
    ROWS 10000
BEGIN ATOMIC
    SELECT v.code, (array_agg(v.grade ORDER BY v.kind <> grades_in_use.kind))[1]
    FROM (
        SELECT c.code::text AS code, c.grade, c.kind
        FROM @extschema@.grid_edition_cell AS c
        WHERE c.edition = (SELECT @extschema@.grid_edition_in_force(at))
            AND c.kind IN (grades_in_use.kind, 'evaluation') AND c.grade IS NOT NULL
        UNION ALL
        SELECT c.code::text, c.grade, c.kind
        FROM @extschema@.grid_cell AS c
        WHERE (SELECT @extschema@.grid_edition_in_force(at)) IS NULL
            AND c.kind IN (grades_in_use.kind, 'evaluation') AND c.grade IS NOT NULL
    ) AS v
    GROUP BY v.code;
END;
COMMENT ON FUNCTION grades_in_use(grid_kind, timestamptz) IS
    'grades of places at an instant (网格等级): that of the cell of a kind or, if it has none, of the evaluation cell of the same code';

-- Days begin and end at midnight in the rulebook's time zone; no bound is NULL.
CREATE FUNCTION rulebook_midnight(day date, timezone text) RETURNS timestamptz
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN isfinite(day) THEN day::timestamp AT TIME ZONE timezone END;
END;
COMMENT ON FUNCTION rulebook_midnight(date, text) IS
    'when a day begins in a time zone (当地零时); NULL for no day and for an infinite one';

-- What rulebook_agg() takes, from the draft: the one place that says so.  Named
-- are all units, channels and severities, and of the windows those that a rule
-- names.
CREATE FUNCTION rulebook_parts(rulebook text, at timestamptz DEFAULT now())
    RETURNS TABLE (part text, item jsonb)
    LANGUAGE SQL STABLE PARALLEL SAFE
    ROWS 100000
BEGIN ATOMIC
    WITH d AS MATERIALIZED (
        SELECT t.rulebook, t.taxonomy, t.kind, t.grid_kind, t.timezone, t.calendar
        FROM @extschema@.rulebook_draft AS t
        WHERE t.rulebook = rulebook_parts.rulebook
    )
    SELECT 'timezone', jsonb_build_object('timezone', d.timezone)
    FROM d
    UNION ALL
    SELECT 'unit', jsonb_build_object(
        'unit', u.unit, 'parent', u.parent, 'kind', u.kind, 'level', u.level, 'territory', u.territory::text,
        'centre', coalesce(k.base = 'centre', false), 'staff', u.staff,
        'valid_from', @extschema@.rulebook_midnight(u.valid_from, d.timezone),
        'valid_to', @extschema@.rulebook_midnight(u.valid_to, d.timezone)
    )
    FROM d
    CROSS JOIN @extschema@.unit AS u
    LEFT JOIN @extschema@.unit_kind AS k ON k.kind = u.kind
    UNION ALL
    SELECT 'channel', jsonb_build_object(
        'channel', c.channel, 'intake_unit', c.intake_unit, 'intake_kind', c.intake_kind, 'intake_level', c.intake_level
    )
    FROM d
    CROSS JOIN @extschema@.channel AS c
    UNION ALL
    SELECT 'severity', jsonb_build_object('severity', s.severity)
    FROM d
    CROSS JOIN @extschema@.case_severity AS s
    UNION ALL
    SELECT 'window', jsonb_build_object(
        'window', w.time_window, 'weekday', w.weekday, 'from_minute', w.from_minute, 'to_minute', w.to_minute
    )
    FROM d
    CROSS JOIN @extschema@.duty_window_spans() AS w
    WHERE w.time_window IN (SELECT r.time_window FROM @extschema@.duty_rule AS r WHERE r.rulebook = d.rulebook)
    UNION ALL
    SELECT 'rule', jsonb_build_object(
        'rule', r.rule, 'class', r.class::text, 'territory', r.territory::text, 'owner', r.owner,
        'severity', r.severity, 'channel', r.channel, 'window', r.time_window,
        'valid_from', @extschema@.rulebook_midnight(r.valid_from, d.timezone),
        'valid_to', @extschema@.rulebook_midnight(r.valid_to, d.timezone),
        'lead_unit', r.lead_unit, 'lead_kind', r.lead_kind, 'lead_level', r.lead_level
    )
    FROM d
    JOIN @extschema@.duty_rule AS r ON r.rulebook = d.rulebook
    UNION ALL
    SELECT 'assist', jsonb_build_object(
        'rule', a.rule, 'place', a.place, 'unit', a.unit, 'kind', a.kind, 'level', a.level, 'task', a.task
    )
    FROM d
    JOIN @extschema@.duty_rule AS r ON r.rulebook = d.rulebook
    JOIN @extschema@.duty_assist AS a ON a.rule = r.rule
    UNION ALL
    SELECT 'exclusion', jsonb_build_object(
        'exclusion', x.exclusion, 'unit', x.unit, 'class', x.class::text, 'territory', x.territory::text
    )
    FROM d
    JOIN @extschema@.duty_exclusion AS x ON x.rulebook = d.rulebook
    UNION ALL
    SELECT 'fallback', jsonb_build_object(
        'fallback', f.fallback, 'territory', f.territory::text, 'unit', f.unit, 'kind', f.kind, 'level', f.level,
        'share', f.share
    )
    FROM d
    JOIN @extschema@.fallback AS f ON f.rulebook = d.rulebook
    UNION ALL
    SELECT 'policy', jsonb_build_object(
        'policy', p.policy, 'class', p.class::text, 'territory', p.territory::text, 'severity', p.severity,
        'grade', p.grade, 'stage', p.stage, 'stage_place', s.place, 'term', p.term::text,
        'calendar', coalesce(p.calendar, d.calendar), 'warnings', p.warnings
    )
    FROM d
    JOIN @extschema@.sla_policy AS p ON p.rulebook = d.rulebook
    LEFT JOIN @extschema@.case_stage AS s ON s.stage = p.stage
    UNION ALL
    SELECT 'limit', jsonb_build_object('policy', l.policy, 'place', l.place, 'name', l.name, 'term', l.term::text)
    FROM d
    JOIN @extschema@.sla_policy AS p ON p.rulebook = d.rulebook
    JOIN @extschema@.sla_limit AS l ON l.policy = p.policy
    UNION ALL
    SELECT 'grade', jsonb_build_object('territory', g.territory, 'grade', g.grade)
    FROM d
    CROSS JOIN LATERAL @extschema@.grades_in_use(d.grid_kind, at) AS g
    UNION ALL
    SELECT 'class', jsonb_build_object('class', c.code::text)
    FROM d
    CROSS JOIN LATERAL @extschema@.classes_in_use(d.taxonomy, d.kind, at) AS c
    WHERE c.leaf
    UNION ALL
    SELECT 'cell', jsonb_build_object('cell', c.code::text)
    FROM d
    CROSS JOIN LATERAL @extschema@.cells_in_use(d.grid_kind, at) AS c;
END;
COMMENT ON FUNCTION rulebook_parts(text, timestamptz) IS
    'the draft of a rulebook in parts (规则库草案拆分), as rulebook_agg() takes them, with the leaf classes, cells and grades in force at an instant';

CREATE FUNCTION check_rulebook_target(rulebook text) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM @extschema@.rulebook_draft AS d WHERE d.rulebook = check_rulebook_target.rulebook;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG401',
            MESSAGE = format('there is no rulebook "%s"', coalesce(check_rulebook_target.rulebook, 'NULL')),
            HINT = 'SELECT rulebook FROM civicgrid.rulebook_draft lists them; INSERT INTO civicgrid.rulebook_draft makes one.';
    END IF;
END;
$$;
COMMENT ON FUNCTION check_rulebook_target(text) IS 'raise an error where there is no such rulebook (检查规则库是否存在)';

-- The many small expressions of the parts take longer to be compiled to machine
-- code than to be worked out.
CREATE FUNCTION rulebook_model(rulebook text, at timestamptz DEFAULT now()) RETURNS rulebook
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    model @extschema@.rulebook;
BEGIN
    PERFORM @extschema@.check_rulebook_target(rulebook_model.rulebook);
    SELECT @extschema@.rulebook_agg(p.part, p.item) INTO model
    FROM @extschema@.rulebook_parts(rulebook_model.rulebook, rulebook_model.at) AS p;
    RETURN model;
END;
$$;
COMMENT ON FUNCTION rulebook_model(text, timestamptz) IS
    'the draft of a rulebook, compiled (编译规则库), for the classes and cells in force at an instant';

-- Terms must be dated by the calendar that will be in force: one that is not
-- published dates none, and one whose horizon is near not the long ones.
CREATE FUNCTION rulebook_term_faults(rulebook text, at timestamptz DEFAULT now())
    RETURNS TABLE (fault text, policies bigint[], stage text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 1
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
    cal @extschema@.workcal;
    why text;
BEGIN
    FOR t IN
        SELECT v.calendar, v.term, v.stage, array_agg(v.policy ORDER BY v.policy) AS policies
        FROM (
            SELECT coalesce(p.calendar, d.calendar) AS calendar, p.term::text AS term, p.stage, p.policy
            FROM @extschema@.rulebook_draft AS d
            JOIN @extschema@.sla_policy AS p ON p.rulebook = d.rulebook
            WHERE d.rulebook = rulebook_term_faults.rulebook
            UNION
            SELECT coalesce(p.calendar, d.calendar), l.term::text, p.stage, p.policy
            FROM @extschema@.rulebook_draft AS d
            JOIN @extschema@.sla_policy AS p ON p.rulebook = d.rulebook
            JOIN @extschema@.sla_limit AS l ON l.policy = p.policy
            WHERE d.rulebook = rulebook_term_faults.rulebook
        ) AS v
        GROUP BY v.calendar, v.term, v.stage
        ORDER BY v.calendar COLLATE "C", v.stage COLLATE "C", v.term COLLATE "C"
    LOOP
        policies := t.policies;
        stage := t.stage;
        cal := @extschema@.calendar_in_force(t.calendar, rulebook_term_faults.at);
        IF cal IS NULL THEN
            fault := 'no calendar';
            detail := CASE
                WHEN t.calendar IS NULL THEN format('Neither the policy nor the rulebook names a calendar for %s.', t.term)
                ELSE format('Calendar "%s" has no edition in force then, by which %s could be dated.', t.calendar, t.term)
            END;
            RETURN NEXT;
        ELSE
            BEGIN
                PERFORM @extschema@.due(cal, rulebook_term_faults.at, t.term::@extschema@.term);
            EXCEPTION WHEN SQLSTATE 'CG201' OR SQLSTATE 'CG202' THEN
                GET STACKED DIAGNOSTICS why = MESSAGE_TEXT;
                fault := 'beyond the calendar';
                detail := format('Calendar "%s" cannot date %s: %s.', t.calendar, t.term, why);
                RETURN NEXT;
            END;
        END IF;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION rulebook_term_faults(text, timestamptz) IS
    'terms of the draft that the calendar in force at an instant cannot date (无法推算的时限), with the policies that have them';

CREATE TABLE rulebook_edition (
    edition bigint NOT NULL,
    rulebook text NOT NULL,
    valid_from timestamptz NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    published_by text NOT NULL DEFAULT session_user,
    digest text NOT NULL,
    model rulebook NOT NULL,
    taxonomy text NOT NULL,
    kind text NOT NULL,
    taxonomy_edition bigint,
    grid_kind grid_kind NOT NULL,
    grid_edition bigint,
    scheme text,
    timezone text NOT NULL,
    rules integer NOT NULL,
    units integer NOT NULL,
    remark text,
    CONSTRAINT rulebook_edition_pkey PRIMARY KEY (edition),
    CONSTRAINT rulebook_edition_valid_from_check CHECK (isfinite(valid_from))
);
CREATE INDEX rulebook_edition_valid_from_idx ON rulebook_edition (rulebook, valid_from, edition);
COMMENT ON TABLE rulebook_edition IS 'editions of rulebooks (规则库版本); in force is the one of a rulebook with the greatest valid_from that has come, of several the highest number';
COMMENT ON COLUMN rulebook_edition.edition IS 'number of the edition (版本号), in the order of publishing, over all rulebooks';
COMMENT ON COLUMN rulebook_edition.rulebook IS 'rulebook (规则库)';
COMMENT ON COLUMN rulebook_edition.valid_from IS 'from when it holds (生效时间)';
COMMENT ON COLUMN rulebook_edition.published_at IS 'when it was published (发布时间)';
COMMENT ON COLUMN rulebook_edition.published_by IS 'database user who published it (发布人)';
COMMENT ON COLUMN rulebook_edition.digest IS 'SHA-256 of the rulebook and of what the edition says of it (摘要); see rulebook_edition_digest()';
COMMENT ON COLUMN rulebook_edition.model IS 'the rulebook, compiled (规则库)';
COMMENT ON COLUMN rulebook_edition.taxonomy IS 'taxonomy of the classes (分类体系)';
COMMENT ON COLUMN rulebook_edition.kind IS 'kind of the classes (种类)';
COMMENT ON COLUMN rulebook_edition.taxonomy_edition IS 'edition of the taxonomy whose leaf classes it was proved for (分类版本号); NULL: its draft';
COMMENT ON COLUMN rulebook_edition.grid_kind IS 'kind of the cells (网格种类)';
COMMENT ON COLUMN rulebook_edition.grid_edition IS 'edition of the grid whose cells it was proved for (网格版本号); NULL: its draft';
COMMENT ON COLUMN rulebook_edition.scheme IS 'scheme of levels (分拨层级方案)';
COMMENT ON COLUMN rulebook_edition.timezone IS 'time zone of its days and time windows (时区)';
COMMENT ON COLUMN rulebook_edition.rules IS 'how many rules it has (规则数)';
COMMENT ON COLUMN rulebook_edition.units IS 'how many units it has (单位数)';
COMMENT ON COLUMN rulebook_edition.remark IS 'remark (备注)';

CREATE TABLE rulebook_edition_unit (
    edition bigint NOT NULL,
    unit bigint NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    level smallint NOT NULL,
    parent bigint,
    territory gridcode,
    staff integer,
    valid_from date,
    valid_to date,
    remark text,
    CONSTRAINT rulebook_edition_unit_pkey PRIMARY KEY (edition, unit)
);
COMMENT ON TABLE rulebook_edition_unit IS 'the units of an edition (规则库版本的单位)';
COMMENT ON COLUMN rulebook_edition_unit.edition IS 'edition (版本号)';
COMMENT ON COLUMN rulebook_edition_unit.unit IS 'number of the unit (单位编号)';
COMMENT ON COLUMN rulebook_edition_unit.name IS 'name (名称)';
COMMENT ON COLUMN rulebook_edition_unit.kind IS 'kind (单位类别)';
COMMENT ON COLUMN rulebook_edition_unit.level IS 'level of dispatch (层级)';
COMMENT ON COLUMN rulebook_edition_unit.parent IS 'the unit above it (上级单位)';
COMMENT ON COLUMN rulebook_edition_unit.territory IS 'the ground that it serves (辖区)';
COMMENT ON COLUMN rulebook_edition_unit.staff IS 'how many people it has (在岗人数); NULL: not known';
COMMENT ON COLUMN rulebook_edition_unit.valid_from IS 'first day in force (启用日期)';
COMMENT ON COLUMN rulebook_edition_unit.valid_to IS 'first day no longer in force (停用日期)';
COMMENT ON COLUMN rulebook_edition_unit.remark IS 'remark (备注)';

CREATE TABLE rulebook_edition_rule (
    edition bigint NOT NULL,
    rule bigint NOT NULL,
    class eventcode,
    territory gridcode,
    owner text,
    severity smallint,
    channel text,
    time_window text,
    lead_unit bigint,
    lead_kind text,
    lead_level smallint,
    basis text,
    duty_item text,
    valid_from date,
    valid_to date,
    source text,
    remark text,
    CONSTRAINT rulebook_edition_rule_pkey PRIMARY KEY (edition, rule)
);
COMMENT ON TABLE rulebook_edition_rule IS 'the rules of an edition (规则库版本的职责规则)';
COMMENT ON COLUMN rulebook_edition_rule.edition IS 'edition (版本号)';
COMMENT ON COLUMN rulebook_edition_rule.rule IS 'number of the rule (规则编号)';
COMMENT ON COLUMN rulebook_edition_rule.class IS 'class and all within it (事件分类); NULL: any';
COMMENT ON COLUMN rulebook_edition_rule.territory IS 'place and all within it (辖区); NULL: anywhere';
COMMENT ON COLUMN rulebook_edition_rule.owner IS 'owner of the asset (权属单位); NULL: any';
COMMENT ON COLUMN rulebook_edition_rule.severity IS 'severity (紧急程度); NULL: any';
COMMENT ON COLUMN rulebook_edition_rule.channel IS 'channel (渠道); NULL: any';
COMMENT ON COLUMN rulebook_edition_rule.time_window IS 'time window (时段); NULL: any time';
COMMENT ON COLUMN rulebook_edition_rule.lead_unit IS 'unit that acts (主办单位)';
COMMENT ON COLUMN rulebook_edition_rule.lead_kind IS 'or the kind of unit that acts (主办单位类别)';
COMMENT ON COLUMN rulebook_edition_rule.lead_level IS 'and its level (主办单位层级)';
COMMENT ON COLUMN rulebook_edition_rule.basis IS 'entry of the list of duties that it rests on (权责清单依据)';
COMMENT ON COLUMN rulebook_edition_rule.duty_item IS 'duty (职责事项)';
COMMENT ON COLUMN rulebook_edition_rule.valid_from IS 'first day in force (启用日期)';
COMMENT ON COLUMN rulebook_edition_rule.valid_to IS 'first day no longer in force (停用日期)';
COMMENT ON COLUMN rulebook_edition_rule.source IS 'where the rule comes from (来源)';
COMMENT ON COLUMN rulebook_edition_rule.remark IS 'remark (备注)';

CREATE TABLE rulebook_edition_assist (
    edition bigint NOT NULL,
    rule bigint NOT NULL,
    place smallint NOT NULL,
    unit bigint,
    kind text,
    level smallint,
    task text,
    CONSTRAINT rulebook_edition_assist_pkey PRIMARY KEY (edition, rule, place)
);
COMMENT ON TABLE rulebook_edition_assist IS 'assisting units of the rules of an edition (规则库版本的协办单位)';
COMMENT ON COLUMN rulebook_edition_assist.edition IS 'edition (版本号)';
COMMENT ON COLUMN rulebook_edition_assist.rule IS 'rule (规则编号)';
COMMENT ON COLUMN rulebook_edition_assist.place IS 'place among those of the rule (次序)';
COMMENT ON COLUMN rulebook_edition_assist.unit IS 'unit that assists (协办单位)';
COMMENT ON COLUMN rulebook_edition_assist.kind IS 'or its kind (协办单位类别)';
COMMENT ON COLUMN rulebook_edition_assist.level IS 'and its level (协办单位层级)';
COMMENT ON COLUMN rulebook_edition_assist.task IS 'what it has to do (协办事项)';

CREATE TABLE rulebook_edition_exclusion (
    edition bigint NOT NULL,
    exclusion bigint NOT NULL,
    unit bigint NOT NULL,
    class eventcode,
    territory gridcode,
    basis text,
    remark text,
    CONSTRAINT rulebook_edition_exclusion_pkey PRIMARY KEY (edition, exclusion)
);
COMMENT ON TABLE rulebook_edition_exclusion IS 'the negative list of an edition (规则库版本的负面清单)';
COMMENT ON COLUMN rulebook_edition_exclusion.edition IS 'edition (版本号)';
COMMENT ON COLUMN rulebook_edition_exclusion.exclusion IS 'number of the entry (负面清单编号)';
COMMENT ON COLUMN rulebook_edition_exclusion.unit IS 'unit that does not take these, nor do those below it (单位编号)';
COMMENT ON COLUMN rulebook_edition_exclusion.class IS 'class and all within it (事件分类); NULL: any';
COMMENT ON COLUMN rulebook_edition_exclusion.territory IS 'place and all within it (辖区); NULL: anywhere';
COMMENT ON COLUMN rulebook_edition_exclusion.basis IS 'what it rests on (依据)';
COMMENT ON COLUMN rulebook_edition_exclusion.remark IS 'remark (备注)';

CREATE TABLE rulebook_edition_fallback (
    edition bigint NOT NULL,
    fallback bigint NOT NULL,
    territory gridcode,
    unit bigint,
    kind text,
    level smallint,
    share integer NOT NULL,
    remark text,
    CONSTRAINT rulebook_edition_fallback_pkey PRIMARY KEY (edition, fallback)
);
COMMENT ON TABLE rulebook_edition_fallback IS 'fallback units of an edition (规则库版本的兜底单位)';
COMMENT ON COLUMN rulebook_edition_fallback.edition IS 'edition (版本号)';
COMMENT ON COLUMN rulebook_edition_fallback.fallback IS 'number of the entry (兜底编号)';
COMMENT ON COLUMN rulebook_edition_fallback.territory IS 'place and all within it (辖区); NULL: anywhere';
COMMENT ON COLUMN rulebook_edition_fallback.unit IS 'unit that takes what no rule gives away (兜底单位)';
COMMENT ON COLUMN rulebook_edition_fallback.kind IS 'or its kind (兜底单位类别)';
COMMENT ON COLUMN rulebook_edition_fallback.level IS 'and its level (兜底单位层级)';
COMMENT ON COLUMN rulebook_edition_fallback.share IS 'its share of the turns (轮值份额)';
COMMENT ON COLUMN rulebook_edition_fallback.remark IS 'remark (备注)';

CREATE TABLE rulebook_edition_policy (
    edition bigint NOT NULL,
    policy bigint NOT NULL,
    class eventcode,
    territory gridcode,
    severity smallint,
    grade text,
    stage text NOT NULL,
    term term NOT NULL,
    calendar text,
    warnings integer[],
    basis text,
    remark text,
    CONSTRAINT rulebook_edition_policy_pkey PRIMARY KEY (edition, policy)
);
COMMENT ON TABLE rulebook_edition_policy IS 'time limits of an edition (规则库版本的时限)';
COMMENT ON COLUMN rulebook_edition_policy.edition IS 'edition (版本号)';
COMMENT ON COLUMN rulebook_edition_policy.policy IS 'number of the limit (时限编号)';
COMMENT ON COLUMN rulebook_edition_policy.class IS 'class and all within it (事件分类); NULL: any';
COMMENT ON COLUMN rulebook_edition_policy.territory IS 'place and all within it (辖区); NULL: anywhere';
COMMENT ON COLUMN rulebook_edition_policy.severity IS 'severity (紧急程度); NULL: any';
COMMENT ON COLUMN rulebook_edition_policy.grade IS 'grade of the cell (网格等级); NULL: any';
COMMENT ON COLUMN rulebook_edition_policy.stage IS 'stage (环节)';
COMMENT ON COLUMN rulebook_edition_policy.term IS 'how long it may take (时限)';
COMMENT ON COLUMN rulebook_edition_policy.calendar IS 'calendar that it is counted on (日历键)';
COMMENT ON COLUMN rulebook_edition_policy.warnings IS 'when to warn, in per cent of the term (预警比例)';
COMMENT ON COLUMN rulebook_edition_policy.basis IS 'what it rests on (依据)';
COMMENT ON COLUMN rulebook_edition_policy.remark IS 'remark (备注)';

CREATE TABLE rulebook_edition_limit (
    edition bigint NOT NULL,
    policy bigint NOT NULL,
    place smallint NOT NULL,
    name text NOT NULL,
    term term NOT NULL,
    CONSTRAINT rulebook_edition_limit_pkey PRIMARY KEY (edition, policy, place)
);
COMMENT ON TABLE rulebook_edition_limit IS 'staged limits of an edition (规则库版本的分段时限)';
COMMENT ON COLUMN rulebook_edition_limit.edition IS 'edition (版本号)';
COMMENT ON COLUMN rulebook_edition_limit.policy IS 'time limit that it is part of (时限编号)';
COMMENT ON COLUMN rulebook_edition_limit.place IS 'place among those of the limit (次序)';
COMMENT ON COLUMN rulebook_edition_limit.name IS 'what has to be done by then (事项)';
COMMENT ON COLUMN rulebook_edition_limit.term IS 'how long it may take (时限)';

CREATE TABLE rulebook_edition_name (
    edition bigint NOT NULL,
    domain text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    CONSTRAINT rulebook_edition_name_pkey PRIMARY KEY (edition, domain, key),
    CONSTRAINT rulebook_edition_name_domain_check CHECK (domain IN ('class', 'territory', 'channel', 'severity', 'kind', 'level', 'stage'))
);
COMMENT ON TABLE rulebook_edition_name IS 'what things were called when an edition was published (规则库版本的名称), so that it explains itself in the same words years later; names of its cells are in the edition of the grid';
COMMENT ON COLUMN rulebook_edition_name.edition IS 'edition (版本号)';
COMMENT ON COLUMN rulebook_edition_name.domain IS 'what is named (名称种类): class, territory, channel, severity, kind, level, stage';
COMMENT ON COLUMN rulebook_edition_name.key IS 'its code or key (代码)';
COMMENT ON COLUMN rulebook_edition_name.name IS 'name (名称)';

SELECT pg_catalog.pg_extension_config_dump('rulebook_edition', '');
SELECT pg_catalog.pg_extension_config_dump('rulebook_edition_unit', '');
SELECT pg_catalog.pg_extension_config_dump('rulebook_edition_rule', '');
SELECT pg_catalog.pg_extension_config_dump('rulebook_edition_assist', '');
SELECT pg_catalog.pg_extension_config_dump('rulebook_edition_exclusion', '');
SELECT pg_catalog.pg_extension_config_dump('rulebook_edition_fallback', '');
SELECT pg_catalog.pg_extension_config_dump('rulebook_edition_policy', '');
SELECT pg_catalog.pg_extension_config_dump('rulebook_edition_limit', '');
SELECT pg_catalog.pg_extension_config_dump('rulebook_edition_name', '');

CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON rulebook_edition
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON rulebook_edition_unit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON rulebook_edition_rule
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON rulebook_edition_assist
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON rulebook_edition_exclusion
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON rulebook_edition_fallback
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON rulebook_edition_policy
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON rulebook_edition_limit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON rulebook_edition_name
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
COMMENT ON TRIGGER refuse_edition_change ON rulebook_edition IS 'a published edition is never changed';
COMMENT ON TRIGGER refuse_edition_change ON rulebook_edition_unit IS 'a published edition is never changed';
COMMENT ON TRIGGER refuse_edition_change ON rulebook_edition_rule IS 'a published edition is never changed';
COMMENT ON TRIGGER refuse_edition_change ON rulebook_edition_assist IS 'a published edition is never changed';
COMMENT ON TRIGGER refuse_edition_change ON rulebook_edition_exclusion IS 'a published edition is never changed';
COMMENT ON TRIGGER refuse_edition_change ON rulebook_edition_fallback IS 'a published edition is never changed';
COMMENT ON TRIGGER refuse_edition_change ON rulebook_edition_policy IS 'a published edition is never changed';
COMMENT ON TRIGGER refuse_edition_change ON rulebook_edition_limit IS 'a published edition is never changed';
COMMENT ON TRIGGER refuse_edition_change ON rulebook_edition_name IS 'a published edition is never changed';

-- The model is what decides; the rows are what explains it.
CREATE FUNCTION rulebook_digest_of(edition bigint, model rulebook) RETURNS text
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT encode(sha256(convert_to(concat_ws(
        E'\n\n',
        encode(sha256(@extschema@.rulebook_send(model)), 'hex'),
        coalesce((
            SELECT string_agg(
                jsonb_build_array(
                    p.unit, p.name, p.kind, p.level, p.parent, p.territory::text, p.staff,
                    p.valid_from, p.valid_to, p.remark
                )::text,
                E'\n' ORDER BY p.unit
            )
            FROM @extschema@.rulebook_edition_unit AS p
            WHERE p.edition = rulebook_digest_of.edition
        ), ''),
        coalesce((
            SELECT string_agg(
                jsonb_build_array(
                    p.rule, p.class::text, p.territory::text, p.owner, p.severity, p.channel,
                    p.time_window, p.lead_unit, p.lead_kind, p.lead_level, p.basis, p.duty_item,
                    p.valid_from, p.valid_to, p.source, p.remark
                )::text,
                E'\n' ORDER BY p.rule
            )
            FROM @extschema@.rulebook_edition_rule AS p
            WHERE p.edition = rulebook_digest_of.edition
        ), ''),
        coalesce((
            SELECT string_agg(
                jsonb_build_array(
                    p.rule, p.place, p.unit, p.kind, p.level, p.task
                )::text,
                E'\n' ORDER BY p.rule, p.place
            )
            FROM @extschema@.rulebook_edition_assist AS p
            WHERE p.edition = rulebook_digest_of.edition
        ), ''),
        coalesce((
            SELECT string_agg(
                jsonb_build_array(
                    p.exclusion, p.unit, p.class::text, p.territory::text, p.basis, p.remark
                )::text,
                E'\n' ORDER BY p.exclusion
            )
            FROM @extschema@.rulebook_edition_exclusion AS p
            WHERE p.edition = rulebook_digest_of.edition
        ), ''),
        coalesce((
            SELECT string_agg(
                jsonb_build_array(
                    p.fallback, p.territory::text, p.unit, p.kind, p.level, p.share, p.remark
                )::text,
                E'\n' ORDER BY p.fallback
            )
            FROM @extschema@.rulebook_edition_fallback AS p
            WHERE p.edition = rulebook_digest_of.edition
        ), ''),
        coalesce((
            SELECT string_agg(
                jsonb_build_array(
                    p.policy, p.class::text, p.territory::text, p.severity, p.grade, p.stage,
                    p.term::text, p.calendar, p.warnings, p.basis, p.remark
                )::text,
                E'\n' ORDER BY p.policy
            )
            FROM @extschema@.rulebook_edition_policy AS p
            WHERE p.edition = rulebook_digest_of.edition
        ), ''),
        coalesce((
            SELECT string_agg(
                jsonb_build_array(
                    p.policy, p.place, p.name, p.term::text
                )::text,
                E'\n' ORDER BY p.policy, p.place
            )
            FROM @extschema@.rulebook_edition_limit AS p
            WHERE p.edition = rulebook_digest_of.edition
        ), ''),
        coalesce((
            SELECT string_agg(
                jsonb_build_array(
                    p.domain, p.key, p.name
                )::text,
                E'\n' ORDER BY p.domain COLLATE "C", p.key COLLATE "C"
            )
            FROM @extschema@.rulebook_edition_name AS p
            WHERE p.edition = rulebook_digest_of.edition
        ), '')
    ), 'UTF8')), 'hex');
END;
COMMENT ON FUNCTION rulebook_digest_of(bigint, rulebook) IS
    'digest of what an edition says and of a rulebook (规则库版本摘要算法)';

CREATE FUNCTION rulebook_edition_digest(edition bigint) RETURNS text
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT @extschema@.rulebook_digest_of(e.edition, e.model)
    FROM @extschema@.rulebook_edition AS e
    WHERE e.edition = rulebook_edition_digest.edition;
END;
COMMENT ON FUNCTION rulebook_edition_digest(bigint) IS
    'digest of an edition, computed anew (重算规则库版本摘要): SHA-256 of the rulebook and of what is said of it';

CREATE FUNCTION rulebook_edition_in_force(rulebook text, at timestamptz DEFAULT now()) RETURNS bigint
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT e.edition
    FROM @extschema@.rulebook_edition AS e
    WHERE e.rulebook = rulebook_edition_in_force.rulebook AND e.valid_from <= at
    ORDER BY e.valid_from DESC, e.edition DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION rulebook_edition_in_force(text, timestamptz) IS
    'number of the edition of a rulebook in force at an instant (生效规则库版本); NULL before the first';

CREATE FUNCTION rulebook_in_force(rulebook text, at timestamptz DEFAULT now()) RETURNS rulebook
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT e.model
    FROM @extschema@.rulebook_edition AS e
    WHERE e.rulebook = rulebook_in_force.rulebook AND e.valid_from <= at
    ORDER BY e.valid_from DESC, e.edition DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION rulebook_in_force(text, timestamptz) IS
    'a rulebook as the edition in force at an instant has it (生效规则库); NULL before the first edition';

-- An edition, or NULL for the draft.
CREATE FUNCTION rulebook_version(rulebook text, edition bigint) RETURNS rulebook
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    model @extschema@.rulebook;
BEGIN
    IF rulebook_version.edition IS NULL THEN
        RETURN @extschema@.rulebook_model(rulebook_version.rulebook);
    END IF;
    SELECT e.model INTO model
    FROM @extschema@.rulebook_edition AS e
    WHERE e.edition = rulebook_version.edition AND e.rulebook = rulebook_version.rulebook;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG423',
            MESSAGE = format('rulebook "%s" has no edition %s', rulebook_version.rulebook, rulebook_version.edition),
            HINT = 'SELECT edition, rulebook, valid_from FROM civicgrid.rulebook_edition lists them; NULL is the draft.';
    END IF;
    RETURN model;
END;
$$;
COMMENT ON FUNCTION rulebook_version(text, bigint) IS
    'a rulebook as one of its editions has it (指定版本的规则库); NULL is the draft';

-- All that can be told of a draft without proving anything: while there is an
-- error among it, there is nothing to prove.
CREATE FUNCTION rulebook_draft_faults(rulebook text, at timestamptz DEFAULT now())
    RETURNS TABLE (
        severity text, fault text, rules bigint[], policies bigint[], exclusion bigint, fallback bigint, unit bigint,
        class eventcode, territory gridcode, channel text, case_severity integer, owner text, stage text, grade text,
        hours text, since timestamptz, until timestamptz, detail text
    )
    LANGUAGE SQL STABLE PARALLEL SAFE
    ROWS 10
BEGIN ATOMIC
    SELECT k.severity, k.fault,
           CASE WHEN k.part IN ('rule', 'assist') THEN ARRAY[split_part(k.key, '/', 1)::bigint] ELSE '{}' END,
           CASE WHEN k.part IN ('policy', 'limit') THEN ARRAY[split_part(k.key, '/', 1)::bigint] ELSE '{}' END,
           CASE WHEN k.part = 'exclusion' THEN k.key::bigint END,
           CASE WHEN k.part = 'fallback' THEN k.key::bigint END,
           CASE WHEN k.part = 'unit' THEN k.key::bigint END,
           NULL::@extschema@.eventcode, NULL::@extschema@.gridcode, NULL::text, NULL::integer, NULL::text, NULL::text, NULL::text,
           NULL::text, '-infinity'::timestamptz, 'infinity'::timestamptz,
           CASE
               WHEN k.part IN ('rule', 'policy', 'exclusion', 'fallback', 'unit') THEN k.detail
               ELSE format('%s %s: %s', initcap(k.part), k.key, k.detail)
           END
    FROM (
        SELECT u.severity, u.part, u.key, u.fault, u.detail FROM @extschema@.unit_check(at) AS u
        UNION ALL
        SELECT c.severity, c.part, c.key, c.fault, c.detail FROM @extschema@.duty_check(rulebook, at) AS c
    ) AS k
    UNION ALL
    SELECT 'error', v.fault, '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '-infinity', 'infinity', v.detail
    FROM @extschema@.rulebook_draft AS d
    CROSS JOIN LATERAL (
        SELECT 'no class in use', format('Taxonomy "%s" has no class of kind %s in use then.', d.taxonomy, d.kind)
        WHERE NOT EXISTS (SELECT FROM @extschema@.classes_in_use(d.taxonomy, d.kind, at))
        UNION ALL
        SELECT 'no cell in use', format('There is no cell of kind %s then.', d.grid_kind)
        WHERE NOT EXISTS (SELECT FROM @extschema@.cells_in_use(d.grid_kind, at))
    ) AS v (fault, detail)
    WHERE d.rulebook = rulebook_draft_faults.rulebook;
END;
COMMENT ON FUNCTION rulebook_draft_faults(text, timestamptz) IS
    'faults of the draft of a rulebook that need no proof (规则库草案检查)';

-- What a compiled draft leaves open or decides twice, and terms that cannot be
-- dated.
CREATE FUNCTION rulebook_proof(rulebook text, model rulebook, at timestamptz)
    RETURNS TABLE (
        severity text, fault text, rules bigint[], policies bigint[], exclusion bigint, fallback bigint, unit bigint,
        class eventcode, territory gridcode, channel text, case_severity integer, owner text, stage text, grade text,
        hours text, since timestamptz, until timestamptz, detail text
    )
    LANGUAGE SQL STABLE PARALLEL SAFE
    ROWS 10
BEGIN ATOMIC
    SELECT f.severity, f.fault, f.rules, f.policies, f.exclusion, f.fallback, f.unit, f.class, f.territory,
           f.channel, f.case_severity, f.owner, f.stage, f.grade, f.hours, f.since, f.until, f.detail
    FROM @extschema@.rulebook_faults(
        model, at, ARRAY(SELECT s.stage FROM @extschema@.case_stage AS s WHERE s.required ORDER BY s.place, s.stage)
    ) AS f
    UNION ALL
    SELECT 'error', t.fault, '{}', t.policies, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, t.stage, NULL, NULL, '-infinity', 'infinity', t.detail
    FROM @extschema@.rulebook_term_faults(rulebook, at) AS t;
END;
COMMENT ON FUNCTION rulebook_proof(text, rulebook, timestamptz) IS
    'faults of the draft of a rulebook that its compiled form shows from an instant on (规则库证明)';

CREATE FUNCTION rulebook_check(rulebook text, at timestamptz DEFAULT now())
    RETURNS TABLE (
        severity text, fault text, rules bigint[], policies bigint[], exclusion bigint, fallback bigint, unit bigint,
        class eventcode, territory gridcode, channel text, case_severity integer, owner text, stage text, grade text,
        hours text, since timestamptz, until timestamptz, detail text
    )
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 10
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    f record;
    errors bigint := 0;
BEGIN
    PERFORM @extschema@.check_rulebook_target(rulebook_check.rulebook);
    FOR f IN SELECT t.* FROM @extschema@.rulebook_draft_faults(rulebook_check.rulebook, rulebook_check.at) AS t LOOP
        errors := errors + (f.severity = 'error')::integer;
        severity := f.severity;
        fault := f.fault;
        rules := f.rules;
        policies := f.policies;
        exclusion := f.exclusion;
        fallback := f.fallback;
        unit := f.unit;
        class := f.class;
        territory := f.territory;
        since := f.since;
        until := f.until;
        detail := f.detail;
        RETURN NEXT;
    END LOOP;
    IF errors = 0 THEN
        RETURN QUERY
        SELECT p.*
        FROM @extschema@.rulebook_proof(
            rulebook_check.rulebook,
            @extschema@.rulebook_model(rulebook_check.rulebook, rulebook_check.at),
            rulebook_check.at
        ) AS p;
    END IF;
END;
$$;
COMMENT ON FUNCTION rulebook_check(text, timestamptz) IS
    'faults of the draft of a rulebook from an instant on (规则库检查): errors keep it from being published; the proof is done when the draft can be compiled';

-- What things are called now, for rulebook_edition_name.
CREATE FUNCTION rulebook_names(rulebook text, taxonomy_edition bigint, grid_edition bigint)
    RETURNS TABLE (domain text, key text, name text)
    LANGUAGE SQL STABLE PARALLEL SAFE
    ROWS 1000
BEGIN ATOMIC
    WITH d AS MATERIALIZED (
        SELECT t.taxonomy, t.kind, t.grid_kind, t.scheme
        FROM @extschema@.rulebook_draft AS t
        WHERE t.rulebook = rulebook_names.rulebook
    )
    SELECT 'class', c.code::text, c.name
    FROM d
    JOIN @extschema@.taxonomy_edition_class AS c ON c.edition = rulebook_names.taxonomy_edition
    UNION ALL
    SELECT 'class', c.code::text, c.name
    FROM d
    CROSS JOIN LATERAL @extschema@.taxonomy_draft(d.taxonomy, d.kind) AS c
    WHERE rulebook_names.taxonomy_edition IS NULL
    UNION ALL
    SELECT 'territory', o.code::text, o.name
    FROM @extschema@.grid_outline AS o
    WHERE o.name IS NOT NULL
    UNION ALL
    SELECT 'territory', c.code::text, c.name
    FROM d
    JOIN @extschema@.grid_cell AS c ON c.kind = d.grid_kind
    WHERE rulebook_names.grid_edition IS NULL AND c.name IS NOT NULL
        AND NOT EXISTS (SELECT FROM @extschema@.grid_outline AS o WHERE o.code = c.code AND o.name IS NOT NULL)
    UNION ALL
    SELECT 'channel', c.channel, c.name FROM @extschema@.channel AS c
    UNION ALL
    SELECT 'severity', s.severity::text, s.name FROM @extschema@.case_severity AS s
    UNION ALL
    SELECT 'kind', k.kind, k.name FROM @extschema@.unit_kind AS k
    UNION ALL
    SELECT 'level', l.level::text, l.name FROM d JOIN @extschema@.dispatch_level AS l ON l.scheme = d.scheme
    UNION ALL
    SELECT 'stage', s.stage, s.name FROM @extschema@.case_stage AS s;
END;
COMMENT ON FUNCTION rulebook_names(text, bigint, bigint) IS
    'what classes, places, channels and the rest are called (名称对照), as publish_rulebook() keeps it';

CREATE PROCEDURE publish_rulebook(
    rulebook text,
    valid_from timestamptz DEFAULT NULL,
    INOUT edition bigint DEFAULT NULL,
    remark text DEFAULT NULL
)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET jit = off
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    shown constant integer := 5;
    draft @extschema@.rulebook_draft;
    finding record;
    errors integer := 0;
    warnings integer := 0;
    listed text;
    model @extschema@.rulebook;
    taxonomy_edition bigint;
    grid_edition bigint;
    rules bigint;
    units bigint;
    duplicate text;
BEGIN
    IF NOT isfinite(publish_rulebook.valid_from) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'an edition of a rulebook needs an instant from which it holds',
            DETAIL = format('valid_from is %s.', publish_rulebook.valid_from);
    END IF;
    PERFORM @extschema@.check_rulebook_target(publish_rulebook.rulebook);

    -- One publishes at a time, and nobody edits meanwhile; whoever only reads
    -- does not wait.  Who has edited and goes on to publish must not wait for
    -- one who publishes and waits for the edit: so the draft comes first.
    LOCK TABLE @extschema@.dispatch_scheme, @extschema@.dispatch_level, @extschema@.unit_kind, @extschema@.unit,
        @extschema@.channel, @extschema@.case_severity, @extschema@.rulebook_draft, @extschema@.duty_window,
        @extschema@.duty_rule, @extschema@.duty_assist, @extschema@.duty_exclusion, @extschema@.fallback,
        @extschema@.case_stage, @extschema@.sla_policy, @extschema@.sla_limit IN SHARE MODE;
    LOCK TABLE @extschema@.rulebook_edition IN SHARE ROW EXCLUSIVE MODE;
    SELECT d.* INTO STRICT draft FROM @extschema@.rulebook_draft AS d WHERE d.rulebook = publish_rulebook.rulebook;
    -- by default from now on, unless another edition came into force since
    publish_rulebook.valid_from := coalesce(publish_rulebook.valid_from, greatest(now(), (
        SELECT max(e.valid_from) FROM @extschema@.rulebook_edition AS e
        WHERE e.rulebook = publish_rulebook.rulebook AND e.valid_from <= clock_timestamp()
    )));

    FOR step IN 1 .. 2 LOOP
        IF step = 2 THEN
            EXIT WHEN errors > 0;
            -- one statement, so one snapshot: grids and taxonomies are published meanwhile
            SELECT @extschema@.rulebook_model(draft.rulebook, publish_rulebook.valid_from),
                   @extschema@.taxonomy_edition_in_force(draft.taxonomy, draft.kind, publish_rulebook.valid_from),
                   @extschema@.grid_edition_in_force(publish_rulebook.valid_from)
            INTO model, taxonomy_edition, grid_edition;
        END IF;
        FOR finding IN
            SELECT f.*
            FROM @extschema@.rulebook_draft_faults(draft.rulebook, publish_rulebook.valid_from) AS f
            WHERE step = 1
            UNION ALL
            SELECT f.*
            FROM @extschema@.rulebook_proof(draft.rulebook, model, publish_rulebook.valid_from) AS f
            WHERE step = 2
        LOOP
            IF finding.severity = 'error' THEN
                errors := errors + 1;
                IF errors <= shown THEN
                    listed := concat_ws(E'\n', listed, concat_ws(': ', nullif(concat_ws(', ',
                        CASE cardinality(finding.rules) WHEN 0 THEN NULL WHEN 1 THEN 'rule ' ELSE 'rules ' END
                            || array_to_string(finding.rules, ' and '),
                        CASE cardinality(finding.policies) WHEN 0 THEN NULL WHEN 1 THEN 'time limit ' ELSE 'time limits ' END
                            || array_to_string(finding.policies, ' and '),
                        'exclusion ' || finding.exclusion, 'fallback ' || finding.fallback,
                        'unit ' || finding.unit, 'class ' || finding.class::text, 'place ' || finding.territory::text
                    ), ''), format('%s. %s', finding.fault, finding.detail)));
                END IF;
            ELSIF finding.severity = 'warning' THEN
                warnings := warnings + 1;
            END IF;
        END LOOP;
    END LOOP;
    IF errors > 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG421',
            MESSAGE = format('the draft of rulebook "%s" has %s', draft.rulebook,
                CASE errors WHEN 1 THEN '1 error' ELSE errors || ' errors' END),
            DETAIL = listed || CASE WHEN errors > shown THEN format(E'\n… and %s more', errors - shown) ELSE '' END,
            HINT = format('SELECT * FROM civicgrid.rulebook_check(%L) lists them all.', draft.rulebook);
    END IF;

    SELECT coalesce(max(e.edition), 0) + 1 INTO publish_rulebook.edition FROM @extschema@.rulebook_edition AS e;
    BEGIN
        INSERT INTO @extschema@.rulebook_edition_unit
            (edition, unit, name, kind, level, parent, territory, staff, valid_from, valid_to, remark)
        SELECT publish_rulebook.edition, u.unit, u.name, u.kind, u.level, u.parent, u.territory, u.staff,
               u.valid_from, u.valid_to, u.remark
        FROM @extschema@.unit AS u;
        GET DIAGNOSTICS units = ROW_COUNT;
        INSERT INTO @extschema@.rulebook_edition_rule (
            edition, rule, class, territory, owner, severity, channel, time_window, lead_unit, lead_kind, lead_level,
            basis, duty_item, valid_from, valid_to, source, remark
        )
        SELECT publish_rulebook.edition, r.rule, r.class, r.territory, r.owner, r.severity, r.channel, r.time_window,
               r.lead_unit, r.lead_kind, r.lead_level, r.basis, r.duty_item, r.valid_from, r.valid_to, r.source, r.remark
        FROM @extschema@.duty_rule AS r
        WHERE r.rulebook = draft.rulebook;
        GET DIAGNOSTICS rules = ROW_COUNT;
        INSERT INTO @extschema@.rulebook_edition_assist (edition, rule, place, unit, kind, level, task)
        SELECT publish_rulebook.edition, a.rule, a.place, a.unit, a.kind, a.level, a.task
        FROM @extschema@.duty_rule AS r
        JOIN @extschema@.duty_assist AS a ON a.rule = r.rule
        WHERE r.rulebook = draft.rulebook;
        INSERT INTO @extschema@.rulebook_edition_exclusion (edition, exclusion, unit, class, territory, basis, remark)
        SELECT publish_rulebook.edition, x.exclusion, x.unit, x.class, x.territory, x.basis, x.remark
        FROM @extschema@.duty_exclusion AS x
        WHERE x.rulebook = draft.rulebook;
        INSERT INTO @extschema@.rulebook_edition_fallback (edition, fallback, territory, unit, kind, level, share, remark)
        SELECT publish_rulebook.edition, f.fallback, f.territory, f.unit, f.kind, f.level, f.share, f.remark
        FROM @extschema@.fallback AS f
        WHERE f.rulebook = draft.rulebook;
        INSERT INTO @extschema@.rulebook_edition_policy
            (edition, policy, class, territory, severity, grade, stage, term, calendar, warnings, basis, remark)
        SELECT publish_rulebook.edition, p.policy, p.class, p.territory, p.severity, p.grade, p.stage, p.term,
               coalesce(p.calendar, draft.calendar), p.warnings, p.basis, p.remark
        FROM @extschema@.sla_policy AS p
        WHERE p.rulebook = draft.rulebook;
        INSERT INTO @extschema@.rulebook_edition_limit (edition, policy, place, name, term)
        SELECT publish_rulebook.edition, l.policy, l.place, l.name, l.term
        FROM @extschema@.sla_policy AS p
        JOIN @extschema@.sla_limit AS l ON l.policy = p.policy
        WHERE p.rulebook = draft.rulebook;
        INSERT INTO @extschema@.rulebook_edition_name (edition, domain, key, name)
        SELECT publish_rulebook.edition, n.domain, n.key, n.name
        FROM @extschema@.rulebook_names(draft.rulebook, taxonomy_edition, grid_edition) AS n;
        INSERT INTO @extschema@.rulebook_edition (
            edition, rulebook, valid_from, digest, model, taxonomy, kind, taxonomy_edition, grid_kind, grid_edition,
            scheme, timezone, rules, units, remark
        )
        VALUES (
            publish_rulebook.edition, draft.rulebook, publish_rulebook.valid_from,
            @extschema@.rulebook_digest_of(publish_rulebook.edition, model), model, draft.taxonomy, draft.kind,
            taxonomy_edition, draft.grid_kind, grid_edition, draft.scheme, draft.timezone, rules, units,
            publish_rulebook.remark
        );
    EXCEPTION WHEN unique_violation THEN
        GET STACKED DIAGNOSTICS duplicate = CONSTRAINT_NAME;
        IF duplicate NOT LIKE 'rulebook\_edition%' THEN
            RAISE;
        END IF;
        -- the snapshot is older than what another session has published
        RAISE EXCEPTION USING
            ERRCODE = 'serialization_failure',
            MESSAGE = 'another edition of a rulebook was published meanwhile',
            HINT = 'Try again in a new transaction.';
    END;
    RAISE NOTICE USING
        MESSAGE = format('edition %s of rulebook "%s": %s rules, %s units, %s warnings',
            publish_rulebook.edition, draft.rulebook, rules, units, warnings);
END;
$$;
COMMENT ON PROCEDURE publish_rulebook(text, timestamptz, bigint, text) IS
    'publish the draft of a rulebook (发布规则库) as an edition that holds from an instant on; refused while rulebook_check() finds an error';
REVOKE EXECUTE ON PROCEDURE publish_rulebook(text, timestamptz, bigint, text) FROM PUBLIC;

-- What changes from one rulebook to another, by region.  The comparison tells
-- regions of one channel, severity, owner and span of the week; here those that
-- differ in one of these alone are put together, so that a region is a product of
-- what its row lists.  Codes are compared as text: bodies must not group by our own
-- types.
CREATE FUNCTION rulebook_diff(before rulebook, after rulebook, at timestamptz DEFAULT now())
    RETURNS TABLE (
        lead boolean, path boolean, terms boolean, assists boolean, class eventcode, territory gridcode,
        channels text[], severities integer[], owners text[], hours text[], since timestamptz, until timestamptz,
        lead_before bigint, lead_after bigint, rule_before bigint, rule_after bigint,
        fallback_before boolean, fallback_after boolean
    )
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 100
BEGIN ATOMIC
    WITH b AS MATERIALIZED (
        SELECT i.channels, i.severities FROM @extschema@.rulebook_info(before) AS i
    ),
    a AS MATERIALIZED (
        SELECT i.channels, i.severities FROM @extschema@.rulebook_info(after) AS i
    ),
    every AS MATERIALIZED (
        SELECT (
                   SELECT count(*) + 1 FROM (
                       SELECT unnest(b.channels) FROM b UNION SELECT unnest(a.channels) FROM a
                   ) AS v
               ) AS channels,
               (
                   SELECT count(*) + 1 FROM (
                       SELECT unnest(b.severities) FROM b UNION SELECT unnest(a.severities) FROM a
                   ) AS v
               ) AS severities
    ),
    told AS (
        SELECT d.class::text AS class, d.territory::text AS territory, d.channel, d.case_severity, d.owner, d.hours, d.since, d.until,
               jsonb_build_array(d.lead, d.path, d.terms, d.assists) AS what,
               jsonb_build_array(
                   d.lead_before, d.lead_after, d.rule_before, d.rule_after, d.fallback_before, d.fallback_after
               ) AS answer
        FROM @extschema@.rulebook_differences(before, after, at) AS d
    ),
    by_channel AS (
        SELECT t.class, t.territory, t.case_severity, t.owner, t.hours, t.since, t.until, t.what, t.answer,
               CASE WHEN bool_and(t.channel IS NOT NULL) THEN array_agg(DISTINCT t.channel) END AS channels
        FROM told AS t
        GROUP BY t.class, t.territory, t.case_severity, t.owner, t.hours, t.since, t.until, t.what, t.answer
    ),
    by_severity AS (
        SELECT t.class, t.territory, t.owner, t.hours, t.since, t.until, t.what, t.answer, t.channels,
               CASE WHEN bool_and(t.case_severity IS NOT NULL) THEN array_agg(DISTINCT t.case_severity) END AS severities
        FROM (
            SELECT c.class, c.territory, c.case_severity, c.owner, c.hours, c.since, c.until, c.what, c.answer,
                   CASE WHEN cardinality(c.channels) < e.channels THEN c.channels END AS channels
            FROM by_channel AS c
            CROSS JOIN every AS e
        ) AS t
        GROUP BY t.class, t.territory, t.owner, t.hours, t.since, t.until, t.what, t.answer, t.channels
    ),
    by_owner AS (
        SELECT t.class, t.territory, t.hours, t.since, t.until, t.what, t.answer, t.channels, t.severities,
               CASE WHEN bool_and(t.owner IS NOT NULL) THEN array_agg(DISTINCT t.owner) END AS owners
        FROM (
            SELECT s.class, s.territory, s.owner, s.hours, s.since, s.until, s.what, s.answer, s.channels,
                   CASE WHEN cardinality(s.severities) < e.severities THEN s.severities END AS severities
            FROM by_severity AS s
            CROSS JOIN every AS e
        ) AS t
        GROUP BY t.class, t.territory, t.hours, t.since, t.until, t.what, t.answer, t.channels, t.severities
    ),
    by_hours AS (
        SELECT t.class, t.territory, t.since, t.until, t.what, t.answer, t.channels, t.severities, t.owners,
               CASE
                   WHEN bool_and(t.hours IS NOT NULL) THEN array_agg(
                       t.hours ORDER BY array_position(
                           '{Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday}', split_part(t.hours, ' ', 1)
                       ), t.hours COLLATE "C"
                   )
               END AS hours
        FROM by_owner AS t
        GROUP BY t.class, t.territory, t.since, t.until, t.what, t.answer, t.channels, t.severities, t.owners
    )
    SELECT (o.what ->> 0)::boolean, (o.what ->> 1)::boolean, (o.what ->> 2)::boolean, (o.what ->> 3)::boolean,
           o.class::@extschema@.eventcode, o.territory::@extschema@.gridcode, o.channels, o.severities, o.owners,
           o.hours, o.since, o.until,
           (o.answer ->> 0)::bigint, (o.answer ->> 1)::bigint, (o.answer ->> 2)::bigint, (o.answer ->> 3)::bigint,
           (o.answer ->> 4)::boolean, (o.answer ->> 5)::boolean
    FROM by_hours AS o
    ORDER BY o.class COLLATE "C", o.territory COLLATE "C", o.since, o.until, o.channels::text COLLATE "C", o.severities,
             o.owners::text COLLATE "C", o.hours::text COLLATE "C", o.what DESC, o.answer;
END;
COMMENT ON FUNCTION rulebook_diff(rulebook, rulebook, timestamptz) IS
    'regions for which two rulebooks answer differently from an instant on (规则库对比): lead, path, terms or assisting units';

CREATE FUNCTION rulebook_diff(rulebook text, from_edition bigint DEFAULT NULL, to_edition bigint DEFAULT NULL, at timestamptz DEFAULT now())
    RETURNS TABLE (
        lead boolean, path boolean, terms boolean, assists boolean, class eventcode, territory gridcode,
        channels text[], severities integer[], owners text[], hours text[], since timestamptz, until timestamptz,
        lead_before bigint, lead_after bigint, rule_before bigint, rule_after bigint,
        fallback_before boolean, fallback_after boolean
    )
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last_edition constant bigint := coalesce(from_edition, (
        SELECT max(e.edition) FROM @extschema@.rulebook_edition AS e WHERE e.rulebook = rulebook_diff.rulebook
    ));
BEGIN
    IF last_edition IS NULL THEN
        PERFORM @extschema@.check_rulebook_target(rulebook_diff.rulebook);
        RAISE EXCEPTION USING
            ERRCODE = 'CG423',
            MESSAGE = format('rulebook "%s" has no edition yet', rulebook_diff.rulebook),
            HINT = format('CALL civicgrid.publish_rulebook(%L) publishes one.', rulebook_diff.rulebook);
    END IF;
    RETURN QUERY
    SELECT d.*
    FROM @extschema@.rulebook_diff(
        @extschema@.rulebook_version(rulebook_diff.rulebook, last_edition),
        @extschema@.rulebook_version(rulebook_diff.rulebook, to_edition),
        rulebook_diff.at
    ) AS d;
END;
$$;
COMMENT ON FUNCTION rulebook_diff(text, bigint, bigint, timestamptz) IS
    'regions for which an edition of a rulebook, by default the last one, and another, or the draft, answer differently (规则库版本对比)';

-- Proof holds for the classes and cells of the day of publishing.
CREATE FUNCTION rulebook_outdated(at timestamptz DEFAULT now())
    RETURNS TABLE (
        rulebook text, edition bigint, taxonomy_edition bigint, taxonomy_edition_now bigint,
        grid_edition bigint, grid_edition_now bigint
    )
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 1
BEGIN ATOMIC
    SELECT e.rulebook, e.edition, e.taxonomy_edition, n.taxonomy_edition, e.grid_edition, n.grid_edition
    FROM @extschema@.rulebook_edition AS e
    CROSS JOIN LATERAL (
        SELECT @extschema@.taxonomy_edition_in_force(e.taxonomy, e.kind, at) AS taxonomy_edition,
               @extschema@.grid_edition_in_force(at) AS grid_edition
    ) AS n
    WHERE e.edition = @extschema@.rulebook_edition_in_force(e.rulebook, at)
        AND (
            e.taxonomy_edition IS DISTINCT FROM n.taxonomy_edition OR e.grid_edition IS DISTINCT FROM n.grid_edition
        )
    ORDER BY e.rulebook;
END;
COMMENT ON FUNCTION rulebook_outdated(timestamptz) IS
    'rulebooks whose edition in force was proved for other classes or cells than those in force (待重新发布的规则库): publish them again';
