/*
 * classifier_cold.c
 *	  Make a classifier out of what is known of the classes; see
 *	  classifier_cold.h.
 */
#include "classifier_cold.h"

#include "classifier_common.h"
#include "classifier_write.h"
#include "code.h"

#define ANCESTOR     0.3  /* share of each ancestor */
#define SMOOTHING    2.0  /* of the share anywhere */
#define TRUST        5.0  /* texts of a class that count as much as its name */
#define TRUST_ALL    50.0 /* texts that count as much as all names */
#define COMMON       2.0  /* single grams of Chinese, against those seen … */
#define COMMON_FROM  20   /* … of rank r one in 3.3 * (r + this) */
#define COMMON_SUM   3.3
#define STEEP        1.7  /* what a score has to do with log-odds */
#define UNIT         1024 /* of weights */
#define MOST_WEIGHT  32767
#define MOST_ENTRIES ((size_t) 1 << 23)
#define FIRST_TIDY   ((size_t) 1 << 16)
#define MOST_BYTES   UINT64_C(64000000)
#define POLL_STEPS   65536

/* How often something is said of a code with a gram.  Of hash 0, which no
 * gram has, that there is the code, and how many texts it has */
typedef struct ColdEntry
{
	uint64_t hash; /* in the end, the number of the gram */
	int64_t code;
	uint64_t said;
	uint64_t in_texts;
} ColdEntry;

typedef struct ColdCode
{
	int64_t code;
	size_t from; /* entries of its grams */
	size_t to;
	uint64_t texts;
	uint32_t last; /* number of the last code that is within it */
} ColdCode;

/* Grams of which something is said, one list for all that is within a code */
typedef struct ColdShares
{
	double *shares; /* by gram */
	uint32_t code;
} ColdShares;

typedef struct ColdMaking
{
	ClassifierCold *cold;
	ColdCode *codes;
	uint32_t code_count;
	uint64_t *hashes;
	uint32_t features;
	uint32_t bits;
	double *anywhere; /* SMOOTHING times the share of each gram */
	double *said;     /* of a code: zero but while it is added up */
	double *in_texts;
	uint32_t *touched;
	ColdShares stack[EVENTCODE_MAX_DIGITS + 1];
	int depth;
	ClassifierWeight *shared; /* of a class of which nothing is said */
	uint32_t shared_count;
	ClassifierWeight *mixed; /* of a class */
	uint32_t *sizes;         /* of weights, how many there are */
	uint64_t most_kept;
	ClassifierArray kept;
	int64_t *class_codes;
	int64_t *node_codes; /* of the ancestors */
	uint64_t *kept_end;
	uint32_t classes;
	uint32_t nodes;
} ColdMaking;

/* ---------------------------------------------------------------------
 * memory
 * ---------------------------------------------------------------------
 */

static void *
resize(ClassifierCold *cold, void *block, uint64_t count, size_t unit)
{
	void *now = NULL;

	if (cold->status == CLASSIFIER_OK && count <= SIZE_MAX / 2 / unit)
		now = cold->memory.resize(cold->memory.context, block,
		                          (size_t) (count > 0 ? count : 1) * unit);
	if (now == NULL && cold->status == CLASSIFIER_OK)
		cold->status = CLASSIFIER_NO_MEMORY;
	return now;
}

static void
release(ClassifierCold *cold, void *block)
{
	if (block != NULL)
		cold->memory.resize(cold->memory.context, block, 0);
}

static void *
reserve(ClassifierCold *cold, ClassifierArray *array, size_t more, size_t unit)
{
	if (array->at == NULL || array->room - array->used < more)
	{
		size_t room = array->used + more + array->used / 2 + 64;
		void *at = resize(cold, array->at, room, unit);

		if (at == NULL)
			return NULL;
		array->at = at;
		array->room = room;
	}
	return (uint8_t *) array->at + array->used * unit;
}

static void
poll(const ClassifierCold *cold)
{
	if (cold->memory.poll != NULL)
		cold->memory.poll(cold->memory.context);
}

/* ---------------------------------------------------------------------
 * put in order
 * ---------------------------------------------------------------------
 */

static bool
comes_after(const ColdEntry *a, const ColdEntry *b, bool by_hash)
{
	if (by_hash)
		return a->hash > b->hash;
	return a->code > b->code || (a->code == b->code && a->hash > b->hash);
}

/* By code and hash, or by hash; equals stay in order. */
static bool
sort_entries(ClassifierCold *cold, bool by_hash)
{
	size_t n = cold->entries.used;
	ColdEntry *from = cold->entries.at;
	ColdEntry *to = resize(cold, NULL, n, sizeof(ColdEntry));
	size_t width;

	if (to == NULL)
		return false;
	for (width = 1; width < n; width *= 2)
	{
		ColdEntry *swap = from;
		size_t low;

		for (low = 0; low < n; low += 2 * width)
		{
			size_t middle = n - low < width ? n : low + width;
			size_t high = n - low < 2 * width ? n : low + 2 * width;
			size_t a = low;
			size_t b = middle;
			size_t i;

			for (i = low; i < high; i++)
				if (a < middle &&
				    (b == high || !comes_after(&from[a], &from[b], by_hash)))
					to[i] = from[a++];
				else
					to[i] = from[b++];
		}
		from = to;
		to = swap;
		poll(cold);
	}
	release(cold, to);
	cold->entries.at = from;
	cold->entries.room = n;
	return true;
}

/* Put entries in order, add up those of the same code and gram. */
static bool
tidy_up(ClassifierCold *cold)
{
	ColdEntry *entries;
	size_t n = 0;
	size_t i;

	if (!sort_entries(cold, false))
		return false;
	entries = cold->entries.at;
	for (i = 0; i < cold->entries.used; i++)
	{
		if (n > 0 && entries[n - 1].code == entries[i].code &&
		    entries[n - 1].hash == entries[i].hash)
		{
			entries[n - 1].said += entries[i].said;
			entries[n - 1].in_texts += entries[i].in_texts;
		}
		else
			entries[n++] = entries[i];
	}
	cold->entries.used = n;
	cold->tidy = n;
	if (n > MOST_ENTRIES)
		cold->status = CLASSIFIER_TOO_LARGE;
	return cold->status == CLASSIFIER_OK;
}

/* ---------------------------------------------------------------------
 * collect
 * ---------------------------------------------------------------------
 */

void
classifier_cold_begin(ClassifierCold *cold, const ClassifierMemory *memory,
                      const char *folding)
{
	size_t i;

	memset(cold, 0, sizeof(*cold));
	cold->memory = *memory;
	for (i = 0; i < CLASSIFIER_FOLDING - 1 && folding[i] != '\0'; i++)
		cold->folding[i] = folding[i];
}

void
classifier_cold_free(ClassifierCold *cold)
{
	release(cold, cold->entries.at);
	memset(&cold->entries, 0, sizeof(cold->entries));
}

static void
add_entry(ClassifierCold *cold, uint64_t hash, int64_t code, uint64_t said,
          uint64_t in_texts)
{
	ColdEntry *entry;

	if (cold->entries.used >= 2 * cold->tidy &&
	    cold->entries.used >= FIRST_TIDY && !tidy_up(cold))
		return;
	entry = reserve(cold, &cold->entries, 1, sizeof(ColdEntry));
	if (entry == NULL)
		return;
	*entry = (ColdEntry){hash, code, said, in_texts};
	cold->entries.used++;
}

ClassifierStatus
classifier_cold_code(ClassifierCold *cold, int64_t code)
{
	if (cold->status == CLASSIFIER_OK)
		add_entry(cold, 0, code, 0, 0);
	return cold->status;
}

static bool
has_digit(const char *text, size_t from, size_t to)
{
	while (from < to && !(text[from] >= '0' && text[from] <= '9'))
		from++;
	return from < to;
}

ClassifierStatus
classifier_cold_text(ClassifierCold *cold, int64_t code,
                     ClassifierColdSource source, const char *text, size_t len)
{
	bool example = source == CLASSIFIER_COLD_EXAMPLE;
	uint64_t times = example || source == CLASSIFIER_COLD_REMARK ? 1 : 3;
	ClassifierReader reader;
	ClassifierGram grams[CLASSIFIER_PER_CHAR];
	int found;

	if (cold->status != CLASSIFIER_OK)
		return cold->status;
	cold->texts += example;
	add_entry(cold, 0, code, 0, example);
	classifier_read(&reader, text, len);
	while (found = classifier_read_character(&reader, grams),
	       found >= 0 && cold->status == CLASSIFIER_OK)
	{
		int i;

		for (i = 0; i < found && cold->status == CLASSIFIER_OK; i++)
			if (!has_digit(text, grams[i].from, reader.at))
				add_entry(cold, grams[i].hash, code, example ? 0 : times,
				          example ? times : 0);
	}
	return cold->status;
}

/* ---------------------------------------------------------------------
 * number codes and grams
 * ---------------------------------------------------------------------
 */

/* Number the grams in the order of their hashes, which are replaced. */
static bool
number_grams(ColdMaking *m)
{
	ClassifierCold *cold = m->cold;
	ColdEntry *entries;
	uint64_t distinct = 0;
	uint64_t before = 0;
	size_t i;

	if (!sort_entries(cold, true))
		return false;
	entries = cold->entries.at;
	for (i = 0; i < cold->entries.used; i++)
		distinct += entries[i].hash != 0 &&
		            (i == 0 || entries[i].hash != entries[i - 1].hash);
	if (distinct > CLASSIFIER_MAX_FEATURES)
		cold->status = CLASSIFIER_TOO_LARGE;
	m->hashes = resize(cold, NULL, distinct, sizeof(uint64_t));
	if (m->hashes == NULL)
		return false;
	m->bits = classifier_bits_for(distinct);
	for (i = 0; i < cold->entries.used; i++)
	{
		uint64_t hash = entries[i].hash;

		if (hash == 0)
			continue;
		/* a record could not tell two of the same key apart: once in 2^52 */
		if (m->features == 0 ||
		    hash >> (32 - m->bits) != before >> (32 - m->bits))
		{
			m->hashes[m->features++] = hash;
			before = hash;
		}
		entries[i].hash = m->features;
	}
	return tidy_up(cold);
}

static bool
number_codes(ColdMaking *m)
{
	ClassifierCold *cold = m->cold;
	const ColdEntry *entries = cold->entries.at;
	size_t n = cold->entries.used;
	uint32_t count = 0;
	uint32_t c;
	size_t i;

	for (i = 0; i < n; i++)
		count += entries[i].hash == 0;
	m->codes = resize(cold, NULL, count, sizeof(ColdCode));
	if (m->codes == NULL)
		return false;
	m->code_count = count;
	for (i = 0, c = 0; c < count; c++)
	{
		ColdCode *code = &m->codes[c];

		code->code = entries[i].code;
		code->texts = entries[i].in_texts;
		code->from = ++i;
		while (i < n && entries[i].hash != 0)
			i++;
		code->to = i;
		code->last = c;
	}
	for (c = count; c-- > 0;)
	{
		int64_t last = eventcode_last(m->codes[c].code);

		while (m->codes[c].last + 1 < count &&
		       m->codes[m->codes[c].last + 1].code <= last)
			m->codes[c].last = m->codes[m->codes[c].last + 1].last;
		m->classes += m->codes[c].last == c;
	}
	if (m->classes > CLASSIFIER_MAX_CLASSES)
		cold->status = CLASSIFIER_TOO_LARGE;
	return cold->status == CLASSIFIER_OK;
}

static bool
make_room(ColdMaking *m)
{
	ClassifierCold *cold = m->cold;
	uint64_t fixed =
	    classifier_bytes(m->classes, m->bits, 2 * (uint64_t) m->features);
	uint64_t f = m->features;

	m->most_kept =
	    fixed < MOST_BYTES ? (MOST_BYTES - fixed) / 4 / m->classes : 0;
	m->anywhere = resize(cold, NULL, f, sizeof(double));
	m->said = resize(cold, NULL, f, sizeof(double));
	m->in_texts = resize(cold, NULL, f, sizeof(double));
	m->touched = resize(cold, NULL, f, sizeof(uint32_t));
	m->shared = resize(cold, NULL, f, sizeof(ClassifierWeight));
	m->mixed = resize(cold, NULL, f, sizeof(ClassifierWeight));
	m->sizes = resize(cold, NULL, MOST_WEIGHT + 1, sizeof(uint32_t));
	m->class_codes = resize(cold, NULL, m->classes, sizeof(int64_t));
	m->node_codes =
	    resize(cold, NULL, m->code_count - m->classes, sizeof(int64_t));
	m->kept_end = resize(cold, NULL, m->classes, sizeof(uint64_t));
	if (cold->status != CLASSIFIER_OK)
		return false;
	memset(m->said, 0, f * sizeof(double));
	memset(m->in_texts, 0, f * sizeof(double));
	return true;
}

/* ---------------------------------------------------------------------
 * shares
 * ---------------------------------------------------------------------
 */

/* The number of a gram, or the number of all */
static uint32_t
find_gram(const ColdMaking *m, uint64_t hash)
{
	uint32_t low = 0;
	uint32_t high = m->features;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (m->hashes[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low < m->features && m->hashes[low] == hash ? low : m->features;
}

/* Add what is known of Chinese to the number of codes that have a gram. */
static void
add_common(const ColdMaking *m, double all)
{
	ClassifierReader reader;
	ClassifierGram grams[CLASSIFIER_PER_CHAR];
	int rank;

	classifier_read(&reader, common_characters, sizeof(common_characters) - 1);
	for (rank = 0; classifier_read_character(&reader, grams) > 0; rank++)
	{
		uint32_t f = find_gram(m, grams[0].hash);

		if (f < m->features)
			m->anywhere[f] +=
			    COMMON * all / 2 / (rank + COMMON_FROM) / COMMON_SUM;
	}
}

static void
weigh_anywhere(ColdMaking *m)
{
	const ColdEntry *entries = m->cold->entries.at;
	double in_texts = 0;
	double texts = 0;
	double trust;
	double all = m->features;
	uint32_t c;
	uint32_t f;
	size_t i;

	for (f = 0; f < m->features; f++)
		m->anywhere[f] = 1;
	for (c = 0; c < m->code_count; c++)
	{
		texts += (double) m->codes[c].texts;
		for (i = m->codes[c].from; i < m->codes[c].to; i++)
		{
			f = (uint32_t) entries[i].hash - 1;
			m->anywhere[f] += entries[i].said > 0;
			all += entries[i].said > 0;
			m->in_texts[f] += (double) entries[i].in_texts;
			in_texts += (double) entries[i].in_texts;
		}
	}
	add_common(m, all);
	all = 0;
	for (f = 0; f < m->features; f++)
		all += m->anywhere[f];
	trust = in_texts > 0 ? texts / (texts + TRUST_ALL) : 0;
	for (f = 0; f < m->features; f++)
	{
		double share = (1 - trust) * m->anywhere[f] / all;

		if (in_texts > 0)
			share += trust * m->in_texts[f] / in_texts;
		m->anywhere[f] = SMOOTHING * share;
		m->in_texts[f] = 0;
	}
}

/*
 * Add the shares of grams in what is said of some codes, times a factor;
 * touched, if it is wanted, is the list of these grams, and has its length
 * returned.
 */
static uint32_t
add_shares(ColdMaking *m, uint32_t first, uint32_t last, double factor,
           double *shares)
{
	const ColdEntry *entries = m->cold->entries.at;
	size_t to = m->codes[last].to;
	double said = 0;
	double in_texts = 0;
	double texts = 0;
	double trust;
	uint32_t n = 0;
	uint32_t c;
	uint32_t k;
	size_t i;

	for (c = first; c <= last; c++)
		texts += (double) m->codes[c].texts;
	for (i = m->codes[first].from; i < to; i++)
	{
		uint32_t f = (uint32_t) entries[i].hash - 1;

		if (entries[i].hash == 0)
			continue;
		if (m->said[f] == 0 && m->in_texts[f] == 0)
			m->touched[n++] = f;
		m->said[f] += (double) entries[i].said;
		m->in_texts[f] += (double) entries[i].in_texts;
		said += (double) entries[i].said;
		in_texts += (double) entries[i].in_texts;
		if (i % POLL_STEPS == 0)
			poll(m->cold);
	}
	trust = in_texts > 0 ? texts / (texts + TRUST) : 0;
	for (k = 0; k < n; k++)
	{
		uint32_t f = m->touched[k];

		if (said > 0)
			shares[f] += factor * (1 - trust) * m->said[f] / said;
		if (in_texts > 0)
			shares[f] += factor * trust * m->in_texts[f] / in_texts;
		m->said[f] = 0;
		m->in_texts[f] = 0;
	}
	return n;
}

/* ---------------------------------------------------------------------
 * weights
 * ---------------------------------------------------------------------
 */

static int32_t
weight_of(const ColdMaking *m, uint32_t f, double share)
{
	double weight = log1p(share / m->anywhere[f]) * UNIT + 0.5;

	return (int32_t) fmin(weight, MOST_WEIGHT);
}

/* The weights that all classes of the ancestors at hand begin with */
static void
share_weights(ColdMaking *m)
{
	const double *shares = m->depth > 0 ? m->stack[m->depth - 1].shares : NULL;
	uint32_t f;

	m->shared_count = 0;
	for (f = 0; shares != NULL && f < m->features; f++)
	{
		int32_t weight = shares[f] > 0 ? weight_of(m, f, shares[f]) : 0;

		if (weight > 0)
			m->shared[m->shared_count++] = (ClassifierWeight){f, weight};
	}
}

/* Keep the largest weights of a class, no more than are allowed. */
static bool
keep_weights(ColdMaking *m, uint32_t n)
{
	ClassifierWeight *kept;
	int32_t least = 1;
	uint64_t last = n; /* that are kept of the least */
	uint32_t i;

	if (n > m->most_kept)
	{
		uint64_t above = 0;

		memset(m->sizes, 0, (MOST_WEIGHT + 1) * sizeof(uint32_t));
		for (i = 0; i < n; i++)
			m->sizes[m->mixed[i].weight]++;
		least = MOST_WEIGHT;
		while (least > 1 && above + m->sizes[least] <= m->most_kept)
			above += m->sizes[least--];
		last = above < m->most_kept ? m->most_kept - above : 0;
	}
	kept = reserve(m->cold, &m->kept, n < m->most_kept ? n : m->most_kept,
	               sizeof(ClassifierWeight));
	if (kept == NULL)
		return false;
	for (i = 0; i < n; i++)
	{
		int32_t weight = m->mixed[i].weight;

		if (weight < least || (weight == least && last == 0))
			continue;
		last -= weight == least;
		*kept++ = m->mixed[i];
		m->kept.used++;
	}
	return true;
}

/* The weights of a class: its own grams among those that it shares */
static bool
weigh_class(ColdMaking *m, uint32_t c, double *shares)
{
	const ColdEntry *entries = m->cold->entries.at;
	const double *above = m->depth > 0 ? m->stack[m->depth - 1].shares : NULL;
	uint32_t n = 0;
	uint32_t k = 0;
	size_t i;

	add_shares(m, c, c, 1, shares);
	for (i = m->codes[c].from; i < m->codes[c].to; i++)
	{
		uint32_t f = (uint32_t) entries[i].hash - 1;
		int32_t weight =
		    weight_of(m, f, shares[f] + (above != NULL ? above[f] : 0));

		while (k < m->shared_count && m->shared[k].feature < f)
			m->mixed[n++] = m->shared[k++];
		k += k < m->shared_count && m->shared[k].feature == f;
		if (weight > 0)
			m->mixed[n++] = (ClassifierWeight){f, weight};
		shares[f] = 0;
	}
	while (k < m->shared_count)
		m->mixed[n++] = m->shared[k++];
	if (!keep_weights(m, n))
		return false;
	m->class_codes[m->classes] = m->codes[c].code;
	m->kept_end[m->classes++] = m->kept.used;
	poll(m->cold);
	return true;
}

/* Ancestors have their shares put on the stack, with those of theirs. */
static bool
push_ancestor(ColdMaking *m, uint32_t c)
{
	ColdShares *top = &m->stack[m->depth];
	size_t size = m->features * sizeof(double);

	if (top->shares == NULL)
		top->shares = resize(m->cold, NULL, m->features, sizeof(double));
	if (top->shares == NULL)
		return false;
	if (m->depth > 0)
		memcpy(top->shares, m->stack[m->depth - 1].shares, size);
	else
		memset(top->shares, 0, size);
	top->code = c;
	m->depth++;
	m->node_codes[m->nodes++] = m->codes[c].code;
	add_shares(m, c, m->codes[c].last, ANCESTOR, top->shares);
	return true;
}

static bool
weigh_classes(ColdMaking *m)
{
	double *shares =
	    resize(m->cold, NULL, (uint64_t) m->features, sizeof(double));
	bool done = shares != NULL;
	bool stale = true;
	uint32_t c;

	if (done)
		memset(shares, 0, m->features * sizeof(double));
	m->classes = 0;
	for (c = 0; done && c < m->code_count; c++)
	{
		while (m->depth > 0 && m->codes[m->stack[m->depth - 1].code].last < c)
		{
			m->depth--;
			stale = true;
		}
		if (m->codes[c].last > c)
		{
			done = push_ancestor(m, c);
			stale = true;
			continue;
		}
		if (stale)
			share_weights(m);
		stale = false;
		done = weigh_class(m, c, shares);
	}
	release(m->cold, shares);
	return done;
}

/* ---------------------------------------------------------------------
 * all of it
 * ---------------------------------------------------------------------
 */

static void
write_value(ColdMaking *m, size_t prefix, uint8_t **block, size_t *size)
{
	ClassifierCold *cold = m->cold;
	ClassifierDraft draft = {.classes = m->classes,
	                         .nodes = m->nodes,
	                         .node_codes = m->node_codes,
	                         .features = m->features,
	                         .codes = m->class_codes,
	                         .hashes = m->hashes,
	                         .bits = m->bits,
	                         .weights = m->kept.at,
	                         .end = m->kept_end};

	draft.header.rows =
	    cold->texts < UINT32_MAX ? (uint32_t) cold->texts : UINT32_MAX;
	/* so low that probabilities are as the exponentials of scores */
	draft.header.slope = STEEP / UNIT / CLASSIFIER_ONE / CLASSIFIER_POWER;
	draft.header.shift = -CLASSIFIER_MAX_SHIFT;
	draft.header.doubt = 1;
	memcpy(draft.header.folding, cold->folding, CLASSIFIER_FOLDING);
	cold->status =
	    classifier_write(&cold->memory, &draft, prefix, block, size);
}

static void
free_making(ColdMaking *m)
{
	void *blocks[] = {m->codes,    m->hashes,  m->anywhere,    m->said,
	                  m->in_texts, m->touched, m->shared,      m->mixed,
	                  m->sizes,    m->kept.at, m->class_codes, m->node_codes,
	                  m->kept_end};
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		release(m->cold, blocks[i]);
	for (i = 0; i < sizeof(m->stack) / sizeof(*m->stack); i++)
		release(m->cold, m->stack[i].shares);
}

ClassifierStatus
classifier_cold(ClassifierCold *cold, size_t prefix, uint8_t **block,
                size_t *size)
{
	ColdMaking m = {.cold = cold};

	*block = NULL;
	*size = 0;
	if (cold->status == CLASSIFIER_OK && cold->entries.used == 0)
		cold->status = CLASSIFIER_EMPTY;
	if (cold->status == CLASSIFIER_OK && tidy_up(cold) && number_grams(&m) &&
	    number_codes(&m) && make_room(&m))
	{
		weigh_anywhere(&m);
		if (weigh_classes(&m))
			write_value(&m, prefix, block, size);
	}
	free_making(&m);
	classifier_cold_free(cold);
	return cold->status;
}
