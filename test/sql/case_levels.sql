--
-- Closing level by level: three centres, one below the other
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set town :abs_srcdir '/data/case_town.sql'
\set town_database civicgrid_case_levels
\i :town

-- Two communities get centres of their own; what is neither litter nor building
-- goes down to the community's own men.
INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES
    (15, '六联社区分中心', 'centre', 4, 2, '440310001001', 2), (16, '六联社区综合队', 'maintenance team', 4, 15, '440310001001', 4),
    (17, '六和社区分中心', 'centre', 4, 2, '440310001002', 2);
UPDATE unit SET parent = 15 WHERE unit = 6;
UPDATE unit SET parent = 17 WHERE unit = 7;
INSERT INTO duty_rule (rule, rulebook, class, lead_unit, basis) VALUES (4, 'site', '03', 16, '社区事项清单2');
CALL publish_rulebook('site', '2026-02-01 00:00+08');

-- What a verb answers somebody: the state and who holds the case, or why not
CREATE FUNCTION public.tried(account text, verb text, no caseno, at timestamptz, words text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    s civicgrid.case_state;
    code text; message text; detail text;
BEGIN
    PERFORM set_config('role', 'regress_levels_' || account, true);
    EXECUTE format('SELECT * FROM civicgrid.%I($1, $2, at => $3)', verb) INTO s USING no, words, at;
    PERFORM set_config('role', 'none', true);
    RETURN concat_ws(' ', s.state, s.unit);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', code, message, nullif(detail, ''));
END;
$$;
-- It is done and checked in the community; from the report on, the district files
-- and dispatches it.
CREATE FUNCTION public.done_again(no caseno, at timestamptz) RETURNS case_state LANGUAGE plpgsql AS $$
DECLARE
    s civicgrid.case_state;
BEGIN
    PERFORM set_config('role', 'regress_levels_team', true);
    PERFORM civicgrid.feedback(no, '已处理', at => at);
    PERFORM set_config('role', 'regress_levels_community', true);
    PERFORM civicgrid.check_case(no, 11, at => at + interval '1 minute');
    PERFORM set_config('role', 'regress_levels_collector', true);
    s := civicgrid.checked(no, true, at => at + interval '2 minutes');
    PERFORM set_config('role', 'none', true);
    RETURN s;
END;
$$;
CREATE FUNCTION public.until_checked(at timestamptz) RETURNS caseno LANGUAGE plpgsql AS $$
DECLARE
    no civicgrid.caseno := civicgrid.report_event('12345', '楼道堆放杂物', public.spot(1), class => '03', at => until_checked.at);
BEGIN
    PERFORM set_config('role', 'regress_levels_district', true);
    PERFORM civicgrid.file_case(no, at => at + interval '1 minute');
    PERFORM civicgrid.dispatch(no, at => at + interval '2 minutes');
    PERFORM set_config('role', 'regress_levels_team', true);
    PERFORM civicgrid.sign(no, at => at + interval '3 minutes');
    PERFORM set_config('role', 'none', true);
    PERFORM public.done_again(no, at + interval '4 minutes');
    RETURN no;
END;
$$;
-- a dispatcher of each centre, and of one beside it
CREATE ROLE regress_levels_district LOGIN;
CREATE ROLE regress_levels_street LOGIN;
CREATE ROLE regress_levels_community LOGIN;
CREATE ROLE regress_levels_street_beside LOGIN;
CREATE ROLE regress_levels_community_beside LOGIN;
CREATE ROLE regress_levels_team LOGIN;
CREATE ROLE regress_levels_collector LOGIN;
SELECT count(*) FROM (VALUES
    ('regress_levels_district', 'dispatcher', 1), ('regress_levels_street', 'dispatcher', 2), ('regress_levels_community', 'dispatcher', 15),
    ('regress_levels_street_beside', 'dispatcher', 3), ('regress_levels_community_beside', 'dispatcher', 17),
    ('regress_levels_team', 'handler', 16), ('regress_levels_collector', 'collector', 11)
) AS v (member, role, unit) WHERE grant_role(v.member, v.role, v.unit);
UPDATE case_setting SET value = 'levels' WHERE setting = 'confirmation';

-- It goes down from the district's centre to the community's, in whose care it is,
-- and back up: the community closes, the street confirms, the district confirms.
SELECT until_checked(t('03 09:00')) AS up \gset
SELECT state, unit, lead, centre, routing_path(routing) FROM case_state WHERE caseno = :'up';
SELECT tried(a, 'close_case', :'up', t('03 10:00'))
FROM unnest(ARRAY['street_beside', 'community_beside', 'team', 'collector', 'community']) WITH ORDINALITY AS v (a, n) ORDER BY n;
-- the community's has done its part
SELECT tried(a, 'close_case', :'up', t('03 10:10'), '属实')
FROM unnest(ARRAY['community', 'community_beside', 'street_beside', 'team', 'street']) WITH ORDINALITY AS v (a, n) ORDER BY n;
-- so has the street's
SELECT tried(a, 'close_case', :'up', t('03 10:20'), '同意')
FROM unnest(ARRAY['community', 'street', 'community_beside', 'street_beside', 'district', 'district']) WITH ORDINALITY AS v (a, n) ORDER BY n;
SELECT step, action, outcome, from_state, to_state, actor, actor_unit, unit, remark FROM case_journal
WHERE caseno = :'up' AND action IN ('checked', 'close_case') ORDER BY step;
SELECT kind, stage, holder, started_at, stopped_at, verdict FROM case_clock
WHERE caseno = :'up' AND (stage = 'close' OR kind = 'case') ORDER BY clock;
SELECT state, unit, centre, closed_at FROM case_state WHERE caseno = :'up';
SELECT story FROM case_story(:'up') WHERE step >= 7 ORDER BY line;
SELECT story FROM case_story(:'up', 'en') WHERE step >= 7 ORDER BY line;

-- While it waits it is in the inbox of who confirms.
SELECT until_checked(t('04 09:00')) AS back \gset
CREATE FUNCTION public.seen_by(no caseno) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    account text;
    seen text[] := '{}';
BEGIN
    FOREACH account IN ARRAY ARRAY['community', 'street', 'district', 'community_beside', 'street_beside'] LOOP
        PERFORM set_config('role', 'regress_levels_' || account, true);
        IF EXISTS (SELECT FROM civicgrid.inbox AS i WHERE i.caseno = no::text AND i.unit IN (1, 2, 15)) THEN
            seen := seen || account;
        END IF;
    END LOOP;
    PERFORM set_config('role', 'none', true);
    RETURN array_to_string(seen, ', ');
END;
$$;
SELECT seen_by(:'back');
SELECT tried('community', 'close_case', :'back', t('04 10:00')), seen_by(:'back');

-- Who does not confirm has it done again: from the middle ...
SELECT tried(a, 'rework', :'back', t('04 10:10'), w)
FROM (VALUES (1, 'street_beside', '不彻底'), (2, 'community_beside', '不彻底'), (3, 'team', '不彻底'), (4, 'street', ' '), (5, 'street', '不彻底')) AS v (n, a, w)
ORDER BY n;
SELECT state, unit, lead, centre, reworks FROM case_state WHERE caseno = :'back';
SELECT state, unit FROM done_again(:'back', t('04 11:00'));
SELECT tried('community', 'close_case', :'back', t('04 11:10')), tried('street', 'close_case', :'back', t('04 11:20'));
SELECT seen_by(:'back');
-- ... and from the top, after which it goes up the whole way once more
SELECT tried(a, 'rework', :'back', t('04 11:30'), '仍不彻底')
FROM unnest(ARRAY['street_beside', 'community_beside', 'district']) WITH ORDINALITY AS v (a, n) ORDER BY n;
SELECT state, unit, lead, centre, reworks FROM case_state WHERE caseno = :'back';
SELECT state, unit FROM done_again(:'back', t('04 14:00'));
SELECT tried('community', 'close_case', :'back', t('04 14:10')), tried('street', 'close_case', :'back', t('04 14:20')),
    tried('district', 'close_case', :'back', t('04 14:30'));
SELECT kind, stage, holder, started_at, stopped_at, verdict FROM case_clock
WHERE caseno = :'back' AND stage IN ('check', 'close', 'handle') ORDER BY clock;

-- The centre in whose care it is takes back what it has passed up; nothing else
-- than confirming and doing it again is possible with it.
SELECT until_checked(t('05 09:00')) AS regret \gset
SELECT tried('community', 'close_case', :'regret', t('05 10:00')), tried('community', 'rework', :'regret', t('05 10:01'), '漏了一处');
SELECT state, unit FROM done_again(:'regret', t('05 11:00'));
SELECT tried('community', 'close_case', :'regret', t('05 11:10')), tried('street', 'close_case', :'regret', t('05 11:20'));
SELECT tried('district', v, :'regret', t('05 11:21'), 'x')
FROM unnest(ARRAY['recall', 'return_case', 'reopen', 'void_case', 'file_case']) WITH ORDINALITY AS v (v, n) ORDER BY n;

-- One above a centre may do its part, each step by itself.
SELECT until_checked(t('06 09:00')) AS instead \gset
SELECT tried('street', 'close_case', :'instead', t('06 10:00')), tried('district', 'close_case', :'instead', t('06 10:01')),
    tried('street', 'close_case', :'instead', t('06 10:02')), tried('district', 'close_case', :'instead', t('06 10:03'));
SELECT actor, actor_unit, unit, to_state FROM case_journal WHERE caseno = :'instead' AND action = 'close_case' ORDER BY step;

-- What was passed up before nobody had to confirm any more is closed by whoever
-- has it.
SELECT until_checked(t('09 09:00')) AS late \gset
SELECT tried('community', 'close_case', :'late', t('09 10:00'));
UPDATE case_setting SET value = 'none' WHERE setting = 'confirmation';
SELECT tried('community', 'close_case', :'late', t('09 10:01')), tried('street', 'close_case', :'late', t('09 10:02'));
SELECT state, unit, centre FROM case_state WHERE caseno = :'late';
UPDATE case_setting SET value = 'levels' WHERE setting = 'confirmation';

-- Opened again it is the community's; a reporter who is not satisfied brings it
-- before the district's centre, and from there it goes down as before.
SELECT state, unit, centre, reopens FROM reopen(:'late', '复发', t('10 09:00'));
SELECT state, unit, centre, reopens FROM visit(:'up', false, '没有清理', t('10 09:00'));
SELECT state, unit, centre FROM dispatch(:'up', at => t('10 09:01'));

-- What is given back goes to the community's centre, and, if that undoes the
-- filing, to the district's.
SET ROLE regress_levels_team;
SELECT state, unit, centre FROM return_case(:'up', 'information', '地点不清', at => t('10 09:10'));
SET ROLE regress_levels_community;
SELECT state, unit, centre FROM return_case(:'up', '不是本社区', at => t('10 09:11'));
RESET ROLE;

-- Given by hand to a unit elsewhere, it is in the care of the last centre on the
-- path that this one lies below.
SELECT state, unit, centre FROM file_case(:'up', at => t('10 09:20'));
SELECT state, unit, centre FROM dispatch(:'up', 9, at => t('10 09:21'));
SELECT state, unit, centre FROM recall(:'up', '须区级办理', t('10 09:22'));
SELECT state, unit, centre FROM dispatch(:'up', 4, at => t('10 09:23'));

-- Everything that was done tells what each case is.
SELECT count(DISTINCT s.caseno) AS cases, bool_and(r.equal) AS equal FROM case_state AS s CROSS JOIN replay(s.caseno) AS r;
SELECT * FROM verify_journal();
SELECT * FROM replay_check();

\c :main
DROP DATABASE civicgrid_case_levels;
DROP ROLE regress_levels_district, regress_levels_street, regress_levels_community, regress_levels_street_beside,
    regress_levels_community_beside, regress_levels_team, regress_levels_collector;
