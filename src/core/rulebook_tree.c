/*
 * rulebook_tree.c
 *	  See rulebook_tree.h.
 */
#include "rulebook_tree.h"

#include <string.h>

#include "code.h"

/* ---------------------------------------------------------------------
 * memory, order
 * ---------------------------------------------------------------------
 */

#define ARENA_BLOCK 65536

typedef struct ArenaBlock
{
	struct ArenaBlock *next;
	size_t used;
	size_t room;
	size_t zero; /* a block's memory begins at a multiple of 16 */
} ArenaBlock;

void
arena_begin(RulebookArena *arena, const RulebookMemory *memory)
{
	arena->memory = *memory;
	arena->blocks = NULL;
	arena->failed = false;
}

void
arena_free(RulebookArena *arena)
{
	while (arena->blocks != NULL)
	{
		ArenaBlock *block = arena->blocks;

		arena->blocks = block->next;
		arena->memory.resize(arena->memory.context, block, 0);
	}
}

void *
arena_take(RulebookArena *arena, uint64_t count, size_t unit)
{
	ArenaBlock *block = arena->blocks;
	size_t bytes;
	void *at;

	if (arena->failed || count > (SIZE_MAX / 2 - ARENA_BLOCK) / unit)
	{
		arena->failed = true;
		return NULL;
	}
	bytes = ((size_t) count * unit + 15) / 16 * 16;
	if (block == NULL || block->room - block->used < bytes)
	{
		size_t room = bytes > ARENA_BLOCK / 4 ? bytes : ARENA_BLOCK;

		block = arena->memory.resize(arena->memory.context, NULL,
		                             sizeof(ArenaBlock) + room);
		if (block == NULL)
		{
			arena->failed = true;
			return NULL;
		}
		block->used = 0;
		block->room = room;
		block->zero = 0;
		/* a large one is full; what others have left stays in use */
		if (room > ARENA_BLOCK && arena->blocks != NULL)
		{
			block->next = arena->blocks->next;
			arena->blocks->next = block;
		}
		else
		{
			block->next = arena->blocks;
			arena->blocks = block;
		}
	}
	at = (char *) (block + 1) + block->used;
	block->used += bytes;
	memset(at, 0, bytes);
	return at;
}

/* Heap sort, as it needs no memory */
static void
sift(uint32_t *number, uint32_t at, uint32_t count, NumberBeforeFn before,
     const void *context)
{
	uint32_t moved = number[at];

	for (;;)
	{
		uint32_t child = 2 * at + 1;

		if (child >= count)
			break;
		if (child + 1 < count &&
		    before(context, number[child], number[child + 1]))
			child++;
		if (!before(context, moved, number[child]))
			break;
		number[at] = number[child];
		at = child;
	}
	number[at] = moved;
}

void
sort_numbers(uint32_t *number, uint32_t count, NumberBeforeFn before,
             const void *context)
{
	for (uint32_t i = count / 2; i-- > 0;)
		sift(number, i, count, before, context);
	for (uint32_t n = count; n > 1;)
	{
		uint32_t last = number[--n];

		number[n] = number[0];
		number[0] = last;
		sift(number, 0, n, before, context);
	}
}

/* ---------------------------------------------------------------------
 * codes
 * ---------------------------------------------------------------------
 */

#define MOST_LEVELS EVENTCODE_MAX_DIGITS

_Static_assert(MOST_LEVELS >= GRIDCODE_LEVELS, "a lineage has room");

int
code_prefix_digits(CodeDomain domain, int64_t prefix)
{
	if (prefix == 0)
		return 0;
	return domain == CODE_OF_CLASS ? eventcode_digits(prefix)
	                               : gridcode_digits(prefix);
}

static int64_t
last_within(CodeDomain domain, int64_t prefix)
{
	if (prefix == 0)
		return INT64_MAX;
	return domain == CODE_OF_CLASS ? eventcode_last(prefix)
	                               : gridcode_last(prefix);
}

bool
code_within(CodeDomain domain, int64_t code, int64_t prefix)
{
	return code >= prefix && code <= last_within(domain, prefix);
}

/*
 * The prefixes of a code by which it may be told, itself the last: of a class
 * those at which levels end in the standards, if it is as long as theirs, so
 * that regions are classes that exist.
 */
static int
lineage(CodeDomain domain, int64_t code, int64_t out[MOST_LEVELS])
{
	int ends[MOST_LEVELS];
	int n;

	if (domain == CODE_OF_CELL)
		return gridcode_lineage(code, out);
	n = eventcode_standard_ends(eventcode_digits(code), ends);
	if (n == 0)
		return eventcode_lineage(code, out);
	for (int i = 0; i < n; i++)
		out[i] = eventcode_prefix(code, ends[i]);
	return n;
}

/* ---------------------------------------------------------------------
 * tree
 * ---------------------------------------------------------------------
 */

/* The longest prefix of both */
static int64_t
common_prefix(CodeDomain domain, int64_t a, int64_t b)
{
	int64_t out[MOST_LEVELS];
	int n = lineage(domain, a, out);

	while (n > 0 && !code_within(domain, b, out[n - 1]))
		n--;
	return n > 0 ? out[n - 1] : 0;
}

static uint32_t
leaf_from(const RulebookTree *tree, int64_t code, uint32_t low)
{
	uint32_t high = tree->leaves;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (tree->leaf[middle] < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A prefix is at most MOST_LEVELS deep, and so is this. */
static void
add_nodes(RulebookTree *tree, uint32_t from, uint32_t to)
{
	TreeNode *node = &tree->node[tree->nodes++];
	int64_t out[MOST_LEVELS];

	node->from = from;
	node->to = to;
	node->code = to - from == 1 ? tree->leaf[from]
	                            : common_prefix(tree->domain, tree->leaf[from],
	                                            tree->leaf[to - 1]);
	if (to - from > 1)
		while (from < to)
		{
			int n = lineage(tree->domain, tree->leaf[from], out);
			int64_t last = tree->leaf[from];
			uint32_t end;

			for (int i = 0; i < n; i++)
				if (out[i] > node->code)
				{
					last = last_within(tree->domain, out[i]);
					break;
				}
			end = last == INT64_MAX ? to : leaf_from(tree, last + 1, from + 1);
			add_nodes(tree, from, end > to ? to : end);
			from = end;
		}
	node->end = tree->nodes;
}

bool
tree_begin(RulebookTree *tree, RulebookArena *arena, CodeDomain domain,
           const int64_t *a, uint32_t na, const int64_t *b, uint32_t nb)
{
	uint64_t most = (uint64_t) na + nb;

	memset(tree, 0, sizeof(*tree));
	tree->domain = domain;
	tree->leaf = arena_take(arena, most + 1, sizeof(int64_t));
	tree->node = arena_take(arena, 2 * most + 1, sizeof(TreeNode));
	if (arena->failed || most > INT32_MAX / 2)
	{
		arena->failed = true;
		return false;
	}
	for (uint32_t i = 0, k = 0; i < na || k < nb;)
	{
		int64_t code = k == nb || (i < na && a[i] <= b[k]) ? a[i++] : b[k++];

		/* those above are next to the first within */
		if (tree->leaves > 0 &&
		    code_within(domain, code, tree->leaf[tree->leaves - 1]))
			tree->leaves--;
		tree->leaf[tree->leaves++] = code;
	}
	if (tree->leaves > 0)
		add_nodes(tree, 0, tree->leaves);
	return true;
}

void
tree_range(const RulebookTree *tree, int64_t prefix, uint32_t *from,
           uint32_t *to)
{
	int64_t last = last_within(tree->domain, prefix);

	*from = leaf_from(tree, prefix, 0);
	*to = last == INT64_MAX ? tree->leaves : leaf_from(tree, last + 1, *from);
}

uint32_t
tree_node(const RulebookTree *tree, uint32_t from, uint32_t to)
{
	uint32_t at = 0;

	for (uint32_t child = 1; child < tree->node[at].end;)
	{
		const TreeNode *node = &tree->node[child];

		if (node->from <= from && to <= node->to)
		{
			at = child;
			child++;
		}
		else
			child = node->end;
	}
	return at;
}
