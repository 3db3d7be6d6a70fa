/*
 * code.c
 *	  Hierarchical decimal codes that fit into one int64; see code.h.
 *
 * No function here allocates, keeps state or loops longer than the number of
 * digits of a code.  Those that take a code expect a valid one, as every code
 * that came through *_parse or passed *_is_valid is; on other values they
 * return nonsense but touch nothing they should not.
 */
#include "code.h"

const int64_t code_pow10[19] = {
    INT64_C(1),
    INT64_C(10),
    INT64_C(100),
    INT64_C(1000),
    INT64_C(10000),
    INT64_C(100000),
    INT64_C(1000000),
    INT64_C(10000000),
    INT64_C(100000000),
    INT64_C(1000000000),
    INT64_C(10000000000),
    INT64_C(100000000000),
    INT64_C(1000000000000),
    INT64_C(10000000000000),
    INT64_C(100000000000000),
    INT64_C(1000000000000000),
    INT64_C(10000000000000000),
    INT64_C(100000000000000000),
    INT64_C(1000000000000000000),
};

/*
 * GB/T 2260 (province, city, district: 2 + 2 + 2), GB/T 10114 (street: 3),
 * community 3 as in the statistical division codes, grid 3 as in
 * GB/T 47678.3 (15 digits in all), building 3.
 */
const int gridcode_level_digits[GRIDCODE_LEVELS + 1] = {0, 2,  4,  6,
                                                        9, 12, 15, 18};

/* The largest code must leave int64 room to spare. */
_Static_assert(INT64_C(999999999999999999) <=
                   (INT64_MAX - GRIDCODE_LEVELS) / GRIDCODE_STEP,
               "an 18-digit gridcode with its level fits into 63 bits");

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t
code_trim(const char **s, size_t *len)
{
	size_t front = 0;

	while (*len > 0 && is_space((*s)[0]))
	{
		(*s)++;
		(*len)--;
		front++;
	}
	while (*len > 0 && is_space((*s)[*len - 1]))
		(*len)--;
	return front;
}

/*
 * Read a text of nothing but digits, white space around it allowed.  Up to
 * max_digits of them are accumulated into *value; *digits says how many there
 * were in all, so that the caller can refuse the number of them.
 */
static bool
parse_digits(const char *s, size_t len, int max_digits, int64_t *value,
             int *digits, CodeFault *fault)
{
	size_t front = code_trim(&s, &len);
	int64_t v = 0;

	if (len == 0)
	{
		fault->kind = CODE_EMPTY;
		fault->offset = front;
		return false;
	}
	for (size_t i = 0; i < len; i++)
	{
		if (s[i] < '0' || s[i] > '9')
		{
			fault->kind = CODE_CHARACTER;
			fault->offset = front + i;
			return false;
		}
		if (i < (size_t) max_digits)
			v = v * 10 + (s[i] - '0');
	}
	*value = v;
	*digits = len > INT32_MAX ? INT32_MAX : (int) len;
	fault->offset = front;
	return true;
}

static bool
refuse_length(CodeFault *fault, int digits)
{
	fault->kind = CODE_LENGTH;
	fault->digits = digits;
	return false;
}

static int
format_digits(int64_t value, int digits, char *out)
{
	for (int i = digits - 1; i >= 0; i--)
	{
		out[i] = (char) ('0' + value % 10);
		value /= 10;
	}
	out[digits] = '\0';
	return digits;
}

/* ---------------------------------------------------------------------
 * gridcode
 * ---------------------------------------------------------------------
 */

/* The unit of the last digit of a level in the padded number. */
static int64_t
level_unit(int level)
{
	return code_pow10[GRIDCODE_MAX_DIGITS - gridcode_level_digits[level]];
}

/* The segment of a level within the padded number. */
static int64_t
segment(int64_t padded, int level)
{
	int width =
	    gridcode_level_digits[level] - gridcode_level_digits[level - 1];

	return padded / level_unit(level) % code_pow10[width];
}

/*
 * Put the level to a padded number: the deepest whose segment is not zero.
 * A segment of zeros names nothing, it only fills (440300 is the city 4403).
 */
static int64_t
with_level(int64_t padded)
{
	int level = GRID_PROVINCE;

	for (int l = GRID_BUILDING; l > GRID_PROVINCE; l--)
	{
		if (segment(padded, l) != 0)
		{
			level = l;
			break;
		}
	}
	return padded * GRIDCODE_STEP + level;
}

/*
 * A district needs a city above it: no code of GB/T 2260 has 00 there when
 * more follows.  Other gaps are real: the towns of a city without districts
 * (Dongguan 4419 00 003), a grid run by the street itself (community 000).
 */
static bool
has_city_gap(int64_t padded)
{
	return padded % level_unit(GRID_PROVINCE) != 0 &&
	       segment(padded, GRID_CITY) == 0;
}

bool
gridcode_parse(const char *s, size_t len, int64_t *code, CodeFault *fault)
{
	int64_t padded;
	int digits;
	int level;

	if (!parse_digits(s, len, GRIDCODE_MAX_DIGITS, &padded, &digits, fault))
		return false;
	for (level = GRID_PROVINCE; level <= GRID_BUILDING; level++)
	{
		if (gridcode_level_digits[level] == digits)
			break;
	}
	if (level > GRID_BUILDING)
		return refuse_length(fault, digits);
	padded *= level_unit(level);
	if (segment(padded, GRID_PROVINCE) < 10)
	{
		fault->kind = CODE_LEADING_ZERO;
		return false;
	}
	if (has_city_gap(padded))
	{
		fault->kind = CODE_CITY_GAP;
		fault->offset += 2;
		return false;
	}
	*code = with_level(padded);
	return true;
}

/* Write the digits and an end mark; return the number of digits. */
int
gridcode_format(int64_t code, char *out)
{
	int level = gridcode_level(code);

	return format_digits(code / GRIDCODE_STEP / level_unit(level),
	                     gridcode_level_digits[level], out);
}

bool
gridcode_is_valid(int64_t code)
{
	int64_t padded = code / GRIDCODE_STEP;

	return code > 0 && padded < code_pow10[GRIDCODE_MAX_DIGITS] &&
	       segment(padded, GRID_PROVINCE) >= 10 && !has_city_gap(padded) &&
	       with_level(padded) == code;
}

int
gridcode_level(int64_t code)
{
	return (int) (code & (GRIDCODE_STEP - 1));
}

int
gridcode_digits(int64_t code)
{
	return gridcode_level_digits[gridcode_level(code)];
}

/* The code one step up, over any gap; false for a province. */
bool
gridcode_parent(int64_t code, int64_t *parent)
{
	int level = gridcode_level(code);
	int64_t padded = code / GRIDCODE_STEP;

	if (level <= GRID_PROVINCE)
		return false;
	*parent = with_level(padded - padded % level_unit(level - 1));
	return true;
}

/*
 * The code of a level that this one is within, itself included; false where
 * there is none, because the code is higher or has a gap at that level.
 */
bool
gridcode_ancestor(int64_t code, int level, int64_t *ancestor)
{
	int64_t padded = code / GRIDCODE_STEP;

	if (level > gridcode_level(code))
		return false;
	*ancestor = with_level(padded - padded % level_unit(level));
	return gridcode_level(*ancestor) == level;
}

/* The greatest code within a code: all further digits nine. */
int64_t
gridcode_last(int64_t code)
{
	int64_t padded = code / GRIDCODE_STEP;

	return (padded + level_unit(gridcode_level(code)) - 1) * GRIDCODE_STEP +
	       GRID_BUILDING;
}

/* All codes that this one is within, from the province to itself. */
int
gridcode_lineage(int64_t code, int64_t out[GRIDCODE_LEVELS])
{
	int n = 0;

	for (int level = GRID_PROVINCE; level <= gridcode_level(code); level++)
	{
		if (gridcode_ancestor(code, level, &out[n]))
			n++;
	}
	return n;
}

/* The first six digits as a number, zeros where the code is shorter. */
int32_t
gridcode_district6(int64_t code)
{
	return (int32_t) (code / GRIDCODE_STEP / level_unit(GRID_DISTRICT));
}

/* The province, city or district that six digits name. */
bool
gridcode_from_district6(int32_t district, int64_t *code)
{
	if (district < 0 || district > 999999)
		return false;
	*code = with_level(district * level_unit(GRID_DISTRICT));
	return gridcode_is_valid(*code);
}

/* ---------------------------------------------------------------------
 * eventcode
 * ---------------------------------------------------------------------
 */

static int
eventcode_tag(int64_t code)
{
	return (int) (code & (EVENTCODE_STEP - 1));
}

static int64_t
eventcode_make(int64_t padded, int digits)
{
	return padded * EVENTCODE_STEP + digits;
}

bool
eventcode_parse(const char *s, size_t len, int64_t *code, CodeFault *fault)
{
	int64_t value;
	int digits;

	if (!parse_digits(s, len, EVENTCODE_MAX_DIGITS, &value, &digits, fault))
		return false;
	if (digits > EVENTCODE_MAX_DIGITS)
		return refuse_length(fault, digits);
	*code = eventcode_make(value * code_pow10[EVENTCODE_MAX_DIGITS - digits],
	                       digits);
	return true;
}

int
eventcode_format(int64_t code, char *out)
{
	int digits = eventcode_digits(code);

	return format_digits(code / EVENTCODE_STEP /
	                         code_pow10[EVENTCODE_MAX_DIGITS - digits],
	                     digits, out);
}

bool
eventcode_is_valid(int64_t code)
{
	int digits = eventcode_tag(code);
	int64_t padded = code / EVENTCODE_STEP;

	return code > 0 && digits >= 1 && digits <= EVENTCODE_MAX_DIGITS &&
	       padded < code_pow10[EVENTCODE_MAX_DIGITS] &&
	       padded % code_pow10[EVENTCODE_MAX_DIGITS - digits] == 0;
}

/* The tag; no value, valid or not, makes it more than there are digits. */
int
eventcode_digits(int64_t code)
{
	int digits = eventcode_tag(code);

	return digits < EVENTCODE_MAX_DIGITS ? digits : EVENTCODE_MAX_DIGITS;
}

/* The code of the first digits; the caller sees to 1 <= digits <= its own. */
int64_t
eventcode_prefix(int64_t code, int digits)
{
	int64_t padded = code / EVENTCODE_STEP;

	return eventcode_make(
	    padded - padded % code_pow10[EVENTCODE_MAX_DIGITS - digits], digits);
}

int64_t
eventcode_last(int64_t code)
{
	int digits = eventcode_digits(code);

	return eventcode_make(code / EVENTCODE_STEP +
	                          code_pow10[EVENTCODE_MAX_DIGITS - digits] - 1,
	                      EVENTCODE_MAX_DIGITS);
}

/* Every prefix, from the first digit to the code itself. */
int
eventcode_lineage(int64_t code, int64_t out[EVENTCODE_MAX_DIGITS])
{
	int digits = eventcode_digits(code);

	for (int d = 1; d <= digits; d++)
		out[d - 1] = eventcode_prefix(code, d);
	return digits;
}

/*
 * After how many digits each level ends, in the standards that use a code of
 * this many digits: 2 + 3 in GB/T 47678.5, pairs in the hotline standards
 * (GB/T 39666, DB44/T 2479).  Returns the number of levels, the last of which
 * ends at the code's own length, or 0 where no standard has such a code.
 */
int
eventcode_standard_ends(int digits, int ends[EVENTCODE_MAX_DIGITS])
{
	int n = 0;

	if (digits == 5)
	{
		ends[0] = 2;
		ends[1] = 5;
		return 2;
	}
	if (digits % 2 != 0)
		return 0;
	for (int d = 2; d <= digits; d += 2)
		ends[n++] = d;
	return n;
}
