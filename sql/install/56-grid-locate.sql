
-- The cell of a point in the map in force.

CREATE FUNCTION locate(
    point geometry,
    at timestamptz DEFAULT now(),
    kind grid_kind DEFAULT 'unit'
) RETURNS gridcode
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    COST 10
    AS 'MODULE_PATHNAME', 'cg_locate_at';
COMMENT ON FUNCTION locate(geometry, timestamptz, grid_kind) IS
    'the smallest code among the cells that cover the point, in the edition in force at that time; NULL outside and before the first edition (点所在网格)';
