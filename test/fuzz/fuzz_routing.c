/*
 * fuzz_routing.c
 *	  Any bytes as a routing: what passes the check is the same when it is
 *	  written again, and nothing is read beyond the end.
 */
#include "../unit/routing_values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!holds_together(data, size))
		abort();
	return 0;
}
