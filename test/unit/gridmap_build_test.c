/*
 * gridmap_build_test.c
 *	  Collecting and merging polygons: what does not change the value, what is
 *	  left out, borders stored once, rings that come back as they were given,
 *	  and memory that is not there.
 */
#include "core/checksum.h"
#include "core/gridmap.h"

#include <limits.h>

#include "gridmap_maps.h"
#include "gridmap_probe.h"

static TestMap map;

static void
add_ring_of(int64_t code, bool new_part, int n, const double *v)
{
	TestRing *ring = add_test_ring(&map, code, new_part, n);

	memcpy(ring->v, v, sizeof(double) * 2 * (size_t) n);
}

static void
add_rectangle(int64_t code, double x0, double y0, double x1, double y1)
{
	double v[8] = {x0, y0, x1, y0, x1, y1, x0, y1};

	add_ring_of(code, true, 4, v);
}

static GridmapInfo
info_of(const uint8_t *bytes)
{
	GridmapInfo info;

	gridmap_info(bytes, &info);
	return info;
}

/* Collect the parts of the map in the order given, rings closed or not. */
static GridmapStatus
compile_in_order(const int *order, int nparts, bool closed, size_t prefix,
                 uint8_t **block, size_t *size)
{
	GridmapBuilder b;
	int k;

	gridmap_begin(&b, &test_memory);
	for (k = 0; k < nparts; k++)
	{
		int part = order != NULL ? order[k] : k + 1;
		bool first = true;
		int i;
		int j;

		for (i = 0; i < map.n; i++)
		{
			const TestRing *ring = &map.rings[i];

			if (ring->part != part)
				continue;
			if (first)
				gridmap_add_part(&b, ring->code);
			first = false;
			gridmap_add_ring(&b);
			for (j = 0; j < ring->n + closed; j++)
				gridmap_add_vertex(&b, ring->v[2 * (j % ring->n)],
				                   ring->v[2 * (j % ring->n) + 1]);
			gridmap_end_ring(&b);
		}
	}
	return gridmap_compile(&b, 4326, prefix, block, size);
}

static void
test_order(void)
{
	uint64_t random = 51;
	int wrong = 0;
	int round;

	for (round = 0; round < 30; round++)
	{
		uint8_t *bytes;
		size_t size;
		int order[200];
		int shuffle;
		int i;

		free_test_map(&map);
		if (round % 3 == 0)
			add_partition(&map, &random, 5, 4, 6, 113.7, 22.4, 0.9, 0.5);
		/* few codes, some shapes twice */
		for (i = 0; i < 30; i++)
		{
			uint64_t again = random;
			int k = i % 5 == 1 ? i - 1 : i;

			add_star(&map, &random, 1 + k % 7, 5, 5, 3, 5 + k % 20,
			         round % 2 == 0 ? 0.5 : 0, i % 5 < 2 || i % 3 != 2);
			if (i % 5 == 0)
				random = again;
		}
		if (compile_in_order(NULL, map.nparts, true, 0, &bytes, &size) !=
		    GRIDMAP_OK)
			abort();
		for (i = 0; i < map.nparts; i++)
			order[i] = i + 1;
		for (shuffle = 0; shuffle < 5; shuffle++)
		{
			uint8_t *other;
			size_t other_size;

			for (i = map.nparts - 1; i > 0; i--)
			{
				int j = (int) (next_random(&random) % (uint64_t) (i + 1));
				int swap = order[i];

				order[i] = order[j];
				order[j] = swap;
			}
			if (compile_in_order(order, map.nparts, true, 0, &other,
			                     &other_size) != GRIDMAP_OK)
				abort();
			wrong += other_size != size || memcmp(bytes, other, size) != 0;
			free(other);
		}
		free(bytes);
	}
	ok(wrong == 0, "the order of parts does not matter (%d times it did)",
	   wrong);
}

/* Nothing but the number of vertices given may tell such values apart. */
static bool
same_but_for_vertices(const uint8_t *a, size_t a_size, const uint8_t *b,
                      size_t b_size)
{
	size_t count = offsetof(GridmapHeader, ring_vertices);

	return a_size == b_size && memcmp(a, b, 16) == 0 &&
	       memcmp(a + 24, b + 24, count - 24) == 0 &&
	       memcmp(a + count + 8, b + count + 8, a_size - count - 8) == 0;
}

static void
test_vertices(void)
{
	static const double plain[] = {0, 0, 4, 0, 4, 4, 2, 6, 0, 4};
	static const double repeated[] = {0, 0, 0, 0, 0, 0, 4, 0, 4, 4, 4,
	                                  4, 2, 6, 0, 4, 0, 4, 0, 0, 0, 0};
	static const double negative[] = {-0.0, 0, 4, -0.0, 4, 4, 2, 6, -0.0, 4};
	uint8_t *bytes;
	uint8_t *other;
	size_t size;
	size_t other_size;

	free_test_map(&map);
	add_ring_of(7, true, 5, plain);
	if (compile_in_order(NULL, 1, true, 0, &bytes, &size) != GRIDMAP_OK)
		abort();
	ok(info_of(bytes).vertices == 6 && info_of(bytes).edges == 5,
	   "a closed ring of five edges has six vertices");

	ok(compile_in_order(NULL, 1, false, 0, &other, &other_size) ==
	           GRIDMAP_OK &&
	       info_of(other).vertices == 5 &&
	       same_but_for_vertices(bytes, size, other, other_size),
	   "unclosed, it is the same but for the number of vertices");
	free(other);

	ok(compile_in_order(NULL, 1, true, 40, &other, &other_size) ==
	           GRIDMAP_OK &&
	       other_size == size + 40 && memcmp(other + 40, bytes, size) == 0,
	   "room for a header of the caller's is left");
	free(other);

	free_test_map(&map);
	add_ring_of(7, true, 11, repeated);
	ok(compile_in_order(NULL, 1, true, 0, &other, &other_size) == GRIDMAP_OK &&
	       info_of(other).vertices == 12 &&
	       same_but_for_vertices(bytes, size, other, other_size),
	   "repeated vertices are dropped, at the ends too");
	free(other);

	free_test_map(&map);
	add_ring_of(7, true, 5, negative);
	ok(compile_in_order(NULL, 1, true, 0, &other, &other_size) == GRIDMAP_OK &&
	       other_size == size && memcmp(other, bytes, size) == 0,
	   "a negative zero is a zero");
	free(other);
	free(bytes);
}

static void
test_collapsed(void)
{
	static const double square[] = {0, 0, 4, 0, 4, 4, 0, 4};
	static const double hole[] = {1, 1, 2, 1, 2, 2, 1, 2};
	static const double point[] = {2, 2, 2, 2, 2, 2, 2, 2};
	static const double away[] = {9, 9, 9, 9, 9, 9};
	static const double spike[] = {5, 5, 7, 7};
	uint8_t *bytes;
	uint8_t *other;
	size_t size;
	size_t other_size;
	Gridmap opened;

	free_test_map(&map);
	add_ring_of(7, true, 4, square);
	add_ring_of(7, false, 4, hole);
	if (compile_in_order(NULL, map.nparts, true, 0, &bytes, &size) !=
	    GRIDMAP_OK)
		abort();

	free_test_map(&map);
	add_ring_of(7, true, 4, square);
	add_ring_of(7, false, 4, point);
	add_ring_of(7, false, 4, hole);
	add_ring_of(7, false, 3, away);
	ok(compile_in_order(NULL, map.nparts, true, 0, &other, &other_size) ==
	           GRIDMAP_OK &&
	       same_but_for_vertices(bytes, size, other, other_size),
	   "a hole that is a point is left out");
	free(other);

	free_test_map(&map);
	add_ring_of(5, true, 3, away);
	add_ring_of(5, false, 4, hole);
	add_ring_of(7, true, 4, square);
	add_ring_of(7, false, 4, hole);
	add_ring_of(9, true, 4, point);
	ok(compile_in_order(NULL, map.nparts, true, 0, &other, &other_size) ==
	           GRIDMAP_OK &&
	       same_but_for_vertices(bytes, size, other, other_size),
	   "a part whose outer ring is a point is left out with its holes");
	free(other);
	free(bytes);

	free_test_map(&map);
	add_ring_of(5, true, 3, away);
	add_ring_of(5, false, 4, hole);
	ok(compile_in_order(NULL, map.nparts, true, 0, &other, &other_size) ==
	           GRIDMAP_SHORT &&
	       other == NULL && other_size == 0,
	   "if that was all, there is nothing to compile");
	free_test_map(&map);
	ok(compile_in_order(NULL, 0, true, 0, &other, &other_size) ==
	           GRIDMAP_SHORT &&
	       other == NULL && other_size == 0,
	   "nor is there in the beginning");

	/* a line there and back covers itself and no more */
	add_ring_of(3, true, 2, spike);
	ok(compile_in_order(NULL, map.nparts, true, 0, &bytes, &size) ==
	           GRIDMAP_OK &&
	       gridmap_validate(bytes, size, &opened) == GRIDMAP_OK &&
	       locate_both(&opened, 6, 6) == 3 &&
	       locate_both(&opened, 5, 5) == 3 &&
	       locate_both(&opened, 7, 7) == 3 &&
	       locate_both(&opened, 6, 6.5) == 0 &&
	       locate_both(&opened, 6, nextafter(6, 7)) == 0 &&
	       info_of(bytes).edges == 2,
	   "a ring of two vertices covers the line between them");
	free(bytes);
}

static void
test_shared(void)
{
	uint64_t random = 52;
	uint8_t *bytes;
	size_t size;
	GridmapInfo info;
	int i;

	/* 3 x 3 squares: 12 edges across, 12 up */
	free_test_map(&map);
	for (i = 0; i < 9; i++)
		add_rectangle(1 + i, i % 3, i / 3, i % 3 + 1, i / 3 + 1);
	if (compile_test_map(&map, &bytes, &size) != GRIDMAP_OK)
		abort();
	info = info_of(bytes);
	ok(info.edges == 24 && info.cells == 9 && info.parts == 9,
	   "nine squares have 24 edges (got %u)", info.edges);
	free(bytes);

	free_test_map(&map);
	add_partition(&map, &random, 12, 9, 10, 113.7, 22.4, 0.9, 0.5);
	if (compile_test_map(&map, &bytes, &size) != GRIDMAP_OK)
		abort();
	info = info_of(bytes);
	ok(info.edges == 10 * (12 * 10 + 9 * 13),
	   "every border of a partition is stored once (got %u edges)",
	   info.edges);
	free(bytes);

	/* an edge has two owners and no more */
	free_test_map(&map);
	for (i = 0; i < 7; i++)
		add_rectangle(1 + i, 0, 0, 1, 1);
	if (compile_test_map(&map, &bytes, &size) != GRIDMAP_OK)
		abort();
	info = info_of(bytes);
	ok(info.edges == 16, "seven cells of one shape have it four times (%u)",
	   info.edges / 4);
	free(bytes);

	/* one part's two rings along each other do not share: both count */
	free_test_map(&map);
	add_rectangle(1, 0, 0, 1, 1);
	{
		static const double beside_it[] = {1, 0, 2, 0, 2, 1, 1, 1};

		add_ring_of(1, false, 4, beside_it);
	}
	if (compile_test_map(&map, &bytes, &size) != GRIDMAP_OK)
		abort();
	info = info_of(bytes);
	ok(info.edges == 8 && info.parts == 1 && info.rings == 2,
	   "two rings of one part share nothing");
	free(bytes);
}

/* Whether part of the value is that ring of the map, vertex for vertex */
static bool
ring_is(const Gridmap *opened, uint32_t number, const TestRing *ring)
{
	GridmapCursor cursor;
	double x;
	double y;
	int i = 0;
	int last = ring->n;

	while (last > 1 && ring->v[2 * last - 2] == ring->v[0] &&
	       ring->v[2 * last - 1] == ring->v[1])
		last--;
	gridmap_ring_begin(opened, number, &cursor);
	while (gridmap_ring_next(&cursor, &x, &y))
	{
		if (i >= last || x != ring->v[2 * i] || y != ring->v[2 * i + 1])
			return false;
		do
			i++;
		while (i < last && ring->v[2 * i] == ring->v[2 * i - 2] &&
		       ring->v[2 * i + 1] == ring->v[2 * i - 1]);
	}
	return i == last;
}

static void
test_rings_come_back(void)
{
	uint64_t random = 53;
	int wrong = 0;
	int rings = 0;
	int round;

	for (round = 0; round < 20; round++)
	{
		uint8_t *bytes;
		size_t size;
		Gridmap opened;
		bool taken[4096] = {false};
		uint32_t part;
		int i;

		free_test_map(&map);
		if (round % 2 == 0)
			add_partition(&map, &random, 7, 5, 8, 113.7, 22.4, 0.9, 0.5);
		for (i = 0; i < 40; i++)
			add_star(&map, &random, 1 + i % 11, 5, 5, 3, 5 + i % 20,
			         round % 4 < 2 ? 0.5 : 0, i % 3 != 2);
		if (compile_test_map(&map, &bytes, &size) != GRIDMAP_OK ||
		    gridmap_validate(bytes, size, &opened) != GRIDMAP_OK)
			abort();
		for (part = 0; part < opened.parts; part++)
		{
			int64_t code = gridmap_part_code(&opened, part);
			uint32_t first;
			uint32_t end;
			bool found = false;

			gridmap_part_rings(&opened, part, &first, &end);
			/* a part of the map that is this one, and not yet taken */
			for (i = 0; i < map.n && !found; i++)
			{
				uint32_t k;

				if (taken[map.rings[i].part] || map.rings[i].code != code ||
				    (i > 0 && map.rings[i - 1].part == map.rings[i].part))
					continue;
				found = true;
				for (k = 0; k < end - first && found; k++)
					found =
					    i + (int) k < map.n &&
					    map.rings[i + (int) k].part == map.rings[i].part &&
					    ring_is(&opened, first + k, &map.rings[i + (int) k]);
				if (found && i + (int) k < map.n &&
				    map.rings[i + (int) k].part == map.rings[i].part)
					found = false;
				if (found)
					taken[map.rings[i].part] = true;
			}
			wrong += !found;
			rings += (int) (end - first);
		}
		wrong += (int) opened.parts != map.nparts;
		free(bytes);
	}
	ok(wrong == 0, "%d rings come back as they were given (%d parts do not)",
	   rings, wrong);
}

/* An allocator that gives up at the k-th request, and counts blocks. */
typedef struct Purse
{
	long requests;
	long last; /* that succeeds */
	long blocks;
	long polls;
} Purse;

static void *
purse_resize(void *context, void *block, size_t size)
{
	Purse *purse = context;
	void *got;

	if (size == 0)
	{
		if (block == NULL)
			abort();
		free(block);
		purse->blocks--;
		return NULL;
	}
	if (purse->requests++ >= purse->last)
		return NULL;
	/* always elsewhere, so that ASan sees what was kept of the old place */
	got = realloc(block, size);
	if (got == NULL)
		abort();
	purse->blocks += block == NULL;
	return got;
}

static void
purse_poll(void *context)
{
	((Purse *) context)->polls++;
}

static GridmapStatus
compile_from_purse(Purse *purse, long last, uint8_t **bytes, size_t *size)
{
	GridmapMemory memory = {purse_resize, purse_poll, purse};
	GridmapBuilder b;
	int i;
	int j;

	memset(purse, 0, sizeof(*purse));
	purse->last = last;
	gridmap_begin(&b, &memory);
	for (i = 0; i < map.n; i++)
	{
		const TestRing *ring = &map.rings[i];

		if (i == 0 || map.rings[i - 1].part != ring->part)
			gridmap_add_part(&b, ring->code);
		gridmap_add_ring(&b);
		for (j = 0; j < ring->n; j++)
			gridmap_add_vertex(&b, ring->v[2 * j], ring->v[2 * j + 1]);
		gridmap_end_ring(&b);
	}
	return gridmap_compile(&b, 4326, 0, bytes, size);
}

static void
test_no_memory(void)
{
	uint64_t random = 54;
	int round;

	for (round = 0; round < 3; round++)
	{
		Purse purse;
		uint8_t *whole;
		uint8_t *bytes;
		size_t whole_size;
		size_t size;
		long needed;
		long k;
		int wrong = 0;
		int leaks = 0;
		int i;

		free_test_map(&map);
		switch (round)
		{
			case 0: /* as small as can be */
				add_rectangle(1, 0, 0, 1, 1);
				break;
			case 1: /* cells that share borders */
				add_partition(&map, &random, 6, 5, 10, 113.7, 22.4, 0.9, 0.5);
				break;
			default: /* tiles that are cut up, leaves of many parts */
				for (i = 0; i < 40; i++)
					add_star(&map, &random, 1 + i % 23, 5, 5, 0.01, 12, 0,
					         i % 3 != 1);
				add_rectangle(100, 0, 0, 1000, 1000);
		}
		if (compile_from_purse(&purse, LONG_MAX, &whole, &whole_size) !=
		    GRIDMAP_OK)
			abort();
		ok(purse.blocks == 1 && purse.polls > 0,
		   "what is not the value is given back, and the caller asked (%ld)",
		   purse.polls);
		needed = purse.requests;
		for (k = 0; k < needed; k++)
		{
			wrong += compile_from_purse(&purse, k, &bytes, &size) !=
			             GRIDMAP_NO_MEMORY ||
			         bytes != NULL || size != 0;
			leaks += purse.blocks != 0;
		}
		ok(wrong == 0 && leaks == 0,
		   "refused at any of %ld requests for memory, it says so (%d times "
		   "not) and gives back what it had (%d times not)",
		   needed, wrong, leaks);
		ok(compile_from_purse(&purse, needed, &bytes, &size) == GRIDMAP_OK &&
		       size == whole_size && memcmp(bytes, whole, size) == 0,
		   "given all, it makes the same value");
		free(bytes);
		free(whole);
	}
}

/* A builder that is given up before it is compiled */
static void
test_given_up(void)
{
	Purse purse = {0, LONG_MAX, 0, 0};
	GridmapMemory memory = {purse_resize, NULL, &purse};
	GridmapBuilder b;
	int i;

	gridmap_begin(&b, &memory);
	gridmap_free(&b);
	ok(purse.requests == 0, "to begin takes no memory");
	gridmap_begin(&b, &memory);
	gridmap_add_part(&b, 1);
	gridmap_add_ring(&b);
	for (i = 0; i < 100; i++)
		gridmap_add_vertex(&b, i, i * i);
	gridmap_free(&b);
	ok(purse.requests > 0 && purse.blocks == 0,
	   "given up in the middle of a ring, all is given back");
}

/* The parts of the header that the caller can read */
static void
test_info(void)
{
	uint64_t random = 55;
	uint8_t *bytes;
	size_t size;
	GridmapInfo info;
	Gridmap opened;
	uint64_t vertices = 0;
	double extent[4] = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
	int i;
	int j;

	free_test_map(&map);
	for (i = 0; i < 50; i++)
		add_star(&map, &random, 1 + i % 11, uniform(&random) * 5,
		         -uniform(&random) * 7, 3, 5 + i % 20, 0, i % 3 != 2);
	for (i = 0; i < map.n; i++)
		for (j = 0; j < map.rings[i].n; j++)
		{
			const double *v = map.rings[i].v + 2 * j;

			extent[0] = fmin(extent[0], v[0]);
			extent[1] = fmin(extent[1], v[1]);
			extent[2] = fmax(extent[2], v[0]);
			extent[3] = fmax(extent[3], v[1]);
			vertices++;
		}
	if (compile_test_map(&map, &bytes, &size) != GRIDMAP_OK ||
	    gridmap_validate(bytes, size, &opened) != GRIDMAP_OK)
		abort();
	info = info_of(bytes);
	ok(info.cells == 11 && (int) info.parts == map.nparts &&
	       (int) info.rings == map.n &&
	       info.vertices == vertices + (uint64_t) map.n &&
	       info.edges == vertices && info.bytes == size && info.srid == 4326,
	   "cells, parts, rings, vertices, edges and bytes are counted");
	ok(info.xmin == extent[0] && info.ymin == extent[1] &&
	       info.xmax == extent[2] && info.ymax == extent[3],
	   "the extent is that of the vertices");
	ok(visit_rings(&opened) == vertices, "and all of them are there");
	ok(info.digest == checksum_bytes(bytes + 24, size - 24),
	   "the digest is the sum of what is behind it");
	free(bytes);
}

/*
 * An edge that is there very often, in one ring and in many parts: time must
 * not grow with the square of their number.  (With it, this takes minutes.)
 */
static void
test_often_the_same(void)
{
	static double v[2 * 60000];
	GridmapStatus status;
	uint8_t *bytes;
	size_t size;
	int i;

	free_test_map(&map);
	for (i = 0; i < 60000; i++)
	{
		v[2 * i] = i % 2;
		v[2 * i + 1] = i % 2;
	}
	add_ring_of(1, true, 60000, v);
	status = compile_test_map(&map, &bytes, &size);
	ok(status == GRIDMAP_OK || status == GRIDMAP_TANGLED,
	   "a ring that goes to and fro 60,000 times (status %d)", status);
	free(bytes);
}

int
main(void)
{
	test_order();
	test_vertices();
	test_collapsed();
	test_shared();
	test_rings_come_back();
	test_no_memory();
	test_given_up();
	test_info();
	test_often_the_same();
	free_test_map(&map);
	return done_testing();
}
