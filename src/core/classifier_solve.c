/*
 * classifier_solve.c
 *	  See classifier_solve.h.
 *
 * Dual coordinate descent for machines with squared hinge loss (Hsieh, Chang,
 * Lin, Keerthi, Sundararajan: A Dual Coordinate Descent Method for Large-scale
 * Linear SVM, 2008), for eight classes side by side.  The order of the rows is
 * shuffled by a generator with a fixed seed, and no sum goes across lanes, so
 * that the result is the same however the compiler arranges the lanes.
 */
#include "classifier_solve.h"

#include "scramble.h"

#define LANES CLASSIFIER_LANES

#define ENOUGH      0.05f /* the gradient at which a pass is the last */
#define FOLD_PASSES 6
#define POLL_ROWS   1024
#define BINS        15
#define BOUND       20.0 /* of the logarithm of the slope, and the shift */
#define STEPS       100
#define CLOSE       0.003
#define LEAST       1e-12 /* no answer is less likely */
#define CAUTION     0.05
#define UNSEEN      1500 /* of so many texts, doubts are doubled */
#define MORE_DOUBT  1.2  /* and more than this is never added */

static const float one = 1.0f / CLASSIFIER_ONE;

static uint64_t
next_number(uint64_t *state)
{
	return scramble(*state += SCRAMBLE_STEP);
}

static void *
take(const ClassifierMemory *memory, uint64_t count, size_t unit)
{
	if (count > SIZE_MAX / 2 / unit)
		return NULL;
	return memory->resize(memory->context, NULL,
	                      (size_t) (count > 0 ? count : 1) * unit);
}

static void
give_back(const ClassifierMemory *memory, void *block)
{
	if (block != NULL)
		memory->resize(memory->context, block, 0);
}

bool
classifier_solver_begin(ClassifierSolver *solver,
                        const ClassifierMemory *memory,
                        const ClassifierProblem *problem)
{
	uint32_t r;

	memset(solver, 0, sizeof(*solver));
	solver->memory = memory;
	solver->problem = problem;
	solver->weights = take(memory, problem->features, LANES * sizeof(float));
	solver->alpha = take(memory, problem->rows, LANES * sizeof(float));
	solver->squares = take(memory, problem->rows, sizeof(float));
	solver->value = problem->value;
	solver->fold_value =
	    take(memory, problem->first[problem->rows], sizeof(uint16_t));
	solver->order = take(memory, problem->rows, sizeof(uint32_t));
	if (solver->weights == NULL || solver->alpha == NULL ||
	    solver->squares == NULL || solver->fold_value == NULL ||
	    solver->order == NULL)
		return false;
	for (r = 0; r < problem->rows; r++)
	{
		uint64_t sum = 0;
		uint64_t i;

		for (i = problem->first[r]; i < problem->first[r + 1]; i++)
			sum += (uint32_t) problem->value[i] * problem->value[i];
		solver->squares[r] = (float) sum * one * one + 1;
	}
	return true;
}

void
classifier_solver_free(ClassifierSolver *solver)
{
	if (solver->memory == NULL)
		return;
	give_back(solver->memory, solver->weights);
	give_back(solver->memory, solver->alpha);
	give_back(solver->memory, solver->squares);
	give_back(solver->memory, solver->fold_value);
	give_back(solver->memory, solver->order);
	memset(solver, 0, sizeof(*solver));
}

static void
score_row(const ClassifierSolver *solver, uint32_t r, float *score)
{
	const ClassifierProblem *problem = solver->problem;
	uint64_t end = problem->first[r + 1];
	float sum[LANES] = {0};
	uint64_t i;
	int l;

	for (i = problem->first[r]; i < end; i++)
	{
		const float *w =
		    solver->weights + (size_t) problem->feature[i] * LANES;
		float v = (float) solver->value[i];

		for (l = 0; l < LANES; l++)
			sum[l] += v * w[l];
	}
	for (l = 0; l < LANES; l++)
		score[l] = sum[l] * one + solver->bias[l];
}

/* Add a row to the weights, each lane times its own factor. */
static void
add_row(ClassifierSolver *solver, uint32_t r, const float *factor)
{
	const ClassifierProblem *problem = solver->problem;
	uint64_t end = problem->first[r + 1];
	float scaled[LANES];
	uint64_t i;
	int l;

	for (l = 0; l < LANES; l++)
	{
		scaled[l] = factor[l] * one;
		solver->bias[l] += factor[l];
	}
	for (i = problem->first[r]; i < end; i++)
	{
		float *w = solver->weights + (size_t) problem->feature[i] * LANES;
		float v = (float) solver->value[i];

		for (l = 0; l < LANES; l++)
			w[l] += v * scaled[l];
	}
}

/* Improve the share of one row; how far it was from its best. */
static float
improve_row(ClassifierSolver *solver, uint32_t r)
{
	const ClassifierProblem *problem = solver->problem;
	float *alpha = solver->alpha + (size_t) r * LANES;
	uint32_t own = problem->of_class[r] - solver->first_class;
	float score[LANES];
	float factor[LANES];
	float worst = 0;
	bool changed = false;
	uint32_t l;

	score_row(solver, r, score);
	for (l = 0; l < LANES; l++)
	{
		float side = l == own ? 1.0f : -1.0f;
		float cost = problem->weight[r];
		float slack;
		float gradient;
		float now;

		factor[l] = 0;
		if (l >= solver->lanes)
			continue;
		if (l == own)
			cost *= problem->class_cost[solver->first_class + l];
		slack = 0.5f / cost;
		gradient = side * score[l] - 1 + slack * alpha[l];
		if (alpha[l] <= 0 && gradient >= 0)
			continue;
		if (fabsf(gradient) > worst)
			worst = fabsf(gradient);
		now = alpha[l] - gradient / (solver->squares[r] + slack);
		if (now < 0)
			now = 0;
		factor[l] = (now - alpha[l]) * side;
		alpha[l] = now;
		changed = changed || factor[l] < 0 || factor[l] > 0;
	}
	if (changed)
		add_row(solver, r, factor);
	return worst;
}

static void
poll(const ClassifierSolver *solver)
{
	if (solver->memory->poll != NULL)
		solver->memory->poll(solver->memory->context);
}

/* Passes over all rows but those of a fold */
static void
improve(ClassifierSolver *solver, int without, uint32_t passes)
{
	const ClassifierProblem *problem = solver->problem;
	uint64_t random = 20130426;
	uint32_t n = 0;
	uint32_t pass;
	uint32_t r;

	for (r = 0; r < problem->rows; r++)
		if (problem->fold[r] != without)
			solver->order[n++] = r;
	for (pass = 0; pass < passes; pass++)
	{
		float worst = 0;

		for (r = n; r > 1; r--)
		{
			uint32_t other = (uint32_t) (next_number(&random) % r);
			uint32_t swap = solver->order[r - 1];

			solver->order[r - 1] = solver->order[other];
			solver->order[other] = swap;
		}
		for (r = 0; r < n; r++)
		{
			float far = improve_row(solver, solver->order[r]);

			if (far > worst)
				worst = far;
			if (r % POLL_ROWS == 0)
				poll(solver);
		}
		if (worst < ENOUGH)
			break;
	}
}

void
classifier_solve(ClassifierSolver *solver, uint32_t first_class)
{
	const ClassifierProblem *problem = solver->problem;
	uint32_t left = problem->classes - first_class;

	solver->value = problem->value;
	solver->first_class = first_class;
	solver->lanes = left < LANES ? left : LANES;
	memset(solver->weights, 0,
	       (size_t) problem->features * LANES * sizeof(float));
	memset(solver->alpha, 0, (size_t) problem->rows * LANES * sizeof(float));
	memset(solver->bias, 0, sizeof(solver->bias));
	improve(solver, CLASSIFIER_FOLDS + 1, problem->passes);
}

/* The values that the grams have where a fold is left out */
static void
weigh_anew(ClassifierSolver *solver, int fold)
{
	const ClassifierProblem *problem = solver->problem;
	const float *factor = problem->factor + (size_t) fold * problem->features;
	uint32_t r;

	solver->value = solver->fold_value;
	for (r = 0; r < problem->rows; r++)
	{
		double squares = 0;
		double norm;
		uint64_t i;

		for (i = problem->first[r]; i < problem->first[r + 1]; i++)
		{
			double v = problem->value[i] * factor[problem->feature[i]];

			squares += v * v;
		}
		norm = squares > 0 ? CLASSIFIER_ONE / sqrt(squares) : 0;
		for (i = problem->first[r]; i < problem->first[r + 1]; i++)
			solver->fold_value[i] =
			    (uint16_t) (problem->value[i] * factor[problem->feature[i]] *
			                    norm +
			                0.5);
	}
}

/*
 * Each fold begins with the shares of the one before, less those of its own
 * rows: a few passes make up for these.
 */
void
classifier_leave_out(ClassifierSolver *solver)
{
	const ClassifierProblem *problem = solver->problem;
	int fold;

	for (fold = 0; fold < CLASSIFIER_FOLDS; fold++)
	{
		float score[LANES];
		uint32_t r;
		uint32_t l;

		if (problem->factor != NULL)
			weigh_anew(solver, fold);
		memset(solver->weights, 0,
		       (size_t) problem->features * LANES * sizeof(float));
		memset(solver->bias, 0, sizeof(solver->bias));
		for (r = 0; r < problem->rows; r++)
		{
			float *alpha = solver->alpha + (size_t) r * LANES;
			uint32_t own = problem->of_class[r] - solver->first_class;

			if (problem->fold[r] == fold)
				memset(alpha, 0, LANES * sizeof(float));
			for (l = 0; l < LANES; l++)
				score[l] = l == own ? alpha[l] : -alpha[l];
			add_row(solver, r, score);
		}
		poll(solver);
		improve(solver, fold, FOLD_PASSES);
		for (r = 0; r < problem->judged; r++)
		{
			if (problem->fold[r] != fold)
				continue;
			score_row(solver, r, score);
			memcpy(problem->scores + (size_t) r * problem->classes +
			           solver->first_class,
			       score, solver->lanes * sizeof(float));
		}
	}
}

/* ---------------------------------------------------------------------
 * how sure a score is
 * ---------------------------------------------------------------------
 */

/* The negative log likelihood of the rows left out */
static double
unlikeliness(const ClassifierProblem *problem, const double *at)
{
	double slope = exp(at[0]);
	double loss = 0;
	uint32_t r;

	for (r = 0; r < problem->judged; r++)
	{
		const float *score = problem->scores + (size_t) r * problem->classes;
		double own = slope * score[problem->of_class[r]] + at[1];
		double best = own;
		double sum = 0;
		uint32_t c;

		if (r % POLL_ROWS == 0 && problem->memory != NULL &&
		    problem->memory->poll != NULL)
			problem->memory->poll(problem->memory->context);
		for (c = 0; c < problem->classes; c++)
			best = fmax(best, slope * score[c] + at[1]);
		for (c = 0; c < problem->classes; c++)
			sum += classifier_likelihood(slope * score[c] + at[1], best);
		loss -= problem->weight[r] *
		        log(fmax(classifier_likelihood(own, best) / sum, LEAST));
	}
	/* where the rows do not tell, neither extreme */
	return loss + CAUTION * (at[0] * at[0] + at[1] * at[1]);
}

typedef struct Corner
{
	double at[2];
	double loss;
} Corner;

static void
try_corner(const ClassifierProblem *problem, const Corner *middle,
           const Corner *from, double step, Corner *corner)
{
	int i;

	for (i = 0; i < 2; i++)
		corner->at[i] = fmin(
		    fmax(middle->at[i] + step * (middle->at[i] - from->at[i]), -BOUND),
		    BOUND);
	corner->loss = unlikeliness(problem, corner->at);
}

/* The method of Nelder and Mead: a triangle that walks downhill and shrinks */
static void
descend(const ClassifierProblem *problem, Corner *best)
{
	Corner corner[3] = {{{1, 1}, 0}, {{1.5, 1}, 0}, {{1, 1.5}, 0}};
	int step;
	int i;

	for (i = 0; i < 3; i++)
		corner[i].loss = unlikeliness(problem, corner[i].at);
	for (step = 0; step < STEPS; step++)
	{
		Corner middle = {{0, 0}, 0};
		Corner next;
		Corner further;

		for (i = 0; i < 4; i++) /* the best first, the worst last */
		{
			int a = i % 2;

			if (corner[a + 1].loss < corner[a].loss)
			{
				next = corner[a];
				corner[a] = corner[a + 1];
				corner[a + 1] = next;
			}
		}
		for (i = 0; i < 2; i++)
			middle.at[i] = (corner[0].at[i] + corner[1].at[i]) / 2;
		try_corner(problem, &middle, &corner[2], 1, &next);
		if (next.loss < corner[0].loss)
		{
			try_corner(problem, &middle, &corner[2], 2, &further);
			corner[2] = further.loss < next.loss ? further : next;
			continue;
		}
		if (next.loss < corner[1].loss)
		{
			corner[2] = next;
			continue;
		}
		try_corner(problem, &middle, &corner[2], -0.5, &next);
		if (next.loss < corner[2].loss)
		{
			corner[2] = next;
			continue;
		}
		for (i = 1; i < 3; i++)
		{
			middle = corner[i];
			try_corner(problem, &corner[0], &middle, -0.5, &corner[i]);
		}
		if (fabs(corner[0].at[0] - corner[2].at[0]) < CLOSE &&
		    fabs(corner[0].at[1] - corner[2].at[1]) < CLOSE)
			break;
	}
	*best = corner[0];
	for (i = 1; i < 3; i++)
		if (corner[i].loss < best->loss)
			*best = corner[i];
}

static void
judge(const ClassifierProblem *problem, ClassifierSureness *sureness)
{
	double sure[BINS] = {0};
	double right[BINS] = {0};
	double all = 0;
	double hits = 0;
	double error = 0;
	uint32_t r;
	uint32_t c;
	int b;

	for (r = 0; r < problem->judged; r++)
	{
		const float *score = problem->scores + (size_t) r * problem->classes;
		double weight = problem->weight[r];
		uint32_t best = 0;
		double others = 0;
		double top;

		for (c = 1; c < problem->classes; c++)
			if (score[c] > score[best])
				best = c;
		top = sureness->slope * score[best] + sureness->shift;
		for (c = 0; c < problem->classes; c++)
			if (c != best)
				others += classifier_likelihood(
				    sureness->slope * score[c] + sureness->shift, top);
		top = classifier_likelihood(top, top);
		top = others / (others + top);
		top = 1 - top * classifier_more_doubt(top, sureness->doubt);
		b = top < 1 ? (int) (BINS * top) : BINS - 1;
		sure[b] += weight * top;
		if (best == problem->of_class[r])
			right[b] += weight;
		all += weight;
	}
	for (b = 0; b < BINS; b++)
	{
		error += fabs(sure[b] - right[b]);
		hits += right[b];
	}
	sureness->error = all > 0 ? fmin(error / all, 1) : 0;
	sureness->accuracy = all > 0 ? fmin(hits / all, 1) : 0;
}

void
classifier_fit(const ClassifierProblem *problem, ClassifierSureness *sureness)
{
	Corner best;

	descend(problem, &best);
	sureness->slope = exp(best.at[0]);
	sureness->shift = best.at[1];
	/* texts to come are less like those judged than these are */
	sureness->doubt =
	    1 + fmin(sqrt(UNSEEN / fmax(problem->judged, 1)), MORE_DOUBT);
	judge(problem, sureness);
}
