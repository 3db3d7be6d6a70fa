/*
 * fuzz_classifier.c
 *	  Any bytes as a classifier, and classifiers with any words changed and the
 *	  checksum put right; any bytes as a text.
 *
 * What passes the check must be safe for those who trust it, and its
 * explanations must add up to its scores.
 */
#include "core/checksum.h"
#include "core/classifier_format.h"

#include "../unit/classifier_texts.h"
#include "fuzz.h"

static TestMemory counter = {-1, 0, 0};
static uint8_t *valid;
static size_t valid_size;

static void
make_valid(void)
{
	static TestText texts[40];
	ClassifierOptions options;
	uint64_t random = 1;
	int i;

	for (i = 0; i < 40; i++)
		make_text(&texts[i], &random, 3, 6);
	classifier_default_options(&options);
	REQUIRE(train_texts(texts, 40, NULL, &counter, &options, 0, &valid,
	                    &valid_size) == CLASSIFIER_OK);
}

static void
hear(void *context, size_t from, size_t to, int64_t contribution)
{
	int64_t *sum = context;

	REQUIRE(from < to && to <= CLASSIFIER_TEXT_MAX);
	*sum += contribution;
}

static void
use(const Classifier *c, const char *text, size_t len)
{
	ClassifierMemory memory = {test_resize, NULL, &counter};
	ClassifierWork work;
	int64_t *scores = malloc(c->classes * sizeof(int64_t));
	double *p = malloc(c->classes * sizeof(double));
	double sum = 0;
	uint32_t i;

	classifier_work_begin(&work, &memory);
	REQUIRE(classifier_score(c, &work, text, len, scores) == CLASSIFIER_OK);
	classifier_probabilities(c, scores, NULL, p);
	for (i = 0; i < c->classes; i++)
	{
		REQUIRE(p[i] >= 0 && p[i] <= 1);
		sum += p[i];
	}
	REQUIRE(fabs(sum - 1) < 1e-9);
	for (i = 0; i < c->classes && i < 4; i++)
	{
		int64_t told = c->bias[i];

		REQUIRE(classifier_explain(c, &work, text, len, i, hear, &told) ==
		            CLASSIFIER_OK &&
		        told == scores[i]);
	}
	classifier_work_free(&work);
	free(scores);
	free(p);
}

static void
try_value(const uint8_t *bytes, size_t size, const char *text, size_t len)
{
	Classifier c;

	if (classifier_validate(bytes, size, &c) == CLASSIFIER_OK)
		use(&c, text, len);
}

/*
 * One byte that tells what to do; 0: the rest is a value, 1: a text, else:
 * words to change (offset, value), then a text of what is left
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes;
	size_t i;
	size_t changes;
	uint64_t sum;

	if (valid == NULL)
		make_valid();
	if (size == 0)
		return 0;
	if (data[0] == 0)
	{
		bytes = malloc(size); /* aligned */
		memcpy(bytes, data + 1, size - 1);
		if (size - 1 >= sizeof(ClassifierHeader))
		{
			sum = checksum_bytes(bytes + 24, size - 1 - 24);
			memcpy(bytes + 16, &sum, 8);
		}
		try_value(bytes, size - 1, "abc", 3);
		free(bytes);
		return 0;
	}
	bytes = malloc(valid_size);
	memcpy(bytes, valid, valid_size);
	changes = data[0] % 8;
	for (i = 1; changes > 1 && i + 6 <= size; i += 6, changes--)
	{
		uint32_t at = data[i] | (uint32_t) data[i + 1] << 8;

		at = at % 2 ? at / 2 % 64 : at * 2 % ((uint32_t) valid_size / 4);
		memcpy(bytes + 4 * (at % (valid_size / 4)), data + i + 2, 4);
	}
	sum = checksum_bytes(bytes + 24, valid_size - 24);
	memcpy(bytes + 16, &sum, 8);
	try_value(bytes, valid_size, (const char *) data + i, size - i);
	free(bytes);
	return 0;
}
