/*
 * gridmap_format.h
 *	  The bytes of a gridmap, and the arithmetic that its maker and its
 *	  readers must share.
 *
 *	  header      256 bytes
 *	  codes       int64 for each part, ascending
 *	  directory   words of 32 bits
 *	  leaves      of varying length, in words of 32 bits
 *	  boxes       four doubles for each part: xmin, ymin, xmax, ymax
 *	  part rings  for each part the number of its first ring, and one more
 *	  ring runs   for each ring the number of its first run, and one more
 *	  runs        two words: first edge; edges * 2 + 1 if read backwards
 *	  vertices    pairs of doubles
 *
 * A part is one polygon of a cell; parts are numbered in the order of their
 * codes.  A border between two cells is stored once: edge i leads from vertex
 * i to vertex i + 1, and a ring is a list of runs of edges.
 *
 * Tiles.  The plane is cut into tiles whose width and height are powers of
 * two and whose corners are multiples of these, so that the tile of a point
 * follows from its coordinates without any rounding: multiplied by a power of
 * two and rounded down they are whole numbers (lattice units), whose high bits
 * are the tile's column or row and whose next 14 bits are the place within the
 * tile.  A directory entry is one of
 *
 *	  00  number of a part plus one, or zero: all of the tile lies in that
 *	      part and in none of a smaller code, or in none at all
 *	  01  a leaf, as an offset in words
 *	  10  a node, as an offset in words from the start of the directory: a
 *	      word with the number of bits a, then 4^a entries, one for each of
 *	      the tile's 2^a by 2^a parts
 *
 * Leaves hold the borders that cross a tile, at most eight parts to a leaf:
 *
 *	  byte 0      number of parts; 16: another leaf follows, for parts of
 *	              greater codes; 32: the short cut below cannot be used
 *	  byte 1      mask of the parts that cover the reference point, corrected
 *	              so that the short cut gives the right answer
 *	  bytes 2, 3  number of chains * 16 + number of the reference point
 *	  parts       a word each, ascending
 *	  chains      six bytes each: first edge, with bit 31 if a vertex was put
 *	              before and bit 30 if one was put behind; vertices; mask
 *	  vertices    pairs of int16, in 1/16384 of the tile, rounded down
 *
 * The short cut.  A leaf gives its borders twice: in full, as numbers of edges
 * with both ends in doubles, and rounded down to 1/16384 of the tile.  Going
 * straight down from a point (rounded the same way) and toggling, at each
 * border crossed, the parts on it, leads from the parts that cover the point
 * to a state that is the same for the whole tile: byte 1.  Rounding moves the
 * borders and the point by less than one unit in each coordinate, hence by
 * less than the square root of two against each other.  A point that stays
 * farther than that from every rounded border was not passed over by any
 * border on its way, and the answer found is that of the true borders.
 * Otherwise, for about one point in a thousand, the true borders are asked.
 *
 * So that nothing else than passing over the point can change the answer, a
 * chain may end only where the way down cannot meet its end: at a junction,
 * where all parts' borders go on in other chains, or outside the tile to the
 * left, to the right or above.  An end below the tile is continued to the
 * left, beneath the tile.  Borders are followed to twice the tile's size
 * around it and cut there; all that come closer than four units are included.
 *
 * The true borders are asked in the same manner, but going from the point to
 * the reference point of the tile, first sideways, then up or down, with exact
 * tests (orient.h).  A way that meets a vertex is taken to lie a little to the
 * right and, much less, above: a point (x, y) of it is (x + e, y + e^2) for
 * an e that is smaller than any other number but zero.
 */
#ifndef CIVICGRID_CORE_GRIDMAP_FORMAT_H
#define CIVICGRID_CORE_GRIDMAP_FORMAT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "gridmap.h"
#include "orient.h"

#define GRIDMAP_MAGIC_NUMBER 0x50414D47 /* "GMAP" */
#define GRIDMAP_FORMAT       1
#define GRIDMAP_BYTE_ORDER   0x0102

typedef struct GridmapHeader
{
	uint32_t magic;
	uint16_t format;
	uint16_t byte_order;
	uint64_t bytes;
	uint64_t checksum; /* of all bytes behind this field */
	int32_t srid;
	uint32_t cells;
	uint32_t parts;
	uint32_t rings;
	uint32_t runs;
	uint32_t pool;
	uint32_t edges;
	uint32_t tiles;
	uint32_t leaves;
	uint32_t directory_words;
	uint32_t leaf_words;
	uint32_t nx;
	uint32_t ny;
	int32_t width_bits;  /* a tile of the top level is 2^this wide … */
	int32_t height_bits; /* … and 2^this high */
	int32_t shift;       /* bits of a lattice number below its tile */
	uint64_t ring_vertices;
	int64_t origin_x; /* column and row of the first tile */
	int64_t origin_y;
	double xmin, ymin, xmax, ymax;
	uint8_t zero[GRIDMAP_HEADER_BYTES - 144];
} GridmapHeader;

/* Where the sections begin */
typedef struct GridmapLayout
{
	uint64_t codes;
	uint64_t directory;
	uint64_t leaves;
	uint64_t boxes;
	uint64_t part_rings;
	uint64_t ring_runs;
	uint64_t runs;
	uint64_t vertices;
	uint64_t end;
} GridmapLayout;

/* Limits that keep every number within its field */
#define GRIDMAP_MAX_TILES    (1 << 27)
#define GRIDMAP_MAX_POOL     (1 << 30)
#define GRIDMAP_MAX_PARTS    (1 << 30)
#define GRIDMAP_MAX_WORDS    (1 << 30)
#define GRIDMAP_MAX_SHIFT    48
#define GRIDMAP_UNIT_BITS    14
#define GRIDMAP_UNITS        (1 << GRIDMAP_UNIT_BITS)
#define GRIDMAP_MAX_FAN_BITS 5

#define ENTRY_KIND(entry)  ((entry) >> 30)
#define ENTRY_VALUE(entry) ((entry) &0x3FFFFFFF)
#define ENTRY_LEAF         UINT32_C(0x40000000)
#define ENTRY_NODE         UINT32_C(0x80000000)

#define LEAF_PARTS       8
#define LEAF_COUNT       0x0F
#define LEAF_MORE        0x10
#define LEAF_EXACT       0x20
#define LEAF_CHAINS      4095
#define CHAIN_BYTES      6
#define CHAIN_VERTICES   255
#define CHAIN_PUT_BEFORE UINT32_C(0x80000000)
#define CHAIN_PUT_BEHIND UINT32_C(0x40000000)
#define CHAIN_EDGE       UINT32_C(0x3FFFFFFF)

/* Where borders are cut, in units around the tile */
#define WINDOW_LOW  (-GRIDMAP_UNITS)
#define WINDOW_HIGH (2 * GRIDMAP_UNITS - 1)

/* Places that a leaf can have its reference point at, in units */
#define REFERENCES 16
extern const int16_t gridmap_references[REFERENCES][2];

static inline uint32_t
load32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static inline int64_t
load64(const uint8_t *at)
{
	int64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static inline int
load16(const uint8_t *at)
{
	int16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* 2^bits, bits between -1022 and 1023 */
static inline double
power_of_two(int bits)
{
	uint64_t image = (uint64_t) (bits + 1023) << 52;
	double value;

	memcpy(&value, &image, sizeof(value));
	return value;
}

/* The greatest whole number that is not above value; |value| < 2^62 */
static inline int64_t
floor_to_int(double value)
{
	int64_t down = (int64_t) value;

	return down - (value < (double) down);
}

/* The side of (px + e, py + e^2) as seen from A on the way to B */
static inline int
side_of_shifted(double ax, double ay, double bx, double by, double px,
                double py)
{
	int side = orient_sign(ax, ay, bx, by, px, py);

	if (side == 0)
		side = by != ay ? (by < ay ? 1 : -1) : (bx > ax ? 1 : -1);
	return side;
}

/*
 * Does the edge from A to B cross the way from F sideways to (tx, fy), then
 * to T an odd number of times?
 */
static inline bool
edge_crosses_way(double ax, double ay, double bx, double by, double fx,
                 double fy, double tx, double ty)
{
	bool crosses = false;
	int corner = 0;

	if ((ay <= fy) != (by <= fy) &&
	    !(ax < fx && ax < tx && bx < fx && bx < tx) &&
	    !(ax > fx && ax > tx && bx > fx && bx > tx))
	{
		corner = side_of_shifted(ax, ay, bx, by, tx, fy);
		crosses = side_of_shifted(ax, ay, bx, by, fx, fy) != corner;
	}
	if (fy != ty && (ax <= tx) != (bx <= tx) &&
	    !(ay < fy && ay < ty && by < fy && by < ty) &&
	    !(ay > fy && ay > ty && by > fy && by > ty))
	{
		if (corner == 0)
			corner = side_of_shifted(ax, ay, bx, by, tx, fy);
		crosses ^= side_of_shifted(ax, ay, bx, by, tx, ty) != corner;
	}
	return crosses;
}

/*
 * Does the chain cross the way straight down from the point an odd number of
 * times?  *near is set if the point is too near to it to tell.
 */
static inline bool
chain_crosses_down(const uint8_t *vertices, int count, int px, int py,
                   bool *near)
{
	bool odd = false;
	int ax = load16(vertices);
	int ay = load16(vertices + 2);
	int i;

	for (i = 1; i < count; i++)
	{
		int bx = load16(vertices + 4 * i);
		int by = load16(vertices + 4 * i + 2);
		int dx = bx - ax;
		int dy = by - ay;
		int64_t cross = (int64_t) dx * (py - ay) - (int64_t) dy * (px - ax);
		int64_t limit = 2 * ((dx < 0 ? -dx : dx) + (dy < 0 ? -dy : dy));

		odd ^= ((ax <= px) != (bx <= px)) & ((cross > 0) == (dx > 0));
		if (cross <= limit && cross >= -limit)
			*near |=
			    px >= (dx < 0 ? bx : ax) - 2 && px <= (dx < 0 ? ax : bx) + 2 &&
			    py >= (dy < 0 ? by : ay) - 2 && py <= (dy < 0 ? ay : by) + 2;
		ax = bx;
		ay = by;
	}
	return odd;
}

extern bool gridmap_lay_out(const GridmapHeader *header,
                            GridmapLayout *layout);

#endif /* CIVICGRID_CORE_GRIDMAP_FORMAT_H */
