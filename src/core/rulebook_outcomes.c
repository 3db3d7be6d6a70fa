/*
 * rulebook_outcomes.c
 *	  See rulebook_outcomes.h.
 */
#include "rulebook_outcomes.h"

#include <string.h>

/* ---------------------------------------------------------------------
 * choices
 * ---------------------------------------------------------------------
 */

typedef struct Turn
{
	uint32_t who;
	uint64_t share;
} Turn;

/* Who takes turns, in an array of the caller's to give back; NULL: nobody, or
 * no memory */
static Turn *
spread(RulebookSets *sets, uint32_t choice, uint32_t *count)
{
	Turn *turns;
	uint32_t n = 0;

	for (uint32_t at = choice; at != 0; at = sets_unpair(sets, at).b)
		n++;
	*count = n;
	if (n == 0)
		return NULL;
	turns = sets->memory.resize(sets->memory.context, NULL, n * sizeof(Turn));
	if (turns == NULL)
	{
		sets->failed = true;
		return NULL;
	}
	for (uint32_t i = 0; i < n; i++)
	{
		SetsPair list = sets_unpair(sets, choice);
		SetsPair turn = sets_unpair(sets, list.a);

		turns[i] = (Turn){turn.a, turn.b};
		choice = list.b;
	}
	return turns;
}

static void
give_back(RulebookSets *sets, Turn *turns)
{
	if (turns != NULL)
		sets->memory.resize(sets->memory.context, turns, 0);
}

/* Is it the same, moved on by a distance less than its length? */
static bool
repeats(const Turn *turns, uint32_t n, uint64_t distance)
{
	uint32_t a = 0;
	uint32_t b = 0;
	uint64_t a_left = turns[0].share;
	uint64_t b_left;

	for (; distance >= turns[b].share; b++)
		distance -= turns[b].share;
	b_left = turns[b].share - distance;
	while (a < n)
	{
		uint64_t step = a_left < b_left ? a_left : b_left;

		if (turns[a].who != turns[b].who)
			return false;
		a_left -= step;
		b_left -= step;
		if (a_left == 0 && ++a < n)
			a_left = turns[a].share;
		if (b_left == 0)
		{
			b = (b + 1) % n;
			b_left = turns[b].share;
		}
	}
	return true;
}

/* The shortest form */
static uint32_t
gather(RulebookSets *sets, Turn *turns, uint32_t n)
{
	uint32_t kept = 0;
	uint32_t changes;
	uint32_t choice = 0;
	uint64_t total = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		total += turns[i].share;
		if (kept > 0 && turns[kept - 1].who == turns[i].who)
			turns[kept - 1].share += turns[i].share;
		else
			turns[kept++] = turns[i];
	}
	n = kept;
	if (n == 1)
		turns[0].share = 1;
	/* how often it changes while it goes round once */
	changes = n > 1 && turns[0].who == turns[n - 1].who ? n - 1 : n;
	for (uint32_t times = changes; times > 1; times--)
		if (changes % times == 0 && total % times == 0 &&
		    repeats(turns, n, total / times))
		{
			uint64_t left = total / times;

			for (n = 0; left > turns[n].share; n++)
				left -= turns[n].share;
			turns[n++].share = left;
			break;
		}
	while (n-- > 0)
		choice = sets_pair_value(
		    sets,
		    sets_pair_value(sets, turns[n].who, (uint32_t) turns[n].share),
		    choice);
	return choice;
}

uint32_t
outcomes_units(RulebookSets *sets, uint32_t choice)
{
	uint32_t n;
	Turn *turns = spread(sets, choice, &n);

	if (turns == NULL)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		turns[i].who = sets_unpair(sets, turns[i].who).a;
	choice = gather(sets, turns, n);
	give_back(sets, turns);
	return choice;
}

static uint32_t
line_units(const RulebookSets *sets, uint32_t line,
           uint32_t unit[RULEBOOK_DEPTH])
{
	uint32_t n = 0;

	for (; line != 0 && n < RULEBOOK_DEPTH; n++)
	{
		SetsPair at = sets_unpair(sets, line);

		unit[n] = at.a;
		line = at.b;
	}
	return n;
}

/* From an intake up to the last unit that both lines have, and down */
static uint32_t
path_of(RulebookSets *sets, uint32_t line, uint32_t intake)
{
	uint32_t down[RULEBOOK_DEPTH];
	uint32_t up[RULEBOOK_DEPTH];
	uint32_t n = line_units(sets, line, down);
	uint32_t ups = line_units(sets, intake, up);
	uint32_t same = 0;
	uint32_t path = 0;
	uint32_t downs = n;

	while (same < n && same < ups && down[n - 1 - same] == up[ups - 1 - same])
		same++;
	if (same > 0)
	{
		/* with the last that they share */
		downs = n - same;
		ups = ups - same + 1;
	}
	for (uint32_t i = 0; i < downs; i++)
		path = sets_pair_value(sets, down[i], path);
	while (ups-- > 0)
		path = sets_pair_value(sets, up[ups], path);
	return path;
}

uint32_t
outcomes_paths(RulebookSets *sets, uint32_t choice, uint32_t intake)
{
	uint32_t n;
	Turn *turns = spread(sets, choice, &n);

	if (turns == NULL)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		turns[i].who = path_of(sets, turns[i].who, intake);
	choice = gather(sets, turns, n);
	give_back(sets, turns);
	return choice;
}

static uint64_t
length(const Turn *turns, uint32_t n)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < n; i++)
		total += turns[i].share;
	return total;
}

/* Two that differ do so before both have been gone through once, one behind
 * the other. */
uint64_t
outcomes_key(RulebookSets *sets, uint32_t a, uint32_t b)
{
	uint32_t an;
	uint32_t bn;
	Turn *x = spread(sets, a, &an);
	Turn *y = spread(sets, b, &bn);
	uint64_t key = 0;

	if (x != NULL && y != NULL)
	{
		uint64_t most = length(x, an) + length(y, bn);
		uint64_t x_left = x[0].share;
		uint64_t y_left = y[0].share;
		uint32_t i = 0;
		uint32_t k = 0;

		while (key < most && x[i].who == y[k].who)
		{
			uint64_t step = x_left < y_left ? x_left : y_left;

			key += step;
			x_left -= step;
			y_left -= step;
			if (x_left == 0)
			{
				i = (i + 1) % an;
				x_left = x[i].share;
			}
			if (y_left == 0)
			{
				k = (k + 1) % bn;
				y_left = y[k].share;
			}
		}
	}
	give_back(sets, x);
	give_back(sets, y);
	return key;
}

/* ---------------------------------------------------------------------
 * values
 * ---------------------------------------------------------------------
 */

bool
outcomes_number_units(RulebookSpace *space, uint32_t *number[SPACE_BOOKS])
{
	uint32_t at[SPACE_BOOKS] = {0};
	uint32_t n = 0;

	for (uint32_t b = 0; b < space->books; b++)
		number[b] = arena_take(&space->arena,
		                       (uint64_t) space->frame[b].book->unit_count + 1,
		                       sizeof(uint32_t));
	if (space->arena.failed)
		return false;
	for (;;)
	{
		int64_t least = INT64_MAX;
		bool some = false;

		for (uint32_t b = 0; b < space->books; b++)
		{
			const Rulebook *book = space->frame[b].book;

			if (at[b] == book->unit_count)
				continue;
			some = true;
			if (book->units[at[b]].id < least)
				least = book->units[at[b]].id;
		}
		if (!some)
			return true;
		n++;
		for (uint32_t b = 0; b < space->books; b++)
		{
			const Rulebook *book = space->frame[b].book;

			if (at[b] < book->unit_count && book->units[at[b]].id == least)
				number[b][at[b]++] = n;
		}
	}
}

/* A tree of units is at most RULEBOOK_DEPTH deep. */
static uint32_t
line_of(RulebookOutcomes *o, int32_t unit)
{
	if (unit < 0)
		return 0;
	if (o->line[unit] == 0)
		o->line[unit] =
		    sets_pair_value(&o->frame->space->sets, o->unit_number[unit],
		                    line_of(o, o->frame->book->units[unit].parent));
	return o->line[unit];
}

typedef struct Adding
{
	RulebookOutcomes *outcomes;
	uint32_t number; /* of the task, or the share */
} Adding;

/* Of a unit's index plus one and a list: the list with the unit before it, if
 * there is one */
static uint32_t
add_helper(void *context, uint32_t value)
{
	const Adding *adding = context;
	RulebookOutcomes *o = adding->outcomes;
	RulebookSets *sets = &o->frame->space->sets;
	SetsPair pair = sets_unpair(sets, value);

	if (pair.a == 0)
		return pair.b;
	return sets_pair_value(
	    sets,
	    sets_pair_value(sets, o->unit_number[pair.a - 1], adding->number + 1),
	    pair.b);
}

static uint32_t
add_turn(void *context, uint32_t value)
{
	const Adding *adding = context;
	RulebookOutcomes *o = adding->outcomes;
	RulebookSets *sets = &o->frame->space->sets;
	SetsPair pair = sets_unpair(sets, value);

	if (pair.a == 0)
		return pair.b;
	return sets_pair_value(sets,
	                       sets_pair_value(sets,
	                                       line_of(o, (int32_t) pair.a - 1),
	                                       adding->number),
	                       pair.b);
}

/* Of a unit's index plus one and its helpers: the outcome */
static uint32_t
make_outcome(void *context, uint32_t value)
{
	RulebookOutcomes *o = context;
	RulebookSets *sets = &o->frame->space->sets;
	SetsPair pair = sets_unpair(sets, value);
	uint32_t turn;

	if (pair.a == 0)
		return 0;
	turn = sets_pair_value(sets, line_of(o, (int32_t) pair.a - 1), 1);
	return sets_pair_value(sets, sets_pair_value(sets, turn, 0), pair.b);
}

/* Of who takes turns: the outcome */
static uint32_t
make_choice(void *context, uint32_t value)
{
	RulebookOutcomes *o = context;
	RulebookSets *sets = &o->frame->space->sets;
	uint32_t n;
	uint32_t choice;
	Turn *turns = spread(sets, value, &n);

	if (turns == NULL)
		return 0;
	choice = gather(sets, turns, n);
	give_back(sets, turns);
	return sets_pair_value(sets, choice, 0);
}

static uint32_t
make_line(void *context, uint32_t value)
{
	return value == 0 ? 0 : line_of(context, (int32_t) value - 1);
}

/* Whom a lead means from a cell on; *end comes nearer if needed */
static uint32_t
lead_at(RulebookOutcomes *o, const RulebookLead *lead, LeadsOf of,
        uint32_t cell, uint32_t *end)
{
	uint32_t run_end;
	uint32_t value = maps_at(&o->frame->space->maps,
	                         leads_map(&o->leads, lead, of), cell, &run_end)
	                     .value;

	if (run_end < *end)
		*end = run_end;
	return value;
}

/* What a rule answers from a cell on, whatever the conditions */
static uint32_t
answer_at(RulebookOutcomes *o, const RulebookRule *rule, uint32_t cell,
          uint32_t *end)
{
	RulebookSets *sets = &o->frame->space->sets;
	uint32_t lead = lead_at(o, &rule->lead, LEADS_USABLE, cell, end);
	uint32_t helpers = 0;

	if (lead == 0)
		return 0;
	for (uint32_t i = rule->assists; i-- > 0;)
	{
		const RulebookAssist *assist =
		    &o->frame->book->assists[rule->first_assist + i];
		Adding adding = {o, o->frame->number[RULEBOOK_TASK][assist->task]};
		uint32_t helper = lead_at(o, &assist->lead, LEADS_USABLE, cell, end);

		helpers = sets_map(sets, sets_pair(sets, helper, helpers),
		                   o->map_task + assist->task, add_helper, &adding);
	}
	return sets_map(sets, sets_pair(sets, lead, helpers), o->map_outcome,
	                make_outcome, o);
}

/* ---------------------------------------------------------------------
 * places
 * ---------------------------------------------------------------------
 */

static bool
rule_touched(const RulebookOutcomes *o, const RulebookRule *rule)
{
	bool touched = leads_touched(&o->leads, &rule->lead);

	for (uint32_t i = 0; i < rule->assists; i++)
		touched |= leads_touched(
		    &o->leads, &o->frame->book->assists[rule->first_assist + i].lead);
	return touched;
}

static void
prepare_place(RulebookOutcomes *o, OutcomePlace *place, uint32_t *list)
{
	RulebookSets *sets = &o->frame->space->sets;
	uint32_t n = 0;

	if (place->from == place->to)
		return;
	place->plain = true;
	for (uint32_t i = 0; i < place->rules && place->plain; i++)
	{
		const RulebookRule *r = &o->frame->book->rules[place->first + i];
		uint32_t end = place->to;
		uint32_t value;

		if (rule_touched(o, r))
			place->plain = false;
		else
		{
			value = answer_at(o, r, place->from, &end);
			place->plain = end >= place->to;
			list[n++] = sets_within(sets, value, space_rule_set(o->frame, r));
		}
	}
	if (place->plain)
		place->value = sets_over_all(sets, list, n);
}

static bool
place_before(const void *context, uint32_t a, uint32_t b)
{
	const RulebookOutcomes *o = context;
	const OutcomePlace *x = &o->places[a];
	const OutcomePlace *y = &o->places[b];
	int64_t x_class = o->frame->book->rules[x->first].event_class;
	int64_t y_class = o->frame->book->rules[y->first].event_class;

	if (x_class != y_class)
		return x_class < y_class;
	if (x->digits != y->digits)
		return x->digits > y->digits;
	return a < b;
}

static void
find_places(RulebookOutcomes *o, uint32_t *list)
{
	const RulebookRule *rules = o->frame->book->rules;
	uint32_t named = 0;

	for (uint32_t i = 0; i < o->frame->book->rule_count; i++)
	{
		OutcomePlace *place = &o->places[o->place_count];

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
		tree_range(&o->frame->space->cells, rules[i].territory, &place->from,
		           &place->to);
		o->place_order[o->place_count] = o->place_count;
		o->place_count++;
	}
	sort_numbers(o->place_order, o->place_count, place_before, o);
	for (uint32_t i = 0; i < o->place_count; i++)
	{
		OutcomePlace *place = &o->places[o->place_order[i]];

		while (o->groups->named[named] < rules[place->first].event_class)
			o->class_places[++named] = i;
		prepare_place(o, place, list);
		if (i % 1024 == 0)
			space_poll(o->frame->space);
	}
	while (named < o->groups->named_count)
		o->class_places[++named] = o->place_count;
}

static bool
fallback_before(const void *context, uint32_t a, uint32_t b)
{
	const RulebookFallback *f = context;
	int x = code_prefix_digits(CODE_OF_CELL, f[a].territory);
	int y = code_prefix_digits(CODE_OF_CELL, f[b].territory);

	return x != y ? x > y : a < b;
}

bool
outcomes_begin(RulebookOutcomes *o, RulebookFrame *frame,
               const SpaceGroups *groups, const uint32_t *unit_number)
{
	const Rulebook *b = frame->book;
	RulebookSpace *space = frame->space;
	RulebookArena *arena = &space->arena;
	uint64_t rules = (uint64_t) b->rule_count + 1;
	uint32_t *list = arena_take(arena, rules, sizeof(uint32_t));

	memset(o, 0, sizeof(*o));
	o->frame = frame;
	o->groups = groups;
	o->unit_number = unit_number;
	o->line =
	    arena_take(arena, (uint64_t) b->unit_count + 1, sizeof(uint32_t));
	o->places = arena_take(arena, rules, sizeof(OutcomePlace));
	o->place_order = arena_take(arena, rules, sizeof(uint32_t));
	o->class_places = arena_take(arena, (uint64_t) groups->named_count + 1,
	                             sizeof(uint32_t));
	o->fallback_order =
	    arena_take(arena, (uint64_t) b->fallback_count + 1, sizeof(uint32_t));
	if (arena->failed || !leads_begin(&o->leads, frame, true) ||
	    !runs_begin(&o->taken, arena, space->cells.leaves))
		return false;
	o->fallback =
	    arena_take(arena, (uint64_t) o->leads.exclusions.named_count + 1,
	               sizeof(uint32_t));
	if (arena->failed)
		return false;
	o->map_outcome = sets_new_maps(&space->sets, 3);
	o->map_choice = o->map_outcome + 1;
	o->map_line = o->map_outcome + 2;
	o->map_task =
	    sets_new_maps(&space->sets, b->name_count[RULEBOOK_TASK] + 1);
	o->map_turn = sets_new_maps(&space->sets, b->fallback_count);
	for (uint32_t i = 0; i < b->fallback_count; i++)
		if (i == 0 ||
		    b->fallbacks[i].territory != b->fallbacks[i - 1].territory)
			o->fallback_order[o->fallback_places++] = i;
	sort_numbers(o->fallback_order, o->fallback_places, fallback_before,
	             b->fallbacks);
	find_places(o, list);
	return !space_failed(space);
}

/* ---------------------------------------------------------------------
 * maps
 * ---------------------------------------------------------------------
 */

/* The fallbacks of one territory that can take something take turns */
static void
paint_fallbacks(RulebookOutcomes *o, uint32_t first)
{
	const Rulebook *b = o->frame->book;
	RulebookSpace *space = o->frame->space;
	RulebookSets *sets = &space->sets;
	uint32_t last = first;
	uint32_t from;
	uint32_t to;
	uint32_t end;

	while (last < b->fallback_count &&
	       b->fallbacks[last].territory == b->fallbacks[first].territory)
		last++;
	tree_range(&space->cells, b->fallbacks[first].territory, &from, &to);
	for (; from < to; from = end)
	{
		uint32_t turns = 0;

		end = to;
		for (uint32_t i = last; i-- > first;)
		{
			const RulebookFallback *f = &b->fallbacks[i];
			Adding adding = {o, f->share};
			uint32_t unit = lead_at(o, &f->lead, LEADS_USABLE, from, &end);

			turns = sets_map(sets, sets_pair(sets, unit, turns),
			                 o->map_turn + i, add_turn, &adding);
		}
		runs_paint(&o->taken, from, end, sets, sets_over,
		           sets_map(sets, turns, o->map_choice, make_choice, o));
	}
}

static uint32_t
fallback_map(RulebookOutcomes *o)
{
	uint32_t *known = &o->fallback[o->leads.classes];

	if (*known == 0)
	{
		runs_fill(&o->taken, 0);
		for (uint32_t i = 0; i < o->fallback_places; i++)
			paint_fallbacks(o, o->fallback_order[i]);
		*known = maps_of_runs(&o->frame->space->maps, &o->taken) + 1;
	}
	return *known - 1;
}

static void
paint_place(RulebookOutcomes *o, const OutcomePlace *place)
{
	RulebookSets *sets = &o->frame->space->sets;

	if (place->plain)
	{
		runs_paint(&o->taken, place->from, place->to, sets, sets_over,
		           place->value);
		return;
	}
	for (uint32_t i = place->first; i < place->first + place->rules; i++)
	{
		const RulebookRule *r = &o->frame->book->rules[i];
		uint32_t set = space_rule_set(o->frame, r);
		uint32_t end;

		for (uint32_t at = place->from; at < place->to && set != 0; at = end)
		{
			uint32_t value;

			end = place->to;
			value = sets_within(sets, answer_at(o, r, at, &end), set);
			runs_paint(&o->taken, at, end, sets, sets_over, value);
		}
	}
}

uint32_t
outcomes_of_group(RulebookOutcomes *o, uint32_t group)
{
	RulebookSpace *space = o->frame->space;
	int64_t event_class = space->classes.leaf[o->groups->leaf[group]];
	uint32_t chain[SPACE_CHAIN];
	uint32_t n = space_chain(o->groups, event_class, chain);
	uint32_t map;
	uint32_t end;

	if (space->cells.leaves == 0)
		return 0;
	(void) leads_class(&o->leads, event_class);
	map = fallback_map(o);
	runs_fill(&o->taken, 0);
	for (uint32_t k = 0; k < n; k++)
		for (uint32_t i = o->class_places[chain[k]];
		     i < o->class_places[chain[k] + 1]; i++)
			paint_place(o, &o->places[o->place_order[i]]);
	for (uint32_t at = 0; at < space->cells.leaves; at = end)
	{
		uint32_t value = maps_at(&space->maps, map, at, &end).value;

		runs_paint(&o->taken, at, end, &space->sets, sets_over, value);
	}
	space_poll(space);
	return maps_of_runs(&space->maps, &o->taken);
}

uint32_t
outcomes_of_intakes(RulebookOutcomes *o)
{
	const Rulebook *b = o->frame->book;
	RulebookSpace *space = o->frame->space;
	RulebookSets *sets = &space->sets;
	uint32_t cells = space->cells.leaves;

	if (cells == 0)
		return 0;
	runs_fill(&o->taken, 0);
	for (uint32_t i = 0; i < b->name_count[RULEBOOK_CHANNEL]; i++)
	{
		uint32_t channel = o->frame->number[RULEBOOK_CHANNEL][i + 1];
		SetsBox box;
		uint32_t set;
		uint32_t end;

		sets_whole(sets, &box);
		box.from[SETS_CHANNEL] = channel;
		box.to[SETS_CHANNEL] = channel + 1;
		set = sets_box(sets, &box, 1);
		for (uint32_t at = 0; at < cells; at = end)
		{
			uint32_t unit;

			end = cells;
			unit =
			    lead_at(o, &b->channels[i].intake, LEADS_IN_FORCE, at, &end);
			unit = sets_map(sets, unit, o->map_line, make_line, o);
			runs_paint(&o->taken, at, end, sets, sets_over,
			           sets_within(sets, unit, set));
		}
	}
	return maps_of_runs(&space->maps, &o->taken);
}
