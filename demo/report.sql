-- What demo/report.html shows, as one JSON value, from the BI views alone; only
-- the ground of cells and streets comes from the draft of the grid.
-- :template is the file of the page without its figures, as the server reads it.
SET search_path = civicgrid, public;
SET timezone = 'Asia/Shanghai';
SELECT as_of, as_of::date AS last_day, note, as_of - begins < interval '60 days' AS by_day FROM demo.clock \gset

-- open cases whose stage is past its deadline
CREATE TEMP TABLE late AS SELECT DISTINCT caseno FROM inbox WHERE due_at < :'as_of';
CREATE TEMP TABLE page (key text PRIMARY KEY, value jsonb);
INSERT INTO page
SELECT 'about', jsonb_build_object('as_of', to_char(:'as_of'::timestamptz, 'YYYY-MM-DD HH24:MI'), 'note', :'note', 'version', (
    SELECT extversion FROM pg_extension WHERE extname = 'civicgrid'
));
INSERT INTO page
SELECT 'totals', jsonb_build_object(
    'reported', count(*), 'open', count(*) FILTER (WHERE open), 'closed', count(*) FILTER (WHERE state IN ('closed', 'visited')),
    'merged', count(*) FILTER (WHERE state = 'merged'), 'void', count(*) FILTER (WHERE state = 'void'),
    'overdue', (SELECT count(*) FROM late), 'steps', sum(steps))
FROM cases;
INSERT INTO page
SELECT 'rates', jsonb_agg(to_jsonb(v) ORDER BY v.place)
FROM (
    SELECT k.place, r.rate, r.name, sum(r.numerator) AS numerator, sum(r.denominator) AS denominator,
           round(100 * sum(r.numerator) / nullif(sum(r.denominator), 0), 1) AS per_cent
    FROM kpi_rates AS r JOIN kpi_rate AS k ON k.rate = r.rate
    WHERE r.day <= :'last_day' AND r.rate IN ('file_on_time', 'dispatch_on_time', 'sign_on_time', 'handle_on_time', 'close_on_time',
        'check_on_time', 'first_dispatch', 'return', 'rework', 'satisfied')
    GROUP BY k.place, r.rate, r.name
) AS v;
-- months, or days where there is one month only
INSERT INTO page
SELECT 'times', jsonb_agg(to_jsonb(v) ORDER BY v.time)
FROM (
    SELECT time, sum(reported) AS reported, sum(closed) AS closed, sum(overdue) AS late, sum(handled_first) AS handled_first,
           sum(handled_right) AS handled_right
    FROM (
        SELECT CASE WHEN :'by_day' = 't' THEN to_char(day, 'MM-DD') ELSE to_char(day, 'YYYY-MM') END AS time, k.*
        FROM kpi_day AS k WHERE day <= :'last_day'
    ) AS d
    GROUP BY time
    HAVING sum(reported) + sum(closed) > 0
) AS v;
INSERT INTO page
SELECT 'states', jsonb_agg(to_jsonb(v) ORDER BY v.place)
FROM (
    SELECT t.place, c.state, c.state_name AS name, c.open, count(*) AS cases
    FROM cases AS c JOIN case_status AS t USING (state) GROUP BY t.place, c.state, c.state_name, c.open
) AS v;
INSERT INTO page
SELECT 'channels', jsonb_agg(to_jsonb(v) ORDER BY v.cases DESC, v.channel)
FROM (SELECT channel, channel_name AS name, count(*) AS cases, count(*) FILTER (WHERE open) AS open FROM cases GROUP BY 1, 2) AS v;
INSERT INTO page
SELECT 'funnel', jsonb_build_object('reported', sum(reported), 'filed', sum(filed), 'dispatched', sum(dispatched), 'signed', sum(signed),
    'handled', sum(handled), 'checked', sum(checked), 'closed', sum(closed), 'visited', sum(visited), 'satisfied', sum(satisfied))
FROM funnel;
INSERT INTO page
SELECT 'streets', jsonb_agg(to_jsonb(v) ORDER BY v.street)
FROM (
    SELECT c.street, s.name, count(*) AS cases, count(*) FILTER (WHERE c.open) AS open,
           count(*) FILTER (WHERE c.caseno IN (SELECT caseno FROM late)) AS overdue,
           count(*) FILTER (WHERE c.returns > 0) AS returned, count(*) FILTER (WHERE c.satisfied) AS satisfied,
           round((extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY c.duration)) / 86400)::numeric, 1) AS days
    FROM cases AS c LEFT JOIN grid_outline AS s ON s.code::text = c.street
    GROUP BY 1, 2
) AS v;
INSERT INTO page
SELECT 'inboxes', jsonb_agg(to_jsonb(v) ORDER BY v.tasks DESC, v.unit)
FROM (
    SELECT unit, unit_name AS name, count(*) AS tasks, count(*) FILTER (WHERE due_at < :'as_of') AS overdue,
           to_char(min(due_at), 'MM-DD HH24:MI') AS due
    FROM inbox GROUP BY 1, 2 ORDER BY tasks DESC, unit LIMIT 12
) AS v;
INSERT INTO page
SELECT 'units', jsonb_agg(to_jsonb(v) ORDER BY v.handled DESC, v.unit)
FROM (
    SELECT unit, unit_name AS name, sum(received) AS received, sum(handled) AS handled, sum(on_time) AS on_time,
           sum(returned) AS returned, sum(reworked) AS reworked
    FROM kpi_day WHERE day <= :'last_day' AND unit IS NOT NULL GROUP BY 1, 2
    ORDER BY sum(handled) DESC, unit LIMIT 12
) AS v;
INSERT INTO page
SELECT 'hotspots', jsonb_agg(to_jsonb(v) ORDER BY v.rank, v.cell)
FROM (SELECT rank, cell, cell_name AS name, cases, open, before, class_name AS class FROM hotspots ORDER BY rank, cell LIMIT 10) AS v;
INSERT INTO page
SELECT 'cells', jsonb_agg(to_jsonb(v) ORDER BY v.code)
FROM (
    SELECT g.code::text, g.name, coalesce(m.open, 0) AS open, coalesce(m.overdue, 0) AS overdue, coalesce(m.cases, 0) AS cases,
           st_asgeojson(g.geom, 5)::jsonb -> 'coordinates' -> 0 AS ring
    FROM grid_cell AS g
    LEFT JOIN (
        SELECT cell, count(*) FILTER (WHERE open) AS open, count(*) FILTER (WHERE caseno IN (SELECT caseno FROM late)) AS overdue, count(*) AS cases
        FROM case_map GROUP BY cell
    ) AS m ON m.cell = g.code::text
    WHERE g.kind = 'unit'
) AS v;
INSERT INTO page
SELECT 'places', jsonb_agg(to_jsonb(v) ORDER BY v.code)
FROM (
    SELECT code::text, name, st_asgeojson(geom, 5)::jsonb -> 'coordinates' -> 0 AS ring,
           round(st_x(c.center)::numeric, 5) AS x, round(st_y(c.center)::numeric, 5) AS y
    FROM grid_outline, st_maximuminscribedcircle(geom) AS c WHERE digits(code) IN (9, 12)
) AS v;

-- '<' cannot end the script that holds the value
SELECT replace(pg_read_file(:'template'), '/*DATA*/', replace(jsonb_object_agg(key, value)::text, '<', '\u003c')) FROM page;
