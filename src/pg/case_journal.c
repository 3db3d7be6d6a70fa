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
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "case_row.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(cg_journal_digest);
PG_FUNCTION_INFO_V1(cg_state_change);
PG_FUNCTION_INFO_V1(cg_write_first_step);

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

static bool
same_column(const Row *a, const Row *b, int i)
{
	Form_pg_attribute column = TupleDescAttr(a->desc, i);

	if (a->nulls[i] || b->nulls[i])
		return a->nulls[i] == b->nulls[i];
	return datum_image_eq(a->values[i], b->values[i], column->attbyval,
	                      column->attlen);
}

/* An instant in UTC, as a JSON string */
void
append_instant(StringInfo buf, Datum instant)
{
	static const int utc = 0;
	char text[MAXDATELEN + 1];

	JsonEncodeDateTime(text, instant, TIMESTAMPTZOID, &utc);
	escape_json(buf, text);
}

/* A value, as to_jsonb() gives it; instants in UTC */
static void
append_value(StringInfo buf, Datum value, bool isnull, Oid type)
{
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
			append_instant(buf, value);
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
	const uint64 epoch =
	    (uint64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	TimestampTz at = DatumGetTimestampTz(value);

	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		                errmsg("the instant of a step cannot be infinite")));
	/* the last thirty years of what a timestamp can be are beyond 63 bits */
	if (at > 0)
		appendStringInfo(buf, UINT64_FORMAT, (uint64) at + epoch);
	else
		appendStringInfo(buf, INT64_FORMAT, at + (int64) epoch);
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

static CaseStatement insert_journal = {
    "INSERT INTO @.case_journal (caseno, step, action, outcome, at, "
    "recorded_at, actor, person, role, actor_unit, from_state, to_state, "
    "from_unit, unit, reason, remark, detail, hash) VALUES ($1, $2, $3, $4, "
    "$5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    JOURNAL_COLUMNS,
    {InvalidOid, INT4OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
     TEXTOID, TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, INT8OID, INT8OID,
     TEXTOID, TEXTOID, JSONBOID, BYTEAOID},
    NULL,
    InvalidOid,
    0};

/* All columns of the state; and those but the routing, which is by far the
 * longest and seldom changes */
static CaseStatement update_all;
static CaseStatement update_short;
static CaseStatement insert_state;

#define COPY(to, from, column)                 \
	do                                         \
	{                                          \
		values[to] = (from)->values[(column)]; \
		nulls[to] = (from)->nulls[(column)];   \
	} while (0)

/*
 * The row of the journal, and the case as it is then, which is returned.
 * clocks are the items of that part of the detail, in JSON, or empty.
 */
Datum
write_step(const CaseSchema *schema, const Row *act, const Row *was, Row *next,
           const Row *transition, const char *clocks)
{
	Datum values[JOURNAL_COLUMNS];
	bool nulls[JOURNAL_COLUMNS];
	StringInfoData json;
	int state = row_column(next, "state");
	int since = row_column(next, "since");
	int unit = row_column(next, "unit");
	int step = row_column(next, "step");
	int hash = row_column(next, "hash");
	bool rerouted = !same_column(was, next, row_column(next, "routing"));

	COPY(JOURNAL_CASENO, was, row_column(was, "caseno"));
	values[JOURNAL_STEP] = Int32GetDatum(DatumGetInt32(was->values[step]) + 1);
	nulls[JOURNAL_STEP] = false;
	COPY(JOURNAL_ACTION, transition, row_column(transition, "action"));
	COPY(JOURNAL_OUTCOME, transition, row_column(transition, "outcome"));
	COPY(JOURNAL_AT, act, row_column(act, "at"));
	values[JOURNAL_RECORDED_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
	nulls[JOURNAL_RECORDED_AT] = false;
	COPY(JOURNAL_ACTOR, act, row_column(act, "actor"));
	COPY(JOURNAL_PERSON, act, row_column(act, "person"));
	COPY(JOURNAL_ROLE, act, row_column(act, "role"));
	COPY(JOURNAL_ACTOR_UNIT, act, row_column(act, "actor_unit"));
	COPY(JOURNAL_FROM_STATE, was, state);
	COPY(JOURNAL_TO_STATE, next, state);
	COPY(JOURNAL_FROM_UNIT, was, unit);
	COPY(JOURNAL_UNIT, next, unit);
	COPY(JOURNAL_REASON, act, row_column(act, "reason"));
	COPY(JOURNAL_REMARK, act, row_column(act, "remark"));
	COPY(JOURNAL_DETAIL, act, row_column(act, "detail"));

	if (!same_column(was, next, state))
	{
		next->values[since] = values[JOURNAL_AT];
		next->nulls[since] = nulls[JOURNAL_AT];
	}
	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	if (clocks[0] != '\0')
		appendStringInfo(&json, "\"clocks\": [%s], ", clocks);
	appendStringInfoString(&json, "\"set\": ");
	append_changes(&json, was, next);
	appendStringInfoChar(&json, '}');
	values[JOURNAL_DETAIL] = DirectFunctionCall2(
	    jsonb_concat, values[JOURNAL_DETAIL],
	    DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
	values[JOURNAL_HASH] = digest(was->nulls[hash], was->values[hash], values,
	                              nulls, schema->caseno);
	nulls[JOURNAL_HASH] = false;

	next->values[step] = values[JOURNAL_STEP];
	next->values[row_column(next, "at")] = values[JOURNAL_AT];
	next->values[hash] = values[JOURNAL_HASH];

	case_execute(&insert_journal, schema, values, nulls);
	case_write_row(rerouted ? &update_all : &update_short, schema,
	               "case_state", next, "caseno", rerouted ? NULL : "routing");
	return row_datum(next);
}

/*
 * write_first_step(of_case, action, actor, person, role, actor_unit, remark,
 * detail): the row of the journal, and the case; its hash
 */
Datum
cg_write_first_step(PG_FUNCTION_ARGS)
{
	/* the columns that are told, by argument */
	static const int told[] = {
	    -1,           JOURNAL_ACTION,     JOURNAL_ACTOR,  JOURNAL_PERSON,
	    JOURNAL_ROLE, JOURNAL_ACTOR_UNIT, JOURNAL_REMARK, JOURNAL_DETAIL};
	CaseSchema schema;
	Row c;
	Datum values[JOURNAL_COLUMNS];
	bool nulls[JOURNAL_COLUMNS];
	int step;
	int hash;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	schema = case_schema(fcinfo);
	row_open(&c, PG_GETARG_DATUM(0));
	step = row_column(&c, "step");
	hash = row_column(&c, "hash");
	c.values[step] = Int32GetDatum(1);
	c.nulls[step] = false;

	memset(nulls, true, sizeof(nulls));
	COPY(JOURNAL_CASENO, &c, row_column(&c, "caseno"));
	COPY(JOURNAL_STEP, &c, step);
	values[JOURNAL_OUTCOME] = CStringGetTextDatum("");
	nulls[JOURNAL_OUTCOME] = false;
	COPY(JOURNAL_AT, &c, row_column(&c, "at"));
	values[JOURNAL_RECORDED_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
	nulls[JOURNAL_RECORDED_AT] = false;
	COPY(JOURNAL_TO_STATE, &c, row_column(&c, "state"));
	COPY(JOURNAL_UNIT, &c, row_column(&c, "unit"));
	for (int i = 1; i < (int) lengthof(told); i++)
	{
		values[told[i]] = PG_GETARG_DATUM(i);
		nulls[told[i]] = PG_ARGISNULL(i);
	}
	values[JOURNAL_HASH] =
	    digest(true, (Datum) 0, values, nulls, schema.caseno);
	nulls[JOURNAL_HASH] = false;
	c.values[hash] = values[JOURNAL_HASH];
	c.nulls[hash] = false;

	case_connect();
	case_execute(&insert_journal, &schema, values, nulls);
	case_write_row(&insert_state, &schema, "case_state", &c, NULL, NULL);
	SPI_finish();
	row_close(&c);
	PG_RETURN_DATUM(values[JOURNAL_HASH]);
}
