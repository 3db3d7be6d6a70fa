/*
 * fuzz_rulebook_derive.c
 *	  What is derived from any small rulebook is what its check asks for, and
 *	  memory that ends at any moment while it is made is all given back.
 */
#include "fuzz_rulebook_draw.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TestMemory memory = {-1, 0, 0};
	RulebookDraftReport report;
	uint64_t none = 0;
	Rulebook opened;
	uint8_t *block;
	size_t bytes;

	if (size == 0)
		return 0;
	drawn = (Input){data + 1, size - 1};
	block = draw_rulebook(16, 0, &opened, &bytes);
	REQUIRE(use_rulebook(&opened, &none, 8));
	free(block);
	memory.left = data[0] % 160;
	if (compile_book(&book, 0, &memory, &block, &bytes, &report))
		free(block);
	else
		REQUIRE(memory.live == 0 && report.fault == RULEBOOK_DRAFT_NO_MEMORY);
	return 0;
}
