/*
 * rulebook_books.h
 *	  Small rulebooks of all kinds of records for the tests, and what a request
 *	  must be answered, found by going through all records as the documented
 *	  order says.
 */
#ifndef CIVICGRID_TEST_RULEBOOK_BOOKS_H
#define CIVICGRID_TEST_RULEBOOK_BOOKS_H

#include <stdlib.h>

#include "core/code.h"
#include "core/rulebook_build.h"

#include "tap.h"
#include "textcluster_memory.h"

#define BOOK_MOST  80 /* records of a part */
#define BOOK_NAMES 6
#define BOOK_TEXT  20

/* Names are in no order here; number n is names[n - 1]. */
static const char *const book_names[RULEBOOK_DOMAINS][BOOK_NAMES] = {
    [RULEBOOK_KIND] = {"station", "centre", "部门", "队", "a", "ab"},
    [RULEBOOK_CHANNEL] = {"web", "12345", "采集员", "app", "z", "信件"},
    [RULEBOOK_OWNER] = {"水务", "gas", "供电", "b", "Gas", "路灯"},
    [RULEBOOK_WINDOW] = {"night", "day", "周末", "x", "y", "w"},
    [RULEBOOK_GRADE] = {"B", "A", "C", "AA", "D", "E"},
    [RULEBOOK_STAGE] = {"handle", "sign", "check", "close", "visit", "all"},
    [RULEBOOK_CALENDAR] = {"cn", "sz", "k", "l", "m", "n"},
    [RULEBOOK_TASK] = {"clean", "stop work", "围挡", "p", "q", "r"}};

typedef struct BookLead
{
	int64_t unit;
	int kind; /* number of a name, 0: none */
	int level;
} BookLead;

typedef struct BookUnit
{
	int64_t id;
	int64_t parent;
	int64_t territory;
	int64_t from;
	int64_t to;
	int kind;
	int level;
	int flags;
} BookUnit;

typedef struct BookSpan
{
	int window;
	int from;
	int to;
} BookSpan;

typedef struct BookRule
{
	int64_t id;
	int64_t event_class;
	int64_t territory;
	int64_t from;
	int64_t to;
	BookLead lead;
	int owner;
	int severity;
	int channel;
	int window;
} BookRule;

typedef struct BookAssist
{
	int64_t rule;
	int place;
	BookLead lead;
	int task;
} BookAssist;

typedef struct BookFallback
{
	int64_t id;
	int64_t territory;
	BookLead lead;
	int64_t share;
} BookFallback;

typedef struct BookExclusion
{
	int64_t id;
	int64_t event_class;
	int64_t territory;
	int64_t unit;
} BookExclusion;

typedef struct BookPolicy
{
	int64_t id;
	int64_t event_class;
	int64_t territory;
	int severity;
	int grade;
	int stage;
	int calendar;
	int warnings;
	int64_t hours;
} BookPolicy;

typedef struct BookLimit
{
	int64_t policy;
	int place;
	int name;
	int64_t hours;
} BookLimit;

typedef struct BookGrade
{
	int64_t territory;
	int grade;
} BookGrade;

typedef struct Book
{
	BookUnit units[BOOK_MOST];
	BookSpan spans[BOOK_MOST];
	BookRule rules[BOOK_MOST];
	BookAssist assists[BOOK_MOST];
	BookFallback fallbacks[BOOK_MOST];
	BookExclusion exclusions[BOOK_MOST];
	BookPolicy policies[BOOK_MOST];
	BookLimit limits[BOOK_MOST];
	BookGrade grades[BOOK_MOST];
	int64_t classes[BOOK_MOST];
	int64_t cells[BOOK_MOST];
	BookLead channels[BOOK_NAMES]; /* of channel n + 1 */
	int stage_places[BOOK_NAMES];  /* likewise */
	int nunits;
	int nspans;
	int nrules;
	int nassists;
	int nfallbacks;
	int nexclusions;
	int npolicies;
	int nlimits;
	int ngrades;
	int nclasses;
	int ncells;
	int nchannels;
	int nwindows;
	int severities;
	bool timezone;
} Book;

static inline int
pick(uint64_t *random, int n)
{
	return (int) (next_random(random) % (uint64_t) n);
}

/* ---------------------------------------------------------------------
 * random ones
 * ---------------------------------------------------------------------
 */

static inline int64_t
random_class(uint64_t *random)
{
	static const int lengths[] = {1, 2, 2, 3, 5, 5, 5, 12};
	char text[BOOK_TEXT];
	int n = lengths[pick(random, 8)];
	int64_t code = 0;
	CodeFault fault;
	int i;

	for (i = 0; i < n; i++)
		text[i] = (char) ('0' + (i < 3 ? pick(random, 2) : pick(random, 3)));
	(void) eventcode_parse(text, (size_t) n, &code, &fault);
	return code;
}

/* Few at each level, with gaps: a town without a district, a grid run by the
 * street itself */
static inline int64_t
random_cell(uint64_t *random)
{
	char text[BOOK_TEXT];
	int level = 1 + pick(random, 7);
	int64_t code = 0;
	CodeFault fault;

	snprintf(text, sizeof(text), "44%02d%02d%03d%03d%03d%03d",
	         1 + pick(random, 2), pick(random, 3), 1 + pick(random, 2),
	         pick(random, 3), 1 + pick(random, 2), 1 + pick(random, 2));
	(void) gridcode_parse(text, (size_t) gridcode_level_digits[level], &code,
	                      &fault);
	return code;
}

static inline int64_t
maybe(uint64_t *random, int one_in, int64_t code)
{
	return pick(random, one_in) == 0 ? code : 0;
}

static inline void
random_range(uint64_t *random, int64_t *from, int64_t *to)
{
	*from = pick(random, 3) == 0 ? pick(random, 8) : INT64_MIN;
	*to = pick(random, 3) == 0 ? 3 + pick(random, 8) : INT64_MAX;
}

static inline BookLead
random_lead(uint64_t *random, const Book *book, bool none)
{
	BookLead lead = {0, 0, 0};

	if (none && pick(random, 3) == 0)
		return lead;
	if (book->nunits > 0 && pick(random, 2) == 0)
		lead.unit = book->units[pick(random, book->nunits)].id;
	else
	{
		lead.kind = 1 + pick(random, 3);
		lead.level = 1 + pick(random, 4);
	}
	return lead;
}

static inline int64_t
random_id(uint64_t *random, int nth)
{
	/* distinct, in no order */
	return 1 + (int64_t) (next_random(random) % 50) * BOOK_MOST + nth;
}

static inline int
random_count(uint64_t *random, int most)
{
	return pick(random, 3) == 0 ? pick(random, 3) : pick(random, most + 1);
}

/* One of those that the book has */
static inline int
random_severity(uint64_t *random, const Book *book)
{
	int severity = 0;
	int tries;

	for (tries = 0; tries < 1000; tries++)
	{
		severity = 1 + pick(random, RULEBOOK_SEVERITIES);
		if ((book->severities >> (severity - 1) & 1) != 0)
			return severity;
	}
	/* what draws is not random */
	for (severity = 1; (book->severities >> (severity - 1) & 1) == 0;)
		severity++;
	return severity;
}

static inline void
random_units(uint64_t *random, Book *book, int most)
{
	int i;

	book->nunits = random_count(random, most);
	for (i = 0; i < book->nunits; i++)
	{
		BookUnit *u = &book->units[i];

		u->id = random_id(random, i);
		u->parent = i > 0 && pick(random, 5) > 0
		                ? book->units[pick(random, i < 9 ? i : 9)].id
		                : 0;
		u->kind = 1 + pick(random, 3);
		u->level = 1 + pick(random, 4);
		u->territory = pick(random, 6) == 0 ? 0 : random_cell(random);
		u->flags = pick(random, 4);
		random_range(random, &u->from, &u->to);
	}
	/* a chain as deep as can be */
	if (book->nunits > RULEBOOK_DEPTH && pick(random, 4) == 0)
		for (i = 0; i < RULEBOOK_DEPTH; i++)
			book->units[i].parent = i > 0 ? book->units[i - 1].id : 0;
	for (i = RULEBOOK_DEPTH; i < book->nunits; i++)
		if (book->units[i].parent == book->units[RULEBOOK_DEPTH - 1].id)
			book->units[i].parent = 0;
}

static inline void
random_rules(uint64_t *random, Book *book, int most)
{
	int i;

	book->nrules = random_count(random, most);
	for (i = 0; i < book->nrules; i++)
	{
		BookRule *r = &book->rules[i];

		memset(r, 0, sizeof(*r));
		r->id = random_id(random, i);
		r->event_class = pick(random, 4) == 0 ? 0 : random_class(random);
		r->territory = pick(random, 4) == 0 ? 0 : random_cell(random);
		/* often the same as one before, so that they compete */
		if (i > 0 && pick(random, 2) == 0)
		{
			r->event_class = book->rules[pick(random, i)].event_class;
			r->territory = book->rules[pick(random, i)].territory;
		}
		random_range(random, &r->from, &r->to);
		r->lead = random_lead(random, book, false);
		r->owner = (int) maybe(random, 4, 1 + pick(random, 3));
		if (book->severities != 0 && pick(random, 4) == 0)
			r->severity = random_severity(random, book);
		if (book->nchannels > 0)
			r->channel =
			    (int) maybe(random, 4, 1 + pick(random, book->nchannels));
		if (book->nwindows > 0)
			r->window =
			    (int) maybe(random, 4, 1 + pick(random, book->nwindows));
	}
	book->nassists = book->nrules > 0 ? random_count(random, most) : 0;
	for (i = 0; i < book->nassists; i++)
	{
		BookAssist *a = &book->assists[i];

		a->rule = book->rules[pick(random, book->nrules)].id;
		a->place = i * 7 % BOOK_MOST;
		a->lead = random_lead(random, book, false);
		a->task = (int) maybe(random, 2, 1 + pick(random, BOOK_NAMES));
	}
	/* no more of one rule than there may be */
	for (i = 0; i < book->nassists; i++)
	{
		int same = 0;
		int k;

		for (k = 0; k < i; k++)
			same += book->assists[k].rule == book->assists[i].rule;
		if (same >= RULEBOOK_ASSISTS)
			book->assists[i--] = book->assists[--book->nassists];
	}
}

static inline void
random_policies(uint64_t *random, Book *book, int most, bool wide)
{
	int i;

	book->npolicies = random_count(random, most);
	for (i = 0; i < BOOK_NAMES; i++)
		book->stage_places[i] = pick(random, 5);
	for (i = 0; i < book->npolicies; i++)
	{
		BookPolicy *p = &book->policies[i];

		memset(p, 0, sizeof(*p));
		p->id = random_id(random, i);
		p->event_class = pick(random, 2) == 0 ? 0 : random_class(random);
		p->territory =
		    pick(random, wide ? 5 : 2) != 0 ? 0 : random_cell(random);
		if (book->severities != 0 && pick(random, 2) == 0)
			p->severity = random_severity(random, book);
		p->grade = (int) maybe(random, 2, 1 + pick(random, BOOK_NAMES));
		p->stage = 1 + pick(random, BOOK_NAMES);
		p->calendar = (int) maybe(random, 2, 1 + pick(random, BOOK_NAMES));
		p->warnings = pick(random, RULEBOOK_WARNINGS + 1);
		p->hours = pick(random, 100);
	}
	book->nlimits = book->npolicies > 0 ? random_count(random, 8) : 0;
	for (i = 0; i < book->nlimits; i++)
	{
		BookLimit *l = &book->limits[i];

		l->policy = book->policies[pick(random, book->npolicies)].id;
		l->place = -i;
		l->name = (int) maybe(random, 2, 1 + pick(random, BOOK_NAMES));
		l->hours = pick(random, 100);
	}
}

/* A book of at most so many records of each kind, 0 < most <= BOOK_MOST */
static inline void
random_book(uint64_t *random, Book *book, int most)
{
	int i;
	int k;

	memset(book, 0, sizeof(*book));
	book->timezone = pick(random, 2) == 0;
	book->severities = pick(random, 3) == 0 ? 0 : pick(random, 0x8000);
	if (pick(random, 2) == 0)
		book->severities &= 7;
	book->nwindows = pick(random, BOOK_NAMES + 1);
	for (i = 0; i < book->nwindows; i++)
		for (k = pick(random, 4); k >= 0; k--)
		{
			BookSpan *s = &book->spans[book->nspans++];

			s->window = i + 1;
			s->from = pick(random, 20);
			s->to = s->from + 1 + pick(random, 10);
			if (pick(random, 8) == 0)
				s->to = RULEBOOK_WEEK;
		}
	random_units(random, book, most);
	book->nchannels = pick(random, BOOK_NAMES + 1);
	for (i = 0; i < book->nchannels; i++)
		book->channels[i] = random_lead(random, book, true);
	random_rules(random, book, most);
	book->nfallbacks = random_count(random, most / 4);
	for (i = 0; i < book->nfallbacks; i++)
	{
		BookFallback *f = &book->fallbacks[i];

		f->id = random_id(random, i);
		f->territory = i > 0 && pick(random, 2) == 0
		                   ? book->fallbacks[pick(random, i)].territory
		               : pick(random, 4) == 0 ? 0
		                                      : random_cell(random);
		f->lead = random_lead(random, book, false);
		f->share = 1 + pick(random, 3);
	}
	book->nexclusions = book->nunits > 0 ? random_count(random, most / 4) : 0;
	for (i = 0; i < book->nexclusions; i++)
	{
		BookExclusion *x = &book->exclusions[i];

		x->id = random_id(random, i);
		x->unit = book->units[pick(random, book->nunits)].id;
		x->event_class = pick(random, 3) == 0 ? 0 : random_class(random);
		x->territory = pick(random, 3) == 0 ? 0 : random_cell(random);
	}
	random_policies(random, book, most, pick(random, 2) == 0);
	book->ngrades = random_count(random, most / 2);
	for (i = 0; i < book->ngrades; i++)
	{
		BookGrade *g = &book->grades[i];

		g->territory = pick(random, 8) == 0 ? 0 : random_cell(random);
		g->grade = 1 + pick(random, BOOK_NAMES);
		for (k = 0; k < i; k++)
			if (book->grades[k].territory == g->territory)
				break;
		if (k < i)
		{
			i--;
			book->ngrades--;
		}
	}
	book->nclasses = random_count(random, most);
	for (i = 0; i < book->nclasses; i++)
		book->classes[i] = random_class(random);
	book->ncells = random_count(random, most);
	for (i = 0; i < book->ncells; i++)
		book->cells[i] = random_cell(random);
}

/* ---------------------------------------------------------------------
 * compile
 * ---------------------------------------------------------------------
 */

static inline RulebookText
book_text(RulebookDomain domain, int number)
{
	RulebookText text = {NULL, 0};

	if (number > 0)
	{
		text.bytes = book_names[domain][number - 1];
		text.len = strlen(text.bytes);
	}
	return text;
}

static inline RulebookLeadDraft
lead_draft(const BookLead *lead)
{
	RulebookLeadDraft draft = {
	    lead->unit, book_text(RULEBOOK_KIND, lead->kind), lead->level};

	return draft;
}

static inline Term
book_term(int64_t hours)
{
	Term term = {.work_seconds = hours * 3600};

	return term;
}

static inline bool
add_rule(RulebookBuilder *b, const BookRule *r, RulebookDraftReport *report)
{
	RulebookRuleDraft draft = {.id = r->id,
	                           .event_class = r->event_class,
	                           .territory = r->territory,
	                           .owner = book_text(RULEBOOK_OWNER, r->owner),
	                           .channel =
	                               book_text(RULEBOOK_CHANNEL, r->channel),
	                           .window = book_text(RULEBOOK_WINDOW, r->window),
	                           .severity = r->severity,
	                           .from = r->from,
	                           .to = r->to,
	                           .lead = lead_draft(&r->lead)};

	return rulebook_add_rule(b, &draft, report);
}

static inline bool
add_policy(RulebookBuilder *b, const Book *book, const BookPolicy *p,
           RulebookDraftReport *report)
{
	RulebookPolicyDraft draft = {
	    .id = p->id,
	    .event_class = p->event_class,
	    .territory = p->territory,
	    .stage = book_text(RULEBOOK_STAGE, p->stage),
	    .stage_place = book->stage_places[p->stage - 1],
	    .calendar = book_text(RULEBOOK_CALENDAR, p->calendar),
	    .grade = book_text(RULEBOOK_GRADE, p->grade),
	    .severity = p->severity,
	    .term = book_term(p->hours),
	    .warnings = p->warnings};
	int i;

	for (i = 0; i < p->warnings; i++)
		draft.warning[i] = (uint16_t) (75 + 25 * i);
	return rulebook_add_policy(b, &draft, report);
}

/* The nth of all records */
static inline bool
add_record(RulebookBuilder *b, const Book *book, int n,
           RulebookDraftReport *report)
{
	static const RulebookText zone = {"Asia/Shanghai", 13};
	RulebookLeadDraft lead;

	if (n < book->nunits)
	{
		const BookUnit *u = &book->units[n];

		return rulebook_add_unit(
		    b, u->id, u->parent, book_text(RULEBOOK_KIND, u->kind), u->level,
		    u->territory, (uint8_t) u->flags, u->from, u->to, report);
	}
	n -= book->nunits;
	if (n < book->nchannels)
	{
		lead = lead_draft(&book->channels[n]);
		return rulebook_add_channel(b, book_text(RULEBOOK_CHANNEL, n + 1),
		                            &lead, report);
	}
	n -= book->nchannels;
	if (n < RULEBOOK_SEVERITIES)
		return (book->severities >> n & 1) == 0 ||
		       rulebook_add_severity(b, n + 1, report);
	n -= RULEBOOK_SEVERITIES;
	if (n < book->nspans)
		return rulebook_add_window(
		    b, book_text(RULEBOOK_WINDOW, book->spans[n].window),
		    book->spans[n].from, book->spans[n].to, report);
	n -= book->nspans;
	if (n < book->nrules)
		return add_rule(b, &book->rules[n], report);
	n -= book->nrules;
	if (n < book->nassists)
	{
		const BookAssist *a = &book->assists[n];

		lead = lead_draft(&a->lead);
		return rulebook_add_assist(b, a->rule, a->place, &lead,
		                           book_text(RULEBOOK_TASK, a->task), report);
	}
	n -= book->nassists;
	if (n < book->nfallbacks)
	{
		const BookFallback *f = &book->fallbacks[n];

		lead = lead_draft(&f->lead);
		return rulebook_add_fallback(b, f->id, f->territory, &lead, f->share,
		                             report);
	}
	n -= book->nfallbacks;
	if (n < book->nexclusions)
	{
		const BookExclusion *x = &book->exclusions[n];

		return rulebook_add_exclusion(b, x->id, x->event_class, x->territory,
		                              x->unit, report);
	}
	n -= book->nexclusions;
	if (n < book->npolicies)
		return add_policy(b, book, &book->policies[n], report);
	n -= book->npolicies;
	if (n < book->nlimits)
	{
		Term term = book_term(book->limits[n].hours);

		return rulebook_add_limit(
		    b, book->limits[n].policy, book->limits[n].place,
		    book_text(RULEBOOK_TASK, book->limits[n].name), &term, report);
	}
	n -= book->nlimits;
	if (n < book->ngrades)
		return rulebook_add_grade(
		    b, book->grades[n].territory,
		    book_text(RULEBOOK_GRADE, book->grades[n].grade), report);
	n -= book->ngrades;
	if (n < book->nclasses)
		return rulebook_add_class(b, book->classes[n], report);
	n -= book->nclasses;
	if (n < book->ncells)
		return rulebook_add_cell(b, book->cells[n], report);
	return !book->timezone || rulebook_set_timezone(b, zone, report);
}

static inline int
count_records(const Book *book)
{
	return book->nunits + book->nchannels + RULEBOOK_SEVERITIES +
	       book->nspans + book->nrules + book->nassists + book->nfallbacks +
	       book->nexclusions + book->npolicies + book->nlimits +
	       book->ngrades + book->nclasses + book->ncells + 1;
}

/* Compile a book, its records in an order that a number gives. */
static inline bool
compile_book(const Book *book, uint64_t order, TestMemory *memory,
             uint8_t **block, size_t *size, RulebookDraftReport *report)
{
	RulebookMemory m = {test_resize, test_poll, memory};
	RulebookBuilder *b = rulebook_build_begin(&m);
	int n = count_records(book);
	int *nth = malloc(sizeof(int) * (size_t) n);
	bool good = b != NULL;
	int i;

	*block = NULL;
	memset(report, 0, sizeof(*report));
	report->fault = good ? RULEBOOK_DRAFT_OK : RULEBOOK_DRAFT_NO_MEMORY;
	for (i = 0; i < n; i++)
		nth[i] = i;
	for (i = n - 1; i > 0 && order != 0; i--)
	{
		int k = pick(&order, i + 1);
		int swap = nth[i];

		nth[i] = nth[k];
		nth[k] = swap;
	}
	for (i = 0; i < n && good; i++)
		good = add_record(b, book, nth[i], report);
	good = good && rulebook_build(b, block, size, report);
	rulebook_build_free(b);
	free(nth);
	return good;
}

#endif /* CIVICGRID_TEST_RULEBOOK_BOOKS_H */
