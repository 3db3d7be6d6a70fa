/*
 * fuzz_phrases.c
 *	  Any bytes as an automaton, and automata with any words changed: what
 *	  passes the check is safe with any text.  Any phrases of few characters
 *	  are found where looking for each one everywhere finds them.
 */
#include "../unit/phrases_lists.h"
#include "fuzz.h"

#define MOST 40

static const PhrasesMemory memory = {list_resize, NULL, NULL};

static void
scan(const uint8_t *bytes, size_t size, const char *text, size_t len)
{
	Phrases phrases;
	PhrasesWork work;
	uint32_t i;

	if (phrases_open(bytes, size, &phrases) != PHRASES_OK)
		return;
	phrases_work_begin(&work, &memory);
	REQUIRE(phrases_scan(&phrases, &work, text, len) == PHRASES_OK);
	REQUIRE(work.matches <= phrases.phrases);
	for (i = 0; i < work.matches; i++)
		REQUIRE(work.match[i].from < work.match[i].to &&
		        work.match[i].to <= len &&
		        work.match[i].phrase < phrases.phrases);
	phrases_work_free(&work);
}

/* A character for each byte but the last kind, which ends a phrase */
static size_t
spell(const uint8_t **data, size_t *size, char *out)
{
	static const char *const few[] = {"a", "b", "1",  "路", "灯",
	                                  "é", " ", "的", "𠮷"};
	size_t len = 0;
	size_t n = 0;

	while (*size > 0 && n < 100)
	{
		uint8_t byte = **data;

		(*data)++;
		(*size)--;
		if (byte % 10 == 9)
			break;
		memcpy(out + len, few[byte % 10], strlen(few[byte % 10]));
		len += strlen(few[byte % 10]);
		n++;
	}
	return len;
}

/*
 * A byte that tells what to do: 0: the rest is an automaton; else: phrases,
 * the last of which is the text, and, if it is odd, three bytes to change a
 * word each.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char pool[MOST][400];
	TestPhrase list[MOST];
	uint32_t numbers[MOST];
	Phrases phrases;
	PhrasesWork work;
	uint8_t *block;
	uint8_t how;
	size_t bytes;
	int n = 0;

	if (size == 0)
		return 0;
	how = *data++;
	size--;
	if (how == 0)
	{
		block = malloc(size > 0 ? size : 1);
		memcpy(block, data, size);
		scan(block, size, (const char *) data, size);
		free(block);
		return 0;
	}
	while (size > (how % 2 == 1 ? 9 : 0) && n < MOST)
	{
		list[n] = (TestPhrase){pool[n], spell(&data, &size, pool[n])};
		n += list[n].len > 0;
	}
	if (n == 0)
		return 0;
	n--;
	REQUIRE(compile_list(list, NULL, n, numbers, &phrases, &block, &bytes,
	                     NULL) == PHRASES_OK);
	phrases_work_begin(&work, &memory);
	REQUIRE(match_faults(&phrases, &work, list, numbers, n, list[n].bytes,
	                     list[n].len) == 0);
	phrases_work_free(&work);
	for (; size >= 3; data += 3, size -= 3)
		block[(data[0] | (uint32_t) data[1] << 8) % bytes] = data[2];
	scan(block, bytes, list[n].bytes, list[n].len);
	free(block);
	return 0;
}
