/*
 * rulebook_compare_parts.h
 *	  What the files of the comparison share.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_COMPARE_PARTS_H
#define CIVICGRID_CORE_RULEBOOK_COMPARE_PARTS_H

#include "rulebook_cases.h"
#include "rulebook_compare.h"
#include "rulebook_outcomes.h"

/* What two maps differ in; groups often have the same */
#define COMPARE_KNOWN 1024

typedef struct CompareKnown
{
	uint32_t a; /* maps plus one */
	uint32_t b;
	uint32_t made;
} CompareKnown;

static inline CompareKnown *
compare_known(CompareKnown known[COMPARE_KNOWN], uint32_t a, uint32_t b)
{
	return &known[(a * 31 + b) % COMPARE_KNOWN];
}

typedef struct RulebookComparison
{
	RulebookSpace space;
	RulebookOutcomes outcomes[SPACE_BOOKS];
	SpaceGroups groups; /* of classes that either names */
	RegionOwners owners;
	RegionTeller teller;
	uint32_t *of_group;     /* maps of what differs, by group */
	uint32_t *map_of_class; /* the same by leaf class */
	uint32_t judge;         /* number of a map */
	CompareKnown *known;
	struct ComparedRun *runs;
	RulebookDifferenceFn tell;
	void *context;
} RulebookComparison;

/* Maps of where limits differ, for each group of classes
 * (rulebook_compare_terms.c) */
extern void compare_terms(RulebookComparison *comparison);

#endif /* CIVICGRID_CORE_RULEBOOK_COMPARE_PARTS_H */
