/*
 * fuzz_code.c
 *	  Any bytes as the text of a gridcode or an eventcode, and as its value.
 *
 * What is read must be written back to something that is read as the same,
 * and what is refused must say where within the input.
 */
#include "core/code.h"

#include "fuzz.h"

static void
try_grid_value(int64_t code)
{
	char out[CODE_MAX_TEXT + 1];
	CodeFault fault = {CODE_OK};
	int64_t again;
	int64_t line[GRIDCODE_LEVELS];
	int n;

	if (!gridcode_is_valid(code))
		return;
	n = gridcode_format(code, out);
	REQUIRE(gridcode_parse(out, (size_t) n, &again, &fault) && again == code);
	REQUIRE(gridcode_is_valid(gridcode_last(code)));
	n = gridcode_lineage(code, line);
	REQUIRE(n >= 1 && n <= GRIDCODE_LEVELS && line[n - 1] == code);
	for (int i = 0; i < n; i++)
		REQUIRE(gridcode_is_valid(line[i]) && line[i] <= code &&
		        code <= gridcode_last(line[i]));
}

static void
try_event_value(int64_t code)
{
	char out[CODE_MAX_TEXT + 1];
	CodeFault fault = {CODE_OK};
	int64_t again;
	int n;

	if (!eventcode_is_valid(code))
		return;
	n = eventcode_format(code, out);
	REQUIRE(eventcode_parse(out, (size_t) n, &again, &fault) && again == code);
	REQUIRE(eventcode_is_valid(eventcode_last(code)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	CodeFault fault = {CODE_OK};
	int64_t code;

	if (gridcode_parse(text, size, &code, &fault))
	{
		REQUIRE(gridcode_is_valid(code));
		try_grid_value(code);
	}
	else
		REQUIRE(fault.kind != CODE_OK && fault.offset <= size);

	fault.kind = CODE_OK;
	if (eventcode_parse(text, size, &code, &fault))
	{
		REQUIRE(eventcode_is_valid(code));
		try_event_value(code);
	}
	else
		REQUIRE(fault.kind != CODE_OK && fault.offset <= size);

	if (size == sizeof(code))
	{
		memcpy(&code, data, sizeof(code));
		try_grid_value(code);
		try_event_value(code);
	}
	return 0;
}
