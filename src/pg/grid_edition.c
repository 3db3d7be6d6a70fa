/*
 * grid_edition.c
 *	  The cell of a point in the map that is in force at a time.
 *
 * Which edition is in force is read from the tables with the caller's own
 * snapshot, so that a statement sees the editions that it sees everything else
 * by: a map published while a REPEATABLE READ transaction runs is not there
 * for it.  The list is short and is read once for each snapshot, not for each
 * row; the maps themselves are found in the cache by their TOAST pointers.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "gridmap_geometry.h"

typedef struct Edition
{
	TimestampTz valid_from;
	Datum map; /* mostly a TOAST pointer */
	GridmapMemo *memo;
} Edition;

/*
 * What tells two snapshots apart.  Below a given xmax the set of running
 * transactions only shrinks, so that its size stands for it; our own changes
 * are told by the command and the subtransaction.
 */
typedef struct SnapshotMark
{
	TransactionId xmin;
	TransactionId xmax;
	uint32 xcnt;
	int32 subxcnt;
	CommandId curcid;
	uint64 completed;
	SubTransactionId subtransaction;
	LocalTransactionId transaction;
} SnapshotMark;

/* What fn_extra keeps */
typedef struct Editions
{
	MemoryContext context; /* of the list */
	SnapshotMark mark;
	Oid kind;
	int count;
	Edition *list; /* the latest first */
} Editions;

static void
mark_snapshot(SnapshotMark *mark)
{
	Snapshot snapshot = GetActiveSnapshot();

	/* with the padding, for memcmp */
	memset(mark, 0, sizeof(*mark));
	mark->xmin = snapshot->xmin;
	mark->xmax = snapshot->xmax;
	mark->xcnt = snapshot->xcnt;
	mark->subxcnt = snapshot->subxcnt;
	mark->curcid = snapshot->curcid;
	mark->completed = snapshot->snapXactCompletionCount;
	mark->subtransaction = GetCurrentSubTransactionId();
	mark->transaction = my_local_transaction();
}

static void
read_editions(Editions *e, FmgrInfo *flinfo, Oid kind)
{
	Oid types[1];
	Datum values[1] = {ObjectIdGetDatum(kind)};
	Oid *declared;
	int ndeclared;
	uint64 i;

	MemoryContextReset(e->context);
	e->count = 0;
	get_func_signature(flinfo->fn_oid, &declared, &ndeclared);
	types[0] = declared[2];
	pfree(declared);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute_with_args("SELECT e.valid_from, m.map "
	                          "FROM civicgrid.grid_edition AS e "
	                          "JOIN civicgrid.grid_edition_map AS m "
	                          "ON m.edition OPERATOR(pg_catalog.=) e.edition "
	                          "WHERE m.kind OPERATOR(pg_catalog.=) $1 "
	                          "ORDER BY e.valid_from DESC, e.edition DESC",
	                          1, types, values, NULL, true,
	                          0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the editions");
	e->list = MemoryContextAllocZero(e->context,
	                                 sizeof(Edition) * (SPI_processed + 1));
	for (i = 0; i < SPI_processed; i++)
	{
		Edition *edition = &e->list[i];
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		bool isnull;
		MemoryContext old;

		edition->valid_from =
		    DatumGetTimestampTz(SPI_getbinval(row, desc, 1, &isnull));
		edition->map = SPI_getbinval(row, desc, 2, &isnull);
		old = MemoryContextSwitchTo(e->context);
		edition->map = datumCopy(edition->map, false, -1);
		edition->memo = gridmap_new_memo(e->context);
		MemoryContextSwitchTo(old);
		e->count++;
	}
	SPI_finish();
}

PG_FUNCTION_INFO_V1(cg_locate_at);
Datum
cg_locate_at(PG_FUNCTION_ARGS)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	Editions *e = flinfo->fn_extra;
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(1);
	Oid kind = PG_GETARG_OID(2);
	SnapshotMark mark;
	int64 code;
	int i;

	mark_snapshot(&mark);
	if (e == NULL)
	{
		e = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(*e));
		e->context = AllocSetContextCreate(
		    flinfo->fn_mcxt, "civicgrid editions", ALLOCSET_SMALL_SIZES);
		flinfo->fn_extra = e;
	}
	if (e->list == NULL || e->kind != kind ||
	    memcmp(&e->mark, &mark, sizeof(mark)) != 0)
	{
		e->list = NULL;
		read_editions(e, flinfo, kind);
		e->mark = mark;
		e->kind = kind;
	}
	for (i = 0; i < e->count && e->list[i].valid_from > at; i++)
		;
	if (i == e->count)
		PG_RETURN_NULL();
	code = gridmap_locate_point(e->list[i].map, e->list[i].memo,
	                            PG_GETARG_DATUM(0));
	if (code == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(code);
}
