/*
 * fuzz_gridmap_near.c
 *	  Distances to the cells of any map: as going through all edges gives
 *	  them, nearest first.
 */
#include "core/gridmap_near.h"
#include "core/geodesic.h"

#include "fuzz_gridmap.h"

#define CODES 61

static TestMap map;

static double
segment_distance(bool geographic, const double *a, const double *b, double x,
                 double y)
{
	double dx = b[0] - a[0];
	double dy = b[1] - a[1];
	double length = hypot(dx, dy);
	double along;

	if (geographic)
		return geodesic_segment_distance(x, y, a[0], a[1], b[0], b[1]);
	along = length > 0 ? ((x - a[0]) * dx + (y - a[1]) * dy) / length : 0;
	if (along <= 0)
		return hypot(x - a[0], y - a[1]);
	if (along >= length)
		return hypot(x - b[0], y - b[1]);
	return fabs((x - a[0]) * dy - (y - a[1]) * dx) / length;
}

/* By all edges; -1 for a code that is not there */
static double
distances_slowly(bool geographic, double x, double y, double to[CODES])
{
	static TestMap alone;
	double border = HUGE_VAL;
	int i;
	int j;

	for (i = 0; i < CODES; i++)
		to[i] = -1;
	for (i = 0; i < map.n;)
	{
		int64_t code = map.rings[i].code;
		int part = map.rings[i].part;
		double best = HUGE_VAL;

		alone.n = 0;
		for (; i < map.n && map.rings[i].part == part; i++)
		{
			const TestRing *ring = &map.rings[i];

			alone.rings[alone.n++] = *ring;
			for (j = 0; j < ring->n; j++)
				best = fmin(best,
				            segment_distance(geographic, ring->v + 2 * j,
				                             ring->v + 2 * ((j + 1) % ring->n),
				                             x, y));
		}
		border = fmin(border, best);
		if (locate_slowly(&alone, x, y) == code)
			best = 0;
		if (to[code] < 0 || best < to[code])
			to[code] = best;
	}
	return border;
}

/*
 * The formulas for what is nearly opposite on the globe are coarse, and a
 * segment far away may be searched from either end.
 */
static double
slack(bool geographic, double distance, double size)
{
	if (!geographic)
		return 1e-9 * (distance + size);
	return distance < 1.9e7 ? 1e-3 + 1e-5 * distance : 2e5;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input in = {data, size};
	unsigned how = take(&in);
	bool geographic = (how & 1) != 0;
	double step = ldexp(1, -(int) (how >> 1 & 15));
	double x0 = geographic ? (int) take(&in) - 120 : 5e5;
	double y0 = geographic ? (int) (take(&in) % 150) - 80 : 2.5e6;
	double ux = take(&in) / 8.0 - 8;
	double uy = take(&in) / 8.0 - 8;
	double reach = (geographic ? 111000 : 1) * step;
	double radius = ldexp(reach * take(&in), -4);
	double x;
	double y;
	double to[CODES];
	bool listed[CODES] = {false};
	double border;
	double got;
	uint8_t *bytes;
	size_t length;
	Gridmap opened;
	GridmapHit *hits;
	size_t count;
	size_t i;

	take_map(&in, &map, false, x0, y0, step, step);
	if (compile_test_map(&map, &bytes, &length) != GRIDMAP_OK)
	{
		free_test_map(&map);
		return 0;
	}
	REQUIRE(gridmap_validate(bytes, length, &opened) == GRIDMAP_OK);
	x = x0 + ux * step;
	y = y0 + uy * step;
	if ((how & 32) != 0)
	{
		/* anywhere */
		x = x * 7;
		y = y * 3;
	}
	if (geographic)
	{
		x = fmax(-180, fmin(180, x));
		y = fmax(-90, fmin(90, y));
	}
	border = distances_slowly(geographic, x, y, to);
	got = gridmap_border_distance(&opened, geographic, x, y);
	REQUIRE(fabs(got - border) <= slack(geographic, border, 3e6 + fabs(x)));
	REQUIRE(gridmap_near(&opened, geographic, x, y, radius, &test_memory,
	                     &hits, &count) == GRIDMAP_OK);
	for (i = 0; i < count; i++)
	{
		int64_t code = hits[i].code;

		REQUIRE(code > 0 && code < CODES && !listed[code] && to[code] >= 0);
		listed[code] = true;
		REQUIRE(hits[i].metres <= radius);
		REQUIRE(fabs(hits[i].metres - to[code]) <=
		        slack(geographic, to[code], 3e6 + fabs(x)));
		REQUIRE(to[code] != 0 || hits[i].metres <= 1e-6);
		REQUIRE(
		    i == 0 || hits[i - 1].metres < hits[i].metres ||
		    (hits[i - 1].metres == hits[i].metres && hits[i - 1].code < code));
	}
	for (i = 0; i < CODES; i++)
		REQUIRE(listed[i] || to[i] < 0 ||
		        to[i] >= radius - slack(geographic, to[i], 3e6 + fabs(x)));
	/* where a cell covers the point, there is no radius too small for it */
	REQUIRE(locate_slowly(&map, x, y) == 0 ||
	        (count > 0 && hits[0].metres == 0));
	free(hits);
	free(bytes);
	free_test_map(&map);
	return 0;
}
