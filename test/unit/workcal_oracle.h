/*
 * workcal_oracle.h
 *	  What the tests of working time judge by: calendars of many kinds, and
 *	  for each an array with an element for every minute (or second) of its
 *	  horizon, filled from what the clock on the wall shows in it.
 *
 * Nothing here is taken from the code under test but the layout of its input.
 * The sums that make the array quick to ask are sums of its elements.
 */
#ifndef CIVICGRID_TEST_WORKCAL_ORACLE_H
#define CIVICGRID_TEST_WORKCAL_ORACLE_H

#include <stdlib.h>

#include "core/workcal_due.h"

#include "tap.h"

#define ORACLE_SHIFTS  8
#define ORACLE_ENTRIES 400
#define ORACLE_PIECES  40
#define ORACLE_NOWHERE INT32_MIN

typedef struct OracleHours
{
	int n;
	WorkcalShift s[ORACLE_SHIFTS];
} OracleHours;

typedef struct OracleEntry
{
	int32_t day;
	int like;
	OracleHours hours;
	const char *name;
} OracleEntry;

/* A calendar before it is laid out, in whatever way it came about */
typedef struct OracleDraft
{
	int32_t from;
	int32_t to;
	int32_t provisional;
	int32_t nominal;
	int64_t unit; /* all shifts and changes of clocks are at whole units */
	OracleHours week[7];
	OracleEntry entries[ORACLE_ENTRIES];
	int nentries;
	WorkcalZonePiece pieces[ORACLE_PIECES];
	int npieces;
} OracleDraft;

/* A calendar, as the code under test is given it and as the oracle knows it */
typedef struct Oracle
{
	const OracleDraft *draft;
	WorkcalRules rules;
	WorkcalAxis axis;
	int64_t unit;
	int64_t origin; /* where unit 0 begins, well before the horizon */
	int64_t n;
	int64_t begin; /* of the horizon, in units */
	int64_t end;
	int64_t provisional;
	int32_t *date;   /* what the calendar on the wall shows in a unit */
	int32_t *owner;  /* whose shift the unit is in, or ORACLE_NOWHERE */
	int32_t *worked; /* units of working time before; n + 1 of them */
	int32_t *nth;    /* unit of working time by its number */
	int32_t total;
	/* by date from draft->from on */
	int32_t *open;     /* first unit of working time, or -1 */
	int32_t *close;    /* the one after the last */
	int32_t *midnight; /* where the date ends for good */
} Oracle;

static void
oracle_fail(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(2);
}

static void *
oracle_alloc(size_t n, size_t size)
{
	void *block = calloc(n > 0 ? n : 1, size);

	if (block == NULL)
		oracle_fail("no memory");
	return block;
}

/* An allocator that counts, and fails when it is told to */
typedef struct OracleHeap
{
	int64_t blocks; /* in use */
	int64_t calls;
	int64_t fail_at; /* the call that fails, or 0 */
} OracleHeap;

static inline void *
oracle_resize(void *context, void *block, size_t size)
{
	OracleHeap *heap = context;
	void *result;

	if (size == 0)
	{
		if (block == NULL)
			oracle_fail("nothing is freed");
		heap->blocks--;
		free(block);
		return NULL;
	}
	if (++heap->calls == heap->fail_at)
		return NULL;
	result = realloc(block, size);
	if (result == NULL)
		oracle_fail("no memory");
	if (block == NULL)
	{
		heap->blocks++;
		/* what is not written yet must not matter */
		memset(result, 0xA5, size);
	}
	return result;
}

static OracleHeap oracle_heap;
static const WorkcalMemory oracle_memory = {oracle_resize, &oracle_heap};

/* Days since 2000-01-01, counted year by year and month by month */
static inline int32_t
oracle_day(const char *text)
{
	static const int lengths[12] = {31, 28, 31, 30, 31, 30,
	                                31, 31, 30, 31, 30, 31};
	int year;
	int month;
	int day;
	int32_t days = 0;
	int y;
	int m;

	if (sscanf(text, "%4d-%2d-%2d", &year, &month, &day) != 3)
		oracle_fail(text);
	for (y = 2000; y < year; y++)
		days += y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 366 : 365;
	for (y = 1999; y >= year; y--)
		days -= y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 366 : 365;
	for (m = 1; m < month; m++)
		days += lengths[m - 1] + (m == 2 && year % 4 == 0 &&
		                          (year % 100 != 0 || year % 400 == 0));
	return days + day - 1;
}

/* 2026-01-05 was a Monday. */
static inline int
oracle_weekday(int32_t day)
{
	return (int) (((day - 9501) % 7 + 7) % 7);
}

/* "2026-03-29 01:00" or with seconds, as an instant of UTC */
static inline int64_t
oracle_instant(const char *text)
{
	int hour = 0;
	int minute = 0;
	int second = 0;

	if (sscanf(text + 10, " %2d:%2d:%2d", &hour, &minute, &second) < 2)
		oracle_fail(text);
	return ((oracle_day(text) * INT64_C(24) + hour) * 3600 + minute * 60 +
	        second) *
	       WORKCAL_SECOND;
}

/* "09:00-12:00 14:00-18:00", with seconds or without */
static inline OracleHours
oracle_hours(const char *text)
{
	OracleHours hours = {0, {{0, 0}}};

	while (text != NULL && *text != '\0')
	{
		int at[2] = {0, 0};
		int i;

		for (i = 0; i < 2; i++)
		{
			int h;
			int m;
			int n;

			if (sscanf(text, "%2d:%2d%n", &h, &m, &n) != 2)
				oracle_fail(text);
			at[i] = h * 3600 + m * 60;
			text += n;
			if (*text == ':')
			{
				at[i] += (int) strtol(text + 1, NULL, 10);
				text += 3;
			}
			if (*text == '-' || *text == ' ')
				text++;
		}
		if (at[1] <= at[0])
			at[1] += 86400;
		hours.s[hours.n++] = (WorkcalShift){at[0], at[1]};
	}
	return hours;
}

/* The entry of a date, and the hours that hold on it */
static inline const OracleEntry *
oracle_entry(const OracleDraft *draft, int32_t day)
{
	int i;

	for (i = 0; i < draft->nentries; i++)
		if (draft->entries[i].day == day)
			return draft->entries + i;
	return NULL;
}

static inline const OracleHours *
oracle_hours_of(const OracleDraft *draft, int32_t day)
{
	const OracleEntry *entry = oracle_entry(draft, day);

	if (entry == NULL)
		return draft->week + oracle_weekday(day);
	return entry->like == WORKCAL_OWN_HOURS ? &entry->hours
	                                        : draft->week + entry->like;
}

/* The input of the code under test, in blocks of their very size */
static inline void
oracle_make_rules(const OracleDraft *draft, WorkcalRules *rules)
{
	int shifts = 0;
	size_t names = 0;
	int i;
	int j;

	memset(rules, 0, sizeof(*rules));
	rules->memory = oracle_memory;
	strcpy(rules->zone, "Test/Zone");
	rules->from = draft->from;
	rules->to = draft->to;
	rules->provisional = draft->provisional;
	rules->nominal = draft->nominal;
	for (i = 0; i < 7; i++)
		shifts += draft->week[i].n;
	for (i = 0; i < draft->nentries; i++)
	{
		shifts += draft->entries[i].hours.n;
		names += strlen(draft->entries[i].name);
	}
	rules->shifts = oracle_alloc(shifts, sizeof(*rules->shifts));
	rules->ndays = draft->nentries;
	rules->days = oracle_alloc(rules->ndays, sizeof(*rules->days));
	rules->names = oracle_alloc(names, 1);
	for (i = 0; i < 7; i++)
	{
		rules->week[i] = (WorkcalHours){rules->nshifts, draft->week[i].n};
		for (j = 0; j < draft->week[i].n; j++)
			rules->shifts[rules->nshifts++] = draft->week[i].s[j];
	}
	for (i = 0; i < draft->nentries; i++)
	{
		const OracleEntry *e = draft->entries + i;
		WorkcalDay *d = rules->days + i;

		d->day = e->day;
		d->like = e->like;
		d->hours = (WorkcalHours){rules->nshifts, e->hours.n};
		d->name = rules->names_length;
		d->name_length = (uint32_t) strlen(e->name);
		for (j = 0; j < e->hours.n; j++)
			rules->shifts[rules->nshifts++] = e->hours.s[j];
		memcpy(rules->names + rules->names_length, e->name, d->name_length);
		rules->names_length += d->name_length;
	}
}

static inline void
oracle_free_rules(WorkcalRules *rules)
{
	free(rules->shifts);
	free(rules->days);
	free(rules->names);
}

/* What is asked of a calendar before it may be laid out */
static inline bool
oracle_valid(const OracleDraft *draft)
{
	int64_t latest = INT64_MIN;
	int32_t day;

	for (day = draft->from; day <= draft->to; day++)
	{
		const OracleHours *hours = oracle_hours_of(draft, day);
		int i;

		for (i = 0; i < hours->n; i++)
		{
			if (hours->s[i].from < 0 || hours->s[i].from >= 86400 ||
			    hours->s[i].to <= hours->s[i].from ||
			    hours->s[i].to - hours->s[i].from > 86400 ||
			    hours->s[i].from + day * INT64_C(86400) < latest)
				return false;
			latest = hours->s[i].to + day * INT64_C(86400);
		}
	}
	return draft->from <= draft->to;
}

/* Fill the array, unit by unit. */
static inline void
oracle_fill(Oracle *o)
{
	const OracleDraft *draft = o->draft;
	int64_t days = draft->to - draft->from + 1;
	const OracleHours **hours = oracle_alloc(days, sizeof(*hours));
	int64_t u;
	int64_t d;
	int p = 0;

	for (d = 0; d < days; d++)
	{
		hours[d] = oracle_hours_of(draft, (int32_t) (draft->from + d));
		o->open[d] = -1;
		o->midnight[d] = 0;
	}
	o->begin = o->end = o->provisional = -1;
	for (u = 0; u < o->n; u++)
	{
		int64_t t = o->origin + u * o->unit;
		int64_t local;
		int64_t date;

		while (p + 1 < draft->npieces && draft->pieces[p + 1].from <= t)
			p++;
		local = t + draft->pieces[p].offset;
		date = local / WORKCAL_DAY - (local % WORKCAL_DAY < 0);
		o->date[u] = (int32_t) date;
		if (date >= draft->from && o->begin < 0)
			o->begin = u;
		if (date <= draft->to)
			o->end = u + 1;
		if (date >= draft->provisional && o->provisional < 0)
			o->provisional = u;
		if (date >= draft->from && date <= draft->to)
			o->midnight[date - draft->from] = (int32_t) u + 1;
	}
	/* a date that is skipped ends where the one before it does */
	for (d = 1; d < days; d++)
		if (o->midnight[d] < o->midnight[d - 1])
			o->midnight[d] = o->midnight[d - 1];
	p = 0;
	for (u = 0; u < o->n; u++)
	{
		int64_t t = o->origin + u * o->unit;
		int64_t local;
		int64_t date;
		int32_t owner = ORACLE_NOWHERE;

		while (p + 1 < draft->npieces && draft->pieces[p + 1].from <= t)
			p++;
		local = t + draft->pieces[p].offset;
		/* a shift of the date, or of the one before it */
		for (date = o->date[u]; date >= o->date[u] - 1; date--)
		{
			int64_t clock = (local - date * WORKCAL_DAY) / WORKCAL_SECOND;
			int i;

			if (date < draft->from || date > draft->to || u < o->begin ||
			    u >= o->end)
				continue;
			for (i = 0; i < hours[date - draft->from]->n; i++)
			{
				const WorkcalShift *s = hours[date - draft->from]->s + i;

				if (clock >= s->from && clock < s->to)
					owner = (int32_t) date;
			}
		}
		o->owner[u] = owner;
		o->worked[u] = o->total;
		if (owner == ORACLE_NOWHERE)
			continue;
		o->nth[o->total++] = (int32_t) u;
		if (o->open[owner - draft->from] < 0)
			o->open[owner - draft->from] = (int32_t) u;
		o->close[owner - draft->from] = (int32_t) u + 1;
	}
	o->worked[o->n] = o->total;
	free(hours);
}

static inline void
oracle_make(Oracle *o, const OracleDraft *draft)
{
	int64_t days = draft->to - draft->from + 1;

	memset(o, 0, sizeof(*o));
	o->draft = draft;
	o->unit = draft->unit;
	o->origin = (draft->from - INT64_C(3)) * WORKCAL_DAY;
	o->n = (days + 6) * (WORKCAL_DAY / o->unit);
	o->date = oracle_alloc(o->n, sizeof(*o->date));
	o->owner = oracle_alloc(o->n, sizeof(*o->owner));
	o->worked = oracle_alloc(o->n + 1, sizeof(*o->worked));
	o->nth = oracle_alloc(o->n, sizeof(*o->nth));
	o->open = oracle_alloc(days, sizeof(*o->open));
	o->close = oracle_alloc(days, sizeof(*o->close));
	o->midnight = oracle_alloc(days, sizeof(*o->midnight));
	oracle_fill(o);
	oracle_make_rules(draft, &o->rules);
	if (!workcal_build(&o->axis, &o->rules, draft->pieces, draft->npieces,
	                   &oracle_memory))
		oracle_fail("a calendar is not laid out");
}

static inline void
oracle_free(Oracle *o)
{
	workcal_destroy(&o->axis);
	oracle_free_rules(&o->rules);
	free(o->date);
	free(o->owner);
	free(o->worked);
	free(o->nth);
	free(o->open);
	free(o->close);
	free(o->midnight);
}

/* ------------------------------------------------------- what it answers */

static inline int64_t
oracle_at(const Oracle *o, int64_t u)
{
	return o->origin + u * o->unit;
}

static inline bool
oracle_covers(const Oracle *o, int64_t t)
{
	return t >= oracle_at(o, o->begin) && t <= oracle_at(o, o->end);
}

/* The unit that an instant near the horizon is in */
static inline int64_t
oracle_unit(const Oracle *o, int64_t t)
{
	return (t - o->origin) / o->unit;
}

static inline int64_t
oracle_worked(const Oracle *o, int64_t t)
{
	int64_t u = oracle_unit(o, t);

	return o->worked[u] * o->unit +
	       (o->owner[u] != ORACLE_NOWHERE ? t - oracle_at(o, u) : 0);
}

/* Not the date far from the horizon, but one outside it */
static inline int32_t
oracle_date(const Oracle *o, int64_t t)
{
	if (t < o->origin)
		return o->draft->from - 1;
	if (t >= oracle_at(o, o->n))
		return o->draft->to + 1;
	return o->date[oracle_unit(o, t)];
}

static inline bool
oracle_has(const Oracle *o, int64_t day)
{
	return day >= o->draft->from && day <= o->draft->to;
}

static inline bool
oracle_works(const Oracle *o, int64_t day)
{
	return oracle_has(o, day) && o->open[day - o->draft->from] >= 0;
}

static inline int64_t
oracle_midnight(const Oracle *o, int64_t day)
{
	return oracle_at(o, o->midnight[day - o->draft->from]);
}

/* What of the time from start to t counts: all of it or the working time, but
 * for what is in a pause */
static inline int64_t
oracle_counted(const Oracle *o, bool work, int64_t start, int64_t t,
               const WorkcalPauses *pauses)
{
	int64_t sum =
	    work ? oracle_worked(o, t) - oracle_worked(o, start) : t - start;
	uint32_t i;

	for (i = 0; i < pauses->count; i++)
	{
		int64_t from = pauses->list[i].from;
		int64_t to = pauses->list[i].to;

		if (from < start)
			from = start;
		if (to > t)
			to = t;
		if (from >= to)
			continue;
		sum -=
		    work ? oracle_worked(o, to) - oracle_worked(o, from) : to - from;
	}
	return sum;
}

/* The least instant by which so much has counted, by halving */
static inline WorkcalAnswer
oracle_reach(const Oracle *o, bool work, int64_t start, int64_t amount,
             const WorkcalPauses *pauses, int64_t *reached)
{
	int64_t low = start; /* not yet */
	int64_t high;
	int64_t last = INT64_MAX;
	uint32_t i;

	*reached = start;
	if (amount == 0)
		return WORKCAL_FOUND;
	if (work && !oracle_covers(o, start))
		return WORKCAL_BEYOND;
	/* a limit of its own, some 146,000 years from now */
	if (!work && start > INT64_MAX / 2 - amount)
		return WORKCAL_OVERFLOW;
	if (pauses->count > 0 && pauses->list[pauses->count - 1].to == INT64_MAX)
		last = pauses->list[pauses->count - 1].from;
	if (last < start)
		last = start;
	if (work)
		high = oracle_at(o, o->end);
	else
	{
		high = start + amount;
		for (i = 0; i < pauses->count; i++)
			if (pauses->list[i].to > start && pauses->list[i].to != INT64_MAX)
				high += pauses->list[i].to - (pauses->list[i].from > start
				                                  ? pauses->list[i].from
				                                  : start);
	}
	if (last <= high)
	{
		if (oracle_counted(o, work, start, last, pauses) < amount)
			return WORKCAL_ENDLESS;
		high = last;
	}
	if (oracle_counted(o, work, start, high, pauses) < amount)
		return WORKCAL_OVERFLOW;
	while (high - low > 1)
	{
		int64_t middle = low + (high - low) / 2;

		if (oracle_counted(o, work, start, middle, pauses) < amount)
			low = middle;
		else
			high = middle;
	}
	*reached = high;
	return WORKCAL_FOUND;
}

/* The same by counting every unit: start, amount and pauses at whole units */
static inline WorkcalAnswer
oracle_reach_slowly(const Oracle *o, bool work, int64_t start, int64_t amount,
                    const WorkcalPauses *pauses, int64_t *reached)
{
	int64_t u = oracle_unit(o, start);
	int64_t left = amount / o->unit;

	*reached = start;
	if (left == 0)
		return WORKCAL_FOUND;
	for (; u < o->n; u++)
	{
		int64_t t = oracle_at(o, u);
		bool paused = false;
		uint32_t i;

		for (i = 0; i < pauses->count; i++)
			paused |= t >= pauses->list[i].from && t < pauses->list[i].to;
		if (paused || (work && o->owner[u] == ORACLE_NOWHERE))
			continue;
		if (--left == 0)
		{
			*reached = t + o->unit;
			return WORKCAL_FOUND;
		}
	}
	return WORKCAL_OVERFLOW;
}

static inline WorkcalAnswer
oracle_close_from(const Oracle *o, int64_t day, int64_t *close)
{
	if (day < o->draft->from)
		return WORKCAL_OVERFLOW;
	for (; oracle_has(o, day); day++)
		if (oracle_works(o, day))
		{
			*close = oracle_at(o, o->close[day - o->draft->from]);
			return WORKCAL_FOUND;
		}
	return WORKCAL_OVERFLOW;
}

/* Days, with the pauses given and no others */
static inline WorkcalAnswer
oracle_days_with(const Oracle *o, int64_t start, int64_t days,
                 const WorkcalPauses *pauses, int64_t *due)
{
	int64_t last = oracle_date(o, start) + days;
	int64_t midnight = oracle_midnight(o, last);
	int64_t y;
	WorkcalAnswer answer =
	    oracle_reach(o, false, start, midnight - start, pauses, &y);
	uint32_t i;

	if (answer != WORKCAL_FOUND)
		return answer;
	if (y != midnight)
		last = oracle_date(o, y - 1);
	answer = oracle_close_from(o, last, due);
	for (i = 0; i < pauses->count && answer == WORKCAL_FOUND; i++)
	{
		const WorkcalPause *p = pauses->list + i;

		if (p->from >= *due || p->to <= *due)
			continue;
		if (p->to == INT64_MAX)
			return WORKCAL_ENDLESS;
		last = oracle_date(o, p->to);
		answer = oracle_close_from(o, last, due);
		if (answer == WORKCAL_FOUND && *due < p->to)
			answer = oracle_close_from(o, last + 1, due);
	}
	return answer;
}

/* A deadline that has passed is not moved by a pause that begins later. */
static inline WorkcalAnswer
oracle_days(const Oracle *o, int64_t start, int64_t days,
            const WorkcalPauses *pauses, int64_t *due)
{
	WorkcalPause *joined;
	WorkcalPauses some;
	WorkcalAnswer answer;
	int32_t date = oracle_date(o, start);
	uint32_t count = 0;
	uint32_t i;

	*due = start;
	if (!oracle_has(o, date))
		return WORKCAL_BEYOND;
	if (!oracle_has(o, date + days))
		return WORKCAL_OVERFLOW;
	/* pauses that touch are one */
	joined = oracle_alloc((size_t) pauses->count + 1, sizeof(*joined));
	for (i = 0; i < pauses->count; i++)
		if (count > 0 && joined[count - 1].to == pauses->list[i].from)
			joined[count - 1].to = pauses->list[i].to;
		else
			joined[count++] = pauses->list[i];
	some.list = joined;
	for (some.count = 0;; some.count++)
	{
		answer = oracle_days_with(o, start, days, &some, due);
		if (answer != WORKCAL_FOUND || some.count == count ||
		    some.list[some.count].from >= *due)
			break;
	}
	free(joined);
	return answer;
}

static inline WorkcalAnswer
oracle_work_days(const Oracle *o, int64_t start, int64_t days,
                 const WorkcalPauses *pauses, int64_t *due)
{
	int64_t day = oracle_date(o, start);

	*due = start;
	if (!oracle_has(o, day) || !oracle_covers(o, start))
		return WORKCAL_BEYOND;
	while (days > 0)
	{
		day++;
		if (!oracle_has(o, day))
			return WORKCAL_OVERFLOW;
		days -= oracle_works(o, day);
	}
	return oracle_reach(
	    o, true, start,
	    oracle_worked(o, oracle_at(o, o->close[day - o->draft->from])) -
	        oracle_worked(o, start),
	    pauses, due);
}

/* The length that most of the days of the week with hours have */
static inline int64_t
oracle_nominal(const OracleDraft *draft)
{
	int64_t sums[7] = {0};
	int64_t usual = 0;
	int64_t length;
	int most = 0;
	int i;
	int j;

	if (draft->nominal > 0)
		return draft->nominal * WORKCAL_SECOND;
	for (i = 0; i < 7; i++)
		for (j = 0; j < draft->week[i].n; j++)
			sums[i] += draft->week[i].s[j].to - draft->week[i].s[j].from;
	for (length = 1; length <= 2 * 86400; length++)
	{
		int same = 0;

		for (i = 0; i < 7; i++)
			same += sums[i] == length;
		if (same > 0 && same >= most)
		{
			most = same;
			usual = length;
		}
	}
	return usual * WORKCAL_SECOND;
}

/* One kind of a term's amounts: 0 days, 1 work days, 2 working time, 3 time */
static inline WorkcalAnswer
oracle_add(const Oracle *o, int64_t start, const Term *term, int kind,
           const WorkcalPauses *pauses, int64_t *due)
{
	*due = start;
	if (kind == 0 && term->days > 0)
		return oracle_days(o, start, term->days, pauses, due);
	if (kind == 1 && term->work_days > 0)
		return oracle_work_days(o, start, term->work_days, pauses, due);
	if (kind == 2)
		return oracle_reach(o, true, start,
		                    term->work_seconds * WORKCAL_SECOND +
		                        term->rolling_days * o->axis.nominal,
		                    pauses, due);
	if (kind == 3)
		return oracle_reach(o, false, start, term->seconds * WORKCAL_SECOND,
		                    pauses, due);
	return WORKCAL_FOUND;
}

/* The term's own kind comes first. */
static inline WorkcalAnswer
oracle_due(const Oracle *o, int64_t start, const Term *term,
           const Term *extended, const WorkcalPauses *pauses, int64_t *due)
{
	int own = term->days > 0                                     ? 0
	          : term->work_days > 0                              ? 1
	          : term->work_seconds > 0 || term->rolling_days > 0 ? 2
	                                                             : 3;
	WorkcalAnswer answer = oracle_add(o, start, extended, own, pauses, due);
	int kind;

	for (kind = 0; kind < 4 && answer == WORKCAL_FOUND; kind++)
		if (kind != own)
			answer = oracle_add(o, *due, extended, kind, pauses, due);
	return answer;
}

/* The reverse */
static inline WorkcalAnswer
oracle_sub(const Oracle *o, int64_t t, const Term *term, int64_t *start)
{
	int64_t work = term->work_seconds * WORKCAL_SECOND +
	               term->rolling_days * o->axis.nominal;
	int64_t day;

	*start = t - term->seconds * WORKCAL_SECOND;
	if (work > 0)
	{
		int64_t left;
		int64_t u;

		if (!oracle_covers(o, *start))
			return WORKCAL_BEYOND;
		left = oracle_worked(o, *start) - work;
		if (left < 0)
			return WORKCAL_OVERFLOW;
		/* the last instant with so much before it is in, or at the beginning
		 * of, a unit of working time */
		u = o->nth[left / o->unit];
		*start = oracle_at(o, u) + left % o->unit;
	}
	if (term->work_days > 0)
	{
		int32_t n = term->work_days;

		day = oracle_date(o, *start);
		if (!oracle_has(o, day))
			return WORKCAL_BEYOND;
		while (n > 0)
		{
			day--;
			if (!oracle_has(o, day))
				return WORKCAL_OVERFLOW;
			n -= oracle_works(o, day);
		}
		*start = oracle_at(o, o->open[day - o->draft->from]);
	}
	if (term->days > 0)
	{
		day = oracle_date(o, *start);
		if (!oracle_has(o, day))
			return WORKCAL_BEYOND;
		day -= term->days;
		while (oracle_has(o, day) && !oracle_works(o, day))
			day--;
		if (!oracle_has(o, day))
			return WORKCAL_OVERFLOW;
		*start = oracle_at(o, o->open[day - o->draft->from]);
	}
	return WORKCAL_FOUND;
}

#endif /* CIVICGRID_TEST_WORKCAL_ORACLE_H */
