/*
 * gridmap_ahead.h
 *	  Have memory fetched for the points of rows to come.
 */
#ifndef CIVICGRID_PG_GRIDMAP_AHEAD_H
#define CIVICGRID_PG_GRIDMAP_AHEAD_H

#include "postgres.h"

#include "storage/off.h"

#include "core/gridmap.h"

/* How many rows ahead the directory is asked for, and the leaf */
#define ENTRIES_AHEAD 6
#define LEAVES_AHEAD  3
#define AHEAD         8 /* above both, a power of two */

/* Where a function's points come from; zeroed at first */
typedef struct GridmapAhead
{
	const char *page;
	OffsetNumber item;     /* of the last point; or given up: of the page */
	OffsetNumber expected; /* the last whose entry was asked for */
	uint32 entries[AHEAD]; /* by item */
} GridmapAhead;

extern void gridmap_look_ahead(GridmapAhead *ahead, const Gridmap *map,
                               const char *point);

#endif /* CIVICGRID_PG_GRIDMAP_AHEAD_H */
