/*
 * classifier_text.c
 *	  See classifier_text.h.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "classifier_text.h"
#include "compat.h"
#include "core_memory.h"

ClassifierMemory
classifier_memory(MemoryContext context)
{
	ClassifierMemory memory = {core_resize, core_poll, context};

	return memory;
}

const char *
classifier_folding(void)
{
	static char name[TEXTFOLD_VERSION_SIZE];

	if (name[0] == '\0')
	{
		textfold_version(name);
		name[CLASSIFIER_FOLDING - 1] = '\0';
	}
	return name;
}

void
classifier_check_folding(const Classifier *classifier)
{
	if (strcmp(classifier->folding, classifier_folding()) != 0)
		ereport(WARNING,
		        (errmsg("a classifier was trained with another folding"),
		         errdetail("It was trained with \"%s\"; this server has "
		                   "\"%s\".",
		                   classifier->folding, classifier_folding()),
		         errhint("Some characters may be taken for others.  Train it "
		                 "again.")));
}

void
begin_folded(FoldedText *folded, MemoryContext context)
{
	TextfoldMemory memory = textfold_memory_in(context);

	memset(folded, 0, sizeof(*folded));
	textfold_begin(&folded->first, &memory);
	textfold_begin(&folded->rest, &memory);
}

void
fold_piece(const char *source, size_t len, bool origins, TextfoldText *folded)
{
	TextfoldOptions options = {.origins = origins};
	TextfoldStatus status =
	    textfold_fold(shared_textfold(), &options, source, len, folded);

	if (status != TEXTFOLD_OK)
		refuse_folding(status);
}

void
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
		folded->bytes = NULL;
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
