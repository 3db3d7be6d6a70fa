/*
 * dispatcher_cover.h
 *	  The fewest rules that say who took most cases (职责规则挖掘): a class
 *	  prefix, a territory and a channel each, any of which may be left out, and
 *	  whose they are.
 *
 * Of the rules that match a case, the one with the most digits of the class
 * decides, then the one with the most digits of the territory, then one that
 * names the channel: the order of a rulebook.
 *
 * A rule can be where enough cases are and most of them are of one label.  The
 * rule that gets the most cases right that were not before comes first, as
 *long as there is one that gets so many right; then those are dropped without
 * which hardly any would be wrong: one that says the same as the next more
 * general one, too.
 *
 * Weights are whole numbers, so the answer is the same whatever the order.
 *
 * Memory, in bytes: for each pair of a leaf and a rule that covers it 16, and
 * for each pair of a rule and a label 48, while these are counted; there are
 *at most 208 rules that cover a leaf, typically 24.
 */
#ifndef CIVICGRID_CORE_DISPATCHER_COVER_H
#define CIVICGRID_CORE_DISPATCHER_COVER_H

#include "dispatcher_common.h"

/* What was taken by a label; a case may have more than one. */
typedef struct DispatcherLabel
{
	uint32_t label;
	int64_t weight;
} DispatcherLabel;

/* Cases that no rule can tell apart */
typedef struct DispatcherLeaf
{
	DispatcherKey key;    /* without a property */
	int64_t weight;       /* of all its cases */
	uint32_t first_label; /* the end is where the next leaf's begin */
} DispatcherLeaf;

typedef struct DispatcherRule
{
	DispatcherKey key;
	uint32_t label;
	int64_t decided; /* weight of the cases that it decides … */
	int64_t kept;    /* … and of those among them that are its label's */
} DispatcherRule;

typedef struct DispatcherCover
{
	int64_t gain;      /* weight that a rule has to get right */
	int64_t support;   /* weight where a rule can be */
	double confidence; /* share of the label, there and of what it decides */
	uint32_t class_levels;
	uint32_t cell_levels;
} DispatcherCover;

#define DISPATCHER_NO_RULE UINT32_MAX

/*
 * Fill a list of DispatcherRule, in the order of their keys, and for each leaf
 * the number of the rule that decides it, or DISPATCHER_NO_RULE.  There are n
 * leaves with different keys and one more that ends the labels.  Of two labels
 * as good, the smaller is taken.
 */
extern DispatcherStatus
dispatcher_cover(const DispatcherMemory *memory, const DispatcherLeaf *leaves,
                 uint32_t n, const DispatcherLabel *labels,
                 const DispatcherCover *options, DispatcherList *rules,
                 uint32_t *decides);

#endif /* CIVICGRID_CORE_DISPATCHER_COVER_H */
