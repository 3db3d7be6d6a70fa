/*
 * classifier.c
 *	  SQL functions of classifier (分类器): input and output, and training.
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
#include "utils/memutils.h"

#include "core/classifier_extend.h"
#include "core/classifier_train.h"
#include "core/code.h"

#include "classifier_cache.h"
#include "compat.h"
#include "classifier_text.h"
#include "options.h"
#include "value_io.h"

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
	return value;
}

PG_FUNCTION_INFO_V1(cg_classifier_in);
Datum
cg_classifier_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);

	PG_RETURN_BYTEA_P(checked(
	    value_from_text(
	        text, CLASSIFIER_PADDING, "classifier",
	        "The text form of a classifier is made by its own output alone; classifier_train() makes one of texts."),
	    "text"));
}

PG_FUNCTION_INFO_V1(cg_classifier_out);
Datum
cg_classifier_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(value_to_text(PG_GETARG_VARLENA_PP(0),
	                                CLASSIFIER_PADDING, "classifier"));
}

PG_FUNCTION_INFO_V1(cg_classifier_recv);
Datum
cg_classifier_recv(PG_FUNCTION_ARGS)
{
	StringInfo buffer = (StringInfo) PG_GETARG_POINTER(0);

	PG_RETURN_BYTEA_P(
	    checked(value_from_wire(buffer, CLASSIFIER_PADDING), "binary value"));
}

PG_FUNCTION_INFO_V1(cg_classifier_send);
Datum
cg_classifier_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(
	    value_to_wire(PG_GETARG_VARLENA_PP(0), CLASSIFIER_PADDING));
}

/* Training */

typedef struct Training
{
	ClassifierTrainer trainer;
	FoldedText folded;
	MemoryContext context;
	uint32 levels; /* a bit for each number of digits */
} Training;

static void
read_options(Jsonb *json, ClassifierOptions *options, uint32 *levels)
{
	OptionReader r;

	options_begin(&r, json, "classifier_train()", "{\"cost\": 0.5}");
	while (options_next(&r))
	{
		if (strcmp(r.key, "cost") == 0)
			options->cost = option_number(&r, 1e-4, 1e4);
		else if (strcmp(r.key, "passes") == 0)
			options->passes = (uint32) option_number(&r, 1, 10000);
		else if (strcmp(r.key, "rows") == 0)
			options->rows = (uint32) option_number(&r, 0, 1e6);
		else if (strcmp(r.key, "bytes") == 0)
			options->bytes = (uint64) option_number(&r, 0, 1e9);
		else if (strcmp(r.key, "grams") == 0)
			options->grams = (uint64) option_number(&r, 1, 1e10);
		else if (strcmp(r.key, "levels") == 0)
			*levels = option_digits(&r);
		else
			option_unknown(&r, "cost, passes, rows, bytes, grams and levels");
	}
}

static void
refuse_training(ClassifierStatus status)
{
	if (status == CLASSIFIER_WEIGHT)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("the weight of a text is out of range"),
		         errdetail("It has to be above 0.000001 and below 1000000."),
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
		ClassifierMemory memory = classifier_memory(context);
		ClassifierOptions options;
		uint32 levels = 0;

		classifier_default_options(&options);
		strlcpy(options.folding, classifier_folding(),
		        sizeof(options.folding));
		if (PG_NARGS() > 4 && !PG_ARGISNULL(4))
			read_options(PG_GETARG_JSONB_P(4), &options, &levels);
		t = MemoryContextAllocZero(context, sizeof(*t));
		t->context = context;
		t->levels = levels;
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
	fold_text(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text), false, &t->folded);
	status = classifier_train_add(&t->trainer, t->folded.bytes, t->folded.len,
	                              PG_GETARG_INT64(2), weight);
	if (status == CLASSIFIER_OK)
		status = t->trainer.status;
	if (status != CLASSIFIER_OK)
		refuse_training(status);
	PG_FREE_IF_COPY(text, 1);
	PG_RETURN_POINTER(t);
}

/* The value again, with ancestors as nodes */
static ClassifierStatus
add_levels(const Training *t, uint8 **block, size_t *size)
{
	size_t prefix = VARHDRSZ + CLASSIFIER_PADDING;
	ClassifierMemory memory = classifier_memory(t->context);
	uint8 *base_block = *block;
	ClassifierExtender extender;
	ClassifierStatus status;
	Classifier base;
	int digits;

	status = classifier_open(base_block + prefix, *size - prefix, &base);
	if (status != CLASSIFIER_OK)
		return status;
	classifier_extend_begin(&extender, &memory, &base, NULL);
	for (digits = 1; digits < EVENTCODE_MAX_DIGITS; digits++)
		if ((t->levels >> digits & 1) != 0)
			classifier_extend_level(&extender, digits);
	status = classifier_extend(&extender, prefix, block, size);
	classifier_extend_free(&extender);
	pfree(base_block);
	return status;
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
	if (status == CLASSIFIER_OK && t->levels != 0)
		status = add_levels(t, &block, &size);
	if (status == CLASSIFIER_OK && size > MaxAllocSize)
		status = CLASSIFIER_TOO_LARGE;
	if (status != CLASSIFIER_OK)
		refuse_training(status);
	memset(block, 0, VARHDRSZ + CLASSIFIER_PADDING);
	SET_VARSIZE(block, size);
	PG_RETURN_POINTER(block);
}

PG_FUNCTION_INFO_V1(cg_classifier_info);
Datum
cg_classifier_info(PG_FUNCTION_ARGS)
{
	const Classifier *classifier = classifier_use(PG_GETARG_DATUM(0));
	TupleDesc row;
	char digest[17];
	int n = 0;
	int digits;
	Datum values[11];
	Datum levels[EVENTCODE_MAX_DIGITS];
	bool nulls[11] = {false};

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	snprintf(digest, sizeof(digest), "%016" PRIx64, classifier->digest);
	for (digits = 1; digits < EVENTCODE_MAX_DIGITS; digits++)
		if ((classifier->levels >> digits & 1) != 0)
			levels[n++] = Int32GetDatum(digits);
	values[0] = Int32GetDatum((int32) classifier->classes);
	values[1] = Int32GetDatum((int32) classifier->nodes);
	values[2] = PointerGetDatum(
	    construct_array(levels, n, INT4OID, sizeof(int32), true, 'i'));
	values[3] = Int32GetDatum((int32) classifier->features);
	values[4] = Int32GetDatum((int32) classifier->rules);
	values[5] = Int32GetDatum((int32) classifier->rows);
	values[6] =
	    Int64GetDatum((int64) toast_raw_datum_size(PG_GETARG_DATUM(0)) -
	                  VARHDRSZ - CLASSIFIER_PADDING);
	values[7] = CStringGetTextDatum(classifier->folding);
	values[8] = Float8GetDatum(classifier->trained_accuracy);
	values[9] = Float8GetDatum(classifier->trained_error);
	/* names and phrases alone are not tried on anything */
	nulls[8] = nulls[9] =
	    classifier->trained_accuracy == 0 && classifier->trained_error == 0;
	values[10] = CStringGetTextDatum(digest);
	PG_RETURN_DATUM(HeapTupleGetDatum(
	    heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}
