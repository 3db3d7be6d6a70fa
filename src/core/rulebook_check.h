/*
 * rulebook_check.h
 *	  The proof of a rulebook: what it leaves open, decides twice or can never
 *	  decide, for all leaf classes × leaf cells × channels × severities ×
 *	  owners × time, worked out on regions of prefixes, not case by case.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_CHECK_H
#define CIVICGRID_CORE_RULEBOOK_CHECK_H

#include "rulebook_build.h"

typedef enum RulebookFaultKind
{
	RULEBOOK_HOLE = 0,    /* no lead at all (无人承办) */
	RULEBOOK_BY_FALLBACK, /* only the fallback takes it (兜底); to be known */
	RULEBOOK_TIE, /* two rules of equal rank for the same (职责重叠) */
	RULEBOOK_SHADOWED, /* a rule that more specific ones leave nothing
	                      (永不生效) */
	RULEBOOK_NO_CLASS, /* of a rule, exclusion or policy: no leaf class within
	                    */
	RULEBOOK_NO_CELL,  /* no leaf cell within */
	RULEBOOK_OUT_OF_FORCE,  /* its range is over before the time asked for, or
	                           empty */
	RULEBOOK_UNRESOLVED,    /* no unit of that kind and level in a part of its
	                           territory */
	RULEBOOK_AMBIGUOUS,     /* two units of that kind, level and territory */
	RULEBOOK_UNSTAFFED,     /* the lead has nobody */
	RULEBOOK_OUTSIDE,       /* the lead acts outside its own territory */
	RULEBOOK_EXCLUDED_LEAD, /* the negative list forbids the lead the whole
	                           rule */
	RULEBOOK_LEAD_RETIRED,  /* the lead is not in force for a time in which the
	                           rule is */
	RULEBOOK_NO_TERM,       /* no policy for a stage */
	RULEBOOK_TERM_TIE,      /* two policies of equal rank */
	RULEBOOK_TERM_SHADOWED,
	RULEBOOK_NO_INTAKE /* a channel that brings its cases to no unit in a part
	                      of the cells */
} RulebookFaultKind;

/* Of what a fault's rule and other are indices */
typedef enum RulebookPart
{
	RULEBOOK_PART_NONE = 0, /* they are -1 */
	RULEBOOK_PART_RULE,
	RULEBOOK_PART_EXCLUSION,
	RULEBOOK_PART_FALLBACK,
	RULEBOOK_PART_POLICY
} RulebookPart;

/* Requests that name none are part of what is proved, as they are routed */
#define RULEBOOK_NO_CHANNEL  UINT16_MAX
#define RULEBOOK_NO_SEVERITY UINT8_MAX
/* None, or any that no rule for anything in the region names */
#define RULEBOOK_OTHER UINT16_MAX

typedef struct RulebookFault
{
	RulebookFaultKind kind;
	RulebookPart part;
	int32_t rule;        /* index, or -1 */
	int32_t other;       /* second one, for ties; first of those that shadow
	                      * it; the unit that is taken, if ambiguous */
	int32_t unit;        /* or -1 */
	int64_t event_class; /* region: prefix, 0: any */
	int64_t territory;
	int64_t from; /* of time; INT64_MIN: from the instant asked for on */
	int64_t to;
	uint16_t channel;     /* 0: any; or RULEBOOK_NO_CHANNEL */
	uint16_t owner;       /* 0: any; or RULEBOOK_OTHER */
	uint16_t stage;       /* 0: not about one */
	uint16_t minute_from; /* of the week; both 0: any */
	uint16_t minute_to;
	uint8_t severity; /* 0: any; or RULEBOOK_NO_SEVERITY */
	bool grade_none;  /* of cells that have no grade */
	uint16_t grade;   /* of cells; 0: any, if not none */
} RulebookFault;

/* false: enough */
typedef bool (*RulebookFaultFn)(void *context, const RulebookFault *fault);

/*
 * Tell all faults for the time from an instant on, in a fixed order: by kind,
 * then by region.  Stages: those for which every case needs a term, by number.
 *
 * Regions are told as large as they can be, by the longest prefix that has
 * their leaves; they may overlap.  Codes that others of the book's lie within
 * are no leaves.  Every hole lies in a region that is told, and all of that
 * region is one.
 */
extern RulebookStatus rulebook_check(const Rulebook *book, int64_t from,
                                     const uint16_t *stages, uint32_t nstages,
                                     const RulebookMemory *memory,
                                     RulebookFaultFn tell, void *context);

#endif /* CIVICGRID_CORE_RULEBOOK_CHECK_H */
