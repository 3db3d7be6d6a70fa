/*
 * workcal_text.h
 *	  The pieces that the text of a calendar is made of: dates, times, shifts,
 *	  names of weekdays and zones.
 */
#ifndef CIVICGRID_CORE_WORKCAL_TEXT_H
#define CIVICGRID_CORE_WORKCAL_TEXT_H

#include "workcal.h"

#define WORKCAL_DAY_SECONDS 86400

/* mon to sun */
extern const char workcal_weekday_name[7][4];

/* 0 to 6; 7 if it is none */
extern int workcal_read_weekday(const char *text, size_t len);
/*
 * YYYY-MM-DD.  WORKCAL_DATE if it is none, WORKCAL_RANGE if it is one of
 * other centuries than those of calendars.
 */
extern WorkcalStatus workcal_read_date(const char *text, size_t len,
                                       int32_t *day);
/*
 * HH:MM or HH:MM:SS at the beginning of the text, up to 24:00.  Returns its
 * length, 0 if there is none.
 */
extern size_t workcal_read_clock(const char *text, size_t len,
                                 int32_t *seconds);
/* Two of them with a '-' between; WORKCAL_SHIFT or WORKCAL_INVERTED if not */
extern WorkcalStatus workcal_read_shift(const char *text, size_t len,
                                        WorkcalShift *shift);
/*
 * Names of zones are names of files.  The rules are those of the tz database,
 * with '+' for Etc/GMT+8.
 */
extern bool workcal_zone_valid(const char *zone, size_t len);

extern void workcal_put_date(int32_t day, char out[10]);
/* Without the seconds if there are none; returns the length. */
extern size_t workcal_put_clock(int32_t seconds, char out[8]);

#endif /* CIVICGRID_CORE_WORKCAL_TEXT_H */
