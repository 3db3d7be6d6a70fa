/*
 * textcluster_texts.h
 *	  Messages about made-up matters.
 */
#ifndef CIVICGRID_TEST_TEXTCLUSTER_TEXTS_H
#define CIVICGRID_TEST_TEXTCLUSTER_TEXTS_H

#include "core/textcluster.h"

#include "tap.h"

#define TEXT_BYTES 4096

static inline size_t
put_character(char *out, uint32_t c)
{
	out[0] = (char) (0xE0 | c >> 12);
	out[1] = (char) (0x80 | (c >> 6 & 0x3F));
	out[2] = (char) (0x80 | (c & 0x3F));
	return 3;
}

/* A word of two to four ideographs: of the matter, or of the language */
static inline size_t
put_word(char *out, uint64_t word)
{
	uint64_t state = word * 7919 + 5;
	int characters = 2 + (int) (next_random(&state) % 3);
	size_t n = 0;

	while (characters-- > 0)
		n += put_character(out + n,
		                   0x4E00 + (uint32_t) (next_random(&state) % 3000));
	return n;
}

/* A message about a matter: some of its six words, between many of all */
static inline size_t
make_message(uint64_t *seed, uint64_t matter, char *out)
{
	int words = 5 + (int) (next_random(seed) % 30);
	size_t n = 0;

	n += put_word(out + n, 1000000 + matter * 6);
	n += put_word(out + n, 1000000 + matter * 6 + 1);
	out[n++] = '\n';
	for (int i = 0; i < words; i++)
	{
		n += put_word(out + n,
		              next_random(seed) % 4 == 0
		                  ? 1000000 + matter * 6 + next_random(seed) % 6
		                  : next_random(seed) % 5000);
		if (next_random(seed) % 5 == 0)
			out[n++] = ',';
	}
	return n;
}

#endif /* CIVICGRID_TEST_TEXTCLUSTER_TEXTS_H */
