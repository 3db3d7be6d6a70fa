/*
 * workcal_axis_test.c
 *	  The axis of working time against an array of minutes: every minute of
 *	  every calendar, and instants between them.
 */
#include "core/workcal_axis.h"

#include "workcal_calendars.h"

static OracleDraft draft;

/* Differences, of which the first is shown */
typedef struct Tally
{
	int64_t asked;
	int64_t wrong;
	int64_t at;
	char what[40];
} Tally;

static void
expect(Tally *tally, bool right, const char *what, int64_t at)
{
	tally->asked++;
	if (right)
		return;
	if (tally->wrong++ == 0)
	{
		tally->at = at;
		snprintf(tally->what, sizeof(tally->what), "%s", what);
	}
}

static void
report(const Tally *tally, const char *name)
{
	ok(tally->wrong == 0 && tally->asked > 0,
	   "%s: %" PRId64 " answers, %" PRId64 " wrong%s%s", name, tally->asked,
	   tally->wrong, tally->wrong > 0 ? ", first " : "", tally->what);
	if (tally->wrong > 0)
		printf("# at %" PRId64 " us\n", tally->at);
}

/* All that is asked about one instant of the horizon */
static void
check_instant(const Oracle *o, int64_t t, Tally *tally)
{
	const WorkcalAxis *axis = &o->axis;
	int64_t u = oracle_unit(o, t);
	int64_t worked = oracle_worked(o, t);
	bool open = o->owner[u] != ORACLE_NOWHERE;
	int64_t got = -1;
	WorkcalAnswer answer;

	expect(tally, workcal_covers(axis, t), "covers", t);
	expect(tally, workcal_worked(axis, t) == worked, "worked", t);
	expect(tally, workcal_is_open(axis, t) == open, "is_open", t);
	expect(tally, workcal_date_at(axis, t) == o->date[u], "date_at", t);
	got = workcal_date_end(axis, t);
	expect(tally,
	       got > t && workcal_date_at(axis, got - 1) == o->date[u] &&
	           got - t <= WORKCAL_DAY,
	       "date_end", t);

	answer = workcal_next_open(axis, t, &got);
	if (open)
		expect(tally, answer == WORKCAL_FOUND && got == t, "next_open", t);
	else if (o->worked[u] == o->total)
		expect(tally, answer == WORKCAL_OVERFLOW, "no next_open", t);
	else
		expect(tally,
		       answer == WORKCAL_FOUND &&
		           got == oracle_at(o, o->nth[o->worked[u]]),
		       "next_open", t);

	answer = workcal_prev_close(axis, t, &got);
	if (open && t > oracle_at(o, u))
		expect(tally, answer == WORKCAL_FOUND && got == t, "prev_close", t);
	else if (o->worked[u] == 0)
		expect(tally, answer == WORKCAL_OVERFLOW, "no prev_close", t);
	else
		expect(tally,
		       answer == WORKCAL_FOUND &&
		           got == oracle_at(o, o->nth[o->worked[u] - 1] + 1),
		       "prev_close", t);
}

static void
check_horizon(const Oracle *o, Tally *tally)
{
	const WorkcalAxis *axis = &o->axis;
	int64_t begin = oracle_at(o, o->begin);
	int64_t end = oracle_at(o, o->end);
	int64_t got;

	expect(tally, axis->begin == begin, "begin", axis->begin);
	expect(tally, axis->end == end, "end", axis->end);
	expect(tally, axis->total == o->total * o->unit, "total", axis->total);
	expect(tally, axis->nominal == oracle_nominal(o->draft), "nominal",
	       axis->nominal);
	expect(tally,
	       axis->provisional == (o->draft->provisional == WORKCAL_NEVER
	                                 ? INT64_MAX
	                                 : oracle_at(o, o->provisional)),
	       "provisional", axis->provisional);
	expect(tally, !workcal_covers(axis, begin - 1), "covers", begin - 1);
	expect(tally, !workcal_covers(axis, end + 1), "covers", end + 1);
	expect(tally, workcal_next_open(axis, begin - 1, &got) == WORKCAL_BEYOND,
	       "next_open", begin - 1);
	expect(tally, workcal_next_open(axis, end + 1, &got) == WORKCAL_BEYOND,
	       "next_open", end + 1);
	expect(tally, workcal_prev_close(axis, begin - 1, &got) == WORKCAL_BEYOND,
	       "prev_close", begin - 1);
	expect(tally, workcal_prev_close(axis, end + 1, &got) == WORKCAL_BEYOND,
	       "prev_close", end + 1);
}

static void
check_days(const Oracle *o, Tally *tally)
{
	const WorkcalAxis *axis = &o->axis;
	uint32_t n = 0;
	int32_t day;

	expect(tally, !workcal_has_day(axis, o->draft->from - 1), "has_day", 0);
	expect(tally, !workcal_has_day(axis, o->draft->to + 1), "has_day", 0);
	for (day = o->draft->from; day <= o->draft->to; day++)
	{
		int64_t i = day - o->draft->from;

		expect(tally, workcal_has_day(axis, day), "has_day", day);
		expect(tally, workcal_rank(axis, day) == n, "rank", day);
		expect(tally,
		       workcal_midnight_after(axis, day) ==
		           oracle_at(o, o->midnight[i]),
		       "midnight", day);
		if (o->open[i] < 0)
			continue;
		expect(tally,
		       n < axis->nworkdays && axis->workdays[n].day == day &&
		           axis->workdays[n].open == oracle_at(o, o->open[i]) &&
		           axis->workdays[n].close == oracle_at(o, o->close[i]),
		       "workday", day);
		n++;
	}
	expect(tally, workcal_rank(axis, day) == n && axis->nworkdays == n,
	       "workdays", n);
}

/* Working time to instants, at every unit of it and between */
static void
check_work(const Oracle *o, Tally *tally, uint64_t *random, int step)
{
	const WorkcalAxis *axis = &o->axis;
	int64_t k;

	for (k = 0; k < o->total; k += step)
	{
		int64_t from = oracle_at(o, o->nth[k]);
		int64_t part = pick(random, 1, o->unit - 1);

		expect(tally, workcal_last_at(axis, k * o->unit) == from, "last_at",
		       from);
		expect(tally,
		       workcal_first_at(axis, (k + 1) * o->unit) == from + o->unit,
		       "first_at", from);
		expect(tally, workcal_last_at(axis, k * o->unit + part) == from + part,
		       "last_at", from + part);
		expect(tally,
		       workcal_first_at(axis, k * o->unit + part) == from + part,
		       "first_at", from + part);
	}
}

static void
test_calendars_minute_by_minute(void)
{
	uint64_t random = 1;
	int c;

	for (c = 0; c < TEST_CALENDARS; c++)
	{
		const TestCalendar *calendar = test_calendars + c;
		Tally tally = {0, 0, 0, ""};
		Oracle o;
		int64_t u;
		int step;

		draft_calendar(&draft, calendar);
		oracle_make(&o, &draft);
		/* years of few changes are not looked at in every minute */
		step = o.n > 2000000 ? 7 : 1;
		check_horizon(&o, &tally);
		check_days(&o, &tally);
		for (u = o.begin; u <= o.end; u += step)
		{
			int64_t t = oracle_at(&o, u);

			check_instant(&o, t, &tally);
			if (u == o.end || u % 4 > 0)
				continue;
			check_instant(&o, t + 1, &tally);
			check_instant(&o, t + pick(&random, 2, o.unit - 2), &tally);
			check_instant(&o, t + o.unit - 1, &tally);
		}
		check_instant(&o, oracle_at(&o, o.end), &tally);
		check_work(&o, &tally, &random, step);
		report(&tally, calendar->name);
		oracle_free(&o);
	}
}

static void
test_calendars_at_random(void)
{
	uint64_t random = 2;
	Tally tally = {0, 0, 0, ""};
	int64_t workdays = 0;
	int round;

	for (round = 0; round < 250; round++)
	{
		Oracle o;
		int64_t u;
		int i;

		draft_at_random(&draft, &random);
		oracle_make(&o, &draft);
		check_horizon(&o, &tally);
		check_days(&o, &tally);
		for (u = o.begin; u <= o.end; u += pick(&random, 1, 9))
			check_instant(&o, oracle_at(&o, u), &tally);
		for (i = 0; i < 2000; i++)
			check_instant(&o, pick_instant(&o, &random, false), &tally);
		check_work(&o, &tally, &random, 5);
		workdays += o.axis.nworkdays;
		oracle_free(&o);
	}
	report(&tally, "250 calendars at random");
	ok(workdays > 3000, "that have %" PRId64 " workdays", workdays);
}

/* What a reader can check by hand */
static void
test_clock_changes(void)
{
	static const TestCalendar spring = {"",
	                                    "America/New_York",
	                                    "2025-03-09",
	                                    "2025-03-09",
	                                    SEVEN_DAYS("01:00-04:00"),
	                                    NO_DAYS,
	                                    NULL,
	                                    0,
	                                    60};
	static const TestCalendar autumn = {"",
	                                    "America/New_York",
	                                    "2025-11-02",
	                                    "2025-11-02",
	                                    SEVEN_DAYS("00:30-01:30 01:45-02:00"),
	                                    NO_DAYS,
	                                    NULL,
	                                    0,
	                                    60};
	static const TestCalendar apia = {"",
	                                  "Pacific/Apia",
	                                  "2011-12-29",
	                                  "2011-12-31",
	                                  SEVEN_DAYS("09:00-17:00"),
	                                  NO_DAYS,
	                                  NULL,
	                                  0,
	                                  60};
	Oracle o;

	draft_calendar(&draft, &spring);
	oracle_make(&o, &draft);
	ok(o.axis.total == 2 * 3600 * WORKCAL_SECOND,
	   "01:00 to 04:00 is two hours when 02:00 to 03:00 is skipped");
	ok(o.axis.end - o.axis.begin == 23 * 3600 * WORKCAL_SECOND,
	   "and the day is one of 23 hours");
	oracle_free(&o);
	draft_calendar(&draft, &autumn);
	oracle_make(&o, &draft);
	ok(o.axis.total == (60 + 30 + 30) * 60 * WORKCAL_SECOND,
	   "00:30 to 01:30 and 01:45 to 02:00 are two hours when 01:00 to 02:00 "
	   "is repeated");
	ok(workcal_worked(&o.axis, oracle_instant("2025-11-02 06:00")) ==
	       75 * 60 * WORKCAL_SECOND,
	   "75 minutes of them before the clocks go back");
	oracle_free(&o);
	draft_calendar(&draft, &apia);
	oracle_make(&o, &draft);
	ok(o.axis.nworkdays == 2 && o.axis.workdays[1].day == draft.to &&
	       workcal_rank(&o.axis, draft.from + 1) ==
	           workcal_rank(&o.axis, draft.from + 2),
	   "a date that never was is no workday");
	oracle_free(&o);
}

/* Every call for memory fails once. */
static void
test_no_memory(void)
{
	static const char *const names[] = {
	    "an office in China", "a day in many pieces", "no working time at all",
	    "a horizon of one day"};
	int wrong = 0;
	int64_t failed = 0;
	int i;

	for (i = 0; i < 4; i++)
	{
		const TestCalendar *calendar = test_calendars;
		WorkcalRules rules;
		int64_t nth;

		while (strcmp(calendar->name, names[i]) != 0)
			calendar++;
		draft_calendar(&draft, calendar);
		oracle_make_rules(&draft, &rules);
		for (nth = 1;; nth++)
		{
			OracleHeap heap = {0, 0, nth};
			WorkcalMemory memory = {oracle_resize, &heap};
			WorkcalAxis axis;
			bool built = workcal_build(&axis, &rules, draft.pieces,
			                           draft.npieces, &memory);

			if (built)
			{
				wrong += heap.calls >= nth;
				workcal_destroy(&axis);
			}
			else
				wrong += heap.calls < nth || axis.memory.resize != NULL;
			wrong += heap.blocks != 0;
			/* there is nothing left to destroy */
			workcal_destroy(&axis);
			failed += !built;
			if (built || nth > 100)
				break;
		}
		oracle_free_rules(&rules);
	}
	ok(wrong == 0 && failed >= 28,
	   "%" PRId64 " calls for memory fail one by one, nothing is lost",
	   failed);
}

int
main(void)
{
	test_clock_changes();
	test_calendars_minute_by_minute();
	test_calendars_at_random();
	test_no_memory();
	ok(oracle_heap.blocks == 0, "all memory was given back");
	return done_testing();
}
