-- A district in which cases are reported, with everything on, and the scripts
-- of cases.sh.  No person, place or text of it is real.
--
-- psql variables:
--   due         cases that wait to be signed from 2026-05-20 on (5000), two clocks each
--   open        cases that wait to be signed from 2026-06-05 on (12000)

\if :{?due} \else \set due 5000 \endif
\if :{?open} \else \set open 12000 \endif
SET search_path = civicgrid, public;
SET client_min_messages = warning;
SET TimeZone = 'Asia/Shanghai';

-- six things that can be out of order in ten ways, each with its phrase
INSERT INTO taxonomy (taxonomy, name) VALUES ('bench', 'bench');
CREATE TABLE bench_text AS
SELECT (t.n - 1) * 10 + f.n - 1 AS n, lpad(t.n::text, 2, '0') AS top, lpad(t.n::text, 2, '0') || lpad(f.n::text, 2, '0') AS class, t.thing, t.thing || f.fault AS phrase
FROM unnest('{井盖,路灯,护栏,垃圾桶,行道树,广告牌}'::text[]) WITH ORDINALITY AS t (thing, n)
CROSS JOIN unnest('{破损,缺失,倾倒,脏污,占道,松动,积水,漏电,遮挡,堆放}'::text[]) WITH ORDINALITY AS f (fault, n);
ALTER TABLE bench_text ADD PRIMARY KEY (n);
INSERT INTO event_class (taxonomy, kind, code, name)
SELECT DISTINCT 'bench', 'matter', top::eventcode, thing FROM bench_text;
INSERT INTO event_class (taxonomy, kind, code, name, parent)
SELECT 'bench', 'matter', class::eventcode, phrase, top::eventcode FROM bench_text;
INSERT INTO class_phrase (taxonomy, kind, phrase, code)
SELECT 'bench', 'matter', phrase, class::eventcode FROM bench_text;

-- 600 cells in 6 streets of 4 communities; a centre, and 200 departments
CREATE TABLE bench_cell AS
SELECT n, format('440310%s%s%s', lpad((1 + n % 6)::text, 3, '0'), lpad((1 + n / 6 % 4)::text, 3, '0'), lpad((1 + n / 24)::text, 3, '0'))::gridcode AS cell,
       114.30 + n % 30 * 0.003 AS x, 22.65 + n / 30 * 0.003 AS y
FROM generate_series(0, 599) AS n;
INSERT INTO grid_cell (kind, code, name, geom)
SELECT 'unit', cell, cell::text, st_makeenvelope(x, y, x + 0.003, y + 0.003, 4326) FROM bench_cell;
INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES (1, 'centre', 'centre', 2, NULL, '440310', 9);
INSERT INTO unit (unit, name, kind, level, parent, territory, staff)
SELECT 100 + n, format('department %s', n), 'department', 3, 1, '440310', 9 FROM generate_series(1, 200) AS n;
INSERT INTO channel (channel, name, intake_unit) VALUES ('bench', 'bench', 1), ('bench web', 'bench web', 1);
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('bench', 'bench', 'bench', 'matter', 'office');
INSERT INTO duty_rule (rulebook, class, territory, lead_unit)
SELECT 'bench', t.class::eventcode, format('44031000%s', s)::gridcode, 101 + (t.n * 7 + s) % 200 FROM bench_text AS t, generate_series(1, 6) AS s;
INSERT INTO fallback (rulebook, territory, unit) VALUES ('bench', NULL, 1);
INSERT INTO sla_policy (rulebook, stage, term, warnings) VALUES
    ('bench', 'verify', '30 minutes', '{100}'), ('bench', 'file', '15 minutes', '{100}'), ('bench', 'dispatch', '15 minutes', '{100}'),
    ('bench', 'sign', '2 work hours', '{100}'), ('bench', 'handle', '2 work days', '{75,100}'), ('bench', 'check', '30 minutes', '{100}'),
    ('bench', 'close', '1 work days', '{}'), ('bench', 'overall', '5 work days', '{75,100}');
CALL publish_calendar('office', '2026-01-01 00:00+08');
CALL publish_taxonomy('bench', 'matter', '2026-01-01 00:00+08');
CALL publish_grid('2026', '2026-01-01 00:00+08');
CALL publish_rulebook('bench', '2026-01-01 00:00+08');
INSERT INTO intake_rule (channel, rulebook, taxonomy, kind, grid_kind, threshold, district, severity, auto_file, auto_dispatch)
VALUES ('bench', 'bench', 'bench', 'matter', 'unit', 0.3, '440310', 1, true, true),
       ('bench web', 'bench', 'bench', 'matter', 'unit', 0.3, '440310', 1, false, false);


-- reports that come in: the same cell has the same matter again after 36,000
CREATE FUNCTION bench_report(n bigint, OUT description text, OUT location geometry, OUT reporter jsonb)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT format('%s号门前%s，已经好几天了，请尽快处理', bench_report.n % 997, t.phrase),
           st_setsrid(st_makepoint(c.x + 0.0001 + bench_report.n * 7919 % 2800 * 0.000001, c.y + 0.0001 + bench_report.n * 104729 % 2800 * 0.000001), 4326),
           jsonb_build_object('name', '合成人', 'phone', '000' || lpad((bench_report.n % 100000000)::text, 8, '0'))
    FROM civicgrid.bench_text AS t, civicgrid.bench_cell AS c
    WHERE t.n = (bench_report.n + bench_report.n / 600) % 60 AND c.n = bench_report.n * 31 % 600;
END;
CREATE TABLE bench_size AS SELECT :due AS due, :open AS open;
CREATE TABLE bench_dispatched AS
SELECT n, 'bench' AS channel, r.description, r.location, r.reporter, format('d%s', n) AS external_id,
       -- 2,500 a day
       CASE WHEN n <= s.due THEN timestamptz '2026-05-20 00:00+08' ELSE timestamptz '2026-06-05 00:00+08' - s.due * interval '34 seconds' END
           + n * interval '34 seconds' AS at
FROM bench_size AS s, generate_series(1, s.due + s.open) AS n, bench_report(n) AS r;
ALTER TABLE bench_dispatched ADD PRIMARY KEY (n);
ANALYZE bench_dispatched;
-- In transactions of their own: versions of a row that one transaction leaves
-- behind are in its own way.
SELECT format('SELECT count(refused), min(message) FROM report_events(''SELECT * FROM bench_dispatched WHERE n > %s AND n <= %s ORDER BY n'')', i, i + 500)
FROM generate_series(0, :due + :open - 1, 500) AS i \gexec
ANALYZE;

CREATE TABLE bench_to_sign AS
SELECT row_number() OVER (ORDER BY caseno) AS n, caseno, at FROM case_state WHERE state = 'dispatched' AND at >= '2026-06-05 00:00+08';
ALTER TABLE bench_to_sign ADD PRIMARY KEY (n);
CREATE SEQUENCE bench_sign_no;
CREATE SEQUENCE bench_sign_row_no;
CREATE SEQUENCE bench_report_no;
CREATE SEQUENCE bench_row_no START 1000000;

-- reports as those that come one by one
CREATE FUNCTION bench_batch(rows integer) RETURNS TABLE (channel text, description text, location geometry, reporter jsonb, external_id text, at timestamptz)
    LANGUAGE sql VOLATILE
AS $$
SELECT 'bench web', r.description, r.location, r.reporter, 'r' || s.n, '2026-07-01 00:00+08'::timestamptz + s.n * interval '34 seconds'
FROM (SELECT nextval('civicgrid.bench_report_no') AS n FROM generate_series(1, bench_batch.rows)) AS s, civicgrid.bench_report(s.n) AS r
$$;

CREATE TABLE bench_script (name text PRIMARY KEY, script text NOT NULL);
INSERT INTO bench_script VALUES
    ('report', $$SELECT civicgrid.report_event('bench web', r.description, r.location, reporter => r.reporter, external_id => 'r' || n, at => '2026-07-01 00:00+08'::timestamptz + n * interval '34 seconds') FROM nextval('civicgrid.bench_report_no') AS n, civicgrid.bench_report(n) AS r;$$),
    ('sign', $$SELECT (civicgrid.sign(b.caseno, at => b.at + interval '10 minutes')).state FROM civicgrid.bench_to_sign AS b WHERE b.n = (SELECT nextval('civicgrid.bench_sign_no'));$$);

-- All rows of one case as statements, for numbers of their own.  What is
-- numbered by itself is left to it.
CREATE FUNCTION bench_rows(of_case caseno) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    number text := 'civicgrid.make_caseno(''2026-06-21'', ''440310'', nextval(''civicgrid.bench_row_no'')::integer)';
    script text := 'BEGIN';
    part record;
    items text[];
    item text;
BEGIN
    FOR part IN
        SELECT a.attrelid::regclass AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns,
               string_agg(CASE WHEN a.attname = 'caseno' THEN '''%s'''
                               WHEN a.attname = 'external_id' THEN '''currval(''''civicgrid.bench_row_no'''')::text'''
                               ELSE format('quote_nullable(t.%I::text) || ''::%s''', a.attname, format_type(a.atttypid, a.atttypmod)) END,
                   ' || '', '' || ' ORDER BY a.attnum) AS items
        FROM pg_attribute AS a
        JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind = 'r' AND c.relnamespace = 'civicgrid'::regnamespace AND c.relname !~ '^bench'
        LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = ''
            AND (d.adbin IS NULL OR pg_get_expr(d.adbin, d.adrelid) !~ 'nextval')
            AND EXISTS (SELECT FROM pg_attribute AS k WHERE k.attrelid = a.attrelid AND k.attname = 'caseno')
        GROUP BY a.attrelid, c.relname
        ORDER BY c.relname <> 'case_record', c.relname
    LOOP
        EXECUTE format('SELECT array_agg(%s) FROM %s AS t WHERE t.caseno = $1', part.items, part.name) INTO items USING of_case;
        FOREACH item IN ARRAY coalesce(items, '{}') LOOP
            script := script || format(E'\\;\nINSERT INTO %s (%s) VALUES (%s)', part.name, part.columns, format(item, number));
            number := 'civicgrid.make_caseno(''2026-06-21'', ''440310'', currval(''civicgrid.bench_row_no'')::integer)';
        END LOOP;
    END LOOP;
    RETURN script || E'\\;\nCOMMIT;';
END;
$$;
INSERT INTO bench_script
SELECT 'report_rows', bench_rows(report_event('bench web', r.description, r.location, reporter => r.reporter, external_id => 'first', at => '2026-06-20 10:00+08'))
FROM bench_report(7) AS r;

-- The state and the journal by themselves, with their indexes but no triggers
CREATE TABLE bench_state (LIKE case_state INCLUDING ALL);
CREATE TABLE bench_journal (LIKE case_journal INCLUDING ALL);
INSERT INTO bench_state SELECT s.* FROM case_state AS s;
INSERT INTO bench_journal SELECT j.* FROM case_journal AS j;
SELECT caseno(sign(b.caseno, at => b.at + interval '10 minutes')) FROM bench_to_sign AS b WHERE b.n = (SELECT nextval('bench_sign_no'));
INSERT INTO bench_script
SELECT 'sign_rows', format('WITH u AS (UPDATE civicgrid.bench_state SET state = %L, since = %L, step = step + 1, at = %L, hash = %L, stage_clock = %L WHERE caseno = (SELECT b.caseno FROM civicgrid.bench_to_sign AS b WHERE b.n = (SELECT nextval(''civicgrid.bench_sign_row_no''))) RETURNING caseno) '
           || 'INSERT INTO civicgrid.bench_journal (%s) SELECT %s FROM u;', s.state, s.since, s.at, s.hash, s.stage_clock, c.columns, c.items)
FROM bench_to_sign AS b
JOIN case_state AS s ON s.caseno = b.caseno
CROSS JOIN LATERAL (
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns,
           string_agg(CASE WHEN a.attname = 'caseno' THEN 'u.caseno'
                           ELSE format('%L::%s', to_jsonb(j) ->> a.attname, format_type(a.atttypid, a.atttypmod)) END, ', ' ORDER BY a.attnum) AS items
    FROM case_journal AS j, pg_attribute AS a
    WHERE j.caseno = s.caseno AND j.action = 'sign' AND a.attrelid = 'case_journal'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        AND a.attidentity = ''
) AS c
WHERE b.n = 1;
CREATE ROLE bench_member;
SELECT grant_role('bench_member', 'collector', 1), grant_role('bench_member', 'handler', 1);
GRANT USAGE ON SCHEMA civicgrid TO bench_member;
GRANT SELECT ON bench_text, bench_cell, bench_to_sign, bench_script TO bench_member;
GRANT USAGE ON bench_report_no, bench_sign_no TO bench_member;
VACUUM (ANALYZE);
SELECT (SELECT count(*) FROM case_state) AS cases, (SELECT count(*) FROM bench_to_sign) AS to_sign,
       (SELECT count(*) FROM case_clock WHERE stopped_at IS NULL AND due_at <= '2026-06-03 09:00+08') AS due;
