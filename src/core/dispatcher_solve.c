/*
 * dispatcher_solve.c
 *	  See dispatcher_solve.h.
 */
#include <math.h>

#include "dispatcher_common.h"
#include "dispatcher_solve.h"

/* It is over if a pass makes less of a difference than this part of the loss
 */
#define LITTLE 1e-7

/* Of the decrease that the slope promises, the part that is good enough */
#define ENOUGH 1e-4

double
dispatcher_loss(const DispatcherMemory *memory, const DispatcherProblem *p,
                const double *x, double *slope, double *scores)
{
	const double *weight = x + p->answers;
	double *weight_slope = slope + p->answers;
	uint64_t weights = p->weight_at[p->features];
	double loss = 0;
	uint64_t k;
	uint32_t i;

	for (i = 0; i < p->answers; i++)
	{
		loss += 0.5 * DISPATCHER_BIAS_PENALTY * x[i] * x[i];
		slope[i] = DISPATCHER_BIAS_PENALTY * x[i];
	}
	for (k = 0; k < weights; k++)
	{
		loss += 0.5 * p->penalty * weight[k] * weight[k];
		weight_slope[k] = p->penalty * weight[k];
	}
	for (i = 0; i < p->examples; i++)
	{
		double best = -HUGE_VAL;
		double sum = 0;
		double all = 0; /* weight of the example */
		uint64_t f;
		uint32_t a;

		if (i % 4096 == 0)
			dispatcher_poll(memory);
		memcpy(scores, x, p->answers * sizeof(double));
		for (f = p->feature_at[i]; f < p->feature_at[i + 1]; f++)
			for (k = p->weight_at[p->feature[f]];
			     k < p->weight_at[p->feature[f] + 1]; k++)
				scores[p->weight_answer[k]] += weight[k];
		for (a = 0; a < p->answers; a++)
			if (scores[a] > best)
				best = scores[a];
		for (k = p->answer_at[i]; k < p->answer_at[i + 1]; k++)
		{
			all += p->answer_weight[k];
			loss -= p->answer_weight[k] * (scores[p->answer[k]] - best);
		}
		for (a = 0; a < p->answers; a++)
			sum += scores[a] = exp(scores[a] - best);
		loss += all * log(sum);
		/* from here on, what is expected less what is so */
		for (a = 0; a < p->answers; a++)
			scores[a] *= all / sum;
		for (k = p->answer_at[i]; k < p->answer_at[i + 1]; k++)
			scores[p->answer[k]] -= p->answer_weight[k];
		for (a = 0; a < p->answers; a++)
			slope[a] += scores[a];
		for (f = p->feature_at[i]; f < p->feature_at[i + 1]; f++)
			for (k = p->weight_at[p->feature[f]];
			     k < p->weight_at[p->feature[f] + 1]; k++)
				weight_slope[k] += scores[p->weight_answer[k]];
	}
	return loss;
}

static double
product(const double *a, const double *b, uint64_t n)
{
	double sum = 0;
	uint64_t i;

	for (i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Steps of the past and how the slope changed along them, the newest last */
typedef struct Past
{
	double *step[DISPATCHER_REMEMBERED];
	double *change[DISPATCHER_REMEMBERED];
	double curve[DISPATCHER_REMEMBERED]; /* products of the two */
	int n;
} Past;

/* Where to go from a slope: against it, as far as the past says */
static void
find_direction(const Past *past, const double *slope, double *direction,
               uint64_t n)
{
	double part[DISPATCHER_REMEMBERED];
	uint64_t i;
	int k;

	for (i = 0; i < n; i++)
		direction[i] = -slope[i];
	for (k = past->n - 1; k >= 0; k--)
	{
		part[k] = product(past->step[k], direction, n) / past->curve[k];
		for (i = 0; i < n; i++)
			direction[i] -= part[k] * past->change[k][i];
	}
	if (past->n > 0)
	{
		const double *change = past->change[past->n - 1];
		double scale = past->curve[past->n - 1] / product(change, change, n);

		for (i = 0; i < n; i++)
			direction[i] *= scale;
	}
	for (k = 0; k < past->n; k++)
	{
		double other = product(past->change[k], direction, n) / past->curve[k];

		for (i = 0; i < n; i++)
			direction[i] += (part[k] - other) * past->step[k][i];
	}
}

/* Remember what was put where the newest comes, if it curves upwards. */
static void
remember(Past *past, double **step, double **change, uint64_t n)
{
	double curve = product(*step, *change, n);
	double *oldest_step;
	double *oldest_change;
	int k;

	if (!(curve > 1e-12 * product(*change, *change, n)))
		return;
	if (past->n < DISPATCHER_REMEMBERED)
		k = past->n++;
	else
	{
		k = DISPATCHER_REMEMBERED - 1;
		oldest_step = past->step[0];
		oldest_change = past->change[0];
		memmove(past->step, past->step + 1, (size_t) k * sizeof(double *));
		memmove(past->change, past->change + 1, (size_t) k * sizeof(double *));
		memmove(past->curve, past->curve + 1, (size_t) k * sizeof(double));
		past->step[k] = oldest_step;
		past->change[k] = oldest_change;
	}
	oldest_step = past->step[k];
	oldest_change = past->change[k];
	past->step[k] = *step;
	past->change[k] = *change;
	past->curve[k] = curve;
	*step = oldest_step;
	*change = oldest_change;
}

DispatcherStatus
dispatcher_solve(const DispatcherMemory *memory, const DispatcherProblem *p,
                 double *bias, double *weight)
{
	uint64_t n = p->answers + p->weight_at[p->features];
	uint64_t vectors = 2 * DISPATCHER_REMEMBERED + 5;
	double *room;
	double *x;
	double *slope;
	double *next_slope;
	double *step;
	double *change;
	double *scores;
	Past past;
	double loss;
	uint64_t i;
	uint32_t pass;
	int k;

	if (n > UINT64_MAX / 8 / (vectors + 1))
		return DISPATCHER_TOO_LARGE;
	room = dispatcher_room(memory, NULL, vectors * n + p->answers,
	                       sizeof(double));
	if (room == NULL)
		return DISPATCHER_NO_MEMORY;
	x = room;
	slope = x + n;
	next_slope = slope + n;
	step = next_slope + n;
	change = step + n;
	past.n = 0;
	for (k = 0; k < DISPATCHER_REMEMBERED; k++)
	{
		past.step[k] = change + (uint64_t) (2 * k + 1) * n;
		past.change[k] = change + (uint64_t) (2 * k + 2) * n;
	}
	scores = room + vectors * n;
	memset(x, 0, n * sizeof(double));
	loss = dispatcher_loss(memory, p, x, slope, scores);
	for (pass = 0; pass < p->passes; pass++)
	{
		double before = loss;
		double down;
		double far = 1;
		double next;
		double *swap;
		int tries = 0;

		find_direction(&past, slope, step, n);
		down = product(step, slope, n);
		if (!(down < 0))
			break;
		if (past.n == 0)
			far = 1 / (1 + sqrt(-down));
		for (;;)
		{
			/* change is free until the slopes are compared */
			for (i = 0; i < n; i++)
				change[i] = x[i] + far * step[i];
			next = dispatcher_loss(memory, p, change, next_slope, scores);
			if (next <= loss + ENOUGH * far * down || ++tries == 30)
				break;
			far /= 2;
		}
		if (!(next < loss))
			break;
		loss = next;
		for (i = 0; i < n; i++)
		{
			x[i] = change[i];
			step[i] *= far;
			change[i] = next_slope[i] - slope[i];
		}
		swap = slope;
		slope = next_slope;
		next_slope = swap;
		remember(&past, &step, &change, n);
		if (before - loss <= LITTLE * fabs(loss))
			break;
	}
	memcpy(bias, x, p->answers * sizeof(double));
	memcpy(weight, x + p->answers, (n - p->answers) * sizeof(double));
	dispatcher_release(memory, room);
	return DISPATCHER_OK;
}
