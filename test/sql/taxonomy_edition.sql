--
-- Editions of taxonomies: publishing, comparing, classifying
--
SET search_path = civicgrid, public;
SET client_min_messages = notice;
SET TimeZone = 'Asia/Shanghai';
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never

-- nothing yet
SELECT taxonomy_edition_in_force('site', 'matter'), is_class('site', 'matter', '01'), class_name('site', 'matter', '01');
SELECT * FROM classify_message('路灯不亮', 'site', 'matter');
INSERT INTO taxonomy (taxonomy, name, valid_from) VALUES ('site', '本地清单', '2026-01-01');
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$CALL civicgrid.publish_taxonomy('nowhere', 'matter')$$,
    $$CALL civicgrid.publish_taxonomy('site', 'nonsense')$$,
    $$CALL civicgrid.publish_taxonomy(NULL, 'matter')$$,
    $$CALL civicgrid.publish_taxonomy('site', 'matter', 'infinity')$$,
    $$CALL civicgrid.publish_taxonomy('site', 'matter', '2026-01-01 00:00+08')$$,
    $$SELECT * FROM civicgrid.taxonomy_diff(1)$$,
    $$SELECT * FROM civicgrid.taxonomy_diff(NULL)$$
]) AS s;
\x off

-- the draft: classes that are retired and classes of later among them
CREATE TEMP TABLE list (code text, name text, remark text, valid_from date, valid_to date);
INSERT INTO list VALUES
    ('01', '市政设施', NULL, NULL, NULL),
    ('0101', '路灯', '路灯不亮、灯杆倾斜', NULL, NULL),
    ('0102', '井盖', '井盖缺失、破损、松动', NULL, NULL),
    ('0103', '积水', '道路积水、内涝', NULL, NULL),
    ('02', '环境保护', NULL, NULL, NULL),
    ('0201', '噪声', '施工噪声、广场舞扰民', NULL, NULL),
    ('0202', '油烟', '餐馆油烟、露天烧烤', NULL, NULL),
    ('0203', '煤烟', '锅炉冒烟', NULL, '2026-06-01'),
    ('0204', '异味', '垃圾异味、臭气', '2026-09-01', NULL);
SELECT * FROM load_classes('list', 'site', 'matter', 'code', 'name', remark_column => 'remark',
    valid_from_column => 'valid_from', valid_to_column => 'valid_to');
-- errors keep it from being published
BEGIN;
UPDATE event_class SET parent = '03' WHERE taxonomy = 'site' AND code = '0101';
INSERT INTO class_phrase (taxonomy, kind, phrase, code) SELECT 'site', 'matter', '词' || i, '09' FROM generate_series(1, 5) AS i;
\x on
SELECT (tests.error_of($$CALL civicgrid.publish_taxonomy('site', 'matter')$$)).*;
\x off
ROLLBACK;
-- before the taxonomy holds none of its classes is in use
SELECT (tests.error_of($$CALL civicgrid.publish_taxonomy('site', 'matter', '2025-12-31 23:59:59')$$)).*;

-- without examples: names, remarks and phrases
CALL publish_taxonomy('site', 'matter', '2026-01-01', remark => 'the first');
SELECT edition, taxonomy, kind, valid_from, published_by = session_user AS by_me, classes, phrases, examples,
    class_mix, mean_confidence, remark, digest = taxonomy_edition_digest(edition) AS digest_holds, model IS NOT NULL AS has_model
FROM taxonomy_edition;
SELECT code, name, parent, valid_from, valid_to FROM taxonomy_edition_class WHERE edition = 1 ORDER BY code;
SELECT class, name, probability > 0 AS has_probability, edition FROM classify_message('小区的路灯不亮', 'site', 'matter', '2026-03-01');
SELECT class, name FROM classify_message('锅炉冒烟', 'site', 'matter', '2026-03-01');
-- one row whatever the question is
SELECT * FROM classify_message('路灯不亮', 'site', 'matter', '2025-12-31 23:59:59');
SELECT class, edition FROM classify_message(NULL, 'site', 'matter', '2026-03-01');
SELECT * FROM classify_message('路灯不亮', 'site', NULL);
SELECT class IS NOT NULL AS answered, edition FROM classify_message('', 'site', 'matter', '2026-03-01');
-- a class that has ended is no answer, one that has not begun neither
SELECT class = '0203' AS ended, name IS NOT NULL AS named FROM classify_message('锅炉冒烟', 'site', 'matter', '2026-06-01');
SELECT class = '0203' AS ended FROM classify_message('锅炉冒烟', 'site', 'matter', '2026-05-31 23:59:59');
SELECT class = '0204' AS begun FROM classify_message('垃圾异味臭气', 'site', 'matter', '2026-03-01');
-- days are those of Beijing, wherever the server is
SET TimeZone = 'America/New_York';
SELECT is_class('site', 'matter', '0203', '2026-05-31 23:59:59+08'), is_class('site', 'matter', '0203', '2026-06-01 00:00+08');
SET TimeZone = 'Asia/Shanghai';
SELECT c, is_class('site', 'matter', c::eventcode, '2026-07-01'), class_name('site', 'matter', c::eventcode, '2026-07-01')
FROM unnest('{01,0101,0203,0204,0205}'::text[]) AS c;
SELECT is_class('site', 'matter', '0101', '2025-07-01'), is_class('site', 'matter', NULL);
-- thresholds: the narrowest class that is sure enough, or none
SELECT class, name, probability BETWEEN 0 AND 1 AS is_share FROM classify_message('路灯不亮', 'site', 'matter', '2026-03-01', 1e-9);
SELECT class, name, probability BETWEEN 0 AND 1 AS is_share, edition FROM classify_message('路灯不亮', 'site', 'matter', '2026-03-01', 1);
SELECT class, name, probability BETWEEN 0 AND 1 AS is_share, edition FROM classify_message('路灯不亮', 'site', 'matter', '2026-07-01', 1);
SELECT class, name FROM classify_message('路灯不亮', 'site', 'matter', '2026-07-01', 1e-9);
SELECT d, (tests.error_of(format($$SELECT * FROM civicgrid.classify_message('路灯不亮', 'site', 'matter', %L, 1.1)$$, d))).code
FROM unnest('{2026-03-01,2026-07-01}'::date[]) AS d;
-- the same with the answers and their sums worked out by hand, before a class has ended and after
SELECT count(*) AS messages, count(*) FILTER (WHERE a.class IS DISTINCT FROM b.class OR abs(a.probability - b.probability) > 1e-6) AS different
FROM unnest('{路灯不亮,井盖坏了,餐馆油烟,广场舞,积水,烟,x}'::text[]) AS m,
    unnest('{NULL,0.1,0.3,0.5,0.7,0.9,0.99}'::double precision[]) AS threshold,
    unnest('{2026-03-01,2026-07-01}'::timestamptz[]) AS at,
LATERAL (
    WITH t AS (
        SELECT t.class, t.probability FROM taxonomy_edition AS e, classify_top(e.model, m, 1000) AS t
        WHERE e.edition = 1 AND is_class('site', 'matter', t.class, at)
    ),
    s AS (
        SELECT c.code, sum(t.probability) AS p FROM taxonomy_edition_class AS c JOIN t ON c.code @> t.class
        WHERE c.edition = 1 AND is_class('site', 'matter', c.code, at) GROUP BY c.code
    )
    SELECT coalesce(
            (SELECT t.class FROM t WHERE threshold IS NULL ORDER BY probability DESC, class LIMIT 1),
            (SELECT s.code FROM s WHERE s.p >= threshold ORDER BY digits(s.code) DESC, s.p DESC, s.code LIMIT 1)
        ) AS class,
        coalesce(
            (SELECT s.p FROM s WHERE s.p >= threshold ORDER BY digits(s.code) DESC, s.p DESC, s.code LIMIT 1),
            (SELECT max(t.probability) FROM t)
        ) AS probability
) AS a,
classify_message(m, 'site', 'matter', at, threshold) AS b;

-- phrases: for a class, against it, confusions; those about retired classes say nothing
INSERT INTO class_phrase (taxonomy, kind, phrase, code, use, weight, instead, also, unless, territory) VALUES
    ('site', 'matter', '黑灯瞎火', '0101', 'include', 20, NULL, NULL, NULL, NULL),
    ('site', 'matter', '大排档', '0201', 'confusion', NULL, '0202', NULL, NULL, NULL),
    ('site', 'matter', '路灯', '0101', 'exclude', NULL, NULL, '{广告}', NULL, NULL),
    ('site', 'matter', '老槐树', '0103', 'include', 9, NULL, NULL, '{路灯}', '440310'),
    ('site', 'matter', '冒烟', '0203', 'include', NULL, NULL, NULL, NULL, NULL),
    ('site', 'matter', '冒烟', '0202', 'confusion', NULL, '0203', NULL, NULL, NULL),
    ('site', 'matter', '冒烟', '01', 'exclude', NULL, NULL, NULL, NULL, NULL);
SELECT * FROM class_phrases('site', 'matter', '2026-03-01') ORDER BY phrase COLLATE "C", code, weight, is_name DESC;
SELECT count(*) FROM class_phrases('site', 'matter', '2026-06-01');
CALL publish_taxonomy('site', 'matter', '2026-02-01', remark => 'phrases');
SELECT class FROM classify_message('每天晚上黑灯瞎火', 'site', 'matter', '2026-03-01');
SELECT class = '0101' AS excluded FROM classify_message('路灯杆上贴广告', 'site', 'matter', '2026-03-01');
SELECT a.class, a.probability > b.probability OR b.class <> '0103' AS surer_than_elsewhere
FROM classify_message('老槐树那里', 'site', 'matter', '2026-03-01', cell => '440310001') AS a,
    classify_message('老槐树那里', 'site', 'matter', '2026-03-01', cell => '440311001') AS b;

-- examples: a model is trained
INSERT INTO class_example (taxonomy, kind, message, code, weight, source)
SELECT 'site', 'matter', format(v.m, i), v.c::eventcode, v.w, 'test'
FROM generate_series(1, 8) AS i, (VALUES
    ('第%s号路灯晚上不亮', '0101', 1), ('%s号灯杆歪了很黑', '0101', 1), ('人行道第%s个井盖没了', '0102', 2),
    ('下雨后第%s个路口积水', '0103', 1), ('工地半夜%s点施工太吵', '0201', 1), ('楼下第%s家餐馆油烟大', '0202', 1),
    ('第%s个锅炉冒黑烟', '0203', 3), ('没有这一类%s', '0999', 1)
) AS v (m, c, w);
CALL publish_taxonomy('site', 'matter', '2026-07-01', remark => 'examples', options => '{"enough": 5}');
SELECT edition, classes, phrases, examples, mean_confidence BETWEEN 0 AND 1 AS is_share, digest = taxonomy_edition_digest(edition) AS digest_holds,
    (SELECT jsonb_object_agg(key, round(value::numeric, 3)) FROM jsonb_each(class_mix)) AS class_mix
FROM taxonomy_edition WHERE edition = 3;
SELECT m, class, name, edition FROM unnest('{门口路灯不亮了,井盖没了,餐馆油烟太大}'::text[]) AS m, classify_message(m, 'site', 'matter', '2026-08-01');
-- the same draft makes the same model, other options another
CALL publish_taxonomy('site', 'matter', '2026-07-02', options => '{"enough": 5}');
CALL publish_taxonomy('site', 'matter', '2026-07-03', options => '{"enough": 5, "names": 0, "cost": 3}');
SELECT count(DISTINCT digest) FROM taxonomy_edition WHERE edition > 2;
SELECT (tests.error_of($$CALL civicgrid.publish_taxonomy('site', 'matter', options => '{"nonsense": 1}')$$)).code;
-- few examples count beside names; decisions are examples too
SELECT (i.accuracy IS NULL) AS not_trained, i.texts, i.phrases FROM classifier_info(taxonomy_model('site', 'matter', '2026-07-03')) AS i;
SELECT (i.accuracy IS NULL) AS not_trained, i.phrases FROM classifier_info(taxonomy_model('site', 'matter', '2026-07-03', '{"enough": 5}')) AS i;
BEGIN;
SELECT class FROM classify_message('门前白蚁飞舞', 'site', 'matter', '2026-08-01');
SELECT decided FROM decide_class(format('门前白蚁飞舞，第%s次', 1), 'site', 'matter', '0202', at => '2026-08-01 08:00+08');
SELECT count(*) FROM taxonomy_examples('site', 'matter', '2026-08-01') WHERE code = '0202';
CALL publish_taxonomy('site', 'matter', '2026-08-02');
SELECT class FROM classify_message('门前白蚁飞舞', 'site', 'matter', '2026-08-03');
ROLLBACK;
SELECT setval('class_feedback_feedback_seq', 1, false);
-- of two with the same valid_from the later holds; by default from now on
CALL publish_taxonomy('site', 'matter', '2026-07-03');
SELECT taxonomy_edition_in_force('site', 'matter', '2026-07-02 12:00'), taxonomy_edition_in_force('site', 'matter', '2026-07-03');
BEGIN;
CALL publish_taxonomy('site', 'matter');
SELECT valid_from = now() AS from_now, taxonomy_edition_in_force('site', 'matter') = edition AS in_force FROM taxonomy_edition ORDER BY edition DESC LIMIT 1;
ROLLBACK;

-- kinds and taxonomies have editions of their own
INSERT INTO event_class (taxonomy, kind, code, name) VALUES ('site', 'visit', '1', '走访'), ('site', 'visit', '2', '探望');
CALL publish_taxonomy('site', 'visit', '2026-01-01');
SELECT taxonomy_edition_in_force('site', 'visit', '2026-08-01'), taxonomy_edition_in_force('site', 'dispute', '2026-08-01');
SELECT class_name('site', 'visit', '1', '2026-08-01'), is_class('site', 'matter', '1', '2026-08-01');

-- what has changed, and how many cases it concerns
INSERT INTO case_record (caseno, taxonomy, kind, class)
SELECT make_caseno('2026-08-01', '440310', i), 'site', 'matter', (ARRAY['0101', '0102', '0102', '0202'])[i]::eventcode FROM generate_series(1, 4) AS i;
BEGIN;
UPDATE event_class SET name = '照明' WHERE taxonomy = 'site' AND code = '0101';
UPDATE event_class SET valid_to = '2027-01-01' WHERE taxonomy = 'site' AND kind = 'matter' AND code IN ('0102', '0203');
UPDATE event_class SET sensitive = true, remark = NULL, valid_from = '2026-03-01' WHERE taxonomy = 'site' AND code = '0103';
DELETE FROM event_class WHERE taxonomy = 'site' AND code IN ('0202', '0201');
INSERT INTO event_class (taxonomy, kind, code, name, parent) VALUES
    ('site', 'matter', '0104', '油烟', '01'), ('site', 'matter', '03', '公共安全', NULL);
UPDATE event_class SET parent = NULL WHERE taxonomy = 'site' AND code = '0204';
SELECT * FROM taxonomy_diff(1);
SELECT change, code, other, cases FROM taxonomy_diff(NULL, 1);
ROLLBACK;
SELECT * FROM taxonomy_diff(1, 3);
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT * FROM civicgrid.taxonomy_diff(1, 7)$$,
    $$SELECT * FROM civicgrid.taxonomy_diff(1, 99)$$,
    $$UPDATE civicgrid.taxonomy_edition SET remark = ''$$,
    $$DELETE FROM civicgrid.taxonomy_edition_class$$,
    $$TRUNCATE civicgrid.taxonomy_edition$$
]) AS s;
\x off

-- codes that were published are not given again, and a class that comes back has its own
CREATE TEMP TABLE named AS SELECT '甲' AS a, '乙' AS b UNION ALL SELECT '甲', '丙';
SELECT * FROM load_class_levels('named', 'site', 'service', '{a,b}');
CALL publish_taxonomy('site', 'service', '2026-01-01');
DELETE FROM event_class WHERE taxonomy = 'site' AND kind = 'service';
TRUNCATE named;
INSERT INTO named VALUES ('丁', '戊'), ('甲', '己'), ('甲', '丙');
SELECT * FROM load_class_levels('named', 'site', 'service', '{a,b}');
SELECT code, name FROM event_class WHERE taxonomy = 'site' AND kind = 'service' ORDER BY code;

-- who may only look: the tables are enough
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA civicgrid TO regress_reader;
GRANT SELECT ON taxonomy_edition, taxonomy_edition_class TO regress_reader;
SET ROLE regress_reader;
SELECT class, edition FROM classify_message('井盖没了', 'site', 'matter', '2026-08-01');
\set VERBOSITY sqlstate
CALL publish_taxonomy('site', 'matter');
SELECT * FROM load_classes('list', 'site', 'matter', 'code', 'name');
SELECT * FROM load_class_levels('list', 'site', 'matter', '{name}');
SELECT * FROM class_example;
RESET ROLE;
\set VERBOSITY default
REVOKE ALL ON taxonomy_edition, taxonomy_edition_class FROM regress_reader;
REVOKE USAGE ON SCHEMA civicgrid FROM regress_reader;
DROP ROLE regress_reader;

-- other tests find the tables as they were
ALTER TABLE taxonomy_edition DISABLE TRIGGER USER;
ALTER TABLE taxonomy_edition_class DISABLE TRIGGER USER;
DELETE FROM taxonomy_edition;
DELETE FROM taxonomy_edition_class;
ALTER TABLE taxonomy_edition ENABLE TRIGGER USER;
ALTER TABLE taxonomy_edition_class ENABLE TRIGGER USER;
DELETE FROM case_record WHERE taxonomy = 'site';
DELETE FROM class_phrase WHERE taxonomy = 'site';
DELETE FROM class_example WHERE taxonomy = 'site';
DELETE FROM event_class WHERE taxonomy = 'site';
DELETE FROM taxonomy WHERE taxonomy = 'site';
