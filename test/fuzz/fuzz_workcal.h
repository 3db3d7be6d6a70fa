/*
 * fuzz_workcal.h
 *	  What the fuzz targets of working time share: how bytes become a
 *	  calendar, its zone and a clock.
 */
#ifndef CIVICGRID_FUZZ_WORKCAL_H
#define CIVICGRID_FUZZ_WORKCAL_H

#include "core/workcal_explain.h"

#include "fuzz.h"

#define QUARTER   900
#define FIRST_DAY 9497 /* 2026-01-01 */
#define NPIECES   6
#define NENTRIES  6
#define NPAUSES   4

static void *
fuzz_resize(void *context, void *block, size_t size)
{
	(void) context;
	if (size == 0)
	{
		free(block);
		return NULL;
	}
	return realloc(block, size);
}

static const WorkcalMemory fuzz_memory = {fuzz_resize, NULL};

typedef struct FuzzCalendar
{
	WorkcalRules rules;
	WorkcalAxis axis;
	WorkcalShift shifts[4 * (7 + NENTRIES)];
	WorkcalDay days[NENTRIES];
	char names[4];
	WorkcalZonePiece pieces[NPIECES];
} FuzzCalendar;

/*
 * Up to four shifts, from 02:00 on, the last maybe up to 02:00 of the next
 * day, so that no two overlap.
 */
static inline WorkcalHours
take_hours(Input *in, FuzzCalendar *c)
{
	WorkcalHours hours = {c->rules.nshifts, 0};
	int32_t at = 8 * QUARTER;
	unsigned n = take(in) % 5;

	for (; n > 0; n--)
	{
		int32_t from = at + (int32_t) (take(in) % 24) * QUARTER;
		int32_t to = from + (int32_t) (1 + take(in) % 48) * QUARTER - 7;

		if (from >= 96 * QUARTER)
			break;
		if (to > 104 * QUARTER)
			to = 104 * QUARTER;
		c->shifts[c->rules.nshifts++] = (WorkcalShift){from, to};
		hours.count++;
		at = to;
	}
	return hours;
}

static inline void
take_calendar(Input *in, FuzzCalendar *c)
{
	uint32_t npieces = 1;
	int32_t day;
	int i;

	memset(c, 0, sizeof(*c));
	c->rules.from = FIRST_DAY;
	c->rules.to = FIRST_DAY + (int32_t) (take(in) % 40);
	c->rules.provisional = take(in) % 4 == 0
	                           ? FIRST_DAY + (int32_t) (take(in) % 40)
	                           : WORKCAL_NEVER;
	c->rules.nominal = (int32_t) (take(in) % 16) * 1800;
	c->rules.shifts = c->shifts;
	c->rules.days = c->days;
	c->rules.names = c->names;
	memcpy(c->names, "abc", 3);
	c->rules.names_length = 3;
	for (i = 0; i < 7; i++)
		c->rules.week[i] = take_hours(in, c);
	day = FIRST_DAY;
	for (i = (int) (take(in) % (NENTRIES + 1)); i > 0; i--)
	{
		WorkcalDay *entry = &c->days[c->rules.ndays];
		unsigned how = take(in);

		day += (int32_t) (how % 8);
		if (day > c->rules.to)
			break;
		entry->day = day++;
		entry->like = (int32_t) (how / 8 % 8) - 1;
		entry->hours = entry->like == WORKCAL_OWN_HOURS
		                   ? take_hours(in, c)
		                   : c->rules.week[entry->like];
		entry->name = how / 64 % 2;
		entry->name_length = how / 128;
		c->rules.ndays++;
	}
	c->pieces[0].from = INT64_MIN;
	c->pieces[0].offset =
	    ((int64_t) (take(in) % 105) - 52) * QUARTER * WORKCAL_SECOND;
	while (npieces < NPIECES && in->left > 24)
	{
		int64_t last = npieces == 1 ? FIRST_DAY * WORKCAL_DAY - WORKCAL_DAY
		                            : c->pieces[npieces - 1].from;

		c->pieces[npieces].from =
		    last + (int64_t) (1 + take(in)) * 3 * QUARTER * WORKCAL_SECOND;
		c->pieces[npieces].offset =
		    ((int64_t) (take(in) % 105) - 52) * QUARTER * WORKCAL_SECOND;
		npieces++;
	}
	REQUIRE(
	    workcal_build(&c->axis, &c->rules, c->pieces, npieces, &fuzz_memory));
}

/* An instant in the horizon, often one at which something changes */
static inline int64_t
take_instant(Input *in, const WorkcalAxis *axis)
{
	unsigned how = take(in);
	int64_t t;

	if (how % 2 == 0 && axis->count > 1)
	{
		const WorkcalStretch *s =
		    axis->stretches + 1 +
		    (how / 2 + 128 * take(in)) % (axis->count - 1);

		t = s[0].from;
		if (how % 4 == 0)
			t += s[1].before - s[0].before;
	}
	else
		t = axis->begin +
		    (int64_t) (how / 2 + 128 * take(in)) * 97 * WORKCAL_SECOND;
	t += (int64_t) (take(in) % 3) - 1;
	if (t < axis->begin)
		return axis->begin;
	return t > axis->end ? axis->end : t;
}

/* An amount, of one kind or of several */
static inline void
take_term(Input *in, Term *term)
{
	unsigned kinds = take(in);

	memset(term, 0, sizeof(*term));
	if (kinds & 1)
		term->work_seconds = (int64_t) take(in) * 600;
	if (kinds & 2)
		term->work_days = (int32_t) (take(in) % 16);
	if (kinds & 4)
		term->days = (int32_t) (take(in) % 16);
	if (kinds & 8)
		term->seconds = (int64_t) take(in) * 601;
	if (kinds & 16)
		term->rolling_days = (int32_t) (take(in) % 8);
}

static inline void
take_pauses(Input *in, const WorkcalAxis *axis, WorkcalPause *list,
            WorkcalPauses *pauses)
{
	unsigned how = take(in);
	int64_t at = take_instant(in, axis);

	pauses->list = list;
	pauses->count = 0;
	while (pauses->count < how % (NPAUSES + 1))
	{
		WorkcalPause *p = &list[pauses->count++];

		p->from = at;
		p->to = at + (int64_t) (1 + take(in)) * 1777 * WORKCAL_SECOND;
		at = p->to + (int64_t) (1 + take(in)) * 1013 * WORKCAL_SECOND;
	}
	if (pauses->count > 0 && how & 128)
		list[pauses->count - 1].to = INT64_MAX;
	if (pauses->count > 0 && how & 64)
		list[0].from = INT64_MIN;
}

#endif /* CIVICGRID_FUZZ_WORKCAL_H */
