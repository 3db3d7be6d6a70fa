/*
 * geodesic_test.c
 *	  Distances: against published geodesics, against Karney's algorithm,
 *	  against space, and segments against a search along them.
 */
#include "core/geodesic.h"

#include <math.h>

#include "tap.h"

#define RADIAN (3.14159265358979323846 / 180)

typedef struct Line
{
	double lon1;
	double lat1;
	double lon2;
	double lat2;
	double metres;
} Line;

/*
 * The test lines of C. F. F. Karney, Algorithms for geodesics, as they come
 * with GeographicLib and PROJ (geodtest), and of the Intergovernmental
 * Committee on Surveying and Mapping (Flinders Peak to Buninyong).
 */
static const Line published[] = {
    {-139.44815, 35.60777, -69.95921, -11.17491, 8935244.5604818305},
    {106.05087, 55.52454, 197.18234 - 360, 77.03196, 4105086.1713924406},
    {142.59065, -21.97856, 98.56635, 41.84138, 8394328.894657671},
    {112.2363, -66.99028, 285.90344 - 360, -12.70631, 11150344.2312080241},
    {173.34268, -17.42761, 5.93557, -15.84784, 16076603.1631180673},
    {48.28919, 32.84994, 202.29132 - 360, -56.28556, 16727068.9438164461},
    {144.42486788888889, -37.95103341666667, 143.92649552777778,
     -37.65282113888889, 54972.271},
};

/* What PostGIS (geography, Karney's algorithm) gives, to 10 nanometres. */
static const Line karney[] = {
    {102.588353, 6.044887, 102.58835313, 6.04488658, 0.04862492},
    {92.418838, 44.670873, 92.41883825, 44.67087243, 0.06637122},
    {99.06117, 7.499225, 99.06117099, 7.49922544, 0.11961522},
    {113.475966, 27.072543, 113.47596471, 27.07253996, 0.36033071},
    {100.473292, 12.935029, 100.47328495, 12.93503156, 0.81575662},
    {84.835815, 14.316078, 84.83585791, 14.31610696, 5.63006232},
    {77.42249, 33.35707, 77.42242909, 33.35687491, 22.36795231},
    {100.163976, 30.122196, 100.1636485, 30.12237011, 36.99439838},
    {101.455098, 7.907449, 101.45474138, 7.90748998, 39.58408754},
    {105.466291, 24.518109, 105.4567297, 24.52185426, 1054.00362355},
    {128.760749, 6.367186, 128.75617795, 6.35684458, 1250.46803966},
    {122.823357, 14.610532, 122.84045373, 14.58097223, 3753.75132224},
    {86.156789, 27.09123, 86.18043759, 27.03379606, 6782.56230088},
    {96.868545, 13.267351, 96.99096169, 13.30144704, 13790.97115494},
    {77.777773, 36.434108, 78.49051359, 34.52782086, 221168.76213324},
    {108.359408, 26.898056, 108.28242546, 23.85981865, 336661.1833154},
    {179.9, 20, -179.9, 20.1, 23671.06187997},
    {113, 0, 114, 0, 111319.49079327},
    {120, 85, -60, 88, 781842.63077716},
};

/* The same where Vincenty's formula does not converge. */
static const Line opposite[] = {
    {0, 0, 179, 0, 19926188.85199597},
    {0, 0, 179.5, 0.5, 19936288.57896531},
    {0, 0, 180, 0, 20003931.45862545},
    {0, 90, 0, -90, 20003931.45862545},
    {10, 30, 190, -30, 20003931.45862545},
    {0, 30, 179.6, -29.9, 19980982.30063921},
};

static double
uniform(uint64_t *seed, double from, double to)
{
	return from + (to - from) * ((double) (next_random(seed) >> 11) / 0x1p53);
}

static void
test_points(void)
{
	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++)
	{
		const Line *line = &published[i];
		double d =
		    geodesic_distance(line->lon1, line->lat1, line->lon2, line->lat2);
		double back =
		    geodesic_distance(line->lon2, line->lat2, line->lon1, line->lat1);

		ok(fabs(d - line->metres) < 1e-3 && fabs(d - back) < 1e-6,
		   "published geodesic of %.4f m, %.1e m off", line->metres,
		   d - line->metres);
	}
	for (size_t i = 0; i < sizeof(karney) / sizeof(karney[0]); i++)
	{
		const Line *line = &karney[i];
		double d =
		    geodesic_distance(line->lon1, line->lat1, line->lon2, line->lat2);

		ok(fabs(d - line->metres) < 1e-6 + 1e-10 * line->metres,
		   "geodesic of %.4f m, %.1e m off", line->metres, d - line->metres);
	}
	for (size_t i = 0; i < sizeof(opposite) / sizeof(opposite[0]); i++)
	{
		const Line *line = &opposite[i];
		double d =
		    geodesic_distance(line->lon1, line->lat1, line->lon2, line->lat2);

		ok(fabs(d / line->metres - 1) < 5e-3,
		   "geodesic of %.4f m, nearly to the antipode, %.0f m off",
		   line->metres, d - line->metres);
	}
	ok(geodesic_distance(113.9, 22.5, 113.9, 22.5) == 0 &&
	       geodesic_distance(180, 22.5, -180, 22.5) == 0,
	   "from a point to itself");
	ok(geodesic_distance(10, 90, 100, 90) < 1e-6, "a pole has any longitude");
}

/* Cartesian coordinates on the ellipsoid. */
static void
in_space(double lon, double lat, double xyz[3])
{
	double a = 6378137;
	double e2 = 2 / 298.257223563 - 1 / (298.257223563 * 298.257223563);
	double n = a / sqrt(1 - e2 * pow(sin(lat * RADIAN), 2));

	xyz[0] = n * cos(lat * RADIAN) * cos(lon * RADIAN);
	xyz[1] = n * cos(lat * RADIAN) * sin(lon * RADIAN);
	xyz[2] = n * (1 - e2) * sin(lat * RADIAN);
}

/* Up to a kilometre, arc and chord differ by less than 2 micrometres. */
static void
test_chords(void)
{
	uint64_t seed = 3;
	double worst = 0;

	for (int i = 0; i < 200000; i++)
	{
		double lon = uniform(&seed, -180, 180);
		double lat = uniform(&seed, -89.9, 89.9);
		double size = pow(10, uniform(&seed, -9, -2.2));
		double lon2 = lon + uniform(&seed, -size, size);
		double lat2 = lat + uniform(&seed, -size, size);
		double a[3];
		double b[3];
		double chord;
		double off;

		in_space(lon, lat, a);
		in_space(lon2, lat2, b);
		chord = sqrt(pow(a[0] - b[0], 2) + pow(a[1] - b[1], 2) +
		             pow(a[2] - b[2], 2));
		off = fabs(geodesic_distance(lon, lat, lon2, lat2) - chord);
		if (off > worst)
			worst = off;
	}
	ok(worst < 2e-6, "chords in space agree, %.1e m off at most", worst);
}

/* The least of geodesic_distance, by search alone. */
static double
searched(double px, double py, double ax, double ay, double bx, double by)
{
	enum
	{
		STEPS = 64
	};
	double from = 0;
	double to = 1;
	double best = 0;
	double least = HUGE_VAL;

	for (int round = 0; round < 8; round++)
	{
		double step = (to - from) / STEPS;

		for (int i = 0; i <= STEPS; i++)
		{
			double t = from + i * step;
			double d = geodesic_distance(px, py, ax + t * (bx - ax),
			                             ay + t * (by - ay));

			if (d < least)
			{
				least = d;
				best = t;
			}
		}
		from = fmax(0, best - step);
		to = fmin(1, best + step);
	}
	return least;
}

/* Random segments with an end within reach degrees of a random point. */
static void
segments(uint64_t seed, int n, double reach, double length, double max_lat,
         double relative, const char *name)
{
	double worst = 0;
	double worst_relative = 0;
	int wrong = 0;

	for (int i = 0; i < n; i++)
	{
		double px = uniform(&seed, -170, 170);
		double py = uniform(&seed, -max_lat, max_lat);
		double r = reach * pow(10, uniform(&seed, -5, 0));
		double l = length * pow(10, uniform(&seed, -5, 0));
		double ax = px + uniform(&seed, -r, r);
		double ay = py + uniform(&seed, -r, r);
		double bx = ax + uniform(&seed, -l, l);
		double by = ay + uniform(&seed, -l, l);
		double d;
		double s;

		switch (next_random(&seed) % 8)
		{
			case 0:
				bx = ax;
				break;
			case 1:
				by = ay;
				break;
			case 2:
				/* the point is on the line */
				px = (ax + bx) / 2;
				py = (ay + by) / 2;
				break;
		}
		if (fabs(ay) > max_lat || fabs(by) > max_lat || fabs(bx) > 180 ||
		    fabs(ax) > 180)
			continue;
		d = geodesic_segment_distance(px, py, ax, ay, bx, by);
		s = searched(px, py, ax, ay, bx, by);
		if (fabs(d - s) > worst)
			worst = fabs(d - s);
		if (s > 1000 && fabs(d - s) / s > worst_relative)
			worst_relative = fabs(d - s) / s;
		if (fabs(d - s) > 1e-4 + relative * s)
			wrong++;
	}
	ok(wrong == 0, "%s: %.1e m off at most, %.1e of the distance", name, worst,
	   worst_relative);
}

static void
test_segments(void)
{
	double d;

	segments(1, 3000, 1, 1, 60, 1e-8, "segments and distances up to 100 km");
	segments(2, 1000, 2.9, 0.05, 80, 1e-8, "small segments up to 300 km away");
	segments(3, 300, 30, 5, 89, 1e-6, "far segments");
	segments(4, 100, 2, 60, 89, 1e-6, "long segments");

	d = geodesic_segment_distance(113.9, 22.5, 113.9, 22.5, 114, 22.6);
	ok(d == 0, "at its beginning");
	d = geodesic_segment_distance(114, 22.6, 113.9, 22.5, 114, 22.6);
	ok(d == 0, "at its end");
	d = geodesic_segment_distance(113.9, 22.5, 114, 22.6, 114, 22.6);
	ok(d == geodesic_distance(113.9, 22.5, 114, 22.6),
	   "a segment that is a point");
	d = geodesic_segment_distance(113.9, 22.5, 113.9, 22.5, 113.9, 22.5);
	ok(d == 0, "which is the point");
	d = geodesic_segment_distance(179.9, 20, -179.9, 19, -179.9, 21);
	ok(fabs(d - searched(179.9, 20, -179.9, 19, -179.9, 21)) < 1e-4 &&
	       d < 21000,
	   "across the meridian of 180 degrees");
	d = geodesic_segment_distance(-179.5, 0, 170, 0, 179, 0);
	ok(fabs(d - geodesic_distance(-179.5, 0, 179, 0)) < 1e-4,
	   "the same from far");
	/* the parallel itself, not the great circle, which passes 10 km north */
	d = geodesic_segment_distance(115, 40, 113, 40, 117, 40);
	ok(d == 0, "a segment along a parallel");
}

static void
test_bounds(void)
{
	uint64_t seed = 9;
	int over_box = 0;
	int over_segment = 0;
	double loosest_box = 1;
	double loosest_segment = 1;

	for (int i = 0; i < 40000; i++)
	{
		double size = pow(10, uniform(&seed, -6, 1.5));
		double px = uniform(&seed, -180, 180);
		double py = uniform(&seed, -90, 90);
		double ax = fmin(180, fmax(-180, px + uniform(&seed, -size, size)));
		double ay = fmin(90, fmax(-90, py + uniform(&seed, -size, size)));
		double bx = fmin(180, fmax(-180, ax + uniform(&seed, -size, size)));
		double by = fmin(90, fmax(-90, ay + uniform(&seed, -size, size)));
		double xmin = fmin(ax, bx);
		double xmax = fmax(ax, bx);
		double ymin = fmin(ay, by);
		double ymax = fmax(ay, by);
		double d = geodesic_segment_distance(px, py, ax, ay, bx, by);
		GeodesicOrigin origin;
		double segment;
		double box;
		double to_box;

		if (next_random(&seed) % 16 == 0)
			px = -px;
		d = geodesic_segment_distance(px, py, ax, ay, bx, by);
		geodesic_origin(px, py, &origin);
		segment = geodesic_segment_lower_bound(&origin, ax, ay, bx, by);
		box = geodesic_box_lower_bound(&origin, xmin, ymin, xmax, ymax);
		to_box = 0;
		if (px < xmin || px > xmax || py < ymin || py > ymax)
		{
			to_box = fmin(
			    fmin(
			        geodesic_segment_distance(px, py, xmin, ymin, xmax, ymin),
			        geodesic_segment_distance(px, py, xmax, ymin, xmax, ymax)),
			    fmin(geodesic_segment_distance(px, py, xmax, ymax, xmin, ymax),
			         geodesic_segment_distance(px, py, xmin, ymax, xmin,
			                                   ymin)));
		}
		if (segment > d || segment < 0)
			over_segment++;
		if (box > to_box || box < 0)
			over_box++;
		if (fabs(py) < 60 && d > 0.01 && d < 20000 &&
		    segment / d < loosest_segment)
			loosest_segment = segment / d;
		if (fabs(py) < 60 && to_box > 0.01 && to_box < 20000 &&
		    box / to_box < loosest_box)
			loosest_box = box / to_box;
	}
	ok(over_segment == 0 && loosest_segment > 0.99,
	   "bounds of segments are bounds, %.4f of a distance up to 20 km at "
	   "least",
	   loosest_segment);
	ok(over_box == 0 && loosest_box > 0.99,
	   "bounds of boxes are bounds, %.4f of a distance up to 20 km at least",
	   loosest_box);
}

static void
test_degrees(void)
{
	double x;
	double y;

	/* published for 0 and 45 degrees: 111.320 and 110.574, 78.847, 111.132 */
	geodesic_metres_per_degree(0, &x, &y);
	ok(fabs(x - 111319.491) < 1e-3 && fabs(y - 110574.276) < 1e-3,
	   "a degree at the equator, %.3f by %.3f m", x, y);
	geodesic_metres_per_degree(45, &x, &y);
	ok(fabs(x - 78846.835) < 1e-3 && fabs(y - 111131.778) < 1e-3,
	   "a degree at 45, %.3f by %.3f m", x, y);
	geodesic_metres_per_degree(-90, &x, &y);
	ok(x >= 0 && x < 1e-6 && fabs(y - 111693.980) < 1e-3,
	   "a degree at a pole, %.3f by %.3f m", x, y);
}

int
main(void)
{
	test_points();
	test_chords();
	test_segments();
	test_bounds();
	test_degrees();
	return done_testing();
}
