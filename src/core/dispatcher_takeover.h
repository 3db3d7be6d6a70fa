/*
 * dispatcher_takeover.h
 *	  Where a unit took over from another on a day (职责变更): of the cases of
 *a class, or of a class in a territory.
 *
 * For each prefix of a class, everywhere and in each territory, the witnesses
 * are put in the order of their days, and cut in two where units differ the
 * most before and after it (the likelihood of units drawn from one
 *distribution on each side, against one distribution for both).  One unit took
 *over from another if they have more than DISPATCHER_MOST of the witnesses
 *after and before the cut, there are DISPATCHER_SIDE witnesses on each side,
 *and the share of the new one changed by more than chance would have it
 *(likelihoods as before, of this unit against all others; the logarithm of
 *their ratio is at least DISPATCHER_SURE).
 *
 * What the old unit took before the cut then says nothing any more: those
 * witnesses are past.  Greater contexts come first, and leave what is not past
 * to those within them.
 *
 * Memory: 40 bytes for each pair of a witness and a context.
 */
#ifndef CIVICGRID_CORE_DISPATCHER_TAKEOVER_H
#define CIVICGRID_CORE_DISPATCHER_TAKEOVER_H

#include "dispatcher_common.h"

#define DISPATCHER_MOST 0.6
#define DISPATCHER_SIDE 5
#define DISPATCHER_SURE 6.0

/* Cases of a class in a cell (or 0) that a unit took on a day */
typedef struct DispatcherSeen
{
	int64_t class_code;
	int64_t cell;
	int32_t day;
	uint32_t unit;
} DispatcherSeen;

typedef struct DispatcherTakeover
{
	int64_t class_code;
	int64_t cell; /* 0: everywhere */
	uint32_t before;
	uint32_t after;
	int32_t day;   /* the first of the new unit */
	uint32_t seen; /* number of a witness of that */
} DispatcherTakeover;

/*
 * Find them all, in the order of their contexts, the greater first, into a
 * list of DispatcherTakeover; past has a place for each witness.  Units are
 * numbered below units, levels as in Dispatcher.
 */
extern DispatcherStatus dispatcher_find_takeovers(
    const DispatcherMemory *memory, const DispatcherSeen *seen, uint32_t n,
    uint32_t units, uint32_t class_levels, uint32_t cell_levels, bool *past,
    DispatcherList *takeovers);

#endif /* CIVICGRID_CORE_DISPATCHER_TAKEOVER_H */
