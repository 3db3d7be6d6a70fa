/*
 * rulebook_rows.c
 *	  Columns that rows about rulebooks have in common.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "rulebook_rows.h"

#define MINUTES_PER_DAY 1440

char *
rulebook_name_text(const Rulebook *book, RulebookDomain domain, uint16 number)
{
	const RulebookName *name = &book->names[domain][number - 1];

	return pnstrdup(book->pool + name->at, name->len);
}

char *
rulebook_hours_text(int from, int to)
{
	static const char *const days[] = {"Monday",   "Tuesday", "Wednesday",
	                                   "Thursday", "Friday",  "Saturday",
	                                   "Sunday"};
	/* what ends at midnight ends at 24:00 */
	int last = (to + RULEBOOK_WEEK - 1) % RULEBOOK_WEEK / MINUTES_PER_DAY;
	int end = to - last * MINUTES_PER_DAY;

	return psprintf("%s %02d:%02d to %s %02d:%02d",
	                days[from / MINUTES_PER_DAY % 7],
	                from % MINUTES_PER_DAY / 60, from % 60, days[last],
	                end / 60, end % 60);
}

void
row_put_number(RulebookRow *row, int64 number)
{
	row->values[row->n] = Int64GetDatum(number);
	row->nulls[row->n++] = number == 0;
}

void
row_put_name(RulebookRow *row, const Rulebook *book, RulebookDomain domain,
             uint16 number)
{
	if (number == 0)
		row_put_null(row);
	else
		row_put(row,
		        CStringGetTextDatum(rulebook_name_text(book, domain, number)));
}

void
row_put_hours(RulebookRow *row, int from, int to)
{
	if (from == to)
		row_put_null(row);
	else
		row_put(row, CStringGetTextDatum(rulebook_hours_text(from, to)));
}
