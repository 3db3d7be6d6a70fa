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

-- 9. Draw the grid: nine unit cells, each with its collector.
INSERT INTO grid_cell (code, name, collector, geom)
SELECT ('440310001001' || lpad(n::text, 3, '0'))::gridcode, 'cell ' || n, 'collector ' || n,
       ST_MakeEnvelope(114.34 + x * 0.01, 22.68 + y * 0.01, 114.35 + x * 0.01, 22.69 + y * 0.01, 4490)
FROM generate_series(0, 2) AS y, generate_series(0, 2) AS x, LATERAL (VALUES (1 + 3 * y + x)) AS v (n);

-- 10. One of them was drawn too wide. The map check says so before anyone relies on it.
UPDATE grid_cell SET geom = ST_MakeEnvelope(114.34, 22.68, 114.3512, 22.69, 4490) WHERE code = '440310001001001';
SELECT severity, defect, code, other, round(amount) AS amount, unit FROM grid_check();
CALL publish_grid('2026-01', '2026-01-01 00:00+08');
UPDATE grid_cell SET geom = ST_MakeEnvelope(114.34, 22.68, 114.35, 22.69, 4490) WHERE code = '440310001001001';
CALL publish_grid('2026-01', '2026-01-01 00:00+08');

-- 11. Which cell is this place in? A border belongs to the smaller code, and a
--     phone's position is not the map's until it is converted.
SELECT locate(here) AS cell, locate(ST_SetSRID(ST_Point(114.35, 22.685), 4490)) AS on_the_border,
       locate(to_wgs84(from_wgs84(here, 'gcj02'), 'gcj02')) AS converted, locate(from_wgs84(here, 'gcj02')) AS not_converted
FROM (VALUES (ST_SetSRID(ST_Point(114.3482, 22.6861), 4490))) AS v (here);

-- 12. In July two cells become one; what was reported in March stays where it was.
UPDATE grid_cell SET geom = ST_MakeEnvelope(114.34, 22.68, 114.36, 22.69, 4490) WHERE code = '440310001001001';
DELETE FROM grid_cell WHERE code = '440310001001002';
SELECT change, code, other, round(area_m2) AS area_m2, cases FROM grid_diff('2026-01') ORDER BY change;
CALL publish_grid('2026-07', '2026-07-01 00:00+08');
SELECT locate(here, '2026-03-01') AS in_march, locate(here, '2026-08-01') AS in_august
FROM (VALUES (ST_SetSRID(ST_Point(114.355, 22.685), 4490))) AS v (here);

-- 13. Deadlines. The State Council's notices come along; publishing makes a
--     calendar of them. 17:00 on the Friday before the Spring Festival of 2026,
--     whose Saturday is worked:
SET timezone = 'Asia/Shanghai';
CALL publish_calendar('office');
SELECT work_add(cal, at, '2 hours') AS "2 hours", work_add(cal, at, '4个工作时') AS "4 work hours",
       work_add(cal, at, '2 work days') AS "2 work days", work_add(cal, at, '7 days') AS "7 days"
FROM calendar_in_force('office') AS cal, (VALUES ('2026-02-13 17:00'::timestamptz)) AS v (at);

-- 14. Suspended over the festival and extended by a day: when is it due, and why?
SELECT from_at, to_at, kind, name, round(seconds / 3600, 1) AS hours, round(balance / 3600, 1) AS left
FROM due_explain(calendar_in_force('office'), '2026-02-13 17:00', '1 work day',
                 '{[2026-02-14 10:00, 2026-02-25 10:00)}', '{1 work day}');

-- 15. In 2020 the festival was extended while it lasted. What was due as known
--     on the 26th of January, and as known a day later?
SELECT known, work_add(calendar_known_at('office', known), '2020-01-23 10:00', '2 work days') AS due
FROM (VALUES ('2020-01-26'::date), ('2020-01-27')) AS v (known);

-- 16. What do a citizen's words mean? Publishing compiles names, remarks and the
--     phrases that come along into a classifier, without any labelled text.
CALL publish_taxonomy('GB/T 47678.5-2026', 'matter', '2026-07-01 00:00+08');
SELECT message, a.class, name, round(probability::numeric, 2) AS probability
FROM (VALUES ('楼下宵夜档炒菜油烟好大，半夜还在吵'), ('人行道的沙井盖不见了，好危险'), ('巷口嘅路燈唔著'), ('今日天气几好')) AS v (message),
     classify_message(message, 'GB/T 47678.5-2026', 'matter', threshold => 0.7) AS a;

-- 17. Why? Each fragment says what it adds; they add up to the score.
SELECT fragment, contribution, source
FROM taxonomy_edition, classify_explain(model, '人行道的沙井盖不见了') WHERE edition = 1
ORDER BY contribution DESC LIMIT 5;

-- 18. People decide; the next edition has learned it, and knows a local name.
SELECT decided, proposed, round(probability::numeric, 2) AS probability
FROM decide_class('老街那棵龙眼树倒了压到车', 'GB/T 47678.5-2026', 'matter', '04001', at => '2026-08-01 09:00+08');
INSERT INTO class_phrase (taxonomy, kind, phrase, code, territory) VALUES
    ('GB/T 47678.5-2026', 'matter', '牛栏坑', '06010', '440310001');
CALL publish_taxonomy('GB/T 47678.5-2026', 'matter', '2026-08-02 00:00+08');
SELECT name FROM classify_message('龙眼树又倒了', 'GB/T 47678.5-2026', 'matter', '2026-08-03')
UNION ALL
SELECT name FROM classify_message('牛栏坑没人管', 'GB/T 47678.5-2026', 'matter', '2026-08-03', cell => '440310001001');

-- 19. Is it the same case? By place, time, class and words.
INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, description, location)
SELECT make_caseno('2026-08-03', '440310', n), '2026-08-03 08:00+08'::timestamptz + n * interval '1 hour', 'GB/T 47678.5-2026', 'matter', '06010',
       words, ST_SetSRID(ST_Point(114.3482 + n * 0.0001, 22.6861), 4490)
FROM (VALUES (1, '路口垃圾堆成山没人清'), (2, '路口那里垃圾成堆，没人清理'), (3, '公园门口垃圾桶满了')) AS v (n, words);
SELECT candidate, round(distance_m) AS distance_m, round(similarity::numeric, 2) AS similarity, round(score::numeric, 2) AS score
FROM merge_candidates(make_caseno('2026-08-03', '440310', 2)) ORDER BY score DESC;

-- 20. A slip of the pen is told, not stored.
SELECT '20260301-440310-0000007-3'::caseno;

-- 21. Nobody loses cases by accident.
DROP EXTENSION civicgrid;
