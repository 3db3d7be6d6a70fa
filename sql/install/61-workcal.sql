-- Working calendars (工作日历): which time is working time, and arithmetic with
-- it.

CREATE TYPE workcal;

CREATE FUNCTION workcal_in(cstring) RETURNS workcal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workcal_in';
COMMENT ON FUNCTION workcal_in(cstring) IS 'text input of workcal';

CREATE FUNCTION workcal_out(workcal) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workcal_out';
COMMENT ON FUNCTION workcal_out(workcal) IS 'text output of workcal';

CREATE FUNCTION workcal_recv(internal) RETURNS workcal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workcal_recv';
COMMENT ON FUNCTION workcal_recv(internal) IS 'binary input of workcal';

CREATE FUNCTION workcal_send(workcal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workcal_send';
COMMENT ON FUNCTION workcal_send(workcal) IS 'binary output of workcal';

-- Kept uncompressed, so that a function knows a calendar again by its first
-- bytes or by where it is stored.
CREATE TYPE workcal (
    INPUT = workcal_in,
    OUTPUT = workcal_out,
    RECEIVE = workcal_recv,
    SEND = workcal_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = external
);
COMMENT ON TYPE workcal IS 'working calendar (工作日历), written as JSON: time zone, hours of the week, dates of their own, horizon';

CREATE FUNCTION workcal_eq(workcal, workcal) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workcal_eq';
COMMENT ON FUNCTION workcal_eq(workcal, workcal) IS 'implementation of = operator';
CREATE OPERATOR = (
    LEFTARG = workcal, RIGHTARG = workcal, FUNCTION = workcal_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR = (workcal, workcal) IS 'the same rules';

CREATE FUNCTION workcal_ne(workcal, workcal) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workcal_ne';
COMMENT ON FUNCTION workcal_ne(workcal, workcal) IS 'implementation of <> operator';
CREATE OPERATOR <> (
    LEFTARG = workcal, RIGHTARG = workcal, FUNCTION = workcal_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (workcal, workcal) IS 'not the same rules';

CREATE FUNCTION work_add(calendar workcal, start timestamptz, term term) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_work_add';
COMMENT ON FUNCTION work_add(workcal, timestamptz, term) IS 'when a term that begins at start ends (到期时刻)';

CREATE FUNCTION work_sub(calendar workcal, due timestamptz, term term) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_work_sub';
COMMENT ON FUNCTION work_sub(workcal, timestamptz, term) IS 'the latest start from which a term ends by due (倒推起算时刻)';

CREATE FUNCTION work_between(calendar workcal, start timestamptz, stop timestamptz) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_work_between';
COMMENT ON FUNCTION work_between(workcal, timestamptz, timestamptz) IS 'working time between two instants (工作时长); negative if the second is the earlier';

CREATE FUNCTION is_open(calendar workcal, at timestamptz) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_is_open';
COMMENT ON FUNCTION is_open(workcal, timestamptz) IS 'whether it is working time (是否工作时间)';

CREATE FUNCTION next_open(calendar workcal, at timestamptz) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_next_open';
COMMENT ON FUNCTION next_open(workcal, timestamptz) IS 'the next instant of working time (下一上班时刻), at itself if it is one';

CREATE FUNCTION prev_close(calendar workcal, at timestamptz) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_prev_close';
COMMENT ON FUNCTION prev_close(workcal, timestamptz) IS 'the last instant with working time right before it (上一下班时刻), at itself if it is one';

CREATE FUNCTION is_workday(calendar workcal, day date) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_is_workday';
COMMENT ON FUNCTION is_workday(workcal, date) IS 'whether a date has working time (工作日)';

CREATE FUNCTION workdays_between(calendar workcal, first date, last date) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workdays_between';
COMMENT ON FUNCTION workdays_between(workcal, date, date) IS 'work days (工作日数) after the first date up to the last, which counts; negative if the last is the earlier';

CREATE FUNCTION is_provisional(calendar workcal, at timestamptz) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_is_provisional';
COMMENT ON FUNCTION is_provisional(workcal, timestamptz) IS 'whether holidays around an instant are not known yet (暂定)';

CREATE FUNCTION work_explain(calendar workcal, start timestamptz, term term) RETURNS TABLE (
        piece integer, from_at timestamptz, to_at timestamptz, kind text, name text,
        seconds numeric, balance numeric, provisional boolean
    )
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20
    AS 'MODULE_PATHNAME', 'cg_work_explain';
COMMENT ON FUNCTION work_explain(workcal, timestamptz, term) IS 'the time from a start to the end of a term, piece by piece (时限说明): what kind it is, how many seconds of it count, how many are left';
