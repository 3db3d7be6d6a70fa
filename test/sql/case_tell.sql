--
-- Messages to units that a case, or their part in it, is taken from
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set town :abs_srcdir '/data/case_town.sql'
\set town_database civicgrid_case_tell
\i :town
\pset tuples_only off
\pset format aligned

INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES (20, '城管办一队', 'law enforcement team', 4, 9, '440310001', 4);
-- accounts for one unit each, for a unit above, and for all units
CREATE ROLE regress_tell_centre LOGIN;
CREATE ROLE regress_tell_street LOGIN;
CREATE ROLE regress_tell_bureau LOGIN;
CREATE ROLE regress_tell_team LOGIN;
CREATE ROLE regress_tell_station LOGIN;
CREATE ROLE regress_tell_collector LOGIN;
CREATE ROLE regress_tell_supervisor LOGIN;
CREATE ROLE regress_tell_office LOGIN;
CREATE ROLE regress_tell_squad LOGIN;
CREATE ROLE regress_tell_all LOGIN;
SELECT count(*) FROM (VALUES
    ('regress_tell_centre', 'dispatcher', 1), ('regress_tell_street', 'dispatcher', 2), ('regress_tell_bureau', 'handler', 4),
    ('regress_tell_team', 'handler', 14), ('regress_tell_station', 'handler', 6), ('regress_tell_collector', 'collector', 11),
    ('regress_tell_supervisor', 'supervisor', 1), ('regress_tell_office', 'handler', 9), ('regress_tell_squad', 'handler', 20),
    ('regress_tell_all', 'dispatcher', NULL), ('regress_tell_all', 'handler', NULL)
) AS v (member, role, unit) WHERE grant_role(v.member, v.role, v.unit);
-- A list that is kept by messages: what was given and not withdrawn, and what the
-- unit has not put an end to itself.  It should be what there is to do.
CREATE FUNCTION public.listed(no caseno) RETURNS bigint[] LANGUAGE sql STABLE RETURN ARRAY(
    SELECT l.unit
    FROM (
        SELECT DISTINCT ON (m.unit) m.unit, m.kind, (m.body ->> 'step')::integer AS step
        FROM case_message AS m
        WHERE m.caseno = no
        ORDER BY m.unit, m.message DESC
    ) AS l
    WHERE l.kind = 'given' AND NOT EXISTS (
        SELECT FROM case_journal AS j
        WHERE j.caseno = no AND j.step > l.step AND j.actor_unit = l.unit AND (
            j.from_unit = l.unit AND (j.unit IS DISTINCT FROM l.unit OR j.to_state = 'closed')
            OR j.detail -> 'tasks' @> jsonb_build_array(jsonb_build_object('unit', l.unit)) AND j.action IN ('feedback', 'return_case')
                AND j.unit IS DISTINCT FROM l.unit
        )
    )
    ORDER BY l.unit
);
CREATE FUNCTION public.to_do(no caseno) RETURNS bigint[] LANGUAGE sql STABLE RETURN ARRAY(
    SELECT t.unit FROM case_task AS t WHERE t.caseno = no AND t.ended_at IS NULL
    UNION
    -- where it was reported nobody was told
    SELECT s.unit FROM case_state AS s JOIN case_status AS c ON c.state = s.state AND c.open
    WHERE s.caseno = no AND EXISTS (SELECT FROM case_message AS m WHERE m.caseno = no AND m.unit = s.unit)
    ORDER BY 1
);
-- Do something as somebody; $1 is the case, $2 when, $3 another case.  What is
-- told: + to who gets it, - to who had it, with its duty and who has it now.
CREATE FUNCTION public.act(account text, no caseno, h text, call text, other caseno DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    s civicgrid.case_state;
    told text;
BEGIN
    PERFORM set_config('role', 'regress_tell_' || account, true);
    EXECUTE format('SELECT * FROM civicgrid.%s', call) INTO s USING no, public.t(h), other;
    PERFORM set_config('role', 'none', true);
    SELECT string_agg(CASE m.kind
            WHEN 'given' THEN format('+%s', m.unit)
            WHEN 'withdrawn' THEN format('-%s(%s)', m.unit, concat_ws(' ', m.body ->> 'duty', 'to ' || coalesce(m.body ->> 'to_unit', 'nobody')))
            ELSE m.kind END, ' ' ORDER BY m.message)
    INTO told
    FROM civicgrid.case_message AS m
    WHERE m.caseno = no AND (m.body ->> 'step')::integer = s.step;
    RETURN concat_ws(' ', substring(call, '^\w+'), s.state, told,
        CASE WHEN account <> 'all' AND public.listed(no) IS DISTINCT FROM public.to_do(no) THEN format('(listed: %s, to do: %s)', public.listed(no), public.to_do(no)) END);
END;
$$;
CREATE FUNCTION public.reported(h text, class eventcode, intake text DEFAULT '12345') RETURNS caseno LANGUAGE sql
RETURN report_event(intake, '情况' || h, spot(1), class => class, at => t(h));
-- of a step
CREATE FUNCTION public.last_news(no caseno, kind text) RETURNS jsonb LANGUAGE sql STABLE
RETURN (SELECT m.body FROM case_message AS m WHERE m.caseno = no AND m.kind = last_news.kind ORDER BY m.message DESC LIMIT 1);

-- The plain run: who does something himself is told nothing.
SELECT reported('02 09:00', '0102') AS c \gset
SELECT act(v.account, :'c', '02 09:' || v.minute, v.call) FROM (VALUES
    (10, 'centre', 'verify($1, 11, at => $2)'), (11, 'collector', 'verified($1, true, at => $2)'),
    (12, 'centre', 'file_case($1, at => $2)'), (13, 'centre', 'dispatch($1, at => $2)'), (14, 'bureau', 'sign($1, at => $2)'),
    (15, 'station', 'sign($1, at => $2)'), (16, 'station', 'feedback($1, ''配合'', at => $2)'),
    (17, 'bureau', 'feedback($1, ''拆除'', at => $2)'), (18, 'centre', 'check_case($1, 11, at => $2)'),
    (19, 'collector', 'checked($1, false, ''还在'', at => $2)'), (20, 'centre', 'rework($1, ''重做'', at => $2)'),
    (21, 'bureau', 'feedback($1, ''拆除'', at => $2)'), (22, 'centre', 'check_case($1, 11, at => $2)'),
    (23, 'collector', 'checked($1, true, at => $2)'), (24, 'centre', 'close_case($1, at => $2)'), (25, 'centre', 'visit($1, true, at => $2)')
) AS v (minute, account, call) ORDER BY v.minute;

-- Who acts for all units does so for the one whose turn it is.
SELECT reported('02 10:00', '0102') AS c \gset
SELECT act(v.account, :'c', '02 10:' || v.minute, v.call) FROM (VALUES
    (10, 'all', 'file_case($1, at => $2)'), (11, 'all', 'dispatch($1, at => $2)'), (12, 'all', 'sign($1, at => $2)'),
    (13, 'all', 'transfer($1, 14, ''就近'', at => $2)'), (14, 'all', 'sign($1, 6, at => $2)'),
    (15, 'all', 'return_case($1, (SELECT min(reason) FROM civicgrid.return_reason), ''不归'', unit => 14, at => $2)')
) AS v (minute, account, call) ORDER BY v.minute;

-- Recalled: all that had a part, the one that has reported and still leads, too;
-- and who should verify or check.
SELECT reported('03 09:00', '0102') AS c \gset
SELECT act(v.account, :'c', '03 09:' || v.minute, v.call) FROM (VALUES
    (10, 'centre', 'verify($1, 11, at => $2)'), (11, 'centre', 'recall($1, ''不必'', at => $2)'), (12, 'centre', 'file_case($1, at => $2)'),
    (13, 'centre', 'dispatch($1, at => $2)'), (14, 'all', 'recall($1, ''有误'', at => $2)'), (15, 'centre', 'dispatch($1, at => $2)'),
    (16, 'bureau', 'sign($1, at => $2)'), (17, 'bureau', 'feedback($1, ''拆除'', at => $2)'), (18, 'centre', 'recall($1, ''有误'', at => $2)'),
    (19, 'centre', 'dispatch($1, at => $2)')
) AS v (minute, account, call) ORDER BY v.minute;
SELECT jsonb_pretty(last_news(:'c', 'withdrawn'));
-- a joint case is handled with the last report
SELECT act(v.account, :'c', '03 10:' || v.minute, v.call) FROM (VALUES
    (10, 'bureau', 'sign($1, at => $2)'), (11, 'bureau', 'feedback($1, ''拆除'', at => $2)'), (12, 'station', 'sign($1, at => $2)'),
    (13, 'station', 'feedback($1, ''配合'', at => $2)'), (14, 'centre', 'check_case($1, 11, at => $2)'), (15, 'centre', 'recall($1, ''暂缓'', at => $2)')
) AS v (minute, account, call) ORDER BY v.minute;
SELECT jsonb_pretty(last_news(:'c', 'withdrawn'));

-- A verdict: to another unit, to the same, that who led assists; from the centre.
-- Who has a part again is told of that only.
SELECT reported('04 09:00', '0102') AS c \gset
SELECT act(v.account, :'c', '04 09:' || v.minute, v.call) FROM (VALUES
    (10, 'centre', 'file_case($1, at => $2)'), (11, 'centre', 'dispatch($1, at => $2)'), (12, 'bureau', 'sign($1, at => $2)'),
    (13, 'supervisor', 'adjudicate($1, ''清单'', 5, at => $2)'), (14, 'supervisor', 'adjudicate($1, ''清单'', 5, at => $2)'),
    (15, 'supervisor', 'adjudicate($1, ''清单'', 4, assists => ''{5,6}'', at => $2)'),
    (16, 'supervisor', 'adjudicate($1, ''清单'', 6, assists => ''{4}'', at => $2)')
) AS v (minute, account, call) ORDER BY v.minute;

-- Where cases go down level by level the street's centre has them in its care.
-- Transferred by the unit itself, by the one above, to who assists.  Returned and
-- passed up: those who assist.
UPDATE case_setting SET value = 'levels' WHERE setting = 'confirmation';
SELECT reported('05 09:00', '0101') AS c \gset
SELECT act(v.account, :'c', '05 09:' || v.minute, v.call) FROM (VALUES
    (10, 'centre', 'file_case($1, at => $2)'), (11, 'centre', 'dispatch($1, 9, at => $2)'), (12, 'office', 'transfer($1, 20, ''就近'', at => $2)'),
    (13, 'office', 'transfer($1, 9, ''自办'', at => $2)'), (14, 'street', 'dispatch_also($1, 20, ''到场'', at => $2)'),
    (15, 'office', 'transfer($1, 20, ''就近'', at => $2)'), (16, 'street', 'dispatch_also($1, 6, ''到场'', at => $2)'),
    (17, 'squad', 'sign($1, at => $2)'), (18, 'squad', 'return_case($1, (SELECT min(reason) FROM civicgrid.return_reason), ''不归'', at => $2)'),
    (19, 'street', 'dispatch($1, 6, at => $2)'), (20, 'street', 'dispatch_also($1, 9, ''到场'', at => $2)'),
    (21, 'station', 'escalate($1, ''超出权限'', at => $2)')
) AS v (minute, account, call) ORDER BY v.minute;
-- what lies with the street is dealt with by the district; what a squad has by the
-- office that it belongs to
SELECT reported('05 10:00', '0101') AS c \gset
SELECT act(v.account, :'c', '05 10:' || v.minute, v.call) FROM (VALUES
    (10, 'centre', 'file_case($1, at => $2)'), (11, 'centre', 'dispatch($1, 20, at => $2)'), (12, 'street', 'recall($1, ''有误'', at => $2)'),
    (15, 'centre', 'dispatch($1, 20, at => $2)'), (16, 'office', 'sign($1, at => $2)'), (17, 'office', 'feedback($1, ''代报'', at => $2)'),
    (18, 'centre', 'check_case($1, 11, at => $2)'), (19, 'collector', 'checked($1, true, at => $2)'), (20, 'centre', 'close_case($1, at => $2)'),
    (21, 'centre', 'rework($1, ''重做'', at => $2)'), (22, 'squad', 'feedback($1, ''已办'', at => $2)'),
    (23, 'street', 'check_case($1, 11, at => $2)'), (24, 'collector', 'checked($1, true, at => $2)')
) AS v (minute, account, call) ORDER BY v.minute;
UPDATE case_setting SET value = 'none' WHERE setting = 'confirmation';
SELECT act('centre', :'c', '05 10:30', 'close_case($1, at => $2)');
SELECT jsonb_pretty(last_news(:'c', 'withdrawn'));
SELECT act('centre', :'c', '05 10:31', 'visit($1, true, at => $2)');

-- a verdict takes it from the street's centre
UPDATE case_setting SET value = 'levels' WHERE setting = 'confirmation';
SELECT reported('05 11:00', '0101') AS c \gset
SELECT act(v.account, :'c', '05 11:' || v.minute, v.call) FROM (VALUES
    (10, 'centre', 'file_case($1, at => $2)'), (11, 'centre', 'dispatch($1, 20, at => $2)'), (12, 'street', 'recall($1, ''有误'', at => $2)'),
    (13, 'supervisor', 'adjudicate($1, ''清单'', 5, at => $2)')
) AS v (minute, account, call) ORDER BY v.minute;

-- Merged by the street, by the district; voided with the main case: who had it
-- hears of it once.
SELECT reported('06 09:00', '0101') AS chief \gset
SELECT reported('06 09:05', '0101') AS own \gset
SELECT reported('06 09:06', '0101') AS other \gset
SELECT act(v.account, CASE WHEN v.minute % 2 = 0 THEN :'own' ELSE :'other' END::caseno, '06 09:' || v.minute, v.call, :'chief') FROM (VALUES
    (10, 'centre', 'file_case($1, at => $2)'), (11, 'centre', 'file_case($1, at => $2)'), (12, 'centre', 'dispatch($1, 20, at => $2)'),
    (13, 'centre', 'dispatch($1, 20, at => $2)'), (14, 'street', 'recall($1, ''有误'', at => $2)'), (15, 'street', 'recall($1, ''有误'', at => $2)'),
    (16, 'street', 'merge_cases($1, $3, ''同一件事'', $2)'), (17, 'centre', 'merge_cases($1, $3, ''同一件事'', $2)')
) AS v (minute, account, call) ORDER BY v.minute;
SELECT act('centre', :'chief', '06 09:30', 'void_case($1, ''不属实'', $2)');
SELECT s.state, m.kind, m.unit, m.body ->> 'action' AS action
FROM case_state AS s LEFT JOIN case_message AS m ON m.caseno = s.caseno AND m.at >= t('06 09:16')
WHERE s.caseno IN (:'own', :'other', :'chief') ORDER BY s.caseno, m.message;
UPDATE case_setting SET value = 'none' WHERE setting = 'confirmation';

-- What the system does, and what is no work: a closed case.
SELECT reported('09 09:00', '0101') AS c \gset
SELECT act(v.account, :'c', '09 09:' || v.minute, v.call) FROM (VALUES
    (10, 'centre', 'file_case($1, at => $2)'), (11, 'centre', 'dispatch($1, 4, at => $2)'), (12, 'bureau', 'sign($1, at => $2)'),
    (13, 'bureau', 'feedback($1, ''清理'', at => $2)'), (14, 'centre', 'check_case($1, 11, at => $2)'), (15, 'collector', 'checked($1, true, at => $2)'),
    (16, 'centre', 'close_case($1, at => $2)')
) AS v (minute, account, call) ORDER BY v.minute;
CALL tick(t('30 09:00'));
SELECT state, unit FROM case_state WHERE caseno = :'c';
SELECT kind, count(*) FROM case_message WHERE caseno = :'c' AND at > t('09 09:16') GROUP BY kind;
INSERT INTO intake_rule (channel, severity, auto_file, auto_dispatch) VALUES ('sensor', 1, true, true);
SELECT report_event('sensor', '自动', spot(3), class => '0101', at => t('10 09:00')) AS c \gset
SELECT kind, unit FROM case_message WHERE caseno = :'c' ORDER BY message;

-- Handed out in that order, one of a case at a time.
TRUNCATE case_message RESTART IDENTITY;
SELECT act('centre', :'c', '10 09:10', 'recall($1, ''有误'', $2)');
SELECT message, kind, unit, recipient, body, at FROM take_messages(10);
SELECT confirm_messages('{1}');
SELECT message, kind, unit, recipient, body, at FROM take_messages(10);

SELECT * FROM verify_journal();
SELECT * FROM replay_check();

\c :main
DROP DATABASE civicgrid_case_tell;
DROP ROLE regress_tell_centre, regress_tell_street, regress_tell_bureau, regress_tell_team, regress_tell_station, regress_tell_collector,
    regress_tell_supervisor, regress_tell_office, regress_tell_squad, regress_tell_all;
