/*
 * rulebook_truth.h
 *	  Diagrams of few conditions beside tables of all their values.
 */
#ifndef CIVICGRID_TEST_RULEBOOK_TRUTH_H
#define CIVICGRID_TEST_RULEBOOK_TRUTH_H

#include <stdlib.h>

#include "core/rulebook_sets.h"

#include "tap.h"
#include "textcluster_memory.h"

#define TRUTH_POINTS 432
#define TRUTH_MOST   24

static const uint32_t truth_size[SETS_CONDITIONS] = {3, 3, 2, 3, 2, 4};

typedef struct Truth
{
	uint32_t id;
	uint32_t value[TRUTH_POINTS];
} Truth;

static inline void
truth_point(int n, uint32_t point[SETS_CONDITIONS])
{
	int i;

	for (i = 0; i < SETS_CONDITIONS; i++)
	{
		point[i] = (uint32_t) n % truth_size[i];
		n /= (int) truth_size[i];
	}
}

static inline bool
truth_in(const SetsBox *box, int n)
{
	uint32_t point[SETS_CONDITIONS];
	int i;

	truth_point(n, point);
	for (i = 0; i < SETS_CONDITIONS; i++)
		if (point[i] < box->from[i] || point[i] >= box->to[i])
			return false;
	return true;
}

typedef struct TruthBoxes
{
	uint32_t value[TRUTH_POINTS];
	int faults;
	int left; /* boxes to be told */
} TruthBoxes;

static inline bool
truth_box(void *context, const SetsBox *box, uint32_t value)
{
	TruthBoxes *t = context;
	int n;

	for (n = 0; n < TRUTH_POINTS; n++)
		if (truth_in(box, n))
		{
			t->faults += t->value[n] != 0 || value == 0;
			t->value[n] = value;
		}
	return t->left < 0 || --t->left > 0;
}

/* Whether a diagram is what its table says, all ways to look at it */
static inline int
truth_faults(const RulebookSets *sets, const Truth *t)
{
	TruthBoxes boxes = {{0}, 0, -1};
	uint32_t point[SETS_CONDITIONS];
	bool some = false;
	int faults = 0;
	int n;

	for (n = 0; n < TRUTH_POINTS; n++)
	{
		truth_point(n, point);
		faults += sets_at(sets, t->id, point) != t->value[n];
		some |= t->value[n] != 0;
	}
	faults += sets_first(sets, t->id, point) != some;
	faults += some && sets_at(sets, t->id, point) == 0;
	sets_boxes(sets, t->id, truth_box, &boxes);
	faults += boxes.faults;
	faults += memcmp(boxes.value, t->value, sizeof(t->value)) != 0;
	return faults;
}

static inline int
truth_pick(uint64_t *random, int n)
{
	return (int) (next_random(random) % (uint64_t) n);
}

static inline uint32_t
small_value(void *context, uint32_t value)
{
	SetsPair pair = sets_unpair(context, value);

	return value == 0 ? 0 : (3 * pair.a + 5 * pair.b) % 4;
}

static inline uint32_t
other_value(void *context, uint32_t value)
{
	(void) context;
	return (value + 1) % 4;
}

/* Any box, sometimes an empty one */
static inline void
random_box(uint64_t *random, SetsBox *box)
{
	int i;

	for (i = 0; i < SETS_CONDITIONS; i++)
	{
		int size = (int) truth_size[i];

		box->from[i] = 0;
		box->to[i] = truth_size[i];
		if (truth_pick(random, 2) == 0)
		{
			box->from[i] = (uint32_t) truth_pick(random, size);
			box->to[i] =
			    box->from[i] + 1 +
			    (uint32_t) truth_pick(random, size - (int) box->from[i]);
			if (truth_pick(random, 30) == 0)
				box->to[i] = box->from[i];
		}
	}
}

static inline void
make_truth(RulebookSets *sets, uint64_t *random, const Truth *list, int count,
           uint32_t maps, Truth *made)
{
	const Truth *a = &list[truth_pick(random, count > 0 ? count : 1)];
	const Truth *b = &list[truth_pick(random, count > 0 ? count : 1)];
	int what = count < 3 ? truth_pick(random, 2) : truth_pick(random, 10);
	uint32_t fixed[SETS_CONDITIONS];
	SetsBox box;
	uint32_t value;
	int n;
	int by;

	switch (what)
	{
		case 0:
			random_box(random, &box);
			value = (uint32_t) truth_pick(random, 4);
			made->id = sets_box(sets, &box, value);
			for (n = 0; n < TRUTH_POINTS; n++)
				made->value[n] = truth_in(&box, n) ? value : 0;
			return;
		case 1:
		{
			uint16_t from[2] = {(uint16_t) truth_pick(random, 2), 3};
			uint16_t to[2] = {(uint16_t) (from[0] + 1), 4};
			uint32_t count_of = (uint32_t) truth_pick(random, 3);

			made->id = sets_ranges(sets, SETS_MINUTE, from, to, count_of);
			for (n = 0; n < TRUTH_POINTS; n++)
			{
				truth_point(n, fixed);
				value = fixed[SETS_MINUTE];
				made->value[n] = (count_of > 0 && value == from[0]) ||
				                 (count_of > 1 && value == 3);
			}
			return;
		}
		case 2:
			made->id = sets_over(sets, a->id, b->id);
			break;
		case 3:
			made->id = sets_within(sets, a->id, b->id);
			break;
		case 4:
			made->id = sets_without(sets, a->id, b->id);
			break;
		case 5:
			made->id = sets_common(sets, a->id, b->id);
			break;
		case 6:
			made->id = sets_map(sets, sets_pair(sets, a->id, b->id), maps,
			                    small_value, sets);
			break;
		case 7:
			made->id = sets_map(sets, a->id, maps + 1, other_value, NULL);
			break;
		case 8:
			by = truth_pick(random, SETS_CONDITIONS);
			value = (uint32_t) truth_pick(random, (int) truth_size[by]);
			made->id = sets_fix(sets, a->id, (SetsBy) by, value,
			                    maps + 2 + (uint32_t) by * 4 + value);
			for (n = 0; n < TRUTH_POINTS; n++)
			{
				uint32_t at = 0;
				uint32_t step = 1;
				int i;

				truth_point(n, fixed);
				fixed[by] = value;
				for (i = 0; i < SETS_CONDITIONS; i++)
				{
					at += fixed[i] * step;
					step *= truth_size[i];
				}
				made->value[n] = a->value[at];
			}
			return;
		default:
		{
			uint32_t all[3] = {a->id, b->id, list[0].id};

			made->id = sets_over_all(sets, all, 3);
		}
	}
	for (n = 0; n < TRUTH_POINTS; n++)
	{
		uint32_t x = a->value[n];
		uint32_t y = b->value[n];

		made->value[n] = what == 2   ? (x != 0 ? x : y)
		                 : what == 3 ? (y != 0 ? x : 0)
		                 : what == 4 ? (y == 0 ? x : 0)
		                 : what == 5 ? (x == y ? x : 0)
		                 : what == 6 ? (3 * x + 5 * y) % 4
		                 : what == 7 ? (x + 1) % 4
		                 : x != 0    ? x
		                 : y != 0    ? y
		                             : list[0].value[n];
	}
}

/* Make some of each other; how many are not what they should be */
static inline int
truths_differ(uint64_t *random, int most)
{
	static Truth list[TRUTH_MOST];
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	RulebookSets sets;
	uint32_t maps;
	int faults = 0;
	int i;
	int k;
	int n;

	if (!sets_begin(&sets, &m, truth_size))
		return 1;
	maps = sets_new_maps(&sets, 2 + SETS_CONDITIONS * 4);
	for (i = 0; i < most; i++)
	{
		make_truth(&sets, random, list, i, maps, &list[i]);
		faults += truth_faults(&sets, &list[i]);
		for (k = 0; k <= i; k++)
		{
			bool meet = false;

			/* the same function is the same number */
			faults +=
			    (memcmp(list[i].value, list[k].value, sizeof(list[i].value)) ==
			     0) != (list[i].id == list[k].id);
			for (n = 0; n < TRUTH_POINTS; n++)
				meet |= list[i].value[n] != 0 && list[k].value[n] != 0;
			faults += sets_meet(&sets, list[i].id, list[k].id) != meet;
		}
	}
	faults += sets.failed;
	sets_free(&sets);
	return faults + (memory.live != 0);
}

#endif /* CIVICGRID_TEST_RULEBOOK_TRUTH_H */
