
-- Publishing a taxonomy (发布分类体系): its draft is compiled into a classifier.
-- See doc/taxonomy.md.

-- The phrases of a taxonomy, as a classifier takes them: of a confusion one that
-- speaks against the class and one for the right one.  Phrases about classes that
-- are not in use on that day say nothing.  A synonym without a condition or a
-- territory is another name of its class.
CREATE FUNCTION class_phrases(taxonomy text, kind text, at date)
    RETURNS TABLE (
        phrase text, code eventcode, weight double precision, also text[], unless text[], territory gridcode,
        is_name boolean
    )
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 500
BEGIN ATOMIC
    WITH active AS MATERIALIZED (
        SELECT d.code::text AS code
        FROM @extschema@.taxonomy_draft(taxonomy, kind) AS d
        WHERE coalesce(d.valid_from, '-infinity') <= at AND coalesce(d.valid_to, 'infinity') > at
    )
    SELECT p.phrase, v.code, v.weight, p.also, p.unless, p.territory,
           p.use = 'include' AND p.territory IS NULL
               AND cardinality(coalesce(p.also, '{}') || coalesce(p.unless, '{}')) = 0
    FROM @extschema@.class_phrase AS p
    CROSS JOIN LATERAL (
        SELECT coalesce(p.weight, @extschema@.class_phrase_weight(p.use)) AS weight
    ) AS w
    CROSS JOIN LATERAL (
        SELECT p.code, CASE p.use WHEN 'include' THEN w.weight ELSE -w.weight END
        UNION ALL
        SELECT p.instead, w.weight WHERE p.use = 'confusion'
    ) AS v (code, weight)
    WHERE p.taxonomy = class_phrases.taxonomy
        AND p.kind = class_phrases.kind
        AND w.weight > 0
        AND p.code::text IN (SELECT a.code FROM active AS a)
        AND (p.instead IS NULL OR p.instead::text IN (SELECT a.code FROM active AS a));
END;
COMMENT ON FUNCTION class_phrases(text, text, date) IS
    'phrases of the draft (分类词语) with their weights, as a classifier takes them, for the classes in use on a day';

-- What a model learns from: the one place that says so.
CREATE FUNCTION taxonomy_examples(taxonomy text, kind text, at date)
    RETURNS TABLE (message text, code eventcode, weight double precision)
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT e.message, e.code, e.weight
    FROM @extschema@.class_example_all AS e
    WHERE e.taxonomy = taxonomy_examples.taxonomy AND e.kind = taxonomy_examples.kind
        AND e.code::text IN (
            SELECT d.code::text
            FROM @extschema@.taxonomy_draft(taxonomy_examples.taxonomy, taxonomy_examples.kind) AS d
            WHERE coalesce(d.valid_from, '-infinity') <= at AND coalesce(d.valid_to, 'infinity') > at
        );
END;
$$;
COMMENT ON FUNCTION taxonomy_examples(text, text, date) IS
    'messages of known class (分类样例) of the classes in use on a day, from which taxonomy_model() learns';

-- What is said of the classes themselves, and what few examples there are: so
-- classes without any stay answerable.  Names count by what they are made of;
-- added as phrases besides they would count twice.
CREATE FUNCTION classifier_from_taxonomy(taxonomy text, kind text, at date DEFAULT @extschema@.class_day(now())) RETURNS classifier
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    model @extschema@.classifier;
    phrased @extschema@.classifier;
BEGIN
    SELECT @extschema@.classifier_from_classes(v.code, v.name, v.remark, v.phrases, v.example)
    INTO model
    FROM (
        SELECT d.code, d.name, d.remark, NULL::text[], NULL::text
        FROM @extschema@.taxonomy_draft(classifier_from_taxonomy.taxonomy, classifier_from_taxonomy.kind) AS d
        WHERE coalesce(d.valid_from, '-infinity') <= at AND coalesce(d.valid_to, 'infinity') > at
        UNION ALL
        SELECT p.code, NULL, NULL, ARRAY[p.phrase], NULL
        FROM @extschema@.class_phrases(classifier_from_taxonomy.taxonomy, classifier_from_taxonomy.kind, at) AS p
        WHERE p.is_name
        UNION ALL
        SELECT e.code, NULL, NULL, NULL, e.message
        FROM @extschema@.taxonomy_examples(classifier_from_taxonomy.taxonomy, classifier_from_taxonomy.kind, at) AS e
    ) AS v (code, name, remark, phrases, example);
    SELECT @extschema@.classifier_add_phrases(model, p.phrase, p.code, p.weight, p.also, p.unless, p.territory)
    INTO phrased
    FROM @extschema@.class_phrases(classifier_from_taxonomy.taxonomy, classifier_from_taxonomy.kind, at) AS p
    WHERE model IS NOT NULL AND NOT p.is_name;
    RETURN coalesce(phrased, model);
END;
$$;
COMMENT ON FUNCTION classifier_from_taxonomy(text, text, date) IS
    'a classifier made of the names, remarks and phrases of the classes in use on a day (冷启动模型), and of examples, if there are a few';

-- What publish_taxonomy() compiles.  Machines are trained only on enough
-- examples: with fewer they do no better than names, and hardly ever answer a
-- class that has none.
CREATE FUNCTION taxonomy_model(
    taxonomy text,
    kind text,
    at date DEFAULT @extschema@.class_day(now()),
    options jsonb DEFAULT NULL
) RETURNS classifier
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- examples to a class that has any, on the average
    enough constant double precision := coalesce((options ->> 'enough')::double precision, 20);
    -- what a name, a remark or a synonym counts for beside an example
    name_weight constant double precision := coalesce((options ->> 'names')::double precision, 1);
    unknown text;
    model @extschema@.classifier;
    phrased @extschema@.classifier;
    codes @extschema@.eventcode[];
BEGIN
    -- the others are checked only if there is training
    SELECT k INTO unknown
    FROM jsonb_object_keys(options) AS k
    WHERE k NOT IN ('enough', 'names', 'cost', 'passes', 'rows', 'bytes', 'grams', 'levels')
    ORDER BY k
    LIMIT 1;
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('taxonomy_model() has no option "%s"', unknown),
            DETAIL = 'Nothing would be done with it.',
            HINT = 'Options are enough, names, and those of classifier_train().';
    END IF;
    IF (
        SELECT count(*) = 0 OR count(*) < enough * count(DISTINCT e.code::text)
        FROM @extschema@.taxonomy_examples(taxonomy_model.taxonomy, taxonomy_model.kind, at) AS e
    ) THEN
        RETURN @extschema@.classifier_from_taxonomy(taxonomy_model.taxonomy, taxonomy_model.kind, at);
    END IF;

    SELECT array_agg(d.code ORDER BY d.code::text COLLATE "C")
    INTO codes
    FROM @extschema@.taxonomy_draft(taxonomy_model.taxonomy, taxonomy_model.kind) AS d
    WHERE coalesce(d.valid_from, '-infinity') <= at AND coalesce(d.valid_to, 'infinity') > at;
    SELECT @extschema@.classifier_train(v.message, v.code, v.weight, coalesce(options, '{}') - 'names' - 'enough')
    INTO model
    FROM (
        SELECT e.message, e.code, e.weight
        FROM @extschema@.taxonomy_examples(taxonomy_model.taxonomy, taxonomy_model.kind, at) AS e
        UNION ALL
        SELECT t.said, t.code, name_weight
        FROM (
            SELECT unnest(ARRAY[d.name, d.remark]), d.code
            FROM @extschema@.taxonomy_draft(taxonomy_model.taxonomy, taxonomy_model.kind) AS d
            UNION ALL
            SELECT p.phrase, p.code
            FROM @extschema@.class_phrases(taxonomy_model.taxonomy, taxonomy_model.kind, at) AS p
            WHERE p.is_name
        ) AS t (said, code)
        WHERE name_weight > 0
            AND t.code::text IN (SELECT c::text FROM unnest(codes) AS c)
            -- a class that has none within it in use
            AND t.code::text NOT IN (
                SELECT left(c::text, n)
                FROM unnest(codes) AS c
                CROSS JOIN generate_series(1, length(c::text) - 1) AS n
            )
    ) AS v;
    model := @extschema@.classifier_add_classes(model, codes);
    SELECT @extschema@.classifier_add_phrases(model, p.phrase, p.code, p.weight, p.also, p.unless, p.territory)
    INTO phrased
    FROM @extschema@.class_phrases(taxonomy_model.taxonomy, taxonomy_model.kind, at) AS p;
    RETURN coalesce(phrased, model);
END;
$$;
COMMENT ON FUNCTION taxonomy_model(text, text, date, jsonb) IS
    'the classifier that the draft of a taxonomy makes (编译分类模型), of the classes in use on a day; NULL if there are none';

CREATE PROCEDURE publish_taxonomy(
    taxonomy text,
    kind text,
    valid_from timestamptz DEFAULT NULL,
    INOUT edition bigint DEFAULT NULL,
    remark text DEFAULT NULL,
    options jsonb DEFAULT NULL
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
    day date;
    model @extschema@.classifier;
    classes integer;
    phrases integer;
    examples integer;
    mix jsonb;
    confidence double precision;
    duplicate text;
BEGIN
    IF NOT isfinite(publish_taxonomy.valid_from) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'an edition of a taxonomy needs an instant from which it holds',
            DETAIL = format('valid_from is %s.', publish_taxonomy.valid_from);
    END IF;
    PERFORM @extschema@.check_class_target(publish_taxonomy.taxonomy, publish_taxonomy.kind);

    -- One publishes at a time, and nobody edits meanwhile; whoever only reads
    -- does not wait.  Who has edited and goes on to publish must not wait for
    -- one who publishes and waits for the edit: so the draft comes first.
    LOCK TABLE @extschema@.taxonomy, @extschema@.class_kind, @extschema@.event_class,
        @extschema@.class_phrase, @extschema@.class_example IN SHARE MODE;
    LOCK TABLE @extschema@.taxonomy_edition IN SHARE ROW EXCLUSIVE MODE;
    -- by default from now on, unless another edition came into force since
    publish_taxonomy.valid_from := coalesce(publish_taxonomy.valid_from, greatest(now(), (
        SELECT max(e.valid_from) FROM @extschema@.taxonomy_edition AS e
        WHERE e.taxonomy = publish_taxonomy.taxonomy AND e.kind = publish_taxonomy.kind
            AND e.valid_from <= clock_timestamp()
    )));
    day := @extschema@.class_day(publish_taxonomy.valid_from);

    FOR finding IN
        SELECT k.*
        FROM @extschema@.taxonomy_check() AS k
        WHERE k.taxonomy = publish_taxonomy.taxonomy AND k.kind = publish_taxonomy.kind
        ORDER BY k.severity, k.code::text COLLATE "C", k.fault, k.detail
    LOOP
        IF finding.severity = 'error' THEN
            errors := errors + 1;
            IF errors <= shown THEN
                listed := concat_ws(E'\n', listed, format('%s: %s. %s', finding.code, finding.fault, finding.detail));
            END IF;
        ELSE
            warnings := warnings + 1;
        END IF;
    END LOOP;
    IF errors > 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG301',
            MESSAGE = format('the draft of taxonomy "%s", kind %s, has %s', publish_taxonomy.taxonomy, publish_taxonomy.kind,
                CASE errors WHEN 1 THEN '1 error' ELSE errors || ' errors' END),
            DETAIL = listed || CASE WHEN errors > shown THEN format(E'\n… and %s more', errors - shown) ELSE '' END,
            HINT = 'SELECT * FROM civicgrid.taxonomy_check() lists them all.';
    END IF;

    SELECT count(*)
    INTO classes
    FROM @extschema@.taxonomy_draft(publish_taxonomy.taxonomy, publish_taxonomy.kind) AS d
    WHERE coalesce(d.valid_from, '-infinity') <= day AND coalesce(d.valid_to, 'infinity') > day;
    IF classes = 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG303',
            MESSAGE = 'there is nothing to publish',
            DETAIL = format('Taxonomy "%s" has no class of kind %s that is in use on %s.',
                publish_taxonomy.taxonomy, publish_taxonomy.kind, to_char(day, 'YYYY-MM-DD')),
            HINT = 'load_classes() fills civicgrid.event_class; a class is in use from its valid_from to its valid_to, and no longer than its taxonomy.';
    END IF;

    -- one statement, so one snapshot: people decide meanwhile
    SELECT @extschema@.taxonomy_model(publish_taxonomy.taxonomy, publish_taxonomy.kind, day, options),
           (SELECT count(*) FROM @extschema@.class_phrases(publish_taxonomy.taxonomy, publish_taxonomy.kind, day)),
           sum(g.n), jsonb_object_agg(g.code, g.weight / g.total)
    INTO model, phrases, examples, mix
    FROM (
        SELECT e.code::text AS code, count(*) AS n, sum(e.weight) AS weight, sum(sum(e.weight)) OVER () AS total
        FROM @extschema@.taxonomy_examples(publish_taxonomy.taxonomy, publish_taxonomy.kind, day) AS e
        GROUP BY e.code::text
    ) AS g;
    -- how sure a calibrated model is of new messages, on the average, is how often
    -- it was right about texts that were left out
    confidence := (SELECT i.accuracy FROM @extschema@.classifier_info(model) AS i);

    SELECT coalesce(max(e.edition), 0) + 1 INTO publish_taxonomy.edition FROM @extschema@.taxonomy_edition AS e;
    BEGIN
        INSERT INTO @extschema@.taxonomy_edition_class (edition, code, name, parent, sensitive, valid_from, valid_to, remark)
        SELECT publish_taxonomy.edition, d.code, d.name, d.parent, d.sensitive, d.valid_from, d.valid_to, d.remark
        FROM @extschema@.taxonomy_draft(publish_taxonomy.taxonomy, publish_taxonomy.kind) AS d;
        INSERT INTO @extschema@.taxonomy_edition (
            edition, taxonomy, kind, valid_from, digest, model, classes, phrases, examples, class_mix, mean_confidence, remark
        )
        SELECT publish_taxonomy.edition, publish_taxonomy.taxonomy, publish_taxonomy.kind, publish_taxonomy.valid_from,
               @extschema@.taxonomy_digest(publish_taxonomy.edition, model), model, classes, phrases, coalesce(examples, 0), mix, confidence, publish_taxonomy.remark;
    EXCEPTION WHEN unique_violation THEN
        GET STACKED DIAGNOSTICS duplicate = CONSTRAINT_NAME;
        IF duplicate NOT LIKE 'taxonomy\_edition%' THEN
            RAISE;
        END IF;
        -- the snapshot is older than what another session has published
        RAISE EXCEPTION USING
            ERRCODE = 'serialization_failure',
            MESSAGE = 'another edition of a taxonomy was published meanwhile',
            HINT = 'Try again in a new transaction.';
    END;
    RAISE NOTICE USING
        MESSAGE = format('edition %s of taxonomy "%s", kind %s: %s classes, %s phrases, %s examples, %s warnings',
            publish_taxonomy.edition, publish_taxonomy.taxonomy, publish_taxonomy.kind,
            classes, phrases, coalesce(examples, 0), warnings);
END;
$$;
COMMENT ON PROCEDURE publish_taxonomy(text, text, timestamptz, bigint, text, jsonb) IS
    'publish the draft of a taxonomy (发布分类体系) as an edition that holds from an instant on; refused while taxonomy_check() finds an error in it';
REVOKE EXECUTE ON PROCEDURE publish_taxonomy(text, text, timestamptz, bigint, text, jsonb) FROM PUBLIC;

-- One row always.  A class that has ended since the edition was published is no
-- answer; as long as none has, the model answers by itself.
CREATE FUNCTION classify_message(
    message text,
    taxonomy text,
    kind text,
    at timestamptz DEFAULT now(),
    threshold double precision DEFAULT NULL,
    cell gridcode DEFAULT NULL
) RETURNS TABLE (class eventcode, name text, probability double precision, edition bigint)
    LANGUAGE SQL STABLE PARALLEL SAFE COST 1000
    ROWS 1
BEGIN ATOMIC
    SELECT a.class, c.name, a.probability, e.edition
    FROM (SELECT @extschema@.taxonomy_edition_in_force(taxonomy, kind, at)) AS f (edition)
    LEFT JOIN (
        SELECT t.edition, t.model, EXISTS (
                   SELECT FROM @extschema@.taxonomy_edition_class AS p
                   WHERE p.edition = t.edition
                       AND p.valid_to <= @extschema@.class_day(at) AND p.valid_to > @extschema@.class_day(t.valid_from)
               ) AS shrunk
        FROM @extschema@.taxonomy_edition AS t
    ) AS e ON e.edition = f.edition
    LEFT JOIN LATERAL (
        SELECT t.class, t.probability
        FROM @extschema@.classify_top(e.model, message, 1, cell) AS t
        WHERE threshold IS NULL AND NOT e.shrunk
        UNION ALL
        SELECT k.class, (
                   SELECT least(sum(t.probability), 1)
                   FROM @extschema@.classify_top(e.model, message, CASE WHEN k.class IS NULL THEN 1 ELSE 1000000 END, cell) AS t
                   WHERE coalesce(t.class <@ k.class, true)
               )
        FROM @extschema@.classify(e.model, message, threshold, cell) AS k (class)
        WHERE threshold IS NOT NULL AND NOT e.shrunk
        UNION ALL
        (
            -- keys of an object are found quickly whatever the planner thinks
            WITH here AS MATERIALIZED (
                SELECT jsonb_object_agg(p.code::text, true) AS codes
                FROM @extschema@.taxonomy_edition_class AS p
                WHERE e.shrunk AND p.edition = e.edition AND coalesce(p.valid_to, 'infinity') > @extschema@.class_day(at)
            ),
            t AS MATERIALIZED (
                SELECT t.class, t.probability
                FROM here
                CROSS JOIN LATERAL @extschema@.classify_top(e.model, message, 1000000, cell) AS t
                WHERE here.codes ? t.class::text
            )
            SELECT CASE WHEN v.sure THEN v.code::@extschema@.eventcode END, v.probability
            FROM (
                (
                    SELECT threshold IS NULL AS sure, t.class::text AS code, t.probability
                    FROM t
                    ORDER BY t.probability DESC, t.class::text COLLATE "C"
                    LIMIT 1
                )
                UNION ALL
                SELECT true, l.code::text, least(sum(t.probability), 1)
                FROM here
                CROSS JOIN t
                CROSS JOIN LATERAL unnest(@extschema@.lineage(t.class)) AS l (code)
                -- where all classes together are not sure enough, fewer are not either
                WHERE @extschema@.classify(e.model, message, threshold, cell) IS NOT NULL
                    AND threshold IS NOT NULL AND here.codes ? l.code::text
                GROUP BY l.code::text
                HAVING least(sum(t.probability), 1) >= threshold
            ) AS v
            ORDER BY v.sure DESC, length(v.code) DESC, v.probability DESC, v.code COLLATE "C"
            LIMIT 1
        )
    ) AS a ON true
    LEFT JOIN @extschema@.taxonomy_edition_class AS c ON c.edition = e.edition AND c.code = a.class;
END;
COMMENT ON FUNCTION classify_message(text, text, text, timestamptz, double precision, gridcode) IS
    'the class of a message (智能分类) in the edition in force at an instant, with its name and probability; with a threshold the narrowest class that is sure enough, or none';

-- What an edition, or the draft, changes.
CREATE FUNCTION taxonomy_diff(from_edition bigint, to_edition bigint DEFAULT NULL)
    RETURNS TABLE (change text, code eventcode, other eventcode, before text, after text, cases bigint)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    unknown bigint;
    of @extschema@.taxonomy_edition;
BEGIN
    SELECT n INTO unknown
    FROM unnest(ARRAY[from_edition, to_edition]) WITH ORDINALITY AS v (n, o)
    WHERE n IS NOT NULL AND NOT EXISTS (SELECT FROM @extschema@.taxonomy_edition AS e WHERE e.edition = n)
    ORDER BY o
    LIMIT 1;
    IF unknown IS NOT NULL OR num_nonnulls(from_edition, to_edition) = 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG305',
            MESSAGE = coalesce('there is no edition ' || unknown || ' of a taxonomy', 'an edition of a taxonomy must be named'),
            HINT = 'SELECT edition, taxonomy, kind, valid_from FROM civicgrid.taxonomy_edition lists them; NULL is the draft.';
    END IF;
    IF (
        SELECT count(*) FROM (
            SELECT DISTINCT e.taxonomy, e.kind FROM @extschema@.taxonomy_edition AS e
            WHERE e.edition IN (from_edition, to_edition)
        ) AS v
    ) > 1 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('editions %s and %s are of different taxonomies or kinds', from_edition, to_edition),
            HINT = 'map_class() translates from one taxonomy to another.';
    END IF;
    SELECT e.taxonomy, e.kind INTO of.taxonomy, of.kind
    FROM @extschema@.taxonomy_edition AS e
    WHERE e.edition = coalesce(from_edition, to_edition);

    RETURN QUERY
    WITH draft AS MATERIALIZED (
        SELECT d.* FROM @extschema@.taxonomy_draft(of.taxonomy, of.kind) AS d
    ),
    a AS MATERIALIZED (
        SELECT c.code::text AS code, c.name, c.parent::text AS parent, c.sensitive, c.valid_from, c.valid_to, c.remark
        FROM @extschema@.taxonomy_edition_class AS c
        WHERE c.edition = from_edition
        UNION ALL
        SELECT d.code::text, d.name, d.parent::text, d.sensitive, d.valid_from, d.valid_to, d.remark
        FROM draft AS d
        WHERE from_edition IS NULL
    ),
    b AS MATERIALIZED (
        SELECT c.code::text AS code, c.name, c.parent::text AS parent, c.sensitive, c.valid_from, c.valid_to, c.remark
        FROM @extschema@.taxonomy_edition_class AS c
        WHERE c.edition = to_edition
        UNION ALL
        SELECT d.code::text, d.name, d.parent::text, d.sensitive, d.valid_from, d.valid_to, d.remark
        FROM draft AS d
        WHERE to_edition IS NULL
    ),
    gone AS MATERIALIZED (
        SELECT a.code, a.name, count(*) OVER (PARTITION BY a.name) AS namesakes
        FROM a
        WHERE a.code NOT IN (SELECT b.code FROM b)
    ),
    come AS MATERIALIZED (
        SELECT b.code, b.name, count(*) OVER (PARTITION BY b.name) AS namesakes
        FROM b
        WHERE b.code NOT IN (SELECT a.code FROM a)
    ),
    -- below another class it has another code; the name tells that it is the same
    moved AS MATERIALIZED (
        SELECT g.code, c.code AS other
        FROM gone AS g
        JOIN come AS c ON c.name = g.name
        WHERE g.namesakes = 1 AND c.namesakes = 1
    ),
    both_have AS MATERIALIZED (
        SELECT a.code, a.name AS a_name, b.name AS b_name, a.parent AS a_parent, b.parent AS b_parent,
               a.sensitive AS a_sensitive, b.sensitive AS b_sensitive, a.remark AS a_remark, b.remark AS b_remark,
               a.valid_from AS a_from, b.valid_from AS b_from, a.valid_to AS a_to, b.valid_to AS b_to
        FROM a
        JOIN b ON b.code = a.code
    ),
    line (change, code, other, before, after) AS (
        SELECT 'added', c.code, NULL, NULL, c.name FROM come AS c WHERE c.code NOT IN (SELECT m.other FROM moved AS m)
        UNION ALL
        SELECT 'removed', g.code, NULL, g.name, NULL FROM gone AS g WHERE g.code NOT IN (SELECT m.code FROM moved AS m)
        UNION ALL
        SELECT 'moved', m.code, m.other, g.name, g.name FROM moved AS m JOIN gone AS g ON g.code = m.code
        UNION ALL
        SELECT 'moved', h.code, NULL, h.a_parent, h.b_parent FROM both_have AS h WHERE h.a_parent IS DISTINCT FROM h.b_parent
        UNION ALL
        SELECT 'renamed', h.code, NULL, h.a_name, h.b_name FROM both_have AS h WHERE h.a_name <> h.b_name
        UNION ALL
        SELECT CASE WHEN coalesce(h.b_to, 'infinity') < coalesce(h.a_to, 'infinity') THEN 'retired' ELSE 'prolonged' END,
               h.code, NULL, to_char(h.a_to, 'YYYY-MM-DD'), to_char(h.b_to, 'YYYY-MM-DD')
        FROM both_have AS h
        WHERE h.a_to IS DISTINCT FROM h.b_to
        UNION ALL
        SELECT 'begins', h.code, NULL, to_char(h.a_from, 'YYYY-MM-DD'), to_char(h.b_from, 'YYYY-MM-DD')
        FROM both_have AS h
        WHERE h.a_from IS DISTINCT FROM h.b_from
        UNION ALL
        SELECT 'sensitive', h.code, NULL, h.a_sensitive::text, h.b_sensitive::text FROM both_have AS h WHERE h.a_sensitive <> h.b_sensitive
        UNION ALL
        SELECT 'reworded', h.code, NULL, h.a_remark, h.b_remark FROM both_have AS h WHERE h.a_remark IS DISTINCT FROM h.b_remark
    )
    SELECT l.change, l.code::@extschema@.eventcode, l.other::@extschema@.eventcode, l.before, l.after, (
               SELECT count(*) FROM @extschema@.case_record AS r
               WHERE r.taxonomy = of.taxonomy AND r.kind = of.kind AND r.class OPERATOR(@extschema@.=) l.code::@extschema@.eventcode
           )
    FROM line AS l
    ORDER BY l.change, l.code COLLATE "C", l.other COLLATE "C";
END;
$$;
COMMENT ON FUNCTION taxonomy_diff(bigint, bigint) IS
    'what changes from one edition of a taxonomy to another, or to the draft (分类版本对比): classes added, removed, moved, renamed and retired, and the cases that have them';
