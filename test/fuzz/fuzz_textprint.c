/*
 * fuzz_textprint.c
 *	  Any two texts: their prints are valid, as alike one way as the other, and
 *	  meet just if a key is common to both.
 */
#include "core/textprint.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t print[2][TEXTPRINT_SIZE];
	int32_t keys[2][TEXTPRINT_KEYS];
	size_t len[2];
	int n[2];
	double similarity;
	bool common = false;
	size_t half = size / 2;

	for (int t = 0; t < 2; t++)
	{
		size_t from = t == 0 ? 0 : half;
		size_t bytes = t == 0 ? half : size - half;
		/* of exactly the size, so that reading on is noticed */
		char *text = malloc(bytes > 0 ? bytes : 1);

		if (bytes > 0)
			memcpy(text, data + from, bytes);
		len[t] = textprint_make(text, bytes, NULL, NULL, print[t]);
		free(text);
		REQUIRE(textprint_valid(print[t], len[t]));
		n[t] = textprint_keys(print[t], len[t], keys[t]);
		REQUIRE(n[t] == (len[t] == 1 ? 0 : TEXTPRINT_KEYS));
		REQUIRE(textprint_similarity(print[t], len[t], print[t], len[t]) ==
		        (len[t] == 1 ? 0 : 1));
	}
	similarity = textprint_similarity(print[0], len[0], print[1], len[1]);
	REQUIRE(similarity >= 0 && similarity <= 1);
	REQUIRE(similarity ==
	        textprint_similarity(print[1], len[1], print[0], len[0]));
	for (int i = 0; i < n[0]; i++)
		for (int j = 0; j < n[1]; j++)
			common = common || keys[0][i] == keys[1][j];
	REQUIRE(common == textprint_meets(print[0], len[0], print[1], len[1]));
	textprint_valid(data, size);
	return 0;
}
