/*
 * rulebook_build.c
 *	  Take the records of a rulebook; rulebook_compile.c makes it of them.
 *
 * What a record says by itself is looked at here; what it refers to, only when
 * all are there.
 */
#include "rulebook_draft.h"

#include "characters.h"
#include "checksum.h"

static const char *const part_names[RULEBOOK_PARTS] = {
    [PART_UNIT] = "unit",           [PART_CHANNEL] = "channel",
    [PART_WINDOW] = "window",       [PART_RULE] = "rule",
    [PART_ASSIST] = "assist",       [PART_FALLBACK] = "fallback",
    [PART_EXCLUSION] = "exclusion", [PART_POLICY] = "policy",
    [PART_LIMIT] = "limit",         [PART_GRADE] = "grade",
    [PART_CLASS] = "class",         [PART_CELL] = "cell"};

static const size_t part_bytes[RULEBOOK_PARTS] = {
    [PART_UNIT] = sizeof(DraftUnit),
    [PART_CHANNEL] = sizeof(DraftChannel),
    [PART_WINDOW] = sizeof(DraftWindow),
    [PART_RULE] = sizeof(DraftRule),
    [PART_ASSIST] = sizeof(DraftAssist),
    [PART_FALLBACK] = sizeof(DraftFallback),
    [PART_EXCLUSION] = sizeof(DraftExclusion),
    [PART_POLICY] = sizeof(RulebookPolicy),
    [PART_LIMIT] = sizeof(DraftLimit),
    [PART_GRADE] = sizeof(RulebookGrade),
    [PART_CLASS] = sizeof(int64_t),
    [PART_CELL] = sizeof(int64_t)};

bool
rulebook_fault(RulebookDraftReport *report, RulebookDraftFault fault,
               const char *part, int64_t id, int64_t other, const char *name,
               size_t len)
{
	size_t at = 0;

	memset(report, 0, sizeof(*report));
	report->fault = fault;
	report->part = part;
	report->id = id;
	report->other = other;
	/* as much of the name as is one */
	while (name != NULL && at < len)
	{
		uint32_t c;
		size_t n = utf8_decode((const uint8_t *) name + at, len - at, &c);

		if (c == UTF8_NONE || at + n > RULEBOOK_NAME_BYTES)
			break;
		memcpy(report->name + at, name + at, n);
		at += n;
	}
	return false;
}

/* ---------------------------------------------------------------------
 * lists
 * ---------------------------------------------------------------------
 */

RulebookBuilder *
rulebook_build_begin(const RulebookMemory *memory)
{
	RulebookBuilder *b =
	    memory->resize(memory->context, NULL, sizeof(RulebookBuilder));
	int p;

	if (b == NULL)
		return NULL;
	memset(b, 0, sizeof(*b));
	b->memory = *memory;
	for (p = 0; p < RULEBOOK_PARTS; p++)
		b->parts[p].item_bytes = part_bytes[p];
	b->names.item_bytes = sizeof(DraftName);
	return b;
}

void
rulebook_build_free(RulebookBuilder *b)
{
	RulebookMemory m;
	int p;

	if (b == NULL)
		return;
	m = b->memory;
	for (p = 0; p < RULEBOOK_PARTS; p++)
		if (b->parts[p].items != NULL)
			m.resize(m.context, b->parts[p].items, 0);
	if (b->names.items != NULL)
		m.resize(m.context, b->names.items, 0);
	if (b->slots != NULL)
		m.resize(m.context, b->slots, 0);
	if (b->pool != NULL)
		m.resize(m.context, b->pool, 0);
	m.resize(m.context, b, 0);
}

/* Room for one more at the end of a list, zeroed; NULL: there is none */
static void *
list_add(const RulebookMemory *m, DraftList *list)
{
	uint8_t *item;

	if (list->count == list->room)
	{
		uint32_t room = list->room + list->room / 2 + 16;
		void *items =
		    m->resize(m->context, list->items, room * list->item_bytes);

		if (items == NULL)
			return NULL;
		list->items = items;
		list->room = room;
	}
	item = (uint8_t *) list->items + list->count++ * list->item_bytes;
	memset(item, 0, list->item_bytes);
	return item;
}

/* Report a fault, and keep the first one; always false. */
static bool
refuse_record(RulebookBuilder *b, RulebookDraftReport *report,
              RulebookDraftFault fault, const char *part, int64_t id,
              int64_t other, const RulebookText *name)
{
	rulebook_fault(report, fault, part, id, other,
	               name != NULL ? name->bytes : NULL,
	               name != NULL ? name->len : 0);
	if (b->refused.fault == RULEBOOK_DRAFT_OK)
		b->refused = *report;
	return false;
}

/* The same as list_add() of a part; NULL and a report */
static void *
add(RulebookBuilder *b, RulebookPart part, int64_t id,
    RulebookDraftReport *report)
{
	void *item;

	if (b->parts[part].count == RULEBOOK_MOST)
	{
		refuse_record(b, report, RULEBOOK_DRAFT_TOO_LARGE, part_names[part],
		              id, 0, NULL);
		return NULL;
	}
	item = list_add(&b->memory, &b->parts[part]);
	if (item == NULL)
		refuse_record(b, report, RULEBOOK_DRAFT_NO_MEMORY, part_names[part],
		              id, 0, NULL);
	return item;
}

/* ---------------------------------------------------------------------
 * names
 * ---------------------------------------------------------------------
 */

static uint64_t
name_hash(const char *bytes, size_t len, uint32_t domain)
{
	return checksum_bytes((const uint8_t *) bytes, len) ^
	       domain * UINT64_C(0x9E3779B97F4A7C15);
}

static bool
grow_slots(RulebookBuilder *b)
{
	const RulebookMemory *m = &b->memory;
	const DraftName *names = b->names.items;
	uint32_t bits = b->slots == NULL ? 8 : b->slot_bits + 1;
	uint32_t mask = (UINT32_C(1) << bits) - 1;
	uint32_t *slots = m->resize(m->context, NULL, sizeof(uint32_t) << bits);
	uint32_t i;

	if (slots == NULL)
		return false;
	memset(slots, 0, sizeof(uint32_t) << bits);
	for (i = 0; i < b->names.count; i++)
	{
		uint64_t hash =
		    name_hash(b->pool + names[i].at, names[i].len, names[i].domain);
		uint32_t at = (uint32_t) (hash >> (64 - bits));

		while (slots[at] != 0)
			at = (at + 1) & mask;
		slots[at] = i + 1;
	}
	if (b->slots != NULL)
		m->resize(m->context, b->slots, 0);
	b->slots = slots;
	b->slot_bits = bits;
	return true;
}

/* The name with its number, which may be new; NULL: no memory, or too many */
static DraftName *
find_name(RulebookBuilder *b, RulebookDomain domain, const RulebookText *text,
          RulebookDraftFault *fault)
{
	const RulebookMemory *m = &b->memory;
	uint64_t hash = name_hash(text->bytes, text->len, domain);
	DraftName *names;
	DraftName *name;
	uint32_t at;
	uint32_t mask;

	*fault = RULEBOOK_DRAFT_NO_MEMORY;
	if ((b->slots == NULL || b->names.count >= UINT32_C(1)
	                                               << (b->slot_bits - 1)) &&
	    !grow_slots(b))
		return NULL;
	mask = (UINT32_C(1) << b->slot_bits) - 1;
	names = b->names.items;
	for (at = (uint32_t) (hash >> (64 - b->slot_bits)); b->slots[at] != 0;
	     at = (at + 1) & mask)
	{
		name = &names[b->slots[at] - 1];
		if (name->domain == domain && name->len == text->len &&
		    memcmp(b->pool + name->at, text->bytes, text->len) == 0)
			return name;
	}
	if (b->name_count[domain] ==
	    (domain == RULEBOOK_STAGE ? RULEBOOK_STAGES : RULEBOOK_MOST_NAMES))
	{
		*fault = RULEBOOK_DRAFT_TOO_MANY;
		return NULL;
	}
	if (b->pool_room - b->pool_used < text->len)
	{
		size_t room = b->pool_room * 2 + 4 * RULEBOOK_NAME_BYTES;
		char *pool = m->resize(m->context, b->pool, room);

		if (pool == NULL)
			return NULL;
		b->pool = pool;
		b->pool_room = room;
	}
	name = list_add(m, &b->names);
	if (name == NULL)
		return NULL;
	memcpy(b->pool + b->pool_used, text->bytes, text->len);
	name->at = b->pool_used;
	name->len = (uint32_t) text->len;
	name->domain = domain;
	name->number = (uint16_t) ++b->name_count[domain];
	name->next_in = b->last_name[domain];
	b->last_name[domain] = b->names.count;
	b->pool_used += text->len;
	b->slots[at] = b->names.count;
	return name;
}

static bool
sound_name(const RulebookText *text)
{
	size_t at = 0;
	uint32_t c;

	if (text->bytes == NULL || text->len == 0 ||
	    text->len > RULEBOOK_NAME_BYTES)
		return false;
	while (at < text->len)
	{
		at += utf8_decode((const uint8_t *) text->bytes + at, text->len - at,
		                  &c);
		if (c == UTF8_NONE)
			return false;
	}
	return true;
}

/*
 * Where a record is taken.  The first fault counts; what follows it is not
 * looked at.
 */
typedef struct Taking
{
	RulebookBuilder *b;
	RulebookPart part;
	int64_t id;
	RulebookDraftReport *report;
	bool good;
} Taking;

static Taking
take(RulebookBuilder *b, RulebookPart part, int64_t id,
     RulebookDraftReport *report)
{
	Taking t = {b, part, id, report, true};

	return t;
}

static void
refuse(Taking *t, RulebookDraftFault fault, int64_t other,
       const RulebookText *name)
{
	if (t->good)
		refuse_record(t->b, t->report, fault, part_names[t->part], t->id,
		              other, name);
	t->good = false;
}

static void
require(Taking *t, bool condition, int64_t other)
{
	if (!condition)
		refuse(t, RULEBOOK_DRAFT_RANGE, other, NULL);
}

static DraftName *
take_known(Taking *t, RulebookDomain domain, const RulebookText *text)
{
	RulebookDraftFault fault;
	DraftName *name;

	if (!t->good)
		return NULL;
	if (!sound_name(text))
	{
		refuse(t, RULEBOOK_DRAFT_RANGE, (int64_t) text->len, text);
		return NULL;
	}
	name = find_name(t->b, domain, text, &fault);
	if (name == NULL)
		refuse(t, fault, 0, text);
	return name;
}

/* A number, 0 without a name */
static uint16_t
take_name(Taking *t, RulebookDomain domain, const RulebookText *text)
{
	DraftName *name = text->bytes == NULL ? NULL : take_known(t, domain, text);

	return name != NULL ? name->number : 0;
}

static DraftLead
take_lead(Taking *t, const RulebookLeadDraft *lead, bool none)
{
	DraftLead taken = {lead->unit, 0, 0};

	if (lead->unit != 0)
		return taken;
	if (lead->kind.bytes != NULL)
	{
		require(t, lead->level >= 1 && lead->level <= RULEBOOK_LEVELS,
		        lead->level);
		taken.kind = take_name(t, RULEBOOK_KIND, &lead->kind);
		taken.level = (uint8_t) lead->level;
	}
	else if (!none)
		refuse(t, RULEBOOK_DRAFT_NO_UNIT, 0, NULL);
	return taken;
}

static void
require_codes(Taking *t, int64_t event_class, int64_t territory)
{
	require(t, event_class == 0 || eventcode_is_valid(event_class),
	        event_class);
	require(t, territory == 0 || gridcode_is_valid(territory), territory);
}

static uint8_t
take_severity(Taking *t, int severity)
{
	require(t, severity >= 0 && severity <= RULEBOOK_SEVERITIES, severity);
	return (uint8_t) severity;
}

static void
require_term(Taking *t, const Term *term)
{
	require(t, term->zero == 0 && term_check(term) == TERM_OK, 0);
}

/* ---------------------------------------------------------------------
 * records
 * ---------------------------------------------------------------------
 */

bool
rulebook_add_unit(RulebookBuilder *b, int64_t id, int64_t parent,
                  RulebookText kind, int level, int64_t territory,
                  uint8_t flags, int64_t from, int64_t to,
                  RulebookDraftReport *report)
{
	Taking t = take(b, PART_UNIT, id, report);
	DraftUnit *unit;
	uint16_t number;

	require(&t, id > 0, id);
	require(&t, level >= 1 && level <= RULEBOOK_LEVELS, level);
	require_codes(&t, 0, territory);
	require(&t, (flags & ~(RULEBOOK_CENTRE | RULEBOOK_NOSTAFF)) == 0, flags);
	if (kind.bytes == NULL)
		refuse(&t, RULEBOOK_DRAFT_NO_NAME, 0, NULL);
	number = take_name(&t, RULEBOOK_KIND, &kind);
	unit = t.good ? add(b, PART_UNIT, id, report) : NULL;
	if (unit == NULL)
		return false;
	unit->id = id;
	unit->parent = parent;
	unit->territory = territory;
	unit->from = from;
	unit->to = to;
	unit->kind = number;
	unit->level = (uint8_t) level;
	unit->flags = flags;
	return true;
}

/* A name that others refer to is added only once. */
bool
rulebook_add_channel(RulebookBuilder *b, RulebookText name,
                     const RulebookLeadDraft *intake,
                     RulebookDraftReport *report)
{
	Taking t = take(b, PART_CHANNEL, 0, report);
	DraftLead lead = take_lead(&t, intake, true);
	DraftName *known = take_known(&t, RULEBOOK_CHANNEL, &name);
	DraftChannel *channel;

	if (known != NULL && known->declared)
		refuse(&t, RULEBOOK_DRAFT_REPEATED, 0, &name);
	channel = t.good ? add(b, PART_CHANNEL, 0, report) : NULL;
	if (channel == NULL)
		return false;
	known->declared = true;
	channel->intake = lead;
	channel->name = known->number;
	return true;
}

bool
rulebook_add_severity(RulebookBuilder *b, int severity,
                      RulebookDraftReport *report)
{
	if (severity < 1 || severity > RULEBOOK_SEVERITIES)
		return refuse_record(b, report, RULEBOOK_DRAFT_RANGE, "severity",
		                     severity, severity, NULL);
	b->severities |= (uint16_t) (1u << (severity - 1));
	return true;
}

bool
rulebook_add_window(RulebookBuilder *b, RulebookText name, int from, int to,
                    RulebookDraftReport *report)
{
	Taking t = take(b, PART_WINDOW, 0, report);
	DraftName *known = take_known(&t, RULEBOOK_WINDOW, &name);
	DraftWindow *window;

	if (from < 0 || from >= to || to > RULEBOOK_WEEK)
		refuse(&t, RULEBOOK_DRAFT_RANGE, from, &name);
	window = t.good ? add(b, PART_WINDOW, 0, report) : NULL;
	if (window == NULL)
		return false;
	known->declared = true;
	window->name = known->number;
	window->from = (uint16_t) from;
	window->to = (uint16_t) to;
	return true;
}

bool
rulebook_add_rule(RulebookBuilder *b, const RulebookRuleDraft *rule,
                  RulebookDraftReport *report)
{
	Taking t = take(b, PART_RULE, rule->id, report);
	RulebookRule record = {.id = rule->id,
	                       .event_class = rule->event_class,
	                       .territory = rule->territory,
	                       .from = rule->from,
	                       .to = rule->to};
	DraftLead lead;
	DraftRule *added;

	require(&t, rule->id > 0, rule->id);
	require_codes(&t, rule->event_class, rule->territory);
	record.severity = take_severity(&t, rule->severity);
	lead = take_lead(&t, &rule->lead, false);
	record.owner = take_name(&t, RULEBOOK_OWNER, &rule->owner);
	record.channel = take_name(&t, RULEBOOK_CHANNEL, &rule->channel);
	record.window = take_name(&t, RULEBOOK_WINDOW, &rule->window);
	added = t.good ? add(b, PART_RULE, rule->id, report) : NULL;
	if (added == NULL)
		return false;
	added->record = record;
	added->lead = lead;
	return true;
}

bool
rulebook_add_assist(RulebookBuilder *b, int64_t rule, int place,
                    const RulebookLeadDraft *lead, RulebookText task,
                    RulebookDraftReport *report)
{
	Taking t = take(b, PART_ASSIST, rule, report);
	DraftLead taken = take_lead(&t, lead, false);
	uint16_t number = take_name(&t, RULEBOOK_TASK, &task);
	DraftAssist *assist = t.good ? add(b, PART_ASSIST, rule, report) : NULL;

	if (assist == NULL)
		return false;
	assist->rule = rule;
	assist->lead = taken;
	assist->place = place;
	assist->task = number;
	return true;
}

bool
rulebook_add_fallback(RulebookBuilder *b, int64_t id, int64_t territory,
                      const RulebookLeadDraft *lead, int64_t share,
                      RulebookDraftReport *report)
{
	Taking t = take(b, PART_FALLBACK, id, report);
	DraftFallback *fallback;
	DraftLead taken;

	require(&t, id > 0, id);
	require_codes(&t, 0, territory);
	require(&t, share >= 1 && share <= RULEBOOK_MOST_SHARE, share);
	taken = take_lead(&t, lead, false);
	fallback = t.good ? add(b, PART_FALLBACK, id, report) : NULL;
	if (fallback == NULL)
		return false;
	fallback->id = id;
	fallback->territory = territory;
	fallback->lead = taken;
	fallback->share = (uint32_t) share;
	return true;
}

bool
rulebook_add_exclusion(RulebookBuilder *b, int64_t id, int64_t event_class,
                       int64_t territory, int64_t unit,
                       RulebookDraftReport *report)
{
	Taking t = take(b, PART_EXCLUSION, id, report);
	DraftExclusion *exclusion;

	require(&t, id > 0, id);
	require_codes(&t, event_class, territory);
	exclusion = t.good ? add(b, PART_EXCLUSION, id, report) : NULL;
	if (exclusion == NULL)
		return false;
	exclusion->id = id;
	exclusion->event_class = event_class;
	exclusion->territory = territory;
	exclusion->unit = unit;
	return true;
}

bool
rulebook_add_policy(RulebookBuilder *b, const RulebookPolicyDraft *policy,
                    RulebookDraftReport *report)
{
	Taking t = take(b, PART_POLICY, policy->id, report);
	RulebookPolicy record = {.id = policy->id,
	                         .event_class = policy->event_class,
	                         .territory = policy->territory,
	                         .term = policy->term};
	DraftName *stage;
	RulebookPolicy *added;
	int i;

	require(&t, policy->id > 0, policy->id);
	require_codes(&t, policy->event_class, policy->territory);
	require_term(&t, &policy->term);
	record.severity = take_severity(&t, policy->severity);
	if (policy->warnings < 0 || policy->warnings > RULEBOOK_WARNINGS)
		refuse(&t, RULEBOOK_DRAFT_TOO_MANY, policy->warnings, NULL);
	if (policy->stage.bytes == NULL)
		refuse(&t, RULEBOOK_DRAFT_NO_NAME, 0, NULL);
	record.calendar = take_name(&t, RULEBOOK_CALENDAR, &policy->calendar);
	record.grade = take_name(&t, RULEBOOK_GRADE, &policy->grade);
	stage = take_known(&t, RULEBOOK_STAGE, &policy->stage);
	if (stage != NULL && stage->placed && stage->place != policy->stage_place)
		refuse(&t, RULEBOOK_DRAFT_REPEATED, policy->stage_place,
		       &policy->stage);
	added = t.good ? add(b, PART_POLICY, policy->id, report) : NULL;
	if (added == NULL)
		return false;
	stage->placed = true;
	stage->place = policy->stage_place;
	record.stage = stage->number;
	record.warnings = (uint8_t) policy->warnings;
	for (i = 0; i < policy->warnings; i++)
		record.warning[i] = policy->warning[i];
	*added = record;
	return true;
}

bool
rulebook_add_limit(RulebookBuilder *b, int64_t policy, int place,
                   RulebookText name, const Term *term,
                   RulebookDraftReport *report)
{
	Taking t = take(b, PART_LIMIT, policy, report);
	uint16_t number;
	DraftLimit *limit;

	require_term(&t, term);
	number = take_name(&t, RULEBOOK_TASK, &name);
	limit = t.good ? add(b, PART_LIMIT, policy, report) : NULL;
	if (limit == NULL)
		return false;
	limit->policy = policy;
	limit->place = place;
	limit->term = *term;
	limit->name = number;
	return true;
}

bool
rulebook_add_grade(RulebookBuilder *b, int64_t territory, RulebookText grade,
                   RulebookDraftReport *report)
{
	Taking t = take(b, PART_GRADE, territory, report);
	DraftName *name;
	RulebookGrade *added;

	require_codes(&t, 0, territory);
	name = take_known(&t, RULEBOOK_GRADE, &grade);
	added = t.good ? add(b, PART_GRADE, territory, report) : NULL;
	if (added == NULL)
		return false;
	added->territory = territory;
	added->grade = name->number;
	return true;
}

static bool
add_leaf(RulebookBuilder *b, RulebookPart part, int64_t code, bool valid,
         RulebookDraftReport *report)
{
	int64_t *added;

	if (!valid)
		return refuse_record(b, report, RULEBOOK_DRAFT_RANGE, part_names[part],
		                     code, code, NULL);
	added = add(b, part, code, report);
	if (added == NULL)
		return false;
	*added = code;
	return true;
}

bool
rulebook_add_class(RulebookBuilder *b, int64_t event_class,
                   RulebookDraftReport *report)
{
	return add_leaf(b, PART_CLASS, event_class,
	                eventcode_is_valid(event_class), report);
}

bool
rulebook_add_cell(RulebookBuilder *b, int64_t cell,
                  RulebookDraftReport *report)
{
	return add_leaf(b, PART_CELL, cell, gridcode_is_valid(cell), report);
}

bool
rulebook_set_timezone(RulebookBuilder *b, RulebookText timezone,
                      RulebookDraftReport *report)
{
	if (!sound_name(&timezone))
		return refuse_record(b, report, RULEBOOK_DRAFT_RANGE, "timezone", 0, 0,
		                     &timezone);
	if (b->timezone_len > 0 &&
	    (b->timezone_len != timezone.len ||
	     memcmp(b->timezone, timezone.bytes, timezone.len) != 0))
		return refuse_record(b, report, RULEBOOK_DRAFT_REPEATED, "timezone", 0,
		                     0, &timezone);
	memcpy(b->timezone, timezone.bytes, timezone.len);
	b->timezone_len = timezone.len;
	return true;
}
