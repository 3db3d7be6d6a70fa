/*
 * rulebook_leaves.h
 *	  Trees of few codes, maps of few cells, and what must be told of them,
 *	  found by looking at each leaf.
 */
#ifndef CIVICGRID_TEST_RULEBOOK_LEAVES_H
#define CIVICGRID_TEST_RULEBOOK_LEAVES_H

#include "core/rulebook_regions.h"

#include "rulebook_points.h"

#define LEAVES_MOST 24

static inline int
by_code(const void *a, const void *b)
{
	int64_t x = *(const int64_t *) a;
	int64_t y = *(const int64_t *) b;

	return x < y ? -1 : x > y;
}

/* Some codes, ascending, each once */
static inline int
random_codes(uint64_t *random, CodeDomain domain, int64_t *codes)
{
	int n = pick(random, LEAVES_MOST);
	int kept = 0;
	int i;

	for (i = 0; i < n; i++)
		codes[i] = domain == CODE_OF_CLASS ? crowded_class(random, 1)
		                                   : crowded_cell(random, 1);
	qsort(codes, (size_t) n, sizeof(*codes), by_code);
	for (i = 0; i < n; i++)
		if (kept == 0 || codes[kept - 1] != codes[i])
			codes[kept++] = codes[i];
	return kept;
}

static inline bool
code_in(CodeDomain domain, int64_t prefix, int64_t code)
{
	return domain == CODE_OF_CLASS ? class_in(prefix, code)
	                               : cell_in(prefix, code);
}

/* Leaves: in which no other lies.  How many are not in the tree, or ranges of
 * which are not what they should be */
static inline int
tree_faults(const RulebookTree *tree, const int64_t *codes, int n,
            uint64_t *random)
{
	int faults = 0;
	uint32_t leaves = 0;
	uint32_t k;
	int i;

	for (i = 0; i < n; i++)
	{
		bool leaf = true;
		int other;

		for (other = 0; other < n; other++)
			leaf &= codes[other] == codes[i] ||
			        !code_in(tree->domain, codes[i], codes[other]);
		if (leaf)
		{
			faults += leaves >= tree->leaves || tree->leaf[leaves] != codes[i];
			leaves++;
		}
	}
	faults += leaves != tree->leaves;
	for (i = 0; i < 20; i++)
	{
		int64_t prefix = tree->domain == CODE_OF_CLASS
		                     ? crowded_class(random, 0)
		                     : crowded_cell(random, 0);
		uint32_t from;
		uint32_t to;

		tree_range(tree, prefix, &from, &to);
		for (k = 0; k < tree->leaves; k++)
			faults += (k >= from && k < to) !=
			          code_in(tree->domain, prefix, tree->leaf[k]);
		if (from < to)
		{
			const TreeNode *node = &tree->node[tree_node(tree, from, to)];

			faults += node->from > from || node->to < to;
			/* levels of classes may leave a prefix out */
			faults += tree->domain == CODE_OF_CELL &&
			          (node->from != from || node->to != to ||
			           !cell_in(prefix, node->code));
		}
	}
	/* nodes lie in each other, and have no prefix that is longer */
	for (k = 0; k < tree->nodes; k++)
	{
		const TreeNode *node = &tree->node[k];
		uint32_t at = node->from;
		uint32_t child;
		uint32_t leaf;

		for (leaf = node->from; leaf < node->to; leaf++)
			faults += !code_in(tree->domain, node->code, tree->leaf[leaf]);
		for (child = k + 1; child < node->end; child = tree->node[child].end)
		{
			faults += tree->node[child].from != at ||
			          tree->node[child].code <= node->code;
			at = tree->node[child].to;
		}
		faults += node->end == k + 1
		              ? node->to - node->from != 1
		              : at != node->to || node->to - node->from < 2;
	}
	return faults;
}

static inline int
random_tree_faults(uint64_t *random)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	CodeDomain domain = pick(random, 2) == 0 ? CODE_OF_CLASS : CODE_OF_CELL;
	int64_t a[2 * LEAVES_MOST];
	int64_t b[LEAVES_MOST];
	RulebookArena arena;
	RulebookTree tree;
	int faults;
	int na = random_codes(random, domain, a);
	int nb = random_codes(random, domain, b);

	arena_begin(&arena, &m);
	if (!tree_begin(&tree, &arena, domain, a, (uint32_t) na, b, (uint32_t) nb))
		return 1;
	memcpy(a + na, b, (size_t) nb * sizeof(*a));
	na += nb;
	qsort(a, (size_t) na, sizeof(*a), by_code);
	for (nb = 0; nb + 1 < na;)
		if (a[nb] == a[nb + 1])
			memmove(a + nb, a + nb + 1, (size_t) (--na - nb) * sizeof(*a));
		else
			nb++;
	faults = tree_faults(&tree, a, na, random);
	arena_free(&arena);
	return faults + (memory.live != 0);
}

/* ---------------------------------------------------------------------
 * runs, maps and regions
 * ---------------------------------------------------------------------
 */

#define CELLS_MOST 300

static const uint32_t leaves_size[SETS_CONDITIONS] = {2, 1, 1, 3, 1, 2};

/* Paint by runs and cell by cell */
static inline int
runs_faults(uint64_t *random)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	static const SetsOp ops[] = {sets_over, sets_within, sets_without};
	uint32_t value[CELLS_MOST] = {0};
	uint32_t size = 1 + (uint32_t) pick(random, 40);
	RulebookArena arena;
	RulebookSets sets;
	RulebookRuns runs;
	RulebookMaps maps;
	uint32_t other;
	uint32_t map;
	int faults = 0;
	uint32_t i;
	int paints;

	if (pick(random, 3) == 0)
		size = CELLS_MOST - size;
	arena_begin(&arena, &m);
	if (!sets_begin(&sets, &m, leaves_size) || !maps_begin(&maps, &m, size) ||
	    !runs_begin(&runs, &arena, size))
		return 1;
	other = maps_of_runs(&maps, &runs);
	faults += other != 0;
	for (paints = pick(random, 40); paints >= 0; paints--)
	{
		uint32_t from = (uint32_t) pick(random, (int) size);
		uint32_t to = from + (uint32_t) pick(random, (int) (size - from) + 1);
		SetsOp op = ops[pick(random, 3)];
		SetsBox box;
		uint32_t set;
		uint32_t before = UINT32_MAX;

		sets_whole(&sets, &box);
		box.from[SETS_SEVERITY] = (uint32_t) pick(random, 3);
		box.to[SETS_TIME] = 1 + (uint32_t) pick(random, 2);
		set = sets_box(&sets, &box, 1 + (uint32_t) pick(random, 2));
		runs_paint(&runs, from, to, &sets, op, set);
		for (i = from; i < to; i++)
			value[i] = op(&sets, value[i], set);
		for (i = 0; i < size; i++)
		{
			bool begins = i == 0 || value[i] != value[i - 1];

			faults += runs.value[runs_first(&runs, i)] != value[i];
			faults += begins != (runs_first(&runs, i) == i);
			faults += begins && before != UINT32_MAX &&
			          runs_next(&runs, before) != i;
			before = begins ? i : before;
		}
		faults += runs_next(&runs, before) != size;
		map = maps_of_runs(&maps, &runs);
		faults += maps_of_runs(&maps, &runs) != map;
		for (i = 0; i < size; i++)
		{
			uint32_t end;

			faults += maps_at(&maps, map, i, &end).value != value[i];
			faults += end != runs_next(&runs, i);
		}
		other = maps_combine(&maps, &sets, op, map, other);
		for (i = 0; i < size; i++)
		{
			uint32_t end;
			uint32_t was = maps_at(&maps, other, i, &end).value;

			faults += was != maps_at(&maps, other, end - 1, &end).value;
		}
	}
	faults += sets.failed || maps.failed;
	sets_free(&sets);
	maps_free(&maps);
	arena_free(&arena);
	return faults + (memory.live != 0);
}

typedef struct RegionsTold
{
	const RulebookTree *classes;
	const RulebookTree *cells;
	RulebookSets *sets;
	uint32_t *value; /* by class and cell */
	uint32_t *told;
	int faults;
	int count;
	uint32_t last_class;
} RegionsTold;

static inline bool
region_told(void *context, uint32_t class_node, uint32_t cell_node,
            const SetsBox *box, uint32_t value, uint32_t fresh)
{
	RegionsTold *r = context;
	const TreeNode *in_class = &r->classes->node[class_node];
	const TreeNode *in_cell = &r->cells->node[cell_node];
	uint32_t set = sets_box(r->sets, box, value);
	bool new = false;
	uint32_t c;
	uint32_t k;

	r->faults += !sets_meet(r->sets, set, fresh) || class_node < r->last_class;
	r->last_class = class_node;
	r->count++;
	for (c = in_class->from; c < in_class->to; c++)
		for (k = in_cell->from; k < in_cell->to; k++)
		{
			uint32_t *told = &r->told[c * r->cells->leaves + k];
			uint32_t is = r->value[c * r->cells->leaves + k];

			/* all of it has that value */
			r->faults += sets_within(r->sets, is, set) != set;
			new |= sets_without(r->sets, set, *told) != 0;
			*told = sets_over(r->sets, *told, set);
		}
	r->faults += !new;
	return true;
}

static inline int
regions_faults(uint64_t *random)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	static uint32_t value[LEAVES_MOST * LEAVES_MOST];
	static uint32_t told[LEAVES_MOST * LEAVES_MOST];
	uint32_t map[LEAVES_MOST];
	int64_t codes[2][LEAVES_MOST];
	int n[2];
	RulebookArena arena;
	RulebookSets sets;
	RulebookMaps maps;
	RulebookTree tree[2];
	RegionTeller teller;
	RegionsTold r;
	uint32_t c;
	uint32_t k;
	int i;

	arena_begin(&arena, &m);
	for (i = 0; i < 2; i++)
	{
		n[i] = random_codes(random, (CodeDomain) i, codes[i]);
		if (!tree_begin(&tree[i], &arena, (CodeDomain) i, codes[i],
		                (uint32_t) n[i], NULL, 0))
			return 1;
	}
	if (!sets_begin(&sets, &m, leaves_size) ||
	    !maps_begin(&maps, &m, tree[1].leaves))
		return 1;
	memset(&teller, 0, sizeof(teller));
	memset(&r, 0, sizeof(r));
	memset(value, 0, sizeof(value));
	memset(told, 0, sizeof(told));
	/* rectangles one over the other */
	for (i = pick(random, 8); i > 0; i--)
	{
		int64_t of_class = crowded_class(random, 0);
		int64_t of_cell = crowded_cell(random, 0);
		SetsBox box;
		uint32_t set;

		sets_whole(&sets, &box);
		if (pick(random, 2) == 0)
			box.from[SETS_SEVERITY] = (uint32_t) pick(random, 3);
		box.from[SETS_MINUTE] = (uint32_t) pick(random, 2);
		set = sets_box(&sets, &box, 1 + (uint32_t) pick(random, 2));
		for (c = 0; c < tree[0].leaves; c++)
			for (k = 0; k < tree[1].leaves; k++)
				if (class_in(of_class, tree[0].leaf[c]) &&
				    cell_in(of_cell, tree[1].leaf[k]))
				{
					uint32_t *at = &value[c * tree[1].leaves + k];

					*at = sets_over(&sets, set, *at);
				}
	}
	for (c = 0; c < tree[0].leaves; c++)
	{
		for (k = 0; k < tree[1].leaves; k++)
			maps_add(&maps, k, value[c * tree[1].leaves + k]);
		map[c] = tree[1].leaves > 0 ? maps_end(&maps) : 0;
	}
	teller.sets = &sets;
	teller.maps = &maps;
	teller.classes = &tree[0];
	teller.cells = &tree[1];
	teller.tell = region_told;
	teller.context = &r;
	r.classes = &tree[0];
	r.cells = &tree[1];
	r.sets = &sets;
	r.value = value;
	r.told = told;
	if (!regions_begin(&teller, &arena) || !regions_tell(&teller, &arena, map))
		r.faults++;
	for (c = 0; c < tree[0].leaves * tree[1].leaves; c++)
		r.faults += told[c] != value[c];
	sets_free(&sets);
	maps_free(&maps);
	arena_free(&arena);
	return r.faults + (memory.live != 0);
}

#endif /* CIVICGRID_TEST_RULEBOOK_LEAVES_H */
