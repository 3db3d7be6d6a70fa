/*
 * rulebook_cache.h
 *	  Rulebooks that this backend has at hand.
 */
#ifndef CIVICGRID_PG_RULEBOOK_CACHE_H
#define CIVICGRID_PG_RULEBOOK_CACHE_H

#include "postgres.h"

#include "fmgr.h"
#include "pgtime.h"
#include "utils/timestamp.h"

#include "core/routing.h"
#include "core/rulebook.h"

#include "value_memo.h"

/* A stored value is padded so that the rulebook lies at a multiple of 8. */
#define RULEBOOK_PADDING 4

/* The checksum in the header of a rulebook */
#define VALUE_DIGEST_AT (RULEBOOK_PADDING + RULEBOOK_DIGEST_AT)

/* A number as a routing has it */
typedef struct NumberPiece
{
	uint8 bytes[15];
	uint8 len;
} NumberPiece;

/* A term as a routing has it: a cache line, if it fits in */
#define TERM_PIECE_BYTES 60

typedef struct TermPiece
{
	uint32 len;
	union
	{
		uint8 bytes[TERM_PIECE_BYTES];
		uint32 at; /* if it is longer: where in the pool it is */
	} u;
} TermPiece;

/* All terms of an answer's bundle, with their number before them.  Bundles
 * with longer ones, and those behind the first so many, are put together term
 * by term. */
#define BUNDLE_PIECES      4096
#define BUNDLE_PIECE_BYTES 252
#define BUNDLE_USUAL_BYTES 124 /* that are copied in any case */

typedef struct BundlePiece
{
	uint32 len;
	uint8 bytes[BUNDLE_PIECE_BYTES];
} BundlePiece;

/* A name of a request whose number is known.  Up to 16 bytes are in its first
 * and last eight. */
#define NAME_MEMOS      64
#define NAME_MEMO_BYTES 44

typedef struct NameMemo
{
	uint64 first;
	uint64 last;
	uint16 len; /* 0: nothing is known */
	uint16 number;
	char bytes[NAME_MEMO_BYTES];
} NameMemo;

/* For how long the zone's offset is the same, in microseconds */
#define ZONE_PIECES 8

typedef struct ZonePiece
{
	int64 from;
	int64 to;
	int64 offset; /* to the east */
} ZonePiece;

/* A rulebook, with what its routings are put together of */
typedef struct OpenRulebook
{
	Rulebook book;
	uint64 serial; /* 0: not open; never the same for two */
	uint64 digest;
	pg_tz *zone;
	NumberPiece *units; /* ids */
	TermPiece *terms;   /* of policies … */
	uint8 *pool;        /* … and those that are longer */
	BundlePiece *bundles;
	uint32 *bundle; /* of each bundle its piece plus one, 0: none yet */
	uint32 bundles_used;
	NameMemo channels[NAME_MEMOS];
	NameMemo owners[NAME_MEMOS];
	ZonePiece pieces[ZONE_PIECES];
	int next_piece;
} OpenRulebook;

/* What a function keeps between calls to find its rulebook again; zeroed */
typedef struct RulebookMemo
{
	OpenRulebook *rulebook;
	uint64 serial;
	ValueMemo value;
} RulebookMemo;

/* What is returned holds until the next call of any of these that is given
 * another rulebook. */
extern OpenRulebook *rulebook_use(Datum value);
extern OpenRulebook *rulebook_find_other(Datum value, RulebookMemo *memo);
/* Two at a time */
extern void rulebook_use_both(Datum first, Datum second,
                              OpenRulebook **first_book,
                              OpenRulebook **second_book);
extern _Noreturn void rulebook_refuse_value(RulebookStatus status,
                                            const char *where);
/* Names are UTF-8, as core's are; so is the database. */
extern void rulebook_check_encoding(void);
/* Its numbers are right, but are its names text? */
extern void rulebook_check_names(const Rulebook *book, const char *where);
/* A zone's name as the server spells it, or an error */
extern const char *rulebook_zone_name(const char *name);

/* The number of a name, of whatever length; 0 if it has none */
extern uint16 rulebook_look_up_name(const Rulebook *book,
                                    RulebookDomain domain, NameMemo *memo,
                                    uint64 first, uint64 last,
                                    const char *name, Size len);

static inline OpenRulebook *
rulebook_find(Datum value, RulebookMemo *memo)
{
	if (likely(value_memo_same(&memo->value,
	                           (struct varlena *) DatumGetPointer(value),
	                           VALUE_DIGEST_AT) &&
	           memo->rulebook != NULL &&
	           memo->rulebook->serial == memo->serial))
		return memo->rulebook;
	return rulebook_find_other(value, memo);
}

static inline uint64
rulebook_eight_bytes(const char *bytes)
{
	uint64 n;

	memcpy(&n, bytes, sizeof(n));
	return n;
}

static inline uint32
rulebook_four_bytes(const char *bytes)
{
	uint32 n;

	memcpy(&n, bytes, sizeof(n));
	return n;
}

static inline uint16
rulebook_name_number(const Rulebook *book, RulebookDomain domain,
                     NameMemo *memos, const char *name, Size len)
{
	NameMemo *memo;
	uint64 first;
	uint64 last;

	if (len >= sizeof(uint64))
	{
		first = rulebook_eight_bytes(name);
		last = rulebook_eight_bytes(name + len - sizeof(uint64));
	}
	else if (len >= sizeof(uint32))
	{
		first = rulebook_four_bytes(name);
		last = rulebook_four_bytes(name + len - sizeof(uint32));
	}
	else if (len > 0)
	{
		first = (uint8) name[0] | (uint32) (uint8) name[len / 2] << 8;
		last = (uint8) name[len - 1];
	}
	else
		return 0;
	StaticAssertStmt(NAME_MEMOS == 64, "six bits of the hash");
	memo =
	    &memos[((first + 3 * last) * UINT64CONST(0x9E3779B97F4A7C15)) >> 58];
	if (likely(memo->len == len && memo->first == first &&
	           memo->last == last &&
	           (len <= 2 * sizeof(uint64) ||
	            memcmp(memo->bytes, name, len) == 0)))
		return memo->number;
	return rulebook_look_up_name(book, domain, memo, first, last, name, len);
}

/* Local time, as microseconds since 2000-01-01 there */
extern int64 rulebook_local_slow(OpenRulebook *rulebook, TimestampTz at);

static inline int64
rulebook_local(OpenRulebook *rulebook, TimestampTz at)
{
	const ZonePiece *p = rulebook->pieces;

	if (likely(at >= p->from && at < p->to))
		return at + p->offset;
	return rulebook_local_slow(rulebook, at);
}

#endif /* CIVICGRID_PG_RULEBOOK_CACHE_H */
