
-- How good a classifier is (分类器评估).  See doc/class-feedback.md.

-- The rows of a query of the caller's: a message and its class.  It is run as
-- the caller would run it, with his rights and his search path, which is why the
-- path is an argument: a default is worked out before the function pins its own.
CREATE FUNCTION classifier_labelled(query text, path text DEFAULT current_setting('search_path'))
    RETURNS TABLE (message text, class eventcode)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    ROWS 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own constant text := current_setting('search_path');
    plain constant text := regexp_replace(query, '[\s;]+$', '');
    probe refcursor;
    types record;
    message_type pg_type;
    class_type pg_type;
    r record;
    skipped bigint := 0;
BEGIN
    IF query IS NULL OR path IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'the query cannot be NULL',
            HINT = 'For example ''SELECT message, code FROM civicgrid.class_example_all''.';
    END IF;

    -- A cursor takes one statement only.  An error takes the path back, too.
    BEGIN
        PERFORM pg_catalog.set_config('search_path', path, true);
        OPEN probe FOR EXECUTE
            'SELECT pg_catalog.pg_typeof(q.civicgrid_message)::pg_catalog.oid AS message, pg_catalog.pg_typeof(q.civicgrid_class)::pg_catalog.oid AS class '
            || 'FROM (SELECT) AS one LEFT JOIN (SELECT civicgrid_message, civicgrid_class FROM ('
            || plain || E'\n) AS civicgrid_labelled (civicgrid_message, civicgrid_class) LIMIT 0) AS q ON true';
        FETCH probe INTO types;
        CLOSE probe;
    EXCEPTION
        WHEN syntax_error OR invalid_cursor_definition THEN
            RAISE EXCEPTION USING
                ERRCODE = 'syntax_error',
                MESSAGE = 'the query is not one SELECT',
                DETAIL = format('The server says: %s.', SQLERRM),
                HINT = 'For example ''SELECT message, code FROM civicgrid.class_example_all''.';
        WHEN invalid_column_reference THEN
            IF strpos(SQLERRM, 'civicgrid_labelled') = 0 THEN
                RAISE;
            END IF;
            RAISE EXCEPTION USING
                ERRCODE = 'datatype_mismatch',
                MESSAGE = 'the query gives one column only',
                DETAIL = 'The first is taken as the message, the second as its class.',
                HINT = 'For example ''SELECT message, code FROM civicgrid.class_example_all''.';
    END;
    PERFORM pg_catalog.set_config('search_path', own, true);

    SELECT t.* INTO message_type FROM pg_type AS t WHERE t.oid = types.message;
    SELECT t.* INTO class_type FROM pg_type AS t WHERE t.oid = types.class;
    IF message_type.typcategory <> 'S' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'datatype_mismatch',
            MESSAGE = 'the first column of the query is not text',
            DETAIL = format('It is of type %s; the first column is taken as the message, the second as its class.', format_type(types.message, NULL)),
            HINT = 'For example ''SELECT message, code FROM civicgrid.class_example_all''.';
    END IF;
    -- a number would have lost the zero that most codes begin with
    IF class_type.typcategory <> 'S'
        AND '@extschema@.eventcode'::regtype NOT IN (class_type.oid, class_type.typbasetype)
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'datatype_mismatch',
            MESSAGE = 'the second column of the query is neither eventcode nor text',
            DETAIL = format('It is of type %s; the first column is taken as the message, the second as its class.', format_type(types.class, NULL)),
            HINT = 'Codes begin with zeros, so a number is none; write them as text.';
    END IF;

    PERFORM pg_catalog.set_config('search_path', path, true);
    FOR r IN EXECUTE
        'SELECT civicgrid_message::pg_catalog.text AS message, civicgrid_class::pg_catalog.text::@extschema@.eventcode AS class FROM ('
        || plain || E'\n) AS civicgrid_labelled (civicgrid_message, civicgrid_class)'
    LOOP
        IF r.message IS NULL OR r.class IS NULL THEN
            skipped := skipped OPERATOR(pg_catalog.+) 1;
        ELSE
            message := r.message;
            class := r.class;
            RETURN NEXT;
        END IF;
    END LOOP;
    PERFORM pg_catalog.set_config('search_path', own, true);
    IF skipped > 0 THEN
        RAISE NOTICE USING MESSAGE = CASE skipped
            WHEN 1 THEN '1 row without message or class was left out'
            ELSE format('%s rows without message or class were left out', skipped)
        END;
    END IF;
END;
$$;
COMMENT ON FUNCTION classifier_labelled(text, text) IS
    'the messages and classes that a query gives (已标注消息); run with the rights and the search path of the caller, rows with a NULL are left out';

CREATE FUNCTION classifier_answers(model classifier, query text, path text DEFAULT current_setting('search_path'))
    RETURNS TABLE (message text, truth eventcode, answer eventcode, probability double precision)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    ROWS 10000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF model IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'the classifier cannot be NULL',
            HINT = 'SELECT edition FROM civicgrid.taxonomy_edition WHERE model IS NOT NULL lists the editions that have one.';
    END IF;
    RETURN QUERY
    SELECT l.message, l.class, t.class, t.probability
    FROM @extschema@.classifier_labelled(classifier_answers.query, classifier_answers.path) AS l
    CROSS JOIN LATERAL @extschema@.classify_top(classifier_answers.model, l.message, 1) AS t;
END;
$$;
COMMENT ON FUNCTION classifier_answers(classifier, text, text) IS
    'each message of a query with its true class and the answer of a classifier (逐条评估)';

-- Compared and grouped as text, as everywhere in a body that is parsed.
CREATE FUNCTION classifier_score(
    truths eventcode[],
    answers eventcode[],
    probabilities double precision[],
    threshold double precision DEFAULT 0.9
) RETURNS TABLE (
    scope text, class eventcode, support bigint, answered bigint, correct bigint,
    "precision" double precision, recall double precision, f1 double precision,
    confidence double precision, calibration_error double precision,
    sure_share double precision, sure_precision double precision
)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- as many as classifier_info() has
    bins constant integer := 15;
BEGIN
    IF (threshold BETWEEN 0 AND 1) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'threshold must be a probability, from 0 to 1',
            DETAIL = format('It is %s.', coalesce(threshold::text, 'NULL'));
    END IF;
    IF coalesce(cardinality(truths), 0) <> coalesce(cardinality(answers), 0)
        OR coalesce(cardinality(truths), 0) <> coalesce(cardinality(probabilities), 0)
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'array_subscript_error',
            MESSAGE = 'true classes, answers and probabilities are not of the same number',
            DETAIL = format('They are %s, %s and %s.', coalesce(cardinality(truths), 0), coalesce(cardinality(answers), 0), coalesce(cardinality(probabilities), 0));
    END IF;

    IF EXISTS (
        SELECT FROM unnest(truths, answers, probabilities) AS v (truth, answer, p)
        WHERE v.truth IS NULL OR v.answer IS NULL OR (v.p BETWEEN 0 AND 1) IS NOT TRUE
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'a true class, an answer or a probability is NULL, or a probability not from 0 to 1',
            DETAIL = 'What it would count for is not defined.',
            HINT = 'Leave such messages out.';
    END IF;

    RETURN QUERY
    WITH message AS MATERIALIZED (
        SELECT v.truth::text COLLATE "C" AS truth, v.answer::text COLLATE "C" AS answer, v.p,
               (v.truth::text = v.answer::text)::integer AS hit
        FROM unnest(truths, answers, probabilities) AS v (truth, answer, p)
    ),
    -- by answer, and by none for all messages
    bin AS (
        SELECT m.answer, abs(sum(m.p) - sum(m.hit)) AS gap
        FROM message AS m
        GROUP BY GROUPING SETS (
            (m.answer, least(floor(m.p * bins), bins - 1)),
            (least(floor(m.p * bins), bins - 1))
        )
    ),
    gap AS (
        SELECT b.answer, sum(b.gap) AS gap FROM bin AS b GROUP BY b.answer
    ),
    of_answer AS (
        SELECT m.answer, count(*) AS answered, sum(m.hit) AS correct, avg(m.p) AS confidence,
               count(*) FILTER (WHERE m.p >= classifier_score.threshold) AS sure,
               sum(m.hit) FILTER (WHERE m.p >= classifier_score.threshold) AS sure_correct
        FROM message AS m
        GROUP BY GROUPING SETS ((m.answer), ())
    ),
    of_truth AS (
        SELECT m.truth, count(*) AS support FROM message AS m GROUP BY m.truth
    ),
    known AS (
        SELECT t.truth AS class FROM of_truth AS t
        UNION
        SELECT a.answer FROM of_answer AS a WHERE a.answer IS NOT NULL
    ),
    of_class AS (
        SELECT k.class, coalesce(t.support, 0) AS support, coalesce(a.answered, 0) AS answered, coalesce(a.correct, 0) AS correct,
               a.correct / a.answered::double precision AS pr,
               coalesce(a.correct, 0) / t.support::double precision AS re,
               2 * coalesce(a.correct, 0) / (coalesce(t.support, 0) + coalesce(a.answered, 0))::double precision AS f1,
               a.confidence, g.gap / a.answered AS error,
               a.sure / a.answered::double precision AS sure_share, a.sure_correct / nullif(a.sure, 0)::double precision AS sure_pr
        FROM known AS k
        LEFT JOIN of_truth AS t ON t.truth = k.class
        LEFT JOIN of_answer AS a ON a.answer = k.class
        LEFT JOIN gap AS g ON g.answer = k.class
    ),
    line AS (
        SELECT 1 AS place, 'class' AS scope, c.* FROM of_class AS c
        UNION ALL
        SELECT 2, 'macro', NULL, sum(c.support), sum(c.answered), sum(c.correct),
               avg(coalesce(c.pr, 0)), avg(coalesce(c.re, 0)), avg(c.f1), NULL, NULL, NULL, NULL
        FROM of_class AS c
        UNION ALL
        SELECT 3, 'weighted', NULL, sum(c.support), sum(c.answered), sum(c.correct),
               sum(c.support * coalesce(c.pr, 0)) / sum(c.support), sum(c.support * coalesce(c.re, 0)) / sum(c.support),
               sum(c.support * c.f1) / sum(c.support), NULL, NULL, NULL, NULL
        FROM of_class AS c
        UNION ALL
        SELECT 4, 'all', NULL, a.answered, a.answered, a.correct,
               a.correct / nullif(a.answered, 0)::double precision, a.correct / nullif(a.answered, 0)::double precision,
               a.correct / nullif(a.answered, 0)::double precision, a.confidence, g.gap / nullif(a.answered, 0),
               a.sure / nullif(a.answered, 0)::double precision, a.sure_correct / nullif(a.sure, 0)::double precision
        FROM of_answer AS a
        LEFT JOIN gap AS g ON g.answer IS NULL
        WHERE a.answer IS NULL
    )
    SELECT l.scope, l.class::@extschema@.eventcode, coalesce(l.support, 0)::bigint, coalesce(l.answered, 0)::bigint, coalesce(l.correct, 0)::bigint,
           l.pr, l.re, l.f1, l.confidence, l.error, l.sure_share, l.sure_pr
    FROM line AS l
    ORDER BY l.place, l.class COLLATE "C";
END;
$$;
COMMENT ON FUNCTION classifier_score(eventcode[], eventcode[], double precision[], double precision) IS
    'precision, recall, F1 and calibration of answers whose truth is known (评估指标): one row per class, then macro, weighted, all';

CREATE FUNCTION classifier_eval(
    model classifier,
    query text,
    threshold double precision DEFAULT 0.9,
    path text DEFAULT current_setting('search_path')
) RETURNS TABLE (
    scope text, class eventcode, support bigint, answered bigint, correct bigint,
    "precision" double precision, recall double precision, f1 double precision,
    confidence double precision, calibration_error double precision,
    sure_share double precision, sure_precision double precision
)
    LANGUAGE SQL STABLE PARALLEL UNSAFE
    ROWS 100
BEGIN ATOMIC
    SELECT s.scope, s.class, s.support, s.answered, s.correct, s."precision", s.recall, s.f1,
           s.confidence, s.calibration_error, s.sure_share, s.sure_precision
    FROM (
        SELECT array_agg(a.truth) AS truths, array_agg(a.answer) AS answers, array_agg(a.probability) AS probabilities
        FROM @extschema@.classifier_answers(model, query, path) AS a
    ) AS v
    CROSS JOIN LATERAL @extschema@.classifier_score(v.truths, v.answers, v.probabilities, threshold) AS s;
END;
COMMENT ON FUNCTION classifier_eval(classifier, text, double precision, text) IS
    'how good a classifier is on the messages of a query (分类器评估): precision 查准率, recall 查全率, F1 and calibration, for each class and for all';

-- What classify() answers with a threshold: a class or, where no class is sure
-- enough, one that it lies within.
CREATE FUNCTION classifier_threshold(
    model classifier,
    query text,
    threshold double precision DEFAULT 0.9,
    path text DEFAULT current_setting('search_path')
) RETURNS TABLE (digits integer, answered bigint, answered_share double precision, correct bigint, "precision" double precision)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    ROWS 5
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF model IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'the classifier cannot be NULL',
            HINT = 'SELECT edition FROM civicgrid.taxonomy_edition WHERE model IS NOT NULL lists the editions that have one.';
    END IF;
    IF (threshold BETWEEN 0 AND 1) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'threshold must be a probability, from 0 to 1',
            DETAIL = format('It is %s.', coalesce(threshold::text, 'NULL'));
    END IF;
    RETURN QUERY
    WITH message AS MATERIALIZED (
        SELECT length(a.answer::text) AS digits, (a.class OPERATOR(@extschema@.<@) a.answer)::integer AS hit
        FROM (
            SELECT l.class, @extschema@.classify(classifier_threshold.model, l.message, classifier_threshold.threshold) AS answer
            FROM @extschema@.classifier_labelled(classifier_threshold.query, classifier_threshold.path) AS l
            OFFSET 0
        ) AS a
    )
    SELECT m.digits, count(*), count(*) / n.messages::double precision, coalesce(sum(m.hit), 0),
           sum(m.hit) / count(*)::double precision
    FROM message AS m
    CROSS JOIN (SELECT count(*) AS messages FROM message) AS n
    WHERE m.digits IS NOT NULL
    GROUP BY n.messages, m.digits
    UNION ALL
    SELECT NULL, count(m.digits), count(m.digits) / nullif(count(*), 0)::double precision, coalesce(sum(m.hit), 0),
           sum(m.hit) / nullif(count(m.digits), 0)::double precision
    FROM message AS m
    ORDER BY 1;
END;
$$;
COMMENT ON FUNCTION classifier_threshold(classifier, text, double precision, text) IS
    'how many messages a classifier answers with a threshold (置信度阈值评估), and how many of the answers are right: by digits of the answer, and all';

CREATE FUNCTION classifier_confusion(model classifier, query text, path text DEFAULT current_setting('search_path'))
    RETURNS TABLE (truth eventcode, answer eventcode, messages bigint, share_of_truth double precision, confidence double precision, example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    WITH pair AS (
        SELECT a.truth::text AS truth, a.answer::text AS answer, count(*) AS messages, avg(a.probability) AS confidence,
               -- the one of which the machine was surest
               (array_agg(a.message ORDER BY a.probability DESC, a.message COLLATE "C"))[1] AS example,
               sum(count(*)) OVER (PARTITION BY a.truth::text) AS support
        FROM @extschema@.classifier_answers(classifier_confusion.model, classifier_confusion.query, classifier_confusion.path) AS a
        GROUP BY 1, 2
    )
    SELECT p.truth::@extschema@.eventcode, p.answer::@extschema@.eventcode, p.messages, (p.messages / p.support)::double precision, p.confidence, p.example
    FROM pair AS p
    WHERE p.truth <> p.answer
    ORDER BY p.messages DESC, p.truth COLLATE "C", p.answer COLLATE "C";
END;
$$;
COMMENT ON FUNCTION classifier_confusion(classifier, text, text) IS
    'which classes a classifier takes for which (混淆对), most frequent first, with the message of which it was surest';

CREATE FUNCTION classifier_calibration(model classifier, query text, bins integer DEFAULT 10, path text DEFAULT current_setting('search_path'))
    RETURNS TABLE (probability_from double precision, probability_to double precision, messages bigint, confidence double precision, accuracy double precision)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (bins BETWEEN 1 AND 1000) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'the number of bins must be between 1 and 1000',
            DETAIL = format('It is %s.', coalesce(bins::text, 'NULL'));
    END IF;
    RETURN QUERY
    SELECT b::double precision / bins, (b + 1)::double precision / bins, count(a.bin), avg(a.probability), avg(a.hit)::double precision
    FROM generate_series(0, bins - 1) AS b
    LEFT JOIN (
        SELECT least(floor(v.probability * bins), bins - 1) AS bin, v.probability, (v.truth::text = v.answer::text)::integer AS hit
        FROM @extschema@.classifier_answers(classifier_calibration.model, classifier_calibration.query, classifier_calibration.path) AS v
    ) AS a ON a.bin = b
    GROUP BY b
    ORDER BY b;
END;
$$;
COMMENT ON FUNCTION classifier_calibration(classifier, text, integer, text) IS
    'how often a classifier is right where it says so (概率校准), by bins of its probability';

-- A fold is as a rule that all of one text is in it, however it is written, or
-- the classifier would be examined on what it has learned; and that each class
-- is spread over all folds.
CREATE FUNCTION classifier_cross_validate(
    query text,
    folds integer DEFAULT 5,
    seed bigint DEFAULT 0,
    options jsonb DEFAULT NULL,
    threshold double precision DEFAULT 0.9,
    path text DEFAULT current_setting('search_path')
) RETURNS TABLE (
    scope text, class eventcode, support bigint, answered bigint, correct bigint,
    "precision" double precision, recall double precision, f1 double precision,
    confidence double precision, calibration_error double precision,
    sure_share double precision, sure_precision double precision
)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
    truths @extschema@.eventcode[] := '{}';
    answers @extschema@.eventcode[] := '{}';
    probabilities double precision[] := '{}';
BEGIN
    IF (folds BETWEEN 2 AND 100) IS NOT TRUE OR seed IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'the number of folds must be between 2 and 100, and the seed not NULL',
            DETAIL = format('They are %s and %s.', coalesce(folds::text, 'NULL'), coalesce(seed::text, 'NULL'));
    END IF;
    FOR r IN
        WITH labelled AS MATERIALIZED (
            SELECT l.message, l.class, (dense_rank() OVER (
                ORDER BY l.class::text COLLATE "C", sha256(convert_to(seed || ' ' || @extschema@.fold(l.message), 'UTF8'))
            ) - 1) % folds AS fold
            FROM @extschema@.classifier_labelled(classifier_cross_validate.query, classifier_cross_validate.path) AS l
        )
        SELECT a.*
        FROM generate_series(0, folds - 1) AS f (fold)
        CROSS JOIN LATERAL (
            SELECT @extschema@.classifier_train(l.message, l.class, 1.0, coalesce(options, '{}')) AS model
            FROM labelled AS l
            WHERE l.fold <> f.fold
        ) AS m
        CROSS JOIN LATERAL (
            SELECT array_agg(l.class) AS truths, array_agg(t.class) AS answers, array_agg(t.probability) AS probabilities
            FROM labelled AS l
            CROSS JOIN LATERAL @extschema@.classify_top(m.model, l.message, 1) AS t
            WHERE l.fold = f.fold
        ) AS a
    LOOP
        IF r.truths IS NULL THEN
            RAISE EXCEPTION USING
                ERRCODE = 'invalid_parameter_value',
                MESSAGE = format('there are fewer different messages than %s folds', folds),
                HINT = 'Give more messages or fewer folds.';
        END IF;
        truths := truths || r.truths;
        answers := answers || r.answers;
        probabilities := probabilities || r.probabilities;
    END LOOP;
    RETURN QUERY
    SELECT s.* FROM @extschema@.classifier_score(truths, answers, probabilities, classifier_cross_validate.threshold) AS s;
END;
$$;
COMMENT ON FUNCTION classifier_cross_validate(text, integer, bigint, jsonb, double precision, text) IS
    'how good classifiers are that are trained on the other folds of the same messages (交叉验证); the same for the same rows and seed';
