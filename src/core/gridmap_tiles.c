/*
 * gridmap_tiles.c
 *	  Make the index of a gridmap: which tiles lie within one cell, and which
 *	  borders cross the others.
 *
 * Every border is laid out over the tiles it touches.  Then each row of tiles
 * is walked from the left, from outside the map, and the set of parts that
 * cover the place where we stand is kept: crossing a border, with exact tests,
 * toggles the parts on it.  So the state of each tile is known without a
 * search, whatever the shape of the cells, overlaps and holes included.
 *
 * A tile without borders becomes an answer.  One with a few becomes a leaf
 * (gridmap_leaf.c), one with many is cut up again, and its pieces are walked
 * the same way.
 *
 * The tiles are chosen so that a leaf has few borders and the index stays
 * smaller than the borders themselves; time and memory are proportional to the
 * number of borders.
 */
#include "gridmap_leaf.h"

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
lay_out_edge(const GridmapMaker *m, const Block *b, uint32_t edge,
             uint32_t *counts, uint32_t *list)
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
free_sorted(const GridmapMaker *m, Sorted *s)
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
sort_edges(const GridmapMaker *m, const Block *b, const uint32_t *edges,
           uint32_t n, uint64_t most, Sorted *s, uint64_t *listed)
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

static GridmapStatus make_block(GridmapMaker *m, const Block *block,
                                const Sorted *sorted,
                                const GridmapLeaf *parent, size_t first,
                                uint64_t listed, uint64_t budget);

/*
 * Cut a tile up, as far as that leaves clearly fewer edges to look at and the
 * budget allows, or at any price if it must be; *entry is left alone
 * otherwise.
 */
static GridmapStatus
cut_up(GridmapMaker *m, const GridmapLeaf *tile, bool must, uint64_t budget,
       uint32_t *entry)
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
make_block(GridmapMaker *m, const Block *block, const Sorted *sorted,
           const GridmapLeaf *parent, size_t first, uint64_t listed,
           uint64_t budget)
{
	GridmapState state = {{NULL, 0, 0}};
	GridmapStatus status = GRIDMAP_OK;
	int shift = block->shift;
	uint32_t row;
	uint32_t column;

	for (row = 0; row < block->ny && status == GRIDMAP_OK; row++)
	{
		int64_t y = block->y + ((int64_t) row << shift);
		double ry = gridmap_reference_y(m, y, shift, 0);
		double at_x =
		    gridmap_real_x(m, block->x - (INT64_C(1) << (shift - 1)));

		if (m->memory->poll != NULL)
			m->memory->poll(m->memory->context);
		state.parts.used = 0;
		if (parent != NULL)
		{
			double rx = gridmap_reference_x(m, block->x, shift, 0);

			if (!gridmap_copy_state(m, &state, parent->state) ||
			    !gridmap_walk(
			        m, &state, parent->list, parent->n,
			        gridmap_reference_x(m, parent->x, parent->shift, 0),
			        gridmap_reference_y(m, parent->y, parent->shift, 0), rx,
			        ry))
				status = GRIDMAP_NO_MEMORY;
			at_x = rx;
		}
		for (column = 0; column < block->nx && status == GRIDMAP_OK; column++)
		{
			size_t tile = (size_t) row * block->nx + column;
			uint32_t entry = ENTRY_LEAF | ENTRY_NODE; /* not yet */
			GridmapLeaf leaf;
			double border;
			double rx;

			leaf.x = block->x + ((int64_t) column << shift);
			leaf.y = y;
			leaf.shift = shift;
			leaf.list = sorted->list + sorted->start[tile];
			leaf.n = sorted->start[tile + 1] - sorted->start[tile];
			leaf.state = &state;
			border = gridmap_real_x(m, leaf.x);
			rx = gridmap_reference_x(m, leaf.x, shift, 0);
			if (column > 0)
			{
				const uint32_t *list = sorted->list + sorted->start[tile - 1];

				if (!gridmap_walk(m, &state, list,
				                  (uint32_t) (leaf.list - list), at_x, ry,
				                  border, ry))
					status = GRIDMAP_NO_MEMORY;
				at_x = border;
			}
			if (status == GRIDMAP_OK &&
			    !gridmap_walk(m, &state, leaf.list, leaf.n, at_x, ry, rx, ry))
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
				status = gridmap_make_leaf(m, &leaf, &entry);
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
	GridmapMaker m = {.out = t, .memory = t->memory};
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
