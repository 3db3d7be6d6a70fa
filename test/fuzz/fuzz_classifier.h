/*
 * fuzz_classifier.h
 *	  Bytes as rows to train a classifier on, and what must hold of what it
 *	  explains.
 */
#ifndef CIVICGRID_FUZZ_CLASSIFIER_H
#define CIVICGRID_FUZZ_CLASSIFIER_H

#include <math.h>

#include "../unit/classifier_texts.h"
#include "fuzz.h"

#define FUZZ_CLASSES 256 /* a byte of a row tells its class */

static TestMemory fuzz_counter;
static const ClassifierMemory fuzz_memory = {test_resize, test_poll,
                                             &fuzz_counter};

typedef struct FuzzRow
{
	int64_t code;
	double weight;
	const char *text;
	size_t len;
} FuzzRow;

/* A code of one to three digits */
static int64_t
fuzz_code(uint8_t byte)
{
	static const int most[3] = {10, 100, 1000};
	int digits = byte % 3;
	int64_t code = byte / 3 % most[digits];

	for (int i = digits; i < 11; i++)
		code *= 10;
	return code * 16 + digits + 1;
}

/* A row: a byte for its code, one for its weight, the text up to a 0xFF */
static bool
next_row(const uint8_t **data, size_t *size, FuzzRow *row)
{
	const uint8_t *end;

	if (*size < 2)
		return false;
	row->code = fuzz_code((*data)[0]);
	row->weight = ldexp(1, (*data)[1] % 64 - 32);
	*data += 2;
	*size -= 2;
	end = *size > 0 ? memchr(*data, 0xFF, *size) : NULL;
	row->text = (const char *) *data;
	row->len = end != NULL ? (size_t) (end - *data) : *size;
	*data += row->len + (end != NULL);
	*size -= row->len + (end != NULL);
	return true;
}

/* Three bytes for the options, then rows; how many there are. */
static uint32_t
collect_rows(ClassifierTrainer *trainer, const uint8_t *data, size_t size)
{
	ClassifierOptions options;
	FuzzRow row;
	uint32_t n = 0;

	fuzz_counter = (TestMemory){-1, 0, 0};
	classifier_default_options(&options);
	if (size >= 3)
	{
		options.rows = data[0] % 4;
		options.bytes = data[0] & 0x80 ? 400u << (data[0] >> 2 & 7) : 0;
		options.passes = data[1] % 32;
		options.grams = data[1] & 0x80 ? data[1] & 0x7F : options.grams;
		fuzz_counter.left = data[2] & 0x80 ? data[2] & 0x7F : -1;
		data += 3;
		size -= 3;
	}
	classifier_train_begin(trainer, &fuzz_memory, &options);
	while (next_row(&data, &size, &row))
	{
		ClassifierStatus status = classifier_train_add(
		    trainer, row.text, row.len, row.code, row.weight);

		REQUIRE(status == CLASSIFIER_WEIGHT || status == trainer->status);
		n += status == CLASSIFIER_OK;
	}
	return n;
}

static void
fuzz_hear(void *context, size_t from, size_t to, int64_t contribution)
{
	REQUIRE(from < to);
	*(int64_t *) context += contribution;
}

/* The parts of a text add up to its scores, and probabilities to one. */
static void
fuzz_explain(const Classifier *c, const char *text, size_t len)
{
	ClassifierWork work;
	int64_t scores[FUZZ_CLASSES];
	double p[FUZZ_CLASSES];
	double sum = 0;
	uint32_t i;

	REQUIRE(c->classes <= FUZZ_CLASSES);
	classifier_work_begin(&work, &fuzz_memory);
	REQUIRE(classifier_score(c, &work, text, len, scores) == CLASSIFIER_OK);
	classifier_probabilities(c, scores, NULL, p);
	for (i = 0; i < c->classes; i++)
	{
		int64_t told = c->bias[i];

		REQUIRE(classifier_explain(c, &work, text, len, i, fuzz_hear, &told) ==
		            CLASSIFIER_OK &&
		        told == scores[i]);
		REQUIRE(p[i] >= 0 && p[i] <= 1);
		sum += p[i];
	}
	REQUIRE(fabs(sum - 1) < 1e-9);
	classifier_work_free(&work);
}

#endif /* CIVICGRID_FUZZ_CLASSIFIER_H */
