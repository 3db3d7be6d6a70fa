/*
 * phrases_format.h
 *	  The bytes of compiled phrases, and what their maker and their readers
 *	  share.
 *
 *	  header      8 words of 32 bits: number of states, of phrases, of bits of
 *	              a slot's number and of a head's number, words of the filter,
 *	              bits that are set in it, 0, 0
 *	  states      and one more, whose first_child is the end of all children
 *	  slots       a hash table of the children of the root and of all states
 *	              that have many, so that one costs no more than where there
 *	              are few
 *	  heads       a byte for each value of the low bits of a character: how
 *	              long phrases are that begin with it
 *	  filter      two bits in one word for each phrase of two characters, and
 *	              for all that begin with the same three
 *
 * Heads and filter tell of nearly all places of a text that nothing begins
 * there.  They are read again and again and small enough for the nearest
 * caches, which states and slots are not if there are many phrases.
 */
#ifndef CIVICGRID_CORE_PHRASES_FORMAT_H
#define CIVICGRID_CORE_PHRASES_FORMAT_H

#include "phrases.h"

#include "characters.h"

#define PHRASES_LABEL        0x001FFFFFu
#define PHRASES_LATIN_FIRST  0x80000000u /* it begins with such a character */
#define PHRASES_LATIN_BEFORE 0x40000000u /* before what fail leads to */
#define PHRASES_FEW          4 /* children that are looked at one by one */

typedef struct PhrasesHeader
{
	uint32_t states;
	uint32_t phrases; /* the second word: extenders read it */
	uint32_t slot_bits;
	uint32_t head_bits;
	uint32_t filter_words;
	uint32_t bits_set;
	uint32_t zero[2];
} PhrasesHeader;

_Static_assert(sizeof(PhrasesHeader) == 32, "header of 32 bytes");
_Static_assert(sizeof(PhrasesState) == 24, "states of 24 bytes");

/* A letter or digit of which words and numbers are made, written in one */
static inline bool
phrases_latin(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		       (c >= 'A' && c <= 'Z');
	return c >= 0xC0 && c < 0x250 && c != 0xD7 && c != 0xF7;
}

/* ---------------------------------------------------------------------
 * states
 * ---------------------------------------------------------------------
 */

static inline uint32_t
phrases_slot(uint32_t parent, uint32_t c, uint32_t bits)
{
	uint64_t key =
	    ((uint64_t) parent << 21 | c) * UINT64_C(0x9E3779B97F4A7C15);

	return (uint32_t) ((key ^ key >> 32) * 0x85EBCA6Bu) >> (32 - bits);
}

static inline bool
phrases_has_slots(const PhrasesState *state, uint32_t s)
{
	return s == 0 ||
	       state[s + 1].first_child - state[s].first_child > PHRASES_FEW;
}

/* The child of a state by a character, or 0; children lie in order.  This is
 * for where there are no slots yet. */
static inline uint32_t
phrases_find_child(const PhrasesState *state, uint32_t s, uint32_t c)
{
	uint32_t low = state[s].first_child;
	uint32_t high = state[s + 1].first_child;

	while (high - low > PHRASES_FEW)
	{
		uint32_t middle = low + (high - low) / 2;

		if ((state[middle].label & PHRASES_LABEL) <= c)
			low = middle;
		else
			high = middle;
	}
	for (; low < high; low++)
		if ((state[low].label & PHRASES_LABEL) == c)
			return low;
	return 0;
}

/* The same where there are */
static inline uint32_t
phrases_next(const Phrases *p, uint32_t s, uint32_t c)
{
	uint32_t low = p->state[s].first_child;
	uint32_t high = p->state[s + 1].first_child;
	uint32_t mask = (UINT32_C(1) << p->slot_bits) - 1;
	uint32_t slot;
	uint32_t child;

	if (s != 0 && high - low <= PHRASES_FEW)
	{
		for (; low < high; low++)
			if ((p->state[low].label & PHRASES_LABEL) == c)
				return low;
		return 0;
	}
	slot = phrases_slot(s, c, p->slot_bits);
	for (; (child = p->slots[slot]) != 0; slot = (slot + 1) & mask)
		if (child >= low && child < high &&
		    (p->state[child].label & PHRASES_LABEL) == c)
			return child;
	return 0;
}

/*
 * What is to be known of a child by its parent and all states before: all but
 * first_child and phrase.
 */
static inline PhrasesState
phrases_make_state(const Phrases *p, uint32_t parent, uint32_t c)
{
	const PhrasesState *state = p->state;
	PhrasesState made = {.label = c};
	bool before = phrases_latin(c);
	bool first = parent == 0
	                 ? phrases_latin(c)
	                 : (state[parent].label & PHRASES_LATIN_FIRST) != 0;
	uint32_t at = parent;
	uint32_t f = 0;

	while (at != 0 && f == 0)
	{
		uint32_t next = state[at].fail;

		f = p->slots == NULL ? phrases_find_child(state, next, c)
		                     : phrases_next(p, next, c);
		if (f != 0)
			before = (state[at].label & PHRASES_LATIN_BEFORE) != 0;
		at = next;
	}
	made.fail = f;
	if (f != 0)
		made.link =
		    state[f].phrase != 0 &&
		            !(before && (state[f].label & PHRASES_LATIN_FIRST) != 0)
		        ? f
		        : state[f].link;
	made.label |= (first ? PHRASES_LATIN_FIRST : 0) |
	              (before ? PHRASES_LATIN_BEFORE : 0);
	made.bytes = state[parent].bytes + (uint32_t) utf8_bytes(c);
	return made;
}

/* ---------------------------------------------------------------------
 * heads and filter
 * ---------------------------------------------------------------------
 */

/* Of the phrases that begin with a character there is one … */
#define PHRASES_OF_ONE  1 /* that is this character */
#define PHRASES_OF_TWO  2
#define PHRASES_OF_MORE 4

#define PHRASES_LEAST_HEAD_BITS 6
#define PHRASES_MOST_HEAD_BITS  14

/* The first state of two characters, and of three */
static inline uint32_t
phrases_second(const PhrasesState *state)
{
	return state[1].first_child;
}

static inline uint32_t
phrases_third(const PhrasesState *state)
{
	return state[state[1].first_child].first_child;
}

/* heads is zero before. */
static inline void
phrases_make_heads(const Phrases *p, uint8_t *heads)
{
	const PhrasesState *state = p->state;
	uint32_t first;
	uint32_t s;

	for (first = 1; first < phrases_second(state); first++)
	{
		uint8_t how = state[first].phrase != 0 ? PHRASES_OF_ONE : 0;

		for (s = state[first].first_child; s < state[first + 1].first_child;
		     s++)
		{
			if (state[s].phrase != 0)
				how |= PHRASES_OF_TWO;
			if (state[s].first_child < state[s + 1].first_child)
				how |= PHRASES_OF_MORE;
		}
		heads[state[first].label & p->head_mask] |= how;
	}
}

/* Where three characters are in the filter; the third is 0 where there are
 * but two. */
static inline uint32_t
phrases_filter_bits(uint32_t words, uint32_t first, uint32_t second,
                    uint32_t third, uint32_t *at)
{
	uint32_t hash = (uint32_t) ((first * UINT64_C(0x9E3779B97F4A7C15) +
	                             second * UINT64_C(0xC2B2AE3D27D4EB4F) +
	                             third * UINT64_C(0xD6E8FEB86659FD93)) >>
	                            32);

	*at = (uint32_t) ((uint64_t) hash * words >> 32);
	return UINT32_C(1) << (hash & 31) | UINT32_C(1) << (hash >> 5 & 31);
}

static inline bool
phrases_in_filter(const Phrases *p, uint32_t first, uint32_t second,
                  uint32_t third)
{
	uint32_t at;
	uint32_t bits =
	    phrases_filter_bits(p->filter_words, first, second, third, &at);

	return (p->filter[at] & bits) == bits;
}

/* May a phrase begin with these?  Characters that are not there are 0. */
static inline bool
phrases_may_begin(const Phrases *p, uint32_t first, uint32_t second,
                  uint32_t third)
{
	uint32_t how = p->heads[first & p->head_mask];

	if (how == 0)
		return false;
	return (how & PHRASES_OF_ONE) != 0 ||
	       ((how & PHRASES_OF_MORE) != 0 &&
	        phrases_in_filter(p, first, second, third)) ||
	       ((how & PHRASES_OF_TWO) != 0 &&
	        phrases_in_filter(p, first, second, 0));
}

static inline bool
phrases_put_beginning(const Phrases *p, uint32_t *filter, uint32_t first,
                      uint32_t second, uint32_t third)
{
	uint32_t at;
	uint32_t bits =
	    phrases_filter_bits(p->filter_words, first, second, third, &at);

	if (filter != NULL)
		filter[at] |= bits;
	return (p->filter[at] & bits) == bits;
}

/*
 * All that is in the filter: put there, or, without one to write to, found in
 * that of p
 */
static inline bool
phrases_put_beginnings(const Phrases *p, uint32_t *filter)
{
	const PhrasesState *state = p->state;
	uint32_t third = phrases_third(state);
	uint32_t parent = 1;
	bool found = true;
	uint32_t s;
	uint32_t child;

	for (s = phrases_second(state); s < third; s++)
	{
		uint32_t c = state[s].label & PHRASES_LABEL;
		uint32_t before;

		while (s >= state[parent + 1].first_child)
			parent++;
		before = state[parent].label & PHRASES_LABEL;
		if (state[s].phrase != 0)
			found &= phrases_put_beginning(p, filter, before, c, 0);
		for (child = state[s].first_child; child < state[s + 1].first_child;
		     child++)
			found &= phrases_put_beginning(p, filter, before, c,
			                               state[child].label & PHRASES_LABEL);
	}
	return found;
}

/* ---------------------------------------------------------------------
 * all together
 * ---------------------------------------------------------------------
 */

static inline uint64_t
phrases_size(const PhrasesHeader *header)
{
	return sizeof(*header) +
	       ((uint64_t) header->states + 1) * sizeof(PhrasesState) +
	       (sizeof(uint32_t) << header->slot_bits) +
	       ((uint64_t) 1 << header->head_bits) +
	       (uint64_t) header->filter_words * sizeof(uint32_t);
}

static inline void
phrases_find_parts(const uint8_t *bytes, Phrases *phrases)
{
	const PhrasesHeader *header = (const PhrasesHeader *) (const void *) bytes;

	phrases->states = header->states;
	phrases->phrases = header->phrases;
	phrases->slot_bits = header->slot_bits;
	phrases->third = 0;
	phrases->head_mask = (UINT32_C(1) << header->head_bits) - 1;
	phrases->filter_words = header->filter_words;
	phrases->state = (const PhrasesState *) (const void *) (header + 1);
	phrases->slots = (const uint32_t *) (const void *) (phrases->state +
	                                                    phrases->states + 1);
	phrases->heads =
	    (const uint8_t *) (phrases->slots + (1 << header->slot_bits));
	phrases->filter =
	    (const uint32_t *) (const void *) (phrases->heads +
	                                       (1 << header->head_bits));
}

/* For all children that have one; half of them, or more, are free. */
static inline uint32_t
phrases_count_slot_bits(const PhrasesState *state, uint32_t states,
                        uint32_t *children)
{
	uint32_t bits = 1;
	uint32_t s;

	*children = 0;
	for (s = 0; s < states; s++)
		if (phrases_has_slots(state, s))
			*children += state[s + 1].first_child - state[s].first_child;
	while ((UINT32_C(1) << bits) < 2 * *children)
		bits++;
	return bits;
}

/* Two to four for each first character, as far as it helps */
static inline uint32_t
phrases_count_head_bits(const PhrasesState *state)
{
	uint32_t bits = PHRASES_LEAST_HEAD_BITS;

	while (bits < PHRASES_MOST_HEAD_BITS &&
	       (UINT32_C(1) << bits) < 2 * (phrases_second(state) - 1))
		bits++;
	return bits;
}

/* Sixteen bits for each beginning that is in it; an even number */
static inline uint32_t
phrases_count_filter_words(const PhrasesState *state, uint32_t *beginnings)
{
	uint32_t third = phrases_third(state);
	uint32_t s;

	*beginnings = state[third].first_child - third;
	for (s = phrases_second(state); s < third; s++)
		*beginnings += state[s].phrase != 0;
	return (*beginnings / 4 + 1) * 2;
}

/* Bits that are set in the filter */
static inline uint32_t
phrases_count_set(const Phrases *p)
{
	uint32_t set = 0;
	uint32_t bits;
	uint32_t i;

	for (i = 0; i < p->filter_words; i++)
		for (bits = p->filter[i]; bits != 0; bits &= bits - 1)
			set++;
	return set;
}

#endif /* CIVICGRID_CORE_PHRASES_FORMAT_H */
