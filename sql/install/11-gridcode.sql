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
