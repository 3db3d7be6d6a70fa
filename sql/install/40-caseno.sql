
-- caseno (案件编号): which case.  See doc/caseno.md.

CREATE TYPE caseno;

CREATE FUNCTION caseno_in(cstring) RETURNS caseno
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_caseno_in';
COMMENT ON FUNCTION caseno_in(cstring) IS 'text input';

CREATE FUNCTION caseno_out(caseno) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_caseno_out';
COMMENT ON FUNCTION caseno_out(caseno) IS 'text output';

CREATE FUNCTION caseno_recv(internal) RETURNS caseno
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_caseno_recv';
COMMENT ON FUNCTION caseno_recv(internal) IS 'binary input';

CREATE FUNCTION caseno_send(caseno) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_code_send';
COMMENT ON FUNCTION caseno_send(caseno) IS 'binary output';

CREATE TYPE caseno (
    INPUT = caseno_in,
    OUTPUT = caseno_out,
    RECEIVE = caseno_recv,
    SEND = caseno_send,
    LIKE = bigint,
    CATEGORY = 'U'
);
COMMENT ON TYPE caseno IS 'case number (案件编号): YYYYMMDD-DDDDDD-NNNNNNN-C, date, district, sequence, check digit of ISO 7064 MOD 11,10';

-- Codes arrive in text columns of every kind; a wrong one is refused by the
-- input function, so assignment is safe.
CREATE CAST (text AS caseno) WITH INOUT AS ASSIGNMENT;
CREATE CAST (character varying AS caseno) WITH INOUT AS ASSIGNMENT;
CREATE CAST (character AS caseno) WITH INOUT AS ASSIGNMENT;
CREATE CAST (caseno AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (caseno AS character varying) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS caseno) IS 'read a caseno; an error if it is none';
COMMENT ON CAST (character varying AS caseno) IS 'read a caseno; an error if it is none';
COMMENT ON CAST (character AS caseno) IS 'read a caseno; an error if it is none';
COMMENT ON CAST (caseno AS text) IS 'text form of a caseno';
COMMENT ON CAST (caseno AS character varying) IS 'text form of a caseno';

CREATE FUNCTION caseno_eq(caseno, caseno) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8eq';
COMMENT ON FUNCTION caseno_eq(caseno, caseno) IS 'implementation of = operator';

CREATE FUNCTION caseno_ne(caseno, caseno) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8ne';
COMMENT ON FUNCTION caseno_ne(caseno, caseno) IS 'implementation of <> operator';

CREATE FUNCTION caseno_lt(caseno, caseno) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8lt';
COMMENT ON FUNCTION caseno_lt(caseno, caseno) IS 'implementation of < operator';

CREATE FUNCTION caseno_le(caseno, caseno) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8le';
COMMENT ON FUNCTION caseno_le(caseno, caseno) IS 'implementation of <= operator';

CREATE FUNCTION caseno_gt(caseno, caseno) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8gt';
COMMENT ON FUNCTION caseno_gt(caseno, caseno) IS 'implementation of > operator';

CREATE FUNCTION caseno_ge(caseno, caseno) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8ge';
COMMENT ON FUNCTION caseno_ge(caseno, caseno) IS 'implementation of >= operator';

CREATE FUNCTION caseno_cmp(caseno, caseno) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'btint8cmp';
COMMENT ON FUNCTION caseno_cmp(caseno, caseno) IS 'less-equal-greater';

CREATE FUNCTION caseno_hash(caseno) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'hashint8';
COMMENT ON FUNCTION caseno_hash(caseno) IS 'hash';

CREATE FUNCTION caseno_hash_extended(caseno, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'hashint8extended';
COMMENT ON FUNCTION caseno_hash_extended(caseno, bigint) IS 'hash with a seed';

CREATE FUNCTION caseno_smaller(caseno, caseno) RETURNS caseno
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8smaller';
COMMENT ON FUNCTION caseno_smaller(caseno, caseno) IS 'smaller of two';

CREATE FUNCTION caseno_larger(caseno, caseno) RETURNS caseno
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'int8larger';
COMMENT ON FUNCTION caseno_larger(caseno, caseno) IS 'larger of two';

CREATE OPERATOR = (
    FUNCTION = caseno_eq,
    LEFTARG = caseno,
    RIGHTARG = caseno,
    COMMUTATOR = =,
    NEGATOR = <>,
    RESTRICT = eqsel,
    JOIN = eqjoinsel,
    HASHES,
    MERGES
);
COMMENT ON OPERATOR = (caseno, caseno) IS 'equal';

CREATE OPERATOR <> (
    FUNCTION = caseno_ne,
    LEFTARG = caseno,
    RIGHTARG = caseno,
    COMMUTATOR = <>,
    NEGATOR = =,
    RESTRICT = neqsel,
    JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (caseno, caseno) IS 'not equal';

CREATE OPERATOR < (
    FUNCTION = caseno_lt,
    LEFTARG = caseno,
    RIGHTARG = caseno,
    COMMUTATOR = >,
    NEGATOR = >=,
    RESTRICT = scalarltsel,
    JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (caseno, caseno) IS 'less than';

CREATE OPERATOR <= (
    FUNCTION = caseno_le,
    LEFTARG = caseno,
    RIGHTARG = caseno,
    COMMUTATOR = >=,
    NEGATOR = >,
    RESTRICT = scalarlesel,
    JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (caseno, caseno) IS 'less than or equal';

CREATE OPERATOR > (
    FUNCTION = caseno_gt,
    LEFTARG = caseno,
    RIGHTARG = caseno,
    COMMUTATOR = <,
    NEGATOR = <=,
    RESTRICT = scalargtsel,
    JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (caseno, caseno) IS 'greater than';

CREATE OPERATOR >= (
    FUNCTION = caseno_ge,
    LEFTARG = caseno,
    RIGHTARG = caseno,
    COMMUTATOR = <=,
    NEGATOR = <,
    RESTRICT = scalargesel,
    JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (caseno, caseno) IS 'greater than or equal';

CREATE OPERATOR CLASS caseno_ops
    DEFAULT FOR TYPE caseno USING btree AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 caseno_cmp(caseno, caseno),
    FUNCTION 2 btint8sortsupport(internal),
    FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR FAMILY caseno_ops USING btree IS 'case numbers in the order of their dates';
COMMENT ON OPERATOR CLASS caseno_ops USING btree IS 'case numbers in the order of their dates';

CREATE OPERATOR CLASS caseno_ops
    DEFAULT FOR TYPE caseno USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 caseno_hash(caseno),
    FUNCTION 2 caseno_hash_extended(caseno, bigint);
COMMENT ON OPERATOR FAMILY caseno_ops USING hash IS 'equality of case numbers';
COMMENT ON OPERATOR CLASS caseno_ops USING hash IS 'equality of case numbers';

CREATE OPERATOR CLASS caseno_minmax_ops
    DEFAULT FOR TYPE caseno USING brin AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 brin_minmax_opcinfo(internal),
    FUNCTION 2 brin_minmax_add_value(internal, internal, internal, internal),
    FUNCTION 3 brin_minmax_consistent(internal, internal, internal),
    FUNCTION 4 brin_minmax_union(internal, internal, internal);
COMMENT ON OPERATOR FAMILY caseno_minmax_ops USING brin IS 'least and greatest of the case numbers of a range of blocks';
COMMENT ON OPERATOR CLASS caseno_minmax_ops USING brin IS 'least and greatest of the case numbers of a range of blocks';

CREATE AGGREGATE min(caseno) (
    SFUNC = caseno_smaller,
    STYPE = caseno,
    COMBINEFUNC = caseno_smaller,
    SORTOP = <,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE min(caseno) IS 'least of the case numbers';

CREATE AGGREGATE max(caseno) (
    SFUNC = caseno_larger,
    STYPE = caseno,
    COMBINEFUNC = caseno_larger,
    SORTOP = >,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE max(caseno) IS 'greatest of the case numbers';
-- Parts of a case number.

CREATE FUNCTION make_caseno(day date, district gridcode, sequence integer) RETURNS caseno
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_make_caseno';
COMMENT ON FUNCTION make_caseno(date, gridcode, integer) IS
    'put a case number together (组成案件编号); of the grid code the first six digits count';

CREATE FUNCTION first_caseno(day date) RETURNS caseno
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_first_caseno';
COMMENT ON FUNCTION first_caseno(date) IS
    'least case number of a day (当日最小编号): the bound of a partition or of a range of days';

CREATE FUNCTION case_date(caseno caseno) RETURNS date
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_case_date';
COMMENT ON FUNCTION case_date(caseno) IS 'day of a case number (日期)';

CREATE FUNCTION district(caseno caseno) RETURNS gridcode
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_caseno_district';
COMMENT ON FUNCTION district(caseno) IS
    'district, city or province of a case number (区划); NULL for 000000';

CREATE FUNCTION case_sequence(caseno caseno) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_case_sequence';
COMMENT ON FUNCTION case_sequence(caseno) IS 'sequence within a case number (流水号)';

CREATE FUNCTION check_digit(caseno caseno) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_check_digit';
COMMENT ON FUNCTION check_digit(caseno) IS
    'check digit of a case number (校验码), ISO 7064 MOD 11,10 over the 21 digits before it';

-- Drawing numbers.  The days take turns over 64 sequences, each of which goes
-- round after ten million: a number could come twice only for the same day and
-- district, and only when ten million other numbers of the slot came between.

DO $$
BEGIN
    FOR slot IN 0..63 LOOP
        EXECUTE format(
            'CREATE SEQUENCE caseno_slot_%s AS integer MINVALUE 0 MAXVALUE 9999999 START 1 CYCLE',
            to_char(slot, 'FM00')
        );
        EXECUTE format(
            'COMMENT ON SEQUENCE caseno_slot_%s IS %L',
            to_char(slot, 'FM00'),
            format('case numbers of days whose distance from 1900-01-01 is %s modulo 64', slot)
        );
        PERFORM pg_catalog.pg_extension_config_dump(
            format('caseno_slot_%s', to_char(slot, 'FM00'))::regclass, ''
        );
    END LOOP;
END
$$;

CREATE FUNCTION new_caseno(district gridcode, day date) RETURNS caseno
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'cg_new_caseno';
COMMENT ON FUNCTION new_caseno(gridcode, date) IS
    'draw a new case number for a day (取号); never waits, never repeats';

CREATE FUNCTION new_caseno(
    district gridcode,
    at timestamptz DEFAULT now(),
    time_zone text DEFAULT 'Asia/Shanghai'
) RETURNS caseno
    LANGUAGE SQL VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT @extschema@.new_caseno(district, (at AT TIME ZONE time_zone)::date);
END;
COMMENT ON FUNCTION new_caseno(gridcode, timestamptz, text) IS
    'draw a new case number for the day of an instant (取号), by the clock of Beijing unless told otherwise';

REVOKE EXECUTE ON FUNCTION new_caseno(gridcode, date) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION new_caseno(gridcode, timestamptz, text) FROM PUBLIC;
