/*
 * classifier_problem.h
 *	  Small problems for the machines of the classifier, and what must be true
 *	  of any of them.
 */
#ifndef CIVICGRID_TEST_CLASSIFIER_PROBLEM_H
#define CIVICGRID_TEST_CLASSIFIER_PROBLEM_H

#include "core/classifier_solve.h"

#include "classifier_texts.h"

#define SMALL_ROWS     64
#define SMALL_FEATURES 32
#define SMALL_CLASSES  20
#define SMALL_GRAMS    1024

typedef struct SmallProblem
{
	ClassifierProblem problem;
	uint64_t first[SMALL_ROWS + 1];
	uint32_t feature[SMALL_GRAMS];
	uint16_t value[SMALL_GRAMS];
	uint16_t of_class[SMALL_ROWS];
	uint8_t fold[SMALL_ROWS];
	float weight[SMALL_ROWS];
	float class_cost[SMALL_CLASSES];
	float factor[CLASSIFIER_FOLDS * SMALL_FEATURES];
	float scores[SMALL_ROWS * SMALL_CLASSES];
} SmallProblem;

/* What the machines made of it */
typedef struct SmallResult
{
	float weights[SMALL_CLASSES][SMALL_FEATURES];
	float bias[SMALL_CLASSES];
	float scores[SMALL_ROWS * SMALL_CLASSES];
	ClassifierSureness sureness;
} SmallResult;

static inline void
small_begin(SmallProblem *s, uint32_t classes, uint32_t features)
{
	uint32_t c;

	memset(s, 0, sizeof(*s));
	s->problem = (ClassifierProblem){.features = features,
	                                 .classes = classes,
	                                 .first = s->first,
	                                 .feature = s->feature,
	                                 .value = s->value,
	                                 .of_class = s->of_class,
	                                 .fold = s->fold,
	                                 .weight = s->weight,
	                                 .class_cost = s->class_cost,
	                                 .passes = 30,
	                                 .scores = s->scores};
	for (c = 0; c < classes; c++)
		s->class_cost[c] = 1;
}

/* A row; its grams are put behind it by small_gram, each at its first coming.
 */
static inline void
small_row(SmallProblem *s, uint32_t of_class, float weight)
{
	uint32_t r = s->problem.rows++;

	s->of_class[r] = (uint16_t) of_class;
	s->fold[r] = (uint8_t) (r % CLASSIFIER_FOLDS);
	s->weight[r] = weight;
	s->first[r + 1] = s->first[r];
	s->problem.judged = s->problem.rows;
}

static inline void
small_gram(SmallProblem *s, uint32_t feature, uint32_t value)
{
	uint64_t at = s->first[s->problem.rows - 1];

	for (; at < s->first[s->problem.rows]; at++)
		if (s->feature[at] == feature)
			return;
	s->first[s->problem.rows]++;
	s->feature[at] = feature;
	s->value[at] = (uint16_t) value;
}

static inline bool
small_solve(SmallProblem *s, SmallResult *result)
{
	TestMemory counter = {-1, 0, 0};
	ClassifierMemory memory = {test_resize, test_poll, &counter};
	ClassifierSolver solver;
	uint32_t c;
	uint32_t l;
	uint32_t f;

	memset(result, 0, sizeof(*result));
	if (!classifier_solver_begin(&solver, &memory, &s->problem))
		return false;
	for (c = 0; c < s->problem.classes; c += CLASSIFIER_LANES)
	{
		classifier_solve(&solver, c);
		for (l = 0; l < solver.lanes; l++)
		{
			for (f = 0; f < s->problem.features; f++)
				result->weights[c + l][f] =
				    solver.weights[f * CLASSIFIER_LANES + l];
			result->bias[c + l] = solver.bias[l];
		}
		classifier_leave_out(&solver);
	}
	classifier_solver_free(&solver);
	classifier_fit(&s->problem, &result->sureness);
	memcpy(result->scores, s->scores, sizeof(s->scores));
	return true;
}

/* The score that a row has, with itself trained on */
static inline double
small_score(const SmallProblem *s, const SmallResult *result, uint32_t r,
            uint32_t c)
{
	double score = result->bias[c];
	uint64_t i;

	for (i = s->first[r]; i < s->first[r + 1]; i++)
		score += (double) result->weights[c][s->feature[i]] * s->value[i] /
		         CLASSIFIER_ONE;
	return score;
}

static inline int
small_faults(const SmallProblem *s, const SmallResult *result)
{
	const ClassifierSureness *sure = &result->sureness;
	int faults = 0;
	uint32_t i;
	uint32_t f;

	for (i = 0; i < s->problem.classes; i++)
	{
		faults += !isfinite(result->bias[i]);
		for (f = 0; f < s->problem.features; f++)
			faults += !isfinite(result->weights[i][f]);
	}
	for (i = 0; i < s->problem.rows * s->problem.classes; i++)
		faults += !isfinite(result->scores[i]);
	return faults + !(sure->slope > 0 && isfinite(sure->slope)) +
	       !(sure->doubt >= 1 && sure->doubt <= CLASSIFIER_MAX_DOUBT) +
	       !isfinite(sure->shift) +
	       !(sure->accuracy >= 0 && sure->accuracy <= 1) +
	       !(sure->error >= 0 && sure->error <= 1);
}

#endif /* CIVICGRID_TEST_CLASSIFIER_PROBLEM_H */
