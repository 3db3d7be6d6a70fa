/*
 * term_test.c
 *	  Terms: every spelling, every fault with its place, Chinese numerals
 *	  against a writer of them, and the canonical form of random terms.
 */
#include "core/term.h"

#include <stdlib.h>

#include "tap.h"

/* A copy with nothing after it, so that reading on is noticed */
static bool
reads(const char *text, size_t len, Term *term, TermFault *fault)
{
	char *exact = malloc(len > 0 ? len : 1);
	bool read;

	memcpy(exact, text, len);
	fault->status = TERM_OK;
	read = term_parse(exact, len, term, fault);
	free(exact);
	return read;
}

static bool
same(const Term *a, const Term *b)
{
	return a->seconds == b->seconds && a->work_seconds == b->work_seconds &&
	       a->days == b->days && a->work_days == b->work_days &&
	       a->rolling_days == b->rolling_days && a->zero == 0 && b->zero == 0;
}

static const char *
canonical(const char *text)
{
	static char out[TERM_TEXT];
	Term term;
	TermFault fault;

	if (!reads(text, strlen(text), &term, &fault))
	{
		snprintf(out, sizeof(out), "fault %d at %zu to %zu", fault.status,
		         fault.from, fault.to);
		return out;
	}
	if (term_format(&term, out) != (int) strlen(out))
		return "wrong length";
	return out;
}

static void
is(const char *text, const char *expected)
{
	const char *got = canonical(text);

	ok(strcmp(got, expected) == 0, "\"%s\" is %s (got %s)", text, expected,
	   got);
}

/* The faulty piece is found by what it reads. */
static void
fails_at(const char *text, size_t len, TermStatus status, size_t from,
         size_t to)
{
	TermFault fault;
	Term term = {.zero = 77};
	bool read = reads(text, len, &term, &fault);

	ok(!read && fault.status == status && fault.from == from &&
	       fault.to == to && term.zero == 77,
	   "\"%.*s\" fails with %d at %zu to %zu (got %d at %zu to %zu)",
	   (int) len, text, status, from, to, fault.status, fault.from, fault.to);
}

static void
fails(const char *text, TermStatus status, const char *piece)
{
	const char *at = strstr(text, piece);

	fails_at(text, strlen(text), status, (size_t) (at - text),
	         (size_t) (at - text) + strlen(piece));
}

static void
test_spellings(void)
{
	static const struct
	{
		const char *canonical; /* of two */
		const char *spelling[12];
	} units[] = {
	    {"2 seconds", {"second", "seconds", "秒", "秒钟"}},
	    {"2 minutes", {"minute", "minutes", "分", "分钟"}},
	    {"2 hours",
	     {"hour", "hours", "小时", "个小时", "时", "紧急工作时",
	      "个紧急工作时"}},
	    {"2 work seconds", {"work second", "work seconds", "工作秒"}},
	    {"2 work minutes", {"work minute", "work minutes", "工作分钟"}},
	    {"2 work hours",
	     {"work hour", "work hours", "工作时", "个工作时", "工作小时",
	      "个工作小时"}},
	    {"2 days",
	     {"day", "days", "日", "天", "自然日", "个自然日", "紧急工作日",
	      "个紧急工作日"}},
	    {"2 work days",
	     {"work day", "work days", "workday", "workdays", "工作日",
	      "个工作日"}},
	    {"2 rolling work days",
	     {"rolling work day", "rolling work days", "rolling workday",
	      "rolling workdays", "滚动工作日", "个滚动工作日"}},
	};
	static const char *const twos[] = {"2", "２", "二", "两", "02", "００２"};

	for (size_t u = 0; u < sizeof(units) / sizeof(*units); u++)
	{
		for (int s = 0; s < 12 && units[u].spelling[s] != NULL; s++)
		{
			const char *spelling = units[u].spelling[s];
			char text[100];
			char upper[100];
			int wrong = 0;

			for (size_t n = 0; n < sizeof(twos) / sizeof(*twos); n++)
			{
				snprintf(text, sizeof(text), "%s %s", twos[n], spelling);
				wrong += strcmp(canonical(text), units[u].canonical) != 0;
				snprintf(text, sizeof(text), "\t%s%s　", twos[n], spelling);
				wrong += strcmp(canonical(text), units[u].canonical) != 0;
				for (size_t i = 0; i <= strlen(text); i++)
					upper[i] = text[i] >= 'a' && text[i] <= 'z' ? text[i] - 32
					                                            : text[i];
				wrong += strcmp(canonical(upper), units[u].canonical) != 0;
			}
			ok(wrong == 0, "\"%s\" in %s", spelling, units[u].canonical);
		}
	}
}

static void
test_canonical(void)
{
	is("30 minutes", "30 minutes");
	is("2 hours", "2 hours");
	is("1 hour 30 minutes", "1 hour 30 minutes");
	is("4 work hours", "4 work hours");
	is("2 work days", "2 work days");
	is("7 days", "7 days");
	is("2 rolling work days", "2 rolling work days");
	is("2 rolling work days 4 work hours", "2 rolling work days 4 work hours");
	is("45 seconds", "45 seconds");
	is("10 work seconds", "10 work seconds");
	is("1 days", "1 day");
	is("2 day", "2 days");
	is("60 minutes", "1 hour");
	is("90 minutes", "1 hour 30 minutes");
	is("3661 seconds", "1 hour 1 minute 1 second");
	is("3661 work seconds", "1 work hour 1 work minute 1 work second");
	is("24 hours", "24 hours");
	is("30 minutes 1 hour", "1 hour 30 minutes");
	is("4 work hours 2 rolling work days", "2 rolling work days 4 work hours");
	is("1 hour30 minutes", "1 hour 30 minutes");
	ok(strcmp(canonical("  1\n rolling \t WORK\v Day\r\f"),
	          "1 rolling work day") == 0,
	   "white space of every kind");
	is("1小时30分", "1 hour 30 minutes");
	is("1小时30分钟15秒", "1 hour 30 minutes 15 seconds");
	is("２　小时　３０　分", "2 hours 30 minutes");
	is("2个滚动工作日4工作时", "2 rolling work days 4 work hours");
	is("2 个 工作日", "2 work days");
	is("1 小时 30 minutes", "1 hour 30 minutes");

	/* zero has one form, and adds to anything */
	is("0 hours", "0 hours");
	is("0 days", "0 hours");
	is("0 work hours 0 minutes", "0 hours");
	is("零分钟", "0 hours");
	is("〇天", "0 hours");
	is("0 days 4 work hours", "4 work hours");
	is("2 work days 0 hours", "2 work days");

	/* fractions that come to whole seconds */
	is("1.5 hours", "1 hour 30 minutes");
	is("1.50000000000000000000 hours", "1 hour 30 minutes");
	is("0.0025 hours", "9 seconds");
	is("0.05 minutes", "3 seconds");
	is("2.0 seconds", "2 seconds");
	is("０．５ 工作时", "30 work minutes");
	is("0.25 work minutes", "15 work seconds");
	is("半小时", "30 minutes");
	is("半个小时", "30 minutes");
	is("半分钟", "30 seconds");
	is("半个工作时", "30 work minutes");
	is("两个半小时", "2 hours 30 minutes");
	is("2个半小时", "2 hours 30 minutes");
	is("十个 半 工作时", "10 work hours 30 work minutes");

	/* limits */
	is("36525 days", "36525 days");
	is("36525 work days", "36525 work days");
	is("876600 hours", "876600 hours");
	is("876599 hours 60 minutes", "876600 hours");
	is("3155760000 work seconds", "876600 work hours");
	is("000000000000000000000000000000000000005 days", "5 days");
	is("36525 rolling work days 876599 work hours 59 work minutes 59 work "
	   "seconds",
	   "36525 rolling work days 876599 work hours 59 work minutes 59 work "
	   "seconds");
	is("三万六千五百二十五天", "36525 days");
	is("八十七万六千六百小时", "876600 hours");
}

static void
test_faults(void)
{
	fails("", TERM_EMPTY, "");
	fails(" \t　", TERM_EMPTY, " \t　");

	fails("hours", TERM_NUMBER, "hours");
	fails("小时", TERM_NUMBER, "小时");
	fails("个小时", TERM_NUMBER, "个小时");
	fails("a lot of hours", TERM_NUMBER, "a");
	fails("-5 hours", TERM_NUMBER, "-5");
	fails("+5 hours", TERM_NUMBER, "+5");
	fails("infinity", TERM_NUMBER, "infinity");
	fails(".5 hours", TERM_NUMBER, ".5");
	fails("5. hours", TERM_NUMBER, "5.");
	fails("1 hour and 5 minutes", TERM_NUMBER, "and");
	fails("1 hour, 5 minutes", TERM_NUMBER, ",");
	fails("2小时内", TERM_NUMBER, "内");
	fails("2 hours  ½ 小时", TERM_NUMBER, "½");
	fails("1.5 days", TERM_NUMBER, "1.5");
	fails("1.0 days", TERM_NUMBER, "1.0");
	fails("2 rolling work days 0.5 work days", TERM_NUMBER, "0.5");
	fails("0.5 rolling work days", TERM_NUMBER, "0.5");
	fails("半天", TERM_NUMBER, "半");
	fails("半个工作日", TERM_NUMBER, "半");
	fails("两个半工作日", TERM_NUMBER, "两个半");
	fails("半个半小时", TERM_NUMBER, "半个半");
	fails("1.5个半小时", TERM_NUMBER, "1.5个半");
	fails("0.5 seconds", TERM_NUMBER, "0.5");
	fails("0.00001 hours", TERM_NUMBER, "0.00001");
	fails("0.333333333333333333 hours", TERM_NUMBER, "0.333333333333333333");
	fails("0.0001 hours", TERM_NUMBER, "0.0001");
	fails("一两天", TERM_NUMBER, "一两");
	fails("一百二天", TERM_NUMBER, "一百二");
	fails("二〇天", TERM_NUMBER, "二〇");
	fails("十半小时", TERM_NUMBER, "十半");
	fails("一二三四五六七八九十一二三四五六七八九十天", TERM_NUMBER,
	      "一二三四五六七八九十一二三四五六七八九十");

	fails_at("30", 2, TERM_UNIT, 2, 2);
	fails_at("30 ", 3, TERM_UNIT, 2, 2);
	fails_at("两个半 ", 10, TERM_UNIT, 9, 9);
	fails_at("2 hours 半", 11, TERM_UNIT, 11, 11);
	fails("两 个 ", TERM_UNIT, "个");
	fails("30 40 hours", TERM_UNIT, "40");
	fails("30四小时", TERM_UNIT, "四小时");
	fails("四30小时", TERM_UNIT, "30小时");
	fails("1,000 minutes", TERM_UNIT, ",");
	fails_at("1.2.3 hours", 11, TERM_UNIT, 3, 4);
	fails("2 fortnights", TERM_UNIT, "fortnights");
	fails("2 work fortnights 1 hour", TERM_UNIT, "work fortnights");
	fails("2 work", TERM_UNIT, "work");
	fails("2 rolling days", TERM_UNIT, "rolling days");
	fails("2 rolling hours", TERM_UNIT, "rolling hours");
	fails("2 hourss", TERM_UNIT, "hourss");
	fails("2 h", TERM_UNIT, "h");
	fails("2 workhours", TERM_UNIT, "workhours");
	fails("2 calendar-days", TERM_UNIT, "calendar-days");
	fails("3 months", TERM_UNIT, "months");
	fails("3个月", TERM_UNIT, "个月");
	fails("2个天", TERM_UNIT, "个天");
	fails("2个分钟", TERM_UNIT, "个分钟");
	fails("2个hours", TERM_UNIT, "个hours");
	fails("两个半天", TERM_UNIT, "天");
	fails("二星期 3 hours", TERM_UNIT, "星期");

	fails("1 hour 2 hours", TERM_REPEATED, "2 hours");
	fails("1小时2时", TERM_REPEATED, "2时");
	fails("1 day 1 日", TERM_REPEATED, "1 日");
	fails("0 days 0 日", TERM_REPEATED, "0 日");
	fails("1 work day 1 hour 1 workday", TERM_MIXED, "1 hour");
	fails("36525 days 1 天", TERM_REPEATED, "1 天");

	fails("36526 days", TERM_RANGE, "36526 days");
	fails("1 hour  3155760001 seconds ", TERM_RANGE, "3155760001 seconds");
	fails("876600 hours 1 second", TERM_RANGE, "1 second");
	fails("876601 work hours", TERM_RANGE, "876601 work hours");
	fails("876600.5 hours", TERM_RANGE, "876600.5 hours");
	fails("99999999999999999999999999999999 minutes", TERM_RANGE,
	      "99999999999999999999999999999999 minutes");
	fails("18446744073709551617 days", TERM_RANGE,
	      "18446744073709551617 days");
	fails("九千九百九十九万九千九百九十九小时", TERM_RANGE,
	      "九千九百九十九万九千九百九十九小时");
}

/* One of each kind with one of each: what adds up is symmetric. */
static void
test_sums(void)
{
	static const char *const units[] = {
	    "second",    "minute", "hour",     "work second",     "work minute",
	    "work hour", "day",    "work day", "rolling work day"};
	static const int kind[] = {1, 1, 1, 2, 2, 2, 3, 4, 2};
	int wrong = 0;

	for (int i = 0; i < 9; i++)
	{
		for (int j = 0; j < 9; j++)
		{
			Term a = {0};
			Term b = {0};
			Term both;
			Term sum;
			TermFault fault;
			char text[100];
			int first;
			bool read;

			snprintf(text, sizeof(text), "2 %s", units[i]);
			read = reads(text, strlen(text), &a, &fault);
			snprintf(text, sizeof(text), "3 %s", units[j]);
			read = read && reads(text, strlen(text), &b, &fault);
			if (!read || !term_add(&a, &b, &sum))
			{
				wrong++;
				continue;
			}
			wrong += (term_check(&sum) == TERM_OK) != (kind[i] == kind[j]);
			first = snprintf(text, sizeof(text), "2 %s ", units[i]);
			snprintf(text + first, sizeof(text) - first, "3 %s", units[j]);
			read = reads(text, strlen(text), &both, &fault);
			if (kind[i] == kind[j] && i != j)
				wrong += !read || !same(&both, &sum);
			else
				wrong +=
				    read ||
				    fault.status != (i == j ? TERM_REPEATED : TERM_MIXED) ||
				    fault.from != (size_t) first || fault.to != strlen(text);
		}
	}
	ok(wrong == 0, "81 sums of two units");
}

static void
test_values(void)
{
	Term most = {TERM_MAX_SECONDS, TERM_MAX_SECONDS, TERM_MAX_DAYS,
	             TERM_MAX_DAYS,    TERM_MAX_DAYS,    0};
	Term longest = {TERM_MAX_SECONDS - 1, TERM_MAX_SECONDS - 1, TERM_MAX_DAYS,
	                TERM_MAX_DAYS,        TERM_MAX_DAYS,        0};
	Term none = {0};
	Term sum = {.zero = 77};
	char out[TERM_TEXT];
	int wrong = 0;

	ok(term_check(&none) == TERM_OK, "nothing is a term");
	ok(term_check(&most) == TERM_MIXED, "the most of everything is mixed");
	ok(term_add(&most, &none, &sum) && same(&sum, &most), "and can be a sum");
	ok(term_format(&longest, out) ==
	           (int) strlen("36525 days 36525 work days 36525 rolling work "
	                        "days 876599 work hours 59 work minutes 59 work "
	                        "seconds 876599 hours 59 minutes 59 seconds") &&
	       strlen(out) < TERM_TEXT,
	   "the longest sum has room: %s", out);

	for (int field = 0; field < 6; field++)
	{
		for (int how = 0; how < 3; how++)
		{
			Term t = {0};
			Term one = {0};
			bool of_days = field >= 2;
			int64_t most_of_it = field == 5 ? 0
			                     : of_days  ? TERM_MAX_DAYS
			                                : TERM_MAX_SECONDS;
			int64_t v = how == 0 ? most_of_it : how == 1 ? most_of_it + 1 : -1;
			int64_t *seconds = field == 0 ? &t.seconds : &t.work_seconds;
			int32_t *days = field == 2   ? &t.days
			                : field == 3 ? &t.work_days
			                : field == 4 ? &t.rolling_days
			                             : &t.zero;

			if (of_days)
				*days = (int32_t) v;
			else
				*seconds = v;
			wrong += term_check(&t) != (how == 0 ? TERM_OK : TERM_RANGE);
			if (how == 0 && field < 5)
			{
				/* one more is too long, and leaves the sum as it was */
				one.seconds = field == 0;
				one.work_seconds = field == 1;
				one.days = field == 2;
				one.work_days = field == 3;
				one.rolling_days = field == 4;
				sum = none;
				wrong += term_add(&t, &one, &sum) || !same(&sum, &none);
			}
		}
	}
	ok(wrong == 0, "ends of the range of every amount");
}

/* Random terms are read back from their text, and their text is settled. */
static void
test_round_trip(void)
{
	uint64_t seed = 60;
	int wrong = 0;
	size_t longest = 0;

	for (int i = 0; i < 300000; i++)
	{
		static const int64_t top[] = {1,    3,     60,     3600,
		                              7200, 86400, 999999, TERM_MAX_SECONDS};
		int64_t amount =
		    (int64_t) (next_random(&seed) % (uint64_t) top[i % 8]) +
		    (int64_t) (next_random(&seed) % 2);
		int32_t days = (int32_t) (next_random(&seed) %
		                          (i % 3 == 0 ? 3 : TERM_MAX_DAYS + 1));
		Term t = {0};
		Term again = {.zero = 77};
		TermFault fault;
		char out[TERM_TEXT];
		char out_again[TERM_TEXT];
		int len;

		switch (next_random(&seed) % 5)
		{
			case 0:
				t.seconds = amount;
				break;
			case 1:
				t.work_seconds = amount;
				break;
			case 2:
				t.days = days;
				break;
			case 3:
				t.work_days = days;
				break;
			case 4:
				t.rolling_days = days;
				t.work_seconds = amount;
				break;
		}
		len = term_format(&t, out);
		if (term_check(&t) != TERM_OK || len != (int) strlen(out) ||
		    !reads(out, (size_t) len, &again, &fault) || !same(&t, &again))
			wrong++;
		term_format(&again, out_again);
		wrong += strcmp(out, out_again) != 0;
		longest = strlen(out) > longest ? strlen(out) : longest;
	}
	ok(wrong == 0, "300000 random terms are read back unchanged");
	ok(longest > 60, "long ones among them");
}

/* ---------------------------------------------------------------------
 * Chinese numerals, against a writer
 * ---------------------------------------------------------------------
 */

static const char *const digits[] = {"零", "一", "二", "三", "四",
                                     "五", "六", "七", "八", "九"};

/* In full, with 一十 and 二 only */
static void
write_numerals(int n, char *out)
{
	static const char *const places[] = {"", "十", "百", "千"};
	bool begun = false;
	bool gap = false;

	out[0] = '\0';
	if (n == 0)
		strcpy(out, "零");
	for (int place = 7, power = 10000000; place >= 0; place--, power /= 10)
	{
		int digit = n / power % 10;

		if (digit == 0)
			gap = begun;
		else
		{
			if (gap)
				strcat(out, "零");
			strcat(strcat(out, digits[digit]), places[place % 4]);
			gap = false;
			begun = true;
		}
		if (place == 4 && begun)
		{
			/* zeros before it are not read */
			strcat(out, "万");
			gap = false;
		}
	}
}

/* Replace every occurrence; to is not longer than from. */
static void
replace(char *text, const char *from, const char *to)
{
	char *at = text;

	while ((at = strstr(at, from)) != NULL)
	{
		memcpy(at, to, strlen(to));
		memmove(at + strlen(to), at + strlen(from),
		        strlen(at + strlen(from)) + 1);
		at += strlen(to);
	}
}

static int64_t
seconds_of(const char *numerals)
{
	char text[200];
	Term term;
	TermFault fault;

	snprintf(text, sizeof(text), "%s秒", numerals);
	return reads(text, strlen(text), &term, &fault) ? term.seconds : -1;
}

static void
test_numerals(void)
{
	static const char *const symbols[] = {"零", "一", "二", "十",
	                                      "百", "千", "万"};
	uint64_t seed = 61;
	char text[200];
	int wrong = 0;
	int taken = 0;

	for (int i = 0; i < 200000; i++)
	{
		int n = i < 120000 ? i : (int) (next_random(&seed) % 100000000);

		if (i >= 160000)
			n = n / 1000 % 10000 * (i % 2 == 0 ? 10000 : 100);
		write_numerals(n, text);
		wrong += seconds_of(text) != n;
		/* what may be said otherwise */
		replace(text, "零", "〇");
		wrong += seconds_of(text) != n;
		replace(text, "一十", "十");
		replace(text, "二百", "两百");
		replace(text, "二千", "两千");
		if (n / 10000 == 2)
			replace(text, "二万", "两万");
		wrong += seconds_of(text) != n;
	}
	ok(wrong == 0, "200000 numbers are read as they were written (%d wrong)",
	   wrong);

	/* every string of seven symbols, up to six long: only numbers are read */
	wrong = 0;
	for (int length = 1; length <= 6; length++)
	{
		int strings = 1;

		for (int i = 0; i < length; i++)
			strings *= 7;
		for (int s = 0; s < strings; s++)
		{
			char written[200];
			int rest = s;
			int64_t n;

			text[0] = '\0';
			for (int i = 0; i < length; i++, rest /= 7)
				strcat(text, symbols[rest % 7]);
			n = seconds_of(text);
			if (n < 0)
				continue;
			taken++;
			write_numerals((int) n, written);
			replace(written, "一十", "十");
			replace(text, "一十", "十");
			wrong += strcmp(text, written) != 0;
		}
	}
	ok(taken == 350 && wrong == 0,
	   "what is read is a number rightly written (%d of them, %d wrong)",
	   taken, wrong);

	is("两秒", "2 seconds");
	is("两千两百秒", "36 minutes 40 seconds");
	is("一百〇五秒", "1 minute 45 seconds");
	is("一百二十天", "120 days");
	is("一百十五天", "115 days");
	is("一千零十五天", "1015 days");
	is("十五工作时", "15 work hours");
	is("二十个工作日", "20 work days");
	is("三十分", "30 minutes");
	fails("两十天", TERM_NUMBER, "两十");
	fails("十两天", TERM_NUMBER, "十两");
	fails("一万零两天", TERM_NUMBER, "一万零两");
	fails("十两万天", TERM_NUMBER, "十两万");
	fails("万天", TERM_NUMBER, "万");
	fails("百天", TERM_NUMBER, "百");
	fails("一万万天", TERM_NUMBER, "一万万");
	fails("三百零天", TERM_NUMBER, "三百零");
	fails("零五天", TERM_NUMBER, "零五");
	fails("零零天", TERM_NUMBER, "零零");
	fails("一二天", TERM_NUMBER, "一二");
}

/* Cut off anywhere, and with bytes that are not UTF-8 */
static void
test_bytes(void)
{
	static const char text[] = "两个半小时 三十分钟　１５秒";
	static const char *const hostile[] = {"\xE4",
	                                      "\xE4\xB8",
	                                      "\x80",
	                                      "\xFF",
	                                      "\xC2\xA0",
	                                      "\xF0\x9F\x98\x80",
	                                      "2\xE5",
	                                      "2 \xE5\xB0\x8F\xE6\x97",
	                                      "\xEF\xBC",
	                                      "2 hours\xE3\x80",
	                                      "2\xE4\xB8\xAA\xE5\x8D",
	                                      "2.\xEF\xBC\x94\xEF\xBC"};
	TermFault fault;
	Term term;
	int wrong = 0;
	int taken = 0;

	is(text, "3 hours 15 seconds");
	for (size_t len = 0; len <= strlen(text); len++)
	{
		if (reads(text, len, &term, &fault))
		{
			taken++;
			/* after a unit, or the space that follows it */
			wrong += len != 15 && len != 16 && len != 25 && len != 28 &&
			         len != 31 && len != strlen(text);
		}
		else
			wrong += fault.status == TERM_OK || fault.from > fault.to ||
			         fault.to > len;
	}
	ok(wrong == 0 && taken == 6, "a term cut off at every byte");
	wrong = 0;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++)
	{
		size_t len = strlen(hostile[i]);

		wrong += reads(hostile[i], len, &term, &fault) ||
		         fault.status == TERM_OK || fault.from > fault.to ||
		         fault.to > len;
	}
	ok(wrong == 0, "bytes that are not UTF-8");
	fails_at("2 hours\0", 8, TERM_NUMBER, 7, 8);
	fails_at("2 小\xE6\x97", 7, TERM_UNIT, 2, 7);
	fails_at("2 小时\xE6\x97", 10, TERM_NUMBER, 8, 10);
}

int
main(void)
{
	test_spellings();
	test_canonical();
	test_faults();
	test_sums();
	test_values();
	test_round_trip();
	test_numerals();
	test_bytes();
	return done_testing();
}
