/*
 * phrases.c
 *	  See phrases.h.
 *
 * A text is looked through for places where a phrase may begin.  From such a
 * place on states are followed, as long as what has been read ends with three
 * characters of a phrase; then the next place is looked for.  States of one or
 * two characters are nearly everywhere if there are many phrases; to follow
 * them would be to wait for memory at each character.  No phrase that occurs
 * begins at any other place, so none is missed; and at each place no more than
 * two characters are read again, so the time stays linear.
 *
 * Whether a match stands by itself is mostly known beforehand.  What ends at
 * the same character as another ends a word or not as the other does; and of
 * what a state ends with, the character before it is part of the state.  So
 * links leave out what begins within a word, and only the state itself is
 * looked at in the text.
 */
#include "phrases_format.h"

#include <string.h>

/* ---------------------------------------------------------------------
 * open and check
 * ---------------------------------------------------------------------
 */

/* Characters in order */
static bool
sound_labels(const PhrasesState *state, uint32_t parent)
{
	uint32_t before = UTF8_NONE;
	uint32_t s;

	for (s = state[parent].first_child; s < state[parent + 1].first_child; s++)
	{
		uint32_t c = state[s].label & PHRASES_LABEL;

		if (c <= before || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
			return false;
		before = c;
	}
	return true;
}

/* Children of a state, each as it was to be made; phrases counted on */
static bool
sound_children(const Phrases *p, uint32_t parent, uint32_t *phrases)
{
	uint32_t end = p->state[parent + 1].first_child;
	uint32_t s;

	for (s = p->state[parent].first_child; s < end; s++)
	{
		const PhrasesState *state = &p->state[s];
		uint32_t c = state->label & PHRASES_LABEL;
		PhrasesState made;

		made = phrases_make_state(p, parent, c);
		if (state->label != made.label || state->fail != made.fail ||
		    state->link != made.link || state->bytes != made.bytes ||
		    made.bytes > PHRASES_MOST_BYTES)
			return false;
		if (state->phrase != 0 && state->phrase != ++*phrases)
			return false;
	}
	return true;
}

static bool
sound_slots(const Phrases *p)
{
	uint32_t children;
	uint32_t used = 0;
	uint32_t s;
	uint32_t c;

	if (p->slot_bits !=
	    phrases_count_slot_bits(p->state, p->states, &children))
		return false;
	/* this many, and all of the children in their places: each once */
	for (s = 0; s < UINT32_C(1) << p->slot_bits; s++)
	{
		used += p->slots[s] != 0;
		if (p->slots[s] >= p->states)
			return false;
	}
	if (used != children)
		return false;
	for (s = 0; s < p->states; s++)
		for (c = p->state[s].first_child;
		     phrases_has_slots(p->state, s) && c < p->state[s + 1].first_child;
		     c++)
			if (phrases_next(p, s, p->state[c].label & PHRASES_LABEL) != c)
				return false;
	return true;
}

/*
 * Heads are as they were to be made.  In the filter is whatever begins a
 * phrase, and no more bits are set than are told, nor than that may need: what
 * one too many lets pass costs time, but no answer is wrong.
 */
static bool
sound_filter(const Phrases *p, const PhrasesHeader *header)
{
	uint8_t heads[1 << PHRASES_MOST_HEAD_BITS];
	uint32_t beginnings;

	if (header->head_bits != phrases_count_head_bits(p->state) ||
	    header->filter_words !=
	        phrases_count_filter_words(p->state, &beginnings))
		return false;
	memset(heads, 0, p->head_mask + 1);
	phrases_make_heads(p, heads);
	return memcmp(heads, p->heads, p->head_mask + 1) == 0 &&
	       phrases_put_beginnings(p, NULL) &&
	       header->bits_set <= 2 * beginnings &&
	       header->bits_set == phrases_count_set(p);
}

PhrasesStatus
phrases_open(const uint8_t *bytes, uint64_t size, Phrases *phrases)
{
	const PhrasesHeader *header = (const PhrasesHeader *) (const void *) bytes;
	const PhrasesState *state;
	uint32_t found = 0;
	uint32_t characters = 0;
	uint32_t longer = 1; /* the first state of more characters */
	uint32_t s;

	if (size < sizeof(*header) || (uintptr_t) bytes % 4 != 0 ||
	    header->states == 0 || header->states > PHRASES_MOST_STATES ||
	    header->phrases > PHRASES_MOST || header->slot_bits == 0 ||
	    header->slot_bits > 26 ||
	    header->head_bits < PHRASES_LEAST_HEAD_BITS ||
	    header->head_bits > PHRASES_MOST_HEAD_BITS ||
	    header->filter_words > PHRASES_MOST_STATES || header->zero[0] != 0 ||
	    header->zero[1] != 0 || size != phrases_size(header))
		return PHRASES_STRUCTURE;
	phrases_find_parts(bytes, phrases);
	state = phrases->state;
	if (state[0].label != 0 || state[0].first_child != 1 ||
	    state[0].fail != 0 || state[0].link != 0 || state[0].phrase != 0 ||
	    state[0].bytes != 0)
		return PHRASES_STRUCTURE;
	/* children lie behind their parents, and every state is one's child */
	for (s = 0; s < phrases->states; s++)
		if (state[s].first_child <= s ||
		    state[s + 1].first_child < state[s].first_child ||
		    state[s + 1].first_child > phrases->states)
			return PHRASES_STRUCTURE;
	if (state[s].first_child != phrases->states || state[s].label != 0 ||
	    state[s].fail != 0 || state[s].link != 0 || state[s].phrase != 0 ||
	    state[s].bytes != 0)
		return PHRASES_STRUCTURE;
	for (s = 0; s < phrases->states; s++)
	{
		if (s == longer)
		{
			if (++characters > PHRASES_LONGEST)
				return PHRASES_STRUCTURE;
			longer = state[s].first_child;
		}
		if (!sound_labels(state, s))
			return PHRASES_STRUCTURE;
	}
	if (!sound_slots(phrases))
		return PHRASES_STRUCTURE;
	for (s = 0; s < phrases->states; s++)
		if (!sound_children(phrases, s, &found) ||
		    (s > 0 && state[s].phrase == 0 &&
		     state[s].first_child == state[s + 1].first_child))
			return PHRASES_STRUCTURE;
	phrases->third = phrases_third(state);
	return found == phrases->phrases && sound_filter(phrases, header)
	           ? PHRASES_OK
	           : PHRASES_STRUCTURE;
}

PhrasesStatus
phrases_tell(const Phrases *phrases, const PhrasesMemory *memory,
             PhrasesTellFn tell, void *context)
{
	uint32_t *parent = memory->resize(memory->context, NULL,
	                                  phrases->states * sizeof(uint32_t));
	const PhrasesState *state = phrases->state;
	PhrasesStatus status = PHRASES_OK;
	uint8_t bytes[PHRASES_MOST_BYTES];
	uint32_t s;
	uint32_t c;

	if (parent == NULL)
		return PHRASES_NO_MEMORY;
	for (s = 0; s < phrases->states; s++)
		for (c = state[s].first_child; c < state[s + 1].first_child; c++)
			parent[c] = s;
	for (s = 1; s < phrases->states && status == PHRASES_OK; s++)
	{
		if (state[s].phrase == 0)
			continue;
		for (c = s; c != 0; c = parent[c])
			(void) utf8_encode(state[c].label & PHRASES_LABEL,
			                   bytes + state[parent[c]].bytes);
		if (!tell(context, state[s].phrase - 1, (const char *) bytes,
		          state[s].bytes))
			status = PHRASES_NO_MEMORY;
	}
	memory->resize(memory->context, parent, 0);
	return status;
}

/* ---------------------------------------------------------------------
 * scan
 * ---------------------------------------------------------------------
 */

void
phrases_work_begin(PhrasesWork *work, const PhrasesMemory *memory)
{
	memset(work, 0, sizeof(*work));
	work->memory = *memory;
}

void
phrases_work_free(PhrasesWork *work)
{
	PhrasesMemory memory = work->memory;

	if (work->seen != NULL)
		memory.resize(memory.context, work->seen, 0);
	if (work->match != NULL)
		memory.resize(memory.context, work->match, 0);
	phrases_work_begin(work, &memory);
}

/* Does a word or number go on before an offset? */
static bool
latin_before(const uint8_t *text, size_t at)
{
	uint32_t c = UTF8_NONE;
	size_t back = at >= 2 && (text[at - 1] & 0xC0) == 0x80 ? 2 : 1;

	return at > 0 && utf8_decode(text + at - back, back, &c) == back &&
	       phrases_latin(c);
}

static PhrasesStatus
make_room(PhrasesWork *work, uint32_t phrases)
{
	const PhrasesMemory *m = &work->memory;

	if (work->room < phrases)
	{
		PhrasesSeen *seen =
		    m->resize(m->context, NULL, sizeof(PhrasesSeen) * phrases);

		if (seen == NULL)
			return PHRASES_NO_MEMORY;
		if (work->seen != NULL)
			m->resize(m->context, work->seen, 0);
		memset(seen, 0, sizeof(PhrasesSeen) * phrases);
		work->seen = seen;
		work->room = phrases;
		work->text = 0;
	}
	/* numbers begin again after a very long time */
	if (++work->text == 0)
	{
		memset(work->seen, 0, sizeof(PhrasesSeen) * work->room);
		work->text = 1;
	}
	work->matches = 0;
	return PHRASES_OK;
}

static bool
put_match(PhrasesWork *work, const PhrasesState *state, size_t end)
{
	uint32_t phrase = state->phrase - 1;

	if (work->matches == work->match_room)
	{
		uint32_t room = work->match_room * 2 + 16;
		PhrasesMatch *more = work->memory.resize(
		    work->memory.context, work->match, room * sizeof(PhrasesMatch));

		if (more == NULL)
			return false;
		work->match = more;
		work->match_room = room;
	}
	work->seen[phrase] = (PhrasesSeen){work->text, work->matches};
	work->match[work->matches++] = (PhrasesMatch){
	    phrase, (uint32_t) (end - state->bytes), (uint32_t) end};
	return true;
}

/* The character at an offset, or 0, and where the next one is */
static inline uint32_t
read_at(const uint8_t *text, size_t len, size_t *at)
{
	uint32_t c = UTF8_NONE;

	if (*at < len)
		*at += utf8_decode(text + *at, len - *at, &c);
	return c;
}

/* The first place from an offset on where a phrase may begin, or len */
static size_t
find_begin(const Phrases *p, const uint8_t *text, size_t len, size_t at)
{
	size_t next = at;
	uint32_t first = read_at(text, len, &next);
	size_t after = next;
	uint32_t second = read_at(text, len, &after);

	while (at < len)
	{
		size_t end = after;
		uint32_t third = read_at(text, len, &end);

		if (phrases_may_begin(p, first, second, third))
			return at;
		at = next;
		next = after;
		after = end;
		first = second;
		second = third;
	}
	return len;
}

/*
 * The phrases that end with a state, behind a character that ends before an
 * offset
 */
static bool
put_matches(const Phrases *p, PhrasesWork *work, const uint8_t *text,
            size_t len, size_t at, uint32_t s, uint32_t c)
{
	const PhrasesState *state = p->state;
	uint32_t end = state[s].phrase != 0 ? s : state[s].link;

	if (end == 0)
		return true;
	if (phrases_latin(c) && at < len)
	{
		(void) utf8_decode(text + at, len - at, &c);
		if (phrases_latin(c))
			return true;
	}
	if (end == s && (state[s].label & PHRASES_LATIN_FIRST) != 0 &&
	    latin_before(text, at - state[s].bytes))
		end = state[s].link;
	for (; end != 0; end = state[end].link)
	{
		/* and so is all that it ends with */
		if (work->seen[state[end].phrase - 1].text == work->text)
			break;
		if (!put_match(work, &state[end], at))
			return false;
	}
	return true;
}

/*
 * Follow states from one that was reached at an offset, until what was read
 * ends with less than three characters of a phrase, or the text ends.
 */
static bool
follow(const Phrases *p, PhrasesWork *work, const uint8_t *text, size_t len,
       uint32_t *s, size_t *at)
{
	const PhrasesState *state = p->state;

	while (*at < len)
	{
		size_t end = *at;
		uint32_t c = read_at(text, len, &end);
		uint32_t next = phrases_next(p, *s, c);

		while (next == 0)
		{
			/* a character that begins nothing */
			if (*s == 0)
			{
				*at = end;
				return true;
			}
			*s = state[*s].fail;
			if (*s < p->third)
				return true;
			next = phrases_next(p, *s, c);
		}
		*s = next;
		*at = end;
		if (!put_matches(p, work, text, len, end, next, c))
			return false;
	}
	return true;
}

PhrasesStatus
phrases_scan(const Phrases *phrases, PhrasesWork *work, const char *text,
             size_t len)
{
	const uint8_t *bytes = (const uint8_t *) text;
	PhrasesStatus status = make_room(work, phrases->phrases);
	uint32_t s = 0;
	size_t at = 0;

	while (status == PHRASES_OK && at < len)
	{
		size_t from = at - phrases->state[s].bytes;
		size_t begin = find_begin(phrases, bytes, len, from);

		if (begin != from)
		{
			s = 0;
			at = begin;
		}
		if (!follow(phrases, work, bytes, len, &s, &at))
			status = PHRASES_NO_MEMORY;
	}
	return status;
}
