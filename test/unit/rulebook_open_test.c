/*
 * rulebook_open_test.c
 *	  Bytes that are no rulebook: none is opened of which a byte was changed,
 *	  or cut off; what is opened though it was changed and sealed again can be
 *	  used without harm.
 */
#include "rulebook_bytes.h"

static Book book;

static void
test_damage(void)
{
	size_t size;
	uint8_t *block = make_rulebook(&book, 5, 20, &size);
	uint8_t *copy = malloc(size);
	Rulebook opened;
	int faults = 0;
	size_t i;

	memcpy(copy, block, size);
	ok(rulebook_open(copy, size, &opened) == RULEBOOK_OK, "whole");
	for (i = 0; i < size; i++)
	{
		copy[i] ^= (uint8_t) (1 + i % 255);
		faults += rulebook_open(copy, size, &opened) == RULEBOOK_OK;
		copy[i] = block[i];
	}
	ok(faults == 0, "no changed byte of %zu goes unnoticed", size);
	for (i = 0; i < size; i += 1 + i / 16)
	{
		uint8_t *part = malloc(i > 0 ? i : 1);

		memcpy(part, block, i);
		faults += rulebook_open(part, i, &opened) == RULEBOOK_OK;
		free(part);
	}
	ok(faults == 0, "nothing that is cut off is opened");
	copy[25] ^= 1;
	ok(rulebook_open(copy, size, &opened) == RULEBOOK_CHECKSUM, "checksum");
	copy[25] ^= 1;
	((RulebookHeader *) (void *) copy)->format = RULEBOOK_FORMAT + 1;
	ok(rulebook_open(copy, size, &opened) == RULEBOOK_VERSION, "version");
	((RulebookHeader *) (void *) copy)->format = RULEBOOK_FORMAT;
	((RulebookHeader *) (void *) copy)->magic = 0x52424F4B;
	ok(rulebook_open(copy, size, &opened) == RULEBOOK_VERSION,
	   "the other byte order");
	((RulebookHeader *) (void *) copy)->magic = 1;
	ok(rulebook_open(copy, size, &opened) == RULEBOOK_STRUCTURE,
	   "another value");
	free(copy);
	free(block);
}

/* Changed and sealed: refused, or harmless */
static void
test_sealed(int rounds, uint64_t seed)
{
	uint64_t random = seed;
	int faults = 0;
	int refused = 0;
	int round;

	for (round = 0; round < rounds; round++)
	{
		size_t size;
		uint8_t *block =
		    make_rulebook(&book, seed + round % 7 * 100, 30, &size);
		Rulebook opened;
		int n;

		for (n = 1 + pick(&random, 3); n > 0; n--)
		{
			size_t at = 24 + next_random(&random) % (size - 24);

			if (pick(&random, 3) == 0)
				block[at] = (uint8_t) next_random(&random);
			else if (pick(&random, 2) == 0)
				block[at] ^= (uint8_t) (1u << pick(&random, 8));
			else
				block[at] = (uint8_t) (block[at] + 1);
		}
		seal_rulebook(block, size);
		if (rulebook_open(block, size, &opened) == RULEBOOK_OK)
			faults += !use_rulebook(&opened, &random, 20);
		else
			refused++;
		free(block);
	}
	ok(faults == 0 && refused > rounds / 2 && refused < rounds,
	   "%d of %d sealed changes are refused, the others harmless", refused,
	   rounds);
}

/* Any two things that have to differ, or to be in order, are looked at. */
static void
test_order(void)
{
	static const unsigned sections[] = {
	    SECTION_UNITS,    SECTION_RULES,   SECTION_FALLBACKS,
	    SECTION_POLICIES, SECTION_GRADES,  SECTION_EXCLUSIONS,
	    SECTION_CLASSES,  SECTION_CELLS,   SECTION_NAMES + RULEBOOK_STAGE,
	    SECTION_NAMES,    SECTION_BRANCHES};
	static const size_t bytes[] = {40, 64, 32, 88, 16, 32, 8, 8, 8, 8, 24};
	uint8_t spare[88];
	size_t s;
	int faults = 0;

	for (s = 0; s < sizeof(sections) / sizeof(sections[0]); s++)
	{
		size_t size;
		size_t length;
		uint8_t *block = make_rulebook(&book, 9, 40, &size);
		uint8_t *at = section_bytes(block, sections[s], &length);
		Rulebook opened;

		/* the first two change places */
		if (((const RulebookHeader *) (const void *) block)
		        ->count[sections[s]] >= 2)
		{
			memcpy(spare, at, bytes[s]);
			memcpy(at, at + bytes[s], bytes[s]);
			memcpy(at + bytes[s], spare, bytes[s]);
			seal_rulebook(block, size);
			faults +=
			    rulebook_open(block, size, &opened) != RULEBOOK_STRUCTURE;
			/* … the second is as the first */
			memcpy(at, at + bytes[s], bytes[s]);
			seal_rulebook(block, size);
			faults +=
			    rulebook_open(block, size, &opened) != RULEBOOK_STRUCTURE;
		}
		free(block);
	}
	ok(faults == 0, "records out of order or repeated are refused");
}

int
main(void)
{
	test_damage();
	test_sealed(5000, 21);
	test_order();
	return done_testing();
}
