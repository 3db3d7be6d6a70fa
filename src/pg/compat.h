/*
 * compat.h
 *	  Every difference between the PostgreSQL versions that we support, 14 to
 *	  18.  No other file tests PG_VERSION_NUM.
 */
#ifndef CIVICGRID_PG_COMPAT_H
#define CIVICGRID_PG_COMPAT_H

#if PG_VERSION_NUM < 140000
#error "civicgrid needs PostgreSQL 14 or later"
#endif

/*
 * 16: input functions may report a fault softly, to whoever passed an
 * ErrorSaveContext; before, every fault is an error.
 */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#else
#define errsave(context, ...)        \
	do                               \
	{                                \
		(void) (context);            \
		ereport(ERROR, __VA_ARGS__); \
	} while (0)
#endif

/* 16: what looks into a varlena has a header of its own. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 15: a prefix of settings can be kept from typing errors. */
#if PG_VERSION_NUM < 150000
#define MarkGUCPrefixReserved(name) EmitWarningsOnPlaceholders(name)
#endif

/* 15: a set-returning function can have its tuplestore made. */
#if PG_VERSION_NUM < 150000
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/tuplestore.h"

static inline void
InitMaterializedSRF(FunctionCallInfo fcinfo, bits32 flags)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext old;

	if (result == NULL || !IsA(result, ReturnSetInfo) ||
	    !(result->allowedModes & SFRM_Materialize))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("set-valued function called in context that "
		                       "cannot accept a set")));
	old = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	result->returnMode = SFRM_Materialize;
	if (get_call_result_type(fcinfo, NULL, &result->setDesc) !=
	    TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	result->setResult = tuplestore_begin_heap(
	    (result->allowedModes & SFRM_Materialize_Random) != 0, false,
	    work_mem);
	MemoryContextSwitchTo(old);
}
#endif

/* 17: a process keeps the two halves of its virtual transaction together. */
#if PG_VERSION_NUM >= 170000
#define my_local_transaction() (MyProc->vxid.lxid)
#else
#define my_local_transaction() (MyProc->lxid)
#endif

/* 18: a module can state its name and version. */
#ifdef PG_MODULE_MAGIC_EXT
#define CIVICGRID_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "civicgrid", .version = CIVICGRID_VERSION)
#else
#define CIVICGRID_MODULE_MAGIC PG_MODULE_MAGIC
#endif

#endif /* CIVICGRID_PG_COMPAT_H */
