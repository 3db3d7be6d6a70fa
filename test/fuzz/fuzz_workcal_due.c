/*
 * fuzz_workcal_due.c
 *	  Any clock: the deadline is after the start, a pause cut in two is the
 *	  same pause, more time is never due earlier, and what has elapsed at the
 *	  deadline is the term.
 */
#include "fuzz_workcal.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input in = {data, size};
	static FuzzCalendar c;
	const WorkcalAxis *axis = &c.axis;

	take_calendar(&in, &c);
	do
	{
		int64_t start = take_instant(&in, axis);
		WorkcalPause list[NPAUSES + 1];
		WorkcalPauses pauses;
		WorkcalAnswer answer;
		WorkcalAnswer other;
		Term term;
		Term more;
		int64_t due;
		int64_t later;
		int64_t budget;
		int64_t elapsed;
		bool work;

		take_term(&in, &term);
		take_term(&in, &more);
		REQUIRE(term_add(&term, &more, &more));
		take_pauses(&in, axis, list, &pauses);
		work = workcal_counts_work(&term);

		answer = workcal_due(axis, start, &term, &term, &pauses, &due);
		(void) workcal_sub(axis, start, &term, &later);
		other = workcal_due(axis, start, &term, &more, &pauses, &later);
		if (answer == WORKCAL_FOUND)
		{
			REQUIRE(due >= start);
			REQUIRE(other != WORKCAL_FOUND || later >= due);
		}
		if (answer == WORKCAL_FOUND && (!work || due <= axis->end) &&
		    workcal_elapsed(axis, work, start, due, &pauses, &elapsed) ==
		        WORKCAL_FOUND)
		{
			REQUIRE(elapsed >= 0 && elapsed <= due - start);
			if (pauses.count == 0 || pauses.list[pauses.count - 1].to < due)
			{
				REQUIRE(workcal_budget(axis, start, &term, &term, &pauses,
				                       &budget) == WORKCAL_FOUND);
				REQUIRE(budget == elapsed);
			}
			if (term.days == 0 && term.work_days == 0 && term.seconds == 0)
				REQUIRE(elapsed == term.work_seconds * WORKCAL_SECOND +
				                       term.rolling_days * axis->nominal);
			if (!work && term.days == 0)
				REQUIRE(elapsed == term.seconds * WORKCAL_SECOND);
		}
		/* the first pause in two halves that touch */
		if (pauses.count > 0 && list[0].from != INT64_MIN &&
		    list[0].to != INT64_MAX && list[0].to - list[0].from > 1)
		{
			memmove(list + 1, list, pauses.count * sizeof(*list));
			list[0].to = list[1].from =
			    list[0].from + (list[0].to - list[0].from) / 2;
			pauses.count++;
			other = workcal_due(axis, start, &term, &term, &pauses, &later);
			REQUIRE(other == answer);
			REQUIRE(other != WORKCAL_FOUND || later == due);
		}
	} while (in.left > 0);
	workcal_destroy(&c.axis);
	return 0;
}
