/*
 * clock.c
 *	  What a REPEATABLE READ transaction has to know of others: whether
 *	  something has been committed that its snapshot cannot see, as an edition
 *	  of a calendar, or a clock that an edition has to move.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(cg_finds_latest);

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
