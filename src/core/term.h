/*
 * term.h
 *	  Terms (时限): how long something may take, in the units that deadlines
 *	  are set in.
 */
#ifndef CIVICGRID_CORE_TERM_H
#define CIVICGRID_CORE_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A sum of amounts, none of them negative.  They are kept apart because none
 * can be turned into another without a calendar.
 */
typedef struct Term
{
	int64_t seconds;      /* continuous: minutes, hours (紧急工作时) */
	int64_t work_seconds; /* of working time: work hours (工作时) */
	int32_t days; /* calendar days (自然日), to the close of the last */
	int32_t work_days;    /* work days (工作日), likewise */
	int32_t rolling_days; /* work days counted as their nominal hours */
	int32_t zero;         /* always 0 */
} Term;

/* The most of each: a hundred years */
#define TERM_MAX_DAYS    36525
#define TERM_MAX_SECONDS (INT64_C(36525) * 86400)

/* Room for any text form, mixed sums and the end mark included */
#define TERM_TEXT 144

typedef enum TermStatus
{
	TERM_OK,
	TERM_EMPTY,    /* nothing there */
	TERM_NUMBER,   /* no number, or not one of this unit, e.g. half a day */
	TERM_UNIT,     /* no unit, or an unknown one */
	TERM_REPEATED, /* the same unit twice */
	TERM_MIXED,    /* units that cannot be added up */
	TERM_RANGE     /* too long */
} TermStatus;

/* Where the fault is, in bytes of the text */
typedef struct TermFault
{
	TermStatus status;
	size_t from;
	size_t to;
} TermFault;

/* Read a term from UTF-8 text; false and *fault if it is none. */
extern bool term_parse(const char *text, size_t len, Term *term,
                       TermFault *fault);
/* The canonical text form; returns its length. */
extern int term_format(const Term *term, char *out);
/* May stand in a table: amounts in range, units that can be added up */
extern TermStatus term_check(const Term *term);
/* The sum, whatever the units; false if it is too long. */
extern bool term_add(const Term *a, const Term *b, Term *sum);

#endif /* CIVICGRID_CORE_TERM_H */
