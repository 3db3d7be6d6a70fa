/*
 * classify.c
 *	  SQL functions that find the class of a text (智能分类).
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "classifier_cache.h"
#include "classifier_text.h"
#include "compat.h"

/* What a function keeps between calls */
typedef struct Desk
{
	MemoryContext context;
	ClassifierMemo memo;
	ClassifierWork work;
	FoldedText folded;
	int64 *scores;
	int64 *said; /* of these, by rules */
	double *probabilities;
	uint32 classes; /* room in these */
	int64 *codes;   /* classes and nodes … */
	double *sums;   /* … and the probabilities of all within each */
	uint32 answers; /* room in these */
	uint64 warned;  /* of a classifier's folding */
} Desk;

static Desk *
desk_of(FunctionCallInfo fcinfo)
{
	FmgrInfo *function = fcinfo->flinfo;
	ClassifierMemory memory = classifier_memory(function->fn_mcxt);
	Desk *desk;

	if (function->fn_extra != NULL)
		return function->fn_extra;
	desk = MemoryContextAllocZero(function->fn_mcxt, sizeof(*desk));
	desk->context = function->fn_mcxt;
	classifier_work_begin(&desk->work, &memory);
	begin_folded(&desk->folded, desk->context);
	function->fn_extra = desk;
	return desk;
}

/* Room for n numbers of eight bytes, whatever was there before */
static void *
other_room(Desk *desk, void *block, uint32 n)
{
	if (block != NULL)
		pfree(block);
	return MemoryContextAllocHuge(desk->context, (Size) n * sizeof(int64));
}

static void
make_room(Desk *desk, uint32 classes)
{
	int64 *scores = desk->scores;
	int64 *said = desk->said;
	double *probabilities = desk->probabilities;

	if (desk->classes >= classes)
		return;
	desk->classes = 0;
	desk->scores = NULL;
	desk->said = NULL;
	desk->probabilities = NULL;
	desk->scores = other_room(desk, scores, classes);
	desk->said = other_room(desk, said, classes);
	desk->probabilities = other_room(desk, probabilities, classes);
	desk->classes = classes;
}

/* Fold and score a text that comes from a cell, or 0. */
static void
score_text(Desk *desk, const Classifier *classifier, struct varlena *text,
           int64 cell, bool origins)
{
	FoldedText *folded = &desk->folded;
	ClassifierStatus status;

	if (desk->warned != classifier->digest)
	{
		desk->warned = classifier->digest;
		classifier_check_folding(classifier);
	}
	fold_text(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text), origins, folded);
	make_room(desk, classifier->classes);
	status = classifier_score(classifier, &desk->work, folded->bytes,
	                          folded->len, desk->scores);
	desk->work.counted = 0;
	if (status == CLASSIFIER_OK && classifier->rules > 0)
		status =
		    classifier_add_rules(classifier, &desk->work, folded->bytes,
		                         folded->len, cell, desk->scores, desk->said);
	if (status != CLASSIFIER_OK)
		classifier_refuse(status, NULL);
}

/* What rules said of the text scored last, or NULL */
static const int64 *
rules_said(const Desk *desk)
{
	return desk->work.counted > 0 ? desk->said : NULL;
}

static int64
cell_argument(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(3) ? 0 : PG_GETARG_INT64(3);
}

/* The class or node of the most digits that is sure enough, or 0 */
static int64
surest(Desk *desk, const Classifier *classifier, double threshold)
{
	uint32 n = classifier->classes + classifier->nodes;
	size_t answer;

	if (desk->answers < n)
	{
		int64 *codes = desk->codes;
		double *sums = desk->sums;

		desk->answers = 0;
		desk->codes = NULL;
		desk->sums = NULL;
		desk->codes = other_room(desk, codes, n);
		desk->sums = other_room(desk, sums, n);
		desk->answers = n;
	}
	classifier_probabilities(classifier, desk->scores, rules_said(desk),
	                         desk->probabilities);
	classifier_answers(classifier, desk->probabilities, desk->codes,
	                   desk->sums);
	classifier_roll_up(desk->codes, desk->sums, n, desk->sums);
	answer = classifier_surest(desk->codes, desk->sums, n, threshold);
	return answer < n ? desk->codes[answer] : 0;
}

PG_FUNCTION_INFO_V1(cg_classify);
Datum
cg_classify(PG_FUNCTION_ARGS)
{
	Desk *desk = desk_of(fcinfo);
	const Classifier *classifier;
	struct varlena *text;
	double threshold = -1;
	int64 answer;

	if (!PG_ARGISNULL(2))
	{
		threshold = PG_GETARG_FLOAT8(2);
		if (!(threshold >= 0 && threshold <= 1))
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("the threshold must be a probability"),
			         errdetail("It is %g.", threshold),
			         errhint("Give a number from 0 to 1, for example 0.9, or "
			                 "NULL for the most likely class.")));
	}
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	classifier = classifier_use_memo(PG_GETARG_DATUM(0), &desk->memo);
	text = PG_GETARG_VARLENA_PP(1);
	score_text(desk, classifier, text, cell_argument(fcinfo), false);
	PG_FREE_IF_COPY(text, 1);
	if (threshold < 0)
		PG_RETURN_INT64(classifier->codes[classifier_best(
		    classifier, desk->scores, rules_said(desk))]);
	answer = surest(desk, classifier, threshold);
	if (answer == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(answer);
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
	Desk *desk = desk_of(fcinfo);
	const Classifier *classifier;
	struct varlena *text;
	Ranked *ranked;
	uint32 best;
	int32 k;
	uint32 i;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	k = PG_GETARG_INT32(2);
	if (k < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("the number of classes must be positive"),
		                errdetail("It is %d.", k),
		                errhint("Ask for one or more, for example 5.")));
	classifier = classifier_use_memo(PG_GETARG_DATUM(0), &desk->memo);
	text = PG_GETARG_VARLENA_PP(1);
	score_text(desk, classifier, text, cell_argument(fcinfo), false);
	classifier_probabilities(classifier, desk->scores, rules_said(desk),
	                         desk->probabilities);
	ranked = palloc(classifier->classes * sizeof(*ranked));
	for (i = 0; i < classifier->classes; i++)
	{
		ranked[i].probability = desk->probabilities[i];
		ranked[i].class_number = i;
	}
	/* classify()'s answer comes first, whatever is as likely */
	best = classifier_best(classifier, desk->scores, rules_said(desk));
	ranked[best] = ranked[0];
	ranked[0].probability = desk->probabilities[best];
	ranked[0].class_number = best;
	qsort(ranked + 1, classifier->classes - 1, sizeof(*ranked),
	      compare_ranked);
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
	pfree(ranked);
	PG_FREE_IF_COPY(text, 1);
	return (Datum) 0;
}

/* Rows of an explanation in the making */
typedef struct Account
{
	ReturnSetInfo *result;
	const FoldedText *folded;
	const char *source;
	const char *part; /* that is told of */
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
	for (; a->counted > offset; a->counted--)
		a->characters -= (a->source[a->counted - 1] & 0xC0) != 0x80;
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

	CHECK_FOR_INTERRUPTS();
	find_source(a->folded, from, to, &source_from, &source_to);
	first = characters_before(a, source_from) + 1;
	put_account(a, first, characters_before(a, source_to),
	            a->source + source_from, source_to - source_from, contribution,
	            a->part);
}

/* The number of the class to be explained */
static uint32
class_argument(FunctionCallInfo fcinfo, const Classifier *classifier,
               Desk *desk)
{
	int64 code;
	uint32 n;

	if (PG_ARGISNULL(2))
		return classifier_best(classifier, desk->scores, rules_said(desk));
	code = PG_GETARG_INT64(2);
	for (n = 0; n < classifier->classes && classifier->codes[n] != code;)
		n++;
	if (n == classifier->classes)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("the classifier does not know this class"),
		                errdetail("Only classes have a score; an ancestor has "
		                          "the probabilities of those within it."),
		                errhint("classify_top() lists the classes that it "
		                        "knows.")));
	return n;
}

PG_FUNCTION_INFO_V1(cg_classify_explain);
Datum
cg_classify_explain(PG_FUNCTION_ARGS)
{
	Desk *desk = desk_of(fcinfo);
	const FoldedText *folded = &desk->folded;
	int64 cell = cell_argument(fcinfo);
	const Classifier *classifier;
	struct varlena *text;
	ClassifierStatus status;
	Account account = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	uint32 n;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	classifier = classifier_use_memo(PG_GETARG_DATUM(0), &desk->memo);
	text = PG_GETARG_VARLENA_PP(1);
	score_text(desk, classifier, text, cell, true);
	n = class_argument(fcinfo, classifier, desk);
	account.folded = folded;
	account.source = VARDATA_ANY(text);
	account.code = classifier->codes[n];
	put_account(&account, 0, 0, NULL, 0, classifier->bias[n], "bias");
	account.part = "phrase";
	status = classifier_explain_rules(classifier, &desk->work, folded->bytes,
	                                  folded->len, cell, n, tell_occurrence,
	                                  &account);
	account.part = "model";
	if (status == CLASSIFIER_OK)
		status = classifier_explain(classifier, &desk->work, folded->bytes,
		                            folded->len, n, tell_occurrence, &account);
	if (status != CLASSIFIER_OK)
		classifier_refuse(status, NULL);
	PG_FREE_IF_COPY(text, 1);
	return (Datum) 0;
}
