/*
 * orient_judge.h
 *	  On which side of a line a point lies, slowly and plainly: what orient.h
 *	  is held against.
 */
#ifndef CIVICGRID_TEST_ORIENT_JUDGE_H
#define CIVICGRID_TEST_ORIENT_JUDGE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/*
 * The judge: numbers of bytes to the base 256, with a sign for each, so that
 * nothing is carried before the end.  A double is cut up with frexp(), which
 * gives 53 bits to subnormals too; the lowest bit stands for 2^-2254.
 */
#define PLACES 560

typedef struct Long
{
	int64_t at[PLACES];
} Long;

static inline void
add_product(Long *sum, double a, double b, int sign)
{
	int ea;
	int eb;
	int64_t ma = (int64_t) ldexp(frexp(a, &ea), 53);
	int64_t mb = (int64_t) ldexp(frexp(b, &eb), 53);
	int low = ea + eb - 106 + 2254;
	int i;
	int j;

	if (ma == 0 || mb == 0)
		return;
	if (mb < 0)
	{
		mb = -mb;
		sign = -sign;
	}
	for (i = 0; i < 8; i++)
	{
		int64_t digit = mb >> 8 * i & 255;
		int64_t magnitude = ma < 0 ? -ma : ma;

		for (j = 0; j < 8; j++)
		{
			int64_t piece =
			    sign * (ma < 0 ? -1 : 1) * digit * (magnitude >> 8 * j & 255);

			sum->at[low / 8 + i + j] += piece * (1 << low % 8);
		}
	}
}

static inline int
judge(double ax, double ay, double bx, double by, double px, double py)
{
	static Long sum;
	int64_t carry = 0;
	int sign = 0;
	int i;

	memset(&sum, 0, sizeof(sum));
	add_product(&sum, bx, py, 1);
	add_product(&sum, bx, ay, -1);
	add_product(&sum, ax, py, -1);
	add_product(&sum, by, px, -1);
	add_product(&sum, by, ax, 1);
	add_product(&sum, ay, px, 1);
	/* from below, each digit made one of 0 to 255 */
	for (i = 0; i < PLACES; i++)
	{
		int64_t digit = sum.at[i] + carry;

		carry = digit >> 8; /* rounded down */
		if ((digit & 255) != 0)
			sign = 1;
	}
	return carry < 0 ? -1 : sign;
}

#endif /* CIVICGRID_TEST_ORIENT_JUDGE_H */
