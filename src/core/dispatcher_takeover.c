/*
 * dispatcher_takeover.c
 *	  See dispatcher_takeover.h.
 */
#include <math.h>

#include "code.h"
#include "dispatcher_takeover.h"

/* A witness in a context */
typedef struct Place
{
	int64_t class_code;
	int64_t cell;
	uint16_t digits; /* of the class, then of the cell: the greater first */
	int32_t day;
	uint32_t seen;
} Place;

typedef struct Search
{
	const DispatcherMemory *memory;
	const DispatcherSeen *seen;
	DispatcherList places;
	uint32_t *before; /* of each unit: witnesses before the cut … */
	uint32_t *after;  /* … and after it */
	bool *past;
	DispatcherList *takeovers;
} Search;

static int
order_places(const void *a, const void *b, const void *context)
{
	const Place *x = a;
	const Place *y = b;

	(void) context;
	if (x->digits != y->digits)
		return x->digits < y->digits ? -1 : 1;
	if (x->class_code != y->class_code)
		return x->class_code < y->class_code ? -1 : 1;
	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return x->seen == y->seen ? 0 : x->seen < y->seen ? -1 : 1;
}

static bool
same_context(const Place *a, const Place *b)
{
	return a->class_code == b->class_code && a->cell == b->cell;
}

static bool
put_place(Search *s, int64_t class_code, int64_t cell, uint32_t number)
{
	Place *p = dispatcher_push(s->memory, &s->places, sizeof(*p));

	if (p == NULL)
		return false;
	p->class_code = class_code;
	p->cell = cell;
	p->digits = (uint16_t) (eventcode_digits(class_code) * 32 +
	                        (cell == 0 ? 0 : gridcode_digits(cell)));
	p->day = s->seen[number].day;
	p->seen = number;
	return true;
}

static bool
put_places(Search *s, uint32_t number, uint32_t class_levels,
           uint32_t cell_levels)
{
	const DispatcherSeen *w = &s->seen[number];
	int digits = eventcode_digits(w->class_code);
	int levels = w->cell == 0 ? 0 : gridcode_level(w->cell);
	int d;
	int l;

	for (d = 1; d <= digits; d++)
	{
		int64_t class_code = eventcode_prefix(w->class_code, d);

		if (d < digits && (class_levels >> d & 1) == 0)
			continue;
		if (!put_place(s, class_code, 0, number))
			return false;
		for (l = 1; l <= levels; l++)
		{
			int64_t cell;

			if ((cell_levels >> l & 1) != 0 &&
			    gridcode_ancestor(w->cell, l, &cell) &&
			    !put_place(s, class_code, cell, number))
				return false;
		}
	}
	return true;
}

static double
n_log_n(double n)
{
	return n > 0 ? n * log(n) : 0;
}

/* By how much likelier, in logarithms, n and m of all on both sides of a cut
 * are if they are drawn apart */
static double
two_shares(double n, double all_n, double m, double all_m)
{
	double apart = n_log_n(n) + n_log_n(all_n - n) - n_log_n(all_n) +
	               n_log_n(m) + n_log_n(all_m - m) - n_log_n(all_m);
	double both = n_log_n(n + m) + n_log_n(all_n + all_m - n - m) -
	              n_log_n(all_n + all_m);

	return apart - both;
}

/* The unit of the most witnesses of a list, of two the first */
static uint32_t
most_of(const Search *s, const Place *list, uint32_t n, const uint32_t *count)
{
	uint32_t best = s->seen[list[0].seen].unit;
	uint32_t i;

	for (i = 1; i < n; i++)
	{
		uint32_t unit = s->seen[list[i].seen].unit;

		if (count[unit] > count[best] ||
		    (count[unit] == count[best] && unit < best))
			best = unit;
	}
	return best;
}

/* Where to cut n witnesses of a context; 0: nowhere.  The counts of units are
 * zero, and will be those on both sides of the end of the list. */
static uint32_t
find_cut(Search *s, const Place *list, uint32_t n)
{
	double sum = 0; /* of n log n, of all units on both sides */
	double best = -HUGE_VAL;
	uint32_t cut = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		s->after[s->seen[list[i].seen].unit]++;
	for (i = 0; i < n; i++)
	{
		uint32_t unit = s->seen[list[i].seen].unit;

		if (i >= DISPATCHER_SIDE && n - i >= DISPATCHER_SIDE &&
		    list[i].day != list[i - 1].day)
		{
			double likely = sum - n_log_n(i) - n_log_n(n - i);

			if (likely > best)
			{
				best = likely;
				cut = i;
			}
		}
		sum -= n_log_n(s->before[unit]) + n_log_n(s->after[unit]);
		s->before[unit]++;
		s->after[unit]--;
		sum += n_log_n(s->before[unit]) + n_log_n(s->after[unit]);
	}
	return cut;
}

static bool
look_at(Search *s, Place *list, uint32_t n)
{
	uint32_t cut = find_cut(s, list, n);
	uint32_t old;
	uint32_t new;
	uint32_t i;
	bool done = true;

	if (cut > 0)
	{
		for (i = cut; i < n; i++)
		{
			s->before[s->seen[list[i].seen].unit]--;
			s->after[s->seen[list[i].seen].unit]++;
		}
		old = most_of(s, list, cut, s->before);
		new = most_of(s, list + cut, n - cut, s->after);
		if (old != new && s->before[old] > DISPATCHER_MOST * cut &&
		    s->after[new] > DISPATCHER_MOST *(n - cut) &&
		    two_shares(s->before[new], cut, s->after[new], n - cut) >=
		        DISPATCHER_SURE)
		{
			DispatcherTakeover *t =
			    dispatcher_push(s->memory, s->takeovers, sizeof(*t));

			done = t != NULL;
			if (done)
			{
				t->class_code = list[0].class_code;
				t->cell = list[0].cell;
				t->before = old;
				t->after = new;
				for (i = cut; s->seen[list[i].seen].unit != new; i++)
					;
				t->day = list[i].day;
				t->seen = list[i].seen;
				for (i = 0; i < cut; i++)
					if (s->seen[list[i].seen].unit == old)
						s->past[list[i].seen] = true;
			}
		}
	}
	for (i = 0; i < n; i++)
	{
		s->before[s->seen[list[i].seen].unit] = 0;
		s->after[s->seen[list[i].seen].unit] = 0;
	}
	return done;
}

static bool
look_at_all(Search *s)
{
	Place *place = s->places.at;
	size_t n = s->places.used;
	size_t first = 0;

	dispatcher_sort(s->memory, place, n, sizeof(*place), order_places, NULL);
	while (first < n)
	{
		size_t next = first;
		uint32_t left = 0;

		/* those that are not past move to the front */
		for (; next < n && same_context(&place[first], &place[next]); next++)
			if (!s->past[place[next].seen])
			{
				Place swap = place[first + left];

				place[first + left++] = place[next];
				place[next] = swap;
			}
		dispatcher_poll(s->memory);
		if (left >= 2 * DISPATCHER_SIDE && !look_at(s, &place[first], left))
			return false;
		first = next;
	}
	return true;
}

DispatcherStatus
dispatcher_find_takeovers(const DispatcherMemory *memory,
                          const DispatcherSeen *seen, uint32_t n,
                          uint32_t units, uint32_t class_levels,
                          uint32_t cell_levels, bool *past,
                          DispatcherList *takeovers)
{
	Search s;
	uint32_t i;
	bool done;

	memset(&s, 0, sizeof(s));
	s.memory = memory;
	s.seen = seen;
	s.past = past;
	s.takeovers = takeovers;
	s.before = dispatcher_room(memory, NULL, units, sizeof(uint32_t));
	s.after = dispatcher_room(memory, NULL, units, sizeof(uint32_t));
	done = s.before != NULL && s.after != NULL;
	for (i = 0; done && i < n; i++)
	{
		past[i] = false;
		done = put_places(&s, i, class_levels, cell_levels);
	}
	if (done)
	{
		memset(s.before, 0, units * sizeof(uint32_t));
		memset(s.after, 0, units * sizeof(uint32_t));
		done = look_at_all(&s);
	}
	dispatcher_free_list(memory, &s.places);
	dispatcher_release(memory, s.before);
	dispatcher_release(memory, s.after);
	return done ? DISPATCHER_OK : DISPATCHER_NO_MEMORY;
}
