/*
 * workcal_due_test.c
 *	  Deadlines against an array of minutes, and what must hold for any.
 */
#include "core/workcal_due.h"

#include "workcal_calendars.h"

static OracleDraft draft;
static Oracle office;

#define HOUR (3600 * WORKCAL_SECOND)

/* Of the clock in Beijing */
static int64_t
beijing(const char *text)
{
	return oracle_instant(text) - 8 * HOUR;
}

static const WorkcalPauses no_pauses = {NULL, 0};
static const char *const kinds[6] = {"hours",     "work hours", "days",
                                     "work days", "rolling",    "sums"};

typedef struct Tally
{
	int64_t asked;
	int64_t wrong;
	int64_t found; /* deadlines, not refusals */
	char what[400];
} Tally;

static void
describe(Tally *tally, const Oracle *o, const TestClock *clock,
         const char *what, int64_t got, int64_t wanted)
{
	const Term *t = &clock->extended;
	char *s = tally->what;
	size_t room = sizeof(tally->what);
	uint32_t i;
	int n;

	n = snprintf(
	    s, room,
	    "%s, horizon %d to %d, start %" PRId64 ", term %" PRId64 " s %" PRId64
	    " ws %d d %d wd %d rd: %" PRId64 " for %" PRId64 "; pauses",
	    what, o->draft->from, o->draft->to, clock->start, t->seconds,
	    t->work_seconds, t->days, t->work_days, t->rolling_days, got, wanted);
	for (i = 0; i < clock->pauses.count && n < (int) room; i++)
		n += snprintf(s + n, room - n, " %" PRId64 " to %" PRId64,
		              clock->list[i].from, clock->list[i].to);
}

static void
expect(Tally *tally, bool right, const Oracle *o, const TestClock *clock,
       const char *what, int64_t got, int64_t wanted)
{
	tally->asked++;
	if (!right && tally->wrong++ == 0)
		describe(tally, o, clock, what, got, wanted);
}

static void
report(const Tally *tally, const char *name)
{
	ok(tally->wrong == 0 && tally->asked > 0,
	   "%s: %" PRId64 " asked, %" PRId64 " wrong", name, tally->asked,
	   tally->wrong);
	if (tally->wrong > 0)
		printf("# %s\n", tally->what);
}

static WorkcalAnswer
due_of(const Oracle *o, const TestClock *clock, const Term *extended,
       int64_t *due)
{
	return workcal_due(&o->axis, clock->start, &clock->term, extended,
	                   &clock->pauses, due);
}

/* One clock against the oracle */
static void
check_due(const Oracle *o, const TestClock *clock, const char *kind,
          Tally *tally)
{
	int64_t due = -1;
	int64_t wanted = -1;
	WorkcalAnswer answer = due_of(o, clock, &clock->extended, &due);
	WorkcalAnswer right =
	    oracle_due(o, clock->start, &clock->term, &clock->extended,
	               &clock->pauses, &wanted);

	expect(tally, answer == right, o, clock, kind, answer, right);
	if (answer != WORKCAL_FOUND || right != WORKCAL_FOUND)
		return;
	tally->found++;
	expect(tally, due == wanted, o, clock, kind, due, wanted);
}

static void
check_sub(const Oracle *o, const TestClock *clock, const char *kind,
          Tally *tally)
{
	int64_t start = -1;
	int64_t wanted = -1;
	WorkcalAnswer answer =
	    workcal_sub(&o->axis, clock->start, &clock->term, &start);
	WorkcalAnswer right = oracle_sub(o, clock->start, &clock->term, &wanted);

	expect(tally, answer == right, o, clock, kind, answer, right);
	if (answer != WORKCAL_FOUND || right != WORKCAL_FOUND)
		return;
	tally->found++;
	expect(tally, start == wanted, o, clock, kind, start, wanted);
}

/* What has passed at some instant, and what the whole is */
static void
check_elapsed(const Oracle *o, const TestClock *clock, uint64_t *random,
              Tally *tally)
{
	const WorkcalAxis *axis = &o->axis;
	bool work = workcal_counts_work(&clock->term);
	WorkcalPauses ended = clock->pauses;
	int64_t at = pick_instant(o, random, false);
	int64_t elapsed = -1;
	int64_t budget = -1;
	int64_t due;
	int64_t wanted = at <= clock->start ? 0
	                                    : oracle_counted(o, work, clock->start,
	                                                     at, &clock->pauses);
	WorkcalAnswer answer;
	uint32_t i;

	answer = workcal_elapsed(axis, work, clock->start, at, &clock->pauses,
	                         &elapsed);
	expect(tally, answer == WORKCAL_FOUND && elapsed == wanted, o, clock,
	       "elapsed", elapsed, wanted);
	/* a pause stands still */
	for (i = 0; i < clock->pauses.count; i++)
	{
		int64_t from = clock->list[i].from;
		int64_t to = clock->list[i].to;
		int64_t a = -1;
		int64_t b = -2;

		if (!oracle_covers(o, from) || !oracle_covers(o, to))
			continue;
		(void) workcal_elapsed(axis, work, clock->start, from, &clock->pauses,
		                       &a);
		(void) workcal_elapsed(axis, work, clock->start, to, &clock->pauses,
		                       &b);
		expect(tally, a == b, o, clock, "elapsed in a pause", a, b);
	}
	if (ended.count > 0 && ended.list[ended.count - 1].to == INT64_MAX)
		ended.count--;
	if (oracle_due(o, clock->start, &clock->term, &clock->extended, &ended,
	               &due) != WORKCAL_FOUND ||
	    (work && !oracle_covers(o, due)))
		return;
	wanted = oracle_counted(o, work, clock->start, due, &ended);
	answer = workcal_budget(axis, clock->start, &clock->term, &clock->extended,
	                        &clock->pauses, &budget);
	expect(tally, answer == WORKCAL_FOUND && budget == wanted, o, clock,
	       "budget", budget, wanted);
	/* at the deadline nothing is left */
	if (due_of(o, clock, &clock->extended, &due) != WORKCAL_FOUND)
		return;
	answer = workcal_elapsed(axis, work, clock->start, due, &clock->pauses,
	                         &elapsed);
	expect(tally, answer == WORKCAL_FOUND && elapsed == budget, o, clock,
	       "elapsed at the deadline", elapsed, budget);
}

static void
test_random_pairs(void)
{
	uint64_t random = 11;
	Tally add = {0, 0, 0, ""};
	Tally sub = {0, 0, 0, ""};
	Tally paused = {0, 0, 0, ""};
	Tally elapsed = {0, 0, 0, ""};
	int64_t pairs = 0;
	int c;

	for (c = 0; c < TEST_CALENDARS; c++)
	{
		Oracle o;
		int days;
		int i;

		draft_calendar(&draft, test_calendars + c);
		days = draft.to - draft.from + 1;
		oracle_make(&o, &draft);
		for (i = 0; i < 24000; i++)
		{
			TestClock clock;

			pick_clock(&o, &random, &clock, i % 6, days, false, i % 12 < 6);
			check_due(&o, &clock, kinds[i % 6], &add);
			check_sub(&o, &clock, kinds[i % 6], &sub);
			pairs++;
		}
		for (i = 0; i < 9000; i++)
		{
			TestClock clock;

			pick_clock(&o, &random, &clock, i % 6,
			           i % 4 == 0 || days < 20 ? days : 20, true, i % 12 < 6);
			check_due(&o, &clock, kinds[i % 6], &paused);
			check_elapsed(&o, &clock, &random, &elapsed);
			pairs++;
		}
		oracle_free(&o);
	}
	for (c = 0; c < 400; c++)
	{
		Oracle o;
		int i;

		draft_at_random(&draft, &random);
		oracle_make(&o, &draft);
		for (i = 0; i < 600; i++)
		{
			TestClock clock;

			pick_clock(&o, &random, &clock, i % 6, draft.to - draft.from + 1,
			           i % 2 == 0, i % 12 < 6);
			check_due(&o, &clock, kinds[i % 6], &paused);
			check_sub(&o, &clock, kinds[i % 6], &sub);
			check_elapsed(&o, &clock, &random, &elapsed);
			pairs++;
		}
		oracle_free(&o);
	}
	report(&add, "terms from instants at random");
	report(&sub, "the same back");
	report(&paused, "with pauses and extensions");
	report(&elapsed, "what has passed and what the whole is");
	ok(pairs >= 1000000, "%" PRId64 " pairs of a start and a term", pairs);
	ok(add.found > 500000 && paused.found > 200000 && sub.found > 500000,
	   "%" PRId64 ", %" PRId64 " and %" PRId64 " of them have an answer",
	   add.found, paused.found, sub.found);
}

/* The oracle's halving against counting minute by minute */
static void
test_oracle(void)
{
	uint64_t random = 12;
	int wrong = 0;
	int asked = 0;
	int c;

	for (c = 0; c < 60; c++)
	{
		Oracle o;
		int i;

		draft_at_random(&draft, &random);
		oracle_make(&o, &draft);
		for (i = 0; i < 200; i++)
		{
			TestClock clock;
			bool work = i % 2 == 0;
			int64_t amount =
			    o.unit * pick_amount(&random, work ? 10000 : 40000);
			int64_t a;
			int64_t b;

			pick_clock(&o, &random, &clock, 0, 20, true, true);
			if (oracle_reach(&o, work, clock.start, amount, &clock.pauses,
			                 &a) != WORKCAL_FOUND ||
			    a > oracle_at(&o, o.n - 1))
				continue;
			asked++;
			wrong += oracle_reach_slowly(&o, work, clock.start, amount,
			                             &clock.pauses, &b) != WORKCAL_FOUND ||
			         a != b;
		}
		oracle_free(&o);
	}
	ok(wrong == 0 && asked > 5000,
	   "%d deadlines of the oracle are those by counting every minute", asked);
}

/* Starts and terms that lead out of the horizon, and instants far from it */
static void
test_beyond(void)
{
	static const int64_t far[] = {INT64_C(-211813488000000000), /* 4714 BC */
	                              INT64_C(9223371331199999999), /* 294276 */
	                              INT64_C(-3155673600000000), 0};
	uint64_t random = 13;
	Tally tally = {0, 0, 0, ""};
	Oracle o;
	int i;

	draft_calendar(&draft, test_calendars);
	oracle_make(&o, &draft);
	for (i = 0; i < 20000; i++)
	{
		TestClock clock;
		int64_t begin = oracle_at(&o, o.begin);
		int64_t end = oracle_at(&o, o.end);
		int64_t t;
		WorkcalAnswer answer;

		pick_clock(&o, &random, &clock, i % 6, 400, i % 3 == 0, false);
		clock.start = i % 7 == 0   ? far[i / 7 % 4]
		              : i % 2 == 0 ? begin - pick(&random, 1, 9 * WORKCAL_DAY)
		                           : end + pick(&random, 0, 9 * WORKCAL_DAY);
		check_due(&o, &clock, kinds[i % 6], &tally);
		if (i % 7 > 0)
			check_sub(&o, &clock, kinds[i % 6], &tally);
		t = -1;
		answer = workcal_elapsed(&o.axis, true, clock.start, begin + 1,
		                         &clock.pauses, &t);
		expect(&tally,
		       answer == (oracle_covers(&o, clock.start) ? WORKCAL_FOUND
		                                                 : WORKCAL_BEYOND),
		       &o, &clock, "elapsed from beyond", t, 0);
	}
	report(&tally, "starts beyond the horizon");
	oracle_free(&o);
}

/* Arithmetic at the ends of the server's timestamps */
static void
test_extremes(void)
{
	static const int64_t first = INT64_C(-211813488000000000);
	static const int64_t last = INT64_C(9223371331199999999);
	static const Term hour = {3600, 0, 0, 0, 0, 0};
	static const Term days = {0, 0, 36525, 0, 0, 0};
	static const Term work = {0, 3600, 0, 0, 0, 0};
	WorkcalPause late = {last - 1, last};
	WorkcalPause most = {INT64_MIN, last};
	WorkcalPause all = {INT64_MIN, INT64_MAX};
	WorkcalPauses pauses = {&late, 1};
	int64_t t = -1;

	ok(workcal_due(&office.axis, first, &hour, &hour, &pauses, &t) ==
	           WORKCAL_FOUND &&
	       t == first + HOUR,
	   "a pause at the end of time is far from a start at its beginning");
	ok(workcal_elapsed(&office.axis, false, first, last, &pauses, &t) ==
	       WORKCAL_OVERFLOW,
	   "they are too far apart for an amount of time");
	ok(workcal_elapsed(&office.axis, false, 0, last, &pauses, &t) ==
	           WORKCAL_FOUND &&
	       t == last - 1,
	   "unlike today and the end");
	pauses.list = &most;
	ok(workcal_due(&office.axis, beijing("2026-03-02 09:00"), &hour, &hour,
	               &pauses, &t) == WORKCAL_OVERFLOW,
	   "hours after a pause to the end of time");
	ok(workcal_due(&office.axis, beijing("2026-03-02 09:00"), &work, &work,
	               &pauses, &t) == WORKCAL_OVERFLOW,
	   "work hours");
	ok(workcal_due(&office.axis, beijing("2026-03-02 09:00"), &days, &days,
	               &pauses, &t) == WORKCAL_OVERFLOW,
	   "days");
	pauses.list = &all;
	ok(workcal_due(&office.axis, first, &hour, &hour, &pauses, &t) ==
	       WORKCAL_ENDLESS,
	   "in a pause of all time nothing ends");
	ok(workcal_elapsed(&office.axis, false, 0, last, &pauses, &t) ==
	           WORKCAL_FOUND &&
	       t == 0,
	   "and nothing passes");
	pauses.count = 0;
	ok(workcal_sub(&office.axis, first, &hour, &t) == WORKCAL_FOUND &&
	       workcal_sub(&office.axis, last, &hour, &t) == WORKCAL_FOUND &&
	       t == last - HOUR,
	   "back from the ends of time");
	ok(workcal_due(&office.axis, last, &hour, &hour, &pauses, &t) ==
	       WORKCAL_OVERFLOW,
	   "on from the end of time");
}

/* ------------------------------------------------- what holds for any clock
 */

/* The working time of pauses within [from, to) */
static int64_t
paused_work(const Oracle *o, const TestClock *clock, int64_t from, int64_t to)
{
	return oracle_worked(o, to) - oracle_worked(o, from) -
	       oracle_counted(o, true, from, to, &clock->pauses);
}

static void
check_properties(const Oracle *o, const TestClock *clock, int kind,
                 uint64_t *random, Tally *t)
{
	const WorkcalAxis *axis = &o->axis;
	TestClock other = *clock;
	Term more = clock->extended;
	int64_t due = -1;
	int64_t got = -1;
	WorkcalAnswer answer = due_of(o, clock, &clock->extended, &due);
	uint32_t i;

	other.pauses.list = other.list;
	if (answer != WORKCAL_FOUND)
		return;
	t->found++;
	expect(t, due >= clock->start, o, clock, "not before the start", due, 0);

	/* a longer term ends no earlier */
	switch (kind)
	{
		case 0:
			more.seconds++;
			break;
		case 1:
			more.work_seconds++;
			break;
		case 2:
			more.days++;
			break;
		case 3:
			more.work_days++;
			break;
		default:
			more.rolling_days++;
			break;
	}
	answer = due_of(o, clock, &more, &got);
	expect(t, answer != WORKCAL_FOUND || got >= due, o, clock,
	       "monotone in the term", got, due);
	if (kind < 2)
		expect(t, answer != WORKCAL_FOUND || got > due, o, clock,
		       "a second more is later", got, due);

	/* one that begins later ends no earlier; but with days and work days it
	 * is the date that matters, which may go back with the clocks, and what
	 * of a pause lies on the day of the start is given back */
	other.start += pick(random, 0, 3 * WORKCAL_DAY);
	if (kind < 2 || kind == 4 ||
	    (clock->pauses.count == 0 &&
	     oracle_date(o, other.start) >= oracle_date(o, clock->start)))
	{
		answer = due_of(o, &other, &clock->extended, &got);
		expect(t, answer != WORKCAL_FOUND || got >= due, o, clock,
		       "monotone in the start", got, due);
	}
	other.start = clock->start;

	/* no deadline within a pause, but that of no time at all: a rolling day
	 * of a calendar without hours is none */
	for (i = 0; i < clock->pauses.count; i++)
		expect(t,
		       (due == clock->start && kind == 4 && axis->nominal == 0) ||
		           due <= clock->list[i].from || due >= clock->list[i].to,
		       o, clock, "within a pause", due, clock->list[i].from);

	/* a pause later than the deadline has no effect, with an end or without */
	other.pauses.count = 0;
	while (other.pauses.count < clock->pauses.count &&
	       clock->list[other.pauses.count].from < due)
		other.pauses.count++;
	answer = due_of(o, &other, &clock->extended, &got);
	expect(t, answer == WORKCAL_FOUND && got == due, o, clock,
	       "pauses later than the deadline", got, due);
	if (other.pauses.count < CLOCK_PAUSES &&
	    (other.pauses.count == 0 ||
	     other.list[other.pauses.count - 1].to < due))
	{
		WorkcalPause *p = other.list + other.pauses.count++;

		p->from =
		    due + (pick(random, 0, 1) ? 0 : pick(random, 0, WORKCAL_DAY));
		p->to = pick(random, 0, 1)
		            ? INT64_MAX
		            : p->from + pick(random, 1, 9 * WORKCAL_DAY);
		answer = due_of(o, &other, &clock->extended, &got);
		expect(t, answer == WORKCAL_FOUND && got == due, o, &other,
		       "a pause later than the deadline", got, due);
	}
	other = *clock;
	other.pauses.list = other.list;

	/* nor has what ends before the start */
	for (i = 0; i < clock->pauses.count && clock->list[i].to <= clock->start;
	     i++)
		;
	other.pauses = (WorkcalPauses){clock->list + i, clock->pauses.count - i};
	answer = due_of(o, &other, &clock->extended, &got);
	expect(t, answer == WORKCAL_FOUND && got == due, o, clock,
	       "pauses before the start", got, due);

	/* nor what of a pause lies before the start */
	other = *clock;
	other.pauses.list = other.list;
	for (i = 0; i < other.pauses.count; i++)
		if (other.list[i].from < clock->start &&
		    other.list[i].to > clock->start)
			other.list[i].from = clock->start;
	answer = due_of(o, &other, &clock->extended, &got);
	expect(t, answer == WORKCAL_FOUND && got == due, o, clock,
	       "the part of a pause before the start", got, due);

	/* a pause cut in two is the same pause, also if it is cut at a close */
	other = *clock;
	other.pauses.list = other.list;
	if (clock->pauses.count > 0 && clock->pauses.count < CLOCK_PAUSES)
	{
		uint32_t n = (uint32_t) pick(random, 0, clock->pauses.count - 1);
		WorkcalPause p = clock->list[n];
		int64_t at = p.from / 2 + p.to / 2;
		int64_t close;

		if (pick(random, 0, 1) && oracle_covers(o, p.from) &&
		    oracle_close_from(o, oracle_date(o, p.from), &close) ==
		        WORKCAL_FOUND)
			at = close;
		if (at > p.from && at < p.to)
		{
			for (i = other.pauses.count++; i > n; i--)
				other.list[i] = other.list[i - 1];
			other.list[n].to = other.list[n + 1].from = at;
			answer = due_of(o, &other, &clock->extended, &got);
			expect(t, answer == WORKCAL_FOUND && got == due, o, &other,
			       "a pause cut in two", got, due);
		}
	}

	if (kind > 1 && kind != 4)
		return;

	/* in two steps */
	{
		Term first = clock->extended;
		Term second = clock->extended;
		int64_t half = -1;

		first.seconds = pick(random, 0, first.seconds);
		second.seconds -= first.seconds;
		first.work_seconds = pick(random, 0, first.work_seconds);
		second.work_seconds -= first.work_seconds;
		first.rolling_days = (int32_t) pick(random, 0, first.rolling_days);
		second.rolling_days -= first.rolling_days;
		other = *clock;
		other.pauses.list = other.list;
		if (!workcal_counts_work(&clock->extended) ||
		    clock->extended.seconds == 0)
		{
			answer = due_of(o, &other, &first, &half);
			expect(t, answer == WORKCAL_FOUND, o, clock, "the first step",
			       half, due);
			other.start = half;
			answer = due_of(o, &other, &second, &got);
			expect(t, answer == WORKCAL_FOUND && got == due, o, clock,
			       "in two steps", got, due);
		}
	}
	if (kind == 0)
		return;

	/* what has been worked from the start to the deadline, less what of it
	 * was paused, is the term */
	expect(t,
	       workcal_worked(axis, due) - workcal_worked(axis, clock->start) -
	               paused_work(o, clock, clock->start, due) ==
	           clock->extended.work_seconds * WORKCAL_SECOND +
	               clock->extended.rolling_days * axis->nominal,
	       o, clock, "add, then between", due, 0);
	/* pausing k working seconds moves the deadline by k working seconds */
	{
		int64_t unpaused = -1;

		if (workcal_due(axis, clock->start, &clock->term, &clock->extended,
		                &no_pauses, &unpaused) == WORKCAL_FOUND)
			expect(
			    t,
			    workcal_worked(axis, due) - workcal_worked(axis, unpaused) ==
			        paused_work(o, clock, clock->start, due),
			    o, clock, "moved by the working time paused", due, unpaused);
	}
	/* a pause that is interrupted outside working time is none less */
	other = *clock;
	other.pauses.list = other.list;
	if (clock->pauses.count > 0 && clock->pauses.count < CLOCK_PAUSES)
	{
		uint32_t n = (uint32_t) pick(random, 0, clock->pauses.count - 1);
		WorkcalPause p = clock->list[n];
		int64_t at = p.from / 2 + p.to / 2;

		if (oracle_covers(o, at) && !workcal_is_open(axis, at) &&
		    oracle_covers(o, at + 1) && at > p.from && at + 1 < p.to)
		{
			for (i = other.pauses.count++; i > n; i--)
				other.list[i] = other.list[i - 1];
			other.list[n].to = at;
			other.list[n + 1].from = at + 1;
			answer = due_of(o, &other, &clock->extended, &got);
			expect(t, answer == WORKCAL_FOUND && got == due, o, &other,
			       "a pause in two parts", got, due);
		}
	}
	/* and back: the latest start from which it is reached */
	if (clock->pauses.count == 0 &&
	    (clock->extended.work_seconds > 0 || clock->extended.rolling_days > 0))
	{
		answer = workcal_sub(axis, due, &clock->extended, &got);
		if (clock->extended.work_seconds * WORKCAL_SECOND +
		        clock->extended.rolling_days * axis->nominal >
		    0)
			expect(t,
			       answer == WORKCAL_FOUND && got >= clock->start &&
			           workcal_worked(axis, got) ==
			               workcal_worked(axis, clock->start),
			       o, clock, "add, then sub", got, clock->start);
	}
}

static void
test_properties(void)
{
	uint64_t random = 14;
	Tally tally = {0, 0, 0, ""};
	int c;

	for (c = 0; c < TEST_CALENDARS + 300; c++)
	{
		Oracle o;
		int days;
		int i;

		if (c < TEST_CALENDARS)
			draft_calendar(&draft, test_calendars + c);
		else
			draft_at_random(&draft, &random);
		days = draft.to - draft.from + 1;
		oracle_make(&o, &draft);
		for (i = 0; i < (c < TEST_CALENDARS ? 3000 : 500); i++)
		{
			TestClock clock;
			int kind = i % 5;

			pick_clock(&o, &random, &clock, kind, days < 30 ? days : 30, true,
			           false);
			if (i % 3 == 0)
				clock.pauses.count = 0;
			/* extensions of the same kind */
			if (i % 10 < 8)
				clock.extended = clock.term;
			else
			{
				clock.extended = pick_term(&o, &random, kind, 9);
				clock.extended.seconds += clock.term.seconds;
				clock.extended.work_seconds += clock.term.work_seconds;
				clock.extended.days += clock.term.days;
				clock.extended.work_days += clock.term.work_days;
				clock.extended.rolling_days += clock.term.rolling_days;
			}
			check_properties(&o, &clock, kind, &random, &tally);
		}
		oracle_free(&o);
	}
	report(&tally, "properties");
	ok(tally.found > 100000, "of %" PRId64 " deadlines", tally.found);
}

/* Work days add up where no shift reaches midnight. */
static void
test_work_days_add_up(void)
{
	uint64_t random = 15;
	Tally tally = {0, 0, 0, ""};
	Oracle o;
	int i;

	draft_calendar(&draft, test_calendars);
	oracle_make(&o, &draft);
	for (i = 0; i < 20000; i++)
	{
		TestClock clock;
		TestClock other;
		Term first = {0, 0, 0, 0, 0, 0};
		int64_t due = -1;
		int64_t got = -1;
		WorkcalAnswer answer;

		pick_clock(&o, &random, &clock, 3, 120, false, false);
		if (due_of(&o, &clock, &clock.term, &due) != WORKCAL_FOUND)
			continue;
		other = clock;
		first.work_days = (int32_t) pick(&random, 0, clock.term.work_days);
		(void) due_of(&o, &clock, &first, &other.start);
		other.extended.work_days -= first.work_days;
		answer = due_of(&o, &other, &other.extended, &got);
		expect(&tally, answer == WORKCAL_FOUND && got == due, &o, &clock,
		       "work days in two steps", got, due);
	}
	report(&tally, "work days add up");
	oracle_free(&o);
}

/*
 * The same rules written differently: hours stated for every date, a shift cut
 * in two, a longer horizon, changes of clocks that change nothing.
 */
static void
test_no_op_changes(void)
{
	static OracleDraft changed;
	uint64_t random = 16;
	Tally tally = {0, 0, 0, ""};
	int c;

	for (c = 0; c < 300; c++)
	{
		Oracle a;
		Oracle b;
		int32_t day;
		int i;
		int j;

		draft_at_random(&draft, &random);
		changed = draft;
		oracle_make(&a, &draft);
		changed.nentries = 0;
		changed.nominal = (int32_t) (a.axis.nominal / WORKCAL_SECOND);
		/* unless the end of the horizon cuts a shift off */
		if (c % 2 == 0 && changed.npieces == 1 &&
		    a.close[draft.to - draft.from] < a.midnight[draft.to - draft.from])
			changed.to += 30;
		for (day = draft.from; day <= draft.to; day++)
		{
			OracleEntry *e = changed.entries + changed.nentries++;
			const OracleHours *h = oracle_hours_of(&draft, day);

			e->day = day;
			e->name = "";
			e->like = WORKCAL_OWN_HOURS;
			e->hours.n = 0;
			for (i = 0; i < h->n; i++)
			{
				WorkcalShift *s = e->hours.s + e->hours.n++;

				*s = h->s[i];
				if (e->hours.n < ORACLE_SHIFTS - h->n + i &&
				    s->to - s->from > 60)
				{
					s[1] = s[0];
					s[0].to = s[1].from =
					    (s->from +
					     60 * (int32_t) pick(&random, 1,
					                         (s->to - s->from - 1) / 60));
					/* a shift begins on its day */
					if (s[1].from < 86400)
						e->hours.n++;
					else
						s[0] = h->s[i];
				}
			}
		}
		if (changed.npieces + 1 < ORACLE_PIECES)
		{
			j = (int) pick(&random, 1, changed.npieces);
			for (i = changed.npieces++; i >= j; i--)
				changed.pieces[i] = changed.pieces[i - 1];
			changed.pieces[j].from =
			    j + 1 < changed.npieces
			        ? changed.pieces[j + 1].from - 7200 * WORKCAL_SECOND
			        : changed.to * WORKCAL_DAY;
			if (j > 1 && changed.pieces[j].from <= changed.pieces[j - 1].from)
				changed.pieces[j].from = changed.pieces[j - 1].from + 1;
		}
		if (!oracle_valid(&changed))
			oracle_fail("a change that is none is one");
		oracle_make(&b, &changed);
		for (i = 0; i < 400; i++)
		{
			TestClock clock;
			int64_t due = -1;
			int64_t got = -1;
			WorkcalAnswer answer;

			pick_clock(&a, &random, &clock, i % 6, 30, true, false);
			if (due_of(&a, &clock, &clock.extended, &due) != WORKCAL_FOUND)
				continue;
			answer = due_of(&b, &clock, &clock.extended, &got);
			expect(&tally, answer == WORKCAL_FOUND && got == due, &a, &clock,
			       "rules written differently", got, due);
		}
		oracle_free(&a);
		oracle_free(&b);
	}
	report(&tally, "a change of the calendar that changes nothing");
}

/* ------------------------------------------------------------------ by hand
 */

static const char *
show(int64_t t)
{
	static char text[4][40];
	static int turn;
	char *s = text[turn++ % 4];
	int64_t seconds = t / WORKCAL_SECOND + 8 * 3600;
	int32_t day = (int32_t) (seconds / 86400);
	int32_t y;
	int32_t m;
	int32_t d;

	workcal_date_of(day, &y, &m, &d);
	seconds %= 86400;
	snprintf(s, 40, "%04d-%02d-%02d %02d:%02d:%02d", y, m, d,
	         (int) (seconds / 3600), (int) (seconds / 60 % 60),
	         (int) (seconds % 60));
	return s;
}

typedef struct Example
{
	const char *start;
	Term term;
	const char *pauses[8]; /* from, to, … */
	const char *due;       /* NULL: there is none */
	const char *what;
} Example;

static const Example examples[] = {
    /* the office: 09:00-12:00 and 14:00-18:00, Spring Festival from Saturday
     * 14 February (work) to Monday 23 February */
    {"2026-03-02 09:00",
     {7200, 0, 0, 0, 0, 0},
     {NULL},
     "2026-03-02 11:00",
     "hours are continuous"},
    {"2026-03-02 11:30",
     {7200, 0, 0, 0, 0, 0},
     {NULL},
     "2026-03-02 13:30",
     "through the noon break"},
    {"2026-03-02 11:30",
     {0, 7200, 0, 0, 0, 0},
     {NULL},
     "2026-03-02 15:30",
     "work hours are not"},
    {"2026-03-02 09:00",
     {0, 10800, 0, 0, 0, 0},
     {NULL},
     "2026-03-02 12:00",
     "the closing instant, not the next opening"},
    {"2026-03-02 12:30",
     {0, 10800, 0, 0, 0, 0},
     {NULL},
     "2026-03-02 17:00",
     "from a break"},
    {"2026-03-06 17:00",
     {0, 7200, 0, 0, 0, 0},
     {NULL},
     "2026-03-09 10:00",
     "over a weekend"},
    {"2026-02-14 17:00",
     {0, 7200, 0, 0, 0, 0},
     {NULL},
     "2026-02-24 10:00",
     "from a make-up Saturday over a festival"},
    {"2026-02-11 10:00",
     {0, 0, 0, 3, 0, 0},
     {NULL},
     "2026-02-14 18:00",
     "work days, the last a make-up Saturday"},
    {"2026-02-11 10:00",
     {0, 0, 0, 4, 0, 0},
     {NULL},
     "2026-02-24 18:00",
     "and one more"},
    {"2026-02-10 10:00",
     {0, 0, 7, 0, 0, 0},
     {NULL},
     "2026-02-24 18:00",
     "days: a last day in a festival moves to the next work day"},
    {"2026-02-07 23:59",
     {0, 0, 7, 0, 0, 0},
     {NULL},
     "2026-02-14 18:00",
     "days: a make-up Saturday is none to move from"},
    {"2026-03-02 00:00",
     {0, 0, 1, 0, 0, 0},
     {NULL},
     "2026-03-03 18:00",
     "the day of the start is not counted, from its midnight on"},
    {"2026-03-02 17:00",
     {0, 0, 0, 0, 1, 0},
     {NULL},
     "2026-03-03 17:00",
     "a rolling work day is its seven hours"},
    {"2026-03-02 17:00",
     {0, 3600, 0, 0, 1, 0},
     {NULL},
     "2026-03-03 18:00",
     "and an hour more"},
    {"2026-03-02 03:00",
     {0, 0, 0, 0, 0, 0},
     {NULL},
     "2026-03-02 03:00",
     "no time at all"},
    /* pauses */
    {"2026-03-02 09:00",
     {14400, 0, 0, 0, 0, 0},
     {"2026-03-02 10:00", "2026-03-02 12:00", NULL},
     "2026-03-02 15:00",
     "a pause in continuous hours"},
    {"2026-03-02 09:00",
     {0, 14400, 0, 0, 0, 0},
     {"2026-03-02 10:00", "2026-03-02 14:30", NULL},
     "2026-03-02 17:30",
     "a pause over noon costs what was worked in it"},
    {"2026-03-02 09:00",
     {0, 14400, 0, 0, 0, 0},
     {"2026-03-02 18:30", "2026-03-03 08:00", NULL},
     "2026-03-02 15:00",
     "a pause at night costs nothing"},
    {"2026-03-02 09:00",
     {0, 10800, 0, 0, 0, 0},
     {"2026-03-02 12:00", "2026-03-20 12:00", NULL},
     "2026-03-02 12:00",
     "a pause from the deadline on costs nothing"},
    {"2026-03-02 09:00",
     {0, 10801, 0, 0, 0, 0},
     {"2026-03-02 12:00", "2026-03-20 12:00", NULL},
     "2026-03-20 14:00:01",
     "one second later it does"},
    {"2026-02-13 15:00",
     {0, 25200, 0, 0, 0, 0},
     {"2026-02-13 16:00", "2026-02-25 16:00", NULL},
     "2026-02-26 15:00",
     "a pause over a festival"},
    {"2026-03-02 09:00",
     {0, 14400, 0, 0, 0, 0},
     {"2026-02-20 00:00", "2026-03-02 11:00", NULL},
     "2026-03-02 17:00",
     "a pause that began before the start"},
    {"2026-03-02 09:00",
     {0, 14400, 0, 0, 0, 0},
     {"2026-03-02 09:30", "2026-03-02 10:00", "2026-03-02 11:00",
      "2026-03-02 11:30", "2026-03-02 14:00", "2026-03-02 15:00", NULL},
     "2026-03-02 17:00",
     "three pauses"},
    {"2026-03-02 09:00",
     {0, 3600, 0, 0, 0, 0},
     {"2026-03-02 09:30", NULL},
     NULL,
     "a pause without an end"},
    {"2026-03-02 09:00",
     {0, 3600, 0, 0, 0, 0},
     {"2026-03-02 10:00", NULL},
     "2026-03-02 10:00",
     "one that begins at the deadline"},
    /* days with pauses */
    {"2026-03-02 09:00",
     {0, 0, 3, 0, 0, 0},
     {"2026-03-03 09:00", "2026-03-04 09:00", NULL},
     "2026-03-06 18:00",
     "a day's pause moves the last day by a day"},
    {"2026-03-02 09:00",
     {0, 0, 3, 0, 0, 0},
     {"2026-03-03 09:00", "2026-03-03 09:30", NULL},
     "2026-03-06 18:00",
     "what is left of a day counts as a day"},
    {"2026-03-02 09:00",
     {0, 0, 3, 0, 0, 0},
     {"2026-03-05 18:00", "2026-03-05 19:00", NULL},
     "2026-03-05 18:00",
     "a pause after the close of the last day is too late"},
    {"2026-03-02 09:00",
     {0, 0, 3, 0, 0, 0},
     {"2026-03-05 18:00", NULL},
     "2026-03-05 18:00",
     "even one without an end"},
    {"2026-03-02 09:00",
     {0, 0, 3, 0, 0, 0},
     {"2026-03-05 17:59", NULL},
     NULL,
     "unlike one a minute before it"},
    {"2026-03-03 09:00",
     {0, 0, 4, 0, 0, 0},
     {"2026-03-08 09:00", "2026-03-10 10:00", NULL},
     "2026-03-10 18:00",
     "a last day that was moved into a pause is the day on which it ends"},
    {"2026-03-03 09:00",
     {0, 0, 4, 0, 0, 0},
     {"2026-03-08 09:00", "2026-03-10 18:30", NULL},
     "2026-03-11 18:00",
     "or the next, if it ends after business"},
    {"2026-03-03 09:00",
     {0, 0, 4, 0, 0, 0},
     {"2026-03-08 09:00", "2026-03-10 18:00", NULL},
     "2026-03-10 18:00",
     "but not if it ends with it"},
    /* work days with pauses: the time from the start to the close */
    {"2026-03-02 09:00",
     {0, 0, 0, 1, 0, 0},
     {"2026-03-02 16:00", "2026-03-03 10:00", NULL},
     "2026-03-04 12:00",
     "three working hours' pause moves the deadline by three"},
    {"2026-03-02 09:00",
     {0, 0, 0, 1, 0, 0},
     {"2026-03-02 18:00", "2026-03-03 09:00", NULL},
     "2026-03-03 18:00",
     "a pause by night does not"},
    /* sums, which only extensions make: days first, hours last */
    {"2026-03-02 09:00",
     {3600, 3600, 1, 1, 1, 0},
     {NULL},
     "2026-03-06 11:00",
     "a day, a work day, eight working hours, an hour"}};

static void
read_example(const Example *e, TestClock *clock)
{
	int i;

	memset(clock, 0, sizeof(*clock));
	clock->start = beijing(e->start);
	clock->term = clock->extended = e->term;
	for (i = 0; i < 8 && e->pauses[i] != NULL; i += 2)
	{
		WorkcalPause *p = clock->list + clock->pauses.count++;

		p->from = beijing(e->pauses[i]);
		p->to =
		    e->pauses[i + 1] == NULL ? INT64_MAX : beijing(e->pauses[i + 1]);
	}
	clock->pauses.list = clock->list;
}

static void
test_examples(void)
{
	size_t i;

	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++)
	{
		const Example *e = examples + i;
		TestClock clock;
		int64_t due = -1;
		WorkcalAnswer answer;

		read_example(e, &clock);
		answer = due_of(&office, &clock, &clock.term, &due);
		if (e->due == NULL)
			ok(answer == WORKCAL_ENDLESS, "%s: none", e->what);
		else if (!ok(answer == WORKCAL_FOUND && due == beijing(e->due),
		             "%s: %s", e->what, e->due))
			printf("# answer %d, %s\n", answer, show(due));
	}
}

/*
 * A system that we read measured a pause by the clock on the wall and gave it
 * back as working time, so that a suspension of 7 days moved a deadline by 168
 * working hours, 21 days of eight hours.
 */
static void
test_suspension_of_7_days_does_not_move_a_deadline_by_21_working_days(void)
{
	static const Example suspended[] = {
	    {"2026-03-02 09:00",
	     {0, 126000, 0, 0, 0, 0},
	     {"2026-03-04 09:00", "2026-03-11 09:00", NULL},
	     "2026-03-13 18:00",
	     "35 work hours"},
	    {"2026-03-02 09:00",
	     {0, 0, 0, 5, 0, 0},
	     {"2026-03-04 09:00", "2026-03-11 09:00", NULL},
	     "2026-03-16 18:00",
	     "5 work days"},
	    {"2026-03-02 09:00",
	     {0, 0, 0, 0, 5, 0},
	     {"2026-03-04 09:00", "2026-03-11 09:00", NULL},
	     "2026-03-13 18:00",
	     "5 rolling work days"}};
	int i;

	for (i = 0; i < 3; i++)
	{
		TestClock clock;
		int64_t paused = -1;
		int64_t unpaused = -1;

		read_example(suspended + i, &clock);
		(void) due_of(&office, &clock, &clock.term, &paused);
		clock.pauses.count = 0;
		(void) due_of(&office, &clock, &clock.term, &unpaused);
		ok(workcal_worked(&office.axis, paused) -
		           workcal_worked(&office.axis, unpaused) ==
		       5 * 7 * HOUR,
		   "a suspension of 7 days moves a deadline of %s by the 5 working "
		   "days in it, not by 21: %s for %s",
		   suspended[i].what, show(paused), show(unpaused));
		ok(paused == beijing(suspended[i].due), "to %s", suspended[i].due);
	}
}

/*
 * The other defect: an extension was written into the deadline, which resuming
 * computed anew.  Here every order of the same events gives the same deadline,
 * and what is left never depends on the order.
 */
static void
test_approved_extension_is_not_lost_on_resume(void)
{
	static const Term base = {0, 0, 0, 5, 0, 0};
	static const Term more[2] = {{0, 0, 0, 2, 0, 0}, {0, 7200, 0, 0, 0, 0}};
	/* pause, extend, extend, resume, pause, resume; a resume ends the pause
	 * before it */
	static const char *const at[4] = {"2026-03-03 10:00", "2026-03-05 10:00",
	                                  "2026-03-09 09:00", "2026-03-09 16:00"};
	static const char *const orders[] = {"PxyRPR", "xPyRPR", "xyPRPR",
	                                     "PRxyPR", "PRPxyR", "PRPRyx",
	                                     "PyRPxR", "yPRPRx"};
	int64_t first = -1;
	int wrong = 0;
	int endless = 0;
	size_t i;

	for (i = 0; i < sizeof(orders) / sizeof(*orders); i++)
	{
		WorkcalPause list[2] = {{0, 0}, {0, 0}};
		WorkcalPauses pauses = {list, 0};
		Term term = base;
		int64_t due = -1;
		int64_t budget = -1;
		int64_t before = 0;
		WorkcalAnswer answer = WORKCAL_FOUND;
		const char *c;
		int n = 0;

		for (c = orders[i]; *c != '\0'; c++)
		{
			switch (*c)
			{
				case 'P':
					list[pauses.count++] =
					    (WorkcalPause){beijing(at[n++]), INT64_MAX};
					break;
				case 'R':
					list[pauses.count - 1].to = beijing(at[n++]);
					break;
				default:
					(void) term_add(&term, &more[*c - 'x'], &term);
					break;
			}
			answer = workcal_due(&office.axis, beijing("2026-03-02 09:00"),
			                     &base, &term, &pauses, &due);
			endless += answer == WORKCAL_ENDLESS;
			/* only an extension changes what there is to do */
			wrong += workcal_budget(&office.axis, beijing("2026-03-02 09:00"),
			                        &base, &term, &pauses,
			                        &budget) != WORKCAL_FOUND;
			wrong += budget < before;
			wrong +=
			    (*c == 'P' || *c == 'R') && before > 0 && budget != before;
			before = budget;
		}
		wrong += answer != WORKCAL_FOUND;
		if (i == 0)
			first = due;
		wrong += due != first;
	}
	ok(wrong == 0 && endless >= 16,
	   "an approved extension is not lost on resume, in whatever order: %s",
	   show(first));
	/* seven work days lead to Wednesday the 11th; the pauses of 14 and of 5
	 * working hours and the extension of 2 make three days more */
	ok(first == beijing("2026-03-16 18:00"), "which is right");
}

/* Sums of extensions do not depend on the order of the list. */
static void
test_order_of_extensions(void)
{
	uint64_t random = 17;
	int wrong = 0;
	int round;

	for (round = 0; round < 2000; round++)
	{
		Term list[5];
		Term a = {0, 0, 0, 0, 0, 0};
		Term b = {0, 0, 0, 0, 0, 0};
		TestClock clock;
		int64_t due = -1;
		int64_t got = -2;
		WorkcalAnswer x;
		WorkcalAnswer y;
		int i;

		for (i = 0; i < 5; i++)
		{
			list[i] =
			    pick_term(&office, &random, (int) pick(&random, 0, 4), 4);
			wrong += !term_add(&a, list + i, &a);
		}
		for (i = 5; i > 0; i--)
		{
			int j = (int) pick(&random, 0, i - 1);

			wrong += !term_add(&b, list + j, &b);
			list[j] = list[i - 1];
		}
		pick_clock(&office, &random, &clock, 1, 9, true, false);
		x = due_of(&office, &clock, &a, &due);
		y = due_of(&office, &clock, &b, &got);
		wrong += x != y || (x == WORKCAL_FOUND && due != got);
	}
	ok(wrong == 0, "extensions in any order");
}

int
main(void)
{
	static OracleDraft office_draft;

	draft_calendar(&office_draft, test_calendars);
	oracle_make(&office, &office_draft);
	test_examples();
	test_suspension_of_7_days_does_not_move_a_deadline_by_21_working_days();
	test_approved_extension_is_not_lost_on_resume();
	test_order_of_extensions();
	test_extremes();
	test_work_days_add_up();
	oracle_free(&office);
	test_oracle();
	test_no_op_changes();
	test_properties();
	test_beyond();
	test_random_pairs();
	ok(oracle_heap.blocks == 0, "all memory was given back");
	return done_testing();
}
