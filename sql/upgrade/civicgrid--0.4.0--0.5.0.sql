\echo Use "ALTER EXTENSION civicgrid UPDATE TO '0.5.0'" to load this file. \quit

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
