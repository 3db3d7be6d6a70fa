/*
 * scramble.h
 *	  The finaliser of splitmix64: a number for each number, one to one, all of
 *	  whose bits look random.
 *
 * Classifiers and textprints are stored with what it gives: it must stay.
 */
#ifndef CIVICGRID_CORE_SCRAMBLE_H
#define CIVICGRID_CORE_SCRAMBLE_H

#include <stdint.h>

/* 2^64 divided by the golden ratio, from one number to the next */
#define SCRAMBLE_STEP UINT64_C(0x9E3779B97F4A7C15)

static inline uint64_t
scramble(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

#endif /* CIVICGRID_CORE_SCRAMBLE_H */
