--
-- folding: fold, fold_version
--
SET search_path = civicgrid, public;
-- versions of psql differ in what they know of widths
\pset format unaligned

-- every step
SELECT v AS text, fold(v)
FROM unnest(ARRAY[
    'Ａ３区１２号（占道经营）！', 'ABCabc', '①⑩Ⅳ㎡㈱', 'ｶﾞ', U&'e\0301', U&'\1112\1161\11AB', 'Straße', '½',
    '臺灣後裡甚麼', '「髮廊」', '巡察剃发俱乐部', U&'\F900', '　投诉　  噪音　', U&'夜\200B间\FEFF施\00AD工', U&'一\0001\007F二',
    '！！！！', '……——。。', '?!?!', '★★★', '😀😀', '哈哈哈', '* * *', '****', 'A市K2区A3区', '拨打12345、110', '2019年12月25日3栋1502室'
]) WITH ORDINALITY AS t (v, n) ORDER BY n;

-- numbers of persons
SELECT v AS text, fold(v)
FROM unnest(ARRAY[
    '电话：１３８００１３８０００', '138-0013-8000', '138 0013 8000', '+86 13800138000', '0731-88888888', '（0731）8888888', '010 8888 8888',
    '0731-88888888-801', '400-888-8888', '138****8000', '158××××9361', '0000-00000000', '身份证110105 19491231 002X', '11010519491231002X',
    '430322********1234', '130503670401001', '℡ №', '13800138000、13900139000'
]) WITH ORDINALITY AS t (v, n) ORDER BY n;
-- what stays
SELECT v AS text, fold(v) AS fold
FROM unnest(ARRAY[
    '88888888', '12800138000', '2019-09-20', '978-7-80552-263-0', '110105 19491231 0021', '150*2000', '20260301-440310-0000001-3'
]) WITH ORDINALITY AS t (v, n) ORDER BY n;

-- nothing, and next to nothing
SELECT fold(''), fold('   '), fold(U&'\200B'), fold('！？'), fold(U&'\0301') = U&'\0301', fold(NULL) IS NULL;
SELECT fold('שלום עולם') = 'שלום עולם', fold('مرحبا') = 'مرحبا', fold('👍🏽') = '👍🏽';

-- what is folded stays: every code point, alone and between others
SELECT count(*) AS unstable
FROM generate_series(1, 1114111) AS c, LATERAL (SELECT fold('一' || chr(c) || U&'\0301 1' || chr(c))) AS f (folded)
WHERE c NOT BETWEEN 55296 AND 57343 AND fold(folded) <> folded;

-- against what the server can do: NFKC and lower case
CREATE TEMP TABLE han AS
SELECT chr(c) AS ch, fold(chr(c)) AS folded, normalize(chr(c), NFKC) AS normal
FROM (SELECT generate_series(x'3400'::integer, x'4dbf'::integer) UNION ALL SELECT generate_series(x'4e00'::integer, x'9fa5'::integer)
    UNION ALL SELECT generate_series(x'f900'::integer, x'faff'::integer)) AS h (c);
SELECT count(*) FILTER (WHERE folded = normal) AS as_normalized, count(*) FILTER (WHERE folded <> normal) AS simplified,
    count(*) FILTER (WHERE folded <> fold(normal)) AS wrong, count(*) FILTER (WHERE length(folded) <> 1) AS not_one
FROM han;
SELECT count(*) AS ascii FROM generate_series(33, 126) AS c WHERE fold(chr(c)) <> lower(chr(c));
SELECT count(*) AS full_width FROM generate_series(33, 126) AS c WHERE fold(chr(c + 65248)) <> lower(chr(c));
SELECT string_agg(chr(c), ' ' ORDER BY c) AS other_than_normalize
FROM (SELECT generate_series(x'2150'::integer, x'218b'::integer) UNION ALL SELECT generate_series(x'2460'::integer, x'24ff'::integer)
    UNION ALL SELECT generate_series(x'3001'::integer, x'33ff'::integer)) AS h (c)
WHERE fold(chr(c)) <> lower(normalize(chr(c), NFKC) COLLATE "C");

-- long texts
SELECT length(fold(repeat('垃圾', 2000000))), length(fold(repeat(U&'\0301', 5000000))), length(fold(repeat('！', 3000000))),
    length(fold(repeat(U&'\FDFA', 200000))), length(fold(repeat('13800138000 ', 900000))), length(fold(repeat('1 ', 3000000)));

-- as immutable as lower()
SELECT proname, provolatile, proparallel, proisstrict FROM pg_proc WHERE pronamespace = 'civicgrid'::regnamespace AND proname IN ('fold', 'fold_version') ORDER BY 1;
CREATE TEMP TABLE message (id integer, body text);
INSERT INTO message SELECT i, CASE i % 3 WHEN 0 THEN '佔道經營 ' WHEN 1 THEN '占道经营　' ELSE 'ＺＤＪＹ' END || i % 50 FROM generate_series(1, 3000) AS i;
CREATE INDEX message_body ON message (fold(body));
ANALYZE message;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM message WHERE fold(body) = '占道经营 7';
SELECT count(*) FROM message WHERE fold(body) = fold('佔道經營　７');
RESET enable_seqscan;

-- a model keeps this
SELECT fold_version() ~ '^fold 1, ICU [0-9]+\.[0-9.]+, Unicode [0-9]+\.[0-9.]+$' AS version;

-- other encodings
SELECT probin AS module FROM pg_proc WHERE oid = 'fold(text)'::regprocedure \gset
SELECT current_database() AS here \gset
CREATE DATABASE regress_textfold_latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C';
CREATE DATABASE regress_textfold_ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C';
\c regress_textfold_latin1
CREATE FUNCTION fold(text) RETURNS text LANGUAGE C STRICT AS :'module', 'cg_fold';
DO $$
DECLARE
    code text; message text; detail text; hint text;
BEGIN
    PERFORM fold('a');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RAISE INFO '% | % | % | %', code, message, detail, hint;
END
$$;
\c regress_textfold_ascii
CREATE FUNCTION fold(text) RETURNS text LANGUAGE C STRICT AS :'module', 'cg_fold';
SELECT fold('a');
\c :here
DROP DATABASE regress_textfold_latin1;
DROP DATABASE regress_textfold_ascii;
