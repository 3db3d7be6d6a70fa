/*
 * classifier_texts.h
 *	  Texts for the tests of the classifier, and a trainer of them.
 */
#ifndef CIVICGRID_TEST_CLASSIFIER_TEXTS_H
#define CIVICGRID_TEST_CLASSIFIER_TEXTS_H

#include <stdlib.h>

#include "core/classifier_train.h"
#include "tap.h"

#define TEXT_ROOM 2048

typedef struct TestText
{
	int64_t code;
	double weight;
	size_t len;
	char text[TEXT_ROOM];
} TestText;

/* An allocator that gives so many blocks, and counts what it is asked */
typedef struct TestMemory
{
	long left; /* negative: no limit */
	long asked;
	long polled;
} TestMemory;

static inline void *
test_resize(void *context, void *block, size_t size)
{
	TestMemory *memory = context;

	if (size == 0)
	{
		free(block);
		return NULL;
	}
	memory->asked++;
	if (memory->left == 0)
		return NULL;
	if (memory->left > 0)
		memory->left--;
	return realloc(block, size);
}

static inline void
test_poll(void *context)
{
	((TestMemory *) context)->polled++;
}

static inline void
put_character(TestText *t, uint32_t c)
{
	if (t->len + 4 > TEXT_ROOM)
		return;
	if (c < 0x80)
		t->text[t->len++] = (char) c;
	else if (c < 0x800)
	{
		t->text[t->len++] = (char) (0xC0 | c >> 6);
		t->text[t->len++] = (char) (0x80 | (c & 0x3F));
	}
	else
	{
		t->text[t->len++] = (char) (0xE0 | c >> 12);
		t->text[t->len++] = (char) (0x80 | (c >> 6 & 0x3F));
		t->text[t->len++] = (char) (0x80 | (c & 0x3F));
	}
}

/* The code of a class of the texts: four digits */
#define TEXT_CODE(n) ((INT64_C(1000) + (n) *7) * 100000000 * 16 + 4)

/*
 * A text of a class: words of two characters, some of them of a list of the
 * class's own, most of them anyone's; a title, sometimes.
 */
static inline void
make_text(TestText *t, uint64_t *random, int classes, int words)
{
	int class_number = (int) (next_random(random) % (uint64_t) classes);
	int i;

	t->code = TEXT_CODE(class_number);
	t->weight = 1;
	t->len = 0;
	for (i = 0; i < words; i++)
	{
		uint64_t r = next_random(random);
		uint32_t word = r % 4 == 0 ? 1000 + (uint32_t) class_number * 20 +
		                                 (uint32_t) (r >> 32) % 20
		                           : (uint32_t) (r >> 32) % 400;

		put_character(t, 0x4E00 + word * 2);
		put_character(t, 0x4E00 + word * 2 + 1);
		if (i == 3 && r >> 8 & 1)
			put_character(t, '\n');
		else if ((r >> 16) % 5 == 0)
			put_character(t, (r >> 24) % 2 ? 0x3002 : ' ');
	}
}

static inline ClassifierStatus
train_texts(const TestText *texts, int n, const int *order,
            TestMemory *counter, const ClassifierOptions *options,
            size_t prefix, uint8_t **block, size_t *size)
{
	ClassifierMemory memory = {test_resize, test_poll, counter};
	ClassifierTrainer trainer;
	ClassifierStatus status;
	int i;

	classifier_train_begin(&trainer, &memory, options);
	for (i = 0; i < n; i++)
	{
		const TestText *t = &texts[order == NULL ? i : order[i]];

		if (classifier_train_add(&trainer, t->text, t->len, t->code,
		                         t->weight) != CLASSIFIER_OK)
			break;
	}
	status = classifier_train(&trainer, prefix, block, size);
	classifier_train_free(&trainer);
	return status;
}

#endif /* CIVICGRID_TEST_CLASSIFIER_TEXTS_H */
