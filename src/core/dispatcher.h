/*
 * dispatcher.h
 *	  Which unit takes a case, learned from past dispatches (智能分拨) and
 *	  compiled into one flat value.
 *
 * What is known of a case when it is dispatched: its class, its cell, the
 * channel it came by, its property (投诉, 咨询 …) and the time.  Units that do
 * the same in different territories have one role (see dispatcher_roles.h),
 *and the probability of a unit is
 *
 *	  P(role | case) P(unit | role, cell)
 *
 * The first is a mixture of two estimates: four fifths of a multinomial
 * logistic regression on the prefixes of class and cell, channel and property
 * (see dispatcher_solve.h), one fifth of counts that back off from class, cell
 * and channel to the class, to its prefixes, to all cases.  The second is
 * counts of the role's units that back off from the cell to its prefixes.
 * Recent cases count more.
 *
 * A context is a part of what is known of a case: a class or a prefix of it, a
 * territory, both, a channel …  The value holds, for each context that past
 * cases had, how many of them went to each unit; these counts are the evidence
 * of an answer.  The layout is told in dispatcher_format.h, how a value is
 *made in dispatcher_train.h.
 */
#ifndef CIVICGRID_CORE_DISPATCHER_H
#define CIVICGRID_CORE_DISPATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum DispatcherStatus
{
	DISPATCHER_OK = 0,
	DISPATCHER_NO_MEMORY, /* the caller's allocator gave none */
	DISPATCHER_TOO_LARGE, /* more than the format can hold */
	DISPATCHER_EMPTY,     /* trained on nothing */
	DISPATCHER_NAME,      /* a channel or property is too long */
	DISPATCHER_SHORT,     /* not even a header, or cut off */
	DISPATCHER_MAGIC,     /* not a dispatcher */
	DISPATCHER_VERSION,   /* of a version that this code does not know */
	DISPATCHER_BYTEORDER, /* made on a machine of the other byte order */
	DISPATCHER_CHECKSUM,  /* bytes have changed since it was made */
	DISPATCHER_STRUCTURE  /* not what this code makes */
} DispatcherStatus;

/*
 * What core may ask of its caller.  resize is realloc: a NULL block to begin
 * with, size 0 to give back; poll is called now and then and may not return.
 */
typedef struct DispatcherMemory
{
	void *(*resize)(void *context, void *block, size_t size);
	void (*poll)(void *context);
	void *context;
} DispatcherMemory;

#define DISPATCHER_TEXT_MAX 255 /* bytes of a channel or property */

/* A context; 0: does not matter.  Channels and properties are numbered from 1
 * in the order of their bytes. */
typedef struct DispatcherKey
{
	int64_t class_code; /* an eventcode */
	int64_t cell;       /* a gridcode */
	uint32_t channel;
	uint32_t property;
} DispatcherKey;

typedef struct DispatcherContext
{
	DispatcherKey key;
	uint32_t first_entry;
	uint32_t first_weight;
} DispatcherContext;

/* Past cases of a context that went to a unit */
typedef struct DispatcherEntry
{
	double weight; /* recent ones count more, repeated ones once */
	uint32_t unit; /* its number */
	uint32_t cases;
} DispatcherEntry;

/* What a context says of a role, in log-odds */
typedef struct DispatcherWeight
{
	float weight;
	uint32_t role;
} DispatcherWeight;

/* A dispatcher opened for reading; it points into the value. */
typedef struct Dispatcher
{
	uint32_t units;
	uint32_t roles;
	uint32_t channels;
	uint32_t properties;
	uint32_t contexts;
	uint64_t cases;        /* it was trained on … */
	uint32_t witnesses;    /* … of which repeated ones are one */
	int32_t first_day;     /* of these cases … */
	int32_t last_day;      /* … since 1970 */
	uint32_t class_levels; /* bit d: prefixes of d digits matter */
	uint32_t cell_levels;  /* bit l: prefixes of level l matter */
	double half_life;      /* days */
	double table_share;    /* of the counts, in P(role) */
	uint64_t digest;
	const int64_t *unit;      /* ids, ascending */
	const uint32_t *role;     /* of each unit */
	const double *bias;       /* of each role */
	const uint32_t *name_end; /* of channels and properties */
	const char *names;
	const DispatcherContext *context; /* ascending; and an end */
	const DispatcherEntry *entry;
	const DispatcherWeight *weight;
} Dispatcher;

/*
 * Read the header, or check a value in full; it must lie at a multiple of
 * eight.  Only what has been checked in full can be asked.
 */
extern DispatcherStatus dispatcher_open(const uint8_t *bytes, uint64_t size,
                                        Dispatcher *dispatcher);
extern DispatcherStatus dispatcher_validate(const uint8_t *bytes,
                                            uint64_t size,
                                            Dispatcher *dispatcher);

/* A case; what is not known is 0 or NULL. */
typedef struct DispatcherCase
{
	int64_t class_code;
	int64_t cell;
	const char *channel;
	size_t channel_len;
	const char *property;
	size_t property_len;
	int32_t day; /* since 1970; counts age up to it */
} DispatcherCase;

/* Room to work in: 16 bytes a role, 24 a unit */
extern size_t dispatcher_work_size(const Dispatcher *dispatcher);

/* The probability of each unit, in the order of their ids; their sum is 1. */
extern void dispatcher_probabilities(const Dispatcher *dispatcher,
                                     const DispatcherCase *c, void *work,
                                     double *probabilities);

/*
 * Numbers of the k likeliest units, the likeliest first, of two as likely the
 * one of the smaller id; how many these are.
 */
extern uint32_t dispatcher_top(const Dispatcher *dispatcher,
                               const double *probabilities, uint32_t k,
                               uint32_t *top);

/* What a context says for a unit */
typedef struct DispatcherEvidence
{
	const DispatcherKey *key;
	uint64_t cases;      /* past ones of this context … */
	uint64_t unit_cases; /* … that went to the unit … */
	uint64_t role_cases; /* … to units of its role, itself included */
	double weight; /* log-odds for its role; 0 for contexts of two parts */
} DispatcherEvidence;

typedef void (*DispatcherTellFn)(void *context,
                                 const DispatcherEvidence *evidence);

/* Tell each context that past cases share with a case, those of the most parts
 * and digits first. */
extern void dispatcher_evidence(const Dispatcher *dispatcher,
                                const DispatcherCase *c, uint32_t unit,
                                DispatcherTellFn tell, void *context);

/* The name of a channel or property of a key, and its length */
extern const char *dispatcher_channel(const Dispatcher *dispatcher,
                                      uint32_t channel, size_t *len);
extern const char *dispatcher_property(const Dispatcher *dispatcher,
                                       uint32_t property, size_t *len);

#endif /* CIVICGRID_CORE_DISPATCHER_H */
