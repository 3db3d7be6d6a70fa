/*
 * rulebook_check_leads.c
 *	  The proof: duties whose units are not there, have nobody, or are two.
 */
#include "rulebook_check_parts.h"

#include <string.h>

/* ---------------------------------------------------------------------
 * units that are not there
 * ---------------------------------------------------------------------
 */

void
check_tell_missing(RulebookCheck *c, const RulebookLead *lead, uint32_t times,
                   int64_t territory)
{
	RulebookSpace *s = &c->space;
	RulebookMaps *maps = &s->maps;
	uint32_t map = leads_map(&c->leads, lead, LEADS_IN_FORCE);
	uint32_t from;
	uint32_t to;
	uint32_t end;

	tree_range(&s->cells, territory, &from, &to);
	if (from == to)
		return;
	if (sets_without(&s->sets, times, maps_at(maps, map, from, &end).value) ==
	        0 &&
	    end >= to)
		return;
	maps_add(maps, 0, 0);
	for (uint32_t at = from; at < to; at = end)
	{
		uint32_t there = maps_at(maps, map, at, &end).value;

		maps_add(maps, at, sets_without(&s->sets, times, there));
	}
	if (to < maps->size)
		maps_add(maps, to, 0);
	map = maps_end(maps);
	if (!space_failed(s))
		(void) regions_tell_map(&c->teller, map,
		                        tree_node(&s->cells, from, to));
}

void
check_unresolved(RulebookCheck *c)
{
	const Rulebook *b = c->book;

	for (uint32_t i = 0; i < b->rule_count && !c->enough; i++)
	{
		const RulebookRule *r = &b->rules[i];

		if (r->lead.unit >= 0 || (c->flags[i] & CHECK_THERE) == 0)
			continue;
		c->fault = check_fault(RULEBOOK_UNRESOLVED);
		c->fault.part = RULEBOOK_PART_RULE;
		c->fault.rule = (int32_t) i;
		c->fault.event_class = r->event_class;
		check_tell_missing(c, &r->lead,
		                   space_time_set(&c->space, r->from, r->to, 1),
		                   r->territory);
	}
	for (uint32_t i = 0; i < b->fallback_count && !c->enough; i++)
	{
		if (b->fallbacks[i].lead.unit >= 0)
			continue;
		c->fault = check_fault(RULEBOOK_UNRESOLVED);
		c->fault.part = RULEBOOK_PART_FALLBACK;
		c->fault.rule = (int32_t) i;
		check_tell_missing(c, &b->fallbacks[i].lead, 1,
		                   b->fallbacks[i].territory);
	}
}

void
check_intakes(RulebookCheck *c)
{
	const Rulebook *b = c->book;

	for (uint32_t i = 0; i < b->name_count[RULEBOOK_CHANNEL] && !c->enough;
	     i++)
	{
		const RulebookLead *intake = &b->channels[i].intake;

		if (intake->unit < 0 && intake->kind == 0)
			continue;
		c->fault = check_fault(RULEBOOK_NO_INTAKE);
		c->fault.unit = intake->unit;
		c->fault.channel = (uint16_t) (i + 1);
		check_tell_missing(c, intake, 1, 0);
	}
}

static bool
tell_gap(void *context, const SetsBox *box, uint32_t value)
{
	RulebookCheck *c = context;

	(void) value;
	c->fault.from = space_begins(&c->space, box->from[SETS_TIME]);
	c->fault.to = space_begins(&c->space, box->to[SETS_TIME]);
	return check_tell(c, &c->fault);
}

static void
tell_gaps(RulebookCheck *c, int32_t unit, uint32_t times)
{
	const RulebookUnit *u = &c->book->units[unit];
	uint32_t gaps = sets_without(&c->space.sets, times,
	                             space_time_set(&c->space, u->from, u->to, 1));

	c->fault.unit = unit;
	(void) sets_boxes(&c->space.sets, gaps, tell_gap, c);
}

void
check_retired(RulebookCheck *c)
{
	const Rulebook *b = c->book;

	for (uint32_t i = 0; i < b->rule_count && !c->enough; i++)
	{
		const RulebookRule *r = &b->rules[i];

		if (r->lead.unit < 0 || (c->flags[i] & CHECK_THERE) == 0)
			continue;
		c->fault = check_fault(RULEBOOK_LEAD_RETIRED);
		c->fault.part = RULEBOOK_PART_RULE;
		c->fault.rule = (int32_t) i;
		c->fault.event_class = r->event_class;
		c->fault.territory = r->territory;
		tell_gaps(c, r->lead.unit,
		          space_time_set(&c->space, r->from, r->to, 1));
	}
	for (uint32_t i = 0; i < b->fallback_count && !c->enough; i++)
	{
		const RulebookFallback *f = &b->fallbacks[i];

		if (f->lead.unit < 0 || !check_has_cell(c, f->territory))
			continue;
		c->fault = check_fault(RULEBOOK_LEAD_RETIRED);
		c->fault.part = RULEBOOK_PART_FALLBACK;
		c->fault.rule = (int32_t) i;
		c->fault.territory = f->territory;
		tell_gaps(c, f->lead.unit, 1);
	}
}

/* ---------------------------------------------------------------------
 * units that a kind and level means
 * ---------------------------------------------------------------------
 */

static inline bool
by_role(const RulebookLead *lead)
{
	return lead->unit < 0 && lead->kind > 0;
}

static inline uint32_t
role_of(const RulebookLead *lead)
{
	return (lead->kind - 1u) * RULEBOOK_LEVELS + lead->level - 1u;
}

/* What is gone through for one kind and level */
typedef struct RoleWalk
{
	RulebookCheck *check;
	RulebookRuns asked; /* times at which it is asked for */
	uint32_t role;
	uint32_t at;      /* of the order of units: the one told now */
	uint32_t group;   /* the first with its territory */
	uint32_t earlier; /* times of those before it */
	uint32_t told;    /* unit plus one */
	/* of rules and fallbacks, by role */
	uint32_t *rule_first;
	uint32_t *rule;
	/* by unit without staff: the first rule that names it, plus one, and
	 * fallback, likewise */
	uint32_t *by_rule;
	uint32_t *by_fallback;
} RoleWalk;

static const RulebookUnit *
unit_at(const RoleWalk *w, uint32_t at)
{
	return &w->check->book->units[w->check->leads.order[at]];
}

static uint32_t
times_at(const RoleWalk *w, uint32_t at)
{
	const RulebookUnit *u = unit_at(w, at);

	return space_time_set(&w->check->space, u->from, u->to, 1);
}

/* Go on to a unit; those told come in order, but not all are told. */
static void
go_to(RoleWalk *w, uint32_t unit)
{
	const uint32_t *order = w->check->leads.order;

	while (order[w->at] != unit)
	{
		w->earlier =
		    sets_over(&w->check->space.sets, w->earlier, times_at(w, w->at));
		w->at++;
		if (unit_at(w, w->at)->territory != unit_at(w, w->group)->territory)
		{
			w->group = w->at;
			w->earlier = 0;
		}
	}
}

static void
walk(RoleWalk *w, uint32_t role, LeadsFn fn)
{
	RulebookLeads *leads = &w->check->leads;

	w->role = role;
	w->at = leads->role[role];
	w->group = w->at;
	w->earlier = 0;
	w->told = 0;
	leads_go(leads, role / RULEBOOK_LEVELS + 1, role % RULEBOOK_LEVELS + 1, fn,
	         w);
}

/* ---------------------------------------------------------------------
 * two units for one
 * ---------------------------------------------------------------------
 */

static void
ask(RoleWalk *w, const RulebookLead *lead, int64_t territory, uint32_t times)
{
	uint32_t from;
	uint32_t to;

	if (!by_role(lead) || role_of(lead) != w->role)
		return;
	tree_range(&w->check->space.cells, territory, &from, &to);
	runs_paint(&w->asked, from, to, &w->check->space.sets, sets_over, times);
}

static void
ask_all(RoleWalk *w)
{
	RulebookCheck *c = w->check;
	const Rulebook *b = c->book;

	runs_fill(&w->asked, 0);
	for (uint32_t i = 0; i < b->rule_count; i++)
	{
		const RulebookRule *r = &b->rules[i];
		uint32_t times;

		if ((c->flags[i] & CHECK_THERE) == 0 ||
		    (r->assists == 0 && !by_role(&r->lead)))
			continue;
		times = space_time_set(&c->space, r->from, r->to, 1);
		ask(w, &r->lead, r->territory, times);
		for (uint32_t k = 0; k < r->assists; k++)
			ask(w, &b->assists[r->first_assist + k].lead, r->territory, times);
	}
	for (uint32_t i = 0; i < b->fallback_count; i++)
		ask(w, &b->fallbacks[i].lead, b->fallbacks[i].territory, 1);
	for (uint32_t i = 0; i < b->name_count[RULEBOOK_CHANNEL]; i++)
		ask(w, &b->channels[i].intake, 0, 1);
}

/* Are there two of the same territory, at the same time? */
static bool
has_pairs(RulebookCheck *c, uint32_t role)
{
	RoleWalk w = {.check = c};
	uint32_t first = c->leads.role[role];
	uint32_t times = 0;

	for (uint32_t i = first; i < c->leads.role[role + 1]; i++)
	{
		if (i > first &&
		    unit_at(&w, i)->territory == unit_at(&w, i - 1)->territory)
		{
			if (sets_meet(&c->space.sets, times, times_at(&w, i)))
				return true;
		}
		else
			times = 0;
		times = sets_over(&c->space.sets, times, times_at(&w, i));
	}
	return false;
}

static void
see_pair(void *context, uint32_t unit, uint32_t from, uint32_t to,
         uint32_t open)
{
	RoleWalk *w = context;
	RulebookCheck *c = w->check;
	RulebookSets *sets = &c->space.sets;
	uint32_t next;

	go_to(w, unit);
	if (w->told == unit + 1 || w->earlier == 0)
		return;
	for (uint32_t i = w->group; i < w->at; i++)
	{
		uint32_t both = sets_within(
		    sets, sets_within(sets, times_at(w, i), times_at(w, w->at)), open);

		for (uint32_t at = from; at < to && both != 0; at = next)
		{
			const RulebookUnit *a = unit_at(w, i);
			const RulebookUnit *b = unit_at(w, w->at);
			RulebookFault fault;

			next = runs_next(&w->asked, at);
			if (!sets_meet(sets, both,
			               w->asked.value[runs_first(&w->asked, at)]))
				continue;
			fault = check_fault(RULEBOOK_AMBIGUOUS);
			fault.unit = (int32_t) unit;
			fault.other = (int32_t) c->leads.order[i];
			fault.territory = b->territory;
			fault.from = a->from > b->from ? a->from : b->from;
			fault.to = a->to < b->to ? a->to : b->to;
			w->told = unit + 1;
			check_tell(c, &fault);
			return;
		}
	}
}

void
check_ambiguous(RulebookCheck *c)
{
	uint32_t roles = c->leads.slots - c->book->unit_count;
	RoleWalk w = {.check = c};

	if (!runs_begin(&w.asked, &c->space.arena, c->space.cells.leaves))
		return;
	for (uint32_t r = 0; r < roles && !c->enough; r++)
	{
		if (!has_pairs(c, r))
			continue;
		w.role = r;
		ask_all(&w);
		walk(&w, r, see_pair);
		space_poll(&c->space);
	}
}

/* ---------------------------------------------------------------------
 * units without staff
 * ---------------------------------------------------------------------
 */

static inline bool
unstaffed(const RulebookCheck *c, uint32_t unit)
{
	return (c->book->units[unit].flags & RULEBOOK_NOSTAFF) != 0;
}

static void
see_unstaffed(void *context, uint32_t unit, uint32_t from, uint32_t to,
              uint32_t open)
{
	RoleWalk *w = context;
	RulebookCheck *c = w->check;
	RulebookSets *sets = &c->space.sets;
	const Rulebook *b = c->book;
	uint32_t times;
	uint32_t own_from;
	uint32_t own_to;

	if (!unstaffed(c, unit))
		return;
	go_to(w, unit);
	times = sets_within(
	    sets, sets_without(sets, times_at(w, w->at), w->earlier), open);
	if (times == 0)
		return;
	for (uint32_t i = w->rule_first[w->role]; i < w->rule_first[w->role + 1];
	     i++)
	{
		uint32_t rule = w->rule[i];
		const RulebookRule *r = &b->rules[rule];

		if (w->by_rule[unit] != 0 && w->by_rule[unit] <= rule + 1)
			break;
		if ((c->flags[rule] & CHECK_THERE) == 0)
			continue;
		tree_range(&c->space.cells, r->territory, &own_from, &own_to);
		if (own_from < to && from < own_to &&
		    sets_meet(sets, times,
		              space_time_set(&c->space, r->from, r->to, 1)))
			w->by_rule[unit] = rule + 1;
	}
	for (uint32_t i = 0; i < b->fallback_count; i++)
	{
		const RulebookFallback *f = &b->fallbacks[i];

		if (w->by_fallback[unit] != 0 && w->by_fallback[unit] <= i + 1)
			break;
		if (!by_role(&f->lead) || role_of(&f->lead) != w->role)
			continue;
		tree_range(&c->space.cells, f->territory, &own_from, &own_to);
		if (own_from < own_to && own_from < to && from < own_to)
			w->by_fallback[unit] = i + 1;
	}
}

/* Those that records name themselves */
static void
see_named(RoleWalk *w)
{
	RulebookCheck *c = w->check;
	const Rulebook *b = c->book;

	for (uint32_t i = b->rule_count; i-- > 0;)
	{
		int32_t unit = b->rules[i].lead.unit;

		if (unit >= 0 && (c->flags[i] & CHECK_IN_FORCE) != 0)
			w->by_rule[unit] = i + 1;
	}
	for (uint32_t i = b->fallback_count; i-- > 0;)
	{
		const RulebookFallback *f = &b->fallbacks[i];
		int32_t unit = f->lead.unit;

		if (unit >= 0 && check_has_cell(c, f->territory) &&
		    space_time_set(&c->space, b->units[unit].from, b->units[unit].to,
		                   1) != 0)
			w->by_fallback[unit] = i + 1;
	}
}

static bool
find_uses(RoleWalk *w)
{
	const Rulebook *b = w->check->book;
	RulebookArena *arena = &w->check->space.arena;
	uint32_t roles = b->name_count[RULEBOOK_KIND] * RULEBOOK_LEVELS;

	w->rule_first = arena_take(arena, (uint64_t) roles + 1, sizeof(uint32_t));
	w->rule =
	    arena_take(arena, (uint64_t) b->rule_count + 1, sizeof(uint32_t));
	w->by_rule =
	    arena_take(arena, (uint64_t) b->unit_count + 1, sizeof(uint32_t));
	w->by_fallback =
	    arena_take(arena, (uint64_t) b->unit_count + 1, sizeof(uint32_t));
	if (arena->failed)
		return false;
	for (uint32_t i = 0; i < b->rule_count; i++)
		if (by_role(&b->rules[i].lead))
			w->rule_first[role_of(&b->rules[i].lead)]++;
	for (uint32_t r = 0; r < roles; r++)
		w->rule_first[r + 1] += w->rule_first[r];
	/* from their ends back to where they begin */
	for (uint32_t i = b->rule_count; i-- > 0;)
		if (by_role(&b->rules[i].lead))
			w->rule[--w->rule_first[role_of(&b->rules[i].lead)]] = i;
	return true;
}

static void
tell_unstaffed(RulebookCheck *c, const RoleWalk *w, uint32_t unit)
{
	RulebookFault fault = check_fault(RULEBOOK_UNSTAFFED);

	fault.unit = (int32_t) unit;
	fault.territory = c->book->units[unit].territory;
	if (w->by_rule[unit] != 0)
	{
		fault.part = RULEBOOK_PART_RULE;
		fault.rule = (int32_t) w->by_rule[unit] - 1;
	}
	else if (w->by_fallback[unit] != 0)
	{
		fault.part = RULEBOOK_PART_FALLBACK;
		fault.rule = (int32_t) w->by_fallback[unit] - 1;
	}
	else
		return;
	check_tell(c, &fault);
}

void
check_unstaffed(RulebookCheck *c)
{
	const Rulebook *b = c->book;
	uint32_t roles = c->leads.slots - b->unit_count;
	RoleWalk w = {.check = c};
	uint32_t i = 0;

	while (i < b->unit_count && !unstaffed(c, i))
		i++;
	if (i == b->unit_count || !find_uses(&w))
		return;
	see_named(&w);
	for (uint32_t r = 0; r < roles; r++)
	{
		for (i = c->leads.role[r];
		     i < c->leads.role[r + 1] && !unstaffed(c, c->leads.order[i]); i++)
			;
		if (i < c->leads.role[r + 1])
			walk(&w, r, see_unstaffed);
	}
	for (i = 0; i < b->unit_count && !c->enough; i++)
		if (unstaffed(c, i))
			tell_unstaffed(c, &w, i);
}
