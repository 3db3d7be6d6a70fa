/*
 * classifier_rules_test.c
 *	  Rules for phrases: what they add to scores against looking for each
 *	  phrase everywhere; explanations add up; any text; ranges of classes; no
 *	  sum overflows; no damage does harm.
 */
#include "core/checksum.h"

#include "classifier_rule_lists.h"

#define CLASSES 12
#define TEXTS   200
#define RULES   60

static TestMemory counter = {-1, 0, 0};
static const ClassifierMemory memory = {test_resize, NULL, &counter};
static TestText texts[TEXTS];
static TestRule rules[RULES];
static uint8_t *trained;
static uint8_t *value;
static size_t size;
static Classifier base;
static Classifier classifier;

static void
make_value(void)
{
	ClassifierOptions options;
	uint64_t random = 5;
	size_t trained_size;
	int i;

	for (i = 0; i < TEXTS; i++)
		make_text(&texts[i], &random, CLASSES, 10 + i % 60);
	for (i = 0; i < RULES; i++)
		rules[i] = random_rule(&random);
	classifier_default_options(&options);
	ok(train_texts(texts, TEXTS, NULL, &counter, &options, 0, &trained,
	               &trained_size) == CLASSIFIER_OK &&
	       classifier_validate(trained, trained_size, &base) ==
	           CLASSIFIER_OK &&
	       extend_by(&base, rules, NULL, RULES, &counter, &value, &size,
	                 &classifier) == CLASSIFIER_OK,
	   "%d rules for %u classes", RULES, classifier.classes);
}

static void
test_scores(void)
{
	uint64_t random = 77;
	ClassifierWork work;
	int faults = 0;
	int before = 0;
	int i;

	classifier_work_begin(&work, &memory);
	for (i = 0; i < 1000; i++)
	{
		TestText t;
		int64_t cell = next_random(&random) % 2 == 0
		                   ? 0
		                   : grid_code(rule_places[next_random(&random) % 6]);

		make_rule_text(&t, &random, 1 + i % 20);
		faults +=
		    rule_faults(&classifier, &work, rules, RULES, t.text, t.len, cell);
		/* a classifier without rules in between, and one of fewer classes */
		before += rule_faults(&base, &work, rules, 0, t.text, t.len, cell);
	}
	ok(faults == 0, "1000 texts, the scores by strstr (%d are others)",
	   faults);
	ok(before == 0, "and none is told of a classifier without rules");
	classifier_work_free(&work);
}

static void
test_hostile(void)
{
	ClassifierWork work;
	uint64_t random = 3;
	static char text[200000];
	char small[64];
	int faults = 0;
	int64_t scores[40];
	int64_t again[40];
	int64_t said[40];
	size_t n;
	int i;

	classifier_work_begin(&work, &memory);
	faults += rule_faults(&classifier, &work, rules, RULES, "", 0, 0);
	for (i = 0; i < 500; i++)
	{
		n = next_random(&random) % 64;
		for (size_t k = 0; k < n; k++)
			small[k] = (char) (next_random(&random) >> 20);
		faults += rule_faults(&classifier, &work, NULL, 0, small, n, 0);
	}
	for (n = 0; n + 12 <= sizeof(text); n += 12)
		memcpy(text + n, "路灯不亮", 12);
	faults += rule_faults(&classifier, &work, NULL, 0, text, n, 0);
	ok(faults == 0 && classifier.classes <= 40, "any bytes (%d faults)",
	   faults);
	memcpy(text + CLASSIFIER_TEXT_MAX + 2, "噪音", 6);
	memset(scores, 0, sizeof(scores));
	memset(again, 0, sizeof(again));
	classifier_add_rules(&classifier, &work, text, n, 0, scores, said);
	classifier_add_rules(&classifier, &work, text, CLASSIFIER_TEXT_MAX, 0,
	                     again, said);
	ok(memcmp(scores, again, sizeof(scores)) == 0,
	   "of a long text the first %d bytes are read", CLASSIFIER_TEXT_MAX);
	classifier_work_free(&work);
}

/* As many as there can be, of the largest weights: the sum is right. */
static void
test_sums(void)
{
	enum
	{
		MANY = 3000
	};
	TestRule *many = malloc(MANY * sizeof(*many));
	ClassifierWork work;
	Classifier c;
	uint8_t *block;
	size_t bytes;
	int64_t scores[2] = {0, 0};
	int i;

	for (i = 0; i < MANY; i++)
		many[i] = (TestRule){.phrase = rule_word(0),
		                     .code = event_code(i % 2 ? "1" : "21"),
		                     .odds = i % 2 ? 100 : -100};
	many[0].code = event_code("11");
	many[1].code = event_code("12");
	ok(extend_by(NULL, many, NULL, MANY, &counter, &block, &bytes, &c) ==
	           CLASSIFIER_OK &&
	       c.classes == 3,
	   "many rules for one phrase");
	classifier_work_begin(&work, &memory);
	{
		int64_t three[3] = {0, 0, 0};
		int64_t said[3];

		classifier_add_rules(&c, &work, "路灯", 6, 0, three, said);
		scores[0] = three[0];
		scores[1] = three[2];
		ok(three[1] == three[0] + INT64_C(200) * 1048576,
		   "one of an ancestor counts for both");
	}
	ok(scores[0] == (MANY / 2 - 2) * INT64_C(100) * 1048576 &&
	       scores[1] == -(MANY / 2 - 1) * INT64_C(100) * 1048576,
	   "sums are those of the weights");
	classifier_work_free(&work);
	free(block);
	free(many);
}

/* Change anything behind the machines and put the sum right. */
static void
test_damage(void)
{
	uint8_t *copy = malloc(size);
	ClassifierWork work;
	uint64_t random = 8;
	Classifier c;
	TestText t;
	size_t from = (size_t) ((const uint8_t *) classifier.node - value);
	uint64_t sum;
	int accepted = 0;
	int faults = 0;
	int tried = 0;

	classifier_work_begin(&work, &memory);
	make_rule_text(&t, &random, 30);
	for (size_t i = 24; i < size; i++)
	{
		if (i == sizeof(ClassifierHeader))
			i = from;
		memcpy(copy, value, size);
		copy[i] ^= (uint8_t) (1 << next_random(&random) % 8);
		sum = checksum_bytes(copy + 24, size - 24);
		memcpy(copy + 16, &sum, 8);
		tried++;
		if (classifier_validate(copy, size, &c) != CLASSIFIER_OK)
			continue;
		accepted++;
		faults += rule_faults(&c, &work, NULL, 0, t.text, t.len,
		                      grid_code("440310001"));
	}
	ok(faults == 0 && accepted < tried / 2,
	   "of %d changes %d are other rules, and add up", tried, accepted);
	classifier_work_free(&work);
	free(copy);
}

static void
test_no_memory(void)
{
	ClassifierWork work;
	int64_t scores[40];
	int64_t said[40];
	int failed = 0;
	int i;

	for (i = 0; i < 4; i++)
	{
		TestMemory few = {i, 0, 0};
		ClassifierMemory small = {test_resize, NULL, &few};

		classifier_work_begin(&work, &small);
		memset(scores, 0, sizeof(scores));
		failed += classifier_add_rules(&classifier, &work, "路灯不亮", 12, 0,
		                               scores, said) == CLASSIFIER_NO_MEMORY;
		few.left = -1;
		ok(rule_faults(&classifier, &work, rules, RULES, "路灯不亮", 12, 0) ==
		       0,
		   "right after it failed");
		classifier_work_free(&work);
	}
	ok(failed == 3, "%d times there is no memory", failed);
}

int
main(void)
{
	make_value();
	test_scores();
	test_hostile();
	test_sums();
	test_damage();
	test_no_memory();
	free(trained);
	free(value);
	return done_testing();
}
