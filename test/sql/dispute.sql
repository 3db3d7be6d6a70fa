--
-- Disputes over who acts: returns, budgets, verdicts, precedents, records
--
\set main :DBNAME
CREATE DATABASE civicgrid_dispute TEMPLATE civicgrid_as_shipped;
\c civicgrid_dispute
SET search_path = civicgrid, public;
SET TimeZone = 'Asia/Shanghai';
SET client_min_messages = warning;
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never

-- A district with two streets: departments, street offices, a fallback.
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name, parent) VALUES
    ('site', 'matter', '01', '市容', NULL), ('site', 'matter', '0101', '垃圾', '01'), ('site', 'matter', '0102', '广告', '01'),
    ('site', 'matter', '02', '工地', NULL), ('site', 'matter', '0201', '噪声', '02'), ('site', 'matter', '03', '其他', NULL);
INSERT INTO grid_cell (kind, code, name) VALUES
    ('unit', '440310001001001', '六联一格'), ('unit', '440310001002001', '六和一格'), ('unit', '440310002001001', '坪环一格');
INSERT INTO unit (unit, name, kind, level, parent, territory, staff, valid_from, valid_to) VALUES
    (1, '区分拨中心', 'centre', 2, NULL, '440310', 5, NULL, NULL),
    (2, '坪山街道办', 'street office', 3, 1, '440310001', 9, NULL, NULL),
    (3, '马峦街道办', 'street office', 3, 1, '440310002', 9, NULL, NULL),
    (4, '区城管局', 'department', 2, 1, '440310', 20, NULL, NULL),
    (5, '区住建局', 'department', 2, 1, '440310', 20, NULL, NULL),
    (6, '区交警大队', 'department', 2, 1, '440310', 20, NULL, NULL),
    (7, '专项整治组', 'department', 2, 1, '440310', 3, '2025-01-01', '2026-01-01'),
    (8, '新设机构', 'department', 2, 1, '440310', 3, '2027-01-01', NULL);
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, territory, lead_unit, lead_kind, lead_level, basis) VALUES
    (1, 'site', '01', NULL, NULL, 'street office', 3, '街道权责清单1'),
    (2, 'site', '0102', NULL, 4, NULL, NULL, '城管权责清单7'),
    (3, 'site', '02', NULL, 5, NULL, NULL, '住建权责清单3');
INSERT INTO fallback (fallback, rulebook, territory, unit) VALUES (1, 'site', NULL, 1);
INSERT INTO sla_policy (policy, rulebook, stage, term) VALUES (1, 'site', 'handle', '2 work days'), (2, 'site', 'overall', '5 work days');
CALL publish_calendar('office', '2026-01-01');
CALL publish_rulebook('site', '2026-01-01');
CREATE FUNCTION c(n integer) RETURNS caseno IMMUTABLE LANGUAGE sql RETURN make_caseno('2026-03-02', '440310', n);
CREATE FUNCTION place(n integer) RETURNS gridcode IMMUTABLE LANGUAGE sql
RETURN (ARRAY['440310001001001', '440310001002001', '440310002001001'])[n]::gridcode;
INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, cell)
SELECT c(n), '2026-03-02 09:00', 'site', 'matter', v.class::eventcode, place(v.place)
FROM (VALUES
    (1, '0102', 1), (2, '0102', 1), (3, '0102', 2), (4, '0102', 3), (5, '0201', 1), (6, '0201', 1), (7, '0201', 1), (8, '03', 1),
    (9, '03', 1), (10, '03', 3), (11, '0101', 1), (12, '0102', 1), (13, '0201', 1), (14, '0201', 3)
) AS v (n, class, place);
-- a case with neither class nor place
INSERT INTO case_record (caseno, reported_at) VALUES (c(20), '2026-03-02 09:00');

-- reasons are shipped
SELECT reason, name, counts, names_unit, origin FROM return_reason ORDER BY reason COLLATE "C";

-- budgets: the most specific row
INSERT INTO return_budget (budget, rulebook, class, severity, most, most_other, within, calendar, basis) VALUES
    (1, 'site', NULL, NULL, 2, 1, '4 work hours', 'office', '办法第十条'),
    (2, 'site', '0201', NULL, 1, NULL, NULL, NULL, NULL),
    (3, 'site', NULL, 3, 0, NULL, NULL, NULL, '特急不得退件'),
    (4, NULL, NULL, NULL, 5, NULL, NULL, NULL, NULL),
    (5, NULL, NULL, 3, 1, NULL, NULL, NULL, NULL);
SELECT v.*, (return_budget_for(v.rulebook, v.class::eventcode, v.severity)).budget
FROM (VALUES
    ('site', '0102', 1), ('site', '0201', 1), ('site', '020101', 3), ('site', '02', 3), ('site', NULL, NULL), ('other', '0201', NULL),
    ('other', '0201', 3), (NULL, NULL, NULL)
) AS v (rulebook, class, severity);
\set VERBOSITY terse
INSERT INTO return_budget (budget, rulebook, class, most) VALUES (9, 'site', '0201', 3);
INSERT INTO return_budget (rulebook, severity, within) VALUES ('site', 2, '1 day');
INSERT INTO return_budget (most) VALUES (-1);
\set VERBOSITY default

-- Case 1: the department and the street both say that it is the other's.
SELECT * FROM return_rights(c(1));
SELECT unit, decided, rule FROM route_case(c(1), 'site', at => '2026-03-02 09:00');
SELECT unit, given_at, refusals, most, others, most_other, return_by, adjudication, may_refuse, may_return, why_not
FROM return_rights(c(1), '2026-03-02 15:00');
SELECT caseno, unit, reason, counts, suggested_unit, statement, at, returned_by = session_user AS by_me
FROM return_routing(c(1), 4, 'overlap', '店招由街道审批', 2, '2026-03-02 10:00');
SELECT unit, refusals, may_refuse, may_return, why_not FROM return_rights(c(1), '2026-03-02 10:00');
SELECT * FROM returned_case;
SELECT * FROM redispatch_options(c(1), '2026-03-02 10:00');
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    -- returned already; not to who refused it, by whatever way
    $$SELECT civicgrid.return_routing(c(1), 4, 'overlap', '店招由街道审批', 2, '2026-03-02 10:00')$$,
    $$SELECT civicgrid.assign_case(c(1), 4, at => '2026-03-02 10:00')$$,
    $$SELECT civicgrid.route_case(c(1), 'site', at => '2026-03-02 10:00')$$,
    $$SELECT civicgrid.assign_case(c(1), 7, at => '2026-03-02 10:00')$$,
    $$SELECT civicgrid.assign_case(c(1), 8, at => '2026-03-02 10:00')$$,
    $$SELECT civicgrid.assign_case(c(1), 99, at => '2026-03-02 10:00')$$,
    $$SELECT civicgrid.assign_case(c(1), NULL, at => '2026-03-02 10:00')$$,
    $$SELECT civicgrid.assign_case(c(1), 2, at => 'infinity')$$,
    $$SELECT civicgrid.assign_case(c(1), 2, decided => 'rule')$$,
    $$SELECT civicgrid.assign_case(c(1), 2, decided => NULL)$$,
    $$SELECT civicgrid.assign_case(c(1), 2, decided => 'precedent', at => '2026-03-02 10:00')$$
]) AS s;
\x off
SELECT unit, decided, rulebook, edition, rule, class, cell, remark, routing_lead(routing)
FROM assign_case(c(1), 2, '按城管局意见转街道', at => '2026-03-02 11:00');
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT civicgrid.assign_case(c(1), 2, at => '2026-03-02 11:00')$$,
    -- what a return must say
    $$SELECT civicgrid.return_routing(c(1), 4, 'overlap', '非本街道职责', 2)$$,
    $$SELECT civicgrid.return_routing(c(1), NULL, 'overlap', '非本街道职责', 4)$$,
    $$SELECT civicgrid.return_routing(c(1), 2, 'tired', '非本街道职责', 4)$$,
    $$SELECT civicgrid.return_routing(c(1), 2, NULL, '非本街道职责', 4)$$,
    $$SELECT civicgrid.return_routing(c(1), 2, 'overlap', NULL, 4)$$,
    $$SELECT civicgrid.return_routing(c(1), 2, 'overlap', E' \t\n', 4)$$,
    $$SELECT civicgrid.return_routing(c(1), 2, 'overlap', '非本街道职责')$$,
    $$SELECT civicgrid.return_routing(c(1), 2, 'overlap', '非本街道职责', 2)$$,
    $$SELECT civicgrid.return_routing(c(1), 2, 'overlap', '非本街道职责', 99)$$,
    $$SELECT civicgrid.return_routing(c(1), 2, 'overlap', '非本街道职责', 7)$$,
    $$SELECT civicgrid.return_routing(c(1), 2, 'overlap', '非本街道职责', 4, NULL)$$,
    $$SELECT civicgrid.return_routing(c(1), 2, 'overlap', '非本街道职责', 4, '-infinity')$$,
    $$SELECT civicgrid.return_routing(c(99), 2, 'overlap', '非本街道职责', 4)$$,
    $$SELECT civicgrid.return_routing(NULL, 2, 'overlap', '非本街道职责', 4)$$,
    $$SELECT civicgrid.return_routing(c(2), 2, 'overlap', '非本街道职责', 4)$$,
    $$SELECT civicgrid.assign_case(c(2), 2)$$,
    $$SELECT civicgrid.adjudicate_routing(c(2), '谁审批谁监管', 2)$$
]) AS s;
\x off
SELECT unit, reason, suggested_unit FROM return_routing(c(1), 2, 'not ours', '审批在城管局', 4, '2026-03-02 12:00');
-- nobody is proposed whom the negative list bars, nor who is below such a unit
BEGIN;
INSERT INTO rulebook_edition_exclusion (edition, exclusion, unit, class) VALUES (1, 1, 1, '0102');
SELECT count(*) FROM redispatch_options(c(1), '2026-03-02 12:00');
ROLLBACK;
-- two refusals are all: whoever gets it now acts
SELECT unit, reason, counts, suggested_name, refusals, most, needs_verdict FROM returned_case;
SELECT place, unit, source, rule FROM redispatch_options(c(1), '2026-03-02 12:00');
BEGIN;
SELECT unit FROM assign_case(c(1), 6, at => '2026-03-02 14:00');
\x on
SELECT (tests.error_of($$SELECT civicgrid.return_routing(c(1), 6, 'no power', '无此职权', 4, '2026-03-02 14:10')$$)).*;
\x off
ROLLBACK;

-- Decided first, argued later: nobody is named, so the first receiver acts.
SELECT first_receiver(c(1)), first_receiver(c(2));
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT civicgrid.adjudicate_routing(c(1), ' ')$$,
    $$SELECT civicgrid.adjudicate_routing(c(1), NULL, 4)$$,
    $$SELECT civicgrid.adjudicate_routing(c(1), '谁审批谁监管', 7, at => '2026-03-02 14:00')$$,
    $$SELECT civicgrid.adjudicate_routing(c(1), '谁审批谁监管', 4, assists => '{2,99}')$$,
    $$SELECT civicgrid.adjudicate_routing(c(1), '谁审批谁监管', 4, assists => '{4}')$$,
    $$SELECT civicgrid.adjudicate_routing(c(1), '谁审批谁监管', 4, assists => '{6,2,6}')$$,
    $$SELECT civicgrid.adjudicate_routing(c(1), '谁审批谁监管', 4, assists => '{NULL}')$$,
    $$SELECT civicgrid.adjudicate_routing(c(1), '谁审批谁监管', 4, at => NULL)$$,
    $$SELECT civicgrid.adjudicate_routing(c(1), '谁审批谁监管', 4, true, '0201')$$,
    $$SELECT civicgrid.adjudicate_routing(c(1), '谁审批谁监管', 4, true, '01', '440310002')$$
]) AS s;
SELECT caseno, unit, assists, against, first_receiver, grounds, at, decided_by = session_user AS by_me
FROM adjudicate_routing(c(1), '谁审批谁监管', follow => true, assists => '{2}', at => '2026-03-02 14:00');
SELECT * FROM precedent;
\x off
SELECT count(*) FROM returned_case;
SELECT unit, adjudication, may_refuse, may_return, why_not FROM return_rights(c(1), '2026-03-02 14:10');
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT civicgrid.return_routing(c(1), 4, 'ownership', '再议', at => '2026-03-02 14:10')$$,
    $$SELECT civicgrid.assign_case(c(1), 2, at => '2026-03-02 14:10')$$
]) AS s;
\x off
-- to ask for more is no refusal, and brings no other unit in
SELECT unit, counts FROM return_routing(c(1), 4, 'information', '请补充门牌号', at => '2026-03-02 14:20');
SELECT unit, reason, counts, needs_verdict FROM returned_case;
SELECT place, unit, source, detail FROM redispatch_options(c(1), '2026-03-02 14:20');
SELECT (tests.error_of($$SELECT civicgrid.assign_case(c(1), 2, at => '2026-03-02 14:30')$$)).code;
SELECT unit, decided FROM assign_case(c(1), 4, '门牌号128号', at => '2026-03-02 14:30');
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT civicgrid.return_routing(c(1), 4, 'ownership', '再议', at => '2026-03-02 14:40')$$,
    $$SELECT civicgrid.return_routing(c(1), 4, 'information', '请补充照片', at => '2026-03-02 14:40')$$
]) AS s;
\x off
SELECT unit, decided, rule, at, remark FROM case_routing WHERE caseno = c(1) ORDER BY step;
-- routed again, the rulebook may only say the same
BEGIN;
SELECT unit, decided FROM route_case(c(1), 'site', at => '2026-03-02 15:00');
UPDATE duty_rule SET lead_unit = 6 WHERE rule = 2;
CALL publish_rulebook('site', '2026-02-01');
SELECT (tests.error_of($$SELECT civicgrid.route_case(c(1), 'site', at => '2026-03-02 15:00')$$)).*;
ROLLBACK;

-- Case 2: what is not refused in time is accepted.  Four work hours from 9:00
-- are over at 15:00.
SELECT unit FROM route_case(c(2), 'site', at => '2026-03-02 09:00');
SELECT at, r.return_by, r.may_refuse, r.may_return, r.why_not
FROM unnest('{2026-03-02 09:00,2026-03-02 15:00,2026-03-02 15:00:01,2026-03-09 09:00}'::timestamptz[]) AS at, return_rights(c(2), at) AS r;
\x on
SELECT (tests.error_of($$SELECT civicgrid.return_routing(c(2), 4, 'not ours', '非我局职责', 2, '2026-03-02 15:00:01')$$)).*;
\x off
BEGIN;
SELECT unit, counts FROM return_routing(c(2), 4, 'not ours', '非我局职责', 2, '2026-03-02 15:00');
ROLLBACK;
SELECT unit, counts FROM return_routing(c(2), 4, 'duplicate', '已由我局处置', at => '2026-03-03 15:00');
SELECT unit FROM assign_case(c(2), 4, at => '2026-03-03 16:00');
SELECT given_at, others, return_by, may_refuse, may_return, why_not FROM return_rights(c(2), '2026-03-03 16:00');
-- a budget whose calendar is not published cannot be kept
BEGIN;
UPDATE return_budget SET calendar = 'none' WHERE budget = 1;
SELECT (tests.error_of($$SELECT civicgrid.return_rights(c(2), '2026-03-03 16:00')$$)).*;
ROLLBACK;

-- urgent cases are not refused at all; without a budget there is no end
SELECT unit FROM route_case(c(3), 'site', severity => 3, at => '2026-03-02 09:00');
SELECT (tests.error_of($$SELECT civicgrid.return_routing(c(3), 4, 'not ours', '非我局职责', 2, '2026-03-02 09:30')$$)).*;
BEGIN;
DELETE FROM return_budget;
SELECT most, most_other, return_by, may_refuse FROM return_rights(c(3), '2027-03-02 09:30');
ROLLBACK;

-- A case of another class or place is another question: who refused may get it,
-- a verdict on what it was holds no longer.
SELECT unit, rule FROM route_case(c(12), 'site', at => '2026-03-02 09:00');
SELECT unit, counts FROM return_routing(c(12), 4, 'wrong class', '应为工地噪声', at => '2026-03-02 09:10');
SELECT (tests.error_of($$SELECT civicgrid.assign_case(c(12), 4)$$)).code;
UPDATE case_record SET class = '0201' WHERE caseno = c(12);
SELECT unit, rule FROM route_case(c(12), 'site', at => '2026-03-02 09:20');
BEGIN;
SELECT unit FROM assign_case(c(12), 4, at => '2026-03-02 09:30');
ROLLBACK;
BEGIN;
SELECT first_receiver(c(12));
SELECT unit, against FROM adjudicate_routing(c(12), '夜间噪声归城管', 4, at => '2026-03-02 09:30');
SELECT adjudication IS NOT NULL AS holds, may_refuse FROM return_rights(c(12), '2026-03-02 09:31');
UPDATE case_record SET class = '0101' WHERE caseno = c(12);
SELECT unit, rule FROM route_case(c(12), 'site', at => '2026-03-02 09:40');
SELECT adjudication IS NOT NULL AS holds, refusals, may_refuse FROM return_rights(c(12), '2026-03-02 09:41');
ROLLBACK;

-- Precedents are cited: where a rule says the same, otherwise, or nothing.
SELECT place, rule, fallback, precedent, unit, verdict, wins, explanation
FROM route_explain('site', '0102', '440310001001001', at => '2026-03-03 09:00');
SELECT count(*) FILTER (WHERE precedent IS NOT NULL) AS precedents FROM route_explain('site', '0102', '440310001001001', at => '2026-03-02 13:59');
SELECT count(*) FILTER (WHERE precedent IS NOT NULL) AS precedents FROM route_explain('site', '0102', '440310001002001', at => '2026-03-03 09:00');
SELECT count(*) FILTER (WHERE precedent IS NOT NULL) AS precedents FROM route_explain('site', '01', '440310001001001', at => '2026-03-03 09:00');
SELECT count(*) FROM route_explain('none', '0102', '440310001001001');
SELECT unit, decided FROM route_case(c(8), 'site', at => '2026-03-02 09:00');
SELECT unit, assists, against, first_receiver FROM adjudicate_routing(c(8), '谁出面处置最有效', 6, true, '03', '440310001', '{2,4}', '2026-03-03 09:00');
SELECT rule, fallback, precedent, unit, verdict, wins, explanation FROM route_explain('site', '03', '440310001002001', at => '2026-03-04 09:00');
SELECT * FROM precedents_for('site', '03', '440310001002001', at => '2026-03-04 09:00');
-- and followed
SELECT unit, decided FROM route_case(c(9), 'site', at => '2026-03-04 09:00');
SELECT place, unit, unit_name, source, precedent, detail FROM redispatch_options(c(9), '2026-03-04 09:00');
SELECT (tests.error_of($$SELECT civicgrid.assign_case(c(9), 4, decided => 'precedent', at => '2026-03-04 09:10')$$)).message;
SELECT unit, decided, remark FROM assign_case(c(9), 6, decided => 'precedent', at => '2026-03-04 09:10');
-- one that was not followed can be ended; otherwise it stays as it is
BEGIN;
UPDATE precedent SET valid_to = '2026-03-05' WHERE precedent = 2;
SELECT at::date, (SELECT count(*) FROM precedents_for('site', '03', '440310001002001', at => at))
FROM unnest('{2026-03-04,2026-03-05}'::timestamptz[]) AS at;
ROLLBACK;
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$UPDATE civicgrid.precedent SET unit = 5$$, $$DELETE FROM civicgrid.precedent$$, $$TRUNCATE civicgrid.precedent$$,
    $$UPDATE civicgrid.case_return SET reason = 'information'$$, $$DELETE FROM civicgrid.case_return$$, $$TRUNCATE civicgrid.case_return$$,
    $$UPDATE civicgrid.adjudication SET unit = 5$$, $$DELETE FROM civicgrid.adjudication$$, $$TRUNCATE civicgrid.adjudication$$
]) AS s;
\x off
-- Another verdict on the same question overturns it, and so does one on a like
-- case that says otherwise.
SELECT unit, rule FROM route_case(c(5), 'site', at => '2026-03-02 09:00');
SELECT adjudication, unit FROM adjudicate_routing(c(5), '先行处置', 6, true, '02', '440310001', at => '2026-03-03 09:00');
SELECT rule, precedent, unit, explanation FROM route_explain('site', '0201', '440310001001001', at => '2026-03-03 10:00') WHERE rule IS NULL AND fallback IS NULL;
SELECT adjudication, unit FROM adjudicate_routing(c(5), '重新研究', 4, at => '2026-03-04 09:00');
SELECT unit, rule FROM route_case(c(6), 'site', at => '2026-03-05 09:00');
SELECT adjudication, unit FROM adjudicate_routing(c(6), '归住建', 5, true, '02', '440310001', at => '2026-03-05 09:00');
SELECT unit, rule FROM route_case(c(7), 'site', at => '2026-03-05 09:00');
SELECT adjudication, unit FROM adjudicate_routing(c(7), '归住建', 5, true, '02', '440310001', at => '2026-03-05 10:00');
SELECT adjudication, unit FROM adjudicate_routing(c(12), '归街道', 2, true, '02', '440310001', at => '2026-03-06 10:00');
-- a wider or a narrower one is not overturned; nor is it by what says the same
SELECT unit, rule FROM route_case(c(13), 'site', at => '2026-03-05 09:00');
SELECT adjudication, unit FROM adjudicate_routing(c(13), '本社区归住建', 5, true, at => '2026-03-06 11:00');
SELECT adjudication, unit FROM adjudicate_routing(c(13), '维持', 5, at => '2026-03-06 12:00');
SELECT precedent, adjudication, class, territory, unit, valid_from, valid_to, overturned_by FROM precedent ORDER BY precedent;
SELECT place, precedent, unit FROM precedents_for('site', '0201', '440310001001001', at => '2026-03-07');
\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT civicgrid.route_case(c(20), 'site', at => '2026-03-02 09:00')$$,
    $$INSERT INTO civicgrid.case_routing (caseno, at, unit, decided) VALUES (c(20), '2026-03-02 09:00', 4, 'by hand')$$,
    $$SELECT civicgrid.adjudicate_routing(c(20), '归城管', 4, true, at => '2026-03-06 12:00')$$,
    $$SELECT civicgrid.adjudicate_routing(c(20), '归城管', 4, true, '03', '440310', at => '2026-03-06 12:00')$$
]) AS s;
\x off

-- What is adjudicated alike again and again becomes a rule.
SELECT * FROM precedent_duties('site', at => '2026-03-07');
SELECT adjudication, unit FROM adjudicate_routing(c(9), '照先例', 6, true, '03', '440310001', '{2}', '2026-03-07 09:00');
SELECT * FROM precedent_duties('site', at => '2026-03-08');
SELECT class, territory, lead_unit, support FROM precedent_duties('site', 1, '2026-03-08');
BEGIN;
INSERT INTO duty_rule (rule, rulebook, class, territory, lead_unit) VALUES (50, 'site', '03', '440310001', 5);
SELECT lead_unit, support, rule FROM precedent_duties('site', at => '2026-03-08');
ROLLBACK;
ALTER SEQUENCE duty_rule_rule_seq RESTART 100;
WITH d AS MATERIALIZED (
    SELECT * FROM precedent_duties('site', at => '2026-03-08') WHERE rule IS NULL
), r AS (
    INSERT INTO duty_rule (rulebook, class, territory, owner, lead_unit, basis, source)
    SELECT 'site', class, territory, owner, lead_unit, basis, 'precedent' FROM d
    RETURNING rule, basis
)
INSERT INTO duty_assist (rule, place, unit)
SELECT r.rule, a.place, a.unit FROM r JOIN d USING (basis), unnest(d.assists) WITH ORDINALITY AS a (unit, place);
SELECT count(*) FROM precedent_duties('site', at => '2026-03-08');
CALL publish_rulebook('site', '2026-03-09');
SELECT rule, fallback, precedent, unit, verdict, wins, basis, explanation FROM route_explain('site', '03', '440310001002001', at => '2026-03-09 09:00');
SELECT routing_lead(r), routing_rule(r), (SELECT array_agg(a.unit) FROM routing_assists(r) AS a) AS assists
FROM route('site', '03', '440310001002001', at => '2026-03-09 09:00') AS r;

-- Ping-pong.  Case 1: 4 named 2 and 2 named 4.  Here, case 4: 4 names 2, but 3
-- gets it and names 4; case 11: 2 names nobody, 4 gets it and names 2.
SELECT unit FROM route_case(c(4), 'site', at => '2026-03-09 09:00');
SELECT unit FROM return_routing(c(4), 4, 'not ours', '归坪山街道', 2, '2026-03-09 09:10');
SELECT unit FROM assign_case(c(4), 3, at => '2026-03-09 09:20');
SELECT unit FROM return_routing(c(4), 3, 'territory', '归城管局', 4, '2026-03-09 09:30');
SELECT unit FROM adjudicate_routing(c(4), '归住建', 5, at => '2026-03-09 09:40');
SELECT unit FROM route_case(c(11), 'site', at => '2026-03-09 09:00');
SELECT unit FROM return_routing(c(11), 2, 'ownership', '权属不明', at => '2026-03-09 09:10');
SELECT unit FROM assign_case(c(11), 4, at => '2026-03-09 09:20');
SELECT unit FROM return_routing(c(11), 4, 'not ours', '归街道', 2, '2026-03-09 09:30');
UPDATE case_record SET class = '0102' WHERE caseno = c(11);
SELECT unit FROM route_case(c(11), 'site', at => '2026-03-09 09:40');
SELECT caseno = c(1) AS c1, caseno = c(4) AS c4, caseno = c(11) AS c11, at, sender, receiver, named, given FROM unit_pass ORDER BY return, receiver;
SELECT * FROM unit_ping_pong ORDER BY score DESC, unit, other_unit;

-- The record of rules: first owner against final owner, of what the case is now.
SELECT unit, rule FROM route_case(c(14), 'site', at => '2026-03-09 09:00');
SELECT unit FROM return_routing(c(14), 5, 'not ours', '归城管', 4, '2026-03-09 09:10');
SELECT n, r.rule, r.edition, r.at, r.first_unit, r.final_unit, r.kept, r.refusals
FROM generate_series(1, 20) AS n JOIN rule_case AS r ON r.caseno = c(n) ORDER BY n;
SELECT * FROM rule_record ORDER BY rule;
SELECT * FROM rule_review('site');
SELECT * FROM rule_review('site', 3);
SELECT * FROM rule_review('site', 1, 1, '2026-03-05');
SELECT count(*) FROM rule_review('none', 1);

-- who may only look cannot act
CREATE ROLE regress_reader;
SELECT grant_role('regress_reader', 'auditor');
SET ROLE regress_reader;
SELECT count(*) FROM route_explain('site', '0102', '440310001001001', at => '2026-03-03 09:00');
SELECT unit FROM return_rights('20260302-440310-0000001-4', '2026-03-03 09:00');
SELECT count(*) FROM rule_review('site', 3);
\set VERBOSITY sqlstate
SELECT return_routing('20260302-440310-0000001-4', 4, 'ownership', 'x');
SELECT assign_case('20260302-440310-0000001-4', 4);
SELECT adjudicate_routing('20260302-440310-0000001-4', 'x');
\set VERBOSITY default
RESET ROLE;
SELECT revoke_role('regress_reader', 'auditor');
DROP ROLE regress_reader;

-- other tests find the tables as they were
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY[
        'rulebook_edition', 'rulebook_edition_unit', 'rulebook_edition_rule', 'rulebook_edition_assist', 'rulebook_edition_exclusion',
        'rulebook_edition_fallback', 'rulebook_edition_policy', 'rulebook_edition_limit', 'rulebook_edition_name', 'case_routing',
        'calendar_edition', 'case_return', 'adjudication', 'precedent'
    ] LOOP
        EXECUTE format('ALTER TABLE civicgrid.%I DISABLE TRIGGER USER', t);
        EXECUTE format('DELETE FROM civicgrid.%I', t);
        EXECUTE format('ALTER TABLE civicgrid.%I ENABLE TRIGGER USER', t);
    END LOOP;
END
$$;
DROP FUNCTION c(integer);
DROP FUNCTION place(integer);
DELETE FROM case_record WHERE taxonomy = 'site' OR taxonomy IS NULL;
DELETE FROM return_budget;
DELETE FROM rulebook_draft;
DELETE FROM duty_rule;
DELETE FROM duty_assist;
DELETE FROM fallback;
DELETE FROM sla_policy;
DELETE FROM unit;
DELETE FROM grid_cell;
DELETE FROM event_class WHERE taxonomy = 'site';
DELETE FROM taxonomy WHERE taxonomy = 'site';

\c :main
DROP DATABASE civicgrid_dispute;
