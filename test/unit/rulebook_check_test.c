/*
 * rulebook_check_test.c
 *	  The proof: what it tells of small rulebooks is what trying all requests
 *	  says, in both directions; holes planted into one without faults; one of
 *	  full size without faults has none; no more is told than is wanted; memory
 *	  that is not there.
 */
#include "rulebook_city.h"
#include "rulebook_proof.h"

static void
test_model(int books)
{
	static Book book;
	uint64_t random = 1;
	long points = 0;
	int faults = 0;
	int opened = 0;
	int i;

	for (i = 0; i < books; i++)
	{
		Rulebook b;
		uint8_t *block;
		Points p;
		int64_t since;

		crowded_book(&random, &book);
		since = pick(&random, 4) == 0 ? INT64_MIN : 5 * pick(&random, 6);
		if (open_book(&book, &b, &block))
		{
			opened++;
			faults += proof_differences(&b, since);
			find_points(&p, &b, since);
			points += count_points(&p);
		}
		free(block);
	}
	ok(faults == 0 && opened == books,
	   "%d rulebooks are proved as %ld requests say (%d differences)", books,
	   points, faults);
}

/* ---------------------------------------------------------------------
 * planted
 * ---------------------------------------------------------------------
 */

/* Without the rule of a category: one class of it has rules of its own */
static void
plant_hole(Book *book, int n, Planted *planted)
{
	BookRule *r = category_rule(book, n);

	*planted = (Planted){.kind = RULEBOOK_HOLE,
	                     .event_class = planted_class(1 + n % 4, 2),
	                     .territory = r->territory};
	*r = book->rules[--book->nrules];
}

static void
plant_fallback(Book *book, int n, Planted *planted)
{
	BookFallback *f = &book->fallbacks[book->nfallbacks++];

	plant_hole(book, n, planted);
	planted->kind = RULEBOOK_BY_FALLBACK;
	memset(f, 0, sizeof(*f));
	f->id = PLANTED_NEW;
	f->lead.unit = PLANTED_CENTRE;
	f->share = 1;
}

/* The rule ends, and nothing comes after it */
static void
plant_end(Book *book, int n, Planted *planted)
{
	BookRule *r = category_rule(book, n);

	*planted = (Planted){.kind = RULEBOOK_HOLE,
	                     .event_class = planted_class(1 + n % 4, 2),
	                     .territory = r->territory};
	r->to = 100;
}

/* A grid that was added and that no rule names */
static void
plant_new_cell(Book *book, int n, Planted *planted)
{
	int64_t cell = planted_cell(3 + n % 4, 1, 1, 1);

	book->cells[book->ncells++] = cell;
	*planted = (Planted){.kind = RULEBOOK_HOLE, .territory = cell};
}

static void
plant_new_class(Book *book, int n, Planted *planted)
{
	int64_t event_class = planted_class(5 + n % 4, 1);

	book->classes[book->nclasses++] = event_class;
	*planted = (Planted){.kind = RULEBOOK_HOLE, .event_class = event_class};
}

/* ---------------------------------------------------------------------
 * the rest
 * ---------------------------------------------------------------------
 */

static bool
count_fault(void *context, const RulebookFault *fault)
{
	(void) fault;
	++*(int *) context;
	return true;
}

static void
test_city(void)
{
	uint16_t stages[] = {1, 2, 3, 4, 5, 6};
	CityMemory memory = {0, 0};
	RulebookMemory m = {city_resize, NULL, &memory};
	Rulebook book;
	uint8_t *block = build_city(CITY_AS_IT_IS, &m, &book);
	size_t before = memory.live;
	int faults = 0;
	bool good;

	if (!ok(block != NULL, "a rulebook of full size is compiled"))
		return;
	memory.peak = memory.live;
	good = rulebook_check(&book, 0, stages, 6, &m, count_fault, &faults) ==
	       RULEBOOK_OK;
	ok(good && faults == 0 && memory.live == before &&
	       memory.peak - before < 100000000,
	   "%u rules for %u classes and %u cells have no fault (%d)",
	   book.rule_count, book.class_count, book.cell_count, faults);
	city_resize(&memory, block, 0);
}

/* All kinds of faults: each beginning of what is told can be had alone, and
 * memory may run out anywhere. */
static void
test_enough(void)
{
	static Book book;
	uint64_t random = 12;
	uint16_t stages[] = {1, 2};
	Faults all = {NULL, 0, -1};
	Rulebook opened;
	uint8_t *block;
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	RulebookStatus status;
	int wrong = 0;
	int most;
	long left;

	do
		crowded_book(&random, &book);
	while (book.nrules < 15 || book.ncells < 5 || book.nclasses < 4);
	(void) open_book(&book, &opened, &block);
	wrong += rulebook_check(&opened, 0, stages, 2, &m, keep_fault, &all) !=
	         RULEBOOK_OK;
	for (most = 1; most < all.n; most++)
	{
		Faults some = {NULL, 0, most};

		wrong += rulebook_check(&opened, 0, stages, 2, &m, keep_fault,
		                        &some) != RULEBOOK_OK;
		wrong += some.n != most;
		for (int i = 0; i < some.n; i++)
			wrong += some.list[i].kind != all.list[i].kind ||
			         some.list[i].rule != all.list[i].rule ||
			         some.list[i].event_class != all.list[i].event_class ||
			         some.list[i].territory != all.list[i].territory;
		free(some.list);
	}
	ok(wrong == 0 && all.n > 20 && memory.polls > 0,
	   "no more of %d faults are told than are wanted", all.n);
	for (wrong = 0, left = 0, status = RULEBOOK_NO_MEMORY;
	     status == RULEBOOK_NO_MEMORY && left < 3000; left++)
	{
		Faults some = {NULL, 0, -1};

		memory = (TestMemory){left, 0, 0};
		status = rulebook_check(&opened, 0, stages, 2, &m, keep_fault, &some);
		wrong += memory.live != 0 || some.n > all.n;
		free(some.list);
	}
	ok(wrong == 0 && status == RULEBOOK_OK,
	   "memory that runs out is noticed, and given back (%ld)", left);
	free(all.list);
	free(block);
}

int
main(int argc, char **argv)
{
	test_model(argc > 1 ? atoi(argv[1]) : 1500);
	test_clean();
	test_planted("holes", plant_hole, 8);
	test_planted("holes that a fallback fills", plant_fallback, 8);
	test_planted("rules that end", plant_end, 8);
	test_planted("grids that no rule names", plant_new_cell, 4);
	test_planted("classes that no rule names", plant_new_class, 4);
	test_city();
	test_enough();
	return done_testing();
}
