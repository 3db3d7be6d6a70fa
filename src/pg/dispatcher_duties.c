/*
 * dispatcher_duties.c
 *	  Duties that past cases suggest (职责建议).
 *
 * The query is run with the rights and the search path of whoever calls.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/code.h"
#include "core/dispatcher_duties.h"

#include "compat.h"
#include "core_memory.h"
#include "dispatcher_value.h"
#include "options.h"
#include "query_rows.h"

#define OPTIONS_NAME "suggest_duties()"

/* Microseconds from 1970 to 2000 */
#define EPOCH \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

#define COLUMNS_HINT                                                          \
	"It gives class, unit and at, and may give cell, channel, key, kind and " \
	"level, as in SELECT class, cell, channel, unit, received_at AS at, no "  \
	"AS key FROM my_cases."

static void
read_options(Jsonb *json, DutiesOptions *options)
{
	OptionReader r;

	options_begin(&r, json, OPTIONS_NAME, "{\"confidence\": 0.8}");
	while (options_next(&r))
	{
		if (strcmp(r.key, "half_life") == 0)
			options->half_life = option_number(&r, 1, 1e6);
		else if (strcmp(r.key, "gain") == 0)
			options->gain = option_number(&r, 0.001, 1e6);
		else if (strcmp(r.key, "support") == 0)
			options->support = option_number(&r, 0.001, 1e6);
		else if (strcmp(r.key, "confidence") == 0)
			options->confidence = option_number(&r, 0, 1);
		else if (strcmp(r.key, "against") == 0)
			options->against = (uint32) option_number(&r, 0, 1e6);
		else if (strcmp(r.key, "class_digits") == 0)
			options->class_levels = option_digits(&r);
		else if (strcmp(r.key, "takeovers") == 0)
			options->takeovers = option_flag(&r);
		else
			option_unknown(&r, "support, confidence, gain, half_life, "
			                   "class_digits, takeovers and against");
	}
}

static _Noreturn void
refuse_suggesting(DispatcherStatus status)
{
	if (status == DISPATCHER_TOO_LARGE)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("the cases are too many to suggest duties from"),
		         errdetail("There are more than 4 billion of them, or of "
		                   "the rules that there could be."),
		         errhint("Take a shorter time.")));
	if (status == DISPATCHER_NAME)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("a channel, kind or key is too long"),
		         errdetail("It is longer than %d bytes.", DISPATCHER_TEXT_MAX),
		         errhint("Give what is short and the same each time.")));
	ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"),
	                errdetail("Failed while looking for duties.")));
}

/* The columns of the query; 0 for one that is not there */
typedef struct Columns
{
	int class_code;
	int cell;
	int channel;
	int unit;
	int at;
	int key;
	int kind;
	int level;
	Oid at_type;
} Columns;

/* The query, and what is made of it */
typedef struct Source
{
	QueryRows query;
	Duties *duties;
	Columns columns;
	uint64 left_out; /* rows */
} Source;

static void
find_columns(void *state, TupleDesc row)
{
	Source *source = state;
	const QueryRows *q = &source->query;
	Columns *c = &source->columns;

	c->class_code = query_column(q, row, "class", true);
	c->unit = query_column(q, row, "unit", true);
	c->at = query_column(q, row, "at", true);
	c->cell = query_column(q, row, "cell", false);
	c->channel = query_column(q, row, "channel", false);
	c->key = query_column(q, row, "key", false);
	c->kind = query_column(q, row, "kind", false);
	c->level = query_column(q, row, "level", false);
	c->at_type = query_time_type(q, row, c->at);
}

static const char *
column_text(HeapTuple tuple, TupleDesc row, int column, size_t *len)
{
	char *text = column > 0 ? SPI_getvalue(tuple, row, column) : NULL;

	*len = text == NULL ? 0 : strlen(text);
	return text;
}

/* A code, as text or of its own type */
static int64
column_code(HeapTuple tuple, TupleDesc row, int column, bool grid)
{
	size_t len;
	const char *text = column_text(tuple, row, column, &len);
	CodeFault fault;
	int64 code;

	if (text == NULL)
		return 0;
	if (!(grid ? gridcode_parse(text, len, &code, &fault)
	           : eventcode_parse(text, len, &code, &fault)))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		         errmsg("\"%s\" in column \"%s\" of the query of %s is no %s",
		                text, SPI_fname(row, column), OPTIONS_NAME,
		                grid ? "gridcode" : "eventcode"),
		         errdetail("It has to be a code, or text that is one."),
		         errhint("Cast the column to %s in the query to see what is "
		                 "wrong with it.",
		                 grid ? "gridcode" : "eventcode")));
	return code;
}

/* Is it a case that can be learned from? */
static bool
read_row(Duties *duties, HeapTuple tuple, TupleDesc row,
         const Columns *columns)
{
	DutiesCase c = {0};
	DispatcherStatus status;
	StringInfoData kind;
	const char *text;
	size_t len;
	TimestampTz at;
	Datum value;
	bool null;

	c.class_code = column_code(tuple, row, columns->class_code, false);
	text = column_text(tuple, row, columns->unit, &len);
	value = SPI_getbinval(tuple, row, columns->at, &null);
	if (c.class_code == 0 || text == NULL || null)
		return false;
	at = query_time(value, columns->at_type);
	if (TIMESTAMP_NOT_FINITE(at))
		return false;
	c.at = at + EPOCH;
	c.unit = DatumGetInt64(DirectFunctionCall1(int8in, CStringGetDatum(text)));
	if (columns->cell > 0)
		c.cell = column_code(tuple, row, columns->cell, true);
	c.channel = column_text(tuple, row, columns->channel, &c.channel_len);
	c.key = column_text(tuple, row, columns->key, &c.key_len);
	text = column_text(tuple, row, columns->kind, &len);
	if (text != NULL)
	{
		const char *level = column_text(tuple, row, columns->level, &len);

		/* taken apart again in put_rule() */
		if (level != NULL)
		{
			initStringInfo(&kind);
			appendStringInfo(&kind, "%d %s",
			                 DatumGetInt16(DirectFunctionCall1(
			                     int2in, CStringGetDatum(level))),
			                 text);
			c.kind = kind.data;
			c.kind_len = kind.len;
		}
	}
	status = duties_add(duties, &c);
	if (status != DISPATCHER_OK)
		refuse_suggesting(status);
	return true;
}

static void
take_row(void *state, HeapTuple tuple, TupleDesc row)
{
	Source *source = state;

	source->left_out +=
	    !read_row(source->duties, tuple, row, &source->columns);
}

static void
read_cases(Duties *duties, const char *query)
{
	Source source = {
	    {OPTIONS_NAME, COLUMNS_HINT, find_columns, take_row, &source}, duties};
	uint64 left_out;

	query_rows(&source.query, query);
	left_out = source.left_out;
	if (left_out > 0)
		ereport(NOTICE,
		        (errmsg_plural("%llu row without class, unit or time was "
		                       "left out",
		                       "%llu rows without class, unit or time were "
		                       "left out",
		                       (unsigned long) left_out,
		                       (unsigned long long) left_out)));
}

static Datum
text_datum(const char *bytes, size_t len)
{
	return PointerGetDatum(cstring_to_text_with_len(bytes, (int) len));
}

static Datum
against_of(const DutiesRule *rule, const DutiesTold *told)
{
	Datum *keys = palloc(Max(rule->against, 1) * sizeof(Datum));
	uint32 i;

	for (i = 0; i < rule->against; i++)
	{
		size_t len;
		const char *key = duties_against(told, i, &len);

		keys[i] = text_datum(key, len);
	}
	return PointerGetDatum(construct_array(keys, (int) rule->against, TEXTOID,
	                                       -1, false, TYPALIGN_INT));
}

typedef struct Telling
{
	ReturnSetInfo *result;
	MemoryContext row;
} Telling;

/* The rule as a row; the note says the same in words, for the remark. */
static bool
put_rule(void *context, const DutiesRule *rule, const DutiesTold *told)
{
	Telling *t = context;
	MemoryContext old = MemoryContextSwitchTo(t->row);
	Datum values[14];
	bool nulls[14] = {false};
	StringInfoData note;

	nulls[0] = rule->class_code == 0;
	values[0] = Int64GetDatum(rule->class_code);
	nulls[1] = rule->cell == 0;
	values[1] = Int64GetDatum(rule->cell);
	nulls[2] = rule->channel == NULL;
	if (rule->channel != NULL)
		values[2] = text_datum(rule->channel, rule->channel_len);
	nulls[3] = rule->kind != NULL;
	values[3] = Int64GetDatum(rule->unit);
	nulls[4] = nulls[5] = rule->kind == NULL;
	if (rule->kind != NULL)
	{
		const char *space = memchr(rule->kind, ' ', rule->kind_len);
		char *level = pnstrdup(rule->kind, space - rule->kind);

		values[4] =
		    text_datum(space + 1, rule->kind + rule->kind_len - (space + 1));
		values[5] = DirectFunctionCall1(int2in, CStringGetDatum(level));
	}
	values[6] = Int64GetDatum((int64) rule->cases);
	values[7] = Int64GetDatum((int64) rule->kept);
	values[8] = Float8GetDatum((double) rule->kept / (double) rule->cases);
	values[9] = Int64GetDatum((int64) rule->witnesses);
	values[10] = against_of(rule, told);
	nulls[11] = nulls[12] = !rule->taken_over;
	values[11] = TimestampTzGetDatum(rule->since - EPOCH);
	values[12] = Int64GetDatum(rule->previous);
	initStringInfo(&note);
	appendStringInfo(&note, UINT64_FORMAT " of " UINT64_FORMAT " past cases",
	                 (uint64) rule->kept, (uint64) rule->cases);
	if (rule->taken_over)
		appendStringInfo(&note, ", taken over from " INT64_FORMAT,
		                 (int64) rule->previous);
	values[13] = text_datum(note.data, note.len);
	tuplestore_putvalues(t->result->setResult, t->result->setDesc, values,
	                     nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(t->row);
	CHECK_FOR_INTERRUPTS();
	return true;
}

PG_FUNCTION_INFO_V1(cg_suggest_duties);
Datum
cg_suggest_duties(PG_FUNCTION_ARGS)
{
	DispatcherMemory memory = {core_resize, core_poll, CurrentMemoryContext};
	DutiesOptions options;
	DispatcherStatus status;
	Duties duties;
	Telling telling;

	InitMaterializedSRF(fcinfo, 0);
	telling.result = (ReturnSetInfo *) fcinfo->resultinfo;
	duties_default_options(&options);
	read_options(PG_GETARG_JSONB_P(1), &options);
	duties_begin(&duties, &memory, &options);
	read_cases(&duties, text_to_cstring(PG_GETARG_TEXT_PP(0)));
	telling.row = AllocSetContextCreate(CurrentMemoryContext, "civicgrid duty",
	                                    ALLOCSET_DEFAULT_SIZES);
	status = duties_suggest(&duties, put_rule, &telling);
	if (status != DISPATCHER_OK && status != DISPATCHER_EMPTY)
		refuse_suggesting(status);
	duties_free(&duties);
	return (Datum) 0;
}
