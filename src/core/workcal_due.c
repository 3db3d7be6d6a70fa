/*
 * workcal_due.c
 *	  Adding terms, and deadlines with pauses and extensions.
 */
#include "workcal_due.h"

/* Beyond any timestamp of the server, and far from overflow */
#define LATEST (INT64_MAX / 2)

/* The pauses that end after t */
static WorkcalPauses
pauses_after(const WorkcalPauses *pauses, int64_t t)
{
	WorkcalPauses rest = *pauses;

	while (rest.count > 0 && rest.list->to <= t)
	{
		rest.list++;
		rest.count--;
	}
	return rest;
}

/* Time of all kinds: pass it, pause by pause. */
static WorkcalAnswer
add_time(int64_t *t, int64_t amount, const WorkcalPauses *pauses)
{
	WorkcalPauses rest = pauses_after(pauses, *t);

	if (amount == 0)
		return WORKCAL_FOUND;
	for (; rest.count > 0 && rest.list->from <= LATEST;
	     rest.list++, rest.count--)
	{
		int64_t until = rest.list->from > *t ? rest.list->from - *t : 0;

		if (amount <= until)
			break;
		if (rest.list->to == INT64_MAX)
			return WORKCAL_ENDLESS;
		amount -= until;
		*t = rest.list->to;
	}
	if (*t > LATEST - amount)
		return WORKCAL_OVERFLOW;
	*t += amount;
	return WORKCAL_FOUND;
}

/* Working time, likewise */
static WorkcalAnswer
add_work(const WorkcalAxis *axis, int64_t *t, int64_t amount,
         const WorkcalPauses *pauses)
{
	WorkcalPauses rest = pauses_after(pauses, *t);
	int64_t worked;

	if (amount == 0)
		return WORKCAL_FOUND;
	if (!workcal_covers(axis, *t))
		return WORKCAL_BEYOND;
	worked = workcal_worked(axis, *t);
	for (; rest.count > 0 && rest.list->from <= axis->end;
	     rest.list++, rest.count--)
	{
		int64_t until = 0;

		if (rest.list->from > *t)
			until = workcal_worked(axis, rest.list->from) - worked;
		if (amount <= until)
			break;
		if (rest.list->to == INT64_MAX)
			return WORKCAL_ENDLESS;
		if (rest.list->to > axis->end)
			return WORKCAL_OVERFLOW;
		amount -= until;
		*t = rest.list->to;
		worked = workcal_worked(axis, *t);
	}
	if (amount > axis->total - worked)
		return WORKCAL_OVERFLOW;
	*t = workcal_first_at(axis, worked + amount);
	return WORKCAL_FOUND;
}

/* The close of the first workday from a day on */
static WorkcalAnswer
close_from(const WorkcalAxis *axis, int64_t day, int64_t *close)
{
	uint32_t n;

	if (!workcal_has_day(axis, day))
		return WORKCAL_OVERFLOW;
	n = workcal_rank(axis, day);
	if (n >= axis->nworkdays)
		return WORKCAL_OVERFLOW;
	*close = axis->workdays[n].close;
	return WORKCAL_FOUND;
}

/*
 * Days: the period ends at the close of business of its last day, and a last
 * day that is a rest day moves to the next workday (Civil Code 201, 203).
 * A pause puts the last day off by its own length; and a period does not end
 * during a pause, but on the day on which the pause ends.  A pause that begins
 * when the period has ended is too late.
 */
static WorkcalAnswer
add_days(const WorkcalAxis *axis, int64_t *t, int32_t days,
         const WorkcalPauses *pauses)
{
	int64_t day = workcal_date_at(axis, *t);
	WorkcalPauses rest = pauses_after(pauses, *t);
	int64_t end; /* of the last day, and then of as much time after pauses */
	int64_t close;
	WorkcalAnswer answer;

	if (!workcal_has_day(axis, day))
		return WORKCAL_BEYOND;
	day += days;
	if (!workcal_has_day(axis, day))
		return WORKCAL_OVERFLOW;
	end = workcal_midnight_after(axis, (int32_t) day);
	answer = close_from(axis, day, &close);
	for (;
	     answer == WORKCAL_FOUND && rest.count > 0 && rest.list->from < close;
	     rest.list++, rest.count--)
	{
		int64_t from = rest.list->from > *t ? rest.list->from : *t;
		int64_t to;

		/* pauses that touch are one, though the first ends at the close */
		while (rest.count > 1 && rest.list[1].from == rest.list->to)
		{
			rest.list++;
			rest.count--;
		}
		to = rest.list->to;
		if (to == INT64_MAX)
			return WORKCAL_ENDLESS;
		if (to > axis->end)
			return WORKCAL_OVERFLOW;
		if (from < end)
		{
			end += to - from;
			/* midnight belongs to the day that it ends */
			answer = close_from(axis, workcal_date_at(axis, end - 1), &close);
		}
		if (answer == WORKCAL_FOUND && close < to)
		{
			day = workcal_date_at(axis, to);
			answer = close_from(axis, day, &close);
			/* the pause may end after that day's business */
			if (answer == WORKCAL_FOUND && close < to)
				answer = close_from(axis, day + 1, &close);
		}
	}
	if (answer == WORKCAL_FOUND)
		*t = close;
	return answer;
}

/* Work days: the same for the nth workday after the day of the start; pauses
 * put it off by their working time. */
static WorkcalAnswer
add_work_days(const WorkcalAxis *axis, int64_t *t, int32_t days,
              const WorkcalPauses *pauses)
{
	int32_t day = workcal_date_at(axis, *t);
	int64_t n;
	int64_t close;

	if (!workcal_covers(axis, *t) || !workcal_has_day(axis, day))
		return WORKCAL_BEYOND;
	n = (int64_t) workcal_rank(axis, (int64_t) day + 1) + days - 1;
	if (n >= axis->nworkdays)
		return WORKCAL_OVERFLOW;
	close = axis->workdays[n].close;
	if (pauses->count == 0)
	{
		*t = close;
		return WORKCAL_FOUND;
	}
	return add_work(axis, t,
	                workcal_worked(axis, close) - workcal_worked(axis, *t),
	                pauses);
}

/* Working time of hours and rolling days */
static int64_t
work_amount(const WorkcalAxis *axis, const Term *term)
{
	return term->work_seconds * WORKCAL_SECOND +
	       term->rolling_days * axis->nominal;
}

/* The kinds of amounts, in the order in which they are added */
typedef enum Kind
{
	DAYS,
	WORK_DAYS,
	WORK,
	TIME,
	KINDS
} Kind;

static bool
has_kind(const Term *term, Kind kind)
{
	switch (kind)
	{
		case DAYS:
			return term->days > 0;
		case WORK_DAYS:
			return term->work_days > 0;
		case WORK:
			return term->work_seconds > 0 || term->rolling_days > 0;
		default:
			return term->seconds > 0;
	}
}

static WorkcalAnswer
add_kind(const WorkcalAxis *axis, int64_t *t, const Term *term, Kind kind,
         const WorkcalPauses *pauses)
{
	if (!has_kind(term, kind))
		return WORKCAL_FOUND;
	switch (kind)
	{
		case DAYS:
			return add_days(axis, t, term->days, pauses);
		case WORK_DAYS:
			return add_work_days(axis, t, term->work_days, pauses);
		case WORK:
			return add_work(axis, t, work_amount(axis, term), pauses);
		default:
			return add_time(t, term->seconds * WORKCAL_SECOND, pauses);
	}
}

WorkcalAnswer
workcal_due(const WorkcalAxis *axis, int64_t start, const Term *term,
            const Term *extended, const WorkcalPauses *pauses, int64_t *due)
{
	WorkcalAnswer answer;
	Kind own = DAYS;
	Kind kind;

	while (own < TIME && !has_kind(term, own))
		own++;
	*due = start;
	answer = add_kind(axis, due, extended, own, pauses);
	for (kind = DAYS; kind < KINDS && answer == WORKCAL_FOUND; kind++)
		if (kind != own)
			answer = add_kind(axis, due, extended, kind, pauses);
	return answer;
}

WorkcalAnswer
workcal_sub(const WorkcalAxis *axis, int64_t t, const Term *term,
            int64_t *start)
{
	int64_t work = work_amount(axis, term);
	int32_t day;

	*start = t;
	if (term->seconds > 0)
	{
		if (t < -LATEST + term->seconds * WORKCAL_SECOND)
			return WORKCAL_OVERFLOW;
		*start = t - term->seconds * WORKCAL_SECOND;
	}
	if (work > 0)
	{
		int64_t worked;

		if (!workcal_covers(axis, *start))
			return WORKCAL_BEYOND;
		worked = workcal_worked(axis, *start);
		if (work > worked)
			return WORKCAL_OVERFLOW;
		*start = workcal_last_at(axis, worked - work);
	}
	if (term->work_days > 0)
	{
		int64_t n;

		day = workcal_date_at(axis, *start);
		if (!workcal_has_day(axis, day))
			return WORKCAL_BEYOND;
		n = (int64_t) workcal_rank(axis, day) - term->work_days;
		if (n < 0)
			return WORKCAL_OVERFLOW;
		*start = axis->workdays[n].open;
	}
	if (term->days > 0)
	{
		uint32_t n;

		day = workcal_date_at(axis, *start);
		if (!workcal_has_day(axis, day))
			return WORKCAL_BEYOND;
		if (!workcal_has_day(axis, (int64_t) day - term->days))
			return WORKCAL_OVERFLOW;
		n = workcal_rank(axis, (int64_t) day - term->days + 1);
		if (n == 0)
			return WORKCAL_OVERFLOW;
		*start = axis->workdays[n - 1].open;
	}
	return WORKCAL_FOUND;
}

WorkcalAnswer
workcal_elapsed(const WorkcalAxis *axis, bool work, int64_t start, int64_t at,
                const WorkcalPauses *pauses, int64_t *elapsed)
{
	WorkcalPauses rest;

	*elapsed = 0;
	if (work && (!workcal_covers(axis, start) || !workcal_covers(axis, at)))
		return WORKCAL_BEYOND;
	if (at <= start)
		return WORKCAL_FOUND;
	/* the server's timestamps are further apart than an int64 can tell */
	if (start < 0 && at > INT64_MAX + start)
		return WORKCAL_OVERFLOW;
	*elapsed = work ? workcal_worked(axis, at) - workcal_worked(axis, start)
	                : at - start;
	rest = pauses_after(pauses, start);
	for (; rest.count > 0 && rest.list->from < at; rest.list++, rest.count--)
	{
		int64_t from = rest.list->from > start ? rest.list->from : start;
		int64_t to = rest.list->to < at ? rest.list->to : at;

		*elapsed -= work
		                ? workcal_worked(axis, to) - workcal_worked(axis, from)
		                : to - from;
	}
	return WORKCAL_FOUND;
}

WorkcalAnswer
workcal_budget(const WorkcalAxis *axis, int64_t start, const Term *term,
               const Term *extended, const WorkcalPauses *pauses,
               int64_t *budget)
{
	WorkcalPauses ended = *pauses;
	WorkcalAnswer answer;
	int64_t due;

	if (ended.count > 0 && ended.list[ended.count - 1].to == INT64_MAX)
		ended.count--;
	answer = workcal_due(axis, start, term, extended, &ended, &due);
	if (answer != WORKCAL_FOUND)
		return answer;
	return workcal_elapsed(axis, workcal_counts_work(term), start, due, &ended,
	                       budget);
}
