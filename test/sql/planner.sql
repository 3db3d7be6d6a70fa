--
-- What the planner makes of <@ and @>
--
SET search_path = civicgrid, public;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET jit = off;
CREATE TEMP TABLE cell (code gridcode NOT NULL, class eventcode);
INSERT INTO cell
SELECT ('4403' || lpad((i % 10 + 1)::text, 2, '0') || lpad((i / 10 % 10 + 1)::text, 3, '0') || lpad((i / 100 % 10 + 1)::text, 3, '0') || lpad((i / 1000 + 1)::text, 3, '0'))::gridcode,
       lpad((i % 100)::text, 5, '0')::eventcode
FROM generate_series(0, 9999) AS i;
CREATE INDEX cell_code ON cell (code);
CREATE INDEX cell_class ON cell (class);
CREATE TEMP TABLE territory (unit integer, code gridcode);
INSERT INTO territory VALUES (1, '440301'), (2, '440302001'), (3, NULL);
ANALYZE cell, territory;

-- a constant
EXPLAIN (COSTS OFF) SELECT count(*) FROM cell WHERE code <@ '440310';
SELECT count(*) FROM cell WHERE code <@ '440310';
EXPLAIN (COSTS OFF) SELECT count(*) FROM cell WHERE '440310' @> code;
EXPLAIN (COSTS OFF) SELECT * FROM cell WHERE class <@ '00';
EXPLAIN (COSTS OFF) SELECT * FROM cell WHERE gridcode_within(code, '440310');
EXPLAIN (COSTS OFF) SELECT * FROM cell WHERE gridcode_covers('440310', code);
EXPLAIN (COSTS OFF) SELECT * FROM cell WHERE code <@ NULL;

-- who covers a code
EXPLAIN (COSTS OFF) SELECT * FROM cell WHERE code @> '440301001001001';
SELECT * FROM cell WHERE code @> '440301001001001';
EXPLAIN (COSTS OFF) SELECT * FROM cell WHERE '440301001001001' <@ code;
EXPLAIN (COSTS OFF) SELECT * FROM cell WHERE class @> '00001';

-- a parameter, planned for its value and for any
PREPARE within (gridcode) AS SELECT count(*) FROM cell WHERE code <@ $1;
SET plan_cache_mode = force_custom_plan;
EXPLAIN (COSTS OFF) EXECUTE within ('440302');
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE within ('440302');
EXECUTE within ('440302');
EXECUTE within (NULL);
PREPARE covering (gridcode) AS SELECT count(*) FROM cell WHERE code @> $1;
EXPLAIN (COSTS OFF) EXECUTE covering ('440302001001001');
EXECUTE covering ('440302001001001');
RESET plan_cache_mode;

-- the outer side of a nested loop
RESET enable_seqscan;
SET enable_memoize = off;
EXPLAIN (COSTS OFF) SELECT unit, count(*) FROM territory AS t JOIN cell AS c ON c.code <@ t.code GROUP BY unit;
SELECT unit, count(*) FROM territory AS t JOIN cell AS c ON c.code <@ t.code GROUP BY unit ORDER BY unit;

-- not usable: a volatile bound, a bound from the same table, other families
EXPLAIN (COSTS OFF) SELECT * FROM cell WHERE code <@ (CASE WHEN random() < 0.5 THEN '44' ELSE '45' END)::gridcode;
EXPLAIN (COSTS OFF) SELECT * FROM cell WHERE code <@ code;
CREATE TEMP TABLE hashed AS SELECT code FROM cell;
CREATE INDEX hashed_code ON hashed USING hash (code);
EXPLAIN (COSTS OFF) SELECT * FROM hashed WHERE code <@ '440310';
-- a family that sorts the other way round keeps its answers
CREATE FUNCTION pg_temp.reverse_cmp(a gridcode, b gridcode) RETURNS integer
    LANGUAGE SQL IMMUTABLE STRICT AS 'SELECT civicgrid.gridcode_cmp(b, a)';
CREATE OPERATOR FAMILY gridcode_reverse_ops USING btree;
CREATE OPERATOR CLASS gridcode_reverse_ops FOR TYPE gridcode USING btree FAMILY gridcode_reverse_ops AS
    OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <,
    FUNCTION 1 pg_temp.reverse_cmp(gridcode, gridcode);
CREATE TEMP TABLE reversed AS SELECT code FROM cell;
CREATE INDEX reversed_code ON reversed (code gridcode_reverse_ops);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM reversed WHERE code <@ '440310';
SELECT count(*) FROM reversed WHERE code <@ '440310';
RESET enable_seqscan;
DROP OPERATOR FAMILY gridcode_reverse_ops USING btree CASCADE;

-- what core does with ranges it does with <@: pruning, partial indexes, BRIN
CREATE TEMP TABLE parted (code gridcode) PARTITION BY RANGE (code);
CREATE TEMP TABLE parted_44 PARTITION OF parted FOR VALUES FROM ('44') TO ('45');
CREATE TEMP TABLE parted_45 PARTITION OF parted FOR VALUES FROM ('45') TO ('46');
EXPLAIN (COSTS OFF) SELECT * FROM parted WHERE code <@ '4503';
CREATE TEMP TABLE partly AS SELECT code, 0 AS n FROM cell;
CREATE INDEX partly_n ON partly (n) WHERE code <@ '440310';
ANALYZE partly;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM partly WHERE code <@ '440310001' AND n > 0;
EXPLAIN (COSTS OFF) SELECT * FROM partly WHERE code <@ '440310' AND n > 0;
CREATE INDEX partly_code ON partly USING brin (code);
SET enable_bitmapscan = on;
EXPLAIN (COSTS OFF) SELECT * FROM partly WHERE code <@ '440309001';
SELECT count(*) FROM partly WHERE code <@ '440309001';
RESET enable_seqscan;
-- several territories at once
EXPLAIN (COSTS OFF) SELECT count(*) FROM unnest('{440301001,440302002001}'::gridcode[]) AS t JOIN cell AS c ON c.code <@ t;
SELECT count(*) FROM unnest('{440301001,440302002001}'::gridcode[]) AS t JOIN cell AS c ON c.code <@ t;
SELECT count(*) FROM cell WHERE code <@ ANY ('{440301001,440302002001}');

-- estimates: rows expected against rows found, as a ratio rounded to one digit
CREATE FUNCTION pg_temp.estimate(query text) RETURNS numeric
    LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    found bigint;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    EXECUTE 'SELECT count(*) FROM (' || query || ') AS q' INTO found;
    RETURN round((plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric / greatest(found, 1), 0);
END
$$;
SELECT q AS query, pg_temp.estimate(q) AS ratio
FROM (VALUES
    ('SELECT * FROM cell WHERE code <@ ''440310'''),
    ('SELECT * FROM cell WHERE code <@ ''440310001'''),
    ('SELECT * FROM cell WHERE code <@ ''45'''),
    ('SELECT * FROM cell WHERE code @> ''440301001001001'''),
    ('SELECT * FROM cell WHERE gridcode_within(code, ''4403'')'),
    ('SELECT * FROM cell WHERE NOT code <@ ''440310'''),
    ('SELECT * FROM territory AS t JOIN cell AS c ON c.code <@ t.code'),
    ('SELECT * FROM territory AS t JOIN cell AS c ON t.code @> c.code'),
    ('SELECT * FROM cell AS c WHERE EXISTS (SELECT FROM territory AS t WHERE c.code <@ t.code)'),
    ('SELECT * FROM cell AS c WHERE NOT EXISTS (SELECT FROM territory AS t WHERE c.code <@ t.code)'),
    ('SELECT * FROM cell WHERE class <@ ''0001''')
) AS v (q);
