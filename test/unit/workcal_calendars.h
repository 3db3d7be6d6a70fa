/*
 * workcal_calendars.h
 *	  Calendars for the tests of working time: offices as there are, and such
 *	  as are hard to get right; and clocks to be run on them.
 */
#ifndef CIVICGRID_TEST_WORKCAL_CALENDARS_H
#define CIVICGRID_TEST_WORKCAL_CALENDARS_H

#include "workcal_oracle.h"

/* Zones as the IANA database has them, for the years in use here */
typedef struct TestZone
{
	const char *name;
	int32_t offset; /* before the first change, in seconds */
	struct
	{
		const char *at; /* UTC */
		int32_t offset;
	} changes[8];
} TestZone;

static const TestZone test_zones[] = {
    {"Asia/Shanghai", 28800, {{NULL, 0}}},
    {"UTC", 0, {{NULL, 0}}},
    {"Asia/Kathmandu", 20700, {{NULL, 0}}},
    {"Etc/GMT+12", -43200, {{NULL, 0}}},
    {"America/New_York",
     -18000,
     {{"2025-03-09 07:00", -14400},
      {"2025-11-02 06:00", -18000},
      {"2026-03-08 07:00", -14400},
      {"2026-11-01 06:00", -18000}}},
    {"Europe/London",
     0,
     {{"2025-03-30 01:00", 3600}, {"2025-10-26 01:00", 0}}},
    /* half an hour */
    {"Australia/Lord_Howe",
     39600,
     {{"2025-04-05 15:00", 37800},
      {"2025-10-04 15:30", 39600},
      {"2026-04-04 15:00", 37800},
      {"2026-10-03 15:30", 39600}}},
    /* from midnight to 01:00, and back from midnight to 23:00 */
    {"America/Sao_Paulo",
     -7200,
     {{"2017-02-19 02:00", -10800},
      {"2017-10-15 03:00", -7200},
      {"2018-02-18 02:00", -10800},
      {"2018-11-04 03:00", -7200}}},
    {"Asia/Beirut",
     7200,
     {{"2024-03-30 22:00", 10800}, {"2024-10-26 21:00", 7200}}},
    {"Pacific/Auckland",
     46800,
     {{"2026-04-04 14:00", 43200}, {"2026-09-26 14:00", 46800}}},
    {"Pacific/Chatham",
     49500,
     {{"2025-04-05 14:00", 45900},
      {"2025-09-27 14:00", 49500},
      {"2026-04-04 14:00", 45900},
      {"2026-09-26 14:00", 49500}}},
    /* for good */
    {"Europe/Moscow",
     10800,
     {{"2011-03-26 23:00", 14400}, {"2014-10-25 22:00", 10800}}},
    {"America/Caracas", -16200, {{"2016-05-01 07:00", -14400}}},
    {"Asia/Pyongyang",
     32400,
     {{"2015-08-14 15:00", 30600}, {"2018-05-04 15:00", 32400}}},
    /* over the date line: there was no 30 December 2011 */
    {"Pacific/Apia",
     -36000,
     {{"2011-04-02 14:00", -39600},
      {"2011-09-24 14:00", -36000},
      {"2011-12-30 10:00", 50400},
      {"2012-03-31 14:00", 46800},
      {"2012-09-29 14:00", 50400}}},
    /* one minute after midnight, back to the day before */
    {"America/St_Johns",
     -12600,
     {{"2010-03-14 03:31", -9000},
      {"2010-11-07 02:31", -12600},
      {"2011-03-13 03:31", -9000},
      {"2011-11-06 04:30", -12600}}},
    /* one hour after midnight, back to midnight and not beyond */
    {"America/Havana",
     -18000,
     {{"2025-03-09 05:00", -14400}, {"2025-11-02 05:00", -18000}}},
    {"Africa/Casablanca",
     3600,
     {{"2025-02-23 02:00", 0},
      {"2025-04-06 02:00", 3600},
      {"2026-02-15 02:00", 0},
      {"2026-03-22 02:00", 3600}}},
    /* two hours */
    {"Antarctica/Troll",
     0,
     {{"2025-03-30 01:00", 7200},
      {"2025-10-26 01:00", 0},
      {"2026-03-29 01:00", 7200},
      {"2026-10-25 01:00", 0}}},
    /* offsets with seconds */
    {"Europe/Amsterdam",
     1172,
     {{"1937-05-22 01:40:28", 4772},
      {"1937-06-30 22:40:28", 4800},
      {"1937-10-03 01:40", 1200}}},
    {"Africa/Monrovia", -2670, {{"1972-01-07 00:44:30", 0}}},
    {"Asia/Shanghai in 1988",
     28800,
     {{"1988-04-16 18:00", 32400}, {"1988-09-10 17:00", 28800}}}};

/* A date, or several of them, not like their weekday: rest, hours, or "mon" */
typedef struct TestDay
{
	const char *first;
	const char *last;
	const char *hours;
	const char *name;
} TestDay;

typedef struct TestCalendar
{
	const char *name;
	const char *zone;
	const char *from;
	const char *to;
	const char *week[7];
	TestDay days[24];
	const char *provisional;
	int32_t nominal;
	int32_t unit;
} TestCalendar;

#define NO_DAYS                    \
	{                              \
		{                          \
			NULL, NULL, NULL, NULL \
		}                          \
	}
#define FIVE_DAYS(h)              \
	{                             \
		h, h, h, h, h, NULL, NULL \
	}
#define SEVEN_DAYS(h)       \
	{                       \
		h, h, h, h, h, h, h \
	}

/* Of the notices of the State Council */
/* clang-format off */
#define CHINA_2026 \
    { \
        {"2026-01-01", "2026-01-03", "", "元旦"}, \
        {"2026-01-04", NULL, "mon", "元旦"}, \
        {"2026-02-14", NULL, "mon", "春节"}, \
        {"2026-02-15", "2026-02-23", "", "春节"}, \
        {"2026-02-28", NULL, "mon", "春节"}, \
        {"2026-04-04", "2026-04-06", "", "清明节"}, \
        {"2026-05-01", "2026-05-05", "", "劳动节"}, \
        {"2026-05-09", NULL, "fri", "劳动节"}, \
        {"2026-06-19", "2026-06-21", "", "端午节"}, \
        {"2026-09-20", NULL, "mon", "国庆节"}, \
        {"2026-09-25", "2026-09-27", "", "中秋节"}, \
        {"2026-10-01", "2026-10-07", "", "国庆节"} \
    }

static const TestCalendar test_calendars[] = {
    {"an office in China", "Asia/Shanghai", "2026-01-01", "2026-12-31",
     FIVE_DAYS("09:00-12:00 14:00-18:00"), CHINA_2026, NULL, 0, 60},
    {"hotline 12345, day and night", "Asia/Shanghai", "2026-01-01",
     "2027-12-31", SEVEN_DAYS("00:00-24:00"), CHINA_2026, "2027-01-01", 28800,
     60},
    {"a night shift", "Asia/Shanghai", "2026-01-01", "2026-12-31",
     FIVE_DAYS("22:00-06:00"), CHINA_2026, NULL, 0, 60},
    {"a day in many pieces", "Asia/Shanghai", "2026-01-01", "2026-12-31",
     FIVE_DAYS("08:00-09:30 09:30-10:45 11:00-11:01 12:30-14:00 14:15-15:45 16:00-18:00 20:00-21:00"),
     CHINA_2026, "2026-07-01", 0, 60},
    {"half days and own hours", "Asia/Shanghai", "2024-01-01", "2024-12-31",
     {"08:30-12:00 13:30-17:30", "08:30-12:00 13:30-17:30",
     "08:30-12:00 13:30-17:30", "08:30-12:00 13:30-17:30", "08:30-12:00",
     "09:00-12:00", NULL}, {{"2024-01-01", NULL, "", "元旦"}, {"2024-02-09",
     NULL, "08:30-12:00", "除夕"}, {"2024-02-10", "2024-02-17", "", "春节"},
     {"2024-02-18", NULL, "thu", ""}, {"2024-02-29", NULL,
     "09:00-12:00 13:00-23:59", ""}, {"2024-03-08", NULL, "08:30-10:00",
     "妇女节"}, {"2024-05-01", "2024-05-05", "", ""}, {"2024-05-12", NULL, "mon",
     ""}, {"2024-12-31", NULL, "20:00-06:00", "年终"}}, NULL, 0, 60},
    {"midnight to midnight in two parts on odd days", "UTC", "2026-01-01",
     "2026-12-31", {NULL, "00:00-12:00 12:00-24:00", NULL,
     "00:00-12:00 12:00-24:00", NULL, "00:00-12:00 12:00-24:00", NULL},
     NO_DAYS, "2026-12-31", 0, 60},
    {"shifts of a whole day from noon to noon", "Asia/Kathmandu",
     "2025-06-01", "2026-05-31", {"12:00-12:00 ", "12:00-12:00",
     "12:00-12:00", NULL, NULL, "12:00-12:00", "12:00-06:00 "}, NO_DAYS, NULL, 0, 60},
    {"one hour a week", "Etc/GMT+12", "2025-01-01", "2026-12-31", {NULL, NULL,
     "23:00-24:00", NULL, NULL, NULL, NULL}, NO_DAYS, NULL,
     0, 60},
    {"an office in New York", "America/New_York", "2025-01-01", "2026-12-31",
     FIVE_DAYS("09:00-17:00"), {{"2025-07-04", NULL, "", "July 4"}}, NULL, 0,
     60},
    {"nights when clocks change", "America/New_York", "2025-01-01",
     "2026-12-31", SEVEN_DAYS("22:00-06:00"), NO_DAYS,
     NULL, 0, 60},
    {"shifts within the hour that is repeated", "America/New_York",
     "2025-01-01", "2025-12-31",
     SEVEN_DAYS("00:30-01:00 01:00-01:30 01:45-02:15 02:30-02:45 02:50-03:00"),
     NO_DAYS, NULL, 0, 60},
    {"Sundays in London", "Europe/London", "2025-01-01", "2025-12-31", {NULL,
     NULL, NULL, NULL, NULL, NULL, "00:00-24:00"}, NO_DAYS,
     NULL, 0, 60},
    {"half an hour of Lord Howe", "Australia/Lord_Howe", "2025-01-01",
     "2026-12-31",
     SEVEN_DAYS("01:15-01:40 01:45-02:20 02:25-02:45 09:00-17:00"), NO_DAYS, "2026-04-05", 0, 60},
    {"around midnight in Sao Paulo", "America/Sao_Paulo", "2017-01-01",
     "2018-12-31", SEVEN_DAYS("00:00-00:45 00:50-01:10 23:30-24:00"),
     {{"2017-10-15", NULL, "00:00-01:00", "skipped"}}, NULL, 0, 60},
    {"a horizon whose first midnight is skipped", "America/Sao_Paulo",
     "2017-10-15", "2018-02-17", SEVEN_DAYS("22:00-04:00"), NO_DAYS, "2018-02-17", 0, 60},
    {"24 hours in Beirut", "Asia/Beirut", "2024-01-01", "2024-12-31",
     FIVE_DAYS("00:00-24:00"), {{"2024-10-27", NULL, "mon", ""}}, NULL, 0, 60},
    {"nights in Auckland", "Pacific/Auckland", "2026-01-01", "2026-12-31",
     {NULL, NULL, NULL, NULL, "23:00-03:00", "20:00-02:30",
     "02:45-03:30 18:00-19:00"}, NO_DAYS, NULL, 0, 60},
    {"Chatham", "Pacific/Chatham", "2025-01-01", "2026-12-31",
     SEVEN_DAYS("02:00-03:45"), NO_DAYS, NULL, 0, 60},
    {"Moscow, an hour back for good", "Europe/Moscow", "2014-01-01",
     "2014-12-31", SEVEN_DAYS("01:30-02:30 09:00-13:00 14:00-18:00"),
     {{"2014-10-26", NULL, "01:00-03:00", ""}}, NULL, 0, 60},
    {"Caracas, half an hour on for good", "America/Caracas", "2016-01-01",
     "2016-12-31", FIVE_DAYS("08:00-16:00 22:00-02:45"), {{"2016-04-30", NULL,
     "22:00-02:45", ""}}, NULL, 0, 60},
    {"Pyongyang, half an hour back at midnight", "Asia/Pyongyang",
     "2015-01-01", "2015-12-31", SEVEN_DAYS("00:00-00:20 23:15-23:45"),
     NO_DAYS, NULL, 0, 60},
    {"Apia, where a day is missing", "Pacific/Apia", "2011-07-01",
     "2012-06-30", SEVEN_DAYS("08:00-16:30 22:00-02:00"), {{"2011-12-26",
     NULL, "", "Boxing Day"}, {"2011-12-30", NULL, "02:00-22:00",
     "no such day"}}, "2011-12-30", 0, 60},
    {"an office in Apia", "Pacific/Apia", "2011-12-01", "2012-02-29",
     FIVE_DAYS("08:00-16:30"), NO_DAYS, NULL, 0, 60},
    {"St John's, back over midnight", "America/St_Johns", "2010-01-01",
     "2011-12-31", SEVEN_DAYS("00:00-00:30 23:00-23:30 23:45-24:00"),
     {{"2010-11-07", NULL, "", "no day"}}, NULL, 0, 60},
    {"a horizon that begins at a midnight that is repeated",
     "America/St_Johns", "2010-11-07", "2011-03-12",
     SEVEN_DAYS("00:00-00:01 10:00-11:00 23:30-24:00"), NO_DAYS, NULL, 0, 60},
    {"a horizon that ends at a midnight that is repeated", "America/St_Johns",
     "2010-05-01", "2010-11-06",
     SEVEN_DAYS("00:00-00:01 10:00-11:00 23:00-24:00"), NO_DAYS, "2010-11-07", 0, 60},
    {"Havana, back to midnight", "America/Havana", "2025-01-01", "2025-12-31",
     {"09:00-17:00", "09:00-17:00", "09:00-17:00", "09:00-17:00",
     "09:00-17:00", "23:00-00:30", NULL}, {{"2025-11-02", NULL, "00:30-01:30",
     ""}}, "2025-11-02", 0, 60},
    {"a horizon that ends at a midnight that clocks go back to",
     "America/Havana", "2025-10-25", "2025-11-01", SEVEN_DAYS("22:00-02:00"),
     NO_DAYS, "2025-11-01", 0, 60},
    {"Casablanca, other hours in Ramadan", "Africa/Casablanca", "2025-01-01",
     "2026-12-31", FIVE_DAYS("02:00-03:00 08:30-16:30"), {{"2025-03-31",
     "2025-04-01", "", "Eid"}}, NULL, 0, 60},
    {"Troll, two hours", "Antarctica/Troll", "2025-01-01", "2025-12-31",
     SEVEN_DAYS("00:30-01:30 02:15-02:45 03:30-05:00 23:00-00:10"), NO_DAYS, NULL, 0, 60},
    {"summer time in China", "Asia/Shanghai in 1988", "1988-01-01",
     "1988-12-31", FIVE_DAYS("08:00-12:00 13:00-17:00 22:00-03:00"),
     {{"1988-04-17", NULL, "mon", ""}}, NULL, 0, 60},
    {"no working time at all", "Asia/Shanghai", "2026-01-01", "2026-12-31",
     SEVEN_DAYS(NULL), {{"2026-05-01", NULL, "", "劳动节"}}, NULL, 0, 60},
    {"one minute in a year", "Asia/Shanghai", "2026-01-01", "2026-12-31",
     SEVEN_DAYS(NULL), {{"2026-08-08", NULL, "12:00-12:01", ""}}, NULL, 0, 60},
    {"a horizon of one day", "Asia/Shanghai", "2026-01-05", "2026-01-05",
     SEVEN_DAYS("09:00-12:00 22:00-06:00"), NO_DAYS,
     "2026-01-06", 0, 60},
    {"a horizon of two days", "America/New_York", "2025-11-01", "2025-11-02",
     SEVEN_DAYS("20:00-02:00"), NO_DAYS, "2025-11-01", 0,
     60},
    {"ten years", "Asia/Shanghai", "2020-01-01", "2029-12-31",
     FIVE_DAYS("09:00-12:00 14:00-18:00"), CHINA_2026, "2027-01-01", 0, 60},
    {"shifts with seconds", "Europe/Amsterdam", "1937-06-20", "1937-07-12",
     SEVEN_DAYS("00:00:00-00:00:29 08:59:30-12:00:15 13:00:01-13:00:02 23:59:59-24:00:00"),
     {{"1937-07-01", NULL, "00:00:10-00:01:01", "clocks are set right"}},
     NULL, 0, 1},
    {"offsets with seconds", "Africa/Monrovia", "1971-12-25", "1972-01-20",
     SEVEN_DAYS("00:00:30-00:44:45 22:30:15-00:00:20"), NO_DAYS, NULL, 0, 1},
    {"the first days there are", "UTC", "1900-01-01", "1900-02-28",
     FIVE_DAYS("00:00-24:00"), NO_DAYS, NULL, 0, 60},
    {"the last days there are", "UTC", "2999-11-01", "2999-12-31",
     FIVE_DAYS("18:00-06:00"), NO_DAYS, NULL, 0, 60}};
/* clang-format on */

#define TEST_CALENDARS \
	((int) (sizeof(test_calendars) / sizeof(test_calendars[0])))

static inline void
draft_zone(OracleDraft *draft, const char *name)
{
	const TestZone *zone = test_zones;
	int i;

	while (strcmp(zone->name, name) != 0)
		if (++zone == test_zones + sizeof(test_zones) / sizeof(*test_zones))
			oracle_fail(name);
	draft->pieces[0] =
	    (WorkcalZonePiece){INT64_MIN, zone->offset * WORKCAL_SECOND};
	draft->npieces = 1;
	for (i = 0; i < 8 && zone->changes[i].at != NULL; i++)
		draft->pieces[draft->npieces++] =
		    (WorkcalZonePiece){oracle_instant(zone->changes[i].at),
		                       zone->changes[i].offset * WORKCAL_SECOND};
}

static inline void
draft_calendar(OracleDraft *draft, const TestCalendar *calendar)
{
	static const char *const weekdays[7] = {"mon", "tue", "wed", "thu",
	                                        "fri", "sat", "sun"};
	int i;
	int j;

	memset(draft, 0, sizeof(*draft));
	draft->from = oracle_day(calendar->from);
	draft->to = oracle_day(calendar->to);
	draft->provisional = calendar->provisional == NULL
	                         ? WORKCAL_NEVER
	                         : oracle_day(calendar->provisional);
	draft->nominal = calendar->nominal;
	draft->unit = calendar->unit * WORKCAL_SECOND;
	for (i = 0; i < 7; i++)
		draft->week[i] = oracle_hours(calendar->week[i]);
	for (i = 0; i < 24 && calendar->days[i].first != NULL; i++)
	{
		const TestDay *d = calendar->days + i;
		int32_t day = oracle_day(d->first);
		int32_t last = d->last == NULL ? day : oracle_day(d->last);

		for (; day <= last; day++)
		{
			OracleEntry *e = draft->entries + draft->nentries++;

			e->day = day;
			e->like = WORKCAL_OWN_HOURS;
			e->name = d->name;
			for (j = 0; j < 7; j++)
				if (strcmp(d->hours, weekdays[j]) == 0)
					e->like = j;
			if (e->like == WORKCAL_OWN_HOURS)
				e->hours = oracle_hours(d->hours);
		}
	}
	draft_zone(draft, calendar->zone);
	if (!oracle_valid(draft))
		oracle_fail(calendar->name);
}

/* ------------------------------------------------------ calendars at random
 */

static inline int64_t
pick(uint64_t *random, int64_t from, int64_t to)
{
	return from + (int64_t) (next_random(random) % (uint64_t) (to - from + 1));
}

/* Shifts from a time of day on to that time of the next, at whole units */
static inline OracleHours
draft_hours(uint64_t *random, int32_t unit, int32_t first)
{
	OracleHours hours = {0, {{0, 0}}};
	int32_t at = first;
	int32_t most = (int32_t) pick(random, 0, 5);

	while (hours.n < most)
	{
		int32_t room = (first + 86400 - at) / unit;
		WorkcalShift s;

		/* often right at the end of the one before */
		if (hours.n == 0 || pick(random, 0, 2) > 0)
			at += unit * (int32_t) pick(random, 0, room / 3 + 1);
		s.from = at;
		room = (first + 86400 - at) / unit;
		if (room < 1 || at >= 86400)
			break;
		at += unit * (int32_t) pick(random, 1, 1 + room / 2);
		/* now and then to the end of the day, or as late as can be */
		if (pick(random, 0, 9) == 0 && at < 86400)
			at = 86400;
		if (pick(random, 0, 9) == 0)
			at = first + 86400;
		if (at > first + 86400)
			at = first + 86400;
		s.to = at;
		hours.s[hours.n++] = s;
	}
	return hours;
}

/*
 * A calendar of a few weeks.  All of its dates begin work at the same time of
 * day or later, and none goes on beyond that time of the next.
 */
static inline void
draft_at_random(OracleDraft *draft, uint64_t *random)
{
	static const char *const names[4] = {"", "", "节", "holiday"};
	int64_t at;
	int32_t first;
	int32_t unit = 60;
	int i;

	memset(draft, 0, sizeof(*draft));
	draft->unit = unit * WORKCAL_SECOND;
	draft->from = (int32_t) pick(random, -2000, 12000);
	draft->to = draft->from + (int32_t) pick(random, 0, 70);
	draft->provisional =
	    pick(random, 0, 1) == 0
	        ? WORKCAL_NEVER
	        : (int32_t) pick(random, draft->from, draft->to + 1);
	draft->nominal =
	    pick(random, 0, 1) == 0 ? 0 : (int32_t) pick(random, 1, 1440) * 60;
	first = pick(random, 0, 1) == 0 ? 0 : 3600 * (int32_t) pick(random, 0, 8);
	for (i = 0; i < 7; i++)
		if (pick(random, 0, 3) > 0)
			draft->week[i] = i > 0 && pick(random, 0, 1) == 0
			                     ? draft->week[i - 1]
			                     : draft_hours(random, unit, first);
	for (i = draft->from; i <= draft->to; i++)
	{
		OracleEntry *e = draft->entries + draft->nentries;

		if (pick(random, 0, 5) > 0)
			continue;
		draft->nentries++;
		e->day = i;
		e->name = names[pick(random, 0, 3)];
		e->like = (int) pick(random, -8, 6);
		if (e->like < 0)
			e->like = WORKCAL_OWN_HOURS;
		if (e->like == WORKCAL_OWN_HOURS && pick(random, 0, 2) == 0)
			e->hours = draft_hours(random, unit, first);
	}
	/* clocks that are changed often, at any time, by up to three hours */
	draft->pieces[0].from = INT64_MIN;
	draft->pieces[0].offset = pick(random, -44, 56) * 15 * 60 * WORKCAL_SECOND;
	draft->npieces = 1;
	at = draft->from * WORKCAL_DAY;
	if (pick(random, 0, 3) > 0)
		for (i = 1; i < ORACLE_PIECES && at < (draft->to + 2) * WORKCAL_DAY;
		     i++)
		{
			int64_t change = pick(random, -36, 36) * 300 * WORKCAL_SECOND;
			int64_t offset = draft->pieces[i - 1].offset + change;

			at += pick(random, 2 * 1440, 12 * 1440) * draft->unit;
			/* at midnight, or about it */
			if (pick(random, 0, 1) == 0)
				at -= (at + draft->pieces[i - 1].offset) % WORKCAL_DAY +
				      pick(random, -3, 3) * 600 * WORKCAL_SECOND;
			if (offset < -12 * 3600 * WORKCAL_SECOND ||
			    offset > 14 * 3600 * WORKCAL_SECOND)
				offset = 3600 * WORKCAL_SECOND;
			draft->pieces[i] = (WorkcalZonePiece){at, offset};
			draft->npieces++;
		}
	if (!oracle_valid(draft))
		oracle_fail("a calendar made at random is none");
}

/* ------------------------------------------------------------------ clocks */

#define CLOCK_PAUSES 6

typedef struct TestClock
{
	int64_t start;
	Term term;
	Term extended;
	WorkcalPause list[CLOCK_PAUSES];
	WorkcalPauses pauses;
} TestClock;

/* Make pauses ascending and apart, as a multirange does. */
static inline uint32_t
merge_pauses(WorkcalPause *list, uint32_t count)
{
	uint32_t n = 0;
	uint32_t i;
	uint32_t j;

	for (i = 0; i < count; i++)
	{
		WorkcalPause p = list[i];

		for (j = i; j > 0 && list[j - 1].from > p.from; j--)
			list[j] = list[j - 1];
		list[j] = p;
	}
	for (i = 0; i < count; i++)
	{
		if (list[i].from >= list[i].to)
			continue;
		if (n > 0 && list[i].from <= list[n - 1].to)
		{
			if (list[i].to > list[n - 1].to)
				list[n - 1].to = list[i].to;
		}
		else
			list[n++] = list[i];
	}
	return n;
}

/* An instant of the horizon, often one where something happens */
static inline int64_t
pick_instant(const Oracle *o, uint64_t *random, bool whole)
{
	int64_t begin = oracle_at(o, o->begin);
	int64_t t = pick(random, begin, oracle_at(o, o->end));
	int32_t day = (int32_t) pick(random, o->draft->from, o->draft->to);
	int64_t i = day - o->draft->from;

	switch (pick(random, 0, 9))
	{
		case 0:
			if (o->open[i] >= 0)
				t = oracle_at(o,
				              pick(random, 0, 1) ? o->open[i] : o->close[i]);
			break;
		case 1:
			t = oracle_at(o, o->midnight[i]);
			break;
		case 2:
			if (o->total > 0)
				t = oracle_at(o, o->nth[pick(random, 0, o->total - 1)]);
			break;
		case 3:
			i = pick(random, 0, o->draft->npieces - 1);
			if (i > 0 && oracle_covers(o, o->draft->pieces[i].from))
				t = o->draft->pieces[i].from + pick(random, -90, 90) * o->unit;
			break;
		default:
			break;
	}
	if (whole || pick(random, 0, 2) == 0)
		t -= (t - begin) % o->unit;
	else if (pick(random, 0, 2) == 0)
		t += pick(random, -1, 1);
	if (t < begin)
		t = begin;
	if (t > oracle_at(o, o->end))
		t = oracle_at(o, o->end);
	return t;
}

/* Mostly little, now and then much */
static inline int64_t
pick_amount(uint64_t *random, int64_t most)
{
	int64_t amount = pick(random, 1, most);

	return 1 + (amount >> pick(random, 0, 12));
}

/* A term of one kind; kind 5 is a sum.  Amounts are at whole units. */
static inline Term
pick_term(const Oracle *o, uint64_t *random, int kind, int32_t days)
{
	Term term = {0, 0, 0, 0, 0, 0};
	int64_t unit = o->unit / WORKCAL_SECOND;

	switch (kind)
	{
		case 0:
			term.seconds =
			    unit * pick_amount(random, days * INT64_C(86400) / unit);
			break;
		case 1:
			term.work_seconds =
			    unit * pick_amount(random, days * INT64_C(30000) / unit);
			break;
		case 2:
			term.days = (int32_t) pick_amount(random, days);
			break;
		case 3:
			term.work_days = (int32_t) pick_amount(random, days);
			break;
		case 4:
			term.rolling_days = (int32_t) pick_amount(random, days);
			if (pick(random, 0, 1) == 0)
				term.work_seconds = unit * pick(random, 0, 36000 / unit);
			break;
		default:
			if (pick(random, 0, 1) == 0)
				term.seconds = unit * pick(random, 0, 200000 / unit);
			if (pick(random, 0, 1) == 0)
				term.work_seconds = unit * pick(random, 0, 90000 / unit);
			if (pick(random, 0, 1) == 0)
				term.days = (int32_t) pick(random, 0, 9);
			if (pick(random, 0, 1) == 0)
				term.work_days = (int32_t) pick(random, 0, 9);
			if (pick(random, 0, 1) == 0)
				term.rolling_days = (int32_t) pick(random, 0, 9);
			break;
	}
	return term;
}

static inline int64_t
whole_unit(const Oracle *o, int64_t t)
{
	if (t == INT64_MIN || t == INT64_MAX)
		return t;
	return t - ((t - o->origin) % o->unit + o->unit) % o->unit;
}

/* Pauses of every kind, mostly about the time that a clock runs */
static inline void
pick_pauses(const Oracle *o, uint64_t *random, TestClock *clock, bool whole)
{
	int n = (int) pick(random, 0, CLOCK_PAUSES);
	int i;

	for (i = 0; i < n; i++)
	{
		WorkcalPause *p = clock->list + i;

		p->from = pick(random, 0, 3) > 0
		              ? clock->start + pick(random, -2 * 1440, 12 * 1440) *
		                                   (WORKCAL_DAY / 1440)
		              : pick_instant(o, random, whole);
		p->to = p->from + pick_amount(random, 20 * WORKCAL_DAY);
		if (i > 0 && p[-1].from != INT64_MIN && p[-1].to != INT64_MAX)
			switch (pick(random, 0, 7))
			{
				case 0: /* touches the one before */
					p->from = p[-1].to;
					break;
				case 1: /* is nested in it */
					p->from = p[-1].from;
					p->to = p[-1].to;
					break;
				case 2: /* empty */
					p->to = p->from;
					break;
				case 3:
					p->to = pick_instant(o, random, whole);
					break;
				default:
					break;
			}
		if (whole)
		{
			p->from = whole_unit(o, p->from);
			p->to = whole_unit(o, p->to);
		}
		if (pick(random, 0, 24) == 0)
			p->from = INT64_MIN;
		if (pick(random, 0, 24) == 0)
			p->to = INT64_MAX;
	}
	clock->pauses.list = clock->list;
	clock->pauses.count = merge_pauses(clock->list, (uint32_t) n);
}

/*
 * A clock: pauses and extensions only if they are asked for.  What counts as
 * pauses may lie anywhere; the oracle knows three days around the horizon.
 */
static inline void
pick_clock(const Oracle *o, uint64_t *random, TestClock *clock, int kind,
           int32_t days, bool pauses, bool whole)
{
	memset(clock, 0, sizeof(*clock));
	clock->start = pick_instant(o, random, whole);
	clock->term = pick_term(o, random, kind, days);
	clock->extended = clock->term;
	clock->pauses.list = clock->list;
	if (!pauses)
		return;
	if (pick(random, 0, 2) == 0)
	{
		Term more = pick_term(o, random, (int) pick(random, 0, 5), 9);

		clock->extended.seconds += more.seconds;
		clock->extended.work_seconds += more.work_seconds;
		clock->extended.days += more.days;
		clock->extended.work_days += more.work_days;
		clock->extended.rolling_days += more.rolling_days;
	}
	pick_pauses(o, random, clock, whole);
}

#endif /* CIVICGRID_TEST_WORKCAL_CALENDARS_H */
