/*
 * fuzz_rulebook_draw.h
 *	  Rulebooks and requests as the input draws them: a byte for each choice
 *	  that the unit tests leave to chance.
 */
#ifndef CIVICGRID_FUZZ_RULEBOOK_DRAW_H
#define CIVICGRID_FUZZ_RULEBOOK_DRAW_H

#include "fuzz.h"

#include "../unit/tap.h"

static Input drawn;

static inline uint64_t
draw(uint64_t *state)
{
	uint64_t low;

	(void) state;
	low = take(&drawn);
	return low < 250 ? low : low << 8 | take(&drawn);
}

#define next_random draw
#include "../unit/rulebook_bytes.h"
#undef next_random

static Book book;

/* The next book of the input, compiled in an order; and opened, as it must be
 * possible */
static inline uint8_t *
draw_rulebook(int most, uint64_t order, Rulebook *opened, size_t *size)
{
	TestMemory memory = {-1, 0, 0};
	RulebookDraftReport report;
	uint8_t *block;
	uint64_t none = 0;

	random_book(&none, &book, most);
	REQUIRE(compile_book(&book, order, &memory, &block, size, &report));
	REQUIRE(memory.live == 1);
	REQUIRE(rulebook_open(block, *size, opened) == RULEBOOK_OK);
	return block;
}

#endif /* CIVICGRID_FUZZ_RULEBOOK_DRAW_H */
