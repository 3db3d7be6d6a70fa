
-- Publishing the draft of the grid, and comparing editions.  See
-- doc/grid-editions.md.

-- A duty cell that has no geometry is the union of its unit cells; its parts
-- need not be put together for that, a map takes several rows of one code.
CREATE FUNCTION grid_draft(kind grid_kind) RETURNS TABLE (code gridcode, geom geometry)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 10000
BEGIN ATOMIC
    SELECT v.code,
           -- 4326 and 4490 are one frame, but a map has one SRID
           CASE
               WHEN @extschema@.grid_frame(st_srid(v.geom)) = 4326 THEN st_setsrid(v.geom, max(st_srid(v.geom)) OVER ())
               ELSE v.geom
           END
    FROM (
        SELECT c.code, coalesce(c.geom, u.geom) AS geom
        FROM @extschema@.grid_cell AS c
        LEFT JOIN @extschema@.grid_cell AS u
            ON c.kind = 'duty' AND c.geom IS NULL AND u.kind = 'unit' AND u.duty = c.code
        WHERE c.kind = grid_draft.kind
    ) AS v
    WHERE v.geom IS NOT NULL;
END;
COMMENT ON FUNCTION grid_draft(grid_kind) IS
    'the ground of the cells of the draft (网格草案图形), as publish_grid() compiles it; a code may have several rows';

CREATE PROCEDURE publish_grid(
    name text,
    valid_from timestamptz DEFAULT now(),
    INOUT edition bigint DEFAULT NULL,
    remark text DEFAULT NULL
)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    shown constant integer := 5;
    finding record;
    errors integer := 0;
    warnings integer := 0;
    listed text;
    cells bigint;
    duplicate text;
BEGIN
    IF coalesce(publish_grid.name, '') = '' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'an edition of the grid needs a name',
            HINT = 'CALL civicgrid.publish_grid(''2026-07'', ''2026-07-01 00:00+08'');';
    END IF;
    IF publish_grid.valid_from IS NULL OR NOT isfinite(publish_grid.valid_from) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'an edition of the grid needs an instant from which it holds',
            DETAIL = format('valid_from is %s.', coalesce(publish_grid.valid_from::text, 'NULL'));
    END IF;

    -- One publishes at a time, and nobody edits meanwhile; whoever only reads
    -- does not wait.
    LOCK TABLE @extschema@.grid_edition IN SHARE ROW EXCLUSIVE MODE;
    LOCK TABLE @extschema@.grid_cell, @extschema@.grid_outline, @extschema@.grid_kind_rule, @extschema@.grid_check_rule
        IN SHARE MODE;

    IF EXISTS (SELECT FROM @extschema@.grid_edition AS e WHERE e.name = publish_grid.name) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'unique_violation',
            MESSAGE = format('there is an edition "%s" of the grid already', publish_grid.name),
            HINT = 'Choose another name; published editions stay.';
    END IF;
    SELECT count(*) INTO cells FROM @extschema@.grid_cell;
    IF cells = 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG103',
            MESSAGE = 'there is nothing to publish',
            DETAIL = 'Table civicgrid.grid_cell, the draft, is empty.',
            HINT = 'load_cells() fills it.';
    END IF;

    SELECT coalesce(max(e.edition), 0) + 1 INTO publish_grid.edition FROM @extschema@.grid_edition AS e;
    BEGIN
        FOR finding IN SELECT * FROM @extschema@.grid_check() LOOP
            IF finding.severity = 'error' THEN
                errors := errors + 1;
                IF errors <= shown THEN
                    listed := concat_ws(E'\n', listed, format('%s %s: %s. %s',
                        finding.kind, concat_ws(' and ', finding.code, finding.other), finding.defect, finding.detail));
                END IF;
            ELSE
                warnings := warnings + 1;
                INSERT INTO @extschema@.grid_edition_warning
                    (edition, warning, kind, defect, code, other, geom, amount, unit, detail)
                VALUES (publish_grid.edition, warnings, finding.kind, finding.defect, finding.code, finding.other,
                    finding.geom, finding.amount, finding.unit, finding.detail);
            END IF;
        END LOOP;
        IF errors > 0 THEN
            RAISE EXCEPTION USING
                ERRCODE = 'CG101',
                MESSAGE = format('the draft of the grid has %s', CASE errors WHEN 1 THEN '1 error' ELSE errors || ' errors' END),
                DETAIL = listed || CASE WHEN errors > shown THEN format(E'\n… and %s more', errors - shown) ELSE '' END,
                HINT = 'SELECT * FROM civicgrid.grid_check() lists them all; what is an error is said by grid_check_rule.severity.';
        END IF;

        INSERT INTO @extschema@.grid_edition_map (edition, kind, map, cells, digest)
        SELECT publish_grid.edition, m.kind, m.map, i.cells, i.digest
        FROM (
            SELECT k.kind, @extschema@.gridmap_agg(d.code, d.geom) AS map
            FROM unnest(enum_range(NULL::@extschema@.grid_kind)) AS k (kind)
            CROSS JOIN LATERAL @extschema@.grid_draft(k.kind) AS d
            GROUP BY k.kind
        ) AS m
        CROSS JOIN LATERAL @extschema@.gridmap_info(m.map) AS i;
        INSERT INTO @extschema@.grid_edition_cell (edition, kind, code, name, grade, collector, duty, remark)
        SELECT publish_grid.edition, c.kind, c.code, c.name, c.grade, c.collector, c.duty, c.remark
        FROM @extschema@.grid_cell AS c;
        INSERT INTO @extschema@.grid_edition (edition, name, valid_from, digest, remark)
        VALUES (publish_grid.edition, publish_grid.name, publish_grid.valid_from,
            @extschema@.grid_edition_digest(publish_grid.edition), publish_grid.remark);
    EXCEPTION WHEN unique_violation THEN
        GET STACKED DIAGNOSTICS duplicate = CONSTRAINT_NAME;
        IF duplicate NOT LIKE 'grid\_edition%' THEN
            RAISE;
        END IF;
        -- the snapshot is older than what another session has published
        RAISE EXCEPTION USING
            ERRCODE = 'serialization_failure',
            MESSAGE = 'another edition of the grid was published meanwhile',
            HINT = 'Try again in a new transaction.';
    END;
    RAISE NOTICE USING
        MESSAGE = format('edition %s "%s" of the grid: %s cells, %s warnings',
            publish_grid.edition, publish_grid.name, cells, warnings);
END;
$$;
COMMENT ON PROCEDURE publish_grid(text, timestamptz, bigint, text) IS
    'publish the draft of the grid (发布网格) as an edition that holds from an instant on; refused while grid_check() finds errors';
REVOKE EXECUTE ON PROCEDURE publish_grid(text, timestamptz, bigint, text) FROM PUBLIC;

-- What changes from one map to another.  Ground belongs to the smallest code
-- that covers it, so where cells overlap only that one can lose or win it.
CREATE FUNCTION grid_map_diff(before gridmap, after gridmap)
    RETURNS TABLE (change text, code gridcode, other gridcode, area_m2 double precision, cases bigint, geom geometry)
    LANGUAGE SQL STABLE PARALLEL SAFE
    SET jit = off
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT row_number() OVER (ORDER BY c.code::text COLLATE "C") AS id, c.code::text AS code,
               st_setsrid(c.geom, @extschema@.grid_frame(st_srid(c.geom))) AS geom
        FROM @extschema@.gridmap_cells(before) AS c
    ),
    b AS MATERIALIZED (
        SELECT row_number() OVER (ORDER BY c.code::text COLLATE "C") AS id, c.code::text AS code,
               st_setsrid(c.geom, @extschema@.grid_frame(st_srid(c.geom))) AS geom
        FROM @extschema@.gridmap_cells(after) AS c
    ),
    noise AS MATERIALIZED (
        SELECT @extschema@.grid_tolerance('sliver overlap') AS width
    ),
    differing AS MATERIALIZED (
        SELECT coalesce(a.code, b.code) AS code, a.code AS a, b.code AS b, a.geom AS a_geom, b.geom AS b_geom
        FROM a
        FULL JOIN b ON b.code = a.code
        WHERE NOT coalesce(CASE WHEN a.geom = b.geom THEN true ELSE a.geom ~= b.geom AND st_equals(a.geom, b.geom) END, false)
    ),
    changed AS MATERIALIZED (
        SELECT v.a_geom AS geom FROM differing AS v WHERE v.a IS NOT NULL
        UNION ALL
        SELECT v.b_geom FROM differing AS v WHERE v.b IS NOT NULL
    ),
    recoded AS MATERIALIZED (
        SELECT x.a, y.b, x.a_geom AS geom
        FROM differing AS x
        JOIN differing AS y ON x.a_geom ~= y.b_geom AND st_equals(x.a_geom, y.b_geom)
        WHERE x.b IS NULL AND y.a IS NULL
    ),
    -- what each cell near a change has and no smaller code has too
    own_a AS MATERIALIZED (
        SELECT c.code, CASE WHEN s.geom IS NULL THEN c.geom ELSE st_difference(c.geom, s.geom) END AS geom
        FROM a AS c
        LEFT JOIN LATERAL (
            SELECT st_union(s.geom) AS geom FROM a AS s
            WHERE s.id < c.id AND s.geom && c.geom AND st_relate(s.geom, c.geom, '2********')
        ) AS s ON true
        WHERE EXISTS (SELECT FROM changed AS h WHERE h.geom && c.geom)
    ),
    own_b AS MATERIALIZED (
        SELECT c.code, CASE WHEN s.geom IS NULL THEN c.geom ELSE st_difference(c.geom, s.geom) END AS geom
        FROM b AS c
        LEFT JOIN LATERAL (
            SELECT st_union(s.geom) AS geom FROM b AS s
            WHERE s.id < c.id AND s.geom && c.geom AND st_relate(s.geom, c.geom, '2********')
        ) AS s ON true
        WHERE EXISTS (SELECT FROM changed AS h WHERE h.geom && c.geom)
    ),
    piece AS MATERIALIZED (
        SELECT v.a, v.b, d.geom
        FROM (
            SELECT x.code AS a, y.code AS b, st_intersection(x.geom, y.geom) AS geom
            FROM own_a AS x
            JOIN own_b AS y ON y.geom && x.geom AND y.code <> x.code
            UNION ALL
            SELECT x.code, NULL, CASE WHEN u.geom IS NULL THEN x.geom ELSE st_difference(x.geom, u.geom) END
            FROM own_a AS x
            LEFT JOIN LATERAL (SELECT st_union(y.geom) AS geom FROM own_b AS y WHERE y.geom && x.geom) AS u ON true
            UNION ALL
            SELECT NULL, y.code, CASE WHEN u.geom IS NULL THEN y.geom ELSE st_difference(y.geom, u.geom) END
            FROM own_b AS y
            LEFT JOIN LATERAL (SELECT st_union(x.geom) AS geom FROM own_a AS x WHERE x.geom && y.geom) AS u ON true
        ) AS v
        CROSS JOIN noise AS n
        CROSS JOIN LATERAL st_dump(st_collectionextract(v.geom, 3)) AS d
        WHERE @extschema@.grid_width(d.geom) >= n.width
    ),
    -- cases that have a place, by whose they were and will be
    moved_case AS MATERIALIZED (
        SELECT v.a, v.b, count(*) AS n
        FROM (
            SELECT @extschema@.locate(before, c.location)::text AS a, @extschema@.locate(after, c.location)::text AS b
            FROM @extschema@.case_record AS c
            WHERE c.location && (SELECT st_setsrid(st_extent(p.geom)::geometry, min(st_srid(p.geom))) FROM piece AS p)
        ) AS v
        WHERE v.a IS DISTINCT FROM v.b
        GROUP BY v.a, v.b
    ),
    transferred AS MATERIALIZED (
        SELECT p.a, p.b, st_collect(p.geom) AS geom, sum(@extschema@.grid_area(p.geom)) AS area,
               (
                   SELECT sum(m.n) FROM moved_case AS m
                   WHERE m.a IS NOT DISTINCT FROM p.a AND m.b IS NOT DISTINCT FROM p.b
               ) AS cases
        FROM piece AS p
        GROUP BY p.a, p.b
    ),
    line AS (
        SELECT 'recoded' AS change, r.a AS code, r.b AS other, @extschema@.grid_area(r.geom) AS area,
               coalesce((SELECT sum(m.n) FROM moved_case AS m WHERE m.a = r.a AND m.b = r.b), 0) AS cases, r.geom
        FROM recoded AS r
        UNION ALL
        SELECT CASE WHEN v.a IS NULL THEN 'added' ELSE 'removed' END, v.code, NULL, @extschema@.grid_area(coalesce(v.a_geom, v.b_geom)),
               coalesce((SELECT sum(m.n) FROM moved_case AS m WHERE m.a = v.a OR m.b = v.b), 0), coalesce(v.a_geom, v.b_geom)
        FROM differing AS v
        WHERE (v.a IS NULL OR v.b IS NULL)
            AND NOT EXISTS (SELECT FROM recoded AS r WHERE r.a = v.a OR r.b = v.b)
        UNION ALL
        SELECT CASE WHEN t.area > 0 THEN 'moved' ELSE 'redrawn' END, v.code, NULL, coalesce(t.area, 0), coalesce(t.cases, 0), v.b_geom
        FROM differing AS v
        CROSS JOIN LATERAL (
            SELECT sum(t.area) AS area, sum(t.cases) AS cases FROM transferred AS t WHERE t.a = v.code OR t.b = v.code
        ) AS t
        WHERE v.a IS NOT NULL AND v.b IS NOT NULL
        UNION ALL
        SELECT 'transferred', t.a, t.b, t.area, coalesce(t.cases, 0), t.geom
        FROM transferred AS t
        WHERE NOT EXISTS (SELECT FROM recoded AS r WHERE r.a = t.a AND r.b = t.b)
    )
    SELECT r.change, r.code::@extschema@.gridcode, r.other::@extschema@.gridcode, r.area,
           -- cases without a place go by their cell, where that is gone
           (r.cases + CASE
               WHEN r.change IN ('removed', 'recoded') THEN (
                   SELECT count(*) FROM @extschema@.case_record AS c
                   WHERE c.location IS NULL AND c.cell = r.code::@extschema@.gridcode
               )
               ELSE 0
           END)::bigint,
           r.geom
    FROM line AS r
    ORDER BY r.change, r.code COLLATE "C", r.other COLLATE "C";
END;
COMMENT ON FUNCTION grid_map_diff(gridmap, gridmap) IS
    'what changes from one map to another (网格图对比): cells, ground in square metres, cases; NULL is a map without cells';

CREATE FUNCTION grid_diff(from_edition text, to_edition text DEFAULT NULL, kind grid_kind DEFAULT 'unit')
    RETURNS TABLE (change text, code gridcode, other gridcode, area_m2 double precision, cases bigint, geom geometry)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    unknown text;
    before @extschema@.gridmap;
    after @extschema@.gridmap;
BEGIN
    SELECT n INTO unknown
    FROM unnest(ARRAY[from_edition, to_edition]) WITH ORDINALITY AS v (n, o)
    WHERE n IS NOT NULL AND NOT EXISTS (SELECT FROM @extschema@.grid_edition AS e WHERE e.name = n)
    ORDER BY o
    LIMIT 1;
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG104',
            MESSAGE = format('there is no edition "%s" of the grid', unknown),
            HINT = 'SELECT name FROM civicgrid.grid_edition lists them; NULL is the draft.';
    END IF;

    IF from_edition IS NULL THEN
        SELECT @extschema@.gridmap_agg(d.code, d.geom) INTO before FROM @extschema@.grid_draft(grid_diff.kind) AS d;
    ELSE
        SELECT m.map INTO before
        FROM @extschema@.grid_edition AS e JOIN @extschema@.grid_edition_map AS m ON m.edition = e.edition
        WHERE e.name = from_edition AND m.kind = grid_diff.kind;
    END IF;
    IF to_edition IS NULL THEN
        SELECT @extschema@.gridmap_agg(d.code, d.geom) INTO after FROM @extschema@.grid_draft(grid_diff.kind) AS d;
    ELSE
        SELECT m.map INTO after
        FROM @extschema@.grid_edition AS e JOIN @extschema@.grid_edition_map AS m ON m.edition = e.edition
        WHERE e.name = to_edition AND m.kind = grid_diff.kind;
    END IF;
    RETURN QUERY SELECT d.* FROM @extschema@.grid_map_diff(before, after) AS d;
END;
$$;
COMMENT ON FUNCTION grid_diff(text, text, grid_kind) IS
    'what changes from one edition of the grid to another, or to the draft (网格版本对比): cells added, removed, moved and recoded, and the ground and cases that change hands';
