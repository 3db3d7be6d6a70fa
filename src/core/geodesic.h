/*
 * geodesic.h
 *	  Distances in metres between longitudes and latitudes in degrees.
 *
 * The ellipsoid is that of WGS-84; that of CGCS2000 differs by 0.1 mm in its
 * minor axis.  Cells are drawn with edges that are straight in longitude and
 * latitude, and so is a segment here; the distance to it is the least geodesic
 * distance to any point of it.
 *
 * geodesic_distance is Vincenty's inverse formula (T. Vincenty, Direct and
 * Inverse Solutions of Geodesics on the Ellipsoid with Application of Nested
 * Equations, Survey Review 23 (176), 1975): better than 1 mm.  Between points
 * that lie nearly opposite to each other on the globe it does not converge;
 * there a great circle with the correction of Andoyer and Lambert is used,
 * which is right to 0.5 %.
 *
 * geodesic_segment_distance is right to 1e-8 of the distance and 0.1 mm as
 * long as point and segment are within three degrees of each other and below
 * 80 degrees of latitude, where it takes a microsecond.  Elsewhere it searches
 * the segment in steps of half a degree, and is right to 1e-6 of the distance
 * unless that is one of the cases above.
 *
 * The lower bounds are for pruning: a few multiplications, never more than
 * the distance, within 0.6 % of it up to 20 km below 60 degrees of latitude.
 * They rest on this: the length of a line on the ellipsoid is the integral of
 *
 *	  sqrt((N cos(lat) dlon)^2 + (M dlat)^2)
 *
 * where N cos(lat) falls towards the poles and M rises.  In the band of
 * latitudes within w of the origin, both are at least what they are at its
 * ends, kx and ky.  A line that stays in the band is not shorter than it is
 * in the plane with the constant scales kx and ky; one that leaves it is not
 * shorter than w ky.
 *
 * All arguments are finite, latitudes within -90 to 90, longitudes within
 * -180 to 180; the shorter way may lead across the meridian of 180 degrees.
 */
#ifndef CIVICGRID_CORE_GEODESIC_H
#define CIVICGRID_CORE_GEODESIC_H

#include <stdbool.h>

#define GEODESIC_BANDS 3

/* A point from which distances are asked for, and its bands of latitude. */
typedef struct GeodesicOrigin
{
	double lon;
	double lat;
	struct
	{
		double kx;    /* metres per degree of longitude, at least */
		double ky;    /* metres per degree of latitude, at least */
		double reach; /* metres that a line needs to leave the band */
	} band[GEODESIC_BANDS];
} GeodesicOrigin;

extern double geodesic_distance(double lon1, double lat1, double lon2,
                                double lat2);
extern double geodesic_segment_distance(double px, double py, double ax,
                                        double ay, double bx, double by);

extern void geodesic_origin(double lon, double lat, GeodesicOrigin *origin);
extern double geodesic_box_lower_bound(const GeodesicOrigin *origin,
                                       double xmin, double ymin, double xmax,
                                       double ymax);
extern double geodesic_segment_lower_bound(const GeodesicOrigin *origin,
                                           double ax, double ay, double bx,
                                           double by);

/* Metres per degree of longitude and of latitude at a latitude. */
extern void geodesic_metres_per_degree(double lat, double *lon_metres,
                                       double *lat_metres);

#endif /* CIVICGRID_CORE_GEODESIC_H */
