/*
 * fuzz_dispatcher_takeover.c
 *	  Any history: takeovers are of two units on a day that they had cases, and
 *	  what is past was the old unit's before it.
 */
#include "core/dispatcher_takeover.h"
#include "fuzz_dispatcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	DispatcherSeen seen[200];
	bool past[200];
	DispatcherList list = {NULL, 0, 0};
	DispatcherStatus status;
	const DispatcherTakeover *t;
	uint32_t n = 0;
	uint32_t i;
	size_t k;

	if (size < 2)
		return 0;
	for (n = 0; n < 200 && 1 + (n + 1) * FUZZ_BYTES <= size; n++)
	{
		TestCase c;

		read_case(data + 1 + n * FUZZ_BYTES, &c);
		seen[n].class_code = c.class_code;
		seen[n].cell = c.cell;
		seen[n].unit = (uint32_t) (c.unit + 1);
		seen[n].day = c.day;
	}
	fuzz_counter.left = data[0] > 128 ? (data[0] - 128) / 4 : -1;
	fuzz_counter.live = 0;
	status =
	    dispatcher_find_takeovers(&fuzz_memory, seen, n, 11, data[0] % 8 * 4,
	                              data[0] % 16 * 8, past, &list);
	if (status == DISPATCHER_OK)
	{
		t = list.at;
		for (k = 0; k < list.used; k++)
			REQUIRE(t[k].before != t[k].after && t[k].seen < n &&
			        seen[t[k].seen].unit == t[k].after &&
			        seen[t[k].seen].day == t[k].day);
		for (i = 0; i < n; i++)
			if (past[i])
			{
				for (k = 0; k < list.used; k++)
					if (t[k].before == seen[i].unit &&
					    seen[i].day <= t[k].day &&
					    seen[i].class_code >= t[k].class_code &&
					    seen[i].class_code <= eventcode_last(t[k].class_code))
						break;
				REQUIRE(k < list.used);
			}
	}
	else
		REQUIRE(status == DISPATCHER_NO_MEMORY && data[0] > 128);
	dispatcher_free_list(&fuzz_memory, &list);
	REQUIRE(fuzz_counter.live == 0);
	return 0;
}
