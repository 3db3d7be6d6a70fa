/*
 * phrases_test.c
 *	  Phrases: found where looking for each one everywhere finds them, of small
 *	  and large alphabets, few and many, nested; words and numbers are not cut;
 *	  the order of adding does not matter; no damage goes unnoticed; memory
 *	  that is not there.
 */
#include "core/phrases_format.h"

#include "phrases_lists.h"

#define ROOM 4000000

static char pool[ROOM];
static size_t pool_used;

/* Characters of one to four bytes, of which the first ones are letters */
static size_t
put_one(char *at, uint32_t kind)
{
	static const char *const few[] = {"a", "b", "1",  "路", "灯",
	                                  "é", " ", "的", "𠮷", "-"};
	uint32_t c = 0x4E00 + kind;

	if (kind < 10)
	{
		memcpy(at, few[kind], strlen(few[kind]));
		return strlen(few[kind]);
	}
	at[0] = (char) (0xE0 | c >> 12);
	at[1] = (char) (0x80 | (c >> 6 & 0x3F));
	at[2] = (char) (0x80 | (c & 0x3F));
	return 3;
}

static TestPhrase
random_text(uint64_t *random, uint32_t alphabet, size_t characters)
{
	TestPhrase p = {pool + pool_used, 0};

	while (characters-- > 0)
		p.len += put_one(pool + pool_used + p.len,
		                 (uint32_t) (next_random(random) % alphabet));
	pool_used += p.len;
	return p;
}

/* A list, its phrases in texts of the same alphabet and made of them */
static void
test_list(int n, uint32_t alphabet, size_t longest, int texts, uint64_t seed)
{
	TestPhrase *list = malloc(n * sizeof(*list));
	uint32_t *numbers = malloc(n * sizeof(*numbers));
	uint32_t *again = malloc(n * sizeof(*again));
	int *order = malloc(n * sizeof(*order));
	PhrasesMemory memory = {list_resize, NULL, NULL};
	Phrases phrases;
	PhrasesWork work;
	uint8_t *block;
	uint8_t *other;
	size_t size;
	size_t other_size;
	uint64_t random = seed;
	PhrasesStatus status;
	int faults = 0;
	uint64_t found = 0;
	int i;

	pool_used = 0;
	for (i = 0; i < n; i++)
	{
		list[i] =
		    random_text(&random, alphabet, 1 + next_random(&random) % longest);
		order[i] = i;
	}
	for (i = n - 1; i > 0; i--)
	{
		int k = (int) (next_random(&random) % (uint64_t) (i + 1));
		int swap = order[i];

		order[i] = order[k];
		order[k] = swap;
	}
	status =
	    compile_list(list, NULL, n, numbers, &phrases, &block, &size, NULL);
	if (!ok(status == PHRASES_OK, "%d phrases of %u characters are compiled",
	        n, alphabet))
		return;
	(void) compile_list(list, order, n, again, &phrases, &other, &other_size,
	                    NULL);
	ok(size == other_size && memcmp(block, other, size) == 0 &&
	       memcmp(numbers, again, n * sizeof(*again)) == 0,
	   "in any order the same");
	phrases_work_begin(&work, &memory);
	for (i = 0; i < texts; i++)
	{
		TestPhrase text = {pool + pool_used, 0};
		size_t before = pool_used;
		uint64_t pieces = next_random(&random) % 30;

		while (pieces-- > 0)
		{
			const TestPhrase *p = &list[next_random(&random) % (uint64_t) n];

			if (next_random(&random) % 3 == 0)
			{
				TestPhrase r = random_text(&random, alphabet, 3);

				text.len += r.len;
				continue;
			}
			memcpy(pool + pool_used, p->bytes, p->len);
			pool_used += p->len;
			text.len += p->len;
		}
		faults += match_faults(&phrases, &work, list, numbers, n, text.bytes,
		                       text.len);
		found += work.matches;
		pool_used = before;
	}
	ok(faults == 0, "and %" PRIu64 " found in %d texts (%d faults)", found,
	   texts, faults);
	phrases_work_free(&work);
	free(block);
	free(other);
	free(list);
	free(numbers);
	free(again);
	free(order);
}

/* Which of the phrases occur in a text, as a string of their numbers */
static const char *
which(const TestPhrase *list, int n, const char *text)
{
	static char answer[100];
	PhrasesMemory memory = {list_resize, NULL, NULL};
	uint32_t numbers[100];
	Phrases phrases;
	PhrasesWork work;
	uint8_t *block;
	size_t size;
	int i;

	answer[0] = '\0';
	if (compile_list(list, NULL, n, numbers, &phrases, &block, &size, NULL) !=
	    PHRASES_OK)
		return "not compiled";
	phrases_work_begin(&work, &memory);
	if (match_faults(&phrases, &work, list, numbers, n, text, strlen(text)) !=
	    0)
		strcpy(answer, "wrong");
	for (i = 0; i < n; i++)
		if (phrases_match(&work, numbers[i]) != NULL)
			sprintf(answer + strlen(answer), "%d", i);
	phrases_work_free(&work);
	free(block);
	return answer;
}

static void
test_words(void)
{
#define P(s)             \
	{                    \
		s, sizeof(s) - 1 \
	}
	const TestPhrase list[] = {P("a1"), P("3路"), P("路灯"), P("路"),
	                           P("é"),  P("1"),   P("a路"),  P("b a1")};
	static const struct
	{
		const char *text;
		const char *found;
	} cases[] = {{"a1", "0"},       {"a12", ""},     {"ba1", ""},
	             {"坐a1吧", "0"},   {"13路", "3"},   {"坐3路", "13"},
	             {"路灯", "23"},    {"aé", ""},      {"é路", "34"},
	             {"1 a1", "05"},    {"b a1", "07"},  {"bb a1", "0"},
	             {"ba路", "3"},     {"a a路", "36"}, {"a1a1 a1", "0"},
	             {"b a12 a1", "0"}, {"", ""}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		const char *found = which(list, 8, cases[i].text);

		ok(strcmp(found, cases[i].found) == 0, "\"%s\" has %s (got %s)",
		   cases[i].text, cases[i].found, found);
	}
}

/* All of a to the nth, and a text of nothing else: no more than a pass */
static void
test_nested(void)
{
	static char letters[300];
	TestPhrase list[PHRASES_LONGEST];
	char *text = malloc(3000000);
	PhrasesMemory memory = {list_resize, NULL, NULL};
	uint32_t numbers[PHRASES_LONGEST];
	Phrases phrases;
	PhrasesWork work;
	uint8_t *block;
	size_t size;
	int i;

	for (i = 0; i < 100; i++)
		memcpy(letters + 3 * i, "路", 3);
	for (i = 0; i < 100; i++)
		list[i] = (TestPhrase){letters, 3 * (size_t) (i + 1)};
	for (i = 0; i < 1000000; i++)
		memcpy(text + 3 * i, "路", 3);
	ok(compile_list(list, NULL, 100, numbers, &phrases, &block, &size, NULL) ==
	           PHRASES_OK &&
	       phrases.states == 101,
	   "one hundred phrases, each in the next");
	phrases_work_begin(&work, &memory);
	ok(phrases_scan(&phrases, &work, text, 3000000) == PHRASES_OK &&
	       work.matches == 100 && work.match[99].phrase == 99 &&
	       work.match[99].from == 0 && work.match[99].to == 300,
	   "all are found in a million characters");
	phrases_work_free(&work);
	free(block);
	free(text);
}

static void
test_refused(void)
{
	PhrasesMemory memory = {list_resize, NULL, NULL};
	PhrasesBuilder builder;
	static char text[3 * (PHRASES_LONGEST + 1)];
	uint8_t *block;
	size_t size;
	Phrases phrases;
	int i;

	for (i = 0; i <= PHRASES_LONGEST; i++)
		memcpy(text + 3 * i, "灯", 3);
	phrases_build_begin(&builder, &memory);
	ok(phrases_add(&builder, "", 0) == PHRASES_EMPTY, "an empty phrase");
	ok(phrases_add(&builder, text, sizeof(text)) == PHRASES_TOO_LONG,
	   "one of %d characters", PHRASES_LONGEST + 1);
	ok(phrases_add(&builder, "\xE8\xB7", 2) == PHRASES_ENCODING &&
	       phrases_add(&builder, "a\0b", 3) == PHRASES_ENCODING &&
	       phrases_add(&builder, "\xED\xA0\x80", 3) == PHRASES_ENCODING,
	   "what is no text");
	ok(phrases_build(&builder, NULL, &block, &size) == PHRASES_OK &&
	       phrases_open(block, size, &phrases) == PHRASES_OK &&
	       phrases.phrases == 0 && phrases.states == 1,
	   "no phrases at all are compiled");
	free(block);
	phrases_build_free(&builder);
	phrases_build_begin(&builder, &memory);
	ok(phrases_add(&builder, text, sizeof(text) - 3) == PHRASES_OK &&
	       phrases_build(&builder, NULL, &block, &size) == PHRASES_OK &&
	       phrases_open(block, size, &phrases) == PHRASES_OK &&
	       phrases.states == PHRASES_LONGEST + 1,
	   "and one as long as can be");
	free(block);
	phrases_build_free(&builder);
}

/* Any change of a byte is noticed: everything follows from the labels. */
static void
test_damage(void)
{
	const TestPhrase list[] = {P("路灯"), P("灯"),   P("a路"),
	                           P("井盖"), P("路面"), P("面")};
	uint32_t numbers[6];
	Phrases phrases;
	uint8_t *block;
	uint8_t *copy;
	size_t size;
	int accepted = 0;
	int changed = 0;

	(void) compile_list(list, NULL, 6, numbers, &phrases, &block, &size, NULL);
	copy = malloc(size);
	for (size_t i = 0; i < size; i++)
		for (int bit = 0; bit < 8; bit++)
		{
			memcpy(copy, block, size);
			copy[i] ^= (uint8_t) (1 << bit);
			changed++;
			accepted += phrases_open(copy, size, &phrases) == PHRASES_OK;
		}
	/* another character at the end of a phrase is as good */
	ok(accepted < changed / 20, "of %d changes %d make other phrases", changed,
	   accepted);
	accepted = 0;
	for (size_t i = 0; i < size; i++)
	{
		uint8_t *cut = malloc(i > 0 ? i : 1);

		memcpy(cut, block, i);
		accepted += phrases_open(cut, i, &phrases) == PHRASES_OK;
		free(cut);
	}
	ok(accepted == 0, "nothing cut off is accepted");
	free(copy);
	free(block);
}

/* The filter with any bit changed, and counted as it then is: what begins a
 * phrase cannot be left out, and anything else changes no answer. */
static void
test_filter(void)
{
	const TestPhrase list[] = {P("路灯"), P("灯"),       P("a路"), P("井盖"),
	                           P("路面"), P("路灯不亮"), P("面")};
	const char *text = "a路灯不亮，井盖；路面、a路面a";
	uint32_t numbers[7];
	Phrases phrases;
	PhrasesMemory memory = {list_resize, NULL, NULL};
	PhrasesWork work;
	uint8_t *block;
	uint8_t *copy;
	size_t size;
	size_t from;
	int left_out = 0;
	int added = 0;
	int faults = 0;

	(void) compile_list(list, NULL, 7, numbers, &phrases, &block, &size, NULL);
	from = (size_t) ((const uint8_t *) phrases.filter - block);
	copy = malloc(size);
	phrases_work_begin(&work, &memory);
	for (size_t i = from; i < size; i++)
		for (int bit = 0; bit < 8; bit++)
		{
			bool was = (block[i] >> bit & 1) != 0;
			bool accepted;

			memcpy(copy, block, size);
			copy[i] ^= (uint8_t) (1 << bit);
			faults += phrases_open(copy, size, &phrases) == PHRASES_OK;
			((PhrasesHeader *) (void *) copy)->bits_set += was ? -1 : 1;
			accepted = phrases_open(copy, size, &phrases) == PHRASES_OK;
			left_out += accepted && was;
			added += accepted;
			if (accepted)
				faults += match_faults(&phrases, &work, list, numbers, 7, text,
				                       strlen(text));
		}
	ok(faults == 0, "one bit of the filter more or less: %d faults", faults);
	ok(left_out == 0,
	   "nothing is left out (%d are, %d with more are accepted)", left_out,
	   added);
	phrases_work_free(&work);
	free(copy);
	free(block);
}

typedef struct Told
{
	const TestPhrase *list;
	const uint32_t *numbers;
	uint32_t next;
	int wrong;
} Told;

static bool
hear(void *context, uint32_t phrase, const char *bytes, size_t len)
{
	Told *told = context;
	int i;

	told->wrong += phrase != told->next++;
	for (i = 0; i < 6; i++)
		if (told->numbers[i] == phrase)
			told->wrong += told->list[i].len != len ||
			               memcmp(told->list[i].bytes, bytes, len) != 0;
	return true;
}

static void
test_told(void)
{
	const TestPhrase list[] = {P("路灯"), P("灯"),   P("a路"),
	                           P("𠮷"),   P("路灯"), P("路灯不亮")};
	uint32_t numbers[6];
	PhrasesMemory memory = {list_resize, NULL, NULL};
	Told told = {list, numbers, 0, 0};
	Phrases phrases;
	uint8_t *block;
	size_t size;
	long left;
	int failed = 0;
	int done = 0;

	(void) compile_list(list, NULL, 6, numbers, &phrases, &block, &size, NULL);
	ok(phrases.phrases == 5 && numbers[0] == numbers[4],
	   "what is added twice has one number");
	ok(phrases_tell(&phrases, &memory, hear, &told) == PHRASES_OK &&
	       told.next == 5 && told.wrong == 0,
	   "phrases are told again");
	free(block);
	for (left = 0; left < 20; left++)
	{
		long now = left;
		PhrasesStatus status = compile_list(list, NULL, 6, numbers, &phrases,
		                                    &block, &size, &now);

		failed += status == PHRASES_NO_MEMORY;
		done += status == PHRASES_OK;
		free(block);
	}
	ok(failed > 3 && failed + done == 20, "%d times there is no memory",
	   failed);
}

int
main(void)
{
	test_words();
	for (uint64_t seed = 1; seed <= 4; seed++)
	{
		test_list(10, 3, 6, 400, seed);
		test_list(200, 4, 8, 200, seed + 10);
		test_list(1000, 30, 4, 60, seed + 20);
	}
	test_list(10000, 3000, 6, 20, 5);
	test_list(10000, 10, 8, 10, 6);
	test_list(100000, 6000, 7, 4, 7);
	test_list(300, 12, 2, 100, 8);
	test_list(3000, 40, 3, 60, 9);
	test_list(30, 400, 1, 100, 10);
	test_nested();
	test_refused();
	test_damage();
	test_filter();
	test_told();
	return done_testing();
}
