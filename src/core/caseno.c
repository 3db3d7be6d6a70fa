/*
 * caseno.c
 *	  Case numbers; see caseno.h.
 */
#include "caseno.h"

#define SEQUENCE_BITS 24
#define DISTRICT_BITS 20
#define DAY_SHIFT     (SEQUENCE_BITS + DISTRICT_BITS)

_Static_assert(CASENO_MAX_SEQUENCE < (1 << SEQUENCE_BITS) &&
                   999999 < (1 << DISTRICT_BITS) &&
                   CASENO_MAX_DAY < (1 << (63 - DAY_SHIFT)),
               "the parts of a case number fit into 63 bits");

/* Digits of the parts in the text, and the places of the separators. */
#define DATE_DIGITS     8
#define DISTRICT_DIGITS 6
#define SEQUENCE_DIGITS 7
#define BODY_DIGITS     (DATE_DIGITS + DISTRICT_DIGITS + SEQUENCE_DIGITS)
#define ALL_DIGITS      (BODY_DIGITS + 1)

/*
 * Days from 1900-01-01 to a day of the Gregorian calendar.  The year is taken
 * to begin in March, so that the leap day is its last; the lengths of the
 * months from March on are then 153 days in every five, rounded.
 */
static int32_t
day_from_civil(int year, int month, int mday)
{
	int y = month <= 2 ? year - 1 : year;
	int m = month <= 2 ? month + 9 : month - 3;
	int32_t day =
	    365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + mday - 1;

	return day - 693901; /* the same sum for 1900-01-01 */
}

/* The inverse, for 0 <= day <= CASENO_MAX_DAY. */
static void
civil_from_day(int32_t day, int *year, int *month, int *mday)
{
	int32_t n = day + 693901;
	int32_t era = n / 146097;       /* 400 years */
	int32_t doe = n - era * 146097; /* day of era */
	int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int m = (5 * doy + 2) / 153;

	*mday = doy - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = yoe + era * 400 + (*month <= 2 ? 1 : 0);
}

static int
month_length(int year, int month)
{
	static const int length[13] = {0,  31, 28, 31, 30, 31, 30,
	                               31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : length[month];
}

static bool
district_is_valid(int32_t district)
{
	int64_t code;

	return district == 0 || gridcode_from_district6(district, &code);
}

bool
caseno_parts_valid(const CasenoParts *parts)
{
	return parts->day >= 0 && parts->day <= CASENO_MAX_DAY &&
	       parts->sequence >= 0 && parts->sequence <= CASENO_MAX_SEQUENCE &&
	       district_is_valid(parts->district);
}

int64_t
caseno_pack(const CasenoParts *parts)
{
	return ((int64_t) parts->day << DAY_SHIFT) |
	       ((int64_t) parts->district << SEQUENCE_BITS) | parts->sequence;
}

CasenoParts
caseno_unpack(int64_t caseno)
{
	CasenoParts parts;

	parts.day = (int32_t) (caseno >> DAY_SHIFT);
	parts.district =
	    (int32_t) (caseno >> SEQUENCE_BITS) & ((1 << DISTRICT_BITS) - 1);
	parts.sequence = (int32_t) (caseno & ((1 << SEQUENCE_BITS) - 1));
	return parts;
}

bool
caseno_is_valid(int64_t caseno)
{
	CasenoParts parts;

	if (caseno < 0)
		return false;
	parts = caseno_unpack(caseno);
	return caseno_parts_valid(&parts);
}

/*
 * ISO 7064 MOD 11,10: a hybrid system with ten check characters.  Each digit
 * is added modulo 10 (10 standing for 0) and the sum doubled modulo 11; the
 * check digit brings the last sum to 1.
 */
static int
mod_11_10(const char *digits, int n)
{
	int p = 10;

	for (int i = 0; i < n; i++)
	{
		int s = (p + (digits[i] - '0')) % 10;

		p = (s == 0 ? 10 : s) * 2 % 11;
	}
	return (11 - p) % 10;
}

static int
number(const char *digits, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++)
		v = v * 10 + (digits[i] - '0');
	return v;
}

/* Write n digits of v. */
static void
put_number(char *out, int32_t v, int n)
{
	for (int i = n - 1; i >= 0; i--)
	{
		out[i] = (char) ('0' + v % 10);
		v /= 10;
	}
}

/* The 21 digits before the check digit. */
static void
body_digits(int64_t caseno, char body[BODY_DIGITS])
{
	CasenoParts parts = caseno_unpack(caseno);
	int year;
	int month;
	int mday;

	civil_from_day(parts.day, &year, &month, &mday);
	put_number(body, year * 10000 + month * 100 + mday, DATE_DIGITS);
	put_number(body + DATE_DIGITS, parts.district, DISTRICT_DIGITS);
	put_number(body + DATE_DIGITS + DISTRICT_DIGITS, parts.sequence,
	           SEQUENCE_DIGITS);
}

/* Is a '-' due before the i-th digit of the dashed form? */
static bool
dash_before(int i)
{
	return i == DATE_DIGITS || i == DATE_DIGITS + DISTRICT_DIGITS ||
	       i == BODY_DIGITS;
}

/*
 * Collect the 22 digits of either spelling: with all three separators or with
 * none.  where[i] tells which byte the i-th digit stood at.
 */
static bool
collect_digits(const char *s, size_t len, char digits[ALL_DIGITS],
               size_t where[ALL_DIGITS], CodeFault *fault)
{
	bool dashed = len > DATE_DIGITS && s[DATE_DIGITS] == '-';
	size_t i = 0;
	int n = 0;

	while (i < len)
	{
		if (dashed && dash_before(n) && (i == 0 || s[i - 1] != '-'))
		{
			if (s[i] != '-')
			{
				fault->kind = s[i] >= '0' && s[i] <= '9' ? CODE_SEPARATOR
				                                         : CODE_CHARACTER;
				fault->offset = i;
				return false;
			}
			i++;
			continue;
		}
		if (s[i] < '0' || s[i] > '9')
		{
			fault->kind = s[i] == '-' ? CODE_SEPARATOR : CODE_CHARACTER;
			fault->offset = i;
			return false;
		}
		if (n < ALL_DIGITS)
		{
			digits[n] = s[i];
			where[n] = i;
		}
		n++;
		i++;
	}
	if (n != ALL_DIGITS)
	{
		fault->kind = CODE_LENGTH;
		fault->digits = n;
		fault->offset = 0;
		return false;
	}
	return true;
}

bool
caseno_parse(const char *s, size_t len, int64_t *caseno, CodeFault *fault)
{
	size_t front = code_trim(&s, &len);
	char digits[ALL_DIGITS];
	size_t where[ALL_DIGITS];
	CasenoParts parts;
	int year;
	int month;
	int mday;

	if (len == 0)
	{
		fault->kind = CODE_EMPTY;
		fault->offset = front;
		return false;
	}
	if (!collect_digits(s, len, digits, where, fault))
	{
		fault->offset += front;
		return false;
	}

	year = number(digits, 4);
	month = number(digits + 4, 2);
	mday = number(digits + 6, 2);
	fault->offset = front + where[0];
	if (month < 1 || month > 12)
	{
		fault->kind = CODE_DATE;
		fault->offset = front + where[4];
		return false;
	}
	if (mday < 1 || mday > month_length(year, month))
	{
		fault->kind = CODE_DATE;
		fault->offset = front + where[6];
		return false;
	}
	if (year < 1900 || year > 2999)
	{
		fault->kind = CODE_DATE_RANGE;
		return false;
	}
	parts.day = day_from_civil(year, month, mday);
	parts.district = number(digits + DATE_DIGITS, DISTRICT_DIGITS);
	parts.sequence =
	    number(digits + DATE_DIGITS + DISTRICT_DIGITS, SEQUENCE_DIGITS);
	if (!district_is_valid(parts.district))
	{
		fault->kind = CODE_DISTRICT;
		fault->offset = front + where[DATE_DIGITS];
		return false;
	}
	fault->check_given = digits[BODY_DIGITS] - '0';
	fault->check_right = mod_11_10(digits, BODY_DIGITS);
	if (fault->check_given != fault->check_right)
	{
		fault->kind = CODE_CHECK_DIGIT;
		fault->offset = front + where[BODY_DIGITS];
		return false;
	}
	*caseno = caseno_pack(&parts);
	return true;
}

/* Write the dashed form and an end mark; return its length. */
int
caseno_format(int64_t caseno, char *out)
{
	char body[BODY_DIGITS];
	int n = 0;

	body_digits(caseno, body);
	for (int i = 0; i < BODY_DIGITS; i++)
	{
		if (dash_before(i))
			out[n++] = '-';
		out[n++] = body[i];
	}
	out[n++] = '-';
	out[n++] = (char) ('0' + mod_11_10(body, BODY_DIGITS));
	out[n] = '\0';
	return n;
}

int
caseno_check_digit(int64_t caseno)
{
	char body[BODY_DIGITS];

	body_digits(caseno, body);
	return mod_11_10(body, BODY_DIGITS);
}
