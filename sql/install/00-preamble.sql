\echo Use "CREATE EXTENSION civicgrid" to load this file. \quit

-- During CREATE EXTENSION the search path is civicgrid, the schema of PostGIS,
-- pg_temp.  Bodies that are run later never rely on a search path: they are
-- BEGIN ATOMIC, or they pin it.

COMMENT ON SCHEMA @extschema@ IS
    'civicgrid: engine of a grid-governance platform (网格化服务管理)';

