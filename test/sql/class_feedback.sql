-- Learning from use: proposals, decisions, the review queue, drift.
SET search_path = civicgrid, public;
SET TIME ZONE 'Asia/Shanghai';
SET datestyle = 'ISO';
SET extra_float_digits = 0;
\pset null '(null)'
\set SHOW_CONTEXT never

CREATE FUNCTION tests.caseno(n integer) RETURNS caseno LANGUAGE SQL IMMUTABLE
BEGIN ATOMIC
    SELECT civicgrid.make_caseno('2026-03-01', '440310', n);
END;
CREATE FUNCTION tests.n(c caseno) RETURNS integer LANGUAGE SQL IMMUTABLE
BEGIN ATOMIC
    SELECT civicgrid.case_sequence(c)::integer;
END;
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本区分类');
INSERT INTO event_class (taxonomy, kind, code, name, parent, sensitive, valid_to) VALUES
    ('site', 'matter', '01', '公用设施', NULL, false, NULL),
    ('site', 'matter', '01001', '路灯', '01', false, NULL),
    ('site', 'matter', '01002', '井盖', '01', false, NULL),
    ('site', 'matter', '01003', '电话亭', '01', false, '2026-01-01'),
    ('site', 'matter', '02', '市容', NULL, false, NULL),
    ('site', 'matter', '02001', '垃圾', '02', true, NULL);

-- Before anything is published people decide by the draft, and nothing is proposed.
SELECT feedback, caseno, message, taxonomy, kind, edition, proposed, probability, decided, decided_at, decided_by = session_user AS by_me, channel, remark
FROM decide_class('路口的路灯坏了', 'site', 'matter', '01001', at => '2026-02-01 09:00+08', channel => 'dispatcher', remark => '初次');

-- An edition with a classifier
CREATE TABLE tests.lesson AS
SELECT c.code::eventcode AS code, (ARRAY['人民路', '小区门口', '学校旁边', '公园里'])[n] || c.detail AS message
FROM (VALUES ('01001', '路灯坏了'), ('01002', '井盖不见了'), ('02001', '垃圾没人清运')) AS c (code, detail), generate_series(1, 4) AS n;
INSERT INTO taxonomy_edition (edition, taxonomy, kind, valid_from, published_at, published_by, digest, model, classes, phrases, examples, class_mix, mean_confidence)
SELECT 1, 'site', 'matter', '2026-03-01 00:00+08', '2026-03-01 00:00+08', 'me', '', classifier_train(message, code), 6, 0, 12, '{"01001": 0.5, "01002": 0.3, "02001": 0.2}', 0.9
FROM tests.lesson;
INSERT INTO taxonomy_edition_class (edition, code, name, parent, sensitive, valid_from, valid_to)
SELECT 1, code, name, parent, sensitive, valid_from, valid_to FROM event_class WHERE taxonomy = 'site';

-- confirmed; corrected; proposed by another program
SELECT feedback, edition, proposed, probability > 0.5 AS sure, decided
FROM decide_class('小区门口路灯坏了', 'site', 'matter', '01001', at => '2026-03-02 09:00+08');
SELECT feedback, edition, proposed, probability > 0.5 AS sure, decided
FROM decide_class('公园里路灯坏了', 'site', 'matter', '01002', at => '2026-03-02 09:00+08');
SELECT feedback, edition, proposed, probability, decided
FROM decide_class('桥头有人说话', 'site', 'matter', '02001', proposed => '01002', probability => 0.4, at => '2026-03-02 09:00+08');
SELECT feedback, edition, proposed, probability, decided
FROM decide_class('桥头有人说话', 'site', 'matter', '02', edition => 1, proposed => '01002', at => '2026-03-02 10:00+08');

-- Cases: what was proposed, and what is decided
INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, description) VALUES
    (tests.caseno(1), '2026-03-02 08:00+08', NULL, NULL, NULL, '人民路路灯坏了'),
    (tests.caseno(2), '2026-03-02 09:00+08', NULL, NULL, NULL, '学校旁边井盖不见了'),
    (tests.caseno(3), '2026-03-02 10:00+08', NULL, NULL, NULL, '公园里垃圾没人清运'),
    (tests.caseno(4), '2026-03-02 11:00+08', NULL, NULL, NULL, E' \n'),
    (tests.caseno(5), '2026-03-02 12:00+08', NULL, NULL, NULL, NULL),
    (tests.caseno(6), '2026-03-02 13:00+08', 'site', 'matter', '01001', '人民路路灯坏了'),
    (tests.caseno(7), '2026-03-02 14:00+08', NULL, NULL, NULL, '小区门口井盖不见了');
SELECT tests.n(caseno), edition, proposed, probability > second_probability AS in_order, second IS NOT NULL AS second, proposed_at
FROM propose_class(tests.caseno(1), 'site', 'matter', '2026-03-02 08:01+08');
SELECT propose_class(tests.caseno(4), 'site', 'matter', '2026-03-02 08:01+08') IS NULL AS no_words;
-- decided straight away: the proposal is kept too
SELECT tests.n(caseno), message, edition, proposed, decided FROM decide_case_class(tests.caseno(2), '01002', 'site', 'matter', at => '2026-03-03 09:00+08');
SELECT tests.n(caseno), edition, proposed FROM class_proposal ORDER BY 1;
-- newest first, so many at most, until all is done; what has a class, a decision or no words is left alone
CALL propose_classes('site', 'matter', max_rows => 1);
SELECT tests.n(caseno), edition, proposed FROM class_proposal ORDER BY 1;
CALL propose_classes('site', 'matter', since => '2026-03-02 11:00+08');
CALL propose_classes('site', 'matter');
CALL propose_classes('site', 'matter');
SELECT tests.n(caseno), edition, proposed FROM class_proposal ORDER BY 1;
-- a new description, a new proposal
UPDATE case_record SET description = '垃圾没人清运，垃圾成堆' WHERE caseno = tests.caseno(1);
SELECT tests.n(caseno), proposed FROM propose_class(tests.caseno(1), 'site', 'matter');
-- of a case that has a class only when asked for it
SELECT tests.n(caseno), proposed FROM propose_class(tests.caseno(6), 'site', 'matter');

-- taxonomy and kind are those it was proposed in, or those it has
SELECT taxonomy, kind, proposed, decided FROM decide_case_class(tests.caseno(3), '01002', at => '2026-03-03 10:00+08');
SELECT taxonomy, kind, proposed, decided FROM decide_case_class(tests.caseno(3), '02001', at => '2026-03-03 11:00+08', remark => '第一次选错');
-- one that is entered late does not undo a later one
SELECT taxonomy, kind, proposed, decided FROM decide_case_class(tests.caseno(3), '01001', at => '2026-03-03 10:30+08');
SELECT tests.n(caseno), taxonomy, kind, class FROM case_record WHERE caseno = tests.caseno(3);
SELECT tests.n(caseno), taxonomy, decided, decided_at, proposed, remark, feedback FROM class_decision ORDER BY 1;
-- other words than those of the description
SELECT message, decided FROM decide_case_class(tests.caseno(5), '02001', 'site', 'matter', message => '来电：垃圾成堆', at => '2026-03-03 12:00+08');

-- a class that has ended since is not proposed, as classify_message() does not answer it
INSERT INTO taxonomy_edition (edition, taxonomy, kind, valid_from, published_at, published_by, digest, model, classes, phrases, examples)
SELECT 5, 'shrunk', 'matter', valid_from, published_at, published_by, '', model, 6, 0, 12 FROM taxonomy_edition WHERE edition = 1;
INSERT INTO taxonomy_edition_class (edition, code, name, sensitive, valid_to)
SELECT 5, code, name, sensitive, CASE WHEN code = '01002' THEN date '2026-04-01' END FROM taxonomy_edition_class WHERE edition = 1;
SELECT day, p.proposed = '01002' AS in_use, p.proposed = m.class AS same, p.probability = m.probability AS as_sure, p.second <> p.proposed AS two
FROM unnest(ARRAY['2026-03-31', '2026-04-01']::date[]) AS day,
    edition_proposal(5, '井盖不见了', NULL, day + time with time zone '12:00+08') AS p,
    classify_message('井盖不见了', 'shrunk', 'matter', day + time with time zone '12:00+08') AS m;

-- What a classifier learns from: of decisions on one text, or on one case, the
-- last; it takes the place of older examples and gives way to newer ones.
INSERT INTO class_example (taxonomy, kind, message, code, weight, source, noted_at) VALUES
    ('site', 'matter', '公园里路灯坏了', '01001', 1, 'old', '2026-01-01 00:00+08'),
    ('site', 'matter', '小区门口路灯坏了！', '01001', 2, 'another text', '2026-01-01 00:00+08'),
    ('site', 'matter', '桥头有人说话 ', '01001', 1, 'new', '2026-03-05 00:00+08'),
    ('site', 'matter', '水管爆了', '01002', 1, 'twice', '2026-01-01 00:00+08'),
    ('site', 'matter', '水管爆了', '01001', 3, 'twice', '2026-01-02 00:00+08'),
    ('other', 'matter', '公园里路灯坏了', '09', 1, 'another list', '2026-01-01 00:00+08');
SELECT taxonomy, message, code, weight, source, noted_at, feedback FROM class_example_all ORDER BY taxonomy, message COLLATE "C", noted_at;
SELECT classes, texts FROM (SELECT classifier_train(message, code, weight) AS model FROM class_example_all WHERE taxonomy = 'site' AND kind = 'matter') AS m, classifier_info(model);

-- What is refused
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT decide_class('x', 'site', 'matter', '09')$$,
    $$SELECT decide_class('x', 'site', 'matter', '01003', at => '2026-03-02 09:00+08')$$,
    $$SELECT decide_class('x', 'site', 'visit', '01')$$,
    $$SELECT decide_class('x', 'site', 'matter', NULL)$$,
    $$SELECT decide_class('', 'site', 'matter', '01')$$,
    $$SELECT decide_class('x', 'site', 'matter', '01', probability => 0.5)$$,
    $$SELECT decide_class('x', 'site', 'matter', '01', proposed => '02', probability => 1.5)$$,
    $$SELECT decide_class('x', 'site', 'matter', '01', edition => 9)$$,
    $$SELECT decide_class('x', 'site', 'matter', '01', tests.caseno(99))$$,
    $$SELECT decide_class('x', 'site', 'matter', '01', at => 'infinity')$$,
    $$SELECT decide_case_class(tests.caseno(99), '01')$$,
    $$SELECT decide_case_class(tests.caseno(4), '01')$$,
    $$SELECT decide_case_class(tests.caseno(4), '01', 'site', 'matter', message => '')$$,
    $$UPDATE class_feedback SET decided = '01'$$,
    $$DELETE FROM class_feedback WHERE false$$,
    $$TRUNCATE class_feedback$$,
    $$SELECT propose_class(tests.caseno(1), 'site', 'visit')$$,
    $$SELECT propose_class(tests.caseno(1), 'site', 'matter', '2026-02-01')$$,
    $$SELECT propose_class(tests.caseno(1), NULL, 'matter')$$,
    $$SELECT propose_class(tests.caseno(99), 'site', 'matter')$$,
    $$CALL propose_classes('site', 'matter', max_rows => 0)$$,
    $$SELECT * FROM review_queue(NULL, 'matter')$$,
    $$SELECT * FROM review_queue('site', 'matter', 90)$$,
    $$SELECT * FROM review_queue('site', 'matter', age_scale => '0 days')$$
]) AS s;
\x off

-- The review queue, worked out by hand, as of 15 March; constants by default.
-- own = (1 - margin) * (2 if sensitive) * (1 + days / 7, at most 2)
--   11  路灯 .50, 井盖 .40, today     .9 * 1   = .9
--   12  路灯 .60, 井盖 .30, 3.5 days  .7 * 1.5 = 1.05
--   13  井盖 .80, 路灯 .10, 14 days   .3 * 2   = .6
--   14  垃圾 .55, 路灯 .45, 7 days    .9 * 2 * 2 = 3.6, 垃圾 being sensitive
--   15  路灯 .40, nothing, 1 day      .6 * 8/7 = .6857
--   16  井盖 .70, 垃圾 .20, today     .5 * 2   = 1; its class is 01, wider than what was proposed
-- value = own * (1 + ln(alike)) / place: 11 and 12 are alike, and 12 comes first:
--   1.05 * 1.6931 = 1.7778 and .9 * 1.6931 / 2 = .7619.
-- Not in it: 17 sure enough, 18 decided, 19 given another class, 20 sure by a later edition.
INSERT INTO taxonomy_edition (edition, taxonomy, kind, valid_from, published_at, published_by, digest, model, classes, phrases, examples, class_mix, mean_confidence)
SELECT n, 'queue', 'matter', '2026-03-01 00:00+08', '2026-03-01 00:00+08', 'me', '', model, 6, 0, 12, NULL, NULL FROM taxonomy_edition, generate_series(2, 3) AS n WHERE edition = 1;
INSERT INTO taxonomy_edition_class (edition, code, name, parent, sensitive)
SELECT n, code, name, parent, sensitive FROM taxonomy_edition_class, generate_series(2, 3) AS n WHERE edition = 1;
INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, description)
SELECT tests.caseno(n), '2026-03-15 00:00+08'::timestamptz - days * interval '24 hours',
    CASE WHEN class IS NOT NULL THEN 'queue' END, CASE WHEN class IS NOT NULL THEN 'matter' END, class::eventcode, '第 ' || n || ' 件'
FROM (VALUES (11, 0, NULL), (12, 3.5, NULL), (13, 14, NULL), (14, 7, NULL), (15, 1, NULL), (16, 0, '01'),
    (17, 0, NULL), (18, 0, NULL), (19, 0, '01002'), (20, 0, NULL)) AS v (n, days, class);
INSERT INTO class_proposal (caseno, edition, proposed, probability, second, second_probability)
SELECT tests.caseno(n), edition, a::eventcode, p, b::eventcode, q
FROM (VALUES (11, 2, '01001', .50, '01002', .40), (12, 2, '01001', .60, '01002', .30), (13, 2, '01002', .80, '01001', .10),
    (14, 2, '02001', .55, '01001', .45), (15, 2, '01001', .40, NULL, NULL), (16, 2, '01002', .70, '02001', .20),
    (17, 2, '01001', .95, '01002', .05), (18, 2, '01001', .50, '01002', .50), (19, 2, '01001', .50, '01002', .50),
    (20, 2, '01001', .50, '01002', .50), (20, 3, '01001', .97, '01002', .03)) AS v (n, edition, a, p, b, q);
SELECT decided, edition, probability FROM decide_case_class(tests.caseno(18), '01001', at => '2026-03-15 00:00+08');
SELECT tests.n(caseno), proposed, name, probability AS p, second, second_name, second_probability AS q, round(value::numeric, 4) AS value, reason
FROM review_queue('queue', 'matter', at => '2026-03-15 00:00+08');
SELECT array_agg(tests.n(caseno)) FROM review_queue('queue', 'matter', 0.6, at => '2026-03-15 00:00+08');
SELECT array_agg(tests.n(caseno)) FROM review_queue('queue', 'matter', max_rows => 2, at => '2026-03-15 00:00+08');
-- without weight for what is sensitive; and hardly any for age
SELECT tests.n(caseno), round(value::numeric, 4) AS value FROM review_queue('queue', 'matter', max_rows => NULL, sensitive_weight => 1, age_scale => '10000 days', at => '2026-03-15 00:00+08');
SELECT count(*) FROM review_queue('queue', 'visit');

-- Drift, worked out by hand.  The week of 2 March, which begins on 1 March 16:00
-- UTC: classes 01001 twice, 01002, 03001; shares .5 .25 0 .25 against .5 .3 .2 0:
-- distance (0 + .05 + .2 + .25) / 2 = .25; by chance, of 4 messages,
-- (sqrt(.5 / 4 pi) + sqrt(.42 / 4 pi) + sqrt(.32 / 4 pi)) / 2 = .2709;
-- confidence (.9 + .8 + .7 + .6) / 4; one confirmed, one corrected.
-- The week of 9 March: a case of 01001, a message of 02001 that is no case:
-- (0 + .3 + .3) / 2 = .3, by chance .3832; (.5 + .7) / 2; one confirmed.
INSERT INTO taxonomy_edition (edition, taxonomy, kind, valid_from, published_at, published_by, digest, model, classes, phrases, examples, class_mix, mean_confidence)
SELECT 4, 'drift', 'matter', '2026-03-01 00:00+08', '2026-03-01 00:00+08', 'me', '', model, 6, 0, 12, class_mix, mean_confidence FROM taxonomy_edition WHERE edition = 1;
INSERT INTO taxonomy_edition_class (edition, code, name, parent, sensitive)
SELECT 4, code, name, parent, sensitive FROM taxonomy_edition_class WHERE edition = 1;
INSERT INTO case_record (caseno, reported_at, description)
SELECT tests.caseno(n), at::timestamptz, '第 ' || n || ' 件'
FROM (VALUES (31, '2026-03-01 16:00+00'), (32, '2026-03-04 09:00+08'), (33, '2026-03-05 09:00+08'), (34, '2026-03-08 15:59+00'), (35, '2026-03-08 16:00+00')) AS v (n, at);
INSERT INTO class_proposal (caseno, edition, proposed, probability)
SELECT tests.caseno(n), 4, a::eventcode, p
FROM (VALUES (31, '01001', .9), (32, '01001', .8), (33, '01002', .7), (34, '03001', .6), (35, '01001', .5)) AS v (n, a, p);
SELECT decided FROM decide_case_class(tests.caseno(31), '01001', at => '2026-03-20 09:00+08');
SELECT decided FROM decide_case_class(tests.caseno(32), '01001', at => '2026-03-20 09:00+08');
SELECT decided FROM decide_case_class(tests.caseno(32), '01002', at => '2026-03-21 09:00+08');
SELECT decided FROM decide_class('垃圾', 'drift', 'matter', '02001', edition => 4, proposed => '02001', probability => 0.7, at => '2026-03-10 09:00+08');
SET TIME ZONE 'America/New_York';
SELECT taxonomy, kind, edition, week, messages, round(distance::numeric, 4) AS distance, round(distance_by_chance::numeric, 4) AS by_chance,
    confidence, confidence_at_training, decided, corrected, corrected_share
FROM class_drift WHERE taxonomy = 'drift' ORDER BY week;
SELECT week, class, name, messages, share, share_at_training FROM class_drift_class WHERE taxonomy = 'drift' ORDER BY week, class;
-- no examples, nothing to compare with
SELECT edition, week, messages, distance, distance_by_chance, confidence_at_training FROM class_drift WHERE taxonomy = 'queue' ORDER BY edition, week;
SELECT tests.n(caseno), week, proposed, probability, decided, corrected FROM class_answer WHERE taxonomy = 'drift' ORDER BY week, caseno;
RESET TIME ZONE;

ALTER TABLE class_feedback DISABLE TRIGGER refuse_feedback_change;
DELETE FROM class_feedback;
ALTER TABLE class_feedback ENABLE TRIGGER refuse_feedback_change;
DELETE FROM class_proposal;
DELETE FROM class_example;
DELETE FROM case_record;
