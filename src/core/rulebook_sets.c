/*
 * rulebook_sets.c
 *	  See rulebook_sets.h.
 *
 * Nodes are never given back.  Operations remember their last results in a
 * table that forgets; as nodes are kept once, what was forgotten is found
 * again, only later.
 */
#include "rulebook_sets.h"

#include <string.h>

#define MEMO_BITS 16

enum
{
	OP_NONE = 0,
	OP_OVER,
	OP_WITHIN,
	OP_WITHOUT,
	OP_COMMON,
	OP_PAIR,
	OP_MAP /* and further ones */
};

static inline bool
is_node(uint32_t a)
{
	return a >= SETS_NODE;
}

static inline const SetsNode *
node_of(const RulebookSets *s, uint32_t a)
{
	return &s->nodes[a - SETS_NODE];
}

static inline uint32_t
by_of(const RulebookSets *s, uint32_t a)
{
	return is_node(a) ? node_of(s, a)->by : SETS_CONDITIONS;
}

static inline uint64_t
mix(uint64_t h)
{
	h ^= h >> 32;
	h *= UINT64_C(0x9E3779B97F4A7C15);
	return h ^ h >> 29;
}

/* Room for one more element and some; false if there is none */
static bool
grow(RulebookSets *s, void **at, uint32_t *room, uint64_t needed, size_t unit)
{
	uint64_t more = needed + needed / 2 + 64;
	void *now;

	if (needed <= *room)
		return true;
	if (s->failed || more >= SETS_NODE || more > SIZE_MAX / unit)
	{
		s->failed = true;
		return false;
	}
	now = s->memory.resize(s->memory.context, *at, (size_t) more * unit);
	if (now == NULL)
	{
		s->failed = true;
		return false;
	}
	*at = now;
	*room = (uint32_t) more;
	return true;
}

/* An empty hash table instead of the present one */
static uint32_t *
new_slots(RulebookSets *s, uint32_t *slots, uint32_t bits)
{
	size_t size = sizeof(uint32_t) << bits;

	if (slots != NULL)
		s->memory.resize(s->memory.context, slots, 0);
	slots = s->memory.resize(s->memory.context, NULL, size);
	if (slots == NULL)
		s->failed = true;
	else
		memset(slots, 0, size);
	return slots;
}

bool
sets_begin(RulebookSets *s, const RulebookMemory *memory,
           const uint32_t size[SETS_CONDITIONS])
{
	memset(s, 0, sizeof(*s));
	s->memory = *memory;
	memcpy(s->size, size, sizeof(s->size));
	s->slot_bits = 10;
	s->pair_bits = 8;
	s->slots = new_slots(s, NULL, s->slot_bits);
	s->pair_slots = new_slots(s, NULL, s->pair_bits);
	s->memo =
	    memory->resize(memory->context, NULL, sizeof(SetsMemo) << MEMO_BITS);
	if (s->memo == NULL)
		s->failed = true;
	else
		memset(s->memo, 0, sizeof(SetsMemo) << MEMO_BITS);
	return !s->failed;
}

void
sets_free(RulebookSets *s)
{
	void *blocks[] = {s->nodes, s->branches, s->slots,     s->memo,
	                  s->stack, s->pairs,    s->pair_slots};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (blocks[i] != NULL)
			s->memory.resize(s->memory.context, blocks[i], 0);
	memset(s, 0, sizeof(*s));
}

/* ---------------------------------------------------------------------
 * nodes
 * ---------------------------------------------------------------------
 */

static uint32_t
hash_node(uint32_t by, const SetsBranch *branch, uint32_t n)
{
	uint64_t h = mix(by * UINT64_C(31) + n);

	for (uint32_t i = 0; i < n; i++)
		h = mix(h ^ ((uint64_t) branch[i].to << 32 | branch[i].next));
	return (uint32_t) (h >> 32);
}

static bool
grow_slots(RulebookSets *s)
{
	uint32_t mask;

	if (s->node_count < (UINT32_C(1) << s->slot_bits) / 2)
		return true;
	s->slots = new_slots(s, s->slots, s->slot_bits + 1);
	if (s->slots == NULL)
		return false;
	s->slot_bits++;
	mask = (UINT32_C(1) << s->slot_bits) - 1;
	for (uint32_t i = 0; i < s->node_count; i++)
	{
		const SetsNode *node = &s->nodes[i];
		uint32_t slot =
		    hash_node(node->by, s->branches + node->at, node->branches) & mask;

		while (s->slots[slot] != 0)
			slot = (slot + 1) & mask;
		s->slots[slot] = i + 1;
	}
	return true;
}

/* The diagram of some branches, neighbours of which may lead to the same */
static uint32_t
make(RulebookSets *s, uint32_t by, SetsBranch *branch, uint32_t n)
{
	uint32_t kept = 0;
	uint32_t mask;
	uint32_t slot;

	if (s->failed)
		return 0;
	for (uint32_t i = 0; i < n; i++)
	{
		if (kept > 0 && branch[kept - 1].next == branch[i].next)
			kept--;
		branch[kept++] = branch[i];
	}
	if (kept == 1)
		return branch[0].next;
	if (!grow_slots(s) ||
	    !grow(s, (void **) &s->nodes, &s->node_room,
	          (uint64_t) s->node_count + 1, sizeof(SetsNode)) ||
	    !grow(s, (void **) &s->branches, &s->branch_room,
	          (uint64_t) s->branch_count + kept, sizeof(SetsBranch)))
		return 0;
	mask = (UINT32_C(1) << s->slot_bits) - 1;
	slot = hash_node(by, branch, kept) & mask;
	for (; s->slots[slot] != 0; slot = (slot + 1) & mask)
	{
		const SetsNode *node = &s->nodes[s->slots[slot] - 1];

		if (node->by == by && node->branches == kept &&
		    memcmp(s->branches + node->at, branch,
		           kept * sizeof(SetsBranch)) == 0)
			return SETS_NODE + s->slots[slot] - 1;
	}
	memcpy(s->branches + s->branch_count, branch, kept * sizeof(SetsBranch));
	s->nodes[s->node_count] = (SetsNode){s->branch_count, kept, by};
	s->branch_count += kept;
	s->slots[slot] = ++s->node_count;
	return SETS_NODE + s->node_count - 1;
}

static bool
push(RulebookSets *s, uint32_t to, uint32_t next)
{
	if (!grow(s, (void **) &s->stack, &s->stack_room, (uint64_t) s->depth + 1,
	          sizeof(SetsBranch)))
		return false;
	s->stack[s->depth++] = (SetsBranch){to, next};
	return true;
}

/* The diagram of what was pushed since */
static uint32_t
pop(RulebookSets *s, uint32_t since, uint32_t by)
{
	uint32_t made = make(s, by, s->stack + since, s->depth - since);

	s->depth = since;
	return made;
}

void
sets_whole(const RulebookSets *s, SetsBox *box)
{
	memset(box->from, 0, sizeof(box->from));
	memcpy(box->to, s->size, sizeof(box->to));
}

uint32_t
sets_box(RulebookSets *s, const SetsBox *box, uint32_t value)
{
	uint32_t made = value;

	for (uint32_t by = SETS_CONDITIONS; by-- > 0;)
	{
		SetsBranch branch[3];
		uint32_t n = 0;

		if (box->from[by] >= box->to[by])
			return 0;
		if (box->from[by] > 0)
			branch[n++] = (SetsBranch){box->from[by], 0};
		branch[n++] = (SetsBranch){box->to[by], made};
		if (box->to[by] < s->size[by])
			branch[n++] = (SetsBranch){s->size[by], 0};
		made = make(s, by, branch, n);
	}
	return made;
}

uint32_t
sets_ranges(RulebookSets *s, SetsBy by, const uint16_t *from,
            const uint16_t *to, uint32_t count)
{
	uint32_t since = s->depth;
	uint32_t end = 0;

	for (uint32_t i = 0; i < count; i++)
	{
		if (from[i] > end && !push(s, from[i], 0))
			return 0;
		if (!push(s, to[i], 1))
			return 0;
		end = to[i];
	}
	if (end < s->size[by] && !push(s, s->size[by], 0))
		return 0;
	return pop(s, since, by);
}

/* ---------------------------------------------------------------------
 * operations
 * ---------------------------------------------------------------------
 */

uint32_t
sets_pair_value(RulebookSets *s, uint32_t a, uint32_t b)
{
	uint64_t key = (uint64_t) a << 32 | b;
	uint32_t mask;
	uint32_t slot;

	if ((a == 0 && b == 0) || s->failed ||
	    !grow(s, (void **) &s->pairs, &s->pair_room,
	          (uint64_t) s->pair_count + 1, sizeof(SetsPair)))
		return 0;
	if (s->pair_count >= (UINT32_C(1) << s->pair_bits) / 2)
	{
		s->pair_slots = new_slots(s, s->pair_slots, s->pair_bits + 1);
		if (s->pair_slots == NULL)
			return 0;
		s->pair_bits++;
		mask = (UINT32_C(1) << s->pair_bits) - 1;
		for (uint32_t i = 0; i < s->pair_count; i++)
		{
			slot = (uint32_t) mix((uint64_t) s->pairs[i].a << 32 |
			                      s->pairs[i].b) &
			       mask;
			while (s->pair_slots[slot] != 0)
				slot = (slot + 1) & mask;
			s->pair_slots[slot] = i + 1;
		}
	}
	mask = (UINT32_C(1) << s->pair_bits) - 1;
	slot = (uint32_t) mix(key) & mask;
	for (; s->pair_slots[slot] != 0; slot = (slot + 1) & mask)
	{
		SetsPair pair = s->pairs[s->pair_slots[slot] - 1];

		if (pair.a == a && pair.b == b)
			return s->pair_slots[slot];
	}
	s->pairs[s->pair_count] = (SetsPair){a, b};
	s->pair_slots[slot] = ++s->pair_count;
	return s->pair_count;
}

SetsPair
sets_unpair(const RulebookSets *s, uint32_t value)
{
	if (value == 0 || value > s->pair_count)
		return (SetsPair){0, 0};
	return s->pairs[value - 1];
}

/* What an operation makes, where that can be told without looking further */
static inline bool
plain(RulebookSets *s, uint32_t op, uint32_t a, uint32_t b, uint32_t *made)
{
	switch (op)
	{
		case OP_OVER:
			if (a == 0)
				*made = b;
			else if (!is_node(a) || b == 0 || a == b)
				*made = a;
			else
				return false;
			return true;
		case OP_WITHIN:
			if (a == 0 || b == 0)
				*made = 0;
			else if (!is_node(b) || a == b)
				*made = a;
			else
				return false;
			return true;
		case OP_WITHOUT:
			if (a == 0 || b == 0)
				*made = a;
			else if (!is_node(b) || a == b)
				*made = 0;
			else
				return false;
			return true;
		case OP_COMMON:
			if (a == b)
				*made = a;
			else if (a == 0 || b == 0 || (!is_node(a) && !is_node(b)))
				*made = 0;
			else
				return false;
			return true;
		default:
			if (is_node(a) || is_node(b))
				return false;
			*made = sets_pair_value(s, a, b);
			return true;
	}
}

static inline SetsMemo *
memo_of(RulebookSets *s, uint32_t op, uint32_t a, uint32_t b)
{
	uint64_t h =
	    mix(((uint64_t) a << 32 | b) + op * UINT64_C(0x632BE59BD9B4E019));

	return &s->memo[h >> (64 - MEMO_BITS)];
}

static uint32_t
apply(RulebookSets *s, uint32_t op, uint32_t a, uint32_t b)
{
	uint32_t made;
	uint32_t by;
	uint32_t since;
	uint32_t i = 0;
	uint32_t k = 0;
	uint32_t a_by;
	uint32_t b_by;
	SetsMemo *memo;

	if (plain(s, op, a, b, &made))
		return made;
	if (s->failed)
		return 0;
	memo = memo_of(s, op, a, b);
	if (memo->op == op && memo->a == a && memo->b == b)
		return memo->made;
	a_by = by_of(s, a);
	b_by = by_of(s, b);
	by = a_by < b_by ? a_by : b_by;
	since = s->depth;
	for (uint32_t to = 0; to < s->size[by];)
	{
		SetsBranch x = {s->size[by], a};
		SetsBranch y = {s->size[by], b};

		/* nodes may move while children are made */
		if (a_by == by)
			x = s->branches[node_of(s, a)->at + i];
		if (b_by == by)
			y = s->branches[node_of(s, b)->at + k];
		to = x.to < y.to ? x.to : y.to;
		if (!push(s, to, apply(s, op, x.next, y.next)))
		{
			s->depth = since;
			return 0;
		}
		i += x.to == to;
		k += y.to == to;
	}
	made = pop(s, since, by);
	*memo = (SetsMemo){op, a, b, made};
	return made;
}

uint32_t
sets_over(RulebookSets *s, uint32_t a, uint32_t b)
{
	return apply(s, OP_OVER, a, b);
}

uint32_t
sets_within(RulebookSets *s, uint32_t a, uint32_t b)
{
	return apply(s, OP_WITHIN, a, b);
}

uint32_t
sets_without(RulebookSets *s, uint32_t a, uint32_t b)
{
	return apply(s, OP_WITHOUT, a, b);
}

uint32_t
sets_common(RulebookSets *s, uint32_t a, uint32_t b)
{
	return apply(s, OP_COMMON, a, b);
}

uint32_t
sets_pair(RulebookSets *s, uint32_t a, uint32_t b)
{
	return apply(s, OP_PAIR, a, b);
}

uint32_t
sets_new_maps(RulebookSets *s, uint32_t count)
{
	uint32_t first = OP_MAP + s->maps;

	s->maps += count;
	return first;
}

uint32_t
sets_map(RulebookSets *s, uint32_t a, uint32_t map, SetsMapFn fn,
         void *context)
{
	SetsMemo *memo;
	uint32_t since = s->depth;
	uint32_t made;
	uint32_t n;

	if (!is_node(a))
		return fn(context, a);
	if (s->failed)
		return 0;
	memo = memo_of(s, map, a, 0);
	if (memo->op == map && memo->a == a && memo->b == 0)
		return memo->made;
	n = node_of(s, a)->branches;
	for (uint32_t i = 0; i < n; i++)
	{
		SetsBranch branch = s->branches[node_of(s, a)->at + i];

		if (!push(s, branch.to, sets_map(s, branch.next, map, fn, context)))
		{
			s->depth = since;
			return 0;
		}
	}
	made = pop(s, since, node_of(s, a)->by);
	*memo = (SetsMemo){map, a, 0, made};
	return made;
}

/* The branch in which a number lies */
static inline uint32_t
branch_at(const RulebookSets *s, const SetsNode *node, uint32_t number)
{
	uint32_t low = node->at;
	uint32_t high = node->at + node->branches - 1;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (s->branches[middle].to > number)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

uint32_t
sets_fix(RulebookSets *s, uint32_t a, SetsBy by, uint32_t number, uint32_t map)
{
	SetsMemo *memo;
	uint32_t since = s->depth;
	uint32_t made;
	uint32_t n;

	if (by_of(s, a) > (uint32_t) by || s->failed)
		return a;
	if (by_of(s, a) == (uint32_t) by)
		return s->branches[branch_at(s, node_of(s, a), number)].next;
	memo = memo_of(s, map, a, 0);
	if (memo->op == map && memo->a == a && memo->b == 0)
		return memo->made;
	n = node_of(s, a)->branches;
	for (uint32_t i = 0; i < n; i++)
	{
		SetsBranch branch = s->branches[node_of(s, a)->at + i];

		if (!push(s, branch.to, sets_fix(s, branch.next, by, number, map)))
		{
			s->depth = since;
			return 0;
		}
	}
	made = pop(s, since, node_of(s, a)->by);
	*memo = (SetsMemo){map, a, 0, made};
	return made;
}

uint32_t
sets_over_all(RulebookSets *s, uint32_t *list, uint32_t count)
{
	if (count == 0)
		return 0;
	for (; count > 1; count = count / 2 + count % 2)
	{
		for (uint32_t i = 0; i + 1 < count; i += 2)
			list[i / 2] = sets_over(s, list[i], list[i + 1]);
		if (count % 2 == 1)
			list[count / 2] = list[count - 1];
	}
	return list[0];
}

/* ---------------------------------------------------------------------
 * looking
 * ---------------------------------------------------------------------
 */

bool
sets_meet(const RulebookSets *s, uint32_t a, uint32_t b)
{
	const SetsNode *x;
	const SetsNode *y;
	uint32_t from = 0;

	if (a == 0 || b == 0)
		return false;
	/* every node leads somewhere but to 0 */
	if (!is_node(a) || !is_node(b) || a == b)
		return true;
	if (by_of(s, a) > by_of(s, b) ||
	    (by_of(s, a) == by_of(s, b) &&
	     node_of(s, a)->branches > node_of(s, b)->branches))
	{
		uint32_t swap = a;

		a = b;
		b = swap;
	}
	x = node_of(s, a);
	y = node_of(s, b);
	for (uint32_t i = 0; i < x->branches; i++)
	{
		SetsBranch branch = s->branches[x->at + i];

		if (branch.next != 0)
		{
			if (y->by != x->by)
			{
				if (sets_meet(s, branch.next, b))
					return true;
			}
			else
				for (uint32_t k = branch_at(s, y, from);
				     k < y->at + y->branches; k++)
				{
					if (sets_meet(s, branch.next, s->branches[k].next))
						return true;
					if (s->branches[k].to >= branch.to)
						break;
				}
		}
		from = branch.to;
	}
	return false;
}

uint32_t
sets_at(const RulebookSets *s, uint32_t a,
        const uint32_t point[SETS_CONDITIONS])
{
	while (is_node(a))
	{
		const SetsNode *node = node_of(s, a);

		a = s->branches[branch_at(s, node, point[node->by])].next;
	}
	return a;
}

bool
sets_first(const RulebookSets *s, uint32_t a, uint32_t point[SETS_CONDITIONS])
{
	memset(point, 0, SETS_CONDITIONS * sizeof(uint32_t));
	if (a == 0)
		return false;
	while (is_node(a))
	{
		const SetsNode *node = node_of(s, a);
		uint32_t i = node->at;

		/* no node has two neighbours that lead to 0 */
		if (s->branches[i].next == 0)
			point[node->by] = s->branches[i++].to;
		a = s->branches[i].next;
	}
	return true;
}

static bool
tell_boxes(const RulebookSets *s, uint32_t a, SetsBox *box, SetsBoxFn fn,
           void *context)
{
	const SetsNode *node;
	uint32_t from = 0;

	if (a == 0)
		return true;
	if (!is_node(a))
		return fn(context, box, a);
	node = node_of(s, a);
	for (uint32_t i = 0; i < node->branches; i++)
	{
		/* fn may make new nodes */
		SetsBranch branch = s->branches[node_of(s, a)->at + i];

		node = node_of(s, a);
		box->from[node->by] = from;
		box->to[node->by] = branch.to;
		if (!tell_boxes(s, branch.next, box, fn, context))
			return false;
		node = node_of(s, a);
		from = branch.to;
	}
	box->from[node->by] = 0;
	box->to[node->by] = s->size[node->by];
	return true;
}

bool
sets_boxes(const RulebookSets *s, uint32_t a, SetsBoxFn fn, void *context)
{
	SetsBox box;

	sets_whole(s, &box);
	return tell_boxes(s, a, &box, fn, context);
}
