/*
 * rulebook_derive.c
 *	  Make what is derived from the records of a rulebook.
 */
#include "rulebook_draft.h"
#include "rulebook_index.h"

typedef struct Maker
{
	const RulebookMemory *memory;
	uint8_t **block;
	size_t *size;
	Rulebook book;
} Maker;

static RulebookHeader *
header(const Maker *m)
{
	return (void *) *m->block;
}

static void *
part_of(const Maker *m, unsigned section)
{
	return *m->block + (size_t) header(m)->at[section] * RULEBOOK_ALIGN;
}

static void *
get(const Maker *m, size_t n, size_t bytes)
{
	return m->memory->resize(m->memory->context, NULL, n > 0 ? n * bytes : 1);
}

static void
give_back(const Maker *m, void *block)
{
	if (block != NULL)
		m->memory->resize(m->memory->context, block, 0);
}

RulebookDraftFault
rulebook_extend(const RulebookMemory *memory, uint8_t **block, size_t *size)
{
	RulebookHeader *h = (void *) *block;
	uint64_t bytes;
	uint8_t *more;

	if (!rulebook_lay_out(h->count, h->at, &bytes))
		return RULEBOOK_DRAFT_TOO_LARGE;
	more = memory->resize(memory->context, *block, (size_t) bytes);
	if (more == NULL)
		return RULEBOOK_DRAFT_NO_MEMORY;
	memset(more + *size, 0, (size_t) bytes - *size);
	*block = more;
	*size = (size_t) bytes;
	return RULEBOOK_DRAFT_OK;
}

static RulebookDraftFault
extend(Maker *m)
{
	RulebookDraftFault fault = rulebook_extend(m->memory, m->block, m->size);

	if (fault == RULEBOOK_DRAFT_OK)
		rulebook_view(*m->block, &m->book);
	return fault;
}

static bool
codes_less(const void *context, uint32_t a, uint32_t b)
{
	const int64_t *codes = context;

	return codes[a] < codes[b];
}

/* Sort codes and leave each of them once. */
static bool
sort_codes(const Maker *m, int64_t *codes, uint32_t *count)
{
	uint32_t *order = get(m, *count, sizeof(uint32_t));
	int64_t *copy = get(m, *count, sizeof(int64_t));
	bool good = order != NULL && copy != NULL;
	uint32_t n = 0;
	uint32_t i;

	for (i = 0; good && i < *count; i++)
	{
		order[i] = i;
		copy[i] = codes[i];
	}
	good = good && rulebook_sort(m->memory, order, *count, codes_less, copy);
	for (i = 0; good && i < *count; i++)
		if (n == 0 || copy[order[i]] != codes[n - 1])
			codes[n++] = copy[order[i]];
	*count = n;
	give_back(m, order);
	give_back(m, copy);
	return good;
}

typedef enum Codes
{
	CODES_BRANCHES,
	CODES_SPOTS,
	CODES_PLACES
} Codes;

/* The classes of the branches, or territories; NULL: no memory */
static int64_t *
collect_codes(const Maker *m, Codes what, uint32_t *count)
{
	const Rulebook *book = &m->book;
	uint32_t rules = what != CODES_PLACES ? book->rule_count : 0;
	uint32_t grades = what == CODES_SPOTS ? book->grade_count : 0;
	uint32_t classes = what == CODES_BRANCHES ? book->class_count : 0;
	int64_t *codes =
	    get(m, 1 + (size_t) rules + book->policy_count + grades + classes,
	        sizeof(int64_t));
	uint32_t n = 0;
	uint32_t i;

	if (codes == NULL)
		return NULL;
	/* 0 is one of the branches and places, but no spot */
	codes[n++] = 0;
	for (i = 0; i < rules; i++)
	{
		int64_t code = what == CODES_BRANCHES ? book->rules[i].event_class
		                                      : book->rules[i].territory;

		if (code != codes[n - 1])
			codes[n++] = code;
	}
	for (i = 0; i < book->policy_count; i++)
		codes[n++] = what == CODES_BRANCHES ? book->policies[i].event_class
		                                    : book->policies[i].territory;
	for (i = 0; i < grades; i++)
		codes[n++] = book->grades[i].territory;
	for (i = 0; i < classes; i++)
		codes[n++] = book->classes[i];
	if (!sort_codes(m, codes, &n))
	{
		give_back(m, codes);
		return NULL;
	}
	*count = n;
	return codes;
}

static uint32_t
depth_of(const Rulebook *book, uint32_t unit)
{
	uint32_t depth = 1;

	for (; book->units[unit].parent >= 0; depth++)
		unit = (uint32_t) book->units[unit].parent;
	return depth;
}

static bool
order_less(const void *context, uint32_t a, uint32_t b)
{
	return rulebook_order_ascends(context, a, b);
}

static bool
make_units(Maker *m)
{
	const Rulebook *book = &m->book;
	const RulebookHeader *h = header(m);
	uint32_t *lines = part_of(m, SECTION_LINES);
	uint32_t *order = part_of(m, SECTION_ORDER);
	uint8_t *roles = part_of(m, SECTION_ROLES);
	uint32_t i;

	for (i = 0; i < book->exclusion_count; i++)
		lines[(size_t) book->exclusions[i].unit * h->line_words] |=
		    LINE_EXCLUDED;
	for (i = 0; i < book->unit_count; i++)
	{
		const RulebookUnit *unit = &book->units[i];
		uint32_t *line = &lines[(size_t) i * h->line_words];
		uint32_t depth = depth_of(book, i);
		uint32_t at = i;
		uint32_t d;

		for (d = depth; d > 0; d--)
		{
			line[d] = at;
			if (d < depth &&
			    (lines[(size_t) at * h->line_words] & LINE_EXCLUDED) != 0)
				line[0] |= LINE_WITHIN;
			at = (uint32_t) book->units[at].parent;
		}
		line[0] |= depth;
		if (unit->from == INT64_MIN && unit->to == INT64_MAX)
			line[0] |= LINE_ALWAYS;
		order[i] = i;
		roles[rulebook_role(unit->kind - 1u, unit->level)] |=
		    (uint8_t) (1u << gridcode_level(unit->territory));
	}
	return rulebook_sort(m->memory, order, book->unit_count, order_less, book);
}

/* Put the territories, the first of which is 0, where they are found; say of
 * each who names it. */
static void
fill_spots(const Maker *m, const int64_t *territories, uint32_t count)
{
	const Rulebook *book = &m->book;
	const RulebookHeader *h = header(m);
	const int64_t *places = part_of(m, SECTION_PLACES);
	RulebookSpot *spots = part_of(m, SECTION_SPOTS);
	uint32_t i;

	for (i = 1; i < count; i++)
	{
		uint32_t home = rulebook_spot_home(h, territories[i]);
		uint32_t at = home;

		while (spots[at].territory != 0)
			at = rulebook_step(at, home, h->count[SECTION_SPOTS]);
		spots[at].territory = territories[i];
	}
#define SPOT(code) (&spots[rulebook_spot(h, code) - spots])
	for (i = 0; i < book->rule_count; i++)
		if (book->rules[i].territory != 0)
			SPOT(book->rules[i].territory)->digits |=
			    (uint16_t) (1u
			                << eventcode_digits(book->rules[i].event_class));
	for (i = 0; i < book->grade_count; i++)
		if (book->grades[i].territory != 0)
			SPOT(book->grades[i].territory)->grade = book->grades[i].grade;
	for (i = 1; i < h->count[SECTION_PLACES]; i++)
		SPOT(places[i])->place = i;
#undef SPOT
}

/* Branches, lines, order, roles, spots, places */
static RulebookDraftFault
make_parts(Maker *m)
{
	RulebookHeader *h = header(m);
	uint32_t nbranches;
	uint32_t nspots;
	uint32_t nplaces;
	int64_t *classes = collect_codes(m, CODES_BRANCHES, &nbranches);
	int64_t *spots = collect_codes(m, CODES_SPOTS, &nspots);
	int64_t *places = collect_codes(m, CODES_PLACES, &nplaces);
	RulebookDraftFault fault = RULEBOOK_DRAFT_NO_MEMORY;
	uint32_t deepest = 0;
	uint32_t i;

	if (classes != NULL && spots != NULL && places != NULL)
	{
		for (i = 0; i < m->book.unit_count; i++)
		{
			uint32_t depth = depth_of(&m->book, i);

			deepest = depth > deepest ? depth : deepest;
		}
		h->line_words = deepest < 8 ? 8 : deepest < 16 ? 16 : 32;
		h->count[SECTION_BRANCHES] = nbranches;
		h->count[SECTION_LINES] = m->book.unit_count * h->line_words;
		h->count[SECTION_ORDER] = m->book.unit_count;
		h->count[SECTION_ROLES] =
		    m->book.name_count[RULEBOOK_KIND] * RULEBOOK_LEVELS;
		h->count[SECTION_SPOTS] =
		    rulebook_buckets(nspots - 1) * RULEBOOK_BUCKET;
		h->count[SECTION_PLACES] = nplaces;
		fault = extend(m);
	}
	if (fault == RULEBOOK_DRAFT_OK)
	{
		RulebookBranch *branches = part_of(m, SECTION_BRANCHES);
		RulebookWalk walk = {0, 0, 0, 0};

		for (i = 0; i < nbranches; i++)
		{
			RulebookBranch made;

			branches[i].event_class = classes[i];
			(void) rulebook_next_branch(&m->book, branches, i, &walk, &made);
			branches[i] = made;
		}
		memcpy(part_of(m, SECTION_PLACES), places, nplaces * sizeof(*places));
		fill_spots(m, spots, nspots);
		if (!make_units(m))
			fault = RULEBOOK_DRAFT_NO_MEMORY;
	}
	give_back(m, classes);
	give_back(m, spots);
	give_back(m, places);
	return fault;
}

static void
fill_table(const Rulebook *book, RulebookTable table, uint32_t *slots)
{
	const RulebookHeader *h = rulebook_header(book);
	uint32_t n = h->count[rulebook_table_of[table]];
	uint32_t entry;
	uint64_t hash;
	uint32_t i;

	for (i = 0; i < n; i++)
		if (rulebook_begins(book, table, i, &entry, &hash))
		{
			RulebookProbe p = rulebook_probe(h, table, hash);

			while (slots[p.at] != 0)
				p.at = (p.at + 1) & p.mask;
			slots[p.at] = p.tag | (entry + 1);
		}
}

static void
fill_keys(const Maker *m)
{
	const Rulebook *book = &m->book;
	const RulebookHeader *h = header(m);
	RulebookKey *keys = part_of(m, SECTION_KEYS);
	uint32_t home;
	uint32_t at;
	uint32_t i;

	for (i = 0; i < book->rule_count; i++)
		if (rulebook_begins_key(book, i))
		{
			RulebookKey key = rulebook_make_key(book, i, &home);

			for (at = home; keys[at].key != 0;)
				at = rulebook_step(at, home, h->count[SECTION_KEYS]);
			keys[at] = key;
		}
}

static RulebookDraftFault
make_tables(Maker *m)
{
	RulebookDraftFault fault;
	int t;

	header(m)->count[SECTION_KEYS] =
	    rulebook_buckets(rulebook_count_keys(&m->book)) * RULEBOOK_BUCKET;
	header(m)->wide = rulebook_is_wide(header(m));

	for (t = 0; t < RULEBOOK_TABLES; t++)
	{
		RulebookHeader *h = header(m);

		if (h->count[rulebook_table_of[t]] > RULEBOOK_MOST)
			return RULEBOOK_DRAFT_TOO_LARGE;
		h->slot_bits[t] = (uint8_t) rulebook_slot_bits(
		    rulebook_count_entries(&m->book, (RulebookTable) t));
		h->value_bits[t] =
		    (uint8_t) rulebook_bits(h->count[rulebook_table_of[t]]);
		h->count[SECTION_SLOTS + t] = UINT32_C(1) << h->slot_bits[t];
	}
	fault = extend(m);
	if (fault != RULEBOOK_DRAFT_OK)
		return fault;
	for (t = 0; t < RULEBOOK_TABLES; t++)
		fill_table(&m->book, (RulebookTable) t,
		           part_of(m, (unsigned) (SECTION_SLOTS + t)));
	fill_keys(m);
	rulebook_describe(&m->book, header(m));
	return RULEBOOK_DRAFT_OK;
}

/* Vectors that are alike are kept once; where one is, maybe a new one */
static uint32_t
keep_vector(uint32_t *vectors, uint32_t *used, uint32_t *slots, uint32_t mask,
            const int32_t *policy, uint32_t count)
{
	uint64_t hash = count;
	uint32_t at;
	uint32_t i;

	for (i = 0; i < count; i++)
		hash = rulebook_hash((int64_t) hash, policy[i]);
	for (at = (uint32_t) (hash >> 32) & mask; slots[at] != 0;
	     at = (at + 1) & mask)
	{
		const uint32_t *vector = &vectors[slots[at] - 1];

		if (vector[0] == count &&
		    memcmp(&vector[1], policy, count * sizeof(*policy)) == 0)
			return slots[at] - 1;
	}
	slots[at] = *used + 1;
	vectors[*used] = count;
	memcpy(&vectors[*used + 1], policy, count * sizeof(*policy));
	*used += 1 + count;
	return slots[at] - 1;
}

static RulebookDraftFault
make_bundles(Maker *m)
{
	const RulebookBranch *branches = rulebook_branches(header(m));
	uint32_t stages = m->book.name_count[RULEBOOK_STAGE];
	uint32_t mask = 2 * RULEBOOK_MOST_BUNDLES - 1;
	uint32_t numbers = 1;
	uint32_t *bundles;
	uint32_t *vectors;
	uint32_t *slots;
	uint32_t used = 0;
	uint32_t n;
	uint32_t i;
	RulebookBundleWalk walk;
	RulebookDraftFault fault = RULEBOOK_DRAFT_NO_MEMORY;

	for (i = 1; i < header(m)->count[SECTION_BRANCHES]; i++)
		numbers += branches[i].policies != 0;
	n = rulebook_count_bundles(&m->book, numbers);
	if (n == 0)
		return RULEBOOK_DRAFT_OK;
	while (mask / 4 > n)
		mask /= 2;
	memset(&walk, 0, sizeof(walk));
	bundles = get(m, n, sizeof(uint32_t));
	vectors = get(m, (size_t) n * (1 + stages), sizeof(uint32_t));
	slots = get(m, (size_t) mask + 1, sizeof(uint32_t));
	if (bundles != NULL && vectors != NULL && slots != NULL)
	{
		memset(slots, 0, ((size_t) mask + 1) * sizeof(uint32_t));
		for (i = 0; i < n; i++)
		{
			int32_t policy[RULEBOOK_STAGES];
			uint32_t found = rulebook_next_bundle(&m->book, &walk, policy);

			bundles[i] =
			    keep_vector(vectors, &used, slots, mask, policy, found);
			rulebook_poll(m->memory, i);
		}
		header(m)->count[SECTION_BUNDLES] = n;
		header(m)->count[SECTION_VECTORS] = used;
		fault = extend(m);
	}
	if (fault == RULEBOOK_DRAFT_OK)
	{
		memcpy(part_of(m, SECTION_BUNDLES), bundles, n * sizeof(uint32_t));
		memcpy(part_of(m, SECTION_VECTORS), vectors, used * sizeof(uint32_t));
	}
	give_back(m, bundles);
	give_back(m, vectors);
	give_back(m, slots);
	return fault;
}

RulebookDraftFault
rulebook_make_index(const RulebookMemory *memory, uint8_t **block,
                    size_t *size)
{
	Maker m = {memory, block, size, {0}};
	RulebookDraftFault fault;

	rulebook_view(*block, &m.book);
	fault = make_parts(&m);
	if (fault == RULEBOOK_DRAFT_OK)
		fault = make_tables(&m);
	if (fault == RULEBOOK_DRAFT_OK)
		fault = make_bundles(&m);
	return fault;
}
