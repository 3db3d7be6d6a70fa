# What goes wrong with dispatch in practice, one failure a test: units return
# cases again and again, duties overlap or are missing, the clock stands still
# while nobody has signed, the order of rules decides by accident, a change of
# boundaries re-routes old cases silently, and nobody can say why a case went
# where it went.

use strict;
use warnings;

use CivicGrid;
use Test::More;

my $node = new_node('failures');
$node->safe_psql('postgres', 'CREATE DATABASE template_city');
install($node, 'template_city');
$node->safe_psql('template_city', <<'EOS');
ALTER DATABASE template_city SET search_path = public, civicgrid;
ALTER DATABASE template_city SET timezone = 'Asia/Shanghai';
ALTER DATABASE template_city SET client_min_messages = warning;
EOS

# A district with two streets of two cells, a centre, two departments and the
# two street offices; and a case of each class in each cell.
$node->safe_psql('template_city', <<'EOS');
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name, parent) VALUES
	('site', 'matter', '01', '市容', NULL), ('site', 'matter', '0101', '垃圾', '01'), ('site', 'matter', '0102', '广告', '01'),
	('site', 'matter', '02', '工地', NULL);
INSERT INTO grid_cell (kind, code, name) VALUES
	('unit', '440310001001001', '六联一格'), ('unit', '440310001001002', '六联二格'),
	('unit', '440310002001001', '坪环一格'), ('unit', '440310002001002', '坪环二格');
INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES
	(1, '区分拨中心', 'centre', 2, NULL, '440310', 5),
	(2, '坪山街道办', 'street office', 3, 1, '440310001', 9),
	(3, '马峦街道办', 'street office', 3, 1, '440310002', 9),
	(4, '区城管局', 'department', 2, 1, '440310', 20),
	(5, '区住建局', 'department', 2, 1, '440310', 20);
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, territory, lead_unit, lead_kind, lead_level, basis) VALUES
	(1, 'site', '01', NULL, NULL, 'street office', 3, '街道权责清单1'),
	(2, 'site', '0102', NULL, 4, NULL, NULL, '城管权责清单7'),
	(3, 'site', '02', NULL, 5, NULL, NULL, '住建权责清单3');
INSERT INTO sla_policy (policy, rulebook, stage, term) VALUES
	(1, 'site', 'sign', '2 work hours'), (2, 'site', 'handle', '2 work days'), (3, 'site', 'overall', '5 work days');
CALL publish_calendar('office', '2026-01-01');
CREATE FUNCTION c(n integer) RETURNS caseno IMMUTABLE LANGUAGE sql RETURN make_caseno('2026-03-02', '440310', n);
INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, cell)
SELECT c(row_number() OVER (ORDER BY k.class, g.code)::integer), '2026-03-02 09:00', 'site', 'matter', k.class::eventcode, g.code
FROM unnest('{0101,0102,02}'::text[]) AS k (class), grid_cell AS g;
EOS

my $databases = 0;

# A database of its own for each subtest.
sub city
{
	my $name = 'city' . ++$databases;

	$node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template_city");
	$node->safe_psql('postgres', <<"EOS");
ALTER DATABASE $name SET search_path = public, civicgrid;
ALTER DATABASE $name SET timezone = 'Asia/Shanghai';
ALTER DATABASE $name SET client_min_messages = warning;
EOS
	return $name;
}

sub answer
{
	my ($db, $sql, $expected, $name) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($node->safe_psql($db, $sql), $expected, $name);
	return;
}

subtest 'units return cases as "not ours" again and again' => sub {
	my $db = city();

	$node->safe_psql($db, <<'EOS');
CALL publish_rulebook('site', '2026-01-01');
INSERT INTO return_budget (rulebook, most, most_other, within, calendar) VALUES ('site', 2, 1, '4 work hours', 'office');
SELECT route_case(c(5), 'site', at => '2026-03-02 09:00');
SELECT return_routing(c(5), 4, 'not ours', '归街道', 2, '2026-03-02 10:00');
EOS
	refused($node, $db, q{SELECT assign_case(c(5), 4, at => '2026-03-02 10:10')},
		'CG434', 'a unit that refused does not get the case again by hand');
	refused($node, $db, q{SELECT route_case(c(5), 'site', at => '2026-03-02 10:10')},
		'CG434', '... nor by the rulebook');
	$node->safe_psql($db, <<'EOS');
SELECT assign_case(c(5), 2, at => '2026-03-02 10:10');
SELECT return_routing(c(5), 2, 'not ours', '归城管', 4, '2026-03-02 11:00');
SELECT assign_case(c(5), 5, at => '2026-03-02 11:10');
EOS
	refused($node, $db,
		q{SELECT return_routing(c(5), 5, 'not ours', '归城管', 4, '2026-03-02 11:20')},
		'CG433', 'a third refusal is one too many', qr/2 times, of 2/, qr/adjudicate\(\)/);
	answer($db,
		q{SELECT unit, first_receiver FROM adjudicate_routing(c(5), '首接负责', follow => true, at => '2026-03-02 14:00')},
		'4|t', 'without a name the first receiver acts');
	refused($node, $db,
		q{SELECT return_routing(c(5), 4, 'ownership', '再议', at => '2026-03-02 14:10')},
		'CG433', 'a verdict is not refused');
	for my $other (2, 5)
	{
		refused($node, $db, "SELECT assign_case(c(5), $other, at => '2026-03-02 14:10')",
			'CG437', "and not evaded by unit $other");
	}
	answer($db, q{
		SELECT return_routing(c(5), 4, 'information', '请补充', at => '2026-03-02 14:20') IS NULL;
		SELECT assign_case(c(5), 4, at => '2026-03-02 14:30') IS NULL},
		"f\nf", 'asking for more is no refusal');
	refused($node, $db,
		q{SELECT return_routing(c(5), 4, 'information', '请再补充', at => '2026-03-02 14:40')},
		'CG433', 'but has an end, too');
	$node->safe_psql($db, q{SELECT route_case(c(6), 'site', at => '2026-03-03 09:00')});
	refused($node, $db,
		q{SELECT return_routing(c(6), 4, 'not ours', '归街道', 2, '2026-03-03 15:01')},
		'CG433', 'who says nothing in time has accepted');
	answer($db, q{
		SELECT explanation FROM route_explain('site', '0102', '440310001001002', at => '2026-03-03 09:00')
		WHERE precedent IS NOT NULL},
		'Verdict 1 on case 20260302-440310-0000005-5 of 2026-03-02 gave such a case to 区城管局, not to 坪山街道办.  Rule 2 says the same.',
		'the next time the verdict is cited');
	answer($db,
		q{SELECT unit, other_unit, cases, passed_on, passed_back, to_and_fro, score FROM unit_ping_pong ORDER BY 1, 2},
		"2|4|1|1|1|1|1\n2|5|1|1|0|0|0", 'and the score of the two is kept');
};

subtest 'duties overlap or are missing' => sub {
	my $db = city();

	$node->safe_psql($db, q{INSERT INTO duty_rule (rule, rulebook, class, lead_unit) VALUES (4, 'site', '0102', 5)});
	refused($node, $db, q{CALL publish_rulebook('site', '2026-01-01')},
		'CG421', 'two rules of equal rank are not published', qr/0102/);
	answer($db,
		q{SELECT rules, class FROM rulebook_check('site', '2026-01-01') WHERE severity = 'error'},
		'{2,4}|0102', 'both are named, with what they are about');
	$node->safe_psql($db, q{
		DELETE FROM duty_rule WHERE rule IN (3, 4);
		UPDATE unit SET valid_to = '2026-01-01' WHERE unit = 3});
	refused($node, $db, q{CALL publish_rulebook('site', '2026-01-01')},
		'CG421', 'nor is one that leaves cases to nobody');
	# each case of the twelve: is it within a region that is named?
	answer($db, q{
		SELECT string_agg(concat_ws(' ', c.class, c.cell), ', ' ORDER BY c.class, c.cell)
			FILTER (WHERE routing_lead(r) IS NULL),
			bool_and(routing_lead(r) IS NULL = EXISTS (
				SELECT FROM rulebook_check('site', '2026-01-01') AS f
				WHERE f.severity = 'error' AND (f.class IS NULL OR c.class <@ f.class)
					AND (f.territory IS NULL OR c.cell <@ f.territory)
			))
		FROM rulebook_model('site', '2026-01-01') AS m, case_record AS c,
			route(m, c.class, c.cell, at => '2026-03-02 09:00') AS r},
		join(', ', map({ "0101 44031000$_" } qw(2001001 2001002)),
			map({ "02 44031000$_" } qw(1001001 1001002 2001001 2001002)))
		  . '|t',
		'all that has no unit is within the regions that are named, and nothing else');
	$node->safe_psql($db, q{
		INSERT INTO fallback (rulebook, unit) VALUES ('site', 1);
		CALL publish_rulebook('site', '2026-01-01')});
	answer($db, q{
		SELECT class, cell, routing_lead(r), routing_is_fallback(r)
		FROM case_record, route('site', class, cell, at => '2026-03-02 09:00') AS r
		WHERE class = '02' OR class = '0101' ORDER BY class, cell},
		join("\n",
			'0101|440310001001001|2|f', '0101|440310001001002|2|f',
			'0101|440310002001001|1|t', '0101|440310002001002|1|t',
			map { "02|44031000${_}|1|t" } qw(1001001 1001002 2001001 2001002)),
		'with a fallback for all the rest every case has a unit');
};

# The limits of a stage run from the dispatch on, whether it is signed or not,
# and through all returns.
subtest 'the clock stops while nobody has signed' => sub {
	my $db = city();

	$node->safe_psql($db, <<'EOS');
CALL publish_rulebook('site', '2026-01-01');
SELECT start_clock(r.caseno, CASE t.stage WHEN 'overall' THEN 'case' ELSE 'stage' END, t.calendar, t.term,
	CASE WHEN t.stage <> 'overall' THEN t.stage END, at => r.at)
FROM route_case(c(5), 'site', at => '2026-03-02 11:00') AS r, routing_terms(r.routing) AS t
WHERE t.stage IN ('sign', 'overall');
CREATE TABLE dues AS SELECT clock, kind, stage, due_at FROM case_clock;
CREATE VIEW moved AS
SELECT count(*) AS clocks, count(*) FILTER (WHERE c.due_at <> d.due_at) AS moved, count(*) FILTER (WHERE NOT isempty(c.pauses)) AS paused,
	count(*) FILTER (WHERE clock_check.caseno IS NOT NULL) AS wrong
FROM case_clock AS c JOIN dues AS d USING (clock) LEFT JOIN clock_check() ON clock_check.clock = c.clock;
EOS
	my $dues = "case||2026-03-09 18:00:00+08\nstage|sign|2026-03-02 15:00:00+08";
	answer($db, 'SELECT kind, stage, due_at FROM dues ORDER BY kind', $dues,
		'the limits run from the dispatch');
	answer($db, q{SELECT holder FROM case_clock WHERE kind = 'holder'}, '', 'though nobody has signed');
	$node->safe_psql($db, <<'EOS');
SELECT return_routing(c(5), 4, 'not ours', '归街道', 2, '2026-03-02 14:00');
SELECT assign_case(c(5), 2, at => '2026-03-03 09:00');
SELECT start_clock(c(5), 'holder', 'office', '1 work day', holder => '2', at => '2026-03-03 09:00');
SELECT return_routing(c(5), 2, 'information', '请补充', at => '2026-03-03 10:00');
SELECT assign_case(c(5), 2, at => '2026-03-04 09:00');
SELECT adjudicate_routing(c(5), '首接负责', at => '2026-03-05 09:00');
EOS
	answer($db, 'SELECT clocks, moved, paused, wrong FROM moved', '2|0|0|0',
		'returns, transfers and a verdict neither pause nor move them');
	answer($db,
		q{SELECT bool_and(routing_term(r.routing, 'sign') = '2 work hours') FROM case_routing AS r WHERE r.caseno = c(5)},
		't', 'and every step keeps the terms of the dispatch');
	answer($db, q{
		SELECT kind, stop_clock(caseno, clock, '2026-03-05 10:00') FROM case_clock WHERE stage = 'sign'},
		'stage|overdue', 'who signs late is late by the dispatch, not by his own delay');
	answer($db, q{
		SELECT stop_clock(caseno, clock, '2026-03-09 18:00') FROM case_clock WHERE kind = 'case'},
		'on time', 'and the whole case is judged from end to end');
};

subtest 'rule order decides by accident' => sub {
	my $db = city();

	# the same rules, written in three orders
	$node->safe_psql($db, <<'EOS');
INSERT INTO duty_rule (rule, rulebook, class, territory, lead_unit)
SELECT 10 + n, 'site', v.class::eventcode, v.territory::gridcode, v.lead
FROM (VALUES (1, '01', '440310001', 4), (2, '0102', '440310', 5), (3, '0102', '440310001001', 2), (4, '02', '440310002', 4)) AS v (n, class, territory, lead);
CREATE TABLE rules AS SELECT r.* FROM duty_rule AS r;
CREATE TABLE digests (attempt text, digest text, answers text);
CREATE PROCEDURE attempt(name text, sorting text) LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM duty_rule;
	EXECUTE 'INSERT INTO duty_rule SELECT * FROM rules ORDER BY ' || sorting;
	INSERT INTO digests
	SELECT name, rulebook_digest(m), (
		SELECT string_agg(concat_ws(' ', c.class, c.cell, routing_lead(r), routing_rule(r)), ', ' ORDER BY c.caseno)
		FROM case_record AS c, route(m, c.class, c.cell, at => '2026-03-02 09:00') AS r
	)
	FROM rulebook_model('site', '2026-03-02') AS m;
END
$$;
CALL attempt('as written', 'rule');
CALL attempt('backwards', 'rule DESC');
CALL attempt('shuffled', 'md5(rule::text)');
EOS
	answer($db, 'SELECT count(*), count(DISTINCT digest), count(DISTINCT answers) FROM digests',
		'3|1|1', 'in any order of insertion the rulebook is the same to the byte');
	# numbers turned round: other bytes, but the same units
	$node->safe_psql($db, <<'EOS');
UPDATE rules SET rule = 100 - rule;
CALL attempt('renumbered', 'rule');
EOS
	answer($db, q{
		SELECT count(DISTINCT regexp_replace(answers, ' \d+(,|$)', '\1', 'g')) FROM digests},
		'1', 'nor do the numbers of the rules matter');
	answer($db, q{
		SELECT string_agg(DISTINCT concat_ws(' ', c.class, c.cell, routing_lead(r)), ', ')
		FROM case_record AS c, rulebook_model('site', '2026-03-02') AS m, route(m, c.class, c.cell, at => '2026-03-02 09:00') AS r
		WHERE c.class = '0102'},
		'0102 440310001001001 2, 0102 440310001001002 2, 0102 440310002001001 5, 0102 440310002001002 5',
		'the longest class decides, then the longest territory');
	$node->safe_psql($db, q{INSERT INTO duty_rule (rule, rulebook, class, territory, lead_unit) VALUES (200, 'site', '0102', '440310', 4)});
	refused($node, $db, q{CALL publish_rulebook('site', '2026-01-01')},
		'CG421', 'and where nothing would decide, nothing is published');
};

subtest 'a change of boundaries silently re-routes old cases' => sub {
	my $db = city();
	my $why = q{SELECT string_agg(concat_ws('|', w.place, w.rule, w.unit, w.unit_name, w.verdict, w.territory_name, w.explanation), E'\n' ORDER BY c.caseno, w.place)
		FROM case_record AS c, why_routed(c.caseno) AS w};

	$node->safe_psql($db, <<'EOS');
CALL publish_rulebook('site', '2026-01-01');
SELECT route_case(caseno, 'site', at => '2026-03-02 09:00') FROM case_record;
CREATE TABLE kept AS SELECT r.* FROM case_routing AS r;
EOS
	my $before = $node->safe_psql($db, $why);
	# Pingshan street loses a cell to Maluan, cells are renamed, and so are units.
	$node->safe_psql($db, <<'EOS');
UPDATE grid_cell SET code = '440310002001003', name = '坪环三格' WHERE code = '440310001001002';
UPDATE unit SET name = name || '（新）';
UPDATE unit SET territory = '440310' WHERE unit = 3;
UPDATE unit SET territory = '440310002' WHERE unit = 2;
UPDATE unit SET territory = '440310001' WHERE unit = 3;
EOS
	answer($db,
		q{SELECT caseno = c(1) OR caseno = c(2), lead_before, lead_after FROM rulebook_case_diff('site') WHERE lead ORDER BY caseno},
		"t|2|3\nt|2|3\nf|3|2\nf|3|2", 'before publishing, the cases that would go elsewhere are listed');
	$node->safe_psql($db, q{CALL publish_rulebook('site', '2026-03-02 12:00')});
	answer($db, $why, $before, 'after publishing, old cases are explained word for word as before');
	answer($db, q{
		SELECT count(*), count(*) FILTER (WHERE k.unit = r.unit AND k.routing = r.routing AND k.edition = r.edition)
		FROM kept AS k JOIN case_routing AS r USING (caseno, step)},
		'12|12', '... and stay where they were');
	answer($db, q{
		SELECT routing_lead(route('site', '0101', '440310001001001', at => '2026-03-02 11:59')),
			routing_lead(route('site', '0101', '440310001001001', at => '2026-03-02 12:00'))},
		'2|3', 'only what comes later goes by the new boundaries');
	# whoever moves an old case does so by a step of its own
	answer($db, q{
		SELECT unit, edition FROM route_case(c(1), 'site', at => '2026-03-02 13:00');
		SELECT string_agg(unit || ' by edition ' || edition, ', ' ORDER BY step) FROM case_routing WHERE caseno = c(1)},
		"3|2\n2 by edition 1, 3 by edition 2", 'a case that is routed anew keeps its first step');
	refused($node, $db, 'UPDATE case_routing SET unit = 3', 'CG426', 'which cannot be overwritten');
};

subtest 'nobody can say why a case went where it went' => sub {
	my $db = city();

	$node->safe_psql($db, <<'EOS');
CALL publish_rulebook('site', '2026-01-01');
SELECT route_case(c(5), 'site', at => '2026-03-02 09:00');
SELECT return_routing(c(5), 4, 'not ours', '归街道', 2, '2026-03-02 10:00');
SELECT assign_case(c(5), 2, '先行处置', at => '2026-03-02 10:10');
SELECT adjudicate_routing(c(5), '谁审批谁监管', 4, true, assists => '{2}', at => '2026-03-02 11:00');
EOS
	answer($db, 'SELECT rule, unit_name, verdict, basis, explanation FROM why_routed(c(5)) ORDER BY place',
		join("\n",
			'2|区城管局|wins|城管权责清单7|Rule 2 gives the case to 区城管局.  It goes before rule 1: class 0102 is longer than 01.',
			'1|坪山街道办|less specific|街道权责清单1|It matches, but rule 2 goes before it: class 0102 is longer than 01.'),
		'the rule, what it rests on, and what made it win');
	answer($db,
		q{SELECT unit, decided, rule, remark, decided_by = session_user FROM case_routing WHERE caseno = c(5) ORDER BY step},
		"4|rule|2||t\n2|by hand||先行处置|t\n4|adjudicated||谁审批谁监管|t",
		'every step says who decided and by what');
	answer($db,
		q{SELECT unit, reason, statement, suggested_unit FROM case_return WHERE caseno = c(5)},
		'4|not ours|归街道|2', 'every return why');
	answer($db, 'SELECT unit, assists, against, first_receiver, grounds FROM adjudication',
		'4|{2}|{}|f|谁审批谁监管', 'every verdict on what grounds');
	# years later, with the draft gone
	$node->safe_psql($db, 'DELETE FROM duty_rule; DELETE FROM unit; DELETE FROM sla_policy; DELETE FROM rulebook_draft');
	answer($db, 'SELECT rule, unit_name, basis FROM why_routed(c(5)) WHERE wins', '2|区城管局|城管权责清单7',
		'and it can be said when the draft is gone');
};

$node->stop;
done_testing();
