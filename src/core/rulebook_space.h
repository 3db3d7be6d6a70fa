/*
 * rulebook_space.h
 *	  The space in which rulebooks are proved or compared: leaf classes × leaf
 *	  cells × conditions, all counted from 0 on, and what the records of a
 *	  rulebook are in it.
 *
 * Instants are counted by the stretches between those at which anything begins
 * or ends, from the instant asked for on.  Of owners, channels, severities and
 * grades number 0 is "none", of owners any that no rulebook names as well.
 * Minutes of the week are taken for independent of instants: a rule in force
 * for less than a week might meet any of them.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_SPACE_H
#define CIVICGRID_CORE_RULEBOOK_SPACE_H

#include "rulebook_regions.h"

#define SPACE_BOOKS 2

typedef struct SpaceName
{
	const char *bytes;
	uint32_t len;
} SpaceName;

/* A rulebook in the space */
typedef struct RulebookFrame
{
	const Rulebook *book;
	struct RulebookSpace *space;
	uint32_t
	    *number[RULEBOOK_DOMAINS]; /* of the space, by number of the book */
	uint32_t *window;              /* sets, by number */
	/* of rulebook_leads.c */
	struct RulebookLeads *leads;
} RulebookFrame;

typedef struct RulebookSpace
{
	RulebookArena arena;
	RulebookSets sets;
	RulebookMaps maps;
	RulebookTree classes;
	RulebookTree cells;
	int64_t since;
	int64_t *times; /* at which stretches begin, but the first */
	uint32_t time_count;
	uint32_t severities; /* and none */
	uint8_t severity[RULEBOOK_SEVERITIES + 1];
	uint8_t severity_number[RULEBOOK_SEVERITIES + 1];
	SpaceName *names[RULEBOOK_DOMAINS]; /* in the order of bytes */
	uint32_t name_count[RULEBOOK_DOMAINS];
	uint32_t books;
	RulebookFrame frame[SPACE_BOOKS];
} RulebookSpace;

/* One rulebook or two */
extern bool space_begin(RulebookSpace *space, const Rulebook *const *books,
                        uint32_t count, int64_t since,
                        const RulebookMemory *memory);
extern void space_free(RulebookSpace *space);
extern bool space_failed(const RulebookSpace *space);
static inline void
space_poll(const RulebookSpace *space)
{
	if (space->arena.memory.poll != NULL)
		space->arena.memory.poll(space->arena.memory.context);
}

/* Stretches of time; empty: from is not before to */
extern void space_times(const RulebookSpace *space, int64_t from, int64_t to,
                        SetsBox *box);
/* When a stretch begins, and an instant in it */
extern int64_t space_begins(const RulebookSpace *space, uint32_t stretch);
extern int64_t space_instant(const RulebookSpace *space, uint32_t stretch);
extern uint32_t space_time_set(RulebookSpace *space, int64_t from, int64_t to,
                               uint32_t value);

/* Where a rule applies, as far as conditions go */
extern uint32_t space_rule_set(RulebookFrame *frame, const RulebookRule *rule);
extern uint32_t space_policy_set(RulebookFrame *frame,
                                 const RulebookPolicy *policy);

/* Which conditions a rule names, the more important ones in higher bits */
static inline unsigned
space_rule_rank(const RulebookRule *r)
{
	return (r->owner != 0 ? 8u : 0) | (r->severity != 0 ? 4u : 0) |
	       (r->channel != 0 ? 2u : 0) | (r->window != 0 ? 1u : 0);
}

static inline unsigned
space_policy_rank(const RulebookPolicy *p)
{
	return (p->severity != 0 ? 2u : 0) | (p->grade != 0 ? 1u : 0);
}

/* A request at a point, for the rulebook of a frame */
extern void space_request(const RulebookFrame *frame, int64_t event_class,
                          int64_t cell, const uint32_t point[SETS_CONDITIONS],
                          RulebookRequest *request);

/*
 * Leaf classes that no record tells apart, as far as the classes it names are
 * concerned: those with the same longest named prefix.
 */
typedef struct SpaceGroups
{
	uint32_t count;
	uint32_t *of_leaf; /* group of each leaf class */
	uint32_t *leaf;    /* the first of each group */
	int64_t *named;    /* named classes, ascending */
	uint32_t named_count;
} SpaceGroups;

extern bool space_groups(RulebookSpace *space, SpaceGroups *groups,
                         const int64_t *named, uint32_t count);
/* The named classes that a class lies within, longest first; how many. */
#define SPACE_CHAIN 14
extern uint32_t space_chain(const SpaceGroups *groups, int64_t event_class,
                            uint32_t chain[SPACE_CHAIN]);

#endif /* CIVICGRID_CORE_RULEBOOK_SPACE_H */
