/*
 * rulebook_tree.h
 *	  The tree of leaf codes, and what else the proof needs of its own: memory
 *	  that is given back all at once, and an order.
 *
 * Leaves are counted in the order of their codes, so that a prefix is a range
 * of them.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_TREE_H
#define CIVICGRID_CORE_RULEBOOK_TREE_H

#include "rulebook_build.h"

/* Memory that is given back all at once */
typedef struct RulebookArena
{
	RulebookMemory memory;
	struct ArenaBlock *blocks;
	bool failed;
} RulebookArena;

extern void arena_begin(RulebookArena *arena, const RulebookMemory *memory);
extern void arena_free(RulebookArena *arena);
/* Zeros; NULL if there is no memory, which arena->failed remembers */
extern void *arena_take(RulebookArena *arena, uint64_t count, size_t unit);

/* Sort numbers; before(context, a, b): a comes before b */
typedef bool (*NumberBeforeFn)(const void *context, uint32_t a, uint32_t b);
extern void sort_numbers(uint32_t *number, uint32_t count,
                         NumberBeforeFn before, const void *context);

typedef enum CodeDomain
{
	CODE_OF_CLASS = 0,
	CODE_OF_CELL
} CodeDomain;

/* 0 is the prefix of all. */
extern int code_prefix_digits(CodeDomain domain, int64_t prefix);
extern bool code_within(CodeDomain domain, int64_t code, int64_t prefix);

/* A node is the longest common prefix of its leaves, of those prefixes at
 * which levels end: of classes of two and three digits, or of pairs, not of
 * any. */
typedef struct TreeNode
{
	int64_t code;
	uint32_t from; /* leaves */
	uint32_t to;
	uint32_t end; /* nodes from this one to here are in it */
	uint32_t zero;
} TreeNode;

/* Leaf codes and all prefixes at which they part, those above first */
typedef struct RulebookTree
{
	CodeDomain domain;
	uint32_t leaves;
	uint32_t nodes;
	int64_t *leaf;
	TreeNode
	    *node; /* 0 is the root; its children begin at 1, or there are none */
} RulebookTree;

/* Of the codes of two ascending lists those that no other lies within */
extern bool tree_begin(RulebookTree *tree, RulebookArena *arena,
                       CodeDomain domain, const int64_t *a, uint32_t na,
                       const int64_t *b, uint32_t nb);
/* The leaves within a prefix */
extern void tree_range(const RulebookTree *tree, int64_t prefix,
                       uint32_t *from, uint32_t *to);
/* The node that has these leaves and no others, or the smallest that has them
 * all; there is at least one. */
extern uint32_t tree_node(const RulebookTree *tree, uint32_t from,
                          uint32_t to);

#endif /* CIVICGRID_CORE_RULEBOOK_TREE_H */
