-- How good a classifier is: scores, confusion, calibration, cross-validation.
SET search_path = civicgrid, public;
\pset null '(null)'
SET extra_float_digits = 0;

-- Scores, worked out by hand.  Eight messages, of which five are right:
--   truth   A    A    A    A    B    B    B    C
--   answer  A    A    A    B    B    B    A    B
--   p      .95  .90  .61  .55  .82  .92  .50  .35
-- A: 3 of 4 answers right, 3 of 4 found: F1 .75.  B: 2 of 4, 2 of 3: F1 4/7.
-- C: never answered: F1 0.  Macro F1 (3/4 + 4/7 + 0) / 3 = .4405; macro
-- precision (.75 + .5 + 0) / 3 = .4167; recall (.75 + .6667 + 0) / 3 = .4722.
-- Weighted: (4 * .75 + 3 * .5) / 8 = .5625; 5/8; (4 * .75 + 3 * 4/7) / 8 = .5893.
-- Calibration, 15 bins, by |sum of p - right ones|: .92 and .90 share a bin:
-- .05 + .18 + .39 + .55 + .18 + .50 + .35 = 2.20, by 8 .275; of A alone
-- .05 + .10 + .39 + .50 = 1.04, by 4 .26; of B .55 + .18 + .08 + .35 = 1.16, by 4 .29.
CREATE FUNCTION tests.score(threshold double precision) RETURNS SETOF text LANGUAGE SQL
BEGIN ATOMIC
    SELECT format('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', s.scope, s.class, s.support, s.answered, s.correct,
        round(s."precision"::numeric, 4), round(s.recall::numeric, 4), round(s.f1::numeric, 4), round(s.confidence::numeric, 4),
        round(s.calibration_error::numeric, 4), round(s.sure_share::numeric, 4), round(s.sure_precision::numeric, 4))
    FROM civicgrid.classifier_score(
        '{01001,01001,01001,01001,01002,01002,01002,02001}', '{01001,01001,01001,01002,01002,01002,01001,01002}',
        '{0.95,0.90,0.61,0.55,0.82,0.92,0.50,0.35}', threshold) AS s;
END;
SELECT * FROM tests.score(0.9);
-- .50 and more: all of A's answers, three of B's, 7 of 8; right are 3, 2 and 5 of them
SELECT * FROM tests.score(0.5) AS s WHERE s !~ '^(macro|weighted)';
-- what is certain and right is calibrated; probability 1 has a bin too
SELECT scope, f1, calibration_error, sure_share FROM classifier_score('{06}', '{06}', '{1}') WHERE scope IN ('class', 'all');
-- nothing: no class, and no division by nothing
SELECT * FROM classifier_score('{}', '{}', '{}');
SELECT scope, support FROM classifier_score(NULL, NULL, NULL);

-- Messages of three classes that nobody mistakes; two are labelled wrongly
CREATE TABLE tests.message AS
SELECT c.code::eventcode AS class, format('%s%s%s', (ARRAY['人民路', '小区门口', '学校旁边', '公园里', '市场后面', '河边', '车站', '桥头'])[n], c.detail, (ARRAY['，请处理', '！', '，很久了'])[1 + n % 3]) AS body, n
FROM (VALUES ('01001', '路灯坏了'), ('01002', '井盖不见了'), ('02001', '垃圾没人清运')) AS c (code, detail), generate_series(1, 8) AS n;
CREATE TABLE tests.model AS SELECT classifier_train(body, class) AS model FROM tests.message;
CREATE TABLE tests.labelled AS SELECT body, class, n FROM tests.message;
UPDATE tests.labelled SET class = '02001' WHERE class = '01001' AND n IN (2, 3);
UPDATE tests.labelled SET class = '01001' WHERE class = '01002' AND n = 5;
-- 01001: 8 answers, 6 right, 7 true; 01002: 8 answers, 7 right, 7 true; 02001: 8 answers, 8 right, 10 true
SELECT scope, class, support, answered, correct, round("precision"::numeric, 4) AS "precision", round(recall::numeric, 4) AS recall, round(f1::numeric, 4) AS f1
FROM tests.model, classifier_eval(model, 'SELECT body, class FROM tests.labelled');
SELECT count(*) FILTER (WHERE e = s) AS same, count(*)
FROM tests.model,
    LATERAL (SELECT array_agg(truth) AS t, array_agg(answer) AS a, array_agg(probability) AS p FROM classifier_answers(model, 'SELECT body, class FROM tests.labelled')) AS v,
    LATERAL (SELECT scope, class, f1, calibration_error, sure_share FROM classifier_eval(model, 'SELECT body, class FROM tests.labelled', 0.7)) AS e
    JOIN LATERAL (SELECT scope, class, f1, calibration_error, sure_share FROM classifier_score(t, a, p, 0.7)) AS s USING (scope, class, f1);

-- which for which: the most frequent pair first
SELECT truth, answer, messages, round(share_of_truth::numeric, 4) AS share_of_truth, confidence > 0.3 AS confident, example LIKE '%路灯%' AS lamp
FROM tests.model, classifier_confusion(model, 'SELECT body, class FROM tests.labelled');
SELECT count(*) FROM tests.model, classifier_confusion(model, 'SELECT body, class FROM tests.message');

-- calibration: one bin has them all, 21 of 24 right
SELECT probability_from, probability_to, messages, accuracy FROM tests.model, classifier_calibration(model, 'SELECT body, class FROM tests.labelled', 1);
SELECT count(*) AS bins, sum(messages) AS messages, bool_and(confidence BETWEEN probability_from AND probability_to) AS inside, bool_and((messages = 0) = (accuracy IS NULL)) AS empty_bins
FROM tests.model, classifier_calibration(model, 'SELECT body, class FROM tests.labelled');
SELECT round(sum(c.messages * abs(c.confidence - c.accuracy))::numeric / 24, 9) = round(e.calibration_error::numeric, 9) AS same_error
FROM tests.model, classifier_calibration(model, 'SELECT body, class FROM tests.labelled', 15) AS c, classifier_eval(model, 'SELECT body, class FROM tests.labelled') AS e
WHERE e.scope = 'all' GROUP BY e.calibration_error;

-- With a threshold: 21 of 24 right as above.  Where two classes cannot be told
-- apart, the answer is the class that they are in, and that is right for both.
SELECT digits, answered, answered_share, correct, "precision" FROM tests.model, classifier_threshold(model, 'SELECT body, class FROM tests.labelled', 0);
CREATE TABLE tests.twin AS
SELECT body, class FROM tests.message WHERE class = '02001'
UNION ALL SELECT body, v.c::eventcode FROM tests.message, (VALUES ('01001'), ('01002')) AS v (c) WHERE class = '01001';
SELECT digits, answered, round(answered_share::numeric, 4) AS answered_share, correct, "precision"
FROM (SELECT classifier_add_classes(classifier_train(body, class), '{01,02}') AS model FROM tests.twin) AS m,
    classifier_threshold(model, 'SELECT body, class FROM tests.twin', 0.6) WHERE digits = 2;
SELECT digits, answered, answered_share, correct, "precision" FROM tests.model, classifier_threshold(model, 'SELECT body, class FROM tests.labelled WHERE false');

-- Cross-validation: the same each time and in any order; another seed, other folds
SELECT scope, class, support, answered, correct FROM classifier_cross_validate('SELECT body, class FROM tests.message', 4) WHERE scope IN ('class', 'all');
SELECT (SELECT array_agg(v) FROM classifier_cross_validate('SELECT body, class FROM tests.labelled ORDER BY body', 4) AS v)
     = (SELECT array_agg(v) FROM classifier_cross_validate('SELECT body, class FROM tests.labelled ORDER BY body DESC', 4) AS v) AS same;
SELECT (SELECT array_agg(v) FROM classifier_cross_validate('SELECT body, class FROM tests.labelled', 4) AS v)
    <> (SELECT array_agg(v) FROM classifier_cross_validate('SELECT body, class FROM tests.labelled', 4, 1) AS v) AS other;
SELECT (SELECT array_agg(v) FROM classifier_cross_validate('SELECT body, class FROM tests.labelled', 4) AS v)
    <> (SELECT array_agg(v) FROM classifier_cross_validate('SELECT body, class FROM tests.labelled', 4, 0, '{"cost": 0.01}') AS v) AS other_options;
-- a text and its other spellings stand in one fold: what nobody else says is not learned from its copies
SELECT scope, support, correct FROM classifier_cross_validate($$
    SELECT v.m, v.c FROM (VALUES ('甲', '01'), ('乙', '02'), ('丙', '03'), ('丁', '04')) AS v (m, c), generate_series(1, 5)
    UNION ALL VALUES ('甲 ', '01'), ('乙　', '02')$$, 4) WHERE scope = 'all';

-- What the query may be: a text and a code, in any form of them; what follows is not read
SELECT count(*) FROM tests.model, classifier_answers(model, 'SELECT body::varchar(50), class::text, n, 1 FROM tests.labelled -- all');
SELECT count(*) FROM tests.model, classifier_answers(model, 'TABLE tests.labelled;');
SELECT count(*) FROM tests.model, classifier_answers(model, $$VALUES ('路灯', '01001'), ('井盖', '01002')$$);
SELECT count(*) FROM tests.model, classifier_answers(model, 'WITH m AS (SELECT * FROM tests.labelled) SELECT body, class FROM m WHERE n = 1');
CREATE DOMAIN tests.class AS eventcode CHECK (digits(VALUE) = 5);
CREATE DOMAIN tests.words AS text;
SELECT count(*) FROM tests.model, classifier_answers(model, 'SELECT body::tests.words, class::tests.class FROM tests.labelled');
-- the path is the caller's, and stays his
SET search_path = tests, civicgrid, public;
SELECT count(*) FROM model, classifier_answers(model, 'SELECT body, class FROM labelled');
SHOW search_path;
SELECT count(*) FROM model, civicgrid.classifier_answers(model, 'SELECT body, class FROM labelled', 'tests');
SET search_path = civicgrid, public;
-- what has no class is left out, and said
SELECT scope, support FROM tests.model, classifier_eval(model, 'SELECT body, nullif(class, ''01002'') FROM tests.message') WHERE scope = 'all';
SELECT count(*) FROM tests.model, classifier_answers(model, $$VALUES (NULL, '06'), ('路灯', '01001')$$);
SELECT scope, class, support FROM tests.model, classifier_eval(model, 'SELECT body, class FROM tests.message WHERE false');

-- with the rights of the caller
CREATE ROLE regress_classifier_eval;
GRANT USAGE ON SCHEMA civicgrid, tests TO regress_classifier_eval;
GRANT SELECT ON tests.model TO regress_classifier_eval;
SET ROLE regress_classifier_eval;
SELECT * FROM tests.error_of($$SELECT classifier_eval(model, 'SELECT body, class FROM tests.labelled') FROM tests.model$$);
RESET ROLE;
DROP OWNED BY regress_classifier_eval;
DROP ROLE regress_classifier_eval;

-- What is refused
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT classifier_eval(NULL, 'SELECT 1')$$,
    $$SELECT classifier_eval(model, NULL) FROM tests.model$$,
    $$SELECT classifier_eval(model, 'SELECT body, class FROM tests.message', 1.5) FROM tests.model$$,
    $$SELECT classifier_eval(model, '') FROM tests.model$$,
    $$SELECT classifier_eval(model, 'DELETE FROM tests.message') FROM tests.model$$,
    $$SELECT classifier_eval(model, 'WITH d AS (DELETE FROM tests.message RETURNING *) SELECT body, class FROM d') FROM tests.model$$,
    $$SELECT classifier_eval(model, 'SELECT body, class FROM tests.message) AS q (a, b); DELETE FROM tests.message; SELECT ((1') FROM tests.model$$,
    $$SELECT classifier_eval(model, 'SELECT body FROM tests.message') FROM tests.model$$,
    $$SELECT classifier_eval(model, 'SELECT body, class FROM tests.message ORDER BY 7') FROM tests.model$$,
    $$SELECT classifier_eval(model, 'SELECT n, class FROM tests.message') FROM tests.model$$,
    $$SELECT classifier_eval(model, 'SELECT body, n FROM tests.message') FROM tests.model$$,
    $$SELECT classifier_eval(model, 'SELECT body, body FROM tests.message') FROM tests.model$$,
    $$SELECT classifier_eval(model, 'SELECT body, class FROM tests.nothing') FROM tests.model$$,
    $$SELECT classifier_threshold(NULL, 'SELECT 1')$$,
    $$SELECT classifier_threshold(model, 'SELECT body, class FROM tests.message', NULL) FROM tests.model$$,
    $$SELECT classifier_calibration(model, 'SELECT body, class FROM tests.message', 0) FROM tests.model$$,
    $$SELECT classifier_cross_validate('SELECT body, class FROM tests.message', 1)$$,
    $$SELECT classifier_cross_validate('SELECT body, class FROM tests.message', 25)$$,
    $$SELECT classifier_score('{06}', '{}', '{}')$$
]) AS s;
\x off
SELECT count(*) FROM tests.message;
SHOW search_path;
DROP TABLE tests.message, tests.labelled, tests.twin, tests.model;
DROP FUNCTION tests.score;
DROP DOMAIN tests.class, tests.words;
