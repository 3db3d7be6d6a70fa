/*
 * classifier_rule_lists.h
 *	  Rules at random for the tests, and what they add to a score, found by
 *	  looking for each phrase everywhere.
 */
#ifndef CIVICGRID_TEST_CLASSIFIER_RULE_LISTS_H
#define CIVICGRID_TEST_CLASSIFIER_RULE_LISTS_H

#include "core/classifier_extend.h"
#include "core/classifier_format.h"
#include "core/code.h"

#include "classifier_texts.h"
#include "phrases_lists.h"

#define RULE_CONDITIONS 3

typedef struct TestRule
{
	TestPhrase phrase;
	int64_t code;
	double odds;
	int64_t territory;
	TestPhrase also[RULE_CONDITIONS];
	size_t alsos;
	TestPhrase unless[RULE_CONDITIONS];
	size_t unlesses;
} TestRule;

/* One of a few words, of which some are within others */
static inline TestPhrase
rule_word(uint64_t r)
{
	static const char *const words[] = {
	    "路灯", "路",   "灯",   "灯不亮", "井盖", "a1", "12", "路灯不亮",
	    "噪音", "空调", "空调", "施工",   "1",    "工", "a",  "亮"};
	const char *word = words[r % (sizeof(words) / sizeof(*words))];

	return (TestPhrase){word, strlen(word)};
}

static inline int64_t
event_code(const char *text)
{
	int64_t code = 0;
	CodeFault fault;

	eventcode_parse(text, strlen(text), &code, &fault);
	return code;
}

static inline int64_t
grid_code(const char *text)
{
	int64_t code = 0;
	CodeFault fault;

	gridcode_parse(text, strlen(text), &code, &fault);
	return code;
}

static const char *const rule_places[] = {
    "44", "4403", "440310", "440310001", "440310001002", "11"};

static inline TestRule
random_rule(uint64_t *random)
{
	static const char *const codes[] = {"1000", "1007", "10", "1",   "1014",
	                                    "2",    "21",   "22", "221", "100"};
	uint64_t r = next_random(random);
	TestRule rule = {.phrase = rule_word(r),
	                 .code = event_code(codes[(r >> 8) % 10]),
	                 .odds = (double) (int) ((r >> 16) % 201) / 2 - 50};
	size_t i;

	if ((r >> 24) % 3 == 0)
		rule.territory = grid_code(rule_places[(r >> 28) % 6]);
	rule.alsos = (r >> 32) % 4 == 0 ? 1 + (r >> 36) % 3 : 0;
	rule.unlesses = (r >> 40) % 4 == 0 ? 1 + (r >> 44) % 3 : 0;
	for (i = 0; i < RULE_CONDITIONS; i++)
	{
		rule.also[i] = rule_word(next_random(random));
		rule.unless[i] = rule_word(next_random(random));
	}
	return rule;
}

static inline ClassifierStatus
add_rule(ClassifierExtender *e, const TestRule *rule)
{
	ClassifierPiece also[RULE_CONDITIONS];
	ClassifierPiece unless[RULE_CONDITIONS];
	ClassifierPhrase phrase = {
	    .phrase = {rule->phrase.bytes, rule->phrase.len},
	    .code = rule->code,
	    .odds = rule->odds,
	    .territory = rule->territory,
	    .also = also,
	    .alsos = rule->alsos,
	    .unless = unless,
	    .unlesses = rule->unlesses};

	for (int i = 0; i < RULE_CONDITIONS; i++)
	{
		also[i] = (ClassifierPiece){rule->also[i].bytes, rule->also[i].len};
		unless[i] =
		    (ClassifierPiece){rule->unless[i].bytes, rule->unless[i].len};
	}
	return classifier_extend_rule(e, &phrase);
}

/* Extend a value by rules; the result is checked. */
static inline ClassifierStatus
extend_by(const Classifier *base, const TestRule *rules, const int *order,
          int n, TestMemory *counter, uint8_t **block, size_t *size,
          Classifier *classifier)
{
	ClassifierMemory memory = {test_resize, test_poll, counter};
	ClassifierExtender e;
	ClassifierStatus status = CLASSIFIER_OK;

	*block = NULL;
	classifier_extend_begin(&e, &memory, base, "test 1");
	for (int i = 0; i < n && status == CLASSIFIER_OK; i++)
		status = add_rule(&e, &rules[order == NULL ? i : order[i]]);
	if (status == CLASSIFIER_OK)
		status = classifier_extend(&e, 0, block, size);
	classifier_extend_free(&e);
	if (status == CLASSIFIER_OK)
		status = classifier_validate(*block, *size, classifier);
	return status;
}

static inline int64_t
rule_weight(const Classifier *c, double odds)
{
	if (c->rows == 0 && c->features == 0)
		return (int64_t) floor(odds * 1048576 + 0.5);
	return (int64_t) floor(odds / (c->slope * CLASSIFIER_POWER) + 0.5);
}

static inline bool
rule_counts(const TestRule *rule, const char *text, size_t len, int64_t cell)
{
	size_t i;

	if (find_plainly(&rule->phrase, text, len) == len)
		return false;
	if (rule->territory != 0 && (cell == 0 || cell < rule->territory ||
	                             cell > gridcode_last(rule->territory)))
		return false;
	for (i = 0; i < rule->alsos; i++)
		if (find_plainly(&rule->also[i], text, len) == len)
			return false;
	for (i = 0; i < rule->unlesses; i++)
		if (find_plainly(&rule->unless[i], text, len) < len)
			return false;
	return true;
}

/* What the rules add to the score of a class */
static inline int64_t
add_plainly(const Classifier *c, const TestRule *rules, int n,
            const char *text, size_t len, int64_t cell, int64_t code)
{
	int64_t sum = 0;

	for (int i = 0; i < n; i++)
		if (code >= rules[i].code && code <= eventcode_last(rules[i].code) &&
		    rule_counts(&rules[i], text, len, cell))
			sum += rule_weight(c, rules[i].odds);
	return sum;
}

typedef struct RulesTold
{
	const char *text;
	size_t len;
	int64_t sum;
	int count;
	int wrong;
} RulesTold;

static inline void
hear_rule(void *context, size_t from, size_t to, int64_t contribution)
{
	RulesTold *told = context;

	told->sum += contribution;
	told->count++;
	told->wrong += from >= to || to > told->len;
}

/*
 * How many scores of a text are not the grams' and the rules', and how many
 * explanations do not add up
 */
static inline int
rule_faults(const Classifier *c, ClassifierWork *work, const TestRule *rules,
            int n, const char *text, size_t len, int64_t cell)
{
	int64_t *grams = malloc(c->classes * sizeof(int64_t));
	int64_t *scores = malloc(c->classes * sizeof(int64_t));
	int64_t *said = malloc(c->classes * sizeof(int64_t));
	char *exact = malloc(len > 0 ? len : 1);
	int faults = 0;

	memcpy(exact, text, len);
	faults += classifier_score(c, work, exact, len, grams) != CLASSIFIER_OK;
	memcpy(scores, grams, c->classes * sizeof(int64_t));
	faults += classifier_add_rules(c, work, exact, len, cell, scores, said) !=
	          CLASSIFIER_OK;
	for (uint32_t i = 0; i < c->classes; i++)
	{
		RulesTold told = {exact, len, 0, 0, 0};

		faults += classifier_explain_rules(c, work, exact, len, cell, i,
		                                   hear_rule, &told) != CLASSIFIER_OK;
		faults += told.wrong + (grams[i] + told.sum != scores[i]);
		faults += said[i] != told.sum;
		if (rules != NULL)
			faults += told.sum !=
			          add_plainly(c, rules, n, text, len, cell, c->codes[i]);
	}
	free(grams);
	free(scores);
	free(said);
	free(exact);
	return faults;
}

/* A text made of the words, and of others */
static inline void
make_rule_text(TestText *t, uint64_t *random, int pieces)
{
	static const char *const others[] = {" ", "，", "的", "b", "2", "\n"};

	t->len = 0;
	while (pieces-- > 0)
	{
		uint64_t r = next_random(random);
		TestPhrase word = rule_word(r >> 8);

		if (r % 2 == 0)
		{
			word.bytes = others[(r >> 8) % 6];
			word.len = strlen(word.bytes);
		}
		if (t->len + word.len > TEXT_ROOM)
			break;
		memcpy(t->text + t->len, word.bytes, word.len);
		t->len += word.len;
	}
}

#endif /* CIVICGRID_TEST_CLASSIFIER_RULE_LISTS_H */
