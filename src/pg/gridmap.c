/*
 * gridmap.c
 *	  SQL functions of gridmap (网格地图): make one, look into it, and find the
 *	  cell of a point.
 */
#include "postgres.h"

#include <inttypes.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/geomwire.h"
#include "core/gridmap.h"
#include "core/gridmap_near.h"

#include "compat.h"
#include "core_memory.h"
#include "gridmap_cache.h"
#include "gridmap_geometry.h"
#include "value_io.h"

static GridmapMemory
memory_in(MemoryContext context)
{
	GridmapMemory memory = {core_resize, core_poll, context};

	return memory;
}

static void
refuse_compiling(GridmapStatus status)
{
	switch (status)
	{
		case GRIDMAP_NO_MEMORY:
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
			                errmsg("out of memory while compiling a map")));
			break;
		case GRIDMAP_TANGLED:
			ereport(ERROR,
			        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			         errmsg("too many borders in one spot of the map"),
			         errdetail("More than 4095 pieces of border lie within "
			                   "one tile that cannot be made smaller."),
			         errhint("grid_check() finds invalid and overlapping "
			                 "cells.")));
			break;
		default:
			ereport(ERROR,
			        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			         errmsg("the map is too large"),
			         errdetail("A gridmap holds up to 1 GB, and coordinates "
			                   "up to 2^400.")));
	}
}

/* Input and output */

static bytea *
checked(bytea *value, const char *where)
{
	Gridmap map;
	GridmapStatus status = gridmap_validate((const uint8 *) VARDATA(value),
	                                        VARSIZE(value) - VARHDRSZ, &map);

	if (status != GRIDMAP_OK)
		gridmap_refuse(status, where);
	return value;
}

PG_FUNCTION_INFO_V1(cg_gridmap_in);
Datum
cg_gridmap_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);

	PG_RETURN_BYTEA_P(checked(
	    value_from_text(
	        text, 0, "gridmap",
	        "The text form of a gridmap is made by its own output alone; gridmap_agg() compiles one from cells."),
	    "text"));
}

PG_FUNCTION_INFO_V1(cg_gridmap_out);
Datum
cg_gridmap_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(value_to_text(PG_GETARG_VARLENA_PP(0), 0, "gridmap"));
}

PG_FUNCTION_INFO_V1(cg_gridmap_recv);
Datum
cg_gridmap_recv(PG_FUNCTION_ARGS)
{
	StringInfo buffer = (StringInfo) PG_GETARG_POINTER(0);

	PG_RETURN_BYTEA_P(checked(value_from_wire(buffer, 0), "binary value"));
}

PG_FUNCTION_INFO_V1(cg_gridmap_send);
Datum
cg_gridmap_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}

/* Compiling */

typedef struct Collection
{
	GridmapBuilder builder;
	bool any;
	int32 srid;
} Collection;

static void
collect_cell(Collection *c, int64 code, Datum geometry)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(geometry);
	GeomwireRings rings;
	GeomwireStatus status = geomwire_rings_begin(
	    (const uint8 *) VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), &rings);
	int64 part = -1;
	uint32 i;

	if (status != GEOMWIRE_OK)
		gridmap_refuse_geometry(status, "cell", "POLYGON or MULTIPOLYGON");
	if (!c->any)
		c->srid = rings.srid;
	else if (!gridmap_same_srid(c->srid, rings.srid))
		gridmap_refuse_srid("cell", rings.srid, "cells before it", c->srid);
	c->any = true;
	while (geomwire_rings_next(&rings, &status))
	{
		if (part != rings.part)
			gridmap_add_part(&c->builder, code);
		part = rings.part;
		gridmap_add_ring(&c->builder);
		for (i = 0; i < rings.npoints; i++)
		{
			double x;
			double y;

			geomwire_ring_vertex(&rings, i, &x, &y);
			gridmap_check_finite("cell", x, y);
			gridmap_add_vertex(&c->builder, x, y);
		}
		gridmap_end_ring(&c->builder);
		if (c->builder.status != GRIDMAP_OK)
			refuse_compiling(c->builder.status);
	}
	if (status != GEOMWIRE_OK)
		gridmap_refuse_geometry(status, "cell", "POLYGON or MULTIPOLYGON");
	if (DatumGetPointer(geometry) != (Pointer) value)
		pfree(value);
}

PG_FUNCTION_INFO_V1(cg_gridmap_agg_step);
Datum
cg_gridmap_agg_step(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	Collection *c;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "gridmap_agg_step called outside an aggregate");
	if (PG_ARGISNULL(0))
	{
		GridmapMemory memory = memory_in(context);

		c = MemoryContextAllocZero(context, sizeof(*c));
		gridmap_begin(&c->builder, &memory);
	}
	else
		c = (Collection *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(2))
		PG_RETURN_POINTER(c);
	if (PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("a cell has no code"),
		                errdetail("gridmap_agg() was given a geometry with a "
		                          "NULL code."),
		                errhint("Leave the row out, or give it a code.")));
	collect_cell(c, PG_GETARG_INT64(1), PG_GETARG_DATUM(2));
	PG_RETURN_POINTER(c);
}

PG_FUNCTION_INFO_V1(cg_gridmap_agg_final);
Datum
cg_gridmap_agg_final(PG_FUNCTION_ARGS)
{
	Collection *c;
	GridmapMemory memory = memory_in(CurrentMemoryContext);
	GridmapStatus status;
	uint8 *block;
	size_t size;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	c = (Collection *) PG_GETARG_POINTER(0);
	c->builder.memory = memory;
	status = gridmap_compile(&c->builder, c->srid, VARHDRSZ, &block, &size);
	if (status == GRIDMAP_SHORT)
		PG_RETURN_NULL(); /* no cell has any area */
	if (status == GRIDMAP_OK && size > MaxAllocSize)
		status = GRIDMAP_TOO_LARGE;
	if (status != GRIDMAP_OK)
		refuse_compiling(status);
	SET_VARSIZE(block, size);
	PG_RETURN_POINTER(block);
}

/* Finding */

/*
 * The place of a point; false if it is empty.
 */
static inline bool
read_point(Datum geometry, int32 map_srid, double *x, double *y)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(geometry);
	bool empty;
	int32 srid;
	GeomwireStatus status =
	    geomwire_point((const uint8 *) VARDATA_ANY(value),
	                   VARSIZE_ANY_EXHDR(value), &srid, &empty, x, y);

	if (unlikely(status != GEOMWIRE_OK))
		gridmap_refuse_geometry(status, "place", "POINT");
	if (unlikely(srid != map_srid) && !gridmap_same_srid(srid, map_srid))
		gridmap_refuse_srid("point", srid, "map", map_srid);
	if (DatumGetPointer(geometry) != (Pointer) value)
		pfree(value);
	if (empty)
		return false;
	gridmap_check_finite("point", *x, *y);
	return true;
}

GridmapMemo *
gridmap_new_memo(MemoryContext context)
{
	GridmapMemo *memo = MemoryContextAllocZero(context, sizeof(*memo));

	memo->slot = -1;
	return memo;
}

int64
gridmap_locate_point(Datum map, GridmapMemo *memo, Datum point)
{
	GridmapUse use;
	double x;
	double y;
	int64 code;

	gridmap_use(map, memo, &use);
	if (likely(use.read == NULL))
	{
		gridmap_look_ahead(&memo->ahead, use.map, DatumGetPointer(point));
		if (!read_point(point, use.srid, &x, &y))
			return 0;
		return gridmap_locate(use.map, x, y);
	}
	if (!read_point(point, use.srid, &x, &y))
		return 0;
	if (gridmap_locate_read(use.map, use.read, use.context, x, y, &code) !=
	    GRIDMAP_OK)
		gridmap_refuse(GRIDMAP_STRUCTURE, NULL);
	return code;
}

PG_FUNCTION_INFO_V1(cg_locate);
Datum
cg_locate(PG_FUNCTION_ARGS)
{
	int64 code;

	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = gridmap_new_memo(fcinfo->flinfo->fn_mcxt);
	code = gridmap_locate_point(PG_GETARG_DATUM(0), fcinfo->flinfo->fn_extra,
	                            PG_GETARG_DATUM(1));
	if (code == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(code);
}

/* A map and a point from which distances shall be measured */
static bool
measure_from(FunctionCallInfo fcinfo, GridmapMemo *memo, MemoryContext context,
             Gridmap *map, bool *geographic, double *x, double *y)
{
	const uint8 *bytes =
	    gridmap_use_whole(PG_GETARG_DATUM(0), memo, context, map);
	GridmapInfo info;

	gridmap_info(bytes, &info);
	if (!read_point(PG_GETARG_DATUM(1), info.srid, x, y))
		return false;
	*geographic = gridmap_srid_is_geographic(info.srid);
	if (*geographic && (fabs(*x) > 180 || fabs(*y) > 90 || info.xmin < -180 ||
	                    info.xmax > 180 || info.ymin < -90 || info.ymax > 90))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("coordinates are not longitude and latitude"),
		         errdetail("The map's SRID is %d; the point is at %g, %g, the "
		                   "map reaches from %g, %g to %g, %g.",
		                   info.srid, *x, *y, info.xmin, info.ymin, info.xmax,
		                   info.ymax),
		         errhint("Longitude comes first, in degrees.  "
		                 "ST_FlipCoordinates() swaps the axes.")));
	return true;
}

PG_FUNCTION_INFO_V1(cg_border_distance);
Datum
cg_border_distance(PG_FUNCTION_ARGS)
{
	Gridmap map;
	bool geographic;
	double x;
	double y;

	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = gridmap_new_memo(fcinfo->flinfo->fn_mcxt);
	if (!measure_from(fcinfo, fcinfo->flinfo->fn_extra, CurrentMemoryContext,
	                  &map, &geographic, &x, &y))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(gridmap_border_distance(&map, geographic, x, y));
}

/* The row type that a set-returning function is called for */
static TupleDesc
result_row(FunctionCallInfo fcinfo)
{
	TupleDesc row;

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return BlessTupleDesc(row);
}

PG_FUNCTION_INFO_V1(cg_locate_near);
Datum
cg_locate_near(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	GridmapHit *hits;

	if (SRF_IS_FIRSTCALL())
	{
		double radius = PG_GETARG_FLOAT8(2);
		MemoryContext old;
		GridmapMemory memory;
		GridmapMemo memo;
		Gridmap map;
		bool geographic;
		double x;
		double y;
		size_t count = 0;

		call = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		if (!(radius >= 0 && isfinite(radius)))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("the radius must be a number of metres"),
			                errdetail("It is %g.", radius),
			                errhint("Give zero or more, for example 500.")));
		call->tuple_desc = result_row(fcinfo);
		memory = memory_in(call->multi_call_memory_ctx);
		memset(&memo, 0, sizeof(memo));
		memo.slot = -1;
		if (measure_from(fcinfo, &memo, call->multi_call_memory_ctx, &map,
		                 &geographic, &x, &y) &&
		    gridmap_near(&map, geographic, x, y, radius, &memory, &hits,
		                 &count) != GRIDMAP_OK)
			ereport(ERROR,
			        (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
		call->user_fctx = hits;
		call->max_calls = count;
		MemoryContextSwitchTo(old);
	}
	call = SRF_PERCALL_SETUP();
	if (call->call_cntr < call->max_calls)
	{
		Datum values[2];
		bool nulls[2] = {false, false};

		hits = call->user_fctx;
		values[0] = Int64GetDatum(hits[call->call_cntr].code);
		values[1] = Float8GetDatum(hits[call->call_cntr].metres);
		SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(
		                          call->tuple_desc, values, nulls)));
	}
	SRF_RETURN_DONE(call);
}

/* Looking into one */

/* A box as a POLYGON, as ST_MakeEnvelope() makes it */
static Datum
make_extent(const GridmapInfo *info)
{
	Size size = geomwire_polygons_size(1, geomwire_part_size(1, 5));
	bytea *value = palloc(VARHDRSZ + size);
	GeomwireWriter w;

	geomwire_write_begin(&w, (uint8 *) VARDATA(value), size, info->srid, 1);
	geomwire_write_part(&w, 1);
	geomwire_write_ring(&w, 5);
	geomwire_write_vertex(&w, info->xmin, info->ymin);
	geomwire_write_vertex(&w, info->xmin, info->ymax);
	geomwire_write_vertex(&w, info->xmax, info->ymax);
	geomwire_write_vertex(&w, info->xmax, info->ymin);
	geomwire_write_vertex(&w, info->xmin, info->ymin);
	SET_VARSIZE(value, VARHDRSZ + geomwire_write_end(&w));
	return PointerGetDatum(value);
}

PG_FUNCTION_INFO_V1(cg_gridmap_info);
Datum
cg_gridmap_info(PG_FUNCTION_ARGS)
{
	uint8 header[GRIDMAP_HEADER_BYTES];
	Size size;
	GridmapInfo info;
	char digest[17];
	Datum values[10];
	bool nulls[10] = {false};

	gridmap_header(PG_GETARG_DATUM(0), header, &size);
	gridmap_info(header, &info);
	snprintf(digest, sizeof(digest), "%016" PRIx64, info.digest);
	values[0] = Int32GetDatum((int32) info.cells);
	values[1] = Int32GetDatum((int32) info.parts);
	values[2] = Int64GetDatum((int64) info.vertices);
	values[3] = Int32GetDatum((int32) info.edges);
	values[4] = Int64GetDatum((int64) info.bytes);
	values[5] = Int32GetDatum((int32) info.tiles);
	values[6] = Int32GetDatum((int32) info.leaves);
	values[7] = Int32GetDatum(info.srid);
	values[8] = make_extent(&info);
	values[9] = CStringGetTextDatum(digest);
	PG_RETURN_DATUM(
	    HeapTupleGetDatum(heap_form_tuple(result_row(fcinfo), values, nulls)));
}

/* The parts first to end of a map, which are one cell, as a geometry */
static Datum
make_cell(const Gridmap *map, int32 srid, uint32 first, uint32 end,
          int32 *rings, int64 *vertices)
{
	GeomwireWriter w;
	Size size = 0;
	bytea *value;
	uint32 part;
	uint32 ring;
	uint32 last;

	*rings = 0;
	*vertices = 0;
	for (part = first; part < end; part++)
	{
		Size sum = 0;

		gridmap_part_rings(map, part, &ring, &last);
		size += geomwire_part_size(last - ring, 0);
		*rings += last - ring;
		for (; ring < last; ring++)
			sum += gridmap_ring_size(map, ring) + 1;
		size += 16 * sum;
		*vertices += sum;
	}
	size = geomwire_polygons_size(end - first, size);
	value = palloc(VARHDRSZ + size);
	geomwire_write_begin(&w, (uint8 *) VARDATA(value), size, srid,
	                     end - first);
	for (part = first; part < end; part++)
	{
		gridmap_part_rings(map, part, &ring, &last);
		geomwire_write_part(&w, last - ring);
		for (; ring < last; ring++)
		{
			GridmapCursor cursor;
			double start_x;
			double start_y;
			double x;
			double y;

			geomwire_write_ring(&w, gridmap_ring_size(map, ring) + 1);
			gridmap_ring_begin(map, ring, &cursor);
			if (!gridmap_ring_next(&cursor, &start_x, &start_y))
				gridmap_refuse(GRIDMAP_STRUCTURE, NULL);
			geomwire_write_vertex(&w, start_x, start_y);
			while (gridmap_ring_next(&cursor, &x, &y))
				geomwire_write_vertex(&w, x, y);
			geomwire_write_vertex(&w, start_x, start_y);
		}
	}
	size = geomwire_write_end(&w);
	if (size == 0)
		elog(ERROR, "could not write the geometry of a cell");
	SET_VARSIZE(value, VARHDRSZ + size);
	return PointerGetDatum(value);
}

/* What gridmap_cells() keeps between rows */
typedef struct Listing
{
	Gridmap map;
	int32 srid;
	uint32 part;
} Listing;

PG_FUNCTION_INFO_V1(cg_gridmap_cells);
Datum
cg_gridmap_cells(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Listing *listing;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;
		struct varlena *value;
		GridmapInfo info;
		GridmapStatus status;

		call = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		call->tuple_desc = result_row(fcinfo);
		listing = palloc0(sizeof(*listing));
		/* a copy: the rows may be fetched over a long time */
		value = (struct varlena *) PG_GETARG_BYTEA_P_COPY(0);
		status = gridmap_validate((const uint8 *) VARDATA(value),
		                          VARSIZE(value) - VARHDRSZ, &listing->map);
		if (status != GRIDMAP_OK)
			gridmap_refuse(status, NULL);
		gridmap_info(listing->map.bytes, &info);
		listing->srid = info.srid;
		call->user_fctx = listing;
		MemoryContextSwitchTo(old);
	}
	call = SRF_PERCALL_SETUP();
	listing = call->user_fctx;
	if (listing->part < listing->map.parts)
	{
		int64 code = gridmap_part_code(&listing->map, listing->part);
		uint32 end = listing->part + 1;
		int32 rings;
		int64 vertices;
		Datum values[5];
		bool nulls[5] = {false};

		while (end < listing->map.parts &&
		       gridmap_part_code(&listing->map, end) == code)
			end++;
		values[0] = Int64GetDatum(code);
		values[1] = Int32GetDatum((int32) (end - listing->part));
		values[4] = make_cell(&listing->map, listing->srid, listing->part, end,
		                      &rings, &vertices);
		values[2] = Int32GetDatum(rings);
		values[3] = Int64GetDatum(vertices);
		listing->part = end;
		SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(
		                          call->tuple_desc, values, nulls)));
	}
	SRF_RETURN_DONE(call);
}
