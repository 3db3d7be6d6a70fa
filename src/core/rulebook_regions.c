/*
 * rulebook_regions.c
 *	  See rulebook_regions.h.
 */
#include "rulebook_regions.h"

#include <string.h>

/* ---------------------------------------------------------------------
 * runs
 * ---------------------------------------------------------------------
 */

static inline uint32_t
lowest_bit(uint64_t word)
{
	return (uint32_t) __builtin_ctzll(word);
}

static inline uint32_t
highest_bit(uint64_t word)
{
	return 63 - (uint32_t) __builtin_clzll(word);
}

bool
runs_begin(RulebookRuns *runs, RulebookArena *arena, uint32_t size)
{
	uint32_t words = size / 64 + 1;

	runs->size = size;
	runs->begins = arena_take(arena, words, sizeof(uint64_t));
	runs->words = arena_take(arena, words / 64 + 1, sizeof(uint64_t));
	runs->value = arena_take(arena, (uint64_t) size + 1, sizeof(uint32_t));
	if (arena->failed)
		return false;
	runs_fill(runs, 0);
	return true;
}

void
runs_fill(RulebookRuns *runs, uint32_t value)
{
	uint32_t words = runs->size / 64 + 1;

	memset(runs->begins, 0, words * sizeof(uint64_t));
	memset(runs->words, 0, (words / 64 + 1) * sizeof(uint64_t));
	runs->begins[0] = 1;
	runs->words[0] = 1;
	runs->value[0] = value;
}

uint32_t
runs_first(const RulebookRuns *runs, uint32_t cell)
{
	uint32_t word = cell / 64;
	uint64_t bits = runs->begins[word] & (UINT64_MAX >> (63 - cell % 64));
	uint32_t up = word / 64;

	if (bits != 0)
		return word * 64 + highest_bit(bits);
	/* cell 0 always begins one */
	bits = runs->words[up] & ((UINT64_C(1) << word % 64) - 1);
	while (bits == 0)
		bits = runs->words[--up];
	word = up * 64 + highest_bit(bits);
	return word * 64 + highest_bit(runs->begins[word]);
}

uint32_t
runs_next(const RulebookRuns *runs, uint32_t cell)
{
	uint32_t word = cell / 64;
	uint32_t ups = runs->size / 64 / 64 + 1;
	uint64_t bits = runs->begins[word] & ~(UINT64_MAX >> (63 - cell % 64));
	uint32_t up = word / 64;

	if (bits != 0)
		return word * 64 + lowest_bit(bits);
	bits = runs->words[up] & ~(UINT64_MAX >> (63 - word % 64));
	while (bits == 0)
	{
		if (++up >= ups)
			return runs->size;
		bits = runs->words[up];
	}
	word = up * 64 + lowest_bit(bits);
	return word * 64 + lowest_bit(runs->begins[word]);
}

static inline void
set_begin(RulebookRuns *runs, uint32_t cell)
{
	runs->begins[cell / 64] |= UINT64_C(1) << cell % 64;
	runs->words[cell / 64 / 64] |= UINT64_C(1) << cell / 64 % 64;
}

static inline void
clear_begin(RulebookRuns *runs, uint32_t cell)
{
	runs->begins[cell / 64] &= ~(UINT64_C(1) << cell % 64);
	if (runs->begins[cell / 64] == 0)
		runs->words[cell / 64 / 64] &= ~(UINT64_C(1) << cell / 64 % 64);
}

void
runs_paint(RulebookRuns *runs, uint32_t from, uint32_t to, RulebookSets *sets,
           SetsOp op, uint32_t value)
{
	uint32_t at;
	uint32_t end;
	uint32_t before;
	uint32_t last = 0; /* the value of the run before */
	bool first = true;

	if (from >= to)
		return;
	at = runs_first(runs, from);
	end = runs_next(runs, from);
	before = runs->value[at];
	/* mostly a run is within one that stays as it is */
	if (end >= to && op(sets, before, value) == before)
		return;
	if (at < from)
	{
		last = before;
		first = false;
		runs->value[from] = before;
		set_begin(runs, from);
	}
	else if (from > 0)
	{
		last = runs->value[runs_first(runs, from - 1)];
		first = false;
	}
	for (at = from; at < to; at = end)
	{
		uint32_t made;

		end = runs_next(runs, at);
		before = runs->value[at];
		if (end > to)
		{
			runs->value[to] = before;
			set_begin(runs, to);
			end = to;
		}
		made = op(sets, before, value);
		if (!first && made == last)
			clear_begin(runs, at);
		else
			runs->value[at] = made;
		last = made;
		first = false;
	}
	if (to < runs->size && runs->value[to] == last)
		clear_begin(runs, to);
}

/* ---------------------------------------------------------------------
 * maps
 * ---------------------------------------------------------------------
 */

static bool
maps_room(RulebookMaps *m, void **at, uint32_t *room, uint64_t needed,
          size_t unit)
{
	uint64_t more = needed + needed / 2 + 64;
	void *now;

	if (needed <= *room)
		return true;
	if (m->failed || more >= SETS_NODE || more > SIZE_MAX / unit ||
	    (now = m->memory.resize(m->memory.context, *at,
	                            (size_t) more * unit)) == NULL)
	{
		m->failed = true;
		return false;
	}
	*at = now;
	*room = (uint32_t) more;
	return true;
}

static bool
maps_slots(RulebookMaps *m, uint32_t bits)
{
	size_t size = sizeof(uint32_t) << bits;

	if (m->slots != NULL)
		m->memory.resize(m->memory.context, m->slots, 0);
	m->slots = m->memory.resize(m->memory.context, NULL, size);
	m->slot_bits = bits;
	if (m->slots == NULL)
	{
		m->failed = true;
		return false;
	}
	memset(m->slots, 0, size);
	return true;
}

bool
maps_begin(RulebookMaps *m, const RulebookMemory *memory, uint32_t size)
{
	memset(m, 0, sizeof(*m));
	m->memory = *memory;
	m->size = size;
	if (!maps_slots(m, 10) || !maps_room(m, (void **) &m->begin,
	                                     &m->begin_room, 2, sizeof(uint32_t)))
		return false;
	m->begin[0] = 0;
	maps_add(m, 0, 0);
	return maps_end(m) == 0 && !m->failed;
}

void
maps_free(RulebookMaps *m)
{
	void *blocks[] = {m->run, m->begin, m->slots};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (blocks[i] != NULL)
			m->memory.resize(m->memory.context, blocks[i], 0);
	memset(m, 0, sizeof(*m));
}

void
maps_add(RulebookMaps *m, uint32_t from, uint32_t value)
{
	if (m->run_count > m->begin[m->map_count] &&
	    m->run[m->run_count - 1].value == value)
		return;
	if (maps_room(m, (void **) &m->run, &m->run_room,
	              (uint64_t) m->run_count + 1, sizeof(MapRun)))
		m->run[m->run_count++] = (MapRun){from, value};
}

static uint32_t
hash_runs(const MapRun *run, uint32_t n)
{
	uint64_t h = n;

	for (uint32_t i = 0; i < n; i++)
	{
		h ^= (uint64_t) run[i].from << 32 | run[i].value;
		h ^= h >> 32;
		h *= UINT64_C(0x9E3779B97F4A7C15);
	}
	return (uint32_t) (h >> 32);
}

uint32_t
maps_end(RulebookMaps *m)
{
	uint32_t from = m->begin[m->map_count];
	uint32_t n = m->run_count - from;
	uint32_t mask;
	uint32_t slot;

	if (m->failed || !maps_room(m, (void **) &m->begin, &m->begin_room,
	                            (uint64_t) m->map_count + 2, sizeof(uint32_t)))
	{
		m->run_count = from;
		return 0;
	}
	if (m->map_count >= (UINT32_C(1) << m->slot_bits) / 2)
	{
		if (!maps_slots(m, m->slot_bits + 1))
			return 0;
		mask = (UINT32_C(1) << m->slot_bits) - 1;
		for (uint32_t i = 0; i < m->map_count; i++)
		{
			slot = hash_runs(m->run + m->begin[i],
			                 m->begin[i + 1] - m->begin[i]) &
			       mask;
			while (m->slots[slot] != 0)
				slot = (slot + 1) & mask;
			m->slots[slot] = i + 1;
		}
	}
	mask = (UINT32_C(1) << m->slot_bits) - 1;
	slot = hash_runs(m->run + from, n) & mask;
	for (; m->slots[slot] != 0; slot = (slot + 1) & mask)
	{
		uint32_t map = m->slots[slot] - 1;

		if (m->begin[map + 1] - m->begin[map] == n &&
		    memcmp(m->run + m->begin[map], m->run + from,
		           n * sizeof(MapRun)) == 0)
		{
			m->run_count = from;
			return map;
		}
	}
	m->slots[slot] = ++m->map_count;
	m->begin[m->map_count] = m->run_count;
	return m->map_count - 1;
}

uint32_t
maps_of_runs(RulebookMaps *m, const RulebookRuns *runs)
{
	for (uint32_t at = 0; at < runs->size; at = runs_next(runs, at))
		maps_add(m, at, runs->value[at]);
	/* no cells: there is one map */
	if (runs->size == 0)
		maps_add(m, 0, 0);
	return maps_end(m);
}

uint32_t
maps_combine(RulebookMaps *m, RulebookSets *sets, SetsOp op, uint32_t a,
             uint32_t b)
{
	uint32_t i = m->begin[a];
	uint32_t k = m->begin[b];
	uint32_t i_end = m->begin[a + 1];
	uint32_t k_end = m->begin[b + 1];
	uint32_t at = 0;

	for (;;)
	{
		uint32_t next_i = i + 1 < i_end ? m->run[i + 1].from : m->size;
		uint32_t next_k = k + 1 < k_end ? m->run[k + 1].from : m->size;

		maps_add(m, at, op(sets, m->run[i].value, m->run[k].value));
		at = next_i < next_k ? next_i : next_k;
		if (at >= m->size || m->failed)
			return maps_end(m);
		i += next_i == at;
		k += next_k == at;
	}
}

/* The run that a cell lies in */
static inline uint32_t
run_at(const RulebookMaps *m, uint32_t map, uint32_t cell)
{
	uint32_t low = m->begin[map];
	uint32_t high = m->begin[map + 1] - 1;

	while (low < high)
	{
		uint32_t middle = low + (high - low + 1) / 2;

		if (m->run[middle].from <= cell)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

MapRun
maps_at(const RulebookMaps *m, uint32_t map, uint32_t cell, uint32_t *end)
{
	uint32_t run = run_at(m, map, cell);

	*end = run + 1 < m->begin[map + 1] ? m->run[run + 1].from : m->size;
	return m->run[run];
}

/* ---------------------------------------------------------------------
 * the largest regions
 * ---------------------------------------------------------------------
 */

bool
regions_begin(RegionTeller *t, RulebookArena *arena)
{
	t->common =
	    arena_take(arena, (uint64_t) t->cells->nodes + 1, sizeof(uint32_t));
	t->even = arena_take(arena, (uint64_t) t->cells->nodes + 1, sizeof(bool));
	return !arena->failed;
}

/* What all cells of a node have in common, and likewise of the nodes in it as
 * long as their cells differ */
static uint32_t
gather(RegionTeller *t, uint32_t at)
{
	const TreeNode *node = &t->cells->node[at];
	uint32_t end;
	MapRun run = maps_at(t->maps, t->map, node->from, &end);

	t->even[at] = end >= node->to;
	t->common[at] = run.value;
	if (!t->even[at])
		for (uint32_t child = at + 1; child < node->end;
		     child = t->cells->node[child].end)
		{
			uint32_t of_child = gather(t, child);

			t->common[at] =
			    child == at + 1
			        ? of_child
			        : sets_common(t->sets, t->common[at], of_child);
		}
	return t->common[at];
}

/* What all cells of a range have in common */
static uint32_t
fold(RegionTeller *t, uint32_t map, uint32_t from, uint32_t to)
{
	uint32_t end;
	uint32_t made = maps_at(t->maps, map, from, &end).value;

	while (end < to && made != 0)
		made =
		    sets_common(t->sets, made, maps_at(t->maps, map, end, &end).value);
	return made;
}

typedef struct RegionTold
{
	RegionTeller *teller;
	uint32_t cell_node;
	uint32_t fresh; /* where it was not told */
} RegionTold;

static bool
tell_box(void *context, const SetsBox *box, uint32_t value)
{
	RegionTold *told = context;
	RegionTeller *t = told->teller;

	if (!sets_meet(t->sets, told->fresh, sets_box(t->sets, box, 1)))
		return true;
	return t->tell(t->context, t->class_node, told->cell_node, box, value,
	               told->fresh);
}

static bool
tell_node(RegionTeller *t, uint32_t at, uint32_t around)
{
	const TreeNode *node = &t->cells->node[at];
	uint32_t common = t->common[at];
	RegionTold told = {t, at, sets_without(t->sets, common, around)};

	if (told.fresh != 0 && t->above != 0)
		told.fresh = sets_without(t->sets, told.fresh,
		                          fold(t, t->above, node->from, node->to));
	if (told.fresh != 0 && !sets_boxes(t->sets, common, tell_box, &told))
		return false;
	if (!t->even[at])
		for (uint32_t child = at + 1; child < node->end;
		     child = t->cells->node[child].end)
			if (!tell_node(t, child, common))
				return false;
	return true;
}

static bool
tell_map(RegionTeller *t, uint32_t map, uint32_t cell_node)
{
	if (map == 0 || t->cells->leaves == 0)
		return true;
	if (t->poll != NULL)
		t->poll(t->poll_context);
	t->map = map;
	(void) gather(t, cell_node);
	return tell_node(t, cell_node, 0);
}

bool
regions_tell_map(RegionTeller *t, uint32_t map, uint32_t cell_node)
{
	t->class_node = UINT32_MAX;
	t->above = 0;
	return tell_map(t, map, cell_node);
}

static bool
tell_classes(RegionTeller *t, const uint32_t *map, const bool *some,
             uint32_t at, uint32_t above)
{
	const TreeNode *node = &t->classes->node[at];

	if (!some[at])
		return true;
	if (map[at] != 0 && map[at] != above)
	{
		t->class_node = at;
		t->above = above;
		if (!tell_map(t, map[at], 0))
			return false;
	}
	for (uint32_t child = at + 1; child < node->end;
	     child = t->classes->node[child].end)
		if (!tell_classes(t, map, some, child, map[at]))
			return false;
	return true;
}

bool
regions_tell(RegionTeller *t, RulebookArena *arena,
             const uint32_t *map_of_class)
{
	uint32_t nodes = t->classes->nodes;
	uint32_t *map = arena_take(arena, (uint64_t) nodes + 1, sizeof(uint32_t));
	bool *some = arena_take(arena, (uint64_t) nodes + 1, sizeof(bool));

	if (arena->failed || nodes == 0)
		return true;
	/* nodes within others come after them */
	for (uint32_t at = nodes; at-- > 0;)
	{
		const TreeNode *node = &t->classes->node[at];

		if (node->end == at + 1)
			map[at] = map_of_class[node->from];
		some[at] = some[at] || map[at] != 0;
		for (uint32_t child = at + 1; child < node->end;
		     child = t->classes->node[child].end)
		{
			map[at] = child == at + 1 ? map[child]
			          : map[at] == map[child]
			              ? map[at]
			              : maps_combine(t->maps, t->sets, sets_common,
			                             map[at], map[child]);
			some[at] = some[at] || some[child];
		}
	}
	return tell_classes(t, map, some, 0, 0);
}
