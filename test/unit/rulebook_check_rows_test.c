/*
 * rulebook_check_rows_test.c
 *	  Defects of rules, planted one by one into a rulebook without faults:
 *	  ties, shadowed rules, rules for nothing, out of force, outside, excluded.
 */
#include "rulebook_planted.h"

static void
plant_tie(Book *book, int n, Planted *planted)
{
	BookRule *r = &book->rules[book->nrules];

	*r = book->rules[n % book->nrules];
	r->id = PLANTED_NEW;
	*planted = (Planted){.kind = RULEBOOK_TIE,
	                     .id = book->rules[n % book->nrules].id,
	                     .other = PLANTED_NEW,
	                     .event_class = r->event_class,
	                     .territory = r->territory};
	book->nrules++;
}

/* Two windows that share an hour */
static void
plant_window_tie(Book *book, int n, Planted *planted)
{
	BookRule *r =
	    plant_rule(book, planted_class(1 + n % 4, 2),
	               planted_cell(1 + n / 4 % 2, 0, 0, 0), PLANTED_CENTRE);

	book->nwindows = 2;
	book->spans[book->nspans++] = (BookSpan){2, 420, 600};
	r->id = PLANTED_NEW;
	r->window = 2;
	*planted = (Planted){.kind = RULEBOOK_TIE,
	                     .other = PLANTED_NEW,
	                     .event_class = r->event_class,
	                     .territory = r->territory};
}

/* Districts have rules of their own, all of them */
static void
plant_shadowed(Book *book, int n, Planted *planted)
{
	BookRule *r = plant_rule(book, planted_class(1 + n % 4, 0),
	                         planted_cell(0, 0, 0, 0), PLANTED_CENTRE);

	r->id = PLANTED_NEW;
	switch (n / 4)
	{
		case 0:
			break;
		case 1:
			r->severity = 1;
			break;
		case 2:
			r->channel = 2;
			break;
		case 3:
			r->owner = 4;
			break;
		default:
			r->window = 1;
	}
	*planted = (Planted){.kind = RULEBOOK_SHADOWED,
	                     .id = PLANTED_NEW,
	                     .event_class = r->event_class,
	                     .territory = r->territory};
}

static void
plant_class(Book *book, int n, Planted *planted)
{
	int64_t none = planted_class(5, n % 5);

	*planted = (Planted){
	    .kind = RULEBOOK_NO_CLASS, .id = PLANTED_NEW, .event_class = none};
	if (n % 3 == 0)
		plant_rule(book, none, 0, PLANTED_CENTRE)->id = PLANTED_NEW;
	else if (n % 3 == 1)
		plant_policy(book, none, 0, 1)->id = PLANTED_NEW;
	else
		book->exclusions[book->nexclusions++] =
		    (BookExclusion){PLANTED_NEW, none, 0, PLANTED_CENTRE};
}

static void
plant_cell(Book *book, int n, Planted *planted)
{
	int64_t none = planted_cell(1 + n % 2, 3, n % 3, 0);

	*planted = (Planted){
	    .kind = RULEBOOK_NO_CELL, .id = PLANTED_NEW, .territory = none};
	if (n % 4 == 0)
		plant_rule(book, 0, none, PLANTED_CENTRE)->id = PLANTED_NEW;
	else if (n % 4 == 1)
		plant_policy(book, 0, none, 1)->id = PLANTED_NEW;
	else if (n % 4 == 2)
		book->exclusions[book->nexclusions++] =
		    (BookExclusion){PLANTED_NEW, 0, none, PLANTED_CENTRE};
	else
	{
		BookFallback *f = &book->fallbacks[book->nfallbacks++];

		memset(f, 0, sizeof(*f));
		f->id = PLANTED_NEW;
		f->territory = none;
		f->lead.unit = PLANTED_CENTRE;
		f->share = 1;
	}
}

static void
plant_out_of_force(Book *book, int n, Planted *planted)
{
	BookRule *r = &book->rules[n % book->nrules];

	if (n % 2 == 0)
		r->to = -5;
	else
	{
		r->from = 20;
		r->to = 20;
	}
	*planted = (Planted){.kind = RULEBOOK_OUT_OF_FORCE, .id = r->id};
}

static void
plant_outside(Book *book, int n, Planted *planted)
{
	BookRule *r = category_rule(book, n);

	r->lead.unit = r->lead.unit == 11 ? 12 : 11;
	*planted = (Planted){.kind = RULEBOOK_OUTSIDE,
	                     .id = r->id,
	                     .unit = r->lead.unit,
	                     .event_class = r->event_class,
	                     .territory = r->territory};
}

/* The unit itself, or the one above it; all of the class, or of more */
static void
plant_excluded(Book *book, int n, Planted *planted)
{
	BookRule *r = category_rule(book, n);

	book->exclusions[book->nexclusions++] =
	    (BookExclusion){PLANTED_NEW, n % 3 == 0 ? 0 : r->event_class,
	                    n % 2 == 0 ? 0 : r->territory,
	                    n / 8 == 0 ? r->lead.unit : PLANTED_CENTRE};
	*planted = (Planted){
	    .kind = RULEBOOK_EXCLUDED_LEAD, .id = r->id, .unit = r->lead.unit};
}

/* By parts: that it excludes each class of it makes it excluded, too */
static void
plant_excluded_twice(Book *book, int n, Planted *planted)
{
	BookRule *r = category_rule(book, n);
	int i;

	for (i = 1; i <= 2; i++)
		book->exclusions[book->nexclusions++] =
		    (BookExclusion){PLANTED_NEW + i, planted_class(1 + n % 4, i),
		                    r->territory, r->lead.unit};
	*planted = (Planted){.kind = RULEBOOK_EXCLUDED_LEAD, .id = r->id};
}

int
main(void)
{
	test_clean();
	test_planted("rules that tie", plant_tie, 56);
	test_planted("rules that tie for an hour", plant_window_tie, 8);
	test_planted("shadowed rules", plant_shadowed, 20);
	test_planted("records for no class", plant_class, 15);
	test_planted("records for no cell", plant_cell, 12);
	test_planted("rules out of force", plant_out_of_force, 56);
	test_planted("units that act outside", plant_outside, 8);
	test_planted("excluded leads", plant_excluded, 16);
	test_planted("leads excluded by parts", plant_excluded_twice, 8);
	return done_testing();
}
