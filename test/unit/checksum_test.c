/*
 * checksum_test.c
 *	  Checksums: any changed byte changes them, as do zeros at the end; where
 *	  the bytes lie does not; they are those that stored values have.
 */
#include "core/checksum.h"

#include "tap.h"

#define MOST 200

int
main(void)
{
	uint64_t random = 1;
	uint8_t room[MOST + 8];
	uint8_t *bytes = room;
	int same = 0;
	int moved = 0;
	int longer = 0;
	uint64_t size;
	uint64_t i;
	int bit;

	for (size = 0; size < MOST; size++)
	{
		uint64_t sum;

		for (i = 0; i < size; i++)
			bytes[i] = (uint8_t) next_random(&random);
		sum = checksum_bytes(bytes, size);
		for (i = 0; i < size; i++)
			for (bit = 0; bit < 8; bit++)
			{
				bytes[i] ^= (uint8_t) (1 << bit);
				same += checksum_bytes(bytes, size) == sum;
				bytes[i] ^= (uint8_t) (1 << bit);
			}
		bytes[size] = 0;
		longer += checksum_bytes(bytes, size + 1) == sum;
		memmove(room + 1, room, size);
		moved += checksum_bytes(room + 1, size) != sum;
	}
	ok(same == 0, "any changed bit changes the sum (%d do not)", same);
	ok(longer == 0, "and so does a zero at the end (%d do not)", longer);
	ok(moved == 0, "the sum does not depend on where the bytes lie");
	for (i = 0; i < MOST; i++)
		bytes[i] = (uint8_t) (i * 7 + 3);
	ok(checksum_bytes(bytes, 0) == UINT64_C(0x76be81c43835fdd0) &&
	       checksum_bytes(bytes, 45) == UINT64_C(0xe04ca831e3299205) &&
	       checksum_bytes(bytes, MOST) == UINT64_C(0xe5d0ba1b9de1434c),
	   "and is the one that stored values have");
	return done_testing();
}
