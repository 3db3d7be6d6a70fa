/*
 * geomwire_test.c
 *	  The bytes of geometries, against values that PostGIS 3.3 has stored.
 */
#include "core/geomwire.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "tap.h"

typedef struct Golden
{
	const char *text;
	const char *hex;
} Golden;

/* What PostGIS stores for ST_GeomFromEWKT(text), without varlena header. */
static const Golden golden[] = {
    {"SRID=4490;POINT(1 2)",
     "00118a400100000001000000000000000000f03f0000000000000040"},
    {"POINT EMPTY", "000000400100000000000000"},
    {"SRID=999999;POINT ZM (1 2 3 4)",
     "0f423f430100000001000000000000000000f03f000000000000004000000000"
     "000008400000000000001040"},
    {"POINT M (113.5 22.25 7)",
     "0000004201000000010000000000000000605c40000000000040364000000000"
     "00001c40"},
    {"SRID=4326;LINESTRING(113.9 22.5,114.1 22.7)",
     "0010e64002000000020000009a99999999795c40000000000080364066666666"
     "66865c403333333333b33640"},
    {"SRID=4326;LINESTRING Z (0 0 1,1 1.1 -2,2 0 0.1)",
     "0010e645000000000000004000000000cdcc8c3f000000c00000803f02000000"
     "0300000000000000000000000000000000000000000000000000f03f00000000"
     "0000f03f9a9999999999f13f00000000000000c0000000000000004000000000"
     "000000009a9999999999b93f"},
    {"SRID=4326;POLYGON((113.1 22.1,113.3 22.1,113.2 22.4,113.1 22"
     ".1))",
     "0010e6443333e2429a99e242ccccb0413433b341030000000100000004000000"
     "000000006666666666465c409a999999991936403333333333535c409a999999"
     "99193640cdcccccccc4c5c4066666666666636406666666666465c409a999999"
     "99193640"},
    {"POLYGON EMPTY", "000000400300000000000000"},
    {"MULTIPOLYGON EMPTY", "000000400600000000000000"},
    {"SRID=4490;POLYGON((0 0,10 0,10 10,0 10,0 0),(1 1,2 1,2 2,1 1"
     "))",
     "00118a4400000000000020410000000000002041030000000200000005000000"
     "0400000000000000000000000000000000000000000000000000244000000000"
     "0000000000000000000024400000000000002440000000000000000000000000"
     "0000244000000000000000000000000000000000000000000000f03f00000000"
     "0000f03f0000000000000040000000000000f03f000000000000004000000000"
     "00000040000000000000f03f000000000000f03f"},
    {"SRID=4490;MULTIPOLYGON(((0.1 0.2,10 0,10 10,0.1 0.2)),((20 2"
     "0,30 20,30 30,20 20),(21 20.5,22 20.5,22 21,21 20.5)))",
     "00118a44cccccc3d0000f041000000000000f041060000000200000003000000"
     "0100000004000000000000009a9999999999b93f9a9999999999c93f00000000"
     "000024400000000000000000000000000000244000000000000024409a999999"
     "9999b93f9a9999999999c93f0300000002000000040000000400000000000000"
     "0000344000000000000034400000000000003e40000000000000344000000000"
     "00003e400000000000003e400000000000003440000000000000344000000000"
     "0000354000000000008034400000000000003640000000000080344000000000"
     "00003640000000000000354000000000000035400000000000803440"},
    {"MULTIPOLYGON ZM(((0 0 1 2,10 0 1 2,10 10 3 4,0 0 1 2)))",
     "00000047000000000000204100000000000020410000803f0000404000000040"
     "0000804006000000010000000300000001000000040000000000000000000000"
     "000000000000000000000000000000000000f03f000000000000004000000000"
     "000024400000000000000000000000000000f03f000000000000004000000000"
     "0000244000000000000024400000000000000840000000000000104000000000"
     "000000000000000000000000000000000000f03f0000000000000040"},
    {"MULTIPOLYGON(EMPTY,((0 0,1 0,1 1,0 0)))",
     "00000044000000000000803f000000000000803f060000000200000003000000"
     "0000000003000000010000000400000000000000000000000000000000000000"
     "00000000000000000000f03f0000000000000000000000000000f03f00000000"
     "0000f03f00000000000000000000000000000000"},
    {"MULTIPOINT((1 2),(3 4.1))",
     "000000440000803f000040400000004034338340040000000200000001000000"
     "01000000000000000000f03f0000000000000040010000000100000000000000"
     "000008406666666666661040"},
    {"MULTILINESTRING((0 0,1 1),(2 2,3 3,4.1 4.2))",
     "0000004400000000343383400000000067668640050000000200000002000000"
     "0200000000000000000000000000000000000000000000000000f03f00000000"
     "0000f03f02000000030000000000000000000040000000000000004000000000"
     "0000084000000000000008406666666666661040cdcccccccccc1040"},
    {"GEOMETRYCOLLECTION(POINT(1 2),GEOMETRYCOLLECTION(LINESTRING("
     "0 0,1 1),POINT EMPTY),POLYGON((0 0,1 0,1 1,0 0)))",
     "00000044000000000000803f0000000000000040070000000300000001000000"
     "01000000000000000000f03f0000000000000040070000000200000002000000"
     "0200000000000000000000000000000000000000000000000000f03f00000000"
     "0000f03f01000000000000000300000001000000040000000000000000000000"
     "000000000000000000000000000000000000f03f000000000000000000000000"
     "0000f03f000000000000f03f00000000000000000000000000000000"},
    {"CIRCULARSTRING(0 0,1 1,2 0)",
     "000000440000000000000040000000000000803f080000000300000000000000"
     "000000000000000000000000000000000000f03f000000000000f03f00000000"
     "000000400000000000000000"},
    {"CIRCULARSTRING(0 0,1 1,2 0,3 -1,4 0)",
     "000000440000000000008040000080bf0000803f080000000500000000000000"
     "000000000000000000000000000000000000f03f000000000000f03f00000000"
     "0000004000000000000000000000000000000840000000000000f0bf00000000"
     "000010400000000000000000"},
    {"CIRCULARSTRING(0 0,2 0,0 0)",
     "000000440000000000000040000080bf0000803f080000000300000000000000"
     "0000000000000000000000000000000000000040000000000000000000000000"
     "000000000000000000000000"},
    {"CIRCULARSTRING(0 0,1 1,2 2)",
     "0000004400000000000000400000000000000040080000000300000000000000"
     "000000000000000000000000000000000000f03f000000000000f03f00000000"
     "000000400000000000000040"},
    {"COMPOUNDCURVE(CIRCULARSTRING(0 0,1 1,2 0),(2 0,3 0.3))",
     "000000440000000000004040000000000000803f090000000200000008000000"
     "0300000000000000000000000000000000000000000000000000f03f00000000"
     "0000f03f00000000000000400000000000000000020000000200000000000000"
     "0000004000000000000000000000000000000840333333333333d33f"},
    {"CURVEPOLYGON(CIRCULARSTRING(0 0,4 0,4 4,0 4,0 0),(1 1,3 3,3 "
     "1,1 1))",
     "00000044cd1354bf7a829a40cd1354bf7a829a400a0000000200000008000000"
     "0500000000000000000000000000000000000000000000000000104000000000"
     "0000000000000000000010400000000000001040000000000000000000000000"
     "0000104000000000000000000000000000000000020000000400000000000000"
     "0000f03f000000000000f03f0000000000000840000000000000084000000000"
     "00000840000000000000f03f000000000000f03f000000000000f03f"},
    {"MULTICURVE((0 0,5 5),CIRCULARSTRING(4 0,4 4,8 4))",
     "000000440000000000000041000000000000a0400b0000000200000002000000"
     "0200000000000000000000000000000000000000000000000000144000000000"
     "0000144008000000030000000000000000001040000000000000000000000000"
     "00001040000000000000104000000000000020400000000000001040"},
    {"MULTISURFACE(CURVEPOLYGON(CIRCULARSTRING(0 0,4 0,4 4,0 4,0 0"
     ")),((10 10,14 12,11 10,10 10)))",
     "00000044cd1354bf00006041cd1354bf000040410c000000020000000a000000"
     "0100000008000000050000000000000000000000000000000000000000000000"
     "0000104000000000000000000000000000001040000000000000104000000000"
     "0000000000000000000010400000000000000000000000000000000003000000"
     "0100000004000000000000000000000000002440000000000000244000000000"
     "00002c4000000000000028400000000000002640000000000000244000000000"
     "000024400000000000002440"},
    {"POLYHEDRALSURFACE Z(((0 0 0,0 0 1,0 1 1,0 1 0,0 0 0)),((0 0 "
     "0,0 1 0,1 1 0,1 0 0,0 0 0)))",
     "00000045000000000000803f000000000000803f000000000000803f0d000000"
     "0200000003000000010000000500000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000"
     "0000f03f0000000000000000000000000000f03f000000000000f03f00000000"
     "00000000000000000000f03f0000000000000000000000000000000000000000"
     "0000000000000000000000000300000001000000050000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000"
     "0000f03f0000000000000000000000000000f03f000000000000f03f00000000"
     "00000000000000000000f03f0000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000"},
    {"TRIANGLE((0 0,0 9.1,9.3 0,0 0))",
     "0000004400000000cdcc1441000000009a9911410e0000000400000000000000"
     "000000000000000000000000000000000000000033333333333322409a999999"
     "99992240000000000000000000000000000000000000000000000000"},
    {"TIN Z(((0 0 0,0 0 1,0 1 0,0 0 0)),((0 0 0,0 1 0,1 1 0,0 0 0)"
     "))",
     "00000045000000000000803f000000000000803f000000000000803f0f000000"
     "020000000e000000040000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000f03f00000000"
     "00000000000000000000f03f0000000000000000000000000000000000000000"
     "0000000000000000000000000e00000004000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000f03f00000000"
     "00000000000000000000f03f000000000000f03f000000000000000000000000"
     "0000000000000000000000000000000000000000"},
    {"LINESTRING(1 2, 1 2)",
     "000000400200000002000000000000000000f03f000000000000004000000000"
     "0000f03f0000000000000040"},
};

#define GOLDEN     (sizeof(golden) / sizeof(golden[0]))
#define GOLDEN_MAX 512

static size_t
from_hex(const char *hex, uint8_t *out)
{
	size_t len = strlen(hex) / 2;

	for (size_t i = 0; i < len; i++)
	{
		unsigned int byte;

		sscanf(hex + 2 * i, "%2x", &byte);
		out[i] = (uint8_t) byte;
	}
	return len;
}

/* A copy of exactly the size, so that reading past its end is noticed. */
static uint8_t *
exact_copy(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	memcpy(copy, bytes, len);
	return copy;
}

static const Golden *
golden_of(const char *text)
{
	for (size_t i = 0; i < GOLDEN; i++)
	{
		if (strcmp(golden[i].text, text) == 0)
			return &golden[i];
	}
	ok(false, "there is a sample %s", text);
	return &golden[0];
}

static bool
keep(void *ctx, double *x, double *y)
{
	(void) x;
	(void) y;
	if (ctx != NULL)
		++*(int *) ctx;
	return true;
}

static bool
move(void *ctx, double *x, double *y)
{
	(void) ctx;
	*x += 16;
	*y = -*y;
	return true;
}

static bool
refuse_third(void *ctx, double *x, double *y)
{
	(void) x;
	(void) y;
	return ++*(int *) ctx < 3;
}

/*
 * A value as other headers carry it: version 1, or with extended flags, or
 * both flags that have no meaning in version 1.
 */
static size_t
other_header(const uint8_t *bytes, size_t len, bool extended, uint8_t *out)
{
	memcpy(out, bytes, 4);
	if (!extended)
	{
		memcpy(out + 4, bytes + 4, len - 4);
		out[3] = (uint8_t) ((out[3] & ~GEOMWIRE_FLAG_VERSION2) |
		                    GEOMWIRE_FLAG_EXTENDED | GEOMWIRE_FLAG_SOLID);
		return len;
	}
	out[3] |= GEOMWIRE_FLAG_EXTENDED;
	memset(out + 4, 1, 8);
	memcpy(out + 12, bytes + 4, len - 4);
	return len + 8;
}

static void
point_is(const uint8_t *bytes, size_t len, int32_t srid, bool empty, double x,
         double y, const char *name)
{
	uint8_t *copy = exact_copy(bytes, len);
	int32_t got_srid = -1;
	bool got_empty = false;
	double got_x = 0;
	double got_y = 0;
	GeomwireStatus status =
	    geomwire_point(copy, len, &got_srid, &got_empty, &got_x, &got_y);

	ok(status == GEOMWIRE_OK && got_srid == srid && got_empty == empty &&
	       (empty || (got_x == x && got_y == y)),
	   "%s", name);
	free(copy);
}

static void
test_points(void)
{
	uint8_t bytes[GOLDEN_MAX];
	uint8_t other[GOLDEN_MAX];
	size_t len = from_hex(golden_of("SRID=4490;POINT(1 2)")->hex, bytes);
	int32_t srid;
	bool empty;
	double x;
	double y;

	point_is(bytes, len, 4490, false, 1, 2, "a point");
	point_is(other, other_header(bytes, len, false, other), 4490, false, 1, 2,
	         "with a header of version 1");
	point_is(other, other_header(bytes, len, true, other), 4490, false, 1, 2,
	         "with extended flags");
	other[3] |= GEOMWIRE_FLAG_BOX;
	memmove(other + 12 + 16, other + 12, len - 4);
	point_is(other, len + 8 + 16, 4490, false, 1, 2,
	         "with extended flags and a box");
	len = from_hex(golden_of("POINT EMPTY")->hex, bytes);
	point_is(bytes, len, 0, true, 0, 0, "POINT EMPTY");
	len = from_hex(golden_of("SRID=999999;POINT ZM (1 2 3 4)")->hex, bytes);
	point_is(bytes, len, 999999, false, 1, 2, "a point with Z and M");
	len = from_hex(golden_of("POINT M (113.5 22.25 7)")->hex, bytes);
	point_is(bytes, len, 0, false, 113.5, 22.25, "a point with M");
	bytes[0] = 0x1F;
	bytes[1] = 0xFF;
	bytes[2] = 0xFE;
	point_is(bytes, len, -2, false, 113.5, 22.25, "a negative SRID");

	len = from_hex(golden_of("SRID=4490;POINT(1 2)")->hex, bytes);
	bytes[8] = 2;
	ok(geomwire_point(bytes, len, &srid, &empty, &x, &y) == GEOMWIRE_COUNT,
	   "a point of two vertices");
	bytes[8] = 1;
	bytes[4] = 2;
	ok(geomwire_point(bytes, len, &srid, &empty, &x, &y) == GEOMWIRE_TYPE,
	   "a line is no point");
	bytes[4] = 1;
	bytes[3] |= 0x20;
	ok(geomwire_point(bytes, len, &srid, &empty, &x, &y) == GEOMWIRE_FLAGS,
	   "a flag of the future");
	bytes[3] = 0x80;
	ok(geomwire_point(bytes, len, &srid, &empty, &x, &y) == GEOMWIRE_FLAGS,
	   "a version of the future");
}

/* Every prefix of every value is too short, for every reader. */
static void
test_truncation(void)
{
	uint8_t bytes[GOLDEN_MAX];
	uint8_t other[GOLDEN_MAX + 8];
	int wrong = 0;
	int tried = 0;

	for (size_t i = 0; i < GOLDEN; i++)
	{
		for (int header = 0; header < 3; header++)
		{
			size_t len = from_hex(golden[i].hex, bytes);

			if (header > 0)
			{
				len = other_header(bytes, len, header == 2, other);
				memcpy(bytes, other, len);
			}
			for (size_t cut = 0; cut <= len; cut++)
			{
				uint8_t *copy = exact_copy(bytes, cut);
				GeomwireStatus wanted =
				    cut < len ? GEOMWIRE_TRUNCATED : GEOMWIRE_OK;
				GeomwireStatus status;
				GeomwireRings rings;
				int32_t srid;
				bool empty;
				double x = 0;
				double y = 0;

				tried++;
				status = geomwire_rings_begin(copy, cut, &rings);
				if (status == GEOMWIRE_OK)
					while (geomwire_rings_next(&rings, &status))
						;
				if (status != wanted && status != GEOMWIRE_TYPE)
					wrong++;
				status = geomwire_point(copy, cut, &srid, &empty, &x, &y);
				/* of Z and M it does not ask */
				if (status != wanted && status != GEOMWIRE_TYPE &&
				    !(status == GEOMWIRE_OK && cut + 16 >= len))
					wrong++;
				if (geomwire_transform(copy, cut, keep, NULL) != wanted)
					wrong++;
				free(copy);
			}
		}
	}
	ok(wrong == 0, "%d beginnings of values, only the whole ones are read",
	   tried);
}

/* The box is made as PostGIS makes it. */
static void
test_transform(void)
{
	for (size_t i = 0; i < GOLDEN; i++)
	{
		uint8_t bytes[GOLDEN_MAX];
		uint8_t stored[GOLDEN_MAX];
		size_t len = from_hex(golden[i].hex, bytes);
		GeomwireHead head;
		GeomwireStatus status;

		memcpy(stored, bytes, len);
		status = geomwire_head(bytes, len, &head);
		if (head.has_box)
			memset(bytes + head.box, 0x7A, 16);
		ok(status == GEOMWIRE_OK &&
		       geomwire_transform(bytes, len, keep, NULL) == GEOMWIRE_OK &&
		       memcmp(bytes, stored, len) == 0,
		   "%s: the same bytes when nothing moves", golden[i].text);
	}
}

static void
test_transform_moves(void)
{
	uint8_t bytes[GOLDEN_MAX];
	const char *text = "MULTIPOINT((1 2),(3 4.1))";
	size_t len = from_hex(golden_of(text)->hex, bytes);
	float box[4];
	int n = 0;

	ok(geomwire_transform(bytes, len, move, NULL) == GEOMWIRE_OK &&
	       geomwire_double(bytes + 4 + 16 + 8 + 8) == 17 &&
	       geomwire_double(bytes + 4 + 16 + 8 + 16) == -2 &&
	       geomwire_double(bytes + 4 + 16 + 8 + 24 + 8) == 19 &&
	       geomwire_double(bytes + 4 + 16 + 8 + 24 + 16) == -4.1,
	   "the vertices move");
	memcpy(box, bytes + 4, sizeof(box));
	ok(box[0] == 17 && box[1] == 19 && box[2] <= -4.1 &&
	       box[2] == nextafterf(-4.1F, -5) && box[3] == -2,
	   "and the box with them, rounded outwards");

	len = from_hex(golden_of("MULTIPOLYGON ZM(((0 0 1 2,10 0 1 2,10 10 3 4,"
	                         "0 0 1 2)))")
	                   ->hex,
	               bytes);
	ok(geomwire_transform(bytes, len, refuse_third, &n) == GEOMWIRE_VERTEX &&
	       n == 3,
	   "a vertex may be refused");
	bytes[3] |= GEOMWIRE_FLAG_GEODETIC;
	ok(geomwire_transform(bytes, len, keep, NULL) == GEOMWIRE_FLAGS,
	   "a geography is not moved");
}

static void
test_depth(void)
{
	enum
	{
		LEVELS = 300
	};
	uint8_t bytes[4 + 8 * LEVELS + 24] = {0, 0, 0, GEOMWIRE_FLAG_VERSION2};
	uint32_t one[2] = {GEOMWIRE_COLLECTION, 1};
	int seen = 0;

	for (int depth = 1; depth <= LEVELS; depth++)
	{
		GeomwireStatus status;
		size_t at = 4 + 8 * (size_t) (depth - 1);
		double xy[2] = {1, 2};

		one[0] = GEOMWIRE_POINT;
		memcpy(bytes + at, one, 8);
		memcpy(bytes + at + 8, xy, 16);
		status = geomwire_transform(bytes, at + 24, keep, &seen);
		if (status !=
		    (depth <= GEOMWIRE_MAX_DEPTH ? GEOMWIRE_OK : GEOMWIRE_DEPTH))
			break;
		one[0] = GEOMWIRE_COLLECTION;
		memcpy(bytes + at, one, 8);
	}
	ok(seen == GEOMWIRE_MAX_DEPTH, "collections in collections, %d deep",
	   seen);
}

/* Counts that would need more memory than there is. */
static void
test_counts(void)
{
	static const uint32_t counts[] = {0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
	                                  0x10000000, 0x20000001};
	int wrong = 0;

	for (size_t i = 0; i < GOLDEN; i++)
	{
		for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++)
		{
			uint8_t bytes[GOLDEN_MAX];
			size_t len = from_hex(golden[i].hex, bytes);
			uint8_t *copy;
			GeomwireHead head;
			GeomwireStatus status;
			GeomwireRings rings;

			geomwire_head(bytes, len, &head);
			/* of the geometry itself, and the first one within it */
			for (size_t at = head.body + 4; at < len && at <= head.body + 12;
			     at += 4)
			{
				from_hex(golden[i].hex, bytes);
				memcpy(bytes + at, &counts[c], 4);
				copy = exact_copy(bytes, len);
				status = geomwire_transform(copy, len, keep, NULL);
				if (at == head.body + 4 && status != GEOMWIRE_TRUNCATED &&
				    status != GEOMWIRE_COUNT)
					wrong++;
				status = geomwire_rings_begin(copy, len, &rings);
				if (status == GEOMWIRE_OK)
					while (geomwire_rings_next(&rings, &status))
						;
				if (at == head.body + 4 && status == GEOMWIRE_OK)
					wrong++;
				free(copy);
			}
		}
	}
	ok(wrong == 0, "impossible counts are refused");
}

static void
test_rings(void)
{
	uint8_t bytes[GOLDEN_MAX];
	GeomwireRings rings;
	GeomwireStatus status;
	char seen[256] = "";
	size_t len = from_hex(
	    golden_of("SRID=4490;MULTIPOLYGON(((0.1 0.2,10 0,10 10,0.1 0.2)),"
	              "((20 20,30 20,30 30,20 20),(21 20.5,22 20.5,22 21,"
	              "21 20.5)))")
	        ->hex,
	    bytes);

	ok(geomwire_rings_begin(bytes, len, &rings) == GEOMWIRE_OK &&
	       rings.srid == 4490 && rings.parts == 2 && rings.dims == 2,
	   "a multipolygon of two parts");
	while (geomwire_rings_next(&rings, &status))
	{
		double x;
		double y;

		geomwire_ring_vertex(&rings, 1, &x, &y);
		snprintf(seen + strlen(seen), 64, "%u.%u:%u(%g %g) ", rings.part,
		         rings.ring, rings.npoints, x, y);
	}
	ok(status == GEOMWIRE_OK &&
	       strcmp(seen, "0.0:4(10 0) 1.0:4(30 20) 1.1:4(22 20.5) ") == 0,
	   "has rings %s", seen);
	ok(!geomwire_rings_next(&rings, &status) && status == GEOMWIRE_OK,
	   "and no more");

	len = from_hex(golden_of("MULTIPOLYGON(EMPTY,((0 0,1 0,1 1,0 0)))")->hex,
	               bytes);
	ok(geomwire_rings_begin(bytes, len, &rings) == GEOMWIRE_OK &&
	       rings.parts == 2 && geomwire_rings_next(&rings, &status) &&
	       rings.part == 1 && rings.ring == 0 &&
	       !geomwire_rings_next(&rings, &status) && status == GEOMWIRE_OK,
	   "an empty part has no ring");
	len = from_hex(golden_of("POLYGON EMPTY")->hex, bytes);
	ok(geomwire_rings_begin(bytes, len, &rings) == GEOMWIRE_OK &&
	       !geomwire_rings_next(&rings, &status) && status == GEOMWIRE_OK,
	   "nor has POLYGON EMPTY");
	len = from_hex(golden_of("MULTIPOLYGON ZM(((0 0 1 2,10 0 1 2,10 10 3 4,"
	                         "0 0 1 2)))")
	                   ->hex,
	               bytes);
	ok(geomwire_rings_begin(bytes, len, &rings) == GEOMWIRE_OK &&
	       rings.dims == 4 && geomwire_rings_next(&rings, &status),
	   "Z and M");
	{
		double x;
		double y;

		geomwire_ring_vertex(&rings, 2, &x, &y);
		ok(x == 10 && y == 10, "are skipped");
	}
	len = from_hex(golden_of("CIRCULARSTRING(0 0,1 1,2 0)")->hex, bytes);
	ok(geomwire_rings_begin(bytes, len, &rings) == GEOMWIRE_TYPE,
	   "an arc has no rings");
}

/* Write again, from the rings, what PostGIS has stored. */
static size_t
write_again(const uint8_t *bytes, size_t len, uint8_t *out, size_t size)
{
	GeomwireRings rings;
	GeomwireStatus status;
	GeomwireWriter w;
	uint32_t per_part[64] = {0};
	uint32_t vertices[64] = {0};
	uint32_t parts;
	size_t sum = 0;

	geomwire_rings_begin(bytes, len, &rings);
	parts = rings.parts;
	while (geomwire_rings_next(&rings, &status))
	{
		per_part[rings.part]++;
		vertices[rings.part] += rings.npoints;
	}
	if (parts == 1 && per_part[0] == 0)
		parts = 0;
	for (uint32_t p = 0; p < parts; p++)
		sum += geomwire_part_size(per_part[p], vertices[p]);
	if (geomwire_polygons_size(parts, sum) != len)
		return 0;

	geomwire_write_begin(&w, out, size, rings.srid, parts);
	geomwire_rings_begin(bytes, len, &rings);
	while (geomwire_rings_next(&rings, &status))
	{
		if (rings.ring == 0)
			geomwire_write_part(&w, per_part[rings.part]);
		geomwire_write_ring(&w, rings.npoints);
		for (uint32_t i = 0; i < rings.npoints; i++)
		{
			double x;
			double y;

			geomwire_ring_vertex(&rings, i, &x, &y);
			geomwire_write_vertex(&w, x, y);
		}
	}
	return geomwire_write_end(&w);
}

static void
test_writer(void)
{
	int written = 0;

	for (size_t i = 0; i < GOLDEN; i++)
	{
		uint8_t bytes[GOLDEN_MAX];
		size_t len = from_hex(golden[i].hex, bytes);
		GeomwireRings rings;
		int failed = 0;

		/* what it is for; an empty part it does not write */
		if (geomwire_rings_begin(bytes, len, &rings) != GEOMWIRE_OK ||
		    rings.dims > 2 || rings.parts == 0 ||
		    strstr(golden[i].text, "(EMPTY") != NULL)
			continue;
		for (size_t size = 0; size <= len + 1; size++)
		{
			uint8_t *out = malloc(size > 0 ? size : 1);
			size_t got = write_again(bytes, len, out, size);

			if (got != (size < len ? 0 : len) ||
			    (got > 0 && memcmp(out, bytes, len) != 0))
				failed++;
			free(out);
		}
		written++;
		ok(failed == 0, "%s is written as PostGIS does", golden[i].text);
	}
	ok(written >= 4, "%d of the samples are polygons", written);
}

static void
test_writer_contract(void)
{
	uint8_t out[512];
	GeomwireWriter w;

	geomwire_write_begin(&w, out, sizeof(out), 4490, 1);
	ok(geomwire_write_end(&w) == 0, "a part is missing");
	geomwire_write_begin(&w, out, sizeof(out), 4490, 1);
	geomwire_write_part(&w, 1);
	ok(geomwire_write_end(&w) == 0, "a ring is missing");
	geomwire_write_ring(&w, 1);
	ok(geomwire_write_end(&w) == 0, "a vertex is missing");
	geomwire_write_vertex(&w, 1, 2);
	ok(geomwire_write_end(&w) > 0, "nothing is missing");
	geomwire_write_vertex(&w, 1, 2);
	ok(geomwire_write_end(&w) == 0, "a vertex too many");
	geomwire_write_begin(&w, out, sizeof(out), 4490, 1);
	geomwire_write_part(&w, 0);
	ok(geomwire_write_end(&w) == 0, "a part without rings");
	geomwire_write_begin(&w, out, sizeof(out), 4490, 1);
	geomwire_write_part(&w, 1);
	geomwire_write_ring(&w, 0);
	ok(geomwire_write_end(&w) == 0, "a ring without vertices");
	geomwire_write_begin(&w, out, sizeof(out), 4490, 0);
	geomwire_write_part(&w, 1);
	ok(geomwire_write_end(&w) == 0, "a part too many");
}

/* Neighbouring floats around a double, the extremes included. */
static void
test_rounding(void)
{
	uint64_t seed = 5;
	int wrong = 0;

	for (int i = 0; i < 1000000; i++)
	{
		uint64_t bits = next_random(&seed);
		double d;
		float down;
		float up;

		memcpy(&d, &bits, sizeof(d));
		if (i % 2 == 0)
			d = (double) (int64_t) bits / 4e16;
		if (!isfinite(d) || fabs(d) > FLT_MAX)
			continue;
		down = geomwire_float_down(d);
		up = geomwire_float_up(d);
		if ((double) down > d || (double) up < d ||
		    (down != up && nextafterf(down, FLT_MAX) != up) ||
		    (down != up && ((double) down == d || (double) up == d)))
			wrong++;
	}
	ok(wrong == 0, "doubles lie between the floats next to them");
	ok(geomwire_float_down(1e300) == FLT_MAX &&
	       geomwire_float_up(1e300) == FLT_MAX &&
	       geomwire_float_down(-1e300) == -FLT_MAX &&
	       geomwire_float_up(-1e300) == -FLT_MAX,
	   "what no float reaches becomes the last one, as in PostGIS");
}

int
main(void)
{
	const uint16_t probe = 1;

	if (*(const uint8_t *) &probe != 1)
	{
		ok(true, "the samples are of a little-endian machine # SKIP");
		return done_testing();
	}
	test_points();
	test_truncation();
	test_transform();
	test_transform_moves();
	test_depth();
	test_counts();
	test_rings();
	test_writer();
	test_writer_contract();
	test_rounding();
	return done_testing();
}
