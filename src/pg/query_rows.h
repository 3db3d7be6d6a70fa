/*
 * query_rows.h
 *	  The rows of a query that a caller gives as text, one by one.  It is run
 *	  with his rights and his search path.
 */
#ifndef CIVICGRID_PG_QUERY_ROWS_H
#define CIVICGRID_PG_QUERY_ROWS_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "datatype/timestamp.h"

/* For errors: the function that was called, and a hint that says which columns
 * the query gives */
typedef struct QueryRows
{
	const char *function;
	const char *columns_hint;
	/* what is at hand of the caller */
	void (*begin)(void *state, TupleDesc row);
	/* in a memory context that ends with the row */
	void (*take)(void *state, HeapTuple tuple, TupleDesc row);
	void *state;
} QueryRows;

extern void query_rows(const QueryRows *q, const char *query);

/* The number of a column, by its name; 0 if one that is not needed is not
 * there */
extern int query_column(const QueryRows *q, TupleDesc row, const char *name,
                        bool needed);
/* Its type, which has to be one of some */
extern Oid query_type(const QueryRows *q, TupleDesc row, int column,
                      const char *wanted, const Oid *types, int n);

/* Columns of instants: timestamps of both kinds, and dates */
extern Oid query_time_type(const QueryRows *q, TupleDesc row, int column);
extern TimestampTz query_time(Datum value, Oid type);

#endif /* CIVICGRID_PG_QUERY_ROWS_H */
