/*
 * fuzz_classifier_train.c
 *	  Any rows are made a value that passes the check and keeps to its bounds,
 *	  the same each time, whose explanations add up to its scores; or they are
 *	  refused.
 */
#include "fuzz_classifier.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ClassifierTrainer trainer;
	uint32_t rows = collect_rows(&trainer, data, size);
	uint8_t *block[2] = {NULL, NULL};
	size_t bytes[2];
	Classifier c;
	ClassifierStatus status =
	    classifier_train(&trainer, 8, &block[0], &bytes[0]);

	REQUIRE((status == CLASSIFIER_OK) == (block[0] != NULL));
	if (status != CLASSIFIER_OK)
	{
		REQUIRE(status == CLASSIFIER_NO_MEMORY ||
		        status == CLASSIFIER_TOO_LARGE ||
		        (status == CLASSIFIER_EMPTY && rows == 0));
		return 0;
	}
	REQUIRE(classifier_validate(block[0] + 8, bytes[0] - 8, &c) ==
	        CLASSIFIER_OK);
	REQUIRE(c.rows == rows);
	collect_rows(&trainer, data, size);
	REQUIRE(classifier_train(&trainer, 8, &block[1], &bytes[1]) ==
	            CLASSIFIER_OK &&
	        bytes[0] == bytes[1] && memcmp(block[0], block[1], bytes[0]) == 0);
	fuzz_counter.left = -1;
	fuzz_explain(&c, (const char *) data, size);
	if (size > 5)
		fuzz_explain(&c, (const char *) data + 5, size - 5);
	free(block[0]);
	free(block[1]);
	return 0;
}
