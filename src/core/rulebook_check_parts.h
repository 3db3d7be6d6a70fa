/*
 * rulebook_check_parts.h
 *	  What the files of the proof share.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_CHECK_PARTS_H
#define CIVICGRID_CORE_RULEBOOK_CHECK_PARTS_H

#include "rulebook_cases.h"
#include "rulebook_check.h"
#include "rulebook_leads.h"

/* The rules of one class and territory */
typedef struct CheckPlace
{
	uint32_t first;
	uint32_t rules;
	uint32_t from; /* cells */
	uint32_t to;
	uint32_t cover; /* if plain: all that they take */
	bool plain;     /* they take the same in all classes and cells */
	bool waits;     /* for some rule to be seen to take something */
	uint16_t digits;
} CheckPlace;

#define CHECK_USABLE   1  /* the rule's lead is there and can take something */
#define CHECK_FIRES    2  /* and it does */
#define CHECK_OUTSIDE  4  /* its unit may be asked to act outside */
#define CHECK_THERE    8  /* has a leaf class, a leaf cell and time */
#define CHECK_IN_FORCE 16 /* its lead is there, maybe excluded */

/* Cells in which a unit is asked to act outside its territory */
typedef struct CheckOutside
{
	uint32_t from;
	uint32_t to;
} CheckOutside;

typedef struct RulebookCheck
{
	RulebookSpace space;
	RulebookFrame *frame;
	const Rulebook *book;
	RulebookLeads leads;
	RegionTeller teller;
	SpaceGroups groups; /* of classes that rules name */
	CheckPlace *places;
	uint32_t place_count;
	uint32_t *place_order;  /* by class, smaller territories first */
	uint32_t *class_places; /* of each named class, in that order */
	uint32_t *part; /* of each rule: what others of its place leave, or where
	                 * it applies if the place is not plain */
	uint8_t *flags;
	CheckOutside *outside;
	RulebookRuns open;
	uint32_t *fallback; /* maps plus one, by classes of exclusions */
	uint32_t *left;     /* maps of what no rule takes, by group of classes */
	uint32_t *map_of_class;
	uint32_t *scratch; /* a number for each rule */
	RegionOwners owners;
	uint32_t *graded;       /* cells by grade, those of none first */
	uint32_t *graded_first; /* of each grade */
	const uint16_t *stages;
	uint32_t stage_count;
	RulebookFaultFn tell;
	void *context;
	RulebookFault fault; /* of the region being told */
	bool enough;
} RulebookCheck;

/* A fault about nothing in particular */
extern RulebookFault check_fault(RulebookFaultKind kind);
/* Tell one; false: enough */
extern bool check_tell(RulebookCheck *check, const RulebookFault *fault);
/* Tell check->fault for the cases of a region.  A RegionFn */
extern bool check_tell_region(void *context, uint32_t class_node,
                              uint32_t cell_node, const SetsBox *box,
                              uint32_t value, uint32_t fresh);
/* Tell check->fault where and when a lead is missing from a territory */
extern void check_tell_missing(RulebookCheck *check, const RulebookLead *lead,
                               uint32_t times, int64_t territory);

/* Do the leaves of a class or a territory exist? */
extern bool check_has_class(const RulebookCheck *check, int64_t event_class);
extern bool check_has_cell(const RulebookCheck *check, int64_t territory);

/* Faults of single records (rulebook_check_rows.c), in the order of kinds */
extern void check_ties(RulebookCheck *check);
extern void check_shadowed(RulebookCheck *check);
extern void check_no_class(RulebookCheck *check);
extern void check_no_cell(RulebookCheck *check);
extern void check_out_of_force(RulebookCheck *check);
extern void check_outside(RulebookCheck *check);
extern void check_excluded(RulebookCheck *check);

/* Of leads (rulebook_check_leads.c) */
extern void check_unresolved(RulebookCheck *check);
extern void check_ambiguous(RulebookCheck *check);
extern void check_unstaffed(RulebookCheck *check);
extern void check_retired(RulebookCheck *check);
extern void check_intakes(RulebookCheck *check);

/* Of policies (rulebook_check_terms.c) */
extern void check_terms(RulebookCheck *check);
extern bool check_begin_grades(RulebookCheck *check);
/* Is there a cell of a grade, 0: of any, in a territory? */
extern bool check_has_graded_cell(const RulebookCheck *check,
                                  int64_t territory, uint32_t grade);

#endif /* CIVICGRID_CORE_RULEBOOK_CHECK_PARTS_H */
