/*
 * rulebook_points.h
 *	  Small crowded rulebooks, and all requests that they tell apart, one by
 *	  one: what must be true of them is found by looking at each.
 */
#ifndef CIVICGRID_TEST_RULEBOOK_POINTS_H
#define CIVICGRID_TEST_RULEBOOK_POINTS_H

#include "core/rulebook_check.h"

#include "rulebook_books.h"

/* ---------------------------------------------------------------------
 * crowded books
 * ---------------------------------------------------------------------
 */

static inline int64_t
class_code(const char *text)
{
	int64_t code = 0;
	CodeFault fault;

	(void) eventcode_parse(text, strlen(text), &code, &fault);
	return code;
}

static inline int64_t
cell_code(const char *text)
{
	int64_t code = 0;
	CodeFault fault;

	(void) gridcode_parse(text, strlen(text), &code, &fault);
	return code;
}

static inline int64_t
crowded_class(uint64_t *random, int least)
{
	char text[BOOK_TEXT];
	int n = least + pick(random, 4 - least);
	int i;

	for (i = 0; i < n; i++)
		text[i] = (char) ('1' + pick(random, 2));
	text[n] = '\0';
	return n == 0 ? 0 : class_code(text);
}

/* Gaps among them: a street without a district */
static inline int64_t
crowded_cell(uint64_t *random, int least)
{
	static const int digits[] = {0, 4, 6, 9, 12};
	char text[BOOK_TEXT];
	int n = digits[least + pick(random, 5 - least)];

	snprintf(text, sizeof(text), "4403%02d%03d%03d", pick(random, 3),
	         1 + pick(random, 2), 1 + pick(random, 2));
	text[n] = '\0';
	return n == 0 ? 0 : cell_code(text);
}

static inline void
crowded_range(uint64_t *random, bool timed, int64_t *from, int64_t *to)
{
	*from = timed && pick(random, 4) == 0 ? 10 * pick(random, 4) : INT64_MIN;
	*to = timed && pick(random, 4) == 0 ? 10 * pick(random, 5) : INT64_MAX;
}

static inline BookLead
crowded_lead(uint64_t *random, const Book *book)
{
	BookLead lead = {0, 0, 0};

	if (book->nunits > 0 && pick(random, 2) == 0)
		lead.unit = book->units[pick(random, book->nunits)].id;
	else
	{
		lead.kind = 1 + pick(random, 2);
		lead.level = 1 + pick(random, 2);
	}
	return lead;
}

/* One in so many names a condition, if there are any at all */
static inline int
condition(uint64_t *random, int one_in, int most)
{
	return most > 0 && pick(random, one_in) == 0 ? 1 + pick(random, most) : 0;
}

static inline void
crowded_policies(uint64_t *random, Book *book)
{
	int i;

	book->npolicies = pick(random, 3) == 0 ? 0 : pick(random, 14);
	for (i = 0; i < book->npolicies; i++)
	{
		BookPolicy *p = &book->policies[i];

		memset(p, 0, sizeof(*p));
		p->id = random_id(random, i);
		p->event_class = crowded_class(random, 0);
		p->territory = crowded_cell(random, pick(random, 2) == 0 ? 0 : 2);
		p->severity =
		    (book->severities & 1) == 1 ? condition(random, 3, 1) : 0;
		if (p->severity == 0 && (book->severities & 4) != 0 &&
		    pick(random, 3) == 0)
			p->severity = 3;
		p->grade = condition(random, 3, 2);
		p->stage = 1 + pick(random, 2);
		p->calendar = condition(random, 4, 2);
		p->hours = pick(random, 3);
		p->warnings = pick(random, 2);
	}
	book->nlimits = book->npolicies > 0 ? pick(random, 4) : 0;
	for (i = 0; i < book->nlimits; i++)
	{
		BookLimit *l = &book->limits[i];

		l->policy = book->policies[pick(random, book->npolicies)].id;
		l->place = i;
		l->name = condition(random, 2, 2);
		l->hours = pick(random, 3);
	}
	book->ngrades = pick(random, 4);
	for (i = 0; i < book->ngrades; i++)
	{
		int k;

		book->grades[i].territory = crowded_cell(random, 1);
		book->grades[i].grade = 1 + pick(random, 3);
		for (k = 0; k < i; k++)
			if (book->grades[k].territory == book->grades[i].territory)
				break;
		if (k < i)
		{
			i--;
			book->ngrades--;
		}
	}
}

static inline void
crowded_units(uint64_t *random, Book *book, bool timed)
{
	int i;

	book->nunits = 1 + pick(random, 8);
	for (i = 0; i < book->nunits; i++)
	{
		BookUnit *u = &book->units[i];

		memset(u, 0, sizeof(*u));
		u->id = random_id(random, i);
		u->parent =
		    i > 0 && pick(random, 3) > 0 ? book->units[pick(random, i)].id : 0;
		u->kind = 1 + pick(random, 2);
		u->level = 1 + pick(random, 2);
		u->territory = crowded_cell(random, 0);
		if (i > 0 && pick(random, 4) == 0)
			u->territory = book->units[i - 1].territory;
		u->flags = pick(random, 4) == 0 ? RULEBOOK_NOSTAFF : 0;
		crowded_range(random, timed, &u->from, &u->to);
	}
}

static inline void
crowded_rules(uint64_t *random, Book *book, bool timed)
{
	int some = 2 + pick(random, 6); /* one rule in so many has a condition */
	int i;

	book->nrules = pick(random, 24);
	for (i = 0; i < book->nrules; i++)
	{
		BookRule *r = &book->rules[i];

		memset(r, 0, sizeof(*r));
		r->id = random_id(random, i);
		r->event_class = crowded_class(random, 0);
		r->territory = crowded_cell(random, pick(random, 3) == 0 ? 0 : 1);
		if (i > 0 && pick(random, 3) == 0)
		{
			r->event_class = book->rules[i - 1].event_class;
			r->territory = book->rules[i - 1].territory;
		}
		crowded_range(random, timed, &r->from, &r->to);
		r->lead = crowded_lead(random, book);
		r->owner = condition(random, some, 2);
		r->severity =
		    (book->severities & 1) == 1 ? condition(random, some, 1) : 0;
		if (r->severity == 0 && (book->severities & 4) != 0 &&
		    pick(random, some) == 0)
			r->severity = 3;
		r->channel = condition(random, some, book->nchannels);
		r->window = condition(random, some, book->nwindows);
	}
	book->nassists =
	    book->nrules > 0 && pick(random, 2) == 0 ? pick(random, 6) : 0;
	for (i = 0; i < book->nassists; i++)
	{
		BookAssist *a = &book->assists[i];

		a->rule = book->rules[pick(random, book->nrules)].id;
		a->place = i;
		a->lead = crowded_lead(random, book);
		a->task = condition(random, 2, 2);
	}
}

static inline void
crowded_book(uint64_t *random, Book *book)
{
	bool timed = pick(random, 2) == 0;
	int i;

	memset(book, 0, sizeof(*book));
	book->severities = pick(random, 3) == 0 ? 0 : pick(random, 2) == 0 ? 5 : 1;
	book->nwindows = pick(random, 2) == 0 ? pick(random, 3) : 0;
	for (i = 0; i < book->nwindows; i++)
	{
		BookSpan *s = &book->spans[book->nspans++];

		s->window = i + 1;
		s->from = pick(random, 2) * 300;
		s->to = pick(random, 3) == 0 ? RULEBOOK_WEEK
		                             : s->from + 300 + pick(random, 2) * 300;
	}
	crowded_units(random, book, timed && pick(random, 2) == 0);
	book->nchannels = pick(random, 3);
	for (i = 0; i < book->nchannels; i++)
		if (pick(random, 3) > 0)
			book->channels[i] = crowded_lead(random, book);
	crowded_rules(random, book, timed);
	book->nfallbacks = pick(random, 4);
	for (i = 0; i < book->nfallbacks; i++)
	{
		BookFallback *f = &book->fallbacks[i];

		f->id = random_id(random, i);
		f->territory = i > 0 && pick(random, 2) == 0
		                   ? book->fallbacks[i - 1].territory
		                   : crowded_cell(random, 0);
		f->lead = crowded_lead(random, book);
		f->share = 1 + pick(random, 2);
	}
	book->nexclusions = pick(random, 2) == 0 ? 0 : pick(random, 5);
	for (i = 0; i < book->nexclusions; i++)
	{
		BookExclusion *x = &book->exclusions[i];

		x->id = random_id(random, i);
		x->unit = book->units[pick(random, book->nunits)].id;
		x->event_class = crowded_class(random, 0);
		x->territory = crowded_cell(random, 0);
	}
	crowded_policies(random, book);
	book->nclasses = pick(random, 10) == 0 ? 0 : 1 + pick(random, 6);
	for (i = 0; i < book->nclasses; i++)
		book->classes[i] = crowded_class(random, pick(random, 4) == 0 ? 1 : 2);
	book->ncells = pick(random, 10) == 0 ? 0 : 1 + pick(random, 7);
	for (i = 0; i < book->ncells; i++)
		book->cells[i] = crowded_cell(random, pick(random, 4) == 0 ? 2 : 3);
}

/* ---------------------------------------------------------------------
 * all requests
 * ---------------------------------------------------------------------
 */

#define POINTS_VALUES 200

/* What of each there is to be tried; of classes and cells the leaves */
typedef struct Points
{
	const Rulebook *book;
	int64_t since;
	int64_t classes[POINTS_VALUES];
	int64_t cells[POINTS_VALUES];
	int64_t times[POINTS_VALUES];
	int minutes[POINTS_VALUES];
	int severities[16];
	int nclasses;
	int ncells;
	int ntimes;
	int nminutes;
	int nseverities;
} Points;

static inline bool
class_in(int64_t prefix, int64_t code)
{
	return prefix == 0 || (code >= prefix && code <= eventcode_last(prefix));
}

static inline bool
cell_in(int64_t prefix, int64_t code)
{
	return prefix == 0 || (code >= prefix && code <= gridcode_last(prefix));
}

static inline void
add_time(Points *p, int64_t time)
{
	int i;

	if (time <= p->since || time == INT64_MAX || p->ntimes == POINTS_VALUES)
		return;
	for (i = 0; i < p->ntimes; i++)
		if (p->times[i] == time)
			return;
	p->times[p->ntimes++] = time;
}

static inline void
add_minute(Points *p, int minute)
{
	int i;

	if (minute >= RULEBOOK_WEEK || p->nminutes == POINTS_VALUES)
		return;
	for (i = 0; i < p->nminutes; i++)
		if (p->minutes[i] == minute)
			return;
	p->minutes[p->nminutes++] = minute;
}

static inline void
add_leaf(int64_t *list, int *n, int64_t code)
{
	if (*n < POINTS_VALUES)
		list[(*n)++] = code;
}

static inline void
add_points(Points *p, const Rulebook *book)
{
	uint32_t i;
	uint32_t k;

	for (i = 0; i < book->class_count; i++)
	{
		for (k = 0; k < book->class_count; k++)
			if (k != i && class_in(book->classes[i], book->classes[k]))
				break;
		if (k == book->class_count)
			add_leaf(p->classes, &p->nclasses, book->classes[i]);
	}
	for (i = 0; i < book->cell_count; i++)
	{
		for (k = 0; k < book->cell_count; k++)
			if (k != i && cell_in(book->cells[i], book->cells[k]))
				break;
		if (k == book->cell_count)
			add_leaf(p->cells, &p->ncells, book->cells[i]);
	}
	for (i = 0; i < book->unit_count; i++)
	{
		add_time(p, book->units[i].from);
		add_time(p, book->units[i].to);
	}
	for (i = 0; i < book->rule_count; i++)
	{
		add_time(p, book->rules[i].from);
		add_time(p, book->rules[i].to);
	}
	for (i = 0; i < book->name_count[RULEBOOK_WINDOW]; i++)
		for (k = 0; k < book->windows[i].spans; k++)
		{
			add_minute(p, book->windows[i].from[k]);
			add_minute(p, book->windows[i].to[k]);
		}
}

static inline void
find_points(Points *p, const Rulebook *book, int64_t since)
{
	int i;

	memset(p, 0, sizeof(*p));
	p->book = book;
	p->since = since;
	p->times[p->ntimes++] = since == INT64_MIN ? -1 : since;
	p->minutes[p->nminutes++] = 0;
	p->severities[p->nseverities++] = 0;
	for (i = 0; i < RULEBOOK_SEVERITIES; i++)
		if ((book->severities >> i & 1) != 0)
			p->severities[p->nseverities++] = i + 1;
	add_points(p, book);
}

static inline long
count_points(const Points *p)
{
	return (long) p->nclasses * p->ncells * p->ntimes * p->nminutes *
	       p->nseverities * (long) (p->book->name_count[RULEBOOK_OWNER] + 1) *
	       (long) (p->book->name_count[RULEBOOK_CHANNEL] + 1);
}

/* The nth of all */
static inline RulebookRequest
point_at(const Points *p, long n)
{
	RulebookRequest q = {0};
	long owners = (long) p->book->name_count[RULEBOOK_OWNER] + 1;
	long channels = (long) p->book->name_count[RULEBOOK_CHANNEL] + 1;

	q.event_class = p->classes[n % p->nclasses];
	n /= p->nclasses;
	q.cell = p->cells[n % p->ncells];
	n /= p->ncells;
	q.at = p->times[n % p->ntimes];
	n /= p->ntimes;
	q.minute = (uint16_t) p->minutes[n % p->nminutes];
	n /= p->nminutes;
	q.severity = (uint8_t) p->severities[n % p->nseverities];
	n /= p->nseverities;
	q.owner = (uint16_t) (n % owners);
	n /= owners;
	q.channel = (uint16_t) (n % channels);
	return q;
}

/* ---------------------------------------------------------------------
 * what is told
 * ---------------------------------------------------------------------
 */

typedef struct Faults
{
	RulebookFault *list;
	int n;
	int most; /* to be told; -1: all */
} Faults;

static inline bool
keep_fault(void *context, const RulebookFault *fault)
{
	Faults *f = context;

	f->list = realloc(f->list, sizeof(*f->list) * (size_t) (f->n + 1));
	f->list[f->n++] = *fault;
	return f->n != f->most;
}

/* Does a rule for anything in a region name an owner? */
static inline bool
owner_is_named(const Rulebook *book, int owner, const RulebookFault *f)
{
	uint32_t i;

	for (i = 0; i < book->rule_count; i++)
	{
		const RulebookRule *r = &book->rules[i];

		if (r->owner == owner &&
		    (class_in(r->event_class, f->event_class) ||
		     class_in(f->event_class, r->event_class)) &&
		    (cell_in(r->territory, f->territory) ||
		     cell_in(f->territory, r->territory)))
			return true;
	}
	return false;
}

/* Does a request lie in the region of a fault? */
static inline bool
fault_has(const Rulebook *book, const RulebookFault *f,
          const RulebookRequest *q)
{
	if (!class_in(f->event_class, q->event_class) ||
	    !cell_in(f->territory, q->cell) || q->at < f->from || q->at >= f->to)
		return false;
	if (f->channel != 0 &&
	    q->channel != (f->channel == RULEBOOK_NO_CHANNEL ? 0 : f->channel))
		return false;
	if (f->severity != 0 &&
	    q->severity != (f->severity == RULEBOOK_NO_SEVERITY ? 0 : f->severity))
		return false;
	if (f->owner == RULEBOOK_OTHER)
	{
		if (q->owner != 0 && owner_is_named(book, q->owner, f))
			return false;
	}
	else if (f->owner != 0 && q->owner != f->owner)
		return false;
	return f->minute_from == f->minute_to ||
	       (q->minute >= f->minute_from && q->minute < f->minute_to);
}

/* Rules that matched, in a point */
typedef struct Matches
{
	RulebookMatch list[2 * BOOK_MOST];
	int n;
} Matches;

static inline void
keep_match(void *context, const RulebookMatch *match)
{
	Matches *m = context;

	m->list[m->n++] = *match;
}

static inline unsigned
rank_of(const RulebookRule *r)
{
	return (r->owner != 0 ? 8u : 0) | (r->severity != 0 ? 4u : 0) |
	       (r->channel != 0 ? 2u : 0) | (r->window != 0 ? 1u : 0);
}

/* Does a go before b, in the documented order? */
static inline bool
more_specific(const RulebookRule *a, const RulebookRule *b)
{
	int of_a = a->event_class == 0 ? 0 : eventcode_digits(a->event_class);
	int of_b = b->event_class == 0 ? 0 : eventcode_digits(b->event_class);

	if (of_a != of_b)
		return of_a > of_b;
	of_a = a->territory == 0 ? 0 : gridcode_digits(a->territory);
	of_b = b->territory == 0 ? 0 : gridcode_digits(b->territory);
	if (of_a != of_b)
		return of_a > of_b;
	return rank_of(a) > rank_of(b);
}

static inline bool
same_rank(const RulebookRule *a, const RulebookRule *b)
{
	return !more_specific(a, b) && !more_specific(b, a);
}

static inline bool
match_usable(const RulebookMatch *m)
{
	return m->rule >= 0 && (m->verdict == RULEBOOK_WINS ||
	                        m->verdict == RULEBOOK_LESS_SPECIFIC);
}

/* The rule is for the request, whether its lead is there or not */
static inline bool
match_applies(const RulebookMatch *m)
{
	return match_usable(m) ||
	       (m->rule >= 0 && (m->verdict == RULEBOOK_NO_UNIT ||
	                         m->verdict == RULEBOOK_UNIT_RETIRED ||
	                         m->verdict == RULEBOOK_EXCLUDED));
}

/* Compile and open a book that can be compiled */
static inline bool
open_book(const Book *book, Rulebook *opened, uint8_t **block)
{
	TestMemory memory = {-1, 0, 0};
	RulebookDraftReport report;
	size_t size;

	return compile_book(book, 0, &memory, block, &size, &report) &&
	       rulebook_open(*block, size, opened) == RULEBOOK_OK;
}

#endif /* CIVICGRID_TEST_RULEBOOK_POINTS_H */
