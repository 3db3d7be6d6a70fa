
-- Changing who acts, how long, and what the case is (转派、延期、挂账、更正).

-- Who acts

CREATE FUNCTION dispatch_also(caseno caseno, unit bigint, job text DEFAULT NULL, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'dispatch_also', at, '', NULL, job);
BEGIN
    PERFORM @extschema@.require_unit(dispatch_also.unit, at);
    IF EXISTS (
        SELECT FROM @extschema@.case_task AS t
        WHERE t.caseno OPERATOR(@extschema@.=) (act.was).caseno AND t.unit = dispatch_also.unit AND t.ended_at IS NULL
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG524',
            MESSAGE = format('unit %s has a part in case %s already', dispatch_also.unit, (act.was).caseno),
            HINT = 'A unit acts or assists, once at a time.';
    END IF;
    act := @extschema@.act_give(act, dispatch_also.unit, 'assist', job);
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION dispatch_also(caseno, bigint, text, timestamptz) IS
    'have another unit assist in a case (补派协办); it is handled when this one has reported too';
REVOKE EXECUTE ON FUNCTION dispatch_also(caseno, bigint, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION recall(caseno caseno, reason text, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'recall', at, '', reason);
    s @extschema@.case_state := act.next;
BEGIN
    IF (act.was).state IN ('dispatched', 'handling') THEN
        act := @extschema@.act_tasks(act, 'recall');
        s.lead := NULL;
    END IF;
    s.unit := s.centre;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION recall(caseno, text, timestamptz) IS
    'take a case back from whom it was given to (撤回): from the units that act, or from who verifies or checks it';
REVOKE EXECUTE ON FUNCTION recall(caseno, text, timestamptz) FROM PUBLIC;

-- The unit that acts, as long as it has not reported.
CREATE FUNCTION lead_task(act case_act) RETURNS case_task
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    task @extschema@.case_task;
BEGIN
    SELECT t.* INTO task FROM @extschema@.case_task AS t
    WHERE t.caseno OPERATOR(@extschema@.=) (act.was).caseno AND t.duty = 'lead' AND t.ended_at IS NULL;
    IF NOT FOUND THEN
        PERFORM @extschema@.refuse_without_task((act.was).caseno, (act.transition).action, (act.was).lead);
    END IF;
    RETURN task;
END;
$$;
COMMENT ON FUNCTION lead_task(case_act) IS 'open task of the unit that acts (主办任务); an error if it has reported already';
REVOKE EXECUTE ON FUNCTION lead_task(case_act) FROM PUBLIC;

-- A unit may pass a case on below itself and to its sisters, but not past the
-- dispatch centre.
CREATE FUNCTION transfer_root(unit bigint) RETURNS bigint
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN p.unit IS NULL OR k.base IS NOT DISTINCT FROM 'centre' THEN u.unit ELSE p.unit END
    FROM @extschema@.unit AS u
    LEFT JOIN @extschema@.unit AS p ON p.unit = u.parent
    LEFT JOIN @extschema@.unit_kind AS k ON k.kind = p.kind
    WHERE u.unit = transfer_root.unit;
END;
COMMENT ON FUNCTION transfer_root(bigint) IS
    'unit below which another may pass a case on (可转派范围): the one above it, or itself where that is a dispatch centre';
REVOKE EXECUTE ON FUNCTION transfer_root(bigint) FROM PUBLIC;

CREATE FUNCTION transfer(caseno caseno, unit bigint, reason text, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'transfer', at, '', reason);
    s @extschema@.case_state := act.next;
    task constant @extschema@.case_task := @extschema@.lead_task(act);
    root constant bigint := @extschema@.transfer_root(s.lead);
    step @extschema@.case_routing;
    part integer;
BEGIN
    PERFORM @extschema@.require_unit(transfer.unit, at);
    IF transfer.unit = s.lead THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG524',
            MESSAGE = format('unit %s has case %s already', transfer.unit, s.caseno),
            HINT = 'Name another unit.';
    END IF;
    IF NOT @extschema@.unit_is_within(transfer.unit, root) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG525',
            MESSAGE = format('unit %s cannot pass case %s on to unit %s', s.lead, s.caseno, transfer.unit),
            DETAIL = format('It may pass it on to units below unit %s.', root),
            HINT = 'return_case() gives it back to the dispatch centre, with the unit that should act.';
    END IF;
    step := @extschema@.give_by_hand(act, transfer.unit, reason);
    act := @extschema@.act_tell(act, 'routing', jsonb_build_object('step', step.step, 'decided', step.decided));
    act := @extschema@.act_task(act, 'transfer', task.task);
    SELECT t.task INTO part FROM @extschema@.case_task AS t
    WHERE t.caseno OPERATOR(@extschema@.=) s.caseno AND t.unit = transfer.unit AND t.ended_at IS NULL;
    IF part IS NOT NULL THEN
        act := @extschema@.act_task(act, 'end', part);
    END IF;
    act := @extschema@.act_give(act, transfer.unit, 'lead', NULL, step.step);
    s.lead := transfer.unit;
    s.unit := transfer.unit;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION transfer(caseno, bigint, text, timestamptz) IS
    'pass a case on to another unit of one''s own (转派), not past the dispatch centre';
REVOKE EXECUTE ON FUNCTION transfer(caseno, bigint, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION centre_above(unit bigint) RETURNS bigint
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT u.unit
    FROM unnest(@extschema@.unit_lineage(centre_above.unit)) WITH ORDINALITY AS l (unit, place)
    JOIN @extschema@.unit AS u ON u.unit = l.unit
    JOIN @extschema@.unit_kind AS k ON k.kind = u.kind
    WHERE k.base = 'centre' AND u.unit <> centre_above.unit
    ORDER BY l.place DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION centre_above(bigint) IS 'the next dispatch centre above a unit (上级分拨中心); NULL: none';
REVOKE EXECUTE ON FUNCTION centre_above(bigint) FROM PUBLIC;

CREATE FUNCTION escalate(caseno caseno, reason text, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'escalate', at, '', reason);
    s @extschema@.case_state := act.next;
    above constant bigint := @extschema@.centre_above(s.centre);
    task constant @extschema@.case_task := @extschema@.lead_task(act);
BEGIN
    IF above IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG526',
            MESSAGE = format('there is no dispatch centre above that of case %s', s.caseno),
            DETAIL = format('The case is in the care of %s.', coalesce('unit ' || s.centre, 'none')),
            HINT = 'return_case() gives it back to this one.';
    END IF;
    act := @extschema@.act_task(act, 'transfer', task.task);
    act := @extschema@.act_tasks(act, 'recall');
    s.centre := above;
    s.unit := above;
    s.lead := NULL;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION escalate(caseno, text, timestamptz) IS 'pass a case that is beyond one''s means up to the dispatch centre above (上报上级)';
REVOKE EXECUTE ON FUNCTION escalate(caseno, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION adjudicate(
    caseno caseno,
    grounds text,
    unit bigint DEFAULT NULL,
    follow boolean DEFAULT false,
    assists bigint[] DEFAULT '{}',
    at timestamptz DEFAULT now()
) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'adjudicate', at, '', grounds);
    s @extschema@.case_state := act.next;
    verdict @extschema@.adjudication;
    other bigint;
BEGIN
    verdict := @extschema@.adjudicate_routing(caseno, grounds, unit, coalesce(follow, false), assists => coalesce(assists, '{}'), at => at);
    act := @extschema@.act_tell(act, 'routing', jsonb_build_object('step', verdict.step, 'decided', 'adjudicated'));
    act := @extschema@.act_tell(act, 'verdict', jsonb_build_object(
        'adjudication', verdict.adjudication, 'follow', coalesce(follow, false), 'first_receiver', verdict.first_receiver));
    act := @extschema@.act_tasks(act, 'recall');
    act := @extschema@.act_give(act, verdict.unit, 'lead', NULL, verdict.step);
    FOREACH other IN ARRAY verdict.assists LOOP
        act := @extschema@.act_give(act, other, 'assist', NULL, verdict.step);
    END LOOP;
    s.lead := verdict.unit;
    s.unit := verdict.unit;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION adjudicate(caseno, text, bigint, boolean, bigint[], timestamptz) IS
    'decide who acts on a case and who assists (裁决): it is dispatched so at once, and cannot be refused';
REVOKE EXECUTE ON FUNCTION adjudicate(caseno, text, bigint, boolean, bigint[], timestamptz) FROM PUBLIC;

CREATE FUNCTION supervise(caseno caseno, reason text, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'supervise', at, '', reason);
    s @extschema@.case_state := act.next;
BEGIN
    s.supervised := true;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION supervise(caseno, text, timestamptz) IS 'put a case under supervision (督办)';
REVOKE EXECUTE ON FUNCTION supervise(caseno, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION comment(caseno caseno, remark text, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'comment', at, '', remark);
BEGIN
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION comment(caseno, text, timestamptz) IS 'add a remark to a case (备注)';
REVOKE EXECUTE ON FUNCTION comment(caseno, text, timestamptz) FROM PUBLIC;

-- What the case is

CREATE FUNCTION amend(
    caseno caseno,
    reason text,
    class eventcode DEFAULT NULL,
    cell gridcode DEFAULT NULL,
    location geometry DEFAULT NULL,
    severity integer DEFAULT NULL,
    owner text DEFAULT NULL,
    at timestamptz DEFAULT now()
) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'amend', at, '', reason);
    s @extschema@.case_state := act.next;
    was @extschema@.case_record;
    now_is @extschema@.case_record;
    book @extschema@.rulebook_edition;
    running @extschema@.case_clock;
    changes jsonb;
    term @extschema@.term;
    calendar text;
BEGIN
    SELECT r.* INTO was FROM @extschema@.case_record AS r WHERE r.caseno OPERATOR(@extschema@.=) s.caseno FOR UPDATE;
    SELECT e.* INTO book FROM @extschema@.rulebook_edition AS e
    WHERE e.edition = @extschema@.rulebook_edition_in_force(@extschema@.case_rulebook(s), amend.at);
    now_is := was;
    IF amend.class IS NOT NULL THEN
        now_is.class := amend.class;
        now_is.taxonomy := coalesce(was.taxonomy, book.taxonomy);
        now_is.kind := coalesce(was.kind, book.kind);
        IF now_is.taxonomy IS NULL OR now_is.kind IS NULL THEN
            RAISE EXCEPTION USING
                ERRCODE = 'null_value_not_allowed',
                MESSAGE = format('of which taxonomy and kind is the class of case %s', s.caseno),
                DETAIL = 'The case has no class and no rulebook that would tell.',
                HINT = 'decide_case_class() records a class with its taxonomy and kind.';
        END IF;
        PERFORM FROM @extschema@.event_class AS e
        WHERE e.taxonomy = now_is.taxonomy AND e.kind = now_is.kind AND e.code OPERATOR(@extschema@.=) amend.class;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'CG310',
                MESSAGE = format('there is no class %s in taxonomy "%s", kind "%s"', amend.class, now_is.taxonomy, now_is.kind),
                HINT = 'civicgrid.event_class lists them.';
        END IF;
        now_is.sensitive := EXISTS (
            SELECT FROM @extschema@.event_class AS e
            WHERE e.taxonomy = now_is.taxonomy AND e.kind = now_is.kind AND e.sensitive
                AND amend.class OPERATOR(@extschema@.<@) e.code
        );
    END IF;
    IF amend.location IS NOT NULL THEN
        now_is.location := amend.location;
        now_is.cell := coalesce(amend.cell, @extschema@.locate(amend.location, at => amend.at));
    END IF;
    now_is.cell := coalesce(amend.cell, now_is.cell);
    now_is.owner := coalesce(amend.owner, was.owner);
    s.severity := coalesce(amend.severity::smallint, s.severity);
    SELECT jsonb_object_agg(n.key, jsonb_build_array(o.value, n.value)) INTO changes
    FROM jsonb_each(jsonb_build_object('class', now_is.class::text, 'cell', now_is.cell::text, 'owner', now_is.owner,
        'severity', s.severity, 'location', now_is.location::text)) AS n
    JOIN jsonb_each(jsonb_build_object('class', was.class::text, 'cell', was.cell::text, 'owner', was.owner,
        'severity', (act.was).severity, 'location', was.location::text)) AS o ON o.key = n.key
    WHERE o.value IS DISTINCT FROM n.value;
    IF changes IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG534',
            MESSAGE = format('nothing of case %s would be changed', s.caseno),
            HINT = 'Pass what is wrong: class, cell, location, severity or owner.';
    END IF;
    act := @extschema@.act_tell(act, 'amended', changes);
    UPDATE @extschema@.case_record AS r
    SET class = now_is.class, taxonomy = now_is.taxonomy, kind = now_is.kind, cell = now_is.cell, owner = now_is.owner,
        location = now_is.location, sensitive = now_is.sensitive
    WHERE r.caseno OPERATOR(@extschema@.=) s.caseno;
    -- limits follow from what it is now
    IF book.edition IS NOT NULL AND (now_is.taxonomy IS NULL OR (now_is.taxonomy, now_is.kind) = (book.taxonomy, book.kind)) THEN
        s.routing := @extschema@.route(book.model, now_is.class, now_is.cell, was.channel, s.severity, now_is.owner, at, s.caseno);
        s.routing_edition := book.edition;
        act := @extschema@.act_tell(act, 'editions', jsonb_build_object('rulebook', book.edition));
        act.next := s;
        term := @extschema@.routing_term(s.routing, 'overall');
        calendar := @extschema@.routing_calendar(s.routing, 'overall');
        SELECT c.* INTO running FROM @extschema@.case_clock AS c
        WHERE c.caseno OPERATOR(@extschema@.=) s.caseno AND c.clock = s.case_clock;
        IF term IS NOT NULL AND (
            running.clock IS NULL
            OR (running.term OPERATOR(@extschema@.<>) term OR running.calendar <> calendar)
                AND running.pauses = '{}' AND running.extensions = '{}'
        ) THEN
            act := @extschema@.act_clock(act, running.clock, 'void');
            act := @extschema@.act_start_clock(act, 'case', NULL, NULL, coalesce(running.started_at, was.reported_at));
            s.case_clock := act.clock;
        END IF;
    END IF;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION amend(caseno, text, eventcode, gridcode, geometry, integer, text, timestamptz) IS
    'put right what a report says (更正): class, place, severity, owner; what was is kept in the journal, the limit of the whole case follows';
REVOKE EXECUTE ON FUNCTION amend(caseno, text, eventcode, gridcode, geometry, integer, text, timestamptz) FROM PUBLIC;
