-- A town small enough to be read, in a database of its own: what tests of cases
-- begin with.
\set main :DBNAME
CREATE DATABASE :town_database TEMPLATE civicgrid_as_shipped;
\c :town_database
SET search_path = civicgrid, public;
SET TimeZone = 'Asia/Shanghai';
SET DateStyle = 'ISO';
SET client_min_messages = warning;
\set SHOW_CONTEXT never

-- classes; 04 is sensitive
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name, parent, sensitive) VALUES
    ('site', 'matter', '01', '市容', NULL, false), ('site', 'matter', '0101', '垃圾', '01', false),
    ('site', 'matter', '0102', '广告', '01', false), ('site', 'matter', '02', '工地', NULL, false),
    ('site', 'matter', '0201', '噪声', '02', false), ('site', 'matter', '03', '其他', NULL, false),
    ('site', 'matter', '04', '矛盾', NULL, true), ('site', 'matter', '0401', '家庭暴力', '04', true);
INSERT INTO class_phrase (taxonomy, kind, phrase, code) VALUES
    ('site', 'matter', '垃圾', '0101'), ('site', 'matter', '垃圾桶', '0101'), ('site', 'matter', '广告', '0102'),
    ('site', 'matter', '小广告', '0102'), ('site', 'matter', '噪音', '0201'), ('site', 'matter', '工地', '0201'),
    ('site', 'matter', '夜间施工', '0201'), ('site', 'matter', '家暴', '0401'), ('site', 'matter', '咨询', '03');

-- two streets, three communities, four cells
INSERT INTO grid_cell (kind, code, name, geom)
SELECT 'unit', v.code::gridcode, v.name, st_makeenvelope(114.34 + v.x * 0.01, 22.69 + v.y * 0.01, 114.35 + v.x * 0.01, 22.70 + v.y * 0.01, 4326)
FROM (VALUES
    ('440310001001001', '六联一格', 0, 0), ('440310001001002', '六联二格', 1, 0),
    ('440310001002001', '六和一格', 0, 1), ('440310002001001', '坪环一格', 1, 1)
) AS v (code, name, x, y);

-- units of four levels
INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES
    (1, '区分拨中心', 'centre', 2, NULL, '440310', 9),
    (2, '坪山街道分中心', 'centre', 3, 1, '440310001', 5),
    (3, '马峦街道分中心', 'centre', 3, 1, '440310002', 5),
    (4, '区城管局', 'department', 2, 1, '440310', 20),
    (5, '区住建局', 'department', 2, 1, '440310', 20),
    (6, '六联社区工作站', 'community station', 4, 2, '440310001001', 6),
    (7, '六和社区工作站', 'community station', 4, 2, '440310001002', 6),
    (8, '坪环社区工作站', 'community station', 4, 3, '440310002001', 6),
    (9, '坪山街道城管办', 'street department', 3, 2, '440310001', 8),
    (10, '马峦街道城管办', 'street department', 3, 3, '440310002', 8),
    (11, '六联网格队', 'grid team', 5, 6, '440310001001001', 3),
    (12, '六和网格队', 'grid team', 5, 7, '440310001002001', 3),
    (13, '区网格管理队', 'grid team', 2, 1, '440310', 30),
    (14, '城管执法一中队', 'law enforcement team', 3, 4, '440310001', 10);

-- litter: the street's; advertisements: the city management bureau's, which the
-- community assists; building sites: the housing bureau's
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, lead_unit, lead_kind, lead_level, basis) VALUES
    (1, 'site', '01', NULL, 'street department', 3, '街道权责清单1'),
    (2, 'site', '0102', 4, NULL, NULL, '城管权责清单7'),
    (3, 'site', '02', 5, NULL, NULL, '住建权责清单3');
INSERT INTO duty_assist (rule, place, kind, level, task) VALUES (2, 1, 'community station', 4, '现场配合');
INSERT INTO fallback (fallback, rulebook, territory, unit) VALUES (1, 'site', NULL, 1);
INSERT INTO sla_policy (policy, rulebook, class, stage, term, warnings) VALUES
    (1, 'site', NULL, 'verify', '30 minutes', '{100}'), (2, 'site', NULL, 'file', '15 minutes', '{100}'),
    (3, 'site', NULL, 'dispatch', '15 minutes', '{100}'), (4, 'site', NULL, 'sign', '2 work hours', '{100}'),
    (5, 'site', NULL, 'handle', '2 work days', '{75,100}'), (6, 'site', NULL, 'check', '30 minutes', '{100}'),
    (7, 'site', NULL, 'close', '1 work days', '{}'), (8, 'site', NULL, 'overall', '5 work days', '{75,100}'),
    (9, 'site', '02', 'handle', '3 work days', '{75,100}');

\pset tuples_only on
CALL publish_calendar('office', '2026-01-01 00:00+08');
CALL publish_taxonomy('site', 'matter', '2026-01-01 00:00+08');
CALL publish_grid('2026', '2026-01-01 00:00+08');
CALL publish_rulebook('site', '2026-01-01 00:00+08');
\pset tuples_only off

CREATE FUNCTION public.place(n integer) RETURNS civicgrid.gridcode IMMUTABLE LANGUAGE sql
RETURN (ARRAY['440310001001001', '440310001001002', '440310001002001', '440310002001001'])[n]::civicgrid.gridcode;
CREATE FUNCTION public.spot(n integer) RETURNS geometry IMMUTABLE LANGUAGE sql
RETURN st_setsrid(st_makepoint((ARRAY[114.345, 114.355, 114.345, 114.355])[n], (ARRAY[22.695, 22.695, 22.705, 22.705])[n]), 4326);

-- an instant of March, and what a statement answers, or how it is refused
CREATE FUNCTION public.t(h text) RETURNS timestamptz IMMUTABLE LANGUAGE sql RETURN ('2026-03-' || h || '+08')::timestamptz;
CREATE FUNCTION public.refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    code text; message text; detail text;
BEGIN
    EXECUTE statement INTO message;
    RETURN message;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', code, message, nullif(detail, ''));
END;
$$;
