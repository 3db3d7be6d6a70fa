/*
 * textcluster_link.c
 *	  Average link; see textcluster_link.h.
 *
 * A table has the sum of similarities of each pair of clusters that has any;
 * each cluster has a list of neighbours, which may name clusters that are gone
 * (their successor is meant) or one twice.  When two join, the shorter list is
 * gone through.  A heap has the pairs by an upper bound of their mean: growing
 * only lowers the mean of neighbours that the other one has not, so that it is
 * enough to work it out again when a pair comes up.
 */
#include "textcluster_link.h"

#include <string.h>

#define NONE       UINT32_MAX
#define POLL_EVERY 1024

typedef struct Sum
{
	uint32_t low;
	uint32_t high; /* 0: no entry; low < high */
	int64_t sum;
} Sum;

typedef struct Node
{
	uint32_t other;
	uint32_t next;
} Node;

typedef struct Candidate
{
	double mean;
	uint32_t low;
	uint32_t high;
} Candidate;

typedef struct Linking
{
	Sum *sums;
	size_t mask;
	Node *nodes;
	uint32_t *first;  /* of the cluster's list */
	uint32_t *length; /* of it */
	uint32_t *size;   /* items */
	Candidate *heap;
	size_t heaped;
	size_t heap_room;
	uint32_t *cluster;
} Linking;

static inline size_t
slot_of(const Linking *l, uint32_t low, uint32_t high)
{
	uint64_t z = (uint64_t) low << 32 | high;

	z = (z ^ (z >> 32)) * UINT64_C(0x9E3779B97F4A7C15);
	return (size_t) (z ^ (z >> 29)) & l->mask;
}

/* The entry of a pair, or the free one where it would be */
static Sum *
find_sum(const Linking *l, uint32_t a, uint32_t b)
{
	uint32_t low = a < b ? a : b;
	uint32_t high = a < b ? b : a;
	size_t at = slot_of(l, low, high);

	while (l->sums[at].high != 0 &&
	       (l->sums[at].low != low || l->sums[at].high != high))
		at = (at + 1) & l->mask;
	return &l->sums[at];
}

/* Take an entry out; those after it move up, so that none is lost. */
static void
drop_sum(Linking *l, Sum *entry)
{
	size_t hole = (size_t) (entry - l->sums);
	size_t at = hole;

	for (;;)
	{
		size_t home;

		at = (at + 1) & l->mask;
		if (l->sums[at].high == 0)
			break;
		home = slot_of(l, l->sums[at].low, l->sums[at].high);
		if (((at - home) & l->mask) >= ((at - hole) & l->mask))
		{
			l->sums[hole] = l->sums[at];
			hole = at;
		}
	}
	l->sums[hole].high = 0;
}

static void
set_sum(Sum *entry, uint32_t a, uint32_t b, int64_t sum)
{
	entry->low = a < b ? a : b;
	entry->high = a < b ? b : a;
	entry->sum = sum;
}

/* Whether x comes up before y */
static inline bool
before(const Candidate *x, const Candidate *y)
{
	if (x->mean != y->mean)
		return x->mean > y->mean;
	if (x->low != y->low)
		return x->low < y->low;
	return x->high < y->high;
}

static TextclusterStatus
push(Linking *l, const TextclusterMemory *memory, uint32_t a, uint32_t b,
     double mean)
{
	Candidate new = {mean, a < b ? a : b, a < b ? b : a};
	size_t at = l->heaped;

	if (at == l->heap_room)
	{
		size_t room = l->heap_room + l->heap_room / 2 + 64;
		Candidate *heap =
		    memory->resize(memory->context, l->heap, room * sizeof(*heap));

		if (heap == NULL)
			return TEXTCLUSTER_NO_MEMORY;
		l->heap = heap;
		l->heap_room = room;
	}
	l->heaped++;
	while (at > 0 && before(&new, &l->heap[(at - 1) / 2]))
	{
		l->heap[at] = l->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	l->heap[at] = new;
	return TEXTCLUSTER_OK;
}

static Candidate
pop(Linking *l)
{
	Candidate top = l->heap[0];
	Candidate last = l->heap[--l->heaped];
	size_t at = 0;

	for (;;)
	{
		size_t child = 2 * at + 1;

		if (child >= l->heaped)
			break;
		if (child + 1 < l->heaped &&
		    before(&l->heap[child + 1], &l->heap[child]))
			child++;
		if (!before(&l->heap[child], &last))
			break;
		l->heap[at] = l->heap[child];
		at = child;
	}
	l->heap[at] = last;
	return top;
}

static uint32_t
find_cluster(uint32_t *cluster, uint32_t i)
{
	while (cluster[i] != i)
	{
		cluster[i] = cluster[cluster[i]];
		i = cluster[i];
	}
	return i;
}

static inline double
mean_of(const Linking *l, uint32_t a, uint32_t b, int64_t sum)
{
	return (double) sum / ((double) l->size[a] * (double) l->size[b]);
}

/* Cluster j becomes part of cluster i. */
static TextclusterStatus
join(Linking *l, const TextclusterMemory *memory, uint32_t i, uint32_t j,
     double least)
{
	uint32_t node = l->first[j];

	drop_sum(l, find_sum(l, i, j));
	l->cluster[j] = i;
	l->size[i] += l->size[j];
	while (node != NONE)
	{
		uint32_t next = l->nodes[node].next;
		uint32_t k = find_cluster(l->cluster, l->nodes[node].other);
		Sum *entry;
		int64_t sum;

		if (k != i && (entry = find_sum(l, j, k))->high != 0)
		{
			TextclusterStatus status;

			sum = entry->sum;
			drop_sum(l, entry);
			entry = find_sum(l, i, k);
			if (entry->high != 0)
				sum = entry->sum += sum;
			else
			{
				set_sum(entry, i, k, sum);
				l->nodes[node].next = l->first[i];
				l->first[i] = node;
				l->length[i]++;
			}
			if (mean_of(l, i, k, sum) >= least)
			{
				status = push(l, memory, i, k, mean_of(l, i, k, sum));
				if (status != TEXTCLUSTER_OK)
					return status;
			}
		}
		node = next;
	}
	return TEXTCLUSTER_OK;
}

static TextclusterStatus
begin_linking(Linking *l, const TextclusterMemory *memory, uint32_t items,
              const TextclusterPair *pairs, size_t n, double least)
{
	size_t slots = 16;
	size_t i;

	while (slots < 2 * n)
		slots *= 2;
	l->mask = slots - 1;
	l->sums = memory->resize(memory->context, NULL, slots * sizeof(Sum));
	l->nodes =
	    memory->resize(memory->context, NULL, (2 * n + 1) * sizeof(Node));
	l->first = memory->resize(memory->context, NULL,
	                          3 * ((size_t) items + 1) * sizeof(uint32_t));
	if (l->sums == NULL || l->nodes == NULL || l->first == NULL)
		return TEXTCLUSTER_NO_MEMORY;
	l->length = l->first + items;
	l->size = l->length + items;
	memset(l->sums, 0, slots * sizeof(Sum));
	for (i = 0; i < items; i++)
	{
		l->first[i] = NONE;
		l->length[i] = 0;
		l->size[i] = 1;
		l->cluster[i] = (uint32_t) i;
	}
	for (i = 0; i < n; i++)
	{
		uint32_t a = pairs[i].a;
		uint32_t b = pairs[i].b;
		TextclusterStatus status;

		if (i % 65536 == 0 && memory->poll != NULL)
			memory->poll(memory->context);
		set_sum(find_sum(l, a, b), a, b, pairs[i].similarity);
		l->nodes[2 * i] = (Node){b, l->first[a]};
		l->first[a] = (uint32_t) (2 * i);
		l->length[a]++;
		l->nodes[2 * i + 1] = (Node){a, l->first[b]};
		l->first[b] = (uint32_t) (2 * i + 1);
		l->length[b]++;
		if (pairs[i].similarity < least)
			continue;
		status = push(l, memory, a, b, pairs[i].similarity);
		if (status != TEXTCLUSTER_OK)
			return status;
	}
	return TEXTCLUSTER_OK;
}

static TextclusterStatus
join_all(Linking *l, const TextclusterMemory *memory, double least)
{
	size_t steps = 0;

	while (l->heaped > 0)
	{
		Candidate c = pop(l);
		TextclusterStatus status = TEXTCLUSTER_OK;
		double mean;

		if (++steps % POLL_EVERY == 0 && memory->poll != NULL)
			memory->poll(memory->context);
		if (l->cluster[c.low] != c.low || l->cluster[c.high] != c.high)
			continue;
		mean = mean_of(l, c.low, c.high, find_sum(l, c.low, c.high)->sum);
		if (mean < least)
			continue;
		if (mean != c.mean)
			status = push(l, memory, c.low, c.high, mean);
		else if (l->length[c.low] >= l->length[c.high])
			status = join(l, memory, c.low, c.high, least);
		else
			status = join(l, memory, c.high, c.low, least);
		if (status != TEXTCLUSTER_OK)
			return status;
	}
	return TEXTCLUSTER_OK;
}

TextclusterStatus
textcluster_link(const TextclusterMemory *memory, uint32_t items,
                 const TextclusterPair *pairs, size_t n, double least,
                 uint32_t *cluster)
{
	Linking l = {.cluster = cluster};
	TextclusterStatus status;
	uint32_t i;

	if (n >= NONE / 2)
		return TEXTCLUSTER_TOO_LARGE;
	/* a mean of nothing joins nothing */
	if (!(least > 0))
		least = 0.5;
	status = begin_linking(&l, memory, items, pairs, n, least);
	if (status == TEXTCLUSTER_OK)
		status = join_all(&l, memory, least);
	if (status == TEXTCLUSTER_OK)
		for (i = 0; i < items; i++)
			cluster[i] = find_cluster(cluster, i);
	if (l.sums != NULL)
		memory->resize(memory->context, l.sums, 0);
	if (l.nodes != NULL)
		memory->resize(memory->context, l.nodes, 0);
	if (l.first != NULL)
		memory->resize(memory->context, l.first, 0);
	if (l.heap != NULL)
		memory->resize(memory->context, l.heap, 0);
	return status;
}
