/*
 * workcal_json_test.c
 *	  The text form of calendars: random ones in many spellings against plain
 *	  lists, every fault with its place, memory that ends at every call, and
 *	  texts with random damage.
 */
#include "core/workcal.h"

#include "workcal_texts.h"

static TestHeap heap;
static const WorkcalMemory memory = {heap_resize, &heap};

static const char rest[] = ",\"from\":\"2026-01-01\",\"to\":\"2026-12-31\"}";

static bool
reads(const char *text, size_t len, WorkcalRules *rules, WorkcalFault *fault)
{
	/* a copy of its own, so that reading beyond the end is noticed */
	char *copy = malloc(len > 0 ? len : 1);
	bool read;

	memcpy(copy, text, len);
	memset(rules, 0xA5, sizeof(*rules));
	memset(fault, 0xA5, sizeof(*fault));
	read = workcal_parse(copy, len, &memory, rules, fault);
	free(copy);
	return read;
}

static void
prints(const char *text, const char *canonical)
{
	WorkcalRules rules;
	WorkcalFault fault;
	bool read = reads(text, strlen(text), &rules, &fault);
	size_t len = 0;
	char *out = read ? workcal_print(&rules, &len) : NULL;

	ok(read && fault.status == WORKCAL_OK && out != NULL &&
	       len == strlen(canonical) && strcmp(out, canonical) == 0,
	   "%s is written %s (got %s)", text, canonical,
	   out != NULL ? out : fault.path);
	if (out != NULL)
		heap_resize(&heap, out, 0);
	workcal_free(&rules);
}

/* The text fails at what stands there, the nth time (from 1) */
static void
fails_at(const char *text, WorkcalStatus status, const char *what, int nth,
         const char *path)
{
	WorkcalRules rules;
	WorkcalFault fault;
	bool read = reads(text, strlen(text), &rules, &fault);
	const char *at = text;
	size_t from;

	for (; nth > 1; nth--)
		at = strstr(at, what) + 1;
	from = *what == '\0' ? strlen(text) : (size_t) (strstr(at, what) - text);
	ok(!read && fault.status == status && fault.from == from &&
	       fault.to == from + strlen(what) && strcmp(fault.path, path) == 0,
	   "%.200s fails with %d at %zu, path %s (got %d at %zu to %zu, %s)", text,
	   status, from, path, fault.status, fault.from, fault.to, fault.path);
	workcal_free(&rules);
}

static void
fails(const char *text, WorkcalStatus status, const char *what,
      const char *path)
{
	fails_at(text, status, what, 1, path);
}

/* The same for a text that is whole but for its week or days */
static void
week_fails(const char *week, WorkcalStatus status, const char *what, int nth,
           const char *path)
{
	char text[8192];

	snprintf(text, sizeof(text), "{\"week\":%s,\"tz\":\"UTC\"%s", week, rest);
	fails_at(text, status, what, nth, path);
}

static void
days_fail(const char *days, WorkcalStatus status, const char *what, int nth,
          const char *path)
{
	char text[8192];

	/* Monday's night shift makes 2026-01-06, a Tuesday, a delicate date */
	snprintf(text, sizeof(text),
	         "{\"tz\":\"UTC\",\"week\":{\"mon\":[\"22:00-06:00\"],"
	         "\"wed\":[\"05:00-06:00\"]},\"days\":%s%s",
	         days, rest);
	fails_at(text, status, what, nth, path);
}

static void
test_canonical(void)
{
	prints("{\"tz\":\"UTC\",\"week\":{},\"from\":\"2026-01-01\","
	       "\"to\":\"2026-01-01\"}",
	       "{\"tz\":\"UTC\",\"week\":{},\"from\":\"2026-01-01\","
	       "\"to\":\"2026-01-01\"}");
	prints(" {\"workday\" : \"07:30:00\", \"to\":\"2027-12-31\",\"days\":{"
	       "\"2026-02-17\":{\"hours\":[],\"name\":\"\\u6625\\u8282\"},"
	       "\"2026-02-16\":[\"09:00:00-12:00\"],"
	       "\"2026-02-14\":{\"like\":\"mon\",\"name\":\"春节调休\"},"
	       "\"2026-01-05\":{\"name\":\"\",\"like\":\"tue\"},"
	       "\"2026-01-04\":\"mon\",\"2026-01-01\":[]},"
	       "\"provisional\":\"2027-01-01\",\"from\":\"2026-01-01\",\"week\":{"
	       "\"sun\":[],\"fri\":[\"22:00-00:00\",\"00:00-08:00:01\"],"
	       "\"mon\":[\"14:00-18:00\",\"09:00-12:00\",\"12:00-14:00\"],"
	       "\"tue\":[\"20:00-19:59:59\"]},\"tz\":\"Asia\\/Shanghai\"}\t",
	       "{\"tz\":\"Asia/Shanghai\",\"week\":{"
	       "\"mon\":[\"09:00-12:00\",\"12:00-14:00\",\"14:00-18:00\"],"
	       "\"tue\":[\"20:00-19:59:59\"],"
	       "\"fri\":[\"00:00-08:00:01\",\"22:00-24:00\"]},\"days\":{"
	       "\"2026-01-01\":[],\"2026-01-04\":\"mon\",\"2026-01-05\":\"tue\","
	       "\"2026-02-14\":{\"name\":\"春节调休\",\"like\":\"mon\"},"
	       "\"2026-02-16\":[\"09:00-12:00\"],"
	       "\"2026-02-17\":{\"name\":\"春节\",\"hours\":[]}},"
	       "\"from\":\"2026-01-01\",\"to\":\"2027-12-31\","
	       "\"provisional\":\"2027-01-01\",\"workday\":\"07:30\"}");
	prints("{\"tz\":\"Etc/GMT+8\",\"week\":{\"mon\":[\"00:00-24:00\"],"
	       "\"tue\":[\"00:00-24:00:00\"]},\"days\":{},"
	       "\"from\":\"1900-01-01\",\"to\":\"1999-12-31\","
	       "\"provisional\":\"2000-01-01\",\"workday\":\"24:00\"}",
	       "{\"tz\":\"Etc/GMT+8\",\"week\":{\"mon\":[\"00:00-24:00\"],"
	       "\"tue\":[\"00:00-24:00\"]},"
	       "\"from\":\"1900-01-01\",\"to\":\"1999-12-31\","
	       "\"provisional\":\"2000-01-01\",\"workday\":\"24:00\"}");
}

static void
test_syntax(void)
{
	fails("", WORKCAL_SYNTAX, "", "");
	fails("  ", WORKCAL_SYNTAX, "", "");
	fails("{\"tz\":\"UTC\"", WORKCAL_SYNTAX, "", "");
	fails("{\"tz\":\"UTC\",}", WORKCAL_SYNTAX, "}", "");
	fails("{\"tz\":1} x", WORKCAL_SYNTAX, "x", "");
	fails("{\"bad\":1,\"tz\":nul}", WORKCAL_SYNTAX, "n", "");
	fails("{\"tz\":\"\\ud800\"}", WORKCAL_SYNTAX, "\\ud800", "");
	fails("{'tz':1}", WORKCAL_SYNTAX, "'", "");
	fails("{“tz”:1}", WORKCAL_SYNTAX, "“", "");
	fails("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[(", WORKCAL_SYNTAX, "(", "");
}

static void
test_keys(void)
{
	fails("[]", WORKCAL_TYPE, "[]", "");
	fails("null", WORKCAL_TYPE, "null", "");
	fails("{}", WORKCAL_MISSING, "}", "tz");
	fails("{\"tz\":\"UTC\",\"to\":\"2026-01-01\",\"from\":\"2026-01-01\"}",
	      WORKCAL_MISSING, "}", "week");
	fails_at("{\"tz\":\"UTC\",\"week\":{},\"to\":\"2026-01-01\"} ",
	         WORKCAL_MISSING, "}", 2, "from");
	fails_at("{\"tz\":\"UTC\",\"week\":{},\"from\":\"2026-01-01\"}\t",
	         WORKCAL_MISSING, "}", 2, "to");
	fails("{\"tz\":\"UTC\",\"zone\":{\"a\":[1,2.5e-3,true]},\"tz\":1}",
	      WORKCAL_KEY, "\"zone\"", "zone");
	fails_at("{\"tz\":\"UTC\",\"t\\u007a\":1}", WORKCAL_DUPLICATE,
	         "\"t\\u007a\"", 1, "tz");
	fails("{\"\":1}", WORKCAL_KEY, "\"\"", "");
	fails("{\"a\\u0001\\n\":1}", WORKCAL_KEY, "\"a\\u0001\\n\"", "a??");
	fails("{\"tz\":8,\"week\":{}}", WORKCAL_TYPE, "8", "tz");
	fails("{\"tz\":\"UTC\",\"week\":[[], {}],\"from\":1}", WORKCAL_TYPE,
	      "[[], {}]", "week");
	fails("{\"days\":null}", WORKCAL_TYPE, "null", "days");
	fails("{\"workday\":8}", WORKCAL_TYPE, "8", "workday");
	fails("{\"workday\":\"8h\"}", WORKCAL_SHIFT, "\"8h\"", "workday");
	fails("{\"workday\":\"\"}", WORKCAL_SHIFT, "\"\"", "workday");
	fails("{\"workday\":\"08:00 \"}", WORKCAL_SHIFT, "\"08:00 \"", "workday");
	fails("{\"workday\":\"24:00:01\"}", WORKCAL_SHIFT, "\"24:00:01\"",
	      "workday");
	fails("{\"workday\":\"00:00\"}", WORKCAL_RANGE, "\"00:00\"", "workday");
	/* the first fault in the text, whenever it is found */
	fails("{\"to\":\"2026-01-01\",\"x\":0,\"from\":\"2026-01-02\"}",
	      WORKCAL_INVERTED, "\"2026-01-01\"", "to");
	fails("{\"days\":{\"2026-01-02\":[]},\"x\":0,\"from\":\"2026-01-01\","
	      "\"to\":\"2026-01-01\"}",
	      WORKCAL_HORIZON, "\"2026-01-02\"", "days.2026-01-02");
	fails("{\"days\":{\"2026-01-02\":[]},\"from\":\"2026-01-01\","
	      "\"x\":0,\"to\":\"2026-01-3\"}",
	      WORKCAL_KEY, "\"x\"", "x");
}

static void
test_zone(void)
{
	static const char *const bad[] = {"",    "/",    "a/", "/a",      "a//b",
	                                  "-a",  "a/-b", "..", "a/../b",  "a b",
	                                  "a:b", "时区", "+8", "a\\u0007"};
	char text[700];
	char quoted[400];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		snprintf(quoted, sizeof(quoted), "\"%s\"", bad[i]);
		snprintf(text, sizeof(text), "{\"tz\":%s}", quoted);
		fails(text, WORKCAL_ZONE, quoted, "tz");
	}
	memset(quoted, 'a', sizeof(quoted));
	quoted[0] = quoted[257] = '"';
	quoted[258] = '\0';
	snprintf(text, sizeof(text), "{\"tz\":%s}", quoted);
	fails(text, WORKCAL_ZONE, quoted, "tz");
	quoted[256] = '"';
	quoted[257] = '\0';
	snprintf(text, sizeof(text), "{\"tz\":%s,\"week\":{}%s", quoted, rest);
	prints(text, text);
}

static void
test_week(void)
{
	static const char *const bad[] = {
	    "",
	    "9:00-12:00",
	    "09:00",
	    "09:00-",
	    "09:00-12",
	    "09:00–12:00",
	    "09:00 -12:00",
	    "09:60-12:00",
	    "24:00-02:00",
	    "25:00-26:00",
	    "09:00-24:01",
	    "09:00-24:00:01",
	    "09:00-12:00:60",
	    "09:00-12:0:00",
	    "09:00-12:00-13:00",
	    "09:00:-12:00",
	    "-09:00-12:00",
	    "0９:00-12:00",
	    "09:00-12:00aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	char week[4096];
	char quoted[128];
	size_t i;
	size_t n;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		snprintf(quoted, sizeof(quoted), "\"%s\"", bad[i]);
		snprintf(week, sizeof(week), "{\"mon\":[\"12:00-13:00\", %s ]}",
		         quoted);
		week_fails(week, WORKCAL_SHIFT, quoted, 1, "week.mon[1]");
	}
	week_fails("{\"mon\":[\"09:00-09:00\"]}", WORKCAL_INVERTED,
	           "\"09:00-09:00\"", 1, "week.mon[0]");
	week_fails("{\"mon\":[\"00:00-00:00\"]}", WORKCAL_INVERTED,
	           "\"00:00-00:00\"", 1, "week.mon[0]");
	week_fails("{\"mon\":[\"09:00-10:00\",900]}", WORKCAL_TYPE, "900", 1,
	           "week.mon[1]");
	week_fails("{\"mon\":[[\"09:00\",\"10:00\"]]}", WORKCAL_TYPE,
	           "[\"09:00\",\"10:00\"]", 1, "week.mon[0]");
	week_fails("{\"mon\":\"09:00-10:00\"}", WORKCAL_TYPE, "\"09:00-10:00\"", 1,
	           "week.mon");
	week_fails("{\"Mon\":[]}", WORKCAL_KEY, "\"Mon\"", 1, "week.Mon");
	week_fails("{\"mon\":[],\"mo\\u006E\":[]}", WORKCAL_DUPLICATE,
	           "\"mo\\u006E\"", 1, "week.mon");
	week_fails("{\"mon\":[\"13:00-14:00\",\"09:00-12:00\","
	           "\"11:59:59-13:00\"]}",
	           WORKCAL_OVERLAP, "\"11:59:59-13:00\"", 1, "week.mon[2]");
	week_fails("{\"mon\":[\"09:00-12:00\",\"10:00-11:00\"]}", WORKCAL_OVERLAP,
	           "\"10:00-11:00\"", 1, "week.mon[1]");
	week_fails("{\"mon\":[\"10:00-11:00\",\"09:00-12:00\"]}", WORKCAL_OVERLAP,
	           "\"09:00-12:00\"", 1, "week.mon[1]");
	week_fails("{\"mon\":[\"09:00-12:00\",\"09:00-12:00\"]}", WORKCAL_OVERLAP,
	           "\"09:00-12:00\"", 2, "week.mon[1]");
	week_fails("{\"mon\":[\"22:00-06:00\",\"23:00-24:00\"]}", WORKCAL_OVERLAP,
	           "\"23:00-24:00\"", 1, "week.mon[1]");
	/* into the next day: the later in the text, Sunday before Monday too */
	week_fails("{\"mon\":[\"22:00-06:00\"],"
	           "\"tue\":[\"08:00-09:00\",\"05:00-07:00\"]}",
	           WORKCAL_OVERLAP, "\"05:00-07:00\"", 1, "week.tue[1]");
	week_fails("{\"tue\":[\"05:00-07:00\"],"
	           "\"mon\":[\"09:00-10:00\",\"22:00-05:00:01\"]}",
	           WORKCAL_OVERLAP, "\"22:00-05:00:01\"", 1, "week.mon[1]");
	week_fails("{\"mon\":[\"00:00-07:00\"],\"sun\":[\"22:00-05:00\"]}",
	           WORKCAL_OVERLAP, "\"22:00-05:00\"", 1, "week.sun[0]");
	prints("{\"tz\":\"UTC\",\"week\":{\"mon\":[\"05:00-07:00\"],"
	       "\"sun\":[\"22:00-05:00\"]},\"from\":\"2026-01-01\","
	       "\"to\":\"2026-12-31\"}",
	       "{\"tz\":\"UTC\",\"week\":{\"mon\":[\"05:00-07:00\"],"
	       "\"sun\":[\"22:00-05:00\"]},\"from\":\"2026-01-01\","
	       "\"to\":\"2026-12-31\"}");

	n = (size_t) sprintf(week, "{\"fri\":[");
	for (i = 0; i < 65; i++)
		n += (size_t) sprintf(week + n, "%s\"%02zu:%02zu-%02zu:%02zu\"",
		                      i > 0 ? "," : "", i / 6, i % 6 * 10, i / 6,
		                      i % 6 * 10 + 5);
	sprintf(week + n, ",0,\"x\"]}");
	week_fails(week, WORKCAL_RANGE, "\"10:40-10:45\"", 1, "week.fri[64]");
}

static void
test_days(void)
{
	char days[4096];
	char quoted[2048];
	int i;

	days_fail("{\"2026-02-30\":[]}", WORKCAL_DATE, "\"2026-02-30\"", 1,
	          "days.2026-02-30");
	days_fail("{\"2026-2-3\":1}", WORKCAL_DATE, "\"2026-2-3\"", 1,
	          "days.2026-2-3");
	days_fail("{\"2026-13-01\":1}", WORKCAL_DATE, "\"2026-13-01\"", 1,
	          "days.2026-13-01");
	days_fail("{\"2026/01/01\":1}", WORKCAL_DATE, "\"2026/01/01\"", 1,
	          "days.2026/01/01");
	days_fail("{\"-026-01-01\":1}", WORKCAL_DATE, "\"-026-01-01\"", 1,
	          "days.-026-01-01");
	days_fail("{\"1899-12-31\":[]}", WORKCAL_HORIZON, "\"1899-12-31\"", 1,
	          "days.1899-12-31");
	days_fail("{\"2025-12-31\":[]}", WORKCAL_HORIZON, "\"2025-12-31\"", 1,
	          "days.2025-12-31");
	days_fail("{\"2026-12-31\":[],\"2027-01-01\":[]}", WORKCAL_HORIZON,
	          "\"2027-01-01\"", 1, "days.2027-01-01");
	days_fail("{\"2026-03-01\":[],\"2026-02-02\":\"sat\","
	          "\"2026-03-0\\u0031\":\"mon\",\"2026-02-02\":7}",
	          WORKCAL_DUPLICATE, "\"2026-03-0\\u0031\"", 1, "days.2026-03-01");
	days_fail("{\"2026-01-04\":\"monday\"}", WORKCAL_WEEKDAY, "\"monday\"", 1,
	          "days.2026-01-04");
	days_fail("{\"2026-01-04\":true}", WORKCAL_TYPE, "true", 1,
	          "days.2026-01-04");
	days_fail("{\"2026-01-04\":[\"9-5\"]}", WORKCAL_SHIFT, "\"9-5\"", 1,
	          "days.2026-01-04[0]");
	days_fail("{\"2026-01-04\":{\"hours\":[\"9-5\"]}}", WORKCAL_SHIFT,
	          "\"9-5\"", 1, "days.2026-01-04.hours[0]");
	days_fail("{\"2026-01-04\":{\"hours\":{\"like\":1}}}", WORKCAL_TYPE,
	          "{\"like\":1}", 1, "days.2026-01-04.hours");
	days_fail("{\"2026-01-04\":{\"like\":\"\"}}", WORKCAL_WEEKDAY, "\"\"", 1,
	          "days.2026-01-04.like");
	days_fail("{\"2026-01-04\":{\"like\":[]}}", WORKCAL_TYPE, "[]", 1,
	          "days.2026-01-04.like");
	days_fail("{\"2026-01-04\":{\"name\":7}}", WORKCAL_TYPE, "7", 1,
	          "days.2026-01-04.name");
	days_fail("{\"2026-01-04\":{\"title\":7}}", WORKCAL_KEY, "\"title\"", 1,
	          "days.2026-01-04.title");
	days_fail("{\"2026-01-04\":{\"name\":\"\",\"name\":\"\"}}",
	          WORKCAL_DUPLICATE, "\"name\"", 2, "days.2026-01-04.name");
	days_fail("{\"2026-01-04\":{\"like\":\"mon\",\"hours\":[]}}",
	          WORKCAL_DUPLICATE, "\"hours\"", 1, "days.2026-01-04.hours");
	days_fail("{\"2026-01-04\":{\"hours\":[],\"like\":\"mon\"}}",
	          WORKCAL_DUPLICATE, "\"like\"", 1, "days.2026-01-04.like");
	days_fail("{\"2026-01-04\":{\"name\":\"x\"}}", WORKCAL_MISSING, "}", 2,
	          "days.2026-01-04.hours");

	/* night shifts into and out of exceptions */
	days_fail("{\"2026-01-06\":[\"05:00-06:00\"]}", WORKCAL_OVERLAP,
	          "\"2026-01-06\"", 1, "days.2026-01-06");
	days_fail("{\"2026-01-06\":\"wed\"}", WORKCAL_OVERLAP, "\"2026-01-06\"", 1,
	          "days.2026-01-06");
	days_fail("{\"2026-01-06\":\"mon\"}", WORKCAL_OVERLAP, "\"2026-01-06\"", 1,
	          "days.2026-01-06");
	days_fail("{\"2026-01-08\":\"wed\",\"2026-01-07\":\"mon\"}",
	          WORKCAL_OVERLAP, "\"2026-01-07\"", 1, "days.2026-01-07");
	days_fail("{\"2026-01-07\":\"mon\",\"2026-01-08\":\"wed\"}",
	          WORKCAL_OVERLAP, "\"2026-01-08\"", 1, "days.2026-01-08");
	days_fail("{\"2026-06-02\":\"wed\",\"2026-01-06\":\"wed\"}",
	          WORKCAL_OVERLAP, "\"2026-06-02\"", 1, "days.2026-06-02");
	/* but not where the night is a day off, or outside the horizon */
	prints("{\"tz\":\"UTC\",\"week\":{\"mon\":[\"22:00-06:00\"]},\"days\":{"
	       "\"2026-01-06\":[\"05:00-06:00\"],\"2026-01-05\":[],"
	       "\"2026-01-07\":\"mon\"},"
	       "\"from\":\"2026-01-01\",\"to\":\"2026-01-08\"}",
	       "{\"tz\":\"UTC\",\"week\":{\"mon\":[\"22:00-06:00\"]},\"days\":{"
	       "\"2026-01-05\":[],\"2026-01-06\":[\"05:00-06:00\"],"
	       "\"2026-01-07\":\"mon\"},"
	       "\"from\":\"2026-01-01\",\"to\":\"2026-01-08\"}");
	prints("{\"tz\":\"UTC\",\"week\":{\"mon\":[\"22:00-06:00\"],"
	       "\"wed\":[\"01:00-02:00\"]},\"days\":{"
	       "\"2026-01-06\":\"mon\"},"
	       "\"from\":\"2026-01-06\",\"to\":\"2026-01-06\"}",
	       "{\"tz\":\"UTC\",\"week\":{\"mon\":[\"22:00-06:00\"],"
	       "\"wed\":[\"01:00-02:00\"]},\"days\":{"
	       "\"2026-01-06\":\"mon\"},"
	       "\"from\":\"2026-01-06\",\"to\":\"2026-01-06\"}");

	/* names: 200 characters, of any size */
	strcpy(quoted, "\"");
	for (i = 0; i < 201; i++)
	{
		if (i == 200)
		{
			char text[4096];

			snprintf(text, sizeof(text),
			         "{\"tz\":\"UTC\",\"week\":{},\"days\":{\"2026-01-04\":"
			         "{\"name\":%s\",\"hours\":[]}}%s",
			         quoted, rest);
			prints(text, text);
		}
		strcat(quoted, i % 2 == 0 ? "\xF0\x9F\x8E\x86" : "节");
	}
	strcat(quoted, "\"");
	snprintf(days, sizeof(days), "{\"2026-01-04\":{\"name\":%s}}", quoted);
	days_fail(days, WORKCAL_RANGE, quoted, 1, "days.2026-01-04.name");
	memset(quoted, 'n', 900);
	quoted[0] = quoted[899] = '"';
	quoted[900] = '\0';
	snprintf(days, sizeof(days), "{\"2026-01-04\":{\"name\":%s}}", quoted);
	days_fail(days, WORKCAL_RANGE, quoted, 1, "days.2026-01-04.name");
	/* the longest path: cut between characters */
	strcpy(quoted, "\"");
	for (i = 0; i < 30; i++)
		strcat(quoted, "节");
	strcat(quoted, "\"");
	snprintf(days, sizeof(days), "{\"2026-01-04\":{%s:0}}", quoted);
	days_fail(days, WORKCAL_KEY, quoted, 1,
	          "days.2026-01-04.节节节节节节节节节节节节节节节节节节节节节…");
}

static void
test_horizon(void)
{
	static const struct
	{
		const char *from;
		const char *to;
		const char *provisional;
		WorkcalStatus status;
		const char *path;
	} cases[] = {
	    {"2026-02-29", "2026-12-31", NULL, WORKCAL_DATE, "from"},
	    {"2026-1-1", "2026-12-31", NULL, WORKCAL_DATE, "from"},
	    {"2026-01-01 ", "2026-12-31", NULL, WORKCAL_DATE, "from"},
	    {"1899-12-31", "1950-12-31", NULL, WORKCAL_RANGE, "from"},
	    {"2999-12-31", "3000-01-01", NULL, WORKCAL_RANGE, "to"},
	    {"2999-12-31", "3000-02-30", NULL, WORKCAL_DATE, "to"},
	    {"2026-01-02", "2026-01-01", NULL, WORKCAL_INVERTED, "to"},
	    {"2000-01-01", "2100-01-01", NULL, WORKCAL_RANGE, "to"},
	    {"2026-01-02", "2026-12-31", "2026-01-01", WORKCAL_HORIZON,
	     "provisional"},
	    {"2026-01-02", "2026-12-31", "2027-01-02", WORKCAL_HORIZON,
	     "provisional"},
	    {"2026-01-02", "2026-12-31", "2027-02-29", WORKCAL_DATE,
	     "provisional"},
	    {"2000-01-01", "2099-12-31", NULL, WORKCAL_OK, ""},
	    {"1900-01-01", "1900-01-01", "1900-01-01", WORKCAL_OK, ""},
	    {"2999-12-31", "2999-12-31", "2999-12-31", WORKCAL_OK, ""},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *values[] = {cases[i].from, cases[i].to,
		                        cases[i].provisional};
		const char *what = values[strcmp(cases[i].path, "from") == 0 ? 0
		                          : strcmp(cases[i].path, "to") == 0 ? 1
		                                                             : 2];
		char text[256];
		char quoted[32];
		int n = snprintf(text, sizeof(text),
		                 "{\"tz\":\"UTC\",\"week\":{},\"from\":\"%s\","
		                 "\"to\":\"%s\"",
		                 values[0], values[1]);

		if (values[2] != NULL)
			n += snprintf(text + n, sizeof(text) - (size_t) n,
			              ",\"provisional\":\"%s\"", values[2]);
		snprintf(text + n, sizeof(text) - (size_t) n, "}");
		snprintf(quoted, sizeof(quoted), "\"%s\"", what != NULL ? what : "");
		if (cases[i].status == WORKCAL_OK)
			prints(text, text);
		else
			fails(text, cases[i].status, quoted, cases[i].path);
	}
}

/* Random calendars: the spelling does not matter, and none is missed. */
static void
test_random(void)
{
	static char canonical[LIST_TEXT];
	static char text[LIST_TEXT];
	uint64_t seed = 4;
	int sound = 0;
	int overlapping = 0;
	int wrong = 0;
	int i;

	for (i = 0; i < 10000; i++)
	{
		ListCalendar c;
		WorkcalRules rules;
		WorkcalRules again;
		WorkcalFault fault;
		size_t canonical_length;
		size_t length;
		size_t len;
		char *out;
		int j;

		random_calendar(&seed, &c);
		canonical_length = calendar_text(&c, NULL, canonical);
		length = calendar_text(&c, &seed, text);
		if (calendar_overlaps(&c))
		{
			overlapping++;
			if (reads(text, length, &rules, &fault) ||
			    fault.status != WORKCAL_OVERLAP ||
			    (strncmp(fault.path, "week.", 5) != 0 &&
			     strncmp(fault.path, "days.", 5) != 0) ||
			    text[fault.from] != '"' || text[fault.to - 1] != '"')
				wrong++;
			continue;
		}
		sound++;
		if (!reads(text, length, &rules, &fault) ||
		    fault.status != WORKCAL_OK || !rules_are(&rules, &c) ||
		    !rules_sound(&rules))
		{
			wrong++;
			continue;
		}
		out = workcal_print(&rules, &len);
		/* lists are not sorted, so their text is not always canonical */
		for (j = 0; j < 2; j++)
		{
			if (out == NULL || len != canonical_length ||
			    !reads(out, len, &again, &fault) ||
			    !same_rules(&rules, &again))
				wrong++;
			else
			{
				heap_resize(&heap, out, 0);
				out = workcal_print(&again, &len);
				workcal_free(&again);
			}
		}
		if (reads(canonical, canonical_length, &again, &fault))
		{
			size_t len2;
			char *out2 = workcal_print(&again, &len2);

			if (!same_rules(&rules, &again) || len != len2 ||
			    memcmp(out, out2, len) != 0)
				wrong++;
			heap_resize(&heap, out2, 0);
			workcal_free(&again);
		}
		else
			wrong++;
		heap_resize(&heap, out, 0);
		workcal_free(&rules);
	}
	ok(wrong == 0 && sound > 3000 && overlapping > 1000,
	   "%d random calendars are read and written as they are, %d refused "
	   "(%d wrong)",
	   sound, overlapping, wrong);
}

/* Damaged texts: whatever they are, the answer is in order. */
static void
test_damage(void)
{
	static char text[LIST_TEXT + 16];
	static const char marks[] = "{}[]\",:\\u0129-nmt \n\x80\xE6";
	uint64_t seed = 9;
	int wrong = 0;
	int read = 0;
	int statuses[WORKCAL_WEEKDAY + 1] = {0};
	int seen = 0;
	int i;

	for (i = 0; i < 15000; i++)
	{
		ListCalendar c;
		WorkcalRules rules;
		WorkcalFault fault;
		size_t len;
		int edits;

		random_calendar(&seed, &c);
		len = calendar_text(&c, below(&seed, 2) ? &seed : NULL, text);
		for (edits = (int) below(&seed, 3); edits >= 0 && len > 0; edits--)
		{
			size_t at = below(&seed, (uint32_t) len);
			size_t n = 1 + below(&seed, 12);
			size_t to = below(&seed, (uint32_t) len);

			n = n > len - at ? len - at : n;
			n = n > len - to ? len - to : n;
			if (below(&seed, 2) == 0) /* a date or a time, often */
			{
				while (at < len && (text[at] < '0' || text[at] > '9'))
					at++;
				if (at < len)
					text[at] = (char) ('0' + below(&seed, 10));
			}
			else if (below(&seed, 6) == 0) /* a number for a string */
			{
				size_t end = at + 1;

				while (at > 0 && text[at] != '"')
					at--;
				while (end < len && text[end] != '"')
					end++;
				memset(text + at, ' ', end < len ? end - at + 1 : 1);
				text[at] = '7';
			}
			else if (below(&seed, 3) == 0)
				text[at] = marks[below(&seed, sizeof(marks) - 1)];
			else if (below(&seed, 2) == 0)
				memmove(text + to, text + at, n);
			else
			{
				memmove(text + at, text + at + n, len - at - n);
				len -= n;
			}
		}
		if (reads(text, len, &rules, &fault))
		{
			size_t out_length;
			char *out = workcal_print(&rules, &out_length);
			WorkcalRules again;

			read++;
			if (!rules_sound(&rules) ||
			    !reads(out, out_length, &again, &fault) ||
			    !same_rules(&rules, &again))
				wrong++;
			heap_resize(&heap, out, 0);
			workcal_free(&again);
		}
		else
		{
			if (fault.status <= WORKCAL_NO_MEMORY ||
			    fault.status > WORKCAL_WEEKDAY || fault.from > fault.to ||
			    fault.to > len ||
			    memchr(fault.path, 0, sizeof(fault.path)) == NULL)
				wrong++;
			else
				statuses[fault.status]++;
		}
		workcal_free(&rules);
	}
	for (i = WORKCAL_SYNTAX; i <= WORKCAL_WEEKDAY; i++)
		seen += statuses[i] > 0;
	ok(wrong == 0 && seen >= 12,
	   "15000 damaged texts: %d are read, the others fail in %d ways", read,
	   seen);
}

static void
test_memory(void)
{
	static char text[LIST_TEXT];
	uint64_t seed = 21;
	WorkcalRules rules;
	WorkcalRules empty;
	WorkcalFault fault;
	size_t len;
	int wrong = 0;
	int refused = 0;
	int i;

	memset(&empty, 0, sizeof(empty));
	workcal_free(&empty);
	workcal_free(&empty);
	ok(true, "zeroed rules can be freed, and twice");

	for (i = 0; i < 2000; i++)
	{
		ListCalendar c;
		bool read = false;
		long n;

		random_calendar(&seed, &c);
		len = calendar_text(&c, &seed, text);
		if (i % 4 == 0) /* with a fault, too */
			text[below(&seed, (uint32_t) len)] = '9';
		for (n = 1; !read; n++)
		{
			heap.calls = 0;
			heap.fail_at = n;
			read = reads(text, len, &rules, &fault);
			if (read)
			{
				char *out = workcal_print(&rules, &len);

				if (out != NULL)
					heap_resize(&heap, out, 0);
				else
				{
					refused++;
					read = false;
				}
			}
			else if (fault.status != WORKCAL_NO_MEMORY)
				break;
			else if (++refused && (rules.shifts || rules.days || rules.names))
				wrong++;
			workcal_free(&rules);
			if (heap.blocks != 0)
				wrong++;
		}
		if (heap.blocks != 0)
			wrong++;
		heap.fail_at = 0;
	}
	ok(wrong == 0 && refused > 2000,
	   "memory that ends at any call (%d) leaves nothing behind", refused);
}

/* As many days as there may be, all named, the last first */
static void
test_size(void)
{
	static char text[3000000];
	size_t n =
	    (size_t) sprintf(text, "{\"tz\":\"Asia/Shanghai\",\"week\":{\"mon\":["
	                           "\"09:00-12:00\",\"14:00-18:00\"]},\"days\":{");
	int32_t from = workcal_day_of(2000, 1, 1);
	WorkcalRules rules;
	WorkcalFault fault;
	int i;

	for (i = WORKCAL_MAX_DAYS - 1; i >= 0; i--)
	{
		int32_t y;
		int32_t m;
		int32_t d;

		workcal_date_of(from + i, &y, &m, &d);
		n += (size_t) sprintf(
		    text + n, "\"%04d-%02d-%02d\":{\"name\":\"春节\",\"hours\":[]}%s",
		    (int) y, (int) m, (int) d, i > 0 ? "," : "");
	}
	n += (size_t) sprintf(text + n,
	                      "},\"from\":\"2000-01-01\",\"to\":\"2099-12-31\"}");
	ok(reads(text, n, &rules, &fault) && rules.ndays == WORKCAL_MAX_DAYS &&
	       rules.days[0].day == from,
	   "%d named days (%zu bytes) are read", WORKCAL_MAX_DAYS, n);
	workcal_free(&rules);
}

int
main(void)
{
	test_canonical();
	test_syntax();
	test_keys();
	test_zone();
	test_week();
	test_days();
	test_horizon();
	test_random();
	test_damage();
	test_memory();
	test_size();
	ok(heap.blocks == 0, "all memory was given back");
	return done_testing();
}
