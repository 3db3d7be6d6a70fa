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

-- Any text has an answer.
SELECT count(classify(model, t)) FROM tests.model, unnest(ARRAY['', ' ', E'\n', E'\n\n', '!!!', '😀😀', 'مرحبا', repeat(U&'\0301', 100), repeat('路灯', 100000), E'\u200B', repeat(E'\n', 1000), '13800138000']) AS t;
SELECT classify(NULL, 'x'), classify(model, NULL), (SELECT count(*) FROM classify_explain(model, NULL)) FROM tests.model;

-- Stored, sent, read again
SELECT model::text::classifier::text = model::text AS same, classify(model::text::classifier, '井盖不见了') FROM tests.model;

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
DROP TABLE tests.message, tests.model;
