/*
 * due.c
 *	  Deadlines with pauses and extensions, what is left of them, and why.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/multirangetypes.h"
#include "utils/numeric.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "core/workcal_explain.h"

#include "compat.h"
#include "term.h"
#include "workcal_cache.h"
#include "workcal_fault.h"

/* What all functions of a clock are called with */
typedef struct Clock
{
	const WorkcalAxis *axis;
	TimestampTz start;
	const Term *term;
	Term extended;
	WorkcalPauses pauses;
} Clock;

static void
read_pauses(FunctionCallInfo fcinfo, int arg, WorkcalPauses *pauses)
{
	MultirangeType *multirange;
	TypeCacheEntry *range_type;
	RangeType **ranges;
	WorkcalPause *list;
	int32 count;
	int32 i;

	pauses->list = NULL;
	pauses->count = 0;
	if (PG_ARGISNULL(arg))
		return;
	multirange = PG_GETARG_MULTIRANGE_P(arg);
	if (multirange->rangeCount == 0)
		return;
	range_type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	multirange_deserialize(range_type, multirange, &count, &ranges);
	list = palloc(count * sizeof(*list));
	pauses->list = list;
	for (i = 0; i < count; i++)
	{
		RangeBound from;
		RangeBound to;
		bool empty;

		range_deserialize(range_type, ranges[i], &from, &to, &empty);
		list->from =
		    from.infinite ? PG_INT64_MIN : DatumGetTimestampTz(from.val);
		list->to = to.infinite ? PG_INT64_MAX : DatumGetTimestampTz(to.val);
		/* a single instant is no time, between pauses or in one */
		if (pauses->count > 0 && list->from <= list[-1].to)
			list[-1].to = Max(list[-1].to, list->to);
		else if (list->from < list->to)
		{
			list++;
			pauses->count++;
		}
	}
}

/* The term with its extensions */
static void
extend_term(FunctionCallInfo fcinfo, int arg, Clock *clock)
{
	ArrayType *array;
	Datum *terms;
	bool *nulls;
	int count;
	int i;

	clock->extended = *clock->term;
	if (PG_ARGISNULL(arg))
		return;
	array = PG_GETARG_ARRAYTYPE_P(arg);
	if (ARR_NDIM(array) == 0)
		return;
	deconstruct_array(array, ARR_ELEMTYPE(array), sizeof(Term), false,
	                  TYPALIGN_DOUBLE, &terms, &nulls, &count);
	for (i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
			        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			         errmsg("an extension is NULL"),
			         errdetail("It is number %d of the list.", i + 1),
			         errhint("Leave it out, or state how long it is.")));
		if (!term_add(&clock->extended, DatumGetTermP(terms[i]),
		              &clock->extended))
			ereport(ERROR,
			        (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			         errmsg("the term and its extensions are too long"),
			         errdetail("Together they are longer than a hundred "
			                   "years."),
			         errhint("Look for an extension in the wrong unit.")));
	}
}

/* False if the calendar, the start or the term is NULL */
static bool
read_clock(FunctionCallInfo fcinfo, Clock *clock)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return false;
	clock->start = PG_GETARG_TIMESTAMPTZ(1);
	workcal_check_finite(clock->start);
	clock->term = PG_GETARG_TERM_P(2);
	read_pauses(fcinfo, 3, &clock->pauses);
	extend_term(fcinfo, 4, clock);
	clock->axis = workcal_use_arg(fcinfo, 0);
	workcal_check_length(clock->axis, &clock->extended);
	return true;
}

PG_FUNCTION_INFO_V1(cg_due);
Datum
cg_due(PG_FUNCTION_ARGS)
{
	Clock clock;
	TimestampTz due;
	WorkcalAnswer answer;

	if (!read_clock(fcinfo, &clock))
		PG_RETURN_NULL();
	answer = workcal_due(clock.axis, clock.start, clock.term, &clock.extended,
	                     &clock.pauses, &due);
	if (answer == WORKCAL_ENDLESS)
		PG_RETURN_TIMESTAMPTZ(DT_NOEND);
	if (answer != WORKCAL_FOUND)
		workcal_refuse_answer(clock.axis, answer, clock.start);
	if (!IS_VALID_TIMESTAMP(due))
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
		                errmsg("timestamp out of range")));
	PG_RETURN_TIMESTAMPTZ(due);
}

static int64
elapsed_at(const Clock *clock, TimestampTz at)
{
	int64 elapsed;
	WorkcalAnswer answer;

	workcal_check_finite(at);
	answer = workcal_elapsed(clock->axis, workcal_counts_work(clock->term),
	                         clock->start, at, &clock->pauses, &elapsed);
	if (answer == WORKCAL_OVERFLOW)
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
		                errmsg("interval out of range")));
	if (answer != WORKCAL_FOUND)
		workcal_refuse_beyond(
		    clock->axis, workcal_covers(clock->axis, at) ? clock->start : at);
	return elapsed;
}

static int64
budget_of(const Clock *clock)
{
	int64 budget;
	WorkcalAnswer answer =
	    workcal_budget(clock->axis, clock->start, clock->term,
	                   &clock->extended, &clock->pauses, &budget);

	if (answer != WORKCAL_FOUND)
		workcal_refuse_answer(clock->axis, answer, clock->start);
	return budget;
}

PG_FUNCTION_INFO_V1(cg_elapsed);
Datum
cg_elapsed(PG_FUNCTION_ARGS)
{
	Clock clock;

	if (PG_ARGISNULL(5) || !read_clock(fcinfo, &clock))
		PG_RETURN_NULL();
	return workcal_interval(elapsed_at(&clock, PG_GETARG_TIMESTAMPTZ(5)));
}

PG_FUNCTION_INFO_V1(cg_remaining);
Datum
cg_remaining(PG_FUNCTION_ARGS)
{
	Clock clock;

	if (PG_ARGISNULL(5) || !read_clock(fcinfo, &clock))
		PG_RETURN_NULL();
	return workcal_interval(budget_of(&clock) -
	                        elapsed_at(&clock, PG_GETARG_TIMESTAMPTZ(5)));
}

/* A term of no time is used up from its start on. */
PG_FUNCTION_INFO_V1(cg_used_ratio);
Datum
cg_used_ratio(PG_FUNCTION_ARGS)
{
	Clock clock;
	TimestampTz at;
	int64 budget;
	int64 elapsed;

	if (PG_ARGISNULL(5) || !read_clock(fcinfo, &clock))
		PG_RETURN_NULL();
	at = PG_GETARG_TIMESTAMPTZ(5);
	budget = budget_of(&clock);
	elapsed = elapsed_at(&clock, at);
	if (budget == 0)
		PG_RETURN_FLOAT8(at >= clock.start ? 1.0 : 0.0);
	PG_RETURN_FLOAT8((double) elapsed / (double) budget);
}

static const char *const kinds[] = {
    "work", "rest", "holiday", "make-up day", "pause", "extension", "beyond"};

/* Rows of a story into a tuplestore */
static Datum
tell(FunctionCallInfo fcinfo, Clock *clock)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	WorkcalStory story;
	WorkcalPiece piece;
	WorkcalAnswer answer;
	int number = 0;

	InitMaterializedSRF(fcinfo, 0);
	answer =
	    workcal_story_begin(&story, clock->axis, clock->start, clock->term,
	                        &clock->extended, &clock->pauses);
	if (answer != WORKCAL_FOUND)
		workcal_refuse_answer(clock->axis, answer, clock->start);
	while (workcal_story_next(&story, &piece))
	{
		Datum values[8];
		bool nulls[8] = {false};

		CHECK_FOR_INTERRUPTS();
		values[0] = Int32GetDatum(++number);
		values[1] = TimestampTzGetDatum(piece.from);
		values[2] =
		    TimestampTzGetDatum(piece.to == INT64_MAX ? DT_NOEND : piece.to);
		values[3] = CStringGetTextDatum(kinds[piece.kind]);
		nulls[4] = piece.entry == NULL || piece.entry->name_length == 0;
		if (!nulls[4])
			values[4] = PointerGetDatum(cstring_to_text_with_len(
			    clock->axis->rules->names + piece.entry->name,
			    (int) piece.entry->name_length));
		values[5] =
		    NumericGetDatum(int64_div_fast_to_numeric(piece.counted, 6));
		values[6] =
		    NumericGetDatum(int64_div_fast_to_numeric(piece.balance, 6));
		values[7] = BoolGetDatum(piece.provisional);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
		                     nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(cg_due_explain);
Datum
cg_due_explain(PG_FUNCTION_ARGS)
{
	Clock clock;

	if (!read_clock(fcinfo, &clock))
	{
		InitMaterializedSRF(fcinfo, 0);
		return (Datum) 0;
	}
	return tell(fcinfo, &clock);
}

PG_FUNCTION_INFO_V1(cg_work_explain);
Datum
cg_work_explain(PG_FUNCTION_ARGS)
{
	Clock clock;

	clock.start = PG_GETARG_TIMESTAMPTZ(1);
	workcal_check_finite(clock.start);
	clock.term = PG_GETARG_TERM_P(2);
	clock.extended = *clock.term;
	clock.pauses = (WorkcalPauses){NULL, 0};
	clock.axis = workcal_use_arg(fcinfo, 0);
	workcal_check_length(clock.axis, &clock.extended);
	return tell(fcinfo, &clock);
}
