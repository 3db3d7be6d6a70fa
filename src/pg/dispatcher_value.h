/*
 * dispatcher_value.h
 *	  Dispatchers as SQL values.
 */
#ifndef CIVICGRID_PG_DISPATCHER_VALUE_H
#define CIVICGRID_PG_DISPATCHER_VALUE_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/timestamp.h"

#include "core/dispatcher.h"

#include "value_memo.h"

/* A stored value is padded so that the dispatcher lies at a multiple of 8. */
#define DISPATCHER_PADDING 4

/* The checksum in the header of a dispatcher */
#define DISPATCHER_DIGEST_AT (DISPATCHER_PADDING + 16)

extern DispatcherMemory dispatcher_memory(MemoryContext context);

/* What a function keeps of the dispatcher that it was called with last; zeroed
 * at first */
typedef struct DispatcherMemo
{
	ValueMemo value;
	uint8 *bytes;
	Dispatcher dispatcher;
} DispatcherMemo;

/* It holds until the next call. */
extern const Dispatcher *dispatcher_use(Datum value, DispatcherMemo *memo,
                                        MemoryContext context);
extern _Noreturn void dispatcher_refuse(DispatcherStatus status,
                                        const char *where);

/* Days since 1970 at Greenwich, of a finite time */
extern int32 dispatcher_day(TimestampTz at);

#endif /* CIVICGRID_PG_DISPATCHER_VALUE_H */
