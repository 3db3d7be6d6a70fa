/*
 * fuzz_classifier_solve.c
 *	  Any small problem is solved, in the same way each time, with numbers that
 *	  are numbers.
 */
#include "../unit/classifier_problem.h"
#include "fuzz.h"

/*
 * Two bytes: classes and features.  Then rows: a byte for class and number of
 * grams, one for the weight, two for each gram.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static SmallProblem problem;
	static SmallResult result;
	static SmallResult again;
	uint32_t classes;
	uint32_t features;
	size_t at = 2;

	if (size < 4)
		return 0;
	classes = 1 + data[0] % SMALL_CLASSES;
	features = 1 + data[1] % SMALL_FEATURES;
	small_begin(&problem, classes, features);
	while (at + 2 <= size && problem.problem.rows < SMALL_ROWS)
	{
		uint32_t n = data[at] & 7;

		small_row(&problem, (data[at] >> 3) % classes,
		          ldexpf(1.0f, data[at + 1] % 41 - 20));
		for (at += 2; n > 0 && at + 2 <= size; n--, at += 2)
			small_gram(&problem, data[at] % features,
			           (data[at + 1] + 1u) * 64);
	}
	REQUIRE(small_solve(&problem, &result) && small_solve(&problem, &again));
	REQUIRE(memcmp(&result, &again, sizeof(result)) == 0);
	REQUIRE(small_faults(&problem, &result) == 0);
	return 0;
}
