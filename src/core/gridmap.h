/*
 * gridmap.h
 *	  A map of cells compiled into one flat value, and the cell of a point.
 *
 * The value answers "which is the smallest code among the cells whose closed
 * polygon covers this point?" exactly, borders and corners included, at the
 * price of two or three visits to memory.  Its layout is described in
 * gridmap_format.h, how it is made in gridmap_build.c.
 *
 * Polygons are read by the even-odd rule within each part, coordinates as a
 * plane, as PostGIS does for geometry.
 */
#ifndef CIVICGRID_CORE_GRIDMAP_H
#define CIVICGRID_CORE_GRIDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum GridmapStatus
{
	GRIDMAP_OK = 0,
	GRIDMAP_NO_MEMORY, /* the caller's allocator gave none */
	GRIDMAP_TOO_LARGE, /* more than the format can hold */
	GRIDMAP_TANGLED,   /* thousands of borders in one spot */
	GRIDMAP_SHORT,     /* not even a header, or cut off */
	GRIDMAP_MAGIC,     /* not a gridmap */
	GRIDMAP_VERSION,   /* of a version that this code does not know */
	GRIDMAP_BYTEORDER, /* made on a machine of the other byte order */
	GRIDMAP_CHECKSUM,  /* bytes have changed since it was made */
	GRIDMAP_STRUCTURE  /* not what this code makes, or the reader failed */
} GridmapStatus;

/*
 * What core may ask of its caller while it builds.  resize is realloc: a NULL
 * block to begin with, size 0 to give back; poll is called now and then and
 * may not return.
 */
typedef struct GridmapMemory
{
	void *(*resize)(void *context, void *block, size_t size);
	void (*poll)(void *context);
	void *context;
} GridmapMemory;

/* A part: one polygon of a cell */
typedef struct GridmapPart
{
	int64_t code;
	uint32_t first_ring;
	uint32_t rings;
	bool collapsed; /* its outer ring was a point */
} GridmapPart;

/* Where a ring's vertices begin, counted in vertices */
typedef struct GridmapRing
{
	uint64_t first;
	uint32_t count;
} GridmapRing;

/* An array that grows */
typedef struct GridmapArray
{
	void *at;
	size_t used;
	size_t room;
} GridmapArray;

typedef struct GridmapBuilder
{
	GridmapMemory memory;
	GridmapStatus status;
	GridmapArray points; /* doubles: x, y, x, y, … */
	GridmapArray rings;
	GridmapArray parts;
	uint64_t given; /* vertices as they came, closing ones included */
} GridmapBuilder;

/*
 * Collect: part, then its rings, outer first, then the vertices of each ring.
 * Coordinates must be finite.  Faults are kept in status.
 */
extern void gridmap_begin(GridmapBuilder *builder,
                          const GridmapMemory *memory);
extern void gridmap_add_part(GridmapBuilder *builder, int64_t code);
extern void gridmap_add_ring(GridmapBuilder *builder);
extern void gridmap_add_vertex(GridmapBuilder *builder, double x, double y);
extern void gridmap_end_ring(GridmapBuilder *builder);
extern void gridmap_free(GridmapBuilder *builder);

/*
 * Compile what was collected, which is used up.  The value begins prefix bytes
 * into the block that is returned, for the caller's own header.
 */
extern GridmapStatus gridmap_compile(GridmapBuilder *builder, int32_t srid,
                                     size_t prefix, uint8_t **block,
                                     size_t *size);

/* What the header tells. */
typedef struct GridmapInfo
{
	int32_t srid;
	uint32_t cells;
	uint32_t parts;
	uint32_t rings;
	uint64_t vertices; /* as given, closing ones included */
	uint32_t edges;    /* distinct */
	uint32_t tiles;
	uint32_t leaves;
	uint64_t bytes;
	double xmin, ymin, xmax, ymax;
	uint64_t digest;
} GridmapInfo;

#define GRIDMAP_HEADER_BYTES 256

/*
 * A gridmap opened for reading.  bytes is NULL where the value is read in
 * pieces.
 */
typedef struct Gridmap
{
	const uint8_t *bytes;
	uint64_t size;
	double xmin, ymin, xmax, ymax;
	double scale_x, scale_y;
	double unscale_x, unscale_y;
	int64_t origin_x, origin_y;
	uint32_t nx, ny;
	int shift;
	uint64_t directory; /* offsets in bytes … */
	uint32_t directory_words;
	uint64_t leaf;
	uint32_t leaf_words;
	uint64_t codes;
	uint32_t parts;
	uint32_t rings;
	uint32_t runs;
	uint32_t pool; /* vertices */
	uint64_t boxes;
	uint64_t part_rings;
	uint64_t ring_runs;
	uint64_t run_list;
	uint64_t vertices;
} Gridmap;

/* Read the header alone; size is that of the whole value. */
extern GridmapStatus gridmap_open(const uint8_t *header, uint64_t size,
                                  Gridmap *map);
extern void gridmap_info(const uint8_t *header, GridmapInfo *info);

/* Check a value in memory in full; on success it can be trusted. */
extern GridmapStatus gridmap_validate(const uint8_t *bytes, uint64_t size,
                                      Gridmap *map);

/* Copies length bytes at offset, which are inside the value, to target. */
typedef bool (*GridmapReadFn)(void *context, uint64_t offset, size_t length,
                              void *target);

/*
 * The smallest code that covers the point, or 0.  The first trusts a validated
 * value in memory; the second trusts nothing but the size.
 */
extern int64_t gridmap_locate(const Gridmap *map, double x, double y);
extern GridmapStatus gridmap_locate_read(const Gridmap *map,
                                         GridmapReadFn read, void *context,
                                         double x, double y, int64_t *code);

/*
 * Have memory fetched that a lookup of a place to come will visit.  First its
 * entry of the directory; when that has arrived, what the entry leads to.
 * Only time depends on them: any place and any entry will do.
 */
#define GRIDMAP_NO_ENTRY UINT32_MAX
extern uint32_t gridmap_expect(const Gridmap *map, double x, double y);
extern void gridmap_expect_more(const Gridmap *map, uint32_t entry);

#endif /* CIVICGRID_CORE_GRIDMAP_H */
