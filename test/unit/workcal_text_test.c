/*
 * workcal_text_test.c
 *	  The pieces of the text of a calendar: every time of day, every date,
 *	  and shifts, there and back.
 */
#include "core/workcal_text.h"

#include "workcal_texts.h"

static void
test_clocks(void)
{
	int wrong = 0;
	int32_t s;

	for (s = 0; s <= 86400; s++)
	{
		char expected[32];
		char text[16];
		size_t n = workcal_put_clock(s, text);
		int32_t again = -1;
		int len =
		    snprintf(expected, sizeof(expected), "%02d:%02d:%02d",
		             (int) (s / 3600), (int) (s / 60 % 60), (int) (s % 60));

		if (n != (s % 60 == 0 ? 5u : 8u) || memcmp(text, expected, n) != 0 ||
		    workcal_read_clock(text, n, &again) != n || again != s ||
		    workcal_read_clock(expected, (size_t) len, &again) != 8 ||
		    again != s)
			wrong++;
	}
	ok(wrong == 0, "every second of a day, and its end");
}

static void
is_no_clock(const char *text)
{
	int32_t s;

	ok(workcal_read_clock(text, strlen(text), &s) == 0, "\"%s\" is no time",
	   text);
}

static void
shift_is(const char *text, WorkcalStatus status, int32_t from, int32_t to)
{
	WorkcalShift shift = {0, 0};
	WorkcalStatus got = workcal_read_shift(text, strlen(text), &shift);

	ok(got == status &&
	       (got != WORKCAL_OK || (shift.from == from && shift.to == to)),
	   "\"%s\": %d, %d to %d (got %d, %d to %d)", text, status, (int) from,
	   (int) to, got, (int) shift.from, (int) shift.to);
}

static void
test_shifts(void)
{
	shift_is("09:00-12:00", WORKCAL_OK, 32400, 43200);
	shift_is("09:00:01-12:00", WORKCAL_OK, 32401, 43200);
	shift_is("09:00-12:00:59", WORKCAL_OK, 32400, 43259);
	shift_is("00:00-24:00", WORKCAL_OK, 0, 86400);
	shift_is("00:00:00-24:00:00", WORKCAL_OK, 0, 86400);
	shift_is("22:00-00:00", WORKCAL_OK, 79200, 86400);
	shift_is("22:00-24:00", WORKCAL_OK, 79200, 86400);
	shift_is("22:00-06:00", WORKCAL_OK, 79200, 108000);
	shift_is("23:59:59-23:59:58", WORKCAL_OK, 86399, 172798);
	shift_is("09:00-09:00", WORKCAL_INVERTED, 0, 0);
	shift_is("09:00-09:00:00", WORKCAL_INVERTED, 0, 0);
	shift_is("00:00-00:00", WORKCAL_INVERTED, 0, 0);
	shift_is("24:00-06:00", WORKCAL_SHIFT, 0, 0);
	shift_is("24:00-24:00", WORKCAL_SHIFT, 0, 0);
	shift_is("", WORKCAL_SHIFT, 0, 0);
	shift_is("09:00", WORKCAL_SHIFT, 0, 0);
	shift_is("09:00-", WORKCAL_SHIFT, 0, 0);
	shift_is("09:00-12:00 ", WORKCAL_SHIFT, 0, 0);
	shift_is("09:00--12:00", WORKCAL_SHIFT, 0, 0);
	shift_is("09:00:-12:00", WORKCAL_SHIFT, 0, 0);
	is_no_clock("");
	is_no_clock("9:00");
	is_no_clock("0900");
	is_no_clock("09:0");
	is_no_clock("09.00");
	is_no_clock("09:60");
	is_no_clock("-1:00");
	is_no_clock("24:01");
	is_no_clock("24:00:01");
	is_no_clock("25:00");
	is_no_clock("99:99");
	is_no_clock("09:00:");
	is_no_clock("09:00:0");
	is_no_clock("09:00:60");
	is_no_clock("09:00:0x");
}

static void
test_dates(void)
{
	int wrong = 0;
	int32_t day;
	int32_t again;

	for (day = WORKCAL_MIN_DAY; day <= WORKCAL_MAX_DAY; day++)
	{
		char text[10];

		workcal_put_date(day, text);
		if (workcal_read_date(text, 10, &again) != WORKCAL_OK || again != day)
			wrong++;
	}
	ok(wrong == 0, "every date");
	ok(workcal_read_date("2026-01-04", 10, &again) == WORKCAL_OK &&
	       again == workcal_day_of(2026, 1, 4),
	   "is read as what it says");
	ok(workcal_read_date("1899-12-31", 10, &again) == WORKCAL_RANGE &&
	       workcal_read_date("0000-02-29", 10, &again) == WORKCAL_RANGE &&
	       workcal_read_date("9999-12-31", 10, &again) == WORKCAL_RANGE &&
	       workcal_read_date("3000-02-28", 10, &again) == WORKCAL_RANGE,
	   "those of other centuries are out of range");
	ok(workcal_read_date("3000-02-29", 10, &again) == WORKCAL_DATE &&
	       workcal_read_date("2026-02-29", 10, &again) == WORKCAL_DATE &&
	       workcal_read_date("2026-00-01", 10, &again) == WORKCAL_DATE &&
	       workcal_read_date("2026-01-00", 10, &again) == WORKCAL_DATE &&
	       workcal_read_date("2026-01-0", 9, &again) == WORKCAL_DATE &&
	       workcal_read_date("2026-01-011", 11, &again) == WORKCAL_DATE &&
	       workcal_read_date("2026.01-01", 10, &again) == WORKCAL_DATE &&
	       workcal_read_date("2026-01.01", 10, &again) == WORKCAL_DATE &&
	       workcal_read_date("2x26-01-01", 10, &again) == WORKCAL_DATE &&
	       workcal_read_date("202x-01-01", 10, &again) == WORKCAL_DATE &&
	       workcal_read_date("2026-0x-01", 10, &again) == WORKCAL_DATE &&
	       workcal_read_date("2026-01-x1", 10, &again) == WORKCAL_DATE &&
	       workcal_read_date("", 0, &again) == WORKCAL_DATE,
	   "those that are none are not");
}

static void
test_names(void)
{
	static const char *const good[] = {"UTC",
	                                   "Asia/Shanghai",
	                                   "Etc/GMT+8",
	                                   "America/Argentina/Rio_Gallegos",
	                                   "America/Port-au-Prince",
	                                   "posix/x.y"};
	static const char *const bad[] = {"",   "/UTC", "a/",  "a//b", "..",
	                                  "+8", "-x",   "a b", "a,b",  "é"};
	bool all = true;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		all = all && workcal_zone_valid(good[i], strlen(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		all = all && !workcal_zone_valid(bad[i], strlen(bad[i]));
	ok(all && !workcal_zone_valid("UTC\0", 4), "names of zones");
	all = true;
	for (i = 0; i < 7; i++)
		all = all && workcal_read_weekday(list_weekday[i], 3) == (int) i &&
		      workcal_read_weekday(list_weekday[i], 2) == 7;
	ok(all && workcal_read_weekday("Mon", 3) == 7 &&
	       workcal_read_weekday("", 0) == 7 &&
	       workcal_read_weekday("monday", 6) == 7,
	   "names of weekdays");
}

/* Rules that were read from no text are written all the same. */
static void
test_print(void)
{
	static TestHeap heap;
	WorkcalShift shifts[] = {{32400, 43200}, {79200, 108000}};
	WorkcalDay days[] = {{1, WORKCAL_OWN_HOURS, {0, 0}, 0, 0},
	                     {2, 6, {0, 0}, 0, 6}};
	char names[] = "春节";
	WorkcalRules rules = {.memory = {heap_resize, &heap},
	                      .zone = "UTC",
	                      .from = 0,
	                      .to = 9,
	                      .provisional = WORKCAL_NEVER,
	                      .nominal = 1,
	                      .week = {{0, 2}, [6] = {0, 1}},
	                      .shifts = shifts,
	                      .nshifts = 2,
	                      .days = days,
	                      .ndays = 2,
	                      .names = names,
	                      .names_length = 6};
	static const char expected[] =
	    "{\"tz\":\"UTC\",\"week\":{\"mon\":[\"09:00-12:00\",\"22:00-06:00\"],"
	    "\"sun\":[\"09:00-12:00\"]},\"days\":{\"2000-01-02\":[],"
	    "\"2000-01-03\":{\"name\":\"春节\",\"like\":\"sun\"}},"
	    "\"from\":\"2000-01-01\",\"to\":\"2000-01-10\","
	    "\"workday\":\"00:00:01\"}";
	size_t len = 0;
	char *text = workcal_print(&rules, &len);

	ok(text != NULL && strcmp(text, expected) == 0 && len == strlen(expected),
	   "rules are written: %s", text);
	heap_resize(&heap, text, 0);
	heap.fail_at = 1;
	ok(workcal_print(&rules, &len) == NULL && heap.blocks == 0,
	   "or not, if there is no memory");
}

int
main(void)
{
	test_clocks();
	test_shifts();
	test_dates();
	test_names();
	test_print();
	return done_testing();
}
