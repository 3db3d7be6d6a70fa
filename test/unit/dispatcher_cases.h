/*
 * dispatcher_cases.h
 *	  Past cases for the tests of dispatchers: a town of streets with
 *communities in which offices of some kinds take classes, others take classes
 *	  everywhere, and chance has its part.
 */
#ifndef CIVICGRID_TEST_DISPATCHER_CASES_H
#define CIVICGRID_TEST_DISPATCHER_CASES_H

#include <math.h>
#include <stdlib.h>

#include "core/code.h"
#include "core/dispatcher_train.h"
#include "tap.h"

/* An allocator that gives so many blocks, and counts what it is asked */
typedef struct TestMemory
{
	long left; /* negative: no limit */
	long live; /* blocks */
	long polled;
} TestMemory;

static inline void *
test_resize(void *context, void *block, size_t size)
{
	TestMemory *memory = context;
	void *new;

	if (size == 0)
	{
		memory->live--;
		free(block);
		return NULL;
	}
	if (memory->left == 0)
		return NULL;
	if (memory->left > 0)
		memory->left--;
	new = realloc(block, size);
	memory->live += block == NULL;
	return new;
}

static inline void
test_poll(void *context)
{
	((TestMemory *) context)->polled++;
}

/* Codes of a class of type t (1-9), matter m and detail d (0-9): 05, 0512 or
 * 051207; m or d below 0 leaves out the rest */
static inline int64_t
class_of(int t, int m, int d)
{
	char text[8];
	CodeFault fault;
	int64_t code = 0;

	snprintf(text, sizeof(text), m < 0 ? "%02d" : "%02d%02d", t % 100,
	         m % 100);
	if (m >= 0 && d >= 0)
		snprintf(text + 4, 3, "%02d", d % 100);
	eventcode_parse(text, strlen(text), &code, &fault);
	return code;
}

/* Street s (1-9) of district 440310, and its community c; below 0: the street
 */
static inline int64_t
cell_of(int s, int c)
{
	char text[16];
	CodeFault fault;
	int64_t code = 0;

	snprintf(text, sizeof(text), c < 0 ? "440310%03d" : "440310%03d%03d",
	         s % 1000, c % 1000);
	gridcode_parse(text, strlen(text), &code, &fault);
	return code;
}

typedef struct TestCase
{
	int64_t unit;
	int64_t class_code;
	int64_t cell;
	int32_t day;
	char channel[8];
	char property[8];
	char kind[8];
} TestCase;

#define STREETS     4
#define COMMUNITIES 3
#define TYPES       5

/*
 * Type 1 goes to bureau 100 everywhere; type 2 to the street's office 200 + s;
 * type 3 to its patrol 300 + s, but on channel "app" to bureau 101; type 4 to
 * the community 400 + 10 s + c; type 5 to 102, from day 17500 on to 103.  So
 * many in a hundred go to anyone.
 */
static inline void
make_case(TestCase *t, uint64_t *random, int noise)
{
	int type = 1 + (int) (next_random(random) % TYPES);
	int s = 1 + (int) (next_random(random) % STREETS);
	int c = 1 + (int) (next_random(random) % COMMUNITIES);

	memset(t, 0, sizeof(*t));
	t->class_code = class_of(type, (int) (next_random(random) % 3),
	                         (int) (next_random(random) % 4));
	t->cell = cell_of(s, c);
	t->day = 17400 + (int32_t) (next_random(random) % 200);
	strcpy(t->channel, next_random(random) % 3 == 0 ? "app" : "12345");
	strcpy(t->property, next_random(random) % 5 == 0 ? "query" : "complaint");
	t->unit = type == 1        ? 100
	          : type == 2      ? 200 + s
	          : type == 3      ? (t->channel[0] == 'a' ? 101 : 300 + s)
	          : type == 4      ? 400 + 10 * s + c
	          : t->day < 17500 ? 102
	                           : 103;
	if ((int) (next_random(random) % 100) < noise)
		t->unit = 100 + (int64_t) (next_random(random) % 4);
	strcpy(t->kind, t->unit >= 400   ? "5 comm"
	                : t->unit >= 300 ? "4 patr"
	                : t->unit >= 200 ? "4 offi"
	                                 : "");
}

static inline DispatcherCase
case_of(const TestCase *t)
{
	DispatcherCase c = {t->class_code, t->cell,
	                    t->channel,    strlen(t->channel),
	                    t->property,   strlen(t->property),
	                    t->day};

	return c;
}

/* Train on cases, in an order if it is not NULL. */
static inline DispatcherStatus
train_cases(const TestCase *cases, int n, const int *order,
            TestMemory *counter, const DispatcherOptions *options,
            size_t prefix, uint8_t **block, size_t *size)
{
	DispatcherMemory memory = {test_resize, test_poll, counter};
	DispatcherTrainer trainer;
	DispatcherStatus status = DISPATCHER_OK;
	int i;

	dispatcher_train_begin(&trainer, &memory, options);
	for (i = 0; i < n && status == DISPATCHER_OK; i++)
	{
		const TestCase *t = &cases[order == NULL ? i : order[i]];
		DispatcherCase c = case_of(t);

		status = dispatcher_train_add(&trainer, &c, t->unit);
	}
	if (status == DISPATCHER_OK)
		status = dispatcher_train(&trainer, prefix, block, size);
	dispatcher_train_free(&trainer);
	return status;
}

static inline void
shuffle(int *order, int n, uint64_t *random)
{
	int i;

	for (i = 0; i < n; i++)
		order[i] = i;
	for (i = n - 1; i > 0; i--)
	{
		int j = (int) (next_random(random) % (uint64_t) (i + 1));
		int swap = order[i];

		order[i] = order[j];
		order[j] = swap;
	}
}

#endif /* CIVICGRID_TEST_DISPATCHER_CASES_H */
