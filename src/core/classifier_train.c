/*
 * classifier_train.c
 *	  Have the machines trained on what classifier_collect.c makes of the
 *	  rows, keep their largest weights, put the value together.
 */
#include "classifier_collect.h"

#include <float.h>

#include "classifier_write.h"

#define LARGEST    32767
#define FLOAT_BINS 65536

/* A weight of a class that is kept */
typedef struct Kept
{
	uint32_t feature;
	float weight;
} Kept;

_Static_assert(sizeof(Kept) == sizeof(ClassifierWeight),
               "a whole weight takes the place of one that is not");

/* All that is made on the way; what is NULL need not be given back. */
typedef struct Training
{
	ClassifierTrainer *trainer;
	ClassifierMaterial made;
	ClassifierSolver solver;
	uint32_t *bin;
	uint64_t *kept_end; /* for each class */
	float *bias;
	ClassifierArray kept;
	uint64_t most_kept; /* of one class */
} Training;

/* ---------------------------------------------------------------------
 * train
 * ---------------------------------------------------------------------
 */

/* The high half of the absolute value's bits, which order it */
static uint32_t
size_bin(float weight)
{
	uint32_t bits;

	memcpy(&bits, &weight, sizeof(bits));
	return (bits & 0x7FFFFFFF) >> 15;
}

/* Keep the largest weights of one class, no more than are allowed. */
static bool
keep_weights(Training *t, uint32_t lane)
{
	const ClassifierProblem *p = &t->made.problem;
	const float *weights = t->solver.weights + lane;
	uint64_t above = 0;
	uint64_t last;
	uint32_t bin = FLOAT_BINS;
	Kept *kept;
	uint32_t f;

	memset(t->bin, 0, FLOAT_BINS * sizeof(uint32_t));
	for (f = 0; f < p->features; f++)
		t->bin[size_bin(weights[(size_t) f * CLASSIFIER_LANES])]++;
	t->bin[0] = 0;
	while (bin > 1 && above + t->bin[bin - 1] <= t->most_kept)
		above += t->bin[--bin];
	last = bin > 1 ? t->most_kept - above : 0;
	kept = classifier_reserve(t->trainer, &t->kept, (size_t) (above + last),
	                          sizeof(Kept));
	if (kept == NULL)
		return false;
	for (f = 0; f < p->features; f++)
	{
		float weight = weights[(size_t) f * CLASSIFIER_LANES];
		uint32_t size = size_bin(weight);

		if (size >= bin || (size > 0 && size == bin - 1 && last > 0))
		{
			if (size < bin)
				last--;
			*kept++ = (Kept){f, weight};
			t->kept.used++;
		}
	}
	return true;
}

static bool
train_classes(Training *t)
{
	ClassifierTrainer *trainer = t->trainer;
	const ClassifierProblem *p = &t->made.problem;
	uint64_t fixed =
	    classifier_bytes(p->classes, t->made.bits, 2 * (uint64_t) p->features);
	uint32_t c;
	uint32_t l;

	/* what is left for weights, four bytes each */
	t->most_kept = fixed < trainer->options.bytes
	                   ? (trainer->options.bytes - fixed) / 4 / p->classes
	                   : 0;
	t->bin = classifier_resize(trainer, NULL, FLOAT_BINS, sizeof(uint32_t));
	t->kept_end =
	    classifier_resize(trainer, NULL, p->classes, sizeof(uint64_t));
	t->bias = classifier_resize(trainer, NULL, p->classes, sizeof(float));
	if (trainer->status != CLASSIFIER_OK)
		return false;
	if (!classifier_solver_begin(&t->solver, &trainer->work.memory, p))
	{
		trainer->status = CLASSIFIER_NO_MEMORY;
		return false;
	}
	for (c = 0; c < p->classes; c += CLASSIFIER_LANES)
	{
		classifier_solve(&t->solver, c);
		for (l = 0; l < t->solver.lanes; l++)
		{
			if (!keep_weights(t, l))
				return false;
			t->kept_end[c + l] = t->kept.used;
			t->bias[c + l] = t->solver.bias[l];
		}
		classifier_leave_out(&t->solver);
	}
	return true;
}

/* ---------------------------------------------------------------------
 * put the value together
 * ---------------------------------------------------------------------
 */

/* What a weight of one is, so that all fit into 16 bits */
static double
largest_weight(const Training *t)
{
	const Kept *kept = t->kept.at;
	double largest = 0;
	size_t i;

	for (i = 0; i < t->kept.used; i++)
		largest = fmax(largest, fabs((double) kept[i].weight));
	return largest > FLT_MIN ? largest / LARGEST : 1;
}

static int32_t
quantise(float weight, double unit)
{
	return (int32_t) floor(weight / unit + 0.5);
}

/*
 * Weights and bias as whole numbers, in the place of the former; what a weight
 * of one is
 */
static double
quantise_weights(Training *t, double least, int64_t *bias)
{
	double unit = fmax(largest_weight(t), least);
	Kept *kept = t->kept.at;
	size_t i;
	uint32_t c;

	for (i = 0; i < t->kept.used; i++)
	{
		ClassifierWeight whole = {kept[i].feature,
		                          quantise(kept[i].weight, unit)};

		memcpy(&kept[i], &whole, sizeof(whole));
	}
	for (c = 0; c < t->made.problem.classes; c++)
		bias[c] = (int64_t) floor(t->bias[c] / unit * CLASSIFIER_ONE + 0.5);
	return unit;
}

static bool
write_value(Training *t, size_t prefix, uint8_t **block, size_t *size)
{
	ClassifierTrainer *trainer = t->trainer;
	const ClassifierProblem *p = &t->made.problem;
	int64_t *bias =
	    classifier_resize(trainer, NULL, p->classes, sizeof(int64_t));
	ClassifierSureness sureness;
	ClassifierDraft draft = {.classes = p->classes,
	                         .features = p->features,
	                         .bits = t->made.bits,
	                         .codes = t->made.codes,
	                         .bias = bias,
	                         .hashes = t->made.hashes,
	                         .own = t->made.own,
	                         .weights = t->kept.at,
	                         .end = t->kept_end};
	double unit;

	if (bias == NULL)
		return false;
	classifier_fit(p, &sureness);
	/* no finer than rules can be weighed against */
	unit = quantise_weights(
	    t, CLASSIFIER_LEAST_SLOPE * CLASSIFIER_ONE / sureness.slope, bias);
	draft.header.rows = p->rows;
	draft.header.slope = fmin(sureness.slope * unit / CLASSIFIER_ONE, 1);
	draft.header.shift = sureness.shift;
	draft.header.doubt = sureness.doubt;
	draft.header.trained_accuracy = sureness.accuracy;
	draft.header.trained_error = sureness.error;
	memcpy(draft.header.folding, trainer->options.folding, CLASSIFIER_FOLDING);
	trainer->status =
	    classifier_write(&trainer->work.memory, &draft, prefix, block, size);
	classifier_release(trainer, bias);
	return trainer->status == CLASSIFIER_OK;
}

static void
free_training(Training *t)
{
	classifier_free_material(t->trainer, &t->made);
	classifier_release(t->trainer, t->bin);
	classifier_release(t->trainer, t->kept_end);
	classifier_release(t->trainer, t->bias);
	classifier_release_array(t->trainer, &t->kept);
	classifier_solver_free(&t->solver);
}

ClassifierStatus
classifier_train(ClassifierTrainer *trainer, size_t prefix, uint8_t **block,
                 size_t *size)
{
	Training t = {.trainer = trainer};

	*block = NULL;
	*size = 0;
	if (trainer->status == CLASSIFIER_OK && trainer->rows.used == 0)
		trainer->status = CLASSIFIER_EMPTY;
	if (trainer->status == CLASSIFIER_OK)
		(void) (classifier_prepare(trainer, &t.made) && train_classes(&t) &&
		        write_value(&t, prefix, block, size));
	free_training(&t);
	classifier_train_free(trainer);
	return trainer->status;
}
