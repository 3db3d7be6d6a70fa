/*
 * rulebook_tree_test.c
 *	  Trees of codes: leaves are those in which no other lies, ranges are those
 *	  within a prefix, nodes the longest common prefixes; gaps in gridcodes;
 *	  numbers are sorted; memory that is not there.
 */
#include "rulebook_leaves.h"

static bool
less_than(const void *context, uint32_t a, uint32_t b)
{
	const uint32_t *value = context;

	return value[a] < value[b];
}

static void
test_sort(void)
{
	uint64_t random = 1;
	uint32_t value[200];
	uint32_t number[200];
	int faults = 0;
	uint32_t n;
	uint32_t i;

	for (n = 0; n < 200; n++)
	{
		bool seen[200] = {false};

		for (i = 0; i < n; i++)
		{
			value[i] = (uint32_t) pick(&random, 50);
			number[i] = i;
		}
		sort_numbers(number, n, less_than, value);
		for (i = 0; i < n; i++)
		{
			faults += i > 0 && value[number[i]] < value[number[i - 1]];
			faults += seen[number[i]];
			seen[number[i]] = true;
		}
	}
	ok(faults == 0, "numbers are sorted (%d faults)", faults);
}

static void
test_gap(void)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	int64_t cells[3] = {cell_code("441900003"), cell_code("441900004001"),
	                    cell_code("441900004002")};
	RulebookArena arena;
	RulebookTree tree;

	arena_begin(&arena, &m);
	ok(tree_begin(&tree, &arena, CODE_OF_CELL, cells, 3, NULL, 0) &&
	       tree.nodes == 5 && tree.node[0].code == cell_code("4419") &&
	       tree.node[2].code == cell_code("441900004"),
	   "towns of a city without districts part at the city");
	arena_free(&arena);
}

static void
test_memory(void)
{
	int64_t cells[3] = {cell_code("441900003"), cell_code("441900004001"),
	                    cell_code("441900004002")};
	int wrong = 0;
	long left;

	for (left = 0; left < 4; left++)
	{
		TestMemory memory = {left, 0, 0};
		RulebookMemory m = {test_resize, test_poll, &memory};
		RulebookArena arena;
		RulebookTree tree;

		arena_begin(&arena, &m);
		wrong += tree_begin(&tree, &arena, CODE_OF_CELL, cells, 3, NULL, 0) !=
		         (left > 0);
		wrong += left > 0 && arena_take(&arena, SIZE_MAX / 4, 8) != NULL;
		arena_free(&arena);
		wrong += memory.live != 0;
	}
	ok(wrong == 0, "memory that runs out is noticed, and given back");
}

int
main(void)
{
	uint64_t random = 1;
	int faults = 0;
	int i;

	for (i = 0; i < 20000; i++)
		faults += random_tree_faults(&random);
	ok(faults == 0, "20,000 trees are what all their codes say (%d faults)",
	   faults);
	test_sort();
	test_gap();
	test_memory();
	return done_testing();
}
