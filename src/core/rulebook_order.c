/*
 * rulebook_order.c
 *	  Put the records and the names of a rulebook in order.
 */
#include "rulebook_compile.h"

void *
rulebook_scratch(Compiler *c, size_t n, size_t bytes)
{
	void *block = c->blocks < SCRATCH
	                  ? c->memory->resize(c->memory->context, NULL,
	                                      n * bytes > 0 ? n * bytes : 1)
	                  : NULL;

	if (block == NULL)
	{
		rulebook_fault(c->report, RULEBOOK_DRAFT_NO_MEMORY, "rulebook", 0, 0,
		               NULL, 0);
		return NULL;
	}
	memset(block, 0, n * bytes > 0 ? n * bytes : 1);
	c->scratch[c->blocks++] = block;
	return block;
}

bool
rulebook_refuse(Compiler *c, RulebookDraftFault what, const char *part,
                int64_t id, int64_t other)
{
	return rulebook_fault(c->report, what, part, id, other, NULL, 0);
}

/* ---------------------------------------------------------------------
 * order
 * ---------------------------------------------------------------------
 */

bool
rulebook_sort(const RulebookMemory *memory, uint32_t *items, uint32_t count,
              RulebookLessFn less, const void *context)
{
	uint32_t *from = items;
	uint32_t *space;
	uint32_t *to;
	uint64_t run;

	if (count < 2)
		return true;
	space = memory->resize(memory->context, NULL, count * sizeof(uint32_t));
	if (space == NULL)
		return false;
	to = space;
	for (run = 1; run < count; run *= 2)
	{
		uint32_t *swap = from;
		uint32_t k = 0;

		while (k < count)
		{
			uint32_t i = k;
			uint32_t middle = count - k < run ? count : k + (uint32_t) run;
			uint32_t j = middle;
			uint32_t end =
			    count - middle < run ? count : middle + (uint32_t) run;

			for (; k < end; k++)
			{
				to[k] = j == end || (i < middle &&
				                     !less(context, from[j], from[i]))
				            ? from[i++]
				            : from[j++];
				rulebook_poll(memory, k);
			}
		}
		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, count * sizeof(uint32_t));
	memory->resize(memory->context, space, 0);
	return true;
}

/* 0, 1, 2, …, sorted */
static uint32_t *
sorted(Compiler *c, uint32_t count, RulebookLessFn less)
{
	uint32_t *order = rulebook_scratch(c, count, sizeof(uint32_t));
	uint32_t i;

	if (order == NULL)
		return NULL;
	for (i = 0; i < count; i++)
		order[i] = i;
	if (!rulebook_sort(c->memory, order, count, less, c))
	{
		rulebook_refuse(c, RULEBOOK_DRAFT_NO_MEMORY, "rulebook", 0, 0);
		return NULL;
	}
	return order;
}

static bool
units_less(const void *context, uint32_t a, uint32_t b)
{
	const DraftUnit *list =
	    ITEMS((const Compiler *) context, PART_UNIT, const DraftUnit);

	return list[a].id < list[b].id;
}

static bool
rule_ids_less(const void *context, uint32_t a, uint32_t b)
{
	const DraftRule *list =
	    ITEMS((const Compiler *) context, PART_RULE, const DraftRule);

	return list[a].record.id < list[b].record.id;
}

static unsigned
rule_rank(const RulebookRule *r)
{
	return (r->owner != 0 ? 8u : 0) | (r->severity != 0 ? 4u : 0) |
	       (r->channel != 0 ? 2u : 0) | (r->window != 0 ? 1u : 0);
}

static bool
rules_less(const void *context, uint32_t i, uint32_t k)
{
	const DraftRule *list =
	    ITEMS((const Compiler *) context, PART_RULE, const DraftRule);
	const RulebookRule *a = &list[i].record;
	const RulebookRule *b = &list[k].record;
	unsigned of_a = rule_rank(a);
	unsigned of_b = rule_rank(b);

	if (a->event_class != b->event_class)
		return a->event_class < b->event_class;
	if (a->territory != b->territory)
		return a->territory < b->territory;
	return of_a != of_b ? of_a > of_b : a->id < b->id;
}

static bool
assists_less(const void *context, uint32_t i, uint32_t k)
{
	const DraftAssist *list =
	    ITEMS((const Compiler *) context, PART_ASSIST, const DraftAssist);

	return list[i].rule != list[k].rule ? list[i].rule < list[k].rule
	                                    : list[i].place < list[k].place;
}

static bool
fallbacks_less(const void *context, uint32_t i, uint32_t k)
{
	const DraftFallback *list =
	    ITEMS((const Compiler *) context, PART_FALLBACK, const DraftFallback);

	return list[i].territory != list[k].territory
	           ? list[i].territory < list[k].territory
	           : list[i].id < list[k].id;
}

static bool
fallback_ids_less(const void *context, uint32_t i, uint32_t k)
{
	const DraftFallback *list =
	    ITEMS((const Compiler *) context, PART_FALLBACK, const DraftFallback);

	return list[i].id < list[k].id;
}

/* Units by id: so their ids are as good as their indices. */
static bool
exclusions_less(const void *context, uint32_t i, uint32_t k)
{
	const DraftExclusion *list = ITEMS((const Compiler *) context,
	                                   PART_EXCLUSION, const DraftExclusion);
	const DraftExclusion *a = &list[i];
	const DraftExclusion *b = &list[k];

	if (a->unit != b->unit)
		return a->unit < b->unit;
	if (a->event_class != b->event_class)
		return a->event_class < b->event_class;
	if (a->territory != b->territory)
		return a->territory < b->territory;
	return a->id < b->id;
}

static bool
exclusion_ids_less(const void *context, uint32_t i, uint32_t k)
{
	const DraftExclusion *list = ITEMS((const Compiler *) context,
	                                   PART_EXCLUSION, const DraftExclusion);

	return list[i].id < list[k].id;
}

static bool
policy_ids_less(const void *context, uint32_t a, uint32_t b)
{
	const RulebookPolicy *list =
	    ITEMS((const Compiler *) context, PART_POLICY, const RulebookPolicy);

	return list[a].id < list[b].id;
}

static bool
policies_less(const void *context, uint32_t i, uint32_t k)
{
	const Compiler *c = context;
	const RulebookPolicy *a = ITEM(c, PART_POLICY, RulebookPolicy, i);
	const RulebookPolicy *b = ITEM(c, PART_POLICY, RulebookPolicy, k);
	unsigned of_a = (a->severity != 0 ? 2u : 0) | (a->grade != 0 ? 1u : 0);
	unsigned of_b = (b->severity != 0 ? 2u : 0) | (b->grade != 0 ? 1u : 0);
	unsigned stage_a = c->number[RULEBOOK_STAGE][a->stage];
	unsigned stage_b = c->number[RULEBOOK_STAGE][b->stage];

	if (a->event_class != b->event_class)
		return a->event_class < b->event_class;
	if (a->territory != b->territory)
		return a->territory < b->territory;
	if (stage_a != stage_b)
		return stage_a < stage_b;
	return of_a != of_b ? of_a > of_b : a->id < b->id;
}

static bool
limits_less(const void *context, uint32_t i, uint32_t k)
{
	const DraftLimit *list =
	    ITEMS((const Compiler *) context, PART_LIMIT, const DraftLimit);

	return list[i].policy != list[k].policy ? list[i].policy < list[k].policy
	                                        : list[i].place < list[k].place;
}

static bool
grades_less(const void *context, uint32_t i, uint32_t k)
{
	const RulebookGrade *list =
	    ITEMS((const Compiler *) context, PART_GRADE, const RulebookGrade);

	return list[i].territory < list[k].territory;
}

static bool
classes_less(const void *context, uint32_t i, uint32_t k)
{
	const int64_t *list =
	    ITEMS((const Compiler *) context, PART_CLASS, const int64_t);

	return list[i] < list[k];
}

static bool
cells_less(const void *context, uint32_t i, uint32_t k)
{
	const int64_t *list =
	    ITEMS((const Compiler *) context, PART_CELL, const int64_t);

	return list[i] < list[k];
}

static bool
windows_less(const void *context, uint32_t i, uint32_t k)
{
	const DraftWindow *list =
	    ITEMS((const Compiler *) context, PART_WINDOW, const DraftWindow);

	return list[i].name != list[k].name ? list[i].name < list[k].name
	                                    : list[i].from < list[k].from;
}

/* Names of a domain by their bytes; stages by their places first */
static bool
names_less(const void *context, uint32_t i, uint32_t k)
{
	const RulebookBuilder *builder = ((const Compiler *) context)->b;
	const DraftName *names = builder->names.items;
	const DraftName *a = &names[i];
	const DraftName *b = &names[k];
	int order;

	if (a->domain == RULEBOOK_STAGE && a->place != b->place)
		return a->place < b->place;
	order = memcmp(builder->pool + a->at, builder->pool + b->at,
	               a->len < b->len ? a->len : b->len);
	return order != 0 ? order < 0 : a->len < b->len;
}

/* ---------------------------------------------------------------------
 * names
 * ---------------------------------------------------------------------
 */

bool
rulebook_number_names(Compiler *c)
{
	const DraftName *names = c->b->names.items;
	int d;

	for (d = 0; d < RULEBOOK_DOMAINS; d++)
	{
		uint32_t count = c->b->name_count[d];
		uint32_t i = c->b->last_name[d];
		uint32_t k;

		c->names[d] = rulebook_scratch(c, count, sizeof(uint32_t));
		c->number[d] = rulebook_scratch(c, count + 1, sizeof(uint16_t));
		if (c->names[d] == NULL || c->number[d] == NULL)
			return false;
		for (k = count; i != 0; i = names[i - 1].next_in)
			c->names[d][--k] = i - 1;
		if (!rulebook_sort(c->memory, c->names[d], count, names_less, c))
			return rulebook_refuse(c, RULEBOOK_DRAFT_NO_MEMORY, "rulebook", 0,
			                       0);
		for (k = 0; k < count; k++)
			c->number[d][names[c->names[d][k]].number] = (uint16_t) (k + 1);
	}
	return true;
}

/* ---------------------------------------------------------------------
 * records
 * ---------------------------------------------------------------------
 */

/* Ids are told apart; the first that is there twice is the fault. */
#define UNIQUE(c, what, part, type, order, id)                             \
	do                                                                     \
	{                                                                      \
		const type *unique_list = ITEMS(c, part, type);                    \
		uint32_t unique_i;                                                 \
		for (unique_i = 1; unique_i < COUNT(c, part); unique_i++)          \
			if (unique_list[(order)[unique_i]].id ==                       \
			    unique_list[(order)[unique_i - 1]].id)                     \
				return rulebook_refuse(c, RULEBOOK_DRAFT_REPEATED, what,   \
				                       unique_list[(order)[unique_i]].id,  \
				                       unique_list[(order)[unique_i]].id); \
	} while (0)

bool
rulebook_sort_parts(Compiler *c)
{
	static const RulebookLessFn less[RULEBOOK_PARTS] = {
	    [PART_UNIT] = units_less,           [PART_CHANNEL] = NULL,
	    [PART_WINDOW] = windows_less,       [PART_RULE] = rules_less,
	    [PART_ASSIST] = assists_less,       [PART_FALLBACK] = fallbacks_less,
	    [PART_EXCLUSION] = exclusions_less, [PART_POLICY] = policies_less,
	    [PART_LIMIT] = limits_less,         [PART_GRADE] = grades_less,
	    [PART_CLASS] = classes_less,        [PART_CELL] = cells_less};
	uint32_t *ids;
	int p;

	for (p = 0; p < RULEBOOK_PARTS; p++)
	{
		if (less[p] == NULL)
			continue;
		c->order[p] = sorted(c, COUNT(c, p), less[p]);
		if (c->order[p] == NULL)
			return false;
	}
	UNIQUE(c, "unit", PART_UNIT, DraftUnit, c->order[PART_UNIT], id);
	if ((c->rule_ids = sorted(c, COUNT(c, PART_RULE), rule_ids_less)) == NULL)
		return false;
	UNIQUE(c, "rule", PART_RULE, DraftRule, c->rule_ids, record.id);
	c->policy_ids = sorted(c, COUNT(c, PART_POLICY), policy_ids_less);
	if (c->policy_ids == NULL)
		return false;
	UNIQUE(c, "policy", PART_POLICY, RulebookPolicy, c->policy_ids, id);
	ids = sorted(c, COUNT(c, PART_FALLBACK), fallback_ids_less);
	if (ids == NULL)
		return false;
	UNIQUE(c, "fallback", PART_FALLBACK, DraftFallback, ids, id);
	ids = sorted(c, COUNT(c, PART_EXCLUSION), exclusion_ids_less);
	if (ids == NULL)
		return false;
	UNIQUE(c, "exclusion", PART_EXCLUSION, DraftExclusion, ids, id);
	return true;
}
