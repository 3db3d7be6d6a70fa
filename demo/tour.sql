-- 1. Install. PostGIS comes along.
CREATE EXTENSION civicgrid CASCADE;
SET search_path = civicgrid, public;

-- 2. A grid code names a place; lists that fill it up with zeros are read too.
SELECT '440310001000'::gridcode AS street, level('440310001000'::gridcode),
       '440300'::gridcode AS city, padded('4403', 12) AS statistical;

-- 3. Where is grid 440310001001003?
SELECT ancestor(code, 'street') AS street, ancestor(code, 'city') AS city, lineage(code)
FROM (VALUES ('440310001001003'::gridcode)) AS v (code);

-- 4. A hundred thousand grids ...
CREATE TABLE cell AS
SELECT ('4403' || lpad((i % 10 + 1)::text, 2, '0') || lpad((i / 10 % 10 + 1)::text, 3, '0') ||
        lpad((i / 100 % 50 + 1)::text, 3, '0') || lpad((i / 5000 + 1)::text, 3, '0'))::gridcode AS code
FROM generate_series(0, 99999) AS i;
CREATE INDEX ON cell (code);
VACUUM ANALYZE cell;

-- 5. ... and those of one community: "within" is a range of an ordinary B-tree.
EXPLAIN (COSTS OFF) SELECT count(*) FROM cell WHERE code <@ '440310001001';
SELECT count(*) FROM cell WHERE code <@ '440310001001';

-- 6. What is event 06010? Components and matters use the same numbers.
SELECT kind, code, name, parent FROM event_class
WHERE taxonomy = 'GB/T 47678.5-2026' AND code IN ('06010', '01001') ORDER BY code, kind;

-- 7. A record of 2013 says 0136; what is that today?
SELECT m.code, c.name, m.relation
FROM map_class('GB/T 30428.2-2013', 'matter', '0136', 'GB/T 47678.5-2026') AS m
JOIN event_class AS c ON c.taxonomy = 'GB/T 47678.5-2026' AND c.kind = m.kind AND c.code = m.code;

-- 8. Draw a case number: date, district, sequence, check digit. Nobody waits.
INSERT INTO case_record (caseno, reported_at, cell, taxonomy, kind, class, description)
SELECT new_caseno('440310', at), at, '440310001001003', 'GB/T 47678.5-2026', 'matter', '06010', '路口垃圾成堆'
FROM (VALUES ('2026-03-01 09:20+08'::timestamptz)) AS v (at)
RETURNING caseno, case_date(caseno), district(caseno);

-- 9. A slip of the pen is told, not stored.
SELECT '20260301-440310-0000007-3'::caseno;

-- 10. Nobody loses cases by accident.
DROP EXTENSION civicgrid;
