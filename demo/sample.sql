-- The project's own sample, for when the folder of real data is not there: 600
-- reports of August 2026 in invented words (demo/sample-reports.csv), by six
-- channels, at seeded points.  One in twelve repeats an earlier one.
\if :{?reports}
\else
    \set reports 600
\endif
SET search_path = civicgrid, public;
SET timezone = 'Asia/Shanghai';

CREATE TABLE demo.wording (class eventcode, words text);
\copy demo.wording FROM 'demo/sample-reports.csv' CSV HEADER

WITH wording AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY class::text, words COLLATE "C") AS n, count(*) OVER () AS all_of_them, w.*
    FROM demo.wording AS w
),
drawn AS MATERIALIZED (
    -- a repeated report is that of a little earlier, at the same place
    SELECT i, CASE WHEN i > 20 AND demo.draw(i::text, 'repeat') < 0.08 THEN i - 1 - floor(12 * demo.draw(i::text, 'of'))::integer ELSE i END AS place_of,
           timestamptz '2026-08-03 07:00+08' + (i - 1) / 24 * interval '1 day' + (i - 1) % 24 * interval '37 minutes'
               + demo.draw(i::text, 'minutes') * interval '30 minutes' AS at
    FROM generate_series(1, :reports) AS i
)
INSERT INTO demo.report (no, at, channel, external_id, words, class, cell, location, severity, true_class, late, reporter)
SELECT row_number() OVER (ORDER BY d.at, d.i), d.at, c.channel, 'S' || lpad(d.i::text, 4, '0'),
       CASE WHEN c.channel = 'video' THEN NULL ELSE w.words END,
       CASE WHEN c.channel IN ('grid', 'video') THEN w.class END, g.cell,
       demo.point_in(g.cell, demo.draw(d.place_of::text, 'east') + 0.001 * (d.i - d.place_of) / 12, demo.draw(d.place_of::text, 'north')),
       CASE WHEN demo.draw(d.i::text, 'severity') < 0.03 THEN 3 WHEN demo.draw(d.i::text, 'severity') < 0.15 THEN 2 ELSE 1 END,
       w.class, demo.draw(d.i::text, 'late') < 0.1,
       CASE WHEN c.channel NOT IN ('grid', 'video')
            THEN jsonb_build_object('name', '市民' || d.i, 'phone', '1380000' || lpad(d.i::text, 4, '0')) END
FROM drawn AS d
JOIN wording AS w ON w.n = 1 + floor(w.all_of_them * demo.draw(d.place_of::text, 'words')),
LATERAL (SELECT ('{grid,grid,grid,12345,12345,wechat,app,video,12319,web}'::text[])[1 + floor(10 * demo.draw(d.i::text, 'channel'))]) AS c (channel),
LATERAL (
    SELECT x.code AS cell FROM grid_cell AS x ORDER BY x.code::text
    OFFSET floor(600 * demo.draw(d.place_of::text, 'cell'))::integer LIMIT 1
) AS g;
-- whose it is: as the rulebook has it, but for one case in nine
UPDATE demo.report AS r
SET true_unit = CASE
        WHEN demo.draw(r.no::text, 'dispute') < 0.11 THEN
            (ARRAY[11, 12, 13, 14, 16, left(r.cell::text, 9)::bigint])[1 + floor(6 * demo.draw(r.no::text, 'whose'))::integer]
        ELSE routing_lead(route('pingshan', r.true_class, r.cell, r.channel, at => r.at))
    END;
SELECT count(*) AS reports, count(words) AS in_words, count(class) AS with_class, min(at)::date AS first, max(at)::date AS last
FROM demo.report;
