/*
 * dispatcher_test.c
 *	  Asking a dispatcher: probabilities and evidence against plain loops over
 *	  the cases, the order of answers, and values that are damaged.
 */
#include "core/dispatcher.h"

#include "core/checksum.h"
#include "core/dispatcher_format.h"
#include "dispatcher_cases.h"

#define CASES 900

static TestCase cases[CASES];

static void
make_cases(int n, int noise, uint64_t seed)
{
	int i;

	for (i = 0; i < n; i++)
		make_case(&cases[i], &seed, noise);
}

static bool
in_cell(int64_t cell, int64_t around)
{
	char a[32];
	char b[32];

	if (around == 0)
		return true;
	if (cell == 0)
		return false;
	gridcode_format(cell, a);
	gridcode_format(around, b);
	return strncmp(a, b, strlen(b)) == 0;
}

static bool
in_class(int64_t class_code, int64_t around)
{
	char a[32];
	char b[32];

	if (around == 0)
		return true;
	eventcode_format(class_code, a);
	eventcode_format(around, b);
	return strncmp(a, b, strlen(b)) == 0;
}

/* A context, told by what it asks of a case */
typedef struct Part
{
	int64_t class_code;
	int64_t cell;
	const char *channel;
	const char *property;
} Part;

static bool
has_part(const TestCase *t, const Part *p)
{
	return in_class(t->class_code, p->class_code) &&
	       in_cell(t->cell, p->cell) &&
	       (p->channel == NULL || strcmp(p->channel, t->channel) == 0) &&
	       (p->property == NULL || strcmp(p->property, t->property) == 0);
}

/* Is it the first of those alike? */
static bool
is_witness(int i)
{
	int k;

	for (k = 0; k < i; k++)
		if (cases[k].unit == cases[i].unit &&
		    cases[k].class_code == cases[i].class_code &&
		    cases[k].cell == cases[i].cell && cases[k].day == cases[i].day &&
		    strcmp(cases[k].channel, cases[i].channel) == 0 &&
		    strcmp(cases[k].property, cases[i].property) == 0)
			return false;
	return true;
}

static bool witness[CASES];

static uint32_t
unit_number(const Dispatcher *d, int64_t unit)
{
	uint32_t u = 0;

	while (d->unit[u] != unit)
		u++;
	return u;
}

/* Weights of units in a context; false if no case had it */
static bool
count_units(const Dispatcher *d, const Part *part, double fresh, double *out)
{
	bool found = false;
	uint32_t u;
	int i;

	for (u = 0; u < d->units; u++)
		out[u] = 0;
	for (i = 0; i < CASES; i++)
		if (witness[i] && has_part(&cases[i], part))
		{
			out[unit_number(d, cases[i].unit)] +=
			    fresh * pow(0.5, (d->last_day - cases[i].day) / d->half_life);
			found = true;
		}
	return found;
}

/* P(role) by the counts, and P(unit | role), written another way */
static void
plain_probabilities(const Dispatcher *d, const TestCase *t,
                    const double *by_weights, double *out)
{
	const Part chain[] = {
	    {0, 0, NULL, NULL},
	    {class_of((int) (t->class_code / (INT64_C(16) * 10000000000)), -1, -1),
	     0, NULL, NULL},
	    {eventcode_prefix(t->class_code, 4), 0, NULL, NULL},
	    {t->class_code, 0, NULL, NULL},
	    {t->class_code, t->cell / 8 / 1000000000 * 1000000000 * 8 + 4, NULL,
	     NULL},
	    {t->class_code, t->cell, NULL, NULL},
	    {t->class_code, t->cell, t->channel, NULL}};
	const Part places[] = {{0, chain[4].cell, NULL, NULL},
	                       {0, t->cell, NULL, NULL}};
	double fresh = t->day > d->last_day
	                   ? pow(0.5, (t->day - d->last_day) / d->half_life)
	                   : 1;
	double role[64];
	double share[64];
	double count[64];
	double sum;
	uint32_t u;
	uint32_t r;
	int k;

	for (r = 0; r < d->roles; r++)
		role[r] = 1.0 / d->roles;
	for (k = 0; k < 7; k++)
	{
		if (!count_units(d, &chain[k], k == 0 ? 1 : fresh, count))
			continue;
		sum = 3;
		for (r = 0; r < d->roles; r++)
			role[r] *= 3;
		for (u = 0; u < d->units; u++)
		{
			role[d->role[u]] += count[u];
			sum += count[u];
		}
		for (r = 0; r < d->roles; r++)
			role[r] /= sum;
	}
	for (k = -1; k < 2; k++)
	{
		const Part all = {0, 0, NULL, NULL};

		if (!count_units(d, k < 0 ? &all : &places[k], k < 0 ? 1 : fresh,
		                 count))
			continue;
		for (u = 0; u < d->units; u++)
			share[u] = k < 0 ? count[u] : count[u] + 0.5 * share[u];
		for (r = 0; r < d->roles; r++)
		{
			sum = 0;
			for (u = 0; u < d->units; u++)
				if (d->role[u] == r)
					sum += share[u];
			for (u = 0; u < d->units; u++)
				if (d->role[u] == r)
					share[u] /= sum;
		}
	}
	for (u = 0; u < d->units; u++)
		out[u] =
		    (0.8 * by_weights[d->role[u]] + 0.2 * role[d->role[u]]) * share[u];
}

/* P(role) by the weights that the value has */
static void
plain_regression(const Dispatcher *d, const TestCase *t, double *role)
{
	double sum = 0;
	uint32_t r;
	uint32_t i;
	uint32_t k;

	for (r = 0; r < d->roles; r++)
		role[r] = d->bias[r];
	for (i = 0; i < d->contexts; i++)
	{
		const DispatcherKey *key = &d->context[i].key;
		Part part = {key->class_code, key->cell, NULL, NULL};
		char channel[16] = "";
		char property[16] = "";
		const char *name;
		size_t len;

		if (key->channel != 0)
		{
			name = dispatcher_channel(d, key->channel, &len);
			memcpy(channel, name, len);
			part.channel = channel;
		}
		if (key->property != 0)
		{
			name = dispatcher_property(d, key->property, &len);
			memcpy(property, name, len);
			part.property = property;
		}
		if (has_part(t, &part))
			for (k = d->context[i].first_weight;
			     k < d->context[i + 1].first_weight; k++)
				role[d->weight[k].role] += (double) d->weight[k].weight;
	}
	for (r = 0; r < d->roles; r++)
		sum += exp(role[r]);
	for (r = 0; r < d->roles; r++)
		role[r] = exp(role[r]) / sum;
}

typedef struct Heard
{
	const Dispatcher *d;
	const TestCase *t;
	uint32_t unit;
	int told;
	int wrong;
} Heard;

static void
hear(void *context, const DispatcherEvidence *e)
{
	Heard *h = context;
	Part part = {e->key->class_code, e->key->cell,
	             e->key->channel != 0 ? h->t->channel : NULL,
	             e->key->property != 0 ? h->t->property : NULL};
	uint64_t all = 0;
	uint64_t unit = 0;
	uint64_t role = 0;
	int i;

	for (i = 0; i < CASES; i++)
		if (has_part(&cases[i], &part))
		{
			uint32_t u = unit_number(h->d, cases[i].unit);

			all++;
			unit += u == h->unit;
			role += h->d->role[u] == h->d->role[h->unit];
		}
	h->told++;
	h->wrong +=
	    all != e->cases || unit != e->unit_cases || role != e->role_cases;
}

static void
test_answers(void)
{
	TestMemory counter = {-1, 0, 0};
	Dispatcher d;
	uint8_t *value;
	size_t size;
	uint64_t random = 99;
	double off = 0;
	int disorder = 0;
	int told = 0;
	int wrong = 0;
	int i;

	make_cases(CASES, 20, 5);
	for (i = 0; i < 50; i++)
		cases[100 + i] = cases[50 + i]; /* the same again */
	for (i = 0; i < CASES; i++)
		witness[i] = is_witness(i);
	if (!ok(train_cases(cases, CASES, NULL, &counter, NULL, 0, &value,
	                    &size) == DISPATCHER_OK &&
	            dispatcher_validate(value, size, &d) == DISPATCHER_OK,
	        "trained"))
		return;
	ok(d.units == 4 + 4 + 4 + 12 && d.roles < d.units && d.cases == CASES &&
	       d.class_levels == 0x14 && d.cell_levels == 0x30,
	   "%u units in %u roles, levels that differ", d.units, d.roles);
	for (i = 0; i < 200; i++)
	{
		TestCase t;
		DispatcherCase c;
		double p[64];
		double plain[64];
		double role[64];
		uint32_t top[64];
		void *work = malloc(dispatcher_work_size(&d));
		uint32_t n;
		uint32_t u;
		uint32_t k;
		Heard heard = {&d, &t, 0, 0, 0};

		make_case(&t, &random, 20);
		t.day += 100;
		if (i % 10 == 0)
			t.class_code = class_of(9, 1, 1); /* not seen before */
		c = case_of(&t);
		dispatcher_probabilities(&d, &c, work, p);
		plain_regression(&d, &t, role);
		plain_probabilities(&d, &t, role, plain);
		for (u = 0; u < d.units; u++)
			off = fmax(off, fabs(p[u] - plain[u]));
		n = dispatcher_top(&d, p, 1 + (uint32_t) i % 30, top);
		disorder +=
		    n != (1 + (uint32_t) i % 30 < d.units ? 1 + (uint32_t) i % 30
		                                          : d.units);
		for (u = 0; u < d.units; u++) /* the place of each */
		{
			uint32_t place = 0;

			for (k = 0; k < d.units; k++)
				place += p[k] > p[u] || (p[k] == p[u] && k < u);
			disorder += place < n && top[place] != u;
		}
		heard.unit = top[0];
		dispatcher_evidence(&d, &c, top[0], hear, &heard);
		told += heard.told;
		wrong += heard.wrong;
		free(work);
	}
	ok(off < 1e-9, "probabilities are those of plain loops (%g)", off);
	ok(disorder == 0, "answers come in order");
	ok(told > 1500 && wrong == 0,
	   "evidence is counted by plain loops: %d of %d wrong", wrong, told);
	free(value);
}

/* Does each probability make sense? */
static bool
sound_answer(const Dispatcher *d, const DispatcherCase *c)
{
	void *work = malloc(dispatcher_work_size(d));
	double *p = malloc(d->units * sizeof(double));
	double sum = 0;
	uint32_t u;
	bool sound = true;

	dispatcher_probabilities(d, c, work, p);
	for (u = 0; u < d->units; u++)
	{
		sound = sound && p[u] >= 0 && p[u] <= 1 + 1e-9;
		sum += p[u];
	}
	free(work);
	free(p);
	return sound && fabs(sum - 1) < 1e-6;
}

static void
test_little(void)
{
	TestMemory counter = {-1, 0, 0};
	DispatcherCase none = {0, 0, NULL, 0, NULL, 0, INT32_MAX};
	Dispatcher d;
	uint8_t *value;
	size_t size;
	int i;

	make_cases(1, 0, 1);
	ok(train_cases(cases, 1, NULL, &counter, NULL, 0, &value, &size) ==
	           DISPATCHER_OK &&
	       dispatcher_validate(value, size, &d) == DISPATCHER_OK &&
	       d.units == 1 && sound_answer(&d, &none),
	   "one case is enough");
	free(value);
	make_cases(300, 10, 2);
	for (i = 0; i < 300; i++)
	{
		if (i % 3 == 0)
			cases[i].cell = 0;
		if (i % 4 == 0)
			cases[i].channel[0] = cases[i].property[0] = '\0';
	}
	ok(train_cases(cases, 300, NULL, &counter, NULL, 0, &value, &size) ==
	           DISPATCHER_OK &&
	       dispatcher_validate(value, size, &d) == DISPATCHER_OK,
	   "not everything has to be known");
	for (i = 0; i < 300; i++)
	{
		DispatcherCase c = case_of(&cases[i]);

		c.day = INT32_MIN;
		if (!sound_answer(&d, &c))
			break;
	}
	ok(i == 300 && sound_answer(&d, &none),
	   "nor of a case that is asked for, far in the future or the past");
	free(value);
}

static void
test_damage(void)
{
	TestMemory counter = {-1, 0, 0};
	Dispatcher d;
	uint8_t *value;
	uint8_t *copy;
	size_t size;
	size_t i;
	uint64_t random = 17;
	int passed = 0;
	int refused = 0;
	int unsound = 0;

	make_cases(60, 10, 3);
	train_cases(cases, 60, NULL, &counter, NULL, 0, &value, &size);
	copy = malloc(size);
	for (i = 0; i < size; i++)
	{
		memcpy(copy, value, size);
		copy[i] ^= (uint8_t) (1 << i % 8);
		passed += dispatcher_validate(copy, size, &d) == DISPATCHER_OK;
	}
	ok(passed == 0, "no byte of %zu can be changed unnoticed", size);
	for (i = 0, passed = 0; i < size; i++)
	{
		uint8_t *cut = malloc(i == 0 ? 1 : i);

		memcpy(cut, value, i);
		passed += dispatcher_validate(cut, i, &d) == DISPATCHER_OK;
		free(cut);
	}
	ok(passed == 0, "nor cut off");
	/* with a checksum that fits */
	for (i = 0; i < 200000; i++)
	{
		size_t at = next_random(&random) % size;
		uint64_t sum;

		memcpy(copy, value, size);
		if (at >= 16 && at < 24)
			continue;
		copy[at] = (uint8_t) next_random(&random);
		if (i % 2)
			copy[at & ~(size_t) 3] = (uint8_t) (copy[at & ~(size_t) 3] + 1);
		sum = checksum_bytes(copy + 24, size - 24);
		memcpy(copy + 16, &sum, sizeof(sum));
		if (dispatcher_validate(copy, size, &d) == DISPATCHER_OK)
		{
			DispatcherCase c = case_of(&cases[i % 60]);

			passed++;
			unsound += !sound_answer(&d, &c);
		}
		else
			refused++;
	}
	ok(refused > 10000 && passed > 1000 && unsound == 0,
	   "what passes with another checksum can be asked (%d, %d refused)",
	   passed, refused);
	free(copy);
	free(value);
}

int
main(void)
{
	test_answers();
	test_little();
	test_damage();
	return done_testing();
}
