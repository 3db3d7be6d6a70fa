--
-- Taxonomies: what is shipped, how it is guarded, how classes are translated
--
SET search_path = civicgrid, public;
\set gb '''GB/T 47678.5-2026'''

-- GB/T 47678.5-2026: 153 components, 250 matters, 403 in all
SELECT kind, count(*) FILTER (WHERE parent IS NULL) AS categories, count(parent) AS classes
FROM event_class WHERE taxonomy = :gb GROUP BY ROLLUP (kind) ORDER BY kind;
SELECT c.kind, c.code, c.name, count(*) AS classes
FROM event_class AS c JOIN event_class AS s ON s.taxonomy = c.taxonomy AND s.kind = c.kind AND s.parent = c.code
WHERE c.taxonomy = :gb GROUP BY 1, 2, 3 ORDER BY 1, 2;
-- components and matters use the same numbers
SELECT kind, code, name FROM event_class WHERE taxonomy = :gb AND code = '01001' ORDER BY kind;
SELECT count(*) FROM event_class AS c JOIN event_class AS m USING (taxonomy, code)
WHERE c.taxonomy = :gb AND c.kind = 'component' AND m.kind = 'matter' AND c.parent IS NOT NULL;
-- a matter of categories 01 to 05 is its component out of order, with one odd print
SELECT m.code, c.name AS component, m.name AS matter
FROM event_class AS m
LEFT JOIN event_class AS c ON c.taxonomy = m.taxonomy AND c.kind = 'component' AND c.code = m.code
WHERE m.taxonomy = :gb AND m.kind = 'matter' AND m.parent <= '05' AND m.name IS DISTINCT FROM c.name || '异常';
-- codes have gaps
SELECT kind, g::eventcode AS gap
FROM (
    SELECT kind, code, lead(code) OVER (PARTITION BY kind, parent ORDER BY code) AS following
    FROM event_class WHERE taxonomy = :gb AND parent IS NOT NULL
) AS f,
LATERAL (SELECT lpad(n::text, 5, '0') FROM generate_series(code::text::integer + 1, following::text::integer - 1) AS n) AS v (g)
ORDER BY 1, 2;
SELECT count(*) FROM event_class WHERE parent IS NOT NULL AND (parent <> parent(code) OR level(code) <> 2);
SELECT * FROM event_class WHERE taxonomy = :gb AND code IN ('06010', '06042') ORDER BY code;

-- from 2013 to 2026
SELECT from_code, to_code, relation, basis FROM class_map WHERE digits(from_code) = 2 ORDER BY 1;
SELECT relation, basis, count(*) FROM class_map GROUP BY 1, 2 ORDER BY 1, 2;
SELECT f.code, f.name, m.* FROM event_class AS f, map_class(f.taxonomy, f.kind, f.code, :gb) AS m
WHERE f.taxonomy = 'GB/T 30428.2-2013' ORDER BY f.code;
SELECT * FROM map_class('GB/T 30428.2-2013', 'matter', '0131', :gb);
SELECT * FROM map_class('GB/T 30428.2-2013', 'matter', '0199', :gb);
SELECT * FROM map_class('GB/T 30428.2-2013', 'matter', '0501', :gb);
SELECT * FROM map_class('GB/T 30428.2-2013', 'matter', '01', NULL);
-- every target of the rule exists, and has the number that the rule gives
SELECT count(*), count(*) FILTER (WHERE to_code::text = lpad(((substr(from_code::text, 1, 2)::integer + 5) * 1000 + substr(from_code::text, 3)::integer)::text, 5, '0')) AS by_rule
FROM class_map WHERE digits(from_code) = 4 AND to_code IS NOT NULL;

-- a site's own list beside it
BEGIN;
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '坪山区职责清单');
INSERT INTO event_class (taxonomy, kind, code, name, parent) VALUES
    ('site', 'matter', '1801', '企业资质证照', '18'),
    ('site', 'matter', '18', '安全生产', NULL);
INSERT INTO class_map VALUES ('site', 'matter', '18', :gb, 'matter', '08', 'overlapping', 'site');
SELECT * FROM map_class('site', 'matter', '1801', :gb);
SELECT taxonomy, code, origin FROM event_class WHERE origin <> 'shipped' ORDER BY code;
UPDATE event_class SET origin = 'shipped' WHERE taxonomy = 'site' AND code = '1801' RETURNING origin;
DELETE FROM event_class WHERE taxonomy = 'site' RETURNING code;
ROLLBACK;

-- the guard of shipped rows
BEGIN;
UPDATE event_class SET name = name WHERE taxonomy = :gb AND code = '06010' RETURNING origin;
UPDATE event_class SET remark = '不含建筑垃圾' WHERE taxonomy = :gb AND code = '06010' RETURNING origin;
UPDATE event_class SET sensitive = true WHERE taxonomy = :gb AND code = '06010' RETURNING origin;
-- a restored edit takes the place of the shipped row
INSERT INTO event_class (taxonomy, kind, code, name, parent, valid_to, origin)
VALUES (:gb, 'matter', '06011', '积存垃圾', '06', '2027-01-01', 'edited');
SELECT code, name, valid_to, origin FROM event_class WHERE taxonomy = :gb AND code = '06011';
-- ... and is simply there when the shipped row is not
INSERT INTO event_class (taxonomy, kind, code, name, parent, origin)
VALUES (:gb, 'matter', '06099', '旧类', '06', 'edited') RETURNING code, origin;
ROLLBACK;
\set SHOW_CONTEXT never
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$DELETE FROM civicgrid.event_class WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter' AND code = '06010'$$,
    $$UPDATE civicgrid.event_class SET code = '06099' WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter' AND code = '06010'$$,
    $$UPDATE civicgrid.class_map SET to_code = NULL, relation = 'withdrawn' WHERE from_code = '0110'$$,
    $$INSERT INTO civicgrid.event_class (taxonomy, kind, code, name, origin) VALUES ('GB/T 47678.5-2026', 'matter', '11', '新类', 'shipped')$$
]) AS s;
\x off
\set VERBOSITY terse
INSERT INTO event_class (taxonomy, kind, code, name) VALUES (:gb, 'matter', '06010', '暴露垃圾');
INSERT INTO event_class (taxonomy, kind, code, name) VALUES (:gb, 'matter', '11', '');
INSERT INTO event_class (taxonomy, kind, code, name, valid_from, valid_to) VALUES (:gb, 'matter', '11', '新类', '2027-01-01', '2026-01-01');
INSERT INTO class_map VALUES (:gb, 'matter', '06010', 'GB/T 30428.2-2013', 'matter', NULL, 'same', 'site');
DELETE FROM taxonomy WHERE taxonomy = :gb;
DELETE FROM class_kind WHERE kind = 'visit';
TRUNCATE event_class;
TRUNCATE class_map, class_kind, taxonomy;

-- what does not fit together is listed
SELECT * FROM taxonomy_check();
BEGIN;
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地清单');
INSERT INTO event_class (taxonomy, kind, code, name, parent) VALUES
    ('nowhere', 'matter', '1', '无体系', NULL),
    ('site', 'nonsense', '2', '无种类', NULL),
    ('site', 'matter', '31', '无上级', '3'),
    ('site', 'matter', '4', '循环甲', '5'),
    ('site', 'matter', '5', '循环乙', '4'),
    ('site', 'matter', '6', '好的', NULL),
    ('site', 'matter', '61', '也好', '6');
INSERT INTO class_map VALUES
    ('site', 'matter', '6', :gb, 'matter', '06031', 'same', 'site'),
    ('site', 'matter', '61', 'elsewhere', 'matter', NULL, 'withdrawn', 'site'),
    ('site', 'matter', '31', :gb, 'matter', '06001', 'same', 'site');
SELECT * FROM taxonomy_check() ORDER BY fault, taxonomy, kind, code;
-- below a class that was withdrawn there is no wider answer
SELECT * FROM map_class('site', 'matter', '611', 'elsewhere');
INSERT INTO class_map VALUES ('site', 'matter', '61', 'elsewhere', 'matter', NULL, 'withdrawn', 'site');
ROLLBACK;
