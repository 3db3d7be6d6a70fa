/*
 * fuzz_checksum.c
 *	  Any changed byte of any bytes changes their checksum, wherever they lie.
 */
#include "core/checksum.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size + 1);
	uint64_t sum = checksum_bytes(data, size);
	size_t i;

	memcpy(bytes + 1, data, size);
	REQUIRE(checksum_bytes(bytes + 1, size) == sum);
	for (i = 0; i < size; i++)
	{
		/* by a byte of the input, or by one */
		uint8_t change = data[size - 1 - i] != 0 ? data[size - 1 - i] : 1;

		bytes[1 + i] ^= change;
		REQUIRE(checksum_bytes(bytes + 1, size) != sum);
		bytes[1 + i] ^= change;
	}
	free(bytes);
	return 0;
}
