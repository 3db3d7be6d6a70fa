/*
 * codefault.c
 *	  Turn what core refused into an error that a clerk can act on: SQLSTATE,
 *	  a DETAIL that names the character, a HINT with a valid example.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "codefault.h"
#include "compat.h"

/* Half-width digits have full-width twins at U+FF10 to U+FF19. */
static bool
is_fullwidth_digit(pg_wchar c)
{
	return c >= 0xFF10 && c <= 0xFF19;
}

/* Characters are counted from 1, and as characters, not as bytes. */
static int
character_number(const char *input, size_t offset)
{
	return pg_mbstrlen_with_len(input, (int) offset) + 1;
}

/* Describe the character at offset; say whether it is a full-width digit. */
static void
describe_character(StringInfo detail, const char *input, size_t offset,
                   bool *fullwidth)
{
	const char *at = input + offset;
	unsigned char first = (unsigned char) *at;

	*fullwidth = false;
	appendStringInfo(detail, "Character %d is ",
	                 character_number(input, offset));
	if (first < 0x20 || first == 0x7F)
		appendStringInfo(detail, "the control character 0x%02X", first);
	else
	{
		appendStringInfo(detail, "\"%.*s\"",
		                 pg_encoding_mblen(GetDatabaseEncoding(), at), at);
		if (IS_HIGHBIT_SET(first) && GetDatabaseEncoding() == PG_UTF8)
		{
			pg_wchar c = utf8_to_unicode((const unsigned char *) at);

			*fullwidth = is_fullwidth_digit(c);
			appendStringInfo(detail, " (U+%04X%s)", c,
			                 *fullwidth ? ", a full-width digit" : "");
		}
	}
}

/* The DETAIL of a fault; SQLSTATE and extra hint where they differ. */
static char *
fault_detail(const CodeWording *wording, const char *input,
             const CodeFault *fault, int *sqlstate, const char **more_hint)
{
	StringInfoData d;
	int at = character_number(input, fault->offset);
	bool fullwidth;

	initStringInfo(&d);
	switch (fault->kind)
	{
		case CODE_EMPTY:
			appendStringInfoString(&d, "There is no digit in it.");
			break;
		case CODE_CHARACTER:
			describe_character(&d, input, fault->offset, &fullwidth);
			appendStringInfoString(&d,
			                       "; only the digits 0-9 can stand here.");
			if (fullwidth)
				*more_hint = "normalize(..., NFKC) turns full-width digits "
				             "into 0-9.  ";
			break;
		case CODE_LENGTH:
			appendStringInfo(&d, "The number of digits is %d; %s.",
			                 fault->digits, wording->lengths);
			break;
		case CODE_LEADING_ZERO:
			appendStringInfo(&d,
			                 "Character %d is \"0\"; the first two digits "
			                 "are a province (GB/T 2260) and begin with 1-9.",
			                 at);
			break;
		case CODE_CITY_GAP:
			appendStringInfo(&d,
			                 "Characters %d and %d, the city, are \"00\" "
			                 "although a district follows (GB/T 2260).",
			                 at, at + 1);
			break;
		case CODE_SEPARATOR:
			if (input[fault->offset] == '-')
				appendStringInfo(&d, "Character %d is a \"-\" out of place.",
				                 at);
			else
				appendStringInfo(
				    &d, "Character %d is \"%c\" where a \"-\" is due.", at,
				    input[fault->offset]);
			break;
		case CODE_DATE:
			*sqlstate = ERRCODE_DATETIME_FIELD_OVERFLOW;
			appendStringInfo(&d,
			                 "Characters %d and %d are \"%.2s\"; the calendar "
			                 "has no such day.",
			                 at, at + 1, input + fault->offset);
			break;
		case CODE_DATE_RANGE:
			*sqlstate = ERRCODE_DATETIME_FIELD_OVERFLOW;
			appendStringInfo(&d,
			                 "Characters %d to %d, the year, are \"%.4s\"; "
			                 "years 1900 to 2999 can be kept.",
			                 at, at + 3, input + fault->offset);
			break;
		case CODE_DISTRICT:
			appendStringInfo(&d,
			                 "Characters %d to %d are \"%.6s\", which is no "
			                 "code of a district, city or province "
			                 "(GB/T 2260).",
			                 at, at + 5, input + fault->offset);
			break;
		case CODE_CHECK_DIGIT:
			appendStringInfo(&d,
			                 "Character %d, the check digit, is \"%d\"; the "
			                 "digits before it ask for \"%d\" (ISO 7064 "
			                 "MOD 11,10).",
			                 at, fault->check_given, fault->check_right);
			*more_hint = "Compare every digit with the original; at least "
			             "one of them is wrong.  ";
			break;
		case CODE_OK:
			elog(ERROR, "no fault to report for type %s", wording->type);
	}
	return d.data;
}

void
code_report_fault(Node *escontext, const CodeWording *wording,
                  const char *input, const CodeFault *fault)
{
	int sqlstate = ERRCODE_INVALID_TEXT_REPRESENTATION;
	const char *more_hint = "";
	char *detail = fault_detail(wording, input, fault, &sqlstate, &more_hint);

	errsave(escontext, (errcode(sqlstate),
	                    errmsg("invalid input syntax for type %s: \"%s\"",
	                           wording->type, input),
	                    errdetail_internal("%s", detail),
	                    errhint("%s%s", more_hint, wording->example)));
}

void
code_refuse_binary(const CodeWording *wording, int64 value)
{
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
	         errmsg("invalid binary value for type %s", wording->type),
	         errdetail("The eight bytes " UINT64_FORMAT
	                   " (as an unsigned integer) are not in the layout of "
	                   "this type.",
	                   (uint64) value),
	         errhint("Send the value as text, or exactly the bytes that the "
	                 "binary output of this type gave.")));
}
