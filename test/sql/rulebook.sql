-- Rulebooks: compiled from their parts, they tell who acts on a case, along
-- which path, within which limits, and why.
SET search_path = civicgrid, public;
\pset null '(null)'
SET timezone = 'Asia/Shanghai';

-- A district (1) with a centre of its own (2), two streets (10, 20) with
-- centres, communities (11, 12, 21) and their grid stations (111, 121, 211),
-- departments for the city's look (3), water (4) and fire (5).
CREATE TABLE tests.part (part text, item jsonb);
INSERT INTO tests.part SELECT 'unit', to_jsonb(u) FROM (VALUES
    (1, NULL, 'district', 1, '440310', false, 50, NULL, NULL),
    (2, 1, 'dispatch centre', 1, '440310', true, 20, NULL, NULL),
    (3, 2, 'city management', 2, '440310', false, 30, NULL, NULL),
    (4, 2, 'water', 2, '440310', false, NULL, NULL, NULL),
    (5, 2, 'fire', 2, '440310', false, 0, NULL, NULL),
    (6, 2, 'market', 2, NULL, false, 9, '2020-01-01T00:00:00+08:00', '2026-07-01T00:00:00+08:00'),
    (10, 2, 'street centre', 3, '440310001', true, 10, NULL, NULL),
    (20, 2, 'street centre', 3, '440310002', true, 10, NULL, NULL),
    (11, 10, 'community', 4, '440310001001', false, 5, NULL, NULL),
    (12, 10, 'community', 4, '440310001002', false, 5, NULL, NULL),
    (21, 20, 'community', 4, '440310002001', false, 5, NULL, NULL),
    (111, 11, 'grid station', 5, '440310001001', false, 3, NULL, NULL),
    (121, 12, 'grid station', 5, '440310001002', false, 3, NULL, NULL),
    (211, 21, 'grid station', 5, '440310002001', false, 3, NULL, NULL)
) AS u (unit, parent, kind, level, territory, centre, staff, valid_from, valid_to);
INSERT INTO tests.part SELECT 'channel', to_jsonb(c) FROM (VALUES
    ('12345', 2, NULL, NULL), ('collector', NULL, 'grid station', 5), ('app', NULL, NULL, NULL)
) AS c (channel, intake_unit, intake_kind, intake_level);
INSERT INTO tests.part SELECT 'severity', jsonb_build_object('severity', n) FROM generate_series(1, 3) AS n;
-- a night, and a weekend
INSERT INTO tests.part SELECT 'window', jsonb_build_object('window', 'night', 'weekday', d, 'from_minute', 1320, 'to_minute', 1440) FROM generate_series(1, 7) AS d;
INSERT INTO tests.part SELECT 'window', jsonb_build_object('window', 'night', 'weekday', d, 'from_minute', 0, 'to_minute', 360) FROM generate_series(1, 7) AS d;
INSERT INTO tests.part SELECT 'rule', jsonb_strip_nulls(to_jsonb(r)) FROM (VALUES
    -- one row serves every community
    (1, '01', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'community', 4),
    (2, '01001', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 3, NULL, NULL),
    (3, '01001', '440310001', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'street centre', 3),
    (4, '01001', '440310001', 'water company', NULL, NULL, NULL, NULL, NULL, 4, NULL, NULL),
    (5, '01001', NULL, NULL, 3, NULL, NULL, NULL, NULL, 5, NULL, NULL),
    (6, '01001', NULL, NULL, NULL, '12345', NULL, NULL, NULL, 2, NULL, NULL),
    (7, '01001', NULL, NULL, NULL, NULL, 'night', NULL, NULL, NULL, 'grid station', 5),
    -- as long as there is a department for markets
    (8, '02', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 6, NULL, NULL),
    (9, '02001', NULL, NULL, NULL, NULL, NULL, '2026-01-01T00:00:00+08:00', '2027-01-01T00:00:00+08:00', 4, NULL, NULL)
) AS r (rule, class, territory, owner, severity, channel, "window", valid_from, valid_to, lead_unit, lead_kind, lead_level);
INSERT INTO tests.part SELECT 'assist', jsonb_strip_nulls(to_jsonb(a)) FROM (VALUES
    (3, 2, NULL, 'community', 4, 'guard the place'), (3, 1, 4, NULL, NULL, 'close the valve'), (2, 1, 5, NULL, NULL, NULL)
) AS a (rule, place, unit, kind, level, task);
INSERT INTO tests.part VALUES
    ('exclusion', '{"exclusion": 1, "unit": 4, "class": "02001", "territory": "440310002"}'),
    ('fallback', '{"fallback": 1, "territory": "440310", "unit": 2}'),
    ('fallback', '{"fallback": 2, "territory": "440310001", "unit": 10, "share": 2}'),
    ('fallback', '{"fallback": 3, "territory": "440310001", "unit": 3}'),
    ('grade', '{"territory": "440310", "grade": "B"}'),
    ('grade', '{"territory": "440310001001", "grade": "A"}'),
    ('timezone', '{"timezone": "asia/shanghai"}');
INSERT INTO tests.part SELECT 'policy', jsonb_strip_nulls(to_jsonb(p)) FROM (VALUES
    (1, NULL, NULL, NULL, NULL, 'sign', 5, '30 work minutes', 'office', NULL),
    (2, NULL, NULL, NULL, NULL, 'handle', 6, '5 work days', 'office', '{75,100}'::integer[]),
    (3, '01', NULL, NULL, 'A', 'handle', 6, '2 work days', 'office', '{75,100,150}'),
    (4, '01', NULL, 3, NULL, 'handle', 6, '2 hours', 'always', NULL),
    (5, '02', '440310001', NULL, NULL, 'overall', 10, '15 days', NULL, NULL)
) AS p (policy, class, territory, severity, grade, stage, stage_place, term, calendar, warnings);
INSERT INTO tests.part VALUES
    ('limit', '{"policy": 3, "place": 2, "name": "penalty", "term": "7 work days"}'),
    ('limit', '{"policy": 3, "place": 1, "name": "stop work", "term": "4 work hours"}');
INSERT INTO tests.part SELECT 'class', jsonb_build_object('class', c) FROM unnest('{01001,01002,02001,02002}'::text[]) AS c;
INSERT INTO tests.part SELECT 'cell', jsonb_build_object('cell', c || '001') FROM unnest('{440310001001,440310001002,440310002001}'::text[]) AS c;

CREATE TABLE tests.book AS SELECT rulebook_agg(part, item) AS book FROM tests.part;
SELECT units, rules, assists, exclusions, fallbacks, policies, grades, classes, cells, channels, severities, stages, timezone,
    bytes = octet_length(rulebook_send(book)) AS bytes, digest = rulebook_digest(book) AS digest, length(digest)
FROM tests.book, rulebook_info(book);

-- The order of the rows does not matter, nor does how a row is written.
SELECT rulebook_agg(part, item ORDER BY item::text DESC) = (SELECT book FROM tests.book) AS same FROM tests.part;
SELECT rulebook_agg(part, item || '{"remark": "other keys are ignored", "lead": null}') = (SELECT book FROM tests.book) AS same FROM tests.part;
SET timezone = 'America/New_York';
SELECT rulebook_agg(part, item) = (SELECT book FROM tests.book) AS same FROM tests.part;
SET timezone = 'Asia/Shanghai';
SELECT rulebook_agg(part, item) <> (SELECT book FROM tests.book) AS other FROM tests.part WHERE item->>'rule' IS DISTINCT FROM '9';
SELECT rulebook_agg(part, item) IS NULL AS of_nothing FROM tests.part WHERE false;
-- Without a time zone it is UTC.
SELECT timezone FROM (SELECT rulebook_agg('severity', '{"severity": 1}') AS book) AS b, rulebook_info(book);

-- What it answers.  The most specific rule decides: class before territory,
-- before owner, severity, channel and window.
CREATE TABLE tests.request (n integer, class eventcode, cell gridcode, channel text, severity integer, owner text, at timestamptz, caseno caseno);
INSERT INTO tests.request VALUES
    (1, '01002', '440310001001001', 'collector', 1, NULL, '2026-03-02 10:00+08', NULL),
    (2, '01001', '440310002001001', 'collector', 1, NULL, '2026-03-02 10:00+08', NULL),
    (3, '01001', '440310001001001', '12345', 3, NULL, '2026-03-02 10:00+08', NULL),
    (4, '01001', '440310001001001', 'app', 3, 'water company', '2026-03-02 10:00+08', NULL),
    (5, '01001', '440310002001001', NULL, 3, 'water company', '2026-03-02 10:00+08', NULL),
    (6, '01001', '440310002001001', '12345', 1, NULL, '2026-03-02 23:00+08', NULL),
    (7, '01001', '440310002001001', 'app', 1, NULL, '2026-03-02 22:00+08', NULL),
    (8, '01001', '440310002001001', 'app', 1, NULL, '2026-03-02 06:00+08', NULL),
    -- the department is there until July
    (9, '02002', '440310002001001', NULL, NULL, NULL, '2026-06-30 23:59:59.999999+08', NULL),
    (10, '02002', '440310002001001', NULL, NULL, NULL, '2026-07-01 00:00+08', '20260301-440310-0000001-3'),
    -- by the negative list this is not for unit 4, so the next rule is asked
    (11, '02001', '440310002001001', NULL, NULL, NULL, '2026-03-02 10:00+08', NULL),
    (12, '02001', '440310001001001', NULL, NULL, NULL, '2026-03-02 10:00+08', NULL),
    -- nobody
    (13, '02002', '440311', NULL, NULL, NULL, '2026-07-02 10:00+08', NULL),
    -- nothing is known
    (14, NULL, NULL, NULL, NULL, NULL, '2026-03-02 10:00+08', NULL),
    (15, '01', '440310', '12345', NULL, 'someone', '2026-03-02 10:00+08', NULL);
SELECT n, routing_rule(r) AS rule, routing_fallback(r) AS fallback, routing_is_fallback(r) AS by_fallback, routing_lead(r) AS lead, routing_level(r) AS level, routing_path(r) AS path
FROM tests.request, tests.book, route(book, class, cell, channel, severity, owner, at, caseno) AS r ORDER BY n;
SELECT n, a.* FROM tests.request, tests.book, route(book, class, cell, channel, severity, owner, at) AS r, routing_assists(r) WITH ORDINALITY AS a ORDER BY n, ordinality;
SELECT n, t.* FROM tests.request, tests.book, route(book, class, cell, channel, severity, owner, at) AS r, routing_terms(r) WITH ORDINALITY AS t WHERE n IN (1, 2, 3, 12) ORDER BY n, ordinality;
SELECT n, routing_term(r, 'handle') AS handle, routing_calendar(r, 'handle') AS calendar, routing_term(r, 'overall') AS overall, routing_calendar(r, 'overall') AS none, routing_term(r, 'atlantis') AS atlantis
FROM tests.request, tests.book, route(book, class, cell, channel, severity, owner, at) AS r ORDER BY n;
SELECT jsonb_pretty(route(book, '01001', '440310001001001', 'collector', 1, at => '2026-03-02 10:00+08')::jsonb) FROM tests.book;
-- NULL
SELECT route(NULL::rulebook, '01', '440310') AS book, route(book, '01', '440310', at => NULL) AS at, routing_lead(NULL) AS lead FROM tests.book;

-- Several fallback units share by weight; a case always comes to the same one.
SELECT routing_lead(route(book, '03', '440310001001001', at => '2026-03-02', caseno => c)) AS lead, count(*) BETWEEN 900 AND 1100 AS a_third, count(*) BETWEEN 1900 AND 2100 AS two_thirds
FROM tests.book, (SELECT make_caseno('2026-03-02', '440310', n) FROM generate_series(1, 3000) AS n) AS k (c) GROUP BY 1 ORDER BY 1;
-- It never changes which.
SELECT string_agg(routing_fallback(route(book, '03', '440310001001001', at => '2026-03-02', caseno => make_caseno('2026-03-02', '440310', n)))::text, '' ORDER BY n) AS of_cases
FROM tests.book, generate_series(1, 40) AS n;
-- Without a number cases of a class, a cell and a day of the rulebook's zone go together.
SELECT string_agg(routing_fallback(route(book, '03', '440310001001001', at => timestamptz '2026-03-02 00:00+08' + n * interval '12 hours'))::text, '' ORDER BY n) AS of_days
FROM tests.book, generate_series(0, 39) AS n;
SELECT string_agg(routing_fallback(route(book, ('0300' || n)::eventcode, '440310001001001', at => '2026-03-02 00:00+08'))::text, '' ORDER BY n) AS of_classes
FROM tests.book, generate_series(1, 9) AS n;

-- Why: every rule for the class and the place, in order.
SELECT n, e.* FROM tests.request, tests.book, route_explain(book, class, cell, channel, severity, owner, at, caseno) AS e WHERE n IN (3, 7, 9, 10, 11, 13) ORDER BY n, place;
SELECT count(*) AS requests, count(*) FILTER (WHERE e.rule IS NOT DISTINCT FROM routing_rule(r) AND e.fallback IS NOT DISTINCT FROM routing_fallback(r) AND e.unit IS NOT DISTINCT FROM routing_lead(r)) AS agree
FROM tests.request CROSS JOIN tests.book CROSS JOIN route(book, class, cell, channel, severity, owner, at, caseno) AS r
LEFT JOIN route_explain(book, class, cell, channel, severity, owner, at, caseno) AS e ON e.wins;
SELECT count(*) FROM route_explain(NULL::rulebook, '01', '440310');

-- Time zones: summer time begins on 2026-03-29 and ends on 2026-10-25.
CREATE TABLE tests.berlin AS
SELECT rulebook_agg(part, CASE part WHEN 'timezone' THEN '{"timezone": "Europe/Berlin"}' ELSE item END) AS book FROM tests.part;
SELECT at, routing_rule(route(book, '01001', '440310002001001', at => at)) AS rule
FROM tests.berlin, unnest('{2026-03-28 20:59:59+00,2026-03-28 21:00+00,2026-03-29 03:59:59+00,2026-03-29 04:00+00,2026-03-29 19:59:59+00,2026-03-29 20:00+00,2026-10-25 04:59:59+00,2026-10-25 05:00+00,1890-01-01 00:00+00,4000-07-01 19:59:59+00,4000-07-01 20:00+00,2026-03-28 20:59:59+00}'::timestamptz[]) WITH ORDINALITY AS t (at, place) ORDER BY place;

-- Two rulebooks in one query, and stored ones; what a query has at hand is the right one.
CREATE TABLE tests.books AS
SELECT n, rulebook_agg(part, CASE WHEN item->>'rule' = '2' AND part = 'rule' THEN item || jsonb_build_object('lead_unit', n) ELSE item END) AS book
FROM tests.part, generate_series(1, 6) AS n GROUP BY n;
INSERT INTO tests.books SELECT n + 6, book FROM tests.books ORDER BY n;
SELECT n, k, routing_lead(route(book, '01001', '440310002001001', at => '2026-03-02 10:00+08')) AS lead FROM tests.books, generate_series(1, 2) AS k ORDER BY k, n;

-- Text and binary form
SELECT book::text::rulebook = book AS same FROM tests.book;
CREATE TABLE tests.routed AS SELECT n, route(book, class, cell, channel, severity, owner, at, caseno) AS r FROM tests.request, tests.book;
SELECT count(*) FILTER (WHERE r::text::routing = r) AS same, count(*) FILTER (WHERE r::text::jsonb = r::jsonb) AS json, count(*) FILTER (WHERE r::jsonb::text::routing = r) AS of_json,
    count(*) FILTER (WHERE r <> r) AS other, count(*) FROM tests.routed;
SELECT r::text FROM tests.routed WHERE n IN (3, 13, 14) ORDER BY n;
SELECT '{}'::routing, '{"lead": 5, "level": 1, "fallback": 9223372036854775807, "path": [5], "terms": [{"stage": "签收 \"1\"", "policy": 7, "term": "1 day"}]}'::routing;
SELECT routing_send('{}');

-- What has no place in a rulebook
\set SHOW_CONTEXT never
SELECT rulebook_agg('duty', '{}');
SELECT rulebook_agg(NULL, '{}');
SELECT rulebook_agg('rule', NULL);
SELECT rulebook_agg('rule', '[]');
SELECT rulebook_agg('rule', '17');
SELECT rulebook_agg('rule', '{"lead_unit": 1}');
SELECT rulebook_agg('rule', '{"rule": 0, "lead_unit": 1}');
SELECT rulebook_agg('rule', '{"rule": 1.5, "lead_unit": 1}');
SELECT rulebook_agg('rule', '{"rule": "1", "lead_unit": 1}');
SELECT rulebook_agg('rule', '{"rule": 1}');
SELECT rulebook_agg('rule', '{"rule": 1, "lead_unit": 1, "lead_kind": "a", "lead_level": 1}');
SELECT rulebook_agg('rule', '{"rule": 1, "lead_kind": "a"}');
SELECT rulebook_agg('rule', '{"rule": 1, "lead_unit": 1, "class": "1x"}');
SELECT rulebook_agg('rule', '{"rule": 1, "lead_unit": 1, "class": 1}');
SELECT rulebook_agg('rule', '{"rule": 1, "lead_unit": 1, "territory": "44031"}');
SELECT rulebook_agg('rule', '{"rule": 1, "lead_unit": 1, "severity": 16}');
SELECT rulebook_agg('rule', '{"rule": 1, "lead_unit": 1, "owner": ""}');
SELECT rulebook_agg('rule', jsonb_build_object('rule', 1, 'lead_unit', 1, 'owner', repeat('长', 100)));
SELECT rulebook_agg('rule', '{"rule": 1, "lead_unit": 1, "valid_from": "2026-01-01"}');
SELECT rulebook_agg('rule', '{"rule": 1, "lead_unit": 1, "valid_from": "2026-02-29T00:00:00+08:00"}');
SELECT rulebook_agg('policy', '{"policy": 1, "stage": "sign", "stage_place": 1, "term": "2 weeks"}');
SELECT rulebook_agg('policy', '{"policy": 1, "stage": "sign", "stage_place": 1, "term": "2 days", "warnings": [100, 75]}');
SELECT rulebook_agg('window', '{"window": "night", "weekday": 1, "from_minute": 1320, "to_minute": 360}');
SELECT rulebook_agg('timezone', '{"timezone": "Asia/Atlantis"}');
SELECT rulebook_agg('unit', '{"unit": 1, "kind": "a", "level": 1, "centre": "yes"}');
-- What does not fit together
SELECT rulebook_agg('rule', '{"rule": 1, "lead_unit": 1}');
SELECT rulebook_agg('unit', '{"unit": 1, "kind": "a", "level": 1, "parent": 2}');
SELECT rulebook_agg('unit', jsonb_build_object('unit', n, 'kind', 'a', 'level', 1, 'parent', 3 - n)) FROM generate_series(1, 2) AS n;
SELECT rulebook_agg('unit', jsonb_build_object('unit', n, 'kind', 'a', 'level', 1, 'parent', nullif(n - 1, 0))) FROM generate_series(1, 17) AS n;
SELECT rulebook_agg('unit', '{"unit": 1, "kind": "a", "level": 1}') FROM generate_series(1, 2);
SELECT rulebook_agg('channel', '{"channel": "app"}') FROM generate_series(1, 2);
SELECT rulebook_agg('grade', '{"territory": "440310", "grade": "A"}') FROM generate_series(1, 2);
SELECT rulebook_agg(part, item) FROM (VALUES ('unit', '{"unit": 1, "kind": "a", "level": 1}'::jsonb), ('rule', '{"rule": 1, "lead_unit": 1, "channel": "app"}')) AS v (part, item);
SELECT rulebook_agg(part, item) FROM (VALUES ('unit', '{"unit": 1, "kind": "a", "level": 1}'::jsonb), ('rule', '{"rule": 1, "lead_unit": 1, "severity": 2}')) AS v (part, item);
SELECT rulebook_agg(part, item) FROM (VALUES ('unit', '{"unit": 1, "kind": "a", "level": 1}'::jsonb), ('rule', '{"rule": 1, "lead_unit": 1, "window": "night"}')) AS v (part, item);
SELECT rulebook_agg('assist', '{"rule": 1, "place": 1, "unit": 1}');
SELECT rulebook_agg('limit', '{"policy": 1, "place": 1, "name": "a", "term": "1 day"}');
-- What cannot be asked
SELECT route(book, '01', '440310', 'fax') FROM tests.book;
SELECT route(book, '01', '440310', severity => 4) FROM tests.book;
SELECT route(book, '01', '440310', at => 'infinity') FROM tests.book;
SELECT ''::rulebook;
SELECT '\x00'::rulebook;
SELECT left(book::text, -2)::rulebook FROM tests.book;
SELECT '[]'::routing;
SELECT '{"lead": 5}'::routing;
SELECT '{"terms": [{"stage": "a", "policy": 1}]}'::routing;
SELECT '{"terms": [{"stage": "a", "policy": 1, "term": "1 day"}, {"stage": "a", "policy": 2, "term": "1 day"}]}'::routing;

-- The proof
SELECT severity, fault, rules, policies, exclusion, fallback, unit, class, territory, channel, case_severity, owner, stage, grade, hours, since, until
FROM tests.book, rulebook_faults(book, '2026-03-01 00:00+08', '{handle,overall,visit}')
ORDER BY severity, fault, rules, policies, class::text COLLATE "C", territory::text COLLATE "C", since;
-- A rulebook with every fault there is
CREATE TABLE tests.faulty AS SELECT rulebook_agg(part, item) AS book FROM (
    SELECT part, item FROM tests.part WHERE part NOT IN ('fallback', 'grade') UNION ALL
    VALUES ('rule', '{"rule": 20, "class": "01001", "lead_unit": 4}'::jsonb),                             -- ties with 2
    ('rule', '{"rule": 21, "class": "0100", "lead_unit": 4}'),                                            -- shadows 1 …
    ('rule', '{"rule": 22, "class": "01", "territory": "440310", "lead_unit": 4}'),                       -- … with this
    ('rule', '{"rule": 23, "class": "09", "lead_unit": 3}'),                                              -- no such class
    ('rule', '{"rule": 24, "territory": "440311", "lead_unit": 3}'),                                      -- no such cell
    ('rule', '{"rule": 25, "class": "02", "territory": "440310", "lead_unit": 3, "valid_to": "2025-01-01T00:00:00Z"}'),
    ('rule', '{"rule": 26, "class": "02002", "severity": 2, "channel": "app", "lead_kind": "team", "lead_level": 5}'),
    ('rule', '{"rule": 27, "class": "02001", "territory": "440310001", "severity": 1, "lead_kind": "street centre", "lead_level": 3}'),
    ('unit', '{"unit": 30, "parent": 2, "kind": "street centre", "level": 3, "territory": "440310001"}'), -- as unit 10
    ('rule', '{"rule": 28, "class": "02001", "territory": "440310002", "severity": 1, "lead_unit": 10}'), -- outside
    ('rule', '{"rule": 29, "class": "02001", "territory": "440310002001", "lead_unit": 4}'),              -- excluded
    ('rule', '{"rule": 31, "class": "02", "window": "night", "severity": 3, "lead_unit": 5}'),            -- nobody there
    ('exclusion', '{"exclusion": 2, "unit": 3, "class": "0900"}'),
    ('policy', '{"policy": 20, "stage": "handle", "stage_place": 6, "term": "1 day", "class": "01", "grade": "A"}'),
    ('policy', '{"policy": 21, "stage": "handle", "stage_place": 6, "term": "1 day", "class": "01001", "territory": "440310"}'),
    ('policy', '{"policy": 22, "stage": "handle", "stage_place": 6, "term": "1 day", "class": "01002", "territory": "440310"}'),
    ('policy', '{"policy": 23, "stage": "sign", "stage_place": 5, "term": "1 day"}')) AS v (part, item);
SELECT severity, fault, rules, policies, exclusion, unit, class, territory, channel, case_severity, stage, grade, min(hours) AS hours, since, until, count(*)
FROM tests.faulty, rulebook_faults(book, '2026-03-01 00:00+08', '{handle}')
GROUP BY severity, fault, rules, policies, exclusion, unit, class::text, territory::text, class, territory, channel, case_severity, stage, grade, hours IS NULL, since, until
ORDER BY severity, fault, rules, policies, exclusion, class::text COLLATE "C", territory::text COLLATE "C", channel, case_severity, since;
SELECT fault, min(detail) AS detail FROM (
    SELECT f.* FROM tests.book, rulebook_faults(book, '2026-03-01 00:00+08', '{handle,overall,visit}') AS f UNION ALL
    SELECT f.* FROM tests.faulty, rulebook_faults(book, '2026-03-01 00:00+08', '{handle}') AS f) AS f
GROUP BY fault ORDER BY fault;
SELECT count(*) FROM tests.book, rulebook_faults(book, NULL);

-- Differences: rule 2, whose lead is another one, decides by day where no other does.
CREATE TABLE tests.difference AS
SELECT d.* FROM tests.books AS a, tests.books AS b, rulebook_differences(a.book, b.book, '2026-03-01 00:00+08') AS d WHERE a.n = 3 AND b.n = 4;
SELECT lead, path, terms, assists, class, territory, lead_before, lead_after, rule_before, rule_after, fallback_before, fallback_after,
    array_agg(DISTINCT channel) AS channels, array_agg(DISTINCT case_severity) AS severities, array_agg(DISTINCT owner) AS owners, min(since) AS since, max(until) AS until, count(*)
FROM tests.difference GROUP BY lead, path, terms, assists, class::text, territory::text, class, territory, lead_before, lead_after, rule_before, rule_after, fallback_before, fallback_after ORDER BY class::text COLLATE "C";
SELECT DISTINCT hours FROM tests.difference ORDER BY hours;
-- Limits, assisting units and fallbacks
SELECT lead, path, terms, assists, class, territory, lead_before, lead_after, rule_before, rule_after, fallback_before, fallback_after, count(*)
FROM tests.book AS a, (SELECT rulebook_agg(part, CASE part WHEN 'limit' THEN item || '{"term": "3 work days"}' WHEN 'assist' THEN item || '{"task": "look"}' WHEN 'fallback' THEN item || '{"unit": 1}' ELSE item END) AS book FROM tests.part) AS b,
    rulebook_differences(a.book, b.book, '2028-01-01 00:00+08') AS d
GROUP BY lead, path, terms, assists, class::text, territory::text, class, territory, lead_before, lead_after, rule_before, rule_after, fallback_before, fallback_after
ORDER BY lead DESC, path DESC, terms DESC, class::text COLLATE "C", territory::text COLLATE "C", lead_before;
SELECT count(*) FROM tests.book, rulebook_differences(book, book, '2026-03-01 00:00+08');

DROP TABLE tests.part, tests.book, tests.request, tests.berlin, tests.books, tests.routed, tests.faulty, tests.difference;
