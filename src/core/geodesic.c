/*
 * geodesic.c
 *	  Distances in metres between longitudes and latitudes in degrees.
 */
#include "geodesic.h"

#include <float.h>
#include <math.h>

#define PI     3.14159265358979323846
#define RADIAN (PI / 180.0)

#define SEMI_MAJOR   6378137.0
#define FLATTENING   (1.0 / 298.257223563)
#define SEMI_MINOR   (SEMI_MAJOR * (1.0 - FLATTENING))
#define ECCENTRICITY (FLATTENING * (2.0 - FLATTENING)) /* squared */

/* From pole to pole; no two points are farther apart. */
#define HALF_MERIDIAN 20003931.4586254

/* Degrees up to which a segment is near enough for the local metric. */
#define NEAR_DEGREES     3.0
#define NEAR_MAX_LAT     80.0
#define NEAR_ITERATIONS  40
#define NEAR_STEP_METRES 1e-5

#define FAR_STEP_DEGREES     0.5
#define FAR_ITERATIONS       60
#define VINCENTY_ITERATIONS  100
#define VINCENTY_CONVERGENCE 1e-13

/* Keeps the rounding of a bound on the safe side. */
#define BOUND_MARGIN (1.0 - 1e-12)

/* Half widths of the bands in degrees: about 20 km, 300 km, 6,000 km. */
static const double band_width[GEODESIC_BANDS] = {0.18, 2.7, 54.0};

/*
 * Radii of curvature: of the meridian, and of the parallel (N cos(lat)), by
 * sine and cosine of the latitude.
 */
static void
radii(double s, double c, double *meridian, double *parallel)
{
	double w = 1.0 - ECCENTRICITY * s * s;
	double n = SEMI_MAJOR / sqrt(w);

	*meridian = n * (1.0 - ECCENTRICITY) / w;
	*parallel = n * c;
}

void
geodesic_metres_per_degree(double lat, double *lon_metres, double *lat_metres)
{
	double c = cos(lat * RADIAN);

	radii(sin(lat * RADIAN), c > 0 ? c : 0, lat_metres, lon_metres);
	*lon_metres *= RADIAN;
	*lat_metres *= RADIAN;
}

/* ---------------------------------------------------------------------
 * Between two points
 * ---------------------------------------------------------------------
 */

/*
 * Great circle on the reduced latitudes with the first-order correction for
 * the flattening, of H. Andoyer and W. D. Lambert; kept within the
 * length of half a meridian.
 */
static double
distance_lambert(double u1, double u2, double lambda)
{
	double h = pow(sin((u2 - u1) / 2), 2) +
	           cos(u1) * cos(u2) * pow(sin(lambda / 2), 2);
	double sigma = 2 * asin(sqrt(h < 1 ? h : 1));
	double p = (u1 + u2) / 2;
	double q = (u2 - u1) / 2;
	double half_cos = cos(sigma / 2);
	double half_sin = sin(sigma / 2);
	double x = 0;
	double y = 0;
	double d;

	/* next to the antipode the correction has a pole, the distance has not */
	if (half_cos > 0.05)
		x = (sigma - sin(sigma)) * pow(sin(p) * cos(q) / half_cos, 2);
	if (half_sin > 0)
		y = (sigma + sin(sigma)) * pow(cos(p) * sin(q) / half_sin, 2);
	d = SEMI_MAJOR * (sigma - FLATTENING / 2 * (x + y));
	return d < HALF_MERIDIAN ? d : HALF_MERIDIAN;
}

double
geodesic_distance(double lon1, double lat1, double lon2, double lat2)
{
	double l = remainder(lon2 - lon1, 360.0) * RADIAN;
	double u1 = atan((1 - FLATTENING) * tan(lat1 * RADIAN));
	double u2 = atan((1 - FLATTENING) * tan(lat2 * RADIAN));
	double sin_u1 = sin(u1);
	double cos_u1 = cos(u1);
	double sin_u2 = sin(u2);
	double cos_u2 = cos(u2);
	double lambda = l;

	if (lat1 == lat2 && l == 0)
		return 0;
	for (int i = 0; i < VINCENTY_ITERATIONS; i++)
	{
		double sin_lambda = sin(lambda);
		double cos_lambda = cos(lambda);
		double across = cos_u2 * sin_lambda;
		double along = cos_u1 * sin_u2 - sin_u1 * cos_u2 * cos_lambda;
		double sin_sigma = sqrt(across * across + along * along);
		double cos_sigma = sin_u1 * sin_u2 + cos_u1 * cos_u2 * cos_lambda;
		double sigma = atan2(sin_sigma, cos_sigma);
		double sin_alpha =
		    sin_sigma > 0 ? cos_u1 * cos_u2 * sin_lambda / sin_sigma : 0;
		double cos2_alpha = 1 - sin_alpha * sin_alpha;
		/* along the equator there is no such term */
		double cos_2m = cos2_alpha > 1e-15
		                    ? cos_sigma - 2 * sin_u1 * sin_u2 / cos2_alpha
		                    : 0;
		double c = FLATTENING / 16 * cos2_alpha *
		           (4 + FLATTENING * (4 - 3 * cos2_alpha));
		double before = lambda;

		lambda =
		    l + (1 - c) * FLATTENING * sin_alpha *
		            (sigma +
		             c * sin_sigma *
		                 (cos_2m + c * cos_sigma * (2 * cos_2m * cos_2m - 1)));
		if (fabs(lambda) > PI)
			break;
		if (fabs(lambda - before) <= 1e-15 + VINCENTY_CONVERGENCE * fabs(l))
		{
			double k = cos2_alpha * ECCENTRICITY / (1 - ECCENTRICITY);
			double a =
			    1 + k / 16384 * (4096 + k * (-768 + k * (320 - 175 * k)));
			double b = k / 1024 * (256 + k * (-128 + k * (74 - 47 * k)));
			double cos2_2m = cos_2m * cos_2m;
			double delta = b * sin_sigma *
			               (cos_2m + b / 4 *
			                             (cos_sigma * (2 * cos2_2m - 1) -
			                              b / 6 * cos_2m *
			                                  (4 * sin_sigma * sin_sigma - 3) *
			                                  (4 * cos2_2m - 3)));

			return SEMI_MINOR * a * (sigma - delta);
		}
	}
	return distance_lambert(u1, u2, l);
}

/* ---------------------------------------------------------------------
 * To a segment
 * ---------------------------------------------------------------------
 */

/* Longitude of p on the same side of the meridian of 180 degrees as x. */
static double
beside(double px, double x)
{
	return x + remainder(px - x, 360.0);
}

static bool
is_near(double px, double py, double x, double y)
{
	return fabs(px - x) <= NEAR_DEGREES && fabs(py - y) <= NEAR_DEGREES &&
	       fabs(y) <= NEAR_MAX_LAT;
}

/*
 * Where on the segment, 0 to 1, is it nearest to p?  Of two points not far
 * apart the distance is nearly, to (distance / radius)^2 / 24, that of a plane
 * which has the scales of the ellipsoid at their middle latitude.  The place
 * that is nearest by it is wrong by no more than that fraction of the
 * distance, and the distance, being least there, by the square of it.
 *
 * The scales depend on the place, so it is found by iteration (Gauss and
 * Newton); the steps shrink by the factor distance * tan(lat) / radius.
 */
static double
nearest_place(double px, double py, double ax, double ay, double bx, double by)
{
	double ux = (bx - ax) * RADIAN;
	double uy = (by - ay) * RADIAN;
	double t = 0.5;

	if (ux == 0 && uy == 0)
		return 0;
	for (int i = 0; i < NEAR_ITERATIONS; i++)
	{
		double x = (ax - px) * RADIAN + t * ux;
		double y = (ay - py) * RADIAN + t * uy;
		double middle = py * RADIAN + y / 2;
		double s = sin(middle);
		double c = cos(middle);
		double w = 1.0 - ECCENTRICITY * s * s;
		double m;
		double r;
		double dx;
		double dy;
		double length2;
		double step;
		double to;

		radii(s, c, &m, &r);
		/* d(N cos)/dlat = -M sin; dM/dlat = 3 e^2 M sin cos / w */
		dx = r * ux - m * s * (uy / 2) * x;
		dy = m * uy + 3 * ECCENTRICITY * m * s * c / w * (uy / 2) * y;
		length2 = dx * dx + dy * dy;
		if (length2 < DBL_MIN)
			break;
		step = (r * x * dx + m * y * dy) / length2;
		to = t - step;
		if (to < 0)
			to = 0;
		else if (to > 1)
			to = 1;
		step = (to - t) * (to - t) * length2;
		t = to;
		if (step < NEAR_STEP_METRES * NEAR_STEP_METRES)
			break;
	}
	return t;
}

/* A point of the segment, exact at its ends. */
static double
distance_at(double px, double py, double ax, double ay, double bx, double by,
            double t)
{
	double x = t < 1 ? ax + t * (bx - ax) : bx;
	double y = t < 1 ? ay + t * (by - ay) : by;

	return geodesic_distance(px, py, x, y);
}

/* A segment that is long, or far away, or near a pole: look everywhere. */
static double
distance_far(double px, double py, double ax, double ay, double bx, double by)
{
	double span = fmax(fabs(bx - ax), fabs(by - ay));
	int n = (int) ceil(span / FAR_STEP_DEGREES) + 1;
	double least = HUGE_VAL;
	double from;
	double to;
	int at = 0;

	for (int i = 0; i <= n; i++)
	{
		double d = distance_at(px, py, ax, ay, bx, by, (double) i / n);

		if (d < least)
		{
			least = d;
			at = i;
		}
	}

	/* the least distance is between the neighbours of the least found */
	from = (double) (at > 0 ? at - 1 : 0) / n;
	to = (double) (at < n ? at + 1 : n) / n;
	for (int i = 0; i < FAR_ITERATIONS; i++)
	{
		double one = from + (to - from) * 0.381966011250105;
		double two = from + (to - from) * 0.618033988749895;
		double d_one = distance_at(px, py, ax, ay, bx, by, one);
		double d_two = distance_at(px, py, ax, ay, bx, by, two);

		if (d_one < d_two)
			to = two;
		else
			from = one;
		least = fmin(least, fmin(d_one, d_two));
	}
	return least;
}

double
geodesic_segment_distance(double px, double py, double ax, double ay,
                          double bx, double by)
{
	double beside_px = beside(px, ax);

	if (!is_near(beside_px, py, ax, ay) || !is_near(beside_px, py, bx, by))
		return distance_far(px, py, ax, ay, bx, by);
	return distance_at(px, py, ax, ay, bx, by,
	                   nearest_place(beside_px, py, ax, ay, bx, by));
}

/* ---------------------------------------------------------------------
 * Lower bounds
 * ---------------------------------------------------------------------
 */

void
geodesic_origin(double lon, double lat, GeodesicOrigin *origin)
{
	double up = fabs(lat);

	origin->lon = lon;
	origin->lat = lat;
	for (int i = 0; i < GEODESIC_BANDS; i++)
	{
		double poleward = up + band_width[i];
		double equatorward = up - band_width[i];
		double unused;

		geodesic_metres_per_degree(poleward < 90 ? poleward : 90,
		                           &origin->band[i].kx, &unused);
		geodesic_metres_per_degree(equatorward > 0 ? equatorward : 0, &unused,
		                           &origin->band[i].ky);
		origin->band[i].kx *= BOUND_MARGIN;
		origin->band[i].ky *= BOUND_MARGIN;
		origin->band[i].reach = band_width[i] * origin->band[i].ky;
	}
}

/* The bound for a displacement in degrees, by the narrowest band it is in. */
static double
lower_bound(const GeodesicOrigin *origin, double dx, double dy)
{
	double bound = 0;

	for (int i = 0; i < GEODESIC_BANDS; i++)
	{
		double x = dx * origin->band[i].kx;
		double y = dy * origin->band[i].ky;
		double d = sqrt(x * x + y * y);

		if (d <= origin->band[i].reach)
			return d > bound ? d : bound;
		bound = origin->band[i].reach;
	}
	return bound;
}

double
geodesic_box_lower_bound(const GeodesicOrigin *origin, double xmin,
                         double ymin, double xmax, double ymax)
{
	double dx = 0;
	double dy = 0;

	if (origin->lon < xmin)
		dx = fmin(xmin - origin->lon, origin->lon + 360.0 - xmax);
	else if (origin->lon > xmax)
		dx = fmin(origin->lon - xmax, xmin + 360.0 - origin->lon);
	if (origin->lat < ymin)
		dy = ymin - origin->lat;
	else if (origin->lat > ymax)
		dy = origin->lat - ymax;
	return lower_bound(origin, dx > 0 ? dx : 0, dy);
}

/* In the plane of a band: from the origin, displaced by shift, to a segment.
 */
static double
plane_distance(double kx, double ky, double ax, double ay, double bx,
               double by)
{
	double ux = (bx - ax) * kx;
	double uy = (by - ay) * ky;
	double x = ax * kx;
	double y = ay * ky;
	double length2 = ux * ux + uy * uy;
	double along = -(x * ux + y * uy);

	if (along > 0 && length2 > 0)
	{
		double t = along < length2 ? along / length2 : 1;

		x += t * ux;
		y += t * uy;
	}
	return sqrt(x * x + y * y);
}

double
geodesic_segment_lower_bound(const GeodesicOrigin *origin, double ax,
                             double ay, double bx, double by)
{
	double bound = 0;
	double xa = ax - origin->lon;
	double xb = bx - origin->lon;
	double ya = ay - origin->lat;
	double yb = by - origin->lat;
	bool both_ways = fabs(xa) > 180 || fabs(xb) > 180 || fabs(xb - xa) > 180;

	for (int i = 0; i < GEODESIC_BANDS; i++)
	{
		double kx = origin->band[i].kx;
		double ky = origin->band[i].ky;
		double d = plane_distance(kx, ky, xa, ya, xb, yb);

		if (both_ways)
			d = fmin(d,
			         fmin(plane_distance(kx, ky, xa - 360, ya, xb - 360, yb),
			              plane_distance(kx, ky, xa + 360, ya, xb + 360, yb)));
		/* what the subtractions above have rounded away */
		d = d * BOUND_MARGIN - 1e-8;
		if (d <= origin->band[i].reach)
			return d > bound ? d : bound;
		bound = origin->band[i].reach;
	}
	return bound;
}
