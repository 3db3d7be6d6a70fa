\echo Use "CREATE EXTENSION civicgrid" to load this file. \quit

-- During CREATE EXTENSION the search path is civicgrid, the schema of PostGIS,
-- pg_temp.  Bodies that are run later never rely on a search path: they are
-- BEGIN ATOMIC, or they pin it.

COMMENT ON SCHEMA @extschema@ IS
    'civicgrid: engine of a grid-governance platform (网格化服务管理)';

-- What the planner is told about <@ and @> of every code type.

CREATE FUNCTION code_within_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_within_support';
COMMENT ON FUNCTION code_within_support(internal) IS 'planner support for <@ of codes';

CREATE FUNCTION code_covers_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_covers_support';
COMMENT ON FUNCTION code_covers_support(internal) IS 'planner support for @> of codes';

CREATE FUNCTION code_within_sel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_within_sel';
COMMENT ON FUNCTION code_within_sel(internal, oid, internal, integer) IS
    'restriction selectivity for <@ of codes';

CREATE FUNCTION code_covers_sel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_covers_sel';
COMMENT ON FUNCTION code_covers_sel(internal, oid, internal, integer) IS
    'restriction selectivity for @> of codes';

CREATE FUNCTION code_within_joinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_within_joinsel';
COMMENT ON FUNCTION code_within_joinsel(internal, oid, internal, smallint, internal) IS
    'join selectivity for <@ of codes';

CREATE FUNCTION code_covers_joinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_covers_joinsel';
COMMENT ON FUNCTION code_covers_joinsel(internal, oid, internal, smallint, internal) IS
    'join selectivity for @> of codes';
-- gridcode (网格编码): where.  See doc/codes.md for the layout and its sources.

CREATE TYPE gridcode;

CREATE FUNCTION gridcode_in(cstring) RETURNS gridcode
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridcode_in';
COMMENT ON FUNCTION gridcode_in(cstring) IS 'text input';

CREATE FUNCTION gridcode_out(gridcode) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridcode_out';
COMMENT ON FUNCTION gridcode_out(gridcode) IS 'text output';

CREATE FUNCTION gridcode_recv(internal) RETURNS gridcode
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridcode_recv';
COMMENT ON FUNCTION gridcode_recv(internal) IS 'binary input';

CREATE FUNCTION gridcode_send(gridcode) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_send';
COMMENT ON FUNCTION gridcode_send(gridcode) IS 'binary output';

CREATE TYPE gridcode (
    INPUT = gridcode_in,
    OUTPUT = gridcode_out,
    RECEIVE = gridcode_recv,
    SEND = gridcode_send,
    LIKE = bigint,
    CATEGORY = 'U'
);
COMMENT ON TYPE gridcode IS 'grid code (网格编码): 2 province, 4 city, 6 district, 9 street, 12 community, 15 grid, 18 building digits; GB/T 2260, GB/T 10114, GB/T 47678.3';

-- Codes arrive in text columns of every kind; a wrong one is refused by the
-- input function, so assignment is safe.
CREATE CAST (text AS gridcode) WITH INOUT AS ASSIGNMENT;
CREATE CAST (character varying AS gridcode) WITH INOUT AS ASSIGNMENT;
CREATE CAST (character AS gridcode) WITH INOUT AS ASSIGNMENT;
CREATE CAST (gridcode AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (gridcode AS character varying) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS gridcode) IS 'read a gridcode; an error if it is none';
COMMENT ON CAST (character varying AS gridcode) IS 'read a gridcode; an error if it is none';
COMMENT ON CAST (character AS gridcode) IS 'read a gridcode; an error if it is none';
COMMENT ON CAST (gridcode AS text) IS 'text form of a gridcode';
COMMENT ON CAST (gridcode AS character varying) IS 'text form of a gridcode';

CREATE FUNCTION gridcode_eq(gridcode, gridcode) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8eq';
COMMENT ON FUNCTION gridcode_eq(gridcode, gridcode) IS 'implementation of = operator';

CREATE FUNCTION gridcode_ne(gridcode, gridcode) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8ne';
COMMENT ON FUNCTION gridcode_ne(gridcode, gridcode) IS 'implementation of <> operator';

CREATE FUNCTION gridcode_lt(gridcode, gridcode) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8lt';
COMMENT ON FUNCTION gridcode_lt(gridcode, gridcode) IS 'implementation of < operator';

CREATE FUNCTION gridcode_le(gridcode, gridcode) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8le';
COMMENT ON FUNCTION gridcode_le(gridcode, gridcode) IS 'implementation of <= operator';

CREATE FUNCTION gridcode_gt(gridcode, gridcode) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8gt';
COMMENT ON FUNCTION gridcode_gt(gridcode, gridcode) IS 'implementation of > operator';

CREATE FUNCTION gridcode_ge(gridcode, gridcode) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8ge';
COMMENT ON FUNCTION gridcode_ge(gridcode, gridcode) IS 'implementation of >= operator';

CREATE FUNCTION gridcode_cmp(gridcode, gridcode) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'btint8cmp';
COMMENT ON FUNCTION gridcode_cmp(gridcode, gridcode) IS 'less-equal-greater';

CREATE FUNCTION gridcode_hash(gridcode) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'hashint8';
COMMENT ON FUNCTION gridcode_hash(gridcode) IS 'hash';

CREATE FUNCTION gridcode_hash_extended(gridcode, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'hashint8extended';
COMMENT ON FUNCTION gridcode_hash_extended(gridcode, bigint) IS 'hash with a seed';

CREATE FUNCTION gridcode_smaller(gridcode, gridcode) RETURNS gridcode
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8smaller';
COMMENT ON FUNCTION gridcode_smaller(gridcode, gridcode) IS 'smaller of two';

CREATE FUNCTION gridcode_larger(gridcode, gridcode) RETURNS gridcode
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8larger';
COMMENT ON FUNCTION gridcode_larger(gridcode, gridcode) IS 'larger of two';

CREATE OPERATOR = (
    FUNCTION = gridcode_eq,
    LEFTARG = gridcode,
    RIGHTARG = gridcode,
    COMMUTATOR = =,
    NEGATOR = <>,
    RESTRICT = eqsel,
    JOIN = eqjoinsel,
    HASHES,
    MERGES
);
COMMENT ON OPERATOR = (gridcode, gridcode) IS 'equal';

CREATE OPERATOR <> (
    FUNCTION = gridcode_ne,
    LEFTARG = gridcode,
    RIGHTARG = gridcode,
    COMMUTATOR = <>,
    NEGATOR = =,
    RESTRICT = neqsel,
    JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (gridcode, gridcode) IS 'not equal';

CREATE OPERATOR < (
    FUNCTION = gridcode_lt,
    LEFTARG = gridcode,
    RIGHTARG = gridcode,
    COMMUTATOR = >,
    NEGATOR = >=,
    RESTRICT = scalarltsel,
    JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (gridcode, gridcode) IS 'less than';

CREATE OPERATOR <= (
    FUNCTION = gridcode_le,
    LEFTARG = gridcode,
    RIGHTARG = gridcode,
    COMMUTATOR = >=,
    NEGATOR = >,
    RESTRICT = scalarlesel,
    JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (gridcode, gridcode) IS 'less than or equal';

CREATE OPERATOR > (
    FUNCTION = gridcode_gt,
    LEFTARG = gridcode,
    RIGHTARG = gridcode,
    COMMUTATOR = <,
    NEGATOR = <=,
    RESTRICT = scalargtsel,
    JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (gridcode, gridcode) IS 'greater than';

CREATE OPERATOR >= (
    FUNCTION = gridcode_ge,
    LEFTARG = gridcode,
    RIGHTARG = gridcode,
    COMMUTATOR = <=,
    NEGATOR = <,
    RESTRICT = scalargesel,
    JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (gridcode, gridcode) IS 'greater than or equal';

CREATE OPERATOR CLASS gridcode_ops
    DEFAULT FOR TYPE gridcode USING btree AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 gridcode_cmp(gridcode, gridcode),
    FUNCTION 2 btint8sortsupport(internal),
    FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR FAMILY gridcode_ops USING btree IS 'grid codes in the order of their digits';
COMMENT ON OPERATOR CLASS gridcode_ops USING btree IS 'grid codes in the order of their digits';

CREATE OPERATOR CLASS gridcode_ops
    DEFAULT FOR TYPE gridcode USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 gridcode_hash(gridcode),
    FUNCTION 2 gridcode_hash_extended(gridcode, bigint);
COMMENT ON OPERATOR FAMILY gridcode_ops USING hash IS 'equality of grid codes';
COMMENT ON OPERATOR CLASS gridcode_ops USING hash IS 'equality of grid codes';

CREATE OPERATOR CLASS gridcode_minmax_ops
    DEFAULT FOR TYPE gridcode USING brin AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 brin_minmax_opcinfo(internal),
    FUNCTION 2 brin_minmax_add_value(internal, internal, internal, internal),
    FUNCTION 3 brin_minmax_consistent(internal, internal, internal),
    FUNCTION 4 brin_minmax_union(internal, internal, internal);
COMMENT ON OPERATOR FAMILY gridcode_minmax_ops USING brin IS 'least and greatest of the grid codes of a range of blocks';
COMMENT ON OPERATOR CLASS gridcode_minmax_ops USING brin IS 'least and greatest of the grid codes of a range of blocks';

CREATE AGGREGATE min(gridcode) (
    SFUNC = gridcode_smaller,
    STYPE = gridcode,
    COMBINEFUNC = gridcode_smaller,
    SORTOP = <,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE min(gridcode) IS 'least of the grid codes';

CREATE AGGREGATE max(gridcode) (
    SFUNC = gridcode_larger,
    STYPE = gridcode,
    COMBINEFUNC = gridcode_larger,
    SORTOP = >,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE max(gridcode) IS 'greatest of the grid codes';

-- Containment.  One set of planner functions serves every code type; see
-- src/pg/code_support.c.

CREATE FUNCTION last_descendant(code gridcode) RETURNS gridcode
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridcode_last';
COMMENT ON FUNCTION last_descendant(gridcode) IS
    'greatest code that can exist within this one (下级编码的上限); code <@ x is code BETWEEN x AND last_descendant(x)';

CREATE FUNCTION lineage(code gridcode) RETURNS gridcode[]
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridcode_lineage';
COMMENT ON FUNCTION lineage(gridcode) IS
    'codes from the province to the code itself (从省到本级的各级编码)';

CREATE FUNCTION gridcode_within(code gridcode, ancestor gridcode) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT code_within_support
    AS 'MODULE_PATHNAME', 'cg_gridcode_within';
COMMENT ON FUNCTION gridcode_within(gridcode, gridcode) IS 'implementation of <@ operator';

CREATE FUNCTION gridcode_covers(ancestor gridcode, code gridcode) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT code_covers_support
    AS 'MODULE_PATHNAME', 'cg_gridcode_covers';
COMMENT ON FUNCTION gridcode_covers(gridcode, gridcode) IS 'implementation of @> operator';

CREATE OPERATOR <@ (
    FUNCTION = gridcode_within,
    LEFTARG = gridcode,
    RIGHTARG = gridcode,
    COMMUTATOR = @>,
    RESTRICT = code_within_sel,
    JOIN = code_within_joinsel
);
COMMENT ON OPERATOR <@ (gridcode, gridcode) IS 'is within, or equal (属于)';

CREATE OPERATOR @> (
    FUNCTION = gridcode_covers,
    LEFTARG = gridcode,
    RIGHTARG = gridcode,
    COMMUTATOR = <@,
    RESTRICT = code_covers_sel,
    JOIN = code_covers_joinsel
);
COMMENT ON OPERATOR @> (gridcode, gridcode) IS 'covers, or equal (包含)';

-- Parts of a code.

CREATE TYPE grid_level AS ENUM (
    'province',
    'city',
    'district',
    'street',
    'community',
    'grid',
    'building'
);
COMMENT ON TYPE grid_level IS
    'level of a grid code: province 省, city 市, district 区县, street 街道/乡镇, community 社区/村, grid 网格, building 楼栋';

CREATE FUNCTION level(code gridcode) RETURNS grid_level
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridcode_level';
COMMENT ON FUNCTION level(gridcode) IS 'level of a grid code (层级)';

CREATE FUNCTION digits(code gridcode) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridcode_digits';
COMMENT ON FUNCTION digits(gridcode) IS 'number of digits of a grid code (位数): 2, 4, 6, 9, 12, 15 or 18';

CREATE FUNCTION parent(code gridcode) RETURNS gridcode
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridcode_parent';
COMMENT ON FUNCTION parent(gridcode) IS 'the code one step up (上级编码); NULL for a province';

CREATE FUNCTION ancestor(code gridcode, level grid_level) RETURNS gridcode
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridcode_ancestor';
COMMENT ON FUNCTION ancestor(gridcode, grid_level) IS
    'the code of that level that a code is within, itself included (指定层级的上级编码); NULL where there is none';

CREATE FUNCTION padded(code gridcode, width integer) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_gridcode_padded';
COMMENT ON FUNCTION padded(gridcode, integer) IS
    'digits filled with zeros to a width (补零写法): 6 as in GB/T 2260 lists, 12 as in statistical division codes';
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

-- Taxonomies (事件分类体系): which classes exist, several lists side by side.

-- There are no foreign keys between these tables, so that they can be edited
-- and restored in any order (pg_restore -j, pg_dump --inserts);
-- taxonomy_check() lists what does not fit together.

CREATE TABLE class_kind (
    kind text NOT NULL,
    name text NOT NULL,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT class_kind_pkey PRIMARY KEY (kind),
    CONSTRAINT class_kind_name_check CHECK (name <> ''),
    CONSTRAINT class_kind_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE class_kind IS 'kinds of class (分类种类): matter, component, service, dispute, visit, and a site''s own';
COMMENT ON COLUMN class_kind.kind IS 'short English key (键)';
COMMENT ON COLUMN class_kind.name IS 'Chinese name (名称)';
COMMENT ON COLUMN class_kind.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

CREATE TABLE taxonomy (
    taxonomy text NOT NULL,
    name text NOT NULL,
    valid_from date,
    valid_to date,
    source text,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT taxonomy_pkey PRIMARY KEY (taxonomy),
    CONSTRAINT taxonomy_name_check CHECK (name <> ''),
    CONSTRAINT taxonomy_valid_check CHECK (valid_from < valid_to),
    CONSTRAINT taxonomy_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE taxonomy IS 'lists of event classes (分类体系), one per standard or site';
COMMENT ON COLUMN taxonomy.taxonomy IS 'key, for a standard its number and year (体系编号)';
COMMENT ON COLUMN taxonomy.name IS 'Chinese title (名称)';
COMMENT ON COLUMN taxonomy.valid_from IS 'first day in force (实施日期); NULL where not known';
COMMENT ON COLUMN taxonomy.valid_to IS 'first day no longer in force (废止日期); NULL while it holds';
COMMENT ON COLUMN taxonomy.source IS 'where the list was taken from (出处)';
COMMENT ON COLUMN taxonomy.remark IS 'what a reader should know of the list (备注)';
COMMENT ON COLUMN taxonomy.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

-- Codes of different kinds are drawn from the same numbers: 01001 is the
-- component 供水井盖 and also the matter 供水井盖异常.  The kind is therefore
-- part of the key.
CREATE TABLE event_class (
    taxonomy text NOT NULL,
    kind text NOT NULL,
    code eventcode NOT NULL,
    name text NOT NULL,
    parent eventcode,
    valid_from date,
    valid_to date,
    sensitive boolean NOT NULL DEFAULT false,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT event_class_pkey PRIMARY KEY (taxonomy, kind, code),
    CONSTRAINT event_class_name_check CHECK (name <> ''),
    CONSTRAINT event_class_parent_check CHECK (parent <> code),
    CONSTRAINT event_class_valid_check CHECK (valid_from < valid_to),
    CONSTRAINT event_class_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
CREATE INDEX event_class_parent_idx ON event_class (taxonomy, kind, parent);
COMMENT ON TABLE event_class IS 'classes of events (事件分类), unique by taxonomy, kind and code';
COMMENT ON COLUMN event_class.taxonomy IS 'the list it belongs to (分类体系)';
COMMENT ON COLUMN event_class.kind IS 'matter 管理事项, component 管理部件, service 服务事项, dispute 矛盾纠纷, visit 走访 (种类)';
COMMENT ON COLUMN event_class.code IS 'code (分类代码); gaps are real, never assume contiguity';
COMMENT ON COLUMN event_class.name IS 'official name (名称)';
COMMENT ON COLUMN event_class.parent IS 'code of the wider class of the same taxonomy and kind (上级分类); NULL for a widest class (大类)';
COMMENT ON COLUMN event_class.valid_from IS 'first day in use (启用日期); NULL: as long as the taxonomy';
COMMENT ON COLUMN event_class.valid_to IS 'first day no longer in use (停用日期); codes are retired, not reused';
COMMENT ON COLUMN event_class.sensitive IS 'hidden from those without the right to see it (敏感)';
COMMENT ON COLUMN event_class.remark IS 'what belongs to the class and what does not (备注)';
COMMENT ON COLUMN event_class.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

-- One class may become several and several one, hence the wide key; a class
-- that was dropped without a successor maps to NULL.
CREATE TABLE class_map (
    from_taxonomy text NOT NULL,
    from_kind text NOT NULL,
    from_code eventcode NOT NULL,
    to_taxonomy text NOT NULL,
    to_kind text NOT NULL,
    to_code eventcode,
    relation text NOT NULL,
    basis text NOT NULL,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT class_map_relation_check CHECK (relation IN ('same', 'renamed', 'narrower', 'wider', 'overlapping', 'withdrawn')),
    CONSTRAINT class_map_withdrawn_check CHECK ((relation = 'withdrawn') = (to_code IS NULL)),
    CONSTRAINT class_map_basis_check CHECK (basis IN ('stated', 'inferred', 'rule', 'site')),
    CONSTRAINT class_map_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
CREATE UNIQUE INDEX class_map_key
    ON class_map (from_taxonomy, from_kind, from_code, to_taxonomy, to_kind, coalesce(to_code::text, ''));
COMMENT ON TABLE class_map IS 'what a class of one taxonomy is called in another (分类对照)';
COMMENT ON COLUMN class_map.from_taxonomy IS 'taxonomy of the class to be translated (原分类体系)';
COMMENT ON COLUMN class_map.from_kind IS 'its kind (原种类)';
COMMENT ON COLUMN class_map.from_code IS 'its code (原代码)';
COMMENT ON COLUMN class_map.to_taxonomy IS 'taxonomy to translate into (目标分类体系)';
COMMENT ON COLUMN class_map.to_kind IS 'kind there (目标种类)';
COMMENT ON COLUMN class_map.to_code IS 'code there (目标代码); NULL where the class was withdrawn';
COMMENT ON COLUMN class_map.relation IS 'how the new class stands to the old: same, renamed, narrower, wider, overlapping, withdrawn (关系)';
COMMENT ON COLUMN class_map.basis IS 'what the row rests on: stated by a source, inferred from one, a numbering rule alone, or the site''s decision (依据)';
COMMENT ON COLUMN class_map.remark IS 'remark (备注)';
COMMENT ON COLUMN class_map.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

-- Translate a class; where only a wider class is mapped, the wider answer.
-- The prefixes of a code differ in their length, so that is what is sorted by;
-- pg_upgrade could not restore a body that sorts by a type of the extension,
-- since the body does not depend on the operator class that this needs.
CREATE FUNCTION map_class(
    from_taxonomy text,
    from_kind text,
    from_code eventcode,
    to_taxonomy text
) RETURNS TABLE (kind text, code eventcode, relation text, basis text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 1
BEGIN ATOMIC
    SELECT m.to_kind,
           m.to_code,
           CASE
               WHEN m.from_code = map_class.from_code OR m.to_code IS NULL THEN m.relation
               ELSE 'wider'
           END,
           m.basis
    FROM @extschema@.class_map AS m
    WHERE m.from_taxonomy = map_class.from_taxonomy
        AND m.from_kind = map_class.from_kind
        AND m.to_taxonomy = map_class.to_taxonomy
        AND m.from_code = (
            SELECT n.from_code
            FROM @extschema@.class_map AS n
            WHERE n.from_taxonomy = map_class.from_taxonomy
                AND n.from_kind = map_class.from_kind
                AND n.to_taxonomy = map_class.to_taxonomy
                AND n.from_code @> map_class.from_code
            ORDER BY @extschema@.digits(n.from_code) DESC
            LIMIT 1
        )
    ORDER BY m.to_kind, m.to_code::text;
END;
COMMENT ON FUNCTION map_class(text, text, eventcode, text) IS
    'what a class of one taxonomy is called in another (分类对照); where it is not mapped itself, what its nearest mapped prefix is, as relation wider';

-- What does not fit together.  An administrator sees all of it at once and may
-- edit in any order.
CREATE FUNCTION taxonomy_check() RETURNS TABLE (taxonomy text, kind text, code eventcode, fault text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- the walk up a chain of parents ends here; no scheme has so many levels
    max_levels constant integer := 12;
BEGIN
    RETURN QUERY
    SELECT c.taxonomy, c.kind, c.code, 'unknown taxonomy', format('There is no taxonomy "%s".', c.taxonomy)
    FROM @extschema@.event_class AS c
    WHERE NOT EXISTS (SELECT FROM @extschema@.taxonomy AS t WHERE t.taxonomy = c.taxonomy);

    RETURN QUERY
    SELECT c.taxonomy, c.kind, c.code, 'unknown kind', format('There is no kind "%s".', c.kind)
    FROM @extschema@.event_class AS c
    WHERE NOT EXISTS (SELECT FROM @extschema@.class_kind AS k WHERE k.kind = c.kind);

    RETURN QUERY
    SELECT c.taxonomy, c.kind, c.code, 'orphan', format('Its parent %s is no class of this taxonomy and kind.', c.parent)
    FROM @extschema@.event_class AS c
    WHERE c.parent IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM @extschema@.event_class AS p
            WHERE p.taxonomy = c.taxonomy AND p.kind = c.kind AND p.code OPERATOR(@extschema@.=) c.parent
        );

    RETURN QUERY
    WITH RECURSIVE up AS (
        SELECT c.taxonomy, c.kind, c.code, c.parent, 1 AS steps
        FROM @extschema@.event_class AS c
        WHERE c.parent IS NOT NULL
        UNION ALL
        SELECT u.taxonomy, u.kind, u.code, p.parent, u.steps + 1
        FROM up AS u
        JOIN @extschema@.event_class AS p
            ON p.taxonomy = u.taxonomy AND p.kind = u.kind AND p.code OPERATOR(@extschema@.=) u.parent
        WHERE u.steps <= max_levels AND p.parent IS NOT NULL
    )
    SELECT u.taxonomy, u.kind, u.code, 'cycle', format('Its chain of parents does not end within %s levels.', max_levels)
    FROM up AS u
    WHERE u.steps > max_levels;

    RETURN QUERY
    SELECT m.from_taxonomy, m.from_kind, m.from_code, 'mapped to nothing',
           format('There is no %s %s in taxonomy "%s".', m.to_kind, m.to_code, m.to_taxonomy)
    FROM @extschema@.class_map AS m
    WHERE m.to_code IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM @extschema@.event_class AS c
            WHERE c.taxonomy = m.to_taxonomy AND c.kind = m.to_kind AND c.code OPERATOR(@extschema@.=) m.to_code
        );

    RETURN QUERY
    SELECT m.from_taxonomy, m.from_kind, m.from_code, 'unknown taxonomy',
           format('There is no taxonomy "%s".', v.t)
    FROM @extschema@.class_map AS m, LATERAL (VALUES (m.from_taxonomy), (m.to_taxonomy)) AS v (t)
    WHERE NOT EXISTS (SELECT FROM @extschema@.taxonomy AS t WHERE t.taxonomy = v.t);
END;
$$;
COMMENT ON FUNCTION taxonomy_check() IS
    'faults of all taxonomies (分类体系检查): unknown taxonomy or kind, orphan, cycle, mapping to nothing; no rows where all is well';

-- Rows that the extension ships stay out of pg_dump, and CREATE EXTENSION
-- brings them back; a shipped row that was edited is dumped, and when it is
-- restored it takes the place of the shipped one.  For this to hold, a shipped
-- row keeps its key and is retired rather than deleted.
CREATE FUNCTION keep_shipped_row() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    keys constant text[] := TG_ARGV;
    columns text;
    same_key text;
    replaced bigint;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG001',
            MESSAGE = format('table "%s", in which civicgrid ships rows, cannot be truncated', TG_TABLE_NAME),
            DETAIL = 'The rows that it ships would be lost.',
            HINT = 'DELETE FROM ... WHERE origin = ''site'' removes your own.';
    END IF;

    IF TG_OP = 'DELETE' THEN
        IF OLD.origin = 'site' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION USING
            ERRCODE = 'CG001',
            MESSAGE = format('a row that civicgrid ships in table "%s" cannot be deleted', TG_TABLE_NAME),
            DETAIL = format('The row is %s.', OLD::text),
            HINT = 'Edit it instead (classes and taxonomies are retired by valid_to); the edit is kept by pg_dump.';
    END IF;

    IF TG_OP = 'UPDATE' THEN
        IF OLD.origin = 'site' THEN
            NEW.origin := 'site';
        ELSIF EXISTS (
            SELECT FROM unnest(keys) AS k
            WHERE to_jsonb(NEW) -> k <> to_jsonb(OLD) -> k
        ) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'CG001',
                MESSAGE = format('the key of a row that civicgrid ships in table "%s" cannot be changed', TG_TABLE_NAME),
                DETAIL = format('The key is (%s).', array_to_string(keys, ', ')),
                HINT = 'Insert a new row and edit this one (classes and taxonomies are retired by valid_to).';
        ELSIF NEW IS DISTINCT FROM OLD THEN
            NEW.origin := 'edited';
        END IF;
        RETURN NEW;
    END IF;

    -- INSERT
    IF NEW.origin = 'shipped' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG002',
            MESSAGE = format('a row of table "%s" cannot be marked as shipped', TG_TABLE_NAME),
            DETAIL = 'Only the extension''s own scripts ship rows.',
            HINT = 'Leave out column origin.';
    END IF;
    IF NEW.origin = 'edited' THEN
        -- pg_restore brings back an edit
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
        INTO columns
        FROM pg_attribute
        WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
        SELECT string_agg(format('t.%1$I::text IS NOT DISTINCT FROM ($1).%1$I::text', k), ' AND ')
        INTO same_key
        FROM unnest(keys) AS k;
        EXECUTE format(
            'UPDATE %I.%I AS t SET (%s) = (SELECT ($1).*) WHERE t.origin = ''shipped'' AND %s',
            TG_TABLE_SCHEMA, TG_TABLE_NAME, columns, same_key
        ) USING NEW;
        GET DIAGNOSTICS replaced = ROW_COUNT;
        IF replaced > 0 THEN
            RETURN NULL;
        END IF;
        -- what is not shipped any more is the site's
        NEW.origin := 'site';
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION keep_shipped_row() IS
    'trigger: marks a shipped row that is edited, and lets pg_restore put the edit back (内置数据的修改随备份保留)';
REVOKE EXECUTE ON FUNCTION keep_shipped_row() FROM PUBLIC;

-- GB/T 47678.5-2026: 153 components (管理部件) and 250 matters (管理事项) under
-- their categories (大类).  Names are as printed, oddities included.

INSERT INTO class_kind (kind, name, origin) VALUES
    ('matter', '管理事项', 'shipped'),
    ('component', '管理部件', 'shipped'),
    ('service', '服务事项', 'shipped'),
    ('dispute', '矛盾纠纷', 'shipped'),
    ('visit', '走访', 'shipped');

INSERT INTO taxonomy (taxonomy, name, valid_from, source, remark, origin) VALUES
    (
        'GB/T 47678.5-2026',
        '城市运行管理服务平台 第5部分：管理部件和事项',
        '2026-07-01',
        'GB/T 47678.5-2026',
        'Re-keyed from public text of the standard; not compared with the official print. Components and matters use the same numbers; the numbers have gaps.',
        'shipped'
    );

-- 管理部件: categories, then classes.
INSERT INTO event_class (taxonomy, kind, code, name, origin)
SELECT 'GB/T 47678.5-2026', 'component', code::eventcode, name, 'shipped'
FROM (VALUES
    ('01', '市政公用设施'),
    ('02', '交通设施'),
    ('03', '市容环卫设施'),
    ('04', '园林绿化设施'),
    ('05', '其他管理部件')
) AS v (code, name);

INSERT INTO event_class (taxonomy, kind, code, name, parent, origin)
SELECT 'GB/T 47678.5-2026', 'component', code::eventcode, name, parent(code::eventcode), 'shipped'
FROM (VALUES
    ('01001', '供水井盖'),
    ('01002', '污水井盖'),
    ('01003', '雨水井盖'),
    ('01004', '雨水箅子'),
    ('01005', '电力井盖'),
    ('01006', '路灯井盖'),
    ('01007', '通信井盖'),
    ('01008', '电视井盖'),
    ('01009', '网络井盖'),
    ('01010', '热力井盖'),
    ('01011', '燃气井盖'),
    ('01012', '公安井盖'),
    ('01013', '消防设施'),
    ('01014', '园林井盖'),
    ('01015', '信号灯电源井盖'),
    ('01017', '电缆井盖'),
    ('01018', '化粪池井盖'),
    ('01019', '中水井盖'),
    ('01020', '公交井盖'),
    ('01021', '输油（气）井盖'),
    ('01022', '特殊井盖'),
    ('01023', '不明井盖'),
    ('01024', '水井'),
    ('01025', '供水器'),
    ('01026', '沟槽盖板'),
    ('01027', '通信交接箱'),
    ('01028', '电力设施'),
    ('01029', '电力设施标识牌'),
    ('01030', '电力立杆'),
    ('01031', '通信立杆'),
    ('01032', '公交立杆'),
    ('01033', '特殊立杆'),
    ('01034', '不明立杆'),
    ('01035', '旗杆'),
    ('01036', '输油（气）标志'),
    ('01037', '路灯'),
    ('01038', '地灯'),
    ('01039', '景观灯'),
    ('01040', '报刊亭'),
    ('01041', '电话亭'),
    ('01042', '邮筒'),
    ('01043', '信息亭'),
    ('01044', '售货亭'),
    ('01045', '自动售货机'),
    ('01046', '户外健身设施'),
    ('01047', '高压线铁塔'),
    ('01048', '变压器（箱）'),
    ('01049', '燃气调压站（箱）'),
    ('01050', '监控电子眼设施'),
    ('01051', '治安岗亭'),
    ('01052', '休息亭'),
    ('01053', '自助缴费机'),
    ('01054', '充电桩'),
    ('01055', '防蚊闸'),
    ('01056', '跨河管道'),
    ('01057', '露天燃气管道'),
    ('01058', '晒衣架'),
    ('01059', '旧衣物回收箱'),
    ('01060', '路灯配电箱'),
    ('01061', '露天供热管道'),
    ('01062', '通信基站'),
    ('01063', '水塔'),
    ('01064', '牌楼（门楼）'),
    ('01065', '管理责任公示牌'),
    ('01066', '紧急报警点SOS'),
    ('01067', '防汛监测设施'),
    ('01068', '水鹤'),
    ('01069', '水域附属设施'),
    ('01070', '水域护栏'),
    ('01071', '防汛墙'),
    ('01072', '排水泵站'),
    ('01073', '雨污水排放口'),
    ('01074', '综合管廊附属设施'),
    ('01075', '快递柜'),
    ('01076', '公用电梯'),
    ('01077', '综合杆'),
    ('02001', '停车场'),
    ('02002', '立体车库'),
    ('02003', '停车计费设备'),
    ('02004', '公交站设施'),
    ('02005', '出租车停靠站'),
    ('02006', '过街天桥'),
    ('02007', '地下通道'),
    ('02008', '立交桥'),
    ('02009', '跨河桥'),
    ('02010', '交通标志牌及标线'),
    ('02011', '限高架标志'),
    ('02012', '路名牌'),
    ('02013', '地名牌'),
    ('02014', '交通信号灯'),
    ('02015', '交通信号设施'),
    ('02016', '交通岗亭'),
    ('02017', '交通护栏'),
    ('02018', '防撞桶'),
    ('02019', '安全岛'),
    ('02020', '人行横道桩'),
    ('02021', '便道桩'),
    ('02022', '柔性隔离体'),
    ('02023', '道路信息显示屏'),
    ('02024', '道路隔音屏'),
    ('02025', '非机动车停放点'),
    ('02026', '自行车租赁点'),
    ('02027', '存车支架'),
    ('02028', '铁道口设施'),
    ('02029', '栈桥'),
    ('02030', '水域标示牌'),
    ('02031', '港监设施'),
    ('02032', '轨道交通设施'),
    ('02033', '交通反视镜'),
    ('02034', '无障碍设施'),
    ('02035', '应急避难指示牌'),
    ('02036', '救助站指示牌'),
    ('02037', '文物建筑标志牌'),
    ('02038', '门（楼号）牌'),
    ('02039', '公安指示牌'),
    ('02040', '景区标识牌'),
    ('02041', '停车信息显示屏'),
    ('02042', '铁路桥涵'),
    ('02043', '减速带'),
    ('02044', '公路隧道'),
    ('03001', '公共厕所'),
    ('03002', '公厕指示牌'),
    ('03003', '化粪池'),
    ('03004', '垃圾间（楼）'),
    ('03005', '垃圾箱'),
    ('03006', '户外广告'),
    ('03007', '牌匾标识'),
    ('03008', '宣传栏'),
    ('03009', '气象监测站'),
    ('03010', '环保监测站'),
    ('03011', '污水口监测站'),
    ('03012', '污水监测器'),
    ('03013', '噪声显示屏'),
    ('03014', '环卫工具间（箱）'),
    ('03015', '宠物拾便纸箱'),
    ('03016', '烟头收集器或灭烟处'),
    ('04001', '古树名木'),
    ('04002', '行道树'),
    ('04003', '独立树'),
    ('04004', '护树设施'),
    ('04005', '花架花钵'),
    ('04006', '雕塑'),
    ('04007', '街头座椅'),
    ('04008', '绿地护栏'),
    ('04009', '绿地附属设施'),
    ('04010', '喷泉'),
    ('04011', '树池树穴'),
    ('04012', '高架挂箱'),
    ('04013', '绿地'),
    ('04014', '林地及林地管护设施'),
    ('05002', '公房地下室'),
    ('05003', '车辆加油（气、电）站'),
    ('05009', '文物古迹')
) AS v (code, name);

-- 管理事项: categories, then classes.
INSERT INTO event_class (taxonomy, kind, code, name, origin)
SELECT 'GB/T 47678.5-2026', 'matter', code::eventcode, name, 'shipped'
FROM (VALUES
    ('01', '市政公用设施类'),
    ('02', '交通设施类'),
    ('03', '市容环卫设施类'),
    ('04', '园林绿化设施类'),
    ('05', '其他管理部件类'),
    ('06', '市容环境类'),
    ('07', '宣传广告类'),
    ('08', '施工管理类'),
    ('09', '街面秩序类'),
    ('10', '其他事项类')
) AS v (code, name);

INSERT INTO event_class (taxonomy, kind, code, name, parent, origin)
SELECT 'GB/T 47678.5-2026', 'matter', code::eventcode, name, parent(code::eventcode), 'shipped'
FROM (VALUES
    ('01001', '供水井盖异常'),
    ('01002', '污水井盖异常'),
    ('01003', '雨水井盖异常'),
    ('01004', '雨水箅子异常'),
    ('01005', '电力井盖异常'),
    ('01006', '路灯井盖异常'),
    ('01007', '通信井盖异常'),
    ('01008', '电视井盖异常'),
    ('01009', '网络井盖异常'),
    ('01010', '热力井盖异常'),
    ('01011', '燃气井盖异常'),
    ('01012', '公安井盖异常'),
    ('01013', '消防设施异常'),
    ('01014', '园林井盖异常'),
    ('01015', '信号灯电源井盖异常'),
    ('01017', '电缆井盖异常'),
    ('01018', '化粪池井盖异常'),
    ('01019', '中水井盖异常'),
    ('01020', '公交井盖异常'),
    ('01021', '输油（气）井盖异常'),
    ('01022', '特殊井盖异常'),
    ('01023', '不明井盖异常'),
    ('01024', '水井异常'),
    ('01025', '供水器异常'),
    ('01026', '沟槽盖板异常'),
    ('01027', '通信交接箱异常'),
    ('01028', '电力设施异常'),
    ('01029', '电力设施标识牌异常'),
    ('01030', '电力立杆异常'),
    ('01031', '通信立杆异常'),
    ('01032', '公交立杆异常'),
    ('01033', '特殊立杆异常'),
    ('01034', '不明立杆异常'),
    ('01035', '旗杆异常'),
    ('01036', '输油（气）标志异常'),
    ('01037', '路灯异常'),
    ('01038', '地灯异常'),
    ('01039', '景观灯异常'),
    ('01040', '报刊亭异常'),
    ('01041', '电话亭异常'),
    ('01042', '邮筒异常'),
    ('01043', '信息亭异常'),
    ('01044', '售货亭异常'),
    ('01045', '自动售货机异常'),
    ('01046', '户外健身设施异常'),
    ('01047', '高压线铁塔异常'),
    ('01048', '变压器（箱）异常'),
    ('01049', '燃气调压站（箱）异常'),
    ('01050', '监控电子眼设施异常'),
    ('01051', '治安岗亭异常'),
    ('01052', '休息亭异常'),
    ('01053', '自助缴费机异常'),
    ('01054', '充电桩异常'),
    ('01055', '防蚊闸异常'),
    ('01056', '跨河管道异常'),
    ('01057', '露天燃气管道异常'),
    ('01058', '晒衣架异常'),
    ('01059', '旧衣物回收箱异常'),
    ('01060', '路灯配电箱异常'),
    ('01061', '露天供热管道异常'),
    ('01062', '通信基站异常'),
    ('01063', '水塔异常'),
    ('01064', '牌楼（门楼）异常'),
    ('01065', '管理责任公示牌异常'),
    ('01066', '紧急报警点异常SOS'),
    ('01067', '防汛监测设施异常'),
    ('01068', '水鹤异常'),
    ('01069', '水域附属设施异常'),
    ('01070', '水域护栏异常'),
    ('01071', '防汛墙异常'),
    ('01072', '排水泵站异常'),
    ('01073', '雨污水排放口异常'),
    ('01074', '综合管廊附属设施异常'),
    ('01075', '快递柜异常'),
    ('01076', '公用电梯异常'),
    ('01077', '综合杆异常'),
    ('02001', '停车场异常'),
    ('02002', '立体车库异常'),
    ('02003', '停车计费设备异常'),
    ('02004', '公交站设施异常'),
    ('02005', '出租车停靠站异常'),
    ('02006', '过街天桥异常'),
    ('02007', '地下通道异常'),
    ('02008', '立交桥异常'),
    ('02009', '跨河桥异常'),
    ('02010', '交通标志牌及标线异常'),
    ('02011', '限高架标志异常'),
    ('02012', '路名牌异常'),
    ('02013', '地名牌异常'),
    ('02014', '交通信号灯异常'),
    ('02015', '交通信号设施异常'),
    ('02016', '交通岗亭异常'),
    ('02017', '交通护栏异常'),
    ('02018', '防撞桶异常'),
    ('02019', '安全岛异常'),
    ('02020', '人行横道桩异常'),
    ('02021', '便道桩异常'),
    ('02022', '柔性隔离体异常'),
    ('02023', '道路信息显示屏异常'),
    ('02024', '道路隔音屏异常'),
    ('02025', '非机动车停放点异常'),
    ('02026', '自行车租赁点异常'),
    ('02027', '存车支架异常'),
    ('02028', '铁道口设施异常'),
    ('02029', '栈桥异常'),
    ('02030', '水域标示牌异常'),
    ('02031', '港监设施异常'),
    ('02032', '轨道交通设施异常'),
    ('02033', '交通反视镜异常'),
    ('02034', '无障碍设施异常'),
    ('02035', '应急避难指示牌异常'),
    ('02036', '救助站指示牌异常'),
    ('02037', '文物建筑标志牌异常'),
    ('02038', '门（楼号）牌异常'),
    ('02039', '公安指示牌异常'),
    ('02040', '景区标识牌异常'),
    ('02041', '停车信息显示屏异常'),
    ('02042', '铁路桥涵异常'),
    ('02043', '减速带异常'),
    ('02044', '公路隧道异常'),
    ('03001', '公共厕所异常'),
    ('03002', '公厕指示牌异常'),
    ('03003', '化粪池异常'),
    ('03004', '垃圾间（楼）异常'),
    ('03005', '垃圾箱异常'),
    ('03006', '户外广告异常'),
    ('03007', '牌匾标识异常'),
    ('03008', '宣传栏异常'),
    ('03009', '气象监测站异常'),
    ('03010', '环保监测站异常'),
    ('03011', '污水口监测站异常'),
    ('03012', '污水监测器异常'),
    ('03013', '噪声显示屏异常'),
    ('03014', '环卫工具间（箱）异常'),
    ('03015', '宠物拾便纸箱异常'),
    ('03016', '烟头收集器或灭烟处异常'),
    ('04001', '古树名木异常'),
    ('04002', '行道树异常'),
    ('04003', '独立树异常'),
    ('04004', '护树设施异常'),
    ('04005', '花架花钵异常'),
    ('04006', '雕塑异常'),
    ('04007', '街头座椅异常'),
    ('04008', '绿地护栏异常'),
    ('04009', '绿地附属设施异常'),
    ('04010', '喷泉异常'),
    ('04011', '树池树穴异常'),
    ('04012', '高架挂箱异常'),
    ('04013', '绿地异常'),
    ('04014', '林地及林地管护设施异常'),
    ('05002', '公房地下室异常'),
    ('05003', '车辆加油（气、电）站异常'),
    ('05009', '文物古迹异常'),
    ('06001', '私搭乱建'),
    ('06002', '店面无证装修'),
    ('06003', '违章接坡'),
    ('06004', '建筑物外立面污损'),
    ('06005', '临街阳台、屋顶脏乱差'),
    ('06006', '擅自在临街的建筑物上挂彩旗'),
    ('06007', '沿街晾挂'),
    ('06008', '擅自架设管线、杆线设施'),
    ('06009', '空调室外机低挂'),
    ('06010', '暴露垃圾'),
    ('06011', '积存垃圾渣土'),
    ('06012', '道路不洁'),
    ('06013', '道路破损'),
    ('06014', '道路遗撒（洒）'),
    ('06015', '沙（河）滩不洁'),
    ('06016', '交通标线不清晰'),
    ('06017', '绿地脏乱'),
    ('06018', '绿化弃料'),
    ('06019', '非装饰性吊挂'),
    ('06020', '焚烧垃圾、树叶'),
    ('06021', '病虫害'),
    ('06022', '非法伐树'),
    ('06023', '堤岸破损'),
    ('06024', '水域秩序乱象'),
    ('06025', '水域不洁'),
    ('06026', '河道污染'),
    ('06027', '油烟污染'),
    ('06028', '噪声扰民'),
    ('06029', '露天烧烤'),
    ('06030', '乱倒乱排污水、废水'),
    ('06032', '非正规垃圾填埋场'),
    ('06033', '乱丢弃医疗废物'),
    ('06034', '废弃车辆'),
    ('06035', '废弃家具设备'),
    ('06036', '乱堆杂物'),
    ('06037', '动物尸体'),
    ('06038', '擅自饲养家禽家畜'),
    ('06039', '违章开设道口'),
    ('06040', '私设地锁、阻车桩'),
    ('06041', '垃圾未分类'),
    ('06042', '垃圾站（箱）满溢'),
    ('06043', '遮阳篷（棚、伞）破损'),
    ('06044', '节庆装饰物破损'),
    ('06045', '非法占绿毁绿'),
    ('06046', '占用河道'),
    ('06047', '公园秩序'),
    ('06048', '边坡（挡土墙）破损'),
    ('06049', '台阶破损'),
    ('06050', '路缘石缺损'),
    ('06051', '盲道缺损'),
    ('06052', '无障碍坡道破损'),
    ('07001', '非法小广告'),
    ('07002', '街头散发广告'),
    ('07003', '违规户外广告'),
    ('07004', '广告语言文字不规范'),
    ('07006', '违规牌匾标识'),
    ('07007', '违规标语宣传品'),
    ('07008', '公益性宣传品缺损'),
    ('08001', '施工扰民'),
    ('08002', '施工占道'),
    ('08003', '无证掘路'),
    ('08004', '工地扬尘'),
    ('08005', '施工废弃料'),
    ('08006', '施工物料乱堆放'),
    ('08007', '施工工地围挡问题'),
    ('08008', '施工工地道路未硬化'),
    ('08009', '施工工地出入口道路破损'),
    ('08010', '施工完成后未场光地净'),
    ('08011', '渣土运输车辆未安装密闭装置'),
    ('08012', '施工工地车轮夹带'),
    ('08013', '违规高空悬吊作业'),
    ('08014', '预埋件设施裸露'),
    ('08015', '施工公示牌污损'),
    ('08016', '无证建设'),
    ('09001', '无照经营游商'),
    ('09002', '早（夜）市管理问题'),
    ('09003', '流浪乞讨'),
    ('09004', '废品收购乱象'),
    ('09005', '店外经营'),
    ('09006', '占道经营'),
    ('09008', '非法出版物销售'),
    ('09009', '机动车乱停放'),
    ('09010', '非机动车乱停放'),
    ('09011', '共享单车乱象'),
    ('09012', '占用消防通道'),
    ('09013', '临街屠宰'),
    ('09014', '畜力车进城'),
    ('09015', '无证餐饮'),
    ('09016', '违规设置停车场'),
    ('09017', '违规占用桥下空间'),
    ('09018', '履带车（铁轮车）违规上路行驶'),
    ('09019', '占用无障碍通道'),
    ('09020', '农贸市场秩序问题'),
    ('09021', '占道洗车'),
    ('09022', '占道促销宣传'),
    ('10001', '道路积雪、结冰'),
    ('10002', '架空线缆脱落')
) AS v (code, name);

-- GB/T 30428.2-2013, the standard before: only what public material shows of
-- its event classes, and the way from there to GB/T 47678.5-2026.  Its fifth
-- category, emergencies (突发事件), has no counterpart by number.

INSERT INTO taxonomy (taxonomy, name, valid_to, source, remark, origin) VALUES
    (
        'GB/T 30428.2-2013',
        '数字化城市管理信息系统 第2部分：管理部件和事件',
        '2026-07-01',
        'GB/T 30428.2-2013, through lists used by city systems',
        'Not the whole list: the classes that public material shows with their codes. Replaced entirely by GB/T 47678.5-2026.',
        'shipped'
    );

INSERT INTO event_class (taxonomy, kind, code, name, origin)
SELECT 'GB/T 30428.2-2013', 'matter', code::eventcode, name, 'shipped'
FROM (VALUES
    ('01', '市容环境'),
    ('02', '宣传广告'),
    ('03', '施工管理'),
    ('04', '街面秩序')
) AS v (code, name);

INSERT INTO event_class (taxonomy, kind, code, name, parent, origin)
SELECT 'GB/T 30428.2-2013', 'matter', code::eventcode, name, parent(code::eventcode), 'shipped'
FROM (VALUES
    ('0101', '私搭乱建'),
    ('0107', '沿街晾挂'),
    ('0110', '暴露垃圾'),
    ('0111', '积存垃圾渣土'),
    ('0112', '道路不洁'),
    ('0136', '乱堆物堆料'),
    ('0201', '非法小广告'),
    ('0203', '违规户外广告'),
    ('0311', '渣土车未密闭运输'),
    ('0401', '无照经营游商'),
    ('0405', '店外经营'),
    ('0406', '占道经营'),
    ('0409', '机动车乱停放'),
    ('0410', '非机动车乱停放')
) AS v (code, name);

-- 2013 category 01, 02, 03, 04 became 06, 07, 08, 09.
INSERT INTO class_map (from_taxonomy, from_kind, from_code, to_taxonomy, to_kind, to_code, relation, basis, origin)
SELECT 'GB/T 30428.2-2013', 'matter', from_code::eventcode, 'GB/T 47678.5-2026', 'matter', to_code::eventcode, 'same', 'stated', 'shipped'
FROM (VALUES
    ('01', '06'),
    ('02', '07'),
    ('03', '08'),
    ('04', '09')
) AS v (from_code, to_code);

-- Within a category the number NN became 0NN.  Every pair that can be checked
-- agrees (basis stated: code and name are shown together; inferred: the place
-- in an ordered list is); the others rest on the rule alone, and some of them
-- may be classes that 2013 did not have.
INSERT INTO class_map (from_taxonomy, from_kind, from_code, to_taxonomy, to_kind, to_code, relation, basis, remark, origin)
SELECT 'GB/T 30428.2-2013',
       'matter',
       (lpad((substr(c.code::text, 1, 2)::integer - 5)::text, 2, '0') || substr(c.code::text, 4))::eventcode,
       'GB/T 47678.5-2026',
       'matter',
       c.code,
       CASE WHEN v.name IS NULL OR v.name = c.name THEN 'same' ELSE 'renamed' END,
       coalesce(v.basis, 'rule'),
       'name of 2013: ' || v.name,
       'shipped'
FROM event_class AS c
LEFT JOIN (VALUES
    ('06001', '私搭乱建', 'stated'),
    ('06007', '沿街晾挂', 'stated'),
    ('06010', '暴露垃圾', 'stated'),
    ('06011', '积存垃圾渣土', 'stated'),
    ('06012', '道路不洁', 'stated'),
    ('06014', '道路遗撒', 'inferred'),
    ('06015', '沙(河)滩不洁', 'inferred'),
    ('06020', '焚烧垃圾、树叶', 'inferred'),
    ('06025', '水域不洁', 'inferred'),
    ('06026', '河道污染', 'inferred'),
    ('06027', '油烟污染', 'inferred'),
    ('06030', '乱倒乱排污水、废水', 'inferred'),
    ('06032', '非正规垃圾填埋场', 'inferred'),
    ('06033', '乱丢弃医疗废物', 'inferred'),
    ('06035', '废弃家具设备', 'inferred'),
    ('06036', '乱堆物堆料', 'stated'),
    ('06037', '动物尸体', 'inferred'),
    ('07001', '非法小广告', 'stated'),
    ('07002', '街头散发广告', 'inferred'),
    ('07003', '违规户外广告', 'stated'),
    ('07004', '广告语言文字不规范', 'inferred'),
    ('08011', '渣土车未密闭运输', 'stated'),
    ('09001', '无照经营游商', 'stated'),
    ('09005', '店外经营', 'stated'),
    ('09006', '占道经营', 'stated'),
    ('09009', '机动车乱停放', 'stated'),
    ('09010', '非机动车乱停放', 'stated')
) AS v (code, name, basis) ON v.code::eventcode = c.code
WHERE c.taxonomy = 'GB/T 47678.5-2026'
    AND c.kind = 'matter'
    AND c.parent BETWEEN '06' AND '09';

-- Two numbers of 2013 fall on gaps of 2026.
INSERT INTO class_map (from_taxonomy, from_kind, from_code, to_taxonomy, to_kind, to_code, relation, basis, remark, origin) VALUES
    ('GB/T 30428.2-2013', 'matter', '0131', 'GB/T 47678.5-2026', 'matter', NULL, 'withdrawn', 'inferred', 'name of 2013: 餐厨垃圾遗撒和污染', 'shipped'),
    ('GB/T 30428.2-2013', 'matter', '0205', 'GB/T 47678.5-2026', 'matter', NULL, 'withdrawn', 'inferred', 'name of 2013: 户外广告设置位置不合理', 'shipped');

-- From here on, shipped rows are guarded, and what is not shipped is dumped.
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON class_kind
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('kind');
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON taxonomy
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('taxonomy');
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON event_class
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('taxonomy', 'kind', 'code');
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON class_map
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row(
        'from_taxonomy', 'from_kind', 'from_code', 'to_taxonomy', 'to_kind', 'to_code'
    );
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON class_kind
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON taxonomy
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON event_class
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON class_map
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON class_kind IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_row ON taxonomy IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_row ON event_class IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_row ON class_map IS 'keeps edits of shipped rows through dump and restore';

COMMENT ON TRIGGER keep_shipped_rows ON class_kind IS 'shipped rows are not truncated';
COMMENT ON TRIGGER keep_shipped_rows ON taxonomy IS 'shipped rows are not truncated';
COMMENT ON TRIGGER keep_shipped_rows ON event_class IS 'shipped rows are not truncated';
COMMENT ON TRIGGER keep_shipped_rows ON class_map IS 'shipped rows are not truncated';

SELECT pg_catalog.pg_extension_config_dump('class_kind', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('taxonomy', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('event_class', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('class_map', $$WHERE origin <> 'shipped'$$);
