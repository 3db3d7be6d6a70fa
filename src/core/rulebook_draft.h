/*
 * rulebook_draft.h
 *	  What the files that make a rulebook share: the records as they were
 *	  added, with names numbered as they came and units by their ids.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_DRAFT_H
#define CIVICGRID_CORE_RULEBOOK_DRAFT_H

#include "rulebook_build.h"
#include "rulebook_format.h"

#define RULEBOOK_POLL_EVERY 4096

typedef enum RulebookPart
{
	PART_UNIT = 0,
	PART_CHANNEL,
	PART_WINDOW,
	PART_RULE,
	PART_ASSIST,
	PART_FALLBACK,
	PART_EXCLUSION,
	PART_POLICY,
	PART_LIMIT,
	PART_GRADE,
	PART_CLASS,
	PART_CELL,
	RULEBOOK_PARTS
} RulebookPart;

typedef struct DraftLead
{
	int64_t unit;
	uint16_t kind;
	uint8_t level;
} DraftLead;

typedef struct DraftUnit
{
	int64_t id;
	int64_t parent;
	int64_t territory;
	int64_t from;
	int64_t to;
	uint16_t kind;
	uint8_t level;
	uint8_t flags;
} DraftUnit;

typedef struct DraftChannel
{
	DraftLead intake;
	uint16_t name;
} DraftChannel;

typedef struct DraftWindow
{
	uint16_t name;
	uint16_t from;
	uint16_t to;
} DraftWindow;

typedef struct DraftRule
{
	RulebookRule record; /* but for the lead and the assists */
	DraftLead lead;
} DraftRule;

typedef struct DraftAssist
{
	int64_t rule;
	DraftLead lead;
	int32_t place;
	uint16_t task;
} DraftAssist;

typedef struct DraftFallback
{
	int64_t id;
	int64_t territory;
	DraftLead lead;
	uint32_t share;
} DraftFallback;

typedef struct DraftExclusion
{
	int64_t id;
	int64_t event_class;
	int64_t territory;
	int64_t unit;
} DraftExclusion;

typedef struct DraftLimit
{
	int64_t policy;
	Term term;
	int32_t place;
	uint16_t name;
} DraftLimit;

typedef struct DraftName
{
	size_t at; /* in the pool */
	uint32_t len;
	uint32_t domain;
	uint16_t number;  /* as added, from 1 on; later as in the rulebook */
	bool declared;    /* of channels and windows: not only referred to */
	bool placed;      /* of stages */
	int32_t place;    /* likewise */
	uint32_t next_in; /* the name of its domain that was added before, or 0 */
} DraftName;

/* A list that grows */
typedef struct DraftList
{
	void *items;
	size_t item_bytes;
	uint32_t count;
	uint32_t room;
} DraftList;

struct RulebookBuilder
{
	RulebookMemory memory;
	DraftList parts[RULEBOOK_PARTS];
	DraftList names;
	uint32_t name_count[RULEBOOK_DOMAINS];
	uint32_t last_name[RULEBOOK_DOMAINS]; /* index in names plus one */
	uint32_t *slots;                      /* of names, plus one */
	uint32_t slot_bits;
	char *pool;
	size_t pool_used;
	size_t pool_room;
	uint16_t severities;
	char timezone[RULEBOOK_NAME_BYTES + 1];
	size_t timezone_len;
	RulebookDraftReport refused; /* the first record that was */
};

/* Fill a report; always false. */
extern bool rulebook_fault(RulebookDraftReport *report,
                           RulebookDraftFault fault, const char *part,
                           int64_t id, int64_t other, const char *name,
                           size_t len);

typedef bool (*RulebookLessFn)(const void *context, uint32_t a, uint32_t b);

/* Sort numbers, by merging; false if there is no memory. */
extern bool rulebook_sort(const RulebookMemory *memory, uint32_t *items,
                          uint32_t count, RulebookLessFn less,
                          const void *context);

/*
 * Add what is derived to a block that has the header and the records.  The
 * block may move.
 */
extern RulebookDraftFault rulebook_make_index(const RulebookMemory *memory,
                                              uint8_t **block, size_t *size);
/* Give a block the size that its header's counts ask for. */
extern RulebookDraftFault rulebook_extend(const RulebookMemory *memory,
                                          uint8_t **block, size_t *size);

static inline void
rulebook_poll(const RulebookMemory *memory, uint32_t i)
{
	if (i % RULEBOOK_POLL_EVERY == 0 && memory->poll != NULL)
		memory->poll(memory->context);
}

#endif /* CIVICGRID_CORE_RULEBOOK_DRAFT_H */
