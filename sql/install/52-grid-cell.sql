
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
