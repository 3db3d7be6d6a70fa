/*
 * checksum.c
 *	  See checksum.h.  It stands in stored values, so it never changes.
 */
#include "checksum.h"

#include <string.h>

/*
 * Four lanes of multiply and rotate over words of eight bytes, for speed; any
 * changed byte changes the sum, and by chance it stays the same once in 2^64.
 */
uint64_t
checksum_bytes(const uint8_t *bytes, uint64_t size)
{
	static const uint64_t factor = UINT64_C(0x9E3779B97F4A7C15);
	uint64_t lanes[4] = {
	    UINT64_C(0x243F6A8885A308D3), UINT64_C(0x13198A2E03707344),
	    UINT64_C(0xA4093822299F31D0), UINT64_C(0x082EFA98EC4E6C89)};
	uint64_t sum = size;
	uint64_t word;
	int i;

	for (; size >= 32; size -= 32, bytes += 32)
		for (i = 0; i < 4; i++)
		{
			memcpy(&word, bytes + 8 * i, 8);
			lanes[i] = (lanes[i] ^ word) * factor;
			lanes[i] ^= lanes[i] >> 29;
		}
	for (i = 0; size > 0; i++)
	{
		uint64_t n = size < 8 ? size : 8;

		word = 0;
		memcpy(&word, bytes, n);
		lanes[i] = (lanes[i] ^ word) * factor;
		lanes[i] ^= lanes[i] >> 29;
		bytes += n;
		size -= n;
	}
	for (i = 0; i < 4; i++)
	{
		sum = (sum ^ lanes[i]) * factor;
		sum ^= sum >> 32;
	}
	return sum;
}
