/*
 * classifier_collect_test.c
 *	  What the machines are given: classes and grams in order, rows of length
 *	  one, the same in any order of the rows; what counts and what does not.
 */
#include "classifier_material.h"
#include "classifier_texts.h"

#define TEXTS 200

static TestText texts[TEXTS];
static TestMemory counter = {-1, 0, 0};
static const ClassifierMemory memory = {test_resize, test_poll, &counter};

static void
make_texts(int classes)
{
	uint64_t random = 23;
	int i;

	for (i = 0; i < TEXTS; i++)
	{
		make_text(&texts[i], &random, classes, 3 + i % 30);
		texts[i].weight = 1 + i % 5;
	}
}

/* Of the texts, the last one first if so wanted */
static bool
prepare(ClassifierTrainer *trainer, const ClassifierOptions *options,
        ClassifierMaterial *m, bool backwards)
{
	int i;

	classifier_train_begin(trainer, &memory, options);
	memset(m, 0, sizeof(*m));
	for (i = 0; i < TEXTS; i++)
	{
		const TestText *t = &texts[backwards ? TEXTS - 1 - i : i];

		classifier_train_add(trainer, t->text, t->len, t->code, t->weight);
	}
	return trainer->status == CLASSIFIER_OK && classifier_prepare(trainer, m);
}

static void
test_any_order(void)
{
	ClassifierOptions options;
	ClassifierTrainer trainer;
	ClassifierTrainer other;
	ClassifierMaterial a;
	ClassifierMaterial b;
	ClassifierProblem *p = &a.problem;
	ClassifierProblem *q = &b.problem;
	int faults;

	make_texts(7);
	classifier_default_options(&options);
	ok(prepare(&trainer, &options, &a, false) &&
	       prepare(&other, &options, &b, true),
	   "%d texts are collected", TEXTS);
	faults = material_faults(&a);
	ok(faults == 0 && p->rows == TEXTS && p->classes == 7,
	   "and put in order (%d faults)", faults);
	ok(trainer.rows.at == NULL && trainer.ids.at == NULL &&
	       trainer.table == NULL,
	   "which uses them up");
	ok(p->rows == q->rows && p->features == q->features &&
	       memcmp(a.codes, b.codes, p->classes * 8) == 0 &&
	       memcmp(a.hashes, b.hashes, p->features * 8) == 0 &&
	       memcmp(a.own, b.own, p->features * 2) == 0 &&
	       memcmp(p->first, q->first, (p->rows + 1) * 8) == 0 &&
	       memcmp(p->of_class, q->of_class, p->rows * 2) == 0 &&
	       memcmp(p->fold, q->fold, p->rows) == 0 &&
	       memcmp(p->weight, q->weight, p->rows * sizeof(float)) == 0,
	   "the same in any order of the rows");
	classifier_free_material(&trainer, &a);
	classifier_free_material(&other, &b);
	ok(a.codes == NULL && p->scores == NULL, "and given back");
}

static void
test_what_counts(void)
{
	ClassifierOptions options;
	ClassifierTrainer trainer;
	ClassifierMaterial m;
	uint32_t before = UINT32_MAX;
	uint32_t rows;
	int wrong = 0;

	make_texts(5);
	classifier_default_options(&options);
	for (rows = 1; rows < 20; rows++)
	{
		options.rows = rows;
		wrong += !prepare(&trainer, &options, &m, false) ||
		         m.problem.features > before || material_faults(&m) > 0;
		before = m.problem.features;
		classifier_free_material(&trainer, &m);
	}
	ok(wrong == 0,
	   "the more rows a gram must be in, the fewer count, never more");
	options.rows = TEXTS + 1;
	ok(prepare(&trainer, &options, &m, false) && m.problem.features == 0 &&
	       material_faults(&m) == 0,
	   "none, if that is too many");
	classifier_free_material(&trainer, &m);
	options.rows = 0;
	options.bytes = 2000;
	ok(prepare(&trainer, &options, &m, false) && material_faults(&m) == 0 &&
	       classifier_bytes(5, m.bits, 2 * m.problem.features) <= 1000,
	   "no more than half of the value's size takes");
	classifier_free_material(&trainer, &m);
}

/* Of two grams as rare, the one that tells classes apart weighs more. */
static void
test_own_weights(void)
{
	static const char *const lines[8] = {"a x", "a x", "b x", "b x",
	                                     "a y", "a y", "b y", "b y"};
	ClassifierOptions options;
	ClassifierTrainer trainer;
	ClassifierMaterial m;
	ClassifierReader reader;
	ClassifierGram gram[CLASSIFIER_PER_CHAR];
	int own[2] = {0, 0};
	uint32_t f;
	int i;

	classifier_default_options(&options);
	classifier_train_begin(&trainer, &memory, &options);
	for (i = 0; i < 8; i++)
		classifier_train_add(&trainer, lines[i], 3, i < 4 ? 1 : 2, 1);
	ok(classifier_prepare(&trainer, &m) && m.problem.features == 4 &&
	       material_faults(&m) == 0,
	   "four grams");
	for (i = 0; i < 2; i++)
	{
		classifier_read(&reader, i == 0 ? "a" : "x", 1);
		classifier_read_character(&reader, gram);
		for (f = 0; f < m.problem.features; f++)
			if (m.hashes[f] == gram[0].hash)
				own[i] = m.own[f];
	}
	ok(own[0] > 0 && own[1] > 2 * own[0],
	   "what tells classes apart weighs more: %d and %d", own[1], own[0]);
	classifier_free_material(&trainer, &m);
}

/*
 * Where a fold is left out its rows must not tell what they are: a gram that
 * one other row has does not count, and the weight is that of the others.
 */
static void
test_left_out(void)
{
	static const char *const lines[10] = {"ax", "ax", "ay", "ay", "az",
	                                      "bz", "bx", "bx", "by", "by"};
	ClassifierOptions options;
	ClassifierTrainer trainer;
	ClassifierMaterial m;
	const ClassifierProblem *p = &m.problem;
	int wrong = 0;
	int none = 0;
	int i;
	uint32_t f;
	uint32_t r;
	uint64_t k;

	classifier_default_options(&options);
	options.rows = 2;
	classifier_train_begin(&trainer, &memory, &options);
	for (i = 0; i < 10; i++)
		classifier_train_add(&trainer, lines[i], 2, i < 5 ? 1 : 2, 1);
	ok(classifier_prepare(&trainer, &m) && material_faults(&m) == 0 &&
	       p->features == 9 && p->judged == 10,
	   "ten rows, nine grams that two rows have");
	for (i = 0; i < CLASSIFIER_FOLDS; i++)
		for (f = 0; f < p->features; f++)
		{
			int left = 0;

			for (r = 0; r < p->rows; r++)
				for (k = p->first[r]; k < p->first[r + 1]; k++)
					left += p->feature[k] == f && p->fold[r] != i;
			wrong += (p->factor[i * (int) p->features + (int) f] > 0) !=
			         (left >= 2);
			none += left < 2;
		}
	ok(wrong == 0 && none >= 5, "%d times too few rows are left", none);
	classifier_free_material(&trainer, &m);
}

static void
test_no_memory(void)
{
	ClassifierOptions options;
	ClassifierTrainer trainer;
	ClassifierMaterial m;
	int wrong = 0;
	long asked;
	long i;

	make_texts(5);
	classifier_default_options(&options);
	counter.asked = 0;
	prepare(&trainer, &options, &m, false);
	classifier_free_material(&trainer, &m);
	asked = counter.asked;
	for (i = 0; i < asked; i++)
	{
		counter.left = i;
		wrong += prepare(&trainer, &options, &m, false) ||
		         trainer.status != CLASSIFIER_NO_MEMORY;
		classifier_free_material(&trainer, &m);
		classifier_train_free(&trainer);
	}
	counter.left = -1;
	ok(wrong == 0, "none of %ld blocks of memory can be done without", asked);
}

int
main(void)
{
	test_any_order();
	test_what_counts();
	test_own_weights();
	test_left_out();
	test_no_memory();
	return done_testing();
}
