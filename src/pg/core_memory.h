/*
 * core_memory.h
 *	  What core asks of its caller: memory, of a memory context, and a chance
 *	  to be interrupted.
 */
#ifndef CIVICGRID_PG_CORE_MEMORY_H
#define CIVICGRID_PG_CORE_MEMORY_H

#include "postgres.h"

/* realloc in a MemoryContext; size 0 gives back; NULL if it cannot */
extern void *core_resize(void *context, void *block, size_t size);
extern void core_poll(void *context);

/* Memory for a value that is looked into all over the place; it goes with the
 * context. */
extern void *core_memory_for_lookups(MemoryContext context, Size size);

#endif /* CIVICGRID_PG_CORE_MEMORY_H */
