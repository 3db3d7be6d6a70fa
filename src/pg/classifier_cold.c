/*
 * classifier_cold.c
 *	  Aggregates that make a classifier of what is known of the classes
 *	  (冷启动).
 */
#include "postgres.h"

#include "fmgr.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "core/classifier_cold.h"

#include "classifier_cache.h"
#include "classifier_text.h"
#include "compat.h"

typedef struct ColdStart
{
	ClassifierCold cold;
	TextfoldText folded;
} ColdStart;

static void
refuse_cold(ClassifierStatus status)
{
	if (status == CLASSIFIER_TOO_LARGE)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("the classes are too many for a classifier"),
		         errdetail("There may be 65535 classes, and 8388608 "
		                   "different pairs of a class and a run of one or "
		                   "two characters."),
		         errhint("Divide the taxonomy, or shorten the remarks.")));
	if (status == CLASSIFIER_NO_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
		                errmsg("out of memory while making a classifier")));
	classifier_refuse(status, NULL);
}

static void
add_text(ColdStart *start, int64 code, ClassifierColdSource source,
         struct varlena *text)
{
	ClassifierStatus status;

	fold_piece(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text), NULL,
	           &start->folded);
	status = classifier_cold_text(&start->cold, code, source,
	                              start->folded.bytes, start->folded.len);
	if (status != CLASSIFIER_OK)
		refuse_cold(status);
}

static void
add_argument(ColdStart *start, FunctionCallInfo fcinfo, int n,
             ClassifierColdSource source)
{
	struct varlena *text;

	if (PG_NARGS() <= n || PG_ARGISNULL(n))
		return;
	text = PG_GETARG_VARLENA_PP(n);
	add_text(start, PG_GETARG_INT64(1), source, text);
	PG_FREE_IF_COPY(text, n);
}

static void
add_phrases(ColdStart *start, int64 code, ArrayType *phrases)
{
	Datum *values;
	bool *nulls;
	int n;
	int i;

	deconstruct_array(phrases, TEXTOID, -1, false, TYPALIGN_INT, &values,
	                  &nulls, &n);
	for (i = 0; i < n; i++)
		if (!nulls[i])
			add_text(start, code, CLASSIFIER_COLD_PHRASE,
			         PG_DETOAST_DATUM_PACKED(values[i]));
}

PG_FUNCTION_INFO_V1(cg_classifier_from_classes_step);
Datum
cg_classifier_from_classes_step(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	ColdStart *start;
	ClassifierStatus status;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "classifier_from_classes_step called outside an "
		            "aggregate");
	if (PG_ARGISNULL(0))
	{
		ClassifierMemory memory = classifier_memory(context);
		TextfoldMemory fold_memory = textfold_memory_in(context);

		start = MemoryContextAllocZero(context, sizeof(*start));
		classifier_cold_begin(&start->cold, &memory, classifier_folding());
		textfold_begin(&start->folded, &fold_memory);
	}
	else
		start = (ColdStart *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(start);
	status = classifier_cold_code(&start->cold, PG_GETARG_INT64(1));
	if (status != CLASSIFIER_OK)
		refuse_cold(status);
	add_argument(start, fcinfo, 2, CLASSIFIER_COLD_NAME);
	add_argument(start, fcinfo, 3, CLASSIFIER_COLD_REMARK);
	if (!PG_ARGISNULL(4))
		add_phrases(start, PG_GETARG_INT64(1), PG_GETARG_ARRAYTYPE_P(4));
	add_argument(start, fcinfo, 5, CLASSIFIER_COLD_EXAMPLE);
	PG_RETURN_POINTER(start);
}

PG_FUNCTION_INFO_V1(cg_classifier_from_classes_final);
Datum
cg_classifier_from_classes_final(PG_FUNCTION_ARGS)
{
	ColdStart *start;
	ClassifierStatus status;
	uint8 *block;
	size_t size;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	start = (ColdStart *) PG_GETARG_POINTER(0);
	status = classifier_cold(&start->cold, VARHDRSZ + CLASSIFIER_PADDING,
	                         &block, &size);
	if (status == CLASSIFIER_EMPTY)
		PG_RETURN_NULL();
	if (status != CLASSIFIER_OK)
		refuse_cold(status);
	memset(block, 0, VARHDRSZ + CLASSIFIER_PADDING);
	SET_VARSIZE(block, size);
	PG_RETURN_POINTER(block);
}
