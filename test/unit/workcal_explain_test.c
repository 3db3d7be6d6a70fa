/*
 * workcal_explain_test.c
 *	  The pieces of a deadline: that they follow each other, add up, are as
 *	  long as can be, and are of the kind that the array of minutes says.
 */
#include "core/workcal_explain.h"

#include "workcal_calendars.h"

static OracleDraft draft;

typedef struct Tally
{
	int64_t stories;
	int64_t pieces;
	int64_t wrong;
	int64_t of[WORKCAL_BEYOND_HORIZON + 1];
	int64_t endless;
	int64_t provisional;
	char what[300];
} Tally;

static void
expect(Tally *tally, bool right, const Oracle *o, const TestClock *clock,
       const WorkcalPiece *piece, const char *what)
{
	const Term *t = &clock->extended;

	if (right || tally->wrong++ > 0)
		return;
	snprintf(tally->what, sizeof(tally->what),
	         "%s, horizon %d to %d, start %" PRId64 ", term %" PRId64
	         " s %" PRId64 " ws %d d %d wd %d rd, %u pauses: %" PRId64
	         " to %" PRId64 ", kind %d, %" PRId64 " counted, %" PRId64 " left",
	         what, o->draft->from, o->draft->to, clock->start, t->seconds,
	         t->work_seconds, t->days, t->work_days, t->rolling_days,
	         clock->pauses.count, piece->from, piece->to, piece->kind,
	         piece->counted, piece->balance);
}

static const char *
name_of(const OracleEntry *entry)
{
	return entry == NULL ? "" : entry->name;
}

/* The kind of an instant, and the name of its date */
static WorkcalKind
kind_of(const Oracle *o, const TestClock *clock, bool work, int64_t first_due,
        int64_t t, const char **name)
{
	WorkcalKind kind = WORKCAL_REST;
	int64_t u;
	uint32_t i;

	*name = "";
	for (i = 0; i < clock->pauses.count; i++)
		if (t >= clock->list[i].from && t < clock->list[i].to)
			return WORKCAL_PAUSE;
	if (!oracle_covers(o, t) || t == oracle_at(o, o->end))
		kind = WORKCAL_BEYOND_HORIZON;
	else
	{
		u = oracle_unit(o, t);
		if (o->owner[u] != ORACLE_NOWHERE)
		{
			int32_t day = o->owner[u];
			const OracleEntry *entry = oracle_entry(o->draft, day);

			kind = entry != NULL && o->draft->week[oracle_weekday(day)].n == 0
			           ? WORKCAL_MAKE_UP
			           : WORKCAL_WORK;
			*name = name_of(entry);
		}
		else
		{
			const OracleEntry *entry = oracle_entry(o->draft, o->date[u]);

			if (entry != NULL && oracle_hours_of(o->draft, entry->day)->n == 0)
			{
				kind = WORKCAL_HOLIDAY;
				*name = entry->name;
			}
		}
	}
	if (t >= first_due &&
	    (!work || kind == WORKCAL_WORK || kind == WORKCAL_MAKE_UP))
		kind = WORKCAL_EXTENSION;
	return kind;
}

static bool
same_name(const Oracle *o, const WorkcalPiece *piece, const char *name)
{
	uint32_t length = piece->entry == NULL ? 0 : piece->entry->name_length;

	return length == strlen(name) &&
	       (length == 0 ||
	        memcmp(o->rules.names + piece->entry->name, name, length) == 0);
}

static bool
provisional_at(const Oracle *o, int64_t t)
{
	return o->draft->provisional != WORKCAL_NEVER &&
	       t >= oracle_at(o, o->provisional);
}

static void
check_story(const Oracle *o, const TestClock *clock, uint64_t *random,
            Tally *tally)
{
	bool work = workcal_counts_work(&clock->term);
	WorkcalPauses ended = clock->pauses;
	WorkcalStory story;
	WorkcalPiece piece = {0, 0, WORKCAL_REST, NULL, 0, 0, false};
	WorkcalPiece before = piece;
	int64_t due = -1;
	int64_t first_due = -1;
	int64_t sum = 0;
	int64_t budget;
	int64_t at = clock->start;
	WorkcalAnswer answer = oracle_due(o, clock->start, &clock->term,
	                                  &clock->extended, &clock->pauses, &due);
	WorkcalAnswer told =
	    workcal_story_begin(&story, &o->axis, clock->start, &clock->term,
	                        &clock->extended, &clock->pauses);
	bool any = false;

	if (answer == WORKCAL_ENDLESS)
	{
		/* what the clock would be if the pause were not */
		ended.count--;
		answer = oracle_due(o, clock->start, &clock->term, &clock->extended,
		                    &ended, &due);
		if (answer == WORKCAL_FOUND && work && !oracle_covers(o, due))
			answer = WORKCAL_BEYOND;
		expect(tally, told == answer, o, clock, &piece, "refusal");
		if (answer != WORKCAL_FOUND || told != WORKCAL_FOUND)
			return;
		budget = oracle_counted(o, work, clock->start, due, &ended);
		due = INT64_MAX;
		tally->endless++;
	}
	else
	{
		if (answer == WORKCAL_FOUND && work && !oracle_covers(o, due))
			answer = WORKCAL_BEYOND;
		expect(tally, told == answer, o, clock, &piece, "refusal");
		if (answer != WORKCAL_FOUND || told != WORKCAL_FOUND)
			return;
		budget = oracle_counted(o, work, clock->start, due, &clock->pauses);
	}
	if (oracle_due(o, clock->start, &clock->term, &clock->term, &clock->pauses,
	               &first_due) != WORKCAL_FOUND)
		first_due = INT64_MAX;
	tally->stories++;
	while (workcal_story_next(&story, &piece))
	{
		int64_t samples[4];
		int64_t counted;
		int i;

		tally->pieces++;
		tally->of[piece.kind]++;
		tally->provisional += piece.provisional;
		expect(tally, piece.from == at, o, clock, &piece, "a gap");
		expect(tally, piece.to > piece.from, o, clock, &piece, "empty");
		at = piece.to;
		/* every piece but an endless one lies before the deadline */
		expect(tally, piece.to <= due, o, clock, &piece, "too late");
		if (piece.to == INT64_MAX)
		{
			counted = 0;
			samples[1] = piece.from + 1;
		}
		else
		{
			counted =
			    oracle_counted(o, work, piece.from, piece.to, &clock->pauses);
			samples[1] = piece.to - 1;
		}
		expect(tally, piece.counted == counted, o, clock, &piece, "counted");
		sum += piece.counted;
		expect(tally, piece.balance == budget - sum, o, clock, &piece,
		       "balance");
		samples[0] = piece.from;
		samples[2] = pick(random, piece.from, samples[1]);
		samples[3] = pick(random, piece.from, samples[1]);
		for (i = 0; i < 4; i++)
		{
			const char *name;
			WorkcalKind kind =
			    kind_of(o, clock, work, first_due, samples[i], &name);

			expect(tally, piece.kind == kind, o, clock, &piece, "kind");
			expect(tally, same_name(o, &piece, name), o, clock, &piece,
			       "name");
			if (piece.to != INT64_MAX)
				expect(tally,
				       piece.provisional == provisional_at(o, samples[i]), o,
				       clock, &piece, "provisional");
		}
		if (any)
		{
			const char *name;

			(void) kind_of(o, clock, work, first_due, before.from, &name);
			expect(tally,
			       piece.kind != before.kind ||
			           piece.provisional != before.provisional ||
			           !same_name(o, &piece, name),
			       o, clock, &piece, "cut in two");
		}
		before = piece;
		any = true;
	}
	expect(tally, at == due, o, clock, &piece, "not at the deadline");
	if (due != INT64_MAX)
		expect(tally, sum == budget, o, clock, &piece, "the sum");
	expect(tally, !workcal_story_next(&story, &piece), o, clock, &piece,
	       "no end");
}

static void
report(const Tally *tally, const char *name)
{
	ok(tally->wrong == 0 && tally->stories > 0,
	   "%s: %" PRId64 " stories of %" PRId64 " pieces, %" PRId64 " wrong",
	   name, tally->stories, tally->pieces, tally->wrong);
	if (tally->wrong > 0)
		printf("# %s\n", tally->what);
}

/* The clocks of workcal_due_test.c */
static void
test_random_clocks(void)
{
	uint64_t random = 11;
	Tally plain = {.wrong = 0};
	Tally paused = {.wrong = 0};
	int c;
	int kind;

	for (c = 0; c < TEST_CALENDARS; c++)
	{
		Oracle o;
		int days;
		int i;

		draft_calendar(&draft, test_calendars + c);
		days = draft.to - draft.from + 1;
		oracle_make(&o, &draft);
		for (i = 0; i < 4000; i++)
		{
			TestClock clock;

			pick_clock(&o, &random, &clock, i % 6, days < 30 ? days : 30,
			           false, i % 12 < 6);
			check_story(&o, &clock, &random, &plain);
		}
		for (i = 0; i < 4000; i++)
		{
			TestClock clock;

			pick_clock(&o, &random, &clock, i % 6, days < 20 ? days : 20, true,
			           i % 12 < 6);
			check_story(&o, &clock, &random, &paused);
		}
		/* some long ones */
		for (i = 0; i < 30; i++)
		{
			TestClock clock;

			pick_clock(&o, &random, &clock, i % 6, days, i % 2 == 0, false);
			check_story(&o, &clock, &random, &plain);
		}
		oracle_free(&o);
	}
	for (c = 0; c < 400; c++)
	{
		Oracle o;
		int i;

		draft_at_random(&draft, &random);
		oracle_make(&o, &draft);
		for (i = 0; i < 500; i++)
		{
			TestClock clock;

			pick_clock(&o, &random, &clock, i % 6, 20, i % 2 == 0, i % 12 < 6);
			check_story(&o, &clock, &random, &paused);
		}
		oracle_free(&o);
	}
	report(&plain, "without pauses");
	report(&paused, "with pauses and extensions");
	for (kind = 0; kind <= WORKCAL_BEYOND_HORIZON; kind++)
		ok(paused.of[kind] > 100, "%" PRId64 " pieces of kind %d",
		   paused.of[kind], kind);
	ok(paused.endless > 1000, "%" PRId64 " without an end", paused.endless);
	ok(paused.provisional > 1000, "%" PRId64 " provisional",
	   paused.provisional);
}

/* One that a reader can follow */
typedef struct Line
{
	const char *from;
	WorkcalKind kind;
	const char *name;
	int64_t counted; /* minutes */
	int64_t balance;
} Line;

static void
test_by_hand(void)
{
	/* 9 work hours from Friday 13 February at 16:00, a pause on Saturday from
	 * 15:00 to 16:30, 2 hours more: Saturday is a make-up day, and until the
	 * 23rd it is Spring Festival */
	static const Line lines[] = {
	    {"2026-02-13 16:00", WORKCAL_WORK, "", 120, 540},
	    {"2026-02-13 18:00", WORKCAL_REST, "", 0, 540},
	    {"2026-02-14 09:00", WORKCAL_MAKE_UP, "春节", 180, 360},
	    {"2026-02-14 12:00", WORKCAL_REST, "", 0, 360},
	    {"2026-02-14 14:00", WORKCAL_MAKE_UP, "春节", 60, 300},
	    {"2026-02-14 15:00", WORKCAL_PAUSE, "", 0, 300},
	    {"2026-02-14 16:30", WORKCAL_MAKE_UP, "春节", 90, 210},
	    {"2026-02-14 18:00", WORKCAL_REST, "", 0, 210},
	    {"2026-02-15 00:00", WORKCAL_HOLIDAY, "春节", 0, 210},
	    {"2026-02-24 00:00", WORKCAL_REST, "", 0, 210},
	    {"2026-02-24 09:00", WORKCAL_WORK, "", 90, 120},
	    {"2026-02-24 10:30", WORKCAL_EXTENSION, "", 90, 30},
	    {"2026-02-24 12:00", WORKCAL_REST, "", 0, 30},
	    {"2026-02-24 14:00", WORKCAL_EXTENSION, "", 30, 0},
	    {"2026-02-24 14:30", WORKCAL_REST, "", 0, 0}};
	static const Term term = {0, 9 * 3600, 0, 0, 0, 0};
	static const Term extended = {0, 11 * 3600, 0, 0, 0, 0};
	WorkcalPause pause;
	WorkcalPauses pauses = {&pause, 1};
	WorkcalStory story;
	WorkcalPiece piece;
	Oracle o;
	int64_t zone = 8 * 3600 * WORKCAL_SECOND;
	int i = 0;

	draft_calendar(&draft, test_calendars);
	oracle_make(&o, &draft);
	pause.from = oracle_instant("2026-02-14 15:00") - zone;
	pause.to = oracle_instant("2026-02-14 16:30") - zone;
	ok(workcal_story_begin(&story, &o.axis,
	                       oracle_instant(lines[0].from) - zone, &term,
	                       &extended, &pauses) == WORKCAL_FOUND,
	   "a story begins");
	for (; workcal_story_next(&story, &piece) && i < 14; i++)
		if (!ok(piece.from == oracle_instant(lines[i].from) - zone &&
		            piece.to == oracle_instant(lines[i + 1].from) - zone &&
		            piece.kind == lines[i].kind &&
		            same_name(&o, &piece, lines[i].name) &&
		            piece.counted == lines[i].counted * 60 * WORKCAL_SECOND &&
		            piece.balance == lines[i].balance * 60 * WORKCAL_SECOND,
		        "from %s: %" PRId64 " minutes count, %" PRId64 " are left",
		        lines[i].from, lines[i].counted, lines[i].balance))
			printf("# kind %d, %" PRId64 " s, %" PRId64 " s left\n",
			       piece.kind, piece.counted / WORKCAL_SECOND,
			       piece.balance / WORKCAL_SECOND);
	ok(i == 14, "in 14 pieces");
	oracle_free(&o);
}

/* No time at all has no pieces; nor is there a story of what is refused. */
static void
test_none(void)
{
	static const Term none = {0, 0, 0, 0, 0, 0};
	static const Term work = {0, 60, 0, 0, 0, 0};
	WorkcalPauses pauses = {NULL, 0};
	WorkcalPause all = {INT64_MIN, INT64_MAX};
	WorkcalStory story;
	WorkcalPiece piece;
	Oracle o;

	draft_calendar(&draft, test_calendars);
	oracle_make(&o, &draft);
	ok(workcal_story_begin(&story, &o.axis, o.axis.begin, &none, &none,
	                       &pauses) == WORKCAL_FOUND &&
	       !workcal_story_next(&story, &piece) &&
	       !workcal_story_next(&story, &piece),
	   "no time has no pieces");
	ok(workcal_story_begin(&story, &o.axis, o.axis.end, &work, &work,
	                       &pauses) == WORKCAL_OVERFLOW,
	   "beyond the horizon");
	ok(workcal_story_begin(&story, &o.axis, o.axis.begin - 1, &work, &work,
	                       &pauses) == WORKCAL_BEYOND,
	   "from beyond it");
	pauses = (WorkcalPauses){&all, 1};
	ok(workcal_story_begin(&story, &o.axis, o.axis.begin, &work, &work,
	                       &pauses) == WORKCAL_FOUND &&
	       workcal_story_next(&story, &piece) && piece.kind == WORKCAL_PAUSE &&
	       piece.from == o.axis.begin && piece.to == INT64_MAX &&
	       piece.counted == 0 && piece.balance == 60 * WORKCAL_SECOND &&
	       !workcal_story_next(&story, &piece),
	   "a pause of all time is the whole story");
	oracle_free(&o);
}

int
main(void)
{
	test_by_hand();
	test_none();
	test_random_clocks();
	ok(oracle_heap.blocks == 0, "all memory was given back");
	return done_testing();
}
