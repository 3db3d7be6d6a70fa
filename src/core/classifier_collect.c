/*
 * classifier_collect.c
 *	  Collect texts with their classes, put them in order, weight their grams:
 *	  what the machines are to learn.
 *
 * Rows and grams are numbered as they come.  Before anything is computed both
 * are put into the order of their hashes, which is that of their contents, so
 * that no sum depends on the order in which rows came.
 */
#include "classifier_collect.h"

#include "checksum.h"

#define NO_FEATURE  UINT32_MAX
#define FEW_CLASSES 32
#define FEW_BYTES   UINT64_C(16000000)
#define MANY_BYTES  UINT64_C(64000000)
#define JUDGED      2000000 /* scores that are kept of rows left out */
#define MANY_ROWS   8       /* to a class: grams of one row do not count */
#define MOST_GRAMS  (UINT64_C(1) << 31)
#define UNEVEN      2.0 /* weight of how unevenly classes use a gram */
#define MAX_WEIGHT  1e6
#define DIGITS      256
#define POLL_ROWS   1024

typedef struct TrainRow
{
	uint64_t digest; /* of all that it consists of */
	int64_t code;
	double weight;
	uint64_t first;
	uint32_t n;
	uint32_t of_class;
} TrainRow;

typedef struct SortPair
{
	uint64_t key;
	uint32_t number;
} SortPair;

/* What is needed on the way from the rows to what is made of them */
typedef struct Preparation
{
	ClassifierTrainer *trainer;
	ClassifierMaterial *made;
	SortPair *pairs;
	SortPair *scratch;
	uint32_t *class_rows; /* of the classes */
	uint32_t *row_order;
	uint32_t *new_id; /* of the distinct grams */
	uint32_t least;   /* rows that must have a gram */
} Preparation;

/* ---------------------------------------------------------------------
 * memory
 * ---------------------------------------------------------------------
 */

void *
classifier_resize(ClassifierTrainer *trainer, void *block, uint64_t count,
                  size_t unit)
{
	void *now = NULL;

	if (trainer->status == CLASSIFIER_OK && count <= SIZE_MAX / 2 / unit)
		now = trainer->work.memory.resize(trainer->work.memory.context, block,
		                                  (size_t) (count > 0 ? count : 1) *
		                                      unit);
	if (now == NULL && trainer->status == CLASSIFIER_OK)
		trainer->status = CLASSIFIER_NO_MEMORY;
	return now;
}

void
classifier_release(ClassifierTrainer *trainer, void *block)
{
	if (block != NULL)
		trainer->work.memory.resize(trainer->work.memory.context, block, 0);
}

void
classifier_release_array(ClassifierTrainer *trainer, ClassifierArray *array)
{
	classifier_release(trainer, array->at);
	memset(array, 0, sizeof(*array));
}

void *
classifier_reserve(ClassifierTrainer *trainer, ClassifierArray *array,
                   size_t more, size_t unit)
{
	if (array->at == NULL || array->room - array->used < more)
	{
		size_t room = array->used + more + array->used / 2 + 64;
		void *at = classifier_resize(trainer, array->at, room, unit);

		if (at == NULL)
			return NULL;
		array->at = at;
		array->room = room;
	}
	return (uint8_t *) array->at + array->used * unit;
}

void
classifier_poll(ClassifierTrainer *trainer)
{
	if (trainer->work.memory.poll != NULL)
		trainer->work.memory.poll(trainer->work.memory.context);
}

/* ---------------------------------------------------------------------
 * collect
 * ---------------------------------------------------------------------
 */

void
classifier_default_options(ClassifierOptions *options)
{
	memset(options, 0, sizeof(*options));
	options->cost = 2;
	options->passes = 30;
	options->grams = MOST_GRAMS;
}

void
classifier_train_begin(ClassifierTrainer *trainer,
                       const ClassifierMemory *memory,
                       const ClassifierOptions *options)
{
	memset(trainer, 0, sizeof(*trainer));
	classifier_work_begin(&trainer->work, memory);
	trainer->options = *options;
	trainer->options.folding[CLASSIFIER_FOLDING - 1] = '\0';
}

void
classifier_train_free(ClassifierTrainer *trainer)
{
	classifier_work_free(&trainer->work);
	classifier_release_array(trainer, &trainer->rows);
	classifier_release_array(trainer, &trainer->ids);
	classifier_release_array(trainer, &trainer->counts);
	classifier_release_array(trainer, &trainer->hashes);
	classifier_release_array(trainer, &trainer->spread);
	classifier_release(trainer, trainer->table);
	trainer->table = NULL;
	trainer->slots = 0;
}

static uint32_t *
find_slot(const ClassifierTrainer *trainer, uint64_t hash)
{
	const uint64_t *hashes = trainer->hashes.at;
	size_t i = (size_t) hash & (trainer->slots - 1);

	while (trainer->table[i] != 0 && hashes[trainer->table[i] - 1] != hash)
		i = (i + 1) & (trainer->slots - 1);
	return &trainer->table[i];
}

/* Make sure that the table takes so many more grams. */
static bool
grow_table(ClassifierTrainer *trainer, size_t more)
{
	size_t slots = trainer->slots == 0 ? 4096 : trainer->slots;
	const uint64_t *hashes = trainer->hashes.at;
	size_t i;

	while (slots / 4 * 3 < trainer->hashes.used + more)
		slots *= 2;
	if (slots == trainer->slots)
		return true;
	classifier_release(trainer, trainer->table);
	trainer->slots = 0;
	trainer->table = classifier_resize(trainer, NULL, slots, sizeof(uint32_t));
	if (trainer->table == NULL)
		return false;
	trainer->slots = slots;
	memset(trainer->table, 0, slots * sizeof(uint32_t));
	for (i = 0; i < trainer->hashes.used; i++)
		*find_slot(trainer, hashes[i]) = (uint32_t) i + 1;
	return true;
}

static uint32_t
gram_id(ClassifierTrainer *trainer, const ClassifierCount *entry)
{
	uint32_t *slot = find_slot(trainer, entry->hash);

	if (*slot == 0)
	{
		((uint64_t *) trainer->hashes.at)[trainer->hashes.used++] =
		    entry->hash;
		((uint32_t *) trainer->spread.at)[trainer->spread.used++] = 0;
		*slot = (uint32_t) trainer->hashes.used;
	}
	((uint32_t *) trainer->spread.at)[*slot - 1]++;
	return *slot - 1;
}

static uint64_t
row_digest(const char *text, size_t len, int64_t code, double weight)
{
	uint64_t part[3];

	if (len > CLASSIFIER_TEXT_MAX)
		len = CLASSIFIER_TEXT_MAX + 4;
	part[0] = checksum_bytes((const uint8_t *) text, len);
	memcpy(&part[1], &code, 8);
	memcpy(&part[2], &weight, 8);
	return checksum_bytes((const uint8_t *) part, sizeof(part));
}

ClassifierStatus
classifier_train_add(ClassifierTrainer *trainer, const char *text, size_t len,
                     int64_t code, double weight)
{
	ClassifierCounts counts;
	TrainRow *row;
	uint32_t *ids;
	uint8_t *times;
	uint32_t i;

	if (!(weight > 1 / MAX_WEIGHT && weight < MAX_WEIGHT))
		return CLASSIFIER_WEIGHT;
	if (trainer->status == CLASSIFIER_OK)
		trainer->status = classifier_count(&trainer->work, text, len, &counts);
	if (trainer->status == CLASSIFIER_OK &&
	    (trainer->rows.used >= INT32_MAX ||
	     trainer->ids.used + counts.n > trainer->options.grams ||
	     trainer->hashes.used + counts.n > MOST_GRAMS))
		trainer->status = CLASSIFIER_TOO_LARGE;
	if (trainer->status != CLASSIFIER_OK)
		return trainer->status;
	row = classifier_reserve(trainer, &trainer->rows, 1, sizeof(TrainRow));
	ids =
	    classifier_reserve(trainer, &trainer->ids, counts.n, sizeof(uint32_t));
	times = classifier_reserve(trainer, &trainer->counts, counts.n, 1);
	if (row == NULL || ids == NULL || times == NULL ||
	    classifier_reserve(trainer, &trainer->hashes, counts.n, 8) == NULL ||
	    classifier_reserve(trainer, &trainer->spread, counts.n, 4) == NULL ||
	    !grow_table(trainer, counts.n))
		return trainer->status;
	for (i = 0; i < counts.n; i++)
	{
		uint32_t count = counts.list[i].count;

		ids[i] = gram_id(trainer, &counts.list[i]);
		times[i] =
		    (uint8_t) (count < CLASSIFIER_MAX_COUNT ? count
		                                            : CLASSIFIER_MAX_COUNT);
	}
	row->digest = row_digest(text, len, code, weight);
	row->code = code;
	row->weight = weight;
	row->first = trainer->ids.used;
	row->n = counts.n;
	row->of_class = 0;
	trainer->rows.used++;
	trainer->ids.used += counts.n;
	trainer->counts.used += counts.n;
	return CLASSIFIER_OK;
}

/* ---------------------------------------------------------------------
 * put in order
 * ---------------------------------------------------------------------
 */

static bool
make_pairs(Preparation *t, uint64_t n)
{
	classifier_release(t->trainer, t->pairs);
	classifier_release(t->trainer, t->scratch);
	t->scratch = NULL;
	t->pairs = classifier_resize(t->trainer, NULL, n, sizeof(SortPair));
	t->scratch = classifier_resize(t->trainer, NULL, n, sizeof(SortPair));
	return t->pairs != NULL && t->scratch != NULL;
}

/* By key; equals stay in order. */
static void
sort_pairs(Preparation *t, size_t n)
{
	int shift;

	for (shift = 0; shift < 64; shift += 8)
	{
		size_t start[DIGITS] = {0};
		SortPair *swap = t->pairs;
		size_t sum = 0;
		size_t i;

		for (i = 0; i < n; i++)
			start[(t->pairs[i].key >> shift) & (DIGITS - 1)]++;
		for (i = 0; i < DIGITS; i++)
		{
			size_t here = start[i];

			start[i] = sum;
			sum += here;
		}
		for (i = 0; i < n; i++)
			t->scratch[start[(t->pairs[i].key >> shift) & (DIGITS - 1)]++] =
			    t->pairs[i];
		t->pairs = t->scratch;
		t->scratch = swap;
	}
}

static bool
number_classes(Preparation *t)
{
	TrainRow *rows = t->trainer->rows.at;
	size_t n = t->trainer->rows.used;
	uint32_t classes = 0;
	size_t i;

	if (!make_pairs(t, n))
		return false;
	for (i = 0; i < n; i++)
	{
		t->pairs[i].key = (uint64_t) rows[i].code ^ (uint64_t) INT64_MIN;
		t->pairs[i].number = (uint32_t) i;
	}
	sort_pairs(t, n);
	for (i = 0; i < n; i++)
		classes += i == 0 || t->pairs[i].key != t->pairs[i - 1].key;
	if (classes > CLASSIFIER_MAX_CLASSES)
	{
		t->trainer->status = CLASSIFIER_TOO_LARGE;
		return false;
	}
	t->made->codes =
	    classifier_resize(t->trainer, NULL, classes, sizeof(int64_t));
	t->class_rows =
	    classifier_resize(t->trainer, NULL, classes, sizeof(uint32_t));
	if (t->made->codes == NULL || t->class_rows == NULL)
		return false;
	t->made->problem.classes = classes;
	classes = 0;
	for (i = 0; i < n; i++)
	{
		TrainRow *row = &rows[t->pairs[i].number];

		if (i == 0 || t->pairs[i].key != t->pairs[i - 1].key)
		{
			t->made->codes[classes] = row->code;
			t->class_rows[classes++] = 0;
		}
		row->of_class = classes - 1;
		t->class_rows[classes - 1]++;
	}
	return true;
}

static bool
order_rows(Preparation *t)
{
	const TrainRow *rows = t->trainer->rows.at;
	size_t n = t->trainer->rows.used;
	size_t i;

	t->row_order = classifier_resize(t->trainer, NULL, n, sizeof(uint32_t));
	if (t->row_order == NULL)
		return false;
	for (i = 0; i < n; i++)
	{
		t->pairs[i].key = rows[i].digest;
		t->pairs[i].number = (uint32_t) i;
	}
	sort_pairs(t, n);
	for (i = 0; i < n; i++)
		t->row_order[i] = t->pairs[i].number;
	return true;
}

static uint32_t
bits_for(uint64_t features)
{
	uint32_t bits = 0;

	while (bits < CLASSIFIER_MAX_BITS && (UINT64_C(1) << bits) < features)
		bits++;
	return bits;
}

/*
 * In how many rows a gram must be to count: so many that half of the value's
 * size is left for weights, or the half that it takes is enough for none.
 */
static uint32_t
rows_needed(Preparation *t)
{
	ClassifierTrainer *trainer = t->trainer;
	const uint32_t *spread = trainer->spread.at;
	uint32_t least = trainer->options.rows;

	if (least == 0)
		least =
		    trainer->rows.used / t->made->problem.classes >= MANY_ROWS ? 2 : 1;
	for (;; least++)
	{
		uint64_t features = 0;
		size_t i;

		for (i = 0; i < trainer->spread.used; i++)
			features += spread[i] >= least;
		if (features == 0 ||
		    (features < CLASSIFIER_MAX_FEATURES &&
		     classifier_bytes(t->made->problem.classes, bits_for(features),
		                      2 * features) <= trainer->options.bytes / 2))
			return least;
		classifier_poll(trainer);
	}
}

/*
 * Choose the grams that count and put them in order; new_id leads from the old
 * numbers to theirs.
 */
static bool
choose_features(Preparation *t)
{
	ClassifierTrainer *trainer = t->trainer;
	const uint64_t *hashes = trainer->hashes.at;
	const uint32_t *spread = trainer->spread.at;
	uint32_t least = rows_needed(t);
	uint32_t features = 0;
	size_t n = 0;
	size_t i;

	t->least = least;
	for (i = 0; i < trainer->hashes.used; i++)
		n += spread[i] >= least;
	t->new_id = classifier_resize(trainer, NULL, trainer->hashes.used,
	                              sizeof(uint32_t));
	t->made->hashes = classifier_resize(trainer, NULL, n, sizeof(uint64_t));
	if (t->new_id == NULL || t->made->hashes == NULL || !make_pairs(t, n))
		return false;
	n = 0;
	for (i = 0; i < trainer->hashes.used; i++)
	{
		t->new_id[i] = NO_FEATURE;
		if (spread[i] < least)
			continue;
		t->pairs[n].key = hashes[i];
		t->pairs[n++].number = (uint32_t) i;
	}
	sort_pairs(t, n);
	t->made->bits = bits_for(n);
	for (i = 0; i < n; i++)
	{
		uint64_t hash = t->pairs[i].key;

		/* a record could not tell it from the one before: once in 2^52 */
		if (features > 0 &&
		    hash >> (32 - t->made->bits) ==
		        t->made->hashes[features - 1] >> (32 - t->made->bits))
			continue;
		t->new_id[t->pairs[i].number] = features;
		t->made->hashes[features++] = hash;
	}
	t->made->problem.features = features;
	return true;
}

/* ---------------------------------------------------------------------
 * weigh
 * ---------------------------------------------------------------------
 */

/* The classes' use of a feature, being summed up */
typedef struct Use
{
	double sum;    /* of shares */
	double logs;   /* of shares times their logarithms */
	uint32_t here; /* rows of the class at hand */
	uint32_t classes;
	uint32_t rows;
} Use;

static void
end_class(const ClassifierProblem *p, Use *use, uint32_t rows)
{
	double share =
	    ((double) use->here + (double) rows / p->rows) / (double) rows;

	use->sum += share;
	use->logs += share * log(share);
	use->classes++;
	use->rows += use->here;
	use->here = 0;
}

/*
 * How evenly the classes use a feature, from 0 to 1: the entropy of the
 * classes' shares, each class taken as of the same size.
 */
static double
evenness(const ClassifierProblem *p, const Use *use)
{
	double share = 1.0 / p->rows; /* of the classes without it */
	double others = (double) p->classes - use->classes;
	double sum = use->sum + others * share;
	double logs = use->logs + others * share * log(share);

	if (p->classes < 2)
		return 1;
	return (log(sum) - logs / sum) / log((double) p->classes);
}

/* Rows that are judged are dealt out to the folds, class by class. */
static bool
deal_rows(Preparation *t)
{
	ClassifierTrainer *trainer = t->trainer;
	ClassifierProblem *p = &t->made->problem;
	const TrainRow *rows = trainer->rows.at;
	uint32_t *seen =
	    classifier_resize(trainer, NULL, p->classes, sizeof(uint32_t));
	uint32_t i;

	p->memory = &trainer->work.memory;
	p->judged = (uint32_t) fmin(p->rows, JUDGED / p->classes);
	p->fold = classifier_resize(trainer, NULL, p->rows, 1);
	if (seen == NULL || p->fold == NULL || !make_pairs(t, p->rows))
	{
		classifier_release(trainer, seen);
		return false;
	}
	memset(seen, 0, p->classes * sizeof(uint32_t));
	for (i = 0; i < p->rows; i++)
	{
		uint32_t c = rows[t->row_order[i]].of_class;

		p->fold[i] = (uint8_t) (i < p->judged ? seen[c]++ % CLASSIFIER_FOLDS
		                                      : CLASSIFIER_FOLDS);
		t->pairs[i].key = c;
		t->pairs[i].number = i;
	}
	sort_pairs(t, p->rows);
	classifier_release(trainer, seen);
	return true;
}

/*
 * Sum up all rows but those of a fold, which are in the order of their classes
 * in t->pairs; how many these are
 */
static uint32_t
sum_up(Preparation *t, int without, Use *uses)
{
	const ClassifierProblem *p = &t->made->problem;
	const TrainRow *rows = t->trainer->rows.at;
	const uint32_t *ids = t->trainer->ids.at;
	uint32_t all = 0;
	uint32_t i = 0;
	uint32_t c;

	memset(uses, 0, p->features * sizeof(Use));
	for (c = 0; c < p->classes; c++)
	{
		uint32_t from = i;
		uint32_t of_class = 0;
		int pass;

		for (pass = 0; pass < 2; pass++)
			for (i = from; i < p->rows && t->pairs[i].key == c; i++)
			{
				uint32_t number = t->pairs[i].number;
				const TrainRow *row = &rows[t->row_order[number]];
				uint32_t k;

				if (p->fold[number] == without)
					continue;
				of_class += pass == 0;
				for (k = 0; k < row->n; k++)
				{
					uint32_t f = t->new_id[ids[row->first + k]];

					if (f == NO_FEATURE)
						continue;
					if (pass == 0)
						uses[f].here++;
					else if (uses[f].here > 0)
						end_class(p, &uses[f], of_class);
				}
				if (i % POLL_ROWS == 0)
					classifier_poll(t->trainer);
			}
		all += of_class;
	}
	return all;
}

/*
 * The features' own weights, and what is to become of them where a fold is
 * left out: its rows must not have told what tells their classes apart.
 */
static bool
weigh_features(Preparation *t)
{
	ClassifierTrainer *trainer = t->trainer;
	ClassifierProblem *p = &t->made->problem;
	Use *uses = classifier_resize(trainer, NULL, p->features, sizeof(Use));
	uint16_t *own =
	    classifier_resize(trainer, NULL, p->features, sizeof(uint16_t));
	float *factor = classifier_resize(trainer, NULL, (uint64_t) p->features,
	                                  CLASSIFIER_FOLDS * sizeof(float));
	int fold;

	t->made->own = own;
	p->factor = factor;
	if (uses == NULL || own == NULL || factor == NULL)
	{
		classifier_release(trainer, uses);
		return false;
	}
	for (fold = -1; fold < CLASSIFIER_FOLDS; fold++)
	{
		uint32_t rows = sum_up(t, fold, uses);
		uint32_t f;

		for (f = 0; f < p->features; f++)
		{
			double weight = log((1.0 + rows) / (1.0 + uses[f].rows)) + 1;

			weight *= 1 + UNEVEN * (1 - evenness(p, &uses[f]));
			if (fold < 0)
			{
				weight = floor(weight * CLASSIFIER_UNIT + 0.5);
				own[f] = (uint16_t) fmin(fmax(weight, 1), UINT16_MAX);
			}
			else
				*factor++ = uses[f].rows < t->least
				                ? 0
				                : (float) (weight * CLASSIFIER_UNIT / own[f]);
		}
	}
	classifier_release(trainer, uses);
	return true;
}

/* The values of a row's features */
static uint64_t
fill_row(Preparation *t, const TrainRow *row, uint64_t at)
{
	const uint32_t *ids = (const uint32_t *) t->trainer->ids.at + row->first;
	const uint8_t *times =
	    (const uint8_t *) t->trainer->counts.at + row->first;
	ClassifierProblem *p = &t->made->problem;
	uint64_t squares = 0;
	double norm;
	uint32_t k;

	for (k = 0; k < row->n; k++)
	{
		uint32_t f = t->new_id[ids[k]];

		if (f != NO_FEATURE)
		{
			uint64_t product = classifier_product(times[k], t->made->own[f]);

			squares += product * product;
		}
	}
	norm = classifier_norm(squares);
	for (k = 0; k < row->n; k++)
	{
		uint32_t f = t->new_id[ids[k]];
		uint64_t product;

		if (f == NO_FEATURE)
			continue;
		product = classifier_product(times[k], t->made->own[f]);
		p->feature[at] = f;
		p->value[at++] = (uint16_t) classifier_value(product, norm);
	}
	return at;
}

static bool
make_problem(Preparation *t)
{
	ClassifierTrainer *trainer = t->trainer;
	ClassifierProblem *p = &t->made->problem;
	const TrainRow *rows = trainer->rows.at;
	const uint32_t *ids = trainer->ids.at;
	uint64_t grams = 0;
	size_t i;

	for (i = 0; i < trainer->ids.used; i++)
		grams += t->new_id[ids[i]] != NO_FEATURE;
	p->first = classifier_resize(trainer, NULL, (uint64_t) p->rows + 1, 8);
	p->feature = classifier_resize(trainer, NULL, grams, 4);
	p->value = classifier_resize(trainer, NULL, grams, 2);
	p->of_class = classifier_resize(trainer, NULL, p->rows, 2);
	p->weight = classifier_resize(trainer, NULL, p->rows, sizeof(float));
	p->class_cost =
	    classifier_resize(trainer, NULL, p->classes, sizeof(float));
	p->scores = classifier_resize(
	    trainer, NULL, (uint64_t) p->judged * p->classes, sizeof(float));
	if (trainer->status != CLASSIFIER_OK)
		return false;
	for (i = 0; i < p->classes; i++)
		p->class_cost[i] = (float) sqrt(
		    (double) p->rows / ((double) p->classes * t->class_rows[i]));
	grams = 0;
	for (i = 0; i < p->rows; i++)
	{
		const TrainRow *row = &rows[t->row_order[i]];

		p->first[i] = grams;
		grams = fill_row(t, row, grams);
		p->of_class[i] = (uint16_t) row->of_class;
		p->weight[i] = (float) (row->weight * trainer->options.cost);
	}
	p->first[p->rows] = grams;
	return true;
}

/* ---------------------------------------------------------------------
 * all of it
 * ---------------------------------------------------------------------
 */

static void
settle_options(Preparation *t)
{
	ClassifierOptions *options = &t->trainer->options;

	t->made->problem.passes = options->passes;
	if (options->bytes == 0)
		options->bytes =
		    t->made->problem.classes <= FEW_CLASSES ? FEW_BYTES : MANY_BYTES;
}

void
classifier_free_material(ClassifierTrainer *trainer,
                         ClassifierMaterial *material)
{
	ClassifierProblem *p = &material->problem;
	void *blocks[] = {material->codes, material->hashes, material->own,
	                  p->first,        p->feature,       p->value,
	                  p->of_class,     p->fold,          p->weight,
	                  p->class_cost,   p->scores,        p->factor};
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		classifier_release(trainer, blocks[i]);
	memset(material, 0, sizeof(*material));
}

bool
classifier_prepare(ClassifierTrainer *trainer, ClassifierMaterial *material)
{
	Preparation t = {.trainer = trainer, .made = material};
	bool done = false;

	memset(material, 0, sizeof(*material));
	material->problem.rows = (uint32_t) trainer->rows.used;
	if (number_classes(&t) && order_rows(&t))
	{
		settle_options(&t);
		done = choose_features(&t) && deal_rows(&t) && weigh_features(&t) &&
		       make_problem(&t);
	}
	classifier_release(trainer, t.pairs);
	classifier_release(trainer, t.scratch);
	classifier_release(trainer, t.class_rows);
	classifier_release(trainer, t.row_order);
	classifier_release(trainer, t.new_id);
	classifier_train_free(trainer);
	return done;
}
