/*
 * classifier_extend_test.c
 *	  Classifiers with more rules, classes and nodes: the same in any order,
 *	  scores of the old classes as they were, new classes low, phrases alone,
 *	  in one step or in several; what is refused, memory that is not there.
 */
#include "classifier_rule_lists.h"

#define CLASSES 9
#define TEXTS   150
#define RULES   40

static TestMemory counter = {-1, 0, 0};
static const ClassifierMemory memory = {test_resize, test_poll, &counter};
static TestText texts[TEXTS];
static TestRule rules[RULES];
static uint8_t *trained;
static size_t trained_size;
static Classifier base;

static void
make_base(void)
{
	ClassifierOptions options;
	uint64_t random = 15;
	bool good;
	int i;

	for (i = 0; i < TEXTS; i++)
		make_text(&texts[i], &random, CLASSES, 10 + i % 60);
	for (i = 0; i < RULES; i++)
		rules[i] = random_rule(&random);
	classifier_default_options(&options);
	strcpy(options.folding, "test 2");
	good = train_texts(texts, TEXTS, NULL, &counter, &options, 0, &trained,
	                   &trained_size) == CLASSIFIER_OK &&
	       classifier_validate(trained, trained_size, &base) == CLASSIFIER_OK;
	ok(good, "a model of %u classes", base.classes);
}

static void
test_nothing(void)
{
	ClassifierExtender e;
	uint8_t *block;
	size_t size;

	classifier_extend_begin(&e, &memory, &base, NULL);
	ok(classifier_extend(&e, 16, &block, &size) == CLASSIFIER_OK &&
	       size == trained_size + 16 &&
	       memcmp(block + 16, trained, trained_size) == 0,
	   "with nothing added it is what it was");
	classifier_extend_free(&e);
	free(block);
	classifier_extend_begin(&e, &memory, NULL, "x");
	ok(classifier_extend(&e, 0, &block, &size) == CLASSIFIER_EMPTY &&
	       block == NULL,
	   "nothing of nothing");
	classifier_extend_free(&e);
}

static void
test_any_order(void)
{
	int order[RULES];
	uint64_t random = 1;
	uint8_t *first;
	size_t first_size;
	Classifier c = {.classes = 0};
	bool good;
	int others = 0;
	int i;

	good = extend_by(&base, rules, NULL, RULES, &counter, &first, &first_size,
	                 &c) == CLASSIFIER_OK &&
	       c.rules == RULES && c.features == base.features;
	ok(good, "%d rules: %u classes, %u phrases", RULES, c.classes,
	   c.phrases.phrases);
	for (i = 0; i < RULES; i++)
		order[i] = i;
	for (int n = 0; n < 5; n++)
	{
		uint8_t *block;
		size_t size;

		for (i = RULES - 1; i > 0; i--)
		{
			int k = (int) (next_random(&random) % (uint64_t) (i + 1));
			int swap = order[i];

			order[i] = order[k];
			order[k] = swap;
		}
		others += extend_by(&base, rules, order, RULES, &counter, &block,
		                    &size, &c) != CLASSIFIER_OK ||
		          size != first_size || memcmp(block, first, size) != 0;
		free(block);
	}
	ok(others == 0, "in any order the same bytes");
	free(first);
}

/* The scores by grams of the classes that were there, and the order of all */
static void
test_old_classes(void)
{
	uint8_t *block;
	uint8_t *again;
	size_t size;
	Classifier c;
	Classifier d;
	ClassifierWork work;
	uint64_t random = 31;
	int64_t before[CLASSES];
	int64_t *after;
	int faults = 0;
	int i;

	extend_by(&base, rules, NULL, RULES / 2, &counter, &block, &size, &c);
	extend_by(&c, rules + RULES / 2, NULL, RULES - RULES / 2, &counter, &again,
	          &size, &d);
	ok(strcmp(d.folding, "test 2") == 0 && d.rules == RULES,
	   "rules come to rules");
	after = malloc(d.classes * sizeof(*after));
	classifier_work_begin(&work, &memory);
	for (i = 0; i < 200; i++)
	{
		TestText t;
		uint32_t first;
		uint32_t end;

		make_text(&t, &random, CLASSES, 20);
		classifier_score(&base, &work, t.text, t.len, before);
		classifier_score(&d, &work, t.text, t.len, after);
		for (uint32_t k = 0; k < base.classes; k++)
		{
			classifier_range(d.codes, d.classes, base.codes[k], &first, &end);
			faults +=
			    d.codes[first] != base.codes[k] || after[first] != before[k];
		}
		make_rule_text(&t, &random, 10);
		faults += rule_faults(&d, &work, rules, RULES, t.text, t.len,
		                      grid_code("440310001"));
	}
	ok(faults == 0, "scores by grams are what they were (%d are not)", faults);
	classifier_work_free(&work);
	free(after);
	free(block);
	free(again);
}

static void
probabilities_of(const Classifier *c, const char *text, double *p)
{
	int64_t *scores = malloc(c->classes * sizeof(*scores));
	int64_t *said = malloc(c->classes * sizeof(*said));
	ClassifierWork work;

	classifier_work_begin(&work, &memory);
	classifier_score(c, &work, text, strlen(text), scores);
	classifier_add_rules(c, &work, text, strlen(text), 0, scores, said);
	classifier_probabilities(c, scores, work.counted > 0 ? said : NULL, p);
	classifier_work_free(&work);
	free(scores);
	free(said);
}

static void
test_new_classes(void)
{
	static const int many[3] = {1, 10, 500};
	double p[1000];
	int k;

	for (k = 0; k < 3; k++)
	{
		ClassifierExtender e;
		Classifier c;
		uint8_t *block;
		size_t size;
		double sum = 0;
		int i;

		classifier_extend_begin(&e, &memory, &base, NULL);
		for (i = 0; i < many[k]; i++)
			classifier_extend_code(&e,
			                       (INT64_C(9000) + i) * 100000000 * 16 + 4);
		ok(classifier_extend(&e, 0, &block, &size) == CLASSIFIER_OK &&
		       classifier_validate(block, size, &c) == CLASSIFIER_OK &&
		       c.classes == base.classes + (uint32_t) many[k],
		   "%d new classes", many[k]);
		classifier_extend_free(&e);
		probabilities_of(&c, "", p);
		for (i = 0; i < many[k]; i++)
			sum += p[base.classes + (uint32_t) i];
		ok(sum <= 0.0101 && (many[k] > 10 || sum > 0.0007 * many[k]),
		   "they have %.5f together", sum);
		free(block);
	}
}

/* A weight is in log-odds, however sure the model is of another class. */
static void
test_odds(void)
{
	static const double odds[4] = {0.5, 5, -5, 60};
	double before[40];
	double after[40];
	int k;

	for (k = 0; k < 4; k++)
	{
		TestRule rule = {.phrase = rule_word(4), .odds = odds[k]};
		ClassifierExtender e;
		Classifier c;
		uint8_t *block;
		size_t size;
		double told;
		uint32_t last = base.classes - 1;

		rule.code = base.codes[0];
		classifier_extend_begin(&e, &memory, &base, NULL);
		add_rule(&e, &rule);
		ok(classifier_extend(&e, 0, &block, &size) == CLASSIFIER_OK &&
		       classifier_validate(block, size, &c) == CLASSIFIER_OK,
		   "a rule of weight %g", odds[k]);
		classifier_extend_free(&e);
		probabilities_of(&base, "井盖", before);
		probabilities_of(&c, "井盖", after);
		told = log(after[0] / after[last]) - log(before[0] / before[last]);
		/* where one is nearly sure the doubt that is left is enlarged */
		ok(told < odds[k] + 0.01 &&
		       told >
		           odds[k] - (after[0] > 0.85 ? log(c.doubt) + 0.1 : 0) - 0.01,
		   "adds so much to the logarithm of the odds (%.4f)", told);
		free(block);
	}
}

static void
test_bare(void)
{
	static const int many[4] = {2, 5, 250, 4000};
	static double p[4000];
	int k;

	for (k = 0; k < 4; k++)
	{
		ClassifierExtender e;
		Classifier c;
		uint8_t *block;
		size_t size;
		TestRule rule = {.phrase = rule_word(0), .odds = 5};
		int i;

		classifier_extend_begin(&e, &memory, NULL, "test 1");
		for (i = 0; i < many[k]; i++)
		{
			rule.phrase = rule_word(i == 0 ? 4 : 0);
			rule.odds = i <= 1 ? 5 : -1;
			rule.code = (INT64_C(5000) + i) * 100000000 * 16 + 4;
			add_rule(&e, &rule);
		}
		ok(classifier_extend(&e, 0, &block, &size) == CLASSIFIER_OK &&
		       classifier_validate(block, size, &c) == CLASSIFIER_OK,
		   "phrases alone, %d classes", many[k]);
		classifier_extend_free(&e);
		probabilities_of(&c, "的", p);
		ok(fabs(p[0] - 1.0 / many[k]) < 1e-9 && p[many[k] - 1] == p[0],
		   "without a phrase all are equal");
		probabilities_of(&c, "井盖", p);
		ok(p[0] > 0.98, "a weight of 5 makes one %.4f", p[0]);
		probabilities_of(&c, "井盖路灯", p);
		ok(fabs(p[0] - p[1]) < 1e-9, "two of 5 are equal");
		free(block);
	}
}

static void
test_nodes(void)
{
	static const char *const leaves[] = {"0101", "0102", "010201", "02",
	                                     "0301"};
	static const char *const nodes[] = {"01", "0", "0102", "03", "030"};
	ClassifierExtender e;
	Classifier c;
	Classifier d;
	uint8_t *block;
	uint8_t *other;
	size_t size;
	int64_t codes[20];
	double p[20];
	double list[20];
	double sums[20];

	classifier_extend_begin(&e, &memory, NULL, "test 1");
	for (int i = 0; i < 5; i++)
		classifier_extend_code(&e, event_code(leaves[i]));
	ok(classifier_extend(&e, 0, &block, &size) == CLASSIFIER_OK &&
	       classifier_validate(block, size, &c) == CLASSIFIER_OK &&
	       c.classes == 4 && c.nodes == 1 && c.node[0] == event_code("0102"),
	   "of new codes those are classes that have none within them");
	classifier_extend_free(&e);
	classifier_extend_begin(&e, &memory, &c, NULL);
	for (int i = 0; i < 5; i++)
		classifier_extend_code(&e, event_code(nodes[i]));
	ok(classifier_extend(&e, 0, &other, &size) == CLASSIFIER_OK &&
	       classifier_validate(other, size, &d) == CLASSIFIER_OK &&
	       d.classes == 4 && d.nodes == 5 && d.node[0] == event_code("0") &&
	       d.node[2] == event_code("0102"),
	   "prefixes of classes are nodes");
	classifier_extend_free(&e);
	for (int i = 0; i < 4; i++)
		p[i] = (1 + i) / 10.0; /* 0101, 010201, 02, 0301 */
	classifier_answers(&d, p, codes, list);
	classifier_roll_up(codes, list, 9, sums);
	ok(fabs(sums[0] - 1) < 1e-12 && codes[0] == event_code("0") &&
	       fabs(sums[1] - 0.3) < 1e-12 && codes[1] == event_code("01") &&
	       fabs(sums[5] - 0.3) < 1e-12 && codes[5] == event_code("02") &&
	       fabs(sums[8] - 0.4) < 1e-12 && codes[8] == event_code("0301"),
	   "and have the probabilities of what is within them");
	free(other);
	classifier_extend_begin(&e, &memory, &c, NULL);
	classifier_extend_level(&e, 2);
	ok(classifier_extend(&e, 0, &other, &size) == CLASSIFIER_OK &&
	       classifier_validate(other, size, &d) == CLASSIFIER_OK &&
	       d.nodes == 3 && d.levels == 4,
	   "a level makes nodes of ancestors");
	classifier_extend_free(&e);
	free(block);
	classifier_extend_begin(&e, &memory, &d, NULL);
	classifier_extend_code(&e, event_code("0705"));
	ok(classifier_extend(&e, 0, &block, &size) == CLASSIFIER_OK &&
	       classifier_validate(block, size, &c) == CLASSIFIER_OK &&
	       c.nodes == 4 && c.node[3] == event_code("07"),
	   "of later classes, too");
	classifier_extend_free(&e);
	free(block);
	free(other);
}

/* The sums of a long list against adding up for each code */
static void
test_roll_up(void)
{
	enum
	{
		N = 2000
	};
	static int64_t codes[N];
	static double p[N];
	static double sums[N];
	uint64_t random = 4;
	int wrong = 0;
	size_t n = 0;

	for (int i = 0; i < N; i++)
	{
		int digits = 1 + (int) (next_random(&random) % 12);
		int64_t code = eventcode_prefix(
		    (int64_t) (next_random(&random) % 9999) * code_pow10[8] * 16 + 12,
		    digits);
		size_t k;

		for (k = n; k > 0 && codes[k - 1] > code; k--)
			;
		if (k > 0 && codes[k - 1] == code)
			continue;
		memmove(codes + k + 1, codes + k, (n - k) * sizeof(*codes));
		codes[k] = code;
		n++;
	}
	for (size_t i = 0; i < n; i++)
		p[i] = (double) (next_random(&random) % 1000) / 1024;
	classifier_roll_up(codes, p, n, sums);
	for (size_t i = 0; i < n; i++)
	{
		double sum = 0;

		for (size_t k = 0; k < n; k++)
			if (codes[k] >= codes[i] && codes[k] <= eventcode_last(codes[i]))
				sum += p[k];
		wrong += sum != sums[i];
	}
	ok(wrong == 0, "%zu codes, and the sums of each (%d are wrong)", n, wrong);
}

static void
test_refused(void)
{
	static const double odds[] = {100.5, -101, NAN, INFINITY};
	TestRule rule = {.phrase = rule_word(0), .code = event_code("1")};
	ClassifierExtender e;
	uint8_t *block;
	size_t size;
	Classifier c;
	long left;
	int failed = 0;

	classifier_extend_begin(&e, &memory, NULL, "test 1");
	for (int i = 0; i < 4; i++)
	{
		rule.odds = odds[i];
		ok(add_rule(&e, &rule) == CLASSIFIER_WEIGHT, "a weight of %g",
		   odds[i]);
	}
	rule.odds = 1;
	rule.unlesses = 1;
	rule.unless[0] = (TestPhrase){"", 0};
	ok(add_rule(&e, &rule) == CLASSIFIER_PHRASE && e.fault == PHRASES_EMPTY,
	   "an empty phrase");
	classifier_extend_free(&e);
	for (left = 0; left < 100; left++)
	{
		TestMemory few = {left, 0, 0};
		ClassifierStatus status =
		    extend_by(&base, rules, NULL, RULES, &few, &block, &size, &c);

		failed += status == CLASSIFIER_NO_MEMORY;
		free(block);
		if (status == CLASSIFIER_OK)
			break;
	}
	ok(failed > 10 && left < 100, "%d times there is no memory", failed);
}

int
main(void)
{
	make_base();
	test_nothing();
	test_any_order();
	test_old_classes();
	test_new_classes();
	test_odds();
	test_bare();
	test_nodes();
	test_roll_up();
	test_refused();
	free(trained);
	return done_testing();
}
