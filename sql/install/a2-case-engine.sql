
-- What all acts on a case have in common (案件流转): who may do what in which
-- state, what it does to the clocks, and how it is written down.  See
-- doc/cases.md.

INSERT INTO case_transition (state, action, outcome, next_state, roles, holder, reason, clocks, origin)
SELECT s.state, v.action, v.outcome, nullif(v.next_state, ''), string_to_array(v.roles, ' '), v.holder, v.reason, v.clocks, 'shipped'
FROM (VALUES
    ('reported', 'verify', '', 'verifying', 'dispatcher', true, false, 'move'),
    ('verifying', 'verified', 'true', 'reported', 'collector', true, false, 'move'),
    ('verifying', 'verified', 'false', 'reported', 'collector', true, true, 'move'),
    ('verifying', 'recall', '', 'reported', 'dispatcher', true, true, 'move'),
    ('reported', 'file_case', '', 'filed', 'dispatcher', true, false, 'move'),
    ('reported', 'void_case', '', 'void', 'dispatcher', true, true, 'void'),
    ('merged', 'void_case', 'main', 'void', 'system', false, true, 'void'),
    ('reported filed returned', 'amend', '', '', 'dispatcher', true, true, 'keep'),
    ('reported verifying filed dispatched handling returned suspended handled checking rejected checked confirming',
        'amend', 'repeat', '', 'system', false, true, 'keep'),
    ('reported filed', 'merge_cases', '', 'merged', 'dispatcher', true, true, 'end'),
    ('filed returned', 'dispatch', '', 'dispatched', 'dispatcher', true, false, 'move'),
    ('filed returned', 'return_case', '', 'reported', 'dispatcher', true, true, 'move'),
    ('dispatched handling', 'dispatch_also', '', '', 'dispatcher', true, false, 'keep'),
    ('dispatched handling', 'recall', '', 'filed', 'dispatcher', true, true, 'move'),
    ('dispatched', 'sign', '', 'handling', 'handler', true, false, 'move'),
    ('dispatched handling', 'sign', 'assist', '', 'handler', false, false, 'keep'),
    ('dispatched handling', 'return_case', '', 'returned', 'handler', true, true, 'hold'),
    ('dispatched handling', 'return_case', 'assist', '', 'handler', false, true, 'keep'),
    ('handling', 'return_case', 'last', 'handled', 'handler', false, true, 'move'),
    ('dispatched handling', 'transfer', '', 'dispatched', 'handler', true, true, 'move'),
    ('dispatched handling', 'escalate', '', 'filed', 'handler', true, true, 'move'),
    ('filed returned dispatched handling', 'adjudicate', '', 'dispatched', 'supervisor', false, true, 'move'),
    ('handling', 'ask_extension', '', '', 'handler', true, true, 'keep'),
    ('handling', 'decide_extension', 'granted', '', 'dispatcher supervisor', true, false, 'keep'),
    ('handling', 'decide_extension', 'refused', '', 'dispatcher supervisor', true, true, 'keep'),
    ('filed dispatched handling', 'suspend', '', 'suspended', 'dispatcher supervisor', true, true, 'pause'),
    ('suspended', 'resume', '', '', 'dispatcher supervisor system', true, false, 'resume'),
    ('handling', 'feedback', '', 'handled', 'handler', false, true, 'move'),
    ('handling', 'feedback', 'lead', '', 'handler', true, true, 'keep'),
    ('dispatched handling', 'feedback', 'assist', '', 'handler', false, true, 'keep'),
    ('handled rejected', 'check_case', '', 'checking', 'dispatcher', true, false, 'move'),
    ('checking', 'checked', 'pass', 'checked', 'collector', true, false, 'move'),
    ('checking', 'checked', 'fail', 'rejected', 'collector', true, true, 'move'),
    ('checking', 'recall', '', 'handled', 'dispatcher', true, true, 'move'),
    ('handled rejected checked confirming', 'rework', '', 'handling', 'dispatcher supervisor', true, true, 'move'),
    ('checked confirming', 'close_case', '', 'closed', 'dispatcher', true, false, 'end'),
    ('checked confirming', 'close_case', 'confirm', 'confirming', 'dispatcher', true, false, 'move'),
    ('merged', 'close_case', 'main', 'closed', 'system', false, false, 'end'),
    ('closed visited', 'reopen', '', 'filed', 'dispatcher supervisor', true, true, 'again'),
    ('closed', 'visit', 'satisfied', 'visited', 'dispatcher supervisor', true, false, 'end'),
    ('closed', 'visit', 'dissatisfied', 'filed', 'dispatcher supervisor', true, true, 'again'),
    ('closed', 'visit', 'unreached', '', 'dispatcher supervisor', true, false, 'keep'),
    ('closed', 'visit', 'silent', 'visited', 'system', false, false, 'end'),
    ('closed visited', 'appeal', '', '', 'handler', false, true, 'keep'),
    ('closed visited', 'decide_appeal', 'granted', '', 'supervisor', false, true, 'keep'),
    ('closed visited', 'decide_appeal', 'refused', '', 'supervisor', false, true, 'keep'),
    ('reported verifying filed dispatched handling returned suspended handled checking rejected checked confirming',
        'supervise', '', '', 'supervisor system', false, true, 'keep'),
    ('reported verifying filed dispatched handling returned suspended handled checking rejected checked confirming closed visited merged',
        'comment', '', '', 'collector dispatcher handler supervisor', false, true, 'keep')
) AS v (states, action, outcome, next_state, roles, holder, reason, clocks)
CROSS JOIN LATERAL unnest(string_to_array(v.states, ' ')) AS s (state);

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON case_transition
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('state', 'action', 'outcome');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON case_transition
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON case_transition IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON case_transition IS 'shipped rows are not truncated';

-- In PL/pgSQL, which keeps its plans, as are others that every act calls.
CREATE FUNCTION case_setting(setting text) RETURNS text
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT s.value FROM @extschema@.case_setting AS s WHERE s.setting = case_setting.setting);
END;
$$;
COMMENT ON FUNCTION case_setting(text) IS 'value of a setting of case_setting (案件办理参数值)';

CREATE FUNCTION is_ahead(at timestamptz, of_instant timestamptz) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN at > of_instant
        AND coalesce(at > of_instant + nullif(@extschema@.case_setting('future_most'), '')::interval, false);
END;
$$;
COMMENT ON FUNCTION is_ahead(timestamptz, timestamptz) IS
    'whether an instant lies further after another one than setting future_most lets it (是否超前)';

-- An act under way: the case as it was, locked; as it will be; and what is to
-- be written down.
CREATE TYPE case_act AS (
    was case_state,
    next case_state,
    transition case_transition,
    actor text,
    person text,
    role text,
    actor_unit bigint,
    at timestamptz,
    reason text,
    remark text,
    detail jsonb,
    clock bigint
);
COMMENT ON TYPE case_act IS 'an act on a case under way (案件操作过程)';
COMMENT ON COLUMN case_act.was IS 'the case as it was (操作前)';
COMMENT ON COLUMN case_act.next IS 'the case as it will be (操作后)';
COMMENT ON COLUMN case_act.transition IS 'rule that allows it (流转规则)';
COMMENT ON COLUMN case_act.actor IS 'database role (操作账号)';
COMMENT ON COLUMN case_act.person IS 'person (操作人)';
COMMENT ON COLUMN case_act.role IS 'role (业务角色)';
COMMENT ON COLUMN case_act.actor_unit IS 'unit for which (所属单位)';
COMMENT ON COLUMN case_act.at IS 'when (操作时间)';
COMMENT ON COLUMN case_act.reason IS 'reason (理由)';
COMMENT ON COLUMN case_act.remark IS 'remark (备注)';
COMMENT ON COLUMN case_act.detail IS 'what goes into the journal (日志明细)';
COMMENT ON COLUMN case_act.clock IS 'clock that was started last (新计时)';

-- Whether a case is any business of who acts for a unit.
CREATE FUNCTION unit_is_involved(unit bigint, of_case case_state) RETURNS boolean
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT unit_is_involved.unit IS NULL OR EXISTS (
        SELECT FROM unnest((of_case).parties) AS p (unit)
        WHERE @extschema@.unit_is_within(p.unit, unit_is_involved.unit)
    );
END;
COMMENT ON FUNCTION unit_is_involved(bigint, case_state) IS
    'whether a unit has, had or supervises a case (单位是否与案件有关)';

-- Collection is kept apart from handling: who handled a case neither verifies
-- nor checks it, and the other way round.
CREATE FUNCTION require_separation(act case_act) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    collects constant boolean := (act.transition).action IN ('verified', 'checked');
    names constant text[] := array_remove(ARRAY[act.actor, 'person ' || act.person], NULL);
    -- a superuser acts for no unit
    by_unit constant boolean := act.actor_unit IS NOT NULL AND @extschema@.case_setting('separation') = 'unit';
    clash text;
BEGIN
    IF collects THEN
        SELECT CASE
            WHEN act.actor = ANY (t.handlers) THEN format('%s did, for unit %s.', act.actor, t.unit)
            WHEN t.handlers && names THEN format('%s did, for unit %s.', act.person, t.unit)
            ELSE format('Unit %s did; %s acts for unit %s, and units are kept apart from those above and below them.',
                t.unit, act.actor, act.actor_unit)
        END INTO clash
        FROM @extschema@.case_task AS t
        WHERE t.caseno OPERATOR(@extschema@.=) (act.was).caseno
            AND (t.handlers && names OR by_unit AND t.handlers <> '{}' AND (
                @extschema@.unit_is_within(t.unit, act.actor_unit) OR @extschema@.unit_is_within(act.actor_unit, t.unit)
            ))
        ORDER BY NOT t.handlers && names, t.task
        LIMIT 1;
    ELSE
        SELECT CASE
            WHEN j.actor = act.actor THEN format('%s did, in step %s, %s.', act.actor, j.step, j.action)
            WHEN j.person = act.person THEN format('%s did, in step %s, %s.', act.person, j.step, j.action)
            ELSE format('Unit %s did, in step %s, %s; %s acts for unit %s, and units are kept apart from those above and below them.',
                j.actor_unit, j.step, j.action, act.actor, act.actor_unit)
        END INTO clash
        FROM @extschema@.case_journal AS j
        WHERE j.caseno OPERATOR(@extschema@.=) (act.was).caseno AND j.action IN ('verified', 'checked')
            AND (j.actor = act.actor OR j.person = act.person OR by_unit AND j.actor_unit IS NOT NULL AND (
                @extschema@.unit_is_within(j.actor_unit, act.actor_unit) OR @extschema@.unit_is_within(act.actor_unit, j.actor_unit)
            ))
        ORDER BY (j.actor = act.actor OR j.person = act.person) IS NOT TRUE, j.step
        LIMIT 1;
    END IF;
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG504',
            MESSAGE = CASE
                WHEN collects THEN format('who handled case %s cannot verify or check it', (act.was).caseno)
                ELSE format('who verified or checked case %s cannot handle it', (act.was).caseno)
            END,
            DETAIL = clash,
            HINT = 'Collection is kept apart from handling; somebody else has to do it.';
    END IF;
END;
$$;
COMMENT ON FUNCTION require_separation(case_act) IS
    'an error if who handled a case would verify or check it, or the other way round (采办分离)';
REVOKE EXECUTE ON FUNCTION require_separation(case_act) FROM PUBLIC;

CREATE FUNCTION deny_case(caseno caseno) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'CG313',
        MESSAGE = format('there is no case %s', coalesce(deny_case.caseno::text, 'NULL')),
        HINT = 'report_event() makes cases; each sees those of his units and of their territory.';
END;
$$;
COMMENT ON FUNCTION deny_case(caseno) IS 'an error: there is no such case, or it is not shown to the caller (案件不存在或不可见)';

-- Who is refused is told neither the state of a case that he does not see, nor
-- whose it is.
CREATE FUNCTION require_seen(caseno caseno) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT @extschema@.sees_case(require_seen.caseno) THEN
        PERFORM @extschema@.deny_case(require_seen.caseno);
    END IF;
END;
$$;
COMMENT ON FUNCTION require_seen(caseno) IS 'an error unless the caller sees a case (案件须可见)';

-- Lock a case and see whether the caller may do this to it now.  for_unit is the
-- unit of the task that he acts on, where it need not be the holder.  Every act
-- pays for this, so that the plain run of things is written in C: a case that
-- is not sensitive, an instant that is not to come, and a grant for the unit that
-- holds the case, or has the task, or one above it.  What it finds otherwise it
-- leaves to the next function, which refuses, too.
CREATE FUNCTION case_begin(
    caseno caseno,
    action text,
    at timestamptz,
    outcome text DEFAULT '',
    reason text DEFAULT NULL,
    remark text DEFAULT NULL,
    system boolean DEFAULT false,
    for_unit bigint DEFAULT NULL
) RETURNS case_act
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'cg_case_begin';
COMMENT ON FUNCTION case_begin(caseno, text, timestamptz, text, text, text, boolean, bigint) IS
    'lock a case for an act (开始操作); an error unless its state allows it and the caller may do it';
REVOKE EXECUTE ON FUNCTION case_begin(caseno, text, timestamptz, text, text, text, boolean, bigint) FROM PUBLIC;

CREATE FUNCTION case_begin_otherwise(
    caseno caseno,
    action text,
    at timestamptz,
    outcome text,
    reason text,
    remark text,
    system boolean,
    for_unit bigint
) RETURNS case_act
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act;
    was @extschema@.case_state;
    s @extschema@.case_state;
    t @extschema@.case_transition;
    m @extschema@.role_member;
    own bigint;
BEGIN
    PERFORM @extschema@.require_instant(at);
    SELECT c.* INTO s FROM @extschema@.case_state AS c
    WHERE c.caseno OPERATOR(@extschema@.=) case_begin_otherwise.caseno
    FOR UPDATE;
    -- what somebody may not see is not there for him
    IF NOT FOUND OR s.sensitive AND NOT system AND NOT @extschema@.sees_sensitive() THEN
        PERFORM @extschema@.deny_case(case_begin_otherwise.caseno);
    END IF;
    SELECT c.* INTO t FROM @extschema@.case_transition AS c
    WHERE c.state = s.state AND c.action = case_begin_otherwise.action AND c.outcome = case_begin_otherwise.outcome;
    IF NOT FOUND THEN
        IF NOT system THEN
            PERFORM @extschema@.require_seen(s.caseno);
        END IF;
        RAISE EXCEPTION USING
            ERRCODE = 'CG501',
            MESSAGE = format('%s is not possible while case %s is %s', case_begin_otherwise.action, s.caseno, s.state),
            DETAIL = format('In this state there are %s.', coalesce((
                SELECT string_agg(DISTINCT c.action, ', ' ORDER BY c.action)
                FROM @extschema@.case_transition AS c WHERE c.state = s.state
            ), 'no acts')),
            HINT = 'civicgrid.case_transition lists what is possible in which state.';
    END IF;
    IF system THEN
        m.role := 'system';
    ELSIF for_unit IS NOT NULL THEN
        m := @extschema@.acting_right(t.roles, for_unit);
        IF m.role IS NULL AND (@extschema@.acting_right(t.roles, NULL)).role IS NOT NULL THEN
            PERFORM @extschema@.require_seen(s.caseno);
            -- one who has not signed for his own task means that one
            IF action = 'feedback' THEN
                SELECT o.unit INTO own FROM @extschema@.case_task AS o
                WHERE o.caseno OPERATOR(@extschema@.=) s.caseno AND o.state = 'open'
                    AND (@extschema@.acting_right(t.roles, o.unit)).role IS NOT NULL
                ORDER BY o.task
                LIMIT 1;
                IF FOUND THEN
                    PERFORM @extschema@.refuse_without_task(s.caseno, action, own);
                END IF;
            END IF;
            RAISE EXCEPTION USING
                ERRCODE = 'CG503',
                MESSAGE = format('%s does not act for unit %s', @extschema@.acting(), for_unit),
                DETAIL = format('The task in case %s is that of the unit.', s.caseno),
                HINT = 'grant_role() lets somebody act for a unit and those below it.';
        END IF;
    ELSE
        m := @extschema@.acting_right(t.roles, CASE WHEN t.holder THEN coalesce(s.unit, s.centre) END);
        IF m.role IS NULL AND t.holder THEN
            -- who passed a case up does not confirm it himself
            IF s.centre IS NOT NULL AND NOT (s.state = 'confirming' AND action = 'close_case') THEN
                m := @extschema@.acting_right(array_remove(array_remove(t.roles, 'handler'), 'collector'), s.centre);
            END IF;
            IF m.role IS NULL AND (@extschema@.acting_right(t.roles, NULL)).role IS NOT NULL THEN
                PERFORM @extschema@.require_seen(s.caseno);
                RAISE EXCEPTION USING
                    ERRCODE = 'CG503',
                    MESSAGE = format('case %s is not with a unit that %s acts for', s.caseno, @extschema@.acting()),
                    DETAIL = format('It is with %s.', coalesce('unit ' || s.unit, 'nobody')),
                    HINT = CASE
                        WHEN s.state = 'confirming' AND action = 'close_case' THEN 'Only the unit that holds the case, or one above it, confirms that it is closed.'
                        ELSE 'Only the unit that holds the case, or its dispatch centre, can do this.'
                    END;
            END IF;
        END IF;
        IF NOT t.holder AND m.role IS NOT NULL AND NOT @extschema@.unit_is_involved(m.unit, s) THEN
            -- one who acts for several units does for the one that is involved
            SELECT r.* INTO m FROM @extschema@.role_member AS r
            WHERE r.member = @extschema@.acting() AND r.role = ANY (t.roles) AND @extschema@.unit_is_involved(r.unit, s)
            ORDER BY array_position(t.roles, r.role), r.unit
            LIMIT 1;
            IF NOT FOUND THEN
                PERFORM @extschema@.require_seen(s.caseno);
                RAISE EXCEPTION USING
                    ERRCODE = 'CG503',
                    MESSAGE = format('case %s is no business of a unit that %s acts for', s.caseno, @extschema@.acting()),
                    DETAIL = 'The unit neither has nor had it, and no unit below it.',
                    HINT = 'Its dispatch centre can give the unit a part in it.';
            END IF;
        END IF;
    END IF;
    IF m.role IS NULL THEN
        PERFORM @extschema@.require_seen(s.caseno);
        RAISE EXCEPTION USING
            ERRCODE = 'CG502',
            MESSAGE = format('%s may not do %s', @extschema@.acting(), case_begin_otherwise.action),
            DETAIL = format('It takes the role %s.', array_to_string(t.roles, ' or ')),
            HINT = 'grant_role() grants it.';
    END IF;
    IF t.reason AND coalesce(case_begin_otherwise.reason, '') !~ '\S' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG505',
            MESSAGE = format('%s needs a reason', case_begin_otherwise.action),
            HINT = 'Say in words why.';
    END IF;
    IF at < s.at THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG506',
            MESSAGE = format('case %s has been acted on later than %s', s.caseno, at),
            DETAIL = format('Its last step was at %s.', s.at),
            HINT = 'The acts on a case follow each other in time.';
    END IF;
    -- it would lock the case until then
    IF NOT system AND @extschema@.is_ahead(at, now()) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('%s at %s is yet to come', action, at),
            DETAIL = format('Setting future_most lets it be %s after now at most.', @extschema@.case_setting('future_most')),
            HINT = 'Leave out at for now.';
    END IF;
    was := s;
    IF t.next_state IS NOT NULL THEN
        s.state := t.next_state;
    END IF;
    act := (was, s, t, @extschema@.acting(), @extschema@.acting_person(), m.role, m.unit, at, reason, remark, '{}', NULL);
    IF action IN ('verified', 'checked') OR action IN ('sign', 'feedback') AND EXISTS (
        SELECT FROM @extschema@.case_journal AS j
        WHERE j.caseno OPERATOR(@extschema@.=) case_begin_otherwise.caseno AND j.action IN ('verified', 'checked')
    ) THEN
        PERFORM @extschema@.require_separation(act);
    END IF;
    RETURN act;
END;
$$;
COMMENT ON FUNCTION case_begin_otherwise(caseno, text, timestamptz, text, text, text, boolean, bigint) IS
    'lock a case for an act (开始操作), where case_begin() did not find the plain run of things';
REVOKE EXECUTE ON FUNCTION case_begin_otherwise(caseno, text, timestamptz, text, text, text, boolean, bigint) FROM PUBLIC;

-- Clocks.  What is done to them is written down with the act, so that they can
-- be worked out again from the journal.

CREATE FUNCTION act_note(act case_act, part text, item jsonb) RETURNS case_act
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    act.detail := jsonb_set(act.detail, ARRAY[part], coalesce(act.detail -> part, '[]') || item);
    RETURN act;
END;
$$;
COMMENT ON FUNCTION act_note(case_act, text, jsonb) IS 'add an item to a part of what an act writes down (记入明细)';

CREATE FUNCTION act_start_clock(act case_act, kind text, stage text, holder bigint, at timestamptz) RETURNS case_act
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    limit_stage constant text := CASE kind WHEN 'case' THEN 'overall' ELSE stage END;
    term constant @extschema@.term := @extschema@.routing_term((act.next).routing, limit_stage);
    calendar constant text := @extschema@.routing_calendar((act.next).routing, limit_stage);
BEGIN
    act.clock := NULL;
    IF term IS NULL THEN
        RETURN act;
    END IF;
    INSERT INTO @extschema@.case_clock AS c (caseno, kind, stage, holder, calendar, started_at, term)
    VALUES ((act.next).caseno, kind, stage, holder::text, calendar, at, term)
    RETURNING c.clock INTO act.clock;
    RETURN @extschema@.act_note(act, 'clocks', jsonb_build_object('clock', act.clock, 'do', 'start', 'kind', kind, 'stage', stage,
        'holder', holder, 'calendar', calendar, 'term', term::text, 'at', at));
END;
$$;
COMMENT ON FUNCTION act_start_clock(case_act, text, text, bigint, timestamptz) IS
    'start a clock by the time limits of a case (开始计时); none where there is no limit';
REVOKE EXECUTE ON FUNCTION act_start_clock(case_act, text, text, bigint, timestamptz) FROM PUBLIC;

-- What is to be done with a clock: stop, void, pause, resume, extend.
CREATE FUNCTION act_clock(act case_act, clock bigint, deed text, extension term DEFAULT NULL) RETURNS case_act
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    outcome text;
BEGIN
    IF clock IS NULL THEN
        RETURN act;
    END IF;
    CASE deed
        WHEN 'pause' THEN
            PERFORM @extschema@.pause_clock((act.was).caseno, clock, act.at);
        WHEN 'resume' THEN
            PERFORM @extschema@.resume_clock((act.was).caseno, clock, act.at);
        WHEN 'extend' THEN
            PERFORM @extschema@.extend_clock((act.was).caseno, clock, extension);
        ELSE
            UPDATE @extschema@.case_clock AS c
            SET stopped_at = greatest(act.at, c.started_at),
                verdict = CASE WHEN deed = 'void' THEN 'void' WHEN act.at <= c.due_at THEN 'on time' ELSE 'overdue' END
            WHERE c.caseno OPERATOR(@extschema@.=) (act.was).caseno AND c.clock = act_clock.clock
                AND NOT upper_inf(c.pauses) AND c.verdict IS NULL
            RETURNING c.verdict INTO outcome;
            IF NOT FOUND THEN
                outcome := @extschema@.stop_clock((act.was).caseno, clock, act.at, deed = 'void');
            END IF;
    END CASE;
    RETURN @extschema@.act_note(act, 'clocks', jsonb_strip_nulls(jsonb_build_object(
        'clock', clock, 'do', deed, 'at', act.at, 'verdict', outcome, 'extension', extension::text)));
END;
$$;
COMMENT ON FUNCTION act_clock(case_act, bigint, text, term) IS
    'stop, void, pause, resume or extend a clock of a case (计时操作)';
REVOKE EXECUTE ON FUNCTION act_clock(case_act, bigint, text, term) FROM PUBLIC;

-- The clock of the stage that a case comes into.  A unit that gets a case back
-- goes on where it left off; what another unit had is over.
CREATE FUNCTION act_enter_stage(act case_act, at timestamptz) RETURNS case_act
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    stage constant text := (SELECT s.stage FROM @extschema@.case_status AS s WHERE s.state = (act.next).state);
    next @extschema@.case_state := act.next;
    held @extschema@.case_clock;
BEGIN
    IF next.held_clock IS NOT NULL AND next.unit IS NOT NULL AND stage IN ('sign', 'handle') THEN
        SELECT c.* INTO held FROM @extschema@.case_clock AS c
        WHERE c.caseno OPERATOR(@extschema@.=) next.caseno AND c.clock = next.held_clock;
        IF held.holder = next.unit::text AND held.stage = stage THEN
            act := @extschema@.act_clock(act, held.clock, 'resume');
            next.stage_clock := held.clock;
            next.held_clock := NULL;
            act.next := next;
            RETURN act;
        END IF;
        IF held.holder IS DISTINCT FROM next.unit::text THEN
            act := @extschema@.act_clock(act, held.clock, 'stop');
            next.held_clock := NULL;
        END IF;
    END IF;
    IF stage IS NULL THEN
        next.stage_clock := NULL;
    ELSE
        act := @extschema@.act_start_clock(act, 'stage', stage, next.unit, at);
        next.stage_clock := act.clock;
    END IF;
    act.next := next;
    RETURN act;
END;
$$;
COMMENT ON FUNCTION act_enter_stage(case_act, timestamptz) IS 'start the clock of the stage that a case comes into (进入环节)';
REVOKE EXECUTE ON FUNCTION act_enter_stage(case_act, timestamptz) FROM PUBLIC;

CREATE FUNCTION act_clocks(act case_act) RETURNS case_act
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    was constant @extschema@.case_state := act.was;
    deed constant text := (act.transition).clocks;
    next @extschema@.case_state := act.next;
    due timestamptz;
    stop_as text := 'stop';
BEGIN
    IF deed = 'keep' THEN
        RETURN act;
    END IF;
    IF deed IN ('pause', 'resume') THEN
        act := @extschema@.act_clock(act, was.stage_clock, deed);
        RETURN @extschema@.act_clock(act, was.case_clock, deed);
    END IF;
    IF deed = 'hold' THEN
        -- returned again before it was signed for: the clock that is held already
        -- is the one that counts
        IF was.held_clock IS NULL THEN
            act := @extschema@.act_clock(act, was.stage_clock, 'pause');
            next.held_clock := was.stage_clock;
        ELSE
            act := @extschema@.act_clock(act, was.stage_clock, 'stop');
        END IF;
        act.next := next;
        RETURN @extschema@.act_enter_stage(act, act.at);
    END IF;
    IF deed = 'void' THEN
        stop_as := 'void';
    END IF;
    -- Who signs late has had the time since he should have signed.
    IF deed = 'move' AND was.state = 'dispatched' AND next.state = 'handling' THEN
        SELECT c.due_at INTO due FROM @extschema@.case_clock AS c
        WHERE c.caseno OPERATOR(@extschema@.=) was.caseno AND c.clock = was.stage_clock;
    END IF;
    act := @extschema@.act_clock(act, was.stage_clock, stop_as);
    IF deed IN ('end', 'void') THEN
        act := @extschema@.act_clock(act, was.held_clock, stop_as);
        act := @extschema@.act_clock(act, was.case_clock, stop_as);
        next := act.next;
        next.held_clock := NULL;
        next.case_clock := NULL;
        act.next := next;
    ELSIF deed = 'again' THEN
        next := act.next;
        act := @extschema@.act_start_clock(act, 'case', NULL, NULL, act.at);
        next.case_clock := act.clock;
        act.next := next;
    END IF;
    RETURN @extschema@.act_enter_stage(act, least(act.at, due));
END;
$$;
COMMENT ON FUNCTION act_clocks(case_act) IS 'do to the clocks of a case what an act does (按流转规则计时)';
REVOKE EXECUTE ON FUNCTION act_clocks(case_act) FROM PUBLIC;

-- The journal

CREATE FUNCTION journal_digest(previous bytea, entry case_journal) RETURNS bytea
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_journal_digest';
COMMENT ON FUNCTION journal_digest(bytea, case_journal) IS
    'SHA-256 of the hash of the step before and of a step (链上摘要): of a JSON array of its columns, instants in microseconds since 1970';

-- What of a case is not what it was; step, at and hash say themselves.
CREATE FUNCTION state_change(was case_state, next case_state) RETURNS jsonb
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_state_change';
COMMENT ON FUNCTION state_change(case_state, case_state) IS 'what of a case an act has changed (状态变化)';

-- Who sees a case: the units that have or had a part in it, and those whose
-- territory it lies in.
CREATE FUNCTION add_parties(parties bigint[], more bigint[]) RETURNS bigint[]
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT parties || ARRAY(
        SELECT DISTINCT m.unit FROM unnest(more) AS m (unit)
        WHERE m.unit IS NOT NULL AND m.unit <> ALL (parties)
        ORDER BY m.unit
    );
END;
COMMENT ON FUNCTION add_parties(bigint[], bigint[]) IS 'units of a case, with some more (补充相关单位)';

-- Who may see the case afterwards: whoever it was given to, too.
CREATE FUNCTION act_parties(act case_act) RETURNS case_act
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    s @extschema@.case_state := act.next;
BEGIN
    s.parties := @extschema@.add_parties(s.parties, ARRAY(
        SELECT (t.task ->> 'unit')::bigint
        FROM jsonb_array_elements(act.detail -> 'tasks') AS t (task)
        WHERE t.task ->> 'do' = 'give'
    ));
    s.parties := @extschema@.add_parties(s.parties, ARRAY[s.unit, s.lead, s.centre]);
    IF (act.transition).action = 'amend' THEN
        SELECT r.cell, r.sensitive INTO s.cell, s.sensitive FROM @extschema@.case_record AS r
        WHERE r.caseno OPERATOR(@extschema@.=) s.caseno;
        s.sensitive := coalesce(s.sensitive, false);
    END IF;
    act.next := s;
    RETURN act;
END;
$$;
COMMENT ON FUNCTION act_parties(case_act) IS 'units that see a case after an act (相关单位变更)';
REVOKE EXECUTE ON FUNCTION act_parties(case_act) FROM PUBLIC;

-- Who assists is told, as is who gets a case.
CREATE FUNCTION tell_assistants(act case_act, given case_state) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO @extschema@.case_message (caseno, kind, unit, body, at)
    SELECT given.caseno, 'given', (t.task ->> 'unit')::bigint,
           jsonb_strip_nulls(jsonb_build_object('action', (act.transition).action, 'state', given.state, 'step', given.step,
               'duty', 'assist', 'job', t.task -> 'job')),
           given.at
    FROM jsonb_array_elements(act.detail -> 'tasks') WITH ORDINALITY AS t (task, place)
    WHERE t.task ->> 'do' = 'give' AND t.task ->> 'duty' = 'assist'
    ORDER BY t.place;
    IF FOUND THEN
        PERFORM @extschema@.notify_messages(true);
    END IF;
END;
$$;
COMMENT ON FUNCTION tell_assistants(case_act, case_state) IS 'messages to the units that are given a part in a case (通知协办单位)';
REVOKE EXECUTE ON FUNCTION tell_assistants(case_act, case_state) FROM PUBLIC;

-- Who has lost his part by somebody else's act is told (收回), unless he has one
-- all the same, of which he is told.  A case that is not open was no work.
CREATE FUNCTION tell_losers(act case_act, given case_state, losers bigint[]) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    goes_on constant boolean := (SELECT c.open FROM @extschema@.case_status AS c WHERE c.state = given.state);
BEGIN
    INSERT INTO @extschema@.case_message (caseno, kind, unit, body, at)
    SELECT given.caseno, 'withdrawn', l.unit,
           jsonb_build_object('action', (act.transition).action, 'state', given.state, 'step', given.step, 'to_unit', CASE WHEN goes_on THEN given.unit END)
               || CASE WHEN coalesce(t.duty, l.led) IS NULL THEN '{}' ELSE jsonb_build_object('duty', coalesce(t.duty, l.led)) END,
           given.at
    FROM (
        SELECT u.unit, min(u.place) AS place, CASE WHEN u.unit = (act.was).lead THEN 'lead' END AS led
        FROM unnest(losers) WITH ORDINALITY AS u (unit, place)
        GROUP BY u.unit
    ) AS l
    LEFT JOIN LATERAL (
        SELECT max(d.task ->> 'duty') AS duty
        FROM jsonb_array_elements(act.detail -> 'tasks') AS d (task)
        WHERE (d.task ->> 'unit')::bigint = l.unit AND d.task ->> 'do' NOT IN ('give', 'again', 'sign')
    ) AS t ON true
    WHERE (l.unit IS DISTINCT FROM given.unit OR NOT goes_on)
        AND (SELECT c.open FROM @extschema@.case_status AS c WHERE c.state = (act.was).state)
        AND NOT EXISTS (
            SELECT FROM @extschema@.case_task AS o
            WHERE o.caseno OPERATOR(@extschema@.=) given.caseno AND o.unit = l.unit AND @extschema@.is_task_open(o.state)
        )
    ORDER BY l.place;
    IF FOUND THEN
        PERFORM @extschema@.notify_messages(true);
    END IF;
END;
$$;
COMMENT ON FUNCTION tell_losers(case_act, case_state, bigint[]) IS
    'messages to the units that a case, or their part in it, was taken from (通知被收回任务的单位)';
REVOKE EXECUTE ON FUNCTION tell_losers(case_act, case_state, bigint[]) FROM PUBLIC;

-- The clocks, the row of the journal, the case as it is then, and messages to
-- who gets it, or loses it.
CREATE FUNCTION case_end(act case_act) RETURNS case_state
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'cg_case_end';
COMMENT ON FUNCTION case_end(case_act) IS 'write down an act on a case, and what it changes (完成操作); returns the case';
REVOKE EXECUTE ON FUNCTION case_end(case_act) FROM PUBLIC;

CREATE FUNCTION write_first_step(
    of_case case_state, action text, actor text, person text, role text, actor_unit bigint, remark text, detail jsonb
) RETURNS bytea
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'cg_write_first_step';
COMMENT ON FUNCTION write_first_step(case_state, text, text, text, text, bigint, text, jsonb) IS
    'write the first step of a case into the journal, and the case (写入首步日志); returns its hash';
REVOKE EXECUTE ON FUNCTION write_first_step(case_state, text, text, text, text, bigint, text, jsonb) FROM PUBLIC;

-- The first step: there is no case yet.  The state is what the case begins with;
-- its unit, centre, severity and routing are those of the caller.
CREATE FUNCTION case_open(first case_state, action text, remark text, detail jsonb) RETURNS case_state
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    act @extschema@.case_act;
    m @extschema@.role_member;
BEGIN
    first.since := first.at;
    first.step := 1;
    first.returns := 0;
    first.reworks := 0;
    first.reopens := 0;
    first.extensions := 0;
    first.suspensions := 0;
    first.supervised := coalesce(first.supervised, false);
    first.exempt := false;
    SELECT r.cell, r.sensitive INTO first.cell, first.sensitive FROM @extschema@.case_record AS r
    WHERE r.caseno OPERATOR(@extschema@.=) first.caseno;
    first.sensitive := coalesce(first.sensitive, false);
    first.parties := @extschema@.add_parties('{}', ARRAY[first.unit, first.lead, first.centre]);
    act.was := first;
    act.next := first;
    act.at := first.at;
    act.detail := detail;
    act := @extschema@.act_start_clock(act, 'case', NULL, NULL, first.at);
    first.case_clock := act.clock;
    act.next := first;
    act := @extschema@.act_enter_stage(act, first.at);
    first := act.next;
    m := @extschema@.acting_right('{collector,dispatcher,handler,supervisor}', NULL);
    first.hash := @extschema@.write_first_step(first, action, @extschema@.acting(), @extschema@.acting_person(),
        coalesce(m.role, 'system'), m.unit, remark,
        act.detail || jsonb_build_object('set', jsonb_strip_nulls(to_jsonb(first) - '{caseno,step,at,hash}'::text[])));
    RETURN first;
END;
$$;
COMMENT ON FUNCTION case_open(case_state, text, text, jsonb) IS 'the first step of a case (登记案件): starts its clocks and its journal';
REVOKE EXECUTE ON FUNCTION case_open(case_state, text, text, jsonb) FROM PUBLIC;
