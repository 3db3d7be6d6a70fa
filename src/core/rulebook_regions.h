/*
 * rulebook_regions.h
 *	  Diagrams for each cell, kept by runs of cells that have the same, and the
 *	  largest regions of classes and cells in which they hold.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_REGIONS_H
#define CIVICGRID_CORE_RULEBOOK_REGIONS_H

#include "rulebook_sets.h"
#include "rulebook_tree.h"

/* A diagram for each cell, while it changes */
typedef struct RulebookRuns
{
	uint32_t size;
	uint64_t *begins; /* bits: a run begins here */
	uint64_t *words;  /* bits: there are some in this word */
	uint32_t *value;  /* where runs begin */
} RulebookRuns;

extern bool runs_begin(RulebookRuns *runs, RulebookArena *arena,
                       uint32_t size);
extern void runs_fill(RulebookRuns *runs, uint32_t value);
/* The run that a cell lies in, and where the next one begins */
extern uint32_t runs_first(const RulebookRuns *runs, uint32_t cell);
extern uint32_t runs_next(const RulebookRuns *runs, uint32_t cell);
/* How paint changes what is there */
typedef uint32_t (*SetsOp)(RulebookSets *sets, uint32_t a, uint32_t b);
extern void runs_paint(RulebookRuns *runs, uint32_t from, uint32_t to,
                       RulebookSets *sets, SetsOp op, uint32_t value);

/* A diagram for each cell that stays; kept once, so that the same number is
 * the same function.  Number 0 is 0 everywhere. */
typedef struct MapRun
{
	uint32_t from;
	uint32_t value;
} MapRun;

typedef struct RulebookMaps
{
	RulebookMemory memory;
	bool failed;
	uint32_t size;
	MapRun *run;
	uint32_t run_count;
	uint32_t run_room;
	uint32_t *begin; /* of each map, and the end */
	uint32_t map_count;
	uint32_t begin_room;
	uint32_t *slots;
	uint32_t slot_bits;
} RulebookMaps;

extern bool maps_begin(RulebookMaps *maps, const RulebookMemory *memory,
                       uint32_t size);
extern void maps_free(RulebookMaps *maps);
/* Put a map together from its first cell on, or copy it. */
extern void maps_add(RulebookMaps *maps, uint32_t from, uint32_t value);
extern uint32_t maps_end(RulebookMaps *maps);
extern uint32_t maps_of_runs(RulebookMaps *maps, const RulebookRuns *runs);
extern uint32_t maps_combine(RulebookMaps *maps, RulebookSets *sets, SetsOp op,
                             uint32_t a, uint32_t b);
/* The run of a cell, and where it ends */
extern MapRun maps_at(const RulebookMaps *maps, uint32_t map, uint32_t cell,
                      uint32_t *end);

/* One map gone through from its first cell on */
typedef struct MapWalk
{
	uint32_t run;
	uint32_t last;
	uint32_t value; /* of the run, and where it ends */
	uint32_t end;
} MapWalk;

static inline void
maps_walk_to(const RulebookMaps *maps, MapWalk *walk, uint32_t run)
{
	walk->run = run;
	walk->value = maps->run[run].value;
	walk->end = run < walk->last ? maps->run[run + 1].from : maps->size;
}

static inline void
maps_walk(const RulebookMaps *maps, uint32_t map, MapWalk *walk)
{
	walk->last = maps->begin[map + 1] - 1;
	maps_walk_to(maps, walk, maps->begin[map]);
}

/* Go on to a cell that is the end of this run, if it is */
static inline void
maps_walk_on(const RulebookMaps *maps, MapWalk *walk, uint32_t cell)
{
	if (walk->end == cell && walk->run < walk->last)
		maps_walk_to(maps, walk, walk->run + 1);
}

/* A region in which all points of a box have a value, and where of these it
 * was not told for a larger region; false: enough */
typedef bool (*RegionFn)(void *context, uint32_t class_node,
                         uint32_t cell_node, const SetsBox *box,
                         uint32_t value, uint32_t fresh);

typedef struct RegionTeller
{
	RulebookSets *sets;
	RulebookMaps *maps;
	const RulebookTree *classes;
	const RulebookTree *cells;
	RegionFn tell;
	void (*poll)(void *context);
	void *poll_context;
	void *context;
	/* work */
	uint32_t *common; /* by node of the cells */
	bool *even;       /* all its cells have the same */
	uint32_t map;
	uint32_t above; /* map of the class above, told already */
	uint32_t class_node;
} RegionTeller;

extern bool regions_begin(RegionTeller *teller, RulebookArena *arena);
/*
 * Tell the largest regions for a map of each leaf class, the upper ones
 * first, in the order of classes, then of cells: every point that is not 0
 * lies in one of them, and all points in one have its value.  None lies in
 * another as far as the same box is concerned.
 */
extern bool regions_tell(RegionTeller *teller, RulebookArena *arena,
                         const uint32_t *map_of_class);
/* The same for one map, of the cells of a node alone; the class is UINT32_MAX
 */
extern bool regions_tell_map(RegionTeller *teller, uint32_t map,
                             uint32_t cell_node);

#endif /* CIVICGRID_CORE_RULEBOOK_REGIONS_H */
