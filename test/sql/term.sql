--
-- term: input, output, sums, equality
--
SET search_path = civicgrid, public;

-- the canonical form
SELECT v AS text, v::term AS term
FROM unnest(ARRAY[
    '30 minutes', '2 hours', '1 hour 30 minutes', '4 work hours', '2 work days', '7 days',
    '2 rolling work days', '2 rolling work days 4 work hours', '45 seconds', '10 work seconds',
    '90 minutes', '60 minutes', '1 days', '  2  WORK  Days ', '1.5 hours', '0 work days'
]) WITH ORDINALITY AS t (v, n) ORDER BY n;

-- Chinese
SELECT v AS text, v::term AS term
FROM unnest(ARRAY[
    '15秒', '30分', '30分钟', '2小时', '2个小时', '2时', '2紧急工作时', '4工作时', '4工作小时', '30工作分钟',
    '2工作日', '2个工作日', '7日', '7天', '7自然日', '7个自然日', '7紧急工作日', '2滚动工作日',
    '１５　工作日', '十五个工作日', '二十天', '一百二十日', '两小时', '半小时', '两个半小时', '1小时30分', '2滚动工作日4工作时'
]) WITH ORDINALITY AS t (v, n) ORDER BY n;

-- real limits of a city, as they stand in its rules
SELECT class, time_limit::term
FROM (VALUES ('暴露垃圾', '4工作时'), ('绿地养护', '5工作日'), ('水域不洁', '15工作日'), ('责令停工', '4 工作时'),
    ('热线答复', '15 天'), ('突发事件', '2 小时')) AS v (class, time_limit);

-- what is refused, and where
\x
SELECT v AS text, e.*
FROM unnest(ARRAY[
    '', '  ', 'hours', '-2 hours', '2', '2 hours 半', '2 fortnights', '3个月', '2小时内', '半天', '1.5 work days',
    '0.0001 hours', '一两天', '1 hour 2 hours', '2 work days 4 hours', '1天4工作时', '7 days 2 work days',
    '2 rolling work days 1 hour', '36526 days', '876600 hours 1 second', '2 ' || repeat('星期', 30)
]) WITH ORDINALITY AS t (v, n), tests.error_of(format('SELECT %L::term', v)) AS e ORDER BY n;
\x

-- sums
SELECT term '1 hour' + '30 minutes', term '2 rolling work days' + '4 work hours', term '45 work minutes' + '15 work minutes',
    term '2 work days' + '0 hours', term '2 work days' + '3 work days';
\x
SELECT (tests.error_of($$SELECT term '2 work days' + term '4 hours'$$)).*;
SELECT (tests.error_of($$SELECT term '36525 days' + term '1 day'$$)).*;
\x
SELECT term '1 hour' + NULL;

-- equality: the same amounts of the same units
SELECT term '60 minutes' = '1小时', term '1 hour' <> '1 work hour', term '1 day' = '24 hours', term '0 days' = '0 work hours';
SELECT limit_, count(*)
FROM unnest('{"60 minutes","1 hour","1 work hour",1小时,2天,"2 work days"}'::term[]) AS limit_
GROUP BY limit_ ORDER BY limit_::text;
CREATE TEMP TABLE rule (id integer, time_limit term);
INSERT INTO rule SELECT i, (i % 100 || ' work hours')::term FROM generate_series(1, 10000) AS i;
INSERT INTO rule SELECT i, text '2 days' FROM generate_series(1, 10) AS i;
CREATE INDEX rule_time_limit ON rule USING hash (time_limit);
ANALYZE rule;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM rule WHERE time_limit = '7 work hours';
SELECT count(*) FROM rule WHERE time_limit = '7 work hours';
RESET enable_seqscan;
SELECT count(*) FROM rule AS a JOIN rule AS b USING (time_limit) WHERE b.id <= 100;
SELECT count(DISTINCT time_limit::text), count(*) FILTER (WHERE time_limit = '0 hours') FROM rule;
CREATE TEMP TABLE rule_part (time_limit term) PARTITION BY HASH (time_limit);
CREATE TEMP TABLE rule_part_0 PARTITION OF rule_part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE rule_part_1 PARTITION OF rule_part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO rule_part SELECT time_limit FROM rule;
SELECT count(*) FROM rule_part WHERE time_limit = '7 work hours';
-- there is no order
SELECT s AS statement, (tests.error_of(s)).code
FROM unnest(ARRAY['SELECT time_limit FROM rule ORDER BY 1', $$SELECT term '1 hour' < term '1 day'$$, 'SELECT max(time_limit) FROM rule']) AS s;

-- binary form, storage
SELECT term_send('1 hour'), term_send('2 rolling work days 30 work seconds'), term_send('2 work days'), term_send('7 days');
SELECT pg_column_size(term '7 days'), typlen, typalign, typstorage, typbyval FROM pg_type WHERE oid = 'term'::regtype;

-- binary input: every amount is checked, and what could not be read back
CREATE TEMP TABLE copied (t term);
-- 2 rolling work days 30 work seconds
\copy copied from program 'printf "PGCOPY\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\034\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\036\000\000\000\000\000\000\000\000\000\000\000\002\377\377"' with (format binary)
-- too many hours
\copy copied from program 'printf "PGCOPY\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\034\000\000\000\000\274\031\023\201\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\377\377"' with (format binary)
-- negative
\copy copied from program 'printf "PGCOPY\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\034\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\377\377\377\377\000\000\000\000\377\377"' with (format binary)
-- days and work days
\copy copied from program 'printf "PGCOPY\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\034\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\001\000\000\000\001\000\000\000\000\377\377"' with (format binary)
-- a byte less
\copy copied from program 'printf "PGCOPY\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\033\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\036\000\000\000\000\000\000\000\000\000\000\000\377\377"' with (format binary)
-- a byte more
\copy copied from program 'printf "PGCOPY\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\035\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\036\000\000\000\000\000\000\000\000\000\000\000\002\000\377\377"' with (format binary)
SELECT * FROM copied;
