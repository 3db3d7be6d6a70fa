
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
        WHERE t.caseno OPERATOR(@extschema@.=) (act.was).caseno AND t.unit = dispatch_also.unit
            AND @extschema@.is_task_open(t.state)
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
    -- a unit that has a dispatcher of its own gives a case back by the rules of
    -- returns, as others do
    IF s.centre IS NOT NULL AND (@extschema@.acting_right((act.transition).roles, s.centre)).role IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG503',
            MESSAGE = format('case %s is not in the care of a dispatch centre that %s acts for', s.caseno, act.actor),
            DETAIL = format('It is in the care of unit %s.', s.centre),
            HINT = 'Who gave it can take it back; the unit that has it gives it back with return_case().';
    END IF;
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
    WHERE t.caseno OPERATOR(@extschema@.=) (act.was).caseno AND t.duty = 'lead' AND @extschema@.is_task_open(t.state);
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
    -- whether it stays within a unit is asked for later, when the tree may be another
    act := @extschema@.act_tell(act, 'routing', jsonb_build_object('step', step.step, 'decided', step.decided,
        'above', trim_array(@extschema@.unit_lineage(transfer.unit), 1)));
    act := @extschema@.act_task(act, 'transfer', task.task);
    SELECT t.task INTO part FROM @extschema@.case_task AS t
    WHERE t.caseno OPERATOR(@extschema@.=) s.caseno AND t.unit = transfer.unit AND @extschema@.is_task_open(t.state);
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
    verdict constant bigint := @extschema@.verdict_in_force(@extschema@.last_step(s.caseno));
BEGIN
    IF verdict IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG437',
            MESSAGE = format('verdict %s gave case %s to unit %s', verdict, s.caseno, s.lead),
            DETAIL = 'What was decided is done first and argued later.',
            HINT = 'Only another verdict changes that: adjudicate().';
    END IF;
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

-- As intake says of what is reported with the class, but by what holds now, since
-- that is when it is seen; what is not published yet, by the draft.
CREATE FUNCTION class_is_sensitive(taxonomy text, kind text, class eventcode, at timestamptz DEFAULT now()) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    within constant @extschema@.eventcode[] := @extschema@.lineage(class_is_sensitive.class);
BEGIN
    RETURN coalesce(
        (
            SELECT i.sensitive FROM @extschema@.intake_class AS i
            WHERE i.taxonomy = class_is_sensitive.taxonomy AND i.kind = class_is_sensitive.kind
                AND i.class OPERATOR(@extschema@.=) ANY (within) AND i.sensitive IS NOT NULL
            ORDER BY length(i.class::text) DESC
            LIMIT 1
        ),
        (
            SELECT bool_or(e.sensitive) FROM @extschema@.taxonomy_edition_class AS e
            WHERE e.edition = @extschema@.taxonomy_edition_in_force(
                    class_is_sensitive.taxonomy, class_is_sensitive.kind, class_is_sensitive.at)
                AND e.code OPERATOR(@extschema@.=) ANY (within)
        ),
        (
            SELECT bool_or(e.sensitive) FROM @extschema@.event_class AS e
            WHERE e.taxonomy = class_is_sensitive.taxonomy AND e.kind = class_is_sensitive.kind
                AND e.code OPERATOR(@extschema@.=) ANY (within)
        ),
        false
    );
END;
$$;
COMMENT ON FUNCTION class_is_sensitive(text, text, eventcode, timestamptz) IS
    'whether cases of a class are sensitive (分类是否敏感): as intake_class says of it, or of the nearest that it lies within; else as the taxonomy does';

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
    rule @extschema@.intake_rule;
    told @extschema@.report;
    grid bigint;
    cells @extschema@.grid_kind;
    fault text;
    words text[];
    running @extschema@.case_clock;
    changes jsonb;
    proposed boolean;
    decision @extschema@.class_feedback;
    term @extschema@.term;
    calendar text;
BEGIN
    SELECT r.* INTO was FROM @extschema@.case_record AS r WHERE r.caseno OPERATOR(@extschema@.=) s.caseno FOR UPDATE;
    SELECT e.* INTO book FROM @extschema@.rulebook_edition AS e
    WHERE e.edition = @extschema@.rulebook_edition_in_force(@extschema@.case_rulebook(s), amend.at);
    now_is := was;
    -- what is put right is held against the same as what is reported
    SELECT r.* INTO rule FROM @extschema@.intake_rule AS r
    WHERE r.channel IN (was.channel, '')
    ORDER BY r.channel DESC
    LIMIT 1;
    grid := @extschema@.grid_edition_in_force(amend.at);
    cells := coalesce(rule.grid_kind, book.grid_kind, 'unit');
    fault := CASE
        WHEN amend.location IS NOT NULL AND NOT @extschema@.is_place(amend.location) THEN 'CG514'
        WHEN amend.cell IS NOT NULL AND NOT @extschema@.grid_has_cell(grid, cells, amend.cell) THEN 'CG513'
        WHEN amend.severity IS NOT NULL AND NOT EXISTS (
            SELECT FROM @extschema@.case_severity AS c WHERE c.severity = amend.severity
        ) THEN 'CG515'
    END;
    IF fault IS NOT NULL THEN
        told.location := amend.location;
        told.cell := amend.cell;
        told.severity := amend.severity;
        words := @extschema@.report_refusal(fault, told, NULL, NULL, NULL, grid, cells, NULL, NULL, NULL);
        RAISE EXCEPTION USING ERRCODE = fault, MESSAGE = words[1], DETAIL = words[2], HINT = words[3];
    END IF;
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
        now_is.class_edition := NULL;
        now_is.sensitive := @extschema@.class_is_sensitive(now_is.taxonomy, now_is.kind, now_is.class);
    END IF;
    IF amend.location IS NOT NULL THEN
        now_is.location := @extschema@.report_point(amend.location, 'wgs84', coalesce(rule.srid, 4326));
        now_is.cell := @extschema@.locate(now_is.location, amend.at, cells);
        now_is.grid_edition := CASE WHEN now_is.cell IS NOT NULL THEN grid END;
    END IF;
    IF amend.cell IS NOT NULL THEN
        now_is.cell := amend.cell;
        now_is.grid_edition := NULL;
    END IF;
    now_is.owner := coalesce(amend.owner, was.owner);
    s.severity := coalesce(amend.severity::smallint, s.severity);
    SELECT jsonb_object_agg(n.key, jsonb_build_array(o.value, n.value)) INTO changes
    FROM jsonb_each(jsonb_build_object('class', now_is.class::text, 'cell', now_is.cell::text, 'owner', now_is.owner,
        'severity', s.severity, 'location', now_is.location::text)) AS n
    JOIN jsonb_each(jsonb_build_object('class', was.class::text, 'cell', was.cell::text, 'owner', was.owner,
        'severity', (act.was).severity, 'location', was.location::text)) AS o ON o.key = n.key
    WHERE o.value IS DISTINCT FROM n.value;
    -- What was proposed is decided on with it, and learned from.  Who names the
    -- class that the case has confirms it, if nobody has decided yet.
    proposed := amend.class IS NOT NULL AND was.description ~ '\S' AND EXISTS (
        SELECT FROM @extschema@.class_proposal AS p
        JOIN @extschema@.taxonomy_edition AS e ON e.edition = p.edition
        WHERE p.caseno OPERATOR(@extschema@.=) s.caseno AND e.taxonomy = now_is.taxonomy AND e.kind = now_is.kind
    ) AND (
        changes ? 'class'
        OR NOT EXISTS (SELECT FROM @extschema@.class_feedback AS f WHERE f.caseno OPERATOR(@extschema@.=) s.caseno)
    );
    IF changes IS NULL AND NOT coalesce(proposed, false) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG534',
            MESSAGE = format('nothing of case %s would be changed', s.caseno),
            HINT = 'Pass what is wrong: class, cell, location, severity or owner.';
    END IF;
    act := @extschema@.act_tell(act, 'amended', coalesce(changes, '{}'));
    UPDATE @extschema@.case_record AS r
    SET class = now_is.class, taxonomy = now_is.taxonomy, kind = now_is.kind, cell = now_is.cell, owner = now_is.owner,
        location = now_is.location, sensitive = now_is.sensitive, grid_edition = now_is.grid_edition,
        class_edition = now_is.class_edition
    WHERE r.caseno OPERATOR(@extschema@.=) s.caseno;
    IF proposed THEN
        decision := @extschema@.decide_class(was.description, now_is.taxonomy, now_is.kind, now_is.class, s.caseno,
            at => amend.at, remark => amend.reason);
        act := @extschema@.act_tell(act, 'feedback', to_jsonb(decision.feedback));
    END IF;
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

-- A person decides on a class without an act on the case (decide_class()).  Who
-- sees the case follows all the same.
ALTER TABLE case_transition DISABLE TRIGGER keep_shipped_row;
INSERT INTO case_transition (state, action, outcome, next_state, roles, holder, reason, clocks, remark, origin)
SELECT s.state, 'amend', 'class', NULL, '{system}', false, true, 'keep', '人工确认分类后敏感性随之改变', 'shipped'
FROM case_status AS s
WHERE s.origin = 'shipped';
ALTER TABLE case_transition ENABLE TRIGGER keep_shipped_row;

CREATE FUNCTION follow_class() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hidden constant boolean := @extschema@.class_is_sensitive(NEW.taxonomy, NEW.kind, NEW.class);
    s @extschema@.case_state;
    act @extschema@.case_act;
BEGIN
    IF NEW.class IS NULL OR NEW.sensitive = hidden THEN
        RETURN NULL;
    END IF;
    -- the state first, as verbs do; decide_class() has locked it before the record
    SELECT c.* INTO s FROM @extschema@.case_state AS c WHERE c.caseno OPERATOR(@extschema@.=) NEW.caseno FOR UPDATE;
    UPDATE @extschema@.case_record AS r SET sensitive = hidden WHERE r.caseno OPERATOR(@extschema@.=) NEW.caseno;
    IF s.sensitive <> hidden THEN
        act := @extschema@.case_begin(s.caseno, 'amend', greatest(now(), s.at), 'class',
            format('class %s was decided on', NEW.class), system => true);
        act := @extschema@.act_tell(act, 'amended', jsonb_build_object('class', jsonb_build_array(OLD.class::text, NEW.class::text)));
        PERFORM @extschema@.case_end(act);
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION follow_class() IS 'trigger: who sees a case follows from the class that a person decides on (分类改变后敏感性随之改变)';
REVOKE EXECUTE ON FUNCTION follow_class() FROM PUBLIC;
CREATE TRIGGER follow_class
    AFTER UPDATE OF taxonomy, kind, class ON case_record
    FOR EACH ROW WHEN (
        NEW.sensitive = OLD.sensitive AND (OLD.class::text IS DISTINCT FROM NEW.class::text
            OR OLD.taxonomy IS DISTINCT FROM NEW.taxonomy OR OLD.kind IS DISTINCT FROM NEW.kind)
    )
    EXECUTE FUNCTION follow_class();
COMMENT ON TRIGGER follow_class ON case_record IS 'who sees a case follows from the class that a person decides on';
