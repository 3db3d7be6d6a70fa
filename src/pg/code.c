/*
 * code.c
 *	  SQL functions of gridcode (网格编码) and eventcode (事件分类代码).
 *
 * Comparison, hashing and sorting are PostgreSQL's own int8 functions, bound
 * in the SQL script; see core/code.h for why integer order is right.
 */
#include "postgres.h"

#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "core/code.h"

#include "codefault.h"
#include "compat.h"

static const CodeWording gridcode_wording = {
    "gridcode", "a gridcode has 2, 4, 6, 9, 12, 15 or 18",
    "Valid examples: 440310 (district), 440310001 (street), "
    "440310001001001 (grid)."};

static const CodeWording eventcode_wording = {
    "eventcode", "an eventcode has 1 to 12",
    "Valid examples: 06, 06010, 010203."};

/* In the order of GridLevel; the labels of the enum grid_level. */
static const char *const grid_level_label[GRIDCODE_LEVELS + 1] = {
    NULL,     "province",  "city", "district",
    "street", "community", "grid", "building"};

/* What fn_extra keeps for the enum: the OID of each label, by level. */
typedef struct GridLevelOids
{
	Oid oid[GRIDCODE_LEVELS + 1];
} GridLevelOids;

/* The type that a function declares for an argument. */
static Oid
declared_argtype(Oid func, int arg)
{
	Oid *types;
	int n;
	Oid result;

	get_func_signature(func, &types, &n);
	result = types[arg];
	pfree(types);
	return result;
}

/*
 * The OIDs of the labels of grid_level, which is the type of the calling
 * function's argument arg, or of its RESULT; looked up once a query.
 */
#define RESULT (-1)

static const GridLevelOids *
grid_level_oids(FunctionCallInfo fcinfo, int arg)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	GridLevelOids *cache = flinfo->fn_extra;

	if (cache == NULL)
	{
		Oid enum_type = arg == RESULT ? get_func_rettype(flinfo->fn_oid)
		                              : declared_argtype(flinfo->fn_oid, arg);

		cache = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(*cache));
		for (int level = 1; level <= GRIDCODE_LEVELS; level++)
		{
			cache->oid[level] = GetSysCacheOid2(
			    ENUMTYPOIDNAME, Anum_pg_enum_oid, ObjectIdGetDatum(enum_type),
			    CStringGetDatum(grid_level_label[level]));
			if (!OidIsValid(cache->oid[level]))
				elog(ERROR, "enum grid_level has no value \"%s\"",
				     grid_level_label[level]);
		}
		flinfo->fn_extra = cache;
	}
	return cache;
}

/* An array of codes, all of them of the same pass-by-value type. */
static ArrayType *
code_array(FunctionCallInfo fcinfo, const int64 *codes, int n)
{
	Oid type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	Datum *elems = palloc(n * sizeof(Datum));

	for (int i = 0; i < n; i++)
		elems[i] = Int64GetDatum(codes[i]);
	return construct_array(elems, n, type, sizeof(int64), FLOAT8PASSBYVAL,
	                       TYPALIGN_DOUBLE);
}

/* ---------------------------------------------------------------------
 * gridcode
 * ---------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(cg_gridcode_in);
Datum
cg_gridcode_in(PG_FUNCTION_ARGS)
{
	char *input = PG_GETARG_CSTRING(0);
	CodeFault fault = {CODE_OK};
	int64 code;

	if (!gridcode_parse(input, strlen(input), &code, &fault))
	{
		code_report_fault(fcinfo->context, &gridcode_wording, input, &fault);
		PG_RETURN_NULL();
	}
	PG_RETURN_INT64(code);
}

PG_FUNCTION_INFO_V1(cg_gridcode_out);
Datum
cg_gridcode_out(PG_FUNCTION_ARGS)
{
	char *out = palloc(CODE_MAX_TEXT + 1);

	gridcode_format(PG_GETARG_INT64(0), out);
	PG_RETURN_CSTRING(out);
}

PG_FUNCTION_INFO_V1(cg_gridcode_recv);
Datum
cg_gridcode_recv(PG_FUNCTION_ARGS)
{
	int64 code = pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0));

	if (!gridcode_is_valid(code))
		code_refuse_binary(&gridcode_wording, code);
	PG_RETURN_INT64(code);
}

/* Serves all code types: each is its eight bytes. */
PG_FUNCTION_INFO_V1(cg_code_send);
Datum
cg_code_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, PG_GETARG_INT64(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

PG_FUNCTION_INFO_V1(cg_gridcode_within);
Datum
cg_gridcode_within(PG_FUNCTION_ARGS)
{
	int64 code = PG_GETARG_INT64(0);
	int64 ancestor = PG_GETARG_INT64(1);

	PG_RETURN_BOOL(code >= ancestor && code <= gridcode_last(ancestor));
}

PG_FUNCTION_INFO_V1(cg_gridcode_covers);
Datum
cg_gridcode_covers(PG_FUNCTION_ARGS)
{
	int64 ancestor = PG_GETARG_INT64(0);
	int64 code = PG_GETARG_INT64(1);

	PG_RETURN_BOOL(code >= ancestor && code <= gridcode_last(ancestor));
}

PG_FUNCTION_INFO_V1(cg_gridcode_level);
Datum
cg_gridcode_level(PG_FUNCTION_ARGS)
{
	const GridLevelOids *oids = grid_level_oids(fcinfo, RESULT);

	PG_RETURN_OID(oids->oid[gridcode_level(PG_GETARG_INT64(0))]);
}

PG_FUNCTION_INFO_V1(cg_gridcode_digits);
Datum
cg_gridcode_digits(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(gridcode_digits(PG_GETARG_INT64(0)));
}

PG_FUNCTION_INFO_V1(cg_gridcode_parent);
Datum
cg_gridcode_parent(PG_FUNCTION_ARGS)
{
	int64 parent;

	if (!gridcode_parent(PG_GETARG_INT64(0), &parent))
		PG_RETURN_NULL();
	PG_RETURN_INT64(parent);
}

PG_FUNCTION_INFO_V1(cg_gridcode_ancestor);
Datum
cg_gridcode_ancestor(PG_FUNCTION_ARGS)
{
	Oid wanted = PG_GETARG_OID(1);
	const GridLevelOids *oids = grid_level_oids(fcinfo, 1);
	int64 ancestor;

	for (int level = 1; level <= GRIDCODE_LEVELS; level++)
	{
		if (oids->oid[level] != wanted)
			continue;
		if (!gridcode_ancestor(PG_GETARG_INT64(0), level, &ancestor))
			PG_RETURN_NULL();
		PG_RETURN_INT64(ancestor);
	}
	elog(ERROR, "unknown value %u of enum grid_level", wanted);
}

PG_FUNCTION_INFO_V1(cg_gridcode_last);
Datum
cg_gridcode_last(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(gridcode_last(PG_GETARG_INT64(0)));
}

PG_FUNCTION_INFO_V1(cg_gridcode_lineage);
Datum
cg_gridcode_lineage(PG_FUNCTION_ARGS)
{
	int64 codes[GRIDCODE_LEVELS];
	int n = gridcode_lineage(PG_GETARG_INT64(0), codes);

	PG_RETURN_ARRAYTYPE_P(code_array(fcinfo, codes, n));
}

PG_FUNCTION_INFO_V1(cg_gridcode_padded);
Datum
cg_gridcode_padded(PG_FUNCTION_ARGS)
{
	int64 code = PG_GETARG_INT64(0);
	int width = PG_GETARG_INT32(1);
	int digits = gridcode_digits(code);
	char text[GRIDCODE_MAX_DIGITS + 1];

	if (width < digits || width > GRIDCODE_MAX_DIGITS)
		ereport(
		    ERROR,
		    (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     errmsg("cannot pad a gridcode of %d digits to %d", digits, width),
		     errdetail("The width must be between the number of digits "
		               "and %d.",
		               GRIDCODE_MAX_DIGITS),
		     errhint("Lists of GB/T 2260 are 6 wide, statistical division "
		             "codes 12.")));
	gridcode_format(code, text);
	memset(text + digits, '0', width - digits);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text, width));
}

/* ---------------------------------------------------------------------
 * eventcode
 * ---------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(cg_eventcode_in);
Datum
cg_eventcode_in(PG_FUNCTION_ARGS)
{
	char *input = PG_GETARG_CSTRING(0);
	CodeFault fault = {CODE_OK};
	int64 code;

	if (!eventcode_parse(input, strlen(input), &code, &fault))
	{
		code_report_fault(fcinfo->context, &eventcode_wording, input, &fault);
		PG_RETURN_NULL();
	}
	PG_RETURN_INT64(code);
}

PG_FUNCTION_INFO_V1(cg_eventcode_out);
Datum
cg_eventcode_out(PG_FUNCTION_ARGS)
{
	char *out = palloc(CODE_MAX_TEXT + 1);

	eventcode_format(PG_GETARG_INT64(0), out);
	PG_RETURN_CSTRING(out);
}

PG_FUNCTION_INFO_V1(cg_eventcode_recv);
Datum
cg_eventcode_recv(PG_FUNCTION_ARGS)
{
	int64 code = pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0));

	if (!eventcode_is_valid(code))
		code_refuse_binary(&eventcode_wording, code);
	PG_RETURN_INT64(code);
}

PG_FUNCTION_INFO_V1(cg_eventcode_within);
Datum
cg_eventcode_within(PG_FUNCTION_ARGS)
{
	int64 code = PG_GETARG_INT64(0);
	int64 ancestor = PG_GETARG_INT64(1);

	PG_RETURN_BOOL(code >= ancestor && code <= eventcode_last(ancestor));
}

PG_FUNCTION_INFO_V1(cg_eventcode_covers);
Datum
cg_eventcode_covers(PG_FUNCTION_ARGS)
{
	int64 ancestor = PG_GETARG_INT64(0);
	int64 code = PG_GETARG_INT64(1);

	PG_RETURN_BOOL(code >= ancestor && code <= eventcode_last(ancestor));
}

PG_FUNCTION_INFO_V1(cg_eventcode_digits);
Datum
cg_eventcode_digits(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(eventcode_digits(PG_GETARG_INT64(0)));
}

PG_FUNCTION_INFO_V1(cg_eventcode_last);
Datum
cg_eventcode_last(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(eventcode_last(PG_GETARG_INT64(0)));
}

PG_FUNCTION_INFO_V1(cg_eventcode_lineage);
Datum
cg_eventcode_lineage(PG_FUNCTION_ARGS)
{
	int64 codes[EVENTCODE_MAX_DIGITS];
	int n = eventcode_lineage(PG_GETARG_INT64(0), codes);

	PG_RETURN_ARRAYTYPE_P(code_array(fcinfo, codes, n));
}

PG_FUNCTION_INFO_V1(cg_eventcode_prefix);
Datum
cg_eventcode_prefix(PG_FUNCTION_ARGS)
{
	int64 code = PG_GETARG_INT64(0);
	int digits = PG_GETARG_INT32(1);

	if (digits < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("a prefix cannot have %d digits", digits),
		                errdetail("The number of digits is 1 or more."),
		                errhint("For example, prefix('06010', 2) is 06.")));
	if (digits > eventcode_digits(code))
		PG_RETURN_NULL();
	PG_RETURN_INT64(eventcode_prefix(code, digits));
}

/* Read an array of segment widths into the places where the levels end. */
static int
ends_from_widths(ArrayType *widths, int ends[EVENTCODE_MAX_DIGITS])
{
	Datum *elems;
	int n;
	int end = 0;

	if (ARR_NDIM(widths) != 1 || array_contains_nulls(widths))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("widths of an eventcode must be a list of numbers"),
		         errdetail("The array is empty, has more than one dimension, "
		                   "or contains NULL."),
		         errhint("For example '{2,2,2}' for codes such as 010203.")));
	deconstruct_array(widths, INT4OID, sizeof(int32), true, TYPALIGN_INT,
	                  &elems, NULL, &n);
	for (int i = 0; i < n; i++)
	{
		int32 width = DatumGetInt32(elems[i]);

		if (width < 1 || width > EVENTCODE_MAX_DIGITS - end)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("widths of an eventcode are out of range"),
			         errdetail("Width %d is %d; each is 1 or more and their "
			                   "sum at most %d.",
			                   i + 1, width, EVENTCODE_MAX_DIGITS),
			         errhint("For example '{2,2,2}' for codes such as "
			                 "010203.")));
		end += width;
		ends[i] = end;
	}
	return n;
}

/*
 * Where the levels of a code end, by the widths given (argument widths_arg)
 * or by the standards, and the level of the code itself.
 */
static int
eventcode_level(FunctionCallInfo fcinfo, int widths_arg,
                int ends[EVENTCODE_MAX_DIGITS])
{
	int64 code = PG_GETARG_INT64(0);
	int digits = eventcode_digits(code);
	bool given = PG_NARGS() > widths_arg;
	int n = given ? ends_from_widths(PG_GETARG_ARRAYTYPE_P(widths_arg), ends)
	              : eventcode_standard_ends(digits, ends);
	char text[CODE_MAX_TEXT + 1];

	for (int i = 0; i < n; i++)
	{
		if (ends[i] == digits)
			return i + 1;
	}
	eventcode_format(code, text);
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("eventcode \"%s\" has no level", text),
	         given ? errdetail("It has %d digits, and no segment of the "
	                           "widths given ends there.",
	                           digits)
	               : errdetail("It has %d digits, and no standard says how "
	                           "they are divided.",
	                           digits),
	         errhint("Give the widths of the segments, for example "
	                 "'{2,2,2}' for codes such as 010203.")));
}

PG_FUNCTION_INFO_V1(cg_eventcode_level);
Datum
cg_eventcode_level(PG_FUNCTION_ARGS)
{
	int ends[EVENTCODE_MAX_DIGITS];

	PG_RETURN_INT32(eventcode_level(fcinfo, 1, ends));
}

PG_FUNCTION_INFO_V1(cg_eventcode_parent);
Datum
cg_eventcode_parent(PG_FUNCTION_ARGS)
{
	int ends[EVENTCODE_MAX_DIGITS];
	int level = eventcode_level(fcinfo, 1, ends);

	if (level == 1)
		PG_RETURN_NULL();
	PG_RETURN_INT64(eventcode_prefix(PG_GETARG_INT64(0), ends[level - 2]));
}

PG_FUNCTION_INFO_V1(cg_eventcode_ancestor);
Datum
cg_eventcode_ancestor(PG_FUNCTION_ARGS)
{
	int wanted = PG_GETARG_INT32(1);
	int ends[EVENTCODE_MAX_DIGITS];
	int level = eventcode_level(fcinfo, 2, ends);

	if (wanted < 1)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("level %d of an eventcode does not exist", wanted),
		         errdetail("Levels count from 1, the widest class."),
		         errhint("For example, ancestor('06010', 1) is 06.")));
	if (wanted > level)
		PG_RETURN_NULL();
	PG_RETURN_INT64(eventcode_prefix(PG_GETARG_INT64(0), ends[wanted - 1]));
}
