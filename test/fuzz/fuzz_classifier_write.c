/*
 * fuzz_classifier_write.c
 *	  Any weights are made a value that passes the check.
 */
#include "core/classifier_write.h"

#include "fuzz_classifier.h"

#define MOST 64

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t hashes[MOST];
	int64_t codes[MOST];
	uint64_t end[MOST];
	ClassifierWeight weights[MOST * MOST];
	ClassifierDraft draft = {
	    .codes = codes, .hashes = hashes, .weights = weights, .end = end};
	Classifier c;
	uint8_t *block;
	size_t bytes;
	uint64_t n = 0;
	uint32_t k;
	uint32_t f;
	ClassifierStatus status;

	if (size < 3)
		return 0;
	draft.features = data[0] % MOST;
	draft.classes = 1 + data[1] % (MOST - 1);
	draft.bits = classifier_bits_for(draft.features);
	fuzz_counter = (TestMemory){data[2] < 2 ? data[2] : -1, 0, 0};
	data += 3;
	size -= 3;
	for (f = 0; f < draft.features; f++)
		hashes[f] =
		    (uint64_t) (f * (256 / MOST) + (size > 0 ? data[f % size] % 4 : 0))
		    << 56;
	for (k = 0; k < draft.classes; k++)
	{
		codes[k] = 16 * (int64_t) (k + 1) + 12;
		for (f = 0; f < draft.features && size > 0; f++)
		{
			uint8_t b = data[(k * 31 + f) % size];

			if ((b & 1) != 0)
				weights[n++] = (ClassifierWeight){f, (int8_t) b * 256 / 2};
		}
		end[k] = n;
	}
	draft.header.doubt = 1;
	status = classifier_write(&fuzz_memory, &draft, 8, &block, &bytes);
	REQUIRE((status == CLASSIFIER_OK) == (block != NULL));
	if (block == NULL)
	{
		REQUIRE(fuzz_counter.left == 0);
		return 0;
	}
	REQUIRE(classifier_validate(block + 8, bytes - 8, &c) == CLASSIFIER_OK &&
	        c.classes == draft.classes && c.features == draft.features);
	free(block);
	return 0;
}
