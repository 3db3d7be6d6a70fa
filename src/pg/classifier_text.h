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

#endif /* CIVICGRID_PG_CLASSIFIER_TEXT_H */
