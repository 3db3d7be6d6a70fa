/*
 * classifier_solve_test.c
 *	  The machines: they solve what can be solved, always in the same way, and
 *	  know how sure they can be of what cannot.
 */
#include "classifier_problem.h"

static SmallProblem problem;
static SmallResult result;
static SmallResult again;

/* Each class has a feature of its own, beside one that all have. */
static void
make_separable(uint32_t classes, uint32_t rows)
{
	uint32_t r;

	small_begin(&problem, classes, classes + 1);
	for (r = 0; r < rows; r++)
	{
		small_row(&problem, r % classes, 2);
		small_gram(&problem, r % classes, 13107);
		small_gram(&problem, classes, 9830);
	}
	for (r = 0; r < rows; r++)
		problem.fold[r] = (uint8_t) (r / classes % CLASSIFIER_FOLDS);
}

static void
test_separable(uint32_t classes, uint32_t rows)
{
	int wrong = 0;
	uint32_t r;
	uint32_t c;

	make_separable(classes, rows);
	ok(small_solve(&problem, &result) && small_faults(&problem, &result) == 0,
	   "%u classes of %u rows are learned", (unsigned) classes,
	   (unsigned) rows);
	for (r = 0; r < rows; r++)
		for (c = 0; c < classes; c++)
			wrong += (small_score(&problem, &result, r, c) > 0) !=
			         (c == r % classes);
	ok(wrong == 0, "the machine of a class says yes to its rows only");
	ok(result.sureness.accuracy == 1, "all of those left out are right");
	ok(result.sureness.error < 0.2, "which they know: error %.3f",
	   result.sureness.error);
	ok(small_solve(&problem, &again) &&
	       memcmp(&result, &again, sizeof(result)) == 0,
	   "again, to the last bit");
}

/* Rows that are the same, of two classes: nobody can tell. */
static void
test_contradictory(void)
{
	double a;
	double b;
	uint32_t r;

	small_begin(&problem, 2, 1);
	for (r = 0; r < 40; r++)
	{
		small_row(&problem, r % 2, 2);
		small_gram(&problem, 0, CLASSIFIER_ONE);
		problem.fold[r] = (uint8_t) (r / 2 % CLASSIFIER_FOLDS);
	}
	ok(small_solve(&problem, &result) && small_faults(&problem, &result) == 0,
	   "rows that contradict each other");
	a = small_score(&problem, &result, 0, 0);
	b = small_score(&problem, &result, 0, 1);
	ok(fabs(a) < 0.2 && fabs(b) < 0.2, "score nothing: %.3f, %.3f", a, b);
	ok(result.sureness.error < 0.2, "nor are they sure: error %.3f",
	   result.sureness.error);
}

/* A row that weighs more has its way. */
static void
test_weights(void)
{
	uint32_t r;

	small_begin(&problem, 2, 1);
	for (r = 0; r < 8; r++)
	{
		small_row(&problem, r == 0, r == 0 ? 1000 : 1);
		small_gram(&problem, 0, CLASSIFIER_ONE);
	}
	ok(small_solve(&problem, &result) &&
	       small_score(&problem, &result, 0, 1) > 0 &&
	       small_score(&problem, &result, 0, 0) < 0,
	   "one row that weighs 1000 beats seven of 1");
	small_begin(&problem, 2, 1);
	for (r = 0; r < 8; r++)
		small_row(&problem, r == 0, 1);
	ok(small_solve(&problem, &result) && result.bias[0] > 0 &&
	       result.bias[1] < 0,
	   "of rows without grams the most have their way");
}

/*
 * What a gram is worth where a fold is left out: as much, as if nothing had
 * been said; nothing, as if the rows had not got it.
 */
static void
test_factors(void)
{
	uint32_t r;
	int wrong = 0;
	int i;

	make_separable(2, 40);
	for (r = 0; r < 40; r += 3) /* so that there is something to learn */
		problem.of_class[r] = 1 - problem.of_class[r];
	small_solve(&problem, &result);
	for (i = 0; i < CLASSIFIER_FOLDS * 3; i++)
		problem.factor[i] = 1;
	problem.problem.factor = problem.factor;
	ok(small_solve(&problem, &again) && small_faults(&problem, &again) == 0,
	   "factors of one");
	for (i = 0; i < 80; i++)
		wrong += fabs(result.scores[i] - again.scores[i]) > 0.001;
	ok(wrong == 0 &&
	       memcmp(result.weights, again.weights, sizeof(result.weights)) == 0,
	   "change nothing (%d scores differ)", wrong);
	make_separable(2, 40);
	for (i = 0; i < CLASSIFIER_FOLDS * 3; i++)
		problem.factor[i] = i / 3 == 2 ? 0 : 1;
	problem.problem.factor = problem.factor;
	small_solve(&problem, &again);
	wrong = 0;
	for (r = 0; r < 40; r++)
		wrong +=
		    (again.scores[2 * r] > again.scores[2 * r + 1]) != (r % 2 == 0) &&
		    problem.fold[r] != 2;
	ok(wrong == 0, "a fold that is told nothing harms no other");
	for (r = 0; r < 40; r++)
		if (problem.fold[r] == 2)
			wrong += fabs(again.scores[2 * r]) > 0.2 ||
			         fabs(again.scores[2 * r + 1]) > 0.2;
	ok(wrong == 0, "and scores nothing (%d do)", wrong);
}

static void
test_no_memory(void)
{
	int left;
	int begun = 0;

	make_separable(2, 10);
	for (left = 0; left < 5; left++)
	{
		TestMemory counter = {left, 0, 0};
		ClassifierMemory memory = {test_resize, NULL, &counter};
		ClassifierSolver solver;

		begun += classifier_solver_begin(&solver, &memory, &problem.problem);
		classifier_solver_free(&solver);
		classifier_solver_free(&solver);
	}
	ok(begun == 0, "no memory");
}

int
main(void)
{
	test_separable(2, 20);
	test_separable(3, 60);
	test_separable(10, 60); /* more than are trained at a time */
	test_contradictory();
	test_weights();
	test_factors();
	test_no_memory();
	return done_testing();
}
