/*
 * fuzz_phrases_build.c
 *	  Any phrases of few characters, in two orders: the same bytes, which pass
 *	  the check, and every phrase is told by its number; memory that is not
 *	  there.
 */
#include "fuzz.h"

#include "../unit/phrases_lists.h"

#define MOST 40

typedef struct Told
{
	const TestPhrase *list;
	const uint32_t *numbers;
	int n;
	uint32_t next;
	int found;
} Told;

static bool
hear(void *context, uint32_t phrase, const char *bytes, size_t len)
{
	Told *told = context;
	int i;

	REQUIRE(phrase == told->next++);
	for (i = 0; i < told->n; i++)
	{
		bool same = told->list[i].len == len &&
		            memcmp(told->list[i].bytes, bytes, len) == 0;

		REQUIRE(same == (told->numbers[i] == phrase));
		told->found += same;
	}
	return true;
}

/* A byte: how many blocks there are; then a character for each byte but the
 * last kind, which ends a phrase. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const few[] = {"a", "b", "1",  "路", "灯",
	                                  "é", " ", "的", "𠮷"};
	static char pool[MOST * 204];
	PhrasesMemory memory = {list_resize, NULL, NULL};
	TestPhrase list[MOST];
	uint32_t numbers[MOST];
	uint32_t again[MOST];
	int order[MOST];
	Phrases phrases;
	PhrasesStatus status;
	uint8_t *block;
	uint8_t *other;
	size_t bytes;
	size_t other_bytes;
	size_t used = 0;
	long left;
	int n = 0;
	int i;

	if (size == 0)
		return 0;
	left = *data++ % 32;
	size--;
	while (size > 0 && n < MOST)
	{
		TestPhrase p = {pool + used, 0};

		for (; size > 0 && *data % 10 < 9 && p.len < 200; data++, size--)
		{
			const char *c = few[*data % 10];

			memcpy(pool + used + p.len, c, strlen(c));
			p.len += strlen(c);
		}
		if (size > 0)
		{
			data++;
			size--;
		}
		used += p.len;
		if (p.len > 0)
			list[n++] = p;
	}
	for (i = 0; i < n; i++)
		order[i] = n - 1 - i;
	REQUIRE(compile_list(list, NULL, n, numbers, &phrases, &block, &bytes,
	                     NULL) == PHRASES_OK);
	REQUIRE(bytes % 8 == 0);
	REQUIRE(compile_list(list, order, n, again, &phrases, &other, &other_bytes,
	                     NULL) == PHRASES_OK);
	REQUIRE(bytes == other_bytes && memcmp(block, other, bytes) == 0);
	REQUIRE(n == 0 || memcmp(numbers, again, n * sizeof(*numbers)) == 0);

	Told told = {list, numbers, n, 0, 0};

	REQUIRE(phrases_tell(&phrases, &memory, hear, &told) == PHRASES_OK);
	REQUIRE(told.next == phrases.phrases && told.found == n);
	free(other);
	free(block);
	status = compile_list(list, order, n, again, &phrases, &other,
	                      &other_bytes, &left);
	REQUIRE(status == PHRASES_NO_MEMORY ||
	        (status == PHRASES_OK && other_bytes == bytes));
	free(other);
	return 0;
}
