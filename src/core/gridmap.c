/*
 * gridmap.c
 *	  Open a gridmap, check it, find the cell of a point.
 *
 * The layout and the reason why the short cut is right are told in
 * gridmap_format.h.  A point costs one visit to the directory for each level
 * of tiles (one, where cells are of a like size), one to a leaf of mostly a
 * single cache line unless the tile lies within one cell, and one to the list
 * of codes, which is small.
 */
#include "checksum.h"
#include "gridmap_format.h"

/* Spread over the tile, off all its lines of symmetry */
const int16_t gridmap_references[REFERENCES][2] = {
    {8269, 7919},   {12373, 9343}, {4099, 5987},   {2053, 12919},
    {14401, 2269},  {6143, 14177}, {10273, 3671},  {3079, 8803},
    {15013, 13499}, {7151, 991},   {11279, 15581}, {911, 1487},
    {9241, 11197},  {5167, 4759},  {13477, 6701},  {1217, 15907}};

/* Where the sections are, from their counts; false if they are too long. */
bool
gridmap_lay_out(const GridmapHeader *header, GridmapLayout *layout)
{
	if (header->parts > GRIDMAP_MAX_PARTS || header->pool > GRIDMAP_MAX_POOL ||
	    header->directory_words > GRIDMAP_MAX_WORDS ||
	    header->leaf_words > GRIDMAP_MAX_WORDS)
		return false;
	layout->codes = GRIDMAP_HEADER_BYTES;
	layout->directory = layout->codes + 8 * (uint64_t) header->parts;
	layout->leaves =
	    layout->directory + 4 * (uint64_t) header->directory_words;
	layout->boxes = layout->leaves + 4 * (uint64_t) header->leaf_words;
	layout->part_rings = layout->boxes + 32 * (uint64_t) header->parts;
	layout->ring_runs =
	    layout->part_rings + 4 * ((uint64_t) header->parts + 1);
	layout->runs = layout->ring_runs + 4 * ((uint64_t) header->rings + 1);
	layout->vertices = layout->runs + 8 * (uint64_t) header->runs;
	layout->end = layout->vertices + 16 * (uint64_t) header->pool;
	return true;
}

/* What can be told from the header alone; the sum is not looked at. */
GridmapStatus
gridmap_open(const uint8_t *bytes, uint64_t size, Gridmap *map)
{
	GridmapHeader header;
	GridmapLayout layout;
	size_t i;

	_Static_assert(sizeof(GridmapHeader) == GRIDMAP_HEADER_BYTES,
	               "the header has its documented size");
	memset(map, 0, sizeof(*map));
	if (size < GRIDMAP_HEADER_BYTES)
		return GRIDMAP_SHORT;
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != GRIDMAP_MAGIC_NUMBER)
		return header.magic == 0x474D4150 ? GRIDMAP_BYTEORDER : GRIDMAP_MAGIC;
	if (header.byte_order != GRIDMAP_BYTE_ORDER)
		return GRIDMAP_BYTEORDER;
	if (header.format != GRIDMAP_FORMAT)
		return GRIDMAP_VERSION;
	if (header.bytes != size)
		return GRIDMAP_SHORT;
	for (i = 0; i < sizeof(header.zero); i++)
		if (header.zero[i] != 0)
			return GRIDMAP_STRUCTURE;
	if (!gridmap_lay_out(&header, &layout) || layout.end != size ||
	    header.cells > header.parts || header.nx < 1 || header.ny < 1 ||
	    (uint64_t) header.nx * header.ny > header.directory_words ||
	    header.shift < GRIDMAP_UNIT_BITS || header.shift > GRIDMAP_MAX_SHIFT ||
	    header.width_bits < -500 || header.width_bits > 500 ||
	    header.height_bits < -500 || header.height_bits > 500)
		return GRIDMAP_STRUCTURE;

	map->size = size;
	map->xmin = header.xmin;
	map->ymin = header.ymin;
	map->xmax = header.xmax;
	map->ymax = header.ymax;
	map->shift = header.shift;
	map->scale_x = power_of_two(header.shift - header.width_bits);
	map->scale_y = power_of_two(header.shift - header.height_bits);
	map->unscale_x = power_of_two(header.width_bits - header.shift);
	map->unscale_y = power_of_two(header.height_bits - header.shift);
	map->origin_x = header.origin_x;
	map->origin_y = header.origin_y;
	map->nx = header.nx;
	map->ny = header.ny;
	map->directory = layout.directory;
	map->directory_words = header.directory_words;
	map->leaf = layout.leaves;
	map->leaf_words = header.leaf_words;
	map->codes = layout.codes;
	map->parts = header.parts;
	map->rings = header.rings;
	map->runs = header.runs;
	map->pool = header.pool;
	map->boxes = layout.boxes;
	map->part_rings = layout.part_rings;
	map->ring_runs = layout.ring_runs;
	map->run_list = layout.runs;
	map->vertices = layout.vertices;

	/*
	 * The extent must fit into the tiles, or a point within it would be
	 * looked for outside the directory.  Comparisons are such that not-a-
	 * numbers fail them.
	 */
	if (!(map->xmin <= map->xmax && map->ymin <= map->ymax &&
	      map->xmin * map->scale_x > -0x1p61 &&
	      map->xmax * map->scale_x < 0x1p61 &&
	      map->ymin * map->scale_y > -0x1p61 &&
	      map->ymax * map->scale_y < 0x1p61))
		return GRIDMAP_STRUCTURE;
	if (floor_to_int(map->xmin * map->scale_x) >> map->shift !=
	        map->origin_x ||
	    floor_to_int(map->ymin * map->scale_y) >> map->shift !=
	        map->origin_y ||
	    (floor_to_int(map->xmax * map->scale_x) >> map->shift) -
	            map->origin_x !=
	        (int64_t) map->nx - 1 ||
	    (floor_to_int(map->ymax * map->scale_y) >> map->shift) -
	            map->origin_y !=
	        (int64_t) map->ny - 1)
		return GRIDMAP_STRUCTURE;
	return GRIDMAP_OK;
}

void
gridmap_info(const uint8_t *bytes, GridmapInfo *info)
{
	GridmapHeader header;

	memcpy(&header, bytes, sizeof(header));
	info->srid = header.srid;
	info->cells = header.cells;
	info->parts = header.parts;
	info->rings = header.rings;
	info->vertices = header.ring_vertices;
	info->edges = header.edges;
	info->tiles = header.tiles;
	info->leaves = header.leaves;
	info->bytes = header.bytes;
	info->xmin = header.xmin;
	info->ymin = header.ymin;
	info->xmax = header.xmax;
	info->ymax = header.ymax;
	info->digest = header.checksum;
}

/*
 * Locating.  One body serves two readers, which the compiler makes two
 * functions of: with a NULL read, bytes of a validated value are looked at
 * where they are; otherwise every piece is asked for and nothing is trusted.
 */

typedef struct Reader
{
	const Gridmap *map;
	GridmapReadFn read;
	void *context;
} Reader;

static inline const uint8_t *
view(const Reader *r, uint64_t offset, size_t length, uint8_t *space)
{
	if (r->read == NULL)
		return r->map->bytes + offset;
	if (offset > r->map->size || length > r->map->size - offset ||
	    !r->read(r->context, offset, length, space))
		return NULL;
	return space;
}

/* Where the chains of a leaf group are, and where the point is in the tile */
typedef struct Group
{
	uint64_t chains;
	uint64_t vertices;
	int nchains;
	unsigned base;
	int reference;
	int px, py;      /* the point, in units */
	double x, y;     /* the point */
	double corner_x; /* the tile's lower left corner */
	double corner_y;
	double unit_x;
	double unit_y;
} Group;

/*
 * The mask of parts between the point in units and far below; *near as in
 * chain_crosses_down().  *length is set to the length of the vertices.
 */
static inline bool
cross_down(const Reader *r, const Group *g, int px, int py, unsigned *toggled,
           bool *near, uint64_t *length)
{
	uint8_t space[CHAIN_BYTES];
	uint8_t more[4 * CHAIN_VERTICES];
	uint64_t at = g->vertices;
	int i;

	*toggled = 0;
	for (i = 0; i < g->nchains; i++)
	{
		const uint8_t *chain = view(r, g->chains + (uint64_t) i * CHAIN_BYTES,
		                            CHAIN_BYTES, space);
		const uint8_t *vertices;
		int count;

		if (chain == NULL)
			return false;
		count = chain[4];
		if (r->read != NULL && count < 2)
			return false;
		vertices = view(r, at, (size_t) count * 4, more);
		if (vertices == NULL)
			return false;
		if (chain_crosses_down(vertices, count, px, py, near))
			*toggled ^= chain[5];
		at += (uint64_t) count * 4;
	}
	*length = at - g->vertices;
	return true;
}

/* The exact state of a group: which of its parts cover the point. */
static bool
cover_exactly(const Reader *r, const Group *g, unsigned *covering)
{
	uint8_t space[CHAIN_BYTES];
	uint8_t more[32];
	double reference_x =
	    g->corner_x + gridmap_references[g->reference][0] * g->unit_x;
	double reference_y =
	    g->corner_y + gridmap_references[g->reference][1] * g->unit_y;
	unsigned state;
	unsigned on = 0;
	bool near = false;
	uint64_t length;
	int i;

	if (!cross_down(r, g, gridmap_references[g->reference][0],
	                gridmap_references[g->reference][1], &state, &near,
	                &length))
		return false;
	state ^= g->base;
	for (i = 0; i < g->nchains; i++)
	{
		const uint8_t *chain = view(r, g->chains + (uint64_t) i * CHAIN_BYTES,
		                            CHAIN_BYTES, space);
		uint32_t edge;
		unsigned mask;
		int edges;

		if (chain == NULL)
			return false;
		edge = load32(chain);
		edges = chain[4] - 1 - (int) (edge >> 31) - (int) (edge >> 30 & 1);
		edge &= CHAIN_EDGE;
		mask = chain[5];
		for (; edges > 0; edges--, edge++)
		{
			double v[4];
			const uint8_t *ends = view(
			    r, r->map->vertices + 16 * (uint64_t) edge, sizeof(v), more);

			if (ends == NULL)
				return false;
			memcpy(v, ends, sizeof(v));
			if (orient_within(v[0], v[1], v[2], v[3], g->x, g->y) &&
			    orient_sign(v[0], v[1], v[2], v[3], g->x, g->y) == 0)
				on |= mask;
			if (edge_crosses_way(v[0], v[1], v[2], v[3], g->x, g->y,
			                     reference_x, reference_y))
				state ^= mask;
		}
	}
	*covering = state | on;
	return true;
}

/* The lowest bit set of a mask of LEAF_PARTS bits that is not zero */
static inline int
lowest_bit(unsigned mask)
{
#ifdef __GNUC__
	return __builtin_ctz(mask);
#else
	int n = 0;

	while ((mask >> n & 1) == 0)
		n++;
	return n;
#endif
}

static inline void
prefetch(const uint8_t *at)
{
#ifdef __GNUC__
	__builtin_prefetch(at);
#else
	(void) at;
#endif
}

/* The number of the covering part plus one, or 0, of a leaf. */
static inline bool
locate_in_leaf(const Reader *r, uint64_t at, Group *g, uint32_t *found)
{
	uint8_t space[4];
	unsigned flags;

	do
	{
		const uint8_t *head = view(r, at, 4, space);
		unsigned covering;
		bool near = false;
		uint64_t length;
		int nparts;

		if (head == NULL)
			return false;
		/* a leaf is often longer than one cache line */
		if (r->read == NULL)
			prefetch(head + 64);
		flags = head[0];
		nparts = flags & LEAF_COUNT;
		g->base = head[1];
		g->nchains = head[2] >> 4 | head[3] << 4;
		g->reference = head[2] & 15;
		g->chains = at + 4 + 4 * (uint64_t) nparts;
		g->vertices = g->chains + (uint64_t) g->nchains * CHAIN_BYTES;
		if (!cross_down(r, g, g->px, g->py, &covering, &near, &length))
			return false;
		covering ^= g->base;
		if ((near || (flags & LEAF_EXACT) != 0) &&
		    !cover_exactly(r, g, &covering))
			return false;
		if (covering != 0)
		{
			const uint8_t *part;
			int bit = lowest_bit(covering);

			if (r->read != NULL && bit >= nparts)
				return false;
			part = view(r, at + 4 + 4 * (uint64_t) bit, 4, space);
			if (part == NULL)
				return false;
			*found = load32(part) + 1;
			return true;
		}
		at = (g->vertices + length + 3) & ~UINT64_C(3);
	} while ((flags & LEAF_MORE) != 0);
	*found = 0;
	return true;
}

/* The lattice units of a place, and the word of its tile; false if outside. */
static inline bool
top_tile(const Gridmap *map, double x, double y, int64_t *lx, int64_t *ly,
         uint64_t *word)
{
	/* outside, or not a number */
	if (!(x >= map->xmin && x <= map->xmax && y >= map->ymin &&
	      y <= map->ymax))
		return false;
	*lx = floor_to_int(x * map->scale_x);
	*ly = floor_to_int(y * map->scale_y);
	*word = (uint64_t) ((*ly >> map->shift) - map->origin_y) * map->nx +
	        (uint64_t) ((*lx >> map->shift) - map->origin_x);
	return true;
}

static inline bool
locate(const Reader *r, double x, double y, int64_t *code)
{
	const Gridmap *map = r->map;
	uint8_t space[8];
	const uint8_t *at;
	int64_t lx;
	int64_t ly;
	uint64_t word;
	uint32_t entry;
	uint32_t found;
	int shift = map->shift;

	*code = 0;
	if (!top_tile(map, x, y, &lx, &ly, &word))
		return true;
	at = view(r, map->directory + 4 * word, 4, space);
	if (at == NULL)
		return false;
	entry = load32(at);
	while (ENTRY_KIND(entry) == 2)
	{
		int bits;

		word = ENTRY_VALUE(entry);
		at = view(r, map->directory + 4 * word, 4, space);
		if (at == NULL)
			return false;
		bits = (int) load32(at);
		if (r->read != NULL && (bits < 1 || bits > GRIDMAP_MAX_FAN_BITS ||
		                        shift - bits < GRIDMAP_UNIT_BITS))
			return false;
		shift -= bits;
		word += 1 + (((uint64_t) (ly >> shift) & ((1U << bits) - 1)) << bits |
		             ((uint64_t) (lx >> shift) & ((1U << bits) - 1)));
		at = view(r, map->directory + 4 * word, 4, space);
		if (at == NULL)
			return false;
		entry = load32(at);
	}
	if (ENTRY_KIND(entry) == 0)
		found = entry;
	else if (ENTRY_KIND(entry) == 1)
	{
		int down = shift - GRIDMAP_UNIT_BITS;
		Group group;

		group.px = (int) (lx >> down & (GRIDMAP_UNITS - 1));
		group.py = (int) (ly >> down & (GRIDMAP_UNITS - 1));
		group.x = x;
		group.y = y;
		group.corner_x =
		    (double) (lx & -(INT64_C(1) << shift)) * map->unscale_x;
		group.corner_y =
		    (double) (ly & -(INT64_C(1) << shift)) * map->unscale_y;
		group.unit_x = (double) (INT64_C(1) << down) * map->unscale_x;
		group.unit_y = (double) (INT64_C(1) << down) * map->unscale_y;
		if (!locate_in_leaf(r, map->leaf + 4 * (uint64_t) ENTRY_VALUE(entry),
		                    &group, &found))
			return false;
	}
	else
		return false;
	if (found == 0)
		return true;
	if (r->read != NULL && found > map->parts)
		return false;
	at = view(r, map->codes + 8 * (uint64_t) (found - 1), 8, space);
	if (at == NULL)
		return false;
	*code = load64(at);
	return true;
}

int64_t
gridmap_locate(const Gridmap *map, double x, double y)
{
	Reader r = {map, NULL, NULL};
	int64_t code;

	(void) locate(&r, x, y, &code);
	return code;
}

GridmapStatus
gridmap_locate_read(const Gridmap *map, GridmapReadFn read, void *context,
                    double x, double y, int64_t *code)
{
	Reader r = {map, read, context};

	return locate(&r, x, y, code) ? GRIDMAP_OK : GRIDMAP_STRUCTURE;
}

uint32_t
gridmap_expect(const Gridmap *map, double x, double y)
{
	int64_t lx;
	int64_t ly;
	uint64_t word;

	if (!top_tile(map, x, y, &lx, &ly, &word))
		return GRIDMAP_NO_ENTRY;
	prefetch(map->bytes + map->directory + 4 * word);
	return (uint32_t) word;
}

void
gridmap_expect_more(const Gridmap *map, uint32_t entry)
{
	if (entry >= map->directory_words)
		return;
	entry = load32(map->bytes + map->directory + 4 * (uint64_t) entry);
	switch (ENTRY_KIND(entry))
	{
		case 0:
			if (entry != 0)
				prefetch(map->bytes + map->codes + 8 * (uint64_t) (entry - 1));
			break;
		case 1:
			prefetch(map->bytes + map->leaf +
			         4 * (uint64_t) ENTRY_VALUE(entry));
			prefetch(map->bytes + map->leaf +
			         4 * (uint64_t) ENTRY_VALUE(entry) + 64);
			break;
		default:
			prefetch(map->bytes + map->directory +
			         4 * (uint64_t) ENTRY_VALUE(entry));
	}
}

/*
 * Validation.  The maker writes nodes and leaves in the order in which the
 * directory names them, each once, so the check is a walk with two cursors.
 */

typedef struct Walk
{
	const Gridmap *map;
	uint64_t node; /* where the next node must be, in words */
	uint64_t leaf; /* where the next leaf must be, in words */
	uint32_t tiles;
	uint32_t leaves;
} Walk;

static bool
walk_leaf(Walk *w)
{
	const uint8_t *leaves = w->map->bytes + w->map->leaf;
	uint64_t end = 4 * (uint64_t) w->map->leaf_words;
	uint64_t at = 4 * w->leaf;
	int64_t last = -1;
	unsigned flags;

	w->leaves++;
	do
	{
		unsigned nparts;
		unsigned nchains;
		uint64_t chains;
		uint64_t vertices;
		unsigned i;

		if (at + 4 > end)
			return false;
		flags = leaves[at];
		nparts = flags & LEAF_COUNT;
		nchains = (unsigned) (leaves[at + 2] >> 4 | leaves[at + 3] << 4);
		if (nparts < 1 || nparts > LEAF_PARTS || (flags & 0xC0) != 0 ||
		    leaves[at + 1] >> nparts != 0)
			return false;
		chains = at + 4 + 4 * (uint64_t) nparts;
		vertices = chains + (uint64_t) nchains * CHAIN_BYTES;
		if (vertices > end)
			return false;
		for (i = 0; i < nparts; i++)
		{
			uint32_t part = load32(leaves + at + 4 + 4 * i);

			if (part >= w->map->parts || (int64_t) part <= last)
				return false;
			last = part;
		}
		for (i = 0; i < nchains; i++)
		{
			const uint8_t *chain = leaves + chains + i * CHAIN_BYTES;
			uint32_t edge = load32(chain);
			int edges =
			    chain[4] - 1 - (int) (edge >> 31) - (int) (edge >> 30 & 1);

			if (edges < 1 || chain[5] == 0 || chain[5] >> nparts != 0 ||
			    (uint64_t) (edge & CHAIN_EDGE) + (unsigned) edges >=
			        w->map->pool)
				return false;
			vertices += 4 * (uint64_t) chain[4];
		}
		at = (vertices + 3) & ~UINT64_C(3);
		if (at > end)
			return false;
	} while ((flags & LEAF_MORE) != 0);
	w->leaf = at / 4;
	return true;
}

static bool
walk_entries(Walk *w, uint64_t first, uint64_t count, int shift)
{
	const uint8_t *directory = w->map->bytes + w->map->directory;
	uint64_t i;

	for (i = first; i < first + count; i++)
	{
		uint32_t entry = load32(directory + 4 * i);
		uint32_t bits;

		w->tiles++;
		switch (ENTRY_KIND(entry))
		{
			case 0:
				if (entry > w->map->parts)
					return false;
				break;
			case 1:
				if (ENTRY_VALUE(entry) != w->leaf || !walk_leaf(w))
					return false;
				break;
			case 2:
				if (ENTRY_VALUE(entry) != w->node ||
				    w->node >= w->map->directory_words)
					return false;
				bits = load32(directory + 4 * w->node);
				if (bits < 1 || bits > GRIDMAP_MAX_FAN_BITS ||
				    shift - (int) bits < GRIDMAP_UNIT_BITS ||
				    w->node + 1 + (UINT64_C(1) << 2 * bits) >
				        w->map->directory_words)
					return false;
				w->tiles--;
				w->node += 1 + (UINT64_C(1) << 2 * bits);
				/* no deeper than (48 - 14) levels of one bit each */
				if (!walk_entries(w, ENTRY_VALUE(entry) + UINT64_C(1),
				                  UINT64_C(1) << 2 * bits, shift - (int) bits))
					return false;
				break;
			default:
				return false;
		}
	}
	return true;
}

/* Numbers that begin at zero, do not fall, and end at end */
static bool
ascending(const uint8_t *at, uint64_t count, uint32_t end)
{
	uint32_t last = 0;
	uint64_t i;

	for (i = 0; i < count; i++)
	{
		uint32_t number = load32(at + 4 * i);

		if (number < last || (i == 0 && number != 0))
			return false;
		last = number;
	}
	return last == end;
}

/* Two doubles that are a place of the map; not so if one is not a number */
static bool
within_extent(const Gridmap *map, const uint8_t *at)
{
	double v[2];

	memcpy(v, at, sizeof(v));
	return v[0] >= map->xmin && v[0] <= map->xmax && v[1] >= map->ymin &&
	       v[1] <= map->ymax;
}

GridmapStatus
gridmap_validate(const uint8_t *bytes, uint64_t size, Gridmap *map)
{
	GridmapStatus status = gridmap_open(bytes, size, map);
	GridmapHeader header;
	Walk walk = {map, 0, 0, 0, 0};
	uint32_t cells = 0;
	uint64_t i;

	if (status != GRIDMAP_OK)
		return status;
	memcpy(&header, bytes, sizeof(header));
	if (checksum_bytes(bytes + 24, size - 24) != header.checksum)
		return GRIDMAP_CHECKSUM;
	map->bytes = bytes;
	walk.node = (uint64_t) map->nx * map->ny;
	if (!walk_entries(&walk, 0, (uint64_t) map->nx * map->ny, map->shift) ||
	    walk.node != map->directory_words || walk.leaf != map->leaf_words ||
	    walk.tiles != header.tiles || walk.leaves != header.leaves)
		return GRIDMAP_STRUCTURE;

	for (i = 0; i < map->parts; i++)
	{
		const uint8_t *at = bytes + map->codes + 8 * i;

		if (load64(at) <= 0 || (i > 0 && load64(at) < load64(at - 8)))
			return GRIDMAP_STRUCTURE;
		cells += i == 0 || load64(at) != load64(at - 8);
	}
	if (cells != header.cells ||
	    !ascending(bytes + map->part_rings, (uint64_t) map->parts + 1,
	               map->rings) ||
	    !ascending(bytes + map->ring_runs, (uint64_t) map->rings + 1,
	               map->runs))
		return GRIDMAP_STRUCTURE;
	for (i = 0; i < map->runs; i++)
	{
		uint32_t first = load32(bytes + map->run_list + 8 * i);
		uint32_t count = load32(bytes + map->run_list + 8 * i + 4);
		bool backwards = count & 1;

		count >>= 1;
		if (count == 0 || (uint64_t) first + 1 >= map->pool ||
		    (backwards ? count > first + 1
		               : (uint64_t) first + count >= map->pool))
			return GRIDMAP_STRUCTURE;
	}
	/* those who ask for distances rely on the extent, not only on numbers */
	for (i = 0; i < map->parts; i++)
		if (!within_extent(map, bytes + map->boxes + 32 * i) ||
		    !within_extent(map, bytes + map->boxes + 32 * i + 16))
			return GRIDMAP_STRUCTURE;
	for (i = 0; i < map->pool; i++)
		if (!within_extent(map, bytes + map->vertices + 16 * i))
			return GRIDMAP_STRUCTURE;
	return GRIDMAP_OK;
}
