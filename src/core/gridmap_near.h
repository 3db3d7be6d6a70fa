/*
 * gridmap_near.h
 *	  Distances from a point to the cells of a gridmap, and the cells as they
 *	  were given.  All of it needs the whole value, validated.
 */
#ifndef CIVICGRID_CORE_GRIDMAP_NEAR_H
#define CIVICGRID_CORE_GRIDMAP_NEAR_H

#include "gridmap.h"

typedef struct GridmapHit
{
	int64_t code;
	double metres;
} GridmapHit;

/*
 * Whether coordinates in this reference system are longitude and latitude in
 * degrees; else they are taken as metres in a plane.
 */
extern bool gridmap_srid_is_geographic(int32_t srid);

/*
 * The cells within a radius, nearest first and by code where equally near,
 * each once; 0 metres where a cell covers the point.  *hits is the caller's
 * to give back.
 */
extern GridmapStatus gridmap_near(const Gridmap *map, bool geographic,
                                  double x, double y, double radius,
                                  const GridmapMemory *memory,
                                  GridmapHit **hits, size_t *count);

/* Metres to the nearest border of any cell. */
extern double gridmap_border_distance(const Gridmap *map, bool geographic,
                                      double x, double y);

/* The rings of the parts, as they were given but for repeated vertices. */
extern int64_t gridmap_part_code(const Gridmap *map, uint32_t part);
extern void gridmap_part_rings(const Gridmap *map, uint32_t part,
                               uint32_t *first, uint32_t *end);
extern uint32_t gridmap_ring_size(const Gridmap *map, uint32_t ring);

typedef struct GridmapCursor
{
	const Gridmap *map;
	uint32_t run;
	uint32_t last_run;
	uint32_t step;
} GridmapCursor;

/* Vertices of a ring one by one, the first not repeated at the end. */
extern void gridmap_ring_begin(const Gridmap *map, uint32_t ring,
                               GridmapCursor *cursor);
extern bool gridmap_ring_next(GridmapCursor *cursor, double *x, double *y);

#endif /* CIVICGRID_CORE_GRIDMAP_NEAR_H */
