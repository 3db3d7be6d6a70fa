/*
 * rulebook_differences.c
 *	  rulebook_differences(): where two rulebooks answer differently.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "core/rulebook_compare.h"

#include "compat.h"
#include "core_memory.h"
#include "rulebook_cache.h"
#include "rulebook_rows.h"

static void
put_text(RulebookRow *row, const char *text, size_t len)
{
	if (text == NULL)
		row_put_null(row);
	else
		row_put(row,
		        PointerGetDatum(cstring_to_text_with_len(text, (int) len)));
}

typedef struct Differences
{
	ReturnSetInfo *result;
	TimestampTz since;
} Differences;

static bool
tell_difference(void *context, const RulebookDifference *d)
{
	Differences *differences = context;
	RulebookRow row = {.n = 0};

	row_put(&row, BoolGetDatum((d->kinds & RULEBOOK_LEAD_DIFFERS) != 0));
	row_put(&row, BoolGetDatum((d->kinds & RULEBOOK_PATH_DIFFERS) != 0));
	row_put(&row, BoolGetDatum((d->kinds & RULEBOOK_LIMIT_DIFFERS) != 0));
	row_put(&row, BoolGetDatum((d->kinds & RULEBOOK_ASSIST_DIFFERS) != 0));
	row_put_number(&row, d->event_class);
	row_put_number(&row, d->territory);
	put_text(&row, d->channel, d->channel_len);
	if (d->severity == RULEBOOK_NO_SEVERITY)
		row_put(&row, Int32GetDatum(0));
	else
		row_put_number(&row, d->severity);
	put_text(&row, d->owner, d->owner_len);
	row_put_hours(&row, d->minute_from, d->minute_to);
	row_put(&row, TimestampTzGetDatum(
	                  d->from == PG_INT64_MIN ? differences->since : d->from));
	/* no bound is infinity, in core as here */
	row_put(&row, TimestampTzGetDatum(d->to));
	row_put_number(&row, d->lead_before);
	row_put_number(&row, d->lead_after);
	row_put_number(&row, d->rule_before);
	row_put_number(&row, d->rule_after);
	row_put(&row, BoolGetDatum(d->by_fallback_before));
	row_put(&row, BoolGetDatum(d->by_fallback_after));
	tuplestore_putvalues(differences->result->setResult,
	                     differences->result->setDesc, row.values, row.nulls);
	return true;
}

PG_FUNCTION_INFO_V1(cg_rulebook_differences);
Datum
cg_rulebook_differences(PG_FUNCTION_ARGS)
{
	RulebookMemory memory = {core_resize, core_poll, CurrentMemoryContext};
	Differences differences;
	OpenRulebook *before;
	OpenRulebook *after;
	RulebookStatus status;

	InitMaterializedSRF(fcinfo, 0);
	differences.result = (ReturnSetInfo *) fcinfo->resultinfo;
	differences.since = PG_GETARG_TIMESTAMPTZ(2);
	rulebook_use_both(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), &before, &after);
	status = rulebook_compare(&before->book, &after->book, differences.since,
	                          &memory, tell_difference, &differences);
	if (status != RULEBOOK_OK)
		rulebook_refuse_value(status, NULL);
	return (Datum) 0;
}
