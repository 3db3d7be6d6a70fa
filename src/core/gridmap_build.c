/*
 * gridmap_build.c
 *	  Compile polygons into a gridmap: collect them, store every border once,
 *	  have the index made (gridmap_tiles.c), put the value together.
 *
 * Two rings that share a border share its edges bit for bit if the map was
 * drawn well; such an edge is found again by its ends in a hash table and gets
 * a second owner.  Where neighbours' vertices do not match, each keeps its own
 * edges, and everything works as well, only the value is longer.
 *
 * The value does not depend on the order in which parts came: they are sorted
 * by code, and parts of the same code by their vertices.
 */
#include "checksum.h"
#include "gridmap_build.h"

void *
gridmap_reserve(const GridmapMemory *memory, GridmapArray *array, size_t more,
                size_t unit)
{
	if (more > array->room - array->used)
	{
		size_t room = array->used + more;
		void *at;

		if (room < array->used || room > SIZE_MAX / 2 / unit)
			return NULL;
		room += array->room / 2 + 16;
		at = memory->resize(memory->context, array->at, room * unit);
		if (at == NULL)
			return NULL;
		array->at = at;
		array->room = room;
	}
	return (char *) array->at + array->used * unit;
}

void
gridmap_release(const GridmapMemory *memory, GridmapArray *array)
{
	if (array->at != NULL)
		(void) memory->resize(memory->context, array->at, 0);
	array->at = NULL;
	array->used = 0;
	array->room = 0;
}

static void
poll(const GridmapMemory *memory)
{
	if (memory->poll != NULL)
		memory->poll(memory->context);
}

void
gridmap_begin(GridmapBuilder *b, const GridmapMemory *memory)
{
	memset(b, 0, sizeof(*b));
	b->memory = *memory;
}

void
gridmap_free(GridmapBuilder *b)
{
	gridmap_release(&b->memory, &b->points);
	gridmap_release(&b->memory, &b->rings);
	gridmap_release(&b->memory, &b->parts);
}

void
gridmap_add_part(GridmapBuilder *b, int64_t code)
{
	GridmapPart *part;

	if (b->status != GRIDMAP_OK)
		return;
	part = gridmap_reserve(&b->memory, &b->parts, 1, sizeof(GridmapPart));
	if (part == NULL)
	{
		b->status = GRIDMAP_NO_MEMORY;
		return;
	}
	part->code = code;
	part->first_ring = (uint32_t) b->rings.used;
	part->rings = 0;
	part->collapsed = false;
	b->parts.used++;
}

void
gridmap_add_ring(GridmapBuilder *b)
{
	GridmapRing *ring;

	if (b->status != GRIDMAP_OK)
		return;
	ring = gridmap_reserve(&b->memory, &b->rings, 1, sizeof(GridmapRing));
	if (ring == NULL)
	{
		b->status = GRIDMAP_NO_MEMORY;
		return;
	}
	if (b->parts.used > GRIDMAP_MAX_PARTS ||
	    b->rings.used > GRIDMAP_MAX_PARTS ||
	    b->points.used > UINT64_C(2) * GRIDMAP_MAX_POOL)
	{
		b->status = GRIDMAP_TOO_LARGE;
		return;
	}
	ring->first = b->points.used / 2;
	ring->count = 0;
	b->rings.used++;
	((GridmapPart *) b->parts.at)[b->parts.used - 1].rings++;
}

/* Repeated vertices are dropped, and with them the one that closes a ring. */
void
gridmap_add_vertex(GridmapBuilder *b, double x, double y)
{
	GridmapRing *ring;
	double *points;

	if (b->status != GRIDMAP_OK)
		return;
	/* one zero only: what is compared is the bytes */
	x += 0.0;
	y += 0.0;
	b->given++;
	ring = (GridmapRing *) b->rings.at + b->rings.used - 1;
	points = gridmap_reserve(&b->memory, &b->points, 2, sizeof(double));
	if (points == NULL)
	{
		b->status = GRIDMAP_NO_MEMORY;
		return;
	}
	if (ring->count > 0 && points[-2] == x && points[-1] == y)
		return;
	points[0] = x;
	points[1] = y;
	b->points.used += 2;
	ring->count++;
}

void
gridmap_end_ring(GridmapBuilder *b)
{
	GridmapPart *part;
	GridmapRing *ring;
	const double *points;

	if (b->status != GRIDMAP_OK)
		return;
	part = (GridmapPart *) b->parts.at + b->parts.used - 1;
	ring = (GridmapRing *) b->rings.at + b->rings.used - 1;
	points = (const double *) b->points.at + 2 * ring->first;
	while (ring->count > 1 && points[0] == points[2 * ring->count - 2] &&
	       points[1] == points[2 * ring->count - 1])
	{
		ring->count--;
		b->points.used -= 2;
	}
	if (ring->count < 2 || part->collapsed)
	{
		/* a point, or a hole in one: covers nothing, borders on nothing */
		part->collapsed |= part->rings == 1;
		part->rings--;
		b->points.used -= 2 * ring->count;
		b->rings.used--;
	}
}

/* Order of parts: by code, then by shape. */
static int
compare_parts(const GridmapBuilder *b, uint32_t left, uint32_t right)
{
	const GridmapPart *l = (const GridmapPart *) b->parts.at + left;
	const GridmapPart *r = (const GridmapPart *) b->parts.at + right;
	const GridmapRing *rings = b->rings.at;
	const double *points = b->points.at;
	uint32_t i;

	if (l->code != r->code)
		return l->code < r->code ? -1 : 1;
	if (l->rings != r->rings)
		return l->rings < r->rings ? -1 : 1;
	for (i = 0; i < l->rings; i++)
	{
		const GridmapRing *lr = rings + l->first_ring + i;
		const GridmapRing *rr = rings + r->first_ring + i;
		int difference;

		if (lr->count != rr->count)
			return lr->count < rr->count ? -1 : 1;
		difference = memcmp(points + 2 * lr->first, points + 2 * rr->first,
		                    2 * sizeof(double) * lr->count);
		if (difference != 0)
			return difference;
	}
	return 0;
}

/* Heapsort: in place, and no worse on any input. */
static void
sort_parts(const GridmapBuilder *b, uint32_t *order, size_t n)
{
	size_t start = n / 2;
	size_t end = n;

	while (end > 1)
	{
		size_t root;
		size_t child;
		uint32_t moving;

		if (start > 0)
			moving = order[--start];
		else
		{
			moving = order[--end];
			order[end] = order[0];
		}
		root = start;
		while ((child = 2 * root + 1) < end)
		{
			if (child + 1 < end &&
			    compare_parts(b, order[child], order[child + 1]) < 0)
				child++;
			if (compare_parts(b, moving, order[child]) >= 0)
				break;
			order[root] = order[child];
			root = child;
		}
		order[root] = moving;
	}
}

/*
 * Edges with the same ends that one part can have in the table; more of them
 * are not to be found there, lest a ring that goes to and fro a million times
 * take a million times a million steps.
 */
#define MOST_ALIKE 16

/* The borders in the making */
typedef struct Merger
{
	const GridmapMemory *memory;
	GridmapArray vertices; /* pairs of doubles, counted in pairs */
	GridmapArray owners;   /* pairs of parts, as many */
	GridmapArray runs;     /* pairs of words */
	uint32_t *table;       /* edges plus one, by their ends */
	uint64_t slots;        /* a power of two */
	uint32_t edges;
} Merger;

static uint64_t
mix(uint64_t h)
{
	h ^= h >> 32;
	h *= UINT64_C(0xD6E8FEB86659FD93);
	h ^= h >> 32;
	return h;
}

/* The same whichever end comes first */
static uint64_t
hash_edge(const double a[2], const double b[2])
{
	uint64_t w[4];
	uint64_t ha;
	uint64_t hb;

	memcpy(w, a, 16);
	memcpy(w + 2, b, 16);
	ha = mix(w[0] * UINT64_C(0x9E3779B97F4A7C15) + w[1]);
	hb = mix(w[2] * UINT64_C(0x9E3779B97F4A7C15) + w[3]);
	return mix(ha + hb + (ha ^ hb) * 3);
}

static bool
same_point(const double a[2], const double b[2])
{
	return a[0] == b[0] && a[1] == b[1];
}

/* Whether an edge leads from a to b (1), from b to a (-1) or elsewhere */
static int
direction(const double ends[4], const double a[2], const double b[2])
{
	if (same_point(ends, a) && same_point(ends + 2, b))
		return 1;
	if (same_point(ends, b) && same_point(ends + 2, a))
		return -1;
	return 0;
}

/* Edges that have both owners need not be found again. */
static bool
grow_table(Merger *m)
{
	uint64_t slots = m->slots == 0 ? 1024 : m->slots * 2;
	const double *vertices = m->vertices.at;
	uint32_t(*owners)[2] = m->owners.at;
	uint32_t *table =
	    m->memory->resize(m->memory->context, NULL, slots * sizeof(uint32_t));
	size_t edge;

	if (table == NULL)
		return false;
	poll(m->memory);
	memset(table, 0, slots * sizeof(uint32_t));
	for (edge = 0; edge + 1 < m->vertices.used; edge++)
	{
		const double *ends = vertices + 2 * edge;
		uint64_t slot;
		uint32_t entry;
		int alike = 0;

		if (owners[edge][0] == NOBODY || owners[edge][1] != NOBODY)
			continue;
		slot = hash_edge(ends, ends + 2);
		while ((entry = table[slot &= slots - 1]) != 0 && alike < MOST_ALIKE)
		{
			alike += direction(vertices + 2 * (size_t) (entry - 1), ends,
			                   ends + 2) != 0;
			slot++;
		}
		if (entry == 0)
			table[slot] = (uint32_t) edge + 1;
	}
	if (m->table != NULL)
		(void) m->memory->resize(m->memory->context, m->table, 0);
	m->table = table;
	m->slots = slots;
	return true;
}

/*
 * Give the edge from a to b to a part.  An edge that is there already gets its
 * second owner; there is none, or it has both, or this part is the first: a
 * new one.  The number of the edge, and whether it leads from b to a.
 * follows tells that the last vertex is a and may be gone on from.
 *
 * A new edge takes the place in the table of one alike that has both owners,
 * so that many cells of the same shape are no burden.
 */
static bool
give_edge(Merger *m, const double a[2], const double b[2], uint32_t part,
          bool follows, uint32_t *edge, bool *backwards)
{
	double *vertices;
	uint32_t(*owners)[2];
	uint64_t slot;
	uint32_t entry;
	size_t more = follows ? 1 : 2;
	int alike = 0;

	if (m->edges >= m->slots / 4 * 3 && !grow_table(m))
		return false;
	vertices = m->vertices.at;
	owners = m->owners.at;
	slot = hash_edge(a, b);
	while ((entry = m->table[slot &= m->slots - 1]) != 0 && alike < MOST_ALIKE)
	{
		int way = direction(vertices + 2 * (size_t) (entry - 1), a, b);

		if (way != 0)
		{
			if (owners[entry - 1][1] != NOBODY)
			{
				entry = 0;
				break;
			}
			if (owners[entry - 1][0] != part)
			{
				owners[entry - 1][1] = part;
				*edge = entry - 1;
				*backwards = way < 0;
				return true;
			}
			alike++;
		}
		slot++;
	}
	if (gridmap_reserve(m->memory, &m->vertices, more, 16) == NULL ||
	    gridmap_reserve(m->memory, &m->owners, more, 8) == NULL)
		return false;
	vertices = (double *) m->vertices.at + 2 * m->vertices.used;
	owners = (uint32_t(*)[2]) m->owners.at + m->owners.used;
	if (!follows)
	{
		memcpy(vertices, a, 16);
		vertices += 2;
		owners++;
	}
	memcpy(vertices, b, 16);
	owners[-1][0] = part;
	owners[-1][1] = NOBODY;
	owners[0][0] = NOBODY;
	owners[0][1] = NOBODY;
	m->vertices.used += more;
	m->owners.used += more;
	m->edges++;
	*edge = (uint32_t) m->vertices.used - 2;
	*backwards = false;
	if (entry == 0)
		m->table[slot] = *edge + 1;
	return true;
}

static bool
add_to_run(Merger *m, bool new_run, uint32_t edge, bool backwards)
{
	uint32_t *run = m->runs.at;

	if (!new_run)
	{
		uint32_t count;

		run += 2 * (m->runs.used - 1);
		count = run[1] >> 1;
		/* an edge alone can become the first of either kind of run */
		if ((run[1] & 1) == backwards &&
		    (backwards ? edge + count == run[0] : edge == run[0] + count))
		{
			run[1] += 2;
			return true;
		}
	}
	run = gridmap_reserve(m->memory, &m->runs, 1, 8);
	if (run == NULL)
		return false;
	run[0] = edge;
	run[1] = 2 + backwards;
	m->runs.used++;
	return true;
}

static bool
merge_ring(Merger *m, const double *points, uint32_t count, uint32_t part)
{
	bool new_run = true;
	bool follows = false;
	uint32_t i;

	for (i = 0; i < count; i++)
	{
		const double *a = points + 2 * (size_t) i;
		const double *b = i + 1 < count ? a + 2 : points;
		uint32_t edge;
		bool backwards;
		size_t before = m->vertices.used;

		if (!give_edge(m, a, b, part, follows, &edge, &backwards) ||
		    !add_to_run(m, new_run, edge, backwards))
			return false;
		/* a ring's way may go on only from the edge it has just laid */
		follows = m->vertices.used != before;
		new_run = false;
	}
	return true;
}

/* What a value is put together from */
typedef struct Pieces
{
	uint32_t *order; /* of parts */
	double *boxes;
	uint32_t *ring_runs;
} Pieces;

static GridmapStatus
merge_parts(GridmapBuilder *b, Merger *m, Pieces *p, GridmapHeader *header)
{
	const GridmapPart *parts = b->parts.at;
	const GridmapRing *rings = b->rings.at;
	const double *points = b->points.at;
	uint32_t ring = 0;
	size_t i;
	size_t j;
	size_t k;

	for (i = 0; i < b->parts.used; i++)
	{
		const GridmapPart *part = parts + p->order[i];
		double *box = p->boxes + 4 * i;

		if (i % 256 == 0)
			poll(m->memory);
		for (j = part->first_ring; j < part->first_ring + part->rings; j++)
		{
			const double *v = points + 2 * rings[j].first;

			if (!merge_ring(m, v, rings[j].count, (uint32_t) i))
				return GRIDMAP_NO_MEMORY;
			if (m->vertices.used > GRIDMAP_MAX_POOL)
				return GRIDMAP_TOO_LARGE;
			for (k = 0; k < rings[j].count; k++, v += 2)
			{
				bool first = j == part->first_ring && k == 0;

				if (first || v[0] < box[0])
					box[0] = v[0];
				if (first || v[1] < box[1])
					box[1] = v[1];
				if (first || v[0] > box[2])
					box[2] = v[0];
				if (first || v[1] > box[3])
					box[3] = v[1];
			}
			p->ring_runs[++ring] = (uint32_t) m->runs.used;
		}
		header->cells += i == 0 || part->code != parts[p->order[i - 1]].code;
		if (i == 0 || box[0] < header->xmin)
			header->xmin = box[0];
		if (i == 0 || box[1] < header->ymin)
			header->ymin = box[1];
		if (i == 0 || box[2] > header->xmax)
			header->xmax = box[2];
		if (i == 0 || box[3] > header->ymax)
			header->ymax = box[3];
	}
	return GRIDMAP_OK;
}

static void
store_words(uint8_t *at, uint64_t i, uint32_t value)
{
	memcpy(at + 4 * i, &value, sizeof(value));
}

static GridmapStatus
put_together(const GridmapBuilder *b, const Merger *m, const Pieces *p,
             GridmapTiles *t, GridmapHeader *header, size_t prefix,
             uint8_t **block, size_t *size)
{
	const GridmapPart *parts = b->parts.at;
	GridmapLayout layout;
	uint8_t *bytes;
	uint32_t ring = 0;
	size_t i;

	header->directory_words = (uint32_t) t->directory.used;
	header->leaf_words = (uint32_t) t->leaves.used;
	if (!gridmap_lay_out(header, &layout) ||
	    layout.end > SIZE_MAX / 2 - prefix)
		return GRIDMAP_TOO_LARGE;
	header->bytes = layout.end;
	*block = m->memory->resize(m->memory->context, NULL,
	                           prefix + (size_t) layout.end);
	if (*block == NULL)
		return GRIDMAP_NO_MEMORY;
	*size = prefix + (size_t) layout.end;
	bytes = *block + prefix;
	for (i = 0; i < b->parts.used; i++)
	{
		const GridmapPart *part = parts + p->order[i];

		memcpy(bytes + layout.codes + 8 * i, &part->code, 8);
		store_words(bytes + layout.part_rings, i, ring);
		ring += part->rings;
	}
	store_words(bytes + layout.part_rings, i, ring);
	memcpy(bytes + layout.directory, t->directory.at, 4 * t->directory.used);
	if (t->leaves.used > 0)
		memcpy(bytes + layout.leaves, t->leaves.at, 4 * t->leaves.used);
	memcpy(bytes + layout.boxes, p->boxes, 32 * b->parts.used);
	memcpy(bytes + layout.ring_runs, p->ring_runs, 4 * (b->rings.used + 1));
	memcpy(bytes + layout.runs, m->runs.at, 8 * m->runs.used);
	memcpy(bytes + layout.vertices, m->vertices.at, 16 * m->vertices.used);
	memcpy(bytes, header, sizeof(*header));
	header->checksum = checksum_bytes(bytes + 24, layout.end - 24);
	memcpy(bytes + 16, &header->checksum, 8);
	return GRIDMAP_OK;
}

/* Parts that lost all their rings cover nothing; leave them out. */
static void
drop_empty_parts(GridmapBuilder *b)
{
	GridmapPart *parts = b->parts.at;
	size_t kept = 0;
	size_t i;

	for (i = 0; i < b->parts.used; i++)
		if (parts[i].rings > 0)
			parts[kept++] = parts[i];
	b->parts.used = kept;
}

/*
 * The way of compiling: merge the borders, give back what was collected, make
 * the index, put all together.  GRIDMAP_SHORT if there is nothing to compile.
 */
GridmapStatus
gridmap_compile(GridmapBuilder *b, int32_t srid, size_t prefix,
                uint8_t **block, size_t *size)
{
	const GridmapMemory *memory = &b->memory;
	Merger m = {.memory = memory};
	Pieces p = {NULL, NULL, NULL};
	GridmapHeader header;
	GridmapEdges edges;
	GridmapTiles tiles;
	GridmapStatus status = b->status;
	size_t i;

	*block = NULL;
	*size = 0;
	memset(&header, 0, sizeof(header));
	memset(&tiles, 0, sizeof(tiles));
	if (status == GRIDMAP_OK)
		drop_empty_parts(b);
	if (status == GRIDMAP_OK && b->parts.used == 0)
		status = GRIDMAP_SHORT;
	if (status == GRIDMAP_OK)
	{
		p.order = memory->resize(memory->context, NULL, 4 * b->parts.used);
		p.boxes = memory->resize(memory->context, NULL, 32 * b->parts.used);
		p.ring_runs =
		    memory->resize(memory->context, NULL, 4 * (b->rings.used + 1));
		if (p.order == NULL || p.boxes == NULL || p.ring_runs == NULL ||
		    !grow_table(&m))
			status = GRIDMAP_NO_MEMORY;
	}
	if (status == GRIDMAP_OK)
	{
		for (i = 0; i < b->parts.used; i++)
			p.order[i] = (uint32_t) i;
		sort_parts(b, p.order, b->parts.used);
		p.ring_runs[0] = 0;
		status = merge_parts(b, &m, &p, &header);
	}
	if (m.table != NULL)
		(void) memory->resize(memory->context, m.table, 0);
	gridmap_release(memory, &b->points);
	if (status == GRIDMAP_OK)
	{
		edges.vertices = m.vertices.at;
		edges.owner = m.owners.at;
		edges.count = (uint32_t) m.vertices.used;
		edges.edges = m.edges;
		header.magic = GRIDMAP_MAGIC_NUMBER;
		header.format = GRIDMAP_FORMAT;
		header.byte_order = GRIDMAP_BYTE_ORDER;
		header.srid = srid;
		header.parts = (uint32_t) b->parts.used;
		header.rings = (uint32_t) b->rings.used;
		header.runs = (uint32_t) m.runs.used;
		header.pool = edges.count;
		header.edges = m.edges;
		header.ring_vertices = b->given;
		tiles.memory = &b->memory;
		tiles.edges = &edges;
		tiles.header = &header;
		status = gridmap_make_tiles(&tiles);
	}
	gridmap_release(memory, &m.owners);
	if (status == GRIDMAP_OK)
		status = put_together(b, &m, &p, &tiles, &header, prefix, block, size);
	gridmap_release(memory, &tiles.directory);
	gridmap_release(memory, &tiles.leaves);
	gridmap_release(memory, &m.vertices);
	gridmap_release(memory, &m.runs);
	if (p.order != NULL)
		(void) memory->resize(memory->context, p.order, 0);
	if (p.boxes != NULL)
		(void) memory->resize(memory->context, p.boxes, 0);
	if (p.ring_runs != NULL)
		(void) memory->resize(memory->context, p.ring_runs, 0);
	gridmap_free(b);
	return status;
}
