/*
 * textprint.h
 *	  Fingerprints of texts (文本指纹): how alike two texts are, told from 129
 *	  bytes of each.
 *
 * A text is taken as the set of its pairs of neighbouring characters, white
 * space, punctuation and symbols passed over (textgram.h); a text of one
 * character is the set of that one.  How alike two texts are is the share of
 * their pairs that they have in common, |A and B| / |A or B| (Jaccard).
 *
 * The print is a minhash of that set (Broder 1997; the lowest eight bits of
 * each, Li and Koenig 2010).  It is stored in tables, so this is what it is,
 * for good, on any machine:
 *
 *	pair      p = first << 21 | second, of code points; alone: the character
 *	hash      x = scramble(p + 0x9E3779B97F4A7C15), the finaliser of
 *	          SplitMix64 (scramble.h)
 *	family    h[k](x) = (a[k] * x + b[k] mod 2^64) >> 32, k = 0 to 127, with
 *	          a[k] = scramble((2 k + 1) g) | 1, b[k] = scramble((2 k + 2) g),
 *	          g = 0x9E3779B97F4A7C15
 *	byte 0    TEXTPRINT_VERSION
 *	byte 1+k  the lowest eight bits of the least h[k](x) of all pairs
 *
 * A text without a character that counts has byte 0 only, and is like none,
 * not even itself.
 *
 * With 128 values the standard error of a similarity s is at most
 * sqrt(s (1 - s) / 128), 0.044.
 *
 * Keys divide 96 of the values into 32 groups of three; texts of similarity s
 * have a key in common with probability 1 - (1 - s^3)^32.
 */
#ifndef CIVICGRID_CORE_TEXTPRINT_H
#define CIVICGRID_CORE_TEXTPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXTPRINT_VERSION 1
#define TEXTPRINT_VALUES  128
#define TEXTPRINT_SIZE    (1 + TEXTPRINT_VALUES)
#define TEXTPRINT_KEYS    32
#define TEXTPRINT_PER_KEY 3

/*
 * Make the print of a folded text; gives its bytes, 1 or TEXTPRINT_SIZE.
 * poll, if any, is called now and then and may not return.
 */
extern size_t textprint_make(const char *text, size_t len,
                             void (*poll)(void *context), void *context,
                             uint8_t print[TEXTPRINT_SIZE]);

/* Whether these bytes can be a print */
extern bool textprint_valid(const uint8_t *print, size_t len);

/* From 0 to 1; both must be valid. */
extern double textprint_similarity(const uint8_t *a, size_t a_len,
                                   const uint8_t *b, size_t b_len);

/* Keys in ascending order, none is negative; gives their number. */
extern int textprint_keys(const uint8_t *print, size_t len,
                          int32_t keys[TEXTPRINT_KEYS]);

/* Whether two prints have a key in common */
extern bool textprint_meets(const uint8_t *a, size_t a_len, const uint8_t *b,
                            size_t b_len);

#endif /* CIVICGRID_CORE_TEXTPRINT_H */
