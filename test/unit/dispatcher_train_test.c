/*
 * dispatcher_train_test.c
 *	  Learning from cases: the same value in any order, repeated cases, roles,
 *	  old cases and new ones, names, no memory.
 */
#include "core/dispatcher_train.h"

#include "dispatcher_cases.h"

#define CASES 1200

static TestCase cases[CASES];
static int order[CASES];

static void
make_cases(int n, int noise, uint64_t seed)
{
	int i;

	for (i = 0; i < n; i++)
		make_case(&cases[i], &seed, noise);
}

static void
test_order(void)
{
	TestMemory counter = {-1, 0, 0};
	uint64_t random = 6;
	uint8_t *value;
	uint8_t *again;
	size_t size;
	size_t size_again;
	int differ = 0;
	int i;

	make_cases(CASES, 15, 1);
	ok(train_cases(cases, CASES, NULL, &counter, NULL, 0, &value, &size) ==
	       DISPATCHER_OK,
	   "trained");
	ok(counter.polled > 0 && counter.live == 1, "asked whether to go on");
	for (i = 0; i < 5; i++)
	{
		shuffle(order, CASES, &random);
		differ += train_cases(cases, CASES, order, &counter, NULL, 16, &again,
		                      &size_again) != DISPATCHER_OK ||
		          size_again != size + 16 ||
		          memcmp(value, again + 16, size) != 0;
		free(again);
	}
	ok(differ == 0, "the same bytes in any order of the cases");
	free(value);
}

/* How many of n new cases go to the likeliest unit, and how sure that is */
static int
judge(const Dispatcher *d, int n, int noise, uint64_t seed, double *sure)
{
	void *work = malloc(dispatcher_work_size(d));
	double *p = malloc(d->units * sizeof(double));
	int right = 0;
	int i;

	*sure = 0;
	for (i = 0; i < n; i++)
	{
		TestCase t;
		DispatcherCase c;
		uint32_t top;

		make_case(&t, &seed, noise);
		t.day = 17600;
		if (t.unit == 102)
			t.unit = 103;
		c = case_of(&t);
		dispatcher_probabilities(d, &c, work, p);
		dispatcher_top(d, p, 1, &top);
		right += d->unit[top] == t.unit;
		*sure += p[top];
	}
	free(work);
	free(p);
	return right;
}

static void
test_learning(void)
{
	TestMemory counter = {-1, 0, 0};
	DispatcherOptions options;
	Dispatcher d;
	uint8_t *value;
	size_t size;
	double sure;
	int right;
	int without;

	dispatcher_default_options(&options);
	options.half_life = 60;
	make_cases(250, 15, 2);
	train_cases(cases, 250, NULL, &counter, &options, 0, &value, &size);
	dispatcher_validate(value, size, &d);
	right = judge(&d, 2000, 15, 77, &sure);
	ok(right > 1500 && sure < right,
	   "250 cases teach %d of 2000 others, %.0f were expected", right, sure);
	ok(d.roles < d.units, "%u units have %u roles", d.units, d.roles);
	free(value);
	options.roles = false;
	train_cases(cases, 250, NULL, &counter, &options, 0, &value, &size);
	dispatcher_validate(value, size, &d);
	without = judge(&d, 2000, 15, 77, &sure);
	ok(without < right && d.roles == d.units, "without roles they teach %d",
	   without);
	free(value);
	make_cases(CASES, 15, 2);
	train_cases(cases, CASES, NULL, &counter, NULL, 0, &value, &size);
	dispatcher_validate(value, size, &d);
	right = judge(&d, 2000, 15, 77, &sure);
	ok(right > 1600 && fabs(sure - right) < 150,
	   "%d cases teach %d of 2000 others, %.0f were expected", CASES, right,
	   sure);
	free(value);
}

static void
test_witnesses(void)
{
	TestMemory counter = {-1, 0, 0};
	Dispatcher d;
	uint8_t *value;
	size_t size;
	double weight = 0;
	uint32_t i;

	make_cases(10, 0, 8);
	for (i = 0; i < 100; i++)
		cases[10 + i] = cases[9];
	cases[109].day++;
	train_cases(cases, 110, NULL, &counter, NULL, 0, &value, &size);
	dispatcher_validate(value, size, &d);
	for (i = 0; i < d.units; i++)
		weight += d.entry[i].weight;
	ok(d.cases == 110 && d.witnesses == 11 && weight <= 11,
	   "a case that is told a hundred times is one on each day");
	free(value);
	make_cases(2, 0, 8);
	cases[0].day = INT32_MIN;
	cases[1].day = INT32_MAX;
	ok(train_cases(cases, 2, NULL, &counter, NULL, 0, &value, &size) ==
	           DISPATCHER_OK &&
	       dispatcher_validate(value, size, &d) == DISPATCHER_OK,
	   "no case is too old");
	free(value);
}

static void
test_limits(void)
{
	TestMemory counter = {-1, 0, 0};
	DispatcherMemory memory = {test_resize, test_poll, &counter};
	DispatcherTrainer trainer;
	DispatcherCase c;
	char name[DISPATCHER_TEXT_MAX + 1];
	uint8_t *value;
	size_t size;
	long left;
	bool survived = true;

	ok(train_cases(cases, 0, NULL, &counter, NULL, 0, &value, &size) ==
	       DISPATCHER_EMPTY,
	   "nothing teaches nothing");
	memset(name, 'x', sizeof(name));
	make_cases(1, 0, 3);
	c = case_of(&cases[0]);
	c.channel = name;
	c.channel_len = DISPATCHER_TEXT_MAX;
	dispatcher_train_begin(&trainer, &memory, NULL);
	ok(dispatcher_train_add(&trainer, &c, 1) == DISPATCHER_OK,
	   "a channel of %d bytes", DISPATCHER_TEXT_MAX);
	c.channel_len++;
	ok(dispatcher_train_add(&trainer, &c, 1) == DISPATCHER_NAME,
	   "but not of one more");
	dispatcher_train_free(&trainer);
	ok(counter.live == 0, "memory is given back");

	make_cases(150, 15, 4);
	for (left = 0;; left++)
	{
		DispatcherStatus status;

		counter.left = left;
		value = NULL;
		status =
		    train_cases(cases, 150, NULL, &counter, NULL, 0, &value, &size);
		if (status == DISPATCHER_OK)
			break;
		if (status != DISPATCHER_NO_MEMORY || counter.live != 0)
			survived = false;
	}
	ok(survived && left > 50, "out of memory at each of %ld requests", left);
	free(value);
}

int
main(void)
{
	test_order();
	test_learning();
	test_witnesses();
	test_limits();
	return done_testing();
}
