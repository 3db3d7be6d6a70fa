/*
 * classifier.c
 *	  SQL functions of classifier (分类器): train one, and find the class of a
 *	  text.
 */
#include "postgres.h"

#include <inttypes.h>
#include <math.h>

#include "fmgr.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "access/detoast.h"
#include "access/htup_details.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"

#include "core/classifier_train.h"

#include "classifier_cache.h"
#include "compat.h"
#include "core_memory.h"
#include "textfold.h"

static ClassifierMemory
memory_in(MemoryContext context)
{
	ClassifierMemory memory = {core_resize, core_poll, context};

	return memory;
}

/* Input and output */

static bytea *
checked(bytea *value, const char *where)
{
	Size size = VARSIZE(value) - VARHDRSZ;
	Classifier classifier;
	ClassifierStatus status = CLASSIFIER_SHORT;

	/* palloc aligns to 8 bytes, and the header with the padding is as long */
	if (size >= CLASSIFIER_PADDING)
		status = classifier_validate((const uint8 *) VARDATA(value) +
		                                 CLASSIFIER_PADDING,
		                             size - CLASSIFIER_PADDING, &classifier);
	if (status != CLASSIFIER_OK)
		classifier_refuse(status, where);
	memset(VARDATA(value), 0, CLASSIFIER_PADDING);
	return value;
}

PG_FUNCTION_INFO_V1(cg_classifier_in);
Datum
cg_classifier_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	size_t length = strlen(text);
	bytea *value;

	if (length < 2 || text[0] != '\\' || text[1] != 'x')
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		         errmsg("invalid input syntax for type classifier"),
		         errdetail("It does not begin with \"\\x\"."),
		         errhint("The text form of a classifier is made by its own "
		                 "output alone; classifier_train() makes one of "
		                 "texts.")));
	value = palloc(VARHDRSZ + CLASSIFIER_PADDING + length / 2);
	SET_VARSIZE(value, VARHDRSZ + CLASSIFIER_PADDING +
	                       hex_decode(text + 2, length - 2,
	                                  VARDATA(value) + CLASSIFIER_PADDING));
	PG_RETURN_BYTEA_P(checked(value, "text"));
}

PG_FUNCTION_INFO_V1(cg_classifier_out);
Datum
cg_classifier_out(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	Size size = VARSIZE_ANY_EXHDR(value) - CLASSIFIER_PADDING;
	char *text = palloc(2 * size + 3);

	text[0] = '\\';
	text[1] = 'x';
	text[2 + hex_encode(VARDATA_ANY(value) + CLASSIFIER_PADDING, size,
	                    text + 2)] = '\0';
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(cg_classifier_recv);
Datum
cg_classifier_recv(PG_FUNCTION_ARGS)
{
	StringInfo buffer = (StringInfo) PG_GETARG_POINTER(0);
	Size size = buffer->len - buffer->cursor;
	bytea *value = palloc(VARHDRSZ + CLASSIFIER_PADDING + size);

	pq_copymsgbytes(buffer, VARDATA(value) + CLASSIFIER_PADDING, size);
	SET_VARSIZE(value, VARHDRSZ + CLASSIFIER_PADDING + size);
	PG_RETURN_BYTEA_P(checked(value, "binary value"));
}

PG_FUNCTION_INFO_V1(cg_classifier_send);
Datum
cg_classifier_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendbytes(&buffer, VARDATA_ANY(value) + CLASSIFIER_PADDING,
	             VARSIZE_ANY_EXHDR(value) - CLASSIFIER_PADDING);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/* Folded texts */

static const char *
folding_name(void)
{
	static char name[TEXTFOLD_VERSION_SIZE];

	if (name[0] == '\0')
	{
		textfold_version(name);
		name[CLASSIFIER_FOLDING - 1] = '\0';
	}
	return name;
}

/* A text as it is scored: its first line and the rest, folded each by itself,
 * since folding makes a space of the end of a line */
typedef struct FoldedText
{
	TextfoldText first;
	TextfoldText rest;
	size_t rest_from; /* where the rest begins in the source */
	char *bytes;
	size_t len;
	size_t room;
} FoldedText;

static void
begin_folded(FoldedText *folded, MemoryContext context)
{
	TextfoldMemory memory = textfold_memory_in(context);

	memset(folded, 0, sizeof(*folded));
	textfold_begin(&folded->first, &memory);
	textfold_begin(&folded->rest, &memory);
}

static void
fold_piece(const char *source, size_t len, bool origins, TextfoldText *folded)
{
	TextfoldOptions options = {.origins = origins};
	TextfoldStatus status =
	    textfold_fold(shared_textfold(), &options, source, len, folded);

	if (status != TEXTFOLD_OK)
		refuse_folding(status);
}

static void
fold_text(struct varlena *text, bool origins, FoldedText *folded,
          MemoryContext context)
{
	const char *source = VARDATA_ANY(text);
	size_t len = VARSIZE_ANY_EXHDR(text);
	const char *end = memchr(source, '\n', len);
	size_t first = end != NULL ? (size_t) (end - source) : len;
	size_t needed;

	fold_piece(source, first, origins, &folded->first);
	folded->rest_from = end != NULL ? first + 1 : len;
	fold_piece(source + folded->rest_from, len - folded->rest_from, origins,
	           &folded->rest);
	needed = folded->first.len + folded->rest.len + 1;
	if (folded->room < needed)
	{
		if (folded->bytes != NULL)
			pfree(folded->bytes);
		folded->room = 0;
		folded->bytes = MemoryContextAllocHuge(context, needed);
		folded->room = needed;
	}
	folded->len = folded->first.len;
	if (folded->len > 0)
		memcpy(folded->bytes, folded->first.bytes, folded->len);
	if (end != NULL)
	{
		folded->bytes[folded->len++] = '\n';
		if (folded->rest.len > 0)
			memcpy(folded->bytes + folded->len, folded->rest.bytes,
			       folded->rest.len);
		folded->len += folded->rest.len;
	}
}

/* The piece of the source that a piece of the folded text comes from, which
 * does not reach over the end of the first line */
static void
find_source(const FoldedText *folded, size_t from, size_t to,
            size_t *source_from, size_t *source_to)
{
	size_t first = folded->first.len;

	if (from < first)
	{
		textfold_source(&folded->first, from, Min(to, first), source_from,
		                source_to);
		return;
	}
	textfold_source(&folded->rest, from - first - 1, to - first - 1,
	                source_from, source_to);
	*source_from += folded->rest_from;
	*source_to += folded->rest_from;
}

/* Training */

typedef struct Training
{
	ClassifierTrainer trainer;
	FoldedText folded;
} Training;

static double
number_option(const JsonbValue *value, const char *key, double least,
              double most)
{
	double number = -1;

	if (value->type == jbvNumeric)
		number = DatumGetFloat8(DirectFunctionCall1(
		    numeric_float8, NumericGetDatum(value->val.numeric)));
	if (!(number >= least && number <= most))
		ereport(
		    ERROR,
		    (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     errmsg("invalid option \"%s\" of classifier_train()", key),
		     errdetail("It has to be a number from %g to %g.", least, most)));
	return number;
}

static void
read_options(Jsonb *json, ClassifierOptions *options)
{
	JsonbIterator *it = JsonbIteratorInit(&json->root);
	JsonbIteratorToken token;
	JsonbValue v;
	char *key = NULL;

	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("the options of classifier_train() are not a "
		                       "JSON object"),
		                errdetail("They are an array or a single value."),
		                errhint("For example: {\"cost\": 0.5}.")));
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			key = pnstrdup(v.val.string.val, v.val.string.len);
		if (token != WJB_VALUE)
			continue;
		if (strcmp(key, "cost") == 0)
			options->cost = number_option(&v, key, 1e-4, 1e4);
		else if (strcmp(key, "passes") == 0)
			options->passes = (uint32) number_option(&v, key, 1, 10000);
		else if (strcmp(key, "rows") == 0)
			options->rows = (uint32) number_option(&v, key, 0, 1e6);
		else if (strcmp(key, "bytes") == 0)
			options->bytes = (uint64) number_option(&v, key, 0, 1e9);
		else if (strcmp(key, "grams") == 0)
			options->grams = (uint64) number_option(&v, key, 1, 1e10);
		else
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("classifier_train() has no option \"%s\"", key),
			         errdetail("Nothing would be done with it."),
			         errhint("Options are cost, passes, rows, bytes and "
			                 "grams.")));
	}
}

static void
refuse_training(ClassifierStatus status)
{
	if (status == CLASSIFIER_WEIGHT)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("the weight of a text is not a positive number"),
		         errdetail("Zero, negative and infinite weights are none."),
		         errhint("Leave out texts that shall not count.")));
	if (status == CLASSIFIER_TOO_LARGE)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("the texts are too many for a classifier"),
		         errdetail("They have more runs of characters than the option "
		                   "\"grams\" allows, or the result is too large."),
		         errhint("Train it on a sample, or raise \"grams\".")));
	if (status == CLASSIFIER_NO_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
		                errmsg("out of memory while training")));
	elog(ERROR, "training failed with status %d", (int) status);
}

PG_FUNCTION_INFO_V1(cg_classifier_train_step);
Datum
cg_classifier_train_step(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	Training *t;
	struct varlena *text;
	ClassifierStatus status;
	double weight = 1;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "classifier_train_step called outside an aggregate");
	if (PG_ARGISNULL(0))
	{
		ClassifierMemory memory = memory_in(context);
		ClassifierOptions options;

		classifier_default_options(&options);
		strlcpy(options.folding, folding_name(), sizeof(options.folding));
		if (PG_NARGS() > 4 && !PG_ARGISNULL(4))
			read_options(PG_GETARG_JSONB_P(4), &options);
		t = MemoryContextAllocZero(context, sizeof(*t));
		classifier_train_begin(&t->trainer, &memory, &options);
		begin_folded(&t->folded, context);
	}
	else
		t = (Training *) PG_GETARG_POINTER(0);
	/* a text or class that nobody knows teaches nothing */
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) ||
	    (PG_NARGS() > 3 && PG_ARGISNULL(3)))
		PG_RETURN_POINTER(t);
	if (PG_NARGS() > 3)
		weight = PG_GETARG_FLOAT8(3);
	text = PG_GETARG_VARLENA_PP(1);
	fold_text(text, false, &t->folded, context);
	status = classifier_train_add(&t->trainer, t->folded.bytes, t->folded.len,
	                              PG_GETARG_INT64(2), weight);
	if (status == CLASSIFIER_OK)
		status = t->trainer.status;
	if (status != CLASSIFIER_OK)
		refuse_training(status);
	PG_FREE_IF_COPY(text, 1);
	PG_RETURN_POINTER(t);
}

PG_FUNCTION_INFO_V1(cg_classifier_train_final);
Datum
cg_classifier_train_final(PG_FUNCTION_ARGS)
{
	Training *t;
	ClassifierStatus status;
	uint8 *block;
	size_t size;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	t = (Training *) PG_GETARG_POINTER(0);
	status = classifier_train(&t->trainer, VARHDRSZ + CLASSIFIER_PADDING,
	                          &block, &size);
	if (status == CLASSIFIER_EMPTY)
		PG_RETURN_NULL();
	if (status == CLASSIFIER_OK && size > MaxAllocSize)
		status = CLASSIFIER_TOO_LARGE;
	if (status != CLASSIFIER_OK)
		refuse_training(status);
	memset(block, 0, VARHDRSZ + CLASSIFIER_PADDING);
	SET_VARSIZE(block, size);
	PG_RETURN_POINTER(block);
}

/* Classifying */

/* What a function keeps between calls */
typedef struct Desk
{
	ClassifierMemo memo;
	ClassifierWork work;
	FoldedText folded;
	int64 *scores;
	double *probabilities;
	uint32 classes; /* room in these */
	uint64 warned;  /* of a classifier's folding */
} Desk;

static Desk *
new_desk(MemoryContext context)
{
	Desk *desk = MemoryContextAllocZero(context, sizeof(*desk));
	ClassifierMemory memory = memory_in(context);

	classifier_work_begin(&desk->work, &memory);
	begin_folded(&desk->folded, context);
	return desk;
}

static void
make_room(Desk *desk, uint32 classes, MemoryContext context)
{
	if (desk->classes >= classes)
		return;
	if (desk->scores != NULL)
	{
		pfree(desk->scores);
		pfree(desk->probabilities);
	}
	desk->classes = 0;
	desk->scores = MemoryContextAlloc(context, classes * sizeof(int64));
	desk->probabilities =
	    MemoryContextAlloc(context, classes * sizeof(double));
	desk->classes = classes;
}

/* Fold and score a text. */
static void
score_text(Desk *desk, const Classifier *classifier, struct varlena *text,
           bool origins, MemoryContext context)
{
	ClassifierStatus status;

	if (desk->warned != classifier->digest)
	{
		desk->warned = classifier->digest;
		if (strcmp(classifier->folding, folding_name()) != 0)
			ereport(
			    WARNING,
			    (errmsg("a classifier was trained with another folding"),
			     errdetail("It was trained with \"%s\"; this server has "
			               "\"%s\".",
			               classifier->folding, folding_name()),
			     errhint("Some characters may be taken for others.  Train it "
			             "again.")));
	}
	fold_text(text, origins, &desk->folded, context);
	make_room(desk, classifier->classes, context);
	status = classifier_score(classifier, &desk->work, desk->folded.bytes,
	                          desk->folded.len, desk->scores);
	if (status != CLASSIFIER_OK)
		classifier_refuse(status, NULL);
}

static Desk *
desk_of(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = new_desk(fcinfo->flinfo->fn_mcxt);
	return fcinfo->flinfo->fn_extra;
}

PG_FUNCTION_INFO_V1(cg_classify);
Datum
cg_classify(PG_FUNCTION_ARGS)
{
	Desk *desk = desk_of(fcinfo);
	const Classifier *classifier =
	    classifier_use_memo(PG_GETARG_DATUM(0), &desk->memo);
	struct varlena *text = PG_GETARG_VARLENA_PP(1);

	score_text(desk, classifier, text, false, fcinfo->flinfo->fn_mcxt);
	PG_FREE_IF_COPY(text, 1);
	PG_RETURN_INT64(
	    classifier->codes[classifier_best(classifier, desk->scores)]);
}

typedef struct Ranked
{
	double probability;
	uint32 class_number;
} Ranked;

static int
compare_ranked(const void *a, const void *b)
{
	const Ranked *x = a;
	const Ranked *y = b;

	if (x->probability != y->probability)
		return x->probability > y->probability ? -1 : 1;
	return x->class_number < y->class_number ? -1 : 1;
}

PG_FUNCTION_INFO_V1(cg_classify_top);
Datum
cg_classify_top(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Desk *desk = new_desk(CurrentMemoryContext);
	const Classifier *classifier = classifier_use(PG_GETARG_DATUM(0));
	int32 k = PG_GETARG_INT32(2);
	Ranked *ranked;
	uint32 i;

	if (k < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("the number of classes must be positive"),
		                errdetail("It is %d.", k),
		                errhint("Ask for one or more, for example 5.")));
	InitMaterializedSRF(fcinfo, 0);
	score_text(desk, classifier, PG_GETARG_VARLENA_PP(1), false,
	           CurrentMemoryContext);
	classifier_probabilities(classifier, desk->scores, desk->probabilities);
	ranked = palloc(classifier->classes * sizeof(*ranked));
	for (i = 0; i < classifier->classes; i++)
	{
		ranked[i].probability = desk->probabilities[i];
		ranked[i].class_number = i;
	}
	qsort(ranked, classifier->classes, sizeof(*ranked), compare_ranked);
	for (i = 0; i < classifier->classes && i < (uint32) k; i++)
	{
		uint32 n = ranked[i].class_number;
		Datum values[4];
		bool nulls[4] = {false};

		values[0] = Int64GetDatum(classifier->codes[n]);
		values[1] = Float8GetDatum(ranked[i].probability);
		values[2] = Int32GetDatum((int32) i + 1);
		values[3] = Int64GetDatum(desk->scores[n]);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
		                     nulls);
	}
	return (Datum) 0;
}

/* Rows of an explanation in the making */
typedef struct Account
{
	ReturnSetInfo *result;
	const FoldedText *folded;
	const char *source;
	int64 code;
	size_t counted; /* bytes of the source whose characters are counted */
	int32 characters;
} Account;

static void
put_account(Account *a, int32 from, int32 to, const char *fragment,
            size_t length, int64 contribution, const char *part)
{
	Datum values[6];
	bool nulls[6] = {false};

	values[0] = Int64GetDatum(a->code);
	nulls[1] = nulls[2] = nulls[3] = fragment == NULL;
	if (fragment != NULL)
	{
		values[1] = Int32GetDatum(from);
		values[2] = Int32GetDatum(to);
		values[3] =
		    PointerGetDatum(cstring_to_text_with_len(fragment, (int) length));
	}
	values[4] = Int64GetDatum(contribution);
	values[5] = CStringGetTextDatum(part);
	tuplestore_putvalues(a->result->setResult, a->result->setDesc, values,
	                     nulls);
}

/* Characters of the source before an offset; offsets mostly ascend. */
static int32
characters_before(Account *a, size_t offset)
{
	if (offset < a->counted)
	{
		a->counted = 0;
		a->characters = 0;
	}
	for (; a->counted < offset; a->counted++)
		a->characters += (a->source[a->counted] & 0xC0) != 0x80;
	return a->characters;
}

static void
tell_occurrence(void *context, size_t from, size_t to, int64_t contribution)
{
	Account *a = context;
	size_t source_from;
	size_t source_to;
	int32 first;

	find_source(a->folded, from, to, &source_from, &source_to);
	first = characters_before(a, source_from) + 1;
	put_account(a, first, characters_before(a, source_to),
	            a->source + source_from, source_to - source_from, contribution,
	            "model");
}

PG_FUNCTION_INFO_V1(cg_classify_explain);
Datum
cg_classify_explain(PG_FUNCTION_ARGS)
{
	Desk *desk = new_desk(CurrentMemoryContext);
	const Classifier *classifier;
	struct varlena *text;
	ClassifierStatus status;
	Account account = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	uint32 n;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	classifier = classifier_use(PG_GETARG_DATUM(0));
	text = PG_GETARG_VARLENA_PP(1);
	score_text(desk, classifier, text, true, CurrentMemoryContext);
	if (PG_ARGISNULL(2))
		n = classifier_best(classifier, desk->scores);
	else
	{
		int64 code = PG_GETARG_INT64(2);

		for (n = 0; n < classifier->classes && classifier->codes[n] != code;)
			n++;
		if (n == classifier->classes)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("the classifier does not know this class"),
			                errhint("classify_top() lists the classes that it "
			                        "knows.")));
	}
	account.folded = &desk->folded;
	account.source = VARDATA_ANY(text);
	account.code = classifier->codes[n];
	put_account(&account, 0, 0, NULL, 0, classifier->bias[n], "bias");
	status =
	    classifier_explain(classifier, &desk->work, desk->folded.bytes,
	                       desk->folded.len, n, tell_occurrence, &account);
	if (status != CLASSIFIER_OK)
		classifier_refuse(status, NULL);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(cg_classifier_info);
Datum
cg_classifier_info(PG_FUNCTION_ARGS)
{
	const Classifier *classifier = classifier_use(PG_GETARG_DATUM(0));
	TupleDesc row;
	char digest[17];
	Datum values[8];
	bool nulls[8] = {false};

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	snprintf(digest, sizeof(digest), "%016" PRIx64, classifier->digest);
	values[0] = Int32GetDatum((int32) classifier->classes);
	values[1] = Int32GetDatum((int32) classifier->features);
	values[2] = Int32GetDatum((int32) classifier->rows);
	values[3] =
	    Int64GetDatum((int64) toast_raw_datum_size(PG_GETARG_DATUM(0)) -
	                  VARHDRSZ - CLASSIFIER_PADDING);
	values[4] = CStringGetTextDatum(classifier->folding);
	values[5] = Float8GetDatum(classifier->trained_accuracy);
	values[6] = Float8GetDatum(classifier->trained_error);
	values[7] = CStringGetTextDatum(digest);
	PG_RETURN_DATUM(HeapTupleGetDatum(
	    heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}
