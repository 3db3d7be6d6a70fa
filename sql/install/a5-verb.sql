
-- What people do with cases (案件操作): from verification to the closing, see
-- a5b-… and a5c-… for the rest.  Each verb locks the case, sees whether its state
-- and the caller allow it, writes, adds a step to the journal and returns the
-- case.  See doc/cases.md.

CREATE INDEX unit_territory_idx ON unit (territory);

-- What verbs have in common

CREATE FUNCTION act_tell(act case_act, part text, value jsonb) RETURNS case_act
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    act.detail := act.detail || jsonb_build_object(part, value);
    RETURN act;
END;
$$;
COMMENT ON FUNCTION act_tell(case_act, text, jsonb) IS 'add a part to what an act writes down (记入明细)';

-- The task that the caller means: that of the unit that he names, else one of a
-- unit that he acts for, the lead's before those of assisting units.
CREATE FUNCTION acting_task(caseno caseno, unit bigint, states text[]) RETURNS case_task
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'cg_acting_task';
COMMENT ON FUNCTION acting_task(caseno, bigint, text[]) IS 'open task of a case that the caller acts on (当前操作的任务); NULL: there is none';
REVOKE EXECUTE ON FUNCTION acting_task(caseno, bigint, text[]) FROM PUBLIC;

CREATE FUNCTION acting_task_of_several(caseno caseno, unit bigint, states text[]) RETURNS case_task
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    tasks @extschema@.case_task[] := ARRAY(
        SELECT t FROM @extschema@.case_task AS t
        WHERE t.caseno OPERATOR(@extschema@.=) acting_task_of_several.caseno
            AND @extschema@.is_task_open(t.state)
            AND t.state = ANY (states)
            AND (acting_task_of_several.unit IS NULL OR t.unit = acting_task_of_several.unit)
        ORDER BY t.duty DESC, t.task
    );
    task @extschema@.case_task;
BEGIN
    IF cardinality(tasks) > 1 THEN
        FOREACH task IN ARRAY tasks LOOP
            IF (@extschema@.acting_right('{handler}', task.unit)).role IS NOT NULL THEN
                RETURN task;
            END IF;
        END LOOP;
    END IF;
    -- case_begin() says whether he may
    RETURN tasks[1];
END;
$$;
COMMENT ON FUNCTION acting_task_of_several(caseno, bigint, text[]) IS
    'open task of a case that the caller acts on (当前操作的任务), of more than one';
REVOKE EXECUTE ON FUNCTION acting_task_of_several(caseno, bigint, text[]) FROM PUBLIC;

-- Whose outcome depends on what else there is has to wait for the others first.
CREATE FUNCTION lock_case(caseno caseno) RETURNS case_state
    LANGUAGE SQL VOLATILE
BEGIN ATOMIC
    -- the row, whatever columns the table will get
    SELECT s FROM @extschema@.case_state AS s WHERE s.caseno = lock_case.caseno FOR UPDATE;
END;
COMMENT ON FUNCTION lock_case(caseno) IS 'a case, locked (锁定案件); NULL if there is none';
REVOKE EXECUTE ON FUNCTION lock_case(caseno) FROM PUBLIC;

CREATE FUNCTION act_give(
    act case_act,
    unit bigint,
    duty text,
    job text DEFAULT NULL,
    routing_step bigint DEFAULT NULL,
    again boolean DEFAULT false
) RETURNS case_act
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    number integer;
BEGIN
    INSERT INTO @extschema@.case_task (caseno, task, unit, duty, job, state, given_at, signed_at, routing_step)
    SELECT (act.was).caseno, coalesce(max(o.task), 0) + 1, act_give.unit, act_give.duty, act_give.job,
           CASE WHEN again THEN 'signed' ELSE 'open' END, act.at, CASE WHEN again THEN act.at END, act_give.routing_step
    FROM @extschema@.case_task AS o
    WHERE o.caseno OPERATOR(@extschema@.=) (act.was).caseno
    RETURNING task INTO number;
    RETURN @extschema@.act_note(act, 'tasks', jsonb_strip_nulls(jsonb_build_object(
        'task', number, 'do', CASE WHEN again THEN 'again' ELSE 'give' END, 'unit', unit, 'duty', duty, 'job', job,
        'routing_step', routing_step)));
END;
$$;
COMMENT ON FUNCTION act_give(case_act, bigint, text, text, bigint, boolean) IS
    'give a unit a task in a case (派发任务), or again one that it has signed for before';
REVOKE EXECUTE ON FUNCTION act_give(case_act, bigint, text, text, bigint, boolean) FROM PUBLIC;

-- What becomes of one open task: it is signed for, done, returned, transferred,
-- ended.
CREATE FUNCTION act_task(act case_act, deed text, task integer) RETURNS case_act
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'cg_act_task';
COMMENT ON FUNCTION act_task(case_act, text, integer) IS
    'sign for, finish, return, transfer or end an open task of a case (任务状态变更); the act as it was if it is not open';
REVOKE EXECUTE ON FUNCTION act_task(case_act, text, integer) FROM PUBLIC;

-- What becomes of all that are open: they are recalled, or end.
CREATE FUNCTION act_tasks(act case_act, deed text) RETURNS case_act
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    items jsonb;
BEGIN
    WITH changed AS (
        UPDATE @extschema@.case_task AS t
        SET state = CASE deed WHEN 'recall' THEN 'recalled' ELSE 'ended' END, ended_at = act.at
        WHERE t.caseno OPERATOR(@extschema@.=) (act.was).caseno AND @extschema@.is_task_open(t.state)
        RETURNING t.task, t.unit, t.duty
    )
    SELECT jsonb_agg(jsonb_build_object('task', c.task, 'do', deed, 'unit', c.unit, 'duty', c.duty) ORDER BY c.task)
    INTO items
    FROM changed AS c;
    IF items IS NULL THEN
        RETURN act;
    END IF;
    RETURN @extschema@.act_note(act, 'tasks', items);
END;
$$;
COMMENT ON FUNCTION act_tasks(case_act, text) IS 'recall or end all open tasks of a case (任务状态变更)';
REVOKE EXECUTE ON FUNCTION act_tasks(case_act, text) FROM PUBLIC;

CREATE FUNCTION refuse_without_task(caseno caseno, action text, unit bigint) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'CG521',
        MESSAGE = format('there is no task in case %s on which %s is possible', refuse_without_task.caseno, action),
        DETAIL = format('%s none that waits for it.', coalesce('Unit ' || unit || ' has', 'There is')),
        HINT = 'civicgrid.case_task lists the tasks of a case; one is signed for first.';
END;
$$;
COMMENT ON FUNCTION refuse_without_task(caseno, text, bigint) IS 'an error: nobody has a task to do this on (无可操作的任务)';
REVOKE EXECUTE ON FUNCTION refuse_without_task(caseno, text, bigint) FROM PUBLIC;

-- Photographs and papers: a JSON array of objects with uri and, if known, name,
-- media_type and sha256.
CREATE FUNCTION act_attach(act case_act, attachments jsonb) RETURNS case_act
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF attachments IS NULL OR attachments IN ('[]', 'null') THEN
        RETURN act;
    END IF;
    PERFORM @extschema@.add_attachments((act.was).caseno, attachments, (act.was).step + 1);
    RETURN @extschema@.act_tell(act, 'attachments', attachments);
END;
$$;
COMMENT ON FUNCTION act_attach(case_act, jsonb) IS 'keep the attachments of an act (登记附件)';
REVOKE EXECUTE ON FUNCTION act_attach(case_act, jsonb) FROM PUBLIC;

CREATE FUNCTION add_attachments(caseno caseno, attachments jsonb, step integer) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    fault text;
BEGIN
    SELECT CASE
        WHEN jsonb_typeof(attachments) <> 'array' THEN 'They are no JSON array.'
        ELSE (
            SELECT CASE
                WHEN jsonb_typeof(a.item) <> 'object' THEN format('Number %s is no object.', a.place)
                WHEN coalesce(a.item ->> 'uri', '') !~ '\S' THEN format('Number %s has no uri.', a.place)
                WHEN a.item ->> 'sha256' !~ '^[0-9a-f]{64}$' THEN format('The sha256 of number %s is none in hexadecimal.', a.place)
            END
            FROM jsonb_array_elements(attachments) WITH ORDINALITY AS a (item, place)
            WHERE jsonb_typeof(a.item) <> 'object' OR coalesce(a.item ->> 'uri', '') !~ '\S'
                OR a.item ->> 'sha256' !~ '^[0-9a-f]{64}$'
            ORDER BY a.place
            LIMIT 1
        )
    END INTO fault;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG522',
            MESSAGE = 'attachments cannot be read',
            DETAIL = fault,
            HINT = 'They are a JSON array of objects with uri and, if known, name, media_type and sha256.';
    END IF;
    INSERT INTO @extschema@.case_attachment (caseno, attachment, name, uri, media_type, sha256, step)
    SELECT add_attachments.caseno, a.place + coalesce((
               SELECT max(o.attachment) FROM @extschema@.case_attachment AS o
               WHERE o.caseno OPERATOR(@extschema@.=) add_attachments.caseno
           ), 0),
           a.item ->> 'name', a.item ->> 'uri', a.item ->> 'media_type', a.item ->> 'sha256', add_attachments.step
    FROM jsonb_array_elements(attachments) WITH ORDINALITY AS a (item, place);
END;
$$;
COMMENT ON FUNCTION add_attachments(caseno, jsonb, integer) IS 'keep attachments that came with a step of a case (登记附件)';
REVOKE EXECUTE ON FUNCTION add_attachments(caseno, jsonb, integer) FROM PUBLIC;

CREATE FUNCTION require_answer(answer boolean, name text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF answer IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = format('%s cannot be NULL', name),
            HINT = 'Say true or false.';
    END IF;
END;
$$;
COMMENT ON FUNCTION require_answer(boolean, text) IS 'an error if a question was not answered (须答是否)';

-- Who looks at the place: the unit of the smallest territory around the case,
-- of the kinds that collect, one that has not handled the case if there is any.
CREATE FUNCTION collecting_unit(caseno caseno, at timestamptz) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    kinds constant text[] := regexp_split_to_array(@extschema@.case_setting('collector_kinds'), '\s*,\s*');
    day constant date := @extschema@.class_day(at);
    -- a unit that may not is not asked
    by_unit constant boolean := @extschema@.case_setting('separation') = 'unit';
    place @extschema@.gridcode;
    nearest bigint;
BEGIN
    SELECT r.cell INTO place FROM @extschema@.case_record AS r WHERE r.caseno OPERATOR(@extschema@.=) collecting_unit.caseno;
    SELECT u.unit INTO nearest
    FROM unnest(@extschema@.lineage(place)) AS l (territory)
    JOIN @extschema@.unit AS u ON u.territory OPERATOR(@extschema@.=) l.territory
    WHERE u.kind = ANY (kinds)
        AND coalesce(u.valid_from, '-infinity') <= day AND coalesce(u.valid_to, 'infinity') > day
        AND NOT (by_unit AND EXISTS (
            SELECT FROM @extschema@.case_task AS t
            WHERE t.caseno OPERATOR(@extschema@.=) collecting_unit.caseno AND t.handlers <> '{}'
                AND (@extschema@.unit_is_within(t.unit, u.unit) OR @extschema@.unit_is_within(u.unit, t.unit))
        ))
    ORDER BY EXISTS (
            SELECT FROM @extschema@.case_task AS t
            WHERE t.caseno OPERATOR(@extschema@.=) collecting_unit.caseno AND t.unit = u.unit AND t.handlers <> '{}'
        ),
        length(u.territory::text) DESC, array_position(kinds, u.kind), u.level DESC, u.unit
    LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG520',
            MESSAGE = format('no unit collects where case %s is', collecting_unit.caseno),
            DETAIL = format('It is in %s; kinds of units that collect are %s.',
                coalesce('cell ' || place::text, 'no cell'), array_to_string(kinds, ', '))
                || CASE WHEN by_unit THEN '  Units that handled it, and those above and below them, do not.' ELSE '' END,
            HINT = 'Name the unit.';
    END IF;
    RETURN nearest;
END;
$$;
COMMENT ON FUNCTION collecting_unit(caseno, timestamptz) IS 'unit that verifies and checks a case on the spot (核实、核查单位)';
REVOKE EXECUTE ON FUNCTION collecting_unit(caseno, timestamptz) FROM PUBLIC;

-- Before filing

CREATE FUNCTION verify(caseno caseno, unit bigint DEFAULT NULL, remark text DEFAULT NULL, at timestamptz DEFAULT now())
    RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'verify', at, '', NULL, remark);
    s @extschema@.case_state := act.next;
BEGIN
    IF verify.unit IS NULL THEN
        s.unit := @extschema@.collecting_unit(s.caseno, at);
    ELSE
        PERFORM @extschema@.require_unit(verify.unit, at);
        s.unit := verify.unit;
    END IF;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION verify(caseno, bigint, text, timestamptz) IS
    'ask a collecting unit to verify a report before it is filed (核实): one that is named, or the nearest';
REVOKE EXECUTE ON FUNCTION verify(caseno, bigint, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION verified(
    caseno caseno,
    found boolean,
    remark text DEFAULT NULL,
    attachments jsonb DEFAULT NULL,
    at timestamptz DEFAULT now()
) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- not the variable FOUND
    as_reported ALIAS FOR $2;
    act @extschema@.case_act;
    s @extschema@.case_state;
BEGIN
    PERFORM @extschema@.require_answer(as_reported, 'found');
    act := @extschema@.case_begin(caseno, 'verified', at, as_reported::text,
        CASE WHEN NOT as_reported THEN remark END, CASE WHEN as_reported THEN remark END);
    act := @extschema@.act_attach(act, attachments);
    s := act.next;
    s.unit := s.centre;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION verified(caseno, boolean, text, jsonb, timestamptz) IS
    'say what was found on the spot before filing (核实反馈): as reported or, with a reason, not';
REVOKE EXECUTE ON FUNCTION verified(caseno, boolean, text, jsonb, timestamptz) FROM PUBLIC;

CREATE FUNCTION perform_file(caseno caseno, remark text, at timestamptz, system boolean) RETURNS case_state
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'file_case', at, '', NULL, remark, system);
    s @extschema@.case_state := act.next;
BEGIN
    s.unit := s.centre;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION perform_file(caseno, text, timestamptz, boolean) IS 'what file_case() does (立案), for the caller or for the system';
REVOKE EXECUTE ON FUNCTION perform_file(caseno, text, timestamptz, boolean) FROM PUBLIC;

CREATE FUNCTION file_case(caseno caseno, remark text DEFAULT NULL, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN @extschema@.perform_file(caseno, remark, at, false);
END;
$$;
COMMENT ON FUNCTION file_case(caseno, text, timestamptz) IS 'accept a report as a case (立案)';
REVOKE EXECUTE ON FUNCTION file_case(caseno, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION void_case(caseno caseno, reason text, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'void_case', at, '', reason);
    s @extschema@.case_state := act.next;
BEGIN
    s.unit := NULL;
    act.next := s;
    s := @extschema@.case_end(act);
    PERFORM @extschema@.end_merged(s.caseno, 'void_case', s.at, reason);
    RETURN s;
END;
$$;
COMMENT ON FUNCTION void_case(caseno, text, timestamptz) IS 'drop a report that is not filed (作废): its clocks end without a verdict';
REVOKE EXECUTE ON FUNCTION void_case(caseno, text, timestamptz) FROM PUBLIC;

-- Dispatch

CREATE FUNCTION case_rulebook(of_case case_state) RETURNS text
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT e.rulebook FROM @extschema@.rulebook_edition AS e WHERE e.edition = (of_case).routing_edition),
        (SELECT min(e.rulebook) FROM @extschema@.rulebook_edition AS e HAVING min(e.rulebook) = max(e.rulebook))
    );
END;
COMMENT ON FUNCTION case_rulebook(case_state) IS
    'rulebook by which a case is routed (案件所用规则库): that by which it was, or the only one; NULL: none';

-- A case is given to a unit by hand; assign_case() without what the states of
-- cases see to.
CREATE FUNCTION give_by_hand(act case_act, unit bigint, remark text) RETURNS case_routing
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    s constant @extschema@.case_state := act.next;
    step @extschema@.case_routing;
BEGIN
    PERFORM @extschema@.require_unit(give_by_hand.unit, act.at);
    SELECT r.caseno, r.class, r.cell, r.channel, r.owner INTO step.caseno, step.class, step.cell, step.channel, step.owner
    FROM @extschema@.case_record AS r
    WHERE r.caseno OPERATOR(@extschema@.=) s.caseno
    FOR UPDATE;
    step.unit := give_by_hand.unit;
    PERFORM @extschema@.require_receiver(step);
    SELECT e.rulebook, e.edition, s.routing INTO step.rulebook, step.edition, step.routing
    FROM @extschema@.rulebook_edition AS e
    WHERE e.edition = s.routing_edition AND s.routing IS NOT NULL;
    INSERT INTO @extschema@.case_routing
        (caseno, rulebook, edition, class, cell, channel, severity, owner, at, routing, unit, decided, decided_by, remark)
    VALUES (s.caseno, step.rulebook, step.edition, step.class, step.cell, step.channel, s.severity, step.owner, act.at,
        step.routing, step.unit, 'by hand', act.actor, remark)
    RETURNING * INTO step;
    RETURN step;
END;
$$;
COMMENT ON FUNCTION give_by_hand(case_act, bigint, text) IS 'keep that a case was given to a unit by hand (人工派遣记录)';
REVOKE EXECUTE ON FUNCTION give_by_hand(case_act, bigint, text) FROM PUBLIC;

-- The centre that answers for what it has dispatched.  Where cases go down level
-- by level it is the last one on the path that the acting unit lies below, or
-- the last one, if it was given by hand to a unit elsewhere.
CREATE FUNCTION dispatching_centre(of_case case_state) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    lowest bigint;
BEGIN
    IF @extschema@.case_setting('confirmation') = 'levels' THEN
        SELECT u.unit INTO lowest
        FROM unnest(@extschema@.routing_path(of_case.routing)) WITH ORDINALITY AS p (unit, place)
        JOIN @extschema@.unit AS u ON u.unit = p.unit
        JOIN @extschema@.unit_kind AS k ON k.kind = u.kind
        WHERE k.base = 'centre' AND p.unit <> of_case.lead
        ORDER BY @extschema@.unit_is_within(of_case.lead, p.unit) DESC, p.place DESC
        LIMIT 1;
    END IF;
    RETURN coalesce(lowest, of_case.centre);
END;
$$;
COMMENT ON FUNCTION dispatching_centre(case_state) IS 'centre that a dispatched case is in the care of (负责的分拨中心)';
REVOKE EXECUTE ON FUNCTION dispatching_centre(case_state) FROM PUBLIC;

-- Who undoes the filing gives a case back to the centre that accepted it, which
-- lies above where levels have brought it down.
CREATE FUNCTION accepting_centre(of_case case_state) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    accepted bigint;
BEGIN
    SELECT j.unit INTO accepted FROM @extschema@.case_journal AS j
    WHERE j.caseno OPERATOR(@extschema@.=) of_case.caseno AND j.action = 'file_case'
    ORDER BY j.step DESC
    LIMIT 1;
    IF @extschema@.unit_is_within(of_case.centre, accepted) THEN
        RETURN coalesce(accepted, of_case.centre);
    END IF;
    RETURN of_case.centre;
END;
$$;
COMMENT ON FUNCTION accepting_centre(case_state) IS 'centre that filed a case, or its own if that does not lie below it (立案的分拨中心)';
REVOKE EXECUTE ON FUNCTION accepting_centre(case_state) FROM PUBLIC;

CREATE FUNCTION perform_dispatch(caseno caseno, unit bigint, remark text, at timestamptz, system boolean) RETURNS case_state
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'dispatch', at, '', NULL, remark, system);
    s @extschema@.case_state := act.next;
    report @extschema@.case_record;
    book text;
    step @extschema@.case_routing;
    assist record;
BEGIN
    IF perform_dispatch.unit IS NULL THEN
        book := @extschema@.case_rulebook(s);
        IF book IS NULL THEN
            RAISE EXCEPTION USING
                ERRCODE = 'CG523',
                MESSAGE = format('case %s was reported under no rulebook that could say who acts', s.caseno),
                HINT = 'Name the unit.';
        END IF;
        SELECT r.* INTO report FROM @extschema@.case_record AS r WHERE r.caseno OPERATOR(@extschema@.=) s.caseno;
        step := @extschema@.route_case(s.caseno, book, report.channel, s.severity, report.owner, perform_dispatch.at);
        IF step.unit IS NULL THEN
            RAISE EXCEPTION USING
                ERRCODE = 'CG523',
                MESSAGE = format('rulebook "%s" names nobody for case %s', book, s.caseno),
                HINT = 'Name the unit; why_routed() says what was tried.';
        END IF;
        s.routing := step.routing;
        s.routing_edition := step.edition;
    ELSE
        step := @extschema@.give_by_hand(act, perform_dispatch.unit, remark);
    END IF;
    s.lead := step.unit;
    s.unit := step.unit;
    s.centre := @extschema@.dispatching_centre(s);
    act.next := s;
    act := @extschema@.act_tell(act, 'routing', jsonb_strip_nulls(jsonb_build_object(
        'step', step.step, 'decided', step.decided, 'rule', step.rule)));
    IF step.edition IS NOT NULL THEN
        act := @extschema@.act_tell(act, 'editions', jsonb_build_object('rulebook', step.edition));
    END IF;
    -- a report without class or place had no limit until now
    IF s.case_clock IS NULL THEN
        act := @extschema@.act_start_clock(act, 'case', NULL, NULL, (
            SELECT r.reported_at FROM @extschema@.case_record AS r WHERE r.caseno OPERATOR(@extschema@.=) s.caseno
        ));
        s.case_clock := act.clock;
        act.next := s;
    END IF;
    act := @extschema@.act_give(act, step.unit, 'lead', NULL, step.step);
    IF perform_dispatch.unit IS NULL THEN
        FOR assist IN
            SELECT a.unit, a.task FROM @extschema@.routing_assists(step.routing) AS a WHERE a.unit <> step.unit
        LOOP
            act := @extschema@.act_give(act, assist.unit, 'assist', assist.task, step.step);
        END LOOP;
    END IF;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION perform_dispatch(caseno, bigint, text, timestamptz, boolean) IS
    'what dispatch() does (派遣), for the caller or for the system';
REVOKE EXECUTE ON FUNCTION perform_dispatch(caseno, bigint, text, timestamptz, boolean) FROM PUBLIC;

CREATE FUNCTION dispatch(caseno caseno, unit bigint DEFAULT NULL, remark text DEFAULT NULL, at timestamptz DEFAULT now())
    RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN @extschema@.perform_dispatch(caseno, unit, remark, at, false);
END;
$$;
COMMENT ON FUNCTION dispatch(caseno, bigint, text, timestamptz) IS
    'give a case to the unit that acts (派遣): by the rulebook, with the units that assist, or to one that is named';
REVOKE EXECUTE ON FUNCTION dispatch(caseno, bigint, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION sign(caseno caseno, unit bigint DEFAULT NULL, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    task constant @extschema@.case_task := @extschema@.acting_task(caseno, unit, '{open}');
    act @extschema@.case_act;
BEGIN
    act := @extschema@.case_begin(caseno, 'sign', at, CASE WHEN task.duty = 'assist' THEN 'assist' ELSE '' END,
        for_unit => task.unit);
    IF task.task IS NOT NULL THEN
        act := @extschema@.act_task(act, 'sign', task.task);
    END IF;
    IF act.detail -> 'tasks' IS NULL THEN
        PERFORM @extschema@.refuse_without_task(sign.caseno, 'sign', sign.unit);
    END IF;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION sign(caseno, bigint, timestamptz) IS
    'sign for a case (签收), as the unit that acts or as one that assists; for several tasks of one''s own the unit is named';
REVOKE EXECUTE ON FUNCTION sign(caseno, bigint, timestamptz) FROM PUBLIC;

CREATE FUNCTION return_case(
    caseno caseno,
    reason text,
    statement text DEFAULT NULL,
    suggested_unit bigint DEFAULT NULL,
    unit bigint DEFAULT NULL,
    at timestamptz DEFAULT now()
) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    locked constant @extschema@.case_state := @extschema@.lock_case(caseno);
    task @extschema@.case_task;
    act @extschema@.case_act;
    s @extschema@.case_state;
    back @extschema@.case_return;
    alone boolean;
BEGIN
    IF locked.state IN ('dispatched', 'handling') THEN
        task := @extschema@.acting_task(caseno, unit, '{open,signed}');
    END IF;
    alone := locked.state = 'handling' AND NOT EXISTS (
        SELECT FROM @extschema@.case_task AS o
        WHERE o.caseno OPERATOR(@extschema@.=) return_case.caseno AND @extschema@.is_task_open(o.state) AND o.task <> task.task
    );
    act := @extschema@.case_begin(caseno, 'return_case', at,
        CASE WHEN task.duty = 'assist' THEN CASE WHEN alone THEN 'last' ELSE 'assist' END ELSE '' END,
        reason, statement, for_unit => task.unit);
    s := act.next;
    IF locked.state IN ('dispatched', 'handling') AND task.task IS NULL THEN
        PERFORM @extschema@.refuse_without_task(return_case.caseno, 'return_case', return_case.unit);
    ELSIF task.duty = 'assist' THEN
        PERFORM @extschema@.require_return_reason(reason, statement);
        act := @extschema@.act_task(act, 'return', task.task);
        IF alone THEN
            s.unit := s.centre;
        END IF;
    ELSIF task.duty = 'lead' THEN
        back := @extschema@.return_routing(caseno, task.unit, reason, statement, suggested_unit, at);
        act := @extschema@.act_tell(act, 'return', jsonb_strip_nulls(jsonb_build_object(
            'return', back.return, 'counts', back.counts, 'suggested_unit', suggested_unit)));
        act := @extschema@.act_task(act, 'return', task.task);
        act := @extschema@.act_tasks(act, 'recall');
        s.unit := s.centre;
        s.lead := NULL;
        s.returns := s.returns + 1;
    ELSE
        s.centre := @extschema@.accepting_centre(s);
        s.unit := s.centre;
    END IF;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION return_case(caseno, text, text, bigint, bigint, timestamptz) IS
    'give a case back (退件): a unit to its dispatch centre, by the rules of returns; an assisting unit its part of it; a dispatcher to where it is filed';
REVOKE EXECUTE ON FUNCTION return_case(caseno, text, text, bigint, bigint, timestamptz) FROM PUBLIC;

CREATE FUNCTION require_return_reason(reason text, statement text) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM @extschema@.return_reason AS r WHERE r.reason = require_return_reason.reason) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG431',
            MESSAGE = format('there is no reason "%s" for a return', reason),
            HINT = format('Reasons are %s.', (
                SELECT string_agg(r.reason, ', ' ORDER BY r.reason COLLATE "C") FROM @extschema@.return_reason AS r
            ));
    END IF;
    IF coalesce(statement, '') !~ '\S' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG432',
            MESSAGE = 'a return needs a statement',
            HINT = 'Say in words why the unit cannot act.';
    END IF;
END;
$$;
COMMENT ON FUNCTION require_return_reason(text, text) IS 'an error unless there is such a reason for a return, and words (检查退件原因)';
REVOKE EXECUTE ON FUNCTION require_return_reason(text, text) FROM PUBLIC;

-- Handling and checking

CREATE FUNCTION feedback(
    caseno caseno,
    result text,
    attachments jsonb DEFAULT NULL,
    unit bigint DEFAULT NULL,
    at timestamptz DEFAULT now()
) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    locked constant @extschema@.case_state := @extschema@.lock_case(caseno);
    task constant @extschema@.case_task := @extschema@.acting_task(caseno, unit, '{signed}');
    act @extschema@.case_act;
    s @extschema@.case_state;
    outcome text := '';
BEGIN
    IF EXISTS (
        SELECT FROM @extschema@.case_task AS o
        WHERE o.caseno OPERATOR(@extschema@.=) feedback.caseno AND @extschema@.is_task_open(o.state) AND o.task <> task.task
    ) THEN
        outcome := task.duty;
    END IF;
    act := @extschema@.case_begin(caseno, 'feedback', at, outcome, result, for_unit => task.unit);
    IF task.task IS NULL THEN
        PERFORM @extschema@.refuse_without_task(feedback.caseno, 'feedback', feedback.unit);
    END IF;
    act := @extschema@.act_task(act, 'done', task.task);
    act := @extschema@.act_attach(act, attachments);
    IF outcome = '' THEN
        s := act.next;
        s.unit := s.centre;
        act.next := s;
    END IF;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION feedback(caseno, text, jsonb, bigint, timestamptz) IS
    'report what was done (处置反馈); a joint case is handled when the acting unit and all that assist have reported';
REVOKE EXECUTE ON FUNCTION feedback(caseno, text, jsonb, bigint, timestamptz) FROM PUBLIC;

CREATE FUNCTION check_case(caseno caseno, unit bigint DEFAULT NULL, remark text DEFAULT NULL, at timestamptz DEFAULT now())
    RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'check_case', at, '', NULL, remark);
    s @extschema@.case_state := act.next;
BEGIN
    IF check_case.unit IS NULL THEN
        s.unit := @extschema@.collecting_unit(s.caseno, at);
    ELSE
        PERFORM @extschema@.require_unit(check_case.unit, at);
        s.unit := check_case.unit;
    END IF;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION check_case(caseno, bigint, text, timestamptz) IS
    'ask a collecting unit to check what was done (核查): one that is named, or the nearest';
REVOKE EXECUTE ON FUNCTION check_case(caseno, bigint, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION checked(
    caseno caseno,
    passed boolean,
    remark text DEFAULT NULL,
    attachments jsonb DEFAULT NULL,
    at timestamptz DEFAULT now()
) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act;
    s @extschema@.case_state;
BEGIN
    PERFORM @extschema@.require_answer(passed, 'passed');
    act := @extschema@.case_begin(caseno, 'checked', at, CASE WHEN passed THEN 'pass' ELSE 'fail' END,
        CASE WHEN NOT passed THEN remark END, CASE WHEN passed THEN remark END);
    act := @extschema@.act_attach(act, attachments);
    s := act.next;
    s.unit := s.centre;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION checked(caseno, boolean, text, jsonb, timestamptz) IS
    'say what was found on the spot after handling (核查反馈): done or, with a reason, not; never by who handled the case';
REVOKE EXECUTE ON FUNCTION checked(caseno, boolean, text, jsonb, timestamptz) FROM PUBLIC;

CREATE FUNCTION rework(caseno caseno, reason text, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'rework', at, '', reason);
    s @extschema@.case_state := act.next;
BEGIN
    s.unit := s.lead;
    s.reworks := s.reworks + 1;
    act.next := s;
    act := @extschema@.act_give(act, s.lead, 'lead', NULL, (@extschema@.last_step(s.caseno)).step, true);
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION rework(caseno, text, timestamptz) IS
    'have a case done again by the unit that acted (返工); it need not sign for it again';
REVOKE EXECUTE ON FUNCTION rework(caseno, text, timestamptz) FROM PUBLIC;
