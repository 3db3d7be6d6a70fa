
-- The register of cases (案件登记).

CREATE TABLE case_record (
    caseno caseno NOT NULL,
    reported_at timestamptz NOT NULL DEFAULT now(),
    cell gridcode,
    taxonomy text,
    kind text,
    class eventcode,
    description text,
    CONSTRAINT case_record_pkey PRIMARY KEY (caseno),
    CONSTRAINT case_record_class_check CHECK (num_nulls(taxonomy, kind, class) IN (0, 3))
);
CREATE INDEX case_record_cell_idx ON case_record (cell, reported_at);
CREATE INDEX case_record_class_idx ON case_record (taxonomy, kind, class);
COMMENT ON TABLE case_record IS 'register of cases (案件登记), one row per case';
COMMENT ON COLUMN case_record.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN case_record.reported_at IS 'when it was reported (上报时间)';
COMMENT ON COLUMN case_record.cell IS 'where: grid code, of any level (所在网格)';
COMMENT ON COLUMN case_record.taxonomy IS 'list that the class belongs to (分类体系)';
COMMENT ON COLUMN case_record.kind IS 'kind of the class (种类)';
COMMENT ON COLUMN case_record.class IS 'what: event class code (事件分类)';
COMMENT ON COLUMN case_record.description IS 'what was reported, in words (问题描述)';
SELECT pg_catalog.pg_extension_config_dump('case_record', '');

-- While there are cases, only DROP EXTENSION civicgrid CASCADE drops them.

CREATE FUNCTION refuse_drop_with_cases() RETURNS event_trigger
    LANGUAGE C
    AS 'MODULE_PATHNAME', 'cg_refuse_drop_with_cases';
COMMENT ON FUNCTION refuse_drop_with_cases() IS
    'event trigger: while there are cases, only DROP EXTENSION civicgrid CASCADE drops the extension';
REVOKE EXECUTE ON FUNCTION refuse_drop_with_cases() FROM PUBLIC;

CREATE EVENT TRIGGER civicgrid_refuse_drop
    ON ddl_command_start
    WHEN TAG IN ('DROP EXTENSION', 'DROP OWNED', 'DROP SCHEMA')
    EXECUTE FUNCTION refuse_drop_with_cases();
ALTER EVENT TRIGGER civicgrid_refuse_drop ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER civicgrid_refuse_drop IS
    'while there are cases, only DROP EXTENSION civicgrid CASCADE drops the extension';
