/*
 * dispatcher_compile.h
 *	  Make a dispatcher of witnesses whose units have roles: count what they
 *say in each context, find weights, write all of it down.
 */
#ifndef CIVICGRID_CORE_DISPATCHER_COMPILE_H
#define CIVICGRID_CORE_DISPATCHER_COMPILE_H

#include "dispatcher_format.h"
#include "dispatcher_names.h"

/* Cases with the same key and unit on the same day */
typedef struct DispatcherWitness
{
	DispatcherKey key; /* channel and property as in the value */
	int64_t unit;      /* its number, once it has one */
	int32_t day;
	uint32_t cases;
} DispatcherWitness;

typedef struct DispatcherSource
{
	/* cases, witnesses, days, levels, half_life, table_share, units and roles
	 * are filled in */
	DispatcherHeader header;
	const DispatcherWitness *witnesses; /* by key, unit and day */
	const int64_t *units;               /* ids */
	const uint32_t *role;               /* of each, as in the value */
	const DispatcherNames *channels;
	const uint32_t *channel_order; /* their numbers, by their bytes */
	const DispatcherNames *properties;
	const uint32_t *property_order;
	double penalty;
	uint32_t passes;
} DispatcherSource;

/* As dispatcher_train */
extern DispatcherStatus dispatcher_compile(const DispatcherMemory *memory,
                                           const DispatcherSource *source,
                                           size_t prefix, uint8_t **block,
                                           size_t *size);

#endif /* CIVICGRID_CORE_DISPATCHER_COMPILE_H */
