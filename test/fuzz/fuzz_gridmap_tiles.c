/*
 * fuzz_gridmap_tiles.c
 *	  Maps that are hard on the index: very many edges in one place, at any
 *	  scale, far from the origin, much wider than high.
 */
#include "core/gridmap.h"

#include "fuzz_gridmap.h"

/* Edges of one input, for speed */
#define MOST_EDGES 800

static void
put(TestRing *ring, int i, double x, double y)
{
	ring->v[2 * i] = x;
	ring->v[2 * i + 1] = y;
}

/* One shape: six bytes say which, where, how large, of how many vertices. */
static void
take_shape(Input *in, TestMap *map, uint64_t *random)
{
	unsigned kind = take(in);
	double cx = take(in) / 16.0;
	double cy = take(in) / 16.0;
	double radius = ldexp(1, -(int) (take(in) % 40)) * 4;
	int n = 3 + (int) (take(in) % 120);
	int64_t code = 1 + take(in) % 30;
	bool new_part = (kind & 8) != 0 || map->n == 0;
	uint64_t again = n;
	int i;

	if (!new_part)
		code = map->rings[map->n - 1].code;
	switch (kind % 8)
	{
		case 0:
			add_star(map, random, code, cx, cy, radius, n, 0, new_part);
			break;
		case 1: /* the same each time */
			add_star(map, &again, code, cx, cy, radius, n, 0, new_part);
			break;
		case 2: /* rounded */
			add_star(map, random, code, cx, cy, radius, n, radius / 4,
			         new_part);
			break;
		case 3: /* a fan: every third vertex is the same */
		{
			TestRing *ring = add_test_ring(map, code, new_part, n);

			for (i = 0; i < n; i++)
			{
				double angle = 6.283185307179586 * i / n;

				put(ring, i, i % 3 == 0 ? cx : cx + radius * cos(angle),
				    i % 3 == 0 ? cy : cy + radius * sin(angle));
			}
			break;
		}
		case 4: /* to and fro */
		{
			TestRing *ring = add_test_ring(map, code, new_part, n);

			for (i = 0; i < n; i++)
			{
				double t = i % 2 == 0 ? uniform(random) : -uniform(random);

				put(ring, i, cx + t * radius, cy + t * radius * (kind >> 4));
			}
			break;
		}
		case 5: /* a sliver */
		{
			TestRing *ring = add_test_ring(map, code, new_part, 3);

			put(ring, 0, cx, cy);
			put(ring, 1, cx + radius, cy + radius / 3);
			put(ring, 2, cx + radius / 7, nextafter(cy + radius / 21, 100));
			break;
		}
		case 6: /* a square */
		{
			TestRing *ring = add_test_ring(map, code, new_part, 4);

			put(ring, 0, cx, cy);
			put(ring, 1, cx + radius, cy);
			put(ring, 2, cx + radius, cy + radius);
			put(ring, 3, cx, cy + radius);
			break;
		}
		default: /* stairs */
		{
			TestRing *ring = add_test_ring(map, code, new_part, n);

			for (i = 0; i < n; i++)
				put(ring, i, cx + radius * (i / 2) / n,
				    cy + radius * ((i + 1) / 2) / n);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static TestMap map;
	Input in = {data, size};
	/* scales of the axes: most are ordinary, all are possible */
	int x_power = (int) (take(&in) % 64) - 32;
	int y_power = (int) (take(&in) % 64) - 32;
	unsigned how = take(&in);
	double x0 = (how & 1) != 0 ? 113.7 : (how & 2) != 0 ? -1e6 : 0;
	double y0 = (how & 4) != 0 ? 22.5 : (how & 8) != 0 ? 3e9 : 0;
	uint64_t random = size;
	uint8_t *bytes;
	size_t length;
	Gridmap opened;
	GridmapStatus status;
	int edges = 0;
	int i;
	int j;

	if ((how & 16) != 0)
		x_power *= 11;
	if ((how & 32) != 0)
		y_power *= 11;
	if ((how & 64) != 0)
		x_power = -1060;
	while (in.left > 0 && edges < MOST_EDGES && map.n < MAX_RINGS)
	{
		take_shape(&in, &map, &random);
		edges += map.rings[map.n - 1].n;
	}
	for (i = 0; i < map.n; i++)
		for (j = 0; j < map.rings[i].n; j++)
		{
			double *v = map.rings[i].v + 2 * j;

			v[0] = x0 + ldexp(v[0] - ((how & 128) != 0 ? 8 : 0), x_power);
			v[1] = y0 + ldexp(v[1] - ((how & 128) != 0 ? 8 : 0), y_power);
		}
	drop_points(&map);
	status = compile_test_map(&map, &bytes, &length);
	if (status == GRIDMAP_OK)
	{
		REQUIRE(gridmap_validate(bytes, length, &opened) == GRIDMAP_OK);
		require_answers(&opened, &map, &random, edges > 200 ? 4 : 10);
		/* bounded, even where everything lies in one place */
		REQUIRE(length <= 100000 + (size_t) edges * 10000);
	}
	else
		REQUIRE((status == GRIDMAP_SHORT && map.n == 0) ||
		        status == GRIDMAP_TOO_LARGE);
	free(bytes);
	free_test_map(&map);
	return 0;
}
