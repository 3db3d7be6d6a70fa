-- the levels of scheme district: 区—部门—街道—社区—网格
SELECT level, name FROM dispatch_level WHERE scheme = 'district' ORDER BY level;
-- a unit for each street, community and cell of the list, numbered by its code
INSERT INTO unit (unit, name, kind, level, parent, territory) VALUES
    (1, '坪山区分拨中心', 'centre', 1, NULL, '440310'),
    (2, '深圳市12345热线', 'centre', 1, NULL, '4403'),
    (11, '坪山区城市管理和综合执法局', 'department', 2, 1, '440310'),
    (12, '坪山区住房和建设局', 'department', 2, 1, '440310');
INSERT INTO unit (unit, name, kind, level, parent, territory)
SELECT DISTINCT street_code::bigint, street || '办事处', 'street office', 3, 1, street_code::gridcode FROM community
UNION ALL
SELECT code12::bigint, community, 'community station', 4, street_code::bigint, code12::gridcode FROM community
UNION ALL
SELECT (code12 || cell)::bigint, replace(community, '居委会', name), 'grid team', 5, code12::bigint, (code12 || cell)::gridcode
FROM community, (VALUES ('001', '第一网格'), ('002', '第二网格')) AS v (cell, name);
INSERT INTO grid_cell (code, name) SELECT territory, name FROM unit WHERE kind = 'grid team';
-- cases come to the team of their cell, to the city, which is a tree of its own, or from a department
UPDATE channel SET intake_kind = 'grid team', intake_level = 5 WHERE channel = 'grid';
UPDATE channel SET intake_unit = 2 WHERE channel = '12345';
UPDATE channel SET intake_unit = 12 WHERE channel = 'transfer';
-- one row serves all communities
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, scheme, calendar)
VALUES ('pingshan', '坪山区职责规则库', 'GB/T 47678.5-2026', 'matter', 'district', 'office');
INSERT INTO duty_rule (rulebook, class, lead_unit, lead_kind, lead_level, basis) VALUES
    ('pingshan', '06', NULL, 'community station', 4, '社区：市容环境'),
    ('pingshan', '07', 11, NULL, NULL, '城管：宣传广告'),
    ('pingshan', '08', 12, NULL, NULL, '住建：施工管理');
INSERT INTO fallback (rulebook, territory, kind, level) VALUES ('pingshan', '440310', 'street office', 3);
INSERT INTO sla_policy (rulebook, stage, term, warnings) VALUES
    ('pingshan', 'handle', '2 work days', '{75,100}'),
    ('pingshan', 'overall', '5 work days', '{75,100,150}');
CALL publish_calendar('office', '2026-01-01');
SELECT severity, fault, count(*) FROM rulebook_check('pingshan', '2026-08-01') GROUP BY 1, 2 ORDER BY 1, 2;
CALL publish_rulebook('pingshan', '2026-08-01');
-- up from the grid, down from 12345, sideways between departments
SELECT v.direction, path_names(routing_path(route('pingshan', v.class, v.cell, v.channel, at => '2026-08-03 09:00+08'))) AS path
FROM (VALUES
    ('up', '07001'::eventcode, '440310001001001'::gridcode, 'grid'),
    ('down', '06001', '440310001001001', '12345'),
    ('down to the fallback', '09001', '440310001001001', '12345'),
    ('sideways', '07001', '440310001001001', 'transfer')
) AS v (direction, class, cell, channel);
-- every community, from the grid up to the department
SELECT path_names(routing_path(route('pingshan', '07001', (code12 || '001')::gridcode, 'grid', at => '2026-08-03 09:00+08'))) AS path
FROM community ORDER BY code12;
