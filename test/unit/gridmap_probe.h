/*
 * gridmap_probe.h
 *	  What the tests of gridmap do to a value: read it through a reader that
 *	  does not leave it, sum it again after a change, go through all of it.
 */
#ifndef CIVICGRID_TEST_GRIDMAP_PROBE_H
#define CIVICGRID_TEST_GRIDMAP_PROBE_H

#include <math.h>
#include <stdlib.h>

#include "core/gridmap_format.h"
#include "core/gridmap_near.h"
#include "tap.h"

/* The value that a reader reads, and what it has been asked for */
typedef struct ProbeBytes
{
	const uint8_t *at;
	uint64_t size;
	uint64_t reads;
	uint64_t most; /* reads that succeed; then it fails */
} ProbeBytes;

/* A reader is never to be asked for what is outside the value. */
static inline bool
probe_read(void *context, uint64_t offset, size_t length, void *target)
{
	ProbeBytes *bytes = context;

	if (offset > bytes->size || length > bytes->size - offset)
		abort();
	if (++bytes->reads > bytes->most)
		return false;
	memcpy(target, bytes->at + offset, length);
	return true;
}

static inline void
seal_value(uint8_t *bytes, size_t size)
{
	uint64_t checksum = gridmap_checksum(bytes + 24, size - 24);

	memcpy(bytes + 16, &checksum, sizeof(checksum));
}

/* Go through all rings; the number of their vertices. */
static inline uint64_t
visit_rings(const Gridmap *map)
{
	uint64_t sum = 0;
	uint32_t part;

	for (part = 0; part < map->parts; part++)
	{
		uint32_t ring;
		uint32_t end;

		if (gridmap_part_code(map, part) <= 0)
			abort();
		gridmap_part_rings(map, part, &ring, &end);
		for (; ring < end; ring++)
		{
			GridmapCursor cursor;
			uint32_t n = 0;
			double x;
			double y;

			gridmap_ring_begin(map, ring, &cursor);
			while (gridmap_ring_next(&cursor, &x, &y))
			{
				if (!isfinite(x) || !isfinite(y))
					abort();
				n++;
			}
			if (n != gridmap_ring_size(map, ring))
				abort();
			sum += n;
		}
	}
	return sum;
}

/*
 * The answer of both readers, which must be the same; INT64_MIN if they
 * differ or the second fails.
 */
static inline int64_t
locate_both(const Gridmap *map, double x, double y)
{
	ProbeBytes bytes = {map->bytes, map->size, 0, UINT64_MAX};
	int64_t trusting = gridmap_locate(map, x, y);
	int64_t wary = -1;

	if (gridmap_locate_read(map, probe_read, &bytes, x, y, &wary) !=
	        GRIDMAP_OK ||
	    wary != trusting)
		return INT64_MIN;
	return trusting;
}

/* A place within a map's extent or a little outside */
static inline void
place_anywhere(const Gridmap *map, uint64_t *random, double *x, double *y)
{
	double u = (double) (next_random(random) >> 11) * 0x1p-53;
	double v = (double) (next_random(random) >> 11) * 0x1p-53;

	*x = map->xmin + (u * 1.02 - 0.01) * (map->xmax - map->xmin);
	*y = map->ymin + (v * 1.02 - 0.01) * (map->ymax - map->ymin);
}

/* The border of a tile, or of a piece of one, that is nearest below */
static inline double
tile_border(double value, double unscale, uint64_t *random)
{
	double width = ldexp(unscale, (int) (next_random(random) % 44));

	return floor(value / width) * width;
}

/* One of the doubles around value, or itself */
static inline double
beside(double value, uint64_t *random)
{
	switch (next_random(random) % 3)
	{
		case 0:
			return nextafter(value, -HUGE_VAL);
		case 1:
			return nextafter(value, HUGE_VAL);
		default:
			return value;
	}
}

#endif /* CIVICGRID_TEST_GRIDMAP_PROBE_H */
