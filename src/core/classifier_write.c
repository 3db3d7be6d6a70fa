/*
 * classifier_write.c
 *	  Put the bytes of a classifier together; see classifier_format.h.
 */
#include "classifier_write.h"

#include "checksum.h"

uint32_t
classifier_bits_for(uint64_t features)
{
	uint32_t bits = 0;

	while (bits < CLASSIFIER_MAX_BITS && (UINT64_C(1) << bits) < features)
		bits++;
	return bits;
}

static uint64_t
weights_of(const ClassifierDraft *draft)
{
	return draft->classes > 0 ? draft->end[draft->classes - 1] : 0;
}

/* Where each feature's record begins, with an end; the number of words */
static uint64_t
place_records(const ClassifierDraft *draft, uint64_t *record_at)
{
	uint64_t n = weights_of(draft);
	uint64_t words = 0;
	uint32_t f;
	uint64_t i;

	for (f = 0; f < draft->features; f++)
		record_at[f] = 2;
	for (i = 0; i < n; i++)
		if (draft->weights[i].weight != 0)
			record_at[draft->weights[i].feature]++;
	for (f = 0; f < draft->features; f++)
	{
		uint64_t here = record_at[f];

		record_at[f] = words;
		words += here;
	}
	record_at[draft->features] = words;
	return words;
}

/* The directory and the records; uses up record_at. */
static void
write_records(const ClassifierDraft *draft, uint64_t *record_at,
              uint32_t *directory)
{
	uint32_t buckets = UINT32_C(1) << draft->bits;
	uint32_t *records = directory + buckets + 1;
	uint64_t n = weights_of(draft);
	uint32_t b = 0;
	uint32_t c = 0;
	uint32_t f;
	uint64_t i;

	for (f = 0; f < draft->features; f++)
	{
		uint32_t *record = records + record_at[f];
		uint64_t hash = draft->hashes[f];

		for (; b <= classifier_bucket(hash, draft->bits); b++)
			directory[b] = (uint32_t) record_at[f];
		record[0] = classifier_key(hash, draft->bits);
		record[1] = (draft->own == NULL ? CLASSIFIER_UNIT : draft->own[f]) |
		            (uint32_t) (record_at[f + 1] - record_at[f] - 2) << 16;
	}
	for (; b <= buckets; b++)
		directory[b] = (uint32_t) record_at[draft->features];
	for (i = 0; i < n; i++)
	{
		const ClassifierWeight *w = &draft->weights[i];

		while (i >= draft->end[c])
			c++;
		/* of a record that is begun, record_at is where to go on, less two */
		if (w->weight != 0)
			records[2 + record_at[w->feature]++] = c | (uint32_t) w->weight
			                                               << 16;
	}
}

void
classifier_seal(ClassifierHeader *header, uint8_t *value)
{
	header->magic = CLASSIFIER_MAGIC_NUMBER;
	header->format = CLASSIFIER_FORMAT;
	header->byte_order = CLASSIFIER_BYTE_ORDER;
	memcpy(value, header, sizeof(*header));
	header->checksum = checksum_bytes(value + 24, header->bytes - 24);
	memcpy(value, header, sizeof(*header));
}

ClassifierStatus
classifier_write(const ClassifierMemory *memory, const ClassifierDraft *draft,
                 size_t prefix, uint8_t **block, size_t *size)
{
	ClassifierHeader header = draft->header;
	uint64_t *record_at =
	    memory->resize(memory->context, NULL,
	                   ((size_t) draft->features + 1) * sizeof(uint64_t));
	uint64_t words;
	uint8_t *value;
	size_t codes = 8 * (size_t) draft->classes;

	*block = NULL;
	*size = 0;
	if (record_at == NULL)
		return CLASSIFIER_NO_MEMORY;
	words = place_records(draft, record_at);
	if (words <= UINT32_MAX)
	{
		header.bytes = classifier_bytes(draft->classes, draft->bits, words) +
		               8 * (uint64_t) draft->nodes;
		*block = memory->resize(memory->context, NULL,
		                        prefix + (size_t) header.bytes);
	}
	if (*block == NULL)
	{
		memory->resize(memory->context, record_at, 0);
		return words > UINT32_MAX ? CLASSIFIER_TOO_LARGE
		                          : CLASSIFIER_NO_MEMORY;
	}
	*size = prefix + (size_t) header.bytes;
	memset(*block, 0, *size);
	value = *block + prefix;
	header.classes = draft->classes;
	header.nodes = draft->nodes;
	header.features = draft->features;
	header.bucket_bits = draft->bits;
	header.record_words = (uint32_t) words;
	memcpy(value + sizeof(header), draft->codes, codes);
	if (draft->bias != NULL)
		memcpy(value + sizeof(header) + codes, draft->bias, codes);
	if (draft->nodes > 0)
		memcpy(value + header.bytes - 8 * (size_t) draft->nodes,
		       draft->node_codes, 8 * (size_t) draft->nodes);
	write_records(draft, record_at,
	              (uint32_t *) (void *) (value + sizeof(header) + 2 * codes));
	memory->resize(memory->context, record_at, 0);
	classifier_seal(&header, value);
	return CLASSIFIER_OK;
}
