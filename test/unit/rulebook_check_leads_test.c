/*
 * rulebook_check_leads_test.c
 *	  Defects of units, planted one by one into a rulebook without faults: not
 *	  there, there for a part of the time, two for one, without staff; channels
 *	  that lead nowhere.
 */
#include "rulebook_planted.h"

/* A station is missing: the rules of its street have nobody there */
static void
plant_unresolved(Book *book, int n, Planted *planted)
{
	BookUnit *u = planted_unit(book, planted_station(n));
	int64_t event_class = planted_class(1 + n / 8, 1);

	*planted = (Planted){.kind = RULEBOOK_UNRESOLVED,
	                     .event_class = event_class,
	                     .territory = u->territory};
	*u = book->units[--book->nunits];
}

static void
plant_unresolved_fallback(Book *book, int n, Planted *planted)
{
	BookFallback *f = &book->fallbacks[book->nfallbacks++];

	memset(f, 0, sizeof(*f));
	f->id = PLANTED_NEW;
	f->territory = planted_cell(1 + n % 2, 1 + n / 2 % 2, 0, 0);
	f->lead = (BookLead){0, PLANTED_STATION, 5};
	f->share = 1;
	*planted = (Planted){.kind = RULEBOOK_UNRESOLVED,
	                     .id = PLANTED_NEW,
	                     .territory = f->territory};
}

static void
plant_no_intake(Book *book, int n, Planted *planted)
{
	BookUnit *u = planted_unit(book, planted_station(n));

	*planted =
	    (Planted){.kind = RULEBOOK_NO_INTAKE, .territory = u->territory};
	*u = book->units[--book->nunits];
}

static void
plant_two(Book *book, int n, Planted *planted)
{
	BookUnit *u = planted_unit(book, planted_station(n));

	*planted = (Planted){.kind = RULEBOOK_AMBIGUOUS,
	                     .unit = PLANTED_NEW + 1000,
	                     .other = u->id,
	                     .territory = u->territory};
	book->units[book->nunits] = *u;
	book->units[book->nunits++].id = PLANTED_NEW + 1000;
}

static void
plant_nobody(Book *book, int n, Planted *planted)
{
	int64_t id = n < 8    ? planted_station(n)
	             : n < 10 ? 11 + n - 8
	                      : PLANTED_CENTRE;
	BookUnit *u = planted_unit(book, id);

	u->flags |= RULEBOOK_NOSTAFF;
	*planted = (Planted){
	    .kind = RULEBOOK_UNSTAFFED, .unit = id, .territory = u->territory};
}

static void
plant_retired(Book *book, int n, Planted *planted)
{
	BookRule *r = category_rule(book, n);
	BookUnit *u = planted_unit(book, r->lead.unit);

	if (n % 3 == 0)
		u->to = 50;
	else if (n % 3 == 1)
		u->from = 50;
	else
		u->to = -50;
	*planted = (Planted){.kind = RULEBOOK_LEAD_RETIRED,
	                     .id = r->id,
	                     .unit = u->id,
	                     .event_class = r->event_class,
	                     .territory = r->territory};
}

static void
plant_retired_fallback(Book *book, int n, Planted *planted)
{
	BookFallback *f = &book->fallbacks[book->nfallbacks++];
	BookUnit *u = planted_unit(book, 11 + n % 2);

	memset(f, 0, sizeof(*f));
	f->id = PLANTED_NEW;
	f->territory = n % 3 == 0 ? 0 : u->territory;
	f->lead.unit = u->id;
	f->share = 1;
	u->to = 50;
	*planted = (Planted){
	    .kind = RULEBOOK_LEAD_RETIRED, .id = PLANTED_NEW, .unit = u->id};
}

int
main(void)
{
	test_clean();
	test_planted("rules without a unit", plant_unresolved, 32);
	test_planted("fallbacks without a unit", plant_unresolved_fallback, 4);
	test_planted("channels that lead nowhere", plant_no_intake, 8);
	test_planted("two units for one", plant_two, 8);
	test_planted("units without staff", plant_nobody, 11);
	test_planted("rules of retired units", plant_retired, 8);
	test_planted("fallbacks of retired units", plant_retired_fallback, 6);
	return done_testing();
}
