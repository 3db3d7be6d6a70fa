
-- Who acts (操作人与角色).  See doc/roles.md.

-- There are no foreign keys, so that tables can be restored in any order.

CREATE TABLE case_role (
    role text NOT NULL,
    name text NOT NULL,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT case_role_pkey PRIMARY KEY (role),
    CONSTRAINT case_role_role_check CHECK (role <> ''),
    CONSTRAINT case_role_name_check CHECK (name <> ''),
    CONSTRAINT case_role_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE case_role IS 'roles in which people act on cases (业务角色)';
COMMENT ON COLUMN case_role.role IS 'key (角色键)';
COMMENT ON COLUMN case_role.name IS 'Chinese name (名称)';
COMMENT ON COLUMN case_role.remark IS 'remark (备注)';
COMMENT ON COLUMN case_role.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

INSERT INTO case_role (role, name, remark, origin) VALUES
    ('collector', '采集员', '网格员：上报、核实、核查，不处置', 'shipped'),
    ('dispatcher', '分拨员', '受理、立案、派遣、结案、回访', 'shipped'),
    ('handler', '处置员', '签收、处置、反馈', 'shipped'),
    ('supervisor', '督查员', '督办、裁决、审批', 'shipped'),
    ('auditor', '审计员', '只读全部记录与日志', 'shipped'),
    ('analyst', '分析员', '只读统计与开放数据', 'shipped'),
    ('admin', '管理员', '维护规则、发布版本、授予角色', 'shipped');

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON case_role
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('role');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON case_role
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON case_role IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON case_role IS 'shipped rows are not truncated';
SELECT pg_catalog.pg_extension_config_dump('case_role', $$WHERE origin <> 'shipped'$$);

CREATE TABLE role_member (
    member text NOT NULL,
    role text NOT NULL,
    unit bigint,
    granted_at timestamptz NOT NULL DEFAULT now(),
    granted_by text NOT NULL DEFAULT session_user,
    CONSTRAINT role_member_member_check CHECK (member <> '')
);
CREATE UNIQUE INDEX role_member_key ON role_member (member, role, coalesce(unit, 0));
COMMENT ON TABLE role_member IS 'who acts in which role for which unit (角色授予); written by grant_role() and revoke_role()';
COMMENT ON COLUMN role_member.member IS 'database role (数据库角色)';
COMMENT ON COLUMN role_member.role IS 'role in which it acts (业务角色)';
COMMENT ON COLUMN role_member.unit IS 'unit that it acts for, with all units below it (所属单位); NULL: for all';
COMMENT ON COLUMN role_member.granted_at IS 'when it was granted (授予时间)';
COMMENT ON COLUMN role_member.granted_by IS 'who granted it (授予人)';
SELECT pg_catalog.pg_extension_config_dump('role_member', '');

-- Within a function of its owner's rights current_user is the owner; who called
-- is the role that was set, or the one that logged in.  Parallel workers do not
-- know the former.
CREATE FUNCTION acting() RETURNS text
    LANGUAGE SQL STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END;
END;
COMMENT ON FUNCTION acting() IS 'database role that acts (当前操作账号): the one that was set, or that logged in';

-- What was written down by whom, before there were roles
ALTER TABLE case_routing ALTER COLUMN decided_by SET DEFAULT acting();
ALTER TABLE case_return ALTER COLUMN returned_by SET DEFAULT acting();
ALTER TABLE adjudication ALTER COLUMN decided_by SET DEFAULT acting();
ALTER TABLE class_feedback ALTER COLUMN decided_by SET DEFAULT acting();

-- One login may serve many people; which of them acts is told by the program.
CREATE FUNCTION acting_person() RETURNS text
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT nullif(current_setting('civicgrid.person', true), '');
END;
COMMENT ON FUNCTION acting_person() IS
    'person who acts (当前操作人), as the program told: SET civicgrid.person; NULL if it did not';

-- A chain of parents ends, whatever the tables hold.
CREATE FUNCTION unit_is_within(unit bigint, above bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    u bigint := unit;
BEGIN
    IF above IS NULL THEN
        RETURN true;
    END IF;
    FOR depth IN 1..32 LOOP
        IF u = above THEN
            RETURN true;
        END IF;
        SELECT t.parent INTO u FROM @extschema@.unit AS t WHERE t.unit = u;
        IF u IS NULL THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN false;
END;
$$;
COMMENT ON FUNCTION unit_is_within(bigint, bigint) IS
    'whether a unit is another one or lies below it in the tree (是否下属单位); every unit lies below NULL';

-- By which right the caller may act in one of some roles for a unit; for NULL
-- any unit will do.  Who owns the database needs none granted.
CREATE FUNCTION acting_right(roles text[], unit bigint) RETURNS role_member
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant text := @extschema@.acting();
    m @extschema@.role_member;
BEGIN
    FOR m IN
        SELECT r.* FROM @extschema@.role_member AS r
        WHERE r.member = who AND r.role = ANY (roles)
        ORDER BY r.unit = acting_right.unit DESC NULLS LAST, array_position(roles, r.role), r.unit
    LOOP
        IF acting_right.unit IS NULL OR @extschema@.unit_is_within(acting_right.unit, m.unit) THEN
            RETURN m;
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = who AND r.rolsuper) THEN
        m := (who, roles[1], acting_right.unit, NULL, NULL);
        RETURN m;
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION acting_right(text[], bigint) IS
    'the grant by which the caller may act in one of some roles for a unit (操作依据); NULL: none; a superuser needs none';
