--
-- fingerprints of texts, similar cases, candidates for merging
--
SET search_path = civicgrid, public;
SET client_min_messages = warning;
SET TimeZone = 'Asia/Shanghai';
SET DateStyle = 'ISO';
SET IntervalStyle = 'postgres';
\set SHOW_CONTEXT never
\pset format unaligned

-- a print is what it is, for good
SELECT fingerprint('小区门口的路灯坏了'), length(fingerprint('小区门口的路灯坏了')::text);
SELECT fingerprint('小区门口的路灯坏了') = fingerprint('小區門口的路燈壞了！！') AS folded,
    fingerprint('小区门口，的路灯 坏了。') = fingerprint('小区门口的路灯坏了') AS punctuation;
-- texts that say nothing are like none; one character is enough
SELECT v, fingerprint(v), similarity(fingerprint(v), fingerprint(v)), fingerprint(v) % fingerprint(v) AS meets
FROM unnest(ARRAY['', '！？…', ' ', '👍👍', '★', U&'\200B']) AS v;
SELECT v, length(fingerprint(v)::text), similarity(fingerprint(v), fingerprint(v)), fingerprint(v) % fingerprint(v) AS meets
FROM unnest(ARRAY['灯', 'a', U&'\0301', U&'\202E反', '℡']) AS v;
SELECT fingerprint(NULL) IS NULL, similarity(NULL, fingerprint('灯')) IS NULL;
-- ten megabytes
SELECT length(fingerprint(repeat('路灯坏了没有人来修', 400000))::text),
    similarity(fingerprint(repeat('路灯坏了没有人来修', 400000)), fingerprint('路灯坏了没有人来修路')) AS same_pairs;

-- how alike
SELECT round(similarity(fingerprint(a), fingerprint(b))::numeric, 3) AS similarity,
    round((fingerprint(a) <-> fingerprint(b))::numeric, 3) AS distance, fingerprint(a) % fingerprint(b) AS meets, a, b
FROM (VALUES
    ('小区门口的路灯坏了，晚上很黑', '小区门口的路灯坏了，晚上很黑'),
    ('小区门口的路灯坏了，晚上很黑', '小区门口的路灯坏了，晚上很黑，请尽快修理'),
    ('小区门口的路灯坏了，晚上很黑', '小区门口路灯不亮，晚上太黑'),
    ('小区门口的路灯坏了，晚上很黑', '楼下餐馆油烟扰民')
) AS v (a, b);

-- input and output
SELECT fingerprint('灯')::text::textprint = fingerprint('灯') AS text_form, '01'::textprint;
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT ''::civicgrid.textprint$$,
    $$SELECT '0'::civicgrid.textprint$$,
    $$SELECT '02'::civicgrid.textprint$$,
    $$SELECT '0G'::civicgrid.textprint$$,
    $$SELECT '0102'::civicgrid.textprint$$,
    $$SELECT repeat('01', 130)::civicgrid.textprint$$,
    $$SELECT ('01' || repeat('A0', 128))::civicgrid.textprint$$
]) AS s;
\x off
SELECT ('01' || repeat('a0', 128))::textprint::text = '01' || repeat('a0', 128) AS kept;
-- order, equality, hashing
SELECT count(*), count(DISTINCT p) FROM (SELECT fingerprint(v) AS p FROM unnest('{灯,灯,路,路灯}'::text[]) AS v) AS t;
SELECT a < b, a <= b, a = b, a <> b, a >= b, a > b FROM (VALUES ('01'::textprint, fingerprint('灯'))) AS v (a, b);

-- an index on prints
CREATE TABLE pg_temp.report (id integer, message text);
INSERT INTO report
SELECT i, format('%s路%s号%s', (ARRAY['人民', '解放', '中山', '建设', '和平'])[1 + i % 5], i, (ARRAY['井盖丢失存在安全隐患', '垃圾堆放无人清理', '商铺占道经营影响通行', '夜间施工噪音扰民'])[1 + i / 5 % 4])
FROM generate_series(1, 2000) AS i;
CREATE INDEX report_print_idx ON report USING gin (fingerprint(message));
ANALYZE report;
SET enable_seqscan = off;
EXPLAIN (COSTS off) SELECT id FROM report WHERE fingerprint(message) % fingerprint('人民路15号夜间施工噪音扰民');
SELECT count(*) FROM report WHERE fingerprint(message) % fingerprint('人民路15号夜间施工噪音扰民') \gset by_index_
SELECT count(*) FROM report WHERE fingerprint(message) % fingerprint('') \gset none_
SET enable_seqscan = on;
SET enable_bitmapscan = off;
SELECT count(*) = :by_index_count AS same_as_scan, :none_count AS like_nothing FROM report WHERE fingerprint(message) % fingerprint('人民路15号夜间施工噪音扰民');
RESET enable_bitmapscan;
SELECT id, message FROM report ORDER BY fingerprint(message) <-> fingerprint('人民路15号夜间施工噪音扰民'), id LIMIT 1;

-- cases
CREATE FUNCTION pg_temp.no(n integer) RETURNS civicgrid.caseno LANGUAGE SQL AS $$SELECT civicgrid.make_caseno('2026-03-01', '440310', n)$$;
INSERT INTO case_record (caseno, reported_at, cell, taxonomy, kind, class, description, location) VALUES
    (pg_temp.no(1), '2026-03-01 09:00+08', '440310001001001', 'GB/T 47678.5-2026', 'matter', '06010', '人民路15号门口垃圾堆放无人清理，气味难闻', 'SRID=4490;POINT(114.05 22.54)'),
    (pg_temp.no(2), '2026-03-01 10:30+08', '440310001001001', 'GB/T 47678.5-2026', 'matter', '06010', '人民路15号门口垃圾堆放，无人清理，气味很难闻！', 'SRID=4490;POINT(114.0502 22.5401)'),
    -- at the same place, another class
    (pg_temp.no(3), '2026-03-01 11:00+08', '440310001001001', 'GB/T 47678.5-2026', 'matter', '06011', '人民路15号占道经营', 'SRID=4490;POINT(114.05 22.54)'),
    -- a kilometre away, days later
    (pg_temp.no(4), '2026-03-01 11:00+08', '440310001001002', 'GB/T 47678.5-2026', 'matter', '06010', '人民路15号门口垃圾堆放无人清理，气味难闻', 'SRID=4490;POINT(114.06 22.54)'),
    (pg_temp.no(5), '2026-03-05 11:00+08', '440310001001001', 'GB/T 47678.5-2026', 'matter', '06010', '人民路15号门口垃圾还是没有人清理，气味难闻', 'SRID=4490;POINT(114.05 22.54)'),
    -- no place but the cell; nothing but the place
    (pg_temp.no(6), '2026-03-01 12:00+08', '440310001001001', 'GB/T 47678.5-2026', 'matter', '06010', '很臭', NULL),
    (pg_temp.no(7), '2026-03-01 13:00+08', NULL, NULL, NULL, NULL, NULL, 'SRID=4490;POINT(114.05 22.54)'),
    -- places that cannot be compared
    (pg_temp.no(8), '2026-03-01 13:00+08', '440310001001001', 'GB/T 47678.5-2026', 'matter', '06010', '垃圾', 'SRID=4547;POINT(505000 2493000)'),
    (pg_temp.no(9), '2026-03-01 13:00+08', '440310001001001', 'GB/T 47678.5-2026', 'matter', '06010', '垃圾', 'SRID=4490;POINT EMPTY'),
    (pg_temp.no(10), '2026-03-01 13:00+08', '440310001001001', 'GB/T 47678.5-2026', 'matter', '06010', '垃圾', 'SRID=4490;POINT(NaN 22)');
SELECT caseno, round(similarity::numeric, 2) AS similarity, class, cell, description FROM similar_texts('人民路15号门口垃圾堆放无人清理,气味难闻');
SELECT caseno FROM similar_texts('人民路15号门口垃圾堆放无人清理,气味难闻', 0.99, from_time => '2026-03-01 10:00+08');
SELECT caseno FROM similar_texts('人民路15号门口垃圾堆放无人清理,气味难闻', to_time => '2026-03-01 09:30+08');
SELECT count(*) FROM similar_texts('');
SELECT count(*) FROM similar_texts('👍');
SELECT count(*) FROM similar_texts(NULL);

-- merging
SELECT candidate, round(score::numeric, 3) AS score, same_class, reason FROM merge_candidates(pg_temp.no(1));
SELECT candidate, reason FROM merge_candidates(pg_temp.no(6));
SELECT count(*) FROM merge_candidates(pg_temp.no(4));
-- by the place alone, before it is classified
SELECT caseno, round(distance_m::numeric, 1) AS m, same_class, round(similarity::numeric, 2) AS similarity
FROM merge_candidates('垃圾堆放', 'SRID=4490;POINT(114.05 22.54)', '2026-03-01 09:00+08');
SELECT caseno FROM merge_candidates(NULL, NULL, '2026-03-01 09:00+08', cell => '440310001001002');
SELECT count(*) FROM merge_candidates('垃圾', NULL, '2026-03-01 09:00+08');
SELECT count(*) FROM merge_candidates('垃圾', 'SRID=4490;POINT(114.05 22.54)', NULL);
SELECT count(*) FROM merge_candidates('垃圾', 'SRID=4490;POINT(114.05 22.54)', 'infinity');
SELECT count(*) FROM merge_candidates('垃圾', 'SRID=4490;POINT EMPTY', '2026-03-01 09:00+08');
SELECT count(*) FROM merge_candidates('垃圾', 'SRID=4490;POINT(114 91)', '2026-03-01 09:00+08');
SELECT count(*) FROM merge_candidates('垃圾', 'SRID=4490;POINT(NaN 22)', '2026-03-01 09:00+08');
-- in metres, in WGS-84, a frame that is large enough at any latitude
SELECT caseno FROM merge_candidates('垃圾', 'SRID=4547;POINT(505030 2493039)', '2026-03-01 09:00+08') ORDER BY caseno;
SELECT count(*) FROM merge_candidates('垃圾', 'SRID=4326;POINT(114.05 22.54)', '2026-03-01 09:00+08');
SELECT count(*) AS tried, count(*) FILTER (WHERE NOT st_covers(merge_frame(p, m), st_project(p::geography, m, radians(a))::geometry)) AS outside
FROM generate_series(-85, 85, 5) AS y, unnest('{50,5000,100000}'::float8[]) AS m, generate_series(0, 345, 15) AS a,
    LATERAL st_setsrid(st_makepoint(114, y), 4326) AS p;

-- rules
INSERT INTO merge_rule (rule, taxonomy, kind, class, within_m, within_time, class_digits, least_similarity) VALUES
    ('whole list', 'GB/T 47678.5-2026', NULL, NULL, 60, '1 day', NULL, 0),
    ('whole kind', 'GB/T 47678.5-2026', 'matter', NULL, 70, '1 day', NULL, 0),
    ('category 06', 'GB/T 47678.5-2026', 'matter', '06', 2000, '5 days', 2, 0.1),
    ('06010 alike', 'GB/T 47678.5-2026', 'matter', '06010', 2000, '5 days', NULL, 0.5);
SELECT merge_rule_of(NULL, NULL, NULL), merge_rule_of('x', 'matter', '06'), merge_rule_of('GB/T 47678.5-2026', 'component', '06010'),
    merge_rule_of('GB/T 47678.5-2026', 'matter', '01'), merge_rule_of('GB/T 47678.5-2026', 'matter', '06011'), merge_rule_of('GB/T 47678.5-2026', 'matter', '06010');
SELECT candidate, same_class, reason FROM merge_candidates(pg_temp.no(1));
SELECT candidate, same_class, round(score::numeric, 3) AS score FROM merge_candidates(pg_temp.no(3));
UPDATE merge_rule SET within_m = 0, within_time = '0' WHERE rule = '06010 alike';
SELECT count(*) FROM merge_candidates(pg_temp.no(1));
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT * FROM civicgrid.similar_texts('垃圾', 1.5)$$,
    $$SELECT * FROM civicgrid.similar_texts('垃圾', 'NaN')$$,
    $$SELECT * FROM civicgrid.merge_candidates(civicgrid.make_caseno('2026-03-01', '440310', 999))$$,
    $$DELETE FROM civicgrid.merge_rule WHERE rule = 'default'$$
]) AS s;
\x off
DELETE FROM merge_rule WHERE origin = 'site';
DELETE FROM case_record;
