/*
 * rulebook_compare_terms_test.c
 *	  The comparison of limits: each part of a policy counts, for its severity
 *	  and its grade alone; a grade that changes; what stays the same under
 *	  another id.
 */
#include "rulebook_planted.h"
#include "rulebook_versions.h"

typedef void (*ChangeFn)(Book *book);

static void
change_nothing(Book *book)
{
	for (int i = 0; i < book->npolicies; i++)
		book->policies[i].id += 100;
}

/* All of the first category and stage: default, severity 2, grade A */
static void
change_default(Book *book)
{
	book->policies[0].hours++;
}

static void
change_severity(Book *book)
{
	book->policies[1].hours++;
}

static void
change_grade_term(Book *book)
{
	book->policies[2].hours++;
}

static void
change_calendar(Book *book)
{
	book->policies[1].calendar = 2;
}

static void
change_warnings(Book *book)
{
	book->policies[1].warnings = 2;
}

static void
change_limit(Book *book)
{
	book->limits[book->nlimits++] = (BookLimit){book->policies[1].id, 1, 2, 4};
}

static void
change_stage(Book *book)
{
	plant_policy(book, 0, 0, 4);
}

static void
change_grade(Book *book)
{
	book->ngrades--;
}

static void
test_change(const char *what, ChangeFn change, int regions, uint8_t severity,
            int64_t event_class, int64_t territory)
{
	static Book book;
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	Differences told = {NULL, 0, -1};
	Rulebook version[2];
	uint8_t *block[2];
	bool good;
	int i;

	clean_book(&book);
	good = open_book(&book, &version[0], &block[0]);
	change(&book);
	good = open_book(&book, &version[1], &block[1]) && good;
	good = good && rulebook_compare(&version[0], &version[1], 0, &m,
	                                keep_difference, &told) == RULEBOOK_OK;
	for (i = 0; i < told.n; i++)
		good = good && told.list[i].kinds == RULEBOOK_LIMIT_DIFFERS &&
		       (severity == 0 || told.list[i].severity == severity) &&
		       (event_class == 0 || told.list[i].event_class == event_class) &&
		       (territory == 0 || told.list[i].territory == territory);
	ok(good && told.n == regions, "%s: %d regions", what, told.n);
	free(told.list);
	free(block[0]);
	free(block[1]);
}

int
main(void)
{
	int64_t category = planted_class(1, 0);
	int64_t city = planted_cell(0, 0, 0, 0);

	test_change("other ids", change_nothing, 0, 0, 0, 0);
	test_change("a severity's term", change_severity, 1, 2, category, city);
	test_change("a severity's calendar", change_calendar, 1, 2, category,
	            city);
	test_change("a severity's warnings", change_warnings, 1, 2, category,
	            city);
	test_change("a severity's staged limit", change_limit, 1, 2, category,
	            city);
	test_change("a stage that there was not", change_stage, 1, 0, 0, city);
	/* of severities none and 1: but in the community and the grid of grade A
	 */
	test_change("the default term", change_default, 12, 0, category, 0);
	test_change("a grade's term", change_grade_term, 4, 0, category, 0);
	/* its terms are those of all others */
	test_change("a grid of another grade", change_grade, 0, 0, 0, 0);
	return done_testing();
}
