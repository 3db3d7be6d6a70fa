/*
 * rulebook_leads.c
 *	  See rulebook_leads.h.
 */
#include "rulebook_leads.h"

#include <string.h>

/* ---------------------------------------------------------------------
 * begin
 * ---------------------------------------------------------------------
 */

static bool
unit_before(const void *context, uint32_t a, uint32_t b)
{
	const RulebookUnit *units = context;
	const RulebookUnit *x = &units[a];
	const RulebookUnit *y = &units[b];
	int x_digits;
	int y_digits;

	if (x->kind != y->kind)
		return x->kind < y->kind;
	if (x->level != y->level)
		return x->level < y->level;
	x_digits = code_prefix_digits(CODE_OF_CELL, x->territory);
	y_digits = code_prefix_digits(CODE_OF_CELL, y->territory);
	if (x_digits != y_digits)
		return x_digits > y_digits;
	if (x->territory != y->territory)
		return x->territory < y->territory;
	return a < b;
}

/* Units that exclusions name, and all those below them */
static void
touch_units(RulebookLeads *leads)
{
	const Rulebook *book = leads->frame->book;
	uint32_t roles = leads->slots - book->unit_count;

	for (uint32_t i = 0; i < book->exclusion_count; i++)
		leads->touched[book->exclusions[i].unit] = true;
	for (uint32_t i = 0; i < book->unit_count; i++)
	{
		int32_t at = (int32_t) i;

		while (at >= 0 && !leads->touched[at])
			at = book->units[at].parent;
		if (at >= 0)
			for (int32_t k = (int32_t) i; k != at; k = book->units[k].parent)
				leads->touched[k] = true;
	}
	for (uint32_t r = 0; r < roles; r++)
		for (uint32_t i = leads->role[r]; i < leads->role[r + 1]; i++)
			leads->touched[book->unit_count + r] |=
			    leads->touched[leads->order[i]];
}

bool
leads_begin(RulebookLeads *leads, RulebookFrame *frame, bool named)
{
	const Rulebook *book = frame->book;
	RulebookArena *arena = &frame->space->arena;
	uint32_t roles = book->name_count[RULEBOOK_KIND] * RULEBOOK_LEVELS;
	int64_t *classes;

	memset(leads, 0, sizeof(*leads));
	leads->frame = frame;
	leads->named = named;
	leads->slots = book->unit_count + roles;
	for (int k = 0; k < LEADS_KINDS; k++)
		leads->made[k] =
		    arena_take(arena, (uint64_t) leads->slots + 1, sizeof(uint32_t));
	leads->made_for =
	    arena_take(arena, (uint64_t) leads->slots + 1, sizeof(uint32_t));
	leads->touched =
	    arena_take(arena, (uint64_t) leads->slots + 1, sizeof(bool));
	leads->order =
	    arena_take(arena, (uint64_t) book->unit_count + 1, sizeof(uint32_t));
	leads->role = arena_take(arena, (uint64_t) roles + 2, sizeof(uint32_t));
	classes = arena_take(arena, (uint64_t) book->exclusion_count + 1,
	                     sizeof(int64_t));
	if (arena->failed ||
	    !runs_begin(&leads->open, arena, frame->space->cells.leaves) ||
	    !runs_begin(&leads->taken, arena, frame->space->cells.leaves))
		return false;
	for (uint32_t i = 0; i < book->unit_count; i++)
	{
		const RulebookUnit *unit = &book->units[i];

		leads->order[i] = i;
		leads->role[(unit->kind - 1u) * RULEBOOK_LEVELS + unit->level]++;
	}
	for (uint32_t r = 0; r < roles; r++)
		leads->role[r + 1] += leads->role[r];
	sort_numbers(leads->order, book->unit_count, unit_before, book->units);
	touch_units(leads);
	for (uint32_t i = 0; i < book->exclusion_count; i++)
		classes[i] = book->exclusions[i].event_class;
	return space_groups(frame->space, &leads->exclusions, classes,
	                    book->exclusion_count);
}

bool
leads_class(RulebookLeads *leads, int64_t event_class)
{
	uint32_t chain[SPACE_CHAIN];
	uint32_t classes = 0;

	if (space_chain(&leads->exclusions, event_class, chain) > 0)
		classes = chain[0] + 1;
	leads->event_class = event_class;
	if (classes == leads->classes)
		return false;
	leads->classes = classes;
	return true;
}

bool
leads_touched(const RulebookLeads *leads, const RulebookLead *lead)
{
	return (lead->unit >= 0 || lead->kind > 0) &&
	       leads->touched[leads_slot(leads, lead)];
}

/* ---------------------------------------------------------------------
 * maps
 * ---------------------------------------------------------------------
 */

/* The first exclusion of a unit */
static uint32_t
first_exclusion(const Rulebook *book, int32_t unit)
{
	uint32_t low = 0;
	uint32_t high = book->exclusion_count;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (book->exclusions[middle].unit < unit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Paint what a unit takes, but where the negative list keeps it away.  Nobody
 * else has these times there, so they can be taken away again. */
static void
paint_unit(RulebookLeads *leads, uint32_t unit, uint32_t from, uint32_t to,
           uint32_t value, LeadsOf of)
{
	RulebookSpace *space = leads->frame->space;
	const Rulebook *book = leads->frame->book;

	runs_paint(&leads->taken, from, to, &space->sets, sets_over, value);
	if (of != LEADS_USABLE || !leads->touched[unit])
		return;
	for (int32_t at = (int32_t) unit; at >= 0; at = book->units[at].parent)
		for (uint32_t i = first_exclusion(book, at);
		     i < book->exclusion_count && book->exclusions[i].unit == at; i++)
		{
			const RulebookExclusion *x = &book->exclusions[i];
			uint32_t x_from;
			uint32_t x_to;

			if (!code_within(CODE_OF_CLASS, leads->event_class,
			                 x->event_class))
				continue;
			tree_range(&space->cells, x->territory, &x_from, &x_to);
			runs_paint(&leads->taken, x_from > from ? x_from : from,
			           x_to < to ? x_to : to, &space->sets, sets_without,
			           value);
		}
}

void
leads_go(RulebookLeads *leads, unsigned kind, unsigned level, LeadsFn fn,
         void *context)
{
	const Rulebook *book = leads->frame->book;
	RulebookSpace *space = leads->frame->space;
	uint32_t role = (kind - 1) * RULEBOOK_LEVELS + level - 1;
	uint32_t end = leads->role[role + 1];

	runs_fill(&leads->open, 1);
	for (uint32_t i = leads->role[role]; i < end;)
	{
		int64_t territory = book->units[leads->order[i]].territory;
		uint32_t times = 0; /* of those that have this territory */
		uint32_t from;
		uint32_t to;

		tree_range(&space->cells, territory, &from, &to);
		for (; i < end && book->units[leads->order[i]].territory == territory;
		     i++)
		{
			const RulebookUnit *unit = &book->units[leads->order[i]];
			uint32_t next;

			times = sets_over(&space->sets, times,
			                  space_time_set(space, unit->from, unit->to, 1));
			for (uint32_t at = from; at < to; at = next)
			{
				uint32_t run = runs_first(&leads->open, at);

				next = runs_next(&leads->open, at);
				next = next < to ? next : to;
				if (leads->open.value[run] != 0)
					fn(context, leads->order[i], at, next,
					   leads->open.value[run]);
			}
		}
		runs_paint(&leads->open, from, to, &space->sets, sets_without, times);
	}
}

typedef struct LeadsTaking
{
	RulebookLeads *leads;
	LeadsOf of;
	int64_t territory;
	uint32_t times; /* of units before, with the same territory */
	uint32_t unit;
	uint32_t value; /* of this one, when they are not there */
} LeadsTaking;

static void
take(void *context, uint32_t unit, uint32_t from, uint32_t to, uint32_t open)
{
	LeadsTaking *t = context;
	RulebookSpace *space = t->leads->frame->space;
	const RulebookUnit *u = &t->leads->frame->book->units[unit];

	if (unit != t->unit)
	{
		uint32_t value = space_time_set(space, u->from, u->to,
		                                t->leads->named ? unit + 1 : 1);

		if (u->territory != t->territory)
			t->times = 0;
		t->territory = u->territory;
		t->unit = unit;
		t->value = sets_without(&space->sets, value, t->times);
		t->times = sets_over(&space->sets, t->times, value);
	}
	paint_unit(t->leads, unit, from, to,
	           sets_within(&space->sets, t->value, open), t->of);
}

static uint32_t
make_map(RulebookLeads *leads, const RulebookLead *lead, LeadsOf of)
{
	RulebookSpace *space = leads->frame->space;
	const Rulebook *book = leads->frame->book;

	if (space->cells.leaves == 0)
		return 0;
	if (lead->unit >= 0)
	{
		const RulebookUnit *unit = &book->units[lead->unit];
		uint32_t value =
		    space_time_set(space, unit->from, unit->to,
		                   leads->named ? (uint32_t) lead->unit + 1 : 1);

		if (of == LEADS_IN_FORCE || !leads->touched[lead->unit])
		{
			maps_add(&space->maps, 0, value);
			return maps_end(&space->maps);
		}
		runs_fill(&leads->taken, 0);
		paint_unit(leads, (uint32_t) lead->unit, 0, space->cells.leaves, value,
		           of);
	}
	else
	{
		LeadsTaking taking = {
		    .leads = leads, .of = of, .territory = -1, .unit = UINT32_MAX};

		runs_fill(&leads->taken, 0);
		leads_go(leads, lead->kind, lead->level, take, &taking);
	}
	return maps_of_runs(&space->maps, &leads->taken);
}

uint32_t
leads_map(RulebookLeads *leads, const RulebookLead *lead, LeadsOf of)
{
	uint32_t slot;

	if (lead->unit < 0 && lead->kind == 0)
		return 0;
	slot = leads_slot(leads, lead);
	if (of == LEADS_USABLE && (leads->classes == 0 || !leads->touched[slot]))
		of = LEADS_IN_FORCE;
	if (of == LEADS_USABLE && leads->made_for[slot] != leads->classes)
	{
		leads->made[of][slot] = 0;
		leads->made_for[slot] = leads->classes;
	}
	if (leads->made[of][slot] == 0)
		leads->made[of][slot] = make_map(leads, lead, of) + 1;
	return leads->made[of][slot] - 1;
}
