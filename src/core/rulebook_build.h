/*
 * rulebook_build.h
 *	  Compile a rulebook from records, added in any order: the bytes depend on
 *	  what was added alone.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_BUILD_H
#define CIVICGRID_CORE_RULEBOOK_BUILD_H

#include "rulebook.h"

typedef struct RulebookMemory
{
	void *(*resize)(void *context, void *block, size_t size);
	void (*poll)(void *context);
	void *context;
} RulebookMemory;

typedef struct RulebookText
{
	const char *bytes; /* NULL: none */
	size_t len;
} RulebookText;

/* As the records, with names and ids instead of numbers; 0 id: none */
typedef struct RulebookLeadDraft
{
	int64_t unit; /* id; 0: kind and level */
	RulebookText kind;
	int level;
} RulebookLeadDraft;

typedef struct RulebookBuilder RulebookBuilder;

/* Of a draft, the first fault that was met: what, in which record */
typedef enum RulebookDraftFault
{
	RULEBOOK_DRAFT_OK = 0,
	RULEBOOK_DRAFT_NO_MEMORY,
	RULEBOOK_DRAFT_TOO_LARGE,
	RULEBOOK_DRAFT_REPEATED, /* the same id, name or territory twice */
	RULEBOOK_DRAFT_NO_UNIT,  /* an id that is no unit's */
	RULEBOOK_DRAFT_NO_NAME,  /* a window, channel, … that was not added */
	RULEBOOK_DRAFT_CYCLE,    /* units that are their own ancestors */
	RULEBOOK_DRAFT_DEPTH,    /* more than RULEBOOK_DEPTH units deep */
	RULEBOOK_DRAFT_RANGE,    /* a level, severity, share, … out of range */
	RULEBOOK_DRAFT_TOO_MANY  /* assists, stages, limits, … */
} RulebookDraftFault;

typedef struct RulebookDraftReport
{
	RulebookDraftFault fault;
	const char
	    *part;     /* "unit", "rule", "fallback", "exclusion", "policy", … */
	int64_t id;    /* of the record, or its territory */
	int64_t other; /* what it refers to */
	char name[RULEBOOK_NAME_BYTES + 1]; /* likewise, if it is a name */
} RulebookDraftReport;

extern RulebookBuilder *rulebook_build_begin(const RulebookMemory *memory);
extern void rulebook_build_free(RulebookBuilder *builder);

/* All return false and fill *report if a record cannot be taken; then nothing
 * is compiled, but the same is reported. */
extern bool rulebook_add_unit(RulebookBuilder *b, int64_t id, int64_t parent,
                              RulebookText kind, int level, int64_t territory,
                              uint8_t flags, int64_t from, int64_t to,
                              RulebookDraftReport *report);
extern bool rulebook_add_channel(RulebookBuilder *b, RulebookText name,
                                 const RulebookLeadDraft *intake,
                                 RulebookDraftReport *report);
extern bool rulebook_add_severity(RulebookBuilder *b, int severity,
                                  RulebookDraftReport *report);
/* One span of a window; a window may have several. */
extern bool rulebook_add_window(RulebookBuilder *b, RulebookText name,
                                int from, int to, RulebookDraftReport *report);

typedef struct RulebookRuleDraft
{
	int64_t id;
	int64_t event_class;
	int64_t territory;
	RulebookText owner;
	RulebookText channel;
	RulebookText window;
	int severity;
	int64_t from;
	int64_t to;
	RulebookLeadDraft lead;
} RulebookRuleDraft;

extern bool rulebook_add_rule(RulebookBuilder *b,
                              const RulebookRuleDraft *rule,
                              RulebookDraftReport *report);
/* place: its position among those of the rule */
extern bool rulebook_add_assist(RulebookBuilder *b, int64_t rule, int place,
                                const RulebookLeadDraft *lead,
                                RulebookText task,
                                RulebookDraftReport *report);
extern bool rulebook_add_fallback(RulebookBuilder *b, int64_t id,
                                  int64_t territory,
                                  const RulebookLeadDraft *lead, int64_t share,
                                  RulebookDraftReport *report);
extern bool rulebook_add_exclusion(RulebookBuilder *b, int64_t id,
                                   int64_t event_class, int64_t territory,
                                   int64_t unit, RulebookDraftReport *report);

typedef struct RulebookPolicyDraft
{
	int64_t id;
	int64_t event_class;
	int64_t territory;
	RulebookText stage;
	int stage_place; /* order of stages; the same in all policies of a stage */
	RulebookText calendar;
	RulebookText grade;
	int severity;
	Term term;
	int warnings;
	uint16_t warning[RULEBOOK_WARNINGS];
} RulebookPolicyDraft;

extern bool rulebook_add_policy(RulebookBuilder *b,
                                const RulebookPolicyDraft *policy,
                                RulebookDraftReport *report);
extern bool rulebook_add_limit(RulebookBuilder *b, int64_t policy, int place,
                               RulebookText name, const Term *term,
                               RulebookDraftReport *report);
extern bool rulebook_add_grade(RulebookBuilder *b, int64_t territory,
                               RulebookText grade,
                               RulebookDraftReport *report);
extern bool rulebook_add_class(RulebookBuilder *b, int64_t event_class,
                               RulebookDraftReport *report);
extern bool rulebook_add_cell(RulebookBuilder *b, int64_t cell,
                              RulebookDraftReport *report);
extern bool rulebook_set_timezone(RulebookBuilder *b, RulebookText timezone,
                                  RulebookDraftReport *report);

/* Compile, once.  The block is the caller's to give back. */
extern bool rulebook_build(RulebookBuilder *b, uint8_t **block, size_t *size,
                           RulebookDraftReport *report);

#endif /* CIVICGRID_CORE_RULEBOOK_BUILD_H */
