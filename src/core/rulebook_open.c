/*
 * rulebook_open.c
 *	  Check the bytes of a rulebook in full.
 *
 * Records are checked one by one and for their order.  What is derived from
 * them is checked against them: each table has as many entries as there are
 * keys, and each key is found; each line of a unit is that of its parent and
 * itself; each bundle is what going through the policies finds.
 */
#include "checksum.h"
#include "characters.h"
#include "rulebook_index.h"

static const uint32_t element_bytes[RULEBOOK_SECTIONS] = {
    [SECTION_UNITS] = sizeof(RulebookUnit),
    [SECTION_RULES] = sizeof(RulebookRule),
    [SECTION_ASSISTS] = sizeof(RulebookAssist),
    [SECTION_WINDOWS] = sizeof(RulebookWindow),
    [SECTION_FALLBACKS] = sizeof(RulebookFallback),
    [SECTION_EXCLUSIONS] = sizeof(RulebookExclusion),
    [SECTION_POLICIES] = sizeof(RulebookPolicy),
    [SECTION_LIMITS] = sizeof(RulebookLimit),
    [SECTION_GRADES] = sizeof(RulebookGrade),
    [SECTION_CHANNELS] = sizeof(RulebookChannel),
    [SECTION_CLASSES] = sizeof(int64_t),
    [SECTION_CELLS] = sizeof(int64_t),
    [SECTION_NAMES + RULEBOOK_KIND] = sizeof(RulebookName),
    [SECTION_NAMES + RULEBOOK_CHANNEL] = sizeof(RulebookName),
    [SECTION_NAMES + RULEBOOK_OWNER] = sizeof(RulebookName),
    [SECTION_NAMES + RULEBOOK_WINDOW] = sizeof(RulebookName),
    [SECTION_NAMES + RULEBOOK_GRADE] = sizeof(RulebookName),
    [SECTION_NAMES + RULEBOOK_STAGE] = sizeof(RulebookName),
    [SECTION_NAMES + RULEBOOK_CALENDAR] = sizeof(RulebookName),
    [SECTION_NAMES + RULEBOOK_TASK] = sizeof(RulebookName),
    [SECTION_POOL] = 1,
    [SECTION_BRANCHES] = sizeof(RulebookBranch),
    [SECTION_LINES] = sizeof(uint32_t),
    [SECTION_ORDER] = sizeof(uint32_t),
    [SECTION_ROLES] = 1,
    [SECTION_SPOTS] = sizeof(RulebookSpot),
    [SECTION_ROWS] = sizeof(RulebookRow),
    [SECTION_AREAS] = sizeof(RulebookArea),
    [SECTION_PLACES] = sizeof(int64_t),
    [SECTION_KEYS] = sizeof(RulebookKey),
    [SECTION_BLOCKS] = sizeof(RulebookBlock),
    [SECTION_SLOTS + TABLE_BRANCHES] = sizeof(uint32_t),
    [SECTION_SLOTS + TABLE_UNITS] = sizeof(uint32_t),
    [SECTION_SLOTS + TABLE_FALLBACKS] = sizeof(uint32_t),
    [SECTION_SLOTS + TABLE_POLICIES] = sizeof(uint32_t),
    [SECTION_BUNDLES] = sizeof(uint32_t),
    [SECTION_VECTORS] = sizeof(uint32_t)};

bool
rulebook_lay_out(const uint32_t count[RULEBOOK_SECTIONS],
                 uint32_t at[RULEBOOK_SECTIONS], uint64_t *bytes)
{
	uint64_t end = RULEBOOK_HEADER_BYTES;
	int s;

	for (s = 0; s < RULEBOOK_SECTIONS; s++)
	{
		at[s] = (uint32_t) (end / RULEBOOK_ALIGN);
		end += (uint64_t) count[s] * element_bytes[s];
		end = (end + RULEBOOK_ALIGN - 1) / RULEBOOK_ALIGN * RULEBOOK_ALIGN;
		if (end > RULEBOOK_MOST_BYTES)
			return false;
	}
	*bytes = end;
	return true;
}

void
rulebook_view(const uint8_t *bytes, Rulebook *book)
{
	const RulebookHeader *h = (const void *) bytes;
	uint32_t names = 0;
	int d;

	memset(book, 0, sizeof(*book));
	book->index = h;
	book->units = rulebook_section(h, SECTION_UNITS);
	book->rules = rulebook_section(h, SECTION_RULES);
	book->assists = rulebook_section(h, SECTION_ASSISTS);
	book->windows = rulebook_section(h, SECTION_WINDOWS);
	book->fallbacks = rulebook_section(h, SECTION_FALLBACKS);
	book->exclusions = rulebook_section(h, SECTION_EXCLUSIONS);
	book->policies = rulebook_section(h, SECTION_POLICIES);
	book->limits = rulebook_section(h, SECTION_LIMITS);
	book->grades = rulebook_section(h, SECTION_GRADES);
	book->channels = rulebook_section(h, SECTION_CHANNELS);
	book->classes = rulebook_section(h, SECTION_CLASSES);
	book->cells = rulebook_section(h, SECTION_CELLS);
	book->pool = rulebook_section(h, SECTION_POOL);
	book->unit_count = h->count[SECTION_UNITS];
	book->rule_count = h->count[SECTION_RULES];
	book->assist_count = h->count[SECTION_ASSISTS];
	book->fallback_count = h->count[SECTION_FALLBACKS];
	book->exclusion_count = h->count[SECTION_EXCLUSIONS];
	book->policy_count = h->count[SECTION_POLICIES];
	book->limit_count = h->count[SECTION_LIMITS];
	book->grade_count = h->count[SECTION_GRADES];
	book->class_count = h->count[SECTION_CLASSES];
	book->cell_count = h->count[SECTION_CELLS];
	for (d = 0; d < RULEBOOK_DOMAINS; d++)
	{
		book->names[d] = rulebook_section(h, (unsigned) (SECTION_NAMES + d));
		book->name_count[d] = h->count[SECTION_NAMES + d];
		if (book->name_count[d] > 0)
		{
			const RulebookName *last =
			    &book->names[d][book->name_count[d] - 1];

			names = last->at + last->len;
		}
	}
	/* the time zone stands behind the last name */
	book->timezone = book->pool + names;
	book->bundles = h->count[SECTION_VECTORS];
	book->severities = h->severities;
	book->timed = h->timed != 0;
}

void
rulebook_peek(const uint8_t *bytes, Rulebook *book)
{
	rulebook_view(bytes, book);
}

/* ---------------------------------------------------------------------
 * header
 * ---------------------------------------------------------------------
 */

static bool
all_zero(const uint8_t *bytes, size_t n)
{
	while (n > 0)
		if (bytes[--n] != 0)
			return false;
	return true;
}

static RulebookStatus
check_header(const uint8_t *bytes, uint64_t size)
{
	const RulebookHeader *h = (const void *) bytes;
	uint32_t at[RULEBOOK_SECTIONS];
	uint64_t end;
	int s;
	int t;

	if (size < RULEBOOK_HEADER_BYTES || (uintptr_t) bytes % 8 != 0)
		return RULEBOOK_STRUCTURE;
	if (h->magic == 0x52424F4B)
		return RULEBOOK_VERSION;
	if (h->magic != RULEBOOK_MAGIC)
		return RULEBOOK_STRUCTURE;
	if (h->byte_order != RULEBOOK_BYTE_ORDER || h->format != RULEBOOK_FORMAT)
		return RULEBOOK_VERSION;
	if (h->bytes != size)
		return RULEBOOK_STRUCTURE;
	if (h->checksum != checksum_bytes(bytes + 24, size - 24))
		return RULEBOOK_CHECKSUM;
	for (s = 0; s < RULEBOOK_SECTIONS; s++)
		if (h->count[s] > (s < RULEBOOK_RECORD_SECTIONS && s != SECTION_POOL
		                       ? RULEBOOK_MOST
		                       : RULEBOOK_MOST_BYTES))
			return RULEBOOK_STRUCTURE;
	if (!rulebook_lay_out(h->count, at, &end) || end != size ||
	    memcmp(at, h->at, sizeof(at)) != 0 ||
	    !all_zero(h->zero, sizeof(h->zero)))
		return RULEBOOK_STRUCTURE;
	/* nothing stands between sections */
	for (s = 0; s < RULEBOOK_SECTIONS; s++)
	{
		uint64_t from = (uint64_t) at[s] * RULEBOOK_ALIGN +
		                (uint64_t) h->count[s] * element_bytes[s];
		uint64_t to = s + 1 < RULEBOOK_SECTIONS
		                  ? (uint64_t) at[s + 1] * RULEBOOK_ALIGN
		                  : end;

		if (!all_zero(bytes + from, (size_t) (to - from)))
			return RULEBOOK_STRUCTURE;
	}
	for (t = 0; t < RULEBOOK_TABLES; t++)
		if (h->slot_bits[t] < RULEBOOK_LEAST_BITS || h->slot_bits[t] > 26 ||
		    h->count[SECTION_SLOTS + t] != UINT32_C(1) << h->slot_bits[t] ||
		    h->count[rulebook_table_of[t]] > RULEBOOK_MOST ||
		    h->value_bits[t] != rulebook_bits(h->count[rulebook_table_of[t]]))
			return RULEBOOK_STRUCTURE;
	return RULEBOOK_OK;
}

/* ---------------------------------------------------------------------
 * names
 * ---------------------------------------------------------------------
 */

static bool
sound_text(const char *text, size_t len)
{
	size_t at = 0;
	uint32_t c;

	while (at < len)
	{
		at += utf8_decode((const uint8_t *) text + at, len - at, &c);
		if (c == UTF8_NONE)
			return false;
	}
	return true;
}

static bool
sound_names(const Rulebook *book, RulebookDomain domain, uint32_t *at)
{
	const RulebookName *names = book->names[domain];
	uint32_t n = book->name_count[domain];
	uint32_t pool = rulebook_header(book)->count[SECTION_POOL];
	uint32_t i;
	uint32_t k;

	if (n > (domain == RULEBOOK_STAGE ? RULEBOOK_STAGES : RULEBOOK_MOST_NAMES))
		return false;
	for (i = 0; i < n; i++)
	{
		if (names[i].at != *at || names[i].len == 0 ||
		    names[i].len > RULEBOOK_NAME_BYTES || names[i].len > pool - *at ||
		    !sound_text(book->pool + *at, names[i].len))
			return false;
		*at += names[i].len;
		/* each is greater than the one before; stages differ from all */
		for (k = domain == RULEBOOK_STAGE || i == 0 ? 0 : i - 1; k < i; k++)
		{
			uint32_t len =
			    names[k].len < names[i].len ? names[k].len : names[i].len;
			int order = memcmp(book->pool + names[k].at,
			                   book->pool + names[i].at, len);

			if (order == 0)
				order = names[k].len < names[i].len    ? -1
				        : names[k].len == names[i].len ? 0
				                                       : 1;
			if (order == 0 || (order > 0 && domain != RULEBOOK_STAGE))
				return false;
		}
	}
	return true;
}

static bool
sound_pool(const Rulebook *book)
{
	uint32_t pool = rulebook_header(book)->count[SECTION_POOL];
	uint32_t at = 0;
	int d;

	for (d = 0; d < RULEBOOK_DOMAINS; d++)
		if (!sound_names(book, (RulebookDomain) d, &at))
			return false;
	return pool > at && pool - at <= RULEBOOK_NAME_BYTES + 1 &&
	       book->pool[pool - 1] == '\0' &&
	       sound_text(book->pool + at, pool - at - 1);
}

/* ---------------------------------------------------------------------
 * records
 * ---------------------------------------------------------------------
 */

static bool
sound_class(int64_t event_class)
{
	return event_class == 0 || eventcode_is_valid(event_class);
}

static bool
sound_territory(int64_t territory)
{
	return territory == 0 || gridcode_is_valid(territory);
}

static bool
sound_lead(const Rulebook *book, const RulebookLead *lead, bool none)
{
	if (lead->zero != 0)
		return false;
	if (lead->unit >= 0)
		return (uint32_t) lead->unit < book->unit_count && lead->kind == 0 &&
		       lead->level == 0;
	if (lead->unit != -1)
		return false;
	if (lead->kind == 0)
		return none && lead->level == 0;
	return lead->kind <= book->name_count[RULEBOOK_KIND] && lead->level >= 1 &&
	       lead->level <= RULEBOOK_LEVELS;
}

/* None, or one that is listed */
static bool
sound_severity(const Rulebook *book, unsigned severity)
{
	return severity == 0 || (severity <= RULEBOOK_SEVERITIES &&
	                         (book->severities >> (severity - 1) & 1) != 0);
}

static bool
sound_term(const Term *term)
{
	return term->zero == 0 && term_check(term) == TERM_OK;
}

static bool
sound_units(const Rulebook *book)
{
	const RulebookHeader *h = rulebook_header(book);
	uint32_t i;
	uint32_t k;
	uint32_t deepest = 0;

	if ((h->line_words != 8 && h->line_words != 16 && h->line_words != 32) ||
	    h->count[SECTION_LINES] != (uint64_t) book->unit_count * h->line_words)
		return false;
	for (i = 0; i < book->unit_count; i++)
	{
		const RulebookUnit *unit = &book->units[i];
		const uint32_t *line = rulebook_line(book, (int32_t) i);
		uint32_t depth = line[0] & LINE_DEPTH;

		if (unit->id <= (i == 0 ? 0 : unit[-1].id) ||
		    !sound_territory(unit->territory) || unit->kind == 0 ||
		    unit->kind > book->name_count[RULEBOOK_KIND] || unit->level == 0 ||
		    unit->level > RULEBOOK_LEVELS ||
		    (unit->flags & ~(RULEBOOK_CENTRE | RULEBOOK_NOSTAFF)) != 0 ||
		    unit->parent < -1 ||
		    (unit->parent >= 0 && (uint32_t) unit->parent >= book->unit_count))
			return false;
		/* as that of the parent, one deeper: so there is no cycle */
		if (depth == 0 || depth > RULEBOOK_DEPTH || depth >= h->line_words ||
		    line[depth] != i || (depth == 1) != (unit->parent < 0))
			return false;
		deepest = depth > deepest ? depth : deepest;
		if (unit->parent >= 0)
		{
			const uint32_t *above = rulebook_line(book, unit->parent);

			if ((above[0] & LINE_DEPTH) != depth - 1 ||
			    memcmp(&line[1], &above[1], (depth - 1) * sizeof(*line)) != 0)
				return false;
			if (((line[0] & LINE_WITHIN) != 0) !=
			    ((above[0] & (LINE_EXCLUDED | LINE_WITHIN)) != 0))
				return false;
		}
		else if ((line[0] & LINE_WITHIN) != 0)
			return false;
		if (((line[0] & LINE_ALWAYS) != 0) !=
		        (unit->from == INT64_MIN && unit->to == INT64_MAX) ||
		    (line[0] & ~(uint32_t) (LINE_DEPTH | LINE_ALWAYS | LINE_EXCLUDED |
		                            LINE_WITHIN)) != 0)
			return false;
		for (k = depth + 1; k < h->line_words; k++)
			if (line[k] != 0)
				return false;
	}
	return h->line_words == (deepest < 8 ? 8 : deepest < 16 ? 16 : 32);
}

/* Which conditions it names, the more important ones in higher bits */
static unsigned
rule_rank(const RulebookRule *r)
{
	return (r->owner != 0 ? 8u : 0) | (r->severity != 0 ? 4u : 0) |
	       (r->channel != 0 ? 2u : 0) | (r->window != 0 ? 1u : 0);
}

static bool
rules_ascend(const RulebookRule *a, const RulebookRule *b)
{
	if (a->event_class != b->event_class)
		return a->event_class < b->event_class;
	if (a->territory != b->territory)
		return a->territory < b->territory;
	if (rule_rank(a) != rule_rank(b))
		return rule_rank(a) > rule_rank(b);
	return a->id < b->id;
}

static bool
sound_rules(const Rulebook *book)
{
	uint32_t assists = 0;
	bool timed = false;
	uint32_t i;

	for (i = 0; i < book->rule_count; i++)
	{
		const RulebookRule *r = &book->rules[i];

		if (r->id <= 0 || (i > 0 && !rules_ascend(&r[-1], r)) ||
		    ((i == 0 || r[-1].event_class != r->event_class) &&
		     !sound_class(r->event_class)) ||
		    ((i == 0 || r[-1].territory != r->territory) &&
		     !sound_territory(r->territory)) ||
		    !sound_lead(book, &r->lead, false) || r->first_assist != assists ||
		    r->assists > RULEBOOK_ASSISTS ||
		    r->assists > book->assist_count - assists ||
		    r->owner > book->name_count[RULEBOOK_OWNER] ||
		    r->channel > book->name_count[RULEBOOK_CHANNEL] ||
		    r->window > book->name_count[RULEBOOK_WINDOW] ||
		    !sound_severity(book, r->severity) || r->zero[0] != 0 ||
		    r->zero[1] != 0 || r->zero[2] != 0)
			return false;
		assists += r->assists;
		timed |= r->window != 0;
	}
	for (i = 0; i < book->assist_count; i++)
		if (!sound_lead(book, &book->assists[i].lead, false) ||
		    book->assists[i].task > book->name_count[RULEBOOK_TASK] ||
		    book->assists[i].zero != 0)
			return false;
	return assists == book->assist_count &&
	       rulebook_header(book)->timed == timed;
}

static bool
sound_windows(const Rulebook *book)
{
	const RulebookHeader *h = rulebook_header(book);
	uint32_t i;
	unsigned k;

	if (h->count[SECTION_WINDOWS] != book->name_count[RULEBOOK_WINDOW] ||
	    h->count[SECTION_CHANNELS] != book->name_count[RULEBOOK_CHANNEL])
		return false;
	for (i = 0; i < h->count[SECTION_WINDOWS]; i++)
	{
		const RulebookWindow *w = &book->windows[i];

		if (w->spans == 0 || w->spans > RULEBOOK_SPANS || w->zero != 0)
			return false;
		for (k = 0; k < w->spans; k++)
			if (w->from[k] >= w->to[k] || w->to[k] > RULEBOOK_WEEK ||
			    (k > 0 && w->from[k] <= w->to[k - 1]))
				return false;
		for (; k < RULEBOOK_SPANS; k++)
			if (w->from[k] != 0 || w->to[k] != 0)
				return false;
	}
	for (i = 0; i < h->count[SECTION_CHANNELS]; i++)
		if (!sound_lead(book, &book->channels[i].intake, true))
			return false;
	return (h->severities & 0x8000) == 0;
}

static bool
sound_fallbacks(const Rulebook *book)
{
	uint32_t i;

	for (i = 0; i < book->fallback_count; i++)
	{
		const RulebookFallback *f = &book->fallbacks[i];

		if (f->id <= 0 || !sound_territory(f->territory) ||
		    !sound_lead(book, &f->lead, false) || f->share == 0 ||
		    f->share > RULEBOOK_MOST_SHARE || f->zero != 0 ||
		    (i > 0 &&
		     (f->territory != f[-1].territory ? f->territory < f[-1].territory
		                                      : f->id <= f[-1].id)))
			return false;
	}
	for (i = 0; i < book->grade_count; i++)
	{
		const RulebookGrade *g = &book->grades[i];

		if (!sound_territory(g->territory) || g->grade == 0 ||
		    g->grade > book->name_count[RULEBOOK_GRADE] || g->zero[0] != 0 ||
		    g->zero[1] != 0 || g->zero[2] != 0 ||
		    (i > 0 && g->territory <= g[-1].territory))
			return false;
	}
	return true;
}

static bool
exclusions_ascend(const RulebookExclusion *a, const RulebookExclusion *b)
{
	if (a->unit != b->unit)
		return a->unit < b->unit;
	if (a->event_class != b->event_class)
		return a->event_class < b->event_class;
	if (a->territory != b->territory)
		return a->territory < b->territory;
	return a->id < b->id;
}

/* And that the lines of those units say so, and of no others */
static bool
sound_exclusions(const Rulebook *book)
{
	uint32_t units = 0;
	uint32_t i;

	for (i = 0; i < book->exclusion_count; i++)
	{
		const RulebookExclusion *x = &book->exclusions[i];

		if (x->id <= 0 || x->unit < 0 ||
		    (uint32_t) x->unit >= book->unit_count || x->zero != 0 ||
		    !sound_class(x->event_class) || !sound_territory(x->territory) ||
		    (i > 0 && !exclusions_ascend(&x[-1], x)) ||
		    (rulebook_line(book, x->unit)[0] & LINE_EXCLUDED) == 0)
			return false;
		units += i == 0 || x[-1].unit != x->unit;
	}
	for (i = 0; i < book->unit_count; i++)
		units -= (rulebook_line(book, (int32_t) i)[0] & LINE_EXCLUDED) != 0;
	return units == 0;
}

static bool
policies_ascend(const RulebookPolicy *a, const RulebookPolicy *b)
{
	unsigned of_a = (a->severity != 0 ? 2u : 0) | (a->grade != 0 ? 1u : 0);
	unsigned of_b = (b->severity != 0 ? 2u : 0) | (b->grade != 0 ? 1u : 0);

	if (a->event_class != b->event_class)
		return a->event_class < b->event_class;
	if (a->territory != b->territory)
		return a->territory < b->territory;
	if (a->stage != b->stage)
		return a->stage < b->stage;
	if (of_a != of_b)
		return of_a > of_b;
	return a->id < b->id;
}

static bool
sound_policies(const Rulebook *book)
{
	uint32_t limits = 0;
	uint32_t i;
	int k;

	for (i = 0; i < book->policy_count; i++)
	{
		const RulebookPolicy *p = &book->policies[i];

		if (p->id <= 0 || (i > 0 && !policies_ascend(&p[-1], p)) ||
		    !sound_class(p->event_class) || !sound_territory(p->territory) ||
		    !sound_term(&p->term) || p->first_limit != limits ||
		    p->limits > RULEBOOK_LIMITS ||
		    p->limits > book->limit_count - limits || p->stage == 0 ||
		    p->stage > book->name_count[RULEBOOK_STAGE] ||
		    p->calendar > book->name_count[RULEBOOK_CALENDAR] ||
		    p->grade > book->name_count[RULEBOOK_GRADE] ||
		    !sound_severity(book, p->severity) ||
		    p->warnings > RULEBOOK_WARNINGS || p->zero != 0)
			return false;
		for (k = p->warnings; k < RULEBOOK_WARNINGS; k++)
			if (p->warning[k] != 0)
				return false;
		limits += p->limits;
	}
	for (i = 0; i < book->limit_count; i++)
	{
		const RulebookLimit *l = &book->limits[i];

		if (!sound_term(&l->term) ||
		    l->name > book->name_count[RULEBOOK_TASK] || l->zero[0] != 0 ||
		    l->zero[1] != 0 || l->zero[2] != 0)
			return false;
	}
	return limits == book->limit_count;
}

static bool
sound_leaves(const Rulebook *book)
{
	uint32_t i;

	for (i = 0; i < book->class_count; i++)
		if (!eventcode_is_valid(book->classes[i]) ||
		    (i > 0 && book->classes[i] <= book->classes[i - 1]))
			return false;
	for (i = 0; i < book->cell_count; i++)
		if (!gridcode_is_valid(book->cells[i]) ||
		    (i > 0 && book->cells[i] <= book->cells[i - 1]))
			return false;
	return true;
}

RulebookStatus
rulebook_open(const uint8_t *bytes, uint64_t size, Rulebook *book)
{
	RulebookStatus status = check_header(bytes, size);
	Rulebook view;

	if (status != RULEBOOK_OK)
		return status;
	rulebook_view(bytes, &view);
	if (!sound_pool(&view) || !sound_units(&view) || !sound_windows(&view) ||
	    !sound_rules(&view) || !sound_fallbacks(&view) ||
	    !sound_exclusions(&view) || !sound_policies(&view) ||
	    !sound_leaves(&view) || !rulebook_sound_index(&view))
		return RULEBOOK_STRUCTURE;
	*book = view;
	return RULEBOOK_OK;
}
