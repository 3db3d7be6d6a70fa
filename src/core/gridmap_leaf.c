/*
 * gridmap_leaf.c
 *	  Write the leaf of a tile: its borders in short form, the parts on them,
 *	  and the mask that makes the short cut right.
 *
 * What a leaf holds, and why a chain must be continued beneath the tile, is
 * told in gridmap_format.h.
 */
#include "gridmap_leaf.h"

static bool
toggle(const GridmapMaker *m, GridmapState *state, uint32_t part)
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

bool
gridmap_copy_state(const GridmapMaker *m, GridmapState *to,
                   const GridmapState *from)
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

bool
gridmap_walk(const GridmapMaker *m, GridmapState *state, const uint32_t *list,
             uint32_t n, double fx, double fy, double tx, double ty)
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

/* A vertex in units of the tile, not yet rounded */
static void
in_units(const GridmapMaker *m, const GridmapLeaf *leaf, const double *v,
         double out[2])
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
close_chain(GridmapMaker *m, Chain *c)
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
add_to_chain(GridmapMaker *m, const GridmapLeaf *leaf, Chain *c, uint32_t edge,
             uint8_t mask)
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
find_locals(GridmapMaker *m, const GridmapLeaf *leaf, bool *bordered)
{
	const GridmapState *state = leaf->state;
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
mask_of_edge(const GridmapMaker *m, uint32_t edge, const uint32_t *group,
             int n)
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
cross_chains(const GridmapMaker *m, int px, int py, bool *near)
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
write_group(GridmapMaker *m, const GridmapLeaf *leaf, const uint32_t *group,
            int n, bool more)
{
	GridmapArray *leaves = &m->out->leaves;
	Chain chain = {.open = false};
	GridmapState state = {{NULL, 0, 0}};
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
	if (!gridmap_copy_state(m, &state, leaf->state) ||
	    (reference > 0 &&
	     !gridmap_walk(
	         m, &state, leaf->list, leaf->n,
	         gridmap_reference_x(m, leaf->x, leaf->shift, 0),
	         gridmap_reference_y(m, leaf->y, leaf->shift, 0),
	         gridmap_reference_x(m, leaf->x, leaf->shift, reference),
	         gridmap_reference_y(m, leaf->y, leaf->shift, reference))))
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

GridmapStatus
gridmap_make_leaf(GridmapMaker *m, const GridmapLeaf *leaf, uint32_t *entry)
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
