/*
 * textcluster_test.c
 *	  Clusters of messages: matters are found again, two texts are joined just
 *	  if a plain model of their similarity says so, the order of messages does
 *	  not matter, copies, what is common to a cluster, limits, lack of memory.
 */
#include "core/textcluster.h"

#include <math.h>
#include <stdlib.h>

#include "textcluster_memory.h"
#include "textcluster_texts.h"

#define MATTERS  30
#define MESSAGES 600

static uint64_t seed = 82;
static TestMemory counter = {-1, 0, 0};
static const TextclusterMemory memory = {test_resize, test_poll, &counter};

typedef struct Given
{
	char bytes[TEXT_BYTES];
	size_t len;
	int matter; /* -1: one of its own */
	uint32_t cluster;
	double central;
} Given;

static Given given[MESSAGES];

static void
make_messages(void)
{
	for (int i = 0; i < MESSAGES; i++)
	{
		bool alone = i % 3 == 0;

		given[i].matter = alone ? -1 : (int) (next_random(&seed) % MATTERS);
		given[i].len = make_message(
		    &seed, alone ? 1000 + (uint64_t) i : (uint64_t) given[i].matter,
		    given[i].bytes);
	}
}

static TextclusterStatus
find_clusters(const TextclusterOptions *options, const int *order)
{
	Textcluster tc;
	TextclusterStatus status = TEXTCLUSTER_OK;

	textcluster_begin(&tc, &memory, options);
	for (int i = 0; i < MESSAGES && status == TEXTCLUSTER_OK; i++)
	{
		const Given *g = &given[order[i]];
		char *exact = malloc(g->len > 0 ? g->len : 1);

		memcpy(exact, g->bytes, g->len);
		status = textcluster_add(&tc, exact, g->len);
		free(exact);
	}
	if (status == TEXTCLUSTER_OK)
		status = textcluster_run(&tc);
	for (int i = 0; i < MESSAGES && status == TEXTCLUSTER_OK; i++)
	{
		Given *g = &given[order[i]];

		g->cluster = textcluster_of(&tc, (size_t) i, &g->central);
	}
	textcluster_free(&tc);
	return status;
}

static void
test_matters(void)
{
	TextclusterOptions options;
	static Given before[MESSAGES];
	int order[MESSAGES];
	int joined = 0;
	int right = 0;
	int wrong = 0;
	int moved = 0;

	make_messages();
	textcluster_default_options(&options);
	for (int i = 0; i < MESSAGES; i++)
		order[i] = i;
	ok(find_clusters(&options, order) == TEXTCLUSTER_OK, "600 messages");
	for (int i = 0; i < MESSAGES; i++)
		for (int j = 0; j < i; j++)
		{
			bool same =
			    given[i].matter >= 0 && given[i].matter == given[j].matter;
			bool found =
			    given[i].cluster != 0 && given[i].cluster == given[j].cluster;

			joined += same;
			right += same && found;
			wrong += !same && found;
		}
	ok(right > joined * 0.9, "of %d pairs of one matter %d were found", joined,
	   right);
	ok(wrong < joined * 0.02, "and %d that are not", wrong);
	ok(counter.live == 0, "all memory is given back");
	memcpy(before, given, sizeof(given));
	for (int round = 0; round < 5; round++)
	{
		for (int i = MESSAGES - 1; i > 0; i--)
		{
			int j = (int) (next_random(&seed) % (uint64_t) (i + 1));
			int swap = order[i];

			order[i] = order[j];
			order[j] = swap;
		}
		find_clusters(&options, order);
		for (int i = 0; i < MESSAGES; i++)
			moved += given[i].cluster != before[i].cluster ||
			         given[i].central != before[i].central;
	}
	ok(moved == 0, "their order does not matter (%d times it did)", moved);
	options.pairs = 100;
	ok(find_clusters(&options, order) == TEXTCLUSTER_OK,
	   "few pairs: the most similar ones");
	memcpy(before, given, sizeof(given));
	moved = 0;
	for (int i = 0; i < MESSAGES; i++)
		order[i] = MESSAGES - 1 - i;
	find_clusters(&options, order);
	for (int i = 0; i < MESSAGES; i++)
		moved += given[i].cluster != before[i].cluster;
	ok(moved == 0, "in whatever order they come");
	textcluster_default_options(&options);
	options.grams = 1000;
	ok(find_clusters(&options, order) == TEXTCLUSTER_TOO_LARGE,
	   "more grams than allowed");
}

/* The cosine of two texts without a head, by the header's formula */
typedef struct Vector
{
	char gram[400][12];
	double times[400];
	int n;
} Vector;

static void
make_vector(const char *text, int characters, int head, Vector *v)
{
	v->n = 0;
	for (int size = 2; size <= 3; size++)
		for (int i = 0; i + size <= characters; i++)
		{
			char gram[12] = {0};
			int k = 0;

			memcpy(gram, text + 3 * i, (size_t) size * 3);
			while (k < v->n && memcmp(v->gram[k], gram, 12) != 0)
				k++;
			if (k == v->n)
			{
				memcpy(v->gram[k], gram, 12);
				v->times[v->n++] = 0;
			}
			v->times[k] += i + size <= head ? 5 : 1;
		}
}

static double
model_cosine(const Vector *a, const Vector *b)
{
	double dot = 0;
	double squares[2] = {0, 0};

	for (int t = 0; t < 2; t++)
	{
		const Vector *x = t == 0 ? a : b;
		const Vector *y = t == 0 ? b : a;

		for (int i = 0; i < x->n; i++)
		{
			double weight = 1 + log(x->times[i]);
			int k = 0;

			while (k < y->n && memcmp(y->gram[k], x->gram[i], 12) != 0)
				k++;
			if (k < y->n && t == 0)
				dot += weight * log(3.0 / 2) * (1 + log(y->times[k])) *
				       log(3.0 / 2);
			weight *= k < y->n ? log(3.0 / 2) : log(3.0);
			squares[t] += weight * weight;
		}
	}
	return dot / sqrt(squares[0] * squares[1]);
}

static void
test_cosine(void)
{
	static Vector va;
	static Vector vb;
	int wrong = 0;
	int joined = 0;

	for (int round = 0; round < 1000; round++)
	{
		int n[2];
		char text[2][300];
		TextclusterOptions options;
		Textcluster tc;
		double cosine;
		double central;
		bool expected;

		for (int t = 0; t < 2; t++)
		{
			n[t] = 2 + (int) (next_random(&seed) % 60);
			for (int i = 0; i < n[t]; i++)
				put_character(text[t] + 3 * i,
				              0x5000 + (uint32_t) (next_random(&seed) % 6));
		}
		make_vector(text[0], n[0], n[0] < 30 ? n[0] : 30, &va);
		make_vector(text[1], n[1], n[1] < 30 ? n[1] : 30, &vb);
		cosine = model_cosine(&va, &vb);
		textcluster_default_options(&options);
		options.least = 0.1;
		if (fabs(cosine - options.least) < 0.002)
			continue;
		expected = cosine > options.least;
		textcluster_begin(&tc, &memory, &options);
		textcluster_add(&tc, text[0], (size_t) n[0] * 3);
		textcluster_add(&tc, text[1], (size_t) n[1] * 3);
		textcluster_run(&tc);
		if ((textcluster_of(&tc, 0, &central) != 0) != expected ||
		    (expected && fabs(central - cosine) > 0.002))
			wrong++;
		joined += expected;
		textcluster_free(&tc);
	}
	ok(wrong == 0 && joined > 50,
	   "two texts are joined by their cosine, %d of 1000 (%d wrong)", joined,
	   wrong);
}

static void
add(Textcluster *tc, const char *text)
{
	textcluster_add(tc, text, strlen(text));
}

static void
test_copies(void)
{
	TextclusterOptions options;
	Textcluster tc;
	double central;

	textcluster_default_options(&options);
	textcluster_begin(&tc, &memory, &options);
	add(&tc, "学校门口没有斑马线");
	add(&tc, "");
	add(&tc, " 学校门口没有斑马线！？");
	add(&tc, "");
	add(&tc, "！！");
	add(&tc, "！！");
	add(&tc, "灯");
	add(&tc, "灯");
	add(&tc, "\xFF\xFF");
	ok(textcluster_run(&tc) == TEXTCLUSTER_OK && tc.clusters == 2 &&
	       textcluster_of(&tc, 0, &central) != 0 &&
	       textcluster_of(&tc, 0, &central) ==
	           textcluster_of(&tc, 2, &central) &&
	       central == 1,
	   "copies are one matter, whatever their marks");
	ok(textcluster_of(&tc, 6, &central) == textcluster_of(&tc, 7, &central) &&
	       textcluster_of(&tc, 6, &central) !=
	           textcluster_of(&tc, 0, &central),
	   "of one character too");
	ok(textcluster_of(&tc, 1, &central) == 0 &&
	       textcluster_of(&tc, 3, &central) == 0 &&
	       textcluster_of(&tc, 4, &central) == 0 &&
	       textcluster_of(&tc, 5, &central) == 0 &&
	       textcluster_of(&tc, 8, &central) == 0,
	   "who says nothing agrees with nobody");
	textcluster_free(&tc);
	textcluster_begin(&tc, &memory, &options);
	ok(textcluster_run(&tc) == TEXTCLUSTER_OK && tc.clusters == 0,
	   "no messages");
	textcluster_free(&tc);
	ok(counter.live == 0, "all memory is given back");
}

static void
test_phrases(void)
{
	static const char *const texts[] = {
	    "丽景花园搅拌站粉尘很大\n白天晚上都开工",
	    "投诉丽景花园旁边的搅拌站\n孩子咳嗽",
	    "丽景花园,搅拌站什么时候搬走\n粉尘太多", "地铁口没有自行车位",
	    "图书馆周一不开门"};
	TextclusterOptions options;
	TextclusterPhrase phrases[5];
	Textcluster tc;
	double central;
	uint32_t cluster;
	char found[100] = "";
	int n;

	textcluster_default_options(&options);
	textcluster_begin(&tc, &memory, &options);
	for (int i = 0; i < 5; i++)
		add(&tc, texts[i]);
	textcluster_run(&tc);
	cluster = textcluster_of(&tc, 0, &central);
	n = textcluster_phrases(&tc, cluster, texts[0], strlen(texts[0]), phrases,
	                        5);
	for (int i = 0; i < n; i++)
	{
		strncat(found, texts[0] + phrases[i].from,
		        phrases[i].to - phrases[i].from);
		strcat(found, " ");
	}
	ok(strcmp(found, "丽景花园 搅拌站 粉尘 ") == 0, "what is common: %s",
	   found);
	ok(textcluster_phrases(&tc, cluster, texts[0], strlen(texts[0]), phrases,
	                       1) == 1,
	   "no more than asked for");
	ok(textcluster_phrases(&tc, 0, texts[3], strlen(texts[3]), phrases, 5) ==
	           0 &&
	       textcluster_phrases(&tc, 99, texts[3], strlen(texts[3]), phrases,
	                           5) == 0,
	   "of no cluster nothing");
	textcluster_free(&tc);
}

static void
test_memory(void)
{
	TextclusterOptions options;
	TextclusterStatus status = TEXTCLUSTER_NO_MEMORY;
	int order[MESSAGES];
	int refused = 0;
	bool clean = true;

	textcluster_default_options(&options);
	for (int i = 0; i < MESSAGES; i++)
		order[i] = i;
	for (long left = 0; status != TEXTCLUSTER_OK && left < 2000; left++)
	{
		counter.left = left;
		status = find_clusters(&options, order);
		refused += status == TEXTCLUSTER_NO_MEMORY;
		clean = clean && counter.live == 0;
	}
	counter.left = -1;
	ok(status == TEXTCLUSTER_OK && refused > 30 && clean,
	   "out of memory at any of %d allocations", refused);
	ok(counter.polls > 0, "polled");
}

int
main(void)
{
	test_matters();
	test_cosine();
	test_copies();
	test_phrases();
	test_memory();
	return done_testing();
}
