/*
 * datum.h
 *	  WGS-84, GCJ-02 and BD-09: the coordinates that Chinese map services
 *	  publish, and the ones that receivers measure.
 *
 * GCJ-02 displaces a point by up to 735 m, which depends on where it is.  No
 * authority has published how; everybody uses the formula that became known
 * in 2010 and is in circulation since.  BD-09 is what Baidu makes of GCJ-02,
 * by a formula of its own.  With x = lon - 105, y = lat - 35, and s(a, t) = a
 * sin(pi t):
 *
 *	  north = -100 + 2x + 3y + 0.2 y^2 + 0.1 xy + 0.2 sqrt|x|
 *	          + 2/3 (s(20, 6x) + s(20, 2x) + s(20, y) + s(40, y/3)
 *	                 + s(160, y/12) + s(320, y/30))
 *	  east  =  300 + x + 2y + 0.1 x^2 + 0.1 xy + 0.1 sqrt|x|
 *	          + 2/3 (s(20, 6x) + s(20, 2x) + s(20, x) + s(40, x/3)
 *	                 + s(150, x/12) + s(300, x/30))
 *
 * are metres on Krasovsky's ellipsoid of 1940 (a = 6378245, its e^2), which
 * GCJ-02 adds to the point.  BD-09 of a point (x, y) = (lon, lat) of GCJ-02 is
 *
 *	  r = |(x, y)| + 0.00002 sin(k y),  t = atan2(y, x) + 0.000003 cos(k x)
 *	  (r cos t + 0.0065, r sin t + 0.006),  k = pi 3000 / 180
 *
 * All of it applies to points of WGS-84 within the box of the published
 * programs, DATUM_*; everywhere else the three are the same.
 *
 * The way back is not the approximate formula that is in circulation (up to
 * five metres off) but the inverse of the function: found by iteration, which
 * gains two to three digits with each step, until the last digit stands.  Both
 * ways are undone by the other to less than a micrometre; the last digits are
 * lost only at the meridian of 105 degrees, where the slope of sqrt|x| has no
 * bound.  This leaves strips along the edges of the box, where the
 * displacement begins; China is more than a hundred kilometres away from them:
 *
 * - the image of a point of the box may lie outside of the box, where points
 *   that are not displaced lie too.  Such an image is taken back into the box.
 * - of some places within the box nothing is the image.  They are taken back
 *   as if the displacement went on outside.
 */
#ifndef CIVICGRID_CORE_DATUM_H
#define CIVICGRID_CORE_DATUM_H

typedef enum GeoDatum
{
	DATUM_WGS84,
	DATUM_GCJ02,
	DATUM_BD09
} GeoDatum;

/* Where GCJ-02 and BD-09 are not the same as WGS-84, in WGS-84. */
#define DATUM_LON_MIN 72.004
#define DATUM_LON_MAX 137.8347
#define DATUM_LAT_MIN 0.8293
#define DATUM_LAT_MAX 55.8271

/* Longitude within -180 to 180, latitude within -90 to 90. */
extern void datum_from_wgs84(GeoDatum to, double *lon, double *lat);
extern void datum_to_wgs84(GeoDatum from, double *lon, double *lat);

#endif /* CIVICGRID_CORE_DATUM_H */
