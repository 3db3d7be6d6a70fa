/*
 * workcal_axis.h
 *	  The axis of working time: how much of it lies before an instant, and
 *	  which instant has so much of it before.
 *
 * Instants are microseconds since 2000-01-01 00:00 UTC.  An instant is a
 * working one if the clock on the wall, in the calendar's zone, then shows a
 * time within a shift: an hour that is repeated when clocks go back counts
 * twice, one that is skipped not at all.  The horizon reaches from midnight at
 * the beginning of its first day to midnight at the end of its last; shifts
 * end with it.
 *
 * Every stretch of working time is kept with the sum of those before it, and
 * tables of equal steps in time and in working time tell where to begin to
 * look, so that both questions take the same few steps at any distance.
 */
#ifndef CIVICGRID_CORE_WORKCAL_AXIS_H
#define CIVICGRID_CORE_WORKCAL_AXIS_H

#include "workcal.h"

#define WORKCAL_SECOND INT64_C(1000000)
#define WORKCAL_DAY    (86400 * WORKCAL_SECOND)

/* From an instant on, local time is UTC plus offset.  The first is from the
 * beginning of time. */
typedef struct WorkcalZonePiece
{
	int64_t from;
	int64_t offset;
} WorkcalZonePiece;

/* A stretch of working time; its length is the next one's before less its. */
typedef struct WorkcalStretch
{
	int64_t from;
	int64_t before; /* working time before it */
} WorkcalStretch;

/* A date with working time */
typedef struct WorkcalWorkday
{
	int32_t day;
	int64_t open;
	int64_t close;
} WorkcalWorkday;

typedef struct WorkcalAxis
{
	const WorkcalRules *rules;
	WorkcalMemory memory;
	WorkcalZonePiece *pieces;
	uint32_t npieces;
	int64_t begin; /* of the horizon */
	int64_t end;
	int64_t provisional; /* from then on, or INT64_MAX */
	int64_t nominal;     /* a work day's length, for rolling days */
	int64_t total;       /* working time in all */
	/* [0] is empty, at begin; [count] is at the end of time */
	WorkcalStretch *stretches;
	int32_t *days; /* of each stretch */
	uint32_t count;
	uint32_t *by_time;
	uint32_t *by_work;
	int time_shift;
	int work_shift;
	uint32_t *rank; /* for each day of the horizon and the one after it: how
	                 * many workdays are before */
	WorkcalWorkday *workdays;
	uint32_t nworkdays;
} WorkcalAxis;

typedef enum WorkcalAnswer
{
	WORKCAL_FOUND,
	WORKCAL_BEYOND,   /* asked about an instant or a day beyond the horizon */
	WORKCAL_OVERFLOW, /* the answer lies beyond the horizon */
	WORKCAL_ENDLESS   /* there is none: a pause does not end */
} WorkcalAnswer;

/*
 * Make the axis of rules, which must live as long.  The pieces, at least one,
 * are copied; they must reach a day beyond the horizon.  False if there is no
 * memory left.
 */
extern bool workcal_build(WorkcalAxis *axis, const WorkcalRules *rules,
                          const WorkcalZonePiece *pieces, uint32_t npieces,
                          const WorkcalMemory *memory);
extern void workcal_destroy(WorkcalAxis *axis);

static inline bool
workcal_covers(const WorkcalAxis *axis, int64_t t)
{
	return t >= axis->begin && t <= axis->end;
}

/* The last stretch that begins at or before t, which is in the horizon. */
static inline uint32_t
workcal_stretch_at(const WorkcalAxis *axis, int64_t t)
{
	uint32_t i = axis->by_time[(t - axis->begin) >> axis->time_shift];

	/* mostly 0 or 1 steps, as often: the first without a branch */
	i += axis->stretches[i + 1].from <= t;
	while (axis->stretches[i + 1].from <= t)
		i++;
	return i;
}

/* Working time before t, which is in the horizon */
static inline int64_t
workcal_worked(const WorkcalAxis *axis, int64_t t)
{
	const WorkcalStretch *s = axis->stretches + workcal_stretch_at(axis, t);
	int64_t worked = s[0].before + (t - s[0].from);

	return worked < s[1].before ? worked : s[1].before;
}

/* The least instant with so much working time before it, 0 < work <= total */
static inline int64_t
workcal_first_at(const WorkcalAxis *axis, int64_t work)
{
	const WorkcalStretch *s =
	    axis->stretches + axis->by_work[work >> axis->work_shift];

	while (s[1].before < work)
		s++;
	return s[0].from + (work - s[0].before);
}

/* The greatest instant with so much, 0 <= work < total */
static inline int64_t
workcal_last_at(const WorkcalAxis *axis, int64_t work)
{
	const WorkcalStretch *s =
	    axis->stretches + axis->by_work[work >> axis->work_shift];

	while (s[1].before <= work)
		s++;
	return s[0].from + (work - s[0].before);
}

/* The local date of an instant, which need not be in the horizon */
extern int32_t workcal_date_at(const WorkcalAxis *axis, int64_t t);
/* Until when clocks go on showing that date, without being changed */
extern int64_t workcal_date_end(const WorkcalAxis *axis, int64_t t);
/* The instant of local midnight at the end of a day */
extern int64_t workcal_midnight_after(const WorkcalAxis *axis, int32_t day);

static inline bool
workcal_has_day(const WorkcalAxis *axis, int64_t day)
{
	return day >= axis->rules->from && day <= axis->rules->to;
}

/* Workdays before a day of the horizon, or the one after it */
static inline uint32_t
workcal_rank(const WorkcalAxis *axis, int64_t day)
{
	return axis->rank[day - axis->rules->from];
}

extern bool workcal_is_open(const WorkcalAxis *axis, int64_t t);
extern WorkcalAnswer workcal_next_open(const WorkcalAxis *axis, int64_t t,
                                       int64_t *open);
extern WorkcalAnswer workcal_prev_close(const WorkcalAxis *axis, int64_t t,
                                        int64_t *close);

#endif /* CIVICGRID_CORE_WORKCAL_AXIS_H */
