/*
 * rulebook_cases_test.c
 *	  Regions in words: the cases that are told are of the region, and are all
 *	  of it that was not told before.
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

	for (i = 0; i < 1500; i++)
	{
		Rulebook opened;
		uint8_t *block;
		int64_t since;

		crowded_book(&random, &book);
		since = pick(&random, 4) == 0 ? INT64_MIN : 5 * pick(&random, 6);
		if (open_book(&book, &opened, &block))
		{
			books++;
			faults += cases_faults(&random, &opened, since);
		}
		free(block);
	}
	ok(faults == 0 && books == 1500,
	   "the cases of 1,500 regions are right (%d faults)", faults);
	return done_testing();
}
