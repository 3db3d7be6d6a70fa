/*
 * rulebook_compile.c
 *	  Make a rulebook of its records: find what they refer to, write them;
 *	  rulebook_derive.c adds the rest.
 */
#include "checksum.h"
#include "rulebook_compile.h"

static bool
fault_name(Compiler *c, RulebookDraftFault what, const char *part, int64_t id,
           const DraftName *name)
{
	return rulebook_fault(c->report, what, part, id, 0, c->b->pool + name->at,
	                      name->len);
}

/* The name by its number as added */
static const DraftName *
name_added(const Compiler *c, RulebookDomain domain, uint16_t number)
{
	const DraftName *names = c->b->names.items;

	return &names[c->names[domain][c->number[domain][number] - 1]];
}

/* ---------------------------------------------------------------------
 * what refers to what
 * ---------------------------------------------------------------------
 */

/* The index of a unit, -1 if there is none */
static int32_t
unit_index(const Compiler *c, int64_t id)
{
	const DraftUnit *units = ITEMS(c, PART_UNIT, DraftUnit);
	uint32_t low = 0;
	uint32_t high = COUNT(c, PART_UNIT);

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (units[c->order[PART_UNIT][middle]].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < COUNT(c, PART_UNIT) &&
	               units[c->order[PART_UNIT][low]].id == id
	           ? (int32_t) low
	           : -1;
}

static bool
make_lead(Compiler *c, const DraftLead *draft, const char *part, int64_t id,
          RulebookLead *lead)
{
	memset(lead, 0, sizeof(*lead));
	lead->unit = -1;
	if (draft->unit != 0)
	{
		lead->unit = unit_index(c, draft->unit);
		return lead->unit >= 0 || rulebook_refuse(c, RULEBOOK_DRAFT_NO_UNIT,
		                                          part, id, draft->unit);
	}
	lead->kind = c->number[RULEBOOK_KIND][draft->kind];
	lead->level = draft->level;
	return true;
}

static bool
known_severity(Compiler *c, const char *part, int64_t id, unsigned severity)
{
	return severity == 0 || (c->b->severities >> (severity - 1) & 1) != 0 ||
	       rulebook_refuse(c, RULEBOOK_DRAFT_NO_NAME, part, id, severity);
}

/*
 * Find the parents.  Whoever has too many ancestors is below a cycle if going
 * on leads to no end.
 */
static bool
check_tree(Compiler *c)
{
	const DraftUnit *units = ITEMS(c, PART_UNIT, DraftUnit);
	uint32_t count = COUNT(c, PART_UNIT);
	uint32_t i;

	c->parents = rulebook_scratch(c, count, sizeof(int32_t));
	if (c->parents == NULL)
		return false;
	for (i = 0; i < count; i++)
	{
		const DraftUnit *unit = &units[c->order[PART_UNIT][i]];

		c->parents[i] = unit->parent == 0 ? -1 : unit_index(c, unit->parent);
		if (unit->parent != 0 && c->parents[i] < 0)
			return rulebook_refuse(c, RULEBOOK_DRAFT_NO_UNIT, "unit", unit->id,
			                       unit->parent);
	}
	for (i = 0; i < count; i++)
	{
		int32_t at = (int32_t) i;
		uint32_t steps = 0;

		while (at >= 0 && steps < RULEBOOK_DEPTH)
		{
			at = c->parents[at];
			steps++;
		}
		if (at < 0)
			continue;
		while (at >= 0 && steps <= count)
		{
			at = c->parents[at];
			steps++;
		}
		if (at >= 0)
			return rulebook_refuse(c, RULEBOOK_DRAFT_CYCLE, "unit",
			                       units[c->order[PART_UNIT][at]].id,
			                       units[c->order[PART_UNIT][at]].parent);
		return rulebook_refuse(c, RULEBOOK_DRAFT_DEPTH, "unit",
		                       units[c->order[PART_UNIT][i]].id, steps);
	}
	return true;
}

/* The record with an id by an order of ids, UINT32_MAX if there is none */
static uint32_t
rule_with(const Compiler *c, int64_t id)
{
	const DraftRule *list = ITEMS(c, PART_RULE, DraftRule);
	uint32_t low = 0;
	uint32_t high = COUNT(c, PART_RULE);

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (list[c->rule_ids[middle]].record.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < COUNT(c, PART_RULE) && list[c->rule_ids[low]].record.id == id
	           ? c->rule_ids[low]
	           : UINT32_MAX;
}

static uint32_t
policy_with(const Compiler *c, int64_t id)
{
	const RulebookPolicy *list = ITEMS(c, PART_POLICY, RulebookPolicy);
	uint32_t low = 0;
	uint32_t high = COUNT(c, PART_POLICY);

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (list[c->policy_ids[middle]].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < COUNT(c, PART_POLICY) && list[c->policy_ids[low]].id == id
	           ? c->policy_ids[low]
	           : UINT32_MAX;
}

/* Count the assists of each rule, and where its first one is in their order */
static bool
count_assists(Compiler *c)
{
	const DraftAssist *list = ITEMS(c, PART_ASSIST, DraftAssist);
	const uint32_t *order = c->order[PART_ASSIST];
	uint32_t i;

	c->assists = rulebook_scratch(c, COUNT(c, PART_RULE), sizeof(Stretch));
	if (c->assists == NULL)
		return false;
	for (i = 0; i < COUNT(c, PART_ASSIST); i++)
	{
		const DraftAssist *a = &list[order[i]];
		uint32_t rule = rule_with(c, a->rule);

		if (rule == UINT32_MAX)
			return rulebook_refuse(c, RULEBOOK_DRAFT_NO_NAME, "assist",
			                       a->rule, a->rule);
		if (i > 0 && list[order[i - 1]].rule == a->rule &&
		    list[order[i - 1]].place == a->place)
			return rulebook_refuse(c, RULEBOOK_DRAFT_REPEATED, "assist",
			                       a->rule, a->place);
		if (c->assists[rule].count == 0)
			c->assists[rule].first = i;
		if (++c->assists[rule].count > RULEBOOK_ASSISTS)
			return rulebook_refuse(c, RULEBOOK_DRAFT_TOO_MANY, "assist",
			                       a->rule, RULEBOOK_ASSISTS);
	}
	return true;
}

static bool
count_limits(Compiler *c)
{
	const DraftLimit *list = ITEMS(c, PART_LIMIT, DraftLimit);
	const uint32_t *order = c->order[PART_LIMIT];
	uint32_t i;

	c->limits = rulebook_scratch(c, COUNT(c, PART_POLICY), sizeof(Stretch));
	if (c->limits == NULL)
		return false;
	for (i = 0; i < COUNT(c, PART_LIMIT); i++)
	{
		const DraftLimit *l = &list[order[i]];
		uint32_t policy = policy_with(c, l->policy);

		if (policy == UINT32_MAX)
			return rulebook_refuse(c, RULEBOOK_DRAFT_NO_NAME, "limit",
			                       l->policy, l->policy);
		if (i > 0 && list[order[i - 1]].policy == l->policy &&
		    list[order[i - 1]].place == l->place)
			return rulebook_refuse(c, RULEBOOK_DRAFT_REPEATED, "limit",
			                       l->policy, l->place);
		if (c->limits[policy].count == 0)
			c->limits[policy].first = i;
		if (++c->limits[policy].count > RULEBOOK_LIMITS)
			return rulebook_refuse(c, RULEBOOK_DRAFT_TOO_MANY, "limit",
			                       l->policy, RULEBOOK_LIMITS);
	}
	return true;
}

/* Spans of each window that neither overlap nor touch */
static bool
make_windows(Compiler *c)
{
	const DraftWindow *list = ITEMS(c, PART_WINDOW, DraftWindow);
	uint32_t i;

	c->windows = rulebook_scratch(c, c->b->name_count[RULEBOOK_WINDOW],
	                              sizeof(RulebookWindow));
	if (c->windows == NULL)
		return false;
	for (i = 0; i < COUNT(c, PART_WINDOW); i++)
	{
		const DraftWindow *d = &list[c->order[PART_WINDOW][i]];
		RulebookWindow *w =
		    &c->windows[c->number[RULEBOOK_WINDOW][d->name] - 1];

		if (w->spans > 0 && d->from <= w->to[w->spans - 1])
		{
			if (d->to > w->to[w->spans - 1])
				w->to[w->spans - 1] = d->to;
			continue;
		}
		if (w->spans == RULEBOOK_SPANS)
			return fault_name(c, RULEBOOK_DRAFT_TOO_MANY, "window", 0,
			                  name_added(c, RULEBOOK_WINDOW, d->name));
		w->from[w->spans] = d->from;
		w->to[w->spans++] = d->to;
	}
	return true;
}

static bool
check_rules(Compiler *c)
{
	uint32_t i;

	for (i = 0; i < COUNT(c, PART_RULE); i++)
	{
		const RulebookRule *r = &ITEM(c, PART_RULE, DraftRule, i)->record;
		const DraftName *name;

		if (!known_severity(c, "rule", r->id, r->severity))
			return false;
		if (r->channel != 0 &&
		    !(name = name_added(c, RULEBOOK_CHANNEL, r->channel))->declared)
			return fault_name(c, RULEBOOK_DRAFT_NO_NAME, "rule", r->id, name);
		if (r->window != 0 &&
		    !(name = name_added(c, RULEBOOK_WINDOW, r->window))->declared)
			return fault_name(c, RULEBOOK_DRAFT_NO_NAME, "rule", r->id, name);
	}
	for (i = 0; i < COUNT(c, PART_POLICY); i++)
	{
		const RulebookPolicy *p = ITEM(c, PART_POLICY, RulebookPolicy, i);

		if (!known_severity(c, "policy", p->id, p->severity))
			return false;
	}
	return true;
}

static bool
check_grades(Compiler *c)
{
	const RulebookGrade *list = ITEMS(c, PART_GRADE, RulebookGrade);
	const uint32_t *order = c->order[PART_GRADE];
	uint32_t i;

	for (i = 1; i < COUNT(c, PART_GRADE); i++)
		if (list[order[i]].territory == list[order[i - 1]].territory)
			return rulebook_refuse(c, RULEBOOK_DRAFT_REPEATED, "grade",
			                       list[order[i]].territory,
			                       list[order[i]].territory);
	return true;
}

/* ---------------------------------------------------------------------
 * write
 * ---------------------------------------------------------------------
 */

static bool
write_units(Compiler *c, RulebookUnit *out)
{
	uint32_t i;

	for (i = 0; i < COUNT(c, PART_UNIT); i++)
	{
		const DraftUnit *d =
		    ITEM(c, PART_UNIT, DraftUnit, c->order[PART_UNIT][i]);

		out[i] = (RulebookUnit){.id = d->id,
		                        .territory = d->territory,
		                        .from = d->from,
		                        .to = d->to,
		                        .parent = c->parents[i],
		                        .kind = c->number[RULEBOOK_KIND][d->kind],
		                        .level = d->level,
		                        .flags = d->flags};
	}
	return true;
}

static bool
write_channels(Compiler *c, RulebookChannel *out)
{
	uint32_t i;

	for (i = 0; i < COUNT(c, PART_CHANNEL); i++)
	{
		const DraftChannel *d = ITEM(c, PART_CHANNEL, DraftChannel, i);

		if (!make_lead(c, &d->intake, "channel", 0,
		               &out[c->number[RULEBOOK_CHANNEL][d->name] - 1].intake))
		{
			const DraftName *name = name_added(c, RULEBOOK_CHANNEL, d->name);

			return rulebook_fault(c->report, RULEBOOK_DRAFT_NO_UNIT, "channel",
			                      0, d->intake.unit, c->b->pool + name->at,
			                      name->len);
		}
	}
	return true;
}

/* Rules, and assists in the order of rules */
static bool
write_rules(Compiler *c, RulebookRule *rules, RulebookAssist *assists)
{
	uint32_t n = 0;
	uint32_t i;
	uint32_t k;

	for (i = 0; i < COUNT(c, PART_RULE); i++)
	{
		uint32_t at = c->order[PART_RULE][i];
		const DraftRule *d = ITEM(c, PART_RULE, DraftRule, at);
		const Stretch *of = &c->assists[at];
		RulebookRule *r = &rules[i];

		*r = d->record;
		r->owner = c->number[RULEBOOK_OWNER][r->owner];
		r->channel = c->number[RULEBOOK_CHANNEL][r->channel];
		r->window = c->number[RULEBOOK_WINDOW][r->window];
		r->first_assist = n;
		r->assists = (uint16_t) of->count;
		if (!make_lead(c, &d->lead, "rule", r->id, &r->lead))
			return false;
		for (k = of->first; k < of->first + of->count; k++, n++)
		{
			const DraftAssist *a =
			    ITEM(c, PART_ASSIST, DraftAssist, c->order[PART_ASSIST][k]);

			if (!make_lead(c, &a->lead, "assist", r->id, &assists[n].lead))
				return false;
			assists[n].task = c->number[RULEBOOK_TASK][a->task];
		}
		rulebook_poll(c->memory, i);
	}
	return true;
}

static bool
write_fallbacks(Compiler *c, RulebookFallback *out)
{
	uint32_t i;

	for (i = 0; i < COUNT(c, PART_FALLBACK); i++)
	{
		const DraftFallback *d =
		    ITEM(c, PART_FALLBACK, DraftFallback, c->order[PART_FALLBACK][i]);

		out[i].id = d->id;
		out[i].territory = d->territory;
		out[i].share = d->share;
		if (!make_lead(c, &d->lead, "fallback", d->id, &out[i].lead))
			return false;
	}
	return true;
}

static bool
write_exclusions(Compiler *c, RulebookExclusion *out)
{
	uint32_t i;

	for (i = 0; i < COUNT(c, PART_EXCLUSION); i++)
	{
		const DraftExclusion *d = ITEM(c, PART_EXCLUSION, DraftExclusion,
		                               c->order[PART_EXCLUSION][i]);

		out[i].id = d->id;
		out[i].event_class = d->event_class;
		out[i].territory = d->territory;
		out[i].unit = unit_index(c, d->unit);
		if (out[i].unit < 0)
			return rulebook_refuse(c, RULEBOOK_DRAFT_NO_UNIT, "exclusion",
			                       d->id, d->unit);
	}
	return true;
}

static void
write_policies(Compiler *c, RulebookPolicy *policies, RulebookLimit *limits)
{
	uint32_t n = 0;
	uint32_t i;
	uint32_t k;

	for (i = 0; i < COUNT(c, PART_POLICY); i++)
	{
		uint32_t at = c->order[PART_POLICY][i];
		const Stretch *of = &c->limits[at];
		RulebookPolicy *p = &policies[i];

		*p = *ITEM(c, PART_POLICY, RulebookPolicy, at);
		p->stage = c->number[RULEBOOK_STAGE][p->stage];
		p->calendar = c->number[RULEBOOK_CALENDAR][p->calendar];
		p->grade = c->number[RULEBOOK_GRADE][p->grade];
		p->first_limit = n;
		p->limits = (uint16_t) of->count;
		for (k = of->first; k < of->first + of->count; k++, n++)
		{
			const DraftLimit *l =
			    ITEM(c, PART_LIMIT, DraftLimit, c->order[PART_LIMIT][k]);

			limits[n].term = l->term;
			limits[n].name = c->number[RULEBOOK_TASK][l->name];
		}
	}
}

/* Each once; how many there are.  out may be NULL. */
static uint32_t
write_leaves(const Compiler *c, RulebookPart part, int64_t *out)
{
	const int64_t *list = ITEMS(c, part, int64_t);
	const uint32_t *order = c->order[part];
	uint32_t n = 0;
	uint32_t i;

	for (i = 0; i < COUNT(c, part); i++)
	{
		if (i > 0 && list[order[i]] == list[order[i - 1]])
			continue;
		if (out != NULL)
			out[n] = list[order[i]];
		n++;
	}
	return n;
}

static void
write_names(Compiler *c, const RulebookHeader *h, uint8_t *block)
{
	const DraftName *names = c->b->names.items;
	char *pool =
	    (char *) block + (size_t) h->at[SECTION_POOL] * RULEBOOK_ALIGN;
	uint32_t at = 0;
	uint32_t i;
	int d;

	for (d = 0; d < RULEBOOK_DOMAINS; d++)
	{
		RulebookName *out =
		    (void *) (block +
		              (size_t) h->at[SECTION_NAMES + d] * RULEBOOK_ALIGN);

		for (i = 0; i < c->b->name_count[d]; i++)
		{
			const DraftName *name = &names[c->names[d][i]];

			out[i].at = at;
			out[i].len = name->len;
			memcpy(pool + at, c->b->pool + name->at, name->len);
			at += name->len;
		}
	}
	memcpy(pool + at, c->b->timezone, c->b->timezone_len);
}

static bool
write_records(Compiler *c, uint8_t **block, size_t *size)
{
	RulebookHeader h;
	RulebookDraftFault failed;
	uint64_t pool = c->b->timezone_len + 1;
	uint32_t i;
	int d;

	memset(&h, 0, sizeof(h));
	h.magic = RULEBOOK_MAGIC;
	h.format = RULEBOOK_FORMAT;
	h.byte_order = RULEBOOK_BYTE_ORDER;
	h.severities = c->b->severities;
	h.count[SECTION_UNITS] = COUNT(c, PART_UNIT);
	h.count[SECTION_RULES] = COUNT(c, PART_RULE);
	h.count[SECTION_ASSISTS] = COUNT(c, PART_ASSIST);
	h.count[SECTION_WINDOWS] = c->b->name_count[RULEBOOK_WINDOW];
	h.count[SECTION_FALLBACKS] = COUNT(c, PART_FALLBACK);
	h.count[SECTION_EXCLUSIONS] = COUNT(c, PART_EXCLUSION);
	h.count[SECTION_POLICIES] = COUNT(c, PART_POLICY);
	h.count[SECTION_LIMITS] = COUNT(c, PART_LIMIT);
	h.count[SECTION_GRADES] = COUNT(c, PART_GRADE);
	h.count[SECTION_CHANNELS] = c->b->name_count[RULEBOOK_CHANNEL];
	h.count[SECTION_CLASSES] = write_leaves(c, PART_CLASS, NULL);
	h.count[SECTION_CELLS] = write_leaves(c, PART_CELL, NULL);
	for (i = 0; i < c->b->names.count; i++)
		pool += ((const DraftName *) c->b->names.items)[i].len;
	if (pool > RULEBOOK_MOST_BYTES)
		return rulebook_refuse(c, RULEBOOK_DRAFT_TOO_LARGE, "rulebook", 0, 0);
	h.count[SECTION_POOL] = (uint32_t) pool;
	for (d = 0; d < RULEBOOK_DOMAINS; d++)
		h.count[SECTION_NAMES + d] = c->b->name_count[d];
	for (i = 0; i < COUNT(c, PART_RULE); i++)
		h.timed |= ITEM(c, PART_RULE, DraftRule, i)->record.window != 0;

	*block = c->memory->resize(c->memory->context, NULL, sizeof(h));
	if (*block == NULL)
		return rulebook_refuse(c, RULEBOOK_DRAFT_NO_MEMORY, "rulebook", 0, 0);
	memcpy(*block, &h, sizeof(h));
	*size = sizeof(h);
	failed = rulebook_extend(c->memory, block, size);
	if (failed != RULEBOOK_DRAFT_OK)
		return rulebook_refuse(c, failed, "rulebook", 0, 0);

	memcpy(&h, *block, sizeof(h));
#define PART_OF(section) \
	((void *) (*block + (size_t) h.at[section] * RULEBOOK_ALIGN))
	write_names(c, &h, *block);
	if (h.count[SECTION_WINDOWS] > 0)
		memcpy(PART_OF(SECTION_WINDOWS), c->windows,
		       h.count[SECTION_WINDOWS] * sizeof(RulebookWindow));
	write_policies(c, PART_OF(SECTION_POLICIES), PART_OF(SECTION_LIMITS));
	write_leaves(c, PART_CLASS, PART_OF(SECTION_CLASSES));
	write_leaves(c, PART_CELL, PART_OF(SECTION_CELLS));
	for (i = 0; i < COUNT(c, PART_GRADE); i++)
	{
		RulebookGrade *g = PART_OF(SECTION_GRADES);

		g[i] = *ITEM(c, PART_GRADE, RulebookGrade, c->order[PART_GRADE][i]);
		g[i].grade = c->number[RULEBOOK_GRADE][g[i].grade];
	}
	return write_units(c, PART_OF(SECTION_UNITS)) &&
	       write_channels(c, PART_OF(SECTION_CHANNELS)) &&
	       write_rules(c, PART_OF(SECTION_RULES), PART_OF(SECTION_ASSISTS)) &&
	       write_fallbacks(c, PART_OF(SECTION_FALLBACKS)) &&
	       write_exclusions(c, PART_OF(SECTION_EXCLUSIONS));
}

static bool
compile(Compiler *c, uint8_t **block, size_t *size)
{
	RulebookDraftFault failed;
	RulebookHeader *h;

	if (!rulebook_number_names(c) || !rulebook_sort_parts(c) ||
	    !check_tree(c) || !check_rules(c) || !check_grades(c) ||
	    !count_assists(c) || !count_limits(c) || !make_windows(c) ||
	    !write_records(c, block, size))
		return false;
	failed = rulebook_make_index(c->memory, block, size);
	if (failed != RULEBOOK_DRAFT_OK)
		return rulebook_refuse(c, failed, "rulebook", 0, 0);
	h = (void *) *block;
	h->bytes = *size;
	h->checksum = checksum_bytes(*block + 24, *size - 24);
	return true;
}

bool
rulebook_build(RulebookBuilder *b, uint8_t **block, size_t *size,
               RulebookDraftReport *report)
{
	Compiler c;
	bool good;

	*block = NULL;
	*size = 0;
	memset(&c, 0, sizeof(c));
	*report = b->refused;
	if (report->fault != RULEBOOK_DRAFT_OK)
		return false;
	c.b = b;
	c.memory = &b->memory;
	c.report = report;
	good = compile(&c, block, size);
	while (c.blocks > 0)
		c.memory->resize(c.memory->context, c.scratch[--c.blocks], 0);
	if (!good && *block != NULL)
	{
		c.memory->resize(c.memory->context, *block, 0);
		*block = NULL;
		*size = 0;
	}
	return good;
}
