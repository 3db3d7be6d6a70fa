/*
 * workcal_fault.c
 *	  What the functions of working time refuse, and how they say so.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "compat.h"
#include "workcal_fault.h"

#define ERRCODE_BEYOND   MAKE_SQLSTATE('C', 'G', '2', '0', '1')
#define ERRCODE_OVERFLOW MAKE_SQLSTATE('C', 'G', '2', '0', '2')
#define ERRCODE_ZONE     MAKE_SQLSTATE('C', 'G', '2', '0', '3')

static const char *
date_text(int32 date)
{
	int32 year;
	int32 month;
	int32 day;

	workcal_date_of(date, &year, &month, &day);
	return psprintf("%04d-%02d-%02d", year, month, day);
}

/* As the session shows instants */
static const char *
instant_text(TimestampTz at)
{
	return DatumGetCString(
	    DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(at)));
}

static int
horizon_detail(const WorkcalAxis *axis)
{
	return errdetail("It tells about %s to %s, in time zone %s.",
	                 date_text(axis->rules->from), date_text(axis->rules->to),
	                 axis->rules->zone);
}

static int
horizon_hint(void)
{
	return errhint("Set a later \"to\", and \"provisional\" from the first "
	               "day whose holidays are not known yet.");
}

void
workcal_refuse_beyond(const WorkcalAxis *axis, TimestampTz at)
{
	ereport(ERROR,
	        (errcode(ERRCODE_BEYOND),
	         errmsg("%s is beyond the calendar's horizon", instant_text(at)),
	         horizon_detail(axis), horizon_hint()));
}

void
workcal_refuse_date(const WorkcalAxis *axis, int32 date)
{
	ereport(ERROR, (errcode(ERRCODE_BEYOND),
	                errmsg("%s is beyond the calendar's horizon",
	                       DatumGetCString(DirectFunctionCall1(
	                           date_out, DateADTGetDatum(date)))),
	                horizon_detail(axis), horizon_hint()));
}

void
workcal_refuse_answer(const WorkcalAxis *axis, WorkcalAnswer answer,
                      TimestampTz start)
{
	if (answer == WORKCAL_BEYOND)
		workcal_refuse_beyond(axis, start);
	ereport(ERROR,
	        (errcode(ERRCODE_OVERFLOW),
	         errmsg("counting from %s leads beyond the calendar's horizon",
	                instant_text(start)),
	         horizon_detail(axis), horizon_hint()));
}

void
workcal_refuse_infinite(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
	                errmsg("working time has no beginning and no end"),
	                errdetail("An instant is infinite."),
	                errhint("Leave out what has no end, or state the instant "
	                        "up to which to count.")));
}

void
workcal_refuse_length(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("the calendar does not say how long a work day is"),
	                errdetail("Its week has no hours."),
	                errhint("Set \"workday\":\"08:00\".")));
}

/* The piece of the text at fault, cut off if it is long */
static const char *
piece_of(const WorkcalFault *fault, const char *text, Size length)
{
	Size from = Min(fault->from, length);
	Size to = Min(fault->to, length);
	int n = to > from ? (int) Min(to - from, 80) : 0;

	n = pg_mbcliplen(text + from, n, n);
	return pnstrdup(text + from, n);
}

void
workcal_report_fault(Node *escontext, const WorkcalFault *fault,
                     const char *text, Size length)
{
	const char *piece = piece_of(fault, text, length);
	const char *path = fault->path[0] != '\0' ? fault->path : "the calendar";
	int code = ERRCODE_INVALID_TEXT_REPRESENTATION;
	const char *message = "invalid input syntax for type workcal";
	const char *detail = "";
	const char *hint = "A calendar is written as {\"tz\":\"Asia/Shanghai\","
	                   "\"week\":{\"mon\":[\"09:00-12:00\"]},"
	                   "\"days\":{\"2026-01-01\":[]},\"from\":\"2026-01-01\","
	                   "\"to\":\"2026-12-31\"}.";

	switch (fault->status)
	{
		case WORKCAL_OK:
			break;
		case WORKCAL_NO_MEMORY:
			code = ERRCODE_OUT_OF_MEMORY;
			message = "out of memory";
			detail = "Reading a calendar.";
			break;
		case WORKCAL_SYNTAX:
			detail = psprintf("It is not JSON: at byte %zu, \"%s\".",
			                  fault->from + 1, piece);
			break;
		case WORKCAL_TYPE:
			detail = psprintf("The value of %s is of the wrong type: %s.",
			                  path, piece);
			break;
		case WORKCAL_KEY:
			detail = psprintf("The key %s is not known: %s.", path, piece);
			hint = "Keys are tz, week, days, from, to, provisional and "
			       "workday; mon to sun within week; dates within days; "
			       "name and hours or like within a date.";
			break;
		case WORKCAL_DUPLICATE:
			detail = psprintf("The key %s is there twice.", path);
			hint = "Say once what holds on a day.";
			break;
		case WORKCAL_MISSING:
			detail = psprintf("The key %s is missing.", path);
			break;
		case WORKCAL_ZONE:
			code = ERRCODE_ZONE;
			message = "unknown time zone in a calendar";
			detail = psprintf("%s is %s.", path, piece);
			hint = "Use a name of the IANA database, as Asia/Shanghai; "
			       "pg_timezone_names lists them.";
			break;
		case WORKCAL_DATE:
			code = ERRCODE_INVALID_DATETIME_FORMAT;
			message = "invalid date in a calendar";
			detail = psprintf("%s is not a date: %s.", path, piece);
			hint = "Dates are written as 2026-01-31, from 1900 to 2999.";
			break;
		case WORKCAL_SHIFT:
			code = ERRCODE_INVALID_DATETIME_FORMAT;
			message = "invalid shift in a calendar";
			detail = psprintf("%s is not a shift: %s.", path, piece);
			hint = "Shifts are written as \"09:00-12:00\", \"14:00-24:00\", "
			       "or \"22:00-06:00\" over midnight.";
			break;
		case WORKCAL_INVERTED:
			code = ERRCODE_INVALID_DATETIME_FORMAT;
			message = "a range of a calendar is empty or inverted";
			detail = psprintf("%s ends before it begins: %s.", path, piece);
			hint = "The end comes last; a whole day is \"00:00-24:00\".";
			break;
		case WORKCAL_OVERLAP:
			code = ERRCODE_INVALID_PARAMETER_VALUE;
			message = "shifts of a calendar overlap";
			detail = psprintf("%s overlaps another shift: %s.", path, piece);
			hint = "A shift over midnight must end before the first of the "
			       "next day begins.";
			break;
		case WORKCAL_HORIZON:
			code = ERRCODE_INVALID_PARAMETER_VALUE;
			message = "a day of a calendar is outside its horizon";
			detail = psprintf("%s does not lie within \"from\" and \"to\": "
			                  "%s.",
			                  path, piece);
			hint = "Extend the horizon, or leave the day out.";
			break;
		case WORKCAL_RANGE:
			code = ERRCODE_PROGRAM_LIMIT_EXCEEDED;
			message = "a calendar is too large";
			detail = psprintf("%s is over the limit: %s.", path, piece);
			hint = "A calendar has up to 100 years, a day up to 64 shifts, "
			       "a name up to 200 characters.";
			break;
		case WORKCAL_WEEKDAY:
			detail = psprintf("%s names no weekday: %s.", path, piece);
			hint = "Weekdays are mon, tue, wed, thu, fri, sat and sun.";
			break;
	}
	errsave(escontext,
	        (errcode(code), errmsg("%s", message),
	         errdetail_internal("%s", detail), errhint("%s", hint)));
}

Datum
workcal_interval(int64 microseconds)
{
	Interval *result = palloc(sizeof(*result));

	result->time = microseconds;
	result->day = 0;
	result->month = 0;
	return IntervalPGetDatum(result);
}
