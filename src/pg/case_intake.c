/*
 * case_intake.c
 *	  What the journal keeps of a report, with the first step of its case.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

#include "case_row.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(cg_report_detail);

/* The arguments of report_detail() */
enum
{
	ARG_TOLD,
	ARG_CASE,
	ARG_LOCATION,
	ARG_PLACE,
	ARG_CELL_OF_LOCATION,
	ARG_CLASS,
	ARG_PROPOSED,
	ARG_PROBABILITY,
	ARG_GRID_EDITION,
	ARG_CLASS_EDITION,
	ARG_CASE_CALENDAR,
	ARG_CASE_TERM,
	ARG_STAGE,
	ARG_STAGE_CALENDAR,
	ARG_STAGE_TERM
};

/* A JSON object that grows */
typedef struct Object
{
	JsonbParseState *state;
	JsonbValue *result;
} Object;

static void
push_string(Object *o, JsonbIteratorToken token, const char *text, int len)
{
	JsonbValue v;

	v.type = jbvString;
	v.val.string.val = unconstify(char *, text);
	v.val.string.len = len;
	o->result = pushJsonbValue(&o->state, token, &v);
}

static void
push_key(Object *o, const char *key)
{
	push_string(o, WJB_KEY, key, (int) strlen(key));
}

static void
push_token(Object *o, JsonbIteratorToken token)
{
	o->result = pushJsonbValue(&o->state, token, NULL);
}

static void
push_integer(Object *o, JsonbIteratorToken token, int64 number)
{
	JsonbValue v;

	v.type = jbvNumeric;
	v.val.numeric = int64_to_numeric(number);
	o->result = pushJsonbValue(&o->state, token, &v);
}

/* A value as to_jsonb() gives it, instants in UTC */
static void
push_value(Object *o, Datum value, Oid type)
{
	static const int utc = 0;
	char instant[MAXDATELEN + 1];
	char *text;
	JsonbValue v;
	Datum *elements;
	int n;
	Oid output;
	bool varlena;

	switch (type)
	{
		case BOOLOID:
			v.type = jbvBool;
			v.val.boolean = DatumGetBool(value);
			o->result = pushJsonbValue(&o->state, WJB_VALUE, &v);
			return;
		case INT2OID:
			push_integer(o, WJB_VALUE, DatumGetInt16(value));
			return;
		case INT4OID:
			push_integer(o, WJB_VALUE, DatumGetInt32(value));
			return;
		case INT8OID:
			push_integer(o, WJB_VALUE, DatumGetInt64(value));
			return;
		case FLOAT8OID:
			text = DatumGetCString(DirectFunctionCall1(float8out, value));
			if (!isfinite(DatumGetFloat8(value)))
				break;
			v.type = jbvNumeric;
			v.val.numeric = DatumGetNumeric(DirectFunctionCall3(
			    numeric_in, CStringGetDatum(text),
			    ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
			o->result = pushJsonbValue(&o->state, WJB_VALUE, &v);
			return;
		case TEXTOID:
			value = PointerGetDatum(PG_DETOAST_DATUM_PACKED(value));
			push_string(o, WJB_VALUE, VARDATA_ANY(DatumGetPointer(value)),
			            (int) VARSIZE_ANY_EXHDR(DatumGetPointer(value)));
			return;
		case TIMESTAMPTZOID:
			JsonEncodeDateTime(instant, value, TIMESTAMPTZOID, &utc);
			text = pstrdup(instant);
			break;
		case INT8ARRAYOID:
			deconstruct_array(DatumGetArrayTypeP(value), INT8OID,
			                  sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
			                  &elements, NULL, &n);
			push_token(o, WJB_BEGIN_ARRAY);
			for (int i = 0; i < n; i++)
				push_integer(o, WJB_ELEM, DatumGetInt64(elements[i]));
			push_token(o, WJB_END_ARRAY);
			return;
		default:
			getTypeOutputInfo(type, &output, &varlena);
			text = OidOutputFunctionCall(output, value);
	}
	push_string(o, WJB_VALUE, text, (int) strlen(text));
}

/* A key with its value; none for NULL */
static void
push_pair(Object *o, const char *key, Datum value, bool isnull, Oid type)
{
	if (isnull)
		return;
	push_key(o, key);
	push_value(o, value, type);
}

static void
push_text(Object *o, const char *key, const char *text)
{
	push_key(o, key);
	push_string(o, WJB_VALUE, text, (int) strlen(text));
}

static void
push_column(Object *o, const Row *row, const char *column)
{
	int i = row_column(row, column);

	push_pair(o, column, row->values[i], row->nulls[i],
	          TupleDescAttr(row->desc, i)->atttypid);
}

static void
push_argument(Object *o, FunctionCallInfo fcinfo, const char *key, int i)
{
	push_pair(o, key, fcinfo->args[i].value, PG_ARGISNULL(i),
	          get_fn_expr_argtype(fcinfo->flinfo, i));
}

static void
push_object(Object *o, const char *key)
{
	push_key(o, key);
	push_token(o, WJB_BEGIN_OBJECT);
}

/* A clock that was started */
static void
push_clock(Object *o, FunctionCallInfo fcinfo, const Row *told, const Row *c,
           bool whole)
{
	push_token(o, WJB_BEGIN_OBJECT);
	push_pair(o, "clock",
	          c->values[row_column(c, whole ? "case_clock" : "stage_clock")],
	          false, INT8OID);
	push_text(o, "do", "start");
	push_text(o, "kind", whole ? "case" : "stage");
	if (!whole)
	{
		int unit = row_column(c, "unit");

		push_argument(o, fcinfo, "stage", ARG_STAGE);
		push_pair(o, "holder", c->values[unit], c->nulls[unit], INT8OID);
	}
	push_argument(o, fcinfo, "calendar",
	              whole ? ARG_CASE_CALENDAR : ARG_STAGE_CALENDAR);
	push_argument(o, fcinfo, "term", whole ? ARG_CASE_TERM : ARG_STAGE_TERM);
	push_column(o, told, "at");
	push_token(o, WJB_END_OBJECT);
}

/* The SHA-256 of a text in UTF-8, in hexadecimal */
static void
push_digest(Object *o, const char *key, const Row *row, const char *column)
{
	int i = row_column(row, column);
	char hex[2 * 32 + 1];
	char *message;
	char *utf8;
	bytea *bytes;
	size_t n;

	if (row->nulls[i])
		return;
	message = TextDatumGetCString(row->values[i]);
	utf8 = pg_server_to_any(message, (int) strlen(message), PG_UTF8);
	n = strlen(utf8);
	bytes = palloc(VARHDRSZ + n);
	SET_VARSIZE(bytes, VARHDRSZ + n);
	memcpy(VARDATA(bytes), utf8, n);
	bytes = DatumGetByteaPP(
	    DirectFunctionCall1(sha256_bytea, PointerGetDatum(bytes)));
	hex_encode(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), hex);
	hex[2 * 32] = '\0';
	push_text(o, key, hex);
}

static bool
column_is_null(const Row *row, const char *column)
{
	return row->nulls[row_column(row, column)];
}

/*
 * report_detail(…): as jsonb_build_object() and jsonb_strip_nulls() would make
 * it, which takes more than twice as long, mostly for the text of the routing.
 */
Datum
cg_report_detail(PG_FUNCTION_ARGS)
{
	static const char *const columns[] = {
	    "channel", "external_id", "occurred_at", "address", "cell",
	    "datum",   "class",       "severity",    "owner"};
	Object o = {NULL, NULL};
	Row told;
	Row c;
	bool cell_told;

	if (PG_ARGISNULL(ARG_TOLD) || PG_ARGISNULL(ARG_CASE))
		PG_RETURN_NULL();
	row_open(&told, PG_GETARG_DATUM(ARG_TOLD));
	row_open(&c, PG_GETARG_DATUM(ARG_CASE));
	cell_told = !column_is_null(&told, "cell");

	push_token(&o, WJB_BEGIN_OBJECT);
	if (!column_is_null(&c, "case_clock") ||
	    !column_is_null(&c, "stage_clock"))
	{
		push_key(&o, "clocks");
		push_token(&o, WJB_BEGIN_ARRAY);
		if (!column_is_null(&c, "case_clock"))
			push_clock(&o, fcinfo, &told, &c, true);
		if (!column_is_null(&c, "stage_clock"))
			push_clock(&o, fcinfo, &told, &c, false);
		push_token(&o, WJB_END_ARRAY);
	}

	push_object(&o, "told");
	for (size_t i = 0; i < lengthof(columns); i++)
		push_column(&o, &told, columns[i]);
	push_argument(&o, fcinfo, "location", ARG_LOCATION);
	push_digest(&o, "description_sha256", &told, "description");
	push_token(&o, WJB_END_OBJECT);

	push_object(&o, "found");
	if (!cell_told)
		push_column(&o, &c, "cell");
	push_argument(&o, fcinfo, "place", ARG_PLACE);
	push_argument(&o, fcinfo, "cell_of_location", ARG_CELL_OF_LOCATION);
	if (column_is_null(&told, "class"))
		push_argument(&o, fcinfo, "class", ARG_CLASS);
	push_argument(&o, fcinfo, "proposed", ARG_PROPOSED);
	push_argument(&o, fcinfo, "probability", ARG_PROBABILITY);
	push_token(&o, WJB_END_OBJECT);

	push_object(&o, "editions");
	push_pair(&o, "rulebook", c.values[row_column(&c, "routing_edition")],
	          column_is_null(&c, "routing_edition"), INT8OID);
	if (!cell_told && !column_is_null(&c, "cell"))
		push_argument(&o, fcinfo, "grid", ARG_GRID_EDITION);
	if (!PG_ARGISNULL(ARG_PROPOSED))
		push_argument(&o, fcinfo, "class", ARG_CLASS_EDITION);
	push_token(&o, WJB_END_OBJECT);

	/* the case as it begins; step, at and hash say themselves */
	push_object(&o, "set");
	for (int i = 0; i < c.desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(c.desc, i);
		const char *name = NameStr(column->attname);

		if (column->attisdropped || strcmp(name, "caseno") == 0 ||
		    strcmp(name, "step") == 0 || strcmp(name, "at") == 0 ||
		    strcmp(name, "hash") == 0)
			continue;
		push_pair(&o, name, c.values[i], c.nulls[i], column->atttypid);
	}
	push_token(&o, WJB_END_OBJECT);
	push_token(&o, WJB_END_OBJECT);

	row_close(&told);
	row_close(&c);
	PG_RETURN_POINTER(JsonbValueToJsonb(o.result));
}
