/*
 * fuzz_workcal_date.c
 *	  Any number as a day, any three as a date, and any list of days searched.
 */
#include "core/workcal.h"

#include "fuzz.h"

#define MAX_LIST 64

static void
require_day(int32_t day)
{
	int32_t y;
	int32_t m;
	int32_t d;

	workcal_date_of(day, &y, &m, &d);
	REQUIRE(m >= 1 && m <= 12 && d >= 1 && d <= 31);
	REQUIRE(workcal_day_of(y, m, d) == day);
	REQUIRE(workcal_date_valid(y, m, d) == (y >= 1900 && y <= 2999));
	REQUIRE(workcal_weekday(day) >= 0 && workcal_weekday(day) <= 6);
	if (day < INT32_MAX)
	{
		int32_t y2;
		int32_t m2;
		int32_t d2;

		REQUIRE(workcal_weekday(day + 1) == (workcal_weekday(day) + 1) % 7);
		workcal_date_of(day + 1, &y2, &m2, &d2);
		REQUIRE((y2 == y && m2 == m && d2 == d + 1) ||
		        (d2 == 1 && d >= 28 &&
		         ((y2 == y && m2 == m + 1) ||
		          (y2 == y + 1 && m2 == 1 && m == 12 && d == 31))));
	}
}

/* Steps between the days, one byte each */
static void
require_search(const uint8_t *data, size_t size)
{
	static WorkcalDay days[MAX_LIST];
	WorkcalRules rules;
	const WorkcalDay *entry;
	int32_t at = data[0];
	int32_t day;
	size_t n = size - 1 < MAX_LIST ? size - 1 : MAX_LIST;
	size_t i = 0;

	memset(&rules, 0, sizeof(rules));
	for (i = 0; i < 7; i++)
		rules.week[i].first = 1000 + (uint32_t) i;
	for (i = 0; i < n; i++)
	{
		at += 1 + data[i + 1] / 8;
		days[i].day = at;
		days[i].like = data[i + 1] % 8 - 1;
		days[i].hours.first = (uint32_t) i;
	}
	rules.days = days;
	rules.ndays = (uint32_t) n;
	i = 0;
	for (day = data[0] - 2; day <= at + 2; day++)
	{
		WorkcalHours hours = workcal_hours(&rules, day, &entry);

		while (i < n && days[i].day < day)
			i++;
		if (i < n && days[i].day == day)
			REQUIRE(entry == &days[i] &&
			        hours.first == (days[i].like == WORKCAL_OWN_HOURS
			                            ? (uint32_t) i
			                            : 1000 + (uint32_t) days[i].like));
		else
			REQUIRE(entry == NULL &&
			        hours.first == 1000 + (uint32_t) workcal_weekday(day));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int32_t value[3];

	if (size == sizeof(value[0]))
	{
		memcpy(value, data, sizeof(value[0]));
		require_day(value[0]);
	}
	else if (size == sizeof(value))
	{
		memcpy(value, data, sizeof(value));
		if (workcal_date_valid(value[0], value[1], value[2]))
		{
			int32_t day = workcal_day_of(value[0], value[1], value[2]);

			REQUIRE(day >= WORKCAL_MIN_DAY && day <= WORKCAL_MAX_DAY);
			require_day(day);
		}
	}
	else if (size > 0)
		require_search(data, size);
	return 0;
}
