\echo Use "ALTER EXTENSION civicgrid UPDATE TO '0.4.0'" to load this file. \quit

-- term (时限): how long something may take.  See doc/term.md.

CREATE TYPE term;

CREATE FUNCTION term_in(cstring) RETURNS term
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_in';
COMMENT ON FUNCTION term_in(cstring) IS 'text input';

CREATE FUNCTION term_out(term) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_out';
COMMENT ON FUNCTION term_out(term) IS 'text output';

CREATE FUNCTION term_recv(internal) RETURNS term
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_recv';
COMMENT ON FUNCTION term_recv(internal) IS 'binary input';

CREATE FUNCTION term_send(term) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_send';
COMMENT ON FUNCTION term_send(term) IS 'binary output';

CREATE TYPE term (
    INPUT = term_in,
    OUTPUT = term_out,
    RECEIVE = term_recv,
    SEND = term_send,
    INTERNALLENGTH = 32,
    ALIGNMENT = double,
    STORAGE = plain,
    CATEGORY = 'U'
);
COMMENT ON TYPE term IS 'term (时限): hours (紧急工作时), work hours (工作时), days (自然日), work days (工作日), rolling work days (滚动工作日)';

-- Terms arrive in text columns, as they stand in the rules of a city; a wrong
-- one is refused by the input function, so assignment is safe.
CREATE CAST (text AS term) WITH INOUT AS ASSIGNMENT;
CREATE CAST (character varying AS term) WITH INOUT AS ASSIGNMENT;
CREATE CAST (character AS term) WITH INOUT AS ASSIGNMENT;
CREATE CAST (term AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (term AS character varying) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS term) IS 'read a term; an error if it is none';
COMMENT ON CAST (character varying AS term) IS 'read a term; an error if it is none';
COMMENT ON CAST (character AS term) IS 'read a term; an error if it is none';
COMMENT ON CAST (term AS text) IS 'text form of a term';
COMMENT ON CAST (term AS character varying) IS 'text form of a term';

-- Terms have no order: which of 9 work hours and 1 day is longer depends on
-- the calendar and on the start.

CREATE FUNCTION term_eq(term, term) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_eq';
COMMENT ON FUNCTION term_eq(term, term) IS 'implementation of = operator';

CREATE FUNCTION term_ne(term, term) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_ne';
COMMENT ON FUNCTION term_ne(term, term) IS 'implementation of <> operator';

CREATE FUNCTION term_hash(term) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_hash';
COMMENT ON FUNCTION term_hash(term) IS 'hash';

CREATE FUNCTION term_hash_extended(term, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_hash_extended';
COMMENT ON FUNCTION term_hash_extended(term, bigint) IS 'hash with a seed';

CREATE FUNCTION term_add(term, term) RETURNS term
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_add';
COMMENT ON FUNCTION term_add(term, term) IS 'implementation of + operator';

CREATE OPERATOR = (
    FUNCTION = term_eq,
    LEFTARG = term,
    RIGHTARG = term,
    COMMUTATOR = =,
    NEGATOR = <>,
    RESTRICT = eqsel,
    JOIN = eqjoinsel,
    HASHES
);
COMMENT ON OPERATOR = (term, term) IS 'equal: the same amounts of the same units';

CREATE OPERATOR <> (
    FUNCTION = term_ne,
    LEFTARG = term,
    RIGHTARG = term,
    COMMUTATOR = <>,
    NEGATOR = =,
    RESTRICT = neqsel,
    JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (term, term) IS 'not equal';

CREATE OPERATOR + (
    FUNCTION = term_add,
    LEFTARG = term,
    RIGHTARG = term,
    COMMUTATOR = +
);
COMMENT ON OPERATOR + (term, term) IS 'sum (时限相加); an error if the units cannot be added up';

CREATE OPERATOR CLASS term_ops
    DEFAULT FOR TYPE term USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 term_hash(term),
    FUNCTION 2 term_hash_extended(term, bigint);
COMMENT ON OPERATOR FAMILY term_ops USING hash IS 'equality of terms';
COMMENT ON OPERATOR CLASS term_ops USING hash IS 'equality of terms';
