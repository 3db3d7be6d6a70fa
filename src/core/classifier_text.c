/*
 * classifier_text.c
 *	  The grams of a text, and how often each occurs; see classifier_format.h.
 */
#include "classifier_format.h"

#define BREAK   0 /* a character that divides: NUL cannot be part of a text */
#define NEWLINE 10

static inline uint64_t
scramble(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* White space and punctuation, as far as folding leaves them */
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

/* The character at an offset and its bytes; BREAK for what is no UTF-8 */
static inline size_t
decode(const uint8_t *s, size_t left, uint32_t *c)
{
	size_t n;
	size_t i;

	if (s[0] < 0x80)
	{
		*c = s[0];
		return 1;
	}
	if (s[0] >= 0xE0 && s[0] < 0xF0 && left >= 3 && (s[1] & 0xC0) == 0x80 &&
	    (s[2] & 0xC0) == 0x80) /* the most of all */
	{
		*c = ((uint32_t) (s[0] & 0x0F) << 12) |
		     ((uint32_t) (s[1] & 0x3F) << 6) | (s[2] & 0x3F);
		return 3;
	}
	*c = BREAK;
	n = s[0] < 0xC2   ? 0
	    : s[0] < 0xE0 ? 2
	    : s[0] < 0xF0 ? 3
	    : s[0] < 0xF5 ? 4
	                  : 0;
	if (n == 0 || n > left)
		return 1;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 1;
	*c = s[0] & (0x7Fu >> n);
	for (i = 1; i < n; i++)
		*c = *c << 6 | (s[i] & 0x3F);
	return n;
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
		size_t bytes = decode(text + at, len - at, &c);

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
	if (len > CLASSIFIER_TEXT_MAX)
	{
		len = CLASSIFIER_TEXT_MAX;
		while (len > CLASSIFIER_TEXT_MAX - 4 &&
		       (reader->text[len] & 0xC0) == 0x80)
			len--;
	}
	reader->len = len;
	reader->head_end = find_head(reader->text, len);
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
	reader->at += decode(reader->text + from, reader->len - from, &c);
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
