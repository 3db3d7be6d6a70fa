/*
 * rulebook.h
 *	  Rulebooks (职责规则库): which unit must act on a case, along which path,
 *	  within which limits.
 *
 * A rulebook is flat bytes, compiled from records that are kept in it as they
 * are, in an order of their own, beside hash tables that find them.  It knows
 * classes (eventcode) and places (gridcode) by their prefixes; 0 stands for
 * any.  Names (channels, owners, stages, …) are numbered from 1 on within
 * their domain, in the order of their bytes; 0 stands for none or any.
 * Instants are microseconds since 2000-01-01 00:00 UTC; INT64_MIN and
 * INT64_MAX stand for no bound.
 *
 * Of the rules that match, the most specific wins: more digits of the class,
 * then more digits of the territory, then one that names the owner, then the
 * severity, then the channel, then a time window.  A rule whose lead cannot be
 * (no such unit there, not in force then, or excluded) leaves the case to the
 * next one; when none is left, the fallback unit of the smallest territory
 * takes it.
 */
#ifndef CIVICGRID_CORE_RULEBOOK_H
#define CIVICGRID_CORE_RULEBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "term.h"

#define RULEBOOK_LEVELS     8  /* of dispatch */
#define RULEBOOK_DEPTH      16 /* units from the root of the tree down */
#define RULEBOOK_SEVERITIES 15 /* 1 is the least */
#define RULEBOOK_ASSISTS    16 /* of a rule */
#define RULEBOOK_STAGES     32
#define RULEBOOK_WARNINGS   8  /* of a policy */
#define RULEBOOK_LIMITS     8  /* staged limits of a policy */
#define RULEBOOK_SPANS      32 /* of a time window */
#define RULEBOOK_NAME_BYTES 255
#define RULEBOOK_WEEK       10080 /* minutes, from Monday 00:00 */
#define RULEBOOK_DIGEST_AT  16    /* where the checksum is, 8 bytes */

/* What is named */
typedef enum RulebookDomain
{
	RULEBOOK_KIND = 0, /* of units (单位类别) */
	RULEBOOK_CHANNEL,  /* 渠道 */
	RULEBOOK_OWNER,    /* of assets (权属单位) */
	RULEBOOK_WINDOW,   /* 时段 */
	RULEBOOK_GRADE,    /* of territories (网格等级) */
	RULEBOOK_STAGE,    /* 环节 */
	RULEBOOK_CALENDAR, /* 日历 */
	RULEBOOK_TASK, /* of an assisting unit (协办事项), and staged limits
	                  (分段时限) */
	RULEBOOK_DOMAINS
} RulebookDomain;

#define RULEBOOK_CENTRE  1 /* flag of a unit: a dispatch centre (分拨中心) */
#define RULEBOOK_NOSTAFF 2 /* it has nobody (无人) */

typedef struct RulebookUnit
{
	int64_t id;
	int64_t territory; /* what it serves; 0: everywhere */
	int64_t from;      /* in force */
	int64_t to;
	int32_t parent; /* index of a unit, -1: none */
	uint16_t kind;
	uint8_t level; /* 1 .. RULEBOOK_LEVELS, 1 the uppermost */
	uint8_t flags;
} RulebookUnit;

/* Whom a duty names: a unit, or the unit of a kind at a level whose territory
 * is the smallest that the case lies in. */
typedef struct RulebookLead
{
	int32_t unit; /* index, or -1: */
	uint16_t kind;
	uint8_t level;
	uint8_t zero;
} RulebookLead;

typedef struct RulebookRule
{
	int64_t id;
	int64_t event_class; /* prefix */
	int64_t territory;   /* prefix */
	int64_t from;
	int64_t to;
	RulebookLead lead;
	uint32_t first_assist;
	uint16_t assists;
	uint16_t owner;
	uint16_t channel;
	uint16_t window;
	uint8_t severity;
	uint8_t zero[3];
} RulebookRule;

/* An assisting unit (协办单位), in the order given; task may be none */
typedef struct RulebookAssist
{
	RulebookLead lead;
	uint16_t task;
	uint16_t zero;
} RulebookAssist;

/* A time window: minutes of the local week, sorted, apart from each other */
typedef struct RulebookWindow
{
	uint16_t spans;
	uint16_t zero;
	uint16_t from[RULEBOOK_SPANS];
	uint16_t to[RULEBOOK_SPANS];
} RulebookWindow;

/*
 * Fallback units of a territory (兜底); several share by weight (轮值): those
 * that can take a request stand in the order of their ids, each for as many
 * numbers as its share, and the one whose number is the request's key modulo
 * their sum takes it.
 */
typedef struct RulebookFallback
{
	int64_t id;
	int64_t territory;
	RulebookLead lead;
	uint32_t share; /* 1 .. 1000000 */
	uint32_t zero;
} RulebookFallback;

/* Negative list (负面清单): the unit and those below it neither lead nor
 * assist in these; it does not keep them from bringing cases in. */
typedef struct RulebookExclusion
{
	int64_t id;
	int64_t event_class;
	int64_t territory;
	int32_t unit;
	int32_t zero;
} RulebookExclusion;

/* A staged limit, e.g. stop work within 4 work hours */
typedef struct RulebookLimit
{
	Term term;
	uint16_t name; /* RULEBOOK_TASK */
	uint16_t zero[3];
} RulebookLimit;

/* Time limits (时限): for each stage the most specific wins: more digits of
 * the class, then of the territory, then one that names the severity, then
 * the grade. */
typedef struct RulebookPolicy
{
	int64_t id;
	int64_t event_class;
	int64_t territory;
	Term term;
	uint32_t first_limit;
	uint16_t limits;
	uint16_t stage;
	uint16_t calendar;
	uint16_t grade;
	uint8_t severity;
	uint8_t warnings;
	uint16_t warning[RULEBOOK_WARNINGS]; /* per cent of the term */
	uint16_t zero;
} RulebookPolicy;

/* Grade of a territory; the smallest territory counts */
typedef struct RulebookGrade
{
	int64_t territory;
	uint16_t grade;
	uint16_t zero[3];
} RulebookGrade;

/* Where a channel brings its cases (受理单位); in the order of channels */
typedef struct RulebookChannel
{
	RulebookLead intake; /* unit -1 and kind 0: none stated */
} RulebookChannel;

/* The name of a domain: bytes of the pool of names */
typedef struct RulebookName
{
	uint32_t at;
	uint32_t len;
} RulebookName;

/*
 * An opened rulebook; all point into its bytes.  Arrays are sorted: units by
 * id; rules by class, territory, then specificity (most specific first), then
 * id; fallbacks by territory, id; exclusions by unit, class, territory, id;
 * policies by class, territory, stage, specificity, id; grades by territory;
 * classes and cells ascending: the leaves that have to be served.
 */
typedef struct Rulebook
{
	const RulebookUnit *units;
	const RulebookRule *rules;
	const RulebookAssist *assists;
	const RulebookWindow *windows; /* number n is windows[n - 1] */
	const RulebookFallback *fallbacks;
	const RulebookExclusion *exclusions;
	const RulebookPolicy *policies;
	const RulebookLimit *limits;
	const RulebookGrade *grades;
	const RulebookChannel *channels;
	const int64_t *classes;
	const int64_t *cells;
	const RulebookName *names[RULEBOOK_DOMAINS];
	const char *pool;
	uint32_t unit_count;
	uint32_t rule_count;
	uint32_t assist_count;
	uint32_t fallback_count;
	uint32_t exclusion_count;
	uint32_t policy_count;
	uint32_t limit_count;
	uint32_t grade_count;
	uint32_t class_count;
	uint32_t cell_count;
	uint32_t name_count[RULEBOOK_DOMAINS]; /* also of windows, channels */
	uint32_t bundles;                      /* those of answers are below */
	uint16_t severities;                   /* bit n: severity n + 1 is used */
	bool timed; /* some rule names a window: requests need a minute */
	const char *timezone; /* of windows; ends with NUL */
	/* … and what is private to rulebook.c (hash tables, prefix lengths) */
	const void *index;
} Rulebook;

typedef enum RulebookStatus
{
	RULEBOOK_OK = 0,
	RULEBOOK_NO_MEMORY,
	RULEBOOK_TOO_LARGE,
	RULEBOOK_STRUCTURE, /* bytes that are not what this code makes */
	RULEBOOK_VERSION,   /* of a later version, or of the other byte order */
	RULEBOOK_CHECKSUM
} RulebookStatus;

/*
 * Check bytes in full; they must lie at a multiple of eight, better of 64.
 * Nothing else needs to be checked to trust them with any request.
 * (rulebook_peek does without the check, for bytes that were opened before.)
 */
extern RulebookStatus rulebook_open(const uint8_t *bytes, uint64_t size,
                                    Rulebook *book);
extern void rulebook_peek(const uint8_t *bytes, Rulebook *book);

/* The number of a name, 0 if there is none */
extern uint16_t rulebook_number(const Rulebook *book, RulebookDomain domain,
                                const char *name, size_t len);
/* The index of a unit, -1 if there is none */
extern int32_t rulebook_unit(const Rulebook *book, int64_t id);

typedef struct RulebookRequest
{
	int64_t event_class; /* 0: unknown; only rules for any class match */
	int64_t cell;        /* 0: unknown; only rules for any territory match */
	int64_t at;
	uint64_t key;     /* hash that chooses among fallback units */
	uint16_t channel; /* 0: none */
	uint16_t owner;
	uint8_t severity; /* 0: none */
	uint16_t minute;  /* of the local week, if the book is timed */
} RulebookRequest;

typedef struct RulebookAnswer
{
	int32_t lead;     /* unit, -1: none */
	int32_t rule;     /* index, -1: none */
	int32_t fallback; /* index, -1: none */
	int32_t intake;   /* unit, -1: none */
	uint32_t paths;   /* from the intake, or from the root, to the lead */
	uint32_t assists;
	uint32_t stages;
	int32_t path[2 * RULEBOOK_DEPTH];
	int32_t assist[RULEBOOK_ASSISTS]; /* units; those that cannot be are left
	                                     out */
	uint16_t task[RULEBOOK_ASSISTS];
	int32_t policy[RULEBOOK_STAGES]; /* indices, in the order of stages */
	uint32_t bundle; /* the same number for the same policies; or UINT32_MAX */
	int64_t rule_id; /* so that the rule need not be read; 0: none */
} RulebookAnswer;

/* Fetch what a request for a cell will look at first, while the rest of it is
 * still read. */
extern void rulebook_expect(const Rulebook *book, int64_t cell);
extern void rulebook_route(const Rulebook *book,
                           const RulebookRequest *request,
                           RulebookAnswer *answer);

/* Why a rule that names the class and the place does or does not win */
typedef enum RulebookVerdict
{
	RULEBOOK_WINS = 0,
	RULEBOOK_LESS_SPECIFIC, /* it would, but for those before it */
	RULEBOOK_OTHER_OWNER,
	RULEBOOK_OTHER_SEVERITY,
	RULEBOOK_OTHER_CHANNEL,
	RULEBOOK_OTHER_TIME,   /* outside its window */
	RULEBOOK_NOT_IN_FORCE, /* before or after its range */
	RULEBOOK_NO_UNIT,      /* no unit of that kind and level there */
	RULEBOOK_UNIT_RETIRED, /* the unit is not in force then */
	RULEBOOK_EXCLUDED      /* by the negative list */
} RulebookVerdict;

typedef struct RulebookMatch
{
	int32_t rule;      /* index, or -1: */
	int32_t fallback;  /* index */
	int32_t unit;      /* whom it names, -1: nobody */
	int32_t exclusion; /* index, if RULEBOOK_EXCLUDED */
	RulebookVerdict verdict;
} RulebookMatch;

typedef void (*RulebookMatchFn)(void *context, const RulebookMatch *match);

/* Tell every rule for the class and the place, in order, and then every
 * fallback of the territories, smallest first.  One at most wins: the one by
 * which rulebook_route answers. */
extern void rulebook_explain(const Rulebook *book,
                             const RulebookRequest *request,
                             RulebookMatchFn tell, void *context);

/* The unit that a lead means at a place and an instant, -1: none */
extern int32_t rulebook_resolve(const Rulebook *book, const RulebookLead *lead,
                                int64_t cell, int64_t at);

#endif /* CIVICGRID_CORE_RULEBOOK_H */
