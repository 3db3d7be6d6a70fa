/*
 * classifier_format.h
 *	  The bytes of a classifier, and what its maker and its readers share: the
 *	  grams of a text and their values.
 *
 *	  header      192 bytes
 *	  codes       int64 for each class, ascending
 *	  bias        int64 for each class
 *	  directory   for each bucket where its records begin, in words, and where
 *	              the last one's end
 *	  records     of varying length, in words of 32 bits; filled up to 8 bytes
 *	  nodes       int64 for each code that may be answered beside the classes,
 *	              ascending; each has a class within it
 *
 * and, if there are rules,
 *
 *	  rules       48 bytes each, see ClassifierRule, in the order of phrases
 *	  automaton   of the phrases, see phrases.c
 *	  index       32 bits for each phrase, where its rules begin, and their end
 *	  conditions  32 bits each: numbers of phrases; filled up to 8 bytes
 *
 * A gram is a number made of its characters; scrambled one to one it is spread
 * over the buckets by its highest bits.  In the head it counts three times.
 * Records are in the order of the scrambled numbers:
 *
 *	  word 0      the 32 bits that follow those of the bucket
 *	  word 1      weight of the gram itself, in 1/512 (low half); number of
 *	              words that follow (high half)
 *	  words       number of a class (low half), weight, not 0 (high half);
 *	              ascending
 *
 * The value of a gram in a text is its number of occurrences (at most 255)
 * times its own weight, divided by the root of the sum of the squares of all
 * such products, in 1/16384, rounded.  A score is the sum of values times
 * weights, and the bias.
 *
 * No sum can overflow: 6 * 65536 grams give less than 2^19 * 255 * 2^32 < 2^59
 * for the squares, and a score is below 2^19 * 2^14 * 2^15 = 2^48 beside the
 * bias, which must not exceed 2^60, and the rules, which are no more than 2^20
 * of no more than 2^40 each.
 */
#ifndef CIVICGRID_CORE_CLASSIFIER_FORMAT_H
#define CIVICGRID_CORE_CLASSIFIER_FORMAT_H

#include <math.h>
#include <string.h>

#include "classifier.h"

#define CLASSIFIER_MAGIC_NUMBER 0x534C4354 /* "TCLS" */
#define CLASSIFIER_FORMAT       1
#define CLASSIFIER_BYTE_ORDER   0x0102

#define CLASSIFIER_MAX_CLASSES  65535
#define CLASSIFIER_MAX_FEATURES (1 << 22)
#define CLASSIFIER_MAX_BITS     22
#define CLASSIFIER_MAX_BIAS     (INT64_C(1) << 60)
#define CLASSIFIER_MAX_SHIFT    1000
#define CLASSIFIER_MAX_DOUBT    3 /* see classifier_more_doubt */
#define CLASSIFIER_MAX_WEIGHT   (INT64_C(1) << 40) /* of a rule */
/* A slope below this would make weights too large to be added up. */
#define CLASSIFIER_LEAST_SLOPE (1.0 / (INT64_C(1) << 33))
#define CLASSIFIER_MAX_ALL     (1 << 24) /* conditions of all rules */

/* A likelihood is this power of a sigmoid, see classifier_likelihood. */
#define CLASSIFIER_POWER 4

#define CLASSIFIER_GRAM       2 /* characters of the longest */
#define CLASSIFIER_HEAD       30
#define CLASSIFIER_FIRST_LINE 64 /* a longer one is no head */
#define CLASSIFIER_UNIT       512
#define CLASSIFIER_ONE        16384
#define CLASSIFIER_MAX_COUNT  255
#define CLASSIFIER_HEAD_TIMES 3 /* what an occurrence in the head counts */
#define CLASSIFIER_PER_CHAR   CLASSIFIER_GRAM

typedef struct ClassifierHeader
{
	uint32_t magic;
	uint16_t format;
	uint16_t byte_order;
	uint64_t bytes;
	uint64_t checksum; /* of all bytes behind this field */
	uint32_t classes;
	uint32_t features;
	uint32_t rows;
	uint32_t bucket_bits;
	uint32_t record_words;
	uint32_t levels; /* a bit for each number of digits */
	double slope;
	double shift;
	double trained_accuracy;
	double trained_error;
	double doubt;
	char folding[CLASSIFIER_FOLDING];
	uint64_t phrase_bytes; /* of the automaton */
	uint32_t nodes;
	uint32_t rules;
	uint32_t phrases;
	uint32_t conditions;
	uint8_t reserved[192 - 24 - 24 - 40 - CLASSIFIER_FOLDING - 24];
} ClassifierHeader;

_Static_assert(sizeof(ClassifierHeader) == 192, "header of 192 bytes");

/* Bytes of a value without nodes and rules … */
static inline uint64_t
classifier_bytes(uint32_t classes, uint32_t bits, uint64_t record_words)
{
	return sizeof(ClassifierHeader) + 16 * (uint64_t) classes +
	       (4 * (((uint64_t) 1 << bits) + 1 + record_words) + 7) / 8 * 8;
}

/* … and of these */
static inline uint64_t
classifier_rule_bytes(const ClassifierHeader *header)
{
	uint64_t size = 8 * (uint64_t) header->nodes;

	if (header->rules > 0)
		size +=
		    header->rules * (uint64_t) sizeof(ClassifierRule) +
		    header->phrase_bytes +
		    (4 * ((uint64_t) header->phrases + 1 + header->conditions) + 7) /
		        8 * 8;
	return size;
}

/* Where nodes and rules are, from their counts */
extern void classifier_open_rules(const ClassifierHeader *header,
                                  const uint8_t *at, Classifier *classifier);
/* Are they what this code makes?  Nothing but the sizes has been checked. */
extern bool classifier_sound_rules(const ClassifierHeader *header,
                                   Classifier *classifier);

/* Numbers of the first class within a code, and of the one behind the last */
extern void classifier_range(const int64_t *codes, uint32_t n, int64_t code,
                             uint32_t *first, uint32_t *end);

/* Bytes of a text that are read */
static inline size_t
classifier_read_length(const char *text, size_t len)
{
	if (len <= CLASSIFIER_TEXT_MAX)
		return len;
	len = CLASSIFIER_TEXT_MAX;
	while (len > CLASSIFIER_TEXT_MAX - 4 &&
	       ((uint8_t) text[len] & 0xC0) == 0x80)
		len--;
	return len;
}

/* A gram that ends with the last character read */
typedef struct ClassifierGram
{
	uint64_t hash;
	uint32_t from;  /* offset in the text */
	uint32_t times; /* that the occurrence counts */
} ClassifierGram;

typedef struct ClassifierReader
{
	const uint8_t *text;
	size_t len;
	size_t at;
	size_t head_end; /* offset */
	int run;         /* characters since a break, no more than matter */
	uint64_t character[CLASSIFIER_GRAM]; /* the last first */
	uint32_t start[CLASSIFIER_GRAM];     /* their offsets */
} ClassifierReader;

extern void classifier_read(ClassifierReader *reader, const char *text,
                            size_t len);
/*
 * Read a character; the number of grams that end with it, up to
 * CLASSIFIER_PER_CHAR, the shortest first, or -1 at the end.  All of them end
 * at reader->at.
 */
extern int classifier_read_character(ClassifierReader *reader,
                                     ClassifierGram *grams);

/* The distinct grams of a text */
typedef struct ClassifierCount
{
	uint64_t hash;
	uint32_t count;  /* of occurrences */
	uint32_t record; /* its offset in words; how many were told */
	int64_t value;
} ClassifierCount;

typedef struct ClassifierCounts
{
	ClassifierCount *list;
	uint32_t *table; /* number in the list plus one, or zero */
	uint32_t mask;
	uint32_t n;
} ClassifierCounts;

extern ClassifierStatus classifier_count(ClassifierWork *work,
                                         const char *text, size_t len,
                                         ClassifierCounts *counts);

/* The list's entry of a gram, or where it is to be put */
static inline uint32_t *
classifier_slot(const ClassifierCounts *counts, uint64_t hash)
{
	uint32_t i = (uint32_t) hash & counts->mask;

	while (counts->table[i] != 0 &&
	       counts->list[counts->table[i] - 1].hash != hash)
		i = (i + 1) & counts->mask;
	return &counts->table[i];
}

/* A gram's occurrences times its own weight */
static inline uint64_t
classifier_product(uint32_t count, uint32_t weight)
{
	return (uint64_t) (count < CLASSIFIER_MAX_COUNT ? count
	                                                : CLASSIFIER_MAX_COUNT) *
	       weight;
}

/* What a product is to be multiplied by to make it a value */
static inline double
classifier_norm(uint64_t squares)
{
	return squares == 0 ? 0 : CLASSIFIER_ONE / sqrt((double) squares);
}

static inline int32_t
classifier_value(uint64_t product, double norm)
{
	double value = (double) product * norm;

	return (int32_t) (value + 0.5);
}

/*
 * The sigmoid of a number that is at most best, enlarged by the same factor
 * for all numbers so that none is lost where all are small
 */
static inline double
classifier_sigmoid(double u, double best)
{
	if (u > 0)
		return 1 / (1 + exp(-u));
	return exp(best < 0 ? u - best : u) / (1 + exp(u));
}

/*
 * How likely the class of a score is against others.  The fourth power is a
 * middle between one, which fits few classes best, and ever higher ones, which
 * fit the more the more classes there are.
 */
static inline double
classifier_likelihood(double u, double best)
{
	double s = classifier_sigmoid(u, best);

	_Static_assert(CLASSIFIER_POWER == 4, "the power of the product");
	return s * s * s * s;
}

/* Its logarithm, not enlarged */
static inline double
classifier_log_likelihood(double u)
{
	return CLASSIFIER_POWER * (u > 0 ? -log1p(exp(-u)) : u - log1p(exp(u)));
}

/*
 * By what a small doubt is to be multiplied: by most if it is up to 0.05, then
 * by less, from 0.15 on by one.  So doubts keep their order, and no other
 * class gets before the likeliest.
 */
static inline double
classifier_more_doubt(double doubt, double most)
{
	if (doubt >= 0.15)
		return 1;
	if (doubt <= 0.05)
		return most;
	return (0.05 * most + (doubt - 0.05) * (1.5 - 0.5 * most)) / doubt;
}

/* The bits of a hash: number of the bucket, and what a record keeps */
static inline uint32_t
classifier_bucket(uint64_t hash, uint32_t bits)
{
	return bits == 0 ? 0 : (uint32_t) (hash >> (64 - bits));
}

static inline uint32_t
classifier_key(uint64_t hash, uint32_t bits)
{
	return (uint32_t) (hash >> (32 - bits));
}

#endif /* CIVICGRID_CORE_CLASSIFIER_FORMAT_H */
