/*
 * classifier_text.h
 *	  Texts as classifiers read them, and core's memory for these.
 */
#ifndef CIVICGRID_PG_CLASSIFIER_TEXT_H
#define CIVICGRID_PG_CLASSIFIER_TEXT_H

#include "postgres.h"

#include "core/classifier.h"

#include "textfold.h"

extern ClassifierMemory classifier_memory(MemoryContext context);

/* What folds the texts here, as a classifier keeps it */
extern const char *classifier_folding(void);

/* Warn if a classifier's texts were folded by something else. */
extern void classifier_check_folding(const Classifier *classifier);

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

/* It is used for one text after another; origins are for find_source(). */
extern void begin_folded(FoldedText *folded, MemoryContext context);
extern void fold_text(struct varlena *text, bool origins, FoldedText *folded,
                      MemoryContext context);

/* The piece of the source that a piece of the folded text comes from, which
 * does not reach over the end of the first line */
extern void find_source(const FoldedText *folded, size_t from, size_t to,
                        size_t *source_from, size_t *source_to);

/* Fold a piece of text, all of it in the same way. */
extern void fold_piece(const char *source, size_t len, bool origins,
                       TextfoldText *folded);

#endif /* CIVICGRID_PG_CLASSIFIER_TEXT_H */
