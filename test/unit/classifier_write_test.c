/*
 * classifier_write_test.c
 *	  Values put together from their parts: what was given is found again.
 */
#include "core/classifier_write.h"

#include <stdlib.h>

#include "classifier_texts.h"

#define FEATURES 3000
#define CLASSES  40

static uint64_t hashes[FEATURES];
static uint16_t own[FEATURES];
static int64_t codes[CLASSES];
static int64_t bias[CLASSES];
static int64_t nodes[2];
static ClassifierWeight weights[FEATURES * CLASSES];
static uint64_t end[CLASSES];

static int
compare_hashes(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *) a;
	uint64_t y = *(const uint64_t *) b;

	return x < y ? -1 : x > y;
}

static ClassifierDraft
make_draft(uint32_t features, uint32_t classes, uint64_t *random)
{
	ClassifierDraft draft = {.classes = classes,
	                         .features = features,
	                         .bits = classifier_bits_for(features),
	                         .codes = codes,
	                         .bias = bias,
	                         .hashes = hashes,
	                         .own = own,
	                         .weights = weights,
	                         .end = end};
	uint64_t n = 0;
	uint32_t f;
	uint32_t c;

	draft.header.slope = 0.5;
	draft.header.doubt = 1;
	for (f = 0; f < features; f++)
	{
		hashes[f] = next_random(random);
		own[f] = (uint16_t) (1 + next_random(random) % 65535);
	}
	qsort(hashes, features, sizeof(*hashes), compare_hashes);
	for (c = 0; c < classes; c++)
	{
		codes[c] = 16 * (int64_t) (c + 1) * 1000000 + 12;
		bias[c] = (int64_t) (next_random(random) % 2000) - 1000;
		for (f = 0; f < features; f++)
			if (next_random(random) % 3 == 0)
				weights[n++] = (ClassifierWeight){
				    f, (int32_t) (next_random(random) % 65536) - 32768};
		end[c] = n;
	}
	return draft;
}

/* The weight that is found for a class and a gram, 0 if there is none */
static int32_t
find_weight(const Classifier *c, uint64_t hash, uint32_t class_number,
            uint32_t *own_weight)
{
	uint32_t bits = c->bucket_bits;
	uint32_t at = c->directory[classifier_bucket(hash, bits)];
	uint32_t last = c->directory[classifier_bucket(hash, bits) + 1];

	while (at < last && c->records[at] != classifier_key(hash, bits))
		at += 2 + (c->records[at + 1] >> 16);
	*own_weight = 0;
	if (at >= last)
		return 0;
	*own_weight = c->records[at + 1] & 0xFFFF;
	for (uint32_t k = 0; k < c->records[at + 1] >> 16; k++)
	{
		uint32_t entry = c->records[at + 2 + k];

		if ((entry & 0xFFFF) == class_number)
			return (int16_t) (entry >> 16);
	}
	return 0;
}

static void
test_found(uint32_t features, uint32_t classes)
{
	TestMemory counter = {-1, 0, 0};
	ClassifierMemory memory = {test_resize, NULL, &counter};
	uint64_t random = features + 1;
	ClassifierDraft draft = make_draft(features, classes, &random);
	uint8_t *block;
	size_t size;
	Classifier c;
	int wrong = 0;
	uint64_t i = 0;
	uint32_t k;

	if (!ok(classifier_write(&memory, &draft, 8, &block, &size) ==
	                CLASSIFIER_OK &&
	            classifier_validate(block + 8, size - 8, &c) == CLASSIFIER_OK,
	        "%u features, %u classes: sound", features, classes))
		return;
	for (k = 0; k < classes; k++)
	{
		uint32_t f;

		wrong += c.codes[k] != codes[k] || c.bias[k] != bias[k];
		for (f = 0; f < features; f++)
		{
			bool given = i < end[k] && weights[i].feature == f;
			uint32_t own_weight;
			int32_t found = find_weight(&c, hashes[f], k, &own_weight);

			wrong += found != (given ? weights[i].weight : 0) ||
			         own_weight != own[f];
			i += given;
		}
	}
	ok(wrong == 0 && c.slope == 0.5, "and all of it is found again");
	free(block);
	draft.own = NULL;
	draft.bias = NULL;
	ok(classifier_write(&memory, &draft, 0, &block, &size) == CLASSIFIER_OK &&
	       classifier_validate(block, size, &c) == CLASSIFIER_OK &&
	       c.bias[0] == 0,
	   "without weights of the features and bias");
	free(block);
}

static void
test_nodes(void)
{
	TestMemory counter = {-1, 0, 0};
	ClassifierMemory memory = {test_resize, NULL, &counter};
	uint64_t random = 4;
	ClassifierDraft draft = make_draft(5, 2, &random);
	uint8_t *block;
	size_t size;
	Classifier c;

	codes[0] = 16 * INT64_C(110000000000) + 2;
	codes[1] = 16 * INT64_C(220000000000) + 2;
	nodes[0] = 16 * INT64_C(100000000000) + 1;
	nodes[1] = 16 * INT64_C(200000000000) + 1;
	draft.nodes = 2;
	draft.node_codes = nodes;
	ok(classifier_write(&memory, &draft, 0, &block, &size) == CLASSIFIER_OK &&
	       classifier_validate(block, size, &c) == CLASSIFIER_OK &&
	       c.nodes == 2 && c.node[0] == nodes[0] && c.node[1] == nodes[1],
	   "nodes");
	free(block);
	counter.left = 0;
	ok(classifier_write(&memory, &draft, 0, &block, &size) ==
	           CLASSIFIER_NO_MEMORY &&
	       block == NULL,
	   "no memory to work in");
	counter.left = 1;
	ok(classifier_write(&memory, &draft, 0, &block, &size) ==
	           CLASSIFIER_NO_MEMORY &&
	       block == NULL,
	   "no memory for the value");
}

int
main(void)
{
	ok(classifier_bits_for(0) == 0 && classifier_bits_for(1) == 0 &&
	       classifier_bits_for(2) == 1 && classifier_bits_for(5) == 3 &&
	       classifier_bits_for(UINT64_MAX) == CLASSIFIER_MAX_BITS,
	   "bits of buckets");
	test_found(0, 1);
	test_found(1, 1);
	test_found(300, 7);
	test_found(FEATURES, CLASSES);
	test_nodes();
	return done_testing();
}
