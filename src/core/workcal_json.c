/*
 * workcal_json.c
 *	  The text form of working calendars; see workcal.h.
 *
 *	  Reading goes on after a fault, since what shows only at the end (a date
 *	  that stands twice, or outside the horizon, whose bounds may come later)
 *	  can be a fault of an earlier place, and the first one is reported.  For
 *	  the overlaps of one date with the next, which are looked for last, all
 *	  the rest must be right: a date that could not be read would make some
 *	  that are none.
 */
#include "workcal.h"

#include <string.h>

#include "json.h"
#include "workcal_text.h"

#define MAX_SHIFTS 64  /* of a day */
#define MAX_NAME   200 /* characters */
#define MAX_UTF8   4   /* bytes of a character */

#define NO_INDEX (-1)

typedef enum RootKey
{
	KEY_TZ,
	KEY_WEEK,
	KEY_DAYS,
	KEY_FROM,
	KEY_TO,
	KEY_PROVISIONAL,
	KEY_WORKDAY,
	ROOT_KEYS
} RootKey;

static const char root_name[ROOT_KEYS][12] = {
    "tz", "week", "days", "from", "to", "provisional", "workday"};

typedef enum DayKey
{
	KEY_NAME,
	KEY_HOURS,
	KEY_LIKE,
	DAY_KEYS
} DayKey;

static const char day_name[DAY_KEYS][6] = {"name", "hours", "like"};

/* A date, with the place of its key */
typedef struct Entry
{
	WorkcalDay day;
	JsonSpan key;
} Entry;

/* Where the earliest and the latest shift of a day stand */
typedef struct Ends
{
	JsonSpan first;
	JsonSpan last;
	int first_index;
	int last_index;
} Ends;

typedef struct Reader
{
	JsonReader json;
	WorkcalRules *rules;
	WorkcalFault *fault;
	bool no_memory;
	JsonPath path; /* of the value that is being read */
	Entry *entries;
	size_t nentries;
	size_t entries_room;
	size_t shifts_room;
	size_t names_room;
	JsonSpan value[ROOT_KEYS];
	bool seen[ROOT_KEYS];
	bool read[ROOT_KEYS]; /* and a date */
} Reader;

/* ---- faults ---- */

/* Report a fault, unless there is one at an earlier place. */
static void
report(Reader *r, WorkcalStatus status, JsonSpan span, int index)
{
	WorkcalFault *fault = r->fault;

	if (fault->status != WORKCAL_OK && fault->from <= span.from)
		return;
	fault->status = status;
	fault->from = span.from;
	fault->to = span.to;
	memcpy(fault->path, r->path.text, r->path.length);
	fault->path[r->path.length] = '\0';
	if (index != NO_INDEX)
		json_path_index(fault->path, index);
}

static size_t
push(Reader *r, const char *key)
{
	return json_path_push(&r->path, key, strlen(key));
}

/* a known key, a date and whatever else is there */
_Static_assert(sizeof("days.2026-02-30.") + JSON_WORD + sizeof("…[64]") <=
                   WORKCAL_PATH,
               "the longest path fits");

/* ---- pieces ---- */

/* Does a value of the right type stand here?  If not, it is gone over. */
static bool
expect(Reader *r, char first, int index)
{
	if (json_peek(&r->json) == first)
		return true;
	report(r, WORKCAL_TYPE, json_skip(&r->json), index);
	return false;
}

static bool
take_word(Reader *r, JsonWord *word, int index)
{
	if (!expect(r, '"', index))
		return false;
	json_word(&r->json, word);
	return true;
}

static bool
next(Reader *r, char close)
{
	return !r->no_memory && json_next(&r->json, close);
}

/* Room for more elements behind those in use; NULL if there is no memory. */
static void *
reserve(Reader *r, void *block, size_t used, size_t more, size_t unit,
        size_t *room)
{
	size_t wanted = *room < 64 ? 64 : *room;
	void *larger;

	if (block != NULL && *room - used >= more)
		return block;
	while (wanted - used < more || wanted == *room)
		wanted *= 2;
	larger = r->rules->memory.resize(r->rules->memory.context, block,
	                                 wanted * unit);
	if (larger == NULL)
		r->no_memory = true;
	else
		*room = wanted;
	return larger;
}

static void
release(const WorkcalMemory *memory, void *block)
{
	if (block != NULL)
		(void) memory->resize(memory->context, block, 0);
}

/* ---- hours, week, days ---- */

/* Put a shift in its place among those of its day, unless it overlaps one. */
static bool
insert_shift(Reader *r, WorkcalHours *hours, WorkcalShift shift,
             const JsonWord *word, int index, Ends *ends)
{
	WorkcalShift *shifts = reserve(r, r->rules->shifts, r->rules->nshifts, 1,
	                               sizeof(*shifts), &r->shifts_room);
	WorkcalShift *own;
	uint32_t i = hours->count;

	if (shifts == NULL)
		return true;
	r->rules->shifts = shifts;
	own = shifts + hours->first;
	while (i > 0 && own[i - 1].from > shift.from)
		i--;
	if ((i > 0 && own[i - 1].to > shift.from) ||
	    (i < hours->count && shift.to > own[i].from))
		return false;
	if (i == 0)
	{
		ends->first = word->span;
		ends->first_index = index;
	}
	if (i == hours->count)
	{
		ends->last = word->span;
		ends->last_index = index;
	}
	memmove(own + i + 1, own + i, (hours->count - i) * sizeof(*own));
	own[i] = shift;
	hours->count++;
	r->rules->nshifts++;
	return true;
}

static void
read_hours(Reader *r, WorkcalHours *hours, Ends *ends)
{
	int index;

	hours->first = r->rules->nshifts;
	hours->count = 0;
	if (!expect(r, '[', NO_INDEX))
		return;
	json_enter(&r->json);
	for (index = 0; next(r, ']'); index++)
	{
		WorkcalShift shift = {0, 0};
		WorkcalStatus status;
		JsonWord word;

		if (index >= MAX_SHIFTS)
		{
			JsonSpan span = json_skip(&r->json);

			if (index == MAX_SHIFTS)
				report(r, WORKCAL_RANGE, span, index);
			continue;
		}
		if (!take_word(r, &word, index))
			continue;
		status = workcal_read_shift(word.text, word.length, &shift);
		if (status == WORKCAL_OK &&
		    !insert_shift(r, hours, shift, &word, index, ends))
			status = WORKCAL_OVERLAP;
		if (status != WORKCAL_OK)
			report(r, status, word.span, index);
	}
}

/* Do the shifts of a day run into those of the next? */
static bool
runs_into(const WorkcalRules *rules, const WorkcalHours *day,
          const WorkcalHours *next_day)
{
	return day->count > 0 && next_day->count > 0 &&
	       rules->shifts[day->first + day->count - 1].to -
	               WORKCAL_DAY_SECONDS >
	           rules->shifts[next_day->first].from;
}

/*
 * Night shifts that run into the next weekday, Sunday's into Monday: at fault
 * is the later in the text of the night's shift and the morning's first.
 */
static void
check_week(Reader *r, const Ends ends[7])
{
	int i;

	for (i = 0; i < 7; i++)
	{
		int j = (i + 1) % 7;
		bool later = ends[j].first.from > ends[i].last.from;
		size_t before;

		if (!runs_into(r->rules, &r->rules->week[i], &r->rules->week[j]))
			continue;
		before = push(r, workcal_weekday_name[later ? j : i]);
		report(r, WORKCAL_OVERLAP, later ? ends[j].first : ends[i].last,
		       later ? ends[j].first_index : ends[i].last_index);
		r->path.length = before;
	}
}

static void
read_week(Reader *r)
{
	Ends ends[7];
	bool seen[7] = {false};
	size_t before = r->path.length;

	memset(ends, 0, sizeof(ends));
	if (!expect(r, '{', NO_INDEX))
		return;
	json_enter(&r->json);
	while (next(r, '}'))
	{
		JsonWord key;
		int i;

		json_key(&r->json, &key);
		json_path_word(&r->path, &key);
		i = workcal_read_weekday(key.text, key.length);
		if (i < 7 && !seen[i])
		{
			seen[i] = true;
			read_hours(r, &r->rules->week[i], &ends[i]);
		}
		else
		{
			report(r, i < 7 ? WORKCAL_DUPLICATE : WORKCAL_KEY, key.span,
			       NO_INDEX);
			(void) json_skip(&r->json);
		}
		r->path.length = before;
	}
	if (!r->no_memory)
		check_week(r, ends);
}

static void
read_like(Reader *r, WorkcalDay *day)
{
	JsonWord word;
	int weekday;

	if (!take_word(r, &word, NO_INDEX))
		return;
	weekday = workcal_read_weekday(word.text, word.length);
	if (weekday < 7)
		day->like = weekday;
	else
		report(r, WORKCAL_WEEKDAY, word.span, NO_INDEX);
}

static void
read_name(Reader *r, WorkcalDay *day)
{
	WorkcalRules *rules = r->rules;
	JsonSpan span;
	size_t stored;
	size_t length;
	size_t characters = 0;
	size_t i;
	char *names;

	if (!expect(r, '"', NO_INDEX))
		return;
	names = reserve(r, rules->names, rules->names_length, MAX_NAME * MAX_UTF8,
	                1, &r->names_room);
	if (names == NULL)
		return;
	rules->names = names;
	names += rules->names_length;
	length = json_string(&r->json, names, MAX_NAME * MAX_UTF8, &stored, &span);
	for (i = 0; i < stored; i++)
		if (((unsigned char) names[i] & 0xC0) != 0x80)
			characters++;
	if (stored < length || characters > MAX_NAME)
	{
		report(r, WORKCAL_RANGE, span, NO_INDEX);
		return;
	}
	day->name = rules->names_length;
	day->name_length = (uint32_t) stored;
	rules->names_length += (uint32_t) stored;
}

/* Report that a key is not there where its object ends. */
static void
report_missing(Reader *r, const char *key)
{
	JsonSpan end = {r->json.at - 1, r->json.at};
	size_t before = push(r, key);

	report(r, WORKCAL_MISSING, end, NO_INDEX);
	r->path.length = before;
}

/* {"name": …, "hours": … } or {"name": …, "like": … } */
static void
read_named_day(Reader *r, WorkcalDay *day)
{
	bool seen[DAY_KEYS] = {false};
	size_t before = r->path.length;
	Ends ends;

	json_enter(&r->json);
	while (next(r, '}'))
	{
		JsonWord key;
		int i;
		int said;
		bool again;

		json_key(&r->json, &key);
		json_path_word(&r->path, &key);
		i = json_find(&key, day_name[0], DAY_KEYS, sizeof(day_name[0]));
		said = i == KEY_LIKE ? KEY_HOURS : i; /* one or the other */
		again = said < DAY_KEYS && seen[said];
		if (i >= DAY_KEYS || again)
		{
			report(r, again ? WORKCAL_DUPLICATE : WORKCAL_KEY, key.span,
			       NO_INDEX);
			(void) json_skip(&r->json);
		}
		else
		{
			seen[said] = true;
			if (i == KEY_NAME)
				read_name(r, day);
			else if (i == KEY_HOURS)
				read_hours(r, &day->hours, &ends);
			else
				read_like(r, day);
		}
		r->path.length = before;
	}
	if (!r->no_memory && !seen[KEY_HOURS])
		report_missing(r, day_name[KEY_HOURS]);
}

static void
read_day(Reader *r, WorkcalDay *day)
{
	Ends ends;

	if (json_peek(&r->json) == '[')
		read_hours(r, &day->hours, &ends);
	else if (json_peek(&r->json) == '"')
		read_like(r, day);
	else if (json_peek(&r->json) == '{')
		read_named_day(r, day);
	else
		report(r, WORKCAL_TYPE, json_skip(&r->json), NO_INDEX);
}

static void
read_days(Reader *r)
{
	size_t before = r->path.length;

	if (!expect(r, '{', NO_INDEX))
		return;
	json_enter(&r->json);
	while (next(r, '}'))
	{
		JsonWord key;
		Entry entry = {.day = {.like = WORKCAL_OWN_HOURS}};
		Entry *entries;
		WorkcalStatus status;

		json_key(&r->json, &key);
		json_path_word(&r->path, &key);
		status = workcal_read_date(key.text, key.length, &entry.day.day);
		if (status == WORKCAL_OK)
			read_day(r, &entry.day);
		else
		{
			/* no horizon reaches as far as a date out of range */
			report(r, status == WORKCAL_RANGE ? WORKCAL_HORIZON : status,
			       key.span, NO_INDEX);
			(void) json_skip(&r->json);
		}
		r->path.length = before;
		if (status != WORKCAL_OK)
			continue;
		entry.key = key.span;
		entries = reserve(r, r->entries, r->nentries, 1, sizeof(*entries),
		                  &r->entries_room);
		if (entries == NULL)
			return;
		r->entries = entries;
		entries[r->nentries++] = entry;
	}
}

/* ---- the other keys ---- */

static void
read_zone(Reader *r)
{
	char *zone = r->rules->zone;
	JsonSpan span;
	size_t stored;
	size_t length;

	if (!expect(r, '"', NO_INDEX))
		return;
	length = json_string(&r->json, zone, WORKCAL_MAX_ZONE, &stored, &span);
	zone[stored] = '\0';
	if (stored < length || !workcal_zone_valid(zone, stored))
		report(r, WORKCAL_ZONE, span, NO_INDEX);
}

static void
read_date(Reader *r, RootKey key, int32_t *day)
{
	JsonWord word;
	WorkcalStatus status;

	if (!take_word(r, &word, NO_INDEX))
		return;
	status = workcal_read_date(word.text, word.length, day);
	r->read[key] = status == WORKCAL_OK;
	if (status != WORKCAL_OK)
		report(r, status, word.span, NO_INDEX);
}

static void
read_nominal(Reader *r)
{
	JsonWord word;
	int32_t seconds = 0;

	if (!take_word(r, &word, NO_INDEX))
		return;
	if (word.length == 0 ||
	    workcal_read_clock(word.text, word.length, &seconds) != word.length)
		report(r, WORKCAL_SHIFT, word.span, NO_INDEX);
	else if (seconds == 0)
		report(r, WORKCAL_RANGE, word.span, NO_INDEX);
	else
		r->rules->nominal = seconds;
}

static void
read_root_value(Reader *r, RootKey key)
{
	WorkcalRules *rules = r->rules;

	if (key == KEY_TZ)
		read_zone(r);
	else if (key == KEY_WEEK)
		read_week(r);
	else if (key == KEY_DAYS)
		read_days(r);
	else if (key == KEY_WORKDAY)
		read_nominal(r);
	else
		read_date(r, key,
		          key == KEY_FROM ? &rules->from
		          : key == KEY_TO ? &rules->to
		                          : &rules->provisional);
}

static void
read_root(Reader *r)
{
	int i;

	if (!expect(r, '{', NO_INDEX))
		return;
	json_enter(&r->json);
	while (next(r, '}'))
	{
		JsonWord key;

		json_key(&r->json, &key);
		json_path_word(&r->path, &key);
		i = json_find(&key, root_name[0], ROOT_KEYS, sizeof(root_name[0]));
		if (i == ROOT_KEYS || r->seen[i])
		{
			report(r, i == ROOT_KEYS ? WORKCAL_KEY : WORKCAL_DUPLICATE,
			       key.span, NO_INDEX);
			(void) json_skip(&r->json);
		}
		else
		{
			r->seen[i] = true;
			r->value[i].from = r->json.at;
			read_root_value(r, (RootKey) i);
			r->value[i].to = r->json.at;
		}
		r->path.length = 0;
	}
	for (i = 0; i < ROOT_KEYS && !r->no_memory; i++)
		if (!r->seen[i] &&
		    (i == KEY_TZ || i == KEY_WEEK || i == KEY_FROM || i == KEY_TO))
			report_missing(r, root_name[i]);
}

/* ---- what shows at the end ---- */

static bool
entry_before(const Entry *a, const Entry *b)
{
	return a->day.day < b->day.day ||
	       (a->day.day == b->day.day && a->key.from < b->key.from);
}

static void
sift(Entry *entries, size_t root, size_t n)
{
	Entry entry = entries[root];

	for (;;)
	{
		size_t child = 2 * root + 1;

		if (child >= n)
			break;
		if (child + 1 < n &&
		    entry_before(&entries[child], &entries[child + 1]))
			child++;
		if (!entry_before(&entry, &entries[child]))
			break;
		entries[root] = entries[child];
		root = child;
	}
	entries[root] = entry;
}

/* Heapsort: never quadratic, no memory.  Most texts are in order, though. */
static void
sort_entries(Entry *entries, size_t n)
{
	size_t i = 1;

	while (i < n && entry_before(&entries[i - 1], &entries[i]))
		i++;
	if (i >= n)
		return;
	for (i = n / 2; i > 0; i--)
		sift(entries, i - 1, n);
	for (i = n - 1; i > 0; i--)
	{
		Entry last = entries[i];

		entries[i] = entries[0];
		entries[0] = last;
		sift(entries, 0, i);
	}
}

static void
report_at(Reader *r, WorkcalStatus status, RootKey key)
{
	(void) push(r, root_name[key]);
	report(r, status, r->value[key], NO_INDEX);
	r->path.length = 0;
}

static void
report_entry(Reader *r, WorkcalStatus status, const Entry *entry)
{
	char date[10];

	workcal_put_date(entry->day.day, date);
	(void) push(r, root_name[KEY_DAYS]);
	(void) json_path_push(&r->path, date, sizeof(date));
	report(r, status, entry->key, NO_INDEX);
	r->path.length = 0;
}

static void
check_horizon(Reader *r)
{
	const WorkcalRules *rules = r->rules;
	size_t i;

	for (i = 1; i < r->nentries; i++)
		if (r->entries[i].day.day == r->entries[i - 1].day.day)
			report_entry(r, WORKCAL_DUPLICATE, &r->entries[i]);
	if (!r->read[KEY_FROM] || !r->read[KEY_TO])
		return;
	if (rules->to < rules->from)
	{
		report_at(r, WORKCAL_INVERTED, KEY_TO);
		return;
	}
	if (rules->to - rules->from >= WORKCAL_MAX_DAYS)
		report_at(r, WORKCAL_RANGE, KEY_TO);
	if (r->read[KEY_PROVISIONAL] && (rules->provisional < rules->from ||
	                                 rules->provisional > rules->to + 1))
		report_at(r, WORKCAL_HORIZON, KEY_PROVISIONAL);
	for (i = 0; i < r->nentries; i++)
		if (r->entries[i].day.day < rules->from ||
		    r->entries[i].day.day > rules->to)
			report_entry(r, WORKCAL_HORIZON, &r->entries[i]);
}

/*
 * Night shifts that run into the next date, where one of the two is not like
 * its weekday; of two that are not, the later in the text is at fault.
 */
static void
check_nights(Reader *r)
{
	const WorkcalRules *rules = r->rules;
	size_t i;

	for (i = 0; i < r->nentries; i++)
	{
		const Entry *entry = &r->entries[i];
		const Entry *fault = entry;
		int32_t day = entry->day.day;
		WorkcalHours other;

		if (day > rules->from)
		{
			other = rules->week[workcal_weekday(day - 1)];
			if (i > 0 && entry[-1].day.day == day - 1)
			{
				other = entry[-1].day.hours;
				if (entry[-1].key.from > entry->key.from)
					fault = entry - 1;
			}
			if (runs_into(rules, &other, &entry->day.hours))
				report_entry(r, WORKCAL_OVERLAP, fault);
		}
		if (day < rules->to &&
		    (i + 1 == r->nentries || entry[1].day.day != day + 1))
		{
			other = rules->week[workcal_weekday(day + 1)];
			if (runs_into(rules, &entry->day.hours, &other))
				report_entry(r, WORKCAL_OVERLAP, entry);
		}
	}
}

static void
check_all(Reader *r)
{
	size_t i;

	sort_entries(r->entries, r->nentries);
	check_horizon(r);
	if (r->fault->status != WORKCAL_OK)
		return;
	for (i = 0; i < r->nentries; i++)
		if (r->entries[i].day.like != WORKCAL_OWN_HOURS)
			r->entries[i].day.hours = r->rules->week[r->entries[i].day.like];
	check_nights(r);
}

/* Hand the dates over. */
static void
keep_days(Reader *r)
{
	WorkcalRules *rules = r->rules;
	size_t room = 0;

	if (r->nentries == 0)
		return;
	rules->days =
	    reserve(r, NULL, 0, r->nentries, sizeof(*rules->days), &room);
	if (rules->days == NULL)
		return;
	for (; rules->ndays < r->nentries; rules->ndays++)
		rules->days[rules->ndays] = r->entries[rules->ndays].day;
}

bool
workcal_parse(const char *text, size_t len, const WorkcalMemory *memory,
              WorkcalRules *rules, WorkcalFault *fault)
{
	Reader r;
	JsonSpan span = {0, 0};
	JsonStatus status;

	memset(rules, 0, sizeof(*rules));
	rules->memory = *memory;
	rules->provisional = WORKCAL_NEVER;
	memset(fault, 0, sizeof(*fault));
	memset(&r, 0, sizeof(r));
	r.json.text = text;
	r.json.len = len;
	r.rules = rules;
	r.fault = fault;

	status = len > INT32_MAX ? JSON_DEPTH : json_check(&r.json, &span);
	if (status != JSON_OK)
		report(&r, status == JSON_SYNTAX ? WORKCAL_SYNTAX : WORKCAL_RANGE,
		       span, NO_INDEX);
	else
	{
		read_root(&r);
		if (!r.no_memory)
			check_all(&r);
		if (!r.no_memory && fault->status == WORKCAL_OK)
			keep_days(&r);
	}
	release(memory, r.entries);
	if (r.no_memory)
	{
		memset(fault, 0, sizeof(*fault));
		fault->status = WORKCAL_NO_MEMORY;
	}
	if (fault->status == WORKCAL_OK)
		return true;
	workcal_free(rules);
	return false;
}

void
workcal_free(WorkcalRules *rules)
{
	WorkcalMemory memory = rules->memory;

	release(&memory, rules->shifts);
	release(&memory, rules->days);
	release(&memory, rules->names);
	memset(rules, 0, sizeof(*rules));
	rules->memory = memory;
}
