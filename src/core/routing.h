/*
 * routing.h
 *	  The flat form of a routing (分拨结果): what a rulebook answered, with the
 *	  names and ids that it needs no rulebook to be read.
 *
 * A byte for the version, then numbers and texts in a row.  A number is not
 * negative and written seven bits to a byte, the lowest first, with the high
 * bit set in all but the last byte, and no byte more than it needs; a text is
 * the number of its bytes, 0 if there is none, and the bytes.
 *
 *	  lead, level, rule, fallback       0: none
 *	  number of units on the path, ids
 *	  number of assisting units, each:  id, task
 *	  number of stages, each:           name, policy, term, calendar,
 *	                                    number of warnings, per cent each,
 *	                                    number of limits, each: name, term
 *
 *	  term: a byte with a bit for each amount that is not 0, and these:
 *	        seconds, work seconds, days, work days, rolling days
 *
 * So the same routing is the same bytes on every machine.  This layout is an
 * on-disk format: it never changes under a version.
 */
#ifndef CIVICGRID_CORE_ROUTING_H
#define CIVICGRID_CORE_ROUTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rulebook.h"

#define ROUTING_VERSION      1
#define ROUTING_NUMBER_BYTES 9
#define ROUTING_TEXT_BYTES   (2 + RULEBOOK_NAME_BYTES)
#define ROUTING_AMOUNTS      5 /* of a term */
#define ROUTING_PATH         (2 * RULEBOOK_DEPTH)

/* Room for any of these */
#define ROUTING_HEAD_BYTES     (1 + 4 * ROUTING_NUMBER_BYTES)
#define ROUTING_DURATION_BYTES (1 + ROUTING_AMOUNTS * ROUTING_NUMBER_BYTES)
#define ROUTING_TERM_BYTES                                               \
	(2 * ROUTING_TEXT_BYTES + 3 * ROUTING_NUMBER_BYTES +                 \
	 ROUTING_DURATION_BYTES + RULEBOOK_WARNINGS * ROUTING_NUMBER_BYTES + \
	 RULEBOOK_LIMITS * (ROUTING_TEXT_BYTES + ROUTING_DURATION_BYTES))

typedef struct RoutingText
{
	const char *bytes; /* within the routing */
	size_t len;        /* 0: none */
} RoutingText;

/* What is allowed for a stage (环节) */
typedef struct RoutingTerm
{
	RoutingText stage;
	int64_t policy;
	Term term;
	RoutingText calendar;
	int warnings;
	uint16_t warning[RULEBOOK_WARNINGS];
	int limits;
	RoutingText name[RULEBOOK_LIMITS];
	Term limit[RULEBOOK_LIMITS];
} RoutingTerm;

/* A routing that is read; what comes behind the assisting units is read term
 * by term. */
typedef struct Routing
{
	int64_t lead; /* ids; 0: none */
	int64_t rule;
	int64_t fallback;
	int level;
	int paths;
	int64_t path[ROUTING_PATH];
	int assists;
	int64_t assist[RULEBOOK_ASSISTS];
	RoutingText task[RULEBOOK_ASSISTS];
	int stages; /* that are still to be read */
	const uint8_t *at;
	const uint8_t *end;
} Routing;

/* Seven bits to a byte; returns the number of bytes, ROUTING_NUMBER_BYTES at
 * most. */
static inline size_t
routing_put_number(uint8_t *out, int64_t number)
{
	uint64_t n = (uint64_t) number;
	size_t len = 0;

	for (; n >= 0x80; n >>= 7)
		out[len++] = (uint8_t) (n | 0x80);
	out[len++] = (uint8_t) n;
	return len;
}

extern size_t routing_put_text(uint8_t *out, const char *bytes, size_t len);
/* Returns the number of bytes, ROUTING_TERM_BYTES at most. */
extern size_t routing_put_term(uint8_t *out, const RoutingTerm *term);

/*
 * Read a routing up to its terms, only its lead and what chose it, or its next
 * term; false if it is not one.  Bytes need not be trusted, but only
 * routing_check sees every fault.
 */
extern bool routing_read(const uint8_t *bytes, size_t size, Routing *routing);
extern bool routing_read_head(const uint8_t *bytes, size_t size,
                              Routing *routing);
extern bool routing_next(Routing *routing, RoutingTerm *term);

/* Is it what routing_put_… write, and nothing behind it?  Whether texts are
 * of the right encoding is for the caller, who is shown each. */
extern bool routing_check(const uint8_t *bytes, size_t size,
                          bool (*good)(void *context, const RoutingText *text),
                          void *context);

#endif /* CIVICGRID_CORE_ROUTING_H */
