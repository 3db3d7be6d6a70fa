-- Rulebooks (职责规则库): which unit must act on a case, along which path,
-- within which limits.

CREATE TYPE rulebook;

CREATE FUNCTION rulebook_in(cstring) RETURNS rulebook
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_rulebook_in';
COMMENT ON FUNCTION rulebook_in(cstring) IS 'text input of rulebook';

CREATE FUNCTION rulebook_out(rulebook) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_rulebook_out';
COMMENT ON FUNCTION rulebook_out(rulebook) IS 'text output of rulebook';

CREATE FUNCTION rulebook_recv(internal) RETURNS rulebook
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_rulebook_recv';
COMMENT ON FUNCTION rulebook_recv(internal) IS 'binary input of rulebook';

CREATE FUNCTION rulebook_send(rulebook) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_rulebook_send';
COMMENT ON FUNCTION rulebook_send(rulebook) IS 'binary output of rulebook';

-- Kept uncompressed, so that a function knows a rulebook again by where it is
-- stored.
CREATE TYPE rulebook (
    INPUT = rulebook_in,
    OUTPUT = rulebook_out,
    RECEIVE = rulebook_recv,
    SEND = rulebook_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = double,
    STORAGE = external
);
COMMENT ON TYPE rulebook IS 'compiled rules of dispatch (职责规则库): units, duties, negative list, fallback units, time limits';

CREATE FUNCTION rulebook_eq(rulebook, rulebook) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_rulebook_eq';
COMMENT ON FUNCTION rulebook_eq(rulebook, rulebook) IS 'implementation of = operator';
CREATE OPERATOR = (
    LEFTARG = rulebook, RIGHTARG = rulebook, FUNCTION = rulebook_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR = (rulebook, rulebook) IS 'compiled from the same parts';

CREATE FUNCTION rulebook_ne(rulebook, rulebook) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_rulebook_ne';
COMMENT ON FUNCTION rulebook_ne(rulebook, rulebook) IS 'implementation of <> operator';
CREATE OPERATOR <> (
    LEFTARG = rulebook, RIGHTARG = rulebook, FUNCTION = rulebook_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (rulebook, rulebook) IS 'not compiled from the same parts';

-- Routings (分拨结果): what a rulebook answers.

CREATE TYPE routing;

CREATE FUNCTION routing_in(cstring) RETURNS routing
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_in';
COMMENT ON FUNCTION routing_in(cstring) IS 'text input of routing';

CREATE FUNCTION routing_out(routing) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_out';
COMMENT ON FUNCTION routing_out(routing) IS 'text output of routing';

CREATE FUNCTION routing_recv(internal) RETURNS routing
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_recv';
COMMENT ON FUNCTION routing_recv(internal) IS 'binary input of routing';

CREATE FUNCTION routing_send(routing) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_send';
COMMENT ON FUNCTION routing_send(routing) IS 'binary output of routing';

CREATE TYPE routing (
    INPUT = routing_in,
    OUTPUT = routing_out,
    RECEIVE = routing_recv,
    SEND = routing_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE routing IS 'who acts on a case (分拨结果), written as JSON: lead and assisting units, what chose them, the path of dispatch, the terms of each stage';

CREATE FUNCTION routing_eq(routing, routing) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_eq';
COMMENT ON FUNCTION routing_eq(routing, routing) IS 'implementation of = operator';
CREATE OPERATOR = (
    LEFTARG = routing, RIGHTARG = routing, FUNCTION = routing_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR = (routing, routing) IS 'the same answer in all that it says';

CREATE FUNCTION routing_ne(routing, routing) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_ne';
COMMENT ON FUNCTION routing_ne(routing, routing) IS 'implementation of <> operator';
CREATE OPERATOR <> (
    LEFTARG = routing, RIGHTARG = routing, FUNCTION = routing_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (routing, routing) IS 'not the same answer';

CREATE FUNCTION routing_jsonb(routing routing) RETURNS jsonb
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'cg_routing_jsonb';
COMMENT ON FUNCTION routing_jsonb(routing) IS 'a routing as JSON (分拨结果转 JSON)';
CREATE CAST (routing AS jsonb) WITH FUNCTION routing_jsonb(routing);
COMMENT ON CAST (routing AS jsonb) IS 'a routing as JSON';

CREATE FUNCTION routing_lead(routing routing) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_lead';
COMMENT ON FUNCTION routing_lead(routing) IS 'the lead unit (主办单位), NULL if there is none';

CREATE FUNCTION routing_level(routing routing) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_level';
COMMENT ON FUNCTION routing_level(routing) IS 'the level of dispatch of the lead unit (主办层级)';

CREATE FUNCTION routing_rule(routing routing) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_rule';
COMMENT ON FUNCTION routing_rule(routing) IS 'the rule that names the lead (依据规则), NULL if none does';

CREATE FUNCTION routing_fallback(routing routing) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_fallback';
COMMENT ON FUNCTION routing_fallback(routing) IS 'the fallback row that names the lead (兜底依据), NULL if a rule does';

CREATE FUNCTION routing_is_fallback(routing routing) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_is_fallback';
COMMENT ON FUNCTION routing_is_fallback(routing) IS 'whether the lead is a fallback unit (是否兜底)';

CREATE FUNCTION routing_path(routing routing) RETURNS bigint[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_path';
COMMENT ON FUNCTION routing_path(routing) IS 'units from the intake to the lead (分拨路径)';

CREATE FUNCTION routing_assists(routing routing) RETURNS TABLE (unit bigint, task text)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 2
    AS 'MODULE_PATHNAME', 'cg_routing_assists';
COMMENT ON FUNCTION routing_assists(routing) IS 'assisting units (协办单位) with their tasks, in order';

CREATE FUNCTION routing_terms(routing routing) RETURNS TABLE (
        stage text, policy bigint, term term, calendar text, warnings integer[], limits jsonb
    )
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5
    AS 'MODULE_PATHNAME', 'cg_routing_terms';
COMMENT ON FUNCTION routing_terms(routing) IS 'what is allowed for each stage (各环节时限): term, calendar, warnings (预警) in per cent, staged limits (分段时限)';

CREATE FUNCTION routing_term(routing routing, stage text) RETURNS term
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_term';
COMMENT ON FUNCTION routing_term(routing, text) IS 'the term of a stage (环节时限), NULL if there is none';

CREATE FUNCTION routing_calendar(routing routing, stage text) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_routing_calendar';
COMMENT ON FUNCTION routing_calendar(routing, text) IS 'the calendar of the term of a stage (环节时限所用日历), NULL if there is none';

-- Compiling

CREATE FUNCTION rulebook_agg_step(internal, text, jsonb) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_rulebook_agg_step';
COMMENT ON FUNCTION rulebook_agg_step(internal, text, jsonb) IS 'transition function of rulebook_agg';

CREATE FUNCTION rulebook_agg_final(internal) RETURNS rulebook
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_rulebook_agg_final';
COMMENT ON FUNCTION rulebook_agg_final(internal) IS 'final function of rulebook_agg';

-- The final function uses up what was collected, so it can be called once only.
CREATE AGGREGATE rulebook_agg(part text, item jsonb) (
    SFUNC = rulebook_agg_step,
    STYPE = internal,
    FINALFUNC = rulebook_agg_final,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rulebook_agg(text, jsonb) IS 'compile a rulebook (编译职责规则库) from its parts, a JSON object each; the order of the rows does not matter';

CREATE FUNCTION rulebook_info(
    book rulebook,
    OUT units integer,
    OUT rules integer,
    OUT assists integer,
    OUT exclusions integer,
    OUT fallbacks integer,
    OUT policies integer,
    OUT grades integer,
    OUT classes integer,
    OUT cells integer,
    OUT channels text[],
    OUT severities integer[],
    OUT stages text[],
    OUT timezone text,
    OUT bytes bigint,
    OUT digest text
)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'cg_rulebook_info';
COMMENT ON FUNCTION rulebook_info(rulebook) IS 'what a rulebook was compiled from (规则库信息)';

CREATE FUNCTION rulebook_digest(book rulebook) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'cg_rulebook_digest';
COMMENT ON FUNCTION rulebook_digest(rulebook) IS 'checksum of a rulebook (规则库摘要): the same parts have the same';

-- Routing.  What is not known of a case may be NULL, so these are not strict; a
-- NULL book or instant gives NULL or no row all the same.
CREATE FUNCTION route(
    book rulebook, class eventcode, cell gridcode, channel text DEFAULT NULL, severity integer DEFAULT NULL,
    owner text DEFAULT NULL, at timestamptz DEFAULT now(), caseno caseno DEFAULT NULL
) RETURNS routing
    LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'cg_route';
COMMENT ON FUNCTION route(rulebook, eventcode, gridcode, text, integer, text, timestamptz, caseno) IS 'who acts on a case (分拨): of the duties that match, the most specific decides; else the fallback (兜底)';

CREATE FUNCTION route_explain(
    book rulebook, class eventcode, cell gridcode, channel text DEFAULT NULL, severity integer DEFAULT NULL,
    owner text DEFAULT NULL, at timestamptz DEFAULT now(), caseno caseno DEFAULT NULL
) RETURNS TABLE (
        place integer, rule bigint, fallback bigint, unit bigint, verdict text, wins boolean,
        class eventcode, territory gridcode, owner text, severity integer, channel text,
        time_window text, exclusion bigint
    )
    LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 ROWS 20
    AS 'MODULE_PATHNAME', 'cg_route_explain';
COMMENT ON FUNCTION route_explain(rulebook, eventcode, gridcode, text, integer, text, timestamptz, caseno) IS 'why route() answers what it does (分拨依据): every rule for the class and the place, in order, with its verdict, then the fallback rows';

-- The proof

CREATE FUNCTION rulebook_faults(book rulebook, since timestamptz, stages text[] DEFAULT '{}') RETURNS TABLE (
        severity text, fault text, rules bigint[], policies bigint[], exclusion bigint, fallback bigint,
        unit bigint, class eventcode, territory gridcode, channel text, case_severity integer, owner text,
        stage text, grade text, hours text, since timestamptz, until timestamptz, detail text
    )
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 100
    AS 'MODULE_PATHNAME', 'cg_rulebook_faults';
COMMENT ON FUNCTION rulebook_faults(rulebook, timestamptz, text[]) IS 'what a rulebook leaves open, decides twice or can never decide (规则库校验), from an instant on; stages name those for which every case needs a term';

CREATE FUNCTION rulebook_differences(before rulebook, after rulebook, since timestamptz) RETURNS TABLE (
        lead boolean, path boolean, terms boolean, assists boolean,
        class eventcode, territory gridcode, channel text, case_severity integer, owner text,
        hours text, since timestamptz, until timestamptz, lead_before bigint, lead_after bigint,
        rule_before bigint, rule_after bigint, fallback_before boolean, fallback_after boolean
    )
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 100
    AS 'MODULE_PATHNAME', 'cg_rulebook_differences';
COMMENT ON FUNCTION rulebook_differences(rulebook, rulebook, timestamptz) IS 'where two rulebooks answer differently (规则库差异), from an instant on, by region';
