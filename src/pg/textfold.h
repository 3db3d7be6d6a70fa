/*
 * textfold.h
 *	  Folding for other wrappers.
 */
#ifndef CIVICGRID_PG_TEXTFOLD_H
#define CIVICGRID_PG_TEXTFOLD_H

#include "postgres.h"

#include "core/textfold.h"

/*
 * What this backend knows of characters; made at the first call, kept for
 * good.  An error if the database is not of encoding UTF8.
 */
extern Textfold *shared_textfold(void);

/* Core's allocator over a memory context, with interrupts */
extern TextfoldMemory textfold_memory_in(MemoryContext context);

/* Report why a text was not folded. */
extern _Noreturn void refuse_folding(TextfoldStatus status);

/* Fold a piece of text, all of it in the same way; options may be NULL. */
extern void fold_piece(const char *source, size_t len,
                       const TextfoldOptions *options, TextfoldText *folded);

/* A text, its first line and the rest folded each by itself, since folding
 * makes a space of the end of a line */
typedef struct FoldedText
{
	MemoryContext context;
	TextfoldText first;
	TextfoldText rest;
	size_t rest_from; /* where the rest begins in the source */
	char *bytes;
	size_t len;
	size_t room;
} FoldedText;

/* It is used for one text after another; origins are for find_source(). */
extern void begin_folded(FoldedText *folded, MemoryContext context);
extern void fold_text(const char *source, size_t len, bool origins,
                      FoldedText *folded);

/* The piece of the source that a piece of the folded text comes from, which
 * does not reach over the end of the first line */
extern void find_source(const FoldedText *folded, size_t from, size_t to,
                        size_t *source_from, size_t *source_to);

#endif /* CIVICGRID_PG_TEXTFOLD_H */
