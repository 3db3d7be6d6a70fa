/*
 * fuzz_dispatcher.h
 *	  Bytes as past cases.
 */
#ifndef CIVICGRID_FUZZ_DISPATCHER_H
#define CIVICGRID_FUZZ_DISPATCHER_H

#include <math.h>

#include "../unit/dispatcher_cases.h"

#define REQUIRE(condition) \
	do                     \
	{                      \
		if (!(condition))  \
			abort();       \
	} while (0)

static TestMemory fuzz_counter;
static const DispatcherMemory fuzz_memory = {test_resize, test_poll,
                                             &fuzz_counter};

#define FUZZ_BYTES 4 /* of a case */

/* A case of four bytes: few classes, cells, units and days, so that they meet
 */
static void
read_case(const uint8_t *data, TestCase *t)
{
	memset(t, 0, sizeof(*t));
	t->class_code =
	    class_of(1 + data[0] % 3, data[0] / 3 % 4 - 1, data[0] / 12 % 3 - 1);
	t->cell = data[1] % 7 == 6
	              ? 0
	              : cell_of(1 + data[1] % 7 % 3, data[1] / 7 % 4 - 1);
	if (data[1] & 0x80)
		strcpy(t->channel, data[1] & 0x40 ? "app" : "web");
	if (data[3] & 0x80)
		strcpy(t->property, "query");
	t->unit = data[2] % 11 - 1;
	if (data[2] & 0x80)
		strcpy(t->kind, t->unit % 2 ? "4 odd" : "5 even");
	t->day = data[3] % 128 * (data[2] & 0x40 ? 1 : 9);
}

#endif /* CIVICGRID_FUZZ_DISPATCHER_H */
