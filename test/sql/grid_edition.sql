--
-- Editions of the grid: publishing, what stays, what changes
--
SET search_path = civicgrid, public;
SET client_min_messages = warning;
SET TimeZone = 'Asia/Shanghai';
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never

-- 4 x 4 cells, each with a vertex in the middle of each side; the communities
-- are columns 1 and 2, and columns 3 and 4; each has one duty cell
CREATE FUNCTION pg_temp.cell(i integer, j integer, width integer DEFAULT 2, height integer DEFAULT 2) RETURNS geometry LANGUAGE SQL AS $$
    SELECT st_setsrid(st_makepolygon(st_makeline(ARRAY(
        SELECT st_makepoint((114000 + 2 * i + dx * width / 2.0)::float8 / 1000, (22500 + 2 * j + dy * height / 2.0)::float8 / 1000)
        FROM unnest('{0,1,2,2,2,1,0,0,0}'::integer[], '{0,0,0,1,2,2,2,1,0}'::integer[]) WITH ORDINALITY AS v (dx, dy, o)
        ORDER BY o
    ))), 4490)
$$;
CREATE FUNCTION pg_temp.code(i integer, j integer) RETURNS gridcode LANGUAGE SQL AS $$
    SELECT format('44031000100%s00%s', 1 + i / 2, 1 + i % 2 + 2 * j)::civicgrid.gridcode
$$;
CREATE FUNCTION pg_temp.at(i integer, j integer) RETURNS geometry LANGUAGE SQL AS $$
    SELECT st_centroid(pg_temp.cell(i, j))
$$;

-- nothing yet
SELECT grid_edition_in_force(), grid_edition_in_force('infinity');
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$CALL civicgrid.publish_grid('empty')$$,
    $$CALL civicgrid.publish_grid('')$$,
    $$CALL civicgrid.publish_grid(NULL)$$,
    $$CALL civicgrid.publish_grid('never', NULL)$$,
    $$CALL civicgrid.publish_grid('never', 'infinity')$$
]) AS s;
\x off

INSERT INTO grid_cell (code, geom, name, grade, duty)
SELECT pg_temp.code(i, j), pg_temp.cell(i, j), format('格%s%s', i, j), 'A', ancestor(pg_temp.code(i, j), 'community')
FROM generate_series(0, 3) AS i, generate_series(0, 3) AS j;
INSERT INTO grid_cell (kind, code, collector) VALUES ('duty', '440310001001', '张三'), ('duty', '440310001002', '李四');
SELECT count(*) FROM grid_check();

-- errors are refused, all of it is undone
BEGIN;
UPDATE grid_cell SET geom = NULL WHERE code = pg_temp.code(0, 0);
UPDATE grid_cell SET duty = '440310001009' WHERE code = pg_temp.code(0, 1);
UPDATE grid_cell SET geom = pg_temp.cell(3, 2) WHERE code = pg_temp.code(2, 2);
UPDATE grid_cell SET geom = st_setsrid(geom, 0) WHERE code <@ '440310001002' AND code > '440310001002005';
\x on
SELECT (tests.error_of($$CALL civicgrid.publish_grid('faulty')$$)).*;
\x off
ROLLBACK;
BEGIN;
UPDATE grid_cell SET geom = NULL WHERE code = pg_temp.code(0, 0);
\x on
SELECT (tests.error_of($$CALL civicgrid.publish_grid('faulty')$$)).*;
\x off
ROLLBACK;
SELECT count(*) FROM grid_edition_warning;

-- warnings are kept
BEGIN;
UPDATE grid_cell SET collector = '张三' WHERE kind = 'duty';
DELETE FROM grid_cell WHERE code = pg_temp.code(1, 1);
CALL publish_grid('warned', '2026-01-01 00:00', NULL, '试行');
SELECT edition, warning, kind, defect, code, other, round(amount) AS amount, unit, detail, st_geometrytype(geom) FROM grid_edition_warning;
SELECT edition, name, valid_from, remark, published_by = session_user, published_at = now() FROM grid_edition;
ROLLBACK;

-- three editions; the third takes the place of the second before that holds
SET client_min_messages = notice;
CALL publish_grid('2026-1', '2026-01-01 00:00+08');
SET client_min_messages = warning;
SELECT edition, kind, cells, digest ~ '^[0-9a-f]+$' AS digest FROM grid_edition_map ORDER BY edition, kind;
SELECT * FROM grid_edition_cell WHERE edition = 1 AND (kind = 'duty' OR code <= '440310001001002') ORDER BY kind, code;
SELECT edition, digest = grid_edition_digest(edition) AS same, length(digest) FROM grid_edition;
SELECT code, parts, st_equals(geom, pg_temp.cell(0, 0)) FROM grid_edition_map, gridmap_cells(map) WHERE kind = 'unit' AND code = pg_temp.code(0, 0);
-- a duty cell is its unit cells
SELECT locate(map, pg_temp.at(0, 0)), locate(map, pg_temp.at(3, 3)), locate(map, pg_temp.at(4, 4)) FROM grid_edition_map WHERE kind = 'duty';

UPDATE grid_cell SET name = '改名' WHERE code = pg_temp.code(0, 0);
CALL publish_grid('2026-7', '2026-07-01 00:00+08', NULL);
UPDATE grid_cell SET name = '又改名' WHERE code = pg_temp.code(0, 0);
CALL publish_grid(name => '2026-7 again', valid_from => '2026-07-01 00:00+08');
SELECT at, grid_edition_in_force(at) FROM unnest(ARRAY['2025-12-31 23:59:59.999999+08', '2026-01-01 00:00+08', '2026-06-30 23:59:59.999999+08', '2026-07-01 00:00+08', 'infinity', '-infinity', NULL]::timestamptz[]) WITH ORDINALITY AS v (at, o) ORDER BY o;
-- the same map, other names
SELECT count(DISTINCT m.digest) AS maps, count(DISTINCT e.digest) AS editions FROM grid_edition AS e JOIN grid_edition_map AS m USING (edition) WHERE m.kind = 'unit';
SELECT count(*) FROM grid_diff('2026-1', '2026-7 again');

-- what is published stays
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$CALL civicgrid.publish_grid('2026-7')$$,
    $$UPDATE civicgrid.grid_edition SET valid_from = '2026-08-01' WHERE edition = 3$$
]) AS s;
\x off
\set VERBOSITY sqlstate
DELETE FROM grid_edition WHERE edition = 3;
TRUNCATE grid_edition;
UPDATE grid_edition_map SET cells = 1;
DELETE FROM grid_edition_map;
TRUNCATE grid_edition_map;
UPDATE grid_edition_cell SET collector = '王五';
DELETE FROM grid_edition_cell;
TRUNCATE grid_edition_cell;
UPDATE grid_edition_warning SET detail = '';
DELETE FROM grid_edition_warning;
TRUNCATE grid_edition_warning;
INSERT INTO grid_edition (edition, name, valid_from, digest) VALUES (1, 'x', '2026-01-01', '');
INSERT INTO grid_edition (edition, name, valid_from, digest) VALUES (9, '', '2026-01-01', '');
INSERT INTO grid_edition (edition, name, valid_from, digest) VALUES (9, 'x', 'infinity', '');
\set VERBOSITY default
-- whoever adds to it is found out
BEGIN;
INSERT INTO grid_edition_cell (edition, kind, code) VALUES (1, 'unit', '440310001009009');
SELECT edition FROM grid_edition WHERE digest <> grid_edition_digest(edition);
ROLLBACK;

-- what an edit of the draft changes; cases at the centre of every cell, two of
-- them without a place
INSERT INTO case_record (caseno, reported_at, cell, location)
SELECT make_caseno('2026-03-01', '440310', 10 * i + j), '2026-03-01', pg_temp.code(i, j), pg_temp.at(i, j)
FROM generate_series(0, 3) AS i, generate_series(0, 3) AS j;
INSERT INTO case_record (caseno, reported_at, cell)
SELECT make_caseno('2026-03-01', '440310', 100 + i), '2026-03-01', pg_temp.code(i, 0) FROM generate_series(0, 1) AS i;
\set diff 'SELECT change, code, other, round(area_m2::numeric, 1) AS area_m2, cases, st_geometrytype(geom) FROM grid_diff(:from);'
\set from '''2026-1'''
SELECT count(*) FROM grid_diff('2026-1');
-- a new name changes no ground, a new code does
BEGIN; UPDATE grid_cell SET code = '440310001001099' WHERE code = pg_temp.code(0, 0); :diff ROLLBACK;
-- a cell less, and its ground nobody's
BEGIN; DELETE FROM grid_cell WHERE code = pg_temp.code(1, 0); :diff ROLLBACK;
-- a cell more, where there was none
BEGIN; INSERT INTO grid_cell (code, geom) VALUES (pg_temp.code(0, 4), pg_temp.cell(0, 4)); :diff ROLLBACK;
-- a border moves past the centre of a cell
BEGIN;
UPDATE grid_cell SET geom = pg_temp.cell(0, 0, 3) WHERE code = pg_temp.code(0, 0);
UPDATE grid_cell SET geom = st_translate(pg_temp.cell(1, 0, 1), 0.001, 0) WHERE code = pg_temp.code(1, 0);
:diff
-- and back
SELECT change, code, other, round(area_m2::numeric, 1) AS area_m2, cases FROM grid_diff(NULL, '2026-1') WHERE change = 'transferred';
ROLLBACK;
-- two cells become one
BEGIN;
DELETE FROM grid_cell WHERE code = pg_temp.code(1, 0);
UPDATE grid_cell SET geom = st_union(geom, pg_temp.cell(1, 0)) WHERE code = pg_temp.code(0, 0);
:diff
ROLLBACK;
-- a vertex more, and nothing changes hands
BEGIN;
UPDATE grid_cell SET geom = st_makepolygon(st_addpoint(st_boundary(geom), st_makepoint(114.0015, 22.5), 2)) WHERE code = pg_temp.code(0, 0);
:diff
ROLLBACK;
-- where cells overlap the smaller code has the ground, so only it can lose it
BEGIN;
INSERT INTO grid_cell (code, geom) VALUES ('440310001009001', pg_temp.cell(0, 0, 4, 4));
:diff
UPDATE grid_cell SET code = '440310001000001' WHERE code = '440310001009001';
:diff
ROLLBACK;
-- of another kind; of no kind; between editions
BEGIN;
UPDATE grid_cell SET duty = '440310001002' WHERE code = pg_temp.code(1, 0);
SELECT change, code, other, round(area_m2::numeric, 1) AS area_m2, cases FROM grid_diff('2026-1', kind => 'duty');
SELECT count(*) FROM grid_diff('2026-1', kind => 'exclusive');
DELETE FROM grid_cell;
SELECT change, count(*), count(DISTINCT code), sum(cases), round(sum(area_m2)) FROM grid_diff('2026-1') GROUP BY change ORDER BY change;
SELECT count(*) FROM grid_diff(NULL);
ROLLBACK;
SELECT count(*) FROM grid_map_diff(NULL, NULL);
-- in the plane
BEGIN;
UPDATE grid_cell SET geom = st_transform(geom, 4547);
UPDATE grid_cell SET geom = st_setsrid(st_makepolygon(st_makeline(ARRAY[st_makepoint(0, 0), st_makepoint(10, 0), st_makepoint(10, 10), st_makepoint(0, 10), st_makepoint(0, 0)])), 4547) WHERE code = pg_temp.code(0, 0);
CREATE TEMP TABLE plane AS SELECT gridmap_agg(code, geom) AS map FROM grid_draft('unit');
UPDATE grid_cell SET geom = st_scale(geom, 2, 1) WHERE code = pg_temp.code(0, 0);
UPDATE case_record SET location = NULL;
SELECT change, code, other, round(area_m2::numeric, 3) AS area_m2 FROM grid_map_diff((SELECT map FROM plane), (SELECT gridmap_agg(code, geom) FROM grid_draft('unit')));
ROLLBACK;
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT * FROM civicgrid.grid_diff('2025')$$,
    $$SELECT * FROM civicgrid.grid_diff('2026-1', '2027')$$
]) AS s;
\x off

-- cases with a place in another frame are not guessed at
BEGIN;
UPDATE case_record SET location = st_setsrid(location, 0) WHERE location IS NOT NULL;
DELETE FROM grid_cell WHERE code = pg_temp.code(1, 0);
SELECT code, message <> 'no error' AS refused FROM tests.error_of($$SELECT * FROM civicgrid.grid_diff('2026-1')$$);
ROLLBACK;

DELETE FROM case_record;
DELETE FROM grid_cell;
