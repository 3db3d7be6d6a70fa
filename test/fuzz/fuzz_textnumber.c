/*
 * fuzz_textnumber.c
 *	  Any bytes as folded text with numbers, by options that the first byte
 *	  tells: nothing more is found the second time.
 */
#include "core/textnumber.h"

#include "fuzz.h"

static void
poll(void *context)
{
	(void) context;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool bare;
	bool as_one;
	char *bytes;
	char *again;
	uint32_t *origins;
	size_t len = size - 1;
	size_t n;

	if (size == 0)
		return 0;
	bare = (data[0] & 1) != 0;
	as_one = (data[0] & 2) != 0;
	/* of exactly the size, so that reading on is noticed */
	bytes = malloc(len > 0 ? len : 1);
	origins = malloc((len > 0 ? len : 1) * sizeof(*origins));
	memcpy(bytes, data + 1, len);
	for (size_t i = 0; i < len; i++)
		origins[i] = (uint32_t) i;
	n = textnumber_fold(bytes, origins, len, bare, as_one, poll, NULL);
	REQUIRE(n <= len);
	for (size_t i = 0; i < n; i++)
		REQUIRE(origins[i] < len && (i == 0 || origins[i] >= origins[i - 1]));
	again = malloc(n > 0 ? n : 1);
	memcpy(again, bytes, n);
	REQUIRE(textnumber_fold(again, NULL, n, bare, as_one, poll, NULL) == n);
	REQUIRE(memcmp(again, bytes, n) == 0);
	free(again);
	free(origins);
	free(bytes);
	return 0;
}
