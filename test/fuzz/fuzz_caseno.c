/*
 * fuzz_caseno.c
 *	  Any bytes as the text of a case number, and as its value.
 */
#include "core/caseno.h"

#include "fuzz.h"

static void
try_value(int64_t caseno)
{
	char out[CASENO_TEXT + 1];
	CodeFault fault = {CODE_OK};
	int64_t again;

	if (!caseno_is_valid(caseno))
		return;
	REQUIRE(caseno_format(caseno, out) == CASENO_TEXT);
	REQUIRE(caseno_parse(out, CASENO_TEXT, &again, &fault) && again == caseno);
	REQUIRE(caseno_check_digit(caseno) == out[CASENO_TEXT - 1] - '0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CodeFault fault = {CODE_OK};
	int64_t caseno;

	if (caseno_parse((const char *) data, size, &caseno, &fault))
	{
		REQUIRE(caseno_is_valid(caseno));
		try_value(caseno);
	}
	else
		REQUIRE(fault.kind != CODE_OK && fault.offset <= size);
	if (size == sizeof(caseno))
	{
		memcpy(&caseno, data, sizeof(caseno));
		try_value(caseno);
	}
	return 0;
}
