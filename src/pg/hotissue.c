/*
 * hotissue.c
 *	  Hot issues (热点问题): what many messages of a query speak of, ranked.
 *
 * The query is run with the rights and the search path of whoever calls.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "core/textcluster.h"

#include "compat.h"
#include "core_memory.h"
#include "options.h"
#include "query_rows.h"
#include "textfold.h"

#define MESSAGE_BYTES 16384 /* that are kept of a message */
#define TITLE_LENGTH  30    /* characters, where there is no first line */
#define KEYWORDS      5
#define OPTIONS_NAME  "hot_issues_of()"

typedef struct HotOptions
{
	TextclusterOptions cluster;
	double weight_factor; /* of ln(1 + weight), against one message */
	double spread_days;   /* spread over time that halves the heat */
	int32 messages;       /* that make an issue */
} HotOptions;

/* A row of the query */
typedef struct Message
{
	char *id; /* may be NULL */
	text *message;
	TimestampTz at; /* DT_NOBEGIN: not known */
	double weight;
	bool told; /* who reported it is known: reporter */
	uint64 reporter;
	uint32 cluster;
	double central;
	uint32 place; /* among the rows; of two that are as central, the order is
	               * that of their times and texts */
} Message;

typedef struct Issue
{
	Message *messages; /* the most central first */
	uint32 n;
	uint32 reporters;
	bool told;
	TimestampTz first;
	TimestampTz last;
	bool timed;
	double heat;
} Issue;

typedef struct Hot
{
	HotOptions options;
	MemoryContext context;
	Textcluster cluster;
	FoldedText folded;
	Message *messages;
	size_t n;
	size_t room;
} Hot;

/* Options */

static void
read_options(Jsonb *json, HotOptions *options)
{
	OptionReader r;

	options_begin(&r, json, OPTIONS_NAME, "{\"spread_days\": 90}");
	while (options_next(&r))
	{
		if (strcmp(r.key, "least_similarity") == 0)
			options->cluster.least = option_number(&r, 0.01, 1);
		else if (strcmp(r.key, "common") == 0)
			options->cluster.common = option_number(&r, 0, 1);
		else if (strcmp(r.key, "head_times") == 0)
			options->cluster.head_times = (uint32) option_number(&r, 1, 100);
		else if (strcmp(r.key, "characters") == 0)
			options->cluster.characters = (uint32) option_number(&r, 10, 4000);
		else if (strcmp(r.key, "grams") == 0)
			options->cluster.grams = (uint64) option_number(&r, 1, 4e9);
		else if (strcmp(r.key, "pairs") == 0)
			options->cluster.pairs = (uint64) option_number(&r, 1, 2e9);
		else if (strcmp(r.key, "weight_factor") == 0)
			options->weight_factor = option_number(&r, 0, 1000);
		else if (strcmp(r.key, "spread_days") == 0)
			options->spread_days = option_number(&r, 0.001, 1e6);
		else if (strcmp(r.key, "messages") == 0)
			options->messages = (int32) option_number(&r, 2, 1e6);
		else
			option_unknown(&r, "least_similarity, common, head_times, "
			                   "characters, messages, weight_factor, "
			                   "spread_days, grams and pairs");
	}
}

static void
refuse_clustering(TextclusterStatus status)
{
	if (status == TEXTCLUSTER_TOO_LARGE)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("the messages are too many to be clustered"),
		         errdetail("They have more runs of characters than the option "
		                   "\"grams\" allows, or too many are similar."),
		         errhint("Take a shorter time, lower \"characters\" or raise "
		                 "\"grams\".")));
	ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"),
	                errdetail("Failed while clustering messages.")));
}

/* Messages */

/* Fold a message, which may begin with empty lines. */
static void
fold_message(FoldedText *folded, text *message)
{
	const char *bytes = VARDATA_ANY(message);
	size_t len = VARSIZE_ANY_EXHDR(message);
	size_t from = 0;

	while (from < len && (unsigned char) bytes[from] <= ' ')
		from++;
	fold_text(bytes + from, len - from, false, folded);
}

static void
add_message(Hot *hot, const Message *message)
{
	TextclusterStatus status;

	fold_message(&hot->folded, message->message);
	status =
	    textcluster_add(&hot->cluster, hot->folded.bytes, hot->folded.len);
	if (status != TEXTCLUSTER_OK)
		refuse_clustering(status);
	if (hot->n == hot->room)
	{
		hot->room = hot->room == 0 ? 1024 : 2 * hot->room;
		hot->messages =
		    hot->messages == NULL
		        ? MemoryContextAllocHuge(hot->context,
		                                 hot->room * sizeof(Message))
		        : repalloc_huge(hot->messages, hot->room * sizeof(Message));
	}
	hot->messages[hot->n] = *message;
	hot->messages[hot->n].place = (uint32) hot->n;
	hot->n++;
}

/* The columns of the query; 0 for one that is not there */
typedef struct Columns
{
	int id;
	int at;
	int message;
	int weight;
	int reporter;
	Oid at_type;
	Oid weight_type;
} Columns;

#define COLUMNS_HINT                                                          \
	"It gives id, at and message, and may give weight and reporter, as in "   \
	"SELECT no AS id, sent_at AS at, words AS message, likes AS weight FROM " \
	"my_messages."

/* The query, and what is made of it */
typedef struct Source
{
	QueryRows query;
	Hot *hot;
	Columns columns;
} Source;

static void
find_columns(void *state, TupleDesc row)
{
	static const Oid texts[] = {TEXTOID, VARCHAROID, BPCHAROID};
	static const Oid numbers[] = {FLOAT8OID, FLOAT4OID, INT8OID,
	                              INT4OID,   INT2OID,   NUMERICOID};
	Source *source = state;
	const QueryRows *q = &source->query;
	Columns *c = &source->columns;

	c->id = query_column(q, row, "id", true);
	c->at = query_column(q, row, "at", true);
	c->message = query_column(q, row, "message", true);
	c->weight = query_column(q, row, "weight", false);
	c->reporter = query_column(q, row, "reporter", false);
	c->at_type = query_time_type(q, row, c->at);
	(void) query_type(q, row, c->message, "text", texts, lengthof(texts));
	c->weight_type = InvalidOid;
	if (c->weight > 0)
		c->weight_type = query_type(q, row, c->weight, "double precision",
		                            numbers, lengthof(numbers));
}

static double
weight_of(Datum value, Oid type)
{
	double weight;

	switch (type)
	{
		case FLOAT4OID:
			weight = DatumGetFloat4(value);
			break;
		case INT8OID:
			weight = (double) DatumGetInt64(value);
			break;
		case INT4OID:
			weight = DatumGetInt32(value);
			break;
		case INT2OID:
			weight = DatumGetInt16(value);
			break;
		case NUMERICOID:
			weight =
			    DatumGetFloat8(DirectFunctionCall1(numeric_float8, value));
			break;
		default:
			weight = DatumGetFloat8(value);
			break;
	}
	if (isnan(weight) || isinf(weight))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("the weight of a message is not a number"),
		                errdetail("It is NaN or infinite."),
		                errhint("Leave it NULL where it is not known.")));
	return weight > 0 ? weight : 0;
}

static void
read_row(void *state, HeapTuple tuple, TupleDesc row)
{
	Source *source = state;
	Hot *hot = source->hot;
	const Columns *columns = &source->columns;
	Message m = {.at = DT_NOBEGIN};
	MemoryContext old;
	Datum value;
	text *whole;
	char *reporter;
	bool null;
	int len;

	value = SPI_getbinval(tuple, row, columns->message, &null);
	if (null)
		return;
	whole = DatumGetTextPP(value);
	len = (int) VARSIZE_ANY_EXHDR(whole);
	if (len > MESSAGE_BYTES)
		len = pg_mbcliplen(VARDATA_ANY(whole), len, MESSAGE_BYTES);
	value = SPI_getbinval(tuple, row, columns->at, &null);
	if (!null)
		m.at = query_time(value, columns->at_type);
	if (TIMESTAMP_NOT_FINITE(m.at))
		m.at = DT_NOBEGIN;
	if (columns->weight > 0)
	{
		value = SPI_getbinval(tuple, row, columns->weight, &null);
		if (!null)
			m.weight = weight_of(value, columns->weight_type);
	}
	reporter = columns->reporter > 0
	               ? SPI_getvalue(tuple, row, columns->reporter)
	               : NULL;
	if (reporter != NULL)
	{
		m.told = true;
		m.reporter = hash_bytes_extended((unsigned char *) reporter,
		                                 (int) strlen(reporter), 0);
	}
	old = MemoryContextSwitchTo(hot->context);
	m.message = cstring_to_text_with_len(VARDATA_ANY(whole), len);
	MemoryContextSwitchTo(old);
	m.id = SPI_getvalue(tuple, row, columns->id);
	if (m.id != NULL)
		m.id = MemoryContextStrdup(hot->context, m.id);
	add_message(hot, &m);
}

static void
read_messages(Hot *hot, const char *query)
{
	Source source = {
	    {OPTIONS_NAME, COLUMNS_HINT, find_columns, read_row, &source}, hot};

	query_rows(&source.query, query);
}

/* Issues */

static int
compare_messages(const void *a, const void *b)
{
	const Message *x = a;
	const Message *y = b;
	int order;

	if (x->cluster != y->cluster)
		return x->cluster < y->cluster ? -1 : 1;
	if (x->central != y->central)
		return x->central > y->central ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	order = memcmp(
	    VARDATA_ANY(x->message), VARDATA_ANY(y->message),
	    Min(VARSIZE_ANY_EXHDR(x->message), VARSIZE_ANY_EXHDR(y->message)));
	if (order != 0)
		return order;
	if (VARSIZE_ANY_EXHDR(x->message) != VARSIZE_ANY_EXHDR(y->message))
		return VARSIZE_ANY_EXHDR(x->message) < VARSIZE_ANY_EXHDR(y->message)
		           ? -1
		           : 1;
	if ((x->id == NULL) != (y->id == NULL))
		return x->id != NULL ? -1 : 1;
	if (x->id != NULL && (order = strcmp(x->id, y->id)) != 0)
		return order;
	return x->place < y->place ? -1 : 1;
}

static int
compare_uint64(const void *a, const void *b)
{
	uint64 x = *(const uint64 *) a;
	uint64 y = *(const uint64 *) b;

	return x == y ? 0 : x < y ? -1 : 1;
}

static int
compare_times(const void *a, const void *b)
{
	TimestampTz x = *(const TimestampTz *) a;
	TimestampTz y = *(const TimestampTz *) b;

	return x == y ? 0 : x < y ? -1 : 1;
}

/* The median distance of the times from their median, in days */
static double
spread_of(TimestampTz *times, uint32 n)
{
	TimestampTz median;
	uint32 i;

	if (n == 0)
		return 0;
	qsort(times, n, sizeof(*times), compare_times);
	median = times[n / 2];
	for (i = 0; i < n; i++)
		times[i] = times[i] < median ? median - times[i] : times[i] - median;
	qsort(times, n, sizeof(*times), compare_times);
	return (double) times[n / 2] / (double) USECS_PER_DAY;
}

/* Heat is told in doc/similar-texts.md. */
static void
measure_issue(const HotOptions *options, Issue *issue)
{
	TimestampTz *times = palloc(issue->n * sizeof(*times));
	uint64 *reporters = palloc(issue->n * sizeof(*reporters));
	uint32 timed = 0;
	uint32 told = 0;
	double points = 0;
	uint32 i;

	issue->reporters = 0;
	for (i = 0; i < issue->n; i++)
	{
		const Message *m = &issue->messages[i];

		if (m->at != DT_NOBEGIN)
			times[timed++] = m->at;
		if (m->told)
			reporters[told++] = m->reporter;
		else
			points++;
		points += options->weight_factor * log1p(m->weight);
	}
	qsort(reporters, told, sizeof(*reporters), compare_uint64);
	for (i = 0; i < told; i++)
		issue->reporters += i == 0 || reporters[i] != reporters[i - 1];
	issue->told = told > 0;
	points += issue->reporters;
	issue->timed = timed > 0;
	if (timed > 0)
	{
		issue->first = issue->last = times[0];
		for (i = 1; i < timed; i++)
		{
			issue->first = Min(issue->first, times[i]);
			issue->last = Max(issue->last, times[i]);
		}
	}
	issue->heat = points * options->spread_days /
	              (options->spread_days + spread_of(times, timed));
	pfree(times);
	pfree(reporters);
}

static int
compare_issues(const void *a, const void *b)
{
	const Issue *x = a;
	const Issue *y = b;

	if (x->heat != y->heat)
		return x->heat > y->heat ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	/* clusters are numbered by what is in them */
	return x->messages[0].cluster < y->messages[0].cluster ? -1 : 1;
}

static Issue *
find_issues(Hot *hot, uint32 *issues)
{
	TextclusterStatus status = textcluster_run(&hot->cluster);
	Issue *found;
	uint32 n = 0;
	size_t from;
	size_t i;

	if (status != TEXTCLUSTER_OK)
		refuse_clustering(status);
	for (i = 0; i < hot->n; i++)
		hot->messages[i].cluster =
		    textcluster_of(&hot->cluster, i, &hot->messages[i].central);
	qsort(hot->messages, hot->n, sizeof(Message), compare_messages);
	found = MemoryContextAllocHuge(
	    hot->context, ((size_t) hot->cluster.clusters + 1) * sizeof(*found));
	for (from = 0; from < hot->n; from = i)
	{
		for (i = from; i < hot->n && hot->messages[i].cluster ==
		                                 hot->messages[from].cluster;)
			i++;
		if (hot->messages[from].cluster == 0 ||
		    i - from < (size_t) hot->options.messages)
			continue;
		found[n].messages = &hot->messages[from];
		found[n].n = (uint32) (i - from);
		measure_issue(&hot->options, &found[n]);
		n++;
		CHECK_FOR_INTERRUPTS();
	}
	qsort(found, n, sizeof(*found), compare_issues);
	*issues = n;
	return found;
}

/* The first line of a message, or its beginning if that is long */
static text *
title_of(text *message)
{
	const char *bytes = VARDATA_ANY(message);
	const char *end = bytes + VARSIZE_ANY_EXHDR(message);
	const char *line;
	bool whole;
	int characters;

	while (bytes < end && (unsigned char) *bytes <= ' ')
		bytes++;
	line = memchr(bytes, '\n', (size_t) (end - bytes));
	whole = line == NULL;
	if (whole)
		line = end;
	while (line > bytes && (unsigned char) line[-1] <= ' ')
		line--;
	characters = pg_mbstrlen_with_len(bytes, (int) (line - bytes));
	if (characters > TEXTCLUSTER_FIRST_LINE ||
	    (whole && characters > TITLE_LENGTH))
	{
		StringInfoData cut;

		initStringInfo(&cut);
		appendBinaryStringInfo(
		    &cut, bytes,
		    pg_mbcharcliplen(bytes, (int) (line - bytes), TITLE_LENGTH));
		appendStringInfoString(&cut, "…");
		return cstring_to_text_with_len(cut.data, cut.len);
	}
	return cstring_to_text_with_len(bytes, (int) (line - bytes));
}

static Datum
keywords_of(Hot *hot, const Issue *issue)
{
	TextclusterPhrase phrases[KEYWORDS];
	Datum words[KEYWORDS];
	int n;
	int i;

	fold_message(&hot->folded, issue->messages[0].message);
	n = textcluster_phrases(&hot->cluster, issue->messages[0].cluster,
	                        hot->folded.bytes, hot->folded.len, phrases,
	                        KEYWORDS);
	for (i = 0; i < n; i++)
		words[i] = PointerGetDatum(
		    cstring_to_text_with_len(hot->folded.bytes + phrases[i].from,
		                             (int) (phrases[i].to - phrases[i].from)));
	return PointerGetDatum(
	    construct_array(words, n, TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
ids_of(const Issue *issue)
{
	Datum *ids = palloc(issue->n * sizeof(Datum));
	bool *nulls = palloc(issue->n * sizeof(bool));
	int dims[1] = {(int) issue->n};
	int bounds[1] = {1};
	uint32 i;

	for (i = 0; i < issue->n; i++)
	{
		nulls[i] = issue->messages[i].id == NULL;
		ids[i] =
		    nulls[i] ? (Datum) 0 : CStringGetTextDatum(issue->messages[i].id);
	}
	return PointerGetDatum(construct_md_array(
	    ids, nulls, 1, dims, bounds, TEXTOID, -1, false, TYPALIGN_INT));
}

static void
put_issue(Hot *hot, ReturnSetInfo *result, const Issue *issue, int32 rank)
{
	Datum values[9];
	bool nulls[9] = {false};

	values[0] = Int32GetDatum(rank);
	values[1] = Int32GetDatum((int32) issue->n);
	values[2] = Int32GetDatum((int32) issue->reporters);
	nulls[2] = !issue->told;
	values[3] = TimestampTzGetDatum(issue->first);
	values[4] = TimestampTzGetDatum(issue->last);
	nulls[3] = nulls[4] = !issue->timed;
	values[5] = Float8GetDatum(issue->heat);
	values[6] = PointerGetDatum(title_of(issue->messages[0].message));
	values[7] = keywords_of(hot, issue);
	values[8] = ids_of(issue);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(cg_hot_issues);
Datum
cg_hot_issues(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Hot hot = {.context = CurrentMemoryContext};
	TextclusterMemory memory = {core_resize, core_poll, CurrentMemoryContext};
	MemoryContext row;
	Issue *issues;
	uint32 n;
	uint32 i;

	InitMaterializedSRF(fcinfo, 0);
	textcluster_default_options(&hot.options.cluster);
	hot.options.weight_factor = 0.5;
	hot.options.spread_days = 30;
	hot.options.messages = 2;
	read_options(PG_GETARG_JSONB_P(1), &hot.options);
	textcluster_begin(&hot.cluster, &memory, &hot.options.cluster);
	begin_folded(&hot.folded, CurrentMemoryContext);
	read_messages(&hot, text_to_cstring(PG_GETARG_TEXT_PP(0)));
	issues = find_issues(&hot, &n);
	row = AllocSetContextCreate(CurrentMemoryContext, "civicgrid issue",
	                            ALLOCSET_DEFAULT_SIZES);
	for (i = 0; i < n; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(row);

		put_issue(&hot, result, &issues[i], (int32) i + 1);
		MemoryContextSwitchTo(old);
		MemoryContextReset(row);
		CHECK_FOR_INTERRUPTS();
	}
	textcluster_free(&hot.cluster);
	return (Datum) 0;
}
