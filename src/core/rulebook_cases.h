/*
 * rulebook_cases.h
 *	  A region in words: for which owner, channel and severity, one each, and
 *	  for which time.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_CASES_H
#define CIVICGRID_CORE_RULEBOOK_CASES_H

#include "rulebook_space.h"

/* None; of owners, any that no rule for anything in the region names, too */
#define CASES_NONE UINT32_MAX

typedef struct RegionCase
{
	int64_t event_class; /* prefix, 0: any */
	int64_t territory;
	int64_t from; /* INT64_MIN: from the instant asked for on */
	int64_t to;
	uint32_t owner; /* by number in the space; 0: any; or CASES_NONE */
	uint32_t channel;
	uint32_t severity;    /* as it is; 0: any; or CASES_NONE */
	uint16_t minute_from; /* of the week; both 0: any */
	uint16_t minute_to;
	uint32_t point[SETS_CONDITIONS]; /* one in it */
} RegionCase;

/* false: enough */
typedef bool (*RegionCaseFn)(void *context, const RegionCase *one);

/* Rules by the owner that they name, of all books */
typedef struct RegionOwners
{
	const RulebookRule **rule;
	uint32_t *first; /* of each owner, by number in the space */
} RegionOwners;

extern bool cases_begin(RegionOwners *owners, RulebookSpace *space);
/*
 * Tell the cases of a box, of a class node or of UINT32_MAX: any.  Those that
 * do not meet what is fresh are left out.
 */
extern bool cases_tell(RulebookSpace *space, const RegionOwners *owners,
                       uint32_t class_node, uint32_t cell_node,
                       const SetsBox *box, uint32_t fresh, RegionCaseFn fn,
                       void *context);

#endif /* CIVICGRID_CORE_RULEBOOK_CASES_H */
