
-- GB/T 30428.2-2013, the standard before: only what public material shows of
-- its event classes, and the way from there to GB/T 47678.5-2026.  Its fifth
-- category, emergencies (突发事件), has no counterpart by number.

INSERT INTO taxonomy (taxonomy, name, valid_to, source, remark, origin) VALUES
    (
        'GB/T 30428.2-2013',
        '数字化城市管理信息系统 第2部分：管理部件和事件',
        '2026-07-01',
        'GB/T 30428.2-2013, through lists used by city systems',
        'Not the whole list: the classes that public material shows with their codes. Replaced entirely by GB/T 47678.5-2026.',
        'shipped'
    );

INSERT INTO event_class (taxonomy, kind, code, name, origin)
SELECT 'GB/T 30428.2-2013', 'matter', code::eventcode, name, 'shipped'
FROM (VALUES
    ('01', '市容环境'),
    ('02', '宣传广告'),
    ('03', '施工管理'),
    ('04', '街面秩序')
) AS v (code, name);

INSERT INTO event_class (taxonomy, kind, code, name, parent, origin)
SELECT 'GB/T 30428.2-2013', 'matter', code::eventcode, name, parent(code::eventcode), 'shipped'
FROM (VALUES
    ('0101', '私搭乱建'),
    ('0107', '沿街晾挂'),
    ('0110', '暴露垃圾'),
    ('0111', '积存垃圾渣土'),
    ('0112', '道路不洁'),
    ('0136', '乱堆物堆料'),
    ('0201', '非法小广告'),
    ('0203', '违规户外广告'),
    ('0311', '渣土车未密闭运输'),
    ('0401', '无照经营游商'),
    ('0405', '店外经营'),
    ('0406', '占道经营'),
    ('0409', '机动车乱停放'),
    ('0410', '非机动车乱停放')
) AS v (code, name);

-- 2013 category 01, 02, 03, 04 became 06, 07, 08, 09.
INSERT INTO class_map (from_taxonomy, from_kind, from_code, to_taxonomy, to_kind, to_code, relation, basis, origin)
SELECT 'GB/T 30428.2-2013', 'matter', from_code::eventcode, 'GB/T 47678.5-2026', 'matter', to_code::eventcode, 'same', 'stated', 'shipped'
FROM (VALUES
    ('01', '06'),
    ('02', '07'),
    ('03', '08'),
    ('04', '09')
) AS v (from_code, to_code);

-- Within a category the number NN became 0NN.  Every pair that can be checked
-- agrees (basis stated: code and name are shown together; inferred: the place
-- in an ordered list is); the others rest on the rule alone, and some of them
-- may be classes that 2013 did not have.
INSERT INTO class_map (from_taxonomy, from_kind, from_code, to_taxonomy, to_kind, to_code, relation, basis, remark, origin)
SELECT 'GB/T 30428.2-2013',
       'matter',
       (lpad((substr(c.code::text, 1, 2)::integer - 5)::text, 2, '0') || substr(c.code::text, 4))::eventcode,
       'GB/T 47678.5-2026',
       'matter',
       c.code,
       CASE WHEN v.name IS NULL OR v.name = c.name THEN 'same' ELSE 'renamed' END,
       coalesce(v.basis, 'rule'),
       'name of 2013: ' || v.name,
       'shipped'
FROM event_class AS c
LEFT JOIN (VALUES
    ('06001', '私搭乱建', 'stated'),
    ('06007', '沿街晾挂', 'stated'),
    ('06010', '暴露垃圾', 'stated'),
    ('06011', '积存垃圾渣土', 'stated'),
    ('06012', '道路不洁', 'stated'),
    ('06014', '道路遗撒', 'inferred'),
    ('06015', '沙(河)滩不洁', 'inferred'),
    ('06020', '焚烧垃圾、树叶', 'inferred'),
    ('06025', '水域不洁', 'inferred'),
    ('06026', '河道污染', 'inferred'),
    ('06027', '油烟污染', 'inferred'),
    ('06030', '乱倒乱排污水、废水', 'inferred'),
    ('06032', '非正规垃圾填埋场', 'inferred'),
    ('06033', '乱丢弃医疗废物', 'inferred'),
    ('06035', '废弃家具设备', 'inferred'),
    ('06036', '乱堆物堆料', 'stated'),
    ('06037', '动物尸体', 'inferred'),
    ('07001', '非法小广告', 'stated'),
    ('07002', '街头散发广告', 'inferred'),
    ('07003', '违规户外广告', 'stated'),
    ('07004', '广告语言文字不规范', 'inferred'),
    ('08011', '渣土车未密闭运输', 'stated'),
    ('09001', '无照经营游商', 'stated'),
    ('09005', '店外经营', 'stated'),
    ('09006', '占道经营', 'stated'),
    ('09009', '机动车乱停放', 'stated'),
    ('09010', '非机动车乱停放', 'stated')
) AS v (code, name, basis) ON v.code::eventcode = c.code
WHERE c.taxonomy = 'GB/T 47678.5-2026'
    AND c.kind = 'matter'
    AND c.parent BETWEEN '06' AND '09';

-- Two numbers of 2013 fall on gaps of 2026.
INSERT INTO class_map (from_taxonomy, from_kind, from_code, to_taxonomy, to_kind, to_code, relation, basis, remark, origin) VALUES
    ('GB/T 30428.2-2013', 'matter', '0131', 'GB/T 47678.5-2026', 'matter', NULL, 'withdrawn', 'inferred', 'name of 2013: 餐厨垃圾遗撒和污染', 'shipped'),
    ('GB/T 30428.2-2013', 'matter', '0205', 'GB/T 47678.5-2026', 'matter', NULL, 'withdrawn', 'inferred', 'name of 2013: 户外广告设置位置不合理', 'shipped');

-- From here on, shipped rows are guarded, and what is not shipped is dumped.
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON class_kind
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('kind');
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON taxonomy
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('taxonomy');
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON event_class
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('taxonomy', 'kind', 'code');
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON class_map
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row(
        'from_taxonomy', 'from_kind', 'from_code', 'to_taxonomy', 'to_kind', 'to_code'
    );
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON class_kind
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON taxonomy
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON event_class
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON class_map
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON class_kind IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_row ON taxonomy IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_row ON event_class IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_row ON class_map IS 'keeps edits of shipped rows through dump and restore';

COMMENT ON TRIGGER keep_shipped_rows ON class_kind IS 'shipped rows are not truncated';
COMMENT ON TRIGGER keep_shipped_rows ON taxonomy IS 'shipped rows are not truncated';
COMMENT ON TRIGGER keep_shipped_rows ON event_class IS 'shipped rows are not truncated';
COMMENT ON TRIGGER keep_shipped_rows ON class_map IS 'shipped rows are not truncated';

SELECT pg_catalog.pg_extension_config_dump('class_kind', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('taxonomy', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('event_class', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('class_map', $$WHERE origin <> 'shipped'$$);
