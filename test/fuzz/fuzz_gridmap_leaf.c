/*
 * fuzz_gridmap_leaf.c
 *	  The short cut of a leaf against its true borders: a map of one to four
 *	  polygons on a coarse lattice, so that borders meet, run along each other
 *	  and pass through corners, and places on and beside all of them.
 */
#include "../unit/gridmap_maps.h"
#include "../unit/gridmap_probe.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static TestMap map;
	Gridmap fast;
	Gridmap exact;
	uint8_t *bytes;
	uint8_t *forbidden;
	size_t length;
	double grain;
	size_t i;
	int j;

	if (size < 8)
		return 0;
	grain = ldexp(1, (int) (data[0] % 48) - 24);
	for (i = 1; i + 1 < size && map.n < 4;)
	{
		int n = 3 + data[i] % 16;
		TestRing *ring;

		if (i + 1 + 2 * (size_t) n > size)
			break;
		ring = add_test_ring(&map, 1 + data[i] / 64,
		                     data[i] % 3 != 0 || i == 1, n);
		for (j = 0; j < 2 * n; j++)
			ring->v[j] = (data[i + 1 + (size_t) j] - 128) * grain;
		/* a ring that is a point covers nothing; the oracle differs */
		ring->v[0] = 128 * grain;
		i += 1 + 2 * (size_t) n;
	}
	if (map.n > 0 && compile_test_map(&map, &bytes, &length) == GRIDMAP_OK)
	{
		REQUIRE(gridmap_validate(bytes, length, &fast) == GRIDMAP_OK);
		forbidden = malloc(length);
		memcpy(forbidden, bytes, length);
		exact = fast;
		exact.bytes = forbidden;
		(void) forbid_short_cut(forbidden, &fast);
		for (i = 0; i < 64; i++)
		{
			const TestRing *ring = &map.rings[i % (size_t) map.n];
			const double *a = ring->v + 2 * (i * 7 % (size_t) ring->n);
			double beside = ldexp(grain, -(int) (i % 20));
			double x = a[0] + (i % 5 == 0 ? 0 : beside);
			double y = a[1] + (i % 3 == 0 ? 0 : -beside);

			REQUIRE(gridmap_locate(&fast, x, y) ==
			        gridmap_locate(&exact, x, y));
			REQUIRE(gridmap_locate(&fast, x, y) == locate_slowly(&map, x, y));
		}
		free(forbidden);
		free(bytes);
	}
	free_test_map(&map);
	return 0;
}
