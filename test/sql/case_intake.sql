--
-- Reports become cases: located, classified, routed, dated, compared, once each
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set town :abs_srcdir '/data/case_town.sql'
\set town_database civicgrid_case_intake
\i :town

INSERT INTO place_name (name, code) VALUES
    ('坪山街道', '440310001'), ('马峦街道', '440310002'), ('六联社区', '440310001001'), ('六和社区', '440310001002'),
    ('丽景花园', '440310001001002');
CREATE VIEW told AS
SELECT r.caseno::text AS caseno, r.channel, r.external_id AS id, r.cell, r.class, r.severity AS told, s.severity, s.unit, s.sensitive,
       s.state, r.grid_edition IS NOT NULL AS located, r.class_edition IS NOT NULL AS classified
FROM case_record AS r JOIN case_state AS s ON s.caseno = r.caseno;
CREATE FUNCTION tried(statement text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END;
$$;
SELECT channel, rulebook, threshold, datum, srid, severity, duplicate_score, auto_file, auto_dispatch, origin FROM intake_rule;

-- one report with all that belongs to it
SELECT report_event('12345', '路边垃圾没人清理', spot(1), external_id => 'A1', occurred_at => '2026-03-02 08:30',
    reporter => '{"name": "张三", "phone": "13800000000", "anonymous": true}',
    attachments => '[{"uri": "s3://a/1.jpg", "media_type": "image/jpeg"}, {"uri": "s3://a/2.jpg", "name": "二"}]',
    owner => '环卫所', at => '2026-03-02 09:00') AS c \gset
SELECT * FROM told;
SELECT reported_at, occurred_at, owner, description, st_asewkt(location) FROM case_record;
SELECT name, phone, id_number, anonymous FROM case_reporter;
SELECT attachment, name, uri, media_type, step FROM case_attachment ORDER BY attachment;
SELECT proposed, probability > 0.9 AS sure FROM class_proposal;
SELECT kind, stage, holder, term, started_at, due_at FROM case_clock ORDER BY clock;
SELECT step, action, at, to_state, unit, detail -> 'told' AS told, (detail -> 'found') - 'probability' AS found FROM case_journal;
SELECT detail -> 'told' ->> 'description_sha256' = encode(sha256(convert_to('路边垃圾没人清理', 'UTF8')), 'hex') AS same FROM case_journal;
SELECT (detail #- '{clocks,0,clock}' #- '{clocks,1,clock}') -> 'clocks' AS clocks, detail -> 'editions' AS editions FROM case_journal;
SELECT jsonb_object_keys(detail -> 'set') AS set FROM case_journal ORDER BY 1;
SELECT hash = journal_digest(NULL, j) AS chained FROM case_journal AS j;

-- idempotent: the first number, whatever else is said
SELECT report_event('12345', 'something else', external_id => 'A1', class => '0999', severity => 99) = :'c'::caseno AS same;
SELECT count(*) FROM case_record;

-- any subset of what a channel has
SELECT caseno IS NOT NULL AS ok FROM (VALUES
    (1, report_event('grid', class => '0102', cell => place(3), external_id => '1', at => '2026-03-03 09:00')),
    (2, report_event('grid', class => '0201', location => spot(4), external_id => '2', at => '2026-03-03 09:00')),
    (3, report_event('grid', '有人乱倒垃圾', address => '坪山街道六联社区丽景花园3栋', external_id => '3', at => '2026-03-03 09:00')),
    (4, report_event('grid', '小广告', address => '马峦街道坪环一格旁', external_id => '4', at => '2026-03-03 09:00')),
    (5, report_event('grid', '小广告', address => '无名路', external_id => '5', at => '2026-03-03 09:00')),
    (6, report_event('grid', '不知道怎么说', cell => '440310002', external_id => '6', at => '2026-03-03 09:00')),
    (7, report_event('grid', attachments => '[{"uri": "s3://a/3.jpg"}]', external_id => '7', at => '2026-03-03 09:00')),
    (8, report_event('grid', '家暴', location => st_setsrid(st_makepoint(120, 30), 4326), external_id => '8', at => '2026-03-03 09:00')),
    (9, report_event('grid', '小广告', cell => '440310001001001001', location => spot(4), external_id => '9', at => '2026-03-03 09:00'))
) AS v (n, caseno) ORDER BY n;
SELECT id, cell, class, severity, unit, sensitive, located, classified FROM told WHERE channel = 'grid' ORDER BY id;
SELECT (j.detail -> 'found') - 'probability' AS found FROM case_journal AS j JOIN case_record AS r ON r.caseno = j.caseno
WHERE r.external_id IN ('3', '9') ORDER BY r.external_id;
-- what the classifier is not sure of waits for a person
SELECT r.external_id, q.proposed, round(q.probability::numeric, 2) AS probability
FROM review_queue('site', 'matter', at => '2026-03-04') AS q JOIN case_record AS r ON r.caseno = q.caseno ORDER BY 1;
SELECT (place_of(address, '2026-03-02')).*
FROM unnest('{坪山街道六联社区丽景花园3栋,坪山街道口,六和社区与丽景花园之间,马峦街道六联社区,没有,六,""}'::text[])
    WITH ORDINALITY AS v (address, n) ORDER BY n;
SELECT place_of('丽景花园', '2025-01-01');

-- datum, system of coordinates
INSERT INTO intake_rule (channel, datum, severity, text_places) VALUES ('video', 'gcj02', 2, false), ('web', 'wgs84', 1, true);
SELECT report_event('video', '垃圾', from_wgs84(spot(1), 'gcj02'), external_id => 'V1', at => '2026-03-04 09:00') IS NOT NULL AS ok;
SELECT report_event('video', '垃圾', from_wgs84(spot(1), 'bd09'), datum => 'bd09', external_id => 'V2', at => '2026-03-06 09:00') IS NOT NULL AS ok;
SELECT report_event('video', '垃圾', st_transform(spot(2), 3857), datum => 'wgs84', external_id => 'V3', at => '2026-03-04 09:00') IS NOT NULL AS ok;
SELECT report_event('video', '垃圾', st_makepoint(114.355, 22.695), datum => 'wgs84', external_id => 'V4', at => '2026-03-06 09:00') IS NOT NULL AS ok;
SELECT report_event('web', '丽景花园有人贴小广告', external_id => 'W1', at => '2026-03-04 09:00') IS NOT NULL AS ok;
SELECT external_id, st_srid(location) AS srid, round(st_distance(geography(location), geography(spot(n)))::numeric, 2) AS metres_off
FROM case_record, (VALUES ('V1', 1), ('V2', 1), ('V3', 2), ('V4', 2)) AS v (id, n) WHERE external_id = v.id ORDER BY 1;
SELECT id, cell, told, severity, located FROM told WHERE channel IN ('video', 'web') ORDER BY id;

-- what classes bring with them
INSERT INTO intake_class (taxonomy, kind, class, severity, sensitive) VALUES
    ('site', 'matter', '02', 3, NULL), ('site', 'matter', '0401', NULL, false), ('site', 'matter', '01', NULL, true), ('site', 'matter', '0102', 2, NULL);
SELECT count(report_event('letter', class => v.class::eventcode, cell => place(v.n), severity => v.severity, external_id => v.n::text, at => '2026-03-05 09:00'))
FROM (VALUES (1, '0201', NULL), (2, '0201', 1), (3, '0401', NULL), (4, '0102', NULL)) AS v (n, class, severity);
SELECT id, severity, sensitive FROM told WHERE channel = 'letter' ORDER BY id;
DELETE FROM intake_class;

-- duplicates are linked, never dropped; a worse repeat raises the severity
SELECT report_event('app', '工地夜间施工噪音很大', spot(2), external_id => 'D1', at => '2026-04-01 09:00') IS NOT NULL AS ok;
SELECT report_event('app', '工地夜间施工噪音太大了', spot(2), external_id => 'D2', severity => 3, at => '2026-04-01 10:00') IS NOT NULL AS ok;
SELECT report_event('wechat', '工地夜间施工噪音', spot(2), external_id => 'D3', severity => 2, at => '2026-04-01 11:00') IS NOT NULL AS ok;
SELECT report_event('wechat', '工地夜间施工噪音', spot(2), external_id => 'D4', at => '2026-04-05 11:00') IS NOT NULL AS ok;
SELECT a.external_id, b.external_id AS other, l.link, l.score > 0.8 AS sure, l.at
FROM case_link AS l JOIN case_record AS a ON a.caseno = l.caseno JOIN case_record AS b ON b.caseno = l.other
WHERE a.external_id LIKE 'D%' ORDER BY 1, 2;
SELECT r.external_id, j.step, j.action, j.outcome, j.role, j.at, regexp_replace(j.reason, '[0-9-]{20,}', '…') AS reason, j.detail
FROM case_journal AS j JOIN case_record AS r ON r.caseno = j.caseno WHERE j.action = 'amend' ORDER BY 1, 2;
SELECT id, told, severity FROM told WHERE id LIKE 'D%' ORDER BY id;

-- as far as the rule lets the classes differ, one by one and in a batch
CREATE FUNCTION linked(n integer) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM report_event('app', '井盖坏了', spot(2), class => '0102', at => timestamptz '2026-04-10 09:00' + n * interval '7 days');
    PERFORM report_event('app', '井盖坏了', spot(2), class => c.class, external_id => format('C%s %s', n, c.class),
        at => timestamptz '2026-04-10 09:01' + n * interval '7 days')
    FROM unnest('{0101,0201}'::eventcode[]) AS c (class);
    PERFORM count(*) FROM report_events((SELECT jsonb_agg(jsonb_build_object('channel', 'app', 'description', '井盖坏了',
        'location', st_asewkt(spot(2)), 'class', c.class, 'external_id', format('B%s %s', n, c.class),
        'at', timestamptz '2026-04-10 09:02' + n * interval '7 days') ORDER BY c.class) FROM unnest('{0101,0201}'::text[]) AS c (class)));
    RETURN (
        SELECT string_agg(format('%s: %s', a.external_id, l.others), ', ' ORDER BY a.external_id)
        FROM case_record AS a
        CROSS JOIN LATERAL (SELECT count(*) AS others FROM case_link AS l WHERE l.caseno = a.caseno) AS l
        WHERE a.external_id LIKE '_' || n || ' %'
    );
END;
$$;
BEGIN;
SELECT linked(0);
UPDATE merge_rule SET class_digits = 2 WHERE rule = 'default';
SELECT linked(1);
UPDATE merge_rule SET class_digits = 0 WHERE rule = 'default';
SELECT linked(2);
ROLLBACK;

-- filed and dispatched at once, where the rule says so
INSERT INTO intake_rule (channel, severity, auto_file, auto_dispatch) VALUES ('sensor', 1, true, true), ('drone', 1, true, false);
SELECT report_event('sensor', class => '0102', cell => place(1), external_id => 'S1', at => '2026-05-06 09:00') IS NOT NULL AS ok;
SELECT report_event('drone', class => '0102', cell => place(3), external_id => 'S2', at => '2026-05-06 09:00') IS NOT NULL AS ok;
SELECT report_event('sensor', '不知道', cell => place(2), external_id => 'S3', at => '2026-05-06 09:00') IS NOT NULL AS ok;
SELECT report_event('sensor', class => '0102', location => spot(4), external_id => 'S4', at => '2026-05-06 09:00') IS NOT NULL AS ok;
SELECT report_event('sensor', class => '0102', location => spot(4), external_id => 'S5', at => '2026-05-06 09:01') IS NOT NULL AS ok;
SELECT id, state, unit FROM told WHERE channel IN ('sensor', 'drone') ORDER BY id;

-- refusals
SELECT (tried(statement)).* FROM unnest(ARRAY[
    $$SELECT report_event('nowhere', 'x')$$,
    $$SELECT report_event(NULL, 'x')$$,
    $$SELECT report_event('grid', '  ')$$,
    $$SELECT report_event('grid', 'x', at => 'infinity')$$,
    $$SELECT report_event('grid', 'x', at => NULL)$$,
    $$SELECT report_event('grid', 'x', occurred_at => '-infinity', at => '2026-03-02 09:00')$$,
    $$SELECT report_event('grid', 'x', at => '2999-01-01 00:00')$$,
    $$SELECT report_event('grid', 'x', occurred_at => '2026-03-03 09:00:01', at => '2026-03-02 09:00')$$,
    $$SELECT report_event('grid', class => '0999', cell => place(1), at => '2026-03-02 09:00')$$,
    $$SELECT report_event('grid', 'x', cell => '440311', at => '2026-03-02 09:00')$$,
    $$SELECT report_event('grid', 'x', 'LINESTRING(0 0, 1 1)', at => '2026-03-02 09:00')$$,
    $$SELECT report_event('grid', 'x', st_makepoint('NaN', 1), at => '2026-03-02 09:00')$$,
    $$SELECT report_event('grid', 'x', severity => 9, at => '2026-03-02 09:00')$$,
    $$SELECT report_event('grid', 'x', reporter => '[]', at => '2026-03-02 09:00')$$,
    $$SELECT report_event('grid', 'x', reporter => '{"name": "a", "mail": "b"}', at => '2026-03-02 09:00')$$,
    $$SELECT report_event('grid', 'x', attachments => '[{"name": "a"}]', at => '2026-03-02 09:00')$$,
    $$SELECT report_event('grid', 'x', attachments => '{}', at => '2026-03-02 09:00')$$,
    $$SELECT report_event('grid', 'x', at => '2025-03-02 09:00')$$
]) WITH ORDINALITY AS v (statement, n) ORDER BY n;

-- A clock may be fast, as setting future_most lets it.
BEGIN;
SELECT report_event('grid', 'x', at => now() + interval '23 hours') IS NOT NULL AS ok;
SELECT left((tried(format('SELECT report_event(''grid'', ''x'', at => %L)', now() + interval '25 hours'))).state, 5) AS state;
SELECT report_event('grid', 'x', occurred_at => '2026-03-03 09:00', at => '2026-03-02 09:00') IS NOT NULL AS ok;
SELECT line, refused, message, detail, hint FROM report_events(jsonb '[
    {"channel": "grid", "description": "x", "at": "2026-03-02 09:00"}, {"channel": "grid", "description": "x", "at": "2999-01-01 00:00"},
    {"channel": "grid", "description": "x", "at": "2026-03-02 09:00", "occurred_at": "2026-03-03 09:00:01"},
    {"channel": "grid", "description": "x", "at": "2026-03-02 09:00", "occurred_at": "2026-03-03 09:00"}]');
UPDATE case_setting SET value = '' WHERE setting = 'future_most';
SELECT report_event('grid', 'x', at => '2026-03-02 09:00', occurred_at => '2999-01-01') IS NOT NULL AS ok;
SELECT line, refused FROM report_events(jsonb '[
    {"channel": "grid", "description": "x", "at": "2999-01-01 00:00"}, {"channel": "grid", "description": "x", "at": "2026-03-02 09:00", "occurred_at": "2999-01-01"}]');
ROLLBACK;

-- batches: each row by itself
CREATE TABLE public.calls (channel text, number text, description text, location text, cell text, class text, severity text, at text, reporter text, extra integer);
INSERT INTO calls VALUES
    ('12319', '1', '路边垃圾', 'POINT(114.345 22.695)', NULL, NULL, NULL, '2026-06-01 10:00', '{"name": "李四"}', 1),
    ('12319', '2', '路边垃圾', 'POINT(114.345', NULL, NULL, NULL, '2026-06-01 10:00', NULL, 1),
    ('12319', '3', '路边垃圾', NULL, '44x', NULL, NULL, '2026-06-01 10:00', NULL, 1),
    ('12319', '4', '路边垃圾', NULL, NULL, '0101', '7', '2026-06-01 10:00', NULL, 1),
    ('12319', '1', '工地夜间施工噪音', NULL, '440310002001', NULL, '3', '2026-06-01 10:00', NULL, 1),
    ('nowhere', '1', 'x', NULL, NULL, NULL, NULL, '2026-06-01 10:00', NULL, 1),
    ('12319', '6', '路边垃圾', NULL, '440310001001001', NULL, 'x', '2026-06-01 10:00', NULL, 1),
    ('12319', '7', '路边的垃圾', 'SRID=4326;POINT(114.345 22.695)', NULL, NULL, '2', '2026-06-01 10:05', '{"name"', 1),
    ('12319', '8', '路边垃圾！', 'SRID=4326;POINT(114.345 22.695)', NULL, NULL, '2', '2026-06-01 10:05', NULL, 1),
    ('12345', 'A1', 'x', NULL, NULL, NULL, NULL, NULL, NULL, 1);
SELECT line, external_id, caseno IS NOT NULL AS taken, repeated, refused, CASE WHEN refused <> 'XX000' THEN message END AS message,
       CASE WHEN refused LIKE 'CG%' THEN detail END AS detail, CASE WHEN refused LIKE 'CG%' THEN hint END AS hint
FROM report_events('SELECT *, number AS external_id FROM calls') ORDER BY line;
SELECT id, cell, class, told, severity FROM told WHERE channel = '12319' ORDER BY id;
SELECT a.external_id, b.external_id AS other
FROM case_link AS l JOIN case_record AS a ON a.caseno = l.caseno JOIN case_record AS b ON b.caseno = l.other WHERE a.channel = '12319' ORDER BY 1, 2;
-- again: nothing new
SELECT count(*) FILTER (WHERE repeated), count(refused), count(*) FROM report_events('SELECT *, number AS external_id FROM calls;');
SELECT count(*) FROM case_record WHERE channel = '12319';
-- a table; an array of objects
ALTER TABLE calls RENAME number TO external_id;
SELECT count(*) FILTER (WHERE repeated), count(refused), count(*) FROM report_events('public.calls');
SELECT count(*) FROM report_events('calls', 'public');
SELECT line, external_id, repeated, refused, message, detail
FROM report_events('[{"channel": "app", "description": "小广告", "external_id": "J1", "location": {"type": "Point", "coordinates": [114.355, 22.705]},
        "at": "2026-06-02 10:00", "reporter": {"name": "王五"}}, 5, null, {"channel": "grid"}, {"channel": "app", "external_id": "J1"}]'::jsonb) ORDER BY line;
SELECT id, cell, class FROM told WHERE id = 'J1';
SELECT * FROM report_events('[]'::jsonb);
SELECT (tried(statement)).* FROM unnest(ARRAY[
    $$SELECT report_events('{}'::jsonb)$$,
    $$SELECT report_events(NULL::jsonb)$$,
    $$SELECT report_events(NULL::text)$$,
    $$SELECT report_events('SELECT 1')$$,
    $$SELECT report_events('SELECT 1; SELECT 2')$$,
    $$SELECT report_events('DELETE FROM calls')$$,
    $$SELECT report_events('no_such_table')$$
]) WITH ORDINALITY AS v (statement, n) ORDER BY n;
-- many, over several parts; one by one they come out the same
CREATE TABLE public.many AS
SELECT 'patrol' AS channel, 'M' || n AS external_id, (ARRAY['路边垃圾', '小广告', '工地夜间施工', '说不清'])[n % 4 + 1] || n AS description,
       st_setsrid(st_makepoint(114.34 + (n * 37 % 100) * 0.0002, 22.69 + (n * 61 % 100) * 0.0002), 4326) AS location,
       CASE WHEN n % 7 = 0 THEN 5 WHEN n % 5 = 0 THEN 2 END AS severity, timestamptz '2026-07-01 09:00' + n * interval '7 minutes' AS at
FROM generate_series(1, 600) AS n;
SELECT count(*), count(caseno), count(DISTINCT caseno::text), count(refused) FROM report_events('many');
SELECT count(*) AS refused FROM (
    SELECT tried(format('SELECT report_event(''hall'', %L, %L, severity => %L, external_id => %L, at => %L)',
        m.description, m.location, m.severity, m.external_id, m.at + interval '60 days')) AS t
    FROM (SELECT * FROM many ORDER BY at) AS m OFFSET 0
) AS v WHERE (t).state = 'CG515';
SELECT count(*) AS same FROM told AS a JOIN told AS b ON b.id = a.id AND b.channel = 'hall'
WHERE a.channel = 'patrol' AND (a.cell, a.class::text, a.severity, a.unit, a.state) IS NOT DISTINCT FROM (b.cell, b.class::text, b.severity, b.unit, b.state);
WITH j AS (
    SELECT r.channel, r.external_id, j.actor, j.role, j.to_state, j.unit, j.detail -> 'found' AS found, j.detail -> 'editions' AS editions,
           (j.detail -> 'told') - '{channel,external_id}'::text[] AS told,
           (j.detail -> 'set') - '{since,case_clock,stage_clock}'::text[] AS set, j.detail #- '{clocks,0,at}' #- '{clocks,1,at}'
               #- '{clocks,0,clock}' #- '{clocks,1,clock}' -> 'clocks' AS clocks
    FROM case_journal AS j JOIN case_record AS r ON r.caseno = j.caseno WHERE j.step = 1
)
SELECT count(*) AS same_in_journal FROM j AS a JOIN j AS b ON b.external_id = a.external_id AND b.channel = 'hall'
WHERE a.channel = 'patrol' AND to_jsonb(a) - 'channel' = to_jsonb(b) - 'channel';
WITH l AS (
    SELECT a.channel, a.external_id, b.external_id AS other, round(l.score::numeric, 6) AS score
    FROM case_link AS l JOIN case_record AS a ON a.caseno = l.caseno JOIN case_record AS b ON b.caseno = l.other
)
SELECT count(*) FILTER (WHERE channel = 'patrol') > 0 AS some, count(*) FILTER (WHERE channel = 'patrol') = count(*) FILTER (WHERE channel = 'hall') AS as_many,
       count(DISTINCT (external_id, other, score)) = count(*) FILTER (WHERE channel = 'hall') AS same
FROM l WHERE channel IN ('patrol', 'hall');

-- all of it can be proved
SELECT * FROM verify_journal();
SELECT * FROM replay_check();
SELECT count(*) FROM case_clock AS c WHERE c.due_at <> due(calendar_in_force('office'), c.started_at, c.term);
SELECT count(*) FILTER (WHERE r.caseno IS NULL) AS without_record, count(*) FILTER (WHERE s.caseno IS NULL) AS without_state
FROM case_record AS r FULL JOIN case_state AS s ON s.caseno = r.caseno;

\c :main
DROP DATABASE civicgrid_case_intake;
