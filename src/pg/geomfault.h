/*
 * geomfault.h
 *	  How geometries that cannot be read are reported.
 */
#ifndef CIVICGRID_PG_GEOMFAULT_H
#define CIVICGRID_PG_GEOMFAULT_H

#include "postgres.h"

#include "core/geomwire.h"

/* Report a status other than GEOMWIRE_OK and GEOMWIRE_VERTEX. */
extern _Noreturn void geom_report_fault(GeomwireStatus status);

/* Report a pair of numbers that is no longitude and latitude. */
extern _Noreturn void geom_refuse_coordinate(double x, double y);

#endif /* CIVICGRID_PG_GEOMFAULT_H */
