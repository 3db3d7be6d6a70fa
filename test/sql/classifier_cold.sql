-- Classifiers of names, remarks and phrases of classes, without labelled texts
SET search_path = civicgrid, public;
\pset null '(null)'

CREATE TABLE tests.class (code eventcode, name text, remark text, phrases text[]);
INSERT INTO tests.class VALUES
    ('01', '市政设施', NULL, NULL),
    ('01001', '路灯', '路灯不亮、损坏、灯杆倾斜等方面的诉求', '{街灯}'),
    ('01002', '井盖', '井盖丢失、破损等方面的诉求', '{沙井盖,窨井}'),
    ('01099', '其他市政设施', '未列入上述内容的其他市政设施相关诉求', NULL),
    ('02', '环境保护', NULL, NULL),
    ('02001', '噪声污染', '施工、娱乐场所等噪声的诉求', '{噪音,吵}'),
    ('02002', '垃圾清运', '垃圾未及时清运的诉求', '{}'),
    ('02003', NULL, '河道、湖泊的水质', NULL),
    ('03', '教育', NULL, NULL),
    ('0301', '招生考试', NULL, NULL),
    ('030101', '中考', NULL, NULL),
    ('030102', '高考', NULL, NULL);
CREATE TABLE tests.model AS SELECT classifier_from_classes(code, name, remark, phrases) AS model FROM tests.class;

SELECT message, classify(model, message) FROM tests.model, unnest(ARRAY[
    '小区门口的路灯坏了，晚上很黑', '街灯一闪一闪', '有个窨井没有盖', '楼下太吵了', '夜间施工噪声很大',
    '垃圾堆了三天没人清运', '村里的河道发黑', '今年高考什么时候报名', '想問中考的加分']) WITH ORDINALITY AS v (message, n) ORDER BY n;
-- classes are those that have none within them; ancestors are answered where none of these is sure
SELECT classes, nodes, texts, accuracy, bytes = octet_length(classifier_send(model)) AS bytes, folding = fold_version() AS folding FROM tests.model, classifier_info(model);
SELECT classify(model, '招生考试什么时候报名', 0.5), classify(model, '市政设施坏了', 0.6), classify(model, '在吗', 0.5), classify(model, '路灯不亮', 0.9) FROM tests.model;
-- what stands above a class speaks for it, less than its own name
SELECT t.class, t.rank FROM tests.model, classify_top(model, '招生考试', 2) AS t ORDER BY rank;
SELECT round(sum(probability)::numeric, 9) AS sum, count(*) FROM tests.model, classify_top(model, '路灯坏了', 100);
-- a text without a known word: all are equal
SELECT round(max(probability)::numeric, 3) AS max, round(min(probability)::numeric, 3) AS min FROM tests.model, unnest(ARRAY['', 'xyz', '12345', '😀']) AS t, classify_top(model, t, 100);
-- the commonest characters say little, even if they are in one name only
SELECT max(contribution) FILTER (WHERE fragment = '榕') > max(contribution) FILTER (WHERE fragment = '的') AS less
FROM (SELECT classifier_from_classes(code, name, NULL, NULL) AS model FROM (VALUES ('1'::eventcode, '榕的堤'), ('2', '路灯'), ('3', '井盖')) AS v (code, name)) AS m, classify_explain(model, '榕的', '1');
-- grams with digits do not count
SELECT count(*) FROM (SELECT classifier_from_classes(code, name, NULL, NULL) AS model FROM (VALUES ('1'::eventcode, '110报警'), ('2', '路灯')) AS v (code, name)) AS m, classify_explain(model, '110', '1') WHERE source <> 'bias';

-- Explanations add up.
SELECT count(*) FILTER (WHERE e.sum = t.score) = count(*) AS adds_up
FROM tests.model, unnest(ARRAY['小区门口的路灯坏了，晚上很黑', '楼下太吵了', '', '路灯路灯路灯', E'高考\n加分']) AS message, classify_top(model, message, 100) AS t,
    LATERAL (SELECT sum(contribution) FROM classify_explain(model, message, t.class)) AS e (sum);

-- The order of rows does not matter, nor how texts are divided among the rows of a code; what is NULL teaches nothing.
SELECT (SELECT classifier_from_classes(code, name, remark, phrases ORDER BY name, code::text DESC) FROM tests.class)::text = model::text AS same FROM tests.model;
SELECT (SELECT classifier_from_classes(code, name, remark, phrases, NULL) FROM tests.class)::text = model::text AS same FROM tests.model;
SELECT (SELECT classifier_from_classes(code, name, remark, phrases) FROM (TABLE tests.class UNION ALL VALUES (NULL::eventcode, '路灯', '路灯', '{路灯}'::text[])) AS v)::text = model::text AS same FROM tests.model;
SELECT bool_and(e.explained IS NOT DISTINCT FROM f.explained) AS same
FROM (
    SELECT classifier_from_classes(code, name, remark, phrases) AS model
    FROM (
        SELECT code, name, NULL, NULL::text[] FROM tests.class
        UNION ALL SELECT code, NULL, remark, NULL FROM tests.class
        UNION ALL SELECT code, NULL, NULL, ARRAY[p, NULL] FROM tests.class, unnest(phrases) AS p
    ) AS v (code, name, remark, phrases)
) AS m, tests.model, unnest(ARRAY['路灯', '街灯', '沙井盖', '水质', '吵']) AS message,
    LATERAL (SELECT array_agg(x ORDER BY x::text) FROM classify_explain(m.model, message, '01002') AS x) AS e (explained),
    LATERAL (SELECT array_agg(x ORDER BY x::text) FROM classify_explain(model.model, message, '01002') AS x) AS f (explained);
SELECT classifier_from_classes(code, name, remark, phrases) IS NULL AS of_nothing FROM tests.class WHERE false;
SELECT classifier_from_classes(NULL, name, remark, phrases) IS NULL AS of_no_code FROM tests.class;

-- One class is certain, even if nothing is said of it; a code without a text is known.
SELECT t.class, t.probability FROM (SELECT classifier_from_classes('07', NULL, NULL, NULL) AS model) AS m, classify_top(model, '路灯') AS t;
SELECT classify(model, '路灯') AS lamp, classes FROM (SELECT classifier_from_classes(code, name, NULL, '{}') AS model FROM (VALUES ('1'::eventcode, NULL), ('2', '路灯'), ('3', '')) AS v (code, name)) AS m, classifier_info(model);

-- A few texts whose classes are known, of ancestors too; classes without any stay answerable.
CREATE TABLE tests.model2 AS
SELECT classifier_from_classes(code, name, remark, phrases, example) AS model
FROM (
    SELECT code, name, remark, phrases, NULL FROM tests.class
    UNION ALL
    VALUES ('01001'::eventcode, NULL, NULL, NULL::text[], E'晚上黑漆漆的\n巷子里没有照明'), ('01001', NULL, NULL, NULL, '天黑了看不见路'), ('03', NULL, NULL, NULL, '老师布置的作业太多')
) AS v (code, name, remark, phrases, example);
SELECT classify(model, '巷子里黑漆漆的'), classify(model, '楼下太吵了'), classify(model, '作业太多了', 0.5), texts FROM tests.model2, classifier_info(model);

-- Hostile names
SELECT count(classify(model, t)), bool_and((SELECT sum(contribution) FROM classify_explain(model, t)) = (SELECT score FROM classify_top(model, t, 1))) AS adds_up
FROM (SELECT classifier_from_classes(n::text::eventcode, t, t, ARRAY[t, '', NULL]) AS model
    FROM unnest(ARRAY['', ' ', E'\n', '!!!', '😀😀', 'مرحبا', repeat(U&'\0301', 100), repeat('路灯', 50000), U&'\200B', repeat(E'\n', 1000), '13800138000', '，。、', repeat('a', 100000), '<>\''"$$']) WITH ORDINALITY AS v (t, n)) AS m,
    unnest(ARRAY['', '路灯', '😀', 'مرحبا', 'aaa', repeat('路灯', 50000)]) AS t;
-- many classes
SELECT classes, bytes < 64000000 AS bounded FROM (
    SELECT classifier_from_classes(lpad(n::text, 6, '0')::eventcode, chr(19968 + n % 9973) || chr(19968 + n % 7919) || chr(19968 + n % 101), NULL, NULL) AS model FROM generate_series(1, 20000) AS n
) AS m, classifier_info(model);

-- What is refused
SELECT * FROM tests.error_of($$SELECT classifier_from_classes(lpad(n::text, 6, '0')::eventcode, NULL, NULL, NULL) FROM generate_series(1, 65536) AS n$$);
DROP TABLE tests.class, tests.model, tests.model2;
