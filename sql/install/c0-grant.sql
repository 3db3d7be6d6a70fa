
-- What each role may do (角色权限), as rows, and how it is granted.  See
-- doc/roles.md.

-- Which rows are shown is said of case_state and case_record; of all else a row
-- is shown if its case is.  Who reported is shown to nobody.
DO $$
DECLARE
    t record;
    inline constant text :=
        '(SELECT @extschema@.sees_all_cases()) OR (NOT sensitive OR (SELECT @extschema@.sees_sensitive())) AND ('
        '(SELECT @extschema@.sees_everything()) OR cell OPERATOR(@extschema@.<@) ANY ((SELECT @extschema@.my_territories())::@extschema@.gridcode[]) OR ';
    of_case constant text := 'EXISTS (SELECT FROM @extschema@.case_state AS s WHERE s.caseno OPERATOR(@extschema@.=) %I.caseno)';
BEGIN
    FOR t IN
        SELECT c.oid::regclass AS id, c.relname
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'caseno'
        WHERE c.relnamespace = '@extschema@'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p')
            AND a.atttypid = '@extschema@.caseno'::pg_catalog.regtype
        ORDER BY c.relname COLLATE "C"
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t.id);
        CONTINUE WHEN t.relname = 'case_reporter';
        EXECUTE pg_catalog.format('CREATE POLICY case_seen ON %s FOR SELECT USING (%s)', t.id, CASE t.relname
            WHEN 'case_state' THEN inline || 'parties && (SELECT @extschema@.my_units())::bigint[])'
            WHEN 'case_record' THEN inline || pg_catalog.format(of_case, t.relname) || ')'
            -- of a case that somebody does not see he is not told by another either
            WHEN 'case_link' THEN '(SELECT @extschema@.sees_all_cases()) OR ' || pg_catalog.format(of_case, t.relname)
                || ' AND EXISTS (SELECT FROM @extschema@.case_state AS s WHERE s.caseno OPERATOR(@extschema@.=) case_link.other)'
            ELSE '(SELECT @extschema@.sees_all_cases()) OR (SELECT @extschema@.sees_everything()) AND '
                '(caseno OPERATOR(@extschema@.=) ANY (SELECT h FROM @extschema@.hidden_cases() AS h)) IS NOT TRUE OR '
                || pg_catalog.format(of_case, t.relname)
        END);
        EXECUTE pg_catalog.format('COMMENT ON POLICY case_seen ON %s IS %L', t.id, 'each sees the rows of his cases (行级安全)');
    END LOOP;
END;
$$;

CREATE TABLE role_right (
    role text NOT NULL,
    kind text NOT NULL,
    object text NOT NULL,
    privilege text NOT NULL,
    granted boolean NOT NULL DEFAULT true,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT role_right_pkey PRIMARY KEY (role, kind, object, privilege),
    CONSTRAINT role_right_kind_check CHECK (
        CASE kind
            WHEN 'relation' THEN privilege IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
            WHEN 'column' THEN privilege = 'SELECT' AND object LIKE '%.%'
            WHEN 'function' THEN privilege = 'EXECUTE'
            ELSE false
        END
    ),
    CONSTRAINT role_right_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE role_right IS 'what each role may do in the database (角色权限); grant_role() makes the server''s grants equal to it';
COMMENT ON COLUMN role_right.role IS 'role (业务角色), a row of case_role';
COMMENT ON COLUMN role_right.kind IS 'kind of object (对象种类): relation, a table or view 表或视图; column, one of it 列; function, one or a procedure, with all its forms 函数';
COMMENT ON COLUMN role_right.object IS 'its name in the schema of the extension (对象名称); of a column relation.column';
COMMENT ON COLUMN role_right.privilege IS 'privilege (权限)';
COMMENT ON COLUMN role_right.granted IS 'false: it is taken away (是否授予), where a shipped row gives it';
COMMENT ON COLUMN role_right.remark IS 'remark (备注)';
COMMENT ON COLUMN role_right.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

CREATE FUNCTION role_group(role text) RETURNS text
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'civicgrid_' || role_group.role;
END;
COMMENT ON FUNCTION role_group(text) IS 'group role of the database that carries the rights of a role (角色对应的数据库组)';

-- Make what a group may do in this database equal to role_right: what is missing
-- is granted, what is too much revoked.  Returns how many changes that took.
CREATE FUNCTION apply_role_rights(role text) RETURNS integer
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    group_name constant text := @extschema@.role_group(role);
    group_id oid;
    change record;
    changes integer := 0;
BEGIN
    IF role IS NULL THEN
        PERFORM @extschema@.require_grantable(role, NULL);
    END IF;
    SELECT r.oid INTO group_id FROM pg_roles AS r WHERE r.rolname = group_name;
    IF group_id IS NULL THEN
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', group_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            -- another database has just made it
            NULL;
        END;
        SELECT r.oid INTO group_id FROM pg_roles AS r WHERE r.rolname = group_name;
        changes := changes + 1;
    END IF;
    IF NOT has_schema_privilege(group_id, '@extschema@'::regnamespace, 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA @extschema@ TO %I', group_name);
        changes := changes + 1;
    END IF;
    SELECT r.kind, r.object INTO change
    FROM @extschema@.role_right AS r
    WHERE r.role = apply_role_rights.role AND r.granted AND NOT CASE r.kind
        WHEN 'relation' THEN EXISTS (
            SELECT FROM pg_class AS c
            WHERE c.relname = r.object AND c.relnamespace = '@extschema@'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
        )
        WHEN 'column' THEN EXISTS (
            SELECT FROM pg_class AS c
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relname || '.' || a.attname = r.object AND c.relnamespace = '@extschema@'::regnamespace
        )
        ELSE EXISTS (
            SELECT FROM pg_proc AS p
            WHERE p.proname = r.object AND p.pronamespace = '@extschema@'::regnamespace
        )
    END
    ORDER BY r.kind, r.object
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG563',
            MESSAGE = format('there is no %s "%s" to which role %s could have a right', change.kind, change.object, role),
            DETAIL = 'A row of civicgrid.role_right names it.',
            HINT = 'Correct the row, or set granted to false.';
    END IF;
    FOR change IN
        WITH wanted AS (
            SELECT r.kind, c.oid, NULL::name AS part, r.privilege
            FROM @extschema@.role_right AS r
            JOIN pg_class AS c ON r.kind = 'relation' AND c.relname = r.object AND c.relnamespace = '@extschema@'::regnamespace
            WHERE r.role = apply_role_rights.role AND r.granted
            UNION ALL
            SELECT r.kind, a.attrelid, a.attname, r.privilege
            FROM @extschema@.role_right AS r
            JOIN pg_class AS c ON r.kind = 'column' AND c.relname = split_part(r.object, '.', 1) AND c.relnamespace = '@extschema@'::regnamespace
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = split_part(r.object, '.', 2)
            WHERE r.role = apply_role_rights.role AND r.granted
            UNION ALL
            SELECT r.kind, p.oid, NULL, r.privilege
            FROM @extschema@.role_right AS r
            JOIN pg_proc AS p ON r.kind = 'function' AND p.proname = r.object AND p.pronamespace = '@extschema@'::regnamespace
            WHERE r.role = apply_role_rights.role AND r.granted
        ),
        had AS (
            SELECT 'relation' AS kind, c.oid, NULL::name AS part, a.privilege_type AS privilege
            FROM pg_class AS c
            CROSS JOIN LATERAL aclexplode(c.relacl) AS a
            WHERE c.relnamespace = '@extschema@'::regnamespace AND a.grantee = group_id
            UNION ALL
            SELECT 'column', c.oid, t.attname, a.privilege_type
            FROM pg_class AS c
            JOIN pg_attribute AS t ON t.attrelid = c.oid AND t.attacl IS NOT NULL
            CROSS JOIN LATERAL aclexplode(t.attacl) AS a
            WHERE c.relnamespace = '@extschema@'::regnamespace AND a.grantee = group_id
            UNION ALL
            SELECT 'function', p.oid, NULL, a.privilege_type
            FROM pg_proc AS p
            CROSS JOIN LATERAL aclexplode(p.proacl) AS a
            WHERE p.pronamespace = '@extschema@'::regnamespace AND a.grantee = group_id
        )
        SELECT v.kind, v.id, v.give, string_agg(DISTINCT v.privilege || coalesce(' (' || quote_ident(v.part) || ')', ''), ', ') AS privileges
        FROM (
            SELECT coalesce(w.kind, h.kind) AS kind, coalesce(w.oid, h.oid) AS id, coalesce(w.part, h.part) AS part,
                   coalesce(w.privilege, h.privilege) AS privilege, w.oid IS NOT NULL AS give
            FROM wanted AS w
            FULL JOIN had AS h ON h.kind = w.kind AND h.oid = w.oid AND h.privilege = w.privilege
                AND coalesce(h.part, '') = coalesce(w.part, '')
            WHERE w.oid IS NULL OR h.oid IS NULL
        ) AS v
        GROUP BY v.kind, v.id, v.give
        -- a right to a whole table revoked takes those to its columns along
        ORDER BY v.give, v.kind DESC, v.id
    LOOP
        EXECUTE format(
            CASE WHEN change.give THEN 'GRANT %s ON %s %s TO %I' ELSE 'REVOKE %s ON %s %s FROM %I' END,
            change.privileges,
            CASE change.kind WHEN 'function' THEN 'ROUTINE' ELSE 'TABLE' END,
            CASE change.kind WHEN 'function' THEN change.id::regprocedure::text ELSE change.id::regclass::text END,
            group_name
        );
        changes := changes + 1;
    END LOOP;
    RETURN changes;
END;
$$;
COMMENT ON FUNCTION apply_role_rights(text) IS
    'make the rights of a role''s group equal to role_right (落实角色权限), the group too if it is missing; returns how many changes that took';
REVOKE EXECUTE ON FUNCTION apply_role_rights(text) FROM PUBLIC;

-- A superuser grants every role, an administrator every one but his own, for
-- the units that he administrates.
CREATE FUNCTION require_grantor(role text, unit bigint) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    m @extschema@.role_member;
BEGIN
    IF @extschema@.acting_is_superuser() THEN
        RETURN;
    END IF;
    m := @extschema@.acting_right('{admin}', unit);
    -- who has it for one unit only does not have it for all
    IF m.role IS NOT NULL AND unit IS NULL AND NOT EXISTS (
        SELECT FROM @extschema@.role_member AS r
        WHERE r.member = @extschema@.acting() AND r.role = 'admin' AND r.unit IS NULL
    ) THEN
        m := NULL;
    END IF;
    IF m.role IS NULL OR require_grantor.role = 'admin' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG560',
            MESSAGE = format('%s may not grant or revoke role %s', @extschema@.acting(), require_grantor.role),
            DETAIL = CASE
                WHEN require_grantor.role = 'admin' THEN 'A superuser grants and revokes it.'
                ELSE format('It takes the role admin for %s, or a superuser.', coalesce('unit ' || unit, 'all units'))
            END,
            HINT = 'civicgrid.role_member says who has which role.';
    END IF;
END;
$$;
COMMENT ON FUNCTION require_grantor(text, bigint) IS 'an error unless the caller may grant and revoke a role for a unit (授权人检查)';
REVOKE EXECUTE ON FUNCTION require_grantor(text, bigint) FROM PUBLIC;

CREATE FUNCTION require_grantable(role text, unit bigint) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM @extschema@.case_role AS r WHERE r.role = require_grantable.role;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG562',
            MESSAGE = format('there is no role %s in which to act', coalesce('"' || require_grantable.role || '"', 'NULL')),
            HINT = format('Roles are %s.',
                (SELECT string_agg(r.role, ', ' ORDER BY r.role COLLATE "C") FROM @extschema@.case_role AS r));
    END IF;
    IF unit IS NOT NULL AND role = 'sensitive' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG562',
            MESSAGE = 'the right to sensitive cases is not granted for a unit',
            DETAIL = 'It shows the sensitive ones of the cases that somebody sees in his other roles.',
            HINT = 'Leave out the unit.';
    END IF;
    IF unit IS NOT NULL AND NOT EXISTS (SELECT FROM @extschema@.unit AS u WHERE u.unit = require_grantable.unit) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG435',
            MESSAGE = format('there is no unit %s', unit),
            HINT = 'civicgrid.unit lists them; unit_id() finds one by its name.';
    END IF;
END;
$$;
COMMENT ON FUNCTION require_grantable(text, bigint) IS 'an error unless there is such a role and such a unit (角色与单位检查)';
REVOKE EXECUTE ON FUNCTION require_grantable(text, bigint) FROM PUBLIC;

CREATE FUNCTION role_lock() RETURNS bigint
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT hashtextextended('civicgrid roles', 0);
END;
COMMENT ON FUNCTION role_lock() IS 'key of the advisory lock under which roles are granted (授权锁键)';

CREATE FUNCTION grant_role(member text, role text, unit bigint DEFAULT NULL) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
    group_name constant text := @extschema@.role_group(role);
BEGIN
    PERFORM @extschema@.require_grantor(role, unit);
    PERFORM @extschema@.require_grantable(role, unit);
    PERFORM pg_advisory_xact_lock(@extschema@.role_lock());
    SELECT a.oid, a.rolname::text AS name INTO r FROM pg_roles AS a WHERE a.rolname = grant_role.member;
    IF NOT FOUND OR r.name LIKE 'pg\_%' OR r.name IN (SELECT @extschema@.role_group(c.role) FROM @extschema@.case_role AS c) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG561',
            MESSAGE = format('"%s" is no role of the database that could act on cases', grant_role.member),
            DETAIL = CASE WHEN r.name IS NULL THEN 'There is none of this name.' ELSE 'It is a group that carries rights.' END,
            HINT = 'CREATE ROLE makes one; write its name as it is in pg_roles.';
    END IF;
    PERFORM @extschema@.apply_role_rights(role);
    -- what another role of this name once had is no right of this one
    DELETE FROM @extschema@.role_member AS m
    WHERE m.member = grant_role.member AND NOT EXISTS (
        SELECT FROM pg_auth_members AS a
        JOIN pg_roles AS g ON g.oid = a.roleid
        WHERE a.member = r.oid AND g.rolname = @extschema@.role_group(m.role)
    );
    PERFORM FROM pg_auth_members AS a
    JOIN pg_roles AS g ON g.oid = a.roleid
    WHERE a.member = r.oid AND g.rolname = group_name;
    IF NOT FOUND THEN
        EXECUTE format('GRANT %I TO %I', group_name, r.name);
    END IF;
    INSERT INTO @extschema@.role_member (member, role, unit, granted_by)
    VALUES (grant_role.member, grant_role.role, grant_role.unit, @extschema@.acting())
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END;
$$;
COMMENT ON FUNCTION grant_role(text, text, bigint) IS
    'let a role of the database act in a role for a unit and all below it, or for all units (授予角色); false if it already could';
REVOKE EXECUTE ON FUNCTION grant_role(text, text, bigint) FROM PUBLIC;

CREATE FUNCTION revoke_role(member text, role text, unit bigint DEFAULT NULL) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    group_name constant text := @extschema@.role_group(role);
    revoked boolean;
BEGIN
    PERFORM @extschema@.require_grantor(role, unit);
    PERFORM pg_advisory_xact_lock(@extschema@.role_lock());
    DELETE FROM @extschema@.role_member AS m
    WHERE m.member = revoke_role.member AND m.role = revoke_role.role AND m.unit IS NOT DISTINCT FROM revoke_role.unit;
    revoked := FOUND;
    PERFORM FROM pg_auth_members AS a
    JOIN pg_roles AS g ON g.oid = a.roleid
    JOIN pg_roles AS r ON r.oid = a.member
    WHERE r.rolname = revoke_role.member AND g.rolname = group_name
        AND revoke_role.member NOT IN (SELECT m.member FROM @extschema@.role_member AS m WHERE m.role = revoke_role.role);
    IF FOUND THEN
        EXECUTE format('REVOKE %I FROM %I', group_name, revoke_role.member);
    END IF;
    RETURN revoked;
END;
$$;
COMMENT ON FUNCTION revoke_role(text, text, bigint) IS
    'take back what grant_role() granted with the same arguments (收回角色); false if it was not granted';
REVOKE EXECUTE ON FUNCTION revoke_role(text, text, bigint) FROM PUBLIC;

-- What is counted for all is not what one of them sees.
ALTER PROCEDURE close_kpi_days(date, integer) SECURITY DEFINER;

-- The rows are made from what there is.  Tables with a case number are written
-- by the verbs alone, and read by all who act, each his cases.  All other tables
-- are rules or editions, which all read; those that are not published are edited
-- by an administrator.  An analyst counts, and reads neither what people wrote
-- nor who did what.
INSERT INTO role_right (role, kind, object, privilege, origin)
WITH relation AS (
    SELECT c.oid, c.relname::text AS name, c.relkind, CASE
               WHEN c.relname IN ('case_reporter', 'role_member', 'role_right') THEN 'guarded'
               WHEN c.relname IN ('class_example', 'class_feedback', 'class_example_all', 'class_decision') THEN 'texts'
               WHEN c.relname IN ('class_answer', 'class_drift', 'class_drift_class') THEN 'checks'
               WHEN c.relname IN ('kpi_day', 'kpi_due', 'kpi_rates', 'unit_month', 'funnel', 'hotspots', 'first_dispatch', 'open_data')
                   OR c.relkind = 'v' AND NOT coalesce(c.reloptions && '{security_invoker=true}', false) THEN 'read'
               WHEN c.relkind = 'v' OR c.relrowsecurity THEN 'cases'
               WHEN c.relname LIKE '%edition%' OR c.relname IN ('case_role', 'precedent', 'kpi_closed_day') THEN 'read'
               ELSE 'rules'
           END AS part
    FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace = '@extschema@'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
)
SELECT r.role, 'relation', t.name, p.privilege, 'shipped'
FROM case_role AS r
CROSS JOIN relation AS t
CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS p (privilege)
WHERE r.role <> 'sensitive' AND CASE t.part
    WHEN 'read' THEN p.privilege = 'SELECT'
    WHEN 'rules' THEN p.privilege = 'SELECT' OR r.role = 'admin'
    WHEN 'cases' THEN p.privilege = 'SELECT' AND r.role <> 'analyst'
    WHEN 'checks' THEN p.privilege = 'SELECT' AND r.role IN ('analyst', 'auditor', 'admin')
    WHEN 'texts' THEN r.role = 'admin' AND (p.privilege = 'SELECT' OR t.name = 'class_example')
    ELSE p.privilege = 'SELECT' AND r.role IN ('auditor', 'admin') AND t.name <> 'case_reporter'
END
UNION ALL
SELECT 'analyst', 'column', t.name || '.' || a.attname, 'SELECT', 'shipped'
FROM relation AS t
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE t.part = 'cases' AND t.relkind <> 'v' AND t.name NOT IN ('case_attachment', 'case_message', 'case_warning')
    AND a.attname NOT IN ('description', 'address', 'location', 'external_id', 'owner', 'reason', 'remark', 'statement',
        'grounds', 'detail', 'person', 'result', 'body', 'job', 'decided_reason', 'handlers', 'actor', 'asked_by', 'asked_person',
        'decided_by', 'returned_by');

-- Whether somebody has decided, which is all that review_queue() looks at.
INSERT INTO role_right (role, kind, object, privilege, origin)
VALUES ('dispatcher', 'column', 'class_feedback.caseno', 'SELECT', 'shipped');

INSERT INTO role_right (role, kind, object, privilege, origin)
SELECT DISTINCT r.role, 'function', p.proname::text, 'EXECUTE', 'shipped'
FROM (
    -- the verbs
    SELECT u.role, t.action
    FROM case_transition AS t
    CROSS JOIN LATERAL unnest(t.roles) AS u (role)
    WHERE t.action <> 'look' AND u.role <> 'system'
    UNION ALL
    SELECT u.role, v.action
    FROM (VALUES
        ('collector dispatcher handler supervisor', 'report_event'),
        ('collector dispatcher handler supervisor', 'report_events'),
        ('collector dispatcher handler supervisor auditor admin', 'reporter_of'),
        ('admin', 'grant_role'),
        ('admin', 'revoke_role'),
        ('admin', 'tick'),
        ('admin', 'tick_clocks'),
        ('admin', 'tick_suspensions'),
        ('admin', 'tick_silence'),
        ('admin', 'tick_kpi_days'),
        ('admin', 'take_messages'),
        ('admin', 'confirm_messages'),
        ('admin', 'fail_messages'),
        ('admin', 'revive_messages'),
        ('admin', 'forget_messages'),
        ('admin', 'close_kpi_days'),
        ('admin', 'load_cells'),
        ('admin', 'load_classes'),
        ('admin', 'load_class_levels'),
        ('admin', 'load_units'),
        ('admin', 'load_holidays'),
        ('admin', 'import_holidays'),
        ('admin', 'import_holidays_ics'),
        ('admin', 'store_classes'),
        ('admin', 'publish_grid'),
        ('admin', 'publish_calendar'),
        ('admin', 'move_clocks'),
        ('admin', 'publish_taxonomy'),
        ('admin', 'publish_rulebook')
    ) AS v (roles, action)
    CROSS JOIN LATERAL unnest(string_to_array(v.roles, ' ')) AS u (role)
) AS w
JOIN pg_catalog.pg_proc AS p ON p.proname::text = w.action AND p.pronamespace = '@extschema@'::pg_catalog.regnamespace
JOIN case_role AS r ON r.role = w.role;

-- Rules hold for all units, and the tree of units says whose they are.  An
-- administrator of some units, who could change them, would be one of all.
CREATE FUNCTION require_administrator() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM @extschema@.role_member AS m
        WHERE m.member = @extschema@.acting() AND m.role = 'admin'
        HAVING count(*) > 0 AND count(*) = count(m.unit)
    ) AND NOT @extschema@.acting_is_superuser() THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG564',
            MESSAGE = format('%s may not change table "%s"', @extschema@.acting(), TG_TABLE_NAME),
            DETAIL = 'Its rows hold for all units; he administrates some.',
            HINT = 'It takes the role admin for all units.';
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION require_administrator() IS 'trigger: rules are not changed by an administrator of some units only (规则只由全局管理员维护)';
REVOKE EXECUTE ON FUNCTION require_administrator() FROM PUBLIC;
DO $$
DECLARE
    t record;
BEGIN
    FOR t IN
        SELECT DISTINCT r.object COLLATE "C" AS name
        FROM @extschema@.role_right AS r
        JOIN pg_catalog.pg_class AS c ON c.relname = r.object AND c.relnamespace = '@extschema@'::pg_catalog.regnamespace
        WHERE r.role = 'admin' AND r.kind = 'relation' AND r.privilege = 'INSERT' AND c.relkind = 'r'
        ORDER BY 1
    LOOP
        EXECUTE pg_catalog.format('CREATE TRIGGER require_administrator BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON @extschema@.%I '
            'FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.require_administrator()', t.name);
        EXECUTE pg_catalog.format('COMMENT ON TRIGGER require_administrator ON @extschema@.%I IS %L', t.name,
            'rules are not changed by an administrator of some units only');
    END LOOP;
END;
$$;

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON role_right
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('role', 'kind', 'object', 'privilege');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON role_right
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON role_right IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON role_right IS 'shipped rows are not truncated';
SELECT pg_catalog.pg_extension_config_dump('role_right', $$WHERE origin <> 'shipped'$$);
