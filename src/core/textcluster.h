/*
 * textcluster.h
 *	  Which of many messages speak of one matter (热点聚类).
 *
 * Texts are folded UTF-8.  People who report the same thing in their own words
 * share few of them, but these are rare: names of places and estates, of the
 * firm, of what is wrong.  So a text is a vector of its runs of two and three
 * characters that no punctuation or space divides, each weighted by
 *
 *	  (1 + ln n) ln((T + 1) / t)
 *
 * n times in the text (in its head, options->head_times each), t of all T
 * distinct texts having it; what more than options->common of them
 * have is left out.  The head is the first line if it is
 * not longer than TEXTCLUSTER_FIRST_LINE characters, else the first
 * TEXTCLUSTER_HEAD.  Two texts are as similar as the cosine of their vectors.
 *
 * The two clusters whose texts are the most similar on average become one, as
 * long as they are so by options->least (average link: a chain of messages,
 * each a little like the next, is not one matter).  Pairs less similar than a
 * quarter of that count as not similar at all.  Messages with the same
 * characters and breaks are one text, whatever marks the breaks are.
 *
 * Weights and similarities are whole numbers and texts are taken in an order
 * of their own, so the answer depends on the texts alone, not on the order in
 * which they came.
 *
 * Time: for each text, the texts that share a gram with it; memory, in bytes,
 * for T distinct texts with P distinct grams each on average, G in all, and E
 * similar pairs, at most 17 T P + 48 G + 150 E + 100 T.  T P is no more than
 * options->grams (else TEXTCLUSTER_TOO_LARGE) and E no more than
 * options->pairs (else the least similar pairs count as not similar).
 */
#ifndef CIVICGRID_CORE_TEXTCLUSTER_H
#define CIVICGRID_CORE_TEXTCLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXTCLUSTER_FIRST_LINE 80
#define TEXTCLUSTER_HEAD       30

/* Similarity 1 is this much; what pairs are given in. */
#define TEXTCLUSTER_ONE (INT64_C(1) << 28)

typedef enum TextclusterStatus
{
	TEXTCLUSTER_OK = 0,
	TEXTCLUSTER_NO_MEMORY, /* the caller's allocator gave none */
	TEXTCLUSTER_TOO_LARGE  /* more texts or grams than allowed */
} TextclusterStatus;

/*
 * What core may ask of its caller.  resize is realloc: a NULL block to begin
 * with, size 0 to give back; poll is called now and then and may not return.
 */
typedef struct TextclusterMemory
{
	void *(*resize)(void *context, void *block, size_t size);
	void (*poll)(void *context);
	void *context;
} TextclusterMemory;

typedef struct TextclusterOptions
{
	double least;        /* average similarity that joins clusters: 0.05 */
	double common;       /* share of the texts beyond which a gram says
	                      * nothing, but never fewer than 128 texts: 0.03 */
	uint32_t head_times; /* what counts a gram in the head for: 5 */
	uint32_t characters; /* that are read of a text: 2000 */
	uint64_t grams;      /* of all texts, at most: 2^27 */
	uint64_t pairs;      /* similar ones, at most: 2^23 */
} TextclusterOptions;

typedef struct TextclusterArray
{
	void *at;
	size_t used; /* elements */
	size_t room;
} TextclusterArray;

typedef struct Textcluster
{
	TextclusterMemory memory;
	TextclusterOptions options;
	TextclusterArray messages; /* uint32: the text of each */
	TextclusterArray texts;    /* distinct ones */
	TextclusterArray ids;      /* uint32: grams of all texts … */
	TextclusterArray counts;   /* … and uint8, how often each occurs … */
	TextclusterArray weights;  /* … and uint16, once they are known */
	TextclusterArray hashes;   /* uint64: of the distinct grams … */
	TextclusterArray spread;   /* … and uint32, texts that have it */
	TextclusterArray gathered; /* of the text that is being read */
	uint32_t *gram_table;
	size_t gram_slots;
	uint32_t *text_table;
	size_t text_slots;
	uint32_t *by_cluster; /* texts, those of a cluster together */
	uint32_t *starts;     /* where those of a cluster begin */
	uint32_t *times;      /* how many texts of one cluster have a gram */
	uint32_t clusters;
} Textcluster;

extern void textcluster_default_options(TextclusterOptions *options);
extern void textcluster_begin(Textcluster *tc, const TextclusterMemory *memory,
                              const TextclusterOptions *options);
extern void textcluster_free(Textcluster *tc);

/* Collect.  After a fault there is only textcluster_free. */
extern TextclusterStatus textcluster_add(Textcluster *tc, const char *text,
                                         size_t len);

/* Find the clusters, once, of what was collected. */
extern TextclusterStatus textcluster_run(Textcluster *tc);

/*
 * The cluster of a message, in the order in which they were added: 1 and up,
 * 0 for what is alone.  How central it is there: its mean similarity to the
 * other texts of the cluster.
 */
extern uint32_t textcluster_of(const Textcluster *tc, size_t message,
                               double *central);

/*
 * What is common to the texts of a cluster: the longest pieces of one of them,
 * which is given again, all of whose pairs of characters are in at least two
 * of five of the texts of the cluster; the one that says most first.
 */
typedef struct TextclusterPhrase
{
	size_t from;
	size_t to;
	double says;
} TextclusterPhrase;

extern int textcluster_phrases(Textcluster *tc, uint32_t cluster,
                               const char *text, size_t len,
                               TextclusterPhrase *phrases, int most);

#endif /* CIVICGRID_CORE_TEXTCLUSTER_H */
