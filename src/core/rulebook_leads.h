/*
 * rulebook_leads.h
 *	  Where and when whom a duty names is somebody who can take it.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_LEADS_H
#define CIVICGRID_CORE_RULEBOOK_LEADS_H

#include "rulebook_space.h"

typedef enum LeadsOf
{
	LEADS_IN_FORCE = 0, /* there is such a unit */
	LEADS_USABLE,       /* and the negative list does not keep it away */
	LEADS_KINDS
} LeadsOf;

typedef struct RulebookLeads
{
	RulebookFrame *frame;
	bool named; /* values are units, by index plus one; else 1 */
	uint32_t slots;
	uint32_t *made[LEADS_KINDS]; /* maps plus one, by slot */
	uint32_t *made_for; /* which classes those usable are for, by slot */
	bool *touched;      /* by some exclusion, by slot */
	/* units by kind, level, digits of the territory (most first), territory,
	 * id; and where those of a kind and level begin */
	uint32_t *order;
	uint32_t *role;
	SpaceGroups exclusions; /* classes that they name */
	uint32_t classes;       /* for which exclusions count now; 0: none */
	int64_t event_class;
	RulebookRuns open;
	RulebookRuns taken;
} RulebookLeads;

extern bool leads_begin(RulebookLeads *leads, RulebookFrame *frame,
                        bool named);
/* From now on a class is asked about; true if exclusions are others now. */
extern bool leads_class(RulebookLeads *leads, int64_t event_class);
/* Does the answer depend on the class? */
extern bool leads_touched(const RulebookLeads *leads,
                          const RulebookLead *lead);
/* A map of sets of time; that of a lead without unit and kind is 0. */
extern uint32_t leads_map(RulebookLeads *leads, const RulebookLead *lead,
                          LeadsOf of);

/*
 * Go through the units of a kind and level in the order in which they are
 * asked; tell the cells of each, by runs, with the times at which none with a
 * smaller territory was there.
 */
typedef void (*LeadsFn)(void *context, uint32_t unit, uint32_t from,
                        uint32_t to, uint32_t open);
extern void leads_go(RulebookLeads *leads, unsigned kind, unsigned level,
                     LeadsFn fn, void *context);

static inline uint32_t
leads_slot(const RulebookLeads *leads, const RulebookLead *lead)
{
	return lead->unit >= 0
	           ? (uint32_t) lead->unit
	           : leads->frame->book->unit_count +
	                 (lead->kind - 1u) * RULEBOOK_LEVELS + lead->level - 1u;
}

#endif /* CIVICGRID_CORE_RULEBOOK_LEADS_H */
