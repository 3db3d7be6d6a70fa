\echo Use "ALTER EXTENSION civicgrid UPDATE TO '0.5.0'" to load this file. \quit

-- it tells more now: see the parts that follow
DROP FUNCTION taxonomy_check();

DROP INDEX case_record_cell_idx;
CREATE INDEX case_record_cell_idx ON case_record (cell, reported_at);

CREATE OR REPLACE FUNCTION share_clock_lock() RETURNS trigger
    LANGUAGE C PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'cg_share_clock_lock';
