/*
 * classifier_cache.h
 *	  Classifiers that this backend has at hand.
 */
#ifndef CIVICGRID_PG_CLASSIFIER_CACHE_H
#define CIVICGRID_PG_CLASSIFIER_CACHE_H

#include "postgres.h"

#include "fmgr.h"

#include "core/classifier.h"

#include "value_memo.h"

/* A stored value is padded so that the classifier lies at a multiple of 8. */
#define CLASSIFIER_PADDING 4

/* The checksum in the header of a classifier */
#define CLASSIFIER_DIGEST_AT (CLASSIFIER_PADDING + 16)

/* What a function keeps between calls to find its classifier again */
typedef struct ClassifierMemo
{
	const Classifier *classifier;
	uint64 serial;
	ValueMemo value;
} ClassifierMemo;

/* What is returned holds until the next call of any of these. */
extern const Classifier *classifier_use(Datum value);
extern const Classifier *classifier_use_memo(Datum value,
                                             ClassifierMemo *memo);
extern _Noreturn void classifier_refuse(ClassifierStatus status,
                                        const char *where);

#endif /* CIVICGRID_PG_CLASSIFIER_CACHE_H */
