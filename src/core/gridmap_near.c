/*
 * gridmap_near.c
 *	  Distances from a point to cells.
 *
 * The boxes of all parts are gone through, and the borders of those parts that
 * can be near enough; for each edge a lower bound of its distance is tried
 * before the distance itself.  That is linear in the number of parts, with a
 * few nanoseconds for each.
 */
#include "gridmap_near.h"

#include <float.h>
#include <math.h>

#include "geodesic.h"
#include "gridmap_format.h"

bool
gridmap_srid_is_geographic(int32_t srid)
{
	switch (srid)
	{
		case 4326: /* WGS 84 */
		case 4490: /* CGCS2000 */
		case 4214: /* Beijing 1954 */
		case 4610: /* Xian 1980 */
		case 4269: /* NAD83 */
		case 4258: /* ETRS89 */
		case 4611: /* Hong Kong 1980 */
		case 3824: /* TWD97 */
			return true;
		default:
			return false;
	}
}

static double
load_double(const Gridmap *map, uint64_t offset, uint64_t i)
{
	double value;

	memcpy(&value, map->bytes + offset + 8 * i, sizeof(value));
	return value;
}

int64_t
gridmap_part_code(const Gridmap *map, uint32_t part)
{
	return load64(map->bytes + map->codes + 8 * (uint64_t) part);
}

void
gridmap_part_rings(const Gridmap *map, uint32_t part, uint32_t *first,
                   uint32_t *end)
{
	*first = load32(map->bytes + map->part_rings + 4 * (uint64_t) part);
	*end = load32(map->bytes + map->part_rings + 4 * (uint64_t) part + 4);
}

/* Run i: its first edge, how many, and whether they are read backwards */
static void
load_run(const Gridmap *map, uint32_t i, uint32_t *edge, uint32_t *count,
         bool *backwards)
{
	const uint8_t *at = map->bytes + map->run_list + 8 * (uint64_t) i;

	*edge = load32(at);
	*count = load32(at + 4) >> 1;
	*backwards = (load32(at + 4) & 1) != 0;
}

void
gridmap_ring_begin(const Gridmap *map, uint32_t ring, GridmapCursor *cursor)
{
	const uint8_t *at = map->bytes + map->ring_runs + 4 * (uint64_t) ring;

	cursor->map = map;
	cursor->run = load32(at);
	cursor->last_run = load32(at + 4);
	cursor->step = 0;
}

bool
gridmap_ring_next(GridmapCursor *cursor, double *x, double *y)
{
	uint32_t edge;
	uint32_t count;
	uint64_t vertex;
	bool backwards;

	if (cursor->run >= cursor->last_run)
		return false;
	load_run(cursor->map, cursor->run, &edge, &count, &backwards);
	vertex = backwards ? (uint64_t) edge + 1 - cursor->step
	                   : (uint64_t) edge + cursor->step;
	*x = load_double(cursor->map, cursor->map->vertices, 2 * vertex);
	*y = load_double(cursor->map, cursor->map->vertices, 2 * vertex + 1);
	if (++cursor->step == count)
	{
		cursor->run++;
		cursor->step = 0;
	}
	return true;
}

uint32_t
gridmap_ring_size(const Gridmap *map, uint32_t ring)
{
	GridmapCursor cursor;
	uint32_t size = 0;
	uint32_t edge;
	uint32_t count;
	bool backwards;

	gridmap_ring_begin(map, ring, &cursor);
	for (; cursor.run < cursor.last_run; cursor.run++)
	{
		load_run(map, cursor.run, &edge, &count, &backwards);
		size += count;
	}
	return size;
}

/* A point, and what distances from it are measured with */
typedef struct Place
{
	const Gridmap *map;
	bool geographic;
	double x;
	double y;
	GeodesicOrigin origin;
} Place;

static void
stand_at(const Gridmap *map, bool geographic, double x, double y, Place *place)
{
	place->map = map;
	place->geographic = geographic;
	place->x = x;
	place->y = y;
	if (geographic)
		geodesic_origin(x, y, &place->origin);
}

/* No more than the distance to any point of the part's box */
static double
box_bound(const Place *p, uint32_t part)
{
	double b[4];
	double dx;
	double dy;

	memcpy(b, p->map->bytes + p->map->boxes + 32 * (uint64_t) part, 32);
	if (p->geographic)
		return geodesic_box_lower_bound(&p->origin, b[0], b[1], b[2], b[3]);
	dx = p->x < b[0] ? b[0] - p->x : p->x > b[2] ? p->x - b[2] : 0;
	dy = p->y < b[1] ? b[1] - p->y : p->y > b[3] ? p->y - b[3] : 0;
	return dx > dy ? dx : dy;
}

static double
segment_distance(const Place *p, const double a[2], const double b[2],
                 double enough)
{
	double dx = b[0] - a[0];
	double dy = b[1] - a[1];
	double t;

	if (p->geographic)
	{
		if (geodesic_segment_lower_bound(&p->origin, a[0], a[1], b[0], b[1]) >
		    enough)
			return DBL_MAX;
		return geodesic_segment_distance(p->x, p->y, a[0], a[1], b[0], b[1]);
	}
	t = ((p->x - a[0]) * dx + (p->y - a[1]) * dy) / (dx * dx + dy * dy);
	t = t > 0 ? (t < 1 ? t : 1) : 0;
	dx = p->x - (a[0] + t * dx);
	dy = p->y - (a[1] + t * dy);
	return sqrt(dx * dx + dy * dy);
}

/*
 * The distance to the borders of a part if it is less than enough, else
 * DBL_MAX; *covered tells whether the part covers the point.
 */
static double
part_distance(const Place *p, uint32_t part, double enough, bool *covered)
{
	double best = DBL_MAX;
	bool odd = false;
	bool on = false;
	uint32_t ring;
	uint32_t end;

	gridmap_part_rings(p->map, part, &ring, &end);
	for (; ring < end; ring++)
	{
		GridmapCursor cursor;
		double first[2];
		double a[2];
		double b[2];
		bool more;

		gridmap_ring_begin(p->map, ring, &cursor);
		if (!gridmap_ring_next(&cursor, &first[0], &first[1]))
			continue;
		memcpy(a, first, sizeof(a));
		do
		{
			double d;

			more = gridmap_ring_next(&cursor, &b[0], &b[1]);
			if (!more)
				memcpy(b, first, sizeof(b));
			if ((a[1] <= p->y) != (b[1] <= p->y) ||
			    orient_within(a[0], a[1], b[0], b[1], p->x, p->y))
			{
				int side = orient_sign(a[0], a[1], b[0], b[1], p->x, p->y);

				on |= side == 0 &&
				      orient_within(a[0], a[1], b[0], b[1], p->x, p->y);
				if ((a[1] <= p->y) != (b[1] <= p->y))
					odd ^= a[1] <= p->y ? side > 0 : side < 0;
			}
			d = segment_distance(p, a, b, best < enough ? best : enough);
			if (d < best)
				best = d;
			memcpy(a, b, sizeof(a));
		} while (more);
	}
	*covered = odd || on;
	return on ? 0 : best;
}

/* Order of hits: by distance, then by code. */
static bool
comes_before(const GridmapHit *a, const GridmapHit *b)
{
	return a->metres != b->metres ? a->metres < b->metres : a->code < b->code;
}

static void
sort_hits(GridmapHit *hits, size_t n)
{
	size_t start = n / 2;
	size_t end = n;

	while (end > 1)
	{
		size_t root;
		size_t child;
		GridmapHit moving;

		if (start > 0)
			moving = hits[--start];
		else
		{
			moving = hits[--end];
			hits[end] = hits[0];
		}
		root = start;
		while ((child = 2 * root + 1) < end)
		{
			if (child + 1 < end &&
			    comes_before(&hits[child], &hits[child + 1]))
				child++;
			if (!comes_before(&moving, &hits[child]))
				break;
			hits[root] = hits[child];
			root = child;
		}
		hits[root] = moving;
	}
}

GridmapStatus
gridmap_near(const Gridmap *map, bool geographic, double x, double y,
             double radius, const GridmapMemory *memory, GridmapHit **hits,
             size_t *count)
{
	Place place;
	GridmapHit *found = NULL;
	size_t room = 0;
	size_t n = 0;
	uint32_t part;

	*hits = NULL;
	*count = 0;
	stand_at(map, geographic, x, y, &place);
	for (part = 0; part < map->parts; part++)
	{
		int64_t code = gridmap_part_code(map, part);
		bool covered;
		double metres;

		if (box_bound(&place, part) > radius)
			continue;
		metres = part_distance(&place, part, radius, &covered);
		if (covered)
			metres = 0;
		if (!(metres <= radius))
			continue;
		/* parts of one cell follow each other */
		if (n > 0 && found[n - 1].code == code)
		{
			if (metres < found[n - 1].metres)
				found[n - 1].metres = metres;
			continue;
		}
		if (n == room)
		{
			GridmapHit *more;

			room = 2 * room + 16;
			more =
			    memory->resize(memory->context, found, room * sizeof(*found));
			if (more == NULL)
			{
				if (found != NULL)
					(void) memory->resize(memory->context, found, 0);
				return GRIDMAP_NO_MEMORY;
			}
			found = more;
		}
		found[n].code = code;
		found[n].metres = metres;
		n++;
	}
	sort_hits(found, n);
	*hits = found;
	*count = n;
	return GRIDMAP_OK;
}

double
gridmap_border_distance(const Gridmap *map, bool geographic, double x,
                        double y)
{
	Place place;
	double best = DBL_MAX;
	double nearest = DBL_MAX;
	uint32_t start = 0;
	uint32_t part;
	bool covered;

	stand_at(map, geographic, x, y, &place);
	/* begin with the part whose box is nearest: then few others matter */
	for (part = 0; part < map->parts; part++)
	{
		double bound = box_bound(&place, part);

		if (bound < nearest)
		{
			nearest = bound;
			start = part;
		}
	}
	best = part_distance(&place, start, DBL_MAX, &covered);
	for (part = 0; part < map->parts; part++)
		if (part != start && box_bound(&place, part) < best)
		{
			double d = part_distance(&place, part, best, &covered);

			if (d < best)
				best = d;
		}
	return best;
}
