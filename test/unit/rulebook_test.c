/*
 * rulebook_test.c
 *	  Rulebooks route as going through all records does it; names and units
 *	  are found; many channels, many classes and territories, large ids.
 */
#include "rulebook_bytes.h"

static Book book;

/* What fits into no key: ids of more than 32 bits */
static void
enlarge_ids(Book *b)
{
	int i;

	for (i = 0; i < b->nrules; i++)
		b->rules[i].id += INT64_C(1) << 40;
	for (i = 0; i < b->nassists; i++)
		b->assists[i].rule += INT64_C(1) << 40;
}

static int
resolve_faults(const Rulebook *opened, uint64_t *random)
{
	BookRequest q;
	int faults = 0;
	int i;

	random_request(random, &book, &q);
	for (i = 0; i < book.nchannels; i++)
	{
		uint16_t n = number_of(opened, RULEBOOK_CHANNEL, i + 1);
		int64_t any;

		faults += !same_unit(
		    opened,
		    rulebook_resolve(opened, &opened->channels[n - 1].intake, q.cell,
		                     q.at),
		    resolve_plainly(&book, &book.channels[i], q.cell, q.at, &any));
	}
	return faults;
}

static void
test_routes(int books, int most, int requests, uint64_t seed)
{
	uint64_t random = seed;
	int faults = 0;
	int b;
	int i;

	for (b = 0; b < books; b++)
	{
		TestMemory memory = {-1, 0, 0};
		RulebookDraftReport report;
		Rulebook opened;
		Rulebook peeked;
		uint8_t *block;
		size_t size;

		random_book(&random, &book, most);
		if (b % 4 == 0)
			enlarge_ids(&book);
		if (!compile_book(&book, 1 + next_random(&random), &memory, &block,
		                  &size, &report) ||
		    rulebook_open(block, size, &opened) != RULEBOOK_OK)
		{
			ok(false, "book %d: %d %s %" PRId64 " %" PRId64 " %s", b,
			   report.fault, report.part, report.id, report.other,
			   report.name);
			continue;
		}
		rulebook_peek(block, &peeked);
		faults += memcmp(&peeked, &opened, sizeof(opened)) != 0;
		for (i = 0; i < requests; i++)
		{
			BookRequest q;

			random_request(&random, &book, &q);
			faults += !routes_right(&opened, &book, &q);
		}
		faults += resolve_faults(&opened, &random);
		faults += !use_rulebook(&opened, &random, 8);
		test_resize(&memory, block, 0);
		faults += memory.live != 0;
	}
	ok(faults == 0, "%d books of %d records at most, %d requests each", books,
	   most, requests);
}

static void
test_names(void)
{
	size_t size;
	uint8_t *block = make_rulebook(&book, 4, 40, &size);
	Rulebook opened;
	int i;
	int faults = 0;

	rulebook_peek(block, &opened);
	ok(rulebook_number(&opened, RULEBOOK_CHANNEL, "", 0) == 0 &&
	       rulebook_number(&opened, RULEBOOK_CHANNEL, "webb", 4) == 0 &&
	       rulebook_number(&opened, RULEBOOK_KIND, "zz", 2) == 0 &&
	       rulebook_number(&opened, RULEBOOK_STAGE, "sig", 3) == 0,
	   "no number for names that are not there");
	for (i = 0; i < book.nunits; i++)
		faults += !same_unit(&opened, rulebook_unit(&opened, book.units[i].id),
		                     book.units[i].id);
	ok(faults == 0 && rulebook_unit(&opened, 0) == -1 &&
	       rulebook_unit(&opened, INT64_MAX) == -1,
	   "units are found by their ids");
	free(block);
}

static RulebookText
text_of(const char *s)
{
	RulebookText t = {s, strlen(s)};

	return t;
}

/* 300 channels, a rule for each: not all numbers fit into a key. */
static void
test_channels(void)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	RulebookBuilder *b = rulebook_build_begin(&m);
	RulebookDraftReport report;
	RulebookLeadDraft none = {0, {NULL, 0}, 0};
	Rulebook opened;
	uint8_t *block = NULL;
	size_t size;
	char name[16];
	bool good = true;
	int faults = 0;
	int i;

	for (i = 0; i < 300; i++)
	{
		RulebookRuleDraft rule = {
		    .id = 1000 - i,
		    .territory = INT64_C(44) * 8 * INT64_C(10000000000000000) + 1,
		    .from = INT64_MIN,
		    .to = INT64_MAX};

		snprintf(name, sizeof(name), "c%03d", i);
		good &= rulebook_add_unit(b, i + 1, 0, text_of("k"), 1, 0, 0,
		                          INT64_MIN, INT64_MAX, &report) &&
		        rulebook_add_channel(b, text_of(name), &none, &report);
		rule.channel = text_of(name);
		rule.lead.unit = i + 1;
		good &= rulebook_add_rule(b, &rule, &report);
	}
	good &= rulebook_build(b, &block, &size, &report);
	rulebook_build_free(b);
	ok(good && rulebook_open(block, size, &opened) == RULEBOOK_OK,
	   "300 channels are compiled");
	for (i = 0; i < 300; i++)
	{
		RulebookRequest q = {
		    .cell = INT64_C(44) * 8 * INT64_C(10000000000000000) + 1};
		RulebookAnswer a;

		q.channel = (uint16_t) (i + 1);
		rulebook_route(&opened, &q, &a);
		faults += a.rule_id != 1000 - i || opened.units[a.lead].id != i + 1;
	}
	ok(faults == 0, "each has its rule");
	free(block);
}

static int64_t
nth_class(int i)
{
	char text[8];
	int64_t code;
	CodeFault fault;

	snprintf(text, sizeof(text), "%06d", i);
	(void) eventcode_parse(text, 6, &code, &fault);
	return code;
}

static int64_t
nth_cell(int i)
{
	char text[20];
	int64_t code;
	CodeFault fault;

	snprintf(text, sizeof(text), "440310%03d%03d%03d", 1 + i / 900 / 900,
	         1 + i / 900 % 900, 1 + i % 900);
	(void) gridcode_parse(text, 15, &code, &fault);
	return code;
}

/* The nth of a few territories has a rule for each class whose number is a
 * multiple of n squared: some have all classes, some have but one. */
static void
test_keys(int classes, int territories)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, NULL, &memory};
	RulebookBuilder *b = rulebook_build_begin(&m);
	RulebookDraftReport report;
	RulebookRuleDraft rule = {.from = INT64_MIN, .to = INT64_MAX};
	Rulebook opened;
	uint8_t *block = NULL;
	size_t size;
	bool good;
	int faults = 0;
	int i;
	int k;

	good = rulebook_add_unit(b, 7, 0, text_of("k"), 1, 0, 0, INT64_MIN,
	                         INT64_MAX, &report);
	rule.lead.unit = 7;
	for (k = 1; k <= territories; k++)
		for (i = 0; i < classes; i += k * k)
		{
			rule.id = (int64_t) k * classes + i;
			rule.event_class = nth_class(i);
			rule.territory = nth_cell(k);
			good &= rulebook_add_rule(b, &rule, &report);
		}
	good &= rulebook_build(b, &block, &size, &report);
	rulebook_build_free(b);
	ok(good && rulebook_open(block, size, &opened) == RULEBOOK_OK,
	   "%d classes, %d territories", classes, territories);
	for (k = 1; k <= territories; k++)
		for (i = 0; i < classes; i++)
		{
			RulebookRequest q = {.event_class = nth_class(i),
			                     .cell = nth_cell(k)};
			RulebookAnswer a;

			rulebook_route(&opened, &q, &a);
			faults += a.rule_id != (i % (k * k) == 0 ? k * classes + i : 0);
		}
	ok(faults == 0, "each rule is found where it is, and nowhere else");
	free(block);
}

/* Rules for all levels of territories but some, and requests for cells that
 * none of them names, nor a grade or a limit */
static void
test_levels(void)
{
	static const char *const codes[] = {
	    "4403",         "440310",          "440310001",
	    "440310001002", "440310001002003", "440310001002003004"};
	unsigned without;
	int faults = 0;

	for (without = 0; without < 1u << 6; without++)
	{
		TestMemory memory = {-1, 0, 0};
		RulebookMemory m = {test_resize, NULL, &memory};
		RulebookBuilder *b = rulebook_build_begin(&m);
		RulebookDraftReport report;
		RulebookRuleDraft rule = {.from = INT64_MIN, .to = INT64_MAX};
		Rulebook opened;
		uint8_t *block = NULL;
		size_t size;
		int expected = 0;
		int i;

		faults += !rulebook_add_unit(b, 7, 0, text_of("k"), 1, 0, 0, INT64_MIN,
		                             INT64_MAX, &report);
		rule.lead.unit = 7;
		for (i = 0; i < 6; i++)
			if ((without >> i & 1) == 0)
			{
				CodeFault fault;

				rule.id = i + 1;
				(void) gridcode_parse(codes[i], strlen(codes[i]),
				                      &rule.territory, &fault);
				faults += !rulebook_add_rule(b, &rule, &report);
			}
		faults += !rulebook_build(b, &block, &size, &report) ||
		          rulebook_open(block, size, &opened) != RULEBOOK_OK;
		rulebook_build_free(b);
		for (i = 0; i < 6; i++)
		{
			RulebookRequest q = {.event_class = 0};
			RulebookAnswer a;
			CodeFault fault;

			if ((without >> i & 1) == 0)
				expected = i + 1;
			(void) gridcode_parse(codes[i], strlen(codes[i]), &q.cell, &fault);
			rulebook_route(&opened, &q, &a);
			faults += a.rule_id != expected;
		}
		free(block);
	}
	ok(faults == 0, "the smallest territory that a rule names");
}

int
main(void)
{
	test_routes(2000, 8, 40, 1);
	test_routes(500, 30, 200, 2);
	test_routes(200, BOOK_MOST, 400, 3);
	test_names();
	test_channels();
	test_keys(2000, 60);
	test_keys(60, 10);
	test_levels();
	return done_testing();
}
