/*
 * rulebook_index_test.c
 *	  What is derived from the records of a rulebook cannot be anything else:
 *	  no other byte there is taken, even if the checksum is right.
 */
#include "rulebook_bytes.h"

static Book book;

/* All bytes of a section changed in some ways; how many were taken */
static int
count_taken(uint8_t *block, size_t size, unsigned section)
{
	size_t length;
	uint8_t *at = section_bytes(block, section, &length);
	Rulebook opened;
	int taken = 0;
	size_t i;
	int k;

	for (i = 0; i < length; i++)
	{
		uint8_t was = at[i];
		uint8_t changes[4] = {(uint8_t) (was + 1), (uint8_t) (was ^ 0x80), 0,
		                      0xFF};

		for (k = 0; k < 4; k++)
		{
			if (changes[k] == was)
				continue;
			at[i] = changes[k];
			seal_rulebook(block, size);
			taken += rulebook_open(block, size, &opened) == RULEBOOK_OK;
		}
		at[i] = was;
	}
	return taken;
}

int
main(void)
{
	static const char *const names[] = {
	    "branches",  "lines",    "order",   "roles",  "places",   "spots",
	    "rows",      "areas",    "keys",    "blocks", "by class", "by role",
	    "fallbacks", "policies", "bundles", "vectors"};
	unsigned s;

	for (s = SECTION_BRANCHES; s < RULEBOOK_SECTIONS; s++)
	{
		size_t size;
		uint8_t *block = make_rulebook(&book, 31, 12, &size);
		int taken = count_taken(block, size, s);

		ok(taken == 0, "%s", names[s - SECTION_BRANCHES]);
		free(block);
	}
	return done_testing();
}
