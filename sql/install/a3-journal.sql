
-- The journal as evidence (日志核验): that nothing in it was changed or left
-- out, and that it says what the tables say.  See doc/journal.md.

-- Where a case stands is only written together with a step of its journal.  The
-- condition keeps the engine from paying for a call.
CREATE FUNCTION refuse_state_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'CG550',
        MESSAGE = 'where a case stands is only changed by acts on it',
        DETAIL = 'Each change belongs to a step of the journal, which holds the case together.',
        HINT = 'doc/cases.md lists the functions that act on cases.';
END;
$$;
COMMENT ON FUNCTION refuse_state_change() IS 'trigger: case_state is only written together with the journal (案件状态不可绕过日志更改)';
REVOKE EXECUTE ON FUNCTION refuse_state_change() FROM PUBLIC;
CREATE TRIGGER refuse_state_change
    BEFORE UPDATE ON case_state
    FOR EACH ROW WHEN (NEW.step <> OLD.step + 1 OR NEW.hash = OLD.hash OR NEW.caseno <> OLD.caseno)
    EXECUTE FUNCTION refuse_state_change();
CREATE TRIGGER refuse_state_removal
    BEFORE DELETE OR TRUNCATE ON case_state
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_state_change();
COMMENT ON TRIGGER refuse_state_change ON case_state IS 'case_state is only written together with the journal';
COMMENT ON TRIGGER refuse_state_removal ON case_state IS 'cases are not removed';

-- An anchor asks for what was written down on a day; rows come in that order.
CREATE INDEX case_journal_recorded_at_idx ON case_journal USING brin (recorded_at) WITH (pages_per_range = 32);

-- An error unless there is such a case that the caller may see.
CREATE FUNCTION require_case(caseno caseno) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM @extschema@.case_state AS s WHERE s.caseno OPERATOR(@extschema@.=) require_case.caseno;
    IF FOUND THEN
        RETURN;
    END IF;
    PERFORM FROM @extschema@.case_journal AS j WHERE j.caseno OPERATOR(@extschema@.=) require_case.caseno;
    IF NOT FOUND THEN
        PERFORM @extschema@.deny_case(require_case.caseno);
    END IF;
END;
$$;
COMMENT ON FUNCTION require_case(caseno) IS 'an error unless there is such a case (案件须存在)';

-- Every step is held against the one before, and the last one against
-- case_state.  Joins rather than windows, so that workers can share them.
CREATE FUNCTION verify_journal(first caseno, last caseno)
    RETURNS TABLE (caseno caseno, step integer, fault text, explanation text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 10
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
BEGIN
    RETURN QUERY
    WITH suspect AS (
        SELECT j, p, s
        FROM @extschema@.case_journal AS j
        LEFT JOIN @extschema@.case_journal AS p
            ON p.caseno OPERATOR(@extschema@.=) j.caseno AND p.step = j.step - 1
            AND (first IS NULL OR p.caseno OPERATOR(@extschema@.>=) first)
            AND (last IS NULL OR p.caseno OPERATOR(@extschema@.<=) last)
        LEFT JOIN @extschema@.case_state AS s
            ON s.caseno OPERATOR(@extschema@.=) j.caseno
            AND (first IS NULL OR s.caseno OPERATOR(@extschema@.>=) first)
            AND (last IS NULL OR s.caseno OPERATOR(@extschema@.<=) last)
        WHERE (first IS NULL OR j.caseno OPERATOR(@extschema@.>=) first)
            AND (last IS NULL OR j.caseno OPERATOR(@extschema@.<=) last)
            AND (
                s.step IS NULL OR j.step > s.step OR j.step > 1 AND p.step IS NULL
                OR j.hash <> @extschema@.journal_digest(p.hash, j)
                OR j.from_state IS DISTINCT FROM p.to_state OR j.from_unit IS DISTINCT FROM p.unit OR j.at < p.at
                OR j.step = s.step
                    AND (j.hash <> s.hash OR j.at <> s.at OR j.to_state <> s.state OR j.unit IS DISTINCT FROM s.unit)
            )
    )
    SELECT (x.j).caseno, (x.j).step, v.fault, v.explanation
    FROM suspect AS x
    CROSS JOIN LATERAL (VALUES
        (1, 'gap', format('Step %s is missing.', (x.j).step - 1), (x.j).step > 1 AND (x.p).step IS NULL),
        (2, 'hash', 'The step, or the hash before it, is not what was written down.',
            ((x.j).step = 1 OR (x.p).step IS NOT NULL)
            AND (x.j).hash <> @extschema@.journal_digest((x.p).hash, x.j)),
        (3, 'from_state', format('It begins with %s; the step before ended with %s.',
                coalesce((x.j).from_state, 'nothing'), coalesce((x.p).to_state, 'nothing')),
            ((x.j).step = 1 OR (x.p).step IS NOT NULL) AND (x.j).from_state IS DISTINCT FROM (x.p).to_state),
        (4, 'from_unit', format('It begins with %s; the step before ended with %s.',
                coalesce('unit ' || (x.j).from_unit, 'no unit'), coalesce('unit ' || (x.p).unit, 'no unit')),
            ((x.j).step = 1 OR (x.p).step IS NOT NULL) AND (x.j).from_unit IS DISTINCT FROM (x.p).unit),
        (5, 'time', format('It was at %s, the step before at %s.', (x.j).at, (x.p).at), (x.j).at < (x.p).at),
        (6, 'state', 'There is no such case in case_state.', (x.s).step IS NULL),
        (7, 'state', format('case_state ends with step %s.', (x.s).step), (x.j).step > (x.s).step),
        (8, 'state', format('case_state has another %s.', concat_ws(', ',
                CASE WHEN (x.j).hash <> (x.s).hash THEN 'hash' END,
                CASE WHEN (x.j).at <> (x.s).at THEN 'at' END,
                CASE WHEN (x.j).to_state <> (x.s).state THEN 'state' END,
                CASE WHEN (x.j).unit IS DISTINCT FROM (x.s).unit THEN 'unit' END)),
            (x.j).step = (x.s).step AND ((x.j).hash <> (x.s).hash OR (x.j).at <> (x.s).at OR (x.j).to_state <> (x.s).state
                OR (x.j).unit IS DISTINCT FROM (x.s).unit))
    ) AS v (place, fault, explanation, holds)
    WHERE v.holds
    UNION ALL
    -- the last steps are gone
    SELECT s.caseno, s.step, 'missing', format('case_state ends with step %s, which is not in the journal.', s.step)
    FROM @extschema@.case_state AS s
    WHERE (first IS NULL OR s.caseno OPERATOR(@extschema@.>=) first)
        AND (last IS NULL OR s.caseno OPERATOR(@extschema@.<=) last)
        AND NOT EXISTS (
            SELECT FROM @extschema@.case_journal AS j
            WHERE j.caseno OPERATOR(@extschema@.=) s.caseno AND j.step = s.step
                AND (first IS NULL OR j.caseno OPERATOR(@extschema@.>=) first)
                AND (last IS NULL OR j.caseno OPERATOR(@extschema@.<=) last)
        )
    UNION ALL
    -- what was reported, as far as it is never amended
    SELECT j.caseno, j.step, 'record', CASE
        WHEN r.caseno IS NULL THEN 'There is no such case in case_record, without which no view shows it.'
        ELSE format('case_record has another %s.', concat_ws(', ',
            CASE WHEN r.reported_at <> j.at THEN 'reported_at' END,
            CASE WHEN r.channel IS DISTINCT FROM t.told ->> 'channel' THEN 'channel' END,
            CASE WHEN r.external_id IS DISTINCT FROM t.told ->> 'external_id' THEN 'external_id' END,
            CASE WHEN d.digest IS DISTINCT FROM t.told ->> 'description_sha256' THEN 'description' END))
    END
    FROM @extschema@.case_journal AS j
    LEFT JOIN @extschema@.case_record AS r
        ON r.caseno OPERATOR(@extschema@.=) j.caseno
        AND (first IS NULL OR r.caseno OPERATOR(@extschema@.>=) first)
        AND (last IS NULL OR r.caseno OPERATOR(@extschema@.<=) last)
    CROSS JOIN LATERAL (SELECT j.detail -> 'told' AS told OFFSET 0) AS t
    CROSS JOIN LATERAL (SELECT encode(sha256(convert_to(r.description, 'UTF8')), 'hex') AS digest OFFSET 0) AS d
    WHERE j.step = 1
        AND (first IS NULL OR j.caseno OPERATOR(@extschema@.>=) first)
        AND (last IS NULL OR j.caseno OPERATOR(@extschema@.<=) last)
        AND (
            r.caseno IS NULL
            OR t.told IS NOT NULL AND (
                r.reported_at <> j.at OR r.channel IS DISTINCT FROM t.told ->> 'channel'
                OR r.external_id IS DISTINCT FROM t.told ->> 'external_id' OR d.digest IS DISTINCT FROM t.told ->> 'description_sha256'
            )
        )
    ORDER BY 1, 2, 3;
END;
$$;
COMMENT ON FUNCTION verify_journal(caseno, caseno) IS
    'faults in the journals of the cases from one number to another (日志核验): no row, no fault; NULL: without bound';

CREATE FUNCTION verify_journal(of_case caseno DEFAULT NULL)
    RETURNS TABLE (caseno caseno, step integer, fault text, explanation text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF of_case IS NOT NULL THEN
        PERFORM @extschema@.require_case(of_case);
    END IF;
    RETURN QUERY SELECT v.* FROM @extschema@.verify_journal(of_case, of_case) AS v;
END;
$$;
COMMENT ON FUNCTION verify_journal(caseno) IS 'faults in the journal of a case, or of all cases (日志核验): no row, no fault';

-- Replay: the tables worked out again from the journal alone.

CREATE AGGREGATE fold_changes(jsonb) (
    SFUNC = pg_catalog.jsonb_concat,
    STYPE = jsonb,
    INITCOND = '{}',
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE fold_changes(jsonb) IS 'what holds after changes one after another (变更合并): of each key the last value';

-- Rows of case_state, case_clock and case_task, as the journal has them and as
-- they are; NULL where there is none.  Which edition of the calendar dated a
-- clock is told by the clock: a later one may have moved it, which is no act on
-- the case.
CREATE FUNCTION replay_rows(first caseno, last caseno)
    RETURNS TABLE (caseno caseno, part text, number bigint, journal jsonb, stored jsonb)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 1000
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET bytea_output = 'hex'
    SET jit = off
AS $$
BEGIN
    RETURN QUERY
    SELECT coalesce(j.caseno, s.caseno), 'state', NULL::bigint, jsonb_strip_nulls(j.doc), jsonb_strip_nulls(to_jsonb(s) - 'caseno')
    FROM (
        SELECT t.caseno, @extschema@.fold_changes(
            (t.detail -> 'set') || jsonb_build_object('step', t.step, 'at', t.at, 'hash', t.hash) ORDER BY t.step) AS doc
        FROM @extschema@.case_journal AS t
        WHERE (first IS NULL OR t.caseno OPERATOR(@extschema@.>=) first)
            AND (last IS NULL OR t.caseno OPERATOR(@extschema@.<=) last)
        GROUP BY t.caseno
    ) AS j
    FULL JOIN (
        SELECT t.* FROM @extschema@.case_state AS t
        WHERE (first IS NULL OR t.caseno OPERATOR(@extschema@.>=) first)
            AND (last IS NULL OR t.caseno OPERATOR(@extschema@.<=) last)
    ) AS s ON s.caseno OPERATOR(@extschema@.=) j.caseno;

    RETURN QUERY
    WITH deed AS (
        SELECT t.caseno, t.step, d.n, (d.doc ->> 'clock')::bigint AS clock, d.doc ->> 'do' AS what,
               (d.doc ->> 'at')::timestamptz AS at, d.doc,
               CASE WHEN d.doc ->> 'do' IN ('pause', 'resume', 'stop', 'void') THEN
                   lead((d.doc ->> 'at')::timestamptz) OVER (
                       PARTITION BY t.caseno, d.doc -> 'clock', d.doc ->> 'do' IN ('pause', 'resume', 'stop', 'void')
                       ORDER BY t.step, d.n)
               END AS until
        FROM @extschema@.case_journal AS t
        CROSS JOIN LATERAL jsonb_array_elements(t.detail -> 'clocks') WITH ORDINALITY AS d (doc, n)
        WHERE (first IS NULL OR t.caseno OPERATOR(@extschema@.>=) first)
            AND (last IS NULL OR t.caseno OPERATOR(@extschema@.<=) last)
            AND t.detail ? 'clocks'
    ),
    told AS (
        SELECT d.caseno, d.clock,
               max(d.doc ->> 'kind') AS kind, max(d.doc ->> 'stage') AS stage, max(d.doc ->> 'holder') AS holder,
               max(d.doc ->> 'calendar') AS calendar, max(d.doc ->> 'term') AS term,
               min(d.at) FILTER (WHERE d.what = 'start') AS started_at,
               coalesce(range_agg(tstzrange(d.at, d.until)) FILTER (WHERE d.what = 'pause'), '{}') AS pauses,
               coalesce(array_agg((d.doc ->> 'extension') ORDER BY d.step, d.n) FILTER (WHERE d.what = 'extend'), '{}') AS extensions,
               max(d.at) FILTER (WHERE d.what IN ('stop', 'void')) AS stopped_at,
               max(d.doc ->> 'verdict') AS verdict
        FROM deed AS d
        GROUP BY d.caseno, d.clock
    ),
    running AS (
        SELECT c.* FROM @extschema@.case_clock AS c
        WHERE (first IS NULL OR c.caseno OPERATOR(@extschema@.>=) first)
            AND (last IS NULL OR c.caseno OPERATOR(@extschema@.<=) last)
            -- cases of before there were journals may have clocks, too
            AND EXISTS (SELECT FROM @extschema@.case_state AS s WHERE s.caseno OPERATOR(@extschema@.=) c.caseno)
    )
    SELECT coalesce(t.caseno, c.caseno), 'clock', coalesce(t.clock, c.clock),
           CASE WHEN t.clock IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object('kind', t.kind, 'stage', t.stage, 'holder', t.holder,
               'calendar', t.calendar, 'term', t.term, 'started_at', t.started_at, 'pauses', t.pauses, 'extensions', t.extensions,
               'stopped_at', greatest(t.stopped_at, CASE WHEN t.stopped_at IS NOT NULL THEN t.started_at END), 'verdict', t.verdict,
               'due_at', CASE WHEN e.workcal IS NOT NULL THEN @extschema@.due(e.workcal, t.started_at, t.term::@extschema@.term,
                   t.pauses, t.extensions::@extschema@.term[]) END)) END,
           CASE WHEN c.clock IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object('kind', c.kind, 'stage', c.stage, 'holder', c.holder,
               'calendar', c.calendar, 'term', c.term::text, 'started_at', c.started_at, 'pauses', c.pauses,
               'extensions', c.extensions::text[], 'stopped_at', c.stopped_at, 'verdict', c.verdict, 'due_at', c.due_at)) END
    FROM told AS t
    FULL JOIN running AS c ON c.caseno OPERATOR(@extschema@.=) t.caseno AND c.clock = t.clock
    LEFT JOIN @extschema@.calendar_edition AS e ON e.edition = c.edition AND e.calendar = t.calendar;

    RETURN QUERY
    WITH deed AS (
        SELECT t.caseno, t.step, t.at, d.n, (d.doc ->> 'task')::bigint AS task, d.doc ->> 'do' AS what, d.doc,
               CASE WHEN d.doc ->> 'do' IN ('sign', 'done') THEN array_remove(ARRAY[t.actor, 'person ' || t.person], NULL) END AS handlers
        FROM @extschema@.case_journal AS t
        CROSS JOIN LATERAL jsonb_array_elements(t.detail -> 'tasks') WITH ORDINALITY AS d (doc, n)
        WHERE (first IS NULL OR t.caseno OPERATOR(@extschema@.>=) first)
            AND (last IS NULL OR t.caseno OPERATOR(@extschema@.<=) last)
            AND t.detail ? 'tasks'
    ),
    told AS (
        SELECT d.caseno, d.task,
               @extschema@.fold_changes(d.doc - '{task,do}'::text[] ORDER BY d.step, d.n) AS doc,
               (array_agg(d.what ORDER BY d.step DESC, d.n DESC))[1] AS what,
               min(d.at) FILTER (WHERE d.what IN ('give', 'again')) AS given_at,
               max(d.at) FILTER (WHERE d.what IN ('sign', 'again')) AS signed_at,
               max(d.at) FILTER (WHERE d.what NOT IN ('give', 'again', 'sign')) AS ended_at
        FROM deed AS d
        GROUP BY d.caseno, d.task
    ),
    hands AS (
        SELECT d.caseno, d.task, array_agg(DISTINCT h.name ORDER BY h.name) AS handlers
        FROM deed AS d
        CROSS JOIN LATERAL unnest(d.handlers) AS h (name)
        GROUP BY d.caseno, d.task
    )
    SELECT coalesce(t.caseno, c.caseno), 'task', coalesce(t.task, c.task::bigint),
           CASE WHEN t.task IS NOT NULL THEN jsonb_strip_nulls(t.doc || jsonb_build_object('given_at', t.given_at, 'signed_at', t.signed_at,
               'ended_at', t.ended_at, 'handlers', coalesce(h.handlers, '{}'),
               'state', CASE t.what
                   WHEN 'give' THEN 'open' WHEN 'again' THEN 'signed' WHEN 'sign' THEN 'signed'
                   WHEN 'return' THEN 'returned' WHEN 'recall' THEN 'recalled'
                   WHEN 'transfer' THEN 'transferred' WHEN 'end' THEN 'ended' ELSE t.what
               END)) END,
           CASE WHEN c.task IS NOT NULL THEN jsonb_strip_nulls((to_jsonb(c) - '{caseno,task}'::text[]) || jsonb_build_object('handlers',
               ARRAY(SELECT n FROM unnest(c.handlers) AS n ORDER BY n))) END
    FROM told AS t
    LEFT JOIN hands AS h ON h.caseno OPERATOR(@extschema@.=) t.caseno AND h.task = t.task
    FULL JOIN (
        SELECT k.* FROM @extschema@.case_task AS k
        WHERE (first IS NULL OR k.caseno OPERATOR(@extschema@.>=) first)
            AND (last IS NULL OR k.caseno OPERATOR(@extschema@.<=) last)
    ) AS c ON c.caseno OPERATOR(@extschema@.=) t.caseno AND c.task = t.task;
END;
$$;
COMMENT ON FUNCTION replay_rows(caseno, caseno) IS
    'rows of case_state, case_clock and case_task of some cases, worked out from the journal and as they are (按日志重演)';

CREATE FUNCTION replay(caseno caseno)
    RETURNS TABLE (part text, number bigint, name text, journal text, stored text, equal boolean)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 50
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @extschema@.require_case(replay.caseno);
    RETURN QUERY
    SELECT r.part, r.number, k.name, r.journal ->> k.name, r.stored ->> k.name,
           r.journal -> k.name IS NOT DISTINCT FROM r.stored -> k.name
    FROM @extschema@.replay_rows(replay.caseno, replay.caseno) AS r
    CROSS JOIN LATERAL (
        SELECT o.name FROM jsonb_object_keys(coalesce(r.journal, '{}') || coalesce(r.stored, '{}')) AS o (name)
    ) AS k
    ORDER BY r.part = 'task', r.part = 'clock', r.number, k.name COLLATE "C";
END;
$$;
COMMENT ON FUNCTION replay(caseno) IS
    'a case worked out again from its journal, beside what the tables say (日志重演); what is NULL in both is left out';

CREATE FUNCTION replay_check(first caseno DEFAULT NULL, last caseno DEFAULT NULL)
    RETURNS TABLE (caseno caseno, part text, number bigint, name text, journal text, stored text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT r.caseno, r.part, r.number, k.name, r.journal ->> k.name, r.stored ->> k.name
    FROM @extschema@.replay_rows(first, last) AS r
    CROSS JOIN LATERAL (
        SELECT o.name FROM jsonb_object_keys(coalesce(r.journal, '{}') || coalesce(r.stored, '{}')) AS o (name)
    ) AS k
    WHERE r.journal IS DISTINCT FROM r.stored AND r.journal -> k.name IS DISTINCT FROM r.stored -> k.name
    ORDER BY r.caseno, r.part = 'task', r.part = 'clock', r.number, k.name COLLATE "C";
END;
$$;
COMMENT ON FUNCTION replay_check(caseno, caseno) IS
    'where the journal and the tables differ, over the cases from one number to another (重演核对): no row, no difference; NULL: without bound';

-- Who had the case, and how long.  Time in which nobody has to act, as when it
-- is closed, is not held; so the times sum to the time from end to end.
CREATE FUNCTION holder_time(caseno caseno, at timestamptz DEFAULT now())
    RETURNS TABLE (unit bigint, unit_name text, times integer, held interval, suspended interval, share numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 5
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @extschema@.require_case(holder_time.caseno);
    RETURN QUERY
    WITH stretch AS (
        SELECT j.step, j.unit, j.to_state, j.at AS from_at,
               lead(j.at, 1, greatest(j.at, holder_time.at)) OVER w AS to_at,
               j.step = 1 OR j.unit IS DISTINCT FROM j.from_unit
                   OR NOT coalesce((SELECT f.open FROM @extschema@.case_status AS f WHERE f.state = j.from_state), true) AS begins
        FROM @extschema@.case_journal AS j
        WHERE j.caseno OPERATOR(@extschema@.=) holder_time.caseno AND (j.at <= holder_time.at OR holder_time.at IS NULL)
        WINDOW w AS (ORDER BY j.step)
    ),
    spell AS (
        SELECT t.unit, min(t.step) AS first_step, count(*) FILTER (WHERE t.begins)::integer AS times,
               sum(extract(epoch FROM t.to_at - t.from_at)) AS seconds,
               coalesce(sum(extract(epoch FROM t.to_at - t.from_at)) FILTER (WHERE t.to_state = 'suspended'), 0) AS still
        FROM stretch AS t
        WHERE coalesce((SELECT c.open FROM @extschema@.case_status AS c WHERE c.state = t.to_state), true)
        GROUP BY t.unit
    )
    SELECT p.unit, (SELECT u.name FROM @extschema@.unit AS u WHERE u.unit = p.unit), p.times,
           make_interval(secs => p.seconds::double precision), make_interval(secs => p.still::double precision),
           round(p.seconds / nullif(sum(p.seconds) OVER (), 0), 4)
    FROM spell AS p
    ORDER BY p.first_step;
END;
$$;
COMMENT ON FUNCTION holder_time(caseno, timestamptz) IS
    'how long each unit has had a case, up to an instant (各单位持有时长); the times sum to the time from end to end';

-- The chain of a case can be forged by who may write anything; not one of which
-- the end has been published.
CREATE FUNCTION journal_anchor(
    day date,
    zone text DEFAULT 'Asia/Shanghai',
    OUT from_at timestamptz,
    OUT to_at timestamptz,
    OUT cases bigint,
    OUT steps bigint,
    OUT digest text
)
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    from_at := day::timestamp AT TIME ZONE zone;
    to_at := (day + 1)::timestamp AT TIME ZONE zone;
    IF to_at > now() OR to_at IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG552',
            MESSAGE = format('day %s is not over yet', coalesce(day::text, 'NULL')),
            DETAIL = 'Steps may still be written down on it, and would not be in the anchor.',
            HINT = 'Take the anchor of a day on the next one.';
    END IF;
    IF NOT @extschema@.sees_all_cases() THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG553',
            MESSAGE = 'an anchor is made by who sees all cases',
            DETAIL = 'Of a part of them the digest would be another one.',
            HINT = 'It takes a role for all units and the right to sensitive cases, or a superuser.';
    END IF;
    SELECT count(*), coalesce(sum(d.steps), 0), encode(sha256(convert_to(
            coalesce(string_agg(d.caseno || ' ' || d.step || ' ' || encode(d.hash, 'hex') || E'\n', '' ORDER BY d.caseno COLLATE "C"), ''),
            'UTF8')), 'hex')
    INTO cases, steps, digest
    FROM (
        SELECT j.caseno::text AS caseno, max(j.step) AS step, (array_agg(j.hash ORDER BY j.step DESC))[1] AS hash, count(*) AS steps
        FROM @extschema@.case_journal AS j
        WHERE j.recorded_at >= from_at AND j.recorded_at < to_at
        GROUP BY j.caseno
    ) AS d;
END;
$$;
COMMENT ON FUNCTION journal_anchor(date, text) IS
    'one digest over the last hash of each case that was acted on that day (日志锚定), to be published where nobody here can change it';
