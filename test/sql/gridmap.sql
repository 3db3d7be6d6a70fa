--
-- gridmap: compile cells, find the cell of a point, look into a map.
--
SET search_path = civicgrid, public;

-- Four cells around (2, 2), of which 440301004 has a hole with an island of
-- 440301005 in it; 440301006 has two parts; 440301007 lies over others.
CREATE TEMP TABLE c (code gridcode, geom geometry);
INSERT INTO c VALUES
    ('440301001', 'SRID=4490;POLYGON((1 1,2 1,2 2,1 2,1 1))'),
    ('440301002', 'SRID=4490;POLYGON((2 1,3 1,3 2,2 2,2 1))'),
    ('440301003', 'SRID=4490;POLYGON((1 2,2 2,2 3,1 3,1 2))'),
    ('440301004', 'SRID=4490;POLYGON((2 2,3 2,3 3,2 3,2 2),(2.25 2.25,2.75 2.25,2.75 2.75,2.25 2.75,2.25 2.25))'),
    ('440301005', 'SRID=4490;POLYGON((2.4 2.4,2.6 2.4,2.6 2.6,2.4 2.6,2.4 2.4))'),
    ('440301006', 'SRID=4490;MULTIPOLYGON(((4 1,5 1,4.5 2,4 1)),((4 3,5 3,4.5 2,4 3)))'),
    ('440301007', 'SRID=4490;POLYGON((1.5 1.5,4.5 1.25,4.5 1.75,1.5 1.5))');
CREATE TEMP TABLE m AS SELECT gridmap_agg(code, geom) AS map FROM c;

-- The answer is min(code) of what covers the point: inside, on borders, on
-- corners, in the hole, on the hole's border, on the island, outside.
CREATE TEMP TABLE p (id integer, geom geometry);
INSERT INTO p SELECT row_number() OVER (), ST_SetSRID(ST_Point(x, y), 4490)
FROM (VALUES (1.2, 1.2), (2, 2), (2, 1.5), (2.5, 2), (3, 3), (2.1, 2.5), (2.3, 2.3), (2.25, 2.5), (2.4, 2.5), (2.5, 2.5),
    (4.5, 2), (4.5, 1.5), (4.5, 2.5), (3.5, 1.5), (1, 1), (0.999, 1), (6, 6), (-180, 90), (4.25, 1.5), (3, 1.625)) AS v (x, y);
SELECT id, ST_AsText(geom), locate(map, geom) FROM m, p ORDER BY id;
SELECT count(*) FILTER (WHERE locate(map, p.geom) IS NOT DISTINCT FROM (SELECT min(code) FROM c WHERE ST_Covers(c.geom, p.geom))) AS agree, count(*)
FROM m, p;

-- 4326 is taken for 4490; Z and M are not looked at; nothing is nowhere.
SELECT locate(map, 'SRID=4326;POINT(1.2 1.2)'), locate(map, 'SRID=4490;POINT Z (1.2 1.2 7)'),
    locate(map, 'SRID=4490;POINT M (1.2 1.2 7)'), locate(map, 'SRID=4490;POINT ZM (1.2 1.2 7 8)')
FROM m;
SELECT locate(map, 'SRID=4490;POINT EMPTY') IS NULL AS empty, locate(map, NULL) IS NULL AS no_point, locate(NULL::gridmap, 'SRID=4490;POINT(1 1)'::geometry) IS NULL AS no_map
FROM m;

-- A map does not depend on the order of its cells, nor on the way in.
SELECT (SELECT gridmap_agg(code, geom ORDER BY code::text DESC) FROM c)::text = map::text AS same_reversed,
    map::text::gridmap::text = map::text AS same_text,
    length(gridmap_send(map)) = (gridmap_info(map)).bytes AS whole
FROM m;
SELECT cells, parts, vertices, edges, srid, ST_AsText(extent) AS extent, digest ~ '^[0-9a-f]{16}$' AS digest, bytes > 0 AND tiles >= leaves AS sizes
FROM m, gridmap_info(map);

-- The cells come back as they were, parts in an order of their own.
SELECT code, parts, rings, vertices FROM m, gridmap_cells(map);
SELECT g.code, ST_Equals(c.geom, g.geom) AS equal, c.geom::text = g.geom::text AS to_the_last_byte
FROM m, gridmap_cells(map) AS g JOIN c ON c.code = g.code ORDER BY g.code;
SELECT count(*) FROM gridmap_cells(NULL);

-- Rows without a geometry cover nothing; several rows may have one code.
SELECT gridmap_agg(code, geom) IS NULL AS no_rows FROM c WHERE false;
SELECT gridmap_agg('440301', NULL::geometry) IS NULL AS no_geometry, gridmap_agg('440301', 'POLYGON EMPTY') IS NULL AS empty;
SELECT cells, parts FROM gridmap_info((SELECT gridmap_agg('440301', geom) FROM c));
SELECT cells, parts, edges FROM gridmap_info((SELECT gridmap_agg('440301', g) FROM (VALUES
    ('POLYGON((0 0,1 0,1 1,0 0))'::geometry), (NULL), ('POLYGON EMPTY'), ('MULTIPOLYGON(((0 0,0 1,1 1,0 0)),EMPTY)')) AS v (g)));

-- Near: metres, nearest first.  In degrees on the ellipsoid, else as given.
SELECT code, round(distance_m) AS distance_m FROM m, locate_near(map, 'SRID=4490;POINT(1.9 1.1)', 60000);
SELECT code, round(distance_m) AS distance_m FROM m, locate_near(map, 'SRID=4490;POINT(2 2)', 0);
SELECT count(*) FROM m, locate_near(map, 'SRID=4490;POINT EMPTY', 1000);
SELECT count(*) FROM m, locate_near(map, 'SRID=4490;POINT(60 60)', 1000);
SELECT round(border_distance(map, 'SRID=4490;POINT(1.2 1.1)')) AS inside,
    round(ST_Distance('SRID=4490;POINT(1.2 1.1)'::geography, 'SRID=4490;POINT(1.2 1)'::geography)) AS by_postgis,
    border_distance(map, 'SRID=4490;POINT(2 1.3)') AS on_it, border_distance(map, 'SRID=4490;POINT EMPTY') IS NULL AS empty
FROM m;
SELECT code, distance_m, border_distance(map, point)
FROM (SELECT gridmap_agg(code, ST_SetSRID(geom, 4547)), 'SRID=4547;POINT(0 1)'::geometry FROM c) AS v (map, point), locate_near(map, point, 1.5);

-- What is refused.
SELECT * FROM tests.error_of($$SELECT locate(map, 'SRID=4490;LINESTRING(1 1,2 2)') FROM m$$);
SELECT * FROM tests.error_of($$SELECT locate(map, 'SRID=3857;POINT(1 1)') FROM m$$);
SELECT * FROM tests.error_of($$SELECT locate(map, 'POINT(1 1)') FROM m$$);
SELECT * FROM tests.error_of($$SELECT locate(map, 'SRID=4490;POINT(NaN 1)') FROM m$$);
SELECT * FROM tests.error_of($$SELECT locate(map, ST_SetSRID(ST_Point(1, 'Infinity'), 4490)) FROM m$$);
SELECT * FROM tests.error_of($$SELECT gridmap_agg(NULL, geom) FROM c$$);
SELECT * FROM tests.error_of($$SELECT gridmap_agg('4403', 'POINT(1 1)')$$);
SELECT * FROM tests.error_of($$SELECT gridmap_agg('4403', 'POLYGON((0 0,1 0,1 NaN,0 0))')$$);
SELECT * FROM tests.error_of($$SELECT gridmap_agg('4403', g) FROM (VALUES ('SRID=4490;POLYGON((0 0,1 0,1 1,0 0))'::geometry), ('SRID=4547;POLYGON((0 0,1 0,1 1,0 0))')) AS v (g)$$);
SELECT * FROM tests.error_of($$SELECT gridmap_agg('4403', 'CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))')$$);
SELECT * FROM tests.error_of($$SELECT * FROM m, locate_near(map, 'SRID=4490;POINT(1 1)', -1)$$);
SELECT * FROM tests.error_of($$SELECT * FROM m, locate_near(map, 'SRID=4490;POINT(1 1)', 'NaN')$$);
SELECT * FROM tests.error_of($$SELECT border_distance(map, 'SRID=4490;POINT(22 114)') FROM m$$);
SELECT * FROM tests.error_of($$SELECT ''::gridmap$$);
SELECT * FROM tests.error_of($$SELECT '\x00'::gridmap$$);
SELECT * FROM tests.error_of($$SELECT overlay(map::text PLACING 'ff' FROM 1003 FOR 2)::gridmap FROM m$$);
SELECT * FROM tests.error_of($$SELECT overlay(map::text PLACING '63' FROM 11 FOR 2)::gridmap FROM m$$);
SELECT * FROM tests.error_of($$SELECT left(map::text, -2)::gridmap FROM m$$);
SELECT * FROM tests.error_of($$SELECT ('\x' || repeat('00', 300))::gridmap$$);
SELECT * FROM tests.error_of($$SELECT border_distance((SELECT gridmap_agg('4403', 'SRID=4326;POLYGON((100 100,101 100,101 101,100 100))')), 'SRID=4326;POINT(1 1)')$$);

-- A map in a table, larger than what is kept whole at once, read in pages and
-- then whole; and with too little room, in pages for good.
CREATE TEMP TABLE big AS
SELECT gridmap_agg(format('4403%s%s', lpad((i / 100 + 1)::text, 2, '0'), lpad((1 + i % 100 * 9 + j % 9)::text, 3, '0'))::gridcode,
    ST_Buffer(ST_SetSRID(ST_Point(i, j), 4547), 0.6, 16)) AS map
FROM generate_series(1, 60) AS i, generate_series(1, 60) AS j;
SELECT bytes > 2000000 AS large FROM big, gridmap_info(map);
CREATE TEMP TABLE q AS
SELECT n, ST_SetSRID(ST_Point(n * 0.618033988749 % 62, n * 0.4142135623 % 61), 4547) AS geom FROM generate_series(1, 2000) AS n;
SET civicgrid.map_cache_size = '1MB';
CREATE TEMP TABLE paged AS SELECT n, locate(map, geom) AS code FROM big, q;
RESET civicgrid.map_cache_size;
CREATE TEMP TABLE whole AS SELECT n, locate(map, geom) AS code FROM big, q;
SELECT count(*) FILTER (WHERE w.code IS NOT DISTINCT FROM p.code) AS agree, count(w.code) > 1500 AS found FROM whole AS w JOIN paged AS p USING (n);
-- several maps at once, in too little room
SET civicgrid.map_cache_size = '3MB';
CREATE TEMP TABLE others AS
SELECT k, (SELECT gridmap_agg(code, ST_Translate(geom, k, 0)) FROM gridmap_cells(map)) AS map FROM big, generate_series(1, 4) AS k;
SELECT count(*) FILTER (WHERE locate(o.map, ST_Translate(q.geom, k, 0)) IS NOT DISTINCT FROM w.code) AS agree, count(*)
FROM others AS o, q JOIN whole AS w USING (n);
RESET civicgrid.map_cache_size;
SELECT count(*) FILTER (WHERE locate(o.map, ST_Translate(q.geom, k, 0)) IS NOT DISTINCT FROM w.code) AS agree, count(*)
FROM others AS o, q JOIN whole AS w USING (n);
-- compressed, inline, or in memory: all the same
CREATE TEMP TABLE squeezed (map gridmap);
ALTER TABLE squeezed ALTER map SET STORAGE EXTENDED;
INSERT INTO squeezed SELECT map FROM big;
SELECT count(*) FILTER (WHERE locate(s.map, q.geom) IS NOT DISTINCT FROM w.code) AS agree FROM squeezed AS s, q JOIN whole AS w USING (n) WHERE n <= 50;
SELECT count(*) FILTER (WHERE locate(map::text::gridmap, q.geom) IS NOT DISTINCT FROM w.code) AS agree FROM big, q JOIN whole AS w USING (n) WHERE n <= 5;

-- Rows of a scan, whose points are looked up ahead: among columns of all
-- lengths, with rows missing, rows passed over, and what is no point among them.
CREATE TABLE tests.ragged (before text, geom geometry, behind text, n integer);
INSERT INTO tests.ragged
SELECT CASE n % 5 WHEN 0 THEN NULL ELSE repeat('b', n % 50) END,
    CASE WHEN n % 97 = 0 THEN NULL WHEN n % 89 = 0 THEN 'SRID=4547;POINT EMPTY' WHEN n % 83 = 0 THEN ST_Force3D(geom) ELSE geom END,
    CASE n % 3 WHEN 0 THEN repeat('c', n % 400) END, n
FROM q;
DELETE FROM tests.ragged WHERE n % 11 = 0;
INSERT INTO tests.ragged SELECT NULL, ST_MakeLine(geom, geom), NULL, -n FROM q WHERE n % 11 = 0;
UPDATE tests.ragged SET behind = 'd' WHERE n % 13 = 0;
SELECT count(*), count(*) FILTER (WHERE locate(map, geom) IS NOT DISTINCT FROM CASE WHEN ST_IsEmpty(geom) IS FALSE THEN w.code END) AS agree
FROM big, tests.ragged AS r JOIN whole AS w USING (n);
SELECT count(*), count(*) FILTER (WHERE located.code IS NOT DISTINCT FROM CASE WHEN ST_IsEmpty(geom) IS FALSE THEN w.code END) AS agree
FROM big CROSS JOIN LATERAL (SELECT n, geom, locate(map, geom) AS code FROM tests.ragged WHERE n > 0 OFFSET 0) AS located JOIN whole AS w USING (n);
SELECT count(*), count(*) FILTER (WHERE located.code IS NOT DISTINCT FROM CASE WHEN ST_IsEmpty(geom) IS FALSE THEN w.code END) AS agree
FROM big CROSS JOIN LATERAL (SELECT n, geom, locate(map, geom) AS code FROM tests.ragged WHERE n > 0 AND n % 7 < 2 OFFSET 0) AS located JOIN whole AS w USING (n);
-- a row that would be refused is refused when its turn comes
SELECT count(code) > 0 AS found FROM big CROSS JOIN LATERAL (SELECT locate(map, geom) AS code FROM tests.ragged LIMIT 100) AS l;
SELECT * FROM tests.error_of($$SELECT count(locate(map, geom)) FROM big, tests.ragged$$);

DROP TABLE c, m, p, big, q, paged, whole, others, squeezed, tests.ragged;
