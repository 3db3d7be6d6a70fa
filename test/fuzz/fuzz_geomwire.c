/*
 * fuzz_geomwire.c
 *	  Any bytes as a geometry, for every reader; and what can be read as a
 *	  polygon is written again.
 */
#include "core/geomwire.h"

#include "fuzz.h"

static bool
keep(void *ctx, double *x, double *y)
{
	(void) x;
	(void) y;
	++*(size_t *) ctx;
	return true;
}

static bool
refuse_later(void *ctx, double *x, double *y)
{
	*x = *y;
	return (*(size_t *) ctx)-- > 0;
}

/* The sum of what is needed to write the rings; 0 if that cannot be. */
static size_t
size_to_write(const uint8_t *data, size_t size, uint32_t *parts)
{
	GeomwireRings rings;
	GeomwireStatus status;
	uint32_t part = 0;
	uint32_t count = 0;
	size_t vertices = 0;
	size_t sum = 0;

	*parts = 0;
	if (geomwire_rings_begin(data, size, &rings) != GEOMWIRE_OK)
		return 0;
	while (geomwire_rings_next(&rings, &status))
	{
		REQUIRE(rings.part < rings.parts && rings.points >= data);
		REQUIRE(rings.points + (size_t) rings.npoints * rings.dims * 8 <=
		        data + size);
		if (rings.npoints == 0)
			return 0;
		if (rings.ring == 0)
		{
			REQUIRE(count == 0 || rings.part > part);
			sum += geomwire_part_size(count, vertices) - 8 * (count == 0);
			count = 0;
			vertices = 0;
			++*parts;
		}
		part = rings.part;
		count++;
		vertices += rings.npoints;
	}
	if (status != GEOMWIRE_OK)
		return 0;
	if (count > 0)
		sum += geomwire_part_size(count, vertices);
	return geomwire_polygons_size(*parts, sum);
}

static void
write_again(const uint8_t *data, size_t size)
{
	uint32_t parts;
	uint32_t again;
	size_t needed = size_to_write(data, size, &parts);
	GeomwireRings rings;
	GeomwireStatus status;
	GeomwireWriter w;
	uint8_t *out;

	if (needed == 0)
		return;
	out = malloc(needed);
	geomwire_rings_begin(data, size, &rings);
	geomwire_write_begin(&w, out, needed, rings.srid, parts);
	while (geomwire_rings_next(&rings, &status))
	{
		if (rings.ring == 0)
			geomwire_write_part(&w, rings.rings);
		geomwire_write_ring(&w, rings.npoints);
		for (uint32_t i = 0; i < rings.npoints; i++)
		{
			double x;
			double y;

			geomwire_ring_vertex(&rings, i, &x, &y);
			geomwire_write_vertex(&w, x, y);
		}
	}
	REQUIRE(geomwire_write_end(&w) == needed);
	REQUIRE(size_to_write(out, needed, &again) == needed);
	REQUIRE(again == parts || (parts == 0 && again == 0));
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	GeomwireHead head;
	GeomwireStatus status = geomwire_head(data, size, &head);
	uint8_t *copy = malloc(size > 0 ? size : 1);
	int32_t srid = 0;
	bool empty = false;
	double x;
	double y;
	size_t vertices = 0;

	memcpy(copy, data, size);
	if (geomwire_point(data, size, &srid, &empty, &x, &y) == GEOMWIRE_OK)
		REQUIRE(status == GEOMWIRE_OK && srid == head.srid &&
		        head.type == GEOMWIRE_POINT);
	write_again(data, size);

	status = geomwire_transform(copy, size, keep, &vertices);
	REQUIRE(vertices <= size / 16 && status != GEOMWIRE_VERTEX);
	if (status == GEOMWIRE_OK)
	{
		size_t left = vertices / 2;

		/* only the box may have changed */
		REQUIRE(memcmp(copy, data, 4) == 0);
		REQUIRE(memcmp(copy + head.body, data + head.body, size - head.body) ==
		        0);
		status = geomwire_transform(copy, size, refuse_later, &left);
		REQUIRE(status == (vertices == 0 ? GEOMWIRE_OK : GEOMWIRE_VERTEX));
	}
	free(copy);
	return 0;
}
