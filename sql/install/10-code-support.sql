-- What the planner is told about <@ and @> of every code type.

CREATE FUNCTION code_within_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_within_support';
COMMENT ON FUNCTION code_within_support(internal) IS 'planner support for <@ of codes';

CREATE FUNCTION code_covers_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_covers_support';
COMMENT ON FUNCTION code_covers_support(internal) IS 'planner support for @> of codes';

CREATE FUNCTION code_within_sel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_within_sel';
COMMENT ON FUNCTION code_within_sel(internal, oid, internal, integer) IS
    'restriction selectivity for <@ of codes';

CREATE FUNCTION code_covers_sel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_covers_sel';
COMMENT ON FUNCTION code_covers_sel(internal, oid, internal, integer) IS
    'restriction selectivity for @> of codes';

CREATE FUNCTION code_within_joinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_within_joinsel';
COMMENT ON FUNCTION code_within_joinsel(internal, oid, internal, smallint, internal) IS
    'join selectivity for <@ of codes';

CREATE FUNCTION code_covers_joinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_covers_joinsel';
COMMENT ON FUNCTION code_covers_joinsel(internal, oid, internal, smallint, internal) IS
    'join selectivity for @> of codes';
