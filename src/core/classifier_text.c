/*
 * classifier_text.c
 *	  The grams of a text, and how often each occurs; see classifier_format.h.
 */
#include "classifier_format.h"

#include "characters.h"
#include "scramble.h"

#define NEWLINE 10

/* White space and punctuation, as far as folding leaves them; UTF8_NONE too */
static inline bool
divides(uint32_t c)
{
	if (c < 0x80)
		return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		         (c >= 'A' && c <= 'Z'));
	if (c < 0xC0)
		return true;
	if (c < 0x2000)
		return false;
	return c < 0x2100 || (c >= 0x3000 && c < 0x3020) ||
	       (c >= 0xFE30 && c < 0xFE70) || (c >= 0xFF00 && c < 0xFF0F) ||
	       (c >= 0xFF1A && c < 0xFF21) || (c >= 0xFF3B && c < 0xFF41) ||
	       (c >= 0xFF5B && c < 0xFF66) || (c >= 0xFFE0 && c < 0x10000);
}

/*
 * Where the head ends.  It begins with the first character that divides
 * nothing.
 */
static size_t
find_head(const uint8_t *text, size_t len)
{
	size_t at = 0;
	size_t end = len;
	size_t n = 0;
	uint32_t c;

	while (at < len && n < CLASSIFIER_FIRST_LINE)
	{
		size_t bytes = utf8_decode(text + at, len - at, &c);

		if (c == NEWLINE && n > 0)
			return at;
		at += bytes;
		if (n > 0 || !divides(c))
			n++;
		if (n <= CLASSIFIER_HEAD)
			end = at;
	}
	return end;
}

void
classifier_read(ClassifierReader *reader, const char *text, size_t len)
{
	memset(reader, 0, sizeof(*reader));
	reader->text = (const uint8_t *) text;
	reader->len = classifier_read_length(text, len);
	reader->head_end = find_head(reader->text, reader->len);
}

int
classifier_read_character(ClassifierReader *reader, ClassifierGram *grams)
{
	size_t from = reader->at;
	uint64_t gram = 0;
	uint32_t c;
	int n = 0;
	int i;

	if (from >= reader->len)
		return -1;
	reader->at += utf8_decode(reader->text + from, reader->len - from, &c);
	if (divides(c))
	{
		reader->run = 0;
		return 0;
	}
	for (i = CLASSIFIER_GRAM - 1; i > 0; i--)
	{
		reader->character[i] = reader->character[i - 1];
		reader->start[i] = reader->start[i - 1];
	}
	reader->character[0] = c;
	reader->start[0] = (uint32_t) from;
	if (reader->run < CLASSIFIER_GRAM)
		reader->run++;
	for (i = 0; i < reader->run; i++)
	{
		gram |= reader->character[i] << (21 * i);
		grams[n].hash = scramble(gram);
		grams[n].from = reader->start[i];
		grams[n].times =
		    reader->at <= reader->head_end ? CLASSIFIER_HEAD_TIMES : 1;
		n++;
	}
	return n;
}

/* No fewer than the text's grams */
static size_t
most_grams(const ClassifierReader *reader)
{
	size_t characters = 0;
	size_t i;

	/* bytes that are no UTF-8 make none, whatever they are counted as */
	for (i = 0; i < reader->len; i++)
		characters += (reader->text[i] & 0xC0) != 0x80;
	return CLASSIFIER_GRAM * characters;
}

ClassifierStatus
classifier_count(ClassifierWork *work, const char *text, size_t len,
                 ClassifierCounts *counts)
{
	ClassifierReader reader;
	ClassifierGram grams[CLASSIFIER_PER_CHAR];
	size_t most;
	size_t slots = 64;
	size_t size;
	int found;

	classifier_read(&reader, text, len);
	most = most_grams(&reader);
	while (slots < most + most / 2)
		slots *= 2;
	size = most * sizeof(ClassifierCount) + slots * sizeof(uint32_t);
	if (work->size < size)
	{
		void *block = work->memory.resize(work->memory.context, work->block,
		                                  size + size / 2);

		if (block == NULL)
			return CLASSIFIER_NO_MEMORY;
		work->block = block;
		work->size = size + size / 2;
	}
	counts->list = work->block;
	counts->table = (uint32_t *) (void *) (counts->list + most);
	counts->mask = (uint32_t) slots - 1;
	counts->n = 0;
	memset(counts->table, 0, slots * sizeof(uint32_t));
	while (found = classifier_read_character(&reader, grams), found >= 0)
	{
		int i;

		for (i = 0; i < found; i++)
		{
			uint32_t *slot = classifier_slot(counts, grams[i].hash);

			if (*slot == 0)
			{
				ClassifierCount *entry = &counts->list[counts->n];

				entry->hash = grams[i].hash;
				entry->count = 0;
				entry->record = 0;
				*slot = ++counts->n;
			}
			counts->list[*slot - 1].count += grams[i].times;
		}
	}
	return CLASSIFIER_OK;
}
