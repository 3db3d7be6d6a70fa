/*
 * gridmap_cache.c
 *	  Gridmaps that this backend has at hand, so that a call costs no more
 *	  than the lookup.
 *
 * A value never changes under its digest, so nothing is ever invalidated; a
 * map leaves the cache only when room is needed.  A call recognises its map by
 * the TOAST pointer, which is compared with the one of the call before; only
 * when that differs is the header read, and its digest looked for.
 *
 * A map begins as one that is read in pieces: pages of the value, read from
 * its TOAST table as they are needed, so that a fresh connection's first
 * lookup reads five pages of a map of any size.  When pages that weigh a
 * sixteenth of the map have been read, all of it is: from then on each lookup
 * is a few visits to memory.  A map of a megabyte or less is read whole at
 * once.
 *
 * The room, civicgrid.map_cache_size, is shared among the maps in use so that
 * the smallest share is as large as can be: a map that needs less than an
 * equal share takes what it needs, and the others share the rest in the same
 * way.  A map larger than its share stays read in pages, and its share is how
 * many of these are kept.  So two maps that do not fit together slow each
 * other down, but neither throws the other out at every row.
 */
#include "postgres.h"

#include <limits.h>

#include "access/detoast.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "core/gridmap.h"

#include "compat.h"
#include "core_memory.h"
#include "gridmap_cache.h"

#define PAGE_BYTES 8192

/* Maps known to the cache, and pages of one, at most and at least */
#define MAPS      64
#define MIN_PAGES 16

/* Read whole at once, and otherwise after pages of this part of the map */
#define SMALL_MAP    (1024 * 1024)
#define LOAD_PORTION 16

/* How many uses ago a map may have been used to count as in use */
#define IN_USE 100000

/* How much is read from the TOAST table in one go when a map is loaded */
#define LOAD_BYTES (1024 * 1024)

typedef struct MapPage
{
	uint32 number;
	bool used; /* since the hand came by */
	uint8 *bytes;
} MapPage;

typedef struct CachedMap
{
	uint64 serial; /* 0: empty; never the same for two maps */
	uint64 digest;
	uint64 last_use;
	Gridmap map;
	int32 srid;
	MemoryContext context; /* of the whole value, or of the pages */
	bool whole;

	/* a map in pages */
	uint8 pointer[32]; /* where it can be read, as of the last use */
	MapPage *pages;
	int npages;
	int most_pages;
	int hand;
	int32 *page_of; /* by number: index in pages, or -1 */
	uint64 bytes_read;
} CachedMap;

static int map_cache_size = 256 * 1024; /* kB */

static CachedMap maps[MAPS];
static uint64 uses;
static uint64 serials;
static MemoryContext cache_context;

void
gridmap_cache_init(void)
{
	DefineCustomIntVariable(
	    "civicgrid.map_cache_size",
	    "Memory that each backend may use to keep gridmaps in.",
	    "Maps in use share it; one that is larger than its share is read "
	    "in pieces, which is slower.",
	    &map_cache_size, map_cache_size, 1024, INT_MAX / 2, PGC_USERSET,
	    GUC_UNIT_KB, NULL, NULL, NULL);
}

void
gridmap_refuse(GridmapStatus status, const char *where)
{
	const char *detail = "It has been damaged.";

	switch (status)
	{
		case GRIDMAP_SHORT:
			detail = "Its length is not the one it was made with.";
			break;
		case GRIDMAP_MAGIC:
			detail = "Its first bytes are not those of a gridmap.";
			break;
		case GRIDMAP_VERSION:
			detail = "It is of a format that this version of civicgrid does "
			         "not know.";
			break;
		case GRIDMAP_BYTEORDER:
			detail = "It was made on a machine of the other byte order.";
			break;
		case GRIDMAP_CHECKSUM:
			detail = "Its checksum does not fit its content.";
			break;
		case GRIDMAP_STRUCTURE:
			detail = "Its parts do not fit together.";
			break;
		default:
			break;
	}
	ereport(ERROR,
	        (errcode(where != NULL ? ERRCODE_INVALID_BINARY_REPRESENTATION
	                               : ERRCODE_DATA_CORRUPTED),
	         errmsg("invalid %s for type gridmap",
	                where != NULL ? where : "stored value"),
	         errdetail_internal("%s", detail),
	         errhint("Compile the map again from its cells, with "
	                 "gridmap_agg() or publish_grid().")));
}

/* Bytes that a map takes now */
static uint64
held_by(const CachedMap *m)
{
	if (m->serial == 0)
		return 0;
	return m->whole ? m->map.size : (uint64) m->npages * PAGE_BYTES;
}

static bool
in_use(const CachedMap *m)
{
	return m->serial != 0 && uses - m->last_use < IN_USE;
}

/*
 * The share of a map when the room is shared out fairly: as long as some map
 * wants less than an equal part of what is left, it gets what it wants.
 */
static uint64
fair_share(const CachedMap *wanting, uint64 wanted)
{
	uint64 room = (uint64) map_cache_size * 1024;
	bool served[MAPS] = {false};
	int sharing = 1;
	bool changed = true;
	int i;

	for (i = 0; i < MAPS; i++)
		if (&maps[i] != wanting && in_use(&maps[i]))
			sharing++;
		else
			served[i] = true;
	while (changed)
	{
		uint64 part = room / sharing;

		changed = false;
		if (wanted <= part)
			return wanted;
		for (i = 0; i < MAPS; i++)
			if (!served[i] && maps[i].map.size <= part)
			{
				served[i] = true;
				room -= maps[i].map.size;
				sharing--;
				changed = true;
			}
	}
	return room / sharing;
}

static void
forget(CachedMap *m)
{
	MemoryContext context = m->context;

	memset(m, 0, sizeof(*m));
	if (context != NULL)
		MemoryContextDelete(context);
}

/*
 * Make room for a map to hold so much: those not in use go first, the longest
 * unused before others, then those that hold more than their share.
 */
static void
make_room(const CachedMap *wanting, uint64 wanted)
{
	uint64 room = (uint64) map_cache_size * 1024;

	for (;;)
	{
		uint64 held = wanted;
		CachedMap *victim = NULL;
		int i;

		for (i = 0; i < MAPS; i++)
		{
			CachedMap *m = &maps[i];

			if (m == wanting || held_by(m) == 0)
				continue;
			held += held_by(m);
			if (in_use(m) && held_by(m) <= fair_share(m, m->map.size))
				continue;
			if (victim == NULL || m->last_use < victim->last_use)
				victim = m;
		}
		if (held <= room || victim == NULL)
			return;
		forget(victim);
	}
}

static CachedMap *
find_map(uint64 digest, uint64 size)
{
	int i;

	for (i = 0; i < MAPS; i++)
		if (maps[i].serial != 0 && maps[i].digest == digest &&
		    maps[i].map.size == size)
			return &maps[i];
	return NULL;
}

static CachedMap *
new_map(const uint8 *header, const Gridmap *map)
{
	CachedMap *m = &maps[0];
	GridmapInfo info;
	int i;

	for (i = 0; i < MAPS && m->serial != 0; i++)
		if (maps[i].serial == 0 || maps[i].last_use < m->last_use)
			m = &maps[i];
	forget(m);
	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(
		    TopMemoryContext, "civicgrid maps", ALLOCSET_SMALL_SIZES);
	gridmap_info(header, &info);
	m->map = *map;
	m->map.bytes = NULL;
	m->srid = info.srid;
	m->digest = info.digest;
	m->last_use = uses;
	m->serial = ++serials;
	return m;
}

/* Copy bytes of the value behind a TOAST pointer, stored uncompressed. */
static void
read_toast(const uint8 *pointer, uint64 offset, uint64 length, uint8 *target)
{
	struct varlena *slice = detoast_attr_slice(
	    unconstify(struct varlena *, (const struct varlena *) pointer),
	    (int32) offset, (int32) length);

	if (VARSIZE_ANY_EXHDR(slice) != length)
		gridmap_refuse(GRIDMAP_SHORT, NULL);
	memcpy(target, VARDATA_ANY(slice), length);
	pfree(slice);
}

/*
 * Take the whole value into the cache: from memory, or where there is none
 * from the TOAST table.
 */
static void
load_whole(CachedMap *m, const uint8 *bytes)
{
	MemoryContext context = AllocSetContextCreate(
	    cache_context, "civicgrid map", ALLOCSET_SMALL_SIZES);
	Gridmap map = m->map;
	GridmapStatus status = GRIDMAP_STRUCTURE;
	uint8 *copy = NULL;

	PG_TRY();
	{
		uint64 at;

		copy = core_memory_for_lookups(context, map.size);
		if (bytes != NULL)
			memcpy(copy, bytes, map.size);
		else
			for (at = 0; at < map.size; at += LOAD_BYTES)
			{
				CHECK_FOR_INTERRUPTS();
				read_toast(m->pointer, at, Min(LOAD_BYTES, map.size - at),
				           copy + at);
			}
		status = gridmap_validate(copy, m->map.size, &map);
		if (status != GRIDMAP_OK)
			gridmap_refuse(status, NULL);
	}
	PG_CATCH();
	{
		MemoryContextDelete(context);
		PG_RE_THROW();
	}
	PG_END_TRY();

	if (m->context != NULL)
		MemoryContextDelete(m->context);
	m->context = context;
	m->map = map;
	m->whole = true;
	m->pages = NULL;
	m->page_of = NULL;
	m->npages = 0;
}

static void
begin_pages(CachedMap *m)
{
	uint64 count = m->map.size / PAGE_BYTES + 1;
	uint64 i;

	m->context = AllocSetContextCreate(cache_context, "civicgrid map pages",
	                                   ALLOCSET_DEFAULT_SIZES);
	m->page_of = MemoryContextAllocHuge(m->context, count * sizeof(int32));
	for (i = 0; i < count; i++)
		m->page_of[i] = -1;
	m->pages = NULL;
	m->npages = 0;
	m->most_pages = 0;
	m->hand = 0;
}

/* A page of the value, read if need be in place of one not used of late. */
static const uint8 *
get_page(CachedMap *m, uint32 number)
{
	int32 at = m->page_of[number];
	uint64 start = (uint64) number * PAGE_BYTES;
	MapPage *page;

	if (at >= 0)
	{
		m->pages[at].used = true;
		return m->pages[at].bytes;
	}
	if (m->npages == m->most_pages)
	{
		uint64 share = fair_share(m, m->map.size) / PAGE_BYTES;
		int most = (int) Max(share, MIN_PAGES);

		if (m->npages < most)
		{
			most = Min(most, Max(m->npages * 2, MIN_PAGES));
			make_room(m, (uint64) most * PAGE_BYTES);
			m->pages =
			    m->pages == NULL
			        ? MemoryContextAlloc(m->context, most * sizeof(MapPage))
			        : repalloc(m->pages, most * sizeof(MapPage));
			m->most_pages = most;
		}
	}
	if (m->npages < m->most_pages)
	{
		page = &m->pages[m->npages];
		page->bytes = MemoryContextAlloc(m->context, PAGE_BYTES);
		at = m->npages;
	}
	else
	{
		while (m->pages[m->hand].used)
		{
			m->pages[m->hand].used = false;
			m->hand = (m->hand + 1) % m->npages;
		}
		at = m->hand;
		page = &m->pages[at];
		m->page_of[page->number] = -1;
		m->hand = (m->hand + 1) % m->npages;
	}
	page->number = number;
	page->used = false;
	/* if this fails the page is not known by any number */
	read_toast(m->pointer, start, Min(PAGE_BYTES, m->map.size - start),
	           page->bytes);
	if (at == m->npages)
		m->npages++;
	page->used = true;
	m->page_of[number] = at;
	m->bytes_read += PAGE_BYTES;
	return page->bytes;
}

/* GridmapReadFn over the pages of a map */
static bool
read_pages(void *context, uint64_t offset, size_t length, void *target)
{
	CachedMap *m = context;
	uint8 *to = target;

	while (length > 0)
	{
		uint32 within = offset % PAGE_BYTES;
		size_t here = Min(length, PAGE_BYTES - within);

		memcpy(to, get_page(m, (uint32) (offset / PAGE_BYTES)) + within, here);
		to += here;
		offset += here;
		length -= here;
	}
	return true;
}

/* GridmapReadFn over a value in memory that nobody has validated */
static bool
read_memory(void *context, uint64_t offset, size_t length, void *target)
{
	memcpy(target, (const uint8 *) context + offset, length);
	return true;
}

/* A TOAST pointer that pieces can be read through */
static bool
has_pieces(const struct varlena *value)
{
	struct varatt_external pointer;

	if (!VARATT_IS_EXTERNAL_ONDISK(value))
		return false;
	VARATT_EXTERNAL_GET_POINTER(pointer, value);
	/* as VARATT_EXTERNAL_IS_COMPRESSED, whose operands differ in sign */
	return VARATT_EXTERNAL_GET_EXTSIZE(pointer) >=
	       (uint32) pointer.va_rawsize - VARHDRSZ;
}

static void
open_header(const uint8 *header, uint64 size, Gridmap *map)
{
	GridmapStatus status = gridmap_open(header, size, map);

	if (status != GRIDMAP_OK)
		gridmap_refuse(status, NULL);
}

static void
use_cached(CachedMap *m, GridmapUse *use)
{
	m->last_use = ++uses;
	if (!m->whole && m->bytes_read >= m->map.size / LOAD_PORTION &&
	    fair_share(m, m->map.size) == m->map.size)
	{
		make_room(m, m->map.size);
		load_whole(m, NULL);
	}
	use->map = &m->map;
	use->srid = m->srid;
	use->read = m->whole ? NULL : read_pages;
	use->context = m;
}

/* The first sight of a TOAST pointer: read the header, find or begin a map. */
static CachedMap *
recognise(const struct varlena *value)
{
	uint8 header[GRIDMAP_HEADER_BYTES];
	uint64 size = toast_raw_datum_size(PointerGetDatum(value)) - VARHDRSZ;
	GridmapInfo info;
	Gridmap map;
	CachedMap *m;

	if (size < GRIDMAP_HEADER_BYTES)
		gridmap_refuse(GRIDMAP_SHORT, NULL);
	read_toast((const uint8 *) value, 0, GRIDMAP_HEADER_BYTES, header);
	open_header(header, size, &map);
	gridmap_info(header, &info);
	m = find_map(info.digest, size);
	if (m == NULL)
		m = new_map(header, &map);
	memcpy(m->pointer, value, VARSIZE_EXTERNAL(value));
	if (m->whole)
		return m;
	m->last_use = uses;
	if (size <= SMALL_MAP && fair_share(m, size) == size)
	{
		make_room(m, size);
		load_whole(m, NULL);
	}
	else if (m->context == NULL)
		begin_pages(m);
	return m;
}

/* A value in memory: in the cache, or else where it is, but not trusted */
static void
use_memory(const struct varlena *value, GridmapMemo *memo, GridmapUse *use)
{
	const uint8 *bytes = (const uint8 *) VARDATA_ANY(value);
	uint64 size = VARSIZE_ANY_EXHDR(value);
	CachedMap *m = NULL;
	GridmapInfo info;

	if (size < GRIDMAP_HEADER_BYTES)
		gridmap_refuse(GRIDMAP_SHORT, NULL);
	gridmap_info(bytes, &info);
	if (memo->slot >= 0 && maps[memo->slot].serial == memo->serial &&
	    maps[memo->slot].digest == info.digest &&
	    maps[memo->slot].map.size == size)
		m = &maps[memo->slot];
	else
		m = find_map(info.digest, size);
	if (m == NULL || !m->whole)
	{
		Gridmap map;

		open_header(bytes, size, &map);
		if (m == NULL && fair_share(NULL, size) == size)
		{
			m = new_map(bytes, &map);
			make_room(m, size);
			load_whole(m, bytes);
		}
		else
		{
			memo->direct = map;
			use->map = &memo->direct;
			use->srid = info.srid;
			use->read = read_memory;
			use->context = unconstify(uint8 *, bytes);
			return;
		}
	}
	memo->slot = (int) (m - maps);
	memo->serial = m->serial;
	use_cached(m, use);
}

/*
 * Find the map of a value of type gridmap.  What use tells holds until the
 * next call of any function of this file.
 */
void
gridmap_use(Datum value, GridmapMemo *memo, GridmapUse *use)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);
	CachedMap *m;

	if (!has_pieces(v))
	{
		memo->known = false;
		use_memory(VARATT_IS_EXTENDED(v) ? detoast_attr(v) : v, memo, use);
		return;
	}
	if (!memo->known || maps[memo->slot].serial != memo->serial ||
	    memcmp(memo->pointer, v, VARSIZE_EXTERNAL(v)) != 0)
	{
		memo->known = false;
		m = recognise(v);
		memcpy(memo->pointer, v, VARSIZE_EXTERNAL(v));
		memo->slot = (int) (m - maps);
		memo->serial = m->serial;
		memo->known = true;
	}
	m = &maps[memo->slot];
	if (!m->whole)
		memcpy(m->pointer, v, VARSIZE_EXTERNAL(v));
	use_cached(m, use);
}

/*
 * The whole value, validated: from the cache where it fits in, else copied
 * into context.
 */
const uint8 *
gridmap_use_whole(Datum value, GridmapMemo *memo, MemoryContext context,
                  Gridmap *map)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);
	GridmapUse use;
	GridmapStatus status;
	MemoryContext old;

	gridmap_use(value, memo, &use);
	if (use.read == read_pages &&
	    fair_share(use.context, use.map->size) == use.map->size)
	{
		CachedMap *m = use.context;

		make_room(m, m->map.size);
		load_whole(m, NULL);
		use.read = NULL;
	}
	if (use.read == NULL)
	{
		*map = *use.map;
		return map->bytes;
	}
	old = MemoryContextSwitchTo(context);
	v = detoast_attr(v);
	MemoryContextSwitchTo(old);
	status = gridmap_validate((const uint8 *) VARDATA_ANY(v),
	                          VARSIZE_ANY_EXHDR(v), map);
	if (status != GRIDMAP_OK)
		gridmap_refuse(status, NULL);
	return map->bytes;
}

/* The header alone; it is checked. */
void
gridmap_header(Datum value, uint8 *header, Size *size)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);
	struct varlena *slice;
	Gridmap map;

	*size = toast_raw_datum_size(value) - VARHDRSZ;
	if (*size < GRIDMAP_HEADER_BYTES)
		gridmap_refuse(GRIDMAP_SHORT, NULL);
	slice = detoast_attr_slice(v, 0, GRIDMAP_HEADER_BYTES);
	memcpy(header, VARDATA_ANY(slice), GRIDMAP_HEADER_BYTES);
	open_header(header, *size, &map);
}
