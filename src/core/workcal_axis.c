/*
 * workcal_axis.c
 *	  Lay the shifts of a calendar out on the axis of time.
 */
#include "workcal_axis.h"

#include <string.h>

static void *
take(const WorkcalMemory *memory, void *block, size_t n, size_t size)
{
	return memory->resize(memory->context, block, (n > 0 ? n : 1) * size);
}

static void
give_back(const WorkcalMemory *memory, void *block)
{
	if (block != NULL)
		(void) memory->resize(memory->context, block, 0);
}

void
workcal_destroy(WorkcalAxis *axis)
{
	WorkcalMemory memory = axis->memory;

	if (memory.resize == NULL)
		return;
	give_back(&memory, axis->pieces);
	give_back(&memory, axis->stretches);
	give_back(&memory, axis->days);
	give_back(&memory, axis->by_time);
	give_back(&memory, axis->by_work);
	give_back(&memory, axis->rank);
	give_back(&memory, axis->workdays);
	memset(axis, 0, sizeof(*axis));
}

static const WorkcalZonePiece *
piece_at(const WorkcalAxis *axis, int64_t t)
{
	uint32_t low = 0;
	uint32_t high = axis->npieces;

	/* pieces[low] is the last that begins at or before t */
	while (high - low > 1)
	{
		uint32_t middle = low + (high - low) / 2;

		if (axis->pieces[middle].from <= t)
			low = middle;
		else
			high = middle;
	}
	return axis->pieces + low;
}

static inline int64_t
piece_end(const WorkcalAxis *axis, const WorkcalZonePiece *piece)
{
	return piece + 1 < axis->pieces + axis->npieces ? piece[1].from
	                                                : INT64_MAX;
}

static inline int64_t
floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int32_t
workcal_date_at(const WorkcalAxis *axis, int64_t t)
{
	return (int32_t) floor_divide(t + piece_at(axis, t)->offset, WORKCAL_DAY);
}

int64_t
workcal_date_end(const WorkcalAxis *axis, int64_t t)
{
	const WorkcalZonePiece *piece = piece_at(axis, t);
	int64_t midnight =
	    (workcal_date_at(axis, t) + INT64_C(1)) * WORKCAL_DAY - piece->offset;
	int64_t change = piece_end(axis, piece);

	return midnight < change ? midnight : change;
}

/* The first piece that may hold a local time: UTC is less than a day away. */
static const WorkcalZonePiece *
first_piece(const WorkcalAxis *axis, int64_t local)
{
	return piece_at(axis, local - WORKCAL_DAY);
}

static inline bool
may_hold(const WorkcalAxis *axis, const WorkcalZonePiece *piece, int64_t local)
{
	return piece < axis->pieces + axis->npieces &&
	       (piece == axis->pieces || piece->from <= local + WORKCAL_DAY);
}

/* The first instant at which clocks show a local time or a later one */
static int64_t
first_instant(const WorkcalAxis *axis, int64_t local)
{
	const WorkcalZonePiece *p = first_piece(axis, local);
	int64_t t = local - p->offset;

	while (t >= piece_end(axis, p) && may_hold(axis, p + 1, local))
	{
		p++;
		t = local - p->offset;
		if (t < p->from)
			t = p->from;
	}
	return t;
}

/*
 * The instant from which on clocks show a local time or later ones only.  It
 * is not the last at which they show it: they may go back to it, and not
 * beyond.
 */
static int64_t
last_instant(const WorkcalAxis *axis, int64_t local)
{
	const WorkcalZonePiece *p = first_piece(axis, local);
	int64_t found = local - p->offset;

	for (; may_hold(axis, p, local); p++)
	{
		int64_t t = local - p->offset;

		if (p > axis->pieces && t <= p->from)
			continue;
		found = t < piece_end(axis, p) ? t : piece_end(axis, p);
	}
	return found;
}

int64_t
workcal_midnight_after(const WorkcalAxis *axis, int32_t day)
{
	return last_instant(axis, (day + INT64_C(1)) * WORKCAL_DAY);
}

/* Append a stretch; those of one day may come out of order when clocks go
 * back, and are put in order. */
static void
append(WorkcalAxis *axis, int32_t day, int64_t from, int64_t to)
{
	uint32_t at = axis->count;

	if (from < axis->begin)
		from = axis->begin;
	if (to > axis->end)
		to = axis->end;
	if (from >= to)
		return;
	/* while the axis is made, before holds the end */
	while (at > 1 && axis->stretches[at - 1].from > from)
	{
		axis->stretches[at] = axis->stretches[at - 1];
		axis->days[at] = axis->days[at - 1];
		at--;
	}
	axis->stretches[at].from = from;
	axis->stretches[at].before = to;
	axis->days[at] = day;
	axis->count++;
}

/*
 * Add the stretches of a day's hours.  *piece is the first piece of the zone
 * that may matter, and moves on with the days.
 */
static bool
lay_out_day(WorkcalAxis *axis, int32_t day, WorkcalHours hours,
            uint32_t *piece, uint32_t *room)
{
	uint32_t i;

	for (i = 0; i < hours.count; i++)
	{
		const WorkcalShift *shift = axis->rules->shifts + hours.first + i;
		int64_t from = day * WORKCAL_DAY + shift->from * WORKCAL_SECOND;
		int64_t to = day * WORKCAL_DAY + shift->to * WORKCAL_SECOND;
		uint32_t p;

		/* UTC is less than a day away from local time */
		while (*piece + 1 < axis->npieces &&
		       axis->pieces[*piece + 1].from <= from - WORKCAL_DAY)
			++*piece;
		for (p = *piece; p < axis->npieces &&
		                 (p == 0 || axis->pieces[p].from < to + WORKCAL_DAY);
		     p++)
		{
			const WorkcalZonePiece *z = axis->pieces + p;
			int64_t end = piece_end(axis, z);
			int64_t begin = from - z->offset;
			int64_t stop = to - z->offset;

			if (p > 0 && begin < z->from)
				begin = z->from;
			if (stop > end)
				stop = end;
			if (axis->count + 2 > *room)
			{
				uint32_t more = *room * 2;
				void *block = take(&axis->memory, axis->stretches, more,
				                   sizeof(*axis->stretches));

				if (block == NULL)
					return false;
				axis->stretches = block;
				block =
				    take(&axis->memory, axis->days, more, sizeof(*axis->days));
				if (block == NULL)
					return false;
				axis->days = block;
				*room = more;
			}
			if (begin < stop)
				append(axis, day, begin, stop);
		}
	}
	return true;
}

/* The usual length of a day of the week that has hours; the longest of those
 * that are equally usual */
static int64_t
usual_length(const WorkcalRules *rules)
{
	int64_t lengths[7];
	int best = 0;
	int64_t usual = 0;
	int i;
	int j;

	for (i = 0; i < 7; i++)
	{
		uint32_t k;

		lengths[i] = 0;
		for (k = 0; k < rules->week[i].count; k++)
		{
			const WorkcalShift *s = rules->shifts + rules->week[i].first + k;

			lengths[i] += s->to - s->from;
		}
	}
	for (i = 0; i < 7; i++)
	{
		int same = 0;

		for (j = 0; j < 7; j++)
			same += lengths[j] == lengths[i];
		if (lengths[i] > 0 &&
		    (same > best || (same == best && lengths[i] > usual)))
		{
			best = same;
			usual = lengths[i];
		}
	}
	return usual;
}

/* The steps of a table over length: not many more than there are stretches */
static int
step_for(int64_t length, uint32_t count)
{
	int shift = 0;

	while (length >> shift > (int64_t) count * 2 + 2)
		shift++;
	return shift;
}

static bool
make_tables(WorkcalAxis *axis)
{
	size_t steps;
	size_t i;
	uint32_t at;

	axis->time_shift = step_for(axis->end - axis->begin, axis->count);
	steps = (size_t) ((axis->end - axis->begin) >> axis->time_shift) + 1;
	axis->by_time = take(&axis->memory, NULL, steps, sizeof(*axis->by_time));
	if (axis->by_time == NULL)
		return false;
	for (i = 0, at = 0; i < steps; i++)
	{
		int64_t t = axis->begin + ((int64_t) i << axis->time_shift);

		while (axis->stretches[at + 1].from <= t)
			at++;
		axis->by_time[i] = at;
	}
	axis->work_shift = step_for(axis->total, axis->count);
	steps = (size_t) (axis->total >> axis->work_shift) + 1;
	axis->by_work = take(&axis->memory, NULL, steps, sizeof(*axis->by_work));
	if (axis->by_work == NULL)
		return false;
	for (i = 0, at = 0; i < steps; i++)
	{
		int64_t work = (int64_t) i << axis->work_shift;

		while (at + 1 < axis->count && axis->stretches[at + 1].before < work)
			at++;
		axis->by_work[i] = at;
	}
	return true;
}

/* Which dates have working time, from stretches whose before is the end */
static bool
find_workdays(WorkcalAxis *axis)
{
	const WorkcalRules *rules = axis->rules;
	uint32_t days = (uint32_t) (rules->to - rules->from + 1);
	uint32_t i;
	uint32_t n = 0;

	axis->rank =
	    take(&axis->memory, NULL, (size_t) days + 1, sizeof(*axis->rank));
	if (axis->rank == NULL)
		return false;
	memset(axis->rank, 0, ((size_t) days + 1) * sizeof(*axis->rank));
	for (i = 1; i < axis->count; i++)
		axis->rank[axis->days[i] - rules->from] = 1;
	for (i = 0; i < days; i++)
	{
		uint32_t works = axis->rank[i];

		axis->rank[i] = n;
		n += works;
	}
	axis->rank[days] = n;
	axis->nworkdays = n;
	axis->workdays = take(&axis->memory, NULL, n, sizeof(*axis->workdays));
	if (axis->workdays == NULL)
		return false;
	for (i = 0; i < n; i++)
		axis->workdays[i].open = INT64_MAX;
	for (i = 1; i < axis->count; i++)
	{
		const WorkcalStretch *s = axis->stretches + i;
		WorkcalWorkday *w = axis->workdays + workcal_rank(axis, axis->days[i]);

		w->day = axis->days[i];
		if (w->open == INT64_MAX)
		{
			w->open = s->from;
			w->close = s->before;
		}
		if (s->before > w->close)
			w->close = s->before;
	}
	/* where clocks went back over midnight, a date ends no earlier than the
	 * one before it, and begins no later than the one after it */
	for (i = 1; i < n; i++)
		if (axis->workdays[i].close < axis->workdays[i - 1].close)
			axis->workdays[i].close = axis->workdays[i - 1].close;
	for (i = n; i-- > 1;)
		if (axis->workdays[i - 1].open > axis->workdays[i].open)
			axis->workdays[i - 1].open = axis->workdays[i].open;
	return true;
}

bool
workcal_build(WorkcalAxis *axis, const WorkcalRules *rules,
              const WorkcalZonePiece *pieces, uint32_t npieces,
              const WorkcalMemory *memory)
{
	uint32_t room = (uint32_t) (rules->to - rules->from + 1) * 2 + 8;
	uint32_t piece = 0;
	int64_t sum = 0;
	int32_t day;
	uint32_t i;

	memset(axis, 0, sizeof(*axis));
	axis->rules = rules;
	axis->memory = *memory;
	axis->npieces = npieces;
	axis->pieces = take(memory, NULL, npieces, sizeof(*axis->pieces));
	axis->stretches = take(memory, NULL, room, sizeof(*axis->stretches));
	axis->days = take(memory, NULL, room, sizeof(*axis->days));
	if (axis->pieces == NULL || axis->stretches == NULL || axis->days == NULL)
		goto no_memory;
	memcpy(axis->pieces, pieces, npieces * sizeof(*pieces));
	axis->begin = first_instant(axis, rules->from * WORKCAL_DAY);
	axis->end = workcal_midnight_after(axis, rules->to);
	axis->provisional =
	    rules->provisional == WORKCAL_NEVER
	        ? INT64_MAX
	        : first_instant(axis, rules->provisional * WORKCAL_DAY);
	axis->nominal =
	    (rules->nominal > 0 ? rules->nominal : usual_length(rules)) *
	    WORKCAL_SECOND;

	axis->stretches[0].from = axis->begin;
	axis->stretches[0].before = axis->begin;
	axis->days[0] = rules->from;
	axis->count = 1;
	for (day = rules->from; day <= rules->to; day++)
	{
		const WorkcalDay *entry;

		if (!lay_out_day(axis, day, workcal_hours(rules, day, &entry), &piece,
		                 &room))
			goto no_memory;
	}
	if (!find_workdays(axis))
		goto no_memory;
	for (i = 0; i < axis->count; i++)
	{
		int64_t length = axis->stretches[i].before - axis->stretches[i].from;

		axis->stretches[i].before = sum;
		sum += length;
	}
	axis->stretches[axis->count].from = INT64_MAX;
	axis->stretches[axis->count].before = sum;
	axis->total = sum;
	if (!make_tables(axis))
		goto no_memory;
	return true;

no_memory:
	workcal_destroy(axis);
	return false;
}

bool
workcal_is_open(const WorkcalAxis *axis, int64_t t)
{
	const WorkcalStretch *s = axis->stretches + workcal_stretch_at(axis, t);

	return t - s[0].from < s[1].before - s[0].before;
}

/* The least instant from t on that is a working one */
WorkcalAnswer
workcal_next_open(const WorkcalAxis *axis, int64_t t, int64_t *open)
{
	uint32_t i;

	if (!workcal_covers(axis, t))
		return WORKCAL_BEYOND;
	i = workcal_stretch_at(axis, t);
	*open = t;
	if (t - axis->stretches[i].from <
	    axis->stretches[i + 1].before - axis->stretches[i].before)
		return WORKCAL_FOUND;
	if (i + 1 >= axis->count)
		return WORKCAL_OVERFLOW;
	*open = axis->stretches[i + 1].from;
	return WORKCAL_FOUND;
}

/* The greatest instant up to t that has working time right before it */
WorkcalAnswer
workcal_prev_close(const WorkcalAxis *axis, int64_t t, int64_t *close)
{
	int64_t worked;

	if (!workcal_covers(axis, t))
		return WORKCAL_BEYOND;
	worked = workcal_worked(axis, t);
	if (worked == 0)
		return WORKCAL_OVERFLOW;
	*close = workcal_first_at(axis, worked);
	return WORKCAL_FOUND;
}
