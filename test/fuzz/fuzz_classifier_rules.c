/*
 * fuzz_classifier_rules.c
 *	  Classifiers with rules of which any words were changed and the checksum
 *	  put right, and any text: what passes the check is safe, and explanations
 *	  add up to scores.
 */
#include "core/checksum.h"

#include "../unit/classifier_rule_lists.h"
#include "fuzz.h"

#define RULES 12

static TestMemory counter = {-1, 0, 0};
static uint8_t *valid;
static size_t valid_size;

static void
make_valid(void)
{
	TestRule rules[RULES];
	Classifier c;
	uint64_t random = 6;

	for (int i = 0; i < RULES; i++)
		rules[i] = random_rule(&random);
	REQUIRE(extend_by(NULL, rules, NULL, RULES, &counter, &valid, &valid_size,
	                  &c) == CLASSIFIER_OK);
}

/* The number of changes, six bytes each (offset, value); then the text */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ClassifierMemory memory = {test_resize, NULL, &counter};
	ClassifierWork work;
	Classifier c;
	uint8_t *bytes;
	uint64_t sum;
	int changes;

	if (valid == NULL)
		make_valid();
	if (size == 0)
		return 0;
	bytes = malloc(valid_size);
	memcpy(bytes, valid, valid_size);
	changes = data[0] % 8;
	data++;
	size--;
	for (; changes > 0 && size >= 6; changes--, data += 6, size -= 6)
	{
		uint32_t at = data[0] | (uint32_t) data[1] << 8;

		/* 64 words of header */
		at = at % 2 == 1 ? at / 2 % 64 : at / 2;
		memcpy(bytes + 4 * (at % (valid_size / 4)), data + 2, 4);
	}
	sum = checksum_bytes(bytes + 24, valid_size - 24);
	memcpy(bytes + 16, &sum, 8);
	if (classifier_validate(bytes, valid_size, &c) == CLASSIFIER_OK)
	{
		classifier_work_begin(&work, &memory);
		REQUIRE(rule_faults(&c, &work, NULL, 0, (const char *) data, size,
		                    grid_code("440310001")) == 0);
		classifier_work_free(&work);
	}
	free(bytes);
	return 0;
}
