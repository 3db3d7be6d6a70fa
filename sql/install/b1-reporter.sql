
-- Who reported (诉求人身份): masked, unless somebody has to know, and every look
-- is a step of the journal.  See doc/roles.md.

ALTER TABLE case_transition DISABLE TRIGGER keep_shipped_row;
INSERT INTO case_transition (state, action, outcome, next_state, roles, holder, reason, clocks, remark, origin)
SELECT s.state, 'look', v.outcome, NULL, v.roles, false, v.reason, 'keep', v.remark, 'shipped'
FROM case_status AS s
CROSS JOIN (VALUES
    ('full', '{dispatcher,supervisor,handler}'::text[], true, '查看诉求人身份：主办、协办单位经办，本分拨中心'),
    ('masked', '{collector,dispatcher,handler,supervisor,auditor,admin}', false, '查看脱敏后的诉求人身份')
) AS v (outcome, roles, reason, remark)
WHERE s.origin = 'shipped';
ALTER TABLE case_transition ENABLE TRIGGER keep_shipped_row;

CREATE FUNCTION mask_name(name text) RETURNS text
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN name = '' THEN ''
        ELSE left(name, CASE WHEN length(name) > 1 THEN 1 ELSE 0 END) || repeat('*', least(greatest(length(name) - 1, 1), 2))
    END;
END;
COMMENT ON FUNCTION mask_name(text) IS 'the first character of a name and stars (姓名脱敏): 张**';

CREATE FUNCTION mask_phone(phone text) RETURNS text
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN length(phone) >= 11 THEN left(phone, 3) || repeat('*', length(phone) - 7) || right(phone, 4)
        WHEN length(phone) >= 7 THEN repeat('*', length(phone) - 2) || right(phone, 2)
        ELSE repeat('*', length(phone))
    END;
END;
COMMENT ON FUNCTION mask_phone(text) IS 'a telephone number without its middle (电话脱敏): 138****1234; of a short one the last two digits';

CREATE FUNCTION mask_id(id_number text) RETURNS text
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN length(id_number) > 4 THEN left(id_number, 1) || repeat('*', length(id_number) - 2) || right(id_number, 1)
        ELSE repeat('*', length(id_number))
    END;
END;
COMMENT ON FUNCTION mask_id(text) IS 'first and last character of the number of a document (证件号码脱敏)';

CREATE FUNCTION mask_address(address text) RETURNS text
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT left(address, least(6, length(address) / 3)) || CASE WHEN address <> '' THEN '***' ELSE '' END;
END;
COMMENT ON FUNCTION mask_address(text) IS 'at most the first six characters of an address, a third of it (住址脱敏)';

CREATE TYPE reporter AS (
    caseno caseno,
    name text,
    phone text,
    id_number text,
    address text,
    anonymous boolean,
    masked boolean
);
COMMENT ON TYPE reporter IS 'who reported a case, as it is shown (诉求人)';
COMMENT ON COLUMN reporter.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN reporter.name IS 'name (姓名)';
COMMENT ON COLUMN reporter.phone IS 'telephone (电话)';
COMMENT ON COLUMN reporter.id_number IS 'number of the identity card (证件号码)';
COMMENT ON COLUMN reporter.address IS 'address (住址)';
COMMENT ON COLUMN reporter.anonymous IS 'wants not to be named (匿名)';
COMMENT ON COLUMN reporter.masked IS 'it is not shown in full (是否脱敏)';

-- The grant by which the caller may know who reported: he dispatches or
-- supervises where the case is, or handles it now.  One who wants not to be
-- named is not shown to those who handle it.
CREATE FUNCTION reporter_right(of_case case_state, anonymous boolean) RETURNS role_member
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    m @extschema@.role_member;
    task_unit bigint;
BEGIN
    IF coalesce(of_case.centre, of_case.unit) IS NOT NULL THEN
        m := @extschema@.acting_right('{dispatcher,supervisor}', coalesce(of_case.centre, of_case.unit));
    ELSIF @extschema@.sees_everything() THEN
        m := @extschema@.acting_right('{dispatcher,supervisor}', NULL);
    END IF;
    IF m.role IS NULL AND NOT anonymous AND (
        SELECT s.open FROM @extschema@.case_status AS s WHERE s.state = of_case.state
    ) THEN
        FOR task_unit IN
            SELECT t.unit FROM @extschema@.case_task AS t
            WHERE t.caseno OPERATOR(@extschema@.=) of_case.caseno AND t.state IN ('open', 'signed', 'done')
            ORDER BY t.task
        LOOP
            m := @extschema@.acting_right('{handler}', task_unit);
            EXIT WHEN m.role IS NOT NULL;
        END LOOP;
    END IF;
    RETURN m;
END;
$$;
COMMENT ON FUNCTION reporter_right(case_state, boolean) IS 'the grant by which the caller may know who reported a case (查看诉求人的依据); NULL: none';
REVOKE EXECUTE ON FUNCTION reporter_right(case_state, boolean) FROM PUBLIC;

CREATE FUNCTION reporter_of(caseno caseno, reason text DEFAULT NULL, at timestamptz DEFAULT now()) RETURNS reporter
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    act @extschema@.case_act;
    s @extschema@.case_state;
    r @extschema@.case_reporter;
    m @extschema@.role_member;
    seen @extschema@.reporter;
BEGIN
    PERFORM @extschema@.require_seen(reporter_of.caseno);
    SELECT c.* INTO s FROM @extschema@.case_state AS c WHERE c.caseno OPERATOR(@extschema@.=) reporter_of.caseno FOR UPDATE;
    -- nothing can be done before a look, and who only looks must hold nobody up
    IF reporter_of.at > greatest(clock_timestamp(), s.at) AND isfinite(reporter_of.at) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('nobody can have looked at %s, which is yet to come', reporter_of.at),
            HINT = 'Leave out at for now.';
    END IF;
    SELECT c.* INTO r FROM @extschema@.case_reporter AS c WHERE c.caseno OPERATOR(@extschema@.=) reporter_of.caseno;
    IF coalesce(reporter_of.reason, '') ~ '\S' THEN
        m := @extschema@.reporter_right(s, coalesce(r.anonymous, false));
    END IF;
    seen.masked := m.role IS NULL;
    act := @extschema@.case_begin(reporter_of.caseno, 'look', reporter_of.at,
        CASE WHEN seen.masked THEN 'masked' ELSE 'full' END, reporter_of.reason, system => true);
    IF seen.masked THEN
        m := @extschema@.acting_right('{dispatcher,supervisor,handler,collector,auditor,admin,analyst}', NULL);
    END IF;
    act.role := coalesce(m.role, act.role);
    act.actor_unit := m.unit;
    PERFORM @extschema@.case_end(act);
    seen.caseno := reporter_of.caseno;
    seen.anonymous := r.anonymous;
    IF seen.masked THEN
        seen.name := @extschema@.mask_name(r.name);
        seen.phone := @extschema@.mask_phone(r.phone);
        seen.id_number := @extschema@.mask_id(r.id_number);
        seen.address := @extschema@.mask_address(r.address);
    ELSE
        seen.name := r.name;
        seen.phone := r.phone;
        seen.id_number := r.id_number;
        seen.address := r.address;
    END IF;
    RETURN seen;
END;
$$;
COMMENT ON FUNCTION reporter_of(caseno, text, timestamptz) IS
    'who reported a case (查看诉求人): in full for who handles it or has it in his care and says why, else masked; every look is a step of the journal';
REVOKE EXECUTE ON FUNCTION reporter_of(caseno, text, timestamptz) FROM PUBLIC;
