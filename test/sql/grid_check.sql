--
-- The map check: every defect, one at a time, on a map that has none
--
SET search_path = civicgrid, public;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set check 'SELECT severity, kind, defect, code, other, round(amount::numeric, 2) AS amount, unit, detail FROM grid_check();'

SELECT defect, name, severity, tolerance, unit, st_astext(extent) AS extent FROM grid_check_rule ORDER BY defect;

-- 4 x 4 cells of about 100 m, with a vertex in the middle of each side; the
-- communities are columns 1 and 2, and columns 3 and 4
CREATE FUNCTION pg_temp.cell(i integer, j integer) RETURNS geometry LANGUAGE SQL AS $$
    SELECT st_setsrid(st_makepolygon(st_makeline(ARRAY(
        SELECT st_makepoint((114000 + 2 * i + dx)::float8 / 1000, (22500 + 2 * j + dy)::float8 / 1000)
        FROM unnest('{0,1,2,2,2,1,0,0,0}'::integer[], '{0,0,0,1,2,2,2,1,0}'::integer[]) WITH ORDINALITY AS v (dx, dy, o)
        ORDER BY o
    ))), 4490)
$$;
CREATE FUNCTION pg_temp.code(i integer, j integer) RETURNS gridcode LANGUAGE SQL AS $$
    SELECT format('44031000100%s00%s', 1 + i / 2, 1 + i % 2 + 2 * j)::civicgrid.gridcode
$$;
INSERT INTO grid_cell (code, geom, collector)
SELECT pg_temp.code(i, j), pg_temp.cell(i, j), format('员%s%s', i, j)
FROM generate_series(0, 3) AS i, generate_series(0, 3) AS j;
SELECT code, st_xmin(geom) AS x, st_ymin(geom) AS y FROM grid_cell ORDER BY code;
:check

-- by itself
BEGIN; UPDATE grid_cell SET geom = NULL WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = 'SRID=4490;POLYGON EMPTY' WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_boundary(geom) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_setpoint(st_boundary(geom), 3, st_makepoint('NaN', 22)) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_makepolygon(st_setpoint(st_boundary(geom), 3, st_makepoint('NaN', 22))) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_setsrid(geom, 0); :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_setsrid(geom, 0) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_setsrid(geom, 4326) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_transform(geom, 4547) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_flipcoordinates(geom) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_flipcoordinates(geom); :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_translate(geom, 400000, 2400000) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_translate(geom, -100, 10); :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = 'SRID=4490;POLYGON((114 22.5,114.002 22.502,114.002 22.5,114 22.502,114 22.5))' WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_makepolygon(st_addpoint(st_boundary(geom), st_makepoint(114.002, 22.500000001), 3)) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_makepolygon(st_addpoint(st_addpoint(st_boundary(geom), st_makepoint(113.999, 22.501), 8), st_makepoint(114, 22.500998), 9)) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; INSERT INTO grid_cell (kind, code, geom, grade) VALUES ('evaluation', '440310001001', st_expand(st_setsrid(st_makepoint(114, 22.5), 4490), 0.00002), 'A'); :check ROLLBACK;
BEGIN; INSERT INTO grid_cell (kind, code, geom, grade) VALUES ('evaluation', '440310001001', st_makeenvelope(114, 22.5, 114.01, 22.500005, 4490), 'A'); :check ROLLBACK;
BEGIN; INSERT INTO grid_cell (kind, code, geom, grade) VALUES ('evaluation', '440310001001', st_collect(pg_temp.cell(0, 0), pg_temp.cell(3, 3)), 'A'); :check ROLLBACK;

-- and its neighbours
BEGIN; UPDATE grid_cell SET geom = pg_temp.cell(1, 1) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; INSERT INTO grid_cell (code, geom, collector) VALUES ('440310001001099', st_makeenvelope(114.0005, 22.5005, 114.0015, 22.5015, 4490), '员'); :check ROLLBACK;
-- a border that gives way: 55 m, 5 m, 50 cm, 5 cm, 0.5 mm
BEGIN; UPDATE grid_cell SET geom = st_makepolygon(st_setpoint(st_boundary(geom), 3, st_makepoint(114.0025, 22.501))) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_makepolygon(st_setpoint(st_boundary(geom), 3, st_makepoint(114.0015, 22.501))) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_makepolygon(st_setpoint(st_boundary(geom), 3, st_makepoint(114.00205, 22.501))) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_makepolygon(st_setpoint(st_boundary(geom), 3, st_makepoint(114.001995, 22.501))) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_makepolygon(st_setpoint(st_boundary(geom), 3, st_makepoint(114.0020005, 22.501))) WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET geom = st_makepolygon(st_setpoint(st_boundary(geom), 3, st_makepoint(114.002000005, 22.501))) WHERE code = '440310001001001'; :check ROLLBACK;
-- a vertex that only one has
BEGIN; UPDATE grid_cell SET geom = st_makepolygon(st_removepoint(st_boundary(geom), 3)) WHERE code = '440310001001001'; :check ROLLBACK;
-- a cell that is not there
BEGIN; DELETE FROM grid_cell WHERE code = pg_temp.code(1, 1); :check ROLLBACK;
-- at the edge of the map that is no gap, for which outlines are there
BEGIN; DELETE FROM grid_cell WHERE code = pg_temp.code(0, 1); :check ROLLBACK;
-- a cell of the other community, an enclave
BEGIN; UPDATE grid_cell SET code = '440310001002099' WHERE code = pg_temp.code(0, 1); :check ROLLBACK;
-- where cells may overlap, and need not fill anything
BEGIN;
UPDATE grid_kind_rule SET overlap_allowed = true, filled = false WHERE kind = 'unit';
INSERT INTO grid_cell (code, geom, collector) VALUES ('440310001001099', st_makeenvelope(114.0005, 22.5005, 114.0015, 22.5015, 4490), '员');
DELETE FROM grid_cell WHERE code = pg_temp.code(1, 1);
:check
ROLLBACK;

-- outlines
BEGIN;
INSERT INTO grid_outline (code, geom)
SELECT '440310001001', st_union(geom) FROM grid_cell WHERE code <@ '440310001001'
UNION ALL
SELECT '440310001002', st_union(geom) FROM grid_cell WHERE code <@ '440310001002'
UNION ALL
SELECT '440310', st_makeenvelope(113.9, 22.4, 114.1, 22.6, 4490);
:check
SAVEPOINT outlines;
UPDATE grid_cell SET code = '440310001002099' WHERE code = pg_temp.code(0, 1); :check ROLLBACK TO outlines;
UPDATE grid_cell SET geom = st_makepolygon(st_setpoint(st_boundary(geom), 7, st_makepoint(113.9995, 22.501))) WHERE code = '440310001001001'; :check ROLLBACK TO outlines;
DELETE FROM grid_cell WHERE code = pg_temp.code(0, 1); :check ROLLBACK TO outlines;
DELETE FROM grid_outline WHERE code <> '440310';
UPDATE grid_cell SET geom = st_translate(geom, 0.095, 0); :check ROLLBACK TO outlines;
UPDATE grid_outline SET geom = NULL WHERE code = '440310'; :check ROLLBACK TO outlines;
UPDATE grid_outline SET geom = st_boundary(geom) WHERE code = '440310'; :check ROLLBACK TO outlines;
UPDATE grid_outline SET geom = st_setsrid(geom, 4547) WHERE code = '440310'; :check ROLLBACK TO outlines;
UPDATE grid_outline SET geom = 'SRID=4490;POLYGON((0 0,1 1,1 0,0 1,0 0))' WHERE code = '440310'; :check ROLLBACK TO outlines;
ROLLBACK;

-- codes
BEGIN; UPDATE grid_cell SET code = '44031000100' || '1' WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; INSERT INTO grid_cell (kind, code, geom, grade) VALUES
    ('evaluation', '440310001', pg_temp.cell(0, 0), 'A'), ('evaluation', '440310001001', pg_temp.cell(1, 0), 'B'), ('evaluation', '440310002', pg_temp.cell(2, 0), NULL);
:check ROLLBACK;

-- roster, duty cells
BEGIN; UPDATE grid_cell SET collector = NULL WHERE code = '440310001001001'; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET collector = NULL; :check ROLLBACK;
BEGIN; UPDATE grid_cell SET collector = '张三' WHERE code <@ '440310001001'; :check ROLLBACK;
BEGIN;
UPDATE grid_cell SET collector = NULL, duty = ancestor(code, 'community');
INSERT INTO grid_cell (kind, code, collector) VALUES ('duty', '440310001001', '张三'), ('duty', '440310001002', '李四');
:check
SAVEPOINT duty;
UPDATE grid_cell SET collector = NULL WHERE kind = 'duty' AND code = '440310001001'; :check ROLLBACK TO duty;
UPDATE grid_cell SET collector = '张三' WHERE kind = 'duty'; :check ROLLBACK TO duty;
UPDATE grid_cell SET duty = NULL, collector = '王五' WHERE code = '440310001001001'; :check ROLLBACK TO duty;
DELETE FROM grid_cell WHERE kind = 'duty' AND code = '440310001001'; :check ROLLBACK TO duty;
INSERT INTO grid_cell (kind, code, collector) VALUES ('duty', '440310001003', '王五'); :check ROLLBACK TO duty;
-- a cell apart; one at a corner; one along a border that does not match
UPDATE grid_cell SET duty = '440310001002' WHERE code = pg_temp.code(0, 1) AND kind = 'unit'; :check ROLLBACK TO duty;
UPDATE grid_cell SET duty = '440310001001' WHERE code = pg_temp.code(2, 1) AND kind = 'unit';
UPDATE grid_cell SET duty = '440310001002' WHERE code = pg_temp.code(1, 1) AND kind = 'unit';
UPDATE grid_cell SET duty = '440310001002' WHERE code = pg_temp.code(0, 0) AND kind = 'unit'; :check ROLLBACK TO duty;
UPDATE grid_cell SET geom = st_translate(geom, 0.000003, 0) WHERE code <@ '440310001002' AND kind = 'unit';
UPDATE grid_cell SET duty = '440310001001' WHERE code = pg_temp.code(2, 1) AND kind = 'unit'; :check ROLLBACK TO duty;
UPDATE grid_kind_rule SET adjacent = false WHERE kind = 'duty';
UPDATE grid_cell SET duty = '440310001002' WHERE code = pg_temp.code(0, 1) AND kind = 'unit'; :check ROLLBACK TO duty;
-- with a geometry of its own, a figure of eight
UPDATE grid_cell SET geom = 'SRID=4490;POLYGON((114 22.5,114.004 22.508,114.004 22.5,114 22.508,114 22.5))' WHERE kind = 'duty' AND code = '440310001001'; :check ROLLBACK TO duty;
ROLLBACK;

-- datum: each thing that is known tells it
BEGIN;
INSERT INTO grid_control_point (point, code, geom)
SELECT format('点%s%s', i, j), pg_temp.code(i, j), st_centroid(pg_temp.cell(i, j)) FROM generate_series(0, 3) AS i, generate_series(0, 3) AS j;
:check
SAVEPOINT datum;
UPDATE grid_cell SET geom = from_wgs84(geom, 'gcj02');
SELECT defect, amount, detail FROM grid_check() WHERE defect = 'suspicious datum';
SELECT count(*), count(other) FROM grid_check() WHERE defect = 'control point missed';
UPDATE grid_cell SET geom = to_wgs84(geom, 'gcj02');
SELECT count(*) FROM grid_check();
UPDATE grid_cell SET geom = to_wgs84(geom, 'bd09');
SELECT defect, amount, detail FROM grid_check() WHERE defect = 'suspicious datum';
ROLLBACK TO datum;
-- points that are just wrong
UPDATE grid_control_point SET code = pg_temp.code(0, 0) WHERE code = pg_temp.code(3, 3);
UPDATE grid_control_point SET code = '440310001001077' WHERE code = pg_temp.code(1, 3);
:check
ROLLBACK;
BEGIN;
INSERT INTO grid_outline (code, geom)
SELECT '440310001001', st_union(geom) FROM grid_cell WHERE code <@ '440310001001'
UNION ALL
SELECT '440310001002', st_union(geom) FROM grid_cell WHERE code <@ '440310001002';
UPDATE grid_cell SET geom = from_wgs84(geom, 'gcj02');
SELECT defect, amount, detail FROM grid_check() WHERE defect = 'suspicious datum';
ROLLBACK;

-- severity and tolerances are the site's
BEGIN;
UPDATE grid_cell SET geom = st_makepolygon(st_setpoint(st_boundary(geom), 3, st_makepoint(114.0025, 22.501))) WHERE code = '440310001001001';
UPDATE grid_check_rule SET severity = 'warning' WHERE defect = 'overlap';
:check
UPDATE grid_check_rule SET tolerance = 100 WHERE defect = 'overlap';
:check
UPDATE grid_check_rule SET severity = 'ignore' WHERE defect = 'sliver overlap';
:check
ROLLBACK;

-- in the plane
BEGIN;
UPDATE grid_cell SET geom = st_transform(geom, 4547);
:check
UPDATE grid_cell SET geom = st_translate(geom, 1, 0) WHERE code = pg_temp.code(1, 1);
:check
UPDATE grid_cell SET geom = st_setsrid(geom, 0);
:check
ROLLBACK;

-- one kind, no kind
SELECT count(*) FROM grid_check('unit');
SELECT count(*) FROM grid_check(of_kind => 'duty');
DELETE FROM grid_cell;
SELECT count(*) FROM grid_check();
