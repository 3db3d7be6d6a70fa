/*
 * classifier_train_test.c
 *	  Training: the same value in any order of the rows, bounds of size and
 *	  memory, how sure it is, small and odd sets of rows, no memory.
 */
#include "core/classifier_train.h"

#include <math.h>

#include "classifier_texts.h"

#define TEXTS 600

static TestText texts[TEXTS];

static void
make_texts(int n, int classes, int words)
{
	uint64_t random = 11;
	int i;

	for (i = 0; i < n; i++)
		make_text(&texts[i], &random, classes, words);
}

static void
test_order(void)
{
	TestMemory counter = {-1, 0, 0};
	ClassifierOptions options;
	uint64_t random = 3;
	uint8_t *value;
	uint8_t *again;
	size_t size;
	size_t size_again;
	int order[TEXTS];
	int wrong = 0;
	int i;
	int k;

	make_texts(TEXTS, 10, 30);
	for (i = 0; i < TEXTS; i++)
	{
		order[i] = i;
		texts[i].weight = 1 + i % 3;
	}
	texts[7] = texts[8]; /* the same twice */
	texts[9] = texts[8]; /* and once of another class */
	texts[9].code += TEXT_CODE(1) - TEXT_CODE(0);
	classifier_default_options(&options);
	ok(train_texts(texts, TEXTS, NULL, &counter, &options, 0, &value, &size) ==
	       CLASSIFIER_OK,
	   "trained");
	ok(counter.polled > 0, "and asked whether to go on");
	for (k = 0; k < 4; k++)
	{
		for (i = TEXTS - 1; i > 0; i--)
		{
			int j = (int) (next_random(&random) % (uint64_t) (i + 1));
			int swap = order[i];

			order[i] = order[j];
			order[j] = swap;
		}
		if (train_texts(texts, TEXTS, order, &counter, &options, 64, &again,
		                &size_again) != CLASSIFIER_OK ||
		    size_again != size + 64 || memcmp(value, again + 64, size) != 0)
			wrong++;
		free(again);
	}
	ok(wrong == 0, "the same bytes in any order of the rows");
	free(value);
}

static void
test_sureness(void)
{
	TestMemory counter = {-1, 0, 0};
	ClassifierMemory memory = {test_resize, NULL, &counter};
	ClassifierOptions options;
	ClassifierWork work;
	Classifier c;
	uint64_t random = 77;
	uint8_t *value;
	size_t size;
	double sure = 0;
	int right = 0;
	int i;

	make_texts(TEXTS, 6, 9); /* short ones cannot be told apart well */
	classifier_default_options(&options);
	if (!ok(train_texts(texts, TEXTS, NULL, &counter, &options, 0, &value,
	                    &size) == CLASSIFIER_OK &&
	            classifier_validate(value, size, &c) == CLASSIFIER_OK,
	        "trained on short texts"))
		return;
	classifier_work_begin(&work, &memory);
	for (i = 0; i < 2000; i++)
	{
		TestText t;
		int64_t scores[6];
		double p[6];
		uint32_t best;

		make_text(&t, &random, 6, 9);
		classifier_score(&c, &work, t.text, t.len, scores);
		classifier_probabilities(&c, scores, NULL, p);
		best = classifier_best(&c, scores, NULL);
		sure += p[best];
		right += c.codes[best] == t.code;
	}
	ok(fabs(sure - right) < 0.05 * 2000,
	   "of 2000 new texts %d are right, %.0f were expected", right, sure);
	ok(fabs(c.trained_accuracy - right / 2000.0) < 0.05,
	   "and %.3f of those left out in training", c.trained_accuracy);
	classifier_work_free(&work);
	free(value);
}

static void
test_bounds(void)
{
	TestMemory counter = {-1, 0, 0};
	ClassifierOptions options;
	uint64_t bytes;
	uint8_t *value;
	size_t size;
	Classifier c;

	make_texts(TEXTS, 200, 40);
	classifier_default_options(&options);
	for (bytes = 20000; bytes < 2000000; bytes *= 3)
	{
		options.bytes = bytes;
		ok(train_texts(texts, TEXTS, NULL, &counter, &options, 0, &value,
		               &size) == CLASSIFIER_OK &&
		       size <= bytes &&
		       classifier_validate(value, size, &c) == CLASSIFIER_OK,
		   "%zu bytes, no more than %zu", size, (size_t) bytes);
		free(value);
	}
	options.bytes = 0;
	options.grams = 5000;
	ok(train_texts(texts, TEXTS, NULL, &counter, &options, 0, &value, &size) ==
	           CLASSIFIER_TOO_LARGE &&
	       value == NULL,
	   "more grams than allowed");
}

static void
test_odd(void)
{
	TestMemory counter = {-1, 0, 0};
	ClassifierMemory memory = {test_resize, NULL, &counter};
	ClassifierOptions options;
	ClassifierTrainer trainer;
	ClassifierWork work;
	Classifier c;
	uint8_t *value;
	size_t size;
	int64_t score[2];
	double p[2];

	classifier_default_options(&options);
	ok(train_texts(texts, 0, NULL, &counter, &options, 0, &value, &size) ==
	       CLASSIFIER_EMPTY,
	   "no rows");
	classifier_train_begin(&trainer, &memory, &options);
	ok(classifier_train_add(&trainer, "a", 1, 1, 0) == CLASSIFIER_WEIGHT &&
	       classifier_train_add(&trainer, "a", 1, 1, -1) ==
	           CLASSIFIER_WEIGHT &&
	       classifier_train_add(&trainer, "a", 1, 1, INFINITY) ==
	           CLASSIFIER_WEIGHT &&
	       classifier_train_add(&trainer, "a", 1, 1, NAN) == CLASSIFIER_WEIGHT,
	   "weights that are none");
	classifier_work_begin(&work, &memory);
	ok(classifier_train_add(&trainer, "", 0, TEXT_CODE(1), 1) ==
	           CLASSIFIER_OK &&
	       classifier_train(&trainer, 0, &value, &size) == CLASSIFIER_OK &&
	       classifier_validate(value, size, &c) == CLASSIFIER_OK &&
	       c.features == 0 && c.classes == 1 &&
	       classifier_score(&c, &work, "abc", 3, score) == CLASSIFIER_OK,
	   "one row without a text");
	classifier_probabilities(&c, score, NULL, p);
	ok(p[0] == 1, "one class is certain");
	free(value);
	classifier_train_begin(&trainer, &memory, &options);
	ok(classifier_train_add(&trainer, "噪音", 6, TEXT_CODE(2), 1) ==
	           CLASSIFIER_OK &&
	       classifier_train_add(&trainer, "垃圾", 6, TEXT_CODE(1), 1) ==
	           CLASSIFIER_OK &&
	       classifier_train(&trainer, 0, &value, &size) == CLASSIFIER_OK &&
	       classifier_validate(value, size, &c) == CLASSIFIER_OK &&
	       c.codes[0] == TEXT_CODE(1) &&
	       classifier_score(&c, &work, "有垃圾", 9, score) == CLASSIFIER_OK &&
	       classifier_best(&c, score, NULL) == 0 &&
	       classifier_score(&c, &work, "有噪音", 9, score) == CLASSIFIER_OK &&
	       classifier_best(&c, score, NULL) == 1,
	   "two rows of two classes are enough to begin with");
	free(value);
	classifier_work_free(&work);
}

static void
test_no_memory(void)
{
	TestMemory counter = {-1, 0, 0};
	ClassifierOptions options;
	uint8_t *value;
	size_t size;
	long asked;
	long i;
	int wrong = 0;

	make_texts(60, 9, 20);
	classifier_default_options(&options);
	train_texts(texts, 60, NULL, &counter, &options, 0, &value, &size);
	free(value);
	asked = counter.asked;
	for (i = 0; i < asked; i++)
	{
		counter.left = i;
		if (train_texts(texts, 60, NULL, &counter, &options, 0, &value,
		                &size) != CLASSIFIER_NO_MEMORY ||
		    value != NULL)
			wrong++;
	}
	ok(wrong == 0, "none of %ld blocks of memory can be done without", asked);
	counter.left = asked;
	ok(train_texts(texts, 60, NULL, &counter, &options, 0, &value, &size) ==
	       CLASSIFIER_OK,
	   "and no more are needed");
	free(value);
}

int
main(void)
{
	test_order();
	test_sureness();
	test_bounds();
	test_odd();
	test_no_memory();
	return done_testing();
}
