/*
 * rulebook_derive_test.c
 *	  What finds the records is made alike for few and for many: policies in
 *	  bundles or without them, units of any depth, full tables.
 */
#include "rulebook_bytes.h"

static Book book;
static RulebookDraftReport report;

static RulebookText
text_of(const char *s)
{
	RulebookText t = {s, strlen(s)};

	return t;
}

static int64_t
nth_cell(int i)
{
	char text[20];
	int64_t code;
	CodeFault fault;

	snprintf(text, sizeof(text), "440310%03d%03d", 1 + i / 900, 1 + i % 900);
	(void) gridcode_parse(text, 12, &code, &fault);
	return code;
}

static int64_t
nth_class(int i)
{
	char text[8];
	int64_t code;
	CodeFault fault;

	snprintf(text, sizeof(text), "%05d", i);
	(void) eventcode_parse(text, 5, &code, &fault);
	return code;
}

/*
 * A policy for each of n classes, and for each of n territories, of three
 * stages; with severities and grades there are more bundles.
 */
static void
test_policies(int n, bool bundles)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	RulebookBuilder *b = rulebook_build_begin(&m);
	RulebookPolicyDraft p = {.id = 0};
	Rulebook opened;
	uint8_t *block = NULL;
	size_t size;
	bool good = rulebook_add_severity(b, 3, &report);
	int faults = 0;
	int i;

	for (i = 0; i < n; i++)
	{
		p.id++;
		p.event_class = nth_class(i);
		p.territory = 0;
		p.stage = text_of("a");
		p.stage_place = 1;
		p.severity = 0;
		good &= rulebook_add_policy(b, &p, &report);
		p.id++;
		p.event_class = 0;
		p.territory = nth_cell(i);
		p.stage = text_of("b");
		p.stage_place = 2;
		p.severity = 3;
		good &= rulebook_add_policy(b, &p, &report);
	}
	good &= rulebook_build(b, &block, &size, &report);
	rulebook_build_free(b);
	ok(good && rulebook_open(block, size, &opened) == RULEBOOK_OK &&
	       (rulebook_header(&opened)->count[SECTION_BUNDLES] > 0) == bundles,
	   "%d policies, %s", 2 * n, bundles ? "in bundles" : "too many bundles");
	for (i = 0; i < n; i++)
	{
		RulebookRequest q = {.event_class = nth_class(i),
		                     .cell = nth_cell((7 * i) % n)};
		RulebookAnswer a;

		rulebook_route(&opened, &q, &a);
		faults += a.stages != 1 ||
		          opened.policies[a.policy[0]].id != 2 * i + 1 ||
		          (a.bundle != UINT32_MAX) != bundles;
		q.severity = 3;
		rulebook_route(&opened, &q, &a);
		faults += a.stages != 2 ||
		          opened.policies[a.policy[0]].id != 2 * i + 1 ||
		          opened.policies[a.policy[1]].id != 2 * (7 * i % n) + 2;
	}
	ok(faults == 0, "each request has its own");
	free(block);
}

/* A chain of units, each below the one before: lines of 8, 16 and 32 words */
static void
test_depth(int depth, unsigned words)
{
	TestMemory memory = {-1, 0, 0};
	RulebookAnswer a;
	RulebookRequest q = {.at = 0};
	Rulebook opened;
	uint8_t *block;
	size_t size;
	bool good;
	int i;

	memset(&book, 0, sizeof(book));
	book.nunits = depth;
	for (i = 0; i < depth; i++)
		book.units[i] = (BookUnit){.id = 100 - i,
		                           .parent = i > 0 ? 101 - i : 0,
		                           .from = INT64_MIN,
		                           .to = INT64_MAX,
		                           .kind = 1,
		                           .level = 1};
	book.nrules = 1;
	book.rules[0] = (BookRule){.id = 5,
	                           .from = INT64_MIN,
	                           .to = INT64_MAX,
	                           .lead = {101 - depth, 0, 0}};
	good = compile_book(&book, 0, &memory, &block, &size, &report) &&
	       rulebook_open(block, size, &opened) == RULEBOOK_OK;
	if (good)
	{
		rulebook_route(&opened, &q, &a);
		good = a.paths == (uint32_t) depth &&
		       rulebook_header(&opened)->line_words == words;
		for (i = 0; i < depth; i++)
			good &= opened.units[a.path[i]].id == 100 - i;
	}
	ok(good, "%d units deep", depth);
	test_resize(&memory, block, 0);
}

/* Nothing at all */
static void
test_empty(void)
{
	TestMemory memory = {-1, 0, 0};
	uint64_t random = 1;
	Rulebook opened;
	uint8_t *block;
	size_t size;

	memset(&book, 0, sizeof(book));
	ok(compile_book(&book, 0, &memory, &block, &size, &report) &&
	       rulebook_open(block, size, &opened) == RULEBOOK_OK &&
	       use_rulebook(&opened, &random, 20),
	   "an empty rulebook");
	test_resize(&memory, block, 0);
}

int
main(void)
{
	test_empty();
	test_policies(2, true);
	test_policies(120, true);
	test_policies(400, false);
	test_depth(1, 8);
	test_depth(7, 8);
	test_depth(8, 16);
	test_depth(15, 16);
	test_depth(16, 32);
	return done_testing();
}
