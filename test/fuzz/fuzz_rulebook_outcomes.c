/*
 * fuzz_rulebook_outcomes.c
 *	  Any rulebook: outcomes are what it answers; any choices: the same number
 *is the same choice.
 */
#include "fuzz_rulebook.h"

#include "../unit/rulebook_views.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Book book;
	Rulebook opened;
	uint8_t *block;
	uint64_t none = 0;
	int64_t since;

	fuzz_input = (Input){data, size};
	since = fuzz_since();
	crowded_book(&none, &book);
	REQUIRE(choice_faults(&none) == 0);
	if (open_book(&book, &opened, &block))
		REQUIRE(outcomes_faults(&none, &opened, since) == 0);
	free(block);
	return 0;
}
