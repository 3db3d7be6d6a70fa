/*
 * dispatcher_duties.h
 *	  Duties suggested by past cases (职责建议): rows of a rulebook's draft,
 *each with what speaks for it and against it.
 *
 * Past cases are made witnesses as in dispatcher_train.h, what units took
 * before others took over is left out (see dispatcher_takeover.h), and the
 * fewest rules are found that say who took the rest (see dispatcher_cover.h).
 * Whose a rule is, is a unit, or a kind of unit: "the one of this kind that
 * serves the place", where the caller knows kinds and one of them is more
 *often right than any unit.  A unit counts as the one of its kind for a cell
 *if it took most of what units of this kind took there.
 *
 * The answer depends on the cases alone, not on the order in which they came.
 *
 * Memory, in bytes: 64 for each case and its key; then what finding rules and
 * takeovers takes.
 */
#ifndef CIVICGRID_CORE_DISPATCHER_DUTIES_H
#define CIVICGRID_CORE_DISPATCHER_DUTIES_H

#include "dispatcher.h"
#include "dispatcher_names.h"

typedef struct DutiesOptions
{
	double half_life;      /* days: 180 */
	double gain;           /* witnesses that a rule has to get right: 3 */
	double support;        /* witnesses where a rule can be: 5 */
	double confidence;     /* share of its label: 0.6 */
	uint32_t class_levels; /* as in DispatcherOptions */
	uint32_t against;      /* keys that are told of a rule, at most: 10 */
	bool takeovers;        /* look for them: true */
} DutiesOptions;

/* A past case; what is not known is 0 or NULL. */
typedef struct DutiesCase
{
	int64_t class_code; /* has to be known */
	int64_t cell;
	int64_t unit;
	int64_t at;          /* microseconds since 1970 */
	const char *channel; /* no longer than DISPATCHER_TEXT_MAX */
	size_t channel_len;
	const char *kind; /* of the unit, any text likewise */
	size_t kind_len;
	const char *key; /* that it is told by, likewise */
	size_t key_len;
} DutiesCase;

typedef struct Duties
{
	DispatcherMemory memory;
	DutiesOptions options;
	DispatcherList rows;
	DispatcherNames channels;
	DispatcherNames kinds;
	DispatcherNames keys;
} Duties;

/* A suggested duty */
typedef struct DutiesRule
{
	int64_t class_code; /* 0: any */
	int64_t cell;
	const char *channel; /* NULL: any */
	size_t channel_len;
	int64_t unit;
	const char *kind; /* NULL: the unit */
	size_t kind_len;
	uint64_t cases;     /* that it decides … */
	uint64_t kept;      /* … and of these, those that went as it says */
	uint64_t witnesses; /* of the cases */
	bool taken_over;    /* by its unit … */
	int64_t since;      /* … at so many microseconds since 1970 … */
	int64_t previous;   /* … from this one */
	uint32_t against; /* keys of cases that did not go so, the newest first */
} DutiesRule;

extern void duties_default_options(DutiesOptions *options);
extern void duties_begin(Duties *duties, const DispatcherMemory *memory,
                         const DutiesOptions *options);
extern void duties_free(Duties *duties);
extern DispatcherStatus duties_add(Duties *duties, const DutiesCase *c);

/* Tells the rules, by class, cell and channel; the key is of the number so and
 * so of those against the rule; false ends it. */
typedef struct DutiesTold
{
	const struct DutiesFound *found;
	uint32_t rule;
} DutiesTold;
typedef bool (*DutiesTellFn)(void *context, const DutiesRule *rule,
                             const DutiesTold *told);
extern const char *duties_against(const DutiesTold *told, uint32_t number,
                                  size_t *len);

/* Find them, once. */
extern DispatcherStatus duties_suggest(Duties *duties, DutiesTellFn tell,
                                       void *context);

#endif /* CIVICGRID_CORE_DISPATCHER_DUTIES_H */
