/*
 * rulebook_check_terms_test.c
 *	  Defects of policies, planted one by one into a rulebook without faults:
 *	  stages without a term, policies that tie or never count, for grades too.
 */
#include "rulebook_planted.h"

/* Without the default of a category; those for a severity and a grade stay */
static void
plant_no_term(Book *book, int n, Planted *planted)
{
	int i;

	*planted = (Planted){.kind = RULEBOOK_NO_TERM,
	                     .event_class = planted_class(1 + n % 4, 0),
	                     .stage = 1 + n / 4 % 2};
	for (i = 0; i < book->npolicies; i++)
		if (book->policies[i].event_class == planted->event_class &&
		    book->policies[i].stage == planted->stage &&
		    book->policies[i].severity == 0 && book->policies[i].grade == 0)
			book->policies[i].territory = planted_cell(1, 0, 0, 0);
	/* what is left is a district, but for its cell of grade 2 */
	if (n >= 8)
		book->ngrades--;
	planted->territory = n < 8 ? 0 : planted_cell(2, 0, 0, 0);
}

static void
plant_tie(Book *book, int n, Planted *planted)
{
	BookPolicy *p = &book->policies[book->npolicies];

	*p = book->policies[n % book->npolicies];
	p->id = PLANTED_NEW;
	*planted = (Planted){.kind = RULEBOOK_TERM_TIE,
	                     .id = book->policies[n % book->npolicies].id,
	                     .other = PLANTED_NEW,
	                     .event_class = p->event_class,
	                     .stage = p->stage};
	book->npolicies++;
}

/* Categories have policies of their own, all of them */
static void
plant_shadowed(Book *book, int n, Planted *planted)
{
	BookPolicy *p = plant_policy(
	    book, 0, n % 2 == 0 ? 0 : planted_cell(1, 0, 0, 0), 1 + n / 2 % 2);

	p->id = PLANTED_NEW;
	p->severity = n / 4 % 3;
	p->grade = n / 12 == 0 ? 0 : 2;
	*planted = (Planted){
	    .kind = RULEBOOK_TERM_SHADOWED, .id = PLANTED_NEW, .stage = p->stage};
}

/* For a grade that no cell has */
static void
plant_no_grade(Book *book, int n, Planted *planted)
{
	BookPolicy *p = plant_policy(book, planted_class(1 + n % 4, 0), 0, 1);

	p->id = PLANTED_NEW;
	p->grade = 3 + n % 3;
	*planted = (Planted){.kind = RULEBOOK_NO_CELL, .id = PLANTED_NEW};
}

int
main(void)
{
	test_clean();
	test_planted("stages without a term", plant_no_term, 16);
	test_planted("policies that tie", plant_tie, 24);
	test_planted("policies that never count", plant_shadowed, 24);
	test_planted("policies for no grade", plant_no_grade, 12);
	return done_testing();
}
