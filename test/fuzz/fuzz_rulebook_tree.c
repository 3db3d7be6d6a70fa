/*
 * fuzz_rulebook_tree.c
 *	  Any codes: their tree is what all of them say.
 */
#include "fuzz_rulebook.h"

#include "../unit/rulebook_leaves.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t none = 0;

	fuzz_input = (Input){data, size};
	REQUIRE(random_tree_faults(&none) == 0);
	return 0;
}
