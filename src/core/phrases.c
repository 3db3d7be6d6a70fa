/*
 * phrases.c
 *	  See phrases.h.
 *
 * The bytes: number of states, phrases, bits of a slot's number and a zero,
 * 32 bits each; the states and one more, whose first_child is the end of all
 * children; the slots, a hash table of the children of the root and of all
 * states that have many, so that one costs no more than where there are few.
 *
 * Whether a match stands by itself is mostly known beforehand.  What ends at
 * the same character as another ends a word or not as the other does; and of
 * what a state ends with, the character before it is part of the state.  So
 * links leave out what begins within a word, and only the state itself is
 * looked at in the text.
 */
#include "phrases.h"

#include <string.h>

#include "characters.h"

#define LABEL        0x001FFFFFu
#define LATIN_FIRST  0x80000000u /* the state begins with such a character */
#define LATIN_BEFORE 0x40000000u /* one stands before what fail leads to */
#define HEADER_WORDS 4
#define POLL_EVERY   4096
#define FEW          4 /* children that are looked at one by one */

typedef struct PhrasesItem
{
	uint64_t key; /* the first eight bytes, to be compared at once */
	size_t at;    /* in the pool */
	uint32_t len;
	uint32_t added; /* as which one */
} PhrasesItem;

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

/* ---------------------------------------------------------------------
 * states
 * ---------------------------------------------------------------------
 */

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

/*
 * What is to be known of a child by its parent and all states before: all but
 * first_child and phrase.
 */
static PhrasesState
make_state(const Phrases *p, uint32_t parent, uint32_t c)
{
	const PhrasesState *state = p->state;
	PhrasesState made = {.label = c};
	bool before = latin(c);
	bool first =
	    parent == 0 ? latin(c) : (state[parent].label & LATIN_FIRST) != 0;
	uint32_t at = parent;
	uint32_t f = 0;

	while (at != 0 && f == 0)
	{
		uint32_t next = state[at].fail;

		f = p->slots == NULL ? find_child(state, next, c)
		                     : next_state(p, next, c);
		if (f != 0)
			before = (state[at].label & LATIN_BEFORE) != 0;
		at = next;
	}
	made.fail = f;
	if (f != 0)
		made.link = state[f].phrase != 0 &&
		                    !(before && (state[f].label & LATIN_FIRST) != 0)
		                ? f
		                : state[f].link;
	made.label |= (first ? LATIN_FIRST : 0) | (before ? LATIN_BEFORE : 0);
	made.bytes = state[parent].bytes + (uint32_t) utf8_bytes(c);
	return made;
}

/* ---------------------------------------------------------------------
 * open and check
 * ---------------------------------------------------------------------
 */

static void
find_parts(const uint8_t *bytes, Phrases *phrases)
{
	const uint32_t *header = (const uint32_t *) (const void *) bytes;

	phrases->states = header[0];
	phrases->phrases = header[1];
	phrases->slot_bits = header[2];
	phrases->state =
	    (const PhrasesState *) (const void *) (header + HEADER_WORDS);
	phrases->slots = (const uint32_t *) (const void *) (phrases->state +
	                                                    phrases->states + 1);
}

static uint64_t
size_of(uint32_t states, uint32_t bits)
{
	return HEADER_WORDS * sizeof(uint32_t) +
	       ((uint64_t) states + 1) * sizeof(PhrasesState) +
	       (sizeof(uint32_t) << bits);
}

/* For all children that have one; half of them, or more, are free. */
static uint32_t
count_bits(const PhrasesState *state, uint32_t states, uint32_t *children)
{
	uint32_t bits = 1;
	uint32_t s;

	*children = 0;
	for (s = 0; s < states; s++)
		if (has_slots(state, s))
			*children += state[s + 1].first_child - state[s].first_child;
	while ((UINT32_C(1) << bits) < 2 * *children)
		bits++;
	return bits;
}

/* Characters in order */
static bool
sound_labels(const PhrasesState *state, uint32_t parent)
{
	uint32_t before = UTF8_NONE;
	uint32_t s;

	for (s = state[parent].first_child; s < state[parent + 1].first_child; s++)
	{
		uint32_t c = state[s].label & LABEL;

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
		uint32_t c = state->label & LABEL;
		PhrasesState made;

		made = make_state(p, parent, c);
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

	if (p->slot_bits != count_bits(p->state, p->states, &children))
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
		     has_slots(p->state, s) && c < p->state[s + 1].first_child; c++)
			if (next_state(p, s, p->state[c].label & LABEL) != c)
				return false;
	return true;
}

PhrasesStatus
phrases_open(const uint8_t *bytes, uint64_t size, Phrases *phrases)
{
	const uint32_t *header = (const uint32_t *) (const void *) bytes;
	const PhrasesState *state;
	uint32_t found = 0;
	uint32_t characters = 0;
	uint32_t longer = 1; /* the first state of more characters */
	uint32_t s;

	if (size < size_of(1, 1) || (uintptr_t) bytes % 4 != 0 || header[0] == 0 ||
	    header[0] > PHRASES_MOST_STATES || header[1] > PHRASES_MOST ||
	    header[2] == 0 || header[2] > 26 || header[3] != 0 ||
	    size != size_of(header[0], header[2]))
		return PHRASES_STRUCTURE;
	find_parts(bytes, phrases);
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
	return found == phrases->phrases ? PHRASES_OK : PHRASES_STRUCTURE;
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
			(void) utf8_encode(state[c].label & LABEL,
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
	       latin(c);
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

PhrasesStatus
phrases_scan(const Phrases *phrases, PhrasesWork *work, const char *text,
             size_t len)
{
	const PhrasesState *state = phrases->state;
	const uint8_t *bytes = (const uint8_t *) text;
	PhrasesStatus status = make_room(work, phrases->phrases);
	uint32_t s = 0;
	size_t at = 0;

	if (status != PHRASES_OK)
		return status;
	while (at < len)
	{
		uint32_t c;
		uint32_t next;
		uint32_t end;

		at += utf8_decode(bytes + at, len - at, &c);
		for (next = 0; s != 0; s = state[s].fail)
			if ((next = next_state(phrases, s, c)) != 0)
				break;
		s = next != 0 ? next : next_state(phrases, 0, c);
		end = state[s].phrase != 0 ? s : state[s].link;
		if (end == 0)
			continue;
		if (latin(c) && at < len)
		{
			(void) utf8_decode(bytes + at, len - at, &c);
			if (latin(c))
				continue;
		}
		if (end == s && (state[s].label & LATIN_FIRST) != 0 &&
		    latin_before(bytes, at - state[s].bytes))
			end = state[s].link;
		for (; end != 0; end = state[end].link)
		{
			/* and so is all that it ends with */
			if (work->seen[state[end].phrase - 1].text == work->text)
				break;
			if (!put_match(work, &state[end], at))
				return PHRASES_NO_MEMORY;
		}
	}
	return PHRASES_OK;
}

/* ---------------------------------------------------------------------
 * build
 * ---------------------------------------------------------------------
 */

void
phrases_build_begin(PhrasesBuilder *builder, const PhrasesMemory *memory)
{
	memset(builder, 0, sizeof(*builder));
	builder->memory = *memory;
}

void
phrases_build_free(PhrasesBuilder *builder)
{
	PhrasesMemory memory = builder->memory;

	if (builder->pool != NULL)
		memory.resize(memory.context, builder->pool, 0);
	if (builder->items != NULL)
		memory.resize(memory.context, builder->items, 0);
	phrases_build_begin(builder, &memory);
}

static PhrasesStatus
check_phrase(const uint8_t *bytes, size_t len)
{
	size_t characters = 0;
	size_t at = 0;
	uint32_t c;

	if (len == 0)
		return PHRASES_EMPTY;
	for (; at < len; characters++)
	{
		at += utf8_decode(bytes + at, len - at, &c);
		if (c == UTF8_NONE)
			return PHRASES_ENCODING;
		if (characters == PHRASES_LONGEST)
			return PHRASES_TOO_LONG;
	}
	return PHRASES_OK;
}

PhrasesStatus
phrases_add(PhrasesBuilder *builder, const char *bytes, size_t len)
{
	const PhrasesMemory *m = &builder->memory;
	PhrasesStatus status = check_phrase((const uint8_t *) bytes, len);
	PhrasesItem item = {.len = (uint32_t) len, .added = builder->added};
	size_t i;

	if (status != PHRASES_OK)
		return status;
	if (builder->added == UINT32_MAX / 2)
		return PHRASES_TOO_LARGE;
	if (builder->pool_room - builder->pool_used < len)
	{
		size_t room = builder->pool_room * 2 + PHRASES_MOST_BYTES;
		char *pool = m->resize(m->context, builder->pool, room);

		if (pool == NULL)
			return PHRASES_NO_MEMORY;
		builder->pool = pool;
		builder->pool_room = room;
	}
	if (builder->added == builder->room)
	{
		uint32_t room = builder->room * 2 + 16;
		PhrasesItem *items =
		    m->resize(m->context, builder->items, room * sizeof(PhrasesItem));

		if (items == NULL)
			return PHRASES_NO_MEMORY;
		builder->items = items;
		builder->room = room;
	}
	for (i = 0; i < 8; i++)
		item.key = item.key << 8 | (i < len ? (uint8_t) bytes[i] : 0);
	item.at = builder->pool_used;
	memcpy(builder->pool + item.at, bytes, len);
	builder->pool_used += len;
	builder->items[builder->added++] = item;
	return PHRASES_OK;
}

/* In the order of the bytes, which is that of the characters */
static int
compare_items(const PhrasesBuilder *b, const PhrasesItem *x,
              const PhrasesItem *y)
{
	int order;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	order = memcmp(b->pool + x->at, b->pool + y->at,
	               x->len < y->len ? x->len : y->len);
	if (order != 0)
		return order;
	return x->len < y->len ? -1 : x->len > y->len;
}

/* Merge runs that are in order, ever longer ones, from here to there. */
static bool
sort_items(PhrasesBuilder *b)
{
	const PhrasesMemory *m = &b->memory;
	size_t n = b->added;
	PhrasesItem *from = b->items;
	PhrasesItem *to = m->resize(m->context, NULL, n * sizeof(PhrasesItem));
	size_t run;

	if (to == NULL)
		return false;
	for (run = 1; run < n; run *= 2)
	{
		PhrasesItem *swap = from;
		size_t k = 0;

		while (k < n)
		{
			size_t i = k;
			size_t middle = n - k < run ? n : k + run;
			size_t j = middle;
			size_t end = n - middle < run ? n : middle + run;

			for (; k < end; k++)
			{
				to[k] = j == end || (i < middle &&
				                     compare_items(b, &from[i], &from[j]) <= 0)
				            ? from[i++]
				            : from[j++];
				if (k % POLL_EVERY == 0 && m->poll != NULL)
					m->poll(m->context);
			}
		}
		from = to;
		to = swap;
	}
	m->resize(m->context, to, 0);
	b->items = from;
	b->room = b->added;
	return true;
}

/* How many states there will be */
static uint64_t
count_states(const PhrasesBuilder *b, uint32_t *phrases)
{
	uint64_t states = 1;
	uint32_t i;

	*phrases = 0;
	for (i = 0; i < b->added; i++)
	{
		const PhrasesItem *item = &b->items[i];
		const char *bytes = b->pool + item->at;
		const char *other = i > 0 ? b->pool + item[-1].at : NULL;
		uint32_t most = i > 0 ? item[-1].len : 0;
		uint32_t same = 0;
		uint32_t k;

		most = most < item->len ? most : item->len;
		while (same < most && bytes[same] == other[same])
			same++;
		*phrases += i == 0 || same < item->len;
		/* of a character in which they differ the first bytes may be shared */
		if (same < item->len)
		{
			while (((uint8_t) bytes[same] & 0xC0) == 0x80)
				same--;
			for (k = same; k < item->len; k++)
				states += ((uint8_t) bytes[k] & 0xC0) != 0x80;
		}
	}
	return states;
}

/* Phrases that begin with a state */
typedef struct Range
{
	uint32_t from;
	uint32_t to;
} Range;

/* All states, breadth first; the numbers of the phrases. */
static void
make_states(const PhrasesBuilder *b, PhrasesState *state, uint32_t states,
            Range *range, uint32_t *numbers)
{
	const PhrasesMemory *m = &b->memory;
	const Phrases p = {.state = state};
	uint32_t phrases = 0;
	uint32_t end = 1;
	uint32_t s;

	memset(&state[0], 0, sizeof(state[0]));
	range[0] = (Range){0, b->added};
	for (s = 0; s < states; s++)
	{
		uint32_t bytes = state[s].bytes;
		uint32_t i = range[s].from;

		state[s].first_child = end;
		/* a phrase and its repetitions come before what is longer */
		for (; i < range[s].to && b->items[i].len == bytes; i++)
			if (numbers != NULL)
				numbers[b->items[i].added] = state[s].phrase - 1;
		while (i < range[s].to)
		{
			const char *at = b->pool + b->items[i].at + bytes;
			uint32_t first = i;
			uint32_t c;
			size_t n =
			    utf8_decode((const uint8_t *) at, b->items[i].len - bytes, &c);

			while (i < range[s].to &&
			       memcmp(b->pool + b->items[i].at + bytes, at, n) == 0)
			{
				i++;
				if (i % POLL_EVERY == 0 && m->poll != NULL)
					m->poll(m->context);
			}
			state[end] = make_state(&p, s, c);
			if (b->items[first].len == bytes + n)
				state[end].phrase = ++phrases;
			range[end++] = (Range){first, i};
		}
		if (s % POLL_EVERY == 0 && m->poll != NULL)
			m->poll(m->context);
	}
	memset(&state[states], 0, sizeof(state[states]));
	state[states].first_child = end;
}

static void
make_slots(uint32_t *slots, uint32_t bits, const PhrasesState *state,
           uint32_t states)
{
	uint32_t mask = (UINT32_C(1) << bits) - 1;
	uint32_t s;
	uint32_t c;

	memset(slots, 0, sizeof(uint32_t) << bits);
	for (s = 0; s < states; s++)
		for (c = state[s].first_child;
		     has_slots(state, s) && c < state[s + 1].first_child; c++)
		{
			uint32_t slot = slot_of(s, state[c].label & LABEL, bits);

			while (slots[slot] != 0)
				slot = (slot + 1) & mask;
			slots[slot] = c;
		}
}

PhrasesStatus
phrases_build(PhrasesBuilder *builder, uint32_t *numbers, uint8_t **block,
              size_t *size)
{
	const PhrasesMemory *m = &builder->memory;
	PhrasesState *state;
	uint8_t *bytes;
	Range *range;
	uint64_t states;
	uint32_t header[HEADER_WORDS] = {0};
	uint32_t children;

	*block = NULL;
	*size = 0;
	if (builder->added > 1 && !sort_items(builder))
		return PHRASES_NO_MEMORY;
	states = count_states(builder, &header[1]);
	if (states > PHRASES_MOST_STATES || header[1] > PHRASES_MOST)
		return PHRASES_TOO_LARGE;
	header[0] = (uint32_t) states;
	range = m->resize(m->context, NULL, states * sizeof(Range));
	if (range == NULL)
		return PHRASES_NO_MEMORY;
	*block = m->resize(m->context, NULL, size_of(header[0], 0));
	if (*block != NULL)
	{
		state = (PhrasesState *) (void *) (*block + sizeof(header));
		make_states(builder, state, header[0], range, numbers);
		header[2] = count_bits(state, header[0], &children);
	}
	m->resize(m->context, range, 0);
	if (*block == NULL)
		return PHRASES_NO_MEMORY;
	*size = (size_t) size_of(header[0], header[2]);
	bytes = m->resize(m->context, *block, *size);
	if (bytes == NULL)
	{
		m->resize(m->context, *block, 0);
		*block = NULL;
		*size = 0;
		return PHRASES_NO_MEMORY;
	}
	*block = bytes;
	memcpy(bytes, header, sizeof(header));
	state = (PhrasesState *) (void *) (bytes + sizeof(header));
	make_slots((uint32_t *) (void *) (state + states + 1), header[2], state,
	           header[0]);
	return PHRASES_OK;
}
