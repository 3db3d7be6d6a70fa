/*
 * rulebook_compare_terms.c
 *	  The comparison: where limits differ.
 *
 * As in the proof, policies are painted for all grades at once; what is
 * compared is what is left for the grade that a run of cells has in each.
 */
#include "rulebook_compare_parts.h"

#include <string.h>

/* The policies of one class, territory and stage */
typedef struct LimitPlace
{
	uint32_t from; /* cells */
	uint32_t to;
	uint32_t value; /* a diagram of contents */
	uint32_t stage; /* of the space, from 0 on */
	uint16_t digits;
	int64_t event_class;
} LimitPlace;

typedef struct LimitSide
{
	RulebookFrame *frame;
	LimitPlace *places;
	uint32_t place_count;
	uint32_t *order;
	uint32_t *class_places; /* of each named class, in that order */
	uint32_t grades;        /* map of the cells' grades */
	RulebookRuns open[2 * RULEBOOK_STAGES]; /* by stage of the space */
} LimitSide;

typedef struct LimitComparison
{
	RulebookComparison *comparison;
	LimitSide side[SPACE_BOOKS];
	uint32_t stages;
	uint32_t of_grade; /* numbers of maps, for each grade */
	uint32_t differ;
	CompareKnown *known;
} LimitComparison;

/* ---------------------------------------------------------------------
 * contents
 * ---------------------------------------------------------------------
 */

static uint32_t
add_number(RulebookSets *sets, uint32_t content, int64_t number)
{
	content = sets_pair_value(sets, content, (uint32_t) number);
	return sets_pair_value(sets, content,
	                       (uint32_t) ((uint64_t) number >> 32));
}

static uint32_t
add_term(RulebookSets *sets, uint32_t content, const Term *term)
{
	content = add_number(sets, content, term->seconds);
	content = add_number(sets, content, term->work_seconds);
	content = add_number(sets, content, term->days);
	content = add_number(sets, content, term->work_days);
	return add_number(sets, content, term->rolling_days);
}

/* A value for what a policy says, whatever it is for */
static uint32_t
content_of(LimitSide *side, const RulebookPolicy *p)
{
	RulebookFrame *frame = side->frame;
	RulebookSets *sets = &frame->space->sets;
	uint32_t content = add_term(sets, 1, &p->term);

	content = add_number(sets, content,
	                     frame->number[RULEBOOK_CALENDAR][p->calendar]);
	content = add_number(sets, content, p->warnings);
	for (uint32_t i = 0; i < p->warnings; i++)
		content = add_number(sets, content, p->warning[i]);
	for (uint32_t i = 0; i < p->limits; i++)
	{
		const RulebookLimit *limit = &frame->book->limits[p->first_limit + i];

		content = add_number(sets, content,
		                     frame->number[RULEBOOK_TASK][limit->name]);
		content = add_term(sets, content, &limit->term);
	}
	return content;
}

/* ---------------------------------------------------------------------
 * one side
 * ---------------------------------------------------------------------
 */

static bool
place_before(const void *context, uint32_t a, uint32_t b)
{
	const LimitPlace *x = &((const LimitPlace *) context)[a];
	const LimitPlace *y = &((const LimitPlace *) context)[b];

	if (x->event_class != y->event_class)
		return x->event_class < y->event_class;
	if (x->digits != y->digits)
		return x->digits > y->digits;
	return a < b;
}

/* Policies of a place stand in the order of precedence. */
static void
find_places(LimitSide *side, const SpaceGroups *groups)
{
	RulebookFrame *frame = side->frame;
	RulebookSets *sets = &frame->space->sets;
	const RulebookPolicy *p = frame->book->policies;
	uint32_t named = 0;

	for (uint32_t i = 0; i < frame->book->policy_count; i++)
	{
		LimitPlace *place = &side->places[side->place_count];
		uint32_t value = sets_within(sets, content_of(side, &p[i]),
		                             space_policy_set(frame, &p[i]));

		if (i > 0 && p[i].event_class == p[i - 1].event_class &&
		    p[i].territory == p[i - 1].territory &&
		    p[i].stage == p[i - 1].stage)
		{
			place[-1].value = sets_over(sets, place[-1].value, value);
			continue;
		}
		place->value = value;
		place->event_class = p[i].event_class;
		place->stage = frame->number[RULEBOOK_STAGE][p[i].stage] - 1;
		place->digits =
		    (uint16_t) code_prefix_digits(CODE_OF_CELL, p[i].territory);
		tree_range(&frame->space->cells, p[i].territory, &place->from,
		           &place->to);
		side->order[side->place_count] = side->place_count;
		side->place_count++;
	}
	sort_numbers(side->order, side->place_count, place_before, side->places);
	for (uint32_t i = 0; i < side->place_count; i++)
		while (groups->named[named] < side->places[side->order[i]].event_class)
			side->class_places[++named] = i;
	while (named < groups->named_count)
		side->class_places[++named] = side->place_count;
}

static bool
grade_before(const void *context, uint32_t a, uint32_t b)
{
	const RulebookGrade *grades = context;
	int x = code_prefix_digits(CODE_OF_CELL, grades[a].territory);
	int y = code_prefix_digits(CODE_OF_CELL, grades[b].territory);

	return x != y ? x > y : a < b;
}

/* The smallest territory first, others under it */
static bool
find_grades(LimitSide *side, RulebookRuns *runs)
{
	RulebookFrame *frame = side->frame;
	RulebookSpace *space = frame->space;
	uint32_t count = frame->book->grade_count;
	uint32_t *order =
	    arena_take(&space->arena, (uint64_t) count + 1, sizeof(uint32_t));

	if (order == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	sort_numbers(order, count, grade_before, frame->book->grades);
	runs_fill(runs, 0);
	for (uint32_t i = 0; i < count; i++)
	{
		const RulebookGrade *g = &frame->book->grades[order[i]];
		uint32_t from;
		uint32_t to;

		tree_range(&space->cells, g->territory, &from, &to);
		runs_paint(runs, from, to, &space->sets, sets_over,
		           frame->number[RULEBOOK_GRADE][g->grade]);
	}
	side->grades = maps_of_runs(&space->maps, runs);
	return true;
}

static bool
begin_side(LimitSide *side, RulebookFrame *frame, const SpaceGroups *groups,
           uint32_t stages)
{
	RulebookArena *arena = &frame->space->arena;
	uint64_t policies = (uint64_t) frame->book->policy_count + 1;

	side->frame = frame;
	side->places = arena_take(arena, policies, sizeof(LimitPlace));
	side->order = arena_take(arena, policies, sizeof(uint32_t));
	side->class_places = arena_take(arena, (uint64_t) groups->named_count + 1,
	                                sizeof(uint32_t));
	if (arena->failed)
		return false;
	for (uint32_t s = 0; s < stages; s++)
		if (!runs_begin(&side->open[s], arena, frame->space->cells.leaves))
			return false;
	find_places(side, groups);
	return stages == 0 || find_grades(side, &side->open[0]);
}

static void
paint_group(LimitSide *side, const SpaceGroups *groups, uint32_t group,
            uint32_t stages)
{
	RulebookSpace *space = side->frame->space;
	uint32_t chain[SPACE_CHAIN];
	uint32_t n =
	    space_chain(groups, space->classes.leaf[groups->leaf[group]], chain);

	for (uint32_t s = 0; s < stages; s++)
		runs_fill(&side->open[s], 0);
	for (uint32_t k = 0; k < n; k++)
		for (uint32_t i = side->class_places[chain[k]];
		     i < side->class_places[chain[k] + 1]; i++)
		{
			const LimitPlace *place = &side->places[side->order[i]];

			runs_paint(&side->open[place->stage], place->from, place->to,
			           &space->sets, sets_over, place->value);
		}
}

/* ---------------------------------------------------------------------
 * both
 * ---------------------------------------------------------------------
 */

static uint32_t
judge(void *context, uint32_t value)
{
	RulebookSets *sets = context;
	SetsPair pair = sets_unpair(sets, value);

	return pair.a == pair.b ? 0
	                        : sets_pair_value(sets, RULEBOOK_LIMIT_DIFFERS, 0);
}

static uint32_t
compare_run(LimitComparison *l, const MapWalk walk[4])
{
	RulebookSets *sets = &l->comparison->space.sets;
	uint32_t value[SPACE_BOOKS];

	for (int b = 0; b < SPACE_BOOKS; b++)
		value[b] = sets_fix(sets, walk[b].value, SETS_GRADE, walk[b + 2].value,
		                    l->of_grade + walk[b + 2].value);
	if (value[0] == value[1])
		return 0;
	return sets_map(sets, sets_pair(sets, value[0], value[1]), l->differ,
	                judge, sets);
}

/* A map of where a stage differs; it does not depend on which one it is. */
static uint32_t
compare_stage(LimitComparison *l, uint32_t stage)
{
	RulebookMaps *maps = &l->comparison->space.maps;
	uint32_t a = maps_of_runs(maps, &l->side[0].open[stage]);
	uint32_t b = maps_of_runs(maps, &l->side[1].open[stage]);
	CompareKnown *known = compare_known(l->known, a + 1, b + 1);
	MapWalk walk[4];
	uint32_t next;

	if (maps->failed || (a == b && l->side[0].grades == l->side[1].grades))
		return 0;
	if (known->a == a + 1 && known->b == b + 1)
		return known->made;
	maps_walk(maps, a, &walk[0]);
	maps_walk(maps, b, &walk[1]);
	maps_walk(maps, l->side[0].grades, &walk[2]);
	maps_walk(maps, l->side[1].grades, &walk[3]);
	for (uint32_t at = 0; at < maps->size; at = next)
	{
		next = maps->size;
		for (int i = 0; i < 4; i++)
		{
			maps_walk_on(maps, &walk[i], at);
			next = walk[i].end < next ? walk[i].end : next;
		}
		maps_add(maps, at, compare_run(l, walk));
	}
	*known = (CompareKnown){a + 1, b + 1, maps_end(maps)};
	return known->made;
}

void
compare_terms(RulebookComparison *c)
{
	RulebookSpace *s = &c->space;
	LimitComparison l;

	memset(&l, 0, sizeof(l));
	l.comparison = c;
	l.stages = s->cells.leaves > 0 ? s->name_count[RULEBOOK_STAGE] : 0;
	l.of_grade = sets_new_maps(&s->sets, s->sets.size[SETS_GRADE]);
	l.differ = sets_new_maps(&s->sets, 1);
	l.known = arena_take(&s->arena, COMPARE_KNOWN, sizeof(CompareKnown));
	if (l.known == NULL)
		return;
	for (int b = 0; b < SPACE_BOOKS; b++)
		if (!begin_side(&l.side[b], &s->frame[b], &c->groups, l.stages))
			return;
	for (uint32_t g = 0; g < c->groups.count; g++)
	{
		c->of_group[g] = 0;
		for (int b = 0; b < SPACE_BOOKS; b++)
			paint_group(&l.side[b], &c->groups, g, l.stages);
		for (uint32_t stage = 0; stage < l.stages; stage++)
			c->of_group[g] =
			    maps_combine(&s->maps, &s->sets, sets_over, c->of_group[g],
			                 compare_stage(&l, stage));
		space_poll(s);
	}
}
