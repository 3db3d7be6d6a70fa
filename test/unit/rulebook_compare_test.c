/*
 * rulebook_compare_test.c
 *	  The comparison: what it tells of two versions of small rulebooks is what
 *	  asking both with all requests says, in both directions; two versions of
 *	  one of full size; no more is told than is wanted; memory that is not
 *there.
 */
#include "rulebook_city.h"
#include "rulebook_versions.h"

static void
test_model(int books)
{
	static Book book;
	uint64_t random = 1;
	int faults = 0;
	int opened = 0;
	long regions = 0;
	int i;

	for (i = 0; i < books; i++)
	{
		Rulebook version[2];
		uint8_t *block[2] = {NULL, NULL};
		int64_t since;
		bool good;
		int told = 0;

		crowded_book(&random, &book);
		good = open_book(&book, &version[0], &block[0]);
		change_book(&random, &book);
		good = good && open_book(&book, &version[1], &block[1]);
		since = pick(&random, 4) == 0 ? INT64_MIN : 5 * pick(&random, 6);
		if (good)
		{
			opened++;
			faults +=
			    version_differences(&version[0], &version[1], since, &told);
			regions += told;
		}
		free(block[0]);
		free(block[1]);
	}
	ok(faults == 0 && opened == books,
	   "%ld regions of %d rulebooks differ as requests say (%d faults)",
	   regions, books, faults);
}

/* ---------------------------------------------------------------------
 * single changes
 * ---------------------------------------------------------------------
 */

/* What differs between the rulebook without faults and another version of it:
 * how many regions, and the first */
static int
differences_of(Book *after, RulebookDifference *first)
{
	static Book before;
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	Differences told = {NULL, 0, -1};
	Rulebook book[2];
	uint8_t *block[2];
	int n = -1;

	clean_book(&before);
	memset(first, 0, sizeof(*first));
	if (open_book(&before, &book[0], &block[0]) &&
	    open_book(after, &book[1], &block[1]) &&
	    rulebook_compare(&book[0], &book[1], 0, &m, keep_difference, &told) ==
	        RULEBOOK_OK)
		n = told.n;
	if (n > 0)
		*first = told.list[0];
	free(told.list);
	free(block[0]);
	free(block[1]);
	return n;
}

static void
test_changes(void)
{
	static Book book;
	RulebookDifference d;
	int64_t id;
	int n;

	clean_book(&book);
	ok(differences_of(&book, &d) == 0, "nothing differs from itself");
	for (n = 0; n < book.nrules; n++)
		book.rules[n].id += 1000;
	ok(differences_of(&book, &d) == 0, "ids of rules make no difference");

	/* the category's class without rules of its own conditions: by day, not
	 * urgent, for other owners and channels */
	clean_book(&book);
	id = category_rule(&book, 0)->id;
	category_rule(&book, 0)->lead.unit = PLANTED_CENTRE;
	n = differences_of(&book, &d);
	ok(n > 0 && d.kinds == (RULEBOOK_LEAD_DIFFERS | RULEBOOK_PATH_DIFFERS) &&
	       d.event_class == planted_class(1, 2) &&
	       d.territory == planted_cell(1, 0, 0, 0) && d.lead_before == 11 &&
	       d.lead_after == PLANTED_CENTRE && d.rule_before == id &&
	       d.rule_after == id,
	   "a rule with another lead is told with both (%d regions)", n);

	clean_book(&book);
	planted_unit(&book, 12)->parent = 11;
	n = differences_of(&book, &d);
	ok(n > 0 && d.kinds == RULEBOOK_PATH_DIFFERS &&
	       d.lead_before == d.lead_after &&
	       d.territory == planted_cell(2, 0, 0, 0),
	   "a unit under another one changes paths (%d regions)", n);

	clean_book(&book);
	book.channels[0].unit = 11;
	n = differences_of(&book, &d);
	ok(n == 1 && d.kinds == RULEBOOK_PATH_DIFFERS && d.channel != NULL &&
	       d.channel_len == strlen(book_names[RULEBOOK_CHANNEL][0]) &&
	       d.event_class == 0 && d.territory == planted_cell(0, 0, 0, 0),
	   "another intake changes the paths of its channel (%d regions)", n);

	clean_book(&book);
	book.assists[book.nassists++] = (BookAssist){
	    category_rule(&book, 3)->id, 1, {PLANTED_CENTRE, 0, 0}, 1};
	n = differences_of(&book, &d);
	ok(n > 0 && d.kinds == RULEBOOK_ASSIST_DIFFERS &&
	       d.event_class == planted_class(4, 2),
	   "another unit that helps is told (%d regions)", n);

	clean_book(&book);
	category_rule(&book, 0)->to = 100;
	n = differences_of(&book, &d);
	ok(n > 0 && (d.kinds & RULEBOOK_LEAD_DIFFERS) != 0 && d.from == 100 &&
	       d.to == INT64_MAX && d.lead_before == 11 && d.lead_after == 0 &&
	       d.rule_after == 0,
	   "a rule that ends leaves nobody from then on (%d regions)", n);
}

/* Two take turns; the example is one whose turn has changed */
static void
test_turns(void)
{
	static Book a;
	static Book b;
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	Differences told = {NULL, 0, -1};
	Rulebook book[2];
	uint8_t *block[2];

	clean_book(&a);
	a.nrules = 0;
	a.nfallbacks = 2;
	a.fallbacks[0] = (BookFallback){1, 0, {11, 0, 0}, 1};
	a.fallbacks[1] = (BookFallback){2, 0, {12, 0, 0}, 1};
	b = a;
	b.fallbacks[0].share = 7;
	b.fallbacks[1].share = 7;
	(void) open_book(&a, &book[0], &block[0]);
	(void) open_book(&b, &book[1], &block[1]);
	(void) rulebook_compare(&book[0], &book[1], 0, &m, keep_difference, &told);
	ok(told.n == 1 && told.list[0].event_class == 0 &&
	       told.list[0].before.key == 1 && told.list[0].lead_before == 12 &&
	       told.list[0].lead_after == 11 && told.list[0].by_fallback_before &&
	       told.list[0].by_fallback_after,
	   "other turns are told once, with a case that shows it");
	free(told.list);
	free(block[1]);
	/* each twice as long, and two of them instead of one */
	b = a;
	b.nfallbacks = 4;
	b.fallbacks[2] = (BookFallback){3, 0, {11, 0, 0}, 1};
	b.fallbacks[3] = (BookFallback){4, 0, {12, 0, 0}, 1};
	told = (Differences){NULL, 0, -1};
	(void) open_book(&b, &book[1], &block[1]);
	(void) rulebook_compare(&book[0], &book[1], 0, &m, keep_difference, &told);
	ok(told.n == 0, "turns that are the same in other words are the same");
	free(told.list);
	free(block[0]);
	free(block[1]);
}

/* ---------------------------------------------------------------------
 * the rest
 * ---------------------------------------------------------------------
 */

typedef struct CityTold
{
	unsigned kinds;
	int n;
} CityTold;

static bool
count_difference(void *context, const RulebookDifference *difference)
{
	CityTold *told = context;

	told->kinds |= difference->kinds;
	told->n++;
	return true;
}

static void
test_city(void)
{
	static const struct
	{
		const char *what;
		unsigned kinds;
		int most;
	} expected[CITY_CHANGES] = {
	    [CITY_AS_IT_IS] = {"nothing", 0, 0},
	    [CITY_LEADS] = {"five leads",
	                    RULEBOOK_LEAD_DIFFERS | RULEBOOK_PATH_DIFFERS, 200},
	    [CITY_TREE] = {"all streets", RULEBOOK_PATH_DIFFERS, 200000},
	    [CITY_LIMITS] = {"one stage", RULEBOOK_LIMIT_DIFFERS, 1},
	    [CITY_INTAKES] = {"all intakes", RULEBOOK_PATH_DIFFERS, 9 + 9 * 500}};
	CityMemory memory = {0, 0};
	RulebookMemory m = {city_resize, NULL, &memory};
	Rulebook before;
	Rulebook after;
	uint8_t *a = build_city(CITY_AS_IT_IS, &m, &before);
	int change;

	for (change = 0; change < CITY_CHANGES; change++)
	{
		CityTold told = {0, 0};
		uint8_t *b = build_city((CityChange) change, &m, &after);
		size_t live = memory.live;
		bool good;

		memory.peak = live;
		good = a != NULL && b != NULL &&
		       rulebook_compare(&before, &after, 0, &m, count_difference,
		                        &told) == RULEBOOK_OK;
		ok(good && told.kinds == expected[change].kinds &&
		       told.n <= expected[change].most && memory.live == live &&
		       memory.peak - live < 200000000,
		   "100,000 rules, but %s: %d regions", expected[change].what, told.n);
		city_resize(&memory, b, 0);
	}
	city_resize(&memory, a, 0);
}

static void
test_enough(void)
{
	static Book book;
	uint64_t random = 14;
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	Differences all = {NULL, 0, -1};
	Rulebook version[2];
	uint8_t *block[2];
	RulebookStatus status = RULEBOOK_NO_MEMORY;
	int wrong = 0;
	int most;
	long left;

	do
		crowded_book(&random, &book);
	while (book.nrules < 10 || book.ncells < 4 || book.nclasses < 3);
	(void) open_book(&book, &version[0], &block[0]);
	do
		crowded_book(&random, &book);
	while (book.nrules < 10 || book.npolicies == 0);
	(void) open_book(&book, &version[1], &block[1]);
	(void) rulebook_compare(&version[0], &version[1], 0, &m, keep_difference,
	                        &all);
	for (most = 1; most < all.n; most++)
	{
		Differences some = {NULL, 0, most};

		wrong += rulebook_compare(&version[0], &version[1], 0, &m,
		                          keep_difference, &some) != RULEBOOK_OK ||
		         some.n != most;
		for (int i = 0; i < some.n; i++)
			wrong += some.list[i].kinds != all.list[i].kinds ||
			         some.list[i].event_class != all.list[i].event_class ||
			         some.list[i].territory != all.list[i].territory;
		free(some.list);
	}
	ok(wrong == 0 && all.n > 10 && memory.polls > 0,
	   "no more of %d differences are told than are wanted", all.n);
	for (wrong = 0, left = 0; status == RULEBOOK_NO_MEMORY && left < 3000;
	     left++)
	{
		Differences some = {NULL, 0, -1};

		memory = (TestMemory){left, 0, 0};
		status = rulebook_compare(&version[0], &version[1], 0, &m,
		                          keep_difference, &some);
		wrong += memory.live != 0 || some.n > all.n;
		free(some.list);
	}
	ok(wrong == 0 && status == RULEBOOK_OK,
	   "memory that runs out is noticed, and given back (%ld)", left);
	free(all.list);
	free(block[0]);
	free(block[1]);
}

int
main(int argc, char **argv)
{
	test_model(argc > 1 ? atoi(argv[1]) : 500);
	test_changes();
	test_turns();
	test_city();
	test_enough();
	return done_testing();
}
