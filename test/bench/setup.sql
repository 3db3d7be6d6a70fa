-- One million grid codes: a megacity and its neighbours, 20 districts of 10
-- streets of 25 communities of 200 grids, in random order on disk.
CREATE EXTENSION ltree;
SELECT setseed(0.5) \g /dev/null
CREATE TABLE cell AS
SELECT format('44%s%s%s%s%s', lpad((3 + d / 10)::text, 2, '0'), lpad((d % 10 + 1)::text, 2, '0'), lpad(s::text, 3, '0'), lpad(c::text, 3, '0'), lpad(g::text, 3, '0'))::gridcode AS code,
       'grid' AS remark
FROM generate_series(0, 19) AS d, generate_series(1, 10) AS s, generate_series(1, 25) AS c, generate_series(1, 200) AS g
ORDER BY random();
CREATE UNIQUE INDEX cell_code ON cell (code);

-- What a database without the type would hold: text, and ltree.
CREATE TABLE cell_text AS SELECT code::text AS code, remark FROM cell;
CREATE UNIQUE INDEX cell_text_code ON cell_text (code text_pattern_ops);
CREATE TABLE cell_ltree AS
SELECT text2ltree(concat_ws('.', substr(t, 1, 2), substr(t, 3, 2), substr(t, 5, 2), substr(t, 7, 3), substr(t, 10, 3), substr(t, 13, 3))) AS code, remark
FROM (SELECT code::text AS t, remark FROM cell) AS c;
CREATE INDEX cell_ltree_code ON cell_ltree USING gist (code);

CREATE TABLE street AS SELECT DISTINCT ancestor(code, 'street') AS code FROM cell;
-- The same numbers without an index, to be sorted.
CREATE TABLE cell_plain AS SELECT code FROM cell;
CREATE TABLE cell_bigint AS SELECT code::text::bigint AS code FROM cell;

-- How case numbers are drawn elsewhere: a sequence; a counter for each day.
CREATE SEQUENCE plain_sequence;
CREATE TABLE day_counter (day date PRIMARY KEY, last bigint NOT NULL);
VACUUM (ANALYZE, FREEZE);
