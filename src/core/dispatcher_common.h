/*
 * dispatcher_common.h
 *	  What the makers of dispatchers and of suggested duties share.
 */
#ifndef CIVICGRID_CORE_DISPATCHER_COMMON_H
#define CIVICGRID_CORE_DISPATCHER_COMMON_H

#include <string.h>

#include "dispatcher.h"

static inline void
dispatcher_poll(const DispatcherMemory *memory)
{
	if (memory->poll != NULL)
		memory->poll(memory->context);
}

/* Room for n elements, of 1 at least; NULL if there is none */
static inline void *
dispatcher_room(const DispatcherMemory *memory, void *block, uint64_t n,
                size_t width)
{
	if (n == 0)
		n = 1;
	if (n > SIZE_MAX / width)
		return NULL;
	return memory->resize(memory->context, block, (size_t) n * width);
}

static inline void
dispatcher_release(const DispatcherMemory *memory, void *block)
{
	if (block != NULL)
		memory->resize(memory->context, block, 0);
}

/* A list that grows; zeroed at first */
typedef struct DispatcherList
{
	void *at;
	size_t used; /* elements */
	size_t room;
} DispatcherList;

static inline void *
dispatcher_push(const DispatcherMemory *memory, DispatcherList *list,
                size_t width)
{
	if (list->used == list->room)
	{
		size_t room = list->room == 0 ? 64 : 2 * list->room;
		void *at = dispatcher_room(memory, list->at, room, width);

		if (at == NULL)
			return NULL;
		list->at = at;
		list->room = room;
	}
	return (char *) list->at + width * list->used++;
}

static inline void
dispatcher_free_list(const DispatcherMemory *memory, DispatcherList *list)
{
	dispatcher_release(memory, list->at);
	list->at = NULL;
	list->used = list->room = 0;
}

/* Heap sort; what the order takes for alike may come in any order. */
#define DISPATCHER_WIDEST 64 /* bytes of an element */

typedef int (*DispatcherOrderFn)(const void *a, const void *b,
                                 const void *context);

static inline void
dispatcher_sift(char *at, size_t width, size_t i, size_t n,
                DispatcherOrderFn order, const void *context)
{
	char moving[DISPATCHER_WIDEST];

	memcpy(moving, at + i * width, width);
	for (;;)
	{
		size_t child = 2 * i + 1;

		if (child >= n)
			break;
		if (child + 1 < n &&
		    order(at + child * width, at + (child + 1) * width, context) < 0)
			child++;
		if (order(at + child * width, moving, context) <= 0)
			break;
		memcpy(at + i * width, at + child * width, width);
		i = child;
	}
	memcpy(at + i * width, moving, width);
}

static inline void
dispatcher_sort(const DispatcherMemory *memory, void *list, size_t n,
                size_t width, DispatcherOrderFn order, const void *context)
{
	char *at = list;
	char last[DISPATCHER_WIDEST];
	size_t i;

	for (i = n / 2; i-- > 0;)
	{
		if (i % 65536 == 0)
			dispatcher_poll(memory);
		dispatcher_sift(at, width, i, n, order, context);
	}
	for (i = n; i-- > 1;)
	{
		if (i % 65536 == 0)
			dispatcher_poll(memory);
		memcpy(last, at + i * width, width);
		memcpy(at + i * width, at, width);
		memcpy(at, last, width);
		dispatcher_sift(at, width, 0, i, order, context);
	}
}

static inline uint64_t
dispatcher_mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 29;
}

#endif /* CIVICGRID_CORE_DISPATCHER_COMMON_H */
