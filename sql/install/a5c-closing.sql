
-- Closing a case and what comes after (结案与回访).

CREATE TABLE case_visit (
    caseno caseno NOT NULL,
    visit integer NOT NULL,
    at timestamptz NOT NULL,
    outcome text NOT NULL,
    remark text,
    actor text NOT NULL,
    step integer NOT NULL,
    CONSTRAINT case_visit_pkey PRIMARY KEY (caseno, visit),
    CONSTRAINT case_visit_outcome_check CHECK (outcome IN ('satisfied', 'dissatisfied', 'unreached', 'silent'))
);
COMMENT ON TABLE case_visit IS 'what reporters said when they were asked after the closing (回访记录)';
COMMENT ON COLUMN case_visit.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN case_visit.visit IS 'number in the case (回访序号)';
COMMENT ON COLUMN case_visit.at IS 'when (回访时间)';
COMMENT ON COLUMN case_visit.outcome IS 'what they said (回访结果): satisfied 满意, dissatisfied 不满意, unreached 未联系上, silent 期满未获意见自动办结';
COMMENT ON COLUMN case_visit.remark IS 'in words (回访内容)';
COMMENT ON COLUMN case_visit.actor IS 'database role that asked (回访人)';
COMMENT ON COLUMN case_visit.step IS 'step of the journal (步骤序号)';
SELECT pg_catalog.pg_extension_config_dump('case_visit', '');

-- What was merged after the snapshot would neither be closed nor dropped, ever.
CREATE FUNCTION refuse_unseen_merged(main caseno) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF @extschema@.keeps_snapshot() AND @extschema@.finds_latest(format(
        'SELECT FROM @extschema@.case_state WHERE main OPERATOR(@extschema@.=) %1$L AND state = ''merged'' '
        'AND caseno OPERATOR(@extschema@.<>) ALL (%2$L::@extschema@.caseno[])',
        refuse_unseen_merged.main, ARRAY(
            SELECT c.caseno FROM @extschema@.case_state AS c WHERE c.main OPERATOR(@extschema@.=) refuse_unseen_merged.main
        )
    )) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'serialization_failure',
            MESSAGE = format('another case was merged into case %s meanwhile', refuse_unseen_merged.main),
            HINT = 'Try again in a new transaction.';
    END IF;
END;
$$;
COMMENT ON FUNCTION refuse_unseen_merged(caseno) IS
    'an error if a case was merged into another one that the transaction does not see (并案快照检查)';
REVOKE EXECUTE ON FUNCTION refuse_unseen_merged(caseno) FROM PUBLIC;

-- What was merged into a case is closed with it (close_case), or dropped with it
-- if it is dropped before it was filed (void_case).
CREATE FUNCTION end_merged(main caseno, action text, at timestamptz, words text) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    closes constant boolean := action = 'close_case';
    part @extschema@.case_state;
    act @extschema@.case_act;
    s @extschema@.case_state;
BEGIN
    FOR part IN
        SELECT c.* FROM @extschema@.case_state AS c
        WHERE c.main OPERATOR(@extschema@.=) end_merged.main AND c.state = 'merged'
        ORDER BY c.caseno
    LOOP
        act := @extschema@.case_begin(part.caseno, action, greatest(end_merged.at, part.at), 'main',
            CASE WHEN NOT closes THEN words END, CASE WHEN closes THEN words END, true);
        IF closes THEN
            s := act.next;
            s.unit := s.centre;
            s.closed_at := act.at;
            act.next := s;
        END IF;
        PERFORM @extschema@.case_end(act);
        PERFORM @extschema@.end_merged(part.caseno, action, act.at, words);
    END LOOP;
    PERFORM @extschema@.refuse_unseen_merged(end_merged.main);
END;
$$;
COMMENT ON FUNCTION end_merged(caseno, text, timestamptz, text) IS 'close, or drop, the cases that were merged into one (并案随主案结案或作废)';
REVOKE EXECUTE ON FUNCTION end_merged(caseno, text, timestamptz, text) FROM PUBLIC;

-- Where closing is confirmed level by level: the unit before this one on the
-- path, NULL at its beginning.
CREATE FUNCTION confirming_unit(of_case case_state) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    path constant bigint[] := @extschema@.routing_path(of_case.routing);
BEGIN
    IF @extschema@.case_setting('confirmation') IS DISTINCT FROM 'levels' THEN
        RETURN NULL;
    END IF;
    RETURN path[array_position(path, of_case.unit) - 1];
END;
$$;
COMMENT ON FUNCTION confirming_unit(case_state) IS
    'unit that has to confirm a closing next (上一级办结确认单位); NULL: none has, the case is closed';
REVOKE EXECUTE ON FUNCTION confirming_unit(case_state) FROM PUBLIC;

CREATE FUNCTION close_case(caseno caseno, remark text DEFAULT NULL, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    locked constant @extschema@.case_state := @extschema@.lock_case(caseno);
    above constant bigint := @extschema@.confirming_unit(locked);
    act @extschema@.case_act;
    s @extschema@.case_state;
BEGIN
    act := @extschema@.case_begin(caseno, 'close_case', at, CASE WHEN above IS NULL THEN '' ELSE 'confirm' END, NULL, remark);
    s := act.next;
    IF above IS NULL THEN
        s.closed_at := act.at;
    ELSE
        s.unit := above;
    END IF;
    act.next := s;
    s := @extschema@.case_end(act);
    IF above IS NULL THEN
        PERFORM @extschema@.end_merged(s.caseno, 'close_case', act.at, act.remark);
    END IF;
    RETURN s;
END;
$$;
COMMENT ON FUNCTION close_case(caseno, text, timestamptz) IS
    'close a case that was checked (结案), with those merged into it; where the levels confirm, pass it on to the one above';
REVOKE EXECUTE ON FUNCTION close_case(caseno, text, timestamptz) FROM PUBLIC;

-- A closed case is to be dispatched anew: by the centre that had it, or by that
-- of a level above.
CREATE FUNCTION centre_of_level(unit bigint, level integer) RETURNS bigint
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT u.unit
    FROM unnest(@extschema@.unit_lineage(centre_of_level.unit)) WITH ORDINALITY AS l (unit, place)
    JOIN @extschema@.unit AS u ON u.unit = l.unit
    JOIN @extschema@.unit_kind AS k ON k.kind = u.kind
    WHERE k.base = 'centre' AND u.level <= centre_of_level.level
    ORDER BY l.place DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION centre_of_level(bigint, integer) IS
    'dispatch centre of a level, or the next above, that a unit lies below (上级分拨中心); NULL: none';
REVOKE EXECUTE ON FUNCTION centre_of_level(bigint, integer) FROM PUBLIC;

CREATE FUNCTION next_round(closed case_state) RETURNS case_state
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    s @extschema@.case_state := closed;
BEGIN
    s.unit := s.centre;
    s.lead := NULL;
    s.main := NULL;
    s.closed_at := NULL;
    -- an appeal was about the round that is over
    s.exempt := false;
    s.reopens := s.reopens + 1;
    RETURN s;
END;
$$;
COMMENT ON FUNCTION next_round(case_state) IS 'a closed case as it is dispatched anew by its centre (重新进入办理)';
REVOKE EXECUTE ON FUNCTION next_round(case_state) FROM PUBLIC;

CREATE FUNCTION reopen(caseno caseno, reason text, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'reopen', at, '', reason);
    s @extschema@.case_state := act.next;
BEGIN
    act.next := @extschema@.next_round(s);
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION reopen(caseno, text, timestamptz) IS
    'open a closed case again (重办): it is dispatched anew, its clocks are new';
REVOKE EXECUTE ON FUNCTION reopen(caseno, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION perform_visit(caseno caseno, outcome text, remark text, at timestamptz, system boolean) RETURNS case_state
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act := @extschema@.case_begin(caseno, 'visit', at, outcome,
        CASE WHEN outcome = 'dissatisfied' THEN remark END, CASE WHEN outcome <> 'dissatisfied' THEN remark END, system);
    s @extschema@.case_state := act.next;
BEGIN
    INSERT INTO @extschema@.case_visit (caseno, visit, at, outcome, remark, actor, step)
    SELECT s.caseno, coalesce(max(v.visit), 0) + 1, act.at, perform_visit.outcome, perform_visit.remark, act.actor, s.step + 1
    FROM @extschema@.case_visit AS v
    WHERE v.caseno OPERATOR(@extschema@.=) s.caseno;
    CASE outcome
        WHEN 'satisfied' THEN
            s.satisfied := true;
            s.unit := NULL;
        WHEN 'silent' THEN
            s.unit := NULL;
        WHEN 'dissatisfied' THEN
            s.satisfied := false;
            s.centre := coalesce(
                @extschema@.centre_of_level(s.centre, @extschema@.case_setting('visit_level')::integer), s.centre);
            s := @extschema@.next_round(s);
        ELSE
            NULL;
    END CASE;
    act.next := s;
    RETURN @extschema@.case_end(act);
END;
$$;
COMMENT ON FUNCTION perform_visit(caseno, text, text, timestamptz, boolean) IS 'what visit() does (回访), for the caller or for the system';
REVOKE EXECUTE ON FUNCTION perform_visit(caseno, text, text, timestamptz, boolean) FROM PUBLIC;

CREATE FUNCTION visit(caseno caseno, satisfied boolean, remark text DEFAULT NULL, at timestamptz DEFAULT now()) RETURNS case_state
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN @extschema@.perform_visit(caseno,
        CASE satisfied WHEN true THEN 'satisfied' WHEN false THEN 'dissatisfied' ELSE 'unreached' END, remark, at, false);
END;
$$;
COMMENT ON FUNCTION visit(caseno, boolean, text, timestamptz) IS
    'ask the reporter of a closed case (回访): satisfied, dissatisfied with a reason, or, NULL, not reached; a dissatisfied one brings the case back to the dispatch centre of the district';
REVOKE EXECUTE ON FUNCTION visit(caseno, boolean, text, timestamptz) FROM PUBLIC;
