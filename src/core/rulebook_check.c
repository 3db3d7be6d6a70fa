/*
 * rulebook_check.c
 *	  The proof: what rules leave open, and which of them never take anything.
 *
 * Leaf classes that no rule tells apart are one.  For each such group its
 * rules are gone through in the order of precedence, and what they take is
 * painted out of the cells.  What a rule finds left is what it takes; what is
 * left at the end no rule takes.  Cells are painted by runs, so that a rule
 * for a whole city costs no more than one for a grid, as long as the rules
 * before it left the city in few pieces; and what is painted are diagrams of
 * conditions, so that a rule for the nights of one owner's hydrants costs
 * little more.
 *
 * The rules of one class and territory mostly take the same wherever they are
 * asked: this is worked out once (a plain place), and painted as one.
 */
#include "rulebook_check_parts.h"

#include <string.h>

/* ---------------------------------------------------------------------
 * telling
 * ---------------------------------------------------------------------
 */

RulebookFault
check_fault(RulebookFaultKind kind)
{
	RulebookFault fault;

	memset(&fault, 0, sizeof(fault));
	fault.kind = kind;
	fault.rule = -1;
	fault.other = -1;
	fault.unit = -1;
	fault.from = INT64_MIN;
	fault.to = INT64_MAX;
	return fault;
}

bool
check_tell(RulebookCheck *c, const RulebookFault *fault)
{
	if (!c->enough && !space_failed(&c->space))
		c->enough = !c->tell(c->context, fault);
	return !c->enough;
}

bool
check_has_class(const RulebookCheck *c, int64_t event_class)
{
	uint32_t from;
	uint32_t to;

	tree_range(&c->space.classes, event_class, &from, &to);
	return from < to;
}

bool
check_has_cell(const RulebookCheck *c, int64_t territory)
{
	uint32_t from;
	uint32_t to;

	tree_range(&c->space.cells, territory, &from, &to);
	return from < to;
}

/* A RegionCaseFn */
static bool
tell_case(void *context, const RegionCase *one)
{
	RulebookCheck *c = context;
	RulebookFault fault = c->fault;

	fault.event_class = one->event_class;
	fault.territory = one->territory;
	fault.from = one->from;
	fault.to = one->to;
	fault.minute_from = one->minute_from;
	fault.minute_to = one->minute_to;
	fault.owner =
	    one->owner == CASES_NONE ? RULEBOOK_OTHER : (uint16_t) one->owner;
	fault.severity = one->severity == CASES_NONE ? RULEBOOK_NO_SEVERITY
	                                             : (uint8_t) one->severity;
	/* or the fault is one of a channel */
	if (fault.channel == 0)
		fault.channel = one->channel == CASES_NONE ? RULEBOOK_NO_CHANNEL
		                                           : (uint16_t) one->channel;
	/* or of a record of some class */
	if (fault.event_class == 0)
		fault.event_class = c->fault.event_class;
	return check_tell(c, &fault);
}

bool
check_tell_region(void *context, uint32_t class_node, uint32_t cell_node,
                  const SetsBox *box, uint32_t value, uint32_t fresh)
{
	RulebookCheck *c = context;

	(void) value;
	return cases_tell(&c->space, &c->owners, class_node, cell_node, box, fresh,
	                  tell_case, c);
}

/* ---------------------------------------------------------------------
 * places
 * ---------------------------------------------------------------------
 */

/* What the lead of a rule can take in all cells of a range, if that is the
 * same, whatever the class */
static bool
same_everywhere(RulebookCheck *c, const RulebookRule *rule, uint32_t from,
                uint32_t to, uint32_t *value)
{
	uint32_t end;
	uint32_t map;

	if (leads_touched(&c->leads, &rule->lead))
		return false;
	map = leads_map(&c->leads, &rule->lead, LEADS_IN_FORCE);
	*value = maps_at(&c->space.maps, map, from, &end).value;
	return end >= to;
}

/* May it be asked to act where its unit has no territory? */
static bool
may_act_outside(const RulebookCheck *c, const CheckPlace *place,
                const RulebookRule *rule)
{
	uint32_t from;
	uint32_t to;

	if (rule->lead.unit < 0)
		return false;
	tree_range(&c->space.cells, c->book->units[rule->lead.unit].territory,
	           &from, &to);
	return place->from < from || place->to > to;
}

/* Whether a lead is there at all, and whether anything is left by the rest of
 * an untouched place, does not depend on the class */
static void
see_lead(RulebookCheck *c, const CheckPlace *place, uint32_t rule,
         uint32_t set)
{
	const RulebookRule *r = &c->book->rules[rule];
	uint32_t map = leads_map(&c->leads, &r->lead, LEADS_IN_FORCE);
	uint32_t end;

	for (uint32_t at = place->from; at < place->to; at = end)
		if (sets_meet(&c->space.sets,
		              maps_at(&c->space.maps, map, at, &end).value, set))
		{
			c->flags[rule] |= CHECK_IN_FORCE;
			if (!leads_touched(&c->leads, &r->lead))
				c->flags[rule] |= CHECK_USABLE;
			return;
		}
}

static void
prepare_place(RulebookCheck *c, CheckPlace *place)
{
	RulebookSets *sets = &c->space.sets;
	uint32_t *list = c->scratch;
	uint32_t above = 0; /* what the ranks above take */
	uint32_t all = 0;
	uint32_t n = 0;
	uint32_t value = 0;

	if (place->from == place->to ||
	    !check_has_class(c, c->book->rules[place->first].event_class))
		return;
	place->plain = true;
	for (uint32_t i = place->first; i < place->first + place->rules; i++)
	{
		const RulebookRule *r = &c->book->rules[i];
		uint32_t set = space_rule_set(c->frame, r);

		c->part[i] = set;
		if (set == 0)
			continue;
		c->flags[i] |= CHECK_THERE;
		see_lead(c, place, i, set);
		if (may_act_outside(c, place, r))
			c->flags[i] |= CHECK_OUTSIDE;
		place->plain &= same_everywhere(c, r, place->from, place->to, &value);
	}
	place->waits = true;
	if (!place->plain)
		return;
	for (uint32_t i = place->first; i < place->first + place->rules; i++)
	{
		const RulebookRule *r = &c->book->rules[i];

		if (i > place->first && space_rule_rank(&r[-1]) != space_rule_rank(r))
		{
			above = sets_over(sets, above, sets_over_all(sets, list, n));
			n = 0;
		}
		(void) same_everywhere(c, r, place->from, place->to, &value);
		value = sets_within(sets, c->part[i], value);
		list[n++] = value;
		c->part[i] = sets_without(sets, value, above);
	}
	all = sets_over_all(sets, list, n);
	place->cover = sets_over(sets, above, all);
}

static bool
place_before(const void *context, uint32_t a, uint32_t b)
{
	const RulebookCheck *c = context;
	const CheckPlace *x = &c->places[a];
	const CheckPlace *y = &c->places[b];
	int64_t x_class = c->book->rules[x->first].event_class;
	int64_t y_class = c->book->rules[y->first].event_class;

	if (x_class != y_class)
		return x_class < y_class;
	if (x->digits != y->digits)
		return x->digits > y->digits;
	return a < b;
}

static void
find_places(RulebookCheck *c)
{
	const RulebookRule *rules = c->book->rules;
	uint32_t named = 0;

	for (uint32_t i = 0; i < c->book->rule_count; i++)
	{
		CheckPlace *place = &c->places[c->place_count];

		if (i > 0 && rules[i].event_class == rules[i - 1].event_class &&
		    rules[i].territory == rules[i - 1].territory)
		{
			place[-1].rules++;
			continue;
		}
		place->first = i;
		place->rules = 1;
		place->digits =
		    (uint16_t) code_prefix_digits(CODE_OF_CELL, rules[i].territory);
		tree_range(&c->space.cells, rules[i].territory, &place->from,
		           &place->to);
		c->place_order[c->place_count] = c->place_count;
		c->place_count++;
	}
	sort_numbers(c->place_order, c->place_count, place_before, c);
	for (uint32_t i = 0; i < c->place_count; i++)
	{
		const CheckPlace *place = &c->places[c->place_order[i]];

		while (c->groups.named[named] < rules[place->first].event_class)
			c->class_places[++named] = i;
		prepare_place(c, &c->places[c->place_order[i]]);
		if (i % 1024 == 0)
			space_poll(&c->space);
	}
	while (named < c->groups.named_count)
		c->class_places[++named] = c->place_count;
}

/* ---------------------------------------------------------------------
 * one group of classes
 * ---------------------------------------------------------------------
 */

static void
note_outside(CheckOutside *o, uint32_t from, uint32_t to)
{
	if (from >= to)
		return;
	if (o->to == 0 || from < o->from)
		o->from = from;
	if (to > o->to)
		o->to = to;
}

/* A rule takes something of a run */
static void
fires(RulebookCheck *c, uint32_t rule, uint32_t from, uint32_t to)
{
	const RulebookUnit *unit;
	uint32_t own_from;
	uint32_t own_to;

	c->flags[rule] |= CHECK_FIRES;
	if ((c->flags[rule] & CHECK_OUTSIDE) == 0)
		return;
	unit = &c->book->units[c->book->rules[rule].lead.unit];
	tree_range(&c->space.cells, unit->territory, &own_from, &own_to);
	if (own_from == own_to)
		own_from = own_to = to;
	note_outside(&c->outside[rule], from, to < own_from ? to : own_from);
	note_outside(&c->outside[rule], from > own_to ? from : own_to, to);
}

static void
see_plain(RulebookCheck *c, CheckPlace *place)
{
	bool waits = false;

	for (uint32_t i = place->first; i < place->first + place->rules; i++)
	{
		uint8_t flags = c->flags[i];
		uint32_t next;

		if (c->part[i] == 0 ||
		    (flags & (CHECK_FIRES | CHECK_OUTSIDE)) == CHECK_FIRES)
			continue;
		for (uint32_t at = place->from; at < place->to; at = next)
		{
			next = runs_next(&c->open, at);
			next = next < place->to ? next : place->to;
			if (sets_meet(&c->space.sets, c->part[i],
			              c->open.value[runs_first(&c->open, at)]))
			{
				fires(c, i, at, next);
				if ((flags & CHECK_OUTSIDE) == 0)
					break;
			}
		}
		waits |= (c->flags[i] & (CHECK_FIRES | CHECK_OUTSIDE)) != CHECK_FIRES;
	}
	place->waits = waits;
}

/* Go through a rule's cells by what its lead can take and what is open */
static void
see_rule(RulebookCheck *c, const CheckPlace *place, uint32_t rule, bool paint)
{
	const RulebookRule *r = &c->book->rules[rule];
	uint32_t map = leads_map(&c->leads, &r->lead, LEADS_USABLE);
	uint32_t end;

	for (uint32_t at = place->from; at < place->to; at = end)
	{
		uint32_t lead = maps_at(&c->space.maps, map, at, &end).value;
		uint32_t takes = sets_within(&c->space.sets, c->part[rule], lead);
		uint32_t next;

		end = end < place->to ? end : place->to;
		if (takes == 0)
			continue;
		if (paint)
		{
			runs_paint(&c->open, at, end, &c->space.sets, sets_without, takes);
			continue;
		}
		for (; at < end; at = next)
		{
			next = runs_next(&c->open, at);
			next = next < end ? next : end;
			if (sets_meet(&c->space.sets, takes,
			              c->open.value[runs_first(&c->open, at)]))
				fires(c, rule, at, next);
		}
	}
}

static void
see_place(RulebookCheck *c, CheckPlace *place)
{
	uint32_t end = place->first + place->rules;
	uint32_t next;

	for (uint32_t i = place->first; i < end; i = next)
	{
		unsigned rank = space_rule_rank(&c->book->rules[i]);

		/* rules of equal rank tie, they do not shadow each other */
		for (next = i;
		     next < end && space_rule_rank(&c->book->rules[next]) == rank;
		     next++)
			if ((c->flags[next] & CHECK_THERE) != 0 &&
			    (c->flags[next] & (CHECK_FIRES | CHECK_OUTSIDE)) !=
			        CHECK_FIRES)
				see_rule(c, place, next, false);
		for (uint32_t k = i; k < next; k++)
			if ((c->flags[k] & CHECK_THERE) != 0)
				see_rule(c, place, k, true);
	}
}

static inline bool
all_taken(const RulebookRuns *open)
{
	return open->value[0] == 0 && runs_next(open, 0) == open->size;
}

static void
see_group(RulebookCheck *c, uint32_t group)
{
	int64_t event_class = c->space.classes.leaf[c->groups.leaf[group]];
	uint32_t chain[SPACE_CHAIN];
	uint32_t n = space_chain(&c->groups, event_class, chain);

	runs_fill(&c->open, 1);
	for (uint32_t k = 0; k < n; k++)
		for (uint32_t i = c->class_places[chain[k]];
		     i < c->class_places[chain[k] + 1]; i++)
		{
			CheckPlace *place = &c->places[c->place_order[i]];
			uint32_t run;

			if (place->from == place->to)
				continue;
			run = runs_first(&c->open, place->from);
			if (c->open.value[run] == 0 &&
			    runs_next(&c->open, place->from) >= place->to)
			{
				if (all_taken(&c->open))
					return;
				continue;
			}
			if (!place->plain)
				see_place(c, place);
			else
			{
				if (place->waits)
					see_plain(c, place);
				runs_paint(&c->open, place->from, place->to, &c->space.sets,
				           sets_without, place->cover);
			}
		}
}

/* What fallback units take of the classes asked about now */
static uint32_t
fallback_map(RulebookCheck *c)
{
	uint32_t *known = &c->fallback[c->leads.classes];
	RulebookRuns *taken = &c->open;

	if (*known != 0)
		return *known - 1;
	runs_fill(taken, 0);
	for (uint32_t i = 0; i < c->book->fallback_count; i++)
	{
		const RulebookFallback *f = &c->book->fallbacks[i];
		uint32_t map = leads_map(&c->leads, &f->lead, LEADS_USABLE);
		uint32_t from;
		uint32_t to;
		uint32_t end;

		tree_range(&c->space.cells, f->territory, &from, &to);
		for (; from < to; from = end)
		{
			uint32_t value = maps_at(&c->space.maps, map, from, &end).value;

			end = end < to ? end : to;
			if (value != 0)
				runs_paint(taken, from, end, &c->space.sets, sets_over, value);
		}
	}
	*known = maps_of_runs(&c->space.maps, taken) + 1;
	return *known - 1;
}

static void
see_groups(RulebookCheck *c)
{
	RulebookSpace *s = &c->space;

	for (uint32_t g = 0; g < c->groups.count; g++)
	{
		(void) leads_class(&c->leads, s->classes.leaf[c->groups.leaf[g]]);
		see_group(c, g);
		c->left[g] = maps_of_runs(&s->maps, &c->open);
		space_poll(s);
	}
}

static void
tell_holes(RulebookCheck *c)
{
	RulebookSpace *s = &c->space;

	for (int kind = RULEBOOK_HOLE; kind <= RULEBOOK_BY_FALLBACK; kind++)
	{
		for (uint32_t g = 0; g < c->groups.count; g++)
		{
			c->scratch[g] = 0;
			if (c->left[g] == 0)
				continue;
			(void) leads_class(&c->leads, s->classes.leaf[c->groups.leaf[g]]);
			c->scratch[g] = maps_combine(&s->maps, &s->sets,
			                             kind == RULEBOOK_HOLE ? sets_without
			                                                   : sets_within,
			                             c->left[g], fallback_map(c));
		}
		for (uint32_t i = 0; i < s->classes.leaves; i++)
			c->map_of_class[i] = c->scratch[c->groups.of_leaf[i]];
		c->fault = check_fault((RulebookFaultKind) kind);
		if (!c->enough && !space_failed(s))
			(void) regions_tell(&c->teller, &s->arena, c->map_of_class);
	}
}

/* ---------------------------------------------------------------------
 * all
 * ---------------------------------------------------------------------
 */

/* Classes that rules and exclusions name: groups have to be alike in both */
static bool
find_groups(RulebookCheck *c)
{
	const Rulebook *book = c->book;
	uint32_t n = 0;
	int64_t *named =
	    arena_take(&c->space.arena,
	               (uint64_t) book->rule_count + book->exclusion_count + 1,
	               sizeof(int64_t));

	if (named == NULL)
		return false;
	for (uint32_t i = 0; i < book->rule_count; i++)
		if (i == 0 || book->rules[i].event_class != named[n - 1])
			named[n++] = book->rules[i].event_class;
	for (uint32_t i = 0; i < book->exclusion_count; i++)
		named[n++] = book->exclusions[i].event_class;
	return space_groups(&c->space, &c->groups, named, n);
}

static bool
begin(RulebookCheck *c)
{
	RulebookSpace *s = &c->space;
	RulebookArena *arena = &s->arena;
	uint64_t rules = (uint64_t) c->book->rule_count + 1;
	uint64_t leaves = (uint64_t) s->classes.leaves + 1;

	c->frame = &s->frame[0];
	if (!leads_begin(&c->leads, c->frame, false) || !find_groups(c))
		return false;
	c->teller.sets = &s->sets;
	c->teller.maps = &s->maps;
	c->teller.classes = &s->classes;
	c->teller.cells = &s->cells;
	c->teller.tell = check_tell_region;
	c->teller.poll = arena->memory.poll;
	c->teller.poll_context = arena->memory.context;
	c->teller.context = c;
	c->places = arena_take(arena, rules, sizeof(CheckPlace));
	c->place_order = arena_take(arena, rules, sizeof(uint32_t));
	c->class_places = arena_take(arena, (uint64_t) c->groups.named_count + 1,
	                             sizeof(uint32_t));
	c->part = arena_take(arena, rules, sizeof(uint32_t));
	c->flags = arena_take(arena, rules, sizeof(uint8_t));
	c->outside = arena_take(arena, rules, sizeof(CheckOutside));
	c->scratch = arena_take(arena, rules + leaves, sizeof(uint32_t));
	c->fallback =
	    arena_take(arena, (uint64_t) c->leads.exclusions.named_count + 1,
	               sizeof(uint32_t));
	c->left = arena_take(arena, leaves, sizeof(uint32_t));
	c->map_of_class = arena_take(arena, leaves, sizeof(uint32_t));
	return !arena->failed && runs_begin(&c->open, arena, s->cells.leaves) &&
	       cases_begin(&c->owners, s) && check_begin_grades(c) &&
	       regions_begin(&c->teller, arena);
}

static void
prove(RulebookCheck *c)
{
	find_places(c);
	if (c->space.cells.leaves > 0)
		see_groups(c);
	if (c->space.cells.leaves > 0)
		tell_holes(c);
	check_ties(c);
	check_shadowed(c);
	check_no_class(c);
	check_no_cell(c);
	check_out_of_force(c);
	check_unresolved(c);
	check_ambiguous(c);
	check_unstaffed(c);
	check_outside(c);
	check_excluded(c);
	check_retired(c);
	check_terms(c);
	check_intakes(c);
}

RulebookStatus
rulebook_check(const Rulebook *book, int64_t from, const uint16_t *stages,
               uint32_t nstages, const RulebookMemory *memory,
               RulebookFaultFn tell, void *context)
{
	RulebookCheck check;
	bool failed;

	memset(&check, 0, sizeof(check));
	check.book = book;
	check.stages = stages;
	check.stage_count = nstages;
	check.tell = tell;
	check.context = context;
	if (space_begin(&check.space, &book, 1, from, memory) && begin(&check))
		prove(&check);
	failed = space_failed(&check.space);
	space_free(&check.space);
	return failed ? RULEBOOK_NO_MEMORY : RULEBOOK_OK;
}
