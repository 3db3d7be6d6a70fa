/*
 * civicgrid.c
 *	  The module's mark.  There is no _PG_init: nothing needs to be preloaded,
 *	  hooked or configured.
 */
#include "postgres.h"

#include "fmgr.h"

#include "compat.h"

CIVICGRID_MODULE_MAGIC;
