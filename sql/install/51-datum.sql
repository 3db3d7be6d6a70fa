-- Datum (大地基准): what coordinates are relative to.  See doc/datum.md.

CREATE TYPE geo_datum AS ENUM ('wgs84', 'gcj02', 'bd09');
COMMENT ON TYPE geo_datum IS
    'datum of a coordinate (大地基准): wgs84 (WGS-84, CGCS2000), gcj02 (GCJ-02, 火星坐标), bd09 (BD-09, 百度坐标)';

CREATE FUNCTION to_wgs84(geom geometry, from_datum geo_datum) RETURNS geometry
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'cg_to_wgs84';
COMMENT ON FUNCTION to_wgs84(geometry, geo_datum) IS
    'convert coordinates of GCJ-02 or BD-09 into WGS-84 (火星坐标、百度坐标纠偏), to less than 1 mm';

CREATE FUNCTION from_wgs84(geom geometry, to_datum geo_datum) RETURNS geometry
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'cg_from_wgs84';
COMMENT ON FUNCTION from_wgs84(geometry, geo_datum) IS
    'convert coordinates of WGS-84 into GCJ-02 or BD-09 (转为火星坐标、百度坐标), for display on maps that use them';
