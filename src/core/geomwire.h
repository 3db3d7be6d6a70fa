/*
 * geomwire.h
 *	  The bytes of a PostGIS geometry, read and written without PostGIS.
 *
 * PostGIS exports no C functions for its values, and a call through the
 * function manager costs more than all that is done here with a point.  The
 * serialized form has been stable since PostGIS 2.0, with a second version of
 * the header since 3.0; both are read.  What follows the varlena header is
 *
 *	  3 bytes    SRID, big-endian; the low 21 bits, signed
 *	  1 byte     flags, GEOMWIRE_FLAG_*
 *	  [8 bytes]  extended flags: version 2 with flag EXTENDED
 *	  [floats]   box: with flag BOX; minimum and maximum of x, of y, [of z,]
 *	             [of m], rounded outwards to float
 *	  geometry   uint32 type, uint32 count, and by type
 *	             POINT, LINESTRING, CIRCULARSTRING, TRIANGLE: count vertices;
 *	             POLYGON: count numbers of vertices, four bytes of padding if
 *	             they are odd in number, the vertices of all rings;
 *	             all others: count geometries (type, count, …)
 *	  vertex     doubles x, y, [z,] [m]
 *
 * with every number but the SRID in the byte order of the machine.
 *
 * Nothing is believed: a count is compared with the bytes that are there
 * before it is used.  Bytes after the geometry are ignored.
 */
#ifndef CIVICGRID_CORE_GEOMWIRE_H
#define CIVICGRID_CORE_GEOMWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef enum GeomwireStatus
{
	GEOMWIRE_OK = 0,
	GEOMWIRE_TRUNCATED, /* ends before the geometry does */
	GEOMWIRE_FLAGS,     /* a flag that is not known here */
	GEOMWIRE_TYPE,      /* not the type asked for, or not known here */
	GEOMWIRE_COUNT,     /* a point of several vertices, and the like */
	GEOMWIRE_DEPTH,     /* collections nested too deeply */
	GEOMWIRE_VERTEX     /* refused by the caller's function */
} GeomwireStatus;

typedef enum GeomwireType
{
	GEOMWIRE_POINT = 1,
	GEOMWIRE_LINESTRING,
	GEOMWIRE_POLYGON,
	GEOMWIRE_MULTIPOINT,
	GEOMWIRE_MULTILINESTRING,
	GEOMWIRE_MULTIPOLYGON,
	GEOMWIRE_COLLECTION,
	GEOMWIRE_CIRCULARSTRING,
	GEOMWIRE_COMPOUNDCURVE,
	GEOMWIRE_CURVEPOLYGON,
	GEOMWIRE_MULTICURVE,
	GEOMWIRE_MULTISURFACE,
	GEOMWIRE_POLYHEDRALSURFACE,
	GEOMWIRE_TRIANGLE,
	GEOMWIRE_TIN
} GeomwireType;

#define GEOMWIRE_FLAG_Z        0x01
#define GEOMWIRE_FLAG_M        0x02
#define GEOMWIRE_FLAG_BOX      0x04
#define GEOMWIRE_FLAG_GEODETIC 0x08
#define GEOMWIRE_FLAG_EXTENDED 0x10 /* version 1: read only, no meaning */
#define GEOMWIRE_FLAG_SOLID    0x20 /* version 1 only */
#define GEOMWIRE_FLAG_VERSION2 0x40

/* Bytes of SRID and flags. */
#define GEOMWIRE_HEADER 4

/* Deeper nesting is not followed; PostGIS reads no text or WKB beyond it. */
#define GEOMWIRE_MAX_DEPTH 200

typedef struct GeomwireHead
{
	int32_t srid;
	uint32_t type;
	int dims; /* doubles in a vertex, 2 to 4 */
	bool has_z;
	bool has_m;
	bool geodetic; /* of type geography */
	bool has_box;
	size_t box;  /* where the floats begin, if there is a box */
	size_t body; /* where the type of the geometry is */
} GeomwireHead;

/*
 * The rings of a POLYGON or MULTIPOLYGON, one after the other.  An outer ring
 * has number 0 in its part; a part may be empty, then it has no ring here.
 */
typedef struct GeomwireRings
{
	int32_t srid;
	uint32_t parts; /* how many there are, the empty ones too */

	/* the ring that geomwire_rings_next has found */
	uint32_t part;
	uint32_t ring;
	uint32_t npoints;
	const uint8_t *points;
	int dims;

	/* where it goes on; not for the caller */
	const uint8_t *next;
	const uint8_t *end;
	const uint8_t *counts;
	uint32_t parts_read;
	uint32_t rings_read;
	uint32_t rings;
} GeomwireRings;

/*
 * Writes a POLYGON (one part) or a MULTIPOLYGON (several), two-dimensional,
 * version 2, with a box: byte for byte what PostGIS writes.
 */
typedef struct GeomwireWriter
{
	uint8_t *out;
	size_t size;
	size_t at;     /* where the next vertex goes */
	size_t counts; /* where the number of vertices of the next ring goes */
	uint32_t parts_left;
	uint32_t rings; /* of the part being written */
	uint32_t rings_left;
	uint32_t vertices_left;
	bool shell; /* an outer ring: vertices count for the box */
	bool failed;
	double xmin;
	double xmax;
	double ymin;
	double ymax;
} GeomwireWriter;

/* Moves a vertex; false refuses it. */
typedef bool (*GeomwireVertexFn)(void *ctx, double *x, double *y);

extern GeomwireStatus geomwire_head(const uint8_t *bytes, size_t len,
                                    GeomwireHead *head);

extern GeomwireStatus geomwire_rings_begin(const uint8_t *bytes, size_t len,
                                           GeomwireRings *rings);
/* false at the end, or on a fault, which status tells */
extern bool geomwire_rings_next(GeomwireRings *rings, GeomwireStatus *status);

/*
 * Move every vertex of a geometry of any type and make its box anew, as
 * PostGIS would.  Unless the answer is GEOMWIRE_OK, some vertices may have
 * been moved and others not.
 */
extern GeomwireStatus geomwire_transform(uint8_t *bytes, size_t len,
                                         GeomwireVertexFn fn, void *ctx);

/*
 * Bytes that the writer needs: the sum of the parts, and what they need
 * together.
 */
static inline size_t
geomwire_part_size(uint32_t rings, size_t vertices)
{
	return 8 + 4 * ((size_t) rings + rings % 2) + 16 * vertices;
}

static inline size_t
geomwire_polygons_size(uint32_t parts, size_t sum_of_parts)
{
	if (parts == 0)
		return GEOMWIRE_HEADER + 8;
	return GEOMWIRE_HEADER + 16 + (parts > 1 ? (size_t) 8 : 0) + sum_of_parts;
}

/*
 * Announce the number of parts (none: POLYGON EMPTY), then each part with its
 * number of rings, each ring with its number of vertices, each vertex.  Every
 * part has a ring and every ring a vertex.  At the end the number of bytes
 * written, or 0 if what was announced did not come or did not fit.
 */
extern void geomwire_write_begin(GeomwireWriter *w, uint8_t *out, size_t size,
                                 int32_t srid, uint32_t parts);
extern void geomwire_write_part(GeomwireWriter *w, uint32_t rings);
extern void geomwire_write_ring(GeomwireWriter *w, uint32_t vertices);
extern void geomwire_write_vertex(GeomwireWriter *w, double x, double y);
extern size_t geomwire_write_end(GeomwireWriter *w);

/* Nearest float that is not greater, or not less; as PostGIS rounds boxes. */
extern float geomwire_float_down(double d);
extern float geomwire_float_up(double d);

static inline uint32_t
geomwire_uint32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static inline double
geomwire_double(const uint8_t *at)
{
	double v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static inline int32_t
geomwire_srid(const uint8_t *bytes)
{
	int32_t srid = (int32_t) ((uint32_t) (bytes[0] & 0x1F) << 16 |
	                          (uint32_t) bytes[1] << 8 | bytes[2]);

	return (srid & 0x100000) != 0 ? srid - 0x200000 : srid;
}

/*
 * SRID, x and y of a POINT of any dimension; empty for POINT EMPTY, x and y
 * are then as they were.  This is called for every row, so the usual layout
 * (version 2, nothing between flags and geometry) comes first.
 */
static inline GeomwireStatus
geomwire_point(const uint8_t *bytes, size_t len, int32_t *srid, bool *empty,
               double *x, double *y)
{
	size_t body = GEOMWIRE_HEADER;
	uint32_t count;

	if (len < GEOMWIRE_HEADER + 8)
		return GEOMWIRE_TRUNCATED;
	if ((bytes[3] & ~(GEOMWIRE_FLAG_Z | GEOMWIRE_FLAG_M)) !=
	    GEOMWIRE_FLAG_VERSION2)
	{
		GeomwireHead head;
		GeomwireStatus status = geomwire_head(bytes, len, &head);

		if (status != GEOMWIRE_OK)
			return status;
		body = head.body;
	}
	if (geomwire_uint32(bytes + body) != GEOMWIRE_POINT)
		return GEOMWIRE_TYPE;
	count = geomwire_uint32(bytes + body + 4);
	*srid = geomwire_srid(bytes);
	*empty = count == 0;
	if (count != 1)
		return count == 0 ? GEOMWIRE_OK : GEOMWIRE_COUNT;
	if (len - body < 8 + 16)
		return GEOMWIRE_TRUNCATED;
	*x = geomwire_double(bytes + body + 8);
	*y = geomwire_double(bytes + body + 16);
	return GEOMWIRE_OK;
}

/* Vertex i of the ring found, i < npoints. */
static inline void
geomwire_ring_vertex(const GeomwireRings *rings, uint32_t i, double *x,
                     double *y)
{
	const uint8_t *at = rings->points + (size_t) i * (size_t) rings->dims * 8;

	*x = geomwire_double(at);
	*y = geomwire_double(at + 8);
}

#endif /* CIVICGRID_CORE_GEOMWIRE_H */
