/*
 * fuzz_classifier_text.c
 *	  The grams of any bytes lie where they should, and are counted.
 */
#include "../unit/classifier_grams.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static TestMemory counter = {-1, 0, 0};
	static const ClassifierMemory memory = {test_resize, NULL, &counter};
	ClassifierWork work;
	int faults;

	classifier_work_begin(&work, &memory);
	faults = gram_faults(&work, (const char *) data, size);
	classifier_work_free(&work);
	REQUIRE(faults == 0);
	return 0;
}
