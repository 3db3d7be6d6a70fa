/*
 * classifier_train.h
 *	  Make a classifier out of texts whose classes are known.
 *
 * One linear machine for each class against all others, with squared hinge
 * loss, trained by dual coordinate descent (Hsieh et al. 2008); grams are
 * weighted by how rare they are and by how unevenly the classes use them.
 * How sure a score is, is learned from texts that were left out.
 *
 * The value depends on the rows alone, not on the order in which they came.
 *
 * Memory, for N rows of distinct grams G in all, with F distinct grams, of
 * which D occur in more than one row, and K classes, in bytes, at most:
 *
 *	  collecting   80 N + 10 G + 56 F
 *	  training     that, and 8 G + 120 D + 80 N + 8 million
 *	               + five times the size of the value
 *
 * Of G and F no more than options->grams and half of that are taken; then
 * training fails with CLASSIFIER_TOO_LARGE.
 */
#ifndef CIVICGRID_CORE_CLASSIFIER_TRAIN_H
#define CIVICGRID_CORE_CLASSIFIER_TRAIN_H

#include "classifier.h"

typedef struct ClassifierOptions
{
	double cost;     /* of an error, against large weights: 2 */
	uint32_t passes; /* over the rows, at most: 30 */
	uint32_t rows;   /* a gram counts if so many have it; 0: 2, if there are
	                  * many rows to a class */
	uint64_t bytes;  /* of the value, at most; 0: 16 MB, for many classes 64 */
	uint64_t grams;  /* in all rows, at most: 2^31 */
	char folding[CLASSIFIER_FOLDING]; /* what folded the texts */
} ClassifierOptions;

typedef struct ClassifierArray
{
	void *at;
	size_t used;
	size_t room;
} ClassifierArray;

typedef struct ClassifierTrainer
{
	ClassifierWork work;
	ClassifierOptions options;
	ClassifierStatus status;
	ClassifierArray rows;
	ClassifierArray ids;    /* uint32: grams of all rows … */
	ClassifierArray counts; /* uint8: … and how often each occurs */
	ClassifierArray hashes; /* uint64: of the distinct grams */
	ClassifierArray spread; /* uint32: rows that have the gram */
	uint32_t *table;        /* number of a distinct gram plus one, or zero */
	size_t slots;
} ClassifierTrainer;

extern void classifier_default_options(ClassifierOptions *options);

/* Collect.  Faults are kept in status, all but CLASSIFIER_WEIGHT. */
extern void classifier_train_begin(ClassifierTrainer *trainer,
                                   const ClassifierMemory *memory,
                                   const ClassifierOptions *options);
extern ClassifierStatus classifier_train_add(ClassifierTrainer *trainer,
                                             const char *text, size_t len,
                                             int64_t code, double weight);
extern void classifier_train_free(ClassifierTrainer *trainer);

/*
 * Train on what was collected, which is used up.  The value begins prefix
 * bytes, a multiple of eight, into the block that is returned, for the
 * caller's own header.
 */
extern ClassifierStatus classifier_train(ClassifierTrainer *trainer,
                                         size_t prefix, uint8_t **block,
                                         size_t *size);

#endif /* CIVICGRID_CORE_CLASSIFIER_TRAIN_H */
