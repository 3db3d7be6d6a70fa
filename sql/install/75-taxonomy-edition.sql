
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
