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

/* 18: a module can state its name and version. */
#ifdef PG_MODULE_MAGIC_EXT
#define CIVICGRID_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "civicgrid", .version = CIVICGRID_VERSION)
#else
#define CIVICGRID_MODULE_MAGIC PG_MODULE_MAGIC
#endif

#endif /* CIVICGRID_PG_COMPAT_H */
