-- eventcode (事件分类代码): what.  See doc/codes.md for the layout and its sources.

CREATE TYPE eventcode;

CREATE FUNCTION eventcode_in(cstring) RETURNS eventcode
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_in';
COMMENT ON FUNCTION eventcode_in(cstring) IS 'text input';

CREATE FUNCTION eventcode_out(eventcode) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_out';
COMMENT ON FUNCTION eventcode_out(eventcode) IS 'text output';

CREATE FUNCTION eventcode_recv(internal) RETURNS eventcode
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_recv';
COMMENT ON FUNCTION eventcode_recv(internal) IS 'binary input';

CREATE FUNCTION eventcode_send(eventcode) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_send';
COMMENT ON FUNCTION eventcode_send(eventcode) IS 'binary output';

CREATE TYPE eventcode (
    INPUT = eventcode_in,
    OUTPUT = eventcode_out,
    RECEIVE = eventcode_recv,
    SEND = eventcode_send,
    LIKE = bigint,
    CATEGORY = 'U'
);
COMMENT ON TYPE eventcode IS 'event class code (事件分类代码): 1 to 12 digits, a prefix is an ancestor; GB/T 47678.5 (2+3), hotline standards (2+2+2)';

-- Codes arrive in text columns of every kind; a wrong one is refused by the
-- input function, so assignment is safe.
CREATE CAST (text AS eventcode) WITH INOUT AS ASSIGNMENT;
CREATE CAST (character varying AS eventcode) WITH INOUT AS ASSIGNMENT;
CREATE CAST (character AS eventcode) WITH INOUT AS ASSIGNMENT;
CREATE CAST (eventcode AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (eventcode AS character varying) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS eventcode) IS 'read an eventcode; an error if it is none';
COMMENT ON CAST (character varying AS eventcode) IS 'read an eventcode; an error if it is none';
COMMENT ON CAST (character AS eventcode) IS 'read an eventcode; an error if it is none';
COMMENT ON CAST (eventcode AS text) IS 'text form of an eventcode';
COMMENT ON CAST (eventcode AS character varying) IS 'text form of an eventcode';

CREATE FUNCTION eventcode_eq(eventcode, eventcode) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8eq';
COMMENT ON FUNCTION eventcode_eq(eventcode, eventcode) IS 'implementation of = operator';

CREATE FUNCTION eventcode_ne(eventcode, eventcode) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8ne';
COMMENT ON FUNCTION eventcode_ne(eventcode, eventcode) IS 'implementation of <> operator';

CREATE FUNCTION eventcode_lt(eventcode, eventcode) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8lt';
COMMENT ON FUNCTION eventcode_lt(eventcode, eventcode) IS 'implementation of < operator';

CREATE FUNCTION eventcode_le(eventcode, eventcode) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8le';
COMMENT ON FUNCTION eventcode_le(eventcode, eventcode) IS 'implementation of <= operator';

CREATE FUNCTION eventcode_gt(eventcode, eventcode) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8gt';
COMMENT ON FUNCTION eventcode_gt(eventcode, eventcode) IS 'implementation of > operator';

CREATE FUNCTION eventcode_ge(eventcode, eventcode) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8ge';
COMMENT ON FUNCTION eventcode_ge(eventcode, eventcode) IS 'implementation of >= operator';

CREATE FUNCTION eventcode_cmp(eventcode, eventcode) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'btint8cmp';
COMMENT ON FUNCTION eventcode_cmp(eventcode, eventcode) IS 'less-equal-greater';

CREATE FUNCTION eventcode_hash(eventcode) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'hashint8';
COMMENT ON FUNCTION eventcode_hash(eventcode) IS 'hash';

CREATE FUNCTION eventcode_hash_extended(eventcode, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'hashint8extended';
COMMENT ON FUNCTION eventcode_hash_extended(eventcode, bigint) IS 'hash with a seed';

CREATE FUNCTION eventcode_smaller(eventcode, eventcode) RETURNS eventcode
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8smaller';
COMMENT ON FUNCTION eventcode_smaller(eventcode, eventcode) IS 'smaller of two';

CREATE FUNCTION eventcode_larger(eventcode, eventcode) RETURNS eventcode
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8larger';
COMMENT ON FUNCTION eventcode_larger(eventcode, eventcode) IS 'larger of two';

CREATE OPERATOR = (
    FUNCTION = eventcode_eq,
    LEFTARG = eventcode,
    RIGHTARG = eventcode,
    COMMUTATOR = =,
    NEGATOR = <>,
    RESTRICT = eqsel,
    JOIN = eqjoinsel,
    HASHES,
    MERGES
);
COMMENT ON OPERATOR = (eventcode, eventcode) IS 'equal';

CREATE OPERATOR <> (
    FUNCTION = eventcode_ne,
    LEFTARG = eventcode,
    RIGHTARG = eventcode,
    COMMUTATOR = <>,
    NEGATOR = =,
    RESTRICT = neqsel,
    JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (eventcode, eventcode) IS 'not equal';

CREATE OPERATOR < (
    FUNCTION = eventcode_lt,
    LEFTARG = eventcode,
    RIGHTARG = eventcode,
    COMMUTATOR = >,
    NEGATOR = >=,
    RESTRICT = scalarltsel,
    JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (eventcode, eventcode) IS 'less than';

CREATE OPERATOR <= (
    FUNCTION = eventcode_le,
    LEFTARG = eventcode,
    RIGHTARG = eventcode,
    COMMUTATOR = >=,
    NEGATOR = >,
    RESTRICT = scalarlesel,
    JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (eventcode, eventcode) IS 'less than or equal';

CREATE OPERATOR > (
    FUNCTION = eventcode_gt,
    LEFTARG = eventcode,
    RIGHTARG = eventcode,
    COMMUTATOR = <,
    NEGATOR = <=,
    RESTRICT = scalargtsel,
    JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (eventcode, eventcode) IS 'greater than';

CREATE OPERATOR >= (
    FUNCTION = eventcode_ge,
    LEFTARG = eventcode,
    RIGHTARG = eventcode,
    COMMUTATOR = <=,
    NEGATOR = <,
    RESTRICT = scalargesel,
    JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (eventcode, eventcode) IS 'greater than or equal';

CREATE OPERATOR CLASS eventcode_ops
    DEFAULT FOR TYPE eventcode USING btree AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 eventcode_cmp(eventcode, eventcode),
    FUNCTION 2 btint8sortsupport(internal),
    FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR FAMILY eventcode_ops USING btree IS 'event class codes in the order of their digits';
COMMENT ON OPERATOR CLASS eventcode_ops USING btree IS 'event class codes in the order of their digits';

CREATE OPERATOR CLASS eventcode_ops
    DEFAULT FOR TYPE eventcode USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 eventcode_hash(eventcode),
    FUNCTION 2 eventcode_hash_extended(eventcode, bigint);
COMMENT ON OPERATOR FAMILY eventcode_ops USING hash IS 'equality of event class codes';
COMMENT ON OPERATOR CLASS eventcode_ops USING hash IS 'equality of event class codes';

CREATE OPERATOR CLASS eventcode_minmax_ops
    DEFAULT FOR TYPE eventcode USING brin AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 brin_minmax_opcinfo(internal),
    FUNCTION 2 brin_minmax_add_value(internal, internal, internal, internal),
    FUNCTION 3 brin_minmax_consistent(internal, internal, internal),
    FUNCTION 4 brin_minmax_union(internal, internal, internal);
COMMENT ON OPERATOR FAMILY eventcode_minmax_ops USING brin IS 'least and greatest of the event class codes of a range of blocks';
COMMENT ON OPERATOR CLASS eventcode_minmax_ops USING brin IS 'least and greatest of the event class codes of a range of blocks';

CREATE AGGREGATE min(eventcode) (
    SFUNC = eventcode_smaller,
    STYPE = eventcode,
    COMBINEFUNC = eventcode_smaller,
    SORTOP = <,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE min(eventcode) IS 'least of the event class codes';

CREATE AGGREGATE max(eventcode) (
    SFUNC = eventcode_larger,
    STYPE = eventcode,
    COMBINEFUNC = eventcode_larger,
    SORTOP = >,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE max(eventcode) IS 'greatest of the event class codes';


CREATE FUNCTION last_descendant(code eventcode) RETURNS eventcode
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_last';
COMMENT ON FUNCTION last_descendant(eventcode) IS
    'greatest code that can exist within this one (下级编码的上限); code <@ x is code BETWEEN x AND last_descendant(x)';

CREATE FUNCTION lineage(code eventcode) RETURNS eventcode[]
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_lineage';
COMMENT ON FUNCTION lineage(eventcode) IS
    'every prefix of the code, from its first digit to the code itself (各级前缀)';

CREATE FUNCTION eventcode_within(code eventcode, ancestor eventcode) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT code_within_support
    AS 'MODULE_PATHNAME', 'cg_eventcode_within';
COMMENT ON FUNCTION eventcode_within(eventcode, eventcode) IS 'implementation of <@ operator';

CREATE FUNCTION eventcode_covers(ancestor eventcode, code eventcode) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT code_covers_support
    AS 'MODULE_PATHNAME', 'cg_eventcode_covers';
COMMENT ON FUNCTION eventcode_covers(eventcode, eventcode) IS 'implementation of @> operator';

CREATE OPERATOR <@ (
    FUNCTION = eventcode_within,
    LEFTARG = eventcode,
    RIGHTARG = eventcode,
    COMMUTATOR = @>,
    RESTRICT = code_within_sel,
    JOIN = code_within_joinsel
);
COMMENT ON OPERATOR <@ (eventcode, eventcode) IS 'is within, or equal (属于)';

CREATE OPERATOR @> (
    FUNCTION = eventcode_covers,
    LEFTARG = eventcode,
    RIGHTARG = eventcode,
    COMMUTATOR = <@,
    RESTRICT = code_covers_sel,
    JOIN = code_covers_joinsel
);
COMMENT ON OPERATOR @> (eventcode, eventcode) IS 'covers, or equal (包含)';

-- Parts of a code.

CREATE FUNCTION digits(code eventcode) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_digits';
COMMENT ON FUNCTION digits(eventcode) IS 'number of digits of an event class code (位数)';

CREATE FUNCTION prefix(code eventcode, digits integer) RETURNS eventcode
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_prefix';
COMMENT ON FUNCTION prefix(eventcode, integer) IS
    'the first digits of a code (前缀); NULL where it has fewer';

CREATE FUNCTION level(code eventcode) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_level';
COMMENT ON FUNCTION level(eventcode) IS
    'level of a class, 1 the widest (层级), by the standards: 2+3 digits in GB/T 47678.5, pairs in the hotline standards';

CREATE FUNCTION level(code eventcode, widths integer[]) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_level';
COMMENT ON FUNCTION level(eventcode, integer[]) IS
    'level of a class in a scheme whose segments have these widths (自定分段下的层级)';

CREATE FUNCTION parent(code eventcode) RETURNS eventcode
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_parent';
COMMENT ON FUNCTION parent(eventcode) IS
    'the class one level up (上级分类) by the standards; NULL for a widest class';

CREATE FUNCTION parent(code eventcode, widths integer[]) RETURNS eventcode
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_parent';
COMMENT ON FUNCTION parent(eventcode, integer[]) IS
    'the class one level up in a scheme whose segments have these widths (自定分段下的上级分类)';

CREATE FUNCTION ancestor(code eventcode, level integer) RETURNS eventcode
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_ancestor';
COMMENT ON FUNCTION ancestor(eventcode, integer) IS
    'the class of a level that a class is within, itself included (指定层级的上级分类), by the standards; NULL where it is higher';

CREATE FUNCTION ancestor(code eventcode, level integer, widths integer[]) RETURNS eventcode
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_eventcode_ancestor';
COMMENT ON FUNCTION ancestor(eventcode, integer, integer[]) IS
    'the class of a level in a scheme whose segments have these widths (自定分段下指定层级的上级分类)';
