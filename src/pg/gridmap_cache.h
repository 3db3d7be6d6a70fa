/*
 * gridmap_cache.h
 *	  Gridmaps that this backend has at hand.
 */
#ifndef CIVICGRID_PG_GRIDMAP_CACHE_H
#define CIVICGRID_PG_GRIDMAP_CACHE_H

#include "postgres.h"

#include "fmgr.h"

#include "core/gridmap.h"

#include "gridmap_ahead.h"

/*
 * A gridmap as a function uses it.  map->bytes is set where the whole value
 * is at hand and has been validated; else it is read in pieces.
 */
typedef struct GridmapUse
{
	const Gridmap *map;
	int32 srid;
	GridmapReadFn read;
	void *context;
} GridmapUse;

/*
 * What a function keeps between calls to find its gridmap again; zeroed by
 * the caller at first.
 */
typedef struct GridmapMemo
{
	uint8 pointer[32]; /* the TOAST pointer last seen … */
	bool known;        /* … if there was one, */
	int slot;          /* and where in the cache its map is */
	uint64 serial;
	GridmapAhead ahead;
	/* a value in memory that is not in the cache */
	Gridmap direct;
	Size direct_size;
} GridmapMemo;

extern void gridmap_cache_init(void);
extern void gridmap_use(Datum value, GridmapMemo *memo, GridmapUse *use);
extern const uint8 *gridmap_use_whole(Datum value, GridmapMemo *memo,
                                      MemoryContext context, Gridmap *map);
extern void gridmap_header(Datum value, uint8 *header, Size *size);
extern _Noreturn void gridmap_refuse(GridmapStatus status, const char *where);

#endif /* CIVICGRID_PG_GRIDMAP_CACHE_H */
