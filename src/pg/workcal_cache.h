/*
 * workcal_cache.h
 *	  Working calendars that this backend has laid out.
 */
#ifndef CIVICGRID_PG_WORKCAL_CACHE_H
#define CIVICGRID_PG_WORKCAL_CACHE_H

#include "postgres.h"

#include "fmgr.h"

#include "core/workcal_axis.h"

#include "value_memo.h"

/* A workcal: the digest of its text, and its text */
#define WORKCAL_DIGEST_BYTES VALUE_DIGEST_BYTES

/* What a function keeps between calls to find its calendar again */
typedef struct WorkcalMemo
{
	const WorkcalAxis *axis;
	uint64 serial;
	ValueMemo value;
} WorkcalMemo;

/* The axis holds until the next call. */
extern const WorkcalAxis *workcal_use_memo(Datum value, WorkcalMemo *memo);

/* Core's allocator over a memory context */
extern WorkcalMemory workcal_memory(MemoryContext context);
extern const char *workcal_zone_name(const char *name);

/* With the function's memo */
static inline const WorkcalAxis *
workcal_use_arg(FunctionCallInfo fcinfo, int arg)
{
	if (unlikely(fcinfo->flinfo->fn_extra == NULL))
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(
		    fcinfo->flinfo->fn_mcxt, sizeof(WorkcalMemo));
	return workcal_use_memo(PG_GETARG_DATUM(arg), fcinfo->flinfo->fn_extra);
}

#endif /* CIVICGRID_PG_WORKCAL_CACHE_H */
