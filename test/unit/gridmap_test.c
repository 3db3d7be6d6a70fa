/*
 * gridmap_test.c
 *	  A compiled map: what it answers, to both of its readers, and that no
 *	  damage to it goes unnoticed or does harm.
 */
#include "core/checksum.h"
#include "core/gridmap.h"

#include "gridmap_maps.h"
#include "gridmap_probe.h"

static TestMap map;

/* A value in a block of its very size, so that ASan sees what is beyond */
typedef struct Value
{
	uint8_t *bytes;
	size_t size;
	Gridmap map;
} Value;

static void
add_rectangle(int64_t code, bool new_part, double x0, double y0, double x1,
              double y1)
{
	TestRing *ring = add_test_ring(&map, code, new_part, 4);
	double v[8] = {x0, y0, x1, y0, x1, y1, x0, y1};

	memcpy(ring->v, v, sizeof(v));
}

static bool
compile(Value *v)
{
	if (compile_test_map(&map, &v->bytes, &v->size) != GRIDMAP_OK)
		return false;
	return gridmap_validate(v->bytes, v->size, &v->map) == GRIDMAP_OK;
}

/*
 * Four cells around (10, 10), one of them with a hole, a cell of two parts,
 * and one that lies over three others.
 */
static void
make_small_map(void)
{
	free_test_map(&map);
	add_rectangle(40, true, 0, 0, 10, 10);
	add_rectangle(40, false, 2, 2, 4, 4);
	add_rectangle(30, true, 10, 0, 20, 10);
	add_rectangle(20, true, 0, 10, 10, 20);
	add_rectangle(50, true, 10, 10, 20, 20);
	add_rectangle(60, true, 25, 0, 30, 5);
	add_rectangle(60, true, 25, 15, 30, 20);
	add_rectangle(25, true, 5, 5, 15, 8);
}

static void
answers(const Value *v, double x, double y, int64_t code, const char *what)
{
	int64_t got = locate_both(&v->map, x, y);

	ok(got == code, "(%g, %g), %s: %" PRId64 " (got %" PRId64 ")", x, y, what,
	   code, got);
}

static void
test_answers(void)
{
	Value v;
	GridmapInfo info;

	make_small_map();
	ok(compile(&v), "a small map is compiled and found valid");
	answers(&v, 1, 1, 40, "within a cell");
	answers(&v, 3, 3, 0, "in a hole");
	answers(&v, 2, 3, 40, "on the border of the hole");
	answers(&v, 4, 4, 40, "on the corner of the hole");
	answers(&v, 10, 2, 30, "on a border: the smaller code");
	answers(&v, 10, 10, 20, "on a corner of four");
	answers(&v, 0, 0, 40, "the corner of the extent");
	answers(&v, 30, 20, 60, "the opposite corner");
	answers(&v, 30, 2, 60, "the edge of the extent");
	answers(&v, 22, 7, 0, "between cells");
	answers(&v, 27, 10, 0, "between the parts of a cell");
	answers(&v, 27, 17, 60, "in the second part");
	answers(&v, 6, 6, 25, "where two cells overlap: the smaller code");
	answers(&v, 5, 5, 25, "on the corner of the overlapping one");
	answers(&v, 12, 8, 25, "on its border");
	answers(&v, -0.0, -0.0, 40, "negative zeros");
	answers(&v, nextafter(30, 31), 2, 0, "a breath outside");
	answers(&v, 0, nextafter(0, -1), 0, "a breath below");
	answers(&v, NAN, 5, 0, "not a number");
	answers(&v, 5, NAN, 0, "nor this");
	answers(&v, HUGE_VAL, 5, 0, "infinity");
	answers(&v, 5, -HUGE_VAL, 0, "the other one");
	answers(&v, 1e308, -1e308, 0, "far away");

	gridmap_info(v.bytes, &info);
	ok(info.srid == 4326 && info.cells == 6 && info.parts == 7 &&
	       info.rings == 8 && info.vertices == 40 && info.bytes == v.size &&
	       info.xmin == 0 && info.ymin == 0 && info.xmax == 30 &&
	       info.ymax == 20,
	   "the header tells what was compiled");
	ok(visit_rings(&v.map) == 32, "all vertices can be gone through");
	free(v.bytes);
}

/* Both readers, over maps of all kinds; right answers are for other tests. */
static void
test_readers(void)
{
	uint64_t random = 21;
	int wrong = 0;
	int failed = 0;
	int round;

	for (round = 0; round < 12; round++)
	{
		Value v;
		int i;

		free_test_map(&map);
		if (round % 3 == 0)
			add_partition(&map, &random, 6, 5, 9, 113.7, 22.4, 0.9, 0.5);
		for (i = 0; i < 60; i++)
			add_star(&map, &random, 1 + i, uniform(&random) * 10,
			         uniform(&random) * 10, 3, 5 + i % 20,
			         round % 3 == 1 ? 0.25 : 0, i % 4 != 0);
		if (!ok(compile(&v), "map %d is compiled and found valid", round))
			continue;
		for (i = 0; i < 4000; i++)
		{
			TestRing *ring =
			    &map.rings[next_random(&random) % (uint64_t) map.n];
			int j = (int) (next_random(&random) % (uint64_t) ring->n);
			ProbeBytes bytes = {v.bytes, v.size, 0, UINT64_MAX};
			int64_t code;
			uint64_t reads;
			double x;
			double y;

			if (i % 2 == 0)
				place_anywhere(&v.map, &random, &x, &y);
			else
			{
				x = beside(ring->v[2 * j], &random);
				y = beside(ring->v[2 * j + 1], &random);
			}
			wrong += locate_both(&v.map, x, y) == INT64_MIN;

			/* a reader that fails, wherever it does */
			if (i >= 100)
				continue;
			(void) gridmap_locate_read(&v.map, probe_read, &bytes, x, y,
			                           &code);
			for (reads = bytes.reads; reads > 0; reads--)
			{
				bytes.reads = 0;
				bytes.most = reads - 1;
				failed += gridmap_locate_read(&v.map, probe_read, &bytes, x, y,
				                              &code) == GRIDMAP_OK;
			}
		}
		free(v.bytes);
	}
	ok(wrong == 0, "both readers agree (%d times not)", wrong);
	ok(failed == 0, "a reader that fails is not taken for an answer");
}

/* One field of the header set to something else, the sum as it was or right */
static void
header_fails(const Value *v, size_t offset, const void *field, size_t length,
             bool sealed, GridmapStatus status, const char *what)
{
	uint8_t *copy = malloc(v->size);
	Gridmap opened;
	GridmapStatus got;

	memcpy(copy, v->bytes, v->size);
	memcpy(copy + offset, field, length);
	if (sealed)
		seal_value(copy, v->size);
	got = gridmap_validate(copy, v->size, &opened);
	ok(got == status, "%s gives %d (got %d)", what, status, got);
	free(copy);
}

#define FAILS(field, type, value, sealed, status)                             \
	do                                                                        \
	{                                                                         \
		type changed_ = (value);                                              \
		header_fails(&v, offsetof(GridmapHeader, field), &changed_,           \
		             sizeof(changed_), sealed, status, #field " of " #value); \
	} while (0)

static void
test_header(void)
{
	Value v;
	GridmapHeader h;
	uint8_t *shorter;
	Gridmap opened;
	size_t size;
	int wrong = 0;

	make_small_map();
	if (!ok(compile(&v), "compiled"))
		return;
	memcpy(&h, v.bytes, sizeof(h));

	FAILS(magic, uint32_t, 0, true, GRIDMAP_MAGIC);
	FAILS(magic, uint32_t, 0x474D4150, true, GRIDMAP_BYTEORDER);
	FAILS(byte_order, uint16_t, 0x0201, true, GRIDMAP_BYTEORDER);
	FAILS(format, uint16_t, 0, true, GRIDMAP_VERSION);
	FAILS(format, uint16_t, 2, true, GRIDMAP_VERSION);
	FAILS(bytes, uint64_t, h.bytes + 1, true, GRIDMAP_SHORT);
	FAILS(bytes, uint64_t, 0, true, GRIDMAP_SHORT);
	FAILS(checksum, uint64_t, h.checksum ^ 1, false, GRIDMAP_CHECKSUM);
	FAILS(srid, int32_t, 3857, false, GRIDMAP_CHECKSUM);
	FAILS(cells, uint32_t, h.cells + 1, true, GRIDMAP_STRUCTURE);
	FAILS(cells, uint32_t, h.parts + 1, true, GRIDMAP_STRUCTURE);
	FAILS(parts, uint32_t, h.parts - 1, true, GRIDMAP_STRUCTURE);
	FAILS(parts, uint32_t, UINT32_MAX, true, GRIDMAP_STRUCTURE);
	FAILS(rings, uint32_t, h.rings + 1, true, GRIDMAP_STRUCTURE);
	FAILS(rings, uint32_t, UINT32_MAX, true, GRIDMAP_STRUCTURE);
	FAILS(runs, uint32_t, h.runs - 1, true, GRIDMAP_STRUCTURE);
	FAILS(runs, uint32_t, UINT32_MAX, true, GRIDMAP_STRUCTURE);
	FAILS(pool, uint32_t, h.pool + 1, true, GRIDMAP_STRUCTURE);
	FAILS(pool, uint32_t, UINT32_MAX, true, GRIDMAP_STRUCTURE);
	FAILS(tiles, uint32_t, h.tiles + 1, true, GRIDMAP_STRUCTURE);
	FAILS(leaves, uint32_t, h.leaves + 1, true, GRIDMAP_STRUCTURE);
	FAILS(directory_words, uint32_t, h.directory_words + 1, true,
	      GRIDMAP_STRUCTURE);
	FAILS(directory_words, uint32_t, UINT32_MAX, true, GRIDMAP_STRUCTURE);
	FAILS(leaf_words, uint32_t, h.leaf_words - 1, true, GRIDMAP_STRUCTURE);
	FAILS(leaf_words, uint32_t, UINT32_MAX, true, GRIDMAP_STRUCTURE);
	FAILS(nx, uint32_t, 0, true, GRIDMAP_STRUCTURE);
	FAILS(ny, uint32_t, 0, true, GRIDMAP_STRUCTURE);
	FAILS(nx, uint32_t, h.nx + 1, true, GRIDMAP_STRUCTURE);
	FAILS(ny, uint32_t, UINT32_MAX, true, GRIDMAP_STRUCTURE);
	FAILS(width_bits, int32_t, h.width_bits + 1, true, GRIDMAP_STRUCTURE);
	FAILS(width_bits, int32_t, 501, true, GRIDMAP_STRUCTURE);
	FAILS(height_bits, int32_t, -501, true, GRIDMAP_STRUCTURE);
	FAILS(height_bits, int32_t, INT32_MIN, true, GRIDMAP_STRUCTURE);
	FAILS(shift, int32_t, GRIDMAP_UNIT_BITS - 1, true, GRIDMAP_STRUCTURE);
	FAILS(shift, int32_t, GRIDMAP_MAX_SHIFT + 1, true, GRIDMAP_STRUCTURE);
	FAILS(origin_x, int64_t, h.origin_x + 1, true, GRIDMAP_STRUCTURE);
	FAILS(origin_x, int64_t, INT64_MIN, true, GRIDMAP_STRUCTURE);
	FAILS(origin_y, int64_t, INT64_MAX, true, GRIDMAP_STRUCTURE);
	FAILS(xmin, double, NAN, true, GRIDMAP_STRUCTURE);
	FAILS(xmin, double, 31, true, GRIDMAP_STRUCTURE);
	FAILS(xmin, double, -1e300, true, GRIDMAP_STRUCTURE);
	FAILS(xmax, double, HUGE_VAL, true, GRIDMAP_STRUCTURE);
	FAILS(ymin, double, NAN, true, GRIDMAP_STRUCTURE);
	FAILS(ymax, double, 1e300, true, GRIDMAP_STRUCTURE);
	/* an extent that fits the tiles but does not contain the vertices */
	FAILS(xmin, double, 1, true, GRIDMAP_STRUCTURE);
	FAILS(ymax, double, 19.5, true, GRIDMAP_STRUCTURE);
	FAILS(zero[0], uint8_t, 1, true, GRIDMAP_STRUCTURE);
	FAILS(zero[111], uint8_t, 128, true, GRIDMAP_STRUCTURE);

	for (size = 0; size < v.size; size++)
	{
		shorter = malloc(size > 0 ? size : 1);
		memcpy(shorter, v.bytes, size);
		wrong += gridmap_validate(shorter, size, &opened) != GRIDMAP_SHORT;
		free(shorter);
	}
	ok(wrong == 0, "cut off anywhere, it is too short (%d times not)", wrong);
	shorter = calloc(v.size + 8, 1);
	memcpy(shorter, v.bytes, v.size);
	ok(gridmap_validate(shorter, v.size + 1, &opened) == GRIDMAP_SHORT &&
	       gridmap_validate(shorter, v.size + 8, &opened) == GRIDMAP_SHORT,
	   "nor may anything follow");
	free(shorter);

	shorter = malloc(GRIDMAP_HEADER_BYTES);
	memcpy(shorter, v.bytes, GRIDMAP_HEADER_BYTES);
	ok(gridmap_open(shorter, v.size, &opened) == GRIDMAP_OK &&
	       opened.bytes == NULL && opened.size == v.size &&
	       opened.parts == v.map.parts,
	   "the header alone can be opened");
	free(shorter);
	free(v.bytes);
}

/* What the header says of a byte that was changed */
static GridmapStatus
status_of_byte(size_t at)
{
	if (at < 4)
		return GRIDMAP_MAGIC;
	if (at < 6)
		return GRIDMAP_VERSION;
	if (at < 8)
		return GRIDMAP_BYTEORDER;
	if (at < 16)
		return GRIDMAP_SHORT;
	if (at < 24 || at >= GRIDMAP_HEADER_BYTES)
		return GRIDMAP_CHECKSUM;
	return GRIDMAP_OK; /* any but that */
}

static void
test_flips(void)
{
	Value v;
	Gridmap opened;
	size_t at;
	int wrong = 0;

	make_small_map();
	if (!ok(compile(&v), "compiled"))
		return;
	for (at = 0; at < v.size; at++)
	{
		static const uint8_t flips[] = {1, 2, 4, 8, 16, 32, 64, 128, 255};
		GridmapStatus expected = status_of_byte(at);
		size_t i;

		for (i = 0; i < sizeof(flips); i++)
		{
			GridmapStatus got;

			v.bytes[at] ^= flips[i];
			got = gridmap_validate(v.bytes, v.size, &opened);
			wrong +=
			    expected == GRIDMAP_OK ? got == GRIDMAP_OK : got != expected;
			v.bytes[at] ^= flips[i];
		}
	}
	ok(wrong == 0, "any changed byte of %zu is noticed", v.size);
	ok(gridmap_validate(v.bytes, v.size, &opened) == GRIDMAP_OK,
	   "and changed back it is valid");
	free(v.bytes);
}

/* A word changed behind the header, the sum made right */
static void
body_fails(const Value *v, uint64_t offset, const void *field, size_t length,
           const char *what)
{
	header_fails(v, (size_t) offset, field, length, true, GRIDMAP_STRUCTURE,
	             what);
}

static void
word_fails(const Value *v, uint64_t offset, uint32_t word, const char *what)
{
	body_fails(v, offset, &word, sizeof(word), what);
}

static void
double_fails(const Value *v, uint64_t offset, double value, const char *what)
{
	body_fails(v, offset, &value, sizeof(value), what);
}

static void
test_structure(void)
{
	Value v;
	const Gridmap *m = &v.map;
	int64_t code;
	uint64_t leaf;
	uint64_t chains;
	uint32_t word;
	uint8_t byte;

	make_small_map();
	if (!ok(compile(&v), "compiled"))
		return;

	code = 0;
	body_fails(&v, m->codes, &code, 8, "a code of zero");
	code = -1;
	body_fails(&v, m->codes, &code, 8, "a negative code");
	code = INT64_MAX;
	body_fails(&v, m->codes, &code, 8, "codes that fall");
	code = 61;
	body_fails(&v, m->codes + 8 * (uint64_t) (m->parts - 1), &code, 8,
	           "one cell more than the header says");

	word_fails(&v, m->part_rings, 1, "a part that begins at ring 1");
	word_fails(&v, m->part_rings + 4, 100, "part rings that fall");
	word_fails(&v, m->part_rings + 4 * (uint64_t) m->parts, m->rings - 1,
	           "part rings that end early");
	word_fails(&v, m->ring_runs, 1, "a ring that begins at run 1");
	word_fails(&v, m->ring_runs + 4, 10000, "ring runs that fall");
	word_fails(&v, m->ring_runs + 4 * (uint64_t) m->rings, m->runs + 1,
	           "ring runs that end late");
	word_fails(&v, m->run_list, m->pool - 1, "a run from the last vertex");
	word_fails(&v, m->run_list, UINT32_MAX, "a run from nowhere");
	word_fails(&v, m->run_list + 4, 0, "a run of no edges");
	word_fails(&v, m->run_list + 4, m->pool * 2, "a run beyond the end");
	word_fails(&v, m->run_list + 4, 2 * 2 + 1,
	           "a run backwards past the beginning");
	word_fails(&v, m->run_list + 4, UINT32_MAX,
	           "a run backwards without an end");
	double_fails(&v, m->vertices, NAN, "a vertex that is not a number");
	double_fails(&v, m->vertices + 8, HUGE_VAL, "a vertex at infinity");
	double_fails(&v, m->vertices, 1e100, "a vertex outside the extent");
	double_fails(&v, m->vertices + 16 * (uint64_t) m->pool - 8, -1,
	             "the last vertex outside the extent");
	double_fails(&v, m->boxes, NAN, "a box that is not a number");
	double_fails(&v, m->boxes + 16, 31, "a box outside the extent");

	word_fails(&v, m->directory, UINT32_C(3) << 30, "an entry of no kind");
	word_fails(&v, m->directory, m->parts + 1, "an entry of no part");
	word_fails(&v, m->directory, 0, "a leaf that nothing leads to");
	word_fails(&v, m->directory, ENTRY_LEAF | 1, "a leaf from its middle");
	word_fails(&v, m->directory, ENTRY_LEAF | 0x3FFFFFFF, "a leaf far off");
	word_fails(&v, m->directory, ENTRY_NODE, "a node that is not there");
	word_fails(&v, m->directory, ENTRY_NODE | 0x3FFFFFFF, "a node far off");

	/* the first leaf */
	leaf = m->leaf;
	word = load32(v.bytes + leaf);
	word_fails(&v, leaf, word & ~(uint32_t) LEAF_COUNT, "a leaf of no parts");
	word_fails(&v, leaf, word | LEAF_COUNT, "a leaf of fifteen parts");
	word_fails(&v, leaf, word | 0x40, "a flag that does not exist");
	word_fails(&v, leaf, word | 0x80, "nor does this");
	word_fails(&v, leaf, word | 0xFF00, "a mask of parts that are not there");
	word_fails(&v, leaf, word | 0xFFF00000, "chains beyond the end");
	word_fails(&v, leaf, word | LEAF_MORE, "a leaf said to go on");
	word_fails(&v, leaf + 4, m->parts, "a part that is not there");
	chains = leaf + 4 + 4 * (word & LEAF_COUNT);
	word_fails(&v, chains, m->pool - 1, "a chain from the last vertex");
	word_fails(&v, chains, CHAIN_EDGE, "a chain from nowhere");
	byte = 1;
	body_fails(&v, chains + 4, &byte, 1, "a chain of one vertex");
	byte = 0;
	body_fails(&v, chains + 4, &byte, 1, "a chain of none");
	body_fails(&v, chains + 5, &byte, 1, "a chain of no part");
	byte = 0x80;
	body_fails(&v, chains + 5, &byte, 1, "a chain of a part not there");
	byte = 255;
	body_fails(&v, chains + 4, &byte, 1, "a chain longer than there is");
	free(v.bytes);
}

/*
 * No vertices at all, but a run that reads some: the numbers around zero are
 * those that are easily got wrong.
 */
static void
test_no_vertices(void)
{
	GridmapHeader h;
	GridmapLayout layout;
	Gridmap opened;
	uint8_t *bytes;
	uint32_t words[2] = {5, 2 * 3 + 1};
	uint32_t one = 1;
	int64_t code = 7;
	uint32_t pool;

	for (pool = 0; pool < 3; pool++)
	{
		memset(&h, 0, sizeof(h));
		h.magic = GRIDMAP_MAGIC_NUMBER;
		h.format = GRIDMAP_FORMAT;
		h.byte_order = GRIDMAP_BYTE_ORDER;
		h.cells = h.parts = h.rings = h.runs = 1;
		h.pool = pool;
		h.tiles = h.directory_words = h.nx = h.ny = 1;
		h.shift = GRIDMAP_UNIT_BITS;
		h.ring_vertices = 4;
		if (!gridmap_lay_out(&h, &layout))
			abort();
		h.bytes = layout.end;
		bytes = calloc(1, layout.end);
		memcpy(bytes, &h, sizeof(h));
		memcpy(bytes + layout.codes, &code, 8);
		memcpy(bytes + layout.part_rings + 4, &one, 4);
		memcpy(bytes + layout.ring_runs + 4, &one, 4);
		memcpy(bytes + layout.runs, words, sizeof(words));
		seal_value(bytes, layout.end);
		ok(gridmap_validate(bytes, layout.end, &opened) == GRIDMAP_STRUCTURE,
		   "a run needs vertices, and there are %u", pool);
		free(bytes);
	}

	/* nothing at all is a map, too, if nobody makes one */
	memset(&h, 0, sizeof(h));
	h.magic = GRIDMAP_MAGIC_NUMBER;
	h.format = GRIDMAP_FORMAT;
	h.byte_order = GRIDMAP_BYTE_ORDER;
	h.tiles = h.directory_words = h.nx = h.ny = 1;
	h.shift = GRIDMAP_UNIT_BITS;
	if (!gridmap_lay_out(&h, &layout))
		abort();
	h.bytes = layout.end;
	bytes = calloc(1, layout.end);
	memcpy(bytes, &h, sizeof(h));
	seal_value(bytes, layout.end);
	if (gridmap_validate(bytes, layout.end, &opened) == GRIDMAP_OK)
	{
		GridmapHit *hits = NULL;
		size_t count = 1;

		ok(locate_both(&opened, 0, 0) == 0 &&
		       gridmap_near(&opened, false, 0, 0, 1e9, &test_memory, &hits,
		                    &count) == GRIDMAP_OK &&
		       count == 0 &&
		       gridmap_border_distance(&opened, false, 0, 0) > 1e300,
		   "a map of nothing does no harm");
		free(hits);
	}
	else
		ok(true, "a map of nothing is refused");
	free(bytes);
}

/*
 * Every byte changed and the sum made right: what is still valid must be safe
 * to ask, and what is not must be safe for the reader that trusts nothing.
 */
static void
test_sealed_flips(void)
{
	Value v;
	uint64_t random = 33;
	size_t at;
	int valid = 0;
	int refused = 0;

	make_small_map();
	if (!ok(compile(&v), "compiled"))
		return;
	for (at = 24; at < v.size; at++)
	{
		static const uint8_t flips[] = {1, 16, 128, 255};
		size_t i;

		for (i = 0; i < sizeof(flips); i++)
		{
			Gridmap opened;
			GridmapHit *hits = NULL;
			size_t count;
			int k;

			v.bytes[at] ^= flips[i];
			seal_value(v.bytes, v.size);
			if (gridmap_validate(v.bytes, v.size, &opened) == GRIDMAP_OK)
			{
				valid++;
				(void) visit_rings(&opened);
				if (gridmap_near(&opened, at % 2 == 0, 6, 6, 100, &test_memory,
				                 &hits, &count) != GRIDMAP_OK)
					abort();
				free(hits);
				(void) gridmap_border_distance(&opened, at % 2 == 1, 6, 6);
				for (k = 0; k < 20; k++)
				{
					double x;
					double y;

					place_anywhere(&v.map, &random, &x, &y);
					(void) gridmap_locate(&opened, x, y);
				}
			}
			else
				refused++;
			if (gridmap_open(v.bytes, v.size, &opened) == GRIDMAP_OK)
				for (k = 0; k < 20; k++)
				{
					ProbeBytes bytes = {v.bytes, v.size, 0, UINT64_MAX};
					int64_t code;
					double x;
					double y;

					place_anywhere(&v.map, &random, &x, &y);
					(void) gridmap_locate_read(&opened, probe_read, &bytes, x,
					                           y, &code);
				}
			v.bytes[at] ^= flips[i];
		}
	}
	ok(valid > 0 && refused > 0,
	   "changed and summed again, %d are valid, %d are not, none does harm",
	   valid, refused);
	free(v.bytes);
}

/* The sum: any change of a byte or of the length, whatever the length */
static void
test_checksum(void)
{
	uint8_t bytes[200];
	uint64_t random = 44;
	int wrong = 0;
	uint64_t size;
	uint64_t at;

	for (at = 0; at < sizeof(bytes); at++)
		bytes[at] = (uint8_t) next_random(&random);
	for (size = 0; size < sizeof(bytes); size++)
	{
		uint64_t sum = checksum_bytes(bytes, size);

		for (at = 0; at < size; at++)
		{
			bytes[at] ^= 0x10;
			wrong += checksum_bytes(bytes, size) == sum;
			bytes[at] ^= 0x10;
		}
		wrong += checksum_bytes(bytes, size + 1) == sum;
	}
	memset(bytes, 0, sizeof(bytes));
	for (size = 0; size + 1 < sizeof(bytes); size++)
		wrong +=
		    checksum_bytes(bytes, size) == checksum_bytes(bytes, size + 1);
	ok(wrong == 0, "the sum tells all changes of a byte or of the length");
}

/* Looking ahead: an entry for every place within, and no harm from any other
 */
static void
test_expecting(void)
{
	uint64_t random = 45;
	int without = 0;
	int outside = 0;
	Value v;
	int i;

	make_small_map();
	if (!compile(&v))
	{
		ok(false, "the small map is compiled");
		return;
	}
	for (i = 0; i < 1000; i++)
	{
		double x = (double) (next_random(&random) % 30001) / 1000;
		double y = (double) (next_random(&random) % 20001) / 1000;
		uint32_t entry = gridmap_expect(&v.map, x, y);

		without += entry >= v.map.nx * v.map.ny;
		gridmap_expect_more(&v.map, entry);
		gridmap_expect_more(&v.map, (uint32_t) next_random(&random));
	}
	ok(without == 0, "every place of the map has an entry");
	for (i = 0; i < (int) v.map.directory_words; i++)
		gridmap_expect_more(&v.map, (uint32_t) i);
	gridmap_expect_more(&v.map, v.map.directory_words);
	gridmap_expect_more(&v.map, GRIDMAP_NO_ENTRY);
	outside += gridmap_expect(&v.map, -0.001, 5) == GRIDMAP_NO_ENTRY;
	outside += gridmap_expect(&v.map, 5, 20.001) == GRIDMAP_NO_ENTRY;
	outside += gridmap_expect(&v.map, NAN, 5) == GRIDMAP_NO_ENTRY;
	outside += gridmap_expect(&v.map, 5, INFINITY) == GRIDMAP_NO_ENTRY;
	outside += gridmap_expect(&v.map, -1e308, 5) == GRIDMAP_NO_ENTRY;
	ok(outside == 5, "a place outside has none, nor has one that is none");
	free(v.bytes);
}

int
main(void)
{
	test_answers();
	test_readers();
	test_header();
	test_flips();
	test_structure();
	test_no_vertices();
	test_sealed_flips();
	test_checksum();
	test_expecting();
	free_test_map(&map);
	return done_testing();
}
