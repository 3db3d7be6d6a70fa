/*
 * dispatcher_duties_test.c
 *	  Suggested duties: the rules of the town are found, kinds of units among
 *	  them, a takeover, cases against them; the order does not matter; figures
 *	  by plain loops; no memory.
 */
#include "core/dispatcher_duties.h"

#include "dispatcher_cases.h"

#define CASES 1500
#define DAY   INT64_C(86400000000)

static TestCase cases[CASES];

/* What was told */
typedef struct Told
{
	int64_t class_code;
	int64_t cell;
	int64_t unit;
	int64_t since;
	int64_t previous;
	uint64_t n;
	uint64_t kept;
	uint64_t witnesses;
	bool taken_over;
	uint32_t against;
	char channel[16];
	char kind[16];
	char keys[4][16];
} Told;

typedef struct Heard
{
	Told rules[200];
	int n;
	int most; /* then end it */
} Heard;

static bool
hear(void *context, const DutiesRule *rule, const DutiesTold *told)
{
	Heard *h = context;
	Told *t = &h->rules[h->n++];
	uint32_t i;

	memset(t, 0, sizeof(*t));
	t->class_code = rule->class_code;
	t->cell = rule->cell;
	t->unit = rule->unit;
	t->since = rule->since;
	t->previous = rule->previous;
	t->n = rule->cases;
	t->kept = rule->kept;
	t->witnesses = rule->witnesses;
	t->taken_over = rule->taken_over;
	t->against = rule->against;
	if (rule->channel != NULL)
		memcpy(t->channel, rule->channel, rule->channel_len);
	if (rule->kind != NULL)
		memcpy(t->kind, rule->kind, rule->kind_len);
	for (i = 0; i < rule->against && i < 4; i++)
	{
		size_t len;
		const char *key = duties_against(told, i, &len);

		memcpy(t->keys[i], key, len);
	}
	return h->n != h->most;
}

static DispatcherStatus
suggest(const int *order, int n, bool kinds, const DutiesOptions *options,
        TestMemory *counter, Heard *heard)
{
	DispatcherMemory memory = {test_resize, test_poll, counter};
	DispatcherStatus status = DISPATCHER_OK;
	Duties duties;
	int i;

	heard->n = 0;
	duties_begin(&duties, &memory, options);
	for (i = 0; i < n && status == DISPATCHER_OK; i++)
	{
		int number = order == NULL ? i : order[i];
		const TestCase *t = &cases[number];
		char key[16];
		DutiesCase c;

		memset(&c, 0, sizeof(c));
		c.class_code = t->class_code;
		c.cell = t->cell;
		c.unit = t->unit;
		c.at = t->day * DAY + number;
		c.channel = t->channel;
		c.channel_len = strlen(t->channel);
		if (kinds)
		{
			c.kind = t->kind;
			c.kind_len = strlen(t->kind);
		}
		c.key_len = (size_t) snprintf(key, sizeof(key), "k%d", number);
		c.key = key;
		status = duties_add(&duties, &c);
	}
	if (status == DISPATCHER_OK)
		status = duties_suggest(&duties, hear, heard);
	duties_free(&duties);
	return status;
}

static const Told *
find_rule(const Heard *h, int64_t class_code, const char *channel)
{
	int i;

	for (i = 0; i < h->n; i++)
		if (h->rules[i].class_code == class_code && h->rules[i].cell == 0 &&
		    strcmp(h->rules[i].channel, channel) == 0)
			return &h->rules[i];
	return &h->rules[199];
}

int
main(void)
{
	static Heard heard;
	static Heard again;
	TestMemory counter = {-1, 0, 0};
	DutiesOptions options;
	uint64_t random = 14;
	const Told *t;
	int order[CASES];
	int64_t first = INT64_MAX;
	uint64_t cases_of_5 = 0;
	uint64_t kept_of_5 = 0;
	int differ = 0;
	int i;
	long left;
	bool survived = true;

	for (i = 0; i < CASES; i++)
	{
		make_case(&cases[i], &random, 8);
		if (cases[i].unit == 103 && cases[i].day >= 17500 &&
		    cases[i].class_code / 16 / 10000000000 == 5 &&
		    cases[i].day * DAY + i < first)
			first = cases[i].day * DAY + i;
	}
	ok(suggest(NULL, CASES, true, NULL, &counter, &heard) == DISPATCHER_OK,
	   "suggested");
	ok(counter.live == 0 && counter.polled > 0, "memory is given back");
	ok(heard.n == 6, "%d duties, no more than hold", heard.n);
	t = find_rule(&heard, class_of(1, -1, -1), "");
	ok(t->unit == 100 && t->kind[0] == '\0' && t->kept > t->n * 85 / 100,
	   "a bureau for all of the town");
	ok(strcmp(find_rule(&heard, class_of(2, -1, -1), "")->kind, "4 offi") == 0,
	   "the office of the street");
	ok(strcmp(find_rule(&heard, class_of(4, -1, -1), "")->kind, "5 comm") == 0,
	   "the community itself");
	ok(find_rule(&heard, class_of(3, -1, -1), "app")->unit == 101 &&
	       strcmp(find_rule(&heard, class_of(3, -1, -1), "12345")->kind,
	              "4 patr") == 0,
	   "a channel of its own beside the patrol of the street");
	t = find_rule(&heard, class_of(5, -1, -1), "");
	ok(t->unit == 103 && t->taken_over && t->previous == 102 &&
	       t->since / DAY == first / DAY,
	   "a bureau that took over, since the day of its first case");
	for (i = 0; i < CASES; i++)
		if (cases[i].class_code / 16 / 10000000000 == 5 &&
		    (cases[i].unit != 102 || cases[i].day >= 17500))
		{
			cases_of_5++;
			kept_of_5 += cases[i].unit == 103;
		}
	ok(t->n <= cases_of_5 && t->kept == kept_of_5 && t->witnesses <= t->n,
	   "counted by plain loops, without what is past: %d of %d", (int) t->kept,
	   (int) t->n);
	ok(t->against > 0 && t->against <= 10, "there are cases against it");
	for (i = 0; i < 4 && i < (int) t->against; i++)
	{
		const TestCase *c = &cases[atoi(t->keys[i] + 1)];

		if (c->unit == 103 || c->class_code / 16 / 10000000000 != 5 ||
		    (i > 0 && c->day > cases[atoi(t->keys[i - 1] + 1)].day))
			differ++;
	}
	ok(differ == 0, "the newest first");

	suggest(NULL, CASES, false, NULL, &counter, &again);
	ok(again.n > heard.n + 10, "without kinds it takes %d duties", again.n);
	duties_default_options(&options);
	options.takeovers = false;
	options.against = 0;
	suggest(NULL, CASES, true, &options, &counter, &again);
	for (i = 0, differ = 0; i < again.n; i++)
		differ += again.rules[i].taken_over || again.rules[i].against > 0;
	ok(differ == 0, "takeovers and cases against can be left out");

	for (i = 0, differ = 0; i < 5; i++)
	{
		shuffle(order, CASES, &random);
		again = heard;
		differ += suggest(order, CASES, true, NULL, &counter, &again) !=
		              DISPATCHER_OK ||
		          memcmp(&again, &heard, sizeof(heard)) != 0;
	}
	ok(differ == 0, "the same in any order of the cases");
	again.most = 2;
	suggest(NULL, CASES, true, NULL, &counter, &again);
	ok(again.n == 2, "who hears can end it");
	again.most = 0;
	ok(suggest(NULL, 0, true, NULL, &counter, &again) == DISPATCHER_EMPTY,
	   "nothing suggests nothing");
	for (left = 0;; left++)
	{
		DispatcherStatus status;

		counter.left = left;
		status = suggest(NULL, 200, true, NULL, &counter, &again);
		survived = survived && counter.live == 0;
		if (status == DISPATCHER_OK)
			break;
		survived = survived && status == DISPATCHER_NO_MEMORY;
	}
	ok(survived && left > 50, "out of memory at each of %ld requests", left);
	return done_testing();
}
