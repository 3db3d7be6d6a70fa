
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
