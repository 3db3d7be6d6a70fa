/*
 * routing.c
 *	  The type routing (分拨结果): input and output, and what it says.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

#include "core/routing.h"

#include "compat.h"
#include "rulebook_cache.h"
#include "rulebook_item.h"
#include "term.h"

/* Bytes of a text that are compared with a stage */
typedef struct Payload
{
	const uint8 *bytes;
	Size size;
} Payload;

static _Noreturn void
refuse_routing(const char *where)
{
	ereport(ERROR,
	        (errcode(where != NULL ? ERRCODE_INVALID_BINARY_REPRESENTATION
	                               : ERRCODE_DATA_CORRUPTED),
	         errmsg("invalid %s for type routing",
	                where != NULL ? where : "stored value"),
	         errdetail("Its parts do not fit together."),
	         errhint("Ask route() again.")));
}

static bool
good_text(void *context, const RoutingText *text)
{
	return pg_verify_mbstr(PG_UTF8, text->bytes, (int) text->len, true);
}

static inline Payload
payload_of(FunctionCallInfo fcinfo)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	Payload payload;

	payload.bytes = (const uint8 *) VARDATA_ANY(value);
	payload.size = VARSIZE_ANY_EXHDR(value);
	return payload;
}

static inline void
read_head(FunctionCallInfo fcinfo, Routing *routing)
{
	Payload payload = payload_of(fcinfo);

	if (unlikely(!routing_read_head(payload.bytes, payload.size, routing)))
		refuse_routing(NULL);
}

static void
read_routing(FunctionCallInfo fcinfo, Routing *routing)
{
	Payload payload = payload_of(fcinfo);

	if (!routing_read(payload.bytes, payload.size, routing))
		refuse_routing(NULL);
}

/* The next term, or false behind the last */
static bool
next_term(Routing *routing, RoutingTerm *term)
{
	if (routing->stages == 0)
		return false;
	if (!routing_next(routing, term))
		refuse_routing(NULL);
	return true;
}

/* Text form */

static void
append_text(StringInfo out, const RoutingText *text)
{
	if (text->len == 0)
		appendStringInfoString(out, "null");
	else
		escape_json(out, pnstrdup(text->bytes, text->len));
}

static void
append_id(StringInfo out, int64 id)
{
	if (id == 0)
		appendStringInfoString(out, "null");
	else
		appendStringInfo(out, INT64_FORMAT, id);
}

static void
append_limits(StringInfo out, const RoutingTerm *term)
{
	char text[TERM_TEXT];
	int i;

	appendStringInfoChar(out, '[');
	for (i = 0; i < term->limits; i++)
	{
		(void) term_format(&term->limit[i], text);
		appendStringInfoString(out, i > 0 ? ", {\"name\": " : "{\"name\": ");
		append_text(out, &term->name[i]);
		appendStringInfo(out, ", \"term\": \"%s\"}", text);
	}
	appendStringInfoChar(out, ']');
}

static void
append_term(StringInfo out, const RoutingTerm *term)
{
	char text[TERM_TEXT];
	int i;

	(void) term_format(&term->term, text);
	appendStringInfoString(out, "{\"stage\": ");
	append_text(out, &term->stage);
	appendStringInfo(out,
	                 ", \"policy\": " INT64_FORMAT
	                 ", \"term\": \"%s\", \"calendar\": ",
	                 term->policy, text);
	append_text(out, &term->calendar);
	appendStringInfoString(out, ", \"warnings\": [");
	for (i = 0; i < term->warnings; i++)
		appendStringInfo(out, "%s%d", i > 0 ? ", " : "", term->warning[i]);
	appendStringInfoString(out, "], \"limits\": ");
	append_limits(out, term);
	appendStringInfoChar(out, '}');
}

static char *
routing_text(FunctionCallInfo fcinfo)
{
	Routing r;
	RoutingTerm term;
	StringInfoData out;
	int i;

	read_routing(fcinfo, &r);
	initStringInfo(&out);
	appendStringInfoString(&out, "{\"lead\": ");
	append_id(&out, r.lead);
	appendStringInfoString(&out, ", \"level\": ");
	append_id(&out, r.level);
	appendStringInfoString(&out, ", \"rule\": ");
	append_id(&out, r.rule);
	appendStringInfoString(&out, ", \"fallback\": ");
	append_id(&out, r.fallback);
	appendStringInfoString(&out, ", \"path\": [");
	for (i = 0; i < r.paths; i++)
		appendStringInfo(&out, "%s" INT64_FORMAT, i > 0 ? ", " : "",
		                 r.path[i]);
	appendStringInfoString(&out, "], \"assists\": [");
	for (i = 0; i < r.assists; i++)
	{
		appendStringInfo(&out, "%s{\"unit\": " INT64_FORMAT ", \"task\": ",
		                 i > 0 ? ", " : "", r.assist[i]);
		append_text(&out, &r.task[i]);
		appendStringInfoChar(&out, '}');
	}
	appendStringInfoString(&out, "], \"terms\": [");
	for (i = 0; next_term(&r, &term); i++)
	{
		if (i > 0)
			appendStringInfoString(&out, ", ");
		append_term(&out, &term);
	}
	appendStringInfoString(&out, "]}");
	return out.data;
}

PG_FUNCTION_INFO_V1(cg_routing_out);
Datum
cg_routing_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(routing_text(fcinfo));
}

static void
text_of_item(const RulebookItem *item, const char *key, RulebookNeed need,
             RoutingText *text)
{
	RulebookText name = item_name(item, key, need);

	text->bytes = name.bytes;
	text->len = name.len;
}

/* Append the flat form of one of the terms. */
static void
read_term(const RulebookItem *item, StringInfo out)
{
	RulebookItem limits[RULEBOOK_LIMITS];
	RoutingTerm term = {0};
	int i;

	text_of_item(item, "stage", RULEBOOK_REQUIRED, &term.stage);
	term.policy = item_id(item, "policy", RULEBOOK_REQUIRED);
	item_term(item, "term", &term.term);
	text_of_item(item, "calendar", RULEBOOK_OPTIONAL, &term.calendar);
	term.warnings = item_warnings(item, "warnings", term.warning);
	term.limits = item_items(item, "limits", RULEBOOK_LIMITS,
	                         "a staged limit of a routing", limits);
	for (i = 0; i < term.limits; i++)
	{
		text_of_item(&limits[i], "name", RULEBOOK_REQUIRED, &term.name[i]);
		item_term(&limits[i], "term", &term.limit[i]);
	}
	enlargeStringInfo(out, ROUTING_TERM_BYTES);
	out->len += (int) routing_put_term((uint8 *) out->data + out->len, &term);
}

static void
put_number(StringInfo out, int64 number)
{
	enlargeStringInfo(out, ROUTING_NUMBER_BYTES);
	out->len +=
	    (int) routing_put_number((uint8 *) out->data + out->len, number);
}

/* The flat form behind a header */
static void
read_json(const RulebookItem *item, StringInfo out)
{
	int64 path[ROUTING_PATH];
	RulebookItem items[RULEBOOK_STAGES];
	int n;
	int i;

	appendStringInfoChar(out, ROUTING_VERSION);
	put_number(out, item_id(item, "lead", RULEBOOK_OPTIONAL));
	put_number(out, item_integer(item, "level", RULEBOOK_OPTIONAL, 1,
	                             RULEBOOK_LEVELS, 0));
	put_number(out, item_id(item, "rule", RULEBOOK_OPTIONAL));
	put_number(out, item_id(item, "fallback", RULEBOOK_OPTIONAL));
	n = item_ids(item, "path", ROUTING_PATH, path);
	put_number(out, n);
	for (i = 0; i < n; i++)
		put_number(out, path[i]);
	n = item_items(item, "assists", RULEBOOK_ASSISTS,
	               "an assisting unit of a routing", items);
	put_number(out, n);
	for (i = 0; i < n; i++)
	{
		RoutingText task;

		put_number(out, item_id(&items[i], "unit", RULEBOOK_REQUIRED));
		text_of_item(&items[i], "task", RULEBOOK_OPTIONAL, &task);
		enlargeStringInfo(out, ROUTING_TEXT_BYTES);
		out->len += (int) routing_put_text((uint8 *) out->data + out->len,
		                                   task.bytes, task.len);
	}
	n = item_items(item, "terms", RULEBOOK_STAGES, "a term of a routing",
	               items);
	put_number(out, n);
	for (i = 0; i < n; i++)
		read_term(&items[i], out);
}

PG_FUNCTION_INFO_V1(cg_routing_in);
Datum
cg_routing_in(PG_FUNCTION_ARGS)
{
	Jsonb *json;
	RulebookItem item;
	StringInfoData out;

	rulebook_check_encoding();
	json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, PG_GETARG_DATUM(0)));
	item.what = "a routing";
	item.root = &json->root;
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		         errmsg("invalid input syntax for type routing"),
		         errdetail("It is not a JSON object."),
		         errhint("A routing is what route() answers; its text form "
		                 "has the keys lead, level, rule, fallback, path, "
		                 "assists and terms.")));
	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	read_json(&item, &out);
	if (!routing_check((const uint8 *) out.data + VARHDRSZ, out.len - VARHDRSZ,
	                   good_text, NULL))
		ereport(
		    ERROR,
		    (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		     errmsg("invalid text for type routing"),
		     errdetail("Its parts do not fit together."),
		     errhint("What has a lead has its level, either a rule or a "
		             "fallback, and a path that ends with the lead; without "
		             "a lead there are none of these.  Each stage has one "
		             "term.")));
	SET_VARSIZE(out.data, out.len);
	PG_RETURN_BYTEA_P(out.data);
}

PG_FUNCTION_INFO_V1(cg_routing_recv);
Datum
cg_routing_recv(PG_FUNCTION_ARGS)
{
	StringInfo buffer = (StringInfo) PG_GETARG_POINTER(0);
	Size size = buffer->len - buffer->cursor;
	bytea *value = palloc(VARHDRSZ + size);

	rulebook_check_encoding();
	pq_copymsgbytes(buffer, VARDATA(value), size);
	SET_VARSIZE(value, VARHDRSZ + size);
	if (!routing_check((const uint8 *) VARDATA(value), size, good_text, NULL))
		refuse_routing("binary value");
	PG_RETURN_BYTEA_P(value);
}

PG_FUNCTION_INFO_V1(cg_routing_send);
Datum
cg_routing_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}

PG_FUNCTION_INFO_V1(cg_routing_jsonb);
Datum
cg_routing_jsonb(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(jsonb_in,
	                           CStringGetDatum(routing_text(fcinfo)));
}

/* The same routing is the same bytes. */
PG_FUNCTION_INFO_V1(cg_routing_eq);
Datum
cg_routing_eq(PG_FUNCTION_ARGS)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);

	PG_RETURN_BOOL(
	    VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
	    memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0);
}

PG_FUNCTION_INFO_V1(cg_routing_ne);
Datum
cg_routing_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!DatumGetBool(cg_routing_eq(fcinfo)));
}

/* What it says */

PG_FUNCTION_INFO_V1(cg_routing_lead);
Datum
cg_routing_lead(PG_FUNCTION_ARGS)
{
	Routing r;

	read_head(fcinfo, &r);
	if (r.lead == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(r.lead);
}

PG_FUNCTION_INFO_V1(cg_routing_level);
Datum
cg_routing_level(PG_FUNCTION_ARGS)
{
	Routing r;

	read_head(fcinfo, &r);
	if (r.lead == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(r.level);
}

PG_FUNCTION_INFO_V1(cg_routing_rule);
Datum
cg_routing_rule(PG_FUNCTION_ARGS)
{
	Routing r;

	read_head(fcinfo, &r);
	if (r.rule == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(r.rule);
}

PG_FUNCTION_INFO_V1(cg_routing_fallback);
Datum
cg_routing_fallback(PG_FUNCTION_ARGS)
{
	Routing r;

	read_head(fcinfo, &r);
	if (r.fallback == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(r.fallback);
}

PG_FUNCTION_INFO_V1(cg_routing_is_fallback);
Datum
cg_routing_is_fallback(PG_FUNCTION_ARGS)
{
	Routing r;

	read_head(fcinfo, &r);
	PG_RETURN_BOOL(r.fallback != 0);
}

PG_FUNCTION_INFO_V1(cg_routing_path);
Datum
cg_routing_path(PG_FUNCTION_ARGS)
{
	Routing r;
	Datum path[ROUTING_PATH];
	int i;

	read_routing(fcinfo, &r);
	for (i = 0; i < r.paths; i++)
		path[i] = Int64GetDatum(r.path[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(path, r.paths, INT8OID,
	                                      sizeof(int64), FLOAT8PASSBYVAL,
	                                      TYPALIGN_DOUBLE));
}

static Datum
text_datum(const RoutingText *text)
{
	return PointerGetDatum(
	    cstring_to_text_with_len(text->bytes, (int) text->len));
}

PG_FUNCTION_INFO_V1(cg_routing_assists);
Datum
cg_routing_assists(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Routing r;
	int i;

	InitMaterializedSRF(fcinfo, 0);
	read_routing(fcinfo, &r);
	for (i = 0; i < r.assists; i++)
	{
		Datum values[2] = {Int64GetDatum(r.assist[i])};
		bool nulls[2] = {false, r.task[i].len == 0};

		if (!nulls[1])
			values[1] = text_datum(&r.task[i]);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
		                     nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(cg_routing_terms);
Datum
cg_routing_terms(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Routing r;
	RoutingTerm term;

	InitMaterializedSRF(fcinfo, 0);
	read_routing(fcinfo, &r);
	while (next_term(&r, &term))
	{
		Datum values[6] = {0};
		bool nulls[6] = {false};
		Datum warnings[RULEBOOK_WARNINGS];
		StringInfoData limits;
		int i;

		for (i = 0; i < term.warnings; i++)
			warnings[i] = Int32GetDatum(term.warning[i]);
		initStringInfo(&limits);
		append_limits(&limits, &term);
		values[0] = text_datum(&term.stage);
		values[1] = Int64GetDatum(term.policy);
		values[2] = TermPGetDatum(&term.term);
		nulls[3] = term.calendar.len == 0;
		if (!nulls[3])
			values[3] = text_datum(&term.calendar);
		values[4] = PointerGetDatum(construct_array(warnings, term.warnings,
		                                            INT4OID, sizeof(int32),
		                                            true, TYPALIGN_INT));
		values[5] =
		    DirectFunctionCall1(jsonb_in, CStringGetDatum(limits.data));
		tuplestore_putvalues(result->setResult, result->setDesc, values,
		                     nulls);
	}
	return (Datum) 0;
}

/* The term of a stage; false if there is none */
static bool
find_term(FunctionCallInfo fcinfo, RoutingTerm *term)
{
	struct varlena *stage = PG_GETARG_VARLENA_PP(1);
	Routing r;

	read_routing(fcinfo, &r);
	while (next_term(&r, term))
		if (term->stage.len == VARSIZE_ANY_EXHDR(stage) &&
		    memcmp(term->stage.bytes, VARDATA_ANY(stage), term->stage.len) ==
		        0)
			return true;
	return false;
}

PG_FUNCTION_INFO_V1(cg_routing_term);
Datum
cg_routing_term(PG_FUNCTION_ARGS)
{
	RoutingTerm term;
	Term *found;

	if (!find_term(fcinfo, &term))
		PG_RETURN_NULL();
	found = palloc(sizeof(*found));
	*found = term.term;
	PG_RETURN_TERM_P(found);
}

PG_FUNCTION_INFO_V1(cg_routing_calendar);
Datum
cg_routing_calendar(PG_FUNCTION_ARGS)
{
	RoutingTerm term;

	if (!find_term(fcinfo, &term) || term.calendar.len == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(text_datum(&term.calendar));
}
