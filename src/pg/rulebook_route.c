/*
 * rulebook_route.c
 *	  route(): who acts on a case, along which path, within which limits.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "rulebook_cache.h"
#include "rulebook_request.h"

#define ERRCODE_NO_CHANNEL  MAKE_SQLSTATE('C', 'G', '4', '1', '1')
#define ERRCODE_NO_SEVERITY MAKE_SQLSTATE('C', 'G', '4', '1', '2')

/* Names that an error lists */
#define LISTED 20

#define USECS_PER_MINUTE_64 ((int64) SECS_PER_MINUTE * USECS_PER_SEC)
#define MINUTES_PER_DAY     1440

/* 2000-01-01 was a Saturday, weeks begin on Monday. */
#define MINUTE_OF_2000 (5 * MINUTES_PER_DAY)

/*
 * Mix the bits of a number (the finalizer of SplitMix64, Steele et al. 2014).
 * Which fallback unit takes a case depends on it: it never changes.
 */
static inline uint64
mix(uint64 n)
{
	n = (n ^ n >> 30) * UINT64CONST(0xBF58476D1CE4E5B9);
	n = (n ^ n >> 27) * UINT64CONST(0x94D049BB133111EB);
	return n ^ n >> 31;
}

static inline int64
floor_division(int64 a, int64 b)
{
	return a / b - (a % b < 0);
}

static _Noreturn void
refuse_channel(const Rulebook *book, const text *name)
{
	StringInfoData known;
	uint32 n = book->name_count[RULEBOOK_CHANNEL];
	uint32 i;

	initStringInfo(&known);
	for (i = 0; i < n && i < LISTED; i++)
	{
		const RulebookName *channel = &book->names[RULEBOOK_CHANNEL][i];

		appendStringInfo(&known, "%s%.*s", i > 0 ? ", " : "",
		                 (int) channel->len, book->pool + channel->at);
	}
	ereport(
	    ERROR,
	    (errcode(ERRCODE_NO_CHANNEL),
	     errmsg("the rulebook knows no channel \"%s\"", text_to_cstring(name)),
	     n == 0 ? errdetail("It knows no channels at all.")
	            : errdetail("It knows %s%s.", known.data,
	                        n > LISTED ? ", …" : ""),
	     errhint("NULL stands for no channel; a channel of the draft "
	             "counts when the rulebook is compiled again.")));
}

static _Noreturn void
refuse_severity(const Rulebook *book, int32 severity)
{
	StringInfoData known;
	int i;

	initStringInfo(&known);
	for (i = 0; i < RULEBOOK_SEVERITIES; i++)
		if ((book->severities >> i & 1) != 0)
			appendStringInfo(&known, "%s%d", known.len > 0 ? ", " : "", i + 1);
	ereport(ERROR,
	        (errcode(ERRCODE_NO_SEVERITY),
	         errmsg("the rulebook knows no severity %d", severity),
	         known.len == 0 ? errdetail("It knows no severities at all.")
	                        : errdetail("It knows %s.", known.data),
	         errhint("NULL stands for no severity; a severity of the draft "
	                 "counts when the rulebook is compiled again.")));
}

static inline uint16
name_argument(FunctionCallInfo fcinfo, int arg, const Rulebook *book,
              RulebookDomain domain, NameMemo *memos)
{
	struct varlena *name;

	if (PG_ARGISNULL(arg))
		return 0;
	name = (struct varlena *) PG_GETARG_POINTER(arg);
	/* a name that lies in its row as it is needs no call */
	if (unlikely(VARATT_IS_EXTERNAL(name) || VARATT_IS_COMPRESSED(name)))
		name = PG_GETARG_VARLENA_PP(arg);
	return rulebook_name_number(book, domain, memos, VARDATA_ANY(name),
	                            VARSIZE_ANY_EXHDR(name));
}

/* Without a case number cases of a class, a cell and a day go together. */
static inline uint64
key_of(const RulebookRequest *request, int64 local)
{
	uint64 day = (uint64) floor_division(local, USECS_PER_DAY);

	return mix(
	    mix(mix((uint64) request->event_class) ^ (uint64) request->cell) ^
	    day);
}

static inline uint64
request_key(FunctionCallInfo fcinfo, OpenRulebook *r,
            const RulebookRequest *request)
{
	return PG_ARGISNULL(ARG_CASENO)
	           ? key_of(request, rulebook_local(r, request->at))
	           : mix((uint64) PG_GETARG_INT64(ARG_CASENO));
}

/* All but its key */
static inline void
read_request(FunctionCallInfo fcinfo, OpenRulebook *r,
             RulebookRequest *request)
{
	const Rulebook *book = &r->book;

	request->event_class =
	    PG_ARGISNULL(ARG_CLASS) ? 0 : PG_GETARG_INT64(ARG_CLASS);
	request->cell = PG_ARGISNULL(ARG_CELL) ? 0 : PG_GETARG_INT64(ARG_CELL);
	rulebook_expect(book, request->cell);
	request->at = PG_GETARG_TIMESTAMPTZ(ARG_AT);
	if (unlikely(TIMESTAMP_NOT_FINITE(request->at)))
		ereport(ERROR,
		        (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
		         errmsg("a case cannot be routed at an infinite instant"),
		         errdetail("Duties have ranges of time, and hours."),
		         errhint("Give the instant at which the case is "
		                 "dispatched.")));
	request->channel = name_argument(fcinfo, ARG_CHANNEL, book,
	                                 RULEBOOK_CHANNEL, r->channels);
	if (unlikely(request->channel == 0 && !PG_ARGISNULL(ARG_CHANNEL)))
		refuse_channel(book, PG_GETARG_TEXT_PP(ARG_CHANNEL));
	request->owner =
	    name_argument(fcinfo, ARG_OWNER, book, RULEBOOK_OWNER, r->owners);
	request->severity = 0;
	if (!PG_ARGISNULL(ARG_SEVERITY))
	{
		int32 severity = PG_GETARG_INT32(ARG_SEVERITY);

		if (unlikely(severity < 1 || severity > RULEBOOK_SEVERITIES ||
		             (book->severities >> (severity - 1) & 1) == 0))
			refuse_severity(book, severity);
		request->severity = (uint8) severity;
	}
	request->key = 0;
	request->minute = 0;
	if (book->timed)
	{
		int64 local = rulebook_local(r, request->at);
		int64 minute =
		    (floor_division(local, USECS_PER_MINUTE_64) + MINUTE_OF_2000) %
		    RULEBOOK_WEEK;

		request->minute =
		    (uint16) (minute < 0 ? minute + RULEBOOK_WEEK : minute);
	}
}

void
rulebook_read_request(FunctionCallInfo fcinfo, OpenRulebook *r,
                      RulebookRequest *request)
{
	read_request(fcinfo, r, request);
	request->key = request_key(fcinfo, r, request);
}

/* Does another fallback unit stand beside this one? */
static inline bool
is_shared(const Rulebook *book, int32_t fallback)
{
	const RulebookFallback *f = &book->fallbacks[fallback];

	return (fallback > 0 && f[-1].territory == f->territory) ||
	       ((uint32) fallback + 1 < book->fallback_count &&
	        f[1].territory == f->territory);
}

/* Copy a few bytes with more behind them; there is room for a piece. */
static inline uint8 *
put_piece(uint8 *out, const NumberPiece *piece)
{
	memcpy(out, piece, sizeof(*piece));
	return out + piece->len;
}

static inline uint8 *
put_name(uint8 *out, const Rulebook *book, RulebookDomain domain, uint16 n)
{
	const RulebookName *name;

	if (n == 0)
	{
		*out = 0;
		return out + 1;
	}
	name = &book->names[domain][n - 1];
	return out + routing_put_text(out, book->pool + name->at, name->len);
}

/* Likewise: a whole cache line, or the piece that did not fit into one */
static inline uint8 *
put_term(uint8 *out, const OpenRulebook *r, const TermPiece *piece)
{
	if (likely(piece->len <= TERM_PIECE_BYTES))
		memcpy(out, piece->u.bytes, TERM_PIECE_BYTES);
	else
		memcpy(out, r->pool + piece->u.at, piece->len);
	return out + piece->len;
}

/* The terms of an answer with their number before them, and how long that is;
 * there is room. */
static uint8 *
put_terms(uint8 *out, const OpenRulebook *r, const RulebookAnswer *answer)
{
	uint32 i;

	*out++ = (uint8) answer->stages;
	for (i = 0; i < answer->stages; i++)
		out = put_term(out, r, &r->terms[answer->policy[i]]);
	return out;
}

static Size
length_of_terms(const OpenRulebook *r, const RulebookAnswer *answer)
{
	Size len = 1;
	uint32 i;

	for (i = 0; i < answer->stages; i++)
		len += r->terms[answer->policy[i]].len;
	return len;
}

/* Those of a bundle that has no piece yet; NULL if it gets none */
static pg_noinline const BundlePiece *
make_bundle(OpenRulebook *r, const RulebookAnswer *answer)
{
	Size len = length_of_terms(r, answer);
	uint8 bytes[BUNDLE_PIECE_BYTES + TERM_PIECE_BYTES] = {0};
	BundlePiece *piece;

	if (r->bundles_used == BUNDLE_PIECES || len > BUNDLE_PIECE_BYTES)
		return NULL;
	piece = &r->bundles[r->bundles_used++];
	put_terms(bytes, r, answer);
	piece->len = (uint32) len;
	memcpy(piece->bytes, bytes, sizeof(piece->bytes));
	r->bundle[answer->bundle] = r->bundles_used;
	return piece;
}

static inline const BundlePiece *
bundle_of(OpenRulebook *r, const RulebookAnswer *answer)
{
	uint32 piece;

	if (answer->bundle == UINT32_MAX)
		return NULL;
	piece = r->bundle[answer->bundle];
	return likely(piece != 0) ? &r->bundles[piece - 1]
	                          : make_bundle(r, answer);
}

/* The flat form of an answer, out of pieces that were written before */
static inline bytea *
make_routing(OpenRulebook *r, const RulebookAnswer *answer)
{
	const Rulebook *book = &r->book;
	const BundlePiece *bundle = bundle_of(r, answer);
	Size room = VARHDRSZ + ROUTING_HEAD_BYTES + 3 +
	            (answer->paths + 2) * sizeof(NumberPiece) +
	            answer->assists * (sizeof(NumberPiece) + ROUTING_TEXT_BYTES);
	bytea *value;
	uint8 *out;
	uint32 i;

	if (likely(bundle != NULL))
		room += BUNDLE_PIECE_BYTES;
	else
		room += length_of_terms(r, answer) + TERM_PIECE_BYTES;
	value = palloc(room);
	out = (uint8 *) VARDATA(value);
	*out++ = ROUTING_VERSION;
	if (answer->lead < 0)
	{
		memset(out, 0, 6);
		out += 6;
	}
	else
	{
		out = put_piece(out, &r->units[answer->lead]);
		*out++ = book->units[answer->lead].level;
		if (answer->rule >= 0)
			out += routing_put_number(out, answer->rule_id);
		else
			*out++ = 0;
		if (answer->fallback >= 0)
			out +=
			    routing_put_number(out, book->fallbacks[answer->fallback].id);
		else
			*out++ = 0;
		*out++ = (uint8) answer->paths;
		for (i = 0; i < answer->paths; i++)
			out = put_piece(out, &r->units[answer->path[i]]);
		*out++ = (uint8) answer->assists;
		for (i = 0; i < answer->assists; i++)
		{
			out = put_piece(out, &r->units[answer->assist[i]]);
			out = put_name(out, book, RULEBOOK_TASK, answer->task[i]);
		}
	}
	if (likely(bundle != NULL))
	{
		memcpy(out, bundle->bytes, BUNDLE_USUAL_BYTES);
		if (unlikely(bundle->len > BUNDLE_USUAL_BYTES))
			memcpy(out + BUNDLE_USUAL_BYTES,
			       bundle->bytes + BUNDLE_USUAL_BYTES,
			       BUNDLE_PIECE_BYTES - BUNDLE_USUAL_BYTES);
		out += bundle->len;
	}
	else
		out = put_terms(out, r, answer);
	Assert((Size) (out - (uint8 *) value) <= room);
	SET_VARSIZE(value, out - (uint8 *) value);
	return value;
}

PG_FUNCTION_INFO_V1(cg_route);
Datum
cg_route(PG_FUNCTION_ARGS)
{
	OpenRulebook *r;
	RulebookRequest request;
	RulebookAnswer answer;

	if (PG_ARGISNULL(ARG_BOOK) || PG_ARGISNULL(ARG_AT))
		PG_RETURN_NULL();
	if (unlikely(fcinfo->flinfo->fn_extra == NULL))
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(
		    fcinfo->flinfo->fn_mcxt, sizeof(RulebookMemo));
	r = rulebook_find(PG_GETARG_DATUM(ARG_BOOK), fcinfo->flinfo->fn_extra);
	read_request(fcinfo, r, &request);
	rulebook_route(&r->book, &request, &answer);
	/* few need their key */
	if (unlikely(answer.fallback >= 0 && is_shared(&r->book, answer.fallback)))
	{
		request.key = request_key(fcinfo, r, &request);
		rulebook_route(&r->book, &request, &answer);
	}
	PG_RETURN_BYTEA_P(make_routing(r, &answer));
}
