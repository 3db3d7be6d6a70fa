/*
 * classifier_grams.h
 *	  What must be true of the grams of any bytes.
 */
#ifndef CIVICGRID_TEST_CLASSIFIER_GRAMS_H
#define CIVICGRID_TEST_CLASSIFIER_GRAMS_H

#include "core/classifier_format.h"

#include "classifier_texts.h"

/*
 * Read the text gram by gram and compare it with what was counted; how many
 * times something is not as it should be.
 */
static inline int
gram_faults(ClassifierWork *work, const char *text, size_t len)
{
	ClassifierReader reader;
	ClassifierGram grams[CLASSIFIER_PER_CHAR];
	ClassifierCounts counts;
	uint64_t times = 0;
	uint64_t counted = 0;
	size_t before = 0;  /* where the last character began … */
	bool joins = false; /* … if the next one is divided from it by nothing */
	int faults = 0;
	uint32_t i;

	if (classifier_count(work, text, len, &counts) != CLASSIFIER_OK)
		return 1;
	classifier_read(&reader, text, len);
	faults += reader.len > len || reader.len > CLASSIFIER_TEXT_MAX ||
	          (reader.len < len && reader.len < CLASSIFIER_TEXT_MAX - 4) ||
	          reader.head_end > reader.len;
	for (;;)
	{
		size_t at = reader.at;
		int found = classifier_read_character(&reader, grams);
		int k;

		if (found < 0)
		{
			faults += at != reader.len || reader.at != at;
			break;
		}
		faults +=
		    reader.at <= at || reader.at > reader.len || reader.at > at + 4;
		/* the character alone, and with the one before it */
		faults += found > 0 &&
		          (grams[0].from != at || found > 2 || (found == 2) != joins);
		faults += found == 2 && grams[1].from != before;
		for (k = 0; k < found; k++)
		{
			uint32_t slot = *classifier_slot(&counts, grams[k].hash);

			faults +=
			    grams[k].times !=
			    (reader.at <= reader.head_end ? CLASSIFIER_HEAD_TIMES : 1);
			faults += slot == 0 || slot > counts.n ||
			          counts.list[slot - 1].hash != grams[k].hash ||
			          counts.list[slot - 1].count < grams[k].times;
			times += grams[k].times;
		}
		joins = found > 0;
		before = at;
	}
	for (i = 0; i < counts.n; i++)
	{
		counted += counts.list[i].count;
		/* each is found by its hash, so that no hash is there twice */
		faults += *classifier_slot(&counts, counts.list[i].hash) != i + 1;
	}
	return faults + (times != counted);
}

#endif /* CIVICGRID_TEST_CLASSIFIER_GRAMS_H */
