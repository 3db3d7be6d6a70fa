/*
 * fuzz_rulebook.h
 *	  Small rulebooks as the input draws them: a byte for each choice that the
 *	  unit tests leave to chance.
 */
#ifndef CIVICGRID_FUZZ_RULEBOOK_H
#define CIVICGRID_FUZZ_RULEBOOK_H

#include "fuzz.h"

#include "../unit/tap.h"

static Input fuzz_input;

static inline uint64_t
fuzz_random(uint64_t *state)
{
	(void) state;
	return take(&fuzz_input);
}

#define next_random fuzz_random

#include "../unit/rulebook_points.h"

static inline int64_t
fuzz_since(void)
{
	uint64_t none = 0;

	return pick(&none, 4) == 0 ? INT64_MIN : 5 * pick(&none, 6);
}

#endif /* CIVICGRID_FUZZ_RULEBOOK_H */
