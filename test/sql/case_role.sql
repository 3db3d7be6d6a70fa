--
-- Roles and rights on cases: grants, row-level security, who reported, separation
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set town :abs_srcdir '/data/case_town.sql'
\set town_database civicgrid_case_role
\i :town

-- A case without report_event(), which may not be there yet: of class 0102 or
-- any other in place n, reported at that time, with the district's centre.
CREATE FUNCTION public.a_case(class civicgrid.eventcode DEFAULT '0102', n integer DEFAULT 1,
    at timestamptz DEFAULT '2026-03-02 10:00+08', severity smallint DEFAULT 1, channel text DEFAULT 'grid') RETURNS civicgrid.caseno
    LANGUAGE plpgsql
    SET search_path = civicgrid, public
AS $$
DECLARE
    no caseno := new_caseno('440310', at);
    s case_state;
BEGIN
    INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, cell, location, channel, severity, description, sensitive)
    VALUES (no, at, 'site', 'matter', a_case.class, place(n), spot(n), a_case.channel, a_case.severity, 'a case of ' || a_case.class::text,
        a_case.class <@ '04');
    s.caseno := no;
    s.state := 'reported';
    s.at := a_case.at;
    s.unit := 1;
    s.centre := 1;
    s.severity := a_case.severity;
    s.routing_edition := rulebook_edition_in_force('site', a_case.at);
    s.routing := route('site', a_case.class, place(n), a_case.channel, a_case.severity, NULL, a_case.at, no);
    PERFORM case_open(s, 'report_event', NULL, '{}');
    RETURN no;
END;
$$;

-- People.
CREATE ROLE regress_collector LOGIN;
CREATE ROLE regress_dispatcher LOGIN;
CREATE ROLE regress_street LOGIN;
CREATE ROLE regress_handler LOGIN;
CREATE ROLE regress_handler_2 LOGIN;
CREATE ROLE regress_team LOGIN;
CREATE ROLE regress_other LOGIN;
CREATE ROLE regress_supervisor LOGIN;
CREATE ROLE regress_auditor LOGIN;
CREATE ROLE regress_analyst LOGIN;
CREATE ROLE regress_admin LOGIN;
CREATE ROLE regress_street_admin LOGIN;
CREATE ROLE regress_nobody LOGIN;
CREATE ROLE "regress 'odd"" name" LOGIN;

-- Every table with a case number has row security and a policy; none lets rows
-- of who reported through.
SELECT c.relname, c.relrowsecurity, p.polname
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'caseno' AND a.atttypid = 'caseno'::regtype
LEFT JOIN pg_policy AS p ON p.polrelid = c.oid
WHERE c.relnamespace = 'civicgrid'::regnamespace AND c.relkind IN ('r', 'p')
    AND (NOT c.relrowsecurity OR p.polname IS DISTINCT FROM 'case_seen' OR p.polcmd <> 'r')
ORDER BY c.relname COLLATE "C";

-- Granting: idempotent, made from role_right.
SELECT grant_role('regress_admin', 'admin');
SELECT grant_role('regress_admin', 'admin');
SELECT rolname, rolcanlogin, rolsuper FROM pg_roles WHERE rolname = 'civicgrid_admin';
SELECT apply_role_rights('admin');
-- every row of role_right names what is there, and every table and view of the
-- extension is in it but who reported
SELECT DISTINCT r.kind, r.object FROM role_right AS r
WHERE r.kind = 'relation' AND to_regclass('civicgrid.' || r.object) IS NULL
    OR r.kind = 'function' AND NOT EXISTS (SELECT FROM pg_proc AS p WHERE p.proname = r.object AND p.pronamespace = 'civicgrid'::regnamespace)
ORDER BY 1, 2;
SELECT c.relname FROM pg_class AS c
WHERE c.relnamespace = 'civicgrid'::regnamespace AND c.relkind IN ('r', 'v')
    AND NOT EXISTS (SELECT FROM role_right AS r WHERE r.kind = 'relation' AND r.object = c.relname);

-- An administrator grants every role but his own, for what he administrates.
SET ROLE regress_admin;
SELECT grant_role('regress_collector', 'collector', 11), grant_role('regress_dispatcher', 'dispatcher', 1),
    grant_role('regress_street', 'dispatcher', 2), grant_role('regress_handler', 'handler', 4),
    grant_role('regress_handler_2', 'handler', 4), grant_role('regress_team', 'handler', 14), grant_role('regress_other', 'handler', 5),
    grant_role('regress_supervisor', 'supervisor', 1), grant_role('regress_auditor', 'auditor'), grant_role('regress_analyst', 'analyst');
SELECT grant_role('regress ''odd" name', 'handler', 5);
SELECT revoke_role('regress ''odd" name', 'handler', 5), revoke_role('regress ''odd" name', 'handler', 5);
RESET ROLE;
SELECT grant_role('regress_street_admin', 'admin', 2);
SELECT member, role, unit, granted_by = 'regress_admin' AS by_admin FROM role_member ORDER BY member COLLATE "C", role;
SELECT g.rolname AS of_group FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid
WHERE m.member = 'regress_collector'::regrole AND g.rolname LIKE 'civicgrid%';

-- Who may not.
CREATE FUNCTION as_role(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    code text; message text; detail text;
BEGIN
    PERFORM set_config('role', who, true);
    EXECUTE statement INTO message;
    PERFORM set_config('role', 'none', true);
    RETURN message;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', code, message, nullif(detail, ''));
END;
$$;
SELECT v.who, v.statement, as_role(v.who, v.statement) AS answer
FROM (VALUES
    (1, 'regress_admin', $$SELECT grant_role('regress_other', 'admin')$$),
    (2, 'regress_admin', $$SELECT revoke_role('regress_street_admin', 'admin', 2)$$),
    (3, 'regress_street_admin', $$SELECT grant_role('regress_other', 'handler')$$),
    (4, 'regress_street_admin', $$SELECT grant_role('regress_other', 'handler', 4)$$),
    (5, 'regress_street_admin', $$SELECT grant_role('regress_other', 'handler', 9)$$),
    (6, 'regress_street_admin', $$SELECT revoke_role('regress_other', 'handler', 9)$$),
    (7, 'regress_handler', $$SELECT grant_role('regress_handler', 'supervisor', 4)$$),
    (8, 'regress_nobody', $$SELECT civicgrid.grant_role('regress_nobody', 'handler', 4)$$),
    (9, 'regress_admin', $$SELECT grant_role('regress_missing', 'handler', 4)$$),
    (10, 'regress_admin', $$SELECT grant_role('civicgrid_admin', 'handler', 4)$$),
    (11, 'regress_admin', $$SELECT grant_role('pg_read_all_data', 'handler', 4)$$),
    (12, 'regress_admin', $$SELECT grant_role('regress_other', 'king')$$),
    (13, 'regress_admin', $$SELECT grant_role('regress_other', 'handler', 99)$$),
    (14, 'regress_admin', $$SELECT grant_role('regress_other', 'sensitive', 5)$$),
    (15, 'regress_admin', $$INSERT INTO role_member VALUES ('regress_admin', 'supervisor')$$),
    (16, 'regress_admin', $$INSERT INTO role_right VALUES ('admin', 'relation', 'case_reporter', 'SELECT')$$)
) AS v (n, who, statement) ORDER BY v.n;

-- A role is data: a right taken away, one added, one misspelt.
BEGIN;
UPDATE role_right SET granted = false WHERE role = 'handler' AND object = 'comment';
INSERT INTO role_right (role, kind, object, privilege) VALUES ('handler', 'function', 'check_case', 'EXECUTE');
SELECT apply_role_rights('handler'), apply_role_rights('handler');
SELECT has_function_privilege('regress_handler', 'comment(caseno, text, timestamptz)', 'EXECUTE') AS comment,
    has_function_privilege('regress_handler', 'check_case(caseno, bigint, text, timestamptz)', 'EXECUTE') AS check_case;
INSERT INTO role_right (role, kind, object, privilege) VALUES ('handler', 'relation', 'case_stat', 'SELECT');
SELECT apply_role_rights('handler');
ROLLBACK;

-- What another role of the same name had is no right of this one.
BEGIN;
CREATE ROLE regress_passing LOGIN;
SELECT grant_role('regress_passing', 'auditor');
DROP ROLE regress_passing;
CREATE ROLE regress_passing LOGIN;
SELECT grant_role('regress_passing', 'handler', 5);
SELECT role, unit FROM role_member WHERE member = 'regress_passing';
ROLLBACK;

-- Cases: 1 an advertisement in the first street, dispatched to the bureau (4)
-- with the community (6) assisting; 2 litter in the second street, not
-- dispatched; 3 a sensitive one in the first street; 4 a building site (5).
CREATE TABLE public.k AS SELECT n, CASE n
    WHEN 1 THEN a_case('0102', 1) WHEN 2 THEN a_case('0101', 4) WHEN 3 THEN a_case('0401', 1) ELSE a_case('0201', 3) END AS caseno
FROM generate_series(1, 4) AS n;
GRANT SELECT ON k TO PUBLIC;
CREATE FUNCTION public.k(n integer) RETURNS caseno STABLE LANGUAGE sql RETURN (SELECT t.caseno FROM k AS t WHERE t.n = $1);
INSERT INTO case_reporter (caseno, name, phone, id_number, address, anonymous) VALUES
    (k(1), '张三丰', '13812341234', '440301199001011234', '广东省深圳市坪山区某路1号', false),
    (k(2), '李四', '075512345', NULL, '某处', true), (k(4), 'Li', '110', '1234', '', true);
SET ROLE regress_dispatcher;
SELECT state FROM file_case(k(1), at => '2026-03-02 10:05');
SELECT state, unit FROM dispatch(k(1), at => '2026-03-02 10:10');
SELECT state FROM file_case(k(4), at => '2026-03-02 10:05');
SELECT state, unit FROM dispatch(k(4), at => '2026-03-02 10:10');
RESET ROLE;

-- Who sees which: of each table the cases 1 to 4.
CREATE FUNCTION public.seen_by(who text, relation text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    PERFORM set_config('role', who, true);
    EXECUTE format('SELECT string_agg(DISTINCT k.n::text, '','' ORDER BY k.n::text) FROM civicgrid.%I AS t JOIN public.k ON k.caseno = t.caseno', relation)
        INTO answer;
    PERFORM set_config('role', 'none', true);
    RETURN coalesce(answer, '-');
EXCEPTION WHEN insufficient_privilege THEN
    RETURN 'no right';
END;
$$;
SELECT w.who, seen_by(w.who, 'case_record') AS record, seen_by(w.who, 'case_state') AS state, seen_by(w.who, 'case_task') AS task,
    seen_by(w.who, 'case_journal') AS journal, seen_by(w.who, 'case_clock') AS clock, seen_by(w.who, 'case_routing') AS routing,
    seen_by(w.who, 'case_reporter') AS reporter
FROM unnest('{regress_dispatcher,regress_street,regress_collector,regress_handler,regress_team,regress_other,regress_supervisor,regress_auditor,regress_analyst,regress_admin,regress_nobody}'::text[])
    WITH ORDINALITY AS w (who, n)
ORDER BY w.n;
-- the right to sensitive cases
SELECT grant_role('regress_auditor', 'sensitive'), grant_role('regress_street', 'sensitive'), grant_role('regress_other', 'sensitive');
SELECT w.who, seen_by(w.who, 'case_record') AS record, seen_by(w.who, 'case_state') AS state, seen_by(w.who, 'case_journal') AS journal
FROM unnest('{regress_auditor,regress_street,regress_other}'::text[]) WITH ORDINALITY AS w (who, n) ORDER BY w.n;
SELECT revoke_role('regress_auditor', 'sensitive'), revoke_role('regress_other', 'sensitive');
-- to whom it is hidden it is not there
SELECT as_role('regress_dispatcher', 'SELECT file_case(k(3), at => ''2026-03-02 10:05'')');
-- a unit that had a part in a case goes on seeing it; one that gets one sees it
SET ROLE regress_handler;
SELECT state FROM sign(k(1), at => '2026-03-02 10:20');
SELECT state FROM return_case(k(1), 'territory', '不在我辖区', 9, at => '2026-03-02 10:30');
RESET ROLE;
SELECT seen_by('regress_handler', 'case_journal'), seen_by('regress_team', 'case_journal');
SELECT parties FROM case_state WHERE caseno = k(1);
SET ROLE regress_dispatcher;
SELECT state FROM dispatch(k(1), 14, '由中队处置', at => '2026-03-02 10:40');
RESET ROLE;
SELECT seen_by('regress_team', 'case_state'), seen_by('regress_handler_2', 'case_state');
-- sets of one's own
SET ROLE regress_street;
SELECT my_units(), my_units('handler'), my_territories(), sees_everything(), sees_sensitive(), sees_all_cases();
SELECT * FROM my_roles() ORDER BY role;
SELECT n, sees_case(caseno) FROM k ORDER BY n;
SELECT count(*) FROM hidden_cases();
RESET ROLE;
-- nothing is written around the verbs
SELECT v.statement, as_role('regress_admin', v.statement) AS answer FROM (VALUES
    (1, $$UPDATE case_state SET state = 'closed'$$), (2, 'DELETE FROM case_record'),
    (3, 'INSERT INTO case_journal SELECT * FROM case_journal'), (4, $$SELECT case_begin(k(1), 'sign', now())$$), (5, 'TABLE case_reporter')
) AS v (n, statement) ORDER BY v.n;

-- Who reported: masked, but for who handles the case or has it in his care, and
-- says why.
SELECT n, mask_name(n) FROM unnest('{张三丰,欧阳小山,李四,李,"",John Smith}'::text[]) WITH ORDINALITY AS v (n, o) ORDER BY o;
SELECT n, mask_phone(n) FROM unnest('{13812341234,+8613812341234,075512345,110,""}'::text[]) WITH ORDINALITY AS v (n, o) ORDER BY o;
SELECT n, mask_id(n) FROM unnest('{440301199001011234,1234,""}'::text[]) WITH ORDINALITY AS v (n, o) ORDER BY o;
SELECT n, mask_address(n) FROM unnest('{广东省深圳市坪山区某路1号,某处,""}'::text[]) WITH ORDINALITY AS v (n, o) ORDER BY o;
SELECT v.who, as_role(v.who, format('SELECT reporter_of(k(%s), %L, ''2026-03-02 11:00'')', v.k, v.reason)) AS answer FROM (VALUES
    (1, 'regress_dispatcher', 1, '回电核实'),
    (2, 'regress_dispatcher', 1, NULL),
    (3, 'regress_dispatcher', 1, ' '),
    (4, 'regress_supervisor', 1, '督办'),
    (5, 'regress_team', 1, '联系诉求人'),
    (6, 'regress_handler_2', 1, '上级单位'),
    (7, 'regress_street', 1, '本街道'),
    (8, 'regress_auditor', 1, '审计'),
    (9, 'regress_collector', 1, '核实'),
    (10, 'regress_other', 1, '好奇'),
    (11, 'regress_other', 4, '联系诉求人'),
    (12, 'regress_dispatcher', 4, '联系诉求人'),
    (13, 'regress_dispatcher', 2, '联系诉求人'),
    (14, 'regress_dispatcher', 3, '联系诉求人'),
    (15, 'regress_analyst', 1, '好奇'),
    (16, 'regress_nobody', 1, '好奇')
) AS v (n, who, k, reason) ORDER BY v.n;
-- every look is a step, and the chain holds
SELECT k.n, j.step, j.outcome, j.actor, j.role, j.actor_unit, j.reason FROM case_journal AS j JOIN k USING (caseno)
WHERE j.action = 'look' ORDER BY k.n, j.step;
SELECT bool_and(journal_digest(p.hash, j) = j.hash) FROM case_journal AS j
LEFT JOIN case_journal AS p ON p.caseno = j.caseno AND p.step = j.step - 1;
-- when the case is done, who handled it has no more reason to look
SET ROLE regress_team;
SELECT state FROM sign(k(1), at => '2026-03-02 11:10');
SELECT state FROM feedback(k(1), '已拆除', at => '2026-03-02 11:20');
RESET ROLE;

-- Collection is kept apart from handling: one account, one person behind two
-- accounts, two accounts of one unit where the setting is so.
SELECT as_role('regress_dispatcher', 'SELECT (recall(k(4), ''x'', at => ''2026-03-02 11:25'')).state');
SELECT grant_role('regress_team', 'collector', 14), grant_role('regress_handler', 'collector', 4), grant_role('regress_handler_2', 'collector', 14);
SELECT state, unit FROM case_state WHERE caseno = k(1);
SET ROLE regress_dispatcher;
SELECT state FROM check_case(k(1), 14, at => '2026-03-02 11:30');
RESET ROLE;
SELECT as_role('regress_team', 'SELECT (checked(k(1), true, ''x'', at => ''2026-03-02 11:40'')).state');
UPDATE case_setting SET value = 'unit' WHERE setting = 'separation';
SELECT as_role('regress_handler_2', 'SELECT (checked(k(1), true, ''x'', at => ''2026-03-02 11:40'')).state');
SELECT as_role('regress_handler', 'SELECT (checked(k(1), true, ''x'', at => ''2026-03-02 11:40'')).state');
UPDATE case_setting SET value = 'account' WHERE setting = 'separation';
SELECT as_role('regress_handler_2', 'SELECT (checked(k(1), true, ''x'', at => ''2026-03-02 11:40'')).state');
-- persons behind one login
SELECT state, unit FROM dispatch(k(4), at => '2026-03-02 11:26');
SET civicgrid.person = '甲';
SELECT as_role('regress_other', 'SELECT (sign(k(4), at => ''2026-03-02 11:30'')).state');
SELECT as_role('regress_other', 'SELECT (feedback(k(4), ''已处置'', at => ''2026-03-02 11:30'')).state');
RESET civicgrid.person;
SELECT as_role('regress_dispatcher', 'SELECT (check_case(k(4), 12, at => ''2026-03-02 11:40'')).state');
SELECT grant_role('regress_collector', 'collector', 12);
SET civicgrid.person = '甲';
SELECT as_role('regress_collector', 'SELECT (checked(k(4), true, ''x'', at => ''2026-03-02 11:50'')).state');
SET civicgrid.person = '乙';
SELECT as_role('regress_collector', 'SELECT (checked(k(4), true, ''x'', at => ''2026-03-02 11:50'')).state');
RESET civicgrid.person;

-- Taking back: with the last grant of a role the group goes, too.
SELECT revoke_role('regress_collector', 'collector', 12), revoke_role('regress_collector', 'collector', 12);
SELECT pg_has_role('regress_collector', 'civicgrid_collector', 'MEMBER');
SELECT revoke_role('regress_collector', 'collector', 11);
SELECT pg_has_role('regress_collector', 'civicgrid_collector', 'MEMBER');
SELECT seen_by('regress_collector', 'case_state');

\c :main
DROP DATABASE civicgrid_case_role;
DROP ROLE regress_collector, regress_dispatcher, regress_street, regress_handler, regress_handler_2, regress_team, regress_other,
    regress_supervisor, regress_auditor, regress_analyst, regress_admin, regress_street_admin, regress_nobody, "regress 'odd"" name";
