/*
 * rulebook_versions.h
 *	  A small rulebook and another version of it, and what requests they answer
 *	  differently, found by asking both.
 */
#ifndef CIVICGRID_TEST_RULEBOOK_VERSIONS_H
#define CIVICGRID_TEST_RULEBOOK_VERSIONS_H

#include "core/rulebook_compare.h"

#include "rulebook_points.h"

/* ---------------------------------------------------------------------
 * another version
 * ---------------------------------------------------------------------
 */

static inline void
change_rule(uint64_t *random, Book *book)
{
	BookRule *r;

	if (book->nrules == 0)
		return;
	r = &book->rules[pick(random, book->nrules)];
	switch (pick(random, 6))
	{
		case 0:
			r->lead = crowded_lead(random, book);
			break;
		case 1:
			r->territory = crowded_cell(random, 0);
			break;
		case 2:
			r->event_class = crowded_class(random, 0);
			break;
		case 3:
			r->owner = condition(random, 2, 3);
			break;
		case 4:
			r->channel = condition(random, 2, book->nchannels);
			break;
		default:
			/* assists of none are refused */
			if (book->nassists == 0)
				*r = book->rules[--book->nrules];
	}
}

static inline void
change_other(uint64_t *random, Book *book)
{
	switch (pick(random, 9))
	{
		case 0:
			if (book->nassists > 0)
				book->assists[pick(random, book->nassists)].task =
				    condition(random, 2, 2);
			break;
		case 1:
			if (book->nfallbacks > 0)
				book->fallbacks[pick(random, book->nfallbacks)].share =
				    1 + pick(random, 2);
			break;
		case 2:
			if (book->nfallbacks > 0)
				book->fallbacks[pick(random, book->nfallbacks)].lead =
				    crowded_lead(random, book);
			break;
		case 3:
			if (book->nexclusions > 0)
				book->nexclusions--;
			break;
		case 4:
			if (book->nchannels > 0)
				book->channels[pick(random, book->nchannels)] =
				    crowded_lead(random, book);
			break;
		case 5:
			if (book->ngrades > 0)
				book->grades[pick(random, book->ngrades)].grade =
				    1 + pick(random, 3);
			break;
		case 6:
			if (book->npolicies > 0)
				book->policies[pick(random, book->npolicies)].hours =
				    pick(random, 3);
			break;
		case 7:
			if (book->npolicies > 0 && book->nlimits == 0)
				book->npolicies--;
			break;
		default:
			if (book->ncells > 0)
				book->cells[pick(random, book->ncells)] =
				    crowded_cell(random, 3);
	}
}

static inline void
change_unit(uint64_t *random, Book *book)
{
	int i = pick(random, book->nunits);
	BookUnit *u = &book->units[i];

	switch (pick(random, 4))
	{
		case 0:
			u->parent = i > 0 ? book->units[pick(random, i)].id : 0;
			break;
		case 1:
			u->territory = crowded_cell(random, 0);
			break;
		case 2:
			u->to = 20;
			break;
		default:
			u->level = 1 + pick(random, 2);
	}
}

/* Some records are others; *book stays one that can be compiled. */
static inline void
change_book(uint64_t *random, Book *book)
{
	int changes = pick(random, 4);

	if (pick(random, 10) == 0)
	{
		crowded_book(random, book);
		return;
	}
	for (; changes >= 0; changes--)
	{
		int what = pick(random, 5);

		if (what < 2)
			change_rule(random, book);
		else if (what < 4)
			change_other(random, book);
		else
			change_unit(random, book);
	}
}

/* ---------------------------------------------------------------------
 * all requests, of both
 * ---------------------------------------------------------------------
 */

/* Channels and owners by number of book_names */
typedef struct Pair
{
	const Rulebook *book[2];
	Points points; /* of the first, with those of the second */
	int channels;
	int owners;
} Pair;

typedef struct Differences
{
	RulebookDifference *list;
	int n;
	int most;
} Differences;

static inline bool
keep_difference(void *context, const RulebookDifference *difference)
{
	Differences *d = context;

	d->list = realloc(d->list, sizeof(*d->list) * (size_t) (d->n + 1));
	d->list[d->n++] = *difference;
	return d->n != d->most;
}

static inline uint16_t
own(const Rulebook *book, RulebookDomain domain, int number)
{
	RulebookText text = book_text(domain, number);

	return number == 0 ? 0
	                   : rulebook_number(book, domain, text.bytes, text.len);
}

/* Leaves of both together: not those in which the other has any */
static inline void
join_leaves(int64_t *list, int *n, bool (*in)(int64_t, int64_t))
{
	int kept = 0;
	int i;
	int k;

	for (i = 0; i < *n; i++)
	{
		for (k = 0; k < *n; k++)
			if (list[k] == list[i] ? k < i : in(list[i], list[k]))
				break;
		if (k == *n)
			list[kept++] = list[i];
		else
			continue;
	}
	*n = kept;
}

static inline void
find_pair(Pair *pair, const Rulebook *before, const Rulebook *after,
          int64_t since)
{
	int64_t classes[POINTS_VALUES];
	int64_t cells[POINTS_VALUES];
	Points *p = &pair->points;
	int i;

	pair->book[0] = before;
	pair->book[1] = after;
	pair->channels = 2;
	pair->owners = 3;
	find_points(p, before, since);
	add_points(p, after);
	memcpy(classes, p->classes, sizeof(classes));
	memcpy(cells, p->cells, sizeof(cells));
	join_leaves(p->classes, &p->nclasses, class_in);
	join_leaves(p->cells, &p->ncells, cell_in);
	for (i = 0; i < RULEBOOK_SEVERITIES; i++)
		if ((after->severities >> i & 1) != 0 &&
		    (before->severities >> i & 1) == 0)
			p->severities[p->nseverities++] = i + 1;
}

static inline long
count_pairs(const Pair *pair)
{
	const Points *p = &pair->points;

	return (long) p->nclasses * p->ncells * p->ntimes * p->nminutes *
	       p->nseverities * (pair->channels + 1) * (pair->owners + 1);
}

/* The nth request, as the numbers of book_names have it, and of a book */
static inline RulebookRequest
pair_at(const Pair *pair, long n, int *channel, int *owner)
{
	const Points *p = &pair->points;
	RulebookRequest q = {0};

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
	*owner = (int) (n % (pair->owners + 1));
	n /= pair->owners + 1;
	*channel = (int) (n % (pair->channels + 1));
	return q;
}

static inline bool
same_name(const Rulebook *a, RulebookDomain domain, unsigned x,
          const Rulebook *b, unsigned y)
{
	if (x == 0 || y == 0)
		return x == y;
	return a->names[domain][x - 1].len == b->names[domain][y - 1].len &&
	       memcmp(a->pool + a->names[domain][x - 1].at,
	              b->pool + b->names[domain][y - 1].at,
	              a->names[domain][x - 1].len) == 0;
}

static inline bool
same_policy(const Rulebook *a, const RulebookPolicy *p, const Rulebook *b,
            const RulebookPolicy *q)
{
	uint32_t i;

	if (memcmp(&p->term, &q->term, sizeof(Term)) != 0 ||
	    !same_name(a, RULEBOOK_CALENDAR, p->calendar, b, q->calendar) ||
	    p->warnings != q->warnings ||
	    memcmp(p->warning, q->warning, sizeof(p->warning)) != 0 ||
	    p->limits != q->limits)
		return false;
	for (i = 0; i < p->limits; i++)
	{
		const RulebookLimit *x = &a->limits[p->first_limit + i];
		const RulebookLimit *y = &b->limits[q->first_limit + i];

		if (memcmp(&x->term, &y->term, sizeof(Term)) != 0 ||
		    !same_name(a, RULEBOOK_TASK, x->name, b, y->name))
			return false;
	}
	return true;
}

/* The policies of each have a counterpart in the other */
static inline bool
same_policies(const Pair *pair, const RulebookAnswer answer[2])
{
	uint32_t i;
	uint32_t k;

	if (answer[0].stages != answer[1].stages)
		return false;
	for (i = 0; i < answer[0].stages; i++)
	{
		const RulebookPolicy *p =
		    &pair->book[0]->policies[answer[0].policy[i]];

		for (k = 0; k < answer[1].stages; k++)
		{
			const RulebookPolicy *q =
			    &pair->book[1]->policies[answer[1].policy[k]];

			if (same_name(pair->book[0], RULEBOOK_STAGE, p->stage,
			              pair->book[1], q->stage))
			{
				if (!same_policy(pair->book[0], p, pair->book[1], q))
					return false;
				break;
			}
		}
		if (k == answer[1].stages)
			return false;
	}
	return true;
}

static inline int64_t
unit_id(const Rulebook *book, int32_t unit)
{
	return unit < 0 ? 0 : book->units[unit].id;
}

/* The kinds in which answers to a request differ, for any key */
static inline unsigned
kinds_of(const Pair *pair, RulebookRequest request[2])
{
	unsigned kinds = 0;
	uint64_t key;
	uint32_t i;

	/* no longer than the shares of both together */
	for (key = 0; key < 40; key++)
	{
		RulebookAnswer answer[2];
		int b;
		bool path;
		bool assist;

		for (b = 0; b < 2; b++)
		{
			request[b].key = key;
			rulebook_route(pair->book[b], &request[b], &answer[b]);
		}
		if (unit_id(pair->book[0], answer[0].lead) !=
		    unit_id(pair->book[1], answer[1].lead))
			kinds |= RULEBOOK_LEAD_DIFFERS;
		path = answer[0].paths != answer[1].paths;
		for (i = 0; !path && i < answer[0].paths; i++)
			path = unit_id(pair->book[0], answer[0].path[i]) !=
			       unit_id(pair->book[1], answer[1].path[i]);
		assist = answer[0].assists != answer[1].assists;
		for (i = 0; !assist && i < answer[0].assists; i++)
			assist =
			    unit_id(pair->book[0], answer[0].assist[i]) !=
			        unit_id(pair->book[1], answer[1].assist[i]) ||
			    !same_name(pair->book[0], RULEBOOK_TASK, answer[0].task[i],
			               pair->book[1], answer[1].task[i]);
		kinds |= (path ? RULEBOOK_PATH_DIFFERS : 0u) |
		         (assist ? RULEBOOK_ASSIST_DIFFERS : 0u);
		if (key == 0 && !same_policies(pair, answer))
			kinds |= RULEBOOK_LIMIT_DIFFERS;
	}
	return kinds;
}

static inline bool
owner_in_region(const Rulebook *book, int owner, const RulebookDifference *d)
{
	RulebookFault region = {0};

	region.event_class = d->event_class;
	region.territory = d->territory;
	return owner != 0 && owner_is_named(book, owner, &region);
}

static inline bool
difference_has(const Pair *pair, const RulebookDifference *d,
               const RulebookRequest *q, int channel, int owner)
{
	RulebookText name;

	if (!class_in(d->event_class, q->event_class) ||
	    !cell_in(d->territory, q->cell) || q->at < d->from || q->at >= d->to ||
	    (d->severity != 0 &&
	     q->severity !=
	         (d->severity == RULEBOOK_NO_SEVERITY ? 0 : d->severity)))
		return false;
	name = book_text(RULEBOOK_CHANNEL, channel);
	/* a channel that neither has is none */
	if (own(pair->book[0], RULEBOOK_CHANNEL, channel) == 0 &&
	    own(pair->book[1], RULEBOOK_CHANNEL, channel) == 0)
		name.len = 0;
	if (d->channel != NULL &&
	    (d->channel_len != name.len ||
	     (name.len > 0 && memcmp(d->channel, name.bytes, name.len) != 0)))
		return false;
	name = book_text(RULEBOOK_OWNER, owner);
	if (d->owner != NULL && d->owner_len == 0)
	{
		int b;

		for (b = 0; b < 2; b++)
			if (owner_in_region(pair->book[b],
			                    own(pair->book[b], RULEBOOK_OWNER, owner), d))
				return false;
	}
	else if (d->owner != NULL && (owner == 0 || d->owner_len != name.len ||
	                              memcmp(d->owner, name.bytes, name.len) != 0))
		return false;
	return d->minute_from == d->minute_to ||
	       (q->minute >= d->minute_from && q->minute < d->minute_to);
}

static int versions_shown;

static inline int
version_differs(const char *what, long a, long b)
{
	if (versions_shown++ < 20)
		printf("# %s (%ld, %ld)\n", what, a, b);
	return 1;
}

/* One request: it differs as the regions that it lies in say, and in those
 * whose leads differ the example's key shows the example's leads */
static inline int
request_differences(const Pair *pair, const Differences *told,
                    RulebookRequest request[2], int channel, int owner)
{
	unsigned kinds = kinds_of(pair, request);
	unsigned seen = 0;
	int n = 0;
	int i;

	for (i = 0; i < told->n; i++)
	{
		const RulebookDifference *d = &told->list[i];
		unsigned of = d->kinds == RULEBOOK_LIMIT_DIFFERS
		                  ? RULEBOOK_LIMIT_DIFFERS
		                  : ~(unsigned) RULEBOOK_LIMIT_DIFFERS;
		RulebookAnswer answer;
		int b;

		if (!difference_has(pair, d, &request[0], channel, owner))
			continue;
		if ((kinds & of) != d->kinds)
			n += version_differs("kinds", d->kinds, kinds);
		seen |= d->kinds;
		if ((d->kinds & RULEBOOK_LEAD_DIFFERS) == 0)
			continue;
		for (b = 0; b < 2; b++)
		{
			request[b].key = d->before.key;
			rulebook_route(pair->book[b], &request[b], &answer);
			if (unit_id(pair->book[b], answer.lead) !=
			    (b == 0 ? d->lead_before : d->lead_after))
				n += version_differs("lead", b, answer.lead);
		}
		if (d->lead_before == d->lead_after)
			n += version_differs("leads are the same", i, 0);
	}
	if (seen != kinds)
		n += version_differs("not told", seen, kinds);
	return n;
}

static inline int
version_differences(const Rulebook *before, const Rulebook *after,
                    int64_t since, int *told_count)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	Differences told = {NULL, 0, -1};
	Pair pair;
	int n = 0;
	long i;

	if (rulebook_compare(before, after, since, &m, keep_difference, &told) !=
	    RULEBOOK_OK)
		n += version_differs("status", 0, 0);
	if (memory.live != 0)
		n += version_differs("memory", memory.live, 0);
	find_pair(&pair, before, after, since);
	for (i = 0; i < count_pairs(&pair); i++)
	{
		int channel;
		int owner;
		RulebookRequest request[2];
		int b;

		request[0] = pair_at(&pair, i, &channel, &owner);
		request[1] = request[0];
		for (b = 0; b < 2; b++)
		{
			request[b].channel = own(pair.book[b], RULEBOOK_CHANNEL, channel);
			request[b].owner = own(pair.book[b], RULEBOOK_OWNER, owner);
		}
		n += request_differences(&pair, &told, request, channel, owner);
	}
	*told_count = told.n;
	free(told.list);
	return n;
}

#endif /* CIVICGRID_TEST_RULEBOOK_VERSIONS_H */
