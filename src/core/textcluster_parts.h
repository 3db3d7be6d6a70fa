/*
 * textcluster_parts.h
 *	  What the files of textcluster share.
 */
#ifndef CIVICGRID_CORE_TEXTCLUSTER_PARTS_H
#define CIVICGRID_CORE_TEXTCLUSTER_PARTS_H

#include "scramble.h"
#include "textcluster.h"
#include "textgram.h"

#define TEXTCLUSTER_POLL_EVERY 256

typedef struct TextclusterText
{
	uint64_t key[2]; /* of what makes its grams: characters, breaks, head */
	size_t grams;    /* where its grams begin */
	uint32_t n;      /* and how many they are */
	uint32_t said;   /* characters that say something */
	uint32_t copies;
	uint32_t cluster;
	double central;
} TextclusterText;

extern void textcluster_poll(const Textcluster *tc);
extern void textcluster_give_back(Textcluster *tc, void *block);
extern void *textcluster_take(Textcluster *tc, size_t elements,
                              size_t element);
extern bool textcluster_extend(Textcluster *tc, TextclusterArray *array,
                               size_t element, size_t more);
extern void textcluster_free_array(Textcluster *tc, TextclusterArray *array);

static inline TextclusterText *
textcluster_text(const Textcluster *tc, size_t i)
{
	return (TextclusterText *) tc->texts.at + i;
}

typedef struct TextclusterReader
{
	const char *text;
	size_t len;
	size_t at;
	size_t from;   /* of the last character … */
	uint32_t c;    /* … and the characters: last, … */
	uint32_t c1;   /* … the one before, … */
	uint32_t c2;   /* … and before that */
	uint32_t run;  /* of characters without a break, up to 3 */
	size_t before; /* where the one before began */
} TextclusterReader;

/* On to the next character; whether there is one that says something.  A run
 * begins anew after one that does not. */
static inline bool
textcluster_read_on(TextclusterReader *r)
{
	while (r->at < r->len)
	{
		uint32_t c;

		r->before = r->from;
		r->from = r->at;
		r->at +=
		    utf8_decode((const uint8_t *) r->text + r->at, r->len - r->at, &c);
		if (!textgram_says(c))
		{
			r->run = 0;
			continue;
		}
		r->c2 = r->c1;
		r->c1 = r->c;
		r->c = c;
		r->run += r->run < 3;
		return true;
	}
	return false;
}

static inline uint64_t
textcluster_two(const TextclusterReader *r)
{
	return scramble((uint64_t) r->c1 << 21 | r->c);
}

static inline uint64_t
textcluster_three(const TextclusterReader *r)
{
	/* two code points have 42 bits, so no pair is a triple */
	return scramble((uint64_t) (r->c2 + 1) << 42 | (uint64_t) r->c1 << 21 |
	                r->c);
}

/* The slot of a gram, or the free one where it would be */
static inline uint32_t *
textcluster_slot(const Textcluster *tc, uint64_t hash)
{
	const uint64_t *hashes = tc->hashes.at;
	size_t at = (size_t) hash & (tc->gram_slots - 1);

	while (tc->gram_table[at] != 0 && hashes[tc->gram_table[at] - 1] != hash)
		at = (at + 1) & (tc->gram_slots - 1);
	return &tc->gram_table[at];
}

#endif /* CIVICGRID_CORE_TEXTCLUSTER_PARTS_H */
