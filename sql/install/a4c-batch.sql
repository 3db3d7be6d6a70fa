
-- Batches of reports (批量上报): each row becomes a case or is refused by itself.
-- See doc/intake.md.

-- Whatever cannot be taken as a whole is taken in halves, down to the row that
-- is to blame.
CREATE FUNCTION take_batch(items jsonb[]) RETURNS report_answer[]
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    size constant integer := cardinality(items);
    reports @extschema@.report[];
    one @extschema@.report_answer;
    first @extschema@.report_answer[];
    rest @extschema@.report_answer[];
    half constant integer := size / 2;
BEGIN
    IF size = 0 THEN
        RETURN '{}';
    END IF;
    BEGIN
        SELECT array_agg(ROW(i.line, r.channel, r.description, r.location, r.address, r.cell, r.class, r.severity, r.occurred_at,
                   CASE jsonb_typeof(r.reporter) WHEN 'string' THEN (r.reporter #>> '{}')::jsonb WHEN 'null' THEN NULL ELSE r.reporter END,
                   r.external_id,
                   CASE jsonb_typeof(r.attachments) WHEN 'string' THEN (r.attachments #>> '{}')::jsonb WHEN 'null' THEN NULL
                       ELSE r.attachments END,
                   r.owner, r.datum, coalesce(r.at, now()))::@extschema@.report ORDER BY i.line)
        INTO reports
        FROM unnest(items) WITH ORDINALITY AS i (item, line)
        CROSS JOIN LATERAL jsonb_populate_record(NULL::@extschema@.report, i.item) AS r;
        RETURN @extschema@.take_reports(reports);
    EXCEPTION WHEN OTHERS THEN
        -- not the fault of a row
        IF SQLSTATE ~ '^(25|40001|53|57|58|F0|XX00[12])' THEN
            RAISE;
        END IF;
        IF size = 1 THEN
            IF SQLSTATE = '40P01' THEN
                RAISE;
            END IF;
            GET STACKED DIAGNOSTICS
                one.refused = RETURNED_SQLSTATE, one.message = MESSAGE_TEXT, one.detail = PG_EXCEPTION_DETAIL, one.hint = PG_EXCEPTION_HINT;
            one.line := 1;
            one.external_id := items[1] ->> 'external_id';
            one.repeated := false;
            one.detail := nullif(one.detail, '');
            one.hint := nullif(one.hint, '');
            IF jsonb_typeof(items[1]) <> 'object' THEN
                one.message := 'a report is a JSON object';
                one.detail := format('It is of type %s.', jsonb_typeof(items[1]));
                one.hint := 'Its keys are the names of the arguments of report_event().';
            END IF;
            RETURN ARRAY[one];
        END IF;
    END;
    first := @extschema@.take_batch(items[:half]);
    SELECT array_agg(ROW(a.line + half, a.external_id, a.caseno, a.repeated, a.refused, a.message, a.detail, a.hint, a.channel,
               a.rule)::@extschema@.report_answer ORDER BY a.line)
    INTO rest
    FROM unnest(@extschema@.take_batch(items[half + 1:])) AS a;
    RETURN first || rest;
END;
$$;
COMMENT ON FUNCTION take_batch(jsonb[]) IS 'take reports in, a bad one without harm to the others (批量受理)';
REVOKE EXECUTE ON FUNCTION take_batch(jsonb[]) FROM PUBLIC;

CREATE FUNCTION report_events(reports jsonb) RETURNS TABLE (
        line bigint, external_id text, caseno caseno, repeated boolean, refused text, message text, detail text, hint text
    )
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    ROWS 1000
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    at_once constant integer := 250;
    items jsonb[];
BEGIN
    IF jsonb_typeof(reports) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'reports are a JSON array of objects',
            DETAIL = format('It is %s.', CASE WHEN reports IS NULL THEN 'NULL' ELSE 'of type ' || jsonb_typeof(reports) END),
            HINT = 'The keys of an object are the names of the arguments of report_event().';
    END IF;
    -- not the fault of a row
    PERFORM @extschema@.reporting_right();
    FOR part IN 0..(jsonb_array_length(reports) - 1) / at_once LOOP
        items := ARRAY(
            SELECT i.item FROM jsonb_array_elements(reports) WITH ORDINALITY AS i (item, place)
            WHERE i.place > part * at_once AND i.place <= (part + 1) * at_once
            ORDER BY i.place
        );
        RETURN QUERY
        SELECT a.line + part * at_once, a.external_id, a.caseno, a.repeated, a.refused, a.message, a.detail, a.hint
        FROM unnest(@extschema@.take_batch(items)) AS a;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION report_events(jsonb) IS
    'report many events (批量上报): an array of objects whose keys are the arguments of report_event(); for each the case number, or why it was refused';
REVOKE EXECUTE ON FUNCTION report_events(jsonb) FROM PUBLIC;

-- A query that gives each row of a table, or of a query of the caller's, as an
-- object with the keys that a report has.  It is run with his rights and parsed
-- with his search path.
CREATE FUNCTION report_source(source text, path text) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    example constant text := 'For example ''SELECT ''''12345'''' AS channel, number AS external_id, content AS description FROM calls'', or the name of a table.';
    name_of_table constant text := '^\s*("([^"]|"")+"|[[:alnum:]_$]+)(\s*\.\s*("([^"]|"")+"|[[:alnum:]_$]+))?\s*$';
    own constant text := current_setting('search_path');
    plain text := regexp_replace(source, '[\s;]+$', '');
    probe refcursor;
    shape jsonb;
    columns text;
BEGIN
    IF source IS NULL OR path IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'the source of reports cannot be NULL',
            HINT = example;
    END IF;
    IF plain ~ name_of_table THEN
        plain := 'TABLE ' || plain;
    END IF;
    -- A cursor takes one statement only.  An error takes the path back, too.
    BEGIN
        PERFORM pg_catalog.set_config('search_path', path, true);
        OPEN probe FOR EXECUTE
            'SELECT pg_catalog.to_jsonb(civicgrid_row) FROM (SELECT civicgrid_reports.* FROM (SELECT) AS one LEFT JOIN (SELECT * FROM ('
            || plain || E'\n) AS civicgrid_query LIMIT 0) AS civicgrid_reports ON true) AS civicgrid_row';
        FETCH probe INTO shape;
        CLOSE probe;
    EXCEPTION WHEN syntax_error OR invalid_cursor_definition THEN
        RAISE EXCEPTION USING
            ERRCODE = 'syntax_error',
            MESSAGE = 'the source of reports is neither a table nor one SELECT',
            DETAIL = format('The server says: %s.', SQLERRM),
            HINT = CASE
                WHEN source ~ '^\s*[\[{]' THEN 'An array of objects is given as jsonb: ''[…]''::jsonb.'
                ELSE example
            END;
    END;
    PERFORM pg_catalog.set_config('search_path', own, true);
    IF NOT shape ? 'channel' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_column',
            MESSAGE = 'the source of reports has no column "channel"',
            DETAIL = 'Columns are taken by name: channel is needed, and each argument of report_event() may be there.',
            HINT = example;
    END IF;
    SELECT string_agg(format('%L, ' || CASE WHEN v.name IN ('reporter', 'attachments') THEN 'pg_catalog.to_jsonb(civicgrid_query.%I)'
               ELSE 'civicgrid_query.%I::pg_catalog.text' END, v.name, v.name), ', ')
    INTO columns
    FROM unnest('{channel,description,location,address,cell,class,severity,occurred_at,reporter,external_id,attachments,owner,datum,at}'::text[])
        AS v (name)
    WHERE shape ? v.name;
    RETURN format(E'SELECT pg_catalog.jsonb_build_object(%s) FROM (%s\n) AS civicgrid_query', columns, plain);
END;
$$;
COMMENT ON FUNCTION report_source(text, text) IS 'a query that gives the rows of a table or query as reports (批量上报数据源)';

CREATE FUNCTION report_events(source text, path text DEFAULT current_setting('search_path')) RETURNS TABLE (
        line bigint, external_id text, caseno caseno, repeated boolean, refused text, message text, detail text, hint text
    )
    LANGUAGE plpgsql VOLATILE
    ROWS 1000
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    at_once constant integer := 250;
    own constant text := current_setting('search_path');
    statement constant text := @extschema@.report_source(source, path);
    rows_of_caller refcursor;
    item jsonb;
    items jsonb[] := '{}';
    done bigint := 0;
BEGIN
    PERFORM pg_catalog.set_config('search_path', path, true);
    OPEN rows_of_caller FOR EXECUTE statement;
    LOOP
        FETCH rows_of_caller INTO item;
        IF FOUND THEN
            items := items || item;
        END IF;
        IF NOT FOUND OR cardinality(items) = at_once THEN
            PERFORM pg_catalog.set_config('search_path', own, true);
            RETURN QUERY
            SELECT r.line + done, r.external_id, r.caseno, r.repeated, r.refused, r.message, r.detail, r.hint
            FROM @extschema@.report_events(to_jsonb(items)) AS r;
            EXIT WHEN cardinality(items) < at_once;
            done := done + at_once;
            items := '{}';
            PERFORM pg_catalog.set_config('search_path', path, true);
        END IF;
    END LOOP;
    CLOSE rows_of_caller;
END;
$$;
COMMENT ON FUNCTION report_events(text, text) IS
    'report many events (批量上报) from a table or a query, columns by name; for each row the case number, or why it was refused';
REVOKE EXECUTE ON FUNCTION report_events(text, text) FROM PUBLIC;
