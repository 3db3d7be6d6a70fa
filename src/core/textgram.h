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

#include "characters.h"

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

#endif /* CIVICGRID_CORE_TEXTGRAM_H */
