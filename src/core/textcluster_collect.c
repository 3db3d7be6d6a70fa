/*
 * textcluster_collect.c
 *	  Collect messages with their grams; see textcluster.h.
 *
 * Grams are numbered as they come; messages that say the same share a text.
 */
#include "textcluster_parts.h"

#include <string.h>

#define TEXTS_MOST ((size_t) 1 << 27)

typedef struct Gathered
{
	uint64_t hash;
	uint32_t times;
} Gathered;

void
textcluster_default_options(TextclusterOptions *options)
{
	memset(options, 0, sizeof(*options));
	options->least = 0.05;
	options->common = 0.03;
	options->head_times = 5;
	options->characters = 2000;
	options->grams = UINT64_C(1) << 27;
	options->pairs = UINT64_C(1) << 23;
}

void
textcluster_begin(Textcluster *tc, const TextclusterMemory *memory,
                  const TextclusterOptions *options)
{
	memset(tc, 0, sizeof(*tc));
	tc->memory = *memory;
	tc->options = *options;
}

void
textcluster_give_back(Textcluster *tc, void *block)
{
	if (block != NULL)
		tc->memory.resize(tc->memory.context, block, 0);
}

void
textcluster_free_array(Textcluster *tc, TextclusterArray *array)
{
	textcluster_give_back(tc, array->at);
	memset(array, 0, sizeof(*array));
}

void
textcluster_free(Textcluster *tc)
{
	textcluster_free_array(tc, &tc->messages);
	textcluster_free_array(tc, &tc->texts);
	textcluster_free_array(tc, &tc->ids);
	textcluster_free_array(tc, &tc->counts);
	textcluster_free_array(tc, &tc->weights);
	textcluster_free_array(tc, &tc->hashes);
	textcluster_free_array(tc, &tc->spread);
	textcluster_free_array(tc, &tc->gathered);
	textcluster_give_back(tc, tc->gram_table);
	textcluster_give_back(tc, tc->text_table);
	textcluster_give_back(tc, tc->by_cluster);
	textcluster_give_back(tc, tc->starts);
	textcluster_give_back(tc, tc->times);
	memset(tc, 0, sizeof(*tc));
}

void
textcluster_poll(const Textcluster *tc)
{
	if (tc->memory.poll != NULL)
		tc->memory.poll(tc->memory.context);
}

/* Room for more elements at the end of an array */
bool
textcluster_extend(Textcluster *tc, TextclusterArray *array, size_t element,
                   size_t more)
{
	size_t room = array->room;
	void *at;

	if (array->used + more <= room)
		return true;
	room += room / 2 + 64;
	if (room < array->used + more)
		room = array->used + more;
	at = tc->memory.resize(tc->memory.context, array->at, room * element);
	if (at == NULL)
		return false;
	array->at = at;
	array->room = room;
	return true;
}

void *
textcluster_take(Textcluster *tc, size_t elements, size_t element)
{
	return tc->memory.resize(tc->memory.context, NULL,
	                         (elements > 0 ? elements : 1) * element);
}

/* How many characters that say something the head has */
static uint32_t
measure_head(const char *text, size_t len)
{
	TextclusterReader r = {.text = text, .len = len};
	uint32_t n = 0;
	size_t at;
	size_t line;

	/* it begins with the first character that says something */
	if (!textcluster_read_on(&r))
		return 0;
	line = r.from;
	for (at = line; at < len && text[at] != '\n';)
		at++;
	r = (TextclusterReader){.text = text, .len = at};
	while (n <= TEXTCLUSTER_FIRST_LINE && textcluster_read_on(&r))
		n++;
	if (at < len && n <= TEXTCLUSTER_FIRST_LINE)
		return n;
	return n < TEXTCLUSTER_HEAD ? n : TEXTCLUSTER_HEAD;
}

static bool
gather(Textcluster *tc, uint64_t hash, uint32_t times)
{
	Gathered *g;

	if (!textcluster_extend(tc, &tc->gathered, sizeof(Gathered), 1))
		return false;
	g = (Gathered *) tc->gathered.at + tc->gathered.used++;
	g->hash = hash;
	g->times = times;
	return true;
}

/* Sort by the hash, eight bits at a time from the lowest of the upper half;
 * the rest of them is put right by insertion. */
static bool
sort_gathered(Textcluster *tc)
{
	size_t n = tc->gathered.used;
	Gathered *from;
	Gathered *to;
	size_t i;
	int shift;

	if (n == 0)
		return true;
	if (!textcluster_extend(tc, &tc->gathered, sizeof(Gathered), n))
		return false;
	from = tc->gathered.at;
	to = from + n;
	for (shift = 48; shift < 64; shift += 8)
	{
		size_t starts[257] = {0};
		Gathered *other = from;

		for (i = 0; i < n; i++)
			starts[(from[i].hash >> shift & 255) + 1]++;
		for (i = 0; i < 256; i++)
			starts[i + 1] += starts[i];
		for (i = 0; i < n; i++)
			to[starts[from[i].hash >> shift & 255]++] = from[i];
		from = to;
		to = other;
	}
	for (i = 1; i < n; i++)
	{
		Gathered g = from[i];
		size_t at = i;

		for (; at > 0 && from[at - 1].hash > g.hash; at--)
			from[at] = from[at - 1];
		from[at] = g;
	}
	return true;
}

/* Make a table twice as large; entries are numbers plus one. */
static bool
grow_table(Textcluster *tc, uint32_t **table, size_t *slots, size_t used,
           bool of_texts)
{
	size_t wanted = *slots == 0 ? 1024 : *slots * 2;
	uint32_t *new = textcluster_take(tc, wanted, sizeof(uint32_t));
	size_t i;

	if (new == NULL)
		return false;
	memset(new, 0, wanted * sizeof(uint32_t));
	for (i = 0; i < used; i++)
	{
		uint64_t hash = of_texts ? textcluster_text(tc, i)->key[0]
		                         : ((uint64_t *) tc->hashes.at)[i];
		size_t at = (size_t) hash & (wanted - 1);

		while (new[at] != 0)
			at = (at + 1) & (wanted - 1);
		new[at] = (uint32_t) i + 1;
	}
	textcluster_give_back(tc, *table);
	*table = new;
	*slots = wanted;
	return true;
}

/* The text with this key, which is new if its copies are none */
static TextclusterStatus
find_text(Textcluster *tc, const uint64_t key[2], uint32_t said,
          uint32_t *number)
{
	size_t at;

	if (2 * (tc->texts.used + 1) > tc->text_slots &&
	    !grow_table(tc, &tc->text_table, &tc->text_slots, tc->texts.used,
	                true))
		return TEXTCLUSTER_NO_MEMORY;
	at = (size_t) key[0] & (tc->text_slots - 1);
	for (; tc->text_table[at] != 0; at = (at + 1) & (tc->text_slots - 1))
	{
		const TextclusterText *text =
		    textcluster_text(tc, tc->text_table[at] - 1);

		if (text->key[0] == key[0] && text->key[1] == key[1])
		{
			*number = tc->text_table[at] - 1;
			return TEXTCLUSTER_OK;
		}
	}
	if (tc->texts.used >= TEXTS_MOST)
		return TEXTCLUSTER_TOO_LARGE;
	if (!textcluster_extend(tc, &tc->texts, sizeof(TextclusterText), 1))
		return TEXTCLUSTER_NO_MEMORY;
	*number = (uint32_t) tc->texts.used;
	*textcluster_text(tc, tc->texts.used++) = (TextclusterText){
	    .key = {key[0], key[1]}, .said = said, .grams = tc->ids.used};
	tc->text_table[at] = *number + 1;
	return TEXTCLUSTER_OK;
}

/* Keep the grams that were gathered, as those of the last text. */
static TextclusterStatus
keep_grams(Textcluster *tc)
{
	TextclusterText *text = textcluster_text(tc, tc->texts.used - 1);
	size_t n = tc->gathered.used;
	const Gathered *g;
	size_t i = 0;

	if (!sort_gathered(tc) ||
	    !textcluster_extend(tc, &tc->ids, sizeof(uint32_t), n) ||
	    !textcluster_extend(tc, &tc->counts, 1, n) ||
	    !textcluster_extend(tc, &tc->hashes, sizeof(uint64_t), n) ||
	    !textcluster_extend(tc, &tc->spread, sizeof(uint32_t), n))
		return TEXTCLUSTER_NO_MEMORY;
	g = tc->gathered.at;
	while (i < n)
	{
		uint64_t hash = g[i].hash;
		uint32_t times = 0;
		uint32_t *slot;

		for (; i < n && g[i].hash == hash; i++)
			times += g[i].times;
		if (2 * (tc->hashes.used + 1) > tc->gram_slots &&
		    !grow_table(tc, &tc->gram_table, &tc->gram_slots, tc->hashes.used,
		                false))
			return TEXTCLUSTER_NO_MEMORY;
		slot = textcluster_slot(tc, hash);
		if (*slot == 0)
		{
			((uint64_t *) tc->hashes.at)[tc->hashes.used] = hash;
			((uint32_t *) tc->spread.at)[tc->hashes.used] = 0;
			*slot = (uint32_t) ++tc->hashes.used;
			tc->spread.used++;
		}
		((uint32_t *) tc->spread.at)[*slot - 1]++;
		((uint32_t *) tc->ids.at)[tc->ids.used++] = *slot - 1;
		((uint8_t *) tc->counts.at)[tc->counts.used++] =
		    (uint8_t) (times < 255 ? times : 255);
		text->n++;
	}
	return tc->ids.used > tc->options.grams ||
	               tc->hashes.used >= UINT32_MAX / 2
	           ? TEXTCLUSTER_TOO_LARGE
	           : TEXTCLUSTER_OK;
}

TextclusterStatus
textcluster_add(Textcluster *tc, const char *text, size_t len)
{
	uint32_t head = measure_head(text, len);
	uint64_t key[2] = {scramble(SCRAMBLE_STEP + head),
	                   scramble(2 * SCRAMBLE_STEP + head)};
	TextclusterReader r = {.text = text, .len = len};
	TextclusterStatus status;
	uint32_t number;
	uint32_t n = 0;

	if (tc->messages.used >= INT32_MAX)
		return TEXTCLUSTER_TOO_LARGE;
	tc->gathered.used = 0;
	while (n < tc->options.characters && textcluster_read_on(&r))
	{
		uint32_t times = ++n <= head ? tc->options.head_times : 1;

		uint32_t said = r.c << 1 | (r.run == 1);

		key[0] = scramble(key[0] + SCRAMBLE_STEP + said);
		key[1] = scramble(key[1] + 3 * SCRAMBLE_STEP + said);
		if ((r.run >= 2 && !gather(tc, textcluster_two(&r), times)) ||
		    (r.run >= 3 && !gather(tc, textcluster_three(&r), times)))
			return TEXTCLUSTER_NO_MEMORY;
	}
	if (tc->messages.used % TEXTCLUSTER_POLL_EVERY == 0)
		textcluster_poll(tc);
	status = find_text(tc, key, n, &number);
	if (status != TEXTCLUSTER_OK)
		return status;
	if (textcluster_text(tc, number)->copies++ == 0)
	{
		status = keep_grams(tc);
		if (status != TEXTCLUSTER_OK)
			return status;
	}
	if (!textcluster_extend(tc, &tc->messages, sizeof(uint32_t), 1))
		return TEXTCLUSTER_NO_MEMORY;
	((uint32_t *) tc->messages.at)[tc->messages.used++] = number;
	return TEXTCLUSTER_OK;
}
