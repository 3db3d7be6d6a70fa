/*
 * classifier_extend.h
 *	  Make a classifier out of another, or of nothing, with more rules, classes
 *	  and nodes.
 *
 * A code that is given becomes a class, unless there are classes within it:
 * these may come with it.  A new class stands low: without a phrase that
 * speaks for it its probability is about 1 in 1,000, and less where many
 * come at once, so that all of them do not get above 1 in 100.
 *
 * Weights are given in log-odds: what is added to the logarithm of p / (1 -
 *p), before all probabilities are divided by their sum.  In a classifier that
 * was trained on nothing there is nothing else to go by: all its classes stand
 * equal, and a weight counts 1 + ln(classes) / 5 times, so that 5 makes a
 * class stand at 148:1 or more against all others together, however many there
 *are.
 *
 * The value depends on what is given, not on the order.  Memory: the value
 *that is made, 44 bytes for each character of the phrases, 100 for each rule.
 */
#ifndef CIVICGRID_CORE_CLASSIFIER_EXTEND_H
#define CIVICGRID_CORE_CLASSIFIER_EXTEND_H

#include "classifier.h"

/* Bounds of a weight, and of the number of conditions of a rule */
#define CLASSIFIER_MAX_ODDS       100
#define CLASSIFIER_MAX_CONDITIONS 1000

/* A piece of text, folded */
typedef struct ClassifierPiece
{
	const char *bytes;
	size_t len;
} ClassifierPiece;

/* A rule to be added; see ClassifierRule */
typedef struct ClassifierPhrase
{
	ClassifierPiece phrase;
	int64_t code;
	double odds;
	int64_t territory; /* 0: anywhere */
	const ClassifierPiece *also;
	size_t alsos;
	const ClassifierPiece *unless;
	size_t unlesses;
} ClassifierPhrase;

typedef struct ClassifierExtender
{
	ClassifierMemory memory;
	const Classifier *base; /* or NULL */
	const char *folding;    /* if there is no base */
	PhrasesBuilder phrases;
	ClassifierRule *rules; /* conditions: which phrase added was the first */
	size_t rules_used;
	size_t rules_room;
	int64_t *codes; /* to be classes or nodes */
	size_t codes_used;
	size_t codes_room;
	uint32_t levels;
	PhrasesStatus fault; /* why a phrase cannot be one */
	/* made at the end */
	int64_t *classes;
	uint32_t *moved; /* for each class of the base its new number */
	int64_t *nodes;
	uint32_t class_count;
	uint32_t node_count;
	uint32_t *numbers; /* of the phrases, as they were added */
	uint8_t *automaton;
} ClassifierExtender;

/* The base has to stay as it is until the end. */
extern void classifier_extend_begin(ClassifierExtender *extender,
                                    const ClassifierMemory *memory,
                                    const Classifier *base,
                                    const char *folding);
extern void classifier_extend_free(ClassifierExtender *extender);

/* Codes are valid, the caller sees to it. */
extern ClassifierStatus classifier_extend_rule(ClassifierExtender *extender,
                                               const ClassifierPhrase *phrase);
/* A class, or a node where there are classes within it */
extern ClassifierStatus classifier_extend_code(ClassifierExtender *extender,
                                               int64_t code);
/* All ancestors of so many digits as nodes, of classes yet to come, too */
extern void classifier_extend_level(ClassifierExtender *extender, int digits);

/*
 * Make the value; it begins prefix bytes, a multiple of eight, into the block.
 * CLASSIFIER_EMPTY if there would be no class.
 */
extern ClassifierStatus classifier_extend(ClassifierExtender *extender,
                                          size_t prefix, uint8_t **block,
                                          size_t *size);

#endif /* CIVICGRID_CORE_CLASSIFIER_EXTEND_H */
