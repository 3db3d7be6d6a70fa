/*
 * dispatcher_roles.h
 *	  Which units do the same, each in a territory of its own: the roles of
 *	  units (同类单位), found from what they took.
 *
 * The home of a unit is the smallest territory in which it has at least
 * DISPATCHER_HOME of its cases; units at home everywhere are alone.  Of the
 * cases of a class at home a unit takes a share.  Two groups of units whose
 * homes do not overlap become one if it is likelier that their shares of each
 * class are the same than that they are drawn one by one, shares being drawn
 * from Beta(DISPATCHER_ALPHA, DISPATCHER_BETA): the pair for which this is the
 * likeliest first, as long as there is one, and a class that both took.
 *
 * No more than DISPATCHER_MOST_ALIKE units, those of the most cases, are
 *looked at.  Time for n of them with c classes at home each: n n c; memory: 8
 *n n, and 12 for each class of each home.
 */
#ifndef CIVICGRID_CORE_DISPATCHER_ROLES_H
#define CIVICGRID_CORE_DISPATCHER_ROLES_H

#include "dispatcher.h"

#define DISPATCHER_HOME       0.8
#define DISPATCHER_ALPHA      0.2
#define DISPATCHER_BETA       2.0
#define DISPATCHER_MOST_ALIKE 1000

/* Cases of a class (any number but 0) in a cell (or 0) that a unit took */
typedef struct DispatcherTaken
{
	int64_t class_code;
	int64_t cell;
	uint32_t unit;
	uint32_t cases;
} DispatcherTaken;

/*
 * The role of each unit, numbered by their first units; how many roles there
 * are.  The order of what was taken does not matter; cell_levels as in
 * Dispatcher.
 */
extern DispatcherStatus dispatcher_find_roles(const DispatcherMemory *memory,
                                              const DispatcherTaken *taken,
                                              size_t n, uint32_t units,
                                              uint32_t cell_levels,
                                              uint32_t *role, uint32_t *roles);

#endif /* CIVICGRID_CORE_DISPATCHER_ROLES_H */
