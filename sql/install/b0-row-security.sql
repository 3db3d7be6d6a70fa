
-- Who sees which case (行级安全).  See doc/roles.md.

-- What the caller may see is worked out once per query: as sets of units and of
-- territories.  The functions read the grants with their owner's rights, and say
-- to each caller only what is his.

CREATE INDEX case_state_sensitive_idx ON case_state (caseno) WHERE sensitive;

ALTER TABLE case_role DISABLE TRIGGER keep_shipped_row;
INSERT INTO case_role (role, name, remark, origin) VALUES
    ('sensitive', '敏感案件查看权', '附加权限：可见敏感案件；不是操作角色', 'shipped');
ALTER TABLE case_role ENABLE TRIGGER keep_shipped_row;

CREATE FUNCTION my_roles() RETURNS TABLE (role text, unit bigint)
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    ROWS 3
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT m.role, m.unit FROM @extschema@.role_member AS m WHERE m.member = @extschema@.acting();
END;
$$;
COMMENT ON FUNCTION my_roles() IS 'roles in which the caller acts, and for which units (我的角色)';

CREATE FUNCTION acting_is_superuser() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce((SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = @extschema@.acting()), false);
END;
$$;
COMMENT ON FUNCTION acting_is_superuser() IS 'whether the caller is a superuser (是否超级用户), who needs no role';

CREATE FUNCTION my_units(role text DEFAULT NULL) RETURNS bigint[]
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant text := @extschema@.acting();
    granted bigint[];
    units bigint[];
BEGIN
    SELECT array_agg(m.unit) INTO granted
    FROM @extschema@.role_member AS m
    WHERE m.member = who AND m.role <> 'sensitive' AND (my_units.role IS NULL OR m.role = my_units.role);
    IF array_position(granted, NULL) IS NOT NULL OR @extschema@.acting_is_superuser() THEN
        SELECT array_agg(u.unit ORDER BY u.unit) INTO units FROM @extschema@.unit AS u;
    ELSE
        WITH RECURSIVE below AS (
            SELECT g.unit FROM unnest(granted) AS g (unit)
            UNION
            SELECT u.unit FROM below JOIN @extschema@.unit AS u ON u.parent = below.unit
        )
        SELECT array_agg(b.unit ORDER BY b.unit) INTO units FROM below AS b;
    END IF;
    RETURN coalesce(units, '{}');
END;
$$;
COMMENT ON FUNCTION my_units(text) IS
    'units that the caller acts for, in any role or in one, with all units below them (我的单位)';

-- Who handles cases sees those that his unit is given; the others see what
-- happens on the ground of theirs.
CREATE FUNCTION my_territories() RETURNS gridcode[]
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    territories @extschema@.gridcode[];
BEGIN
    SELECT array_agg(u.territory) INTO territories
    FROM @extschema@.role_member AS m
    JOIN @extschema@.unit AS u ON u.unit = m.unit
    WHERE m.member = @extschema@.acting() AND m.role NOT IN ('handler', 'sensitive') AND u.territory IS NOT NULL;
    RETURN coalesce(territories, '{}');
END;
$$;
COMMENT ON FUNCTION my_territories() IS
    'territories of the units that the caller acts for in another role than handler (我的辖区)';

CREATE FUNCTION sees_everything() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM @extschema@.role_member AS m
        WHERE m.member = @extschema@.acting() AND m.role <> 'sensitive' AND m.unit IS NULL
    ) OR @extschema@.acting_is_superuser();
END;
$$;
COMMENT ON FUNCTION sees_everything() IS
    'whether the caller has a role for all units (是否可见全部单位), and so sees every case that is not sensitive';

CREATE FUNCTION sees_sensitive() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM @extschema@.role_member AS m
        WHERE m.member = @extschema@.acting() AND m.role = 'sensitive'
    ) OR @extschema@.acting_is_superuser();
END;
$$;
COMMENT ON FUNCTION sees_sensitive() IS
    'whether sensitive cases are shown to the caller (是否可见敏感案件), of those that he sees otherwise';

CREATE FUNCTION sees_all_cases() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- a plan that was made while there were few cases would read all of them
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN @extschema@.sees_everything() AND (
        @extschema@.sees_sensitive() OR NOT EXISTS (SELECT FROM @extschema@.case_state AS s WHERE s.sensitive)
    );
END;
$$;
COMMENT ON FUNCTION sees_all_cases() IS 'whether there is no case that the caller does not see (是否可见全部案件)';

-- For who sees everything else it is quicker to leave these out than to look
-- each case up.  Others are told nothing.
CREATE FUNCTION hidden_cases() RETURNS SETOF caseno
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    ROWS 1000
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
AS $$
BEGIN
    IF @extschema@.sees_everything() AND NOT @extschema@.sees_sensitive() THEN
        RETURN QUERY SELECT s.caseno FROM @extschema@.case_state AS s WHERE s.sensitive;
    END IF;
END;
$$;
COMMENT ON FUNCTION hidden_cases() IS 'sensitive cases that are hidden from a caller who sees everything else (对本人隐藏的案件)';

CREATE FUNCTION sees_case(caseno caseno) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM @extschema@.case_state AS s
        WHERE s.caseno OPERATOR(@extschema@.=) sees_case.caseno
            AND (NOT s.sensitive OR @extschema@.sees_sensitive())
            AND (
                @extschema@.sees_everything()
                OR s.cell OPERATOR(@extschema@.<@) ANY (@extschema@.my_territories())
                OR s.parties && @extschema@.my_units()
            )
    );
END;
$$;
COMMENT ON FUNCTION sees_case(caseno) IS 'whether the caller sees a case (是否可见该案件)';

-- Views that were there before would show the rows that their owner sees.
ALTER VIEW clock_reading SET (security_invoker = true);
ALTER VIEW clock_move_notice SET (security_invoker = true);
ALTER VIEW returned_case SET (security_invoker = true);
ALTER VIEW unit_pass SET (security_invoker = true);
ALTER VIEW unit_ping_pong SET (security_invoker = true);
ALTER VIEW rule_case SET (security_invoker = true);
ALTER VIEW rule_record SET (security_invoker = true);

-- Publishing a calendar moves all clocks, not those that the publisher sees; and
-- what was published is written by these procedures alone.
ALTER PROCEDURE publish_calendar(text, timestamptz, bigint, text, date) SECURITY DEFINER;
ALTER PROCEDURE move_clocks(text, timestamptz, bigint) SECURITY DEFINER;
ALTER PROCEDURE publish_grid(text, timestamptz, bigint, text) SECURITY DEFINER;
ALTER PROCEDURE publish_taxonomy(text, text, timestamptz, bigint, text, jsonb) SECURITY DEFINER;
ALTER PROCEDURE publish_rulebook(text, timestamptz, bigint, text) SECURITY DEFINER;
