/*
 * core_memory.c
 *	  Core's allocator over a memory context.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "core_memory.h"

void *
core_resize(void *context, void *block, size_t size)
{
	if (size == 0)
	{
		if (block != NULL)
			pfree(block);
		return NULL;
	}
	if (size > MaxAllocHugeSize)
		return NULL;
	/* repalloc raises what this would report */
	if (block != NULL)
		return repalloc_huge(block, size);
	return MemoryContextAllocExtended(context, size,
	                                  MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

void
core_poll(void *context)
{
	CHECK_FOR_INTERRUPTS();
}
