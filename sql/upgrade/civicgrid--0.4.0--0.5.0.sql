\echo Use "ALTER EXTENSION civicgrid UPDATE TO '0.5.0'" to load this file. \quit

-- it tells more now: see below
DROP FUNCTION taxonomy_check();

-- Folding (文本归一): one form for all the ways of writing the same words.
-- See doc/textfold.md.

-- IMMUTABLE as lower() and normalize() are, and ICU's collations: the result
-- depends on tables of Unicode, which grow with versions but keep what they
-- say of a character once it is there.  fold_version() tells which they are.
CREATE FUNCTION fold(value text) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'cg_fold';
COMMENT ON FUNCTION fold(text) IS 'a text in one form (文本归一): half-width, lower case, simplified; spaces and repeated marks once; telephone numbers (电话) as ℡, identity numbers (身份证) as №';

-- Not IMMUTABLE: a plan may outlive a change of ICU, as a view does.
CREATE FUNCTION fold_version() RETURNS text
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_fold_version';
COMMENT ON FUNCTION fold_version() IS 'what fold() depends on (归一规则版本): its own version, ICU''s and Unicode''s';

-- Classifiers (分类器): from a citizen's words to an event class.

CREATE TYPE classifier;

CREATE FUNCTION classifier_in(cstring) RETURNS classifier
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_in';
COMMENT ON FUNCTION classifier_in(cstring) IS 'text input of classifier';

CREATE FUNCTION classifier_out(classifier) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_out';
COMMENT ON FUNCTION classifier_out(classifier) IS 'text output of classifier';

CREATE FUNCTION classifier_recv(internal) RETURNS classifier
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_recv';
COMMENT ON FUNCTION classifier_recv(internal) IS 'binary input of classifier';

CREATE FUNCTION classifier_send(classifier) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_send';
COMMENT ON FUNCTION classifier_send(classifier) IS 'binary output of classifier';

CREATE TYPE classifier (
    INPUT = classifier_in,
    OUTPUT = classifier_out,
    RECEIVE = classifier_recv,
    SEND = classifier_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = double,
    STORAGE = external
);
COMMENT ON TYPE classifier IS 'a model that finds the event class of a text (分类器): trained on texts whose classes are known, with phrases of an administrator';

CREATE FUNCTION classifier_train_step(internal, text, eventcode) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_train_step';
COMMENT ON FUNCTION classifier_train_step(internal, text, eventcode) IS 'transition function of classifier_train';

CREATE FUNCTION classifier_train_step(internal, text, eventcode, double precision) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_train_step';
COMMENT ON FUNCTION classifier_train_step(internal, text, eventcode, double precision) IS 'transition function of classifier_train';

CREATE FUNCTION classifier_train_step(internal, text, eventcode, double precision, jsonb) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_train_step';
COMMENT ON FUNCTION classifier_train_step(internal, text, eventcode, double precision, jsonb) IS 'transition function of classifier_train';

CREATE FUNCTION classifier_train_final(internal) RETURNS classifier
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_train_final';
COMMENT ON FUNCTION classifier_train_final(internal) IS 'final function of classifier_train';

-- The final function uses up what was collected, so it can be called once only.
CREATE AGGREGATE classifier_train(text, eventcode) (
    SFUNC = classifier_train_step,
    STYPE = internal,
    FINALFUNC = classifier_train_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE classifier_train(text, eventcode) IS 'train a classifier (训练分类器) on texts with their classes; the order of the rows does not matter';

CREATE AGGREGATE classifier_train(text, eventcode, double precision) (
    SFUNC = classifier_train_step,
    STYPE = internal,
    FINALFUNC = classifier_train_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE classifier_train(text, eventcode, double precision) IS 'train a classifier (训练分类器) on texts with their classes and weights; the order of the rows does not matter';

CREATE AGGREGATE classifier_train(text, eventcode, double precision, jsonb) (
    SFUNC = classifier_train_step,
    STYPE = internal,
    FINALFUNC = classifier_train_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE classifier_train(text, eventcode, double precision, jsonb) IS 'train a classifier (训练分类器) on texts with their classes, weights and options; the order of the rows does not matter';

-- Phrases of an administrator.  A model of NULL is what makes one of phrases
-- alone, so the function cannot be strict.
CREATE FUNCTION classifier_add_phrases_step(internal, classifier, text, eventcode, double precision) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_add_phrases_step';
COMMENT ON FUNCTION classifier_add_phrases_step(internal, classifier, text, eventcode, double precision) IS 'transition function of classifier_add_phrases';

CREATE FUNCTION classifier_add_phrases_step(internal, classifier, text, eventcode, double precision, text[], text[], gridcode) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_add_phrases_step';
COMMENT ON FUNCTION classifier_add_phrases_step(internal, classifier, text, eventcode, double precision, text[], text[], gridcode) IS 'transition function of classifier_add_phrases';

CREATE FUNCTION classifier_add_phrases_final(internal) RETURNS classifier
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_add_phrases_final';
COMMENT ON FUNCTION classifier_add_phrases_final(internal) IS 'final function of classifier_add_phrases';

CREATE AGGREGATE classifier_add_phrases(model classifier, phrase text, code eventcode, weight double precision) (
    SFUNC = classifier_add_phrases_step,
    STYPE = internal,
    FINALFUNC = classifier_add_phrases_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE classifier_add_phrases(classifier, text, eventcode, double precision) IS 'a classifier with phrases (短语) that speak for or against a class, in log-odds; the order of the rows does not matter';

CREATE AGGREGATE classifier_add_phrases(model classifier, phrase text, code eventcode, weight double precision, also text[], unless text[], territory gridcode) (
    SFUNC = classifier_add_phrases_step,
    STYPE = internal,
    FINALFUNC = classifier_add_phrases_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE classifier_add_phrases(classifier, text, eventcode, double precision, text[], text[], gridcode) IS 'a classifier with phrases (短语) that speak for or against a class, in log-odds, together with others or without others (排除词), in a territory (地域); the order of the rows does not matter';

CREATE FUNCTION classifier_add_classes(model classifier, codes eventcode[]) RETURNS classifier
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_add_classes';
COMMENT ON FUNCTION classifier_add_classes(classifier, eventcode[]) IS 'a classifier with more answers (增加类别): ancestors of its classes (上级类别), or classes that nothing is known of yet';

-- IMMUTABLE as fold() is.  A threshold or a cell of NULL means none, so these
-- are not strict; a NULL model or message gives NULL or no row all the same.
CREATE FUNCTION classify(model classifier, message text, threshold double precision DEFAULT NULL, cell gridcode DEFAULT NULL) RETURNS eventcode
    LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'cg_classify';
COMMENT ON FUNCTION classify(classifier, text, double precision, gridcode) IS 'the most likely class of a text (智能分类); with a threshold (置信度阈值) the most detailed class or ancestor that is as likely, or NULL';

CREATE FUNCTION classify_top(model classifier, message text, k integer DEFAULT 5, cell gridcode DEFAULT NULL) RETURNS TABLE (class eventcode, probability double precision, rank integer, score bigint)
    LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 5
    AS 'MODULE_PATHNAME', 'cg_classify_top';
COMMENT ON FUNCTION classify_top(classifier, text, integer, gridcode) IS 'the k most likely classes of a text (候选分类)';

CREATE FUNCTION classify_explain(model classifier, message text, class eventcode DEFAULT NULL, cell gridcode DEFAULT NULL) RETURNS TABLE (
        explained eventcode, span_from integer, span_to integer, fragment text,
        contribution bigint, source text
    )
    LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 500
    AS 'MODULE_PATHNAME', 'cg_classify_explain';
COMMENT ON FUNCTION classify_explain(classifier, text, eventcode, gridcode) IS 'what makes up the score of a class (分类依据), by default of the most likely: a fragment of the text each, and the bias; they add up to the score';

CREATE FUNCTION classifier_info(
    model classifier,
    OUT classes integer,
    OUT nodes integer,
    OUT levels integer[],
    OUT features integer,
    OUT phrases integer,
    OUT texts integer,
    OUT bytes bigint,
    OUT folding text,
    OUT accuracy double precision,
    OUT calibration_error double precision,
    OUT digest text
)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_info';
COMMENT ON FUNCTION classifier_info(classifier) IS 'what a classifier was made of, and how it did in cross-validation (分类器信息)';

-- Classifiers of what is known of the classes themselves (冷启动).

CREATE FUNCTION classifier_from_classes_step(internal, eventcode, text, text, text[]) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_from_classes_step';
COMMENT ON FUNCTION classifier_from_classes_step(internal, eventcode, text, text, text[]) IS 'transition function of classifier_from_classes';

CREATE FUNCTION classifier_from_classes_step(internal, eventcode, text, text, text[], text) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_from_classes_step';
COMMENT ON FUNCTION classifier_from_classes_step(internal, eventcode, text, text, text[], text) IS 'transition function of classifier_from_classes';

CREATE FUNCTION classifier_from_classes_final(internal) RETURNS classifier
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_classifier_from_classes_final';
COMMENT ON FUNCTION classifier_from_classes_final(internal) IS 'final function of classifier_from_classes';

-- The final function uses up what was collected, so it can be called once only.
CREATE AGGREGATE classifier_from_classes(code eventcode, name text, remark text, phrases text[]) (
    SFUNC = classifier_from_classes_step,
    STYPE = internal,
    FINALFUNC = classifier_from_classes_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE classifier_from_classes(eventcode, text, text, text[]) IS 'a classifier made of the names, remarks and phrases of classes (冷启动分类器), all levels of one taxonomy and kind, without any labelled text';

CREATE AGGREGATE classifier_from_classes(code eventcode, name text, remark text, phrases text[], example text) (
    SFUNC = classifier_from_classes_step,
    STYPE = internal,
    FINALFUNC = classifier_from_classes_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE classifier_from_classes(eventcode, text, text, text[], text) IS 'a classifier made of the names, remarks and phrases of classes (冷启动分类器) and of a few texts whose classes are known';

-- What an administrator teaches a classifier (分类词语与样例): phrases and
-- examples.  With the classes of 30-taxonomy.sql they are the draft that
-- publish_taxonomy() compiles.  See doc/taxonomy.md.

CREATE TABLE class_phrase (
    taxonomy text NOT NULL,
    kind text NOT NULL,
    phrase text NOT NULL,
    code eventcode NOT NULL,
    use text NOT NULL DEFAULT 'include',
    weight double precision,
    also text[],
    unless text[],
    instead eventcode,
    territory gridcode,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT class_phrase_phrase_check CHECK (phrase <> ''),
    CONSTRAINT class_phrase_use_check CHECK (use IN ('include', 'exclude', 'confusion')),
    CONSTRAINT class_phrase_weight_check CHECK (weight >= 0 AND weight <= 100),
    CONSTRAINT class_phrase_also_check CHECK (array_position(also, '') IS NULL AND array_position(also, NULL) IS NULL),
    CONSTRAINT class_phrase_unless_check CHECK (array_position(unless, '') IS NULL AND array_position(unless, NULL) IS NULL),
    CONSTRAINT class_phrase_instead_check CHECK ((use = 'confusion') = (instead IS NOT NULL) AND instead <> code),
    CONSTRAINT class_phrase_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
-- One row for a phrase, a class and a use in a territory; NULLS NOT DISTINCT came
-- with PostgreSQL 15 only.
CREATE UNIQUE INDEX class_phrase_key
    ON class_phrase (taxonomy, kind, code, use, phrase, coalesce(territory::text, ''));
COMMENT ON TABLE class_phrase IS 'phrases that speak for a class or against it (分类词语)';
COMMENT ON COLUMN class_phrase.taxonomy IS 'the list that the class belongs to (分类体系)';
COMMENT ON COLUMN class_phrase.kind IS 'its kind (种类)';
COMMENT ON COLUMN class_phrase.phrase IS 'the words as they stand in messages (词语); compared folded, see fold()';
COMMENT ON COLUMN class_phrase.code IS 'the class that it speaks for or against (分类代码); an upper class stands for all within it';
COMMENT ON COLUMN class_phrase.use IS 'include 同义词: for the class, exclude 排除词: against it, confusion 易混: against it and for the class in instead (用途)';
COMMENT ON COLUMN class_phrase.weight IS 'how much it weighs (权重), in log-odds; NULL: as class_phrase_weight() says; 0: nothing, as if it were not there';
COMMENT ON COLUMN class_phrase.also IS 'words of which all must be in the message too (同现词)';
COMMENT ON COLUMN class_phrase.unless IS 'words of which none may be in the message (除外词)';
COMMENT ON COLUMN class_phrase.instead IS 'of a confusion, the class that is right (正确分类)';
COMMENT ON COLUMN class_phrase.territory IS 'the ground on which it is said so (地域); NULL: everywhere';
COMMENT ON COLUMN class_phrase.remark IS 'remark (备注)';
COMMENT ON COLUMN class_phrase.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

CREATE TABLE class_example (
    example bigint GENERATED BY DEFAULT AS IDENTITY,
    taxonomy text NOT NULL,
    kind text NOT NULL,
    message text NOT NULL,
    code eventcode NOT NULL,
    weight double precision NOT NULL DEFAULT 1,
    source text,
    noted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT class_example_pkey PRIMARY KEY (example),
    CONSTRAINT class_example_message_check CHECK (message <> ''),
    CONSTRAINT class_example_weight_check CHECK (weight > 0 AND weight < 'infinity')
);
CREATE INDEX class_example_class_idx ON class_example (taxonomy, kind, code);
COMMENT ON TABLE class_example IS 'messages whose class is known (分类样例), from which a classifier learns';
COMMENT ON COLUMN class_example.example IS 'number (序号)';
COMMENT ON COLUMN class_example.taxonomy IS 'the list that the class belongs to (分类体系)';
COMMENT ON COLUMN class_example.kind IS 'its kind (种类)';
COMMENT ON COLUMN class_example.message IS 'the message (诉求内容), title first, on a line of its own';
COMMENT ON COLUMN class_example.code IS 'its class (分类代码)';
COMMENT ON COLUMN class_example.weight IS 'how many messages it counts for (权重)';
COMMENT ON COLUMN class_example.source IS 'where it was taken from (出处)';
COMMENT ON COLUMN class_example.noted_at IS 'when it was entered (录入时间)';
COMMENT ON SEQUENCE class_example_example_seq IS 'numbers of examples';
SELECT pg_catalog.pg_extension_config_dump('class_example', '');
SELECT pg_catalog.pg_extension_config_dump('class_example_example_seq', '');

-- e^5 is 148: a class as likely as another becomes 148 times as likely.  What is
-- excluded stays so whatever else the message says.
CREATE FUNCTION class_phrase_weight(use text) RETURNS double precision
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE use WHEN 'include' THEN 5.0 WHEN 'exclude' THEN 20.0 WHEN 'confusion' THEN 5.0 END::double precision;
END;
COMMENT ON FUNCTION class_phrase_weight(text) IS
    'what a phrase weighs that names no weight (词语默认权重), in log-odds';

-- What does not fit together.  An administrator sees all of it at once and may
-- edit in any order; an error keeps publish_taxonomy() from publishing the
-- taxonomy and kind that it is in.
CREATE FUNCTION taxonomy_check()
    RETURNS TABLE (severity text, taxonomy text, kind text, code eventcode, fault text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- the walk up a chain of parents ends here; no scheme has so many levels
    max_levels constant integer := 12;
    -- fold() needs it
    utf8 constant boolean := getdatabaseencoding() = 'UTF8';
BEGIN
    RETURN QUERY
    SELECT 'error', c.taxonomy, c.kind, c.code, 'unknown taxonomy', format('There is no taxonomy "%s".', c.taxonomy)
    FROM @extschema@.event_class AS c
    WHERE NOT EXISTS (SELECT FROM @extschema@.taxonomy AS t WHERE t.taxonomy = c.taxonomy);

    RETURN QUERY
    SELECT 'error', c.taxonomy, c.kind, c.code, 'unknown kind', format('There is no kind "%s".', c.kind)
    FROM @extschema@.event_class AS c
    WHERE NOT EXISTS (SELECT FROM @extschema@.class_kind AS k WHERE k.kind = c.kind);

    RETURN QUERY
    SELECT 'error', c.taxonomy, c.kind, c.code, 'orphan', format('Its parent %s is no class of this taxonomy and kind.', c.parent)
    FROM @extschema@.event_class AS c
    WHERE c.parent IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM @extschema@.event_class AS p
            WHERE p.taxonomy = c.taxonomy AND p.kind = c.kind AND p.code OPERATOR(@extschema@.=) c.parent
        );

    RETURN QUERY
    SELECT 'error', c.taxonomy, c.kind, c.code, 'parent no prefix',
           format('Its code does not begin with that of its parent, %s.', c.parent)
    FROM @extschema@.event_class AS c
    WHERE NOT c.parent OPERATOR(@extschema@.@>) c.code;

    -- only a parent that is no prefix can close a circle
    RETURN QUERY
    WITH RECURSIVE up AS (
        SELECT c.taxonomy, c.kind, c.code, c.parent, 1 AS steps
        FROM @extschema@.event_class AS c
        WHERE NOT c.parent OPERATOR(@extschema@.@>) c.code
        UNION ALL
        SELECT u.taxonomy, u.kind, u.code, p.parent, u.steps + 1
        FROM up AS u
        JOIN @extschema@.event_class AS p
            ON p.taxonomy = u.taxonomy AND p.kind = u.kind AND p.code OPERATOR(@extschema@.=) u.parent
        WHERE u.steps <= max_levels AND p.parent IS NOT NULL
    )
    SELECT 'error', u.taxonomy, u.kind, u.code, 'cycle', format('Its chain of parents does not end within %s levels.', max_levels)
    FROM up AS u
    WHERE u.steps > max_levels;

    RETURN QUERY
    SELECT 'warning', c.taxonomy, c.kind, c.code, 'parent retired',
           format('Its parent %s is not in use after %s.', c.parent, p.valid_to - 1)
    FROM @extschema@.event_class AS c
    JOIN @extschema@.event_class AS p
        ON p.taxonomy = c.taxonomy AND p.kind = c.kind AND p.code OPERATOR(@extschema@.=) c.parent
    WHERE p.valid_to < coalesce(c.valid_to, 'infinity');

    RETURN QUERY
    SELECT 'error', v.taxonomy, v.kind, v.code, 'phrase of unknown class',
           format('Phrase "%s" (%s) is about class %s, which is no class of this taxonomy and kind.', v.phrase, v.use, v.code)
    FROM (
        SELECT p.taxonomy, p.kind, p.phrase, p.use, p.code FROM @extschema@.class_phrase AS p
        UNION ALL
        SELECT p.taxonomy, p.kind, p.phrase, 'instead', p.instead FROM @extschema@.class_phrase AS p WHERE p.instead IS NOT NULL
    ) AS v
    WHERE NOT EXISTS (
        SELECT FROM @extschema@.event_class AS c
        WHERE c.taxonomy = v.taxonomy AND c.kind = v.kind AND c.code OPERATOR(@extschema@.=) v.code
    );

    RETURN QUERY
    SELECT 'error', p.taxonomy, p.kind, p.code, 'empty phrase',
           format('Phrase "%s" (%s) has nothing in it that fold() leaves.', v.words, p.use)
    FROM @extschema@.class_phrase AS p
    CROSS JOIN LATERAL unnest(p.phrase || coalesce(p.also, '{}') || coalesce(p.unless, '{}')) AS v (words)
    WHERE CASE WHEN utf8 THEN @extschema@.fold(v.words) ELSE btrim(v.words) END = '';

    RETURN QUERY
    SELECT 'warning', e.taxonomy, e.kind, e.code, 'example of unknown class',
           CASE count(*) WHEN 1 THEN '1 example is' ELSE count(*) || ' examples are' END
           || ' of a class that is no class of this taxonomy and kind.'
    FROM @extschema@.class_example AS e
    WHERE NOT EXISTS (
        SELECT FROM @extschema@.event_class AS c
        WHERE c.taxonomy = e.taxonomy AND c.kind = e.kind AND c.code OPERATOR(@extschema@.=) e.code
    )
    GROUP BY e.taxonomy, e.kind, e.code;

    RETURN QUERY
    SELECT 'warning', m.from_taxonomy, m.from_kind, m.from_code, 'mapped to nothing',
           format('There is no %s %s in taxonomy "%s".', m.to_kind, m.to_code, m.to_taxonomy)
    FROM @extschema@.class_map AS m
    WHERE m.to_code IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM @extschema@.event_class AS c
            WHERE c.taxonomy = m.to_taxonomy AND c.kind = m.to_kind AND c.code OPERATOR(@extschema@.=) m.to_code
        );

    RETURN QUERY
    SELECT 'warning', m.from_taxonomy, m.from_kind, m.from_code, 'unknown taxonomy',
           format('There is no taxonomy "%s".', v.t)
    FROM @extschema@.class_map AS m, LATERAL (VALUES (m.from_taxonomy), (m.to_taxonomy)) AS v (t)
    WHERE NOT EXISTS (SELECT FROM @extschema@.taxonomy AS t WHERE t.taxonomy = v.t);
END;
$$;
COMMENT ON FUNCTION taxonomy_check() IS
    'faults of all taxonomies (分类体系检查): classes, phrases, examples and mappings that do not fit together; no rows where all is well';

-- Loading a list of classes (导入分类清单) into the draft: every fault at once,
-- and all rows or none.  See doc/taxonomy.md.

-- A class as a list has it.  leaf tells a class that has a row of its own from
-- one that is only named beside the classes within it.
CREATE TYPE class_row AS (
    row_number bigint,
    code text,
    name text,
    parent text,
    remark text,
    sensitive text,
    valid_from text,
    valid_to text,
    leaf boolean,
    fault text
);
COMMENT ON TYPE class_row IS
    'a class as a list has it (待导入的分类): texts, and a fault that was found already';

CREATE TYPE class_cells AS (
    row_number bigint,
    cells text[]
);
COMMENT ON TYPE class_cells IS 'a row of a list (清单行): its number and texts';

CREATE FUNCTION class_source_rows(source regclass, columns name[]) RETURNS class_cells[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    -- the rows come in the order of the table
    SET synchronize_seqscans = off
    SET max_parallel_workers_per_gather = 0
    SET DateStyle = 'ISO, YMD'
AS $$
DECLARE
    -- no-break, ideographic, zero-width: what spreadsheets leave
    blanks constant text := E' \t\r\n' || CASE WHEN getdatabaseencoding() = 'UTF8'
        THEN chr(160) || chr(12288) || chr(8203) || chr(65279) ELSE '' END;
    missing text;
    found @extschema@.class_cells[];
BEGIN
    SELECT string_agg(format('"%s"', v.c), ', ' ORDER BY v.o)
    INTO missing
    FROM unnest(columns) WITH ORDINALITY AS v (c, o)
    WHERE v.c IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_attribute AS a
        WHERE a.attrelid = source AND a.attname = v.c AND a.attnum > 0 AND NOT a.attisdropped
    );
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_column',
            MESSAGE = format('%s has no column %s', source, missing),
            HINT = 'Column names are taken as they are written, with their capitals.';
    END IF;
    EXECUTE (
        SELECT format(
            'SELECT array_agg(ROW(r.n, r.cells)::@extschema@.class_cells ORDER BY r.n)'
            ' FROM (SELECT row_number() OVER () AS n, ARRAY[%s] AS cells FROM %s) AS r',
            string_agg(CASE
                WHEN v.c IS NULL THEN 'NULL::text'
                ELSE format('nullif(btrim(%I::text, %L), %L)', v.c, blanks, '')
            END, ', ' ORDER BY v.o),
            source
        )
        FROM unnest(columns) WITH ORDINALITY AS v (c, o)
    ) INTO found;
    RETURN coalesce(found, '{}');
END;
$$;
COMMENT ON FUNCTION class_source_rows(regclass, name[]) IS
    'rows of a table or view as texts without the blanks around them (读取清单)';

-- Codes below a parent that are neither taken nor within what is taken, nor have
-- it within them: as wide as those that are there, after the last of them if
-- there is room.  NULL if twelve digits do not suffice.
CREATE FUNCTION free_class_codes(parent text, taken text[], wanted integer) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first constant integer := coalesce(
        (SELECT min(length(t)) FROM unnest(taken) AS t) - length(parent),
        greatest(2, length(wanted::text))
    );
    blocked text[];
    after bigint;
    top bigint;
    found text[];
BEGIN
    FOR width IN first .. least(first + 2, 12 - length(parent)) LOOP
        blocked := ARRAY(SELECT DISTINCT left(t, length(parent) + width) FROM unnest(taken) AS t);
        -- what comes after the last is free; before it, as many as are taken at
        -- most are not
        after := coalesce((SELECT max(rpad(substr(b, length(parent) + 1), width, '9')::bigint) FROM unnest(blocked) AS b), 0);
        top := (10::numeric ^ width)::bigint - 1;
        found := ARRAY(
            SELECT c.code
            FROM (
                SELECT parent || lpad(k::text, width, '0') COLLATE "C" AS code, k
                FROM (
                    SELECT generate_series(after + 1, least(after + wanted, top))
                    UNION ALL
                    SELECT generate_series(1, least((wanted + cardinality(blocked)) * 10 ^ (width - first), after)::bigint)
                ) AS s (k)
            ) AS c
            WHERE c.code NOT IN (SELECT b FROM unnest(blocked) AS b)
                AND (width - first < 1 OR left(c.code, -1) NOT IN (SELECT b FROM unnest(blocked) AS b))
                AND (width - first < 2 OR left(c.code, -2) NOT IN (SELECT b FROM unnest(blocked) AS b))
            ORDER BY c.k <= after, c.k
            LIMIT wanted
        );
        IF cardinality(found) = wanted THEN
            RETURN found;
        END IF;
    END LOOP;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION free_class_codes(text, text[], integer) IS
    'codes for new classes below a parent (分配分类代码)';

-- All or nothing: returns the faults, or stores the classes.  find_parents: the
-- parent is the longest code that the code begins with.
CREATE FUNCTION store_classes(
    taxonomy text,
    kind text,
    classes class_row[],
    find_parents boolean,
    given text[],
    rows_read bigint,
    replace boolean,
    holds_from date
) RETURNS TABLE (row_number bigint, code text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET DateStyle = 'ISO, YMD'
    -- lists have thousands of rows, which the planner cannot know
    SET enable_nestloop = off
    SET jit = off
AS $$
DECLARE
    max_steps constant integer := 100;
    -- what cannot be read, and why; a block of its own for each, so only for
    -- those that are out of the ordinary
    bad text[] := '{}';
    bad_why text[] := '{}';
    bad_dates text[] := '{}';
    bad_dates_why text[] := '{}';
    item text;
    why text;
    detail text;
    refused_rows bigint[];
    refused_codes text[];
    refused_reasons text[];
    inserted bigint;
    changed bigint;
    retired bigint := 0;
BEGIN
    IF rows_read = 0 AND holds_from IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'the list of classes is empty',
            DETAIL = 'All classes of the draft would be retired.',
            HINT = 'Load a list that has rows.';
    END IF;
    FOR item IN
        SELECT DISTINCT v.t
        FROM unnest(classes) AS r, LATERAL (VALUES (r.code), (r.parent)) AS v (t)
        WHERE v.t !~ '^[0-9]{1,12}$'
    LOOP
        BEGIN
            PERFORM item::@extschema@.eventcode;
            RAISE EXCEPTION USING MESSAGE = format('"%s" is not a code', item);
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS why = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
            bad := bad || item;
            bad_why := bad_why || (why || coalesce(': ' || nullif(detail, ''), ''));
        END;
    END LOOP;
    FOR item IN
        SELECT DISTINCT v.t
        FROM unnest(classes) AS r, LATERAL (VALUES (r.valid_from), (r.valid_to)) AS v (t)
        WHERE v.t IS NOT NULL
    LOOP
        BEGIN
            PERFORM item::date;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS why = MESSAGE_TEXT;
            bad_dates := bad_dates || item;
            bad_dates_why := bad_dates_why || why;
        END;
    END LOOP;

    WITH RECURSIVE r AS MATERIALIZED (
        SELECT v.*, row_number() OVER () AS n, v.code ~ '^[0-9]{1,12}$' AS readable,
               v.valid_from <> ALL (bad_dates) AS from_date, v.valid_to <> ALL (bad_dates) AS to_date
        FROM unnest(classes) AS v
    ),
    draft AS MATERIALIZED (
        SELECT c.code::text AS code, c.name, c.parent::text AS parent, c.valid_from, c.valid_to
        FROM @extschema@.event_class AS c
        WHERE c.taxonomy = store_classes.taxonomy AND c.kind = store_classes.kind
    ),
    -- of each code the row that has it first
    first AS MATERIALIZED (
        SELECT DISTINCT ON (r.code) r.code, r.name, r.parent, r.row_number, r.n
        FROM r
        WHERE r.readable AND r.fault IS NULL
        ORDER BY r.code, r.row_number, r.n
    ),
    known AS MATERIALIZED (
        SELECT f.code, f.parent FROM first AS f
        UNION ALL
        SELECT d.code, d.parent FROM draft AS d WHERE d.code NOT IN (SELECT f.code FROM first AS f)
    ),
    -- a code that has a fault is there all the same
    listed AS MATERIALIZED (
        SELECT k.code FROM known AS k
        UNION
        SELECT r.code FROM r WHERE r.code IS NOT NULL
    ),
    -- only a parent that is no prefix can close a circle
    up AS (
        SELECT f.code, ARRAY[f.code, f.parent] AS chain, f.parent AS next
        FROM first AS f
        WHERE NOT find_parents AND f.parent <> f.code AND NOT starts_with(f.code, f.parent)
        UNION ALL
        SELECT u.code, u.chain || k.parent, k.parent
        FROM up AS u
        JOIN known AS k ON k.code = u.next
        WHERE k.parent IS NOT NULL AND k.parent <> k.code
            AND u.next <> ALL (trim_array(u.chain, 1)) AND cardinality(u.chain) < max_steps
    ),
    fault (row_number, code, rank, reason) AS (
        SELECT r.row_number, r.code, 0, r.fault FROM r WHERE r.fault IS NOT NULL
        UNION ALL
        SELECT r.row_number, r.code, 1, 'the code is missing' FROM r WHERE r.fault IS NULL AND r.code IS NULL
        UNION ALL
        SELECT r.row_number, r.code, 2, b.why
        FROM r
        JOIN unnest(bad, bad_why) AS b (t, why) ON b.t = r.code
        WHERE r.fault IS NULL AND NOT r.readable
        UNION ALL
        SELECT r.row_number, r.code, 3, 'the name is empty' FROM r WHERE r.fault IS NULL AND r.name IS NULL
        UNION ALL
        SELECT r.row_number, r.code, 4,
               format('code %s is there twice: row %s has it too', r.code, f.row_number) || CASE
                   WHEN r.name <> f.name THEN format(', with the name "%s"', f.name)
                   WHEN r.parent IS DISTINCT FROM f.parent THEN format(', %s', coalesce('with the parent ' || f.parent, 'without a parent'))
                   ELSE ''
               END
        FROM r
        JOIN first AS f ON f.code = r.code AND f.n <> r.n
        WHERE r.fault IS NULL AND r.readable
        UNION ALL
        SELECT r.row_number, r.code, 5, CASE
                   WHEN r.leaf THEN format('class %s is in the draft already', r.code)
                   ELSE format('class %s is in the draft with the name "%s"', r.code, d.name)
               END
        FROM r
        JOIN draft AS d ON d.code = r.code
        WHERE NOT replace AND r.fault IS NULL AND (r.leaf OR d.name <> r.name)
        UNION ALL
        SELECT r.row_number, r.code, 6, CASE
                   WHEN b.t IS NOT NULL THEN format('its parent: %s', b.why)
                   WHEN r.parent = r.code THEN 'it is its own parent'
                   ELSE format('its parent %s is neither in the list nor in the draft', r.parent)
               END
        FROM r
        LEFT JOIN unnest(bad, bad_why) AS b (t, why) ON b.t = r.parent
        WHERE r.fault IS NULL AND NOT find_parents
            AND (r.parent = r.code OR r.parent NOT IN (SELECT l.code FROM listed AS l) OR b.t IS NOT NULL)
        UNION ALL
        SELECT r.row_number, r.code, 7, format('its code does not begin with that of its parent, %s', r.parent)
        FROM r
        WHERE r.fault IS NULL AND NOT find_parents AND r.readable
            AND r.parent ~ '^[0-9]{1,12}$' AND NOT starts_with(r.code, r.parent)
        UNION ALL
        SELECT f.row_number, u.code, 8,
               format('its chain of parents leads back to it: %s', array_to_string(u.chain, ', '))
        FROM up AS u
        JOIN first AS f ON f.code = u.code
        WHERE u.next = u.code
        UNION ALL
        SELECT r.row_number, r.code, 9, format('valid_from: %s', b.why)
        FROM r
        JOIN unnest(bad_dates, bad_dates_why) AS b (t, why) ON b.t = r.valid_from
        WHERE r.fault IS NULL
        UNION ALL
        SELECT r.row_number, r.code, 10, format('valid_to: %s', b.why)
        FROM r
        JOIN unnest(bad_dates, bad_dates_why) AS b (t, why) ON b.t = r.valid_to
        WHERE r.fault IS NULL
        UNION ALL
        SELECT q.row_number, q.code, 11, format('it would be in use from %s to %s', q.begins, q.ends)
        FROM (
            -- as it will be, with what the draft keeps
            SELECT r.row_number, r.code,
                   CASE
                       WHEN d.code IS NULL THEN coalesce(CASE WHEN r.from_date THEN r.valid_from::date END, holds_from)
                       WHEN r.leaf AND 'valid_from' = ANY (given) THEN CASE WHEN r.from_date THEN r.valid_from::date END
                       ELSE d.valid_from
                   END AS begins,
                   CASE
                       WHEN d.code IS NULL OR r.leaf AND 'valid_to' = ANY (given) THEN CASE WHEN r.to_date THEN r.valid_to::date END
                       WHEN d.valid_to <= holds_from THEN NULL
                       ELSE d.valid_to
                   END AS ends
            FROM r
            LEFT JOIN draft AS d ON d.code = r.code
            WHERE r.fault IS NULL AND (replace OR d.code IS NULL)
        ) AS q
        WHERE q.begins >= q.ends
        UNION ALL
        SELECT r.row_number, r.code, 12, format('sensitive is "%s", neither yes nor no', r.sensitive)
        FROM r
        WHERE r.fault IS NULL
            AND lower(r.sensitive) NOT IN ('t', 'true', 'y', 'yes', '1', '是', '敏感', 'f', 'false', 'n', 'no', '0', '否', '不敏感')
        UNION ALL
        -- what the list no longer has is retired, which must end after it began
        SELECT NULL, d.code, 13, format(
                   'class %s, which is not in the list, cannot be retired from %s: it is in use from %s only', d.code, holds_from, d.valid_from
               )
        FROM draft AS d
        WHERE d.valid_from >= holds_from AND coalesce(d.valid_to, 'infinity') > holds_from
            AND d.code NOT IN (SELECT f.code FROM first AS f)
    )
    SELECT array_agg(g.row_number ORDER BY g.row_number, g.code), array_agg(g.code ORDER BY g.row_number, g.code),
           array_agg(g.reason ORDER BY g.row_number, g.code)
    INTO refused_rows, refused_codes, refused_reasons
    FROM (
        SELECT f.row_number, f.code, string_agg(f.reason, '; ' ORDER BY f.rank, f.reason) AS reason
        FROM fault AS f
        GROUP BY f.row_number, f.code
    ) AS g;

    IF refused_rows IS NOT NULL THEN
        RAISE WARNING USING
            MESSAGE = CASE
                WHEN num_nonnulls(VARIADIC refused_rows) = 0 THEN 'nothing was loaded: classes of the draft stand against it'
                ELSE format('nothing was loaded: %s of %s rows were refused',
                    (SELECT count(DISTINCT n) FROM unnest(refused_rows) AS n), rows_read)
            END,
            HINT = 'The rows that are returned say why.';
        RETURN QUERY
        SELECT v.n, v.c, v.r
        FROM unnest(refused_rows, refused_codes, refused_reasons) WITH ORDINALITY AS v (n, c, r, o)
        ORDER BY v.o;
        RETURN;
    END IF;

    IF find_parents THEN
        WITH known AS MATERIALIZED (
            SELECT v.code FROM unnest(classes) AS v
            UNION
            SELECT c.code::text FROM @extschema@.event_class AS c
            WHERE c.taxonomy = store_classes.taxonomy AND c.kind = store_classes.kind
        )
        SELECT array_agg(ROW(
            v.row_number, v.code, v.name, p.parent, v.remark, v.sensitive, v.valid_from, v.valid_to, v.leaf, v.fault
        )::@extschema@.class_row)
        INTO classes
        FROM unnest(classes) AS v
        LEFT JOIN (
            SELECT w.code, max(k.code COLLATE "C") AS parent
            FROM unnest(classes) AS w
            CROSS JOIN generate_series(1, length(w.code) - 1) AS d
            JOIN known AS k ON k.code = left(w.code, d)
            GROUP BY w.code
        ) AS p ON p.code = v.code;
    END IF;

    -- With replace, a class takes from the list what the list says, and keeps
    -- the rest.
    WITH v AS MATERIALIZED (
        SELECT l.code::@extschema@.eventcode AS code, l.name, l.parent::@extschema@.eventcode AS parent, l.remark, l.leaf,
               coalesce(lower(l.sensitive) IN ('t', 'true', 'y', 'yes', '1', '是', '敏感'), false) AS sensitive,
               l.valid_from::date AS valid_from, l.valid_to::date AS valid_to
        FROM unnest(classes) AS l
    ),
    n AS MATERIALIZED (
        SELECT v.code, v.name, v.parent,
               CASE WHEN v.leaf AND 'remark' = ANY (given) THEN v.remark ELSE c.remark END AS remark,
               CASE WHEN v.leaf AND 'sensitive' = ANY (given) THEN v.sensitive ELSE c.sensitive END AS sensitive,
               CASE WHEN v.leaf AND 'valid_from' = ANY (given) THEN v.valid_from ELSE c.valid_from END AS valid_from,
               CASE
                   WHEN v.leaf AND 'valid_to' = ANY (given) THEN v.valid_to
                   WHEN c.valid_to <= holds_from THEN NULL
                   ELSE c.valid_to
               END AS valid_to
        FROM v
        JOIN @extschema@.event_class AS c
            ON c.taxonomy = store_classes.taxonomy AND c.kind = store_classes.kind AND c.code OPERATOR(@extschema@.=) v.code
    )
    UPDATE @extschema@.event_class AS c
    SET name = n.name, parent = n.parent, remark = n.remark, sensitive = n.sensitive,
        valid_from = n.valid_from, valid_to = n.valid_to
    FROM n
    WHERE c.taxonomy = store_classes.taxonomy AND c.kind = store_classes.kind AND c.code OPERATOR(@extschema@.=) n.code
        AND (c.name, c.parent::text, c.remark, c.sensitive, c.valid_from, c.valid_to)
            IS DISTINCT FROM (n.name, n.parent::text, n.remark, n.sensitive, n.valid_from, n.valid_to);
    GET DIAGNOSTICS changed = ROW_COUNT;

    INSERT INTO @extschema@.event_class (taxonomy, kind, code, name, parent, remark, sensitive, valid_from, valid_to)
    SELECT store_classes.taxonomy, store_classes.kind, l.code::@extschema@.eventcode, l.name, l.parent::@extschema@.eventcode, l.remark,
           coalesce(lower(l.sensitive) IN ('t', 'true', 'y', 'yes', '1', '是', '敏感'), false),
           coalesce(l.valid_from::date, holds_from), l.valid_to::date
    FROM unnest(classes) AS l
    WHERE NOT EXISTS (
        SELECT FROM @extschema@.event_class AS c
        WHERE c.taxonomy = store_classes.taxonomy AND c.kind = store_classes.kind
            AND c.code OPERATOR(@extschema@.=) l.code::@extschema@.eventcode
    );
    GET DIAGNOSTICS inserted = ROW_COUNT;

    UPDATE @extschema@.event_class AS c
    SET valid_to = holds_from
    WHERE c.taxonomy = store_classes.taxonomy AND c.kind = store_classes.kind
        AND (c.valid_to IS NULL OR c.valid_to > holds_from)
        AND c.code::text NOT IN (SELECT l.code FROM unnest(classes) AS l)
        AND holds_from IS NOT NULL;
    GET DIAGNOSTICS retired = ROW_COUNT;

    RAISE NOTICE USING
        MESSAGE = format('classes of taxonomy "%s", kind %s: %s listed, %s new, %s changed, %s retired',
            store_classes.taxonomy, store_classes.kind, coalesce(cardinality(classes), 0), inserted, changed, retired);
END;
$$;
COMMENT ON FUNCTION store_classes(text, text, class_row[], boolean, text[], bigint, boolean, date) IS
    'check classes and store them in the draft (核对并保存分类): all, or, when it returns faults, none; for load_classes() and load_class_levels()';
REVOKE EXECUTE ON FUNCTION store_classes(text, text, class_row[], boolean, text[], bigint, boolean, date) FROM PUBLIC;

-- What both loaders ask of their arguments.
CREATE FUNCTION check_class_target(taxonomy text, kind text) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF check_class_target.taxonomy IS NULL OR check_class_target.kind IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'taxonomy and kind cannot be NULL',
            HINT = 'SELECT taxonomy FROM civicgrid.taxonomy and SELECT kind FROM civicgrid.class_kind list them.';
    END IF;
    PERFORM FROM @extschema@.taxonomy AS t WHERE t.taxonomy = check_class_target.taxonomy;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG304',
            MESSAGE = format('there is no taxonomy "%s"', check_class_target.taxonomy),
            HINT = format('INSERT INTO civicgrid.taxonomy (taxonomy, name) VALUES (%L, …) makes it.', check_class_target.taxonomy);
    END IF;
    PERFORM FROM @extschema@.class_kind AS k WHERE k.kind = check_class_target.kind;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG304',
            MESSAGE = format('there is no kind of class "%s"', check_class_target.kind),
            HINT = format('INSERT INTO civicgrid.class_kind (kind, name) VALUES (%L, …) makes it.', check_class_target.kind);
    END IF;
END;
$$;
COMMENT ON FUNCTION check_class_target(text, text) IS
    'refuse a taxonomy or a kind that is not there (核对分类体系与种类)';

CREATE FUNCTION load_classes(
    source regclass,
    taxonomy text,
    kind text,
    code_column name,
    name_column name,
    parent_column name DEFAULT NULL,
    remark_column name DEFAULT NULL,
    sensitive_column name DEFAULT NULL,
    valid_from_column name DEFAULT NULL,
    valid_to_column name DEFAULT NULL,
    replace boolean DEFAULT false,
    holds_from date DEFAULT NULL
) RETURNS TABLE (row_number bigint, code text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    classes @extschema@.class_row[];
BEGIN
    IF replace IS NULL OR source IS NULL OR code_column IS NULL OR name_column IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'source, code_column, name_column and replace of load_classes() cannot be NULL',
            HINT = 'Name the table or view, its column of codes and its column of names.';
    END IF;
    IF holds_from IS NOT NULL AND NOT replace THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'holds_from of load_classes() goes with replace only',
            DETAIL = 'Classes that the list does not have would end on that day.',
            HINT = 'Pass replace => true, or give the first day in a column of the list.';
    END IF;
    PERFORM @extschema@.check_class_target(load_classes.taxonomy, load_classes.kind);
    SELECT coalesce(array_agg(ROW(
        s.row_number, s.cells[1], s.cells[2], s.cells[3], s.cells[4], s.cells[5], s.cells[6], s.cells[7], true, NULL
    )::@extschema@.class_row ORDER BY s.row_number), '{}')
    INTO classes
    FROM unnest(@extschema@.class_source_rows(source, ARRAY[
        code_column, name_column, parent_column, remark_column, sensitive_column, valid_from_column, valid_to_column
    ])) AS s;
    RETURN QUERY
    SELECT f.*
    FROM @extschema@.store_classes(
        load_classes.taxonomy, load_classes.kind, classes, parent_column IS NULL,
        array_remove(ARRAY[
            CASE WHEN remark_column IS NOT NULL THEN 'remark' END,
            CASE WHEN sensitive_column IS NOT NULL THEN 'sensitive' END,
            CASE WHEN valid_from_column IS NOT NULL THEN 'valid_from' END,
            CASE WHEN valid_to_column IS NOT NULL THEN 'valid_to' END
        ], NULL),
        cardinality(classes), replace, holds_from
    ) AS f;
END;
$$;
COMMENT ON FUNCTION load_classes(regclass, text, text, name, name, name, name, name, name, name, boolean, date) IS
    'load classes from a table or view that has a row for each into the draft (导入分类): all rows or, when it returns refused rows, none';
REVOKE EXECUTE ON FUNCTION load_classes(regclass, text, text, name, name, name, name, name, name, name, boolean, date) FROM PUBLIC;

CREATE FUNCTION load_class_levels(
    source regclass,
    taxonomy text,
    kind text,
    name_columns name[],
    code_columns name[] DEFAULT NULL,
    remark_column name DEFAULT NULL,
    sensitive_column name DEFAULT NULL,
    replace boolean DEFAULT false,
    holds_from date DEFAULT NULL
) RETURNS TABLE (row_number bigint, code text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    -- lists have thousands of rows, which the planner cannot know
    SET enable_nestloop = off
    SET jit = off
AS $$
DECLARE
    between constant text := chr(31);
    levels constant integer := cardinality(name_columns);
    coded constant boolean := code_columns IS NOT NULL;
    list @extschema@.class_cells[];
    classes @extschema@.class_row[];
    added @extschema@.class_row[];
    -- where codes are given: what is there already, and the level above
    known_codes text[];
    known_parents text[];
    known_names text[];
    above_keys text[] := ARRAY[''];
    above_codes text[] := ARRAY[''];
    keys text[];
    codes text[];
    fresh text[];
    branch record;
BEGIN
    IF replace IS NULL OR source IS NULL OR name_columns IS NULL
        OR array_position(name_columns, NULL) IS NOT NULL OR array_position(code_columns, NULL) IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'source, name_columns and replace of load_class_levels() cannot be NULL, nor can one of the columns',
            HINT = 'Name the table or view and its columns of names, the widest class first.';
    END IF;
    IF levels NOT BETWEEN 1 AND 12 OR cardinality(code_columns) <> levels THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'load_class_levels() needs 1 to 12 columns of names, and as many of codes or none',
            DETAIL = format('There are %s columns of names and %s of codes.', levels, coalesce(cardinality(code_columns), 0));
    END IF;
    IF holds_from IS NOT NULL AND NOT replace THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'holds_from of load_class_levels() goes with replace only',
            DETAIL = 'Classes that the list does not have would end on that day.',
            HINT = 'Pass replace => true, or give the first day in a column of the list.';
    END IF;
    PERFORM @extschema@.check_class_target(load_class_levels.taxonomy, load_class_levels.kind);

    -- names, codes, remark, sensitive; a row ends with its last name or code
    list := @extschema@.class_source_rows(
        source,
        name_columns || coalesce(code_columns, array_fill(NULL::name, ARRAY[levels])) || remark_column || sensitive_column
    );

    -- what is missing
    WITH s AS (
        SELECT r.row_number, r.cells, coalesce(max(d.l), 0) AS depth
        FROM unnest(list) AS r
        LEFT JOIN generate_series(1, levels) AS d (l) ON coalesce(r.cells[d.l], r.cells[levels + d.l]) IS NOT NULL
        GROUP BY r.row_number, r.cells
    ),
    fault (row_number, code, reason) AS (
        SELECT s.row_number, NULL, 'the row is empty' FROM s WHERE s.depth = 0
        UNION ALL
        SELECT s.row_number, s.cells[levels + d.l], CASE
                   WHEN d.l = s.depth THEN 'the name is empty'
                   ELSE format('the name of level %s, "%s", is empty', d.l, name_columns[d.l])
               END
        FROM s
        CROSS JOIN generate_series(1, s.depth) AS d (l)
        WHERE s.cells[d.l] IS NULL
        UNION ALL
        SELECT s.row_number, NULL, format('the code of level %s, "%s", is missing', d.l, code_columns[d.l])
        FROM s
        CROSS JOIN generate_series(1, s.depth) AS d (l)
        WHERE coded AND s.cells[levels + d.l] IS NULL
    )
    SELECT coalesce(array_agg(ROW(
        f.row_number, f.code, NULL, NULL, NULL, NULL, NULL, NULL, true, f.reason
    )::@extschema@.class_row), '{}')
    INTO classes
    FROM fault AS f;

    IF coded THEN
        WITH s AS (
            SELECT r.row_number, r.cells, coalesce(max(d.l), 0) AS depth
            FROM unnest(list) AS r
            LEFT JOIN generate_series(1, levels) AS d (l) ON coalesce(r.cells[d.l], r.cells[levels + d.l]) IS NOT NULL
            GROUP BY r.row_number, r.cells
        ),
        e AS MATERIALIZED (
            SELECT s.row_number, s.cells[d.l] AS name, s.cells[levels + d.l] AS code,
                   CASE WHEN d.l > 1 THEN s.cells[levels + d.l - 1] END AS parent,
                   d.l = s.depth AS leaf, s.cells
            FROM s
            CROSS JOIN generate_series(1, s.depth) AS d (l)
            WHERE s.cells[d.l] IS NOT NULL AND s.cells[levels + d.l] IS NOT NULL
        ),
        c AS (
            SELECT e.row_number, e.code, e.name, e.parent, e.cells[2 * levels + 1] AS remark, e.cells[2 * levels + 2] AS sensitive, true AS leaf
            FROM e
            WHERE e.leaf
            UNION ALL
            SELECT min(e.row_number), e.code, e.name, e.parent, NULL, NULL, false
            FROM e
            WHERE NOT e.leaf AND NOT EXISTS (
                SELECT FROM e AS o
                WHERE o.leaf AND o.code = e.code AND o.name = e.name AND coalesce(o.parent, '') = coalesce(e.parent, '')
            )
            GROUP BY e.code, e.name, e.parent
        )
        SELECT classes || coalesce(array_agg(ROW(
            c.row_number, c.code, c.name, c.parent, c.remark, c.sensitive, NULL, NULL, c.leaf, NULL
        )::@extschema@.class_row ORDER BY c.row_number, c.code), '{}')
        INTO classes
        FROM c;
    ELSE
        -- Codes are never given twice, not after their class has left the draft
        -- either: what was published counts.
        SELECT coalesce(array_agg(v.code), '{}'), coalesce(array_agg(v.parent), '{}'), coalesce(array_agg(v.name), '{}')
        INTO known_codes, known_parents, known_names
        FROM (
            SELECT DISTINCT ON (k.code) k.code, k.parent, k.name
            FROM (
                SELECT c.code::text AS code, coalesce(c.parent::text, '') AS parent, c.name, NULL::bigint AS edition
                FROM @extschema@.event_class AS c
                WHERE c.taxonomy = load_class_levels.taxonomy AND c.kind = load_class_levels.kind
                UNION ALL
                SELECT p.code::text, coalesce(p.parent::text, ''), p.name, p.edition
                FROM @extschema@.taxonomy_edition AS t
                JOIN @extschema@.taxonomy_edition_class AS p ON p.edition = t.edition
                WHERE t.taxonomy = load_class_levels.taxonomy AND t.kind = load_class_levels.kind
            ) AS k
            ORDER BY k.code, k.edition DESC NULLS FIRST
        ) AS v;

        FOR l IN 1 .. levels LOOP
            -- the classes of this level: those that are known, and by their
            -- parents those that need a code
            SELECT coalesce(array_agg(v.key) FILTER (WHERE v.code IS NOT NULL), '{}'),
                   coalesce(array_agg(v.code) FILTER (WHERE v.code IS NOT NULL), '{}')
            INTO keys, codes
            FROM (
                SELECT n.key, min(k.code COLLATE "C") AS code
                FROM (
                    SELECT DISTINCT array_to_string(r.cells[1:l], between) AS key,
                           array_to_string(r.cells[1:l - 1], between) AS above, r.cells[l] AS name
                    FROM unnest(list) AS r
                    WHERE r.cells[l] IS NOT NULL AND array_position(r.cells[1:l], NULL) IS NULL
                ) AS n
                JOIN unnest(above_keys, above_codes) AS a (key, code) ON a.key = n.above
                LEFT JOIN unnest(known_codes, known_parents, known_names) AS k (code, parent, name)
                    ON k.parent = a.code AND k.name = n.name
                GROUP BY n.key
            ) AS v;
            FOR branch IN
                WITH fresh AS MATERIALIZED (
                    SELECT array_to_string(r.cells[1:l], between) AS key, a.code AS parent, min(r.row_number) AS row_number
                    FROM unnest(list) AS r
                    JOIN unnest(above_keys, above_codes) AS a (key, code) ON a.key = array_to_string(r.cells[1:l - 1], between)
                    WHERE r.cells[l] IS NOT NULL AND array_position(r.cells[1:l], NULL) IS NULL
                        AND array_to_string(r.cells[1:l], between) NOT IN (SELECT unnest(keys))
                    GROUP BY 1, 2
                ),
                parent AS MATERIALIZED (
                    SELECT f.parent, array_agg(f.key ORDER BY f.row_number) AS keys, array_agg(f.row_number ORDER BY f.row_number) AS row_numbers
                    FROM fresh AS f
                    GROUP BY f.parent
                ),
                taken AS MATERIALIZED (
                    SELECT left(k.code, d) AS parent, array_agg(k.code) AS codes
                    FROM unnest(known_codes) AS k (code)
                    CROSS JOIN generate_series(0, length(k.code) - 1) AS d
                    WHERE left(k.code, d) IN (SELECT p.parent FROM parent AS p)
                    GROUP BY 1
                )
                SELECT p.parent, p.keys, p.row_numbers, coalesce(t.codes, '{}') AS taken
                FROM parent AS p
                LEFT JOIN taken AS t ON t.parent = p.parent
            LOOP
                fresh := @extschema@.free_class_codes(branch.parent, branch.taken, cardinality(branch.keys));
                IF fresh IS NULL THEN
                    SELECT classes || array_agg(ROW(
                        n, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true,
                        format('no code of at most 12 digits is left for its class of level %s', l)
                    )::@extschema@.class_row)
                    INTO classes
                    FROM unnest(branch.row_numbers) AS n;
                ELSE
                    keys := keys || branch.keys;
                    codes := codes || fresh;
                END IF;
            END LOOP;

            -- with the row that ends here, if there is one
            WITH r AS MATERIALIZED (
                SELECT v.row_number, v.cells, array_to_string(v.cells[1:l], between) AS key,
                       num_nonnulls(VARIADIC v.cells[l + 1:levels]) = 0 AS leaf
                FROM unnest(list) AS v
                WHERE v.cells[l] IS NOT NULL AND array_position(v.cells[1:l], NULL) IS NULL
            ),
            g AS MATERIALIZED (
                SELECT r.key, min(r.row_number) AS first, min(r.row_number) FILTER (WHERE r.leaf) AS leaf
                FROM r
                GROUP BY r.key
            )
            SELECT array_agg(ROW(
                x.row_number, x.code, x.name, x.parent, x.remark, x.sensitive, NULL, NULL, x.leaf, x.fault
            )::@extschema@.class_row ORDER BY x.row_number)
            INTO added
            FROM (
                SELECT r.row_number, c.code, r.cells[l] AS name, nullif(a.code, '') AS parent,
                       CASE WHEN g.leaf IS NOT NULL THEN r.cells[2 * levels + 1] END AS remark,
                       CASE WHEN g.leaf IS NOT NULL THEN r.cells[2 * levels + 2] END AS sensitive,
                       g.leaf IS NOT NULL AS leaf, NULL AS fault
                FROM g
                JOIN r ON r.row_number = coalesce(g.leaf, g.first)
                JOIN unnest(keys, codes) AS c (key, code) ON c.key = g.key
                JOIN unnest(above_keys, above_codes) AS a (key, code) ON a.key = array_to_string(r.cells[1:l - 1], between)
                UNION ALL
                SELECT r.row_number, NULL, NULL, NULL, NULL, NULL, true,
                       format('class "%s" is there twice: row %s has it too', array_to_string(r.cells[1:l], ' > '), g.leaf)
                FROM r
                JOIN g ON g.key = r.key
                WHERE r.leaf AND g.leaf <> r.row_number
            ) AS x;
            classes := classes || added;
            above_keys := keys;
            above_codes := codes;
        END LOOP;
    END IF;

    RETURN QUERY
    SELECT f.*
    FROM @extschema@.store_classes(
        load_class_levels.taxonomy, load_class_levels.kind, classes, false,
        array_remove(ARRAY[
            CASE WHEN remark_column IS NOT NULL THEN 'remark' END,
            CASE WHEN sensitive_column IS NOT NULL THEN 'sensitive' END
        ], NULL),
        cardinality(list), replace, holds_from
    ) AS f;
END;
$$;
COMMENT ON FUNCTION load_class_levels(regclass, text, text, name[], name[], name, name, boolean, date) IS
    'load classes from a table or view that has a row for each narrowest class, with the names of all levels beside it, into the draft (导入分级分类表): all rows or, when it returns refused rows, none';
REVOKE EXECUTE ON FUNCTION load_class_levels(regclass, text, text, name[], name[], name, name, boolean, date) FROM PUBLIC;

-- Editions of taxonomies (分类版本): what was published, and never changes.  See
-- doc/taxonomy.md.

CREATE TABLE taxonomy_edition (
    edition bigint NOT NULL,
    taxonomy text NOT NULL,
    kind text NOT NULL,
    valid_from timestamptz NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    published_by text NOT NULL DEFAULT session_user,
    digest text NOT NULL,
    model classifier,
    classes integer NOT NULL,
    phrases integer NOT NULL,
    examples integer NOT NULL,
    class_mix jsonb,
    mean_confidence double precision,
    remark text,
    CONSTRAINT taxonomy_edition_pkey PRIMARY KEY (edition),
    CONSTRAINT taxonomy_edition_valid_from_check CHECK (isfinite(valid_from))
);
CREATE INDEX taxonomy_edition_valid_from_idx ON taxonomy_edition (taxonomy, kind, valid_from, edition);
COMMENT ON TABLE taxonomy_edition IS 'editions of taxonomies (分类版本); in force is the one of a taxonomy and kind with the greatest valid_from that has come, of several the highest number';
COMMENT ON COLUMN taxonomy_edition.edition IS 'number of the edition (版本号), in the order of publishing, over all taxonomies';
COMMENT ON COLUMN taxonomy_edition.taxonomy IS 'taxonomy (分类体系)';
COMMENT ON COLUMN taxonomy_edition.kind IS 'kind of its classes (种类)';
COMMENT ON COLUMN taxonomy_edition.valid_from IS 'from when it holds (生效时间)';
COMMENT ON COLUMN taxonomy_edition.published_at IS 'when it was published (发布时间)';
COMMENT ON COLUMN taxonomy_edition.published_by IS 'database user who published it (发布人)';
COMMENT ON COLUMN taxonomy_edition.digest IS 'SHA-256 of its classes and its model (摘要); see taxonomy_edition_digest()';
COMMENT ON COLUMN taxonomy_edition.model IS 'what tells the class of a message (分类模型)';
COMMENT ON COLUMN taxonomy_edition.classes IS 'how many of its classes were in use on that day (在用分类数)';
COMMENT ON COLUMN taxonomy_edition.phrases IS 'how many phrases the model has (词语数)';
COMMENT ON COLUMN taxonomy_edition.examples IS 'how many examples it was trained on (样例数)';
COMMENT ON COLUMN taxonomy_edition.class_mix IS 'share of each class in the examples, by weight (样例分类占比); NULL if there were none';
COMMENT ON COLUMN taxonomy_edition.mean_confidence IS 'how sure the model may be expected to be of a message, on the average (预期平均置信度): its accuracy in cross-validation; NULL if it was not trained on examples';
COMMENT ON COLUMN taxonomy_edition.remark IS 'remark (备注)';

CREATE TABLE taxonomy_edition_class (
    edition bigint NOT NULL,
    code eventcode NOT NULL,
    name text NOT NULL,
    parent eventcode,
    sensitive boolean NOT NULL,
    valid_from date,
    valid_to date,
    remark text,
    CONSTRAINT taxonomy_edition_class_pkey PRIMARY KEY (edition, code)
);
-- whether classes have ended since the edition came into force, few or none
CREATE INDEX taxonomy_edition_class_valid_to_idx ON taxonomy_edition_class (edition, valid_to) WHERE valid_to IS NOT NULL;
COMMENT ON TABLE taxonomy_edition_class IS 'the classes of an edition (分类版本的分类), retired ones too';
COMMENT ON COLUMN taxonomy_edition_class.edition IS 'edition (版本号)';
COMMENT ON COLUMN taxonomy_edition_class.code IS 'code (分类代码)';
COMMENT ON COLUMN taxonomy_edition_class.name IS 'name (名称)';
COMMENT ON COLUMN taxonomy_edition_class.parent IS 'code of the wider class (上级分类)';
COMMENT ON COLUMN taxonomy_edition_class.sensitive IS 'hidden from those without the right to see it (敏感)';
COMMENT ON COLUMN taxonomy_edition_class.valid_from IS 'first day in use (启用日期), the taxonomy''s where the class has none or an earlier one';
COMMENT ON COLUMN taxonomy_edition_class.valid_to IS 'first day no longer in use (停用日期), the taxonomy''s where the class has none or a later one';
COMMENT ON COLUMN taxonomy_edition_class.remark IS 'what belongs to the class and what does not (备注)';

SELECT pg_catalog.pg_extension_config_dump('taxonomy_edition', '');
SELECT pg_catalog.pg_extension_config_dump('taxonomy_edition_class', '');

CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON taxonomy_edition
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON taxonomy_edition_class
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
COMMENT ON TRIGGER refuse_edition_change ON taxonomy_edition IS 'a published edition is never changed';
COMMENT ON TRIGGER refuse_edition_change ON taxonomy_edition_class IS 'a published edition is never changed';

CREATE FUNCTION taxonomy_edition_in_force(taxonomy text, kind text, at timestamptz DEFAULT now()) RETURNS bigint
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT e.edition
    FROM @extschema@.taxonomy_edition AS e
    WHERE e.taxonomy = taxonomy_edition_in_force.taxonomy
        AND e.kind = taxonomy_edition_in_force.kind
        AND e.valid_from <= at
    ORDER BY e.valid_from DESC, e.edition DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION taxonomy_edition_in_force(text, text, timestamptz) IS
    'number of the edition of a taxonomy and kind in force at an instant (生效分类版本); NULL before the first';

CREATE FUNCTION taxonomy_digest(edition bigint, model classifier) RETURNS text
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT encode(sha256(convert_to(concat_ws(E'\n', encode(sha256(@extschema@.classifier_send(model)), 'hex'), c.classes), 'UTF8')), 'hex')
    FROM (
        SELECT string_agg(
            jsonb_build_array(p.code::text, p.name, p.parent::text, p.sensitive, p.valid_from, p.valid_to, p.remark)::text,
            E'\n' ORDER BY p.code::text COLLATE "C"
        ) AS classes
        FROM @extschema@.taxonomy_edition_class AS p
        WHERE p.edition = taxonomy_digest.edition
    ) AS c;
END;
COMMENT ON FUNCTION taxonomy_digest(bigint, classifier) IS
    'digest of the classes of an edition and of a model (分类版本摘要算法)';

CREATE FUNCTION taxonomy_edition_digest(edition bigint) RETURNS text
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT @extschema@.taxonomy_digest(e.edition, e.model)
    FROM @extschema@.taxonomy_edition AS e
    WHERE e.edition = taxonomy_edition_digest.edition;
END;
COMMENT ON FUNCTION taxonomy_edition_digest(bigint) IS
    'digest of an edition, computed anew (重算分类版本摘要): SHA-256 of its classes and its model';

-- Days begin and end as the clock of Beijing shows, wherever the server is.
CREATE FUNCTION class_day(at timestamptz) RETURNS date
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT (at AT TIME ZONE 'Asia/Shanghai')::date;
END;
COMMENT ON FUNCTION class_day(timestamptz) IS
    'the day in Beijing at an instant (北京时间日期), by which classes are in use or not';

CREATE FUNCTION is_class(taxonomy text, kind text, code eventcode, at timestamptz DEFAULT now()) RETURNS boolean
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM @extschema@.taxonomy_edition_class AS c
        WHERE c.edition = e.edition
            AND c.code = is_class.code
            AND coalesce(c.valid_from, '-infinity') <= @extschema@.class_day(at)
            AND coalesce(c.valid_to, 'infinity') > @extschema@.class_day(at)
    )
    FROM @extschema@.taxonomy_edition_in_force(taxonomy, kind, at) AS e (edition)
    WHERE e.edition IS NOT NULL;
END;
COMMENT ON FUNCTION is_class(text, text, eventcode, timestamptz) IS
    'whether a class is in use at an instant (分类是否在用) in the edition in force then; NULL before the first';

CREATE FUNCTION class_name(taxonomy text, kind text, code eventcode, at timestamptz DEFAULT now()) RETURNS text
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT c.name
    FROM @extschema@.taxonomy_edition_class AS c
    WHERE c.edition = @extschema@.taxonomy_edition_in_force(taxonomy, kind, at) AND c.code = class_name.code;
END;
COMMENT ON FUNCTION class_name(text, text, eventcode, timestamptz) IS
    'what a class is called (分类名称) in the edition in force at an instant, retired or not; NULL before the first';

-- The draft as publish_taxonomy() takes it: a class is in use no longer than its
-- taxonomy.
CREATE FUNCTION taxonomy_draft(taxonomy text, kind text)
    RETURNS TABLE (code eventcode, name text, parent eventcode, sensitive boolean, valid_from date, valid_to date, remark text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 500
BEGIN ATOMIC
    SELECT c.code, c.name, c.parent, c.sensitive,
           greatest(c.valid_from, t.valid_from), least(c.valid_to, t.valid_to), c.remark
    FROM @extschema@.event_class AS c
    LEFT JOIN @extschema@.taxonomy AS t ON t.taxonomy = c.taxonomy
    WHERE c.taxonomy = taxonomy_draft.taxonomy AND c.kind = taxonomy_draft.kind;
END;
COMMENT ON FUNCTION taxonomy_draft(text, text) IS
    'classes of the draft (分类草案), as publish_taxonomy() takes them';

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

-- Starter phrases for the 250 matters (管理事项) of GB/T 47678.5-2026: the words by
-- which citizens and collectors name them, so that a city without labelled texts
-- has a classifier from the first day.  A proposal made by hand: the phrases are
-- no part of the standard, and a site adds its own, or gives one the weight 0.
-- Words of Guangdong and of the north stand beside the common ones.

-- 同义词: phrases that point to one matter, with the default weight.
INSERT INTO class_phrase (taxonomy, kind, phrase, code, use, origin)
SELECT 'GB/T 47678.5-2026', 'matter', phrase, code::eventcode, 'include', 'shipped'
FROM (VALUES
    ('01001', '{自来水井,自来水盖,水表井,水表箱盖,水表盖,给水井,供水井,供水阀门井,自来水阀门,上水井}'), -- 供水井盖异常
    ('01002', '{污水井,下水井,下水道井,下水道盖,排污井,污水盖,污水沙井,井口冒污水,井里冒污水,污水检查井}'), -- 污水井盖异常
    ('01003', '{雨水井,雨水盖,雨水检查井,沙井盖,沙井口,雨水沙井,雨污井盖,雨水管井}'), -- 雨水井盖异常
    ('01004', '{雨水篦子,雨箅,雨篦,雨水格栅,雨水口,下水口,收水口,落水口,水篦,漏水格子,下水道格栅,排水格栅}'), -- 雨水箅子异常
    ('01005', '{电力井,供电井,强电井,电网井,供电局的井,国网井盖,电业局井盖}'), -- 电力井盖异常
    ('01006', '{路灯井,路灯手孔,路灯手井,照明井,灯杆下的井盖,灯杆边的井盖}'), -- 路灯井盖异常
    ('01007', '{电信井,移动井盖,联通井,弱电井,通讯井,通信井,铁通井,电话井,电信人孔}'), -- 通信井盖异常
    ('01008', '{有线电视井,电视井,广电井,有线井盖,歌华井,数字电视井}'), -- 电视井盖异常
    ('01009', '{宽带井,网线井,网络井,光纤井,网络井口,宽带井口}'), -- 网络井盖异常
    ('01010', '{暖气井,热力井,供暖井,供热井,热力公司的井,井盖冒热气,井盖冒蒸汽,井里冒热气}'), -- 热力井盖异常
    ('01011', '{煤气井,燃气井,天然气井,煤气盖,燃气阀门井,燃气阀井,管道气井,燃气公司的井}'), -- 燃气井盖异常
    ('01012', '{公安井,交警井盖,监控井,天网井盖,警用井,电子警察井}'), -- 公安井盖异常
    ('01013', '{消防栓,消火栓,消防龙头,消防水龙头,消防水管,灭火器,消防箱,消防柜,消防器材,消防水带,消防井,微型消防站,消防接口,消防设备}'), -- 消防设施异常
    ('01014', '{园林井,绿化井,绿化取水井,绿化浇水井,浇灌井,喷灌井,浇花井,草坪里的井盖,绿化带里的井盖}'), -- 园林井盖异常
    ('01015', '{红绿灯井,信号灯井,信号井,红绿灯电源井,红绿灯下面的井盖,红绿灯旁的井盖}'), -- 信号灯电源井盖异常
    ('01017', '{电缆盖,电缆手井,高压电缆井,线缆井,电缆检查井,电缆井口}'), -- 电缆井盖异常
    ('01018', '{化粪池盖,粪池盖,粪井,化粪井,粪坑盖,粪池口,化粪池的盖,化粪池口,粪池没盖}'), -- 化粪池井盖异常
    ('01019', '{再生水井,中水井,回用水井,再生水盖,中水盖,再生水阀门井}'), -- 中水井盖异常
    ('01020', '{公交井,站台上的井盖,电车井盖,公交站台井,公交电缆井,公交专用井}'), -- 公交井盖异常
    ('01021', '{输油井,输气井,油气管道井,石油管道井,输油管井,油管井,管道公司井,长输管线井}'), -- 输油（气）井盖异常
    ('01022', '{军用井,军队井,部队井,国防光缆井,军缆井,军用光缆井,铁路井盖,专用井盖}'), -- 特殊井盖异常
    ('01023', '{无主井,没有标识的井盖,井盖上没字,井盖上没有字,不知道哪家的井盖,权属不明的井,无名井盖,没名字的井盖,不知名井盖}'), -- 不明井盖异常
    ('01024', '{古井,老井,枯井,废井,压水井,井台,吃水井,土井,大口井,打水的井}'), -- 水井异常
    ('01025', '{直饮水,饮水机,饮水台,公共水龙头,饮水点,取水机,净水机,喝水机,供水机,饮水龙头}'), -- 供水器异常
    ('01026', '{沟盖,水沟盖,沟板,沟盖板,排水沟盖,地沟盖,水沟板,水泥盖板,明沟盖,阴沟盖,坑渠盖,渠盖,盖沟板,沟槽板}'), -- 沟槽盖板异常
    ('01027', '{电信箱,光交箱,光缆箱,弱电箱,通讯箱,通信箱,交接箱,光纤箱,分线箱,宽带箱,网络箱,电信柜,光缆交接}'), -- 通信交接箱异常
    ('01028', '{配电柜,电闸箱,环网柜,分支箱,分接箱,开闭所,配电房,电房,供电设施}'), -- 电力设施异常
    ('01029', '{高压危险牌,电力警示牌,有电危险,电缆标志桩,电缆标识,电缆桩,高压警示,触电警示牌,禁止攀登,电力标志牌,电力标识牌}'), -- 电力设施标识牌异常
    ('01030', '{电力杆,电线杆歪,电杆倾斜,水泥杆,电线杆要倒,电线柱,电柱,电桩子,电杆拉线,电线杆子}'), -- 电力立杆异常
    ('01031', '{电信杆,通信杆,通讯杆,电话杆,电话线杆,光缆杆,弱电杆,移动的杆,联通的杆}'), -- 通信立杆异常
    ('01032', '{公交杆,公交站杆,站牌杆,电车杆,电车线杆,公交立柱,站牌柱,公交站牌杆}'), -- 公交立杆异常
    ('01033', '{军用杆,部队的杆,铁路电杆,铁路立杆,专用杆,广播杆,广播喇叭杆,特种杆}'), -- 特殊立杆异常
    ('01034', '{无主杆,废弃杆,废弃的杆,没用的杆,空杆,光杆,不知道哪家的杆,无名杆,没标识的杆,不明杆,断头杆,孤零零的杆}'), -- 不明立杆异常
    ('01035', '{旗杆,国旗杆,升旗杆,升旗台,旗杆绳,旗杆歪,旗杆生锈}'), -- 旗杆异常
    ('01036', '{管道标志桩,输油管标志,输气管标志,管线桩,管道桩,管线标志,天然气标志桩,燃气标志桩,燃气管线牌,油气标志,管道警示牌,石油管道牌}'), -- 输油（气）标志异常
    ('01037', '{路灯不亮,路灯坏,街灯,路灯杆,路灯罩,灯杆歪,灯罩,灯头,灯柱,路灯没亮,路灯全灭,路灯忽明忽暗,路灯一闪,路灯白天亮}'), -- 路灯异常
    ('01037', '{路灯白天也亮,大白天亮着,黑灯瞎火,乌灯黑火,乌漆嘛黑,乌漆麻黑,黑漆漆,黑咕隆咚,没有路灯,没路灯,路灯唔着,太阳能路灯,摸黑走}'),
    ('01038', '{地埋灯,埋地灯,地面灯,地射灯,草坪灯,地上的灯,嵌在地上的灯,地灯,脚灯}'), -- 地灯异常
    ('01039', '{景观灯,亮化灯,亮化,装饰灯,轮廓灯,灯带,霓虹灯,洗墙灯,夜景灯,楼体灯,庭院灯,桥上的灯带}'), -- 景观灯异常
    ('01040', '{报亭,书报亭,卖报亭,报刊亭,卖报纸的亭,邮政亭}'), -- 报刊亭异常
    ('01041', '{电话亭,公用电话,公话亭,投币电话,IC卡电话,话亭,插卡电话,电话听筒}'), -- 电话亭异常
    ('01042', '{邮筒,信筒,邮政信箱,投信口,寄信的箱}'), -- 邮筒异常
    ('01043', '{信息亭,查询亭,查询机,触摸查询,信息终端,便民信息屏,数字亭,咨询亭,自助查询}'), -- 信息亭异常
    ('01044', '{售货亭,小卖亭,商亭,便民亭,卖货亭,早餐亭,冷饮亭,卖水亭,小卖部亭子,售卖亭}'), -- 售货亭异常
    ('01045', '{贩卖机,售货机,售卖机,无人售货,饮料机,卖饮料的机器,扫码买水,吞钱,吞了钱,不出货}'), -- 自动售货机异常
    ('01046', '{健身器材,健身器,健身设施,运动器材,单杠,双杠,漫步机,扭腰,太空漫步,体育器材,锻炼器材,秋千,跷跷板,乒乓球台,篮球架,滑梯,游乐设施,晨练器材}'), -- 户外健身设施异常
    ('01047', '{高压塔,高压铁塔,高压线塔,电塔,输电塔,高压线架,高压铁架,高压线路铁塔,塔基,电力铁塔}'), -- 高压线铁塔异常
    ('01048', '{变压器,变电箱,箱变,变电器,变电站,变压箱,变压器漏油,变压器嗡嗡,变压器冒火}'), -- 变压器（箱）异常
    ('01049', '{调压箱,调压柜,调压站,燃气箱,煤气箱,天然气箱,燃气柜,减压箱,燃气调压}'), -- 燃气调压站（箱）异常
    ('01050', '{摄像头,电子眼,天眼,监控头,监控杆,监控坏,监控设备,抓拍,监控歪,监控不能用}'), -- 监控电子眼设施异常
    ('01051', '{治安亭,治安岗,警务亭,警务岗亭,联防亭,巡逻岗亭,保安亭,警务站}'), -- 治安岗亭异常
    ('01052', '{凉亭,避雨亭,歇脚亭,八角亭,六角亭,纳凉亭,小亭子,长廊}'), -- 休息亭异常
    ('01053', '{交费机,缴费终端,自助缴费,自助交费,交电费的机,交水费的机,自助终端}'), -- 自助缴费机异常
    ('01054', '{充电桩,充电枪,充不了电,充电站,充电插座,充电口,充电柜,换电柜,充电桩被占,扫码充电,充电位,油车占充电}'), -- 充电桩异常
    ('01055', '{防蚊闸,防蚊,防蚊盖,防蚊板,防蚊网,蚊闸,防蚊装置,下水道有蚊子}'), -- 防蚊闸异常
    ('01056', '{过河管,跨河管,河上的管,架在河上,过河水管,跨江管,河面上的管道,横跨河,跨河水管}'), -- 跨河管道异常
    ('01057', '{煤气管,天然气管,燃气立管,燃气泄漏,煤气泄漏,煤气味,漏煤气,燃气味,黄色管道,黄管子,天然气味,煤气漏}'), -- 露天燃气管道异常
    ('01058', '{晾衣架,晒衣架,晾晒架,晒衣杆,公共晾晒,晾衣杆,晒被架,晒衣场,晾晒区,晒衣点}'), -- 晒衣架异常
    ('01059', '{旧衣回收,旧衣箱,旧衣物箱,捐衣箱,衣服回收,旧衣服箱,旧衣服回收,捐衣服,衣物回收,爱心衣物,熊猫箱,旧衣捐赠}'), -- 旧衣物回收箱异常
    ('01060', '{路灯电箱,路灯箱,路灯配电,路灯控制箱,路灯控制柜,路灯电柜,照明配电箱,照明控制箱,路灯电表箱}'), -- 路灯配电箱异常
    ('01061', '{暖气管,热力管,供热管,供暖管,保温层,保温棉,暖气漏水,暖气漏,蒸汽管,热水管道,热力管线}'), -- 露天供热管道异常
    ('01062', '{基站,信号塔,通信塔,发射塔,通信铁塔,铁塔公司,手机信号塔,辐射大,移动铁塔,信号发射,天线塔}'), -- 通信基站异常
    ('01063', '{水塔,老水塔,供水塔,高位水箱,水塔漏水,废弃水塔}'), -- 水塔异常
    ('01064', '{牌坊,牌楼,石牌坊,村口牌坊,城门楼,山门,牌坊掉瓦}'), -- 牌楼（门楼）异常
    ('01065', '{责任牌,河长牌,河长公示,路长牌,街长牌,林长牌,门前三包牌,三包牌,责任公示,网格公示牌,管护牌,河长制牌}'), -- 管理责任公示牌异常
    ('01066', '{SOS,报警柱,一键报警,报警按钮,报警桩,求助按钮,紧急按钮,求助柱,紧急呼叫,报警点}'), -- 紧急报警点异常SOS
    ('01067', '{水位尺,水尺,水位标尺,水位计,水位监测,雨量计,雨量站,防汛监测,水文站,积水监测,电子水尺,水位线,水位警示}'), -- 防汛监测设施异常
    ('01068', '{水鹤,消防水鹤,消防加水,加水鹤,洒水车加水,水鹤漏水,水车取水}'), -- 水鹤异常
    ('01069', '{亲水平台,水闸,河埠头,救生圈,拦污栅,取水口,拦河坝,橡胶坝,启闭机,拦漂,码头台阶,救生设施,下河台阶}'), -- 水域附属设施异常
    ('01070', '{河边护栏,河边栏杆,江边护栏,江边栏杆,湖边护栏,湖边栏杆,河道护栏,河堤护栏,岸边护栏,池塘护栏,水边护栏,河边没有护栏,滨河护栏,河岸栏杆}'), -- 水域护栏异常
    ('01071', '{防洪墙,防汛墙,挡水墙,防浪墙,挡浪墙,防潮墙,防洪堤,防洪堤墙,防汛墙渗水}'), -- 防汛墙异常
    ('01072', '{泵站,抽水站,排涝站,泵房,排水泵,雨水泵,排灌站,强排站,抽水泵,排涝泵,水泵坏}'), -- 排水泵站异常
    ('01073', '{排水口,出水口,排放口,排污管,入河口,雨水排口,暗管,河边的管口}'), -- 雨污水排放口异常
    ('01074', '{管廊,地下管廊,共同沟,管廊井,管廊通风口,管廊出入口,管廊盖板}'), -- 综合管廊附属设施异常
    ('01075', '{快递柜,丰巢,菜鸟柜,取件柜,快递箱,自提柜,智能柜,柜门打不开,取不出快递,快递取不出}'), -- 快递柜异常
    ('01076', '{电梯,扶梯,滚梯,升降梯,直梯,升降机,电梯停运,电梯困人,手扶电梯,电梯坏,电梯停了}'), -- 公用电梯异常
    ('01077', '{综合杆,智慧灯杆,智慧杆,智能灯杆,多杆合一,多功能杆,多功能灯杆,合杆,5G灯杆,智慧路灯}'), -- 综合杆异常
    ('02001', '{停车场地面,停车场道闸,道闸,抬杆,栏杆机,停车杆,停车场积水,停车场灯,停车库,地下车库,停车场入口,停车场地坪,停车场设施}'), -- 停车场异常
    ('02002', '{立体车库,机械车位,机械车库,立体停车,升降车位,升降车库,停车楼,机械停车,立体车位,载车板}'), -- 立体车库异常
    ('02003', '{咪表,停车收费机,停车计时,计费器,停车缴费机,泊位收费,停车计费,收费咪表,停车收费设备,地磁,停车缴费码}'), -- 停车计费设备异常
    ('02004', '{候车亭,公交亭,电子站牌,巴士站,公交站座椅,公交站顶棚,站亭,候车棚,公交站的,候车椅,公交候车,公交站广告,等车的亭}'), -- 公交站设施异常
    ('02005', '{的士站,出租车站,的士停靠,打车点,出租车停靠,出租车候客,网约车上客,扬招点,出租车上客点}'), -- 出租车停靠站异常
    ('02006', '{人行天桥,过街桥,天桥台阶,天桥栏杆,天桥地砖,天桥地面,天桥扶手,行人天桥}'), -- 过街天桥异常
    ('02007', '{地下通道,过街地道,人行地道,地下过道,过街通道,行人隧道,人行隧道,地道口,地道里,过街地下}'), -- 地下通道异常
    ('02008', '{伸缩缝,高架漏水,桥墩,引桥,高架掉,高架护栏,高架路面}'), -- 立交桥异常
    ('02009', '{跨河桥,小桥,石桥,木桥,拱桥,桥护栏,危桥,过河桥,河上的桥,跨江大桥,桥板}'), -- 跨河桥异常
    ('02010', '{交通标志,限速牌,禁停牌,让行标志,指路牌,禁止停车牌,导向牌,交通牌,交通标牌,限行牌,单行标志,禁行标志,指示标志}'), -- 交通标志牌及标线异常
    ('02011', '{限高杆,限高架,限高栏,限高门,限高牌,撞坏限高,限高龙门,限高横杆}'), -- 限高架标志异常
    ('02012', '{路名牌,街牌,路名写错,街名牌,道路名牌,路名标牌,路牌字}'), -- 路名牌异常
    ('02013', '{地名牌,村名牌,巷牌,胡同牌,弄堂牌,地名标志,村牌,街巷牌,巷名牌,地名碑,小区名牌}'), -- 地名牌异常
    ('02014', '{红灯不亮,绿灯不亮,一直红灯,一直是红灯,交通灯,绿灯时间,红灯时间,倒计时,黄灯一直闪,人行灯,红绿灯不变,绿灯太短,红灯太长}'), -- 交通信号灯异常
    ('02015', '{信号机,信号控制箱,信号箱,红绿灯控制,红绿灯箱,红绿灯杆,过街按钮,行人按钮,信号灯杆,信号机箱,地感线圈}'), -- 交通信号设施异常
    ('02016', '{交警岗亭,交警亭,交通岗,交通岗亭,交通亭,执勤亭,指挥亭,交警执勤,交警站岗的亭}'), -- 交通岗亭异常
    ('02017', '{隔离护栏,隔离栏,马路护栏,马路栏杆,道路护栏,中间护栏,中央护栏,护栏被撞,护栏倒,护栏歪,铁马,波形护栏,防撞栏,中心护栏,路中护栏,机非护栏}'), -- 交通护栏异常
    ('02018', '{防撞桶,防撞墩,水马,警示桶,黄黑桶,反光桶,防撞沙桶,塑料墩,注水桶,防撞水桶}'), -- 防撞桶异常
    ('02019', '{安全岛,二次过街,导流岛,交通岛,驻足区,马路中间的岛,路中间的岛,过街岛}'), -- 安全岛异常
    ('02020', '{斑马线桩,斑马线石墩,斑马线的桩,斑马线旁的桩,路口石墩,路口石球,路口的柱子,斑马线的柱子,斑马线的石,过街桩}'), -- 人行横道桩异常
    ('02021', '{路桩,挡车石,挡车柱,隔离桩,圆石球,止车石,人行道柱子,便道桩,阻车石,石柱,人行道石墩,止车柱,隔离墩}'), -- 便道桩异常
    ('02022', '{警示柱,反光柱,弹力柱,塑料柱,橡胶柱,隔离柱,弹性柱,软柱,塑料警示桩,反光桩,红白柱,防撞柱,塑料隔离}'), -- 柔性隔离体异常
    ('02023', '{诱导屏,情报板,路况屏,道路显示屏,交通显示屏,交通屏,路况显示,道路大屏,交通信息屏,可变信息板}'), -- 道路信息显示屏异常
    ('02024', '{隔音板,隔音墙,声屏障,隔音屏,隔声屏,隔音玻璃,降噪屏,隔音棚,隔声板}'), -- 道路隔音屏异常
    ('02025', '{自行车棚,电动车棚,电动车停放区,自行车停放点,单车停放区,非机动车停放区,非机动车位,非机动车停车区,电动车停车位}'), -- 非机动车停放点异常
    ('02026', '{公共自行车,自行车租赁,租车点,锁车桩,还不了车,借不了车,借还车,锁止器,自行车桩,便民自行车,租自行车}'), -- 自行车租赁点异常
    ('02027', '{自行车架,存车架,单车架,锁车架,停车架,停放架,自行车支架,自行车停车架,存车支架}'), -- 存车支架异常
    ('02028', '{铁道口,道口栏杆,平交道口,铁路道口,火车道口,道口护栏,道口栏木,铁路平交,过铁路的口}'), -- 铁道口设施异常
    ('02029', '{栈桥,栈道,木栈道,木板路,湖边木板,玻璃栈道,栈道木板,木板翘,水上步道}'), -- 栈桥异常
    ('02030', '{禁止游泳牌,水深危险,防溺水,禁钓牌,水深警示,水边警示牌,水域警示,禁止垂钓牌,水源保护牌,水源地标牌,河道标牌,水域牌}'), -- 水域标示牌异常
    ('02031', '{航标,航标灯,航道灯,浮标,灯塔,港监,海事监控,码头监控,航道标志,助航标志}'), -- 港监设施异常
    ('02032', '{地铁出入口,地铁指示牌,地铁标志,地铁风亭,地铁雨棚,地铁卷帘门,轻轨轨道,有轨电车,地铁标识,地铁护栏,地铁站设施,地铁通风井}'), -- 轨道交通设施异常
    ('02033', '{凸面镜,反光镜,广角镜,转角镜,转弯镜,反视镜,路口镜子,弯道镜,凸镜,大圆镜}'), -- 交通反视镜异常
    ('02034', '{无障碍设施,残疾人设施,盲文,轮椅升降,无障碍扶手,升降平台,轮椅平台,无障碍标识,残疾人扶手,无障碍厕位}'), -- 无障碍设施异常
    ('02035', '{应急避难,避难场所,避难指示牌,避难所,疏散指示牌,避险牌,避灾,应急疏散,应急避险牌,逃生指示牌}'), -- 应急避难指示牌异常
    ('02036', '{救助指示牌,救助引导牌,救助指引,救助管理站,救助站牌}'), -- 救助站指示牌异常
    ('02037', '{文物牌,文保牌,文保碑,文物保护碑,历史建筑牌,文物标志,文物标识,故居牌,文保标志,保护单位碑,保护单位牌}'), -- 文物建筑标志牌异常
    ('02038', '{门牌,楼牌,楼号牌,门牌号,门号牌,楼栋牌,单元牌,楼栋号,栋号,二维码门牌,门楼牌,幢号}'), -- 门（楼号）牌异常
    ('02039', '{派出所指示牌,派出所牌,公安指示牌,公安标志,公安灯箱,公安局指示,警务室牌,派出所灯箱,报警指示牌}'), -- 公安指示牌异常
    ('02040', '{景区指示牌,景区牌,旅游指示牌,景点牌,导览图,导览牌,游览图,景区标识,旅游标志,景点介绍,景区路牌,导游图}'), -- 景区标识牌异常
    ('02041', '{停车诱导,车位显示屏,车位显示,余位,剩余车位,空车位数,停车屏,停车信息屏,停车显示屏,车位数不准}'), -- 停车信息显示屏异常
    ('02042', '{铁路桥,铁路涵洞,涵洞,火车桥,桥涵,铁桥,铁道桥,铁路下穿,铁路立交,火车道桥}'), -- 铁路桥涵异常
    ('02043', '{减速带,减速坎,减速板,减速条,减速垄,缓冲带,缓速带,减速墩,减速胶条}'), -- 减速带异常
    ('02044', '{隧道灯,隧道里,隧道漏水,隧道渗水,公路隧道,过江隧道,隧道通风,隧道照明,隧道墙,隧道口,下穿隧道}'), -- 公路隧道异常
    ('03001', '{公共卫生间,公共厕所,厕所没水,厕所堵,厕所臭,厕所脏,茅房,茅厕,旱厕,移动厕所,环保厕所,蹲坑,没有厕纸,冲水坏,厕所门,厕所没灯,厕所关门,便池}'), -- 公共厕所异常
    ('03002', '{公厕指示牌,公厕标志,公厕牌,厕所指示牌,厕所牌子,厕所标志,公厕标识,卫生间指示牌,公厕指引,厕所路牌}'), -- 公厕指示牌异常
    ('03003', '{化粪池满,化粪池溢,化粪池堵,化粪池冒,粪便外溢,粪水,冒粪,粪便横流,屎水,抽粪,大粪}'), -- 化粪池异常
    ('03004', '{垃圾房,垃圾间,垃圾楼,垃圾屋,垃圾池,垃圾中转站,垃圾转运站,中转站,压缩站,垃圾亭,垃圾收集点,垃圾站臭,垃圾站坏}'), -- 垃圾间（楼）异常
    ('03005', '{垃圾桶坏,垃圾桶破,果皮箱,果壳箱,废物箱,垃圾桶盖,垃圾桶倒,没有垃圾桶,没垃圾桶}'), -- 垃圾箱异常
    ('03005', '{缺垃圾桶,垃圾桶轮,垃圾箱破,垃圾箱坏,垃圾箱门,垃圾桶脏,垃圾桶不见,垃圾桶被烧}'),
    ('03006', '{广告牌松,广告牌破,广告牌摇,广告牌掉,广告牌倾斜,广告牌要倒,广告布破}'), -- 户外广告异常
    ('03006', '{广告布掉,灯箱坏,广告架,广告画面破,广告牌生锈,广告牌砸,灯箱不亮,广告铁架}'),
    ('03007', '{招牌掉,招牌破,招牌松,招牌要掉,门头掉,门头坏,店招掉,店招破,店招不亮,招牌缺字,缺笔画,招牌不亮,招牌灯坏,掉字,招牌歪,牌匾破,招牌摇}'), -- 牌匾标识异常
    ('03008', '{宣传栏,公告栏,公示栏,布告栏,告示栏,阅报栏,读报栏,宣传橱窗,宣传栏玻璃,信息栏,黑板报,张贴栏}'), -- 宣传栏异常
    ('03009', '{气象站,气象监测,气象仪,风速仪,测风,百叶箱,气象设备,气象观测,雨量筒}'), -- 气象监测站异常
    ('03010', '{空气监测,空气质量监测,空气站,环境监测站,大气监测,监测微站,空气检测,环保监测,PM2.5}'), -- 环保监测站异常
    ('03011', '{污水监测站,排污口监测,污水监测房,水质监测站,水质自动站,排口监测,水质站,污水口监测}'), -- 污水口监测站异常
    ('03012', '{污水监测仪,污水探头,污水流量计,污水在线监测,水质探头,污水传感器,水质检测仪,污水监测设备,污水采样}'), -- 污水监测器异常
    ('03013', '{噪音显示屏,噪声屏,噪音屏,分贝屏,分贝显示,分贝仪,噪声显示,噪音监测,噪声监测,分贝数,噪音牌}'), -- 噪声显示屏异常
    ('03014', '{环卫工具,环卫工具房,环卫工休息,环卫驿站,清洁工具,保洁工具,扫把间,工具房,工具箱,保洁房,环卫休息,清洁工房}'), -- 环卫工具间（箱）异常
    ('03015', '{拾便,狗便箱,狗粪箱,狗屎袋,拾便箱,宠物厕所,狗厕所,狗便袋,便便箱,宠物粪便箱,宠物便袋}'), -- 宠物拾便纸箱异常
    ('03016', '{烟头收集,灭烟,烟灰缸,烟灰柱,烟头桶,烟蒂桶,烟灰桶,吸烟点,吸烟亭,烟蒂收集,灭烟柱,烟头箱}'), -- 烟头收集器或灭烟处异常
    ('04001', '{古树,老树,古榕,名木,古木,百年大树,百年老树,大榕树,老槐树,古银杏,古樟,千年古,老榕树,挂牌的树}'), -- 古树名木异常
    ('04002', '{行道树,路边的树,路树,马路边的树,树枝断,树枝挡,树枝遮,树枝压,树枝伸,树枝太长,树倒了,大树倒,树枯,树歪,倒树,断枝,掉树枝}'), -- 行道树异常
    ('04002', '{树要倒,修剪树,树没修剪,遮住路灯,遮住红绿灯,树挡住,树叶挡,树枝扫,梧桐,法桐,法国梧桐,杨絮,柳絮,飞絮,人行道上的树}'),
    ('04003', '{独立树,独树,孤树,单独一棵,一棵大树,广场上的树,空地上的树,一棵枯树,独立的树,单棵}'), -- 独立树异常
    ('04004', '{树支架,树木支架,树木支撑,树撑,护树架,护树桩,支撑杆,支撑架,树围栏,绑树,护树栏,树干支架,撑树的}'), -- 护树设施异常
    ('04005', '{花钵,花架,花缸,花桶,花车,花盆破,花盆倒,花钵破,摆花}'), -- 花架花钵异常
    ('04006', '{雕塑,雕像,塑像,铜像,石像,石狮子,石雕,城雕,铜雕}'), -- 雕塑异常
    ('04007', '{长凳,石凳,休闲椅,坐凳,公园椅,木椅,椅子断,椅子坏,石桌,凳子坏,凳面,靠背,歇脚的椅}'), -- 街头座椅异常
    ('04008', '{绿化护栏,绿化带护栏,草坪护栏,绿化围栏,绿化带围栏,草坪围栏,绿化栏杆,草坪栏杆,花坛护栏,花池护栏,绿化带栏杆,绿篱护栏,小护栏}'), -- 绿地护栏异常
    ('04009', '{喷头,喷淋头,绿化水管,浇水管,草坪音箱,园路,假山,花廊,廊架,汀步,绿化水龙头,喷灌管,草坪音响}'), -- 绿地附属设施异常
    ('04010', '{喷泉,喷水池,音乐喷泉,水景,喷泉不喷,旱喷,喷泉池,喷泉停}'), -- 喷泉异常
    ('04011', '{树池,树坑,树穴,树池盖板,树篦子,树箅子,树窝,树围石,树圈,树围子,树池石,树坑盖}'), -- 树池树穴异常
    ('04012', '{高架花箱,挂箱,高架上的花,桥上的花,天桥花箱,天桥花槽,高架花盆,桥上花箱,天桥的花,高架绿化,桥上绿化,高架上的绿植}'), -- 高架挂箱异常
    ('04013', '{草坪枯,草枯,草皮秃,草坪秃,斑秃,黄土裸露,露土,绿化枯死,绿化带枯,花草枯}'), -- 绿地异常
    ('04013', '{灌木枯,绿篱枯,缺株,缺苗,死苗,杂草,野草,草长得,绿化没人养护,草坪死,光秃秃}'),
    ('04014', '{林地,山林,护林,护林房,护林牌,防火隔离带,森林防火,小树林,林子里,护林围栏,防火瞭望,林地围栏,防护林}'), -- 林地及林地管护设施异常
    ('05002', '{公房地下室,地下室,地下室积水,地下室住人,地下室漏水,地下室发霉,地下室出租,房管所}'), -- 公房地下室异常
    ('05003', '{加油站,加气站,油站,加油枪,加油机,加氢站,换电站,油气味,油枪,加油区,汽油味}'), -- 车辆加油（气、电）站异常
    ('05009', '{古建筑,古迹,古城墙,老城墙,城墙砖,文保单位,古庙,祠堂,古宅,古塔,古桥,古民居,碉楼,遗址,古墓,石碑,老宅子}'), -- 文物古迹异常
    ('06001', '{违建,违章建筑,违法建筑,私搭,乱搭,乱搭乱建,私建,加建,抢建,铁皮房,铁皮屋,彩钢房,彩钢棚,搭棚,搭了个棚,搭铁皮}'), -- 私搭乱建
    ('06001', '{违法搭建,违章搭建,僭建,楼顶加建,楼顶搭,阳光房,搭板房,板房,扩建,私自盖,偷建,盖房子,天台搭,封露台,占地建,加层}'),
    ('06002', '{店铺装修,店面装修,商铺装修,门面装修,门店装修,无证装修,装修没手续,装修无许可,装修没备案,装修没办证,店装修,改门面,敲门面,装修许可}'), -- 店面无证装修
    ('06003', '{接坡,水泥坡,铁板坡,垫坡,垫铁板,门前斜坡,门口斜坡,私砌坡,砌斜坡,搭斜坡,斜坡板,铁皮坡,上车坡,垫脚坡,斜坡垫}'), -- 违章接坡
    ('06004', '{墙皮,外墙脱落,瓷砖脱落,外墙掉,墙砖掉,瓷片,外墙砖,外墙脏,墙面脏,涂鸦,外立面}'), -- 建筑物外立面污损
    ('06004', '{墙面破,幕墙,外墙破,墙面乱画,墙面污,外墙瓷砖,墙体脱落,墙面剥落,外墙剥落}'),
    ('06005', '{阳台堆,阳台杂物,阳台脏,阳台乱,楼顶垃圾,楼顶堆,楼顶杂物,屋顶垃圾,屋顶堆,屋顶杂物}'), -- 临街阳台、屋顶脏乱差
    ('06005', '{天台堆,天面堆,天面杂物,窗台堆,雨棚上垃圾,雨棚上的垃圾,屋面垃圾,防盗网堆,阳台破烂}'),
    ('06006', '{彩旗,挂旗,插旗,小旗子,道旗,刀旗,旗帜,三角旗,一排旗,旗子}'), -- 擅自在临街的建筑物上挂彩旗
    ('06007', '{晾衣服,晒衣服,晒被子,晾被子,晒床单,晾床单,挂衣服,晾衣绳,晒内衣,晾衫,晒衫}'), -- 沿街晾挂
    ('06007', '{腊肉,腊肠,腊味,拉绳晒,拉绳子晾,衣服晾,衣服晒,凉衣服,凉晒,挂被子,晒鱼干}'),
    ('06008', '{私拉电线,私拉,私接电,飞线,飞线充电,电线乱拉,乱拉电线,拉电线,乱接电,蜘蛛网,乱拉线}'), -- 擅自架设管线、杆线设施
    ('06008', '{乱牵,私架,乱架,私自立杆,偷立杆,私拉乱接,电线乱,线路杂乱,网线乱,从楼上拉线,乱布线}'),
    ('06009', '{空调外机,外机,空调挂,空调滴水,空调水滴,空调热风,热风,空调太低,空调装得,空调主机,空调架,空调低,空调吹,空调碰头,冷凝水,空调机}'), -- 空调室外机低挂
    ('06010', '{垃圾没人清,垃圾没人收,垃圾成堆,垃圾堆成山,垃圾遍地,垃圾满地,遍地垃圾,满地垃圾,一堆垃圾,垃圾没清,乱扔垃圾}'), -- 暴露垃圾
    ('06010', '{乱丢垃圾,丢垃圾,扔垃圾,垃圾袋,生活垃圾,乱倒垃圾,垃圾乱扔,垃圾散落,堆垃圾,垃圾无人,散落垃圾,垃圾到处}'),
    ('06010', '{到处是垃圾,到处都是垃圾,随地丢,白色垃圾,垃圾发臭,倒垃圾,垃圾几天,散落的垃圾,垃圾未清,垃圾没扫,卫生死角}'),
    ('06011', '{建筑垃圾,装修垃圾,余泥,建渣,土堆,砖头瓦块,陈年垃圾,偷倒渣土,渣土堆,拆迁垃圾}'), -- 积存垃圾渣土
    ('06011', '{瓦砾,装修废料,倒泥,积存垃圾,碎砖,砖渣,堆了很久的垃圾,乱倒渣土,装修渣}'),
    ('06012', '{路面脏,马路脏,路上脏,地面脏,人行道脏,没人扫,没人打扫,没打扫,没清扫,落叶没扫,泥泞}'), -- 道路不洁
    ('06012', '{路面泥,油污,油渍,油腻,纸屑,呕吐物,污渍,环卫工没,地上黏,痰,扫地不,保洁不,积尘}'),
    ('06013', '{坑洼,坑坑洼洼,大坑,路面坑,有个坑,深坑,塌陷,路面裂,路面破,路面沉,沉降,路不平,路面不平,颠簸,路烂,烂路,路坏,路破,地砖松,地砖翘,地砖破,地砖缺}'), -- 道路破损
    ('06013', '{人行道砖,地陷,沥青脱落,沥青破,翻浆,窟窿,鼓包,坑槽,路面开裂,松动的砖,踩到就溅水,水泥路裂,路面坏,地面塌,地砖碎,路面烂,凹坑,凹凸不平,砖块松}'),
    ('06014', '{遗撒,撒漏,抛洒,洒落,撒落,撒了一地,洒了一地,洒一路,撒一路,漏了一路,漏沙,掉石子,撒料,沿路滴}'), -- 道路遗撒（洒）
    ('06014', '{一路滴,沿途洒,洒在路上,撒在路上,掉了一路,石子洒,水泥洒,混凝土洒,滴漏,掉沙子,掉沙土}'),
    ('06015', '{沙滩,海滩,河滩垃圾,滩涂,滩上,海边垃圾,滩地,沙滩脏,海岸垃圾,河滩上,江滩,海滩脏}'), -- 沙（河）滩不洁
    ('06016', '{斑马线看不清,斑马线模糊,斑马线掉,斑马线没,斑马线磨,标线,线看不清,线磨,白线,车道线}'), -- 交通标线不清晰
    ('06016', '{停车线,标线褪色,导向箭头,箭头模糊,划线模糊,重新划线,重新画线,线都没了,斑马线不清}'),
    ('06017', '{绿化带垃圾,绿化带里垃圾,绿化带里有垃圾,绿化带里的垃圾,草坪垃圾,草坪上垃圾,草丛垃圾,草地垃圾,花坛垃圾}'), -- 绿地脏乱
    ('06017', '{花坛里垃圾,花池垃圾,绿化带脏,草丛里,绿化带烟头,树丛里,草坪狗屎,绿地垃圾,绿化带塑料袋,花坛里扔}'),
    ('06018', '{修剪下,剪下的,砍下的,锯下,砍下来,剪下来,树枝堆,树枝没清,树枝没拉,树枝没运,枝叶堆}'), -- 绿化弃料
    ('06018', '{落叶堆,草屑,绿化垃圾,割下的草,园林垃圾,枝条堆,剪完树,修完树,树枝没人,绿化废料}'),
    ('06019', '{吊挂,树上挂,挂在树,绑在树,树上拉绳,树上绑,树上拴,电线杆上挂,护栏上挂,栏杆上挂}'), -- 非装饰性吊挂
    ('06019', '{挂塑料袋,拖把,挂拖把,挂篮子,电线上挂,挂杂物,挂在栏杆,挂在护栏,灯杆上挂,乱吊乱挂}'),
    ('06020', '{焚烧,烧垃圾,烧树叶,烧落叶,烧秸秆,秸秆,烧纸,烧东西,烧塑料,烧荒,烧草,烧木,烧电线,冥币,冥纸,纸钱,黑烟,浓烟,烧火,点火,烟熏,烧废,烧枯,烧枝}'), -- 焚烧垃圾、树叶
    ('06021', '{虫害,毛毛虫,生虫,虫子,打药,白蛾,介壳虫,蚜虫,白蚁,红火蚁,吊死鬼,天牛,虫蛀,洋辣子,杀虫,树虫,病虫,蛀空,蛾子,虫卵,叶子发黄,树长虫}'), -- 病虫害
    ('06022', '{砍树,锯树,伐树,偷砍,被砍,砍了,砍伐,私自砍,乱砍,毒死树,被锯,树被毒,斩树,剥树皮,偷伐,树没了,把树砍}'), -- 非法伐树
    ('06023', '{堤岸,河堤塌,河堤裂,河岸塌,堤坝,堤坝裂,驳岸,护岸,决口,管涌,岸边塌,河坡,石驳,岸墙,堤防,堤上裂}'), -- 堤岸破损
    ('06024', '{野钓,野泳,游水,电鱼,捕鱼,炸鱼,毒鱼,网鱼,撒网,地笼,摩托艇,私船,河里洗衣,洗衣服,乱停船,放生,快艇,捞鱼,船乱停,橡皮艇}'), -- 水域秩序乱象
    ('06025', '{水面漂,漂浮物,漂着,河面垃圾,水面垃圾,河里垃圾,河里有垃圾,河里全是垃圾,湖面垃圾,河道垃圾}'), -- 水域不洁
    ('06025', '{河涌垃圾,水葫芦,水草,蓝藻,绿藻,藻类,浮萍,死鱼,打捞,水面脏,河面脏,水面油,飘着垃圾,水浮莲}'),
    ('06026', '{河水发黑,河水发臭,河水黑,河水臭,黑臭,河臭,河涌臭,臭水沟,臭水河,黑水,排污水到河,排到河,排入河,排进河}'), -- 河道污染
    ('06026', '{往河里排,偷排,工业废水,河水变色,河水浑,水质差,水发臭,河道臭,倒进河,倒河里,河水污染,发黑发臭}'),
    ('06027', '{油烟,油烟味,油烟管,油烟机,排烟,排烟口,排烟管,烟道,呛人,直排油烟,油烟直排,炒菜味,炒菜的烟,厨房烟,饭店烟,抽油烟,餐馆烟,净化器}'), -- 油烟污染
    ('06028', '{吵闹,很吵,好吵,吵死,吵得,吵人,广场舞,跳舞,大喇叭,高音喇叭,喇叭声,喇叭叫卖,唱歌,K歌,卡拉OK,KTV,酒吧,睡不着,睡不好,声音很大,声音太大,音乐声}'), -- 噪声扰民
    ('06028', '{炸街,鸣笛,按喇叭,狗叫,麻将声,打麻将,嘈,低频,轰鸣,震动,音量,放音乐,喧哗,无法休息,没法睡,无法入睡,大声,敲锣打鼓,唢呐,鞭炮声,神经衰弱}'),
    ('06029', '{烧烤,烧烤摊,烤串,羊肉串,撸串,炭烤,烤肉,路边烧烤,烧烤炉,烤炉,烤架,炭火,烤羊,烤鱼摊,串串香摊,烧烤车}'), -- 露天烧烤
    ('06030', '{泼脏水,泼水,泼污水,倒污水,倒脏水,倒泔水,倒潲水,潲水,泔水,污水横流,脏水,洗碗水}'), -- 乱倒乱排污水、废水
    ('06030', '{乱倒水,乱排水,污水直排,污水流到,废水流,排废水,倒油,地沟油,废油,污水倒,乱泼,洗菜水}'),
    ('06032', '{填埋,埋垃圾,垃圾填埋,垃圾坑,垃圾场,偷埋,挖坑埋,垃圾山,倾倒点,非法倾倒,垃圾堆场,堆放场,野垃圾场,一车一车倒,拉垃圾来倒}'), -- 非正规垃圾填埋场
    ('06033', '{针头,针管,注射器,医疗垃圾,医疗废,医用垃圾,输液,输液袋,输液管,药瓶,吊瓶,棉签,纱布,诊所垃圾,废弃药品,过期药,医院垃圾,带血}'), -- 乱丢弃医疗废物
    ('06034', '{僵尸车,报废车,废车,破车,烂车,废弃车,没人要的车,停了几年,停了很久,轮胎没气,轮胎瘪,没气了}'), -- 废弃车辆
    ('06034', '{落满灰,半年没动,无牌车,死车,事故车,废旧车,车玻璃碎,废弃的车,无人认领,长期停放,长期停在}'),
    ('06035', '{沙发,床垫,旧家具,破家具,烂家具,废家具,大件垃圾,旧柜子,烂柜子,旧床,烂床,衣柜,旧桌子,马桶}'), -- 废弃家具设备
    ('06035', '{旧冰箱,旧家电,旧电视,梳化,席梦思,破桌子,旧洗衣机,烂沙发,旧椅子,木床,破柜子,旧马桶}'),
    ('06036', '{堆杂物,堆东西,堆放东西,堆物,堆破烂,堆木头,堆柴,柴火,堆轮胎,堆煤,堆货,堆纸箱}'), -- 乱堆杂物
    ('06036', '{纸箱,楼道堆,堆在楼道,堆在门口,门口堆,过道堆,堆在路边,堆放杂,乱放东西}'),
    ('06037', '{死狗,死猫,死老鼠,死鼠,死鸡,死猪,死鸟,死鸭,死蛇,动物尸体,尸体,被压死,轧死,死动物,死了只,死了一只,狗死,猫死,狗被撞死,腐烂发臭,死了的}'), -- 动物尸体
    ('06038', '{养鸡,养鸭,养鹅,养猪,养羊,养牛,养鸽,养兔,鸡叫,公鸡,打鸣,鸡鸭,鸡笼,鸡棚,鸡舍,鸡屎,鸡粪,鸡窝,放羊,猪圈,羊圈,鸽子,家禽,鸭子,猪粪,羊粪}'), -- 擅自饲养家禽家畜
    ('06039', '{开口子,私开路口,私开口,护栏开口,私自开口,开了个口,开道口,私开道口,开出入口,绿化带开口,绿化带开路}'), -- 违章开设道口
    ('06039', '{隔离带开口,拆护栏,拆了护栏,锯护栏,护栏拆,拆路缘石,砸马路牙,打通绿化带,破墙开,开车道口}'),
    ('06040', '{地锁,阻车桩,路障,占车位,霸位,霸车位,占位,占住车位,车位锁,雪糕筒,雪糕桶,锥桶,三角锥}'), -- 私设地锁、阻车桩
    ('06040', '{锥筒,放石头占,轮胎占,凳子占,私装桩,私设桩,私装立柱,私人桩,圈车位,障碍物占,反光锥}'),
    ('06041', '{不分类,没分类,未分类,混投,混装,混放,混扔,混收,混运,厨余,湿垃圾,干垃圾,可回收,其他垃圾,垃圾分类,分类投放,混在一起扔,混丢,有害垃圾,分类桶}'), -- 垃圾未分类
    ('06042', '{垃圾桶满,垃圾箱满,桶满,满溢,满出来,溢出来,溢出桶,爆桶,垃圾桶爆,垃圾箱爆,垃圾桶塞}'), -- 垃圾站（箱）满溢
    ('06042', '{装不下,装不进,冒尖,垃圾桶没人倒,垃圾桶没清,桶都满,垃圾站满,箱满,垃圾桶溢}'),
    ('06043', '{遮阳棚,遮阳篷,雨篷,遮雨棚,雨搭,篷布破,棚布破,遮阳布,破棚,棚子破,伸缩棚,雨棚破,伞破,棚顶破,遮阳网}'), -- 遮阳篷（棚、伞）破损
    ('06044', '{灯笼,红灯笼,中国结,节日装饰,节庆,花灯,彩带,串灯,圣诞,过年挂,春节挂,装饰物,节日灯,年味,灯饰,国庆装饰,春节装饰}'), -- 节庆装饰物破损
    ('06045', '{毁绿,占绿,种菜,绿化带种,绿地种,菜地,开荒,踩草坪,踩踏草,毁草坪,铲草坪,铲绿,铲掉草,压草坪,破坏绿化,破坏绿地}'), -- 非法占绿毁绿
    ('06045', '{占用绿,绿化改,绿地改,绿地硬化,绿化硬化,拔花,偷花,挖花,圈绿地,停在草坪,停在绿化,绿化带停车,开上草坪,毁坏绿}'),
    ('06046', '{占河道,占用河,侵占河,填河,填湖,填塘,围河,围网,河道种,河道搭,河道建,河里建}'), -- 占用河道
    ('06046', '{河道养,河边搭建,河里搭,河滩种,河床种,河道里种,占用湖,网箱,河道堆土}'),
    ('06047', '{公园遛狗,公园里遛狗,公园里骑,公园骑车,公园里摆摊,公园摆摊,搭帐篷,帐篷,露营,野餐,公园赌,公园打牌}'), -- 公园秩序
    ('06047', '{折花,攀折,摘花,攀爬,陀螺,甩鞭,放风筝,公园里玩,公园里钓鱼,躺长椅,公园里抽烟,公园秩序,遛狗不牵绳}'),
    ('06048', '{边坡,挡土墙,挡墙,滑坡,护坡,山体,山体滑,塌方,落石,掉石头,滚石,泥石流,山泥,山坡,山石,坡体,泥土滑}'), -- 边坡（挡土墙）破损
    ('06049', '{石阶,阶梯,踏步,石级,步级,台阶破,台阶掉,台阶松,台阶砖,台阶缺,梯级}'), -- 台阶破损
    ('06050', '{马路崖,道牙,路沿石,路肩石,牙石,街沿石,路牙石,路边条石}'), -- 路缘石缺损
    ('06051', '{盲道砖,盲道断,盲道破,盲道缺,盲道不平,盲道坏,盲道松,盲道不通,盲道没,盲人道,导盲砖,盲砖,盲道翘,盲道损,盲道不连}'), -- 盲道缺损
    ('06052', '{坡道破,坡道裂,坡道坏,坡道太陡,轮椅坡,无障碍坡,残疾人坡,轮椅上不去,缘石坡,轮椅道,坡道缺,坡道塌,坡道损,无障碍斜坡,坡道碎,婴儿车上不去}'), -- 无障碍坡道破损
    ('07001', '{小广告,牛皮癣,野广告,黑广告,贴广告,乱贴,贴满,刻章,开锁,疏通下水道,喷涂,喷漆,喷的电话}'), -- 非法小广告
    ('07001', '{涂写,墙上贴,杆上贴,贷款广告,街招,招嫖,乱涂,开锁广告,贴纸广告,楼道贴,广告贴,贴的广告}'),
    ('07002', '{传单,发传单,派传单,发广告,派广告,塞广告,塞传单,发宣传单,派发,发卡片,派卡片}'), -- 街头散发广告
    ('07002', '{塞卡片,塞小卡片,插车窗,插在车窗,夹在车,塞门缝,发名片,扔传单,拦住行人}'),
    ('07003', '{违规广告,违法广告,楼顶广告,屋顶广告,立柱广告,高炮,私设广告,私立广告,擅自设广告,大型广告,广告牌没审批,广告没审批}'), -- 违规户外广告
    ('07003', '{墙体广告,巨幅广告,大广告,广告牌遮,广告挡窗,电子屏太亮,光污染,广告太亮,LED广告,落地广告,路边广告,灯箱广告}'),
    ('07004', '{错别字,错字,别字,繁体字,不规范字,用字不规范,拼音错,英文错,翻译错,低俗,谐音,用词不当,不雅,异体字,粗俗,语病,标点错}'), -- 广告语言文字不规范
    ('07006', '{违规招牌,招牌违规,一店多招,一店多牌,多块招牌,招牌太大,超大招牌,招牌太亮,招牌没审批,私装招牌,私设招牌,违规门头}'), -- 违规牌匾标识
    ('07006', '{门头违规,店招违规,竖招牌,立式招牌,侧招,招牌伸出,招牌凸出,招牌挡,招牌遮,违规店招,换招牌,楼顶招牌,招牌不统一}'),
    ('07007', '{横幅,条幅,拉横幅,挂横幅,布标,拱门,充气拱门,气球拱门,布幅,竖幅,空飘,红布条,乱挂条幅,大气球,氢气球,乱挂标语}'), -- 违规标语宣传品
    ('07008', '{公益广告,公益宣传,公益海报,公益牌,核心价值观,遵德守礼,文明标语,宣传画,文明宣传,讲文明,公益标语,宣传牌破,公益画,景观小品}'), -- 公益性宣传品缺损
    ('08001', '{夜间施工,夜里施工,晚上施工,半夜施工,深夜施工,凌晨施工,通宵施工,施工噪音,施工噪声,施工太吵,施工吵,施工声,工地吵}'), -- 施工扰民
    ('08001', '{工地噪音,工地噪声,打桩,电钻,冲击钻,电锤,敲墙,砸墙,炮机,破碎锤,赶工,连夜施工,还在施工,浇混凝土,挖机声,装修吵}'),
    ('08001', '{装修噪音,装修声,午休施工,工地半夜,工地晚上,工地还在,打钻,切割声,切割机,施工扰民,夜晚施工,午休装修,中午装修}'),
    ('08002', '{施工占道,施工占路,施工占,占道施工,占路施工,占半幅路,封路,施工封,围了半边路,吊车占}'), -- 施工占道
    ('08002', '{泵车占,占用马路施工,罐车占,修路占,打围占,工地占道,道路围起来,围起来施工,只剩一条道}'),
    ('08003', '{挖路,挖马路,掘路,挖沟,挖开,开挖,挖断,刨路,刨开,乱挖,私自挖,马路拉链,挖了又挖,挖地,挖人行道,挖了条沟,破开路面,无证开挖,偷挖}'), -- 无证掘路
    ('08004', '{扬尘,尘土,尘土飞扬,灰尘漫天,灰尘满天,灰尘大,灰大,粉尘,不洒水,没洒水,裸土,黄土没盖}'), -- 工地扬尘
    ('08004', '{土没盖,未覆盖,没盖绿网,防尘网,绿网,沙尘,泥尘,雾炮,没覆盖,漫天灰,满天灰,一层灰}'),
    ('08005', '{施工垃圾,施工废料,施工废,工地垃圾,工地废,工程垃圾,废砖,水泥块,混凝土块,废木板,施工留下,施工剩,施工队留下,废模板,废钢筋,施工渣,废管}'), -- 施工废弃料
    ('08006', '{沙子堆,沙堆,沙石堆,水泥堆,堆水泥,钢筋堆,堆钢筋,钢管,砖头堆,堆砖,材料堆,施工材料,工地材料}'), -- 施工物料乱堆放
    ('08006', '{建筑材料,物料,石子堆,砂石,管材,脚手架管,堆管子,黄沙堆,材料乱堆,堆材料,堆沙子,堆沙石,堆黄沙}'),
    ('08007', '{围挡,围挡倒,围挡破,围挡歪,围蔽,围板,没有围挡,没围挡,没打围,工地围墙,工地围栏,施工围栏,铁皮围,围挡脏,围挡松,围挡吹,没围起来,围挡缺}'), -- 施工工地围挡问题
    ('08008', '{没硬化,未硬化,没有硬化,泥巴路,土路,黄泥路,工地里全是泥,工地道路泥,工地里的路,泥浆路,工地路面没,工地便道,烂泥,工地内道路}'), -- 施工工地道路未硬化
    ('08009', '{工地门口路,工地门口的路,工地出入口,工地门口坑,工地大门口,工地口,压坏路,大车压,重车压,工程车压,渣土车压,泥头车压,工地进出口,工地门前路}'), -- 施工工地出入口道路破损
    ('08010', '{施工完,完工后,完工没,完工了,施工结束,施工后没,撤场,没有恢复,没复原,没回填}'), -- 施工完成后未场光地净
    ('08010', '{施工队走,修完没,做完工,竣工没清,干完活,干完没,修好后没清,挖完没,没填平}'),
    ('08011', '{没盖篷布,没盖布,没篷布,不盖篷布,渣土车没,泥头车没,拉土车,土方车,渣土车敞}'), -- 渣土运输车辆未安装密闭装置
    ('08011', '{敞开拉,敞篷,没密闭,不密闭,未密闭,后八轮,密闭,自卸车,车无盖,车厢没盖}'),
    ('08012', '{带泥,车轮泥,车轮带,轮胎带泥,轮胎泥,轮胎上的泥,带泥上路,未冲洗,冲洗台}'), -- 施工工地车轮夹带
    ('08012', '{洗车台,洗车槽,没洗轮,不洗轮,泥印,带出泥,带出来的泥,泥巴带,车轮夹,泥带到路}'),
    ('08013', '{高空作业,蜘蛛人,吊绳,吊篮,吊板,悬吊,高空清洗,外墙清洗,外墙作业,没系安全,没有安全绳}'), -- 违规高空悬吊作业
    ('08013', '{没安全绳,安全带,安全绳,高空安装,高空施工,高空擦,吊在外墙,吊在半空,绳子吊}'),
    ('08014', '{预埋件,钢筋露,露钢筋,露出钢筋,钢筋头,螺栓,螺丝露,螺丝头,地脚螺栓,底座螺丝}'), -- 预埋件设施裸露
    ('08014', '{铁桩头,铁管头,凸出的钢,凸出的铁,半截铁,半截钢,基座裸露,凸起的螺,铁件,露出地面}'),
    ('08015', '{施工牌,施工公示,施工公示牌,施工公告,施工铭牌,五牌一图,工程概况牌,施工告示,工地公示,工地牌子,施工信息牌,工程公示牌,施工许可牌,工程牌}'), -- 施工公示牌污损
    ('08016', '{没报建,未报建,未批先建,无证建,无证施工,没有施工许可,没有规划许可,无规划许可,没规划许可,没手续建,没手续盖,没手续施工}'), -- 无证建设
    ('08016', '{手续不全,没有手续,施工许可证,规划许可证,规划许可,没批文,无审批,没有审批,批建不符,擅自开工,违规开工,没批就}'),
    ('09001', '{小贩,流动摊,流动小贩,流动摊贩,流动商贩,走鬼,推车卖,三轮车卖,车上卖,推小车,推着车,沿街叫卖,游商}'), -- 无照经营游商
    ('09001', '{拉车卖,板车卖,挑担,挑着担,开车卖,面包车卖,流动餐车,走街串巷,货车卖,卖水果的车,流动卖,无证摊}'),
    ('09002', '{早市,夜市,集市,赶集,墟日,圩日,趁墟,赶圩,跳蚤市场,夜市摊,夜市垃圾,早市散,早市占,夜市占,摆到半夜,摆到凌晨,早集,赶大集}'), -- 早（夜）市管理问题
    ('09003', '{乞丐,乞讨,要饭,讨饭,讨钱,流浪汉,流浪人员,流浪者,露宿,睡大街,睡在街,叫花子}'), -- 流浪乞讨
    ('09003', '{乞儿,跪地,要钱,卖唱,无家可归,拾荒,睡在地上,流浪老人,流浪乞,睡马路}'),
    ('09004', '{废品,收废品,收破烂,废品站,废品回收,回收站,收购站,收旧,收废,废旧回收,收买佬,收纸皮,卖废品,捡破烂,废铁,破烂王,废品堆,回收废}'), -- 废品收购乱象
    ('09005', '{店外经营,出店经营,出店,店外,摆到门外,摆到店外,摆出门外,摆出店,摆出来,桌椅摆,桌子摆,商品摆,货物摆,货摆}'), -- 店外经营
    ('09005', '{门口摆货,店门口摆,外摆,越门,超门线,超出店,超出门,摆到人行道,门前摆,门外摆,餐桌摆,伸出店,摆外面,桌椅放}'),
    ('09006', '{占道经营,占道摆摊,占道卖,摆摊设点,摆地摊,地摊,路边摊,摊位占,占路摆,摊子,马路市场,占路卖}'), -- 占道经营
    ('09006', '{早餐摊,夜宵摊,水果摊,菜摊,小吃摊,大排档,占路边卖,占道摆,占人行道卖,路边卖,摆档,占用道路经营}'),
    ('09008', '{盗版,盗版书,黄书,黄色书,光碟,光盘,黄碟,卖碟,黄色光,非法书,非法出版,淫秽,盗版教材,盗版碟,书刊,书摊,私印,盗印}'), -- 非法出版物销售
    ('09009', '{乱停车,违停,堵车库,路边停车,停车占道,双排停,小车停,汽车停,大货车停,货车停,大车停}'), -- 机动车乱停放
    ('09009', '{面包车停,私家车,轿车,小汽车,违章停,违法停,乱泊,泊车,压线停,压黄线,挪车,占用车道停}'),
    ('09010', '{电动车乱,电瓶车乱,自行车乱,电车乱,摩托车乱,三轮车乱,单车乱放,电瓶车停,摩托车停,电驴,小电驴,电鸡}'), -- 非机动车乱停放
    ('09010', '{电动车堵,电瓶车堵,电动车占,电动车挡,电瓶车挡,电动自行车,电动车摆,电动车放,电瓶车放,摩托停,停电动车}'),
    ('09010', '{停电瓶车,楼道停电,电动车推,三轮车停,外卖车,外卖电动车,停自行车,踏板车,老头乐,电动三轮,女装摩托}'),
    ('09011', '{共享单车,小黄车,小蓝车,小绿车,哈啰,哈罗,青桔,美团单车,摩拜,ofo,共享电动车,共享电单车}'), -- 共享单车乱象
    ('09011', '{共享电车,共享自行车,共享车,共享助力,单车堆,松果,单车围城,滴滴单车,单车倒,单车淤积,单车扎堆}'),
    ('09012', '{消防通道,占消防,堵消防,堵住消防,消防车进不,消防车道,消防车过不,消防登高,生命通道,疏散通道,逃生通道}'), -- 占用消防通道
    ('09012', '{安全通道,安全出口,走火通道,走火梯,消防出口,消防口,防火通道,救火车,消防黄线,消防门,火灾逃生}'),
    ('09013', '{杀鸡,宰鸡,杀鸭,杀鱼,杀羊,宰羊,杀牛,宰牛,杀猪,宰猪,杀狗,宰杀,屠宰,现杀,现宰,当街杀,劏鸡,劏羊,血水,活禽,鸡毛,内脏}'), -- 临街屠宰
    ('09014', '{马车,驴车,牛车,骡子,骡车,毛驴,马粪,赶马,赶着马,畜力,牲口,拉车的马}'), -- 畜力车进城
    ('09015', '{无证餐饮,无证餐馆,无证饭店,无证小吃,无证早餐,无照餐,没证开饭店,没有卫生许可,卫生许可,卫生证,健康证,食品许可,食品经营许可}'), -- 无证餐饮
    ('09015', '{餐饮许可,黑餐馆,黑作坊,小作坊,黑厨房,黑外卖,没有营业执照,无营业执照,没有执照,餐饮没证,无证经营餐,没有食品,餐饮证,无证外卖}'),
    ('09016', '{私划车位,私画车位,私划停车,私画停车,擅自划车位,乱收停车费,私收停车费,停车乱收费,收停车费,私设停车,黑停车场,野停车场}'), -- 违规设置停车场
    ('09016', '{违规停车场,无证停车场,私自收费,圈地停车,圈地收,改成停车场,当停车场,私自划线,自己划线,开停车场,搞停车场,擅自设停车,停车收费没}'),
    ('09017', '{桥下空间,桥下堆,桥下停,桥下搭,桥下住,桥下占,桥下面,桥底,桥底下,桥洞住,桥洞下}'), -- 违规占用桥下空间
    ('09017', '{桥洞里,桥孔,高架下,高架桥下,立交桥下,天桥下,桥下摆,桥下被,桥下违,桥下圈}'),
    ('09018', '{履带,挖掘机上路,挖机上路,挖掘机开,挖掘机直接,挖机开,钩机,勾机,铁轮,履带车,履带印,链轨,推土机,压路机,铁轱辘,履带压,铁链车}'), -- 履带车（铁轮车）违规上路行驶
    ('09019', '{占盲道,占用盲道,占了盲道,盲道被,堵盲道,堵住盲道,盲道停,停在盲道,停盲道,盲道上停,盲道堆,盲道上堆,盲道摆,盲道上摆,压盲道}'), -- 占用无障碍通道
    ('09019', '{挡住盲道,轮椅过不,轮椅通道,无障碍通道,堵坡道,堵住坡道,坡道被堵,挡住坡道,残疾人车位,无障碍车位,残疾人通道,坡道停,占用无障碍}'),
    ('09020', '{农贸市场,肉菜市场,集贸市场,农批市场,街市,菜市场里,市场里,市场内,市场脏,市场乱}'), -- 农贸市场秩序问题
    ('09020', '{市场地面,市场摊位,市场臭,缺斤,短两,短斤,市场档口,市场通道,市场环境,菜场里}'),
    ('09021', '{路边洗车,洗车店,洗车行,洗车场,洗车水,洗车摊,洗车污水,冲车,擦车,门口洗车,高压水枪}'), -- 占道洗车
    ('09022', '{促销,占道促销,搞促销,大甩卖,甩卖,路演,商演,搭舞台,开业活动,促销台,促销活动}'), -- 占道促销宣传
    ('09022', '{搞活动,做活动,地推,展销,占道宣传,摆台,摆台子,扫码送,送礼品,推广活动,开业庆典}'),
    ('10001', '{积雪,结冰,冰面,暗冰,雪没扫,没扫雪,扫雪,铲雪,除雪,清雪,冰溜,冰凌,冰锥}'), -- 道路积雪、结冰
    ('10001', '{冻冰,上冻,下雪,凝冻,融雪,雪没清,雪没化,雪天,路上有冰,结了冰,滑溜溜,雪后}'),
    ('10002', '{电线掉,电线垂,电线耷拉,电线断,电线拖,电线低,电线吊,线掉下,线缆掉,线缆垂,线缆脱,光缆掉,光缆垂,光缆断,光缆拖,电缆掉,电缆垂}'), -- 架空线缆脱落
    ('10002', '{网线掉,网线垂,电话线掉,通信线,线垂下,垂下来的线,耷拉,断线,线断了,电线挂,线落地,线缆断,缆线,低垂,垂到,线缆低,架空线}')
) AS v (code, phrases), unnest(phrases::text[]) AS phrase;

-- Phrases that are honest but point to several matters, with less weight.
INSERT INTO class_phrase (taxonomy, kind, phrase, code, use, weight, origin)
SELECT 'GB/T 47678.5-2026', 'matter', phrase, code::eventcode, 'include', weight, 'shipped'
FROM (VALUES
    ('01002', 1.0::double precision, '{井盖}'), -- 污水井盖异常
    ('01002', 2.0, '{下水道堵,污水外溢,冒污水,下水道}'), -- 污水井盖异常
    ('01003', 1.0, '{井盖,沙井}'), -- 雨水井盖异常
    ('01004', 1.5, '{积水,水浸,内涝,排水不畅,下水慢}'), -- 雨水箅子异常
    ('01023', 1.5, '{井盖,没有标志}'), -- 不明井盖异常
    ('01025', 1.5, '{水龙头,售水机}'), -- 供水器异常
    ('01026', 1.5, '{盖板,水渠}'), -- 沟槽盖板异常
    ('01028', 2.0, '{漏电,触电,电线裸露,停电}'), -- 电力设施异常
    ('01029', 2.0, '{电力标识}'), -- 电力设施标识牌异常
    ('01034', 1.5, '{杆子,铁杆}'), -- 不明立杆异常
    ('01037', 2.0, '{路灯,灯不亮,灯坏了,照明,太黑,看不见路}'), -- 路灯异常
    ('01039', 1.0, '{彩灯,灯光秀}'), -- 景观灯异常
    ('01042', 2.0, '{邮箱,信箱}'), -- 邮筒异常
    ('01043', 1.5, '{触摸屏}'), -- 信息亭异常
    ('01050', 2.0, '{监控}'), -- 监控电子眼设施异常
    ('01062', 1.0, '{天线,辐射,信号差}'), -- 通信基站异常
    ('01075', 1.5, '{取快递,驿站}'), -- 快递柜异常
    ('01076', 1.5, '{困人}'), -- 公用电梯异常
    ('02001', 1.0, '{停车场,车库,停车位}'), -- 停车场异常
    ('02004', 2.0, '{公交站,站台,站牌}'), -- 公交站设施异常
    ('02008', 1.0, '{高架}'), -- 立交桥异常
    ('02008', 1.5, '{桥面,匝道}'), -- 立交桥异常
    ('02009', 1.5, '{大桥,桥面}'), -- 跨河桥异常
    ('02010', 2.0, '{指示牌,警示牌}'), -- 交通标志牌及标线异常
    ('02017', 1.5, '{护栏,栏杆}'), -- 交通护栏异常
    ('02023', 1.0, '{显示屏,电子屏}'), -- 道路信息显示屏异常
    ('02032', 0.5, '{地铁}'), -- 轨道交通设施异常
    ('02032', 1.0, '{轻轨}'), -- 轨道交通设施异常
    ('02036', 2.0, '{救助站}'), -- 救助站指示牌异常
    ('02044', 2.0, '{隧道}'), -- 公路隧道异常
    ('03001', 2.0, '{厕所,洗手间,卫生间}'), -- 公共厕所异常
    ('03003', 2.0, '{清掏}'), -- 化粪池异常
    ('03004', 2.0, '{垃圾站}'), -- 垃圾间（楼）异常
    ('03005', 2.0, '{垃圾桶,垃圾箱}'), -- 垃圾箱异常
    ('03006', 1.5, '{广告牌,灯箱}'), -- 户外广告异常
    ('03007', 1.5, '{招牌,牌匾,店招,门头}'), -- 牌匾标识异常
    ('04002', 1.5, '{大树,树枝,树木}'), -- 行道树异常
    ('04005', 1.5, '{花坛}'), -- 花架花钵异常
    ('04007', 1.5, '{椅子,凳子}'), -- 街头座椅异常
    ('04013', 0.5, '{绿化带,绿化}'), -- 绿地异常
    ('04013', 1.5, '{草坪}'), -- 绿地异常
    ('05002', 1.0, '{人防}'), -- 公房地下室异常
    ('05003', 1.5, '{中石化,中石油}'), -- 车辆加油（气、电）站异常
    ('06001', 2.0, '{违法建设,铁皮,棚子}'), -- 私搭乱建
    ('06002', 1.5, '{装修}'), -- 店面无证装修
    ('06004', 1.5, '{外墙}'), -- 建筑物外立面污损
    ('06009', 1.5, '{空调}'), -- 空调室外机低挂
    ('06010', 1.0, '{垃圾}'), -- 暴露垃圾
    ('06010', 1.5, '{臭味,没人清理,恶臭}'), -- 暴露垃圾
    ('06012', 1.5, '{卫生差,脏乱,很脏,脏兮兮}'), -- 道路不洁
    ('06013', 1.0, '{路面,坑}'), -- 道路破损
    ('06013', 1.5, '{破损,绊倒,摔跤}'), -- 道路破损
    ('06013', 2.0, '{裂缝,塌了}'), -- 道路破损
    ('06016', 1.5, '{斑马线,划线,画线,看不清}'), -- 交通标线不清晰
    ('06016', 2.0, '{黄线}'), -- 交通标线不清晰
    ('06018', 2.0, '{枯枝}'), -- 绿化弃料
    ('06020', 1.5, '{冒烟,烟味}'), -- 焚烧垃圾、树叶
    ('06022', 1.5, '{砍掉,锯掉}'), -- 非法伐树
    ('06023', 1.5, '{河堤,河岸,江堤,海堤}'), -- 堤岸破损
    ('06024', 1.5, '{船}'), -- 水域秩序乱象
    ('06025', 1.5, '{河面,水面,水里}'), -- 水域不洁
    ('06026', 2.0, '{排污}'), -- 河道污染
    ('06028', 1.0, '{半夜}'), -- 噪声扰民
    ('06028', 1.5, '{吵,扰民,喇叭}'), -- 噪声扰民
    ('06030', 2.0, '{废水}'), -- 乱倒乱排污水、废水
    ('06033', 1.5, '{口罩,医疗}'), -- 乱丢弃医疗废物
    ('06034', 1.0, '{全是灰,没动过}'), -- 废弃车辆
    ('06036', 1.5, '{堆放}'), -- 乱堆杂物
    ('06036', 2.0, '{堆满}'), -- 乱堆杂物
    ('06040', 1.5, '{铁桩,占用车位}'), -- 私设地锁、阻车桩
    ('06042', 2.0, '{爆棚,爆满,放不下}'), -- 垃圾站（箱）满溢
    ('06043', 2.0, '{雨棚,遮阳伞,太阳伞}'), -- 遮阳篷（棚、伞）破损
    ('06047', 0.5, '{公园}'), -- 公园秩序
    ('06049', 1.5, '{楼梯}'), -- 台阶破损
    ('06051', 2.0, '{盲道}'), -- 盲道缺损
    ('06052', 1.5, '{坡道,轮椅}'), -- 无障碍坡道破损
    ('07001', 1.0, '{广告}'), -- 非法小广告
    ('07002', 2.0, '{推销,宣传单}'), -- 街头散发广告
    ('07003', 1.5, '{广告牌}'), -- 违规户外广告
    ('07006', 1.5, '{招牌,门头,店招}'), -- 违规牌匾标识
    ('07008', 1.5, '{创文,创城}'), -- 公益性宣传品缺损
    ('08001', 0.5, '{施工,工地}'), -- 施工扰民
    ('08003', 1.5, '{破路}'), -- 无证掘路
    ('08004', 1.5, '{灰尘}'), -- 工地扬尘
    ('08007', 2.0, '{彩钢板}'), -- 施工工地围挡问题
    ('08009', 2.0, '{压坏,压烂}'), -- 施工工地出入口道路破损
    ('08010', 1.5, '{完工}'), -- 施工完成后未场光地净
    ('08010', 2.0, '{没恢复,未恢复}'), -- 施工完成后未场光地净
    ('08011', 1.5, '{渣土车,泥头车}'), -- 渣土运输车辆未安装密闭装置
    ('08012', 1.0, '{渣土车,泥头车,泥土}'), -- 施工工地车轮夹带
    ('08013', 1.5, '{高空}'), -- 违规高空悬吊作业
    ('08016', 1.5, '{开工,报建}'), -- 无证建设
    ('09001', 1.0, '{叫卖,卖菜,卖水果}'), -- 无照经营游商
    ('09005', 1.5, '{占道,门口摆}'), -- 店外经营
    ('09006', 1.0, '{占道,摊位,卖水果,卖菜,档口}'), -- 占道经营
    ('09009', 1.5, '{停车,车位,挡路,堵路,堵车}'), -- 机动车乱停放
    ('09010', 1.5, '{电动车,电瓶车,自行车,摩托车,三轮车}'), -- 非机动车乱停放
    ('09010', 2.0, '{电单车}'), -- 非机动车乱停放
    ('09011', 2.0, '{单车}'), -- 共享单车乱象
    ('09015', 1.5, '{餐饮,执照}'), -- 无证餐饮
    ('09016', 1.5, '{收费}'), -- 违规设置停车场
    ('09017', 1.5, '{桥下,桥洞}'), -- 违规占用桥下空间
    ('09020', 0.5, '{市场}'), -- 农贸市场秩序问题
    ('09020', 1.0, '{菜市场,菜场}'), -- 农贸市场秩序问题
    ('10001', 1.5, '{路滑,下雪天,雪,打滑}'), -- 道路积雪、结冰
    ('10002', 1.5, '{线缆,电线,光缆}') -- 架空线缆脱落
) AS v (code, weight, phrases), unnest(phrases::text[]) AS phrase;

-- Phrases that count only beside other words (also), or only without them
-- (unless): mostly where a phrase of another matter contains them.
INSERT INTO class_phrase (taxonomy, kind, phrase, code, use, also, unless, origin)
SELECT 'GB/T 47678.5-2026', 'matter', phrase, code::eventcode, 'include', also::text[], unless::text[], 'shipped'
FROM (VALUES
    ('01001', '{自来水,供水}', '{井盖}', NULL), -- 供水井盖异常
    ('01001', '{水表}', '{盖}', NULL), -- 供水井盖异常
    ('01002', '{污水}', '{井盖}', NULL), -- 污水井盖异常
    ('01003', '{雨水}', '{井盖}', NULL), -- 雨水井盖异常
    ('01004', '{箅子}', NULL, '{树箅子}'), -- 雨水箅子异常
    ('01004', '{篦子}', NULL, '{树篦子}'), -- 雨水箅子异常
    ('01005', '{国家电网,南方电网,供电,电力}', '{井盖}', NULL), -- 电力井盖异常
    ('01006', '{路灯,照明}', '{井盖}', NULL), -- 路灯井盖异常
    ('01007', '{电信,联通,通信}', '{井盖}', NULL), -- 通信井盖异常
    ('01007', '{移动}', '{井盖}', '{移动了,被移动,移动位置}'), -- 通信井盖异常
    ('01008', '{有线电视,广电}', '{井盖}', NULL), -- 电视井盖异常
    ('01009', '{宽带,网络}', '{井盖}', NULL), -- 网络井盖异常
    ('01010', '{热力,暖气,供暖,供热}', '{井盖}', NULL), -- 热力井盖异常
    ('01011', '{燃气,煤气,天然气}', '{井盖}', NULL), -- 燃气井盖异常
    ('01012', '{公安}', '{井盖}', NULL), -- 公安井盖异常
    ('01012', '{监控}', '{井盖}', '{偷,调监控,查监控,看监控}'), -- 公安井盖异常
    ('01014', '{绿化}', '{井盖}', '{绿化带}'), -- 园林井盖异常
    ('01014', '{园林,浇水}', '{井盖}', NULL), -- 园林井盖异常
    ('01015', '{红绿灯,信号灯}', '{井盖}', '{路口}'), -- 信号灯电源井盖异常
    ('01017', '{电缆}', '{井盖}', NULL), -- 电缆井盖异常
    ('01017', '{电缆井}', NULL, '{公交电缆井}'), -- 电缆井盖异常
    ('01018', '{化粪池}', '{盖}', NULL), -- 化粪池井盖异常
    ('01019', '{再生水,中水}', '{井盖}', NULL), -- 中水井盖异常
    ('01021', '{输油,输气,石油}', '{井盖}', NULL), -- 输油（气）井盖异常
    ('01022', '{部队}', '{井盖}', '{门口}'), -- 特殊井盖异常
    ('01022', '{军用,国防}', '{井盖}', NULL), -- 特殊井盖异常
    ('01023', '{没有字,不知道是哪家,不知道谁家,不知道哪个单位,没有任何标识}', '{井盖}', NULL), -- 不明井盖异常
    (
        '01024', '{水井}', NULL,
        '{井盖,自来水井,给水井,供水井,上水井,污水井,下水井,雨水井,取水井,浇水井,再生水井,中水井,回用水井}'
    ), -- 水井异常
    ('01024', '{机井}', NULL, '{信号机井,机井盖}'), -- 水井异常
    ('01028', '{配电箱}', NULL, '{照明配电箱}'), -- 电力设施异常
    ('01028', '{电箱}', NULL, '{变电箱,弱电箱,照明配电箱,路灯电箱}'), -- 电力设施异常
    ('01028', '{电柜}', NULL, '{充电柜,换电柜,路灯电柜}'), -- 电力设施异常
    ('01028', '{电表箱}', NULL, '{路灯电表箱}'), -- 电力设施异常
    ('01030', '{电线杆}', NULL, '{电线杆上挂}'), -- 电力立杆异常
    ('01030', '{电杆}', NULL, '{弱电杆,铁路电杆}'), -- 电力立杆异常
    ('01034', '{不知道是哪家,没有任何标识,废弃}', '{杆}', '{井盖}'), -- 不明立杆异常
    (
        '01037', '{灯杆}', NULL,
        '{5G灯杆,信号灯杆,多功能灯杆,智慧灯杆,智能灯杆,灯杆上挂,灯杆下的井盖,灯杆边的井盖,红绿灯杆}'
    ), -- 路灯异常
    ('01039', '{射灯}', NULL, '{地射灯}'), -- 景观灯异常
    ('01047', '{铁塔}', NULL, '{信号,基站,通信,移动铁塔,铁塔公司}'), -- 高压线铁塔异常
    ('01050', '{探头}', NULL, '{水质探头,污水探头}'), -- 监控电子眼设施异常
    ('01050', '{天网}', NULL, '{天网井盖}'), -- 监控电子眼设施异常
    ('01050', '{电子警察}', NULL, '{电子警察井}'), -- 监控电子眼设施异常
    ('01051', '{警亭}', NULL, '{交警亭}'), -- 治安岗亭异常
    ('01052', '{亭子}', NULL, '{小卖部亭子}'), -- 休息亭异常
    ('01053', '{缴费机}', NULL, '{停车缴费机}'), -- 自助缴费机异常
    ('01057', '{燃气管}', NULL, '{燃气管线牌}'), -- 露天燃气管道异常
    ('01064', '{门楼}', NULL, '{门楼牌}'), -- 牌楼（门楼）异常
    ('01065', '{公示牌}', NULL, '{工程公示牌,施工公示牌}'), -- 管理责任公示牌异常
    ('01069', '{闸门}', NULL, '{道闸,车闸}'), -- 水域附属设施异常
    ('01073', '{排污口}', NULL, '{排污口监测}'), -- 雨污水排放口异常
    ('01073', '{排口}', NULL, '{排口监测}'), -- 雨污水排放口异常
    ('02004', '{公交站牌}', NULL, '{公交站牌杆}'), -- 公交站设施异常
    ('02004', '{公交站台}', NULL, '{公交站台井}'), -- 公交站设施异常
    ('02006', '{天桥}', NULL, '{天桥下,天桥的花,天桥花槽,天桥花箱}'), -- 过街天桥异常
    ('02008', '{立交桥}', NULL, '{立交桥下}'), -- 立交桥异常
    ('02008', '{高架桥}', NULL, '{高架桥下}'), -- 立交桥异常
    ('02008', '{立交}', NULL, '{立交桥下,铁路立交}'), -- 立交桥异常
    ('02009', '{桥栏杆,桥栏}', NULL, '{天桥栏杆}'), -- 跨河桥异常
    ('02010', '{路标}', NULL, '{路标线,道路标}'), -- 交通标志牌及标线异常
    ('02010', '{标志牌}', NULL, '{电力标志牌}'), -- 交通标志牌及标线异常
    ('02012', '{路牌}', NULL, '{厕所路牌,指路牌,景区路牌}'), -- 路名牌异常
    (
        '02014', '{红绿灯}', NULL,
        '{红绿灯路口,红绿灯下面的井盖,红绿灯井,红绿灯控制,红绿灯旁的井盖,红绿灯杆,红绿灯电源井,红绿灯箱,遮住红绿灯}'
    ), -- 交通信号灯异常
    ('02014', '{信号灯}', NULL, '{信号灯井,信号灯杆}'), -- 交通信号灯异常
    ('02021', '{石墩}', NULL, '{斑马线石墩,路口石墩}'), -- 便道桩异常
    ('02021', '{石球}', NULL, '{路口石球}'), -- 便道桩异常
    ('02025', '{车棚}', NULL, '{候车棚}'), -- 非机动车停放点异常
    ('03001', '{公厕}', NULL, '{公厕指引,公厕指示牌,公厕标志,公厕标识,公厕牌}'), -- 公共厕所异常
    ('03003', '{化粪池}', NULL, '{盖,化粪池口}'), -- 化粪池异常
    ('03003', '{粪池}', NULL, '{化粪池的盖,粪池口,粪池没盖,粪池盖}'), -- 化粪池异常
    ('03005', '{桶盖}', NULL, '{马桶}'), -- 垃圾箱异常
    ('04002', '{枯树}', NULL, '{一棵枯树}'), -- 行道树异常
    ('04002', '{死树}', NULL, '{毒死树}'), -- 行道树异常
    ('04005', '{花盆}', NULL, '{高架花盆}'), -- 花架花钵异常
    ('04005', '{花箱}', NULL, '{天桥花箱,桥上花箱,高架花箱}'), -- 花架花钵异常
    ('04005', '{花槽}', NULL, '{天桥花槽}'), -- 花架花钵异常
    ('04007', '{长椅}', NULL, '{躺长椅}'), -- 街头座椅异常
    ('04007', '{座椅}', NULL, '{公交站座椅}'), -- 街头座椅异常
    ('04009', '{喷灌}', NULL, '{喷灌井}'), -- 绿地附属设施异常
    ('05009', '{文物}', NULL, '{文物保护碑,文物标志,文物标识,文物牌}'), -- 文物古迹异常
    ('05009', '{故居}', NULL, '{故居牌}'), -- 文物古迹异常
    ('06001', '{加盖}', NULL, '{没加盖,无加盖}'), -- 私搭乱建
    ('06001', '{搭建}', NULL, '{河边搭建}'), -- 私搭乱建
    ('06007', '{晾晒}', NULL, '{公共晾晒,晾晒区,晾晒架}'), -- 沿街晾挂
    ('06007', '{晒被}', NULL, '{晒被架}'), -- 沿街晾挂
    ('06011', '{渣土}', NULL, '{渣土车,渣土运输}'), -- 积存垃圾渣土
    ('06011', '{泥头}', NULL, '{泥头车}'), -- 积存垃圾渣土
    ('06011', '{堆土}', NULL, '{河道堆土}'), -- 积存垃圾渣土
    ('06012', '{落叶}', NULL, '{烧落叶,落叶堆}'), -- 道路不洁
    ('06012', '{烟头}', NULL, '{烟头收集,烟头桶,烟头箱,绿化带烟头}'), -- 道路不洁
    ('06012', '{果皮}', NULL, '{果皮箱}'), -- 道路不洁
    ('06012', '{狗屎}', NULL, '{狗屎袋,草坪狗屎}'), -- 道路不洁
    ('06012', '{狗粪}', NULL, '{狗粪箱}'), -- 道路不洁
    ('06012', '{狗便}', NULL, '{狗便箱,狗便袋}'), -- 道路不洁
    ('06013', '{砖松}', NULL, '{盲道,台阶,树池,天桥}'), -- 道路破损
    ('06014', '{漏油}', NULL, '{变压器漏油}'), -- 道路遗撒（洒）
    ('06016', '{模糊}', '{斑马线}', NULL), -- 交通标线不清晰
    ('06016', '{磨}', '{标线}', NULL), -- 交通标线不清晰
    ('06019', '{乱挂}', NULL, '{乱挂条幅,乱挂标语}'), -- 非装饰性吊挂
    ('06024', '{钓鱼}', NULL, '{公园里钓鱼}'), -- 水域秩序乱象
    ('06024', '{垂钓}', NULL, '{禁止垂钓牌}'), -- 水域秩序乱象
    ('06024', '{游泳}', NULL, '{禁止游泳牌}'), -- 水域秩序乱象
    ('06024', '{下河}', NULL, '{下河台阶}'), -- 水域秩序乱象
    ('06028', '{噪音}', NULL, '{噪音屏,噪音显示屏,噪音牌,噪音监测,工地噪音,施工噪音,装修噪音}'), -- 噪声扰民
    ('06028', '{噪声}', NULL, '{噪声屏,噪声显示,噪声监测,工地噪声,施工噪声}'), -- 噪声扰民
    ('06028', '{太吵}', NULL, '{施工太吵}'), -- 噪声扰民
    ('06028', '{音响}', NULL, '{草坪音响}'), -- 噪声扰民
    ('06028', '{嗡嗡}', NULL, '{变压器嗡嗡}'), -- 噪声扰民
    ('06030', '{倒}', '{雨水口}', NULL), -- 乱倒乱排污水、废水
    ('06030', '{污水}', '{倒}', '{倒灌,倒流}'), -- 乱倒乱排污水、废水
    ('06030', '{排污水}', NULL, '{排污水到河}'), -- 乱倒乱排污水、废水
    ('06036', '{杂物}', NULL, '{天面杂物,屋顶杂物,挂杂物,楼顶杂物,阳台杂物}'), -- 乱堆杂物
    ('06036', '{乱堆}', NULL, '{材料乱堆}'), -- 乱堆杂物
    ('06036', '{纸皮}', NULL, '{收纸皮}'), -- 乱堆杂物
    ('06038', '{散养}', NULL, '{狗,犬}'), -- 擅自饲养家禽家畜
    ('06040', '{铁链}', NULL, '{铁链车}'), -- 私设地锁、阻车桩
    ('06042', '{满了,溢,爆}', '{垃圾桶}', NULL), -- 垃圾站（箱）满溢
    ('06049', '{台阶}', NULL, '{下河台阶,天桥台阶,码头台阶}'), -- 台阶破损
    ('06050', '{侧石}', NULL, '{侧石墩,侧石狮,侧石凳,侧石柱,侧石球}'), -- 路缘石缺损
    ('06050', '{路边石}', NULL, '{路边石墩,路边石凳,路边石柱,路边石球}'), -- 路缘石缺损
    ('06050', '{马路牙,路牙}', NULL, '{砸马路牙}'), -- 路缘石缺损
    ('06050', '{路缘石}', NULL, '{拆路缘石}'), -- 路缘石缺损
    ('06050', '{缘石}', NULL, '{拆路缘石,缘石坡}'), -- 路缘石缺损
    ('07001', '{办证}', NULL, '{没办证,未办证}'), -- 非法小广告
    ('07001', '{张贴}', NULL, '{张贴栏}'), -- 非法小广告
    ('07001', '{小卡片}', NULL, '{塞小卡片}'), -- 非法小广告
    ('07004', '{写错}', NULL, '{路名写错}'), -- 广告语言文字不规范
    ('07007', '{标语}', NULL, '{公益标语,文明标语}'), -- 违规标语宣传品
    ('08002', '{占用车道}', NULL, '{占用车道停}'), -- 施工占道
    ('08005', '{废料}', NULL, '{绿化废料,装修废料}'), -- 施工废弃料
    ('08006', '{建材}', NULL, '{建材市场,建材城,建材店}'), -- 施工物料乱堆放
    ('08007', '{打围}', NULL, '{打围占}'), -- 施工工地围挡问题
    ('08008', '{泥路}', NULL, '{水泥路}'), -- 施工工地道路未硬化
    ('08011', '{没盖好,没盖严,没加盖,敞着}', NULL, '{井,桶}'), -- 渣土运输车辆未安装密闭装置
    ('08011', '{篷布}', NULL, '{篷布破}'), -- 渣土运输车辆未安装密闭装置
    ('08012', '{没冲洗,不冲洗}', NULL, '{厕}'), -- 施工工地车轮夹带
    ('08014', '{桩头}', NULL, '{充电}'), -- 预埋件设施裸露
    ('08016', '{没审批}', NULL, '{广告没审批,广告牌没审批,招牌没审批}'), -- 无证建设
    ('09001', '{无照}', NULL, '{无照餐}'), -- 无照经营游商
    ('09003', '{流浪}', NULL, '{狗,猫,犬}'), -- 流浪乞讨
    ('09006', '{摆摊}', NULL, '{公园摆摊,公园里摆摊}'), -- 占道经营
    ('09006', '{摊贩}', NULL, '{流动摊贩}'), -- 占道经营
    ('09009', '{乱停}', NULL, '{电动车,电瓶车,自行车,单车,摩托,三轮车,电驴,电鸡,乱停船,船乱停}'), -- 机动车乱停放
    (
        '09009', '{停在人行道,停人行道,停在路口,停在门口,堵住门口,堵门,堵住车库,停车堵,停车挡,占道停车,车停在}', NULL,
        '{电动车,电瓶车,自行车,单车,摩托,三轮车,电驴,电鸡}'
    ), -- 机动车乱停放
    (
        '09009', '{停满车,停满了车,挡住出口,车挡,车堵,堵住出口,乱停乱放,车辆停放,停着车,停在车道}', NULL,
        '{电动车,电瓶车,自行车,单车,摩托,三轮车,电驴,电鸡}'
    ), -- 机动车乱停放
    ('09009', '{停车乱}', NULL, '{电动车,电瓶车,自行车,单车,摩托,三轮车,电驴,电鸡,停车乱收费}'), -- 机动车乱停放
    ('09009', '{违规停车}', NULL, '{违规停车场}'), -- 机动车乱停放
    ('09009', '{禁停}', NULL, '{禁停牌}'), -- 机动车乱停放
    ('09010', '{电动车停}', NULL, '{电动车停放区,电动车停车位}'), -- 非机动车乱停放
    ('09010', '{自行车停}', NULL, '{自行车停放点,自行车停车架}'), -- 非机动车乱停放
    ('09012', '{消防}', '{堵}', '{栓,灭火器}'), -- 占用消防通道
    ('09014', '{马拉}', NULL, '{马拉松}'), -- 畜力车进城
    ('09019', '{盲道}', '{占}', NULL), -- 占用无障碍通道
    ('09021', '{洗车}', NULL, '{洗车台,洗车槽}'), -- 占道洗车
    ('09022', '{搭台}', NULL, '{搭台阶}') -- 占道促销宣传
) AS v (code, phrases, also, unless), unnest(phrases::text[]) AS phrase;

-- Words that name the matter only together, and then with less weight.
INSERT INTO class_phrase (taxonomy, kind, phrase, code, use, weight, also, unless, origin)
SELECT 'GB/T 47678.5-2026', 'matter', phrase, code::eventcode, 'include', 2.0, also::text[], unless::text[], 'shipped'
FROM (VALUES
    ('01004', '{堵}', '{雨水}', NULL), -- 雨水箅子异常
    ('01037', '{不亮}', '{灯}', '{红绿灯,信号灯,景观,招牌,灯箱,隧道,地灯}'), -- 路灯异常
    ('01046', '{坏}', '{器材}', '{消防}'), -- 户外健身设施异常
    ('01057', '{漏}', '{煤气}', NULL), -- 露天燃气管道异常
    ('02004', '{坏}', '{公交站}', NULL), -- 公交站设施异常
    ('02017', '{撞}', '{护栏}', '{河,江,湖,桥,绿化}'), -- 交通护栏异常
    ('03001', '{臭,堵}', '{厕所}', NULL), -- 公共厕所异常
    ('03005', '{坏,破,盖}', '{垃圾桶}', NULL), -- 垃圾箱异常
    ('03006', '{掉,晃,破,吹}', '{广告牌}', NULL), -- 户外广告异常
    ('03007', '{掉,松,不亮}', '{招牌}', NULL), -- 牌匾标识异常
    ('04002', '{断,枯}', '{树}', '{护栏,电线}'), -- 行道树异常
    ('04002', '{挡,遮}', '{树}', NULL), -- 行道树异常
    ('06003', '{铁板,水泥}', '{坡}', NULL), -- 违章接坡
    ('06004', '{掉,脱落,砖}', '{外墙}', NULL), -- 建筑物外立面污损
    ('06005', '{垃圾,堆}', '{楼顶}', NULL), -- 临街阳台、屋顶脏乱差
    ('06005', '{堆满}', '{阳台}', NULL), -- 临街阳台、屋顶脏乱差
    ('06007', '{晾}', '{衣}', NULL), -- 沿街晾挂
    ('06007', '{晒}', '{绳}', NULL), -- 沿街晾挂
    ('06008', '{插线板,排插,充电}', '{楼上}', '{充电桩}'), -- 擅自架设管线、杆线设施
    ('06010', '{堆}', '{垃圾}', '{建筑,装修,桶,楼顶,阳台,工地,施工}'), -- 暴露垃圾
    ('06012', '{扫}', '{没人}', NULL), -- 道路不洁
    ('06013', '{砖}', '{人行道}', '{盲道,堆,树池}'), -- 道路破损
    ('06014', '{撒,洒}', '{车}', '{洒水}'), -- 道路遗撒（洒）
    ('06016', '{不清,掉漆,褪}', '{线}', '{电线}'), -- 交通标线不清晰
    ('06017', '{垃圾,烟头}', '{绿化带}', '{垃圾桶}'), -- 绿地脏乱
    ('06019', '{挂}', '{树上}', '{彩灯,灯笼,横幅}'), -- 非装饰性吊挂
    ('06020', '{烧}', '{垃圾}', '{烧烤}'), -- 焚烧垃圾、树叶
    ('06021', '{虫}', '{树}', NULL), -- 病虫害
    ('06022', '{砍}', '{树}', '{希望,建议,枯,死,要求,修剪}'), -- 非法伐树
    ('06023', '{塌}', '{河}', NULL), -- 堤岸破损
    ('06025', '{漂,垃圾}', '{河里}', NULL), -- 水域不洁
    ('06026', '{黑,臭,排}', '{河}', '{河堤}'), -- 河道污染
    ('06032', '{埋,倾倒}', '{垃圾}', NULL), -- 非正规垃圾填埋场
    ('06034', '{几个月,灰}', '{车,停}', '{工地,施工}'), -- 废弃车辆
    ('06036', '{堆}', '{楼道}', '{垃圾}'), -- 乱堆杂物
    ('06037', '{狗,猫,老鼠}', '{死}', '{死角,吵死}'), -- 动物尸体
    ('06038', '{养}', '{鸡}', NULL), -- 擅自饲养家禽家畜
    ('06039', '{拆}', '{护栏}', NULL), -- 违章开设道口
    ('06040', '{锁}', '{车位}', '{充电}'), -- 私设地锁、阻车桩
    ('06041', '{分类}', '{垃圾}', NULL), -- 垃圾未分类
    ('06043', '{破}', '{棚}', NULL), -- 遮阳篷（棚、伞）破损
    ('06044', '{破}', '{灯笼}', NULL), -- 节庆装饰物破损
    ('06045', '{种}', '{绿化带}', NULL), -- 非法占绿毁绿
    ('06045', '{菜}', '{绿地}', NULL), -- 非法占绿毁绿
    ('06046', '{种}', '{河道}', NULL), -- 占用河道
    ('06047', '{骑,遛狗,钓}', '{公园}', NULL), -- 公园秩序
    ('06048', '{石头}', '{山}', NULL), -- 边坡（挡土墙）破损
    ('07001', '{贴}', '{广告}', '{公益}'), -- 非法小广告
    ('07002', '{塞}', '{门}', NULL), -- 街头散发广告
    ('07003', '{审批,遮}', '{广告牌}', NULL), -- 违规户外广告
    ('07004', '{字}', '{错}', NULL), -- 广告语言文字不规范
    ('07006', '{审批,挡}', '{招牌}', NULL), -- 违规牌匾标识
    ('07008', '{褪色}', '{宣传}', NULL), -- 公益性宣传品缺损
    ('08001', '{噪,半夜,凌晨}', '{工地}', NULL), -- 施工扰民
    ('08001', '{吵,晚上}', '{施工}', NULL), -- 施工扰民
    ('08002', '{车道,占,半边路}', '{施工}', NULL), -- 施工占道
    ('08003', '{挖}', '{路面}', '{挖机,挖掘机}'), -- 无证掘路
    ('08004', '{灰}', '{工地}', NULL), -- 工地扬尘
    ('08005', '{垃圾}', '{工地}', '{生活垃圾}'), -- 施工废弃料
    ('08006', '{水泥,钢筋,沙子}', '{堆}', '{水泥路}'), -- 施工物料乱堆放
    ('08009', '{坑,烂}', '{工地}', NULL), -- 施工工地出入口道路破损
    ('08011', '{盖,篷}', '{渣土车}', '{井}'), -- 渣土运输车辆未安装密闭装置
    ('08012', '{泥}', '{轮}', '{三轮}'), -- 施工工地车轮夹带
    ('08013', '{安全,绳}', '{高空}', NULL), -- 违规高空悬吊作业
    ('08014', '{露,凸}', '{钢筋}', NULL), -- 预埋件设施裸露
    ('08015', '{牌}', '{施工}', '{指示,招牌}'), -- 施工公示牌污损
    ('08016', '{手续,许可}', '{建}', NULL), -- 无证建设
    ('09001', '{三轮车,后备箱}', '{卖}', '{共享}'), -- 无照经营游商
    ('09002', '{摊}', '{夜市}', NULL), -- 早（夜）市管理问题
    ('09003', '{睡}', '{街}', '{睡不,睡觉}'), -- 流浪乞讨
    ('09005', '{桌椅,摆}', '{店}', NULL), -- 店外经营
    ('09006', '{摆,占}', '{卖}', '{店}'), -- 占道经营
    ('09009', '{车辆,汽车}', '{停}', '{充电,公交}'), -- 机动车乱停放
    ('09010', '{停,放}', '{电动车}', '{消防,充电,共享}'), -- 非机动车乱停放
    ('09010', '{乱,堵}', '{电瓶车}', '{消防,充电}'), -- 非机动车乱停放
    ('09011', '{共享}', NULL, '{充电宝}'), -- 共享单车乱象
    ('09012', '{通道}', '{消防}', NULL), -- 占用消防通道
    ('09013', '{杀}', '{鸡}', NULL), -- 临街屠宰
    ('09015', '{证}', '{餐}', NULL), -- 无证餐饮
    ('09016', '{私自,划}', '{车位}', '{地锁}'), -- 违规设置停车场
    ('09017', '{摊,堆}', '{桥下}', NULL), -- 违规占用桥下空间
    ('09018', '{挖掘机}', '{路面}', '{吵,噪}'), -- 履带车（铁轮车）违规上路行驶
    ('09019', '{停,堆}', '{盲道}', NULL), -- 占用无障碍通道
    ('09019', '{堵}', '{坡道}', NULL), -- 占用无障碍通道
    ('09020', '{臭,脏}', '{市场}', NULL), -- 农贸市场秩序问题
    ('10001', '{滑,冰}', '{路}', NULL), -- 道路积雪、结冰
    ('10002', '{垂,拖}', '{线}', '{垂直}'), -- 架空线缆脱落
    ('10002', '{断,掉}', '{电线}', NULL) -- 架空线缆脱落
) AS v (code, phrases, also, unless), unnest(phrases::text[]) AS phrase;

-- 排除词: phrases that say that it is not this matter.
INSERT INTO class_phrase (taxonomy, kind, phrase, code, use, weight, remark, origin)
SELECT 'GB/T 47678.5-2026', 'matter', phrase, code::eventcode, 'exclude', weight, remark, 'shipped'
FROM (VALUES
    ('01037', '红绿灯', 1.5::double precision, 'a lamp too, but the traffic''s'), -- 路灯异常
    ('01037', '配电箱', 2.0, 'the lamps'' box is 01060'), -- 路灯异常
    ('01050', '噪音监测', NULL, 'a sensor too, but 03013'), -- 监控电子眼设施异常
    ('06001', '遮阳伞', 2.0, 'a sunshade is not a building'), -- 私搭乱建
    ('06010', '旧家具', 2.0, 'has a matter of its own'), -- 暴露垃圾
    ('06010', '垃圾分类', NULL, 'sorting, not litter'), -- 暴露垃圾
    ('06013', '井盖', 2.0, 'the cover, not the road'), -- 道路破损
    ('06013', '盲道砖', NULL, 'has a matter of its own'), -- 道路破损
    ('06013', '减速带', NULL, 'has a matter of its own'), -- 道路破损
    ('06028', '隔音屏', 2.0, 'the barrier, not the noise'), -- 噪声扰民
    ('06038', '流浪狗', NULL, 'neither poultry nor livestock'), -- 擅自饲养家禽家畜
    ('06038', '死鸡', NULL, 'a carcass, nobody keeps it'), -- 擅自饲养家禽家畜
    ('09003', '流浪狗', NULL, 'an animal'), -- 流浪乞讨
    ('09003', '流浪猫', NULL, 'an animal'), -- 流浪乞讨
    ('09003', '流浪犬', NULL, 'an animal'), -- 流浪乞讨
    ('09009', '共享单车', 1.5, 'not a motor vehicle'), -- 机动车乱停放
    ('09009', '地锁', 2.0, 'keeps a place, is not parked'), -- 机动车乱停放
    ('09010', '小汽车', NULL, 'a motor vehicle'), -- 非机动车乱停放
    ('09010', '面包车', 2.0, 'a motor vehicle'), -- 非机动车乱停放
    ('10002', '私拉', NULL, 'put up by somebody, not fallen') -- 架空线缆脱落
) AS v (code, phrase, weight, remark);

-- 易混: where the phrase makes one take the first matter, the second is meant.
INSERT INTO class_phrase (taxonomy, kind, phrase, code, instead, use, also, unless, origin)
SELECT 'GB/T 47678.5-2026', 'matter', phrase, code::eventcode, instead::eventcode, 'confusion',
       also::text[], unless::text[], 'shipped'
FROM (VALUES
    ('01004', '06030', '泔水', '{雨水口}', NULL), -- 雨水箅子异常: 乱倒乱排污水、废水
    ('01037', '01006', '路灯', '{井盖}', NULL), -- 路灯异常: 路灯井盖异常
    ('01057', '01011', '燃气', '{井盖}', NULL), -- 露天燃气管道异常: 燃气井盖异常
    ('01065', '08015', '公示牌', '{工地}', NULL), -- 管理责任公示牌异常: 施工公示牌污损
    ('01065', '08015', '施工', '{公示牌}', '{围挡}'), -- 管理责任公示牌异常: 施工公示牌污损
    ('02001', '09016', '私自', '{停车场}', NULL), -- 停车场异常: 违规设置停车场
    ('02009', '02042', '铁路', '{桥}', NULL), -- 跨河桥异常: 铁路桥涵异常
    ('02014', '01015', '红绿灯', '{井盖}', '{路口}'), -- 交通信号灯异常: 信号灯电源井盖异常
    ('02017', '01070', '河边', '{护栏}', NULL), -- 交通护栏异常: 水域护栏异常
    ('02017', '04008', '绿化带', '{护栏}', NULL), -- 交通护栏异常: 绿地护栏异常
    ('02023', '02041', '车位', '{屏}', NULL), -- 道路信息显示屏异常: 停车信息显示屏异常
    ('03001', '03002', '公厕', '{指示牌}', NULL), -- 公共厕所异常: 公厕指示牌异常
    ('03003', '01018', '化粪池', '{盖}', '{掩盖,覆盖}'), -- 化粪池异常: 化粪池井盖异常
    ('03005', '06042', '垃圾桶', '{满}', '{满意,不满}'), -- 垃圾箱异常: 垃圾站（箱）满溢
    ('04005', '04012', '高架', '{花箱}', NULL), -- 花架花钵异常: 高架挂箱异常
    ('05009', '02037', '文物', '{牌}', '{牌坊,牌楼}'), -- 文物古迹异常: 文物建筑标志牌异常
    ('06008', '10002', '电线', '{掉}', NULL), -- 擅自架设管线、杆线设施: 架空线缆脱落
    ('06009', '06028', '外机', '{噪音}', '{滴水}'), -- 空调室外机低挂: 噪声扰民
    ('06010', '06025', '河里', '{垃圾}', NULL), -- 暴露垃圾: 水域不洁
    ('06010', '06025', '河面', '{垃圾}', NULL), -- 暴露垃圾: 水域不洁
    ('06010', '06017', '绿化带', '{垃圾}', '{垃圾桶}'), -- 暴露垃圾: 绿地脏乱
    ('06010', '06017', '草坪', '{垃圾}', '{垃圾桶}'), -- 暴露垃圾: 绿地脏乱
    ('06011', '08005', '施工', '{垃圾}', NULL), -- 积存垃圾渣土: 施工废弃料
    ('06012', '06014', '渣土车', '{洒}', '{洒水}'), -- 道路不洁: 道路遗撒（洒）
    ('06028', '08001', '噪音', '{工地}', NULL), -- 噪声扰民: 施工扰民
    ('06028', '08001', '工地', '{半夜}', NULL), -- 噪声扰民: 施工扰民
    ('06028', '08001', '施工', '{吵}', NULL), -- 噪声扰民: 施工扰民
    ('06028', '06009', '空调', '{滴水}', '{噪音,太吵}'), -- 噪声扰民: 空调室外机低挂
    ('06028', '08001', '装修', '{吵}', NULL), -- 噪声扰民: 施工扰民
    ('06030', '06009', '空调', '{滴水}', NULL), -- 乱倒乱排污水、废水: 空调室外机低挂
    ('06043', '06001', '违建', '{雨棚}', '{破}'), -- 遮阳篷（棚、伞）破损: 私搭乱建
    ('07003', '03006', '摇晃', '{广告牌}', NULL), -- 违规户外广告: 户外广告异常
    ('07003', '03006', '松动', '{广告牌}', NULL), -- 违规户外广告: 户外广告异常
    ('07006', '03007', '掉下来', '{招牌}', NULL), -- 违规牌匾标识: 牌匾标识异常
    ('07006', '03007', '松动', '{招牌}', NULL), -- 违规牌匾标识: 牌匾标识异常
    ('08011', '08012', '轮胎', '{泥}', NULL), -- 渣土运输车辆未安装密闭装置: 施工工地车轮夹带
    ('09005', '06029', '烧烤', '{路边}', NULL), -- 店外经营: 露天烧烤
    ('09009', '06034', '僵尸车', NULL, NULL), -- 机动车乱停放: 废弃车辆
    ('09009', '09017', '桥下', '{停车}', NULL), -- 机动车乱停放: 违规占用桥下空间
    ('09009', '09012', '消防通道', NULL, NULL), -- 机动车乱停放: 占用消防通道
    ('09010', '09011', '共享单车', NULL, NULL), -- 非机动车乱停放: 共享单车乱象
    ('09010', '09012', '消防通道', NULL, NULL), -- 非机动车乱停放: 占用消防通道
    ('09010', '09019', '盲道', '{停}', NULL) -- 非机动车乱停放: 占用无障碍通道
) AS v (code, instead, phrase, also, unless);

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON class_phrase
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('taxonomy', 'kind', 'code', 'use', 'phrase', 'territory');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON class_phrase
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON class_phrase IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON class_phrase IS 'shipped rows are not truncated';
SELECT pg_catalog.pg_extension_config_dump('class_phrase', $$WHERE origin <> 'shipped'$$);

-- Learning from use (人工确认与学习): what the machine proposed for a case, what
-- people decided, what waits for them, and how the messages drift.  See
-- doc/class-feedback.md.

CREATE TABLE class_proposal (
    caseno caseno NOT NULL,
    edition bigint NOT NULL,
    proposed eventcode NOT NULL,
    probability double precision NOT NULL,
    second eventcode,
    second_probability double precision,
    proposed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT class_proposal_pkey PRIMARY KEY (caseno, edition),
    CONSTRAINT class_proposal_probability_check CHECK (probability BETWEEN 0 AND 1),
    CONSTRAINT class_proposal_second_check CHECK (
        (second IS NULL) = (second_probability IS NULL) AND second_probability BETWEEN 0 AND probability
    )
);
CREATE INDEX class_proposal_edition_idx ON class_proposal (edition, probability);
COMMENT ON TABLE class_proposal IS 'what the classifier of an edition proposed for a case (智能分类建议)';
COMMENT ON COLUMN class_proposal.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN class_proposal.edition IS 'edition of the taxonomy whose classifier proposed (分类体系版本号)';
COMMENT ON COLUMN class_proposal.proposed IS 'the most likely class (建议分类)';
COMMENT ON COLUMN class_proposal.probability IS 'its probability (概率)';
COMMENT ON COLUMN class_proposal.second IS 'the next likely class (次选分类); NULL if the classifier knows one only';
COMMENT ON COLUMN class_proposal.second_probability IS 'its probability (次选概率)';
COMMENT ON COLUMN class_proposal.proposed_at IS 'when it was proposed (建议时间)';

CREATE TABLE class_feedback (
    feedback bigint GENERATED BY DEFAULT AS IDENTITY,
    caseno caseno,
    message text NOT NULL,
    taxonomy text NOT NULL,
    kind text NOT NULL,
    edition bigint,
    proposed eventcode,
    probability double precision,
    decided eventcode NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_by text NOT NULL DEFAULT session_user,
    channel text,
    remark text,
    CONSTRAINT class_feedback_pkey PRIMARY KEY (feedback),
    CONSTRAINT class_feedback_message_check CHECK (message <> ''),
    CONSTRAINT class_feedback_probability_check CHECK (probability BETWEEN 0 AND 1),
    CONSTRAINT class_feedback_proposed_check CHECK (proposed IS NOT NULL OR probability IS NULL),
    CONSTRAINT class_feedback_decided_at_check CHECK (isfinite(decided_at))
);
-- the last decision is found by this one, before the table is analyzed too
CREATE INDEX class_feedback_caseno_idx ON class_feedback (caseno, taxonomy, decided_at, feedback) WHERE caseno IS NOT NULL;
CREATE INDEX class_feedback_class_idx ON class_feedback (taxonomy, kind, decided);
COMMENT ON TABLE class_feedback IS 'every classification that a person confirmed or corrected (人工确认记录); rows are only added, the last decision counts';
COMMENT ON COLUMN class_feedback.feedback IS 'number (序号)';
COMMENT ON COLUMN class_feedback.caseno IS 'case number (案件编号); NULL if the message is no case';
COMMENT ON COLUMN class_feedback.message IS 'the words that were classified (诉求内容)';
COMMENT ON COLUMN class_feedback.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN class_feedback.kind IS 'its kind (种类)';
COMMENT ON COLUMN class_feedback.edition IS 'edition of the taxonomy whose classifier proposed (分类体系版本号); NULL if it was another program, or nothing was proposed';
COMMENT ON COLUMN class_feedback.proposed IS 'what was proposed (建议分类)';
COMMENT ON COLUMN class_feedback.probability IS 'its probability (概率)';
COMMENT ON COLUMN class_feedback.decided IS 'what the person decided (确定分类): confirmed if it is what was proposed, else corrected';
COMMENT ON COLUMN class_feedback.decided_at IS 'when (确定时间)';
COMMENT ON COLUMN class_feedback.decided_by IS 'database user who decided (确定人)';
COMMENT ON COLUMN class_feedback.channel IS 'where the decision came from (渠道): the dispatcher''s desk, a check, a return from the handler';
COMMENT ON COLUMN class_feedback.remark IS 'remark (备注)';
COMMENT ON SEQUENCE class_feedback_feedback_seq IS 'numbers of decisions (人工确认序号)';

SELECT pg_catalog.pg_extension_config_dump('class_proposal', '');
SELECT pg_catalog.pg_extension_config_dump('class_feedback', '');
SELECT pg_catalog.pg_extension_config_dump('class_feedback_feedback_seq', '');

-- What propose_classes() looks for
CREATE INDEX case_record_unclassified_idx ON case_record (reported_at) WHERE class IS NULL;

CREATE FUNCTION refuse_feedback_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'CG311',
        MESSAGE = format('rows of table "%s" cannot be changed or removed', TG_TABLE_NAME),
        DETAIL = 'What was decided stays on record.',
        HINT = 'Decide again, with decide_class() or decide_case_class(); the last decision counts.';
END;
$$;
COMMENT ON FUNCTION refuse_feedback_change() IS 'trigger: a decision is never changed (人工确认记录不可更改)';
REVOKE EXECUTE ON FUNCTION refuse_feedback_change() FROM PUBLIC;

CREATE TRIGGER refuse_feedback_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON class_feedback
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_feedback_change();
COMMENT ON TRIGGER refuse_feedback_change ON class_feedback IS 'a decision is never changed';

-- What an edition proposes for a message, as classify_message() would: not a
-- class that has ended since.
CREATE FUNCTION edition_proposal(edition bigint, message text, cell gridcode DEFAULT NULL, at timestamptz DEFAULT now())
    RETURNS TABLE (proposed eventcode, probability double precision, second eventcode, second_probability double precision)
    LANGUAGE SQL STABLE PARALLEL SAFE
    ROWS 1
BEGIN ATOMIC
    SELECT t.class[1], t.probability[1], t.class[2], t.probability[2]
    FROM (
        SELECT v.edition, v.model, EXISTS (
                   SELECT FROM @extschema@.taxonomy_edition_class AS k
                   WHERE k.edition = v.edition
                       AND k.valid_to <= @extschema@.class_day(at) AND k.valid_to > @extschema@.class_day(v.valid_from)
               ) AS shrunk
        FROM @extschema@.taxonomy_edition AS v
        WHERE v.edition = edition_proposal.edition
    ) AS e
    CROSS JOIN LATERAL (
        SELECT array_agg(c.class ORDER BY c.rank) AS class, array_agg(c.probability ORDER BY c.rank) AS probability
        FROM @extschema@.classify_top(e.model, message, CASE WHEN e.shrunk THEN 2147483647 ELSE 2 END, cell) AS c
        WHERE NOT e.shrunk
            OR EXISTS (
                SELECT FROM @extschema@.taxonomy_edition_class AS k
                WHERE k.edition = e.edition AND k.code = c.class AND coalesce(k.valid_to, 'infinity') > @extschema@.class_day(at)
            )
    ) AS t
    WHERE t.class IS NOT NULL;
END;
COMMENT ON FUNCTION edition_proposal(bigint, text, gridcode, timestamptz) IS
    'the two most likely classes of a message by an edition (版本的分类建议), of those in use at an instant; no row if it has no classifier';

-- The edition that proposes; an error if there is none.
CREATE FUNCTION proposing_edition(taxonomy text, kind text, at timestamptz DEFAULT now()) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    in_force bigint;
BEGIN
    IF taxonomy IS NULL OR kind IS NULL OR at IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'taxonomy, kind and instant cannot be NULL',
            HINT = 'SELECT DISTINCT taxonomy, kind FROM civicgrid.taxonomy_edition lists what was published.';
    END IF;
    in_force := @extschema@.taxonomy_edition_in_force(taxonomy, kind, at);
    PERFORM FROM @extschema@.taxonomy_edition AS e WHERE e.edition = in_force AND e.model IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG312',
            MESSAGE = format('there is no classifier for taxonomy "%s", kind "%s"', taxonomy, kind),
            DETAIL = CASE
                WHEN in_force IS NULL THEN 'No edition of it is in force.'
                ELSE format('Edition %s, which is in force, has none.', in_force)
            END,
            HINT = format('CALL civicgrid.publish_taxonomy(%L, %L) publishes an edition.', taxonomy, kind);
    END IF;
    RETURN in_force;
END;
$$;
COMMENT ON FUNCTION proposing_edition(text, text, timestamptz) IS
    'number of the edition whose classifier proposes at an instant (提出建议的版本); an error if there is none';

CREATE FUNCTION propose_class(caseno caseno, taxonomy text, kind text, at timestamptz DEFAULT now()) RETURNS class_proposal
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    in_force constant bigint := @extschema@.proposing_edition(taxonomy, kind, at);
    c @extschema@.case_record;
    p @extschema@.class_proposal;
BEGIN
    SELECT t.* INTO c FROM @extschema@.case_record AS t WHERE t.caseno OPERATOR(@extschema@.=) propose_class.caseno;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG313',
            MESSAGE = format('there is no case %s', coalesce(caseno::text, 'NULL'));
    END IF;
    IF coalesce(c.description, '') !~ '\S' THEN
        RETURN NULL;
    END IF;
    INSERT INTO @extschema@.class_proposal AS t (caseno, edition, proposed, probability, second, second_probability, proposed_at)
    SELECT c.caseno, in_force, v.proposed, v.probability, v.second, v.second_probability, at
    FROM @extschema@.edition_proposal(in_force, c.description, c.cell, at) AS v
    ON CONFLICT ON CONSTRAINT class_proposal_pkey DO UPDATE
        SET proposed = EXCLUDED.proposed, probability = EXCLUDED.probability, second = EXCLUDED.second,
            second_probability = EXCLUDED.second_probability, proposed_at = EXCLUDED.proposed_at
    RETURNING t.* INTO p;
    RETURN p;
END;
$$;
COMMENT ON FUNCTION propose_class(caseno, text, text, timestamptz) IS
    'propose a class for a case, and keep the proposal (单案智能分类); anew if its description has changed; NULL if the case has no words';
REVOKE EXECUTE ON FUNCTION propose_class(caseno, text, text, timestamptz) FROM PUBLIC;

-- A case that has a class was classified already, by a person or by the program
-- that wrote it.  Two calls at once share the work.
CREATE PROCEDURE propose_classes(
    taxonomy text,
    kind text,
    since timestamptz DEFAULT NULL,
    max_rows integer DEFAULT 10000,
    INOUT proposed bigint DEFAULT NULL
)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    in_force constant bigint := @extschema@.proposing_edition(taxonomy, kind);
BEGIN
    IF max_rows IS NULL OR max_rows < 1 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'max_rows must be 1 or more',
            DETAIL = format('It is %s.', coalesce(max_rows::text, 'NULL'));
    END IF;
    WITH waiting AS MATERIALIZED (
        SELECT c.caseno, c.description, c.cell
        FROM @extschema@.case_record AS c
        WHERE c.class IS NULL
            AND c.description ~ '\S'
            AND (since IS NULL OR c.reported_at >= since)
            AND NOT EXISTS (
                SELECT FROM @extschema@.class_proposal AS p
                WHERE p.caseno OPERATOR(@extschema@.=) c.caseno AND p.edition = in_force
            )
            AND NOT EXISTS (SELECT FROM @extschema@.class_feedback AS f WHERE f.caseno OPERATOR(@extschema@.=) c.caseno)
        ORDER BY c.reported_at DESC, c.caseno DESC
        LIMIT max_rows
        FOR NO KEY UPDATE OF c SKIP LOCKED
    )
    INSERT INTO @extschema@.class_proposal (caseno, edition, proposed, probability, second, second_probability)
    SELECT w.caseno, in_force, v.proposed, v.probability, v.second, v.second_probability
    FROM waiting AS w
    CROSS JOIN LATERAL @extschema@.edition_proposal(in_force, w.description, w.cell) AS v
    ON CONFLICT ON CONSTRAINT class_proposal_pkey DO NOTHING;
    GET DIAGNOSTICS propose_classes.proposed = ROW_COUNT;
END;
$$;
COMMENT ON PROCEDURE propose_classes(text, text, timestamptz, integer, bigint) IS
    'propose classes for cases that have none (批量智能分类), newest first, by the edition in force; says how many, 0 when all is done';
REVOKE EXECUTE ON PROCEDURE propose_classes(text, text, timestamptz, integer, bigint) FROM PUBLIC;

-- What people decide.  To confirm is to decide what was proposed.
CREATE FUNCTION decide_class(
    message text,
    taxonomy text,
    kind text,
    decided eventcode,
    caseno caseno DEFAULT NULL,
    edition bigint DEFAULT NULL,
    proposed eventcode DEFAULT NULL,
    probability double precision DEFAULT NULL,
    at timestamptz DEFAULT clock_timestamp(),
    channel text DEFAULT NULL,
    remark text DEFAULT NULL
) RETURNS class_feedback
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    in_force bigint;
    asked bigint;
    from_day date;
    to_day date;
    known boolean;
    today date;
    place @extschema@.gridcode;
    p record;
    f @extschema@.class_feedback;
BEGIN
    IF taxonomy IS NULL OR kind IS NULL OR decided IS NULL OR at IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'taxonomy, kind, class and instant of a decision cannot be NULL',
            HINT = 'To confirm a proposal, pass its class.';
    END IF;
    IF coalesce(message, '') !~ '\S' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'a decision needs the words that it is about',
            HINT = 'Pass the message.';
    END IF;
    IF NOT isfinite(at) OR probability NOT BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'the instant of a decision must be finite, and a probability from 0 to 1',
            DETAIL = CASE WHEN isfinite(at) THEN format('The probability is %s.', probability) ELSE format('The instant is %s.', at) END;
    END IF;
    IF probability IS NOT NULL AND proposed IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'a probability without the class that was proposed',
            HINT = 'Pass proposed too, or leave out both: the proposal is then looked up or worked out.';
    END IF;
    IF edition IS NOT NULL AND NOT EXISTS (
        SELECT FROM @extschema@.taxonomy_edition AS e
        WHERE e.edition = decide_class.edition AND e.taxonomy = decide_class.taxonomy AND e.kind = decide_class.kind
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG305',
            MESSAGE = format('taxonomy "%s", kind "%s" has no edition %s', taxonomy, kind, edition),
            HINT = 'SELECT edition, taxonomy, kind, valid_from FROM civicgrid.taxonomy_edition lists them.';
    END IF;

    -- The class must be there and in use; until something is published the
    -- draft is what there is.
    in_force := @extschema@.taxonomy_edition_in_force(taxonomy, kind, at);
    IF in_force IS NOT NULL THEN
        SELECT c.valid_from, c.valid_to INTO from_day, to_day
        FROM @extschema@.taxonomy_edition_class AS c
        WHERE c.edition = in_force AND c.code OPERATOR(@extschema@.=) decide_class.decided;
    ELSE
        SELECT c.valid_from, c.valid_to INTO from_day, to_day
        FROM @extschema@.taxonomy_draft(decide_class.taxonomy, decide_class.kind) AS c
        WHERE c.code OPERATOR(@extschema@.=) decide_class.decided;
    END IF;
    known := FOUND;
    today := @extschema@.class_day(at);
    IF NOT known OR today < from_day OR today >= to_day THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG310',
            MESSAGE = format('taxonomy "%s", kind "%s" has no class %s', taxonomy, kind, decided)
                || CASE WHEN known THEN to_char(today, '" on "YYYY-MM-DD') ELSE '' END,
            DETAIL = CASE
                WHEN known THEN format('It is in use %s.', concat_ws(' ', to_char(from_day, '"from "YYYY-MM-DD'), to_char(to_day, '"until "YYYY-MM-DD')))
                WHEN in_force IS NULL THEN 'No edition is in force, and it is not in the draft either.'
                ELSE format('Edition %s is in force.', in_force)
            END,
            HINT = CASE
                WHEN in_force IS NULL THEN format('SELECT code, name FROM civicgrid.event_class WHERE taxonomy = %L AND kind = %L lists the classes.', taxonomy, kind)
                ELSE format('SELECT code, name FROM civicgrid.taxonomy_edition_class WHERE edition = %s lists the classes.', in_force)
            END;
    END IF;

    IF caseno IS NOT NULL THEN
        SELECT c.cell INTO place
        FROM @extschema@.case_record AS c
        WHERE c.caseno OPERATOR(@extschema@.=) decide_class.caseno
        FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'CG313',
                MESSAGE = format('there is no case %s', caseno);
        END IF;
    END IF;

    -- What the person had before him: what is on record for the case, or else
    -- what the edition says.
    IF proposed IS NULL THEN
        SELECT t.edition, t.proposed, t.probability INTO p
        FROM @extschema@.class_proposal AS t
        JOIN @extschema@.taxonomy_edition AS e ON e.edition = t.edition
        WHERE t.caseno OPERATOR(@extschema@.=) decide_class.caseno
            AND e.taxonomy = decide_class.taxonomy AND e.kind = decide_class.kind
            AND t.edition = coalesce(decide_class.edition, t.edition)
        ORDER BY t.proposed_at DESC, t.edition DESC
        LIMIT 1;
        IF NOT FOUND THEN
            asked := coalesce(edition, in_force);
            SELECT asked AS edition, v.* INTO p FROM @extschema@.edition_proposal(asked, message, place, at) AS v;
            IF FOUND AND caseno IS NOT NULL THEN
                INSERT INTO @extschema@.class_proposal (caseno, edition, proposed, probability, second, second_probability, proposed_at)
                VALUES (decide_class.caseno, p.edition, p.proposed, p.probability, p.second, p.second_probability, at)
                ON CONFLICT ON CONSTRAINT class_proposal_pkey DO NOTHING;
            END IF;
        END IF;
        edition := p.edition;
        proposed := p.proposed;
        probability := p.probability;
    END IF;

    INSERT INTO @extschema@.class_feedback AS t (caseno, message, taxonomy, kind, edition, proposed, probability, decided, decided_at, channel, remark)
    VALUES (decide_class.caseno, decide_class.message, decide_class.taxonomy, decide_class.kind, decide_class.edition,
        decide_class.proposed, decide_class.probability, decide_class.decided, decide_class.at, decide_class.channel, decide_class.remark)
    RETURNING t.* INTO f;

    -- one that is entered later than it was decided does not undo a later one
    UPDATE @extschema@.case_record AS c
    SET taxonomy = f.taxonomy, kind = f.kind, class = f.decided
    WHERE c.caseno OPERATOR(@extschema@.=) f.caseno
        AND NOT EXISTS (
            SELECT FROM @extschema@.class_feedback AS g
            WHERE g.caseno OPERATOR(@extschema@.=) f.caseno AND (g.decided_at, g.feedback) > (f.decided_at, f.feedback)
        );
    RETURN f;
END;
$$;
COMMENT ON FUNCTION decide_class(text, text, text, eventcode, caseno, bigint, eventcode, double precision, timestamptz, text, text) IS
    'record the class that a person decided on for a message (人工确认或更正分类), and give it to the case if there is one; returns what is recorded';
REVOKE EXECUTE ON FUNCTION decide_class(text, text, text, eventcode, caseno, bigint, eventcode, double precision, timestamptz, text, text) FROM PUBLIC;

CREATE FUNCTION decide_case_class(
    caseno caseno,
    decided eventcode,
    taxonomy text DEFAULT NULL,
    kind text DEFAULT NULL,
    message text DEFAULT NULL,
    at timestamptz DEFAULT clock_timestamp(),
    channel text DEFAULT NULL,
    remark text DEFAULT NULL
) RETURNS class_feedback
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c @extschema@.case_record;
BEGIN
    SELECT t.* INTO c FROM @extschema@.case_record AS t WHERE t.caseno OPERATOR(@extschema@.=) decide_case_class.caseno;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG313',
            MESSAGE = format('there is no case %s', coalesce(caseno::text, 'NULL'));
    END IF;
    IF taxonomy IS NULL AND kind IS NULL THEN
        taxonomy := c.taxonomy;
        kind := c.kind;
        IF c.class IS NULL THEN
            SELECT e.taxonomy, e.kind INTO taxonomy, kind
            FROM @extschema@.class_proposal AS p
            JOIN @extschema@.taxonomy_edition AS e ON e.edition = p.edition
            WHERE p.caseno OPERATOR(@extschema@.=) decide_case_class.caseno
            ORDER BY p.proposed_at DESC, p.edition DESC
            LIMIT 1;
        END IF;
    END IF;
    IF taxonomy IS NULL OR kind IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = format('of which taxonomy and kind is the class of case %s', caseno),
            DETAIL = CASE
                WHEN num_nonnulls(taxonomy, kind) = 0 THEN 'The case has no class and no proposal that would tell.'
                ELSE 'One of them is NULL.'
            END,
            HINT = 'Pass taxonomy and kind, both.';
    END IF;
    message := coalesce(message, c.description, '');
    IF message !~ '\S' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('case %s has no description that a classifier could learn from', caseno),
            HINT = 'Pass the words as message.';
    END IF;
    RETURN @extschema@.decide_class(message, taxonomy, kind, decided,
        caseno => decide_case_class.caseno, at => decide_case_class.at,
        channel => decide_case_class.channel, remark => decide_case_class.remark);
END;
$$;
COMMENT ON FUNCTION decide_case_class(caseno, eventcode, text, text, text, timestamptz, text, text) IS
    'record the class that a person decided on for a case (确认或更正案件分类), by default of the taxonomy it was proposed in and for its description';
REVOKE EXECUTE ON FUNCTION decide_case_class(caseno, eventcode, text, text, text, timestamptz, text, text) FROM PUBLIC;

CREATE VIEW class_decision AS
SELECT f.caseno, f.taxonomy, f.kind, f.decided, f.decided_at, f.decided_by, f.edition, f.proposed, f.probability,
       f.message, f.channel, f.remark, f.feedback
FROM class_feedback AS f
WHERE f.caseno IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM class_feedback AS g
        WHERE g.caseno = f.caseno AND g.taxonomy = f.taxonomy AND (g.decided_at, g.feedback) > (f.decided_at, f.feedback)
    );
COMMENT ON VIEW class_decision IS 'the last decision on each case in each taxonomy (最近一次人工确认)';
COMMENT ON COLUMN class_decision.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN class_decision.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN class_decision.kind IS 'its kind (种类)';
COMMENT ON COLUMN class_decision.decided IS 'what was decided (确定分类)';
COMMENT ON COLUMN class_decision.decided_at IS 'when (确定时间)';
COMMENT ON COLUMN class_decision.decided_by IS 'database user who decided (确定人)';
COMMENT ON COLUMN class_decision.edition IS 'edition whose classifier proposed (分类体系版本号)';
COMMENT ON COLUMN class_decision.proposed IS 'what was proposed (建议分类)';
COMMENT ON COLUMN class_decision.probability IS 'its probability (概率)';
COMMENT ON COLUMN class_decision.message IS 'the words that were classified (诉求内容)';
COMMENT ON COLUMN class_decision.channel IS 'where the decision came from (渠道)';
COMMENT ON COLUMN class_decision.remark IS 'remark (备注)';
COMMENT ON COLUMN class_decision.feedback IS 'its number in class_feedback (序号)';

-- What a classifier learns from.  Of decisions on one text, however it is
-- written, the last counts; it also takes the place of examples that were
-- entered before, and gives way to ones that were entered since.  Examples
-- among themselves are left as they are.
CREATE VIEW class_example_all AS
SELECT v.taxonomy, v.kind, v.message, v.code, v.weight, v.source, v.noted_at, v.example, v.feedback
FROM (
    SELECT u.*,
           row_number() OVER (PARTITION BY u.taxonomy, u.kind, u.folded, u.example IS NULL ORDER BY u.noted_at DESC, u.feedback DESC) AS place,
           max(u.noted_at) FILTER (WHERE u.example IS NULL) OVER same_text AS last_decided_at,
           max(u.noted_at) FILTER (WHERE u.example IS NOT NULL) OVER same_text AS last_entered_at
    FROM (
        SELECT e.taxonomy, e.kind, e.message, e.code, e.weight, e.source, e.noted_at, e.example, NULL::bigint AS feedback,
               fold(e.message) COLLATE "C" AS folded
        FROM class_example AS e
        UNION ALL
        SELECT f.taxonomy, f.kind, f.message, f.decided AS code, 1 AS weight, 'class_feedback' AS source, f.decided_at AS noted_at,
               NULL AS example, f.feedback, fold(f.message) COLLATE "C" AS folded
        FROM class_feedback AS f
        WHERE f.caseno IS NULL
        UNION ALL
        SELECT d.taxonomy, d.kind, d.message, d.decided AS code, 1 AS weight, 'class_feedback' AS source, d.decided_at AS noted_at,
               NULL AS example, d.feedback, fold(d.message) COLLATE "C" AS folded
        FROM class_decision AS d
    ) AS u
    WINDOW same_text AS (PARTITION BY u.taxonomy, u.kind, u.folded)
) AS v
WHERE CASE
    WHEN v.example IS NULL THEN v.place = 1 AND (v.last_entered_at IS NULL OR v.last_entered_at <= v.noted_at)
    ELSE v.last_decided_at IS NULL OR v.last_decided_at < v.noted_at
END;
COMMENT ON VIEW class_example_all IS 'what a classifier learns from (全部训练样例): examples, and the last decision on each case and text';
COMMENT ON COLUMN class_example_all.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN class_example_all.kind IS 'its kind (种类)';
COMMENT ON COLUMN class_example_all.message IS 'the message (诉求内容)';
COMMENT ON COLUMN class_example_all.code IS 'its class (分类代码)';
COMMENT ON COLUMN class_example_all.weight IS 'how many messages it counts for (权重); a decision counts for one';
COMMENT ON COLUMN class_example_all.source IS 'where it was taken from (出处); class_feedback for decisions';
COMMENT ON COLUMN class_example_all.noted_at IS 'when it was entered or decided (录入或确定时间)';
COMMENT ON COLUMN class_example_all.example IS 'its number in class_example (样例序号)';
COMMENT ON COLUMN class_example_all.feedback IS 'its number in class_feedback (人工确认序号)';

CREATE FUNCTION review_queue(
    taxonomy text,
    kind text,
    threshold double precision DEFAULT 0.9,
    max_rows bigint DEFAULT 100,
    sensitive_weight double precision DEFAULT 2,
    age_scale interval DEFAULT '7 days',
    at timestamptz DEFAULT now()
) RETURNS TABLE (
    caseno caseno, reported_at timestamptz, description text,
    proposed eventcode, name text, probability double precision,
    second eventcode, second_name text, second_probability double precision,
    value double precision, reason text
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF taxonomy IS NULL OR kind IS NULL OR at IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'taxonomy, kind and instant cannot be NULL',
            HINT = 'SELECT DISTINCT taxonomy, kind FROM civicgrid.taxonomy_edition lists what was published.';
    END IF;
    IF NOT isfinite(at) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'the instant of a review must be finite',
            DETAIL = format('It is %s.', at);
    END IF;
    IF (threshold BETWEEN 0 AND 1) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'threshold must be a probability, from 0 to 1',
            DETAIL = format('It is %s.', coalesce(threshold::text, 'NULL'));
    END IF;
    IF (sensitive_weight > 0 AND sensitive_weight < 'infinity') IS NOT TRUE OR (age_scale > '0') IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'sensitive_weight and age_scale must be greater than 0',
            DETAIL = format('They are %s and %s.', coalesce(sensitive_weight::text, 'NULL'), coalesce(age_scale::text, 'NULL'));
    END IF;

    RETURN QUERY
    WITH waiting AS (
        SELECT c.caseno, c.reported_at, c.description,
               p.proposed, n.name, p.probability, p.second, m.name AS second_name, p.second_probability,
               coalesce(n.sensitive, false) OR coalesce(m.sensitive, false) AS sensitive,
               CASE
                   WHEN isfinite(c.reported_at) THEN greatest(extract(epoch FROM review_queue.at - c.reported_at), 0)
                   ELSE 0
               END::double precision AS waited
        FROM @extschema@.class_proposal AS p
        JOIN @extschema@.taxonomy_edition AS e ON e.edition = p.edition
        JOIN @extschema@.case_record AS c ON c.caseno OPERATOR(@extschema@.=) p.caseno
        LEFT JOIN @extschema@.taxonomy_edition_class AS n
            ON n.edition = p.edition AND n.code OPERATOR(@extschema@.=) p.proposed
        LEFT JOIN @extschema@.taxonomy_edition_class AS m
            ON m.edition = p.edition AND m.code OPERATOR(@extschema@.=) p.second
        WHERE e.taxonomy = review_queue.taxonomy
            AND e.kind = review_queue.kind
            AND p.probability < review_queue.threshold
            -- nobody has given it another class
            AND (
                c.class IS NULL
                OR c.taxonomy = e.taxonomy AND c.kind = e.kind AND c.class OPERATOR(@extschema@.@>) p.proposed
            )
            AND NOT EXISTS (SELECT FROM @extschema@.class_feedback AS f WHERE f.caseno OPERATOR(@extschema@.=) p.caseno)
            -- by the last edition that was asked
            AND NOT EXISTS (
                SELECT FROM @extschema@.class_proposal AS q
                JOIN @extschema@.taxonomy_edition AS d ON d.edition = q.edition
                WHERE q.caseno OPERATOR(@extschema@.=) p.caseno AND (q.proposed_at, q.edition) > (p.proposed_at, p.edition)
                    AND d.taxonomy = e.taxonomy AND d.kind = e.kind
            )
    ),
    weighed AS (
        SELECT w.*,
               (1 - (w.probability - coalesce(w.second_probability, 0)))
                   * CASE WHEN w.sensitive THEN sensitive_weight ELSE 1 END
                   * (1 + least(w.waited / extract(epoch FROM age_scale)::double precision, 1)) AS own,
               count(*) OVER (PARTITION BY w.proposed::text, w.second::text) AS alike
        FROM waiting AS w
    ),
    valued AS (
        SELECT w.*,
               w.own * (1 + ln(w.alike::double precision)) / row_number() OVER (
                   PARTITION BY w.proposed::text, w.second::text ORDER BY w.own DESC, w.caseno
               ) AS value
        FROM weighed AS w
    )
    SELECT v.caseno, v.reported_at, v.description, v.proposed, v.name, v.probability,
           v.second, v.second_name, v.second_probability, v.value,
           concat_ws('; ',
               concat_ws(' or ',
                   format('%s %s %%', coalesce(v.name, v.proposed::text), round(100 * v.probability)),
                   CASE WHEN v.second IS NOT NULL THEN
                       format('%s %s %%', coalesce(v.second_name, v.second::text), round(100 * v.second_probability))
                   END),
               CASE WHEN v.alike > 1 THEN format('%s such cases wait', v.alike) END,
               CASE WHEN v.sensitive THEN 'sensitive' END,
               CASE WHEN v.waited >= 86400 THEN
                   format('%s old', CASE floor(v.waited / 86400) WHEN 1 THEN '1 day' ELSE floor(v.waited / 86400) || ' days' END)
               END)
    FROM valued AS v
    ORDER BY v.value DESC, v.caseno
    LIMIT max_rows;
END;
$$;
COMMENT ON FUNCTION review_queue(text, text, double precision, bigint, double precision, interval, timestamptz) IS
    'cases below a threshold that nobody has decided on (待人工复核队列), most valuable first; see doc/class-feedback.md for the value';

-- How messages change (分类漂移).  Weeks begin on Monday, in China.

CREATE VIEW class_answer AS
SELECT e.taxonomy, e.kind, p.edition, p.caseno, c.reported_at,
       date_trunc('week', c.reported_at AT TIME ZONE 'Asia/Shanghai')::date AS week,
       p.proposed, p.probability, d.decided,
       (d.kind <> e.kind OR d.decided <> p.proposed) AS corrected
FROM class_proposal AS p
JOIN taxonomy_edition AS e ON e.edition = p.edition
JOIN case_record AS c ON c.caseno = p.caseno
LEFT JOIN class_decision AS d ON d.caseno = p.caseno AND d.taxonomy = e.taxonomy
UNION ALL
SELECT f.taxonomy, f.kind, f.edition, NULL AS caseno, f.decided_at AS reported_at,
       date_trunc('week', f.decided_at AT TIME ZONE 'Asia/Shanghai')::date AS week,
       f.proposed, f.probability, f.decided, f.decided <> f.proposed AS corrected
FROM class_feedback AS f
WHERE f.caseno IS NULL AND f.edition IS NOT NULL AND f.proposed IS NOT NULL;
COMMENT ON VIEW class_answer IS 'what each edition proposed, and what people made of it (分类建议与确认): for cases, and for messages that are no cases once they are decided on';
COMMENT ON COLUMN class_answer.taxonomy IS 'list (分类体系)';
COMMENT ON COLUMN class_answer.kind IS 'kind (种类)';
COMMENT ON COLUMN class_answer.edition IS 'edition that proposed (分类体系版本号)';
COMMENT ON COLUMN class_answer.caseno IS 'case number (案件编号); NULL if the message is no case';
COMMENT ON COLUMN class_answer.reported_at IS 'when the case was reported, the message decided on (上报时间)';
COMMENT ON COLUMN class_answer.week IS 'Monday of its week in China (所在周)';
COMMENT ON COLUMN class_answer.proposed IS 'what was proposed (建议分类)';
COMMENT ON COLUMN class_answer.probability IS 'its probability (概率)';
COMMENT ON COLUMN class_answer.decided IS 'what a person decided last (确定分类); NULL while nobody has';
COMMENT ON COLUMN class_answer.corrected IS 'whether that is something else (是否更正); NULL while nobody has decided';

-- Classes are compared as text: pg_upgrade could not restore a view that groups
-- by a type of the extension.
CREATE VIEW class_drift_class AS
WITH answer AS (
    SELECT a.edition, a.week, a.proposed::text COLLATE "C" AS class, count(*) AS messages
    FROM class_answer AS a
    GROUP BY 1, 2, 3
),
total AS (
    SELECT a.edition, a.week, sum(a.messages) AS messages
    FROM answer AS a
    GROUP BY 1, 2
),
mix AS (
    SELECT e.edition, m.key COLLATE "C" AS class, m.value::double precision AS share
    FROM taxonomy_edition AS e
    CROSS JOIN LATERAL jsonb_each_text(e.class_mix) AS m (key, value)
),
cell AS (
    SELECT a.edition, a.week, a.class FROM answer AS a
    UNION
    SELECT t.edition, t.week, m.class FROM total AS t JOIN mix AS m ON m.edition = t.edition
)
SELECT e.taxonomy, e.kind, c.edition, c.week, c.class::eventcode AS class, k.name,
       coalesce(a.messages, 0) AS messages,
       (coalesce(a.messages, 0) / t.messages)::double precision AS share,
       CASE WHEN e.class_mix IS NOT NULL THEN coalesce(m.share, 0) END AS share_at_training
FROM cell AS c
JOIN total AS t ON t.edition = c.edition AND t.week = c.week
JOIN taxonomy_edition AS e ON e.edition = c.edition
LEFT JOIN answer AS a ON a.edition = c.edition AND a.week = c.week AND a.class = c.class
LEFT JOIN mix AS m ON m.edition = c.edition AND m.class = c.class
LEFT JOIN taxonomy_edition_class AS k ON k.edition = c.edition AND k.code = c.class::eventcode;
COMMENT ON VIEW class_drift_class IS 'share of each class among a week''s messages and at training (分类构成变化)';
COMMENT ON COLUMN class_drift_class.taxonomy IS 'list (分类体系)';
COMMENT ON COLUMN class_drift_class.kind IS 'kind (种类)';
COMMENT ON COLUMN class_drift_class.edition IS 'edition that classified (分类体系版本号)';
COMMENT ON COLUMN class_drift_class.week IS 'Monday of the week in China (所在周)';
COMMENT ON COLUMN class_drift_class.class IS 'class (分类代码)';
COMMENT ON COLUMN class_drift_class.name IS 'its name (名称)';
COMMENT ON COLUMN class_drift_class.messages IS 'messages of the week that were proposed this class (消息数)';
COMMENT ON COLUMN class_drift_class.share IS 'their share of the week''s messages (本周占比)';
COMMENT ON COLUMN class_drift_class.share_at_training IS 'share of the class among the examples that the edition was trained on (训练时占比); NULL if there were none';

CREATE VIEW class_drift AS
SELECT e.taxonomy, e.kind, w.edition, w.week, w.messages,
       d.distance, d.distance_by_chance,
       w.confidence, e.mean_confidence AS confidence_at_training,
       w.decided, w.corrected,
       w.corrected / nullif(w.decided, 0)::double precision AS corrected_share
FROM (
    SELECT a.edition, a.week, count(*) AS messages, avg(a.probability) AS confidence,
           count(a.corrected) AS decided, count(*) FILTER (WHERE a.corrected) AS corrected
    FROM class_answer AS a
    GROUP BY 1, 2
) AS w
JOIN taxonomy_edition AS e ON e.edition = w.edition
LEFT JOIN (
    SELECT c.edition, c.week, sum(abs(c.share - c.share_at_training)) / 2 AS distance,
           -- the mean deviation of a share that is drawn: by the normal law, or
           -- as for one message if that is less
           sum(least(
               sqrt(2 * c.share_at_training * (1 - c.share_at_training) / (pi() * t.messages)),
               2 * c.share_at_training * (1 - c.share_at_training)
           )) / 2 AS distance_by_chance
    FROM class_drift_class AS c
    JOIN (SELECT a.edition, a.week, count(*) AS messages FROM class_answer AS a GROUP BY 1, 2) AS t
        ON t.edition = c.edition AND t.week = c.week
    GROUP BY 1, 2
) AS d ON d.edition = w.edition AND d.week = w.week;
COMMENT ON VIEW class_drift IS 'weekly class mix and confidence against training time (分类漂移), one row for each edition and week';
COMMENT ON COLUMN class_drift.taxonomy IS 'list (分类体系)';
COMMENT ON COLUMN class_drift.kind IS 'kind (种类)';
COMMENT ON COLUMN class_drift.edition IS 'edition that classified (分类体系版本号)';
COMMENT ON COLUMN class_drift.week IS 'Monday of the week in China (所在周)';
COMMENT ON COLUMN class_drift.messages IS 'messages of the week that it classified (消息数)';
COMMENT ON COLUMN class_drift.distance IS 'how far their class mix is from that of the examples (构成偏移): the share of messages that would have to change class, 0 to 1; NULL if there were no examples';
COMMENT ON COLUMN class_drift.distance_by_chance IS 'about how far so many messages are by chance alone (随机偏移)';
COMMENT ON COLUMN class_drift.confidence IS 'mean probability of what was proposed (平均概率)';
COMMENT ON COLUMN class_drift.confidence_at_training IS 'what was to be expected of it (训练时平均概率): accuracy in cross-validation; NULL without training';
COMMENT ON COLUMN class_drift.decided IS 'messages that a person decided on (人工确认数)';
COMMENT ON COLUMN class_drift.corrected IS 'of these, those where the proposal was wrong (更正数)';
COMMENT ON COLUMN class_drift.corrected_share IS 'corrected divided by decided (更正率); NULL if none was decided';

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

-- Fingerprints of texts (文本指纹).  See doc/similar-texts.md.

CREATE TYPE textprint;

CREATE FUNCTION textprint_in(cstring) RETURNS textprint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_in';
COMMENT ON FUNCTION textprint_in(cstring) IS 'text input of textprint';

CREATE FUNCTION textprint_out(textprint) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_out';
COMMENT ON FUNCTION textprint_out(textprint) IS 'text output of textprint';

CREATE FUNCTION textprint_recv(internal) RETURNS textprint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_recv';
COMMENT ON FUNCTION textprint_recv(internal) IS 'binary input of textprint';

CREATE FUNCTION textprint_send(textprint) RETURNS bytea
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'byteasend';
COMMENT ON FUNCTION textprint_send(textprint) IS 'binary output of textprint';

-- What is in it does not compress.
CREATE TYPE textprint (
    INPUT = textprint_in,
    OUTPUT = textprint_out,
    RECEIVE = textprint_recv,
    SEND = textprint_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = external
);
COMMENT ON TYPE textprint IS 'fingerprint of a text (文本指纹): 129 bytes, from which it can be told how alike two texts are';

-- IMMUTABLE as fold() is.  Not called like the type: textprint('…') would be a
-- constant of that type.
CREATE FUNCTION fingerprint(message text) RETURNS textprint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'cg_fingerprint';
COMMENT ON FUNCTION fingerprint(text) IS 'the fingerprint of a text (文本指纹)';

CREATE FUNCTION similarity(a textprint, b textprint) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_similarity';
COMMENT ON FUNCTION similarity(textprint, textprint) IS
    'how alike two texts are (相似度), from 0 to 1: the share of their pairs of neighbouring characters that they have in common, with a standard error of at most 0.044';

-- Order and equality are those of the bytes, by the server's own functions.

CREATE FUNCTION textprint_eq(textprint, textprint) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'byteaeq';
COMMENT ON FUNCTION textprint_eq(textprint, textprint) IS 'equal';

CREATE FUNCTION textprint_ne(textprint, textprint) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'byteane';
COMMENT ON FUNCTION textprint_ne(textprint, textprint) IS 'not equal';

CREATE FUNCTION textprint_lt(textprint, textprint) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'bytealt';
COMMENT ON FUNCTION textprint_lt(textprint, textprint) IS 'less than';

CREATE FUNCTION textprint_le(textprint, textprint) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'byteale';
COMMENT ON FUNCTION textprint_le(textprint, textprint) IS 'less than or equal';

CREATE FUNCTION textprint_gt(textprint, textprint) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'byteagt';
COMMENT ON FUNCTION textprint_gt(textprint, textprint) IS 'greater than';

CREATE FUNCTION textprint_ge(textprint, textprint) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'byteage';
COMMENT ON FUNCTION textprint_ge(textprint, textprint) IS 'greater than or equal';

CREATE FUNCTION textprint_cmp(textprint, textprint) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'byteacmp';
COMMENT ON FUNCTION textprint_cmp(textprint, textprint) IS 'less, equal, greater';

CREATE FUNCTION textprint_hash(textprint) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'hashvarlena';
COMMENT ON FUNCTION textprint_hash(textprint) IS 'hash';

CREATE FUNCTION textprint_hash_extended(textprint, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'hashvarlenaextended';
COMMENT ON FUNCTION textprint_hash_extended(textprint, bigint) IS 'hash with a seed';

CREATE OPERATOR = (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (textprint, textprint) IS 'equal';
CREATE OPERATOR <> (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (textprint, textprint) IS 'not equal';
CREATE OPERATOR < (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (textprint, textprint) IS 'less than';
CREATE OPERATOR <= (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (textprint, textprint) IS 'less than or equal';
CREATE OPERATOR > (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (textprint, textprint) IS 'greater than';
CREATE OPERATOR >= (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (textprint, textprint) IS 'greater than or equal';

CREATE OPERATOR CLASS textprint_ops
    DEFAULT FOR TYPE textprint USING btree AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 textprint_cmp(textprint, textprint),
    FUNCTION 2 bytea_sortsupport(internal),
    FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR FAMILY textprint_ops USING btree IS 'textprints in the order of their bytes';
COMMENT ON OPERATOR CLASS textprint_ops USING btree IS 'textprints in the order of their bytes';

CREATE OPERATOR CLASS textprint_ops
    DEFAULT FOR TYPE textprint USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 textprint_hash(textprint),
    FUNCTION 2 textprint_hash_extended(textprint, bigint);
COMMENT ON OPERATOR FAMILY textprint_ops USING hash IS 'equality of textprints';
COMMENT ON OPERATOR CLASS textprint_ops USING hash IS 'equality of textprints';

-- Nearness.

CREATE FUNCTION textprint_distance(textprint, textprint) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_distance';
COMMENT ON FUNCTION textprint_distance(textprint, textprint) IS '1 minus the similarity';

CREATE OPERATOR <-> (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_distance, COMMUTATOR = <->
);
COMMENT ON OPERATOR <-> (textprint, textprint) IS 'how different two texts are (差异度): 1 minus their similarity';

CREATE FUNCTION textprint_meets(textprint, textprint) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_meets';
COMMENT ON FUNCTION textprint_meets(textprint, textprint) IS 'whether two textprints have a key in common';

CREATE OPERATOR % (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_meets,
    COMMUTATOR = %, RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR % (textprint, textprint) IS
    'may be alike (疑似相似): have one of 32 keys in common, which an index finds; so do 98.6 % of pairs of similarity 0.5, 99.96 % at 0.6, 0.1 % at 0.03';

CREATE FUNCTION textprint_entries(textprint, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_entries';
COMMENT ON FUNCTION textprint_entries(textprint, internal) IS 'entries of an index on textprints';

CREATE FUNCTION textprint_query(textprint, internal, smallint, internal, internal, internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_query';
COMMENT ON FUNCTION textprint_query(textprint, internal, smallint, internal, internal, internal, internal) IS 'entries to look for in an index on textprints';

-- Keys in common: what arrays do for &&, their strategy 1.
CREATE FUNCTION textprint_consistent(internal, smallint, textprint, integer, internal, internal, internal, internal) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'ginarrayconsistent';
COMMENT ON FUNCTION textprint_consistent(internal, smallint, textprint, integer, internal, internal, internal, internal) IS 'whether these entries are enough';

CREATE FUNCTION textprint_triconsistent(internal, smallint, textprint, integer, internal, internal, internal) RETURNS "char"
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'ginarraytriconsistent';
COMMENT ON FUNCTION textprint_triconsistent(internal, smallint, textprint, integer, internal, internal, internal) IS 'whether these entries may be enough';

CREATE OPERATOR CLASS textprint_ops
    DEFAULT FOR TYPE textprint USING gin AS
    OPERATOR 1 %,
    FUNCTION 1 btint4cmp(integer, integer),
    FUNCTION 2 textprint_entries(textprint, internal),
    FUNCTION 3 textprint_query(textprint, internal, smallint, internal, internal, internal, internal),
    FUNCTION 4 textprint_consistent(internal, smallint, textprint, integer, internal, internal, internal, internal),
    FUNCTION 6 textprint_triconsistent(internal, smallint, textprint, integer, internal, internal, internal),
    STORAGE integer;
COMMENT ON OPERATOR FAMILY textprint_ops USING gin IS 'textprints by their keys';
COMMENT ON OPERATOR CLASS textprint_ops USING gin IS 'textprints by their keys';

-- Similar cases (相似案件) and candidates for merging (并案).  See
-- doc/similar-texts.md.

-- An expression index keeps the register as it is: nothing to dump, and after
-- a change of folding REINDEX is all.
CREATE FUNCTION case_print(description text) RETURNS textprint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'cg_case_print';
COMMENT ON FUNCTION case_print(text) IS
    'the fingerprint of a case''s description (案件文本指纹), as it is indexed; NULL in databases of other encodings than UTF8';

CREATE INDEX case_record_print_idx ON case_record USING gin (case_print(description));
CREATE INDEX case_record_reported_at_idx ON case_record (reported_at);

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
    WITH asked AS MATERIALIZED (
        SELECT r.rule, r.within_m, r.within_time, r.least_similarity,
               r.class_digits AS digits,
               merge_candidates.at - r.within_time AS earliest, merge_candidates.at + r.within_time AS latest,
               CASE WHEN f.frame IS NOT NULL THEN merge_candidates.location END AS point, f.frame,
               fingerprint(merge_candidates.description) AS print
        FROM @extschema@.merge_rule AS r
        CROSS JOIN LATERAL (SELECT merge_frame(merge_candidates.location, r.within_m) AS frame) AS f
        WHERE r.rule = merge_rule_of(merge_candidates.taxonomy, merge_candidates.kind, merge_candidates.class)
            AND isfinite(merge_candidates.at)
    ), near AS (
        -- by place; what has none that can be compared, by cell
        SELECT c.caseno, c.reported_at, c.description, c.taxonomy, c.kind, c.class,
               grid_distance(c.location, a.point) AS metres
        FROM asked AS a
        JOIN @extschema@.case_record AS c ON c.location && a.frame AND st_srid(c.location) = st_srid(a.point)
            AND c.reported_at >= a.earliest AND c.reported_at <= a.latest
        UNION ALL
        SELECT c.caseno, c.reported_at, c.description, c.taxonomy, c.kind, c.class, NULL
        FROM asked AS a
        JOIN @extschema@.case_record AS c ON c.cell = merge_candidates.cell
            AND c.reported_at >= a.earliest AND c.reported_at <= a.latest
        WHERE CASE
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

-- Hot issues (热点问题): what many messages speak of.  See
-- doc/similar-texts.md.

-- The query is run as if it had been typed instead of the call: with the
-- caller's rights and search path, and no more parallel than the caller.
CREATE FUNCTION hot_issues_of(
    query text,
    options jsonb DEFAULT '{}'
) RETURNS TABLE (
        rank integer, messages integer, reporters integer, first_at timestamptz, last_at timestamptz,
        heat double precision, title text, keywords text[], ids text[]
    )
    LANGUAGE C STABLE STRICT PARALLEL RESTRICTED
    COST 1000000 ROWS 100
    AS 'MODULE_PATHNAME', 'cg_hot_issues';
COMMENT ON FUNCTION hot_issues_of(text, jsonb) IS
    'what the messages of a query speak of (热点问题), the hottest first: columns id, at, message, and if wanted weight and reporter; the most central message first in ids, its first line as title';

CREATE FUNCTION hot_issues(
    from_time timestamptz,
    to_time timestamptz,
    options jsonb DEFAULT '{}'
) RETURNS TABLE (
        rank integer, cases integer, first_at timestamptz, last_at timestamptz,
        heat double precision, title text, keywords text[], casenos caseno[]
    )
    LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED
    COST 1000000 ROWS 100
    SET search_path = pg_catalog, pg_temp
    SET DateStyle = 'ISO, YMD'
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT h.rank, h.messages, h.first_at, h.last_at, h.heat, h.title, h.keywords, h.ids::@extschema@.caseno[]
    FROM @extschema@.hot_issues_of(
        format(
            'SELECT caseno AS id, reported_at AS at, description AS message FROM @extschema@.case_record '
            'WHERE reported_at >= %L AND reported_at < %L',
            from_time, to_time
        ),
        options
    ) AS h;
END;
$$;
COMMENT ON FUNCTION hot_issues(timestamptz, timestamptz, jsonb) IS
    'what the cases reported from one time on and before another speak of (热点问题), the hottest first; the most central case first in casenos';
