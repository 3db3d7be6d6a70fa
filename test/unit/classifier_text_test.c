/*
 * classifier_text_test.c
 *	  The grams of texts and of any bytes: where they begin and end, what
 *	  divides them, how often each occurs.
 */
#include "classifier_grams.h"

static TestMemory counter = {-1, 0, 0};
static const ClassifierMemory memory = {test_resize, NULL, &counter};
static ClassifierWork work;

static uint32_t
distinct(const char *text)
{
	ClassifierCounts counts;

	if (classifier_count(&work, text, strlen(text), &counts) != CLASSIFIER_OK)
		return UINT32_MAX;
	return counts.n;
}

/* How often the last gram of a text's occurs in another */
static uint32_t
times(const char *gram, const char *text)
{
	ClassifierReader reader;
	ClassifierGram grams[CLASSIFIER_PER_CHAR];
	ClassifierCounts counts;
	uint64_t hash = 0;
	uint32_t slot;
	int found;

	classifier_read(&reader, gram, strlen(gram));
	while (found = classifier_read_character(&reader, grams), found >= 0)
		if (found > 0)
			hash = grams[found - 1].hash;
	if (classifier_count(&work, text, strlen(text), &counts) != CLASSIFIER_OK)
		return UINT32_MAX;
	slot = *classifier_slot(&counts, hash);
	return slot == 0 ? 0 : counts.list[slot - 1].count;
}

static void
test_counts(void)
{
	ok(distinct("") == 0 && distinct(" 。，\n") == 0, "nothing has no grams");
	ok(distinct("垃圾") == 3, "two characters and the pair");
	ok(distinct("垃 圾") == 2 && distinct("垃。圾") == 2 &&
	       distinct("垃\xFF圾") == 2,
	   "blanks, punctuation and what is no UTF-8 divide");
	ok(distinct("aaaa") == 2, "the same ones are counted together");
	ok(distinct("\xF0\xA0\x80\x80"
	            "a") == 3,
	   "characters of four bytes are characters");
	ok(times("a", "x\na") == 1 && times("aa", "x\naaa") == 2,
	   "in the text an occurrence counts once");
	ok(times("a", "a\nx") == 3 && times("aa", "aaa\nx") == 6 &&
	       times("a", "a\na") == 4,
	   "in the head three times");
	ok(times("ab", "a b") == 0 && times("ab", "ba") == 0,
	   "what is divided or the other way round is another");
}

static void
test_any_bytes(void)
{
	/* few bytes, so that many sequences are sound and many nearly so */
	static const uint8_t some[] = {'a',  'b',  '\n', ' ',  0,    0xE5,
	                               0x9C, 0xBE, 0xC3, 0xA9, 0xF0, 0xA0,
	                               0x80, 0xFF, 0xE3, 0x80, 0x82, 0xC0};
	uint64_t random = 17;
	int faults = 0;
	int i;

	for (i = 0; i < 3000; i++)
	{
		size_t n = next_random(&random) % 200;
		char *text = malloc(n > 0 ? n : 1);
		size_t k;

		for (k = 0; k < n; k++)
		{
			uint64_t r = next_random(&random) >> 16;

			text[k] = (char) (i % 2 ? r : some[r % sizeof(some)]);
		}
		faults += gram_faults(&work, text, n);
		free(text);
	}
	ok(faults == 0, "3000 strings of any bytes (%d faults)", faults);
}

static void
test_long(void)
{
	static char text[CLASSIFIER_TEXT_MAX + 100];
	int faults = 0;
	size_t i;
	size_t n;

	/* characters of three bytes, the cut at each of them */
	for (n = 0; n < 3; n++)
	{
		memset(text, 'a', n);
		for (i = n; i + 3 <= sizeof(text); i += 3)
			memcpy(text + i, "\xE5\x9C\xBE", 3);
		faults += gram_faults(&work, text, i);
	}
	memset(text, 0x80, sizeof(text));
	faults += gram_faults(&work, text, sizeof(text));
	memset(text, 0xF0, sizeof(text));
	faults += gram_faults(&work, text, sizeof(text));
	ok(faults == 0, "texts that are cut off (%d faults)", faults);
}

int
main(void)
{
	ClassifierCounts counts;
	ClassifierWork none;

	classifier_work_begin(&work, &memory);
	test_counts();
	test_any_bytes();
	test_long();
	classifier_work_free(&work);
	classifier_work_begin(&none, &memory);
	counter.left = 0;
	ok(classifier_count(&none, "a", 1, &counts) == CLASSIFIER_NO_MEMORY,
	   "no memory");
	classifier_work_free(&none);
	return done_testing();
}
