/*
 * dispatcher_names.h
 *	  Texts that are told often, kept once and numbered.
 */
#ifndef CIVICGRID_CORE_DISPATCHER_NAMES_H
#define CIVICGRID_CORE_DISPATCHER_NAMES_H

#include "dispatcher_common.h"

typedef struct DispatcherName
{
	size_t at;
	uint32_t len;
} DispatcherName;

/* Zeroed at first */
typedef struct DispatcherNames
{
	DispatcherList pool;
	DispatcherList list;
	uint32_t *table; /* number plus one, or 0 */
	uint32_t slots;
} DispatcherNames;

#define DISPATCHER_NO_NAME UINT32_MAX

static inline const DispatcherName *
dispatcher_name(const DispatcherNames *names, uint32_t number)
{
	return (const DispatcherName *) names->list.at + number;
}

static inline const char *
dispatcher_name_bytes(const DispatcherNames *names, uint32_t number)
{
	return (const char *) names->pool.at + dispatcher_name(names, number)->at;
}

static inline uint32_t
dispatcher_name_slot(const DispatcherNames *names, const char *bytes,
                     size_t len)
{
	uint64_t hash = len;
	uint32_t slot;
	size_t i;

	for (i = 0; i < len; i++)
		hash = dispatcher_mix(hash, (uint8_t) bytes[i]);
	for (slot = (uint32_t) hash & (names->slots - 1);;
	     slot = (slot + 1) & (names->slots - 1))
	{
		uint32_t there = names->table[slot];

		if (there == 0 ||
		    (dispatcher_name(names, there - 1)->len == len &&
		     memcmp(dispatcher_name_bytes(names, there - 1), bytes, len) == 0))
			return slot;
	}
}

static inline bool
dispatcher_more_slots(const DispatcherMemory *memory, DispatcherNames *names)
{
	uint32_t slots = names->slots == 0 ? 64 : 2 * names->slots;
	uint32_t *table =
	    dispatcher_room(memory, names->table, slots, sizeof(uint32_t));
	uint32_t i;

	if (table == NULL)
		return false;
	names->table = table;
	names->slots = slots;
	memset(table, 0, slots * sizeof(uint32_t));
	for (i = 0; i < names->list.used; i++)
		table[dispatcher_name_slot(names, dispatcher_name_bytes(names, i),
		                           dispatcher_name(names, i)->len)] = i + 1;
	return true;
}

/* The number of a text, of 1 byte at least; DISPATCHER_NO_NAME if there is no
 * memory */
static inline uint32_t
dispatcher_number(const DispatcherMemory *memory, DispatcherNames *names,
                  const char *bytes, size_t len)
{
	DispatcherName *name;
	uint32_t slot;
	size_t i;

	if (2 * names->list.used >= names->slots &&
	    (names->slots > UINT32_MAX / 4 ||
	     !dispatcher_more_slots(memory, names)))
		return DISPATCHER_NO_NAME;
	slot = dispatcher_name_slot(names, bytes, len);
	if (names->table[slot] != 0)
		return names->table[slot] - 1;
	for (i = 0; i < len; i++)
	{
		char *byte = dispatcher_push(memory, &names->pool, 1);

		if (byte == NULL)
			return DISPATCHER_NO_NAME;
		*byte = bytes[i];
	}
	name = dispatcher_push(memory, &names->list, sizeof(*name));
	if (name == NULL)
		return DISPATCHER_NO_NAME;
	name->at = names->pool.used - len;
	name->len = (uint32_t) len;
	names->table[slot] = (uint32_t) names->list.used;
	return names->table[slot] - 1;
}

/* The same from 1 on; 0 for no text */
static inline DispatcherStatus
dispatcher_number_text(const DispatcherMemory *memory, DispatcherNames *names,
                       const char *bytes, size_t len, uint32_t *number)
{
	*number = 0;
	if (bytes == NULL || len == 0)
		return DISPATCHER_OK;
	if (len > DISPATCHER_TEXT_MAX)
		return DISPATCHER_NAME;
	*number = dispatcher_number(memory, names, bytes, len);
	if (*number == DISPATCHER_NO_NAME)
		return DISPATCHER_NO_MEMORY;
	++*number;
	return DISPATCHER_OK;
}

static inline int
dispatcher_order_names(const void *a, const void *b, const void *context)
{
	const DispatcherNames *names = context;
	uint32_t x = *(const uint32_t *) a;
	uint32_t y = *(const uint32_t *) b;
	uint32_t m = dispatcher_name(names, x)->len;
	uint32_t n = dispatcher_name(names, y)->len;
	int order = memcmp(dispatcher_name_bytes(names, x),
	                   dispatcher_name_bytes(names, y), m < n ? m : n);

	if (order != 0)
		return order;
	return m == n ? 0 : m < n ? -1 : 1;
}

/* Numbers of all in the order of their bytes, and the place of each in it;
 * both have room. */
static inline void
dispatcher_rank_names(const DispatcherMemory *memory,
                      const DispatcherNames *names, uint32_t *order,
                      uint32_t *rank)
{
	uint32_t n = (uint32_t) names->list.used;
	uint32_t i;

	for (i = 0; i < n; i++)
		order[i] = i;
	dispatcher_sort(memory, order, n, sizeof(*order), dispatcher_order_names,
	                names);
	for (i = 0; i < n; i++)
		rank[order[i]] = i;
}

static inline void
dispatcher_free_names(const DispatcherMemory *memory, DispatcherNames *names)
{
	dispatcher_free_list(memory, &names->pool);
	dispatcher_free_list(memory, &names->list);
	dispatcher_release(memory, names->table);
	names->table = NULL;
	names->slots = 0;
}

#endif /* CIVICGRID_CORE_DISPATCHER_NAMES_H */
