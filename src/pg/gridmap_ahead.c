/*
 * gridmap_ahead.c
 *	  Have memory fetched for the points of rows to come.
 *
 * What a lookup in a large map costs is waiting for main memory, twice, one
 * after the other: for an entry of the directory and for the leaf that it
 * names.  A function is called for one row at a time and cannot do anything
 * meanwhile, except to have fetched what the next rows will need.  And it can
 * know them: in a scan, the point is not a copy, it lies in its row, on its
 * page, in shared buffers, and the scan goes through the page item by item.
 * So we look up the next items of that page, take what lies where a point
 * should be for one, and ask for the entry of the one six rows ahead and the
 * leaf of the one three rows ahead.
 *
 * Nothing but time depends on this.  Reading the page without a lock is what
 * every scan does: while we are called its pin holds, and items do not move.
 * What is read besides, an item that is being added or that the scan will
 * not return, may be anything: every offset is kept within the page, and
 * there is no harm in asking for the wrong memory.
 */
#include "postgres.h"

#include "storage/bufmgr.h"
#include "storage/bufpage.h"

#include "core/geomwire.h"

#include "compat.h"
#include "gridmap_ahead.h"

/* How many items a scan may have passed over without losing track of it */
#define SKIPPED 3

/* No point is shorter, and no header of one longer */
#define MINIMAL 8

/* Does this item hold the byte at offset? */
static inline bool
item_holds(ItemId id, Size offset)
{
	return offset - ItemIdGetOffset(id) < ItemIdGetLength(id);
}

/*
 * The entry for what lies in a page from offset on, if it looks like a point
 * and has the length of one before.  Its bytes may change while we read them,
 * the length that is relied upon does not.
 */
static inline uint32
expect_point(const Gridmap *map, const char *page, Size offset, Size size)
{
	const char *at = page + offset;
	Size header;
	bool empty;
	int32 srid;
	double x;
	double y;

	if (offset > BLCKSZ - size || VARATT_IS_EXTERNAL(at) ||
	    VARSIZE_ANY(at) != size)
		return GRIDMAP_NO_ENTRY;
	header = VARATT_IS_1B(at) ? VARHDRSZ_SHORT : VARHDRSZ;
	if (geomwire_point((const uint8 *) at + header, size - header, &srid,
	                   &empty, &x, &y) != GEOMWIRE_OK ||
	    empty)
		return GRIDMAP_NO_ENTRY;
	return gridmap_expect(map, x, y);
}

/* map is whole and in memory; point may be anything of variable length. */
void
gridmap_look_ahead(GridmapAhead *ahead, const Gridmap *map, const char *point)
{
	/* not a difference of pointers, which need not be of one array */
	uintptr_t place = (uintptr_t) point - (uintptr_t) BufferBlocks;
	Size offset = place % BLCKSZ;
	Page page;
	OffsetNumber last;
	OffsetNumber item;
	OffsetNumber most;
	ItemId id;
	Size size;
	Size before; /* bytes of the row before the point */
	Size behind; /* and from it to the end */

	if (place >= (uintptr_t) NBuffers * BLCKSZ)
		return;
	page = (Page) (point - offset);
	last = PageGetMaxOffsetNumber(page);
	if (page != ahead->page)
	{
		ahead->page = page;
		ahead->item = 0;
		ahead->expected = 0;
	}
	item = ahead->item + 1;
	most = Min(last, item + SKIPPED);
	while (item <= most && !item_holds(PageGetItemId(page, item), offset))
		item++;
	if (item > most)
	{
		/* not a scan from item to item */
		ahead->item = last;
		return;
	}
	ahead->item = item;

	id = PageGetItemId(page, item);
	size = VARSIZE_ANY(point);
	if (size < MINIMAL || size > BLCKSZ)
		return;
	before = offset - ItemIdGetOffset(id);
	behind = ItemIdGetLength(id) - before;
	if (ahead->expected < item)
		ahead->expected = item;
	most = Min(last, item + ENTRIES_AHEAD);
	while (ahead->expected < most)
	{
		uint32 entry;

		id = PageGetItemId(page, ++ahead->expected);
		entry = expect_point(map, page, ItemIdGetOffset(id) + before, size);
		/* columns of varying length may be before the point, or behind it */
		if (entry == GRIDMAP_NO_ENTRY && ItemIdGetLength(id) >= behind)
			entry = expect_point(
			    map, page, ItemIdGetOffset(id) + ItemIdGetLength(id) - behind,
			    size);
		ahead->entries[ahead->expected % AHEAD] = entry;
	}
	if (item + LEAVES_AHEAD <= ahead->expected)
		gridmap_expect_more(map,
		                    ahead->entries[(item + LEAVES_AHEAD) % AHEAD]);
}
