/*
 * classifier_cold.h
 *	  Make a classifier out of what is known of the classes themselves: their
 *	  names, remarks and phrases, and few texts whose classes are known, or
 *	  none.
 *
 * Classes are the codes that have no other code within them.  Those that have
 * are ancestors, and nodes of the classifier; what is said of these and of all
 * that is within them speaks for each of their classes, with less weight.
 *
 * A language model (Ponte and Croft 1998, with the hierarchy as in McCallum et
 * al. 1998): the weight of a gram for a class is
 *
 *	  ln (1 + (P(class) + 0.3 * sum of P(ancestor)) / (2 * P(anywhere)))
 *
 * P(class) is the share that the gram has in what is said of the class, where
 * a gram of a name or phrase counts three times.  P(anywhere) is its share in
 * a list to which each code gives its distinct grams once, and Chinese as such
 * each gram once, and the commonest characters as often as they deserve.
 * Grams with a digit do not count.
 *
 * Of N texts of a class the grams' shares are taken by themselves, and with a
 * weight of N / (N + 5) against names, remarks and phrases; in P(anywhere), of
 * all M texts, M / (M + 50).
 *
 * The rows that the value tells of are these texts.  There is no
 * cross-validation; what makes probabilities of scores is a constant that fits
 * three lists of classes.
 *
 * The value depends on the rows alone, not on the order in which they came.
 *
 * Memory in bytes, for D pairs of a code and a distinct gram, no more than
 * 2^23, and F distinct grams: while collecting 160 D; then 64 D + 150 F and
 * four times the size of the value, which is no more than 64 MB.
 */
#ifndef CIVICGRID_CORE_CLASSIFIER_COLD_H
#define CIVICGRID_CORE_CLASSIFIER_COLD_H

#include "classifier_train.h"

typedef enum ClassifierColdSource
{
	CLASSIFIER_COLD_NAME,
	CLASSIFIER_COLD_REMARK,
	CLASSIFIER_COLD_PHRASE,
	CLASSIFIER_COLD_EXAMPLE /* a text of the class */
} ClassifierColdSource;

typedef struct ClassifierCold
{
	ClassifierMemory memory;
	ClassifierStatus status;
	char folding[CLASSIFIER_FOLDING];
	ClassifierArray entries;
	size_t tidy;    /* entries that were left when they were put in order */
	uint64_t texts; /* whose classes are known */
} ClassifierCold;

/* Faults are kept in status. */
extern void classifier_cold_begin(ClassifierCold *cold,
                                  const ClassifierMemory *memory,
                                  const char *folding);
/* That there is a code, a valid eventcode, even if nothing is said of it */
extern ClassifierStatus classifier_cold_code(ClassifierCold *cold,
                                             int64_t code);
extern ClassifierStatus classifier_cold_text(ClassifierCold *cold,
                                             int64_t code,
                                             ClassifierColdSource source,
                                             const char *text, size_t len);
extern void classifier_cold_free(ClassifierCold *cold);

/*
 * Make the value of what was collected, which is used up.  It begins prefix
 * bytes, a multiple of eight, into the block.  CLASSIFIER_EMPTY if there is no
 * code.
 */
extern ClassifierStatus classifier_cold(ClassifierCold *cold, size_t prefix,
                                        uint8_t **block, size_t *size);

#endif /* CIVICGRID_CORE_CLASSIFIER_COLD_H */
