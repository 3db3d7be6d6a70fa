
-- Learning who takes a case (智能分拨) from past dispatches.  See
-- doc/duty-learning.md.

CREATE TYPE dispatcher;

CREATE FUNCTION dispatcher_in(cstring) RETURNS dispatcher
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_dispatcher_in';
COMMENT ON FUNCTION dispatcher_in(cstring) IS 'text input of dispatcher';

CREATE FUNCTION dispatcher_out(dispatcher) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_dispatcher_out';
COMMENT ON FUNCTION dispatcher_out(dispatcher) IS 'text output of dispatcher';

CREATE FUNCTION dispatcher_recv(internal) RETURNS dispatcher
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_dispatcher_recv';
COMMENT ON FUNCTION dispatcher_recv(internal) IS 'binary input of dispatcher';

CREATE FUNCTION dispatcher_send(dispatcher) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_dispatcher_send';
COMMENT ON FUNCTION dispatcher_send(dispatcher) IS 'binary output of dispatcher';

CREATE TYPE dispatcher (
    INPUT = dispatcher_in,
    OUTPUT = dispatcher_out,
    RECEIVE = dispatcher_recv,
    SEND = dispatcher_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = double,
    STORAGE = external
);
COMMENT ON TYPE dispatcher IS 'a model of which unit takes which cases (分拨模型), learned from past dispatches';

CREATE FUNCTION dispatcher_train_step(internal, bigint, eventcode, gridcode, text, text, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_dispatcher_train_step';
COMMENT ON FUNCTION dispatcher_train_step(internal, bigint, eventcode, gridcode, text, text, timestamptz) IS 'transition function of dispatcher_train';

CREATE FUNCTION dispatcher_train_step(internal, bigint, eventcode, gridcode, text, text, timestamptz, jsonb) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_dispatcher_train_step';
COMMENT ON FUNCTION dispatcher_train_step(internal, bigint, eventcode, gridcode, text, text, timestamptz, jsonb) IS 'transition function of dispatcher_train';

CREATE FUNCTION dispatcher_train_final(internal) RETURNS dispatcher
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_dispatcher_train_final';
COMMENT ON FUNCTION dispatcher_train_final(internal) IS 'final function of dispatcher_train';

-- The final function uses up what was collected, so it can be called once only.
CREATE AGGREGATE dispatcher_train(unit bigint, class eventcode, cell gridcode, channel text, property text, at timestamptz) (
    SFUNC = dispatcher_train_step,
    STYPE = internal,
    FINALFUNC = dispatcher_train_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE dispatcher_train(bigint, eventcode, gridcode, text, text, timestamptz) IS 'learn from past cases which unit takes which (训练分拨模型); the order of the rows does not matter';

CREATE AGGREGATE dispatcher_train(unit bigint, class eventcode, cell gridcode, channel text, property text, at timestamptz, options jsonb) (
    SFUNC = dispatcher_train_step,
    STYPE = internal,
    FINALFUNC = dispatcher_train_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE dispatcher_train(bigint, eventcode, gridcode, text, text, timestamptz, jsonb) IS 'learn from past cases which unit takes which (训练分拨模型), with options; the order of the rows does not matter';

-- What is not known of a case is NULL, so this is not strict.
CREATE FUNCTION recommend_unit(
    model dispatcher,
    class eventcode,
    cell gridcode DEFAULT NULL,
    channel text DEFAULT NULL,
    property text DEFAULT NULL,
    at timestamptz DEFAULT NULL,
    k integer DEFAULT 5
) RETURNS TABLE (unit bigint, probability double precision, rank integer, evidence jsonb)
    LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 5
    AS 'MODULE_PATHNAME', 'cg_recommend_unit';
COMMENT ON FUNCTION recommend_unit(dispatcher, eventcode, gridcode, text, text, timestamptz, integer) IS
    'the k likeliest units for a case (推荐处置单位), with probabilities, and past cases as evidence (推荐依据); a written rule comes before it';

CREATE FUNCTION dispatcher_roles(model dispatcher) RETURNS TABLE (role integer, unit bigint, cases bigint)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 100
    AS 'MODULE_PATHNAME', 'cg_dispatcher_roles';
COMMENT ON FUNCTION dispatcher_roles(dispatcher) IS
    'the units that a model knows (模型中的单位); those of one role do the same in different territories (同类单位)';

CREATE FUNCTION dispatcher_info(
    model dispatcher,
    OUT units integer,
    OUT roles integer,
    OUT channels integer,
    OUT properties integer,
    OUT contexts integer,
    OUT cases bigint,
    OUT witnesses bigint,
    OUT first_day date,
    OUT last_day date,
    OUT half_life double precision,
    OUT class_digits integer[],
    OUT bytes bigint,
    OUT digest text
)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_dispatcher_info';
COMMENT ON FUNCTION dispatcher_info(dispatcher) IS 'what a model was learned from (分拨模型信息)';

-- The query is run as if it had been typed instead of the call: with the
-- caller's rights and search path, and no more parallel than the caller.
CREATE FUNCTION suggest_duties(
    query text,
    options jsonb DEFAULT '{}'
) RETURNS TABLE (
        class eventcode, territory gridcode, channel text, lead_unit bigint, lead_kind text, lead_level smallint,
        cases bigint, kept bigint, confidence double precision, witnesses bigint, against text[],
        since timestamptz, previous_unit bigint, remark text
    )
    LANGUAGE C STABLE STRICT PARALLEL RESTRICTED
    COST 1000000 ROWS 100
    AS 'MODULE_PATHNAME', 'cg_suggest_duties';
COMMENT ON FUNCTION suggest_duties(text, jsonb) IS
    'the fewest duties that say who took the cases of a query (职责建议): columns class, unit and at, and if wanted cell, channel, key, kind and level; with what speaks for each, cases against it (反例), and when its unit took over from another (职责变更)';

CREATE FUNCTION share_at_most(part bigint, whole bigint) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN whole > 0 THEN
        least(1, (p + 1.9208 / whole + 1.96 * sqrt(p * (1 - p) / whole + 0.9604 / whole / whole)) / (1 + 3.8416 / whole))
    END
    FROM (SELECT part::double precision / nullif(whole, 0)) AS v (p);
END;
COMMENT ON FUNCTION share_at_most(bigint, bigint) IS
    'what a share may be at most if so many of so many were counted (比例置信上限): the upper bound of Wilson (1927) at 95 %';

-- The path is an argument, since a default is worked out before the function
-- pins its own.
CREATE FUNCTION duty_record(
    query text,
    least_share double precision DEFAULT 0.8,
    path text DEFAULT current_setting('search_path')
) RETURNS TABLE (
        rule bigint, cases bigint, kept bigint, lost bigint, share double precision,
        lost_to bigint, lost_to_cases bigint, first_at timestamptz, last_at timestamptz, listed boolean
    )
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own constant text := current_setting('search_path');
    r record;
BEGIN
    IF query IS NULL OR path IS NULL OR least_share IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'the query and the least share cannot be NULL',
            HINT = 'For example SELECT rule, first_unit, final_unit, at FROM my_cases.';
    END IF;
    IF least_share NOT BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'the least share must be between 0 and 1',
            DETAIL = format('It is %s.', least_share),
            HINT = 'A rule is listed if its cases stay with its unit less often, for example 0.8.';
    END IF;
    PERFORM pg_catalog.set_config('search_path', path, true);
    FOR r IN EXECUTE
        $query$
        SELECT rule::pg_catalog.int8 AS rule, pg_catalog.sum(n)::pg_catalog.int8 AS cases,
            coalesce(pg_catalog.sum(n) FILTER (WHERE first_unit OPERATOR(pg_catalog.=) final_unit), 0)::pg_catalog.int8 AS kept,
            (pg_catalog.array_agg(final_unit::pg_catalog.int8 ORDER BY n DESC, final_unit) FILTER (WHERE first_unit OPERATOR(pg_catalog.<>) final_unit))[1] AS lost_to,
            (pg_catalog.array_agg(n ORDER BY n DESC, final_unit) FILTER (WHERE first_unit OPERATOR(pg_catalog.<>) final_unit))[1] AS lost_to_cases,
            pg_catalog.min(first_at) AS first_at, pg_catalog.max(last_at) AS last_at
        FROM (
            SELECT rule, first_unit, final_unit, pg_catalog.count(*) AS n, pg_catalog.min(at)::pg_catalog.timestamptz AS first_at, pg_catalog.max(at)::pg_catalog.timestamptz AS last_at
            FROM ($query$ || regexp_replace(query, '[\s;]+$', '') || $query$
            ) AS civicgrid_routed
            WHERE rule IS NOT NULL AND first_unit IS NOT NULL AND final_unit IS NOT NULL
            GROUP BY rule, first_unit, final_unit
        ) AS civicgrid_pairs
        GROUP BY rule
        ORDER BY rule
        $query$
    LOOP
        rule := r.rule;
        cases := r.cases;
        kept := r.kept;
        lost := r.cases OPERATOR(pg_catalog.-) r.kept;
        share := r.kept::pg_catalog.float8 OPERATOR(pg_catalog./) r.cases::pg_catalog.float8;
        lost_to := r.lost_to;
        lost_to_cases := r.lost_to_cases;
        first_at := r.first_at;
        last_at := r.last_at;
        listed := @extschema@.share_at_most(r.kept, r.cases) OPERATOR(pg_catalog.<) least_share;
        RETURN NEXT;
    END LOOP;
    PERFORM pg_catalog.set_config('search_path', own, true);
END;
$$;
COMMENT ON FUNCTION duty_record(text, double precision, text) IS
    'how often the cases of each rule stayed with the unit that it gave them to (规则战绩): columns rule, first_unit, final_unit and at of a query; listed are rules that surely keep less than the least share (待复核规则)';
