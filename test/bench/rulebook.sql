-- A city's rulebook as draft tables, of any size; for psql with variables
-- districts, streets, communities, grids (of each one above), tops, classes (of
-- each top class), and rules (for a class in a community or a grid).
--
-- A rule for every class holds everywhere, for a kind of unit; one for every
-- class in every street but the first of a district; and those at random, half of them for an owner, a
-- severity, a channel or at night only.  Nothing in it is at fault.
SELECT setseed(0.5);
INSERT INTO taxonomy (taxonomy, name) VALUES ('bench', 'bench');
INSERT INTO event_class (taxonomy, kind, code, name)
SELECT 'bench', 'matter', lpad(i::text, 2, '0')::eventcode, 'class ' || i FROM generate_series(1, :tops) AS i;
INSERT INTO event_class (taxonomy, kind, code, name, parent)
SELECT 'bench', 'matter', (lpad(i::text, 2, '0') || lpad(j::text, 3, '0'))::eventcode, 'class ' || i || '.' || j, lpad(i::text, 2, '0')::eventcode
FROM generate_series(1, :tops) AS i, generate_series(1, :classes) AS j;
CREATE TABLE bench_class AS
SELECT code AS class, substr(code::text, 1, 2)::int AS top, row_number() OVER (ORDER BY code::text COLLATE "C") AS n
FROM event_class WHERE taxonomy = 'bench' AND length(code::text) = 5;
CREATE TABLE bench_place AS
SELECT d, s, c, g, code, row_number() OVER (ORDER BY code) AS n
FROM generate_series(1, :districts) AS d, generate_series(1, :streets) AS s, generate_series(1, :communities) AS c, generate_series(1, :grids) AS g,
    LATERAL (SELECT '4403' || lpad(d::text, 2, '0') || lpad(s::text, 3, '0') || lpad(c::text, 3, '0') || lpad(g::text, 3, '0')) AS v (code);
INSERT INTO grid_cell (kind, code, name, geom, grade)
SELECT 'unit', code::gridcode, code, ST_MakeEnvelope(x, y, x + 0.001, y + 0.001, 4326), substr('ABC', 1 + (g + c) % 3, 1)
FROM bench_place, LATERAL (SELECT 113 + 0.001 * ((n - 1) % 200), 22 + 0.001 * ((n - 1) / 200)) AS v (x, y);

-- 1 is the city; 100 + d districts, 1000 + 20 d + i their offices; 2000 + 10 d +
-- s streets, 3000 + … their patrols; 10000 + 100 d + 10 s + c stations
INSERT INTO unit_kind (kind, base, name) SELECT 'office ' || i, 'department', 'office ' || i FROM generate_series(1, :tops) AS i;
INSERT INTO unit_kind (kind, base, name) VALUES ('city centre', 'centre', 'city centre'), ('district centre', 'centre', 'district centre'),
    ('street centre', 'centre', 'street centre'), ('patrol', 'team', 'patrol'), ('station', 'team', 'station');
INSERT INTO unit (unit, name, kind, level, parent, territory, staff)
SELECT 1, 'city', 'city centre', 1, NULL, '4403'::gridcode, 9
UNION ALL
SELECT 100 + d, 'district ' || d, 'district centre', 2, 1, left(code, 6)::gridcode, 9 FROM bench_place WHERE s = 1 AND c = 1 AND g = 1
UNION ALL
SELECT 1000 + 20 * d + i, format('office %s of district %s', i, d), 'office ' || i, 2, 100 + d, left(code, 6)::gridcode, 9
FROM bench_place, generate_series(1, :tops) AS i WHERE s = 1 AND c = 1 AND g = 1
UNION ALL
SELECT 2000 + 10 * d + s, format('street %s.%s', d, s), 'street centre', 3, 100 + d, left(code, 9)::gridcode, 9 FROM bench_place WHERE c = 1 AND g = 1
UNION ALL
SELECT 3000 + 10 * d + s, format('patrol %s.%s', d, s), 'patrol', 3, 2000 + 10 * d + s, left(code, 9)::gridcode, 9 FROM bench_place WHERE c = 1 AND g = 1
UNION ALL
SELECT 10000 + 100 * d + 10 * s + c, format('station %s.%s.%s', d, s, c), 'station', 4, 2000 + 10 * d + s, left(code, 12)::gridcode, 9 FROM bench_place WHERE g = 1;
INSERT INTO channel (channel, name, intake_unit, intake_kind, intake_level) VALUES
    ('bench grid', 'grid', NULL, 'station', 4), ('bench hotline', 'hotline', 1, NULL, NULL), ('bench web', 'web', NULL, 'district centre', 2);

INSERT INTO rulebook_draft (rulebook, taxonomy, kind, scheme, calendar) VALUES ('bench', 'bench', 'matter', 'city', 'office');
INSERT INTO duty_window (time_window, weekday, from_time, to_time) SELECT 'bench night', d, '22:00', '06:00' FROM generate_series(1, 7) AS d;
INSERT INTO fallback (rulebook, territory, unit) SELECT 'bench', left(code, 6)::gridcode, 100 + d FROM bench_place WHERE s = 1 AND c = 1 AND g = 1;
INSERT INTO duty_rule (rulebook, class, lead_kind, lead_level) SELECT 'bench', class, 'office ' || top, 2 FROM bench_class;
INSERT INTO duty_rule (rulebook, class, territory, lead_unit)
SELECT 'bench', class, left(code, 9)::gridcode, 3000 + 10 * d + s FROM bench_class, bench_place WHERE s > 1 AND c = 1 AND g = 1;
INSERT INTO duty_rule (rulebook, class, territory, owner, severity, channel, time_window, lead_unit)
SELECT 'bench', class, territory::gridcode, CASE WHEN w < 0.1 THEN 'water' END, CASE WHEN w BETWEEN 0.1 AND 0.2 THEN 3 END,
    CASE WHEN w BETWEEN 0.2 AND 0.4 THEN 'bench hotline' END, CASE WHEN w BETWEEN 0.4 AND 0.5 THEN 'bench night' END, 10000 + 100 * d + 10 * s + c
FROM (
    SELECT DISTINCT ON (k.n, v.territory) k.class, v.territory, p.d, p.s, p.c, r.w, r.n
    FROM (
        SELECT n, 1 + floor(random() * :tops * :classes) AS class, 1 + floor(random() * :districts * :streets * :communities * :grids) AS place,
            random() AS u, random() AS w
        FROM generate_series(1, 2 * :rules) AS n
    ) AS r
    JOIN bench_class AS k ON k.n = r.class
    JOIN bench_place AS p ON p.n = r.place
    CROSS JOIN LATERAL (SELECT CASE WHEN r.u < 0.5 THEN left(p.code, 12) ELSE p.code END) AS v (territory)
    ORDER BY k.n, v.territory, r.n
) AS v
ORDER BY n
LIMIT :rules;
INSERT INTO sla_policy (rulebook, stage, term, calendar, warnings) VALUES
    ('bench', 'dispatch', '30 minutes', 'office', '{75,100}'), ('bench', 'sign', '2 work hours', 'office', '{100}'),
    ('bench', 'handle', '7 work days', 'office', '{75,100,150}'), ('bench', 'overall', '15 work days', 'office', '{100}');
INSERT INTO sla_policy (rulebook, class, severity, stage, term, calendar, warnings)
SELECT 'bench', lpad(i::text, 2, '0')::eventcode, s, 'handle', (ARRAY['5 work days', '2 work days', '4 work hours'])[s]::term, 'office', '{75,100,150}'
FROM generate_series(1, :tops) AS i, generate_series(1, 3) AS s;
INSERT INTO sla_policy (rulebook, grade, stage, term, calendar) SELECT 'bench', g, 'overall', '10 work days', 'office' FROM unnest('{A,B}'::text[]) AS g;
ANALYZE;
