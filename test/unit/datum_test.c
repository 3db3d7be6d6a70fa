/*
 * datum_test.c
 *	  GCJ-02 and BD-09: against the published programs, there and back, and
 *	  at the edges of where they apply.
 */
#include "core/datum.h"

#include <math.h>

#include "core/geodesic.h"

#include "tap.h"

typedef struct Known
{
	const char *name;
	double lon;
	double lat;
	double gcj_lon;
	double gcj_lat;
	double bd_lon;
	double bd_lat;
} Known;

/* By a Python program, line by line as the programs in circulation have it. */
static const Known known[] = {
    {"Beijing", 116.397455, 39.909187, 116.40369862585906, 39.910590510518055,
     116.4100711703736, 39.91692977802912},
    {"Shanghai", 121.473701, 31.230416, 121.47822405739267, 31.22847374224698,
     121.48478247238995, 31.23432658138832},
    {"Shenzhen", 114.0579, 22.5431, 114.06301399856547, 22.54038281422246,
     114.06956398703267, 22.546041559073544},
    {"Urumqi", 87.616848, 43.825592, 87.61969799823531, 43.826797436147594,
     87.62614810195592, 43.832941270296004},
    {"Harbin", 126.6424, 45.7567, 126.64836981630474, 45.75865110185797,
     126.65499932897167, 45.76434556386758},
    {"Sanya", 109.5119, 18.2528, 109.51598429482667, 18.25109479173564,
     109.52253179173881, 18.256876553759117},
    {"Hong Kong", 114.1694, 22.3193, 114.17436706626148, 22.316550799399344,
     114.18092759885914, 22.322222377349046},
    {"Macau", 113.5439, 22.1987, 113.54900330274944, 22.195760844510346,
     113.55549550824662, 22.20177776911161},
    {"Taipei", 121.5654, 25.033, 121.5691731258631, 25.030065990080267,
     121.5755966782385, 25.036387403840855},
    {"105 degrees", 105.0, 35.0, 105.00328624145706, 34.99909863223526,
     105.00966682831948, 35.00540366845696},
    {"Mohe", 122.5, 53.4833, 122.50730919214196, 53.485201974295435,
     122.51366512214165, 53.491483547954665},
};

static double
uniform(uint64_t *seed, double from, double to)
{
	return from + (to - from) * ((double) (next_random(seed) >> 11) / 0x1p53);
}

/* Degrees between two points, the greater of both coordinates. */
static double
apart(double lon1, double lat1, double lon2, double lat2)
{
	return fmax(fabs(lon1 - lon2), fabs(lat1 - lat2));
}

static void
test_known(void)
{
	/* geocompass/pg-coordtransform, issue 10: what it answers */
	double lon = 111.43877780268987;
	double lat = 27.223905373786593;

	datum_from_wgs84(DATUM_GCJ02, &lon, &lat);
	ok(apart(lon, lat, 111.44439660708835, 27.220718937598154) < 1e-12,
	   "a pair published by others");

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
	{
		const Known *k = &known[i];
		double gcj_lon = k->lon;
		double gcj_lat = k->lat;
		double bd_lon = k->lon;
		double bd_lat = k->lat;

		datum_from_wgs84(DATUM_GCJ02, &gcj_lon, &gcj_lat);
		datum_from_wgs84(DATUM_BD09, &bd_lon, &bd_lat);
		ok(apart(gcj_lon, gcj_lat, k->gcj_lon, k->gcj_lat) < 1e-12 &&
		       apart(bd_lon, bd_lat, k->bd_lon, k->bd_lat) < 1e-12,
		   "%s as the published programs have it", k->name);
		datum_to_wgs84(DATUM_GCJ02, &gcj_lon, &gcj_lat);
		datum_to_wgs84(DATUM_BD09, &bd_lon, &bd_lat);
		ok(apart(gcj_lon, gcj_lat, k->lon, k->lat) < 1e-11 &&
		       apart(bd_lon, bd_lat, k->lon, k->lat) < 1e-11,
		   "%s and back", k->name);
	}
}

/* Anywhere in the box, also next to its edges and where sqrt|x| is steep. */
static void
test_round_trips(GeoDatum datum, const char *name)
{
	uint64_t seed = 21;
	double there_and_back = 0;
	double back_and_there = 0;
	double farthest = 0;
	double nearest = 1e9;

	for (int i = 0; i < 200000; i++)
	{
		double lon = uniform(&seed, DATUM_LON_MIN, DATUM_LON_MAX);
		double lat = uniform(&seed, DATUM_LAT_MIN, DATUM_LAT_MAX);
		double tiny = pow(10, uniform(&seed, -16, -1));
		double x;
		double y;
		double moved;
		double x2;
		double y2;

		switch (next_random(&seed) % 12)
		{
			case 0:
				lon = DATUM_LON_MIN + tiny;
				break;
			case 1:
				lon = DATUM_LON_MAX - tiny;
				break;
			case 2:
				lat = DATUM_LAT_MIN + tiny;
				break;
			case 3:
				lat = DATUM_LAT_MAX - tiny;
				break;
			case 4:
				lon = 105 + tiny;
				break;
			case 5:
				lon = 105 - tiny;
				break;
		}
		x = lon;
		y = lat;
		datum_from_wgs84(datum, &x, &y);
		moved = geodesic_distance(lon, lat, x, y);
		farthest = fmax(farthest, moved);
		nearest = fmin(nearest, moved);
		x2 = x;
		y2 = y;
		datum_to_wgs84(datum, &x2, &y2);
		there_and_back = fmax(there_and_back, apart(lon, lat, x2, y2));
		datum_from_wgs84(datum, &x2, &y2);
		back_and_there = fmax(back_and_there, apart(x, y, x2, y2));
	}
	/* 1e-11 degrees are a micrometre */
	ok(there_and_back < 1e-11, "%s there and back: %.1e degrees", name,
	   there_and_back);
	ok(back_and_there < 1e-11, "%s back and there: %.1e degrees", name,
	   back_and_there);
	ok(nearest > 0.5 && farthest < 3000, "%s moves by %.1f to %.1f m", name,
	   nearest, farthest);
}

/* Outside of the box nothing moves, there or back. */
static void
test_outside(void)
{
	uint64_t seed = 22;
	int moved_there = 0;
	int moved_back = 0;

	for (int i = 0; i < 200000; i++)
	{
		double lon = uniform(&seed, -180, 180);
		double lat = uniform(&seed, -90, 90);
		GeoDatum datum = (GeoDatum) (next_random(&seed) % 3);
		double x = lon;
		double y = lat;

		if (i % 2 == 0)
		{
			/* near the box, up to where its images may be */
			lon = uniform(&seed, DATUM_LON_MIN - 1, DATUM_LON_MAX + 1);
			lat = i % 4 == 0 ? DATUM_LAT_MIN - uniform(&seed, 0.03, 1)
			                 : DATUM_LAT_MAX + uniform(&seed, 0.03, 1);
			x = lon;
			y = lat;
		}
		if (lon > DATUM_LON_MIN - 0.03 && lon < DATUM_LON_MAX + 0.03 &&
		    lat > DATUM_LAT_MIN - 0.03 && lat < DATUM_LAT_MAX + 0.03)
			continue;
		datum_from_wgs84(datum, &x, &y);
		moved_there += x != lon || y != lat;
		datum_to_wgs84(datum, &x, &y);
		moved_back += x != lon || y != lat;
	}
	ok(moved_there == 0 && moved_back == 0, "outside nothing moves");
}

static void
test_edges(void)
{
	double lon;
	double lat;

	/* the edge itself is inside */
	lon = DATUM_LON_MIN;
	lat = 30;
	datum_from_wgs84(DATUM_GCJ02, &lon, &lat);
	ok(lon != DATUM_LON_MIN, "the western edge is inside");
	lon = DATUM_LON_MAX;
	lat = DATUM_LAT_MAX;
	datum_from_wgs84(DATUM_GCJ02, &lon, &lat);
	ok(lon != DATUM_LON_MAX && lat != DATUM_LAT_MAX,
	   "the north-eastern corner is inside");
	datum_to_wgs84(DATUM_GCJ02, &lon, &lat);
	ok(apart(lon, lat, DATUM_LON_MAX, DATUM_LAT_MAX) < 1e-12,
	   "and comes back from outside");
	lon = nextafter(DATUM_LON_MAX, 180);
	lat = 30;
	datum_from_wgs84(DATUM_GCJ02, &lon, &lat);
	ok(lon == nextafter(DATUM_LON_MAX, 180) && lat == 30,
	   "next to the edge is outside");

	/* the image of nothing: as if the displacement went on */
	lon = DATUM_LON_MIN + 0.001;
	lat = 30;
	datum_to_wgs84(DATUM_GCJ02, &lon, &lat);
	ok(lon < DATUM_LON_MIN && lon > DATUM_LON_MIN - 0.01,
	   "a place in the box that is no image");
}

int
main(void)
{
	test_known();
	test_round_trips(DATUM_GCJ02, "GCJ-02");
	test_round_trips(DATUM_BD09, "BD-09");
	test_outside();
	test_edges();
	return done_testing();
}
