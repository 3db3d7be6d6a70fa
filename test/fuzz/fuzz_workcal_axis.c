/*
 * fuzz_workcal_axis.c
 *	  Any calendar in any zone: working time is what the clock on the wall
 *	  says, and the ways there and back are each other's inverse.
 */
#include "fuzz_workcal.h"

/* By definition: does the clock then show a time within a shift? */
static bool
shows_working_time(const FuzzCalendar *c, int64_t t)
{
	const WorkcalAxis *axis = &c->axis;
	int64_t local;
	int back;
	uint32_t p = axis->npieces - 1;
	uint32_t i;

	if (t < axis->begin || t >= axis->end)
		return false;
	while (axis->pieces[p].from > t)
		p--;
	local = t + axis->pieces[p].offset;
	for (back = 0; back < 2; back++)
	{
		int64_t day = local / WORKCAL_DAY - back;
		const WorkcalDay *entry;
		WorkcalHours hours;

		if (day < c->rules.from || day > c->rules.to)
			continue;
		hours = workcal_hours(&c->rules, (int32_t) day, &entry);
		for (i = 0; i < hours.count; i++)
		{
			const WorkcalShift *s = c->shifts + hours.first + i;

			if (local >= day * WORKCAL_DAY + s->from * WORKCAL_SECOND &&
			    local < day * WORKCAL_DAY + s->to * WORKCAL_SECOND)
				return true;
		}
	}
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input in = {data, size};
	static FuzzCalendar c;
	const WorkcalAxis *axis = &c.axis;
	uint32_t i;

	take_calendar(&in, &c);
	REQUIRE(workcal_worked(axis, axis->begin) == 0);
	REQUIRE(workcal_worked(axis, axis->end) == axis->total);
	for (i = 1; i < axis->count; i++)
		REQUIRE(axis->stretches[i].from + (axis->stretches[i + 1].before -
		                                   axis->stretches[i].before) <=
		        axis->stretches[i + 1].from);
	do
	{
		int64_t t = take_instant(&in, axis);
		int64_t work = workcal_worked(axis, t);
		bool open = workcal_is_open(axis, t);
		int64_t found;

		REQUIRE(open == shows_working_time(&c, t));
		if (t < axis->end)
			REQUIRE(workcal_worked(axis, t + 1) == work + open);
		if (work > 0)
		{
			found = workcal_first_at(axis, work);
			REQUIRE(found <= t && workcal_worked(axis, found) == work);
			REQUIRE(workcal_worked(axis, found - 1) == work - 1);
			REQUIRE(workcal_prev_close(axis, t, &found) == WORKCAL_FOUND);
			REQUIRE(found == workcal_first_at(axis, work));
		}
		if (work < axis->total)
		{
			found = workcal_last_at(axis, work);
			REQUIRE(found >= t && workcal_worked(axis, found) == work);
			REQUIRE(workcal_is_open(axis, found));
			t = found;
			REQUIRE(workcal_next_open(axis, t, &found) == WORKCAL_FOUND);
			REQUIRE(found == t);
		}
		else
			REQUIRE(workcal_next_open(axis, t, &found) == WORKCAL_OVERFLOW);
	} while (in.left > 0);
	workcal_destroy(&c.axis);
	return 0;
}
