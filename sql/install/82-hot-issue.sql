
-- Hot issues (热点问题): what many messages speak of.  See
-- doc/similar-texts.md.

-- The query is run as if it had been typed instead of the call: with the
-- caller's rights and search path, and no more parallel than the caller.
CREATE FUNCTION hot_issues_of(
    query text,
    options jsonb DEFAULT '{}'
) RETURNS TABLE (
        rank integer, messages integer, reporters integer, first_at timestamptz, last_at timestamptz,
        heat double precision, title text, keywords text[], ids text[]
    )
    LANGUAGE C STABLE STRICT PARALLEL RESTRICTED
    COST 1000000 ROWS 100
    AS 'MODULE_PATHNAME', 'cg_hot_issues';
COMMENT ON FUNCTION hot_issues_of(text, jsonb) IS
    'what the messages of a query speak of (热点问题), the hottest first: columns id, at, message, and if wanted weight and reporter; the most central message first in ids, its first line as title';

CREATE FUNCTION hot_issues(
    from_time timestamptz,
    to_time timestamptz,
    options jsonb DEFAULT '{}'
) RETURNS TABLE (
        rank integer, cases integer, first_at timestamptz, last_at timestamptz,
        heat double precision, title text, keywords text[], casenos caseno[]
    )
    LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED
    COST 1000000 ROWS 100
    SET search_path = pg_catalog, pg_temp
    SET DateStyle = 'ISO, YMD'
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT h.rank, h.messages, h.first_at, h.last_at, h.heat, h.title, h.keywords, h.ids::@extschema@.caseno[]
    FROM @extschema@.hot_issues_of(
        format(
            'SELECT caseno AS id, reported_at AS at, description AS message FROM @extschema@.case_record '
            'WHERE reported_at >= %L AND reported_at < %L',
            from_time, to_time
        ),
        options
    ) AS h;
END;
$$;
COMMENT ON FUNCTION hot_issues(timestamptz, timestamptz, jsonb) IS
    'what the cases reported from one time on and before another speak of (热点问题), the hottest first; the most central case first in casenos';
