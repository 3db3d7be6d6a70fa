/*
 * caseno.c
 *	  SQL functions of caseno (案件编号).
 *
 * Comparison, hashing and sorting are PostgreSQL's own int8 functions, bound
 * in the SQL script.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/sequence.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"

#include "core/caseno.h"

#include "codefault.h"
#include "compat.h"

/*
 * Sequences that share the days among them; see doc/caseno.md.  The number is
 * part of what keeps case numbers unique: it must never become smaller.
 */
#define CASENO_SLOTS 64

static const CodeWording caseno_wording = {
    "caseno", "a caseno has 22",
    "A valid example is 20260301-440310-0000001-3: date, district, sequence, "
    "check digit."};

/* Days from 1900-01-01 for a SQL date, or an error. */
static int32
day_of_date(DateADT date)
{
	int64 day = (int64) date + CASENO_DAY_OF_2000;

	if (DATE_NOT_FINITE(date) || day < 0 || day > CASENO_MAX_DAY)
		ereport(ERROR,
		        (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
		         errmsg("date is out of range for type caseno"),
		         errdetail("A case number keeps dates from 1900-01-01 to "
		                   "2999-12-31."),
		         errhint("For example, the date 2026-03-01.")));
	return (int32) day;
}

static int64
make_caseno(DateADT date, int64 district, int32 sequence)
{
	CasenoParts parts;

	parts.day = day_of_date(date);
	parts.district = gridcode_district6(district);
	parts.sequence = sequence;
	if (sequence < 0 || sequence > CASENO_MAX_SEQUENCE)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		                errmsg("sequence %d is out of range for type caseno",
		                       sequence),
		                errdetail("A case number has room for 0 to %d.",
		                          CASENO_MAX_SEQUENCE),
		                errhint("new_caseno() draws a number that is free.")));
	return caseno_pack(&parts);
}

PG_FUNCTION_INFO_V1(cg_caseno_in);
Datum
cg_caseno_in(PG_FUNCTION_ARGS)
{
	char *input = PG_GETARG_CSTRING(0);
	CodeFault fault = {CODE_OK};
	int64 caseno;

	if (!caseno_parse(input, strlen(input), &caseno, &fault))
	{
		code_report_fault(fcinfo->context, &caseno_wording, input, &fault);
		PG_RETURN_NULL();
	}
	PG_RETURN_INT64(caseno);
}

PG_FUNCTION_INFO_V1(cg_caseno_out);
Datum
cg_caseno_out(PG_FUNCTION_ARGS)
{
	char *out = palloc(CASENO_TEXT + 1);

	caseno_format(PG_GETARG_INT64(0), out);
	PG_RETURN_CSTRING(out);
}

/* The text, for quals of views: of no value is there an error or a warning
 * that could tell it, which is why the function is LEAKPROOF. */
PG_FUNCTION_INFO_V1(cg_caseno_text);
Datum
cg_caseno_text(PG_FUNCTION_ARGS)
{
	char text[CASENO_TEXT + 1];
	int n = caseno_format(PG_GETARG_INT64(0), text);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(text, n));
}

PG_FUNCTION_INFO_V1(cg_caseno_recv);
Datum
cg_caseno_recv(PG_FUNCTION_ARGS)
{
	int64 caseno = pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0));

	if (!caseno_is_valid(caseno))
		code_refuse_binary(&caseno_wording, caseno);
	PG_RETURN_INT64(caseno);
}

PG_FUNCTION_INFO_V1(cg_make_caseno);
Datum
cg_make_caseno(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(make_caseno(PG_GETARG_DATEADT(0), PG_GETARG_INT64(1),
	                            PG_GETARG_INT32(2)));
}

PG_FUNCTION_INFO_V1(cg_first_caseno);
Datum
cg_first_caseno(PG_FUNCTION_ARGS)
{
	CasenoParts parts = {0, 0, 0};

	parts.day = day_of_date(PG_GETARG_DATEADT(0));
	PG_RETURN_INT64(caseno_pack(&parts));
}

PG_FUNCTION_INFO_V1(cg_case_date);
Datum
cg_case_date(PG_FUNCTION_ARGS)
{
	CasenoParts parts = caseno_unpack(PG_GETARG_INT64(0));

	PG_RETURN_DATEADT(parts.day - CASENO_DAY_OF_2000);
}

PG_FUNCTION_INFO_V1(cg_caseno_district);
Datum
cg_caseno_district(PG_FUNCTION_ARGS)
{
	CasenoParts parts = caseno_unpack(PG_GETARG_INT64(0));
	int64 district;

	if (!gridcode_from_district6(parts.district, &district))
		PG_RETURN_NULL();
	PG_RETURN_INT64(district);
}

PG_FUNCTION_INFO_V1(cg_case_sequence);
Datum
cg_case_sequence(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(caseno_unpack(PG_GETARG_INT64(0)).sequence);
}

PG_FUNCTION_INFO_V1(cg_check_digit);
Datum
cg_check_digit(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(caseno_check_digit(PG_GETARG_INT64(0)));
}

/*
 * Draw a case number that nobody else has.  The right to execute this is the
 * right to draw; the sequences themselves are nobody's.
 */
PG_FUNCTION_INFO_V1(cg_new_caseno);
Datum
cg_new_caseno(PG_FUNCTION_ARGS)
{
	int64 district = PG_GETARG_INT64(0);
	DateADT date = PG_GETARG_DATEADT(1);
	int slot = day_of_date(date) % CASENO_SLOTS;
	char name[NAMEDATALEN];
	Oid sequence;

	snprintf(name, sizeof(name), "caseno_slot_%02d", slot);
	sequence =
	    get_relname_relid(name, get_func_namespace(fcinfo->flinfo->fn_oid));
	if (!OidIsValid(sequence))
		elog(ERROR, "sequence \"%s\" of civicgrid is missing", name);

	/*
	 * A number may be told before anything is stored under it, and the
	 * sequence logs ahead, perhaps in another session that has not committed
	 * yet.  So the commit must flush the log even if this transaction has
	 * written nothing to it; otherwise a crash could take the number back.
	 */
	(void) GetTopTransactionId();
	if (synchronous_commit > SYNCHRONOUS_COMMIT_OFF)
		ForceSyncCommit();
	PG_RETURN_INT64(make_caseno(date, district,
	                            (int32) nextval_internal(sequence, false)));
}
