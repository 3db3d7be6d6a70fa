/*
 * characters.h
 *	  Read UTF-8 that may be anything.
 */
#ifndef CIVICGRID_CORE_CHARACTERS_H
#define CIVICGRID_CORE_CHARACTERS_H

#include <stddef.h>
#include <stdint.h>

/* What bytes stand for that are no character; NUL cannot be part of a text. */
#define UTF8_NONE 0

/*
 * The character at s, of which left > 0 bytes are there, and how many of them
 * it takes; UTF8_NONE, one byte, for what is no UTF-8.
 */
static inline size_t
utf8_decode(const uint8_t *s, size_t left, uint32_t *c)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n;
	size_t i;

	if (s[0] < 0x80)
	{
		*c = s[0];
		return 1;
	}
	if (s[0] >= 0xE1 && s[0] < 0xED && left >= 3 && (s[1] & 0xC0) == 0x80 &&
	    (s[2] & 0xC0) == 0x80) /* the most of all */
	{
		*c = ((uint32_t) (s[0] & 0x0F) << 12) |
		     ((uint32_t) (s[1] & 0x3F) << 6) | (s[2] & 0x3F);
		return 3;
	}
	*c = UTF8_NONE;
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
	if (*c < least[n] || *c > 0x10FFFF || (*c >= 0xD800 && *c < 0xE000))
	{
		*c = UTF8_NONE;
		return 1;
	}
	return n;
}

/* Bytes of a character */
static inline size_t
utf8_bytes(uint32_t c)
{
	return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

/* Write a character; its bytes. */
static inline size_t
utf8_encode(uint32_t c, uint8_t *out)
{
	size_t n = utf8_bytes(c);
	size_t i;

	if (n == 1)
	{
		out[0] = (uint8_t) c;
		return 1;
	}
	for (i = n - 1; i > 0; i--)
	{
		out[i] = (uint8_t) (0x80 | (c & 0x3F));
		c >>= 6;
	}
	out[0] = (uint8_t) ((0xF00u >> n) | c);
	return n;
}

#endif /* CIVICGRID_CORE_CHARACTERS_H */
