/*
 * fuzz_rulebook_compare.c
 *	  Any rulebook and another version: they differ as all requests say.
 */
#include "fuzz_rulebook.h"

#include "../unit/rulebook_versions.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Book book;
	Rulebook opened[2];
	uint8_t *block[2] = {NULL, NULL};
	uint64_t none = 0;
	int64_t since;
	int told = 0;
	bool good;

	(void) told;
	fuzz_input = (Input){data, size};
	since = fuzz_since();
	crowded_book(&none, &book);
	good = open_book(&book, &opened[0], &block[0]);
	change_book(&none, &book);
	good = open_book(&book, &opened[1], &block[1]) && good;
	if (good)
		REQUIRE(version_differences(&opened[0], &opened[1], since, &told) ==
		        0);
	free(block[0]);
	free(block[1]);
	return 0;
}
