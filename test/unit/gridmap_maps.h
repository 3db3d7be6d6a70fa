/*
 * gridmap_maps.h
 *	  Maps for the tests of gridmap, and a slow, plain way to find the cell of
 *	  a point: every part, every edge, in the order in which they came.
 */
#ifndef CIVICGRID_TEST_GRIDMAP_MAPS_H
#define CIVICGRID_TEST_GRIDMAP_MAPS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/gridmap_format.h"
#include "tap.h"

#ifndef MAX_RINGS
#define MAX_RINGS 4096
#endif

typedef struct TestRing
{
	int64_t code;
	int part; /* rings of one number are one polygon */
	int n;
	double *v;
} TestRing;

typedef struct TestMap
{
	int n;
	TestRing rings[MAX_RINGS];
	int nparts;
} TestMap;

static inline void *
test_resize(void *context, void *block, size_t size)
{
	(void) context;
	if (size == 0)
	{
		free(block);
		return NULL;
	}
	return realloc(block, size);
}

static const GridmapMemory test_memory = {test_resize, NULL, NULL};

static inline TestRing *
add_test_ring(TestMap *map, int64_t code, bool new_part, int n)
{
	TestRing *ring = &map->rings[map->n++];

	if (map->n > MAX_RINGS)
		abort();
	if (new_part)
		map->nparts++;
	ring->code = code;
	ring->part = map->nparts;
	ring->n = n;
	ring->v = malloc(sizeof(double) * 2 * (size_t) n);
	return ring;
}

static inline void
free_test_map(TestMap *map)
{
	while (map->n > 0)
		free(map->rings[--map->n].v);
	map->nparts = 0;
}

static inline GridmapStatus
compile_test_map(const TestMap *map, uint8_t **bytes, size_t *size)
{
	GridmapBuilder b;
	int i;
	int j;

	gridmap_begin(&b, &test_memory);
	for (i = 0; i < map->n; i++)
	{
		const TestRing *ring = &map->rings[i];

		if (i == 0 || map->rings[i - 1].part != ring->part)
			gridmap_add_part(&b, ring->code);
		gridmap_add_ring(&b);
		for (j = 0; j <= ring->n; j++) /* closed, as they come */
			gridmap_add_vertex(&b, ring->v[2 * (j % ring->n)],
			                   ring->v[2 * (j % ring->n) + 1]);
		gridmap_end_ring(&b);
	}
	return gridmap_compile(&b, 4326, 0, bytes, size);
}

/* The oracle: even-odd within each part, borders belong to it. */
static inline int64_t
locate_slowly(const TestMap *map, double x, double y)
{
	int64_t best = 0;
	int i = 0;

	while (i < map->n)
	{
		int part = map->rings[i].part;
		int64_t code = map->rings[i].code;
		bool in = false;
		bool on = false;

		for (; i < map->n && map->rings[i].part == part; i++)
		{
			const TestRing *ring = &map->rings[i];
			int j;

			for (j = 0; j < ring->n; j++)
			{
				const double *a = ring->v + 2 * j;
				const double *b = ring->v + 2 * ((j + 1) % ring->n);
				int side;

				/* neither on it nor crossed sideways: most edges */
				if ((a[1] < y && b[1] < y) || (a[1] > y && b[1] > y))
					continue;
				side = orient_exact(a[0], a[1], b[0], b[1], x, y);
				if (side == 0 && x >= fmin(a[0], b[0]) &&
				    x <= fmax(a[0], b[0]) && y >= fmin(a[1], b[1]) &&
				    y <= fmax(a[1], b[1]))
					on = true;
				if ((a[1] <= y) != (b[1] <= y) &&
				    (a[1] <= y ? side > 0 : side < 0))
					in = !in;
			}
		}
		if ((in || on) && (best == 0 || code < best))
			best = code;
	}
	return best;
}

static inline double
uniform(uint64_t *random)
{
	return (double) (next_random(random) >> 11) * 0x1p-53;
}

/*
 * A polygon around (cx, cy) that does not cross itself: n corners at growing
 * angles.  Coordinates are rounded to multiples of grain, if it is not zero.
 */
static inline void
add_star(TestMap *map, uint64_t *random, int64_t code, double cx, double cy,
         double radius, int n, double grain, bool new_part)
{
	TestRing *ring = add_test_ring(map, code, new_part, n);
	int i;

	for (i = 0; i < n; i++)
	{
		double angle = 6.283185307179586 * (i + 0.9 * uniform(random)) / n;
		double r = radius * (0.3 + 0.7 * uniform(random));
		double x = cx + r * cos(angle);
		double y = cy + r * sin(angle);

		ring->v[2 * i] = grain > 0 ? floor(x / grain) * grain : x;
		ring->v[2 * i + 1] = grain > 0 ? floor(y / grain) * grain : y;
	}
}

/*
 * A partition of nx by ny cells with crooked borders of steps edges, shared
 * exactly by the neighbours.
 */
static inline void
add_partition(TestMap *map, uint64_t *random, int nx, int ny, int steps,
              double x0, double y0, double width, double height)
{
	int columns = nx + 1;
	/* corner, then the border to the right and the one upward */
	size_t per = 2 * (size_t) (1 + 2 * (steps - 1));
	double *at = malloc(sizeof(double) * per * (size_t) (columns * (ny + 1)));
	int i;
	int j;
	int k;
	int d;

	for (j = 0; j <= ny; j++)
		for (i = 0; i <= nx; i++)
		{
			double *p = at + per * (size_t) (j * columns + i);

			p[0] = x0 + (i + 0.4 * (uniform(random) - 0.5)) * width / nx;
			p[1] = y0 + (j + 0.4 * (uniform(random) - 0.5)) * height / ny;
		}
	for (j = 0; j <= ny; j++)
		for (i = 0; i <= nx; i++)
			for (d = 0; d < 2; d++)
			{
				double *p = at + per * (size_t) (j * columns + i);
				const double *q;
				double *out = p + 2 + d * 2 * (steps - 1);

				if ((d == 0 && i == nx) || (d == 1 && j == ny))
					continue;
				q = p + per * (size_t) (d == 0 ? 1 : columns);
				for (k = 1; k < steps; k++)
				{
					double t = (double) k / steps;
					double wx =
					    0.3 * (uniform(random) - 0.5) * width / nx / steps;
					double wy =
					    0.3 * (uniform(random) - 0.5) * height / ny / steps;

					*out++ = p[0] + t * (q[0] - p[0]) + (d ? 8 : 1) * wx;
					*out++ = p[1] + t * (q[1] - p[1]) + (d ? 1 : 8) * wy;
				}
			}
	for (j = 0; j < ny; j++)
		for (i = 0; i < nx; i++)
		{
			TestRing *ring =
			    add_test_ring(map, 1000 + j * nx + i, true, 4 * steps);
			double *out = ring->v;
			const double *corner[4];
			int side;

			corner[0] = at + per * (size_t) (j * columns + i);
			corner[1] = corner[0] + per;
			corner[2] = corner[1] + per * (size_t) columns;
			corner[3] = corner[2] - per;
			for (side = 0; side < 4; side++)
			{
				const double *from = corner[side];
				const double *base =
				    side < 2 ? corner[side] : corner[(side + 1) % 4];
				const double *border = base + 2 + (side % 2) * 2 * (steps - 1);

				*out++ = from[0];
				*out++ = from[1];
				for (k = 1; k < steps; k++)
				{
					int m = side < 2 ? k : steps - k;

					*out++ = border[2 * (m - 1)];
					*out++ = border[2 * (m - 1) + 1];
				}
			}
		}
	free(at);
}

#endif /* CIVICGRID_TEST_GRIDMAP_MAPS_H */
