--
-- What an act on a case reads does not grow with the number of cases, in a
-- session either whose plans were made when there were next to none
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set town :abs_srcdir '/data/case_town.sql'
\set town_database civicgrid_case_growth
\i :town
UPDATE channel SET intake_unit = 1 WHERE channel = 'app';
INSERT INTO intake_rule (channel, rulebook, taxonomy, kind, severity, auto_file, auto_dispatch)
VALUES ('app', 'site', 'site', 'matter', 1, true, true);
CREATE ROLE regress_growth_collector SUPERUSER;
CREATE ROLE regress_growth_handler SUPERUSER;

-- a place for each, more than 50 m from the others, in four cells
CREATE FUNCTION reports(first integer, last integer) RETURNS jsonb STABLE LANGUAGE sql
BEGIN ATOMIC
    SELECT jsonb_agg(jsonb_build_object(
               'channel', 'app', 'external_id', n, 'class', '0102', 'description', format('小广告%s', n),
               'location', format('SRID=4326;POINT(%s %s)', 114.3401 + n % 32 * 0.0006, 22.6901 + n / 32 * 0.0006),
               'at', timestamptz '2026-03-02 10:00+08' + n * interval '1 second') ORDER BY n)
    FROM generate_series(first, last) AS n;
END;
CREATE FUNCTION no(n integer) RETURNS caseno STABLE LANGUAGE sql
RETURN (SELECT r.caseno FROM case_record AS r WHERE r.channel = 'app' AND r.external_id = n::text);

-- Rows of cases that this transaction has read
CREATE FUNCTION reads() RETURNS bigint VOLATILE LANGUAGE sql
BEGIN ATOMIC
    SELECT sum(coalesce(t.idx_tup_fetch, 0) + t.seq_tup_read)::bigint
    FROM pg_stat_xact_all_tables AS t
    JOIN pg_attribute AS a ON a.attrelid = t.relid AND a.attname = 'caseno'
    WHERE t.schemaname = 'civicgrid';
END;

-- One life after another, each act by who may do it; minutes after 11 o'clock
CREATE TABLE act (n integer, who text, call text);
INSERT INTO act VALUES
    (1, 'handler', 'sign(no, 6, t)'), (2, 'handler', 'sign(no, 4, t)'), (3, '', 'ask_extension(no, ''1 work days'', ''x'', at => t)'),
    (4, 'collector', 'decide_extension(no, true, ''x'', t)'), (5, '', 'dispatch_also(no, 9, ''x'', t)'), (6, 'handler', 'return_case(no, ''no power'', ''x'', unit => 9, at => t)'),
    (7, 'handler', 'transfer(no, 14, ''x'', t)'), (8, 'handler', 'sign(no, 14, t)'), (9, '', 'suspend(no, ''2026-03-20'', ''x'', t)'),
    (10, '', 'resume(no, ''x'', t)'), (11, 'handler', 'feedback(no, ''x'', unit => 14, at => t)'), (12, 'handler', 'feedback(no, ''x'', unit => 6, at => t)'),
    (13, '', 'check_case(no, at => t)'), (14, 'collector', 'checked(no, false, ''x'', at => t)'), (15, '', 'rework(no, ''x'', t)'),
    (16, 'handler', 'feedback(no, ''x'', at => t)'), (17, '', 'check_case(no, at => t)'), (18, 'collector', 'checked(no, true, at => t)'),
    (19, '', 'close_case(no, ''x'', t)'), (20, '', 'visit(no, false, ''x'', t)'), (21, '', 'dispatch(no, 10, ''x'', t)'), (22, '', 'recall(no, ''x'', t)'),
    (23, '', 'supervise(no, ''x'', t)'), (24, '', 'merge_cases(no, civicgrid.no(0), ''x'', t)');
CREATE TABLE measured (n integer, round text, reads bigint);
CREATE FUNCTION live(of_case caseno, round text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    a record;
    before bigint;
BEGIN
    FOR a IN SELECT * FROM act ORDER BY n LOOP
        PERFORM set_config('role', CASE a.who WHEN '' THEN 'none' ELSE 'regress_growth_' || a.who END, true);
        before := reads();
        EXECUTE 'SELECT (v).state FROM (SELECT ' || replace(replace(a.call, 'no,', '$1,'), ' t)', ' $2)') || ' AS v) AS x'
            USING of_case, '2026-03-02 11:00+08'::timestamptz + a.n * interval '1 minute';
        PERFORM set_config('role', 'none', true);
        INSERT INTO measured VALUES (a.n, round, reads() - before);
    END LOOP;
END;
$$;
CREATE FUNCTION report(first integer, last integer, round text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    before constant bigint := reads();
    taken bigint;
BEGIN
    SELECT count(caseno) INTO taken FROM report_events(reports(first, last));
    INSERT INTO measured VALUES (0, round, reads() - before);
    RETURN taken;
END;
$$;

SELECT report(0, 19, 'warm'), report(20, 39, 'few');
SELECT count(live(no(n), 'warm')) FROM generate_series(1, 7) AS n;
SELECT count(live(no(n), 'few')) FROM generate_series(8, 10) AS n;
SELECT sum(report(n, n + 99, 'growing')) FROM generate_series(40, 640, 100) AS n;
SELECT report(740, 759, 'many');
SELECT count(live(no(n), 'many')) FROM generate_series(11, 13) AS n;
SELECT state, count(*) FROM case_state GROUP BY state ORDER BY state COLLATE "C";
-- in most of these some rows, as many as there were with few cases
SELECT m.n, a.call, f.reads AS few, m.reads AS many
FROM (SELECT n, max(reads) AS reads FROM measured WHERE round = 'many' GROUP BY n) AS m
JOIN (SELECT n, max(reads) AS reads FROM measured WHERE round = 'few' GROUP BY n) AS f ON f.n = m.n
LEFT JOIN act AS a ON a.n = m.n
WHERE m.reads > 2 * f.reads + 20
ORDER BY m.n;
SELECT count(*), bool_and(reads > 0) FROM measured WHERE round = 'many';

-- Who sees only some cases has similar ones found by the index, too.
SELECT count(*) FILTER (WHERE cell <@ '440310001'), count(*) FILTER (WHERE NOT cell <@ '440310001')
FROM case_record;
CREATE ROLE regress_growth_reader;
SELECT grant_role('regress_growth_reader', 'dispatcher', 2);
GRANT USAGE ON SCHEMA civicgrid TO regress_growth_reader;
UPDATE case_record SET description = '幸福里小区东门的快递柜被撞坏' WHERE external_id IN ('500', '501', '600', '601');
VACUUM ANALYZE case_record;
SELECT external_id, cell FROM case_record WHERE description LIKE '幸福里%' ORDER BY external_id;
SET ROLE regress_growth_reader;
SET enable_seqscan = off;
BEGIN;
SELECT reads() AS before \gset
SELECT cell, description, similarity FROM similar_texts('幸福里小区东门的快递柜被撞坏') ORDER BY cell, caseno;
SELECT reads() - :before < 50 AS by_index;
COMMIT;
RESET enable_seqscan;
RESET ROLE;

\c :main
DROP DATABASE civicgrid_case_growth;
DROP ROLE regress_growth_collector, regress_growth_handler, regress_growth_reader;
