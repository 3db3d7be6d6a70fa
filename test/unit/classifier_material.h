/*
 * classifier_material.h
 *	  What must be true of that which is made of any rows.
 */
#ifndef CIVICGRID_TEST_CLASSIFIER_MATERIAL_H
#define CIVICGRID_TEST_CLASSIFIER_MATERIAL_H

#include "core/classifier_collect.h"

static inline int
material_faults(const ClassifierMaterial *m)
{
	const ClassifierProblem *p = &m->problem;
	int faults = 0;
	uint32_t i;
	uint64_t k;

	faults += p->classes == 0 || p->classes > p->rows || p->judged > p->rows ||
	          p->first[0] != 0 || m->bits > CLASSIFIER_MAX_BITS;
	for (i = 1; i < p->classes; i++)
		faults += m->codes[i - 1] >= m->codes[i];
	for (i = 0; i < p->features; i++)
	{
		faults += m->own[i] == 0;
		/* ascending, and told apart by what a record keeps of them */
		faults += i > 0 && m->hashes[i - 1] >> (32 - m->bits) >=
		                       m->hashes[i] >> (32 - m->bits);
	}
	/* no gram is worth much more where a fold is left out */
	for (k = 0; k < (uint64_t) CLASSIFIER_FOLDS * p->features; k++)
		faults += !(p->factor[k] >= 0 && p->factor[k] < 50);
	for (i = 0; i < p->classes; i++)
		faults += !(p->class_cost[i] > 0);
	for (i = 0; i < p->rows; i++)
	{
		double squares = 0;
		double n = (double) (p->first[i + 1] - p->first[i]);

		faults += p->of_class[i] >= p->classes || !(p->weight[i] > 0) ||
		          p->fold[i] > CLASSIFIER_FOLDS ||
		          (p->fold[i] < CLASSIFIER_FOLDS) != (i < p->judged) ||
		          p->first[i + 1] < p->first[i];
		for (k = p->first[i]; k < p->first[i + 1]; k++)
		{
			faults +=
			    p->feature[k] >= p->features || p->value[k] > CLASSIFIER_ONE;
			squares += (double) p->value[k] * p->value[k];
		}
		/* a row's length is one, but for what is lost by rounding */
		faults += n > 0 && fabs(sqrt(squares) - CLASSIFIER_ONE) > sqrt(n);
	}
	return faults;
}

#endif /* CIVICGRID_TEST_CLASSIFIER_MATERIAL_H */
