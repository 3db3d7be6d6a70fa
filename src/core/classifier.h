/*
 * classifier.h
 *	  A linear classifier of texts with rules for phrases, compiled into one
 *	  flat value.
 *
 * Texts are folded UTF-8 (see the column textfold).  What counts are runs of
 * one or two characters (grams) that no white space or punctuation divides,
 * how often each occurs, and whether it stands in the head of the text: its
 * first line if that is short, else its first characters.  A gram has a
 * weight for each class; the class whose weights add up to the most wins.
 *
 * To that score rules add: if a phrase occurs, a weight for some classes.
 *
 * All of it is arithmetic of integers, so that a score is exactly the sum of
 * what the single occurrences contribute, on any machine.  The layout of the
 * value is told in classifier_format.h, how it is made in classifier_train.h,
 * how rules come to it in classifier_extend.h.
 */
#ifndef CIVICGRID_CORE_CLASSIFIER_H
#define CIVICGRID_CORE_CLASSIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "phrases.h"

typedef enum ClassifierStatus
{
	CLASSIFIER_OK = 0,
	CLASSIFIER_NO_MEMORY, /* the caller's allocator gave none */
	CLASSIFIER_TOO_LARGE, /* more than the format can hold, or than allowed */
	CLASSIFIER_EMPTY,     /* trained on nothing */
	CLASSIFIER_WEIGHT,    /* a row's or a rule's is not within its bounds */
	CLASSIFIER_PHRASE,    /* a phrase that cannot be one */
	CLASSIFIER_SHORT,     /* not even a header, or cut off */
	CLASSIFIER_MAGIC,     /* not a classifier */
	CLASSIFIER_VERSION,   /* of a version that this code does not know */
	CLASSIFIER_BYTEORDER, /* made on a machine of the other byte order */
	CLASSIFIER_CHECKSUM,  /* bytes have changed since it was made */
	CLASSIFIER_STRUCTURE  /* not what this code makes */
} ClassifierStatus;

/*
 * What core may ask of its caller.  resize is realloc: a NULL block to begin
 * with, size 0 to give back; poll is called now and then and may not return.
 */
typedef struct ClassifierMemory
{
	void *(*resize)(void *context, void *block, size_t size);
	void (*poll)(void *context);
	void *context;
} ClassifierMemory;

/* Of a text, no more than this is read: bytes, whole characters. */
#define CLASSIFIER_TEXT_MAX 65536

/* Room for the name of what folded the texts, its end mark included */
#define CLASSIFIER_FOLDING 32

/*
 * A rule: its weight is added to the scores of all classes within a code,
 * once, if the phrase occurs in a text, and others too, and others do not;
 * and, if it has a territory, if the text comes from a place within it.
 */
typedef struct ClassifierRule
{
	int64_t weight;
	int64_t code;      /* an eventcode */
	int64_t territory; /* a gridcode, or 0 */
	uint32_t phrase;
	uint32_t first_class; /* numbers of the classes within the code */
	uint32_t last_class;
	uint32_t conditions; /* where its first condition is */
	uint32_t also;       /* of the phrases there, these also occur … */
	uint32_t unless;     /* … and then so many do not */
} ClassifierRule;

#define CLASSIFIER_MAX_RULES (1 << 20)

/* A classifier opened for reading; it points into the value. */
typedef struct Classifier
{
	uint32_t classes;
	uint32_t features;
	uint32_t rows; /* it was trained on */
	uint32_t bucket_bits;
	const int64_t *codes; /* ascending */
	const int64_t *bias;  /* the score of a text without known grams */
	const uint32_t *directory;
	const uint32_t *records;
	double slope; /* what makes probabilities of scores … */
	double shift; /* … see classifier_probabilities */
	double doubt;
	double trained_accuracy; /* in cross-validation … */
	double trained_error;    /* … and the expected calibration error */
	const char *folding;     /* what folded the texts */
	uint64_t digest;
	uint32_t levels; /* ancestors of so many digits, a bit each, are nodes */
	uint32_t nodes;
	const int64_t *node; /* codes that may be answered, too, ascending */
	uint32_t rules;
	const ClassifierRule *rule; /* in the order of their phrases */
	const uint32_t *rule_at;    /* for each phrase, and an end */
	const uint32_t *condition;
	Phrases phrases; /* if there are rules and all has been checked */
} Classifier;

/*
 * Read the header, or check a value in full; it must lie at a multiple of
 * eight.  Only what has been checked in full can be trusted with texts.
 */
extern ClassifierStatus classifier_open(const uint8_t *bytes, uint64_t size,
                                        Classifier *classifier);
extern ClassifierStatus classifier_validate(const uint8_t *bytes,
                                            uint64_t size,
                                            Classifier *classifier);

/*
 * Room to work in, to be kept from text to text: at most 54 bytes for each of
 * the text's grams, of which there are no more than 2 to a character; 50 bytes
 * for each phrase, and 8 for each class.
 */
typedef struct ClassifierWork
{
	ClassifierMemory memory;
	void *block;
	size_t size;
	PhrasesWork phrases;
	int64_t *steps; /* zero but while scores are added up */
	uint32_t steps_room;
	uint32_t counted; /* rules, of the text scored last */
} ClassifierWork;

extern void classifier_work_begin(ClassifierWork *work,
                                  const ClassifierMemory *memory);
extern void classifier_work_free(ClassifierWork *work);

/*
 * The scores of all classes, in the order of the codes, by the grams alone;
 * any text will do.
 */
extern ClassifierStatus classifier_score(const Classifier *classifier,
                                         ClassifierWork *work,
                                         const char *text, size_t len,
                                         int64_t *scores);

/*
 * Add what the rules say, and tell it, for each class.  cell is where the text
 * comes from, a gridcode, or 0 if that is not known; then rules with a
 * territory do not count.  work->counted tells how many counted.
 */
extern ClassifierStatus classifier_add_rules(const Classifier *classifier,
                                             ClassifierWork *work,
                                             const char *text, size_t len,
                                             int64_t cell, int64_t *scores,
                                             int64_t *said);

/*
 * Probabilities of all classes, which add up to one: the fourth power of the
 * sigmoid of slope * score + shift, without what the rules said, which is
 * multiplied by e to the power of 4 * slope * said; divided by the sum of
 * those of all classes.  Where the likeliest is nearly sure, the doubt that
 * is left is enlarged, see classifier_more_doubt.  said may be NULL.
 */
extern void classifier_probabilities(const Classifier *classifier,
                                     const int64_t *scores,
                                     const int64_t *said,
                                     double *probabilities);

/*
 * Number of the likeliest class, the first of equals: the one with the highest
 * score, unless rules said something
 */
extern uint32_t classifier_best(const Classifier *classifier,
                                const int64_t *scores, const int64_t *said);

/* One occurrence of a gram: bytes of the text, and its part of the score */
typedef void (*ClassifierOccurrenceFn)(void *context, size_t from, size_t to,
                                       int64_t contribution);

/*
 * Tell what makes up the score of a class by the grams: each occurrence of a
 * known one, in the order of the text.  The contributions and bias[class] add
 * up to the score.
 */
extern ClassifierStatus
classifier_explain(const Classifier *classifier, ClassifierWork *work,
                   const char *text, size_t len, uint32_t class_number,
                   ClassifierOccurrenceFn tell, void *context);

/*
 * The same for the rules that count for a class: the first occurrence of the
 * phrase, and the weight; in the order of the text.
 */
extern ClassifierStatus
classifier_explain_rules(const Classifier *classifier, ClassifierWork *work,
                         const char *text, size_t len, int64_t cell,
                         uint32_t class_number, ClassifierOccurrenceFn tell,
                         void *context);

/*
 * Hierarchies.  Given valid event codes in ascending order and a probability
 * of each, the sum of each with all that is within it, in one pass ...
 */
extern void classifier_roll_up(const int64_t *codes,
                               const double *probabilities, size_t n,
                               double *sums);
/* The classes and nodes of a classifier in one ascending list, with the
 * probabilities of the classes, and 0 for nodes; as many as both together. */
extern void classifier_answers(const Classifier *classifier,
                               const double *probabilities, int64_t *codes,
                               double *list);
/*
 * ... and, of those whose sum reaches the threshold, the one of the most
 * digits, among these the surest; n if there is none.
 */
extern size_t classifier_surest(const int64_t *codes, const double *sums,
                                size_t n, double threshold);

#endif /* CIVICGRID_CORE_CLASSIFIER_H */
