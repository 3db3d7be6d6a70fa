/*
 * fuzz_rulebook_build.c
 *	  Any records, of any values: refused with a report, or compiled into a
 *	  rulebook that is opened and can be used; all memory is given back.
 */
#include "../unit/rulebook_bytes.h"
#include "fuzz.h"

static Input in;

static int64_t
take_id(void)
{
	unsigned byte = take(&in);

	return byte < 240   ? byte % 8
	       : byte < 250 ? -(int64_t) take(&in)
	                    : (int64_t) take(&in) << 50;
}

/* A code that is one, or any number */
static int64_t
take_code(bool of_class)
{
	unsigned byte = take(&in);
	uint64_t random = take(&in);

	if (byte < 60)
		return 0;
	if (byte > 250)
		return (int64_t) (random << (byte - 251) * 14);
	return of_class ? random_class(&random) : random_cell(&random);
}

static RulebookText
take_text(void)
{
	static char room[4][300];
	static int turn;
	unsigned byte = take(&in);
	RulebookText text = {NULL, 0};
	size_t i;

	if (byte < 80)
		return text;
	turn = (turn + 1) % 4;
	text.bytes = room[turn];
	text.len = byte < 250 ? byte % 3 : byte + 4u;
	for (i = 0; i < text.len; i++)
		room[turn][i] =
		    byte < 240 ? (char) ('a' + take(&in) % 3) : (char) take(&in);
	return text;
}

static int
take_int(int most)
{
	unsigned byte = take(&in);

	return byte < 240 ? (int) byte % (most + 1)
	                  : (int) (int8_t) take(&in) * 300;
}

static int64_t
take_time(void)
{
	unsigned byte = take(&in);

	return byte < 80 ? INT64_MIN : byte < 160 ? INT64_MAX : byte % 12;
}

static RulebookLeadDraft
take_lead(void)
{
	RulebookLeadDraft lead = {take_id(), take_text(), take_int(4)};

	return lead;
}

static Term
take_term(void)
{
	Term term = {.seconds = take_int(9) * (take(&in) % 2),
	             .work_days = take_int(9) * (int) (take(&in) % 2)};

	return term;
}

static bool
add_any(RulebookBuilder *b, RulebookDraftReport *report)
{
	unsigned part = take(&in) % 13;
	RulebookLeadDraft lead;
	RulebookText text;
	int64_t a;
	int64_t c;

	if (part == 0)
	{
		text = take_text();
		a = take_id();
		c = take_id();
		return rulebook_add_unit(b, a, c, text, take_int(8), take_code(false),
		                         (uint8_t) take_int(3), take_time(),
		                         take_time(), report);
	}
	if (part == 1)
	{
		lead = take_lead();
		return rulebook_add_channel(b, take_text(), &lead, report);
	}
	if (part == 2)
		return rulebook_add_severity(b, take_int(15), report);
	if (part == 3)
	{
		text = take_text();
		a = take_int(40);
		return rulebook_add_window(b, text, (int) a, take_int(80), report);
	}
	if (part == 4 || part == 12)
	{
		RulebookRuleDraft r = {.id = take_id()};

		r.event_class = take_code(true);
		r.territory = take_code(false);
		r.owner = take_text();
		r.channel = take_text();
		r.window = take_text();
		r.severity = take_int(3);
		r.from = take_time();
		r.to = take_time();
		r.lead = take_lead();
		return rulebook_add_rule(b, &r, report);
	}
	if (part == 5)
	{
		lead = take_lead();
		a = take_id();
		c = take_int(20);
		return rulebook_add_assist(b, a, (int) c, &lead, take_text(), report);
	}
	if (part == 6)
	{
		lead = take_lead();
		a = take_id();
		c = take_code(false);
		return rulebook_add_fallback(b, a, c, &lead, take_int(5), report);
	}
	if (part == 7)
	{
		a = take_id();
		c = take_code(true);
		return rulebook_add_exclusion(b, a, c, take_code(false), take_id(),
		                              report);
	}
	if (part == 8)
	{
		RulebookPolicyDraft p = {.id = take_id()};

		p.event_class = take_code(true);
		p.territory = take_code(false);
		p.stage = take_text();
		p.stage_place = take_int(0);
		p.calendar = take_text();
		p.grade = take_text();
		p.severity = take_int(3);
		p.term = take_term();
		p.warnings = take_int(8);
		p.warning[0] = p.warnings > 0 ? 75 : 0;
		return rulebook_add_policy(b, &p, report);
	}
	if (part == 9)
	{
		Term term = take_term();

		text = take_text();
		a = take_id();
		return rulebook_add_limit(b, a, take_int(9), text, &term, report);
	}
	if (part == 10)
	{
		text = take_text();
		return rulebook_add_grade(b, take_code(false), text, report);
	}
	a = take(&in);
	return a % 3 == 0   ? rulebook_add_class(b, take_code(true), report)
	       : a % 3 == 1 ? rulebook_add_cell(b, take_code(false), report)
	                    : rulebook_set_timezone(b, take_text(), report);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	RulebookBuilder *b = rulebook_build_begin(&m);
	RulebookDraftReport report = {.fault = RULEBOOK_DRAFT_OK};
	uint64_t random = size;
	Rulebook opened;
	uint8_t *block = NULL;
	size_t bytes = 0;
	unsigned strict;
	bool refused = false;

	in = (Input){data, size};
	strict = take(&in);
	/* memory that ends, now and then */
	if (strict >= 240)
		memory.left = take(&in);
	while (in.left > 0)
		if (!add_any(b, &report))
		{
			REQUIRE(report.fault != RULEBOOK_DRAFT_OK && report.part != NULL);
			refused = true;
			if (strict % 2 == 1)
				break;
		}
	if (rulebook_build(b, &block, &bytes, &report))
	{
		REQUIRE(!refused);
		REQUIRE(rulebook_open(block, bytes, &opened) == RULEBOOK_OK);
		REQUIRE(use_rulebook(&opened, &random, 8));
	}
	else
		REQUIRE(report.fault != RULEBOOK_DRAFT_OK && block == NULL);
	rulebook_build_free(b);
	free(block);
	REQUIRE(memory.live == (block != NULL));
	return 0;
}
