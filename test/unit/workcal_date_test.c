/*
 * workcal_date_test.c
 *	  Dates against the C library, far ones against a plain count, and the
 *	  search for what holds on a day against going through the list.
 */
#define _DEFAULT_SOURCE
#include "core/workcal.h"

#include <time.h>

#include "workcal_texts.h"

/* Every day of the calendars, against timegm and gmtime */
static void
test_calendar(void)
{
	int wrong = 0;
	int32_t day;

	for (day = WORKCAL_MIN_DAY; day <= WORKCAL_MAX_DAY; day++)
	{
		time_t t = ((time_t) day + 10957) * 86400;
		struct tm tm;
		int32_t y;
		int32_t m;
		int32_t d;

		gmtime_r(&t, &tm);
		workcal_date_of(day, &y, &m, &d);
		if (y != tm.tm_year + 1900 || m != tm.tm_mon + 1 || d != tm.tm_mday ||
		    workcal_weekday(day) != (tm.tm_wday + 6) % 7 ||
		    workcal_day_of(y, m, d) != day || !workcal_date_valid(y, m, d))
			wrong++;
	}
	ok(wrong == 0, "the days from 1900 to 2999 are as the C library has them");
	ok(workcal_day_of(1900, 1, 1) == WORKCAL_MIN_DAY &&
	       workcal_day_of(2999, 12, 31) == WORKCAL_MAX_DAY &&
	       workcal_day_of(2000, 1, 1) == 0,
	   "1900-01-01, 2000-01-01 and 2999-12-31 are where they should be");
	ok(workcal_weekday(0) == 5 && workcal_weekday(-1) == 4 &&
	       workcal_weekday(2) == 0,
	   "2000-01-01 was a Saturday");
}

/* Every date that can be written, against counting them */
static void
test_valid(void)
{
	int32_t next = WORKCAL_MIN_DAY;
	int wrong = 0;
	int32_t y;
	int32_t m;
	int32_t d;

	for (y = 1890; y <= 3010; y++)
		for (m = -1; m <= 14; m++)
			for (d = -1; d <= 33; d++)
			{
				bool valid = workcal_date_valid(y, m, d);

				if (valid && workcal_day_of(y, m, d) != next++)
					wrong++;
			}
	ok(wrong == 0 && next == WORKCAL_MAX_DAY + 1,
	   "as many dates are valid as there are days");
	ok(!workcal_date_valid(2026, 2, 29) && workcal_date_valid(2024, 2, 29) &&
	       !workcal_date_valid(2100, 2, 29) &&
	       workcal_date_valid(2000, 2, 29) &&
	       !workcal_date_valid(1899, 12, 31) &&
	       !workcal_date_valid(3000, 1, 1) &&
	       !workcal_date_valid(INT32_MIN, INT32_MIN, INT32_MIN) &&
	       !workcal_date_valid(INT32_MAX, INT32_MAX, INT32_MAX),
	   "leap days, and the ends of what is valid");
}

/* Nothing else is asked for, but nothing breaks either. */
static void
test_far(void)
{
	uint64_t seed = 3;
	int wrong = 0;
	int i;

	for (i = 0; i < 1000000; i++)
	{
		int32_t day = (int32_t) (uint32_t) next_random(&seed);
		int32_t y;
		int32_t m;
		int32_t d;

		if (i < 4)
			day = i % 2 == 0 ? INT32_MIN + i / 2 : INT32_MAX - i / 2;
		workcal_date_of(day, &y, &m, &d);
		if (m < 1 || m > 12 || d < 1 || d > 31 ||
		    workcal_day_of(y, m, d) != day || workcal_weekday(day) < 0 ||
		    workcal_weekday(day) > 6 ||
		    (day < INT32_MAX &&
		     workcal_weekday(day + 1) != (workcal_weekday(day) + 1) % 7))
			wrong++;
	}
	ok(wrong == 0, "days of millions of years there and back");
}

static void
test_hours(void)
{
	uint64_t seed = 5;
	int wrong = 0;
	int i;

	for (i = 0; i < 20000; i++)
	{
		WorkcalDay days[30];
		WorkcalRules rules;
		uint32_t n = below(&seed, 31);
		int32_t at = (int32_t) below(&seed, 2000) - 1000;
		int32_t day;
		uint32_t k;

		memset(&rules, 0, sizeof(rules));
		memset(days, 0, sizeof(days));
		for (k = 0; k < 7; k++)
			rules.week[k].first = k;
		for (k = 0; k < n; k++)
		{
			at += 1 + (int32_t) below(&seed, 4);
			days[k].day = at;
			days[k].like = (int32_t) below(&seed, 8) - 1;
			days[k].hours.first = 100 + k;
		}
		rules.days = days;
		rules.ndays = n;
		for (day = at - 140; day < at + 5; day++)
		{
			const WorkcalDay *expected = NULL;
			const WorkcalDay *entry = days + 29;
			uint32_t first = (uint32_t) workcal_weekday(day);

			for (k = 0; k < n; k++)
				if (days[k].day == day)
				{
					expected = &days[k];
					first = days[k].like < 0 ? days[k].hours.first
					                         : (uint32_t) days[k].like;
				}
			if (workcal_hours(&rules, day, &entry).first != first ||
			    entry != expected ||
			    workcal_hours(&rules, day, NULL).first != first)
				wrong++;
		}
	}
	ok(wrong == 0, "the hours of a day are its own, or those of a weekday");
}

int
main(void)
{
	test_calendar();
	test_valid();
	test_far();
	test_hours();
	return done_testing();
}
