/*
 * gridmap_leaf_test.c
 *	  The short cut of a leaf and its true borders give the same answer, and
 *	  the short cut is what mostly answers.
 */
#include "gridmap_maps.h"
#include "gridmap_probe.h"

#define POINTS 40000

static TestMap map;

/* A place that is hard for rounded borders, or any place */
static void
choose_place(uint64_t *random, const Gridmap *g, int i, double *x, double *y)
{
	const TestRing *ring = &map.rings[next_random(random) % map.n];
	int j = (int) (next_random(random) % ring->n);
	int k = (j + 1) % ring->n;
	double t = uniform(random);
	double unit = ldexp(g->unscale_x, g->shift - GRIDMAP_UNIT_BITS);

	*x = g->xmin + uniform(random) * (g->xmax - g->xmin);
	*y = g->ymin + uniform(random) * (g->ymax - g->ymin);
	if (i % 3 == 0)
		return;
	*x = ring->v[2 * j] + t * (ring->v[2 * k] - ring->v[2 * j]);
	*y = ring->v[2 * j + 1] + t * (ring->v[2 * k + 1] - ring->v[2 * j + 1]);
	if (i % 3 == 1)
	{
		/* a few units beside a border */
		*x += unit * 6 * (uniform(random) - 0.5);
		*y += unit * 6 * (uniform(random) - 0.5);
	}
}

/* Both ways for many points; how many were answered by the short cut alone. */
static void
compare(const char *name, uint64_t seed)
{
	uint64_t random = seed;
	uint8_t *bytes;
	uint8_t *forbidden;
	size_t size;
	Gridmap fast;
	Gridmap exact;
	GridmapInfo info;
	int differ = 0;
	int slow = 0;
	int i;

	if (!ok(compile_test_map(&map, &bytes, &size) == GRIDMAP_OK &&
	            gridmap_validate(bytes, size, &fast) == GRIDMAP_OK,
	        "%s: compiled", name))
		return;
	forbidden = malloc(size);
	memcpy(forbidden, bytes, size);
	exact = fast;
	exact.bytes = forbidden;
	gridmap_info(bytes, &info);
	ok(forbid_short_cut(forbidden, &fast) == info.leaves, "%s: every leaf",
	   name);
	for (i = 0; i < POINTS; i++)
	{
		ProbeBytes short_way = {bytes, size, 0, UINT64_MAX};
		ProbeBytes long_way = {forbidden, size, 0, UINT64_MAX};
		double x;
		double y;
		int64_t a;
		int64_t b;

		choose_place(&random, &fast, i, &x, &y);
		differ += gridmap_locate(&fast, x, y) != gridmap_locate(&exact, x, y);
		if (i % 3 == 0)
		{
			(void) gridmap_locate_read(&fast, probe_read, &short_way, x, y,
			                           &a);
			(void) gridmap_locate_read(&exact, probe_read, &long_way, x, y,
			                           &b);
			/* in a leaf, the short cut reads less */
			slow += short_way.reads == long_way.reads && long_way.reads > 12;
		}
	}
	ok(differ == 0, "%s: %d of %d places differ", name, differ, POINTS);
	ok(slow < POINTS / 60, "%s: %d of %d random places need the true borders",
	   name, slow, POINTS / 3);
	free(bytes);
	free(forbidden);
	free_test_map(&map);
}

int
main(void)
{
	uint64_t random = 11;
	int i;

	add_partition(&map, &random, 12, 9, 14, 113.75, 22.45, 0.9, 0.4);
	compare("partition", 1);
	for (i = 0; i < 80; i++)
		add_star(&map, &random, 1 + i % 50, 10 * uniform(&random),
		         10 * uniform(&random), 2, 5 + i % 20, 0, true);
	compare("overlapping stars, more than eight to a leaf", 2);
	for (i = 0; i < 60; i++)
		add_star(&map, &random, 1 + i % 50, 10 * uniform(&random),
		         10 * uniform(&random), 3, 5 + i % 20, 0.5, true);
	compare("stars on a lattice", 3);
	for (i = 0; i < 30; i++)
		add_star(&map, &random, 1 + i, 3.9e7 + 100 * uniform(&random),
		         2.5e6 + 100 * uniform(&random), 20, 9, 0, i % 3 != 0);
	compare("parts with holes, in metres", 4);
	for (i = 0; i < 40; i++)
	{
		/* long spikes: borders that are cut at the window on both sides */
		TestRing *ring = add_test_ring(&map, 1 + i, true, 3);
		double x = uniform(&random);

		ring->v[0] = x;
		ring->v[1] = 0;
		ring->v[2] = x + 0.01;
		ring->v[3] = 0;
		ring->v[4] = uniform(&random);
		ring->v[5] = 1;
	}
	compare("spikes across many tiles", 5);
	return done_testing();
}
