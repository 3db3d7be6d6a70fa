/*
 * fuzz_gridmap.h
 *	  What the fuzz targets of gridmap share: how bytes become polygons, and
 *	  that a compiled map answers as going through all edges does.
 */
#ifndef CIVICGRID_FUZZ_GRIDMAP_H
#define CIVICGRID_FUZZ_GRIDMAP_H

#define MAX_RINGS 512
#include "../unit/gridmap_maps.h"
#include "../unit/gridmap_probe.h"
#include "fuzz.h"

/* A double of any bits that is finite and not beyond what a map can hold */
static inline double
take_double(Input *in)
{
	uint64_t image = 0;
	double value;
	int i;

	for (i = 0; i < 8; i++)
		image |= (uint64_t) take(in) << 8 * i;
	memcpy(&value, &image, sizeof(value));
	if (!isfinite(value) || fabs(value) >= 0x1p400)
		value = ldexp((double) (image >> 12), -40);
	return value;
}

/*
 * Rings that are points are not compiled, nor are parts whose outer ring is
 * one; the oracle must not have them either.
 */
static inline void
drop_points(TestMap *map)
{
	int kept = 0;
	int i;
	int j;
	int part = 0;
	bool whole = false;

	for (i = 0; i < map->n; i++)
	{
		TestRing *ring = &map->rings[i];
		bool point = true;

		for (j = 1; j < ring->n; j++)
			point &= ring->v[0] == ring->v[2 * j] &&
			         ring->v[1] == ring->v[2 * j + 1];
		if (ring->part != part)
		{
			part = ring->part;
			whole = !point;
		}
		if (point || !whole)
			free(ring->v);
		else
			map->rings[kept++] = *ring;
	}
	map->n = kept;
}

/*
 * Polygons from bytes.  255 and a code begins a part, 254 a ring; any other
 * byte is a vertex: on a lattice of 16 by 16, or, if raw, followed by two
 * doubles.
 */
static inline void
take_map(Input *in, TestMap *map, bool raw, double x0, double y0, double width,
         double height)
{
	double v[2 * 600];
	int64_t code = 1;
	bool new_part = true;
	int n = 0;

	while (in->left > 0 || n > 0)
	{
		unsigned byte = in->left > 0 ? take(in) : 255;

		if (byte >= 254 || n == 600)
		{
			if (n > 0 && map->n < MAX_RINGS)
			{
				TestRing *ring = add_test_ring(map, code, new_part, n);

				memcpy(ring->v, v, sizeof(double) * 2 * (size_t) n);
				n = 0;
				new_part = false;
			}
			else
				n = 0;
			if (byte == 255)
			{
				code = 1 + (int64_t) take(in) % 60;
				new_part = true;
			}
			continue;
		}
		v[2 * n] = raw ? take_double(in) : x0 + (byte >> 4) * width;
		v[2 * n + 1] = raw ? take_double(in) : y0 + (byte & 15) * height;
		n++;
	}
	drop_points(map);
}

/* The parts from the last to the first */
static inline GridmapStatus
compile_reversed(const TestMap *map, uint8_t **bytes, size_t *size)
{
	GridmapBuilder b;
	int end = map->n;

	gridmap_begin(&b, &test_memory);
	while (end > 0)
	{
		int start = end - 1;
		int i;
		int j;

		while (start > 0 &&
		       map->rings[start - 1].part == map->rings[start].part)
			start--;
		gridmap_add_part(&b, map->rings[start].code);
		for (i = start; i < end; i++)
		{
			const TestRing *ring = &map->rings[i];

			gridmap_add_ring(&b);
			for (j = 0; j <= ring->n; j++)
				gridmap_add_vertex(&b, ring->v[2 * (j % ring->n)],
				                   ring->v[2 * (j % ring->n) + 1]);
			gridmap_end_ring(&b);
		}
		end = start;
	}
	return gridmap_compile(&b, 4326, 0, bytes, size);
}

static inline void
require_answer(const Gridmap *opened, const TestMap *map, double x, double y)
{
	REQUIRE(locate_both(opened, x, y) == locate_slowly(map, x, y));
}

/* Places of all kinds, at most so many of each */
static inline void
require_answers(const Gridmap *opened, const TestMap *map, uint64_t *random,
                int places)
{
	int i;

	for (i = 0; i < places; i++)
	{
		const TestRing *ring =
		    &map->rings[next_random(random) % (uint64_t) map->n];
		int j = (int) (next_random(random) % (uint64_t) ring->n);
		const double *a = ring->v + 2 * j;
		const double *b = ring->v + 2 * ((j + 1) % ring->n);
		double t = uniform(random);
		double x = a[0] + t * (b[0] - a[0]);
		double y = a[1] + t * (b[1] - a[1]);
		double u;
		double v;

		require_answer(opened, map, a[0], a[1]);
		require_answer(opened, map, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
		require_answer(opened, map, x, y);
		require_answer(opened, map, beside(x, random), beside(y, random));
		require_answer(opened, map, beside(a[0], random),
		               beside(a[1], random));
		place_anywhere(opened, random, &u, &v);
		require_answer(opened, map, u, v);
		u = beside(tile_border(u, opened->unscale_x, random), random);
		require_answer(opened, map, u, a[1]);
		require_answer(opened, map, u, v);
		v = beside(tile_border(v, opened->unscale_y, random), random);
		require_answer(opened, map, a[0], v);
		require_answer(opened, map, u, v);
		u = ldexp(opened->unscale_x, (int) (next_random(random) % 40));
		v = ldexp(opened->unscale_y, (int) (next_random(random) % 40));
		require_answer(opened, map, x + (uniform(random) - 0.5) * 8 * u,
		               y + (uniform(random) - 0.5) * 8 * v);
	}
}

#endif /* CIVICGRID_FUZZ_GRIDMAP_H */
