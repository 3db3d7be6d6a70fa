/*
 * case_journal.c
 *	  The journal of cases: what of a case an act has changed, the hash that
 *	  chains a step to the one before, and the writing of both.  Every act ends
 *	  here.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(cg_journal_digest);
PG_FUNCTION_INFO_V1(cg_state_change);
PG_FUNCTION_INFO_V1(cg_write_step);

/* The columns of the journal, in the order in which they are hashed */
enum
{
	JOURNAL_CASENO,
	JOURNAL_STEP,
	JOURNAL_ACTION,
	JOURNAL_OUTCOME,
	JOURNAL_AT,
	JOURNAL_RECORDED_AT,
	JOURNAL_ACTOR,
	JOURNAL_PERSON,
	JOURNAL_ROLE,
	JOURNAL_ACTOR_UNIT,
	JOURNAL_FROM_STATE,
	JOURNAL_TO_STATE,
	JOURNAL_FROM_UNIT,
	JOURNAL_UNIT,
	JOURNAL_REASON,
	JOURNAL_REMARK,
	JOURNAL_DETAIL,
	JOURNAL_HASH,
	JOURNAL_COLUMNS
};

/* A row, taken apart */
typedef struct Row
{
	TupleDesc desc;
	HeapTupleData tuple;
	Datum *values;
	bool *nulls;
} Row;

static void
row_open(Row *row, Datum composite)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(composite);

	row->desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header),
	                                   HeapTupleHeaderGetTypMod(header));
	row->tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&row->tuple.t_self);
	row->tuple.t_tableOid = InvalidOid;
	row->tuple.t_data = header;
	row->values = palloc(sizeof(Datum) * row->desc->natts);
	row->nulls = palloc(sizeof(bool) * row->desc->natts);
	heap_deform_tuple(&row->tuple, row->desc, row->values, row->nulls);
}

static void
row_close(Row *row)
{
	ReleaseTupleDesc(row->desc);
}

/* Where a column is */
static int
row_column(const Row *row, const char *name)
{
	for (int i = 0; i < row->desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(row->desc, i);

		if (!column->attisdropped &&
		    strcmp(NameStr(column->attname), name) == 0)
			return i;
	}
	elog(ERROR, "type %s has no column %s",
	     format_type_be(row->desc->tdtypeid), name);
}

static bool
same_column(const Row *a, const Row *b, int i)
{
	Form_pg_attribute column = TupleDescAttr(a->desc, i);

	if (a->nulls[i] || b->nulls[i])
		return a->nulls[i] == b->nulls[i];
	return datum_image_eq(a->values[i], b->values[i], column->attbyval,
	                      column->attlen);
}

/* A value, as to_jsonb() gives it; instants in UTC */
static void
append_value(StringInfo buf, Datum value, bool isnull, Oid type)
{
	static const int utc = 0;
	char instant[MAXDATELEN + 1];
	Datum *elements;
	bool *nulls;
	int n;
	Oid output;
	bool varlena;

	if (isnull)
	{
		appendStringInfoString(buf, "null");
		return;
	}
	switch (type)
	{
		case BOOLOID:
			appendStringInfoString(buf,
			                       DatumGetBool(value) ? "true" : "false");
			break;
		case INT2OID:
			appendStringInfo(buf, "%d", DatumGetInt16(value));
			break;
		case INT4OID:
			appendStringInfo(buf, "%d", DatumGetInt32(value));
			break;
		case INT8OID:
			appendStringInfo(buf, INT64_FORMAT, DatumGetInt64(value));
			break;
		case TEXTOID:
			escape_json(buf, TextDatumGetCString(value));
			break;
		case JSONBOID:
		{
			Jsonb *jb = DatumGetJsonbP(value);

			JsonbToCString(buf, &jb->root, VARSIZE(jb));
			break;
		}
		case TIMESTAMPTZOID:
			JsonEncodeDateTime(instant, value, TIMESTAMPTZOID, &utc);
			escape_json(buf, instant);
			break;
		case INT8ARRAYOID:
			deconstruct_array(DatumGetArrayTypeP(value), INT8OID,
			                  sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
			                  &elements, &nulls, &n);
			appendStringInfoChar(buf, '[');
			for (int i = 0; i < n; i++)
			{
				if (i > 0)
					appendStringInfoString(buf, ", ");
				append_value(buf, elements[i], nulls[i], INT8OID);
			}
			appendStringInfoChar(buf, ']');
			break;
		default:
			getTypeOutputInfo(type, &output, &varlena);
			escape_json(buf, OidOutputFunctionCall(output, value));
	}
}

/* An instant, in microseconds since 1970 */
static void
append_microseconds(StringInfo buf, Datum value)
{
	TimestampTz at = DatumGetTimestampTz(value);

	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		                errmsg("the instant of a step cannot be infinite")));
	appendStringInfo(buf, INT64_FORMAT,
	                 at + (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) *
	                          USECS_PER_DAY);
}

/* The hash of a step.  What is hashed is the text of a jsonb array. */
static Datum
digest(bool first, Datum previous, const Datum *values, const bool *nulls,
       Oid caseno_type)
{
	static const Oid types[JOURNAL_HASH] = {
	    InvalidOid, INT4OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
	    TEXTOID,    TEXTOID, TEXTOID, INT8OID, TEXTOID,        TEXTOID,
	    INT8OID,    INT8OID, TEXTOID, TEXTOID, JSONBOID};
	StringInfoData json;
	char *utf8;
	size_t n_utf8;
	size_t n_previous = 0;
	bytea *chained;

	initStringInfo(&json);
	for (int i = 0; i < JOURNAL_HASH; i++)
	{
		appendStringInfoString(&json, i == 0 ? "[" : ", ");
		if (types[i] == TIMESTAMPTZOID && !nulls[i])
			append_microseconds(&json, values[i]);
		else
			append_value(&json, values[i], nulls[i],
			             i == JOURNAL_CASENO ? caseno_type : types[i]);
	}
	appendStringInfoChar(&json, ']');
	utf8 = pg_server_to_any(json.data, json.len, PG_UTF8);
	n_utf8 = utf8 == json.data ? (size_t) json.len : strlen(utf8);

	if (!first)
	{
		previous = PointerGetDatum(PG_DETOAST_DATUM_PACKED(previous));
		n_previous = VARSIZE_ANY_EXHDR(DatumGetPointer(previous));
	}
	chained = palloc(VARHDRSZ + n_previous + n_utf8);
	SET_VARSIZE(chained, VARHDRSZ + n_previous + n_utf8);
	if (n_previous > 0)
		memcpy(VARDATA(chained), VARDATA_ANY(DatumGetPointer(previous)),
		       n_previous);
	memcpy(VARDATA(chained) + n_previous, utf8, n_utf8);
	return DirectFunctionCall1(sha256_bytea, PointerGetDatum(chained));
}

/* journal_digest(previous, entry): previous is NULL for the first step */
Datum
cg_journal_digest(PG_FUNCTION_ARGS)
{
	Row entry;
	Datum result;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	row_open(&entry, PG_GETARG_DATUM(1));
	if (entry.desc->natts < JOURNAL_COLUMNS)
		elog(ERROR, "a row of the journal has %d columns", entry.desc->natts);
	result =
	    digest(PG_ARGISNULL(0), PG_GETARG_DATUM(0), entry.values, entry.nulls,
	           TupleDescAttr(entry.desc, JOURNAL_CASENO)->atttypid);
	row_close(&entry);
	PG_RETURN_DATUM(result);
}

/* What of a case is not what it was, as a JSON object; a change of the state
 * says since when, too.  Step, at and hash say themselves. */
static void
append_changes(StringInfo buf, const Row *was, const Row *next)
{
	int state = row_column(next, "state");
	bool moved = !same_column(was, next, state);
	const char *separator = "";

	appendStringInfoChar(buf, '{');
	for (int i = 0; i < next->desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(next->desc, i);
		const char *name = NameStr(column->attname);

		if (column->attisdropped)
			continue;
		if (same_column(was, next, i) &&
		    !(moved && strcmp(name, "since") == 0))
			continue;
		if (strcmp(name, "caseno") == 0 || strcmp(name, "step") == 0 ||
		    strcmp(name, "at") == 0 || strcmp(name, "hash") == 0)
			continue;
		appendStringInfoString(buf, separator);
		escape_json(buf, name);
		appendStringInfoString(buf, ": ");
		append_value(buf, next->values[i], next->nulls[i], column->atttypid);
		separator = ", ";
	}
	appendStringInfoChar(buf, '}');
}

/* state_change(was, next) */
Datum
cg_state_change(PG_FUNCTION_ARGS)
{
	Row was;
	Row next;
	StringInfoData json;

	row_open(&was, PG_GETARG_DATUM(0));
	row_open(&next, PG_GETARG_DATUM(1));
	initStringInfo(&json);
	append_changes(&json, &was, &next);
	row_close(&was);
	row_close(&next);
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

/* The statements that write a step, prepared once for each session; anew when
 * the extension was made anew meanwhile, or case_state has got a column. */
static struct
{
	Oid function;
	int n_columns;
	SPIPlanPtr insert_journal;
	SPIPlanPtr update_state;
} plans;

static SPIPlanPtr
prepare(const char *statement, int n, Oid *types)
{
	SPIPlanPtr plan = SPI_prepare(statement, n, types);

	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare: %s",
		     SPI_result_code_string(SPI_result));
	return plan;
}

static void
prepare_plans(Oid function, const Row *state)
{
	const char *schema =
	    quote_identifier(get_namespace_name(get_func_namespace(function)));
	int caseno = row_column(state, "caseno");
	Oid caseno_type = TupleDescAttr(state->desc, caseno)->atttypid;
	Oid journal_types[JOURNAL_COLUMNS] = {
	    caseno_type, INT4OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
	    TEXTOID,     TEXTOID, TEXTOID, INT8OID, TEXTOID,        TEXTOID,
	    INT8OID,     INT8OID, TEXTOID, TEXTOID, JSONBOID,       BYTEAOID};
	Oid *types = palloc(sizeof(Oid) * state->desc->natts);
	StringInfoData statement;
	const char *separator = "";

	if (plans.function == function && plans.n_columns == state->desc->natts)
		return;
	initStringInfo(&statement);
	appendStringInfo(
	    &statement,
	    "INSERT INTO %s.case_journal (caseno, step, action, outcome, at, "
	    "recorded_at, actor, person, role, actor_unit, from_state, to_state, "
	    "from_unit, unit, reason, remark, detail, hash) VALUES (",
	    schema);
	for (int i = 0; i < JOURNAL_COLUMNS; i++)
		appendStringInfo(&statement, "%s$%d", i == 0 ? "" : ", ", i + 1);
	appendStringInfoChar(&statement, ')');
	plans.insert_journal =
	    prepare(statement.data, JOURNAL_COLUMNS, journal_types);

	resetStringInfo(&statement);
	appendStringInfo(&statement, "UPDATE %s.case_state AS c SET ", schema);
	for (int i = 0; i < state->desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(state->desc, i);

		/* the parameters of dropped columns are not used */
		types[i] = column->attisdropped ? INT4OID : column->atttypid;
		if (column->attisdropped || i == caseno)
			continue;
		appendStringInfo(&statement, "%s%s = $%d", separator,
		                 quote_identifier(NameStr(column->attname)), i + 1);
		separator = ", ";
	}
	appendStringInfo(&statement, " WHERE c.caseno OPERATOR(%s.=) $%d", schema,
	                 caseno + 1);
	plans.update_state = prepare(statement.data, state->desc->natts, types);
	plans.function = function;
	plans.n_columns = state->desc->natts;
}

static void
execute(SPIPlanPtr plan, int n, Datum *values, const bool *nulls)
{
	char *flags = palloc(n + 1);
	int result;

	for (int i = 0; i < n; i++)
		flags[i] = nulls[i] ? 'n' : ' ';
	flags[n] = '\0';
	result = SPI_execute_plan(plan, values, flags, false, 0);
	if (result < 0)
		elog(ERROR, "could not write: %s", SPI_result_code_string(result));
}

/*
 * write_step(act): the row of the journal, and the case as it is then.
 */
Datum
cg_write_step(PG_FUNCTION_ARGS)
{
	Row act;
	Row was;
	Row next;
	Row transition;
	Datum values[JOURNAL_COLUMNS];
	bool nulls[JOURNAL_COLUMNS];
	StringInfoData json;
	int state;
	int since;
	int unit;
	int step;
	HeapTuple tuple;
	Datum result;

	row_open(&act, PG_GETARG_DATUM(0));
	row_open(&was, act.values[row_column(&act, "was")]);
	row_open(&next, act.values[row_column(&act, "next")]);
	row_open(&transition, act.values[row_column(&act, "transition")]);
	state = row_column(&next, "state");
	since = row_column(&next, "since");
	unit = row_column(&next, "unit");
	step = row_column(&next, "step");

#define COPY(to, from, column)                \
	do                                        \
	{                                         \
		values[to] = (from).values[(column)]; \
		nulls[to] = (from).nulls[(column)];   \
	} while (0)

	COPY(JOURNAL_CASENO, was, row_column(&was, "caseno"));
	values[JOURNAL_STEP] = Int32GetDatum(DatumGetInt32(was.values[step]) + 1);
	nulls[JOURNAL_STEP] = false;
	COPY(JOURNAL_ACTION, transition, row_column(&transition, "action"));
	COPY(JOURNAL_OUTCOME, transition, row_column(&transition, "outcome"));
	COPY(JOURNAL_AT, act, row_column(&act, "at"));
	values[JOURNAL_RECORDED_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
	nulls[JOURNAL_RECORDED_AT] = false;
	COPY(JOURNAL_ACTOR, act, row_column(&act, "actor"));
	COPY(JOURNAL_PERSON, act, row_column(&act, "person"));
	COPY(JOURNAL_ROLE, act, row_column(&act, "role"));
	COPY(JOURNAL_ACTOR_UNIT, act, row_column(&act, "actor_unit"));
	COPY(JOURNAL_FROM_STATE, was, state);
	COPY(JOURNAL_TO_STATE, next, state);
	COPY(JOURNAL_FROM_UNIT, was, unit);
	COPY(JOURNAL_UNIT, next, unit);
	COPY(JOURNAL_REASON, act, row_column(&act, "reason"));
	COPY(JOURNAL_REMARK, act, row_column(&act, "remark"));
	COPY(JOURNAL_DETAIL, act, row_column(&act, "detail"));
#undef COPY

	if (!same_column(&was, &next, state))
	{
		next.values[since] = values[JOURNAL_AT];
		next.nulls[since] = nulls[JOURNAL_AT];
	}
	initStringInfo(&json);
	appendStringInfoString(&json, "{\"set\": ");
	append_changes(&json, &was, &next);
	appendStringInfoChar(&json, '}');
	values[JOURNAL_DETAIL] = DirectFunctionCall2(
	    jsonb_concat, values[JOURNAL_DETAIL],
	    DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
	values[JOURNAL_HASH] =
	    digest(false, was.values[row_column(&was, "hash")], values, nulls,
	           TupleDescAttr(was.desc, row_column(&was, "caseno"))->atttypid);
	nulls[JOURNAL_HASH] = false;

	next.values[step] = values[JOURNAL_STEP];
	next.values[row_column(&next, "at")] = values[JOURNAL_AT];
	next.values[row_column(&next, "hash")] = values[JOURNAL_HASH];
	tuple = heap_form_tuple(next.desc, next.values, next.nulls);
	result = heap_copy_tuple_as_datum(tuple, next.desc);

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	prepare_plans(fcinfo->flinfo->fn_oid, &next);
	execute(plans.insert_journal, JOURNAL_COLUMNS, values, nulls);
	execute(plans.update_state, next.desc->natts, next.values, next.nulls);
	SPI_finish();

	row_close(&transition);
	row_close(&next);
	row_close(&was);
	row_close(&act);
	PG_RETURN_DATUM(result);
}
