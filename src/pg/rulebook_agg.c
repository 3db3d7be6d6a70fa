/*
 * rulebook_agg.c
 *	  Compile a rulebook: rulebook_agg(part, item).
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "core/code.h"
#include "core/rulebook_build.h"

#include "core_memory.h"
#include "rulebook_cache.h"
#include "rulebook_item.h"

#define MINUTES_PER_DAY 1440
#define MOST_SHARE      1000000
#define MOST_PLACE      1000000

#define ERRCODE_NOT_THERE MAKE_SQLSTATE('C', 'G', '4', '1', '3')
#define ERRCODE_TWICE     MAKE_SQLSTATE('C', 'G', '4', '1', '4')
#define ERRCODE_TREE      MAKE_SQLSTATE('C', 'G', '4', '1', '5')

typedef struct Compilation
{
	RulebookBuilder *builder;
	bool zoned; /* the time zone is told */
} Compilation;

typedef struct Part
{
	const char *name;
	const char *what;
	bool (*add)(Compilation *c, const RulebookItem *item,
	            RulebookDraftReport *report);
} Part;

/* What is read in turn is refused in that order: arguments of a call have
 * none. */

static bool
add_unit(Compilation *c, const RulebookItem *item, RulebookDraftReport *report)
{
	int64 id = item_id(item, "unit", RULEBOOK_REQUIRED);
	int64 parent = item_id(item, "parent", RULEBOOK_OPTIONAL);
	RulebookText kind = item_name(item, "kind", RULEBOOK_REQUIRED);
	int level =
	    item_integer(item, "level", RULEBOOK_REQUIRED, 1, RULEBOOK_LEVELS, 0);
	int64 territory = item_gridcode(item, "territory", RULEBOOK_OPTIONAL);
	int64 from = item_instant(item, "valid_from", PG_INT64_MIN);
	int64 to = item_instant(item, "valid_to", PG_INT64_MAX);
	uint8 flags = 0;

	if (item_boolean(item, "centre"))
		flags |= RULEBOOK_CENTRE;
	/* a number that is not known is not none */
	if (item_integer(item, "staff", RULEBOOK_OPTIONAL, 0, PG_INT32_MAX, 1) ==
	    0)
		flags |= RULEBOOK_NOSTAFF;
	return rulebook_add_unit(c->builder, id, parent, kind, level, territory,
	                         flags, from, to, report);
}

static bool
add_channel(Compilation *c, const RulebookItem *item,
            RulebookDraftReport *report)
{
	RulebookText name = item_name(item, "channel", RULEBOOK_REQUIRED);
	RulebookLeadDraft intake = item_lead(item, "intake_unit", "intake_kind",
	                                     "intake_level", RULEBOOK_OPTIONAL);

	return rulebook_add_channel(c->builder, name, &intake, report);
}

static bool
add_severity(Compilation *c, const RulebookItem *item,
             RulebookDraftReport *report)
{
	return rulebook_add_severity(c->builder,
	                             item_integer(item, "severity",
	                                          RULEBOOK_REQUIRED, 1,
	                                          RULEBOOK_SEVERITIES, 0),
	                             report);
}

static bool
add_window(Compilation *c, const RulebookItem *item,
           RulebookDraftReport *report)
{
	RulebookText name = item_name(item, "window", RULEBOOK_REQUIRED);
	int day = (item_integer(item, "weekday", RULEBOOK_REQUIRED, 1, 7, 0) - 1) *
	          MINUTES_PER_DAY;
	int from = item_integer(item, "from_minute", RULEBOOK_REQUIRED, 0,
	                        MINUTES_PER_DAY - 1, 0);
	int to = item_integer(item, "to_minute", RULEBOOK_REQUIRED, from + 1,
	                      MINUTES_PER_DAY, 0);

	return rulebook_add_window(c->builder, name, day + from, day + to, report);
}

static int
severity_of(const RulebookItem *item)
{
	return item_integer(item, "severity", RULEBOOK_OPTIONAL, 1,
	                    RULEBOOK_SEVERITIES, 0);
}

static bool
add_rule(Compilation *c, const RulebookItem *item, RulebookDraftReport *report)
{
	RulebookRuleDraft rule = {0};

	rule.id = item_id(item, "rule", RULEBOOK_REQUIRED);
	rule.event_class = item_eventcode(item, "class", RULEBOOK_OPTIONAL);
	rule.territory = item_gridcode(item, "territory", RULEBOOK_OPTIONAL);
	rule.owner = item_name(item, "owner", RULEBOOK_OPTIONAL);
	rule.channel = item_name(item, "channel", RULEBOOK_OPTIONAL);
	rule.window = item_name(item, "window", RULEBOOK_OPTIONAL);
	rule.severity = severity_of(item);
	rule.from = item_instant(item, "valid_from", PG_INT64_MIN);
	rule.to = item_instant(item, "valid_to", PG_INT64_MAX);
	rule.lead = item_lead(item, "lead_unit", "lead_kind", "lead_level",
	                      RULEBOOK_REQUIRED);
	return rulebook_add_rule(c->builder, &rule, report);
}

static bool
add_assist(Compilation *c, const RulebookItem *item,
           RulebookDraftReport *report)
{
	int64 rule = item_id(item, "rule", RULEBOOK_REQUIRED);
	int place =
	    item_integer(item, "place", RULEBOOK_REQUIRED, 0, MOST_PLACE, 0);
	RulebookLeadDraft lead =
	    item_lead(item, "unit", "kind", "level", RULEBOOK_REQUIRED);

	return rulebook_add_assist(c->builder, rule, place, &lead,
	                           item_name(item, "task", RULEBOOK_OPTIONAL),
	                           report);
}

static bool
add_exclusion(Compilation *c, const RulebookItem *item,
              RulebookDraftReport *report)
{
	int64 id = item_id(item, "exclusion", RULEBOOK_REQUIRED);
	int64 unit = item_id(item, "unit", RULEBOOK_REQUIRED);
	int64 event_class = item_eventcode(item, "class", RULEBOOK_OPTIONAL);
	int64 territory = item_gridcode(item, "territory", RULEBOOK_OPTIONAL);

	return rulebook_add_exclusion(c->builder, id, event_class, territory, unit,
	                              report);
}

static bool
add_fallback(Compilation *c, const RulebookItem *item,
             RulebookDraftReport *report)
{
	int64 id = item_id(item, "fallback", RULEBOOK_REQUIRED);
	int64 territory = item_gridcode(item, "territory", RULEBOOK_OPTIONAL);
	RulebookLeadDraft lead =
	    item_lead(item, "unit", "kind", "level", RULEBOOK_REQUIRED);
	int share =
	    item_integer(item, "share", RULEBOOK_OPTIONAL, 1, MOST_SHARE, 1);

	return rulebook_add_fallback(c->builder, id, territory, &lead, share,
	                             report);
}

static bool
add_policy(Compilation *c, const RulebookItem *item,
           RulebookDraftReport *report)
{
	RulebookPolicyDraft policy = {0};

	policy.id = item_id(item, "policy", RULEBOOK_REQUIRED);
	policy.event_class = item_eventcode(item, "class", RULEBOOK_OPTIONAL);
	policy.territory = item_gridcode(item, "territory", RULEBOOK_OPTIONAL);
	policy.stage = item_name(item, "stage", RULEBOOK_REQUIRED);
	policy.stage_place =
	    item_integer(item, "stage_place", RULEBOOK_REQUIRED, 0, MOST_PLACE, 0);
	policy.calendar = item_name(item, "calendar", RULEBOOK_OPTIONAL);
	policy.grade = item_name(item, "grade", RULEBOOK_OPTIONAL);
	policy.severity = severity_of(item);
	item_term(item, "term", &policy.term);
	policy.warnings = item_warnings(item, "warnings", policy.warning);
	return rulebook_add_policy(c->builder, &policy, report);
}

static bool
add_limit(Compilation *c, const RulebookItem *item,
          RulebookDraftReport *report)
{
	int64 policy = item_id(item, "policy", RULEBOOK_REQUIRED);
	int place =
	    item_integer(item, "place", RULEBOOK_REQUIRED, 0, MOST_PLACE, 0);
	RulebookText name = item_name(item, "name", RULEBOOK_REQUIRED);
	Term term;

	item_term(item, "term", &term);
	return rulebook_add_limit(c->builder, policy, place, name, &term, report);
}

static bool
add_grade(Compilation *c, const RulebookItem *item,
          RulebookDraftReport *report)
{
	int64 territory = item_gridcode(item, "territory", RULEBOOK_REQUIRED);

	return rulebook_add_grade(c->builder, territory,
	                          item_name(item, "grade", RULEBOOK_REQUIRED),
	                          report);
}

static bool
add_class(Compilation *c, const RulebookItem *item,
          RulebookDraftReport *report)
{
	return rulebook_add_class(
	    c->builder, item_eventcode(item, "class", RULEBOOK_REQUIRED), report);
}

static bool
add_cell(Compilation *c, const RulebookItem *item, RulebookDraftReport *report)
{
	return rulebook_add_cell(
	    c->builder, item_gridcode(item, "cell", RULEBOOK_REQUIRED), report);
}

static bool
set_zone(Compilation *c, const char *name, RulebookDraftReport *report)
{
	RulebookText zone;

	zone.bytes = rulebook_zone_name(name);
	zone.len = strlen(zone.bytes);
	c->zoned = true;
	return rulebook_set_timezone(c->builder, zone, report);
}

static bool
add_timezone(Compilation *c, const RulebookItem *item,
             RulebookDraftReport *report)
{
	RulebookText zone = item_name(item, "timezone", RULEBOOK_REQUIRED);

	return set_zone(c, pnstrdup(zone.bytes, zone.len), report);
}

#define PART(name)                                              \
	{                                                           \
#name, "a part \"" #name "\" of a rulebook", add_##name \
	}

static const Part parts[] = {
    PART(unit),   PART(channel),   PART(severity), PART(window),   PART(rule),
    PART(assist), PART(exclusion), PART(fallback), PART(policy),   PART(limit),
    PART(grade),  PART(class),     PART(cell),     PART(timezone),
};

static const Part *
find_part(const text *name)
{
	Size len = VARSIZE_ANY_EXHDR(name);
	int i;

	for (i = 0; i < (int) lengthof(parts); i++)
		if (strlen(parts[i].name) == len &&
		    memcmp(parts[i].name, VARDATA_ANY(name), len) == 0)
			return &parts[i];
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("a rulebook has no part \"%s\"", text_to_cstring(name)),
	         errdetail("Nothing would be done with it."),
	         errhint("Parts are unit, channel, severity, window, rule, "
	                 "assist, exclusion, fallback, policy, limit, grade, "
	                 "class, cell and timezone.")));
}

/* The record that a report is about: an id, a name, or a code */
static char *
record_text(const RulebookDraftReport *report)
{
	char code[CODE_MAX_TEXT + 1];

	if (report->id == 0)
		return report->name[0] != '\0' ? psprintf(" \"%s\"", report->name)
		                               : pstrdup("");
	if (strcmp(report->part, "class") == 0 && eventcode_is_valid(report->id))
	{
		(void) eventcode_format(report->id, code);
		return psprintf(" %s", code);
	}
	if ((strcmp(report->part, "cell") == 0 ||
	     strcmp(report->part, "grade") == 0) &&
	    gridcode_is_valid(report->id))
	{
		(void) gridcode_format(report->id, code);
		return psprintf(" %s", code);
	}
	return psprintf(" " INT64_FORMAT, report->id);
}

/* What a record names that is not there: by its name, or by the part that only
 * has numbers */
static char *
missing_text(const RulebookDraftReport *report)
{
	const char *part = "severity";

	if (report->name[0] != '\0')
		return psprintf("\"%s\"", report->name);
	if (report->fault == RULEBOOK_DRAFT_NO_UNIT)
		part = "unit";
	else if (strcmp(report->part, "assist") == 0)
		part = "rule";
	else if (strcmp(report->part, "limit") == 0)
		part = "policy";
	return psprintf("%s " INT64_FORMAT, part, report->other);
}

/* Refuse a draft; item is the part that was added, or NULL. */
static _Noreturn void
refuse_draft(const RulebookDraftReport *report, const RulebookItem *item)
{
	const char *part = report->part;
	char *record = record_text(report);
	char *missing = missing_text(report);
	char *shown =
	    item != NULL ? psprintf("  The whole is %s.", item_text(item)) : "";

	switch (report->fault)
	{
		case RULEBOOK_DRAFT_NO_MEMORY:
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
			                errmsg("out of memory while compiling a "
			                       "rulebook")));
			break;
		case RULEBOOK_DRAFT_REPEATED:
			ereport(
			    ERROR,
			    (errcode(ERRCODE_TWICE),
			     errmsg("a rulebook has the %s%s twice", part, record),
			     errdetail("Which of them counts cannot be told.%s", shown),
			     errhint("Leave one of them out.")));
			break;
		case RULEBOOK_DRAFT_NO_UNIT:
			ereport(ERROR,
			        (errcode(ERRCODE_NOT_THERE),
			         errmsg("%s%s of a rulebook names a unit that is not in "
			                "it",
			                part, record),
			         errdetail("It names %s.%s", missing, shown),
			         errhint("Give a part \"unit\" for every unit that is "
			                 "named.")));
			break;
		case RULEBOOK_DRAFT_NO_NAME:
			ereport(ERROR,
			        (errcode(ERRCODE_NOT_THERE),
			         errmsg("%s%s of a rulebook names what is not in it", part,
			                record),
			         errdetail("It names %s.%s", missing, shown),
			         errhint("Give the part that it names: a channel, a "
			                 "severity, a window, a rule of an assisting "
			                 "unit, a policy of a limit.")));
			break;
		case RULEBOOK_DRAFT_CYCLE:
			ereport(ERROR, (errcode(ERRCODE_TREE),
			                errmsg("units of a rulebook are no tree"),
			                errdetail("Unit%s is within itself.", record),
			                errhint("Correct the parents of the units.")));
			break;
		case RULEBOOK_DRAFT_DEPTH:
			ereport(ERROR, (errcode(ERRCODE_TREE),
			                errmsg("units of a rulebook are too deep a tree"),
			                errdetail("Unit%s is more than %d units deep.",
			                          record, RULEBOOK_DEPTH),
			                errhint("Correct the parents of the units.")));
			break;
		case RULEBOOK_DRAFT_RANGE:
			ereport(
			    ERROR,
			    (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			     errmsg("%s%s of a rulebook is out of range", part, record),
			     errdetail("A level, a severity, a share or a place is "
			               "too small or too large.%s",
			               shown)));
			break;
		case RULEBOOK_DRAFT_TOO_MANY:
			ereport(
			    ERROR,
			    (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			     errmsg("%s%s of a rulebook is one too many", part, record),
			     errdetail("A rule has up to %d assisting units, a policy up "
			               "to %d warnings and %d staged limits, a rulebook "
			               "up to %d stages, a window up to %d spans.%s",
			               RULEBOOK_ASSISTS, RULEBOOK_WARNINGS,
			               RULEBOOK_LIMITS, RULEBOOK_STAGES, RULEBOOK_SPANS,
			               shown)));
			break;
		default:
			break;
	}
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
	                errmsg("the rulebook is too large"),
	                errdetail("It holds up to 1 GB.")));
}

PG_FUNCTION_INFO_V1(cg_rulebook_agg_step);
Datum
cg_rulebook_agg_step(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	Compilation *c;
	const Part *part;
	RulebookItem item;
	Jsonb *json;
	RulebookDraftReport report = {0};

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "rulebook_agg_step called outside an aggregate");
	if (PG_ARGISNULL(0))
	{
		RulebookMemory memory = {core_resize, core_poll, context};

		rulebook_check_encoding();
		c = MemoryContextAllocZero(context, sizeof(*c));
		c->builder = rulebook_build_begin(&memory);
		if (c->builder == NULL)
			ereport(ERROR,
			        (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	}
	else
		c = (Compilation *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
		        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		         errmsg("a part of a rulebook is NULL"),
		         errdetail("Neither the part nor the item may be NULL."),
		         errhint("Leave the row out.")));
	part = find_part(PG_GETARG_TEXT_PP(1));
	json = PG_GETARG_JSONB_P(2);
	item.what = part->what;
	item.root = &json->root;
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("%s is not a JSON object", item.what),
		                errdetail("It is %s.", item_text(&item)),
		                errhint("to_jsonb() makes one of a row.")));
	if (!part->add(c, &item, &report))
		refuse_draft(&report, &item);
	PG_FREE_IF_COPY(json, 2);
	PG_RETURN_POINTER(c);
}

PG_FUNCTION_INFO_V1(cg_rulebook_agg_final);
Datum
cg_rulebook_agg_final(PG_FUNCTION_ARGS)
{
	Compilation *c;
	RulebookDraftReport report = {0};
	uint8_t *block;
	size_t size;
	bytea *value;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	c = (Compilation *) PG_GETARG_POINTER(0);
	if ((!c->zoned && !set_zone(c, "UTC", &report)) ||
	    !rulebook_build(c->builder, &block, &size, &report))
		refuse_draft(&report, NULL);
	rulebook_build_free(c->builder);
	if (size > MaxAllocSize - VARHDRSZ - RULEBOOK_PADDING)
	{
		report.fault = RULEBOOK_DRAFT_TOO_LARGE;
		refuse_draft(&report, NULL);
	}
	value = palloc(VARHDRSZ + RULEBOOK_PADDING + size);
	SET_VARSIZE(value, VARHDRSZ + RULEBOOK_PADDING + size);
	memset(VARDATA(value), 0, RULEBOOK_PADDING);
	memcpy(VARDATA(value) + RULEBOOK_PADDING, block, size);
	pfree(block);
	PG_RETURN_BYTEA_P(value);
}
