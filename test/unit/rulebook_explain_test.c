/*
 * rulebook_explain_test.c
 *	  Rulebooks tell every rule for the class and the place, in order, why each
 *	  wins or not, and every fallback, as going through all records does it.
 */
#include "rulebook_oracle.h"

static Book book;

static void
test_explain(int books, int most, int requests, uint64_t seed)
{
	uint64_t random = seed;
	int faults = 0;
	int verdicts[RULEBOOK_EXCLUDED + 1] = {0};
	int missing = 0;
	int b;
	int i;

	for (b = 0; b < books; b++)
	{
		TestMemory memory = {-1, 0, 0};
		RulebookDraftReport report;
		Rulebook opened;
		uint8_t *block;
		size_t size;

		random_book(&random, &book, most);
		faults += !compile_book(&book, 0, &memory, &block, &size, &report) ||
		          rulebook_open(block, size, &opened) != RULEBOOK_OK;
		for (i = 0; i < requests; i++)
		{
			RulebookRequest request;
			BookRequest q;
			Told told = {.n = 0};

			random_request(&random, &book, &q);
			faults += !explains_right(&opened, &book, &q);
			translate_request(&opened, &q, &request);
			rulebook_explain(&opened, &request, tell_match, &told);
			while (told.n > 0)
				verdicts[told.list[--told.n].verdict]++;
		}
		test_resize(&memory, block, 0);
	}
	for (i = 0; i <= RULEBOOK_EXCLUDED; i++)
		missing += verdicts[i] == 0;
	ok(faults == 0 && missing == 0,
	   "%d books of %d records at most, %d requests each, all verdicts", books,
	   most, requests);
}

int
main(void)
{
	test_explain(1000, 10, 50, 11);
	test_explain(200, BOOK_MOST, 200, 12);
	return done_testing();
}
