/*
 * rulebook_index.c
 *	  See rulebook_index.h; and check it.
 */
#include "rulebook_index.h"

/* ---------------------------------------------------------------------
 * entries of the tables
 * ---------------------------------------------------------------------
 */

/* Of which section the entries are */
const RulebookSection rulebook_table_of[RULEBOOK_TABLES] = {
    [TABLE_BRANCHES] = SECTION_BRANCHES,
    [TABLE_UNITS] = SECTION_UNITS,
    [TABLE_FALLBACKS] = SECTION_FALLBACKS,
    [TABLE_POLICIES] = SECTION_POLICIES};

/*
 * Does a key begin at a place in the order of a section?  If so, its entry and
 * hash.
 */
bool
rulebook_begins(const Rulebook *book, RulebookTable table, uint32_t i,
                uint32_t *entry, uint64_t *hash)
{
	const RulebookHeader *h = rulebook_header(book);
	int64_t a = 0;
	int64_t b = 0;

	*entry = i;
	switch (table)
	{
		case TABLE_BRANCHES:
			if (i == 0)
				return false;
			a = rulebook_branches(h)[i].event_class;
			break;
		case TABLE_UNITS:
		{
			const uint32_t *order = rulebook_section(h, SECTION_ORDER);
			const RulebookUnit *unit = &book->units[order[i]];

			*entry = order[i];
			a = rulebook_role(unit->kind, unit->level);
			b = unit->territory;
			if (i > 0 && rulebook_unit_is(&book->units[order[i - 1]],
			                              unit->kind, unit->level, b))
				return false;
			break;
		}
		case TABLE_FALLBACKS:
			a = book->fallbacks[i].territory;
			if (i > 0 && book->fallbacks[i - 1].territory == a)
				return false;
			break;
		case TABLE_POLICIES:
		default:
			a = book->policies[i].event_class;
			b = book->policies[i].territory;
			if (i > 0 && book->policies[i - 1].event_class == a &&
			    book->policies[i - 1].territory == b)
				return false;
			break;
	}
	*hash = rulebook_hash(a, b);
	return true;
}

/* Does a rule begin those of a class and a territory that is not 0? */
bool
rulebook_begins_key(const Rulebook *book, uint32_t rule)
{
	const RulebookRule *r = &book->rules[rule];

	return r->territory != 0 &&
	       (rule == 0 || r[-1].event_class != r->event_class ||
	        r[-1].territory != r->territory);
}

/* Its key; the branch is there. */
RulebookKey
rulebook_make_key(const Rulebook *book, uint32_t rule)
{
	const RulebookHeader *h = rulebook_header(book);
	const RulebookRule *r = &book->rules[rule];
	const RulebookBranch *branch =
	    r->event_class == 0 ? rulebook_branches(h)
	                        : rulebook_exact_branch(h, r->event_class);
	RulebookKey key = {rulebook_branch_number(h, branch), rule + 1, 0, 0};

	if (r->owner == 0 && r->window == 0 && r->channel <= UINT8_MAX &&
	    r->from == INT64_MIN && r->to == INT64_MAX && r->assists == 0)
		key.rule |= KEY_SIMPLE | (uint32_t) r->severity << KEY_SEVERITY;
	if (rule + 1 == book->rule_count || r[1].event_class != r->event_class ||
	    r[1].territory != r->territory)
		key.rule |= KEY_LAST;
	if (r->lead.unit >= 0)
		key.lead = (uint32_t) r->lead.unit;
	else
	{
		key.rule |= KEY_ROLE;
		key.lead = (uint32_t) rulebook_role(r->lead.kind, r->lead.level);
	}
	if ((key.rule & KEY_SIMPLE) != 0)
		key.lead |= (uint32_t) r->channel << KEY_CHANNEL;
	if (r->id <= UINT32_MAX)
	{
		key.rule |= KEY_ID;
		key.id = (uint32_t) r->id;
	}
	return key;
}

uint32_t
rulebook_count_keys(const Rulebook *book)
{
	uint32_t keys = 0;
	uint32_t i;

	for (i = 0; i < book->rule_count; i++)
		keys += rulebook_begins_key(book, i);
	return keys;
}

uint32_t
rulebook_place(const Rulebook *book, int64_t territory)
{
	const RulebookHeader *h = rulebook_header(book);
	const int64_t *places = rulebook_section(h, SECTION_PLACES);
	uint32_t low = 1;
	uint32_t high = h->count[SECTION_PLACES];

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (places[middle] == territory)
			return middle;
		if (places[middle] < territory)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

/* The number of an area plus one, or 0 */
static uint32_t
find_area(const RulebookHeader *h, int64_t territory)
{
	const RulebookArea *areas = rulebook_section(h, SECTION_AREAS);
	uint32_t low = 0;
	uint32_t high = h->count[SECTION_AREAS];

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (areas[middle].territory == territory)
			return middle + 1;
		if (areas[middle].territory < territory)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

uint32_t
rulebook_find_above(const Rulebook *book, int64_t territory)
{
	const RulebookHeader *h = rulebook_header(book);
	RulebookPlaces places;
	unsigned mask;

	rulebook_find_places(territory, &places);
	mask = h->spot_levels & places.levels & ~1u &
	       ((1u << gridcode_level(territory)) - 1);
	for (; mask != 0; mask &= ~(1u << rulebook_highest(mask)))
	{
		int64_t code = places.code[rulebook_highest(mask)];

		if (rulebook_spot(h, code) != NULL)
		{
			uint32_t area = find_area(h, code);

			return area != 0 ? area : UINT32_MAX;
		}
	}
	return 0;
}

/* Where the bundles of the smallest place and of the grade are, if there are
 * any */
uint16_t
rulebook_find_column(const Rulebook *book, int64_t territory)
{
	const RulebookHeader *h = rulebook_header(book);
	uint32_t place = 0;
	RulebookPlaces places;
	unsigned mask;

	if (h->count[SECTION_BUNDLES] == 0)
		return 0;
	rulebook_find_places(territory, &places);
	mask = h->place_levels & places.levels & ~1u;
	for (; mask != 0 && place == 0; mask &= ~(1u << rulebook_highest(mask)))
		place = rulebook_place(book, places.code[rulebook_highest(mask)]);
	return rulebook_column(
	    h, place,
	    h->bundle_grades > 1 ? rulebook_find_grade(book, &places) : 0);
}

uint32_t
rulebook_count_entries(const Rulebook *book, RulebookTable table)
{
	uint32_t n = rulebook_header(book)->count[rulebook_table_of[table]];
	uint32_t entries = 0;
	uint32_t entry;
	uint64_t hash;
	uint32_t i;

	for (i = 0; i < n; i++)
		entries += rulebook_begins(book, table, i, &entry, &hash);
	return entries;
}

/* Every key is there, and nothing else. */
static bool
sound_table(const Rulebook *book, RulebookTable table)
{
	const RulebookHeader *h = rulebook_header(book);
	const uint32_t *slots = rulebook_section(h, SECTION_SLOTS + table);
	uint32_t n = h->count[rulebook_table_of[table]];
	uint32_t entries = rulebook_count_entries(book, table);
	uint32_t used = 0;
	uint32_t value_mask = (UINT32_C(1) << h->value_bits[table]) - 1;
	uint32_t entry;
	uint64_t hash;
	uint32_t i;

	if (h->slot_bits[table] != rulebook_slot_bits(entries))
		return false;
	for (i = 0; i < h->count[SECTION_SLOTS + table]; i++)
	{
		uint32_t value = slots[i] & value_mask;

		used += slots[i] != 0;
		if (value > n || (value == 0 && slots[i] != 0))
			return false;
	}
	if (used != entries)
		return false;
	for (i = 0; i < n; i++)
		if (rulebook_begins(book, table, i, &entry, &hash))
		{
			RulebookProbe p = rulebook_probe(h, table, hash);
			uint32_t found;

			do
				found = rulebook_probe_next(&p);
			while (found != 0 && found != entry + 1);
			if (found == 0)
				return false;
		}
	return true;
}

/* ---------------------------------------------------------------------
 * what else is derived
 * ---------------------------------------------------------------------
 */

/* The longest other branch that a branch is within, of those before it */
static uint32_t
branch_parent(const RulebookBranch *branches, uint32_t i)
{
	uint32_t parent = i - 1;

	while (!rulebook_class_within(branches[parent].event_class,
	                              branches[i].event_class))
		parent = branches[parent].parent;
	return parent;
}

/*
 * All of the next branch but its class; false if no record has this class, or
 * there is one of a class before it.
 */
bool
rulebook_next_branch(const Rulebook *book, const RulebookBranch *branches,
                     uint32_t i, RulebookWalk *walk, RulebookBranch *made)
{
	int64_t event_class = branches[i].event_class;
	bool named = i == 0;

	memset(made, 0, sizeof(*made));
	made->event_class = event_class;
	made->parent = i == 0 ? 0 : branch_parent(branches, i);
	for (; walk->rule < book->rule_count &&
	       book->rules[walk->rule].event_class == event_class;
	     walk->rule++)
	{
		int64_t territory = book->rules[walk->rule].territory;

		named = true;
		if (territory != 0)
			made->rules |= (uint8_t) (1u << gridcode_level(territory));
		else if (made->any_rule == 0)
			made->any_rule = walk->rule + 1;
	}
	for (; walk->policy < book->policy_count &&
	       book->policies[walk->policy].event_class == event_class;
	     walk->policy++)
		made->policies |=
		    (uint8_t) (1u << gridcode_level(
		                   book->policies[walk->policy].territory));
	if (walk->leaf < book->class_count &&
	    book->classes[walk->leaf] == event_class)
	{
		named = true;
		walk->leaf++;
	}
	if (i == 0)
		made->bundle = 0;
	else if (made->policies != 0)
		made->bundle = ++walk->bundles;
	else
		made->bundle = branches[made->parent].bundle;
	return named || made->policies != 0;
}

/* What the header says of the records */
void
rulebook_describe(const Rulebook *book, RulebookHeader *h)
{
	const RulebookBranch *branches = rulebook_branches(rulebook_header(book));
	const RulebookSpot *spots = rulebook_spots(rulebook_header(book));
	const int64_t *places =
	    rulebook_section(rulebook_header(book), SECTION_PLACES);
	uint32_t i;

	h->class_digits = 0;
	h->any_grade = 0;
	h->spot_levels = 0;
	h->grade_levels = 0;
	h->fallback_levels = 0;
	h->place_levels = 0;
	h->bundle_severities = 1;
	h->bundle_grades = 1;
	for (i = 1; i < h->count[SECTION_BRANCHES]; i++)
		h->class_digits |=
		    (uint16_t) (1u << eventcode_digits(branches[i].event_class));
	/* the level of 0 is 0 */
	for (i = 0; i < book->grade_count; i++)
		h->grade_levels |=
		    (uint8_t) (1u << gridcode_level(book->grades[i].territory));
	if (book->grade_count > 0 && book->grades[0].territory == 0)
		h->any_grade = book->grades[0].grade;
	for (i = 0; i < h->count[SECTION_SPOTS]; i++)
		if (spots[i].territory != 0)
			h->spot_levels |=
			    (uint8_t) (1u << gridcode_level(spots[i].territory));
	for (i = 0; i < book->fallback_count; i++)
		h->fallback_levels |=
		    (uint8_t) (1u << gridcode_level(book->fallbacks[i].territory));
	for (i = 0; i < h->count[SECTION_PLACES]; i++)
		h->place_levels |= (uint8_t) (1u << gridcode_level(places[i]));
	for (i = 0; i < book->policy_count; i++)
	{
		const RulebookPolicy *p = &book->policies[i];

		if (p->severity >= h->bundle_severities)
			h->bundle_severities = (uint8_t) (p->severity + 1);
		if (p->grade >= h->bundle_grades)
			h->bundle_grades = (uint16_t) (p->grade + 1);
	}
}

/* How many bundles there have to be; none if that were too many */
uint32_t
rulebook_count_bundles(const Rulebook *book, uint32_t branches)
{
	const RulebookHeader *h = rulebook_header(book);
	uint64_t n = (uint64_t) branches * h->count[SECTION_PLACES];

	if (book->policy_count == 0 || n > RULEBOOK_MOST_BUNDLES)
		return 0;
	n *= (uint64_t) h->bundle_severities * h->bundle_grades;
	return n > RULEBOOK_MOST_BUNDLES ? 0 : (uint32_t) n;
}

uint32_t
rulebook_next_bundle(const Rulebook *book, RulebookBundleWalk *w,
                     int32_t policy[RULEBOOK_STAGES])
{
	const RulebookHeader *h = rulebook_header(book);
	const RulebookBranch *branches = rulebook_branches(h);
	const int64_t *places = rulebook_section(h, SECTION_PLACES);
	uint32_t found;

	if (w->severity == 0 && w->grade == 0)
		rulebook_find_places(places[w->place], &w->places);
	found = rulebook_find_policies(book, &branches[w->branch], &w->places,
	                               w->severity, w->grade, policy);
	if (++w->grade < h->bundle_grades)
		return found;
	w->grade = 0;
	if (++w->severity < h->bundle_severities)
		return found;
	w->severity = 0;
	if (++w->place < h->count[SECTION_PLACES])
		return found;
	w->place = 0;
	do
		w->branch++;
	while (w->branch < h->count[SECTION_BRANCHES] &&
	       branches[w->branch].policies == 0);
	return found;
}

/* ---------------------------------------------------------------------
 * check
 * ---------------------------------------------------------------------
 */

static bool
sound_branches(const Rulebook *book, uint32_t *bundle_branches)
{
	const RulebookHeader *h = rulebook_header(book);
	const RulebookBranch *branches = rulebook_branches(h);
	RulebookBranch made;
	RulebookWalk walk = {0, 0, 0, 0};
	uint32_t i;

	if (h->count[SECTION_BRANCHES] == 0)
		return false;
	for (i = 0; i < h->count[SECTION_BRANCHES]; i++)
	{
		if (i == 0 ? branches[0].event_class != 0
		           : branches[i].event_class <= branches[i - 1].event_class ||
		                 !eventcode_is_valid(branches[i].event_class))
			return false;
		if (!rulebook_next_branch(book, branches, i, &walk, &made) ||
		    memcmp(&made, &branches[i], sizeof(made)) != 0)
			return false;
	}
	*bundle_branches = walk.bundles + 1;
	return walk.rule == book->rule_count &&
	       walk.policy == book->policy_count && walk.leaf == book->class_count;
}

bool
rulebook_order_ascends(const Rulebook *book, uint32_t i, uint32_t k)
{
	const RulebookUnit *a = &book->units[i];
	const RulebookUnit *b = &book->units[k];

	if (a->kind != b->kind)
		return a->kind < b->kind;
	if (a->level != b->level)
		return a->level < b->level;
	if (a->territory != b->territory)
		return a->territory < b->territory;
	return i < k;
}

/* The order of units, and at which levels those of each role are */
static bool
sound_roles(const Rulebook *book)
{
	const RulebookHeader *h = rulebook_header(book);
	const uint32_t *order = rulebook_section(h, SECTION_ORDER);
	const uint8_t *roles = rulebook_section(h, SECTION_ROLES);
	uint32_t n = h->count[SECTION_ROLES];
	uint32_t role = 0;
	uint32_t i = 0;

	if (h->count[SECTION_ORDER] != book->unit_count ||
	    n != book->name_count[RULEBOOK_KIND] * RULEBOOK_LEVELS)
		return false;
	for (i = 0; i < book->unit_count; i++)
		if (order[i] >= book->unit_count ||
		    (i > 0 && !rulebook_order_ascends(book, order[i - 1], order[i])))
			return false;
	for (role = 0, i = 0; role < n; role++)
	{
		unsigned levels = 0;

		for (; i < book->unit_count; i++)
		{
			const RulebookUnit *unit = &book->units[order[i]];

			if (rulebook_role(unit->kind - 1u, unit->level) != role)
				break;
			levels |= 1u << gridcode_level(unit->territory);
		}
		if (roles[role] != levels)
			return false;
	}
	return i == book->unit_count;
}

static bool
sound_places(const Rulebook *book)
{
	const RulebookHeader *h = rulebook_header(book);
	const int64_t *places = rulebook_section(h, SECTION_PLACES);
	uint32_t i;

	if (h->count[SECTION_PLACES] == 0 || places[0] != 0)
		return false;
	for (i = 1; i < h->count[SECTION_PLACES]; i++)
		if (places[i] <= places[i - 1] || !gridcode_is_valid(places[i]))
			return false;
	return true;
}

/* Do rules, a grade or policies name a spot? */
static bool
is_named(const Rulebook *book, const RulebookSpot *spot)
{
	RulebookPlaces place = {{0}, 0};
	unsigned level = (unsigned) gridcode_level(spot->territory);

	if (rulebook_row(rulebook_header(book), spot)->keys != 0 ||
	    rulebook_place(book, spot->territory) != 0)
		return true;
	place.code[level] = spot->territory;
	place.levels = 1u << level;
	return rulebook_smallest_grade(book, &place, place.levels) != NULL;
}

/* All that name a territory find it; there is none that nobody names; and
 * what is said of each is so. */
static bool
sound_spots(const Rulebook *book)
{
	const RulebookHeader *h = rulebook_header(book);
	const RulebookSpot *spots = rulebook_spots(h);
	const RulebookRow *rows = rulebook_section(h, SECTION_ROWS);
	const int64_t *places = rulebook_section(h, SECTION_PLACES);
	uint32_t used = 0;
	uint32_t i;

	if (h->count[SECTION_SPOTS] == 0 ||
	    h->count[SECTION_SPOTS] % RULEBOOK_BUCKET != 0 ||
	    h->count[SECTION_ROWS] != h->count[SECTION_SPOTS])
		return false;
	for (i = 0; i < h->count[SECTION_SPOTS]; i++)
		if (spots[i].territory != 0)
			used++;
		else if (spots[i].above != 0 || spots[i].column != 0 ||
		         spots[i].classes != 0 || rows[i].keys != 0)
			return false;
	if (h->count[SECTION_SPOTS] != rulebook_buckets(used) * RULEBOOK_BUCKET)
		return false;
	for (i = 0; i < h->count[SECTION_SPOTS]; i++)
	{
		const RulebookSpot *spot = &spots[i];

		if (spot->territory != 0 &&
		    (!gridcode_is_valid(spot->territory) ||
		     rulebook_spot(h, spot->territory) != spot ||
		     spot->above != rulebook_find_above(book, spot->territory) ||
		     spot->column != rulebook_find_column(book, spot->territory) ||
		     !is_named(book, spot)))
			return false;
	}
	for (i = 0; i < book->grade_count; i++)
		if (book->grades[i].territory != 0 &&
		    rulebook_spot(h, book->grades[i].territory) == NULL)
			return false;
	for (i = 1; i < h->count[SECTION_PLACES]; i++)
		if (rulebook_spot(h, places[i]) == NULL)
			return false;
	for (i = 0; i < book->policy_count; i++)
		if (book->policies[i].territory != 0 &&
		    rulebook_place(book, book->policies[i].territory) == 0)
			return false;
	return true;
}

/* Areas are spots, in the order of territories; those that a spot should lead
 * to are there if they all do. */
static bool
sound_areas(const Rulebook *book)
{
	const RulebookHeader *h = rulebook_header(book);
	const RulebookArea *areas = rulebook_section(h, SECTION_AREAS);
	uint32_t i;

	for (i = 0; i < h->count[SECTION_AREAS]; i++)
	{
		const RulebookArea *area = &areas[i];
		const RulebookSpot *spot;

		if (area->territory <= (i == 0 ? 0 : area[-1].territory))
			return false;
		spot = rulebook_spot(h, area->territory);
		if (spot == NULL || area->above != spot->above ||
		    memcmp(&area->row, rulebook_row(h, spot), sizeof(area->row)) != 0)
			return false;
	}
	return true;
}

/* Rows share out the keys, and blocks, in the order of spots; the keys of each
 * are in the order of branches. */
static bool
sound_rows(const Rulebook *book)
{
	const RulebookHeader *h = rulebook_header(book);
	const RulebookSpot *spots = rulebook_spots(h);
	const RulebookRow *rows = rulebook_section(h, SECTION_ROWS);
	const RulebookKey *keys = rulebook_section(h, SECTION_KEYS);
	uint32_t branches = h->count[SECTION_BRANCHES];
	uint32_t key = 0;
	uint32_t blocks = 0;
	uint32_t i;
	uint32_t k;

	for (i = 0; i < h->count[SECTION_ROWS]; i++)
	{
		const RulebookRow *row = &rows[i];
		uint32_t own = rulebook_blocks(branches, row->keys);
		unsigned classes = 0;

		if (row->first != key || row->keys > h->count[SECTION_KEYS] - key ||
		    row->blocks != (own > 0 ? blocks + 1 : 0) ||
		    own > h->count[SECTION_BLOCKS] - blocks)
			return false;
		for (k = 0; k < row->keys; k++, key++)
		{
			if (keys[key].branch >= branches ||
			    (k > 0 && keys[key].branch <= keys[key - 1].branch))
				return false;
			classes |= rulebook_class_bit(keys[key].branch);
		}
		if (spots[i].classes != classes)
			return false;
		blocks += own;
	}
	return key == h->count[SECTION_KEYS] && blocks == h->count[SECTION_BLOCKS];
}

static bool
sound_blocks(const Rulebook *book)
{
	const RulebookHeader *h = rulebook_header(book);
	const RulebookRow *rows = rulebook_section(h, SECTION_ROWS);
	const RulebookKey *keys = rulebook_section(h, SECTION_KEYS);
	const RulebookBlock *block = rulebook_section(h, SECTION_BLOCKS);
	uint32_t i;
	uint32_t k;

	for (i = 0; i < h->count[SECTION_ROWS]; i++)
	{
		const RulebookRow *row = &rows[i];
		uint32_t end = row->first + row->keys;
		uint32_t at = row->first;

		if (row->blocks == 0)
			continue;
		for (k = 0; k * RULEBOOK_BLOCK < h->count[SECTION_BRANCHES];
		     k++, block++)
		{
			RulebookBlock made = {0, at, 0};

			for (; at < end && keys[at].branch / RULEBOOK_BLOCK == k; at++)
				made.branches |= UINT64_C(1)
				                 << keys[at].branch % RULEBOOK_BLOCK;
			if (memcmp(&made, block, sizeof(made)) != 0)
				return false;
		}
	}
	return true;
}

/* Every class and territory of rules has its key, and nothing else has: there
 * are as many. */
static bool
sound_keys(const Rulebook *book)
{
	const RulebookHeader *h = rulebook_header(book);
	uint32_t i;

	if (h->count[SECTION_KEYS] != rulebook_count_keys(book) ||
	    !sound_rows(book) || !sound_blocks(book))
		return false;
	for (i = 0; i < book->rule_count; i++)
	{
		const RulebookSpot *spot;
		const RulebookKey *found;
		RulebookKey key;

		if (!rulebook_begins_key(book, i))
			continue;
		spot = rulebook_spot(h, book->rules[i].territory);
		if (spot == NULL)
			return false;
		key = rulebook_make_key(book, i);
		found = rulebook_find_key(h, rulebook_row(h, spot), key.branch);
		if (found == NULL || memcmp(found, &key, sizeof(key)) != 0)
			return false;
	}
	return true;
}

static bool
sound_bundles(const Rulebook *book, uint32_t branches)
{
	const RulebookHeader *h = rulebook_header(book);
	const uint32_t *bundles = rulebook_section(h, SECTION_BUNDLES);
	const uint32_t *vectors = rulebook_section(h, SECTION_VECTORS);
	uint32_t words = h->count[SECTION_VECTORS];
	uint32_t used = 0;
	RulebookBundleWalk walk;
	uint32_t i;

	memset(&walk, 0, sizeof(walk));
	if (h->count[SECTION_BUNDLES] != rulebook_count_bundles(book, branches))
		return false;
	for (i = 0; i < h->count[SECTION_BUNDLES]; i++)
	{
		int32_t policy[RULEBOOK_STAGES];
		uint32_t found = rulebook_next_bundle(book, &walk, policy);

		/* vectors come in the order in which they are first needed */
		if (bundles[i] > used || bundles[i] >= words ||
		    vectors[bundles[i]] != found || words - bundles[i] - 1 < found ||
		    memcmp(&vectors[bundles[i] + 1], policy,
		           found * sizeof(policy[0])) != 0)
			return false;
		if (bundles[i] == used)
			used += 1 + found;
		else if (used - bundles[i] < 1 + found)
			return false;
	}
	return used == words;
}

bool
rulebook_sound_index(const Rulebook *book)
{
	const RulebookHeader *h = rulebook_header(book);
	RulebookHeader made = *h;
	uint32_t branches;
	int t;

	if (!sound_branches(book, &branches) || !sound_roles(book) ||
	    !sound_places(book))
		return false;
	rulebook_describe(book, &made);
	if (memcmp(&made, h, sizeof(made)) != 0)
		return false;
	for (t = 0; t < RULEBOOK_TABLES; t++)
		if (!sound_table(book, (RulebookTable) t))
			return false;
	return sound_spots(book) && sound_areas(book) && sound_keys(book) &&
	       sound_bundles(book, branches);
}
