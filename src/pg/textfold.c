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

PG_FUNCTION_INFO_V1(cg_fold);
Datum
cg_fold(PG_FUNCTION_ARGS)
{
	Textfold *fold = shared_textfold();
	text *source = PG_GETARG_TEXT_PP(0);
	TextfoldMemory memory = textfold_memory_in(CurrentMemoryContext);
	TextfoldOptions options = {.most = MaxAllocSize - VARHDRSZ};
	TextfoldText folded;
	TextfoldStatus status;
	text *result;

	textfold_begin(&folded, &memory);
	status = textfold_fold(fold, &options, VARDATA_ANY(source),
	                       VARSIZE_ANY_EXHDR(source), &folded);
	if (status != TEXTFOLD_OK)
		refuse_folding(status);
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
