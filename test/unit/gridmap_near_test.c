/*
 * gridmap_near_test.c
 *	  Distances to cells: against going through all edges, in the plane and on
 *	  the ellipsoid.
 */
#include "core/gridmap_near.h"

#include "core/geodesic.h"
#include "gridmap_maps.h"
#include "gridmap_probe.h"

#define MAX_CODE 64

static TestMap map;

static double
plane_distance(const double *a, const double *b, double x, double y)
{
	double dx = b[0] - a[0];
	double dy = b[1] - a[1];
	double length = hypot(dx, dy);
	double along = ((x - a[0]) * dx + (y - a[1]) * dy) / length;

	if (along <= 0)
		return hypot(x - a[0], y - a[1]);
	if (along >= length)
		return hypot(x - b[0], y - b[1]);
	return fabs((x - a[0]) * dy - (y - a[1]) * dx) / length;
}

/*
 * By all edges: metres to each code (0 where it covers the point, -1 where
 * there is no such code) and to the nearest border.
 */
static double
distances_slowly(bool geographic, double x, double y, double to[MAX_CODE])
{
	double border = HUGE_VAL;
	int i = 0;
	int k;

	for (k = 0; k < MAX_CODE; k++)
		to[k] = -1;
	while (i < map.n)
	{
		int part = map.rings[i].part;
		int64_t code = map.rings[i].code;
		double best = HUGE_VAL;
		TestMap alone = {.n = 0};

		for (; i < map.n && map.rings[i].part == part; i++)
		{
			const TestRing *ring = &map.rings[i];
			int j;

			alone.rings[alone.n++] = *ring;
			for (j = 0; j < ring->n; j++)
			{
				const double *a = ring->v + 2 * j;
				const double *b = ring->v + 2 * ((j + 1) % ring->n);
				double d;

				if (orient_exact(a[0], a[1], b[0], b[1], x, y) == 0 &&
				    orient_within(a[0], a[1], b[0], b[1], x, y))
					d = 0;
				else if (geographic)
					d = geodesic_segment_distance(x, y, a[0], a[1], b[0],
					                              b[1]);
				else
					d = plane_distance(a, b, x, y);
				best = fmin(best, d);
			}
		}
		border = fmin(border, best);
		if (locate_slowly(&alone, x, y) == code)
			best = 0;
		if (to[code] < 0 || best < to[code])
			to[code] = best;
	}
	return border;
}

static bool
alike(double a, double b)
{
	return fabs(a - b) <= 1e-9 * (fabs(a) + fabs(b)) + 1e-9;
}

/* Whether the hits of one question are right; 0 if so. */
static int
check_hits(const Gridmap *opened, bool geographic, double x, double y,
           double radius)
{
	double to[MAX_CODE];
	bool listed[MAX_CODE] = {false};
	double border = distances_slowly(geographic, x, y, to);
	GridmapHit *hits = NULL;
	size_t count = 99;
	double got = gridmap_border_distance(opened, geographic, x, y);
	int wrong = 0;
	size_t i;
	int k;

	if (!alike(got, border) || (border == 0 && got != 0))
		wrong++;
	if (gridmap_near(opened, geographic, x, y, radius, &test_memory, &hits,
	                 &count) != GRIDMAP_OK)
		return wrong + 1;
	for (i = 0; i < count; i++)
	{
		int64_t code = hits[i].code;

		if (code <= 0 || code >= MAX_CODE || listed[code])
		{
			wrong++;
			continue;
		}
		listed[code] = true;
		wrong += to[code] < 0 || hits[i].metres > radius ||
		         !alike(hits[i].metres, to[code]) ||
		         (to[code] == 0 && hits[i].metres != 0);
		wrong += i > 0 && (hits[i - 1].metres > hits[i].metres ||
		                   (hits[i - 1].metres == hits[i].metres &&
		                    hits[i - 1].code > code));
	}
	for (k = 0; k < MAX_CODE; k++)
		wrong += !listed[k] && to[k] >= 0 && to[k] < radius &&
		         !alike(to[k], radius);
	for (k = 0; k < MAX_CODE; k++)
		wrong += !listed[k] && to[k] == 0 && radius >= 0;
	free(hits);
	return wrong;
}

/* Ask about places of all kinds; the number of wrong answers */
static int
check_places(const Gridmap *opened, bool geographic, uint64_t *random,
             int places, double scale)
{
	int wrong = 0;
	int i;

	for (i = 0; i < places; i++)
	{
		const TestRing *ring =
		    &map.rings[next_random(random) % (uint64_t) map.n];
		int j = (int) (next_random(random) % (uint64_t) ring->n);
		const double *a = ring->v + 2 * j;
		const double *b = ring->v + 2 * ((j + 1) % ring->n);
		double width = opened->xmax - opened->xmin;
		double radius = i % 7 == 0 ? 0 : scale * pow(10, -4 * uniform(random));
		double x;
		double y;

		switch (i % 4)
		{
			case 0:
				place_anywhere(opened, random, &x, &y);
				break;
			case 1:
				x = opened->xmin + (uniform(random) * 3 - 1) * width;
				y = opened->ymin + (uniform(random) * 3 - 1) * width;
				break;
			case 2:
				x = a[0];
				y = a[1];
				break;
			default:
				x = (a[0] + b[0]) / 2;
				y = (a[1] + b[1]) / 2;
		}
		if (geographic)
		{
			x = fmax(-180, fmin(180, x));
			y = fmax(-90, fmin(90, y));
		}
		wrong += check_hits(opened, geographic, x, y, radius) != 0;
	}
	return wrong;
}

static void
test_random(void)
{
	static const struct
	{
		const char *what;
		bool geographic;
		double x, y, size, scale;
	} tries[] = {
	    {"in a plane", false, 500000, 2500000, 20000, 30000},
	    {"in a plane at the origin", false, -5, -5, 10, 20},
	    {"in degrees", true, 113.7, 22.4, 0.5, 50000},
	    {"in degrees, a quarter of a province", true, 110, 45, 2, 300000},
	    {"in degrees, in the north", true, 20, 75, 3, 300000},
	    {"in degrees, a street", true, 113.7, 22.4, 0.001, 200},
	    {"in degrees, beside the meridian of 180", true, 178, -17, 2, 100000},
	};
	uint64_t random = 71;
	size_t k;

	for (k = 0; k < sizeof(tries) / sizeof(tries[0]); k++)
	{
		int round;
		int wrong = 0;

		for (round = 0; round < 4; round++)
		{
			double size = tries[k].size;
			uint8_t *bytes;
			size_t length;
			Gridmap opened;
			int i;

			free_test_map(&map);
			for (i = 0; i < 25; i++)
				add_star(&map, &random, 1 + i % 20,
				         tries[k].x + size * (0.2 + 0.6 * uniform(&random)),
				         tries[k].y + size * (0.2 + 0.6 * uniform(&random)),
				         size * (round % 2 == 0 ? 0.05 : 0.2), 3 + i % 9, 0,
				         i % 4 != 3);
			for (i = 1; i < map.n; i++)
				if (map.rings[i].part == map.rings[i - 1].part)
					map.rings[i].code = map.rings[i - 1].code;
			if (compile_test_map(&map, &bytes, &length) != GRIDMAP_OK ||
			    gridmap_validate(bytes, length, &opened) != GRIDMAP_OK)
				abort();
			wrong += check_places(&opened, tries[k].geographic, &random, 150,
			                      tries[k].scale);
			free(bytes);
		}
		ok(wrong == 0, "%s (%d wrong)", tries[k].what, wrong);
	}
}

/* Cells that share borders: the same distance to two of them, 0 to both */
static void
test_partition(void)
{
	uint64_t random = 72;
	uint8_t *bytes;
	size_t size;
	Gridmap opened;
	int i;

	free_test_map(&map);
	add_partition(&map, &random, 6, 5, 5, 113.7, 22.4, 0.05, 0.05);
	for (i = 0; i < map.n; i++)
		map.rings[i].code -= 999;
	if (compile_test_map(&map, &bytes, &size) != GRIDMAP_OK ||
	    gridmap_validate(bytes, size, &opened) != GRIDMAP_OK)
		abort();
	i = check_places(&opened, true, &random, 400, 3000);
	ok(i == 0, "a town in degrees (%d wrong)", i);
	i = check_places(&opened, false, &random, 400, 0.1);
	ok(i == 0, "the same as a plane (%d wrong)", i);
	free(bytes);
}

static void
add_rectangle(int64_t code, bool new_part, double x0, double y0, double x1,
              double y1)
{
	TestRing *ring = add_test_ring(&map, code, new_part, 4);
	double v[8] = {x0, y0, x1, y0, x1, y1, x0, y1};

	memcpy(ring->v, v, sizeof(v));
}

/* Answers that can be worked out by hand */
static void
test_by_hand(void)
{
	uint8_t *bytes;
	size_t size;
	Gridmap opened;
	GridmapHit *hits;
	size_t n;

	free_test_map(&map);
	add_rectangle(30, true, 0, 0, 10, 10);
	add_rectangle(20, true, 10, 0, 20, 10);
	add_rectangle(10, true, 30, 0, 40, 10);
	add_rectangle(10, false, 32, 2, 38, 8);
	add_rectangle(10, true, 0, 50, 10, 60);
	if (compile_test_map(&map, &bytes, &size) != GRIDMAP_OK ||
	    gridmap_validate(bytes, size, &opened) != GRIDMAP_OK)
		abort();

	ok(gridmap_near(&opened, false, 5, 5, 0, &test_memory, &hits, &n) ==
	           GRIDMAP_OK &&
	       n == 1 && hits[0].code == 30 && hits[0].metres == 0,
	   "radius 0 within a cell: that cell");
	free(hits);
	ok(gridmap_near(&opened, false, 10, 5, 0, &test_memory, &hits, &n) ==
	           GRIDMAP_OK &&
	       n == 2 && hits[0].code == 20 && hits[0].metres == 0 &&
	       hits[1].code == 30 && hits[1].metres == 0,
	   "radius 0 on a border: both cells, the smaller code first");
	free(hits);
	ok(gridmap_near(&opened, false, 25, 5, 0, &test_memory, &hits, &n) ==
	           GRIDMAP_OK &&
	       n == 0,
	   "radius 0 between cells: none");
	free(hits);
	ok(gridmap_near(&opened, false, 25, 5, 5, &test_memory, &hits, &n) ==
	           GRIDMAP_OK &&
	       n == 2 && hits[0].code == 10 && hits[0].metres == 5 &&
	       hits[1].code == 20 && hits[1].metres == 5,
	   "the radius belongs to what is asked for; equally near by code");
	free(hits);
	ok(gridmap_near(&opened, false, 24, 5, 100, &test_memory, &hits, &n) ==
	           GRIDMAP_OK &&
	       n == 3 && hits[0].code == 20 && hits[0].metres == 4 &&
	       hits[1].code == 10 && hits[1].metres == 6 && hits[2].code == 30 &&
	       hits[2].metres == 14,
	   "nearest first, a cell of two parts once");
	free(hits);
	ok(gridmap_near(&opened, false, 35, 5, 100, &test_memory, &hits, &n) ==
	           GRIDMAP_OK &&
	       n == 3 && hits[0].code == 10 && hits[0].metres == 3,
	   "in a hole: the distance to its border");
	free(hits);
	ok(gridmap_near(&opened, false, 5, 5, -1, &test_memory, &hits, &n) ==
	           GRIDMAP_OK &&
	       n == 0,
	   "a negative radius: none");
	free(hits);
	ok(gridmap_near(&opened, false, 5, 5, NAN, &test_memory, &hits, &n) ==
	           GRIDMAP_OK &&
	       n == 0,
	   "a radius that is not a number: none");
	free(hits);
	ok(gridmap_near(&opened, false, 5, 5, HUGE_VAL, &test_memory, &hits, &n) ==
	           GRIDMAP_OK &&
	       n == 3 && hits[2].code == 10 && hits[2].metres > 24.9,
	   "an infinite one: all");
	free(hits);

	ok(gridmap_border_distance(&opened, false, 3, 5) == 3 &&
	       gridmap_border_distance(&opened, false, 25, 5) == 5 &&
	       gridmap_border_distance(&opened, false, 35, 5) == 3 &&
	       gridmap_border_distance(&opened, false, 31, 1) == 1 &&
	       gridmap_border_distance(&opened, false, -3, -4) == 5,
	   "the nearest border, from within, between, in a hole, outside");
	ok(gridmap_border_distance(&opened, false, 10, 7) == 0 &&
	       gridmap_border_distance(&opened, false, 0, 0) == 0,
	   "on a border it is 0");
	free(bytes);

	/* a degree of the equator, and one of the meridian */
	free_test_map(&map);
	add_rectangle(1, true, 10, 0, 11, 1);
	if (compile_test_map(&map, &bytes, &size) != GRIDMAP_OK ||
	    gridmap_validate(bytes, size, &opened) != GRIDMAP_OK)
		abort();
	ok(fabs(gridmap_border_distance(&opened, true, 9, 0) - 111319.491) < 0.01,
	   "a degree of the equator has 111,319.491 m");
	ok(fabs(gridmap_border_distance(&opened, true, 10.5, -1) - 110574.389) <
	       0.01,
	   "one of the meridian there has 110,574.389 m");
	free(bytes);

	/* across the meridian of 180 degrees */
	free_test_map(&map);
	add_rectangle(1, true, 179, -1, 180, 1);
	add_rectangle(2, true, -170, -1, -160, 1);
	if (compile_test_map(&map, &bytes, &size) != GRIDMAP_OK ||
	    gridmap_validate(bytes, size, &opened) != GRIDMAP_OK)
		abort();
	ok(gridmap_near(&opened, true, -179.5, 0, 100000, &test_memory, &hits,
	                &n) == GRIDMAP_OK &&
	       n == 1 && hits[0].code == 1 &&
	       fabs(hits[0].metres - 55659.745) < 0.01,
	   "the shorter way may lead across the meridian of 180 degrees");
	free(hits);
	free(bytes);
}

static void
test_srids(void)
{
	ok(gridmap_srid_is_geographic(4326) && gridmap_srid_is_geographic(4490),
	   "WGS 84 and CGCS2000 are in degrees");
	ok(!gridmap_srid_is_geographic(0) && !gridmap_srid_is_geographic(3857) &&
	       !gridmap_srid_is_geographic(4547) &&
	       !gridmap_srid_is_geographic(-1),
	   "projected systems and none are not");
}

/* An allocator that gives up at the k-th request, and counts blocks. */
typedef struct Purse
{
	int requests;
	int last;
	int blocks;
} Purse;

static void *
purse_resize(void *context, void *block, size_t size)
{
	Purse *purse = context;

	if (size == 0)
	{
		free(block);
		purse->blocks--;
		return NULL;
	}
	if (purse->requests++ >= purse->last)
		return NULL;
	purse->blocks += block == NULL;
	return realloc(block, size);
}

static void
test_no_memory(void)
{
	uint8_t *bytes;
	size_t size;
	Gridmap opened;
	int wrong = 0;
	int i;

	free_test_map(&map);
	for (i = 0; i < 300; i++)
		add_rectangle(1 + i, true, i, 0, i + 1, 1);
	if (compile_test_map(&map, &bytes, &size) != GRIDMAP_OK ||
	    gridmap_validate(bytes, size, &opened) != GRIDMAP_OK)
		abort();
	for (i = 0; i < 20; i++)
	{
		Purse purse = {0, i, 0};
		GridmapMemory memory = {purse_resize, NULL, &purse};
		GridmapHit *hits = (GridmapHit *) &purse;
		size_t n = 77;
		GridmapStatus status =
		    gridmap_near(&opened, false, 0, 0, 1e9, &memory, &hits, &n);

		if (status == GRIDMAP_OK)
		{
			wrong += n != 300 || purse.blocks != 1 || hits[299].code != 300;
			free(hits);
			break;
		}
		wrong += status != GRIDMAP_NO_MEMORY || hits != NULL || n != 0 ||
		         purse.blocks != 0;
	}
	ok(wrong == 0 && i > 2 && i < 20,
	   "refused any of %d requests for memory, it gives back what it had", i);
	free(bytes);
}

int
main(void)
{
	test_by_hand();
	test_random();
	test_partition();
	test_srids();
	test_no_memory();
	free_test_map(&map);
	return done_testing();
}
