/*
 * dispatcher_roles.c
 *	  See dispatcher_roles.h.
 */
#include <math.h>

#include "code.h"
#include "dispatcher_common.h"
#include "dispatcher_roles.h"

/* Of the cases of a class at home, those of a group */
typedef struct Share
{
	uint32_t class_number;
	uint32_t own;
	uint32_t all;
} Share;

/* Units that do the same; one that joined another is empty */
typedef struct Group
{
	Share *shares; /* by class */
	uint32_t n;
	uint32_t unit; /* the first */
	int64_t *homes;
	uint32_t home_count;
} Group;

/* Cases of a unit in a territory, or of a class there */
typedef struct Count
{
	int64_t territory;
	uint64_t who; /* unit or class */
	uint64_t cases;
} Count;

typedef struct Finder
{
	const DispatcherMemory *memory;
	DispatcherTaken *taken; /* classes numbered */
	size_t n;
	uint32_t units;
	uint32_t cell_levels;
	uint64_t *unit_cases;
	int64_t *home; /* 0: none */
	uint32_t *rank;
	Count *counts; /* of classes in territories that are homes */
	size_t counted;
	Group *groups;
	uint32_t group_count;
	double *gain; /* of two groups, number by number */
} Finder;

#define NEVER (-HUGE_VAL)

/* ---------------------------------------------------------------------
 * homes
 * ---------------------------------------------------------------------
 */

static int
order_counts(const void *a, const void *b, const void *context)
{
	const Count *x = a;
	const Count *y = b;

	(void) context;
	if (x->who != y->who)
		return x->who < y->who ? -1 : 1;
	if (x->territory != y->territory)
		return x->territory < y->territory ? -1 : 1;
	return 0;
}

/* Add up what is of the same and the same territory; in order */
static size_t
add_up(const DispatcherMemory *memory, Count *counts, size_t n)
{
	size_t used = 0;
	size_t i;

	/* those alike may come in any order: only their sum is kept */
	dispatcher_sort(memory, counts, n, sizeof(*counts), order_counts, NULL);
	for (i = 0; i < n; i++)
	{
		if (used > 0 && order_counts(&counts[used - 1], &counts[i], NULL) == 0)
			counts[used - 1].cases += counts[i].cases;
		else
			counts[used++] = counts[i];
	}
	return used;
}

/* Territories of a cell that matter */
static int
territories_of(const Finder *f, int64_t cell, int64_t out[GRIDCODE_LEVELS])
{
	int levels = cell == 0 ? 0 : gridcode_level(cell);
	int n = 0;
	int l;

	for (l = 1; l <= levels; l++)
		if ((f->cell_levels >> l & 1) != 0 &&
		    gridcode_ancestor(cell, l, &out[n]))
			n++;
	return n;
}

static bool
find_homes(Finder *f)
{
	DispatcherList list = {NULL, 0, 0};
	Count *counts;
	size_t n;
	size_t i;
	int k;

	for (i = 0; i < f->n; i++)
	{
		int64_t territory[GRIDCODE_LEVELS];
		int m = territories_of(f, f->taken[i].cell, territory);

		f->unit_cases[f->taken[i].unit] += f->taken[i].cases;
		for (k = 0; k < m; k++)
		{
			Count *c = dispatcher_push(f->memory, &list, sizeof(Count));

			if (c == NULL)
			{
				dispatcher_free_list(f->memory, &list);
				return false;
			}
			c->territory = territory[k];
			c->who = f->taken[i].unit;
			c->cases = f->taken[i].cases;
		}
	}
	counts = list.at;
	n = add_up(f->memory, counts, list.used);
	for (i = 0; i < n; i++)
	{
		uint32_t unit = (uint32_t) counts[i].who;

		/* more than half of the cases are in one territory of a level only,
		 * so the smallest is that of the greatest level */
		if ((double) counts[i].cases >=
		        DISPATCHER_HOME * (double) f->unit_cases[unit] &&
		    (f->home[unit] == 0 || gridcode_level(f->home[unit]) <
		                               gridcode_level(counts[i].territory)))
			f->home[unit] = counts[i].territory;
	}
	dispatcher_free_list(f->memory, &list);
	return true;
}

/* ---------------------------------------------------------------------
 * groups of one unit each
 * ---------------------------------------------------------------------
 */

static int
order_taken(const void *a, const void *b, const void *context)
{
	const DispatcherTaken *x = a;
	const DispatcherTaken *y = b;

	(void) context;
	if (x->class_code != y->class_code)
		return x->class_code < y->class_code ? -1 : 1;
	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	return 0;
}

static void
number_classes(Finder *f)
{
	int64_t number = 0;
	int64_t before = 0;
	size_t i;

	dispatcher_sort(f->memory, f->taken, f->n, sizeof(*f->taken), order_taken,
	                NULL);
	for (i = 0; i < f->n; i++)
	{
		if (i > 0 && f->taken[i].class_code != before)
			number++;
		before = f->taken[i].class_code;
		f->taken[i].class_code = number;
	}
}

static int
order_ranks(const void *a, const void *b, const void *context)
{
	const Finder *f = context;
	uint32_t x = *(const uint32_t *) a;
	uint32_t y = *(const uint32_t *) b;

	if (f->unit_cases[x] != f->unit_cases[y])
		return f->unit_cases[x] > f->unit_cases[y] ? -1 : 1;
	return x == y ? 0 : x < y ? -1 : 1;
}

static int
order_numbers(const void *a, const void *b, const void *context)
{
	uint32_t x = *(const uint32_t *) a;
	uint32_t y = *(const uint32_t *) b;

	(void) context;
	return x == y ? 0 : x < y ? -1 : 1;
}

static int
order_codes(const void *a, const void *b, const void *context)
{
	int64_t x = *(const int64_t *) a;
	int64_t y = *(const int64_t *) b;

	(void) context;
	return x == y ? 0 : x < y ? -1 : 1;
}

static size_t
find_code(const int64_t *codes, size_t n, int64_t code)
{
	size_t low = 0;
	size_t high = n;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (codes[middle] < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Count classes in the territories that are homes. */
static bool
count_at_home(Finder *f)
{
	DispatcherList list = {NULL, 0, 0};
	int64_t *homes =
	    dispatcher_room(f->memory, NULL, f->group_count, sizeof(int64_t));
	size_t i;
	uint32_t g;
	int k;

	if (homes == NULL)
		return false;
	for (g = 0; g < f->group_count; g++)
		homes[g] = f->home[f->groups[g].unit];
	dispatcher_sort(f->memory, homes, f->group_count, sizeof(*homes),
	                order_codes, NULL);
	for (i = 0; i < f->n; i++)
	{
		int64_t territory[GRIDCODE_LEVELS];
		int m = territories_of(f, f->taken[i].cell, territory);

		for (k = 0; k < m; k++)
		{
			size_t at = find_code(homes, f->group_count, territory[k]);
			Count *c;

			if (at == f->group_count || homes[at] != territory[k])
				continue;
			c = dispatcher_push(f->memory, &list, sizeof(Count));
			if (c == NULL)
			{
				dispatcher_release(f->memory, homes);
				dispatcher_free_list(f->memory, &list);
				return false;
			}
			/* by territory, then class */
			c->who = (uint64_t) territory[k];
			c->territory = f->taken[i].class_code;
			c->cases = f->taken[i].cases;
		}
	}
	dispatcher_release(f->memory, homes);
	f->counts = list.at;
	f->counted = add_up(f->memory, f->counts, list.used);
	return true;
}

static uint32_t
bounded(uint64_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t) n;
}

/* The shares of the classes that a group of one unit took, or that there were
 * at its home */
static bool
fill_shares(Finder *f, Group *g)
{
	DispatcherList list = {NULL, 0, 0};
	uint64_t home = (uint64_t) f->home[g->unit];
	size_t i = 0;
	size_t high = f->counted;
	Share *s;

	while (i < high) /* the first of this home */
	{
		size_t middle = i + (high - i) / 2;

		if (f->counts[middle].who < home)
			i = middle + 1;
		else
			high = middle;
	}
	for (; i < f->counted && f->counts[i].who == home; i++)
	{
		s = dispatcher_push(f->memory, &list, sizeof(Share));
		if (s == NULL)
		{
			dispatcher_free_list(f->memory, &list);
			return false;
		}
		s->class_number = (uint32_t) f->counts[i].territory;
		s->own = 0;
		s->all = bounded(f->counts[i].cases);
	}
	g->shares = list.at;
	g->n = (uint32_t) list.used;
	g->homes = dispatcher_room(f->memory, NULL, 1, sizeof(int64_t));
	if (g->homes == NULL)
		return false;
	g->homes[0] = (int64_t) home;
	g->home_count = 1;
	return true;
}

/* What each group took at home; rank is its number, or UINT32_MAX. */
static void
fill_own(Finder *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
	{
		const DispatcherTaken *t = &f->taken[i];
		const Group *g;
		uint32_t low = 0;
		uint32_t high;

		if (f->rank[t->unit] == UINT32_MAX || t->cell == 0 ||
		    t->cell < f->home[t->unit] ||
		    t->cell > gridcode_last(f->home[t->unit]))
			continue;
		g = &f->groups[f->rank[t->unit]];
		high = g->n;
		while (low < high)
		{
			uint32_t middle = low + (high - low) / 2;

			if (g->shares[middle].class_number < (uint32_t) t->class_code)
				low = middle + 1;
			else
				high = middle;
		}
		g->shares[low].own = bounded((uint64_t) g->shares[low].own + t->cases);
	}
}

static bool
make_groups(Finder *f)
{
	uint32_t *units =
	    dispatcher_room(f->memory, NULL, f->units, sizeof(uint32_t));
	uint32_t n = 0;
	uint32_t i;

	if (units == NULL)
		return false;
	for (i = 0; i < f->units; i++)
		if (f->home[i] != 0)
			units[n++] = i;
	dispatcher_sort(f->memory, units, n, sizeof(*units), order_ranks, f);
	if (n > DISPATCHER_MOST_ALIKE)
		n = DISPATCHER_MOST_ALIKE;
	dispatcher_sort(f->memory, units, n, sizeof(*units), order_numbers, NULL);
	f->groups = dispatcher_room(f->memory, NULL, n, sizeof(Group));
	f->rank = dispatcher_room(f->memory, NULL, f->units, sizeof(uint32_t));
	f->gain =
	    dispatcher_room(f->memory, NULL, (uint64_t) n * n, sizeof(double));
	if (f->groups == NULL || f->rank == NULL || f->gain == NULL)
	{
		dispatcher_release(f->memory, units);
		return false;
	}
	memset(f->groups, 0, n * sizeof(Group));
	for (i = 0; i < f->units; i++)
		f->rank[i] = UINT32_MAX;
	for (i = 0; i < n; i++)
	{
		f->groups[i].unit = units[i];
		f->rank[units[i]] = i;
	}
	f->group_count = n;
	dispatcher_release(f->memory, units);
	if (!count_at_home(f))
		return false;
	for (i = 0; i < n; i++)
		if (!fill_shares(f, &f->groups[i]))
			return false;
	fill_own(f);
	return true;
}

/* ---------------------------------------------------------------------
 * joining groups
 * ---------------------------------------------------------------------
 */

static bool
overlap(const Group *a, const Group *b)
{
	uint32_t i;
	uint32_t j;

	for (i = 0; i < a->home_count; i++)
		for (j = 0; j < b->home_count; j++)
		{
			int64_t x = a->homes[i];
			int64_t y = b->homes[j];

			if ((x >= y && x <= gridcode_last(y)) ||
			    (y >= x && y <= gridcode_last(x)))
				return true;
		}
	return false;
}

/* Logarithm of the beta function of counts on top of the prior */
static double
log_beta(double own, double other)
{
	double a = own + DISPATCHER_ALPHA;
	double b = other + DISPATCHER_BETA;

	return lgamma(a) + lgamma(b) - lgamma(a + b);
}

/* By how much it is likelier, in logarithms, that all shares are the same */
static double
gain_of(const Group *a, const Group *b)
{
	const double nothing = log_beta(0, 0);
	double gain = 0;
	bool common = false;
	uint32_t i = 0;
	uint32_t j = 0;

	if (a->home_count == 0 || b->home_count == 0 || overlap(a, b))
		return NEVER;
	/* a class that is not at home with both says nothing */
	while (i < a->n && j < b->n)
	{
		const Share *x = &a->shares[i];
		const Share *y = &b->shares[j];

		if (x->class_number < y->class_number)
			i++;
		else if (x->class_number > y->class_number)
			j++;
		else
		{
			double own = (double) x->own + y->own;
			double all = (double) x->all + y->all;

			common = common || (x->own > 0 && y->own > 0);
			if (own > 0)
				gain += log_beta(own, all - own) + nothing -
				        log_beta(x->own, (double) x->all - x->own) -
				        log_beta(y->own, (double) y->all - y->own);
			i++;
			j++;
		}
	}
	return common ? gain : NEVER;
}

/* The second group joins the first. */
static bool
join(Finder *f, uint32_t to, uint32_t from)
{
	Group *a = &f->groups[to];
	Group *b = &f->groups[from];
	Share *shares = dispatcher_room(f->memory, NULL, (uint64_t) a->n + b->n,
	                                sizeof(Share));
	int64_t *homes = dispatcher_room(f->memory, a->homes,
	                                 (uint64_t) a->home_count + b->home_count,
	                                 sizeof(int64_t));
	uint32_t n = 0;
	uint32_t i = 0;
	uint32_t j = 0;

	if (homes != NULL)
		a->homes = homes;
	if (shares == NULL || homes == NULL)
	{
		dispatcher_release(f->memory, shares);
		return false;
	}
	memcpy(homes + a->home_count, b->homes, b->home_count * sizeof(int64_t));
	a->home_count += b->home_count;
	while (i < a->n || j < b->n)
	{
		if (j == b->n || (i < a->n && a->shares[i].class_number <
		                                  b->shares[j].class_number))
			shares[n++] = a->shares[i++];
		else if (i == a->n ||
		         b->shares[j].class_number < a->shares[i].class_number)
			shares[n++] = b->shares[j++];
		else
		{
			shares[n] = a->shares[i++];
			shares[n].own =
			    bounded((uint64_t) shares[n].own + b->shares[j].own);
			shares[n].all =
			    bounded((uint64_t) shares[n].all + b->shares[j].all);
			n++;
			j++;
		}
	}
	dispatcher_release(f->memory, a->shares);
	a->shares = shares;
	a->n = n;
	dispatcher_release(f->memory, b->shares);
	dispatcher_release(f->memory, b->homes);
	b->shares = NULL;
	b->homes = NULL;
	b->n = b->home_count = 0;
	return true;
}

static bool
join_all(Finder *f, uint32_t *role)
{
	uint32_t n = f->group_count;
	uint32_t i;
	uint32_t j;

	for (i = 0; i < n; i++)
	{
		dispatcher_poll(f->memory);
		for (j = i + 1; j < n; j++)
			f->gain[(size_t) i * n + j] =
			    gain_of(&f->groups[i], &f->groups[j]);
	}
	for (;;)
	{
		double best = 0;
		uint32_t a = 0;
		uint32_t b = 0;

		dispatcher_poll(f->memory);
		for (i = 0; i < n; i++)
			for (j = i + 1; j < n; j++)
				if (f->gain[(size_t) i * n + j] > best)
				{
					best = f->gain[(size_t) i * n + j];
					a = i;
					b = j;
				}
		if (best <= 0)
			return true;
		if (!join(f, a, b))
			return false;
		for (i = 0; i < f->units; i++)
			if (role[i] == f->groups[b].unit)
				role[i] = f->groups[a].unit;
		for (i = 0; i < n; i++)
		{
			if (i < b)
				f->gain[(size_t) i * n + b] = NEVER;
			else if (i > b)
				f->gain[(size_t) b * n + i] = NEVER;
			if (i < a)
				f->gain[(size_t) i * n + a] =
				    gain_of(&f->groups[i], &f->groups[a]);
			else if (i > a)
				f->gain[(size_t) a * n + i] =
				    gain_of(&f->groups[a], &f->groups[i]);
		}
	}
}

static bool
begin(Finder *f, const DispatcherTaken *taken)
{
	f->taken = dispatcher_room(f->memory, NULL, f->n, sizeof(DispatcherTaken));
	f->unit_cases =
	    dispatcher_room(f->memory, NULL, f->units, sizeof(uint64_t));
	f->home = dispatcher_room(f->memory, NULL, f->units, sizeof(int64_t));
	if (f->taken == NULL || f->unit_cases == NULL || f->home == NULL)
		return false;
	memcpy(f->taken, taken, f->n * sizeof(DispatcherTaken));
	memset(f->unit_cases, 0, f->units * sizeof(uint64_t));
	memset(f->home, 0, f->units * sizeof(int64_t));
	number_classes(f);
	return true;
}

static void
end(Finder *f)
{
	uint32_t i;

	for (i = 0; i < f->group_count; i++)
	{
		dispatcher_release(f->memory, f->groups[i].shares);
		dispatcher_release(f->memory, f->groups[i].homes);
	}
	dispatcher_release(f->memory, f->groups);
	dispatcher_release(f->memory, f->counts);
	dispatcher_release(f->memory, f->gain);
	dispatcher_release(f->memory, f->rank);
	dispatcher_release(f->memory, f->home);
	dispatcher_release(f->memory, f->unit_cases);
	dispatcher_release(f->memory, f->taken);
}

DispatcherStatus
dispatcher_find_roles(const DispatcherMemory *memory,
                      const DispatcherTaken *taken, size_t n, uint32_t units,
                      uint32_t cell_levels, uint32_t *role, uint32_t *roles)
{
	Finder f = {0};
	uint32_t used = 0;
	uint32_t i;
	bool done;

	f.memory = memory;
	f.n = n;
	f.units = units;
	f.cell_levels = cell_levels;
	for (i = 0; i < units; i++)
		role[i] = i; /* at first, a role is its first unit */
	done = begin(&f, taken) && find_homes(&f) && make_groups(&f) &&
	       join_all(&f, role);
	end(&f);
	if (!done)
		return DISPATCHER_NO_MEMORY;
	/* the first unit of a role comes before all others of it */
	for (i = 0; i < units; i++)
		role[i] = role[i] == i ? used++ : role[role[i]];
	*roles = used;
	return DISPATCHER_OK;
}
