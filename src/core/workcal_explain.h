/*
 * workcal_explain.h
 *	  Why a deadline is when it is: the time from the start to it, piece by
 *	  piece.
 */
#ifndef CIVICGRID_CORE_WORKCAL_EXPLAIN_H
#define CIVICGRID_CORE_WORKCAL_EXPLAIN_H

#include "workcal_due.h"

typedef enum WorkcalKind
{
	WORKCAL_WORK,
	WORKCAL_REST,    /* by the week's hours */
	WORKCAL_HOLIDAY, /* a date that is made a rest day */
	WORKCAL_MAKE_UP, /* work on a date that is none by its weekday */
	WORKCAL_PAUSE,
	WORKCAL_EXTENSION,     /* counts beyond the deadline without extensions */
	WORKCAL_BEYOND_HORIZON /* continuous time that no calendar tells about */
} WorkcalKind;

typedef struct WorkcalPiece
{
	int64_t from;
	int64_t to; /* INT64_MAX where a pause has no end */
	WorkcalKind kind;
	const WorkcalDay *entry; /* the date's own entry, or NULL */
	int64_t counted;         /* what of it counts */
	int64_t balance;         /* what is left to count after it */
	bool provisional;
} WorkcalPiece;

typedef struct WorkcalStory
{
	const WorkcalAxis *axis;
	WorkcalPauses pauses;
	bool work; /* on which axis the clock runs */
	bool endless;
	int64_t at;
	int64_t due;
	int64_t first_due; /* without extensions */
	int64_t balance;
	WorkcalPiece next; /* found already, not yet told */
	bool has_next;
} WorkcalStory;

/* Begin to tell how a clock gets to its deadline. */
extern WorkcalAnswer workcal_story_begin(WorkcalStory *story,
                                         const WorkcalAxis *axis,
                                         int64_t start, const Term *term,
                                         const Term *extended,
                                         const WorkcalPauses *pauses);
/* The next piece, as long as can be; false if there is none. */
extern bool workcal_story_next(WorkcalStory *story, WorkcalPiece *piece);

#endif /* CIVICGRID_CORE_WORKCAL_EXPLAIN_H */
