/*
 * civicgrid.c
 *	  The module's mark, and its settings.  Nothing needs to be preloaded, and
 *	  nothing is hooked.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "compat.h"
#include "gridmap_cache.h"

CIVICGRID_MODULE_MAGIC;

void _PG_init(void);

void
_PG_init(void)
{
	gridmap_cache_init();
	MarkGUCPrefixReserved("civicgrid");
}
