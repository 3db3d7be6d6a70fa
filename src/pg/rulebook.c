/*
 * rulebook.c
 *	  The type rulebook (职责规则库): input and output, and what is in one.
 */
#include "postgres.h"

#include <inttypes.h>

#include "access/detoast.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "compat.h"
#include "rulebook_cache.h"
#include "value_io.h"

/* Input and output */

static bytea *
checked(bytea *value, const char *where)
{
	Size size = VARSIZE(value) - VARHDRSZ;
	Rulebook book;
	RulebookStatus status = RULEBOOK_STRUCTURE;

	/* palloc aligns to 8 bytes, and the header with the padding is as long */
	if (size >= RULEBOOK_PADDING)
		status =
		    rulebook_open((const uint8 *) VARDATA(value) + RULEBOOK_PADDING,
		                  size - RULEBOOK_PADDING, &book);
	if (status != RULEBOOK_OK)
		rulebook_refuse_value(status, where);
	rulebook_check_names(&book, where);
	return value;
}

PG_FUNCTION_INFO_V1(cg_rulebook_in);
Datum
cg_rulebook_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);

	rulebook_check_encoding();
	PG_RETURN_BYTEA_P(checked(
	    value_from_text(
	        text, RULEBOOK_PADDING, "rulebook",
	        "The text form of a rulebook is made by its own output alone; rulebook_agg() compiles one from its parts."),
	    "text"));
}

PG_FUNCTION_INFO_V1(cg_rulebook_out);
Datum
cg_rulebook_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(
	    value_to_text(PG_GETARG_VARLENA_PP(0), RULEBOOK_PADDING, "rulebook"));
}

PG_FUNCTION_INFO_V1(cg_rulebook_recv);
Datum
cg_rulebook_recv(PG_FUNCTION_ARGS)
{
	StringInfo buffer = (StringInfo) PG_GETARG_POINTER(0);

	rulebook_check_encoding();
	PG_RETURN_BYTEA_P(
	    checked(value_from_wire(buffer, RULEBOOK_PADDING), "binary value"));
}

PG_FUNCTION_INFO_V1(cg_rulebook_send);
Datum
cg_rulebook_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(
	    value_to_wire(PG_GETARG_VARLENA_PP(0), RULEBOOK_PADDING));
}

/* The same parts are the same bytes. */
PG_FUNCTION_INFO_V1(cg_rulebook_eq);
Datum
cg_rulebook_eq(PG_FUNCTION_ARGS)
{
	Size size = toast_raw_datum_size(PG_GETARG_DATUM(0));
	struct varlena *a;
	struct varlena *b;

	if (size != toast_raw_datum_size(PG_GETARG_DATUM(1)))
		PG_RETURN_BOOL(false);
	a = PG_GETARG_VARLENA_PP(0);
	b = PG_GETARG_VARLENA_PP(1);
	PG_RETURN_BOOL(memcmp(VARDATA_ANY(a), VARDATA_ANY(b), size - VARHDRSZ) ==
	               0);
}

PG_FUNCTION_INFO_V1(cg_rulebook_ne);
Datum
cg_rulebook_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!DatumGetBool(cg_rulebook_eq(fcinfo)));
}

/* What is in one */

static Datum
digest_text(const OpenRulebook *r)
{
	char digest[17];

	snprintf(digest, sizeof(digest), "%016" PRIx64, r->digest);
	return CStringGetTextDatum(digest);
}

PG_FUNCTION_INFO_V1(cg_rulebook_digest);
Datum
cg_rulebook_digest(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(digest_text(rulebook_use(PG_GETARG_DATUM(0))));
}

static Datum
names_of(const Rulebook *book, RulebookDomain domain)
{
	uint32 n = book->name_count[domain];
	Datum *names = palloc(Max(n, 1) * sizeof(Datum));
	uint32 i;

	for (i = 0; i < n; i++)
		names[i] = PointerGetDatum(
		    cstring_to_text_with_len(book->pool + book->names[domain][i].at,
		                             (int) book->names[domain][i].len));
	return PointerGetDatum(
	    construct_array(names, (int) n, TEXTOID, -1, false, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(cg_rulebook_info);
Datum
cg_rulebook_info(PG_FUNCTION_ARGS)
{
	const OpenRulebook *r = rulebook_use(PG_GETARG_DATUM(0));
	const Rulebook *book = &r->book;
	TupleDesc row;
	Datum severities[RULEBOOK_SEVERITIES];
	int n = 0;
	int severity;
	int at = 0;
	Datum values[15];
	bool nulls[15] = {false};

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	for (severity = 1; severity <= RULEBOOK_SEVERITIES; severity++)
		if ((book->severities >> (severity - 1) & 1) != 0)
			severities[n++] = Int32GetDatum(severity);
	values[at++] = Int32GetDatum((int32) book->unit_count);
	values[at++] = Int32GetDatum((int32) book->rule_count);
	values[at++] = Int32GetDatum((int32) book->assist_count);
	values[at++] = Int32GetDatum((int32) book->exclusion_count);
	values[at++] = Int32GetDatum((int32) book->fallback_count);
	values[at++] = Int32GetDatum((int32) book->policy_count);
	values[at++] = Int32GetDatum((int32) book->grade_count);
	values[at++] = Int32GetDatum((int32) book->class_count);
	values[at++] = Int32GetDatum((int32) book->cell_count);
	values[at++] = names_of(book, RULEBOOK_CHANNEL);
	values[at++] = PointerGetDatum(construct_array(
	    severities, n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
	values[at++] = names_of(book, RULEBOOK_STAGE);
	values[at++] = CStringGetTextDatum(book->timezone);
	values[at++] =
	    Int64GetDatum((int64) toast_raw_datum_size(PG_GETARG_DATUM(0)) -
	                  VARHDRSZ - RULEBOOK_PADDING);
	values[at++] = digest_text(r);
	PG_RETURN_DATUM(HeapTupleGetDatum(
	    heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}
