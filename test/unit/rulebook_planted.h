/*
 * rulebook_planted.h
 *	  A rulebook without a fault, and defects to be planted into it, with what
 *	  must be told of each.
 *
 * A city of two districts, four streets, eight communities and 24 grids; four
 * categories of two classes.  A department of each district has the
 * categories, the centre what is urgent, stations one class of each category.
 */
#ifndef CIVICGRID_TEST_RULEBOOK_PLANTED_H
#define CIVICGRID_TEST_RULEBOOK_PLANTED_H

#include "rulebook_points.h"

#define PLANTED_CENTRE 1
#define PLANTED_NEW    900 /* ids of what is planted */

/* Numbers of names */
#define PLANTED_STATION    1
#define PLANTED_CENTRES    2
#define PLANTED_DEPARTMENT 3

/* Text with a number of three digits, or of two, behind it */
static inline void
add_digits(char *text, int digits, int number)
{
	size_t len = strlen(text);

	text[len + (size_t) digits] = '\0';
	for (; digits > 0; number /= 10)
		text[len + (size_t) --digits] = (char) ('0' + number % 10);
}

static inline int64_t
planted_class(int category, int which)
{
	char text[BOOK_TEXT] = "";

	add_digits(text, 2, category);
	if (which > 0)
		add_digits(text, 3, which);
	return class_code(text);
}

/* 0: the whole of what is above */
static inline int64_t
planted_cell(int district, int street, int community, int grid)
{
	char text[BOOK_TEXT] = "4403";

	if (district > 0)
		add_digits(text, 2, district);
	if (street > 0)
		add_digits(text, 3, street);
	if (community > 0)
		add_digits(text, 3, community);
	if (grid > 0)
		add_digits(text, 3, grid);
	return cell_code(text);
}

static inline BookUnit *
plant_unit(Book *book, int64_t id, int64_t parent, int kind, int level,
           int64_t territory)
{
	BookUnit *u = &book->units[book->nunits++];

	*u = (BookUnit){.id = id,
	                .parent = parent,
	                .territory = territory,
	                .from = INT64_MIN,
	                .to = INT64_MAX,
	                .kind = kind,
	                .level = level};
	return u;
}

static inline BookRule *
plant_rule(Book *book, int64_t event_class, int64_t territory, int64_t unit)
{
	BookRule *r = &book->rules[book->nrules];

	*r = (BookRule){.id = 1 + book->nrules++,
	                .event_class = event_class,
	                .territory = territory,
	                .from = INT64_MIN,
	                .to = INT64_MAX};
	if (unit > 0)
		r->lead.unit = unit;
	else
		r->lead = (BookLead){0, PLANTED_STATION, 4};
	return r;
}

static inline BookPolicy *
plant_policy(Book *book, int64_t event_class, int64_t territory, int stage)
{
	BookPolicy *p = &book->policies[book->npolicies];

	*p = (BookPolicy){.id = 1 + book->npolicies++,
	                  .event_class = event_class,
	                  .territory = territory,
	                  .stage = stage,
	                  .hours = 8};
	return p;
}

static inline void
plant_street(Book *book, int d, int s)
{
	int c;
	int g;

	plant_unit(book, 100 + d * 10 + s, 10 + d, PLANTED_STATION, 3,
	           planted_cell(d, s, 0, 0));
	for (c = 1; c <= 2; c++)
	{
		plant_unit(book, 1000 + d * 100 + s * 10 + c, 100 + d * 10 + s,
		           PLANTED_STATION, 4, planted_cell(d, s, c, 0));
		for (g = 1; g <= 3; g++)
			book->cells[book->ncells++] = planted_cell(d, s, c, g);
	}
	for (c = 1; c <= 4; c++)
		plant_rule(book, planted_class(c, 1), planted_cell(d, s, 0, 0), 0);
}

static inline void
clean_book(Book *book)
{
	int c;
	int d;
	int s;

	memset(book, 0, sizeof(*book));
	book->severities = 3;
	book->nchannels = 2;
	book->channels[0].unit = PLANTED_CENTRE;
	book->channels[1] = (BookLead){0, PLANTED_STATION, 4};
	book->nwindows = 1;
	book->spans[book->nspans++] = (BookSpan){1, 0, 480};
	plant_unit(book, PLANTED_CENTRE, 0, PLANTED_CENTRES, 1,
	           planted_cell(0, 0, 0, 0));
	for (d = 1; d <= 2; d++)
		plant_unit(book, 10 + d, PLANTED_CENTRE, PLANTED_DEPARTMENT, 2,
		           planted_cell(d, 0, 0, 0));
	for (c = 1; c <= 4; c++)
	{
		book->classes[book->nclasses++] = planted_class(c, 1);
		book->classes[book->nclasses++] = planted_class(c, 2);
		for (d = 1; d <= 2; d++)
		{
			int64_t district = planted_cell(d, 0, 0, 0);

			plant_rule(book, planted_class(c, 0), district, 10 + d);
			plant_rule(book, planted_class(c, 2), district, PLANTED_CENTRE)
			    ->severity = 2;
			plant_rule(book, planted_class(c, 2), district, PLANTED_CENTRE)
			    ->window = 1;
			plant_rule(book, planted_class(c, 2), district, 10 + d)->channel =
			    1 + c % 2;
			plant_rule(book, planted_class(c, 2), district, 10 + d)->owner =
			    1 + c % 3;
		}
		for (s = 1; s <= 2; s++)
		{
			plant_policy(book, planted_class(c, 0), 0, s);
			plant_policy(book, planted_class(c, 0), 0, s)->severity = 2;
			plant_policy(book, planted_class(c, 0), 0, s)->grade = 2;
		}
	}
	for (d = 1; d <= 2; d++)
		for (s = 1; s <= 2; s++)
			plant_street(book, d, s);
	book->grades[book->ngrades++] = (BookGrade){planted_cell(1, 1, 1, 0), 2};
	book->grades[book->ngrades++] = (BookGrade){planted_cell(2, 0, 0, 0), 1};
	book->grades[book->ngrades++] = (BookGrade){planted_cell(2, 2, 2, 2), 2};
}

/* What must be told; 0: whatever */
typedef struct Planted
{
	RulebookFaultKind kind;
	int64_t id; /* of the record that it is about, and of the other */
	int64_t other;
	int64_t unit;
	int64_t event_class;
	int64_t territory;
	int stage;
} Planted;

static inline int64_t
record_id(const Rulebook *book, const RulebookFault *f, int32_t record)
{
	if (record < 0)
		return 0;
	switch (f->part)
	{
		case RULEBOOK_PART_RULE:
			return book->rules[record].id;
		case RULEBOOK_PART_EXCLUSION:
			return book->exclusions[record].id;
		case RULEBOOK_PART_FALLBACK:
			return book->fallbacks[record].id;
		case RULEBOOK_PART_POLICY:
			return book->policies[record].id;
		default:
			return book->units[record].id;
	}
}

static inline bool
is_planted(const Rulebook *book, const RulebookFault *f, const Planted *p)
{
	return f->kind == p->kind &&
	       (p->id == 0 || record_id(book, f, f->rule) == p->id) &&
	       (p->other == 0 || record_id(book, f, f->other) == p->other) &&
	       (p->unit == 0 ||
	        (f->unit >= 0 && book->units[f->unit].id == p->unit)) &&
	       (p->event_class == 0 || f->event_class == p->event_class) &&
	       (p->territory == 0 || f->territory == p->territory) &&
	       (p->stage == 0 ||
	        (f->stage != 0 &&
	         memcmp(book_names[RULEBOOK_STAGE][p->stage - 1],
	                book->pool + book->names[RULEBOOK_STAGE][f->stage - 1].at,
	                book->names[RULEBOOK_STAGE][f->stage - 1].len) == 0));
}

/* Every stage needs a term. */
static inline bool
prove(const Rulebook *book, Faults *told)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	uint16_t stages[RULEBOOK_STAGES];
	uint32_t i;

	for (i = 0; i < book->name_count[RULEBOOK_STAGE]; i++)
		stages[i] = (uint16_t) (i + 1);
	return rulebook_check(book, 0, stages, i, &m, keep_fault, told) ==
	           RULEBOOK_OK &&
	       memory.live == 0;
}

typedef void (*PlantFn)(Book *book, int n, Planted *planted);

/* Plant one defect so many times, each elsewhere; how many are found */
static inline int
count_found(PlantFn plant, int times)
{
	static Book book;
	int found = 0;
	int n;
	int i;

	for (n = 0; n < times; n++)
	{
		Faults told = {NULL, 0, -1};
		Planted planted;
		Rulebook opened;
		uint8_t *block;

		memset(&planted, 0, sizeof(planted));
		clean_book(&book);
		plant(&book, n, &planted);
		if (open_book(&book, &opened, &block) && prove(&opened, &told))
		{
			for (i = 0; i < told.n; i++)
				if (is_planted(&opened, &told.list[i], &planted))
					break;
			found += i < told.n;
		}
		free(told.list);
		free(block);
	}
	return found;
}

static inline void
test_planted(const char *what, PlantFn plant, int times)
{
	int found = count_found(plant, times);

	ok(found == times, "%s: %d of %d are found", what, found, times);
}

static inline void
test_clean(void)
{
	static Book book;
	Faults told = {NULL, 0, -1};
	Rulebook opened;
	uint8_t *block;

	clean_book(&book);
	ok(open_book(&book, &opened, &block) && prove(&opened, &told) &&
	       told.n == 0,
	   "a rulebook without faults has none (%d)", told.n);
	free(told.list);
	free(block);
}

static inline BookUnit *
planted_unit(Book *book, int64_t id)
{
	int i;

	for (i = 0; book->units[i].id != id; i++)
		;
	return &book->units[i];
}

/* The nth station's id */
static inline int64_t
planted_station(int n)
{
	return 1000 + (1 + n % 2) * 100 + (1 + n / 2 % 2) * 10 + 1 + n / 4 % 2;
}

/* The rule of a category and district */
static inline BookRule *
category_rule(Book *book, int n)
{
	int64_t event_class = planted_class(1 + n % 4, 0);
	int64_t territory = planted_cell(1 + n / 4 % 2, 0, 0, 0);
	int i;

	for (i = 0; book->rules[i].event_class != event_class ||
	            book->rules[i].territory != territory;
	     i++)
		;
	return &book->rules[i];
}

#endif /* CIVICGRID_TEST_RULEBOOK_PLANTED_H */
