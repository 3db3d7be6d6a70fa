/*
 * classifier.c
 *	  Open a classifier, check it, score a text and tell why.
 *
 * A gram costs a visit to the directory and one to its record.  A text's grams
 * are counted first, so that both are fetched for many at a time.
 */
#include "classifier_format.h"

#include "checksum.h"
#include "code.h"

#define NO_RECORD UINT32_MAX

static uint32_t
own_weight(const uint32_t *record)
{
	return record[1] & 0xFFFF;
}

static uint32_t
entries(const uint32_t *record)
{
	return record[1] >> 16;
}

static int64_t
entry_weight(uint32_t entry)
{
	return (int64_t) (entry >> 16) - ((entry >> 31) != 0 ? 65536 : 0);
}

/* What folded the texts is told to SQL: ASCII, and zeros behind it. */
static bool
sound_folding(const char *folding)
{
	size_t i = 0;

	while (i < CLASSIFIER_FOLDING && folding[i] >= ' ' && folding[i] <= '~')
		i++;
	if (i == CLASSIFIER_FOLDING)
		return false;
	while (i < CLASSIFIER_FOLDING && folding[i] == '\0')
		i++;
	return i == CLASSIFIER_FOLDING;
}

/* ---------------------------------------------------------------------
 * open and check
 * ---------------------------------------------------------------------
 */

ClassifierStatus
classifier_open(const uint8_t *bytes, uint64_t size, Classifier *classifier)
{
	ClassifierHeader header;
	const uint8_t *at = bytes + sizeof(header);

	if (size < sizeof(header))
		return CLASSIFIER_SHORT;
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != CLASSIFIER_MAGIC_NUMBER)
		return header.magic == __builtin_bswap32(CLASSIFIER_MAGIC_NUMBER)
		           ? CLASSIFIER_BYTEORDER
		           : CLASSIFIER_MAGIC;
	if (header.byte_order != CLASSIFIER_BYTE_ORDER)
		return CLASSIFIER_BYTEORDER;
	if (header.format != CLASSIFIER_FORMAT)
		return CLASSIFIER_VERSION;
	if (header.bytes > size)
		return CLASSIFIER_SHORT;
	if (header.bytes != size || (uintptr_t) bytes % 8 != 0 ||
	    header.classes == 0 || header.classes > CLASSIFIER_MAX_CLASSES ||
	    header.features > CLASSIFIER_MAX_FEATURES ||
	    header.bucket_bits > CLASSIFIER_MAX_BITS ||
	    header.features > UINT64_C(4) << header.bucket_bits ||
	    header.phrase_bytes > size || header.phrase_bytes % 8 != 0 ||
	    size != classifier_bytes(header.classes, header.bucket_bits,
	                             header.record_words) +
	                classifier_rule_bytes(&header) ||
	    !(header.slope >= 0 && header.slope <= 1) ||
	    !(fabs(header.shift) <= CLASSIFIER_MAX_SHIFT) ||
	    !(header.doubt >= 1 && header.doubt <= CLASSIFIER_MAX_DOUBT) ||
	    !(header.trained_accuracy >= 0 && header.trained_accuracy <= 1) ||
	    !(header.trained_error >= 0 && header.trained_error <= 1) ||
	    !sound_folding(header.folding))
		return CLASSIFIER_STRUCTURE;
	memset(classifier, 0, sizeof(*classifier));
	classifier->classes = header.classes;
	classifier->features = header.features;
	classifier->rows = header.rows;
	classifier->bucket_bits = header.bucket_bits;
	classifier->codes = (const int64_t *) (const void *) at;
	classifier->bias = classifier->codes + header.classes;
	classifier->directory =
	    (const uint32_t *) (const void *) (classifier->bias + header.classes);
	classifier->records =
	    classifier->directory + ((size_t) 1 << header.bucket_bits) + 1;
	classifier->slope = header.slope;
	classifier->shift = header.shift;
	classifier->doubt = header.doubt;
	classifier->trained_accuracy = header.trained_accuracy;
	classifier->trained_error = header.trained_error;
	classifier->folding =
	    (const char *) bytes + offsetof(ClassifierHeader, folding);
	classifier->digest = header.checksum;
	classifier_open_rules(&header,
	                      bytes + classifier_bytes(header.classes,
	                                               header.bucket_bits,
	                                               header.record_words),
	                      classifier);
	return CLASSIFIER_OK;
}

/* Is this the record of a gram that comes after the key before? */
static bool
sound_record(const Classifier *classifier, const uint32_t *record,
             uint32_t words)
{
	uint32_t n;
	uint32_t i;

	if (words < 2 || own_weight(record) == 0)
		return false;
	n = entries(record);
	if (n > words - 2)
		return false;
	for (i = 0; i < n; i++)
	{
		uint32_t entry = record[2 + i];

		if ((entry & 0xFFFF) >= classifier->classes || entry >> 16 == 0 ||
		    (i > 0 && (record[1 + i] & 0xFFFF) >= (entry & 0xFFFF)))
			return false;
	}
	return true;
}

static bool
sound_records(const Classifier *classifier, uint32_t words)
{
	uint32_t buckets = UINT32_C(1) << classifier->bucket_bits;
	uint32_t features = 0;
	uint32_t b;

	if (classifier->directory[0] != 0 ||
	    classifier->directory[buckets] != words)
		return false;
	if ((buckets + 1 + words) % 2 == 1 && classifier->records[words] != 0)
		return false;
	for (b = 0; b < buckets; b++)
	{
		uint32_t at = classifier->directory[b];
		uint32_t end = classifier->directory[b + 1];
		uint32_t before = 0;
		bool first = true;

		if (end < at || end > words)
			return false;
		while (at < end)
		{
			const uint32_t *record = classifier->records + at;

			if (!sound_record(classifier, record, end - at) ||
			    (!first && record[0] <= before))
				return false;
			before = record[0];
			first = false;
			at += 2 + entries(record);
			features++;
		}
	}
	return features == classifier->features;
}

ClassifierStatus
classifier_validate(const uint8_t *bytes, uint64_t size,
                    Classifier *classifier)
{
	ClassifierStatus status = classifier_open(bytes, size, classifier);
	ClassifierHeader header;
	uint32_t i;

	if (status != CLASSIFIER_OK)
		return status;
	memcpy(&header, bytes, sizeof(header));
	if (checksum_bytes(bytes + 24, size - 24) != header.checksum)
		return CLASSIFIER_CHECKSUM;
	for (i = 0; i < sizeof(header.reserved); i++)
		if (header.reserved[i] != 0)
			return CLASSIFIER_STRUCTURE;
	for (i = 0; i < classifier->classes; i++)
		if (!eventcode_is_valid(classifier->codes[i]) ||
		    (i > 0 && classifier->codes[i - 1] >= classifier->codes[i]) ||
		    classifier->bias[i] > CLASSIFIER_MAX_BIAS ||
		    classifier->bias[i] < -CLASSIFIER_MAX_BIAS)
			return CLASSIFIER_STRUCTURE;
	return sound_records(classifier, header.record_words) &&
	               classifier_sound_rules(&header, classifier)
	           ? CLASSIFIER_OK
	           : CLASSIFIER_STRUCTURE;
}

/* ---------------------------------------------------------------------
 * scores
 * ---------------------------------------------------------------------
 */

void
classifier_work_begin(ClassifierWork *work, const ClassifierMemory *memory)
{
	PhrasesMemory phrases = {memory->resize, memory->poll, memory->context};

	memset(work, 0, sizeof(*work));
	work->memory = *memory;
	phrases_work_begin(&work->phrases, &phrases);
}

void
classifier_work_free(ClassifierWork *work)
{
	ClassifierMemory memory = work->memory;

	if (work->block != NULL)
		memory.resize(memory.context, work->block, 0);
	if (work->steps != NULL)
		memory.resize(memory.context, work->steps, 0);
	phrases_work_free(&work->phrases);
	classifier_work_begin(work, &memory);
}

/* Keep, of the grams counted, those that are known, with their values. */
static void
look_up(const Classifier *classifier, const ClassifierMemory *memory,
        ClassifierCounts *counts)
{
	uint32_t bits = classifier->bucket_bits;
	uint64_t squares = 0;
	double norm;
	uint32_t i;

	for (i = 0; i < counts->n; i++)
		__builtin_prefetch(
		    &classifier
		         ->directory[classifier_bucket(counts->list[i].hash, bits)]);
	for (i = 0; i < counts->n; i++)
	{
		ClassifierCount *entry = &counts->list[i];
		uint32_t bucket = classifier_bucket(entry->hash, bits);

		entry->record = classifier->directory[bucket];
		entry->value = classifier->directory[bucket + 1];
		if (entry->record < entry->value)
			__builtin_prefetch(&classifier->records[entry->record]);
	}
	for (i = 0; i < counts->n; i++)
	{
		ClassifierCount *entry = &counts->list[i];
		uint32_t key = classifier_key(entry->hash, bits);
		uint32_t end = (uint32_t) entry->value;
		uint32_t at = entry->record;

		if (i % 256 == 0 && memory->poll != NULL)
			memory->poll(memory->context);
		while (at < end && classifier->records[at] < key)
			at += 2 + entries(&classifier->records[at]);
		entry->value = 0;
		entry->record = NO_RECORD;
		if (at < end && classifier->records[at] == key)
		{
			uint64_t product = classifier_product(
			    entry->count, own_weight(&classifier->records[at]));

			entry->record = at;
			entry->value = (int64_t) product;
			squares += product * product;
		}
	}
	norm = classifier_norm(squares);
	for (i = 0; i < counts->n; i++)
		counts->list[i].value =
		    classifier_value((uint64_t) counts->list[i].value, norm);
}

ClassifierStatus
classifier_score(const Classifier *classifier, ClassifierWork *work,
                 const char *text, size_t len, int64_t *scores)
{
	ClassifierCounts counts;
	ClassifierStatus status;
	uint32_t i;

	memcpy(scores, classifier->bias, classifier->classes * sizeof(int64_t));
	if (classifier->features == 0)
		return CLASSIFIER_OK;
	status = classifier_count(work, text, len, &counts);
	if (status != CLASSIFIER_OK)
		return status;
	look_up(classifier, &work->memory, &counts);
	for (i = 0; i < counts.n; i++)
	{
		const ClassifierCount *entry = &counts.list[i];
		const uint32_t *record;
		uint32_t n;
		uint32_t k;

		if (entry->record == NO_RECORD)
			continue;
		record = classifier->records + entry->record;
		n = entries(record);
		for (k = 2; k < n + 2; k++)
			scores[record[k] & 0xFFFF] +=
			    entry->value * entry_weight(record[k]);
	}
	return CLASSIFIER_OK;
}

/* The logarithm of the likelihood of a class; what a sigmoid would level off
 * in a model that is sure of another class, rules say in full. */
static double
log_likelihood(const Classifier *classifier, const int64_t *scores,
               const int64_t *said, uint32_t i)
{
	double slope = classifier->slope;

	return classifier_log_likelihood((double) (scores[i] - said[i]) * slope +
	                                 classifier->shift) +
	       (double) said[i] * slope * CLASSIFIER_POWER;
}

uint32_t
classifier_best(const Classifier *classifier, const int64_t *scores,
                const int64_t *said)
{
	uint32_t best = 0;
	double most = 0;
	uint32_t i;

	for (i = 0; i < classifier->classes; i++)
	{
		double now;

		if (said == NULL)
		{
			if (scores[i] > scores[best])
				best = i;
			continue;
		}
		now = log_likelihood(classifier, scores, said, i);
		if (i == 0 || now > most)
		{
			best = i;
			most = now;
		}
	}
	return best;
}

void
classifier_probabilities(const Classifier *classifier, const int64_t *scores,
                         const int64_t *said, double *probabilities)
{
	double slope = classifier->slope;
	double shift = classifier->shift;
	uint32_t first = classifier_best(classifier, scores, said);
	double best = said == NULL
	                  ? (double) scores[first] * slope + shift
	                  : log_likelihood(classifier, scores, said, first);
	double others = 0;
	double factor;
	double sum;
	uint32_t i;

	for (i = 0; i < classifier->classes; i++)
	{
		probabilities[i] =
		    said == NULL
		        ? classifier_likelihood((double) scores[i] * slope + shift,
		                                best)
		        : exp(log_likelihood(classifier, scores, said, i) - best);
		if (i != first)
			others += probabilities[i];
	}
	sum = others + probabilities[first];
	factor = classifier_more_doubt(others / sum, classifier->doubt);
	for (i = 0; i < classifier->classes; i++)
		probabilities[i] *= factor / sum;
	/* equal scores must not differ in the last digit */
	if (factor > 1)
		probabilities[first] = 1 - others * factor / sum;
}

/* ---------------------------------------------------------------------
 * explanation
 * ---------------------------------------------------------------------
 */

/* What a gram adds to the score of a class */
static int64_t
contribution(const Classifier *classifier, const ClassifierCount *entry,
             uint32_t class_number)
{
	const uint32_t *record = classifier->records + entry->record;
	uint32_t n = entries(record);
	uint32_t k;

	for (k = 2; k < n + 2; k++)
		if ((record[k] & 0xFFFF) == class_number)
			return entry->value * entry_weight(record[k]);
	return 0;
}

/*
 * The share of the next occurrence, rounded so that all shares add up.  No
 * product here exceeds 2^29 * 2^19.
 */
static int64_t
take_share(ClassifierCount *entry, uint32_t times)
{
	int64_t count = entry->count;
	int64_t told = entry->record;

	entry->record += times;
	return entry->value * (told + times) / count - entry->value * told / count;
}

ClassifierStatus
classifier_explain(const Classifier *classifier, ClassifierWork *work,
                   const char *text, size_t len, uint32_t class_number,
                   ClassifierOccurrenceFn tell, void *context)
{
	ClassifierCounts counts;
	ClassifierStatus status = classifier_count(work, text, len, &counts);
	ClassifierReader reader;
	ClassifierGram grams[CLASSIFIER_PER_CHAR];
	uint32_t k;
	int found;

	if (status != CLASSIFIER_OK)
		return status;
	look_up(classifier, &work->memory, &counts);
	for (k = 0; k < counts.n; k++)
	{
		ClassifierCount *entry = &counts.list[k];

		if (entry->record == NO_RECORD)
			continue;
		entry->value = contribution(classifier, entry, class_number);
		entry->record = 0;
	}
	classifier_read(&reader, text, len);
	while (found = classifier_read_character(&reader, grams), found >= 0)
	{
		int i;

		for (i = 0; i < found; i++)
		{
			ClassifierCount *entry =
			    &counts.list[*classifier_slot(&counts, grams[i].hash) - 1];

			if (entry->record != NO_RECORD)
				tell(context, grams[i].from, reader.at,
				     take_share(entry, grams[i].times));
		}
	}
	return CLASSIFIER_OK;
}

/* ---------------------------------------------------------------------
 * hierarchies
 * ---------------------------------------------------------------------
 */

/* Codes that are open are at most as many as a code has digits. */
void
classifier_roll_up(const int64_t *codes, const double *probabilities, size_t n,
                   double *sums)
{
	size_t within[EVENTCODE_MAX_DIGITS];
	int depth = 0;
	size_t i;

	for (i = 0; i <= n; i++)
	{
		while (depth > 0 &&
		       (i == n || eventcode_last(codes[within[depth - 1]]) < codes[i]))
		{
			depth--;
			if (depth > 0)
				sums[within[depth - 1]] += sums[within[depth]];
		}
		if (i < n)
		{
			sums[i] = probabilities[i];
			within[depth++] = i;
		}
	}
}

void
classifier_answers(const Classifier *classifier, const double *probabilities,
                   int64_t *codes, double *list)
{
	uint32_t c = 0;
	uint32_t n = 0;
	size_t i;

	for (i = 0; c < classifier->classes || n < classifier->nodes; i++)
		if (c < classifier->classes &&
		    (n == classifier->nodes ||
		     classifier->codes[c] < classifier->node[n]))
		{
			codes[i] = classifier->codes[c];
			list[i] = probabilities[c++];
		}
		else
		{
			codes[i] = classifier->node[n++];
			list[i] = 0;
		}
}

size_t
classifier_surest(const int64_t *codes, const double *sums, size_t n,
                  double threshold)
{
	size_t best = n;
	size_t i;

	for (i = 0; i < n; i++)
	{
		int more;

		if (!(sums[i] >= threshold))
			continue;
		more = best == n ? 1
		                 : eventcode_digits(codes[i]) -
		                       eventcode_digits(codes[best]);
		if (more > 0 || (more == 0 && sums[i] > sums[best]))
			best = i;
	}
	return best;
}
