/*
 * fuzz_rulebook_index.c
 *	  What is derived from the records, with any words changed by a little and
 *	  the checksum put right: refused, or it answers as before.
 */
#include "../unit/rulebook_bytes.h"
#include "fuzz.h"

#define BOOKS 4

static uint8_t *valid[BOOKS];
static size_t valid_size[BOOKS];
static Book books[BOOKS];

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input in = {data, size};
	unsigned which = take(&in) % BOOKS;
	uint64_t random = take(&in);
	Rulebook opened;
	uint8_t *bytes;
	int i;

	for (i = 0; i < BOOKS && valid[i] == NULL; i++)
		valid[i] = make_rulebook(&books[i], 7 + 50 * (uint64_t) i, 6 + 6 * i,
		                         &valid_size[i]);
	bytes = malloc(valid_size[which]);
	memcpy(bytes, valid[which], valid_size[which]);
	while (in.left > 0)
	{
		unsigned section = take(&in) % (RULEBOOK_SECTIONS - SECTION_BRANCHES);
		size_t length;
		uint8_t *at =
		    section_bytes(bytes, SECTION_BRANCHES + section, &length);
		unsigned low = take(&in);
		size_t word = (low | take(&in) << 8) * 4u;
		int32_t value;

		if (length < 4)
			continue;
		word %= length;
		memcpy(&value, at + word, 4);
		value = (int32_t) ((uint32_t) value + (uint32_t) (int8_t) take(&in));
		memcpy(at + word, &value, 4);
	}
	seal_rulebook(bytes, valid_size[which]);
	if (rulebook_open(bytes, valid_size[which], &opened) == RULEBOOK_OK)
		for (i = 0; i < 16; i++)
		{
			BookRequest q;

			random_request(&random, &books[which], &q);
			REQUIRE(routes_right(&opened, &books[which], &q));
			REQUIRE(explains_right(&opened, &books[which], &q));
		}
	free(bytes);
	return 0;
}
