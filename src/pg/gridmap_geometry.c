/*
 * gridmap_geometry.c
 *	  How the functions of gridmap refuse a geometry.
 */
#include "postgres.h"

#include "geomfault.h"
#include "gridmap_geometry.h"

void
gridmap_refuse_geometry(GeomwireStatus status, const char *what,
                        const char *wanted)
{
	if (status == GEOMWIRE_TYPE)
		ereport(
		    ERROR,
		    (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     errmsg("the %s is not a %s", what, wanted),
		     errdetail("Geometries of other types cannot stand for a %s.",
		               what),
		     errhint("GeometryType() tells the type; ST_CollectionExtract, "
		             "ST_CurveToLine, ST_Centroid or ST_PointOnSurface may "
		             "make what is wanted.")));
	geom_report_fault(status);
}

void
gridmap_refuse_srid(const char *what, int32 srid, const char *other,
                    int32 other_srid)
{
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("SRID of the %s does not match", what),
	         errdetail("The %s has SRID %d, the %s %d; only 4326 and 4490 are "
	                   "taken for the same.",
	                   what, srid, other, other_srid),
	         errhint("ST_Transform() changes coordinates into another system; "
	                 "ST_SetSRID() states the system where it was left "
	                 "out.")));
}

void
gridmap_refuse_infinite(const char *what, double x, double y)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("the %s has a coordinate that is not a finite "
	                       "number",
	                       what),
	                errdetail("It is at (%g, %g).", x, y)));
}
