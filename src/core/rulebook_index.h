/*
 * rulebook_index.h
 *	  What is derived from the records of a rulebook, piece by piece, for the
 *	  one who makes it and the one who checks it.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_INDEX_H
#define CIVICGRID_CORE_RULEBOOK_INDEX_H

#include "rulebook_lookup.h"

/* Of which section the entries of a table are */
extern const RulebookSection rulebook_table_of[RULEBOOK_TABLES];

/*
 * Does a key begin at a place in the order of a section?  If so, its entry and
 * hash.
 */
extern bool rulebook_begins(const Rulebook *book, RulebookTable table,
                            uint32_t i, uint32_t *entry, uint64_t *hash);
/* Does a rule begin those of a class and a territory that is not 0? */
extern bool rulebook_begins_key(const Rulebook *book, uint32_t rule);
extern RulebookKey rulebook_make_key(const Rulebook *book, uint32_t rule);
extern uint32_t rulebook_count_keys(const Rulebook *book);
/* What a spot has that is found by others; the header describes them.  Above
 * a territory: UINT32_MAX if that should be an area and is none. */
extern uint32_t rulebook_find_above(const Rulebook *book, int64_t territory);
extern uint16_t rulebook_find_column(const Rulebook *book, int64_t territory);
/* The number of a place, 0: policies do not name it */
extern uint32_t rulebook_place(const Rulebook *book, int64_t territory);
extern uint32_t rulebook_count_entries(const Rulebook *book,
                                       RulebookTable table);

/* Where a walk over the branches is in the lists that are in their order */
typedef struct RulebookWalk
{
	uint32_t rule;
	uint32_t policy;
	uint32_t leaf;
	uint32_t bundles;
} RulebookWalk;

/*
 * All of the next branch but its class; false if no record has this class, or
 * there is one of a class before it.
 */
extern bool rulebook_next_branch(const Rulebook *book,
                                 const RulebookBranch *branches, uint32_t i,
                                 RulebookWalk *walk, RulebookBranch *made);
/* Do units stand so in their order? */
extern bool rulebook_order_ascends(const Rulebook *book, uint32_t i,
                                   uint32_t k);
/* What the header says of the records */
extern void rulebook_describe(const Rulebook *book, RulebookHeader *h);
/* How many bundles there have to be; none if that were too many */
extern uint32_t rulebook_count_bundles(const Rulebook *book,
                                       uint32_t branches);

/* The policies of a bundle: the next one of a walk over all of them */
typedef struct RulebookBundleWalk
{
	uint32_t branch;
	uint32_t place;
	uint32_t severity;
	uint32_t grade;
	RulebookPlaces places;
} RulebookBundleWalk;

extern uint32_t rulebook_next_bundle(const Rulebook *book,
                                     RulebookBundleWalk *w,
                                     int32_t policy[RULEBOOK_STAGES]);

#endif /* CIVICGRID_CORE_RULEBOOK_INDEX_H */
