/*
 * rulebook_oracle.h
 *	  What a request must be answered, found by going through all records of a
 *	  book as the documented order says.
 */
#ifndef CIVICGRID_TEST_RULEBOOK_ORACLE_H
#define CIVICGRID_TEST_RULEBOOK_ORACLE_H

#include "rulebook_books.h"

/* A request by the numbers that book_names have */
typedef struct BookRequest
{
	int64_t event_class;
	int64_t cell;
	int64_t at;
	uint64_t key;
	int channel;
	int owner;
	int severity;
	int minute;
} BookRequest;

typedef struct BookAnswer
{
	int64_t lead; /* ids, 0: none */
	int64_t rule;
	int64_t fallback;
	int64_t intake;
	int64_t path[2 * RULEBOOK_DEPTH];
	int64_t assist[RULEBOOK_ASSISTS];
	int task[RULEBOOK_ASSISTS];
	int64_t policy[BOOK_NAMES];
	int paths;
	int assists;
	int stages;
} BookAnswer;

/* How many digits a class has that another begins with; -1: it does not */
static inline int
class_digits_within(int64_t prefix, int64_t code)
{
	char a[BOOK_TEXT];
	char b[BOOK_TEXT];

	if (prefix == 0)
		return 0;
	if (code == 0)
		return -1;
	eventcode_format(prefix, a);
	eventcode_format(code, b);
	return strncmp(a, b, strlen(a)) == 0 ? (int) strlen(a) : -1;
}

static inline int
cell_digits_within(int64_t prefix, int64_t code)
{
	char a[BOOK_TEXT];
	char b[BOOK_TEXT];

	if (prefix == 0)
		return 0;
	if (code == 0)
		return -1;
	gridcode_format(prefix, a);
	gridcode_format(code, b);
	return strncmp(a, b, strlen(a)) == 0 ? (int) strlen(a) : -1;
}

/* INT64_MAX is no bound */
static inline bool
within_time(int64_t from, int64_t to, int64_t at)
{
	return at >= from && (to == INT64_MAX || at < to);
}

static inline const BookUnit *
unit_of(const Book *book, int64_t id)
{
	int i;

	for (i = 0; i < book->nunits; i++)
		if (book->units[i].id == id)
			return &book->units[i];
	return NULL;
}

/* Whom a lead means, 0: none; *any: or would, were it in force */
static inline int64_t
resolve_plainly(const Book *book, const BookLead *lead, int64_t cell,
                int64_t at, int64_t *any)
{
	const BookUnit *best = NULL;
	const BookUnit *best_any = NULL;
	int digits = -1;
	int digits_any = -1;
	int i;

	*any = lead->unit;
	if (lead->unit != 0)
	{
		best = unit_of(book, lead->unit);
		return within_time(best->from, best->to, at) ? lead->unit : 0;
	}
	for (i = 0; i < book->nunits; i++)
	{
		const BookUnit *u = &book->units[i];
		int d = cell_digits_within(u->territory, cell);

		if (u->kind != lead->kind || u->level != lead->level || d < 0)
			continue;
		if (d > digits_any || (d == digits_any && u->id < best_any->id))
		{
			digits_any = d;
			best_any = u;
		}
		if (within_time(u->from, u->to, at) &&
		    (d > digits || (d == digits && u->id < best->id)))
		{
			digits = d;
			best = u;
		}
	}
	*any = best != NULL ? best->id : best_any != NULL ? best_any->id : 0;
	return best != NULL ? best->id : 0;
}

/* Does an exclusion keep a unit, or one above it, from the request? */
static inline bool
excludes(const Book *book, const BookExclusion *x, int64_t unit,
         const BookRequest *q)
{
	if (class_digits_within(x->event_class, q->event_class) < 0 ||
	    cell_digits_within(x->territory, q->cell) < 0)
		return false;
	for (; unit != 0; unit = unit_of(book, unit)->parent)
		if (unit == x->unit)
			return true;
	return false;
}

/* Whom a lead means, if that unit takes the request, or 0 */
static inline int64_t
usable_plainly(const Book *book, const BookLead *lead, const BookRequest *q,
               RulebookVerdict *why)
{
	int64_t any;
	int64_t unit = resolve_plainly(book, lead, q->cell, q->at, &any);
	int i;

	*why = unit != 0  ? RULEBOOK_WINS
	       : any != 0 ? RULEBOOK_UNIT_RETIRED
	                  : RULEBOOK_NO_UNIT;
	for (i = 0; unit != 0 && i < book->nexclusions; i++)
		if (excludes(book, &book->exclusions[i], unit, q))
		{
			*why = RULEBOOK_EXCLUDED;
			return 0;
		}
	return unit;
}

static inline bool
window_has(const Book *book, int window, int minute)
{
	int i;

	for (i = 0; i < book->nspans; i++)
		if (book->spans[i].window == window && minute >= book->spans[i].from &&
		    minute < book->spans[i].to)
			return true;
	return false;
}

/* Does a rule apply, but for its lead?  RULEBOOK_WINS, or the first reason */
static inline RulebookVerdict
applies_plainly(const Book *book, const BookRule *r, const BookRequest *q)
{
	if (r->owner != 0 && r->owner != q->owner)
		return RULEBOOK_OTHER_OWNER;
	if (r->severity != 0 && r->severity != q->severity)
		return RULEBOOK_OTHER_SEVERITY;
	if (r->channel != 0 && r->channel != q->channel)
		return RULEBOOK_OTHER_CHANNEL;
	if (r->window != 0 && !window_has(book, r->window, q->minute))
		return RULEBOOK_OTHER_TIME;
	if (!within_time(r->from, r->to, q->at))
		return RULEBOOK_NOT_IN_FORCE;
	return RULEBOOK_WINS;
}

static inline bool
names_region(const BookRule *r, const BookRequest *q)
{
	return class_digits_within(r->event_class, q->event_class) >= 0 &&
	       cell_digits_within(r->territory, q->cell) >= 0;
}

static inline int
code_digits(int64_t event_class, int64_t cell, bool of_class)
{
	if (of_class)
		return event_class == 0 ? 0 : eventcode_digits(event_class);
	return cell == 0 ? 0 : gridcode_digits(cell);
}

/* Does a rule go before another, of those that match one request? */
static inline bool
goes_before(const BookRule *a, const BookRule *b)
{
	int keys[6][2] = {{code_digits(a->event_class, 0, true),
	                   code_digits(b->event_class, 0, true)},
	                  {code_digits(0, a->territory, false),
	                   code_digits(0, b->territory, false)},
	                  {a->owner != 0, b->owner != 0},
	                  {a->severity != 0, b->severity != 0},
	                  {a->channel != 0, b->channel != 0},
	                  {a->window != 0, b->window != 0}};
	int i;

	for (i = 0; i < 6; i++)
		if (keys[i][0] != keys[i][1])
			return keys[i][0] > keys[i][1];
	return a->id < b->id;
}

static inline int
fallback_before(const void *a, const void *b)
{
	const BookFallback *x = *(const BookFallback *const *) a;
	const BookFallback *y = *(const BookFallback *const *) b;
	int order = code_digits(0, y->territory, false) -
	            code_digits(0, x->territory, false);

	if (order != 0)
		return order;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* The fallbacks of a request in order, how many */
static inline int
fallbacks_of(const Book *book, const BookRequest *q,
             const BookFallback *list[BOOK_MOST])
{
	int n = 0;
	int i;

	for (i = 0; i < book->nfallbacks; i++)
		if (cell_digits_within(book->fallbacks[i].territory, q->cell) >= 0)
			list[n++] = &book->fallbacks[i];
	qsort(list, (size_t) n, sizeof(list[0]), fallback_before);
	return n;
}

static inline void
fall_back_plainly(const Book *book, const BookRequest *q, BookAnswer *answer)
{
	const BookFallback *list[BOOK_MOST];
	int n = fallbacks_of(book, q, list);
	RulebookVerdict why;
	int i;
	int k;

	for (i = 0; i < n; i = k)
	{
		int64_t total = 0;

		for (k = i; k < n && list[k]->territory == list[i]->territory; k++)
			if (usable_plainly(book, &list[k]->lead, q, &why) != 0)
				total += list[k]->share;
		if (total > 0)
		{
			int64_t left = (int64_t) (q->key % (uint64_t) total);

			for (;; i++)
			{
				answer->lead = usable_plainly(book, &list[i]->lead, q, &why);
				if (answer->lead == 0)
					continue;
				if (left < list[i]->share)
					break;
				left -= list[i]->share;
			}
			answer->fallback = list[i]->id;
			return;
		}
	}
}

/* From a unit up to its root; how many */
static inline int
ancestors(const Book *book, int64_t unit, int64_t out[RULEBOOK_DEPTH])
{
	int n = 0;

	for (; unit != 0; unit = unit_of(book, unit)->parent)
		out[n++] = unit;
	return n;
}

static inline void
path_plainly(const Book *book, BookAnswer *answer)
{
	int64_t up[RULEBOOK_DEPTH];
	int64_t down[RULEBOOK_DEPTH];
	int nup = ancestors(book, answer->intake, up);
	int ndown = ancestors(book, answer->lead, down);
	int meets_up = nup;
	int meets_down = ndown;
	int i;
	int k;

	for (i = 0; i < nup && meets_up == nup; i++)
		for (k = 0; k < ndown; k++)
			if (up[i] == down[k])
			{
				meets_up = i;
				meets_down = k;
				break;
			}
	for (i = 0; i < nup && i < meets_up; i++)
		answer->path[answer->paths++] = up[i];
	if (meets_down < ndown)
		answer->path[answer->paths++] = down[meets_down];
	for (i = meets_down - 1; i >= 0; i--)
		answer->path[answer->paths++] = down[i];
}

static inline bool
policy_before(const BookPolicy *a, const BookPolicy *b)
{
	int keys[4][2] = {{code_digits(a->event_class, 0, true),
	                   code_digits(b->event_class, 0, true)},
	                  {code_digits(0, a->territory, false),
	                   code_digits(0, b->territory, false)},
	                  {a->severity != 0, b->severity != 0},
	                  {a->grade != 0, b->grade != 0}};
	int i;

	for (i = 0; i < 4; i++)
		if (keys[i][0] != keys[i][1])
			return keys[i][0] > keys[i][1];
	return a->id < b->id;
}

static inline void
policies_plainly(const Book *book, const BookRequest *q, BookAnswer *answer)
{
	const BookPolicy *best[BOOK_NAMES] = {NULL};
	int grade = 0;
	int digits = -1;
	int i;
	int s;

	for (i = 0; i < book->ngrades; i++)
	{
		int d = cell_digits_within(book->grades[i].territory, q->cell);

		if (d > digits)
		{
			digits = d;
			grade = book->grades[i].grade;
		}
	}
	for (i = 0; i < book->npolicies; i++)
	{
		const BookPolicy *p = &book->policies[i];

		if (class_digits_within(p->event_class, q->event_class) < 0 ||
		    cell_digits_within(p->territory, q->cell) < 0 ||
		    (p->severity != 0 && p->severity != q->severity) ||
		    (p->grade != 0 && p->grade != grade))
			continue;
		if (best[p->stage - 1] == NULL || policy_before(p, best[p->stage - 1]))
			best[p->stage - 1] = p;
	}
	/* by place, then name */
	for (i = 0; i < BOOK_NAMES; i++)
	{
		int next = -1;

		for (s = 0; s < BOOK_NAMES; s++)
			if (best[s] != NULL &&
			    (next < 0 ||
			     book->stage_places[s] < book->stage_places[next] ||
			     (book->stage_places[s] == book->stage_places[next] &&
			      strcmp(book_names[RULEBOOK_STAGE][s],
			             book_names[RULEBOOK_STAGE][next]) < 0)))
				next = s;
		if (next < 0)
			break;
		answer->policy[answer->stages++] = best[next]->id;
		best[next] = NULL;
	}
}

static inline void
route_plainly(const Book *book, const BookRequest *q, BookAnswer *answer)
{
	const BookRule *best = NULL;
	RulebookVerdict why;
	int64_t any;
	int i;
	int k;

	memset(answer, 0, sizeof(*answer));
	for (i = 0; i < book->nrules; i++)
	{
		const BookRule *r = &book->rules[i];

		if (names_region(r, q) &&
		    applies_plainly(book, r, q) == RULEBOOK_WINS &&
		    (best == NULL || goes_before(r, best)) &&
		    usable_plainly(book, &r->lead, q, &why) != 0)
			best = r;
	}
	if (q->channel != 0)
		answer->intake = resolve_plainly(book, &book->channels[q->channel - 1],
		                                 q->cell, q->at, &any);
	if (best != NULL)
	{
		answer->rule = best->id;
		answer->lead = usable_plainly(book, &best->lead, q, &why);
		/* by place */
		for (i = 0; i < BOOK_MOST; i++)
			for (k = 0; k < book->nassists; k++)
			{
				const BookAssist *a = &book->assists[k];
				int64_t unit;

				if (a->rule != best->id || a->place != i)
					continue;
				unit = usable_plainly(book, &a->lead, q, &why);
				if (unit == 0)
					continue;
				answer->assist[answer->assists] = unit;
				answer->task[answer->assists++] = a->task;
			}
	}
	else
		fall_back_plainly(book, q, answer);
	if (answer->lead != 0)
		path_plainly(book, answer);
	policies_plainly(book, q, answer);
}

/* ---------------------------------------------------------------------
 * compare
 * ---------------------------------------------------------------------
 */

static inline uint16_t
number_of(const Rulebook *opened, RulebookDomain domain, int number)
{
	RulebookText text = book_text(domain, number);

	return number == 0 ? 0
	                   : rulebook_number(opened, domain, text.bytes, text.len);
}

/* Refined ones of those of the book, its own, others, none */
static inline void
random_request(uint64_t *random, const Book *book, BookRequest *q)
{
	memset(q, 0, sizeof(*q));
	q->event_class = pick(random, 12) == 0 ? 0 : random_class(random);
	if (book->nrules > 0 && pick(random, 2) == 0)
		q->event_class = book->rules[pick(random, book->nrules)].event_class;
	q->cell = pick(random, 12) == 0 ? 0 : random_cell(random);
	if (book->nrules > 0 && pick(random, 3) == 0)
		q->cell = book->rules[pick(random, book->nrules)].territory;
	q->at = pick(random, 12) - 1;
	if (pick(random, 20) == 0)
		q->at = pick(random, 2) == 0 ? INT64_MIN : INT64_MAX;
	q->key = next_random(random);
	q->channel = book->nchannels == 0 ? 0 : pick(random, book->nchannels + 1);
	q->owner = pick(random, 4);
	q->severity = pick(random, RULEBOOK_SEVERITIES + 1);
	if (pick(random, 2) == 0)
		q->severity %= 4;
	q->minute = pick(random, 8) == 0 ? RULEBOOK_WEEK - 1 : pick(random, 32);
}

static inline void
translate_request(const Rulebook *opened, const BookRequest *q,
                  RulebookRequest *out)
{
	memset(out, 0, sizeof(*out));
	out->event_class = q->event_class;
	out->cell = q->cell;
	out->at = q->at;
	out->key = q->key;
	out->channel = number_of(opened, RULEBOOK_CHANNEL, q->channel);
	out->owner = number_of(opened, RULEBOOK_OWNER, q->owner);
	out->severity = (uint8_t) q->severity;
	out->minute = (uint16_t) q->minute;
}

static inline bool
same_unit(const Rulebook *opened, int32_t unit, int64_t id)
{
	return unit < 0 ? id == 0 : opened->units[unit].id == id;
}

/* Is it what the loops found? */
static inline bool
same_answer(const Rulebook *opened, const RulebookAnswer *a,
            const BookAnswer *b)
{
	uint32_t i;

	if (!same_unit(opened, a->lead, b->lead) ||
	    !same_unit(opened, a->intake, b->intake) ||
	    (a->rule < 0 ? b->rule != 0 : opened->rules[a->rule].id != b->rule) ||
	    (a->fallback < 0 ? b->fallback != 0
	                     : opened->fallbacks[a->fallback].id != b->fallback) ||
	    a->paths != (uint32_t) b->paths ||
	    a->assists != (uint32_t) b->assists ||
	    a->stages != (uint32_t) b->stages)
		return false;
	for (i = 0; i < a->paths; i++)
		if (!same_unit(opened, a->path[i], b->path[i]))
			return false;
	for (i = 0; i < a->assists; i++)
		if (!same_unit(opened, a->assist[i], b->assist[i]) ||
		    a->task[i] != number_of(opened, RULEBOOK_TASK, b->task[i]))
			return false;
	for (i = 0; i < a->stages; i++)
		if (opened->policies[a->policy[i]].id != b->policy[i])
			return false;
	return true;
}

static inline bool
routes_right(const Rulebook *opened, const Book *book, const BookRequest *q)
{
	RulebookRequest request;
	RulebookAnswer answer;
	BookAnswer expected;

	translate_request(opened, q, &request);
	rulebook_route(opened, &request, &answer);
	route_plainly(book, q, &expected);
	return same_answer(opened, &answer, &expected);
}

/* What explaining tells */
typedef struct Told
{
	RulebookMatch list[2 * BOOK_MOST];
	int n;
} Told;

static inline void
tell_match(void *context, const RulebookMatch *match)
{
	Told *told = context;

	told->list[told->n++] = *match;
}

static inline int
rule_before(const void *a, const void *b)
{
	const BookRule *x = *(const BookRule *const *) a;
	const BookRule *y = *(const BookRule *const *) b;

	return x == y ? 0 : goes_before(x, y) ? -1 : 1;
}

/* Is one match told as it must be? */
static inline bool
told_right(const Rulebook *opened, const Book *book, const BookRequest *q,
           const RulebookMatch *m, int64_t id, const BookLead *lead,
           RulebookVerdict expected)
{
	int64_t any;
	int i;

	(void) resolve_plainly(book, lead, q->cell, q->at, &any);
	if ((m->rule >= 0 ? opened->rules[m->rule].id
	                  : opened->fallbacks[m->fallback].id) != id ||
	    !same_unit(opened, m->unit, any) || m->verdict != expected)
		return false;
	if (expected != RULEBOOK_EXCLUDED)
		return m->exclusion == -1;
	for (i = 0; i < book->nexclusions; i++)
		if (book->exclusions[i].id == opened->exclusions[m->exclusion].id)
			return excludes(book, &book->exclusions[i], any, q);
	return false;
}

static inline bool
explains_right(const Rulebook *opened, const Book *book, const BookRequest *q)
{
	const BookRule *rules[BOOK_MOST];
	const BookFallback *fallbacks[BOOK_MOST];
	RulebookRequest request;
	BookAnswer answer;
	Told told = {.n = 0};
	int nrules = 0;
	int nfallbacks = fallbacks_of(book, q, fallbacks);
	int i;

	translate_request(opened, q, &request);
	rulebook_explain(opened, &request, tell_match, &told);
	route_plainly(book, q, &answer);
	for (i = 0; i < book->nrules; i++)
		if (names_region(&book->rules[i], q))
			rules[nrules++] = &book->rules[i];
	qsort(rules, (size_t) nrules, sizeof(rules[0]), rule_before);
	if (told.n != nrules + nfallbacks)
		return false;
	for (i = 0; i < told.n; i++)
	{
		const RulebookMatch *m = &told.list[i];
		RulebookVerdict expected = RULEBOOK_WINS;
		RulebookVerdict lead;
		int64_t id;
		const BookLead *of;

		if (i < nrules)
		{
			if (m->rule < 0 || m->fallback >= 0)
				return false;
			id = rules[i]->id;
			of = &rules[i]->lead;
			expected = applies_plainly(book, rules[i], q);
		}
		else
		{
			if (m->rule >= 0 || m->fallback < 0)
				return false;
			id = fallbacks[i - nrules]->id;
			of = &fallbacks[i - nrules]->lead;
		}
		(void) usable_plainly(book, of, q, &lead);
		if (expected == RULEBOOK_WINS)
			expected = lead;
		if (expected == RULEBOOK_WINS &&
		    id != (i < nrules ? answer.rule : answer.fallback))
			expected = RULEBOOK_LESS_SPECIFIC;
		if (!told_right(opened, book, q, m, id, of, expected))
			return false;
	}
	return true;
}

#endif /* CIVICGRID_TEST_RULEBOOK_ORACLE_H */
