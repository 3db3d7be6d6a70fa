/*
 * workcal_texts.h
 *	  Random calendars for the tests of their text form: as plain lists, as
 *	  texts in many spellings, and a slow way to see whether shifts overlap.
 */
#ifndef CIVICGRID_TEST_WORKCAL_TEXTS_H
#define CIVICGRID_TEST_WORKCAL_TEXTS_H

#include <stdlib.h>

#include "core/workcal.h"
#include "tap.h"

#define LIST_SHIFTS 5
#define LIST_DAYS   24
#define LIST_TEXT   65536

/* Memory that counts its blocks and fails when told to */
typedef struct TestHeap
{
	long blocks;
	long calls;   /* that wanted memory */
	long fail_at; /* the call that fails, and all that follow; 0 for none */
} TestHeap;

static inline void *
heap_resize(void *context, void *block, size_t size)
{
	TestHeap *heap = context;

	if (size == 0)
	{
		if (block == NULL)
			abort(); /* nothing to free */
		heap->blocks--;
		free(block);
		return NULL;
	}
	heap->calls++;
	if (heap->fail_at > 0 && heap->calls >= heap->fail_at)
		return NULL;
	if (block == NULL)
		heap->blocks++;
	return realloc(block, size);
}

typedef struct ListHours
{
	int n;
	WorkcalShift shifts[LIST_SHIFTS];
} ListHours;

typedef struct ListDay
{
	int32_t day;
	int like;
	ListHours hours;
	char name[32];
} ListDay;

typedef struct ListCalendar
{
	const char *zone;
	ListHours week[7];
	int ndays;
	ListDay days[LIST_DAYS];
	int32_t from;
	int32_t to;
	int32_t provisional;
	int32_t nominal;
} ListCalendar;

static inline uint32_t
below(uint64_t *seed, uint32_t n)
{
	return n == 0 ? 0 : (uint32_t) (next_random(seed) % n);
}

/* Shifts at random hours, ascending and mostly without overlaps */
static inline void
random_hours(uint64_t *seed, ListHours *hours)
{
	static const int32_t unit[] = {3600, 1800, 60, 1};
	int32_t u = unit[below(seed, 4)];
	int32_t end = 0;
	bool careless = below(seed, 40) == 0;
	int n = (int) below(seed, LIST_SHIFTS + 1);

	hours->n = 0;
	while (hours->n < n)
	{
		WorkcalShift *shift = &hours->shifts[hours->n];
		int32_t room = (86400 - end) / u;

		shift->from = careless ? (int32_t) below(seed, 86400)
		                       : end + (int32_t) below(seed, room / 2 + 1) * u;
		if (shift->from >= 86400)
			return;
		shift->to = shift->from + 1 + (int32_t) below(seed, 6 * 3600 / u) * u;
		if (below(seed, 3) > 0)
			shift->to = (shift->to + 1799) / 1800 * 1800;
		if (shift->to <= shift->from)
			shift->to = shift->from + 1;
		if (shift->to > shift->from + 86399)
			shift->to = shift->from + 86399;
		if (shift->to > 86400 && below(seed, 3) > 0)
			shift->to = 86400;
		end = shift->to;
		hours->n++;
		if (end >= 86400 && !careless)
			return;
	}
}

static inline int
compare_days(const void *a, const void *b)
{
	int32_t x = ((const ListDay *) a)->day;
	int32_t y = ((const ListDay *) b)->day;

	return (x > y) - (x < y);
}

static inline void
random_calendar(uint64_t *seed, ListCalendar *c)
{
	static const char *const zones[] = {"Asia/Shanghai", "UTC", "Etc/GMT+8",
	                                    "America/Port-au-Prince", "GB-Eire"};
	static const char *const names[] = {"",
	                                    "春节",
	                                    "国庆节、中秋节",
	                                    "a \"b\" \\ c",
	                                    "x\n\t\b\f\r\x01\x1F/",
	                                    "\x7F\xF0\x9F\x8E\x86"};
	int i;

	memset(c, 0, sizeof(*c));
	c->zone = zones[below(seed, 5)];
	c->from = WORKCAL_MIN_DAY + (int32_t) below(seed, 365000);
	c->to = c->from + (int32_t) below(seed, below(seed, 5) == 0 ? 36525 : 40);
	if (c->to > WORKCAL_MAX_DAY)
		c->to = WORKCAL_MAX_DAY;
	c->provisional = WORKCAL_NEVER;
	if (below(seed, 3) == 0 && c->to < WORKCAL_MAX_DAY)
		c->provisional =
		    c->from + (int32_t) below(seed, (uint32_t) (c->to - c->from + 2));
	if (below(seed, 2) == 0)
		c->nominal = 1 + (int32_t) below(seed, 86400);
	for (i = 0; i < 7; i++)
		random_hours(seed, &c->week[i]);
	c->ndays = (int) below(seed, LIST_DAYS + 1);
	for (i = 0; i < c->ndays; i++)
	{
		ListDay *day = &c->days[i];

		day->day =
		    c->from + (int32_t) below(seed, (uint32_t) (c->to - c->from + 1));
		day->like = WORKCAL_OWN_HOURS;
		if (below(seed, 2) == 0)
			day->like = (int) below(seed, 7);
		else
			random_hours(seed, &day->hours);
		strcpy(day->name, names[below(seed, 6)]);
	}
	qsort(c->days, (size_t) c->ndays, sizeof(ListDay), compare_days);
	for (i = 1; i < c->ndays;)
		if (c->days[i].day == c->days[i - 1].day)
		{
			c->ndays--;
			memmove(&c->days[i], &c->days[i + 1],
			        (size_t) (c->ndays - i) * sizeof(ListDay));
		}
		else
			i++;
}

/* ---- the same in words ---- */

/* How it is spelt: 0 is the canonical way */
typedef struct Spelling
{
	uint64_t *seed; /* NULL for the canonical way */
	char *out;
	size_t n;
} Spelling;

static inline bool
chance(Spelling *s, uint32_t of)
{
	return s->seed != NULL && below(s->seed, of) == 0;
}

static inline void
say_space(Spelling *s)
{
	while (chance(s, 8))
		s->out[s->n++] = " \t\r\n"[below(s->seed, 4)];
}

static inline void
say(Spelling *s, const char *text)
{
	say_space(s);
	s->n += (size_t) sprintf(s->out + s->n, "%s", text);
	say_space(s);
}

static inline void
say_string(Spelling *s, const char *text)
{
	static const char plain[] = "b\bf\fn\nr\rt\t\"\"\\\\";
	const char *c;

	say_space(s);
	s->out[s->n++] = '"';
	for (c = text; *c != '\0'; c++)
	{
		unsigned char byte = (unsigned char) *c;
		const char *e;

		for (e = plain; *e != '\0' && e[1] != *c; e += 2)
			;
		if (byte < 0x80 && chance(s, 10))
			s->n += (size_t) sprintf(s->out + s->n,
			                         below(s->seed, 2) ? "\\u%04x" : "\\u%04X",
			                         (unsigned) byte);
		else if (*c == '/' && chance(s, 2))
			s->n += (size_t) sprintf(s->out + s->n, "\\/");
		else if (*e != '\0')
			s->n += (size_t) sprintf(s->out + s->n, "\\%c", *e);
		else if (byte < 0x20)
			s->n += (size_t) sprintf(s->out + s->n, "\\u%04x", byte);
		else if (strncmp(c, "春", 3) == 0 && chance(s, 2))
		{
			s->n += (size_t) sprintf(s->out + s->n, "\\u6625");
			c += 2;
		}
		else if (strncmp(c, "\xF0\x9F\x8E\x86", 4) == 0 && chance(s, 2))
		{
			s->n += (size_t) sprintf(s->out + s->n, "\\uD83C\\udf86");
			c += 3;
		}
		else
			s->out[s->n++] = *c;
	}
	s->out[s->n++] = '"';
	s->out[s->n] = '\0';
	say_space(s);
}

static inline void
say_date(Spelling *s, int32_t day)
{
	char text[16];
	int32_t y;
	int32_t m;
	int32_t d;

	workcal_date_of(day, &y, &m, &d);
	snprintf(text, sizeof(text), "%04d-%02d-%02d", (int) y % 10000,
	         (int) m % 100, (int) d % 100);
	say_string(s, text);
}

static inline int
clock_text(Spelling *s, int32_t seconds, char *out)
{
	int n = sprintf(out, "%02d:%02d", (int) (seconds / 3600),
	                (int) (seconds / 60 % 60));

	if (seconds % 60 != 0 || chance(s, 4))
		n += sprintf(out + n, ":%02d", (int) (seconds % 60));
	return n;
}

/* An order of n things at random */
static inline void
shuffle(Spelling *s, int *order, int n)
{
	int i;

	for (i = 0; i < n; i++)
	{
		int j = s->seed == NULL ? i : (int) below(s->seed, (uint32_t) i + 1);

		order[i] = order[j];
		order[j] = i;
	}
}

static inline void
say_hours(Spelling *s, const ListHours *hours)
{
	int order[LIST_SHIFTS];
	int i;

	shuffle(s, order, hours->n);
	say(s, "[");
	for (i = 0; i < hours->n; i++)
	{
		WorkcalShift shift = hours->shifts[order[i]];
		char text[32];
		int n = clock_text(s, shift.from, text);

		if (i > 0)
			say(s, ",");
		text[n++] = '-';
		if (shift.to == 86400 && shift.from > 0 && chance(s, 2))
			shift.to = 0;
		clock_text(s, shift.to > 86400 ? shift.to - 86400 : shift.to,
		           text + n);
		say_string(s, text);
	}
	say(s, "]");
}

static const char *const list_weekday[7] = {"mon", "tue", "wed", "thu",
                                            "fri", "sat", "sun"};

static inline void
say_day(Spelling *s, const ListDay *day)
{
	bool object = day->name[0] != '\0' || chance(s, 2);
	bool behind = chance(s, 2); /* the name */

	say_date(s, day->day);
	say(s, ":");
	if (object)
	{
		say(s, "{");
		if (!behind && (day->name[0] != '\0' || chance(s, 2)))
		{
			say_string(s, "name");
			say(s, ":");
			say_string(s, day->name);
			say(s, ",");
		}
		say_string(s, day->like >= 0 ? "like" : "hours");
		say(s, ":");
	}
	if (day->like >= 0)
		say_string(s, list_weekday[day->like]);
	else
		say_hours(s, &day->hours);
	if (object && behind && (day->name[0] != '\0' || chance(s, 2)))
	{
		say(s, ",");
		say_string(s, "name");
		say(s, ":");
		say_string(s, day->name);
	}
	if (object)
		say(s, "}");
}

static inline void
say_week(Spelling *s, const ListCalendar *c)
{
	int order[7];
	bool first = true;
	int i;

	shuffle(s, order, 7);
	say(s, "{");
	for (i = 0; i < 7; i++)
	{
		const ListHours *hours = &c->week[order[i]];

		if (hours->n == 0 && !chance(s, 2))
			continue;
		if (!first)
			say(s, ",");
		first = false;
		say_string(s, list_weekday[order[i]]);
		say(s, ":");
		say_hours(s, hours);
	}
	say(s, "}");
}

static inline void
say_days(Spelling *s, const ListCalendar *c)
{
	int order[LIST_DAYS];
	int i;

	shuffle(s, order, c->ndays);
	say(s, "{");
	for (i = 0; i < c->ndays; i++)
	{
		if (i > 0)
			say(s, ",");
		say_day(s, &c->days[order[i]]);
	}
	say(s, "}");
}

/* The text of a calendar, in any spelling or (seed NULL) the canonical one */
static inline size_t
calendar_text(const ListCalendar *c, uint64_t *seed, char *out)
{
	static const char *const keys[7] = {"tz", "week",        "days",   "from",
	                                    "to", "provisional", "workday"};
	Spelling s = {seed, out, 0};
	int order[7];
	bool first = true;
	int i;
	char text[16];

	shuffle(&s, order, 7);
	say(&s, "{");
	for (i = 0; i < 7; i++)
	{
		int key = order[i];

		if ((key == 2 && c->ndays == 0 && !chance(&s, 2)) ||
		    (key == 5 && c->provisional == WORKCAL_NEVER) ||
		    (key == 6 && c->nominal == 0))
			continue;
		if (!first)
			say(&s, ",");
		first = false;
		say_string(&s, keys[key]);
		say(&s, ":");
		if (key == 0)
			say_string(&s, c->zone);
		else if (key == 1)
			say_week(&s, c);
		else if (key == 2)
			say_days(&s, c);
		else if (key < 6)
			say_date(&s, key == 3   ? c->from
			             : key == 4 ? c->to
			                        : c->provisional);
		else
		{
			clock_text(&s, c->nominal, text);
			say_string(&s, text);
		}
	}
	say(&s, "}");
	return s.n;
}

/* ---- judging ---- */

static inline bool
hours_overlap(const WorkcalShift *a, int na, const WorkcalShift *b, int nb,
              int32_t shift_b, bool same)
{
	int i;
	int j;

	for (i = 0; i < na; i++)
		for (j = same ? i + 1 : 0; j < nb; j++)
			if (a[i].from < b[j].to + shift_b && b[j].from + shift_b < a[i].to)
				return true;
	return false;
}

static inline const ListHours *
list_hours(const ListCalendar *c, int32_t day)
{
	int i;

	for (i = 0; i < c->ndays; i++)
		if (c->days[i].day == day)
			return c->days[i].like >= 0 ? &c->week[c->days[i].like]
			                            : &c->days[i].hours;
	return &c->week[workcal_weekday(day)];
}

static inline bool
lists_overlap(const ListHours *a, const ListHours *b, int32_t shift_b)
{
	return hours_overlap(a->shifts, a->n, b->shifts, b->n, shift_b, a == b);
}

/* Does any shift overlap another, on any day? */
static inline bool
calendar_overlaps(const ListCalendar *c)
{
	int i;

	for (i = 0; i < 7; i++)
		if (lists_overlap(&c->week[i], &c->week[i], 0) ||
		    lists_overlap(&c->week[i], &c->week[(i + 1) % 7], 86400))
			return true;
	for (i = 0; i < c->ndays; i++)
	{
		int32_t day = c->days[i].day;
		const ListHours *own = list_hours(c, day);
		const ListHours *before = list_hours(c, day - 1);
		const ListHours *after = list_hours(c, day + 1);

		/* like calls for a weekday's list, which may be its neighbour's */
		if (lists_overlap(own, own, 0) ||
		    (day > c->from &&
		     hours_overlap(before->shifts, before->n, own->shifts, own->n,
		                   86400, false)) ||
		    (day < c->to && hours_overlap(own->shifts, own->n, after->shifts,
		                                  after->n, 86400, false)))
			return true;
	}
	return false;
}

static inline bool
hours_are(const WorkcalRules *rules, WorkcalHours hours, const ListHours *list)
{
	int i;
	int j;

	if ((int) hours.count != list->n)
		return false;
	for (i = 0; i < list->n; i++)
	{
		WorkcalShift shift = rules->shifts[hours.first + (uint32_t) i];

		for (j = 0; j < list->n; j++)
			if (list->shifts[j].from == shift.from &&
			    list->shifts[j].to == shift.to)
				break;
		if (j == list->n ||
		    (i > 0 &&
		     rules->shifts[hours.first + (uint32_t) i - 1].to > shift.from))
			return false;
	}
	return true;
}

/* Do the rules say what the lists say? */
static inline bool
rules_are(const WorkcalRules *rules, const ListCalendar *c)
{
	int i;

	if (strcmp(rules->zone, c->zone) != 0 || rules->from != c->from ||
	    rules->to != c->to || rules->provisional != c->provisional ||
	    rules->nominal != c->nominal || (int) rules->ndays != c->ndays)
		return false;
	for (i = 0; i < 7; i++)
		if (!hours_are(rules, rules->week[i], &c->week[i]))
			return false;
	for (i = 0; i < c->ndays; i++)
	{
		const WorkcalDay *day = &rules->days[i];

		if (day->day != c->days[i].day || day->like != c->days[i].like ||
		    day->name_length != strlen(c->days[i].name) ||
		    (day->name_length > 0 &&
		     memcmp(rules->names + day->name, c->days[i].name,
		            day->name_length) != 0) ||
		    !hours_are(rules, day->hours, list_hours(c, day->day)))
			return false;
	}
	return true;
}

static inline bool
same_hours(const WorkcalRules *a, WorkcalHours x, const WorkcalRules *b,
           WorkcalHours y)
{
	return x.count == y.count &&
	       (x.count == 0 || memcmp(a->shifts + x.first, b->shifts + y.first,
	                               x.count * sizeof(WorkcalShift)) == 0);
}

/* Do both say the same? */
static inline bool
same_rules(const WorkcalRules *a, const WorkcalRules *b)
{
	uint32_t i;

	if (strcmp(a->zone, b->zone) != 0 || a->from != b->from ||
	    a->to != b->to || a->provisional != b->provisional ||
	    a->nominal != b->nominal || a->ndays != b->ndays)
		return false;
	for (i = 0; i < 7; i++)
		if (!same_hours(a, a->week[i], b, b->week[i]))
			return false;
	for (i = 0; i < a->ndays; i++)
	{
		const WorkcalDay *x = &a->days[i];
		const WorkcalDay *y = &b->days[i];

		if (x->day != y->day || x->like != y->like ||
		    x->name_length != y->name_length ||
		    (x->name_length > 0 &&
		     memcmp(a->names + x->name, b->names + y->name, x->name_length) !=
		         0) ||
		    !same_hours(a, x->hours, b, y->hours))
			return false;
	}
	return true;
}

static inline bool
hours_sound(const WorkcalRules *rules, WorkcalHours hours)
{
	uint32_t i;

	if (hours.first > rules->nshifts ||
	    hours.count > rules->nshifts - hours.first)
		return false;
	for (i = 0; i < hours.count; i++)
	{
		const WorkcalShift *shift = &rules->shifts[hours.first + i];

		if (shift->from < 0 || shift->from >= 86400 ||
		    shift->to <= shift->from || shift->to > shift->from + 86400 ||
		    (i > 0 && shift[-1].to > shift->from))
			return false;
	}
	return true;
}

/* Whatever was read, are these rules that may be used? */
static inline bool
rules_sound(const WorkcalRules *rules)
{
	uint32_t i;
	int32_t day;

	if (rules->from < WORKCAL_MIN_DAY || rules->to > WORKCAL_MAX_DAY ||
	    rules->from > rules->to || rules->to - rules->from >= WORKCAL_MAX_DAYS)
		return false;
	for (i = 0; i < 7; i++)
		if (!hours_sound(rules, rules->week[i]))
			return false;
	for (i = 0; i < rules->ndays; i++)
		if (!hours_sound(rules, rules->days[i].hours) ||
		    rules->days[i].day < rules->from ||
		    rules->days[i].day > rules->to ||
		    (i > 0 && rules->days[i - 1].day >= rules->days[i].day) ||
		    rules->days[i].name_length > rules->names_length ||
		    rules->days[i].name >
		        rules->names_length - rules->days[i].name_length)
			return false;
	for (day = rules->from; day < rules->to; day++)
	{
		WorkcalHours a = workcal_hours(rules, day, NULL);
		WorkcalHours b = workcal_hours(rules, day + 1, NULL);

		if (a.count > 0 && b.count > 0 &&
		    hours_overlap(rules->shifts + a.first, (int) a.count,
		                  rules->shifts + b.first, (int) b.count, 86400,
		                  false))
			return false;
	}
	return true;
}

#endif /* CIVICGRID_TEST_WORKCAL_TEXTS_H */
