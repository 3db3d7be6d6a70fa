/*
 * fuzz_dispatcher_solve.c
 *	  Any problem is solved by numbers, and no worse than by none.
 */
#include "core/dispatcher_solve.h"
#include "fuzz_dispatcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FEATURES 8
#define ANSWERS  5
#define EXAMPLES 100

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t feature_at[EXAMPLES + 1];
	uint64_t answer_at[EXAMPLES + 1];
	uint32_t feature[EXAMPLES * FEATURES];
	uint32_t answer[EXAMPLES];
	double weight[EXAMPLES];
	uint64_t weight_at[FEATURES + 1];
	uint32_t weight_answer[FEATURES * ANSWERS];
	bool together[FEATURES][ANSWERS] = {{false}};
	double x[ANSWERS + FEATURES * ANSWERS];
	double zero[ANSWERS + FEATURES * ANSWERS] = {0};
	double slope[ANSWERS + FEATURES * ANSWERS];
	double scores[ANSWERS];
	DispatcherProblem p;
	uint64_t f = 0;
	uint64_t w = 0;
	double before;
	double after;
	uint32_t n = 0;
	uint32_t i;
	uint32_t k;

	if (size < 4)
		return 0;
	for (n = 0; n < EXAMPLES && 4 + 2 * n < size; n++)
	{
		uint8_t bits = data[3 + 2 * n];

		feature_at[n] = f;
		answer_at[n] = n;
		answer[n] = data[4 + 2 * n] % ANSWERS;
		weight[n] = ldexp(1, data[4 + 2 * n] / ANSWERS % 20 - 14);
		for (k = 0; k < FEATURES; k++)
			if (bits >> k & 1)
			{
				feature[f++] = k;
				together[k][answer[n]] = true;
			}
	}
	feature_at[n] = f;
	answer_at[n] = n;
	for (i = 0; i < FEATURES; i++)
	{
		weight_at[i] = w;
		for (k = 0; k < ANSWERS; k++)
			if (together[i][k])
				weight_answer[w++] = k;
	}
	weight_at[FEATURES] = w;
	p.examples = n;
	p.features = FEATURES;
	p.answers = ANSWERS;
	p.feature_at = feature_at;
	p.feature = feature;
	p.answer_at = answer_at;
	p.answer = answer;
	p.answer_weight = weight;
	p.weight_at = weight_at;
	p.weight_answer = weight_answer;
	p.penalty = ldexp(1, data[0] % 24 - 14);
	p.passes = data[1];
	fuzz_counter.left = data[2] > 250 ? 0 : -1;
	fuzz_counter.live = 0;
	if (dispatcher_solve(&fuzz_memory, &p, x, x + ANSWERS) != DISPATCHER_OK)
	{
		REQUIRE(data[2] > 250);
		return 0;
	}
	REQUIRE(fuzz_counter.live == 0);
	before = dispatcher_loss(&fuzz_memory, &p, zero, slope, scores);
	after = dispatcher_loss(&fuzz_memory, &p, x, slope, scores);
	REQUIRE(after <= before && isfinite(after));
	for (i = 0; i < ANSWERS + w; i++)
		REQUIRE(isfinite(x[i]));
	return 0;
}
