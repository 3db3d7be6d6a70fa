/*
 * textgram.h
 *	  The characters of a folded text that say something.
 *
 * White space, punctuation, symbols and emoji are passed over, as are bytes
 * that are no UTF-8.  What is passed over is part of what a textprint means,
 * and textprints are stored: it is not to be changed without a new
 * TEXTPRINT_VERSION.
 */
#ifndef CIVICGRID_CORE_TEXTGRAM_H
#define CIVICGRID_CORE_TEXTGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t
textgram_scramble(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static inline bool
textgram_says(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		       (c >= 'A' && c <= 'Z');
	if (c < 0xC0 || c == 0xD7 || c == 0xF7)
		return false;
	if (c < 0x2000)
		return true;
	if (c < 0x2100 || (c >= 0x2190 && c < 0x2C00) ||
	    (c >= 0x3000 && c < 0x3040 && c != 0x3005 && c != 0x3007))
		return false;
	return !((c >= 0xFE00 && c < 0xFE70) || (c >= 0xFF00 && c < 0xFF10) ||
	         (c >= 0xFF1A && c < 0xFF21) || (c >= 0xFF3B && c < 0xFF41) ||
	         (c >= 0xFF5B && c < 0xFF66) || (c >= 0xFFE0 && c < 0x10000) ||
	         (c >= 0x1F000 && c < 0x1FB00) || c >= 0xE0000);
}

/* The character at an offset and its bytes; 0, one byte, for what is no UTF-8
 */
static inline size_t
textgram_decode(const char *text, size_t left, uint32_t *c)
{
	const unsigned char *s = (const unsigned char *) text;
	size_t n;
	size_t i;

	if (s[0] < 0x80)
	{
		*c = s[0];
		return 1;
	}
	n = s[0] < 0xC2   ? 0
	    : s[0] < 0xE0 ? 2
	    : s[0] < 0xF0 ? 3
	    : s[0] < 0xF5 ? 4
	                  : 0;
	*c = 0;
	if (n == 0 || n > left)
		return 1;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 1;
	*c = s[0] & (0x7Fu >> n);
	for (i = 1; i < n; i++)
		*c = *c << 6 | (s[i] & 0x3Fu);
	return n;
}

#endif /* CIVICGRID_CORE_TEXTGRAM_H */
