--
-- Learning who takes a case from past dispatches.
--
SET search_path = public, civicgrid;
SET timezone = 'Asia/Shanghai';
SET extra_float_digits = 0;
SET datestyle = 'ISO';

-- A town: type 01 goes to bureau 100 everywhere; 02 to the office of the street,
-- 201 to 204; 03 to its patrol, 301 to 304, but from channel app to bureau 101;
-- 04 to the community; 05 to 102, since 2025-10-01 to 103.  One in twelve goes
-- to anyone.
CREATE FUNCTION chance(i integer, salt text, n integer) RETURNS integer
    LANGUAGE sql IMMUTABLE
    RETURN ('x' || substr(md5(salt || i), 1, 7))::bit(28)::integer % n;
CREATE TABLE history AS
SELECT i AS no, class, cell, channel, property, at,
    CASE WHEN chance(i, 'noise', 12) = 0 THEN 100 + chance(i, 'anyone', 4)
        ELSE CASE type
            WHEN 1 THEN 100
            WHEN 2 THEN 200 + street
            WHEN 3 THEN CASE channel WHEN 'app' THEN 101 ELSE 300 + street END
            WHEN 4 THEN 400 + 10 * street + community
            ELSE CASE WHEN at < '2025-10-01' THEN 102 ELSE 103 END
        END
    END::bigint AS unit
FROM (
    SELECT i, type, street, community,
        ('0' || type || '0' || chance(i, 'matter', 3) + 1 || '0' || chance(i, 'detail', 4) + 1)::eventcode AS class,
        ('44031000' || street || '00' || community)::gridcode AS cell,
        CASE WHEN chance(i, 'channel', 3) = 0 THEN 'app' ELSE '12345' END AS channel,
        CASE WHEN chance(i, 'property', 5) = 0 THEN '咨询' ELSE '投诉' END AS property,
        timestamptz '2025-06-01 08:00' + i * interval '4 hours' AS at
    FROM (
        SELECT i, chance(i, 'type', 5) + 1 AS type, chance(i, 'street', 4) + 1 AS street, chance(i, 'community', 3) + 1 AS community
        FROM generate_series(1, 1200) AS i
    ) AS v
) AS v;

-- ----------------------------------------------------------- recommending
CREATE TABLE model AS
SELECT dispatcher_train(unit, class, cell, channel, property, at) AS model FROM history WHERE no <= 1000;
SELECT units, roles < units AS joined, channels, properties, cases, witnesses, first_day, last_day, half_life, class_digits, length(digest)
FROM model, dispatcher_info(model);
-- the order of rows does not matter
SELECT dispatcher_send(dispatcher_train(unit, class, cell, channel, property, at ORDER BY md5(no::text))) = (SELECT dispatcher_send(model) FROM model) AS same
FROM history WHERE no <= 1000;
-- units that do the same
SELECT string_agg(unit::text, ' ' ORDER BY unit) AS alike
FROM model, dispatcher_roles(model) GROUP BY role HAVING count(*) > 1 ORDER BY min(unit);
-- the 200 cases that come next: right at once, among three, how sure
SELECT avg((rank = 1 AND r.unit = h.unit)::integer) * 200 > 160 AS first, avg(r.found::integer) * 200 > 170 AS three,
    abs(avg(r.probability) FILTER (WHERE rank = 1) - avg((r.unit = h.unit)::integer) FILTER (WHERE rank = 1)) < 0.1 AS sure
FROM history AS h, model,
    LATERAL (SELECT unit, probability, rank, bool_or(unit = h.unit) OVER () AS found FROM recommend_unit(model, class, cell, channel, property, at, 3)) AS r
WHERE no > 1000 AND rank = 1;
-- probabilities add up
SELECT round(sum(probability)::numeric, 9), count(*), max(rank) FROM model, recommend_unit(model, '020101', '440310002001', k => 1000);
-- evidence: a class that this street's office has had, and a street that has not had the class
SELECT unit, rank, evidence -> 0 AS most_detailed, jsonb_array_length(evidence) > 6 AS more
FROM model, recommend_unit(model, '020101', '440310002001', '12345', '投诉', '2026-01-01', 1);
SELECT e ->> 'class' AS class, e ->> 'territory' AS territory, e ->> 'channel' AS channel, e ->> 'property' AS property,
    (e -> 'cases')::integer AS cases, (e -> 'to_unit')::integer AS to_unit,
    (SELECT count(*) FROM history WHERE no <= 1000 AND unit = r.unit
        AND coalesce(class <@ (e ->> 'class')::eventcode, true) AND coalesce(cell <@ (e ->> 'territory')::gridcode, true)
        AND coalesce(channel = e ->> 'channel', true) AND coalesce(property = e ->> 'property', true)) AS counted
FROM model, recommend_unit(model, '030201', '440310003002', '12345', '咨询', '2026-01-01', 1) AS r,
    jsonb_array_elements(evidence) WITH ORDINALITY AS v (e, n)
ORDER BY n;
-- what is not known of a case does not matter; nor a class or channel that nobody had
SELECT count(*), round(sum(probability)::numeric, 9) FROM model, recommend_unit(model, NULL, k => 1000);
SELECT count(*) FROM model, recommend_unit(model, '990101', '110101', 'pigeon', '?', 'infinity');
SELECT count(*) FROM recommend_unit(NULL, '020101');
SELECT count(*) FROM model, recommend_unit(model, '020101', k => NULL);
-- the older what was learned, the less sure
SELECT bool_and(a.probability > b.probability)
FROM model, recommend_unit(model, '030101', '440310001001', '12345', '投诉', '2025-12-01', 1) AS a,
    recommend_unit(model, '030101', '440310001001', '12345', '投诉', '2035-12-01', 1) AS b;
-- a case that many report is one witness on a day
SELECT cases, witnesses FROM dispatcher_info((SELECT dispatcher_train(1, '0101', NULL, NULL, NULL, '2026-01-01') FROM generate_series(1, 100)));
-- rows that teach nothing
SELECT dispatcher_train(u, c::eventcode, NULL, NULL, NULL, t) IS NULL AS nothing
FROM (VALUES (NULL::bigint, '01', timestamptz '2026-01-01'), (1, NULL, '2026-01-01'), (1, '01', NULL), (1, '01', 'infinity')) AS v (u, c, t);
SELECT dispatcher_train(unit, class, cell, channel, property, at) IS NULL AS nothing FROM history WHERE false;
-- options
SELECT roles = units AS alone, half_life, class_digits
FROM dispatcher_info((SELECT dispatcher_train(unit, class, cell, channel, property, at, '{"roles": false, "half_life": 30, "class_digits": [2], "penalty": 1, "table_share": 0.5, "passes": 10}') FROM history));
-- in and out
SELECT model::text::dispatcher::text = model::text AS text FROM model;
COPY model TO '/dev/null' (FORMAT binary);

-- ------------------------------------------------------ suggesting duties
CREATE TABLE office AS
SELECT u AS unit, CASE WHEN u >= 400 THEN 'community' WHEN u >= 300 THEN 'patrol' ELSE 'office' END AS kind, CASE WHEN u >= 400 THEN 5 ELSE 4 END AS level
FROM (SELECT DISTINCT unit FROM history WHERE unit >= 200) AS v (u);
CREATE VIEW known AS
SELECT no AS key, class, cell, channel, h.unit, kind, level, at FROM history AS h LEFT JOIN office AS o ON o.unit = h.unit;
SELECT class, territory, channel, lead_unit, lead_kind, lead_level, cases, kept, round(confidence::numeric, 3) AS confidence,
    witnesses, cardinality(against) AS against, since::date, previous_unit, remark
FROM suggest_duties('TABLE known');
-- cases against a duty: no other unit's among them, the newest first
SELECT bool_and(h.unit <> 100) AS others, array_agg(no ORDER BY at DESC) = array_agg(no ORDER BY n) AS newest_first
FROM suggest_duties('TABLE known') AS d, unnest(against) WITH ORDINALITY AS v (key, n) JOIN history AS h ON h.no = key::integer
WHERE d.lead_unit = 100;
-- the figures, by the documented order
WITH duty AS MATERIALIZED (
    SELECT row_number() OVER () AS n, * FROM suggest_duties('TABLE known', '{"takeovers": false}')
), decided AS (
    SELECT h.*, d.n, o.kind,
        d.lead_unit = h.unit OR (d.lead_kind = o.kind AND d.lead_level = o.level) AS kept
    FROM history AS h LEFT JOIN office AS o ON o.unit = h.unit,
        LATERAL (
            SELECT * FROM duty AS d
            WHERE coalesce(h.class <@ d.class, true) AND coalesce(h.cell <@ d.territory, true) AND coalesce(h.channel = d.channel, true)
            ORDER BY coalesce(length(d.class::text), 0) DESC, coalesce(length(d.territory::text), 0) DESC, d.channel IS NOT NULL DESC
            LIMIT 1
        ) AS d
)
SELECT count(*) AS duties, count(*) FILTER (WHERE (d.cases, d.kept) IS DISTINCT FROM (v.cases, v.kept)) AS differ
FROM duty AS d LEFT JOIN (SELECT n, count(*) AS cases, count(*) FILTER (WHERE kept) AS kept FROM decided GROUP BY n) AS v USING (n);
-- without kinds each unit has its own
SELECT count(*) > 15 AS many, count(lead_kind) AS kinds FROM suggest_duties('SELECT class, cell, channel, unit, at FROM history');
-- less is needed, more is asked for
SELECT count(*) FROM suggest_duties('SELECT class::text, unit::integer, at::date FROM history', '{"confidence": 0.95, "support": 10, "gain": 5, "half_life": 365, "class_digits": [2], "against": 0}');
SELECT count(*) FROM suggest_duties('SELECT class, unit, at FROM history WHERE false');
SELECT count(*) FROM suggest_duties('SELECT NULL::eventcode AS class, 1 AS unit, now() AS at UNION ALL SELECT ''01'', NULL, now() UNION ALL SELECT ''01'', 1, ''infinity''');
-- a draft of them
INSERT INTO duty_rule (rulebook, class, territory, channel, lead_unit, lead_kind, lead_level, valid_from, source, remark)
SELECT 'town', class, territory, channel, lead_unit, lead_kind, lead_level, since, 'learned', remark FROM suggest_duties('TABLE known');
SELECT class, channel, lead_unit, lead_kind, lead_level, valid_from, source FROM duty_rule WHERE rulebook = 'town' ORDER BY class, channel;
DELETE FROM duty_rule WHERE rulebook = 'town';

-- ------------------------------------------------------ records of duties
CREATE TABLE routed AS
SELECT r AS rule, 1 AS first_unit,
    CASE WHEN i % 10 < CASE r WHEN 1 THEN 1 WHEN 2 THEN 4 ELSE 0 END THEN 2 + i % 2 ELSE 1 END AS final_unit,
    timestamptz '2026-01-01 00:00' + i * interval '1 hour' AS at
FROM generate_series(1, 3) AS r, generate_series(1, CASE r WHEN 3 THEN 2 ELSE 100 END) AS i;
SELECT * FROM duty_record('TABLE routed;');
SELECT rule, listed FROM duty_record('SELECT * FROM routed', 0.95);
-- few cases say little
SELECT rule, share, listed FROM duty_record('SELECT 1 AS rule, 1 AS first_unit, 2 AS final_unit, now() AS at FROM generate_series(1, 2)', 0.5);
SELECT count(*) FROM duty_record('SELECT NULL::bigint AS rule, 1 AS first_unit, 2 AS final_unit, now() AS at');
SELECT share_at_most(8, 10), share_at_most(0, 10), share_at_most(10, 10), share_at_most(0, 0);

-- ------------------------------------------------------------- bad input
SELECT ''::dispatcher;
SELECT '\x00'::dispatcher;
SELECT '\x444953500100020170000000000000000000000000000000'::dispatcher;
SELECT overlay(model::text placing '9' from 600 for 1)::dispatcher IS NULL FROM model;
SELECT recommend_unit(model, '01', k => 0) FROM model;
SELECT dispatcher_train(1, '01', NULL, repeat('x', 256), NULL, now());
SELECT dispatcher_train(1, '01', NULL, NULL, NULL, now(), '{"half_life": 0}');
SELECT dispatcher_train(1, '01', NULL, NULL, NULL, now(), '{"roles": 1}');
SELECT dispatcher_train(1, '01', NULL, NULL, NULL, now(), '{"class_digits": 2}');
SELECT dispatcher_train(1, '01', NULL, NULL, NULL, now(), '{"speed": 1}');
SELECT * FROM suggest_duties('SELECT 1 AS unit, now() AS at');
SELECT * FROM suggest_duties('SELECT ''01'' AS class, 1 AS unit, 2 AS at');
SELECT * FROM suggest_duties('SELECT ''x'' AS class, 1 AS unit, now() AS at');
SELECT * FROM suggest_duties('SELECT ''01'' AS class, ''x'' AS cell, 1 AS unit, now() AS at');
SELECT * FROM suggest_duties('SELECT ''01'' AS class, ''x'' AS unit, now() AS at');
SELECT * FROM suggest_duties('SELECT ''01'' AS class, 1 AS unit, now() AS at, repeat(''x'', 300) AS key');
SELECT * FROM suggest_duties('DELETE FROM history');
SELECT * FROM suggest_duties('TABLE known', '{"gain": 0}');
SELECT * FROM duty_record(NULL);
SELECT * FROM duty_record('TABLE routed', 1.5);

DROP VIEW known;
DROP TABLE history, model, office, routed;
DROP FUNCTION chance;
