--
-- Properties that every object of the extension must have.  Each query lists
-- offenders and must return no rows.
--
CREATE TEMP VIEW func AS
SELECT p.*, p.oid::regprocedure::text AS signature
FROM tests.member AS m JOIN pg_proc AS p ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid;
CREATE TEMP VIEW rel AS
SELECT c.*
FROM tests.member AS m JOIN pg_class AS c ON m.classid = 'pg_class'::regclass AND m.objid = c.oid;

-- Everything has a comment: functions, aggregates, types, operators, classes,
-- casts, relations, triggers, columns.
SELECT m.description AS without_comment
FROM tests.member AS m
WHERE obj_description(m.objid, (SELECT relname FROM pg_class WHERE oid = m.classid)) IS NULL
    -- array types, row types of tables
    AND NOT (m.classid = 'pg_type'::regclass AND (SELECT typelem <> 0 OR typrelid <> 0 FROM pg_type WHERE oid = m.objid))
ORDER BY 1;
SELECT r.relname, a.attname AS column_without_comment
FROM rel AS r JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f') AND col_description(r.oid, a.attnum) IS NULL;
SELECT r.relname, t.tgname AS trigger_without_comment
FROM rel AS r JOIN pg_trigger AS t ON t.tgrelid = r.oid AND NOT t.tgisinternal
WHERE obj_description(t.oid, 'pg_trigger') IS NULL;

-- A comment that a user reads carries the Chinese term; what only the system
-- calls (I/O, operators, opclass members, support) does not need it.
SELECT m.description AS without_chinese
FROM tests.member AS m
JOIN pg_proc AS p ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
WHERE obj_description(p.oid, 'pg_proc') !~ '[一-龥]'
    AND NOT EXISTS (SELECT FROM pg_operator AS o WHERE o.oprcode = p.oid OR o.oprrest = p.oid OR o.oprjoin = p.oid)
    AND NOT EXISTS (SELECT FROM pg_amproc AS a WHERE a.amproc = p.oid)
    AND NOT EXISTS (SELECT FROM pg_type AS t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
    AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
    AND p.prokind <> 'a'
    AND NOT EXISTS (SELECT FROM pg_aggregate AS g WHERE p.oid IN (g.aggtransfn, g.aggfinalfn))
ORDER BY 1;
SELECT r.relname, a.attname AS column_without_chinese
FROM rel AS r JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE r.relkind IN ('r', 'p', 'v', 'm') AND col_description(r.oid, a.attnum) !~ '[一-龥]';

-- Every function says how parallel it is; unsafe are only those that write, the
-- one that takes a snapshot of its own, and those that run a query of the
-- caller's with his search path.
SELECT signature AS parallel_unsafe FROM func
WHERE proparallel = 'u' AND provolatile <> 'v' AND prorettype NOT IN ('event_trigger'::regtype, 'trigger'::regtype)
    AND proname NOT IN ('finds_latest', 'classifier_labelled', 'classifier_answers', 'classifier_eval', 'classifier_threshold',
        'classifier_confusion', 'classifier_calibration', 'classifier_cross_validate', 'hot_issues', 'hot_issues_of',
        'report_source', 'backtest_source', 'backtest_statement', 'backtest', 'backtest_units', 'backtest_cases', 'suggest_duties', 'duty_record');

-- C functions do not expect NULL, so they are strict (triggers get no arguments;
-- what an aggregate is made of begins with a NULL state; clocks take NULL for no
-- pauses, classification for no threshold, no place and no particular class,
-- routing and recommending for what is not known of a case; the first step of a
-- journal follows none; an act need not have a reason, nor its unit be named; a clock its stage).
SELECT signature AS c_not_strict FROM func AS f JOIN pg_language AS l ON l.oid = f.prolang
WHERE l.lanname IN ('c', 'internal') AND NOT proisstrict AND prokind = 'f' AND prorettype NOT IN ('event_trigger'::regtype, 'trigger'::regtype)
    AND NOT EXISTS (SELECT FROM pg_aggregate AS g WHERE f.oid IN (g.aggtransfn, g.aggfinalfn))
    AND signature NOT LIKE '%tstzmultirange%' AND signature NOT SIMILAR TO '%(classify|classify_top|classify_explain|route|route_explain|recommend_unit|journal_digest|case_begin|acting_task|report_detail|write_first_step|is_clock_kind)\(%';

-- A function of values alone is immutable; one that reads tables is stable.
SELECT signature AS c_volatile FROM func AS f JOIN pg_language AS l ON l.oid = f.prolang
WHERE l.lanname IN ('c', 'internal') AND provolatile = 'v'
    AND prorettype NOT IN ('event_trigger'::regtype, 'trigger'::regtype)
    AND proname NOT IN ('new_caseno', 'case_begin', 'case_end', 'acting_task', 'act_task', 'write_first_step');

-- SQL functions have a parsed body, which no search path can bend.
SELECT signature AS string_body FROM func AS f JOIN pg_language AS l ON l.oid = f.prolang
WHERE l.lanname = 'sql' AND prosqlbody IS NULL;
-- PL/pgSQL functions and definers pin their search path; a procedure that
-- commits cannot, and sets it itself.
SELECT signature AS search_path_not_pinned FROM func AS f JOIN pg_language AS l ON l.oid = f.prolang
WHERE (l.lanname = 'plpgsql' OR prosecdef)
    AND NOT (prokind = 'p' AND NOT prosecdef AND prosrc ~ '\mCOMMIT;' AND prosrc ~ 'set_config\(''search_path'', ''pg_catalog, pg_temp'', true\)')
    AND NOT coalesce(proconfig, '{}') && ARRAY['search_path=pg_catalog, pg_temp', 'search_path="pg_catalog, pg_temp"'];

-- All arguments of what a user calls have names.
SELECT signature AS without_argument_names FROM func AS f
WHERE proargnames IS NULL AND pronargs > 0
    AND prokind = 'f'
    AND NOT EXISTS (SELECT FROM pg_operator AS o WHERE o.oprcode = f.oid OR o.oprrest = f.oid OR o.oprjoin = f.oid)
    AND NOT EXISTS (SELECT FROM pg_amproc AS a WHERE a.amproc = f.oid)
    AND NOT EXISTS (SELECT FROM pg_type AS t WHERE f.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
    AND NOT EXISTS (SELECT FROM pg_aggregate AS g WHERE f.oid IN (g.aggtransfn, g.aggfinalfn))
    AND prorettype <> 'internal'::regtype;

-- Nothing that writes may be called by PUBLIC, nothing stored is PUBLIC's.
SELECT signature AS public_may_execute FROM func AS f
WHERE provolatile = 'v' AND has_function_privilege('public', oid, 'EXECUTE');
SELECT relname AS public_has_rights FROM rel AS r, aclexplode(r.relacl) AS a WHERE a.grantee = 0;
SELECT nspname AS public_has_rights FROM pg_namespace AS n, aclexplode(n.nspacl) AS a
WHERE nspname = 'civicgrid' AND a.grantee = 0;

-- Operator classes are complete and consistent.
SELECT description AS invalid_class FROM tests.member
WHERE CASE WHEN classid = 'pg_opclass'::regclass THEN NOT amvalidate(objid) END;
-- Every code type has a default class of each kind, with what makes it fast.
SELECT t.typname, v.am AS no_default_class
FROM pg_type AS t JOIN tests.member AS m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid,
     (VALUES ('btree'), ('hash')) AS v (am)
WHERE t.typinput <> 0 AND t.typcategory = 'U' AND t.typbyval AND NOT EXISTS (
    SELECT FROM pg_opclass AS c JOIN pg_am AS a ON a.oid = c.opcmethod
    WHERE c.opcintype = t.oid AND c.opcdefault AND a.amname = v.am
);
SELECT c.opcname AS no_sort_support_or_equal_image FROM pg_opclass AS c
JOIN tests.member AS m ON m.classid = 'pg_opclass'::regclass AND m.objid = c.oid
JOIN pg_am AS a ON a.oid = c.opcmethod AND a.amname = 'btree'
WHERE (SELECT count(*) FROM pg_amproc AS p WHERE p.amprocfamily = c.opcfamily AND p.amprocnum IN (2, 4)) <> 2;

-- Operators: commutators and negators point back, and what may be a condition
-- has estimators and a function as leakproof as planning assumes.
SELECT o.oid::regoperator AS operator_incomplete FROM pg_operator AS o
JOIN tests.member AS m ON m.classid = 'pg_operator'::regclass AND m.objid = o.oid
LEFT JOIN pg_operator AS c ON c.oid = o.oprcom
LEFT JOIN pg_operator AS n ON n.oid = o.oprnegate
JOIN pg_proc AS p ON p.oid = o.oprcode
WHERE c.oprcom <> o.oid OR c.oid IS NULL
    OR (n.oid IS NOT NULL AND n.oprnegate <> o.oid)
    OR NOT p.proisstrict OR p.provolatile <> 'i'
    OR (o.oprresult = 'boolean'::regtype AND (o.oprrest = 0 OR o.oprjoin = 0 OR NOT p.proleakproof));

-- The comparison functions are the server's own, where a value is an integer.
SELECT signature AS own_comparison FROM func AS f
WHERE EXISTS (SELECT FROM pg_amproc AS a WHERE a.amproc = f.oid)
    AND (SELECT typbyval FROM pg_type WHERE oid = f.proargtypes[0])
    AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'internal');

-- Foreign keys have an index that begins with their columns.
SELECT conrelid::regclass AS relation, conname AS foreign_key_without_index
FROM pg_constraint AS k JOIN rel AS r ON r.oid = k.conrelid
WHERE contype = 'f' AND NOT EXISTS (
    SELECT FROM pg_index AS i
    WHERE i.indrelid = k.conrelid
        AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
);

-- What a user may fill is dumped, with shipped rows left out; sequences too.
SELECT relname AS not_dumped FROM rel AS r
WHERE relkind IN ('r', 'p', 'S')
    AND NOT r.oid = ANY ((SELECT extconfig FROM pg_extension WHERE extname = 'civicgrid')::oid[]);
SELECT c.oid::regclass AS shipped_rows_dumped
FROM pg_extension AS e, unnest(e.extconfig, e.extcondition) AS v (oid, condition)
JOIN pg_class AS c ON c.oid = v.oid
WHERE e.extname = 'civicgrid' AND v.condition = ''
    AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'origin');

-- Nothing uses an object identifier type that pg_upgrade refuses.
SELECT a.attrelid::regclass AS relation, a.attname FROM pg_attribute AS a JOIN rel AS r ON r.oid = a.attrelid
WHERE a.atttypid IN ('regproc'::regtype, 'regprocedure'::regtype, 'regoper'::regtype, 'regoperator'::regtype, 'regconfig'::regtype);

-- Constraints and triggers carry names that tell what they are.
SELECT conrelid::regclass AS relation, conname FROM pg_constraint AS k JOIN rel AS r ON r.oid = k.conrelid
WHERE conname !~ ('^' || r.relname || '_') AND contype <> 't';
