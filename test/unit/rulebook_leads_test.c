/*
 * rulebook_leads_test.c
 *	  Whom duties name: in each cell, at each instant and for each class the
 *	  unit that routing finds, or none.
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

	for (i = 0; i < 1000; i++)
	{
		Rulebook opened;
		uint8_t *block;
		int64_t since;

		crowded_book(&random, &book);
		since = pick(&random, 4) == 0 ? INT64_MIN : 5 * pick(&random, 6);
		if (open_book(&book, &opened, &block))
		{
			books++;
			faults += leads_faults(&opened, since, i % 2 == 0);
		}
		free(block);
	}
	ok(faults == 0 && books == 1000,
	   "the leads of 1,000 rulebooks are those that routing finds (%d faults)",
	   faults);
	return done_testing();
}
