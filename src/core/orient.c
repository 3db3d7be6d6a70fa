/*
 * orient.c
 *	  The orientation of three points in whole numbers.
 *
 * A finite double is an integer of 53 bits times a power of two, so each of
 * the six products of the expanded determinant
 *
 *	  bx*py - bx*ay - ax*py - by*px + by*ax + ay*px
 *
 * is an integer of 106 bits times a power of two between 2^-2148 and 2^1942.
 * The positive ones are added up in one long integer, the negative ones in
 * another, and the two are compared.  The integers are only as long as the
 * exponents at hand are apart: some five words for the corners of a map.
 */
#include "orient.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define TERMS 6

/* 106 bits and three for the carries, on top of 4,090 between the exponents */
#define WORDS 134

/* A double as mantissa * 2^exponent */
typedef struct Scaled
{
	uint64_t mantissa;
	int exponent;
	bool negative;
} Scaled;

typedef struct Product
{
	uint32_t words[4]; /* least significant first */
	int exponent;
	bool negative;
	bool zero;
} Product;

static Scaled
scaled(double value)
{
	uint64_t bits;
	Scaled s;

	memcpy(&bits, &value, sizeof(bits));
	s.negative = bits >> 63 != 0;
	s.exponent = (int) (bits >> 52 & 0x7FF);
	s.mantissa = bits & ((UINT64_C(1) << 52) - 1);
	if (s.exponent == 0)
		s.exponent = 1; /* subnormal */
	else
		s.mantissa |= UINT64_C(1) << 52;
	s.exponent -= 1075;
	return s;
}

static Product
product(const Scaled *a, const Scaled *b, bool minus)
{
	uint64_t a0 = a->mantissa & 0xFFFFFFFF;
	uint64_t a1 = a->mantissa >> 32;
	uint64_t b0 = b->mantissa & 0xFFFFFFFF;
	uint64_t b1 = b->mantissa >> 32;
	uint64_t low = a0 * b0;
	uint64_t middle = a1 * b0 + (low >> 32); /* below 2^54 */
	uint64_t other = a0 * b1 + (middle & 0xFFFFFFFF);
	uint64_t high = a1 * b1 + (middle >> 32) + (other >> 32);
	Product p;

	p.words[0] = (uint32_t) low;
	p.words[1] = (uint32_t) other;
	p.words[2] = (uint32_t) high;
	p.words[3] = (uint32_t) (high >> 32);
	p.exponent = a->exponent + b->exponent;
	p.negative = (a->negative != b->negative) != minus;
	p.zero = a->mantissa == 0 || b->mantissa == 0;
	return p;
}

/* sum += product * 2^shift */
static void
add(uint32_t *sum, const Product *p, int shift)
{
	int word = shift / 32;
	int bit = shift % 32;
	uint64_t carry = 0;
	uint32_t before = 0;
	int i;

	for (i = 0; i < 4 || before != 0 || carry != 0; i++)
	{
		uint32_t here = i < 4 ? p->words[i] : 0;
		uint32_t shifted = here << bit;

		if (bit != 0)
			shifted |= before >> (32 - bit);
		before = bit != 0 ? here : 0;
		carry += (uint64_t) sum[word + i] + shifted;
		sum[word + i] = (uint32_t) carry;
		carry >>= 32;
	}
}

int
orient_exact(double ax, double ay, double bx, double by, double px, double py)
{
	Scaled sax = scaled(ax);
	Scaled say = scaled(ay);
	Scaled sbx = scaled(bx);
	Scaled sby = scaled(by);
	Scaled spx = scaled(px);
	Scaled spy = scaled(py);
	Product terms[TERMS];
	uint32_t sums[2][WORDS];
	int lowest = 0;
	int highest = 0;
	bool any = false;
	int words;
	int i;

	terms[0] = product(&sbx, &spy, false);
	terms[1] = product(&sbx, &say, true);
	terms[2] = product(&sax, &spy, true);
	terms[3] = product(&sby, &spx, true);
	terms[4] = product(&sby, &sax, false);
	terms[5] = product(&say, &spx, false);
	for (i = 0; i < TERMS; i++)
	{
		if (terms[i].zero)
			continue;
		if (!any || terms[i].exponent < lowest)
			lowest = terms[i].exponent;
		if (!any || terms[i].exponent > highest)
			highest = terms[i].exponent;
		any = true;
	}
	if (!any)
		return 0;

	words = (highest - lowest + 106 + 3) / 32 + 2;
	memset(sums[0], 0, (size_t) words * sizeof(uint32_t));
	memset(sums[1], 0, (size_t) words * sizeof(uint32_t));
	for (i = 0; i < TERMS; i++)
		if (!terms[i].zero)
			add(sums[terms[i].negative], &terms[i],
			    terms[i].exponent - lowest);
	for (i = words - 1; i >= 0; i--)
		if (sums[0][i] != sums[1][i])
			return sums[0][i] > sums[1][i] ? 1 : -1;
	return 0;
}
