--
-- caseno: input, output, parts, drawing
--
SET search_path = civicgrid, public;

SELECT t::caseno FROM unnest(ARRAY[
    '20260301-440310-0000001-3', '2026030144031000000013', ' 20260301-440310-0000001-3 '
]) AS t;

-- put together and taken apart
SELECT c, case_date(c), district(c), case_sequence(c), check_digit(c)
FROM unnest(ARRAY[
    make_caseno('2026-03-01', '440310', 1),
    make_caseno('2026-03-01', '440310001001001', 9999999),
    make_caseno('2024-02-29', '4403', 0),
    make_caseno('1900-01-01', '44', 5),
    make_caseno('2999-12-31', '441900003', 5),
    first_caseno('2026-03-01')
]) AS c;
SELECT make_caseno('1899-12-31', '440310', 1);
SELECT make_caseno('3000-01-01', '440310', 1);
SELECT make_caseno('infinity', '440310', 1);
SELECT make_caseno('2026-03-01', '440310', -1);
SELECT make_caseno('2026-03-01', '440310', 10000000);
SELECT first_caseno('-infinity');
SELECT make_caseno(NULL, '440310', 1), case_date(NULL), district(NULL::caseno);

-- numbers of a day are one range
SELECT count(*)
FROM unnest(ARRAY[
    make_caseno('2026-02-28', '990000', 9999999),
    make_caseno('2026-03-01', '11', 0),
    make_caseno('2026-03-01', '990000', 9999999),
    make_caseno('2026-03-02', '11', 0)
]) AS c
WHERE c >= first_caseno('2026-03-01') AND c < first_caseno('2026-03-02');

-- ... which can bound partitions, and be distributed by hash
CREATE TEMP TABLE book (caseno caseno PRIMARY KEY) PARTITION BY RANGE (caseno);
CREATE TEMP TABLE book_2026 PARTITION OF book
    FOR VALUES FROM (first_caseno('2026-01-01')) TO (first_caseno('2027-01-01'));
INSERT INTO book VALUES ('20260301-440310-0000001-3');
INSERT INTO book SELECT make_caseno('2027-01-01', '44', 0);
CREATE TEMP TABLE spread (caseno caseno) PARTITION BY HASH (caseno);
CREATE TEMP TABLE spread_0 PARTITION OF spread FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE spread_1 PARTITION OF spread FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO spread SELECT make_caseno('2026-03-01', '44', i) FROM generate_series(1, 1000) AS i;
SELECT count(DISTINCT tableoid), count(*) FROM spread;

-- comparison, aggregates, hash, binary, casts
SELECT a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt, caseno_cmp(a, b)
FROM (VALUES (make_caseno('2026-03-01', '44', 7), make_caseno('2026-03-02', '11', 0))) AS v (a, b);
SELECT min(caseno), max(caseno) FROM spread;
SELECT caseno_smaller(a, b) = a AS smaller, caseno_larger(a, b) = b AS larger, caseno_hash(a) = caseno_hash(a) AS hash, caseno_hash_extended(a, 1) = caseno_hash_extended(a, 2) AS seeded
FROM (VALUES (make_caseno('2026-03-01', '44', 7), make_caseno('2026-03-02', '11', 0))) AS v (a, b);
SELECT encode(caseno_send('20260301-440310-0000001-3'), 'hex');
SELECT '20260301-440310-0000001-3'::text::caseno, caseno::text, caseno::varchar(25) FROM book;

-- drawing: the day of Beijing whatever the session's zone, no number twice
BEGIN;
SET LOCAL TimeZone = 'America/New_York';
SELECT case_date(new_caseno('440310', '2026-03-01 16:30+00')) AS beijing,
       case_date(new_caseno('440310', '2026-03-01 16:30+00', 'UTC')) AS utc,
       case_date(new_caseno('440310', date '2026-03-01')) AS day,
       case_date(new_caseno('440310')) = (now() AT TIME ZONE 'Asia/Shanghai')::date AS today;
COMMIT;
SELECT district(new_caseno('440310001001', date '2026-03-01')), district(new_caseno('4403', date '2026-03-01'));
SELECT count(DISTINCT new_caseno('440310', date '2026-05-01')) FROM generate_series(1, 1000);
SELECT new_caseno('440310', date '1899-12-31');
SELECT new_caseno('440310', 'infinity'::timestamptz);
SELECT new_caseno('440310', now(), 'Mars/Olympus');
SELECT new_caseno(NULL, date '2026-05-01');

-- the last number of a slot is followed by the first
BEGIN;
SELECT setval(format('civicgrid.caseno_slot_%s', to_char((date '2026-05-02' - date '1900-01-01') % 64, 'FM00'))::regclass, 9999999);
SELECT case_sequence(new_caseno('440310', date '2026-05-02'));
SELECT case_sequence(new_caseno('440310', date '2026-05-02'));
ROLLBACK;

-- the register
INSERT INTO case_record (caseno, reported_at, cell, taxonomy, kind, class, description)
VALUES ('20260301-440310-0000001-3', '2026-03-01 09:00+08', '440310001001001', 'GB/T 47678.5-2026', 'matter', '06010', '暴露垃圾');
INSERT INTO case_record (caseno) VALUES ('20260301-440310-0000001-3');
INSERT INTO case_record (caseno, reported_at, class) VALUES (make_caseno('2026-03-01', '440310', 2), '2026-03-01 09:00+08', '06010');
SELECT c.caseno, k.name FROM case_record AS c JOIN event_class AS k USING (taxonomy, kind) WHERE k.code = c.class;
-- only one command drops the cases
SELECT s AS command, (tests.error_of(s)).code, (tests.error_of(s)).message
FROM unnest(ARRAY[
    'DROP EXTENSION civicgrid',
    'DROP EXTENSION civicgrid RESTRICT',
    'DROP EXTENSION IF EXISTS civicgrid',
    'DROP EXTENSION postgis, civicgrid',
    'DROP EXTENSION postgis CASCADE',
    'DROP SCHEMA civicgrid CASCADE',
    'DROP SCHEMA tests, public CASCADE',
    'DROP OWNED BY CURRENT_USER',
    'DROP OWNED BY CURRENT_USER CASCADE'
]) AS s;
SELECT (tests.error_of('DROP EXTENSION civicgrid')).*;
BEGIN;
ALTER TABLE case_record RENAME TO elsewhere;
DROP EXTENSION civicgrid;
ROLLBACK;
BEGIN;
SET LOCAL session_replication_role = replica;
DROP EXTENSION civicgrid;
ROLLBACK;
BEGIN;
CREATE SCHEMA other;
DROP SCHEMA other CASCADE;
SET LOCAL client_min_messages = warning;
DROP EXTENSION civicgrid CASCADE;
SELECT count(*) FROM pg_extension WHERE extname = 'civicgrid';
ROLLBACK;
DELETE FROM case_record;
BEGIN;
DROP EXTENSION civicgrid CASCADE;
ROLLBACK;
