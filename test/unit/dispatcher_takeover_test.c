/*
 * dispatcher_takeover_test.c
 *	  Takeovers: one that was made is found, chance alone makes none, random
 *	  histories agree with plain loops, no memory.
 */
#include "core/dispatcher_takeover.h"

#include "dispatcher_cases.h"

#define SEEN 700

static DispatcherSeen seen[SEEN];
static bool past[SEEN];
static bool plain_past[SEEN];

#define CLASS_LEVELS (1 << 2 | 1 << 4)
#define CELL_LEVELS  (1 << GRID_STREET | 1 << GRID_COMMUNITY)

static DispatcherStatus
find(uint32_t n, TestMemory *counter, DispatcherList *list)
{
	DispatcherMemory memory = {test_resize, test_poll, counter};

	memset(list, 0, sizeof(*list));
	return dispatcher_find_takeovers(&memory, seen, n, 20, CLASS_LEVELS,
	                                 CELL_LEVELS, past, list);
}

static double
entropy(double n)
{
	return n > 0 ? n * log(n) : 0;
}

/* What plain loops make of one context; they say it to the list. */
static void
plain_context(int64_t class_code, int64_t cell, uint32_t n,
              DispatcherTakeover *list, int *found)
{
	uint32_t order[SEEN];
	uint32_t m = 0;
	uint32_t cut = 0;
	uint32_t i;
	uint32_t k;
	double best = -HUGE_VAL;
	uint32_t before[20];
	uint32_t after[20];
	uint32_t old = 0;
	uint32_t new = 0;

	for (i = 0; i < n; i++)
		if (!plain_past[i] && seen[i].class_code >= class_code &&
		    seen[i].class_code <= eventcode_last(class_code) &&
		    (cell == 0 ||
		     (seen[i].cell >= cell && seen[i].cell <= gridcode_last(cell))))
			order[m++] = i;
	for (i = 1; i < m; i++) /* by day, then number */
		for (k = i; k > 0 && seen[order[k - 1]].day > seen[order[k]].day; k--)
		{
			uint32_t swap = order[k];

			order[k] = order[k - 1];
			order[k - 1] = swap;
		}
	for (i = 5; i + 5 <= m; i++)
	{
		double likely = -entropy(i) - entropy(m - i);
		int u;

		if (seen[order[i]].day == seen[order[i - 1]].day)
			continue;
		for (u = 0; u < 20; u++)
		{
			double a = 0;
			double b = 0;

			for (k = 0; k < m; k++)
				if (seen[order[k]].unit == (uint32_t) u)
				{
					a += k < i;
					b += k >= i;
				}
			likely += entropy(a) + entropy(b);
		}
		if (likely > best + 1e-9)
		{
			best = likely;
			cut = i;
		}
	}
	if (cut == 0)
		return;
	memset(before, 0, sizeof(before));
	memset(after, 0, sizeof(after));
	for (k = 0; k < m; k++)
		(k < cut ? before : after)[seen[order[k]].unit]++;
	for (k = 0; k < 20; k++)
	{
		if (before[k] > before[old])
			old = k;
		if (after[k] > after[new])
			new = k;
	}
	if (old == new || before[old] <= 0.6 * cut ||
	    after[new] <= 0.6 * (m - cut) ||
	    entropy(before[new]) + entropy(cut - before[new]) - entropy(cut) +
	            entropy(after[new]) + entropy(m - cut - after[new]) -
	            entropy(m - cut) - entropy(before[new] + after[new]) -
	            entropy(m - before[new] - after[new]) + entropy(m) <
	        6)
		return;
	for (i = cut; seen[order[i]].unit != new; i++)
		;
	list[*found].class_code = class_code;
	list[*found].cell = cell;
	list[*found].before = old;
	list[*found].after = new;
	list[*found].day = seen[order[i]].day;
	list[(*found)++].seen = order[i];
	for (k = 0; k < cut; k++)
		if (seen[order[k]].unit == old)
			plain_past[order[k]] = true;
}

static int
plain_all(uint32_t n, DispatcherTakeover *list)
{
	int found = 0;
	int t;
	int m;
	int s;
	int c;
	int level;

	memset(plain_past, 0, sizeof(plain_past));
	for (level = 0; level < 2; level++)
		for (c = 0; c < 3; c++) /* everywhere, streets, communities */
			for (t = 1; t < 4; t++)
				for (m = level == 0 ? -1 : 0; m < (level == 0 ? 0 : 3); m++)
					for (s = c == 0 ? 0 : 1; s < (c == 0 ? 1 : 4); s++)
					{
						int k;

						for (k = c == 2 ? 1 : 0; k < (c == 2 ? 4 : 1); k++)
							plain_context(class_of(t, m, -1),
							              c == 0   ? 0
							              : c == 1 ? cell_of(s, -1)
							                       : cell_of(s, k),
							              n, list, &found);
					}
	return found;
}

int
main(void)
{
	TestMemory counter = {-1, 0, 0};
	DispatcherMemory memory = {test_resize, test_poll, &counter};
	DispatcherTakeover plain[SEEN];
	DispatcherList list;
	DispatcherTakeover *t;
	uint64_t random = 8;
	uint32_t i;
	int k;
	int differ = 0;
	int total = 0;
	int by_chance = 0;
	long left;
	bool survived = true;

	/* unit 3 takes over from unit 2 on day 50, in one street only */
	for (i = 0; i < 60; i++)
	{
		seen[i].class_code = class_of(1, 0, -1);
		seen[i].cell = cell_of(1 + (int) i % 2, 1);
		seen[i].day = (int32_t) i * 3;
		seen[i].unit = i % 2 == 0 ? 1 : i < 30 ? 2 : 3;
	}
	ok(find(60, &counter, &list) == DISPATCHER_OK && list.used == 1,
	   "one takeover");
	t = list.at;
	ok(t->cell == cell_of(2, -1) && t->before == 2 && t->after == 3 &&
	       t->class_code == class_of(1, -1, -1) && t->day == 93 &&
	       t->seen == 31,
	   "of the street, on its day");
	ok(past[1] && past[29] && !past[31] && !past[0],
	   "what the old unit took is past");
	dispatcher_free_list(&memory, &list);
	ok(counter.live == 0 && counter.polled > 0, "memory is given back");

	for (k = 0; k < 200; k++)
	{
		for (i = 0; i < 40; i++)
		{
			seen[i].class_code = class_of(1, 0, -1);
			seen[i].cell = 0;
			seen[i].day = (int32_t) i;
			seen[i].unit = (uint32_t) (next_random(&random) % 2);
		}
		find(40, &counter, &list);
		by_chance += (int) list.used;
		dispatcher_free_list(&memory, &list);
	}
	ok(by_chance <= 4, "chance makes %d of 200", by_chance);

	for (k = 0; k < 150; k++)
	{
		uint32_t n = 30 + (uint32_t) (next_random(&random) % 300);
		int32_t days = 20 + (int32_t) (next_random(&random) % 100);
		int found;

		for (i = 0; i < n; i++)
		{
			int type = 1 + (int) (next_random(&random) % 3);
			int s = 1 + (int) (next_random(&random) % 3);

			seen[i].class_code =
			    class_of(type, (int) (next_random(&random) % 3), -1);
			seen[i].cell = cell_of(s, 1 + (int) (next_random(&random) % 3));
			seen[i].day = (int32_t) (next_random(&random) % (uint64_t) days);
			seen[i].unit = (uint32_t) (type * 4 + (s == 1));
			if (type == 2 && seen[i].day > days / 2)
				seen[i].unit = 1;
			if (type == 3 && s == 2 && seen[i].day > days / 3)
				seen[i].unit = 2;
			if (next_random(&random) % 6 == 0)
				seen[i].unit = (uint32_t) (next_random(&random) % 20);
		}
		found = plain_all(n, plain);
		total += found;
		if (find(n, &counter, &list) != DISPATCHER_OK ||
		    (int) list.used != found ||
		    memcmp(past, plain_past, n * sizeof(bool)) != 0)
			differ++;
		else
			for (t = list.at, i = 0; i < list.used; i++)
				differ += t[i].class_code != plain[i].class_code ||
				          t[i].cell != plain[i].cell ||
				          t[i].before != plain[i].before ||
				          t[i].after != plain[i].after ||
				          t[i].day != plain[i].day ||
				          t[i].seen != plain[i].seen;
		dispatcher_free_list(&memory, &list);
	}
	ok(differ == 0 && total > 150,
	   "150 histories have the %d takeovers that plain loops find", total);

	for (left = 0;; left++)
	{
		DispatcherStatus status;

		counter.left = left;
		status = find(200, &counter, &list);
		dispatcher_free_list(&memory, &list);
		survived = survived && counter.live == 0;
		if (status == DISPATCHER_OK)
			break;
		survived = survived && status == DISPATCHER_NO_MEMORY;
	}
	ok(survived && left > 5, "out of memory at each of %ld requests", left);
	return done_testing();
}
