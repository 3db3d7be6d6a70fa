/*
 * textprint.c
 *	  SQL functions of textprints (文本指纹).
 */
#include "postgres.h"

#include "access/gin.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/textprint.h"

#include "compat.h"
#include "core_memory.h"
#include "textfold.h"

/*
 * The value is a varlena with the bytes of core, so that the server's
 * functions for bytea compare and hash it.  In text it is written in
 * hexadecimal digits.
 */

static bytea *
print_of(const uint8_t *bytes, size_t len)
{
	bytea *print = palloc(VARHDRSZ + len);

	SET_VARSIZE(print, VARHDRSZ + len);
	memcpy(VARDATA(print), bytes, len);
	return print;
}

#define PRINT_BYTES(print)  ((const uint8_t *) VARDATA_ANY(print))
#define PRINT_LENGTH(print) ((size_t) VARSIZE_ANY_EXHDR(print))

static bytea *
make_print(text *message)
{
	TextfoldMemory memory = textfold_memory_in(CurrentMemoryContext);
	TextfoldOptions options = {.most = MaxAllocHugeSize};
	TextfoldText folded;
	uint8_t bytes[TEXTPRINT_SIZE];
	size_t len;

	textfold_begin(&folded, &memory);
	fold_piece(VARDATA_ANY(message), VARSIZE_ANY_EXHDR(message), &options,
	           &folded);
	len = textprint_make(folded.bytes, folded.len, core_poll, NULL, bytes);
	textfold_free(&folded);
	return print_of(bytes, len);
}

PG_FUNCTION_INFO_V1(cg_fingerprint);
Datum
cg_fingerprint(PG_FUNCTION_ARGS)
{
	text *message = PG_GETARG_TEXT_PP(0);
	bytea *print = make_print(message);

	PG_FREE_IF_COPY(message, 0);
	PG_RETURN_BYTEA_P(print);
}

/*
 * What the index of cases holds.  Cases can be entered in databases of any
 * encoding, texts be folded in those of UTF-8 only.
 */
PG_FUNCTION_INFO_V1(cg_case_print);
Datum
cg_case_print(PG_FUNCTION_ARGS)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		PG_RETURN_NULL();
	return cg_fingerprint(fcinfo);
}

PG_FUNCTION_INFO_V1(cg_textprint_in);
Datum
cg_textprint_in(PG_FUNCTION_ARGS)
{
	char *string = PG_GETARG_CSTRING(0);
	size_t digits = strlen(string);
	uint8_t bytes[TEXTPRINT_SIZE];
	size_t i;

	for (i = 0; i < digits && i < 2 * sizeof(bytes); i++)
	{
		char c = string[i];
		int value = c >= '0' && c <= '9'   ? c - '0'
		            : c >= 'a' && c <= 'f' ? c - 'a' + 10
		                                   : -1;

		if (value < 0)
			break;
		bytes[i / 2] =
		    (uint8_t) (i % 2 == 0 ? value << 4 : bytes[i / 2] | value);
	}
	if (i != digits || digits % 2 != 0 || !textprint_valid(bytes, digits / 2))
	{
		errsave(fcinfo->context,
		        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		         errmsg("invalid input syntax for type %s", "textprint"),
		         errdetail("It has to be 2 or 258 hexadecimal digits in small "
		                   "letters that begin with 01."),
		         errhint("fingerprint(text) makes the print of a text.")));
		PG_RETURN_NULL();
	}
	PG_RETURN_BYTEA_P(print_of(bytes, digits / 2));
}

PG_FUNCTION_INFO_V1(cg_textprint_out);
Datum
cg_textprint_out(PG_FUNCTION_ARGS)
{
	static const char digit[] = "0123456789abcdef";
	bytea *print = PG_GETARG_BYTEA_PP(0);
	size_t len = PRINT_LENGTH(print);
	char *out = palloc(2 * len + 1);
	size_t i;

	for (i = 0; i < len; i++)
	{
		out[2 * i] = digit[PRINT_BYTES(print)[i] >> 4];
		out[2 * i + 1] = digit[PRINT_BYTES(print)[i] & 15];
	}
	out[2 * len] = '\0';
	PG_RETURN_CSTRING(out);
}

PG_FUNCTION_INFO_V1(cg_textprint_recv);
Datum
cg_textprint_recv(PG_FUNCTION_ARGS)
{
	StringInfo in = (StringInfo) PG_GETARG_POINTER(0);
	int len = in->len - in->cursor;
	const uint8_t *bytes = (const uint8_t *) pq_getmsgbytes(in, len);

	if (!textprint_valid(bytes, (size_t) len))
		ereport(
		    ERROR,
		    (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
		     errmsg("invalid binary form of a textprint"),
		     errdetail("It has to be 1 or 129 bytes, the first of which is "
		               "1."),
		     errhint("fingerprint(text) makes the print of a text.")));
	PG_RETURN_BYTEA_P(print_of(bytes, (size_t) len));
}

static double
similarity_of(FunctionCallInfo fcinfo)
{
	bytea *a = PG_GETARG_BYTEA_PP(0);
	bytea *b = PG_GETARG_BYTEA_PP(1);

	return textprint_similarity(PRINT_BYTES(a), PRINT_LENGTH(a),
	                            PRINT_BYTES(b), PRINT_LENGTH(b));
}

PG_FUNCTION_INFO_V1(cg_textprint_similarity);
Datum
cg_textprint_similarity(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(similarity_of(fcinfo));
}

PG_FUNCTION_INFO_V1(cg_textprint_distance);
Datum
cg_textprint_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(1 - similarity_of(fcinfo));
}

PG_FUNCTION_INFO_V1(cg_textprint_meets);
Datum
cg_textprint_meets(PG_FUNCTION_ARGS)
{
	bytea *a = PG_GETARG_BYTEA_PP(0);
	bytea *b = PG_GETARG_BYTEA_PP(1);

	PG_RETURN_BOOL(textprint_meets(PRINT_BYTES(a), PRINT_LENGTH(a),
	                               PRINT_BYTES(b), PRINT_LENGTH(b)));
}

/* GIN: an entry for each key */

static Datum *
keys_of(Datum value, int32 *n)
{
	bytea *print = DatumGetByteaPP(value);
	int32_t keys[TEXTPRINT_KEYS];
	Datum *entries;
	int i;

	*n = textprint_keys(PRINT_BYTES(print), PRINT_LENGTH(print), keys);
	entries = palloc(TEXTPRINT_KEYS * sizeof(Datum));
	for (i = 0; i < *n; i++)
		entries[i] = Int32GetDatum(keys[i]);
	return entries;
}

PG_FUNCTION_INFO_V1(cg_textprint_entries);
Datum
cg_textprint_entries(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(
	    keys_of(PG_GETARG_DATUM(0), (int32 *) PG_GETARG_POINTER(1)));
}

PG_FUNCTION_INFO_V1(cg_textprint_query);
Datum
cg_textprint_query(PG_FUNCTION_ARGS)
{
	/* without keys nothing is found, as it should be */
	PG_RETURN_POINTER(
	    keys_of(PG_GETARG_DATUM(0), (int32 *) PG_GETARG_POINTER(1)));
}
