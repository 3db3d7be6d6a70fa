/*
 * workcal_due.h
 *	  Adding terms, and deadlines with pauses and extensions.
 *
 * A clock runs on one of two axes, that of working time or that of all time,
 * and a pause stops it: what lies in a pause does not count.  A deadline is
 * the least instant at which the time that counts, from the start on, has
 * reached the term.
 */
#ifndef CIVICGRID_CORE_WORKCAL_DUE_H
#define CIVICGRID_CORE_WORKCAL_DUE_H

#include "workcal_axis.h"

/* Ends that are open are INT64_MIN and INT64_MAX. */
typedef struct WorkcalPause
{
	int64_t from;
	int64_t to;
} WorkcalPause;

/* Ascending, apart from each other, none empty */
typedef struct WorkcalPauses
{
	const WorkcalPause *list;
	uint32_t count;
} WorkcalPauses;

/* Does a clock with this term run on working time? */
static inline bool
workcal_counts_work(const Term *term)
{
	return term->work_seconds > 0 || term->work_days > 0 ||
	       term->rolling_days > 0;
}

/*
 * extended is the term with all its extensions.  Amounts of the term's own
 * kind are added first, then those of others, in the order days, work days,
 * work hours, hours; so it does not matter in which order they were granted.
 */
extern WorkcalAnswer workcal_due(const WorkcalAxis *axis, int64_t start,
                                 const Term *term, const Term *extended,
                                 const WorkcalPauses *pauses, int64_t *due);
/* The reverse, without pauses: the latest start from which t is reached */
extern WorkcalAnswer workcal_sub(const WorkcalAxis *axis, int64_t t,
                                 const Term *term, int64_t *start);
/* What counts from start to at, which may be before start: then 0. */
extern WorkcalAnswer workcal_elapsed(const WorkcalAxis *axis, bool work,
                                     int64_t start, int64_t at,
                                     const WorkcalPauses *pauses,
                                     int64_t *elapsed);
/* What counts from start to the deadline; a pause without an end is left out,
 * since it would leave nothing to count to. */
extern WorkcalAnswer workcal_budget(const WorkcalAxis *axis, int64_t start,
                                    const Term *term, const Term *extended,
                                    const WorkcalPauses *pauses,
                                    int64_t *budget);

#endif /* CIVICGRID_CORE_WORKCAL_DUE_H */
