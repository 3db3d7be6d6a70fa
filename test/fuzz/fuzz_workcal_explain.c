/*
 * fuzz_workcal_explain.c
 *	  Any clock: its story has no gap, ends at the deadline, and what counts
 *	  in it adds up.
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
		WorkcalPause list[NPAUSES];
		WorkcalPauses pauses;
		WorkcalStory story;
		WorkcalPiece piece;
		Term term;
		Term extended;
		int64_t at = start;
		int64_t left;
		int64_t due;
		bool endless;

		take_term(&in, &term);
		take_term(&in, &extended);
		REQUIRE(term_add(&term, &extended, &extended));
		take_pauses(&in, axis, list, &pauses);
		if (workcal_story_begin(&story, axis, start, &term, &extended,
		                        &pauses) != WORKCAL_FOUND)
			continue;
		endless = workcal_due(axis, start, &term, &extended, &pauses, &due) ==
		          WORKCAL_ENDLESS;
		left = story.balance;
		while (workcal_story_next(&story, &piece))
		{
			REQUIRE(piece.from == at && piece.to > piece.from);
			REQUIRE(piece.counted >= 0);
			REQUIRE(piece.counted == 0 ||
			        piece.counted == piece.to - piece.from);
			left -= piece.counted;
			REQUIRE(piece.balance == left);
			REQUIRE(piece.kind != WORKCAL_PAUSE || piece.counted == 0);
			at = piece.to;
		}
		REQUIRE(at == (endless ? INT64_MAX : due));
		REQUIRE(endless || left == 0);
	} while (in.left > 0);
	workcal_destroy(&c.axis);
	return 0;
}
