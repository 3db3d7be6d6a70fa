/*
 * rulebook_order_test.c
 *	  Numbers are sorted by any order, those that are alike left as they were;
 *	  names are numbered by their bytes, stages by their places.
 */
#include "core/rulebook_draft.h"

#include "rulebook_bytes.h"

static Book book;

static bool
keys_less(const void *context, uint32_t a, uint32_t b)
{
	const int *keys = context;

	return keys[a] < keys[b];
}

static void
test_sort(uint32_t n, int range, uint64_t seed)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	int *keys = calloc(n + 1, sizeof(int));
	uint32_t *items = calloc(n + 1, sizeof(uint32_t));
	uint64_t random = seed;
	int faults = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
	{
		keys[i] = pick(&random, range);
		items[i] = i;
	}
	faults += !rulebook_sort(&m, items, n, keys_less, keys);
	for (i = 1; i < n; i++)
		faults +=
		    keys[items[i - 1]] > keys[items[i]] ||
		    (keys[items[i - 1]] == keys[items[i]] && items[i - 1] >= items[i]);
	ok(faults == 0 && memory.live == 0, "%u numbers of %d", n, range);
	memory.left = 0;
	ok(rulebook_sort(&m, items, n, keys_less, keys) == (n < 2),
	   "without memory");
	free(keys);
	free(items);
}

static void
test_names(int books, uint64_t seed)
{
	uint64_t random = seed;
	int faults = 0;
	int b;
	int d;
	uint32_t i;

	for (b = 0; b < books; b++)
	{
		TestMemory memory = {-1, 0, 0};
		RulebookDraftReport report;
		Rulebook opened;
		uint8_t *block;
		size_t size;
		int last = INT32_MIN;

		random_book(&random, &book, 40);
		faults += !compile_book(&book, 1 + next_random(&random), &memory,
		                        &block, &size, &report) ||
		          rulebook_open(block, size, &opened) != RULEBOOK_OK;
		for (d = 0; d < RULEBOOK_DOMAINS; d++)
			for (i = 1; i < opened.name_count[d]; i++)
			{
				const RulebookName *n = &opened.names[d][i];
				int order = memcmp(opened.pool + n[-1].at, opened.pool + n->at,
				                   n[-1].len < n->len ? n[-1].len : n->len);

				faults += d != RULEBOOK_STAGE &&
				          (order > 0 || (order == 0 && n[-1].len >= n->len));
			}
		for (i = 1; i <= opened.name_count[RULEBOOK_STAGE]; i++)
			for (d = 0; d < BOOK_NAMES; d++)
				if (number_of(&opened, RULEBOOK_STAGE, d + 1) == i)
				{
					faults += book.stage_places[d] < last;
					last = book.stage_places[d];
				}
		test_resize(&memory, block, 0);
	}
	ok(faults == 0, "names of %d books are in order", books);
}

int
main(void)
{
	test_sort(0, 1, 1);
	test_sort(1, 1, 2);
	test_sort(2, 2, 3);
	test_sort(3, 2, 4);
	test_sort(1000, 10, 5);
	test_sort(4097, 1000000, 6);
	test_names(300, 7);
	return done_testing();
}
