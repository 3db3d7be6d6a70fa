/*
 * gridmap_probe.h
 *	  What the tests of gridmap do to a value: read it through a reader that
 *	  does not leave it, sum it again after a change, go through all of it.
 */
#ifndef CIVICGRID_TEST_GRIDMAP_PROBE_H
#define CIVICGRID_TEST_GRIDMAP_PROBE_H

#include <math.h>
#include <stdlib.h>

#include "core/checksum.h"
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
	uint64_t checksum = checksum_bytes(bytes + 24, size - 24);

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

/*
 * Mark all leaves as ones where the short cut cannot be used; the number of
 * leaves.  The value is not sealed again: it is for a map that is open.
 */
static inline uint32_t
forbid_short_cut(uint8_t *bytes, const Gridmap *map)
{
	uint64_t word;
	uint32_t leaves = 0;

	/* the heads of nodes are small numbers, like answers */
	for (word = 0; word < map->directory_words; word++)
	{
		uint32_t entry = load32(bytes + map->directory + 4 * word);
		uint64_t at = map->leaf + 4 * (uint64_t) ENTRY_VALUE(entry);
		unsigned flags;

		if (ENTRY_KIND(entry) != 1)
			continue;
		leaves++;
		do
		{
			uint64_t chain;
			uint64_t vertices;
			unsigned nchains = bytes[at + 2] >> 4 | bytes[at + 3] << 4;
			unsigned i;

			flags = bytes[at];
			bytes[at] |= LEAF_EXACT;
			chain = at + 4 + 4 * (uint64_t) (flags & LEAF_COUNT);
			vertices = chain + (uint64_t) nchains * CHAIN_BYTES;
			for (i = 0; i < nchains; i++)
				vertices += 4 * (uint64_t) bytes[chain + i * CHAIN_BYTES + 4];
			at = (vertices + 3) & ~UINT64_C(3);
		} while ((flags & LEAF_MORE) != 0);
	}
	return leaves;
}

#endif /* CIVICGRID_TEST_GRIDMAP_PROBE_H */
