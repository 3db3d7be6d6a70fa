/*
 * value_io.c
 *	  See value_io.h.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "value_io.h"

bytea *
value_from_text(const char *text, Size padding, const char *type,
                const char *hint)
{
	size_t length = strlen(text);
	bytea *value;

	if (length < 2 || text[0] != '\\' || text[1] != 'x')
		ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		                errmsg("invalid input syntax for type %s", type),
		                errdetail("It does not begin with \"\\x\"."),
		                errhint("%s", hint)));
	value = palloc(VARHDRSZ + padding + length / 2);
	memset(VARDATA(value), 0, padding);
	SET_VARSIZE(
	    value, VARHDRSZ + padding +
	               hex_decode(text + 2, length - 2, VARDATA(value) + padding));
	return value;
}

bytea *
value_from_wire(StringInfo buffer, Size padding)
{
	Size size = buffer->len - buffer->cursor;
	bytea *value = palloc(VARHDRSZ + padding + size);

	memset(VARDATA(value), 0, padding);
	pq_copymsgbytes(buffer, VARDATA(value) + padding, size);
	SET_VARSIZE(value, VARHDRSZ + padding + size);
	return value;
}

char *
value_to_text(const struct varlena *value, Size padding, const char *type)
{
	Size size = VARSIZE_ANY_EXHDR(value) - padding;
	char *text;

	if (size > (MaxAllocSize - 3) / 2)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("the %s is too large for its text form", type),
		                errdetail("It has %zu bytes; the text form takes two "
		                          "characters for each.",
		                          size),
		                errhint("Use the binary form: %s_send(), COPY with "
		                        "FORMAT binary.",
		                        type)));
	text = palloc(2 * size + 3);
	text[0] = '\\';
	text[1] = 'x';
	text[2 + hex_encode(VARDATA_ANY(value) + padding, size, text + 2)] = '\0';
	return text;
}

bytea *
value_to_wire(const struct varlena *value, Size padding)
{
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendbytes(&buffer, VARDATA_ANY(value) + padding,
	             VARSIZE_ANY_EXHDR(value) - padding);
	return pq_endtypsend(&buffer);
}
