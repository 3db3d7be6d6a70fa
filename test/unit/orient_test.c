/*
 * orient_test.c
 *	  The side of a line: against long whole numbers, against small
 *	  integers, and by what must hold for any three points.
 */
#include "core/orient.h"

#include <float.h>
#include <math.h>

#include "orient_judge.h"
#include "tap.h"

static double
uniform(uint64_t *random)
{
	return (double) (next_random(random) >> 11) * 0x1p-53;
}

/* Everything that can be said of three points; the number of what is wrong */
static int
wrongs(double ax, double ay, double bx, double by, double px, double py)
{
	int side = judge(ax, ay, bx, by, px, py);
	int wrong = 0;

	wrong += orient_sign(ax, ay, bx, by, px, py) != side;
	wrong += orient_exact(ax, ay, bx, by, px, py) != side;
	/* turned round */
	wrong += orient_sign(bx, by, px, py, ax, ay) != side;
	wrong += orient_exact(px, py, ax, ay, bx, by) != side;
	/* two exchanged, mirrored, x and y exchanged, seen from behind */
	wrong += orient_sign(bx, by, ax, ay, px, py) != -side;
	wrong += orient_exact(ax, ay, px, py, bx, by) != -side;
	wrong += orient_sign(-ax, ay, -bx, by, -px, py) != -side;
	wrong += orient_exact(ay, ax, by, bx, py, px) != -side;
	wrong += orient_sign(-ax, -ay, -bx, -by, -px, -py) != side;
	return wrong;
}

static void
test_simple(void)
{
	ok(orient_sign(0, 0, 1, 0, 0, 1) == 1, "left is positive");
	ok(orient_sign(0, 0, 1, 0, 0, -1) == -1, "right is negative");
	ok(orient_sign(0, 0, 1, 0, 7, 0) == 0, "in line is zero");
	ok(orient_exact(0, 0, 1, 0, 0, 1) == 1 &&
	       orient_exact(0, 0, 1, 0, 0, -1) == -1 &&
	       orient_exact(0, 0, 1, 0, 7, 0) == 0,
	   "and so it is in whole numbers");
	ok(orient_sign(3, 4, 3, 4, 9, 9) == 0 &&
	       orient_exact(0, 0, 0, 0, 0, 0) == 0 &&
	       orient_exact(-0.0, 0, 0, -0.0, -0.0, -0.0) == 0,
	   "points that fall together are in line");
	ok(judge(0, 0, 1, 0, 0, 1) == 1 && judge(0, 0, 1, 0, 0, -1) == -1 &&
	       judge(0, 0, 1, 0, 7, 0) == 0,
	   "the judge knows left from right");
}

/* Small whole numbers, scaled by powers of two that may differ by axis */
static void
test_integers(void)
{
	uint64_t seed = 3;
	int wrong = 0;
	int zero = 0;
	int i;

	for (i = 0; i < 400000; i++)
	{
		int64_t range = INT64_C(1) << (1 + next_random(&seed) % 50);
		int64_t v[6];
		double d[6];
		int sx = (int) (next_random(&seed) % 1800) - 1000;
		int sy = (int) (next_random(&seed) % 1800) - 1000;
		__int128 det;
		int side;
		int k;

		for (k = 0; k < 6; k++)
			v[k] = (int64_t) (next_random(&seed) % (uint64_t) (2 * range)) -
			       range;
		if (i % 3 == 0)
		{
			/* put P on the line */
			int64_t t = (int64_t) (next_random(&seed) % 7) - 3;

			v[4] = v[0] + t * (v[2] - v[0]);
			v[5] = v[1] + t * (v[3] - v[1]);
		}
		det = (__int128) (v[2] - v[0]) * (v[5] - v[1]) -
		      (__int128) (v[3] - v[1]) * (v[4] - v[0]);
		side = det > 0 ? 1 : det < 0 ? -1 : 0;
		zero += side == 0;
		if (i % 2 == 0)
			sx = sy = 0;
		for (k = 0; k < 6; k++)
			d[k] = ldexp((double) v[k], k % 2 == 0 ? sx : sy);
		wrong += orient_sign(d[0], d[1], d[2], d[3], d[4], d[5]) != side ||
		         orient_exact(d[0], d[1], d[2], d[3], d[4], d[5]) != side;
	}
	ok(zero > 100000 && wrong == 0,
	   "whole numbers times powers of two (%d of them in line, %d wrong)",
	   zero, wrong);
}

/*
 * The picture of Kettner, Mehlhorn, Pion, Schirra and Yap, "Classroom examples
 * of robustness problems in geometric computations" (2008), on which plain
 * arithmetic gets half of the points wrong.
 */
static void
test_classic_grid(void)
{
	double ulp = 0x1p-53;
	int wrong = 0;
	int naive = 0;
	int i;
	int j;

	for (i = 0; i < 256; i++)
		for (j = 0; j < 256; j++)
		{
			double x = 0.5 + i * ulp;
			double y = 0.5 + j * ulp;
			int side = (y > x) - (y < x);
			double det = (12 - x) * (24 - y) - (12 - y) * (24 - x);

			naive += (det > 0) - (det < 0) != side;
			wrong += orient_sign(12, 12, 24, 24, x, y) != side;
			wrong += orient_exact(12, 12, 24, 24, x, y) != side;
			wrong += orient_sign(x, y, 12, 12, 24, 24) != side;
			wrong += orient_sign(24, 24, 12, 12, x, y) != -side;
		}
	ok(wrong == 0, "65,536 points a breath away from (12, 12)-(24, 24)");
	ok(naive > 1000, "of which plain arithmetic fails on many (%d)", naive);

	wrong = 0;
	for (i = 0; i < 64; i++)
		for (j = 0; j < 64; j++)
			wrong += wrongs(17.3000000000000010, 17.3000000000000010, 24.0,
			                24.00000000000005, 0.50000000000002531 + i * ulp,
			                0.5000000000000171 + j * ulp) != 0;
	ok(wrong == 0,
	   "and the picture with (17.3, 17.3)-(24, 24.00000000000005)");
}

/* Midpoints, and points a few bits beside them, as points on borders are */
static void
test_beside_lines(void)
{
	uint64_t seed = 5;
	int wrong = 0;
	int sides[3] = {0, 0, 0};
	int i;

	for (i = 0; i < 60000; i++)
	{
		double ax = 113.7 + uniform(&seed) * 0.9;
		double ay = 22.4 + uniform(&seed) * 0.5;
		double bx = ax + (uniform(&seed) - 0.5) * 0.01;
		double by = ay + (uniform(&seed) - 0.5) * 0.01;
		double t = i % 3 == 0 ? 0.5 : uniform(&seed);
		double px = ax + t * (bx - ax);
		double py = ay + t * (by - ay);
		int steps = (int) (next_random(&seed) % 3);

		if (i % 5 == 0)
		{
			px = (ax + bx) / 2;
			py = (ay + by) / 2;
		}
		while (steps-- > 0)
			if (next_random(&seed) & 1)
				px = nextafter(px, bx);
			else
				py = nextafter(py, ay);
		wrong += wrongs(ax, ay, bx, by, px, py) != 0;
		sides[1 + judge(ax, ay, bx, by, px, py)]++;
	}
	ok(wrong == 0 && sides[0] > 10000 && sides[1] > 50 && sides[2] > 10000,
	   "points beside an edge: %d right, %d on it, %d left; %d wrong",
	   sides[0], sides[1], sides[2], wrong);
}

/* Any finite doubles, and the ones at the ends of the range */
static void
test_extremes(void)
{
	static const double special[] = {
	    0.0,     -0.0,     0x1p-1074, -0x1p-1074, DBL_MIN, -DBL_MIN,
	    DBL_MAX, -DBL_MAX, 1e300,     -1e300,     1e-300,  0x1p-1050,
	    1.0,     -1.0,     3.0,       1e154,      1e155,   1e-160,
	    1e-154,  0.1,      -0.1,      0x1p1023,   1.5,     113.7};
	int n = (int) (sizeof(special) / sizeof(special[0]));
	uint64_t seed = 7;
	int wrong = 0;
	int i;

	for (i = 0; i < 60000; i++)
	{
		double v[6];
		int k;

		for (k = 0; k < 6; k++)
			v[k] = special[next_random(&seed) % (uint64_t) n];
		wrong += wrongs(v[0], v[1], v[2], v[3], v[4], v[5]) != 0;
	}
	ok(wrong == 0, "zeros, subnormals, ones, greatest numbers, all mixed");

	wrong = 0;
	for (i = 0; i < 60000; i++)
	{
		double v[6];
		int k;

		for (k = 0; k < 6; k++)
		{
			uint64_t image = next_random(&seed);

			/* a third of them subnormal or nearly so */
			if (i % 3 == 0)
				image &= UINT64_C(0x807FFFFFFFFFFFFF);
			memcpy(&v[k], &image, sizeof(image));
			if (!isfinite(v[k]))
				v[k] = 1;
		}
		wrong += wrongs(v[0], v[1], v[2], v[3], v[4], v[5]) != 0;
	}
	ok(wrong == 0, "any bits that are numbers");

	wrong = 0;
	for (i = 0; i < 60000; i++)
	{
		/* in line, or one bit beside, where products over- or underflow */
		int scale = i % 2 == 0 ? 1000 : -1060;
		double ax = ldexp((double) (next_random(&seed) % 1000), scale);
		double ay = ldexp((double) (next_random(&seed) % 1000), scale);
		double dx = ldexp((double) (next_random(&seed) % 1000), scale);
		double dy = ldexp((double) (next_random(&seed) % 1000), scale);
		double px = ax + 3 * dx;
		double py = ay + 3 * dy;

		if (i % 3 == 1)
			px = nextafter(px, 0);
		wrong += wrongs(ax, ay, ax + dx, ay + dy, px, py) != 0;
	}
	ok(wrong == 0, "in line, where products overflow or vanish");
}

static void
test_scaling(void)
{
	uint64_t seed = 11;
	int wrong = 0;
	int i;

	for (i = 0; i < 20000; i++)
	{
		double v[6];
		int side;
		int sx = (int) (next_random(&seed) % 1500) - 750;
		int sy = (int) (next_random(&seed) % 1500) - 750;
		int k;

		for (k = 0; k < 6; k++)
			v[k] = 1 + uniform(&seed);
		v[4] = (v[0] + v[2]) / 2;
		v[5] = (v[1] + v[3]) / 2;
		side = judge(v[0], v[1], v[2], v[3], v[4], v[5]);
		wrong += orient_sign(ldexp(v[0], sx), ldexp(v[1], sy), ldexp(v[2], sx),
		                     ldexp(v[3], sy), ldexp(v[4], sx),
		                     ldexp(v[5], sy)) != side;
	}
	ok(wrong == 0, "powers of two, one for each axis, change nothing");
}

static void
test_within(void)
{
	ok(orient_within(0, 0, 2, 2, 1, 1) && orient_within(2, 2, 0, 0, 1, 1) &&
	       orient_within(0, 2, 2, 0, 1, 1) && orient_within(2, 0, 0, 2, 1, 1),
	   "within, whichever way the segment leads");
	ok(orient_within(0, 0, 2, 2, 0, 0) && orient_within(0, 0, 2, 2, 2, 2) &&
	       orient_within(5, 0, 5, 2, 5, 1) && orient_within(0, 5, 2, 5, 1, 5),
	   "the ends belong to it, upright and level ones too");
	ok(!orient_within(0, 0, 2, 2, 3, 3) &&
	       !orient_within(0, 0, 2, 2, -1, -1) &&
	       !orient_within(5, 0, 5, 2, 5, 3) &&
	       !orient_within(0, 5, 2, 5, 3, 5),
	   "in line but beyond the ends is not within");
}

int
main(void)
{
	test_simple();
	test_integers();
	test_classic_grid();
	test_beside_lines();
	test_extremes();
	test_scaling();
	test_within();
	return done_testing();
}
