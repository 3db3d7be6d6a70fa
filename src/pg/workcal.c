/*
 * workcal.c
 *	  The type workcal (工作日历), and functions of working time that need no
 *	  clock.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "term.h"
#include "workcal_cache.h"
#include "workcal_fault.h"

/* Input and output */

static Datum
make_value(const char *text, Size length)
{
	bytea *value = palloc(VARHDRSZ + WORKCAL_DIGEST_BYTES + length);
	uint64 digest = DatumGetUInt64(
	    hash_any_extended((const unsigned char *) text, (int) length, 0));

	SET_VARSIZE(value, VARHDRSZ + WORKCAL_DIGEST_BYTES + length);
	memcpy(VARDATA(value), &digest, WORKCAL_DIGEST_BYTES);
	memcpy(VARDATA(value) + WORKCAL_DIGEST_BYTES, text, length);
	PG_RETURN_BYTEA_P(value);
}

static Datum
read_calendar(FunctionCallInfo fcinfo, const char *text, Size length)
{
	WorkcalMemory memory = workcal_memory(CurrentMemoryContext);
	WorkcalRules rules;
	WorkcalFault fault;
	const char *zone;
	char *canonical;
	size_t size;
	Datum value;

	if (!workcal_parse(text, length, &memory, &rules, &fault))
	{
		workcal_report_fault(fcinfo->context, &fault, text, length);
		PG_RETURN_NULL();
	}
	zone = workcal_zone_name(rules.zone);
	if (zone == NULL)
	{
		WorkcalFault unknown = {WORKCAL_ZONE, 0, strlen(rules.zone), "tz"};

		workcal_report_fault(fcinfo->context, &unknown, rules.zone,
		                     strlen(rules.zone));
		workcal_free(&rules);
		PG_RETURN_NULL();
	}
	strlcpy(rules.zone, zone, sizeof(rules.zone));
	canonical = workcal_print(&rules, &size);
	if (canonical == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	value = make_value(canonical, size);
	pfree(canonical);
	workcal_free(&rules);
	return value;
}

PG_FUNCTION_INFO_V1(cg_workcal_in);
Datum
cg_workcal_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);

	return read_calendar(fcinfo, text, strlen(text));
}

PG_FUNCTION_INFO_V1(cg_workcal_recv);
Datum
cg_workcal_recv(PG_FUNCTION_ARGS)
{
	StringInfo buffer = (StringInfo) PG_GETARG_POINTER(0);
	int length;
	char *text = pq_getmsgtext(buffer, buffer->len - buffer->cursor, &length);

	return read_calendar(fcinfo, text, length);
}

static struct varlena *
get_text(FunctionCallInfo fcinfo, int arg, const char **text, Size *length)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(arg);

	if (VARSIZE_ANY_EXHDR(value) < WORKCAL_DIGEST_BYTES)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
		                errmsg("invalid stored value for type workcal"),
		                errdetail("It is too short.")));
	*text = VARDATA_ANY(value) + WORKCAL_DIGEST_BYTES;
	*length = VARSIZE_ANY_EXHDR(value) - WORKCAL_DIGEST_BYTES;
	return value;
}

PG_FUNCTION_INFO_V1(cg_workcal_out);
Datum
cg_workcal_out(PG_FUNCTION_ARGS)
{
	const char *text;
	Size length;

	(void) get_text(fcinfo, 0, &text, &length);
	PG_RETURN_CSTRING(pnstrdup(text, length));
}

PG_FUNCTION_INFO_V1(cg_workcal_send);
Datum
cg_workcal_send(PG_FUNCTION_ARGS)
{
	const char *text;
	Size length;
	StringInfoData buffer;

	(void) get_text(fcinfo, 0, &text, &length);
	pq_begintypsend(&buffer);
	pq_sendtext(&buffer, text, (int) length);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

PG_FUNCTION_INFO_V1(cg_workcal_eq);
Datum
cg_workcal_eq(PG_FUNCTION_ARGS)
{
	const char *a;
	const char *b;
	Size a_length;
	Size b_length;

	(void) get_text(fcinfo, 0, &a, &a_length);
	(void) get_text(fcinfo, 1, &b, &b_length);
	PG_RETURN_BOOL(a_length == b_length && memcmp(a, b, a_length) == 0);
}

PG_FUNCTION_INFO_V1(cg_workcal_ne);
Datum
cg_workcal_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!DatumGetBool(cg_workcal_eq(fcinfo)));
}

/* Working time */

PG_FUNCTION_INFO_V1(cg_work_add);
Datum
cg_work_add(PG_FUNCTION_ARGS)
{
	static const WorkcalPauses none = {NULL, 0};
	const WorkcalAxis *axis = workcal_use_arg(fcinfo, 0);
	TimestampTz start = PG_GETARG_TIMESTAMPTZ(1);
	const Term *term = PG_GETARG_TERM_P(2);
	TimestampTz due;
	WorkcalAnswer answer;

	workcal_check_finite(start);
	workcal_check_length(axis, term);
	answer = workcal_due(axis, start, term, term, &none, &due);
	if (unlikely(answer != WORKCAL_FOUND))
		workcal_refuse_answer(axis, answer, start);
	if (unlikely(!IS_VALID_TIMESTAMP(due)))
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
		                errmsg("timestamp out of range")));
	PG_RETURN_TIMESTAMPTZ(due);
}

PG_FUNCTION_INFO_V1(cg_work_sub);
Datum
cg_work_sub(PG_FUNCTION_ARGS)
{
	const WorkcalAxis *axis = workcal_use_arg(fcinfo, 0);
	TimestampTz t = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz start;
	WorkcalAnswer answer;

	workcal_check_finite(t);
	workcal_check_length(axis, PG_GETARG_TERM_P(2));
	answer = workcal_sub(axis, t, PG_GETARG_TERM_P(2), &start);
	if (unlikely(answer != WORKCAL_FOUND))
		workcal_refuse_answer(axis, answer, t);
	if (unlikely(!IS_VALID_TIMESTAMP(start)))
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
		                errmsg("timestamp out of range")));
	PG_RETURN_TIMESTAMPTZ(start);
}

static inline void
check_covered(const WorkcalAxis *axis, TimestampTz t)
{
	if (unlikely(!workcal_covers(axis, t)))
	{
		workcal_check_finite(t);
		workcal_refuse_beyond(axis, t);
	}
}

PG_FUNCTION_INFO_V1(cg_work_between);
Datum
cg_work_between(PG_FUNCTION_ARGS)
{
	const WorkcalAxis *axis = workcal_use_arg(fcinfo, 0);
	TimestampTz from = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz to = PG_GETARG_TIMESTAMPTZ(2);

	check_covered(axis, from);
	check_covered(axis, to);
	return workcal_interval(workcal_worked(axis, to) -
	                        workcal_worked(axis, from));
}

PG_FUNCTION_INFO_V1(cg_is_open);
Datum
cg_is_open(PG_FUNCTION_ARGS)
{
	const WorkcalAxis *axis = workcal_use_arg(fcinfo, 0);
	TimestampTz t = PG_GETARG_TIMESTAMPTZ(1);

	check_covered(axis, t);
	PG_RETURN_BOOL(workcal_is_open(axis, t));
}

PG_FUNCTION_INFO_V1(cg_next_open);
Datum
cg_next_open(PG_FUNCTION_ARGS)
{
	const WorkcalAxis *axis = workcal_use_arg(fcinfo, 0);
	TimestampTz t = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz found;
	WorkcalAnswer answer;

	workcal_check_finite(t);
	answer = workcal_next_open(axis, t, &found);
	if (answer != WORKCAL_FOUND)
		workcal_refuse_answer(axis, answer, t);
	PG_RETURN_TIMESTAMPTZ(found);
}

PG_FUNCTION_INFO_V1(cg_prev_close);
Datum
cg_prev_close(PG_FUNCTION_ARGS)
{
	const WorkcalAxis *axis = workcal_use_arg(fcinfo, 0);
	TimestampTz t = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz found;
	WorkcalAnswer answer;

	workcal_check_finite(t);
	answer = workcal_prev_close(axis, t, &found);
	if (answer != WORKCAL_FOUND)
		workcal_refuse_answer(axis, answer, t);
	PG_RETURN_TIMESTAMPTZ(found);
}

static inline void
check_date(const WorkcalAxis *axis, DateADT date)
{
	if (!workcal_has_day(axis, date))
		workcal_refuse_date(axis, date);
}

PG_FUNCTION_INFO_V1(cg_is_workday);
Datum
cg_is_workday(PG_FUNCTION_ARGS)
{
	const WorkcalAxis *axis = workcal_use_arg(fcinfo, 0);
	DateADT date = PG_GETARG_DATEADT(1);

	check_date(axis, date);
	PG_RETURN_BOOL(workcal_rank(axis, date) !=
	               workcal_rank(axis, (int64) date + 1));
}

/* As days are counted: the first is not, the last is */
PG_FUNCTION_INFO_V1(cg_workdays_between);
Datum
cg_workdays_between(PG_FUNCTION_ARGS)
{
	const WorkcalAxis *axis = workcal_use_arg(fcinfo, 0);
	DateADT from = PG_GETARG_DATEADT(1);
	DateADT to = PG_GETARG_DATEADT(2);

	check_date(axis, from);
	check_date(axis, to);
	PG_RETURN_INT32((int32) workcal_rank(axis, (int64) to + 1) -
	                (int32) workcal_rank(axis, (int64) from + 1));
}

PG_FUNCTION_INFO_V1(cg_is_provisional);
Datum
cg_is_provisional(PG_FUNCTION_ARGS)
{
	const WorkcalAxis *axis = workcal_use_arg(fcinfo, 0);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(1);

	/* infinity, where a clock is paused, is no time after another */
	PG_RETURN_BOOL(!TIMESTAMP_NOT_FINITE(at) && at >= axis->provisional);
}
