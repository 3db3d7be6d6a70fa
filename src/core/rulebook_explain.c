/*
 * rulebook_explain.c
 *	  Why a request is routed as it is.
 */
#include "rulebook_lookup.h"

/* Whom a lead names, and whether that unit can take the request */
static void
judge_lead(const Rulebook *book, const RulebookLead *lead,
           const RulebookPlaces *places, const RulebookRequest *request,
           RulebookMatch *match)
{
	bool in_force;

	match->unit =
	    rulebook_named_unit(book, lead, places, request->at, &in_force);
	match->exclusion = -1;
	match->verdict = RULEBOOK_LESS_SPECIFIC;
	if (match->unit < 0)
		match->verdict = RULEBOOK_NO_UNIT;
	else if (!in_force)
		match->verdict = RULEBOOK_UNIT_RETIRED;
	else if (rulebook_is_excluded(book, match->unit, request->event_class,
	                              places))
	{
		match->verdict = RULEBOOK_EXCLUDED;
		match->exclusion = rulebook_find_exclusion(
		    book, match->unit, request->event_class, places);
	}
}

/* What is said first counts. */
static RulebookVerdict
judge_conditions(const Rulebook *book, const RulebookRule *rule,
                 const RulebookRequest *request)
{
	if (rule->owner != 0 && rule->owner != request->owner)
		return RULEBOOK_OTHER_OWNER;
	if (rule->severity != 0 && rule->severity != request->severity)
		return RULEBOOK_OTHER_SEVERITY;
	if (rule->channel != 0 && rule->channel != request->channel)
		return RULEBOOK_OTHER_CHANNEL;
	if (rule->window != 0 &&
	    !rulebook_in_window(&book->windows[rule->window - 1], request->minute))
		return RULEBOOK_OTHER_TIME;
	if (!rulebook_during(rule->from, rule->to, request->at))
		return RULEBOOK_NOT_IN_FORCE;
	return RULEBOOK_WINS;
}

typedef struct Telling
{
	const Rulebook *book;
	const RulebookRequest *request;
	RulebookPlaces places;
	RulebookMatchFn tell;
	void *context;
	bool won;
} Telling;

/* All rules of a class and territory from the first one on */
static void
tell_rules(Telling *t, uint32_t rule)
{
	const Rulebook *book = t->book;
	int64_t event_class = book->rules[rule].event_class;
	int64_t territory = book->rules[rule].territory;

	for (; rule < book->rule_count &&
	       book->rules[rule].event_class == event_class &&
	       book->rules[rule].territory == territory;
	     rule++)
	{
		const RulebookRule *r = &book->rules[rule];
		RulebookVerdict verdict = judge_conditions(book, r, t->request);
		RulebookMatch match = {(int32_t) rule, -1, -1, -1, RULEBOOK_WINS};

		judge_lead(book, &r->lead, &t->places, t->request, &match);
		if (verdict != RULEBOOK_WINS)
		{
			match.verdict = verdict;
			match.exclusion = -1;
		}
		else if (match.verdict == RULEBOOK_LESS_SPECIFIC && !t->won)
		{
			match.verdict = RULEBOOK_WINS;
			t->won = true;
		}
		t->tell(t->context, &match);
	}
}

/* All fallbacks of a territory */
static void
tell_fallbacks(Telling *t, uint32_t first)
{
	uint32_t end = first + rulebook_count_fallbacks(t->book, first);
	int32_t chosen = -1;
	int32_t unit;
	uint32_t i;

	if (!t->won)
		chosen = rulebook_choose_fallback(t->book, first, &t->places,
		                                  t->request, &unit);
	for (i = first; i < end; i++)
	{
		RulebookMatch match = {-1, (int32_t) i, -1, -1, RULEBOOK_WINS};

		judge_lead(t->book, &t->book->fallbacks[i].lead, &t->places,
		           t->request, &match);
		if ((int32_t) i == chosen)
			match.verdict = RULEBOOK_WINS;
		t->tell(t->context, &match);
	}
	t->won |= chosen >= 0;
}

void
rulebook_explain(const Rulebook *book, const RulebookRequest *request,
                 RulebookMatchFn tell, void *context)
{
	const RulebookHeader *h = rulebook_header(book);
	const RulebookBranch *branches = rulebook_branches(h);
	const RulebookBranch *at = rulebook_branch(h, request->event_class);
	Telling t = {.book = book,
	             .request = request,
	             .tell = tell,
	             .context = context,
	             .won = false};
	unsigned mask;

	rulebook_find_places(request->cell, &t.places);
	for (;; at = &branches[at->parent])
	{
		for (mask = at->rules & t.places.levels; mask != 0;
		     mask &= ~(1u << rulebook_highest(mask)))
		{
			int64_t territory = t.places.code[rulebook_highest(mask)];
			const RulebookSpot *spot = rulebook_spot(h, territory);
			const RulebookKey *key =
			    spot == NULL
			        ? NULL
			        : rulebook_find_key(h, rulebook_row(h, spot),
			                            rulebook_branch_number(h, at));

			if (key != NULL)
				tell_rules(&t, (key->rule & KEY_RULE) - 1);
		}
		if (at->any_rule != 0)
			tell_rules(&t, at->any_rule - 1);
		if (at == branches)
			break;
	}
	for (mask = h->fallback_levels & t.places.levels; mask != 0;
	     mask &= ~(1u << rulebook_highest(mask)))
	{
		uint32_t first = rulebook_first_fallback(
		    book, t.places.code[rulebook_highest(mask)]);

		if (first != 0)
			tell_fallbacks(&t, first - 1);
	}
}
