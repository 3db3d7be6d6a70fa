# Routing against plain SQL, written straight from the documented order: 1,000
# rulebooks at random (or CIVICGRID_MODEL_BOOKS, a multiple of 50), 1,000
# requests to each.  Codes are texts there, and prefixes are compared as texts.
use strict;
use warnings;

use CivicGrid;
use PostgreSQL::Test::Utils;
use Test::More;

my $books = $ENV{CIVICGRID_MODEL_BOOKS} || 1000;
my $requests = 1000;
my $batch = 50;

my $node = new_node('model', conf => "jit = off\nwork_mem = 64MB\nmax_wal_size = 4GB\nfsync = off\n");
new_database($node, 'model');
$node->safe_psql('model', 'ALTER DATABASE model SET search_path = public, civicgrid');
$node->safe_psql('model', 'ALTER DATABASE model SET client_min_messages = warning');
$node->safe_psql('model', "ALTER DATABASE model SET timezone = 'Asia/Shanghai'");

# ---------------------------------------------------- what is drawn at random

$node->safe_psql('model', <<'EOS');
CREATE FUNCTION pick(VARIADIC texts text[]) RETURNS text LANGUAGE SQL VOLATILE
AS 'SELECT texts[1 + floor(random() * cardinality(texts))::int]';
-- a class, of any length or a leaf, and a place likewise
CREATE FUNCTION any_class() RETURNS text LANGUAGE SQL VOLATILE
AS $$SELECT left(pick('01', '02', '03') || pick('001', '002') || pick('01', '02'), pick('1', '2', '2', '5', '5', '7', '7')::int)$$;
CREATE FUNCTION leaf_class() RETURNS text LANGUAGE SQL VOLATILE
AS $$SELECT left(pick('01', '02', '03', '04') || pick('001', '002') || pick('01', '02'), pick('5', '7', '7', '7')::int)$$;
CREATE FUNCTION any_place() RETURNS text LANGUAGE SQL VOLATILE
AS $$SELECT left('4403' || pick('10', '10', '11') || pick('001', '002') || pick('001', '002') || pick('001', '002') || '001',
    pick('4', '6', '6', '9', '9', '12', '12', '15', '18')::int)$$;
CREATE FUNCTION leaf_place() RETURNS text LANGUAGE SQL VOLATILE
AS $$SELECT left('4403' || pick('10', '10', '11', '12') || pick('001', '002') || pick('001', '002') || pick('001', '002') || '001',
    pick('9', '12', '15', '15', '15', '18')::int)$$;
CREATE FUNCTION some_time() RETURNS timestamptz LANGUAGE SQL VOLATILE
AS $$SELECT timestamptz '2026-01-01' + floor(random() * 20) * interval '12 hours'$$;

CREATE TABLE m_unit (book int, unit bigint, parent bigint, kind text, level int, territory text, since timestamptz, until timestamptz);
CREATE TABLE m_channel (book int, channel text, unit bigint, kind text, level int);
CREATE TABLE m_window (book int, time_window text, weekday int, from_minute int, to_minute int);
CREATE TABLE m_rule (book int, rule bigint, class text, territory text, owner text, severity int, channel text, time_window text,
    since timestamptz, until timestamptz, unit bigint, kind text, level int);
CREATE TABLE m_assist (book int, rule bigint, place int, unit bigint, kind text, level int, task text);
CREATE TABLE m_exclusion (book int, exclusion bigint, unit bigint, class text, territory text);
CREATE TABLE m_fallback (book int, fallback bigint, territory text, unit bigint, kind text, level int, share int);
CREATE TABLE m_grade (book int, territory text, grade text);
CREATE TABLE m_policy (book int, policy bigint, class text, territory text, severity int, grade text, stage text, place int, days int);
CREATE TABLE m_request (book int, request int, class text, cell text, channel text, severity int, owner text, at timestamptz, caseno caseno);
CREATE TABLE m_model (book int, model rulebook);

-- books n to m; the lead of a row: a unit, or a kind and a level
CREATE PROCEDURE draw(n int, m int, requests int) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM setseed(n / 10000.0);
    TRUNCATE m_unit, m_channel, m_window, m_rule, m_assist, m_exclusion, m_fallback, m_grade, m_policy, m_request, m_model;
    -- two trees now and then; ids in no order
    INSERT INTO m_unit
    SELECT book, (i * 7919) % 1009, CASE WHEN i > 1 AND random() < 0.95 THEN ((1 + floor(random() * (i - 1))::int) * 7919) % 1009 END,
        pick('centre', 'department', 'station'), 1 + floor(random() * 4)::int,
        CASE WHEN random() < 0.85 THEN any_place() END,
        CASE WHEN random() < 0.1 THEN some_time() END, CASE WHEN random() < 0.1 THEN some_time() + interval '1 day' END
    FROM generate_series(n, m) AS b (book), generate_series(1, 14) AS i;
    INSERT INTO m_channel
    SELECT book, channel, CASE WHEN v < 0.5 THEN ((1 + floor(random() * 14)::int) * 7919) % 1009 END,
        CASE WHEN v BETWEEN 0.5 AND 0.8 THEN pick('centre', 'department', 'station') END, CASE WHEN v BETWEEN 0.5 AND 0.8 THEN 1 + floor(random() * 4)::int END
    FROM generate_series(n, m) AS b (book), unnest('{grid,12345,web}'::text[]) AS c (channel), LATERAL (SELECT random() + 0 * length(channel) + 0 * book AS v) AS r;
    INSERT INTO m_window
    SELECT book, w, d, 1320, 1440 FROM generate_series(n, m) AS b (book), unnest('{night}'::text[]) AS w, generate_series(1, 7) AS d
    UNION ALL SELECT book, w, d, 0, 360 FROM generate_series(n, m) AS b (book), unnest('{night}'::text[]) AS w, generate_series(1, 7) AS d
    UNION ALL SELECT book, 'weekend', d, 0, 1440 FROM generate_series(n, m) AS b (book), generate_series(6, 7) AS d;
    INSERT INTO m_rule
    SELECT book, (i * 104729) % 10007, CASE WHEN random() < 0.9 THEN any_class() END, CASE WHEN random() < 0.8 THEN any_place() END,
        CASE WHEN random() < 0.15 THEN pick('water', 'power') END, CASE WHEN random() < 0.15 THEN 1 + floor(random() * 3)::int END,
        CASE WHEN random() < 0.2 THEN pick('grid', '12345', 'web') END, CASE WHEN random() < 0.15 THEN pick('night', 'weekend') END,
        CASE WHEN random() < 0.1 THEN some_time() END, CASE WHEN random() < 0.1 THEN some_time() + interval '1 day' END,
        CASE WHEN v < 0.6 THEN ((1 + floor(random() * 14)::int) * 7919) % 1009 END,
        CASE WHEN v >= 0.6 THEN pick('centre', 'department', 'station') END, CASE WHEN v >= 0.6 THEN 1 + floor(random() * 4)::int END
    FROM generate_series(n, m) AS b (book), generate_series(1, 30) AS i, LATERAL (SELECT random() + 0 * i + 0 * book AS v) AS r;
    -- some of them with a twin that only a condition tells apart
    INSERT INTO m_rule
    SELECT book, rule + 20000, class, territory, CASE WHEN random() < 0.5 THEN owner ELSE 'gas' END, severity, CASE WHEN random() < 0.5 THEN channel ELSE 'web' END,
        time_window, since, until, ((1 + floor(random() * 14)::int) * 7919) % 1009, NULL, NULL
    FROM m_rule WHERE rule < 3000;
    UPDATE m_rule SET until = since + interval '1 day' WHERE until <= since;
    UPDATE m_unit SET until = since + interval '1 day' WHERE until <= since;
    INSERT INTO m_assist
    SELECT book, rule, p, CASE WHEN v < 0.6 THEN ((1 + floor(random() * 14)::int) * 7919) % 1009 END,
        CASE WHEN v >= 0.6 THEN pick('centre', 'department', 'station') END, CASE WHEN v >= 0.6 THEN 1 + floor(random() * 4)::int END, pick('survey', 'repair', NULL)
    FROM m_rule, generate_series(1, 2) AS p, LATERAL (SELECT random() + 0 * p + 0 * rule AS v) AS r WHERE rule % 4 = 0;
    INSERT INTO m_exclusion
    SELECT book, i, ((1 + floor(random() * 14)::int) * 7919) % 1009, CASE WHEN random() < 0.7 THEN any_class() END, CASE WHEN random() < 0.7 THEN any_place() END
    FROM generate_series(n, m) AS b (book), generate_series(1, 4) AS i WHERE book % 3 > 0;
    INSERT INTO m_fallback
    SELECT book, (i * 31) % 101, pick('440310', '440310', '440310001', '4403', NULL), CASE WHEN v < 0.7 THEN ((1 + floor(random() * 14)::int) * 7919) % 1009 END,
        CASE WHEN v >= 0.7 THEN pick('centre', 'department', 'station') END, CASE WHEN v >= 0.7 THEN 1 + floor(random() * 4)::int END, 1 + floor(random() * 5)::int
    FROM generate_series(n, m) AS b (book), generate_series(1, 5) AS i, LATERAL (SELECT random() + 0 * i + 0 * book AS v) AS r WHERE book % 4 > 0;
    INSERT INTO m_grade
    SELECT DISTINCT ON (book, territory) book, territory, pick('A', 'B', 'C')
    FROM (SELECT book, any_place() AS territory FROM generate_series(n, m) AS b (book), generate_series(1, 6)) AS g ORDER BY book, territory;
    INSERT INTO m_policy
    SELECT book, (i * 37) % 1013, CASE WHEN random() < 0.7 THEN any_class() END, CASE WHEN random() < 0.4 THEN any_place() END,
        CASE WHEN random() < 0.3 THEN 1 + floor(random() * 3)::int END, CASE WHEN random() < 0.2 THEN pick('A', 'B', 'C') END,
        s.stage, s.place, 1 + floor(random() * 30)::int
    FROM generate_series(n, m) AS b (book), generate_series(1, 16) AS i,
        LATERAL (SELECT stage, place FROM (VALUES ('sign', 5), ('handle', 6), ('overall', 10)) AS v (stage, place) ORDER BY random() + 0 * i + 0 * book LIMIT 1) AS s;
    INSERT INTO m_request
    SELECT book, i, CASE WHEN random() < 0.97 THEN leaf_class() END, CASE WHEN random() < 0.97 THEN leaf_place() END,
        CASE WHEN random() < 0.8 THEN pick('grid', '12345', 'web') END, CASE WHEN random() < 0.8 THEN 1 + floor(random() * 3)::int END,
        CASE WHEN random() < 0.5 THEN pick('water', 'power', 'gas', 'rail') END,
        timestamptz '2026-01-01' + floor(random() * 10 * 1440) * interval '1 minute',
        CASE WHEN random() < 0.8 THEN make_caseno(date '2026-01-01', '440310', book * 1000 + i) END
    FROM generate_series(n, m) AS b (book), generate_series(1, requests) AS i;
    ANALYZE;
END $$;

CREATE VIEW m_part AS
SELECT book, 'unit' AS part, jsonb_build_object('unit', unit, 'parent', parent, 'kind', kind, 'level', level, 'territory', territory, 'valid_from', since, 'valid_to', until) AS item FROM m_unit
UNION ALL SELECT book, 'channel', jsonb_build_object('channel', channel, 'intake_unit', unit, 'intake_kind', kind, 'intake_level', level) FROM m_channel
UNION ALL SELECT book, 'severity', jsonb_build_object('severity', s) FROM (SELECT DISTINCT book FROM m_unit) AS b, generate_series(1, 3) AS s
UNION ALL SELECT book, 'window', jsonb_build_object('window', time_window, 'weekday', weekday, 'from_minute', from_minute, 'to_minute', to_minute) FROM m_window
UNION ALL SELECT book, 'rule', jsonb_build_object('rule', rule, 'class', class, 'territory', territory, 'owner', owner, 'severity', severity, 'channel', channel,
    'window', time_window, 'valid_from', since, 'valid_to', until, 'lead_unit', unit, 'lead_kind', kind, 'lead_level', level) FROM m_rule
UNION ALL SELECT book, 'assist', jsonb_build_object('rule', rule, 'place', place, 'unit', unit, 'kind', kind, 'level', level, 'task', task) FROM m_assist
UNION ALL SELECT book, 'exclusion', jsonb_build_object('exclusion', exclusion, 'unit', unit, 'class', class, 'territory', territory) FROM m_exclusion
UNION ALL SELECT book, 'fallback', jsonb_build_object('fallback', fallback, 'territory', territory, 'unit', unit, 'kind', kind, 'level', level, 'share', share) FROM m_fallback
UNION ALL SELECT book, 'grade', jsonb_build_object('territory', territory, 'grade', grade) FROM m_grade
UNION ALL SELECT book, 'policy', jsonb_build_object('policy', policy, 'class', class, 'territory', territory, 'severity', severity, 'grade', grade,
    'stage', stage, 'stage_place', place, 'term', days || ' work days', 'calendar', 'office') FROM m_policy
UNION ALL SELECT book, 'timezone', '{"timezone": "Asia/Shanghai"}' FROM (SELECT DISTINCT book FROM m_unit) AS b;
EOS

# ------------------------------------------------------------- the reference

$node->safe_psql('model', <<'EOS');
CREATE FUNCTION within(code text, prefix text) RETURNS boolean LANGUAGE SQL IMMUTABLE
AS $$SELECT prefix IS NULL OR coalesce(left(code, length(prefix)) = prefix, false)$$;
CREATE FUNCTION in_force(at timestamptz, since timestamptz, until timestamptz) RETURNS boolean LANGUAGE SQL IMMUTABLE
AS $$SELECT at >= coalesce(since, '-infinity') AND at < coalesce(until, 'infinity')$$;

-- units from the root down to each
CREATE VIEW m_lineage AS
WITH RECURSIVE t AS (
    SELECT book, unit, ARRAY[unit] AS lineage FROM m_unit WHERE parent IS NULL
    UNION ALL
    SELECT u.book, u.unit, t.lineage || u.unit FROM t JOIN m_unit AS u ON u.book = t.book AND u.parent = t.unit
)
SELECT * FROM t;

-- up from a to what both are below, and down to b
CREATE FUNCTION way(a bigint[], b bigint[]) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    n int := 0;
    p bigint[] := '{}';
BEGIN
    IF b IS NULL THEN RETURN NULL; END IF;
    IF a IS NULL THEN RETURN b; END IF;
    WHILE n < least(cardinality(a), cardinality(b)) AND a[n + 1] = b[n + 1] LOOP n := n + 1; END LOOP;
    FOR i IN REVERSE cardinality(a) .. greatest(n, 1) LOOP p := p || a[i]; END LOOP;
    IF n = 0 THEN RETURN p || b; END IF;
    RETURN p || b[n + 1:];
END $$;

CREATE PROCEDURE decide() LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS lineage, ways, span, timed, named, reached, usable, decided, termed, assisted, taken_in;
    CREATE TEMP TABLE lineage AS SELECT * FROM m_lineage;
    CREATE TEMP TABLE ways AS
    SELECT a.book, a.unit AS start, b.unit, way(a.lineage, b.lineage) AS path FROM lineage AS a JOIN lineage AS b ON b.book = a.book
    UNION ALL SELECT book, 0, unit, way(NULL, lineage) FROM lineage;
    -- requests with the windows that they are in, which are the same in all books
    CREATE TEMP TABLE span AS SELECT * FROM m_window WHERE book = (SELECT min(book) FROM m_window);
    CREATE TEMP TABLE timed AS
    SELECT r.*, ARRAY(
        SELECT w.time_window
        FROM span AS w
        WHERE w.weekday = extract(isodow FROM l.at)
            AND extract(hour FROM l.at) * 60 + extract(minute FROM l.at) >= w.from_minute
            AND extract(hour FROM l.at) * 60 + extract(minute FROM l.at) < w.to_minute
    ) AS windows
    FROM m_request AS r, LATERAL (SELECT r.at AT TIME ZONE 'Asia/Shanghai' AS at) AS l;
    -- whom a kind and a level mean at each cell and instant that is asked for
    CREATE TEMP TABLE reached AS
    SELECT DISTINCT ON (r.book, r.request, u.kind, u.level) r.book, r.request, u.kind, u.level, u.unit
    FROM m_request AS r JOIN m_unit AS u ON u.book = r.book
    WHERE within(r.cell, u.territory) AND in_force(r.at, u.since, u.until)
    ORDER BY r.book, r.request, u.kind, u.level, length(u.territory) DESC NULLS LAST, u.unit;
    ANALYZE reached;
    -- every rule and every fallback that matches, and the unit that it names
    CREATE TEMP TABLE named AS
    SELECT r.book, r.request, d.rule, d.fallback, d.rank, d.share, d.territory, coalesce(u.unit, k.unit) AS unit
    FROM timed AS r
    JOIN (
        SELECT book, rule, NULL::bigint AS fallback, class, territory, owner, severity, channel, time_window, since, until, unit, kind, level, NULL::int AS share,
            ARRAY[coalesce(length(class), 0), coalesce(length(territory), 0), num_nonnulls(owner), num_nonnulls(severity), num_nonnulls(channel), num_nonnulls(time_window)] AS rank
        FROM m_rule
        UNION ALL
        SELECT book, NULL, fallback, NULL, territory, NULL, NULL, NULL, NULL, NULL, NULL, unit, kind, level, share, ARRAY[-1, coalesce(length(territory), 0)]
        FROM m_fallback
    ) AS d ON d.book = r.book
    LEFT JOIN m_unit AS u ON u.book = d.book AND u.unit = d.unit AND in_force(r.at, u.since, u.until)
    LEFT JOIN reached AS k ON k.book = r.book AND k.request = r.request AND k.kind = d.kind AND k.level = d.level
    WHERE within(r.class, d.class) AND within(r.cell, d.territory)
        AND (d.owner IS NULL OR coalesce(d.owner = r.owner, false))
        AND (d.severity IS NULL OR coalesce(d.severity = r.severity, false))
        AND (d.channel IS NULL OR coalesce(d.channel = r.channel, false))
        AND in_force(r.at, d.since, d.until)
        AND (d.time_window IS NULL OR d.time_window = ANY (r.windows));
    -- less those whom the negative list forbids
    CREATE TEMP TABLE usable AS
    SELECT n.*
    FROM named AS n
    JOIN lineage AS l ON l.book = n.book AND l.unit = n.unit
    JOIN m_request AS r ON r.book = n.book AND r.request = n.request
    WHERE NOT EXISTS (
        SELECT FROM m_exclusion AS e
        WHERE e.book = n.book AND e.unit = ANY (l.lineage) AND within(r.class, e.class) AND within(r.cell, e.territory));
    ANALYZE usable;
    -- the most specific rule, or all fallbacks of the smallest territory
    CREATE TEMP TABLE decided AS
    SELECT r.book, r.request, w.rule, w.unit, f.fallbacks, f.units, f.shares
    FROM m_request AS r
    LEFT JOIN (
        SELECT DISTINCT ON (book, request) book, request, rule, unit FROM usable WHERE rule IS NOT NULL ORDER BY book, request, rank DESC, rule
    ) AS w ON w.book = r.book AND w.request = r.request
    LEFT JOIN (
        SELECT DISTINCT ON (book, request) book, request, array_agg(fallback ORDER BY fallback) AS fallbacks, array_agg(unit ORDER BY fallback) AS units,
            array_agg(share ORDER BY fallback) AS shares
        FROM usable WHERE fallback IS NOT NULL GROUP BY book, request, rank ORDER BY book, request, rank DESC
    ) AS f ON f.book = r.book AND f.request = r.request AND w.rule IS NULL;
    CREATE TEMP TABLE termed AS
    SELECT book, request, string_agg(stage || '=' || policy || ':' || days, ' ' ORDER BY place) AS terms
    FROM (
        SELECT DISTINCT ON (r.book, r.request, p.stage) r.book, r.request, p.stage, p.place, p.policy, p.days
        FROM (
            SELECT r.*, (SELECT g.grade FROM m_grade AS g WHERE g.book = r.book AND within(r.cell, g.territory) ORDER BY length(g.territory) DESC LIMIT 1) AS grade
            FROM m_request AS r
        ) AS r
        JOIN m_policy AS p ON p.book = r.book
        WHERE within(r.class, p.class) AND within(r.cell, p.territory)
            AND (p.severity IS NULL OR p.severity = r.severity) AND (p.grade IS NULL OR p.grade = r.grade)
        ORDER BY r.book, r.request, p.stage, length(p.class) DESC NULLS LAST, length(p.territory) DESC NULLS LAST, p.severity IS NULL, p.grade IS NULL, p.policy
    ) AS p
    GROUP BY book, request;
    CREATE TEMP TABLE assisted AS
    SELECT d.book, d.request, string_agg(coalesce(u.unit, k.unit) || coalesce(' ' || a.task, ''), ', ' ORDER BY a.place) AS assists
    FROM decided AS d
    JOIN m_request AS r ON r.book = d.book AND r.request = d.request
    JOIN m_assist AS a ON a.book = d.book AND a.rule = d.rule
    LEFT JOIN m_unit AS u ON u.book = a.book AND u.unit = a.unit AND in_force(r.at, u.since, u.until)
    LEFT JOIN reached AS k ON k.book = r.book AND k.request = r.request AND k.kind = a.kind AND k.level = a.level
    JOIN lineage AS l ON l.book = a.book AND l.unit = coalesce(u.unit, k.unit)
    WHERE NOT EXISTS (
        SELECT FROM m_exclusion AS e
        WHERE e.book = r.book AND e.unit = ANY (l.lineage) AND within(r.class, e.class) AND within(r.cell, e.territory))
    GROUP BY d.book, d.request;
    CREATE TEMP TABLE taken_in AS
    SELECT r.book, r.request, coalesce(u.unit, k.unit) AS unit
    FROM m_request AS r
    JOIN m_channel AS c ON c.book = r.book AND c.channel = r.channel
    LEFT JOIN m_unit AS u ON u.book = c.book AND u.unit = c.unit AND in_force(r.at, u.since, u.until)
    LEFT JOIN reached AS k ON k.book = r.book AND k.request = r.request AND k.kind = c.kind AND k.level = c.level;
    ANALYZE decided; ANALYZE termed; ANALYZE assisted; ANALYZE taken_in; ANALYZE ways;
END $$;

-- both side by side
CREATE FUNCTION compared() RETURNS TABLE (book int, request int, ours text, reference text) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO m_model SELECT p.book, rulebook_agg(p.part, p.item) FROM m_part AS p GROUP BY p.book;
    RETURN QUERY
    SELECT r.book, r.request,
        concat_ws('; ', 'lead ' || routing_lead(o.routing), 'rule ' || routing_rule(o.routing),
            'fallback ' || routing_is_fallback(o.routing)::text,
            'path ' || nullif(routing_path(o.routing), '{}')::text,
            'terms ' || (SELECT string_agg(t->>'stage' || '=' || (t->>'policy') || ':' || split_part(t->>'term', ' ', 1), ' ' ORDER BY n)
                FROM jsonb_array_elements(o.said->'terms') WITH ORDINALITY AS v (t, n)),
            'assists ' || (SELECT string_agg(a->>'unit' || coalesce(' ' || (a->>'task'), ''), ', ' ORDER BY n) FROM jsonb_array_elements(o.said->'assists') WITH ORDINALITY AS v (a, n))),
        concat_ws('; ', 'lead ' || e.unit, 'rule ' || d.rule, 'fallback ' || (d.rule IS NULL AND e.unit IS NOT NULL)::text,
            'path ' || y.path::text, 'terms ' || t.terms, 'assists ' || a.assists)
    FROM m_request AS r
    JOIN m_model AS m ON m.book = r.book
    CROSS JOIN LATERAL (SELECT route(m.model, r.class::eventcode, r.cell::gridcode, r.channel, r.severity, r.owner, r.at, r.caseno) AS routing OFFSET 0) AS q
    CROSS JOIN LATERAL (SELECT q.routing, q.routing::jsonb AS said OFFSET 0) AS o
    JOIN decided AS d ON d.book = r.book AND d.request = r.request
    -- of several fallbacks any that may be, here; their shares are another matter
    CROSS JOIN LATERAL (SELECT CASE WHEN d.rule IS NOT NULL THEN d.unit WHEN routing_lead(o.routing) = ANY (d.units) THEN routing_lead(o.routing) ELSE d.units[1] END AS unit) AS e
    LEFT JOIN termed AS t ON t.book = r.book AND t.request = r.request
    LEFT JOIN assisted AS a ON a.book = r.book AND a.request = r.request
    LEFT JOIN taken_in AS i ON i.book = r.book AND i.request = r.request
    LEFT JOIN ways AS y ON y.book = r.book AND y.unit = e.unit AND y.start = coalesce(i.unit, 0);
END $$;
EOS

# ----------------------------------------------------------------- compared

my ($asked, $wrong, $ruled, $fallen, $none) = (0) x 5;
for (my $n = 1; $n <= $books; $n += $batch)
{
	my $m = $n + $batch - 1;
	my $result = $node->safe_psql('model', <<"EOS");
CALL draw($n, $m, $requests);
CALL decide();
CREATE TEMP TABLE c AS SELECT * FROM compared();
SELECT count(*), count(*) FILTER (WHERE ours IS DISTINCT FROM reference), count(*) FILTER (WHERE reference LIKE '%; rule %'),
    count(*) FILTER (WHERE reference LIKE '%fallback true%'), count(*) FILTER (WHERE reference NOT LIKE 'lead %') FROM c;
SELECT '# book ' || book || ', request ' || request || E'\\n# ' || ours || E'\\n# ' || reference FROM c WHERE ours IS DISTINCT FROM reference ORDER BY book, request LIMIT 3;
EOS
	my ($counts, $faults) = split /\n/, $result, 2;
	my @c = split /\|/, $counts;
	$asked += $c[0];
	$wrong += $c[1];
	$ruled += $c[2];
	$fallen += $c[3];
	$none += $c[4];
	diag($faults) if $c[1] && $wrong == $c[1];
}
is($wrong, 0, "$asked requests to $books rulebooks are answered as plain SQL answers them");
is($asked, $books * $requests, 'all of them were asked');
cmp_ok($ruled, '>', $asked / 4, "$ruled by a rule");
cmp_ok($fallen, '>', $asked / 50, "$fallen by a fallback unit");
cmp_ok($none, '>', $asked / 50, "$none by nobody");

$node->stop;
done_testing();
