/*
 * rulebook_faults.c
 *	  rulebook_faults(): what a rulebook leaves open, decides twice or can
 *	  never decide.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "core/code.h"
#include "core/rulebook_check.h"

#include "compat.h"
#include "core_memory.h"
#include "rulebook_cache.h"
#include "rulebook_rows.h"

/* Where a region is of cases that name none */
#define NONE UINT16_MAX
StaticAssertDecl(RULEBOOK_NO_CHANNEL == NONE && RULEBOOK_OTHER == NONE,
                 "core's own words for none");

typedef struct FaultWord
{
	const char *word;
	const char *severity;
} FaultWord;

/* In the order of RulebookFaultKind */
static const FaultWord words[] = {
    {"hole", "error"},          {"by fallback", "notice"},
    {"tie", "error"},           {"shadowed", "warning"},
    {"no class", "warning"},    {"no cell", "warning"},
    {"out of force", "notice"}, {"unresolved", "warning"},
    {"ambiguous", "error"},     {"unstaffed", "warning"},
    {"outside", "warning"},     {"excluded", "warning"},
    {"retired", "warning"},     {"no term", "error"},
    {"term tie", "error"},      {"term shadowed", "warning"},
    {"no intake", "warning"},
};

typedef struct FaultReport
{
	ReturnSetInfo *result;
	const Rulebook *book;
	TimestampTz since;
} FaultReport;

/* The id of what a fault is about: of rule, or of other */
static int64
id_of(const Rulebook *book, const RulebookFault *fault, int32 index)
{
	if (index < 0)
		return 0;
	switch (fault->part)
	{
		case RULEBOOK_PART_RULE:
			return book->rules[index].id;
		case RULEBOOK_PART_EXCLUSION:
			return book->exclusions[index].id;
		case RULEBOOK_PART_FALLBACK:
			return book->fallbacks[index].id;
		case RULEBOOK_PART_POLICY:
			return book->policies[index].id;
		case RULEBOOK_PART_NONE:
			break;
	}
	return 0;
}

/* "rule 17", or "Rule 17" at the beginning of a sentence */
static char *
part_text(const RulebookFault *fault, int64 id, bool begins)
{
	static const char *const parts[] = {"", "rule ", "exclusion ", "fallback ",
	                                    "policy "};
	char *text = psprintf("%s" INT64_FORMAT, parts[fault->part], id);

	if (begins)
		text[0] = (char) pg_toupper((unsigned char) text[0]);
	return text;
}

/* One more thing that a region is told by */
static void
append_piece(StringInfo out, const char *what, const char *value)
{
	appendStringInfo(out, "%s%s%s", out->len == 0 ? " for " : ", ", what,
	                 value);
}

/* The region of a fault, in words: " for class 01001, territory 440310" */
static char *
region_text(const Rulebook *book, const RulebookFault *fault)
{
	StringInfoData out;
	char code[CODE_MAX_TEXT + 1];

	initStringInfo(&out);
	if (fault->event_class != 0)
	{
		(void) eventcode_format(fault->event_class, code);
		append_piece(&out, "class ", code);
	}
	if (fault->territory != 0)
	{
		(void) gridcode_format(fault->territory, code);
		append_piece(&out, "territory ", code);
	}
	if (fault->channel == RULEBOOK_NO_CHANNEL)
		append_piece(&out, "no channel", "");
	else if (fault->channel != 0)
		append_piece(
		    &out, "channel ",
		    rulebook_name_text(book, RULEBOOK_CHANNEL, fault->channel));
	if (fault->severity == RULEBOOK_NO_SEVERITY)
		append_piece(&out, "no severity", "");
	else if (fault->severity != 0)
		append_piece(&out, "severity ", psprintf("%d", fault->severity));
	if (fault->owner == RULEBOOK_OTHER)
		append_piece(&out, "no owner, or one that no rule names there", "");
	else if (fault->owner != 0)
		append_piece(&out, "owner ",
		             rulebook_name_text(book, RULEBOOK_OWNER, fault->owner));
	if (fault->grade_none)
		append_piece(&out, "no grade", "");
	else if (fault->grade != 0)
		append_piece(&out, "grade ",
		             rulebook_name_text(book, RULEBOOK_GRADE, fault->grade));
	if (fault->minute_from != fault->minute_to)
		append_piece(
		    &out, "",
		    rulebook_hours_text(fault->minute_from, fault->minute_to));
	return out.data;
}

static char *
unit_text(const Rulebook *book, const RulebookFault *fault)
{
	return fault->unit >= 0
	           ? psprintf("Unit " INT64_FORMAT, book->units[fault->unit].id)
	           : pstrdup("A unit");
}

/* One sentence */
static char *
detail_of(const Rulebook *book, const RulebookFault *fault)
{
	const char *region = region_text(book, fault);
	const char *unit = unit_text(book, fault);
	int64 id = id_of(book, fault, fault->rule);
	const char *part = part_text(fault, id, false);
	const char *other =
	    fault->kind == RULEBOOK_AMBIGUOUS || fault->other < 0
	        ? NULL
	        : part_text(fault, id_of(book, fault, fault->other), false);
	const char *stage =
	    fault->stage != 0
	        ? rulebook_name_text(book, RULEBOOK_STAGE, fault->stage)
	        : "";

	switch (fault->kind)
	{
		case RULEBOOK_HOLE:
			return psprintf("Neither a rule nor a fallback gives a lead%s.",
			                region);
		case RULEBOOK_BY_FALLBACK:
			return psprintf("No rule gives a lead%s: the fallback takes it.",
			                region);
		case RULEBOOK_TIE:
		case RULEBOOK_TERM_TIE:
			return psprintf("Neither of %s and %s is more specific%s.", part,
			                other, region);
		case RULEBOOK_SHADOWED:
		case RULEBOOK_TERM_SHADOWED:
			if (other == NULL)
				return psprintf("%s never decides: others leave it nothing.",
				                part_text(fault, id, true));
			return psprintf("%s never decides: %s, with others perhaps, "
			                "leaves it nothing.",
			                part_text(fault, id, true), other);
		case RULEBOOK_NO_CLASS:
			return psprintf("No leaf class lies in what %s names.", part);
		case RULEBOOK_NO_CELL:
			return psprintf("No leaf cell lies in what %s names.", part);
		case RULEBOOK_OUT_OF_FORCE:
			return psprintf("%s is in force no more, or never.",
			                part_text(fault, id, true));
		case RULEBOOK_UNRESOLVED:
			return psprintf("There is no unit of the kind and level that %s "
			                "names%s.",
			                part, region);
		case RULEBOOK_AMBIGUOUS:
			return psprintf(
			    "%s is of the same kind, level and territory as "
			    "unit " INT64_FORMAT ", which is taken.",
			    unit, fault->other >= 0 ? book->units[fault->other].id : 0);
		case RULEBOOK_UNSTAFFED:
			return psprintf("%s has nobody, but leads%s.", unit, region);
		case RULEBOOK_OUTSIDE:
			return psprintf("%s leads by %s outside its own territory%s.",
			                unit, part, region);
		case RULEBOOK_EXCLUDED_LEAD:
			return psprintf("The negative list keeps the lead of %s from all "
			                "of it.",
			                part);
		case RULEBOOK_LEAD_RETIRED:
			return psprintf("%s, whom %s names, is not in force for all of "
			                "its time.",
			                unit, part);
		case RULEBOOK_NO_TERM:
			return psprintf("Stage %s has no term%s.", stage, region);
		case RULEBOOK_NO_INTAKE:
			return psprintf("Cases come in at no unit%s.", region);
	}
	elog(ERROR, "unknown fault %d of a rulebook", (int) fault->kind);
}

/* An array of none, one or two ids */
static Datum
ids_datum(int64 first, int64 second)
{
	Datum ids[2] = {Int64GetDatum(first), Int64GetDatum(second)};

	return PointerGetDatum(construct_array(ids, (first != 0) + (second != 0),
	                                       INT8OID, sizeof(int64),
	                                       FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* A name, or NONE: no name */
static void
put_name(RulebookRow *row, const Rulebook *book, RulebookDomain domain,
         uint16 number)
{
	if (number == NONE)
		row_put(row, CStringGetTextDatum(""));
	else
		row_put_name(row, book, domain, number);
}

/* A hole of which no usual case is part is to be looked at. */
static const char *
severity_of(const RulebookFault *fault)
{
	if (fault->kind == RULEBOOK_HOLE &&
	    (fault->channel == RULEBOOK_NO_CHANNEL ||
	     fault->severity == RULEBOOK_NO_SEVERITY))
		return "warning";
	return words[fault->kind].severity;
}

static bool
tell_fault(void *context, const RulebookFault *fault)
{
	FaultReport *report = context;
	const Rulebook *book = report->book;
	RulebookRow row = {.n = 0};
	RulebookPart part = fault->part;
	int64 id = id_of(book, fault, fault->rule);
	int64 other = fault->kind == RULEBOOK_AMBIGUOUS
	                  ? 0
	                  : id_of(book, fault, fault->other);

	StaticAssertStmt(lengthof(words) == RULEBOOK_NO_INTAKE + 1,
	                 "a word for each fault");
	row_put(&row, CStringGetTextDatum(severity_of(fault)));
	row_put(&row, CStringGetTextDatum(words[fault->kind].word));
	row_put(&row, part == RULEBOOK_PART_RULE ? ids_datum(id, other)
	                                         : ids_datum(0, 0));
	row_put(&row, part == RULEBOOK_PART_POLICY ? ids_datum(id, other)
	                                           : ids_datum(0, 0));
	row_put_number(&row, part == RULEBOOK_PART_EXCLUSION ? id : 0);
	row_put_number(&row, part == RULEBOOK_PART_FALLBACK ? id : 0);
	row_put_number(&row, fault->unit >= 0 ? book->units[fault->unit].id : 0);
	row_put_number(&row, fault->event_class);
	row_put_number(&row, fault->territory);
	put_name(&row, book, RULEBOOK_CHANNEL, fault->channel);
	if (fault->severity == RULEBOOK_NO_SEVERITY)
		row_put(&row, Int32GetDatum(0));
	else
		row_put_number(&row, fault->severity);
	put_name(&row, book, RULEBOOK_OWNER, fault->owner);
	put_name(&row, book, RULEBOOK_STAGE, fault->stage);
	put_name(&row, book, RULEBOOK_GRADE,
	         fault->grade_none ? NONE : fault->grade);
	row_put_hours(&row, fault->minute_from, fault->minute_to);
	row_put(&row,
	        TimestampTzGetDatum(fault->from == PG_INT64_MIN ? report->since
	                                                        : fault->from));
	/* no bound is infinity, in core as here */
	row_put(&row, TimestampTzGetDatum(fault->to));
	row_put(&row, CStringGetTextDatum(detail_of(book, fault)));
	tuplestore_putvalues(report->result->setResult, report->result->setDesc,
	                     row.values, row.nulls);
	return true;
}

/* A stage that no policy at all is for */
static void
tell_unknown_stage(FaultReport *report, Datum stage)
{
	RulebookRow row = {.n = 0};

	row_put(&row, CStringGetTextDatum(words[RULEBOOK_NO_TERM].severity));
	row_put(&row, CStringGetTextDatum(words[RULEBOOK_NO_TERM].word));
	row_put(&row, ids_datum(0, 0));
	row_put(&row, ids_datum(0, 0));
	/* exclusion to owner */
	while (row.n < 12)
		row_put_null(&row);
	row_put(&row, stage);
	row_put_null(&row);
	row_put_null(&row);
	row_put(&row, TimestampTzGetDatum(report->since));
	row_put(&row, TimestampTzGetDatum(DT_NOEND));
	row_put(&row, CStringGetTextDatum(psprintf("Stage %s has no term.",
	                                           TextDatumGetCString(stage))));
	tuplestore_putvalues(report->result->setResult, report->result->setDesc,
	                     row.values, row.nulls);
}

PG_FUNCTION_INFO_V1(cg_rulebook_faults);
Datum
cg_rulebook_faults(PG_FUNCTION_ARGS)
{
	FaultReport report = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	RulebookMemory memory = {core_resize, core_poll, CurrentMemoryContext};
	uint16 numbers[RULEBOOK_STAGES];
	uint32 known = 0;
	Datum *stages;
	bool *unnamed;
	int n;
	int i;
	RulebookStatus status;

	InitMaterializedSRF(fcinfo, 0);
	report.book = &rulebook_use(PG_GETARG_DATUM(0))->book;
	report.since = PG_GETARG_TIMESTAMPTZ(1);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false,
	                  TYPALIGN_INT, &stages, &unnamed, &n);
	for (i = 0; i < n; i++)
	{
		uint16 number;
		bool again = unnamed[i];
		uint32 k;

		if (unnamed[i])
			continue;
		number =
		    rulebook_number(report.book, RULEBOOK_STAGE,
		                    VARDATA_ANY(DatumGetPointer(stages[i])),
		                    VARSIZE_ANY_EXHDR(DatumGetPointer(stages[i])));
		for (k = 0; k < known; k++)
			again = again || numbers[k] == number;
		if (number == 0)
			tell_unknown_stage(&report, stages[i]);
		else if (!again && known < RULEBOOK_STAGES)
			numbers[known++] = number;
	}
	status = rulebook_check(report.book, report.since, numbers, known, &memory,
	                        tell_fault, &report);
	if (status != RULEBOOK_OK)
		rulebook_refuse_value(status, NULL);
	return (Datum) 0;
}
