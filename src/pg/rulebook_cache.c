/*
 * rulebook_cache.c
 *	  Rulebooks that this backend has at hand, so that a call costs no more
 *	  than its request.
 *
 * A rulebook is read whole, and checked once.  A value never changes under its
 * digest, so nothing is ever invalidated, and of a stored one the header is
 * enough to know it again; the one that was not used for longest makes room.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "core_memory.h"
#include "rulebook_cache.h"
#include "workcal_cache.h"

#define RULEBOOKS 8

typedef struct CachedRulebook
{
	uint64 last_use;
	Size size;
	uint8 *bytes;
	MemoryContext context;
	OpenRulebook rulebook; /* of serial 0: empty */
} CachedRulebook;

static CachedRulebook rulebooks[RULEBOOKS];
static uint64 uses;
static uint64 serials;

void
rulebook_refuse_value(RulebookStatus status, const char *where)
{
	const char *detail = "Its parts do not fit together.";

	if (status == RULEBOOK_NO_MEMORY)
		ereport(ERROR,
		        (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	if (status == RULEBOOK_TOO_LARGE)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("the rulebook is too large")));
	if (status == RULEBOOK_VERSION)
		detail = "It is of a format that this version of civicgrid does not "
		         "know, or was made on a machine of the other byte order.";
	if (status == RULEBOOK_CHECKSUM)
		detail = "Its checksum does not fit its content.";
	ereport(ERROR,
	        (errcode(where != NULL ? ERRCODE_INVALID_BINARY_REPRESENTATION
	                               : ERRCODE_DATA_CORRUPTED),
	         errmsg("invalid %s for type rulebook",
	                where != NULL ? where : "stored value"),
	         errdetail_internal("%s", detail),
	         errhint("Compile it again from its parts, with "
	                 "rulebook_agg().")));
}

void
rulebook_check_encoding(void)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
		        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		         errmsg("rulebooks need a database of encoding UTF8"),
		         errdetail("The encoding of this database is %s.",
		                   GetDatabaseEncodingName()),
		         errhint("Create a database with ENCODING 'UTF8' and TEMPLATE "
		                 "template0, and move the data there with pg_dump.")));
}

void
rulebook_check_names(const Rulebook *book, const char *where)
{
	int domain;
	uint32 i;

	for (domain = 0; domain < RULEBOOK_DOMAINS; domain++)
		for (i = 0; i < book->name_count[domain]; i++)
		{
			const RulebookName *name = &book->names[domain][i];

			if (!pg_verify_mbstr(PG_UTF8, book->pool + name->at,
			                     (int) name->len, true))
				rulebook_refuse_value(RULEBOOK_STRUCTURE, where);
		}
}

const char *
rulebook_zone_name(const char *name)
{
	const char *known = workcal_zone_name(name);

	if (known == NULL)
		ereport(ERROR,
		        (errcode(MAKE_SQLSTATE('C', 'G', '2', '0', '3')),
		         errmsg("unknown time zone in a rulebook"),
		         errdetail("It is \"%s\".", name),
		         errhint("Use a name of the IANA database, as Asia/Shanghai; "
		                 "pg_timezone_names lists them.")));
	return known;
}

static RoutingText
named_text(const Rulebook *book, RulebookDomain domain, uint16 number)
{
	RoutingText text = {NULL, 0};

	if (number != 0)
	{
		const RulebookName *name = &book->names[domain][number - 1];

		text.bytes = book->pool + name->at;
		text.len = name->len;
	}
	return text;
}

static uint32
write_term(const Rulebook *book, const RulebookPolicy *policy, uint8 *out)
{
	RoutingTerm term = {0};
	uint16 i;

	term.stage = named_text(book, RULEBOOK_STAGE, policy->stage);
	term.policy = policy->id;
	term.term = policy->term;
	term.calendar = named_text(book, RULEBOOK_CALENDAR, policy->calendar);
	term.warnings = policy->warnings;
	memcpy(term.warning, policy->warning, sizeof(term.warning));
	term.limits = policy->limits;
	for (i = 0; i < policy->limits; i++)
	{
		const RulebookLimit *limit = &book->limits[policy->first_limit + i];

		term.name[i] = named_text(book, RULEBOOK_TASK, limit->name);
		term.limit[i] = limit->term;
	}
	return (uint32) routing_put_term(out, &term);
}

/* Write down what routings are put together of. */
static void
prepare_pieces(OpenRulebook *r, MemoryContext context)
{
	const Rulebook *book = &r->book;
	uint8 *piece = palloc(ROUTING_TERM_BYTES);
	Size room = 4096;
	Size used = 0;
	uint32 i;

	StaticAssertStmt(sizeof(TermPiece) == 64, "a cache line");
	r->units = core_memory_for_lookups(context, Max(book->unit_count, 1) *
	                                                sizeof(NumberPiece));
	for (i = 0; i < book->unit_count; i++)
		r->units[i].len =
		    (uint8) routing_put_number(r->units[i].bytes, book->units[i].id);
	r->terms = core_memory_for_lookups(context, Max(book->policy_count, 1) *
	                                                sizeof(TermPiece));
	r->pool = MemoryContextAllocHuge(context, room);
	for (i = 0; i < book->policy_count; i++)
	{
		TermPiece *p = &r->terms[i];

		p->len = write_term(book, &book->policies[i], piece);
		if (p->len <= TERM_PIECE_BYTES)
		{
			memcpy(p->u.bytes, piece, p->len);
			continue;
		}
		if (room - used < p->len)
		{
			room = 2 * room + p->len;
			r->pool = repalloc_huge(r->pool, room);
		}
		p->u.at = (uint32) used;
		memcpy(r->pool + used, piece, p->len);
		used += p->len;
	}
	pfree(piece);
	r->bundle = MemoryContextAllocExtended(
	    context, Max(book->bundles, 1) * sizeof(uint32),
	    MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	r->bundles = core_memory_for_lookups(
	    context,
	    Max(Min(book->bundles, BUNDLE_PIECES), 1) * sizeof(BundlePiece));
}

static void
open_rulebook(CachedRulebook *c, MemoryContext context, const uint8 *payload,
              Size size)
{
	OpenRulebook *r = &c->rulebook;
	RulebookStatus status;

	c->bytes = core_memory_for_lookups(context, size);
	memcpy(c->bytes, payload, size);
	status = rulebook_open(c->bytes, size, &r->book);
	if (status != RULEBOOK_OK)
		rulebook_refuse_value(status, NULL);
	rulebook_check_names(&r->book, NULL);
	memcpy(&r->digest, payload + RULEBOOK_DIGEST_AT, sizeof(r->digest));
	r->zone = pg_tzset(rulebook_zone_name(r->book.timezone));
	prepare_pieces(r, context);
}

/* The rulebook of a value in memory; keep is one that has to stay. */
static CachedRulebook *
find_rulebook(const uint8 *payload, Size size, const CachedRulebook *keep)
{
	CachedRulebook *c = NULL;
	MemoryContext context;
	int i;

	if (size < RULEBOOK_PADDING)
		rulebook_refuse_value(RULEBOOK_STRUCTURE, NULL);
	payload += RULEBOOK_PADDING;
	size -= RULEBOOK_PADDING;
	for (i = 0; i < RULEBOOKS; i++)
		if (rulebooks[i].rulebook.serial != 0 && rulebooks[i].size == size &&
		    memcmp(rulebooks[i].bytes, payload, size) == 0)
		{
			rulebooks[i].last_use = ++uses;
			return &rulebooks[i];
		}
	for (i = 0; i < RULEBOOKS; i++)
		if (&rulebooks[i] != keep &&
		    (c == NULL || rulebooks[i].last_use < c->last_use))
			c = &rulebooks[i];
	context = c->context;
	memset(c, 0, sizeof(*c));
	if (context != NULL)
		MemoryContextDelete(context);
	/* what fails leaves a context behind that goes with the statement */
	context = AllocSetContextCreate(CurrentMemoryContext, "civicgrid rulebook",
	                                ALLOCSET_DEFAULT_SIZES);
	open_rulebook(c, context, payload, size);
	MemoryContextSetParent(context, TopMemoryContext);
	c->context = context;
	c->size = size;
	c->rulebook.serial = ++serials;
	c->last_use = ++uses;
	return c;
}

/*
 * A stored rulebook that is at hand, or NULL.  Megabytes would have to be read
 * and compared by every statement, even if it has but one request.
 */
static CachedRulebook *
recognise(struct varlena *v)
{
	const Size head = VALUE_DIGEST_AT + VALUE_DIGEST_BYTES;
	CachedRulebook *found = NULL;
	Size size;
	struct varlena *slice = value_head(v, head, &size);
	int i;

	if (slice == NULL)
		return NULL;
	for (i = 0; i < RULEBOOKS && found == NULL; i++)
		if (rulebooks[i].rulebook.serial != 0 &&
		    rulebooks[i].size == size - RULEBOOK_PADDING &&
		    memcmp(rulebooks[i].bytes, VARDATA_ANY(slice) + RULEBOOK_PADDING,
		           head - RULEBOOK_PADDING) == 0)
			found = &rulebooks[i];
	pfree(slice);
	if (found != NULL)
		found->last_use = ++uses;
	return found;
}

static CachedRulebook *
find_value(Datum value, const CachedRulebook *keep)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);
	CachedRulebook *c = recognise(v);

	if (c != NULL)
		return c;
	v = PG_DETOAST_DATUM_PACKED(value);
	c = find_rulebook((const uint8 *) VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v),
	                  keep);
	if ((Pointer) v != DatumGetPointer(value))
		pfree(v);
	return c;
}

OpenRulebook *
rulebook_use(Datum value)
{
	return &find_value(value, NULL)->rulebook;
}

void
rulebook_use_both(Datum first, Datum second, OpenRulebook **first_book,
                  OpenRulebook **second_book)
{
	CachedRulebook *c = find_value(first, NULL);

	*first_book = &c->rulebook;
	*second_book = &find_value(second, c)->rulebook;
}

OpenRulebook *
rulebook_find_other(Datum value, RulebookMemo *memo)
{
	memo->rulebook = NULL;
	memo->rulebook = rulebook_use(value);
	memo->serial = memo->rulebook->serial;
	return memo->rulebook;
}

uint16
rulebook_look_up_name(const Rulebook *book, RulebookDomain domain,
                      NameMemo *memo, uint64 first, uint64 last,
                      const char *name, Size len)
{
	uint16 number = len > RULEBOOK_NAME_BYTES
	                    ? 0
	                    : rulebook_number(book, domain, name, len);

	if (len > NAME_MEMO_BYTES)
		return number;
	memo->first = first;
	memo->last = last;
	memo->len = (uint16) len;
	memo->number = number;
	memcpy(memo->bytes, name, len);
	return number;
}

#define UNIX_SECONDS_OF_2000 \
	((POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * (int64) SECS_PER_DAY)

int64
rulebook_local_slow(OpenRulebook *r, TimestampTz at)
{
	ZonePiece *p = NULL;
	ZonePiece found;
	pg_time_t second = at / USECS_PER_SEC - (at % USECS_PER_SEC < 0);
	pg_time_t boundary;
	long offset;
	long after;
	int is_dst;
	int after_dst;
	int i;

	for (i = 1; i < ZONE_PIECES && p == NULL; i++)
		if (at >= r->pieces[i].from && at < r->pieces[i].to)
			p = &r->pieces[i];
	if (p == NULL)
	{
		pg_time_t unix_second = second + UNIX_SECONDS_OF_2000;
		int known =
		    pg_next_dst_boundary(&unix_second, &offset, &is_dst, &boundary,
		                         &after, &after_dst, r->zone);

		if (known < 0)
			ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			                errmsg("timestamp out of range")));
		found.from = second * USECS_PER_SEC;
		found.to = known == 0 || boundary - UNIX_SECONDS_OF_2000 >
		                             PG_INT64_MAX / USECS_PER_SEC
		               ? PG_INT64_MAX
		               : (boundary - UNIX_SECONDS_OF_2000) * USECS_PER_SEC;
		found.offset = offset * USECS_PER_SEC;
		/* the same piece, from an earlier instant on, is not another */
		for (i = 0; i < ZONE_PIECES && p == NULL; i++)
			if (r->pieces[i].to == found.to &&
			    r->pieces[i].from < r->pieces[i].to)
				p = &r->pieces[i];
		if (p == NULL)
		{
			r->next_piece = (r->next_piece + 1) % ZONE_PIECES;
			p = &r->pieces[r->next_piece];
		}
		*p = found;
	}
	/* the one that is looked at first */
	found = *p;
	*p = r->pieces[0];
	r->pieces[0] = found;
	return at + found.offset;
}
