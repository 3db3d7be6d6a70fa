/*
 * dispatcher_train.h
 *	  Make a dispatcher of past cases.
 *
 * Cases of the same class, cell, channel and property that went to the same
 * unit on the same day are one witness, however many they are: a nuisance that
 * a hundred people report says no more about who is in charge.  A witness
 * weighs half as much for each half-life that it is older than the newest one.
 *
 * The value depends on the cases alone, not on the order in which they came.
 *
 * Memory, in bytes: 40 for each case; then 120 for each witness, and for each
 * pair of a context and a unit 64 and as many again if it has a weight (136
 *for each pair of a context and a role).  There are at most 30 contexts to a
 * witness, typically 10.
 */
#ifndef CIVICGRID_CORE_DISPATCHER_TRAIN_H
#define CIVICGRID_CORE_DISPATCHER_TRAIN_H

#include "dispatcher.h"
#include "dispatcher_names.h"

typedef struct DispatcherOptions
{
	double half_life;      /* days: 180 */
	double penalty;        /* of weights, against one witness: 0.5 */
	double table_share;    /* of the counts, in P(role): 0.2 */
	uint32_t passes;       /* of the regression, at most: 100 */
	uint32_t class_levels; /* as in Dispatcher; 0: those of the standards,
	                        * see eventcode_standard_ends */
	bool roles;            /* look for units that do the same: true */
} DispatcherOptions;

typedef struct DispatcherTrainer
{
	DispatcherMemory memory;
	DispatcherOptions options;
	DispatcherList rows;
	DispatcherNames channels;
	DispatcherNames properties;
} DispatcherTrainer;

extern void dispatcher_default_options(DispatcherOptions *options);
extern void dispatcher_train_begin(DispatcherTrainer *trainer,
                                   const DispatcherMemory *memory,
                                   const DispatcherOptions *options);
extern void dispatcher_train_free(DispatcherTrainer *trainer);

/* A case, whose class has to be known, and the unit that it went to */
extern DispatcherStatus dispatcher_train_add(DispatcherTrainer *trainer,
                                             const DispatcherCase *c,
                                             int64_t unit);

/*
 * Make the value, once, behind so many bytes of the block, of which there are
 * a multiple of eight; the block is the caller's to give back.  Afterwards, or
 * after a fault, the trainer is only to be freed.
 */
extern DispatcherStatus dispatcher_train(DispatcherTrainer *trainer,
                                         size_t prefix, uint8_t **block,
                                         size_t *size);

#endif /* CIVICGRID_CORE_DISPATCHER_TRAIN_H */
