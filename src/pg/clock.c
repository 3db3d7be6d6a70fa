/*
 * clock.c
 *	  What a REPEATABLE READ transaction has to know of others: whether
 *	  something has been committed that its snapshot cannot see, as an edition
 *	  of a calendar, or a clock that an edition has to move.  And the lock
 *	  between who writes clocks and who moves them.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(cg_finds_latest);
PG_FUNCTION_INFO_V1(cg_share_clock_lock);

Datum
cg_finds_latest(PG_FUNCTION_ARGS)
{
	char *query = text_to_cstring(PG_GETARG_TEXT_PP(0));
	SPIPlanPtr plan;
	bool found;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	plan = SPI_prepare(query, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "could not prepare: %s",
		     SPI_result_code_string(SPI_result));
	/* as the triggers of foreign keys look at rows */
	if (SPI_execute_snapshot(plan, NULL, NULL, GetLatestSnapshot(),
	                         InvalidSnapshot, true, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "the query is no SELECT");
	found = SPI_processed > 0;
	SPI_finish();
	PG_RETURN_BOOL(found);
}

/* trigger: as pg_advisory_xact_lock_shared(clock_lock()) */
Datum
cg_share_clock_lock(PG_FUNCTION_ARGS)
{
	static int64 key;

	if (!CALLED_AS_TRIGGER(fcinfo))
		elog(ERROR, "share_clock_lock() is a trigger");
	if (key == 0)
		key = DatumGetInt64(DirectFunctionCall2Coll(
		    hashtextextended, DEFAULT_COLLATION_OID,
		    CStringGetTextDatum("civicgrid clocks"), Int64GetDatum(0)));
	DirectFunctionCall1(pg_advisory_xact_lock_shared_int8, Int64GetDatum(key));
	PG_RETURN_POINTER(NULL);
}
