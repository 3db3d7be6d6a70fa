/*
 * rulebook_compare.c
 *	  See rulebook_compare.h.
 *
 * What each answers is painted for each group of classes as in the proof, as
 * diagrams whose values mean the same in both (rulebook_outcomes.h).  Where
 * the diagrams are the same, which is one comparison for a run of cells, so
 * are the answers; only where they are not they are looked at.
 */
#include "rulebook_compare_parts.h"

#include <string.h>

/* ---------------------------------------------------------------------
 * what differs
 * ---------------------------------------------------------------------
 */

/* Of ((outcome, intake), (outcome, intake)): 0, or the kinds of difference and
 * the units that lead in each */
static uint32_t
judge(void *context, uint32_t value)
{
	RulebookSets *sets = context;
	SetsPair both = sets_unpair(sets, value);
	SetsPair side[2] = {sets_unpair(sets, both.a), sets_unpair(sets, both.b)};
	uint32_t units[2];
	uint32_t paths[2];
	uint32_t helpers[2];
	uint32_t kinds = 0;

	if (both.a == both.b)
		return 0;
	for (int i = 0; i < 2; i++)
	{
		SetsPair outcome = sets_unpair(sets, side[i].a);

		units[i] = outcomes_units(sets, outcome.a);
		paths[i] = outcomes_paths(sets, outcome.a, side[i].b);
		helpers[i] = outcome.b;
	}
	if (paths[0] != paths[1])
		kinds |= RULEBOOK_PATH_DIFFERS;
	if (helpers[0] != helpers[1])
		kinds |= RULEBOOK_ASSIST_DIFFERS;
	if (units[0] == units[1])
		return sets_pair_value(sets, kinds, 0);
	return sets_pair_value(sets, kinds | RULEBOOK_LEAD_DIFFERS,
	                       sets_pair_value(sets, units[0], units[1]));
}

/* What was found of four diagrams: answers and intakes of both sides */
typedef struct ComparedRun
{
	uint32_t value[4];
	uint32_t made;
} ComparedRun;

#define COMPARED_RUNS 4096

static uint32_t
compare_run(RulebookComparison *c, const MapWalk walk[4])
{
	RulebookSets *sets = &c->space.sets;
	uint32_t value[4];
	uint32_t hash = 0;
	ComparedRun *run;

	if (walk[0].value == walk[2].value && walk[1].value == walk[3].value)
		return 0;
	for (int i = 0; i < 4; i++)
	{
		value[i] = walk[i].value;
		hash = (hash ^ value[i]) * 0x9E3779B1u;
	}
	run = &c->runs[(hash >> 16) % COMPARED_RUNS];
	/* four zeros are no run that comes here */
	if (memcmp(run->value, value, sizeof(value)) != 0)
	{
		memcpy(run->value, value, sizeof(value));
		run->made =
		    sets_map(sets,
		             sets_pair(sets, sets_pair(sets, value[0], value[1]),
		                       sets_pair(sets, value[2], value[3])),
		             c->judge, judge, sets);
	}
	return run->made;
}

static uint32_t
compare_group(RulebookComparison *c, uint32_t group,
              const uint32_t intake[SPACE_BOOKS])
{
	RulebookMaps *maps = &c->space.maps;
	uint32_t a = outcomes_of_group(&c->outcomes[0], group);
	uint32_t b = outcomes_of_group(&c->outcomes[1], group);
	CompareKnown *known = compare_known(c->known, a + 1, b + 1);
	MapWalk walk[4];
	uint32_t next;

	if (maps->failed || (a == b && intake[0] == intake[1]))
		return 0;
	if (known->a == a + 1 && known->b == b + 1)
		return known->made;
	maps_walk(maps, a, &walk[0]);
	maps_walk(maps, intake[0], &walk[1]);
	maps_walk(maps, b, &walk[2]);
	maps_walk(maps, intake[1], &walk[3]);
	for (uint32_t at = 0; at < maps->size; at = next)
	{
		next = maps->size;
		for (int i = 0; i < 4; i++)
		{
			maps_walk_on(maps, &walk[i], at);
			next = walk[i].end < next ? walk[i].end : next;
		}
		maps_add(maps, at, compare_run(c, walk));
	}
	*known = (CompareKnown){a + 1, b + 1, maps_end(maps)};
	return known->made;
}

static void
compare_leads(RulebookComparison *c)
{
	uint32_t intake[SPACE_BOOKS];

	for (int b = 0; b < SPACE_BOOKS; b++)
		intake[b] = outcomes_of_intakes(&c->outcomes[b]);
	for (uint32_t g = 0; g < c->groups.count; g++)
		c->of_group[g] = compare_group(c, g, intake);
}

/* ---------------------------------------------------------------------
 * telling
 * ---------------------------------------------------------------------
 */

typedef struct CompareTelling
{
	RulebookComparison *comparison;
	int64_t event_class; /* leaves of the region */
	int64_t cell;
	uint32_t value;
} CompareTelling;

static void
name_of(const RulebookComparison *c, RulebookDomain domain, uint32_t number,
        const char **name, size_t *len)
{
	*name = NULL;
	*len = 0;
	if (number == CASES_NONE)
		*name = "";
	else if (number != 0)
	{
		*name = c->space.names[domain][number - 1].bytes;
		*len = c->space.names[domain][number - 1].len;
	}
}

static void
put_answer(const Rulebook *book, const RulebookRequest *request, int64_t *lead,
           int64_t *rule, bool *by_fallback)
{
	RulebookAnswer answer;

	rulebook_route(book, request, &answer);
	*lead = answer.lead >= 0 ? book->units[answer.lead].id : 0;
	*rule = answer.rule >= 0 ? answer.rule_id : 0;
	*by_fallback = answer.fallback >= 0;
}

/* A RegionCaseFn */
static bool
tell_case(void *context, const RegionCase *one)
{
	CompareTelling *t = context;
	RulebookComparison *c = t->comparison;
	const RulebookFrame *frame = c->space.frame;
	SetsPair found = sets_unpair(&c->space.sets, t->value);
	RulebookDifference d;

	memset(&d, 0, sizeof(d));
	d.kinds = found.a;
	d.event_class = one->event_class;
	d.territory = one->territory;
	d.from = one->from;
	d.to = one->to;
	name_of(c, RULEBOOK_CHANNEL, one->channel, &d.channel, &d.channel_len);
	name_of(c, RULEBOOK_OWNER, one->owner, &d.owner, &d.owner_len);
	d.severity = one->severity == CASES_NONE ? RULEBOOK_NO_SEVERITY
	                                         : (uint8_t) one->severity;
	d.minute_from = one->minute_from;
	d.minute_to = one->minute_to;
	space_request(&frame[0], t->event_class, t->cell, one->point, &d.before);
	space_request(&frame[1], t->event_class, t->cell, one->point, &d.after);
	if ((d.kinds & RULEBOOK_LEAD_DIFFERS) != 0)
	{
		SetsPair units = sets_unpair(&c->space.sets, found.b);

		d.before.key = outcomes_key(&c->space.sets, units.a, units.b);
		d.after.key = d.before.key;
	}
	put_answer(frame[0].book, &d.before, &d.lead_before, &d.rule_before,
	           &d.by_fallback_before);
	put_answer(frame[1].book, &d.after, &d.lead_after, &d.rule_after,
	           &d.by_fallback_after);
	return c->tell(c->context, &d);
}

/* A RegionFn */
static bool
tell_region(void *context, uint32_t class_node, uint32_t cell_node,
            const SetsBox *box, uint32_t value, uint32_t fresh)
{
	RulebookComparison *c = context;
	RulebookSpace *s = &c->space;
	CompareTelling t = {c, s->classes.leaf[s->classes.node[class_node].from],
	                    s->cells.leaf[s->cells.node[cell_node].from], value};

	return !space_failed(s) && cases_tell(s, &c->owners, class_node, cell_node,
	                                      box, fresh, tell_case, &t);
}

/* false: enough */
static bool
tell_all(RulebookComparison *c)
{
	for (uint32_t i = 0; i < c->space.classes.leaves; i++)
		c->map_of_class[i] = c->of_group[c->groups.of_leaf[i]];
	return !space_failed(&c->space) &&
	       regions_tell(&c->teller, &c->space.arena, c->map_of_class);
}

/* ---------------------------------------------------------------------
 * all
 * ---------------------------------------------------------------------
 */

/* Classes that rules, exclusions and policies of both name */
static bool
find_groups(RulebookComparison *c)
{
	uint64_t most = 1;
	uint32_t n = 0;
	int64_t *named;

	for (int b = 0; b < SPACE_BOOKS; b++)
	{
		const Rulebook *book = c->space.frame[b].book;

		most += (uint64_t) book->rule_count + book->exclusion_count +
		        book->policy_count;
	}
	named = arena_take(&c->space.arena, most, sizeof(int64_t));
	if (named == NULL)
		return false;
	for (int b = 0; b < SPACE_BOOKS; b++)
	{
		const Rulebook *book = c->space.frame[b].book;

		for (uint32_t i = 0; i < book->rule_count; i++)
			if (i == 0 || book->rules[i].event_class != named[n - 1])
				named[n++] = book->rules[i].event_class;
		for (uint32_t i = 0; i < book->exclusion_count; i++)
			named[n++] = book->exclusions[i].event_class;
		for (uint32_t i = 0; i < book->policy_count; i++)
			if (i == 0 || book->policies[i].event_class != named[n - 1])
				named[n++] = book->policies[i].event_class;
	}
	return space_groups(&c->space, &c->groups, named, n);
}

static bool
begin(RulebookComparison *c)
{
	RulebookSpace *s = &c->space;
	uint32_t *number[SPACE_BOOKS];

	if (!find_groups(c) || !outcomes_number_units(s, number) ||
	    !cases_begin(&c->owners, s))
		return false;
	for (int b = 0; b < SPACE_BOOKS; b++)
		if (!outcomes_begin(&c->outcomes[b], &s->frame[b], &c->groups,
		                    number[b]))
			return false;
	c->judge = sets_new_maps(&s->sets, 1);
	c->of_group = arena_take(&s->arena, (uint64_t) c->groups.count + 1,
	                         sizeof(uint32_t));
	c->map_of_class = arena_take(&s->arena, (uint64_t) s->classes.leaves + 1,
	                             sizeof(uint32_t));
	c->known = arena_take(&s->arena, COMPARE_KNOWN, sizeof(CompareKnown));
	c->runs = arena_take(&s->arena, COMPARED_RUNS, sizeof(ComparedRun));
	c->teller.sets = &s->sets;
	c->teller.maps = &s->maps;
	c->teller.classes = &s->classes;
	c->teller.cells = &s->cells;
	c->teller.tell = tell_region;
	c->teller.poll = s->arena.memory.poll;
	c->teller.poll_context = s->arena.memory.context;
	c->teller.context = c;
	return !s->arena.failed && regions_begin(&c->teller, &s->arena);
}

RulebookStatus
rulebook_compare(const Rulebook *before, const Rulebook *after, int64_t from,
                 const RulebookMemory *memory, RulebookDifferenceFn tell,
                 void *context)
{
	const Rulebook *books[SPACE_BOOKS] = {before, after};
	RulebookComparison comparison;
	bool failed;

	memset(&comparison, 0, sizeof(comparison));
	comparison.tell = tell;
	comparison.context = context;
	if (space_begin(&comparison.space, books, SPACE_BOOKS, from, memory) &&
	    begin(&comparison))
	{
		compare_leads(&comparison);
		if (tell_all(&comparison))
		{
			compare_terms(&comparison);
			(void) tell_all(&comparison);
		}
	}
	failed = space_failed(&comparison.space);
	space_free(&comparison.space);
	return failed ? RULEBOOK_NO_MEMORY : RULEBOOK_OK;
}
