
-- Holidays in (导入节假日): from iCalendar files and from tables.  See
-- doc/calendars.md.

-- A date as it is written here and there; NULL if it is none.
CREATE FUNCTION holiday_date(source text) RETURNS date
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part constant text[] := regexp_match(
        btrim(source),
        '^(\d{4})(?:(\d\d)(\d\d)|([-/.])(\d{1,2})\4(\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?:[ T]00:?00(?::?00)?(?:\.0+)?)?$'
    );
BEGIN
    RETURN make_date(
        part[1]::integer,
        coalesce(part[2], part[5], part[7])::integer,
        coalesce(part[3], part[6], part[8])::integer
    );
EXCEPTION WHEN datetime_field_overflow THEN
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION holiday_date(text) IS
    'read a date (读取日期): 2026-01-01, 20260101, 2026/1/1, 2026年1月1日; NULL if it is none';

-- Off or work, from what people write beside a date.  Words that may be either
-- (调休) or neither (值班, 节气) say nothing, and nothing is guessed.
CREATE FUNCTION holiday_status(source text) RETURNS boolean
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN s.plain ~ '^(off|rest|true|t|yes|y|1)$' THEN true
        WHEN s.plain ~ '^(work|on|false|f|no|n|0)$' THEN false
        WHEN s.plain ~ '补班|make-?up' THEN false
        WHEN s.work AND s.off THEN NULL
        WHEN s.work THEN false
        WHEN s.off THEN true
    END
    FROM (
        SELECT v.plain,
               v.plain ~ '上班|工作日|work(ing)?[ -]?day|[(（【\[]班[)）】\]]|(^|[ 　·:：-])班$' AS work,
               v.plain ~ '放假|假期|假日|休息|休假|公休|连休|holiday|day off|[(（【\[](休|假)[)）】\]]|(^|[ 　·:：-])(休|假)$' AS off
        FROM (
            -- what a make-up day makes up is no holiday itself
            SELECT regexp_replace(replace(lower(btrim(source)), '调休', ''), '[(（]补[^)）]*[)）]', '') AS plain
        ) AS v
    ) AS s;
END;
COMMENT ON FUNCTION holiday_status(text) IS
    'day off or work (休或班), from words such as 休, 放假, 班, 补班, off, workday, or from a flag that says off; NULL if they do not tell';

-- The festival in the title of an event: "春节（休）", "春节 补班", "上班(补元旦假期)".
CREATE FUNCTION holiday_title(source text) RETURNS text
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN btrim(source) !~ '^(休|假|班|补班|上班|放假|假期|假日|节假日|休息|休息日|休假|公休|工作日|调休)$' THEN nullif(btrim(
            regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
                btrim(source),
                '^上班[(（]补(.*)[)）]$', '\1'),
                '^(补班|上班|放假)[ 　:：]+', ''),
                '[ 　]*[(（【\[](休|班|假|补班|上班|放假|休息|调休|Holiday|Workday)[)）】\]]', '', 'gi'),
                '[ 　·:：-]+(休|班|假)$', ''),
                '[ 　·:：-]*(调休补班|调休上班|放假调休|补班|上班|放假|假期|休息|休假|公休|调休)$', ''
            ), ' 　'
        ), '')
    END;
END;
COMMENT ON FUNCTION holiday_title(text) IS 'name of the festival in the title of an event (节日名称); NULL if there is none';

-- iCalendar (RFC 5545): one row for each event, with the reason where it cannot
-- be read.  first_line is that of its BEGIN:VEVENT.
CREATE FUNCTION holiday_events(ics text)
    RETURNS TABLE (first_line integer, summary text, first_day date, last_day date, off boolean, name text, reason text)
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    ROWS 50
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
AS $$
DECLARE
    max_days constant integer := 60;
    source constant text[] := string_to_array(replace(replace(ltrim(ics, chr(65279)), E'\r\n', E'\n'), E'\r', E'\n'), E'\n');
    lines text[] := '{}';
    starts integer[] := '{}';
    line text;
    part text[];
    property text;
    value text;
    inside text[] := '{}';
    in_event boolean := false;
    from_value text;
    to_value text;
    duration text;
    apple text;
    hint text;
    repeats boolean;
    cancelled boolean;
    marked boolean;
    spoken boolean;
    n integer;
BEGIN
    -- A line that begins with a space goes on with the one before.
    FOR i IN 1 .. cardinality(source) LOOP
        IF source[i] ~ '^[ \t]' AND cardinality(lines) > 0 THEN
            lines[cardinality(lines)] := lines[cardinality(lines)] || substr(source[i], 2);
        ELSE
            lines := lines || source[i];
            starts := starts || i;
        END IF;
    END LOOP;

    FOR i IN 1 .. cardinality(lines) LOOP
        CONTINUE WHEN lines[i] = '';
        part := regexp_match(lines[i], '^([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)$');
        IF part IS NULL THEN
            CONTINUE WHEN NOT in_event;
            reason := coalesce(reason, format('line %s is no property of iCalendar', starts[i]));
            CONTINUE;
        END IF;
        property := upper(part[1]);
        value := part[3];

        IF property = 'BEGIN' THEN
            inside := inside || upper(btrim(value));
            IF upper(btrim(value)) = 'VEVENT' AND NOT in_event THEN
                in_event := true;
                first_line := starts[i];
                summary := NULL; first_day := NULL; last_day := NULL; off := NULL; name := NULL; reason := NULL;
                from_value := NULL; to_value := NULL; duration := NULL; apple := NULL; hint := NULL; repeats := false; cancelled := false;
            END IF;
            CONTINUE;
        END IF;

        IF property = 'END' THEN
            inside := trim_array(inside, least(1, cardinality(inside)));
            CONTINUE WHEN NOT (in_event AND upper(btrim(value)) = 'VEVENT');
            in_event := false;

            first_day := @extschema@.holiday_date(from_value);
            IF reason IS NOT NULL THEN
                NULL;
            ELSIF from_value IS NULL THEN
                reason := 'it has no DTSTART';
            ELSIF first_day IS NULL THEN
                reason := CASE
                    WHEN from_value ~ '^\d{8}T\d{6}Z?$' THEN format('it begins at a time of day: DTSTART %s', from_value)
                    ELSE format('DTSTART "%s" is no date', from_value)
                END;
            ELSIF to_value IS NOT NULL THEN
                last_day := @extschema@.holiday_date(to_value);
                IF last_day IS NULL THEN
                    reason := CASE
                        WHEN to_value ~ '^\d{8}T\d{6}Z?$' THEN format('it ends at a time of day: DTEND %s', to_value)
                        ELSE format('DTEND "%s" is no date', to_value)
                    END;
                ELSIF last_day < first_day THEN
                    reason := format('it ends on %s, before it begins', last_day);
                ELSIF last_day > first_day THEN
                    -- the end is not part of it; one that ends on the day on
                    -- which it begins is meant as that day
                    last_day := last_day - 1;
                END IF;
            ELSIF duration IS NOT NULL THEN
                part := regexp_match(duration, '^\+?P(?:(\d{1,2})W|(\d{1,3})D)$');
                n := coalesce(part[1]::integer * 7, part[2]::integer);
                IF n IS NULL OR n = 0 THEN
                    reason := format('DURATION "%s" is not a number of days', duration);
                ELSE
                    last_day := first_day + n - 1;
                END IF;
            ELSE
                last_day := first_day;
            END IF;
            IF reason IS NULL AND last_day - first_day >= max_days THEN
                reason := format('it lasts %s days', last_day - first_day + 1);
            END IF;
            IF reason IS NULL AND repeats THEN
                reason := 'it repeats (RRULE, RDATE)';
            END IF;
            IF reason IS NULL AND cancelled THEN
                reason := 'it was cancelled (STATUS)';
            END IF;

            marked := CASE apple WHEN 'WORK-HOLIDAY' THEN true WHEN 'ALTERNATE-WORKDAY' THEN false END;
            spoken := @extschema@.holiday_status(summary);
            IF marked IS NULL AND spoken IS NULL THEN
                spoken := @extschema@.holiday_status(hint);
            END IF;
            off := coalesce(marked, spoken);
            IF reason IS NULL AND marked <> spoken THEN
                reason := format('X-APPLE-SPECIAL-DAY says %s, its title says otherwise', apple);
            ELSIF reason IS NULL AND off IS NULL THEN
                reason := 'it does not say whether it is off or worked';
            END IF;
            name := @extschema@.holiday_title(summary);
            RETURN NEXT;
            CONTINUE;
        END IF;

        -- of the event itself, not of an alarm within it
        CONTINUE WHEN NOT in_event OR inside[cardinality(inside)] <> 'VEVENT';
        CASE property
            WHEN 'DTSTART' THEN from_value := btrim(value);
            WHEN 'DTEND' THEN to_value := btrim(value);
            WHEN 'DURATION' THEN duration := btrim(value);
            WHEN 'SUMMARY' THEN
                -- \, \; \\ and \n
                summary := btrim(replace(replace(regexp_replace(regexp_replace(
                    replace(value, '\\', E'\x01'), '\\[nN]', ' ', 'g'), '\\([,;:"])', '\1', 'g'), E'\x01', '\'), E'\t', ' '));
            WHEN 'DESCRIPTION' THEN
                -- a word, no story
                hint := CASE WHEN length(value) <= 10 THEN value END;
            WHEN 'X-APPLE-SPECIAL-DAY' THEN apple := upper(btrim(value));
            WHEN 'RRULE', 'RDATE' THEN repeats := true;
            WHEN 'STATUS' THEN cancelled := upper(btrim(value)) = 'CANCELLED';
            ELSE NULL;
        END CASE;
    END LOOP;

    IF in_event THEN
        reason := coalesce(reason, 'it is cut off: there is no END:VEVENT');
        first_day := NULL;
        RETURN NEXT;
    END IF;
END;
$$;
COMMENT ON FUNCTION holiday_events(text) IS
    'the events of an iCalendar text (读取 iCalendar 日程): days, whether off, name, and the reason where one cannot be read';

-- What both kinds of import come down to.  Lists what was refused; nothing is
-- loaded then, unless the rest is wanted.
CREATE FUNCTION load_holidays(
    notice text,
    calendar text,
    replace boolean,
    partial boolean,
    places integer[],
    labels text[],
    first_days date[],
    last_days date[],
    offs boolean[],
    names text[],
    reasons text[]
) RETURNS TABLE (place integer, label text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given constant integer := cardinality(places);
    refused integer[];
    because text[];
    loaded bigint := 0;
    told text;
BEGIN
    IF (notice IS NULL) = (calendar IS NULL) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'holidays are imported into a notice or into a calendar',
            HINT = 'Name one of the two: notice => ''…'' for days that all who follow it share, calendar => ''…'' for days of one calendar.';
    END IF;
    IF notice IS NOT NULL AND NOT EXISTS (SELECT FROM @extschema@.holiday_notice AS n WHERE n.notice = load_holidays.notice) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG218',
            MESSAGE = format('there is no notice "%s"', notice),
            HINT = 'INSERT INTO civicgrid.holiday_notice (notice, year, title, document, published) VALUES (…) makes one.';
    END IF;
    IF calendar IS NOT NULL AND NOT EXISTS (SELECT FROM @extschema@.calendar AS c WHERE c.calendar = load_holidays.calendar) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG210',
            MESSAGE = format('there is no calendar "%s"', calendar),
            HINT = 'SELECT calendar FROM civicgrid.calendar lists them.';
    END IF;

    WITH item AS (
        SELECT v.o::integer AS o, v.first_day, v.last_day, v.off, v.reason
        FROM unnest(first_days, last_days, offs, reasons) WITH ORDINALITY AS v (first_day, last_day, off, reason, o)
    ),
    item_day AS (
        SELECT i.o, i.off, (i.first_day + s)::date AS day
        FROM item AS i, generate_series(0, i.last_day - i.first_day) AS s
        WHERE i.reason IS NULL
    ),
    fault AS (
        SELECT i.o, 1 AS rank, i.reason
        FROM item AS i
        WHERE i.reason IS NOT NULL
        UNION ALL
        SELECT d.o, 2, format('%s is there twice, off and worked: see %s', d.day, (
            SELECT places[min(p.o)] FROM item_day AS p WHERE p.day = d.day AND p.off <> d.off
        ))
        FROM item_day AS d
        WHERE EXISTS (SELECT FROM item_day AS p WHERE p.day = d.day AND p.off <> d.off AND p.o < d.o)
        UNION ALL
        SELECT d.o, 3, format('notice "%s" says %s of %s already', load_holidays.notice, CASE WHEN h.off THEN 'off' ELSE 'work' END, d.day)
        FROM item_day AS d
        JOIN @extschema@.holiday_day AS h ON h.notice = load_holidays.notice AND h.day = d.day AND h.off <> d.off
        WHERE NOT load_holidays.replace
        UNION ALL
        SELECT d.o, 3, format('calendar "%s" says %s of %s already', load_holidays.calendar, h.what, d.day)
        FROM item_day AS d
        JOIN @extschema@.calendar_day AS h ON h.calendar = load_holidays.calendar AND h.day = d.day
            AND h.what <> CASE WHEN d.off THEN 'rest' ELSE 'like' END
        WHERE NOT load_holidays.replace
    )
    SELECT array_agg(f.o ORDER BY f.o), array_agg(f.reason ORDER BY f.o)
    INTO refused, because
    FROM (SELECT DISTINCT ON (o) o, fault.reason FROM fault ORDER BY o, rank, fault.reason COLLATE "C") AS f;

    IF refused IS NULL OR partial THEN
        IF notice IS NOT NULL THEN
            INSERT INTO @extschema@.holiday_day AS t (notice, day, off, name)
            SELECT DISTINCT ON (d.day) load_holidays.notice, d.day, offs[o], names[o]
            FROM generate_series(1, given) AS o,
                 LATERAL (SELECT first_days[o] + s AS day FROM generate_series(0, last_days[o] - first_days[o]) AS s) AS d
            WHERE o <> ALL (coalesce(refused, '{}'))
            ORDER BY d.day, o
            ON CONFLICT ON CONSTRAINT holiday_day_pkey DO UPDATE
                SET off = EXCLUDED.off, name = coalesce(EXCLUDED.name, t.name)
                WHERE load_holidays.replace;
        ELSE
            INSERT INTO @extschema@.calendar_day AS t (calendar, day, what, like_weekday, name)
            SELECT DISTINCT ON (d.day) load_holidays.calendar, d.day,
                   CASE WHEN offs[o] THEN 'rest' ELSE 'like' END,
                   CASE WHEN NOT offs[o] THEN c.makeup END, names[o]
            FROM @extschema@.calendar AS c,
                 generate_series(1, given) AS o,
                 LATERAL (SELECT first_days[o] + s AS day FROM generate_series(0, last_days[o] - first_days[o]) AS s) AS d
            WHERE c.calendar = load_holidays.calendar AND o <> ALL (coalesce(refused, '{}'))
            ORDER BY d.day, o
            ON CONFLICT ON CONSTRAINT calendar_day_pkey DO UPDATE
                SET what = EXCLUDED.what, like_weekday = EXCLUDED.like_weekday, hours = NULL,
                    name = coalesce(EXCLUDED.name, t.name)
                WHERE load_holidays.replace;
        END IF;
        GET DIAGNOSTICS loaded = ROW_COUNT;
    END IF;

    told := CASE loaded WHEN 0 THEN 'nothing was' WHEN 1 THEN '1 day was' ELSE loaded || ' days were' END || ' loaded';
    IF refused IS NULL THEN
        RAISE NOTICE USING MESSAGE = told;
    ELSE
        RAISE WARNING USING
            MESSAGE = format('%s: %s of %s entries were refused', told, cardinality(refused), given),
            HINT = 'The rows that are returned say why.' || CASE WHEN partial THEN '' ELSE ' With partial => true the others are loaded.' END;
    END IF;
    RETURN QUERY
    SELECT places[v.o], labels[v.o], v.r
    FROM unnest(refused, because) AS v (o, r)
    ORDER BY v.o;
END;
$$;
COMMENT ON FUNCTION load_holidays(text, text, boolean, boolean, integer[], text[], date[], date[], boolean[], text[], text[]) IS
    'load days off and make-up days into a notice or a calendar (载入节假日); what both imports call';
REVOKE EXECUTE ON FUNCTION load_holidays(text, text, boolean, boolean, integer[], text[], date[], date[], boolean[], text[], text[]) FROM PUBLIC;

CREATE FUNCTION import_holidays_ics(
    ics text,
    notice text DEFAULT NULL,
    calendar text DEFAULT NULL,
    replace boolean DEFAULT false,
    partial boolean DEFAULT false
) RETURNS TABLE (first_line integer, summary text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
AS $$
DECLARE
    e record;
BEGIN
    IF ics IS NULL OR ics !~* '(^|[\r\n\uFEFF])BEGIN:VCALENDAR' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'this is not an iCalendar text',
            DETAIL = CASE WHEN ics IS NULL THEN 'It is NULL.' ELSE format('It begins with "%s".', left(ics, 30)) END,
            HINT = 'Such a text begins with BEGIN:VCALENDAR; pg_read_file() reads a file of the server, psql''s \set with backquotes one of the client.';
    END IF;
    SELECT array_agg(v.first_line ORDER BY v.o) AS places, array_agg(v.summary ORDER BY v.o) AS labels,
           array_agg(v.first_day ORDER BY v.o) AS first_days, array_agg(v.last_day ORDER BY v.o) AS last_days,
           array_agg(v.off ORDER BY v.o) AS offs, array_agg(v.name ORDER BY v.o) AS names,
           array_agg(v.reason ORDER BY v.o) AS reasons
    INTO e
    FROM @extschema@.holiday_events(ics) WITH ORDINALITY
        AS v (first_line, summary, first_day, last_day, off, name, reason, o);
    RETURN QUERY
    SELECT l.*
    FROM @extschema@.load_holidays(
        notice, calendar, coalesce(replace, false), coalesce(partial, false), coalesce(e.places, '{}'), e.labels,
        e.first_days, e.last_days, e.offs, e.names, e.reasons
    ) AS l;
END;
$$;
COMMENT ON FUNCTION import_holidays_ics(text, text, text, boolean, boolean) IS
    'import days off and make-up days from iCalendar (导入 iCalendar 节假日) into a notice or a calendar; returns the events that were refused, and then loads nothing unless told to load the rest';
REVOKE EXECUTE ON FUNCTION import_holidays_ics(text, text, text, boolean, boolean) FROM PUBLIC;

CREATE FUNCTION import_holidays(
    source regclass,
    date_column name,
    status_column name,
    name_column name DEFAULT NULL,
    notice text DEFAULT NULL,
    calendar text DEFAULT NULL,
    replace boolean DEFAULT false,
    partial boolean DEFAULT false
) RETURNS TABLE (row_number integer, entry text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
AS $$
DECLARE
    missing text;
    e record;
BEGIN
    IF source IS NULL OR date_column IS NULL OR status_column IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'source, date_column and status_column of import_holidays() cannot be NULL',
            HINT = 'Name the table or view, its column of dates and the one that says which are off.';
    END IF;
    SELECT string_agg(format('"%s"', c), ', ' ORDER BY o)
    INTO missing
    FROM unnest(ARRAY[date_column, status_column, name_column]) WITH ORDINALITY AS v (c, o)
    WHERE c IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = source AND attname = c AND attnum > 0 AND NOT attisdropped
    );
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_column',
            MESSAGE = format('%s has no column %s', source, missing),
            HINT = 'Column names are taken as they are written, with their capitals.';
    END IF;
    EXECUTE format(
        $query$
        SELECT array_agg(v.n ORDER BY v.n) AS places,
               array_agg(concat_ws(' ', v.day, v.status, v.name) ORDER BY v.n) AS labels,
               array_agg(v.date ORDER BY v.n) AS days, array_agg(v.off ORDER BY v.n) AS offs,
               array_agg(v.name ORDER BY v.n) AS names,
               array_agg(CASE
                   WHEN v.day IS NULL THEN 'the date is missing'
                   WHEN v.date IS NULL THEN format('"%%s" is no date', v.day)
                   WHEN v.status IS NULL THEN 'the status is missing'
                   WHEN v.off IS NULL THEN format('"%%s" does not say whether it is off or worked', v.status)
               END ORDER BY v.n) AS reasons
        FROM (
            SELECT row_number() OVER ()::integer AS n, u.*,
                   @extschema@.holiday_date(u.day) AS date, @extschema@.holiday_status(u.status) AS off
            FROM (SELECT %I::text AS day, %I::text AS status, %s AS name FROM %s) AS u
        ) AS v
        $query$,
        date_column, status_column,
        coalesce('nullif(btrim(' || quote_ident(name_column) || '::text), '''')', 'NULL::text'),
        source
    ) INTO e;
    RETURN QUERY
    SELECT l.*
    FROM @extschema@.load_holidays(
        notice, calendar, coalesce(replace, false), coalesce(partial, false), coalesce(e.places, '{}'), e.labels,
        e.days, e.days, e.offs, e.names, e.reasons
    ) AS l;
END;
$$;
COMMENT ON FUNCTION import_holidays(regclass, name, name, name, text, text, boolean, boolean) IS
    'import days off and make-up days from a table or view of dates, statuses and names (导入节假日表) into a notice or a calendar; returns the rows that were refused, and then loads nothing unless told to load the rest';
REVOKE EXECUTE ON FUNCTION import_holidays(regclass, name, name, name, text, text, boolean, boolean) FROM PUBLIC;
