/*
 * rulebook_lookup.h
 *	  The steps of routing, which routing itself, explaining and compiling
 *	  share.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_LOOKUP_H
#define CIVICGRID_CORE_RULEBOOK_LOOKUP_H

#include "rulebook_format.h"

/* The prefixes of a cell, by level; code[0] is 0, for any. */
typedef struct RulebookPlaces
{
	int64_t code[RULEBOOK_PLACES];
	unsigned levels; /* bit n: there is one of level n */
} RulebookPlaces;

/*
 * A level whose digits are all zero has no code of its own.  The divisors are
 * constants so that none of this is a division.
 */
static inline void
rulebook_find_places(int64_t cell, RulebookPlaces *p)
{
	uint64_t padded = (uint64_t) cell / GRIDCODE_STEP;
	uint64_t q1 = padded / UINT64_C(10000000000000000);
	uint64_t q2 = padded / UINT64_C(100000000000000);
	uint64_t q3 = padded / UINT64_C(1000000000000);
	uint64_t q4 = padded / UINT64_C(1000000000);
	uint64_t q5 = padded / UINT64_C(1000000);
	uint64_t q6 = padded / UINT64_C(1000);

	_Static_assert(GRIDCODE_LEVELS == 7 && GRIDCODE_MAX_DIGITS == 18,
	               "the divisors are those of the levels");
	p->code[0] = 0;
	p->code[1] = (int64_t) (q1 * UINT64_C(10000000000000000) * 8 + 1);
	p->code[2] = (int64_t) (q2 * UINT64_C(100000000000000) * 8 + 2);
	p->code[3] = (int64_t) (q3 * UINT64_C(1000000000000) * 8 + 3);
	p->code[4] = (int64_t) (q4 * UINT64_C(1000000000) * 8 + 4);
	p->code[5] = (int64_t) (q5 * UINT64_C(1000000) * 8 + 5);
	p->code[6] = (int64_t) (q6 * UINT64_C(1000) * 8 + 6);
	p->code[7] = cell;
	p->levels =
	    1u | (unsigned) (q1 != 0) << 1 | (unsigned) (q2 != q1 * 100) << 2 |
	    (unsigned) (q3 != q2 * 100) << 3 | (unsigned) (q4 != q3 * 1000) << 4 |
	    (unsigned) (q5 != q4 * 1000) << 5 | (unsigned) (q6 != q5 * 1000) << 6 |
	    (unsigned) (padded != q6 * 1000) << 7;
}

/* Is the request's class within a class of the book; 0: any */
static inline bool
rulebook_class_within(int64_t prefix, int64_t event_class)
{
	return prefix == 0 ||
	       (event_class >= prefix && event_class <= eventcode_last(prefix));
}

static inline bool
rulebook_place_within(int64_t prefix, const RulebookPlaces *places)
{
	return prefix == 0 ||
	       ((places->levels >> gridcode_level(prefix) & 1) != 0 &&
	        places->code[gridcode_level(prefix)] == prefix);
}

/* Without bounds it includes the infinite, too. */
static inline bool
rulebook_during(int64_t from, int64_t to, int64_t at)
{
	return from <= at && (at < to || to == INT64_MAX);
}

/* ---------------------------------------------------------------------
 * classes
 * ---------------------------------------------------------------------
 */

static inline const RulebookBranch *
rulebook_branches(const RulebookHeader *h)
{
	return rulebook_section(h, SECTION_BRANCHES);
}

static inline const RulebookBranch *
rulebook_exact_branch(const RulebookHeader *h, int64_t event_class)
{
	const RulebookBranch *branches = rulebook_branches(h);
	RulebookProbe p =
	    rulebook_probe(h, TABLE_BRANCHES, rulebook_hash(event_class, 0));
	uint32_t found;

	while ((found = rulebook_probe_next(&p)) != 0)
		if (branches[found - 1].event_class == event_class)
			return &branches[found - 1];
	return NULL;
}

/* The longest one that is a prefix of a class, maybe the first */
static inline const RulebookBranch *
rulebook_branch(const RulebookHeader *h, int64_t event_class)
{
	const RulebookBranch *branch;
	unsigned digits;
	unsigned mask;

	if (event_class <= 0)
		return rulebook_branches(h);
	branch = rulebook_exact_branch(h, event_class);
	if (branch != NULL)
		return branch;
	digits = (unsigned) eventcode_digits(event_class);
	for (mask = h->class_digits & ((1u << digits) - 1) & ~1u; mask != 0;
	     mask &= ~(1u << digits))
	{
		digits = rulebook_highest(mask);
		branch = rulebook_exact_branch(
		    h, eventcode_prefix(event_class, (int) digits));
		if (branch != NULL)
			return branch;
	}
	return rulebook_branches(h);
}

/* ---------------------------------------------------------------------
 * rules
 * ---------------------------------------------------------------------
 */

static inline const RulebookSpot *
rulebook_spots(const RulebookHeader *h)
{
	return rulebook_section(h, SECTION_SPOTS);
}

static inline uint32_t
rulebook_spot_home(const RulebookHeader *h, int64_t territory)
{
	return rulebook_home(rulebook_hash(territory, 0), h->count[SECTION_SPOTS]);
}

/*
 * NULL if a territory, which is not 0, is none.  A bucket is compared as a
 * whole: where in it a spot is cannot be foreseen.
 */
static inline const RulebookSpot *
rulebook_spot(const RulebookHeader *h, int64_t territory)
{
	const RulebookSpot *spots = rulebook_spots(h);
	uint32_t at = rulebook_spot_home(h, territory);

	_Static_assert(RULEBOOK_BUCKET == 4, "the four that are compared");
	for (;;)
	{
		const RulebookSpot *b = &spots[at];
		unsigned found = (unsigned) (b[0].territory == territory) |
		                 (unsigned) (b[1].territory == territory) << 1 |
		                 (unsigned) (b[2].territory == territory) << 2 |
		                 (unsigned) (b[3].territory == territory) << 3;

		if (found != 0)
			return &b[rulebook_lowest(found)];
		if (b[0].territory == 0 || b[1].territory == 0 ||
		    b[2].territory == 0 || b[3].territory == 0)
			return NULL;
		at = rulebook_next_bucket(at, h->count[SECTION_SPOTS]);
	}
}

static inline const RulebookRow *
rulebook_row(const RulebookHeader *h, const RulebookSpot *spot)
{
	const RulebookRow *rows = rulebook_section(h, SECTION_ROWS);

	return rows + (spot - rulebook_spots(h));
}

/* Of a place and a grade; one that no policy names is none. */
static inline uint16_t
rulebook_column(const RulebookHeader *h, uint32_t place, unsigned grade)
{
	if (grade >= h->bundle_grades)
		grade = 0;
	return (uint16_t) (place * h->bundle_severities * h->bundle_grades +
	                   grade);
}

static inline uint32_t
rulebook_branch_number(const RulebookHeader *h, const RulebookBranch *branch)
{
	return (uint32_t) (branch - rulebook_branches(h));
}

/* That of a branch among the classes of spots: most of them are cells with a
 * rule or two, of which a request's class is mostly none */
static inline unsigned
rulebook_class_bit(uint32_t branch)
{
	return 1u << branch % 16;
}

/* The key of a row and a branch; NULL: no rule has both */
static inline const RulebookKey *
rulebook_find_key(const RulebookHeader *h, const RulebookRow *row,
                  uint32_t branch)
{
	const RulebookKey *keys = rulebook_section(h, SECTION_KEYS);
	uint32_t low = row->first;
	uint32_t high = row->first + row->keys;

	if (row->blocks != 0)
	{
		const RulebookBlock *block = rulebook_section(h, SECTION_BLOCKS);
		uint64_t bit = UINT64_C(1) << branch % RULEBOOK_BLOCK;

		block += row->blocks - 1 + branch / RULEBOOK_BLOCK;
		return (block->branches & bit) == 0
		           ? NULL
		           : &keys[block->first +
		                   rulebook_count_bits(block->branches & (bit - 1))];
	}
	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (keys[middle].branch == branch)
			return &keys[middle];
		if (keys[middle].branch < branch)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static inline bool
rulebook_in_window(const RulebookWindow *w, unsigned minute)
{
	unsigned i;

	for (i = 0; i < w->spans && w->from[i] <= minute; i++)
		if (minute < w->to[i])
			return true;
	return false;
}

static inline bool
rulebook_rule_applies(const Rulebook *book, const RulebookRule *rule,
                      const RulebookRequest *request)
{
	return (rule->owner == 0 || rule->owner == request->owner) &&
	       (rule->severity == 0 || rule->severity == request->severity) &&
	       (rule->channel == 0 || rule->channel == request->channel) &&
	       rulebook_during(rule->from, rule->to, request->at) &&
	       (rule->window == 0 ||
	        rulebook_in_window(&book->windows[rule->window - 1],
	                           request->minute));
}

/* ---------------------------------------------------------------------
 * units
 * ---------------------------------------------------------------------
 */

static inline bool
rulebook_in_force(const Rulebook *book, int32_t unit, int64_t at)
{
	return (rulebook_line(book, unit)[0] & LINE_ALWAYS) != 0 ||
	       rulebook_during(book->units[unit].from, book->units[unit].to, at);
}

static inline bool
rulebook_unit_is(const RulebookUnit *unit, unsigned kind, unsigned level,
                 int64_t territory)
{
	return unit->territory == territory && unit->kind == kind &&
	       unit->level == level;
}

/* The first unit of a kind, a level and a territory plus one, or 0 */
static inline uint32_t
rulebook_first_unit(const Rulebook *book, unsigned kind, unsigned level,
                    int64_t territory)
{
	RulebookProbe p =
	    rulebook_probe(rulebook_header(book), TABLE_UNITS,
	                   rulebook_hash(rulebook_role(kind, level), territory));
	uint32_t found;

	while ((found = rulebook_probe_next(&p)) != 0)
	{
		rulebook_prefetch(rulebook_line(book, (int32_t) found - 1));
		if (rulebook_unit_is(&book->units[found - 1], kind, level, territory))
			return found;
	}
	return 0;
}

/* At which levels territories of units of a kind and a level lie */
static inline unsigned
rulebook_role_levels(const RulebookHeader *h, unsigned kind, unsigned level)
{
	const uint8_t *roles = rulebook_section(h, SECTION_ROLES);

	return roles[(kind - 1) * RULEBOOK_LEVELS + level - 1];
}

/*
 * The unit that a lead means, in force or not: *in_force tells.  One that is
 * goes before one that is not, then the smaller territory, then the smaller
 * id.  -1: none
 */
extern int32_t rulebook_named_unit(const Rulebook *book,
                                   const RulebookLead *lead,
                                   const RulebookPlaces *places, int64_t at,
                                   bool *in_force);

/* The same of a kind and a level, -1 if it is not in force */
static inline int32_t
rulebook_role_unit(const Rulebook *book, unsigned kind, unsigned of_level,
                   const RulebookPlaces *places, int64_t at)
{
	unsigned mask =
	    rulebook_role_levels(rulebook_header(book), kind, of_level) &
	    places->levels;
	RulebookLead lead;
	bool in_force;
	int32_t unit;

	while (mask != 0)
	{
		unsigned level = rulebook_highest(mask);
		uint32_t found =
		    rulebook_first_unit(book, kind, of_level, places->code[level]);

		if (found != 0 && rulebook_in_force(book, (int32_t) found - 1, at))
			return (int32_t) found - 1;
		if (found != 0)
			break;
		mask &= ~(1u << level);
	}
	if (mask == 0)
		return -1;
	/* one that is not in force stands before others */
	lead = (RulebookLead){-1, (uint16_t) kind, (uint8_t) of_level, 0};
	unit = rulebook_named_unit(book, &lead, places, at, &in_force);
	return in_force ? unit : -1;
}

static inline int32_t
rulebook_lead_unit(const Rulebook *book, const RulebookLead *lead,
                   const RulebookPlaces *places, int64_t at)
{
	if (lead->unit >= 0)
		return rulebook_in_force(book, lead->unit, at) ? lead->unit : -1;
	if (lead->kind == 0)
		return -1;
	return rulebook_role_unit(book, lead->kind, lead->level, places, at);
}

/* The exclusion that keeps a unit from a request, or -1: of the unit itself
 * before those above it, then in their order. */
extern int32_t rulebook_find_exclusion(const Rulebook *book, int32_t unit,
                                       int64_t event_class,
                                       const RulebookPlaces *places);

static inline bool
rulebook_has_exclusions(const Rulebook *book, int32_t unit)
{
	return (rulebook_line(book, unit)[0] & (LINE_EXCLUDED | LINE_WITHIN)) != 0;
}

static inline bool
rulebook_is_excluded(const Rulebook *book, int32_t unit, int64_t event_class,
                     const RulebookPlaces *places)
{
	return rulebook_has_exclusions(book, unit) &&
	       rulebook_find_exclusion(book, unit, event_class, places) >= 0;
}

/* Whom a lead means, if that unit can take the request; or -1 */
static inline int32_t
rulebook_usable_unit(const Rulebook *book, const RulebookLead *lead,
                     const RulebookPlaces *places,
                     const RulebookRequest *request)
{
	int32_t unit = rulebook_lead_unit(book, lead, places, request->at);

	if (unit >= 0 &&
	    rulebook_is_excluded(book, unit, request->event_class, places))
		return -1;
	return unit;
}

/* ---------------------------------------------------------------------
 * fallbacks, policies
 * ---------------------------------------------------------------------
 */

/* The first fallback of a territory plus one, or 0 */
extern uint32_t rulebook_first_fallback(const Rulebook *book,
                                        int64_t territory);
/* How many there are from the first one on */
extern uint32_t rulebook_count_fallbacks(const Rulebook *book, uint32_t first);
/* Which of these takes a request, or -1 */
extern int32_t rulebook_choose_fallback(const Rulebook *book, uint32_t first,
                                        const RulebookPlaces *places,
                                        const RulebookRequest *request,
                                        int32_t *unit);

/* Of the territories of some levels the smallest that has a grade, or NULL;
 * that grade, of all levels, or 0 */
extern const RulebookGrade *
rulebook_smallest_grade(const Rulebook *book, const RulebookPlaces *places,
                        unsigned levels);
extern unsigned rulebook_find_grade(const Rulebook *book,
                                    const RulebookPlaces *places);
/* The policies of a request, by stage; how many. */
extern uint32_t rulebook_find_policies(const Rulebook *book,
                                       const RulebookBranch *branch,
                                       const RulebookPlaces *places,
                                       unsigned severity, unsigned grade,
                                       int32_t policy[RULEBOOK_STAGES]);

#endif /* CIVICGRID_CORE_RULEBOOK_LOOKUP_H */
