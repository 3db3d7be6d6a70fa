/*
 * textcluster_memory.h
 *	  Memory that runs out when told to, and is counted.
 */
#ifndef CIVICGRID_TEST_TEXTCLUSTER_MEMORY_H
#define CIVICGRID_TEST_TEXTCLUSTER_MEMORY_H

#include <stdlib.h>

typedef struct TestMemory
{
	long left; /* allocations that succeed; -1: all */
	long live; /* blocks */
	long polls;
} TestMemory;

static inline void *
test_resize(void *context, void *block, size_t size)
{
	TestMemory *m = context;
	void *new;

	if (size == 0)
	{
		m->live--;
		free(block);
		return NULL;
	}
	if (m->left == 0)
		return NULL;
	if (m->left > 0)
		m->left--;
	new = realloc(block, size);
	m->live += block == NULL;
	return new;
}

static inline void
test_poll(void *context)
{
	((TestMemory *) context)->polls++;
}

#endif /* CIVICGRID_TEST_TEXTCLUSTER_MEMORY_H */
