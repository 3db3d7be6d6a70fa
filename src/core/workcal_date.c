/*
 * workcal_date.c
 *	  Dates of working calendars, and what holds on one; see workcal.h.
 */
#include "workcal.h"

#define ERA       146097 /* days of 400 years */
#define MARCH_1_0 730425 /* days from 0000-03-01 to 2000-01-01 */

bool
workcal_date_valid(int32_t year, int32_t month, int32_t day)
{
	static const int32_t length[13] = {0,  31, 28, 31, 30, 31, 30,
	                                   31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return year >= 1900 && year <= 2999 && month >= 1 && month <= 12 &&
	       day >= 1 && day <= length[month] + (month == 2 && leap ? 1 : 0);
}

/*
 * The year is taken to begin in March, so that the leap day is its last; the
 * lengths of the months from March on are then 153 days in every five,
 * rounded.  Years before 0 are shifted by eras, since division rounds to 0.
 */
int32_t
workcal_day_of(int32_t year, int32_t month, int32_t day)
{
	int64_t y = month <= 2 ? (int64_t) year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doe =
	    365 * yoe + yoe / 4 - yoe / 100 + (153 * m + 2) / 5 + day - 1;

	return (int32_t) (era * ERA + doe - MARCH_1_0);
}

void
workcal_date_of(int32_t days, int32_t *year, int32_t *month, int32_t *day)
{
	int64_t n = (int64_t) days + MARCH_1_0;
	int64_t era = (n >= 0 ? n : n - (ERA - 1)) / ERA;
	int64_t doe = n - era * ERA;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t m = (5 * doy + 2) / 153;

	*day = (int32_t) (doy - (153 * m + 2) / 5 + 1);
	*month = (int32_t) (m < 10 ? m + 3 : m - 9);
	*year = (int32_t) (yoe + era * 400 + (*month <= 2 ? 1 : 0));
}

/* 2000-01-01 was a Saturday. */
int
workcal_weekday(int32_t days)
{
	int64_t n = ((int64_t) days + 5) % 7;

	return (int) (n < 0 ? n + 7 : n);
}

WorkcalHours
workcal_hours(const WorkcalRules *rules, int32_t day, const WorkcalDay **entry)
{
	uint32_t low = 0;
	uint32_t high = rules->ndays;
	const WorkcalDay *found = NULL;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (rules->days[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < rules->ndays && rules->days[low].day == day)
		found = &rules->days[low];
	if (entry != NULL)
		*entry = found;
	if (found == NULL)
		return rules->week[workcal_weekday(day)];
	return found->like == WORKCAL_OWN_HOURS ? found->hours
	                                        : rules->week[found->like];
}
