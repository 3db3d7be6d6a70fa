/*
 * rulebook_item.c
 *	  Read the parts that a rulebook is compiled from; see rulebook_item.h.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "core/code.h"

#include "rulebook_item.h"

/* Bytes of an item that an error quotes */
#define QUOTED 200

/* Digits of a year, before which to_jsonb() writes no more than zeros */
#define LEAST_YEAR_DIGITS 4
#define MOST_YEAR_DIGITS  6

#define HINT_INSTANT                                             \
	"An instant has a time zone: 2026-03-02T09:00:00+08:00, as " \
	"to_jsonb(timestamptz) writes it."
#define HINT_KEYS "Its keys are listed in doc/rulebook.md."
#define HINT_TERM "For example: 2 hours, 4 work hours, 2 work days."

char *
item_text(const RulebookItem *item)
{
	char *text = JsonbToCString(NULL, item->root, QUOTED);
	int len = (int) strlen(text);

	if (len <= QUOTED)
		return text;
	len = pg_mbcliplen(text, len, QUOTED);
	return psprintf("%.*s...", len, text);
}

/* How a value is written in JSON */
static char *
value_text(JsonbValue *value)
{
	if (value->type == jbvBinary)
		return JsonbToCString(NULL, value->val.binary.data,
		                      value->val.binary.len);
	return JsonbToCString(NULL, &JsonbValueToJsonb(value)->root, 0);
}

/* Refuse the value of a key.  wanted is a sentence. */
static _Noreturn void
refuse(const RulebookItem *item, const char *key, JsonbValue *value,
       int sqlstate, const char *wanted, const char *hint)
{
	ereport(ERROR, (errcode(sqlstate),
	                errmsg("invalid \"%s\" of %s", key, item->what),
	                errdetail("It is %s; %s.  The whole is %s.",
	                          value_text(value), wanted, item_text(item)),
	                errhint("%s", hint != NULL ? hint : HINT_KEYS)));
}

/* Look a key up; false if it is absent or null. */
static bool
find(const RulebookItem *item, const char *key, RulebookNeed need,
     JsonbValue *value)
{
	if (getKeyJsonValueFromContainer(item->root, key, (int) strlen(key),
	                                 value) != NULL &&
	    value->type != jbvNull)
		return true;
	if (need == RULEBOOK_REQUIRED)
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("%s has no \"%s\"", item->what, key),
		                errdetail("The whole is %s.", item_text(item)),
		                errhint(HINT_KEYS)));
	return false;
}

/* A number with nothing behind the point, within bounds */
static bool
whole_number(const JsonbValue *value, int64 least, int64 most, int64 *number)
{
	const char *digits;
	char *end;
	long long n;

	if (value->type != jbvNumeric)
		return false;
	digits = DatumGetCString(
	    DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	errno = 0;
	n = strtoll(digits, &end, 10);
	/* 1.0 is whole, though to_jsonb() never writes it so */
	if (*end == '.')
		end += 1 + strspn(end + 1, "0");
	*number = n;
	return errno == 0 && *end == '\0' && n >= least && n <= most;
}

int64
item_id(const RulebookItem *item, const char *key, RulebookNeed need)
{
	JsonbValue value;
	int64 id;

	if (!find(item, key, need, &value))
		return 0;
	if (!whole_number(&value, 1, PG_INT64_MAX, &id))
		refuse(item, key, &value, ERRCODE_INVALID_PARAMETER_VALUE,
		       "an id is a whole number, 1 or more", NULL);
	return id;
}

int
item_integer(const RulebookItem *item, const char *key, RulebookNeed need,
             int least, int most, int missing)
{
	JsonbValue value;
	int64 number;

	if (!find(item, key, need, &value))
		return missing;
	if (!whole_number(&value, least, most, &number))
		refuse(
		    item, key, &value, ERRCODE_INVALID_PARAMETER_VALUE,
		    psprintf("it has to be a whole number from %d to %d", least, most),
		    NULL);
	return (int) number;
}

bool
item_boolean(const RulebookItem *item, const char *key)
{
	JsonbValue value;

	if (!find(item, key, RULEBOOK_OPTIONAL, &value))
		return false;
	if (value.type != jbvBool)
		refuse(item, key, &value, ERRCODE_INVALID_PARAMETER_VALUE,
		       "it has to be true or false", NULL);
	return value.val.boolean;
}

RulebookText
item_name(const RulebookItem *item, const char *key, RulebookNeed need)
{
	RulebookText name = {NULL, 0};
	JsonbValue value;

	if (!find(item, key, need, &value))
		return name;
	if (value.type != jbvString || value.val.string.len < 1 ||
	    value.val.string.len > RULEBOOK_NAME_BYTES)
		refuse(item, key, &value, ERRCODE_INVALID_PARAMETER_VALUE,
		       psprintf("a name is a string of 1 to %d bytes",
		                RULEBOOK_NAME_BYTES),
		       NULL);
	name.bytes = value.val.string.val;
	name.len = value.val.string.len;
	return name;
}

int64
item_eventcode(const RulebookItem *item, const char *key, RulebookNeed need)
{
	JsonbValue value;
	CodeFault fault;
	int64 code;

	if (!find(item, key, need, &value))
		return 0;
	if (value.type != jbvString ||
	    !eventcode_parse(value.val.string.val, value.val.string.len, &code,
	                     &fault))
		refuse(item, key, &value, ERRCODE_INVALID_TEXT_REPRESENTATION,
		       "an eventcode is a string of 1 to 12 digits",
		       "Valid examples: \"06\", \"06010\", \"010203\".");
	return code;
}

int64
item_gridcode(const RulebookItem *item, const char *key, RulebookNeed need)
{
	JsonbValue value;
	CodeFault fault;
	int64 code;

	if (!find(item, key, need, &value))
		return 0;
	if (value.type != jbvString ||
	    !gridcode_parse(value.val.string.val, value.val.string.len, &code,
	                    &fault))
		refuse(item, key, &value, ERRCODE_INVALID_TEXT_REPRESENTATION,
		       "a gridcode is a string of 2, 4, 6, 9, 12, 15 or 18 digits",
		       "Valid examples: \"440310\" (district), \"440310001\" "
		       "(street), \"440310001001001\" (grid).");
	return code;
}

/* Digits of a number, which are taken off the text */
static bool
take_digits(const char **at, const char *end, int least, int most, int *number)
{
	int n = 0;

	*number = 0;
	for (; *at < end && n < most && **at >= '0' && **at <= '9'; n++, (*at)++)
		*number = *number * 10 + (**at - '0');
	return n >= least;
}

static bool
take_character(const char **at, const char *end, char c)
{
	if (*at >= end || **at != c)
		return false;
	(*at)++;
	return true;
}

/*
 * An instant in ISO 8601, with its zone.  The server's own input would heed
 * the session's time zone, so the same rows would not give the same bytes.
 */
static bool
parse_instant(const char *at, const char *end, int64 *instant)
{
	int year;
	int month;
	int day;
	int hour;
	int minute;
	int second;
	int micros = 0;
	int zone_hour = 0;
	int zone_minute = 0;
	int zone_second = 0;
	int sign = -1;
	int digits;
	int64 seconds;

	if (!take_digits(&at, end, LEAST_YEAR_DIGITS, MOST_YEAR_DIGITS, &year) ||
	    !take_character(&at, end, '-') ||
	    !take_digits(&at, end, 2, 2, &month) ||
	    !take_character(&at, end, '-') || !take_digits(&at, end, 2, 2, &day) ||
	    !(take_character(&at, end, 'T') || take_character(&at, end, ' ')) ||
	    !take_digits(&at, end, 2, 2, &hour) ||
	    !take_character(&at, end, ':') ||
	    !take_digits(&at, end, 2, 2, &minute) ||
	    !take_character(&at, end, ':') ||
	    !take_digits(&at, end, 2, 2, &second))
		return false;
	if (take_character(&at, end, '.'))
	{
		const char *from = at;

		if (!take_digits(&at, end, 1, 6, &micros))
			return false;
		for (digits = (int) (at - from); digits < 6; digits++)
			micros *= 10;
	}
	if (!take_character(&at, end, 'Z'))
	{
		if (take_character(&at, end, '-'))
			sign = 1;
		else if (!take_character(&at, end, '+'))
			return false;
		if (!take_digits(&at, end, 2, 2, &zone_hour) ||
		    (take_character(&at, end, ':') &&
		     !take_digits(&at, end, 2, 2, &zone_minute)) ||
		    (take_character(&at, end, ':') &&
		     !take_digits(&at, end, 2, 2, &zone_second)))
			return false;
	}
	if (at != end || year < 1 || month < 1 || month > MONTHS_PER_YEAR ||
	    day < 1 || day > day_tab[isleap(year)][month - 1] || hour > 23 ||
	    minute > 59 || second > 59 || zone_hour > MAX_TZDISP_HOUR ||
	    zone_minute > 59 || zone_second > 59 ||
	    !IS_VALID_JULIAN(year, month, day))
		return false;
	seconds = ((int64) date2j(year, month, day) - POSTGRES_EPOCH_JDATE) *
	              SECS_PER_DAY +
	          (hour * 60 + minute) * 60 + second +
	          sign * ((zone_hour * 60 + zone_minute) * 60 + zone_second);
	*instant = seconds * USECS_PER_SEC + micros;
	return IS_VALID_TIMESTAMP(*instant);
}

int64
item_instant(const RulebookItem *item, const char *key, int64 missing)
{
	JsonbValue value;
	int64 instant = 0;
	const char *text;
	int len;

	if (!find(item, key, RULEBOOK_OPTIONAL, &value))
		return missing;
	text = value.val.string.val;
	len = value.val.string.len;
	if (value.type == jbvString && len == 8 &&
	    memcmp(text, "infinity", 8) == 0)
		return PG_INT64_MAX;
	if (value.type == jbvString && len == 9 &&
	    memcmp(text, "-infinity", 9) == 0)
		return PG_INT64_MIN;
	if (value.type != jbvString || !parse_instant(text, text + len, &instant))
		refuse(item, key, &value, ERRCODE_INVALID_DATETIME_FORMAT,
		       "it has to be an instant, with its time zone", HINT_INSTANT);
	return instant;
}

void
item_term(const RulebookItem *item, const char *key, Term *term)
{
	JsonbValue value;
	TermFault fault = {TERM_UNIT};

	(void) find(item, key, RULEBOOK_REQUIRED, &value);
	if (value.type != jbvString ||
	    !term_parse(value.val.string.val, value.val.string.len, term, &fault))
		refuse(item, key, &value,
		       fault.status == TERM_RANGE ? ERRCODE_DATETIME_VALUE_OUT_OF_RANGE
		       : fault.status == TERM_MIXED
		           ? ERRCODE_INVALID_PARAMETER_VALUE
		           : ERRCODE_INVALID_TEXT_REPRESENTATION,
		       fault.status == TERM_RANGE ? "this is longer than a hundred "
		                                    "years"
		       : fault.status == TERM_MIXED
		           ? "these amounts cannot be added up"
		           : "a term is a string of a number and a unit",
		       HINT_TERM);
}

/* An array; NULL if there is none, or none that is one, or too long */
static JsonbContainer *
list_of(const JsonbValue *value, int most)
{
	JsonbContainer *list;

	if (value->type != jbvBinary)
		return NULL;
	list = value->val.binary.data;
	return JsonContainerIsArray(list) && (int) JsonContainerSize(list) <= most
	           ? list
	           : NULL;
}

/* Whole numbers in a list; false if that is not what it is */
static bool
whole_numbers(JsonbContainer *list, int64 most, int64 *numbers)
{
	int n = list != NULL ? (int) JsonContainerSize(list) : 0;
	int i;

	for (i = 0; i < n; i++)
		if (!whole_number(getIthJsonbValueFromContainer(list, i), 1, most,
		                  &numbers[i]))
			return false;
	return list != NULL;
}

int
item_warnings(const RulebookItem *item, const char *key,
              uint16_t warning[RULEBOOK_WARNINGS])
{
	JsonbValue value;
	JsonbContainer *list;
	int64 numbers[RULEBOOK_WARNINGS];
	int n;
	int i;
	bool good;

	if (!find(item, key, RULEBOOK_OPTIONAL, &value))
		return 0;
	list = list_of(&value, RULEBOOK_WARNINGS);
	good = whole_numbers(list, PG_UINT16_MAX, numbers);
	n = good ? (int) JsonContainerSize(list) : 0;
	for (i = 0; i < n; i++)
	{
		good = good && (i == 0 || numbers[i] > numbers[i - 1]);
		warning[i] = (uint16_t) numbers[i];
	}
	if (!good)
		refuse(item, key, &value, ERRCODE_INVALID_PARAMETER_VALUE,
		       psprintf("it has to be a list of at most %d whole numbers from "
		                "1 to %d, each above the one before",
		                RULEBOOK_WARNINGS, PG_UINT16_MAX),
		       "They are per cent of the term: [75, 100, 150].");
	return n;
}

int
item_ids(const RulebookItem *item, const char *key, int most, int64 *ids)
{
	JsonbValue value;
	JsonbContainer *list;

	if (!find(item, key, RULEBOOK_OPTIONAL, &value))
		return 0;
	list = list_of(&value, most);
	if (!whole_numbers(list, PG_INT64_MAX, ids))
		refuse(item, key, &value, ERRCODE_INVALID_PARAMETER_VALUE,
		       psprintf("it has to be a list of at most %d ids", most), NULL);
	return (int) JsonContainerSize(list);
}

int
item_items(const RulebookItem *item, const char *key, int most,
           const char *what, RulebookItem *items)
{
	JsonbValue value;
	JsonbContainer *list;
	int n;
	int i;

	if (!find(item, key, RULEBOOK_OPTIONAL, &value))
		return 0;
	list = list_of(&value, most);
	n = list != NULL ? (int) JsonContainerSize(list) : 0;
	for (i = 0; list != NULL && i < n; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(list, i);

		if (element->type != jbvBinary ||
		    !JsonContainerIsObject(element->val.binary.data))
			list = NULL;
		items[i].what = what;
		items[i].root = element->val.binary.data;
	}
	if (list == NULL)
		refuse(item, key, &value, ERRCODE_INVALID_PARAMETER_VALUE,
		       psprintf("it has to be a list of at most %d objects", most),
		       NULL);
	return n;
}

RulebookLeadDraft
item_lead(const RulebookItem *item, const char *unit, const char *kind,
          const char *level, RulebookNeed need)
{
	RulebookLeadDraft lead = {0};

	lead.unit = item_id(item, unit, RULEBOOK_OPTIONAL);
	lead.kind = item_name(item, kind, RULEBOOK_OPTIONAL);
	if (lead.kind.bytes != NULL)
		lead.level = item_integer(item, level, RULEBOOK_REQUIRED, 1,
		                          RULEBOOK_LEVELS, 0);
	if (lead.unit != 0 && lead.kind.bytes != NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("%s names both a unit and a kind of unit", item->what),
		         errdetail("The whole is %s.", item_text(item)),
		         errhint("Give \"%s\" alone, or \"%s\" and \"%s\".", unit,
		                 kind, level)));
	if (need == RULEBOOK_REQUIRED && lead.unit == 0 && lead.kind.bytes == NULL)
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("%s names no unit", item->what),
		                errdetail("The whole is %s.", item_text(item)),
		                errhint("Give \"%s\" alone, or \"%s\" and \"%s\".",
		                        unit, kind, level)));
	return lead;
}
