/*
 * case_act.c
 *	  What every act on a case has in common: the case is locked, its state and
 *	  the caller's right are looked at, tasks and clocks are changed, and the
 *	  step is written.
 *
 *	  Only the plain run of things is here, since every act pays for it.  What
 *	  is out of the ordinary, and every refusal, is for PL/pgSQL functions of
 *	  the same meaning.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "case_row.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(cg_case_begin);
PG_FUNCTION_INFO_V1(cg_case_end);
PG_FUNCTION_INFO_V1(cg_acting_task);
PG_FUNCTION_INFO_V1(cg_act_task);

extern PGDLLEXPORT Datum cg_routing_term(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum cg_routing_calendar(PG_FUNCTION_ARGS);

/* The columns of case_act */
enum
{
	ACT_WAS,
	ACT_NEXT,
	ACT_TRANSITION,
	ACT_ACTOR,
	ACT_PERSON,
	ACT_ROLE,
	ACT_ACTOR_UNIT,
	ACT_AT,
	ACT_REASON,
	ACT_REMARK,
	ACT_DETAIL,
	ACT_CLOCK,
	ACT_COLUMNS
};

/* Hand a call on to another function that takes the same arguments */
static Datum
call_instead(FunctionCallInfo fcinfo, const CaseSchema *schema,
             const char *name)
{
	LOCAL_FCINFO(inner, FUNC_MAX_ARGS);
	FmgrInfo function;
	Oid *types;
	int n;
	Datum result;

	(void) get_func_signature(fcinfo->flinfo->fn_oid, &types, &n);
	fmgr_info(case_function(schema, name, n, types), &function);
	InitFunctionCallInfoData(*inner, &function, n, fcinfo->fncollation, NULL,
	                         NULL);
	for (int i = 0; i < n; i++)
		inner->args[i] = fcinfo->args[i];
	result = FunctionCallInvoke(inner);
	fcinfo->isnull = inner->isnull;
	return result;
}

/* A function from an act to an act, or to nothing */
static Datum
call_with_act(const CaseSchema *schema, const char *name, Oid act_type,
              Datum act)
{
	return OidFunctionCall1(case_function(schema, name, 1, &act_type), act);
}

/* An act as PL/pgSQL has made it */
static void
open_act(Row *act, Datum datum)
{
	static const int needed[] = {ACT_WAS,   ACT_NEXT, ACT_TRANSITION,
	                             ACT_ACTOR, ACT_AT,   ACT_DETAIL};

	row_open(act, datum);
	for (int i = 0; i < (int) lengthof(needed); i++)
		if (act->nulls[needed[i]])
			elog(ERROR, "an act has no %s",
			     NameStr(TupleDescAttr(act->desc, needed[i])->attname));
	if (!JB_ROOT_IS_OBJECT(DatumGetJsonbP(act->values[ACT_DETAIL])))
		elog(ERROR, "the detail of an act is no object");
}

static Datum
text_or_null(const char *text, bool *isnull)
{
	*isnull = text == NULL || text[0] == '\0';
	return *isnull ? (Datum) 0 : CStringGetTextDatum(text);
}

/* Whether a reason says something, for sure: whether a character of another
 * alphabet is a space is left to others */
static bool
says_something(Datum reason)
{
	text *t = DatumGetTextPP(reason);
	const unsigned char *c = (const unsigned char *) VARDATA_ANY(t);
	const unsigned char *end = c + VARSIZE_ANY_EXHDR(t);

	while (c < end && *c == ' ')
		c++;
	if (c == end)
		return false;
	/* U+4000 to U+9FFF, most of Chinese */
	if (GetDatabaseEncoding() == PG_UTF8 && *c >= 0xE4 && *c <= 0xE9)
		return true;
	return *c > ' ' && *c < 0x7F;
}

/*
 * Plans stay, and are made while there may be next to no cases: then an index
 * of all tasks or clocks that are open looks no worse than the primary key.
 * No statement about one case therefore has the condition of such an index,
 * ended_at IS NULL or stopped_at IS NULL, but what the CHECK constraints say
 * is the same.
 */

static CaseStatement lock_state = {
    "SELECT c FROM @.case_state AS c WHERE c.caseno OPERATOR(@.=) $1 "
    "FOR UPDATE",
    1,
    {InvalidOid},
    NULL,
    InvalidOid,
    0};
static CaseStatement find_collection = {
    "SELECT FROM @.case_journal AS j WHERE j.caseno OPERATOR(@.=) $1 "
    "AND j.action IN ('verified', 'checked') LIMIT 1",
    1,
    {InvalidOid},
    NULL,
    InvalidOid,
    0};

/* The rows that an act begins with */
typedef struct Begun
{
	Row state;
	Row transition;
	Row act;
} Begun;

static bool
begin_plainly(FunctionCallInfo fcinfo, const CaseSchema *schema, Begun *begun,
              Datum *result)
{
	enum
	{
		CASENO,
		ACTION,
		AT,
		OUTCOME,
		REASON,
		REMARK,
		SYSTEM,
		FOR_UNIT
	};
	Row *state = &begun->state;
	Row *transition;
	Row *act = &begun->act;
	Row next;
	Datum values[3];
	bool isnull;
	bool system;
	int column;
	char *action;
	Datum actor;
	Oid act_type;
	bool is_collection;

	if (PG_ARGISNULL(CASENO) || PG_ARGISNULL(ACTION) || PG_ARGISNULL(AT) ||
	    PG_ARGISNULL(OUTCOME) || PG_ARGISNULL(SYSTEM))
		return false;
	system = PG_GETARG_BOOL(SYSTEM);
	action = text_to_cstring(PG_GETARG_TEXT_PP(ACTION));

	values[0] = PG_GETARG_DATUM(CASENO);
	if (case_execute(&lock_state, schema, values, NULL) != 1)
		return false;
	row_open(state, case_result(1, &isnull));
	if (!system && DatumGetBool(state->values[row_column(state, "sensitive")]))
		return false;
	/* how far ahead is allowed is left to others, too */
	if (!system &&
	    PG_GETARG_TIMESTAMPTZ(AT) > GetCurrentTransactionStartTimestamp())
		return false;
	if (TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(AT)) ||
	    PG_GETARG_TIMESTAMPTZ(AT) <
	        DatumGetTimestampTz(state->values[row_column(state, "at")]))
		return false;

	values[0] = state->values[row_column(state, "state")];
	values[1] = PG_GETARG_DATUM(ACTION);
	values[2] = PG_GETARG_DATUM(OUTCOME);
	transition = case_rule(schema, "case_transition", "case_transition_pkey",
	                       TEXTOID, 3, values);
	if (transition == NULL)
		return false;
	begun->transition = *transition;
	if (DatumGetBool(transition->values[row_column(transition, "reason")]) &&
	    (PG_ARGISNULL(REASON) || !says_something(PG_GETARG_DATUM(REASON))))
		return false;

	act_type = get_func_rettype(fcinfo->flinfo->fn_oid);
	act->desc = lookup_rowtype_tupdesc(act_type, -1);
	act->values = palloc0(sizeof(Datum) * ACT_COLUMNS);
	act->nulls = palloc0(sizeof(bool) * ACT_COLUMNS);
	if (act->desc->natts != ACT_COLUMNS)
		elog(ERROR, "type case_act has %d columns", act->desc->natts);

	actor = CStringGetTextDatum(acting_account());
	act->nulls[ACT_ACTOR_UNIT] = true;
	if (system)
		act->values[ACT_ROLE] = CStringGetTextDatum("system");
	else
	{
		int64 unit = 0;
		Grant grant;

		/* for the unit that holds the case, or has the task; all else is
		 * looked for by others */
		isnull = true;
		if (!PG_ARGISNULL(FOR_UNIT))
		{
			unit = PG_GETARG_INT64(FOR_UNIT);
			isnull = false;
		}
		else if (DatumGetBool(
		             transition->values[row_column(transition, "holder")]))
		{
			unit = row_int8(state, "unit", &isnull);
			if (isnull)
				unit = row_int8(state, "centre", &isnull);
		}
		if (isnull)
			return false;
		if (!find_grant(schema, actor,
		                transition->values[row_column(transition, "roles")],
		                unit, &grant))
			return false;
		act->values[ACT_ROLE] = grant.role;
		act->values[ACT_ACTOR_UNIT] = Int64GetDatum(grant.unit);
		act->nulls[ACT_ACTOR_UNIT] = grant.for_all;
	}

	next = *state;
	next.values = memcpy(palloc(sizeof(Datum) * state->desc->natts),
	                     state->values, sizeof(Datum) * state->desc->natts);
	column = row_column(transition, "next_state");
	if (!transition->nulls[column])
		next.values[row_column(&next, "state")] = transition->values[column];

	act->values[ACT_WAS] = PointerGetDatum(state->tuple.t_data);
	act->values[ACT_NEXT] = row_datum(&next);
	act->values[ACT_TRANSITION] = PointerGetDatum(transition->tuple.t_data);
	act->values[ACT_ACTOR] = actor;
	act->values[ACT_PERSON] =
	    text_or_null(GetConfigOption("civicgrid.person", true, false),
	                 &act->nulls[ACT_PERSON]);
	act->values[ACT_AT] = PG_GETARG_DATUM(AT);
	act->values[ACT_REASON] = PG_GETARG_DATUM(REASON);
	act->nulls[ACT_REASON] = PG_ARGISNULL(REASON);
	act->values[ACT_REMARK] = PG_GETARG_DATUM(REMARK);
	act->nulls[ACT_REMARK] = PG_ARGISNULL(REMARK);
	act->values[ACT_DETAIL] =
	    DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"));
	act->nulls[ACT_CLOCK] = true;
	*result = row_datum(act);

	is_collection =
	    strcmp(action, "verified") == 0 || strcmp(action, "checked") == 0;
	if (!is_collection &&
	    (strcmp(action, "sign") == 0 || strcmp(action, "feedback") == 0))
	{
		values[0] = PG_GETARG_DATUM(CASENO);
		is_collection =
		    case_execute(&find_collection, schema, values, NULL) > 0;
	}
	if (is_collection)
		call_with_act(schema, "require_separation", act_type, *result);
	return true;
}

/* case_begin(caseno, action, at, outcome, reason, remark, system, for_unit) */
Datum
cg_case_begin(PG_FUNCTION_ARGS)
{
	CaseSchema schema = case_schema(fcinfo);
	Begun begun = {0};
	Datum act = (Datum) 0;
	bool plain;

	case_connect();
	plain = begin_plainly(fcinfo, &schema, &begun, &act);
	if (plain)
		act = SPI_datumTransfer(act, false, -1);
	row_close(&begun.act);
	row_close(&begun.transition);
	row_close(&begun.state);
	SPI_finish();
	if (!plain)
		return call_instead(fcinfo, &schema, "case_begin_otherwise");
	PG_RETURN_DATUM(act);
}

/* Tasks */

static CaseStatement find_task = {
    "SELECT t FROM @.case_task AS t "
    "WHERE t.caseno OPERATOR(@.=) $1 AND @.is_task_open(t.state) "
    "AND t.state = ANY ($3) AND ($2 IS NULL OR t.unit = $2) "
    "ORDER BY t.duty DESC, t.task",
    3,
    {InvalidOid, INT8OID, TEXTARRAYOID},
    NULL,
    InvalidOid,
    0};

static Datum
handler_role(void)
{
	Datum role = CStringGetTextDatum("handler");

	return PointerGetDatum(
	    construct_array(&role, 1, TEXTOID, -1, false, TYPALIGN_INT));
}

/* acting_task(caseno, unit, states) */
Datum
cg_acting_task(PG_FUNCTION_ARGS)
{
	CaseSchema schema;
	Datum values[3];
	bool nulls[3];
	Datum task = (Datum) 0;
	uint64 n;
	bool found;
	bool isnull;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	schema = case_schema(fcinfo);
	for (int i = 0; i < 3; i++)
	{
		values[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i);
	}
	case_connect();
	n = case_execute(&find_task, &schema, values, nulls);
	found = n > 0;
	if (found)
		task = case_result(1, &isnull);
	if (n > 1)
	{
		/* the first of them, if the caller acts for its unit */
		Row row;
		Grant grant;

		row_open(&row, task);
		found = find_grant(&schema, CStringGetTextDatum(acting_account()),
		                   handler_role(), row_int8(&row, "unit", &isnull),
		                   &grant);
		row_close(&row);
	}
	if (found)
		task = SPI_datumTransfer(task, false, -1);
	SPI_finish();
	if (n == 0)
		PG_RETURN_NULL();
	if (!found)
		return call_instead(fcinfo, &schema, "acting_task_of_several");
	PG_RETURN_DATUM(task);
}

/* Who handled a task is kept with it, once each. */
static CaseStatement change_task = {
    "UPDATE @.case_task AS t SET state = $3, "
    "signed_at = CASE WHEN $4 THEN $5 ELSE t.signed_at END, "
    "ended_at = CASE WHEN NOT $4 THEN $5 END, "
    "handlers = t.handlers "
    "|| CASE WHEN $6 IS NOT NULL AND $6 <> ALL (t.handlers) "
    "THEN ARRAY[$6] END "
    "|| CASE WHEN $7 IS NOT NULL AND $7 <> ALL (t.handlers) "
    "THEN ARRAY[$7] END "
    "WHERE t.caseno OPERATOR(@.=) $1 AND t.task = $2 "
    "AND @.is_task_open(t.state) "
    "RETURNING t.unit, t.duty",
    7,
    {InvalidOid, INT4OID, TEXTOID, BOOLOID, TIMESTAMPTZOID, TEXTOID, TEXTOID},
    NULL,
    InvalidOid,
    0};

/* Add an item to an array in the detail of an act */
static Datum
note(Datum detail, const char *part, const char *item)
{
	Jsonb *was = DatumGetJsonbP(detail);
	JsonbValue *items = getKeyJsonValueFromContainer(&was->root, part,
	                                                 (int) strlen(part), NULL);
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	escape_json(&json, part);
	appendStringInfoString(&json, ": [");
	if (items != NULL && items->type == jbvBinary)
	{
		/* without its brackets */
		char *array = JsonbToCString(NULL, items->val.binary.data,
		                             items->val.binary.len);
		size_t len = strlen(array);

		appendBinaryStringInfo(&json, array + 1, (int) len - 2);
		appendStringInfoString(&json, len > 2 ? ", " : "");
	}
	appendStringInfo(&json, "%s]}", item);
	return DirectFunctionCall2(
	    jsonb_concat, detail,
	    DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

/* act_task(act, deed, task): the act, unchanged if the task is not open */
Datum
cg_act_task(PG_FUNCTION_ARGS)
{
	static const struct
	{
		const char *deed;
		const char *becomes;
		bool handles;
	} deeds[] = {{"sign", "signed", true},
	             {"done", "done", true},
	             {"return", "returned", false},
	             {"transfer", "transferred", false},
	             {"end", "ended", false}};
	CaseSchema schema = case_schema(fcinfo);
	char *deed = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int32 task = PG_GETARG_INT32(2);
	int which = 0;
	Row act;
	Row was;
	Datum values[7];
	bool nulls[7] = {false};
	StringInfoData item;
	bool isnull;
	Datum result;

	while (which < (int) lengthof(deeds) &&
	       strcmp(deeds[which].deed, deed) != 0)
		which++;
	if (which == (int) lengthof(deeds))
		elog(ERROR, "nothing of a task is called \"%s\"", deed);
	open_act(&act, PG_GETARG_DATUM(0));
	row_open(&was, act.values[ACT_WAS]);
	values[0] = was.values[row_column(&was, "caseno")];
	values[1] = Int32GetDatum(task);
	values[2] = CStringGetTextDatum(deeds[which].becomes);
	values[3] = BoolGetDatum(strcmp(deed, "sign") == 0);
	values[4] = act.values[ACT_AT];
	values[5] = act.values[ACT_ACTOR];
	nulls[5] = !deeds[which].handles;
	nulls[6] = !deeds[which].handles || act.nulls[ACT_PERSON];
	if (!nulls[6])
		values[6] = CStringGetTextDatum(psprintf(
		    "person %s", TextDatumGetCString(act.values[ACT_PERSON])));
	initStringInfo(&item);

	case_connect();
	if (case_execute(&change_task, &schema, values, nulls) == 1)
	{
		int64 unit = DatumGetInt64(case_result(1, &isnull));
		char *duty = TextDatumGetCString(case_result(2, &isnull));

		appendStringInfo(
		    &item,
		    "{\"task\": %d, \"do\": \"%s\", \"unit\": " INT64_FORMAT
		    ", \"duty\": \"%s\"}",
		    task, deed, unit, duty);
	}
	SPI_finish();

	if (item.len > 0)
		act.values[ACT_DETAIL] =
		    note(act.values[ACT_DETAIL], "tasks", item.data);
	result = row_datum(&act);
	row_close(&was);
	row_close(&act);
	PG_RETURN_DATUM(result);
}

/* Clocks */

/* One that runs has no verdict. */
static CaseStatement stop_clock = {
    "UPDATE @.case_clock AS c SET stopped_at = greatest($3, c.started_at), "
    "verdict = CASE WHEN $3 <= c.due_at THEN 'on time' ELSE 'overdue' END "
    "WHERE c.caseno OPERATOR(@.=) $1 AND c.clock = $2 "
    "AND NOT upper_inf(c.pauses) AND c.verdict IS NULL "
    "RETURNING c.verdict, c.due_at",
    3,
    {InvalidOid, INT8OID, TIMESTAMPTZOID},
    NULL,
    InvalidOid,
    0};
/* By the edition in force.  Where there is none, the row is written without,
 * and its trigger says what is wrong. */
static CaseStatement start_clock = {
    "INSERT INTO @.case_clock AS c (caseno, kind, stage, holder, calendar, "
    "edition, started_at, term, due_at) "
    "SELECT $1, 'stage', $2, $3, $4, e.edition, $5, $6, "
    "@.due(e.workcal, $5, $6, '{}', '{}') FROM (VALUES (1)) AS one "
    "LEFT JOIN (SELECT f.edition, f.workcal FROM @.calendar_edition AS f "
    "WHERE f.calendar = $4 AND f.valid_from <= clock_timestamp() "
    "ORDER BY f.valid_from DESC, f.edition DESC LIMIT 1) AS e ON true "
    "RETURNING c.clock, c.term::text",
    6,
    {InvalidOid, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, CASE_TERM},
    NULL,
    InvalidOid,
    0};

static bool
call_or_null(PGFunction function, Datum a, Datum b, Datum *result)
{
	LOCAL_FCINFO(fcinfo, 2);

	InitFunctionCallInfoData(*fcinfo, NULL, 2, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = a;
	fcinfo->args[0].isnull = false;
	fcinfo->args[1].value = b;
	fcinfo->args[1].isnull = false;
	*result = function(fcinfo);
	return !fcinfo->isnull;
}

/*
 * Stop the clock of the stage and start that of the next, and tell so in JSON.
 * False, and nothing done, unless the former runs.
 */
static bool
move_clocks(const CaseSchema *schema, const Row *act, const Row *was,
            Row *next, StringInfo items)
{
	int clock = row_column(was, "stage_clock");
	int next_clock = row_column(next, "stage_clock");
	int routing = row_column(next, "routing");
	int unit = row_column(next, "unit");
	char *from = row_text(was, "state");
	char *to = row_text(next, "state");
	Datum begins = act->values[ACT_AT];
	Datum values[6];
	bool nulls[6] = {false};
	Datum due;
	Datum stage;
	Row *status;
	bool isnull;

	if (was->nulls[clock])
		return false;
	values[0] = was->values[row_column(was, "caseno")];
	values[1] = was->values[clock];
	values[2] = begins;
	if (case_execute(&stop_clock, schema, values, NULL) != 1)
		return false;
	appendStringInfoString(items, "{\"at\": ");
	append_instant(items, begins);
	appendStringInfo(items,
	                 ", \"do\": \"stop\", \"clock\": " INT64_FORMAT
	                 ", \"verdict\": \"%s\"}",
	                 DatumGetInt64(was->values[clock]),
	                 TextDatumGetCString(case_result(1, &isnull)));
	due = case_result(2, &isnull);
	/* Who signs late has had the time since he should have signed. */
	if (strcmp(from, "dispatched") == 0 && strcmp(to, "handling") == 0 &&
	    DatumGetTimestampTz(due) < DatumGetTimestampTz(begins))
		begins = due;

	next->nulls[next_clock] = true;
	values[0] = next->values[row_column(next, "state")];
	if (next->nulls[routing])
		return true;
	status = case_rule(schema, "case_status", "case_status_pkey", TEXTOID, 1,
	                   values);
	if (status == NULL)
		return true;
	stage = status->values[row_column(status, "stage")];
	isnull = status->nulls[row_column(status, "stage")];
	row_close(status);
	if (isnull || !call_or_null(cg_routing_term, next->values[routing], stage,
	                            &values[5]))
		return true;
	values[0] = next->values[row_column(next, "caseno")];
	values[1] = stage;
	nulls[2] = next->nulls[unit];
	if (!nulls[2])
		values[2] = CStringGetTextDatum(
		    psprintf(INT64_FORMAT, DatumGetInt64(next->values[unit])));
	nulls[3] = !call_or_null(cg_routing_calendar, next->values[routing], stage,
	                         &values[3]);
	values[4] = begins;
	(void) case_execute(&start_clock, schema, values, nulls);
	next->values[next_clock] = case_result(1, &isnull);
	next->nulls[next_clock] = false;

	appendStringInfoString(items, ", {\"at\": ");
	append_instant(items, begins);
	appendStringInfo(
	    items,
	    ", \"do\": \"start\", \"kind\": \"stage\", \"term\": \"%s\""
	    ", \"clock\": " INT64_FORMAT ", \"stage\": ",
	    TextDatumGetCString(case_result(2, &isnull)),
	    DatumGetInt64(next->values[next_clock]));
	escape_json(items, TextDatumGetCString(stage));
	appendStringInfo(items, ", \"holder\": %s, \"calendar\": ",
	                 nulls[2] ? "null" : TextDatumGetCString(values[2]));
	escape_json(items, TextDatumGetCString(values[3]));
	appendStringInfoChar(items, '}');
	return true;
}

/* Whether a unit is among those that see the case, or is none */
static bool
is_party(const Row *state, const char *column)
{
	int parties = row_column(state, "parties");
	bool isnull;
	int64 unit = row_int8(state, column, &isnull);
	Datum *elements;
	int n;

	if (isnull)
		return true;
	if (state->nulls[parties])
		return false;
	deconstruct_array(DatumGetArrayTypeP(state->values[parties]), INT8OID,
	                  sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
	                  &elements, NULL, &n);
	for (int i = 0; i < n; i++)
		if (DatumGetInt64(elements[i]) == unit)
			return true;
	return false;
}

static bool
has_part(Datum detail, const char *part)
{
	return getKeyJsonValueFromContainer(&DatumGetJsonbP(detail)->root, part,
	                                    (int) strlen(part), NULL) != NULL;
}

static bool
gives_tasks(const Row *act)
{
	return has_part(act->values[ACT_DETAIL], "tasks") &&
	       DatumGetBool(DirectFunctionCall2(
	           jsonb_contains, act->values[ACT_DETAIL],
	           DirectFunctionCall1(
	               jsonb_in,
	               CStringGetDatum("{\"tasks\": [{\"do\": \"give\"}]}"))));
}

/* Whether others than before may see the case afterwards, for sure if not */
static bool
changes_parties(const Row *next, const Row *transition)
{
	return !is_party(next, "unit") || !is_party(next, "lead") ||
	       !is_party(next, "centre") ||
	       strcmp(row_text(transition, "action"), "amend") == 0;
}

typedef struct Act
{
	Row act;
	Row was;
	Row next;
	Row transition;
} Act;

static void
act_open(Act *a, Datum act)
{
	open_act(&a->act, act);
	row_open(&a->was, a->act.values[ACT_WAS]);
	row_open(&a->next, a->act.values[ACT_NEXT]);
	row_open(&a->transition, a->act.values[ACT_TRANSITION]);
}

static void
act_close(Act *a)
{
	row_close(&a->transition);
	row_close(&a->next);
	row_close(&a->was);
	row_close(&a->act);
}

/* What a function makes of an act */
static void
act_pass(Act *a, const CaseSchema *schema, const char *name)
{
	Datum changed;

	a->act.values[ACT_NEXT] = row_datum(&a->next);
	changed =
	    call_with_act(schema, name, a->act.desc->tdtypeid, row_datum(&a->act));
	act_close(a);
	act_open(a, changed);
}

/* case_end(act): the case as it is then */
Datum
cg_case_end(PG_FUNCTION_ARGS)
{
	CaseSchema schema = case_schema(fcinfo);
	Act a;
	StringInfoData clocks;
	char *deed;
	bool gives;
	Datum result;

	case_connect();
	act_open(&a, PG_GETARG_DATUM(0));
	initStringInfo(&clocks);
	deed = row_text(&a.transition, "clocks");
	/* Most acts stop the clock of a stage and start that of the next, by a
	 * calendar that is there.  All else is for act_clocks(). */
	if (strcmp(deed, "keep") != 0 &&
	    !(strcmp(deed, "move") == 0 &&
	      a.next.nulls[row_column(&a.next, "held_clock")] &&
	      !IsolationUsesXactSnapshot() &&
	      !has_part(a.act.values[ACT_DETAIL], "clocks") &&
	      move_clocks(&schema, &a.act, &a.was, &a.next, &clocks)))
		act_pass(&a, &schema, "act_clocks");
	gives = gives_tasks(&a.act);
	if (gives || changes_parties(&a.next, &a.transition))
		act_pass(&a, &schema, "act_parties");
	result = write_step(&schema, &a.act, &a.was, &a.next, &a.transition,
	                    clocks.data);
	tell_units(&schema, &a.act, &a.was, &a.next, &a.transition, result, gives);
	act_close(&a);
	result = SPI_datumTransfer(result, false, -1);
	SPI_finish();
	PG_RETURN_DATUM(result);
}
