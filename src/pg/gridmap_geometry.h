/*
 * gridmap_geometry.h
 *	  What the functions of gridmap require of geometries, and how they refuse
 *	  others; and the one lookup that they share.
 */
#ifndef CIVICGRID_PG_GRIDMAP_GEOMETRY_H
#define CIVICGRID_PG_GRIDMAP_GEOMETRY_H

#include "postgres.h"

#include <math.h>

#include "core/geomwire.h"

#include "gridmap_cache.h"

/* WGS 84 and CGCS2000 are the same frame to a few centimetres. */
static inline bool
gridmap_same_srid(int32 a, int32 b)
{
	return a == b || ((a == 4326 || a == 4490) && (b == 4326 || b == 4490));
}

extern _Noreturn void gridmap_refuse_geometry(GeomwireStatus status,
                                              const char *what,
                                              const char *wanted);
extern _Noreturn void gridmap_refuse_srid(const char *what, int32 srid,
                                          const char *other, int32 other_srid);
extern _Noreturn void gridmap_refuse_infinite(const char *what, double x,
                                              double y);

static inline void
gridmap_check_finite(const char *what, double x, double y)
{
	if (unlikely(!isfinite(x) || !isfinite(y)))
		gridmap_refuse_infinite(what, x, y);
}

extern GridmapMemo *gridmap_new_memo(MemoryContext context);
/* The code, or 0 where there is no cell. */
extern int64 gridmap_locate_point(Datum map, GridmapMemo *memo, Datum point);

#endif /* CIVICGRID_PG_GRIDMAP_GEOMETRY_H */
