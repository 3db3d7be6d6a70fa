/*
 * fuzz_geodesic.c
 *	  Any finite coordinates: distances are finite, symmetric, not less than
 *	  their bounds and not greater than to any point of a segment.
 */
#include "core/geodesic.h"

#include <math.h>

#include "fuzz.h"

/* Half a meridian, and what rounding adds. */
#define GREATEST 20003932.0

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	double v[6];
	GeodesicOrigin origin;
	double to_a;
	double to_b;
	double to_middle;
	double back;
	double d;
	double slack;
	double box;

	if (size < sizeof(v))
		return 0;
	memcpy(v, data, sizeof(v));
	for (int i = 0; i < 6; i++)
	{
		if (!(fabs(v[i]) <= (i % 2 == 0 ? 180 : 90)))
			return 0;
	}

	to_a = geodesic_distance(v[0], v[1], v[2], v[3]);
	to_b = geodesic_distance(v[0], v[1], v[4], v[5]);
	to_middle = geodesic_distance(v[0], v[1], v[2] + (v[4] - v[2]) / 2,
	                              v[3] + (v[5] - v[3]) / 2);
	back = geodesic_distance(v[2], v[3], v[0], v[1]);
	REQUIRE(to_a >= 0 && to_a <= GREATEST);
	/* the formula for nearly opposite points is coarse */
	slack = to_a < 1.9e7 ? 1e-3 : 1e5;
	REQUIRE(fabs(to_a - back) <= slack);

	d = geodesic_segment_distance(v[0], v[1], v[2], v[3], v[4], v[5]);
	slack = 1e-3 + (to_a < 1.9e7 ? 1e-6 * to_a : 1e5);
	REQUIRE(d >= 0 && d <= to_a + slack);
	slack = 1e-3 + (to_b < 1.9e7 ? 1e-6 * to_b : 1e5);
	REQUIRE(d <= to_b + slack);
	/* far away, one of several nearest places may be missed by a little */
	slack = 1e-3 + (to_middle < 1.9e7 ? 1e-4 * to_middle : 1e5);
	REQUIRE(d <= to_middle + slack);

	geodesic_origin(v[0], v[1], &origin);
	slack = d < 1.9e7 ? 1e-6 : 1e5;
	REQUIRE(geodesic_segment_lower_bound(&origin, v[2], v[3], v[4], v[5]) <=
	        d + slack);
	box = geodesic_box_lower_bound(&origin, fmin(v[2], v[4]), fmin(v[3], v[5]),
	                               fmax(v[2], v[4]), fmax(v[3], v[5]));
	REQUIRE(box >= 0 && box <= d + slack);
	return 0;
}
