/*
 * rulebook_regions_test.c
 *	  Runs and maps: what painting cell by cell gives; the same is the same
 *	  number; the regions that are told have one value throughout, each tells
 *	  something new, and together they are all there is.
 */
#include "rulebook_leaves.h"

static bool
count_region(void *context, uint32_t class_node, uint32_t cell_node,
             const SetsBox *box, uint32_t value, uint32_t fresh)
{
	int *seen = context;

	(void) box;
	(void) value;
	(void) fresh;
	seen[0]++;
	seen[1] = (int) class_node;
	seen[2] = (int) cell_node;
	return seen[0] < seen[3];
}

/* Streets 1 and 2 of a district, with two communities each: a hole in all of
 * street 1 for class 1, and in community 1 of it for both classes */
static void
test_largest(void)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	static const uint32_t size[SETS_CONDITIONS] = {1, 1, 1, 1, 1, 1};
	int64_t classes[2] = {class_code("1"), class_code("2")};
	int64_t cells[4] = {cell_code("440301001001"), cell_code("440301001002"),
	                    cell_code("440301002001"), cell_code("440301002002")};
	int seen[4] = {0, 0, 0, 100};
	uint32_t map[2];
	RulebookArena arena;
	RulebookSets sets;
	RulebookMaps maps;
	RulebookTree class_tree;
	RulebookTree cell_tree;
	RegionTeller teller;

	arena_begin(&arena, &m);
	(void) tree_begin(&class_tree, &arena, CODE_OF_CLASS, classes, 2, NULL, 0);
	(void) tree_begin(&cell_tree, &arena, CODE_OF_CELL, cells, 4, NULL, 0);
	(void) sets_begin(&sets, &m, size);
	(void) maps_begin(&maps, &m, 4);
	maps_add(&maps, 0, 1);
	maps_add(&maps, 2, 0);
	map[0] = maps_end(&maps);
	maps_add(&maps, 0, 1);
	maps_add(&maps, 1, 0);
	map[1] = maps_end(&maps);
	memset(&teller, 0, sizeof(teller));
	teller.sets = &sets;
	teller.maps = &maps;
	teller.classes = &class_tree;
	teller.cells = &cell_tree;
	teller.tell = count_region;
	teller.context = seen;
	(void) regions_begin(&teller, &arena);
	ok(regions_tell(&teller, &arena, map) && seen[0] == 2 && seen[1] == 1 &&
	       cell_tree.node[seen[2]].code == cell_code("440301001"),
	   "two regions are told, the second being a class and a street");
	seen[0] = 0;
	seen[3] = 1;
	ok(!regions_tell(&teller, &arena, map) && seen[0] == 1,
	   "no more are told than are wanted");
	seen[0] = 0;
	seen[3] = 100;
	ok(regions_tell_map(&teller, map[0], tree_node(&cell_tree, 0, 4)) &&
	       seen[0] == 1 && seen[1] == -1,
	   "one map is told without a class");
	sets_free(&sets);
	maps_free(&maps);
	arena_free(&arena);
}

int
main(void)
{
	uint64_t random = 1;
	int faults = 0;
	int i;

	for (i = 0; i < 500; i++)
		faults += runs_faults(&random);
	ok(faults == 0, "500 paintings are what each cell says (%d faults)",
	   faults);
	for (faults = i = 0; i < 1500; i++)
		faults += regions_faults(&random);
	ok(faults == 0, "the regions of 1,500 maps are right (%d faults)", faults);
	test_largest();
	return done_testing();
}
