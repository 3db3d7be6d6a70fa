/*
 * fuzz_gridmap.c
 *	  Any bytes as a gridmap, and gridmaps with any bytes changed.
 *
 * Opening, checking and the reader that trusts nothing must be safe with all
 * of them.  What passes the check must be safe for those who trust it.
 */
#include "core/gridmap.h"

#include "fuzz_gridmap.h"

/* Two valid values to change: tiles and leaves, and nodes and longer leaves */
static uint8_t *valid[2];
static size_t valid_size[2];

static void
make_valid(void)
{
	static TestMap map;
	uint64_t random = 1;
	int i;

	for (i = 0; i < 4; i++)
	{
		double x = i % 2 * 10;
		double y = i / 2 * 10;
		double v[8] = {x, y, x + 10, y, x + 10, y + 10, x, y + 10};

		memcpy(add_test_ring(&map, 4 - i, true, 4)->v, v, sizeof(v));
	}
	add_star(&map, &random, 4, 5, 5, 3, 5, 0, true);
	REQUIRE(compile_test_map(&map, &valid[0], &valid_size[0]) == GRIDMAP_OK);
	for (i = 0; i < 10; i++)
		add_star(&map, &random, 5 + i / 2, 5, 5, 0.01, 5, 0, i % 2 == 0);
	REQUIRE(compile_test_map(&map, &valid[1], &valid_size[1]) == GRIDMAP_OK);
	free_test_map(&map);
}

/* What may be done with a value that has passed the check */
static void
use(const Gridmap *map, uint64_t random)
{
	GridmapHit *hits;
	GridmapInfo info;
	size_t count;
	size_t i;
	double x = map->xmin;
	double y = map->ymax;

	gridmap_info(map->bytes, &info);
	(void) visit_rings(map);
	for (i = 0; i < 24; i++)
	{
		REQUIRE(locate_both(map, x, y) != INT64_MIN);
		gridmap_expect_more(map, gridmap_expect(map, x, y));
		gridmap_expect_more(map, (uint32_t) next_random(&random));
		if (i % 3 == 0 && map->pool > 0)
		{
			const uint8_t *at = map->bytes + map->vertices +
			                    16 * (next_random(&random) % map->pool);

			memcpy(&x, at, 8);
			memcpy(&y, at + 8, 8);
		}
		else
			place_anywhere(map, &random, &x, &y);
	}
	for (i = 0; i < 2; i++)
	{
		bool geographic = i > 0;

		if (geographic && (map->xmin < -180 || map->xmax > 180 ||
		                   map->ymin < -90 || map->ymax > 90))
			break;
		x = fmin(fmax(x, map->xmin), map->xmax);
		y = fmin(fmax(y, map->ymin), map->ymax);
		REQUIRE(gridmap_near(map, geographic, x, y, geographic ? 1e5 : 1,
		                     &test_memory, &hits, &count) == GRIDMAP_OK);
		REQUIRE(count <= info.cells);
		free(hits);
		(void) gridmap_border_distance(map, geographic, x, y);
	}
}

static void
try_value(const uint8_t *bytes, size_t size, uint64_t random)
{
	Gridmap map;
	int i;

	if (gridmap_validate(bytes, size, &map) == GRIDMAP_OK)
		use(&map, random);
	if (gridmap_open(bytes, size, &map) != GRIDMAP_OK)
		return;
	for (i = 0; i < 16; i++)
	{
		ProbeBytes reader = {bytes, size, 0, UINT64_MAX};
		double x;
		double y;
		int64_t code;

		place_anywhere(&map, &random, &x, &y);
		(void) gridmap_locate_read(&map, probe_read, &reader, x, y, &code);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input in = {data, size};
	unsigned how = take(&in);
	unsigned which = how & 1;
	uint8_t *bytes;

	if (valid[0] == NULL)
		make_valid();
	if (how >= 192)
	{
		/* bytes as they are, in a block of their size */
		bytes = malloc(in.left > 0 ? in.left : 1);
		memcpy(bytes, in.at, in.left);
		if (how >= 224 && in.left >= GRIDMAP_HEADER_BYTES)
			seal_value(bytes, in.left);
		try_value(bytes, in.left, how);
		free(bytes);
		return 0;
	}
	bytes = malloc(valid_size[which]);
	memcpy(bytes, valid[which], valid_size[which]);
	while (in.left > 0)
	{
		unsigned low = take(&in);
		size_t at = (low | take(&in) << 8) % valid_size[which];
		unsigned length = 1 + take(&in) % 8;

		for (; length > 0 && at < valid_size[which]; length--, at++)
			bytes[at] = (uint8_t) take(&in);
	}
	if ((how & 2) != 0)
		seal_value(bytes, valid_size[which]);
	try_value(bytes, valid_size[which], how);
	free(bytes);
	return 0;
}
