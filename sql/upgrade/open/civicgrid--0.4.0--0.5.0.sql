\echo Use "ALTER EXTENSION civicgrid UPDATE TO '0.5.0'" to load this file. \quit

-- it tells more now: see the parts that follow
DROP FUNCTION taxonomy_check();

DROP INDEX case_record_cell_idx;
CREATE INDEX case_record_cell_idx ON case_record (cell, reported_at);

CREATE OR REPLACE FUNCTION share_clock_lock() RETURNS trigger
    LANGUAGE C PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'cg_share_clock_lock';

CREATE FUNCTION is_clock_kind(kind text, stage text, holder text) RETURNS boolean
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_is_clock_kind';
COMMENT ON FUNCTION is_clock_kind(text, text, text) IS
    'whether a clock of that kind may have that stage and holder (计时种类是否有效): case neither, stage a stage, holder a holder';
CREATE FUNCTION is_clock_verdict(verdict text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_is_clock_verdict';
COMMENT ON FUNCTION is_clock_verdict(text) IS 'whether it is on time, overdue or void (计时结论是否有效)';

ALTER TABLE case_clock
    DROP CONSTRAINT case_clock_kind_check,
    DROP CONSTRAINT case_clock_verdict_check,
    ADD CONSTRAINT case_clock_kind_check CHECK (is_clock_kind(kind, stage, holder)),
    ADD CONSTRAINT case_clock_verdict_check CHECK (
        (stopped_at IS NULL) = (verdict IS NULL) AND is_clock_verdict(verdict)
    );
