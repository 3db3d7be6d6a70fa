/*
 * fuzz_rulebook_check_leads.c
 *	  Any units, asked for by kind and level alone: proved as all requests say.
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
	for (int i = 0; i < book.nrules; i++)
		book.rules[i].lead =
		    (BookLead){0, 1 + pick(&none, 2), 1 + pick(&none, 2)};
	if (open_book(&book, &opened, &block))
		REQUIRE(proof_differences(&opened, since) == 0);
	free(block);
	return 0;
}
