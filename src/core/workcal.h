/*
 * workcal.h
 *	  Working calendars (工作日历): the rules of one, as they are written
 *	  down, and the axis of working time that they make.
 */
#ifndef CIVICGRID_CORE_WORKCAL_H
#define CIVICGRID_CORE_WORKCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "term.h"

/* Allocates (block NULL), changes the size, or frees (size 0); NULL if it
 * cannot. */
typedef struct WorkcalMemory
{
	void *(*resize)(void *context, void *block, size_t size);
	void *context;
} WorkcalMemory;

/*
 * A shift in seconds from the local midnight at which its day begins.  One
 * that ends on the next day has to > 86400, and to - from <= 86400.
 */
typedef struct WorkcalShift
{
	int32_t from; /* 0 to 86399 */
	int32_t to;
} WorkcalShift;

/* Shifts of a day: count of them from first on, ascending, not overlapping */
typedef struct WorkcalHours
{
	uint32_t first;
	uint32_t count;
} WorkcalHours;

#define WORKCAL_OWN_HOURS (-1)

/* A date that is not like its weekday */
typedef struct WorkcalDay
{
	int32_t day;  /* days since 2000-01-01 */
	int32_t like; /* 0 Monday to 6 Sunday, or WORKCAL_OWN_HOURS */
	WorkcalHours hours;
	uint32_t name; /* offset in names, */
	uint32_t name_length;
} WorkcalDay;

#define WORKCAL_NEVER INT32_MAX

/* A horizon of a hundred years at most, from 1900 to 2999 */
#define WORKCAL_MAX_DAYS 36525
#define WORKCAL_MIN_DAY  (-36524) /* 1900-01-01 */
#define WORKCAL_MAX_DAY  365242   /* 2999-12-31 */
#define WORKCAL_MAX_ZONE 255

/* What the text of a calendar says.  All of it is in blocks of memory. */
typedef struct WorkcalRules
{
	WorkcalMemory memory;
	char zone[WORKCAL_MAX_ZONE + 1];
	int32_t from; /* first and last day of the horizon */
	int32_t to;
	int32_t provisional; /* first day that is provisional, or WORKCAL_NEVER */
	int32_t nominal;     /* seconds of a work day as stated, or 0 */
	WorkcalHours week[7];
	WorkcalShift *shifts;
	uint32_t nshifts;
	WorkcalDay *days; /* ascending */
	uint32_t ndays;
	char *names; /* UTF-8 */
	uint32_t names_length;
} WorkcalRules;

typedef enum WorkcalStatus
{
	WORKCAL_OK,
	WORKCAL_NO_MEMORY,
	WORKCAL_SYNTAX,    /* not JSON */
	WORKCAL_TYPE,      /* JSON of the wrong type: a number for an array … */
	WORKCAL_KEY,       /* a key that is not known */
	WORKCAL_DUPLICATE, /* a key that was there before */
	WORKCAL_MISSING,   /* a key that must be there: tz, week, from, to */
	WORKCAL_ZONE,      /* a zone's name that cannot be one */
	WORKCAL_DATE,      /* not a date */
	WORKCAL_SHIFT,     /* not a shift */
	WORKCAL_INVERTED,  /* a shift or a horizon that ends before it begins */
	WORKCAL_OVERLAP,   /* shifts of a day, or of two following days */
	WORKCAL_HORIZON,   /* a day outside from .. to */
	WORKCAL_RANGE,  /* a horizon that is too long, or too much of anything */
	WORKCAL_WEEKDAY /* "like" no weekday */
} WorkcalStatus;

#define WORKCAL_PATH 96

/* What is wrong with a text, and where */
typedef struct WorkcalFault
{
	WorkcalStatus status;
	size_t from; /* the value (or key) at fault, in bytes of the text */
	size_t to;
	char path[WORKCAL_PATH]; /* e.g. days.2026-02-30 or week.mon[1]; "" */
} WorkcalFault;

/* workcal_json.c: read and write the text form. */
extern bool workcal_parse(const char *text, size_t len,
                          const WorkcalMemory *memory, WorkcalRules *rules,
                          WorkcalFault *fault);
/* The canonical text in a block of memory; NULL if there is none left. */
extern char *workcal_print(const WorkcalRules *rules, size_t *len);
extern void workcal_free(WorkcalRules *rules);

/* Dates and days since 2000-01-01 */
extern bool workcal_date_valid(int32_t year, int32_t month, int32_t day);
extern int32_t workcal_day_of(int32_t year, int32_t month, int32_t day);
extern void workcal_date_of(int32_t days, int32_t *year, int32_t *month,
                            int32_t *day);
/* 0 Monday to 6 Sunday */
extern int workcal_weekday(int32_t days);

/* The hours that hold on a day of the horizon, and its entry if it has one */
extern WorkcalHours workcal_hours(const WorkcalRules *rules, int32_t day,
                                  const WorkcalDay **entry);

#endif /* CIVICGRID_CORE_WORKCAL_H */
