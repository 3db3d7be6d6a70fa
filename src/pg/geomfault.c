/*
 * geomfault.c
 *	  How geometries that cannot be read are reported.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "geomfault.h"

void
geom_report_fault(GeomwireStatus status)
{
	switch (status)
	{
		case GEOMWIRE_FLAGS:
			ereport(ERROR,
			        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			         errmsg("cannot read this version of a geometry"),
			         errdetail("Its header has flags that civicgrid %s does "
			                   "not know.",
			                   CIVICGRID_VERSION),
			         errhint("Look for a civicgrid that knows the PostGIS "
			                 "that wrote it.")));
			break;
		case GEOMWIRE_TYPE:
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			                errmsg("geometry is not of a type that can be "
			                       "used here"),
			                errdetail("ST_GeometryType() tells its type."),
			                errhint("ST_CurveToLine() turns curves into "
			                        "lines.")));
			break;
		case GEOMWIRE_DEPTH:
			ereport(ERROR,
			        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			         errmsg("geometry is nested too deeply"),
			         errdetail("Collections in collections are followed to "
			                   "a depth of %d.",
			                   GEOMWIRE_MAX_DEPTH),
			         errhint("ST_Dump() takes a collection apart.")));
			break;
		case GEOMWIRE_OK:
		case GEOMWIRE_VERTEX:
			elog(ERROR, "geometry has no fault: %d", (int) status);
			break;
		case GEOMWIRE_TRUNCATED:
		case GEOMWIRE_COUNT:
			break;
	}
	ereport(ERROR,
	        (errcode(ERRCODE_DATA_CORRUPTED), errmsg("geometry is damaged"),
	         errdetail("Its bytes do not add up to a geometry.")));
}

void
geom_refuse_coordinate(double x, double y)
{
	bool finite = isfinite(x) && isfinite(y);
	bool swapped = fabs(x) <= 90 && fabs(y) <= 180;

	ereport(ERROR,
	        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
	         errmsg("coordinates %.*g %.*g are no longitude and latitude",
	                DBL_DIG, x, DBL_DIG, y),
	         errdetail("Longitude is within -180 to 180 degrees, latitude "
	                   "within -90 to 90."),
	         !finite   ? errhint("ST_DumpPoints() lists the vertices.")
	         : swapped ? errhint("Longitude comes first; ST_FlipCoordinates() "
	                             "exchanges the two.")
	                   : errhint("ST_Transform() turns projected coordinates "
	                             "into degrees.")));
}
