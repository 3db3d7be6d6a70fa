/*
 * workcal_cache.c
 *	  Working calendars that this backend has laid out, so that a call costs
 *	  no more than the arithmetic.
 *
 * The stored value is the text of the rules; the axis is made of it on first
 * use, with the zone data of this server, which may have changed since.  A
 * value never changes under its digest, so nothing is ever invalidated; the
 * calendar that was not used for longest makes room.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "common/hashfn.h"
#include "pgtime.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "core_memory.h"
#include "workcal_cache.h"

#define CALENDARS 64

typedef struct CachedCalendar
{
	uint64 serial; /* 0: empty; never the same for two */
	uint64 digest;
	uint64 last_use;
	Size length;
	char *text;
	MemoryContext context;
	WorkcalRules rules;
	WorkcalAxis axis;
} CachedCalendar;

static CachedCalendar calendars[CALENDARS];
static uint64 uses;
static uint64 serials;

WorkcalMemory
workcal_memory(MemoryContext context)
{
	WorkcalMemory memory = {core_resize, context};

	return memory;
}

/*
 * Zones are those of the IANA database.  The server would also take rules in
 * the manner of POSIX, where "UTC+8", and "Asia/Shanghai8", are eight hours
 * west of Greenwich, which nobody means who writes it.  Few names of zones
 * have digits.
 */
static bool
is_zone_name(const char *name)
{
	static const char *const digits = "0123456789";
	static const char *const odd[] = {
	    "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT", "GMT0", "GMT+0", "GMT-0"};
	int i;

	/* what these are is up to the server */
	if (pg_strcasecmp(name, "localtime") == 0 ||
	    pg_strcasecmp(name, "posixrules") == 0 ||
	    strpbrk(name, "<>,:") != NULL)
		return false;
	if (strpbrk(name, digits) == NULL)
		return true;
	for (i = 0; i < (int) lengthof(odd); i++)
		if (pg_strcasecmp(name, odd[i]) == 0)
			return true;
	/* Etc/GMT-14 to Etc/GMT+12 */
	if (pg_strncasecmp(name, "Etc/GMT", 7) == 0)
	{
		const char *number = name + 7;
		bool west = *number == '+';
		size_t n;

		if (west || *number == '-')
			number++;
		n = strspn(number, digits);
		return number[n] == '\0' &&
		       (n == 1 || (n == 2 && number[0] == '1' &&
		                   number[1] <= (west ? '2' : '4')));
	}
	return false;
}

static pg_tz *
find_zone(const char *name)
{
	pg_tz *zone = is_zone_name(name) ? pg_tzset(name) : NULL;

	/* the server's own clock knows no leap seconds */
	return zone != NULL && pg_tz_acceptable(zone) ? zone : NULL;
}

/* The zone's name as the server spells it; NULL if it does not know it */
const char *
workcal_zone_name(const char *name)
{
	pg_tz *zone = find_zone(name);

	return zone != NULL ? pg_get_timezone_name(zone) : NULL;
}

#define UNIX_SECONDS_OF_2000 \
	((POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * (int64) SECS_PER_DAY)

/* The pieces of a zone from a day before the horizon to a day after it */
static WorkcalZonePiece *
zone_pieces(const WorkcalRules *rules, uint32 *count)
{
	pg_tz *zone = find_zone(rules->zone);
	pg_time_t at =
	    (rules->from - 2) * (int64) SECS_PER_DAY + UNIX_SECONDS_OF_2000;
	pg_time_t end =
	    (rules->to + 3) * (int64) SECS_PER_DAY + UNIX_SECONDS_OF_2000;
	uint32 room = 8;
	WorkcalZonePiece *pieces = palloc(room * sizeof(*pieces));
	long before;
	long after;
	int before_dst;
	int after_dst;
	pg_time_t boundary;
	int more;

	if (zone == NULL)
		ereport(ERROR, (errcode(MAKE_SQLSTATE('C', 'G', '2', '0', '3')),
		                errmsg("time zone \"%s\" is not known to this server",
		                       rules->zone),
		                errdetail("A working calendar was made where it is."),
		                errhint("Update the server's time zone data; "
		                        "pg_timezone_names lists what it knows.")));
	more = pg_next_dst_boundary(&at, &before, &before_dst, &boundary, &after,
	                            &after_dst, zone);
	if (more < 0)
		elog(ERROR, "could not read the rules of time zone \"%s\"",
		     rules->zone);
	pieces[0].from = PG_INT64_MIN;
	pieces[0].offset = before * WORKCAL_SECOND;
	*count = 1;
	while (more > 0 && boundary < end)
	{
		if (*count == room)
		{
			room *= 2;
			pieces = repalloc(pieces, room * sizeof(*pieces));
		}
		/* some boundaries change the name of the time only */
		if (after * WORKCAL_SECOND != pieces[*count - 1].offset)
		{
			pieces[*count].from =
			    (boundary - UNIX_SECONDS_OF_2000) * WORKCAL_SECOND;
			pieces[*count].offset = after * WORKCAL_SECOND;
			++*count;
		}
		at = boundary;
		more = pg_next_dst_boundary(&at, &before, &before_dst, &boundary,
		                            &after, &after_dst, zone);
	}
	return pieces;
}

static void
forget(CachedCalendar *c)
{
	MemoryContext context = c->context;

	memset(c, 0, sizeof(*c));
	if (context != NULL)
		MemoryContextDelete(context);
}

/* Lay a calendar out, in place of the one not used for longest. */
static CachedCalendar *
lay_out(const char *text, Size length, uint64 digest)
{
	CachedCalendar *c = &calendars[0];
	MemoryContext context = AllocSetContextCreate(
	    CurrentMemoryContext, "civicgrid calendar", ALLOCSET_DEFAULT_SIZES);
	WorkcalMemory memory = workcal_memory(context);
	WorkcalFault fault;
	WorkcalZonePiece *pieces;
	uint32 npieces;
	int i;

	for (i = 0; i < CALENDARS && c->serial != 0; i++)
		if (calendars[i].serial == 0 || calendars[i].last_use < c->last_use)
			c = &calendars[i];
	forget(c);
	if (!workcal_parse(text, length, &memory, &c->rules, &fault))
	{
		if (fault.status == WORKCAL_NO_MEMORY)
			ereport(ERROR,
			        (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
		                errmsg("invalid stored value for type workcal"),
		                errdetail("It has been damaged."),
		                errhint("Publish the calendar again, with "
		                        "publish_calendar().")));
	}
	pieces = zone_pieces(&c->rules, &npieces);
	if (!workcal_build(&c->axis, &c->rules, pieces, npieces, &memory))
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
		                errmsg("out of memory while laying a calendar out")));
	pfree(pieces);
	c->text = MemoryContextAlloc(context, length);
	memcpy(c->text, text, length);
	c->length = length;
	c->digest = digest;
	/* nothing fails from here on */
	MemoryContextSetParent(context, TopMemoryContext);
	c->context = context;
	c->serial = ++serials;
	return c;
}

/* The axis of a value that is all in memory */
static CachedCalendar *
find_calendar(const char *payload, Size size)
{
	const char *text = payload + WORKCAL_DIGEST_BYTES;
	Size length;
	uint64 digest;
	CachedCalendar *c;
	int i;

	if (size < WORKCAL_DIGEST_BYTES)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
		                errmsg("invalid stored value for type workcal"),
		                errdetail("It is too short.")));
	length = size - WORKCAL_DIGEST_BYTES;
	memcpy(&digest, payload, WORKCAL_DIGEST_BYTES);
	/* the digest may have been made to match: so the text is compared */
	for (i = 0; i < CALENDARS; i++)
		if (calendars[i].serial != 0 && calendars[i].digest == digest &&
		    calendars[i].length == length &&
		    memcmp(calendars[i].text, text, length) == 0)
			break;
	c = i < CALENDARS ? &calendars[i] : lay_out(text, length, digest);
	c->last_use = ++uses;
	return c;
}

/* Is the memo's calendar still in the cache? */
static inline bool
still_there(const WorkcalMemo *memo)
{
	const CachedCalendar *c =
	    (const CachedCalendar *) ((const char *) memo->axis -
	                              offsetof(CachedCalendar, axis));

	return c->serial == memo->serial;
}

const WorkcalAxis *
workcal_use_memo(Datum value, WorkcalMemo *memo)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);
	struct varlena *detoasted;
	CachedCalendar *c;

	if (value_memo_same(&memo->value, v, 0) && memo->axis != NULL &&
	    still_there(memo))
		return memo->axis;
	memo->axis = NULL;
	detoasted = PG_DETOAST_DATUM_PACKED(value);
	c = find_calendar(VARDATA_ANY(detoasted), VARSIZE_ANY_EXHDR(detoasted));
	if (detoasted != v)
		pfree(detoasted);
	memo->serial = c->serial;
	memo->axis = &c->axis;
	return memo->axis;
}
