/*
 * rulebook_views.h
 *	  How the parts of the proof see a small rulebook, beside what its records
 *	  and its answers say.
 */
#ifndef CIVICGRID_TEST_RULEBOOK_VIEWS_H
#define CIVICGRID_TEST_RULEBOOK_VIEWS_H

#include "core/rulebook_cases.h"
#include "core/rulebook_outcomes.h"

#include "rulebook_points.h"

/* Any point; minutes at which something may change */
static inline void
random_point(uint64_t *random, const RulebookSets *sets,
             uint32_t point[SETS_CONDITIONS])
{
	int i;

	for (i = 0; i < SETS_CONDITIONS; i++)
		point[i] = (uint32_t) pick(
		    random, (int) (sets->size[i] < 200 ? sets->size[i] : 200));
	point[SETS_MINUTE] = (uint32_t) pick(random, 12) * 150;
}

static inline bool
in_window(const Rulebook *book, int window, int minute)
{
	int i;

	if (window == 0)
		return true;
	for (i = 0; i < book->windows[window - 1].spans; i++)
		if (minute >= book->windows[window - 1].from[i] &&
		    minute < book->windows[window - 1].to[i])
			return true;
	return false;
}

/* ---------------------------------------------------------------------
 * space
 * ---------------------------------------------------------------------
 */

static inline int
frame_faults(uint64_t *random, RulebookFrame *frame)
{
	RulebookSpace *space = frame->space;
	const Rulebook *book = frame->book;
	uint32_t point[SETS_CONDITIONS];
	RulebookRequest q;
	int faults = 0;
	uint32_t i;
	int tries;

	for (i = 0; i < book->rule_count; i++)
	{
		const RulebookRule *r = &book->rules[i];
		uint32_t set = space_rule_set(frame, r);

		for (tries = 0; tries < 20; tries++)
		{
			random_point(random, &space->sets, point);
			space_request(frame, 0, 0, point, &q);
			faults +=
			    (sets_at(&space->sets, set, point) != 0) !=
			    ((r->owner == 0 || r->owner == q.owner) &&
			     (r->channel == 0 || r->channel == q.channel) &&
			     (r->severity == 0 || r->severity == q.severity) &&
			     r->from <= q.at && q.at < r->to && q.at >= space->since &&
			     in_window(book, r->window, q.minute));
		}
	}
	for (i = 0; i < book->policy_count; i++)
	{
		const RulebookPolicy *p = &book->policies[i];
		uint32_t set = space_policy_set(frame, p);

		for (tries = 0; tries < 20; tries++)
		{
			random_point(random, &space->sets, point);
			space_request(frame, 0, 0, point, &q);
			faults +=
			    (sets_at(&space->sets, set, point) != 0) !=
			    ((p->severity == 0 || p->severity == q.severity) &&
			     (p->grade == 0 || frame->number[RULEBOOK_GRADE][p->grade] ==
			                           point[SETS_GRADE]));
		}
	}
	return faults;
}

static inline int
groups_faults(RulebookSpace *space)
{
	const Rulebook *book = space->frame[0].book;
	int64_t named[BOOK_MOST];
	SpaceGroups groups;
	int faults = 0;
	uint32_t i;
	uint32_t k;
	uint32_t n;

	for (i = 0; i < book->rule_count; i++)
		named[i] = book->rules[i].event_class;
	if (!space_groups(space, &groups, named, book->rule_count))
		return 1;
	for (i = 0; i < space->classes.leaves; i++)
	{
		uint32_t chain[SPACE_CHAIN];
		uint32_t within = 0;

		faults += groups.of_leaf[i] >= groups.count;
		n = space_chain(&groups, space->classes.leaf[i], chain);
		for (k = 0; k < groups.named_count; k++)
			within += class_in(groups.named[k], space->classes.leaf[i]);
		faults += n != within;
		for (k = 0; k < n; k++)
			faults +=
			    !class_in(groups.named[chain[k]], space->classes.leaf[i]) ||
			    (k > 0 && !class_in(groups.named[chain[k]],
			                        groups.named[chain[k - 1]]));
		/* a group is one of leaves that the same rules name */
		for (k = 0; k < space->classes.leaves; k++)
		{
			bool same = true;
			uint32_t r;

			for (r = 0; r < book->rule_count; r++)
				same &= class_in(named[r], space->classes.leaf[i]) ==
				        class_in(named[r], space->classes.leaf[k]);
			faults += same != (groups.of_leaf[i] == groups.of_leaf[k]);
		}
	}
	return faults;
}

static inline int
space_faults(uint64_t *random, const Rulebook *a, const Rulebook *b,
             int64_t since)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	const Rulebook *books[2] = {a, b};
	RulebookSpace space;
	uint32_t i;
	int faults = 0;

	if (!space_begin(&space, books, b == NULL ? 1 : 2, since, &m))
		return 1;
	for (i = 0; i < space.books; i++)
	{
		const RulebookFrame *frame = &space.frame[i];
		uint32_t k;

		faults += frame_faults(random, &space.frame[i]);
		for (k = 1; k <= frame->book->name_count[RULEBOOK_OWNER]; k++)
		{
			SpaceName name = space.names[RULEBOOK_OWNER]
			                            [frame->number[RULEBOOK_OWNER][k] - 1];

			faults += rulebook_number(frame->book, RULEBOOK_OWNER, name.bytes,
			                          name.len) != k;
		}
	}
	for (i = 0; i <= space.time_count; i++)
	{
		int64_t at = space_instant(&space, i);

		faults +=
		    at < space_begins(&space, i) || at >= space_begins(&space, i + 1);
	}
	faults += groups_faults(&space);
	space_free(&space);
	return faults + (memory.live != 0);
}

/* ---------------------------------------------------------------------
 * leads
 * ---------------------------------------------------------------------
 */

static inline bool
is_excluded(const Rulebook *book, int32_t unit, int64_t event_class,
            int64_t cell)
{
	uint32_t i;

	for (; unit >= 0; unit = book->units[unit].parent)
		for (i = 0; i < book->exclusion_count; i++)
			if (book->exclusions[i].unit == unit &&
			    class_in(book->exclusions[i].event_class, event_class) &&
			    cell_in(book->exclusions[i].territory, cell))
				return true;
	return false;
}

/* A lead in all cells and at all times, for a class */
static inline int
lead_faults(RulebookLeads *leads, const RulebookLead *lead,
            int64_t event_class)
{
	RulebookSpace *space = leads->frame->space;
	int faults = 0;
	uint32_t cell;
	uint32_t t;
	int of;

	for (of = 0; of < LEADS_KINDS; of++)
	{
		uint32_t map = leads_map(leads, lead, (LeadsOf) of);

		for (cell = 0; cell < space->cells.leaves; cell++)
			for (t = 0; t <= space->time_count; t++)
			{
				uint32_t point[SETS_CONDITIONS] = {0};
				uint32_t end;
				uint32_t value;
				int64_t code = space->cells.leaf[cell];
				int32_t unit = rulebook_resolve(leads->frame->book, lead, code,
				                                space_instant(space, t));

				if (of == LEADS_USABLE && unit >= 0 &&
				    is_excluded(leads->frame->book, unit, event_class, code))
					unit = -1;
				point[SETS_TIME] = t;
				value = sets_at(&space->sets,
				                maps_at(&space->maps, map, cell, &end).value,
				                point);
				faults += value != (unit < 0       ? 0
				                    : leads->named ? (uint32_t) unit + 1
				                                   : 1);
			}
	}
	return faults;
}

static inline int
leads_faults(const Rulebook *book, int64_t since, bool named)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	RulebookSpace space;
	RulebookLeads leads;
	int faults = 0;
	uint32_t i;
	uint32_t c;

	if (!space_begin(&space, &book, 1, since, &m) ||
	    !leads_begin(&leads, &space.frame[0], named))
		return 1;
	for (c = 0; c < space.classes.leaves; c++)
	{
		int64_t event_class = space.classes.leaf[c];

		(void) leads_class(&leads, event_class);
		for (i = 0; i < book->rule_count; i++)
			faults += lead_faults(&leads, &book->rules[i].lead, event_class);
		for (i = 0; i < book->fallback_count; i++)
			faults +=
			    lead_faults(&leads, &book->fallbacks[i].lead, event_class);
		for (i = 0; i < book->name_count[RULEBOOK_CHANNEL]; i++)
			faults +=
			    lead_faults(&leads, &book->channels[i].intake, event_class);
	}
	faults += space_failed(&space);
	space_free(&space);
	return faults + (memory.live != 0);
}

/* ---------------------------------------------------------------------
 * cases
 * ---------------------------------------------------------------------
 */

typedef struct CasesTold
{
	const RulebookSpace *space;
	RegionCase list[200];
	int n;
} CasesTold;

static inline bool
keep_case(void *context, const RegionCase *one)
{
	CasesTold *told = context;

	told->list[told->n++] = *one;
	return told->n < 200;
}

static inline bool
case_has(const RulebookSpace *space, const RegionCase *one,
         const uint32_t point[SETS_CONDITIONS])
{
	int64_t at = space_instant(space, point[SETS_TIME]);
	RulebookFault region = {0};

	region.event_class = one->event_class;
	region.territory = one->territory;
	if (at < one->from || at >= one->to)
		return false;
	if (one->minute_from != one->minute_to &&
	    (point[SETS_MINUTE] < one->minute_from ||
	     point[SETS_MINUTE] >= one->minute_to))
		return false;
	if (one->channel != 0 &&
	    point[SETS_CHANNEL] != (one->channel == CASES_NONE ? 0 : one->channel))
		return false;
	if (one->severity != 0 &&
	    space->severity[point[SETS_SEVERITY]] !=
	        (one->severity == CASES_NONE ? 0 : one->severity))
		return false;
	if (one->owner == CASES_NONE)
		return point[SETS_OWNER] == 0 ||
		       !owner_is_named(space->frame[0].book, (int) point[SETS_OWNER],
		                       &region);
	return one->owner == 0 || one->owner == point[SETS_OWNER];
}

/* Some node of a tree */
static inline uint32_t
some_node(uint64_t *random, const RulebookTree *tree)
{
	return (uint32_t) pick(random, (int) tree->nodes);
}

typedef struct CasesBoxes
{
	RulebookSpace *space;
	const RegionOwners *owners;
	CasesTold told;
	uint32_t class_node;
	uint32_t cell_node;
	uint32_t fresh;
} CasesBoxes;

static inline bool
tell_cases(void *context, const SetsBox *box, uint32_t value)
{
	CasesBoxes *c = context;

	(void) value;
	return !sets_meet(&c->space->sets, sets_box(&c->space->sets, box, 1),
	                  c->fresh) ||
	       cases_tell(c->space, c->owners, c->class_node, c->cell_node, box,
	                  c->fresh, keep_case, &c->told);
}

/* What rules for a region take, less what was told before: the cases told are
 * of it, and are all of what is fresh */
static inline int
cases_faults(uint64_t *random, const Rulebook *book, int64_t since)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	static CasesBoxes c;
	RulebookSpace space;
	RegionOwners owners;
	RulebookFault region = {0};
	uint32_t set = 0;
	int faults = 0;
	uint32_t i;
	int tries;

	if (!space_begin(&space, &book, 1, since, &m) ||
	    !cases_begin(&owners, &space))
		return 1;
	if (space.classes.leaves == 0 || space.cells.leaves == 0)
	{
		space_free(&space);
		return 0;
	}
	memset(&c, 0, sizeof(c));
	c.space = &space;
	c.owners = &owners;
	c.class_node = some_node(random, &space.classes);
	c.cell_node = some_node(random, &space.cells);
	c.fresh = 1;
	region.event_class = space.classes.node[c.class_node].code;
	region.territory = space.cells.node[c.cell_node].code;
	for (i = 0; i < book->rule_count; i++)
	{
		const RulebookRule *r = &book->rules[i];
		uint32_t of_rule = space_rule_set(&space.frame[0], r);

		/* what was told for a larger region: any rule may matter there */
		if (pick(random, 4) == 0)
			c.fresh = sets_without(&space.sets, c.fresh, of_rule);
		if ((class_in(r->event_class, region.event_class) ||
		     class_in(region.event_class, r->event_class)) &&
		    (cell_in(r->territory, region.territory) ||
		     cell_in(region.territory, r->territory)))
			set = sets_over(&space.sets, set, of_rule);
	}
	if (pick(random, 2) == 0)
		set = sets_without(&space.sets, 1, set);
	c.fresh = sets_within(&space.sets, c.fresh, set);
	sets_boxes(&space.sets, set, tell_cases, &c);
	for (tries = 0; tries < 300; tries++)
	{
		uint32_t point[SETS_CONDITIONS];
		bool in = false;
		int k;

		random_point(random, &space.sets, point);
		for (k = 0; k < c.told.n; k++)
			if (case_has(&space, &c.told.list[k], point))
			{
				in = true;
				faults += sets_at(&space.sets, set, point) == 0;
			}
		faults +=
		    sets_at(&space.sets, c.fresh, point) != 0 && !in && c.told.n < 200;
	}
	for (tries = 0; tries < c.told.n; tries++)
		faults += sets_at(&space.sets, set, c.told.list[tries].point) == 0;
	space_free(&space);
	return faults + (memory.live != 0);
}

/* ---------------------------------------------------------------------
 * outcomes
 * ---------------------------------------------------------------------
 */

/* Whose turn it is */
static inline uint32_t
turn_of(const RulebookSets *sets, uint32_t choice, uint64_t key)
{
	uint64_t total = 0;
	uint32_t at;

	for (at = choice; at != 0; at = sets_unpair(sets, at).b)
		total += sets_unpair(sets, sets_unpair(sets, at).a).b;
	key %= total;
	for (at = choice;; at = sets_unpair(sets, at).b)
	{
		SetsPair turn = sets_unpair(sets, sets_unpair(sets, at).a);

		if (key < turn.b)
			return turn.a;
		key -= turn.b;
	}
}

/* Two that choose the same for all keys are the same number, and others
 * differ for the key that is told */
static inline int
choice_faults(uint64_t *random)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	static const uint32_t size[SETS_CONDITIONS] = {1, 1, 1, 1, 1, 1};
	uint32_t raw[2] = {0, 0};
	uint32_t choice[2];
	RulebookSets sets;
	uint64_t key;
	bool same = true;
	int faults = 0;
	int i;
	int n;

	if (!sets_begin(&sets, &m, size))
		return 1;
	for (i = 0; i < 2; i++)
	{
		for (n = 1 + pick(random, 6); n > 0; n--)
		{
			uint32_t line =
			    sets_pair_value(&sets, 1 + (uint32_t) pick(random, 2), 0);
			uint32_t turn =
			    sets_pair_value(&sets, line, 1 + (uint32_t) pick(random, 3));

			raw[i] = sets_pair_value(&sets, turn, raw[i]);
		}
		choice[i] = outcomes_units(&sets, raw[i]);
	}
	for (key = 0; key < 40; key++)
	{
		uint32_t unit[2];

		for (i = 0; i < 2; i++)
		{
			unit[i] = sets_unpair(&sets, turn_of(&sets, raw[i], key)).a;
			faults += turn_of(&sets, choice[i], key) != unit[i];
		}
		if (unit[0] != unit[1] && same)
		{
			faults += outcomes_key(&sets, choice[0], choice[1]) != key;
			same = false;
		}
	}
	faults += (choice[0] == choice[1]) != same;
	sets_free(&sets);
	return faults + (memory.live != 0);
}

/* Units of a rulebook that is alone are numbered as they are. */
static inline int
outcome_faults(const RulebookSets *sets, const Rulebook *book,
               uint32_t outcome, RulebookRequest *q)
{
	SetsPair pair = sets_unpair(sets, outcome);
	RulebookAnswer answer;
	int faults = 0;
	uint32_t helpers;
	uint32_t i = 0;

	for (q->key = 0; q->key < 10; q->key++)
	{
		uint32_t unit = 0;

		if (pair.a != 0)
			unit = sets_unpair(sets, turn_of(sets, pair.a, q->key)).a;
		rulebook_route(book, q, &answer);
		faults += (int32_t) unit - 1 != answer.lead;
	}
	for (helpers = pair.b; helpers != 0;
	     helpers = sets_unpair(sets, helpers).b, i++)
	{
		SetsPair helper = sets_unpair(sets, sets_unpair(sets, helpers).a);

		/* tasks are numbered as they are, too */
		faults += i >= answer.assists ||
		          answer.assist[i] != (int32_t) helper.a - 1 ||
		          answer.task[i] != helper.b - 1;
	}
	return faults + (i != answer.assists);
}

static inline int
path_faults(RulebookSets *sets, const Rulebook *book, uint32_t outcome,
            uint32_t intake, RulebookRequest *q)
{
	uint32_t paths =
	    outcomes_paths(sets, sets_unpair(sets, outcome).a, intake);
	RulebookAnswer answer;
	int faults = 0;

	for (q->key = 0; q->key < 10; q->key++)
	{
		uint32_t path = paths != 0 ? turn_of(sets, paths, q->key) : 0;
		uint32_t i;

		rulebook_route(book, q, &answer);
		for (i = 0; path != 0; path = sets_unpair(sets, path).b, i++)
			faults +=
			    i >= answer.paths ||
			    answer.path[i] != (int32_t) sets_unpair(sets, path).a - 1;
		faults += i != answer.paths;
	}
	return faults;
}

static inline int
outcomes_faults(uint64_t *random, const Rulebook *book, int64_t since)
{
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	int64_t named[2 * BOOK_MOST];
	uint32_t *number[SPACE_BOOKS];
	RulebookSpace space;
	RulebookOutcomes outcomes;
	SpaceGroups groups;
	uint32_t n = 0;
	uint32_t i;
	uint32_t intake;
	uint32_t g;
	int faults = 0;
	int tries;

	if (!space_begin(&space, &book, 1, since, &m))
		return 1;
	for (i = 0; i < book->rule_count; i++)
		named[n++] = book->rules[i].event_class;
	for (i = 0; i < book->exclusion_count; i++)
		named[n++] = book->exclusions[i].event_class;
	if (!space_groups(&space, &groups, named, n) ||
	    !outcomes_number_units(&space, number) ||
	    !outcomes_begin(&outcomes, &space.frame[0], &groups, number[0]))
		return 1;
	intake = outcomes_of_intakes(&outcomes);
	for (g = 0; g < groups.count; g++)
	{
		uint32_t map = outcomes_of_group(&outcomes, g);

		for (tries = 0; tries < 30 && space.cells.leaves > 0; tries++)
		{
			uint32_t cell = (uint32_t) pick(random, (int) space.cells.leaves);
			uint32_t point[SETS_CONDITIONS];
			RulebookRequest q;
			uint32_t outcome;
			uint32_t in;
			uint32_t end;

			random_point(random, &space.sets, point);
			space_request(&space.frame[0], space.classes.leaf[groups.leaf[g]],
			              space.cells.leaf[cell], point, &q);
			outcome =
			    sets_at(&space.sets,
			            maps_at(&space.maps, map, cell, &end).value, point);
			in =
			    sets_at(&space.sets,
			            maps_at(&space.maps, intake, cell, &end).value, point);
			faults += outcome_faults(&space.sets, book, outcome, &q);
			faults += path_faults(&space.sets, book, outcome, in, &q);
		}
	}
	faults += space_failed(&space);
	space_free(&space);
	return faults + (memory.live != 0);
}

#endif /* CIVICGRID_TEST_RULEBOOK_VIEWS_H */
