/*
 * gridmap_build.h
 *	  What the two halves of the compiler share: gridmap_build.c, which makes
 *	  edges out of rings and puts the value together, and gridmap_tiles.c,
 *	  which makes the index over the edges.
 */
#ifndef CIVICGRID_CORE_GRIDMAP_BUILD_H
#define CIVICGRID_CORE_GRIDMAP_BUILD_H

#include "gridmap_format.h"

#define NOBODY UINT32_MAX

/* The borders, each once, and whose they are */
typedef struct GridmapEdges
{
	double *vertices;     /* pairs */
	uint32_t (*owner)[2]; /* parts of edge i, NOBODY where there is none;
	                       * both for a vertex that begins no edge */
	uint32_t count;       /* of vertices */
	uint32_t edges;
} GridmapEdges;

/* The index in the making */
typedef struct GridmapTiles
{
	GridmapMemory *memory;
	const GridmapEdges *edges;
	GridmapHeader *header; /* extent known; tiles filled in */
	GridmapArray directory;
	GridmapArray leaves;
} GridmapTiles;

/*
 * Room for more elements, of unit bytes each, behind those in use; NULL if
 * there is no memory; used is not changed.
 */
extern void *gridmap_reserve(const GridmapMemory *memory, GridmapArray *array,
                             size_t more, size_t unit);
extern void gridmap_release(const GridmapMemory *memory, GridmapArray *array);
extern GridmapStatus gridmap_make_tiles(GridmapTiles *tiles);

#endif /* CIVICGRID_CORE_GRIDMAP_BUILD_H */
