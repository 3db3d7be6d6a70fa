/*
 * term.c
 *	  Terms; see term.h.
 *
 * The text is a row of pieces, each a number and a unit.  A piece is read,
 * turned into a Term of its own, and added to those before it.
 */
#include "term.h"

#include <string.h>

/* "36525 days 36525 work days 36525 rolling work days " and both of
 * "876599 work hours 59 work minutes 59 work seconds " and its like */
_Static_assert(TERM_TEXT >= 11 + 16 + 24 + 50 + 35,
               "a sum of all units has room");

/* Chinese numerals; other characters are none of these */
#define ZERO 0 /* and the digits 1 to 9 */
#define TWO  2
#define PAIR 12 /* 两: a two, but not in every place */
#define HALF 13
/* 10 to the power of SYMBOL - TENS + 1 */
#define TENS          20
#define HUNDREDS      21
#define THOUSANDS     22
#define TEN_THOUSANDS 23
#define NO_NUMERAL    (-1)
#define MAX_NUMERALS  16
#define COUNT_WORD    0x4E2A /* 个 */
#define WIDE_SPACE    0x3000
#define WIDE_ZERO     0xFF10
#define WIDE_POINT    0xFF0E
#define NO_CHARACTER  0xFFFD /* bytes that are not UTF-8 */
#define PART          10000  /* numbers are kept in ten-thousandths */
#define PART_DIGITS   4
#define GREATEST_WHOLE                                   \
	INT64_C(10000000000) /* more is too long in any unit \
	                      */

typedef enum Unit
{
	UNIT_SECOND,
	UNIT_MINUTE,
	UNIT_HOUR,
	UNIT_WORK_SECOND,
	UNIT_WORK_MINUTE,
	UNIT_WORK_HOUR,
	UNIT_DAY,
	UNIT_WORK_DAY,
	UNIT_ROLLING_DAY,
	UNITS
} Unit;

/* 0 for days: they are no number of seconds */
static const int64_t unit_seconds[UNITS] = {1, 60, 3600, 1, 60, 3600, 0, 0, 0};

/* One space stands for any white space; a plural has an s more. */
static const struct
{
	const char *name;
	Unit unit;
} english_units[] = {
    {"second", UNIT_SECOND},
    {"minute", UNIT_MINUTE},
    {"hour", UNIT_HOUR},
    {"work second", UNIT_WORK_SECOND},
    {"work minute", UNIT_WORK_MINUTE},
    {"work hour", UNIT_WORK_HOUR},
    {"day", UNIT_DAY},
    {"work day", UNIT_WORK_DAY},
    {"workday", UNIT_WORK_DAY},
    {"rolling work day", UNIT_ROLLING_DAY},
    {"rolling workday", UNIT_ROLLING_DAY},
};

/* One that begins with another comes first. */
static const struct
{
	const char *name;
	Unit unit;
	bool counted; /* may follow the count word 个 */
} chinese_units[] = {
    {"秒钟", UNIT_SECOND, false},
    {"秒", UNIT_SECOND, false},
    {"分钟", UNIT_MINUTE, false},
    {"分", UNIT_MINUTE, false},
    {"小时", UNIT_HOUR, true},
    {"时", UNIT_HOUR, false},
    {"紧急工作时", UNIT_HOUR, true},
    {"紧急工作日", UNIT_DAY, true},
    {"工作秒", UNIT_WORK_SECOND, false},
    {"工作分钟", UNIT_WORK_MINUTE, false},
    {"工作小时", UNIT_WORK_HOUR, true},
    {"工作时", UNIT_WORK_HOUR, true},
    {"工作日", UNIT_WORK_DAY, true},
    {"自然日", UNIT_DAY, true},
    {"日", UNIT_DAY, false},
    {"天", UNIT_DAY, false},
    {"滚动工作日", UNIT_ROLLING_DAY, true},
};

typedef struct Reader
{
	const char *text;
	size_t len;
	size_t at;
} Reader;

typedef struct Number
{
	int64_t whole;
	int part;      /* ten-thousandths */
	bool exact;    /* there is nothing finer than that */
	bool fraction; /* written with a point or with 半 */
	size_t from;
	size_t to;
} Number;

static bool
fail(TermFault *fault, TermStatus status, size_t from, size_t to)
{
	fault->status = status;
	fault->from = from;
	fault->to = to;
	return false;
}

/* ---------------------------------------------------------------------
 * characters
 * ---------------------------------------------------------------------
 */

static bool
continues(const Reader *r, size_t at)
{
	return at < r->len && ((unsigned char) r->text[at] & 0xC0) == 0x80;
}

/*
 * The character at an offset before the end, and the number of its bytes.
 * Longer ones than three bytes do not occur in terms; they pass as bytes that
 * are not UTF-8, and so does what is cut off.
 */
static size_t
character(const Reader *r, size_t at, uint32_t *c)
{
	const unsigned char *s = (const unsigned char *) r->text + at;

	*c = NO_CHARACTER;
	if (s[0] < 0x80)
		*c = s[0];
	else if (s[0] >= 0xE0 && s[0] < 0xF0 && continues(r, at + 1) &&
	         continues(r, at + 2))
	{
		*c = ((uint32_t) (s[0] & 0x0F) << 12) |
		     ((uint32_t) (s[1] & 0x3F) << 6) | (s[2] & 0x3F);
		return 3;
	}
	return 1;
}

/* The next character, which stays; 0 at the end. */
static uint32_t
peek(const Reader *r, size_t *bytes)
{
	uint32_t c;

	*bytes = 0;
	if (r->at >= r->len)
		return 0;
	*bytes = character(r, r->at, &c);
	return c;
}

static bool
is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == WIDE_SPACE;
}

/* The value of an ASCII or full-width digit, or -1 */
static int
digit_value(uint32_t c)
{
	if (c >= '0' && c <= '9')
		return (int) (c - '0');
	if (c >= WIDE_ZERO && c <= WIDE_ZERO + 9)
		return (int) (c - WIDE_ZERO);
	return -1;
}

static int
numeral_of(uint32_t c)
{
	switch (c)
	{
		case 0x96F6: /* 零 */
		case 0x3007: /* 〇 */
			return ZERO;
		case 0x4E00: /* 一 */
			return 1;
		case 0x4E8C: /* 二 */
			return TWO;
		case 0x4E24: /* 两 */
			return PAIR;
		case 0x4E09: /* 三 */
			return 3;
		case 0x56DB: /* 四 */
			return 4;
		case 0x4E94: /* 五 */
			return 5;
		case 0x516D: /* 六 */
			return 6;
		case 0x4E03: /* 七 */
			return 7;
		case 0x516B: /* 八 */
			return 8;
		case 0x4E5D: /* 九 */
			return 9;
		case 0x5341: /* 十 */
			return TENS;
		case 0x767E: /* 百 */
			return HUNDREDS;
		case 0x5343: /* 千 */
			return THOUSANDS;
		case 0x4E07: /* 万 */
			return TEN_THOUSANDS;
		case 0x534A: /* 半 */
			return HALF;
		default:
			return NO_NUMERAL;
	}
}

static void
skip_space(Reader *r)
{
	size_t bytes;

	while (is_space(peek(r, &bytes)))
		r->at += bytes;
}

/* Where the white space after an offset begins, or the text ends */
static size_t
end_of_word(const Reader *r, size_t from)
{
	Reader ahead = {r->text, r->len, from};
	size_t bytes;

	while (ahead.at < ahead.len && !is_space(peek(&ahead, &bytes)))
		ahead.at += bytes;
	return ahead.at;
}

/*
 * Where something that should have been a unit ends: before the next digit,
 * without the white space before that.
 */
static size_t
end_of_unit(const Reader *r, size_t from)
{
	Reader ahead = {r->text, r->len, from};
	size_t to = from;
	size_t bytes;

	while (ahead.at < ahead.len)
	{
		uint32_t c = peek(&ahead, &bytes);

		if (digit_value(c) >= 0)
			break;
		ahead.at += bytes;
		if (!is_space(c))
			to = ahead.at;
	}
	return to > from ? to : end_of_word(r, from);
}

/* ---------------------------------------------------------------------
 * numbers
 * ---------------------------------------------------------------------
 */

/* 30, ３０, 1.5; what is not of this form is left for the unit to refuse. */
static bool
read_digits(Reader *r, Number *n)
{
	size_t bytes;
	uint32_t c;
	int digit;

	while (digit = digit_value(c = peek(r, &bytes)), digit >= 0)
	{
		if (n->whole < GREATEST_WHOLE)
			n->whole = n->whole * 10 + digit;
		r->at += bytes;
	}
	if (c == '.' || c == WIDE_POINT)
	{
		int weight = PART;
		int places = 0;

		n->fraction = true;
		r->at += bytes;
		while (digit = digit_value(peek(r, &bytes)), digit >= 0)
		{
			weight /= 10;
			n->part += digit * weight;
			/* no unit has a whole number of seconds in finer parts */
			if (++places > PART_DIGITS && digit > 0)
				n->exact = false;
			r->at += bytes;
		}
		return places > 0;
	}
	return true;
}

/*
 * A number below ten thousand, at[0] to at[n - 1], in the ordinary way of
 * writing: digits with 千, 百, 十 in descending order, 零 for a gap and
 * nowhere else.  After 万 (continued) the thousands are what is due first.
 *
 * What people say for short is refused: 一百二 is a hundred and twenty to some
 * and a hundred and two to others, and 一两 is "one or two".
 */
static bool
section_value(const int *at, int n, bool continued, int64_t *value)
{
	static const int power[] = {1, 10, 100, 1000};
	int due = continued ? 3 : -1; /* place that needs no 零; -1: any */
	int i = 0;

	*value = 0;
	while (i < n)
	{
		bool gap = at[i] == ZERO;
		int digit = 0;
		int place = 0;

		if (gap)
			i++;
		if (i < n && ((at[i] >= 1 && at[i] <= 9) || at[i] == PAIR))
			digit = at[i++];
		if (i < n && at[i] >= TENS && at[i] <= THOUSANDS)
			place = at[i++] - TENS + 1;
		if (digit == 0 && place == 1)
			digit = 1; /* 十五, 一百十五 */
		if (digit == 0)
			return false;
		if (digit == PAIR)
		{
			if (place < 2 && n > 1)
				return false;
			digit = TWO;
		}
		if (due < 0 ? gap : place > due || gap != (place < due))
			return false;
		*value += (int64_t) digit * power[place];
		due = place - 1;
		if (place == 0)
			break;
	}
	return i == n;
}

static bool
numerals_value(const int *numeral, int n, int64_t *value)
{
	int64_t high;
	int split = 0;

	if (n == 1 && numeral[0] == ZERO)
	{
		*value = 0;
		return true;
	}
	while (split < n && numeral[split] != TEN_THOUSANDS)
		split++;
	if (split == n)
		return section_value(numeral, n, false, value);
	if (split == 0 || !section_value(numeral, split, false, &high))
		return false;
	*value = 0;
	if (split + 1 < n &&
	    !section_value(numeral + split + 1, n - split - 1, true, value))
		return false;
	*value += high * 10000;
	return true;
}

/* 三十, 半 */
static bool
read_numerals(Reader *r, Number *n)
{
	int numeral[MAX_NUMERALS];
	int count = 0;
	size_t bytes;
	int next;

	while (next = numeral_of(peek(r, &bytes)), next != NO_NUMERAL)
	{
		if (count < MAX_NUMERALS)
			numeral[count] = next;
		count++;
		r->at += bytes;
	}
	if (count == 1 && numeral[0] == HALF)
	{
		n->fraction = true;
		n->part = PART / 2;
		return true;
	}
	return count <= MAX_NUMERALS && numerals_value(numeral, count, &n->whole);
}

static bool
read_number(Reader *r, Number *n, TermFault *fault)
{
	size_t bytes;
	uint32_t c = peek(r, &bytes);
	bool good;

	memset(n, 0, sizeof(*n));
	n->exact = true;
	n->from = r->at;
	if (digit_value(c) >= 0)
		good = read_digits(r, n);
	else if (numeral_of(c) != NO_NUMERAL)
		good = read_numerals(r, n);
	else
		return fail(fault, TERM_NUMBER, n->from, end_of_word(r, n->from));
	n->to = r->at;
	return good || fail(fault, TERM_NUMBER, n->from, n->to);
}

/* ---------------------------------------------------------------------
 * units
 * ---------------------------------------------------------------------
 */

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Does the text go on with this unit, in any case of the letters? */
static bool
match_english(Reader *r, const char *name)
{
	Reader ahead = *r;

	for (; *name != '\0'; name++)
	{
		if (*name == ' ')
		{
			size_t before = ahead.at;

			skip_space(&ahead);
			if (ahead.at == before)
				return false;
		}
		else if (ahead.at < ahead.len && is_letter(ahead.text[ahead.at]) &&
		         (ahead.text[ahead.at] | 0x20) == *name)
			ahead.at++;
		else
			return false;
	}
	if (ahead.at < ahead.len && (ahead.text[ahead.at] | 0x20) == 's')
		ahead.at++;
	if (ahead.at < ahead.len && is_letter(ahead.text[ahead.at]))
		return false;
	r->at = ahead.at;
	return true;
}

static bool
match_chinese(Reader *r, const char *name)
{
	size_t n = strlen(name);

	if (r->len - r->at < n || memcmp(r->text + r->at, name, n) != 0)
		return false;
	r->at += n;
	return true;
}

static bool
match_unit(Reader *r, bool after_count_word, Unit *unit)
{
	for (size_t i = 0; i < sizeof(chinese_units) / sizeof(*chinese_units); i++)
	{
		if (match_chinese(r, chinese_units[i].name))
		{
			*unit = chinese_units[i].unit;
			return chinese_units[i].counted || !after_count_word;
		}
	}
	for (size_t i = 0; i < sizeof(english_units) / sizeof(*english_units); i++)
	{
		if (!after_count_word && match_english(r, english_units[i].name))
		{
			*unit = english_units[i].unit;
			return true;
		}
	}
	return false;
}

/*
 * The unit after a number.  Between them 个 may stand, and after that 半,
 * which belongs to the number: 两个半小时.
 */
static bool
read_unit(Reader *r, Number *n, Unit *unit, TermFault *fault)
{
	bool counted = false;
	size_t from;
	size_t bytes;

	skip_space(r);
	from = r->at;
	if (peek(r, &bytes) == COUNT_WORD)
	{
		counted = true;
		r->at += bytes;
		skip_space(r);
		if (numeral_of(peek(r, &bytes)) == HALF)
		{
			r->at += bytes;
			n->to = r->at;
			if (n->fraction)
				return fail(fault, TERM_NUMBER, n->from, n->to);
			n->fraction = true;
			n->part = PART / 2;
			skip_space(r);
			from = r->at;
		}
	}
	if (from == r->len)
		return fail(fault, TERM_UNIT, n->to, n->to);
	if (!match_unit(r, counted, unit))
		return fail(fault, TERM_UNIT, from, end_of_unit(r, from));
	return true;
}

/* ---------------------------------------------------------------------
 * terms
 * ---------------------------------------------------------------------
 */

/* The term that is a number of a unit, or why there is none */
static TermStatus
piece_value(const Number *n, Unit unit, Term *term)
{
	int64_t seconds = unit_seconds[unit];

	memset(term, 0, sizeof(*term));
	if (seconds == 0 ? n->fraction
	                 : !n->exact || seconds * n->part % PART != 0)
		return TERM_NUMBER;
	if (n->whole > (seconds == 0 ? TERM_MAX_DAYS : TERM_MAX_SECONDS))
		return TERM_RANGE;
	seconds = seconds * n->whole + seconds * n->part / PART;
	switch (unit)
	{
		case UNIT_SECOND:
		case UNIT_MINUTE:
		case UNIT_HOUR:
			term->seconds = seconds;
			break;
		case UNIT_WORK_SECOND:
		case UNIT_WORK_MINUTE:
		case UNIT_WORK_HOUR:
			term->work_seconds = seconds;
			break;
		case UNIT_DAY:
			term->days = (int32_t) n->whole;
			break;
		case UNIT_WORK_DAY:
			term->work_days = (int32_t) n->whole;
			break;
		case UNIT_ROLLING_DAY:
		case UNITS:
			term->rolling_days = (int32_t) n->whole;
			break;
	}
	return TERM_OK;
}

bool
term_parse(const char *text, size_t len, Term *term, TermFault *fault)
{
	Reader r = {text, len, 0};
	Term sum = {0};
	bool seen[UNITS] = {false};

	skip_space(&r);
	if (r.at == len)
		return fail(fault, TERM_EMPTY, 0, len);
	while (r.at < len)
	{
		Number number;
		Unit unit = UNITS;
		Term piece;
		TermStatus status;

		if (!read_number(&r, &number, fault) ||
		    !read_unit(&r, &number, &unit, fault))
			return false;
		status = piece_value(&number, unit, &piece);
		if (status == TERM_NUMBER)
			return fail(fault, status, number.from, number.to);
		if (status == TERM_OK && seen[unit])
			status = TERM_REPEATED;
		if (status == TERM_OK && !term_add(&sum, &piece, &sum))
			status = TERM_RANGE;
		if (status == TERM_OK)
			status = term_check(&sum);
		if (status != TERM_OK)
			return fail(fault, status, number.from, r.at);
		seen[unit] = true;
		skip_space(&r);
	}
	*term = sum;
	return true;
}

static bool
days_in_range(int32_t days)
{
	return days >= 0 && days <= TERM_MAX_DAYS;
}

static bool
seconds_in_range(int64_t seconds)
{
	return seconds >= 0 && seconds <= TERM_MAX_SECONDS;
}

static bool
in_range(const Term *term)
{
	return seconds_in_range(term->seconds) &&
	       seconds_in_range(term->work_seconds) && days_in_range(term->days) &&
	       days_in_range(term->work_days) &&
	       days_in_range(term->rolling_days) && term->zero == 0;
}

/*
 * Of four kinds only one may be there.  A rolling work day is so many hours of
 * working time, and is of a kind with them.
 */
TermStatus
term_check(const Term *term)
{
	int kinds = 0;

	if (!in_range(term))
		return TERM_RANGE;
	kinds += term->seconds > 0;
	kinds += term->work_seconds > 0 || term->rolling_days > 0;
	kinds += term->days > 0;
	kinds += term->work_days > 0;
	return kinds > 1 ? TERM_MIXED : TERM_OK;
}

/* Of two terms in range no sum overflows. */
bool
term_add(const Term *a, const Term *b, Term *sum)
{
	Term s = {0};

	s.seconds = a->seconds + b->seconds;
	s.work_seconds = a->work_seconds + b->work_seconds;
	s.days = a->days + b->days;
	s.work_days = a->work_days + b->work_days;
	s.rolling_days = a->rolling_days + b->rolling_days;
	if (!in_range(&s))
		return false;
	*sum = s;
	return true;
}

/* Append "2 work days" and a space, if there are any. */
static char *
put_amount(char *out, int64_t n, const char *unit)
{
	char digits[20];
	int i = 0;

	if (n == 0)
		return out;
	for (int64_t rest = n; rest > 0; rest /= 10)
		digits[i++] = (char) ('0' + rest % 10);
	while (i > 0)
		*out++ = digits[--i];
	*out++ = ' ';
	while (*unit != '\0')
		*out++ = *unit++;
	if (n != 1)
		*out++ = 's';
	*out++ = ' ';
	return out;
}

int
term_format(const Term *term, char *out)
{
	char *p = out;

	p = put_amount(p, term->days, "day");
	p = put_amount(p, term->work_days, "work day");
	p = put_amount(p, term->rolling_days, "rolling work day");
	p = put_amount(p, term->work_seconds / 3600, "work hour");
	p = put_amount(p, term->work_seconds / 60 % 60, "work minute");
	p = put_amount(p, term->work_seconds % 60, "work second");
	p = put_amount(p, term->seconds / 3600, "hour");
	p = put_amount(p, term->seconds / 60 % 60, "minute");
	p = put_amount(p, term->seconds % 60, "second");
	if (p == out)
	{
		memcpy(out, "0 hours", sizeof("0 hours"));
		return (int) sizeof("0 hours") - 1;
	}
	*--p = '\0'; /* in place of the last space */
	return (int) (p - out);
}
