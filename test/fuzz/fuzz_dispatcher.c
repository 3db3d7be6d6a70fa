/*
 * fuzz_dispatcher.c
 *	  Any bytes as a value, and values with any bytes changed: what passes the
 *	  check can be asked.
 */
#include "core/checksum.h"
#include "fuzz_dispatcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Heard
{
	const Dispatcher *d;
	uint64_t told;
} Heard;

static void
hear(void *context, const DispatcherEvidence *e)
{
	Heard *h = context;
	size_t len;

	REQUIRE(e->unit_cases <= e->role_cases && e->role_cases <= e->cases);
	if (e->key->channel != 0)
		REQUIRE(*dispatcher_channel(h->d, e->key->channel, &len) || len > 0);
	if (e->key->property != 0)
		REQUIRE(*dispatcher_property(h->d, e->key->property, &len) || len > 0);
	h->told++;
}

static void
ask(const uint8_t *bytes, size_t size, const uint8_t *data)
{
	Dispatcher d;
	TestCase t;
	DispatcherCase c;
	Heard heard = {&d, 0};
	void *work;
	double *p;
	uint32_t *top;
	double sum = 0;
	uint32_t n;
	uint32_t i;

	if (dispatcher_validate(bytes, size, &d) != DISPATCHER_OK)
		return;
	read_case(data, &t);
	c = case_of(&t);
	work = malloc(dispatcher_work_size(&d));
	p = malloc(d.units * sizeof(double));
	top = malloc(d.units * sizeof(uint32_t));
	dispatcher_probabilities(&d, &c, work, p);
	for (i = 0; i < d.units; i++)
	{
		REQUIRE(p[i] >= 0 && p[i] <= 1 + 1e-9);
		sum += p[i];
	}
	REQUIRE(fabs(sum - 1) < 1e-6);
	n = dispatcher_top(&d, p, 1 + data[0] % 5, top);
	REQUIRE(n > 0 && n <= d.units);
	for (i = 1; i < n; i++)
		REQUIRE(p[top[i - 1]] >= p[top[i]]);
	dispatcher_evidence(&d, &c, top[0], hear, &heard);
	REQUIRE(heard.told > 0);
	free(work);
	free(p);
	free(top);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TestCase cases[40];
	uint64_t aligned[64];
	uint8_t *value;
	size_t bytes;
	size_t at;
	int n;

	if (size < 8)
		return 0;
	if (size <= sizeof(aligned))
	{
		memcpy(aligned, data, size);
		ask((const uint8_t *) aligned, size, data);
	}
	/* some cases, then places and what is put there */
	n = 1 + data[0] % 40;
	if (size < (size_t) n * FUZZ_BYTES + 8)
		return 0;
	for (at = 0; at < (size_t) n; at++)
		read_case(data + at * FUZZ_BYTES, &cases[at]);
	fuzz_counter.left = -1;
	REQUIRE(train_cases(cases, n, NULL, &fuzz_counter, NULL, 0, &value,
	                    &bytes) == DISPATCHER_OK);
	ask(value, bytes, data);
	for (at = (size_t) n * FUZZ_BYTES; at + 4 <= size; at += 4)
	{
		size_t place = (data[at] | (size_t) data[at + 1] << 8) % bytes;
		uint64_t sum;

		value[place] = data[at + 2];
		if (data[at + 3] & 1)
		{
			sum = checksum_bytes(value + 24, bytes - 24);
			memcpy(value + 16, &sum, sizeof(sum));
		}
	}
	ask(value, bytes, data);
	free(value);
	return 0;
}
