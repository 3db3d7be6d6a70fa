/*
 * rulebook_space_test.c
 *	  The space of one rulebook or two: rules and policies are where their
 *	  conditions say, names are the same if their bytes are, stretches of time
 *	  follow each other, and classes are in one group if the same rules name
 *	  them; memory that is not there.
 */
#include "rulebook_views.h"

static void
test_memory(const Rulebook *book)
{
	int wrong = 0;
	long left;
	bool begun = false;

	for (left = 0; !begun && left < 1000; left++)
	{
		TestMemory memory = {left, 0, 0};
		RulebookMemory m = {test_resize, test_poll, &memory};
		RulebookSpace space;

		begun = space_begin(&space, &book, 1, 0, &m);
		wrong += begun == space_failed(&space);
		space_free(&space);
		wrong += memory.live != 0;
	}
	ok(begun && wrong == 0, "memory that runs out is noticed, and given back");
}

int
main(void)
{
	static Book book;
	uint64_t random = 1;
	int faults = 0;
	int pairs = 0;
	int i;

	for (i = 0; i < 1000; i++)
	{
		Rulebook opened[2];
		uint8_t *block[2] = {NULL, NULL};
		int64_t since;
		bool good;

		crowded_book(&random, &book);
		good = open_book(&book, &opened[0], &block[0]);
		crowded_book(&random, &book);
		good = good && open_book(&book, &opened[1], &block[1]);
		since = pick(&random, 4) == 0 ? INT64_MIN : 5 * pick(&random, 6);
		if (good)
		{
			pairs++;
			faults += space_faults(&random, &opened[0],
			                       i % 2 == 0 ? NULL : &opened[1], since);
			if (i == 0)
				test_memory(&opened[0]);
		}
		free(block[0]);
		free(block[1]);
	}
	ok(faults == 0 && pairs == 1000,
	   "1,000 spaces are what the records say (%d faults)", faults);
	return done_testing();
}
