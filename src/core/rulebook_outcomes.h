/*
 * rulebook_outcomes.h
 *	  What a rulebook answers, as diagrams whose values mean the same in all
 *	  rulebooks of a space: whom it asks, with whom, and from where.
 *
 * Values are numbers of pairs (sets_pair_value), and lists of pairs: a list is
 * 0, or the pair of its first element and the rest.
 *
 *	  line      list: the number of a unit, then those above it
 *	  choice    list of (line, share): who takes turns; one for a rule
 *	  helpers   list of (number of a unit, number of the task plus one)
 *	  outcome   (choice, helpers)
 *
 * Those who take turns are kept in the shortest form: two choices are the same
 * number if and only if they choose the same for every key.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_OUTCOMES_H
#define CIVICGRID_CORE_RULEBOOK_OUTCOMES_H

#include "rulebook_leads.h"

/* The rules of one class and territory */
typedef struct OutcomePlace
{
	uint32_t first;
	uint32_t rules;
	uint32_t from; /* cells */
	uint32_t to;
	uint32_t value; /* if plain: the outcome of all of them */
	uint16_t digits;
	bool plain; /* the same in all classes and cells */
} OutcomePlace;

typedef struct RulebookOutcomes
{
	RulebookFrame *frame;
	RulebookLeads leads;
	const SpaceGroups *groups;
	const uint32_t *unit_number; /* of the space, by index */
	uint32_t *line;              /* of each unit that was asked for */
	OutcomePlace *places;
	uint32_t place_count;
	uint32_t *place_order;    /* by class, smaller territories first */
	uint32_t *class_places;   /* of each named class, in that order */
	uint32_t *fallback;       /* maps plus one, by classes of exclusions */
	uint32_t *fallback_order; /* first ones of territories, small ones first */
	uint32_t fallback_places;
	RulebookRuns taken;
	uint32_t map_outcome; /* numbers of maps (sets_map) */
	uint32_t map_choice;
	uint32_t map_line;
	uint32_t map_task; /* and one for each task */
	uint32_t map_turn; /* and one for each fallback */
} RulebookOutcomes;

/* Numbers for the units of all books of a space by their ids, a list each */
extern bool outcomes_number_units(RulebookSpace *space,
                                  uint32_t *number[SPACE_BOOKS]);
extern bool outcomes_begin(RulebookOutcomes *outcomes, RulebookFrame *frame,
                           const SpaceGroups *groups,
                           const uint32_t *unit_number);
/* Maps of outcomes: of the nth group of classes; 0: nobody */
extern uint32_t outcomes_of_group(RulebookOutcomes *outcomes, uint32_t group);
/* and of where cases come in (lines), 0: not stated, or not there */
extern uint32_t outcomes_of_intakes(RulebookOutcomes *outcomes);

/* Units that take turns in a choice, as a choice of their numbers; and their
 * paths from an intake (a line), as a choice of lists of units */
extern uint32_t outcomes_units(RulebookSets *sets, uint32_t choice);
extern uint32_t outcomes_paths(RulebookSets *sets, uint32_t choice,
                               uint32_t intake);
/* A key for which two choices differ, if they do */
extern uint64_t outcomes_key(RulebookSets *sets, uint32_t a, uint32_t b);

#endif /* CIVICGRID_CORE_RULEBOOK_OUTCOMES_H */
