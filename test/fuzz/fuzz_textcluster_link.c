/*
 * fuzz_textcluster_link.c
 *	  Any list of pairs: the clusters are a partition, none of two or more has
 *	  a mean similarity below the least, and no two of them could be joined.
 */
#include "core/textcluster_link.h"

#include "../unit/textcluster_memory.h"
#include "fuzz.h"

#define ITEMS 24

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static TestMemory counter = {-1, 0, 0};
	static const TextclusterMemory memory = {test_resize, test_poll, &counter};
	static double between[ITEMS][ITEMS];
	TextclusterPair pairs[ITEMS * ITEMS];
	uint32_t cluster[ITEMS];
	int count[ITEMS] = {0};
	double least;
	size_t n = 0;

	if (size < 1)
		return 0;
	least = 1 + data[0] * 100.0;
	memset(between, 0, sizeof(between));
	for (size_t i = 1; i + 3 < size; i += 4)
	{
		uint32_t a = data[i] % ITEMS;
		uint32_t b = data[i + 1] % ITEMS;
		uint32_t similarity = 1 + data[i + 2] * 256u + data[i + 3];

		if (a == b || between[a][b] > 0)
			continue;
		between[a][b] = between[b][a] = similarity;
		pairs[n++] = (TextclusterPair){a, b, similarity};
	}
	REQUIRE(textcluster_link(&memory, ITEMS, pairs, n, least, cluster) ==
	        TEXTCLUSTER_OK);
	REQUIRE(counter.live == 0);
	for (int i = 0; i < ITEMS; i++)
	{
		REQUIRE(cluster[i] < ITEMS && cluster[cluster[i]] == cluster[i]);
		count[cluster[i]]++;
	}
	for (uint32_t c = 0; c < ITEMS; c++)
		for (uint32_t d = 0; d < c; d++)
		{
			double sum = 0;

			for (int i = 0; i < ITEMS; i++)
				for (int j = 0; j < ITEMS; j++)
					if (cluster[i] == c && cluster[j] == d)
						sum += between[i][j];
			REQUIRE(count[c] == 0 || count[d] == 0 ||
			        sum / ((double) count[c] * (double) count[d]) < least);
		}
	for (uint32_t c = 0; c < ITEMS; c++)
	{
		double sum = 0;

		for (int i = 0; i < ITEMS; i++)
			for (int j = 0; j < i; j++)
				if (cluster[i] == c && cluster[j] == c)
					sum += between[i][j];
		/* each join added pairs of at least that mean */
		REQUIRE(count[c] < 2 ||
		        sum >= least * 0.999999 * count[c] * (count[c] - 1) / 2);
	}
	return 0;
}
