/*
 * phrases_build_test.c
 *	  Compiling phrases: each has one number, in whatever order and how often
 *	  it was added, and is told by it again; memory is within its bound.
 */
#include "phrases_lists.h"

#define MOST 20000

typedef struct Counter
{
	size_t now;
	size_t peak;
} Counter;

/* Blocks know their sizes; a block that grows is counted once. */
static void *
count_resize(void *context, void *block, size_t size)
{
	Counter *counter = context;
	size_t *at = block != NULL ? (size_t *) block - 2 : NULL;

	if (at != NULL)
		counter->now -= at[0];
	if (size == 0)
	{
		free(at);
		return NULL;
	}
	at = realloc(at, size + 2 * sizeof(size_t));
	at[0] = size;
	counter->now += size;
	if (counter->now > counter->peak)
		counter->peak = counter->now;
	return at + 2;
}

static TestPhrase list[MOST];
static uint32_t numbers[MOST];

/* Phrases of characters of three bytes, least of them to most; their number */
static size_t
make_list(int n, uint32_t alphabet, size_t least, size_t most, uint64_t seed)
{
	static char pool[MOST * 3 * 12];
	uint64_t random = seed;
	size_t used = 0;
	size_t characters = 0;
	int i;

	for (i = 0; i < n; i++)
	{
		size_t len = least + next_random(&random) % (most - least + 1);

		list[i] = (TestPhrase){pool + used, 3 * len};
		for (characters += len; len > 0; len--)
		{
			uint32_t c = 0x4E00 + (uint32_t) (next_random(&random) % alphabet);

			pool[used++] = (char) (0xE0 | c >> 12);
			pool[used++] = (char) (0x80 | (c >> 6 & 0x3F));
			pool[used++] = (char) (0x80 | (c & 0x3F));
		}
	}
	return characters;
}

typedef struct Told
{
	uint32_t next;
	TestPhrase phrase[MOST];
	char pool[MOST * 3 * 12];
	size_t used;
} Told;

static bool
hear(void *context, uint32_t phrase, const char *bytes, size_t len)
{
	Told *told = context;

	if (phrase != told->next++)
		return false;
	memcpy(told->pool + told->used, bytes, len);
	told->phrase[phrase] = (TestPhrase){told->pool + told->used, len};
	told->used += len;
	return true;
}

static void
test_list(int n, uint32_t alphabet, size_t least, size_t most)
{
	static Told told;
	PhrasesMemory memory = {list_resize, NULL, NULL};
	size_t characters = make_list(n, alphabet, least, most, 7);
	int *order = malloc(n * sizeof(*order));
	uint32_t *again = malloc(n * sizeof(*again));
	Phrases phrases;
	uint8_t *block;
	uint8_t *other;
	size_t size;
	size_t other_size;
	Counter counter = {0, 0};
	PhrasesMemory counted = {count_resize, NULL, &counter};
	PhrasesBuilder builder;
	size_t before;
	PhrasesStatus status;
	int faults = 0;
	int i;

	for (i = 0; i < n; i++)
		order[i] = n - 1 - i;
	status =
	    compile_list(list, NULL, n, numbers, &phrases, &block, &size, NULL);
	if (!ok(status == PHRASES_OK, "%d phrases, %zu to %zu of %u characters", n,
	        least, most, alphabet))
		return;
	ok(size <= 44 * characters + 200, "%zu characters, %u states, %zu bytes",
	   characters, phrases.states, size);
	ok(compile_list(list, order, n, again, &phrases, &other, &other_size,
	                NULL) == PHRASES_OK &&
	       size == other_size && memcmp(block, other, size) == 0 &&
	       memcmp(numbers, again, n * sizeof(*again)) == 0,
	   "backwards the same");
	told.next = 0;
	told.used = 0;
	status = phrases_tell(&phrases, &memory, hear, &told);
	ok(status == PHRASES_OK && told.next == phrases.phrases, "all %u are told",
	   told.next);
	for (i = 0; i < n; i++)
		faults += told.phrase[numbers[i]].len != list[i].len ||
		          memcmp(told.phrase[numbers[i]].bytes, list[i].bytes,
		                 list[i].len) != 0;
	ok(faults == 0, "by their numbers (%d are others)", faults);
	free(other);
	phrases_build_begin(&builder, &counted);
	for (i = 0; i < n; i++)
		(void) phrases_add(&builder, list[i].bytes, list[i].len);
	before = counter.now;
	counter.peak = 0;
	status = phrases_build(&builder, NULL, &other, &size);
	ok(status == PHRASES_OK && counter.peak <= before + 44 * characters + 200,
	   "with %.1f bytes for each character",
	   ((double) counter.peak - (double) before) / (double) characters);
	phrases_build_free(&builder);
	ok(counter.now == size, "and nothing is left but the value");
	count_resize(&counter, other, 0);
	free(block);
	free(order);
	free(again);
}

int
main(void)
{
	test_list(1, 1, 1, 1);
	test_list(20000, 30000, 1, 1);
	test_list(20000, 3000, 2, 2);
	test_list(20000, 3000, 3, 3);
	test_list(20000, 3000, 1, 6);
	test_list(20000, 4, 4, 12);
	test_list(3000, 20, 1, 3);
	return done_testing();
}
