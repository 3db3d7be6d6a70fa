/*
 * workcal_text.c
 *	  The pieces that the text of a calendar is made of, and writing it; see
 *	  workcal_text.h.
 */
#include "workcal_text.h"

#include <string.h>

#include "json.h"

const char workcal_weekday_name[7][4] = {"mon", "tue", "wed", "thu",
                                         "fri", "sat", "sun"};

int
workcal_read_weekday(const char *text, size_t len)
{
	int i = 0;

	while (i < 7 &&
	       (len != 3 || memcmp(text, workcal_weekday_name[i], 3) != 0))
		i++;
	return i;
}

static int32_t
two_digits(const char *s)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return -1;
	return (s[0] - '0') * 10 + (s[1] - '0');
}

WorkcalStatus
workcal_read_date(const char *text, size_t len, int32_t *day)
{
	int32_t century;
	int32_t year;
	int32_t month;
	int32_t mday;

	if (len != 10 || text[4] != '-' || text[7] != '-')
		return WORKCAL_DATE;
	century = two_digits(text);
	year = two_digits(text + 2);
	month = two_digits(text + 5);
	mday = two_digits(text + 8);
	if (century < 0 || year < 0)
		return WORKCAL_DATE;
	year += century * 100;
	if (workcal_date_valid(year, month, mday))
	{
		*day = workcal_day_of(year, month, mday);
		return WORKCAL_OK;
	}
	/* leap years come again every 400 years */
	return workcal_date_valid(2000 + year % 400, month, mday) ? WORKCAL_RANGE
	                                                          : WORKCAL_DATE;
}

size_t
workcal_read_clock(const char *text, size_t len, int32_t *seconds)
{
	int32_t hour;
	int32_t minute;
	int32_t second = 0;
	size_t n = 5;

	if (len < n || text[2] != ':')
		return 0;
	hour = two_digits(text);
	minute = two_digits(text + 3);
	if (len > n && text[n] == ':')
	{
		n = 8;
		if (len < n)
			return 0;
		second = two_digits(text + 6);
	}
	if (hour < 0 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return 0;
	*seconds = hour * 3600 + minute * 60 + second;
	return *seconds <= WORKCAL_DAY_SECONDS ? n : 0;
}

WorkcalStatus
workcal_read_shift(const char *text, size_t len, WorkcalShift *shift)
{
	size_t n;

	n = workcal_read_clock(text, len, &shift->from);
	if (n == 0 || n == len || text[n] != '-' ||
	    shift->from == WORKCAL_DAY_SECONDS)
		return WORKCAL_SHIFT;
	n++;
	if (n + workcal_read_clock(text + n, len - n, &shift->to) != len ||
	    n == len)
		return WORKCAL_SHIFT;
	if (shift->to == shift->from)
		return WORKCAL_INVERTED;
	if (shift->to < shift->from)
		shift->to += WORKCAL_DAY_SECONDS; /* a night shift */
	return WORKCAL_OK;
}

bool
workcal_zone_valid(const char *zone, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                              "abcdefghijklmnopqrstuvwxyz0123456789_";
	bool begin = true;
	size_t i;

	for (i = 0; i < len; i++)
	{
		char c = zone[i];

		if (c == '\0' || (strchr(letters, c) == NULL &&
		                  (begin || strchr("+-./", c) == NULL)))
			return false;
		begin = c == '/';
	}
	return !begin;
}

/* ---- writing ---- */

static void
put_two(int32_t value, char *out)
{
	out[0] = (char) ('0' + value / 10);
	out[1] = (char) ('0' + value % 10);
}

void
workcal_put_date(int32_t day, char out[10])
{
	int32_t year;
	int32_t month;
	int32_t mday;

	workcal_date_of(day, &year, &month, &mday);
	put_two(year / 100, out);
	put_two(year % 100, out + 2);
	out[4] = '-';
	put_two(month, out + 5);
	out[7] = '-';
	put_two(mday, out + 8);
}

size_t
workcal_put_clock(int32_t seconds, char out[8])
{
	put_two(seconds / 3600, out);
	out[2] = ':';
	put_two(seconds / 60 % 60, out + 3);
	if (seconds % 60 == 0)
		return 5;
	out[5] = ':';
	put_two(seconds % 60, out + 6);
	return 8;
}

/* Only counts where there is no room */
typedef struct Writer
{
	char *out;
	size_t len;
} Writer;

static void
put(Writer *w, const char *text, size_t n)
{
	if (w->out != NULL)
		memcpy(w->out + w->len, text, n);
	w->len += n;
}

static void
put_text(Writer *w, const char *text)
{
	put(w, text, strlen(text));
}

static void
put_string(Writer *w, const char *text, size_t n)
{
	w->len += json_escape(text, n, w->out == NULL ? NULL : w->out + w->len);
}

static void
put_quoted_date(Writer *w, int32_t day)
{
	char text[10];

	workcal_put_date(day, text);
	put_string(w, text, sizeof(text));
}

/* An end on the next day is written as its time there, midnight as 24:00. */
static void
put_hours(Writer *w, const WorkcalRules *rules, WorkcalHours hours)
{
	uint32_t i;

	put_text(w, "[");
	for (i = 0; i < hours.count; i++)
	{
		WorkcalShift shift = rules->shifts[hours.first + i];
		char text[2 * 8 + 1];
		size_t n = workcal_put_clock(shift.from, text);

		text[n++] = '-';
		n += workcal_put_clock(shift.to > WORKCAL_DAY_SECONDS
		                           ? shift.to - WORKCAL_DAY_SECONDS
		                           : shift.to,
		                       text + n);
		if (i > 0)
			put_text(w, ",");
		put_string(w, text, n);
	}
	put_text(w, "]");
}

static void
put_week(Writer *w, const WorkcalRules *rules)
{
	bool first = true;
	int i;

	put_text(w, ",\"week\":{");
	for (i = 0; i < 7; i++)
	{
		if (rules->week[i].count == 0)
			continue;
		if (!first)
			put_text(w, ",");
		first = false;
		put_string(w, workcal_weekday_name[i], 3);
		put_text(w, ":");
		put_hours(w, rules, rules->week[i]);
	}
	put_text(w, "}");
}

static void
put_day(Writer *w, const WorkcalRules *rules, const WorkcalDay *day)
{
	bool like = day->like != WORKCAL_OWN_HOURS;

	put_quoted_date(w, day->day);
	put_text(w, ":");
	if (day->name_length > 0)
	{
		put_text(w, "{\"name\":");
		put_string(w, rules->names + day->name, day->name_length);
		put_text(w, like ? ",\"like\":" : ",\"hours\":");
	}
	if (like)
		put_string(w, workcal_weekday_name[day->like], 3);
	else
		put_hours(w, rules, day->hours);
	if (day->name_length > 0)
		put_text(w, "}");
}

static void
put_rules(Writer *w, const WorkcalRules *rules)
{
	char clock[8];
	uint32_t i;

	put_text(w, "{\"tz\":");
	put_string(w, rules->zone, strlen(rules->zone));
	put_week(w, rules);
	for (i = 0; i < rules->ndays; i++)
	{
		put_text(w, i == 0 ? ",\"days\":{" : ",");
		put_day(w, rules, &rules->days[i]);
	}
	put_text(w, i == 0 ? ",\"from\":" : "},\"from\":");
	put_quoted_date(w, rules->from);
	put_text(w, ",\"to\":");
	put_quoted_date(w, rules->to);
	if (rules->provisional != WORKCAL_NEVER)
	{
		put_text(w, ",\"provisional\":");
		put_quoted_date(w, rules->provisional);
	}
	if (rules->nominal != 0)
	{
		put_text(w, ",\"workday\":");
		put_string(w, clock, workcal_put_clock(rules->nominal, clock));
	}
	put_text(w, "}");
}

/* An end mark follows the text, which len does not count. */
char *
workcal_print(const WorkcalRules *rules, size_t *len)
{
	Writer w = {NULL, 0};

	put_rules(&w, rules);
	w.out = rules->memory.resize(rules->memory.context, NULL, w.len + 1);
	if (w.out == NULL)
		return NULL;
	w.len = 0;
	put_rules(&w, rules);
	w.out[w.len] = '\0';
	*len = w.len;
	return w.out;
}
