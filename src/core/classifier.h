/*
 * classifier.h
 *	  A linear classifier of texts, compiled into one flat value.
 *
 * Texts are folded UTF-8 (see the column textfold).  What counts are runs of
 * one or two characters (grams) that no white space or punctuation divides,
 * how often each occurs, and whether it stands in the head of the text: its
 * first line if that is short, else its first characters.  A gram has a
 * weight for each class; the class whose weights add up to the most wins.
 *
 * All of it is arithmetic of integers, so that a score is exactly the sum of
 * what the single occurrences contribute, on any machine.  The layout of the
 * value is told in classifier_format.h, how it is made in classifier_train.h.
 */
#ifndef CIVICGRID_CORE_CLASSIFIER_H
#define CIVICGRID_CORE_CLASSIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ClassifierStatus
{
	CLASSIFIER_OK = 0,
	CLASSIFIER_NO_MEMORY, /* the caller's allocator gave none */
	CLASSIFIER_TOO_LARGE, /* more than the format can hold, or than allowed */
	CLASSIFIER_EMPTY,     /* trained on nothing */
	CLASSIFIER_WEIGHT,    /* a row's weight is not positive and finite */
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
	double slope;            /* what makes probabilities of scores … */
	double shift;            /* … see classifier_probabilities */
	double trained_accuracy; /* in cross-validation … */
	double trained_error;    /* … and the expected calibration error */
	const char *folding;     /* what folded the texts */
	uint64_t digest;
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
 * the text's grams, of which there are no more than 2 to a character.
 */
typedef struct ClassifierWork
{
	ClassifierMemory memory;
	void *block;
	size_t size;
} ClassifierWork;

extern void classifier_work_begin(ClassifierWork *work,
                                  const ClassifierMemory *memory);
extern void classifier_work_free(ClassifierWork *work);

/* The scores of all classes, in the order of the codes; any text will do. */
extern ClassifierStatus classifier_score(const Classifier *classifier,
                                         ClassifierWork *work,
                                         const char *text, size_t len,
                                         int64_t *scores);

/* Number of the class with the highest score, the first of equals */
extern uint32_t classifier_best(const Classifier *classifier,
                                const int64_t *scores);

/*
 * Probabilities of all classes, which add up to one: the sigmoid of slope *
 * score + shift, divided by the sum of those of all classes.
 */
extern void classifier_probabilities(const Classifier *classifier,
                                     const int64_t *scores,
                                     double *probabilities);

/* One occurrence of a gram: bytes of the text, and its part of the score */
typedef void (*ClassifierOccurrenceFn)(void *context, size_t from, size_t to,
                                       int64_t contribution);

/*
 * Tell what makes up the score of a class: each occurrence of a known gram,
 * in the order of the text.  The contributions and bias[class] add up to the
 * score.
 */
extern ClassifierStatus
classifier_explain(const Classifier *classifier, ClassifierWork *work,
                   const char *text, size_t len, uint32_t class_number,
                   ClassifierOccurrenceFn tell, void *context);

/*
 * Hierarchies.  Given event codes in ascending order and a probability of
 * each, the sum of each with all that is within it ...
 */
extern void classifier_roll_up(const int64_t *codes,
                               const double *probabilities, size_t n,
                               double *sums);
/*
 * ... and, of those whose sum reaches the threshold, the one of the most
 * digits, among these the surest; n if there is none.
 */
extern size_t classifier_surest(const int64_t *codes, const double *sums,
                                size_t n, double threshold);

#endif /* CIVICGRID_CORE_CLASSIFIER_H */
