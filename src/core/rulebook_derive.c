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

/* Put the territories, the first of which is 0, where they are found; say how
 * many keys each has. */
static void
fill_spots(const Maker *m, const int64_t *territories, uint32_t count)
{
	const Rulebook *book = &m->book;
	const RulebookHeader *h = header(m);
	RulebookSpot *spots = part_of(m, SECTION_SPOTS);
	RulebookRow *rows = part_of(m, SECTION_ROWS);
	uint32_t first = 0;
	uint32_t blocks = 0;
	uint32_t i;

	for (i = 1; i < count; i++)
	{
		uint32_t at = rulebook_spot_home(h, territories[i]);

		/* what follows a bucket that is full is the next one */
		while (spots[at].territory != 0)
			if (++at == h->count[SECTION_SPOTS])
				at = 0;
		spots[at].territory = territories[i];
	}
	for (i = 0; i < book->rule_count; i++)
		if (rulebook_begins_key(book, i))
			rows[rulebook_spot(h, book->rules[i].territory) - spots].keys++;
	for (i = 0; i < h->count[SECTION_ROWS]; i++)
	{
		uint32_t own =
		    rulebook_blocks(h->count[SECTION_BRANCHES], rows[i].keys);

		rows[i].first = first;
		rows[i].blocks = own > 0 ? blocks + 1 : 0;
		first += rows[i].keys;
		blocks += own;
	}
}

/* Mark the territories that others of the list lie in, which ascends; how
 * many. */
static uint32_t
mark_areas(const int64_t *territories, uint32_t count, uint8_t *marks)
{
	uint32_t areas = 0;
	uint32_t i;

	for (i = 1; i < count; i++)
	{
		RulebookPlaces places;
		unsigned mask;
		bool found = false;

		rulebook_find_places(territories[i], &places);
		mask =
		    places.levels & ~1u & ((1u << gridcode_level(territories[i])) - 1);
		for (; mask != 0 && !found; mask &= ~(1u << rulebook_highest(mask)))
		{
			int64_t code = places.code[rulebook_highest(mask)];
			uint32_t low = 1;
			uint32_t high = count;

			while (low < high)
			{
				uint32_t middle = low + (high - low) / 2;

				if (territories[middle] < code)
					low = middle + 1;
				else
					high = middle;
			}
			found = low < count && territories[low] == code;
			if (found && marks[low] == 0)
			{
				marks[low] = 1;
				areas++;
			}
		}
	}
	return areas;
}

/* Branches, lines, order, roles, places, spots, rows, areas */
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
	uint8_t *marks = spots != NULL ? get(m, nspots, 1) : NULL;
	RulebookDraftFault fault = RULEBOOK_DRAFT_NO_MEMORY;
	uint32_t deepest = 0;
	uint32_t i;

	if (classes != NULL && spots != NULL && places != NULL && marks != NULL)
	{
		memset(marks, 0, nspots);
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
		h->count[SECTION_ROWS] = h->count[SECTION_SPOTS];
		h->count[SECTION_AREAS] = mark_areas(spots, nspots, marks);
		h->count[SECTION_PLACES] = nplaces;
		fault = extend(m);
	}
	if (fault == RULEBOOK_DRAFT_OK)
	{
		RulebookBranch *branches = part_of(m, SECTION_BRANCHES);
		RulebookArea *areas = part_of(m, SECTION_AREAS);
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
		for (i = 1; i < nspots; i++)
			if (marks[i] != 0)
				(areas++)->territory = spots[i];
		if (!make_units(m))
			fault = RULEBOOK_DRAFT_NO_MEMORY;
	}
	give_back(m, classes);
	give_back(m, spots);
	give_back(m, places);
	give_back(m, marks);
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

/* Rules are in the order of branches, so the keys of each spot are, too. */
static void
fill_keys(const Maker *m)
{
	const Rulebook *book = &m->book;
	const RulebookHeader *h = header(m);
	RulebookRow *rows = part_of(m, SECTION_ROWS);
	RulebookKey *keys = part_of(m, SECTION_KEYS);
	RulebookBlock *blocks = part_of(m, SECTION_BLOCKS);
	RulebookSpot *spots = part_of(m, SECTION_SPOTS);
	uint32_t i;

	/* until all are there, a row has but the keys that are */
	for (i = 0; i < h->count[SECTION_ROWS]; i++)
		rows[i].keys = 0;
	for (i = 0; i < book->rule_count; i++)
		if (rulebook_begins_key(book, i))
		{
			RulebookKey key = rulebook_make_key(book, i);
			RulebookSpot *spot =
			    &spots[rulebook_spot(h, book->rules[i].territory) - spots];
			RulebookRow *row = &rows[spot - spots];

			keys[row->first + row->keys++] = key;
			spot->classes |= (uint16_t) rulebook_class_bit(key.branch);
			if (row->blocks != 0)
			{
				RulebookBlock *block =
				    &blocks[row->blocks - 1 + key.branch / RULEBOOK_BLOCK];

				block->branches |= UINT64_C(1) << key.branch % RULEBOOK_BLOCK;
			}
		}
	for (i = 0; i < h->count[SECTION_ROWS]; i++)
		if (rows[i].blocks != 0)
		{
			RulebookBlock *block = &blocks[rows[i].blocks - 1];
			uint32_t own =
			    rulebook_blocks(h->count[SECTION_BRANCHES], rows[i].keys);
			uint32_t at = rows[i].first;
			uint32_t k;

			for (k = 0; k < own; k++)
			{
				block[k].first = at;
				at += rulebook_count_bits(block[k].branches);
			}
		}
}

static uint32_t
count_blocks(const Maker *m)
{
	const RulebookHeader *h = header(m);
	const RulebookRow *rows = part_of(m, SECTION_ROWS);
	uint32_t blocks = 0;
	uint32_t i;

	for (i = 0; i < h->count[SECTION_ROWS]; i++)
		blocks += rulebook_blocks(h->count[SECTION_BRANCHES], rows[i].keys);
	return blocks;
}

static RulebookDraftFault
make_tables(Maker *m)
{
	RulebookDraftFault fault;
	int t;

	header(m)->count[SECTION_KEYS] = rulebook_count_keys(&m->book);
	header(m)->count[SECTION_BLOCKS] = count_blocks(m);
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

/* What needs all the rest to be there */
static void
link_spots(const Maker *m)
{
	const RulebookHeader *h = header(m);
	RulebookSpot *spots = part_of(m, SECTION_SPOTS);
	RulebookArea *areas = part_of(m, SECTION_AREAS);
	uint32_t i;

	for (i = 0; i < h->count[SECTION_SPOTS]; i++)
		if (spots[i].territory != 0)
		{
			spots[i].above = rulebook_find_above(&m->book, spots[i].territory);
			spots[i].column =
			    rulebook_find_column(&m->book, spots[i].territory);
		}
	for (i = 0; i < h->count[SECTION_AREAS]; i++)
	{
		const RulebookSpot *spot = rulebook_spot(h, areas[i].territory);

		areas[i].above = spot->above;
		areas[i].row = *rulebook_row(h, spot);
	}
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
	if (fault == RULEBOOK_DRAFT_OK)
		link_spots(&m);
	return fault;
}
