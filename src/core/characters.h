/*
 * characters.h
 *	  Read and write UTF-8.
 */
#ifndef CIVICGRID_CORE_CHARACTERS_H
#define CIVICGRID_CORE_CHARACTERS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The number of bytes of the character at s, of which left > 0 bytes are
 * there; 0 if they are not UTF-8.
 */
static inline size_t
utf8_read(const uint8_t *s, size_t left, uint32_t *c)
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
	n = s[0] < 0xC2   ? 0
	    : s[0] < 0xE0 ? 2
	    : s[0] < 0xF0 ? 3
	    : s[0] < 0xF5 ? 4
	                  : 0;
	if (n == 0 || n > left)
		return 0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	*c = s[0] & (0x7Fu >> n);
	for (i = 1; i < n; i++)
		*c = *c << 6 | (s[i] & 0x3F);
	return *c < least[n] || *c > 0x10FFFF || (*c >= 0xD800 && *c < 0xE000) ? 0
	                                                                       : n;
}

/* What bytes stand for that are no character; NUL cannot be part of a text. */
#define UTF8_NONE 0

/* The same for a text that may be anything: UTF8_NONE, one byte, for what is
 * no UTF-8 */
static inline size_t
utf8_decode(const uint8_t *s, size_t left, uint32_t *c)
{
	size_t n = utf8_read(s, left, c);

	if (n > 0)
		return n;
	*c = UTF8_NONE;
	return 1;
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
	if (c < 0x80)
	{
		out[0] = (uint8_t) c;
		return 1;
	}
	if (c < 0x800)
	{
		out[0] = (uint8_t) (0xC0 | c >> 6);
		out[1] = (uint8_t) (0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000)
	{
		out[0] = (uint8_t) (0xE0 | c >> 12);
		out[1] = (uint8_t) (0x80 | (c >> 6 & 0x3F));
		out[2] = (uint8_t) (0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (uint8_t) (0xF0 | c >> 18);
	out[1] = (uint8_t) (0x80 | (c >> 12 & 0x3F));
	out[2] = (uint8_t) (0x80 | (c >> 6 & 0x3F));
	out[3] = (uint8_t) (0x80 | (c & 0x3F));
	return 4;
}

#endif /* CIVICGRID_CORE_CHARACTERS_H */
