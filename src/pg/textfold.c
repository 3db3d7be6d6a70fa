/*
 * textfold.c
 *	  SQL functions of folding (文本归一), and folding for other wrappers.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/textfold.h"

#include "compat.h"
#include "core_memory.h"
#include "textfold.h"

static Textfold *shared;

TextfoldMemory
textfold_memory_in(MemoryContext context)
{
	TextfoldMemory memory = {core_resize, core_poll, context};

	return memory;
}

void
refuse_folding(TextfoldStatus status)
{
	switch (status)
	{
		case TEXTFOLD_NO_MEMORY:
			ereport(ERROR,
			        (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"),
			         errdetail("Failed while folding a text.")));
			break;
		case TEXTFOLD_NO_DATA:
			ereport(ERROR, (errcode(ERRCODE_SYSTEM_ERROR),
			                errmsg("ICU cannot load its tables"),
			                errhint("Check that the packages of ICU on the "
			                        "server are complete.")));
			break;
		case TEXTFOLD_ENCODING:
			ereport(ERROR, (errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
			                errmsg("text is not valid UTF-8")));
			break;
		case TEXTFOLD_TOO_LONG:
			ereport(ERROR,
			        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			         errmsg("folded text is too long"),
			         errdetail("A character may become eleven times as many "
			                   "bytes; a value has at most 1 GB."),
			         errhint("Fold the text in parts.")));
			break;
		case TEXTFOLD_OK:
			break;
	}
	elog(ERROR, "unexpected status of folding: %d", (int) status);
}

Textfold *
shared_textfold(void)
{
	TextfoldMemory memory;
	MemoryContext context;
	TextfoldStatus status;

	if (shared != NULL)
		return shared;
	/* the encoding cannot change under a backend */
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
		        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		         errmsg("texts can be folded in databases of encoding UTF8 "
		                "only"),
		         errdetail("The encoding of this database is %s.",
		                   GetDatabaseEncodingName()),
		         errhint("Create a database with ENCODING 'UTF8' and TEMPLATE "
		                 "template0, and move the data there with pg_dump.")));
	context = AllocSetContextCreate(TopMemoryContext, "civicgrid folding",
	                                ALLOCSET_DEFAULT_SIZES);
	memory = textfold_memory_in(context);
	status = textfold_open(&memory, &shared);
	if (status != TEXTFOLD_OK)
	{
		MemoryContextDelete(context);
		refuse_folding(status);
	}
	return shared;
}

void
fold_piece(const char *source, size_t len, const TextfoldOptions *options,
           TextfoldText *folded)
{
	static const TextfoldOptions none;
	TextfoldStatus status =
	    textfold_fold(shared_textfold(), options != NULL ? options : &none,
	                  source, len, folded);

	if (status != TEXTFOLD_OK)
		refuse_folding(status);
}

void
begin_folded(FoldedText *folded, MemoryContext context)
{
	TextfoldMemory memory = textfold_memory_in(context);

	memset(folded, 0, sizeof(*folded));
	folded->context = context;
	textfold_begin(&folded->first, &memory);
	textfold_begin(&folded->rest, &memory);
}

void
fold_text(const char *source, size_t len, bool origins, FoldedText *folded)
{
	const char *end = memchr(source, '\n', len);
	size_t first = end != NULL ? (size_t) (end - source) : len;
	TextfoldOptions options = {.origins = origins};
	size_t needed;

	fold_piece(source, first, &options, &folded->first);
	folded->rest_from = end != NULL ? first + 1 : len;
	fold_piece(source + folded->rest_from, len - folded->rest_from, &options,
	           &folded->rest);
	needed = folded->first.len + folded->rest.len + 1;
	if (folded->room < needed)
	{
		if (folded->bytes != NULL)
			pfree(folded->bytes);
		folded->bytes = NULL;
		folded->room = 0;
		folded->bytes = MemoryContextAllocHuge(folded->context, needed);
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

void
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

PG_FUNCTION_INFO_V1(cg_fold);
Datum
cg_fold(PG_FUNCTION_ARGS)
{
	text *source = PG_GETARG_TEXT_PP(0);
	TextfoldMemory memory = textfold_memory_in(CurrentMemoryContext);
	TextfoldOptions options = {.most = MaxAllocSize - VARHDRSZ};
	TextfoldText folded;
	text *result;

	textfold_begin(&folded, &memory);
	fold_piece(VARDATA_ANY(source), VARSIZE_ANY_EXHDR(source), &options,
	           &folded);
	result = cstring_to_text_with_len(folded.bytes, (int) folded.len);
	textfold_free(&folded);
	PG_FREE_IF_COPY(source, 0);
	PG_RETURN_TEXT_P(result);
}

PG_FUNCTION_INFO_V1(cg_fold_version);
Datum
cg_fold_version(PG_FUNCTION_ARGS)
{
	char version[TEXTFOLD_VERSION_SIZE];

	textfold_version(version);
	PG_RETURN_TEXT_P(cstring_to_text(version));
}
