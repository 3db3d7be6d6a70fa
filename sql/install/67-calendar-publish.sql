
-- Editions of calendars (日历版本): what was published, and never changes; what
-- one changes, and which deadlines it moves.  See doc/calendars.md.

CREATE TABLE calendar_edition (
    edition bigint NOT NULL,
    calendar text NOT NULL,
    valid_from timestamptz NOT NULL,
    known_on date,
    notices text[] NOT NULL,
    workcal workcal NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    published_by text NOT NULL DEFAULT session_user,
    remark text,
    CONSTRAINT calendar_edition_pkey PRIMARY KEY (edition),
    CONSTRAINT calendar_edition_calendar_check CHECK (calendar <> ''),
    CONSTRAINT calendar_edition_valid_from_check CHECK (isfinite(valid_from))
);
CREATE INDEX calendar_edition_valid_from_idx ON calendar_edition (calendar, valid_from, edition);
COMMENT ON TABLE calendar_edition IS 'editions of calendars (日历版本); in force is the one of a calendar with the greatest valid_from that has come, of several the highest number';
COMMENT ON COLUMN calendar_edition.edition IS 'number of the edition (版本号), in the order of publishing, over all calendars';
COMMENT ON COLUMN calendar_edition.calendar IS 'calendar (日历键)';
COMMENT ON COLUMN calendar_edition.valid_from IS 'from when deadlines are worked out by it (生效时间)';
COMMENT ON COLUMN calendar_edition.known_on IS 'day whose knowledge it holds (知悉日期); NULL: all that was in the draft';
COMMENT ON COLUMN calendar_edition.notices IS 'notices that it rests on (所依据的通知)';
COMMENT ON COLUMN calendar_edition.workcal IS 'the calendar (工作日历)';
COMMENT ON COLUMN calendar_edition.published_at IS 'when it was published (发布时间)';
COMMENT ON COLUMN calendar_edition.published_by IS 'database user who published it (发布人)';
COMMENT ON COLUMN calendar_edition.remark IS 'remark (备注)';
SELECT pg_catalog.pg_extension_config_dump('calendar_edition', '');

CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON calendar_edition
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
COMMENT ON TRIGGER refuse_edition_change ON calendar_edition IS 'a published edition is never changed';

CREATE FUNCTION calendar_edition_in_force(name text, at timestamptz DEFAULT now()) RETURNS bigint
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT e.edition
    FROM @extschema@.calendar_edition AS e
    WHERE e.calendar = name AND e.valid_from <= at
    ORDER BY e.valid_from DESC, e.edition DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION calendar_edition_in_force(text, timestamptz) IS
    'number of the edition of a calendar in force at an instant (生效日历版本); NULL before the first';

CREATE FUNCTION calendar_in_force(name text, at timestamptz DEFAULT now()) RETURNS workcal
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT e.workcal
    FROM @extschema@.calendar_edition AS e
    WHERE e.calendar = name AND e.valid_from <= at
    ORDER BY e.valid_from DESC, e.edition DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION calendar_in_force(text, timestamptz) IS
    'a calendar as the edition in force at an instant has it (生效日历); NULL before the first edition';

-- An edition, or NULL for the draft.
CREATE FUNCTION calendar_version(name text, edition bigint) RETURNS workcal
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    cal @extschema@.workcal;
BEGIN
    IF calendar_version.edition IS NULL THEN
        RETURN @extschema@.calendar_draft(name);
    END IF;
    SELECT e.workcal INTO cal
    FROM @extschema@.calendar_edition AS e
    WHERE e.edition = calendar_version.edition AND e.calendar = name;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG213',
            MESSAGE = format('calendar "%s" has no edition %s', name, calendar_version.edition),
            HINT = 'SELECT edition, calendar, valid_from FROM civicgrid.calendar_edition lists them; NULL is the draft.';
    END IF;
    RETURN cal;
END;
$$;
COMMENT ON FUNCTION calendar_version(text, bigint) IS
    'a calendar as one of its editions has it (指定版本的日历); NULL is the draft';

-- The days of a calendar one by one, as its text says them.
CREATE FUNCTION workcal_days(calendar workcal, first date DEFAULT '-infinity', last date DEFAULT 'infinity')
    RETURNS TABLE (day date, shifts text[], name text, provisional boolean)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 1000
BEGIN ATOMIC
    WITH r AS MATERIALIZED (
        SELECT calendar::text::jsonb AS rules
    ),
    c AS MATERIALIZED (
        SELECT r.rules -> 'week' AS week, r.rules -> 'days' AS days,
               (r.rules ->> 'from')::date AS first_day, (r.rules ->> 'to')::date AS last_day,
               (r.rules ->> 'provisional')::date AS provisional
        FROM r
    ),
    d AS (
        SELECT v.day::date AS day,
               (ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[extract(isodow FROM v.day)::integer] AS weekday,
               c.week,
               c.days -> to_char(v.day, 'YYYY-MM-DD') AS entry,
               v.day >= c.provisional AS provisional
        FROM c,
             generate_series(
                 greatest(first, c.first_day)::timestamp,
                 least(last, c.last_day)::timestamp,
                 interval '1 day'
             ) AS v (day)
    )
    SELECT d.day,
           ARRAY(
               SELECT jsonb_array_elements_text(CASE jsonb_typeof(d.entry)
                   WHEN 'array' THEN d.entry
                   WHEN 'string' THEN d.week -> (d.entry #>> '{}')
                   WHEN 'object' THEN coalesce(d.entry -> 'hours', d.week -> (d.entry ->> 'like'))
                   ELSE d.week -> d.weekday
               END)
           ),
           CASE WHEN jsonb_typeof(d.entry) = 'object' THEN d.entry ->> 'name' END,
           coalesce(d.provisional, false)
    FROM d;
END;
COMMENT ON FUNCTION workcal_days(workcal, date, date) IS
    'the days of a calendar one by one (逐日作息): shifts, none on a rest day, name, and whether it is provisional';

CREATE FUNCTION workcal_diff(before workcal, after workcal)
    RETURNS TABLE (day date, before_shifts text[], after_shifts text[], before_name text, after_name text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 10
BEGIN ATOMIC
    SELECT b.day, b.shifts, a.shifts, b.name, a.name
    FROM @extschema@.workcal_days(before) AS b
    JOIN @extschema@.workcal_days(after) AS a ON a.day = b.day
    WHERE a.shifts <> b.shifts
    ORDER BY b.day;
END;
COMMENT ON FUNCTION workcal_diff(workcal, workcal) IS
    'days on which two calendars have other hours (日历对比), as far as both reach';

CREATE FUNCTION calendar_diff(name text, from_edition bigint DEFAULT NULL, to_edition bigint DEFAULT NULL)
    RETURNS TABLE (day date, before_shifts text[], after_shifts text[], before_name text, after_name text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last_edition constant bigint := coalesce(from_edition, (
        SELECT max(e.edition) FROM @extschema@.calendar_edition AS e WHERE e.calendar = calendar_diff.name
    ));
BEGIN
    IF last_edition IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG213',
            MESSAGE = format('calendar "%s" has no edition yet', calendar_diff.name),
            HINT = format('CALL civicgrid.publish_calendar(%L) publishes one.', calendar_diff.name);
    END IF;
    RETURN QUERY
    SELECT d.*
    FROM @extschema@.workcal_diff(
        @extschema@.calendar_version(calendar_diff.name, last_edition),
        @extschema@.calendar_version(calendar_diff.name, to_edition)
    ) AS d;
END;
$$;
COMMENT ON FUNCTION calendar_diff(text, bigint, bigint) IS
    'days on which an edition of a calendar, by default the last, differs from another or from the draft (日历版本对比)';

CREATE FUNCTION clock_diff(name text, to_edition bigint DEFAULT NULL)
    RETURNS TABLE (
        caseno caseno, clock bigint, kind text, stage text, holder text,
        due_before timestamptz, due_after timestamptz, moved interval
    )
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    cal constant @extschema@.workcal := @extschema@.calendar_version(name, to_edition);
BEGIN
    RETURN QUERY
    SELECT v.caseno, v.clock, v.kind, v.stage, v.holder, v.due_at, v.after, v.after - v.due_at
    FROM (
        SELECT c.*, @extschema@.due(cal, c.started_at, c.term, c.pauses, c.extensions) AS after
        FROM @extschema@.case_clock AS c
        WHERE c.calendar = name AND c.stopped_at IS NULL AND c.due_at < 'infinity'
    ) AS v
    WHERE v.after <> v.due_at
    ORDER BY v.caseno::text COLLATE "C", v.clock;
END;
$$;
COMMENT ON FUNCTION clock_diff(text, bigint) IS
    'open clocks whose deadline an edition, or the draft, would move, and by how much (截止时间影响预览)';

-- Moves what is open to the edition in force, in one statement; what has been
-- decided stays.  Idempotent: a clock that has its deadline already is not
-- touched.  Which edition is in force is asked when nobody else writes clocks or
-- moves them.
CREATE PROCEDURE move_clocks(name text, at timestamptz DEFAULT NULL, INOUT moved bigint DEFAULT NULL)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    shown constant integer := 5;
    target bigint;
    cal @extschema@.workcal;
    c @extschema@.case_clock;
    faults integer := 0;
    listed text;
    why text;
BEGIN
    PERFORM pg_advisory_xact_lock(@extschema@.clock_lock());
    target := @extschema@.calendar_edition_in_force(name, coalesce(at, clock_timestamp()));
    IF target IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG212',
            MESSAGE = format('no edition of calendar "%s" is in force', name),
            HINT = format('CALL civicgrid.publish_calendar(%L) publishes one.', name);
    END IF;
    SELECT e.workcal INTO cal FROM @extschema@.calendar_edition AS e WHERE e.edition = target;
    BEGIN
        WITH m AS (
            UPDATE @extschema@.case_clock AS t
            SET edition = e.edition,
                moved_from = t.due_at,
                due_at = @extschema@.due(e.workcal, t.started_at, t.term, t.pauses, t.extensions)
            FROM @extschema@.calendar_edition AS e
            WHERE e.edition = target
                AND t.calendar = e.calendar
                AND t.stopped_at IS NULL
                AND t.due_at <> @extschema@.due(e.workcal, t.started_at, t.term, t.pauses, t.extensions)
            RETURNING t.caseno, t.clock, t.edition, t.moved_from, t.due_at
        )
        INSERT INTO @extschema@.clock_move (caseno, clock, edition, moved_at, due_before, due_after)
        SELECT m.caseno, m.clock, m.edition, now(), m.moved_from, m.due_at
        FROM m;
        GET DIAGNOSTICS moved = ROW_COUNT;
    EXCEPTION WHEN SQLSTATE 'CG201' OR SQLSTATE 'CG202' THEN
        -- say which clocks
        FOR c IN
            SELECT t.* FROM @extschema@.case_clock AS t WHERE t.calendar = name AND t.stopped_at IS NULL
            ORDER BY t.clock
        LOOP
            BEGIN
                PERFORM @extschema@.due(cal, c.started_at, c.term, c.pauses, c.extensions);
            EXCEPTION WHEN SQLSTATE 'CG201' OR SQLSTATE 'CG202' THEN
                GET STACKED DIAGNOSTICS why = MESSAGE_TEXT;
                faults := faults + 1;
                IF faults <= shown THEN
                    listed := concat_ws(E'\n', listed, format('Clock %s of case %s: %s.', c.clock, c.caseno, why));
                END IF;
            END;
        END LOOP;
        RAISE EXCEPTION USING
            ERRCODE = 'CG216',
            MESSAGE = format('%s of calendar "%s" cannot be dated by edition %s',
                CASE faults WHEN 1 THEN '1 open clock' ELSE faults || ' open clocks' END, name, target),
            DETAIL = listed || CASE WHEN faults > shown THEN format(E'\n… and %s more', faults - shown) ELSE '' END,
            HINT = 'Widen the horizon of the calendar: calendar.first_day, calendar.years_ahead.';
    END;
    -- clocks, or an edition, that were committed after the snapshot
    IF @extschema@.keeps_snapshot() AND @extschema@.finds_latest(format(
        $query$
        SELECT FROM @extschema@.calendar_edition AS e
        JOIN @extschema@.case_clock AS t ON t.calendar = e.calendar AND t.stopped_at IS NULL
        WHERE e.edition = %s
            AND t.due_at <> @extschema@.due(e.workcal, t.started_at, t.term, t.pauses, t.extensions)
        $query$, target
    )) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'serialization_failure',
            MESSAGE = format('clocks of calendar "%s" were written meanwhile', name),
            HINT = 'Try again in a new transaction.';
    END IF;
END;
$$;
COMMENT ON PROCEDURE move_clocks(text, timestamptz, bigint) IS
    'move the open clocks of a calendar to the edition in force (调整截止时间), and log each that moves; publish_calendar() does it, and whoever published for a later day does it then';
REVOKE EXECUTE ON PROCEDURE move_clocks(text, timestamptz, bigint) FROM PUBLIC;

CREATE PROCEDURE publish_calendar(
    name text,
    valid_from timestamptz DEFAULT NULL,
    INOUT edition bigint DEFAULT NULL,
    remark text DEFAULT NULL,
    known_on date DEFAULT NULL
)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    shown constant integer := 5;
    finding record;
    errors integer := 0;
    listed text;
    cal @extschema@.workcal;
    notices text[];
    instant timestamptz;
    moved bigint;
BEGIN
    IF NOT isfinite(publish_calendar.valid_from) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'an edition of a calendar needs an instant from which it holds',
            DETAIL = format('valid_from is %s.', publish_calendar.valid_from);
    END IF;
    PERFORM FROM @extschema@.calendar AS c WHERE c.calendar = publish_calendar.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG210',
            MESSAGE = format('there is no calendar "%s"', coalesce(publish_calendar.name, 'NULL')),
            HINT = 'SELECT calendar FROM civicgrid.calendar lists them.';
    END IF;

    -- One publishes at a time, and nobody edits meanwhile; whoever only reads
    -- does not wait.  Who has edited and goes on to publish must not wait for
    -- one who publishes and waits for the edit: so the draft comes first.
    LOCK TABLE @extschema@.calendar, @extschema@.calendar_week, @extschema@.calendar_day,
        @extschema@.calendar_season, @extschema@.holiday_notice, @extschema@.holiday_day IN SHARE MODE;
    LOCK TABLE @extschema@.calendar_edition IN SHARE ROW EXCLUSIVE MODE;
    instant := clock_timestamp();
    -- by default from now on, unless another edition came into force since
    publish_calendar.valid_from := coalesce(publish_calendar.valid_from, greatest(now(), (
        SELECT max(e.valid_from) FROM @extschema@.calendar_edition AS e
        WHERE e.calendar = publish_calendar.name AND e.valid_from <= instant
    )));

    FOR finding IN
        SELECT k.* FROM @extschema@.calendar_check(publish_calendar.name) AS k WHERE k.severity = 'error'
    LOOP
        errors := errors + 1;
        IF errors <= shown THEN
            listed := concat_ws(E'\n', listed, format('%s: %s. %s',
                concat_ws(' ', coalesce(finding.calendar, finding.notice), finding.day), finding.fault, finding.detail));
        END IF;
    END LOOP;
    IF errors > 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG211',
            MESSAGE = format('the draft of calendar "%s" has %s', publish_calendar.name,
                CASE errors WHEN 1 THEN '1 error' ELSE errors || ' errors' END),
            DETAIL = listed || CASE WHEN errors > shown THEN format(E'\n… and %s more', errors - shown) ELSE '' END,
            HINT = format('SELECT * FROM civicgrid.calendar_check(%L) lists them all.', publish_calendar.name);
    END IF;

    cal := @extschema@.calendar_known_at(publish_calendar.name, coalesce(publish_calendar.known_on, 'infinity'));
    SELECT coalesce(array_agg(n.notice ORDER BY n.published, n.notice COLLATE "C"), '{}')
    INTO notices
    FROM @extschema@.holiday_notice AS n
    JOIN @extschema@.calendar AS c ON n.series = ANY (c.follows)
    WHERE c.calendar = publish_calendar.name
        AND n.published <= coalesce(publish_calendar.known_on, 'infinity');
    SELECT coalesce(max(e.edition), 0) + 1 INTO publish_calendar.edition FROM @extschema@.calendar_edition AS e;
    BEGIN
        INSERT INTO @extschema@.calendar_edition (edition, calendar, valid_from, known_on, notices, workcal, remark)
        VALUES (publish_calendar.edition, publish_calendar.name, publish_calendar.valid_from,
            publish_calendar.known_on, notices, cal, publish_calendar.remark);
    EXCEPTION WHEN unique_violation THEN
        -- the snapshot is older than what another session has published
        RAISE EXCEPTION USING
            ERRCODE = 'serialization_failure',
            MESSAGE = 'another edition of a calendar was published meanwhile',
            HINT = 'Try again in a new transaction.';
    END;

    IF @extschema@.calendar_edition_in_force(publish_calendar.name, instant) = publish_calendar.edition THEN
        CALL @extschema@.move_clocks(publish_calendar.name, instant, moved);
        RAISE NOTICE USING
            MESSAGE = format('edition %s of calendar "%s": %s moved', publish_calendar.edition, publish_calendar.name,
                CASE moved WHEN 1 THEN '1 open clock' ELSE moved || ' open clocks' END);
    ELSE
        RAISE NOTICE USING
            MESSAGE = format('edition %s of calendar "%s" is not in force now; no clock moved', publish_calendar.edition, publish_calendar.name),
            HINT = format('CALL civicgrid.move_clocks(%L) moves them when it is.', publish_calendar.name);
    END IF;
END;
$$;
COMMENT ON PROCEDURE publish_calendar(text, timestamptz, bigint, text, date) IS
    'publish the draft of a calendar (发布日历) as an edition that holds from an instant on, and move the open clocks to it; refused while calendar_check() finds an error';
REVOKE EXECUTE ON PROCEDURE publish_calendar(text, timestamptz, bigint, text, date) FROM PUBLIC;

CREATE FUNCTION clock_check() RETURNS TABLE (caseno caseno, clock bigint, fault text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT c.caseno, c.clock, 'unknown edition', format('Calendar "%s" has no edition %s.', c.calendar, c.edition)
    FROM @extschema@.case_clock AS c
    WHERE NOT EXISTS (
        SELECT FROM @extschema@.calendar_edition AS e WHERE e.edition = c.edition AND e.calendar = c.calendar
    );
    RETURN QUERY
    SELECT v.caseno, v.clock, 'wrong deadline', format('It is %s, and should be %s.', v.due_at, v.due)
    FROM (
        SELECT c.caseno, c.clock, c.due_at,
               @extschema@.due(e.workcal, c.started_at, c.term, c.pauses, c.extensions) AS due
        FROM @extschema@.calendar_edition AS e
        JOIN @extschema@.case_clock AS c ON c.edition = e.edition AND c.calendar = e.calendar
    ) AS v
    WHERE v.due <> v.due_at;
    -- what publishing should have moved
    RETURN QUERY
    SELECT v.caseno, v.clock, 'not moved', format('By edition %s, now in force, it is due at %s.', v.edition, v.due)
    FROM (
        SELECT c.caseno, c.clock, c.due_at, e.edition,
               @extschema@.due(e.workcal, c.started_at, c.term, c.pauses, c.extensions) AS due
        FROM @extschema@.calendar_edition AS e
        JOIN @extschema@.case_clock AS c ON c.calendar = e.calendar AND c.stopped_at IS NULL
        WHERE e.edition = @extschema@.calendar_edition_in_force(e.calendar, clock_timestamp())
    ) AS v
    WHERE v.due <> v.due_at;
END;
$$;
COMMENT ON FUNCTION clock_check() IS
    'clocks whose deadline is not what their facts make it (计时检查), or that move_clocks() has to move; no rows where all is well';

CREATE VIEW clock_reading AS
SELECT c.caseno, c.clock, c.kind, c.stage, c.holder, c.calendar, c.edition, c.started_at, c.term,
       upper_inf(c.pauses) AND NOT isempty(c.pauses) AS paused,
       cardinality(c.extensions) AS extensions,
       c.due_at, c.moved_from,
       c.stopped_at, c.verdict,
       elapsed(e.workcal, c.started_at, c.term, c.pauses, c.extensions, coalesce(c.stopped_at, now())) AS elapsed,
       remaining(e.workcal, c.started_at, c.term, c.pauses, c.extensions, coalesce(c.stopped_at, now())) AS remaining,
       used_ratio(e.workcal, c.started_at, c.term, c.pauses, c.extensions, coalesce(c.stopped_at, now())) AS used_ratio,
       CASE WHEN isfinite(c.due_at) THEN is_provisional(e.workcal, c.due_at) ELSE false END AS provisional
FROM case_clock AS c
LEFT JOIN calendar_edition AS e ON e.edition = c.edition;
COMMENT ON VIEW clock_reading IS 'clocks as they stand now, or stood when they were stopped (计时读数)';
COMMENT ON COLUMN clock_reading.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN clock_reading.clock IS 'number of the clock (计时序号)';
COMMENT ON COLUMN clock_reading.kind IS 'what it measures (计时种类): case, stage, holder';
COMMENT ON COLUMN clock_reading.stage IS 'stage (环节)';
COMMENT ON COLUMN clock_reading.holder IS 'unit that holds the case (承办单位)';
COMMENT ON COLUMN clock_reading.calendar IS 'calendar that it runs on (日历键)';
COMMENT ON COLUMN clock_reading.edition IS 'edition of the calendar (日历版本)';
COMMENT ON COLUMN clock_reading.started_at IS 'when it began (起算时间)';
COMMENT ON COLUMN clock_reading.term IS 'how long it may take (时限)';
COMMENT ON COLUMN clock_reading.paused IS 'it stands still (暂停中)';
COMMENT ON COLUMN clock_reading.extensions IS 'how many extensions were granted (延期次数)';
COMMENT ON COLUMN clock_reading.due_at IS 'deadline (截止时间)';
COMMENT ON COLUMN clock_reading.moved_from IS 'deadline before the last change of the calendar moved it (调整前截止时间)';
COMMENT ON COLUMN clock_reading.stopped_at IS 'when it was stopped (停止时间)';
COMMENT ON COLUMN clock_reading.verdict IS 'verdict (结论): on time 按时, overdue 超时, void 作废';
COMMENT ON COLUMN clock_reading.elapsed IS 'how much has passed (已用时间), of working time where the term counts that';
COMMENT ON COLUMN clock_reading.remaining IS 'how much is left (剩余时间), negative when it is late';
COMMENT ON COLUMN clock_reading.used_ratio IS 'share of the time that is used (已用比例)';
COMMENT ON COLUMN clock_reading.provisional IS 'the deadline lies where the holidays are not known yet (暂定)';

-- Which notices moved a deadline: those of the edition that were not in the
-- one before it.
CREATE VIEW clock_move_notice AS
SELECT m.caseno, m.clock, m.edition, m.moved_at, m.due_before, m.due_after, m.due_after - m.due_before AS moved,
       ARRAY(
           SELECT coalesce(n.document, n.title, v.notice)
           FROM unnest(e.notices) WITH ORDINALITY AS v (notice, o)
           LEFT JOIN holiday_notice AS n ON n.notice = v.notice
           WHERE v.notice <> ALL (coalesce((
               SELECT p.notices
               FROM calendar_edition AS p
               WHERE p.calendar = e.calendar AND p.edition < e.edition
               ORDER BY p.edition DESC
               LIMIT 1
           ), '{}'))
           ORDER BY v.o
       ) AS notices
FROM clock_move AS m
JOIN calendar_edition AS e ON e.edition = m.edition;
COMMENT ON VIEW clock_move_notice IS 'deadlines that were moved, and the notices for which (截止时间调整依据)';
COMMENT ON COLUMN clock_move_notice.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN clock_move_notice.clock IS 'number of the clock (计时序号)';
COMMENT ON COLUMN clock_move_notice.edition IS 'edition of the calendar that moved it (日历版本)';
COMMENT ON COLUMN clock_move_notice.moved_at IS 'when it was moved (调整时间)';
COMMENT ON COLUMN clock_move_notice.due_before IS 'deadline before (调整前截止时间)';
COMMENT ON COLUMN clock_move_notice.due_after IS 'deadline after (调整后截止时间)';
COMMENT ON COLUMN clock_move_notice.moved IS 'by how much (调整幅度)';
COMMENT ON COLUMN clock_move_notice.notices IS 'document numbers of the notices that are new in the edition (依据文号); none where the site changed its own days or hours';
