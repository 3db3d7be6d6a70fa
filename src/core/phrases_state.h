/*
 * phrases_state.h
 *	  The states of an automaton of phrases, and how one follows another; for
 *	  phrases.c only.
 */
#ifndef CIVICGRID_CORE_PHRASES_STATE_H
#define CIVICGRID_CORE_PHRASES_STATE_H

#include "phrases.h"

#define LABEL        0x001FFFFFu
#define LATIN_FIRST  0x80000000u /* the state begins with such a character */
#define LATIN_BEFORE 0x40000000u /* one stands before what fail leads to */
#define FEW          4           /* children that are looked at one by one */

/* A letter or digit of which words and numbers are made, written in one */
static inline bool
latin(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		       (c >= 'A' && c <= 'Z');
	return c >= 0xC0 && c < 0x250 && c != 0xD7 && c != 0xF7;
}

static inline uint32_t
slot_of(uint32_t parent, uint32_t c, uint32_t bits)
{
	uint64_t key =
	    ((uint64_t) parent << 21 | c) * UINT64_C(0x9E3779B97F4A7C15);

	return (uint32_t) ((key ^ key >> 32) * 0x85EBCA6Bu) >> (32 - bits);
}

/* The child of a state by a character, or 0; children lie in order.  This is
 * for where there are no slots yet. */
static inline uint32_t
find_child(const PhrasesState *state, uint32_t s, uint32_t c)
{
	uint32_t low = state[s].first_child;
	uint32_t high = state[s + 1].first_child;

	while (high - low > FEW)
	{
		uint32_t middle = low + (high - low) / 2;

		if ((state[middle].label & LABEL) <= c)
			low = middle;
		else
			high = middle;
	}
	for (; low < high; low++)
		if ((state[low].label & LABEL) == c)
			return low;
	return 0;
}

static inline bool
has_slots(const PhrasesState *state, uint32_t s)
{
	return s == 0 || state[s + 1].first_child - state[s].first_child > FEW;
}

/* The same where there are */
static inline uint32_t
next_state(const Phrases *p, uint32_t s, uint32_t c)
{
	uint32_t low = p->state[s].first_child;
	uint32_t high = p->state[s + 1].first_child;
	uint32_t mask = (UINT32_C(1) << p->slot_bits) - 1;
	uint32_t slot;
	uint32_t child;

	if (s != 0 && high - low <= FEW)
	{
		for (; low < high; low++)
			if ((p->state[low].label & LABEL) == c)
				return low;
		return 0;
	}
	slot = slot_of(s, c, p->slot_bits);
	for (; (child = p->slots[slot]) != 0; slot = (slot + 1) & mask)
		if (child >= low && child < high &&
		    (p->state[child].label & LABEL) == c)
			return child;
	return 0;
}

#endif /* CIVICGRID_CORE_PHRASES_STATE_H */
