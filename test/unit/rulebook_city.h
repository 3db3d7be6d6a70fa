/*
 * rulebook_city.h
 *	  A rulebook of full size without a fault: 500 classes, 40,000 grids of ten
 *	  districts, 100,000 rules.
 */
#ifndef CIVICGRID_TEST_RULEBOOK_CITY_H
#define CIVICGRID_TEST_RULEBOOK_CITY_H

#include "rulebook_planted.h"

/* Memory whose peak is known */
typedef struct CityMemory
{
	size_t live;
	size_t peak;
} CityMemory;

static inline void *
city_resize(void *context, void *block, size_t size)
{
	CityMemory *m = context;
	size_t *at = block == NULL ? NULL : (size_t *) block - 2;

	if (at != NULL)
		m->live -= at[0];
	if (size == 0)
	{
		free(at);
		return NULL;
	}
	at = realloc(at, size + 2 * sizeof(size_t));
	at[0] = size;
	m->live += size;
	if (m->live > m->peak)
		m->peak = m->live;
	return at + 2;
}

static inline RulebookText
city_text(const char *text)
{
	RulebookText t = {text, strlen(text)};

	return t;
}

/* Which parts of it are others */
typedef enum CityChange
{
	CITY_AS_IT_IS = 0,
	CITY_LEADS,   /* some leads */
	CITY_TREE,    /* all streets are under the centre */
	CITY_LIMITS,  /* of one stage */
	CITY_INTAKES, /* of all channels */
	CITY_CHANGES
} CityChange;

typedef struct City
{
	RulebookBuilder *builder;
	RulebookDraftReport report;
	CityChange change;
	int64_t rules;
	int64_t policies;
	bool good;
} City;

#define CITY_CHANNELS 9

static const char *const city_channels[CITY_CHANNELS] = {
    "12345",    "app",   "collector", "letter", "mailbox",
    "transfer", "video", "web",       "wechat"};

static inline void
city_unit(City *city, int64_t id, int64_t parent, const char *kind, int level,
          int64_t territory)
{
	city->good =
	    city->good &&
	    rulebook_add_unit(city->builder, id, parent, city_text(kind), level,
	                      territory, 0, INT64_MIN, INT64_MAX, &city->report);
}

static inline void
city_places(City *city)
{
	int d;
	int s;
	int c;
	int g;

	city_unit(city, 1, 0, "centre", 1, planted_cell(0, 0, 0, 0));
	for (d = 1; d <= 10; d++)
	{
		city_unit(city, 100 + d, 1, "centre", 2, planted_cell(d, 0, 0, 0));
		for (c = 0; c < 20; c++)
			city_unit(city, 1000 + d * 20 + c, 100 + d, "department", 2,
			          planted_cell(d, 0, 0, 0));
		for (s = 1; s <= 8; s++)
		{
			city_unit(city, 10000 + d * 10 + s,
			          city->change == CITY_TREE ? 1 : 100 + d, "street", 3,
			          planted_cell(d, s, 0, 0));
			for (c = 1; c <= 10; c++)
			{
				city_unit(city, 20000 + d * 100 + s * 10 + c,
				          10000 + d * 10 + s, "station", 4,
				          planted_cell(d, s, c, 0));
				for (g = 1; g <= 50; g++)
				{
					int64_t cell = planted_cell(d, s, c, g);

					city->good =
					    city->good &&
					    rulebook_add_cell(city->builder, cell,
					                      &city->report) &&
					    rulebook_add_grade(city->builder, cell,
					                       city_text(g % 3 == 0   ? "A"
					                                 : g % 3 == 1 ? "B"
					                                              : "C"),
					                       &city->report);
				}
			}
		}
	}
}

static inline void
city_rule(City *city, RulebookRuleDraft *r)
{
	r->id = ++city->rules;
	if (city->change == CITY_LEADS && r->id % 20011 == 7)
		r->lead = (RulebookLeadDraft){1, {NULL, 0}, 0};
	city->good =
	    city->good && rulebook_add_rule(city->builder, r, &city->report);
}

/* A class in a street: the department of the district, or the stations; what
 * is urgent, what some channel brings, nights */
static inline void
city_street(City *city, int64_t event_class, int n, int d, int s)
{
	RulebookRuleDraft r;

	memset(&r, 0, sizeof(r));
	r.event_class = event_class;
	r.territory = planted_cell(d, s, 0, 0);
	r.from = INT64_MIN;
	r.to = INT64_MAX;
	if (n % 4 == 0)
		r.lead = (RulebookLeadDraft){0, city_text("station"), 4};
	else
		r.lead.unit = 1000 + d * 20 + n % 20;
	city_rule(city, &r);
	r.lead = (RulebookLeadDraft){100 + d, {NULL, 0}, 0};
	r.severity = 3;
	city_rule(city, &r);
	if ((n + s) % 2 != 0)
		return;
	r.severity = 0;
	if (n % 3 == 0)
		r.window = city_text("night");
	else
		r.channel = city_text(city_channels[n % CITY_CHANNELS]);
	r.lead.unit = 10000 + d * 10 + s;
	city_rule(city, &r);
}

static inline void
city_policies(City *city, int category, const char *stage, int place)
{
	RulebookPolicyDraft p;
	int severity;
	int grade;

	memset(&p, 0, sizeof(p));
	p.event_class = planted_class(category, 0);
	p.stage = city_text(stage);
	p.stage_place = place;
	p.term.work_seconds =
	    city->change == CITY_LIMITS && place == 4 ? 7200 : 3600;
	for (severity = 0; severity <= 3; severity++)
		for (grade = 0; grade <= 2; grade++)
		{
			p.id = ++city->policies;
			p.severity = severity;
			p.grade = city_text(grade == 1 ? "A" : "B");
			if (grade == 0)
				p.grade.bytes = NULL;
			city->good = city->good &&
			             rulebook_add_policy(city->builder, &p, &city->report);
		}
}

/* The bytes, or NULL */
static inline uint8_t *
build_city(CityChange change, RulebookMemory *memory, Rulebook *book)
{
	static const char *const stages[] = {"verify", "file",   "dispatch",
	                                     "sign",   "handle", "overall"};
	City city = {.change = change, .good = true};
	RulebookLeadDraft intake = {1, {NULL, 0}, 0};
	uint8_t *block = NULL;
	size_t size;
	int i;
	int k;
	int d;
	int s;

	city.builder = rulebook_build_begin(memory);
	city_places(&city);
	if (change == CITY_INTAKES)
		intake.unit = 101;
	for (i = 0; i < CITY_CHANNELS; i++)
		city.good = city.good && rulebook_add_channel(
		                             city.builder, city_text(city_channels[i]),
		                             &intake, &city.report);
	for (i = 1; i <= 3; i++)
		city.good =
		    city.good && rulebook_add_severity(city.builder, i, &city.report);
	for (i = 0; i < 7; i++)
		city.good = city.good && rulebook_add_window(
		                             city.builder, city_text("night"),
		                             i * 1440, i * 1440 + 480, &city.report);
	for (i = 1; i <= 20; i++)
	{
		for (k = 1; k <= 25; k++)
		{
			int64_t event_class = planted_class(i, k);

			city.good =
			    city.good &&
			    rulebook_add_class(city.builder, event_class, &city.report);
			for (d = 1; d <= 10; d++)
				for (s = 1; s <= 8; s++)
					city_street(&city, event_class, i * 25 + k, d, s);
		}
		for (k = 0; k < 6; k++)
			city_policies(&city, i, stages[k], k);
	}
	city.good = city.good &&
	            rulebook_build(city.builder, &block, &size, &city.report) &&
	            rulebook_open(block, size, book) == RULEBOOK_OK;
	rulebook_build_free(city.builder);
	if (city.good)
		return block;
	city_resize(memory->context, block, 0);
	return NULL;
}

#endif /* CIVICGRID_TEST_RULEBOOK_CITY_H */
