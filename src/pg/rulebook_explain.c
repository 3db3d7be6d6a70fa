/*
 * rulebook_explain.c
 *	  route_explain(): every rule for a class and a place, in order.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "rulebook_cache.h"
#include "rulebook_request.h"
#include "rulebook_rows.h"

/* In the order of RulebookVerdict */
static const char *const verdicts[] = {
    "wins",          "less specific", "other owner",  "other severity",
    "other channel", "other time",    "not in force", "no unit",
    "unit retired",  "excluded"};

typedef struct Account
{
	ReturnSetInfo *result;
	const Rulebook *book;
	int32 place;
} Account;

static void
tell_match(void *context, const RulebookMatch *match)
{
	static const RulebookRule none; /* a fallback names a territory alone */
	Account *a = context;
	const Rulebook *book = a->book;
	const RulebookRule *rule =
	    match->rule >= 0 ? &book->rules[match->rule] : &none;
	const RulebookFallback *fallback =
	    match->rule < 0 ? &book->fallbacks[match->fallback] : NULL;
	RulebookRow row = {.n = 0};

	StaticAssertStmt(lengthof(verdicts) == RULEBOOK_EXCLUDED + 1,
	                 "a word for each verdict");
	row_put(&row, Int32GetDatum(++a->place));
	row_put_number(&row, rule->id);
	row_put_number(&row, fallback != NULL ? fallback->id : 0);
	row_put_number(&row, match->unit >= 0 ? book->units[match->unit].id : 0);
	row_put(&row, CStringGetTextDatum(verdicts[match->verdict]));
	row_put(&row, BoolGetDatum(match->verdict == RULEBOOK_WINS));
	row_put_number(&row, rule->event_class);
	row_put_number(&row,
	               fallback != NULL ? fallback->territory : rule->territory);
	row_put_name(&row, book, RULEBOOK_OWNER, rule->owner);
	row_put_number(&row, rule->severity);
	row_put_name(&row, book, RULEBOOK_CHANNEL, rule->channel);
	row_put_name(&row, book, RULEBOOK_WINDOW, rule->window);
	row_put_number(&row, match->verdict == RULEBOOK_EXCLUDED
	                         ? book->exclusions[match->exclusion].id
	                         : 0);
	tuplestore_putvalues(a->result->setResult, a->result->setDesc, row.values,
	                     row.nulls);
}

PG_FUNCTION_INFO_V1(cg_route_explain);
Datum
cg_route_explain(PG_FUNCTION_ARGS)
{
	Account account = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	OpenRulebook *r;
	RulebookRequest request;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(ARG_BOOK) || PG_ARGISNULL(ARG_AT))
		return (Datum) 0;
	r = rulebook_use(PG_GETARG_DATUM(ARG_BOOK));
	rulebook_read_request(fcinfo, r, &request);
	account.book = &r->book;
	rulebook_explain(&r->book, &request, tell_match, &account);
	return (Datum) 0;
}
