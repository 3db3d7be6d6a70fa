/*
 * workcal_fault.h
 *	  What the functions of working time refuse.
 */
#ifndef CIVICGRID_PG_WORKCAL_FAULT_H
#define CIVICGRID_PG_WORKCAL_FAULT_H

#include "postgres.h"

#include "fmgr.h"
#include "nodes/nodes.h"
#include "utils/timestamp.h"

#include "core/workcal_due.h"

#include "workcal_cache.h"

/* Where a calendar cannot tell about an instant, or a date */
extern _Noreturn void workcal_refuse_beyond(const WorkcalAxis *axis,
                                            TimestampTz at);
extern _Noreturn void workcal_refuse_date(const WorkcalAxis *axis, int32 date);
extern _Noreturn void workcal_refuse_answer(const WorkcalAxis *axis,
                                            WorkcalAnswer answer,
                                            TimestampTz start);
/* Soft where there is an ErrorSaveContext: what is wrong with a text */
extern void workcal_report_fault(Node *escontext, const WorkcalFault *fault,
                                 const char *text, Size length);
extern _Noreturn void workcal_refuse_infinite(void);
extern _Noreturn void workcal_refuse_length(void);

static inline void
workcal_check_finite(TimestampTz t)
{
	if (unlikely(TIMESTAMP_NOT_FINITE(t)))
		workcal_refuse_infinite();
}

/* Rolling days are as long as the calendar says, if it does. */
static inline void
workcal_check_length(const WorkcalAxis *axis, const Term *term)
{
	if (unlikely(term->rolling_days > 0 && axis->nominal == 0))
		workcal_refuse_length();
}

extern Datum workcal_interval(int64 microseconds);

#endif /* CIVICGRID_PG_WORKCAL_FAULT_H */
