/*
 * term.c
 *	  SQL functions of term (时限).
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "nodes/nodes.h"

#include "core/term.h"

#include "compat.h"
#include "term.h"

StaticAssertDecl(sizeof(Term) == 32, "INTERNALLENGTH of type term");

/* What an error quotes of a piece of text, in characters */
#define QUOTED 40

/* Bytes of the binary form */
#define TERM_WIRE (2 * sizeof(int64) + 3 * sizeof(int32))

#define HINT_UNITS                                                         \
	"Units are seconds, minutes, hours; work seconds, work minutes, work " \
	"hours; days, work days, rolling work days.  For example: 2 hours, 4 " \
	"work hours, 2 work days."
#define HINT_NUMBER                                                       \
	"A whole number, not negative; of hours, minutes and seconds also a " \
	"fraction that comes to whole seconds, such as 1.5 hours.  " HINT_UNITS
#define HINT_SUMS                                                           \
	"What adds up is hours, minutes and seconds; and work hours, work "     \
	"minutes, work seconds and rolling work days.  An extension may be of " \
	"another unit than the term."
#define HINT_RANGE                                                       \
	"The most is 36525 days of each kind (a hundred years), and 876600 " \
	"hours or work hours."

/*
 * Core reads UTF-8.  A database of another encoding has its text converted;
 * in one of SQL_ASCII nobody knows what the bytes are, and they are taken as
 * they come.
 */
static bool
converts(void)
{
	return GetDatabaseEncoding() != PG_UTF8 &&
	       GetDatabaseEncoding() != PG_SQL_ASCII;
}

/* The number of the character at an offset, counted from 1 */
static int
character_number(const char *text, size_t offset)
{
	int encoding =
	    GetDatabaseEncoding() == PG_SQL_ASCII ? PG_SQL_ASCII : PG_UTF8;
	int n = 1;

	for (size_t at = 0; at < offset;
	     at += (size_t) pg_encoding_mblen(encoding, text + at))
		n++;
	return n;
}

/* A piece of the text for an error, in the encoding of the database */
static char *
quote_piece(const char *text, size_t from, size_t to)
{
	int encoding =
	    GetDatabaseEncoding() == PG_SQL_ASCII ? PG_SQL_ASCII : PG_UTF8;
	size_t end = from;
	char *piece;

	for (int n = 0; end < to && n < QUOTED; n++)
		end += (size_t) pg_encoding_mblen(encoding, text + end);
	end = Min(end, to);
	piece = pnstrdup(text + from, end - from);
	if (converts())
		piece = pg_any_to_server(piece, (int) (end - from), PG_UTF8);
	return end < to ? psprintf("\"%s...\"", piece) : psprintf("\"%s\"", piece);
}

static void
report_fault(Node *escontext, const char *input, const char *text,
             const TermFault *fault)
{
	int at = character_number(text, fault->from);
	char *piece = quote_piece(text, fault->from, fault->to);
	int sqlstate = ERRCODE_INVALID_TEXT_REPRESENTATION;
	const char *hint = HINT_UNITS;
	StringInfoData detail;

	initStringInfo(&detail);
	if (fault->from < fault->to && fault->status != TERM_EMPTY)
		appendStringInfo(&detail, "%s, from character %d on, ", piece, at);
	switch (fault->status)
	{
		case TERM_EMPTY:
			appendStringInfoString(&detail,
			                       "There is no number and no unit in it.");
			break;
		case TERM_NUMBER:
			hint = HINT_NUMBER;
			appendStringInfoString(&detail,
			                       "is not a number that can stand here.");
			break;
		case TERM_UNIT:
			if (fault->from == fault->to)
				appendStringInfo(
				    &detail, "After character %d a unit is missing.", at - 1);
			else
				appendStringInfoString(&detail, "is not a unit.");
			break;
		case TERM_REPEATED:
			appendStringInfoString(&detail, "repeats a unit.");
			hint = "Give each unit once.  " HINT_UNITS;
			break;
		case TERM_MIXED:
			sqlstate = ERRCODE_INVALID_PARAMETER_VALUE;
			appendStringInfoString(
			    &detail, "cannot be added to what stands before it.");
			hint = HINT_SUMS;
			break;
		case TERM_RANGE:
			sqlstate = ERRCODE_DATETIME_VALUE_OUT_OF_RANGE;
			appendStringInfoString(&detail, "makes the term too long.");
			hint = HINT_RANGE;
			break;
		case TERM_OK:
			elog(ERROR, "no fault to report for type term");
	}
	errsave(escontext,
	        (errcode(sqlstate),
	         fault->status == TERM_MIXED
	             ? errmsg("units of term \"%s\" cannot be added up", input)
	         : fault->status == TERM_RANGE
	             ? errmsg("term \"%s\" is too long", input)
	             : errmsg("invalid input syntax for type term: \"%s\"", input),
	         errdetail_internal("%s", detail.data), errhint("%s", hint)));
}

char *
term_text(const Term *term)
{
	char *out = palloc(TERM_TEXT);

	(void) term_format(term, out);
	return out;
}

PG_FUNCTION_INFO_V1(cg_term_in);
Datum
cg_term_in(PG_FUNCTION_ARGS)
{
	char *input = PG_GETARG_CSTRING(0);
	char *text = input;
	Term *term = palloc(sizeof(Term));
	TermFault fault = {TERM_OK};

	if (converts())
		text = pg_server_to_any(input, (int) strlen(input), PG_UTF8);
	if (!term_parse(text, strlen(text), term, &fault))
	{
		report_fault(fcinfo->context, input, text, &fault);
		PG_RETURN_NULL();
	}
	PG_RETURN_TERM_P(term);
}

PG_FUNCTION_INFO_V1(cg_term_out);
Datum
cg_term_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(term_text(PG_GETARG_TERM_P(0)));
}

PG_FUNCTION_INFO_V1(cg_term_recv);
Datum
cg_term_recv(PG_FUNCTION_ARGS)
{
	StringInfo buf = (StringInfo) PG_GETARG_POINTER(0);
	Term *term = palloc0(sizeof(Term));
	TermStatus status;

	term->seconds = pq_getmsgint64(buf);
	term->work_seconds = pq_getmsgint64(buf);
	term->days = (int32) pq_getmsgint(buf, sizeof(int32));
	term->work_days = (int32) pq_getmsgint(buf, sizeof(int32));
	term->rolling_days = (int32) pq_getmsgint(buf, sizeof(int32));
	status = term_check(term);
	if (status != TERM_OK)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
		         errmsg("invalid binary value for type term"),
		         errdetail(
		             "%s: " INT64_FORMAT " seconds, " INT64_FORMAT
		             " work seconds, %d days, %d work days, %d rolling work "
		             "days.",
		             status == TERM_MIXED ? "These amounts cannot be added up"
		                                  : "An amount is out of range",
		             term->seconds, term->work_seconds, term->days,
		             term->work_days, term->rolling_days),
		         errhint("Send the value as text, or exactly the bytes that "
		                 "the binary output of this type gave.")));
	PG_RETURN_TERM_P(term);
}

PG_FUNCTION_INFO_V1(cg_term_send);
Datum
cg_term_send(PG_FUNCTION_ARGS)
{
	Term *term = PG_GETARG_TERM_P(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, term->seconds);
	pq_sendint64(&buf, term->work_seconds);
	pq_sendint32(&buf, term->days);
	pq_sendint32(&buf, term->work_days);
	pq_sendint32(&buf, term->rolling_days);
	Assert(buf.len == VARHDRSZ + TERM_WIRE);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* A term has one form only, without padding: equal are equal bytes. */
PG_FUNCTION_INFO_V1(cg_term_eq);
Datum
cg_term_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(
	    memcmp(PG_GETARG_TERM_P(0), PG_GETARG_TERM_P(1), sizeof(Term)) == 0);
}

PG_FUNCTION_INFO_V1(cg_term_ne);
Datum
cg_term_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(
	    memcmp(PG_GETARG_TERM_P(0), PG_GETARG_TERM_P(1), sizeof(Term)) != 0);
}

PG_FUNCTION_INFO_V1(cg_term_hash);
Datum
cg_term_hash(PG_FUNCTION_ARGS)
{
	return hash_any((unsigned char *) PG_GETARG_TERM_P(0), sizeof(Term));
}

PG_FUNCTION_INFO_V1(cg_term_hash_extended);
Datum
cg_term_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_any_extended((unsigned char *) PG_GETARG_TERM_P(0),
	                         sizeof(Term), (uint64) PG_GETARG_INT64(1));
}

PG_FUNCTION_INFO_V1(cg_term_add);
Datum
cg_term_add(PG_FUNCTION_ARGS)
{
	const Term *a = PG_GETARG_TERM_P(0);
	const Term *b = PG_GETARG_TERM_P(1);
	Term *sum = palloc(sizeof(Term));

	if (!term_add(a, b, sum))
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
		                errmsg("sum of terms is too long"),
		                errdetail("The terms are \"%s\" and \"%s\".",
		                          term_text(a), term_text(b)),
		                errhint(HINT_RANGE)));
	if (term_check(sum) != TERM_OK)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("terms cannot be added up"),
		                errdetail("The terms are \"%s\" and \"%s\".",
		                          term_text(a), term_text(b)),
		                errhint(HINT_SUMS)));
	PG_RETURN_TERM_P(sum);
}
