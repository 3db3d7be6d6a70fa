
-- Gridmaps (网格地图): cells compiled into one value, and the cell of a point.

CREATE TYPE gridmap;

CREATE FUNCTION gridmap_in(cstring) RETURNS gridmap
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_in';
COMMENT ON FUNCTION gridmap_in(cstring) IS 'text input of gridmap';

CREATE FUNCTION gridmap_out(gridmap) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_out';
COMMENT ON FUNCTION gridmap_out(gridmap) IS 'text output of gridmap';

CREATE FUNCTION gridmap_recv(internal) RETURNS gridmap
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_recv';
COMMENT ON FUNCTION gridmap_recv(internal) IS 'binary input of gridmap';

CREATE FUNCTION gridmap_send(gridmap) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_send';
COMMENT ON FUNCTION gridmap_send(gridmap) IS 'binary output of gridmap';

-- Stored apart from its row and never compressed, so that a lookup can read a
-- few pieces of it.
CREATE TYPE gridmap (
    INPUT = gridmap_in,
    OUTPUT = gridmap_out,
    RECEIVE = gridmap_recv,
    SEND = gridmap_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = external
);
COMMENT ON TYPE gridmap IS 'cells compiled for finding the cell of a point (网格地图)';

CREATE FUNCTION gridmap_agg_step(internal, gridcode, geometry) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_agg_step';
COMMENT ON FUNCTION gridmap_agg_step(internal, gridcode, geometry) IS 'transition function of gridmap_agg';

CREATE FUNCTION gridmap_agg_final(internal) RETURNS gridmap
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_agg_final';
COMMENT ON FUNCTION gridmap_agg_final(internal) IS 'final function of gridmap_agg';

-- The final function gives back what was collected as soon as it can, so it
-- can be called once only.
CREATE AGGREGATE gridmap_agg(code gridcode, cell geometry) (
    SFUNC = gridmap_agg_step,
    STYPE = internal,
    FINALFUNC = gridmap_agg_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gridmap_agg(gridcode, geometry) IS
    'compile cells, polygons with their codes, into a gridmap (编译网格地图)';

CREATE FUNCTION locate(map gridmap, point geometry) RETURNS gridcode
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 5
    AS 'MODULE_PATHNAME', 'cg_locate';
COMMENT ON FUNCTION locate(gridmap, geometry) IS
    'the smallest code among the cells that cover the point, borders included; NULL outside (点所在网格)';

CREATE FUNCTION locate_near(map gridmap, point geometry, radius_m double precision)
    RETURNS TABLE (code gridcode, distance_m double precision)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 1000 ROWS 10
    AS 'MODULE_PATHNAME', 'cg_locate_near';
COMMENT ON FUNCTION locate_near(gridmap, geometry, double precision) IS
    'cells within a radius in metres, nearest first; distance 0 where the cell covers the point (附近网格)';

CREATE FUNCTION border_distance(map gridmap, point geometry) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 1000
    AS 'MODULE_PATHNAME', 'cg_border_distance';
COMMENT ON FUNCTION border_distance(gridmap, geometry) IS
    'metres from the point to the nearest border of any cell (距网格边界距离)';

CREATE FUNCTION gridmap_cells(map gridmap)
    RETURNS TABLE (code gridcode, parts integer, rings integer, vertices bigint, geom geometry)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 1000 ROWS 1000
    AS 'MODULE_PATHNAME', 'cg_gridmap_cells';
COMMENT ON FUNCTION gridmap_cells(gridmap) IS
    'the cells that a gridmap was compiled from, by code (网格清单)';

CREATE FUNCTION gridmap_info(
    map gridmap,
    OUT cells integer,
    OUT parts integer,
    OUT vertices bigint,
    OUT edges integer,
    OUT bytes bigint,
    OUT tiles integer,
    OUT leaves integer,
    OUT srid integer,
    OUT extent geometry,
    OUT digest text
)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_info';
COMMENT ON FUNCTION gridmap_info(gridmap) IS
    'what a gridmap holds: counts, size in bytes, extent, digest (网格地图信息)';
