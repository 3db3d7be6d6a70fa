/*
 * classifier_train.c
 *	  Have the machines trained on what classifier_collect.c makes of the
 *	  rows, keep their largest weights, put the value together.
 */
#include "classifier_collect.h"

#include <float.h>

#include "checksum.h"

#define LARGEST    32767
#define FLOAT_BINS 65536

/* A weight of a class that is kept */
typedef struct Kept
{
	uint32_t feature;
	float weight;
} Kept;

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
 * Where each feature's record begins, in row_at, with an end; its number of
 * words
 */
static uint64_t
place_records(const Training *t, double unit, uint64_t *record_at)
{
	const Kept *kept = t->kept.at;
	uint32_t features = t->made.problem.features;
	uint64_t words = 0;
	uint32_t f;
	size_t i;

	for (f = 0; f < features; f++)
		record_at[f] = 2;
	for (i = 0; i < t->kept.used; i++)
		if (quantise(kept[i].weight, unit) != 0)
			record_at[kept[i].feature]++;
	for (f = 0; f < features; f++)
	{
		uint64_t here = record_at[f];

		record_at[f] = words;
		words += here;
	}
	record_at[features] = words;
	return words;
}

/* The directory and the records; uses up record_at. */
static void
write_records(const Training *t, double unit, uint64_t *record_at,
              uint32_t *directory)
{
	const Kept *kept = t->kept.at;
	uint32_t features = t->made.problem.features;
	uint32_t buckets = UINT32_C(1) << t->made.bits;
	uint32_t *records = directory + buckets + 1;
	uint32_t b = 0;
	uint32_t c = 0;
	uint32_t f;
	size_t i;

	for (f = 0; f < features; f++)
	{
		uint32_t *record = records + record_at[f];
		uint64_t hash = t->made.hashes[f];

		for (; b <= classifier_bucket(hash, t->made.bits); b++)
			directory[b] = (uint32_t) record_at[f];
		record[0] = classifier_key(hash, t->made.bits);
		record[1] = t->made.own[f] |
		            (uint32_t) (record_at[f + 1] - record_at[f] - 2) << 16;
	}
	for (; b <= buckets; b++)
		directory[b] = (uint32_t) record_at[features];
	for (i = 0; i < t->kept.used; i++)
	{
		int32_t weight = quantise(kept[i].weight, unit);

		while (i >= t->kept_end[c])
			c++;
		/* of a record that is begun, record_at is where to go on, less two */
		if (weight != 0)
			records[2 + record_at[kept[i].feature]++] = c | (uint32_t) weight
			                                                    << 16;
	}
}

static bool
write_value(Training *t, size_t prefix, uint8_t **block, size_t *size)
{
	ClassifierTrainer *trainer = t->trainer;
	const ClassifierProblem *p = &t->made.problem;
	double unit = largest_weight(t);
	ClassifierSureness sureness;
	ClassifierHeader header = {.magic = CLASSIFIER_MAGIC_NUMBER,
	                           .format = CLASSIFIER_FORMAT,
	                           .byte_order = CLASSIFIER_BYTE_ORDER};
	uint64_t *record_at = classifier_resize(
	    trainer, NULL, (uint64_t) p->features + 1, sizeof(uint64_t));
	uint64_t words;
	uint8_t *value;
	uint32_t c;

	if (record_at == NULL)
		return false;
	words = place_records(t, unit, record_at);
	if (words > UINT32_MAX)
	{
		trainer->status = CLASSIFIER_TOO_LARGE;
		classifier_release(trainer, record_at);
		return false;
	}
	header.bytes = classifier_bytes(p->classes, t->made.bits, words);
	header.classes = p->classes;
	header.features = p->features;
	header.rows = p->rows;
	header.bucket_bits = t->made.bits;
	header.record_words = (uint32_t) words;
	classifier_fit(p, &sureness);
	header.slope = fmin(sureness.slope * unit / CLASSIFIER_ONE, 1);
	header.shift = sureness.shift;
	header.trained_accuracy = sureness.accuracy;
	header.trained_error = sureness.error;
	memcpy(header.folding, trainer->options.folding, CLASSIFIER_FOLDING);
	*size = prefix + (size_t) header.bytes;
	*block = classifier_resize(trainer, NULL, *size, 1);
	if (*block == NULL)
	{
		classifier_release(trainer, record_at);
		return false;
	}
	value = *block + prefix;
	memset(*block, 0, *size);
	for (c = 0; c < p->classes; c++)
	{
		int64_t bias =
		    (int64_t) floor(t->bias[c] / unit * CLASSIFIER_ONE + 0.5);
		uint8_t *at = value + sizeof(header) + 8 * (size_t) c;

		memcpy(at, &t->made.codes[c], 8);
		memcpy(at + 8 * (size_t) p->classes, &bias, 8);
	}
	write_records(t, unit, record_at,
	              (uint32_t *) (void *) (value + sizeof(header) +
	                                     16 * (size_t) p->classes));
	classifier_release(trainer, record_at);
	memcpy(value, &header, sizeof(header));
	header.checksum = checksum_bytes(value + 24, header.bytes - 24);
	memcpy(value, &header, sizeof(header));
	return true;
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
