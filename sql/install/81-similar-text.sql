
-- Similar cases (相似案件) and candidates for merging (并案).  See
-- doc/similar-texts.md.

-- An expression index keeps the register as it is: nothing to dump, and after
-- a change of folding REINDEX is all.  What is in the register is indexed, so
-- there is none of which the print cannot be made; otherwise who sees only some
-- cases could not have them found by the index.
CREATE FUNCTION case_print(description text) RETURNS textprint
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'cg_case_print';
COMMENT ON FUNCTION case_print(text) IS
    'the fingerprint of a case''s description (案件文本指纹), as it is indexed; NULL in databases of other encodings than UTF8';

CREATE INDEX case_record_print_idx ON case_record USING gin (case_print(description));
CREATE INDEX case_record_reported_at_idx ON case_record (reported_at);
-- what a place in degrees can be compared with by cell only
CREATE INDEX case_record_unplaced_idx ON case_record (cell, reported_at)
WHERE location IS NULL OR st_srid(location) <> 4326 OR st_isempty(location)
    OR NOT (abs(st_x(location)) <= 180 AND abs(st_y(location)) <= 85);

CREATE FUNCTION similar_texts(
    message text,
    within double precision DEFAULT 0.5,
    from_time timestamptz DEFAULT '-infinity',
    to_time timestamptz DEFAULT 'infinity'
) RETURNS TABLE (
        caseno caseno, similarity double precision, reported_at timestamptz,
        taxonomy text, kind text, class eventcode, cell gridcode, description text
    )
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    ROWS 10
    SET search_path = pg_catalog, pg_temp
    -- a plan for any bounds would read the index of times, all of it
    SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    print @extschema@.textprint := @extschema@.fingerprint(message);
BEGIN
    IF NOT (within >= 0 AND within <= 1) THEN
        RAISE EXCEPTION 'a similarity of % is not possible', within
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'It is a share, from 0 to 1.',
                HINT = '0.5 finds resubmissions, 0.8 copies.';
    END IF;
    RETURN QUERY
    SELECT f.caseno, f.similarity, f.reported_at, f.taxonomy, f.kind, f.class, f.cell, f.description
    FROM (
        SELECT c.*, @extschema@.similarity(@extschema@.case_print(c.description), print) AS similarity
        FROM @extschema@.case_record AS c
        WHERE @extschema@.case_print(c.description) OPERATOR(@extschema@.%) print
            AND c.reported_at >= from_time AND c.reported_at < to_time
        OFFSET 0
    ) AS f
    WHERE f.similarity >= within
    ORDER BY f.similarity DESC, f.reported_at DESC, f.caseno::text COLLATE "C";
END;
$$;
COMMENT ON FUNCTION similar_texts(text, double precision, timestamptz, timestamptz) IS
    'cases whose description is like a text (相似案件), by at least so much, reported from one time on and before another; the most similar first';

-- What makes two cases one differs from class to class, so it is rows.
CREATE TABLE merge_rule (
    rule text NOT NULL,
    taxonomy text,
    kind text,
    class eventcode,
    within_m double precision NOT NULL DEFAULT 50,
    within_time interval NOT NULL DEFAULT '24 hours',
    class_digits integer,
    least_similarity double precision NOT NULL DEFAULT 0,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT merge_rule_pkey PRIMARY KEY (rule),
    CONSTRAINT merge_rule_rule_check CHECK (rule <> ''),
    CONSTRAINT merge_rule_class_check CHECK ((kind IS NULL OR taxonomy IS NOT NULL) AND (class IS NULL OR kind IS NOT NULL)),
    CONSTRAINT merge_rule_within_m_check CHECK (within_m >= 0 AND within_m <= 100000),
    CONSTRAINT merge_rule_within_time_check CHECK (within_time >= '0' AND within_time <= '10 years'),
    CONSTRAINT merge_rule_class_digits_check CHECK (class_digits >= 0),
    CONSTRAINT merge_rule_least_similarity_check CHECK (least_similarity >= 0 AND least_similarity <= 1),
    CONSTRAINT merge_rule_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE merge_rule IS 'when cases may be one (并案规则): for all classes, those of a list, of a kind in it, or within a class; the most specific holds';
COMMENT ON COLUMN merge_rule.rule IS 'name of the rule (规则键)';
COMMENT ON COLUMN merge_rule.taxonomy IS 'list of classes that it is for (分类体系); NULL: all';
COMMENT ON COLUMN merge_rule.kind IS 'kind of class that it is for (种类); NULL: all';
COMMENT ON COLUMN merge_rule.class IS 'class within which it holds (事件分类); NULL: all';
COMMENT ON COLUMN merge_rule.within_m IS 'how many metres apart the places may be (距离，米)';
COMMENT ON COLUMN merge_rule.within_time IS 'how far apart the reports may be (时间间隔)';
COMMENT ON COLUMN merge_rule.class_digits IS 'how many digits of the classes must agree (分类须一致的位数): NULL all, 0 none';
COMMENT ON COLUMN merge_rule.least_similarity IS 'how alike the texts must be (最低文本相似度), from 0 to 1';
COMMENT ON COLUMN merge_rule.remark IS 'remark (备注)';
COMMENT ON COLUMN merge_rule.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

INSERT INTO merge_rule (rule, origin) VALUES ('default', 'shipped');

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON merge_rule
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('rule');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON merge_rule
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON merge_rule IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON merge_rule IS 'shipped rows are not truncated';
SELECT pg_catalog.pg_extension_config_dump('merge_rule', $$WHERE origin <> 'shipped'$$);

CREATE FUNCTION merge_rule_of(taxonomy text, kind text, class eventcode) RETURNS text
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.rule
    FROM @extschema@.merge_rule AS r
    WHERE (r.taxonomy IS NULL OR r.taxonomy = merge_rule_of.taxonomy)
        AND (r.kind IS NULL OR r.kind = merge_rule_of.kind)
        AND (r.class IS NULL OR merge_rule_of.class OPERATOR(@extschema@.<@) r.class)
    ORDER BY coalesce(digits(r.class), 0) DESC, r.kind IS NULL, r.taxonomy IS NULL, r.origin <> 'site', r.rule COLLATE "C"
    LIMIT 1;
END;
COMMENT ON FUNCTION merge_rule_of(text, text, eventcode) IS 'the rule by which cases of a class are merged (适用的并案规则)';

-- A square around a point that holds all that is within so many metres; NULL
-- for what is no place on earth, and near the poles.
CREATE FUNCTION merge_frame(location geometry, metres double precision) RETURNS geometry
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
               WHEN st_geometrytype(location) <> 'ST_Point' OR st_isempty(location)
                    OR NOT (abs(st_x(location)) < 'infinity' AND abs(st_y(location)) < 'infinity') THEN NULL
               WHEN NOT grid_in_degrees(st_srid(location)) THEN st_expand(location, metres)
               -- a degree of latitude has 110.57 km at least
               WHEN abs(st_y(location)) <= 85 AND abs(st_x(location)) <= 180
               THEN st_expand(location, metres / 110000 / cos(radians(abs(st_y(location)) + metres / 110000)), metres / 110000)
           END;
END;
COMMENT ON FUNCTION merge_frame(geometry, double precision) IS 'a square that holds what is within so many metres of a point (并案搜索范围)';

CREATE FUNCTION merge_candidates(
    description text,
    location geometry,
    at timestamptz,
    taxonomy text DEFAULT NULL,
    kind text DEFAULT NULL,
    class eventcode DEFAULT NULL,
    cell gridcode DEFAULT NULL
) RETURNS TABLE (
        caseno caseno, score double precision, distance_m double precision, apart interval,
        similarity double precision, same_class boolean, reason text
    )
    LANGUAGE SQL STABLE PARALLEL SAFE
    ROWS 10
BEGIN ATOMIC
    -- merge_rule_of(), merge_frame() and grid_distance() written out: called from
    -- here they would be planned anew, the last for each candidate
    WITH asked AS MATERIALIZED (
        SELECT r.rule, r.within_m, r.within_time, r.least_similarity,
               r.class_digits AS digits, d.degrees,
               merge_candidates.at - r.within_time AS earliest, merge_candidates.at + r.within_time AS latest,
               CASE WHEN f.frame IS NOT NULL THEN merge_candidates.location END AS point, f.frame,
               fingerprint(merge_candidates.description) AS print
        FROM (
            SELECT m.rule, m.within_m, m.within_time, m.least_similarity, m.class_digits
            FROM @extschema@.merge_rule AS m
            WHERE (m.taxonomy IS NULL OR m.taxonomy = merge_candidates.taxonomy)
                AND (m.kind IS NULL OR m.kind = merge_candidates.kind)
                AND (m.class IS NULL OR merge_candidates.class OPERATOR(@extschema@.<@) m.class)
            ORDER BY coalesce(digits(m.class), 0) DESC, m.kind IS NULL, m.taxonomy IS NULL, m.origin <> 'site', m.rule COLLATE "C"
            LIMIT 1
        ) AS r
        CROSS JOIN LATERAL (
            SELECT EXISTS (
                SELECT FROM spatial_ref_sys AS s
                WHERE s.srid = st_srid(merge_candidates.location) AND s.proj4text LIKE '%+proj=longlat%'
            ) AS degrees
            OFFSET 0
        ) AS d
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN st_geometrytype(merge_candidates.location) <> 'ST_Point' OR st_isempty(merge_candidates.location)
                    OR NOT (abs(st_x(merge_candidates.location)) < 'infinity' AND abs(st_y(merge_candidates.location)) < 'infinity')
                    THEN NULL
                WHEN NOT d.degrees THEN st_expand(merge_candidates.location, r.within_m)
                -- a degree of latitude has 110.57 km at least
                WHEN abs(st_y(merge_candidates.location)) <= 85 AND abs(st_x(merge_candidates.location)) <= 180
                THEN st_expand(merge_candidates.location,
                    r.within_m / 110000 / cos(radians(abs(st_y(merge_candidates.location)) + r.within_m / 110000)), r.within_m / 110000)
            END AS frame
            OFFSET 0
        ) AS f
        WHERE isfinite(merge_candidates.at)
    ), near AS (
        -- by place; what has none that can be compared, by cell
        SELECT c.caseno, c.reported_at, c.description, c.taxonomy, c.kind, c.class,
               CASE
                   WHEN a.degrees THEN st_distance(
                       geography(CASE WHEN a.degrees THEN c.location END), geography(CASE WHEN a.degrees THEN a.point END)
                   )
                   ELSE st_distance(c.location, a.point)
               END AS metres
        FROM asked AS a
        JOIN @extschema@.case_record AS c ON c.location && a.frame AND st_srid(c.location) = st_srid(a.point)
            AND c.reported_at >= a.earliest AND c.reported_at <= a.latest
        UNION ALL
        SELECT c.caseno, c.reported_at, c.description, c.taxonomy, c.kind, c.class, NULL
        FROM asked AS a
        JOIN @extschema@.case_record AS c ON c.cell = merge_candidates.cell
            AND c.reported_at >= a.earliest AND c.reported_at <= a.latest
        WHERE st_srid(a.point) = 4326
            AND (c.location IS NULL OR st_srid(c.location) <> 4326 OR st_isempty(c.location)
                OR NOT (abs(st_x(c.location)) <= 180 AND abs(st_y(c.location)) <= 85))
            AND CASE
                  WHEN a.point IS NULL OR c.location IS NULL OR st_isempty(c.location) OR st_srid(c.location) <> st_srid(a.point) THEN true
                  -- most are so, and merge_frame() costs more than all the rest
                  WHEN abs(st_x(c.location)) <= 180 AND abs(st_y(c.location)) <= 85 THEN false
                  ELSE merge_frame(c.location, 0) IS NULL
              END
        UNION ALL
        SELECT c.caseno, c.reported_at, c.description, c.taxonomy, c.kind, c.class, NULL
        FROM asked AS a
        JOIN @extschema@.case_record AS c ON c.cell = merge_candidates.cell
            AND c.reported_at >= a.earliest AND c.reported_at <= a.latest
        WHERE (st_srid(a.point) = 4326) IS NOT TRUE
            AND CASE
                  WHEN a.point IS NULL OR c.location IS NULL OR st_isempty(c.location) OR st_srid(c.location) <> st_srid(a.point) THEN true
                  -- most are so, and merge_frame() costs more than all the rest
                  WHEN abs(st_x(c.location)) <= 180 AND abs(st_y(c.location)) <= 85 THEN false
                  ELSE merge_frame(c.location, 0) IS NULL
              END
    ), judged AS (
        SELECT a.rule, a.within_m, a.within_time, n.caseno, n.metres,
               greatest(n.reported_at - merge_candidates.at, merge_candidates.at - n.reported_at) AS apart,
               -- what is not classified yet may be the same
               n.taxonomy = merge_candidates.taxonomy AND n.kind = merge_candidates.kind
                   AND n.class = merge_candidates.class AS same_class,
               similarity(case_print(n.description), a.print) AS similarity
        FROM near AS n
        CROSS JOIN asked AS a
        WHERE (n.metres <= a.within_m OR n.metres IS NULL)
            AND (n.taxonomy = merge_candidates.taxonomy AND n.kind = merge_candidates.kind AND CASE
                     WHEN a.digits IS NULL THEN n.class = merge_candidates.class
                     ELSE left(n.class::text, a.digits) = left(merge_candidates.class::text, a.digits)
                 END OR coalesce(a.digits, -1) = 0) IS NOT FALSE
            AND similarity(case_print(n.description), a.print) >= a.least_similarity IS NOT FALSE
    ), scored AS (
        SELECT j.*,
               (CASE
                    WHEN j.metres IS NULL THEN 0.5
                    WHEN j.within_m = 0 THEN 1
                    ELSE 1 - j.metres / j.within_m
                END
                + CASE
                      WHEN j.apart = '0' THEN 1
                      -- a month has 30 days here, and up to 31 before
                      ELSE greatest(0, 1 - extract(epoch FROM j.apart)::double precision / extract(epoch FROM j.within_time)::double precision)
                  END
                + CASE WHEN j.same_class THEN 1 ELSE 0.5 END
                + coalesce(least(1, 2 * j.similarity), 0)) / 4 AS score
        FROM judged AS j
    )
    SELECT s.caseno, s.score, s.metres, s.apart, s.similarity, s.same_class,
           concat_ws(', ',
               CASE WHEN s.metres IS NULL THEN 'in the same cell' ELSE format('%s m away', round(s.metres::numeric, 1)) END,
               format('%s apart', justify_hours(date_trunc('second', s.apart))),
               CASE
                   WHEN s.same_class THEN 'same class'
                   WHEN s.same_class IS NULL THEN 'class not known'
                   ELSE 'class not the same'
               END,
               round((100 * s.similarity)::numeric) || ' % of the text alike')
               || format(' (rule %s: %s m, %s)', s.rule, s.within_m, s.within_time)
    FROM scored AS s
    ORDER BY s.score DESC, s.apart, s.caseno::text COLLATE "C";
END;
COMMENT ON FUNCTION merge_candidates(text, geometry, timestamptz, text, text, eventcode, gridcode) IS
    'cases that may be one with what is reported (并案候选), by place, time, class and text as the rule of the class says; the likeliest first';

CREATE FUNCTION merge_candidates_of(caseno caseno) RETURNS TABLE (
        candidate caseno, score double precision, distance_m double precision, apart interval,
        similarity double precision, same_class boolean, reason text
    )
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 10
BEGIN ATOMIC
    SELECT m.caseno, m.score, m.distance_m, m.apart, m.similarity, m.same_class, m.reason
    FROM @extschema@.case_record AS c
    CROSS JOIN LATERAL merge_candidates(c.description, c.location, c.reported_at, c.taxonomy, c.kind, c.class, c.cell) AS m
    WHERE c.caseno = merge_candidates_of.caseno AND m.caseno <> c.caseno
    ORDER BY m.score DESC, m.apart, m.caseno::text COLLATE "C";
END;
COMMENT ON FUNCTION merge_candidates_of(caseno) IS
    'what merge_candidates() gives for a case in the register (并案候选)';

CREATE FUNCTION merge_candidates(caseno caseno) RETURNS TABLE (
        candidate caseno, score double precision, distance_m double precision, apart interval,
        similarity double precision, same_class boolean, reason text
    )
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM @extschema@.case_record AS r WHERE r.caseno OPERATOR(@extschema@.=) $1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no case %', $1
            USING ERRCODE = 'CG320',
                DETAIL = 'It is not in the register of cases.',
                HINT = 'merge_candidates(description, location, at, …) takes what is not registered yet.';
    END IF;
    RETURN QUERY SELECT * FROM @extschema@.merge_candidates_of($1);
END;
$$;
COMMENT ON FUNCTION merge_candidates(caseno) IS
    'cases that may be one with a case (并案候选), by place, time, class and text as the rule of its class says; the likeliest first';
