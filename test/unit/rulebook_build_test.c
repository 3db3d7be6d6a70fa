/*
 * rulebook_build_test.c
 *	  What a record of a rulebook may not say by itself is refused when it is
 *	  added, with its part, its id and what is wrong.
 */
#include "rulebook_bytes.h"

static RulebookDraftReport report;

static RulebookText
text_of(const char *s)
{
	RulebookText t = {s, s == NULL ? 0 : strlen(s)};

	return t;
}

static bool
reported(bool added, RulebookDraftFault fault, const char *part, int64_t id)
{
	return !added && report.fault == fault && strcmp(report.part, part) == 0 &&
	       report.id == id;
}

static RulebookBuilder *
begin(TestMemory *memory)
{
	RulebookMemory m = {test_resize, test_poll, memory};

	*memory = (TestMemory){-1, 0, 0};
	return rulebook_build_begin(&m);
}

static bool
add_unit(RulebookBuilder *b, int64_t id, const char *kind, int level,
         int64_t territory, int flags)
{
	return rulebook_add_unit(b, id, 0, text_of(kind), level, territory,
	                         (uint8_t) flags, INT64_MIN, INT64_MAX, &report);
}

static void
test_units(void)
{
	TestMemory memory;
	RulebookBuilder *b = begin(&memory);
	uint8_t *block;
	size_t size;
	char longest[RULEBOOK_NAME_BYTES + 2];

	memset(longest, 'x', sizeof(longest));
	longest[RULEBOOK_NAME_BYTES + 1] = '\0';
	ok(reported(add_unit(b, 0, "k", 1, 0, 0), RULEBOOK_DRAFT_RANGE, "unit",
	            0) &&
	       reported(add_unit(b, -4, "k", 1, 0, 0), RULEBOOK_DRAFT_RANGE,
	                "unit", -4),
	   "an id is positive");
	ok(reported(add_unit(b, 1, "k", 0, 0, 0), RULEBOOK_DRAFT_RANGE, "unit",
	            1) &&
	       reported(add_unit(b, 1, "k", RULEBOOK_LEVELS + 1, 0, 0),
	                RULEBOOK_DRAFT_RANGE, "unit", 1) &&
	       report.other == RULEBOOK_LEVELS + 1,
	   "a level is 1 to 8");
	ok(reported(add_unit(b, 1, "k", 1, 12345, 0), RULEBOOK_DRAFT_RANGE, "unit",
	            1) &&
	       report.other == 12345,
	   "a territory is a code");
	ok(reported(add_unit(b, 1, NULL, 1, 0, 0), RULEBOOK_DRAFT_NO_NAME, "unit",
	            1),
	   "a unit has a kind");
	ok(reported(add_unit(b, 1, "", 1, 0, 0), RULEBOOK_DRAFT_RANGE, "unit",
	            1) &&
	       reported(add_unit(b, 1, longest, 1, 0, 0), RULEBOOK_DRAFT_RANGE,
	                "unit", 1) &&
	       strlen(report.name) == RULEBOOK_NAME_BYTES &&
	       reported(add_unit(b, 1, "a\xff", 1, 0, 0), RULEBOOK_DRAFT_RANGE,
	                "unit", 1) &&
	       strcmp(report.name, "a") == 0,
	   "a name has 1 to 255 bytes of UTF-8");
	longest[RULEBOOK_NAME_BYTES] = '\0';
	ok(add_unit(b, 1, longest, 1, 0, 0), "the longest name");
	ok(reported(add_unit(b, 2, "k", 1, 0, 4), RULEBOOK_DRAFT_RANGE, "unit", 2),
	   "no other flags");
	ok(reported(rulebook_build(b, &block, &size, &report),
	            RULEBOOK_DRAFT_RANGE, "unit", 0) &&
	       block == NULL,
	   "nothing is compiled of what was refused, the first is told");
	rulebook_build_free(b);
	ok(memory.live == 0, "all memory is given back");
}

static void
test_rules(void)
{
	TestMemory memory;
	RulebookBuilder *b = begin(&memory);
	RulebookRuleDraft rule = {.id = 5, .lead = {1, {NULL, 0}, 0}};
	RulebookLeadDraft lead = {1, {NULL, 0}, 0};

	rule.severity = 16;
	ok(reported(rulebook_add_rule(b, &rule, &report), RULEBOOK_DRAFT_RANGE,
	            "rule", 5) &&
	       report.other == 16,
	   "severities are up to 15");
	rule.severity = 0;
	rule.event_class = 77;
	ok(reported(rulebook_add_rule(b, &rule, &report), RULEBOOK_DRAFT_RANGE,
	            "rule", 5),
	   "a class is a code");
	rule.event_class = 0;
	rule.lead.unit = 0;
	ok(reported(rulebook_add_rule(b, &rule, &report), RULEBOOK_DRAFT_NO_UNIT,
	            "rule", 5),
	   "a rule has a lead");
	rule.lead.kind = text_of("k");
	rule.lead.level = 9;
	ok(reported(rulebook_add_rule(b, &rule, &report), RULEBOOK_DRAFT_RANGE,
	            "rule", 5),
	   "the level of a lead");
	lead.unit = 0;
	ok(reported(rulebook_add_assist(b, 5, 1, &lead, text_of(NULL), &report),
	            RULEBOOK_DRAFT_NO_UNIT, "assist", 5),
	   "an assist has a unit");
	lead.unit = 1;
	ok(reported(rulebook_add_fallback(b, 3, 0, &lead, 0, &report),
	            RULEBOOK_DRAFT_RANGE, "fallback", 3) &&
	       reported(rulebook_add_fallback(b, 3, 0, &lead, 1000001, &report),
	                RULEBOOK_DRAFT_RANGE, "fallback", 3),
	   "a share is 1 to 1000000");
	ok(reported(rulebook_add_exclusion(b, 3, 0, 99, 1, &report),
	            RULEBOOK_DRAFT_RANGE, "exclusion", 3),
	   "the territory of an exclusion");
	ok(reported(rulebook_add_severity(b, 0, &report), RULEBOOK_DRAFT_RANGE,
	            "severity", 0) &&
	       reported(rulebook_add_severity(b, 16, &report),
	                RULEBOOK_DRAFT_RANGE, "severity", 16) &&
	       rulebook_add_severity(b, 15, &report) &&
	       rulebook_add_severity(b, 15, &report),
	   "a severity is 1 to 15, and may be added again");
	ok(rulebook_add_channel(b, text_of("web"), &lead, &report) &&
	       reported(rulebook_add_channel(b, text_of("web"), &lead, &report),
	                RULEBOOK_DRAFT_REPEATED, "channel", 0) &&
	       strcmp(report.name, "web") == 0,
	   "a channel is added once");
	ok(reported(rulebook_add_window(b, text_of("w"), 5, 5, &report),
	            RULEBOOK_DRAFT_RANGE, "window", 0) &&
	       reported(rulebook_add_window(b, text_of("w"), -1, 5, &report),
	                RULEBOOK_DRAFT_RANGE, "window", 0) &&
	       reported(rulebook_add_window(b, text_of("w"), 0, 10081, &report),
	                RULEBOOK_DRAFT_RANGE, "window", 0),
	   "a span lies within the week");
	ok(reported(rulebook_add_class(b, 0, &report), RULEBOOK_DRAFT_RANGE,
	            "class", 0) &&
	       reported(rulebook_add_cell(b, 1, &report), RULEBOOK_DRAFT_RANGE,
	                "cell", 1),
	   "leaves are codes");
	ok(rulebook_set_timezone(b, text_of("UTC"), &report) &&
	       rulebook_set_timezone(b, text_of("UTC"), &report) &&
	       reported(rulebook_set_timezone(b, text_of("PRC"), &report),
	                RULEBOOK_DRAFT_REPEATED, "timezone", 0) &&
	       reported(rulebook_set_timezone(b, text_of(""), &report),
	                RULEBOOK_DRAFT_RANGE, "timezone", 0),
	   "there is one time zone");
	rulebook_build_free(b);
}

static void
test_policies(void)
{
	TestMemory memory;
	RulebookBuilder *b = begin(&memory);
	RulebookPolicyDraft p = {.id = 8, .stage_place = 1};
	Term wrong = {.days = 1, .work_days = 1};
	char name[16];
	int i;

	ok(reported(rulebook_add_policy(b, &p, &report), RULEBOOK_DRAFT_NO_NAME,
	            "policy", 8),
	   "a policy has a stage");
	p.stage = text_of("handle");
	p.warnings = RULEBOOK_WARNINGS + 1;
	ok(reported(rulebook_add_policy(b, &p, &report), RULEBOOK_DRAFT_TOO_MANY,
	            "policy", 8),
	   "warnings are eight at most");
	p.warnings = 0;
	p.term = wrong;
	ok(reported(rulebook_add_policy(b, &p, &report), RULEBOOK_DRAFT_RANGE,
	            "policy", 8) &&
	       reported(
	           rulebook_add_limit(b, 8, 1, text_of(NULL), &wrong, &report),
	           RULEBOOK_DRAFT_RANGE, "limit", 8),
	   "terms are such that can be dated");
	p.term.days = 0;
	ok(rulebook_add_policy(b, &p, &report), "one is added");
	p.id = 9;
	p.stage_place = 2;
	ok(reported(rulebook_add_policy(b, &p, &report), RULEBOOK_DRAFT_REPEATED,
	            "policy", 9) &&
	       strcmp(report.name, "handle") == 0,
	   "a stage has one place");
	rulebook_build_free(b);

	b = begin(&memory);
	for (i = 0; i <= RULEBOOK_STAGES; i++)
	{
		snprintf(name, sizeof(name), "s%d", i);
		p.id = i + 1;
		p.stage = text_of(name);
		if (!rulebook_add_policy(b, &p, &report))
			break;
	}
	ok(i == RULEBOOK_STAGES && report.fault == RULEBOOK_DRAFT_TOO_MANY &&
	       report.id == i + 1 && strcmp(report.name, "s32") == 0,
	   "stages are 32 at most");
	rulebook_build_free(b);
	ok(memory.live == 0, "all memory is given back");
}

/* Names beyond what a number can be */
static void
test_many_names(void)
{
	TestMemory memory;
	RulebookBuilder *b = begin(&memory);
	RulebookRuleDraft rule = {.lead = {1, {NULL, 0}, 0}};
	char name[16];
	int i;

	for (i = 1; i < 70000; i++)
	{
		snprintf(name, sizeof(name), "%d", i);
		rule.id = i;
		rule.owner = text_of(name);
		if (!rulebook_add_rule(b, &rule, &report))
			break;
	}
	ok(i == RULEBOOK_MOST_NAMES + 1 &&
	       reported(false, RULEBOOK_DRAFT_TOO_MANY, "rule", i),
	   "names of a domain are %d at most", RULEBOOK_MOST_NAMES);
	rulebook_build_free(b);
}

int
main(void)
{
	test_units();
	test_rules();
	test_policies();
	test_many_names();
	return done_testing();
}
