/*
 * fuzz_rulebook_compile.c
 *	  Any small rulebook with one of its references changed: refused, or a
 *	  rulebook that routes as going through the changed records does.
 */
#include "fuzz_rulebook_draw.h"

/* Point something somewhere else; false if that must be refused. */
static bool
redirect(void)
{
	unsigned what = take(&drawn) % 6;
	unsigned which = take(&drawn);
	int64_t unit = (int64_t) take(&drawn);

	if (book.nunits > 0 && unit < 200)
		unit = book.units[unit % book.nunits].id;
	if (what == 0 && book.nunits > 0)
		book.units[which % book.nunits].parent = unit;
	else if (what == 1 && book.nrules > 0)
		book.rules[which % book.nrules].lead.unit = unit;
	else if (what == 2 && book.nfallbacks > 0)
		book.fallbacks[which % book.nfallbacks].lead.unit = unit;
	else if (what == 3 && book.nexclusions > 0)
		book.exclusions[which % book.nexclusions].unit = unit;
	else if (what == 4 && book.nassists > 0)
		book.assists[which % book.nassists].rule = unit;
	else if (what == 5 && book.nlimits > 0)
		book.limits[which % book.nlimits].policy = unit;
	else
		return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TestMemory memory = {-1, 0, 0};
	RulebookDraftReport report;
	uint64_t none = 0;
	Rulebook opened;
	uint8_t *block;
	size_t bytes;
	bool same;
	int i;

	drawn = (Input){data, size};
	random_book(&none, &book, 12);
	same = redirect();
	if (compile_book(&book, 0, &memory, &block, &bytes, &report))
	{
		REQUIRE(rulebook_open(block, bytes, &opened) == RULEBOOK_OK);
		for (i = 0; i < 4; i++)
		{
			BookRequest q;

			random_request(&none, &book, &q);
			REQUIRE(routes_right(&opened, &book, &q));
		}
		free(block);
	}
	else
		REQUIRE(!same && memory.live == 0 &&
		        report.fault != RULEBOOK_DRAFT_OK);
	return 0;
}
