/*
 * workcal_explain.c
 *	  Why a deadline is when it is.
 *
 * The time from the start to the deadline is cut wherever its kind changes: at
 * the ends of shifts and pauses, at midnights between dates of different
 * kinds, and where time begins to be counted on account of an extension.  The
 * pieces follow each other without a gap, and what counts in them adds up to
 * the term.
 */
#include "workcal_explain.h"

WorkcalAnswer
workcal_story_begin(WorkcalStory *story, const WorkcalAxis *axis,
                    int64_t start, const Term *term, const Term *extended,
                    const WorkcalPauses *pauses)
{
	WorkcalAnswer answer;
	bool work = workcal_counts_work(term);

	*story = (WorkcalStory){
	    .axis = axis, .pauses = *pauses, .work = work, .at = start};
	answer = workcal_due(axis, start, term, extended, pauses, &story->due);
	if (answer == WORKCAL_ENDLESS)
	{
		story->endless = true;
		story->due = pauses->list[pauses->count - 1].from;
		if (story->due < start)
			story->due = start;
	}
	else if (answer != WORKCAL_FOUND)
		return answer;
	answer = workcal_due(axis, start, term, term, pauses, &story->first_due);
	if (answer == WORKCAL_ENDLESS)
		story->first_due = INT64_MAX;
	else if (answer != WORKCAL_FOUND)
		return answer;
	return workcal_budget(axis, start, term, extended, pauses,
	                      &story->balance);
}

/* The kind of a piece of time in the horizon that no pause covers; *until is
 * brought down to where it may change. */
static WorkcalKind
kind_at(const WorkcalAxis *axis, int64_t t, const WorkcalDay **entry,
        int64_t *until)
{
	uint32_t i = workcal_stretch_at(axis, t);
	const WorkcalStretch *s = axis->stretches + i;
	int64_t length = s[1].before - s[0].before;
	int32_t day;
	int64_t date_end;
	WorkcalHours hours;

	if (t - s[0].from < length)
	{
		day = axis->days[i];
		if (s[0].from + length < *until)
			*until = s[0].from + length;
		(void) workcal_hours(axis->rules, day, entry);
		return *entry != NULL &&
		               axis->rules->week[workcal_weekday(day)].count == 0
		           ? WORKCAL_MAKE_UP
		           : WORKCAL_WORK;
	}
	day = workcal_date_at(axis, t);
	date_end = workcal_date_end(axis, t);
	if (date_end < *until)
		*until = date_end;
	if (s[1].from < *until)
		*until = s[1].from;
	hours = workcal_hours(axis->rules, day, entry);
	if (*entry != NULL && hours.count == 0)
		return WORKCAL_HOLIDAY;
	/* outside its hours a date of its own is like any other */
	*entry = NULL;
	return WORKCAL_REST;
}

static uint32_t
name_length(const WorkcalDay *entry)
{
	return entry == NULL ? 0 : entry->name_length;
}

/* An entry without a name tells no more than none. */
static bool
same_name(const WorkcalAxis *axis, const WorkcalDay *a, const WorkcalDay *b)
{
	const char *names = axis->rules->names;
	uint32_t n = name_length(a);
	uint32_t i;

	if (n != name_length(b))
		return false;
	for (i = 0; i < n; i++)
		if (names[a->name + i] != names[b->name + i])
			return false;
	return true;
}

/* The next piece, cut at every place where something may change */
static bool
next_cut(WorkcalStory *story, WorkcalPiece *piece)
{
	const WorkcalAxis *axis = story->axis;
	int64_t t = story->at;
	int64_t until = story->due;
	WorkcalPauses *rest = &story->pauses;

	if (t >= story->due)
	{
		if (!story->endless)
			return false;
		story->endless = false;
		*piece = (WorkcalPiece){.from = t,
		                        .to = INT64_MAX,
		                        .kind = WORKCAL_PAUSE,
		                        .balance = story->balance,
		                        .provisional = t >= axis->provisional};
		return true;
	}
	while (rest->count > 0 && rest->list->to <= t)
	{
		rest->list++;
		rest->count--;
	}
	*piece = (WorkcalPiece){.from = t, .provisional = t >= axis->provisional};
	if (t < axis->provisional && axis->provisional < until)
		until = axis->provisional;
	if (rest->count > 0 && rest->list->from <= t)
	{
		piece->kind = WORKCAL_PAUSE;
		if (rest->list->to < until)
			until = rest->list->to;
	}
	else
	{
		bool counts = !story->work;

		if (rest->count > 0 && rest->list->from < until)
			until = rest->list->from;
		if (t < story->first_due && story->first_due < until)
			until = story->first_due;
		if (t < axis->begin || t >= axis->end)
		{
			piece->kind = WORKCAL_BEYOND_HORIZON;
			if (t < axis->begin && axis->begin < until)
				until = axis->begin;
		}
		else
		{
			if (axis->end < until)
				until = axis->end;
			piece->kind = kind_at(axis, t, &piece->entry, &until);
			counts |=
			    piece->kind == WORKCAL_WORK || piece->kind == WORKCAL_MAKE_UP;
		}
		if (counts)
		{
			piece->counted = until - t;
			if (t >= story->first_due)
				piece->kind = WORKCAL_EXTENSION;
		}
	}
	story->balance -= piece->counted;
	piece->to = until;
	piece->balance = story->balance;
	story->at = until;
	return true;
}

bool
workcal_story_next(WorkcalStory *story, WorkcalPiece *piece)
{
	if (!story->has_next && !next_cut(story, &story->next))
		return false;
	*piece = story->next;
	/* go on while what follows is of the same kind */
	while ((story->has_next = next_cut(story, &story->next)) &&
	       story->next.kind == piece->kind &&
	       story->next.provisional == piece->provisional &&
	       (piece->kind == WORKCAL_PAUSE ||
	        same_name(story->axis, story->next.entry, piece->entry)))
	{
		piece->to = story->next.to;
		piece->counted += story->next.counted;
		piece->balance = story->next.balance;
	}
	return true;
}
