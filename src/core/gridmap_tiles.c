/*
 * gridmap_tiles.c
 *	  Make the index of a gridmap: which tiles lie within one cell, and which
 *	  borders cross the others.
 *
 * Every border is laid out over the tiles it touches.  Then each row of tiles
 * is walked from the left, from outside the map, and the set of parts that
 * cover the place where we stand is kept: crossing a border, with exact tests,
 * toggles the parts on it.  So the state of each tile is known without a
 *search whatever the shape of the cells, overlaps and holes included.
 *
 * A tile without borders becomes an answer.  One with a few becomes a leaf,
 *one with many is cut up again, and its pieces are walked the same way.
 *
 * The tiles are chosen so that a leaf has few borders and the index stays
 * smaller than the borders themselves; time and memory are proportional to the
 * number of borders.
 */
#include "gridmap_build.h"

/* Tiles of the top level for a hundred edges, and most edges in a leaf */
#define TILES_PER_100_EDGES 120
#define LEAF_EDGES          10

/*
 * How many tiles of the top level an edge may be listed in, on average; if all
 * edges are so long that there are more, tiles have to be larger.
 */
#define TOP_LISTINGS 8

/*
 * How many times a tile's edges may be listed again in its pieces, all levels
 * together.  Cells that lie one upon the other cannot be told apart by
 * cutting, and must not make the index grow.
 */
#define LISTING_BUDGET 8

/* Units beyond the tile from which borders are included, see the format */
#define MARGIN 4

/* Bits of the coordinates that a tile's width must be above: 2^-34 of them */
#define FINEST_TILE 34

/* The parts that cover a place, ascending */
typedef struct State
{
	GridmapArray parts;
} State;

/* Edges sorted into tiles: those of tile i are list[start[i]..start[i+1]) */
typedef struct Sorted
{
	uint32_t *start;
	uint32_t *list;
} Sorted;

/* A block of tiles of one size */
typedef struct Block
{
	int64_t x, y; /* of the lower left corner, in lattice units */
	uint32_t nx, ny;
	int shift;
} Block;

typedef struct Maker
{
	GridmapTiles *out;
	const GridmapMemory *memory;
	const double *vertices;
	uint32_t (*owner)[2];
	double scale_x, scale_y;     /* to lattice units … */
	double unscale_x, unscale_y; /* … and back */
	int finest;                  /* least shift of a tile */
	GridmapArray chains;         /* of the leaf at hand */
	GridmapArray quantised;      /* its vertices, pairs of int16 */
	GridmapArray locals;         /* its parts */
} Maker;

static bool
toggle(const Maker *m, State *state, uint32_t part)
{
	uint32_t *ids = state->parts.at;
	size_t n = state->parts.used;
	size_t i = 0;

	while (i < n && ids[i] < part)
		i++;
	if (i < n && ids[i] == part)
	{
		memmove(ids + i, ids + i + 1, (n - i - 1) * sizeof(*ids));
		state->parts.used--;
		return true;
	}
	if (gridmap_reserve(m->memory, &state->parts, 1, sizeof(*ids)) == NULL)
		return false;
	ids = state->parts.at;
	memmove(ids + i + 1, ids + i, (n - i) * sizeof(*ids));
	ids[i] = part;
	state->parts.used++;
	return true;
}

static bool
copy_state(const Maker *m, State *to, const State *from)
{
	to->parts.used = 0;
	if (from->parts.used == 0)
		return true;
	if (gridmap_reserve(m->memory, &to->parts, from->parts.used, 4) == NULL)
		return false;
	memcpy(to->parts.at, from->parts.at, 4 * from->parts.used);
	to->parts.used = from->parts.used;
	return true;
}

/* Take the state along the way sideways to tx, then to (tx, ty). */
static bool
walk(const Maker *m, State *state, const uint32_t *list, uint32_t n, double fx,
     double fy, double tx, double ty)
{
	uint32_t i;

	for (i = 0; i < n; i++)
	{
		const double *v = m->vertices + 2 * (size_t) list[i];

		if (edge_crosses_way(v[0], v[1], v[2], v[3], fx, fy, tx, ty))
		{
			const uint32_t *owner = m->owner[list[i]];

			if (!toggle(m, state, owner[0]) ||
			    (owner[1] != NOBODY && !toggle(m, state, owner[1])))
				return false;
		}
	}
	return true;
}

static double
real_x(const Maker *m, int64_t x)
{
	return (double) x * m->unscale_x;
}

static double
real_y(const Maker *m, int64_t y)
{
	return (double) y * m->unscale_y;
}

/* The tile's reference point k */
static double
reference_x(const Maker *m, int64_t x, int shift, int k)
{
	return real_x(m, x + ((int64_t) gridmap_references[k][0]
	                      << (shift - GRIDMAP_UNIT_BITS)));
}

static double
reference_y(const Maker *m, int64_t y, int shift, int k)
{
	return real_y(m, y + ((int64_t) gridmap_references[k][1]
	                      << (shift - GRIDMAP_UNIT_BITS)));
}

/* The whole part of value, kept between low and high */
static int64_t
clamp_floor(double value, int64_t low, int64_t high)
{
	if (!(value > (double) low))
		return low;
	if (value >= (double) high)
		return high;
	return floor_to_int(value);
}

/*
 * Name the tiles of a block that an edge comes near to: count them in counts,
 * or, with a list, put the edge on each one's list.
 */
static uint64_t
lay_out_edge(const Maker *m, const Block *b, uint32_t edge, uint32_t *counts,
             uint32_t *list)
{
	const double margin = (double) MARGIN / GRIDMAP_UNITS;
	const double *v = m->vertices + 2 * (size_t) edge;
	double to_tile = power_of_two(-b->shift);
	/* in tiles from the corner */
	double ax = (v[0] * m->scale_x - (double) b->x) * to_tile;
	double ay = (v[1] * m->scale_y - (double) b->y) * to_tile;
	double bx = (v[2] * m->scale_x - (double) b->x) * to_tile;
	double by = (v[3] * m->scale_y - (double) b->y) * to_tile;
	double left = ax < bx ? ax : bx;
	double right = ax < bx ? bx : ax;
	double low = ay < by ? ay : by;
	double high = ay < by ? by : ay;
	int64_t row;
	int64_t last_row;
	int64_t column;
	uint64_t named = 0;

	if (right < -margin || left > (double) b->nx + margin || high < -margin ||
	    low > (double) b->ny + margin)
		return 0;
	row = clamp_floor(low - margin, 0, b->ny - 1);
	last_row = clamp_floor(high + margin, 0, b->ny - 1);
	for (; row <= last_row; row++)
	{
		double from = left;
		double to = right;
		int64_t last;

		if (ay != by)
		{
			/* the piece of the edge between the row's borders */
			double slope = (bx - ax) / (by - ay);
			double x0 = ax + ((double) row - margin - ay) * slope;
			double x1 = ax + ((double) row + 1 + margin - ay) * slope;
			double slack = margin / 4;

			if (x0 > x1)
			{
				double swap = x0;

				x0 = x1;
				x1 = swap;
			}
			if (x0 - slack > from)
				from = x0 - slack;
			if (x1 + slack < to)
				to = x1 + slack;
			if (from > to)
				continue;
		}
		if (to < -margin || from > (double) b->nx + margin)
			continue;
		column = clamp_floor(from - margin, 0, b->nx - 1);
		last = clamp_floor(to + margin, 0, b->nx - 1);
		for (; column <= last; column++)
		{
			size_t tile = (size_t) row * b->nx + (size_t) column;

			if (list != NULL)
				list[counts[tile]++] = edge;
			else
				counts[tile]++;
			named++;
		}
	}
	return named;
}

static void
free_sorted(const Maker *m, Sorted *s)
{
	if (s->start != NULL)
		(void) m->memory->resize(m->memory->context, s->start, 0);
	if (s->list != NULL)
		(void) m->memory->resize(m->memory->context, s->list, 0);
	s->start = NULL;
	s->list = NULL;
}

/*
 * Sort edges, those of a list or the first n of all, into the tiles of a
 * block.  *listed is their number, with repetitions.  If it is above most,
 * nothing is kept and s->list is NULL.
 */
static GridmapStatus
sort_edges(const Maker *m, const Block *b, const uint32_t *edges, uint32_t n,
           uint64_t most, Sorted *s, uint64_t *listed)
{
	size_t tiles = (size_t) b->nx * b->ny;
	uint32_t sum = 0;
	uint32_t i;
	size_t t;

	s->list = NULL;
	s->start = m->memory->resize(m->memory->context, NULL, 4 * (tiles + 2));
	if (s->start == NULL)
		return GRIDMAP_NO_MEMORY;
	memset(s->start, 0, 4 * (tiles + 2));
	/* counted two places up, so that filling leaves the starts right */
	*listed = 0;
	for (i = 0; i < n; i++)
	{
		uint32_t edge = edges != NULL ? edges[i] : i;

		if (m->owner[edge][0] != NOBODY)
			*listed += lay_out_edge(m, b, edge, s->start + 2, NULL);
		if (i % 65536 == 0 && m->memory->poll != NULL)
			m->memory->poll(m->memory->context);
	}
	if (*listed > most)
		return GRIDMAP_OK;
	for (t = 0; t < tiles; t++)
	{
		sum += s->start[t + 2];
		s->start[t + 2] = sum;
	}
	s->list = m->memory->resize(m->memory->context, NULL,
	                            4 * ((size_t) *listed + 1));
	if (s->list == NULL)
		return GRIDMAP_NO_MEMORY;
	for (i = 0; i < n; i++)
	{
		uint32_t edge = edges != NULL ? edges[i] : i;

		if (m->owner[edge][0] != NOBODY)
			(void) lay_out_edge(m, b, edge, s->start + 1, s->list);
	}
	return GRIDMAP_OK;
}

/* Leaves */

typedef struct Leaf
{
	int64_t x, y; /* of the tile's corner, in lattice units */
	int shift;
	const uint32_t *list; /* of its edges, ascending */
	uint32_t n;
	const State *state; /* at its reference point 0 */
} Leaf;

/* A vertex in units of the tile, not yet rounded */
static void
in_units(const Maker *m, const Leaf *leaf, const double *v, double out[2])
{
	double unit = power_of_two(GRIDMAP_UNIT_BITS - leaf->shift);

	out[0] = (v[0] * m->scale_x - (double) leaf->x) * unit;
	out[1] = (v[1] * m->scale_y - (double) leaf->y) * unit;
}

static bool
in_window(const double p[2])
{
	return p[0] >= WINDOW_LOW && p[0] <= WINDOW_HIGH && p[1] >= WINDOW_LOW &&
	       p[1] <= WINDOW_HIGH;
}

/*
 * Cut the segment from a to b to the window, after Liang and Barsky; false if
 * nothing is left.
 */
static bool
cut_to_window(double a[2], double b[2])
{
	double from = 0;
	double to = 1;
	double start[2] = {a[0], a[1]};
	double d[2] = {b[0] - a[0], b[1] - a[1]};
	int axis;
	int side;

	for (axis = 0; axis < 2; axis++)
		for (side = 0; side < 2; side++)
		{
			double p = side == 0 ? -d[axis] : d[axis];
			double q = side == 0 ? start[axis] - WINDOW_LOW
			                     : WINDOW_HIGH - start[axis];

			if (p == 0)
			{
				if (q < 0)
					return false;
			}
			else if (p < 0 && q / p > from)
				from = q / p;
			else if (p > 0 && q / p < to)
				to = q / p;
		}
	if (from > to)
		return false;
	for (axis = 0; axis < 2; axis++)
	{
		if (to < 1)
			b[axis] = start[axis] + to * d[axis];
		if (from > 0)
			a[axis] = start[axis] + from * d[axis];
	}
	return true;
}

static int16_t
quantise(double value)
{
	int64_t down = floor_to_int(value);

	if (down < WINDOW_LOW)
		return WINDOW_LOW;
	return (int16_t) (down > WINDOW_HIGH ? WINDOW_HIGH : down);
}

/* A chain in the making */
typedef struct Chain
{
	uint32_t edge;
	uint8_t mask;
	bool open;
	uint8_t count;
	int16_t v[CHAIN_VERTICES][2];
} Chain;

/* An end beneath the tile, where the way down from a point could meet it */
static bool
ends_beneath(const int16_t v[2])
{
	return v[1] <= -2 && v[0] >= -2 && v[0] <= GRIDMAP_UNITS + 2;
}

static bool
close_chain(Maker *m, Chain *c)
{
	uint32_t edge = c->edge;
	uint8_t *out;
	int16_t(*v)[2];
	uint8_t count = c->count;

	if (!c->open)
		return true;
	c->open = false;
	out = gridmap_reserve(m->memory, &m->chains, CHAIN_BYTES, 1);
	v = gridmap_reserve(m->memory, &m->quantised, (size_t) count + 2, 4);
	if (out == NULL || v == NULL)
		return false;
	if (ends_beneath(c->v[0]))
	{
		(*v)[0] = WINDOW_LOW;
		(*v)[1] = c->v[0][1];
		v++;
		edge |= CHAIN_PUT_BEFORE;
		count++;
	}
	memcpy(v, c->v, (size_t) c->count * 4);
	if (ends_beneath(c->v[c->count - 1]))
	{
		v[c->count][0] = WINDOW_LOW;
		v[c->count][1] = c->v[c->count - 1][1];
		edge |= CHAIN_PUT_BEHIND;
		count++;
	}
	memcpy(out, &edge, 4);
	out[4] = count;
	out[5] = c->mask;
	m->chains.used += CHAIN_BYTES;
	m->quantised.used += count;
	return true;
}

static bool
add_to_chain(Maker *m, const Leaf *leaf, Chain *c, uint32_t edge, uint8_t mask)
{
	const double *v = m->vertices + 2 * (size_t) edge;
	double a[2];
	double b[2];
	bool enters;
	bool leaves;

	in_units(m, leaf, v, a);
	in_units(m, leaf, v + 2, b);
	enters = !in_window(a);
	leaves = !in_window(b);
	if (c->open &&
	    (enters || mask != c->mask || c->count >= CHAIN_VERTICES - 2 ||
	     edge != c->edge + c->count - 1) &&
	    !close_chain(m, c))
		return false;
	if ((enters || leaves) && !cut_to_window(a, b))
		return true;
	if (!c->open)
	{
		c->open = true;
		c->edge = edge;
		c->mask = mask;
		c->count = 1;
		c->v[0][0] = quantise(a[0]);
		c->v[0][1] = quantise(a[1]);
	}
	c->v[c->count][0] = quantise(b[0]);
	c->v[c->count][1] = quantise(b[1]);
	c->count++;
	return !leaves || close_chain(m, c);
}

/* Shell sort: a leaf has a handful of parts, or thousands in a bad map. */
static void
sort_numbers(uint32_t *numbers, size_t n)
{
	size_t gap = 1;
	size_t i;
	size_t j;

	while (gap < n / 9)
		gap = 3 * gap + 1;
	for (; gap > 0; gap /= 3)
		for (i = gap; i < n; i++)
		{
			uint32_t number = numbers[i];

			for (j = i; j >= gap && numbers[j - gap] > number; j -= gap)
				numbers[j] = numbers[j - gap];
			numbers[j] = number;
		}
}

static bool
contains(const uint32_t *sorted, size_t n, uint32_t number)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (sorted[i] >= number)
			return sorted[i] == number;
	return false;
}

/*
 * The parts that matter in a tile, ascending, into m->locals: those with
 * borders in it, and the first of those that cover all of it; greater ones
 * than that cannot be the answer anywhere.  *bordered tells whether any border
 * matters.
 */
static bool
find_locals(Maker *m, const Leaf *leaf, bool *bordered)
{
	const State *state = leaf->state;
	uint32_t *ids;
	size_t n = 0;
	size_t kept = 0;
	uint32_t i;
	size_t j;

	m->locals.used = 0;
	ids = gridmap_reserve(m->memory, &m->locals, 2 * (size_t) leaf->n + 1, 4);
	if (ids == NULL)
		return false;
	for (i = 0; i < leaf->n; i++)
	{
		const uint32_t *owner = m->owner[leaf->list[i]];

		/* neighbouring edges mostly have the same owners */
		if (n == 0 || ids[n - 1] != owner[0])
			ids[n++] = owner[0];
		if (owner[1] != NOBODY)
			ids[n++] = owner[1];
		if (n >= 4 && ids[n - 1] == ids[n - 3] && ids[n - 2] == ids[n - 4])
			n -= 2;
	}
	sort_numbers(ids, n);
	for (j = 0; j < n; j++)
		if (j == 0 || ids[j] != ids[kept - 1])
			ids[kept++] = ids[j];
	for (j = 0; j < state->parts.used; j++)
	{
		uint32_t whole = ((const uint32_t *) state->parts.at)[j];

		if (!contains(ids, kept, whole))
		{
			while (kept > 0 && ids[kept - 1] > whole)
				kept--;
			*bordered = kept > 0;
			ids[kept++] = whole;
			m->locals.used = kept;
			return true;
		}
	}
	*bordered = kept > 0;
	m->locals.used = kept;
	return true;
}

/* The mask of a set of parts in a group */
static unsigned
mask_of(const uint32_t *group, int n, const uint32_t *parts, size_t nparts)
{
	unsigned mask = 0;
	int i;

	for (i = 0; i < n; i++)
		if (contains(parts, nparts, group[i]))
			mask |= 1U << i;
	return mask;
}

/* The mask of an edge's owners in a group */
static uint8_t
mask_of_edge(const Maker *m, uint32_t edge, const uint32_t *group, int n)
{
	uint32_t first = m->owner[edge][0];
	uint32_t second = m->owner[edge][1];
	unsigned mask = 0;
	int i;

	/* the second owner is the greater */
	if (first > group[n - 1] || second < group[0])
		return 0;
	for (i = 0; i < n; i++)
		if (group[i] == first || group[i] == second)
			mask |= 1U << i;
	return (uint8_t) mask;
}

/* The parts crossed by the way down from a place, over all chains. */
static unsigned
cross_chains(const Maker *m, int px, int py, bool *near)
{
	const uint8_t *chain = m->chains.at;
	const uint8_t *vertices = m->quantised.at;
	unsigned toggled = 0;
	size_t i;

	for (i = 0; i < m->chains.used; i += CHAIN_BYTES)
	{
		if (chain_crosses_down(vertices, chain[i + 4], px, py, near))
			toggled ^= chain[i + 5];
		vertices += 4 * (size_t) chain[i + 4];
	}
	return toggled;
}

static GridmapStatus
write_group(Maker *m, const Leaf *leaf, const uint32_t *group, int n,
            bool more)
{
	GridmapArray *leaves = &m->out->leaves;
	Chain chain = {.open = false};
	State state = {{NULL, 0, 0}};
	bool near = true;
	unsigned base = 0;
	size_t nchains;
	size_t bytes;
	uint8_t *out;
	int reference;
	uint32_t i;

	m->chains.used = 0;
	m->quantised.used = 0;
	for (i = 0; i < leaf->n; i++)
	{
		uint8_t mask = mask_of_edge(m, leaf->list[i], group, n);

		if (mask != 0 && !add_to_chain(m, leaf, &chain, leaf->list[i], mask))
			return GRIDMAP_NO_MEMORY;
	}
	if (!close_chain(m, &chain))
		return GRIDMAP_NO_MEMORY;
	nchains = m->chains.used / CHAIN_BYTES;
	if (nchains > LEAF_CHAINS)
		return GRIDMAP_TANGLED;

	/* a reference point that the short cut is right at */
	for (reference = 0; reference < REFERENCES && near; reference++)
	{
		near = false;
		base = cross_chains(m, gridmap_references[reference][0],
		                    gridmap_references[reference][1], &near);
	}
	reference--;
	if (near)
	{
		reference = 0;
		base = cross_chains(m, gridmap_references[0][0],
		                    gridmap_references[0][1], &near);
		near = true;
	}
	if (!copy_state(m, &state, leaf->state) ||
	    (reference > 0 &&
	     !walk(m, &state, leaf->list, leaf->n,
	           reference_x(m, leaf->x, leaf->shift, 0),
	           reference_y(m, leaf->y, leaf->shift, 0),
	           reference_x(m, leaf->x, leaf->shift, reference),
	           reference_y(m, leaf->y, leaf->shift, reference))))
		return GRIDMAP_NO_MEMORY;
	base ^= mask_of(group, n, state.parts.at, state.parts.used);
	gridmap_release(m->memory, &state.parts);

	bytes = 4 + 4 * (size_t) n + m->chains.used + 4 * m->quantised.used;
	if (leaves->used + bytes / 4 + 1 >= GRIDMAP_MAX_WORDS)
		return GRIDMAP_TOO_LARGE;
	out = gridmap_reserve(m->memory, leaves, (bytes + 3) / 4, 4);
	if (out == NULL)
		return GRIDMAP_NO_MEMORY;
	memset(out + (bytes & ~(size_t) 3), 0, (bytes & 3) != 0 ? 4 : 0);
	out[0] = (uint8_t) (n | (more ? LEAF_MORE : 0) | (near ? LEAF_EXACT : 0));
	out[1] = (uint8_t) base;
	out[2] = (uint8_t) ((nchains & 15) << 4 | (unsigned) reference);
	out[3] = (uint8_t) (nchains >> 4);
	memcpy(out + 4, group, 4 * (size_t) n);
	out += 4 + 4 * (size_t) n;
	if (nchains > 0)
	{
		memcpy(out, m->chains.at, m->chains.used);
		memcpy(out + m->chains.used, m->quantised.at, 4 * m->quantised.used);
	}
	leaves->used += (bytes + 3) / 4;
	return GRIDMAP_OK;
}

/* The entry of a tile: an answer, or a leaf that is written. */
static GridmapStatus
make_leaf(Maker *m, const Leaf *leaf, uint32_t *entry)
{
	bool bordered;
	size_t at = m->out->leaves.used;
	size_t n;
	size_t i;

	if (!find_locals(m, leaf, &bordered))
		return GRIDMAP_NO_MEMORY;
	n = m->locals.used;
	if (!bordered)
	{
		*entry = n > 0 ? *(const uint32_t *) m->locals.at + 1 : 0;
		return GRIDMAP_OK;
	}
	for (i = 0; i < n; i += LEAF_PARTS)
	{
		size_t here = n - i < LEAF_PARTS ? n - i : LEAF_PARTS;
		GridmapStatus status;

		if (i > 0 && m->memory->poll != NULL)
			m->memory->poll(m->memory->context);
		status = write_group(m, leaf, (const uint32_t *) m->locals.at + i,
		                     (int) here, i + here < n);

		if (status != GRIDMAP_OK)
		{
			m->out->leaves.used = at;
			return status;
		}
	}
	m->out->header->leaves++;
	*entry = ENTRY_LEAF | (uint32_t) at;
	return GRIDMAP_OK;
}

static GridmapStatus make_block(Maker *m, const Block *block,
                                const Sorted *sorted, const Leaf *parent,
                                size_t first, uint64_t listed,
                                uint64_t budget);

/*
 * Cut a tile up, as far as that leaves clearly fewer edges to look at and the
 * budget allows, or at any price if it must be; *entry is left alone
 * otherwise.
 */
static GridmapStatus
cut_up(Maker *m, const Leaf *tile, bool must, uint64_t budget, uint32_t *entry)
{
	GridmapArray *directory = &m->out->directory;
	int bits = 1;
	Block block;
	Sorted sorted = {NULL, NULL};
	GridmapStatus status = GRIDMAP_OK;

	if (!must && budget == 0)
		return GRIDMAP_OK;
	while (bits < GRIDMAP_MAX_FAN_BITS && tile->n >> 2 * bits > 6)
		bits++;
	if (bits > tile->shift - m->finest)
		bits = tile->shift - m->finest;
	block.x = tile->x;
	block.y = tile->y;
	for (; bits >= 1 && status == GRIDMAP_OK && ENTRY_KIND(*entry) == 3;
	     bits--)
	{
		size_t tiles = (size_t) 1 << 2 * bits;
		size_t first = directory->used;
		uint64_t listed;
		uint32_t *words;

		block.nx = block.ny = 1U << bits;
		block.shift = tile->shift - bits;
		status = sort_edges(m, &block, tile->list, tile->n,
		                    must ? UINT32_MAX : budget, &sorted, &listed);
		if (status == GRIDMAP_OK && sorted.list != NULL &&
		    (must || listed * 2 <= (uint64_t) tile->n * tiles))
		{
			if (first + 1 + tiles >= GRIDMAP_MAX_WORDS)
				status = GRIDMAP_TOO_LARGE;
			else if ((words = gridmap_reserve(m->memory, directory, 1 + tiles,
			                                  4)) == NULL)
				status = GRIDMAP_NO_MEMORY;
			else
			{
				words[0] = (uint32_t) bits;
				directory->used += 1 + tiles;
				*entry = ENTRY_NODE | (uint32_t) first;
				status =
				    make_block(m, &block, &sorted, tile, first + 1, listed,
				               budget > listed ? budget - listed : 0);
			}
		}
		free_sorted(m, &sorted);
	}
	return status;
}

/*
 * Fill the directory entries, from first on, of a block of tiles.  Within a
 * tile that is cut up (parent) the walk of each row starts at its reference
 * point; at the top it starts outside the map, where nothing covers.
 */
static GridmapStatus
make_block(Maker *m, const Block *block, const Sorted *sorted,
           const Leaf *parent, size_t first, uint64_t listed, uint64_t budget)
{
	State state = {{NULL, 0, 0}};
	GridmapStatus status = GRIDMAP_OK;
	int shift = block->shift;
	uint32_t row;
	uint32_t column;

	for (row = 0; row < block->ny && status == GRIDMAP_OK; row++)
	{
		int64_t y = block->y + ((int64_t) row << shift);
		double ry = reference_y(m, y, shift, 0);
		double at_x = real_x(m, block->x - (INT64_C(1) << (shift - 1)));

		if (m->memory->poll != NULL)
			m->memory->poll(m->memory->context);
		state.parts.used = 0;
		if (parent != NULL)
		{
			double rx = reference_x(m, block->x, shift, 0);

			if (!copy_state(m, &state, parent->state) ||
			    !walk(m, &state, parent->list, parent->n,
			          reference_x(m, parent->x, parent->shift, 0),
			          reference_y(m, parent->y, parent->shift, 0), rx, ry))
				status = GRIDMAP_NO_MEMORY;
			at_x = rx;
		}
		for (column = 0; column < block->nx && status == GRIDMAP_OK; column++)
		{
			size_t tile = (size_t) row * block->nx + column;
			uint32_t entry = ENTRY_LEAF | ENTRY_NODE; /* not yet */
			Leaf leaf;
			double border;
			double rx;

			leaf.x = block->x + ((int64_t) column << shift);
			leaf.y = y;
			leaf.shift = shift;
			leaf.list = sorted->list + sorted->start[tile];
			leaf.n = sorted->start[tile + 1] - sorted->start[tile];
			leaf.state = &state;
			border = real_x(m, leaf.x);
			rx = reference_x(m, leaf.x, shift, 0);
			if (column > 0)
			{
				const uint32_t *list = sorted->list + sorted->start[tile - 1];

				if (!walk(m, &state, list, (uint32_t) (leaf.list - list), at_x,
				          ry, border, ry))
					status = GRIDMAP_NO_MEMORY;
				at_x = border;
			}
			if (status == GRIDMAP_OK &&
			    !walk(m, &state, leaf.list, leaf.n, at_x, ry, rx, ry))
				status = GRIDMAP_NO_MEMORY;
			at_x = rx;

			if (status == GRIDMAP_OK && leaf.n > LEAF_EDGES)
				status =
				    cut_up(m, &leaf, false,
				           listed == 0 ? 0
				                       : (uint64_t) ((double) budget * leaf.n /
				                                     (double) listed),
				           &entry);
			if (status == GRIDMAP_OK && ENTRY_KIND(entry) == 3)
			{
				status = make_leaf(m, &leaf, &entry);
				m->out->header->tiles++;
				if (status == GRIDMAP_TANGLED)
				{
					m->out->header->tiles--;
					status = cut_up(m, &leaf, true, 0, &entry);
					if (status == GRIDMAP_OK && ENTRY_KIND(entry) == 3)
						status = GRIDMAP_TANGLED;
				}
			}
			((uint32_t *) m->out->directory.at)[first + tile] = entry;
		}
	}
	gridmap_release(m->memory, &state.parts);
	return status;
}

/* The top level */

/* The least e with |value| < 2^e, for |value| between 2^-1022 and 2^1023 */
static int
bits_of(double value)
{
	uint64_t image;

	memcpy(&image, &value, sizeof(image));
	return (int) (image >> 52 & 0x7FF) - 1022;
}

/*
 * How wide tiles are, as powers of two, on one axis: at first so that there
 * are two or three, and how far that can be halved.
 */
static void
first_width(double low, double high, int *bits, int *least)
{
	double size = high - low;
	double reach = -low > high ? -low : high;
	int top = reach > 0 ? bits_of(reach) : -400;

	*least = top - FINEST_TILE;
	if (*least < -400)
		*least = -400;
	*bits = size > 0 ? bits_of(size) : *least;
	if (*bits < *least)
		*bits = *least;
}

static double
count_along(double low, double high, int bits)
{
	double to_tile = power_of_two(-bits);

	return (double) (floor_to_int(high * to_tile) -
	                 floor_to_int(low * to_tile) + 1);
}

/*
 * The number of a value's tile, by way of the lattice as readers find it: the
 * least of numbers would vanish on the direct way, and be put in the next one.
 */
static int64_t
tile_of(double value, int bits, int shift)
{
	return floor_to_int(value * power_of_two(shift - bits)) >> shift;
}

/* Choose the tiles of the top level and the lattice. */
static GridmapStatus
choose_tiles(GridmapHeader *h, double wanted, Block *block)
{
	int least[2];
	int bits[2];
	int deep;

	if (!(h->xmin > -0x1p400 && h->xmax < 0x1p400 && h->ymin > -0x1p400 &&
	      h->ymax < 0x1p400))
		return GRIDMAP_TOO_LARGE;
	if (wanted > GRIDMAP_MAX_TILES)
		wanted = GRIDMAP_MAX_TILES;
	first_width(h->xmin, h->xmax, &bits[0], &least[0]);
	first_width(h->ymin, h->ymax, &bits[1], &least[1]);
	for (;;)
	{
		bool width =
		    bits[0] >= bits[1] ? bits[0] > least[0] : bits[1] <= least[1];
		int next[2] = {bits[0] - width, bits[1] - !width};

		if (next[0] < least[0] || next[1] < least[1] ||
		    count_along(h->xmin, h->xmax, next[0]) *
		            count_along(h->ymin, h->ymax, next[1]) >
		        wanted * 1.42)
			break;
		bits[0] = next[0];
		bits[1] = next[1];
	}
	deep = bits[0] - least[0] < bits[1] - least[1] ? bits[0] - least[0]
	                                               : bits[1] - least[1];
	if (deep > 20)
		deep = 20;
	h->width_bits = bits[0];
	h->height_bits = bits[1];
	h->shift = GRIDMAP_UNIT_BITS + deep;
	h->origin_x = tile_of(h->xmin, bits[0], h->shift);
	h->origin_y = tile_of(h->ymin, bits[1], h->shift);
	h->nx = (uint32_t) (tile_of(h->xmax, bits[0], h->shift) - h->origin_x + 1);
	h->ny = (uint32_t) (tile_of(h->ymax, bits[1], h->shift) - h->origin_y + 1);
	block->x = h->origin_x * (INT64_C(1) << h->shift);
	block->y = h->origin_y * (INT64_C(1) << h->shift);
	block->nx = h->nx;
	block->ny = h->ny;
	block->shift = h->shift;
	return GRIDMAP_OK;
}

GridmapStatus
gridmap_make_tiles(GridmapTiles *t)
{
	Maker m = {.out = t, .memory = t->memory};
	Block block;
	Sorted sorted = {NULL, NULL};
	uint64_t listed;
	size_t tiles;
	double edges = (double) t->edges->edges;
	double wanted = edges * TILES_PER_100_EDGES / 100 + 1;
	GridmapStatus status;

	m.vertices = t->edges->vertices;
	m.owner = t->edges->owner;
	m.finest = GRIDMAP_UNIT_BITS;
	for (;;)
	{
		status = choose_tiles(t->header, wanted, &block);
		if (status != GRIDMAP_OK)
			return status;
		m.scale_x = power_of_two(t->header->shift - t->header->width_bits);
		m.scale_y = power_of_two(t->header->shift - t->header->height_bits);
		m.unscale_x = power_of_two(t->header->width_bits - t->header->shift);
		m.unscale_y = power_of_two(t->header->height_bits - t->header->shift);
		status = sort_edges(&m, &block, NULL, t->edges->count,
		                    wanted < 1 || edges * TOP_LISTINGS > UINT32_MAX
		                        ? UINT32_MAX
		                        : (uint64_t) edges * TOP_LISTINGS,
		                    &sorted, &listed);
		if (status != GRIDMAP_OK || sorted.list != NULL || wanted < 1)
			break;
		free_sorted(&m, &sorted);
		wanted /= 4;
	}
	if (status == GRIDMAP_OK && sorted.list == NULL)
		status = GRIDMAP_TOO_LARGE;
	tiles = (size_t) block.nx * block.ny;
	if (status == GRIDMAP_OK &&
	    gridmap_reserve(m.memory, &t->directory, tiles, 4) == NULL)
		status = GRIDMAP_NO_MEMORY;
	if (status == GRIDMAP_OK)
	{
		t->directory.used = tiles;
		status = make_block(&m, &block, &sorted, NULL, 0, listed,
		                    listed * LISTING_BUDGET);
	}
	free_sorted(&m, &sorted);
	gridmap_release(m.memory, &m.chains);
	gridmap_release(m.memory, &m.quantised);
	gridmap_release(m.memory, &m.locals);
	return status;
}
