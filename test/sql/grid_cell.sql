--
-- The draft of the grid: its tables, what they refuse, loading
--
SET search_path = civicgrid, public;
SET extra_float_digits = 0;
\set SHOW_CONTEXT never

-- what is shipped
SELECT * FROM grid_kind_rule ORDER BY kind;
SELECT enum_range(NULL::grid_kind);
-- ... is edited, not deleted
BEGIN;
UPDATE grid_kind_rule SET code_digits = '{12,15}' WHERE kind = 'unit' RETURNING code_digits, origin;
ROLLBACK;
\set VERBOSITY sqlstate
DELETE FROM grid_kind_rule WHERE kind = 'unit';
TRUNCATE grid_kind_rule;
DELETE FROM grid_check_rule WHERE defect = 'overlap';
TRUNCATE grid_check_rule;

-- what a cell may be
INSERT INTO grid_cell (kind, code) VALUES ('unit', NULL);
INSERT INTO grid_cell (kind, code) VALUES ('unit', '4403100010');
INSERT INTO grid_cell (kind, code, grade) VALUES ('unit', '440310001001001', 'D');
INSERT INTO grid_cell (kind, code, name) VALUES ('unit', '440310001001001', '');
INSERT INTO grid_cell (kind, code, collector) VALUES ('unit', '440310001001001', '');
INSERT INTO grid_cell (kind, code, duty) VALUES ('duty', '440310001001001', '440310001001');
INSERT INTO grid_control_point (point, code, geom) VALUES ('a', '440310001001001', 'POLYGON EMPTY');
\set VERBOSITY default

-- loading: codes as text or numbers, geometries of every spelling
CREATE TEMP TABLE source (
    id bigint,
    "Code" text,
    name text,
    grade char(1),
    who text,
    duty text,
    wkt text,
    geom geometry
);
INSERT INTO source VALUES
    (440310001001001, ' 440310001001001', '一格', 'A', '张三', '440310001001', 'POLYGON((114 22.5,114.001 22.5,114.001 22.501,114 22.501,114 22.5))'),
    (440310001001002, '440310001001002 ', '', NULL, NULL, '', 'SRID=4490;POLYGON Z((114.001 22.5 7,114.002 22.5 7,114.002 22.501 7,114.001 22.501 7,114.001 22.5 7))'),
    (440310001001003, '440310001001003', NULL, 'C', '李四', NULL, '{"type":"Polygon","coordinates":[[[114.002,22.5],[114.003,22.5],[114.003,22.501],[114.002,22.501],[114.002,22.5]]]}');
UPDATE source SET geom = wkt::geometry;
SELECT * FROM load_cells('source', 'Code', 'geom', name_column => 'name', grade_column => 'grade',
    collector_column => 'who', duty_column => 'duty', srid => 4490);
SELECT kind, code, name, grade, collector, duty, st_asewkt(geom) FROM grid_cell ORDER BY kind, code;
-- they are there now
SELECT * FROM load_cells('source', 'Code', 'geom', srid => 4490);
SELECT * FROM load_cells('source', 'id', 'wkt', kind => 'evaluation', grade_column => 'grade', srid => 4490);
SELECT kind, code, grade, st_srid(geom), st_ndims(geom), st_npoints(geom) FROM grid_cell WHERE kind = 'evaluation' ORDER BY code;
-- replace: what the source names, and nothing else
UPDATE source SET geom = st_translate(geom, 1, 0), name = '改名';
SELECT * FROM load_cells('source', 'id', 'geom', name_column => 'name', srid => 4490, replace => true);
SELECT code, name, grade, collector, duty, st_xmin(geom) FROM grid_cell WHERE kind = 'unit' ORDER BY code;
-- to another frame
DELETE FROM grid_cell;
CREATE TEMP VIEW projected AS SELECT id, st_transform(wkt::geometry(Polygon, 4326), 4547) AS geom FROM source WHERE id % 10 = 1 AND false
    UNION ALL SELECT id, st_transform(st_setsrid(st_force2d(wkt::geometry), 4490), 4547) FROM source;
SELECT * FROM load_cells('projected', 'id', 'geom');
SELECT code, st_srid(geom), round(st_xmin(geom)), round(st_ymin(geom)) FROM grid_cell ORDER BY code;
SELECT * FROM load_cells('projected', 'id', 'geom', to_srid => 4490, replace => true);
SELECT code, st_srid(geom), round(st_xmin(geom)::numeric, 6), round(st_ymin(geom)::numeric, 6) FROM grid_cell ORDER BY code;
-- bytea, and nothing
CREATE TEMP TABLE wkb AS SELECT id, st_asbinary(geom) AS b FROM source WHERE id % 10 = 1;
DELETE FROM grid_cell;
SELECT * FROM load_cells('wkb', 'id', 'b', srid => 4490);
SELECT code, st_astext(geom) FROM grid_cell;
DELETE FROM wkb;
SELECT * FROM load_cells('wkb', 'id', 'b', srid => 4490);

-- what is refused is listed, and then nothing is loaded
DELETE FROM grid_cell;
INSERT INTO grid_cell (code) VALUES ('440310001001003');
INSERT INTO source ("Code", wkt, grade, duty) VALUES
    (NULL, 'POLYGON EMPTY', NULL, NULL),
    ('4403100010010', 'POLYGON EMPTY', NULL, NULL),
    ('K-17', 'POLYGON EMPTY', NULL, NULL),
    ('440310001001001', 'POLYGON EMPTY', NULL, NULL),
    ('440310001001005', 'POLYGON((0 0,1 1', NULL, NULL),
    ('440310001001006', NULL, 'D', NULL),
    ('440310001001007', NULL, NULL, '12x');
SELECT row_number, code, regexp_replace(reason, ':.*', '') AS reason FROM load_cells('source', 'Code', 'wkt', grade_column => 'grade', duty_column => 'duty');
SELECT count(*) FROM grid_cell;
SELECT row_number, code, regexp_replace(reason, ': (DETAIL|Failing).*', '') AS reason
FROM load_cells('source', 'Code', 'geom', replace => true) WHERE code ~ '001$';
SELECT count(*) FROM grid_cell;

-- errors of the call
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT * FROM civicgrid.load_cells(NULL, 'a', 'b')$$,
    $$SELECT * FROM civicgrid.load_cells('pg_temp.source', 'code', 'shape', name_column => 'name')$$,
    $$SELECT * FROM civicgrid.load_cells('pg_temp.nowhere', 'code', 'geom')$$,
    $$SELECT * FROM civicgrid.load_cells('pg_temp.source', 'Code', 'geom', kind => 'block')$$
]) AS s;
\x off

DELETE FROM grid_cell;
