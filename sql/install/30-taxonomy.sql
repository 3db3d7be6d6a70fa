
-- Taxonomies (事件分类体系): which classes exist, several lists side by side.

-- There are no foreign keys between these tables, so that they can be edited
-- and restored in any order (pg_restore -j, pg_dump --inserts);
-- taxonomy_check() lists what does not fit together.

CREATE TABLE class_kind (
    kind text NOT NULL,
    name text NOT NULL,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT class_kind_pkey PRIMARY KEY (kind),
    CONSTRAINT class_kind_name_check CHECK (name <> ''),
    CONSTRAINT class_kind_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE class_kind IS 'kinds of class (分类种类): matter, component, service, dispute, visit, and a site''s own';
COMMENT ON COLUMN class_kind.kind IS 'short English key (键)';
COMMENT ON COLUMN class_kind.name IS 'Chinese name (名称)';
COMMENT ON COLUMN class_kind.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

CREATE TABLE taxonomy (
    taxonomy text NOT NULL,
    name text NOT NULL,
    valid_from date,
    valid_to date,
    source text,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT taxonomy_pkey PRIMARY KEY (taxonomy),
    CONSTRAINT taxonomy_name_check CHECK (name <> ''),
    CONSTRAINT taxonomy_valid_check CHECK (valid_from < valid_to),
    CONSTRAINT taxonomy_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE taxonomy IS 'lists of event classes (分类体系), one per standard or site';
COMMENT ON COLUMN taxonomy.taxonomy IS 'key, for a standard its number and year (体系编号)';
COMMENT ON COLUMN taxonomy.name IS 'Chinese title (名称)';
COMMENT ON COLUMN taxonomy.valid_from IS 'first day in force (实施日期); NULL where not known';
COMMENT ON COLUMN taxonomy.valid_to IS 'first day no longer in force (废止日期); NULL while it holds';
COMMENT ON COLUMN taxonomy.source IS 'where the list was taken from (出处)';
COMMENT ON COLUMN taxonomy.remark IS 'what a reader should know of the list (备注)';
COMMENT ON COLUMN taxonomy.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

-- Codes of different kinds are drawn from the same numbers: 01001 is the
-- component 供水井盖 and also the matter 供水井盖异常.  The kind is therefore
-- part of the key.
CREATE TABLE event_class (
    taxonomy text NOT NULL,
    kind text NOT NULL,
    code eventcode NOT NULL,
    name text NOT NULL,
    parent eventcode,
    valid_from date,
    valid_to date,
    sensitive boolean NOT NULL DEFAULT false,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT event_class_pkey PRIMARY KEY (taxonomy, kind, code),
    CONSTRAINT event_class_name_check CHECK (name <> ''),
    CONSTRAINT event_class_parent_check CHECK (parent <> code),
    CONSTRAINT event_class_valid_check CHECK (valid_from < valid_to),
    CONSTRAINT event_class_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
CREATE INDEX event_class_parent_idx ON event_class (taxonomy, kind, parent);
COMMENT ON TABLE event_class IS 'classes of events (事件分类), unique by taxonomy, kind and code';
COMMENT ON COLUMN event_class.taxonomy IS 'the list it belongs to (分类体系)';
COMMENT ON COLUMN event_class.kind IS 'matter 管理事项, component 管理部件, service 服务事项, dispute 矛盾纠纷, visit 走访 (种类)';
COMMENT ON COLUMN event_class.code IS 'code (分类代码); gaps are real, never assume contiguity';
COMMENT ON COLUMN event_class.name IS 'official name (名称)';
COMMENT ON COLUMN event_class.parent IS 'code of the wider class of the same taxonomy and kind (上级分类); NULL for a widest class (大类)';
COMMENT ON COLUMN event_class.valid_from IS 'first day in use (启用日期); NULL: as long as the taxonomy';
COMMENT ON COLUMN event_class.valid_to IS 'first day no longer in use (停用日期); codes are retired, not reused';
COMMENT ON COLUMN event_class.sensitive IS 'hidden from those without the right to see it (敏感)';
COMMENT ON COLUMN event_class.remark IS 'what belongs to the class and what does not (备注)';
COMMENT ON COLUMN event_class.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

-- One class may become several and several one, hence the wide key; a class
-- that was dropped without a successor maps to NULL.
CREATE TABLE class_map (
    from_taxonomy text NOT NULL,
    from_kind text NOT NULL,
    from_code eventcode NOT NULL,
    to_taxonomy text NOT NULL,
    to_kind text NOT NULL,
    to_code eventcode,
    relation text NOT NULL,
    basis text NOT NULL,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT class_map_relation_check CHECK (relation IN ('same', 'renamed', 'narrower', 'wider', 'overlapping', 'withdrawn')),
    CONSTRAINT class_map_withdrawn_check CHECK ((relation = 'withdrawn') = (to_code IS NULL)),
    CONSTRAINT class_map_basis_check CHECK (basis IN ('stated', 'inferred', 'rule', 'site')),
    CONSTRAINT class_map_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
CREATE UNIQUE INDEX class_map_key
    ON class_map (from_taxonomy, from_kind, from_code, to_taxonomy, to_kind, coalesce(to_code::text, ''));
COMMENT ON TABLE class_map IS 'what a class of one taxonomy is called in another (分类对照)';
COMMENT ON COLUMN class_map.from_taxonomy IS 'taxonomy of the class to be translated (原分类体系)';
COMMENT ON COLUMN class_map.from_kind IS 'its kind (原种类)';
COMMENT ON COLUMN class_map.from_code IS 'its code (原代码)';
COMMENT ON COLUMN class_map.to_taxonomy IS 'taxonomy to translate into (目标分类体系)';
COMMENT ON COLUMN class_map.to_kind IS 'kind there (目标种类)';
COMMENT ON COLUMN class_map.to_code IS 'code there (目标代码); NULL where the class was withdrawn';
COMMENT ON COLUMN class_map.relation IS 'how the new class stands to the old: same, renamed, narrower, wider, overlapping, withdrawn (关系)';
COMMENT ON COLUMN class_map.basis IS 'what the row rests on: stated by a source, inferred from one, a numbering rule alone, or the site''s decision (依据)';
COMMENT ON COLUMN class_map.remark IS 'remark (备注)';
COMMENT ON COLUMN class_map.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

-- Translate a class; where only a wider class is mapped, the wider answer.
-- The prefixes of a code differ in their length, so that is what is sorted by;
-- pg_upgrade could not restore a body that sorts by a type of the extension,
-- since the body does not depend on the operator class that this needs.
CREATE FUNCTION map_class(
    from_taxonomy text,
    from_kind text,
    from_code eventcode,
    to_taxonomy text
) RETURNS TABLE (kind text, code eventcode, relation text, basis text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 1
BEGIN ATOMIC
    SELECT m.to_kind,
           m.to_code,
           CASE
               WHEN m.from_code = map_class.from_code OR m.to_code IS NULL THEN m.relation
               ELSE 'wider'
           END,
           m.basis
    FROM @extschema@.class_map AS m
    WHERE m.from_taxonomy = map_class.from_taxonomy
        AND m.from_kind = map_class.from_kind
        AND m.to_taxonomy = map_class.to_taxonomy
        AND m.from_code = (
            SELECT n.from_code
            FROM @extschema@.class_map AS n
            WHERE n.from_taxonomy = map_class.from_taxonomy
                AND n.from_kind = map_class.from_kind
                AND n.to_taxonomy = map_class.to_taxonomy
                AND n.from_code @> map_class.from_code
            ORDER BY @extschema@.digits(n.from_code) DESC
            LIMIT 1
        )
    ORDER BY m.to_kind, m.to_code::text;
END;
COMMENT ON FUNCTION map_class(text, text, eventcode, text) IS
    'what a class of one taxonomy is called in another (分类对照); where it is not mapped itself, what its nearest mapped prefix is, as relation wider';

-- Rows that the extension ships stay out of pg_dump, and CREATE EXTENSION
-- brings them back; a shipped row that was edited is dumped, and when it is
-- restored it takes the place of the shipped one.  For this to hold, a shipped
-- row keeps its key and is retired rather than deleted.
CREATE FUNCTION keep_shipped_row() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    keys constant text[] := TG_ARGV;
    columns text;
    same_key text;
    replaced bigint;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG001',
            MESSAGE = format('table "%s", in which civicgrid ships rows, cannot be truncated', TG_TABLE_NAME),
            DETAIL = 'The rows that it ships would be lost.',
            HINT = 'DELETE FROM ... WHERE origin = ''site'' removes your own.';
    END IF;

    IF TG_OP = 'DELETE' THEN
        IF OLD.origin = 'site' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION USING
            ERRCODE = 'CG001',
            MESSAGE = format('a row that civicgrid ships in table "%s" cannot be deleted', TG_TABLE_NAME),
            DETAIL = format('The row is %s.', OLD::text),
            HINT = 'Edit it instead (classes and taxonomies are retired by valid_to); the edit is kept by pg_dump.';
    END IF;

    IF TG_OP = 'UPDATE' THEN
        IF OLD.origin = 'site' THEN
            NEW.origin := 'site';
        ELSIF EXISTS (
            SELECT FROM unnest(keys) AS k
            WHERE to_jsonb(NEW) -> k <> to_jsonb(OLD) -> k
        ) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'CG001',
                MESSAGE = format('the key of a row that civicgrid ships in table "%s" cannot be changed', TG_TABLE_NAME),
                DETAIL = format('The key is (%s).', array_to_string(keys, ', ')),
                HINT = 'Insert a new row and edit this one (classes and taxonomies are retired by valid_to).';
        ELSIF NEW IS DISTINCT FROM OLD THEN
            NEW.origin := 'edited';
        END IF;
        RETURN NEW;
    END IF;

    -- INSERT
    IF NEW.origin = 'shipped' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG002',
            MESSAGE = format('a row of table "%s" cannot be marked as shipped', TG_TABLE_NAME),
            DETAIL = 'Only the extension''s own scripts ship rows.',
            HINT = 'Leave out column origin.';
    END IF;
    IF NEW.origin = 'edited' THEN
        -- pg_restore brings back an edit
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
        INTO columns
        FROM pg_attribute
        WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
        SELECT string_agg(format('t.%1$I::text IS NOT DISTINCT FROM ($1).%1$I::text', k), ' AND ')
        INTO same_key
        FROM unnest(keys) AS k;
        EXECUTE format(
            'UPDATE %I.%I AS t SET (%s) = (SELECT ($1).*) WHERE t.origin = ''shipped'' AND %s',
            TG_TABLE_SCHEMA, TG_TABLE_NAME, columns, same_key
        ) USING NEW;
        GET DIAGNOSTICS replaced = ROW_COUNT;
        IF replaced > 0 THEN
            RETURN NULL;
        END IF;
        -- what is not shipped any more is the site's
        NEW.origin := 'site';
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION keep_shipped_row() IS
    'trigger: marks a shipped row that is edited, and lets pg_restore put the edit back (内置数据的修改随备份保留)';
REVOKE EXECUTE ON FUNCTION keep_shipped_row() FROM PUBLIC;
