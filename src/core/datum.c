/*
 * datum.c
 *	  WGS-84, GCJ-02 and BD-09.
 */
#include "datum.h"

#include <math.h>
#include <stdbool.h>

#define PI 3.14159265358979323846

/* Krasovsky's ellipsoid of 1940, with the digits that everybody uses. */
#define SEMI_MAJOR   6378245.0
#define ECCENTRICITY 0.00669342162296594323 /* squared */

#define BAIDU_K (PI * 3000.0 / 180.0)

/* Degrees: 0.1 mm.  So far may rounding carry a point over the edge. */
#define EDGE 1e-9

/*
 * Each step leaves at most 3 % of the error, and the first is less than 0.02
 * degrees, so ten steps lead to the last digit; the others are for that digit
 * going to and fro.
 */
#define ITERATIONS 16

static bool
displaced(double lon, double lat)
{
	return lon >= DATUM_LON_MIN && lon <= DATUM_LON_MAX &&
	       lat >= DATUM_LAT_MIN && lat <= DATUM_LAT_MAX;
}

static double
wave(double amplitude, double t)
{
	return amplitude * sin(t * PI);
}

static void
gcj02(double *lon, double *lat)
{
	double x = *lon - 105.0;
	double y = *lat - 35.0;
	double common = wave(20.0, 6.0 * x) + wave(20.0, 2.0 * x);
	double north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y +
	               0.2 * sqrt(fabs(x)) + common * 2.0 / 3.0 +
	               (wave(20.0, y) + wave(40.0, y / 3.0)) * 2.0 / 3.0 +
	               (wave(160.0, y / 12.0) + wave(320.0, y / 30.0)) * 2.0 / 3.0;
	double east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y +
	              0.1 * sqrt(fabs(x)) + common * 2.0 / 3.0 +
	              (wave(20.0, x) + wave(40.0, x / 3.0)) * 2.0 / 3.0 +
	              (wave(150.0, x / 12.0) + wave(300.0, x / 30.0)) * 2.0 / 3.0;
	double phi = *lat / 180.0 * PI;
	double w = 1.0 - ECCENTRICITY * sin(phi) * sin(phi);
	double normal = SEMI_MAJOR / sqrt(w);
	double meridian = SEMI_MAJOR * (1.0 - ECCENTRICITY) / (w * sqrt(w));

	*lon += east * 180.0 / (normal * cos(phi) * PI);
	*lat += north * 180.0 / (meridian * PI);
}

static void
bd09(double *lon, double *lat)
{
	double x = *lon;
	double y = *lat;
	double r = sqrt(x * x + y * y) + 0.00002 * sin(y * BAIDU_K);
	double t = atan2(y, x) + 0.000003 * cos(x * BAIDU_K);

	*lon = r * cos(t) + 0.0065;
	*lat = r * sin(t) + 0.006;
}

/* Whether there is a displacement is the caller's question. */
static void
displace(GeoDatum to, double *lon, double *lat)
{
	if (to == DATUM_WGS84)
		return;
	gcj02(lon, lat);
	if (to == DATUM_BD09)
		bd09(lon, lat);
}

void
datum_from_wgs84(GeoDatum to, double *lon, double *lat)
{
	if (displaced(*lon, *lat))
		displace(to, lon, lat);
}

static double
clamp(double v, double min, double max)
{
	return v < min ? min : v > max ? max : v;
}

void
datum_to_wgs84(GeoDatum from, double *lon, double *lat)
{
	double x = *lon;
	double y = *lat;
	double inside_x;
	double inside_y;

	/* nothing is displaced by as much as a degree */
	if (from == DATUM_WGS84 || x < DATUM_LON_MIN - 1 ||
	    x > DATUM_LON_MAX + 1 || y < DATUM_LAT_MIN - 1 ||
	    y > DATUM_LAT_MAX + 1)
		return;

	for (int i = 0; i < ITERATIONS; i++)
	{
		double image_x = x;
		double image_y = y;

		displace(from, &image_x, &image_y);
		if (image_x == *lon && image_y == *lat)
			break;
		x += *lon - image_x;
		y += *lat - image_y;
	}

	inside_x = clamp(x, DATUM_LON_MIN, DATUM_LON_MAX);
	inside_y = clamp(y, DATUM_LAT_MIN, DATUM_LAT_MAX);
	if (fabs(x - inside_x) <= EDGE && fabs(y - inside_y) <= EDGE)
	{
		*lon = inside_x;
		*lat = inside_y;
	}
	else if (displaced(*lon, *lat))
	{
		*lon = x;
		*lat = y;
	}
}
