/*
 * fuzz_rulebook_order.c
 *	  Any small rulebook has the same bytes, in whatever order its records
 *	  came; any numbers are sorted, those that are alike left as they were.
 */
#include "fuzz_rulebook_draw.h"

#include "core/rulebook_draft.h"

static bool
bytes_less(const void *context, uint32_t a, uint32_t b)
{
	const uint8_t *bytes = context;

	return bytes[a] < bytes[b];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	uint32_t items[4096];
	Rulebook opened;
	Rulebook again;
	uint8_t *block;
	uint8_t *other;
	size_t bytes;
	size_t other_bytes;
	uint32_t n = (uint32_t) (size < 4096 ? size : 4096);
	uint32_t i;

	for (i = 0; i < n; i++)
		items[i] = i;
	REQUIRE(rulebook_sort(&m, items, n, bytes_less, data));
	for (i = 1; i < n; i++)
		REQUIRE(
		    data[items[i - 1]] < data[items[i]] ||
		    (data[items[i - 1]] == data[items[i]] && items[i - 1] < items[i]));
	drawn = (Input){data, size};
	block = draw_rulebook(12, 0, &opened, &bytes);
	drawn = (Input){data, size};
	other = draw_rulebook(12, 1 + size, &again, &other_bytes);
	REQUIRE(bytes == other_bytes && memcmp(block, other, bytes) == 0);
	free(block);
	free(other);
	return 0;
}
