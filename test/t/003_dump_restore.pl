# pg_dump and pg_restore, in each of their formats, carry everything that users
# have stored and edited and nothing that the extension ships; what hangs on
# the extension's types comes back whole; case numbers go on where they were.
# pg_upgrade does the same for a whole cluster.

use strict;
use warnings;

use Cwd;
use CivicGrid;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('dump');
my $dir  = PostgreSQL::Test::Utils::tempdir();

# Tables of the extension that hold rows of users
my @kept = map { "civicgrid.$_" }
  qw(class_kind taxonomy event_class class_map class_phrase class_example
  taxonomy_edition taxonomy_edition_class case_record
  calendar calendar_week calendar_day holiday_notice holiday_day
  calendar_edition case_clock clock_move class_proposal class_feedback
  dispatch_scheme dispatch_level unit_kind unit unit_alias channel
  case_severity rulebook_draft duty_window duty_rule duty_assist duty_exclusion
  fallback case_stage sla_policy sla_limit);

# Those of them in which nothing is shipped
my %all_own = map { ("civicgrid.$_" => 1) }
  qw(class_example taxonomy_edition taxonomy_edition_class
  case_record calendar_day calendar_edition case_clock clock_move
  class_proposal class_feedback unit unit_alias rulebook_draft duty_window
  duty_rule duty_assist duty_exclusion fallback sla_policy sla_limit);

# Tables and views of users
my @site = map { "site.$_" }
  qw(cell visit visit_2026 visit_2027 hashed listed by_street cell_class
  permit permit_term permit_late model);

# Fill a database with what a site may have there.
sub fill
{
	my ($node, $db) = @_;

	$node->safe_psql(
		$db, <<'EOS');
SET search_path = public, civicgrid;

-- of the extension's own
INSERT INTO class_kind (kind, name) VALUES ('river', '河道'), ('odd "kind"', E'反\\斜\t线');
INSERT INTO taxonomy (taxonomy, name, valid_from) VALUES ('site', '本区分类', '2026-01-01');
INSERT INTO event_class (taxonomy, kind, code, name, parent, sensitive) VALUES
	('site', 'river', '9', '河道', NULL, false),
	('site', 'river', '901', '漂浮物', '9', true),
	('site', 'river', '90', '在后', '9', false),
	('site', 'odd "kind"', '000000000000', '最长', NULL, false),
	('GB/T 47678.5-2026', 'matter', '06999', '本区扩展', '06', false);
UPDATE event_class SET parent = '90' WHERE taxonomy = 'site' AND code = '901';
INSERT INTO class_map (from_taxonomy, from_kind, from_code, to_taxonomy, to_kind, to_code, relation, basis) VALUES
	('site', 'river', '901', 'GB/T 47678.5-2026', 'matter', '06999', 'wider', 'site'),
	('site', 'river', '901', 'GB/T 47678.5-2026', 'matter', '06010', 'overlapping', 'site'),
	('site', 'river', '9', 'GB/T 47678.5-2026', 'matter', NULL, 'withdrawn', 'site');

-- edits of what is shipped, in each table; with and without NULL in the key
UPDATE event_class SET name = '改过的名称', valid_to = '2027-01-01'
	WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter' AND code = '06010';
UPDATE event_class SET parent = '06999'
	WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter' AND code = '06012';
UPDATE taxonomy SET remark = '本区采用' WHERE taxonomy = 'GB/T 47678.5-2026';
UPDATE class_kind SET name = '事项' WHERE kind = 'matter';
UPDATE class_map SET remark = '本区确认'
	WHERE to_code IS NULL AND from_taxonomy <> 'site';
UPDATE class_map SET basis = 'stated'
	WHERE from_taxonomy <> 'site' AND from_kind = 'component' AND to_code IS NOT NULL AND basis <> 'stated'
		AND from_code < '02';

-- what a classifier is taught, with and without NULL in the key; editions of it,
-- one for later, too
INSERT INTO class_phrase (taxonomy, kind, phrase, code, use, weight, also, unless, instead, territory, remark) VALUES
	('site', 'river', '水葫芦', '901', 'include', NULL, NULL, NULL, NULL, NULL, E'反\\斜\t线'),
	('site', 'river', '水葫芦', '901', 'include', 7.5, '{河,"引号\"的"}', '{鱼塘}', NULL, '440310', NULL),
	('site', 'river', '垃圾', '901', 'confusion', NULL, NULL, '{}', '90', NULL, NULL),
	('GB/T 47678.5-2026', 'matter', '本区说法', '06010', 'exclude', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO class_example (taxonomy, kind, message, code, weight, source, noted_at)
SELECT 'site', 'river', format(E'标题 %s\n%s', i, (ARRAY['河面有漂浮物', '河道里的水葫芦', '河边有人钓鱼'])[1 + i % 3]),
	(ARRAY['901', '901', '90'])[1 + i % 3]::eventcode, 1 + i % 2 * 0.5, '试', timestamptz '2026-03-01 08:00+08' + i * interval '1 hour'
FROM generate_series(1, 30) AS i;
SET client_min_messages = warning;
CALL publish_taxonomy('site', 'river', '2026-01-01', remark => '首版');
UPDATE event_class SET valid_to = '2027-01-01' WHERE taxonomy = 'site' AND code = '9';
CALL publish_taxonomy('site', 'river', '2990-01-01', options => '{"names": 0}');
CALL publish_taxonomy('site', 'odd "kind"', '2026-01-01');
RESET client_min_messages;

INSERT INTO case_record (caseno, reported_at, cell, taxonomy, kind, class, description)
SELECT new_caseno('440310', DATE '2026-03-01' + i % 100), timestamptz '2026-03-01 08:00+08' + i * interval '1 hour',
	'440310001', 'site', 'river', '901', format('第 %s 件', i)
FROM generate_series(1, 1000) AS i;
INSERT INTO case_record (caseno) VALUES
	(first_caseno('1900-01-01')), (make_caseno('2999-12-31', '659099', 9999999));

-- of the user's
CREATE SCHEMA site;
CREATE DOMAIN site.street AS gridcode CHECK (VALUE IS NULL OR digits(VALUE) = 9);
CREATE TYPE site.place AS (code gridcode, classes eventcode[]);
CREATE TABLE site.cell (
	code gridcode PRIMARY KEY,
	street site.street GENERATED ALWAYS AS (ancestor(code, 'street')) STORED,
	level grid_level,
	classes eventcode[],
	place site.place,
	fallback eventcode DEFAULT '9',
	CONSTRAINT in_district CHECK (code <@ '440310'),
	EXCLUDE USING btree (code WITH =));
INSERT INTO site.cell (code, level, classes, place)
SELECT c, level(c), ARRAY[NULL, '01001', format('0%s', i % 10)]::eventcode[], ROW(c, '{06010}')::site.place
FROM generate_series(1, 200) AS i, CAST('440310001' || to_char(i, 'FM000') AS gridcode) AS c;
CREATE INDEX cell_parent ON site.cell (parent(code));
CREATE INDEX cell_level ON site.cell (level(code), (code <@ '440310001001'));
CREATE INDEX cell_partial ON site.cell (street) WHERE code <@ '440310001';
CREATE INDEX cell_hash ON site.cell USING hash (code);
CREATE INDEX cell_desc ON site.cell (street DESC NULLS LAST) INCLUDE (fallback);
CREATE STATISTICS site.cell_statistics ON (parent(code)), level FROM site.cell;

CREATE TABLE site.visit (
	no caseno DEFAULT new_caseno('440310', DATE '2026-03-01'),
	cell gridcode REFERENCES site.cell,
	PRIMARY KEY (no)) PARTITION BY RANGE (no);
CREATE TABLE site.visit_2026 PARTITION OF site.visit
	FOR VALUES FROM (first_caseno('2026-01-01')) TO (first_caseno('2027-01-01'));
CREATE TABLE site.visit_2027 PARTITION OF site.visit
	FOR VALUES FROM (first_caseno('2027-01-01')) TO (first_caseno('2028-01-01'));
INSERT INTO site.visit (cell) SELECT code FROM site.cell;
INSERT INTO site.visit SELECT new_caseno('440310', DATE '2027-02-01'), code FROM site.cell WHERE code <@ '440310001001';

CREATE TABLE site.hashed (code gridcode, class eventcode) PARTITION BY HASH (code, class);
CREATE TABLE site.hashed_0 PARTITION OF site.hashed FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE site.hashed_1 PARTITION OF site.hashed FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE site.hashed_2 PARTITION OF site.hashed FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO site.hashed SELECT code, classes[3] FROM site.cell;

CREATE TABLE site.listed (code gridcode) PARTITION BY LIST (code);
CREATE TABLE site.listed_0 PARTITION OF site.listed FOR VALUES IN ('440310', '4403');
CREATE TABLE site.listed_1 PARTITION OF site.listed DEFAULT;
INSERT INTO site.listed VALUES ('440310'), ('440310000'), ('4403'), ('44');

CREATE MATERIALIZED VIEW site.by_street AS
	SELECT street, count(*) AS n, civicgrid.min(code) AS first, civicgrid.max(code) AS last
	FROM site.cell WHERE code <@ '440310' GROUP BY street ORDER BY street;
CREATE UNIQUE INDEX ON site.by_street (street);
CREATE VIEW site.cell_class AS
	SELECT c.code, c.level, e.name, m.code AS national, lineage(c.code) AS lineage
	FROM site.cell AS c
		JOIN event_class AS e ON e.kind = 'river' AND e.code @> '901'
		LEFT JOIN LATERAL map_class(e.taxonomy, e.kind, e.code, 'GB/T 47678.5-2026') AS m ON true;
CREATE FUNCTION site.cells_within(ancestor gridcode) RETURNS SETOF gridcode LANGUAGE SQL STABLE
	BEGIN ATOMIC SELECT code FROM site.cell WHERE code <@ ancestor; END;
CREATE TABLE site.task (
	no caseno REFERENCES case_record,
	taxonomy text, kind text, class eventcode,
	FOREIGN KEY (taxonomy, kind, class) REFERENCES event_class);
INSERT INTO site.task SELECT caseno, taxonomy, kind, class FROM case_record WHERE class IS NOT NULL;
INSERT INTO site.task VALUES (NULL, 'GB/T 47678.5-2026', 'matter', '06010');

-- calendars: the site's own, which follows a series of its own, and edits of
-- what is shipped, in each table
INSERT INTO calendar (calendar, name, week, follows, makeup, first_day, years_ahead, workday, remark) VALUES
	('site', '窗口', 'window', '{state,liangshan}', 'sat', '2025-01-01', 3, '07:30', E'反\\斜\t线'),
	('odd "key"', '夜班', 'night', '{}', 'mon', '2020-01-01', 10, NULL, NULL);
INSERT INTO calendar_week (week, weekday, shifts) VALUES
	('window', 'mon', '{08:30-12:00,14:00-18:00}'), ('window', 'sat', '{09:00-12:00}'),
	('window', 'sun', '{}'), ('night', 'fri', '{22:00-06:00}');
INSERT INTO calendar_day (calendar, day, what, like_weekday, hours, name, notice, known_from) VALUES
	('site', '2026-03-09', 'rest', NULL, NULL, '停电', '市府办〔2026〕3号', '2026-03-01'),
	('site', '2026-03-10', 'hours', NULL, '{09:00-12:00}', NULL, NULL, NULL),
	('office', '2026-03-14', 'like', 'mon', NULL, '"补班"', NULL, NULL);
INSERT INTO holiday_notice (notice, series, year, title, document, published) VALUES
	('liangshan-2026', 'liangshan', 2026, '彝族年放假通知', '凉府办〔2026〕1号', '2026-01-05'),
	('state-2027', 'state', 2027, '2027 年放假通知', NULL, '2026-11-04');
INSERT INTO holiday_day (notice, day, off, name) VALUES
	('liangshan-2026', '2026-11-20', true, '彝族年'), ('liangshan-2026', '2026-11-22', false, NULL),
	('state-2027', '2027-01-01', true, '元旦');
UPDATE calendar SET remark = '本区采用', years_ahead = 5 WHERE calendar = 'office';
UPDATE calendar_week SET shifts = '{09:00-12:00,13:00-17:00}' WHERE week = 'office' AND weekday = 'fri';
UPDATE holiday_notice SET remark = '已核对' WHERE notice = 'state-2026';
UPDATE holiday_day SET name = '元旦节' WHERE notice = 'state-2026' AND day = '2026-01-01';

-- editions: one for later, too; clocks that are open, paused, stopped, moved
SET client_min_messages = warning;
CALL publish_calendar('site', '2026-01-01', known_on => '2026-01-01', remark => '首版');
CALL publish_calendar('office', '2026-01-01');
CALL publish_calendar('site', '2990-01-01', remark => '以后');
SELECT start_clock(caseno, 'case', 'site', t::term, at => '2026-03-02 10:00+08')
FROM case_record, unnest('{2 work days,5 work days,4 work hours,7 days,1 rolling work day 2 work hours}'::text[]) AS t
WHERE case_sequence(caseno) <= 20 AND reported_at IS NOT NULL;
SELECT start_clock(caseno, 'stage', 'office', '2 hours', stage => '处置', at => reported_at),
	start_clock(caseno, 'holder', 'office', '3 work days', holder => '城管局', at => reported_at)
FROM case_record WHERE case_sequence(caseno) BETWEEN 21 AND 40 AND reported_at IS NOT NULL;
SELECT pause_clock(caseno, clock, started_at + interval '1 hour') FROM case_clock WHERE clock % 5 = 1;
SELECT extend_clock(caseno, clock, '1 work day'), extend_clock(caseno, clock, '90 minutes') FROM case_clock WHERE clock % 4 = 1;
SELECT resume_clock(caseno, clock, started_at + interval '26 hours') FROM case_clock WHERE clock % 10 = 1;
SELECT stop_clock(caseno, clock, started_at + interval '2 days', void => clock % 3 = 0) FROM case_clock WHERE clock % 7 = 1;
CALL publish_calendar('site', '2026-03-01', remark => '彝族年');

-- what was proposed for cases, and what people decided
INSERT INTO class_proposal (caseno, edition, proposed, probability, second, second_probability)
SELECT caseno, 1, '901', 0.5 + 0.1 / case_sequence(caseno), '90', 0.25 FROM case_record
WHERE case_sequence(caseno) BETWEEN 1 AND 50;
SELECT decide_case_class(caseno, CASE WHEN case_sequence(caseno) % 3 = 0 THEN eventcode '90' ELSE '901' END, remark => E'反\\斜\t线')
FROM case_record WHERE case_sequence(caseno) BETWEEN 1 AND 20 AND class IS NOT NULL ORDER BY caseno;
SELECT decide_class('河面漂浮物', 'site', 'river', '901', proposed => '90', probability => 0.25, channel => '12345');

-- units, duties and time limits: the site's own, and edits of what is shipped, in
-- each table
INSERT INTO dispatch_scheme (scheme, name) VALUES ('site', '区—网格');
INSERT INTO dispatch_level (scheme, level, name, territory_digits) VALUES ('site', 1, '区', 6), ('site', 2, '网格', NULL);
UPDATE dispatch_scheme SET remark = '本市采用' WHERE scheme = 'city';
UPDATE dispatch_level SET name = '镇街' WHERE scheme = 'city' AND level = 3;
INSERT INTO unit_kind (kind, base, name) VALUES ('odd "kind"', 'team', E'反\\斜\t线');
UPDATE unit_kind SET name = '委办局' WHERE kind = 'department';
INSERT INTO unit (name, kind, level, parent, territory, staff, valid_from, valid_to, remark)
SELECT format('单位 %s', i), 'department', 1 + i % 3, nullif(i / 3, 0), '440310', i % 7, '2026-01-01', CASE WHEN i > 20 THEN date '2027-01-01' END, E'反\\斜\t线'
FROM generate_series(1, 30) AS i;
INSERT INTO unit_alias (unit, alias, source) SELECT unit, '另名 ' || unit, '12345' FROM unit WHERE unit % 2 = 0;
INSERT INTO channel (channel, name, intake_kind, intake_level) VALUES ('own', '自建渠道', 'centre', 1);
UPDATE channel SET intake_unit = 1 WHERE channel = '12345';
INSERT INTO case_severity (severity, name) VALUES (4, '灾害');
UPDATE case_severity SET name = '加急' WHERE severity = 2;
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, scheme, grid_kind, calendar)
VALUES ('odd "book"', '职责', 'site', 'river', 'site', 'management', 'office'),
	('plain', NULL, 'GB/T 47678.5-2026', 'matter', 'city', 'unit', NULL);
INSERT INTO duty_window (time_window, weekday, from_time, to_time) VALUES ('night', 1, '18:00', '24:00'), ('night', 7, '18:00', '08:00');
INSERT INTO duty_rule (rulebook, class, territory, owner, severity, channel, time_window, lead_unit, lead_kind, lead_level, basis, valid_to)
SELECT 'odd "book"', '901', '440310001', E'反\\斜\t线', 1 + i % 3, 'own', 'night', CASE i % 2 WHEN 0 THEN i END,
	CASE i % 2 WHEN 1 THEN 'department' END, CASE i % 2 WHEN 1 THEN 2 END, '权责清单', '2030-01-01'
FROM generate_series(1, 20) AS i;
INSERT INTO duty_assist (rule, place, unit, kind, level, task)
SELECT rule, 1, CASE rule % 2 WHEN 0 THEN rule END, CASE rule % 2 WHEN 1 THEN 'centre' END, CASE rule % 2 WHEN 1 THEN 1 END, '配合'
FROM duty_rule;
INSERT INTO duty_exclusion (rulebook, unit, class, basis) VALUES ('odd "book"', 1, '90', '负面清单'), ('plain', 2, NULL, NULL);
INSERT INTO fallback (rulebook, unit, share) VALUES ('odd "book"', 1, 3), ('odd "book"', 2, 2);
INSERT INTO case_stage (stage, place, name) VALUES ('reply', 11, '答复');
UPDATE case_stage SET required = true WHERE stage = 'sign';
INSERT INTO sla_policy (rulebook, class, territory, severity, grade, stage, term, calendar, warnings)
SELECT 'odd "book"', '901', '440310', 1, 'A', stage, '2 work days', 'office', '{75,100,150}' FROM case_stage;
INSERT INTO sla_limit (policy, place, name, term) SELECT policy, 1, '停工', '4 work hours' FROM sla_policy;

-- of the user's: both types, alone and in arrays; what is worked out by them
CREATE TABLE site.permit (
	id integer PRIMARY KEY,
	calendar workcal NOT NULL,
	term term NOT NULL DEFAULT '20 work days',
	more term[],
	pauses tstzmultirange,
	started_at timestamptz NOT NULL,
	due_at timestamptz GENERATED ALWAYS AS (due(calendar, started_at, term, pauses, more)) STORED,
	CONSTRAINT started_on_work_day CHECK (term <> '0 hours' AND next_open(calendar, started_at) >= started_at),
	EXCLUDE USING hash (term WITH =) WHERE (term = '36525 days'));
INSERT INTO site.permit (id, calendar, term, more, pauses, started_at)
SELECT i, e.workcal, format('%s %s', i, (ARRAY['hours', 'work hours', 'days', 'work days', 'rolling work days'])[1 + i % 5])::term,
	CASE WHEN i % 3 = 0 THEN '{2 work days,90 minutes}'::term[] END,
	CASE i % 4 WHEN 0 THEN '{[2026-03-03 10:00+08,2026-03-04 10:00+08)}' WHEN 1 THEN '{[2026-03-02 17:00+08,)}' END::tstzmultirange,
	'2026-03-02 10:00+08'
FROM generate_series(1, 30) AS i, calendar_edition AS e WHERE e.edition = 1 + i % 2;
INSERT INTO site.permit (id, calendar, started_at)
VALUES (99, '{"tz":"Asia/Shanghai","week":{"fri":["22:00-06:00"]},"days":{"2026-03-06":{"name":"引号\"斜\\线","hours":["20:00-24:00"]}},"from":"2026-01-01","to":"2026-12-31"}', '2026-03-02');
CREATE INDEX permit_by_term ON site.permit USING hash (term);
CREATE INDEX permit_add ON site.permit (work_add(calendar, started_at, term)) WHERE is_workday(calendar, '2026-03-02');
CREATE TABLE site.permit_term (term term, n integer) PARTITION BY HASH (term);
CREATE TABLE site.permit_term_0 PARTITION OF site.permit_term FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE site.permit_term_1 PARTITION OF site.permit_term FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO site.permit_term SELECT term, id FROM site.permit;
CREATE VIEW site.permit_late AS
	SELECT p.id, p.due_at, remaining(p.calendar, p.started_at, p.term, p.pauses, p.more, '2026-03-20 10:00+08') AS remaining, c.clock
	FROM site.permit AS p LEFT JOIN case_clock AS c ON c.term = p.term AND c.kind = 'case';

-- classifiers: trained, with phrases, of phrases alone; what is worked out by
-- them, and an index on it
CREATE TABLE site.model (
	id integer PRIMARY KEY,
	model classifier NOT NULL,
	message text DEFAULT '街燈壞了',
	class eventcode GENERATED ALWAYS AS (classify(model, message)) STORED,
	sure eventcode GENERATED ALWAYS AS (classify(model, message, 0.5, '440310001')) STORED);
INSERT INTO site.model (id, model)
SELECT 1, classifier_train(t, c, 1, '{"levels": [2]}')
FROM (VALUES ('路灯坏了', '0101'::eventcode), ('路灯不亮', '0101'), ('井盖丢失', '0102'), ('井盖破损', '0102'), ('噪音扰民', '0201')) AS v (t, c);
INSERT INTO site.model (id, model)
SELECT 2, classifier_add_phrases(model, p, c, 5, ARRAY['坏'], ARRAY['修好'], '440310')
FROM site.model, (VALUES ('街灯', '0102'::eventcode), ('灯', '01'), ('空调', '0203')) AS v (p, c);
INSERT INTO site.model (id, model)
SELECT 3, classifier_add_phrases(NULL, p, c, 5) FROM (VALUES ('街灯', '01'::eventcode), ('空调', '02')) AS v (p, c);
CREATE INDEX model_class ON site.model (classify(model, message, 0.1));
GRANT USAGE ON SCHEMA civicgrid TO PUBLIC;
GRANT SELECT ON civicgrid.event_class TO PUBLIC;
ANALYZE;
EOS
	return;
}

# All of it as text: rows, positions of the sequences, indexes that are valid.
sub contents
{
	my ($node, $db) = @_;
	my @lines;

	push @lines, "$_: " . table_digest($node, $db, $_) for @kept, @site;
	push @lines, $node->safe_psql(
		$db, <<'EOS');
SELECT format('%s %s: %s %s %s', relkind, oid::regclass, indisvalid, pg_get_indexdef(oid), pg_get_viewdef(oid))
FROM pg_class LEFT JOIN pg_index ON indexrelid = oid
WHERE relnamespace IN ('site'::regnamespace, 'civicgrid'::regnamespace)
ORDER BY 1;
SELECT format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
WHERE connamespace = 'site'::regnamespace
ORDER BY 1;
SELECT format('%s: %s', relname, pg_get_expr(relpartbound, oid)) FROM pg_class
WHERE relispartition AND relkind = 'r' ORDER BY relname;
SELECT format('SELECT %L, last_value, is_called FROM civicgrid.%I', relname, relname) FROM pg_class
WHERE relkind = 'S' AND relnamespace = 'civicgrid'::regnamespace
ORDER BY relname
\gexec
EOS
	return join("\n", @lines) . "\n";
}

# Clocks and editions are as they were, and go on where they were.
sub clocks_go_on
{
	my ($node, $db) = @_;

	is( $node->safe_psql(
			$db, <<'EOS'),
SET search_path = public, civicgrid;
SET client_min_messages = warning;
SELECT clock, fault FROM clock_check();
SELECT count(*) FROM calendar_check() WHERE severity = 'error';
SELECT calendar_draft('site') = workcal FROM calendar_edition WHERE edition = 4;
SELECT count(*) FROM site.model WHERE class = classify(model, message) AND classify(model, '路灯坏了') IS NOT NULL;
SELECT count(*) FROM site.permit AS p
WHERE due_at IS DISTINCT FROM due(p.calendar, p.started_at, p.term, p.pauses, p.more);
SELECT max(clock) + 1 = start_clock((SELECT min(caseno) FROM case_record), 'case', 'site', '2 work days', at => '2026-03-02 10:00+08')
FROM case_clock;
SELECT resume_clock(caseno, clock, '2026-03-05 10:00+08') IS NOT NULL FROM case_clock
WHERE upper_inf(pauses) AND stopped_at IS NULL AND calendar = 'site' ORDER BY clock LIMIT 1;
INSERT INTO calendar_day (calendar, day, what) VALUES ('site', '2026-03-07', 'rest');
CALL publish_calendar('site', '2026-03-02');
SELECT count(*) > 0 FROM clock_move WHERE edition = 5;
SELECT clock, fault FROM clock_check();
EOS
		"0\nt\n3\n0\nt\nt\n5\nt",
		"$db: clocks and editions go on");
	refused($node, $db,
		"UPDATE civicgrid.case_clock SET verdict = 'void' WHERE stopped_at IS NOT NULL",
		'CG214', "$db: a stopped clock is not changed");
	refused($node, $db, 'DELETE FROM civicgrid.calendar_edition',
		'CG102', "$db: an edition is not removed");
	refused(
		$node, $db,
		"DELETE FROM civicgrid.holiday_day WHERE notice = 'state-2026' AND day = '2026-01-01'",
		'CG001', "$db: a shipped holiday that was edited is not deleted");
	return;
}

# Drafts and editions of taxonomies are as they were, and go on where they were:
# the same draft makes the same model.
sub taxonomies_go_on
{
	my ($node, $db) = @_;

	is( $node->safe_psql(
			$db, <<'EOS'),
SET search_path = public, civicgrid;
SET client_min_messages = warning;
SELECT count(*), count(*) FILTER (WHERE digest = taxonomy_edition_digest(edition)) FROM taxonomy_edition;
SELECT class, name, edition FROM classify_message('河面有漂浮物', 'site', 'river', '2026-06-01');
UPDATE event_class SET valid_to = NULL WHERE taxonomy = 'site' AND code = '9';
CALL publish_taxonomy('site', 'river', '2026-01-01');
CALL publish_taxonomy('site', 'river', '2026-01-01');
SELECT count(*), count(DISTINCT digest) FROM taxonomy_edition WHERE edition IN (4, 5);
INSERT INTO class_example (taxonomy, kind, message, code) VALUES ('site', 'river', '又一条', '901');
SELECT count(*), count(DISTINCT example), max(example) FROM class_example;
EOS
		"3|3\n901|漂浮物|1\n4\n5\n2|1\n31|31|31",
		"$db: taxonomies go on");
	refused($node, $db, 'DELETE FROM civicgrid.taxonomy_edition',
		'CG102', "$db: an edition of a taxonomy is not removed");
	return;
}

# A dump with the rows of each table sorted, and without the key that newer
# versions draw by lot.
sub dump_text
{
	my ($file) = @_;
	my @out;
	my @rows;
	my $in_rows = 0;

	for my $line (split /^/, slurp_file($file))
	{
		next if $line =~ /^\\(?:un)?restrict /;
		if ($in_rows && $line eq "\\.\n")
		{
			push @out, sort @rows;
			@rows    = ();
			$in_rows = 0;
		}
		if ($in_rows) { push @rows, $line }
		else { push @out, $line }
		$in_rows = 1 if $line =~ /^COPY .* FROM stdin;\n\z/;
	}
	return join '', @out;
}

# The rows that a dump has of each of the extension's tables
sub dumped_rows
{
	my ($text) = @_;
	my %rows;

	$rows{$1} = [ split /\n/, $2 ]
	  while $text =~ /^COPY (civicgrid\.\w+) .*? FROM stdin;\n(.*?)^\\\.$/msg;
	return %rows;
}

new_database($node, 'original');
fill($node, 'original');
my $contents = contents($node, 'original');

$node->command_ok(
	[ 'pg_dump', '-f', "$dir/original.sql", '-d', $node->connstr('original') ],
	'pg_dump');
my $dump = dump_text("$dir/original.sql");

#
# What is in the dump
#

like($dump, qr/^CREATE EXTENSION IF NOT EXISTS civicgrid /m,
	'the dump creates the extension');
unlike(
	$dump,
	qr/^CREATE (?:TYPE|FUNCTION|TABLE|SEQUENCE|OPERATOR|EVENT TRIGGER|TRIGGER|INDEX \S+ ON) (?:ONLY )?civicgrid/m,
	'and not its members');
unlike($dump, qr/供水井盖/, 'no shipped row');
like($dump, qr/改过的名称/, 'the shipped row that was edited');

my %dumped = dumped_rows($dump);
for my $table (@kept)
{
	my $own = $node->safe_psql('original',
		"SELECT count(*) FROM $table"
		  . ($all_own{$table} ? '' : " WHERE origin <> 'shipped'"));

	is(scalar @{ $dumped{$table} // [] }, $own, "$own rows of $table");
	cmp_ok($own, '>', 1, 'there are some');
}
is(scalar(grep { /\tshipped$/ } map { @$_ } values %dumped),
	0, 'none is marked as shipped');
is(scalar(() = $dump =~ /^SELECT pg_catalog\.setval\('civicgrid\.caseno_slot_\d\d', /mg),
	64, 'the positions of the sequences');

#
# Restored in each format
#

# Options of pg_dump, and of each run of pg_restore.  A parallel pg_restore does
# not know that a user's foreign key to a table of an extension needs the rows
# of that table, hence what comes after the rows in a run of its own.
my %format = (
	custom    => [ ['--format=custom'], [ [] ] ],
	tar       => [ ['--format=tar'],    [ ['--single-transaction'] ] ],
	inserts   => [ [ '--format=custom', '--column-inserts' ], [ [] ] ],
	directory => [
		[ '--format=directory', '--jobs=2' ],
		[
			[ '--jobs=2', '--section=pre-data', '--section=data' ],
			[ '--jobs=2', '--section=post-data' ]
		]
	],);

$node->safe_psql('postgres', 'CREATE DATABASE plain');
$node->command_ok(
	[
		'psql', '-XAtq',
		'-v', 'ON_ERROR_STOP=1',
		'-f', "$dir/original.sql",
		'-d', $node->connstr('plain')
	],
	'plain: restored');
for my $format (sort keys %format)
{
	my ($dump_options, $restores) = @{ $format{$format} };

	$node->safe_psql('postgres', "CREATE DATABASE $format");
	$node->command_ok(
		[
			'pg_dump', @$dump_options, '-f', "$dir/original.$format",
			'-d', $node->connstr('original')
		],
		"$format: dumped");
	$node->command_ok(
		[
			'pg_restore', '--exit-on-error', @$_,
			'-d', $node->connstr($format),
			"$dir/original.$format"
		],
		"$format: restored @$_") for @$restores;
}

for my $db ('plain', sort keys %format)
{
	is(contents($node, $db), $contents, "$db: the same contents");
	is( $node->safe_psql(
			$db, <<'EOS'),
SELECT count(*) FROM civicgrid.event_class;
SELECT name, valid_to, origin FROM civicgrid.event_class
	WHERE taxonomy = 'GB/T 47678.5-2026' AND kind = 'matter' AND code OPERATOR(civicgrid.=) '06010';
EOS
		$node->safe_psql('original', 'SELECT count(*) FROM civicgrid.event_class')
		  . "\n改过的名称|2027-01-01|edited",
		"$db: a retired class");
}

for my $db ('plain', 'custom')
{
	$node->command_ok(
		[ 'pg_dump', '-f', "$dir/second.$db", '-d', $node->connstr($db) ],
		"$db: dumped once more");
	my $second = dump_text("$dir/second.$db");
	ok($second eq $dump, "$db: the second dump is the first")
	  or diag(
		`diff $dir/original.sql $dir/second.$db 2>&1 | head -40`);
}

#
# The restored database at work
#

my $off = 'SET enable_seqscan = off; SET enable_bitmapscan = off';
for my $db ('plain', 'custom')
{
	# numbers go on: no number of the original comes again, in any slot
	is( $node->safe_psql(
			$db, <<'EOS'),
SET search_path = public, civicgrid;
CREATE TEMP TABLE drawn AS
	SELECT new_caseno('440310', DATE '2026-03-01' + i % 100) AS no FROM generate_series(1, 1000) AS i;
SELECT count(*), count(DISTINCT no) FROM drawn;
SELECT count(*) FROM drawn JOIN case_record ON no = caseno;
SELECT count(*) FROM drawn JOIN site.visit USING (no);
INSERT INTO site.visit (cell) SELECT code FROM site.cell;
SELECT count(*), count(DISTINCT no) FROM site.visit_2026;
EOS
		"1000|1000\n0\n0\n400|400",
		"$db: no case number comes twice");

	plan_is($node, $db,
		"SELECT code FROM site.cell WHERE code OPERATOR(civicgrid.<@) '4403'",
		$off, qr/Index Cond: .*440399999999999999/,
		"$db: an index of codes");
	plan_is(
		$node,
		$db,
		q(SELECT * FROM site.visit
			WHERE no OPERATOR(civicgrid.>=) civicgrid.first_caseno('2026-03-01')
				AND no OPERATOR(civicgrid.<) civicgrid.first_caseno('2026-04-01')),
		$off,
		[ qr/visit_2026/, qr/\A(?!.*visit_2027)/s ],
		"$db: partitions by day");
	is( $node->safe_psql(
			$db, <<"EOS"),
$off;
SELECT count(*) FROM site.cells_within('440310001');
SELECT count(*) FROM site.cell WHERE civicgrid.parent(code) OPERATOR(civicgrid.=) '440310001';
SELECT count(*) FROM site.cell WHERE street OPERATOR(civicgrid.=) '440310001' AND code OPERATOR(civicgrid.<@) '440310001';
SELECT tableoid::regclass FROM site.listed WHERE code OPERATOR(civicgrid.=) '4403';
SELECT count(*) FROM site.hashed WHERE code OPERATOR(civicgrid.=) '440310001007' AND class OPERATOR(civicgrid.=) '07';
REFRESH MATERIALIZED VIEW CONCURRENTLY site.by_street;
SELECT n FROM site.by_street;
EOS
		"200\n200\n200\nsite.listed_0\n1\n200",
		"$db: indexes, partitions and views");
	refused($node, $db, "INSERT INTO site.cell (code) VALUES ('440311')",
		'23514', "$db: a check on a code");
	refused(
		$node, $db,
		"INSERT INTO site.task VALUES (NULL, 'site', 'river', '902')",
		'23503', "$db: a foreign key to classes");
	refused(
		$node, $db,
		"DELETE FROM civicgrid.event_class WHERE kind = 'matter' AND code OPERATOR(civicgrid.=) '06010'",
		'CG001', "$db: a shipped row that was edited is not deleted");
	refused($node, $db, 'DROP EXTENSION civicgrid',
		'2BP01', "$db: the extension is not dropped with its cases");

	clocks_go_on($node, $db);
	taxonomies_go_on($node, $db);
}

# Only the rows, into a database that has the extension already
new_database($node, 'rows');
$node->command_ok(
	[
		'pg_dump', '--data-only', '--schema=civicgrid', '--extension=civicgrid',
		'--format=custom', '-f', "$dir/rows",
		'-d', $node->connstr('original')
	],
	'the rows alone are dumped');
$node->command_ok(
	[
		'pg_restore', '--exit-on-error', '-d', $node->connstr('rows'),
		"$dir/rows"
	],
	'and restored');
is(table_digest($node, 'rows', $_), table_digest($node, 'original', $_), $_)
  for @kept;

#
# Binary COPY
#

my $columns = 'code, level, classes, place, fallback';
my $permit = 'id, calendar, term, more, pauses, started_at';
$node->safe_psql(
	'original', <<"EOS");
COPY (SELECT $columns FROM site.cell ORDER BY code) TO '$dir/cell.copy' WITH (FORMAT binary);
COPY (SELECT * FROM site.visit ORDER BY no) TO '$dir/visit.copy' WITH (FORMAT binary);
COPY (SELECT $permit FROM site.permit ORDER BY id) TO '$dir/permit.copy' WITH (FORMAT binary);
CREATE TABLE site.cell_copy (LIKE site.cell INCLUDING GENERATED);
CREATE TABLE site.visit_copy (LIKE site.visit);
CREATE TABLE site.permit_copy (LIKE site.permit INCLUDING GENERATED);
COPY site.cell_copy ($columns) FROM '$dir/cell.copy' WITH (FORMAT binary);
COPY site.visit_copy FROM '$dir/visit.copy' WITH (FORMAT binary);
COPY site.permit_copy ($permit) FROM '$dir/permit.copy' WITH (FORMAT binary);
EOS
is( table_digest($node, 'original', "site.${_}_copy"),
	table_digest($node, 'original', "site.$_"),
	"binary COPY of $_")
  for qw(cell visit permit);

#
# pg_upgrade, of which the same version is allowed
#

SKIP:
{
	my ($bindir) = run_command([ 'pg_config', '--bindir' ]);
	skip 'no pg_upgrade', 11 unless -x "$bindir/pg_upgrade";
	# pg_upgrade asks in this way for the libraries that it will need; not every
	# server finds one so that is installed elsewhere
	skip "pg_upgrade would not find a library that is installed elsewhere", 11
	  if $node->psql('original', q(LOAD '$libdir/civicgrid')) != 0;

	# one database is enough
	$node->safe_psql('postgres', "DROP DATABASE $_")
	  for 'plain', 'rows', sort keys %format;
	$contents = contents($node, 'original');
	my $catalogue = catalogue($node, 'original');
	$node->stop;

	my $new = new_node('upgraded', start => 0);
	my $home = getcwd();
	# it writes to where it is started
	chdir $dir or die "cannot enter $dir: $!";
	my $done = run_log(
		[
			'pg_upgrade', '--no-sync',
			'--old-datadir' => $node->data_dir,
			'--new-datadir' => $new->data_dir,
			'--old-bindir' => $bindir,
			'--new-bindir' => $bindir,
			'--socketdir' => $new->host,
			'--old-port' => $node->port,
			'--new-port' => $new->port
		]);
	chdir $home or die "cannot enter $home: $!";
	ok($done, 'pg_upgrade');
	skip 'nothing was upgraded', 10 unless $done;

	$new->start;
	is(contents($new, 'original'), $contents, 'the same contents');
	my $upgraded = catalogue($new, 'original');

	# A constant that had no name in a body gets one on the way.
	s/(::(?:[\w.]+|double precision|timestamp with(?:out)? time zone)(?:\[\])?) AS \w+\b/$1/g
	  for $upgraded, $catalogue;
	unless (ok($upgraded eq $catalogue, 'the same extension, to the last object'))
	{
		my %old = map { $_ => 1 } split /\n/, $catalogue;
		my %new = map { $_ => 1 } split /\n/, $upgraded;

		diag("only before: $_") for grep { !$new{$_} } sort keys %old;
		diag("only after: $_") for grep { !$old{$_} } sort keys %new;
	}
	is( $new->safe_psql(
			'original', <<'EOS'),
SET search_path = public, civicgrid;
SELECT level('440310001'::gridcode), ancestor('440310001'::gridcode, 'city');
SELECT count(*) FROM site.cell WHERE code <@ '440310001';
INSERT INTO site.visit (cell) SELECT code FROM site.cell;
SELECT count(*), count(DISTINCT no) FROM site.visit_2026;
UPDATE event_class SET remark = '新' WHERE kind = 'component' AND code = '01001' RETURNING origin;
EOS
		"street|4403\n200\n400|400\nedited",
		'the upgraded database at work');
	refused($new, 'original', 'DROP EXTENSION civicgrid',
		'2BP01', 'the extension is not dropped with its cases');
	clocks_go_on($new, 'original');
	taxonomies_go_on($new, 'original');
	$new->stop;
}

done_testing();
