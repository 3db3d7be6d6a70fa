/*
 * classifier_solve.h
 *	  The linear machines of a classifier in training.
 */
#ifndef CIVICGRID_CORE_CLASSIFIER_SOLVE_H
#define CIVICGRID_CORE_CLASSIFIER_SOLVE_H

#include "classifier_format.h"

/* Classes are trained so many at a time, for the sake of memory's speed. */
#define CLASSIFIER_LANES 8

/* Rows are left out in turns; those of fold CLASSIFIER_FOLDS never are. */
#define CLASSIFIER_FOLDS 5

/*
 * Rows of grams with values, as in classifier_format.h.  A gram stands but
 * once in a row: the shares of the rows grow without end where one is
 * repeated.
 */
typedef struct ClassifierProblem
{
	uint32_t rows;
	uint32_t features;
	uint32_t classes;
	uint64_t *first;    /* of each row, and where the last one ends */
	uint32_t *feature;  /* number of the gram */
	uint16_t *value;    /* in 1/CLASSIFIER_ONE */
	uint16_t *of_class; /* of each row */
	uint8_t *fold;      /* of each row */
	float *weight;      /* of each row */
	float *class_cost;  /* of each class's own rows */
	float *factor;      /* of each fold's grams, for their values where the
	                     * fold is left out; if NULL, one */
	uint32_t passes;
	const ClassifierMemory *memory; /* to be interrupted; or NULL */
	uint32_t judged; /* rows that are left out once, the first ones */
	float *scores;   /* of these, for all classes */
} ClassifierProblem;

/* Where the machines are trained */
typedef struct ClassifierSolver
{
	const ClassifierMemory *memory;
	const ClassifierProblem *problem;
	float *weights;        /* of the grams, a group of lanes each */
	float *alpha;          /* of the rows, likewise */
	float *squares;        /* of the rows */
	const uint16_t *value; /* the problem's, or with a fold left out … */
	uint16_t *fold_value;  /* … these */
	uint32_t *order;
	float bias[CLASSIFIER_LANES];
	uint32_t first_class;
	uint32_t lanes; /* in use */
} ClassifierSolver;

extern bool classifier_solver_begin(ClassifierSolver *solver,
                                    const ClassifierMemory *memory,
                                    const ClassifierProblem *problem);
extern void classifier_solver_free(ClassifierSolver *solver);
/* The weights of some classes, beginning with first_class */
extern void classifier_solve(ClassifierSolver *solver, uint32_t first_class);
/* The scores of rows left out; uses up the weights. */
extern void classifier_leave_out(ClassifierSolver *solver);

/*
 * What makes probabilities of scores, see classifier_probabilities: slope and
 * shift are fitted to the rows left out, and the fewer these are, the more
 * doubt.  Then how often they are right, and by how much they are wrong about
 * that.
 */
typedef struct ClassifierSureness
{
	double slope;
	double shift;
	double doubt;
	double accuracy;
	double error; /* expected calibration error, in bins of 1/15 */
} ClassifierSureness;

extern void classifier_fit(const ClassifierProblem *problem,
                           ClassifierSureness *sureness);

#endif /* CIVICGRID_CORE_CLASSIFIER_SOLVE_H */
