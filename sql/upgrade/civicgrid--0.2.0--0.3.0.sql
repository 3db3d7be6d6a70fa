\echo Use "ALTER EXTENSION civicgrid UPDATE TO '0.3.0'" to load this file. \quit

-- Gridmaps (网格地图): cells compiled into one value, and the cell of a point.

CREATE TYPE gridmap;

CREATE FUNCTION gridmap_in(cstring) RETURNS gridmap
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_in';
COMMENT ON FUNCTION gridmap_in(cstring) IS 'text input of gridmap';

CREATE FUNCTION gridmap_out(gridmap) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_out';
COMMENT ON FUNCTION gridmap_out(gridmap) IS 'text output of gridmap';

CREATE FUNCTION gridmap_recv(internal) RETURNS gridmap
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_recv';
COMMENT ON FUNCTION gridmap_recv(internal) IS 'binary input of gridmap';

CREATE FUNCTION gridmap_send(gridmap) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_send';
COMMENT ON FUNCTION gridmap_send(gridmap) IS 'binary output of gridmap';

-- Stored apart from its row and never compressed, so that a lookup can read a
-- few pieces of it.
CREATE TYPE gridmap (
    INPUT = gridmap_in,
    OUTPUT = gridmap_out,
    RECEIVE = gridmap_recv,
    SEND = gridmap_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = external
);
COMMENT ON TYPE gridmap IS 'cells compiled for finding the cell of a point (网格地图)';

CREATE FUNCTION gridmap_agg_step(internal, gridcode, geometry) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_agg_step';
COMMENT ON FUNCTION gridmap_agg_step(internal, gridcode, geometry) IS 'transition function of gridmap_agg';

CREATE FUNCTION gridmap_agg_final(internal) RETURNS gridmap
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_agg_final';
COMMENT ON FUNCTION gridmap_agg_final(internal) IS 'final function of gridmap_agg';

-- The final function gives back what was collected as soon as it can, so it
-- can be called once only.
CREATE AGGREGATE gridmap_agg(code gridcode, cell geometry) (
    SFUNC = gridmap_agg_step,
    STYPE = internal,
    FINALFUNC = gridmap_agg_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gridmap_agg(gridcode, geometry) IS
    'compile cells, polygons with their codes, into a gridmap (编译网格地图)';

CREATE FUNCTION locate(map gridmap, point geometry) RETURNS gridcode
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 5
    AS 'MODULE_PATHNAME', 'cg_locate';
COMMENT ON FUNCTION locate(gridmap, geometry) IS
    'the smallest code among the cells that cover the point, borders included; NULL outside (点所在网格)';

CREATE FUNCTION locate_near(map gridmap, point geometry, radius_m double precision)
    RETURNS TABLE (code gridcode, distance_m double precision)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 1000 ROWS 10
    AS 'MODULE_PATHNAME', 'cg_locate_near';
COMMENT ON FUNCTION locate_near(gridmap, geometry, double precision) IS
    'cells within a radius in metres, nearest first; distance 0 where the cell covers the point (附近网格)';

CREATE FUNCTION border_distance(map gridmap, point geometry) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 1000
    AS 'MODULE_PATHNAME', 'cg_border_distance';
COMMENT ON FUNCTION border_distance(gridmap, geometry) IS
    'metres from the point to the nearest border of any cell (距网格边界距离)';

CREATE FUNCTION gridmap_cells(map gridmap)
    RETURNS TABLE (code gridcode, parts integer, rings integer, vertices bigint, geom geometry)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    COST 1000 ROWS 1000
    AS 'MODULE_PATHNAME', 'cg_gridmap_cells';
COMMENT ON FUNCTION gridmap_cells(gridmap) IS
    'the cells that a gridmap was compiled from, by code (网格清单)';

CREATE FUNCTION gridmap_info(
    map gridmap,
    OUT cells integer,
    OUT parts integer,
    OUT vertices bigint,
    OUT edges integer,
    OUT bytes bigint,
    OUT tiles integer,
    OUT leaves integer,
    OUT srid integer,
    OUT extent geometry,
    OUT digest text
)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridmap_info';
COMMENT ON FUNCTION gridmap_info(gridmap) IS
    'what a gridmap holds: counts, size in bytes, extent, digest (网格地图信息)';
-- Datum (大地基准): what coordinates are relative to.  See doc/datum.md.

CREATE TYPE geo_datum AS ENUM ('wgs84', 'gcj02', 'bd09');
COMMENT ON TYPE geo_datum IS
    'datum of a coordinate (大地基准): wgs84 (WGS-84, CGCS2000), gcj02 (GCJ-02, 火星坐标), bd09 (BD-09, 百度坐标)';

CREATE FUNCTION to_wgs84(geom geometry, from_datum geo_datum) RETURNS geometry
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'cg_to_wgs84';
COMMENT ON FUNCTION to_wgs84(geometry, geo_datum) IS
    'convert coordinates of GCJ-02 or BD-09 into WGS-84 (火星坐标、百度坐标纠偏), to less than 1 mm';

CREATE FUNCTION from_wgs84(geom geometry, to_datum geo_datum) RETURNS geometry
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'cg_from_wgs84';
COMMENT ON FUNCTION from_wgs84(geometry, geo_datum) IS
    'convert coordinates of WGS-84 into GCJ-02 or BD-09 (转为火星坐标、百度坐标), for display on maps that use them';

-- Grid cells (网格): the drafts that an administrator edits.  See
-- doc/grid-editions.md and doc/grid-check.md.

-- There are no foreign keys between these tables, so that they can be edited,
-- loaded and restored in any order; grid_check() lists what does not fit.

CREATE TYPE grid_kind AS ENUM ('unit', 'duty', 'management', 'evaluation', 'exclusive', 'extension');
COMMENT ON TYPE grid_kind IS
    'kinds of grid cell (网格种类): unit 单元网格, duty 责任网格, management 管理网格, evaluation 评价网格, exclusive 专属网格, extension 扩展网格';

-- What the kinds demand of a map differs from city to city, so it is rows.
CREATE TABLE grid_kind_rule (
    kind grid_kind NOT NULL,
    name text NOT NULL,
    code_digits integer[],
    overlap_allowed boolean NOT NULL DEFAULT false,
    filled boolean NOT NULL DEFAULT false,
    adjacent boolean NOT NULL DEFAULT false,
    one_collector boolean NOT NULL DEFAULT false,
    graded boolean NOT NULL DEFAULT false,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT grid_kind_rule_pkey PRIMARY KEY (kind),
    CONSTRAINT grid_kind_rule_name_check CHECK (name <> ''),
    CONSTRAINT grid_kind_rule_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE grid_kind_rule IS 'what each kind of cell demands of its map (网格种类规则)';
COMMENT ON COLUMN grid_kind_rule.kind IS 'kind of cell (网格种类)';
COMMENT ON COLUMN grid_kind_rule.name IS 'Chinese name (名称)';
COMMENT ON COLUMN grid_kind_rule.code_digits IS 'how many digits its codes may have (代码位数); NULL: any';
COMMENT ON COLUMN grid_kind_rule.overlap_allowed IS 'cells of this kind may overlap each other (允许重叠)';
COMMENT ON COLUMN grid_kind_rule.filled IS 'together the cells fill their communities, without gaps (无缝覆盖)';
COMMENT ON COLUMN grid_kind_rule.adjacent IS 'the unit cells of one cell of this kind must adjoin (单元网格必须相邻)';
COMMENT ON COLUMN grid_kind_rule.one_collector IS 'one collector for one cell (一格一员)';
COMMENT ON COLUMN grid_kind_rule.graded IS 'every cell needs a grade (须定等级)';
COMMENT ON COLUMN grid_kind_rule.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

INSERT INTO grid_kind_rule (kind, name, code_digits, overlap_allowed, filled, adjacent, one_collector, graded, origin) VALUES
    ('unit', '单元网格', '{15}', false, true, false, true, false, 'shipped'),
    ('duty', '责任网格', '{12,15}', false, true, true, true, false, 'shipped'),
    ('management', '管理网格', '{9,12,15}', false, true, false, false, false, 'shipped'),
    ('evaluation', '评价网格', '{9,12,15}', false, false, false, false, true, 'shipped'),
    ('exclusive', '专属网格', '{15}', false, false, false, false, false, 'shipped'),
    ('extension', '扩展网格', '{15,18}', true, false, false, false, false, 'shipped');

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON grid_kind_rule
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('kind');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON grid_kind_rule
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON grid_kind_rule IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON grid_kind_rule IS 'shipped rows are not truncated';
SELECT pg_catalog.pg_extension_config_dump('grid_kind_rule', $$WHERE origin <> 'shipped'$$);

-- A draft takes whatever geometry it is given, so that a faulty map can be
-- loaded, looked at and mended here.
CREATE TABLE grid_cell (
    kind grid_kind NOT NULL DEFAULT 'unit',
    code gridcode NOT NULL,
    name text,
    geom geometry,
    grade text,
    collector text,
    duty gridcode,
    remark text,
    CONSTRAINT grid_cell_pkey PRIMARY KEY (kind, code),
    CONSTRAINT grid_cell_name_check CHECK (name <> ''),
    CONSTRAINT grid_cell_grade_check CHECK (grade IN ('A', 'B', 'C')),
    CONSTRAINT grid_cell_collector_check CHECK (collector <> ''),
    CONSTRAINT grid_cell_duty_check CHECK (duty IS NULL OR kind = 'unit')
);
CREATE INDEX grid_cell_geom_idx ON grid_cell USING gist (geom);
CREATE INDEX grid_cell_duty_idx ON grid_cell (duty);
COMMENT ON TABLE grid_cell IS 'draft of the grid (网格草案): what publish_grid() will publish; unique by kind and code';
COMMENT ON COLUMN grid_cell.kind IS 'kind of cell (网格种类)';
COMMENT ON COLUMN grid_cell.code IS 'grid code (网格编码); codes are retired, not reused';
COMMENT ON COLUMN grid_cell.name IS 'name (名称)';
COMMENT ON COLUMN grid_cell.geom IS 'its ground (边界): Polygon or MultiPolygon; a duty cell without one is the union of its unit cells';
COMMENT ON COLUMN grid_cell.grade IS 'grade of management (管理等级): A, B or C';
COMMENT ON COLUMN grid_cell.collector IS 'collector who answers for it (责任网格员)';
COMMENT ON COLUMN grid_cell.duty IS 'for a unit cell, the duty cell that it belongs to (所属责任网格)';
COMMENT ON COLUMN grid_cell.remark IS 'remark (备注)';
SELECT pg_catalog.pg_extension_config_dump('grid_cell', '');

-- Outlines are not cells: a point is in its smallest cell, and locate() would
-- have to tell the two apart.
CREATE TABLE grid_outline (
    code gridcode NOT NULL,
    name text,
    geom geometry,
    remark text,
    CONSTRAINT grid_outline_pkey PRIMARY KEY (code)
);
CREATE INDEX grid_outline_geom_idx ON grid_outline USING gist (geom);
COMMENT ON TABLE grid_outline IS 'outlines of communities, streets, districts (行政区划界线), which cells must keep within';
COMMENT ON COLUMN grid_outline.code IS 'code of the community, street, district, city or province (区划代码)';
COMMENT ON COLUMN grid_outline.name IS 'name (名称)';
COMMENT ON COLUMN grid_outline.geom IS 'its ground (界线): Polygon or MultiPolygon';
COMMENT ON COLUMN grid_outline.remark IS 'remark (备注)';
SELECT pg_catalog.pg_extension_config_dump('grid_outline', '');

CREATE TABLE grid_control_point (
    point text NOT NULL,
    code gridcode NOT NULL,
    geom geometry(Point) NOT NULL,
    kind grid_kind NOT NULL DEFAULT 'unit',
    remark text,
    CONSTRAINT grid_control_point_pkey PRIMARY KEY (point)
);
COMMENT ON TABLE grid_control_point IS 'places whose cell is known for certain (控制点), by which the map check tells a wrong datum';
COMMENT ON COLUMN grid_control_point.point IS 'name or number of the place (点号)';
COMMENT ON COLUMN grid_control_point.code IS 'the cell it is in (所在网格)';
COMMENT ON COLUMN grid_control_point.geom IS 'where it is (坐标)';
COMMENT ON COLUMN grid_control_point.kind IS 'kind of that cell (网格种类)';
COMMENT ON COLUMN grid_control_point.remark IS 'remark (备注)';
SELECT pg_catalog.pg_extension_config_dump('grid_control_point', '');

-- Where a case was, from which the cell of any edition can be told.
ALTER TABLE case_record ADD COLUMN location geometry(Point);
CREATE INDEX case_record_location_idx ON case_record USING gist (location);
COMMENT ON COLUMN case_record.location IS 'where: the place itself, where it is known (坐标)';

-- Loading.

CREATE FUNCTION grid_geometry(source text) RETURNS geometry
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT source::geometry;
END;
COMMENT ON FUNCTION grid_geometry(text) IS
    'read a geometry (读取图形) from WKT, hexadecimal WKB or GeoJSON';

CREATE FUNCTION grid_geometry(geom geometry, srid integer, to_srid integer) RETURNS geometry
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
               WHEN to_srid IS NULL OR st_srid(g.geom) = to_srid THEN g.geom
               ELSE st_transform(g.geom, to_srid)
           END
    FROM (
        SELECT st_force2d(CASE
                   WHEN srid IS NULL OR st_srid(grid_geometry.geom) <> 0 THEN grid_geometry.geom
                   ELSE st_setsrid(grid_geometry.geom, srid)
               END) AS geom
    ) AS g;
END;
COMMENT ON FUNCTION grid_geometry(geometry, integer, integer) IS
    'prepare a geometry for the draft (整理图形): two dimensions, an SRID where it has none, another frame where one is asked for';

CREATE FUNCTION load_cells(
    source regclass,
    code_column name,
    geom_column name,
    kind grid_kind DEFAULT 'unit',
    name_column name DEFAULT NULL,
    grade_column name DEFAULT NULL,
    collector_column name DEFAULT NULL,
    duty_column name DEFAULT NULL,
    remark_column name DEFAULT NULL,
    srid integer DEFAULT NULL,
    to_srid integer DEFAULT NULL,
    replace boolean DEFAULT false
) RETURNS TABLE (row_number bigint, code text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    geom_type constant oid := (
        SELECT atttypid FROM pg_attribute
        WHERE attrelid = '@extschema@.grid_cell'::regclass AND attname = 'geom'
    );
    shapes constant oid := (
        SELECT atttypid FROM pg_attribute
        WHERE attrelid = source AND attname = geom_column AND attnum > 0 AND NOT attisdropped
    );
    missing text;
    query text;
    inserting text;
    item record;
    cell @extschema@.gridcode;
    n bigint := 0;
    why text;
    detail text;
    codes @extschema@.gridcode[] := '{}';
    places bigint[] := '{}';
    refused_rows bigint[] := '{}';
    refused_codes text[] := '{}';
    refused_reasons text[] := '{}';
BEGIN
    IF source IS NULL OR code_column IS NULL OR geom_column IS NULL OR kind IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'source, code_column, geom_column and kind of load_cells() cannot be NULL',
            HINT = 'Name the table or view, its column of codes and its column of geometries.';
    END IF;
    SELECT string_agg(format('"%s"', c), ', ' ORDER BY o)
    INTO missing
    FROM unnest(ARRAY[code_column, geom_column, name_column, grade_column, collector_column, duty_column, remark_column])
        WITH ORDINALITY AS v (c, o)
    WHERE c IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = source AND attname = c AND attnum > 0 AND NOT attisdropped
    );
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_column',
            MESSAGE = format('%s has no column %s', source, missing),
            HINT = 'Column names are taken as they are written, with their capitals.';
    END IF;

    -- A column of geometries is taken as it is; any other is read as text:
    -- WKT, hexadecimal WKB, GeoJSON.
    query := format(
        'SELECT %I::text AS code, %s AS shape, %s AS geom, %s AS name, %s AS grade, %s AS collector, %s AS duty, %s AS remark FROM %s',
        code_column,
        CASE
            WHEN shapes = geom_type THEN 'NULL::text'
            WHEN shapes = 'bytea'::regtype THEN format('encode(%I, ''hex'')', geom_column)
            ELSE format('%I::text', geom_column)
        END,
        CASE WHEN shapes = geom_type THEN format('%I', geom_column) ELSE format('NULL::%s', geom_type::regtype) END,
        coalesce('nullif(' || quote_ident(name_column) || '::text, '''')', 'NULL::text'),
        coalesce('nullif(' || quote_ident(grade_column) || '::text, '''')', 'NULL::text'),
        coalesce('nullif(' || quote_ident(collector_column) || '::text, '''')', 'NULL::text'),
        coalesce('nullif(' || quote_ident(duty_column) || '::text, '''')', 'NULL::text'),
        coalesce('nullif(' || quote_ident(remark_column) || '::text, '''')', 'NULL::text'),
        source
    );
    -- With replace, a cell of the draft takes from the source what the source
    -- names, and keeps the rest.
    inserting := 'INSERT INTO @extschema@.grid_cell (kind, code, geom, name, grade, collector, duty, remark)'
        ' VALUES ($1, $2, @extschema@.grid_geometry($3, $4, $5), $6, $7, $8, $9, $10)'
        || CASE
            WHEN replace THEN ' ON CONFLICT ON CONSTRAINT grid_cell_pkey DO UPDATE SET geom = EXCLUDED.geom'
                || CASE WHEN name_column IS NOT NULL THEN ', name = EXCLUDED.name' ELSE '' END
                || CASE WHEN grade_column IS NOT NULL THEN ', grade = EXCLUDED.grade' ELSE '' END
                || CASE WHEN collector_column IS NOT NULL THEN ', collector = EXCLUDED.collector' ELSE '' END
                || CASE WHEN duty_column IS NOT NULL THEN ', duty = EXCLUDED.duty' ELSE '' END
                || CASE WHEN remark_column IS NOT NULL THEN ', remark = EXCLUDED.remark' ELSE '' END
            ELSE ''
        END;

    -- All rows or none: this block is undone when a row was refused.  What the
    -- variables hold stays.
    BEGIN
        FOR item IN EXECUTE query LOOP
            n := n + 1;
            BEGIN
                IF item.code IS NULL THEN
                    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'the code is missing';
                END IF;
                cell := btrim(item.code)::@extschema@.gridcode;
                EXECUTE inserting
                USING kind, cell,
                    CASE WHEN item.shape IS NULL THEN item.geom ELSE @extschema@.grid_geometry(item.shape) END,
                    srid, to_srid,
                    item.name, item.grade, item.collector, btrim(item.duty)::@extschema@.gridcode, item.remark;
                codes := codes || cell;
                places := places || n;
            EXCEPTION
                WHEN unique_violation THEN
                    refused_rows := refused_rows || n;
                    refused_codes := refused_codes || item.code;
                    refused_reasons := refused_reasons || CASE
                        WHEN cell OPERATOR(@extschema@.=) ANY (codes) THEN
                            format('code %s is there twice: row %s has it too', cell, (
                                SELECT min(p) FROM unnest(codes, places) AS v (c, p) WHERE c OPERATOR(@extschema@.=) cell
                            ))
                        ELSE format('a %s cell %s is in the draft already', kind, cell)
                    END;
                WHEN OTHERS THEN
                    GET STACKED DIAGNOSTICS why = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
                    refused_rows := refused_rows || n;
                    refused_codes := refused_codes || item.code;
                    refused_reasons := refused_reasons || (why || coalesce(': ' || nullif(detail, ''), ''));
            END;
        END LOOP;

        IF replace THEN
            -- the later of two rows has overwritten the earlier
            SELECT refused_rows || array_agg(d.place), refused_codes || array_agg(d.c::text),
                refused_reasons || array_agg(format('code %s is there twice: row %s has it too', d.c, d.first))
            INTO refused_rows, refused_codes, refused_reasons
            FROM (
                SELECT v.c, v.place, min(v.place) OVER (PARTITION BY v.c) AS first
                FROM unnest(codes, places) AS v (c, place)
            ) AS d
            WHERE d.place > d.first;
        END IF;

        IF cardinality(refused_rows) > 0 THEN
            RAISE EXCEPTION USING ERRCODE = 'CG105', MESSAGE = 'rows were refused';
        END IF;
    EXCEPTION WHEN SQLSTATE 'CG105' THEN
        NULL;
    END;

    IF cardinality(refused_rows) > 0 THEN
        RAISE WARNING USING
            MESSAGE = format('nothing was loaded: %s of %s rows were refused', cardinality(refused_rows), n),
            HINT = 'The rows that load_cells() returns say why.';
    ELSE
        RAISE NOTICE USING MESSAGE = format('%s cells of kind %s were loaded', n, kind);
    END IF;
    RETURN QUERY
    SELECT v.n, v.c, v.r
    FROM unnest(refused_rows, refused_codes, refused_reasons) AS v (n, c, r)
    ORDER BY v.n;
END;
$$;
COMMENT ON FUNCTION load_cells(regclass, name, name, grid_kind, name, name, name, name, name, integer, integer, boolean) IS
    'load cells from a table or view into the draft (导入网格): all rows or, when it returns refused rows, none';
REVOKE EXECUTE ON FUNCTION load_cells(regclass, name, name, grid_kind, name, name, name, name, name, integer, integer, boolean) FROM PUBLIC;

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

-- The map check (网格检查): what is wrong with a draft.  See doc/grid-check.md.

-- What counts as a defect, how grave it is and from what size on differs from
-- site to site, so it is rows.
CREATE TABLE grid_check_rule (
    defect text NOT NULL,
    name text NOT NULL,
    severity text NOT NULL,
    tolerance double precision,
    unit text,
    extent geometry,
    hint text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT grid_check_rule_pkey PRIMARY KEY (defect),
    CONSTRAINT grid_check_rule_name_check CHECK (name <> ''),
    CONSTRAINT grid_check_rule_severity_check CHECK (severity IN ('error', 'warning', 'ignore')),
    CONSTRAINT grid_check_rule_tolerance_check CHECK (tolerance >= 0),
    CONSTRAINT grid_check_rule_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE grid_check_rule IS 'what the map check looks for (网格检查规则)';
COMMENT ON COLUMN grid_check_rule.defect IS 'short English key (缺陷)';
COMMENT ON COLUMN grid_check_rule.name IS 'Chinese name (名称)';
COMMENT ON COLUMN grid_check_rule.severity IS 'error: cannot be published; warning: is kept with the edition; ignore: is not listed (严重程度)';
COMMENT ON COLUMN grid_check_rule.tolerance IS 'size from which on, or below which, it is a defect (容差)';
COMMENT ON COLUMN grid_check_rule.unit IS 'unit of the tolerance (容差单位)';
COMMENT ON COLUMN grid_check_rule.extent IS 'where cells are expected (合理范围), for the defects that ask';
COMMENT ON COLUMN grid_check_rule.hint IS 'what to do about it (处理建议)';
COMMENT ON COLUMN grid_check_rule.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

INSERT INTO grid_check_rule (defect, name, severity, tolerance, unit, hint, origin) VALUES
    ('missing geometry', '缺少图形', 'error', NULL, NULL,
        'Draw the cell, or delete its row; a duty cell without a geometry needs unit cells.', 'shipped'),
    ('wrong type', '图形类型不符', 'error', NULL, NULL,
        'A cell is a Polygon or MultiPolygon.', 'shipped'),
    ('not finite', '坐标非数', 'error', NULL, NULL,
        'A coordinate is NaN or infinite: export the cell again.', 'shipped'),
    ('missing srid', '未注明坐标系', 'error', NULL, NULL,
        'Say which frame the coordinates are in: load_cells(..., srid => 4490).', 'shipped'),
    ('mixed srid', '坐标系不一致', 'error', NULL, NULL,
        'All cells of a kind need one frame (4326 and 4490 are the same): load_cells(..., to_srid => ...).', 'shipped'),
    ('impossible coordinates', '坐标超限', 'error', NULL, NULL,
        'Longitudes lie within 180 degrees, latitudes within 90: the coordinates are in another frame than their SRID says.', 'shipped'),
    ('swapped axes', '坐标轴颠倒', 'error', NULL, NULL,
        'Turned round, the cell would lie where it is expected: load it with ST_FlipCoordinates().', 'shipped'),
    ('outside extent', '超出合理范围', 'warning', NULL, NULL,
        'If the cell is right, edit column extent of this row of grid_check_rule.', 'shipped'),
    ('invalid ring', '图形无效', 'error', NULL, NULL,
        'Mend the ring at the place shown; ST_MakeValid() shows one way.', 'shipped'),
    ('repeated point', '重复点', 'warning', 0.001, 'm',
        'Remove the points that repeat the one before: ST_RemoveRepeatedPoints().', 'shipped'),
    ('spike', '尖刺', 'warning', 1, 'degrees',
        'Remove the vertex at which the border turns back on itself.', 'shipped'),
    ('tiny cell', '面积过小', 'warning', 100, 'm2',
        'Is it a leftover of drawing? Join it to a neighbour.', 'shipped'),
    ('sliver cell', '狭长网格', 'warning', 1, 'm',
        'The cell is no wider than the tolerance: join it to a neighbour.', 'shipped'),
    ('multipart cell', '多部件网格', 'warning', NULL, NULL,
        'The cell has parts that do not adjoin; if that is not meant, remove the stray part.', 'shipped'),
    ('duplicate geometry', '图形重复', 'error', 0.999, 'share',
        'Two codes for one ground: delete one.', 'shipped'),
    ('overlap', '重叠', 'error', 1, 'm',
        'Draw the common border once. Until then the smaller code has the ground.', 'shipped'),
    ('sliver overlap', '细碎重叠', 'warning', 0.001, 'm',
        'The two borders do not follow the same vertices: snap one to the other.', 'shipped'),
    ('gap', '缝隙', 'warning', 1, 'm',
        'No cell has this ground: give it to one of its neighbours.', 'shipped'),
    ('sliver gap', '细碎缝隙', 'warning', 0.001, 'm',
        'The borders around it do not follow the same vertices: snap one to the other.', 'shipped'),
    ('unmatched vertex', '公共边节点不匹配', 'warning', 0.1, 'm',
        'A vertex of one cell lies on or near the border of the other, which has none there: add it there too.', 'shipped'),
    ('outside outline', '超出区划界线', 'warning', 1, 'm',
        'Is the code right? If so, clip the cell to the outline, or mend the outline.', 'shipped'),
    ('unfilled outline', '区划未铺满', 'warning', 1, 'm',
        'No cell of this community has this ground.', 'shipped'),
    ('bad outline', '区划界线有误', 'error', NULL, NULL,
        'Mend the row of grid_outline; until then it is not checked against.', 'shipped'),
    ('code level', '编码位数不符', 'error', NULL, NULL,
        'grid_kind_rule.code_digits says how many digits the codes of a kind have.', 'shipped'),
    ('nested code', '编码嵌套', 'error', NULL, NULL,
        'One cell''s code is the beginning of the other''s: cells of a kind stand side by side.', 'shipped'),
    ('misplaced code', '编码与位置不符', 'warning', NULL, NULL,
        'The cell lies among those of another community and adjoins none of its own: is the code right?', 'shipped'),
    ('no collector', '缺少网格员', 'warning', NULL, NULL,
        'Name a collector for the cell, or for the duty cell that it belongs to.', 'shipped'),
    ('shared collector', '一员多格', 'warning', NULL, NULL,
        'One collector for one cell; several unit cells are put together in a duty cell.', 'shipped'),
    ('no grade', '未定等级', 'warning', NULL, NULL,
        'Give the cell a grade: A, B or C.', 'shipped'),
    ('no duty cell', '未划入责任网格', 'warning', NULL, NULL,
        'Other unit cells belong to duty cells: say which this one belongs to.', 'shipped'),
    ('unknown duty cell', '责任网格不存在', 'error', NULL, NULL,
        'There is no cell of kind duty with this code.', 'shipped'),
    ('scattered duty cell', '责任网格不相邻', 'error', 1, 'm',
        'The unit cells of a duty cell must adjoin: move the stray ones to another.', 'shipped'),
    ('suspicious datum', '坐标基准可疑', 'warning', 0.5, 'share',
        'Ask whoever drew the map; then convert it, with to_wgs84() for example.', 'shipped'),
    ('control point missed', '控制点不符', 'warning', 1, 'm',
        'The control point does not lie in the cell that it is stated to be in.', 'shipped');
-- mainland, islands and seas
UPDATE grid_check_rule
SET extent = st_makeenvelope(73, 3, 136, 54, 4326)
WHERE defect IN ('outside extent', 'swapped axes');

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON grid_check_rule
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('defect');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON grid_check_rule
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON grid_check_rule IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON grid_check_rule IS 'shipped rows are not truncated';
SELECT pg_catalog.pg_extension_config_dump('grid_check_rule', $$WHERE origin <> 'shipped'$$);

CREATE FUNCTION grid_tolerance(defect text) RETURNS double precision
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.tolerance FROM @extschema@.grid_check_rule AS r WHERE r.defect = grid_tolerance.defect;
END;
COMMENT ON FUNCTION grid_tolerance(text) IS 'tolerance of a defect (容差)';

-- Measures.  Areas and lengths are those of the ellipsoid for maps in degrees,
-- and of the plane, in metres, for others.  The inner CASE keeps the planner
-- from converting a constant before it knows which of the two it is; 18 does so
-- with what a function is called with.

CREATE FUNCTION grid_frame(srid integer) RETURNS integer
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE srid WHEN 4490 THEN 4326 ELSE srid END;
END;
COMMENT ON FUNCTION grid_frame(integer) IS 'the frame of an SRID (坐标框架): 4326 WGS-84 and 4490 CGCS2000 are the same';

CREATE FUNCTION grid_in_degrees(srid integer) RETURNS boolean
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM spatial_ref_sys AS s
        WHERE s.srid = grid_in_degrees.srid AND s.proj4text LIKE '%+proj=longlat%'
    );
END;
COMMENT ON FUNCTION grid_in_degrees(integer) IS 'are the coordinates of an SRID longitudes and latitudes (经纬度坐标)?';

CREATE FUNCTION grid_area(geom geometry) RETURNS double precision
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
               WHEN @extschema@.grid_in_degrees(st_srid(geom))
               THEN st_area(geography(CASE WHEN @extschema@.grid_in_degrees(st_srid(geom)) THEN geom END))
               ELSE st_area(geom)
           END;
END;
COMMENT ON FUNCTION grid_area(geometry) IS 'area in square metres (面积，平方米), on the ellipsoid where the coordinates are degrees';

CREATE FUNCTION grid_width(geom geometry) RETURNS double precision
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
               WHEN @extschema@.grid_in_degrees(st_srid(geom))
               THEN 2 * st_area(geography(CASE WHEN @extschema@.grid_in_degrees(st_srid(geom)) THEN geom END))
                    / nullif(st_perimeter(geography(CASE WHEN @extschema@.grid_in_degrees(st_srid(geom)) THEN geom END)), 0)
               ELSE 2 * st_area(geom) / nullif(st_perimeter(geom), 0)
           END;
END;
COMMENT ON FUNCTION grid_width(geometry) IS
    'mean width of a long polygon in metres (平均宽度，米): twice its area by its perimeter';

CREATE FUNCTION grid_distance(a geometry, b geometry) RETURNS double precision
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
               WHEN @extschema@.grid_in_degrees(st_srid(a))
               THEN st_distance(
                   geography(CASE WHEN @extschema@.grid_in_degrees(st_srid(a)) THEN a END),
                   geography(CASE WHEN @extschema@.grid_in_degrees(st_srid(a)) THEN b END)
               )
               ELSE st_distance(a, b)
           END;
END;
COMMENT ON FUNCTION grid_distance(geometry, geometry) IS
    'distance in metres (距离，米), on the ellipsoid where the coordinates are degrees';

-- The cells that can be measured and laid over each other, in one frame, as
-- they were drawn and made valid, with how many metres a unit of x and of y is
-- there.  They are counted in the order of their codes.
CREATE FUNCTION grid_check_cells(kind grid_kind)
    RETURNS TABLE (
        id bigint, code gridcode, drawn geometry, geom geometry, metres_x double precision, metres_y double precision
    )
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 10000
BEGIN ATOMIC
    WITH drawn AS (
        SELECT c.code, c.geom, @extschema@.grid_frame(st_srid(c.geom)) AS frame
        FROM @extschema@.grid_cell AS c
        WHERE c.kind = grid_check_cells.kind
            AND st_geometrytype(c.geom) IN ('ST_Polygon', 'ST_MultiPolygon')
            AND NOT st_isempty(c.geom)
            -- an area with a NaN or an infinity in it is none
            AND abs(st_area(c.geom)) < 'Infinity'::double precision
    ),
    -- the frame that most cells are in
    common AS (
        SELECT f.frame, @extschema@.grid_in_degrees(f.frame) AS degrees
        FROM (SELECT d.frame FROM drawn AS d GROUP BY d.frame ORDER BY count(*) DESC, d.frame LIMIT 1) AS f
    )
    SELECT row_number() OVER (ORDER BY d.code::text COLLATE "C"),
           d.code,
           g.geom,
           CASE
               WHEN st_isvalidreason(g.geom) = 'Valid Geometry' THEN g.geom
               ELSE st_collectionextract(st_makevalid(g.geom), 3)
           END,
           CASE WHEN f.degrees THEN radians(1) * 6378137 * cos(radians(m.lat)) / sqrt(m.w) ELSE 1 END,
           CASE WHEN f.degrees THEN radians(1) * 6378137 * (1 - 0.00669437999014) / (m.w * sqrt(m.w)) ELSE 1 END
    FROM drawn AS d
    JOIN common AS f ON f.frame = d.frame,
    LATERAL (SELECT st_setsrid(st_force2d(d.geom), f.frame) AS geom) AS g,
    -- curvature of the ellipsoid at the middle of the cell
    LATERAL (SELECT (st_ymin(d.geom) + st_ymax(d.geom)) / 2 AS lat) AS v,
    LATERAL (SELECT v.lat, 1 - 0.00669437999014 * sin(radians(v.lat)) ^ 2 AS w) AS m
    -- degrees that say that they are metres, metres that say that they are degrees
    WHERE CASE
        WHEN f.frame = 0 THEN NOT d.geom @ st_makeenvelope(-180, -180, 180, 180)
        ELSE NOT f.degrees OR d.geom @ st_makeenvelope(-180, -90, 180, 90)
    END;
END;
COMMENT ON FUNCTION grid_check_cells(grid_kind) IS
    'for the map check: the cells that can be laid over each other (可比网格), with how many metres a unit of x and of y is there';

-- Not strict, so that it becomes part of the statement that calls it: starting
-- a function for each cell takes as long as what it does.  From arrays, since
-- lead() takes twice as long, and the planner sees few rows, not a million.
CREATE FUNCTION grid_corners(geom geometry)
    RETURNS TABLE (
        x double precision, y double precision,
        next_x double precision, next_y double precision,
        after_x double precision, after_y double precision
    )
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
    ROWS 80
BEGIN ATOMIC
    SELECT r.x[v.i], r.y[v.i], r.x[v.i + 1], r.y[v.i + 1], r.x[v.after], r.y[v.after]
    FROM (
        SELECT array_agg(st_x(d.geom)) AS x, array_agg(st_y(d.geom)) AS y,
               -- its number in its ring
               array_agg(d.path[cardinality(d.path)]) AS place
        FROM st_dumppoints(grid_corners.geom) AS d
    ) AS r
    CROSS JOIN LATERAL (
        SELECT n.i::integer AS i,
               -- the last point of a ring is its first again
               (n.i + CASE WHEN r.place[n.i + 2] > 1 THEN 2 ELSE 2 - n.place END)::integer AS after
        FROM unnest(r.place) WITH ORDINALITY AS n (place, i)
        -- half of them, as far as the planner knows; of > it would say a third
        WHERE CASE WHEN r.place[n.i + 1] > 1 THEN true END
    ) AS v
    -- each of the six is taken from its array once
    OFFSET 0;
END;
COMMENT ON FUNCTION grid_corners(geometry) IS
    'every vertex of a polygon with the two that follow it in its ring (边界节点)';

-- Each cell by itself.
CREATE FUNCTION grid_check_shape(kind grid_kind)
    RETURNS TABLE (defect text, code gridcode, other gridcode, geom geometry, amount double precision, unit text, detail text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    SET jit = off
BEGIN ATOMIC
    WITH cell AS MATERIALIZED (
        SELECT c.code, c.geom, st_srid(c.geom) AS srid, @extschema@.grid_frame(st_srid(c.geom)) AS frame,
               coalesce(st_isempty(c.geom), true) AS missing,
               coalesce(st_geometrytype(c.geom) NOT IN ('ST_Polygon', 'ST_MultiPolygon'), false) AS not_areal,
               coalesce(NOT abs(st_area(c.geom)) < 'Infinity'::double precision, false) AS not_finite
        FROM @extschema@.grid_cell AS c
        WHERE c.kind = grid_check_shape.kind
    ),
    common AS MATERIALIZED (
        SELECT f.frame, f.srid
        FROM (
            SELECT c.frame, min(c.srid) AS srid FROM cell AS c
            WHERE NOT c.missing AND NOT c.not_areal AND NOT c.not_finite
            GROUP BY c.frame ORDER BY count(*) DESC, c.frame LIMIT 1
        ) AS f
    ),
    expected AS MATERIALIZED (
        SELECT r.defect, r.extent, @extschema@.grid_frame(st_srid(r.extent)) AS frame
        FROM @extschema@.grid_check_rule AS r
        WHERE r.extent IS NOT NULL
    ),
    -- Where it is.  What is wrong with every cell is wrong with the map, and
    -- said once.
    place AS (
        SELECT c.code, c.geom, c.srid, v.defect, count(*) OVER (PARTITION BY v.defect) AS n, t.n AS total
        FROM cell AS c
        CROSS JOIN common AS f
        CROSS JOIN (SELECT count(*) AS n FROM cell AS c WHERE NOT c.missing AND NOT c.not_finite) AS t
        LEFT JOIN expected AS e ON e.defect = 'outside extent' AND e.frame = c.frame
        LEFT JOIN expected AS s ON s.defect = 'swapped axes' AND s.frame = c.frame
        CROSS JOIN LATERAL (
            SELECT CASE
                       WHEN c.frame = 0 AND f.frame = 0
                           AND c.geom @ st_makeenvelope(-180, -180, 180, 180) THEN 'missing srid'
                       WHEN c.frame <> f.frame THEN 'mixed srid'
                       WHEN NOT c.geom @ s.extent AND st_flipcoordinates(c.geom) @ s.extent THEN 'swapped axes'
                       WHEN NOT c.geom @ st_makeenvelope(-180, -90, 180, 90)
                           AND @extschema@.grid_in_degrees(c.frame) THEN 'impossible coordinates'
                       WHEN NOT c.geom @ e.extent THEN 'outside extent'
                   END AS defect
        ) AS v
        WHERE NOT c.missing AND NOT c.not_finite AND v.defect IS NOT NULL
    ),
    tolerance AS MATERIALIZED (
        SELECT @extschema@.grid_tolerance('repeated point') AS same,
               @extschema@.grid_tolerance('spike') AS angle,
               @extschema@.grid_tolerance('tiny cell') AS area,
               @extschema@.grid_tolerance('sliver cell') AS width
    ),
    sound AS MATERIALIZED (
        SELECT m.* FROM @extschema@.grid_check_cells(grid_check_shape.kind) AS m
    ),
    -- at each vertex the way back (a) and the way on (b), in metres
    corner AS (
        SELECT s.id, c.next_x AS x, c.next_y AS y,
               (c.x - c.next_x) * s.metres_x AS ax,
               (c.y - c.next_y) * s.metres_y AS ay,
               (c.after_x - c.next_x) * s.metres_x AS bx,
               (c.after_y - c.next_y) * s.metres_y AS by
        FROM sound AS s
        CROSS JOIN LATERAL @extschema@.grid_corners(s.drawn) AS c
        -- reckoned once
        OFFSET 0
    ),
    turn AS MATERIALIZED (
        SELECT n.id, n.x, n.y, n.same, degrees(n.angle) AS angle
        FROM (
            SELECT c.id, c.x, c.y,
                   c.ax * c.ax + c.ay * c.ay <= t.same * t.same AS same,
                   CASE
                       WHEN c.ax * c.ax + c.ay * c.ay > t.same * t.same AND c.bx * c.bx + c.by * c.by > t.same * t.same
                       THEN atan2(abs(c.ax * c.by - c.ay * c.bx), c.ax * c.bx + c.ay * c.by)
                   END AS angle
            FROM corner AS c
            CROSS JOIN tolerance AS t
        ) AS n
        WHERE n.same OR n.angle < (SELECT radians(t.angle) FROM tolerance AS t)
    )
    SELECT 'missing geometry', c.code, NULL::@extschema@.gridcode, NULL::geometry, NULL::double precision, NULL,
           CASE WHEN c.geom IS NULL THEN 'It has no geometry.' ELSE format('Its geometry is empty: %s.', st_astext(c.geom)) END
    FROM cell AS c
    WHERE c.missing AND NOT (
        -- the union of its unit cells
        grid_check_shape.kind = 'duty' AND c.geom IS NULL
        AND EXISTS (SELECT FROM @extschema@.grid_cell AS u WHERE u.kind = 'unit' AND u.duty = c.code)
    )
    UNION ALL
    SELECT 'wrong type', c.code, NULL, c.geom, NULL, NULL,
           format('It is a %s.', substr(st_geometrytype(c.geom), 4))
    FROM cell AS c
    WHERE c.not_areal AND NOT c.missing
    UNION ALL
    SELECT 'not finite', c.code, NULL, NULL, NULL, NULL, 'A coordinate is NaN or infinite.'
    FROM cell AS c
    WHERE c.not_finite
    UNION ALL
    SELECT p.defect, w.code::@extschema@.gridcode, NULL,
           CASE WHEN count(*) = 1 THEN (array_agg(p.geom))[1] END,
           count(*), 'cells',
           CASE p.defect
               WHEN 'missing srid' THEN 'The SRID is 0, and the coordinates look like degrees.'
               WHEN 'mixed srid' THEN format('The SRID is %s; that of most cells is %s.', min(p.srid), (SELECT f.srid FROM common AS f))
               ELSE format('x from %s to %s, y from %s to %s.',
                   round(min(st_xmin(p.geom))::numeric, 6), round(max(st_xmax(p.geom))::numeric, 6),
                   round(min(st_ymin(p.geom))::numeric, 6), round(max(st_ymax(p.geom))::numeric, 6))
           END
    FROM place AS p
    CROSS JOIN LATERAL (SELECT CASE WHEN p.n < p.total OR p.total = 1 THEN p.code::text END AS code) AS w
    GROUP BY p.defect, w.code
    UNION ALL
    SELECT 'invalid ring', c.code, NULL, st_setsrid(v.location, c.srid), NULL, NULL,
           v.reason || coalesce(format(' at %s %s', round(st_x(v.location)::numeric, 6), round(st_y(v.location)::numeric, 6)), '') || '.'
    FROM cell AS c
    CROSS JOIN LATERAL st_isvaliddetail(c.geom) AS v
    WHERE NOT c.missing AND NOT c.not_areal AND NOT c.not_finite AND NOT v.valid
    UNION ALL
    SELECT 'repeated point', s.code, NULL, st_setsrid(t.points, st_srid(s.geom)), t.n, 'points',
           format('Within %s m of the point before: %s.', @extschema@.grid_tolerance('repeated point'), t.n)
    FROM (
        SELECT t.id, count(*) AS n, st_collect(st_makepoint(t.x, t.y)) AS points
        FROM turn AS t
        WHERE t.same
        GROUP BY t.id
    ) AS t
    JOIN sound AS s ON s.id = t.id
    UNION ALL
    SELECT 'spike', s.code, NULL, st_setsrid(st_makepoint(t.x, t.y), st_srid(s.geom)), t.angle, 'degrees',
           format('The border turns back at an angle of %s degrees.', round(t.angle::numeric, 3))
    FROM turn AS t
    JOIN sound AS s ON s.id = t.id
    WHERE t.angle < (SELECT t.angle FROM tolerance AS t)
    UNION ALL
    SELECT 'tiny cell', s.code, NULL, s.geom, v.area, 'm2', format('It has %s square metres.', round(v.area::numeric, 1))
    FROM (
        -- the ellipsoid is asked only where the plane leaves it open
        SELECT s.code, s.geom, t.area
        FROM sound AS s CROSS JOIN tolerance AS t
        WHERE st_area(s.geom) * s.metres_x * s.metres_y < 1.1 * t.area
        OFFSET 0
    ) AS s
    CROSS JOIN LATERAL (SELECT @extschema@.grid_area(s.geom) AS area) AS v
    WHERE v.area < s.area
    UNION ALL
    SELECT 'sliver cell', s.code, NULL, s.geom, v.width, 'm', format('It is %s m wide in the mean.', round(v.width::numeric, 2))
    FROM (
        SELECT s.code, s.geom, t.width
        FROM sound AS s CROSS JOIN tolerance AS t
        WHERE 2 * st_area(s.geom) * least(s.metres_x, s.metres_y) < 1.1 * t.width * st_perimeter(s.geom)
        OFFSET 0
    ) AS s
    CROSS JOIN LATERAL (SELECT @extschema@.grid_width(s.geom) AS width) AS v
    WHERE v.width < s.width
    UNION ALL
    SELECT 'multipart cell', c.code, NULL, c.geom, st_numgeometries(c.geom), 'parts',
           format('It has %s parts.', st_numgeometries(c.geom))
    FROM cell AS c
    WHERE NOT c.missing AND NOT c.not_areal AND st_numgeometries(c.geom) > 1;
END;
COMMENT ON FUNCTION grid_check_shape(grid_kind) IS 'for the map check: faults of each cell by itself (单个网格检查)';

-- Cells and their neighbours.
CREATE FUNCTION grid_check_border(kind grid_kind)
    RETURNS TABLE (defect text, code gridcode, other gridcode, geom geometry, amount double precision, unit text, detail text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    SET jit = off
BEGIN ATOMIC
    WITH rule AS MATERIALIZED (
        SELECT coalesce(bool_or(k.overlap_allowed), false) AS overlap_allowed, coalesce(bool_or(k.filled), false) AS filled
        FROM @extschema@.grid_kind_rule AS k
        WHERE k.kind = grid_check_border.kind
    ),
    tolerance AS MATERIALIZED (
        SELECT @extschema@.grid_tolerance('duplicate geometry') AS share,
               @extschema@.grid_tolerance('overlap') AS overlap,
               @extschema@.grid_tolerance('sliver overlap') AS sliver_overlap,
               @extschema@.grid_tolerance('gap') AS gap,
               @extschema@.grid_tolerance('sliver gap') AS sliver_gap,
               @extschema@.grid_tolerance('unmatched vertex') AS vertex
    ),
    cell AS MATERIALIZED (
        SELECT m.id, m.code, m.geom, m.metres_x, m.metres_y, least(m.metres_x, m.metres_y) AS metres,
               -- what cells of one community have in common
               CASE WHEN @extschema@.digits(m.code) > 12 THEN substr(m.code::text, 1, 12) END AS community
        FROM @extschema@.grid_check_cells(grid_check_border.kind) AS m
        WHERE NOT st_isempty(m.geom)
    ),
    -- what may meet
    pair AS MATERIALIZED (
        SELECT a.id AS a, b.id AS b, a.metres
        FROM cell AS a
        CROSS JOIN tolerance AS t
        JOIN @extschema@.grid_cell AS n
            ON n.kind = grid_check_border.kind
            AND n.geom && st_expand(a.geom, greatest(t.vertex, t.gap, 0) / a.metres)
        JOIN cell AS b ON b.code = n.code AND b.id > a.id
    ),

    -- A side is an edge and who has it; where a map is sound, every side but
    -- those of its outer border has two, one to the left and one to the right.
    -- (Column loose, since the planner takes half of the sides for loose and not,
    -- as with a = b, next to none, and hashes what comes after.)
    side AS MATERIALIZED (
        SELECT min(e.id) AS a, max(e.id) AS b, min(e.id) = max(e.id) AS loose,
               sum(e.turn) AS turn, e.x, e.y, e.next_x, e.next_y
        FROM (
            SELECT e.id, CASE WHEN e.forward THEN 1 ELSE -1 END AS turn,
                   CASE WHEN e.forward THEN e.x ELSE e.next_x END AS x,
                   CASE WHEN e.forward THEN e.y ELSE e.next_y END AS y,
                   CASE WHEN e.forward THEN e.next_x ELSE e.x END AS next_x,
                   CASE WHEN e.forward THEN e.next_y ELSE e.y END AS next_y
            FROM (
                SELECT c.id, v.x, v.y, v.next_x, v.next_y, (v.x, v.y) < (v.next_x, v.next_y) AS forward
                FROM cell AS c
                CROSS JOIN LATERAL @extschema@.grid_corners(st_forcepolygonccw(c.geom)) AS v
                WHERE (v.x, v.y) <> (v.next_x, v.next_y)
            ) AS e
        ) AS e
        GROUP BY e.x, e.y, e.next_x, e.next_y
    ),
    adjoining AS MATERIALIZED (
        SELECT s.a, s.b FROM side AS s WHERE NOT s.loose GROUP BY s.a, s.b
    ),
    -- How many cells a point is in is how often the sides turn round it, and
    -- only those count that the other direction does not cancel.  Where they
    -- are rings beside each other, with none within another, it is once within
    -- them and nowhere twice: no cell overlaps another, and no gap is enclosed.
    -- Not tried where little matches: it would be in vain, and not cheap.
    flawless AS MATERIALIZED (
        SELECT coalesce(
            v.single AND st_nrings(v.geom) = st_numgeometries(v.geom) AND st_npoints(v.geom) = v.n + st_nrings(v.geom)
            AND st_isvalid(v.geom),
            false
        ) AS flawless
        FROM (
            SELECT bool_and(abs(s.turn) = 1) AS single, count(*) AS n,
                   st_collectionextract(
                       st_polygonize(st_makeline(st_makepoint(s.x, s.y), st_makepoint(s.next_x, s.next_y))), 3
                   ) AS geom
            FROM side AS s
            WHERE s.turn <> 0
                AND (SELECT 4 * count(*) FILTER (WHERE o.turn <> 0) <= count(*) FROM side AS o)
        ) AS v
    ),

    -- Vertices of a side that is one cell's alone, on or near such a side of a
    -- neighbour that has no vertex there.
    loose AS MATERIALIZED (
        SELECT s.a AS id, s.x, s.y, s.next_x, s.next_y FROM side AS s WHERE s.loose
    ),
    loose_line AS MATERIALIZED (
        SELECT l.id, st_collect(st_makeline(st_makepoint(l.x, l.y), st_makepoint(l.next_x, l.next_y))) AS line
        FROM loose AS l
        GROUP BY l.id
    ),
    loose_vertex AS MATERIALIZED (
        SELECT l.id, l.x, l.y FROM loose AS l
        UNION
        SELECT l.id, l.next_x, l.next_y FROM loose AS l
    ),
    loose_cell_vertex AS MATERIALIZED (
        SELECT c.id, st_x(d.geom) AS x, st_y(d.geom) AS y
        FROM loose_line AS l
        JOIN cell AS c ON c.id = l.id
        CROSS JOIN LATERAL st_dumppoints(c.geom) AS d
    ),
    -- one way and the other
    either_way AS MATERIALIZED (
        SELECT p.a AS id, p.b AS neighbour, p.metres FROM pair AS p
        UNION ALL
        SELECT p.b, p.a, p.metres FROM pair AS p
    ),
    near_vertex AS MATERIALIZED (
        SELECT v.id, v.neighbour, v.x, v.y,
               -- where that is another place
               nullif(st_x(f.foot), CASE WHEN st_y(f.foot) = v.y THEN v.x END) AS foot_x, st_y(f.foot) AS foot_y,
               sqrt(((st_x(f.foot) - v.x) * v.metres_x) ^ 2 + ((st_y(f.foot) - v.y) * v.metres_y) ^ 2) AS distance
        FROM (
            SELECT v.id, p.neighbour, v.x, v.y, st_makepoint(v.x, v.y) AS geom, l.line,
                   c.metres_x, c.metres_y, (SELECT t.vertex FROM tolerance AS t) / c.metres AS reach
            FROM loose_vertex AS v
            JOIN cell AS c ON c.id = v.id
            JOIN either_way AS p ON p.id = v.id
            JOIN loose_line AS l ON l.id = p.neighbour
            -- joined by their numbers; how much lies near is nothing to plan by
            OFFSET 0
        ) AS v
        CROSS JOIN LATERAL (SELECT st_closestpoint(v.line, v.geom) AS foot) AS f
        -- The planner takes what lies near each other for very rare, and would
        -- not hash what comes after; of CASE it knows nothing.
        WHERE CASE WHEN v.line && st_expand(v.geom, v.reach) THEN st_dwithin(v.line, v.geom, v.reach) END
    ),
    unmatched AS (
        SELECT least(n.id, n.neighbour) AS a, greatest(n.id, n.neighbour) AS b, n.x, n.y, n.distance
        FROM near_vertex AS n
        WHERE n.distance <= (SELECT t.vertex FROM tolerance AS t)
            AND NOT EXISTS (
                SELECT FROM loose_cell_vertex AS o WHERE o.id = n.neighbour AND o.x = n.x AND o.y = n.y
            )
            -- nearest is another vertex, which both have
            AND NOT EXISTS (
                SELECT FROM loose_cell_vertex AS o WHERE o.id = n.id AND o.x = n.foot_x AND o.y = n.foot_y
            )
    ),

    overlap AS MATERIALIZED (
        SELECT v.a, v.b, v.part, v.geom, v.area, CASE WHEN v.width >= t.overlap THEN 'overlap' ELSE 'sliver overlap' END AS defect
        FROM (
            SELECT p.a, p.b, d.path[1] AS part, d.geom, @extschema@.grid_width(d.geom) AS width, @extschema@.grid_area(d.geom) AS area
            FROM pair AS p
            JOIN cell AS a ON a.id = p.a
            JOIN cell AS b ON b.id = p.b
            CROSS JOIN rule AS r
            CROSS JOIN tolerance AS t
            CROSS JOIN LATERAL st_dump(st_collectionextract(st_intersection(a.geom, b.geom), 3)) AS d
            WHERE NOT r.overlap_allowed
                AND NOT (SELECT f.flawless FROM flawless AS f)
                AND CASE
                    -- thinner than rounding
                    WHEN st_area(d.geom) > 0 THEN 2 * st_area(d.geom) * p.metres * 1.8 > t.sliver_overlap * st_perimeter(d.geom)
                END
            OFFSET 0
        ) AS v
        CROSS JOIN tolerance AS t
        WHERE v.width >= least(t.sliver_overlap, t.overlap)
    ),
    overlapping AS MATERIALIZED (
        -- not grouped by geometries: pg_upgrade could not restore that
        SELECT o.a, o.b, o.area >= t.share * greatest(@extschema@.grid_area(a.geom), @extschema@.grid_area(b.geom)) AS same
        FROM (SELECT v.a, v.b, sum(v.area) AS area FROM overlap AS v GROUP BY v.a, v.b) AS o
        JOIN cell AS a ON a.id = o.a
        JOIN cell AS b ON b.id = o.b
        CROSS JOIN tolerance AS t
    ),

    -- The holes of the union of all cells.
    hole AS MATERIALIZED (
        SELECT row_number() OVER () AS hole, v.geom, v.area, v.width,
               CASE WHEN v.width >= t.gap THEN 'gap' ELSE 'sliver gap' END AS defect
        FROM (
            SELECT q.geom, @extschema@.grid_width(q.geom) AS width, @extschema@.grid_area(q.geom) AS area
            FROM (
                SELECT d.geom
                FROM (
                    SELECT st_union(c.geom) AS geom
                    FROM cell AS c
                    CROSS JOIN rule AS r
                    WHERE r.filled AND NOT (SELECT f.flawless FROM flawless AS f)
                ) AS u
                CROSS JOIN LATERAL st_dump(u.geom) AS d
            ) AS u
            CROSS JOIN LATERAL st_dumprings(u.geom) AS q
            WHERE q.path[1] > 0
        ) AS v
        CROSS JOIN tolerance AS t
        WHERE v.width >= least(t.sliver_gap, t.gap)
    ),
    hole_neighbour AS (
        SELECT h.hole, array_agg(c.code::text ORDER BY c.id) AS codes
        FROM hole AS h
        CROSS JOIN tolerance AS t
        JOIN @extschema@.grid_cell AS n
            ON n.kind = grid_check_border.kind AND n.geom && st_expand(h.geom, t.sliver_gap)
        JOIN cell AS c ON c.code = n.code AND st_dwithin(c.geom, h.geom, t.sliver_gap / c.metres)
        GROUP BY h.hole
    ),

    -- Cells none of whose neighbours is of their community, which has others:
    -- first those that share no side with one of it, and only then what is near.
    kin AS MATERIALIZED (
        SELECT j.a, j.b
        FROM adjoining AS j
        JOIN cell AS a ON a.id = j.a
        JOIN cell AS b ON b.id = j.b
        WHERE a.community = b.community
    ),
    apart AS MATERIALIZED (
        SELECT c.id, c.community
        FROM cell AS c
        WHERE c.community IS NOT NULL
            AND NOT EXISTS (SELECT FROM kin AS k WHERE k.a = c.id)
            AND NOT EXISTS (SELECT FROM kin AS k WHERE k.b = c.id)
    ),
    neighbour AS MATERIALIZED (
        SELECT j.a AS id, j.b AS neighbour FROM adjoining AS j
        UNION
        SELECT j.b, j.a FROM adjoining AS j
        UNION
        SELECT v.id, v.neighbour
        FROM (
            SELECT p.id, p.neighbour, a.geom, b.geom AS neighbour_geom, p.metres
            FROM either_way AS p
            JOIN apart AS c ON c.id = p.id
            JOIN cell AS a ON a.id = p.id
            JOIN cell AS b ON b.id = p.neighbour
            -- not before the joins
            OFFSET 0
        ) AS v
        WHERE st_dwithin(v.geom, v.neighbour_geom, (SELECT t.gap FROM tolerance AS t) / v.metres)
    ),
    community_neighbour AS (
        SELECT c.id, c.community, o.community AS other, count(*) AS n
        FROM neighbour AS n
        JOIN apart AS c ON c.id = n.id
        JOIN cell AS o ON o.id = n.neighbour
        WHERE o.community IS NOT NULL
        GROUP BY c.id, c.community, o.community
    ),
    misplaced AS (
        SELECT n.id, n.community, (array_agg(n.other ORDER BY n.n DESC, n.other))[1] AS other, sum(n.n) AS n
        FROM community_neighbour AS n
        GROUP BY n.id, n.community
        HAVING NOT bool_or(n.other = n.community)
            AND (SELECT count(*) FROM cell AS c WHERE c.community = n.community) > 1
    )

    SELECT 'unmatched vertex', a.code, b.code,
           st_setsrid(u.points, st_srid(a.geom)), u.n::double precision, 'vertices',
           format('%s vertices of one without a counterpart in the other, up to %s m from its border.',
               u.n, round(u.distance::numeric, 3))
    FROM (
        SELECT u.a, u.b, count(*) AS n, max(u.distance) AS distance,
               st_collect(st_makepoint(u.x, u.y) ORDER BY u.x, u.y) AS points
        FROM unmatched AS u
        GROUP BY u.a, u.b
    ) AS u
    JOIN cell AS a ON a.id = u.a
    JOIN cell AS b ON b.id = u.b
    UNION ALL
    SELECT v.defect, a.code, b.code, v.geom, v.area, 'm2',
           format('%s square metres%s belong to both%s.', round(v.area::numeric, 1),
               CASE WHEN v.parts > 1 THEN format(' in %s parts', v.parts) ELSE '' END,
               CASE
                   WHEN v.defect = 'duplicate geometry' THEN ', all that they have'
                   WHEN v.area >= 0.999 * @extschema@.grid_area(a.geom) THEN format(', all that %s has', a.code)
                   WHEN v.area >= 0.999 * @extschema@.grid_area(b.geom) THEN format(', all that %s has', b.code)
                   ELSE ''
               END)
    FROM (
        SELECT o.a, o.b, CASE WHEN g.same THEN 'duplicate geometry' ELSE o.defect END AS defect,
               count(*) AS parts, sum(o.area ORDER BY o.part) AS area, st_collect(o.geom ORDER BY o.part) AS geom
        FROM overlap AS o
        JOIN overlapping AS g ON g.a = o.a AND g.b = o.b
        GROUP BY o.a, o.b, CASE WHEN g.same THEN 'duplicate geometry' ELSE o.defect END
    ) AS v
    JOIN cell AS a ON a.id = v.a
    JOIN cell AS b ON b.id = v.b
    UNION ALL
    SELECT h.defect, n.codes[1]::@extschema@.gridcode, n.codes[2]::@extschema@.gridcode, h.geom, h.area, 'm2',
           format('%s square metres, %s m wide in the mean, enclosed by %s%s.', round(h.area::numeric, 1), round(h.width::numeric, 3),
               array_to_string(n.codes[1:6], ', '), CASE WHEN cardinality(n.codes) > 6 THEN ', …' ELSE '' END)
    FROM hole AS h
    LEFT JOIN hole_neighbour AS n ON n.hole = h.hole
    UNION ALL
    SELECT 'misplaced code', c.code, m.other::@extschema@.gridcode, c.geom, m.n, 'cells',
           format('Of its %s neighbours none is of %s, most are of %s.', m.n, m.community, m.other)
    FROM misplaced AS m
    JOIN cell AS c ON c.id = m.id;
END;
COMMENT ON FUNCTION grid_check_border(grid_kind) IS
    'for the map check: overlaps, gaps, unmatched vertices and cells that lie among those of another community (相邻网格检查)';

-- Cells and the outline they belong to: that of the longest code that their
-- own begins with.
CREATE FUNCTION grid_check_outline(kind grid_kind)
    RETURNS TABLE (defect text, code gridcode, other gridcode, geom geometry, amount double precision, unit text, detail text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    SET jit = off
BEGIN ATOMIC
    WITH cell AS MATERIALIZED (
        SELECT m.id, m.code, m.geom, m.metres_x, m.metres_y
        FROM @extschema@.grid_check_cells(grid_check_outline.kind) AS m
        WHERE EXISTS (SELECT FROM @extschema@.grid_outline)
    ),
    tolerance AS MATERIALIZED (
        SELECT @extschema@.grid_tolerance('outside outline') AS outside,
               @extschema@.grid_tolerance('unfilled outline') AS unfilled
    ),
    given AS MATERIALIZED (
        SELECT o.code, o.geom, f.srid AS frame,
               CASE
                   WHEN o.geom IS NULL OR st_isempty(o.geom) THEN 'It has no geometry.'
                   WHEN st_geometrytype(o.geom) NOT IN ('ST_Polygon', 'ST_MultiPolygon')
                   THEN format('It is a %s.', substr(st_geometrytype(o.geom), 4))
                   WHEN NOT abs(st_area(o.geom)) < 'Infinity'::double precision THEN 'A coordinate is NaN or infinite.'
                   WHEN @extschema@.grid_frame(st_srid(o.geom)) <> f.srid
                   THEN format('Its SRID, %s, is another frame than that of the cells.', st_srid(o.geom))
                   WHEN NOT o.geom @ st_makeenvelope(-180, -90, 180, 90) AND @extschema@.grid_in_degrees(f.srid)
                   THEN 'Its coordinates are no longitudes and latitudes.'
                   WHEN st_isvalidreason(o.geom) <> 'Valid Geometry' THEN st_isvalidreason(o.geom) || '.'
               END AS fault
        FROM @extschema@.grid_outline AS o
        CROSS JOIN (SELECT st_srid(c.geom) AS srid FROM cell AS c LIMIT 1) AS f
    ),
    outline AS MATERIALIZED (
        SELECT row_number() OVER (ORDER BY g.code::text COLLATE "C") AS outline, g.code,
               st_setsrid(st_force2d(g.geom), g.frame) AS geom
        FROM given AS g
        WHERE g.fault IS NULL
    ),
    member AS MATERIALIZED (
        SELECT b.id, b.outline
        FROM (
            SELECT c.id, o.outline, row_number() OVER (PARTITION BY c.id ORDER BY @extschema@.digits(o.code) DESC) AS rank
            FROM cell AS c
            CROSS JOIN LATERAL unnest(@extschema@.lineage(c.code)) AS l (ancestor)
            JOIN outline AS o ON o.code::text = l.ancestor::text AND o.code <> c.code
        ) AS b
        WHERE b.rank = 1
    ),
    -- An outline is just its cells, each of them once, if its sides and theirs
    -- cancel each other; then there is no more to ask.  That it is worth trying
    -- is told by the areas.
    likely AS MATERIALIZED (
        SELECT o.outline, o.geom
        FROM (SELECT m.outline, sum(st_area(c.geom)) AS area FROM member AS m JOIN cell AS c ON c.id = m.id GROUP BY m.outline) AS v
        JOIN outline AS o ON o.outline = v.outline
        WHERE abs(v.area - st_area(o.geom)) <= 1e-6 * v.area
    ),
    exact AS MATERIALIZED (
        SELECT l.outline FROM likely AS l
        EXCEPT
        SELECT s.outline
        FROM (
            SELECT v.outline
            FROM (
                SELECT l.outline, st_forcepolygoncw(l.geom) AS geom FROM likely AS l
                UNION ALL
                SELECT m.outline, st_forcepolygonccw(c.geom)
                FROM member AS m
                JOIN likely AS l ON l.outline = m.outline
                JOIN cell AS c ON c.id = m.id
                OFFSET 0
            ) AS v
            CROSS JOIN LATERAL @extschema@.grid_corners(v.geom) AS e
            CROSS JOIN LATERAL (SELECT (e.x, e.y) < (e.next_x, e.next_y) AS forward) AS f
            WHERE (e.x, e.y) <> (e.next_x, e.next_y)
            GROUP BY v.outline,
                     CASE WHEN f.forward THEN e.x ELSE e.next_x END,
                     CASE WHEN f.forward THEN e.y ELSE e.next_y END,
                     CASE WHEN f.forward THEN e.next_x ELSE e.x END,
                     CASE WHEN f.forward THEN e.next_y ELSE e.y END
            HAVING sum(CASE WHEN f.forward THEN 1 ELSE -1 END) <> 0
        ) AS s
    ),
    -- in the order of the outlines, so that each is prepared once
    belonging AS MATERIALIZED (
        SELECT m.id, m.outline, c.geom, o.geom AS outline_geom
        FROM member AS m
        JOIN outline AS o ON o.outline = m.outline
        JOIN cell AS c ON c.id = m.id
        WHERE NOT EXISTS (SELECT FROM exact AS e WHERE e.outline = m.outline)
        ORDER BY m.outline, m.id
    ),
    outside AS MATERIALIZED (
        SELECT b.id, b.outline, d.geom
        FROM belonging AS b
        CROSS JOIN LATERAL st_dump(
            CASE WHEN NOT st_covers(b.outline_geom, b.geom) THEN st_collectionextract(st_difference(b.geom, b.outline_geom), 3) END
        ) AS d
        CROSS JOIN tolerance AS t
        WHERE @extschema@.grid_width(d.geom) >= t.outside
    ),
    -- what the cells of an outline leave of it, and then what all others leave
    left_over AS MATERIALIZED (
        SELECT v.outline, st_collect(d.geom) AS geom
        FROM (
            SELECT u.outline, st_difference(o.geom, u.geom) AS geom
            FROM (SELECT b.outline, st_union(b.geom) AS geom FROM belonging AS b GROUP BY b.outline) AS u
            JOIN outline AS o ON o.outline = u.outline
            WHERE EXISTS (SELECT FROM @extschema@.grid_kind_rule AS k WHERE k.kind = grid_check_outline.kind AND k.filled)
        ) AS v
        CROSS JOIN tolerance AS t
        CROSS JOIN LATERAL st_dump(st_collectionextract(v.geom, 3)) AS d
        WHERE @extschema@.grid_width(d.geom) >= t.unfilled
        GROUP BY v.outline
    ),
    unfilled AS MATERIALIZED (
        SELECT o.code, d.geom
        FROM left_over AS v
        JOIN outline AS o ON o.outline = v.outline
        CROSS JOIN tolerance AS t
        CROSS JOIN LATERAL (
            SELECT st_union(c.geom) AS geom
            FROM @extschema@.grid_cell AS n
            JOIN cell AS c ON c.code = n.code
            WHERE n.kind = grid_check_outline.kind AND n.geom && v.geom
        ) AS u
        CROSS JOIN LATERAL st_dump(
            st_collectionextract(CASE WHEN u.geom IS NULL THEN v.geom ELSE st_difference(v.geom, u.geom) END, 3)
        ) AS d
        WHERE @extschema@.grid_width(d.geom) >= t.unfilled
    )
    SELECT 'bad outline', g.code, NULL::@extschema@.gridcode, g.geom, NULL::double precision, NULL, g.fault
    FROM given AS g
    WHERE g.fault IS NOT NULL
        -- the outlines are the same for every kind
        AND NOT EXISTS (SELECT FROM @extschema@.grid_cell AS c WHERE c.kind < grid_check_outline.kind)
    UNION ALL
    SELECT 'outside outline', c.code, o.code, v.geom, v.area, 'm2',
           format('%s square metres of it, %s %%, are not in %s%s.',
               round(v.area::numeric, 1), round((100 * v.area / @extschema@.grid_area(c.geom))::numeric), o.code,
               (
                   SELECT format(' but in %s', n.code)
                   FROM outline AS n
                   WHERE n.outline <> v.outline AND @extschema@.digits(n.code) = @extschema@.digits(o.code)
                       AND n.geom && v.geom AND st_intersects(n.geom, st_pointonsurface(v.geom))
                   ORDER BY n.outline
                   LIMIT 1
               ))
    FROM (
        SELECT x.id, x.outline, st_collect(x.geom) AS geom, sum(@extschema@.grid_area(x.geom)) AS area
        FROM outside AS x
        GROUP BY x.id, x.outline
    ) AS v
    JOIN cell AS c ON c.id = v.id
    JOIN outline AS o ON o.outline = v.outline
    UNION ALL
    SELECT 'unfilled outline', u.code, NULL, u.geom, v.area, 'm2',
           format('%s square metres are in no cell.', round(v.area::numeric, 1))
    FROM unfilled AS u
    CROSS JOIN LATERAL (SELECT @extschema@.grid_area(u.geom) AS area) AS v;
END;
COMMENT ON FUNCTION grid_check_outline(grid_kind) IS
    'for the map check: cells outside of the outline of their community, and outlines that they do not fill (区划界线检查)';

CREATE FUNCTION grid_check_code(kind grid_kind)
    RETURNS TABLE (defect text, code gridcode, other gridcode, geom geometry, amount double precision, unit text, detail text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    SET jit = off
BEGIN ATOMIC
    SELECT 'code level', c.code, NULL::@extschema@.gridcode, c.geom, @extschema@.digits(c.code)::double precision, 'digits',
           format('It has %s digits; codes of kind %s have %s.',
               @extschema@.digits(c.code), c.kind, array_to_string(k.code_digits, ' or '))
    FROM @extschema@.grid_cell AS c
    JOIN @extschema@.grid_kind_rule AS k ON k.kind = c.kind
    WHERE c.kind = grid_check_code.kind AND @extschema@.digits(c.code) <> ALL (k.code_digits)
    UNION ALL
    SELECT 'nested code', c.code, o.code, c.geom, NULL, NULL,
           format('%s is a cell too, and its code is the beginning of %s.', o.code, c.code)
    FROM @extschema@.grid_cell AS c
    CROSS JOIN LATERAL unnest(@extschema@.lineage(c.code)) AS l (ancestor)
    JOIN @extschema@.grid_cell AS o ON o.kind = c.kind AND o.code::text = l.ancestor::text AND o.code <> c.code
    WHERE c.kind = grid_check_code.kind;
END;
COMMENT ON FUNCTION grid_check_code(grid_kind) IS 'for the map check: codes of a wrong length, and codes within one another (编码检查)';

-- Who answers for which cell.
CREATE FUNCTION grid_check_roster(kind grid_kind)
    RETURNS TABLE (defect text, code gridcode, other gridcode, geom geometry, amount double precision, unit text, detail text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    SET jit = off
BEGIN ATOMIC
    WITH rule AS MATERIALIZED (
        SELECT coalesce(bool_or(k.one_collector), false) AS one_collector,
               coalesce(bool_or(k.graded), false) AS graded,
               coalesce(bool_or(k.adjacent AND k.kind = 'duty'), false) AS adjacent,
               count(*) AS n
        FROM @extschema@.grid_kind_rule AS k
        WHERE k.kind = grid_check_roster.kind
    ),
    -- What no cell has is said once.
    hole AS (
        SELECT v.defect, c.code, c.geom, count(*) OVER (PARTITION BY v.defect) AS n, t.n AS total
        FROM @extschema@.grid_cell AS c
        CROSS JOIN rule AS r
        CROSS JOIN (
            SELECT count(*) AS n, count(c.duty) AS members
            FROM @extschema@.grid_cell AS c
            WHERE c.kind = grid_check_roster.kind
        ) AS t
        CROSS JOIN LATERAL (
            SELECT 'no collector' AS defect
            WHERE r.one_collector AND c.collector IS NULL AND NOT EXISTS (
                SELECT FROM @extschema@.grid_cell AS d
                WHERE d.kind = 'duty' AND d.code = c.duty AND d.collector IS NOT NULL
            )
            UNION ALL
            SELECT 'no grade' WHERE r.graded AND c.grade IS NULL
            UNION ALL
            SELECT 'no duty cell' WHERE c.duty IS NULL AND t.members > 0
        ) AS v
        WHERE c.kind = grid_check_roster.kind
    ),
    -- The unit cells of a duty cell adjoin if their union is of one piece;
    -- where borders do not match, if it is so when they are drawn with a broad
    -- pen.  What a corner alone held together falls apart as the pen's breadth
    -- and as much again is taken off.
    member AS MATERIALIZED (
        SELECT c.duty::text AS duty, m.code, m.geom, least(m.metres_x, m.metres_y) AS metres
        FROM @extschema@.grid_check_cells('unit') AS m
        JOIN @extschema@.grid_cell AS c ON c.kind = 'unit' AND c.code = m.code
        CROSS JOIN rule AS r
        WHERE r.adjacent AND c.duty IS NOT NULL
    ),
    in_pieces AS MATERIALIZED (
        SELECT v.duty, v.pen
        FROM (
            SELECT m.duty, @extschema@.grid_tolerance('scattered duty cell') / min(m.metres) AS pen, st_union(m.geom) AS geom
            FROM member AS m
            GROUP BY m.duty
        ) AS v
        WHERE st_numgeometries(v.geom) > 1
    ),
    piece AS MATERIALIZED (
        SELECT v.duty, d.geom, row_number() OVER (PARTITION BY v.duty ORDER BY st_area(d.geom) DESC) AS rank
        FROM (
            SELECT m.duty, st_buffer(st_union(st_buffer(m.geom, p.pen, 2)), -2 * p.pen, 2) AS geom
            FROM member AS m
            JOIN in_pieces AS p ON p.duty = m.duty
            GROUP BY m.duty, p.pen
        ) AS v
        CROSS JOIN LATERAL st_dump(v.geom) AS d
    ),
    stray AS (
        SELECT m.duty, array_agg(m.code::text ORDER BY m.code::text COLLATE "C") AS codes, st_collect(m.geom) AS geom,
               (SELECT count(*) FROM piece AS p WHERE p.duty = m.duty) AS pieces
        FROM member AS m
        JOIN piece AS p ON p.duty = m.duty AND p.rank = 1
        WHERE NOT st_intersects(p.geom, m.geom)
        GROUP BY m.duty
    )
    SELECT h.defect, w.code::@extschema@.gridcode, NULL::@extschema@.gridcode,
           CASE WHEN count(*) = 1 THEN (array_agg(h.geom))[1] END,
           count(*)::double precision, 'cells',
           CASE
               WHEN w.code IS NULL THEN 'No cell of this kind has one.'
               WHEN h.defect = 'no collector' THEN 'Nobody is named for it.'
               WHEN h.defect = 'no grade' THEN 'It has no grade.'
               ELSE 'It belongs to no duty cell.'
           END
    FROM hole AS h
    CROSS JOIN LATERAL (SELECT CASE WHEN h.n < h.total OR h.total = 1 THEN h.code::text END AS code) AS w
    GROUP BY h.defect, w.code
    UNION ALL
    SELECT 'shared collector', v.codes[1]::@extschema@.gridcode, v.codes[2]::@extschema@.gridcode, NULL,
           cardinality(v.codes), 'cells',
           format('%s has %s cells: %s%s.', v.collector, cardinality(v.codes), array_to_string(v.codes[1:6], ', '),
               CASE WHEN cardinality(v.codes) > 6 THEN ', …' ELSE '' END)
    FROM (
        SELECT c.collector, array_agg(c.code::text ORDER BY c.code::text COLLATE "C") AS codes
        FROM @extschema@.grid_cell AS c
        CROSS JOIN rule AS r
        WHERE c.kind = grid_check_roster.kind AND r.one_collector AND c.collector IS NOT NULL
        GROUP BY c.collector
    ) AS v
    WHERE cardinality(v.codes) > 1
    UNION ALL
    SELECT 'unknown duty cell', v.codes[1]::@extschema@.gridcode, v.duty::@extschema@.gridcode, NULL,
           cardinality(v.codes), 'cells',
           format('%s unit cells are to belong to it: %s%s.', cardinality(v.codes), array_to_string(v.codes[1:6], ', '),
               CASE WHEN cardinality(v.codes) > 6 THEN ', …' ELSE '' END)
    FROM (
        SELECT c.duty::text AS duty, array_agg(c.code::text ORDER BY c.code::text COLLATE "C") AS codes
        FROM @extschema@.grid_cell AS c
        WHERE c.kind = grid_check_roster.kind AND c.duty IS NOT NULL AND NOT EXISTS (
            SELECT FROM @extschema@.grid_cell AS d WHERE d.kind = 'duty' AND d.code = c.duty
        )
        GROUP BY c.duty::text
    ) AS v
    UNION ALL
    SELECT 'scattered duty cell', s.duty::@extschema@.gridcode, s.codes[1]::@extschema@.gridcode, s.geom, s.pieces, 'pieces',
           format('Its unit cells lie in %s pieces; apart from the largest lie %s%s.', s.pieces,
               array_to_string(s.codes[1:6], ', '), CASE WHEN cardinality(s.codes) > 6 THEN ', …' ELSE '' END)
    FROM stray AS s;
END;
COMMENT ON FUNCTION grid_check_roster(grid_kind) IS
    'for the map check: cells without a collector, a grade or a duty cell, collectors with several cells, scattered duty cells (人员与责任网格检查)';

-- Does the map fit what is known of the place far better after a shift between
-- datums?  Three things may be known: control points, outlines, the edition in
-- force.  Of a cell, one point within it stands for all; instead of the map,
-- the control points are shifted, the other way.
CREATE FUNCTION grid_check_datum(kind grid_kind)
    RETURNS TABLE (defect text, code gridcode, other gridcode, geom geometry, amount double precision, unit text, detail text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    SET jit = off
BEGIN ATOMIC
    WITH cell AS MATERIALIZED (
        SELECT m.code, m.code::text AS digits, m.geom FROM @extschema@.grid_check_cells(grid_check_datum.kind) AS m
    ),
    common AS MATERIALIZED (
        SELECT f.srid, @extschema@.grid_in_degrees(f.srid) AS degrees
        FROM (SELECT st_srid(c.geom) AS srid FROM cell AS c LIMIT 1) AS f
    ),
    control AS MATERIALIZED (
        SELECT p.point, p.code, p.code::text AS digits, st_setsrid(st_force2d(p.geom), f.srid) AS geom
        FROM @extschema@.grid_control_point AS p
        JOIN common AS f ON f.srid = @extschema@.grid_frame(st_srid(p.geom))
        WHERE p.kind = grid_check_datum.kind AND NOT st_isempty(p.geom)
    ),
    outline AS MATERIALIZED (
        SELECT o.code::text AS digits, st_setsrid(o.geom, f.srid) AS geom
        FROM @extschema@.grid_outline AS o
        JOIN common AS f ON f.srid = @extschema@.grid_frame(st_srid(o.geom))
        WHERE st_geometrytype(o.geom) IN ('ST_Polygon', 'ST_MultiPolygon')
            AND abs(st_area(o.geom)) < 'Infinity'::double precision
            AND st_isvalidreason(o.geom) = 'Valid Geometry'
    ),
    edition AS MATERIALIZED (
        SELECT m.map
        FROM @extschema@.grid_edition_map AS m
        CROSS JOIN LATERAL @extschema@.gridmap_info(m.map) AS i
        JOIN common AS f ON f.srid = @extschema@.grid_frame(i.srid)
        WHERE m.edition = @extschema@.grid_edition_in_force() AND m.kind = grid_check_datum.kind
    ),
    within AS MATERIALIZED (
        SELECT c.code, c.digits, st_pointonsurface(c.geom) AS geom FROM cell AS c
    ),
    -- each shift as the map would have it, and the other way
    shift (shift, forth, back, said) AS (
        VALUES
            (0, 'wgs84'::@extschema@.geo_datum, 'wgs84'::@extschema@.geo_datum, ''),
            (1, 'gcj02', 'wgs84', 'GCJ-02 to WGS-84'),
            (2, 'bd09', 'wgs84', 'BD-09 to WGS-84'),
            (3, 'wgs84', 'gcj02', 'WGS-84 to GCJ-02'),
            (4, 'wgs84', 'bd09', 'WGS-84 to BD-09'),
            (5, 'bd09', 'gcj02', 'BD-09 to GCJ-02'),
            (6, 'gcj02', 'bd09', 'GCJ-02 to BD-09')
    ),
    fit AS (
        SELECT v.reference, v.shift, count(*) AS n, count(*) FILTER (WHERE v.hit) AS hits
        FROM (
            SELECT 'control points lie in their cell' AS reference, s.shift, st_covers(c.geom, v.geom) AS hit
            FROM control AS p
            CROSS JOIN shift AS s
            CROSS JOIN LATERAL (SELECT @extschema@.from_wgs84(@extschema@.to_wgs84(p.geom, s.back), s.forth) AS geom) AS v
            JOIN cell AS c ON c.digits = p.digits
            WHERE (SELECT f.degrees FROM common AS f)
            UNION ALL
            SELECT 'cells lie in the outline of their community', s.shift, st_covers(o.geom, v.geom)
            FROM within AS c
            JOIN outline AS o ON o.digits = substr(c.digits, 1, 12)
            CROSS JOIN shift AS s
            CROSS JOIN LATERAL (SELECT @extschema@.from_wgs84(@extschema@.to_wgs84(c.geom, s.forth), s.back) AS geom) AS v
            WHERE (SELECT f.degrees FROM common AS f) AND length(c.digits) > 12
            UNION ALL
            SELECT 'cells lie where the edition in force has them', s.shift, @extschema@.locate(e.map, v.geom) = c.code
            FROM edition AS e
            CROSS JOIN within AS c
            CROSS JOIN shift AS s
            CROSS JOIN LATERAL (SELECT @extschema@.from_wgs84(@extschema@.to_wgs84(c.geom, s.forth), s.back) AS geom) AS v
            WHERE (SELECT f.degrees FROM common AS f)
            -- counted without geometries, which would be sorted too
            OFFSET 0
        ) AS v
        GROUP BY v.reference, v.shift
    )
    SELECT 'suspicious datum', NULL::@extschema@.gridcode, NULL::@extschema@.gridcode, NULL::geometry,
           b.hits::double precision, 'points',
           format('%s of %s %s when the map is taken from %s; as it is, %s.', b.hits, b.n, b.reference, s.said, a.hits)
    FROM fit AS a
    CROSS JOIN LATERAL (
        SELECT f.* FROM fit AS f
        WHERE f.reference = a.reference AND f.shift > 0
        ORDER BY f.hits DESC, f.shift
        LIMIT 1
    ) AS b
    JOIN shift AS s ON s.shift = b.shift
    WHERE a.shift = 0
        -- three points at least, or it is chance
        AND b.hits >= a.hits + 3
        AND b.n - b.hits <= @extschema@.grid_tolerance('suspicious datum') * (a.n - a.hits)
    UNION ALL
    SELECT 'control point missed', p.code, o.code, p.geom, v.distance, 'm',
           CASE
               WHEN c.code IS NULL THEN format('Control point "%s" names a cell that is not there.', p.point)
               ELSE format('Control point "%s" is %s m from its cell, in %s.',
                   p.point, round(v.distance::numeric, 1), coalesce(o.code::text, 'none'))
           END
    FROM control AS p
    LEFT JOIN cell AS c ON c.digits = p.digits
    CROSS JOIN LATERAL (
        SELECT CASE WHEN NOT st_covers(c.geom, p.geom) THEN @extschema@.grid_distance(c.geom, p.geom) END AS distance
    ) AS v
    LEFT JOIN LATERAL (
        SELECT n.code
        FROM @extschema@.grid_cell AS n
        JOIN cell AS o ON o.code = n.code
        WHERE n.kind = grid_check_datum.kind AND n.geom && p.geom AND st_covers(o.geom, p.geom)
        ORDER BY n.code::text COLLATE "C"
        LIMIT 1
    ) AS o ON true
    WHERE c.code IS NULL OR v.distance > @extschema@.grid_tolerance('control point missed');
END;
COMMENT ON FUNCTION grid_check_datum(grid_kind) IS
    'for the map check: control points that are missed, and maps that would fit far better after a shift between datums (坐标基准检查)';

CREATE FUNCTION grid_check(of_kind grid_kind DEFAULT NULL)
    RETURNS TABLE (
        severity text, kind grid_kind, defect text, code gridcode, other gridcode,
        geom geometry, amount double precision, unit text, detail text, hint text
    )
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.severity, k.kind, f.defect, f.code, f.other, f.geom, f.amount, f.unit, f.detail, r.hint
    FROM unnest(enum_range(NULL::@extschema@.grid_kind)) AS k (kind)
    CROSS JOIN LATERAL (
        SELECT s.* FROM @extschema@.grid_check_shape(k.kind) AS s
        UNION ALL
        SELECT b.* FROM @extschema@.grid_check_border(k.kind) AS b
        UNION ALL
        SELECT o.* FROM @extschema@.grid_check_outline(k.kind) AS o
        UNION ALL
        SELECT c.* FROM @extschema@.grid_check_code(k.kind) AS c
        UNION ALL
        SELECT m.* FROM @extschema@.grid_check_roster(k.kind) AS m
        UNION ALL
        SELECT d.* FROM @extschema@.grid_check_datum(k.kind) AS d
    ) AS f
    JOIN @extschema@.grid_check_rule AS r ON r.defect = f.defect
    WHERE (of_kind IS NULL OR k.kind = of_kind)
        AND r.severity <> 'ignore'
        AND EXISTS (SELECT FROM @extschema@.grid_cell AS c WHERE c.kind = k.kind)
    ORDER BY r.severity, k.kind, f.defect, f.code::text COLLATE "C", f.other::text COLLATE "C", f.detail COLLATE "C";
END;
COMMENT ON FUNCTION grid_check(grid_kind) IS
    'the map check (网格检查): what is wrong with the draft, of one kind or of all; publish_grid() refuses errors';

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

-- The cell of a point in the map in force.

CREATE FUNCTION locate(
    point geometry,
    at timestamptz DEFAULT now(),
    kind grid_kind DEFAULT 'unit'
) RETURNS gridcode
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    COST 10
    AS 'MODULE_PATHNAME', 'cg_locate_at';
COMMENT ON FUNCTION locate(geometry, timestamptz, grid_kind) IS
    'the smallest code among the cells that cover the point, in the edition in force at that time; NULL outside and before the first edition (点所在网格)';
