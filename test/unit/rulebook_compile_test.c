/*
 * rulebook_compile_test.c
 *	  A rulebook has all records that were added, whatever their order; what
 *	  records may not say of each other is refused; memory that is not there.
 */
#include "rulebook_bytes.h"

static Book book;
static RulebookDraftReport report;

static bool
same_lead(const Rulebook *o, const RulebookLead *a, const BookLead *b)
{
	return b->unit != 0 ? a->unit >= 0 && o->units[a->unit].id == b->unit
	                    : a->unit == -1 && a->level == b->level &&
	                          a->kind == number_of(o, RULEBOOK_KIND, b->kind);
}

static int
unit_faults(const Rulebook *o)
{
	int faults = o->unit_count != (uint32_t) book.nunits;
	int i;

	for (i = 0; i < book.nunits; i++)
	{
		const BookUnit *b = &book.units[i];
		int32_t at = rulebook_unit(o, b->id);
		const RulebookUnit *a = &o->units[at < 0 ? 0 : at];

		faults += at < 0 || !same_unit(o, a->parent, b->parent) ||
		          a->territory != b->territory || a->from != b->from ||
		          a->to != b->to || a->level != b->level ||
		          a->flags != b->flags ||
		          a->kind != number_of(o, RULEBOOK_KIND, b->kind);
	}
	for (i = 0; i < book.nchannels; i++)
	{
		uint16_t n = number_of(o, RULEBOOK_CHANNEL, i + 1);

		faults += n == 0 ||
		          !same_lead(o, &o->channels[n - 1].intake, &book.channels[i]);
	}
	return faults +
	       (o->name_count[RULEBOOK_CHANNEL] != (uint32_t) book.nchannels);
}

/* The assist of a place, by how many places of the rule are smaller */
static int
assist_faults(const Rulebook *o, const BookAssist *b, const RulebookRule *rule)
{
	uint32_t before = 0;
	const RulebookAssist *a;
	int i;

	for (i = 0; i < book.nassists; i++)
		before += book.assists[i].rule == b->rule &&
		          book.assists[i].place < b->place;
	if (before >= rule->assists)
		return 1;
	a = &o->assists[rule->first_assist + before];
	return !same_lead(o, &a->lead, &b->lead) ||
	       a->task != number_of(o, RULEBOOK_TASK, b->task);
}

static int
rule_faults(const Rulebook *o)
{
	int faults = o->rule_count != (uint32_t) book.nrules ||
	             o->assist_count != (uint32_t) book.nassists;
	uint32_t k;
	int i;
	int n;

	for (k = 0; k < o->rule_count; k++)
	{
		const RulebookRule *a = &o->rules[k];
		const BookRule *b = book.rules;

		for (i = 0; i < book.nrules && b->id != a->id; i++)
			b++;
		if (i == book.nrules)
			return faults + 1;
		faults += a->event_class != b->event_class ||
		          a->territory != b->territory || a->from != b->from ||
		          a->to != b->to || a->severity != b->severity ||
		          !same_lead(o, &a->lead, &b->lead) ||
		          a->owner != number_of(o, RULEBOOK_OWNER, b->owner) ||
		          a->channel != number_of(o, RULEBOOK_CHANNEL, b->channel) ||
		          a->window != number_of(o, RULEBOOK_WINDOW, b->window);
		for (n = 0; n < book.nassists; n++)
			if (book.assists[n].rule == a->id)
				faults += assist_faults(o, &book.assists[n], a);
	}
	return faults;
}

static int
policy_faults(const Rulebook *o)
{
	int faults = o->policy_count != (uint32_t) book.npolicies ||
	             o->limit_count != (uint32_t) book.nlimits;
	uint32_t k;
	int i;
	int n;

	for (k = 0; k < o->policy_count; k++)
	{
		const RulebookPolicy *a = &o->policies[k];
		const BookPolicy *b = book.policies;
		uint32_t l = a->first_limit + a->limits;

		for (i = 0; i < book.npolicies && b->id != a->id; i++)
			b++;
		if (i == book.npolicies)
			return faults + 1;
		faults += a->event_class != b->event_class ||
		          a->territory != b->territory || a->severity != b->severity ||
		          a->warnings != b->warnings ||
		          a->term.work_seconds != b->hours * 3600 ||
		          a->stage != number_of(o, RULEBOOK_STAGE, b->stage) ||
		          a->grade != number_of(o, RULEBOOK_GRADE, b->grade) ||
		          a->calendar != number_of(o, RULEBOOK_CALENDAR, b->calendar);
		for (i = 0; i < b->warnings; i++)
			faults += a->warning[i] != 75 + 25 * i;
		/* places descend as they were made */
		for (n = 0; n < book.nlimits; n++)
			if (book.limits[n].policy == b->id)
			{
				l--;
				faults += o->limits[l].term.work_seconds !=
				              book.limits[n].hours * 3600 ||
				          o->limits[l].name !=
				              number_of(o, RULEBOOK_TASK, book.limits[n].name);
			}
		faults += l != a->first_limit;
	}
	return faults;
}

static int
other_faults(const Rulebook *o)
{
	int faults =
	    o->fallback_count != (uint32_t) book.nfallbacks ||
	    o->exclusion_count != (uint32_t) book.nexclusions ||
	    o->grade_count != (uint32_t) book.ngrades ||
	    o->severities != book.severities ||
	    strcmp(o->timezone, book.timezone ? "Asia/Shanghai" : "") != 0;
	uint32_t k;
	int i;
	int minute;

	for (i = 0; i < book.nfallbacks; i++)
	{
		const BookFallback *b = &book.fallbacks[i];

		for (k = 0; k < o->fallback_count && o->fallbacks[k].id != b->id;)
			k++;
		faults += k == o->fallback_count ||
		          o->fallbacks[k].territory != b->territory ||
		          o->fallbacks[k].share != b->share ||
		          !same_lead(o, &o->fallbacks[k].lead, &b->lead);
	}
	for (i = 0; i < book.nexclusions; i++)
	{
		const BookExclusion *b = &book.exclusions[i];

		for (k = 0; k < o->exclusion_count && o->exclusions[k].id != b->id;)
			k++;
		faults += k == o->exclusion_count ||
		          o->exclusions[k].event_class != b->event_class ||
		          o->exclusions[k].territory != b->territory ||
		          !same_unit(o, o->exclusions[k].unit, b->unit);
	}
	for (i = 0; i < book.ngrades; i++)
	{
		for (k = 0; k < o->grade_count &&
		            o->grades[k].territory != book.grades[i].territory;)
			k++;
		faults += k == o->grade_count ||
		          o->grades[k].grade !=
		              number_of(o, RULEBOOK_GRADE, book.grades[i].grade);
	}
	for (i = 0; i < book.nclasses; i++)
	{
		for (k = 0; k < o->class_count && o->classes[k] != book.classes[i];)
			k++;
		faults += k == o->class_count;
	}
	for (i = 0; i < book.ncells; i++)
	{
		for (k = 0; k < o->cell_count && o->cells[k] != book.cells[i];)
			k++;
		faults += k == o->cell_count;
	}
	for (i = 1; i <= book.nwindows; i++)
		for (minute = 0; minute < 40; minute++)
		{
			const RulebookWindow *w =
			    &o->windows[number_of(o, RULEBOOK_WINDOW, i) - 1];
			bool in = false;

			for (k = 0; k < w->spans; k++)
				in |= w->from[k] <= minute && minute < w->to[k];
			faults += in != window_has(&book, i, minute);
		}
	return faults;
}

static void
test_records(int books, int most, uint64_t seed)
{
	uint64_t random = seed;
	int faults = 0;
	int differ = 0;
	int b;
	int k;

	for (b = 0; b < books; b++)
	{
		TestMemory memory = {-1, 0, 0};
		Rulebook opened;
		uint8_t *block;
		uint8_t *other;
		size_t size;
		size_t other_size;

		random_book(&random, &book, most);
		faults += !compile_book(&book, 0, &memory, &block, &size, &report) ||
		          rulebook_open(block, size, &opened) != RULEBOOK_OK;
		faults += unit_faults(&opened) + rule_faults(&opened) +
		          policy_faults(&opened) + other_faults(&opened);
		for (k = 0; k < 3; k++)
		{
			differ += !compile_book(&book, 1 + next_random(&random), &memory,
			                        &other, &other_size, &report) ||
			          other_size != size || memcmp(block, other, size) != 0;
			test_resize(&memory, other, 0);
		}
		test_resize(&memory, block, 0);
		faults += memory.live != 0;
	}
	ok(faults == 0, "%d books have all their records", books);
	ok(differ == 0, "their bytes do not depend on the order of adding");
}

/* ---------------------------------------------------------------------
 * faults
 * ---------------------------------------------------------------------
 */

static bool
refused(RulebookDraftFault fault, const char *part, int64_t id, int64_t other)
{
	TestMemory memory = {-1, 0, 0};
	uint8_t *block;
	size_t size;
	bool good = compile_book(&book, 0, &memory, &block, &size, &report);

	if (good)
		test_resize(&memory, block, 0);
	return !good && block == NULL && memory.live == 0 &&
	       report.fault == fault && strcmp(report.part, part) == 0 &&
	       report.id == id && report.other == other;
}

static void
begin_book(int units)
{
	int i;

	memset(&book, 0, sizeof(book));
	book.nunits = units;
	for (i = 0; i < units; i++)
		book.units[i] = (BookUnit){.id = i + 1,
		                           .parent = i,
		                           .from = INT64_MIN,
		                           .to = INT64_MAX,
		                           .kind = 1,
		                           .level = 1};
	book.nrules = 1;
	book.rules[0] = (BookRule){
	    .id = 5, .from = INT64_MIN, .to = INT64_MAX, .lead = {1, 0, 0}};
}

static void
test_units(void)
{
	begin_book(RULEBOOK_DEPTH + 1);
	ok(refused(RULEBOOK_DRAFT_DEPTH, "unit", 17, 17), "17 units deep");
	begin_book(40);
	book.units[3].parent = 9;
	ok(!refused(RULEBOOK_DRAFT_CYCLE, "unit", 0, 0) &&
	       report.fault == RULEBOOK_DRAFT_CYCLE && report.id >= 4 &&
	       report.id <= 9 &&
	       report.other == (report.id == 4 ? 9 : report.id - 1),
	   "a cycle of six");
	begin_book(2);
	book.units[0].parent = 1;
	ok(refused(RULEBOOK_DRAFT_CYCLE, "unit", 1, 1), "its own parent");
	begin_book(2);
	book.units[0].parent = 77;
	ok(refused(RULEBOOK_DRAFT_NO_UNIT, "unit", 1, 77), "no such parent");
	begin_book(2);
	book.units[1].id = 1;
	ok(refused(RULEBOOK_DRAFT_REPEATED, "unit", 1, 1), "the same unit twice");
}

static void
test_rules(void)
{
	int i;

	begin_book(2);
	book.rules[0].lead.unit = 3;
	ok(refused(RULEBOOK_DRAFT_NO_UNIT, "rule", 5, 3), "no such lead");
	begin_book(2);
	book.nrules = 2;
	book.rules[1] = book.rules[0];
	book.rules[1].severity = 0;
	ok(refused(RULEBOOK_DRAFT_REPEATED, "rule", 5, 5), "the same rule twice");
	begin_book(2);
	book.rules[0].severity = 2;
	ok(refused(RULEBOOK_DRAFT_NO_NAME, "rule", 5, 2), "no such severity");
	begin_book(2);
	book.rules[0].channel = 1;
	ok(refused(RULEBOOK_DRAFT_NO_NAME, "rule", 5, 0) &&
	       strcmp(report.name, "web") == 0,
	   "no such channel");
	begin_book(2);
	book.rules[0].window = 1;
	ok(refused(RULEBOOK_DRAFT_NO_NAME, "rule", 5, 0) &&
	       strcmp(report.name, "night") == 0,
	   "no such window");
	begin_book(2);
	book.nassists = 1;
	book.assists[0] = (BookAssist){6, 1, {1, 0, 0}, 0};
	ok(refused(RULEBOOK_DRAFT_NO_NAME, "assist", 6, 6), "no such rule");
	book.assists[0] = (BookAssist){5, 1, {9, 0, 0}, 0};
	ok(refused(RULEBOOK_DRAFT_NO_UNIT, "assist", 5, 9), "no such assist");
	book.nassists = 2;
	book.assists[0] = book.assists[1] = (BookAssist){5, 1, {1, 0, 0}, 0};
	ok(refused(RULEBOOK_DRAFT_REPEATED, "assist", 5, 1), "the same place");
	book.nassists = RULEBOOK_ASSISTS + 1;
	for (i = 0; i < book.nassists; i++)
		book.assists[i] = (BookAssist){5, i, {1, 0, 0}, 0};
	ok(refused(RULEBOOK_DRAFT_TOO_MANY, "assist", 5, RULEBOOK_ASSISTS),
	   "too many assists");
	begin_book(2);
	book.nwindows = 1;
	book.nspans = RULEBOOK_SPANS + 1;
	for (i = 0; i < book.nspans; i++)
		book.spans[i] = (BookSpan){1, 2 * i, 2 * i + 1};
	ok(refused(RULEBOOK_DRAFT_TOO_MANY, "window", 0, 0) &&
	       strcmp(report.name, "night") == 0,
	   "too many spans");
}

static void
test_others(void)
{
	int i;

	begin_book(2);
	book.nfallbacks = 1;
	book.fallbacks[0] = (BookFallback){4, 0, {8, 0, 0}, 1};
	ok(refused(RULEBOOK_DRAFT_NO_UNIT, "fallback", 4, 8), "no such fallback");
	book.nfallbacks = 2;
	book.fallbacks[0] = book.fallbacks[1] = (BookFallback){4, 0, {1, 0, 0}, 1};
	ok(refused(RULEBOOK_DRAFT_REPEATED, "fallback", 4, 4),
	   "the same fallback twice");
	begin_book(2);
	book.nexclusions = 1;
	book.exclusions[0] = (BookExclusion){4, 0, 0, 8};
	ok(refused(RULEBOOK_DRAFT_NO_UNIT, "exclusion", 4, 8),
	   "no such unit to be excluded");
	book.nexclusions = 2;
	book.exclusions[0] = book.exclusions[1] = (BookExclusion){4, 0, 0, 1};
	ok(refused(RULEBOOK_DRAFT_REPEATED, "exclusion", 4, 4),
	   "the same exclusion twice");
	begin_book(2);
	book.nchannels = 1;
	book.channels[0].unit = 8;
	ok(refused(RULEBOOK_DRAFT_NO_UNIT, "channel", 0, 8) &&
	       strcmp(report.name, "web") == 0,
	   "no such intake");
	begin_book(2);
	book.npolicies = 1;
	book.policies[0] = (BookPolicy){.id = 6, .stage = 1, .severity = 3};
	ok(refused(RULEBOOK_DRAFT_NO_NAME, "policy", 6, 3),
	   "no such severity of a policy");
	book.npolicies = 2;
	book.policies[0] = book.policies[1] = (BookPolicy){.id = 6, .stage = 1};
	ok(refused(RULEBOOK_DRAFT_REPEATED, "policy", 6, 6),
	   "the same policy twice");
	book.npolicies = 1;
	book.nlimits = 1;
	book.limits[0] = (BookLimit){7, 0, 0, 1};
	ok(refused(RULEBOOK_DRAFT_NO_NAME, "limit", 7, 7), "no such policy");
	book.nlimits = RULEBOOK_LIMITS + 1;
	for (i = 0; i < book.nlimits; i++)
		book.limits[i] = (BookLimit){6, i, 0, 1};
	ok(refused(RULEBOOK_DRAFT_TOO_MANY, "limit", 6, RULEBOOK_LIMITS),
	   "too many limits");
	book.nlimits = 2;
	book.limits[1].place = 0;
	ok(refused(RULEBOOK_DRAFT_REPEATED, "limit", 6, 0), "the same limit");
	begin_book(2);
	book.ngrades = 2;
	book.grades[0].grade = 1;
	book.grades[1].grade = 2;
	ok(refused(RULEBOOK_DRAFT_REPEATED, "grade", 0, 0),
	   "two grades of a territory");
}

/* Memory that ends at any moment */
static void
test_memory(void)
{
	uint64_t random = 77;
	uint8_t *block;
	size_t size;
	int faults = 0;
	long left;

	random_book(&random, &book, 20);
	for (left = 0;; left++)
	{
		TestMemory memory = {left, 0, 0};

		if (compile_book(&book, 0, &memory, &block, &size, &report))
		{
			test_resize(&memory, block, 0);
			break;
		}
		faults += report.fault != RULEBOOK_DRAFT_NO_MEMORY ||
		          memory.live != 0 || block != NULL;
	}
	ok(faults == 0 && left > 50, "%ld failures of memory", left);
}

int
main(void)
{
	test_records(1000, 10, 41);
	test_records(100, BOOK_MOST, 42);
	test_units();
	test_rules();
	test_others();
	test_memory();
	return done_testing();
}
