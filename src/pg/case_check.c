/*
 * case_check.c
 *	  What CHECK constraints of clocks and tasks ask.  The expression of a
 *	  constraint is read anew by every statement that writes, so that lists of
 *	  words in it cost more than the writing of a row; the name of a function
 *	  costs little.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(cg_is_clock_kind);
PG_FUNCTION_INFO_V1(cg_is_clock_verdict);
PG_FUNCTION_INFO_V1(cg_is_task_duty);
PG_FUNCTION_INFO_V1(cg_is_task_state);
PG_FUNCTION_INFO_V1(cg_is_task_open);

static bool
text_is(const text *t, const char *word)
{
	size_t n = strlen(word);

	return VARSIZE_ANY_EXHDR(t) == n && memcmp(VARDATA_ANY(t), word, n) == 0;
}

/* NULL and the empty text say nothing. */
static bool
argument_is_said(FunctionCallInfo fcinfo, int i)
{
	return !PG_ARGISNULL(i) && VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(i)) > 0;
}

/* is_clock_kind(kind, stage, holder) */
Datum
cg_is_clock_kind(PG_FUNCTION_ARGS)
{
	const text *kind;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	kind = PG_GETARG_TEXT_PP(0);
	if (text_is(kind, "case"))
		PG_RETURN_BOOL(PG_ARGISNULL(1) && PG_ARGISNULL(2));
	if (text_is(kind, "stage"))
		PG_RETURN_BOOL(argument_is_said(fcinfo, 1));
	if (text_is(kind, "holder"))
		PG_RETURN_BOOL(argument_is_said(fcinfo, 2));
	PG_RETURN_BOOL(false);
}

Datum
cg_is_clock_verdict(PG_FUNCTION_ARGS)
{
	const text *verdict = PG_GETARG_TEXT_PP(0);

	PG_RETURN_BOOL(text_is(verdict, "on time") ||
	               text_is(verdict, "overdue") || text_is(verdict, "void"));
}

Datum
cg_is_task_duty(PG_FUNCTION_ARGS)
{
	const text *duty = PG_GETARG_TEXT_PP(0);

	PG_RETURN_BOOL(text_is(duty, "lead") || text_is(duty, "assist"));
}

static bool
is_open(const text *state)
{
	return text_is(state, "open") || text_is(state, "signed");
}

Datum
cg_is_task_open(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_open(PG_GETARG_TEXT_PP(0)));
}

Datum
cg_is_task_state(PG_FUNCTION_ARGS)
{
	const text *state = PG_GETARG_TEXT_PP(0);

	PG_RETURN_BOOL(is_open(state) || text_is(state, "done") ||
	               text_is(state, "returned") || text_is(state, "recalled") ||
	               text_is(state, "transferred") || text_is(state, "ended"));
}
