/*
 * classifier_extend.c
 *	  SQL functions that give a classifier phrases (短语规则) and classes.
 */
#include "postgres.h"

#include "fmgr.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/classifier_extend.h"

#include "classifier_cache.h"
#include "classifier_text.h"
#include "compat.h"

/* An aggregate in progress */
typedef struct Extending
{
	ClassifierExtender extender;
	Classifier base;
	bool has_base;
	ValueMemo memo; /* of the model of the row before */
	TextfoldText folded;
} Extending;

/* The value is the caller's own, uncompressed and aligned. */
static void
open_value(struct varlena *value, Classifier *classifier)
{
	Size size = VARSIZE(value) - VARHDRSZ;
	ClassifierStatus status = CLASSIFIER_SHORT;

	if (size >= CLASSIFIER_PADDING)
		status = classifier_validate((const uint8 *) VARDATA(value) +
		                                 CLASSIFIER_PADDING,
		                             size - CLASSIFIER_PADDING, classifier);
	if (status != CLASSIFIER_OK)
		classifier_refuse(status, NULL);
	classifier_check_folding(classifier);
}

static void
refuse_phrase(const ClassifierExtender *extender, ClassifierStatus status)
{
	switch (status)
	{
		case CLASSIFIER_WEIGHT:
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("the weight of a phrase is out of range"),
			         errdetail("It has to be from -100 to 100, in log-odds."),
			         errhint("5 makes a class that stood at 1:1 stand at "
			                 "148:1; a negative weight speaks against it.")));
			break;
		case CLASSIFIER_PHRASE:
			if (extender->fault == PHRASES_TOO_LONG)
				ereport(ERROR,
				        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				         errmsg("a phrase is too long"),
				         errdetail("It has more than %d characters when it is "
				                   "folded.",
				                   PHRASES_LONGEST),
				         errhint("Give the words that matter.")));
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("a phrase is empty"),
			         errdetail("Nothing is left of it when it is folded."),
			         errhint("Leave the row out.")));
			break;
		case CLASSIFIER_TOO_LARGE:
			ereport(
			    ERROR,
			    (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			     errmsg("the phrases are too many for a classifier"),
			     errdetail("A classifier has at most %d of them, a phrase "
			               "at most %d conditions of each kind, and all "
			               "together have to fit into a value.",
			               CLASSIFIER_MAX_RULES, CLASSIFIER_MAX_CONDITIONS),
			     errhint("Leave out phrases that others contain, and classes "
			             "that no report is about.")));
			break;
		default:
			break;
	}
	classifier_refuse(status, NULL);
}

/* The value, or NULL if it would have no class */
static struct varlena *
finish(ClassifierExtender *extender)
{
	uint8 *block;
	size_t size;
	ClassifierStatus status = classifier_extend(
	    extender, VARHDRSZ + CLASSIFIER_PADDING, &block, &size);

	if (status == CLASSIFIER_EMPTY)
		return NULL;
	if (status == CLASSIFIER_OK && size > MaxAllocSize)
		status = CLASSIFIER_TOO_LARGE;
	if (status != CLASSIFIER_OK)
		refuse_phrase(extender, status);
	classifier_extend_free(extender);
	memset(block, 0, VARHDRSZ + CLASSIFIER_PADDING);
	SET_VARSIZE(block, size);
	return (struct varlena *) block;
}

static void
begin_extending(Extending *x, FunctionCallInfo fcinfo, MemoryContext context)
{
	ClassifierMemory memory = classifier_memory(context);
	TextfoldMemory fold_memory = textfold_memory_in(context);
	MemoryContext old;

	textfold_begin(&x->folded, &fold_memory);
	if (!PG_ARGISNULL(1))
	{
		struct varlena *v = (struct varlena *) PG_GETARG_POINTER(1);

		old = MemoryContextSwitchTo(context);
		open_value(
		    (struct varlena *) PG_DETOAST_DATUM_COPY(PointerGetDatum(v)),
		    &x->base);
		MemoryContextSwitchTo(old);
		(void) value_memo_same(&x->memo, v, CLASSIFIER_DIGEST_AT);
		x->has_base = true;
	}
	classifier_extend_begin(&x->extender, &memory,
	                        x->has_base ? &x->base : NULL,
	                        classifier_folding());
}

/* All rows have to have the same model. */
static void
check_same(Extending *x, FunctionCallInfo fcinfo)
{
	bool same = x->has_base == !PG_ARGISNULL(1);

	if (same && x->has_base)
		same =
		    value_memo_same(&x->memo, (struct varlena *) PG_GETARG_POINTER(1),
		                    CLASSIFIER_DIGEST_AT) ||
		    classifier_use(PG_GETARG_DATUM(1))->digest == x->base.digest;
	if (!same)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("the phrases are to be added to different models"),
		         errdetail("All rows of classifier_add_phrases() must have "
		                   "the same model."),
		         errhint("GROUP BY what tells the models apart.")));
}

/* A folded copy of a text, in the memory of this call */
static ClassifierPiece
fold_phrase(Extending *x, struct varlena *text)
{
	ClassifierPiece piece;
	char *bytes;

	fold_piece(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text), NULL, &x->folded);
	bytes = palloc(x->folded.len + 1);
	if (x->folded.len > 0)
		memcpy(bytes, x->folded.bytes, x->folded.len);
	piece.bytes = bytes;
	piece.len = x->folded.len;
	return piece;
}

static const ClassifierPiece *
fold_phrases(Extending *x, ArrayType *array, const char *name, size_t *n)
{
	ClassifierPiece *pieces;
	Datum *elements;
	bool *nulls;
	int count;
	int i;

	deconstruct_array(array, TEXTOID, -1, false, 'i', &elements, &nulls,
	                  &count);
	pieces = palloc((count + 1) * sizeof(*pieces));
	for (i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			                errmsg("a phrase in \"%s\" is NULL", name),
			                errdetail("Whether it occurs cannot be told."),
			                errhint("Leave it out of the array.")));
		pieces[i] = fold_phrase(x, DatumGetTextPP(elements[i]));
	}
	*n = count;
	return pieces;
}

PG_FUNCTION_INFO_V1(cg_classifier_add_phrases_step);
Datum
cg_classifier_add_phrases_step(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	Extending *x;
	ClassifierPhrase phrase = {.territory = 0};
	ClassifierStatus status;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "classifier_add_phrases_step called outside an aggregate");
	if (PG_ARGISNULL(0))
	{
		x = MemoryContextAllocZero(context, sizeof(*x));
		begin_extending(x, fcinfo, context);
	}
	else
	{
		x = (Extending *) PG_GETARG_POINTER(0);
		check_same(x, fcinfo);
	}
	/* a row of an outer join that has no phrase */
	if (PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
		PG_RETURN_POINTER(x);
	phrase.phrase = fold_phrase(x, PG_GETARG_VARLENA_PP(2));
	phrase.code = PG_GETARG_INT64(3);
	phrase.odds = PG_GETARG_FLOAT8(4);
	if (PG_NARGS() > 5)
	{
		if (!PG_ARGISNULL(5))
			phrase.also = fold_phrases(x, PG_GETARG_ARRAYTYPE_P(5), "also",
			                           &phrase.alsos);
		if (!PG_ARGISNULL(6))
			phrase.unless = fold_phrases(x, PG_GETARG_ARRAYTYPE_P(6), "unless",
			                             &phrase.unlesses);
		if (!PG_ARGISNULL(7))
			phrase.territory = PG_GETARG_INT64(7);
	}
	status = classifier_extend_rule(&x->extender, &phrase);
	if (status != CLASSIFIER_OK)
		refuse_phrase(&x->extender, status);
	PG_RETURN_POINTER(x);
}

PG_FUNCTION_INFO_V1(cg_classifier_add_phrases_final);
Datum
cg_classifier_add_phrases_final(PG_FUNCTION_ARGS)
{
	struct varlena *value;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	value = finish(&((Extending *) PG_GETARG_POINTER(0))->extender);
	if (value == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(cg_classifier_add_classes);
Datum
cg_classifier_add_classes(PG_FUNCTION_ARGS)
{
	ClassifierMemory memory = classifier_memory(CurrentMemoryContext);
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(1);
	ClassifierExtender extender;
	ClassifierStatus status = CLASSIFIER_OK;
	Classifier base;
	Datum *codes;
	bool *nulls;
	int n;
	int i;

	open_value((struct varlena *) PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0)),
	           &base);
	classifier_extend_begin(&extender, &memory, &base, NULL);
	deconstruct_array(array, ARR_ELEMTYPE(array), sizeof(int64), true, 'd',
	                  &codes, &nulls, &n);
	for (i = 0; i < n && status == CLASSIFIER_OK; i++)
	{
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			                errmsg("a code of classifier_add_classes() is "
			                       "NULL"),
			                errdetail("A class has a code."),
			                errhint("Leave it out of the array.")));
		status = classifier_extend_code(&extender, DatumGetInt64(codes[i]));
	}
	if (status != CLASSIFIER_OK)
		refuse_phrase(&extender, status);
	PG_RETURN_POINTER(finish(&extender));
}
