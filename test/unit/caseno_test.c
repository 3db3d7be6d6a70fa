/*
 * caseno_test.c
 *	  Case numbers: the calendar against the C library, the check digit
 *	  against the example of ISO 7064, and every kind of slip of the pen.
 */
#define _DEFAULT_SOURCE
#include "core/caseno.h"

#include <time.h>

#include "tap.h"

static bool
reads(const char *text, int64_t *caseno, CodeFault *fault)
{
	fault->kind = CODE_OK;
	return caseno_parse(text, strlen(text), caseno, fault);
}

static void
fails(const char *text, CodeFaultKind kind, size_t offset)
{
	CodeFault fault = {CODE_OK};
	int64_t caseno = -1;
	bool read = reads(text, &caseno, &fault);

	ok(!read && fault.kind == kind && fault.offset == offset && caseno == -1,
	   "\"%s\" fails with %d at %zu (got %d at %zu)", text, kind, offset,
	   fault.kind, fault.offset);
}

static void
test_input(void)
{
	CodeFault fault;
	int64_t a;
	int64_t b;
	char out[CASENO_TEXT + 1];

	ok(reads("20260301-440310-0000001-3", &a, &fault), "a case number");
	ok(reads(" 2026030144031000000013\n", &b, &fault) && a == b,
	   "the same without separators");
	ok(caseno_format(a, out) == CASENO_TEXT &&
	       strcmp(out, "20260301-440310-0000001-3") == 0,
	   "is written with them");

	fails("", CODE_EMPTY, 0);
	fails("  ", CODE_EMPTY, 2);
	fails("20260301-440310-0000001-4", CODE_CHECK_DIGIT, 24);
	fails("2026030144031000000014", CODE_CHECK_DIGIT, 21);
	fails("20260301-440310-0000001", CODE_LENGTH, 0);
	fails("20260301-440310-0000001-33", CODE_LENGTH, 0);
	fails("20260301-440310-0000001-", CODE_LENGTH, 0);
	fails("20260301", CODE_LENGTH, 0);
	fails("20260301-", CODE_LENGTH, 0);
	fails("20260301--440310-0000001-3", CODE_SEPARATOR, 9);
	fails("20260301-44031-00000001-3", CODE_SEPARATOR, 14);
	fails("20260301-4403100-000001-3", CODE_SEPARATOR, 15);
	fails("20260301-4403100000001-3", CODE_SEPARATOR, 15);
	fails("20260301440310-0000001-3", CODE_SEPARATOR, 14);
	fails("-20260301-440310-0000001-3", CODE_SEPARATOR, 0);
	fails("20260301_440310_0000001_3", CODE_CHARACTER, 8);
	fails("20260301-440310-000000l-3", CODE_CHARACTER, 22);
	fails("20260301\xE2\x80\x93"
	      "440310-0000001-3",
	      CODE_CHARACTER, 8);
	fails("20261301-440310-0000001-3", CODE_DATE, 4);
	fails("20260001-440310-0000001-3", CODE_DATE, 4);
	fails("20260229-440310-0000001-3", CODE_DATE, 6);
	fails("20260300-440310-0000001-3", CODE_DATE, 6);
	fails("19000229-440310-0000001-3", CODE_DATE, 6);
	fails("18991231-440310-0000001-3", CODE_DATE_RANGE, 0);
	fails("30000101-440310-0000001-3", CODE_DATE_RANGE, 0);
	fails("00000301-440310-0000001-3", CODE_DATE_RANGE, 0);
	fails("20260301-040310-0000001-3", CODE_DISTRICT, 9);
	fails("20260301-440010-0000001-3", CODE_DISTRICT, 9);
	ok(!reads("20260301-440310-0000001-4", &a, &fault) &&
	       fault.check_given == 4 && fault.check_right == 3,
	   "a wrong check digit is reported with the right one");
}

/* Every day that can be kept, against timegm and gmtime. */
static void
test_calendar(void)
{
	struct tm first = {.tm_year = 0, .tm_mon = 0, .tm_mday = 1};
	time_t zero = timegm(&first);
	int wrong = 0;
	char expected[16];
	char out[CASENO_TEXT + 1];

	for (int32_t day = 0; day <= CASENO_MAX_DAY; day++)
	{
		time_t t = zero + (time_t) day * 86400;
		CasenoParts parts = {day, 440310, 42};
		CodeFault fault;
		struct tm tm;
		int64_t again;

		gmtime_r(&t, &tm);
		strftime(expected, sizeof(expected), "%Y%m%d", &tm);
		caseno_format(caseno_pack(&parts), out);
		if (strncmp(out, expected, 8) != 0 || !reads(out, &again, &fault) ||
		    again != caseno_pack(&parts))
			wrong++;
	}
	ok(wrong == 0, "%d days are written and read as the C library does",
	   CASENO_MAX_DAY + 1);
	ok(strcmp(expected, "29991231") == 0, "the last of them is 2999-12-31");
}

static void
test_check_digit(void)
{
	uint64_t seed = 11;
	int single = 0;
	int single_missed = 0;
	int swaps = 0;
	int swaps_missed = 0;
	char text[CASENO_TEXT + 1];

	/* other digits and neighbours swapped, in numbers that stay readable */
	for (int i = 0; i < 20000; i++)
	{
		CasenoParts parts = {
		    (int32_t) (next_random(&seed) % (CASENO_MAX_DAY + 1)), 440310,
		    (int32_t) (next_random(&seed) % (CASENO_MAX_SEQUENCE + 1))};
		CodeFault fault;
		int64_t caseno;

		caseno_format(caseno_pack(&parts), text);
		for (int at = 16; at < 23; at++)
		{
			char was = text[at];

			for (char c = '0'; c <= '9'; c++)
			{
				if (c == was)
					continue;
				text[at] = c;
				single++;
				single_missed += reads(text, &caseno, &fault);
			}
			text[at] = was;
			if (at < 22 && text[at] != text[at + 1])
			{
				text[at] = text[at + 1];
				text[at + 1] = was;
				swaps++;
				swaps_missed += reads(text, &caseno, &fault);
				text[at + 1] = text[at];
				text[at] = was;
			}
		}
	}
	ok(single_missed == 0, "%d wrong digits are all found", single);
	ok(swaps_missed * 40 < swaps, "of %d swaps of neighbours %d are missed",
	   swaps, swaps_missed);
}

/* The order of the numbers is the order of their texts. */
static void
test_order(void)
{
	uint64_t seed = 13;
	int64_t before = 0;
	char text_before[CASENO_TEXT + 1] = "";
	int wrong = 0;

	for (int i = 0; i < 200000; i++)
	{
		static const int32_t districts[] = {0,      440000, 440300,
		                                    440310, 990000, 110101};
		/* few days, so that the later parts decide too */
		CasenoParts parts = {
		    (int32_t) (next_random(&seed) % 3 * 200000),
		    districts[next_random(&seed) % 6],
		    (int32_t) (next_random(&seed) % (CASENO_MAX_SEQUENCE + 1))};
		CasenoParts again;
		char text[CASENO_TEXT + 1];
		int64_t caseno = caseno_pack(&parts);

		again = caseno_unpack(caseno);
		caseno_format(caseno, text);
		if (!caseno_is_valid(caseno) || again.day != parts.day ||
		    again.district != parts.district ||
		    again.sequence != parts.sequence)
			wrong++;
		if (i > 0 && caseno != before &&
		    (caseno < before) != (strcmp(text, text_before) < 0))
			wrong++;
		before = caseno;
		strcpy(text_before, text);
	}
	ok(wrong == 0, "case numbers sort as their texts");
}

static void
test_validity(void)
{
	uint64_t seed = 17;
	int wrong = 0;
	int valid = 0;
	char text[CASENO_TEXT + 1];

	for (int i = 0; i < 1000000; i++)
	{
		int64_t v = (int64_t) (next_random(&seed) >> (i % 2));
		int64_t again;
		CodeFault fault;

		if (!caseno_is_valid(v))
			continue;
		valid++;
		caseno_format(v, text);
		if (!reads(text, &again, &fault) || again != v)
			wrong++;
	}
	ok(valid > 10000 && wrong == 0,
	   "valid integers are read back unchanged (%d valid, %d wrong)", valid,
	   wrong);
	ok(caseno_is_valid(0) && !caseno_is_valid(-1) &&
	       !caseno_is_valid(INT64_MIN) && !caseno_is_valid(INT64_MAX),
	   "the ends of the range");
}

int
main(void)
{
	test_input();
	test_calendar();
	test_check_digit();
	test_order();
	test_validity();
	return done_testing();
}
