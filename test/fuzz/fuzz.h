/*
 * fuzz.h
 *	  What all fuzz targets share.
 */
#ifndef CIVICGRID_FUZZ_H
#define CIVICGRID_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition) \
	do                     \
	{                      \
		if (!(condition))  \
			abort();       \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input, byte by byte; zeros behind its end */
typedef struct Input
{
	const uint8_t *at;
	size_t left;
} Input;

static inline unsigned
take(Input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

#endif /* CIVICGRID_FUZZ_H */
