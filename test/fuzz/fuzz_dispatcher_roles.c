/*
 * fuzz_dispatcher_roles.c
 *	  Any cases give roles that are numbered by their first units, the same in
 *	  another order.
 */
#include "core/dispatcher_roles.h"
#include "fuzz_dispatcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	DispatcherTaken taken[128];
	uint32_t role[11];
	uint32_t again[11];
	uint32_t roles;
	uint32_t count;
	uint32_t seen = 0;
	uint32_t n = 0;
	uint32_t i;

	if (size < 2)
		return 0;
	for (n = 0; n < 128 && 1 + (n + 1) * FUZZ_BYTES <= size; n++)
	{
		TestCase t;

		read_case(data + 1 + n * FUZZ_BYTES, &t);
		taken[n].class_code = t.class_code;
		taken[n].cell = t.cell;
		taken[n].unit = (uint32_t) (t.unit + 1);
		taken[n].cases = t.day % 7 == 0 ? UINT32_MAX : (uint32_t) t.day;
	}
	fuzz_counter.left = data[0] > 128 ? data[0] - 128 : -1;
	fuzz_counter.live = 0;
	if (dispatcher_find_roles(&fuzz_memory, taken, n, 11, data[0] % 64 * 2,
	                          role, &roles) != DISPATCHER_OK)
	{
		REQUIRE(data[0] > 128 && fuzz_counter.live == 0);
		return 0;
	}
	REQUIRE(fuzz_counter.live == 0);
	for (i = 0; i < 11; i++)
	{
		REQUIRE(role[i] <= seen);
		seen += role[i] == seen;
	}
	REQUIRE(seen == roles);
	for (i = 0; i < n / 2; i++)
	{
		DispatcherTaken swap = taken[i];

		taken[i] = taken[n - 1 - i];
		taken[n - 1 - i] = swap;
	}
	fuzz_counter.left = -1;
	REQUIRE(dispatcher_find_roles(&fuzz_memory, taken, n, 11, data[0] % 64 * 2,
	                              again, &count) == DISPATCHER_OK &&
	        count == roles && memcmp(role, again, sizeof(role)) == 0);
	return 0;
}
