-- Classifiers: trained on texts, they find the class of a text, and say why.
SET search_path = civicgrid, public;
\pset null '(null)'

-- Made-up messages of four classes in two categories
CREATE TABLE tests.message AS
SELECT n, c.code::eventcode AS class, format(E'%s\n%s%s，请%s处理。', t.title, p.place, t.detail, (ARRAY['尽快', '有关部门', '马上', '及时'])[1 + n % 4]) AS body
FROM (VALUES ('01001'), ('01002'), ('02001'), ('02002')) AS c (code)
JOIN (VALUES
    ('01001', '路灯不亮', '的路灯坏了好几天，晚上很黑'), ('01001', '路灯损坏', '路灯一直不亮，老人摔倒'), ('01001', '照明问题', '没有路灯，照明太差'),
    ('01002', '井盖丢失', '的井盖不见了，很危险'), ('01002', '井盖破损', '井盖裂开，车辆经过有响声'), ('01002', '井盖松动', '有一个井盖松动，差点掉下去'),
    ('02001', '垃圾成堆', '垃圾没人清运，气味难闻'), ('02001', '暴露垃圾', '路边堆满垃圾，苍蝇很多'), ('02001', '垃圾桶满了', '的垃圾桶满了没人倒'),
    ('02002', '噪音扰民', '工地半夜施工，噪音很大'), ('02002', '夜间施工', '夜里施工吵得睡不着'), ('02002', '音响太吵', '广场舞音响太吵，影响休息')
) AS t (code, title, detail) USING (code)
CROSS JOIN generate_series(1, 12) AS n
CROSS JOIN LATERAL (SELECT (ARRAY['人民路', '小区门口', '学校旁边', '公园里', '市场后面'])[1 + n % 5] AS place) AS p;
CREATE TABLE tests.model AS SELECT classifier_train(body, class) AS model FROM tests.message;

SELECT classify(model, '小区里的路灯坏了') AS lamp, classify(model, '井盖不见了') AS cover, classify(model, '垃圾没人清运') AS waste, classify(model, '半夜施工太吵') AS noise FROM tests.model;
SELECT count(*) FILTER (WHERE classify(model, body) = class) = count(*) AS all_known FROM tests.message, tests.model;
-- the same however it is written
SELECT classify(model, '小區裡的路燈壞了！！！') AS traditional, classify(model, E'小区里的　路灯 坏了') AS spaced FROM tests.model;
-- probabilities add up
SELECT t.class, t.rank, t.probability > 0.5 AS likely FROM tests.model, classify_top(model, '路灯坏了，晚上很黑') AS t ORDER BY rank;
SELECT round(sum(probability)::numeric, 9) AS sum, count(*) FROM tests.model, classify_top(model, '路灯坏了，晚上很黑', 100);

-- Why: fragments of the text as it was written, which add up to the score
SELECT source, count(*) > 0 AS some FROM tests.model, classify_explain(model, '小區的路燈壞了') GROUP BY source ORDER BY source;
SELECT span_from, span_to, fragment FROM tests.model, classify_explain(model, '小區的　路燈壞了') WHERE fragment = '路燈' ORDER BY 1;
SELECT count(*) FILTER (WHERE e.sum = t.score) = count(*) AS adds_up
FROM tests.message, tests.model, classify_top(model, body, 4) AS t,
    LATERAL (SELECT sum(contribution) FROM classify_explain(model, body, t.class)) AS e (sum);
SELECT count(*) FILTER (WHERE substr(body, span_from, span_to - span_from + 1) = fragment) = count(*) AS spans_right
FROM tests.message, tests.model, classify_explain(model, body) WHERE fragment IS NOT NULL;

-- The order of rows does not matter; weights and options do; what is NULL teaches nothing.
SELECT (SELECT classifier_train(body, class ORDER BY n DESC, body) FROM tests.message)::text = model::text AS same FROM tests.model;
SELECT (SELECT classifier_train(body, class, 1) FROM tests.message)::text = model::text AS weight_one,
    (SELECT classifier_train(body, class, 1 + n % 2) FROM tests.message)::text = model::text AS other_weights,
    (SELECT classifier_train(body, class, 1, '{"cost": 0.01}') FROM tests.message)::text = model::text AS other_cost
FROM tests.model;
SELECT (SELECT classifier_train(b, c) FROM (SELECT body, class FROM tests.message UNION ALL VALUES (NULL, '03'::eventcode), ('x', NULL)) AS v (b, c))::text = model::text AS same FROM tests.model;
SELECT classifier_train(body, class) IS NULL AS of_nothing FROM tests.message WHERE false;
SELECT classes, texts, features > 100 AS features, bytes = octet_length(classifier_send(model)) AS bytes, folding = fold_version() AS folding, accuracy > 0.9 AS accuracy, calibration_error BETWEEN 0 AND 1 AS error, length(digest)
FROM tests.model, classifier_info(model);

-- Phrases of an administrator: for a class, against it, together, unless, in a
-- territory; and classes that nothing was known of.
CREATE TABLE tests.phrase (phrase text, code eventcode, weight double precision, also text[], unless text[], territory gridcode);
INSERT INTO tests.phrase VALUES
    ('街燈', '01001', 8, NULL, NULL, NULL),                       -- another word for it, in traditional characters
    ('音响', '02002', -20, NULL, NULL, NULL),                     -- excluded
    ('空调', '02003', 12, NULL, '{噪音,太吵}', NULL),             -- a new class, but not if it is the noise
    ('空调', '02002', 12, '{噪音}', NULL, NULL),
    ('老街', '01002', 15, NULL, NULL, '440310001'),               -- a local name
    ('卫生', '02', 6, NULL, NULL, NULL),                          -- for all classes within
    ('Ａ1', '01002', 9, NULL, NULL, NULL);
CREATE TABLE tests.ruled AS
SELECT classifier_add_phrases(model, phrase, code, weight, also, unless, territory) AS model FROM tests.model, tests.phrase;
SELECT classes, nodes, levels, phrases, texts FROM tests.ruled, classifier_info(model);
SELECT t, classify(m.model, t) AS before, classify(r.model, t) AS after
FROM tests.model AS m, tests.ruled AS r, unnest(ARRAY[
    '街灯', '这条街的街燈', '音响', '音响太吵', '空调', '空调噪音', '空调没人管', '老街', 'a1', 'A12', '坐Ａ１'
]) AS t;
-- where the text comes from
SELECT c, classify(model, '老街', cell => c) FROM tests.ruled, unnest('{440310001,440310001002003,440310002,4403,NULL}'::gridcode[]) AS c;
SELECT t.class, rank, probability > 0.9 AS sure FROM tests.ruled, classify_top(model, '老街', 1, '440310001002') AS t;
-- a rule of an ancestor moves what is within it by as much
SELECT t.class, (t.score - u.score) / (max(t.score - u.score) OVER ())::float8 AS moved
FROM tests.ruled AS r, tests.model AS m, classify_top(r.model, '卫生', 9) AS t JOIN classify_top(m.model, '卫生', 9) AS u ON t.class = u.class
ORDER BY t.class;
-- a new class stands low without its phrase
SELECT probability BETWEEN 0.0001 AND 0.01 AS low FROM tests.ruled, classify_top(model, '今天', 9) WHERE class = '02003';
-- why: the phrase as it was written, and what counts against
SELECT span_from, span_to, fragment, sign(contribution) FROM tests.ruled, classify_explain(model, E'小区\n街　　燈，街燈不亮', '01001') WHERE source = 'phrase';
SELECT span_from, span_to, fragment, sign(contribution) FROM tests.ruled, classify_explain(model, '廣場舞音響！！音响太吵', '02002') WHERE source = 'phrase';
SELECT span_from, span_to, fragment FROM tests.ruled, classify_explain(model, '在老街', '01002', '440310001') WHERE source = 'phrase';
SELECT count(*) FROM tests.ruled, classify_explain(model, '在老街', '01002') WHERE source = 'phrase';
SELECT count(*) FILTER (WHERE e.sum = t.score) = count(*) AS adds_up
FROM tests.message, tests.ruled, LATERAL (SELECT body || ' 音响 空调 老街 卫生 a1') AS b (text), classify_top(model, b.text, 5, '440310001') AS t,
    LATERAL (SELECT sum(contribution) FROM classify_explain(model, b.text, t.class, '440310001')) AS e (sum);
-- the order of the rows does not matter, nor whether they come at once; a row
-- without a phrase adds none
SELECT (SELECT classifier_add_phrases(m.model, phrase, code, weight, also, unless, territory ORDER BY weight, phrase DESC) FROM tests.model AS m, tests.phrase)::text = model::text AS same,
    (SELECT classifier_add_phrases(m.model, phrase, code, weight, also, unless, territory) FROM tests.model AS m, (TABLE tests.phrase UNION ALL VALUES (NULL, '9'::eventcode, 1, NULL::text[], NULL::text[], NULL::gridcode), ('x', NULL, 1, NULL, NULL, NULL), ('x', '9', NULL, NULL, NULL, NULL)) AS p)::text = model::text AS same
FROM tests.ruled;
SELECT (SELECT classifier_add_phrases(model, NULL, NULL, NULL) FROM tests.model)::text = model::text AS unchanged FROM tests.model;
SELECT phrases FROM classifier_info((SELECT classifier_add_phrases(model, phrase, code, weight) FROM tests.ruled, tests.phrase));
-- phrases alone
CREATE TABLE tests.bare AS SELECT classifier_add_phrases(NULL, phrase, code, weight, also, unless, territory) AS model FROM tests.phrase;
SELECT classes, nodes, features, phrases, texts, accuracy, calibration_error FROM tests.bare, classifier_info(model);
SELECT t.class, round(t.probability::numeric, 4) FROM tests.bare, classify_top(model, '没有', 9) AS t ORDER BY 1;
SELECT t.class, round(t.probability::numeric, 4) FROM tests.bare, classify_top(model, '街灯', 1) AS t;
SELECT classify(classifier_add_phrases(NULL, p, c, 5), '高空抛物') FROM (VALUES ('抛物', '01'::eventcode), ('坠物', '02')) AS v (p, c);
SELECT classifier_add_phrases(NULL, NULL, NULL, NULL) IS NULL AS nothing, (SELECT classifier_add_phrases(model, 'x', '01', 1) IS NULL FROM tests.model WHERE false) AS none;

-- Ancestors: the most detailed answer that is sure enough
CREATE TABLE tests.levelled AS SELECT classifier_train(body, class, 1, '{"levels": [2]}') AS model FROM tests.message;
SELECT classes, nodes, levels FROM tests.levelled, classifier_info(model);
SELECT classify(model, '路灯坏了，晚上很黑', 0.9) AS leaf, classify(model, '路灯井盖', 0.9) AS category, classify(model, '路灯井盖') AS best,
    classify(model, '垃圾路灯', 0.95) AS none, classify(model, '今天', 0) AS at_least FROM tests.levelled;
SELECT count(*) FILTER (WHERE classify(model, body, 0.5) IN (class, '01', '02')) = count(*) AS right FROM tests.message, tests.levelled;
SELECT (SELECT classifier_add_classes(model, '{01,02}') FROM tests.model)::text = model::text AS same,
    classify(classifier_add_classes(model, '{01,0,02005}'), '路灯井盖', 0.9) AS category, classify(classifier_add_classes(model, '{0}'), '垃圾路灯', 0.95) AS above
FROM tests.levelled;
SELECT classes, nodes, levels FROM tests.levelled, classifier_info(classifier_add_classes(model, '{0,03001,01}'));
SELECT classifier_add_classes(model, '{}')::text = model::text AS same, classifier_add_classes(NULL, '{01}') IS NULL AS nothing FROM tests.levelled;

-- Any text has an answer.
SELECT n, classify(r.model, t, 0, '440310001') IS NOT NULL AS sure, classify(r.model, t) IS NOT NULL AS class,
    (SELECT count(*) FROM classify_top(r.model, t, 9)) AS top,
    (SELECT sum(contribution) = (SELECT max(score) FROM classify_top(r.model, t, 1)) FROM classify_explain(r.model, t)) AS adds_up,
    length(fold(t)) <= length(t) AS folded
FROM (SELECT r.model, v.* FROM tests.ruled AS r, unnest(ARRAY['', ' ', '。，！？……', U&'\0301\0302', repeat(U&'\0301', 1000), '😀😀👨‍👩‍👧', 'مرحبا بالعالم', U&'\202E路灯\202C', U&'\FFFD\FFFE', '街灯']) WITH ORDINALITY AS v (t, n)) AS r ORDER BY n;
-- 10 MB of it
SELECT n, classify(r.model, t) IS NOT NULL AS class, (SELECT count(*) FROM classify_top(r.model, t, 1)) AS top,
    (SELECT count(*) < 200000 FROM classify_explain(r.model, t)) AS explained
FROM tests.ruled AS r, unnest(ARRAY[repeat('街灯', 1700000), repeat('a', 10000000), repeat('!', 10000000), repeat(U&'\0301', 5000000), repeat(E'\n', 10000000), repeat('😀', 2500000)]) WITH ORDINALITY AS v (t, n) ORDER BY n;
SELECT count(classify(model, t)) FROM tests.model, unnest(ARRAY['', ' ', E'\n', E'\n\n', '!!!', '😀😀', 'مرحبا', repeat(U&'\0301', 100), repeat('路灯', 100000), E'\u200B', repeat(E'\n', 1000), '13800138000']) AS t;
SELECT classify(NULL, 'x'), classify(model, NULL), classify(NULL, 'x', 0.5, '44'), classify(model, NULL, 0.5), (SELECT count(*) FROM classify_explain(model, NULL)) AS explained,
    (SELECT count(*) FROM classify_top(model, NULL)) AS top, (SELECT count(*) FROM classify_top(NULL, 'x')) AS none, (SELECT count(*) FROM classify_top(model, 'x', NULL)) AS k FROM tests.model;

-- Stored, sent, read again
SELECT model::text::classifier::text = model::text AS same, classify(model::text::classifier, '井盖不见了') FROM tests.model;

SELECT model::text::classifier::text = model::text AS same, classify(model::text::classifier, '街灯') FROM tests.ruled;

-- What is refused
SELECT * FROM tests.error_of($$SELECT ''::classifier$$);
SELECT * FROM tests.error_of($$SELECT '\x00'::classifier$$);
SELECT * FROM tests.error_of($$SELECT overlay(model::text PLACING 'ff' FROM 1003 FOR 2)::classifier FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT overlay(model::text PLACING '63' FROM 11 FOR 2)::classifier FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT left(model::text, -2)::classifier FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT classify_top(model, 'x', 0) FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT classify_explain(model, 'x', '99') FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT classifier_train(body, class, -1) FROM tests.message$$);
SELECT * FROM tests.error_of($$SELECT classifier_train(body, class, 'NaN') FROM tests.message$$);
SELECT * FROM tests.error_of($$SELECT classifier_train(body, class, 1, '{"costs": 1}') FROM tests.message$$);
SELECT * FROM tests.error_of($$SELECT classifier_train(body, class, 1, '{"cost": "much"}') FROM tests.message$$);
SELECT * FROM tests.error_of($$SELECT classifier_train(body, class, 1, '[]') FROM tests.message$$);
SELECT * FROM tests.error_of($$SELECT classifier_train(body, class, 1, '{"grams": 10}') FROM tests.message$$);
SELECT * FROM tests.error_of($$SELECT classifier_train(body, class, 1, '{"levels": [0]}') FROM tests.message$$);
SELECT * FROM tests.error_of($$SELECT classifier_train(body, class, 1, '{"levels": 2}') FROM tests.message$$);
SELECT * FROM tests.error_of($$SELECT classify(model, 'x', 1.5) FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT classify(model, 'x', 'NaN') FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT classifier_add_phrases(model, '路灯', '01', 101) FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT classifier_add_phrases(model, '路灯', '01', 'NaN') FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT classifier_add_phrases(model, E' \u200B', '01', 1) FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT classifier_add_phrases(model, repeat('路灯', 101), '01', 1) FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT classifier_add_phrases(model, '路灯', '01', 1, '{a,NULL}', NULL, NULL) FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT classifier_add_phrases(model, '路灯', '01', 1, NULL, '{a,""}', NULL) FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT classifier_add_phrases(model, 'x', '01', 1) FROM (TABLE tests.model UNION ALL TABLE tests.ruled) AS v$$);
SELECT * FROM tests.error_of($$SELECT classifier_add_phrases(model, 'x', '01', 1) FROM (TABLE tests.model UNION ALL VALUES (NULL::classifier)) AS v$$);
SELECT * FROM tests.error_of($$SELECT classifier_add_phrases(model, 'x', '01', 1, (SELECT array_agg('a' || n) FROM generate_series(1, 1001) AS n), NULL, NULL) FROM tests.model$$);
SELECT * FROM tests.error_of($$SELECT classifier_add_classes(model, '{01,NULL}') FROM tests.model$$);
-- one changed byte of a rule
SELECT * FROM tests.error_of($$SELECT overlay(model::text PLACING 'ff' FROM length(model::text) - 101 FOR 2)::classifier FROM tests.ruled$$);
DROP TABLE tests.message, tests.model, tests.phrase, tests.ruled, tests.bare, tests.levelled;

-- a weight counts in full whatever training cost
WITH a AS (
    SELECT cost, classifier_train(m, c, 1, jsonb_build_object('cost', cost)) AS model
    FROM unnest('{0.0001,0.001,2}'::float8[]) AS cost,
        (VALUES ('路灯不亮', '01'::eventcode), ('路灯坏了', '01'), ('井盖没了', '02'), ('井盖坏了', '02')) AS v (m, c)
    GROUP BY cost
), b AS (
    SELECT cost, classifier_add_phrases(model, '怪事', '02', 5) AS model FROM a GROUP BY cost
)
SELECT cost, class, round(probability::numeric, 2) AS told FROM b, classify_top(model, '怪事', 1) ORDER BY cost;
-- an explanation of a long text in moderate time
SET statement_timeout = '5s';
SELECT count(*) > 60000 AS many, max(span_to) > 60000 AS far
FROM (SELECT classifier_train(m, c) AS model FROM (VALUES ('ab', '01'::eventcode), ('abab', '01'), ('ba', '02'), ('baba', '02')) AS v (m, c)) AS a,
    classify_explain(model, repeat(E'a\u200B\u200B\u200Bb', 32768));
RESET statement_timeout;
