/*
 * rulebook.c
 *	  Route a request by an opened rulebook.
 *
 * What is looked at for a usual request, each mostly one cache line: the
 * branch of its class, the spots of its cell and of what that lies in, a key,
 * the line of its unit, a bundle of policies.
 */
#include "rulebook_lookup.h"

/* ---------------------------------------------------------------------
 * names
 * ---------------------------------------------------------------------
 */

uint16_t
rulebook_number(const Rulebook *book, RulebookDomain domain, const char *name,
                size_t len)
{
	const RulebookName *names = book->names[domain];
	uint32_t low = 0;
	uint32_t high = book->name_count[domain];

	/* stages are in an order of their own */
	if (domain == RULEBOOK_STAGE)
	{
		for (; low < high; low++)
			if (names[low].len == len &&
			    memcmp(book->pool + names[low].at, name, len) == 0)
				return (uint16_t) (low + 1);
		return 0;
	}
	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;
		const RulebookName *n = &names[middle];
		int order = memcmp(name, book->pool + n->at,
		                   len < n->len ? len : (size_t) n->len);

		if (order == 0 && len == n->len)
			return (uint16_t) (middle + 1);
		if (order < 0 || (order == 0 && len < n->len))
			high = middle;
		else
			low = middle + 1;
	}
	return 0;
}

int32_t
rulebook_unit(const Rulebook *book, int64_t id)
{
	uint32_t low = 0;
	uint32_t high = book->unit_count;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (book->units[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < book->unit_count && book->units[low].id == id ? (int32_t) low
	                                                           : -1;
}

/* ---------------------------------------------------------------------
 * units
 * ---------------------------------------------------------------------
 */

/* Where the units of a kind, a level and a territory begin in the order */
static uint32_t
find_role(const Rulebook *book, unsigned kind, unsigned level,
          int64_t territory)
{
	const uint32_t *order =
	    rulebook_section(rulebook_header(book), SECTION_ORDER);
	int64_t role = rulebook_role(kind, level);
	uint32_t low = 0;
	uint32_t high = book->unit_count;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;
		const RulebookUnit *unit = &book->units[order[middle]];
		int64_t other = rulebook_role(unit->kind, unit->level);

		if (other < role || (other == role && unit->territory < territory))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int32_t
rulebook_named_unit(const Rulebook *book, const RulebookLead *lead,
                    const RulebookPlaces *places, int64_t at, bool *in_force)
{
	const RulebookHeader *h = rulebook_header(book);
	const uint32_t *order = rulebook_section(h, SECTION_ORDER);
	int32_t first = -1;
	unsigned mask;

	*in_force = false;
	if (lead->unit >= 0)
	{
		*in_force = rulebook_in_force(book, lead->unit, at);
		return lead->unit;
	}
	if (lead->kind == 0)
		return -1;
	mask = rulebook_role_levels(h, lead->kind, lead->level) & places->levels;
	for (; mask != 0; mask &= ~(1u << rulebook_highest(mask)))
	{
		int64_t territory = places->code[rulebook_highest(mask)];
		uint32_t i = find_role(book, lead->kind, lead->level, territory);

		for (; i < book->unit_count &&
		       rulebook_unit_is(&book->units[order[i]], lead->kind,
		                        lead->level, territory);
		     i++)
		{
			int32_t unit = (int32_t) order[i];

			if (rulebook_in_force(book, unit, at))
			{
				*in_force = true;
				return unit;
			}
			if (first < 0)
				first = unit;
		}
	}
	return first;
}

int32_t
rulebook_resolve(const Rulebook *book, const RulebookLead *lead, int64_t cell,
                 int64_t at)
{
	RulebookPlaces places;

	rulebook_find_places(cell, &places);
	return rulebook_lead_unit(book, lead, &places, at);
}

/* The first exclusion of a unit that is not before a class and territory */
static uint32_t
seek_exclusion(const Rulebook *book, int32_t unit, int64_t event_class,
               int64_t territory)
{
	uint32_t low = 0;
	uint32_t high = book->exclusion_count;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;
		const RulebookExclusion *x = &book->exclusions[middle];

		if (x->unit < unit ||
		    (x->unit == unit &&
		     (x->event_class < event_class ||
		      (x->event_class == event_class && x->territory < territory))))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Those of one unit for a class: the first for a territory of a request */
static int32_t
find_exclusion_of(const Rulebook *book, int32_t unit, int64_t event_class,
                  const RulebookPlaces *places)
{
	unsigned level;

	for (level = 0; level < RULEBOOK_PLACES; level++)
	{
		uint32_t i;

		if ((places->levels >> level & 1) == 0)
			continue;
		i = seek_exclusion(book, unit, event_class, places->code[level]);
		/* none of a class at all is usual */
		if (i == book->exclusion_count || book->exclusions[i].unit != unit ||
		    book->exclusions[i].event_class != event_class)
			return -1;
		if (book->exclusions[i].territory == places->code[level])
			return (int32_t) i;
	}
	return -1;
}

int32_t
rulebook_find_exclusion(const Rulebook *book, int32_t unit,
                        int64_t event_class, const RulebookPlaces *places)
{
	const uint32_t *line = rulebook_line(book, unit);
	unsigned depth = line[0] & LINE_DEPTH;
	int digits = event_class > 0 ? eventcode_digits(event_class) : 0;

	for (; depth > 0; depth--)
	{
		int32_t of = (int32_t) line[depth];
		int d;

		if ((rulebook_line(book, of)[0] & LINE_EXCLUDED) == 0)
			continue;
		for (d = 0; d <= digits; d++)
		{
			int64_t prefix = d == 0 ? 0 : eventcode_prefix(event_class, d);
			int32_t found = find_exclusion_of(book, of, prefix, places);

			if (found >= 0)
				return found;
		}
	}
	return -1;
}

/* ---------------------------------------------------------------------
 * fallbacks
 * ---------------------------------------------------------------------
 */

uint32_t
rulebook_first_fallback(const Rulebook *book, int64_t territory)
{
	RulebookProbe p = rulebook_probe(rulebook_header(book), TABLE_FALLBACKS,
	                                 rulebook_hash(territory, 0));
	uint32_t found;

	while ((found = rulebook_probe_next(&p)) != 0)
		if (book->fallbacks[found - 1].territory == territory)
			return found;
	return 0;
}

uint32_t
rulebook_count_fallbacks(const Rulebook *book, uint32_t first)
{
	uint32_t i = first;

	while (i < book->fallback_count &&
	       book->fallbacks[i].territory == book->fallbacks[first].territory)
		i++;
	return i - first;
}

/*
 * Each of them that can take the request has a stretch as long as its share,
 * one behind the other; the key, modulo their length, lies in one of them.
 */
int32_t
rulebook_choose_fallback(const Rulebook *book, uint32_t first,
                         const RulebookPlaces *places,
                         const RulebookRequest *request, int32_t *unit)
{
	uint32_t end = first + rulebook_count_fallbacks(book, first);
	uint64_t total = 0;
	uint64_t left;
	uint32_t i;

	for (i = first; i < end; i++)
		if (rulebook_usable_unit(book, &book->fallbacks[i].lead, places,
		                         request) >= 0)
			total += book->fallbacks[i].share;
	if (total == 0)
		return -1;
	left = request->key % total;
	for (i = first;; i++)
	{
		*unit = rulebook_usable_unit(book, &book->fallbacks[i].lead, places,
		                             request);
		if (*unit < 0)
			continue;
		if (left < book->fallbacks[i].share)
			return (int32_t) i;
		left -= book->fallbacks[i].share;
	}
}

static bool
route_by_fallback(const Rulebook *book, const RulebookPlaces *places,
                  const RulebookRequest *request, RulebookAnswer *answer)
{
	unsigned mask = rulebook_header(book)->fallback_levels & places->levels;

	for (; mask != 0; mask &= ~(1u << rulebook_highest(mask)))
	{
		uint32_t first = rulebook_first_fallback(
		    book, places->code[rulebook_highest(mask)]);

		if (first == 0)
			continue;
		answer->fallback = rulebook_choose_fallback(book, first - 1, places,
		                                            request, &answer->lead);
		if (answer->fallback >= 0)
			return true;
	}
	answer->lead = -1;
	return false;
}

/* ---------------------------------------------------------------------
 * policies
 * ---------------------------------------------------------------------
 */

/* Of the territories of some levels the smallest that has a grade, or NULL */
const RulebookGrade *
rulebook_smallest_grade(const Rulebook *book, const RulebookPlaces *places,
                        unsigned levels)
{
	for (; levels != 0; levels &= ~(1u << rulebook_highest(levels)))
	{
		int64_t territory = places->code[rulebook_highest(levels)];
		uint32_t low = 0;
		uint32_t high = book->grade_count;

		while (low < high)
		{
			uint32_t middle = low + (high - low) / 2;

			if (book->grades[middle].territory < territory)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < book->grade_count &&
		    book->grades[low].territory == territory)
			return &book->grades[low];
	}
	return NULL;
}

unsigned
rulebook_find_grade(const Rulebook *book, const RulebookPlaces *places)
{
	const RulebookGrade *grade = rulebook_smallest_grade(
	    book, places, rulebook_header(book)->grade_levels & places->levels);

	return grade != NULL ? grade->grade : 0;
}

/* Those for one class and territory, for stages that are still missing */
static void
take_policies(const Rulebook *book, int64_t event_class, int64_t territory,
              unsigned severity, unsigned grade, uint32_t *missing,
              int32_t by_stage[RULEBOOK_STAGES])
{
	RulebookProbe p = rulebook_probe(rulebook_header(book), TABLE_POLICIES,
	                                 rulebook_hash(event_class, territory));
	uint32_t i;

	do
	{
		i = rulebook_probe_next(&p);
		if (i == 0)
			return;
	} while (book->policies[i - 1].event_class != event_class ||
	         book->policies[i - 1].territory != territory);
	for (i--; i < book->policy_count; i++)
	{
		const RulebookPolicy *policy = &book->policies[i];
		uint32_t bit = UINT32_C(1) << (policy->stage - 1);

		if (policy->event_class != event_class ||
		    policy->territory != territory)
			return;
		if ((*missing & bit) != 0 &&
		    (policy->severity == 0 || policy->severity == severity) &&
		    (policy->grade == 0 || policy->grade == grade))
		{
			by_stage[policy->stage - 1] = (int32_t) i;
			*missing &= ~bit;
		}
	}
}

uint32_t
rulebook_find_policies(const Rulebook *book, const RulebookBranch *branch,
                       const RulebookPlaces *places, unsigned severity,
                       unsigned grade, int32_t policy[RULEBOOK_STAGES])
{
	const RulebookBranch *branches = rulebook_branches(rulebook_header(book));
	int32_t by_stage[RULEBOOK_STAGES];
	uint32_t stages = book->name_count[RULEBOOK_STAGE];
	uint32_t all = stages < 32 ? (UINT32_C(1) << stages) - 1 : UINT32_MAX;
	uint32_t missing = all;
	uint32_t found = 0;

	while (missing != 0)
	{
		unsigned mask = branch->policies & places->levels;

		for (; mask != 0; mask &= ~(1u << rulebook_highest(mask)))
			take_policies(book, branch->event_class,
			              places->code[rulebook_highest(mask)], severity,
			              grade, &missing, by_stage);
		if (branch == branches)
			break;
		branch = &branches[branch->parent];
	}
	for (all &= ~missing; all != 0; all &= all - 1)
		policy[found++] = by_stage[rulebook_lowest(all)];
	return found;
}

/* ---------------------------------------------------------------------
 * route
 * ---------------------------------------------------------------------
 */

void
rulebook_expect(const Rulebook *book, int64_t cell)
{
	const RulebookHeader *h = rulebook_header(book);

	rulebook_prefetch(&rulebook_spots(h)[rulebook_spot_home(h, cell)]);
}

/* A request under way */
typedef struct Routing
{
	const Rulebook *book;
	const RulebookRequest *request;
	RulebookAnswer *answer;
	const RulebookSpot *spot; /* of the smallest territory, or NULL */
	bool placed;
	RulebookPlaces places; /* if placed; many requests do without */
} Routing;

static inline const RulebookPlaces *
places_of(Routing *t)
{
	if (!t->placed)
	{
		rulebook_find_places(t->request->cell, &t->places);
		t->placed = true;
	}
	return &t->places;
}

/* The spot of the cell, or else of the smallest territory that it is in */
static inline const RulebookSpot *
find_spot(Routing *t)
{
	const RulebookHeader *h = rulebook_header(t->book);
	const RulebookSpot *spot;
	unsigned mask;

	if (t->request->cell == 0)
		return NULL;
	spot = rulebook_spot(h, t->request->cell);
	if (spot != NULL)
		return spot;
	mask = h->spot_levels & places_of(t)->levels & ~1u;
	for (; mask != 0; mask &= ~(1u << rulebook_highest(mask)))
	{
		spot = rulebook_spot(h, t->places.code[rulebook_highest(mask)]);
		if (spot != NULL)
			return spot;
	}
	return NULL;
}

static void
put_assists(Routing *t)
{
	const Rulebook *book = t->book;
	const RulebookRule *rule = &book->rules[t->answer->rule];
	RulebookAnswer *answer = t->answer;
	uint32_t i;

	for (i = 0; i < rule->assists; i++)
	{
		const RulebookAssist *assist = &book->assists[rule->first_assist + i];
		int32_t unit = rulebook_usable_unit(book, &assist->lead, places_of(t),
		                                    t->request);

		if (unit < 0)
			continue;
		answer->assist[answer->assists] = unit;
		answer->task[answer->assists++] = assist->task;
	}
}

/* The first rule that applies and has a lead, of those of a class and a
 * territory from one on */
static bool
route_by_rules(Routing *t, uint32_t rule, int64_t event_class,
               int64_t territory)
{
	const Rulebook *book = t->book;
	const RulebookRule *r = &book->rules[rule];

	for (; rule < book->rule_count && r->territory == territory &&
	       r->event_class == event_class;
	     r++, rule++)
	{
		int32_t unit;

		if (!rulebook_rule_applies(book, r, t->request))
			continue;
		unit = rulebook_usable_unit(book, &r->lead, places_of(t), t->request);
		if (unit < 0)
			continue;
		t->answer->lead = unit;
		t->answer->rule = (int32_t) rule;
		t->answer->rule_id = r->id;
		put_assists(t);
		return true;
	}
	return false;
}

/* The unit by the key of a rule, if that applies; or -1 */
static inline int32_t
unit_by_key(Routing *t, const RulebookKey *key)
{
	const Rulebook *book = t->book;
	const RulebookRequest *request = t->request;
	uint32_t severity = key->rule >> KEY_SEVERITY;
	uint32_t channel = key->lead >> KEY_CHANNEL;
	uint32_t lead = key->lead & KEY_LEAD;
	int32_t unit = (int32_t) lead;

	if ((severity != 0 && severity != request->severity) ||
	    (channel != 0 && channel != request->channel))
		return -1;
	if ((key->rule & KEY_ROLE) != 0)
		unit = rulebook_role_unit(book, lead / RULEBOOK_LEVELS,
		                          lead % RULEBOOK_LEVELS + 1, places_of(t),
		                          request->at);
	else if (!rulebook_in_force(book, unit, request->at))
		return -1;
	if (unit >= 0 && rulebook_has_exclusions(book, unit) &&
	    rulebook_find_exclusion(book, unit, request->event_class,
	                            places_of(t)) >= 0)
		return -1;
	return unit;
}

/* The first rule that has a lead by the key of the first one */
static inline bool
route_by_key(Routing *t, const RulebookKey *key, int64_t event_class,
             int64_t territory)
{
	uint32_t rule = (key->rule & KEY_RULE) - 1;
	int32_t unit;

	if ((key->rule & KEY_SIMPLE) == 0)
		return route_by_rules(t, rule, event_class, territory);
	unit = unit_by_key(t, key);
	if (unit < 0)
		return (key->rule & KEY_LAST) == 0 &&
		       route_by_rules(t, rule + 1, event_class, territory);
	t->answer->lead = unit;
	t->answer->rule = (int32_t) rule;
	t->answer->rule_id =
	    (key->rule & KEY_ID) != 0 ? key->id : t->book->rules[rule].id;
	return true;
}

/* How far the search for keys of a class is: the area that is next plus one,
 * or 0, and the territory of the last key */
typedef struct Search
{
	uint32_t branch;
	uint32_t above;
	int64_t territory;
} Search;

static inline const RulebookKey *
next_key(const RulebookHeader *h, Search *s)
{
	const RulebookArea *areas = rulebook_section(h, SECTION_AREAS);

	while (s->above != 0)
	{
		const RulebookArea *area = &areas[s->above - 1];
		const RulebookKey *key = rulebook_find_key(h, &area->row, s->branch);

		s->above = area->above;
		s->territory = area->territory;
		if (key != NULL)
			return key;
	}
	return NULL;
}

/* The key of a class and of the smallest territory that has one; or NULL */
static inline const RulebookKey *
first_key(const Routing *t, const RulebookBranch *branch, Search *s)
{
	const RulebookHeader *h = rulebook_header(t->book);
	const RulebookSpot *spot = t->spot;

	s->branch = rulebook_branch_number(h, branch);
	s->above = 0;
	if (branch->rules == 0 || spot == NULL)
		return NULL;
	s->above = spot->above;
	s->territory = spot->territory;
	if ((spot->classes & rulebook_class_bit(s->branch)) != 0)
	{
		const RulebookKey *key =
		    rulebook_find_key(h, rulebook_row(h, spot), s->branch);

		if (key != NULL)
			return key;
	}
	return next_key(h, s);
}

/* The first rule of a class, of all territories, the smallest first, which
 * have the key and those that the search finds */
static inline bool
route_by_class(Routing *t, const RulebookBranch *branch,
               const RulebookKey *key, Search *s)
{
	for (; key != NULL; key = next_key(rulebook_header(t->book), s))
		if (route_by_key(t, key, branch->event_class, s->territory))
			return true;
	return branch->any_rule != 0 &&
	       route_by_rules(t, branch->any_rule - 1, branch->event_class, 0);
}

static void
put_path(const Rulebook *book, RulebookAnswer *answer)
{
	const uint32_t *down = rulebook_line(book, answer->lead);
	unsigned down_depth = down[0] & LINE_DEPTH;
	unsigned same = 0;
	uint32_t n = 0;

	if (answer->intake >= 0)
	{
		const uint32_t *up = rulebook_line(book, answer->intake);
		unsigned depth = up[0] & LINE_DEPTH;

		while (same < depth && same < down_depth &&
		       up[1 + same] == down[1 + same])
			same++;
		/* up to, and with, the last that they share */
		for (; depth > same; depth--)
			answer->path[n++] = (int32_t) up[depth];
		if (same > 0)
			same--;
	}
	for (; same < down_depth; same++)
		answer->path[n++] = (int32_t) down[1 + same];
	answer->paths = n;
}

static inline void
put_policies(Routing *t, const RulebookBranch *branch)
{
	const Rulebook *book = t->book;
	const RulebookHeader *h = rulebook_header(book);
	const uint32_t *bundles = rulebook_section(h, SECTION_BUNDLES);
	const uint32_t *vector = rulebook_section(h, SECTION_VECTORS);
	RulebookAnswer *answer = t->answer;
	unsigned severity = t->request->severity;
	uint32_t column;
	uint32_t i;

	answer->stages = 0;
	answer->bundle = UINT32_MAX;
	if (book->policy_count == 0)
		return;
	if (h->count[SECTION_BUNDLES] == 0)
	{
		answer->stages = rulebook_find_policies(
		    book, branch, places_of(t), severity,
		    rulebook_find_grade(book, places_of(t)), answer->policy);
		return;
	}
	severity = severity < h->bundle_severities ? severity : 0;
	column = t->spot != NULL ? t->spot->column
	                         : rulebook_column(h, 0, h->any_grade);
	answer->bundle = bundles[branch->bundle * h->count[SECTION_PLACES] *
	                             h->bundle_severities * h->bundle_grades +
	                         column + severity * h->bundle_grades];
	vector += answer->bundle;
	answer->stages = vector[0];
	for (i = 0; i < answer->stages; i++)
		answer->policy[i] = (int32_t) vector[1 + i];
}

static inline void
put_intake(Routing *t)
{
	const Rulebook *book = t->book;
	const RulebookRequest *request = t->request;
	const RulebookLead *intake;
	int32_t unit = -1;

	t->answer->intake = -1;
	if (request->channel == 0 ||
	    request->channel > book->name_count[RULEBOOK_CHANNEL])
		return;
	intake = &book->channels[request->channel - 1].intake;
	if (intake->unit < 0 && intake->kind != 0)
		unit = rulebook_role_unit(book, intake->kind, intake->level,
		                          places_of(t), request->at);
	else if (intake->unit >= 0 &&
	         rulebook_in_force(book, intake->unit, request->at))
		unit = intake->unit;
	t->answer->intake = unit;
}

/*
 * The order is such that what is fetched arrives while something else is done:
 * the spot, if the caller has said so before, beside the class and the intake;
 * the key, beside the limits.
 */
void
rulebook_route(const Rulebook *book, const RulebookRequest *request,
               RulebookAnswer *answer)
{
	const RulebookHeader *h = rulebook_header(book);
	const RulebookBranch *branches = rulebook_branches(h);
	const RulebookBranch *branch = rulebook_branch(h, request->event_class);
	const RulebookBranch *at;
	Routing t;

	t.book = book;
	t.request = request;
	t.answer = answer;
	t.placed = false;
	answer->lead = -1;
	answer->rule = -1;
	answer->rule_id = 0;
	answer->fallback = -1;
	answer->paths = 0;
	answer->assists = 0;
	put_intake(&t);
	t.spot = find_spot(&t);
	for (at = branch;; at = &branches[at->parent])
	{
		Search s;
		const RulebookKey *key = first_key(&t, at, &s);

		if (at == branch)
		{
			rulebook_prefetch(key);
			put_policies(&t, branch);
		}
		if (route_by_class(&t, at, key, &s))
			break;
		if (at == branches)
		{
			if (!route_by_fallback(book, places_of(&t), request, answer))
				return;
			break;
		}
	}
	put_path(book, answer);
}
