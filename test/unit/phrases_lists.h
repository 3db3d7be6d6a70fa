/*
 * phrases_lists.h
 *	  Lists of phrases for the tests, and what must be true of them in a text,
 *	  found by looking for each one everywhere.
 */
#ifndef CIVICGRID_TEST_PHRASES_LISTS_H
#define CIVICGRID_TEST_PHRASES_LISTS_H

#include <stdlib.h>

#include "core/phrases.h"

#include "tap.h"

typedef struct TestPhrase
{
	const char *bytes;
	size_t len;
} TestPhrase;

static inline void *
list_resize(void *context, void *block, size_t size)
{
	long *left = context;

	if (size == 0)
	{
		free(block);
		return NULL;
	}
	if (left != NULL && (*left)-- == 0)
	{
		*left = 0;
		return NULL;
	}
	return realloc(block, size);
}

/* Of the characters that the tests use */
static inline bool
word_byte(const char *text, size_t len, size_t at, bool before)
{
	unsigned char c;

	if (before ? at == 0 : at >= len)
		return false;
	c = (unsigned char) text[before ? at - 1 : at];
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		       (c >= 'A' && c <= 'Z');
	/* é is C3 A9 */
	if (before)
		return at >= 2 && c == 0xA9 && (unsigned char) text[at - 2] == 0xC3;
	return at + 1 < len && c == 0xC3 && (unsigned char) text[at + 1] == 0xA9;
}

/* Where a phrase first stands by itself, or len */
static inline size_t
find_plainly(const TestPhrase *p, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i + p->len <= len; i++)
		if (memcmp(text + i, p->bytes, p->len) == 0 &&
		    !(word_byte(text, len, i, true) &&
		      word_byte(p->bytes, p->len, 0, false)) &&
		    !(word_byte(text, len, i + p->len, false) &&
		      word_byte(p->bytes, p->len, p->len, true)))
			return i;
	return len;
}

/*
 * How many phrases are told that do not occur, or not, or elsewhere than where
 * they occur first; the text is valid.
 */
static inline int
match_faults(const Phrases *phrases, PhrasesWork *work, const TestPhrase *list,
             const uint32_t *numbers, int n, const char *text, size_t len)
{
	char *exact = malloc(len > 0 ? len : 1);
	uint32_t told = 0;
	uint32_t m;
	int faults = 0;
	int i;

	memcpy(exact, text, len);
	faults += phrases_scan(phrases, work, exact, len) != PHRASES_OK;
	for (i = 0; i < n; i++)
	{
		size_t at = find_plainly(&list[i], text, len);
		const PhrasesMatch *match = phrases_match(work, numbers[i]);

		if (match == NULL)
			faults += at < len;
		else
			faults += match->phrase != numbers[i] || match->from != at ||
			          match->to != at + list[i].len;
	}
	for (m = 0; m < work->matches; m++)
	{
		faults += m > 0 && work->match[m].to < work->match[m - 1].to;
		faults +=
		    phrases_match(work, work->match[m].phrase) != &work->match[m];
		told++;
	}
	free(exact);
	return faults + (told > phrases->phrases);
}

/* Compile; the value is checked. */
static inline PhrasesStatus
compile_list(const TestPhrase *list, const int *order, int n,
             uint32_t *numbers, Phrases *phrases, uint8_t **block,
             size_t *size, long *left)
{
	PhrasesMemory memory = {list_resize, NULL, left};
	PhrasesBuilder builder;
	PhrasesStatus status = PHRASES_OK;
	uint32_t *added = malloc((n > 0 ? n : 1) * sizeof(*added));
	int i;

	*block = NULL;
	phrases_build_begin(&builder, &memory);
	for (i = 0; i < n && status == PHRASES_OK; i++)
	{
		const TestPhrase *p = &list[order == NULL ? i : order[i]];

		status = phrases_add(&builder, p->bytes, p->len);
	}
	if (status == PHRASES_OK)
		status = phrases_build(&builder, added, block, size);
	for (i = 0; i < n && status == PHRASES_OK; i++)
		numbers[order == NULL ? i : order[i]] = added[i];
	phrases_build_free(&builder);
	free(added);
	if (status == PHRASES_OK)
		status = phrases_open(*block, *size, phrases);
	return status;
}

#endif /* CIVICGRID_TEST_PHRASES_LISTS_H */
