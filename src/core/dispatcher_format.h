/*
 * dispatcher_format.h
 *	  The bytes of a dispatcher, and what its maker and its readers share: the
 *	  contexts of a case.
 *
 *	  header      112 bytes
 *	  units       int64 for each, ascending
 *	  bias        double for each role
 *	  contexts    32 bytes each, see DispatcherContext, ascending by their
 *	              keys, and one more that says where the last one's lists end;
 *	              the first is that of all cases
 *	  entries     16 bytes each, those of a context by number of unit
 *	  weights     8 bytes each, those of a context by number of role
 *	  roles       uint32 for each unit; a role comes after another if the first
 *	              of its units does
 *	  name ends   uint32 for each channel, then for each property
 *	  names       bytes, filled up to 8 bytes
 */
#ifndef CIVICGRID_CORE_DISPATCHER_FORMAT_H
#define CIVICGRID_CORE_DISPATCHER_FORMAT_H

#include <math.h>
#include <string.h>

#include "code.h"
#include "dispatcher.h"

#define DISPATCHER_MAGIC_NUMBER 0x50534944 /* "DISP" */
#define DISPATCHER_FORMAT       1
#define DISPATCHER_BYTE_ORDER   0x0102

#define DISPATCHER_MAX_UNITS    (1 << 20)
#define DISPATCHER_MAX_NAMES    65535 /* of channels, of properties */
#define DISPATCHER_MAX_CONTEXTS (1 << 27)
#define DISPATCHER_MAX_WEIGHT   1e3 /* log-odds */

/* Cases as sure as so many that a context's counts are smoothed with: those of
 * the context it backs off to, and of the territory around */
#define DISPATCHER_PRIOR      3.0
#define DISPATCHER_NEIGHBOURS 0.5

typedef struct DispatcherHeader
{
	uint32_t magic;
	uint16_t format;
	uint16_t byte_order;
	uint64_t bytes;
	uint64_t checksum; /* of all bytes behind this field */
	uint32_t units;
	uint32_t roles;
	uint32_t contexts;
	uint32_t entries;
	uint32_t weights;
	uint32_t channels;
	uint32_t properties;
	uint32_t name_bytes;
	uint64_t cases;
	uint32_t witnesses;
	int32_t first_day;
	int32_t last_day;
	uint32_t class_levels;
	uint32_t cell_levels;
	uint32_t reserved; /* 0 */
	double half_life;
	double table_share;
	uint64_t spare; /* 0 */
} DispatcherHeader;

_Static_assert(sizeof(DispatcherHeader) == 112, "a header of 112 bytes");
_Static_assert(sizeof(DispatcherContext) == 32, "a context of 32 bytes");
_Static_assert(sizeof(DispatcherEntry) == 16, "an entry of 16 bytes");
_Static_assert(sizeof(DispatcherWeight) == 8, "a weight of 8 bytes");

/* Bytes of a value; the sizes of its parts are within their bounds */
static inline uint64_t
dispatcher_bytes(const DispatcherHeader *h)
{
	uint64_t size = sizeof(DispatcherHeader);

	size += 8 * (uint64_t) h->units + 8 * (uint64_t) h->roles;
	size += 32 * ((uint64_t) h->contexts + 1);
	size += 16 * (uint64_t) h->entries + 8 * (uint64_t) h->weights;
	size += 4 * ((uint64_t) h->units + h->channels + h->properties);
	size += h->name_bytes;
	return (size + 7) / 8 * 8;
}

static inline int
dispatcher_compare_keys(const DispatcherKey *a, const DispatcherKey *b)
{
	if (a->class_code != b->class_code)
		return a->class_code < b->class_code ? -1 : 1;
	if (a->cell != b->cell)
		return a->cell < b->cell ? -1 : 1;
	if (a->channel != b->channel)
		return a->channel < b->channel ? -1 : 1;
	if (a->property != b->property)
		return a->property < b->property ? -1 : 1;
	return 0;
}

/*
 * The contexts of a case.  The first of them, the chain, are what counts back
 * off along, from all cases to the most detailed.  Of these, those from the
 * second on that are of a class alone have weights, and so have those behind
 * the chain.
 */
#define DISPATCHER_MOST_CONTEXTS \
	(1 + EVENTCODE_MAX_DIGITS + GRIDCODE_LEVELS + 1 + GRIDCODE_LEVELS + 2)

typedef struct DispatcherContexts
{
	DispatcherKey key[DISPATCHER_MOST_CONTEXTS];
	int n;
	int classes;     /* 1 .. classes are prefixes of the class, and itself */
	int chain;       /* 0 .. chain - 1 */
	int territories; /* chain .. chain + territories - 1 are of a cell alone */
} DispatcherContexts;

static inline bool
dispatcher_has_weights(const DispatcherContexts *list, int i)
{
	return i >= list->chain || (i > 0 && i <= list->classes);
}

static inline void
dispatcher_contexts(const DispatcherKey *c, uint32_t class_levels,
                    uint32_t cell_levels, DispatcherContexts *list)
{
	const DispatcherKey none = {0, 0, 0, 0};
	int64_t cell[GRIDCODE_LEVELS];
	int cells = 0;
	int digits = c->class_code == 0 ? 0 : eventcode_digits(c->class_code);
	int levels = c->cell == 0 ? 0 : gridcode_level(c->cell);
	int i;

	for (i = 1; i <= levels; i++)
		if ((cell_levels >> i & 1) != 0 &&
		    gridcode_ancestor(c->cell, i, &cell[cells]))
			cells++;
	list->n = 0;
	list->key[list->n++] = none;
	for (i = 1; i <= digits; i++)
		if (i == digits || (class_levels >> i & 1) != 0)
		{
			list->key[list->n] = none;
			list->key[list->n++].class_code =
			    i == digits ? c->class_code
			                : eventcode_prefix(c->class_code, i);
		}
	list->classes = list->n - 1;
	for (i = 0; i < cells && digits > 0; i++)
	{
		list->key[list->n] = none;
		list->key[list->n].class_code = c->class_code;
		list->key[list->n++].cell = cell[i];
	}
	if (cells > 0 && digits > 0 && c->channel != 0)
	{
		list->key[list->n] = list->key[list->n - 1];
		list->key[list->n++].channel = c->channel;
	}
	list->chain = list->n;
	list->territories = cells;
	for (i = 0; i < cells; i++)
	{
		list->key[list->n] = none;
		list->key[list->n++].cell = cell[i];
	}
	if (c->channel != 0)
	{
		list->key[list->n] = none;
		list->key[list->n++].channel = c->channel;
	}
	if (c->property != 0)
	{
		list->key[list->n] = none;
		list->key[list->n++].property = c->property;
	}
}

/* Levels at which cases differ; zeroed at first */
typedef struct DispatcherLevels
{
	uint32_t standard; /* of classes, by the standards */
	uint32_t lengths;  /* digits that classes have */
	uint32_t classes;  /* at which there is more than one prefix … */
	uint32_t cells;    /* … likewise */
	int64_t class_prefix[EVENTCODE_MAX_DIGITS + 1];
	int64_t cell_prefix[GRIDCODE_LEVELS + 1];
} DispatcherLevels;

static inline void
dispatcher_note_levels(DispatcherLevels *l, const DispatcherKey *key)
{
	int digits = eventcode_digits(key->class_code);
	int levels = key->cell == 0 ? 0 : gridcode_level(key->cell);
	int ends[EVENTCODE_MAX_DIGITS];
	int64_t prefix;
	int k;

	l->lengths |= UINT32_C(1) << digits;
	for (k = eventcode_standard_ends(digits, ends); --k > 0;)
		l->standard |= UINT32_C(1) << ends[k - 1];
	for (k = 1; k <= digits; k++)
	{
		prefix = eventcode_prefix(key->class_code, k);
		if (l->class_prefix[k] != 0 && l->class_prefix[k] != prefix)
			l->classes |= UINT32_C(1) << k;
		l->class_prefix[k] = prefix;
	}
	for (k = 1; k <= levels; k++)
	{
		if (!gridcode_ancestor(key->cell, k, &prefix))
			continue;
		if (l->cell_prefix[k] != 0 && l->cell_prefix[k] != prefix)
			l->cells |= UINT32_C(1) << k;
		l->cell_prefix[k] = prefix;
	}
}

/* Levels of classes that matter: those asked for, or of the standards; and
 * where a class ends that others are within */
static inline uint32_t
dispatcher_class_levels(const DispatcherLevels *l, uint32_t asked)
{
	uint32_t levels = (asked != 0 ? asked : l->standard) | l->lengths;
	uint32_t longest = UINT32_C(1) << EVENTCODE_MAX_DIGITS;

	while (longest > 1 && (l->lengths & longest) == 0)
		longest >>= 1;
	return l->classes & levels & (longest - 1);
}

#endif /* CIVICGRID_CORE_DISPATCHER_FORMAT_H */
