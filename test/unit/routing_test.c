/*
 * routing_test.c
 *	  Routings: what is written is read again, whatever is in it; numbers of
 *	  every length; the bytes are those that stored values have; any changed
 *	  byte is refused or makes another routing, and nothing is read beyond the
 *	  end.
 */
#include "routing_values.h"

#include "tap.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

static int64_t
random_number(uint64_t *random)
{
	return (int64_t) (next_random(random) >> (1 + next_random(random) % 63));
}

static RoutingText
random_text(uint64_t *random, size_t least, char *room)
{
	RoutingText text = {room, 0};
	uint64_t how = next_random(random) % 8;
	size_t i;

	text.len = how == 0   ? least
	           : how == 1 ? RULEBOOK_NAME_BYTES
	                      : least + next_random(random) % 20;
	for (i = 0; i < text.len; i++)
		room[i] = letters[next_random(random) % 36];
	return text;
}

static Term
random_term(uint64_t *random)
{
	Term term = {0};

	switch (next_random(random) % 5)
	{
		case 0:
			term.seconds = random_number(random) % TERM_MAX_SECONDS;
			break;
		case 1:
			term.work_seconds = random_number(random) % TERM_MAX_SECONDS;
			term.rolling_days = (int32_t) (next_random(random) % 100);
			break;
		case 2:
			term.days = (int32_t) (next_random(random) % TERM_MAX_DAYS);
			break;
		case 3:
			term.work_days = TERM_MAX_DAYS;
			break;
		default:
			break;
	}
	return term;
}

/* Names need room: a task or stage each, a calendar, and those of limits. */
static char names[RULEBOOK_ASSISTS + RULEBOOK_STAGES * (2 + RULEBOOK_LIMITS)]
                 [RULEBOOK_NAME_BYTES];

static int
random_routing(uint64_t *random, Routing *r, RoutingTerm *terms)
{
	int n = 0;
	int stages = (int) (next_random(random) % (RULEBOOK_STAGES + 1));
	int i;
	int l;

	memset(r, 0, sizeof(*r));
	if (next_random(random) % 8 != 0)
	{
		r->lead = 1 + random_number(random) / 2;
		r->level = 1 + (int) (next_random(random) % RULEBOOK_LEVELS);
		*(next_random(random) % 2 == 0 ? &r->rule : &r->fallback) =
		    next_random(random) % 9 == 0 ? INT64_MAX
		                                 : 1 + random_number(random) / 2;
		r->paths = 1 + (int) (next_random(random) % ROUTING_PATH);
		for (i = 0; i < r->paths; i++)
			r->path[i] = 1 + random_number(random) / 2;
		r->path[r->paths - 1] = r->lead;
		r->assists = (int) (next_random(random) % (RULEBOOK_ASSISTS + 1));
		for (i = 0; i < r->assists; i++)
		{
			r->assist[i] = 1 + random_number(random) / 2;
			r->task[i] = random_text(random, 0, names[n++]);
		}
	}
	for (i = 0; i < stages; i++)
	{
		RoutingTerm *term = &terms[i];

		memset(term, 0, sizeof(*term));
		term->stage = random_text(random, 2, names[n++]);
		/* each stage once */
		names[n - 1][0] = letters[i];
		term->policy = 1 + random_number(random) / 2;
		term->term = random_term(random);
		term->calendar = random_text(random, 0, names[n++]);
		term->warnings = (int) (next_random(random) % (RULEBOOK_WARNINGS + 1));
		for (l = 0; l < term->warnings; l++)
			term->warning[l] = (uint16_t) (1 + next_random(random) % 65535);
		term->limits = (int) (next_random(random) % (RULEBOOK_LIMITS + 1));
		for (l = 0; l < term->limits; l++)
		{
			term->name[l] = random_text(random, 1, names[n++]);
			term->limit[l] = random_term(random);
		}
	}
	return stages;
}

static bool
same_text(const RoutingText *a, const RoutingText *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool
same_term(const RoutingTerm *a, const RoutingTerm *b)
{
	bool same = same_text(&a->stage, &b->stage) && a->policy == b->policy &&
	            memcmp(&a->term, &b->term, sizeof(Term)) == 0 &&
	            same_text(&a->calendar, &b->calendar) &&
	            a->warnings == b->warnings && a->limits == b->limits;
	int i;

	for (i = 0; same && i < a->warnings; i++)
		same = a->warning[i] == b->warning[i];
	for (i = 0; same && i < a->limits; i++)
		same = same_text(&a->name[i], &b->name[i]) &&
		       memcmp(&a->limit[i], &b->limit[i], sizeof(Term)) == 0;
	return same;
}

/* Read it: is it what was written? */
static bool
reads_back(const uint8_t *bytes, size_t size, const Routing *written,
           const RoutingTerm *terms, int stages)
{
	Routing r;
	RoutingTerm term;
	int i;

	if (!routing_read(bytes, size, &r) || r.lead != written->lead ||
	    r.level != written->level || r.rule != written->rule ||
	    r.fallback != written->fallback || r.paths != written->paths ||
	    r.assists != written->assists || r.stages != stages)
		return false;
	for (i = 0; i < r.paths; i++)
		if (r.path[i] != written->path[i])
			return false;
	for (i = 0; i < r.assists; i++)
		if (r.assist[i] != written->assist[i] ||
		    !same_text(&r.task[i], &written->task[i]))
			return false;
	for (i = 0; i < stages; i++)
		if (!routing_next(&r, &term) || !same_term(&term, &terms[i]))
			return false;
	return r.at == r.end;
}

/* Bytes of exactly this length, so that reading beyond them is seen */
static bool
checked_alone(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	bool good;

	memcpy(copy, bytes, size);
	good = holds_together(copy, size);
	free(copy);
	return good;
}

static void
test_random(void)
{
	uint64_t random = 1;
	uint8_t *bytes = malloc(ROUTING_MOST);
	RoutingTerm *terms = calloc(RULEBOOK_STAGES, sizeof(*terms));
	Routing r;
	int wrong = 0;
	int refused = 0;
	int harmful = 0;
	int shorter = 0;
	int round;
	int i;

	for (round = 0; round < 300; round++)
	{
		int stages = random_routing(&random, &r, terms);
		size_t size = write_routing(&r, terms, stages, bytes);

		wrong += !reads_back(bytes, size, &r, terms, stages);
		refused += !routing_check(bytes, size, plain_text, NULL);
		harmful += !checked_alone(bytes, size);
		shorter += routing_check(bytes, size - 1, plain_text, NULL);
		for (i = 0; i < 60; i++)
		{
			size_t at = i < 30
			                ? next_random(&random) % size
			                : next_random(&random) % (size < 64 ? size : 64);
			uint8_t before = bytes[at];

			bytes[at] = (uint8_t) next_random(&random);
			harmful += !checked_alone(bytes, size);
			bytes[at] = before;
			harmful += !checked_alone(bytes, next_random(&random) % size);
		}
	}
	ok(wrong == 0, "what is written is read (%d times not)", wrong);
	ok(refused == 0, "and passes the check (%d do not)", refused);
	ok(shorter == 0, "but not without its last byte (%d do)", shorter);
	ok(harmful == 0,
	   "what is changed or cut is refused, or another routing (%d not)",
	   harmful);
	free(terms);
	free(bytes);
}

static void
test_numbers(void)
{
	uint8_t bytes[ROUTING_MOST];
	Routing r = {.level = 1, .rule = 1, .paths = 1};
	Routing again;
	int wrong = 0;
	int bit;

	for (bit = 0; bit < 63; bit++)
	{
		int64_t few[] = {(INT64_C(1) << bit), INT64_MAX >> (62 - bit)};
		int i;

		for (i = 0; i < 2; i++)
		{
			size_t size;

			r.lead = r.path[0] = few[i];
			size = write_routing(&r, NULL, 0, bytes);
			wrong += !routing_read(bytes, size, &again) ||
			         again.lead != few[i] || again.path[0] != few[i];
			wrong += routing_put_number(bytes, few[i]) != (size_t) bit / 7 + 1;
		}
	}
	ok(wrong == 0, "numbers of every length (%d wrong)", wrong);
}

/* A small one, as it is stored */
static const uint8_t stored[] = {
    1,   0x80, 12,  2,   17, 0,   2,   1,   0x80, 12,  1,   9,    4,   't',
    'a', 's',  'k', 1,   6,  'h', 'a', 'n', 'd',  'l', 'e', 3,    8,   2,
    0,   2,    75,  100, 1,  4,   's', 't', 'o',  'p', 2,   0xC0, 0x70};

static void
test_stored(void)
{
	uint8_t bytes[sizeof(stored) + 1];
	RoutingTerm term;
	Routing r;

	memcpy(bytes, stored, sizeof(stored));
	ok(routing_check(stored, sizeof(stored), plain_text, NULL) &&
	       routing_read(stored, sizeof(stored), &r) && r.lead == 1536 &&
	       r.level == 2 && r.rule == 17 && r.fallback == 0 && r.paths == 2 &&
	       r.path[0] == 1 && r.assists == 1 && r.assist[0] == 9 &&
	       r.task[0].len == 4 && routing_next(&r, &term) &&
	       term.stage.len == 6 && term.policy == 3 &&
	       term.term.work_days == 2 && term.calendar.len == 0 &&
	       term.warnings == 2 && term.warning[1] == 100 && term.limits == 1 &&
	       term.limit[0].work_seconds == 14400,
	   "the bytes are those that stored values have");
	bytes[sizeof(stored)] = 0;
	ok(!routing_check(bytes, sizeof(stored) + 1, plain_text, NULL),
	   "nothing may be behind the end");
	bytes[0] = ROUTING_VERSION + 1;
	ok(!routing_check(bytes, sizeof(stored), plain_text, NULL),
	   "a later version is refused");
	bytes[0] = ROUTING_VERSION;
	bytes[13] = 0xFF;
	ok(!routing_check(bytes, sizeof(stored), plain_text, NULL),
	   "so is a text that is none");
	ok(!routing_check(NULL, 0, plain_text, NULL), "and nothing at all");
}

/* What is read, but is no answer of a rulebook */
static void
test_answers(void)
{
	uint8_t bytes[ROUTING_MOST];
	Routing good = {.lead = 5, .level = 1, .rule = 7, .paths = 1};
	RoutingTerm terms[2] = {{.stage = {"a", 1}, .policy = 1},
	                        {.stage = {"b", 1}, .policy = 2}};
	Routing r;

#define GOOD(stages)                                                \
	routing_check(bytes, write_routing(&r, terms, (stages), bytes), \
	              plain_text, NULL)

	good.path[0] = 5;
	r = good;
	ok(GOOD(0) && GOOD(2), "a lead by a rule");
	r.fallback = 1;
	ok(!GOOD(0), "not by a rule and a fallback both");
	r.rule = 0;
	ok(GOOD(0), "but by a fallback");
	r.fallback = 0;
	ok(!GOOD(0), "and not by neither");
	r = good;
	r.level = 0;
	ok(!GOOD(0), "a lead has a level");
	r = good;
	r.path[0] = 4;
	ok(!GOOD(0), "and is where the path ends");
	r.paths = 0;
	ok(!GOOD(0), "and there is a path");
	memset(&r, 0, sizeof(r));
	ok(GOOD(0) && GOOD(2), "without a lead there are terms");
	r.level = 1;
	ok(!GOOD(0), "but no level");
	r.level = 0;
	r.rule = 1;
	ok(!GOOD(0), "no rule");
	r.rule = 0;
	r.paths = 1;
	r.path[0] = 1;
	ok(!GOOD(0), "no path");
	r.paths = 0;
	r.assists = 1;
	r.assist[0] = 1;
	ok(!GOOD(0), "and no assisting units");
	r = good;
	terms[1].stage.bytes = "a";
	ok(!GOOD(2), "a stage has one term");
	terms[1].stage.len = 0;
	ok(!GOOD(2), "and a name");
	terms[1].stage = (RoutingText){"b", 1};
	terms[1].policy = 0;
	ok(!GOOD(2), "a term has a policy");
	terms[1].policy = 1;
	terms[1].term.days = 1;
	terms[1].term.work_days = 1;
	ok(!GOOD(2), "and is one");
}

int
main(void)
{
	test_random();
	test_numbers();
	test_stored();
	test_answers();
	return done_testing();
}
