
-- Fingerprints of texts (文本指纹).  See doc/similar-texts.md.

CREATE TYPE textprint;

CREATE FUNCTION textprint_in(cstring) RETURNS textprint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_in';
COMMENT ON FUNCTION textprint_in(cstring) IS 'text input of textprint';

CREATE FUNCTION textprint_out(textprint) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_out';
COMMENT ON FUNCTION textprint_out(textprint) IS 'text output of textprint';

CREATE FUNCTION textprint_recv(internal) RETURNS textprint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_recv';
COMMENT ON FUNCTION textprint_recv(internal) IS 'binary input of textprint';

CREATE FUNCTION textprint_send(textprint) RETURNS bytea
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'byteasend';
COMMENT ON FUNCTION textprint_send(textprint) IS 'binary output of textprint';

-- What is in it does not compress.
CREATE TYPE textprint (
    INPUT = textprint_in,
    OUTPUT = textprint_out,
    RECEIVE = textprint_recv,
    SEND = textprint_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = external
);
COMMENT ON TYPE textprint IS 'fingerprint of a text (文本指纹): 129 bytes, from which it can be told how alike two texts are';

-- IMMUTABLE as fold() is.  Not called like the type: textprint('…') would be a
-- constant of that type.
CREATE FUNCTION fingerprint(message text) RETURNS textprint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'cg_fingerprint';
COMMENT ON FUNCTION fingerprint(text) IS 'the fingerprint of a text (文本指纹)';

CREATE FUNCTION similarity(a textprint, b textprint) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_similarity';
COMMENT ON FUNCTION similarity(textprint, textprint) IS
    'how alike two texts are (相似度), from 0 to 1: the share of their pairs of neighbouring characters that they have in common, with a standard error of at most 0.044';

-- Order and equality are those of the bytes, by the server's own functions.

CREATE FUNCTION textprint_eq(textprint, textprint) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'byteaeq';
COMMENT ON FUNCTION textprint_eq(textprint, textprint) IS 'equal';

CREATE FUNCTION textprint_ne(textprint, textprint) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'byteane';
COMMENT ON FUNCTION textprint_ne(textprint, textprint) IS 'not equal';

CREATE FUNCTION textprint_lt(textprint, textprint) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'bytealt';
COMMENT ON FUNCTION textprint_lt(textprint, textprint) IS 'less than';

CREATE FUNCTION textprint_le(textprint, textprint) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'byteale';
COMMENT ON FUNCTION textprint_le(textprint, textprint) IS 'less than or equal';

CREATE FUNCTION textprint_gt(textprint, textprint) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'byteagt';
COMMENT ON FUNCTION textprint_gt(textprint, textprint) IS 'greater than';

CREATE FUNCTION textprint_ge(textprint, textprint) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'byteage';
COMMENT ON FUNCTION textprint_ge(textprint, textprint) IS 'greater than or equal';

CREATE FUNCTION textprint_cmp(textprint, textprint) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'byteacmp';
COMMENT ON FUNCTION textprint_cmp(textprint, textprint) IS 'less, equal, greater';

CREATE FUNCTION textprint_hash(textprint) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'hashvarlena';
COMMENT ON FUNCTION textprint_hash(textprint) IS 'hash';

CREATE FUNCTION textprint_hash_extended(textprint, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'hashvarlenaextended';
COMMENT ON FUNCTION textprint_hash_extended(textprint, bigint) IS 'hash with a seed';

CREATE OPERATOR = (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (textprint, textprint) IS 'equal';
CREATE OPERATOR <> (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (textprint, textprint) IS 'not equal';
CREATE OPERATOR < (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (textprint, textprint) IS 'less than';
CREATE OPERATOR <= (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (textprint, textprint) IS 'less than or equal';
CREATE OPERATOR > (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (textprint, textprint) IS 'greater than';
CREATE OPERATOR >= (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (textprint, textprint) IS 'greater than or equal';

CREATE OPERATOR CLASS textprint_ops
    DEFAULT FOR TYPE textprint USING btree AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 textprint_cmp(textprint, textprint),
    FUNCTION 2 bytea_sortsupport(internal),
    FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR FAMILY textprint_ops USING btree IS 'textprints in the order of their bytes';
COMMENT ON OPERATOR CLASS textprint_ops USING btree IS 'textprints in the order of their bytes';

CREATE OPERATOR CLASS textprint_ops
    DEFAULT FOR TYPE textprint USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 textprint_hash(textprint),
    FUNCTION 2 textprint_hash_extended(textprint, bigint);
COMMENT ON OPERATOR FAMILY textprint_ops USING hash IS 'equality of textprints';
COMMENT ON OPERATOR CLASS textprint_ops USING hash IS 'equality of textprints';

-- Nearness.

CREATE FUNCTION textprint_distance(textprint, textprint) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_distance';
COMMENT ON FUNCTION textprint_distance(textprint, textprint) IS '1 minus the similarity';

CREATE OPERATOR <-> (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_distance, COMMUTATOR = <->
);
COMMENT ON OPERATOR <-> (textprint, textprint) IS 'how different two texts are (差异度): 1 minus their similarity';

CREATE FUNCTION textprint_meets(textprint, textprint) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_meets';
COMMENT ON FUNCTION textprint_meets(textprint, textprint) IS 'whether two textprints have a key in common';

CREATE OPERATOR % (
    LEFTARG = textprint, RIGHTARG = textprint, FUNCTION = textprint_meets,
    COMMUTATOR = %, RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR % (textprint, textprint) IS
    'may be alike (疑似相似): have one of 32 keys in common, which an index finds; so do 98.6 % of pairs of similarity 0.5, 99.96 % at 0.6, 0.1 % at 0.03';

CREATE FUNCTION textprint_entries(textprint, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_entries';
COMMENT ON FUNCTION textprint_entries(textprint, internal) IS 'entries of an index on textprints';

CREATE FUNCTION textprint_query(textprint, internal, smallint, internal, internal, internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_textprint_query';
COMMENT ON FUNCTION textprint_query(textprint, internal, smallint, internal, internal, internal, internal) IS 'entries to look for in an index on textprints';

-- Keys in common: what arrays do for &&, their strategy 1.
CREATE FUNCTION textprint_consistent(internal, smallint, textprint, integer, internal, internal, internal, internal) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'ginarrayconsistent';
COMMENT ON FUNCTION textprint_consistent(internal, smallint, textprint, integer, internal, internal, internal, internal) IS 'whether these entries are enough';

CREATE FUNCTION textprint_triconsistent(internal, smallint, textprint, integer, internal, internal, internal) RETURNS "char"
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'ginarraytriconsistent';
COMMENT ON FUNCTION textprint_triconsistent(internal, smallint, textprint, integer, internal, internal, internal) IS 'whether these entries may be enough';

CREATE OPERATOR CLASS textprint_ops
    DEFAULT FOR TYPE textprint USING gin AS
    OPERATOR 1 %,
    FUNCTION 1 btint4cmp(integer, integer),
    FUNCTION 2 textprint_entries(textprint, internal),
    FUNCTION 3 textprint_query(textprint, internal, smallint, internal, internal, internal, internal),
    FUNCTION 4 textprint_consistent(internal, smallint, textprint, integer, internal, internal, internal, internal),
    FUNCTION 6 textprint_triconsistent(internal, smallint, textprint, integer, internal, internal, internal),
    STORAGE integer;
COMMENT ON OPERATOR FAMILY textprint_ops USING gin IS 'textprints by their keys';
COMMENT ON OPERATOR CLASS textprint_ops USING gin IS 'textprints by their keys';
