/*
 * fuzz_orient.c
 *	  Any three points: the side is that which long numbers give, and stays
 *	  or turns as points are exchanged and axes mirrored.
 */
#include "core/orient.h"

#include "../unit/orient_judge.h"
#include "fuzz.h"

static void
try_points(double ax, double ay, double bx, double by, double px, double py)
{
	int side = judge(ax, ay, bx, by, px, py);

	REQUIRE(orient_sign(ax, ay, bx, by, px, py) == side);
	REQUIRE(orient_exact(ax, ay, bx, by, px, py) == side);
	REQUIRE(orient_sign(bx, by, px, py, ax, ay) == side);
	REQUIRE(orient_sign(px, py, ax, ay, bx, by) == side);
	REQUIRE(orient_exact(bx, by, ax, ay, px, py) == -side);
	REQUIRE(orient_sign(px, py, bx, by, ax, ay) == -side);
	REQUIRE(orient_sign(-ax, ay, -bx, by, -px, py) == -side);
	REQUIRE(orient_sign(ay, ax, by, bx, py, px) == -side);
	REQUIRE(orient_sign(-ax, -ay, -bx, -by, -px, -py) == side);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	double v[6];

	if (size < sizeof(v))
		return 0;
	memcpy(v, data, sizeof(v));
	for (int i = 0; i < 6; i++)
	{
		if (!isfinite(v[i]))
			return 0;
	}
	try_points(v[0], v[1], v[2], v[3], v[4], v[5]);

	/* as near to the line as doubles are, and a few steps beside it */
	v[4] = v[0] / 2 + v[2] / 2;
	v[5] = v[1] / 2 + v[3] / 2;
	for (size_t i = sizeof(v); i < size; i++)
	{
		try_points(v[0], v[1], v[2], v[3], v[4], v[5]);
		v[4 + data[i] % 2] =
		    nextafter(v[4 + data[i] % 2], (data[i] & 2) != 0 ? 1e300 : -1e300);
	}
	try_points(v[0], v[1], v[2], v[3], v[4], v[5]);
	try_points(v[0], v[1], v[2], v[3], v[0], v[1]);
	REQUIRE(orient_within(v[0], v[1], v[2], v[3], v[2], v[3]));
	return 0;
}
