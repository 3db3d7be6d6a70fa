/*
 * rulebook_check_terms.c
 *	  The proof: stages without a term, policies that tie or never count.
 *
 * As for rules.  A cell has a grade, but what is painted is worked out for all
 * grades at once, as if each cell could have any; only what is told is looked
 * up among those it has.
 */
#include "rulebook_check_parts.h"

#include <string.h>

/* ---------------------------------------------------------------------
 * grades of cells
 * ---------------------------------------------------------------------
 */

static bool
grade_before(const void *context, uint32_t a, uint32_t b)
{
	const RulebookGrade *grades = context;
	int x = code_prefix_digits(CODE_OF_CELL, grades[a].territory);
	int y = code_prefix_digits(CODE_OF_CELL, grades[b].territory);

	return x != y ? x < y : a < b;
}

bool
check_begin_grades(RulebookCheck *c)
{
	const Rulebook *b = c->book;
	RulebookArena *arena = &c->space.arena;
	uint32_t cells = c->space.cells.leaves;
	uint32_t grades = b->name_count[RULEBOOK_GRADE];
	uint16_t *grade =
	    arena_take(arena, (uint64_t) cells + 1, sizeof(uint16_t));
	uint32_t *order =
	    arena_take(arena, (uint64_t) b->grade_count + 1, sizeof(uint32_t));

	c->graded = arena_take(arena, (uint64_t) cells + 1, sizeof(uint32_t));
	c->graded_first =
	    arena_take(arena, (uint64_t) grades + 2, sizeof(uint32_t));
	if (arena->failed)
		return false;
	for (uint32_t i = 0; i < b->grade_count; i++)
		order[i] = i;
	/* larger territories first, smaller ones over them */
	sort_numbers(order, b->grade_count, grade_before, b->grades);
	for (uint32_t i = 0; i < b->grade_count; i++)
	{
		uint32_t from;
		uint32_t to;

		tree_range(&c->space.cells, b->grades[order[i]].territory, &from, &to);
		for (; from < to; from++)
			grade[from] = b->grades[order[i]].grade;
	}
	for (uint32_t i = 0; i < cells; i++)
		c->graded_first[grade[i]]++;
	for (uint32_t g = 0; g <= grades; g++)
		c->graded_first[g + 1] += c->graded_first[g];
	for (uint32_t i = cells; i-- > 0;)
		c->graded[--c->graded_first[grade[i]]] = i;
	return true;
}

/* Is there a cell of a grade in a range? */
static bool
has_grade(const RulebookCheck *c, uint32_t grade, uint32_t from, uint32_t to)
{
	uint32_t low = c->graded_first[grade];
	uint32_t high = c->graded_first[grade + 1];
	uint32_t end = high;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (c->graded[middle] < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low < end && c->graded[low] < to;
}

bool
check_has_graded_cell(const RulebookCheck *c, int64_t territory,
                      uint32_t grade)
{
	uint32_t from;
	uint32_t to;

	tree_range(&c->space.cells, territory, &from, &to);
	return from < to && (grade == 0 || has_grade(c, grade, from, to));
}

/* ---------------------------------------------------------------------
 * what policies take
 * ---------------------------------------------------------------------
 */

/* The policies of one class, territory and stage */
typedef struct TermPlace
{
	uint32_t first;
	uint32_t policies;
	uint32_t from;
	uint32_t to;
	uint32_t cover;
	uint16_t digits;
	uint16_t stage;
} TermPlace;

typedef struct TermCheck
{
	RulebookCheck *check;
	SpaceGroups groups;
	TermPlace *places;
	uint32_t place_count;
	uint32_t *order;
	uint32_t *class_places;
	uint32_t *part; /* of each policy: what others of its place leave */
	bool *counts;   /* of each policy: somewhere */
	RulebookRuns open[RULEBOOK_STAGES];
	uint32_t *left[RULEBOOK_STAGES]; /* maps, by group */
} TermCheck;

static bool
place_before(const void *context, uint32_t a, uint32_t b)
{
	const TermCheck *t = context;
	const TermPlace *x = &t->places[a];
	const TermPlace *y = &t->places[b];
	int64_t x_class = t->check->book->policies[x->first].event_class;
	int64_t y_class = t->check->book->policies[y->first].event_class;

	if (x_class != y_class)
		return x_class < y_class;
	if (x->digits != y->digits)
		return x->digits > y->digits;
	return a < b;
}

static void
prepare_place(TermCheck *t, TermPlace *place)
{
	RulebookCheck *c = t->check;
	RulebookSets *sets = &c->space.sets;
	uint32_t above = 0;
	uint32_t same = 0; /* of those of one rank */

	for (uint32_t i = place->first; i < place->first + place->policies; i++)
	{
		const RulebookPolicy *p = &c->book->policies[i];
		uint32_t set = space_policy_set(c->frame, p);

		if (i > place->first &&
		    space_policy_rank(&p[-1]) != space_policy_rank(p))
		{
			above = sets_over(sets, above, same);
			same = 0;
		}
		t->part[i] = sets_without(sets, set, above);
		same = sets_over(sets, same, set);
	}
	place->cover = sets_over(sets, above, same);
}

static void
find_places(TermCheck *t)
{
	RulebookCheck *c = t->check;
	const RulebookPolicy *p = c->book->policies;
	uint32_t named = 0;

	for (uint32_t i = 0; i < c->book->policy_count; i++)
	{
		TermPlace *place = &t->places[t->place_count];

		if (i > 0 && p[i].event_class == p[i - 1].event_class &&
		    p[i].territory == p[i - 1].territory &&
		    p[i].stage == p[i - 1].stage)
		{
			place[-1].policies++;
			continue;
		}
		place->first = i;
		place->policies = 1;
		place->stage = p[i].stage;
		place->digits =
		    (uint16_t) code_prefix_digits(CODE_OF_CELL, p[i].territory);
		tree_range(&c->space.cells, p[i].territory, &place->from, &place->to);
		t->order[t->place_count] = t->place_count;
		t->place_count++;
	}
	sort_numbers(t->order, t->place_count, place_before, t);
	for (uint32_t i = 0; i < t->place_count; i++)
	{
		TermPlace *place = &t->places[t->order[i]];

		while (t->groups.named[named] < p[place->first].event_class)
			t->class_places[++named] = i;
		prepare_place(t, place);
	}
	while (named < t->groups.named_count)
		t->class_places[++named] = t->place_count;
}

/* Is there a cell in a range whose grade has something in a set? */
static bool
meets_grade(const TermCheck *t, uint32_t set, uint32_t from, uint32_t to)
{
	RulebookCheck *c = t->check;
	uint32_t grades = c->space.sets.size[SETS_GRADE];
	SetsBox box;

	if (set == 0)
		return false;
	sets_whole(&c->space.sets, &box);
	for (uint32_t g = 0; g < grades; g++)
	{
		box.from[SETS_GRADE] = g;
		box.to[SETS_GRADE] = g + 1;
		if (sets_meet(&c->space.sets, set,
		              sets_box(&c->space.sets, &box, 1)) &&
		    has_grade(c, g, from, to))
			return true;
	}
	return false;
}

static void
see_place(TermCheck *t, const TermPlace *place)
{
	RulebookCheck *c = t->check;
	RulebookRuns *open = &t->open[place->stage - 1];
	uint32_t next;

	for (uint32_t i = place->first; i < place->first + place->policies; i++)
		for (uint32_t at = place->from; at < place->to && !t->counts[i];
		     at = next)
		{
			next = runs_next(open, at);
			next = next < place->to ? next : place->to;
			t->counts[i] =
			    meets_grade(t,
			                sets_within(&c->space.sets, t->part[i],
			                            open->value[runs_first(open, at)]),
			                at, next);
		}
	runs_paint(open, place->from, place->to, &c->space.sets, sets_without,
	           place->cover);
}

static void
see_groups(TermCheck *t)
{
	RulebookCheck *c = t->check;
	uint32_t stages = c->book->name_count[RULEBOOK_STAGE];

	for (uint32_t g = 0; g < t->groups.count; g++)
	{
		uint32_t chain[SPACE_CHAIN];
		uint32_t n = space_chain(
		    &t->groups, c->space.classes.leaf[t->groups.leaf[g]], chain);

		for (uint32_t s = 0; s < stages; s++)
			runs_fill(&t->open[s], 1);
		for (uint32_t k = 0; k < n; k++)
			for (uint32_t i = t->class_places[chain[k]];
			     i < t->class_places[chain[k] + 1]; i++)
				see_place(t, &t->places[t->order[i]]);
		for (uint32_t s = 0; s < stages; s++)
			t->left[s][g] = maps_of_runs(&c->space.maps, &t->open[s]);
		space_poll(&c->space);
	}
}

/* ---------------------------------------------------------------------
 * telling
 * ---------------------------------------------------------------------
 */

/* A RegionFn: by grade, if not for all, of those that cells have */
static bool
tell_region(void *context, uint32_t class_node, uint32_t cell_node,
            const SetsBox *box, uint32_t value, uint32_t fresh)
{
	RulebookCheck *c = context;
	const TreeNode *node = &c->space.cells.node[cell_node];
	SetsBox one = *box;
	uint32_t grade = box->from[SETS_GRADE];

	c->fault.grade = 0;
	c->fault.grade_none = false;
	if (grade == 0 && box->to[SETS_GRADE] == c->space.sets.size[SETS_GRADE])
		return check_tell_region(c, class_node, cell_node, box, value, fresh);
	for (; grade < box->to[SETS_GRADE]; grade++)
	{
		one.from[SETS_GRADE] = grade;
		one.to[SETS_GRADE] = grade + 1;
		c->fault.grade = (uint16_t) grade;
		c->fault.grade_none = grade == 0;
		if (has_grade(c, grade, node->from, node->to) &&
		    !check_tell_region(c, class_node, cell_node, &one, value, fresh))
			return false;
	}
	return true;
}

static void
tell_missing(TermCheck *t)
{
	RulebookCheck *c = t->check;
	RegionTeller teller = c->teller;

	teller.tell = tell_region;
	for (uint32_t s = 0; s < c->stage_count && !c->enough; s++)
	{
		uint16_t stage = c->stages[s];

		if (stage == 0 || stage > c->book->name_count[RULEBOOK_STAGE])
			continue;
		for (uint32_t i = 0; i < c->space.classes.leaves; i++)
			c->map_of_class[i] = t->left[stage - 1][t->groups.of_leaf[i]];
		c->fault = check_fault(RULEBOOK_NO_TERM);
		c->fault.stage = stage;
		if (!space_failed(&c->space))
			(void) regions_tell(&teller, &c->space.arena, c->map_of_class);
	}
}

static void
tell_policy(RulebookCheck *c, RulebookFaultKind kind, uint32_t policy,
            int32_t other)
{
	const RulebookPolicy *p = &c->book->policies[policy];
	RulebookFault fault = check_fault(kind);

	fault.part = RULEBOOK_PART_POLICY;
	fault.rule = (int32_t) policy;
	fault.other = other;
	fault.event_class = p->event_class;
	fault.territory = p->territory;
	fault.stage = p->stage;
	fault.severity = p->severity;
	fault.grade = p->grade;
	check_tell(c, &fault);
}

static bool
has_cases(const RulebookCheck *c, const RulebookPolicy *p)
{
	return check_has_class(c, p->event_class) &&
	       check_has_graded_cell(c, p->territory, p->grade);
}

static void
tell_ties(TermCheck *t)
{
	RulebookCheck *c = t->check;

	for (uint32_t i = 0; i < t->place_count && !c->enough; i++)
	{
		const TermPlace *place = &t->places[i];
		uint32_t end = place->first + place->policies;

		for (uint32_t a = place->first; a < end && !c->enough; a++)
			for (uint32_t b = a + 1; b < end && !c->enough; b++)
			{
				const RulebookPolicy *p = &c->book->policies[a];
				const RulebookPolicy *q = &c->book->policies[b];

				if (p->severity == q->severity && p->grade == q->grade &&
				    has_cases(c, p))
					tell_policy(c, RULEBOOK_TERM_TIE, a, (int32_t) b);
			}
	}
}

/* The policy that counts for the first case that one is for: one that is more
 * specific.  It is looked for in the order of precedence. */
static int32_t
find_shadow(TermCheck *t, uint32_t policy)
{
	RulebookCheck *c = t->check;
	const RulebookPolicy *p = &c->book->policies[policy];
	RulebookRequest request;
	RulebookAnswer answer;
	uint32_t from;
	uint32_t to;
	uint32_t cell;

	tree_range(&c->space.cells, p->territory, &from, &to);
	for (cell = from; p->grade != 0 && cell < to; cell++)
		if (has_grade(c, p->grade, cell, cell + 1))
			break;
	memset(&request, 0, sizeof(request));
	request.cell = c->space.cells.leaf[cell];
	request.severity = p->severity;
	request.at = space_instant(&c->space, 0);
	tree_range(&c->space.classes, p->event_class, &from, &to);
	request.event_class = c->space.classes.leaf[from];
	rulebook_route(c->book, &request, &answer);
	for (uint32_t i = 0; i < answer.stages; i++)
		if (c->book->policies[answer.policy[i]].stage == p->stage)
			return answer.policy[i];
	return -1;
}

static void
tell_shadowed(TermCheck *t)
{
	RulebookCheck *c = t->check;

	for (uint32_t i = 0; i < c->book->policy_count && !c->enough; i++)
		if (!t->counts[i] && has_cases(c, &c->book->policies[i]))
			tell_policy(c, RULEBOOK_TERM_SHADOWED, i, find_shadow(t, i));
}

static bool
begin(TermCheck *t)
{
	RulebookCheck *c = t->check;
	const Rulebook *b = c->book;
	RulebookArena *arena = &c->space.arena;
	uint64_t policies = (uint64_t) b->policy_count + 1;
	int64_t *named = arena_take(arena, policies, sizeof(int64_t));
	uint32_t n = 0;

	if (named == NULL)
		return false;
	for (uint32_t i = 0; i < b->policy_count; i++)
		if (i == 0 || b->policies[i].event_class != named[n - 1])
			named[n++] = b->policies[i].event_class;
	if (!space_groups(&c->space, &t->groups, named, n))
		return false;
	t->places = arena_take(arena, policies, sizeof(TermPlace));
	t->order = arena_take(arena, policies, sizeof(uint32_t));
	t->class_places = arena_take(arena, (uint64_t) n + 1, sizeof(uint32_t));
	t->part = arena_take(arena, policies, sizeof(uint32_t));
	t->counts = arena_take(arena, policies, sizeof(bool));
	for (uint32_t s = 0; s < b->name_count[RULEBOOK_STAGE]; s++)
	{
		t->left[s] = arena_take(arena, (uint64_t) t->groups.count + 1,
		                        sizeof(uint32_t));
		(void) runs_begin(&t->open[s], arena, c->space.cells.leaves);
	}
	return !arena->failed;
}

void
check_terms(RulebookCheck *c)
{
	TermCheck t;

	memset(&t, 0, sizeof(t));
	t.check = c;
	if (c->enough || c->space.cells.leaves == 0 || !begin(&t))
		return;
	find_places(&t);
	see_groups(&t);
	tell_missing(&t);
	tell_ties(&t);
	tell_shadowed(&t);
}
