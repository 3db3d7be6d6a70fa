/*
 * fuzz_rulebook_open.c
 *	  Any bytes, and rulebooks with any bytes changed, the checksum put right
 *or not: what is opened can be used without harm.
 */
#include "../unit/rulebook_bytes.h"
#include "fuzz.h"

#define BOOKS 4

static uint8_t *valid[BOOKS];
static size_t valid_size[BOOKS];

static void
try_value(const uint8_t *bytes, size_t size, uint64_t random)
{
	Rulebook opened;

	if (rulebook_open(bytes, size, &opened) == RULEBOOK_OK)
		REQUIRE(use_rulebook(&opened, &random, 8));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Book book;
	Input in = {data, size};
	unsigned how = take(&in);
	unsigned which = how % BOOKS;
	uint8_t *bytes;
	int i;

	for (i = 0; i < BOOKS && valid[i] == NULL; i++)
		valid[i] = make_rulebook(&book, 3 + 50 * (uint64_t) i, 6 + 6 * i,
		                         &valid_size[i]);
	if (how >= 192)
	{
		/* bytes as they are, in a block of their size */
		bytes = malloc(in.left > 0 ? in.left : 1);
		memcpy(bytes, in.at, in.left);
		if (how >= 224 && in.left >= RULEBOOK_HEADER_BYTES)
			seal_rulebook(bytes, in.left);
		try_value(bytes, in.left, how);
		free(bytes);
		return 0;
	}
	bytes = malloc(valid_size[which]);
	memcpy(bytes, valid[which], valid_size[which]);
	while (in.left > 0)
	{
		unsigned low = take(&in);
		size_t at = (low | take(&in) << 8) % valid_size[which];
		unsigned length = 1 + take(&in) % 8;

		for (; length > 0 && at < valid_size[which]; length--, at++)
			bytes[at] = (uint8_t) take(&in);
	}
	if ((how & 64) != 0)
		seal_rulebook(bytes, valid_size[which]);
	try_value(bytes, valid_size[which], how);
	free(bytes);
	return 0;
}
