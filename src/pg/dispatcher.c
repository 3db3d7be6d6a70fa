/*
 * dispatcher.c
 *	  SQL functions of dispatcher (智能分拨): input and output, and training.
 */
#include "postgres.h"

#include <inttypes.h>

#include "fmgr.h"
#include "funcapi.h"
#include "access/detoast.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/code.h"
#include "core/dispatcher_train.h"

#include "compat.h"
#include "core_memory.h"
#include "dispatcher_value.h"
#include "options.h"
#include "value_io.h"

DispatcherMemory
dispatcher_memory(MemoryContext context)
{
	DispatcherMemory memory = {core_resize, core_poll, context};

	return memory;
}

void
dispatcher_refuse(DispatcherStatus status, const char *where)
{
	const char *detail = "It has been damaged.";

	switch (status)
	{
		case DISPATCHER_NO_MEMORY:
			ereport(ERROR,
			        (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
			break;
		case DISPATCHER_SHORT:
			detail = "Its length is not the one it was made with.";
			break;
		case DISPATCHER_MAGIC:
			detail = "Its first bytes are not those of a dispatcher.";
			break;
		case DISPATCHER_VERSION:
			detail = "It is of a format that this version of civicgrid does "
			         "not know.";
			break;
		case DISPATCHER_BYTEORDER:
			detail = "It was made on a machine of the other byte order.";
			break;
		case DISPATCHER_CHECKSUM:
			detail = "Its checksum does not fit its content.";
			break;
		case DISPATCHER_STRUCTURE:
			detail = "Its parts do not fit together.";
			break;
		default:
			break;
	}
	ereport(ERROR,
	        (errcode(where != NULL ? ERRCODE_INVALID_BINARY_REPRESENTATION
	                               : ERRCODE_DATA_CORRUPTED),
	         errmsg("invalid %s for type dispatcher",
	                where != NULL ? where : "stored value"),
	         errdetail_internal("%s", detail),
	         errhint("Train it again, with dispatcher_train().")));
}

const Dispatcher *
dispatcher_use(Datum value, DispatcherMemo *memo, MemoryContext context)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);
	DispatcherStatus status = DISPATCHER_SHORT;
	Size size;

	if (value_memo_same(&memo->value, v, DISPATCHER_DIGEST_AT) &&
	    memo->bytes != NULL)
		return &memo->dispatcher;
	if (memo->bytes != NULL)
		pfree(memo->bytes);
	memo->bytes = NULL;
	v = PG_DETOAST_DATUM_PACKED(value);
	size = VARSIZE_ANY_EXHDR(v);
	if (size >= DISPATCHER_PADDING)
	{
		size -= DISPATCHER_PADDING;
		memo->bytes = MemoryContextAlloc(context, size);
		memcpy(memo->bytes, VARDATA_ANY(v) + DISPATCHER_PADDING, size);
		status = dispatcher_validate(memo->bytes, size, &memo->dispatcher);
	}
	if ((Pointer) v != DatumGetPointer(value))
		pfree(v);
	if (status != DISPATCHER_OK)
	{
		memset(memo, 0, sizeof(*memo));
		dispatcher_refuse(status, NULL);
	}
	return &memo->dispatcher;
}

int32
dispatcher_day(TimestampTz at)
{
	const int64 epoch = POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE;

	return (int32) (at / USECS_PER_DAY - (at % USECS_PER_DAY < 0) + epoch);
}

/* Input and output */

static bytea *
checked(bytea *value, const char *where)
{
	Size size = VARSIZE(value) - VARHDRSZ;
	Dispatcher dispatcher;
	DispatcherStatus status = DISPATCHER_SHORT;

	/* palloc aligns to 8 bytes, and the header with the padding is as long */
	if (size >= DISPATCHER_PADDING)
		status = dispatcher_validate((const uint8 *) VARDATA(value) +
		                                 DISPATCHER_PADDING,
		                             size - DISPATCHER_PADDING, &dispatcher);
	if (status != DISPATCHER_OK)
		dispatcher_refuse(status, where);
	return value;
}

PG_FUNCTION_INFO_V1(cg_dispatcher_in);
Datum
cg_dispatcher_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);

	PG_RETURN_BYTEA_P(checked(
	    value_from_text(
	        text, DISPATCHER_PADDING, "dispatcher",
	        "The text form of a dispatcher is made by its own output alone; dispatcher_train() makes one of past cases."),
	    "text"));
}

PG_FUNCTION_INFO_V1(cg_dispatcher_out);
Datum
cg_dispatcher_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(value_to_text(PG_GETARG_VARLENA_PP(0),
	                                DISPATCHER_PADDING, "dispatcher"));
}

PG_FUNCTION_INFO_V1(cg_dispatcher_recv);
Datum
cg_dispatcher_recv(PG_FUNCTION_ARGS)
{
	StringInfo buffer = (StringInfo) PG_GETARG_POINTER(0);

	PG_RETURN_BYTEA_P(
	    checked(value_from_wire(buffer, DISPATCHER_PADDING), "binary value"));
}

PG_FUNCTION_INFO_V1(cg_dispatcher_send);
Datum
cg_dispatcher_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(
	    value_to_wire(PG_GETARG_VARLENA_PP(0), DISPATCHER_PADDING));
}

/* Training */

static void
read_options(Jsonb *json, DispatcherOptions *options)
{
	OptionReader r;

	options_begin(&r, json, "dispatcher_train()", "{\"half_life\": 90}");
	while (options_next(&r))
	{
		if (strcmp(r.key, "half_life") == 0)
			options->half_life = option_number(&r, 1, 1e6);
		else if (strcmp(r.key, "penalty") == 0)
			options->penalty = option_number(&r, 1e-3, 1e3);
		else if (strcmp(r.key, "table_share") == 0)
			options->table_share = option_number(&r, 0, 1);
		else if (strcmp(r.key, "passes") == 0)
			options->passes = (uint32) option_number(&r, 0, 10000);
		else if (strcmp(r.key, "class_digits") == 0)
			options->class_levels = option_digits(&r);
		else if (strcmp(r.key, "roles") == 0)
			options->roles = option_flag(&r);
		else
			option_unknown(&r, "half_life, class_digits, roles, penalty, "
			                   "table_share and passes");
	}
}

static _Noreturn void
refuse_training(DispatcherStatus status)
{
	if (status == DISPATCHER_TOO_LARGE)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("the cases are too many for a dispatcher"),
		         errdetail("There are more than 65535 channels or properties, "
		                   "or 1048576 units, or the result is too large."),
		         errhint("Train it on a shorter time.")));
	if (status == DISPATCHER_NAME)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("a channel or property is too long"),
		         errdetail("It is longer than %d bytes.", DISPATCHER_TEXT_MAX),
		         errhint("Channels and properties are keys, not free text.")));
	if (status == DISPATCHER_NO_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
		                errmsg("out of memory while training")));
	elog(ERROR, "training failed with status %d", (int) status);
}

PG_FUNCTION_INFO_V1(cg_dispatcher_train_step);
Datum
cg_dispatcher_train_step(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	DispatcherTrainer *t;
	DispatcherCase c = {0};
	DispatcherStatus status;
	TimestampTz at;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "dispatcher_train_step called outside an aggregate");
	if (PG_ARGISNULL(0))
	{
		DispatcherMemory memory = dispatcher_memory(context);
		DispatcherOptions options;

		dispatcher_default_options(&options);
		if (PG_NARGS() > 7 && !PG_ARGISNULL(7))
			read_options(PG_GETARG_JSONB_P(7), &options);
		t = MemoryContextAlloc(context, sizeof(*t));
		dispatcher_train_begin(t, &memory, &options);
	}
	else
		t = (DispatcherTrainer *) PG_GETARG_POINTER(0);
	/* a case without a unit, a class or a time teaches nothing */
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(6))
		PG_RETURN_POINTER(t);
	at = PG_GETARG_TIMESTAMPTZ(6);
	if (TIMESTAMP_NOT_FINITE(at))
		PG_RETURN_POINTER(t);
	c.class_code = PG_GETARG_INT64(2);
	c.cell = PG_ARGISNULL(3) ? 0 : PG_GETARG_INT64(3);
	if (!PG_ARGISNULL(4))
	{
		text *channel = PG_GETARG_TEXT_PP(4);

		c.channel = VARDATA_ANY(channel);
		c.channel_len = VARSIZE_ANY_EXHDR(channel);
	}
	if (!PG_ARGISNULL(5))
	{
		text *property = PG_GETARG_TEXT_PP(5);

		c.property = VARDATA_ANY(property);
		c.property_len = VARSIZE_ANY_EXHDR(property);
	}
	c.day = dispatcher_day(at);
	status = dispatcher_train_add(t, &c, PG_GETARG_INT64(1));
	if (status != DISPATCHER_OK)
		refuse_training(status);
	PG_RETURN_POINTER(t);
}

PG_FUNCTION_INFO_V1(cg_dispatcher_train_final);
Datum
cg_dispatcher_train_final(PG_FUNCTION_ARGS)
{
	DispatcherTrainer *t;
	DispatcherStatus status;
	uint8_t *block;
	size_t size;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	t = (DispatcherTrainer *) PG_GETARG_POINTER(0);
	status = dispatcher_train(t, VARHDRSZ + DISPATCHER_PADDING, &block, &size);
	if (status == DISPATCHER_EMPTY)
		PG_RETURN_NULL();
	if (status == DISPATCHER_OK && size > MaxAllocSize)
		status = DISPATCHER_TOO_LARGE;
	if (status != DISPATCHER_OK)
		refuse_training(status);
	dispatcher_train_free(t);
	SET_VARSIZE(block, size);
	PG_RETURN_POINTER(block);
}

/* Midnight of a day at Greenwich, as a date */
static Datum
date_of(int32 day)
{
	return DateADTGetDatum(day - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE));
}

PG_FUNCTION_INFO_V1(cg_dispatcher_info);
Datum
cg_dispatcher_info(PG_FUNCTION_ARGS)
{
	DispatcherMemo memo = {0};
	const Dispatcher *d =
	    dispatcher_use(PG_GETARG_DATUM(0), &memo, CurrentMemoryContext);
	TupleDesc row;
	char digest[17];
	int n = 0;
	int digits;
	Datum values[13];
	Datum levels[EVENTCODE_MAX_DIGITS];
	bool nulls[13] = {false};

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	snprintf(digest, sizeof(digest), "%016" PRIx64, d->digest);
	for (digits = 1; digits < EVENTCODE_MAX_DIGITS; digits++)
		if ((d->class_levels >> digits & 1) != 0)
			levels[n++] = Int32GetDatum(digits);
	values[0] = Int32GetDatum((int32) d->units);
	values[1] = Int32GetDatum((int32) d->roles);
	values[2] = Int32GetDatum((int32) d->channels);
	values[3] = Int32GetDatum((int32) d->properties);
	values[4] = Int32GetDatum((int32) d->contexts);
	values[5] = Int64GetDatum((int64) d->cases);
	values[6] = Int64GetDatum((int64) d->witnesses);
	values[7] = date_of(d->first_day);
	values[8] = date_of(d->last_day);
	values[9] = Float8GetDatum(d->half_life);
	values[10] = PointerGetDatum(
	    construct_array(levels, n, INT4OID, sizeof(int32), true, 'i'));
	values[11] =
	    Int64GetDatum((int64) toast_raw_datum_size(PG_GETARG_DATUM(0)) -
	                  VARHDRSZ - DISPATCHER_PADDING);
	values[12] = CStringGetTextDatum(digest);
	PG_RETURN_DATUM(HeapTupleGetDatum(
	    heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}
