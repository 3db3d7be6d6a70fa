
-- Intake (受理登记): how each channel's reports are taken in, and where a place
-- that is told in words is.  See doc/intake.md.

-- There are no foreign keys, so that tables can be restored in any order.

CREATE TABLE intake_rule (
    channel text NOT NULL,
    rulebook text,
    taxonomy text,
    kind text,
    grid_kind grid_kind,
    threshold double precision NOT NULL DEFAULT 0.9,
    datum geo_datum NOT NULL DEFAULT 'wgs84',
    srid integer NOT NULL DEFAULT 4326,
    severity smallint,
    district gridcode,
    unit bigint,
    text_places boolean NOT NULL DEFAULT false,
    duplicate_score double precision DEFAULT 0.65,
    auto_file boolean NOT NULL DEFAULT false,
    auto_dispatch boolean NOT NULL DEFAULT false,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT intake_rule_pkey PRIMARY KEY (channel),
    CONSTRAINT intake_rule_kind_check CHECK ((taxonomy IS NULL) = (kind IS NULL)),
    CONSTRAINT intake_rule_threshold_check CHECK (threshold BETWEEN 0 AND 1),
    CONSTRAINT intake_rule_duplicate_score_check CHECK (duplicate_score BETWEEN 0 AND 1),
    CONSTRAINT intake_rule_auto_dispatch_check CHECK (auto_file OR NOT auto_dispatch),
    CONSTRAINT intake_rule_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE intake_rule IS 'how reports of each channel are taken in (受理规则)';
COMMENT ON COLUMN intake_rule.channel IS 'channel (渠道), a row of channel; empty: every other';
COMMENT ON COLUMN intake_rule.rulebook IS 'rulebook that says whose a case is (规则库); NULL: the only one that was published';
COMMENT ON COLUMN intake_rule.taxonomy IS 'list of classes (分类体系); NULL: that of the rulebook';
COMMENT ON COLUMN intake_rule.kind IS 'kind of its classes (种类); NULL with taxonomy';
COMMENT ON COLUMN intake_rule.grid_kind IS 'kind of the cells that cases are put in (网格种类); NULL: that of the rulebook';
COMMENT ON COLUMN intake_rule.threshold IS 'how sure the classifier must be (置信度阈值), from 0 to 1; what it is less sure of has no class until a person decides, in the review queue';
COMMENT ON COLUMN intake_rule.datum IS 'datum of the channel''s coordinates (大地基准)';
COMMENT ON COLUMN intake_rule.srid IS 'system in which places are kept (坐标系), that of the published map; others are transformed into it';
COMMENT ON COLUMN intake_rule.severity IS 'severity of what is reported without one, and of a class that has none of its own (默认紧急程度)';
COMMENT ON COLUMN intake_rule.district IS 'district in whose name cases without a place are numbered (编号所用区划); NULL: that of the unit which gets them';
COMMENT ON COLUMN intake_rule.unit IS 'unit that gets what no rulebook routes (默认受理单位)';
COMMENT ON COLUMN intake_rule.text_places IS 'names of places are looked for in the description too, if there is no address (从描述中识别地点)';
COMMENT ON COLUMN intake_rule.duplicate_score IS 'how alike two reports must be to be linked (疑似重复阈值), as merge_candidates() scores them; NULL: they are not compared';
COMMENT ON COLUMN intake_rule.auto_file IS 'what has a class is filed at once (自动立案)';
COMMENT ON COLUMN intake_rule.auto_dispatch IS 'and dispatched by the rulebook (自动派遣), unless it looks like a duplicate';
COMMENT ON COLUMN intake_rule.remark IS 'remark (备注)';
COMMENT ON COLUMN intake_rule.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

INSERT INTO intake_rule (channel, severity, remark, origin) VALUES ('', 1, '其余渠道；未报紧急程度的按一般', 'shipped');

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON intake_rule
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('channel');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON intake_rule
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON intake_rule IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON intake_rule IS 'shipped rows are not truncated';
SELECT pg_catalog.pg_extension_config_dump('intake_rule', $$WHERE origin <> 'shipped'$$);

-- What a class brings with it, where the report does not say.
CREATE TABLE intake_class (
    taxonomy text NOT NULL,
    kind text NOT NULL,
    class eventcode NOT NULL,
    severity smallint,
    sensitive boolean,
    remark text,
    CONSTRAINT intake_class_pkey PRIMARY KEY (taxonomy, kind, class)
);
COMMENT ON TABLE intake_class IS 'what classes bring with them (分类默认值), those within them too; the longest code holds, for each column by itself';
COMMENT ON COLUMN intake_class.taxonomy IS 'list of classes (分类体系)';
COMMENT ON COLUMN intake_class.kind IS 'kind (种类)';
COMMENT ON COLUMN intake_class.class IS 'class, with all within it (事件分类)';
COMMENT ON COLUMN intake_class.severity IS 'severity of what is reported without one (默认紧急程度)';
COMMENT ON COLUMN intake_class.sensitive IS 'only who has the right sees its cases (是否敏感); NULL: as the taxonomy says';
COMMENT ON COLUMN intake_class.remark IS 'remark (备注)';
SELECT pg_catalog.pg_extension_config_dump('intake_class', '');

-- Places told in words

CREATE TABLE place_name (
    name text NOT NULL,
    code gridcode NOT NULL,
    remark text,
    CONSTRAINT place_name_pkey PRIMARY KEY (name, code),
    CONSTRAINT place_name_name_check CHECK (length(name) >= 2)
);
CREATE INDEX place_name_start_idx ON place_name ("left"(name, 2));
COMMENT ON TABLE place_name IS 'names of places and where they are (地名与别名), besides the names of cells: estates, markets, villages, streets, communities';
COMMENT ON COLUMN place_name.name IS 'name as people write it (名称)';
COMMENT ON COLUMN place_name.code IS 'cell, community, street or district that it lies in (所在网格或区划)';
COMMENT ON COLUMN place_name.remark IS 'remark (备注)';
SELECT pg_catalog.pg_extension_config_dump('place_name', '');

CREATE INDEX grid_edition_cell_name_idx ON grid_edition_cell (edition, kind, "left"(name, 2));

-- The longest name decides, the first of several; but what lies within it and is
-- named as well is closer.
CREATE FUNCTION place_of(
    address text,
    at timestamptz DEFAULT now(),
    kind grid_kind DEFAULT 'unit',
    OUT code gridcode,
    OUT name text
)
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    in_force constant bigint := (
        SELECT e.edition FROM @extschema@.grid_edition AS e
        WHERE e.valid_from <= place_of.at
        ORDER BY e.valid_from DESC, e.edition DESC
        LIMIT 1
    );
BEGIN
    WITH start AS MATERIALIZED (
        SELECT i.place, substr(place_of.address, i.place, 2) AS two, substr(place_of.address, i.place, 60) AS rest
        FROM generate_series(1, least(length(place_of.address) - 1, 500)) AS i (place)
    ), found AS MATERIALIZED (
        SELECT p.code, p.name, s.place
        FROM start AS s
        JOIN @extschema@.place_name AS p ON "left"(p.name, 2) = s.two
        WHERE starts_with(s.rest, p.name)
        UNION ALL
        SELECT g.code, g.name, s.place
        FROM start AS s
        JOIN @extschema@.grid_edition_cell AS g
            ON g.edition = in_force AND g.kind = place_of.kind AND "left"(g.name, 2) = s.two
        WHERE length(g.name) >= 2 AND starts_with(s.rest, g.name)
    ), longest AS (
        SELECT f.code FROM found AS f
        ORDER BY length(f.name) DESC, f.place, length(f.code::text) DESC, f.code::text COLLATE "C"
        LIMIT 1
    )
    SELECT f.code, f.name INTO place_of.code, place_of.name
    FROM found AS f
    JOIN longest AS l ON f.code OPERATOR(@extschema@.<@) l.code
    ORDER BY length(f.code::text) DESC, length(f.name) DESC, f.place, f.code::text COLLATE "C"
    LIMIT 1;
END;
$$;
COMMENT ON FUNCTION place_of(text, timestamptz, grid_kind) IS
    'where an address is (地址定位): the cell or territory of the longest name in it, or of one named in it that lies within; NULL if no name is known';

-- One report as it comes

CREATE TYPE report AS (
    line bigint,
    channel text,
    description text,
    location geometry,
    address text,
    cell gridcode,
    class eventcode,
    severity integer,
    occurred_at timestamptz,
    reporter jsonb,
    external_id text,
    attachments jsonb,
    owner text,
    datum geo_datum,
    at timestamptz
);
COMMENT ON TYPE report IS 'a report as it comes (上报内容); see report_event()';
COMMENT ON COLUMN report.line IS 'which of a batch (行号)';
COMMENT ON COLUMN report.channel IS 'channel (渠道)';
COMMENT ON COLUMN report.description IS 'what, in words (问题描述)';
COMMENT ON COLUMN report.location IS 'where (坐标)';
COMMENT ON COLUMN report.address IS 'where, in words (地址描述)';
COMMENT ON COLUMN report.cell IS 'where: cell or territory (所在网格)';
COMMENT ON COLUMN report.class IS 'what (事件分类)';
COMMENT ON COLUMN report.severity IS 'how urgent (紧急程度)';
COMMENT ON COLUMN report.occurred_at IS 'when it happened (发生时间)';
COMMENT ON COLUMN report.reporter IS 'who reported it (诉求人)';
COMMENT ON COLUMN report.external_id IS 'number that the channel gave it (外部编号)';
COMMENT ON COLUMN report.attachments IS 'photographs and papers (附件)';
COMMENT ON COLUMN report.owner IS 'owner of the asset (权属单位)';
COMMENT ON COLUMN report.datum IS 'datum of the location (大地基准)';
COMMENT ON COLUMN report.at IS 'when it was reported (上报时间)';

CREATE TYPE report_answer AS (
    line bigint,
    external_id text,
    caseno caseno,
    repeated boolean,
    refused text,
    message text,
    detail text,
    hint text,
    channel text,
    rule text
);
COMMENT ON TYPE report_answer IS 'what became of a report (登记结果)';
COMMENT ON COLUMN report_answer.line IS 'which of the batch (行号)';
COMMENT ON COLUMN report_answer.external_id IS 'number that the channel gave it (外部编号)';
COMMENT ON COLUMN report_answer.caseno IS 'case number (案件编号); NULL if it was refused';
COMMENT ON COLUMN report_answer.repeated IS 'it had been reported already (是否重复报送); the number is the first one''s';
COMMENT ON COLUMN report_answer.refused IS 'SQLSTATE of the refusal (拒收代码)';
COMMENT ON COLUMN report_answer.message IS 'why it was refused (拒收原因)';
COMMENT ON COLUMN report_answer.detail IS 'more of that (说明)';
COMMENT ON COLUMN report_answer.hint IS 'what can be done (建议)';
COMMENT ON COLUMN report_answer.channel IS 'channel (渠道)';
COMMENT ON COLUMN report_answer.rule IS 'channel of the rule of intake (适用规则)';

-- What is kept of a place: a point in the system of the map, with the datum of
-- the channel taken out, and the height that telephones send with it.
CREATE FUNCTION converted_point(location geometry, datum geo_datum, srid integer) RETURNS geometry
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN st_srid(v.point) = srid THEN v.point ELSE st_transform(v.point, srid) END
    FROM (
        SELECT CASE WHEN datum = 'wgs84' THEN d.point ELSE to_wgs84(d.point, datum) END AS point
        FROM (
            SELECT st_force2d(CASE WHEN st_srid(location) = 0 THEN st_setsrid(location, 4326) ELSE location END) AS point
        ) AS d
    ) AS v;
END;
COMMENT ON FUNCTION converted_point(geometry, geo_datum, integer) IS
    'a place converted into one system (坐标转换); without SRID it is taken for degrees';

-- Most need no conversion, and this much the planner writes out.
CREATE FUNCTION report_point(location geometry, datum geo_datum, srid integer) RETURNS geometry
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN datum = 'wgs84' AND st_srid(location) = srid THEN st_force2d(location)
        ELSE @extschema@.converted_point(location, datum, srid)
    END;
END;
COMMENT ON FUNCTION report_point(geometry, geo_datum, integer) IS 'a reported place as it is kept (上报坐标归一), in one system';

-- A point that can be somewhere.
CREATE FUNCTION is_place(location geometry) RETURNS boolean
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT geometrytype(location) = 'POINT' AND NOT st_isempty(location)
        AND abs(st_x(location)) < 'infinity' AND abs(st_y(location)) < 'infinity';
END;
COMMENT ON FUNCTION is_place(geometry) IS 'whether a geometry is a point whose coordinates are numbers (是否有效坐标)';

-- What is wrong with a list of attachments; NULL: nothing.
CREATE FUNCTION attachment_fault(attachments jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF jsonb_typeof(attachments) <> 'array' THEN
        RETURN 'They are no JSON array.';
    END IF;
    RETURN (
        SELECT CASE
            WHEN jsonb_typeof(a.item) <> 'object' THEN format('Number %s is no object.', a.place)
            WHEN coalesce(a.item ->> 'uri', '') !~ '\S' THEN format('Number %s has no uri.', a.place)
            ELSE format('The sha256 of number %s is none in hexadecimal.', a.place)
        END
        FROM jsonb_array_elements(attachments) WITH ORDINALITY AS a (item, place)
        WHERE jsonb_typeof(a.item) <> 'object' OR coalesce(a.item ->> 'uri', '') !~ '\S'
            OR a.item ->> 'sha256' !~ '^[0-9a-f]{64}$'
        ORDER BY a.place
        LIMIT 1
    );
END;
$$;
COMMENT ON FUNCTION attachment_fault(jsonb) IS 'what is wrong with a list of attachments (附件检查); NULL: nothing';

CREATE FUNCTION place_text(location geometry) RETURNS text
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT st_asewkt(location);
END;
COMMENT ON FUNCTION place_text(geometry) IS 'a place as text (坐标文本), with its system';

-- A territory is there if a cell lies within it, a part of a cell if the cell
-- is; before the first edition any is taken.
CREATE FUNCTION grid_has_cell(edition bigint, kind grid_kind, code gridcode) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN edition IS NULL OR EXISTS (
        SELECT FROM @extschema@.grid_edition_cell AS g
        WHERE g.edition = grid_has_cell.edition AND g.kind = grid_has_cell.kind
            AND g.code OPERATOR(@extschema@.>=) grid_has_cell.code
            AND g.code OPERATOR(@extschema@.<=) @extschema@.last_descendant(grid_has_cell.code)
    ) OR EXISTS (
        SELECT FROM @extschema@.grid_edition_cell AS g
        WHERE g.edition = grid_has_cell.edition AND g.kind = grid_has_cell.kind
            AND g.code OPERATOR(@extschema@.=) ANY (@extschema@.lineage(grid_has_cell.code))
    );
END;
$$;
COMMENT ON FUNCTION grid_has_cell(bigint, grid_kind, gridcode) IS
    'whether a code is a cell of an edition, a territory with cells, or a part of a cell (网格编码是否有效)';

CREATE FUNCTION is_in_degrees(location geometry) RETURNS boolean
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT st_srid(location) = 4326 AND abs(st_x(location)) <= 180 AND abs(st_y(location)) <= 85;
END;
COMMENT ON FUNCTION is_in_degrees(geometry) IS 'whether a place is in degrees of WGS-84, not near a pole (是否经纬度)';
