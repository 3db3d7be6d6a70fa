/*
 * dispatcher_cover.c
 *	  See dispatcher_cover.h.
 */
#include "code.h"
#include "dispatcher_cover.h"
#include "dispatcher_format.h"

#define NONE UINT32_MAX

/* The rules that could decide a leaf: prefixes of the class or none, those of
 * the cell or none, with the channel or without it */
#define MOST_RULES ((EVENTCODE_MAX_DIGITS + 1) * (GRIDCODE_LEVELS + 1) * 2)

/* What is counted of a label where a rule could be */
typedef struct Count
{
	DispatcherKey key;
	uint32_t label; /* NONE: all of them */
	int64_t weight;
} Count;

/* A rule that could be */
typedef struct Candidate
{
	DispatcherKey key;
	uint32_t label;
	uint32_t rank; /* the higher decides */
	int64_t gain;
	bool chosen;
} Candidate;

typedef struct Choice
{
	int64_t gain;
	uint32_t candidate;
} Choice;

typedef struct Covering
{
	const DispatcherMemory *memory;
	const DispatcherCover *options;
	uint32_t class_levels; /* also those where the class of a leaf ends */
	const DispatcherLeaf *leaves;
	uint32_t n;
	const DispatcherLabel *labels;
	DispatcherList counts;
	uint32_t *table;
	uint64_t slots;
	DispatcherList candidates;
	uint64_t *cover_at; /* candidates of each leaf, the highest rank first … */
	uint32_t *cover;
	uint64_t *leaf_at; /* … and leaves of each candidate */
	uint32_t *leaf;
	uint32_t *winner; /* candidate that decides each leaf, or NONE */
	DispatcherList heap;
} Covering;

/* ---------------------------------------------------------------------
 * where rules can be
 * ---------------------------------------------------------------------
 */

/* The keys of all rules that could decide a leaf */
static int
keys_of(const Covering *c, const DispatcherKey *leaf, DispatcherKey *keys)
{
	int64_t class_code[EVENTCODE_MAX_DIGITS + 1] = {0};
	int64_t cell[GRIDCODE_LEVELS + 1] = {0};
	int digits = eventcode_digits(leaf->class_code);
	int levels = leaf->cell == 0 ? 0 : gridcode_level(leaf->cell);
	int classes = 1;
	int cells = 1;
	int n = 0;
	int i;
	int k;

	for (i = 1; i <= digits; i++)
		if (i == digits || (c->class_levels >> i & 1) != 0)
			class_code[classes++] = eventcode_prefix(leaf->class_code, i);
	for (i = 1; i <= levels; i++)
		if ((c->options->cell_levels >> i & 1) != 0 &&
		    gridcode_ancestor(leaf->cell, i, &cell[cells]))
			cells++;
	for (i = 0; i < classes; i++)
		for (k = 0; k < cells; k++)
		{
			keys[n].class_code = class_code[i];
			keys[n].cell = cell[k];
			keys[n].channel = 0;
			keys[n++].property = 0;
			if (leaf->channel != 0)
			{
				keys[n] = keys[n - 1];
				keys[n++].channel = leaf->channel;
			}
		}
	return n;
}

static uint32_t
rank_of(const DispatcherKey *key)
{
	uint32_t digits = 0;
	uint32_t cell = 0;

	if (key->class_code != 0)
		digits = (uint32_t) eventcode_digits(key->class_code);
	if (key->cell != 0)
		cell = (uint32_t) gridcode_digits(key->cell);
	return (digits * 32 + cell) * 2 + (key->channel != 0);
}

static uint64_t
count_slot(const Covering *c, const DispatcherKey *key, uint32_t label)
{
	uint64_t hash = dispatcher_mix(label, (uint64_t) key->class_code);
	uint64_t slot;

	hash = dispatcher_mix(hash, (uint64_t) key->cell);
	hash = dispatcher_mix(hash, key->channel);
	for (slot = hash & (c->slots - 1);; slot = (slot + 1) & (c->slots - 1))
	{
		const Count *there;

		if (c->table[slot] == 0)
			return slot;
		there = (const Count *) c->counts.at + (c->table[slot] - 1);
		if (there->label == label &&
		    dispatcher_compare_keys(&there->key, key) == 0)
			return slot;
	}
}

static bool
more_slots(Covering *c)
{
	uint64_t slots = c->slots == 0 ? 1024 : 2 * c->slots;
	uint32_t *table =
	    dispatcher_room(c->memory, c->table, slots, sizeof(uint32_t));
	const Count *count = c->counts.at;
	size_t i;

	if (table == NULL)
		return false;
	c->table = table;
	c->slots = slots;
	memset(table, 0, slots * sizeof(uint32_t));
	for (i = 0; i < c->counts.used; i++)
		table[count_slot(c, &count[i].key, count[i].label)] = (uint32_t) i + 1;
	return true;
}

static DispatcherStatus
count(Covering *c, const DispatcherKey *key, uint32_t label, int64_t weight)
{
	uint64_t slot;
	Count *there;

	if (2 * c->counts.used >= c->slots && !more_slots(c))
		return DISPATCHER_NO_MEMORY;
	slot = count_slot(c, key, label);
	if (c->table[slot] == 0)
	{
		if (c->counts.used >= NONE - 1)
			return DISPATCHER_TOO_LARGE;
		there = dispatcher_push(c->memory, &c->counts, sizeof(*there));
		if (there == NULL)
			return DISPATCHER_NO_MEMORY;
		there->key = *key;
		there->label = label;
		there->weight = 0;
		c->table[slot] = (uint32_t) c->counts.used;
	}
	there = (Count *) c->counts.at + (c->table[slot] - 1);
	there->weight += weight;
	return DISPATCHER_OK;
}

static int
order_counts(const void *a, const void *b, const void *context)
{
	const Count *x = a;
	const Count *y = b;
	int order = dispatcher_compare_keys(&x->key, &y->key);

	(void) context;
	if (order != 0)
		return order;
	return x->label == y->label ? 0 : x->label < y->label ? -1 : 1;
}

static DispatcherStatus
count_all(Covering *c)
{
	DispatcherKey keys[MOST_RULES];
	DispatcherStatus status;
	uint32_t i;
	uint32_t l;
	int k;

	for (i = 0; i < c->n; i++)
	{
		int n = keys_of(c, &c->leaves[i].key, keys);

		if (i % 1024 == 0)
			dispatcher_poll(c->memory);
		for (k = 0; k < n; k++)
		{
			status = count(c, &keys[k], NONE, c->leaves[i].weight);
			for (l = c->leaves[i].first_label;
			     status == DISPATCHER_OK && l < c->leaves[i + 1].first_label;
			     l++)
				status = count(c, &keys[k], c->labels[l].label,
				               c->labels[l].weight);
			if (status != DISPATCHER_OK)
				return status;
		}
	}
	dispatcher_release(c->memory, c->table);
	c->table = NULL;
	dispatcher_sort(c->memory, c->counts.at, c->counts.used, sizeof(Count),
	                order_counts, NULL);
	return DISPATCHER_OK;
}

/* The best label of each key, where it is good enough.  The count of all is
 * the last of a key. */
static DispatcherStatus
find_candidates(Covering *c)
{
	const Count *counts = c->counts.at;
	size_t first = 0;
	size_t i;

	for (i = 0; i < c->counts.used; i++)
	{
		const Count *best = &counts[first];
		Candidate *new;
		size_t k;

		if (counts[i].label != NONE)
			continue;
		for (k = first; k < i; k++)
			if (counts[k].weight > best->weight)
				best = &counts[k];
		first = i + 1;
		if (best == &counts[i] || counts[i].weight < c->options->support ||
		    (double) best->weight <
		        c->options->confidence * (double) counts[i].weight)
			continue;
		new = dispatcher_push(c->memory, &c->candidates, sizeof(*new));
		if (new == NULL)
			return DISPATCHER_NO_MEMORY;
		new->key = counts[i].key;
		new->label = best->label;
		new->rank = rank_of(&counts[i].key);
		new->gain = 0;
		new->chosen = false;
	}
	dispatcher_free_list(c->memory, &c->counts);
	return DISPATCHER_OK;
}

static uint32_t
find_candidate(const Covering *c, const DispatcherKey *key)
{
	const Candidate *list = c->candidates.at;
	size_t low = 0;
	size_t high = c->candidates.used;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;
		int order = dispatcher_compare_keys(&list[middle].key, key);

		if (order == 0)
			return (uint32_t) middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NONE;
}

/* Which candidates cover which leaves; keys of a leaf come with their ranks
 * rising. */
static DispatcherStatus
connect(Covering *c)
{
	DispatcherKey keys[MOST_RULES];
	DispatcherList cover = {NULL, 0, 0};
	uint64_t at = 0;
	uint32_t i;
	uint64_t k;

	c->cover_at = dispatcher_room(c->memory, NULL, (uint64_t) c->n + 1,
	                              sizeof(uint64_t));
	c->leaf_at = dispatcher_room(
	    c->memory, NULL, (uint64_t) c->candidates.used + 2, sizeof(uint64_t));
	if (c->cover_at == NULL || c->leaf_at == NULL)
		return DISPATCHER_NO_MEMORY;
	memset(c->leaf_at, 0, (c->candidates.used + 2) * sizeof(uint64_t));
	for (i = 0; i < c->n; i++)
	{
		int n = keys_of(c, &c->leaves[i].key, keys);

		c->cover_at[i] = cover.used;
		while (n-- > 0)
		{
			uint32_t candidate = find_candidate(c, &keys[n]);
			uint32_t *next;

			if (candidate == NONE)
				continue;
			next = dispatcher_push(c->memory, &cover, sizeof(*next));
			if (next == NULL)
			{
				dispatcher_free_list(c->memory, &cover);
				return DISPATCHER_NO_MEMORY;
			}
			*next = candidate;
			c->leaf_at[candidate + 2]++;
		}
	}
	c->cover_at[c->n] = cover.used;
	c->cover = cover.at;
	c->leaf = dispatcher_room(c->memory, NULL, cover.used, sizeof(uint32_t));
	if (c->leaf == NULL)
		return DISPATCHER_NO_MEMORY;
	for (k = 2; k < c->candidates.used + 2; k++)
		c->leaf_at[k] = at += c->leaf_at[k];
	for (i = 0; i < c->n; i++)
		for (k = c->cover_at[i]; k < c->cover_at[i + 1]; k++)
			c->leaf[c->leaf_at[c->cover[k] + 1]++] = i;
	return DISPATCHER_OK;
}

/* ---------------------------------------------------------------------
 * choosing
 * ---------------------------------------------------------------------
 */

static Candidate *
candidate_at(const Covering *c, uint32_t number)
{
	return (Candidate *) c->candidates.at + number;
}

/* What a rule gets right of a leaf; NONE is no rule */
static int64_t
right_of(const Covering *c, uint32_t leaf, uint32_t candidate)
{
	uint32_t l;

	if (candidate != NONE)
		for (l = c->leaves[leaf].first_label;
		     l < c->leaves[leaf + 1].first_label; l++)
			if (c->labels[l].label == candidate_at(c, candidate)->label)
				return c->labels[l].weight;
	return 0;
}

static bool
outranks(const Covering *c, uint32_t a, uint32_t b)
{
	return b == NONE || candidate_at(c, a)->rank > candidate_at(c, b)->rank;
}

static bool
better(const Choice *a, const Choice *b)
{
	return a->gain > b->gain ||
	       (a->gain == b->gain && a->candidate < b->candidate);
}

static DispatcherStatus
push_choice(Covering *c, uint32_t candidate)
{
	Choice new;
	Choice *heap;
	size_t i;

	new.gain = candidate_at(c, candidate)->gain;
	new.candidate = candidate;
	if (new.gain < c->options->gain)
		return DISPATCHER_OK;
	if (dispatcher_push(c->memory, &c->heap, sizeof(Choice)) == NULL)
		return DISPATCHER_NO_MEMORY;
	heap = c->heap.at;
	for (i = c->heap.used - 1; i > 0 && better(&new, &heap[(i - 1) / 2]);
	     i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = new;
	return DISPATCHER_OK;
}

static Choice
pop_choice(Covering *c)
{
	Choice *heap = c->heap.at;
	Choice top = heap[0];
	Choice last = heap[--c->heap.used];
	size_t i = 0;

	for (;;)
	{
		size_t child = 2 * i + 1;

		if (child >= c->heap.used)
			break;
		if (child + 1 < c->heap.used && better(&heap[child + 1], &heap[child]))
			child++;
		if (!better(&heap[child], &last))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = last;
	return top;
}

/* A rule comes to decide a leaf: others gain by another measure. */
static DispatcherStatus
decide(Covering *c, uint32_t leaf, uint32_t new)
{
	uint32_t old = c->winner[leaf];
	int64_t before = right_of(c, leaf, old);
	int64_t now = right_of(c, leaf, new);
	uint64_t k;

	c->winner[leaf] = new;
	for (k = c->cover_at[leaf]; k < c->cover_at[leaf + 1]; k++)
	{
		uint32_t other = c->cover[k];
		int64_t own;
		int64_t change = 0;
		DispatcherStatus status;

		if (candidate_at(c, other)->chosen)
			continue;
		own = right_of(c, leaf, other);
		if (outranks(c, other, old))
			change -= own - before;
		if (outranks(c, other, new))
			change += own - now;
		candidate_at(c, other)->gain += change;
		if (change > 0 && (status = push_choice(c, other)) != DISPATCHER_OK)
			return status;
	}
	return DISPATCHER_OK;
}

static DispatcherStatus
choose(Covering *c)
{
	DispatcherStatus status = DISPATCHER_OK;
	uint32_t n = (uint32_t) c->candidates.used;
	uint32_t i;
	uint64_t k;

	for (i = 0; i < c->n; i++)
		c->winner[i] = NONE;
	for (i = 0; i < n && status == DISPATCHER_OK; i++)
	{
		for (k = c->leaf_at[i]; k < c->leaf_at[i + 1]; k++)
			candidate_at(c, i)->gain += right_of(c, c->leaf[k], i);
		status = push_choice(c, i);
	}
	while (status == DISPATCHER_OK && c->heap.used > 0)
	{
		Choice top = pop_choice(c);
		Candidate *new = candidate_at(c, top.candidate);

		if (new->chosen)
			continue;
		if (new->gain != top.gain)
		{
			/* it has less to gain than it had; what has more is there */
			if (new->gain < top.gain)
				status = push_choice(c, top.candidate);
			continue;
		}
		dispatcher_poll(c->memory);
		new->chosen = true;
		for (k = c->leaf_at[top.candidate];
		     status == DISPATCHER_OK && k < c->leaf_at[top.candidate + 1]; k++)
			if (outranks(c, top.candidate, c->winner[c->leaf[k]]))
				status = decide(c, c->leaf[k], top.candidate);
	}
	return status;
}

/* The rule that would decide a leaf without the one that does */
static uint32_t
next_winner(const Covering *c, uint32_t leaf)
{
	uint64_t k = c->cover_at[leaf];

	while (c->cover[k] != c->winner[leaf])
		k++;
	while (++k < c->cover_at[leaf + 1])
		if (candidate_at(c, c->cover[k])->chosen)
			return c->cover[k];
	return NONE;
}

/* Is a rule not worth it? */
static bool
is_idle(const Covering *c, uint32_t candidate)
{
	int64_t decided = 0;
	int64_t kept = 0;
	int64_t otherwise = 0;
	uint64_t k;

	for (k = c->leaf_at[candidate]; k < c->leaf_at[candidate + 1]; k++)
		if (c->winner[c->leaf[k]] == candidate)
		{
			decided += c->leaves[c->leaf[k]].weight;
			kept += right_of(c, c->leaf[k], candidate);
			otherwise += right_of(c, c->leaf[k], next_winner(c, c->leaf[k]));
		}
	return kept - otherwise < c->options->gain ||
	       (double) kept < c->options->confidence * (double) decided;
}

static int
order_ranks(const void *a, const void *b, const void *context)
{
	const Covering *c = context;
	uint32_t x = *(const uint32_t *) a;
	uint32_t y = *(const uint32_t *) b;

	if (candidate_at(c, x)->rank != candidate_at(c, y)->rank)
		return candidate_at(c, x)->rank > candidate_at(c, y)->rank ? -1 : 1;
	return x == y ? 0 : x < y ? -1 : 1;
}

/* Drop idle rules, the most detailed first, until there are none. */
static bool
drop(Covering *c)
{
	uint32_t *chosen;
	uint32_t n = 0;
	uint32_t i;
	bool dropped = true;

	for (i = 0; i < c->candidates.used; i++)
		n += candidate_at(c, i)->chosen;
	chosen = dispatcher_room(c->memory, NULL, n, sizeof(uint32_t));
	if (chosen == NULL)
		return false;
	for (i = 0, n = 0; i < c->candidates.used; i++)
		if (candidate_at(c, i)->chosen)
			chosen[n++] = i;
	dispatcher_sort(c->memory, chosen, n, sizeof(uint32_t), order_ranks, c);
	while (dropped)
	{
		dropped = false;
		for (i = 0; i < n; i++)
		{
			Candidate *rule = candidate_at(c, chosen[i]);
			uint64_t k;

			if (i % 64 == 0)
				dispatcher_poll(c->memory);
			if (!rule->chosen || !is_idle(c, chosen[i]))
				continue;
			for (k = c->leaf_at[chosen[i]]; k < c->leaf_at[chosen[i] + 1]; k++)
				if (c->winner[c->leaf[k]] == chosen[i])
					c->winner[c->leaf[k]] = next_winner(c, c->leaf[k]);
			rule->chosen = false;
			dropped = true;
		}
	}
	dispatcher_release(c->memory, chosen);
	return true;
}

/* ---------------------------------------------------------------------
 * the whole of it
 * ---------------------------------------------------------------------
 */

/* Chosen rules to the list, and their numbers to the leaves */
static bool
put_rules(Covering *c, DispatcherList *rules, uint32_t *decides)
{
	uint32_t i;
	uint64_t k;

	for (i = 0; i < c->n; i++)
		decides[i] = DISPATCHER_NO_RULE;
	for (i = 0; i < c->candidates.used; i++)
	{
		const Candidate *chosen = candidate_at(c, i);
		DispatcherRule *rule;

		if (!chosen->chosen)
			continue;
		rule = dispatcher_push(c->memory, rules, sizeof(*rule));
		if (rule == NULL)
			return false;
		rule->key = chosen->key;
		rule->label = chosen->label;
		rule->decided = rule->kept = 0;
		for (k = c->leaf_at[i]; k < c->leaf_at[i + 1]; k++)
			if (c->winner[c->leaf[k]] == i)
			{
				decides[c->leaf[k]] = (uint32_t) rules->used - 1;
				rule->decided += c->leaves[c->leaf[k]].weight;
				rule->kept += right_of(c, c->leaf[k], i);
			}
	}
	return true;
}

DispatcherStatus
dispatcher_cover(const DispatcherMemory *memory, const DispatcherLeaf *leaves,
                 uint32_t n, const DispatcherLabel *labels,
                 const DispatcherCover *options, DispatcherList *rules,
                 uint32_t *decides)
{
	DispatcherStatus status;
	Covering c;
	uint32_t i;

	memset(&c, 0, sizeof(c));
	c.memory = memory;
	c.options = options;
	c.class_levels = options->class_levels;
	for (i = 0; i < n; i++)
		c.class_levels |= UINT32_C(1)
		                  << eventcode_digits(leaves[i].key.class_code);
	c.leaves = leaves;
	c.n = n;
	c.labels = labels;
	status = count_all(&c);
	if (status == DISPATCHER_OK)
		status = find_candidates(&c);
	if (status == DISPATCHER_OK)
		status = connect(&c);
	if (status == DISPATCHER_OK)
	{
		c.winner = dispatcher_room(memory, NULL, n, sizeof(uint32_t));
		status = c.winner == NULL ? DISPATCHER_NO_MEMORY : choose(&c);
	}
	if (status == DISPATCHER_OK &&
	    (!drop(&c) || !put_rules(&c, rules, decides)))
		status = DISPATCHER_NO_MEMORY;
	dispatcher_free_list(memory, &c.counts);
	dispatcher_release(memory, c.table);
	dispatcher_free_list(memory, &c.candidates);
	dispatcher_release(memory, c.cover_at);
	dispatcher_release(memory, c.cover);
	dispatcher_release(memory, c.leaf_at);
	dispatcher_release(memory, c.leaf);
	dispatcher_release(memory, c.winner);
	dispatcher_free_list(memory, &c.heap);
	return status;
}
