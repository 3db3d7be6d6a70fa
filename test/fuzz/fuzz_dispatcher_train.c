/*
 * fuzz_dispatcher_train.c
 *	  Any cases are made a value that passes the check, the same in another
 *	  order; or there is no memory.
 */
#include "fuzz_dispatcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TestCase cases[64];
	int order[64];
	DispatcherOptions options;
	Dispatcher d;
	DispatcherStatus status;
	uint8_t *block[2];
	size_t bytes[2];
	uint64_t random = size;
	int n;
	int i;

	if (size < 4 + FUZZ_BYTES)
		return 0;
	dispatcher_default_options(&options);
	options.half_life = 1 + data[0] * 5;
	options.penalty = ldexp(1, data[1] % 16 - 8);
	options.passes = data[2] % 32;
	options.roles = data[2] < 128;
	options.class_levels = data[3] % 16 * 2;
	fuzz_counter.left = data[3] < 128 ? -1 : data[3] - 128;
	fuzz_counter.live = 0;
	n = (int) ((size - 4) / FUZZ_BYTES);
	if (n > 64)
		n = 64;
	for (i = 0; i < n; i++)
		read_case(data + 4 + i * FUZZ_BYTES, &cases[i]);
	status = train_cases(cases, n, NULL, &fuzz_counter, &options, 8, &block[0],
	                     &bytes[0]);
	if (status != DISPATCHER_OK)
	{
		REQUIRE(status == DISPATCHER_NO_MEMORY && data[3] >= 128 &&
		        fuzz_counter.live == 0);
		return 0;
	}
	fuzz_counter.left = -1;
	REQUIRE(dispatcher_validate(block[0] + 8, bytes[0] - 8, &d) ==
	        DISPATCHER_OK);
	REQUIRE(d.cases == (uint64_t) n && d.roles <= d.units);
	shuffle(order, n, &random);
	REQUIRE(train_cases(cases, n, order, &fuzz_counter, &options, 8, &block[1],
	                    &bytes[1]) == DISPATCHER_OK);
	REQUIRE(bytes[0] == bytes[1] &&
	        memcmp(block[0] + 8, block[1] + 8, bytes[0] - 8) == 0);
	free(block[0]);
	free(block[1]);
	REQUIRE(fuzz_counter.live == 2); /* freed without it */
	return 0;
}
