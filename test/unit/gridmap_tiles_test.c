/*
 * gridmap_tiles_test.c
 *	  The index: over maps of every shape that is hard, the answer found
 *	  through the tiles is that of going through all edges, at places of every
 *	  kind that is hard; and bad maps do not make it grow without bound.
 */
#define MAX_RINGS 8192
#include "core/gridmap.h"

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
add_rectangle(int64_t code, bool new_part, double x0, double y0, double x1,
              double y1)
{
	double v[8] = {x0, y0, x1, y0, x1, y1, x0, y1};

	add_ring_of(code, new_part, 4, v);
}

static double
between(uint64_t *random, double low, double high)
{
	return low + uniform(random) * (high - low);
}

/* A place on the way from a to b, as near as doubles are. */
static void
place_on_edge(const double *a, const double *b, double t, double *x, double *y)
{
	*x = a[0] + t * (b[0] - a[0]);
	*y = a[1] + t * (b[1] - a[1]);
}

/* The i-th place to ask about: all kinds in turn */
static void
hard_place(const Gridmap *opened, uint64_t *random, int i, double *x,
           double *y)
{
	const TestRing *ring = &map.rings[next_random(random) % (uint64_t) map.n];
	int j = (int) (next_random(random) % (uint64_t) ring->n);
	const double *a = ring->v + 2 * j;
	const double *b = ring->v + 2 * ((j + 1) % ring->n);
	/* a unit of the finest tile in the lattice */
	double unit_x = opened->unscale_x;
	double unit_y = opened->unscale_y;
	double u;
	double v;

	switch (i % 12)
	{
		case 0:
			place_anywhere(opened, random, x, y);
			break;
		case 1: /* a vertex */
			*x = a[0];
			*y = a[1];
			break;
		case 2: /* beside a vertex */
			*x = beside(a[0], random);
			*y = beside(a[1], random);
			break;
		case 3: /* in the middle of an edge */
			*x = (a[0] + b[0]) / 2;
			*y = (a[1] + b[1]) / 2;
			break;
		case 4: /* on or beside an edge */
			place_on_edge(a, b, uniform(random), x, y);
			*x = beside(*x, random);
			*y = beside(*y, random);
			break;
		case 5: /* a few units beside an edge */
			place_on_edge(a, b, uniform(random), x, y);
			u = ldexp(1, (int) (next_random(random) % 40));
			*x += (uniform(random) - 0.5) * 8 * u * unit_x;
			*y += (uniform(random) - 0.5) * 8 * u * unit_y;
			break;
		case 6: /* a corner of a tile, or beside it */
			place_anywhere(opened, random, &u, &v);
			*x = beside(tile_border(u, unit_x, random), random);
			*y = beside(tile_border(v, unit_y, random), random);
			break;
		case 7: /* a tile's border, as high as a vertex */
			place_anywhere(opened, random, &u, &v);
			*x = beside(tile_border(u, unit_x, random), random);
			*y = a[1];
			break;
		case 8: /* a tile's border, as far as a vertex */
			place_anywhere(opened, random, &u, &v);
			*x = a[0];
			*y = beside(tile_border(v, unit_y, random), random);
			break;
		case 9: /* where an edge crosses the border of a tile */
			place_on_edge(a, b, uniform(random), &u, &v);
			*x = tile_border(u, unit_x, random);
			*y = a[0] != b[0]
			         ? a[1] + (*x - a[0]) / (b[0] - a[0]) * (b[1] - a[1])
			         : v;
			if (!(*y >= fmin(a[1], b[1]) && *y <= fmax(a[1], b[1])))
				*y = v;
			break;
		case 10: /* the column of one vertex, the row of another */
			*x = a[0];
			*y = map.rings[next_random(random) % (uint64_t) map.n].v[1];
			break;
		default: /* near a vertex, at any scale */
			u = ldexp(1, (int) (next_random(random) % 50));
			*x = a[0] + (uniform(random) - 0.5) * u * unit_x;
			*y = a[1] + (uniform(random) - 0.5) * u * unit_y;
	}
}

/* Points that cost about as much time, whatever the map */
static int
affordable(int most)
{
	long vertices = 0;
	int i;

	for (i = 0; i < map.n; i++)
		vertices += map.rings[i].n;
	return vertices * most > 1800000 ? (int) (1800000 / vertices) : most;
}

/*
 * Compile the map, ask about places, hold it against the oracle.  The number
 * of answers that differ; the first is told.
 */
static int
differences(uint64_t *random, int places, const char *what)
{
	uint8_t *bytes;
	size_t size;
	Gridmap opened;
	GridmapStatus status = compile_test_map(&map, &bytes, &size);
	int wrong = 0;
	int i;

	if (status != GRIDMAP_OK)
	{
		printf("# %s: not compiled: %d\n", what, status);
		return 1;
	}
	status = gridmap_validate(bytes, size, &opened);
	if (status != GRIDMAP_OK)
	{
		printf("# %s: not valid: %d\n", what, status);
		free(bytes);
		return 1;
	}
	places = affordable(places);
	for (i = 0; i < places; i++)
	{
		double x;
		double y;
		int64_t expected;
		int64_t got;

		hard_place(&opened, random, i, &x, &y);
		expected = locate_slowly(&map, x, y);
		/* the other reader has its own test; now and then it is asked here */
		got = i % 8 == 0 ? locate_both(&opened, x, y)
		                 : gridmap_locate(&opened, x, y);
		if (got != expected && wrong++ == 0)
			printf("# %s: place %d (%.17g, %.17g): %" PRId64 " instead of "
			       "%" PRId64 "\n",
			       what, i, x, y, got, expected);
	}
	free(bytes);
	return wrong;
}

static void
agrees(uint64_t *random, int places, const char *what)
{
	int wrong = differences(random, places, what);

	ok(wrong == 0, "%s (%d wrong)", what, wrong);
}

static void
test_partitions(void)
{
	uint64_t random = 61;
	int i;

	free_test_map(&map);
	add_partition(&map, &random, 7, 6, 12, 113.7, 22.4, 0.9, 0.5);
	agrees(&random, 6000, "a town");
	free_test_map(&map);
	add_partition(&map, &random, 7, 6, 1, -180, -90, 360, 180);
	agrees(&random, 6000, "the world");
	free_test_map(&map);
	add_partition(&map, &random, 5, 4, 3, -1e-9, -1e-9, 2e-9, 2e-9);
	agrees(&random, 6000, "a grain at the origin");
	free_test_map(&map);
	add_partition(&map, &random, 5, 4, 3, 5e5, 2.5e6, 1e-5, 1e-5);
	agrees(&random, 6000, "a grain far from the origin");
	free_test_map(&map);
	add_partition(&map, &random, 30, 1, 2, 0, 0, 1e6, 1e-3);
	agrees(&random, 6000, "a strip");

	/* squares whose borders are those of tiles */
	free_test_map(&map);
	for (i = 0; i < 100; i++)
		add_rectangle(100 - i, true, i % 10, i / 10, i % 10 + 1, i / 10 + 1);
	agrees(&random, 6000, "squares of one");
	free_test_map(&map);
	for (i = 0; i < 256; i++)
		add_rectangle(1 + i * 37 % 256, true, ldexp(i % 16, -4) - 0.5,
		              ldexp(i / 16, -4) - 0.5, ldexp(i % 16 + 1, -4) - 0.5,
		              ldexp(i / 16 + 1, -4) - 0.5);
	agrees(&random, 6000, "squares of a sixteenth, around the origin");

	/* big cells, small cells beside them, vertices that do not match */
	free_test_map(&map);
	add_rectangle(5, true, 0, 0, 64, 64);
	add_rectangle(6, true, 64, 0, 128, 64);
	for (i = 0; i < 128; i++)
		add_rectangle(10 + i, true, 64 + i % 16 * 0.25, 64 + i / 16 * 0.25,
		              64.25 + i % 16 * 0.25, 64.25 + i / 16 * 0.25);
	for (i = 0; i < 64; i++)
		add_rectangle(200 + i, true, i, 64, i + 1, 65 + i % 3);
	agrees(&random, 6000, "big and small beside each other");
}

static void
test_overlaps(void)
{
	static const double grains[] = {0, 0.5, 0.25, 1, 0.0625};
	uint64_t random = 62;
	char what[100];
	int round;
	int i;

	for (round = 0; round < 10; round++)
	{
		double grain = grains[round % 5];

		free_test_map(&map);
		for (i = 0; i < 60; i++)
			add_star(&map, &random, 1 + i % 40, uniform(&random) * 10,
			         uniform(&random) * 10, 1 + round % 4, 3 + i % 20, grain,
			         i % 3 != 0 || round < 5);
		snprintf(what, sizeof(what), "stars upon each other %d, grain %g",
		         round, grain);
		agrees(&random, 6000, what);
	}

	free_test_map(&map);
	for (i = 0; i < 30; i++)
	{
		uint64_t again = 7;

		add_star(&map, &again, 1 + i % 9, 5, 5, 2, 50, 0, true);
	}
	agrees(&random, 6000, "cells of the same shape");

	free_test_map(&map);
	for (i = 0; i < 12; i++)
	{
		uint64_t again = 8;
		/* a few bits apart: crossing each other everywhere */
		double off = i * 0x1p-49;

		add_star(&map, &again, 20 - i, 5 + off, 5 - off, 2, 40, 0, true);
	}
	agrees(&random, 6000, "cells that are nearly of the same shape");

	free_test_map(&map);
	for (i = 0; i < 300; i++)
		add_star(&map, &random, 1 + i * 7 % 300, uniform(&random),
		         uniform(&random), 10, 12, 0, true);
	agrees(&random, 6000, "300 cells upon each other");

	free_test_map(&map);
	for (i = 0; i < 300; i++)
		add_rectangle(300 - i, true, -i, -i, i + 1, i + 1);
	agrees(&random, 6000, "300 squares within each other");
}

static void
test_holes(void)
{
	uint64_t random = 63;
	int i;

	free_test_map(&map);
	for (i = 0; i < 30; i++)
		add_star(&map, &random, 1, 5, 5, 31 - i, 100, 0, i == 0);
	for (i = 0; i < 10; i++)
		add_star(&map, &random, 2 + i, 5, 5, i + 1, 10, 0, true);
	agrees(&random, 6000, "rings that cross each other");

	free_test_map(&map);
	add_rectangle(9, true, 0, 0, 101, 101);
	for (i = 0; i < 50; i++)
		add_rectangle(9, false, i + 0.5, i + 0.5, 100.5 - i, 100.5 - i);
	for (i = 0; i < 50; i++)
		add_rectangle(10 + i, i % 2 == 0, i + 0.25, i + 0.25, 100.75 - i,
		              100.75 - i);
	agrees(&random, 6000, "holes in islands in holes");

	/* enclaves that fill holes, shared ring for ring */
	free_test_map(&map);
	add_rectangle(5, true, 0, 0, 8, 8);
	for (i = 0; i < 16; i++)
	{
		double x = i % 4 * 2 + 0.5;
		double y = i / 4 * 2 + 0.5;

		add_rectangle(5, false, x, y, x + 1, y + 1);
	}
	for (i = 0; i < 16; i += 2)
	{
		double x = i % 4 * 2 + 0.5;
		double y = i / 4 * 2 + 0.5;

		add_rectangle(1 + i, true, x, y, x + 1, y + 1);
	}
	/* holes that touch at a corner, and one that touches the border */
	add_rectangle(40, true, 10, 0, 18, 8);
	add_rectangle(40, false, 12, 2, 14, 4);
	add_rectangle(40, false, 14, 4, 16, 6);
	add_rectangle(40, false, 10, 6, 11, 7);
	agrees(&random, 6000, "enclaves, holes that touch");
}

static void
test_fans(void)
{
	uint64_t random = 64;
	double v[2 * 3000];
	int i;
	int n;

	/* triangles around a point */
	for (n = 10; n <= 1000; n *= 10)
	{
		double cx = n == 100 ? 113.71234567 : 0.25;
		double cy = n == 100 ? 22.51234567 : 0.25;

		free_test_map(&map);
		for (i = 0; i < n; i++)
		{
			double one = 6.283185307179586 * i / n;
			double two = 6.283185307179586 * ((i + 1) % n) / n;
			double t[6] = {cx,
			               cy,
			               cx + 10 * cos(one),
			               cy + 10 * sin(one),
			               cx + 10 * cos(two),
			               cy + 10 * sin(two)};

			add_ring_of(1 + i * 7 % n, true, 3, t);
		}
		agrees(&random, 6000, "triangles around a point");
	}

	/* one ring that comes to the same vertex a thousand times */
	free_test_map(&map);
	for (i = 0; i < 1000; i++)
	{
		v[6 * i % 6000] = 1;
		v[3 * 2 * (i % 1000)] = 1;
		v[3 * 2 * (i % 1000) + 1] = 1;
		v[3 * 2 * (i % 1000) + 2] = 1 + cos(i * 0.00628);
		v[3 * 2 * (i % 1000) + 3] = 1 + sin(i * 0.00628);
		v[3 * 2 * (i % 1000) + 4] = 1 + cos((i + 0.5) * 0.00628);
		v[3 * 2 * (i % 1000) + 5] = 1 + sin((i + 0.5) * 0.00628);
	}
	add_ring_of(3, true, 3000, v);
	agrees(&random, 6000, "a ring that comes to a vertex a thousand times");

	/* spikes: to and fro along the same line */
	free_test_map(&map);
	for (i = 0; i < 200; i++)
	{
		v[2 * i] = i % 2 == 0 ? i * 0.01 : 3 - i * 0.01;
		v[2 * i + 1] = v[2 * i] * 0.5;
	}
	add_ring_of(3, true, 200, v);
	add_rectangle(4, true, 0.5, 0, 1, 2);
	agrees(&random, 6000, "a ring all of whose vertices are in line");

	free_test_map(&map);
	for (i = 0; i < 200; i++)
	{
		v[2 * i] = uniform(&random) * 9;
		v[2 * i + 1] = i < 100 ? 5 : nextafter(5, 6);
	}
	add_ring_of(3, true, 200, v);
	agrees(&random, 6000, "a ring that is as good as level");
	for (i = 0; i < 200; i++)
	{
		v[2 * i + 1] = v[2 * i];
		v[2 * i] = -7;
	}
	free_test_map(&map);
	add_ring_of(3, true, 200, v);
	agrees(&random, 6000, "a ring that is upright");

	/* stars of very many long edges */
	free_test_map(&map);
	add_star(&map, &random, 1, 5, 5, 4, 3000, 0, true);
	add_star(&map, &random, 2, 5, 5, 4, 3000, 0, true);
	agrees(&random, 6000, "two stars of thousands of edges");
}

static void
test_scales(void)
{
	uint64_t random = 65;
	int round;
	int i;

	/* one cell only, of few vertices */
	free_test_map(&map);
	add_rectangle(1, true, 0, 0, 1, 1);
	agrees(&random, 6000, "one square");
	free_test_map(&map);
	add_rectangle(1, true, 0.1, 0.1, 0.7, 0.3);
	agrees(&random, 6000, "one rectangle");
	free_test_map(&map);
	add_star(&map, &random, 1, 113.9, 22.5, 0.01, 3, 0, true);
	agrees(&random, 6000, "one triangle");

	/* cells of all sizes in one map */
	free_test_map(&map);
	for (i = 0; i < 60; i++)
		add_star(&map, &random, 1 + i, 1, 1, ldexp(1, i % 30 - 25), 6, 0,
		         true);
	agrees(&random, 6000, "cells of thirty sizes at one place");
	free_test_map(&map);
	for (i = 0; i < 60; i++)
		add_star(&map, &random, 1 + i, ldexp(1, -i), ldexp(1, -i),
		         ldexp(1, -i), 6, 0, true);
	agrees(&random, 6000, "cells that dwindle towards the origin");
	free_test_map(&map);
	add_rectangle(1, true, -1e9, -1e9, 1e9, 1e9);
	for (i = 0; i < 40; i++)
		add_star(&map, &random, 2 + i, between(&random, -1e9, 1e9),
		         between(&random, -1e9, 1e9), 1e-4, 6, 0, true);
	agrees(&random, 6000, "specks in an ocean");

	/* extents that are far from square */
	for (round = 0; round < 6; round++)
	{
		double width = ldexp(1, round * 20 - 60);
		double height = ldexp(1, 40 - round * 20);

		free_test_map(&map);
		for (i = 0; i < 40; i++)
		{
			TestRing *ring;
			int j;

			add_star(&map, &random, 1 + i, uniform(&random) * 3,
			         uniform(&random) * 3, 1, 8, 0, true);
			ring = &map.rings[map.n - 1];
			for (j = 0; j < ring->n; j++)
			{
				ring->v[2 * j] *= width;
				ring->v[2 * j + 1] = 1 + ring->v[2 * j + 1] * height;
			}
		}
		agrees(&random, 6000, "an extent that is far from square");
	}

	/* the ends of what doubles can hold */
	for (round = 0; round < 6; round++)
	{
		static const int powers[] = {-1070, -1000, -500, 300, 390, -330};

		free_test_map(&map);
		for (i = 0; i < 30; i++)
		{
			TestRing *ring;
			int j;

			add_star(&map, &random, 1 + i, uniform(&random) * 100 - 50,
			         uniform(&random) * 100, 30, 8, 0, true);
			ring = &map.rings[map.n - 1];
			for (j = 0; j < ring->n; j++)
			{
				ring->v[2 * j] = ldexp(ring->v[2 * j], powers[round]);
				ring->v[2 * j + 1] =
				    ldexp(ring->v[2 * j + 1],
				          round % 2 == 0 ? powers[round] : -powers[round] / 3);
			}
		}
		agrees(&random, 3000, "the ends of what doubles can hold");
	}

	/* an extent that begins at the least number below zero */
	free_test_map(&map);
	{
		static const double v[] = {-0x1p-1074, 0,    1000, -0x1p-1074,
		                           1000,       1000, 0,    1000};

		add_ring_of(1, true, 4, v);
		agrees(&random, 3000, "from the least number below zero to 1000");
		ok(differences(&random, 1, "again") == 0, "which is a valid value");
	}

	free_test_map(&map);
	add_rectangle(1, true, 0, 0, 0x1p400, 1);
	{
		uint8_t *bytes;
		size_t size;

		ok(compile_test_map(&map, &bytes, &size) == GRIDMAP_TOO_LARGE &&
		       bytes == NULL,
		   "beyond 2^400 it is too large");
	}
}

static void
test_slivers(void)
{
	uint64_t random = 66;
	int i;

	free_test_map(&map);
	for (i = 0; i < 60; i++)
	{
		double y = i * 1e-7;
		double v[6] = {0, y, 10, y + 5e-8 * uniform(&random), 10, y + 1e-7};

		add_ring_of(60 - i, true, 3, v);
	}
	agrees(&random, 6000, "long slivers");

	free_test_map(&map);
	for (i = 0; i < 60; i++)
	{
		double x = uniform(&random);
		double y = uniform(&random);
		double dx = uniform(&random) - 0.5;
		double dy = uniform(&random) - 0.5;
		/* as thin as doubles allow: third vertex rounded from the line */
		double v[6] = {x, y, x + dx, y + dy, x + dx / 3, y + dy / 3};

		add_ring_of(1 + i, true, 3, v);
	}
	agrees(&random, 6000, "triangles as thin as doubles allow");
}

/*
 * Borders so close to all the places which the short cut could be told right
 * from that rounding moves them across, and no smaller tile: far from the
 * origin, a comb with a tooth for every four units, but none at the right.
 */
static void
test_comb(void)
{
	uint64_t random = 69;
	double unit = 0x1p-24;
	double x0 = 0x1p23;
	int teeth = 3775;
	double *v = malloc(sizeof(double) * 4 * (size_t) teeth);
	int i;

	for (i = 0; i < teeth; i++)
	{
		double x = x0 + (4 * i + 1 + 31 / 32.0) * unit;

		v[4 * i] = v[4 * i + 2] = x;
		v[4 * i + 1] = x0 + (i % 2 == 0 ? 0 : 16380) * unit;
		v[4 * i + 3] = x0 + (i % 2 == 0 ? 16380 : 0) * unit;
	}
	free_test_map(&map);
	add_ring_of(3, true, 2 * teeth, v);
	add_rectangle(5, true, x0, x0, x0 + 8000 * unit, x0 + 8000 * unit);
	add_rectangle(6, true, x0 + 15200 * unit, x0, x0 + 15900 * unit,
	              x0 + 8000 * unit);
	agrees(&random, 3000, "a comb as fine as can be");
	free(v);
}

/*
 * Borders that lead through the very places in the tiles where ways end, and
 * vertices there, and straight above or beside.
 */
static void
test_references(void)
{
	uint64_t random = 73;
	int wrong = 0;
	int round;

	for (round = 0; round < 40; round++)
	{
		uint8_t *bytes;
		size_t size;
		Gridmap opened;
		int i;
		int j;

		free_test_map(&map);
		add_rectangle(50, true, 0, 0, 1, 1);
		for (i = 0; i < 12; i++)
		{
			int n = 4 + 2 * (int) (next_random(&random) % 6);
			TestRing *ring = add_test_ring(&map, 1 + i, true, n);

			for (j = 0; j < n; j++)
			{
				int k = next_random(&random) % 4 == 0
				            ? (int) (next_random(&random) % REFERENCES)
				            : 0;
				int bits = 1 + (int) (next_random(&random) % 4);
				double x =
				    ldexp(gridmap_references[k][0] * 0x1p-14 +
				              (double) (next_random(&random) >> (64 - bits)),
				          -bits);
				double y =
				    ldexp(gridmap_references[k][1] * 0x1p-14 +
				              (double) (next_random(&random) >> (64 - bits)),
				          -bits);

				ring->v[2 * j] = x;
				ring->v[2 * j + 1] = y;
				if (round % 2 == 0)
				{
					/* the place in the middle of an edge */
					double dx =
					    ldexp((int) (next_random(&random) % 9) - 4, -6);
					double dy =
					    ldexp((int) (next_random(&random) % 9) - 4, -6);

					j++;
					ring->v[2 * j - 2] = x - dx;
					ring->v[2 * j - 1] = y - dy;
					ring->v[2 * j] = x + dx;
					ring->v[2 * j + 1] = y + dy;
				}
			}
		}
		if (compile_test_map(&map, &bytes, &size) != GRIDMAP_OK ||
		    gridmap_validate(bytes, size, &opened) != GRIDMAP_OK)
			abort();
		for (i = 0; i < 600; i++)
		{
			const TestRing *ring =
			    &map.rings[next_random(&random) % (uint64_t) map.n];
			const TestRing *other =
			    &map.rings[next_random(&random) % (uint64_t) map.n];
			double x = uniform(&random);
			double y = uniform(&random);
			size_t at = next_random(&random) % (uint64_t) (ring->n - 1);
			size_t next = next_random(&random) % (uint64_t) (other->n - 1);

			/* as far as the middle of an edge, as high as that of another */
			if (i % 3 != 0)
				x = (ring->v[2 * at] + ring->v[2 * at + 2]) / 2;
			if (i % 3 != 1)
				y = (other->v[2 * next + 1] + other->v[2 * next + 3]) / 2;
			/* so near to the border that the short cut is not taken */
			if (i % 2 == 0)
			{
				x = nextafter(ring->v[2 * at], 9);
				y = ring->v[2 * at + 1];
			}
			wrong += locate_both(&opened, x, y) != locate_slowly(&map, x, y);
		}
		wrong += differences(&random, 120, "places where ways end");
		free(bytes);
	}
	ok(wrong == 0, "borders through the places where ways end (%d wrong)",
	   wrong);
}

/*
 * Thousands of long edges of one cell that pass a place, but not all of them
 * the same point: a leaf cannot hold them, and the tile must be cut up though
 * nothing is gained at first.
 */
static void
test_tangle(void)
{
	uint64_t random = 70;
	int n = 9001;
	double *v = malloc(sizeof(double) * 2 * (size_t) n);
	uint8_t *bytes;
	size_t size;
	int i;

	for (i = 0; i < n; i++)
	{
		double angle = 3.141592653589793 * i * (1 + 1.0 / n);

		v[2 * i] = 0.3 + cos(angle);
		v[2 * i + 1] = 0.3 + sin(angle);
	}
	free_test_map(&map);
	add_ring_of(3, true, n, v);
	agrees(&random, 3000, "a tangle that can be cut up");

	/* all of them through one point: that cannot */
	for (i = 0; i < n; i++)
	{
		double angle = 0.0007 * i;

		v[2 * i] = i % 2 == 0 ? 0.3 : 0.3 + cos(angle);
		v[2 * i + 1] = i % 2 == 0 ? 0.3 : 0.3 + sin(angle);
	}
	free_test_map(&map);
	add_ring_of(3, true, n, v);
	ok(compile_test_map(&map, &bytes, &size) == GRIDMAP_TANGLED &&
	       bytes == NULL,
	   "one vertex that a ring comes to 4,500 times is refused");
	free(v);
}

/* Many small random maps: what nobody has thought of */
static void
test_small_maps(void)
{
	uint64_t random = 67;
	int wrong = 0;
	int maps = 0;
	int round;

	for (round = 0; round < 300; round++)
	{
		int rings = 1 + (int) (next_random(&random) % 8);
		int lattice = 2 + (int) (next_random(&random) % 9);
		double scale = ldexp(1, (int) (next_random(&random) % 40) - 30);
		double off = next_random(&random) % 3 == 0 ? 100 : 0;
		int i;

		free_test_map(&map);
		for (i = 0; i < rings; i++)
		{
			int n = 2 + (int) (next_random(&random) % 9);
			TestRing *ring =
			    add_test_ring(&map, 1 + (int64_t) (next_random(&random) % 5),
			                  i == 0 || next_random(&random) % 3 != 0, n);
			int j;

			if (map.n > 1 && map.rings[map.n - 2].part == ring->part)
				ring->code = map.rings[map.n - 2].code;
			for (j = 0; j < n; j++)
			{
				ring->v[2 * j] = off + scale * (double) (next_random(&random) %
				                                         (uint64_t) lattice);
				ring->v[2 * j + 1] =
				    off + scale * (double) (next_random(&random) %
				                            (uint64_t) lattice);
			}
			/* a ring that is a point is left out: the oracle has it */
			ring->v[2] = ring->v[0] + scale;
		}
		maps++;
		wrong += differences(&random, 400, "a small map") != 0;
	}
	ok(wrong == 0, "%d small maps on a lattice (%d wrong)", maps, wrong);
}

/* Bytes for each edge, and tiles; 0 if it is not compiled */
static double
bytes_per_edge(GridmapInfo *info)
{
	uint8_t *bytes;
	size_t size;
	Gridmap opened;
	GridmapStatus status = compile_test_map(&map, &bytes, &size);

	if (status != GRIDMAP_OK)
	{
		printf("# not compiled: %d\n", status);
		return 0;
	}
	if (gridmap_validate(bytes, size, &opened) != GRIDMAP_OK)
		abort();
	gridmap_info(bytes, info);
	free(bytes);
	return (double) size / info->edges;
}

/*
 * Twice the edges may not make much more than twice the value, whatever they
 * look like, and the time that all of this takes is seconds.
 */
static void
test_growth(void)
{
	static const char *const what[] = {
	    "a partition",      "copies of a cell",     "cells upon each other",
	    "triangles around", "a star of long edges", "slivers"};
	static const double most[] = {120, 1200, 200, 1200, 800, 1000};
	uint64_t random = 68;
	GridmapInfo info;
	int kind;
	int i;

	for (kind = 0; kind < 6; kind++)
	{
		double per_edge[2];
		int step;

		for (step = 0; step < 2; step++)
		{
			int n = step == 0 ? 420 : 1680;

			free_test_map(&map);
			switch (kind)
			{
				case 0:
					add_partition(&map, &random, n / 60, n / 60, 10, 113.7,
					              22.4, 0.9, 0.5);
					break;
				case 1:
					for (i = 0; i < n; i++)
					{
						uint64_t again = 7;

						add_star(&map, &again, 1 + i, 5, 5, 2, 20, 0, true);
					}
					break;
				case 2:
					for (i = 0; i < n; i++)
						add_star(&map, &random, 1 + i, uniform(&random),
						         uniform(&random), 10, 6, 0, true);
					break;
				case 3:
					for (i = 0; i < n; i++)
					{
						double one = 6.283185307179586 * i / n;
						double two = 6.283185307179586 * ((i + 1) % n) / n;
						double t[6] = {0,        0,        cos(one),
						               sin(one), cos(two), sin(two)};

						add_ring_of(1 + i, true, 3, t);
					}
					break;
				case 4:
					add_star(&map, &random, 1, 5, 5, 4, 4 * n, 0, true);
					break;
				default:
					for (i = 0; i < n; i++)
						add_rectangle(1 + i, true, 0, i * 1e-9, 1,
						              (i + 0.5) * 1e-9);
					add_rectangle(1 + n, true, 0, 1, 1, 2);
			}
			per_edge[step] = bytes_per_edge(&info);
			printf("# %s of %u edges: %.0f bytes for each, %u tiles\n",
			       what[kind], info.edges, per_edge[step], info.tiles);
		}
		ok(per_edge[0] > 0 && per_edge[1] > 0 && per_edge[0] < most[kind] &&
		       per_edge[1] < most[kind] && per_edge[1] < per_edge[0] * 2,
		   "%s: the value grows with the edges (%.0f, %.0f bytes for each)",
		   what[kind], per_edge[0], per_edge[1]);
	}
}

int
main(void)
{
	test_partitions();
	test_overlaps();
	test_holes();
	test_fans();
	test_scales();
	test_slivers();
	test_comb();
	test_references();
	test_tangle();
	test_small_maps();
	test_growth();
	free_test_map(&map);
	return done_testing();
}
