/*
 * fuzz_classifier_extend.c
 *	  Any rules and codes are made a value that passes the check, the same each
 *	  time, whose scores are those that looking for each phrase finds; or
 *	  memory is short, and nothing leaks.
 */
#include "../unit/classifier_rule_lists.h"
#include "fuzz.h"

#define MOST 40

static TestMemory counter;
static const ClassifierMemory memory = {test_resize, test_poll, &counter};

/* Digits of a code: the first byte says how many */
static int64_t
some_code(const uint8_t *data)
{
	int64_t code = (data[0] >> 2) % 3 * 10 + data[1] % 3;

	code = code * 10000 + data[1] / 3;
	return eventcode_prefix(code * 1000000 * 16 + 12, 1 + data[0] % 12);
}

static TestRule
some_rule(const uint8_t *data)
{
	TestRule rule = {.phrase = rule_word(data[0]),
	                 .code = some_code(data + 1),
	                 .odds = (double) data[3] - 100,
	                 .alsos = data[4] % 4,
	                 .unlesses = data[5] % 4};

	if (data[6] % 8 < 6)
		rule.territory = grid_code(rule_places[data[6] % 8]);
	rule.odds = fmin(rule.odds, 100);
	for (int i = 0; i < RULE_CONDITIONS; i++)
	{
		rule.also[i] = rule_word((uint64_t) data[4] / 4 + i * 5u);
		rule.unless[i] = rule_word((uint64_t) data[5] / 4 + i * 7u);
	}
	return rule;
}

/*
 * A byte for the levels, one for the memory, one for the cell, one for the
 * number of rules, of eight bytes each: the last one, if odd, makes a code of
 * it.  Half of the rules come in a second step.  The rest is the text.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TestRule rules[MOST];
	ClassifierExtender e;
	ClassifierWork work;
	Classifier c[2];
	uint8_t *block[2] = {NULL, NULL};
	size_t bytes;
	ClassifierStatus status;
	int64_t cell;
	int level;
	int n;
	int added = 0;
	int step;
	int i;

	if (size < 4)
		return 0;
	counter = (TestMemory){data[1] < 100 ? data[1] : -1, 0, 0};
	level = data[0] % 13;
	cell = data[2] % 8 < 6 ? grid_code(rule_places[data[2] % 8]) : 0;
	n = data[3] % (MOST + 1);
	data += 4;
	size -= 4;
	for (step = 0; step < 2; step++)
	{
		classifier_extend_begin(&e, &memory, step == 0 ? NULL : &c[0], "x");
		status = CLASSIFIER_OK;
		for (i = 0; i < n / 2 && size >= 8 && status == CLASSIFIER_OK; i++)
		{
			rules[added] = some_rule(data);
			if (data[7] % 2 == 1)
				status = classifier_extend_code(&e, rules[added].code);
			else
				status = add_rule(&e, &rules[added++]);
			data += 8;
			size -= 8;
		}
		classifier_extend_level(&e, level);
		if (status == CLASSIFIER_OK)
			status = classifier_extend(&e, 0, &block[step], &bytes);
		classifier_extend_free(&e);
		REQUIRE((status == CLASSIFIER_OK) == (block[step] != NULL));
		if (status != CLASSIFIER_OK)
			break;
		REQUIRE(classifier_validate(block[step], bytes, &c[step]) ==
		        CLASSIFIER_OK);
	}
	if (status == CLASSIFIER_OK)
	{
		TestText t = {.len = 0};

		counter.left = -1;
		classifier_work_begin(&work, &memory);
		while (size-- > 0)
		{
			TestPhrase word = rule_word(*data++);

			if (t.len + word.len <= TEXT_ROOM)
				memcpy(t.text + t.len, word.bytes, word.len);
			t.len += t.len + word.len <= TEXT_ROOM ? word.len : 0;
		}
		REQUIRE(rule_faults(&c[1], &work, rules, added, t.text, t.len, cell) ==
		        0);
		classifier_work_free(&work);
	}
	else
		REQUIRE(status == CLASSIFIER_NO_MEMORY || status == CLASSIFIER_EMPTY);
	free(block[0]);
	free(block[1]);
	return 0;
}
