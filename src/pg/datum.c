/*
 * datum.c
 *	  SQL functions that change the datum (大地基准) of a geometry.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_enum.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "core/datum.h"
#include "core/geomwire.h"

#include "compat.h"
#include "geomfault.h"

/* In the order of GeoDatum; the labels of the enum geo_datum. */
static const char *const datum_label[] = {"wgs84", "gcj02", "bd09"};

/* What fn_extra keeps: the OID of each label. */
typedef struct DatumOids
{
	Oid oid[lengthof(datum_label)];
} DatumOids;

/* What is done to each vertex, and the one that was refused. */
typedef struct DatumChange
{
	void (*change)(GeoDatum datum, double *lon, double *lat);
	GeoDatum datum;
	double x;
	double y;
} DatumChange;

/* The datum of argument 1, of type geo_datum. */
static GeoDatum
datum_argument(FunctionCallInfo fcinfo)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	Oid wanted = PG_GETARG_OID(1);
	DatumOids *cache = flinfo->fn_extra;

	if (cache == NULL)
	{
		Oid *types;
		int n;

		get_func_signature(flinfo->fn_oid, &types, &n);
		cache = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(*cache));
		for (size_t i = 0; i < lengthof(datum_label); i++)
		{
			cache->oid[i] = GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid,
			                                ObjectIdGetDatum(types[1]),
			                                CStringGetDatum(datum_label[i]));
			if (!OidIsValid(cache->oid[i]))
				elog(ERROR, "enum geo_datum has no value \"%s\"",
				     datum_label[i]);
		}
		pfree(types);
		flinfo->fn_extra = cache;
	}
	for (size_t i = 0; i < lengthof(datum_label); i++)
	{
		if (cache->oid[i] == wanted)
			return (GeoDatum) i;
	}
	elog(ERROR, "unknown value %u of enum geo_datum", wanted);
}

static bool
change_vertex(void *ctx, double *x, double *y)
{
	DatumChange *change = ctx;

	CHECK_FOR_INTERRUPTS();
	/* NaN compares as false */
	if (!(fabs(*x) <= 180 && fabs(*y) <= 90))
	{
		change->x = *x;
		change->y = *y;
		return false;
	}
	change->change(change->datum, x, y);
	return true;
}

/* A copy of the geometry of argument 0, with every vertex changed. */
static Datum
change_datum(FunctionCallInfo fcinfo, DatumChange *change)
{
	struct varlena *geom = PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0));
	uint8 *bytes = (uint8 *) VARDATA(geom);
	size_t len = VARSIZE(geom) - VARHDRSZ;
	GeomwireHead head;
	GeomwireStatus status;

	change->datum = datum_argument(fcinfo);
	status = geomwire_head(bytes, len, &head);
	if (status != GEOMWIRE_OK)
		geom_report_fault(status);
	if (head.srid != 4326 && head.srid != 4490 && head.srid != 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("geometry is not in longitude and latitude"),
		         errdetail("Its SRID is %d; 4326 (WGS-84), 4490 (CGCS2000) "
		                   "and 0 are taken.",
		                   head.srid),
		         errhint("ST_Transform(geom, 4326) converts it.")));
	status = geomwire_transform(bytes, len, change_vertex, change);
	if (status == GEOMWIRE_VERTEX)
		geom_refuse_coordinate(change->x, change->y);
	if (status != GEOMWIRE_OK)
		geom_report_fault(status);
	PG_RETURN_POINTER(geom);
}

PG_FUNCTION_INFO_V1(cg_to_wgs84);
Datum
cg_to_wgs84(PG_FUNCTION_ARGS)
{
	DatumChange change = {datum_to_wgs84};

	return change_datum(fcinfo, &change);
}

PG_FUNCTION_INFO_V1(cg_from_wgs84);
Datum
cg_from_wgs84(PG_FUNCTION_ARGS)
{
	DatumChange change = {datum_from_wgs84};

	return change_datum(fcinfo, &change);
}
