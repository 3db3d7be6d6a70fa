-- A second channel, of words alone: citizens' messages (../shared/data, read in
-- place).  They are of 2020 and of another city; half of those that are used
-- teach the classifier, the others come in over the last weeks of the events of
-- 2018, so that dispatchers have both on one day.  :data is the folder.
SET search_path = civicgrid, public;
SET timezone = 'Asia/Shanghai';

CREATE TABLE demo.raw_message (msg_id text, msg_time text, title text, detail text, label_l1 text);
\set copy '\\copy demo.raw_message FROM ''' :data '/messages/labelled_messages.csv'' CSV HEADER'
:copy

INSERT INTO taxonomy (taxonomy, name) VALUES ('petition', '信访诉求一级分类');
CREATE TABLE demo.petition_class (code eventcode, name text, unit bigint);
INSERT INTO demo.petition_class VALUES
    ('01', '城乡建设', 1555), ('02', '环境保护', 1536), ('03', '交通运输', 1889), ('04', '教育文体', 1500),
    ('05', '劳动和社会保障', 1529), ('06', '商贸旅游', 1918), ('07', '卫生计生', 1565);
INSERT INTO event_class (taxonomy, kind, code, name) SELECT 'petition', 'dispute', code, name FROM demo.petition_class;
CREATE TABLE demo.message AS
SELECT m.msg_id, m.title || '。' || m.detail AS words, c.code, c.unit,
       row_number() OVER (ORDER BY demo.draw(m.msg_id, 'message'), m.msg_id) AS place
FROM demo.raw_message AS m JOIN demo.petition_class AS c ON c.name = m.label_l1;
INSERT INTO class_example (taxonomy, kind, code, message)
SELECT 'petition', 'dispute', code, words FROM demo.message WHERE place <= 400;
CALL publish_taxonomy('petition', 'dispute', '2018-01-01 00:00+08') \gset

INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, scheme, calendar)
VALUES ('petition', '信访诉求职责规则库（示例）', 'petition', 'dispute', 'district', 'office');
INSERT INTO duty_rule (rulebook, class, lead_unit, basis)
SELECT 'petition', code, unit, '示例清单' FROM demo.petition_class;
INSERT INTO fallback (rulebook, territory, unit) VALUES ('petition', '440310', 9770);
CALL demo.write_limits('petition');
CALL publish_rulebook('petition', '2018-01-01 00:00+08') \gset

INSERT INTO intake_rule (channel, rulebook, threshold, severity, district, unit)
VALUES ('message board', 'petition', 0.75, 1, '440310', 1);
INSERT INTO demo.report (no, at, channel, external_id, words, true_class, true_unit, late, reporter)
SELECT 100000 + place - 400,
       timestamptz '2018-10-08 08:00+08' + (place - 401) * interval '115 minutes', 'message board', 'M' || place,
       words, code, unit, demo.draw(msg_id, 'late') < 0.1, '{"anonymous": true}'
FROM demo.message WHERE place BETWEEN 401 AND 800;
