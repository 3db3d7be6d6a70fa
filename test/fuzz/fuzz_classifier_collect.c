/*
 * fuzz_classifier_collect.c
 *	  Any rows are put in order and weighed, or refused without a leak.
 */
#include "../unit/classifier_material.h"
#include "fuzz_classifier.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ClassifierTrainer trainer;
	ClassifierMaterial material;
	uint32_t rows = collect_rows(&trainer, data, size);

	if (trainer.status == CLASSIFIER_OK && rows > 0)
	{
		if (classifier_prepare(&trainer, &material))
		{
			REQUIRE(material.problem.rows == rows);
			REQUIRE(material_faults(&material) == 0);
		}
		else
			REQUIRE(trainer.status == CLASSIFIER_NO_MEMORY);
		classifier_free_material(&trainer, &material);
	}
	classifier_train_free(&trainer);
	return 0;
}
