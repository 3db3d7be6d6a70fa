/*
 * query_rows.c
 *	  See query_rows.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "query_rows.h"

#define ROWS_AT_ONCE 100

int
query_column(const QueryRows *q, TupleDesc row, const char *name, bool needed)
{
	int n = SPI_fnumber(row, name);

	if (n > 0)
		return n;
	if (needed)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
		                errmsg("the query of %s has no column \"%s\"",
		                       q->function, name),
		                errdetail("Columns are found by their names."),
		                errhint("%s", q->columns_hint)));
	return 0;
}

Oid
query_type(const QueryRows *q, TupleDesc row, int column, const char *wanted,
           const Oid *types, int n)
{
	Oid type = getBaseType(SPI_gettypeid(row, column));
	int i;

	for (i = 0; i < n; i++)
		if (type == types[i])
			return type;
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
	                errmsg("column \"%s\" of the query of %s has type %s",
	                       SPI_fname(row, column), q->function,
	                       format_type_be(SPI_gettypeid(row, column))),
	                errdetail("It has to be of type %s.", wanted),
	                errhint("Cast it in the query.")));
	return InvalidOid;
}

Oid
query_time_type(const QueryRows *q, TupleDesc row, int column)
{
	static const Oid times[] = {TIMESTAMPTZOID, TIMESTAMPOID, DATEOID};

	return query_type(q, row, column, "timestamp with time zone", times,
	                  lengthof(times));
}

TimestampTz
query_time(Datum value, Oid type)
{
	if (type == TIMESTAMPOID)
		return DatumGetTimestampTz(
		    DirectFunctionCall1(timestamp_timestamptz, value));
	if (type == DATEOID)
		return DatumGetTimestampTz(
		    DirectFunctionCall1(date_timestamptz, value));
	return DatumGetTimestampTz(value);
}

void
query_rows(const QueryRows *q, const char *query)
{
	MemoryContext rows;
	SPIPlanPtr plan;
	Portal portal;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	plan = SPI_prepare(query, 0, NULL);
	if (plan == NULL || !SPI_is_cursor_plan(plan))
		ereport(
		    ERROR,
		    (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     errmsg("the query of %s is not one that gives rows", q->function),
		     errdetail("It has to be a single SELECT, VALUES or TABLE."),
		     errhint("%s", q->columns_hint)));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	q->begin(q->state, portal->tupDesc);
	rows = AllocSetContextCreate(CurrentMemoryContext, "civicgrid rows",
	                             ALLOCSET_DEFAULT_SIZES);
	for (;;)
	{
		uint64 i;

		SPI_cursor_fetch(portal, true, ROWS_AT_ONCE);
		if (SPI_processed == 0)
			break;
		for (i = 0; i < SPI_processed; i++)
		{
			MemoryContext old = MemoryContextSwitchTo(rows);

			q->take(q->state, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
			MemoryContextSwitchTo(old);
			MemoryContextReset(rows);
		}
		SPI_freetuptable(SPI_tuptable);
		CHECK_FOR_INTERRUPTS();
	}
	SPI_cursor_close(portal);
	SPI_finish();
}
