/*
 * classifier_collect.h
 *	  What training makes of the rows that were collected, and its memory;
 *	  for classifier_train.c only.
 */
#ifndef CIVICGRID_CORE_CLASSIFIER_COLLECT_H
#define CIVICGRID_CORE_CLASSIFIER_COLLECT_H

#include "classifier_solve.h"
#include "classifier_train.h"

/* Rows and grams in order and weighed; what is NULL need not be given back. */
typedef struct ClassifierMaterial
{
	ClassifierProblem problem;
	int64_t *codes;   /* of the classes, ascending */
	uint64_t *hashes; /* of the features, ascending */
	uint16_t *own;    /* weights of the features themselves */
	uint32_t bits;    /* of the buckets */
} ClassifierMaterial;

/*
 * Make it of what was collected, which is used up, and settle the options.  If
 * this fails the trainer's status tells why; material is to be freed anyway.
 */
extern bool classifier_prepare(ClassifierTrainer *trainer,
                               ClassifierMaterial *material);
extern void classifier_free_material(ClassifierTrainer *trainer,
                                     ClassifierMaterial *material);

/*
 * The caller's memory.  NULL says that there is none, or that something went
 * wrong before; the trainer's status tells.
 */
extern void *classifier_resize(ClassifierTrainer *trainer, void *block,
                               uint64_t count, size_t unit);
extern void classifier_release(ClassifierTrainer *trainer, void *block);
extern void classifier_release_array(ClassifierTrainer *trainer,
                                     ClassifierArray *array);
/* Room for more elements behind those in use, which are not more yet */
extern void *classifier_reserve(ClassifierTrainer *trainer,
                                ClassifierArray *array, size_t more,
                                size_t unit);
extern void classifier_poll(ClassifierTrainer *trainer);

#endif /* CIVICGRID_CORE_CLASSIFIER_COLLECT_H */
