/*
 * fuzz_dispatcher_duties.c
 *	  Any cases suggest the same duties in another order; their figures fit.
 */
#include "core/dispatcher_duties.h"
#include "fuzz_dispatcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Heard
{
	uint64_t hash;
	uint64_t cases;
} Heard;

static bool
hear(void *context, const DutiesRule *r, const DutiesTold *told)
{
	Heard *h = context;
	uint32_t i;

	REQUIRE(r->cases > 0 && r->kept <= r->cases && r->witnesses <= r->cases &&
	        r->against <= r->cases - r->kept);
	h->cases += r->cases;
	h->hash = dispatcher_mix(h->hash, (uint64_t) r->class_code);
	h->hash = dispatcher_mix(h->hash, (uint64_t) r->cell);
	h->hash = dispatcher_mix(h->hash, (uint64_t) r->unit);
	h->hash = dispatcher_mix(h->hash, r->cases << 32 | r->kept);
	h->hash = dispatcher_mix(h->hash, (uint64_t) r->since);
	h->hash = dispatcher_mix(h->hash, r->channel_len * 256 + r->kind_len);
	for (i = 0; i < r->against; i++)
	{
		size_t len;
		const char *key = duties_against(told, i, &len);

		while (len-- > 0)
			h->hash = dispatcher_mix(h->hash, (uint8_t) key[len]);
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Heard heard[2];
	int order[100];
	uint64_t random = size;
	int n;
	int round;
	int i;

	if (size < 4 + FUZZ_BYTES)
		return 0;
	n = (int) ((size - 4) / FUZZ_BYTES);
	if (n > 100)
		n = 100;
	for (i = 0; i < n; i++)
		order[i] = i;
	for (round = 0; round < 2; round++)
	{
		DutiesOptions options;
		Duties duties;
		DispatcherStatus status = DISPATCHER_OK;

		duties_default_options(&options);
		options.half_life = 1 + data[0] * 5;
		options.gain = 0.1 + data[1] / 40.0;
		options.support = data[2] / 40.0;
		options.confidence = data[2] / 255.0;
		options.takeovers = data[3] % 2;
		options.against = data[3] % 8;
		options.class_levels = data[3] % 16 * 2;
		fuzz_counter.left = data[3] > 180 && round == 0 ? data[3] - 180 : -1;
		fuzz_counter.live = 0;
		memset(&heard[round], 0, sizeof(heard[round]));
		duties_begin(&duties, &fuzz_memory, &options);
		for (i = 0; i < n && status == DISPATCHER_OK; i++)
		{
			TestCase t;
			DutiesCase c;
			char key[8];

			read_case(data + 4 + order[i] * FUZZ_BYTES, &t);
			memset(&c, 0, sizeof(c));
			c.class_code = t.class_code;
			c.cell = t.cell;
			c.unit = t.unit;
			c.at = (int64_t) t.day * 43200000000 - 9;
			c.channel = t.channel;
			c.channel_len = strlen(t.channel);
			c.kind = t.kind;
			c.kind_len = strlen(t.kind);
			c.key = key;
			c.key_len = (size_t) snprintf(key, sizeof(key), "%d", order[i]);
			status = duties_add(&duties, &c);
		}
		if (status == DISPATCHER_OK)
			status = duties_suggest(&duties, hear, &heard[round]);
		duties_free(&duties);
		REQUIRE(fuzz_counter.live == 0);
		REQUIRE(heard[round].cases <= (uint64_t) n);
		if (status != DISPATCHER_OK)
		{
			REQUIRE(status == DISPATCHER_NO_MEMORY && data[3] > 180);
			return 0;
		}
		shuffle(order, n, &random);
	}
	REQUIRE(heard[0].hash == heard[1].hash);
	return 0;
}
