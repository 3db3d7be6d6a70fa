/*
 * fuzz_rulebook_regions.c
 *	  Any paintings and maps: what each cell says, and regions that are right.
 */
#include "fuzz_rulebook.h"

#include "../unit/rulebook_leaves.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t none = 0;

	fuzz_input = (Input){data, size};
	REQUIRE((pick(&none, 2) == 0 ? runs_faults(&none)
	                             : regions_faults(&none)) == 0);
	return 0;
}
