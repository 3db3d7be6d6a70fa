/*
 * rulebook_sets.h
 *	  Sets of conditions (instant, minute of the week, owner, severity,
 *channel, grade), and functions of them, as decision diagrams.
 *
 * A diagram is a number: below SETS_NODE a value, which it has everywhere;
 * else a node, which looks at one condition and leads on to others for each
 * range of it.  Nodes are kept once, so two diagrams are the same function if
 * and only if they are the same number: being empty, being full and being
 * equal is one comparison.  A set is a diagram of the values 0 and not 0.
 *
 * Conditions are counted from 0 on; what a number stands for is the caller's.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_SETS_H
#define CIVICGRID_CORE_RULEBOOK_SETS_H

#include "rulebook_build.h"

/* Conditions, in the order in which they are looked at */
typedef enum SetsBy
{
	SETS_TIME = 0,
	SETS_OWNER,
	SETS_CHANNEL,
	SETS_SEVERITY,
	SETS_GRADE,
	SETS_MINUTE,
	SETS_CONDITIONS
} SetsBy;

#define SETS_NODE UINT32_C(0x80000000)

/* from <= n < to, in each condition */
typedef struct SetsBox
{
	uint32_t from[SETS_CONDITIONS];
	uint32_t to[SETS_CONDITIONS];
} SetsBox;

typedef struct SetsNode
{
	uint32_t at; /* of its branches */
	uint32_t branches;
	uint32_t by;
} SetsNode;

/* The branch that ends before `to`, and where it leads */
typedef struct SetsBranch
{
	uint32_t to;
	uint32_t next;
} SetsBranch;

typedef struct SetsMemo
{
	uint32_t op;
	uint32_t a;
	uint32_t b;
	uint32_t made;
} SetsMemo;

typedef struct SetsPair
{
	uint32_t a;
	uint32_t b;
} SetsPair;

typedef struct RulebookSets
{
	RulebookMemory memory;
	bool failed; /* no memory; all answers since are wrong */
	uint32_t size[SETS_CONDITIONS];
	SetsNode *nodes;
	uint32_t node_count;
	uint32_t node_room;
	SetsBranch *branches;
	uint32_t branch_count;
	uint32_t branch_room;
	uint32_t *slots; /* hash table of nodes, 0 or number plus one */
	uint32_t slot_bits;
	SetsMemo *memo;
	SetsBranch *stack; /* branches of nodes under way */
	uint32_t depth;
	uint32_t stack_room;
	SetsPair *pairs; /* values made of two */
	uint32_t pair_count;
	uint32_t pair_room;
	uint32_t *pair_slots;
	uint32_t pair_bits;
	uint32_t maps; /* made so far */
} RulebookSets;

extern bool sets_begin(RulebookSets *sets, const RulebookMemory *memory,
                       const uint32_t size[SETS_CONDITIONS]);
extern void sets_free(RulebookSets *sets);

/* All of it */
extern void sets_whole(const RulebookSets *sets, SetsBox *box);
/* A value in a box, 0 elsewhere */
extern uint32_t sets_box(RulebookSets *sets, const SetsBox *box,
                         uint32_t value);
/* 1 in ranges of one condition, sorted and apart */
extern uint32_t sets_ranges(RulebookSets *sets, SetsBy by,
                            const uint16_t *from, const uint16_t *to,
                            uint32_t count);

/* a where it is not 0, else b */
extern uint32_t sets_over(RulebookSets *sets, uint32_t a, uint32_t b);
/* a where b is not 0, else 0 */
extern uint32_t sets_within(RulebookSets *sets, uint32_t a, uint32_t b);
/* a where b is 0, else 0 */
extern uint32_t sets_without(RulebookSets *sets, uint32_t a, uint32_t b);
/* a where b is the same, else 0 */
extern uint32_t sets_common(RulebookSets *sets, uint32_t a, uint32_t b);
/* Both: a value for each two values, 0 for two zeros */
extern uint32_t sets_pair(RulebookSets *sets, uint32_t a, uint32_t b);
/* What a value that sets_pair gave stands for */
extern SetsPair sets_unpair(const RulebookSets *sets, uint32_t value);
/* A value for two values, as sets_pair gives it */
extern uint32_t sets_pair_value(RulebookSets *sets, uint32_t a, uint32_t b);

/* Other values for each; sets_new_maps() gives numbers for maps, and one
 * number always does the same. */
typedef uint32_t (*SetsMapFn)(void *context, uint32_t value);
extern uint32_t sets_new_maps(RulebookSets *sets, uint32_t count);
extern uint32_t sets_map(RulebookSets *sets, uint32_t a, uint32_t map,
                         SetsMapFn fn, void *context);

/* What is left when a condition has a number; a map's number for each */
extern uint32_t sets_fix(RulebookSets *sets, uint32_t a, SetsBy by,
                         uint32_t number, uint32_t map);

/* The same as one of all, joined two by two so that many small ones make no
 * long chain of large ones; overwrites its argument. */
extern uint32_t sets_over_all(RulebookSets *sets, uint32_t *list,
                              uint32_t count);

/* Is there a point in which neither is 0? */
extern bool sets_meet(const RulebookSets *sets, uint32_t a, uint32_t b);
extern uint32_t sets_at(const RulebookSets *sets, uint32_t a,
                        const uint32_t point[SETS_CONDITIONS]);
/* The first point that is not 0, if there is one */
extern bool sets_first(const RulebookSets *sets, uint32_t a,
                       uint32_t point[SETS_CONDITIONS]);

/* Tell boxes apart from each other that make up all that is not 0; false:
 * enough. */
typedef bool (*SetsBoxFn)(void *context, const SetsBox *box, uint32_t value);
extern bool sets_boxes(const RulebookSets *sets, uint32_t a, SetsBoxFn fn,
                       void *context);

#endif /* CIVICGRID_CORE_RULEBOOK_SETS_H */
