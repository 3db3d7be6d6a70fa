--
-- Drafts of taxonomies: phrases, examples, and loading lists of classes
--
SET search_path = civicgrid, public;
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never

-- what a phrase and an example may be
\set VERBOSITY sqlstate
INSERT INTO class_phrase (taxonomy, kind, phrase, code) VALUES ('list', 'matter', '', '01');
INSERT INTO class_phrase (taxonomy, kind, phrase, code, use) VALUES ('list', 'matter', '路灯', '01', 'maybe');
INSERT INTO class_phrase (taxonomy, kind, phrase, code, weight) VALUES ('list', 'matter', '路灯', '01', -1);
INSERT INTO class_phrase (taxonomy, kind, phrase, code, weight) VALUES ('list', 'matter', '路灯', '01', 'NaN');
INSERT INTO class_phrase (taxonomy, kind, phrase, code, also) VALUES ('list', 'matter', '路灯', '01', '{不亮,""}');
INSERT INTO class_phrase (taxonomy, kind, phrase, code, unless) VALUES ('list', 'matter', '路灯', '01', '{NULL}');
INSERT INTO class_phrase (taxonomy, kind, phrase, code, use) VALUES ('list', 'matter', '路灯', '01', 'confusion');
INSERT INTO class_phrase (taxonomy, kind, phrase, code, use, instead) VALUES ('list', 'matter', '路灯', '01', 'confusion', '01');
INSERT INTO class_phrase (taxonomy, kind, phrase, code, instead) VALUES ('list', 'matter', '路灯', '01', '02');
INSERT INTO class_phrase (taxonomy, kind, phrase, code, origin) VALUES ('list', 'matter', '路灯', '01', 'shipped');
INSERT INTO class_example (taxonomy, kind, message, code) VALUES ('list', 'matter', '', '01');
INSERT INTO class_example (taxonomy, kind, message, code, weight) VALUES ('list', 'matter', '路灯', '01', 0);
INSERT INTO class_example (taxonomy, kind, message, code, weight) VALUES ('list', 'matter', '路灯', '01', 'infinity');
TRUNCATE class_phrase;
\set VERBOSITY default
-- one row for a phrase, a class, a use and a territory, or none
BEGIN;
INSERT INTO class_phrase (taxonomy, kind, phrase, code, use, territory) VALUES
    ('list', 'matter', '路灯', '01', 'include', NULL),
    ('list', 'matter', '路灯', '01', 'exclude', NULL),
    ('list', 'matter', '路灯', '01', 'include', '440310'),
    ('list', 'matter', '路灯', '01', 'include', '440311')
RETURNING origin;
INSERT INTO class_phrase (taxonomy, kind, phrase, code) VALUES ('list', 'matter', '路灯', '01');
ROLLBACK;
SELECT u, class_phrase_weight(u) FROM unnest(ARRAY['include', 'exclude', 'confusion', 'else', NULL]) AS u;

INSERT INTO taxonomy (taxonomy, name) VALUES ('list', '本地清单'), ('other', '另一清单');

-- a row for each class, in any order
CREATE TEMP TABLE long (no text, "Name" text, up text, note text, secret text, since date, till text);
INSERT INTO long VALUES
    ('0101', '积水', '01', '路面积水', NULL, '2026-01-01', NULL),
    (' 01 ', '　市政 ', '', '', 'f', NULL, ''),
    ('0102', '路灯', '01', NULL, '是', NULL, '2030-01-01'),
    ('02', '市容', NULL, NULL, '0', NULL, NULL);
SELECT * FROM load_classes('long', 'list', 'matter', 'no', 'Name', 'up', 'note', 'secret', 'since', 'till');
SELECT code, name, parent, sensitive, remark, valid_from, valid_to, origin FROM event_class WHERE taxonomy = 'list' ORDER BY code;
-- they are there now
SELECT * FROM load_classes('long', 'list', 'matter', 'no', 'Name', 'up');
-- replace: what the source names, and nothing else
UPDATE long SET "Name" = '内涝' WHERE no = '0101';
SELECT * FROM load_classes('long', 'list', 'matter', 'no', 'Name', 'up', replace => true);
SELECT code, name, parent, sensitive, remark, valid_from, valid_to FROM event_class WHERE taxonomy = 'list' ORDER BY code;
-- without a column of parents, the longest code that it begins with
INSERT INTO long VALUES ('010203', '灯杆');
SELECT * FROM load_classes('long', 'other', 'matter', 'no', 'Name');
SELECT code, parent FROM event_class WHERE taxonomy = 'other' ORDER BY code;

-- every fault at once, and nothing is loaded
CREATE TEMP TABLE faulty (no text, name text, up text, secret text, since text, till text);
INSERT INTO faulty VALUES
    ('11', '好的', NULL, NULL, NULL, NULL),
    (NULL, '没有代码', NULL, NULL, NULL, NULL),
    ('1１', '全角', NULL, NULL, NULL, NULL),
    ('1234567890123', '太长', NULL, NULL, NULL, NULL),
    ('12', ' ', NULL, NULL, NULL, NULL),
    ('11', '好的', NULL, NULL, NULL, NULL),
    ('11', '另一个', NULL, NULL, NULL, NULL),
    ('1101', '上级不同', '11', NULL, NULL, NULL),
    ('1101', '上级不同', NULL, NULL, NULL, NULL),
    ('1301', '没有上级', '13', NULL, NULL, NULL),
    ('1401', '上级不是代码', '甲', NULL, NULL, NULL),
    ('15', '自己', '15', NULL, NULL, NULL),
    ('21', '圈一', '22', NULL, NULL, NULL),
    ('22', '圈二', '23', NULL, NULL, NULL),
    ('23', '圈三', '21', NULL, NULL, NULL),
    ('2101', '圈下', '21', NULL, NULL, NULL),
    ('16', '日期', NULL, NULL, '2026-02-30', 'tomorrow-ish'),
    ('17', '日期颠倒', NULL, NULL, '2026-03-01', '2026-03-01'),
    ('18', '敏感', NULL, '也许', NULL, NULL),
    ('0102', '已有', '01', NULL, NULL, NULL),
    (NULL, NULL, NULL, NULL, NULL, NULL);
SELECT * FROM load_classes('faulty', 'list', 'matter', 'no', 'name', 'up', NULL, 'secret', 'since', 'till');
SELECT count(*) FROM event_class WHERE taxonomy = 'list';
SELECT * FROM load_classes('faulty', 'list', 'matter', 'no', 'name') WHERE row_number > 4;

-- a row for each narrowest class, with all levels beside it, and their codes
CREATE TEMP TABLE wide (c1 text, n1 text, c2 text, n2 text, c3 text, n3 text, note text, secret boolean);
INSERT INTO wide VALUES
    ('31', '环保', '3101', '噪声', '310101', '施工噪声', '工地', false),
    ('31', '环保', '3101', '噪声', '310102', '生活噪声', NULL, true),
    ('31', '环保', '3102', '油烟', NULL, NULL, '餐馆', false),
    ('32', '交通', '3201', '停车', '320101', '占道', NULL, false);
SELECT * FROM load_class_levels('wide', 'list', 'service', '{n1,n2,n3}', '{c1,c2,c3}', 'note', 'secret');
SELECT code, name, parent, remark, sensitive FROM event_class WHERE taxonomy = 'list' AND kind = 'service' ORDER BY code;
-- more classes of an upper class that is there
CREATE TEMP TABLE more AS SELECT * FROM wide WHERE c3 = '320101';
UPDATE more SET c3 = '320102', n3 = '跨位';
SELECT * FROM load_class_levels('more', 'list', 'service', '{n1,n2,n3}', '{c1,c2,c3}', 'note', 'secret');
SELECT * FROM load_class_levels('wide', 'list', 'service', '{n1,n2,n3}', '{c1,c2,c3}');
UPDATE wide SET n1 = '环境' WHERE n1 = '环保';
SELECT * FROM load_class_levels('wide', 'list', 'service', '{n1,n2,n3}', '{c1,c2,c3}', replace => true);
SELECT code, name, remark, sensitive FROM event_class WHERE taxonomy = 'list' AND kind = 'service' ORDER BY code;
DELETE FROM event_class WHERE taxonomy = 'list' AND kind = 'service';
INSERT INTO wide VALUES
    ('31', '环境', '3101', '噪音', '310103', '名称不一', NULL, false),
    ('31', '环境', '3202', '错位', '320201', '上级错', NULL, false),
    ('31', '环境', '3101', '噪声', '310102', '生活噪声', NULL, false),
    ('31', '环境', '3101', '噪声', '310104', NULL, NULL, false),
    ('31', '环境', '3101', NULL, '310105', '缺中类', NULL, false),
    ('31', '环境', NULL, '噪声', '310106', '缺中类代码', NULL, false),
    ('31', '环境', '3101', '噪声', NULL, '缺代码', NULL, false),
    ('31', '环境', '310１', '噪声', '310107', '全角', NULL, false),
    (NULL, NULL, NULL, NULL, NULL, NULL, '空行', false);
SELECT * FROM load_class_levels('wide', 'list', 'service', '{n1,n2,n3}', '{c1,c2,c3}', 'note', 'secret');
SELECT count(*) FROM event_class WHERE taxonomy = 'list' AND kind = 'service';

-- without codes they are given, in the order of the rows
CREATE TEMP TABLE named (id integer, a text, b text, c text, note text);
INSERT INTO named VALUES
    (1, '城建', '道路', '破损', '坑洼'),
    (2, '城建', '道路', '积水', NULL),
    (3, '城建', '绿化', NULL, '到此为止'),
    (4, '环保', '道路', '扬尘', NULL);
SELECT * FROM load_class_levels('named', 'list', 'visit', '{a,b,c}', remark_column => 'note');
SELECT code, name, parent, remark FROM event_class WHERE taxonomy = 'list' AND kind = 'visit' ORDER BY code;
-- an amended list: classes keep their codes, new ones come after, and from a day
-- on what it does not have is retired
DELETE FROM named WHERE id = 1;
INSERT INTO named VALUES (0, '新类', '甲', '乙', NULL), (5, '城建', '道路', '标线', NULL), (6, '环保', '水', '排污', NULL);
CREATE TEMP VIEW amended AS SELECT * FROM named ORDER BY id;
SELECT * FROM load_class_levels('amended', 'list', 'visit', '{a,b,c}', replace => true, holds_from => '2027-01-01');
SELECT code, name, valid_from, valid_to, remark FROM event_class WHERE taxonomy = 'list' AND kind = 'visit' ORDER BY code;
-- and is in use again when a later list has it
INSERT INTO named VALUES (1, '城建', '道路', '破损', '坑洼');
SELECT * FROM load_class_levels('amended', 'list', 'visit', '{a,b,c}', replace => true, holds_from => '2028-01-01');
SELECT code, name, valid_from, valid_to FROM event_class WHERE taxonomy = 'list' AND kind = 'visit' AND code <@ '0101' ORDER BY code;
-- what was not in use yet cannot be retired
DELETE FROM named WHERE id = 0;
SELECT * FROM load_class_levels('amended', 'list', 'visit', '{a,b,c}', replace => true, holds_from => '2026-06-01');
INSERT INTO named VALUES (7, '城建', NULL, '缺中类', NULL), (8, '城建', '道路', '标线', NULL), (9, NULL, NULL, NULL, '空行');
SELECT * FROM load_class_levels('amended', 'list', 'visit', '{a,b,c}', replace => true);

-- two digits a level; three where there are more than 99, also when they become so many
CREATE TEMP TABLE many AS SELECT '大类' AS a, '小类' || i AS b FROM generate_series(1, 97) AS i;
SELECT * FROM load_class_levels('many', 'list', 'dispute', '{a,b}');
INSERT INTO many SELECT '大类', '增补' || i FROM generate_series(1, 5) AS i;
SELECT * FROM load_class_levels('many', 'list', 'dispute', '{a,b}', replace => true);
SELECT code, name FROM event_class WHERE taxonomy = 'list' AND kind = 'dispute' AND code::text COLLATE "C" >= '0197' OR name LIKE '增补%' ORDER BY code;
INSERT INTO many SELECT '另类', i::text FROM generate_series(1, 100) AS i;
SELECT count(*) FROM load_class_levels('many', 'list', 'dispute', '{a,b}', replace => true);
SELECT min(code::text COLLATE "C"), max(code::text COLLATE "C"), count(*) FROM event_class
WHERE taxonomy = 'list' AND kind = 'dispute' AND parent = '02';
-- seven levels of two digits are too many
CREATE TEMP TABLE deep (a text, b text, c text, d text, e text, f text, g text);
INSERT INTO deep VALUES ('一', '二', '三', '四', '五', '六', NULL), ('一', '二', '三', '四', '五', '六', '七');
SELECT * FROM load_class_levels('deep', 'other', 'visit', '{a,b,c,d,e,f,g}');

-- a list of the size of Shenzhen's, any list without rows
CREATE TEMP TABLE large AS
SELECT '大类' || i % 18 AS a, '小类' || i AS b, '说明' || i AS c FROM generate_series(1, 4177) AS i;
SELECT * FROM load_class_levels('large', 'other', 'service', '{a,b}', remark_column => 'c');
SELECT digits(code), count(*), count(DISTINCT code::text) FROM event_class WHERE taxonomy = 'other' AND kind = 'service' GROUP BY 1 ORDER BY 1;
TRUNCATE large;
SELECT * FROM load_class_levels('large', 'other', 'dispute', '{a,b}');
SELECT * FROM load_classes('large', 'other', 'dispute', 'a', 'b');

-- classes that are shipped are edited, not replaced
BEGIN;
CREATE TEMP TABLE shipped AS SELECT code::text AS c, name AS n, '有备注'::text AS r FROM event_class
WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter' AND code <@ '10';
SELECT * FROM load_classes('shipped', 'GB/T 47678.5-2026', 'matter', 'c', 'n', remark_column => 'r', replace => true);
SELECT code, name, parent, remark, origin FROM event_class WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter' AND code <@ '10' ORDER BY code;
ROLLBACK;

-- a draft with long codes has room at once
BEGIN;
INSERT INTO event_class (taxonomy, kind, code, name) VALUES ('list', 'component', '44031001', '长码');
CREATE TEMP TABLE fresh (a text, b text);
INSERT INTO fresh VALUES ('新', '子');
SELECT * FROM load_class_levels('fresh', 'list', 'component', '{a,b}');
SELECT code, name, parent FROM event_class WHERE taxonomy = 'list' AND kind = 'component' ORDER BY code;
ROLLBACK;
-- dates that do not fit what the draft keeps, or the day from which the list holds
BEGIN;
INSERT INTO event_class (taxonomy, kind, code, name, valid_to) VALUES ('list', 'component', '01', '甲', '2026-06-01');
CREATE TEMP TABLE dated (c text, n text, f text, t text);
INSERT INTO dated VALUES ('01', '甲', '2026-07-01', NULL), ('02', '乙', NULL, '2026-05-01');
SELECT * FROM load_classes('dated', 'list', 'component', 'c', 'n', valid_from_column => 'f', replace => true);
SELECT * FROM load_classes('dated', 'list', 'component', 'c', 'n', valid_to_column => 't', replace => true, holds_from => '2027-01-01');
TRUNCATE dated;
SELECT (tests.error_of($$SELECT * FROM civicgrid.load_classes('pg_temp.dated', 'list', 'component', 'c', 'n', replace => true, holds_from => '2027-01-01')$$)).code;
ROLLBACK;

-- faults of the draft
BEGIN;
INSERT INTO event_class (taxonomy, kind, code, name, parent, valid_to) VALUES
    ('list', 'component', '41', '停用', NULL, '2026-01-01'),
    ('list', 'component', '4101', '上级停用', '41', NULL),
    ('list', 'component', '42', '上级不是前缀', '41', '2025-01-01');
INSERT INTO class_phrase (taxonomy, kind, phrase, code, use, instead, also) VALUES
    ('list', 'component', '井盖', '43', 'include', NULL, NULL),
    ('list', 'component', '井', '41', 'confusion', '44', NULL),
    ('list', 'component', E'\u200B', '41', 'include', NULL, '{盖,"  "}');
INSERT INTO class_example (taxonomy, kind, message, code) VALUES
    ('list', 'component', '井盖坏了', '43'), ('list', 'component', '井盖没了', '43'), ('list', 'component', '好', '41');
SELECT * FROM taxonomy_check() ORDER BY fault, code::text, detail COLLATE "C";
ROLLBACK;

\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT * FROM civicgrid.load_classes(NULL, 'list', 'matter', 'a', 'b')$$,
    $$SELECT * FROM civicgrid.load_classes('pg_temp.long', NULL, 'matter', 'no', 'Name')$$,
    $$SELECT * FROM civicgrid.load_classes('pg_temp.long', 'nowhere', 'matter', 'no', 'Name')$$,
    $$SELECT * FROM civicgrid.load_classes('pg_temp.long', 'list', 'nonsense', 'no', 'Name')$$,
    $$SELECT * FROM civicgrid.load_classes('pg_temp.long', 'list', 'matter', 'no', 'name', 'down')$$,
    $$SELECT * FROM civicgrid.load_class_levels('pg_temp.wide', 'list', 'matter', NULL)$$,
    $$SELECT * FROM civicgrid.load_class_levels('pg_temp.wide', 'list', 'matter', '{n1,NULL}')$$,
    $$SELECT * FROM civicgrid.load_class_levels('pg_temp.wide', 'list', 'matter', '{}')$$,
    $$SELECT * FROM civicgrid.load_class_levels('pg_temp.wide', 'list', 'matter', '{n1,n2}', '{c1}')$$,
    $$SELECT * FROM civicgrid.load_class_levels('pg_temp.wide', 'list', 'matter', '{n1,n9}')$$
]) AS s;
\x off
DELETE FROM event_class WHERE taxonomy IN ('list', 'other');
DELETE FROM taxonomy WHERE taxonomy IN ('list', 'other');
