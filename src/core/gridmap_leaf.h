/*
 * gridmap_leaf.h
 *	  The tile at hand while a gridmap is made: which parts cover its reference
 *	  point, and the leaf that is written for it.
 */
#ifndef CIVICGRID_CORE_GRIDMAP_LEAF_H
#define CIVICGRID_CORE_GRIDMAP_LEAF_H

#include "gridmap_build.h"

/* The parts that cover a place, ascending */
typedef struct GridmapState
{
	GridmapArray parts;
} GridmapState;

typedef struct GridmapMaker
{
	GridmapTiles *out;
	const GridmapMemory *memory;
	const double *vertices;
	uint32_t (*owner)[2];
	double scale_x, scale_y;     /* to lattice units … */
	double unscale_x, unscale_y; /* … and back */
	int finest;                  /* least shift of a tile */
	GridmapArray chains;         /* of the leaf at hand */
	GridmapArray quantised;      /* its vertices, pairs of int16 */
	GridmapArray locals;         /* its parts */
} GridmapMaker;

/* A tile and its edges */
typedef struct GridmapLeaf
{
	int64_t x, y; /* of the tile's corner, in lattice units */
	int shift;
	const uint32_t *list; /* of its edges, ascending */
	uint32_t n;
	const GridmapState *state; /* at its reference point 0 */
} GridmapLeaf;

static inline double
gridmap_real_x(const GridmapMaker *m, int64_t x)
{
	return (double) x * m->unscale_x;
}

static inline double
gridmap_real_y(const GridmapMaker *m, int64_t y)
{
	return (double) y * m->unscale_y;
}

/* The tile's reference point k */
static inline double
gridmap_reference_x(const GridmapMaker *m, int64_t x, int shift, int k)
{
	return gridmap_real_x(m, x + ((int64_t) gridmap_references[k][0]
	                              << (shift - GRIDMAP_UNIT_BITS)));
}

static inline double
gridmap_reference_y(const GridmapMaker *m, int64_t y, int shift, int k)
{
	return gridmap_real_y(m, y + ((int64_t) gridmap_references[k][1]
	                              << (shift - GRIDMAP_UNIT_BITS)));
}

extern bool gridmap_copy_state(const GridmapMaker *m, GridmapState *to,
                               const GridmapState *from);

/* Take the state along the way sideways to tx, then to (tx, ty). */
extern bool gridmap_walk(const GridmapMaker *m, GridmapState *state,
                         const uint32_t *list, uint32_t n, double fx,
                         double fy, double tx, double ty);

/* The entry of a tile: an answer, or a leaf that is written. */
extern GridmapStatus
gridmap_make_leaf(GridmapMaker *m, const GridmapLeaf *leaf, uint32_t *entry);

#endif /* CIVICGRID_CORE_GRIDMAP_LEAF_H */
