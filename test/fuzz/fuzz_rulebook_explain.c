/*
 * fuzz_rulebook_explain.c
 *	  Any small rulebooks explain any requests as going through all records
 *	  does.
 */
#include "fuzz_rulebook_draw.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t none = 0;
	Rulebook opened;
	uint8_t *block;
	size_t bytes;
	int i;

	drawn = (Input){data, size};
	block = draw_rulebook(12, 0, &opened, &bytes);
	for (i = 0; i < 8; i++)
	{
		BookRequest q;

		random_request(&none, &book, &q);
		REQUIRE(explains_right(&opened, &book, &q));
	}
	free(block);
	return 0;
}
