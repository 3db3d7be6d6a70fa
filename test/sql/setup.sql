--
-- What several tests use
--
CREATE SCHEMA tests;

-- Run a statement that must fail, and return what a client would be told.
CREATE FUNCTION tests.error_of(
    statement text,
    OUT code text,
    OUT message text,
    OUT detail text,
    OUT hint text
)
    LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE statement;
    message := 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS
        code = RETURNED_SQLSTATE,
        message = MESSAGE_TEXT,
        detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
END
$$;

-- The members of the extension.
CREATE VIEW tests.member AS
SELECT classid, objid, pg_describe_object(classid, objid, 0) AS description
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'civicgrid')
    AND deptype = 'e';
SELECT count(*) > 100 AS has_members FROM tests.member;
-- Some tests begin with nothing but what is shipped, in a copy.
SET client_min_messages = warning;
DROP DATABASE IF EXISTS civicgrid_as_shipped;
CREATE DATABASE civicgrid_as_shipped TEMPLATE :"DBNAME";
