--
-- Datum: WGS-84, GCJ-02, BD-09
--
SET search_path = civicgrid, public;
\set VERBOSITY default

-- Ten digits of what a program in Python answers that has the published
-- formulas line by line; a digit is 10 micrometres.
CREATE TEMP TABLE known (name text, wgs84 geometry, gcj02 text, bd09 text);
INSERT INTO known VALUES
    ('Beijing', 'POINT(116.397455 39.909187)', 'POINT(116.4036986259 39.9105905105)', 'POINT(116.4100711704 39.916929778)'),
    ('Shanghai', 'POINT(121.473701 31.230416)', 'POINT(121.4782240574 31.2284737422)', 'POINT(121.4847824724 31.2343265814)'),
    ('Shenzhen', 'POINT(114.0579 22.5431)', 'POINT(114.0630139986 22.5403828142)', 'POINT(114.069563987 22.5460415591)'),
    ('Urumqi', 'POINT(87.616848 43.825592)', 'POINT(87.6196979982 43.8267974361)', 'POINT(87.626148102 43.8329412703)'),
    ('Harbin', 'POINT(126.6424 45.7567)', 'POINT(126.6483698163 45.7586511019)', 'POINT(126.654999329 45.7643455639)'),
    ('Sanya', 'POINT(109.5119 18.2528)', 'POINT(109.5159842948 18.2510947917)', 'POINT(109.5225317917 18.2568765538)'),
    ('Hong Kong', 'POINT(114.1694 22.3193)', 'POINT(114.1743670663 22.3165507994)', 'POINT(114.1809275989 22.3222223773)'),
    ('Macau', 'POINT(113.5439 22.1987)', 'POINT(113.5490033027 22.1957608445)', 'POINT(113.5554955082 22.2017777691)'),
    ('Taipei', 'POINT(121.5654 25.033)', 'POINT(121.5691731259 25.0300659901)', 'POINT(121.5755966782 25.0363874038)'),
    ('105 degrees east', 'POINT(105 35)', 'POINT(105.0032862415 34.9990986322)', 'POINT(105.0096668283 35.0054036685)'),
    ('Mohe', 'POINT(122.5 53.4833)', 'POINT(122.5073091921 53.4852019743)', 'POINT(122.5136651221 53.491483548)'),
    -- what others answer: github.com/geocompass/pg-coordtransform, issue 10
    ('pg-coordtransform', 'POINT(111.43877780268987 27.223905373786593)', 'POINT(111.4443966071 27.2207189376)', NULL);
SELECT name,
       ST_AsText(from_wgs84(wgs84, 'gcj02'), 10) = gcj02 AS gcj02,
       ST_AsText(from_wgs84(wgs84, 'bd09'), 10) = bd09 AS bd09
FROM known ORDER BY name;
-- and back: within a micrometre
SELECT name, datum,
       abs(ST_X(p) - ST_X(wgs84)) < 1e-11 AND abs(ST_Y(p) - ST_Y(wgs84)) < 1e-11 AS back
FROM known, unnest(enum_range(NULL::geo_datum)) AS datum,
     to_wgs84(from_wgs84(wgs84, datum), datum) AS p
WHERE name IN ('Shenzhen', 'Urumqi', '105 degrees east')
ORDER BY name, datum;
-- how far apart they are, in metres
SELECT name, datum, round(ST_Distance(wgs84::geography, from_wgs84(wgs84, datum)::geography)::numeric, 2) AS metres
FROM known, unnest(enum_range(NULL::geo_datum)) AS datum
WHERE name IN ('Shenzhen', 'Beijing')
ORDER BY name, datum;
-- the inverse in circulation, by twice the point less its image, is metres off
SELECT name, round(ST_Distance(
    wgs84::geography,
    ST_Point(2 * ST_X(g) - ST_X(from_wgs84(g, 'gcj02')), 2 * ST_Y(g) - ST_Y(from_wgs84(g, 'gcj02')))::geography
)::numeric, 2) AS metres
FROM known, from_wgs84(wgs84, 'gcj02') AS g
WHERE name IN ('Shenzhen', 'Beijing') ORDER BY name;

-- outside of the box they are the same: London, Tokyo, Sydney, poles
SELECT ST_AsText(p), datum, from_wgs84(p, datum) = p AS there, to_wgs84(p, datum) = p AS back
FROM unnest('{POINT(-0.1 51.5):POINT(139.7 35.7):POINT(151.2 -33.9):POINT(-180 -90):POINT(180 90)}'::geometry[]) AS p,
     unnest(enum_range(NULL::geo_datum)) AS datum
WHERE datum <> 'wgs84' ORDER BY p::text, datum;
-- at the eastern edge an image lies outside of the box, and is taken back
SELECT ST_X(g) > 137.8347 AS image_outside, round(ST_X(to_wgs84(g, 'gcj02'))::numeric, 9) AS x
FROM from_wgs84('POINT(137.8347 40)', 'gcj02') AS g;

-- every type, with SRID, Z, M; what is empty stays so
CREATE TEMP TABLE shape AS
SELECT row_number() OVER () AS id, w::geometry AS geom FROM unnest(ARRAY[
    'SRID=4326;POINT(114 22.5)', 'SRID=4490;POINT Z (114 22.5 10)', 'POINT M (114 22.5 20)', 'POINT ZM (114 22.5 10 20)',
    'LINESTRING(114 22.5,114.1 22.6)', 'SRID=4490;LINESTRING Z (114 22.5 1,114.1 22.6 2,114.2 22.6 3)',
    'POLYGON((114 22.5,114.1 22.5,114.1 22.6,114 22.5),(114.06 22.51,114.07 22.51,114.07 22.52,114.06 22.51))',
    'MULTIPOINT(114 22.5,114.1 22.6)', 'MULTILINESTRING((114 22.5,114.1 22.6),(113 22,113.1 22))',
    'SRID=4490;MULTIPOLYGON ZM (((114 22.5 1 2,114.1 22.5 3 4,114.1 22.6 5 6,114 22.5 1 2)),((113 22 0 0,113.1 22 0 0,113.1 22.1 0 0,113 22 0 0)))',
    'GEOMETRYCOLLECTION(POINT(114 22.5),GEOMETRYCOLLECTION(LINESTRING(114 22.5,114.1 22.6),POINT EMPTY),POLYGON EMPTY)',
    'CIRCULARSTRING(114 22.5,114.1 22.6,114.2 22.5)', 'COMPOUNDCURVE(CIRCULARSTRING(114 22.5,114.1 22.6,114.2 22.5),(114.2 22.5,114.3 22.5))',
    'CURVEPOLYGON(CIRCULARSTRING(114 22.5,114.1 22.6,114.2 22.5,114.1 22.4,114 22.5))', 'MULTICURVE((114 22.5,114.1 22.6),CIRCULARSTRING(114 22.5,114.1 22.6,114.2 22.5))',
    'MULTISURFACE(CURVEPOLYGON(CIRCULARSTRING(114 22.5,114.1 22.6,114.2 22.5,114.1 22.4,114 22.5)),((113 22,113.1 22,113.1 22.1,113 22)))',
    'POLYHEDRALSURFACE Z (((114 22.5 0,114.1 22.5 0,114.1 22.6 1,114 22.5 0)))', 'TRIANGLE((114 22.5,114.1 22.5,114.1 22.6,114 22.5))',
    'TIN Z (((114 22.5 0,114.1 22.5 0,114.1 22.6 1,114 22.5 0)))',
    'SRID=4326;POINT EMPTY', 'SRID=4490;POLYGON EMPTY', 'MULTIPOLYGON Z EMPTY', 'GEOMETRYCOLLECTION EMPTY'
]) AS w;
-- (before 3.4 PostGIS left the Z of a TIN unsaid)
SELECT id, replace(ST_AsEWKT(from_wgs84(geom, 'gcj02'), 6), 'TIN Z (((', 'TIN(((') AS st_asewkt FROM shape ORDER BY id;
-- each vertex as if it were alone
SELECT count(*) FROM shape, ST_DumpPoints(geom) AS p;
SELECT id, p.path FROM shape, ST_DumpPoints(shape.geom) AS p
JOIN LATERAL ST_DumpPoints(from_wgs84(shape.geom, 'bd09')) AS q ON p.path = q.path
WHERE from_wgs84(p.geom, 'bd09')::text <> q.geom::text;
-- stored are the bytes that PostGIS stores, box included
SELECT record_image_eq(ROW('LINESTRING(1 2,3 4)'::geometry), ROW('LINESTRING(1 2,3 4)'::geometry)) AS same,
       record_image_eq(ROW('LINESTRING(1 2,3 4)'::geometry), ROW(postgis_addbbox('LINESTRING(1 2,3 4)'))) AS same_but_box;
SELECT id, datum, ST_AsText(geom)
FROM shape, unnest(enum_range(NULL::geo_datum)) AS datum, from_wgs84(geom, datum) AS g
WHERE NOT record_image_eq(ROW(g), ROW(ST_GeomFromEWKB(ST_AsEWKB(g))));
-- to the same datum: unchanged
SELECT bool_and(to_wgs84(geom, 'wgs84')::text = geom::text AND from_wgs84(geom, 'wgs84')::text = geom::text) FROM shape;

-- refused
SELECT e.* FROM unnest(ARRAY[
    $$SELECT to_wgs84(ST_SetSRID(ST_Point(12700000, 2570000), 3857), 'gcj02')$$,
    $$SELECT from_wgs84('SRID=4547;POINT(500000 2500000)', 'bd09')$$,
    $$SELECT to_wgs84('POINT(22.5 114)', 'gcj02')$$,
    $$SELECT to_wgs84('POINT(12700000 2570000)', 'wgs84')$$,
    $$SELECT from_wgs84('LINESTRING(114 22.5,NaN 22.5)', 'gcj02')$$,
    $$SELECT from_wgs84(ST_Point(114, '-Infinity'), 'gcj02')$$,
    $$SELECT from_wgs84('POINT(180.0000001 0)', 'gcj02')$$,
    $$SELECT from_wgs84('POINT(114 22.5)', 'GCJ-02')$$
]) WITH ORDINALITY AS s (statement, n), tests.error_of(statement) AS e ORDER BY n;
-- deeper than PostGIS reads
DO $$
DECLARE
    g geometry := ST_Point(114, 22.5);
BEGIN
    FOR depth IN 2..200 LOOP
        g := ST_ForceCollection(ST_Collect(ARRAY[g]));
    END LOOP;
    PERFORM from_wgs84(g, 'gcj02');
    BEGIN
        FOR depth IN 201..202 LOOP
            g := ST_Collect(ARRAY[g]);
        END LOOP;
        PERFORM from_wgs84(g, 'gcj02');
    EXCEPTION WHEN program_limit_exceeded THEN
        RAISE NOTICE '%', SQLERRM;
    END;
END
$$;

-- NULL, and a datum that changes from row to row
SELECT to_wgs84(NULL, 'gcj02'), to_wgs84('POINT(114 22.5)', NULL);
SELECT datum, ST_AsText(from_wgs84('POINT(114 22.5)', datum), 6) FROM unnest(enum_range(NULL::geo_datum)) AS datum ORDER BY datum;

-- values out of line and compressed
CREATE TEMP TABLE long_line AS
SELECT ST_MakeLine(ST_Point(114 + i / 10000.0, 22.5) ORDER BY i) AS geom FROM generate_series(1, 5000) AS i;
SELECT ST_NPoints(g), from_wgs84(ST_PointN(geom, 4711), 'gcj02') = ST_PointN(g, 4711) AS same,
       ST_NPoints(to_wgs84(g, 'gcj02')) AS back
FROM long_line, from_wgs84(geom, 'gcj02') AS g;
