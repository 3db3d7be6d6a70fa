-- A sample district, named as Pingshan is (坪山区): the official names and codes
-- of its 6 streets and 24 communities (list of the National Bureau of
-- Statistics, 2023).  All else is made up: the 600 cells are synthetic, 25 in
-- each community, on a map that only roughly has the places where they are, and
-- so are departments, duties and limits.
SET search_path = civicgrid, public;
SET timezone = 'Asia/Shanghai';
CREATE SCHEMA demo;

-- Where each community lies on the map, in blocks of 5 by 5 cells: from the
-- west, from the south.
CREATE TABLE demo.community (
    code gridcode PRIMARY KEY,
    name text NOT NULL,
    east integer NOT NULL,
    north integer NOT NULL,
    UNIQUE (east, north)
);
INSERT INTO demo.community VALUES
    ('440310001001', '六联社区', 2, 3), ('440310001002', '六和社区', 3, 3), ('440310001003', '坪山社区', 2, 2),
    ('440310001004', '和平社区', 3, 2), ('440310001005', '新和社区', 4, 2),
    ('440310002001', '坪环社区', 3, 1), ('440310002002', '江岭社区', 4, 1), ('440310002003', '马峦社区', 1, 1),
    ('440310002004', '沙坣社区', 2, 1),
    ('440310003001', '碧岭社区', 1, 3), ('440310003002', '汤坑社区', 1, 4), ('440310003003', '沙湖社区', 1, 2),
    ('440310004001', '金龟社区', 6, 1), ('440310004002', '石井社区', 5, 2), ('440310004003', '田头社区', 5, 1),
    ('440310004004', '田心社区', 6, 2),
    ('440310005001', '坑梓社区', 6, 4), ('440310005002', '秀新社区', 5, 4), ('440310005003', '金沙社区', 5, 3),
    ('440310005004', '沙田社区', 6, 3),
    ('440310006001', '龙田社区', 3, 4), ('440310006002', '南布社区', 4, 3), ('440310006003', '竹坑社区', 4, 4),
    ('440310006004', '老坑社区', 2, 4);
CREATE TABLE demo.street (code gridcode PRIMARY KEY, name text NOT NULL);
INSERT INTO demo.street VALUES
    ('440310001', '坪山街道'), ('440310002', '马峦街道'), ('440310003', '碧岭街道'),
    ('440310004', '石井街道'), ('440310005', '坑梓街道'), ('440310006', '龙田街道');

-- A lattice of 31 by 21 corners, bent so that no two cells are alike; cells
-- share their corners, so they tile.
CREATE FUNCTION demo.corner(x integer, y integer) RETURNS geometry
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT public.st_setsrid(public.st_point(
        round((114.290 + 0.0052 * x + 0.0016 * sin(0.55 * y + 0.3 * x) + 0.0009 * sin(1.1 * x - 0.4 * y))::numeric, 7),
        round((22.625 + 0.0070 * y + 0.0018 * sin(0.45 * x - 0.35 * y) + 0.0009 * cos(0.9 * y + 0.7 * x))::numeric, 7)
    ), 4490);
END;

INSERT INTO grid_cell (code, name, collector, grade, geom)
SELECT (c.code || lpad(n::text, 3, '0'))::gridcode, c.name || '第' || n || '网格',
       '网格员' || row_number() OVER (ORDER BY c.code::text, n),
       (ARRAY['A', 'B', 'C'])[1 + greatest(abs(x - 14), abs(y - 10)) / 6],
       ST_MakePolygon(ST_MakeLine(ARRAY[
           demo.corner(x, y), demo.corner(x + 1, y), demo.corner(x + 1, y + 1), demo.corner(x, y + 1), demo.corner(x, y)
       ]))
FROM demo.community AS c, generate_series(1, 25) AS n,
LATERAL (VALUES (5 * (c.east - 1) + (n - 1) % 5, 5 * (c.north - 1) + (n - 1) / 5)) AS v (x, y);
INSERT INTO grid_outline (code, name, geom)
SELECT v.code::gridcode, v.name, v.geom
FROM (
    SELECT c.code::text, c.name, ST_Union(g.geom) FROM demo.community AS c JOIN grid_cell AS g ON g.code <@ c.code GROUP BY 1, 2
    UNION ALL
    SELECT s.code::text, s.name, ST_Union(g.geom) FROM demo.street AS s JOIN grid_cell AS g ON g.code <@ s.code GROUP BY 1, 2
    UNION ALL
    SELECT '440310', '坪山区', ST_Union(g.geom) FROM grid_cell AS g
) AS v (code, name, geom);
\echo civicgrid: 600 synthetic cells in 24 communities and 6 streets; what the map check says of them:
SELECT severity, defect, count(*) FROM grid_check() GROUP BY 1, 2 ORDER BY 1, 2;
CALL publish_grid('2018', '2018-01-01 00:00+08', NULL, 'synthetic') \gset

-- What looks like chance, always the same: a number from 0 up to 1 for a key and
-- a purpose.
CREATE FUNCTION demo.draw(key text, purpose text) RETURNS double precision
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT ('x' || substr(md5('2018/' || purpose || '/' || key), 1, 8))::bit(32)::bigint / 4294967296.0;
END;

-- A seeded point of a cell: by its corners, never on its border.
CREATE FUNCTION demo.point_in(cell gridcode, u double precision, v double precision) RETURNS geometry
    LANGUAGE SQL STABLE
BEGIN ATOMIC
    SELECT st_setsrid(st_point(
        (1 - a) * ((1 - b) * st_x(p1) + b * st_x(p4)) + a * ((1 - b) * st_x(p2) + b * st_x(p3)),
        (1 - a) * ((1 - b) * st_y(p1) + b * st_y(p4)) + a * ((1 - b) * st_y(p2) + b * st_y(p3))
    ), 4490)
    FROM grid_cell AS g,
    LATERAL (
        SELECT st_exteriorring(g.geom), 0.05 + 0.9 * u, 0.05 + 0.9 * v
    ) AS r (ring, a, b),
    LATERAL (
        SELECT st_pointn(ring, 1), st_pointn(ring, 2), st_pointn(ring, 3), st_pointn(ring, 4)
    ) AS p (p1, p2, p3, p4)
    WHERE g.kind = 'unit' AND g.code = cell;
END;

-- Units at five levels: 区—部门—街道—社区—网格.  Places have the number of their
-- code.
INSERT INTO unit (unit, name, kind, level, parent, territory) VALUES (1, '坪山区分拨中心', 'centre', 1, NULL, '440310');
INSERT INTO unit (unit, name, kind, level, parent, territory)
SELECT code::text::bigint, name || '办事处', 'street office', 3, 1, code FROM demo.street
UNION ALL
SELECT code::text::bigint, name, 'community station', 4, ancestor(code, 'street')::text::bigint, code FROM demo.community
UNION ALL
SELECT code::text::bigint, name, 'grid team', 5, ancestor(code, 'community')::text::bigint, code FROM grid_cell;
-- the departments that duties of today are written for
INSERT INTO unit (unit, name, kind, level, parent, territory, valid_from)
SELECT v.unit, v.name, v.kind, 2, 1, '440310', '2019-03-01'
FROM (VALUES
    (11, '坪山区城市管理和综合执法局', 'department'),
    (12, '坪山区住房和建设局', 'department'),
    (13, '市生态环境局坪山管理局', 'department'),
    (14, '坪山区水务局', 'department'),
    (15, '坪山区市场监管局', 'department'),
    (16, '坪山交警大队', 'police station'),
    (17, '坪山区建筑工务署', 'department'),
    (19, '坪山区教育局', 'department'),
    (20, '坪山区人力资源局', 'department'),
    (21, '坪山区卫生健康局', 'department'),
    (22, '坪山区文化广电旅游体育局', 'department')
) AS v (unit, name, kind);

-- 1+N: what collectors report comes to the community, all else to the centre.
INSERT INTO channel (channel, name, remark) VALUES
    ('@坪山', '@坪山', '2018 年事件的渠道 103'),
    ('美丽深圳', '美丽深圳', '2018 年事件的渠道 102'),
    ('phone', '固话投诉', '2018 年事件的渠道 106');

UPDATE intake_rule SET rulebook = 'pingshan', srid = 4490, district = '440310', unit = 1, threshold = 0.75 WHERE channel = '';
-- the district's centre is of level 1 in this scheme
UPDATE case_setting SET value = '1' WHERE setting = 'visit_level';

-- A calendar from 2007 to 2036, by the notices of the State Council.
CALL publish_calendar('office', '2007-01-01 00:00+08') \gset

-- Classes of today, of a standard that is in force since July 2026.
CALL publish_taxonomy('GB/T 47678.5-2026', 'matter', '2026-07-01 00:00+08') \gset

-- Duties and limits of today.  The basis is made up, as are the limits.
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, scheme, calendar)
VALUES ('pingshan', '坪山区职责规则库（示例）', 'GB/T 47678.5-2026', 'matter', 'district', 'office');
INSERT INTO duty_rule (rulebook, class, lead_unit, lead_kind, lead_level, basis) VALUES
    ('pingshan', '01', 17, NULL, NULL, '示例清单 1：市政公用设施'),
    ('pingshan', '02', 16, NULL, NULL, '示例清单 2：交通设施'),
    ('pingshan', '03', 11, NULL, NULL, '示例清单 3：环卫设施'),
    ('pingshan', '04', 11, NULL, NULL, '示例清单 4：园林绿化'),
    ('pingshan', '06', 11, NULL, NULL, '示例清单 6：市容环境'),
    ('pingshan', '06001', NULL, 'street office', 3, '示例清单 6.1：私搭乱建属地'),
    ('pingshan', '06010', NULL, 'community station', 4, '示例清单 6.10：暴露垃圾'),
    ('pingshan', '06011', NULL, 'community station', 4, '示例清单 6.11：积存垃圾渣土'),
    ('pingshan', '06036', NULL, 'community station', 4, '示例清单 6.36：乱堆杂物'),
    ('pingshan', '06041', NULL, 'community station', 4, '示例清单 6.41：垃圾未分类'),
    ('pingshan', '06042', NULL, 'community station', 4, '示例清单 6.42：垃圾满溢'),
    ('pingshan', '06024', 14, NULL, NULL, '示例清单 6.24：水域'),
    ('pingshan', '06025', 14, NULL, NULL, '示例清单 6.25：水域'),
    ('pingshan', '06026', 14, NULL, NULL, '示例清单 6.26：河道'),
    ('pingshan', '06027', 13, NULL, NULL, '示例清单 6.27：油烟'),
    ('pingshan', '06028', 13, NULL, NULL, '示例清单 6.28：噪声'),
    ('pingshan', '07', 11, NULL, NULL, '示例清单 7：宣传广告'),
    ('pingshan', '08', 12, NULL, NULL, '示例清单 8：施工管理'),
    ('pingshan', '08004', 13, NULL, NULL, '示例清单 8.4：工地扬尘'),
    ('pingshan', '09', NULL, 'street office', 3, '示例清单 9：街面秩序'),
    ('pingshan', '09009', 16, NULL, NULL, '示例清单 9.9：机动车乱停放');
INSERT INTO duty_assist (rule, place, unit, kind, level, task)
SELECT rule, 1, NULL, 'street office', 3, '秩序维护' FROM duty_rule WHERE rulebook = 'pingshan' AND class = '08'
UNION ALL
SELECT rule, 1, 12, NULL, NULL, '督促工地' FROM duty_rule WHERE rulebook = 'pingshan' AND class = '08004';
INSERT INTO fallback (rulebook, territory, kind, level) VALUES ('pingshan', '440310', 'street office', 3);

-- Limits of all stages, for any rulebook of the district.
CREATE PROCEDURE demo.write_limits(rulebook text)
    LANGUAGE SQL
BEGIN ATOMIC
    INSERT INTO sla_policy (rulebook, severity, stage, term, warnings, basis) VALUES
        (rulebook, NULL, 'verify', '4 hours', '{100}', '示例时限'),
        (rulebook, NULL, 'file', '15 minutes', '{100}', '示例时限'),
        (rulebook, NULL, 'dispatch', '15 minutes', '{100}', '示例时限'),
        (rulebook, NULL, 'sign', '2 work hours', '{75,100,150}', '示例时限'),
        (rulebook, NULL, 'handle', '3 work days', '{75,100,150}', '示例时限'),
        (rulebook, 2, 'handle', '1 work days', '{75,100,150}', '示例时限'),
        (rulebook, 3, 'handle', '4 hours', '{75,100,150}', '示例时限'),
        (rulebook, NULL, 'check', '1 work days', '{100}', '示例时限'),
        (rulebook, NULL, 'close', '1 work days', '{100}', '示例时限'),
        (rulebook, NULL, 'visit', '3 work days', '{100}', '示例时限'),
        (rulebook, NULL, 'overall', '7 work days', '{75,100,150}', '示例时限'),
        (rulebook, 3, 'overall', '2 days', '{75,100,150}', '示例时限');
    INSERT INTO return_budget (rulebook, most, most_other, within, calendar, basis)
    VALUES (rulebook, 2, 1, '1 work days', 'office', '示例');
END;
CALL demo.write_limits('pingshan');
INSERT INTO sla_policy (rulebook, class, stage, term, warnings, basis) VALUES
    ('pingshan', '06001', 'handle', '20 work days', '{75,100,150}', '示例时限：私搭乱建'),
    ('pingshan', '06001', 'overall', '30 work days', '{75,100,150}', '示例时限：私搭乱建');
INSERT INTO sla_limit (policy, place, name, term)
SELECT policy, v.place, v.name, v.term::term
FROM sla_policy, (VALUES (1, '停工', '4 work hours'), (2, '处罚', '7 work days'), (3, '拆除', '20 work days')) AS v (place, name, term)
WHERE rulebook = 'pingshan' AND class = '06001' AND stage = 'handle';
INSERT INTO sla_policy (rulebook, class, severity, stage, term, warnings, basis) VALUES
    ('pingshan', '06001', 2, 'handle', '1 work days', '{75,100,150}', '示例时限'),
    ('pingshan', '06001', 3, 'handle', '4 hours', '{75,100,150}', '示例时限'),
    ('pingshan', '06001', 3, 'overall', '2 days', '{75,100,150}', '示例时限');
\echo civicgrid: what the rulebook of today is found to be, before it is published:
SELECT severity, fault, count(*) FROM rulebook_check('pingshan', '2026-07-01 00:00+08') GROUP BY 1, 2 ORDER BY 1, 2;
CALL publish_rulebook('pingshan', '2026-07-01 00:00+08') \gset
SELECT l.level, l.name, count(u.unit) AS units
FROM dispatch_level AS l LEFT JOIN unit AS u ON u.level = l.level
WHERE l.scheme = 'district' GROUP BY l.level, l.name ORDER BY l.level;

-- What is going to be reported, and what only the play knows of it: the unit that
-- it is for (NULL: whoever gets it), and whether it will be late.
CREATE TABLE demo.report (
    no integer PRIMARY KEY,
    at timestamptz NOT NULL,
    channel text NOT NULL,
    external_id text NOT NULL,
    words text,
    class eventcode,
    cell gridcode,
    location geometry,
    severity integer,
    reporter jsonb,
    true_unit bigint,
    true_class eventcode,
    late boolean NOT NULL DEFAULT false,
    caseno caseno,
    UNIQUE (channel, external_id)
);
