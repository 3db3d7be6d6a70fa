/*
 * core_memory.c
 *	  Core's allocator over a memory context.
 */
#include "postgres.h"

#ifndef WIN32
#include <sys/mman.h>
#endif

#include "miscadmin.h"
#include "utils/memutils.h"

#include "core_memory.h"

/* Borders of huge pages, and of cache lines */
#define HUGE_PAGE  (2 * 1024 * 1024)
#define CACHE_LINE 64

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

/*
 * On ordinary pages half of what a lookup costs is finding the page.
 */
void *
core_memory_for_lookups(MemoryContext context, Size size)
{
	char *at;

	if (size < 2 * HUGE_PAGE)
		return (void *) TYPEALIGN(
		    CACHE_LINE, MemoryContextAllocHuge(context, size + CACHE_LINE));
	at = MemoryContextAllocHuge(context, size + 2 * HUGE_PAGE);
	at = (char *) TYPEALIGN(HUGE_PAGE, at);
#ifdef MADV_HUGEPAGE
	/* no more than advice: ordinary pages do as well */
	(void) madvise(at, TYPEALIGN(HUGE_PAGE, size), MADV_HUGEPAGE);
#endif
	return at;
}
