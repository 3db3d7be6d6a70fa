/*
 * phrases_build.c
 *	  Compile phrases, see phrases.h.
 *
 * Phrases are sorted; so those that begin with a state are neighbours, and
 * states come about breadth first, each with all that is to be known of it.
 * The tables follow from the states.
 */
#include "phrases_format.h"

#include <string.h>

#define POLL_EVERY 4096

typedef struct PhrasesItem
{
	uint64_t key; /* the first eight bytes, to be compared at once */
	size_t at;    /* in the pool */
	uint32_t len;
	uint32_t added; /* as which one */
} PhrasesItem;

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
			state[end] = phrases_make_state(&p, s, c);
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
		     phrases_has_slots(state, s) && c < state[s + 1].first_child; c++)
		{
			uint32_t slot =
			    phrases_slot(s, state[c].label & PHRASES_LABEL, bits);

			while (slots[slot] != 0)
				slot = (slot + 1) & mask;
			slots[slot] = c;
		}
}

/* All behind the states */
static void
make_tables(uint8_t *bytes, PhrasesHeader *header)
{
	Phrases p;
	uint8_t *end;
	uint8_t *heads;
	uint32_t *filter;

	memcpy(bytes, header, sizeof(*header));
	phrases_find_parts(bytes, &p);
	end = bytes + phrases_size(header);
	filter = (uint32_t *) (void *) end - p.filter_words;
	heads = (uint8_t *) filter - (p.head_mask + 1);
	memset(heads, 0, (size_t) (end - heads));
	make_slots((uint32_t *) (void *) heads - (1 << p.slot_bits), p.slot_bits,
	           p.state, p.states);
	phrases_make_heads(&p, heads);
	(void) phrases_put_beginnings(&p, filter);
	header->bits_set = phrases_count_set(&p);
	memcpy(bytes, header, sizeof(*header));
}

PhrasesStatus
phrases_build(PhrasesBuilder *builder, uint32_t *numbers, uint8_t **block,
              size_t *size)
{
	const PhrasesMemory *m = &builder->memory;
	PhrasesHeader header = {.states = 0};
	PhrasesState *state;
	uint8_t *bytes;
	Range *range;
	uint64_t states;
	uint32_t n;

	*block = NULL;
	*size = 0;
	if (builder->added > 1 && !sort_items(builder))
		return PHRASES_NO_MEMORY;
	states = count_states(builder, &header.phrases);
	if (states > PHRASES_MOST_STATES || header.phrases > PHRASES_MOST)
		return PHRASES_TOO_LARGE;
	header.states = (uint32_t) states;
	range = m->resize(m->context, NULL, states * sizeof(Range));
	if (range == NULL)
		return PHRASES_NO_MEMORY;
	*block = m->resize(m->context, NULL, phrases_size(&header));
	if (*block != NULL)
	{
		state = (PhrasesState *) (void *) (*block + sizeof(header));
		make_states(builder, state, header.states, range, numbers);
		header.slot_bits = phrases_count_slot_bits(state, header.states, &n);
		header.head_bits = phrases_count_head_bits(state);
		header.filter_words = phrases_count_filter_words(state, &n);
	}
	m->resize(m->context, range, 0);
	if (*block == NULL)
		return PHRASES_NO_MEMORY;
	*size = (size_t) phrases_size(&header);
	bytes = m->resize(m->context, *block, *size);
	if (bytes == NULL)
	{
		m->resize(m->context, *block, 0);
		*block = NULL;
		*size = 0;
		return PHRASES_NO_MEMORY;
	}
	*block = bytes;
	make_tables(bytes, &header);
	return PHRASES_OK;
}
