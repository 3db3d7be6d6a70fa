--
-- hot issues: what many messages speak of
--
SET search_path = civicgrid, public;
SET client_min_messages = warning;
SET TimeZone = 'Asia/Shanghai';
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never
\pset format unaligned

CREATE TABLE pg_temp.message (id integer, at timestamptz, message text, likes integer, sender text);
INSERT INTO message VALUES
    (1, '2026-03-01 09:00+08', E'丽景花园附近搅拌站噪音扰民\n搅拌站24小时作业，灰尘很大，居民无法休息', 5, 'a'),
    (2, '2026-03-02 09:00+08', E'丽景花园小区旁边搅拌站污染严重\n每天粉尘漫天，不敢开窗', 0, 'b'),
    (3, '2026-03-03 09:00+08', E'投诉丽景花园楼下的搅拌站\n夜里水泥车轰鸣，请处理', NULL, 'c'),
    (4, '2026-03-04 09:00+08', E'丽景花园搅拌站何时搬走？\n粉尘污染，孩子咳嗽', 2, 'a'),
    (5, '2025-03-01 09:00+08', E'河西公交专线票价太贵\n一趟要五元，希望降价', 0, 'd'),
    (6, '2026-01-01 09:00+08', E'关于河西公交专线降价的建议\n上班族负担不起', 0, 'e'),
    (7, '2026-03-01 08:00+08', '请问身份证过期怎么补办', 0, 'f'),
    (8, '2026-03-05 08:00+08', '！！！', 0, 'g'),
    (9, '2026-03-05 08:00+08', '！！！', 0, 'g'),
    (10, '2026-03-05 08:00+08', '', 0, 'g'),
    (11, '2026-03-05 08:00+08', NULL, 0, 'g'),
    -- a text twice
    (12, '2026-02-01 08:00+08', '学校门口没有斑马线', 0, 'h'),
    (13, '2026-02-02 08:00+08', '学校门口，没有斑马线！', -3, 'h');
SELECT rank, messages, reporters, first_at, last_at, round(heat::numeric, 3) AS heat, title, keywords, ids
FROM hot_issues_of('SELECT id, at, message FROM message');
SELECT rank, messages, reporters, round(heat::numeric, 3) AS heat, ids
FROM hot_issues_of('SELECT id, at, message, likes AS weight, sender AS reporter FROM message');
-- the order of the rows does not matter
SELECT count(*) AS orders, count(DISTINCT answer) AS answers
FROM generate_series(1, 20) AS seed,
    LATERAL (SELECT string_agg(h::text, ';' ORDER BY rank) AS answer FROM hot_issues_of(format('SELECT id, at, message FROM message ORDER BY hashint4(id + 100 * %s)', seed)) AS h) AS v;
-- options
SELECT rank, ids FROM hot_issues_of('SELECT id, at, message FROM message', '{"messages": 3}');
SELECT rank, ids FROM hot_issues_of('SELECT id, at, message FROM message', '{"least_similarity": 0.2}');
SELECT rank, round(heat::numeric, 3) AS heat, ids FROM hot_issues_of('SELECT id, at, message, likes AS weight FROM message', '{"weight_factor": 0, "spread_days": 1000000}');
-- other types, what is not known, no row, NULL
SELECT rank, messages, first_at, ids FROM hot_issues_of($$
    VALUES (NULL::uuid, date '2026-03-01', varchar '路灯坏了', 1.5), (NULL, 'infinity', '路灯坏了', NULL), (NULL, NULL, '路灯坏了', 2)
$$);
SELECT rank, messages, first_at, ids FROM hot_issues_of($$
    SELECT v.* FROM (VALUES (NULL::uuid, date '2026-03-01', varchar '路灯坏了', 1.5), (NULL, 'infinity', '路灯坏了', NULL), (NULL, NULL, '路灯坏了', 2)) AS v (id, at, message, weight)
$$);
SELECT * FROM hot_issues_of('SELECT id, at, message FROM message WHERE false');
SELECT * FROM hot_issues_of(NULL);
-- a long first line is cut
SELECT title FROM hot_issues_of($$SELECT i AS id, now() AS at, repeat('路灯坏了没有人修', 20) AS message FROM generate_series(1, 2) AS i$$);
SELECT title FROM hot_issues_of($$SELECT i AS id, now() AS at, E'\n \n 短标题 \n' || repeat('路灯坏了没有人修', 20) AS message FROM generate_series(1, 2) AS i$$);
-- long, many
SELECT messages, length(title) FROM hot_issues_of($$SELECT i AS id, now() AS at, repeat('路灯坏了没有人修', 400000) AS message FROM generate_series(1, 2) AS i$$);
SELECT count(*) > 10 AS some FROM hot_issues_of($$SELECT i AS id, now() AS at, format('第%s号井盖丢失，编号%s', i % 50, md5(i::text)) AS message FROM generate_series(1, 3000) AS i$$);
-- what many write of at once is the hottest, however large its share
SELECT count(*), max(messages) FILTER (WHERE rank = 1) AS first
FROM hot_issues_of($$SELECT i AS id, now() AS at, CASE
    WHEN i <= 60 THEN format('城北花园小区地下车库被淹，第%s天还没人抽水', i)
    ELSE (SELECT string_agg(chr(19968 + abs(hashint4(i * 100 + k)) % 3000), '') FROM generate_series(1, 40) AS k)
END AS message FROM generate_series(1, 300) AS i$$);
-- messages that differ in a mark, and ties without an id, in any order
SELECT count(DISTINCT (title, ids)) FROM generate_series(1, 20) AS seed, hot_issues_of(format($$
    SELECT id, '2026-01-01 00:00+08'::timestamptz AS at, m AS message FROM (VALUES
        (2, '学校门口没有斑马线'), (1, '学校门口没有斑马线！'), (3, '学校门口没有斑马线!')) AS v (id, m) ORDER BY hashint4(id + %s)$$, seed));
SELECT count(DISTINCT title) FROM generate_series(1, 20) AS seed, hot_issues_of(format($$
    SELECT NULL::text AS id, '2026-01-01 00:00+08'::timestamptz AS at, m AS message FROM (VALUES
        (2, '学校门口没有斑马线'), (1, '学校门口没有斑马线！'), (3, '学校门口没有斑马线!')) AS v (id, m) ORDER BY hashint4(id + %s)$$, seed));
-- a long line is cut, whatever ends it
SELECT DISTINCT title FROM hot_issues_of($$SELECT i AS id, now() AS at, repeat('很长的标题', 9) || ' ' AS message FROM generate_series(1, 2) AS i$$);
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT * FROM civicgrid.hot_issues_of('SELECT 1 AS id, now() AS at')$$,
    $$SELECT * FROM civicgrid.hot_issues_of('SELECT 1 AS id, 2 AS at, ''x'' AS message')$$,
    $$SELECT * FROM civicgrid.hot_issues_of('SELECT 1 AS id, now() AS at, 3 AS message')$$,
    $$SELECT * FROM civicgrid.hot_issues_of('SELECT 1 AS id, now() AS at, ''x'' AS message, true AS weight')$$,
    $$SELECT * FROM civicgrid.hot_issues_of('SELECT 1 AS id, now() AS at, ''x'' AS message, float8 ''NaN'' AS weight')$$,
    $$SELECT * FROM civicgrid.hot_issues_of('DELETE FROM civicgrid.case_record')$$,
    $$SELECT * FROM civicgrid.hot_issues_of('DELETE FROM civicgrid.case_record RETURNING caseno AS id, reported_at AS at, description AS message')$$,
    $$SELECT * FROM civicgrid.hot_issues_of('SELECT 1; SELECT 2')$$,
    $$SELECT * FROM civicgrid.hot_issues_of('')$$,
    $$SELECT * FROM civicgrid.hot_issues_of('SELECT 1 AS id, now() AS at, ''x'' AS message', '[]')$$,
    $$SELECT * FROM civicgrid.hot_issues_of('SELECT 1 AS id, now() AS at, ''x'' AS message', '{"least_similarity": 0}')$$,
    $$SELECT * FROM civicgrid.hot_issues_of('SELECT 1 AS id, now() AS at, ''x'' AS message', '{"size": 3}')$$,
    $$SELECT * FROM civicgrid.hot_issues_of('SELECT i AS id, now() AS at, md5(i::text) AS message FROM generate_series(1, 100) AS i', '{"grams": 1000}')$$
]) AS s;
\x off

-- cases
INSERT INTO case_record (caseno, reported_at, description)
SELECT make_caseno('2026-03-01', '440310', id), at, message FROM message;
SELECT rank, cases, first_at, last_at, round(heat::numeric, 3) AS heat, title, casenos FROM hot_issues('2026-01-01', '2026-12-31');
-- instants are what they are, however dates are written
SET datestyle = 'SQL, DMY';
SET timezone = 'Asia/Shanghai';
SELECT count(*) FROM hot_issues('2026-01-01 00:00+08', '2026-12-31 00:00+08');
RESET timezone;
SET datestyle = 'ISO, MDY';
SELECT count(*) FROM hot_issues('2027-01-01', '2027-12-31');
SELECT count(*) FROM hot_issues(NULL, '2027-12-31');
DELETE FROM case_record;

-- with the rights of whoever calls
CREATE ROLE regress_hot_issue;
GRANT USAGE ON SCHEMA civicgrid, tests TO regress_hot_issue;
SET ROLE regress_hot_issue;
SELECT (tests.error_of($$SELECT * FROM civicgrid.hot_issues('2026-01-01', '2026-12-31')$$)).code;
SELECT count(*) FROM civicgrid.hot_issues_of('SELECT 1 AS id, now() AS at, ''x'' AS message');
RESET ROLE;
REVOKE USAGE ON SCHEMA civicgrid, tests FROM regress_hot_issue;
DROP ROLE regress_hot_issue;
