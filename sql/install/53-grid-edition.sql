
-- Editions of the grid (网格版本): what was published, and never changes.  See
-- doc/grid-editions.md.

CREATE TABLE grid_edition (
    edition bigint NOT NULL,
    name text NOT NULL,
    valid_from timestamptz NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    published_by text NOT NULL DEFAULT session_user,
    digest text NOT NULL,
    remark text,
    CONSTRAINT grid_edition_pkey PRIMARY KEY (edition),
    CONSTRAINT grid_edition_name_key UNIQUE (name),
    CONSTRAINT grid_edition_name_check CHECK (name <> ''),
    CONSTRAINT grid_edition_valid_from_check CHECK (isfinite(valid_from))
);
CREATE INDEX grid_edition_valid_from_idx ON grid_edition (valid_from, edition);
COMMENT ON TABLE grid_edition IS 'editions of the grid (网格版本); in force is the one with the greatest valid_from that has come, of several the highest number';
COMMENT ON COLUMN grid_edition.edition IS 'number of the edition (版本号), in the order of publishing';
COMMENT ON COLUMN grid_edition.name IS 'name (版本名称)';
COMMENT ON COLUMN grid_edition.valid_from IS 'from when it holds (生效时间)';
COMMENT ON COLUMN grid_edition.published_at IS 'when it was published (发布时间)';
COMMENT ON COLUMN grid_edition.published_by IS 'database user who published it (发布人)';
COMMENT ON COLUMN grid_edition.digest IS 'SHA-256 of its maps and of what it says of its cells (摘要); see grid_edition_digest()';
COMMENT ON COLUMN grid_edition.remark IS 'remark (备注)';

CREATE TABLE grid_edition_map (
    edition bigint NOT NULL,
    kind grid_kind NOT NULL,
    map gridmap NOT NULL,
    cells integer NOT NULL,
    digest text NOT NULL,
    CONSTRAINT grid_edition_map_pkey PRIMARY KEY (edition, kind)
);
COMMENT ON TABLE grid_edition_map IS 'the maps of an edition (网格版本地图), one for each kind that has cells';
COMMENT ON COLUMN grid_edition_map.edition IS 'edition (版本号)';
COMMENT ON COLUMN grid_edition_map.kind IS 'kind of the cells (网格种类)';
COMMENT ON COLUMN grid_edition_map.map IS 'the compiled map (网格图)';
COMMENT ON COLUMN grid_edition_map.cells IS 'how many cells it has (网格数)';
COMMENT ON COLUMN grid_edition_map.digest IS 'digest of the map (摘要), as gridmap_info() tells it';

CREATE TABLE grid_edition_cell (
    edition bigint NOT NULL,
    kind grid_kind NOT NULL,
    code gridcode NOT NULL,
    name text,
    grade text,
    collector text,
    duty gridcode,
    remark text,
    CONSTRAINT grid_edition_cell_pkey PRIMARY KEY (edition, kind, code)
);
COMMENT ON TABLE grid_edition_cell IS 'what an edition says of its cells (网格版本属性); their ground is in its maps';
COMMENT ON COLUMN grid_edition_cell.edition IS 'edition (版本号)';
COMMENT ON COLUMN grid_edition_cell.kind IS 'kind of cell (网格种类)';
COMMENT ON COLUMN grid_edition_cell.code IS 'grid code (网格编码)';
COMMENT ON COLUMN grid_edition_cell.name IS 'name (名称)';
COMMENT ON COLUMN grid_edition_cell.grade IS 'grade of management (管理等级): A, B or C';
COMMENT ON COLUMN grid_edition_cell.collector IS 'collector who answers for it (责任网格员)';
COMMENT ON COLUMN grid_edition_cell.duty IS 'for a unit cell, the duty cell that it belongs to (所属责任网格)';
COMMENT ON COLUMN grid_edition_cell.remark IS 'remark (备注)';

CREATE TABLE grid_edition_warning (
    edition bigint NOT NULL,
    warning integer NOT NULL,
    kind grid_kind NOT NULL,
    defect text NOT NULL,
    code gridcode,
    other gridcode,
    geom geometry,
    amount double precision,
    unit text,
    detail text,
    CONSTRAINT grid_edition_warning_pkey PRIMARY KEY (edition, warning)
);
COMMENT ON TABLE grid_edition_warning IS 'what grid_check() warned of when an edition was published (发布时的警告)';
COMMENT ON COLUMN grid_edition_warning.edition IS 'edition (版本号)';
COMMENT ON COLUMN grid_edition_warning.warning IS 'number of the warning within the edition (序号)';
COMMENT ON COLUMN grid_edition_warning.kind IS 'kind of cell (网格种类)';
COMMENT ON COLUMN grid_edition_warning.defect IS 'what is wrong (缺陷)';
COMMENT ON COLUMN grid_edition_warning.code IS 'the cell (网格编码)';
COMMENT ON COLUMN grid_edition_warning.other IS 'the other cell or the outline that it concerns (相关网格)';
COMMENT ON COLUMN grid_edition_warning.geom IS 'where (位置)';
COMMENT ON COLUMN grid_edition_warning.amount IS 'how much (数量)';
COMMENT ON COLUMN grid_edition_warning.unit IS 'unit of the amount (单位)';
COMMENT ON COLUMN grid_edition_warning.detail IS 'in words (说明)';

SELECT pg_catalog.pg_extension_config_dump('grid_edition', '');
SELECT pg_catalog.pg_extension_config_dump('grid_edition_map', '');
SELECT pg_catalog.pg_extension_config_dump('grid_edition_cell', '');
SELECT pg_catalog.pg_extension_config_dump('grid_edition_warning', '');

-- What is published stays.  An edition is undone by publishing again: cases
-- keep its number, and caches keep its maps.  INSERT is left to publish_grid()
-- and pg_restore; whoever adds rows by hand changes the digest.
CREATE FUNCTION refuse_edition_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'CG102',
        MESSAGE = format('rows of table "%s" cannot be changed or removed', TG_TABLE_NAME),
        DETAIL = 'What was published stays: cases refer to it.',
        HINT = 'Edit the draft and publish it again; of two editions with the same valid_from the later holds.';
END;
$$;
COMMENT ON FUNCTION refuse_edition_change() IS 'trigger: a published edition is never changed (已发布的版本不可更改)';
REVOKE EXECUTE ON FUNCTION refuse_edition_change() FROM PUBLIC;

CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON grid_edition
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON grid_edition_map
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON grid_edition_cell
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON grid_edition_warning
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
COMMENT ON TRIGGER refuse_edition_change ON grid_edition IS 'a published edition is never changed';
COMMENT ON TRIGGER refuse_edition_change ON grid_edition_map IS 'a published edition is never changed';
COMMENT ON TRIGGER refuse_edition_change ON grid_edition_cell IS 'a published edition is never changed';
COMMENT ON TRIGGER refuse_edition_change ON grid_edition_warning IS 'a published edition is never changed';

CREATE FUNCTION grid_edition_in_force(at timestamptz DEFAULT now()) RETURNS bigint
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT e.edition
    FROM @extschema@.grid_edition AS e
    WHERE e.valid_from <= at
    ORDER BY e.valid_from DESC, e.edition DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION grid_edition_in_force(timestamptz) IS
    'number of the edition in force at an instant (生效版本); NULL before the first';

CREATE FUNCTION grid_edition_digest(edition bigint) RETURNS text
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT encode(sha256(convert_to(concat_ws(E'\n', m.maps, c.cells), 'UTF8')), 'hex')
    FROM (
        SELECT string_agg(format('%s %s', p.kind, i.digest), E'\n' ORDER BY p.kind) AS maps
        FROM @extschema@.grid_edition_map AS p, @extschema@.gridmap_info(p.map) AS i
        WHERE p.edition = grid_edition_digest.edition
    ) AS m,
    (
        SELECT string_agg(
            jsonb_build_array(p.kind, p.code::text, p.name, p.grade, p.collector, p.duty::text, p.remark)::text,
            E'\n' ORDER BY p.kind, p.code::text COLLATE "C"
        ) AS cells
        FROM @extschema@.grid_edition_cell AS p
        WHERE p.edition = grid_edition_digest.edition
    ) AS c;
END;
COMMENT ON FUNCTION grid_edition_digest(bigint) IS
    'digest of an edition, computed anew (重算版本摘要): SHA-256 of its maps and of what it says of its cells';
