/*
 * rulebook_compile.h
 *	  What the two halves of compiling a rulebook share.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_COMPILE_H
#define CIVICGRID_CORE_RULEBOOK_COMPILE_H

#include "rulebook_draft.h"

/* Blocks that are given back at the end */
#define SCRATCH 64

/* Of a rule its assists, in their order; likewise limits */
typedef struct Stretch
{
	uint32_t first;
	uint32_t count;
} Stretch;

typedef struct Compiler
{
	RulebookBuilder *b;
	const RulebookMemory *memory;
	RulebookDraftReport *report;
	void *scratch[SCRATCH];
	uint32_t blocks;
	uint32_t *order[RULEBOOK_PARTS];    /* of the records of a part */
	uint16_t *number[RULEBOOK_DOMAINS]; /* of a name as it was added */
	uint32_t *names[RULEBOOK_DOMAINS];  /* in order */
	uint32_t *rule_ids;                 /* rules by id */
	uint32_t *policy_ids;
	int32_t *parents; /* of units in order */
	Stretch *assists; /* of each rule, as added */
	Stretch *limits;  /* of each policy */
	RulebookWindow *windows;
} Compiler;

#define ITEMS(c, part, type)   ((type *) (c)->b->parts[part].items)
#define COUNT(c, part)         ((c)->b->parts[part].count)
#define ITEM(c, part, type, i) (&ITEMS(c, part, type)[i])

/* A zeroed block; NULL and a report */
extern void *rulebook_scratch(Compiler *c, size_t n, size_t bytes);
/* Fill the report; always false. */
extern bool rulebook_refuse(Compiler *c, RulebookDraftFault fault,
                            const char *part, int64_t id, int64_t other);
/* Number names as they are in the rulebook. */
extern bool rulebook_number_names(Compiler *c);
/* Put the records of all parts in order; ids that are there twice are faults.
 */
extern bool rulebook_sort_parts(Compiler *c);

#endif /* CIVICGRID_CORE_RULEBOOK_COMPILE_H */
