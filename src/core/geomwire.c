/*
 * geomwire.c
 *	  The bytes of a PostGIS geometry, read and written without PostGIS.
 *
 * The layout is described in geomwire.h.  Where the box of a value is made
 * here, it is made by the rules of PostGIS, down to the bit, so that a value
 * written here equals the same value written there: of a polygon only the
 * outer ring counts, and an arc counts with its bulge.
 */
#include "geomwire.h"

#include <float.h>
#include <math.h>

/* Flags that may be set in a header of each version. */
#define KNOWN_FLAGS_1                                        \
	(GEOMWIRE_FLAG_Z | GEOMWIRE_FLAG_M | GEOMWIRE_FLAG_BOX | \
	 GEOMWIRE_FLAG_GEODETIC | GEOMWIRE_FLAG_EXTENDED | GEOMWIRE_FLAG_SOLID)
#define KNOWN_FLAGS_2                                        \
	(GEOMWIRE_FLAG_Z | GEOMWIRE_FLAG_M | GEOMWIRE_FLAG_BOX | \
	 GEOMWIRE_FLAG_GEODETIC | GEOMWIRE_FLAG_EXTENDED |       \
	 GEOMWIRE_FLAG_VERSION2)

/* PostGIS takes an arc for a straight line below this. */
#define ARC_EPSILON 1e-8

typedef struct Box
{
	bool any;
	double xmin;
	double xmax;
	double ymin;
	double ymax;
} Box;

typedef struct Walk
{
	uint8_t *at;
	const uint8_t *end;
	size_t vertex_size;
	GeomwireVertexFn fn;
	void *ctx;
	Box box;
} Walk;

GeomwireStatus
geomwire_head(const uint8_t *bytes, size_t len, GeomwireHead *head)
{
	size_t at = GEOMWIRE_HEADER;
	uint8_t flags;

	if (len < GEOMWIRE_HEADER)
		return GEOMWIRE_TRUNCATED;
	flags = bytes[3];
	if ((flags & GEOMWIRE_FLAG_VERSION2) != 0)
	{
		if ((flags & ~KNOWN_FLAGS_2) != 0)
			return GEOMWIRE_FLAGS;
		if ((flags & GEOMWIRE_FLAG_EXTENDED) != 0)
			at += 8;
	}
	else if ((flags & ~KNOWN_FLAGS_1) != 0)
		return GEOMWIRE_FLAGS;

	head->srid = geomwire_srid(bytes);
	head->has_z = (flags & GEOMWIRE_FLAG_Z) != 0;
	head->has_m = (flags & GEOMWIRE_FLAG_M) != 0;
	head->geodetic = (flags & GEOMWIRE_FLAG_GEODETIC) != 0;
	head->has_box = (flags & GEOMWIRE_FLAG_BOX) != 0;
	head->dims = 2 + head->has_z + head->has_m;
	head->box = at;
	if (head->has_box)
		at += 2 * sizeof(float) * (size_t) (head->geodetic ? 3 : head->dims);
	head->body = at;
	if (len < at + 8)
		return GEOMWIRE_TRUNCATED;
	head->type = geomwire_uint32(bytes + at);
	return GEOMWIRE_OK;
}

/* ---------------------------------------------------------------------
 * Rings
 * ---------------------------------------------------------------------
 */

GeomwireStatus
geomwire_rings_begin(const uint8_t *bytes, size_t len, GeomwireRings *rings)
{
	GeomwireHead head;
	GeomwireStatus status = geomwire_head(bytes, len, &head);

	if (status != GEOMWIRE_OK)
		return status;
	memset(rings, 0, sizeof(*rings));
	rings->srid = head.srid;
	rings->dims = head.dims;
	rings->next = bytes + head.body;
	rings->end = bytes + len;
	if (head.type == GEOMWIRE_POLYGON)
		rings->parts = 1;
	else if (head.type == GEOMWIRE_MULTIPOLYGON)
	{
		rings->parts = geomwire_uint32(rings->next + 4);
		rings->next += 8;
		if (rings->parts > (size_t) (rings->end - rings->next) / 8)
			return GEOMWIRE_TRUNCATED;
	}
	else
		return GEOMWIRE_TYPE;
	return GEOMWIRE_OK;
}

bool
geomwire_rings_next(GeomwireRings *rings, GeomwireStatus *status)
{
	size_t left;

	*status = GEOMWIRE_OK;
	while (rings->rings_read == rings->rings)
	{
		size_t size;

		if (rings->parts_read == rings->parts)
			return false;
		left = (size_t) (rings->end - rings->next);
		if (left < 8)
		{
			*status = GEOMWIRE_TRUNCATED;
			return false;
		}
		if (geomwire_uint32(rings->next) != GEOMWIRE_POLYGON)
		{
			*status = GEOMWIRE_TYPE;
			return false;
		}
		rings->rings = geomwire_uint32(rings->next + 4);
		rings->rings_read = 0;
		rings->next += 8;
		left -= 8;
		size = ((size_t) rings->rings + rings->rings % 2) * 4;
		if (size > left)
		{
			*status = GEOMWIRE_TRUNCATED;
			return false;
		}
		rings->counts = rings->next;
		rings->next += size;
		rings->part = rings->parts_read++;
	}

	rings->ring = rings->rings_read++;
	rings->npoints = geomwire_uint32(rings->counts + (size_t) rings->ring * 4);
	left = (size_t) (rings->end - rings->next);
	if (rings->npoints > left / ((size_t) rings->dims * 8))
	{
		*status = GEOMWIRE_TRUNCATED;
		return false;
	}
	rings->points = rings->next;
	rings->next += (size_t) rings->npoints * (size_t) rings->dims * 8;
	return true;
}

/* ---------------------------------------------------------------------
 * Boxes
 * ---------------------------------------------------------------------
 */

float
geomwire_float_down(double d)
{
	float f;

	if (d > (double) FLT_MAX)
		return FLT_MAX;
	if (d <= -(double) FLT_MAX)
		return -FLT_MAX;
	f = (float) d;
	return (double) f <= d ? f : nextafterf(f, -FLT_MAX);
}

float
geomwire_float_up(double d)
{
	float f;

	if (d >= (double) FLT_MAX)
		return FLT_MAX;
	if (d < -(double) FLT_MAX)
		return -FLT_MAX;
	f = (float) d;
	return (double) f >= d ? f : nextafterf(f, FLT_MAX);
}

static void
write_box(uint8_t *at, double xmin, double xmax, double ymin, double ymax)
{
	float box[4];

	box[0] = geomwire_float_down(xmin);
	box[1] = geomwire_float_up(xmax);
	box[2] = geomwire_float_down(ymin);
	box[3] = geomwire_float_up(ymax);
	memcpy(at, box, sizeof(box));
}

static void
box_add(Box *box, double xmin, double xmax, double ymin, double ymax)
{
	if (!box->any)
	{
		box->any = true;
		box->xmin = xmin;
		box->xmax = xmax;
		box->ymin = ymin;
		box->ymax = ymax;
		return;
	}
	if (xmin < box->xmin)
		box->xmin = xmin;
	if (xmax > box->xmax)
		box->xmax = xmax;
	if (ymin < box->ymin)
		box->ymin = ymin;
	if (ymax > box->ymax)
		box->ymax = ymax;
}

/* On which side of the line from a to b is p?  -1, 0, 1 */
static int
side(const double a[2], const double b[2], double px, double py)
{
	double s = (px - a[0]) * (b[1] - a[1]) - (b[0] - a[0]) * (py - a[1]);

	return (s > 0) - (s < 0);
}

/*
 * Centre and radius of the circle through a, b and c (circumscribed circle,
 * relative to a); if a and c are the same, of the circle with diameter a b.
 * False if the three are on a line.
 */
static bool
arc_circle(const double a[2], const double b[2], const double c[2],
           double centre[2], double *radius)
{
	if (fabs(a[0] - c[0]) < ARC_EPSILON && fabs(a[1] - c[1]) < ARC_EPSILON)
	{
		centre[0] = a[0] + (b[0] - a[0]) / 2.0;
		centre[1] = a[1] + (b[1] - a[1]) / 2.0;
	}
	else
	{
		double bx = b[0] - a[0];
		double by = b[1] - a[1];
		double cx = c[0] - a[0];
		double cy = c[1] - a[1];
		double hb = bx * bx + by * by;
		double hc = cx * cx + cy * cy;
		double d = 2 * (bx * cy - cx * by);

		if (fabs(d) < ARC_EPSILON)
			return false;
		centre[0] = a[0] + (hb * cy - hc * by) / d;
		centre[1] = a[1] - (hb * cx - hc * bx) / d;
	}
	*radius = sqrt((centre[0] - a[0]) * (centre[0] - a[0]) +
	               (centre[1] - a[1]) * (centre[1] - a[1]));
	return true;
}

/* The arc from a to c through b. */
static void
box_add_arc(Box *box, const double a[2], const double b[2], const double c[2])
{
	double xmin = a[0] < c[0] ? a[0] : c[0];
	double xmax = a[0] > c[0] ? a[0] : c[0];
	double ymin = a[1] < c[1] ? a[1] : c[1];
	double ymax = a[1] > c[1] ? a[1] : c[1];
	double centre[2];
	double r;

	if (arc_circle(a, b, c, centre, &r))
	{
		/* which extremes of the circle lie on the arc, not on its rest */
		bool circle = a[0] == c[0] && a[1] == c[1];
		int arc_side = side(a, c, b[0], b[1]);

		if (circle || side(a, c, centre[0] - r, centre[1]) == arc_side)
			xmin = centre[0] - r;
		if (circle || side(a, c, centre[0] + r, centre[1]) == arc_side)
			xmax = centre[0] + r;
		if (circle || side(a, c, centre[0], centre[1] - r) == arc_side)
			ymin = centre[1] - r;
		if (circle || side(a, c, centre[0], centre[1] + r) == arc_side)
			ymax = centre[1] + r;
	}
	box_add(box, xmin, xmax, ymin, ymax);
}

/* ---------------------------------------------------------------------
 * Moving vertices
 * ---------------------------------------------------------------------
 */

/* How vertices count for the box. */
typedef enum BoxRule
{
	BOX_NONE,
	BOX_VERTICES,
	BOX_ARCS
} BoxRule;

static GeomwireStatus
walk_vertices(Walk *walk, uint32_t count, BoxRule rule)
{
	double arc[3][2];

	if (count > (size_t) (walk->end - walk->at) / walk->vertex_size)
		return GEOMWIRE_TRUNCATED;
	for (uint32_t i = 0; i < count; i++)
	{
		double xy[2];

		memcpy(xy, walk->at, sizeof(xy));
		if (!walk->fn(walk->ctx, &xy[0], &xy[1]))
			return GEOMWIRE_VERTEX;
		memcpy(walk->at, xy, sizeof(xy));
		walk->at += walk->vertex_size;
		if (rule == BOX_VERTICES)
			box_add(&walk->box, xy[0], xy[0], xy[1], xy[1]);
		else if (rule == BOX_ARCS)
		{
			/* the end of an arc is the beginning of the next one */
			memcpy(arc[i > 0 && i % 2 == 0 ? 2 : i % 2], xy, sizeof(xy));
			if (i > 0 && i % 2 == 0)
			{
				box_add_arc(&walk->box, arc[0], arc[1], arc[2]);
				memcpy(arc[0], arc[2], sizeof(arc[0]));
			}
		}
	}
	return GEOMWIRE_OK;
}

static GeomwireStatus
walk_polygon(Walk *walk, uint32_t rings)
{
	const uint8_t *counts = walk->at;
	size_t size = ((size_t) rings + rings % 2) * 4;

	if (size > (size_t) (walk->end - walk->at))
		return GEOMWIRE_TRUNCATED;
	walk->at += size;
	for (uint32_t i = 0; i < rings; i++)
	{
		GeomwireStatus status =
		    walk_vertices(walk, geomwire_uint32(counts + (size_t) i * 4),
		                  i == 0 ? BOX_VERTICES : BOX_NONE);

		if (status != GEOMWIRE_OK)
			return status;
	}
	return GEOMWIRE_OK;
}

static GeomwireStatus
walk_geometry(Walk *walk, int depth)
{
	uint32_t type;
	uint32_t count;

	if (depth > GEOMWIRE_MAX_DEPTH)
		return GEOMWIRE_DEPTH;
	if (walk->end - walk->at < 8)
		return GEOMWIRE_TRUNCATED;
	type = geomwire_uint32(walk->at);
	count = geomwire_uint32(walk->at + 4);
	walk->at += 8;
	switch (type)
	{
		case GEOMWIRE_POINT:
			if (count > 1)
				return GEOMWIRE_COUNT;
			return walk_vertices(walk, count, BOX_VERTICES);
		case GEOMWIRE_LINESTRING:
		case GEOMWIRE_TRIANGLE:
			return walk_vertices(walk, count, BOX_VERTICES);
		case GEOMWIRE_CIRCULARSTRING:
			return walk_vertices(walk, count, BOX_ARCS);
		case GEOMWIRE_POLYGON:
			return walk_polygon(walk, count);
		case GEOMWIRE_MULTIPOINT:
		case GEOMWIRE_MULTILINESTRING:
		case GEOMWIRE_MULTIPOLYGON:
		case GEOMWIRE_COLLECTION:
		case GEOMWIRE_COMPOUNDCURVE:
		case GEOMWIRE_CURVEPOLYGON:
		case GEOMWIRE_MULTICURVE:
		case GEOMWIRE_MULTISURFACE:
		case GEOMWIRE_POLYHEDRALSURFACE:
		case GEOMWIRE_TIN:
			if (count > (size_t) (walk->end - walk->at) / 8)
				return GEOMWIRE_TRUNCATED;
			for (uint32_t i = 0; i < count; i++)
			{
				GeomwireStatus status = walk_geometry(walk, depth + 1);

				if (status != GEOMWIRE_OK)
					return status;
			}
			return GEOMWIRE_OK;
		default:
			return GEOMWIRE_TYPE;
	}
}

GeomwireStatus
geomwire_transform(uint8_t *bytes, size_t len, GeomwireVertexFn fn, void *ctx)
{
	GeomwireHead head;
	GeomwireStatus status = geomwire_head(bytes, len, &head);
	Walk walk;

	if (status != GEOMWIRE_OK)
		return status;
	/* the box of a geography is in other coordinates */
	if (head.geodetic)
		return GEOMWIRE_FLAGS;
	memset(&walk, 0, sizeof(walk));
	walk.at = bytes + head.body;
	walk.end = bytes + len;
	walk.vertex_size = (size_t) head.dims * 8;
	walk.fn = fn;
	walk.ctx = ctx;
	status = walk_geometry(&walk, 1);
	if (status == GEOMWIRE_OK && head.has_box && walk.box.any)
		write_box(bytes + head.box, walk.box.xmin, walk.box.xmax,
		          walk.box.ymin, walk.box.ymax);
	return status;
}

/* ---------------------------------------------------------------------
 * Writing polygons
 * ---------------------------------------------------------------------
 */

static void
put_uint32(uint8_t *at, uint32_t v)
{
	memcpy(at, &v, sizeof(v));
}

/* Is there room for so many bytes?  If not, nothing more is written. */
static bool
has_room(GeomwireWriter *w, size_t bytes)
{
	if (w->failed || bytes > w->size - w->at)
		w->failed = true;
	return !w->failed;
}

void
geomwire_write_begin(GeomwireWriter *w, uint8_t *out, size_t size,
                     int32_t srid, uint32_t parts)
{
	memset(w, 0, sizeof(*w));
	w->out = out;
	w->size = size;
	w->parts_left = parts;
	if (!has_room(w, geomwire_polygons_size(parts, 0)))
		return;
	out[0] = (uint8_t) ((uint32_t) srid >> 16 & 0x1F);
	out[1] = (uint8_t) ((uint32_t) srid >> 8);
	out[2] = (uint8_t) srid;
	out[3] = GEOMWIRE_FLAG_VERSION2;
	w->at = GEOMWIRE_HEADER;
	if (parts == 0)
	{
		put_uint32(out + w->at, GEOMWIRE_POLYGON);
		put_uint32(out + w->at + 4, 0);
		w->at += 8;
		return;
	}
	out[3] |= GEOMWIRE_FLAG_BOX;
	w->at += 16;
	if (parts > 1)
	{
		put_uint32(out + w->at, GEOMWIRE_MULTIPOLYGON);
		put_uint32(out + w->at + 4, parts);
		w->at += 8;
	}
	w->xmin = w->ymin = HUGE_VAL;
	w->xmax = w->ymax = -HUGE_VAL;
}

void
geomwire_write_part(GeomwireWriter *w, uint32_t rings)
{
	size_t size = geomwire_part_size(rings, 0);

	if (w->parts_left == 0 || w->rings_left > 0 || w->vertices_left > 0 ||
	    rings == 0)
		w->failed = true;
	if (!has_room(w, size))
		return;
	w->parts_left--;
	w->rings = rings;
	w->rings_left = rings;
	put_uint32(w->out + w->at, GEOMWIRE_POLYGON);
	put_uint32(w->out + w->at + 4, rings);
	w->counts = w->at + 8;
	w->at += size;
	if (rings % 2 == 1)
		put_uint32(w->out + w->at - 4, 0);
}

void
geomwire_write_ring(GeomwireWriter *w, uint32_t vertices)
{
	if (w->rings_left == 0 || w->vertices_left > 0 || vertices == 0)
		w->failed = true;
	if (!has_room(w, (size_t) vertices * 16))
		return;
	put_uint32(w->out + w->counts, vertices);
	w->shell = w->rings_left == w->rings;
	w->counts += 4;
	w->rings_left--;
	w->vertices_left = vertices;
}

void
geomwire_write_vertex(GeomwireWriter *w, double x, double y)
{
	double xy[2];

	if (w->vertices_left == 0)
		w->failed = true;
	if (w->failed)
		return;
	w->vertices_left--;
	xy[0] = x;
	xy[1] = y;
	memcpy(w->out + w->at, xy, sizeof(xy));
	w->at += sizeof(xy);
	if (w->shell)
	{
		if (x < w->xmin)
			w->xmin = x;
		if (x > w->xmax)
			w->xmax = x;
		if (y < w->ymin)
			w->ymin = y;
		if (y > w->ymax)
			w->ymax = y;
	}
}

size_t
geomwire_write_end(GeomwireWriter *w)
{
	if (w->failed || w->parts_left > 0 || w->rings_left > 0 ||
	    w->vertices_left > 0)
		return 0;
	if ((w->out[3] & GEOMWIRE_FLAG_BOX) != 0)
		write_box(w->out + GEOMWIRE_HEADER, w->xmin, w->xmax, w->ymin,
		          w->ymax);
	return w->at;
}
