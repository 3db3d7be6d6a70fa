
-- Loading a list of classes (导入分类清单) into the draft: every fault at once,
-- and all rows or none.  See doc/taxonomy.md.

-- A class as a list has it.  leaf tells a class that has a row of its own from
-- one that is only named beside the classes within it.
CREATE TYPE class_row AS (
    row_number bigint,
    code text,
    name text,
    parent text,
    remark text,
    sensitive text,
    valid_from text,
    valid_to text,
    leaf boolean,
    fault text
);
COMMENT ON TYPE class_row IS
    'a class as a list has it (待导入的分类): texts, and a fault that was found already';

CREATE TYPE class_cells AS (
    row_number bigint,
    cells text[]
);
COMMENT ON TYPE class_cells IS 'a row of a list (清单行): its number and texts';

CREATE FUNCTION class_source_rows(source regclass, columns name[]) RETURNS class_cells[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    -- the rows come in the order of the table
    SET synchronize_seqscans = off
    SET max_parallel_workers_per_gather = 0
    SET DateStyle = 'ISO, YMD'
AS $$
DECLARE
    -- no-break, ideographic, zero-width: what spreadsheets leave
    blanks constant text := E' \t\r\n' || CASE WHEN getdatabaseencoding() = 'UTF8'
        THEN chr(160) || chr(12288) || chr(8203) || chr(65279) ELSE '' END;
    missing text;
    found @extschema@.class_cells[];
BEGIN
    SELECT string_agg(format('"%s"', v.c), ', ' ORDER BY v.o)
    INTO missing
    FROM unnest(columns) WITH ORDINALITY AS v (c, o)
    WHERE v.c IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_attribute AS a
        WHERE a.attrelid = source AND a.attname = v.c AND a.attnum > 0 AND NOT a.attisdropped
    );
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_column',
            MESSAGE = format('%s has no column %s', source, missing),
            HINT = 'Column names are taken as they are written, with their capitals.';
    END IF;
    EXECUTE (
        SELECT format(
            'SELECT array_agg(ROW(r.n, r.cells)::@extschema@.class_cells ORDER BY r.n)'
            ' FROM (SELECT row_number() OVER () AS n, ARRAY[%s] AS cells FROM %s) AS r',
            string_agg(CASE
                WHEN v.c IS NULL THEN 'NULL::text'
                ELSE format('nullif(btrim(%I::text, %L), %L)', v.c, blanks, '')
            END, ', ' ORDER BY v.o),
            source
        )
        FROM unnest(columns) WITH ORDINALITY AS v (c, o)
    ) INTO found;
    RETURN coalesce(found, '{}');
END;
$$;
COMMENT ON FUNCTION class_source_rows(regclass, name[]) IS
    'rows of a table or view as texts without the blanks around them (读取清单)';

-- Codes below a parent that are neither taken nor within what is taken, nor have
-- it within them: as wide as those that are there, after the last of them if
-- there is room.  NULL if twelve digits do not suffice.
CREATE FUNCTION free_class_codes(parent text, taken text[], wanted integer) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first constant integer := coalesce(
        (SELECT min(length(t)) FROM unnest(taken) AS t) - length(parent),
        greatest(2, length(wanted::text))
    );
    blocked text[];
    after bigint;
    top bigint;
    found text[];
BEGIN
    FOR width IN first .. least(first + 2, 12 - length(parent)) LOOP
        blocked := ARRAY(SELECT DISTINCT left(t, length(parent) + width) FROM unnest(taken) AS t);
        -- what comes after the last is free; before it, as many as are taken at
        -- most are not
        after := coalesce((SELECT max(rpad(substr(b, length(parent) + 1), width, '9')::bigint) FROM unnest(blocked) AS b), 0);
        top := (10::numeric ^ width)::bigint - 1;
        found := ARRAY(
            SELECT c.code
            FROM (
                SELECT parent || lpad(k::text, width, '0') COLLATE "C" AS code, k
                FROM (
                    SELECT generate_series(after + 1, least(after + wanted, top))
                    UNION ALL
                    SELECT generate_series(1, least((wanted + cardinality(blocked)) * 10 ^ (width - first), after)::bigint)
                ) AS s (k)
            ) AS c
            WHERE c.code NOT IN (SELECT b FROM unnest(blocked) AS b)
                AND (width - first < 1 OR left(c.code, -1) NOT IN (SELECT b FROM unnest(blocked) AS b))
                AND (width - first < 2 OR left(c.code, -2) NOT IN (SELECT b FROM unnest(blocked) AS b))
            ORDER BY c.k <= after, c.k
            LIMIT wanted
        );
        IF cardinality(found) = wanted THEN
            RETURN found;
        END IF;
    END LOOP;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION free_class_codes(text, text[], integer) IS
    'codes for new classes below a parent (分配分类代码)';

-- All or nothing: returns the faults, or stores the classes.  find_parents: the
-- parent is the longest code that the code begins with.
CREATE FUNCTION store_classes(
    taxonomy text,
    kind text,
    classes class_row[],
    find_parents boolean,
    given text[],
    rows_read bigint,
    replace boolean,
    holds_from date
) RETURNS TABLE (row_number bigint, code text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET DateStyle = 'ISO, YMD'
    -- lists have thousands of rows, which the planner cannot know
    SET enable_nestloop = off
    SET jit = off
AS $$
DECLARE
    max_steps constant integer := 100;
    -- what cannot be read, and why; a block of its own for each, so only for
    -- those that are out of the ordinary
    bad text[] := '{}';
    bad_why text[] := '{}';
    bad_dates text[] := '{}';
    bad_dates_why text[] := '{}';
    item text;
    why text;
    detail text;
    refused_rows bigint[];
    refused_codes text[];
    refused_reasons text[];
    inserted bigint;
    changed bigint;
    retired bigint := 0;
BEGIN
    IF rows_read = 0 AND holds_from IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'the list of classes is empty',
            DETAIL = 'All classes of the draft would be retired.',
            HINT = 'Load a list that has rows.';
    END IF;
    FOR item IN
        SELECT DISTINCT v.t
        FROM unnest(classes) AS r, LATERAL (VALUES (r.code), (r.parent)) AS v (t)
        WHERE v.t !~ '^[0-9]{1,12}$'
    LOOP
        BEGIN
            PERFORM item::@extschema@.eventcode;
            RAISE EXCEPTION USING MESSAGE = format('"%s" is not a code', item);
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS why = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
            bad := bad || item;
            bad_why := bad_why || (why || coalesce(': ' || nullif(detail, ''), ''));
        END;
    END LOOP;
    FOR item IN
        SELECT DISTINCT v.t
        FROM unnest(classes) AS r, LATERAL (VALUES (r.valid_from), (r.valid_to)) AS v (t)
        WHERE v.t IS NOT NULL
    LOOP
        BEGIN
            PERFORM item::date;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS why = MESSAGE_TEXT;
            bad_dates := bad_dates || item;
            bad_dates_why := bad_dates_why || why;
        END;
    END LOOP;

    WITH RECURSIVE r AS MATERIALIZED (
        SELECT v.*, row_number() OVER () AS n, v.code ~ '^[0-9]{1,12}$' AS readable,
               v.valid_from <> ALL (bad_dates) AS from_date, v.valid_to <> ALL (bad_dates) AS to_date
        FROM unnest(classes) AS v
    ),
    draft AS MATERIALIZED (
        SELECT c.code::text AS code, c.name, c.parent::text AS parent, c.valid_from, c.valid_to
        FROM @extschema@.event_class AS c
        WHERE c.taxonomy = store_classes.taxonomy AND c.kind = store_classes.kind
    ),
    -- of each code the row that has it first
    first AS MATERIALIZED (
        SELECT DISTINCT ON (r.code) r.code, r.name, r.parent, r.row_number, r.n
        FROM r
        WHERE r.readable AND r.fault IS NULL
        ORDER BY r.code, r.row_number, r.n
    ),
    known AS MATERIALIZED (
        SELECT f.code, f.parent FROM first AS f
        UNION ALL
        SELECT d.code, d.parent FROM draft AS d WHERE d.code NOT IN (SELECT f.code FROM first AS f)
    ),
    -- a code that has a fault is there all the same
    listed AS MATERIALIZED (
        SELECT k.code FROM known AS k
        UNION
        SELECT r.code FROM r WHERE r.code IS NOT NULL
    ),
    -- only a parent that is no prefix can close a circle
    up AS (
        SELECT f.code, ARRAY[f.code, f.parent] AS chain, f.parent AS next
        FROM first AS f
        WHERE NOT find_parents AND f.parent <> f.code AND NOT starts_with(f.code, f.parent)
        UNION ALL
        SELECT u.code, u.chain || k.parent, k.parent
        FROM up AS u
        JOIN known AS k ON k.code = u.next
        WHERE k.parent IS NOT NULL AND k.parent <> k.code
            AND u.next <> ALL (trim_array(u.chain, 1)) AND cardinality(u.chain) < max_steps
    ),
    fault (row_number, code, rank, reason) AS (
        SELECT r.row_number, r.code, 0, r.fault FROM r WHERE r.fault IS NOT NULL
        UNION ALL
        SELECT r.row_number, r.code, 1, 'the code is missing' FROM r WHERE r.fault IS NULL AND r.code IS NULL
        UNION ALL
        SELECT r.row_number, r.code, 2, b.why
        FROM r
        JOIN unnest(bad, bad_why) AS b (t, why) ON b.t = r.code
        WHERE r.fault IS NULL AND NOT r.readable
        UNION ALL
        SELECT r.row_number, r.code, 3, 'the name is empty' FROM r WHERE r.fault IS NULL AND r.name IS NULL
        UNION ALL
        SELECT r.row_number, r.code, 4,
               format('code %s is there twice: row %s has it too', r.code, f.row_number) || CASE
                   WHEN r.name <> f.name THEN format(', with the name "%s"', f.name)
                   WHEN r.parent IS DISTINCT FROM f.parent THEN format(', %s', coalesce('with the parent ' || f.parent, 'without a parent'))
                   ELSE ''
               END
        FROM r
        JOIN first AS f ON f.code = r.code AND f.n <> r.n
        WHERE r.fault IS NULL AND r.readable
        UNION ALL
        SELECT r.row_number, r.code, 5, CASE
                   WHEN r.leaf THEN format('class %s is in the draft already', r.code)
                   ELSE format('class %s is in the draft with the name "%s"', r.code, d.name)
               END
        FROM r
        JOIN draft AS d ON d.code = r.code
        WHERE NOT replace AND r.fault IS NULL AND (r.leaf OR d.name <> r.name)
        UNION ALL
        SELECT r.row_number, r.code, 6, CASE
                   WHEN b.t IS NOT NULL THEN format('its parent: %s', b.why)
                   WHEN r.parent = r.code THEN 'it is its own parent'
                   ELSE format('its parent %s is neither in the list nor in the draft', r.parent)
               END
        FROM r
        LEFT JOIN unnest(bad, bad_why) AS b (t, why) ON b.t = r.parent
        WHERE r.fault IS NULL AND NOT find_parents
            AND (r.parent = r.code OR r.parent NOT IN (SELECT l.code FROM listed AS l) OR b.t IS NOT NULL)
        UNION ALL
        SELECT r.row_number, r.code, 7, format('its code does not begin with that of its parent, %s', r.parent)
        FROM r
        WHERE r.fault IS NULL AND NOT find_parents AND r.readable
            AND r.parent ~ '^[0-9]{1,12}$' AND NOT starts_with(r.code, r.parent)
        UNION ALL
        SELECT f.row_number, u.code, 8,
               format('its chain of parents leads back to it: %s', array_to_string(u.chain, ', '))
        FROM up AS u
        JOIN first AS f ON f.code = u.code
        WHERE u.next = u.code
        UNION ALL
        SELECT r.row_number, r.code, 9, format('valid_from: %s', b.why)
        FROM r
        JOIN unnest(bad_dates, bad_dates_why) AS b (t, why) ON b.t = r.valid_from
        WHERE r.fault IS NULL
        UNION ALL
        SELECT r.row_number, r.code, 10, format('valid_to: %s', b.why)
        FROM r
        JOIN unnest(bad_dates, bad_dates_why) AS b (t, why) ON b.t = r.valid_to
        WHERE r.fault IS NULL
        UNION ALL
        SELECT q.row_number, q.code, 11, format('it would be in use from %s to %s', q.begins, q.ends)
        FROM (
            -- as it will be, with what the draft keeps
            SELECT r.row_number, r.code,
                   CASE
                       WHEN d.code IS NULL THEN coalesce(CASE WHEN r.from_date THEN r.valid_from::date END, holds_from)
                       WHEN r.leaf AND 'valid_from' = ANY (given) THEN CASE WHEN r.from_date THEN r.valid_from::date END
                       ELSE d.valid_from
                   END AS begins,
                   CASE
                       WHEN d.code IS NULL OR r.leaf AND 'valid_to' = ANY (given) THEN CASE WHEN r.to_date THEN r.valid_to::date END
                       WHEN d.valid_to <= holds_from THEN NULL
                       ELSE d.valid_to
                   END AS ends
            FROM r
            LEFT JOIN draft AS d ON d.code = r.code
            WHERE r.fault IS NULL AND (replace OR d.code IS NULL)
        ) AS q
        WHERE q.begins >= q.ends
        UNION ALL
        SELECT r.row_number, r.code, 12, format('sensitive is "%s", neither yes nor no', r.sensitive)
        FROM r
        WHERE r.fault IS NULL
            AND lower(r.sensitive) NOT IN ('t', 'true', 'y', 'yes', '1', '是', '敏感', 'f', 'false', 'n', 'no', '0', '否', '不敏感')
        UNION ALL
        -- what the list no longer has is retired, which must end after it began
        SELECT NULL, d.code, 13, format(
                   'class %s, which is not in the list, cannot be retired from %s: it is in use from %s only', d.code, holds_from, d.valid_from
               )
        FROM draft AS d
        WHERE d.valid_from >= holds_from AND coalesce(d.valid_to, 'infinity') > holds_from
            AND d.code NOT IN (SELECT f.code FROM first AS f)
    )
    SELECT array_agg(g.row_number ORDER BY g.row_number, g.code), array_agg(g.code ORDER BY g.row_number, g.code),
           array_agg(g.reason ORDER BY g.row_number, g.code)
    INTO refused_rows, refused_codes, refused_reasons
    FROM (
        SELECT f.row_number, f.code, string_agg(f.reason, '; ' ORDER BY f.rank, f.reason) AS reason
        FROM fault AS f
        GROUP BY f.row_number, f.code
    ) AS g;

    IF refused_rows IS NOT NULL THEN
        RAISE WARNING USING
            MESSAGE = CASE
                WHEN num_nonnulls(VARIADIC refused_rows) = 0 THEN 'nothing was loaded: classes of the draft stand against it'
                ELSE format('nothing was loaded: %s of %s rows were refused',
                    (SELECT count(DISTINCT n) FROM unnest(refused_rows) AS n), rows_read)
            END,
            HINT = 'The rows that are returned say why.';
        RETURN QUERY
        SELECT v.n, v.c, v.r
        FROM unnest(refused_rows, refused_codes, refused_reasons) WITH ORDINALITY AS v (n, c, r, o)
        ORDER BY v.o;
        RETURN;
    END IF;

    IF find_parents THEN
        WITH known AS MATERIALIZED (
            SELECT v.code FROM unnest(classes) AS v
            UNION
            SELECT c.code::text FROM @extschema@.event_class AS c
            WHERE c.taxonomy = store_classes.taxonomy AND c.kind = store_classes.kind
        )
        SELECT array_agg(ROW(
            v.row_number, v.code, v.name, p.parent, v.remark, v.sensitive, v.valid_from, v.valid_to, v.leaf, v.fault
        )::@extschema@.class_row)
        INTO classes
        FROM unnest(classes) AS v
        LEFT JOIN (
            SELECT w.code, max(k.code COLLATE "C") AS parent
            FROM unnest(classes) AS w
            CROSS JOIN generate_series(1, length(w.code) - 1) AS d
            JOIN known AS k ON k.code = left(w.code, d)
            GROUP BY w.code
        ) AS p ON p.code = v.code;
    END IF;

    -- With replace, a class takes from the list what the list says, and keeps
    -- the rest.
    WITH v AS MATERIALIZED (
        SELECT l.code::@extschema@.eventcode AS code, l.name, l.parent::@extschema@.eventcode AS parent, l.remark, l.leaf,
               coalesce(lower(l.sensitive) IN ('t', 'true', 'y', 'yes', '1', '是', '敏感'), false) AS sensitive,
               l.valid_from::date AS valid_from, l.valid_to::date AS valid_to
        FROM unnest(classes) AS l
    ),
    n AS MATERIALIZED (
        SELECT v.code, v.name, v.parent,
               CASE WHEN v.leaf AND 'remark' = ANY (given) THEN v.remark ELSE c.remark END AS remark,
               CASE WHEN v.leaf AND 'sensitive' = ANY (given) THEN v.sensitive ELSE c.sensitive END AS sensitive,
               CASE WHEN v.leaf AND 'valid_from' = ANY (given) THEN v.valid_from ELSE c.valid_from END AS valid_from,
               CASE
                   WHEN v.leaf AND 'valid_to' = ANY (given) THEN v.valid_to
                   WHEN c.valid_to <= holds_from THEN NULL
                   ELSE c.valid_to
               END AS valid_to
        FROM v
        JOIN @extschema@.event_class AS c
            ON c.taxonomy = store_classes.taxonomy AND c.kind = store_classes.kind AND c.code OPERATOR(@extschema@.=) v.code
    )
    UPDATE @extschema@.event_class AS c
    SET name = n.name, parent = n.parent, remark = n.remark, sensitive = n.sensitive,
        valid_from = n.valid_from, valid_to = n.valid_to
    FROM n
    WHERE c.taxonomy = store_classes.taxonomy AND c.kind = store_classes.kind AND c.code OPERATOR(@extschema@.=) n.code
        AND (c.name, c.parent::text, c.remark, c.sensitive, c.valid_from, c.valid_to)
            IS DISTINCT FROM (n.name, n.parent::text, n.remark, n.sensitive, n.valid_from, n.valid_to);
    GET DIAGNOSTICS changed = ROW_COUNT;

    INSERT INTO @extschema@.event_class (taxonomy, kind, code, name, parent, remark, sensitive, valid_from, valid_to)
    SELECT store_classes.taxonomy, store_classes.kind, l.code::@extschema@.eventcode, l.name, l.parent::@extschema@.eventcode, l.remark,
           coalesce(lower(l.sensitive) IN ('t', 'true', 'y', 'yes', '1', '是', '敏感'), false),
           coalesce(l.valid_from::date, holds_from), l.valid_to::date
    FROM unnest(classes) AS l
    WHERE NOT EXISTS (
        SELECT FROM @extschema@.event_class AS c
        WHERE c.taxonomy = store_classes.taxonomy AND c.kind = store_classes.kind
            AND c.code OPERATOR(@extschema@.=) l.code::@extschema@.eventcode
    );
    GET DIAGNOSTICS inserted = ROW_COUNT;

    UPDATE @extschema@.event_class AS c
    SET valid_to = holds_from
    WHERE c.taxonomy = store_classes.taxonomy AND c.kind = store_classes.kind
        AND (c.valid_to IS NULL OR c.valid_to > holds_from)
        AND c.code::text NOT IN (SELECT l.code FROM unnest(classes) AS l)
        AND holds_from IS NOT NULL;
    GET DIAGNOSTICS retired = ROW_COUNT;

    RAISE NOTICE USING
        MESSAGE = format('classes of taxonomy "%s", kind %s: %s listed, %s new, %s changed, %s retired',
            store_classes.taxonomy, store_classes.kind, coalesce(cardinality(classes), 0), inserted, changed, retired);
END;
$$;
COMMENT ON FUNCTION store_classes(text, text, class_row[], boolean, text[], bigint, boolean, date) IS
    'check classes and store them in the draft (核对并保存分类): all, or, when it returns faults, none; for load_classes() and load_class_levels()';
REVOKE EXECUTE ON FUNCTION store_classes(text, text, class_row[], boolean, text[], bigint, boolean, date) FROM PUBLIC;

-- What both loaders ask of their arguments.
CREATE FUNCTION check_class_target(taxonomy text, kind text) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF check_class_target.taxonomy IS NULL OR check_class_target.kind IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'taxonomy and kind cannot be NULL',
            HINT = 'SELECT taxonomy FROM civicgrid.taxonomy and SELECT kind FROM civicgrid.class_kind list them.';
    END IF;
    PERFORM FROM @extschema@.taxonomy AS t WHERE t.taxonomy = check_class_target.taxonomy;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG304',
            MESSAGE = format('there is no taxonomy "%s"', check_class_target.taxonomy),
            HINT = format('INSERT INTO civicgrid.taxonomy (taxonomy, name) VALUES (%L, …) makes it.', check_class_target.taxonomy);
    END IF;
    PERFORM FROM @extschema@.class_kind AS k WHERE k.kind = check_class_target.kind;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG304',
            MESSAGE = format('there is no kind of class "%s"', check_class_target.kind),
            HINT = format('INSERT INTO civicgrid.class_kind (kind, name) VALUES (%L, …) makes it.', check_class_target.kind);
    END IF;
END;
$$;
COMMENT ON FUNCTION check_class_target(text, text) IS
    'refuse a taxonomy or a kind that is not there (核对分类体系与种类)';

CREATE FUNCTION load_classes(
    source regclass,
    taxonomy text,
    kind text,
    code_column name,
    name_column name,
    parent_column name DEFAULT NULL,
    remark_column name DEFAULT NULL,
    sensitive_column name DEFAULT NULL,
    valid_from_column name DEFAULT NULL,
    valid_to_column name DEFAULT NULL,
    replace boolean DEFAULT false,
    holds_from date DEFAULT NULL
) RETURNS TABLE (row_number bigint, code text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    classes @extschema@.class_row[];
BEGIN
    IF replace IS NULL OR source IS NULL OR code_column IS NULL OR name_column IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'source, code_column, name_column and replace of load_classes() cannot be NULL',
            HINT = 'Name the table or view, its column of codes and its column of names.';
    END IF;
    IF holds_from IS NOT NULL AND NOT replace THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'holds_from of load_classes() goes with replace only',
            DETAIL = 'Classes that the list does not have would end on that day.',
            HINT = 'Pass replace => true, or give the first day in a column of the list.';
    END IF;
    PERFORM @extschema@.check_class_target(load_classes.taxonomy, load_classes.kind);
    SELECT coalesce(array_agg(ROW(
        s.row_number, s.cells[1], s.cells[2], s.cells[3], s.cells[4], s.cells[5], s.cells[6], s.cells[7], true, NULL
    )::@extschema@.class_row ORDER BY s.row_number), '{}')
    INTO classes
    FROM unnest(@extschema@.class_source_rows(source, ARRAY[
        code_column, name_column, parent_column, remark_column, sensitive_column, valid_from_column, valid_to_column
    ])) AS s;
    RETURN QUERY
    SELECT f.*
    FROM @extschema@.store_classes(
        load_classes.taxonomy, load_classes.kind, classes, parent_column IS NULL,
        array_remove(ARRAY[
            CASE WHEN remark_column IS NOT NULL THEN 'remark' END,
            CASE WHEN sensitive_column IS NOT NULL THEN 'sensitive' END,
            CASE WHEN valid_from_column IS NOT NULL THEN 'valid_from' END,
            CASE WHEN valid_to_column IS NOT NULL THEN 'valid_to' END
        ], NULL),
        cardinality(classes), replace, holds_from
    ) AS f;
END;
$$;
COMMENT ON FUNCTION load_classes(regclass, text, text, name, name, name, name, name, name, name, boolean, date) IS
    'load classes from a table or view that has a row for each into the draft (导入分类): all rows or, when it returns refused rows, none';
REVOKE EXECUTE ON FUNCTION load_classes(regclass, text, text, name, name, name, name, name, name, name, boolean, date) FROM PUBLIC;

CREATE FUNCTION load_class_levels(
    source regclass,
    taxonomy text,
    kind text,
    name_columns name[],
    code_columns name[] DEFAULT NULL,
    remark_column name DEFAULT NULL,
    sensitive_column name DEFAULT NULL,
    replace boolean DEFAULT false,
    holds_from date DEFAULT NULL
) RETURNS TABLE (row_number bigint, code text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    -- lists have thousands of rows, which the planner cannot know
    SET enable_nestloop = off
    SET jit = off
AS $$
DECLARE
    between constant text := chr(31);
    levels constant integer := cardinality(name_columns);
    coded constant boolean := code_columns IS NOT NULL;
    list @extschema@.class_cells[];
    classes @extschema@.class_row[];
    added @extschema@.class_row[];
    -- where codes are given: what is there already, and the level above
    known_codes text[];
    known_parents text[];
    known_names text[];
    above_keys text[] := ARRAY[''];
    above_codes text[] := ARRAY[''];
    keys text[];
    codes text[];
    fresh text[];
    branch record;
BEGIN
    IF replace IS NULL OR source IS NULL OR name_columns IS NULL
        OR array_position(name_columns, NULL) IS NOT NULL OR array_position(code_columns, NULL) IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'source, name_columns and replace of load_class_levels() cannot be NULL, nor can one of the columns',
            HINT = 'Name the table or view and its columns of names, the widest class first.';
    END IF;
    IF levels NOT BETWEEN 1 AND 12 OR cardinality(code_columns) <> levels THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'load_class_levels() needs 1 to 12 columns of names, and as many of codes or none',
            DETAIL = format('There are %s columns of names and %s of codes.', levels, coalesce(cardinality(code_columns), 0));
    END IF;
    IF holds_from IS NOT NULL AND NOT replace THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'holds_from of load_class_levels() goes with replace only',
            DETAIL = 'Classes that the list does not have would end on that day.',
            HINT = 'Pass replace => true, or give the first day in a column of the list.';
    END IF;
    PERFORM @extschema@.check_class_target(load_class_levels.taxonomy, load_class_levels.kind);

    -- names, codes, remark, sensitive; a row ends with its last name or code
    list := @extschema@.class_source_rows(
        source,
        name_columns || coalesce(code_columns, array_fill(NULL::name, ARRAY[levels])) || remark_column || sensitive_column
    );

    -- what is missing
    WITH s AS (
        SELECT r.row_number, r.cells, coalesce(max(d.l), 0) AS depth
        FROM unnest(list) AS r
        LEFT JOIN generate_series(1, levels) AS d (l) ON coalesce(r.cells[d.l], r.cells[levels + d.l]) IS NOT NULL
        GROUP BY r.row_number, r.cells
    ),
    fault (row_number, code, reason) AS (
        SELECT s.row_number, NULL, 'the row is empty' FROM s WHERE s.depth = 0
        UNION ALL
        SELECT s.row_number, s.cells[levels + d.l], CASE
                   WHEN d.l = s.depth THEN 'the name is empty'
                   ELSE format('the name of level %s, "%s", is empty', d.l, name_columns[d.l])
               END
        FROM s
        CROSS JOIN generate_series(1, s.depth) AS d (l)
        WHERE s.cells[d.l] IS NULL
        UNION ALL
        SELECT s.row_number, NULL, format('the code of level %s, "%s", is missing', d.l, code_columns[d.l])
        FROM s
        CROSS JOIN generate_series(1, s.depth) AS d (l)
        WHERE coded AND s.cells[levels + d.l] IS NULL
    )
    SELECT coalesce(array_agg(ROW(
        f.row_number, f.code, NULL, NULL, NULL, NULL, NULL, NULL, true, f.reason
    )::@extschema@.class_row), '{}')
    INTO classes
    FROM fault AS f;

    IF coded THEN
        WITH s AS (
            SELECT r.row_number, r.cells, coalesce(max(d.l), 0) AS depth
            FROM unnest(list) AS r
            LEFT JOIN generate_series(1, levels) AS d (l) ON coalesce(r.cells[d.l], r.cells[levels + d.l]) IS NOT NULL
            GROUP BY r.row_number, r.cells
        ),
        e AS MATERIALIZED (
            SELECT s.row_number, s.cells[d.l] AS name, s.cells[levels + d.l] AS code,
                   CASE WHEN d.l > 1 THEN s.cells[levels + d.l - 1] END AS parent,
                   d.l = s.depth AS leaf, s.cells
            FROM s
            CROSS JOIN generate_series(1, s.depth) AS d (l)
            WHERE s.cells[d.l] IS NOT NULL AND s.cells[levels + d.l] IS NOT NULL
        ),
        c AS (
            SELECT e.row_number, e.code, e.name, e.parent, e.cells[2 * levels + 1] AS remark, e.cells[2 * levels + 2] AS sensitive, true AS leaf
            FROM e
            WHERE e.leaf
            UNION ALL
            SELECT min(e.row_number), e.code, e.name, e.parent, NULL, NULL, false
            FROM e
            WHERE NOT e.leaf AND NOT EXISTS (
                SELECT FROM e AS o
                WHERE o.leaf AND o.code = e.code AND o.name = e.name AND coalesce(o.parent, '') = coalesce(e.parent, '')
            )
            GROUP BY e.code, e.name, e.parent
        )
        SELECT classes || coalesce(array_agg(ROW(
            c.row_number, c.code, c.name, c.parent, c.remark, c.sensitive, NULL, NULL, c.leaf, NULL
        )::@extschema@.class_row ORDER BY c.row_number, c.code), '{}')
        INTO classes
        FROM c;
    ELSE
        -- Codes are never given twice, not after their class has left the draft
        -- either: what was published counts.
        SELECT coalesce(array_agg(v.code), '{}'), coalesce(array_agg(v.parent), '{}'), coalesce(array_agg(v.name), '{}')
        INTO known_codes, known_parents, known_names
        FROM (
            SELECT DISTINCT ON (k.code) k.code, k.parent, k.name
            FROM (
                SELECT c.code::text AS code, coalesce(c.parent::text, '') AS parent, c.name, NULL::bigint AS edition
                FROM @extschema@.event_class AS c
                WHERE c.taxonomy = load_class_levels.taxonomy AND c.kind = load_class_levels.kind
                UNION ALL
                SELECT p.code::text, coalesce(p.parent::text, ''), p.name, p.edition
                FROM @extschema@.taxonomy_edition AS t
                JOIN @extschema@.taxonomy_edition_class AS p ON p.edition = t.edition
                WHERE t.taxonomy = load_class_levels.taxonomy AND t.kind = load_class_levels.kind
            ) AS k
            ORDER BY k.code, k.edition DESC NULLS FIRST
        ) AS v;

        FOR l IN 1 .. levels LOOP
            -- the classes of this level: those that are known, and by their
            -- parents those that need a code
            SELECT coalesce(array_agg(v.key) FILTER (WHERE v.code IS NOT NULL), '{}'),
                   coalesce(array_agg(v.code) FILTER (WHERE v.code IS NOT NULL), '{}')
            INTO keys, codes
            FROM (
                SELECT n.key, min(k.code COLLATE "C") AS code
                FROM (
                    SELECT DISTINCT array_to_string(r.cells[1:l], between) AS key,
                           array_to_string(r.cells[1:l - 1], between) AS above, r.cells[l] AS name
                    FROM unnest(list) AS r
                    WHERE r.cells[l] IS NOT NULL AND array_position(r.cells[1:l], NULL) IS NULL
                ) AS n
                JOIN unnest(above_keys, above_codes) AS a (key, code) ON a.key = n.above
                LEFT JOIN unnest(known_codes, known_parents, known_names) AS k (code, parent, name)
                    ON k.parent = a.code AND k.name = n.name
                GROUP BY n.key
            ) AS v;
            FOR branch IN
                WITH fresh AS MATERIALIZED (
                    SELECT array_to_string(r.cells[1:l], between) AS key, a.code AS parent, min(r.row_number) AS row_number
                    FROM unnest(list) AS r
                    JOIN unnest(above_keys, above_codes) AS a (key, code) ON a.key = array_to_string(r.cells[1:l - 1], between)
                    WHERE r.cells[l] IS NOT NULL AND array_position(r.cells[1:l], NULL) IS NULL
                        AND array_to_string(r.cells[1:l], between) NOT IN (SELECT unnest(keys))
                    GROUP BY 1, 2
                ),
                parent AS MATERIALIZED (
                    SELECT f.parent, array_agg(f.key ORDER BY f.row_number) AS keys, array_agg(f.row_number ORDER BY f.row_number) AS row_numbers
                    FROM fresh AS f
                    GROUP BY f.parent
                ),
                taken AS MATERIALIZED (
                    SELECT left(k.code, d) AS parent, array_agg(k.code) AS codes
                    FROM unnest(known_codes) AS k (code)
                    CROSS JOIN generate_series(0, length(k.code) - 1) AS d
                    WHERE left(k.code, d) IN (SELECT p.parent FROM parent AS p)
                    GROUP BY 1
                )
                SELECT p.parent, p.keys, p.row_numbers, coalesce(t.codes, '{}') AS taken
                FROM parent AS p
                LEFT JOIN taken AS t ON t.parent = p.parent
            LOOP
                fresh := @extschema@.free_class_codes(branch.parent, branch.taken, cardinality(branch.keys));
                IF fresh IS NULL THEN
                    SELECT classes || array_agg(ROW(
                        n, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true,
                        format('no code of at most 12 digits is left for its class of level %s', l)
                    )::@extschema@.class_row)
                    INTO classes
                    FROM unnest(branch.row_numbers) AS n;
                ELSE
                    keys := keys || branch.keys;
                    codes := codes || fresh;
                END IF;
            END LOOP;

            -- with the row that ends here, if there is one
            WITH r AS MATERIALIZED (
                SELECT v.row_number, v.cells, array_to_string(v.cells[1:l], between) AS key,
                       num_nonnulls(VARIADIC v.cells[l + 1:levels]) = 0 AS leaf
                FROM unnest(list) AS v
                WHERE v.cells[l] IS NOT NULL AND array_position(v.cells[1:l], NULL) IS NULL
            ),
            g AS MATERIALIZED (
                SELECT r.key, min(r.row_number) AS first, min(r.row_number) FILTER (WHERE r.leaf) AS leaf
                FROM r
                GROUP BY r.key
            )
            SELECT array_agg(ROW(
                x.row_number, x.code, x.name, x.parent, x.remark, x.sensitive, NULL, NULL, x.leaf, x.fault
            )::@extschema@.class_row ORDER BY x.row_number)
            INTO added
            FROM (
                SELECT r.row_number, c.code, r.cells[l] AS name, nullif(a.code, '') AS parent,
                       CASE WHEN g.leaf IS NOT NULL THEN r.cells[2 * levels + 1] END AS remark,
                       CASE WHEN g.leaf IS NOT NULL THEN r.cells[2 * levels + 2] END AS sensitive,
                       g.leaf IS NOT NULL AS leaf, NULL AS fault
                FROM g
                JOIN r ON r.row_number = coalesce(g.leaf, g.first)
                JOIN unnest(keys, codes) AS c (key, code) ON c.key = g.key
                JOIN unnest(above_keys, above_codes) AS a (key, code) ON a.key = array_to_string(r.cells[1:l - 1], between)
                UNION ALL
                SELECT r.row_number, NULL, NULL, NULL, NULL, NULL, true,
                       format('class "%s" is there twice: row %s has it too', array_to_string(r.cells[1:l], ' > '), g.leaf)
                FROM r
                JOIN g ON g.key = r.key
                WHERE r.leaf AND g.leaf <> r.row_number
            ) AS x;
            classes := classes || added;
            above_keys := keys;
            above_codes := codes;
        END LOOP;
    END IF;

    RETURN QUERY
    SELECT f.*
    FROM @extschema@.store_classes(
        load_class_levels.taxonomy, load_class_levels.kind, classes, false,
        array_remove(ARRAY[
            CASE WHEN remark_column IS NOT NULL THEN 'remark' END,
            CASE WHEN sensitive_column IS NOT NULL THEN 'sensitive' END
        ], NULL),
        cardinality(list), replace, holds_from
    ) AS f;
END;
$$;
COMMENT ON FUNCTION load_class_levels(regclass, text, text, name[], name[], name, name, boolean, date) IS
    'load classes from a table or view that has a row for each narrowest class, with the names of all levels beside it, into the draft (导入分级分类表): all rows or, when it returns refused rows, none';
REVOKE EXECUTE ON FUNCTION load_class_levels(regclass, text, text, name[], name[], name, name, boolean, date) FROM PUBLIC;
