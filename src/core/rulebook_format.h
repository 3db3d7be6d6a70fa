/*
 * rulebook_format.h
 *	  The bytes of a rulebook, and what its maker and its readers share.
 *
 * A header, then sections, each at the multiple of 64 bytes that follows the
 * one before: the records, which are told in rulebook.h, and what finds them:
 *
 *	  branches    the classes known: leaves and those that rules or policies
 *	              name, ascending; the first stands for any class
 *	  unit lines  for each unit a word with its depth and flags, then its
 *	              ancestors from the root down to itself; filled up to 8, 16
 *	              or 32 words
 *	  unit order  numbers of units, by kind, level, territory
 *	  roles       for each kind and level at which depths territories lie, a
 *	              byte each
 *	  places      territories that policies name, ascending; the first is 0
 *	  spots       a hash table of territories that rules, grades or policies
 *	              name
 *	  rows        for each spot which keys are its own
 *	  areas       the spots that others lie in, by territory, with their rows
 *	  keys        the first rules of a spot and a branch, with what decides in
 *	              the simplest case, by spot, branch
 *	  blocks      for spots with many keys: of each 64 branches which have one
 *	  slots       hash tables, see below
 *	  bundles     for each branch with policies × place × severity × grade
 *	              where in the vectors its policies are; absent if that were
 *	              more than RULEBOOK_MOST_BUNDLES
 *	  vectors     a number of policies, and these
 *
 * A slot has the number of an entry plus one in its low bits and, above them,
 * bits of the hash; 0 is free.  Half of the slots or more are free; a slot
 * that is taken makes way to the next.  Entries are put in their own order.
 *
 * Spots are in buckets of four, a cache line each, which fill one after the
 * other; what finds its bucket full goes to the next one.  A spot leads to the
 * smallest area that it lies in, so a request looks up its cell only; areas
 * and their blocks are few and stay at hand.  Then it reads one key, and not
 * the rule itself, unless that has conditions which few have.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_FORMAT_H
#define CIVICGRID_CORE_RULEBOOK_FORMAT_H

#include <string.h>

#include "code.h"
#include "rulebook.h"

#define RULEBOOK_MAGIC        0x4B4F4252 /* "RBOK" */
#define RULEBOOK_FORMAT       1
#define RULEBOOK_BYTE_ORDER   0x0102
#define RULEBOOK_HEADER_BYTES 384
#define RULEBOOK_ALIGN        64
#define RULEBOOK_MOST         ((1 << 24) - 1) /* records of a section */
#define RULEBOOK_MOST_NAMES   65534
#define RULEBOOK_MOST_BYTES   (UINT64_C(1) << 30)
#define RULEBOOK_MOST_BUNDLES 65536 /* a column has 16 bits */
#define RULEBOOK_MOST_SHARE   1000000
#define RULEBOOK_LEAST_BITS   4 /* of a slot's number */

/* Whether territories of a level are named; bit 0: none is, for any */
#define RULEBOOK_PLACES (GRIDCODE_LEVELS + 1)

typedef enum RulebookTable
{
	TABLE_BRANCHES = 0, /* class */
	TABLE_UNITS,        /* kind and level, territory: first unit */
	TABLE_FALLBACKS,    /* territory: first fallback */
	TABLE_POLICIES,     /* class, territory: first policy */
	RULEBOOK_TABLES
} RulebookTable;

typedef enum RulebookSection
{
	SECTION_UNITS = 0,
	SECTION_RULES,
	SECTION_ASSISTS,
	SECTION_WINDOWS,
	SECTION_FALLBACKS,
	SECTION_EXCLUSIONS,
	SECTION_POLICIES,
	SECTION_LIMITS,
	SECTION_GRADES,
	SECTION_CHANNELS,
	SECTION_CLASSES,
	SECTION_CELLS,
	SECTION_NAMES,                                   /* of each domain */
	SECTION_POOL = SECTION_NAMES + RULEBOOK_DOMAINS, /* and the time zone */
	SECTION_BRANCHES,
	RULEBOOK_RECORD_SECTIONS = SECTION_BRANCHES, /* what is not derived */
	SECTION_LINES,
	SECTION_ORDER,
	SECTION_ROLES,
	SECTION_PLACES,
	SECTION_SPOTS,
	SECTION_ROWS,
	SECTION_AREAS,
	SECTION_KEYS,
	SECTION_BLOCKS,
	SECTION_SLOTS, /* of each table */
	SECTION_BUNDLES = SECTION_SLOTS + RULEBOOK_TABLES,
	SECTION_VECTORS,
	RULEBOOK_SECTIONS
} RulebookSection;

typedef struct RulebookBranch
{
	int64_t event_class;
	uint32_t parent;   /* the longest other prefix; of the first, itself */
	uint32_t bundle;   /* number of the branch with policies it is in */
	uint32_t any_rule; /* first rule of any territory plus one, or 0 */
	uint8_t rules;     /* at which levels rules of this class name one */
	uint8_t policies;  /* likewise policies, bit 0 for any */
	uint16_t zero;
} RulebookBranch;

/* Of a branch and a spot */
typedef struct RulebookKey
{
	uint32_t branch;
	uint32_t rule; /* the first one plus one, KEY_…, severity above them */
	uint32_t lead; /* unit, or with KEY_ROLE rulebook_role(); channel above */
	uint32_t id;   /* of the rule, with KEY_ID */
} RulebookKey;

#define KEY_RULE     0x00FFFFFFu
#define KEY_SIMPLE   0x01000000u /* all that counts of it is in the key */
#define KEY_ROLE     0x02000000u
#define KEY_ID       0x04000000u
#define KEY_LAST     0x08000000u /* no other rule has this class and spot */
#define KEY_SEVERITY 28          /* bits below it */
#define KEY_LEAD     0x00FFFFFFu
#define KEY_CHANNEL  24

/* Territory 0: free */
typedef struct RulebookSpot
{
	int64_t territory;
	uint32_t above;   /* the smallest area that it lies in plus one, or 0 */
	uint16_t column;  /* of the bundles, but for class and severity */
	uint16_t classes; /* bit n: a rule of branch n modulo 16 names it */
} RulebookSpot;

#define RULEBOOK_BUCKET 4 /* spots */

/* The keys of a spot, which most requests do without */
typedef struct RulebookRow
{
	uint32_t first;
	uint32_t keys;
	uint32_t blocks; /* the first of its blocks plus one, 0: it has none */
} RulebookRow;

typedef struct RulebookArea
{
	int64_t territory;
	uint32_t above; /* as that of a spot */
	RulebookRow row;
} RulebookArea;

#define RULEBOOK_BLOCK 64 /* branches */

typedef struct RulebookBlock
{
	uint64_t branches; /* bit n: there is a key of the nth */
	uint32_t first;    /* where the first of these is */
	uint32_t zero;
} RulebookBlock;

typedef struct RulebookHeader
{
	uint32_t magic;
	uint16_t format;
	uint16_t byte_order;
	uint64_t bytes;
	uint64_t checksum; /* of all bytes behind this field */
	uint32_t count[RULEBOOK_SECTIONS];
	uint32_t at[RULEBOOK_SECTIONS]; /* in units of RULEBOOK_ALIGN */
	uint8_t slot_bits[RULEBOOK_TABLES];
	uint8_t value_bits[RULEBOOK_TABLES];
	uint16_t severities;
	uint8_t timed;
	uint8_t line_words;
	uint16_t class_digits;     /* bit n: branches of n digits */
	uint8_t grade_levels;      /* bit n: territories of level n, 0: any */
	uint8_t fallback_levels;   /* likewise */
	uint8_t place_levels;      /* likewise */
	uint8_t bundle_severities; /* 1 and the greatest that policies name */
	uint16_t bundle_grades;    /* likewise */
	uint16_t any_grade;        /* of territories without one, 0: none */
	uint8_t spot_levels;       /* as grade_levels, of the spots */
	uint8_t zero[RULEBOOK_HEADER_BYTES - 24 - 8 * RULEBOOK_SECTIONS -
	             2 * RULEBOOK_TABLES - 15];
} RulebookHeader;

_Static_assert(sizeof(RulebookHeader) == RULEBOOK_HEADER_BYTES,
               "the header has its size");
_Static_assert(sizeof(RulebookUnit) == 40 && sizeof(RulebookRule) == 64 &&
                   sizeof(RulebookAssist) == 12 &&
                   sizeof(RulebookWindow) == 132 &&
                   sizeof(RulebookFallback) == 32 &&
                   sizeof(RulebookExclusion) == 32 &&
                   sizeof(RulebookPolicy) == 88 &&
                   sizeof(RulebookLimit) == 40 &&
                   sizeof(RulebookGrade) == 16 &&
                   sizeof(RulebookChannel) == 8 && sizeof(RulebookName) == 8 &&
                   sizeof(RulebookBranch) == 24 && sizeof(RulebookKey) == 16 &&
                   sizeof(RulebookSpot) == 16 && sizeof(RulebookRow) == 12 &&
                   sizeof(RulebookArea) == 24 && sizeof(RulebookBlock) == 16,
               "records have no holes");

/* Of a unit's line */
#define LINE_DEPTH    0xFF
#define LINE_ALWAYS   0x100 /* in force without bounds */
#define LINE_EXCLUDED 0x200 /* exclusions name it … */
#define LINE_WITHIN   0x400 /* … or a unit above it */

/* ---------------------------------------------------------------------
 * where things are
 * ---------------------------------------------------------------------
 */

static inline const RulebookHeader *
rulebook_header(const Rulebook *book)
{
	return book->index;
}

static inline const void *
rulebook_section(const RulebookHeader *h, unsigned section)
{
	return (const uint8_t *) h + (size_t) h->at[section] * RULEBOOK_ALIGN;
}

static inline const uint32_t *
rulebook_line(const Rulebook *book, int32_t unit)
{
	const RulebookHeader *h = rulebook_header(book);

	return (const uint32_t *) rulebook_section(h, SECTION_LINES) +
	       (size_t) unit * h->line_words;
}

/* Bits of a number that can be up to this */
static inline unsigned
rulebook_bits(uint32_t most)
{
	unsigned bits = 0;

	while (most >> bits != 0)
		bits++;
	return bits;
}

/* Of the number of a slot, where there are so many entries */
static inline unsigned
rulebook_slot_bits(uint32_t entries)
{
	unsigned bits = RULEBOOK_LEAST_BITS;

	while (UINT64_C(1) << bits < 2 * (uint64_t) entries)
		bits++;
	return bits;
}

/* For so many spots.  A third is free, or two thirds where that is
 * still little, so that most are found at once. */
static inline uint32_t
rulebook_buckets(uint32_t entries)
{
	uint32_t room = entries < 8192 ? 3 * entries : entries + entries / 2;

	return room / RULEBOOK_BUCKET + 1;
}

/* How many blocks a spot with so many keys has: none if there would be more of
 * them than keys, or these are found as fast */
static inline uint32_t
rulebook_blocks(uint32_t branches, uint32_t keys)
{
	uint32_t blocks = (branches + RULEBOOK_BLOCK - 1) / RULEBOOK_BLOCK;

	return keys > 4 && keys >= blocks ? blocks : 0;
}

/* Place the sections by their counts; false if they are too long. */
extern bool rulebook_lay_out(const uint32_t count[RULEBOOK_SECTIONS],
                             uint32_t at[RULEBOOK_SECTIONS], uint64_t *bytes);
/* Is what is derived from the records what they give? */
extern bool rulebook_sound_index(const Rulebook *book);
/* Set out the sections of a header that can be trusted. */
extern void rulebook_view(const uint8_t *bytes, Rulebook *book);

static inline unsigned
rulebook_lowest(unsigned mask)
{
#ifdef __GNUC__
	return (unsigned) __builtin_ctz(mask);
#else
	unsigned n = 0;

	while ((mask >> n & 1) == 0)
		n++;
	return n;
#endif
}

static inline unsigned
rulebook_highest(unsigned mask)
{
#ifdef __GNUC__
	return 31 - (unsigned) __builtin_clz(mask);
#else
	unsigned n = 31;

	while ((mask >> n & 1) == 0)
		n--;
	return n;
#endif
}

static inline unsigned
rulebook_count_bits(uint64_t bits)
{
	bits -= bits >> 1 & UINT64_C(0x5555555555555555);
	bits = (bits & UINT64_C(0x3333333333333333)) +
	       (bits >> 2 & UINT64_C(0x3333333333333333));
	bits = (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
	return (unsigned) (bits * UINT64_C(0x0101010101010101) >> 56);
}

/* ---------------------------------------------------------------------
 * hash tables
 * ---------------------------------------------------------------------
 */

static inline uint64_t
rulebook_hash(int64_t a, int64_t b)
{
	uint64_t h = (uint64_t) a * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t) b;

	h *= UINT64_C(0xBF58476D1CE4E5B9);
	h ^= h >> 32;
	return h * UINT64_C(0x94D049BB133111EB);
}

/* The bucket in which a hash begins to be looked for: its first spot */
static inline uint32_t
rulebook_home(uint64_t hash, uint32_t room)
{
	return (uint32_t) ((hash >> 32) * (room / RULEBOOK_BUCKET) >> 32) *
	       RULEBOOK_BUCKET;
}

static inline uint32_t
rulebook_next_bucket(uint32_t at, uint32_t room)
{
	at += RULEBOOK_BUCKET;
	return at < room ? at : 0;
}

static inline int64_t
rulebook_role(unsigned kind, unsigned level)
{
	return (int64_t) kind * RULEBOOK_LEVELS + level - 1;
}

typedef struct RulebookProbe
{
	const uint32_t *slots;
	uint32_t at;
	uint32_t mask;
	uint32_t value_mask;
	uint32_t tag;
} RulebookProbe;

static inline RulebookProbe
rulebook_probe(const RulebookHeader *h, RulebookTable table, uint64_t hash)
{
	RulebookProbe p;

	p.slots = rulebook_section(h, SECTION_SLOTS + table);
	p.at = (uint32_t) (hash >> (64 - h->slot_bits[table]));
	p.mask = (UINT32_C(1) << h->slot_bits[table]) - 1;
	p.value_mask = (UINT32_C(1) << h->value_bits[table]) - 1;
	p.tag = (uint32_t) hash & ~p.value_mask;
	return p;
}

/* The next entry that may be the one, plus one; 0: none */
static inline uint32_t
rulebook_probe_next(RulebookProbe *p)
{
	for (;;)
	{
		uint32_t slot = p->slots[p->at];

		if (slot == 0)
			return 0;
		p->at = (p->at + 1) & p->mask;
		if ((slot & ~p->value_mask) == p->tag)
			return slot & p->value_mask;
	}
}

static inline void
rulebook_prefetch(const void *at)
{
#ifdef __GNUC__
	__builtin_prefetch(at);
#else
	(void) at;
#endif
}

#endif /* CIVICGRID_CORE_RULEBOOK_FORMAT_H */
