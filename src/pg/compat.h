/*
 * compat.h
 *	  Every difference between the PostgreSQL versions that we support, 15 to
 *	  18.  No other file tests PG_VERSION_NUM.
 */
#ifndef CIVICGRID_PG_COMPAT_H
#define CIVICGRID_PG_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "civicgrid needs PostgreSQL 15 or later"
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
