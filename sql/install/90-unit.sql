
-- Units (处置单位) and the levels of dispatch (分拨层级): the drafts that an
-- administrator edits.  See doc/units.md.

-- There are no foreign keys between these tables, so that they can be edited,
-- loaded and restored in any order; unit_check() lists what does not fit.

-- Which five levels there are, or how many, differs from city to city, so it is
-- rows.
CREATE TABLE dispatch_scheme (
    scheme text NOT NULL,
    name text NOT NULL,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT dispatch_scheme_pkey PRIMARY KEY (scheme),
    CONSTRAINT dispatch_scheme_scheme_check CHECK (scheme <> ''),
    CONSTRAINT dispatch_scheme_name_check CHECK (name <> ''),
    CONSTRAINT dispatch_scheme_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE dispatch_scheme IS 'schemes of levels that cases are dispatched through (分拨层级方案)';
COMMENT ON COLUMN dispatch_scheme.scheme IS 'key (方案键)';
COMMENT ON COLUMN dispatch_scheme.name IS 'Chinese name (名称)';
COMMENT ON COLUMN dispatch_scheme.remark IS 'remark (备注)';
COMMENT ON COLUMN dispatch_scheme.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

CREATE TABLE dispatch_level (
    scheme text NOT NULL,
    level smallint NOT NULL,
    name text NOT NULL,
    territory_digits smallint,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT dispatch_level_pkey PRIMARY KEY (scheme, level),
    CONSTRAINT dispatch_level_level_check CHECK (level BETWEEN 1 AND 8),
    CONSTRAINT dispatch_level_name_check CHECK (name <> ''),
    CONSTRAINT dispatch_level_territory_digits_check CHECK (territory_digits IN (2, 4, 6, 9, 12, 15, 18)),
    CONSTRAINT dispatch_level_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE dispatch_level IS 'levels of a scheme (分拨层级), from the uppermost down';
COMMENT ON COLUMN dispatch_level.scheme IS 'scheme (方案键)';
COMMENT ON COLUMN dispatch_level.level IS 'number of the level (级次): 1 is the uppermost';
COMMENT ON COLUMN dispatch_level.name IS 'Chinese name (名称)';
COMMENT ON COLUMN dispatch_level.territory_digits IS 'how many digits the code of a territory at this level has (区划代码位数); NULL: the level is not one of territories, as departments are not';
COMMENT ON COLUMN dispatch_level.remark IS 'remark (备注)';
COMMENT ON COLUMN dispatch_level.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

INSERT INTO dispatch_scheme (scheme, name, origin) VALUES
    ('city', '市—区—街道—社区—网格', 'shipped'),
    ('district', '区—部门—街道—社区—网格', 'shipped');
INSERT INTO dispatch_level (scheme, level, name, territory_digits, remark, origin) VALUES
    ('city', 1, '市', 4, NULL, 'shipped'),
    ('city', 2, '区', 6, '区级职能部门也在此级', 'shipped'),
    ('city', 3, '街道', 9, NULL, 'shipped'),
    ('city', 4, '社区', 12, NULL, 'shipped'),
    ('city', 5, '网格', 15, NULL, 'shipped'),
    ('district', 1, '区', 6, NULL, 'shipped'),
    ('district', 2, '部门', NULL, NULL, 'shipped'),
    ('district', 3, '街道', 9, NULL, 'shipped'),
    ('district', 4, '社区', 12, NULL, 'shipped'),
    ('district', 5, '网格', 15, NULL, 'shipped');

CREATE TABLE unit_kind (
    kind text NOT NULL,
    base text NOT NULL,
    name text NOT NULL,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT unit_kind_pkey PRIMARY KEY (kind),
    CONSTRAINT unit_kind_kind_check CHECK (kind <> '' AND octet_length(kind) <= 255),
    CONSTRAINT unit_kind_base_check CHECK (base IN ('centre', 'department', 'team', 'person')),
    CONSTRAINT unit_kind_name_check CHECK (name <> ''),
    CONSTRAINT unit_kind_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE unit_kind IS 'kinds of unit (单位类别)';
COMMENT ON COLUMN unit_kind.kind IS 'short English key (类别键)';
COMMENT ON COLUMN unit_kind.base IS 'what it is at bottom: centre, which passes cases on (分拨机构), department (部门), team (队伍), person (个人) (基本类型)';
COMMENT ON COLUMN unit_kind.name IS 'Chinese name (名称)';
COMMENT ON COLUMN unit_kind.remark IS 'remark (备注)';
COMMENT ON COLUMN unit_kind.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

INSERT INTO unit_kind (kind, base, name, remark, origin) VALUES
    ('centre', 'centre', '分拨中心', '各级分拨、指挥机构；街道分中心也用此类', 'shipped'),
    ('government', 'department', '人民政府', '区人民政府等，可作兜底', 'shipped'),
    ('department', 'department', '职能部门', '市、区级委办局', 'shipped'),
    ('street office', 'department', '街道办事处', NULL, 'shipped'),
    ('street department', 'department', '街道内设机构', '城管办、城建办、市政服务中心等', 'shipped'),
    ('community station', 'department', '社区工作站', '社区居民委员会、社区党群服务中心同此', 'shipped'),
    ('public utility', 'department', '公用事业企业', '供水、供电、燃气、通信、环卫等运营单位', 'shipped'),
    ('property service', 'department', '物业服务企业', NULL, 'shipped'),
    ('law enforcement team', 'team', '综合执法队', NULL, 'shipped'),
    ('police station', 'team', '派出所', '交警大队、中队同此', 'shipped'),
    ('grid team', 'team', '网格队伍', '一个网格的专职、兼职人员', 'shipped'),
    ('maintenance team', 'team', '养护队伍', '市政、环卫、绿化养护', 'shipped'),
    ('grid collector', 'person', '网格员', '信息采集员', 'shipped'),
    ('handler', 'person', '处置员', NULL, 'shipped');

CREATE TABLE unit (
    unit bigint GENERATED BY DEFAULT AS IDENTITY,
    name text NOT NULL,
    kind text NOT NULL,
    level smallint NOT NULL,
    parent bigint,
    territory gridcode,
    staff integer,
    valid_from date,
    valid_to date,
    remark text,
    CONSTRAINT unit_pkey PRIMARY KEY (unit),
    CONSTRAINT unit_unit_check CHECK (unit > 0),
    CONSTRAINT unit_name_check CHECK (name <> ''),
    CONSTRAINT unit_level_check CHECK (level BETWEEN 1 AND 8),
    CONSTRAINT unit_parent_check CHECK (parent <> unit),
    CONSTRAINT unit_staff_check CHECK (staff >= 0),
    CONSTRAINT unit_valid_check CHECK (valid_from < valid_to)
);
CREATE INDEX unit_name_idx ON unit (name);
CREATE INDEX unit_parent_idx ON unit (parent);
COMMENT ON TABLE unit IS 'units that dispatch cases or act on them (分拨与处置单位), a tree';
COMMENT ON COLUMN unit.unit IS 'number of the unit (单位编号); numbers are retired, not reused';
COMMENT ON COLUMN unit.name IS 'name (名称), of several spellings the usual one';
COMMENT ON COLUMN unit.kind IS 'kind (单位类别), a row of unit_kind';
COMMENT ON COLUMN unit.level IS 'level of dispatch that it stands at (层级): 1 is the uppermost';
COMMENT ON COLUMN unit.parent IS 'the unit above it (上级单位); NULL: it is a root';
COMMENT ON COLUMN unit.territory IS 'the ground that it serves (辖区); NULL: everywhere';
COMMENT ON COLUMN unit.staff IS 'how many people it has who can act (在岗人数); NULL: not known';
COMMENT ON COLUMN unit.valid_from IS 'first day in force (启用日期); NULL: always has been';
COMMENT ON COLUMN unit.valid_to IS 'first day no longer in force (停用日期); NULL while it is';
COMMENT ON COLUMN unit.remark IS 'remark (备注)';
COMMENT ON SEQUENCE unit_unit_seq IS 'numbers of units';
SELECT pg_catalog.pg_extension_config_dump('unit', '');
SELECT pg_catalog.pg_extension_config_dump('unit_unit_seq', '');

CREATE TABLE unit_alias (
    unit bigint NOT NULL,
    alias text NOT NULL,
    source text,
    remark text,
    CONSTRAINT unit_alias_pkey PRIMARY KEY (unit, alias),
    CONSTRAINT unit_alias_alias_check CHECK (alias <> '')
);
CREATE INDEX unit_alias_alias_idx ON unit_alias (alias);
COMMENT ON TABLE unit_alias IS 'other spellings of units'' names (单位别名), as other systems write them';
COMMENT ON COLUMN unit_alias.unit IS 'unit (单位编号)';
COMMENT ON COLUMN unit_alias.alias IS 'spelling (别名)';
COMMENT ON COLUMN unit_alias.source IS 'where it is written so (来源)';
COMMENT ON COLUMN unit_alias.remark IS 'remark (备注)';
SELECT pg_catalog.pg_extension_config_dump('unit_alias', '');

-- Where cases come from (1+N): the grid's own collectors, and everything else.
CREATE TABLE channel (
    channel text NOT NULL,
    name text NOT NULL,
    intake_unit bigint,
    intake_kind text,
    intake_level smallint,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT channel_pkey PRIMARY KEY (channel),
    CONSTRAINT channel_channel_check CHECK (channel <> '' AND octet_length(channel) <= 255),
    CONSTRAINT channel_name_check CHECK (name <> ''),
    CONSTRAINT channel_intake_check CHECK (num_nonnulls(intake_unit, intake_kind) <= 1),
    CONSTRAINT channel_intake_level_check CHECK ((intake_kind IS NULL) = (intake_level IS NULL) AND intake_level BETWEEN 1 AND 8),
    CONSTRAINT channel_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE channel IS 'channels by which cases come in (受理渠道, 1+N)';
COMMENT ON COLUMN channel.channel IS 'key (渠道键)';
COMMENT ON COLUMN channel.name IS 'Chinese name (名称)';
COMMENT ON COLUMN channel.intake_unit IS 'the unit that its cases come to (受理单位)';
COMMENT ON COLUMN channel.intake_kind IS 'or the kind of unit that they come to (受理单位类别), of the place of the case';
COMMENT ON COLUMN channel.intake_level IS 'and its level (受理层级); NULL with intake_unit; both NULL: the root above the unit that acts';
COMMENT ON COLUMN channel.remark IS 'remark (备注)';
COMMENT ON COLUMN channel.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

INSERT INTO channel (channel, name, remark, origin) VALUES
    ('grid', '网格员上报', '1+N 中的“1”：专职网格员', 'shipped'),
    ('12345', '12345热线', '政务服务便民热线', 'shipped'),
    ('12319', '12319热线', '城市管理服务热线', 'shipped'),
    ('wechat', '微信', '公众号、小程序', 'shipped'),
    ('weibo', '微博', NULL, 'shipped'),
    ('app', '手机应用', NULL, 'shipped'),
    ('web', '网站', NULL, 'shipped'),
    ('message board', '留言板', '人民网留言板等', 'shipped'),
    ('video', '视频智能识别', NULL, 'shipped'),
    ('sensor', '物联感知', NULL, 'shipped'),
    ('drone', '无人机巡查', NULL, 'shipped'),
    ('patrol', '巡查', '部门与街道巡查', 'shipped'),
    ('letter', '信访', '来信来访', 'shipped'),
    ('mailbox', '领导信箱', '政府邮箱同此', 'shipped'),
    ('deputy', '人大代表与政协委员', '代表解民忧、建议、提案', 'shipped'),
    ('media', '媒体', '媒体曝光、舆情', 'shipped'),
    ('hall', '服务大厅', '群众诉求服务大厅', 'shipped'),
    ('transfer', '转办', '上级或其他部门转来', 'shipped');

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON dispatch_scheme
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('scheme');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON dispatch_scheme
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON dispatch_level
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('scheme', 'level');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON dispatch_level
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON unit_kind
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('kind');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON unit_kind
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON channel
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('channel');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON channel
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON dispatch_scheme IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON dispatch_scheme IS 'shipped rows are not truncated';
COMMENT ON TRIGGER keep_shipped_row ON dispatch_level IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON dispatch_level IS 'shipped rows are not truncated';
COMMENT ON TRIGGER keep_shipped_row ON unit_kind IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON unit_kind IS 'shipped rows are not truncated';
COMMENT ON TRIGGER keep_shipped_row ON channel IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON channel IS 'shipped rows are not truncated';
SELECT pg_catalog.pg_extension_config_dump('dispatch_scheme', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('dispatch_level', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('unit_kind', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('channel', $$WHERE origin <> 'shipped'$$);

-- Names.

-- What tells one name from another: neither width nor case, nor the spaces that
-- lists put between words.
CREATE FUNCTION unit_spelling(name text) RETURNS text
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    -- fold() needs UTF-8
    SELECT replace(CASE WHEN getdatabaseencoding() = 'UTF8' THEN @extschema@.fold(name) ELSE lower(btrim(name)) END, ' ', '');
END;
COMMENT ON FUNCTION unit_spelling(text) IS
    'a unit''s name in the form by which names are compared (单位名称归一): folded, without spaces';

CREATE FUNCTION unit_name(unit bigint) RETURNS text
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT u.name FROM @extschema@.unit AS u WHERE u.unit = unit_name.unit;
END;
COMMENT ON FUNCTION unit_name(bigint) IS 'what a unit is called (单位名称); NULL if there is no such unit';

-- A spelling as it is written comes before one that is only like it.
CREATE FUNCTION unit_id(name text, at date DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    found bigint[];
    spelling text;
BEGIN
    IF unit_id.name IS NULL THEN
        RETURN NULL;
    END IF;
    found := ARRAY(
        SELECT u.unit
        FROM @extschema@.unit AS u
        WHERE u.unit IN (
                SELECT n.unit FROM @extschema@.unit AS n WHERE n.name = unit_id.name
                UNION ALL
                SELECT a.unit FROM @extschema@.unit_alias AS a WHERE a.alias = unit_id.name
            )
            AND (at IS NULL OR coalesce(u.valid_from, '-infinity') <= at AND coalesce(u.valid_to, 'infinity') > at)
        ORDER BY u.unit
        LIMIT 10
    );
    IF cardinality(found) = 0 THEN
        spelling := @extschema@.unit_spelling(unit_id.name);
        found := ARRAY(
            SELECT u.unit
            FROM @extschema@.unit AS u
            WHERE u.unit IN (
                    SELECT n.unit FROM @extschema@.unit AS n WHERE @extschema@.unit_spelling(n.name) = spelling
                    UNION ALL
                    SELECT a.unit FROM @extschema@.unit_alias AS a WHERE @extschema@.unit_spelling(a.alias) = spelling
                )
                AND (at IS NULL OR coalesce(u.valid_from, '-infinity') <= at AND coalesce(u.valid_to, 'infinity') > at)
            ORDER BY u.unit
            LIMIT 10
        );
    END IF;
    IF cardinality(found) > 1 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG402',
            MESSAGE = format('"%s" is a name of several units', unit_id.name),
            DETAIL = format('The units are %s.', array_to_string(found, ', ')),
            HINT = 'Use the number of the unit, or give one of them a name of its own.';
    END IF;
    RETURN found[1];
END;
$$;
COMMENT ON FUNCTION unit_id(text, date) IS
    'number of the unit that a name or an alias means (按名称查单位), of those in force on a day if one is given; NULL if there is none, an error if there are several';

CREATE FUNCTION unit_lineage(unit bigint) RETURNS bigint[]
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    -- ends where a circle would close
    WITH RECURSIVE up AS (
        SELECT u.parent, ARRAY[u.unit] AS lineage
        FROM @extschema@.unit AS u
        WHERE u.unit = unit_lineage.unit
        UNION ALL
        SELECT p.parent, p.unit || up.lineage
        FROM up
        JOIN @extschema@.unit AS p ON p.unit = up.parent
        WHERE p.unit <> ALL (up.lineage)
    )
    SELECT up.lineage FROM up ORDER BY cardinality(up.lineage) DESC LIMIT 1;
END;
COMMENT ON FUNCTION unit_lineage(bigint) IS
    'the units from the root of the tree down to a unit (单位层级链); NULL if there is no such unit';

-- A unit whose parent is not there stands at the top; those of a circle, and
-- those below, are told without a lineage.
CREATE VIEW unit_tree AS
WITH RECURSIVE down AS (
    SELECT u.unit, ARRAY[u.unit] AS lineage, u.name AS path
    FROM unit AS u
    WHERE u.parent IS NULL OR NOT EXISTS (SELECT FROM unit AS p WHERE p.unit = u.parent)
    UNION ALL
    SELECT u.unit, down.lineage || u.unit, down.path || ' > ' || u.name
    FROM down
    JOIN unit AS u ON u.parent = down.unit
)
SELECT u.unit, u.name, u.kind, k.name AS kind_name, k.base, u.level, u.parent,
       down.lineage[1] AS root, cardinality(down.lineage) AS depth, down.lineage, down.path,
       u.territory, u.staff, u.valid_from, u.valid_to,
       ARRAY(SELECT a.alias FROM unit_alias AS a WHERE a.unit = u.unit ORDER BY a.alias COLLATE "C") AS aliases
FROM unit AS u
LEFT JOIN down ON down.unit = u.unit
LEFT JOIN unit_kind AS k ON k.kind = u.kind;
COMMENT ON VIEW unit_tree IS 'the tree of units (单位树), one row for each unit, with its path from the root';
COMMENT ON COLUMN unit_tree.unit IS 'number of the unit (单位编号)';
COMMENT ON COLUMN unit_tree.name IS 'name (名称)';
COMMENT ON COLUMN unit_tree.kind IS 'kind (单位类别)';
COMMENT ON COLUMN unit_tree.kind_name IS 'Chinese name of the kind (类别名称)';
COMMENT ON COLUMN unit_tree.base IS 'what it is at bottom: centre, department, team or person (基本类型)';
COMMENT ON COLUMN unit_tree.level IS 'level of dispatch (层级)';
COMMENT ON COLUMN unit_tree.parent IS 'the unit above it (上级单位)';
COMMENT ON COLUMN unit_tree.root IS 'the uppermost unit above it, or itself (根单位); NULL, as depth, lineage and path, if its chain of parents is a circle';
COMMENT ON COLUMN unit_tree.depth IS 'how many units its lineage has (深度)';
COMMENT ON COLUMN unit_tree.lineage IS 'the units from the root down to it (层级链)';
COMMENT ON COLUMN unit_tree.path IS 'their names (层级路径)';
COMMENT ON COLUMN unit_tree.territory IS 'the ground that it serves (辖区)';
COMMENT ON COLUMN unit_tree.staff IS 'how many people it has (在岗人数)';
COMMENT ON COLUMN unit_tree.valid_from IS 'first day in force (启用日期)';
COMMENT ON COLUMN unit_tree.valid_to IS 'first day no longer in force (停用日期)';
COMMENT ON COLUMN unit_tree.aliases IS 'other spellings of its name (别名)';

-- Loading.

-- A row of a list of units, read: key is the number of the unit, or, of one
-- that has none yet, its spelling.
CREATE TYPE unit_row AS (
    row_number bigint,
    key text,
    label text,
    name text,
    kind text,
    level smallint,
    parent text,
    territory text,
    staff integer,
    valid_from date,
    valid_to date,
    remark text,
    faults text[]
);
COMMENT ON TYPE unit_row IS 'a row of a list of units (待导入的单位), read, with the faults that it has by itself';

CREATE FUNCTION read_unit_rows(list class_cells[], numbered boolean, scheme text) RETURNS unit_row[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET DateStyle = 'ISO, YMD'
    -- lists have thousands of rows, which the planner cannot know
    SET enable_nestloop = off
    SET jit = off
AS $$
DECLARE
    -- what cannot be read, and why
    bad text[] := '{}';
    bad_why text[] := '{}';
    bad_dates text[] := '{}';
    bad_dates_why text[] := '{}';
    item text;
    why text;
    detail text;
    rows_read @extschema@.unit_row[];
BEGIN
    FOR item IN
        SELECT DISTINCT r.cells[6] FROM unnest(list) AS r WHERE r.cells[6] IS NOT NULL
    LOOP
        BEGIN
            PERFORM item::@extschema@.gridcode;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS why = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
            bad := bad || item;
            bad_why := bad_why || (why || coalesce(': ' || nullif(detail, ''), ''));
        END;
    END LOOP;
    FOR item IN
        SELECT DISTINCT v.t
        FROM unnest(list) AS r, LATERAL (VALUES (r.cells[8]), (r.cells[9])) AS v (t)
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

    WITH s AS MATERIALIZED (
        SELECT r.row_number AS n, r.cells[1] AS id, r.cells[2] AS name, r.cells[3] AS kind, r.cells[4] AS level,
               r.cells[5] AS parent, r.cells[6] AS territory, r.cells[7] AS staff, r.cells[8] AS valid_from,
               r.cells[9] AS valid_to, r.cells[10] AS remark,
               CASE WHEN r.cells[1] ~ '^[0-9]{1,18}$' THEN nullif(r.cells[1]::bigint, 0)::text END AS number,
               CASE WHEN numbered AND r.cells[5] ~ '^[0-9]{1,18}$' THEN r.cells[5]::bigint::text END AS parent_number
        FROM unnest(list) AS r
    ),
    spelled AS MATERIALIZED (
        SELECT v.name, @extschema@.unit_spelling(v.name) AS spelling
        FROM (
            SELECT s.name FROM s WHERE s.name IS NOT NULL
            UNION
            SELECT s.parent FROM s WHERE s.parent IS NOT NULL
        ) AS v
    ),
    drafted AS MATERIALIZED (
        SELECT v.spelling, array_agg(DISTINCT v.unit ORDER BY v.unit) AS units
        FROM (
            SELECT u.unit, @extschema@.unit_spelling(u.name) AS spelling FROM @extschema@.unit AS u
            UNION ALL
            SELECT u.unit, @extschema@.unit_spelling(a.alias)
            FROM @extschema@.unit AS u
            JOIN @extschema@.unit_alias AS a ON a.unit = u.unit
        ) AS v
        GROUP BY v.spelling
    ),
    keyed AS MATERIALIZED (
        SELECT s.*, p.spelling, d.units,
               CASE
                   WHEN numbered THEN s.number
                   WHEN cardinality(d.units) = 1 THEN d.units[1]::text
                   WHEN d.units IS NULL AND p.spelling <> '' THEN 'name ' || p.spelling
               END AS key
        FROM s
        LEFT JOIN spelled AS p ON p.name = s.name
        LEFT JOIN drafted AS d ON d.spelling = p.spelling
    ),
    listed AS MATERIALIZED (
        SELECT k.spelling, array_agg(DISTINCT k.key) AS keys
        FROM keyed AS k
        WHERE k.key IS NOT NULL AND k.spelling IS NOT NULL
        GROUP BY k.spelling
    ),
    -- a unit of the list comes before one of the draft
    parents AS MATERIALIZED (
        SELECT p.name, coalesce(l.keys, d.units::text[], '{}') AS keys
        FROM spelled AS p
        LEFT JOIN listed AS l ON l.spelling = p.spelling
        LEFT JOIN drafted AS d ON d.spelling = p.spelling
    ),
    numbers AS MATERIALIZED (
        SELECT k.key FROM keyed AS k WHERE k.key IS NOT NULL
        UNION
        SELECT u.unit::text FROM @extschema@.unit AS u
    )
    SELECT coalesce(array_agg(ROW(
        k.n, k.key, coalesce(k.id, k.name), k.name, i.kind, coalesce(CASE WHEN k.level ~ '^[1-8]$' THEN k.level::smallint END, l.level),
        coalesce(k.parent_number, CASE WHEN cardinality(p.keys) = 1 THEN p.keys[1] END),
        CASE WHEN t.t IS NULL THEN k.territory END,
        CASE WHEN k.staff ~ '^[0-9]{1,9}$' THEN k.staff::integer END,
        CASE WHEN f.t IS NULL THEN k.valid_from::date END, CASE WHEN u.t IS NULL THEN k.valid_to::date END, k.remark,
        array_remove(ARRAY[
            CASE
                WHEN NOT numbered THEN NULL
                WHEN k.id IS NULL THEN 'the number is missing'
                WHEN k.number IS NULL THEN format('"%s" is not the number of a unit', k.id)
            END,
            CASE
                WHEN k.name IS NULL THEN 'the name is missing'
                WHEN NOT numbered AND k.spelling = '' THEN format('the name "%s" has nothing in it that fold() leaves', k.name)
                WHEN NOT numbered AND cardinality(k.units) > 1 THEN
                    format('"%s" is a name of several units of the draft: %s', k.name, array_to_string(k.units, ', '))
            END,
            CASE WHEN k.kind IS NOT NULL AND i.kind IS NULL THEN format('there is no kind of unit "%s"', k.kind) END,
            CASE
                WHEN k.level IS NULL OR k.level ~ '^[1-8]$' OR l.level IS NOT NULL THEN NULL
                WHEN scheme IS NULL THEN format('level "%s" is not a number from 1 to 8', k.level)
                ELSE format('level "%s" is neither a number from 1 to 8 nor a level of scheme "%s"', k.level, scheme)
            END,
            CASE
                WHEN k.parent IS NULL THEN NULL
                WHEN k.parent_number = k.key OR k.parent_number IS NULL AND p.keys = ARRAY[k.key] THEN 'it is its own parent'
                WHEN k.parent_number IS NOT NULL AND m.key IS NOT NULL OR k.parent_number IS NULL AND cardinality(p.keys) = 1 THEN NULL
                WHEN k.parent_number IS NULL AND cardinality(p.keys) > 1 THEN
                    format('its parent "%s" is a name of several units: %s', k.parent, (SELECT string_agg(regexp_replace(x, '^name ', ''), ', ' ORDER BY length(x), x COLLATE "C") FROM unnest(p.keys) AS x))
                ELSE format('its parent "%s" is neither in the list nor in the draft', k.parent)
            END,
            'territory: ' || t.why,
            CASE WHEN k.staff !~ '^[0-9]{1,9}$' THEN format('staff "%s" is not a number of people', k.staff) END,
            'valid_from: ' || f.why,
            'valid_to: ' || u.why
        ], NULL)
    )::@extschema@.unit_row ORDER BY k.n), '{}')
    INTO rows_read
    FROM keyed AS k
    LEFT JOIN parents AS p ON p.name = k.parent
    LEFT JOIN numbers AS m ON m.key = k.parent_number
    LEFT JOIN (
        SELECT v.t, min(v.kind) AS kind
        FROM (
            SELECT x.kind AS t, x.kind FROM @extschema@.unit_kind AS x
            UNION ALL
            SELECT x.name, x.kind FROM @extschema@.unit_kind AS x
            WHERE x.name NOT IN (SELECT y.kind FROM @extschema@.unit_kind AS y)
        ) AS v
        GROUP BY v.t
    ) AS i ON i.t = k.kind
    LEFT JOIN (
        SELECT x.name, min(x.level) AS level
        FROM @extschema@.dispatch_level AS x
        WHERE x.scheme = read_unit_rows.scheme
        GROUP BY x.name
    ) AS l ON l.name = k.level
    LEFT JOIN unnest(bad, bad_why) AS t (t, why) ON t.t = k.territory
    LEFT JOIN unnest(bad_dates, bad_dates_why) AS f (t, why) ON f.t = k.valid_from
    LEFT JOIN unnest(bad_dates, bad_dates_why) AS u (t, why) ON u.t = k.valid_to;
    RETURN rows_read;
END;
$$;
COMMENT ON FUNCTION read_unit_rows(class_cells[], boolean, text) IS
    'read the rows of a list of units (读取单位清单), each with its own faults; for load_units()';

CREATE FUNCTION load_units(
    source regclass,
    id_column name,
    name_column name,
    kind_column name DEFAULT NULL,
    level_column name DEFAULT NULL,
    parent_column name DEFAULT NULL,
    territory_column name DEFAULT NULL,
    staff_column name DEFAULT NULL,
    valid_from_column name DEFAULT NULL,
    valid_to_column name DEFAULT NULL,
    remark_column name DEFAULT NULL,
    kind text DEFAULT NULL,
    level integer DEFAULT NULL,
    scheme text DEFAULT NULL,
    replace boolean DEFAULT false,
    holds_from date DEFAULT NULL
) RETURNS TABLE (row_number bigint, unit text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET DateStyle = 'ISO, YMD'
    SET enable_nestloop = off
    SET jit = off
AS $$
DECLARE
    max_steps constant integer := 100;
    list @extschema@.unit_row[];
    -- one for each unit: row_number is its first row, faults are its spellings
    units @extschema@.unit_row[];
    refused_rows bigint[];
    refused_units text[];
    refused_reasons text[];
    fresh text[];
    fresh_units bigint[];
    inserted bigint;
    changed bigint;
    spellings bigint;
    retired bigint := 0;
    top bigint;
BEGIN
    IF replace IS NULL OR source IS NULL OR name_column IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'source, name_column and replace of load_units() cannot be NULL',
            HINT = 'Name the table or view and its column of names.';
    END IF;
    IF holds_from IS NOT NULL AND NOT replace THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'holds_from of load_units() goes with replace only',
            DETAIL = 'Units that the list does not have would end on that day.',
            HINT = 'Pass replace => true, or give the first day in a column of the list.';
    END IF;
    IF load_units.level NOT BETWEEN 1 AND 8 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'a level of dispatch is a number from 1 to 8',
            DETAIL = format('The level is %s.', load_units.level);
    END IF;
    IF load_units.kind IS NOT NULL AND NOT EXISTS (SELECT FROM @extschema@.unit_kind AS k WHERE k.kind = load_units.kind) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG403',
            MESSAGE = format('there is no kind of unit "%s"', load_units.kind),
            HINT = format('INSERT INTO civicgrid.unit_kind (kind, base, name) VALUES (%L, …) makes it.', load_units.kind);
    END IF;
    IF load_units.scheme IS NOT NULL AND NOT EXISTS (SELECT FROM @extschema@.dispatch_scheme AS s WHERE s.scheme = load_units.scheme) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG403',
            MESSAGE = format('there is no scheme of levels "%s"', load_units.scheme),
            HINT = format('INSERT INTO civicgrid.dispatch_scheme (scheme, name) VALUES (%L, …) makes it.', load_units.scheme);
    END IF;

    list := @extschema@.read_unit_rows(@extschema@.class_source_rows(source, ARRAY[
        id_column, name_column, kind_column, level_column, parent_column, territory_column, staff_column,
        valid_from_column, valid_to_column, remark_column
    ]), id_column IS NOT NULL, load_units.scheme);
    IF cardinality(list) = 0 AND holds_from IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'the list of units is empty',
            DETAIL = 'All units of the draft would be retired.',
            HINT = 'Load a list that has rows.';
    END IF;

    -- Of each unit the most frequent spelling, of several the first, and of each
    -- column what the first row that has it says; with what the draft keeps.
    WITH r AS MATERIALIZED (
        SELECT v.* FROM unnest(list) AS v WHERE v.key IS NOT NULL
    ),
    spelling AS (
        SELECT s.key, array_agg(s.name ORDER BY s.rows_with DESC, s.first) AS names
        FROM (
            SELECT r.key, r.name, count(*) AS rows_with, min(r.row_number) AS first
            FROM r
            WHERE r.name IS NOT NULL
            GROUP BY r.key, r.name
        ) AS s
        GROUP BY s.key
    ),
    said AS (
        SELECT r.key, min(r.row_number) AS first,
               (array_agg(r.label ORDER BY r.row_number))[1] AS label,
               (array_agg(r.kind ORDER BY r.row_number) FILTER (WHERE r.kind IS NOT NULL))[1] AS kind,
               (array_agg(r.level ORDER BY r.row_number) FILTER (WHERE r.level IS NOT NULL))[1] AS level,
               (array_agg(r.parent ORDER BY r.row_number) FILTER (WHERE r.parent IS NOT NULL))[1] AS parent,
               (array_agg(r.territory ORDER BY r.row_number) FILTER (WHERE r.territory IS NOT NULL))[1] AS territory,
               (array_agg(r.staff ORDER BY r.row_number) FILTER (WHERE r.staff IS NOT NULL))[1] AS staff,
               (array_agg(r.valid_from ORDER BY r.row_number) FILTER (WHERE r.valid_from IS NOT NULL))[1] AS valid_from,
               (array_agg(r.valid_to ORDER BY r.row_number) FILTER (WHERE r.valid_to IS NOT NULL))[1] AS valid_to,
               (array_agg(r.remark ORDER BY r.row_number) FILTER (WHERE r.remark IS NOT NULL))[1] AS remark
        FROM r
        GROUP BY r.key
    )
    SELECT coalesce(array_agg(ROW(
        s.first, s.key, s.label, n.names[1],
        coalesce(s.kind, u.kind, load_units.kind),
        coalesce(s.level, u.level, load_units.level::smallint, (
            SELECT min(d.level)
            FROM @extschema@.dispatch_level AS d
            WHERE d.scheme = load_units.scheme AND d.territory_digits = @extschema@.digits(s.territory::@extschema@.gridcode)
        )),
        CASE WHEN parent_column IS NULL THEN u.parent::text ELSE s.parent END,
        CASE WHEN territory_column IS NULL THEN u.territory::text ELSE s.territory::@extschema@.gridcode::text END,
        CASE WHEN staff_column IS NULL THEN u.staff ELSE s.staff END,
        CASE
            WHEN valid_from_column IS NOT NULL AND s.valid_from IS NOT NULL THEN s.valid_from
            WHEN u.unit IS NULL THEN holds_from
            WHEN valid_from_column IS NULL THEN u.valid_from
        END,
        CASE
            WHEN valid_to_column IS NOT NULL THEN s.valid_to
            WHEN u.valid_to <= holds_from THEN NULL
            ELSE u.valid_to
        END,
        CASE WHEN remark_column IS NULL THEN u.remark ELSE s.remark END,
        n.names
    )::@extschema@.unit_row ORDER BY s.first), '{}')
    INTO units
    FROM said AS s
    LEFT JOIN spelling AS n ON n.key = s.key
    LEFT JOIN @extschema@.unit AS u ON u.unit = CASE WHEN s.key ~ '^[0-9]+$' THEN s.key::bigint END;

    WITH RECURSIVE r AS MATERIALIZED (
        SELECT v.* FROM unnest(list) AS v
    ),
    g AS MATERIALIZED (
        SELECT v.* FROM unnest(units) AS v
    ),
    known AS MATERIALIZED (
        SELECT g.key, g.parent FROM g
        UNION ALL
        SELECT u.unit::text, u.parent::text
        FROM @extschema@.unit AS u
        WHERE NOT EXISTS (SELECT FROM g WHERE g.key = u.unit::text)
    ),
    up AS (
        SELECT g.key, ARRAY[g.key, g.parent] AS chain, g.parent AS next
        FROM g
        WHERE g.parent <> g.key
        UNION ALL
        SELECT u.key, u.chain || k.parent, k.parent
        FROM up AS u
        JOIN known AS k ON k.key = u.next
        WHERE k.parent IS NOT NULL AND u.next <> ALL (trim_array(u.chain, 1)) AND cardinality(u.chain) < max_steps
    ),
    fault (row_number, label, rank, reason) AS (
        SELECT r.row_number, r.label, f.o, f.why
        FROM r, unnest(r.faults) WITH ORDINALITY AS f (why, o)
        UNION ALL
        SELECT g.row_number, g.label, 20, format('unit %s is in the draft already', CASE WHEN id_column IS NULL THEN '"' || g.name || '"' ELSE g.key END)
        FROM g
        JOIN @extschema@.unit AS u ON u.unit = CASE WHEN g.key ~ '^[0-9]+$' THEN g.key::bigint END
        WHERE NOT replace
        UNION ALL
        -- rows of one unit that say different things of it
        SELECT r.row_number, r.label, 21, format('its %s is "%s" here and "%s" in a row before', c.what, c.here, c.there)
        FROM r
        JOIN g ON g.key = r.key,
        LATERAL (VALUES
            ('kind', r.kind, CASE WHEN kind_column IS NOT NULL THEN g.kind END),
            ('level', r.level::text, CASE WHEN level_column IS NOT NULL THEN g.level::text END),
            ('parent', regexp_replace(r.parent, '^name ', ''), CASE WHEN parent_column IS NOT NULL THEN regexp_replace(g.parent, '^name ', '') END),
            ('territory', r.territory::@extschema@.gridcode::text, CASE WHEN territory_column IS NOT NULL THEN g.territory END),
            ('staff', r.staff::text, CASE WHEN staff_column IS NOT NULL THEN g.staff::text END),
            ('valid_from', r.valid_from::text, CASE WHEN valid_from_column IS NOT NULL THEN g.valid_from::text END),
            ('valid_to', r.valid_to::text, CASE WHEN valid_to_column IS NOT NULL THEN g.valid_to::text END)
        ) AS c (what, here, there)
        WHERE c.here <> c.there
        UNION ALL
        SELECT g.row_number, g.label, 22, 'the kind is missing'
        FROM g
        WHERE g.kind IS NULL AND NOT EXISTS (SELECT FROM r WHERE r.key = g.key AND cardinality(r.faults) > 0)
        UNION ALL
        SELECT g.row_number, g.label, 23, 'the level is missing'
        FROM g
        WHERE g.level IS NULL AND NOT EXISTS (SELECT FROM r WHERE r.key = g.key AND cardinality(r.faults) > 0)
        UNION ALL
        SELECT g.row_number, g.label, 24,
               format('its chain of parents leads back to it: %s', regexp_replace(array_to_string(u.chain, ', '), '\mname ', '', 'g'))
        FROM up AS u
        JOIN g ON g.key = u.key
        WHERE u.next = u.key
        UNION ALL
        SELECT g.row_number, g.label, 25, format('it would be in force from %s to %s', g.valid_from, g.valid_to)
        FROM g
        WHERE g.valid_from >= g.valid_to
        UNION ALL
        -- what the list no longer has is retired, which must end after it began
        SELECT NULL, u.unit::text, 26, format(
                   'unit %s, which is not in the list, cannot be retired from %s: it is in force from %s only', u.unit, holds_from, u.valid_from
               )
        FROM @extschema@.unit AS u
        WHERE u.valid_from >= holds_from AND coalesce(u.valid_to, 'infinity') > holds_from
            AND NOT EXISTS (SELECT FROM g WHERE g.key = u.unit::text)
    )
    SELECT array_agg(o.row_number ORDER BY o.row_number, o.label), array_agg(o.label ORDER BY o.row_number, o.label),
           array_agg(o.reason ORDER BY o.row_number, o.label)
    INTO refused_rows, refused_units, refused_reasons
    FROM (
        SELECT f.row_number, f.label, string_agg(f.reason, '; ' ORDER BY f.rank, f.reason) AS reason
        FROM fault AS f
        GROUP BY f.row_number, f.label
    ) AS o;

    IF refused_rows IS NOT NULL THEN
        RAISE WARNING USING
            MESSAGE = CASE
                WHEN num_nonnulls(VARIADIC refused_rows) = 0 THEN 'nothing was loaded: units of the draft stand against it'
                ELSE format('nothing was loaded: %s of %s rows were refused',
                    (SELECT count(DISTINCT n) FROM unnest(refused_rows) AS n), cardinality(list))
            END,
            HINT = 'The rows that are returned say why.';
        RETURN QUERY
        SELECT v.n, v.u, v.r
        FROM unnest(refused_rows, refused_units, refused_reasons) WITH ORDINALITY AS v (n, u, r, o)
        ORDER BY v.o;
        RETURN;
    END IF;

    -- numbers for those that have none, beyond all that are there
    SELECT max(v.n) INTO top
    FROM (
        SELECT max(u.unit) FROM @extschema@.unit AS u
        UNION ALL
        SELECT max(g.key::bigint) FROM unnest(units) AS g WHERE g.key ~ '^[0-9]+$'
    ) AS v (n);
    IF top > (SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END FROM @extschema@.unit_unit_seq AS s) THEN
        PERFORM setval('@extschema@.unit_unit_seq', top);
    END IF;
    SELECT coalesce(array_agg(v.key ORDER BY v.n), '{}'), coalesce(array_agg(v.unit ORDER BY v.n), '{}')
    INTO fresh, fresh_units
    FROM (
        SELECT g.key, g.row_number AS n, nextval('@extschema@.unit_unit_seq') AS unit
        FROM (SELECT v.key, v.row_number FROM unnest(units) AS v WHERE v.key !~ '^[0-9]+$' ORDER BY v.row_number) AS g
    ) AS v;
    SELECT array_agg(ROW(
        g.row_number, coalesce(k.unit::text, g.key), g.label, g.name, g.kind, g.level, coalesce(p.unit::text, g.parent),
        g.territory, g.staff, g.valid_from, g.valid_to, g.remark, g.faults
    )::@extschema@.unit_row)
    INTO units
    FROM unnest(units) AS g
    LEFT JOIN unnest(fresh, fresh_units) AS k (key, unit) ON k.key = g.key
    LEFT JOIN unnest(fresh, fresh_units) AS p (key, unit) ON p.key = g.parent;

    -- a name that is given up stays a spelling of its unit
    WITH n AS (
        SELECT u.unit, u.name AS spelling, NULL AS source
        FROM unnest(units) AS g
        JOIN @extschema@.unit AS u ON u.unit = g.key::bigint
        WHERE u.name <> g.name
        UNION ALL
        SELECT g.key::bigint, s.spelling, load_units.source::text
        FROM unnest(units) AS g, unnest(g.faults) AS s (spelling)
        WHERE s.spelling <> g.name
    )
    INSERT INTO @extschema@.unit_alias (unit, alias, source)
    SELECT DISTINCT ON (n.unit, n.spelling) n.unit, n.spelling, n.source
    FROM n
    ORDER BY n.unit, n.spelling, n.source
    ON CONFLICT ON CONSTRAINT unit_alias_pkey DO NOTHING;
    GET DIAGNOSTICS spellings = ROW_COUNT;
    DELETE FROM @extschema@.unit_alias AS a
    USING unnest(units) AS g
    WHERE a.unit = g.key::bigint AND a.alias = g.name;

    UPDATE @extschema@.unit AS u
    SET name = g.name, kind = g.kind, level = g.level, parent = g.parent::bigint, territory = g.territory::@extschema@.gridcode,
        staff = g.staff, valid_from = g.valid_from, valid_to = g.valid_to, remark = g.remark
    FROM unnest(units) AS g
    WHERE u.unit = g.key::bigint
        AND (u.name, u.kind, u.level, u.parent, u.territory::text, u.staff, u.valid_from, u.valid_to, u.remark)
            IS DISTINCT FROM (g.name, g.kind, g.level, g.parent::bigint, g.territory, g.staff, g.valid_from, g.valid_to, g.remark);
    GET DIAGNOSTICS changed = ROW_COUNT;

    INSERT INTO @extschema@.unit (unit, name, kind, level, parent, territory, staff, valid_from, valid_to, remark)
    SELECT g.key::bigint, g.name, g.kind, g.level, g.parent::bigint, g.territory::@extschema@.gridcode, g.staff,
           g.valid_from, g.valid_to, g.remark
    FROM unnest(units) AS g
    WHERE NOT EXISTS (SELECT FROM @extschema@.unit AS u WHERE u.unit = g.key::bigint);
    GET DIAGNOSTICS inserted = ROW_COUNT;

    IF holds_from IS NOT NULL THEN
        UPDATE @extschema@.unit AS u
        SET valid_to = holds_from
        WHERE (u.valid_to IS NULL OR u.valid_to > holds_from)
            AND NOT EXISTS (SELECT FROM unnest(units) AS g WHERE g.key::bigint = u.unit);
        GET DIAGNOSTICS retired = ROW_COUNT;
    END IF;

    RAISE NOTICE USING
        MESSAGE = format('units: %s listed in %s rows, %s new, %s changed, %s retired; %s new spellings',
            coalesce(cardinality(units), 0), cardinality(list), inserted, changed, retired, spellings);
END;
$$;
COMMENT ON FUNCTION load_units(regclass, name, name, name, name, name, name, name, name, name, name, text, integer, text, boolean, date) IS
    'load units from a table or view into the draft (导入单位), rows of one number or one spelling being one unit: all rows or, when it returns refused rows, none';
REVOKE EXECUTE ON FUNCTION load_units(regclass, name, name, name, name, name, name, name, name, name, name, text, integer, text, boolean, date) FROM PUBLIC;

-- Checking.

-- What does not fit together.  An administrator sees all of it at once and may
-- edit in any order; an error keeps publish_rulebook() from publishing.
CREATE FUNCTION unit_check(at timestamptz DEFAULT now())
    RETURNS TABLE (severity text, part text, key text, fault text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    -- as deep as a rulebook takes it
    max_depth constant integer := 16;
    -- of several units of one name, so many are shown
    shown constant integer := 5;
    day constant date := @extschema@.class_day(coalesce(at, now()));
BEGIN
    RETURN QUERY
    SELECT 'error', 'level', format('%s/%s', l.scheme, l.level), 'unknown scheme', format('There is no scheme "%s".', l.scheme)
    FROM @extschema@.dispatch_level AS l
    WHERE NOT EXISTS (SELECT FROM @extschema@.dispatch_scheme AS s WHERE s.scheme = l.scheme)
    ORDER BY l.scheme COLLATE "C", l.level;

    RETURN QUERY
    SELECT 'error', 'level', format('%s/%s', l.scheme, l.level), 'missing level',
           format('Scheme "%s" has no level %s above it.', l.scheme, l.level - 1)
    FROM @extschema@.dispatch_level AS l
    WHERE l.level > 1 AND NOT EXISTS (
        SELECT FROM @extschema@.dispatch_level AS m WHERE m.scheme = l.scheme AND m.level = l.level - 1
    )
    ORDER BY l.scheme COLLATE "C", l.level;

    RETURN QUERY
    SELECT 'warning', 'level', format('%s/%s', l.scheme, l.level), 'wider than the level above',
           format('Its territories have %s digits, those of level %s have %s.', l.territory_digits, m.level, m.territory_digits)
    FROM @extschema@.dispatch_level AS l
    JOIN LATERAL (
        SELECT u.level, u.territory_digits
        FROM @extschema@.dispatch_level AS u
        WHERE u.scheme = l.scheme AND u.level < l.level AND u.territory_digits > l.territory_digits
        ORDER BY u.level DESC
        LIMIT 1
    ) AS m ON true
    ORDER BY l.scheme COLLATE "C", l.level;

    RETURN QUERY
    SELECT 'error', 'unit', u.unit::text, 'unknown kind', format('There is no kind of unit "%s".', u.kind)
    FROM @extschema@.unit AS u
    WHERE u.kind NOT IN (SELECT k.kind FROM @extschema@.unit_kind AS k)
    ORDER BY u.unit;

    RETURN QUERY
    SELECT 'error', 'unit', u.unit::text, 'orphan', format('Its parent, unit %s, does not exist.', u.parent)
    FROM @extschema@.unit AS u
    WHERE u.parent IS NOT NULL AND NOT EXISTS (SELECT FROM @extschema@.unit AS p WHERE p.unit = u.parent)
    ORDER BY u.unit;

    -- What leads into a circle without being of it is not told: those of the
    -- circle are.
    RETURN QUERY
    WITH RECURSIVE up AS (
        SELECT u.unit, ARRAY[u.unit] AS chain, u.parent AS next
        FROM @extschema@.unit AS u
        UNION ALL
        SELECT v.unit, v.chain || v.next, p.parent
        FROM up AS v
        JOIN @extschema@.unit AS p ON p.unit = v.next
        WHERE v.next <> ALL (v.chain) AND cardinality(v.chain) <= max_depth
    )
    SELECT 'error', 'unit', v.unit::text, f.fault, f.detail
    FROM up AS v,
    LATERAL (
        SELECT 'cycle', format('Its chain of parents leads back to it: %s, %s.', array_to_string(v.chain, ', '), v.next)
        WHERE v.next = v.unit
        UNION ALL
        SELECT 'too deep', format('There are more than %s units from the root of the tree down to it.', max_depth)
        WHERE cardinality(v.chain) > max_depth AND v.next IS DISTINCT FROM v.unit
    ) AS f (fault, detail)
    ORDER BY v.unit;

    RETURN QUERY
    SELECT 'error', 'unit', u.unit::text, 'below a person', format('Its parent, unit %s, is a person (%s).', p.unit, k.name)
    FROM @extschema@.unit AS u
    JOIN @extschema@.unit AS p ON p.unit = u.parent
    JOIN @extschema@.unit_kind AS k ON k.kind = p.kind
    WHERE k.base = 'person'
    ORDER BY u.unit;

    RETURN QUERY
    SELECT 'error', 'unit', u.unit::text, 'level above its parent',
           format('It stands at level %s, its parent, unit %s, at level %s.', u.level, p.unit, p.level)
    FROM @extschema@.unit AS u
    JOIN @extschema@.unit AS p ON p.unit = u.parent
    WHERE u.level < p.level
    ORDER BY u.unit;

    RETURN QUERY
    SELECT 'warning', 'unit', u.unit::text, 'outside its parent',
           format('It serves %s, its parent, unit %s, serves %s.', u.territory, p.unit, p.territory)
    FROM @extschema@.unit AS u
    JOIN @extschema@.unit AS p ON p.unit = u.parent
    WHERE coalesce(u.valid_to, 'infinity') > day AND NOT p.territory OPERATOR(@extschema@.@>) u.territory
    ORDER BY u.unit;

    RETURN QUERY
    SELECT 'warning', 'unit', u.unit::text, 'parent not in force', CASE
               WHEN coalesce(p.valid_to, 'infinity') < coalesce(u.valid_to, 'infinity') THEN
                   format('Its parent, unit %s, is not in force from %s on.', p.unit, p.valid_to)
               ELSE format('Its parent, unit %s, is not in force before %s.', p.unit, p.valid_from)
           END
    FROM @extschema@.unit AS u
    JOIN @extschema@.unit AS p ON p.unit = u.parent
    WHERE coalesce(u.valid_to, 'infinity') > day
        AND (
            coalesce(p.valid_to, 'infinity') < coalesce(u.valid_to, 'infinity')
            OR p.valid_from > greatest(coalesce(u.valid_from, '-infinity'), day)
        )
    ORDER BY u.unit;

    -- names that mean several units at one time
    RETURN QUERY
    WITH spelled AS MATERIALIZED (
        SELECT u.unit, u.name AS written, @extschema@.unit_spelling(u.name) AS spelling, false AS is_alias,
               daterange(u.valid_from, u.valid_to) AS valid
        FROM @extschema@.unit AS u
        WHERE coalesce(u.valid_to, 'infinity') > day
        UNION ALL
        SELECT u.unit, a.alias, @extschema@.unit_spelling(a.alias), true, daterange(u.valid_from, u.valid_to)
        FROM @extschema@.unit_alias AS a
        JOIN @extschema@.unit AS u ON u.unit = a.unit
        WHERE coalesce(u.valid_to, 'infinity') > day
    )
    SELECT 'warning', CASE WHEN v.is_alias THEN 'alias' ELSE 'unit' END,
           CASE WHEN v.is_alias THEN format('%s/%s', v.unit, v.written) ELSE v.unit::text END,
           CASE WHEN v.others IS NULL THEN 'unreadable name' ELSE 'ambiguous name' END,
           CASE
               WHEN v.others IS NULL THEN format('"%s" has nothing in it that fold() leaves.', v.written)
               ELSE format('"%s" is a name of unit %s too, which unit_id() cannot tell apart.', v.written,
                   array_to_string(v.others[1:shown], ', ') || CASE WHEN cardinality(v.others) > shown THEN ', …' ELSE '' END)
           END
    FROM (
        SELECT s.is_alias, s.unit, s.written, array_agg(DISTINCT o.unit ORDER BY o.unit) AS others
        FROM spelled AS s
        JOIN spelled AS o ON o.spelling = s.spelling AND o.unit <> s.unit AND o.valid && s.valid
        WHERE s.spelling <> ''
        GROUP BY s.is_alias, s.unit, s.written
        UNION ALL
        SELECT s.is_alias, s.unit, s.written, NULL
        FROM spelled AS s
        WHERE s.spelling = ''
    ) AS v
    ORDER BY v.is_alias, v.unit, v.written COLLATE "C";

    RETURN QUERY
    SELECT 'warning', 'alias', format('%s/%s', a.unit, a.alias), 'unknown unit', format('There is no unit %s.', a.unit)
    FROM @extschema@.unit_alias AS a
    WHERE NOT EXISTS (SELECT FROM @extschema@.unit AS u WHERE u.unit = a.unit)
    ORDER BY a.unit, a.alias COLLATE "C";

    RETURN QUERY
    SELECT CASE WHEN u.unit IS NULL THEN 'error' ELSE 'warning' END, 'channel', c.channel,
           CASE WHEN u.unit IS NULL THEN 'unknown unit' ELSE 'unit not in force' END,
           CASE
               WHEN u.unit IS NULL THEN format('Its cases come to unit %s, which does not exist.', c.intake_unit)
               WHEN u.valid_to <= day THEN format('Its cases come to unit %s, which is not in force from %s on.', u.unit, u.valid_to)
               ELSE format('Its cases come to unit %s, which is not in force before %s.', u.unit, u.valid_from)
           END
    FROM @extschema@.channel AS c
    LEFT JOIN @extschema@.unit AS u ON u.unit = c.intake_unit
    WHERE c.intake_unit IS NOT NULL
        AND (u.unit IS NULL OR u.valid_to <= day OR u.valid_from > day)
    ORDER BY c.channel COLLATE "C";

    RETURN QUERY
    SELECT CASE WHEN k.kind IS NULL THEN 'error' ELSE 'warning' END, 'channel', c.channel,
           CASE WHEN k.kind IS NULL THEN 'unknown kind' ELSE 'no such unit' END,
           CASE
               WHEN k.kind IS NULL THEN format('There is no kind of unit "%s".', c.intake_kind)
               ELSE format('No unit of kind "%s" at level %s is in force.', c.intake_kind, c.intake_level)
           END
    FROM @extschema@.channel AS c
    LEFT JOIN @extschema@.unit_kind AS k ON k.kind = c.intake_kind
    WHERE c.intake_kind IS NOT NULL
        AND (k.kind IS NULL OR NOT EXISTS (
            SELECT FROM @extschema@.unit AS u
            WHERE u.kind = c.intake_kind AND u.level = c.intake_level
                AND coalesce(u.valid_from, '-infinity') <= day AND coalesce(u.valid_to, 'infinity') > day
        ))
    ORDER BY c.channel COLLATE "C";
END;
$$;
COMMENT ON FUNCTION unit_check(timestamptz) IS
    'faults of units, levels and channels (单位检查): what does not fit together, for the time from an instant on; no rows where all is well';
