/*
 * textcluster.c
 *	  Which of many messages speak of one matter; see textcluster.h.
 *
 * Texts are numbered as they come and by "rank", their place in the order of
 * their keys, which depends on what is in them alone.
 */
#include "textcluster_parts.h"

#include <math.h>
#include <string.h>

#include "textcluster_link.h"

#define WEIGHT_ONE   16384 /* the length of a vector: its square is ONE */
#define SPREAD_LEAST 128
#define PHRASE_MOST  16 /* characters */
#define MOST_PHRASES 64 /* that are compared */

/* Clustering */

static bool
comes_before(const Textcluster *tc, uint32_t a, uint32_t b)
{
	const TextclusterText *x = textcluster_text(tc, a);
	const TextclusterText *y = textcluster_text(tc, b);

	return x->key[0] != y->key[0] ? x->key[0] < y->key[0]
	                              : x->key[1] < y->key[1];
}

/* The texts in the order of their keys: a heap sort */
static void
order_texts(const Textcluster *tc, uint32_t *order, uint32_t n)
{
	uint32_t top = n / 2;
	uint32_t end = n;
	uint32_t i;

	for (i = 0; i < n; i++)
		order[i] = i;
	while (end > 1)
	{
		uint32_t moved;
		uint32_t at;

		if (top > 0)
			moved = order[at = --top];
		else
		{
			moved = order[--end];
			order[end] = order[at = 0];
		}
		for (;;)
		{
			uint32_t child = 2 * at + 1;

			if (child >= end)
				break;
			if (child + 1 < end &&
			    comes_before(tc, order[child], order[child + 1]))
				child++;
			if (!comes_before(tc, moved, order[child]))
				break;
			order[at] = order[child];
			at = child;
		}
		order[at] = moved;
	}
}

/* How many texts may have a gram that says something */
static double
most_spread(const Textcluster *tc)
{
	double most = tc->options.common * (double) tc->texts.used;

	return most < SPREAD_LEAST ? SPREAD_LEAST : most;
}

/* Weights of the grams, so that the length of a text's vector is WEIGHT_ONE */
static bool
weigh(Textcluster *tc)
{
	const uint32_t *ids = tc->ids.at;
	const uint32_t *spread = tc->spread.at;
	const uint8_t *counts = tc->counts.at;
	double texts = (double) tc->texts.used;
	double most = most_spread(tc);
	uint16_t *weights;
	size_t t;

	if (!textcluster_extend(tc, &tc->weights, sizeof(uint16_t), tc->ids.used))
		return false;
	weights = tc->weights.at;
	for (t = 0; t < tc->texts.used; t++)
	{
		const TextclusterText *text = textcluster_text(tc, t);
		size_t end = text->grams + text->n;
		uint64_t squares = 0;
		size_t i;
		int pass;

		if (t % TEXTCLUSTER_POLL_EVERY == 0)
			textcluster_poll(tc);
		/* whole numbers add up to the same in any order */
		for (pass = 0; pass < 2; pass++)
		{
			double length = sqrt((double) squares);

			for (i = text->grams; i < end; i++)
			{
				uint32_t has = spread[ids[i]];
				uint64_t weight;

				weights[i] = 0;
				if (has > most || (pass == 1 && has < 2))
					continue;
				weight = (uint64_t) (1024 * (1 + log((double) counts[i])) *
				                         log((texts + 1) / has) +
				                     0.5);
				squares += pass == 0 ? weight * weight : 0;
				if (pass == 1 && length > 0)
					weights[i] =
					    (uint16_t) ((double) weight * WEIGHT_ONE / length +
					                0.5);
			}
		}
	}
	return true;
}

typedef struct Pairing
{
	TextclusterPair *pairs;
	size_t n;
	size_t room;
	uint32_t floor; /* what is not above it counts as not similar */
} Pairing;

/* Raise the floor until no more than most are left. */
static void
thin_out(Pairing *p, uint64_t most)
{
	while (p->n > most)
	{
		uint32_t low = p->floor;
		uint32_t high = (uint32_t) TEXTCLUSTER_ONE * 2;
		size_t kept = 0;
		size_t i;

		/* the least floor that leaves so many */
		while (low + 1 < high)
		{
			uint32_t middle = low + (high - low) / 2;
			size_t above = 0;

			for (i = 0; i < p->n; i++)
				above += p->pairs[i].similarity > middle;
			if (above > most)
				low = middle;
			else
				high = middle;
		}
		p->floor = high;
		for (i = 0; i < p->n; i++)
			if (p->pairs[i].similarity > p->floor)
				p->pairs[kept++] = p->pairs[i];
		p->n = kept;
	}
}

static bool
add_pair(Textcluster *tc, Pairing *p, uint32_t a, uint32_t b,
         uint32_t similarity)
{
	if (p->n == p->room)
	{
		uint64_t most = tc->options.pairs > 0 ? tc->options.pairs : 1;
		size_t room = p->room == 0 ? 4096 : p->room * 2;
		TextclusterPair *pairs;

		if (room > 2 * most)
			room = (size_t) (2 * most);
		if (p->n >= room)
		{
			thin_out(p, most);
			if (similarity <= p->floor)
				return true;
		}
		else
		{
			pairs = tc->memory.resize(tc->memory.context, p->pairs,
			                          room * sizeof(*pairs));
			if (pairs == NULL)
				return false;
			p->pairs = pairs;
			p->room = room;
		}
	}
	p->pairs[p->n++] = (TextclusterPair){a, b, similarity};
	return true;
}

/* What has each gram so far: ranks of texts, and the gram's weight there */
typedef struct Postings
{
	size_t *starts; /* of the grams; after the last, the end */
	uint32_t *used; /* of each */
	uint32_t *ranks;
	uint16_t *weights;
	uint32_t *sums;    /* of each text, of what it shares with this one */
	uint32_t *touched; /* those whose sum is not zero */
} Postings;

static bool
begin_postings(Textcluster *tc, Postings *p)
{
	const uint32_t *ids = tc->ids.at;
	const uint16_t *weights = tc->weights.at;
	size_t grams = tc->hashes.used;
	size_t i;

	p->starts = textcluster_take(tc, grams + 1, sizeof(*p->starts));
	p->used = textcluster_take(tc, grams, sizeof(*p->used));
	if (p->starts == NULL || p->used == NULL)
		return false;
	memset(p->starts, 0, (grams + 1) * sizeof(*p->starts));
	memset(p->used, 0, grams * sizeof(*p->used));
	for (i = 0; i < tc->ids.used; i++)
		p->starts[ids[i] + 1] += weights[i] > 0;
	for (i = 0; i < grams; i++)
		p->starts[i + 1] += p->starts[i];
	p->ranks = textcluster_take(tc, p->starts[grams], sizeof(*p->ranks));
	p->weights = textcluster_take(tc, p->starts[grams], sizeof(*p->weights));
	p->sums = textcluster_take(tc, tc->texts.used, sizeof(*p->sums));
	p->touched = textcluster_take(tc, tc->texts.used, sizeof(*p->touched));
	if (p->ranks == NULL || p->weights == NULL || p->sums == NULL ||
	    p->touched == NULL)
		return false;
	memset(p->sums, 0, tc->texts.used * sizeof(*p->sums));
	return true;
}

static void
free_postings(Textcluster *tc, Postings *p)
{
	textcluster_give_back(tc, p->starts);
	textcluster_give_back(tc, p->used);
	textcluster_give_back(tc, p->ranks);
	textcluster_give_back(tc, p->weights);
	textcluster_give_back(tc, p->sums);
	textcluster_give_back(tc, p->touched);
}

/* Pair a text with those of lower rank that are similar. */
static bool
pair_text(Textcluster *tc, Postings *p, Pairing *pairing,
          const TextclusterText *text, uint32_t rank)
{
	const uint32_t *ids = tc->ids.at;
	const uint16_t *weights = tc->weights.at;
	uint32_t touched = 0;
	bool good = true;
	uint32_t i;

	for (i = 0; i < text->n; i++)
	{
		uint32_t id = ids[text->grams + i];
		uint32_t weight = weights[text->grams + i];
		size_t at = p->starts[id];
		size_t end = at + p->used[id];

		if (weight == 0)
			continue;
		for (; at < end; at++)
		{
			uint32_t *sum = &p->sums[p->ranks[at]];

			if (*sum == 0)
				p->touched[touched++] = p->ranks[at];
			*sum += weight * p->weights[at];
		}
		p->ranks[end] = rank;
		p->weights[end] = (uint16_t) weight;
		p->used[id]++;
	}
	for (i = 0; i < touched; i++)
	{
		uint32_t other = p->touched[i];

		if (p->sums[other] > pairing->floor)
			good = good && add_pair(tc, pairing, other, rank, p->sums[other]);
		p->sums[other] = 0;
	}
	return good;
}

/* Clusters of the texts by rank, as textcluster_link numbers them */
static TextclusterStatus
pair_and_link(Textcluster *tc, const uint32_t *order, uint32_t *cluster)
{
	double least = tc->options.least * (double) TEXTCLUSTER_ONE;
	Pairing pairing = {.floor = (uint32_t) (least / 4)};
	TextclusterStatus status = TEXTCLUSTER_NO_MEMORY;
	Postings postings = {0};
	uint32_t n = (uint32_t) tc->texts.used;
	bool good = begin_postings(tc, &postings);
	uint32_t i;

	for (i = 0; i < n && good; i++)
	{
		good = pair_text(tc, &postings, &pairing,
		                 textcluster_text(tc, order[i]), i);
		if (i % TEXTCLUSTER_POLL_EVERY == 0)
			textcluster_poll(tc);
	}
	free_postings(tc, &postings);
	if (good)
	{
		thin_out(&pairing, tc->options.pairs > 0 ? tc->options.pairs : 1);
		status = textcluster_link(&tc->memory, n, pairing.pairs, pairing.n,
		                          least, cluster);
	}
	textcluster_give_back(tc, pairing.pairs);
	return status;
}

/*
 * Number the clusters of more than one message by the first of their texts,
 * and put the texts of each together.  Items is room for as many as there are
 * texts.
 */
static bool
number_clusters(Textcluster *tc, const uint32_t *order,
                const uint32_t *cluster, uint32_t *items)
{
	uint32_t n = (uint32_t) tc->texts.used;
	uint32_t *starts;
	uint32_t i;

	memset(items, 0, n * sizeof(*items));
	for (i = 0; i < n; i++)
	{
		const TextclusterText *text = textcluster_text(tc, order[i]);

		/* who says nothing agrees with nobody */
		if (text->said > 0)
			items[cluster[i]] += text->copies;
	}
	/* messages become numbers, of those with two or more */
	for (i = 0; i < n; i++)
	{
		TextclusterText *text = textcluster_text(tc, order[i]);
		uint32_t root = cluster[i];

		if (text->said == 0 || items[root] < 2)
			continue;
		if ((items[root] & 0x80000000u) == 0)
			items[root] = 0x80000000u | ++tc->clusters;
		text->cluster = items[root] & 0x7FFFFFFFu;
	}
	tc->by_cluster = textcluster_take(tc, n, sizeof(uint32_t));
	tc->starts =
	    textcluster_take(tc, (size_t) tc->clusters + 2, sizeof(uint32_t));
	if (tc->by_cluster == NULL || tc->starts == NULL)
		return false;
	starts = tc->starts;
	memset(starts, 0, ((size_t) tc->clusters + 2) * sizeof(uint32_t));
	for (i = 0; i < n; i++)
		starts[textcluster_text(tc, i)->cluster + 1]++;
	for (i = 0; i <= tc->clusters; i++)
		starts[i + 1] += starts[i];
	/* items is where the next of each goes */
	for (i = 0; i <= tc->clusters; i++)
		items[i] = starts[i];
	for (i = 0; i < n; i++)
		tc->by_cluster[items[textcluster_text(tc, order[i])->cluster]++] =
		    order[i];
	return true;
}

/* How central each text is: the sum of all vectors of its cluster times its
 * own, without itself.  Sums is room for all grams, and zero. */
static void
find_centres(Textcluster *tc, uint64_t *sums)
{
	const uint32_t *ids = tc->ids.at;
	const uint16_t *weights = tc->weights.at;
	uint32_t c;

	for (c = 1; c <= tc->clusters; c++)
	{
		uint32_t from = tc->starts[c];
		uint32_t to = tc->starts[c + 1];
		int pass;

		if (c % TEXTCLUSTER_POLL_EVERY == 0)
			textcluster_poll(tc);
		/* add up, look, take away */
		for (pass = 0; pass < 3; pass++)
		{
			uint32_t t;

			for (t = from; t < to; t++)
			{
				TextclusterText *text =
				    textcluster_text(tc, tc->by_cluster[t]);
				size_t end = text->grams + text->n;
				uint64_t total = 0;
				size_t i;

				for (i = text->grams; i < end; i++)
					if (pass == 0)
						sums[ids[i]] += weights[i];
					else if (pass == 1)
						total += (sums[ids[i]] - weights[i]) * weights[i];
					else
						sums[ids[i]] = 0;
				if (pass == 1)
					text->central =
					    to - from < 2
					        ? 1
					        : (double) total /
					              ((double) TEXTCLUSTER_ONE * (to - from - 1));
			}
		}
	}
}

TextclusterStatus
textcluster_run(Textcluster *tc)
{
	uint32_t n = (uint32_t) tc->texts.used;
	uint32_t *order = textcluster_take(tc, n, sizeof(uint32_t));
	uint32_t *cluster = textcluster_take(tc, n, sizeof(uint32_t));
	uint32_t *items = textcluster_take(tc, (size_t) n + 2, sizeof(uint32_t));
	TextclusterStatus status = TEXTCLUSTER_NO_MEMORY;
	uint64_t *sums = NULL;

	textcluster_free_array(tc, &tc->gathered);
	if (order != NULL && cluster != NULL && items != NULL && weigh(tc))
	{
		order_texts(tc, order, n);
		status = pair_and_link(tc, order, cluster);
		if (status == TEXTCLUSTER_OK &&
		    !number_clusters(tc, order, cluster, items))
			status = TEXTCLUSTER_NO_MEMORY;
	}
	textcluster_give_back(tc, order);
	textcluster_give_back(tc, cluster);
	textcluster_give_back(tc, items);
	if (status != TEXTCLUSTER_OK)
		return status;
	sums = textcluster_take(tc, tc->hashes.used, sizeof(*sums));
	tc->times = textcluster_take(tc, tc->hashes.used, sizeof(*tc->times));
	if (sums == NULL || tc->times == NULL)
	{
		textcluster_give_back(tc, sums);
		return TEXTCLUSTER_NO_MEMORY;
	}
	memset(sums, 0, tc->hashes.used * sizeof(*sums));
	memset(tc->times, 0, tc->hashes.used * sizeof(*tc->times));
	find_centres(tc, sums);
	textcluster_give_back(tc, sums);
	return TEXTCLUSTER_OK;
}

uint32_t
textcluster_of(const Textcluster *tc, size_t message, double *central)
{
	const TextclusterText *text =
	    textcluster_text(tc, ((uint32_t *) tc->messages.at)[message]);

	*central = text->central;
	return text->cluster;
}

/* Phrases */

/* How many texts of the cluster have each gram, or back to none of them */
static void
count_times(Textcluster *tc, uint32_t cluster, bool count)
{
	const uint32_t *ids = tc->ids.at;
	uint32_t t;

	for (t = tc->starts[cluster]; t < tc->starts[cluster + 1]; t++)
	{
		const TextclusterText *text = textcluster_text(tc, tc->by_cluster[t]);
		uint32_t i;

		for (i = 0; i < text->n; i++)
		{
			uint32_t id = ids[text->grams + i];

			tc->times[id] = count ? tc->times[id] + 1 : 0;
		}
	}
}

/* Put a phrase in its place, unless it is within another or there are better
 * ones; drop those that are within it. */
static int
place_phrase(TextclusterPhrase *phrases, int n, int most, const char *text,
             TextclusterPhrase new)
{
	int at;
	int kept = 0;

	for (at = 0; at < n; at++)
	{
		size_t len = phrases[at].to - phrases[at].from;
		size_t i;

		for (i = 0; i + (new.to - new.from) <= len; i++)
			if (memcmp(text + phrases[at].from + i, text + new.from,
			           new.to - new.from) == 0)
				return n;
	}
	for (at = 0; at < n; at++)
	{
		size_t len = phrases[at].to - phrases[at].from;
		bool within = false;
		size_t i;

		for (i = 0; !within && i + len <= new.to - new.from; i++)
			within =
			    memcmp(text + new.from + i, text + phrases[at].from, len) == 0;
		if (!within)
			phrases[kept++] = phrases[at];
	}
	n = kept;
	if (n == most && phrases[n - 1].says >= new.says)
		return n;
	if (n == most)
		n--;
	for (at = n; at > 0 && phrases[at - 1].says < new.says; at--)
		phrases[at] = phrases[at - 1];
	phrases[at] = new;
	return n + 1;
}

int
textcluster_phrases(Textcluster *tc, uint32_t cluster, const char *text,
                    size_t len, TextclusterPhrase *phrases, int most)
{
	TextclusterPhrase found[MOST_PHRASES];
	TextclusterPhrase open = {0};
	TextclusterReader r = {.text = text, .len = len};
	const uint32_t *spread = tc->spread.at;
	uint32_t texts;
	uint32_t n = 0;
	uint32_t length = 0;
	size_t end = 0;
	bool rare = false; /* what all messages have is no phrase by itself */
	int found_n = 0;
	bool more;

	if (cluster == 0 || cluster > tc->clusters || tc->gram_slots == 0)
		return 0;
	texts = tc->starts[cluster + 1] - tc->starts[cluster];
	count_times(tc, cluster, true);
	do
	{
		uint32_t slot = 0;
		bool common = false;

		more = n++ < tc->options.characters && textcluster_read_on(&r);
		if (more && r.run >= 2)
			slot = *textcluster_slot(tc, textcluster_two(&r));
		if (slot > 0)
			common = tc->times[slot - 1] * 5u >= texts * 2u &&
			         (tc->times[slot - 1] >= 2 || texts < 2);
		if (length > 0 && (!common || length >= PHRASE_MOST))
		{
			open.to = end;
			if (rare)
				found_n =
				    place_phrase(found, found_n, MOST_PHRASES, text, open);
			length = 0;
			rare = false;
		}
		if (common)
		{
			if (length == 0)
			{
				open = (TextclusterPhrase){.from = r.before};
				length = 1;
			}
			length++;
			rare = rare || spread[slot - 1] <= most_spread(tc);
			open.says += (double) tc->times[slot - 1] / texts *
			             log(((double) tc->texts.used + 1) / spread[slot - 1]);
			end = r.at;
		}
	} while (more);
	count_times(tc, cluster, false);
	if (found_n > most)
		found_n = most;
	memcpy(phrases, found,
	       (size_t) (found_n > 0 ? found_n : 0) * sizeof(*found));
	return found_n;
}
