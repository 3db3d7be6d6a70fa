/*
 * fuzz_gridmap_build.c
 *	  Any polygons compiled: the value is valid, answers as the polygons do,
 *	  and is the same whatever the order in which they come.
 */
#include "core/gridmap.h"

#include "fuzz_gridmap.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static TestMap map;
	Input in = {data, size};
	unsigned how = take(&in);
	double scale = ldexp(1, (int) (how & 7) * 9 - 40);
	double off = (how & 64) != 0 ? 113.7 : -7;
	uint64_t random = size;
	uint64_t vertices = 0;
	uint8_t *bytes;
	uint8_t *other;
	size_t length;
	size_t other_length;
	Gridmap opened;
	GridmapStatus status;
	int i;

	if ((how & 32) != 0)
		scale /= 3; /* so that lattice lines are no multiples of it */
	take_map(&in, &map, how >= 128, off * scale, (how & 64) != 0 ? 22.5 : 0,
	         scale, (how & 16) != 0 ? scale : scale * 0x1p9);
	status = compile_test_map(&map, &bytes, &length);
	REQUIRE(compile_reversed(&map, &other, &other_length) == status);
	if (status == GRIDMAP_OK)
	{
		REQUIRE(length == other_length && memcmp(bytes, other, length) == 0);
		REQUIRE(gridmap_validate(bytes, length, &opened) == GRIDMAP_OK);
		for (i = 0; i < map.n; i++)
			vertices += (uint64_t) map.rings[i].n;
		REQUIRE((int) opened.rings == map.n);
		REQUIRE(visit_rings(&opened) <= vertices);
		require_answers(&opened, &map, &random, 6);
	}
	else
		REQUIRE((status == GRIDMAP_SHORT && map.n == 0) ||
		        status == GRIDMAP_TANGLED);
	free(bytes);
	free(other);
	free_test_map(&map);
	return 0;
}
