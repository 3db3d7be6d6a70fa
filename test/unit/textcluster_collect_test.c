/*
 * textcluster_collect_test.c
 *	  What is collected: grams of a text and how often they occur, against a
 *	  plain count; heads; distinct texts; bounds.
 */
#include "core/textcluster_parts.h"

#include <stdlib.h>

#include "textcluster_memory.h"
#include "textcluster_texts.h"

static uint64_t seed = 83;
static TestMemory counter = {-1, 0, 0};
static const TextclusterMemory memory = {test_resize, test_poll, &counter};

static void
begin(Textcluster *tc)
{
	TextclusterOptions options;

	textcluster_default_options(&options);
	options.head_times = 5;
	textcluster_begin(tc, &memory, &options);
}

/* How often a gram counts in the first text; 0 if it is not there */
static int
count_of(const Textcluster *tc, const char *gram)
{
	TextclusterReader r = {.text = gram, .len = strlen(gram)};
	const TextclusterText *text = textcluster_text(tc, 0);
	uint32_t slot;

	while (r.at < r.len)
		textcluster_read_on(&r);
	slot = *textcluster_slot(tc, r.run < 3 ? textcluster_two(&r)
	                                       : textcluster_three(&r));
	for (uint32_t i = 0; slot > 0 && i < text->n; i++)
		if (((uint32_t *) tc->ids.at)[text->grams + i] == slot - 1)
			return ((uint8_t *) tc->counts.at)[text->grams + i];
	return 0;
}

static void
test_counts(void)
{
	Textcluster tc;
	const char *text = "路灯坏\n路灯不亮，路 灯路灯";

	begin(&tc);
	textcluster_add(&tc, text, strlen(text));
	ok(count_of(&tc, "路灯") == 5 + 1 + 1, "a pair in the head and the rest");
	ok(count_of(&tc, "灯坏") == 5 && count_of(&tc, "路灯坏") == 5 &&
	       count_of(&tc, "灯不亮") == 1,
	   "triples");
	ok(count_of(&tc, "坏路") == 0 && count_of(&tc, "亮路") == 0 &&
	       count_of(&tc, "灯路") == 1,
	   "nothing over a break");
	ok(textcluster_text(&tc, 0)->n == 9, "no others: %u",
	   textcluster_text(&tc, 0)->n);
	textcluster_free(&tc);
	ok(counter.live == 0, "given back");
}

static void
test_heads(void)
{
	Textcluster tc;
	char text[1000];
	size_t n = 0;

	/* 100 different characters without a line: the first 30 count more */
	for (uint32_t i = 0; i < 100; i++)
		n += put_character(text + n, 0x4E00 + i);
	begin(&tc);
	textcluster_add(&tc, text, n);
	text[n] = '\0';
	{
		char in[7] = {0};
		char out[7] = {0};

		memcpy(in, text + 28 * 3, 6);
		memcpy(out, text + 29 * 3, 6);
		ok(count_of(&tc, in) == 5 && count_of(&tc, out) == 1,
		   "the first thirty characters are the head");
	}
	textcluster_free(&tc);
	begin(&tc);
	memcpy(text + 60 * 3, "\n", 1);
	textcluster_add(&tc, text, n);
	{
		char in[7] = {0};

		memcpy(in, text + 50 * 3, 6);
		ok(count_of(&tc, in) == 5, "a first line of sixty is, all of it");
	}
	textcluster_free(&tc);
	begin(&tc);
	textcluster_add(&tc, "\n \n路灯\n不亮", strlen("\n \n路灯\n不亮"));
	ok(count_of(&tc, "路灯") == 5 && count_of(&tc, "不亮") == 1,
	   "empty lines before it are none");
	textcluster_free(&tc);
}

/* The grams of random texts are as many as a plain count finds. */
static void
test_random(void)
{
	int wrong = 0;

	for (int round = 0; round < 500; round++)
	{
		static uint64_t seen[3000];
		char text[3000];
		uint32_t characters[600];
		int n = (int) (next_random(&seed) % 600);
		uint32_t distinct = 0;
		size_t len = 0;
		Textcluster tc;

		for (int i = 0; i < n; i++)
		{
			characters[i] =
			    next_random(&seed) % 10 == 0
			        ? ' '
			        : 0x4E00 + (uint32_t) (next_random(&seed) % 20);
			if (characters[i] == ' ')
				text[len++] = ' ';
			else
				len += put_character(text + len, characters[i]);
		}
		for (int size = 2; size <= 3; size++)
			for (int i = 0; i + size <= n; i++)
			{
				uint64_t gram = 0;
				uint32_t k = 0;
				bool broken = false;

				for (int j = 0; j < size; j++)
				{
					broken = broken || characters[i + j] == ' ';
					gram = gram << 21 | characters[i + j];
				}
				while (k < distinct && seen[k] != gram)
					k++;
				if (k == distinct && !broken)
					seen[distinct++] = gram;
			}
		begin(&tc);
		textcluster_add(&tc, text, len);
		wrong += textcluster_text(&tc, 0)->n != distinct ||
		         tc.ids.used != distinct || tc.hashes.used != distinct;
		textcluster_free(&tc);
	}
	ok(wrong == 0, "500 random texts have the grams they have (%d have not)",
	   wrong);
}

static void
test_many(void)
{
	Textcluster tc;
	int n = 5000;
	int wrong = 0;

	begin(&tc);
	for (int i = 0; i < n; i++)
	{
		char text[40];
		int len = snprintf(text, sizeof(text), "no%dof%d", i % 1700, i % 1700);

		wrong += textcluster_add(&tc, text, (size_t) len) != TEXTCLUSTER_OK;
	}
	for (int i = 0; i < n; i++)
		wrong += ((uint32_t *) tc.messages.at)[i] != (uint32_t) (i % 1700);
	ok(wrong == 0 && tc.texts.used == 1700 && tc.messages.used == 5000,
	   "5000 messages, 1700 texts");
	textcluster_free(&tc);
	begin(&tc);
	tc.options.characters = 10;
	textcluster_add(&tc, "abcdefghijKLM", 13);
	ok(textcluster_text(&tc, 0)->n == 9 + 8 &&
	       textcluster_text(&tc, 0)->said == 10,
	   "no more than the first characters are read");
	textcluster_free(&tc);
}

int
main(void)
{
	test_counts();
	test_heads();
	test_random();
	test_many();
	return done_testing();
}
