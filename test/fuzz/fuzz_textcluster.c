/*
 * fuzz_textcluster.c
 *	  Any bytes as messages, divided by NUL, with options and lack of memory
 *	  as the first bytes tell: the clusters of the messages do not depend on
 *	  their order, and phrases lie in their text.
 */
#include "core/textcluster.h"

#include "../unit/textcluster_memory.h"
#include "fuzz.h"

#define MOST 64

typedef struct Piece
{
	const uint8_t *at;
	size_t len;
} Piece;

static TestMemory counter = {-1, 0, 0};
static const TextclusterMemory memory = {test_resize, test_poll, &counter};

static TextclusterStatus
cluster_pieces(const TextclusterOptions *options, const Piece *pieces, int n,
               bool backwards, uint32_t *clusters, double *central)
{
	Textcluster tc;
	TextclusterStatus status = TEXTCLUSTER_OK;

	textcluster_begin(&tc, &memory, options);
	for (int i = 0; i < n && status == TEXTCLUSTER_OK; i++)
	{
		const Piece *p = &pieces[backwards ? n - 1 - i : i];
		char *text = malloc(p->len > 0 ? p->len : 1);

		memcpy(text, p->at, p->len);
		status = textcluster_add(&tc, text, p->len);
		free(text);
	}
	if (status == TEXTCLUSTER_OK)
		status = textcluster_run(&tc);
	for (int i = 0; i < n && status == TEXTCLUSTER_OK; i++)
	{
		int k = backwards ? n - 1 - i : i;
		TextclusterPhrase phrases[4];
		int found;

		clusters[k] = textcluster_of(&tc, (size_t) i, &central[k]);
		REQUIRE(clusters[k] <= tc.clusters);
		REQUIRE(central[k] >= 0 && central[k] < 1.1);
		found =
		    textcluster_phrases(&tc, clusters[k], (const char *) pieces[k].at,
		                        pieces[k].len, phrases, 4);
		for (int f = 0; f < found; f++)
			REQUIRE(phrases[f].from < phrases[f].to &&
			        phrases[f].to <= pieces[k].len &&
			        (f == 0 || phrases[f].says <= phrases[f - 1].says));
	}
	textcluster_free(&tc);
	REQUIRE(counter.live == 0);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TextclusterOptions options;
	Piece pieces[MOST];
	uint32_t clusters[2][MOST];
	double central[2][MOST];
	size_t at = 4;
	int n = 0;

	if (size < 4)
		return 0;
	textcluster_default_options(&options);
	options.least = (1 + data[0]) / 256.0;
	options.pairs = data[1];
	options.characters = 1 + (uint32_t) data[2];
	counter.left = data[3] >= 128 ? data[3] - 128 : -1;
	while (at < size && n < MOST)
	{
		const uint8_t *end = memchr(data + at, 0, size - at);
		size_t len = end == NULL ? size - at : (size_t) (end - data) - at;

		pieces[n++] = (Piece){data + at, len};
		at += len + 1;
	}
	if (cluster_pieces(&options, pieces, n, false, clusters[0], central[0]) ==
	        TEXTCLUSTER_OK &&
	    counter.left < 0)
	{
		REQUIRE(cluster_pieces(&options, pieces, n, true, clusters[1],
		                       central[1]) == TEXTCLUSTER_OK);
		for (int i = 0; i < n; i++)
			REQUIRE(clusters[0][i] == clusters[1][i] &&
			        central[0][i] == central[1][i]);
	}
	counter.left = -1;
	return 0;
}
