/*
 * rulebook_outcomes_test.c
 *	  What a rulebook answers, as values: who leads for each key, with whom, on
 *	  which path; choices that are the same for all keys are the same number.
 */
#include "rulebook_views.h"

int
main(void)
{
	static Book book;
	uint64_t random = 1;
	int books = 0;
	int faults = 0;
	int i;

	for (i = 0; i < 700; i++)
	{
		Rulebook opened;
		uint8_t *block;
		int64_t since;

		crowded_book(&random, &book);
		since = pick(&random, 4) == 0 ? INT64_MIN : 5 * pick(&random, 6);
		if (open_book(&book, &opened, &block))
		{
			books++;
			faults += outcomes_faults(&random, &opened, since);
		}
		free(block);
	}
	ok(faults == 0 && books == 700,
	   "the outcomes of 700 rulebooks are what they answer (%d faults)",
	   faults);
	for (faults = i = 0; i < 2000; i++)
		faults += choice_faults(&random);
	ok(faults == 0, "2,000 choices are the same if they choose the same (%d)",
	   faults);
	return done_testing();
}
