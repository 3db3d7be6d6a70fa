-- Deadlines (时限): a function of the start, the term, the pauses and the
-- extensions, and of nothing else.  No pauses and no extensions may be NULL.

CREATE FUNCTION due(calendar workcal, start timestamptz, term term, pauses tstzmultirange DEFAULT NULL, extensions term[] DEFAULT NULL) RETURNS timestamptz
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_due';
COMMENT ON FUNCTION due(workcal, timestamptz, term, tstzmultirange, term[]) IS 'when a clock is due (应办结时刻): pauses (挂账) do not count, extensions (延期) do; infinity while a pause has no end';

CREATE FUNCTION elapsed(calendar workcal, start timestamptz, term term, pauses tstzmultirange DEFAULT NULL, extensions term[] DEFAULT NULL, at timestamptz DEFAULT now()) RETURNS interval
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_elapsed';
COMMENT ON FUNCTION elapsed(workcal, timestamptz, term, tstzmultirange, term[], timestamptz) IS 'what of a clock has passed at an instant (已用时间): working time for work hours and work days, all time for hours and days; pauses do not count';

CREATE FUNCTION remaining(calendar workcal, start timestamptz, term term, pauses tstzmultirange DEFAULT NULL, extensions term[] DEFAULT NULL, at timestamptz DEFAULT now()) RETURNS interval
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_remaining';
COMMENT ON FUNCTION remaining(workcal, timestamptz, term, tstzmultirange, term[], timestamptz) IS 'what of a clock is left at an instant (剩余时间); negative when it is late';

CREATE FUNCTION used_ratio(calendar workcal, start timestamptz, term term, pauses tstzmultirange DEFAULT NULL, extensions term[] DEFAULT NULL, at timestamptz DEFAULT now()) RETURNS double precision
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_used_ratio';
COMMENT ON FUNCTION used_ratio(workcal, timestamptz, term, tstzmultirange, term[], timestamptz) IS 'how much of a clock is used up at an instant (已用比例); above 1 when it is late';

CREATE FUNCTION due_explain(calendar workcal, start timestamptz, term term, pauses tstzmultirange DEFAULT NULL, extensions term[] DEFAULT NULL) RETURNS TABLE (
        piece integer, from_at timestamptz, to_at timestamptz, kind text, name text,
        seconds numeric, balance numeric, provisional boolean
    )
    LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 20
    AS 'MODULE_PATHNAME', 'cg_due_explain';
COMMENT ON FUNCTION due_explain(workcal, timestamptz, term, tstzmultirange, term[]) IS 'why a clock is due when it is: the time from its start, piece by piece (时限说明)';
