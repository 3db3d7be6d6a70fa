/*
 * textcluster_link_test.c
 *	  Average link: random lists of pairs against a model that looks at all
 *	  clusters each time, the order of the list, cliques and chains, lack of
 *	  memory.
 */
#include "core/textcluster_link.h"

#include <stdlib.h>

#include "tap.h"
#include "textcluster_memory.h"

#define MOST 40

static uint64_t seed = 81;
static TestMemory counter = {-1, 0, 0};
static const TextclusterMemory memory = {test_resize, test_poll, &counter};

/* Join the two clusters of the highest mean, as long as there are any. */
static void
model_link(int items, const TextclusterPair *pairs, size_t n, double least,
           int *cluster)
{
	static double between[MOST][MOST];
	int size[MOST];

	memset(between, 0, sizeof(between));
	for (int i = 0; i < items; i++)
	{
		cluster[i] = i;
		size[i] = 1;
	}
	for (size_t i = 0; i < n; i++)
		between[pairs[i].a][pairs[i].b] = between[pairs[i].b][pairs[i].a] =
		    pairs[i].similarity;
	for (;;)
	{
		double best = 0;
		int a = -1;
		int b = -1;

		for (int i = 0; i < items; i++)
			for (int j = 0; j < i; j++)
				if (size[i] > 0 && size[j] > 0 &&
				    between[i][j] / (size[i] * size[j]) > best)
				{
					best = between[i][j] / (size[i] * size[j]);
					a = i;
					b = j;
				}
		if (a < 0 || best < least)
			return;
		for (int i = 0; i < items; i++)
		{
			between[a][i] += between[b][i];
			between[i][a] = between[a][i];
			if (cluster[i] == b)
				cluster[i] = a;
		}
		between[a][a] = 0;
		size[a] += size[b];
		size[b] = 0;
	}
}

static size_t
random_pairs(int items, int of_100, TextclusterPair *pairs)
{
	size_t n = 0;

	for (int i = 0; i < items; i++)
		for (int j = 0; j < i; j++)
			if ((int) (next_random(&seed) % 100) < of_100)
			{
				bool turned = next_random(&seed) % 2 == 0;

				/* no two means are the same, so that there is one answer */
				pairs[n++] = (TextclusterPair){
				    (uint32_t) (turned ? i : j), (uint32_t) (turned ? j : i),
				    1 + (uint32_t) (next_random(&seed) % 200000000)};
			}
	return n;
}

static bool
same_clusters(int items, const uint32_t *a, const int *b)
{
	for (int i = 0; i < items; i++)
		for (int j = 0; j < i; j++)
			if ((a[i] == a[j]) != (b[i] == b[j]))
				return false;
	return true;
}

static void
test_model(void)
{
	static TextclusterPair pairs[MOST * MOST];
	uint32_t got[MOST];
	uint32_t again[MOST];
	int expected[MOST];
	int wrong = 0;
	int joined = 0;
	int moved = 0;

	for (int round = 0; round < 3000; round++)
	{
		int items = 1 + (int) (next_random(&seed) % MOST);
		size_t n =
		    random_pairs(items, (int) (next_random(&seed) % 101), pairs);
		double least = (double) (next_random(&seed) % 150000000);

		if (least == 0)
			least = 1;
		if (textcluster_link(&memory, (uint32_t) items, pairs, n, least,
		                     got) != TEXTCLUSTER_OK)
			wrong++;
		model_link(items, pairs, n, least, expected);
		wrong += !same_clusters(items, got, expected);
		for (int i = 0; i < items; i++)
			joined += got[i] != (uint32_t) i;
		for (size_t i = n; i > 1; i--)
		{
			size_t j = next_random(&seed) % i;
			TextclusterPair pair = pairs[j];

			pairs[j] = pairs[i - 1];
			pairs[i - 1] = pair;
		}
		textcluster_link(&memory, (uint32_t) items, pairs, n, least, again);
		moved += memcmp(got, again, (size_t) items * sizeof(*got)) != 0;
	}
	ok(wrong == 0, "3000 lists of pairs, as a model joins them (%d not)",
	   wrong);
	ok(joined > 10000, "%d items were joined", joined);
	ok(moved == 0, "the order of the list does not matter (%d times it did)",
	   moved);
}

static void
test_shapes(void)
{
	TextclusterPair pairs[MOST * MOST];
	uint32_t got[MOST];
	size_t n = 0;
	int links = 0;

	for (uint32_t i = 1; i < MOST; i++)
		pairs[n++] = (TextclusterPair){i - 1, i, 100};
	textcluster_link(&memory, MOST, pairs, n, 60, got);
	for (int i = 1; i < MOST; i++)
		links += got[i] == got[i - 1];
	ok(links <= MOST / 2, "a chain does not hold: %d links of %d", links,
	   MOST - 1);
	n = 0;
	for (uint32_t i = 0; i < MOST; i++)
		for (uint32_t j = 0; j < i; j++)
			pairs[n++] = (TextclusterPair){i, j, 100};
	textcluster_link(&memory, MOST, pairs, n, 100, got);
	links = 0;
	for (int i = 0; i < MOST; i++)
		links += got[i] == got[0];
	ok(links == MOST, "all that are as similar are one");
	textcluster_link(&memory, MOST, pairs, n, 100.5, got);
	links = 0;
	for (int i = 0; i < MOST; i++)
		links += got[i] == (uint32_t) i;
	ok(links == MOST, "or none, if that is not enough");
	ok(textcluster_link(&memory, 0, NULL, 0, 1, got) == TEXTCLUSTER_OK &&
	       textcluster_link(&memory, 3, NULL, 0, 1, got) == TEXTCLUSTER_OK &&
	       got[0] == 0 && got[2] == 2,
	   "nothing to join");
}

static void
test_memory(void)
{
	TextclusterPair pairs[MOST * MOST];
	uint32_t got[MOST];
	size_t n = random_pairs(MOST, 60, pairs);
	TextclusterStatus status = TEXTCLUSTER_NO_MEMORY;
	int refused = 0;

	for (long left = 0; status != TEXTCLUSTER_OK && left < 100; left++)
	{
		counter.left = left;
		status = textcluster_link(&memory, MOST, pairs, n, 1000, got);
		if (status == TEXTCLUSTER_NO_MEMORY)
			refused++;
	}
	counter.left = -1;
	ok(status == TEXTCLUSTER_OK && refused > 3,
	   "out of memory at any of %d allocations", refused);
	ok(counter.live == 0, "all of it is given back");
}

int
main(void)
{
	test_model();
	test_shapes();
	test_memory();
	return done_testing();
}
