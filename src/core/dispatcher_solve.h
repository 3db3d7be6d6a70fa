/*
 * dispatcher_solve.h
 *	  Multinomial logistic regression on features that an example has or has
 *	  not, with a weight only for pairs of a feature and an answer that occur
 *	  together.
 *
 * The score of an answer is its bias and the sum of its weights for the
 * features of the example; probabilities are as the exponentials of scores.
 * What is found makes
 *
 *	  - sum of weight * log P(answer) + penalty / 2 * sum of squares of weights
 *
 * the least, by the limited-memory method of Broyden, Fletcher, Goldfarb and
 * Shanno (Nocedal, 1980).  The result depends on the order of the examples by
 * rounding alone: the same problem gives the same bytes.
 *
 * Memory: 136 bytes for each weight and bias; time for each pass: for each
 * example, its answers and the weights of its features.
 */
#ifndef CIVICGRID_CORE_DISPATCHER_SOLVE_H
#define CIVICGRID_CORE_DISPATCHER_SOLVE_H

#include "dispatcher.h"

/* How many directions are remembered */
#define DISPATCHER_REMEMBERED 6

/* Penalty of a bias, which there has to be for the result to be one only */
#define DISPATCHER_BIAS_PENALTY 0.01

typedef struct DispatcherProblem
{
	uint32_t examples; /* what has the same features is one */
	uint32_t features;
	uint32_t answers;
	const uint64_t *feature_at; /* where each example's features begin … */
	const uint32_t *feature;
	const uint64_t *answer_at; /* … and its answers, with their weights … */
	const uint32_t *answer;
	const double *answer_weight;
	const uint64_t *weight_at;     /* … and each feature's weights … */
	const uint32_t *weight_answer; /* … of so numbered answers */
	double penalty;
	uint32_t passes; /* at most */
} DispatcherProblem;

/* Fill the biases, a number for each answer, and the weights. */
extern DispatcherStatus dispatcher_solve(const DispatcherMemory *memory,
                                         const DispatcherProblem *problem,
                                         double *bias, double *weight);

/* What is made the least, and its slope, laid out as biases, then weights;
 * scores has room for a number for each answer. */
extern double dispatcher_loss(const DispatcherMemory *memory,
                              const DispatcherProblem *problem,
                              const double *x, double *slope, double *scores);

#endif /* CIVICGRID_CORE_DISPATCHER_SOLVE_H */
