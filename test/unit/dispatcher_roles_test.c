/*
 * dispatcher_roles_test.c
 *	  Roles of units: offices of a kind are found, random towns agree with a
 *	  plain search over arrays, the order does not matter, memory runs out.
 */
#include "core/dispatcher_roles.h"

#include "dispatcher_cases.h"

#define TAKEN 2000

static DispatcherTaken taken[TAKEN];

#define LEVELS (1 << GRID_STREET | 1 << GRID_COMMUNITY)

static DispatcherStatus
find(size_t n, uint32_t units, TestMemory *counter, uint32_t *role,
     uint32_t *roles)
{
	DispatcherMemory memory = {test_resize, test_poll, counter};

	return dispatcher_find_roles(&memory, taken, n, units, LEVELS, role,
	                             roles);
}

/* Streets 1 to 9 with communities 1 to 9, classes numbered from 0 */
#define PLAIN_CLASSES 12

static int
street_of(int64_t cell)
{
	return (int) (cell / 8 / 1000000000 % 1000);
}

static int
community_of(int64_t cell)
{
	return (int) (cell / 8 / 1000000 % 1000);
}

/* The same by plain loops */
typedef struct PlainGroup
{
	bool alive;
	uint32_t first;
	int homes;
	int street[64];
	int community[64]; /* 0: the whole street */
	double own[PLAIN_CLASSES];
	double all[PLAIN_CLASSES];
} PlainGroup;

static double
plain_beta(double a, double b)
{
	return lgamma(a + 0.2) + lgamma(b + 2) - lgamma(a + b + 2.2);
}

static double
plain_gain(const PlainGroup *a, const PlainGroup *b)
{
	double gain = 0;
	bool common = false;
	int i;
	int k;

	for (i = 0; i < a->homes; i++)
		for (k = 0; k < b->homes; k++)
			if (a->street[i] == b->street[k] &&
			    (a->community[i] == 0 || b->community[k] == 0 ||
			     a->community[i] == b->community[k]))
				return -1;
	for (i = 0; i < PLAIN_CLASSES; i++)
	{
		if (a->all[i] == 0 || b->all[i] == 0)
			continue;
		if (a->own[i] > 0 && b->own[i] > 0)
			common = true;
		if (a->own[i] + b->own[i] > 0)
			gain += plain_beta(a->own[i] + b->own[i],
			                   a->all[i] + b->all[i] - a->own[i] - b->own[i]) +
			        plain_beta(0, 0) -
			        plain_beta(a->own[i], a->all[i] - a->own[i]) -
			        plain_beta(b->own[i], b->all[i] - b->own[i]);
	}
	return common ? gain : -1;
}

static uint32_t
plain_roles(size_t n, uint32_t units, uint32_t *role)
{
	static PlainGroup group[64];
	uint32_t first[64];
	uint32_t u;
	uint32_t v;
	uint32_t roles = 0;
	size_t i;
	int s;
	int c;

	memset(group, 0, sizeof(group));
	for (u = 0; u < units; u++)
	{
		double all = 0;
		PlainGroup *g = &group[u];

		first[u] = u;
		g->first = u;
		for (i = 0; i < n; i++)
			if (taken[i].unit == u)
				all += taken[i].cases;
		for (s = 1; s < 10; s++)
			for (c = 0; c < 10; c++)
			{
				double here = 0;

				for (i = 0; i < n; i++)
					if (taken[i].unit == u && taken[i].cell != 0 &&
					    street_of(taken[i].cell) == s &&
					    (c == 0 || community_of(taken[i].cell) == c))
						here += taken[i].cases;
				if (here >= 0.8 * all && here > 0)
				{
					g->alive = true;
					g->homes = 1;
					g->street[0] = s;
					g->community[0] = c;
				}
			}
		for (i = 0; g->alive && i < n; i++)
			if (taken[i].cell != 0 &&
			    street_of(taken[i].cell) == g->street[0] &&
			    (g->community[0] == 0 ||
			     community_of(taken[i].cell) == g->community[0]))
			{
				int k = (int) (taken[i].class_code - 1);

				g->all[k] += taken[i].cases;
				g->own[k] += taken[i].unit == u ? taken[i].cases : 0;
			}
	}
	for (;;)
	{
		double best = 0;
		uint32_t a = 0;
		uint32_t b = 0;

		for (u = 0; u < units; u++)
			for (v = u + 1; v < units; v++)
				if (group[u].alive && group[v].alive &&
				    plain_gain(&group[u], &group[v]) > best)
				{
					best = plain_gain(&group[u], &group[v]);
					a = u;
					b = v;
				}
		if (best <= 0)
			break;
		for (c = 0; c < group[b].homes; c++)
		{
			group[a].street[group[a].homes] = group[b].street[c];
			group[a].community[group[a].homes++] = group[b].community[c];
		}
		for (c = 0; c < PLAIN_CLASSES; c++)
		{
			group[a].own[c] += group[b].own[c];
			group[a].all[c] += group[b].all[c];
		}
		group[b].alive = false;
		for (u = 0; u < units; u++)
			if (first[u] == b)
				first[u] = a;
	}
	for (u = 0; u < units; u++)
		role[u] = first[u] == u ? roles++ : role[first[u]];
	return roles;
}

/* A town: some units are of kinds, with shares of classes that chance bends */
static void
make_town(uint64_t *random, size_t n, uint32_t units)
{
	size_t i;

	for (i = 0; i < n; i++)
	{
		DispatcherTaken *t = &taken[i];
		uint32_t kind = (uint32_t) (next_random(random) % 5);
		int s = 1 + (int) (next_random(random) % 4);
		int c = 1 + (int) (next_random(random) % 3);

		t->class_code =
		    1 + (int64_t) (next_random(random) % 3 * 4 + kind) % PLAIN_CLASSES;
		t->cell = cell_of(s, next_random(random) % 9 == 0 ? -1 : c);
		if (next_random(random) % 30 == 0)
			t->cell = 0;
		t->cases = 1 + (uint32_t) (next_random(random) % 2);
		t->unit = (kind == 4 ? 20 + (uint32_t) (4 * s + c) % 12
		                     : kind * 4 + (uint32_t) s) %
		          units;
		if (next_random(random) % 10 == 0)
			t->unit = (uint32_t) (next_random(random) % units);
	}
}

int
main(void)
{
	TestMemory counter = {-1, 0, 0};
	uint64_t random = 4;
	uint32_t role[64];
	uint32_t plain[64];
	uint32_t roles;
	uint32_t joined = 0;
	int differ = 0;
	int i;
	int k;
	long left;
	bool survived = true;

	/* of each street two offices, and a bureau for all */
	for (i = 0; i < 400; i++)
	{
		int s = 1 + i % 4;

		taken[i].class_code = 1 + i / 4 % 3;
		taken[i].cell = cell_of(s, 1 + i % 3);
		taken[i].unit = i / 4 % 3 == 2   ? 8
		                : i / 4 % 3 == 0 ? (uint32_t) s - 1
		                                 : (uint32_t) s + 3;
		taken[i].cases = 1;
	}
	ok(find(400, 9, &counter, role, &roles) == DISPATCHER_OK && roles == 3 &&
	       role[0] == 0 && role[3] == 0 && role[4] == 1 && role[7] == 1 &&
	       role[8] == 2,
	   "offices of a kind have one role");
	ok(counter.live == 0 && counter.polled > 0, "memory is given back");

	for (k = 0; k < 300; k++)
	{
		size_t n = 20 + next_random(&random) % 600;
		uint32_t units = 5 + (uint32_t) (next_random(&random) % 28);
		uint32_t plain_count;
		uint32_t u;

		make_town(&random, n, units);
		plain_count = plain_roles(n, units, plain);
		if (find(n, units, &counter, role, &roles) != DISPATCHER_OK ||
		    roles != plain_count)
			differ++;
		for (u = 0; u < units; u++)
			differ += role[u] != plain[u];
		joined += units - roles;
	}
	ok(differ == 0 && joined > 1000,
	   "300 towns have the roles that plain loops find (%u joined)", joined);

	make_town(&random, 500, 30);
	find(500, 30, &counter, plain, &roles);
	for (i = 499; i > 0; i--)
	{
		int j = (int) (next_random(&random) % (uint64_t) (i + 1));
		DispatcherTaken swap = taken[i];

		taken[i] = taken[j];
		taken[j] = swap;
	}
	find(500, 30, &counter, role, &roles);
	ok(memcmp(role, plain, 30 * sizeof(uint32_t)) == 0,
	   "the order of cases does not matter");
	ok(find(0, 1, &counter, role, &roles) == DISPATCHER_OK && roles == 1,
	   "a unit without cases has a role");

	for (left = 0;; left++)
	{
		DispatcherStatus status;

		counter.left = left;
		status = find(500, 30, &counter, role, &roles);
		if (counter.live != 0)
			survived = false;
		if (status == DISPATCHER_OK)
			break;
		if (status != DISPATCHER_NO_MEMORY)
			survived = false;
	}
	ok(survived && left > 20, "out of memory at each of %ld requests", left);
	return done_testing();
}
