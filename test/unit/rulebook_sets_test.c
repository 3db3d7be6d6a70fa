/*
 * rulebook_sets_test.c
 *	  Diagrams of conditions: what tables of all their values say, whatever is
 *	  done to them; the same function is the same number; many that name one
 *	  owner each are joined without growing over each other; memory that is not
 *	  there.
 */
#include "rulebook_truth.h"

static void
test_truths(void)
{
	uint64_t random = 1;
	int faults = 0;
	int i;

	for (i = 0; i < 1000; i++)
		faults += truths_differ(&random, 1 + i % TRUTH_MOST);
	ok(faults == 0, "1,000 programs give what their tables say (%d faults)",
	   faults);
}

static bool
count_box(void *context, const SetsBox *box, uint32_t value)
{
	(void) box;
	(void) value;
	return --*(int *) context > 0;
}

static void
test_enough(void)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	RulebookSets sets;
	SetsBox box;
	uint32_t holes;
	int left = 2;

	(void) sets_begin(&sets, &m, truth_size);
	sets_whole(&sets, &box);
	box.from[SETS_OWNER] = 1;
	box.to[SETS_OWNER] = 2;
	holes = sets_without(&sets, 1, sets_box(&sets, &box, 1));
	ok(!sets_boxes(&sets, holes, count_box, &left) && left == 0,
	   "no more boxes are told than are wanted");
	sets_free(&sets);
}

/* Each of 20,000 owners has a box of its own: all of them and none else */
static void
test_owners(void)
{
	enum
	{
		OWNERS = 20000
	};
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	uint32_t size[SETS_CONDITIONS] = {1, OWNERS + 1, 1, 1, 1, RULEBOOK_WEEK};
	uint32_t *list = malloc(OWNERS * sizeof(*list));
	RulebookSets sets;
	SetsBox box;
	uint32_t all;
	uint32_t none;
	uint32_t i;
	int missing = 0;

	(void) sets_begin(&sets, &m, size);
	sets_whole(&sets, &box);
	for (i = 0; i < OWNERS; i++)
	{
		box.from[SETS_OWNER] = i + 1;
		box.to[SETS_OWNER] = i + 2;
		list[i] = sets_box(&sets, &box, 1 + i % 7);
	}
	box.from[SETS_OWNER] = 0;
	box.to[SETS_OWNER] = 1;
	none = sets_box(&sets, &box, 1);
	for (i = 0; i < OWNERS; i++)
		missing += sets_meet(&sets, list[i], none);
	all = sets_over_all(&sets, list, OWNERS);
	ok(missing == 0 && !sets_meet(&sets, all, none) &&
	       sets_over(&sets, sets_within(&sets, 1, all), none) == 1 &&
	       sets.branch_count < 40 * OWNERS,
	   "20,000 owners are joined, with %u branches", sets.branch_count);
	sets_free(&sets);
	free(list);
}

static void
test_memory(void)
{
	long left;
	int wrong = 0;

	for (left = 0; left < 40; left++)
	{
		TestMemory memory = {left, 0, 0};
		RulebookMemory m = {test_resize, test_poll, &memory};
		uint64_t random = 5;
		static Truth list[TRUTH_MOST];
		RulebookSets sets;
		int i;

		(void) sets_begin(&sets, &m, truth_size);
		for (i = 0; i < TRUTH_MOST && !sets.failed; i++)
		{
			make_truth(&sets, &random, list, i, 10000, &list[i]);
			wrong += !sets.failed && truth_faults(&sets, &list[i]) != 0;
		}
		sets_free(&sets);
		wrong += memory.live != 0;
	}
	ok(wrong == 0, "memory that runs out is noticed, and given back");
}

int
main(void)
{
	test_truths();
	test_enough();
	test_owners();
	test_memory();
	return done_testing();
}
