/*
 * rulebook_cases.c
 *	  See rulebook_cases.h.
 */
#include "rulebook_cases.h"

#include <string.h>

bool
cases_begin(RegionOwners *owners, RulebookSpace *space)
{
	uint32_t names = space->name_count[RULEBOOK_OWNER];
	uint64_t rules = 0;

	for (uint32_t b = 0; b < space->books; b++)
		rules += space->frame[b].book->rule_count;
	owners->rule =
	    arena_take(&space->arena, rules + 1, sizeof(const RulebookRule *));
	owners->first =
	    arena_take(&space->arena, (uint64_t) names + 2, sizeof(uint32_t));
	if (space->arena.failed)
		return false;
	/* count, then fill from their ends back to where they begin */
	for (int filling = 0; filling <= 1; filling++)
	{
		for (uint32_t b = 0; b < space->books; b++)
		{
			const RulebookFrame *frame = &space->frame[b];

			for (uint32_t i = 0; i < frame->book->rule_count; i++)
			{
				const RulebookRule *r = &frame->book->rules[i];
				uint32_t owner = frame->number[RULEBOOK_OWNER][r->owner];

				if (owner != 0 && filling == 0)
					owners->first[owner]++;
				else if (owner != 0)
					owners->rule[--owners->first[owner]] = r;
			}
		}
		for (uint32_t o = 0; o <= names && filling == 0; o++)
			owners->first[o + 1] += owners->first[o];
	}
	return true;
}

typedef struct CasesTelling
{
	RulebookSpace *space;
	const RegionOwners *owners;
	RegionCase one;
	SetsBox box;
	uint32_t fresh;
	bool told;
	RegionCaseFn fn;
	void *context;
} CasesTelling;

/* Does a rule for anything in the region name an owner? */
static bool
is_named(const CasesTelling *t, uint32_t owner)
{
	for (uint32_t i = t->owners->first[owner]; i < t->owners->first[owner + 1];
	     i++)
	{
		const RulebookRule *r = t->owners->rule[i];

		if ((code_within(CODE_OF_CLASS, r->event_class, t->one.event_class) ||
		     code_within(CODE_OF_CLASS, t->one.event_class, r->event_class)) &&
		    (code_within(CODE_OF_CELL, r->territory, t->one.territory) ||
		     code_within(CODE_OF_CELL, t->one.territory, r->territory)))
			return true;
	}
	return false;
}

static bool
is_fresh(CasesTelling *t)
{
	return sets_meet(&t->space->sets, t->fresh,
	                 sets_box(&t->space->sets, &t->box, 1));
}

static bool
tell(CasesTelling *t, uint32_t owner)
{
	t->told = true;
	t->one.owner = owner;
	memcpy(t->one.point, t->box.from, sizeof(t->one.point));
	return t->fn(t->context, &t->one);
}

static bool
tell_owner(CasesTelling *t, uint32_t owner)
{
	t->box.from[SETS_OWNER] = owner;
	t->box.to[SETS_OWNER] = owner + 1;
	return !is_fresh(t) || tell(t, owner == 0 ? CASES_NONE : owner);
}

/*
 * Owners that no rule for the region names are told as one.  Where such a one
 * is fresh, but none at all is not (as a larger region was told, in which
 * rules name that owner), they are told once more.
 */
static bool
tell_owners(CasesTelling *t)
{
	uint32_t from = t->box.from[SETS_OWNER];
	uint32_t to = t->box.to[SETS_OWNER];
	bool others = false;
	bool more = true;

	if (from == 0 && to == t->space->sets.size[SETS_OWNER])
		return !is_fresh(t) || tell(t, 0);
	for (uint32_t owner = from > 0 ? from : 1; owner < to && more; owner++)
	{
		if (is_named(t, owner))
			more = tell_owner(t, owner);
		else if (!others)
		{
			t->box.from[SETS_OWNER] = owner;
			t->box.to[SETS_OWNER] = owner + 1;
			others = is_fresh(t);
		}
	}
	t->told = false;
	t->box.from[SETS_OWNER] = 0;
	t->box.to[SETS_OWNER] = 1;
	if (more && from == 0)
		more = tell_owner(t, 0);
	if (more && others && !t->told && (from == 0 || !is_fresh(t)))
		more = tell(t, CASES_NONE);
	t->box.from[SETS_OWNER] = from;
	t->box.to[SETS_OWNER] = to;
	return more;
}

/* By severity, if not for all */
static bool
tell_severities(CasesTelling *t)
{
	uint32_t from = t->box.from[SETS_SEVERITY];
	uint32_t to = t->box.to[SETS_SEVERITY];
	bool more = true;

	t->one.severity = 0;
	if (from == 0 && to == t->space->severities)
		return tell_owners(t);
	for (uint32_t i = from; i < to && more; i++)
	{
		t->box.from[SETS_SEVERITY] = i;
		t->box.to[SETS_SEVERITY] = i + 1;
		t->one.severity = i == 0 ? CASES_NONE : t->space->severity[i];
		more = tell_owners(t);
	}
	t->box.from[SETS_SEVERITY] = from;
	t->box.to[SETS_SEVERITY] = to;
	return more;
}

static bool
tell_channels(CasesTelling *t)
{
	uint32_t from = t->box.from[SETS_CHANNEL];
	uint32_t to = t->box.to[SETS_CHANNEL];
	bool more = true;

	t->one.channel = 0;
	if (from == 0 && to == t->space->sets.size[SETS_CHANNEL])
		return tell_severities(t);
	for (uint32_t i = from; i < to && more; i++)
	{
		t->box.from[SETS_CHANNEL] = i;
		t->box.to[SETS_CHANNEL] = i + 1;
		t->one.channel = i == 0 ? CASES_NONE : i;
		more = tell_severities(t);
	}
	return more;
}

bool
cases_tell(RulebookSpace *space, const RegionOwners *owners,
           uint32_t class_node, uint32_t cell_node, const SetsBox *box,
           uint32_t fresh, RegionCaseFn fn, void *context)
{
	CasesTelling t;

	memset(&t, 0, sizeof(t));
	t.space = space;
	t.owners = owners;
	t.box = *box;
	t.fresh = fresh;
	t.fn = fn;
	t.context = context;
	if (class_node != UINT32_MAX)
		t.one.event_class = space->classes.node[class_node].code;
	t.one.territory = space->cells.node[cell_node].code;
	t.one.from = space_begins(space, box->from[SETS_TIME]);
	t.one.to = space_begins(space, box->to[SETS_TIME]);
	if (box->from[SETS_MINUTE] > 0 || box->to[SETS_MINUTE] < RULEBOOK_WEEK)
	{
		t.one.minute_from = (uint16_t) box->from[SETS_MINUTE];
		t.one.minute_to = (uint16_t) box->to[SETS_MINUTE];
	}
	return tell_channels(&t);
}
