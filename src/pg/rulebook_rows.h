/*
 * rulebook_rows.h
 *	  Columns that rows about rulebooks have in common.
 */
#ifndef CIVICGRID_PG_RULEBOOK_ROWS_H
#define CIVICGRID_PG_RULEBOOK_ROWS_H

#include "postgres.h"

#include "core/rulebook.h"

/* A row in the making; more columns than any of them has */
#define RULEBOOK_COLUMNS 20

typedef struct RulebookRow
{
	Datum values[RULEBOOK_COLUMNS];
	bool nulls[RULEBOOK_COLUMNS];
	int n; /* columns so far */
} RulebookRow;

static inline void
row_put(RulebookRow *row, Datum value)
{
	row->values[row->n] = value;
	row->nulls[row->n++] = false;
}

static inline void
row_put_null(RulebookRow *row)
{
	row->values[row->n] = (Datum) 0;
	row->nulls[row->n++] = true;
}

/* An id or a code; NULL for 0 */
extern void row_put_number(RulebookRow *row, int64 number);
/* A name; NULL for none */
extern void row_put_name(RulebookRow *row, const Rulebook *book,
                         RulebookDomain domain, uint16 number);
/* Hours of the local week; NULL if both are 0 */
extern void row_put_hours(RulebookRow *row, int from, int to);

extern char *rulebook_name_text(const Rulebook *book, RulebookDomain domain,
                                uint16 number);
/* "Monday 22:00 to Tuesday 06:00" */
extern char *rulebook_hours_text(int from, int to);

#endif /* CIVICGRID_PG_RULEBOOK_ROWS_H */
