/*
 * case_row.h
 *	  Rows and statements of the case engine.
 */
#ifndef CIVICGRID_PG_CASE_ROW_H
#define CIVICGRID_PG_CASE_ROW_H

#include "access/htup_details.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

/* A row, taken apart */
typedef struct Row
{
	TupleDesc desc;
	HeapTupleData tuple;
	Datum *values;
	bool *nulls;
} Row;

extern void row_open(Row *row, Datum composite);
/* Nothing for a row that was never opened */
extern void row_close(Row *row);
/* Where a column is */
extern int row_column(const Row *row, const char *name);
/* A column that is never null */
extern char *row_text(const Row *row, const char *name);
/* A column, 0 if it is null */
extern int64 row_int8(const Row *row, const char *name, bool *isnull);
/* The row of the values as they are now */
extern Datum row_datum(const Row *row);

/* Where the objects of the extension are: those of the function called */
typedef struct CaseSchema
{
	Oid namespace;
	Oid caseno;
} CaseSchema;

extern CaseSchema case_schema(FunctionCallInfo fcinfo);
/* Another function of the extension */
extern Oid case_function(const CaseSchema *schema, const char *name,
                         int n_types, const Oid *types);

/*
 * A statement that is prepared once a session, and anew when the extension was
 * made anew.  In its text "@." stands for the schema; among the types
 * InvalidOid for that of case numbers, and CASE_TERM for that of terms.
 */
#define CASE_TERM           ((Oid) 1)
#define CASE_STATEMENT_ARGS 48
typedef struct CaseStatement
{
	const char *text;
	int n;
	Oid types[CASE_STATEMENT_ARGS];
	SPIPlanPtr plan;
	Oid caseno;
	/* see case_write_row() */
	uint64 row;
} CaseStatement;

/* SPI_connect(), or an error */
extern void case_connect(void);
/* Run it, within SPI_connect(); the number of rows, which are in SPI_tuptable.
 * nulls may be NULL. */
extern uint64 case_execute(CaseStatement *statement, const CaseSchema *schema,
                           Datum *values, const bool *nulls);
/* A column of the first row of SPI_tuptable, from 1 on; there is one */
extern Datum case_result(int column, bool *isnull);
/* Write a row of a table, by a statement that is empty at first: all columns
 * of a new row, or where key is given, of the row with this case number all
 * but that column and another. */
extern void case_write_row(CaseStatement *statement, const CaseSchema *schema,
                           const char *table, const Row *row, const char *key,
                           const char *other);

/*
 * The rows of a table of rules whose first columns, which are those of an
 * index, are the keys: texts, or a number.  By the index, without the
 * executor, which would take several times as long.
 */
extern List *case_rules(const CaseSchema *schema, const char *table,
                        const char *index, Oid key_type, int n,
                        const Datum *keys);
/* The only one; NULL if there is none */
extern Row *case_rule(const CaseSchema *schema, const char *table,
                      const char *index, Oid key_type, int n,
                      const Datum *keys);

/* case_right.c */

/* A grant, and how far it is from what was looked for */
typedef struct Grant
{
	Datum role;
	bool for_all;
	int64 unit;
	int distance;
} Grant;

/* Who acts, as acting() says */
extern char *acting_account(void);
/* The grant by which somebody acts for a unit in one of some roles, as
 * acting_right() finds it; false if there is none */
extern bool find_grant(const CaseSchema *schema, Datum member, Datum roles,
                       int64 unit, Grant *found);

/* case_journal.c */
extern void append_instant(StringInfo buf, Datum instant);
extern Datum write_step(const CaseSchema *schema, const Row *act,
                        const Row *was, Row *next, const Row *transition,
                        const char *clocks);

/* case_tell.c */

/* Write the messages of an act: was and next are the case before and after,
 * state is the latter as it was written; gives: tasks were given. */
extern void tell_units(const CaseSchema *schema, const Row *act,
                       const Row *was, const Row *next, const Row *transition,
                       Datum state, bool gives);

#endif /* CIVICGRID_PG_CASE_ROW_H */
