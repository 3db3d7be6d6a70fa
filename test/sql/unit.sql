--
-- Units, levels and channels
--
SET search_path = civicgrid, public;
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never

-- what is shipped
SELECT s.scheme, s.name, string_agg(l.level || ' ' || l.name || coalesce(' ' || l.territory_digits, ''), ', ' ORDER BY l.level)
FROM dispatch_scheme AS s JOIN dispatch_level AS l USING (scheme)
GROUP BY s.scheme, s.name ORDER BY s.scheme COLLATE "C";
SELECT kind, base, name FROM unit_kind ORDER BY array_position('{centre,department,team,person}', base), kind COLLATE "C";
SELECT channel, name, intake_unit, intake_kind, intake_level FROM channel ORDER BY channel COLLATE "C";
SELECT * FROM unit_check();

-- shipped rows are edited, not deleted; a site's own are its own
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$DELETE FROM channel WHERE channel = '12345'$$,
    $$UPDATE unit_kind SET kind = 'bureau' WHERE kind = 'department'$$,
    $$TRUNCATE dispatch_level$$,
    $$INSERT INTO dispatch_scheme (scheme, name, origin) VALUES ('own', '自定', 'shipped')$$
]) AS s;
BEGIN;
UPDATE channel SET intake_kind = 'centre', intake_level = 1 WHERE channel = '12345' RETURNING channel, origin;
INSERT INTO dispatch_scheme (scheme, name) VALUES ('deep', '省—市—区—部门—街道—社区—网格—楼栋') RETURNING origin;
INSERT INTO dispatch_level (scheme, level, name, territory_digits)
SELECT 'deep', o, n, d FROM unnest('{省,市,区,部门,街道,社区,网格,楼栋}'::text[], '{2,4,6,NULL,9,12,15,18}'::smallint[]) WITH ORDINALITY AS v (n, d, o);
SELECT count(*) FROM dispatch_level WHERE scheme = 'deep';
ROLLBACK;

-- what a row may be
SELECT (tests.error_of(s)).code, s AS refused FROM unnest(ARRAY[
    $$INSERT INTO dispatch_level (scheme, level, name) VALUES ('city', 9, '楼')$$,
    $$INSERT INTO dispatch_level (scheme, level, name, territory_digits) VALUES ('city', 6, '楼', 16)$$,
    $$INSERT INTO unit_kind (kind, base, name) VALUES ('robot', 'machine', '机器人')$$,
    $$INSERT INTO unit (name, kind, level) VALUES ('', 'department', 2)$$,
    $$INSERT INTO unit (name, kind, level) VALUES ('甲', 'department', 0)$$,
    $$INSERT INTO unit (unit, name, kind, level) VALUES (0, '甲', 'department', 2)$$,
    $$INSERT INTO unit (unit, name, kind, level, parent) VALUES (7, '甲', 'department', 2, 7)$$,
    $$INSERT INTO unit (name, kind, level, staff) VALUES ('甲', 'department', 2, -1)$$,
    $$INSERT INTO unit (name, kind, level, valid_from, valid_to) VALUES ('甲', 'department', 2, '2026-01-01', '2026-01-01')$$,
    $$INSERT INTO unit_alias (unit, alias) VALUES (1, '')$$,
    $$INSERT INTO channel (channel, name, intake_unit, intake_kind, intake_level) VALUES ('x', 'x', 1, 'centre', 1)$$,
    $$INSERT INTO channel (channel, name, intake_kind) VALUES ('x', 'x', 'centre')$$,
    $$INSERT INTO channel (channel, name, intake_level) VALUES ('x', 'x', 1)$$
]) AS s;

BEGIN;
-- Loading: a list with numbers, in which one unit is written in several ways
CREATE TABLE list (id text, name text, kind text, level text, up text, area text, people text, since date, till text, note text);
INSERT INTO list VALUES
    ('1', '坪山区分拨中心', '分拨中心', '区', NULL, '440310', '12', NULL, NULL, NULL),
    ('1583', '城市管理局', '职能部门', '部门', '1', '440310', '40', '2017-01-01', NULL, NULL),
    ('31', '坪山街道办事处', 'street office', NULL, '坪山区分拨中心', '440310001', NULL, NULL, NULL, NULL),
    ('1755', '六联社区（坪山街道办事处）', '社区工作站', '社区', '31', '440310001001', NULL, NULL, NULL, NULL),
    ('1755', '六联社区', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '两种写法'),
    (' 01755 ', '六联社区', '社区工作站', '4', '坪山街道办事处', '440310001001', '9', NULL, NULL, NULL),
    ('8001', '第一网格', 'grid team', NULL, '六联社区(坪山街道办事处)', '440310001001001', NULL, NULL, '2027-01-01', NULL);
SELECT * FROM load_units('list', 'id', 'name', 'kind', 'level', 'up', 'area', 'people', 'since', 'till', 'note', scheme => 'district');
SELECT * FROM unit ORDER BY unit;
SELECT * FROM unit_alias ORDER BY unit, alias COLLATE "C";
SELECT * FROM unit_check('2026-06-01 00:00+08');
-- the tree
SELECT unit, kind_name, base, root, depth, lineage, path, aliases FROM unit_tree ORDER BY lineage;
SELECT unit_lineage(8001), unit_lineage(1), unit_lineage(2), unit_lineage(NULL);

-- both spellings are one unit, and any like them; a name that is not there is none
SELECT unit_id('六联社区'), unit_id('六联社区（坪山街道办事处）'), unit_id('六联社区(坪山街道办事处)'), unit_id(' 六联 社区 '),
       unit_id('七联社区'), unit_id(''), unit_id(NULL);
SELECT unit_name(1755), unit_name(2), unit_name(NULL);
-- numbers that are given come after those that were loaded
INSERT INTO unit (name, kind, level, parent) VALUES ('水务局', 'department', 2, 1) RETURNING unit;
-- a bureau that takes over, under the same name; and two of one name
INSERT INTO unit (unit, name, kind, level, valid_from) VALUES (1600, '城市 管理局', 'department', 2, '2027-01-01');
UPDATE unit SET valid_to = '2027-01-01' WHERE unit = 1583;
SELECT unit_id('城市管理局'), unit_id('城市管理局', '2026-06-01'), unit_id('城市 管理局'), unit_id('城市 管 理局', '2027-06-01'),
       unit_id('城市 管 理局', '2026-06-01');
SELECT (tests.error_of($$SELECT unit_id('城市 管 理局')$$)).*;
SELECT * FROM unit_check('2026-06-01 00:00+08');

-- Loading again: what is there already, a new spelling that has become the usual one, what the list says anew
SELECT row_number, unit, reason FROM load_units('list', 'id', 'name', kind => 'department', level => 2) LIMIT 2;
DELETE FROM unit WHERE unit = 1600;
TRUNCATE list;
INSERT INTO list (id, name, people) VALUES ('1583', '城市管理和综合执法局', NULL), ('31', '坪山街道办事处', '50'), ('32', '马峦街道办事处', '45');
SELECT * FROM load_units('list', 'id', 'name', staff_column => 'people', kind => 'street office', level => 3, replace => true, holds_from => '2026-07-01');
SELECT unit, name, kind, level, parent, staff, valid_from, valid_to FROM unit ORDER BY unit;
SELECT * FROM unit_alias ORDER BY unit, alias COLLATE "C";
SELECT unit_id('城市管理局'), unit_id('城市管理和综合执法局');
-- listed again
SAVEPOINT a;
INSERT INTO list (id, name) VALUES ('1755', '六联社区（坪山街道办事处）');
SELECT * FROM load_units('list', 'id', 'name', kind => 'street office', level => 3, replace => true, holds_from => '2026-07-02');
SELECT unit, name, valid_to FROM unit WHERE unit = 1755;
SELECT * FROM unit_alias WHERE unit = 1755;
ROLLBACK TO a;
-- what has only begun then cannot end
DELETE FROM list WHERE id = '32';
SELECT * FROM load_units('list', 'id', 'name', kind => 'street office', level => 3, replace => true, holds_from => '2026-07-01');
ROLLBACK;

-- Without numbers: a name is a unit
BEGIN;
CREATE TABLE list (name text, kind text, level integer, up text);
INSERT INTO list VALUES
    ('综合执法队', 'law enforcement team', 3, '坪山街道'),
    ('坪山街道', 'street office', 3, NULL),
    ('１２３４５专班', '分拨中心', 1, NULL),
    ('12345专班', 'centre', 1, NULL),
    ('12345 专班', NULL, NULL, NULL);
SELECT * FROM load_units('list', NULL, 'name', 'kind', 'level', 'up');
SELECT u.name, p.name AS parent, u.kind, u.level, u.unit > p.unit AS after,
       (SELECT string_agg(a.alias, ', ' ORDER BY a.alias COLLATE "C") FROM unit_alias AS a WHERE a.unit = u.unit)
FROM unit AS u LEFT JOIN unit AS p ON p.unit = u.parent ORDER BY u.unit;
-- the draft's units by their spellings, too
TRUNCATE list;
INSERT INTO list VALUES ('网格一组', 'grid team', 5, '12345 专班'), ('坪山街道', NULL, 4, NULL);
SELECT * FROM load_units('list', NULL, 'name', 'kind', 'level', 'up', replace => true);
SELECT name, kind, level, unit_name(parent) FROM unit ORDER BY unit;
ROLLBACK;

-- Every fault at once, and nothing is loaded
BEGIN;
CREATE TABLE list (id text, name text, kind text, level text, up text, area text, people text, since text, till text);
INSERT INTO unit (unit, name, kind, level, parent) VALUES (90, '同名', 'department', 2, 91), (91, '同名', 'department', 2, NULL);
INSERT INTO list VALUES
    (NULL, '甲', 'department', '2', NULL, NULL, NULL, NULL, NULL),
    ('-', '-', 'department', '2', NULL, NULL, NULL, NULL, NULL),
    ('0', '乙', 'department', '2', NULL, NULL, NULL, NULL, NULL),
    ('3', NULL, 'department', '2', NULL, NULL, NULL, NULL, NULL),
    ('4', '丁', '委员会', '部门', '戊局', '4403x', '几个人', '2026-02-30', '去年'),
    ('5', '己', 'department', '2', '5', NULL, NULL, NULL, NULL),
    ('6', '庚', 'department', '2', '7', NULL, NULL, NULL, NULL),
    ('7', '辛', 'department', '2', '8', NULL, NULL, NULL, NULL),
    ('8', '壬', 'department', '2', '庚', NULL, NULL, NULL, NULL),
    ('9', '癸', 'department', '2', '99', NULL, NULL, '2026-01-01', '2026-01-01'),
    ('10', '子', NULL, NULL, '同名', NULL, NULL, NULL, NULL),
    ('11', '丑', 'department', '2', NULL, '440310', '1', NULL, NULL),
    ('11', '丑局', 'centre', '1', '5', '440311', '2', NULL, NULL),
    ('91', '同名', 'department', '2', '90', NULL, NULL, NULL, NULL);
SELECT * FROM load_units('list', 'id', 'name', 'kind', 'level', 'up', 'area', 'people', 'since', 'till');
SELECT count(*) FROM unit;
SELECT * FROM load_units('list', NULL, 'name', 'kind', 'level', scheme => 'district', replace => true);
SELECT * FROM load_units('list', 'id', 'name', 'kind', 'level', 'up', replace => true) WHERE unit = '91';
TRUNCATE list;
INSERT INTO unit (unit, name, kind, level, valid_from) VALUES (92, '将来', 'department', 2, '2030-01-01');
INSERT INTO list (id, name) VALUES ('90', '同名'), ('91', '同名');
SELECT * FROM load_units('list', 'id', 'name', replace => true, holds_from => '2026-01-01');
ROLLBACK;

SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT * FROM load_units(NULL, 'id', 'name')$$,
    $$SELECT * FROM load_units('unit', 'unit', 'name', replace => NULL)$$,
    $$SELECT * FROM load_units('unit', 'unit', 'Name')$$,
    $$SELECT * FROM load_units('unit', 'unit', 'name', holds_from => '2026-01-01')$$,
    $$SELECT * FROM load_units('unit', 'unit', 'name', replace => true, holds_from => '2026-01-01')$$,
    $$SELECT * FROM load_units('unit', 'unit', 'name', level => 9)$$,
    $$SELECT * FROM load_units('unit', 'unit', 'name', kind => 'bureau')$$,
    $$SELECT * FROM load_units('unit', 'unit', 'name', scheme => 'village')$$
]) AS s;

-- Checking: every fault by name
BEGIN;
INSERT INTO dispatch_level (scheme, level, name, territory_digits) VALUES
    ('gap', 2, '区', 6), ('narrow', 1, '街道', 9), ('narrow', 2, '区', 6);
INSERT INTO dispatch_scheme (scheme, name) VALUES ('gap', '缺级'), ('narrow', '颠倒');
INSERT INTO dispatch_level (scheme, level, name) VALUES ('none', 1, '区');
INSERT INTO unit (unit, name, kind, level, parent, territory, valid_from, valid_to) VALUES
    (1, '中心', 'centre', 1, NULL, '440310', NULL, NULL),
    (2, '环保局', 'bureau', 2, 1, '440310', NULL, NULL),
    (3, '水务局', 'department', 2, 999, '440310', NULL, NULL),
    (4, '甲', 'department', 2, 6, NULL, NULL, NULL),
    (5, '乙', 'department', 2, 4, NULL, NULL, NULL),
    (6, '丙', 'department', 2, 5, NULL, NULL, NULL),
    (7, '丁，在环外', 'department', 2, 6, NULL, NULL, NULL),
    (8, '张三', 'grid collector', 5, 1, '440310001001001', NULL, NULL),
    (9, '李四', 'grid collector', 5, 8, '440310001001001', NULL, NULL),
    (10, '社区', 'community station', 4, 1, '440310001001', NULL, NULL),
    (11, '街道', 'street office', 3, 10, '440310001', NULL, NULL),
    (12, '别区街道', 'street office', 3, 1, '440311001', NULL, NULL),
    (13, '旧局', 'department', 2, 1, '440310', NULL, '2025-01-01'),
    (14, '旧局一科', 'team', 3, 13, '440310', NULL, NULL),
    (15, '新局', 'department', 2, 1, '440310', '2027-01-01', NULL),
    (16, '新局一科', 'grid team', 3, 15, '440310', NULL, NULL),
    (17, '城建办', 'street department', 3, 1, NULL, NULL, NULL),
    (18, '城 建办', 'street department', 3, 1, NULL, NULL, NULL),
    (19, '城建办', 'street department', 3, 1, NULL, NULL, '2026-01-01'),
    (20, '　', 'street department', 3, 1, NULL, NULL, NULL);
INSERT INTO unit_alias (unit, alias) VALUES (999, '没有'), (17, '城建'), (18, '城建'), (1, '分拨中心'), (13, '环保局');
UPDATE channel SET intake_unit = 999 WHERE channel = '12345';
UPDATE channel SET intake_unit = 13 WHERE channel = '12319';
UPDATE channel SET intake_unit = 15 WHERE channel = 'app';
UPDATE channel SET intake_kind = 'bureau', intake_level = 1 WHERE channel = 'web';
UPDATE channel SET intake_kind = 'centre', intake_level = 2 WHERE channel = 'letter';
UPDATE channel SET intake_kind = 'centre', intake_level = 1 WHERE channel = 'media';
-- a chain of 17, and what is below it
INSERT INTO unit (unit, name, kind, level, parent)
SELECT i, 'n' || i, 'department', 2, CASE WHEN i = 101 THEN 1 ELSE i - 1 END FROM generate_series(101, 117) AS i;
SELECT * FROM unit_check('2026-06-01 00:00+08');
-- what is of a circle has no lineage, and nothing runs for ever
SELECT unit, depth, lineage FROM unit_tree WHERE unit IN (3, 4, 5, 6, 7, 9) ORDER BY unit;
SELECT unit_lineage(4), unit_lineage(7), unit_lineage(3);
-- the day changes in Beijing
SELECT count(*) FROM unit_check('2026-12-31 15:59:59+00') WHERE key = 'app' UNION ALL
SELECT count(*) FROM unit_check('2026-12-31 16:00+00') WHERE key = 'app';
ROLLBACK;
