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

/* Only read by SQL, as current_setting('civicgrid.person') */
static char *person;

void
_PG_init(void)
{
	gridmap_cache_init();
	DefineCustomStringVariable(
	    "civicgrid.person",
	    "Person who acts, where one login serves many people.",
	    "It is kept with every step of a case.", &person, "", PGC_USERSET, 0,
	    NULL, NULL, NULL);
	MarkGUCPrefixReserved("civicgrid");
}
