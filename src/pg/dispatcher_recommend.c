/*
 * dispatcher_recommend.c
 *	  SQL functions that ask a dispatcher (智能分拨推荐).
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "core/code.h"

#include "compat.h"
#include "dispatcher_value.h"

/* What a function keeps between calls */
typedef struct Desk
{
	MemoryContext context;
	DispatcherMemo memo;
	void *work;
	double *probabilities;
	uint32 *top;
	uint32 units; /* room in these */
	uint32 roles;
} Desk;

static Desk *
desk_of(FunctionCallInfo fcinfo)
{
	FmgrInfo *function = fcinfo->flinfo;
	Desk *desk = function->fn_extra;

	if (desk == NULL)
	{
		desk = MemoryContextAllocZero(function->fn_mcxt, sizeof(*desk));
		desk->context = function->fn_mcxt;
		function->fn_extra = desk;
	}
	return desk;
}

static void *
other_room(Desk *desk, void *block, Size size)
{
	if (block != NULL)
		pfree(block);
	return MemoryContextAllocHuge(desk->context, size);
}

static void
make_room(Desk *desk, const Dispatcher *d)
{
	void *work = desk->work;
	double *probabilities = desk->probabilities;
	uint32 *top = desk->top;

	if (desk->units >= d->units && desk->roles >= d->roles)
		return;
	desk->units = desk->roles = 0;
	desk->work = NULL;
	desk->probabilities = NULL;
	desk->top = NULL;
	desk->work = other_room(desk, work, dispatcher_work_size(d));
	desk->probabilities =
	    other_room(desk, probabilities, d->units * sizeof(double));
	desk->top = other_room(desk, top, d->units * sizeof(uint32));
	desk->units = d->units;
	desk->roles = d->roles;
}

/* Evidence in the making: a JSON array */
typedef struct Account
{
	const Dispatcher *dispatcher;
	StringInfoData json;
} Account;

static void
put_name(StringInfo json, const char *key, const char *name, size_t len)
{
	char *copy = pnstrdup(name, len);

	appendStringInfo(json, "\"%s\": ", key);
	escape_json(json, copy);
	appendStringInfoString(json, ", ");
	pfree(copy);
}

/* What does not speak for the unit is left out. */
static void
tell_evidence(void *context, const DispatcherEvidence *e)
{
	Account *a = context;
	StringInfo json = &a->json;
	char code[CODE_MAX_TEXT + 1];
	const char *name;
	size_t len;

	if (e->role_cases == 0)
		return;
	appendStringInfoString(json, json->len > 1 ? ", {" : "{");
	if (e->key->class_code != 0)
	{
		eventcode_format(e->key->class_code, code);
		appendStringInfo(json, "\"class\": \"%s\", ", code);
	}
	if (e->key->cell != 0)
	{
		gridcode_format(e->key->cell, code);
		appendStringInfo(json, "\"territory\": \"%s\", ", code);
	}
	if (e->key->channel != 0)
	{
		name = dispatcher_channel(a->dispatcher, e->key->channel, &len);
		put_name(json, "channel", name, len);
	}
	if (e->key->property != 0)
	{
		name = dispatcher_property(a->dispatcher, e->key->property, &len);
		put_name(json, "property", name, len);
	}
	appendStringInfo(
	    json, "\"cases\": " UINT64_FORMAT ", \"to_unit\": " UINT64_FORMAT,
	    (uint64) e->cases, (uint64) e->unit_cases);
	if (e->role_cases != e->unit_cases)
		appendStringInfo(json, ", \"to_role\": " UINT64_FORMAT,
		                 (uint64) e->role_cases);
	if (e->weight != 0)
		appendStringInfo(json, ", \"weight\": %.2f", e->weight);
	appendStringInfoChar(json, '}');
}

static Datum
evidence_of(const Dispatcher *d, const DispatcherCase *c, uint32 unit)
{
	Account account = {d};
	Datum json;

	initStringInfo(&account.json);
	appendStringInfoChar(&account.json, '[');
	dispatcher_evidence(d, c, unit, tell_evidence, &account);
	appendStringInfoChar(&account.json, ']');
	json = DirectFunctionCall1(jsonb_in, CStringGetDatum(account.json.data));
	pfree(account.json.data);
	return json;
}

PG_FUNCTION_INFO_V1(cg_recommend_unit);
Datum
cg_recommend_unit(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Desk *desk = desk_of(fcinfo);
	const Dispatcher *d;
	DispatcherCase c = {0};
	int32 k;
	uint32 n;
	uint32 i;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(6))
		return (Datum) 0;
	k = PG_GETARG_INT32(6);
	if (k < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("the number of units must be positive"),
		                errdetail("It is %d.", k),
		                errhint("Ask for one or more, for example 5.")));
	d = dispatcher_use(PG_GETARG_DATUM(0), &desk->memo, desk->context);
	make_room(desk, d);
	if (!PG_ARGISNULL(1))
		c.class_code = PG_GETARG_INT64(1);
	if (!PG_ARGISNULL(2))
		c.cell = PG_GETARG_INT64(2);
	if (!PG_ARGISNULL(3))
	{
		text *channel = PG_GETARG_TEXT_PP(3);

		c.channel = VARDATA_ANY(channel);
		c.channel_len = VARSIZE_ANY_EXHDR(channel);
	}
	if (!PG_ARGISNULL(4))
	{
		text *property = PG_GETARG_TEXT_PP(4);

		c.property = VARDATA_ANY(property);
		c.property_len = VARSIZE_ANY_EXHDR(property);
	}
	c.day = d->last_day;
	if (!PG_ARGISNULL(5) && !TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(5)))
		c.day = dispatcher_day(PG_GETARG_TIMESTAMPTZ(5));
	dispatcher_probabilities(d, &c, desk->work, desk->probabilities);
	n = dispatcher_top(d, desk->probabilities, (uint32) k, desk->top);
	for (i = 0; i < n; i++)
	{
		uint32 unit = desk->top[i];
		Datum values[4];
		bool nulls[4] = {false};

		values[0] = Int64GetDatum(d->unit[unit]);
		values[1] = Float8GetDatum(desk->probabilities[unit]);
		values[2] = Int32GetDatum((int32) i + 1);
		values[3] = evidence_of(d, &c, unit);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
		                     nulls);
		pfree(DatumGetPointer(values[3]));
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(cg_dispatcher_roles);
Datum
cg_dispatcher_roles(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Desk *desk = desk_of(fcinfo);
	const Dispatcher *d =
	    dispatcher_use(PG_GETARG_DATUM(0), &desk->memo, desk->context);
	uint32 i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < d->units; i++)
	{
		Datum values[3];
		bool nulls[3] = {false};

		values[0] = Int32GetDatum((int32) d->role[i] + 1);
		values[1] = Int64GetDatum(d->unit[i]);
		/* all units are in the context of all cases */
		values[2] = Int64GetDatum((int64) d->entry[i].cases);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
		                     nulls);
	}
	return (Datum) 0;
}
