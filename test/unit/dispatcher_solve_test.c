/*
 * dispatcher_solve_test.c
 *	  Logistic regression: the loss and its slope by plain loops and by
 *	  differences, the least is found, memory runs out.
 */
#include "core/dispatcher_solve.h"

#include "dispatcher_cases.h"

#define EXAMPLES 120
#define FEATURES 25
#define ANSWERS  7
#define MOST     (ANSWERS + FEATURES * ANSWERS)

static uint64_t feature_at[EXAMPLES + 1];
static uint32_t feature[EXAMPLES * 4];
static uint64_t answer_at[EXAMPLES + 1];
static uint32_t answer[EXAMPLES * 3];
static double answer_weight[EXAMPLES * 3];
static uint64_t weight_at[FEATURES + 1];
static uint32_t weight_answer[FEATURES * ANSWERS];
static DispatcherProblem problem = {
    EXAMPLES, FEATURES,      ANSWERS,   feature_at,    feature, answer_at,
    answer,   answer_weight, weight_at, weight_answer, 0.5,     200};

static void
make_problem(uint64_t *random)
{
	bool together[FEATURES][ANSWERS] = {{false}};
	uint64_t f = 0;
	uint64_t a = 0;
	uint64_t k;
	uint64_t w = 0;
	int i;

	for (i = 0; i < EXAMPLES; i++)
	{
		int features = (int) (next_random(random) % 5);
		int answers = 1 + (int) (next_random(random) % 3);
		int first = (int) (next_random(random) % 6);

		feature_at[i] = f;
		answer_at[i] = a;
		while (features-- > 0) /* different ones */
			feature[f++] = (uint32_t) (6 * (features + 1) - 6 + first);
		while (answers-- > 0)
		{
			answer[a] = (uint32_t) (next_random(random) % 3 == 0
			                            ? next_random(random) % ANSWERS
			                            : (uint64_t) first % ANSWERS);
			answer_weight[a++] = 0.1 + (double) (next_random(random) % 10) / 5;
		}
	}
	feature_at[EXAMPLES] = f;
	answer_at[EXAMPLES] = a;
	for (i = 0; i < EXAMPLES; i++)
		for (f = feature_at[i]; f < feature_at[i + 1]; f++)
			for (k = answer_at[i]; k < answer_at[i + 1]; k++)
				together[feature[f]][answer[k]] = true;
	for (i = 0; i < FEATURES; i++)
	{
		uint32_t r;

		weight_at[i] = w;
		for (r = 0; r < ANSWERS; r++)
			if (together[i][r])
				weight_answer[w++] = r;
	}
	weight_at[FEATURES] = w;
}

/* The loss as it is defined, with a whole matrix of weights */
static double
plain_loss(const double *x)
{
	double matrix[FEATURES][ANSWERS] = {{0}};
	double loss = 0;
	uint64_t f;
	uint64_t k;
	int i;
	int r;

	for (i = 0; i < FEATURES; i++)
		for (k = weight_at[i]; k < weight_at[i + 1]; k++)
		{
			matrix[i][weight_answer[k]] = x[ANSWERS + k];
			loss += problem.penalty / 2 * x[ANSWERS + k] * x[ANSWERS + k];
		}
	for (r = 0; r < ANSWERS; r++)
		loss += DISPATCHER_BIAS_PENALTY / 2 * x[r] * x[r];
	for (i = 0; i < EXAMPLES; i++)
	{
		double p[ANSWERS];
		double sum = 0;

		for (r = 0; r < ANSWERS; r++)
		{
			p[r] = x[r];
			for (f = feature_at[i]; f < feature_at[i + 1]; f++)
				p[r] += matrix[feature[f]][r];
			sum += exp(p[r]);
		}
		for (k = answer_at[i]; k < answer_at[i + 1]; k++)
			loss -= answer_weight[k] * (p[answer[k]] - log(sum));
	}
	return loss;
}

int
main(void)
{
	TestMemory counter = {-1, 0, 0};
	DispatcherMemory memory = {test_resize, test_poll, &counter};
	uint64_t random = 21;
	double x[MOST];
	double slope[MOST];
	double scores[ANSWERS];
	double worst_loss = 0;
	double worst_slope = 0;
	double steepest = 0;
	int better = 0;
	int k;

	for (k = 0; k < 20; k++)
	{
		uint64_t n;
		uint64_t i;
		double loss;

		make_problem(&random);
		n = ANSWERS + weight_at[FEATURES];
		for (i = 0; i < n; i++)
			x[i] = (double) (next_random(&random) % 1000) / 250 - 2;
		loss = dispatcher_loss(&memory, &problem, x, slope, scores);
		worst_loss = fmax(worst_loss, fabs(loss - plain_loss(x)));
		for (i = 0; i < n; i++)
		{
			double here = x[i];
			double up;
			double down;

			x[i] = here + 1e-5;
			up = plain_loss(x);
			x[i] = here - 1e-5;
			down = plain_loss(x);
			x[i] = here;
			worst_slope =
			    fmax(worst_slope, fabs((up - down) / 2e-5 - slope[i]));
		}
		dispatcher_solve(&memory, &problem, x, x + ANSWERS);
		loss = dispatcher_loss(&memory, &problem, x, slope, scores);
		for (i = 0; i < n; i++)
			steepest = fmax(steepest, fabs(slope[i]));
		for (i = 0; i < 100; i++) /* it is convex: no neighbour is better */
		{
			uint64_t at = next_random(&random) % n;
			double here = x[at];

			x[at] += i % 2 ? 0.05 : -0.05;
			better += plain_loss(x) < loss;
			x[at] = here;
		}
	}
	ok(worst_loss < 1e-9, "the loss is that of plain loops (%g)", worst_loss);
	ok(worst_slope < 1e-4, "its slope that of differences (%g)", worst_slope);
	ok(steepest < 0.1 && better == 0, "it is flat where it is the least (%g)",
	   steepest);
	problem.passes = 0;
	ok(dispatcher_solve(&memory, &problem, x, x + ANSWERS) == DISPATCHER_OK &&
	       x[0] == 0,
	   "without a pass there are no weights");
	ok(counter.live == 0 && counter.polled > 0, "memory is given back");
	counter.left = 0;
	ok(dispatcher_solve(&memory, &problem, x, x + ANSWERS) ==
	       DISPATCHER_NO_MEMORY,
	   "or there is none");
	return done_testing();
}
