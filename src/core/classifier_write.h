/*
 * classifier_write.h
 *	  Put the bytes of a classifier together.
 */
#ifndef CIVICGRID_CORE_CLASSIFIER_WRITE_H
#define CIVICGRID_CORE_CLASSIFIER_WRITE_H

#include "classifier_format.h"

/* A weight of a class, from -32768 to 32767; 0 is left out. */
typedef struct ClassifierWeight
{
	uint32_t feature;
	int32_t weight;
} ClassifierWeight;

/* What a value without rules consists of; it points to what is its maker's. */
typedef struct ClassifierDraft
{
	ClassifierHeader header; /* but for sizes, numbers and checksum */
	uint32_t classes;
	uint32_t nodes;
	uint32_t features;
	uint32_t bits;             /* of the buckets */
	const int64_t *codes;      /* ascending */
	const int64_t *bias;       /* or NULL: zeros */
	const int64_t *node_codes; /* ascending, each with a class within it */
	const uint64_t *hashes;    /* ascending, no two of one bucket and key */
	const uint16_t *own;       /* weights of the features, or NULL: one */
	const ClassifierWeight *weights; /* of the first class, of the next … */
	const uint64_t *end;             /* of the weights of each class */
} ClassifierDraft;

/* Bits for the buckets of so many features */
extern uint32_t classifier_bits_for(uint64_t features);

/*
 * Put the header, whose sizes and numbers are there, before the rest of the
 * value, with what marks it as a classifier and its checksum.
 */
extern void classifier_seal(ClassifierHeader *header, uint8_t *value);

/*
 * Make the value; it begins prefix bytes, a multiple of eight, into the block.
 * Asks for 8 bytes for each feature beside it.
 */
extern ClassifierStatus classifier_write(const ClassifierMemory *memory,
                                         const ClassifierDraft *draft,
                                         size_t prefix, uint8_t **block,
                                         size_t *size);

#endif /* CIVICGRID_CORE_CLASSIFIER_WRITE_H */
