/*
 * fuzz_rulebook_sets.c
 *	  Any programs of diagrams: what tables of all their values say.
 */
#include "fuzz_rulebook.h"

#include "../unit/rulebook_truth.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t none = 0;

	fuzz_input = (Input){data, size};
	REQUIRE(truths_differ(&none, 1 + pick(&none, TRUTH_MOST)) == 0);
	return 0;
}
