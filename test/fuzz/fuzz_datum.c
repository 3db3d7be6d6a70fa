/*
 * fuzz_datum.c
 *	  Any point of the globe: what moves comes back, and nothing moves far.
 */
#include "core/datum.h"

#include <math.h>

#include "fuzz.h"

static int
close_to(const double a[2], const double b[2], double degrees)
{
	return fabs(a[0] - b[0]) <= degrees && fabs(a[1] - b[1]) <= degrees;
}

static int
inside(const double p[2])
{
	return p[0] >= DATUM_LON_MIN && p[0] <= DATUM_LON_MAX &&
	       p[1] >= DATUM_LAT_MIN && p[1] <= DATUM_LAT_MAX;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	double p[2];
	double image[2];
	double again[2];
	GeoDatum datum;

	if (size < 1 + sizeof(p))
		return 0;
	datum = (GeoDatum) (data[0] % 3);
	memcpy(p, data + 1, sizeof(p));
	if (!(fabs(p[0]) <= 180 && fabs(p[1]) <= 90))
		return 0;

	memcpy(image, p, sizeof(p));
	datum_from_wgs84(datum, &image[0], &image[1]);
	REQUIRE(close_to(p, image, 0.03));
	memcpy(again, image, sizeof(p));
	datum_to_wgs84(datum, &again[0], &again[1]);
	if (inside(p))
		REQUIRE(close_to(p, again, 1e-11));
	else
		REQUIRE(memcmp(image, p, sizeof(p)) == 0);

	/* the point as an image */
	memcpy(image, p, sizeof(p));
	datum_to_wgs84(datum, &image[0], &image[1]);
	REQUIRE(close_to(p, image, 0.03));
	memcpy(again, image, sizeof(p));
	datum_from_wgs84(datum, &again[0], &again[1]);
	if (inside(image) || !inside(p))
		REQUIRE(close_to(p, again, 1e-11));
	return 0;
}
