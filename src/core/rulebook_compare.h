/*
 * rulebook_compare.h
 *	  What two rulebooks decide differently, by region.
 *
 * All that decides is looked at: rules, units, exclusions, fallbacks, grades,
 * policies, for all leaf classes and cells of either, for all channels,
 * severities and owners of either and none, from an instant on.  A channel or
 * a severity that one of them does not have is none there.
 *
 * Units, rules and names are the same if their ids or their bytes are; whether
 * a rule or a fallback names a unit makes no difference.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_COMPARE_H
#define CIVICGRID_CORE_RULEBOOK_COMPARE_H

#include "rulebook_check.h"

typedef enum RulebookDifferenceKind
{
	RULEBOOK_LEAD_DIFFERS = 1,
	RULEBOOK_PATH_DIFFERS = 2, /* and it does if the lead does */
	RULEBOOK_LIMIT_DIFFERS =
	    4, /* or warnings, or the calendar, of some stage */
	RULEBOOK_ASSIST_DIFFERS = 8
} RulebookDifferenceKind;

/*
 * A region in which all requests differ in the same kinds, and, if leads do,
 * in the same leads; and one request of the region, and how each answers it.
 * Differences of limits are told in regions of their own.
 */
typedef struct RulebookDifference
{
	unsigned kinds; /* bits */
	int64_t event_class;
	int64_t territory;
	int64_t from; /* INT64_MIN: from the instant asked for on */
	int64_t to;
	const char *channel; /* NULL: any; no bytes: none */
	size_t channel_len;
	const char *owner; /* NULL: any; no bytes: none, or any that no rule for
	                    * anything in the region names */
	size_t owner_len;
	uint8_t severity;     /* 0: any; or RULEBOOK_NO_SEVERITY */
	uint16_t minute_from; /* of the week; both 0: any */
	uint16_t minute_to;
	RulebookRequest before; /* the example, by the numbers of each */
	RulebookRequest after;
	int64_t lead_before; /* ids, 0: none */
	int64_t lead_after;
	int64_t rule_before; /* ids, 0: by fallback or none */
	int64_t rule_after;
	bool by_fallback_before;
	bool by_fallback_after;
} RulebookDifference;

/* false: enough */
typedef bool (*RulebookDifferenceFn)(void *context,
                                     const RulebookDifference *difference);

/* Tell all, in the order of classes, then territories; those of limits come
 * after all others.  Regions are told as rulebook_check tells them. */
extern RulebookStatus rulebook_compare(const Rulebook *before,
                                       const Rulebook *after, int64_t from,
                                       const RulebookMemory *memory,
                                       RulebookDifferenceFn tell,
                                       void *context);

#endif /* CIVICGRID_CORE_RULEBOOK_COMPARE_H */
