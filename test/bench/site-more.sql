-- More cases that wait to be signed, after site.sql.
--
-- psql variables:
--   more        how many

SET search_path = civicgrid, public;
SET client_min_messages = warning;
SET TimeZone = 'Asia/Shanghai';

SELECT max(n) AS last, max(at) AS until FROM bench_dispatched \gset
INSERT INTO bench_dispatched (n, channel, description, location, reporter, external_id, at)
SELECT n, 'bench', r.description, r.location, r.reporter, format('d%s', n), :'until'::timestamptz + (n - :last) * interval '20 seconds'
FROM generate_series(:last + 1, :last + :more) AS n, bench_report(n) AS r;
SELECT format('SELECT count(refused), min(message) FROM report_events(''SELECT * FROM bench_dispatched WHERE n > %s AND n <= %s ORDER BY n'')', i, i + 500)
FROM generate_series(:last, :last + :more - 1, 500) AS i \gexec
-- those that wait already keep their numbers
SELECT max(n) AS signs FROM bench_to_sign \gset
INSERT INTO bench_to_sign (n, caseno, at)
SELECT :signs + row_number() OVER (ORDER BY s.caseno), s.caseno, s.at
FROM case_state AS s
WHERE s.state = 'dispatched' AND s.at > :'until';
-- the peer writes into tables of its own
INSERT INTO bench_state SELECT s.* FROM case_state AS s JOIN bench_to_sign AS b ON b.caseno = s.caseno WHERE b.n > :signs;
INSERT INTO bench_journal SELECT j.* FROM case_journal AS j JOIN bench_to_sign AS b ON b.caseno = j.caseno WHERE b.n > :signs;
VACUUM (ANALYZE);
