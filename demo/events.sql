-- The 8,000 events of Pingshan of 2018 (../shared/data, read in place): their
-- classes, their units, and a rulebook of that time.  :data is the folder.
SET search_path = civicgrid, public;
SET timezone = 'Asia/Shanghai';

CREATE TABLE demo.raw_event (
    id text, dispose_unit_name text, dispose_unit_id text, event_src_name text, event_src_id text, operate_num text,
    overtime_archive_num text, intime_to_archive_num text, intime_archive_num text, event_property_id text,
    event_property_name text, occur_place text, community_id text, community_name text, create_time text,
    district_id text, district_name text, event_type_id text, event_type_name text, main_type_id text,
    main_type_name text, rec_id text, report_num text, street_id text, street_name text, sub_type_name text,
    sub_type_id text
);
\set copy '\\copy demo.raw_event FROM ''' :data '/pingshan/events_2018.csv'' CSV HEADER'
:copy

-- Classes: the ids of the three levels, padded with zeros and put together.
INSERT INTO taxonomy (taxonomy, name) VALUES ('坪山 2018', '坪山区民生诉求事件分类（2018）');
INSERT INTO event_class (taxonomy, kind, code, name, parent)
SELECT '坪山 2018', 'matter', v.code::eventcode, min(v.name), v.parent::eventcode
FROM demo.raw_event AS e,
LATERAL (
    SELECT lpad(event_type_id, 3, '0'), lpad(main_type_id, 4, '0'), lpad(sub_type_id, 4, '0')
) AS c (a, b, c),
LATERAL (
    VALUES (c.a, event_type_name, NULL), (c.a || c.b, main_type_name, c.a), (c.a || c.b || c.c, sub_type_name, c.a || c.b)
) AS v (code, name, parent)
GROUP BY v.code, v.parent
ORDER BY v.code;
CALL publish_taxonomy('坪山 2018', 'matter', '2018-01-01 00:00+08') \gset

-- Units that disposed of events.  One id is one unit, however it is spelt; where
-- a spelling names a street office (街道办事处), the unit stands below it.
-- Communities and streets are there already.
CREATE TABLE demo.dispose_unit AS
SELECT d.id::bigint, d.spellings[1] AS name, d.spellings,
       (
           SELECT min(s.code::text)::bigint FROM demo.street AS s, unnest(d.spellings) AS x
           WHERE x ~ (left(s.name, 2) || '(街道|办)')
       ) AS street,
       (
           SELECT min(c.code::text)::bigint FROM demo.community AS c, unnest(d.spellings) AS x
           WHERE x ~ ('^' || c.name)
       ) AS community
FROM (
    SELECT dispose_unit_id AS id, array_agg(DISTINCT dispose_unit_name ORDER BY dispose_unit_name) AS spellings
    FROM demo.raw_event
    WHERE dispose_unit_id <> '-'
    GROUP BY dispose_unit_id
) AS d;
ALTER TABLE demo.dispose_unit ADD COLUMN unit bigint;
UPDATE demo.dispose_unit SET unit = coalesce(community, id);
INSERT INTO unit (unit, name, kind, level, parent, territory)
SELECT d.unit, CASE WHEN s.name IS NOT NULL AND d.name !~ '街道|办事处' THEN d.name || '（' || s.name || '）' ELSE d.name END,
       CASE
           WHEN d.name ~ '执法队' THEN 'law enforcement team'
           WHEN d.name ~ '公安|交警' THEN 'police station'
           WHEN d.name ~ '公司|供电|营业' THEN 'public utility'
           WHEN d.street IS NOT NULL THEN 'street department'
           ELSE 'department'
       END,
       CASE WHEN d.street IS NULL THEN 2 ELSE 3 END, coalesce(d.street, 1),
       coalesce(d.street::text, '440310')::gridcode
FROM demo.dispose_unit AS d LEFT JOIN demo.street AS s ON s.code::text = d.street::text
WHERE d.community IS NULL;
INSERT INTO unit_alias (unit, alias)
SELECT d.unit, a FROM demo.dispose_unit AS d JOIN unit AS u ON u.unit = d.unit, unnest(d.spellings) AS a WHERE a <> u.name;

-- Duties of that time, as an office would write them down to begin with, by the
-- eighteen types of events alone; what belongs to a street goes to its office.
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, scheme, calendar)
VALUES ('pingshan 2018', '坪山区职责规则库（2018，示例）', '坪山 2018', 'matter', 'district', 'office');
INSERT INTO duty_rule (rulebook, class, lead_unit, lead_kind, lead_level, basis)
SELECT 'pingshan 2018', v.type::eventcode, CASE WHEN v.unit > 0 THEN v.unit END,
       CASE WHEN v.unit = 0 THEN 'street office' END, CASE WHEN v.unit = 0 THEN 3 END, '示例清单'
FROM (VALUES
    ('002', 1891), ('003', 1536), ('004', 1555), ('005', 1583), ('006', 1889), ('007', 1889), ('008', 1529), ('009', 1918),
    ('010', 1435), ('011', 1500), ('012', 1529), ('013', 1424), ('014', 0), ('015', 1510), ('016', 1424), ('017', 0), ('695', 1555)
) AS v (type, unit);
INSERT INTO fallback (rulebook, territory, kind, level) VALUES ('pingshan 2018', '440310', 'street office', 3);
CALL demo.write_limits('pingshan 2018');
CALL publish_rulebook('pingshan 2018', '2018-01-01 00:00+08') \gset

UPDATE intake_rule SET rulebook = 'pingshan 2018' WHERE channel = '';
INSERT INTO intake_rule (channel, rulebook, datum, srid, severity, district, unit)
VALUES ('美丽深圳', 'pingshan 2018', 'gcj02', 4490, 1, '440310', 1);

-- Later editions have learned from the cases that were closed until then, each
-- with the unit that had it in the end.
CREATE PROCEDURE demo.learn(at timestamptz)
    LANGUAGE plpgsql
    SET search_path = civicgrid, demo, public, pg_temp
AS $$
DECLARE
    edition bigint;
BEGIN
    DELETE FROM duty_rule WHERE rulebook = 'pingshan 2018' AND source = 'learned';
    INSERT INTO duty_rule (rulebook, class, territory, channel, lead_unit, source, remark)
    SELECT 'pingshan 2018', d.class, d.territory, d.channel, d.lead_unit, 'learned', d.remark
    FROM suggest_duties(format(
        $q$SELECT r.class, r.cell, r.channel, s.lead AS unit, s.closed_at AS at
            FROM civicgrid.case_state AS s JOIN civicgrid.case_record AS r ON r.caseno = s.caseno
            WHERE r.taxonomy = '坪山 2018' AND s.closed_at < %L AND s.lead IS NOT NULL$q$, learn.at),
        '{"class_digits": [3, 7]}') AS d
    WHERE d.confidence >= 0.7 AND d.lead_unit IS NOT NULL AND NOT EXISTS (
        SELECT FROM duty_rule AS r
        WHERE r.rulebook = 'pingshan 2018' AND r.class IS NOT DISTINCT FROM d.class
            AND r.territory IS NOT DISTINCT FROM d.territory AND r.channel IS NOT DISTINCT FROM d.channel
    );
    CALL publish_rulebook('pingshan 2018', learn.at, edition);
    RAISE INFO 'civicgrid: %: edition % of the rulebook of 2018, with % duties learned from closed cases',
        at::date, edition, (SELECT count(*) FROM duty_rule WHERE rulebook = 'pingshan 2018' AND source = 'learned');
END;
$$;

-- Each event at a seeded point of a seeded cell of its community.  Nine have no
-- community, and are somewhere in the district.  Apps of one channel know where
-- they are by the datum of maps for telephones (GCJ-02).
INSERT INTO demo.report (no, at, channel, external_id, class, cell, location, true_unit, late, reporter)
SELECT row_number() OVER (ORDER BY e.at, e.rec_id::integer), e.at, e.channel, e.rec_id, e.class, e.cell,
       CASE WHEN e.channel = '美丽深圳' THEN from_wgs84(e.location, 'gcj02') ELSE e.location END,
       e.unit, e.late,
       jsonb_build_object('name', '市民' || e.rec_id, 'phone', '138' || lpad(e.rec_id, 8, '0'))
FROM (
    SELECT r.rec_id, (r.create_time || '+08')::timestamptz AS at,
           CASE r.event_src_id WHEN '103' THEN '@坪山' WHEN '102' THEN '美丽深圳' WHEN '13' THEN '12345' WHEN '12' THEN '12319'
               WHEN '104' THEN 'mailbox' WHEN '106' THEN 'phone' ELSE 'web' END AS channel,
           (lpad(r.event_type_id, 3, '0') || lpad(r.main_type_id, 4, '0') || lpad(r.sub_type_id, 4, '0'))::eventcode AS class,
           g.cell, d.unit, r.overtime_archive_num = '1' AS late,
           demo.point_in(g.cell, demo.draw(r.rec_id, 'east'), demo.draw(r.rec_id, 'north')) AS location
    FROM demo.raw_event AS r
    LEFT JOIN demo.community AS c ON c.name = r.community_name
    LEFT JOIN demo.dispose_unit AS d ON d.id::text = r.dispose_unit_id,
    LATERAL (
        SELECT (coalesce(c.code, (
            SELECT array_agg(x.code ORDER BY x.code::text) FROM demo.community AS x
        )[1 + floor(demo.draw(r.rec_id, 'community') * 24)::integer])::text
            || lpad((1 + floor(demo.draw(r.rec_id, 'cell') * 25))::text, 3, '0'))::gridcode AS cell
    ) AS g
) AS e;
-- Nobody says what a dispatcher does not know: where the file has no unit, the
-- one that gets the case is the right one.
\echo civicgrid: events of 2018 on the map: those that the grid finds in the cell that they were put into
SELECT count(*) AS events, count(*) FILTER (WHERE true_unit IS NULL) AS without_unit,
       count(*) FILTER (WHERE locate(CASE channel WHEN '美丽深圳' THEN to_wgs84(location, 'gcj02') ELSE location END, at) = cell) AS found,
       min(at)::date AS first, max(at)::date AS last
FROM demo.report;
