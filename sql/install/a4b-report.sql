
-- Reports become cases (事件上报): one statement for any number of them.  See
-- doc/intake.md.

-- Why a report is refused, in words: message, detail, hint.
CREATE FUNCTION report_refusal(
    fault text,
    told report,
    taxonomy text,
    kind text,
    class_edition bigint,
    grid_edition bigint,
    grid_kind grid_kind,
    rulebook text,
    book_taxonomy text,
    book_kind text
) RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE fault
        WHEN '22023' THEN CASE
            WHEN told.at IS NULL OR NOT isfinite(told.at) OR NOT isfinite(told.occurred_at) THEN ARRAY[
                'a report needs instants that are finite',
                format('It was reported at %s and happened at %s.', coalesce(told.at::text, 'NULL'), coalesce(told.occurred_at::text, 'NULL')),
                'Leave out at for now.']
            WHEN @extschema@.is_ahead(told.at, now()) THEN ARRAY[
                format('a report at %s is yet to come', told.at),
                format('Setting future_most lets it be %s after now at most.', @extschema@.case_setting('future_most')),
                'Leave out at for now.']
            ELSE ARRAY[
                format('what was reported at %s cannot have happened at %s', told.at, told.occurred_at),
                format('Setting future_most lets it be %s after the report at most.', @extschema@.case_setting('future_most')),
                'Leave out occurred_at if it is not known.']
        END
        WHEN 'CG510' THEN ARRAY[
            format('there is no channel "%s"', told.channel),
            'A report comes by a channel, whose rule of intake it is taken in by.',
            'civicgrid.channel lists them; a new one is a row.']
        WHEN 'CG511' THEN ARRAY[
            'nothing was reported',
            'There is neither a description nor an address, a location, a cell, a class or an attachment.',
            'Say what, or where.']
        WHEN 'CG512' THEN ARRAY[
            CASE WHEN taxonomy IS NULL THEN format('there is no taxonomy that class %s could be of', told.class)
                ELSE format('taxonomy "%s", kind "%s" has no class %s', taxonomy, kind, told.class) END,
            CASE WHEN taxonomy IS NULL THEN 'The rule of intake names none, nor a rulebook with one.'
                ELSE format('Edition %s was in force, in which it is not in use.', class_edition) END,
            'Leave out the class to have it proposed from the description.']
        WHEN 'CG513' THEN ARRAY[
            format('the grid has no cell %s', told.cell),
            format('Edition %s has no cell of kind %s within it or around it.', grid_edition, grid_kind),
            'Leave out the cell to have it found by location or address.']
        WHEN 'CG514' THEN ARRAY[
            'the location is no point',
            format('It is %s.', "left"(@extschema@.place_text(told.location), 80)),
            'Pass a point with numbers, as ST_SetSRID(ST_MakePoint(114.35, 22.69), 4326).']
        WHEN 'CG515' THEN ARRAY[
            format('there is no severity %s', told.severity),
            'It says by which time limits the case is handled.',
            'civicgrid.case_severity lists them.']
        WHEN 'CG516' THEN ARRAY[
            'who reported it cannot be read',
            CASE WHEN jsonb_typeof(told.reporter) <> 'object' THEN 'It is no JSON object.'
                ELSE format('Its keys are %s.', (SELECT string_agg(k.key, ', ' ORDER BY k.key COLLATE "C") FROM jsonb_object_keys(told.reporter) AS k (key))) END,
            'It is a JSON object of name, phone, id_number, address and anonymous (true or false).']
        WHEN 'CG517' THEN ARRAY[
            'the attachments of the report cannot be read',
            @extschema@.attachment_fault(told.attachments),
            'They are a JSON array of objects with uri and, if known, name, media_type and sha256.']
        WHEN 'CG519' THEN ARRAY[
            'there is no district to number the case in',
            'It has no place that is known, and no unit above all others has a territory.',
            'Set intake_rule.district.']
        WHEN 'CG422' THEN ARRAY[
            format('no edition of rulebook "%s" is in force at %s', rulebook, told.at),
            'The channel''s cases are routed by it.',
            format('CALL civicgrid.publish_rulebook(%L) publishes one.', rulebook)]
        WHEN 'CG425' THEN ARRAY[
            format('the class is of another taxonomy or kind than those of rulebook "%s"', rulebook),
            format('The class is of "%s", kind %s; the rulebook is about "%s", kind %s.', taxonomy, kind, book_taxonomy, book_kind),
            'Give intake_rule the taxonomy and kind of the rulebook.']
    END;
END;
$$;
COMMENT ON FUNCTION report_refusal(text, report, text, text, bigint, bigint, grid_kind, text, text, text) IS
    'why a report is refused (拒收说明): message, detail and hint';

-- Who may call report_event() need not act for anybody: the group of a role may,
-- and so may whom it was granted to by hand.
CREATE FUNCTION reporting_right() RETURNS role_member
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    roles constant text[] := '{collector,dispatcher,handler,supervisor}';
    m constant @extschema@.role_member := @extschema@.acting_right(roles, NULL);
BEGIN
    IF m.role IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG502',
            MESSAGE = format('%s may not do report_event', @extschema@.acting()),
            DETAIL = format('It takes the role %s.', array_to_string(roles, ' or ')),
            HINT = 'grant_role() grants it.';
    END IF;
    RETURN m;
END;
$$;
COMMENT ON FUNCTION reporting_right() IS 'the grant by which the caller reports (上报依据); an error if he has no role that may';
REVOKE EXECUTE ON FUNCTION reporting_right() FROM PUBLIC;

-- Step 1 keeps what was told and what was worked out.  Who reported is not in it.
CREATE FUNCTION report_detail(
    told report,
    of_case case_state,
    location text,
    place text,
    cell_of_location gridcode,
    class eventcode,
    proposed eventcode,
    probability double precision,
    grid_edition bigint,
    class_edition bigint,
    case_calendar text,
    case_term term,
    stage text,
    stage_calendar text,
    stage_term term
) RETURNS jsonb
    LANGUAGE C STABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_report_detail';
COMMENT ON FUNCTION report_detail(report, case_state, text, text, gridcode, eventcode, eventcode, double precision, bigint, bigint, text, term, text, text, term) IS
    'what the first step of a case writes down (登记明细): what was told and found, the editions that were asked, the clocks that were started and the case as it begins';

-- Each report is judged first, so that those that are refused cost the others
-- nothing.  What cannot be judged beforehand is an error of the whole.  The
-- statement is the same for one report and for many: how long it takes to begin
-- matters as much as how long it runs, which is why what a report says stays in
-- one column.  take_batch() has one plan made for all calls.
CREATE FUNCTION open_reports(reports report[]) RETURNS report_answer[]
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant text := @extschema@.acting();
    whose constant text := @extschema@.acting_person();
    m constant @extschema@.role_member := @extschema@.reporting_right();
    dated_here constant boolean := NOT @extschema@.keeps_snapshot();
    stage constant text := (SELECT s.stage FROM @extschema@.case_status AS s WHERE s.state = 'reported');
    answers @extschema@.report_answer[];
BEGIN
    -- as the trigger of case_clock does, but before calendars are asked
    PERFORM pg_advisory_xact_lock_shared(@extschema@.clock_lock());
    WITH told AS MATERIALIZED (
        SELECT r.line, coalesce(r.channel, '') AS channel, CASE WHEN r.external_id ~ '\S' THEN r.external_id END AS external_id, r.at,
               ROW(r.line, coalesce(r.channel, ''), CASE WHEN r.description ~ '\S' THEN r.description END, r.location,
                   CASE WHEN r.address ~ '\S' THEN r.address END, r.cell, r.class, r.severity, r.occurred_at, r.reporter,
                   CASE WHEN r.external_id ~ '\S' THEN r.external_id END, r.attachments, nullif(r.owner, ''), r.datum,
                   r.at)::@extschema@.report AS r
        FROM unnest(reports) AS r
    ), ruled AS MATERIALIZED (
        SELECT c.channel, k.channel IS NOT NULL AS known,
               CASE WHEN i.rulebook IS NOT NULL THEN i.rulebook ELSE (
                   SELECT min(e.rulebook) FROM @extschema@.rulebook_edition AS e HAVING min(e.rulebook) = max(e.rulebook)
               ) END AS rulebook,
               coalesce(k.intake_unit, i.unit) AS unit, i
        FROM (SELECT DISTINCT t.channel FROM told AS t) AS c
        CROSS JOIN LATERAL (
            SELECT r FROM @extschema@.intake_rule AS r
            WHERE r.channel IN (c.channel, '')
            ORDER BY r.channel DESC
            LIMIT 1
        ) AS f (i)
        CROSS JOIN LATERAL (SELECT (f.i).*) AS i
        LEFT JOIN LATERAL (
            SELECT h.channel, h.intake_unit FROM @extschema@.channel AS h WHERE h.channel = c.channel LIMIT 1
        ) AS k ON true
    ), judged AS MATERIALIZED (
        SELECT t.line, t.channel, t.external_id, t.at, t.r, u.i, u.rulebook, u.unit AS rule_unit, o.caseno AS old,
               b.edition AS book_edition, b.taxonomy AS book_taxonomy, b.kind AS book_kind,
               g.edition AS grid_edition, p.grid_kind, p.point, q.cell_of_point, w.place, w.place_name,
               x.taxonomy, x.kind, x.edition AS class_edition, v.proposed, v.probability, v.second, v.second_probability,
               c.class, coalesce((t.r).severity, d.severity, (u.i).severity) AS severity,
               coalesce(d.sensitive, k.sensitive, false) AS sensitive,
               CASE
                   WHEN o.caseno IS NOT NULL THEN NULL
                   WHEN NOT u.known THEN 'CG510'
                   WHEN t.at IS NULL OR NOT isfinite(t.at) OR NOT isfinite((t.r).occurred_at) THEN '22023'
                   -- the setting is asked for what is to come only
                   WHEN t.at > now() AND @extschema@.is_ahead(t.at, now())
                       OR (t.r).occurred_at > t.at AND @extschema@.is_ahead((t.r).occurred_at, t.at) THEN '22023'
                   WHEN num_nonnulls((t.r).description, (t.r).address, (t.r).location, (t.r).cell, (t.r).class,
                       nullif((t.r).attachments, '[]')) = 0 THEN 'CG511'
                   WHEN NOT p.placed THEN 'CG514'
                   WHEN (t.r).cell IS NOT NULL AND NOT @extschema@.grid_has_cell(g.edition, p.grid_kind, (t.r).cell) THEN 'CG513'
                   WHEN (t.r).class IS NOT NULL AND (x.taxonomy IS NULL OR x.edition IS NOT NULL AND NOT coalesce(k.in_use, false)) THEN 'CG512'
                   WHEN (t.r).severity IS NOT NULL AND NOT EXISTS (
                       SELECT FROM @extschema@.case_severity AS s WHERE s.severity = (t.r).severity
                   ) THEN 'CG515'
                   WHEN jsonb_typeof((t.r).reporter) <> 'object'
                       OR (t.r).reporter - '{name,phone,id_number,address,anonymous}'::text[] <> '{}'
                       OR jsonb_typeof((t.r).reporter -> 'anonymous') NOT IN ('boolean', 'null') THEN 'CG516'
                   WHEN (t.r).attachments IS NOT NULL AND @extschema@.attachment_fault((t.r).attachments) IS NOT NULL THEN 'CG517'
                   WHEN u.rulebook IS NOT NULL AND b.edition IS NULL THEN 'CG422'
                   WHEN c.class IS NOT NULL AND (x.taxonomy <> b.taxonomy OR x.kind <> b.kind) THEN 'CG425'
                   WHEN w.district IS NULL THEN 'CG519'
               END AS fault, w.district
        FROM told AS t
        JOIN ruled AS u ON u.channel = t.channel
        LEFT JOIN LATERAL (
            SELECT c.caseno FROM @extschema@.case_record AS c
            WHERE c.channel = t.channel AND c.external_id = t.external_id
            LIMIT 1
        ) AS o ON true
        -- the editions in force when it was reported
        LEFT JOIN LATERAL (
            SELECT e.edition, e.taxonomy, e.kind, e.grid_kind FROM @extschema@.rulebook_edition AS e
            WHERE e.rulebook = u.rulebook AND e.valid_from <= t.at
            ORDER BY e.valid_from DESC, e.edition DESC
            LIMIT 1
        ) AS b ON true
        LEFT JOIN LATERAL (
            SELECT e.edition FROM @extschema@.grid_edition AS e
            WHERE e.valid_from <= t.at
            ORDER BY e.valid_from DESC, e.edition DESC
            LIMIT 1
        ) AS g ON true
        CROSS JOIN LATERAL (
            SELECT coalesce((u.i).grid_kind, b.grid_kind, 'unit') AS grid_kind,
                   (t.r).location IS NULL OR @extschema@.is_place((t.r).location) AS placed,
                   CASE WHEN @extschema@.is_place((t.r).location)
                       THEN @extschema@.report_point((t.r).location, coalesce((t.r).datum, (u.i).datum), (u.i).srid) END AS point
            OFFSET 0
        ) AS p
        LEFT JOIN LATERAL (
            SELECT @extschema@.locate(a.map, p.point) AS cell_of_point
            FROM @extschema@.grid_edition_map AS a
            WHERE a.edition = g.edition AND a.kind = p.grid_kind AND p.point IS NOT NULL AND o.caseno IS NULL
            LIMIT 1
        ) AS q ON true
        CROSS JOIN LATERAL (
            SELECT l.place, l.place_name, coalesce(l.place, (u.i).district, (
                       SELECT n.territory FROM @extschema@.unit AS n
                       WHERE n.unit = u.unit OR n.parent IS NULL AND n.territory IS NOT NULL
                       ORDER BY n.unit = u.unit DESC NULLS LAST, n.unit
                       LIMIT 1
                   )) AS district
            FROM (
                SELECT coalesce((t.r).cell, q.cell_of_point, a.code) AS place, a.name AS place_name
                FROM @extschema@.place_of(
                    CASE WHEN (t.r).cell IS NULL AND q.cell_of_point IS NULL AND o.caseno IS NULL
                        THEN coalesce((t.r).address, CASE WHEN (u.i).text_places THEN (t.r).description END) END,
                    t.at, p.grid_kind
                ) AS a
                OFFSET 0
            ) AS l
            OFFSET 0
        ) AS w
        CROSS JOIN LATERAL (
            SELECT y.taxonomy, y.kind, (
                       SELECT e.edition FROM @extschema@.taxonomy_edition AS e
                       WHERE e.taxonomy = y.taxonomy AND e.kind = y.kind AND e.valid_from <= t.at
                       ORDER BY e.valid_from DESC, e.edition DESC
                       LIMIT 1
                   ) AS edition
            FROM (SELECT coalesce((u.i).taxonomy, b.taxonomy) AS taxonomy, coalesce((u.i).kind, b.kind) AS kind OFFSET 0) AS y
            OFFSET 0
        ) AS x
        LEFT JOIN LATERAL @extschema@.edition_proposal(
            CASE WHEN (t.r).class IS NULL AND (t.r).description IS NOT NULL AND o.caseno IS NULL THEN x.edition END,
            (t.r).description, w.place, t.at
        ) AS v ON true
        CROSS JOIN LATERAL (
            -- with what would be worked out anew for each row that it is compared with
            SELECT coalesce((t.r).class, CASE WHEN v.probability >= (u.i).threshold THEN v.proposed END) AS class,
                   @extschema@.lineage(coalesce((t.r).class, v.proposed)) AS line, @extschema@.class_day(t.at) AS day
            OFFSET 0
        ) AS c
        LEFT JOIN LATERAL (
            -- what is likely to be sensitive is kept so until a person decides
            SELECT bool_or(f.sensitive) AS sensitive,
                   bool_or(f.code OPERATOR(@extschema@.=) (t.r).class AND coalesce(f.valid_from, '-infinity') <= c.day
                       AND coalesce(f.valid_to, 'infinity') > c.day) AS in_use
            FROM @extschema@.taxonomy_edition_class AS f
            WHERE f.edition = x.edition
                AND f.code OPERATOR(@extschema@.=) ANY (c.line)
        ) AS k ON true
        LEFT JOIN LATERAL (
            SELECT (array_agg(f.severity ORDER BY length(f.class::text) DESC) FILTER (WHERE f.severity IS NOT NULL))[1] AS severity,
                   (array_agg(f.sensitive ORDER BY length(f.class::text) DESC) FILTER (WHERE f.sensitive IS NOT NULL))[1] AS sensitive
            FROM @extschema@.intake_class AS f
            WHERE f.taxonomy = x.taxonomy AND f.kind = x.kind
                AND f.class OPERATOR(@extschema@.=) ANY (c.line)
        ) AS d ON true
    ), numbered AS MATERIALIZED (
        -- of several with one number the first counts
        SELECT v.*, CASE WHEN v.fault IS NULL AND v.old IS NULL AND (v.external_id IS NULL OR v.turn = 1)
                   THEN @extschema@.new_caseno(v.district, (v.at AT TIME ZONE 'Asia/Shanghai')::date) END AS caseno
        FROM (
            SELECT j.*, row_number() OVER (PARTITION BY j.channel, j.external_id, j.fault IS NULL ORDER BY j.line) AS turn
            FROM judged AS j
        ) AS v
    ), recorded AS (
        INSERT INTO @extschema@.case_record (caseno, reported_at, cell, taxonomy, kind, class, description, location,
            channel, external_id, occurred_at, address, owner, severity, grid_edition, class_edition, sensitive)
        SELECT n.caseno, n.at, n.place, CASE WHEN n.class IS NOT NULL THEN n.taxonomy END,
               CASE WHEN n.class IS NOT NULL THEN n.kind END, n.class, (n.r).description, n.point,
               n.channel, n.external_id, (n.r).occurred_at, (n.r).address, (n.r).owner, (n.r).severity,
               CASE WHEN (n.r).cell IS NULL AND n.place IS NOT NULL THEN n.grid_edition END,
               CASE WHEN (n.r).class IS NULL AND n.class IS NOT NULL THEN n.class_edition END, n.sensitive
        FROM numbered AS n
        WHERE n.caseno IS NOT NULL
        -- two batches come upon each other's numbers in one order
        ORDER BY n.channel, n.external_id, n.line
        ON CONFLICT (channel, external_id) WHERE external_id IS NOT NULL DO NOTHING
        RETURNING caseno::text
    ), routed AS MATERIALIZED (
        SELECT v.*, coalesce((@extschema@.routing_path(v.routing))[1], v.rule_unit) AS unit,
               k.calendar AS case_calendar, k.term AS case_term, k.edition AS case_edition, k.due_at AS case_due, k.clock AS case_clock,
               l.calendar AS stage_calendar, l.term AS stage_term, l.edition AS stage_edition, l.due_at AS stage_due, l.clock AS stage_clock
        FROM (
            SELECT n.caseno, n.at, n.r, n.rule_unit, n.book_edition, n.grid_edition, n.class_edition, n.place, n.place_name,
                   n.cell_of_point, n.class, n.severity, n.sensitive, n.proposed, n.probability, n.second, n.second_probability,
                   @extschema@.route(b.model, n.class, n.place, n.channel, n.severity, (n.r).owner, n.at, n.caseno) AS routing
            FROM numbered AS n
            LEFT JOIN @extschema@.rulebook_edition AS b ON b.edition = n.book_edition
            -- not as a join, which would go through all pairs
            WHERE (n.caseno::text IN (SELECT r.caseno FROM recorded AS r)) IS TRUE
            OFFSET 0
        ) AS v
        LEFT JOIN LATERAL (
            SELECT t.term, e.calendar, e.edition, CASE WHEN dated_here THEN @extschema@.due(e.workcal, v.at, t.term) END AS due_at,
                   nextval('@extschema@.case_clock_clock_seq') AS clock
            FROM (
                SELECT @extschema@.routing_term(v.routing, 'overall') AS term, @extschema@.routing_calendar(v.routing, 'overall') AS calendar
                OFFSET 0
            ) AS t
            JOIN @extschema@.calendar_edition AS e ON e.calendar = t.calendar AND e.valid_from <= clock_timestamp()
            ORDER BY e.valid_from DESC, e.edition DESC
            LIMIT 1
        ) AS k ON true
        LEFT JOIN LATERAL (
            SELECT t.term, e.calendar, e.edition, CASE WHEN dated_here THEN @extschema@.due(e.workcal, v.at, t.term) END AS due_at,
                   nextval('@extschema@.case_clock_clock_seq') AS clock
            FROM (
                SELECT @extschema@.routing_term(v.routing, stage) AS term, @extschema@.routing_calendar(v.routing, stage) AS calendar
                OFFSET 0
            ) AS t
            JOIN @extschema@.calendar_edition AS e ON e.calendar = t.calendar AND e.valid_from <= clock_timestamp()
            ORDER BY e.valid_from DESC, e.edition DESC
            LIMIT 1
        ) AS l ON true
    ), clocks AS (
        -- without a deadline the trigger dates them, and sees to what it must
        INSERT INTO @extschema@.case_clock (caseno, clock, kind, stage, holder, calendar, edition, started_at, term, due_at)
        SELECT r.caseno, c.clock, c.kind, c.stage, c.holder, c.calendar, CASE WHEN c.due_at IS NOT NULL THEN c.edition END,
               r.at, c.term, c.due_at
        FROM routed AS r
        CROSS JOIN LATERAL (VALUES
            ('case', NULL, NULL, r.case_calendar, r.case_term, r.case_edition, r.case_due, r.case_clock),
            ('stage', stage, r.unit::text, r.stage_calendar, r.stage_term, r.stage_edition, r.stage_due, r.stage_clock)
        ) AS c (kind, stage, holder, calendar, term, edition, due_at, clock)
        WHERE c.clock IS NOT NULL
    ), written AS MATERIALIZED (
        SELECT v.caseno, v.at, v.unit, v.severity, v.routing, v.book_edition, v.place, v.sensitive, v.case_clock, v.stage_clock,
               v.parties, v.recorded_at, v.entry, @extschema@.journal_digest(NULL, ROW(
                   v.caseno, 1, 'report_event', '', v.at, v.recorded_at, who, whose, m.role, m.unit,
                   NULL, 'reported', NULL, v.unit, NULL, NULL, v.entry, NULL
               )::@extschema@.case_journal) AS hash
        FROM (
            SELECT r.*, a.parties, clock_timestamp() AS recorded_at,
                   -- all columns of case_state, in their order
                   @extschema@.report_detail(r.r, ROW(
                       r.caseno, 'reported', r.at, r.unit, NULL, r.severity, 1, r.at, NULL, r.stage_clock, NULL, r.case_clock, r.unit,
                       r.routing, r.book_edition, NULL, NULL, NULL, 0, 0, 0, 0, 0, false, false, NULL, NULL, r.place, r.sensitive,
                       a.parties
                   )::@extschema@.case_state, @extschema@.place_text((r.r).location), r.place_name,
                   CASE WHEN (r.r).cell::text <> r.cell_of_point::text THEN r.cell_of_point END, r.class, r.proposed, r.probability,
                   r.grid_edition, r.class_edition, r.case_calendar, r.case_term, stage, r.stage_calendar, r.stage_term) AS entry
            FROM routed AS r
            CROSS JOIN LATERAL (SELECT array_remove(ARRAY[r.unit], NULL) AS parties OFFSET 0) AS a
            OFFSET 0
        ) AS v
    ), journal AS (
        INSERT INTO @extschema@.case_journal (caseno, step, action, outcome, at, recorded_at, actor, person, role, actor_unit,
            to_state, unit, detail, hash)
        SELECT w.caseno, 1, 'report_event', '', w.at, w.recorded_at, who, whose, m.role, m.unit,
               'reported', w.unit, w.entry, w.hash
        FROM written AS w
    ), states AS (
        INSERT INTO @extschema@.case_state (caseno, state, since, unit, severity, step, at, hash, stage_clock, case_clock, centre,
            routing, routing_edition, cell, sensitive, parties)
        SELECT w.caseno, 'reported', w.at, w.unit, w.severity, 1, w.at, w.hash, w.stage_clock, w.case_clock, w.unit,
               w.routing, w.book_edition, w.place, w.sensitive, w.parties
        FROM written AS w
    ), proposals AS (
        INSERT INTO @extschema@.class_proposal (caseno, edition, proposed, probability, second, second_probability, proposed_at)
        SELECT r.caseno, r.class_edition, r.proposed, r.probability, r.second, r.second_probability, r.at
        FROM routed AS r
        WHERE r.proposed IS NOT NULL
    )
    SELECT array_agg(ROW(
               v.line, v.external_id, coalesce(v.old, CASE WHEN v.recorded THEN v.caseno END),
               v.old IS NOT NULL OR v.fault IS NULL AND NOT v.recorded,
               v.fault, v.text[1], v.text[2], v.text[3], v.channel, v.rule
           )::@extschema@.report_answer ORDER BY v.line)
    INTO answers
    FROM (
        SELECT n.line, n.external_id, n.channel, n.old, n.caseno, n.fault, (n.i).channel AS rule,
               (n.caseno::text IN (SELECT r.caseno FROM recorded AS r)) IS TRUE AS recorded,
               CASE WHEN n.fault IS NOT NULL THEN @extschema@.report_refusal(n.fault, n.r, n.taxonomy, n.kind, n.class_edition,
                   n.grid_edition, n.grid_kind, n.rulebook, n.book_taxonomy, n.book_kind) END AS text
        FROM numbered AS n
        OFFSET 0
    ) AS v;
    IF EXISTS (SELECT FROM unnest(reports) AS r WHERE r.reporter IS NOT NULL) THEN
        INSERT INTO @extschema@.case_reporter (caseno, name, phone, id_number, address, anonymous)
        SELECT a.caseno, r.reporter ->> 'name', r.reporter ->> 'phone', r.reporter ->> 'id_number', r.reporter ->> 'address',
               coalesce((r.reporter ->> 'anonymous')::boolean, false)
        FROM unnest(reports) AS r
        JOIN unnest(answers) AS a ON a.line = r.line AND a.caseno IS NOT NULL AND NOT a.repeated
        WHERE r.reporter IS NOT NULL;
    END IF;
    IF EXISTS (SELECT FROM unnest(reports) AS r WHERE r.attachments IS NOT NULL) THEN
        INSERT INTO @extschema@.case_attachment (caseno, attachment, name, uri, media_type, sha256, step)
        SELECT a.caseno, t.place, t.item ->> 'name', t.item ->> 'uri', t.item ->> 'media_type', t.item ->> 'sha256', 1
        FROM unnest(reports) AS r
        JOIN unnest(answers) AS a ON a.line = r.line AND a.caseno IS NOT NULL AND NOT a.repeated
        CROSS JOIN LATERAL jsonb_array_elements(r.attachments) WITH ORDINALITY AS t (item, place)
        WHERE r.attachments IS NOT NULL;
    END IF;
    RETURN answers;
END;
$$;
COMMENT ON FUNCTION open_reports(report[]) IS 'register reports as cases (登记上报), those that can be; says what became of each';
REVOKE EXECUTE ON FUNCTION open_reports(report[]) FROM PUBLIC;

-- The same for one report, step by step: the statement for many takes longer to
-- begin than this takes from end to end.
CREATE FUNCTION open_report(told report) RETURNS report_answer
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    answer @extschema@.report_answer;
    rule @extschema@.intake_rule;
    m @extschema@.role_member;
    p @extschema@.class_proposal;
    s @extschema@.case_state;
    point @extschema@.case_record.location%TYPE;
    placed boolean := true;
    known boolean;
    rule_unit bigint;
    book text;
    book_taxonomy text;
    book_kind text;
    book_grid_kind @extschema@.grid_kind;
    grid_kind @extschema@.grid_kind;
    grid_edition bigint;
    of_taxonomy text;
    of_kind text;
    class_edition bigint;
    place_name text;
    cell_of_point @extschema@.gridcode;
    district @extschema@.gridcode;
    final_class @extschema@.eventcode;
    class_severity smallint;
    in_use boolean;
    line @extschema@.eventcode[];
    day date;
    fault text;
    words text[];
    severe boolean := true;
    near boolean := true;
    stage text;
    case_term @extschema@.term;
    stage_term @extschema@.term;
    case_calendar text;
    stage_calendar text;
    case_edition bigint;
    stage_edition bigint;
    case_due timestamptz;
    stage_due timestamptz;
BEGIN
    m := @extschema@.reporting_right();
    told.channel := coalesce(told.channel, '');
    IF told.external_id !~ '\S' THEN
        told.external_id := NULL;
    END IF;
    answer.line := told.line;
    answer.channel := told.channel;
    answer.external_id := told.external_id;
    answer.repeated := false;
    SELECT r.* INTO rule FROM @extschema@.intake_rule AS r
    WHERE r.channel IN (told.channel, '')
    ORDER BY r.channel DESC
    LIMIT 1;
    answer.rule := rule.channel;
    IF told.external_id IS NOT NULL THEN
        SELECT c.caseno INTO answer.caseno FROM @extschema@.case_record AS c
        WHERE c.channel = told.channel AND c.external_id = told.external_id;
        IF FOUND THEN
            answer.repeated := true;
            RETURN answer;
        END IF;
    END IF;
    IF told.description !~ '\S' THEN
        told.description := NULL;
    END IF;
    IF told.address !~ '\S' THEN
        told.address := NULL;
    END IF;
    told.owner := nullif(told.owner, '');
    book := rule.rulebook;
    IF book IS NULL THEN
        SELECT min(e.rulebook) INTO book FROM @extschema@.rulebook_edition AS e HAVING min(e.rulebook) = max(e.rulebook);
    END IF;
    s.at := told.at;
    -- the editions in force when it was reported, in one statement
    SELECT h.known, coalesce(h.intake_unit, rule.unit), b.edition, b.taxonomy, b.kind, b.grid_kind, g.edition, x.edition
    INTO known, rule_unit, s.routing_edition, book_taxonomy, book_kind, book_grid_kind, grid_edition, class_edition
    FROM (SELECT) AS one
    LEFT JOIN LATERAL (
        SELECT true AS known, c.intake_unit FROM @extschema@.channel AS c WHERE c.channel = told.channel LIMIT 1
    ) AS h ON true
    LEFT JOIN LATERAL (
        SELECT e.edition, e.taxonomy, e.kind, e.grid_kind FROM @extschema@.rulebook_edition AS e
        WHERE e.rulebook = book AND e.valid_from <= told.at
        ORDER BY e.valid_from DESC, e.edition DESC
        LIMIT 1
    ) AS b ON true
    LEFT JOIN LATERAL (
        SELECT e.edition FROM @extschema@.grid_edition AS e
        WHERE e.valid_from <= told.at
        ORDER BY e.valid_from DESC, e.edition DESC
        LIMIT 1
    ) AS g ON true
    LEFT JOIN LATERAL (
        SELECT e.edition FROM @extschema@.taxonomy_edition AS e
        WHERE e.taxonomy = coalesce(rule.taxonomy, b.taxonomy) AND e.kind = coalesce(rule.kind, b.kind) AND e.valid_from <= told.at
        ORDER BY e.valid_from DESC, e.edition DESC
        LIMIT 1
    ) AS x ON true;
    grid_kind := coalesce(rule.grid_kind, book_grid_kind, 'unit');
    of_taxonomy := coalesce(rule.taxonomy, book_taxonomy);
    of_kind := coalesce(rule.kind, book_kind);

    -- where
    IF told.location IS NOT NULL THEN
        placed := @extschema@.is_place(told.location);
        IF placed THEN
            point := @extschema@.report_point(told.location, coalesce(told.datum, rule.datum), rule.srid);
            SELECT @extschema@.locate(a.map, point) INTO cell_of_point
            FROM @extschema@.grid_edition_map AS a
            WHERE a.edition = grid_edition AND a.kind = grid_kind;
        END IF;
    END IF;
    s.cell := coalesce(told.cell, cell_of_point);
    IF s.cell IS NULL AND (told.address IS NOT NULL OR rule.text_places) THEN
        SELECT a.code, a.name INTO s.cell, place_name
        FROM @extschema@.place_of(coalesce(told.address, CASE WHEN rule.text_places THEN told.description END), told.at, grid_kind) AS a;
    END IF;
    district := coalesce(s.cell, rule.district);
    IF district IS NULL THEN
        SELECT n.territory INTO district FROM @extschema@.unit AS n
        WHERE n.unit = rule_unit OR n.parent IS NULL AND n.territory IS NOT NULL
        ORDER BY n.unit = rule_unit DESC NULLS LAST, n.unit
        LIMIT 1;
    END IF;

    -- what
    IF told.class IS NULL AND told.description IS NOT NULL AND class_edition IS NOT NULL THEN
        SELECT v.proposed, v.probability, v.second, v.second_probability
        INTO p.proposed, p.probability, p.second, p.second_probability
        FROM @extschema@.edition_proposal(class_edition, told.description, s.cell, told.at) AS v;
    END IF;
    final_class := told.class;
    IF final_class IS NULL AND p.probability >= rule.threshold THEN
        final_class := p.proposed;
    END IF;
    IF coalesce(told.class, p.proposed) IS NOT NULL THEN
        line := @extschema@.lineage(coalesce(told.class, p.proposed));
        day := @extschema@.class_day(told.at);
        -- what is likely to be sensitive is kept so until a person decides
        SELECT coalesce(b.sensitive, a.sensitive), a.in_use, b.severity INTO s.sensitive, in_use, class_severity
        FROM (
            SELECT bool_or(f.sensitive) AS sensitive,
                   bool_or(f.code OPERATOR(@extschema@.=) told.class AND coalesce(f.valid_from, '-infinity') <= day
                       AND coalesce(f.valid_to, 'infinity') > day) AS in_use
            FROM @extschema@.taxonomy_edition_class AS f
            WHERE f.edition = class_edition AND f.code OPERATOR(@extschema@.=) ANY (line)
        ) AS a
        CROSS JOIN (
            SELECT (array_agg(f.severity ORDER BY length(f.class::text) DESC) FILTER (WHERE f.severity IS NOT NULL))[1] AS severity,
                   (array_agg(f.sensitive ORDER BY length(f.class::text) DESC) FILTER (WHERE f.sensitive IS NOT NULL))[1] AS sensitive
            FROM @extschema@.intake_class AS f
            WHERE f.taxonomy = of_taxonomy AND f.kind = of_kind AND f.class OPERATOR(@extschema@.=) ANY (line)
        ) AS b;
    END IF;
    s.sensitive := coalesce(s.sensitive, false);

    -- apart, so that what follows is no statement of its own
    IF told.severity IS NOT NULL THEN
        severe := EXISTS (SELECT FROM @extschema@.case_severity AS c WHERE c.severity = told.severity);
    END IF;
    fault := CASE
        WHEN known IS NULL THEN 'CG510'
        WHEN told.at IS NULL OR NOT isfinite(told.at) OR NOT isfinite(told.occurred_at) THEN '22023'
        -- the setting is asked for what is to come only
        WHEN told.at > now() AND @extschema@.is_ahead(told.at, now())
            OR told.occurred_at > told.at AND @extschema@.is_ahead(told.occurred_at, told.at) THEN '22023'
        WHEN num_nonnulls(told.description, told.address, told.location, told.cell, told.class, nullif(told.attachments, '[]')) = 0
            THEN 'CG511'
        WHEN NOT placed THEN 'CG514'
        WHEN told.cell IS NOT NULL AND NOT @extschema@.grid_has_cell(grid_edition, grid_kind, told.cell) THEN 'CG513'
        WHEN told.class IS NOT NULL AND (of_taxonomy IS NULL OR class_edition IS NOT NULL AND NOT coalesce(in_use, false)) THEN 'CG512'
        WHEN NOT severe THEN 'CG515'
        WHEN jsonb_typeof(told.reporter) <> 'object'
            OR told.reporter - '{name,phone,id_number,address,anonymous}'::text[] <> '{}'
            OR jsonb_typeof(told.reporter -> 'anonymous') NOT IN ('boolean', 'null') THEN 'CG516'
        WHEN told.attachments IS NOT NULL AND @extschema@.attachment_fault(told.attachments) IS NOT NULL THEN 'CG517'
        WHEN book IS NOT NULL AND s.routing_edition IS NULL THEN 'CG422'
        WHEN final_class IS NOT NULL AND (of_taxonomy <> book_taxonomy OR of_kind <> book_kind) THEN 'CG425'
        WHEN district IS NULL THEN 'CG519'
    END;
    IF fault IS NOT NULL THEN
        words := @extschema@.report_refusal(fault, told, of_taxonomy, of_kind, class_edition, grid_edition, grid_kind, book,
            book_taxonomy, book_kind);
        answer.refused := fault;
        answer.message := words[1];
        answer.detail := words[2];
        answer.hint := words[3];
        RETURN answer;
    END IF;

    s.caseno := @extschema@.new_caseno(district, (told.at AT TIME ZONE 'Asia/Shanghai')::date);
    INSERT INTO @extschema@.case_record (caseno, reported_at, cell, taxonomy, kind, class, description, location,
        channel, external_id, occurred_at, address, owner, severity, grid_edition, class_edition, sensitive)
    VALUES (
        s.caseno, told.at, s.cell, CASE WHEN final_class IS NOT NULL THEN of_taxonomy END,
        CASE WHEN final_class IS NOT NULL THEN of_kind END, final_class, told.description, point,
        told.channel, told.external_id, told.occurred_at, told.address, told.owner, told.severity,
        CASE WHEN told.cell IS NULL AND s.cell IS NOT NULL THEN grid_edition END,
        CASE WHEN told.class IS NULL AND final_class IS NOT NULL THEN class_edition END, s.sensitive
    )
    ON CONFLICT (channel, external_id) WHERE external_id IS NOT NULL DO NOTHING;
    IF NOT FOUND THEN
        -- another session was quicker
        SELECT c.caseno INTO answer.caseno FROM @extschema@.case_record AS c
        WHERE c.channel = told.channel AND c.external_id = told.external_id;
        answer.repeated := true;
        RETURN answer;
    END IF;
    answer.caseno := s.caseno;
    s.severity := coalesce(told.severity, class_severity, rule.severity);

    -- whose, and until when
    SELECT @extschema@.route(b.model, final_class, s.cell, told.channel, s.severity, told.owner, told.at, s.caseno) INTO s.routing
    FROM @extschema@.rulebook_edition AS b
    WHERE b.edition = s.routing_edition;
    s.unit := coalesce((@extschema@.routing_path(s.routing))[1], rule_unit);
    IF s.unit IS NULL THEN
        s.parties := '{}';
    ELSE
        s.parties := ARRAY[s.unit];
    END IF;
    SELECT c.stage INTO stage FROM @extschema@.case_status AS c WHERE c.state = 'reported';
    case_term := @extschema@.routing_term(s.routing, 'overall');
    case_calendar := @extschema@.routing_calendar(s.routing, 'overall');
    stage_term := @extschema@.routing_term(s.routing, stage);
    stage_calendar := @extschema@.routing_calendar(s.routing, stage);
    IF case_term IS NOT NULL OR stage_term IS NOT NULL THEN
        -- as the trigger of case_clock does, but before calendars are asked
        PERFORM pg_advisory_xact_lock_shared(@extschema@.clock_lock());
        IF @extschema@.keeps_snapshot() THEN
            NULL;
        ELSE
            SELECT e.edition, @extschema@.due(e.workcal, told.at, case_term),
                   CASE WHEN stage_calendar = case_calendar THEN e.edition END,
                   CASE WHEN stage_calendar = case_calendar THEN @extschema@.due(e.workcal, told.at, stage_term) END
            INTO case_edition, case_due, stage_edition, stage_due
            FROM @extschema@.calendar_edition AS e
            WHERE e.calendar = case_calendar AND e.valid_from <= clock_timestamp()
            ORDER BY e.valid_from DESC, e.edition DESC
            LIMIT 1;
            IF stage_calendar IS DISTINCT FROM case_calendar THEN
                SELECT e.edition, @extschema@.due(e.workcal, told.at, stage_term) INTO stage_edition, stage_due
                FROM @extschema@.calendar_edition AS e
                WHERE e.calendar = stage_calendar AND e.valid_from <= clock_timestamp()
                ORDER BY e.valid_from DESC, e.edition DESC
                LIMIT 1;
            END IF;
        END IF;
        IF case_term IS NOT NULL THEN
            s.case_clock := nextval('@extschema@.case_clock_clock_seq');
        END IF;
        IF stage_term IS NOT NULL THEN
            s.stage_clock := nextval('@extschema@.case_clock_clock_seq');
        END IF;
        -- without a deadline the trigger dates them, and sees to what it must
        INSERT INTO @extschema@.case_clock (caseno, clock, kind, stage, holder, calendar, edition, started_at, term, due_at)
        SELECT s.caseno, c.clock, c.kind, c.stage, c.holder, c.calendar, CASE WHEN c.due_at IS NOT NULL THEN c.edition END,
               told.at, c.term, c.due_at
        FROM (VALUES
            ('case', NULL, NULL, case_calendar, case_term, case_edition, case_due, s.case_clock),
            ('stage', stage, s.unit::text, stage_calendar, stage_term, stage_edition, stage_due, s.stage_clock)
        ) AS c (kind, stage, holder, calendar, term, edition, due_at, clock)
        WHERE c.clock IS NOT NULL;
    END IF;

    s.state := 'reported';
    s.since := told.at;
    s.centre := s.unit;
    s.returns := 0;
    s.reworks := 0;
    s.reopens := 0;
    s.extensions := 0;
    s.suspensions := 0;
    s.supervised := false;
    s.exempt := false;
    PERFORM @extschema@.write_first_step(s, 'report_event', @extschema@.acting(), @extschema@.acting_person(),
        m.role, m.unit, NULL,
        @extschema@.report_detail(told, s, @extschema@.place_text(told.location), place_name,
            CASE WHEN told.cell::text <> cell_of_point::text THEN cell_of_point END, final_class, p.proposed, p.probability,
            grid_edition, class_edition, case_calendar, case_term, stage, stage_calendar, stage_term));
    IF p.proposed IS NOT NULL THEN
        INSERT INTO @extschema@.class_proposal (caseno, edition, proposed, probability, second, second_probability, proposed_at)
        VALUES (s.caseno, class_edition, p.proposed, p.probability, p.second, p.second_probability, told.at);
    END IF;
    IF told.reporter IS NOT NULL THEN
        INSERT INTO @extschema@.case_reporter (caseno, name, phone, id_number, address, anonymous)
        VALUES (s.caseno, told.reporter ->> 'name', told.reporter ->> 'phone', told.reporter ->> 'id_number',
            told.reporter ->> 'address', coalesce((told.reporter ->> 'anonymous')::boolean, false));
    END IF;
    IF told.attachments IS NOT NULL THEN
        INSERT INTO @extschema@.case_attachment (caseno, attachment, name, uri, media_type, sha256, step)
        SELECT s.caseno, t.place, t.item ->> 'name', t.item ->> 'uri', t.item ->> 'media_type', t.item ->> 'sha256', 1
        FROM jsonb_array_elements(told.attachments) WITH ORDINALITY AS t (item, place);
    END IF;

    -- what follows
    IF rule.duplicate_score IS NOT NULL THEN
        IF @extschema@.is_in_degrees(point) THEN
            PERFORM FROM @extschema@.cases_near(s.caseno, point, s.cell, final_class, told.at) LIMIT 1;
            near := FOUND;
        END IF;
        IF near THEN
            PERFORM @extschema@.link_repeats(s.caseno, rule.duplicate_score);
        END IF;
    END IF;
    IF rule.auto_file AND final_class IS NOT NULL THEN
        PERFORM @extschema@.file_report(s.caseno, rule.auto_dispatch, told.at);
    END IF;
    RETURN answer;
END;
$$;
COMMENT ON FUNCTION open_report(report) IS 'register one report as a case (登记单条上报), with all that follows from it, as take_reports() does with many';
REVOKE EXECUTE ON FUNCTION open_report(report) FROM PUBLIC;

-- Cases that could be compared with a report, before that is done: most reports
-- have none near them.  By the widest bounds of any rule, and as many digits of
-- the class as all rules want.
CREATE FUNCTION cases_near(caseno caseno, location geometry, cell gridcode, class eventcode, at timestamptz) RETURNS SETOF caseno
    LANGUAGE SQL STABLE PARALLEL SAFE
    ROWS 10
BEGIN ATOMIC
    SELECT c.caseno
    FROM (
        SELECT max(r.within_m) AS metres, max(r.within_time) AS time, min(coalesce(r.class_digits, 100)) AS digits
        FROM @extschema@.merge_rule AS r
    ) AS w
    JOIN @extschema@.case_record AS c
        ON c.location && st_expand(cases_near.location,
                w.metres / 110000 / cos(radians(least(abs(st_y(cases_near.location)) + w.metres / 110000, 89))), w.metres / 110000)
            AND c.reported_at >= cases_near.at - w.time AND c.reported_at <= cases_near.at + w.time
    WHERE (left(c.class::text, w.digits) <> left(cases_near.class::text, w.digits)) IS NOT TRUE
        AND c.caseno <> cases_near.caseno
    UNION ALL
    SELECT c.caseno
    FROM (
        SELECT max(r.within_time) AS time, min(coalesce(r.class_digits, 100)) AS digits FROM @extschema@.merge_rule AS r
    ) AS w
    JOIN @extschema@.case_record AS c
        ON c.cell = cases_near.cell AND c.reported_at >= cases_near.at - w.time AND c.reported_at <= cases_near.at + w.time
    WHERE (left(c.class::text, w.digits) <> left(cases_near.class::text, w.digits)) IS NOT TRUE
        AND c.caseno <> cases_near.caseno AND st_srid(cases_near.location) = 4326
        AND (c.location IS NULL OR st_srid(c.location) <> 4326 OR st_isempty(c.location)
            OR NOT (abs(st_x(c.location)) <= 180 AND abs(st_y(c.location)) <= 85));
END;
COMMENT ON FUNCTION cases_near(caseno, geometry, gridcode, eventcode, timestamptz) IS
    'other cases near a report in degrees, within the widest bounds of any merge_rule (邻近案件)';

-- Who reports again what is on record already, and worse, makes it more urgent.
CREATE FUNCTION raise_severity(caseno caseno, repeat caseno, severity smallint, at timestamptz) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    s @extschema@.case_state;
    act @extschema@.case_act;
BEGIN
    SELECT c.* INTO s FROM @extschema@.case_state AS c
    WHERE c.caseno OPERATOR(@extschema@.=) raise_severity.caseno
    FOR UPDATE;
    -- it may have been closed, or raised, meanwhile
    IF raise_severity.severity <= s.severity OR NOT EXISTS (
        SELECT FROM @extschema@.case_transition AS t WHERE t.state = s.state AND t.action = 'amend' AND t.outcome = 'repeat'
    ) THEN
        RETURN;
    END IF;
    act := @extschema@.case_begin(s.caseno, 'amend', greatest(raise_severity.at, s.at), 'repeat',
        format('reported again as case %s', repeat), system => true);
    s := act.next;
    s.severity := raise_severity.severity;
    act.next := s;
    PERFORM @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION raise_severity(caseno, caseno, smallint, timestamptz) IS
    'make an open case as urgent as its repeat (重复上报升级紧急程度)';
REVOKE EXECUTE ON FUNCTION raise_severity(caseno, caseno, smallint, timestamptz) FROM PUBLIC;

-- Link one case with what it repeats.
CREATE FUNCTION link_repeats(caseno caseno, least_score double precision) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c @extschema@.case_record;
    own smallint;
    r record;
    worse @extschema@.caseno[] := '{}';
    other @extschema@.caseno;
BEGIN
    SELECT t.* INTO c FROM @extschema@.case_record AS t WHERE t.caseno OPERATOR(@extschema@.=) link_repeats.caseno;
    SELECT s.severity INTO own FROM @extschema@.case_state AS s WHERE s.caseno OPERATOR(@extschema@.=) c.caseno;
    FOR r IN
        SELECT m.caseno AS other, m.score, m.reason, o.severity AS was
        FROM @extschema@.merge_candidates(c.description, c.location, c.reported_at, c.taxonomy, c.kind, c.class, c.cell) AS m
        CROSS JOIN LATERAL (
            SELECT t.severity, t.state FROM @extschema@.case_state AS t WHERE t.caseno OPERATOR(@extschema@.=) m.caseno LIMIT 1
        ) AS o
        WHERE m.score >= least_score AND m.caseno OPERATOR(@extschema@.<>) c.caseno AND o.state <> 'void'
        ORDER BY m.score DESC, m.caseno::text COLLATE "C"
        LIMIT 5
    LOOP
        INSERT INTO @extschema@.case_link (caseno, other, link, score, reason, at)
        VALUES (c.caseno, r.other, 'duplicate', r.score, r.reason, c.reported_at);
        IF own > coalesce(r.was, 0) THEN
            worse := worse || r.other;
        END IF;
    END LOOP;
    -- all sessions lock them in one order
    FOR other IN SELECT w FROM unnest(worse) AS w ORDER BY w LOOP
        PERFORM @extschema@.raise_severity(other, c.caseno, own, c.reported_at);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION link_repeats(caseno, double precision) IS
    'link a case with those that it repeats (关联重复上报), and raise their severity if it is worse';
REVOKE EXECUTE ON FUNCTION link_repeats(caseno, double precision) FROM PUBLIC;

-- Reports and all that follows from them.
CREATE FUNCTION take_reports(reports report[]) RETURNS report_answer[]
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    answers @extschema@.report_answer[];
    likely bigint[];
    worse record;
    fresh record;
BEGIN
    IF cardinality(reports) = 1 THEN
        RETURN ARRAY[@extschema@.open_report(reports[1])];
    END IF;
    answers := @extschema@.open_reports(reports);
    -- another session was quicker
    IF EXISTS (SELECT FROM unnest(answers) AS a WHERE a.caseno IS NULL AND a.refused IS NULL) THEN
        SELECT array_agg(ROW(a.line, a.external_id, coalesce(a.caseno, c.caseno), a.repeated, a.refused, a.message, a.detail,
                   a.hint, a.channel, a.rule)::@extschema@.report_answer ORDER BY a.line)
        INTO answers
        FROM unnest(answers) AS a
        LEFT JOIN @extschema@.case_record AS c ON c.channel = a.channel AND c.external_id = a.external_id;
    END IF;
    -- first those that can be compared with anything: most reports have nothing near
    SELECT array_agg(a.line) INTO likely
    FROM unnest(answers) AS a
    JOIN @extschema@.intake_rule AS r ON r.channel = a.rule AND r.duplicate_score IS NOT NULL
    JOIN @extschema@.case_record AS c ON c.caseno OPERATOR(@extschema@.=) a.caseno
    WHERE a.refused IS NULL AND NOT a.repeated AND (
        @extschema@.is_in_degrees(c.location) IS NOT TRUE
        OR EXISTS (SELECT FROM @extschema@.cases_near(c.caseno, c.location, c.cell, c.class, c.reported_at))
    );
    IF likely IS NOT NULL THEN
        FOR worse IN
            WITH fresh AS MATERIALIZED (
                SELECT a.line, a.caseno, r.duplicate_score
                FROM unnest(answers) AS a
                JOIN @extschema@.intake_rule AS r ON r.channel = a.rule
                WHERE a.refused IS NULL AND NOT a.repeated AND r.duplicate_score IS NOT NULL
            ), alike AS (
                SELECT v.line, v.caseno, v.other, v.score, v.reason, v.reported_at, s.severity AS is, o.severity AS was,
                       row_number() OVER (PARTITION BY v.line ORDER BY v.score DESC, v.other::text COLLATE "C") AS place
                FROM (
                    SELECT f.line, f.caseno, m.caseno AS other, m.score, m.reason, c.reported_at
                    FROM fresh AS f
                    JOIN @extschema@.case_record AS c ON c.caseno OPERATOR(@extschema@.=) f.caseno
                    CROSS JOIN LATERAL @extschema@.merge_candidates(c.description, c.location, c.reported_at, c.taxonomy, c.kind,
                        c.class, c.cell) AS m
                    WHERE f.line = ANY (likely) AND m.score >= f.duplicate_score AND m.caseno OPERATOR(@extschema@.<>) f.caseno
                    OFFSET 0
                ) AS v
                JOIN @extschema@.case_state AS s ON s.caseno OPERATOR(@extschema@.=) v.caseno
                JOIN @extschema@.case_state AS o ON o.caseno OPERATOR(@extschema@.=) v.other AND o.state <> 'void'
                LEFT JOIN fresh AS l ON l.caseno OPERATOR(@extschema@.=) v.other
                WHERE l.line IS NULL OR l.line < v.line
            ), linked AS (
                INSERT INTO @extschema@.case_link (caseno, other, link, score, reason, at)
                SELECT a.caseno, a.other, 'duplicate', a.score, a.reason, a.reported_at
                FROM alike AS a
                WHERE a.place <= 5
            )
            SELECT a.other, a.caseno, a.is, a.reported_at FROM alike AS a
            WHERE a.place <= 5 AND a.is > coalesce(a.was, 0)
            -- all sessions lock them in one order
            ORDER BY a.other, a.line
        LOOP
            PERFORM @extschema@.raise_severity(worse.other, worse.caseno, worse.is, worse.reported_at);
        END LOOP;
    END IF;
    FOR fresh IN
        SELECT a.caseno, c.reported_at, r.auto_dispatch
        FROM unnest(answers) AS a
        JOIN @extschema@.intake_rule AS r ON r.channel = a.rule AND r.auto_file
        JOIN @extschema@.case_record AS c ON c.caseno OPERATOR(@extschema@.=) a.caseno
        WHERE a.refused IS NULL AND NOT a.repeated AND c.class IS NOT NULL
        ORDER BY a.line
    LOOP
        PERFORM @extschema@.file_report(fresh.caseno, fresh.auto_dispatch, fresh.reported_at);
    END LOOP;
    RETURN answers;
END;
$$;
COMMENT ON FUNCTION take_reports(report[]) IS
    'register reports, link what was reported before, file and dispatch what the rules say (受理上报)';
REVOKE EXECUTE ON FUNCTION take_reports(report[]) FROM PUBLIC;

-- What cannot be dispatched waits for a dispatcher; the report is taken all the
-- same.
CREATE FUNCTION auto_dispatch(caseno caseno, at timestamptz) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @extschema@.perform_dispatch(caseno, NULL, NULL, at, true);
EXCEPTION WHEN SQLSTATE 'CG523' OR SQLSTATE 'CG425' OR SQLSTATE 'CG422' THEN
    RAISE NOTICE 'case % is not dispatched: %', caseno, SQLERRM;
END;
$$;
COMMENT ON FUNCTION auto_dispatch(caseno, timestamptz) IS 'dispatch a case by the rulebook if it names a unit (自动派遣)';
REVOKE EXECUTE ON FUNCTION auto_dispatch(caseno, timestamptz) FROM PUBLIC;

-- What looks like a duplicate is filed, but waits for a dispatcher.
CREATE FUNCTION file_report(caseno caseno, dispatches boolean, at timestamptz) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @extschema@.perform_file(caseno, NULL, at, true);
    IF dispatches AND NOT EXISTS (
        SELECT FROM @extschema@.case_link AS l WHERE l.caseno OPERATOR(@extschema@.=) file_report.caseno
    ) THEN
        PERFORM @extschema@.auto_dispatch(caseno, at);
    END IF;
END;
$$;
COMMENT ON FUNCTION file_report(caseno, boolean, timestamptz) IS 'file a report, and dispatch it (自动立案与派遣), as the rule of intake says';
REVOKE EXECUTE ON FUNCTION file_report(caseno, boolean, timestamptz) FROM PUBLIC;

CREATE FUNCTION report_event(
    channel text,
    description text DEFAULT NULL,
    location geometry DEFAULT NULL,
    address text DEFAULT NULL,
    cell gridcode DEFAULT NULL,
    class eventcode DEFAULT NULL,
    severity integer DEFAULT NULL,
    occurred_at timestamptz DEFAULT NULL,
    reporter jsonb DEFAULT NULL,
    external_id text DEFAULT NULL,
    attachments jsonb DEFAULT NULL,
    owner text DEFAULT NULL,
    datum geo_datum DEFAULT NULL,
    at timestamptz DEFAULT now()
) RETURNS caseno
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    answer constant @extschema@.report_answer := @extschema@.open_report(ROW(1, channel, description, location, address,
        cell, class, severity, occurred_at, reporter, external_id, attachments, owner, datum, at)::@extschema@.report);
BEGIN
    IF answer.refused IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = answer.refused,
            MESSAGE = answer.message,
            DETAIL = coalesce(answer.detail, ''),
            HINT = coalesce(answer.hint, '');
    END IF;
    RETURN answer.caseno;
END;
$$;
COMMENT ON FUNCTION report_event(text, text, geometry, text, gridcode, eventcode, integer, timestamptz, jsonb, text, jsonb, text, geo_datum, timestamptz) IS
    'report an event (事件上报): it is located, classified, routed, dated, compared with what is on record, and registered; returns the case number, for what the channel has reported already the first one';
REVOKE EXECUTE ON FUNCTION report_event(text, text, geometry, text, gridcode, eventcode, integer, timestamptz, jsonb, text, jsonb, text, geo_datum, timestamptz) FROM PUBLIC;
