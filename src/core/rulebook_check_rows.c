/*
 * rulebook_check_rows.c
 *	  The proof: faults of single records, and of rules that tie.
 */
#include "rulebook_check_parts.h"

#include <string.h>

static RulebookFault
rule_fault(const RulebookCheck *c, RulebookFaultKind kind, uint32_t rule)
{
	const RulebookRule *r = &c->book->rules[rule];
	RulebookFault fault = check_fault(kind);

	fault.part = RULEBOOK_PART_RULE;
	fault.rule = (int32_t) rule;
	fault.unit = r->lead.unit;
	fault.event_class = r->event_class;
	fault.territory = r->territory;
	return fault;
}

/* ---------------------------------------------------------------------
 * ties
 * ---------------------------------------------------------------------
 */

/* Of rules of equal rank, those for the same next to each other */
static bool
same_before(const void *context, uint32_t a, uint32_t b)
{
	const RulebookRule *rules = context;
	const RulebookRule *x = &rules[a];
	const RulebookRule *y = &rules[b];

	if (x->owner != y->owner)
		return x->owner < y->owner;
	if (x->severity != y->severity)
		return x->severity < y->severity;
	if (x->channel != y->channel)
		return x->channel < y->channel;
	return a < b;
}

static bool
for_the_same(const RulebookRule *a, const RulebookRule *b)
{
	return a->owner == b->owner && a->severity == b->severity &&
	       a->channel == b->channel;
}

/* The first minutes that two windows share */
static bool
shared_minutes(const RulebookWindow *a, const RulebookWindow *b,
               uint16_t *from, uint16_t *to)
{
	unsigned i = 0;
	unsigned k = 0;

	while (i < a->spans && k < b->spans)
	{
		*from = a->from[i] > b->from[k] ? a->from[i] : b->from[k];
		*to = a->to[i] < b->to[k] ? a->to[i] : b->to[k];
		if (*from < *to)
			return true;
		if (a->to[i] < b->to[k])
			i++;
		else
			k++;
	}
	return false;
}

static bool
tell_tie(RulebookCheck *c, uint32_t a, uint32_t b)
{
	const RulebookRule *x = &c->book->rules[a];
	const RulebookRule *y = &c->book->rules[b];
	RulebookFault fault = rule_fault(c, RULEBOOK_TIE, a);

	fault.other = (int32_t) b;
	fault.unit = -1;
	fault.owner = x->owner;
	fault.severity = x->severity;
	fault.channel = x->channel;
	fault.from = x->from > y->from ? x->from : y->from;
	fault.to = x->to < y->to ? x->to : y->to;
	if (fault.from >= fault.to || fault.to <= c->space.since)
		return true;
	if (x->window != 0 &&
	    !shared_minutes(&c->book->windows[x->window - 1],
	                    &c->book->windows[y->window - 1], &fault.minute_from,
	                    &fault.minute_to))
		return true;
	return check_tell(c, &fault);
}

static void
tell_ties(RulebookCheck *c, const uint32_t *rule, uint32_t n)
{
	const RulebookRule *rules = c->book->rules;

	for (uint32_t i = 0; i < n; i++)
	{
		for (uint32_t k = i + 1;
		     k < n && for_the_same(&rules[rule[i]], &rules[rule[k]]); k++)
			if (!tell_tie(c, rule[i], rule[k]))
				return;
		space_poll(&c->space);
	}
}

void
check_ties(RulebookCheck *c)
{
	const RulebookRule *rules = c->book->rules;

	for (uint32_t p = 0; p < c->place_count && !c->enough; p++)
	{
		const CheckPlace *place = &c->places[p];
		uint32_t end = place->first + place->rules;
		uint32_t n = 0;

		if (place->rules < 2 || place->from == place->to ||
		    !check_has_class(c, rules[place->first].event_class))
			continue;
		for (uint32_t i = place->first; i < end; i++)
		{
			c->scratch[n++] = i;
			if (i + 1 < end &&
			    space_rule_rank(&rules[i]) == space_rule_rank(&rules[i + 1]))
				continue;
			if (n > 1)
			{
				sort_numbers(c->scratch, n, same_before, rules);
				tell_ties(c, c->scratch, n);
			}
			n = 0;
		}
	}
}

/* ---------------------------------------------------------------------
 * rules that take nothing
 * ---------------------------------------------------------------------
 */

/*
 * The first request, in the order of classes, cells and conditions, for which
 * a rule applies and has a lead; false if there is none.
 */
static bool
first_request(RulebookCheck *c, uint32_t rule, RulebookRequest *request)
{
	RulebookSpace *s = &c->space;
	const RulebookRule *r = &c->book->rules[rule];
	uint32_t set = space_rule_set(c->frame, r);
	uint32_t class_from;
	uint32_t class_to;
	uint32_t from;
	uint32_t to;
	bool seen = false;

	tree_range(&s->classes, r->event_class, &class_from, &class_to);
	tree_range(&s->cells, r->territory, &from, &to);
	for (uint32_t i = class_from; i < class_to; i++)
	{
		uint32_t end;
		uint32_t map;

		/* classes for which the same exclusions count are alike */
		if (!leads_class(&c->leads, s->classes.leaf[i]) && seen)
			continue;
		seen = true;
		map = leads_map(&c->leads, &r->lead, LEADS_USABLE);
		for (uint32_t at = from; at < to; at = end)
		{
			uint32_t point[SETS_CONDITIONS];
			uint32_t takes = sets_within(
			    &s->sets, set, maps_at(&s->maps, map, at, &end).value);

			if (!sets_first(&s->sets, takes, point))
				continue;
			space_request(c->frame, s->classes.leaf[i], s->cells.leaf[at],
			              point, request);
			return true;
		}
	}
	return false;
}

void
check_shadowed(RulebookCheck *c)
{
	for (uint32_t i = 0; i < c->book->rule_count && !c->enough; i++)
	{
		RulebookFault fault;
		RulebookRequest request;
		RulebookAnswer answer;

		if ((c->flags[i] & (CHECK_IN_FORCE | CHECK_FIRES)) != CHECK_IN_FORCE)
			continue;
		if (!first_request(c, i, &request))
			continue;
		c->flags[i] |= CHECK_USABLE;
		rulebook_route(c->book, &request, &answer);
		fault = rule_fault(c, RULEBOOK_SHADOWED, i);
		fault.other = answer.rule;
		check_tell(c, &fault);
		space_poll(&c->space);
	}
}

void
check_excluded(RulebookCheck *c)
{
	for (uint32_t i = 0; i < c->book->rule_count && !c->enough; i++)
		if ((c->flags[i] & CHECK_IN_FORCE) != 0 &&
		    (c->flags[i] & (CHECK_FIRES | CHECK_USABLE)) == 0)
		{
			RulebookFault fault = rule_fault(c, RULEBOOK_EXCLUDED_LEAD, i);

			check_tell(c, &fault);
		}
}

/* Told with the smallest territory that has all cells outside */
void
check_outside(RulebookCheck *c)
{
	for (uint32_t i = 0; i < c->book->rule_count && !c->enough; i++)
		if (c->outside[i].to > 0)
		{
			RulebookFault fault = rule_fault(c, RULEBOOK_OUTSIDE, i);

			fault.territory =
			    c->space.cells
			        .node[tree_node(&c->space.cells, c->outside[i].from,
			                        c->outside[i].to)]
			        .code;
			check_tell(c, &fault);
		}
}

void
check_out_of_force(RulebookCheck *c)
{
	for (uint32_t i = 0; i < c->book->rule_count && !c->enough; i++)
	{
		const RulebookRule *r = &c->book->rules[i];

		if (r->from >= r->to || r->to <= c->space.since)
		{
			RulebookFault fault = rule_fault(c, RULEBOOK_OUT_OF_FORCE, i);

			fault.from = r->from;
			fault.to = r->to;
			check_tell(c, &fault);
		}
	}
}

/* ---------------------------------------------------------------------
 * records for nothing
 * ---------------------------------------------------------------------
 */

static void
tell_record(RulebookCheck *c, RulebookFaultKind kind, RulebookPart part,
            uint32_t i, int64_t event_class, int64_t territory)
{
	RulebookFault fault = check_fault(kind);

	fault.part = part;
	fault.rule = (int32_t) i;
	fault.event_class = event_class;
	fault.territory = territory;
	check_tell(c, &fault);
}

void
check_no_class(RulebookCheck *c)
{
	const Rulebook *b = c->book;
	bool none = false;

	/* rules and policies of a class are neighbours */
	for (uint32_t i = 0; i < b->rule_count && !c->enough; i++)
	{
		if (i == 0 || b->rules[i].event_class != b->rules[i - 1].event_class)
			none = !check_has_class(c, b->rules[i].event_class);
		if (none)
			tell_record(c, RULEBOOK_NO_CLASS, RULEBOOK_PART_RULE, i,
			            b->rules[i].event_class, b->rules[i].territory);
	}
	for (uint32_t i = 0; i < b->exclusion_count && !c->enough; i++)
		if (!check_has_class(c, b->exclusions[i].event_class))
			tell_record(c, RULEBOOK_NO_CLASS, RULEBOOK_PART_EXCLUSION, i,
			            b->exclusions[i].event_class,
			            b->exclusions[i].territory);
	for (uint32_t i = 0; i < b->policy_count && !c->enough; i++)
	{
		if (i == 0 ||
		    b->policies[i].event_class != b->policies[i - 1].event_class)
			none = !check_has_class(c, b->policies[i].event_class);
		if (none)
			tell_record(c, RULEBOOK_NO_CLASS, RULEBOOK_PART_POLICY, i,
			            b->policies[i].event_class, b->policies[i].territory);
	}
}

void
check_no_cell(RulebookCheck *c)
{
	const Rulebook *b = c->book;

	for (uint32_t i = 0; i < b->rule_count && !c->enough; i++)
		if (!check_has_cell(c, b->rules[i].territory))
			tell_record(c, RULEBOOK_NO_CELL, RULEBOOK_PART_RULE, i,
			            b->rules[i].event_class, b->rules[i].territory);
	for (uint32_t i = 0; i < b->exclusion_count && !c->enough; i++)
		if (!check_has_cell(c, b->exclusions[i].territory))
			tell_record(c, RULEBOOK_NO_CELL, RULEBOOK_PART_EXCLUSION, i,
			            b->exclusions[i].event_class,
			            b->exclusions[i].territory);
	for (uint32_t i = 0; i < b->fallback_count && !c->enough; i++)
		if (!check_has_cell(c, b->fallbacks[i].territory))
			tell_record(c, RULEBOOK_NO_CELL, RULEBOOK_PART_FALLBACK, i, 0,
			            b->fallbacks[i].territory);
	for (uint32_t i = 0; i < b->policy_count && !c->enough; i++)
		if (!check_has_graded_cell(c, b->policies[i].territory,
		                           b->policies[i].grade))
			tell_record(c, RULEBOOK_NO_CELL, RULEBOOK_PART_POLICY, i,
			            b->policies[i].event_class, b->policies[i].territory);
}
