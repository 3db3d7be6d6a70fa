/*
 * case_tell.c
 *	  Whom an act on a case is news to: messages to who had a part in the case
 *	  and has none any more, to who has it now, and to who assists.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "case_row.h"
#include "compat.h"

static CaseStatement insert_message = {
    "INSERT INTO @.case_message (caseno, kind, unit, body, at) "
    "VALUES ($1, 'given', $2, $3, $4)",
    4,
    {InvalidOid, INT8OID, JSONBOID, TIMESTAMPTZOID},
    NULL,
    InvalidOid,
    0};
static CaseStatement notify_messages = {
    "SELECT @.notify_messages(true)", 0, {InvalidOid}, NULL, InvalidOid, 0};

/* Who gets a case is told. */
static void
tell_holder(const CaseSchema *schema, const Row *act, const Row *was,
            const Row *next, const Row *transition)
{
	int unit = row_column(next, "unit");
	bool nobody;
	int64 before = row_int8(was, "unit", &nobody);
	Datum values[4];
	StringInfoData body;

	if (next->nulls[unit] ||
	    (!nobody && DatumGetInt64(next->values[unit]) == before))
		return;
	initStringInfo(&body);
	appendStringInfoString(&body, "{\"action\": ");
	escape_json(&body, row_text(transition, "action"));
	appendStringInfoString(&body, ", \"state\": ");
	escape_json(&body, row_text(next, "state"));
	appendStringInfo(&body, ", \"step\": %d, \"from_unit\": %s}",
	                 DatumGetInt32(next->values[row_column(next, "step")]),
	                 nobody ? "null" : psprintf(INT64_FORMAT, before));
	values[0] = next->values[row_column(next, "caseno")];
	values[1] = next->values[unit];
	values[2] = DirectFunctionCall1(jsonb_in, CStringGetDatum(body.data));
	values[3] = act->values[row_column(act, "at")];
	(void) case_execute(&insert_message, schema, values, NULL);
	(void) case_execute(&notify_messages, schema, NULL, NULL);
}

static bool
is_one_of(const JsonbValue *word, const char *const *words, int n)
{
	if (word == NULL || word->type != jbvString)
		return false;
	for (int i = 0; i < n; i++)
		if (word->val.string.len == (int) strlen(words[i]) &&
		    memcmp(word->val.string.val, words[i], word->val.string.len) == 0)
			return true;
	return false;
}

/*
 * Units that an act may have taken their part in the case from: those whose
 * task it ended, and the one that held the case, unless the act was their own.
 * An account acts for the unit of its grant.  Who acts for all units acts for
 * the one whose task it is or, unless he supervises or recalls, that holds the
 * case; so does the system.
 */
static int
find_losers(const Row *act, const Row *was, const Row *next,
            const Row *transition, Datum **units)
{
	/* what a unit does with its own task, and what ends none */
	static const char *const own[] = {"done", "return", "transfer"};
	static const char *const begins[] = {"give", "again", "sign"};
	Jsonb *detail = DatumGetJsonbP(act->values[row_column(act, "detail")]);
	JsonbValue *tasks =
	    getKeyJsonValueFromContainer(&detail->root, "tasks", 5, NULL);
	int n_tasks = tasks != NULL && tasks->type == jbvBinary
	                  ? (int) JsonContainerSize(tasks->val.binary.data)
	                  : 0;
	bool for_all;
	int64 actor_unit = row_int8(act, "actor_unit", &for_all);
	bool unheld;
	int64 held_by = row_int8(was, "unit", &unheld);
	bool unkept;
	int64 kept_by = row_int8(next, "unit", &unkept);
	/* a case that is closed stays where it is, but is no work any more */
	bool lost =
	    !unheld && (unkept || kept_by != held_by ||
	                strcmp(row_text(transition, "clocks"), "end") == 0);
	int n = 0;

	*units = palloc(sizeof(Datum) * (n_tasks + 1));
	for (int i = 0; i < n_tasks; i++)
	{
		JsonbContainer *item =
		    getIthJsonbValueFromContainer(tasks->val.binary.data, i)
		        ->val.binary.data;
		JsonbValue *deed = getKeyJsonValueFromContainer(item, "do", 2, NULL);
		JsonbValue *of = getKeyJsonValueFromContainer(item, "unit", 4, NULL);
		int64 unit;

		if (is_one_of(deed, begins, lengthof(begins)))
			continue;
		unit = DatumGetInt64(DirectFunctionCall1(
		    numeric_int8, NumericGetDatum(of->val.numeric)));
		if (for_all ? is_one_of(deed, own, lengthof(own)) : unit == actor_unit)
			lost = lost && unit != held_by;
		else if (unkept || unit != kept_by)
			(*units)[n++] = Int64GetDatum(unit);
	}
	if (lost)
	{
		char *role = row_text(act, "role");

		if (for_all ? strcmp(role, "handler") == 0 ||
		                  strcmp(role, "supervisor") == 0 ||
		                  strcmp(row_text(transition, "action"), "recall") == 0
		            : held_by != actor_unit)
			(*units)[n++] = Int64GetDatum(held_by);
	}
	return n;
}

/* By functions of an act and the case then, in SQL */
static void
tell_losers(const CaseSchema *schema, const Row *act, const Row *next,
            Datum state, const Datum *units, int n)
{
	Oid types[3] = {act->desc->tdtypeid, next->desc->tdtypeid, INT8ARRAYOID};

	OidFunctionCall3(
	    case_function(schema, "tell_losers", 3, types), row_datum(act), state,
	    PointerGetDatum(construct_array((Datum *) units, n, INT8OID,
	                                    sizeof(int64), FLOAT8PASSBYVAL,
	                                    TYPALIGN_DOUBLE)));
}

static void
tell_assistants(const CaseSchema *schema, const Row *act, const Row *next,
                Datum state)
{
	Oid types[2] = {act->desc->tdtypeid, next->desc->tdtypeid};

	OidFunctionCall2(case_function(schema, "tell_assistants", 2, types),
	                 row_datum(act), state);
}

/* Who had a part is told before who has it now: a list that is kept by the
 * messages is right if it follows them. */
void
tell_units(const CaseSchema *schema, const Row *act, const Row *was,
           const Row *next, const Row *transition, Datum state, bool gives)
{
	Datum *units;
	int n = find_losers(act, was, next, transition, &units);

	if (n > 0)
		tell_losers(schema, act, next, state, units, n);
	tell_holder(schema, act, was, next, transition);
	if (gives)
		tell_assistants(schema, act, next, state);
}
