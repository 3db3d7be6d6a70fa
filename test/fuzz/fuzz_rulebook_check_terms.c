/*
 * fuzz_rulebook_check_terms.c
 *	  Any policies, without rules: proved as all requests say.
 */
#include "fuzz_rulebook.h"

#include "../unit/rulebook_proof.h"

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
	book.nrules = book.nassists = 0;
	crowded_policies(&none, &book);
	if (open_book(&book, &opened, &block))
		REQUIRE(proof_differences(&opened, since) == 0);
	free(block);
	return 0;
}
