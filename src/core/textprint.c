/*
 * textprint.c
 *	  Fingerprints of texts; see textprint.h.
 */
#include "textprint.h"

#include <string.h>

#include "scramble.h"
#include "textgram.h"

#define POLL_EVERY 4096 /* characters */

typedef struct Minima
{
	uint64_t a[TEXTPRINT_VALUES];
	uint64_t b[TEXTPRINT_VALUES];
	uint64_t least[TEXTPRINT_VALUES];
} Minima;

static void
begin_minima(Minima *m)
{
	uint64_t k;

	for (k = 0; k < TEXTPRINT_VALUES; k++)
	{
		m->a[k] = scramble((2 * k + 1) * SCRAMBLE_STEP) | 1;
		m->b[k] = scramble((2 * k + 2) * SCRAMBLE_STEP);
		m->least[k] = UINT64_MAX;
	}
}

static void
add_pair(Minima *m, uint64_t pair)
{
	uint64_t x = scramble(pair + SCRAMBLE_STEP);
	int k;

	for (k = 0; k < TEXTPRINT_VALUES; k++)
	{
		uint64_t h = (m->a[k] * x + m->b[k]) >> 32;

		m->least[k] = h < m->least[k] ? h : m->least[k];
	}
}

size_t
textprint_make(const char *text, size_t len, void (*poll)(void *context),
               void *context, uint8_t print[TEXTPRINT_SIZE])
{
	Minima minima;
	uint64_t before = 0;
	size_t characters = 0;
	size_t at = 0;
	int k;

	print[0] = TEXTPRINT_VERSION;
	begin_minima(&minima);
	while (at < len)
	{
		uint32_t c;

		at += utf8_decode((const uint8_t *) text + at, len - at, &c);
		if (!textgram_says(c))
			continue;
		if (characters > 0)
			add_pair(&minima, before << 21 | c);
		before = c;
		if (++characters % POLL_EVERY == 0 && poll != NULL)
			poll(context);
	}
	if (characters == 0)
		return 1;
	if (characters == 1)
		add_pair(&minima, before);
	for (k = 0; k < TEXTPRINT_VALUES; k++)
		print[1 + k] = (uint8_t) minima.least[k];
	return TEXTPRINT_SIZE;
}

bool
textprint_valid(const uint8_t *print, size_t len)
{
	return (len == 1 || len == TEXTPRINT_SIZE) &&
	       print[0] == TEXTPRINT_VERSION;
}

double
textprint_similarity(const uint8_t *a, size_t a_len, const uint8_t *b,
                     size_t b_len)
{
	int same = 0;
	double share;
	int k;

	if (a_len != TEXTPRINT_SIZE || b_len != TEXTPRINT_SIZE)
		return 0;
	for (k = 1; k < TEXTPRINT_SIZE; k++)
		same += a[k] == b[k];
	/* one of 256 is the same by chance */
	share = (same / (double) TEXTPRINT_VALUES - 1.0 / 256) / (255.0 / 256);
	return share > 0 ? share : 0;
}

int
textprint_keys(const uint8_t *print, size_t len, int32_t keys[TEXTPRINT_KEYS])
{
	const uint8_t *v = print + 1;
	int k;

	if (len != TEXTPRINT_SIZE)
		return 0;
	for (k = 0; k < TEXTPRINT_KEYS; k++, v += TEXTPRINT_PER_KEY)
		keys[k] = (int32_t) k << 24 | (int32_t) v[0] << 16 |
		          (int32_t) v[1] << 8 | (int32_t) v[2];
	return TEXTPRINT_KEYS;
}

bool
textprint_meets(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	int k;

	if (a_len != TEXTPRINT_SIZE || b_len != TEXTPRINT_SIZE)
		return false;
	for (k = 0; k < TEXTPRINT_KEYS; k++)
		if (memcmp(a + 1 + k * TEXTPRINT_PER_KEY,
		           b + 1 + k * TEXTPRINT_PER_KEY, TEXTPRINT_PER_KEY) == 0)
			return true;
	return false;
}
