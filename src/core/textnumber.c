/*
 * textnumber.c
 *	  Numbers in folded text; see textnumber.h.
 *
 * A number is made of pieces, runs of digits, with a gap between each two.  At
 * each piece it is tried how many, from there on, make up a number of a known
 * form, the most first; if none do, the piece stays, and the next one is
 * tried.
 */
#include "textnumber.h"

#include <string.h>

/* "℡" and "№" in UTF-8; see textfold.h */
#define PHONE_TOKEN    "\xE2\x84\xA1"
#define IDENTITY_TOKEN "\xE2\x84\x96"
#define TOKEN_BYTES    3

#define MAX_PIECES 7
#define MIN_DIGITS 10 /* fewer are no number that is looked for */
#define MAX_DIGITS 23 /* nor are more */
#define MIN_STARS  3  /* that hide digits */
#define STRETCH    16384

#define MOBILE_DIGITS   11
#define IDENTITY_DIGITS 18
#define OLD_IDENTITY    15

typedef enum Gap
{
	GAP_NONE,
	GAP_SPACE,
	GAP_DASH,  /* perhaps between spaces */
	GAP_CLOSED /* a closing parenthesis, and perhaps one of these */
} Gap;

/* Digits, stars that hide digits, digits; counts stop at MAX_DIGITS + 1 */
typedef struct Piece
{
	size_t from;
	size_t to;
	Gap gap; /* before it */
	int head;
	int stars;
	int tail;
	bool letters; /* the stars are x */
	bool x;       /* ends with x, as the check digit of an identity number */
} Piece;

typedef struct Number
{
	const char *bytes;
	size_t len;
	int pieces;
	Piece piece[MAX_PIECES];
	int before[MAX_PIECES + 1]; /* digits before a piece, stars not counted */
	char digit[MAX_DIGITS + 2]; /* of the pieces, x included, before a star */
} Number;

typedef enum Kind
{
	KIND_NONE,
	KIND_PHONE,
	KIND_IDENTITY
} Kind;

/*
 * Ways of parting a number; the rest of each is 0.  No part is a single digit:
 * when other numbers become 0, nothing must look like one of these by that.
 */
typedef uint8_t Shape[6];

static const Shape mobile_shapes[] = {{11},      {3, 4, 4}, {3, 8},    {7, 4},
                                      {4, 3, 4}, {4, 4, 3}, {3, 3, 5}, {5, 6}};
static const Shape service_shapes[] = {{10},      {3, 3, 4}, {3, 4, 3},
                                       {4, 3, 3}, {3, 7},    {4, 6}};
static const Shape identity_shapes[] = {
    {6, 8, 4},    {6, 12},         {14, 4},         {6, 6, 6},
    {6, 4, 4, 4}, {3, 3, 4, 4, 4}, {4, 4, 4, 4, 2}, {3, 3, 3, 3, 3, 3}};
static const Shape seven_shapes[] = {{7}, {3, 4}, {4, 3}};
static const Shape eight_shapes[] = {{8}, {4, 4}};

#define SHAPES(array) array, (int) (sizeof(array) / sizeof(*(array)))

/* ---------------------------------------------------------------------
 * reading
 * ---------------------------------------------------------------------
 */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Bytes that a piece may begin with: digits, *, and the first of × */
static const bool begins_piece[256] = {
    ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true,
    ['4'] = true, ['5'] = true, ['6'] = true, ['7'] = true,
    ['8'] = true, ['9'] = true, ['*'] = true, [0xC3] = true};

/* The bytes of a star at an offset, or 0 */
static size_t
star_bytes(const char *bytes, size_t len, size_t at)
{
	if (at < len && bytes[at] == '*')
		return 1;
	if (at + 1 < len && bytes[at] == '\xC3' && bytes[at + 1] == '\x97')
		return 2; /* × */
	return 0;
}

/* The bytes of a dash of any length at an offset, or 0 */
static size_t
dash_bytes(const char *bytes, size_t len, size_t at)
{
	if (at < len && bytes[at] == '-')
		return 1;
	if (at + 2 < len && bytes[at] == '\xE2' &&
	    ((bytes[at + 1] == '\x80' && (unsigned char) bytes[at + 2] >= 0x90 &&
	      (unsigned char) bytes[at + 2] <= 0x95) ||
	     (bytes[at + 1] == '\x88' && bytes[at + 2] == '\x92')))
		return 3;
	return 0;
}

/* Count digits from an offset on; returns the offset behind them. */
static size_t
read_digits(const Number *n, size_t at, int *count)
{
	*count = 0;
	for (; at < n->len && is_digit(n->bytes[at]); at++)
		if (*count <= MAX_DIGITS)
			++*count;
	return at;
}

/* The same with stars of one kind, or with enough of x */
static size_t
read_stars(const Number *n, size_t at, int *count)
{
	size_t bytes = star_bytes(n->bytes, n->len, at);
	size_t x = at;

	*count = 0;
	if (bytes > 0)
	{
		do
		{
			if (*count <= MAX_DIGITS)
				++*count;
			at += bytes;
		} while (star_bytes(n->bytes, n->len, at) == bytes);
		return at;
	}
	while (x < n->len && n->bytes[x] == 'x')
		x++;
	if (x - at < MIN_STARS)
		return at;
	*count = x - at <= MAX_DIGITS ? (int) (x - at) : MAX_DIGITS + 1;
	return x;
}

/* Read the piece that begins at an offset, after so many digits. */
static void
read_piece(const Number *n, size_t at, int before, Piece *p)
{
	p->from = at;
	p->tail = 0;
	at = read_digits(n, at, &p->head);
	p->letters = at < n->len && n->bytes[at] == 'x';
	at = read_stars(n, at, &p->stars);
	p->letters = p->letters && p->stars > 0;
	if (p->stars > 0)
		at = read_digits(n, at, &p->tail);
	p->x = at < n->len && n->bytes[at] == 'x' &&
	       (at + 1 == n->len || !is_letter(n->bytes[at + 1])) &&
	       (p->stars > 0 ? p->tail == 3
	                     : before + p->head == IDENTITY_DIGITS - 1);
	p->to = at + (p->x ? 1 : 0);
}

/* Where the piece after an offset begins, and what is between; GAP_NONE if
 * there is none. */
static size_t
read_gap(const Number *n, size_t at, Gap *gap)
{
	size_t from = at;
	size_t dash;

	*gap = GAP_SPACE;
	if (at < n->len && n->bytes[at] == ')')
	{
		*gap = GAP_CLOSED;
		at++;
	}
	if (at < n->len && n->bytes[at] == ' ')
		at++;
	dash = dash_bytes(n->bytes, n->len, at);
	if (dash > 0 && *gap == GAP_SPACE)
		*gap = GAP_DASH;
	at += dash;
	if (dash > 0 && at < n->len && n->bytes[at] == ' ')
		at++;
	if (at == from || at >= n->len ||
	    (!is_digit(n->bytes[at]) && star_bytes(n->bytes, n->len, at) == 0))
		*gap = GAP_NONE;
	return at;
}

/* Read the pieces from an offset on that one number may have. */
static void
read_number(Number *n, size_t at)
{
	Gap gap = GAP_NONE;
	bool stars = false;
	int digits = 0;

	n->pieces = 0;
	do
	{
		Piece *p = &n->piece[n->pieces];

		read_piece(n, at, digits, p);
		p->gap = gap;
		n->before[n->pieces++] = digits;
		for (int i = 0; i < p->head + (p->x ? 1 : 0) && !stars; i++)
			if (digits + i <= MAX_DIGITS)
				n->digit[digits + i] = n->bytes[p->from + (size_t) i];
		stars = stars || p->stars > 0;
		digits += p->head + p->tail + (p->x ? 1 : 0);
		n->before[n->pieces] = digits;
		if (p->x)
			break;
		at = read_gap(n, p->to, &gap);
	} while (gap != GAP_NONE && n->pieces < MAX_PIECES &&
	         digits <= MAX_DIGITS);
}

/* ---------------------------------------------------------------------
 * forms
 * ---------------------------------------------------------------------
 */

/* Are pieces first to end - 1 parted in one of these ways? */
static bool
has_shape(const Number *n, int first, int end, const Shape *shapes, int count)
{
	for (int s = 0; s < count; s++)
	{
		int i = first;

		while (i < end && i - first < (int) sizeof(Shape) &&
		       n->piece[i].head + (n->piece[i].x ? 1 : 0) ==
		           shapes[s][i - first])
			i++;
		if (i == end && i > first &&
		    (i - first == (int) sizeof(Shape) || shapes[s][i - first] == 0))
			return true;
	}
	return false;
}

/* The number that two digits are */
static int
two_digits(const char *digit)
{
	return (digit[0] - '0') * 10 + (digit[1] - '0');
}

static bool
is_month_and_day(const char *digit)
{
	int month = two_digits(digit);
	int day = two_digits(digit + 2);

	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* The first digit of a code of GB/T 2260 */
static bool
begins_region(char digit)
{
	return digit >= '1' && digit <= '8';
}

/* GB 11643, which is ISO 7064 MOD 11-2 */
static bool
check_digit_fits(const char *digit)
{
	static const char check[] = "10x98765432";
	int sum = 0;

	for (int i = 0; i < IDENTITY_DIGITS - 1; i++)
		sum = (sum + digit[i] - '0') * 2 % 11;
	return digit[IDENTITY_DIGITS - 1] == check[sum];
}

static bool
is_identity(const Number *n, int end)
{
	const char *digit = n->digit;

	if (!begins_region(digit[0]))
		return false;
	switch (n->before[end])
	{
		case IDENTITY_DIGITS:
			return (two_digits(digit + 6) == 19 ||
			        two_digits(digit + 6) == 20) &&
			       is_month_and_day(digit + 10) &&
			       (end == 1 ||
			        (has_shape(n, 0, end, SHAPES(identity_shapes)) &&
			         check_digit_fits(digit)));
		case OLD_IDENTITY:
			return end == 1 && digit[6] != '0' && is_month_and_day(digit + 8);
		default:
			return false;
	}
}

static bool
begins_mobile(const char *digit)
{
	return digit[0] == '1' && digit[1] >= '3';
}

/* An area code, which begins with 0, has three digits or four. */
static bool
is_area(const Number *n, int piece)
{
	return (n->piece[piece].head == 3 || n->piece[piece].head == 4) &&
	       n->digit[n->before[piece]] == '0';
}

/* Written in one: here the area code must be one that there can be. */
static bool
is_joined_landline(const Number *n, int piece)
{
	const char *digit = n->digit + n->before[piece];
	int count = n->piece[piece].head;

	if (digit[0] != '0' || n->piece[piece].x)
		return false;
	if (digit[1] == '1')
		return digit[2] == '0' && count == 11;
	if (digit[1] == '2')
		return count == 11;
	return digit[1] >= '3' && (count == 11 || count == 12);
}

/* The same without the area code's 0, as after the country code */
static bool
is_abroad_area(const Number *n, int piece)
{
	const char *digit = n->digit + n->before[piece];

	return n->piece[piece].head == (digit[0] <= '2' ? 2 : 3) &&
	       digit[0] != '0';
}

/* One to four digits after a dash */
static bool
is_extension(const Number *n, int piece)
{
	return n->piece[piece].gap == GAP_DASH && n->piece[piece].head <= 4;
}

static bool
is_landline(const Number *n, int first, int end)
{
	bool abroad = first > 0 && is_abroad_area(n, first);
	bool long_area = n->piece[first].head + (abroad ? 1 : 0) > 3;
	int rest = first + 1;

	if (!abroad && !is_area(n, first))
		return is_joined_landline(n, first) &&
		       (end == rest || (end == rest + 1 && n->piece[rest].head <= 4));
	for (int extension = 0; extension < 2; extension++)
		if (has_shape(n, rest, end - extension, SHAPES(eight_shapes)) ||
		    (long_area &&
		     has_shape(n, rest, end - extension, SHAPES(seven_shapes))))
			return extension == 0 || is_extension(n, end - 1);
	return false;
}

/* 86 or 0086 at an offset of the digits; returns how many these are. */
static int
country_digits(const char *digit)
{
	if (memcmp(digit, "86", 2) == 0)
		return 2;
	return memcmp(digit, "0086", 4) == 0 ? 4 : 0;
}

static bool
is_phone(const Number *n, int end)
{
	const char *digit = n->digit;
	int country = n->before[end] > 4 ? country_digits(digit) : 0;
	int first = country > 0 && n->piece[0].head == country ? 1 : 0;

	if (n->piece[end - 1].x)
		return false;
	if (begins_mobile(digit + n->before[first]) &&
	    has_shape(n, first, end, SHAPES(mobile_shapes)))
		return true;
	if (end == 1 && n->piece[0].head == country + MOBILE_DIGITS &&
	    begins_mobile(digit + country))
		return true;
	if (end == 1 && n->piece[0].head == 1 + MOBILE_DIGITS && digit[0] == '0' &&
	    begins_mobile(digit + 1))
		return true;
	if ((memcmp(digit, "400", 3) == 0 || memcmp(digit, "800", 3) == 0) &&
	    has_shape(n, 0, end, SHAPES(service_shapes)))
		return true;
	return first < end && is_landline(n, first, end);
}

/* Only stars, and perhaps digits after them, to the end of the number */
static bool
ends_hidden(const Number *n, int piece, int end)
{
	const Piece *p = &n->piece[piece];

	return p->head == 0 && p->stars >= MIN_STARS && p->tail <= 4 &&
	       (end == piece + 1 ||
	        (end == piece + 2 && p->tail == 0 &&
	         n->piece[piece + 1].stars == 0 && n->piece[piece + 1].head <= 4));
}

/* A number of which digits have been hidden */
static Kind
hidden_kind(const Number *n, int end)
{
	const Piece *p = &n->piece[0];
	int total = p->head + p->stars + p->tail + (p->x ? 1 : 0);

	if (p->stars == 0)
	{
		if (end == 1)
			return KIND_NONE;
		if ((p->head == 3 || p->head == 4) && begins_mobile(n->digit) &&
		    ends_hidden(n, 1, end))
			return KIND_PHONE;
		if (is_area(n, 0) && end == 2 && n->piece[1].stars >= MIN_STARS &&
		    n->piece[1].head + n->piece[1].stars + n->piece[1].tail <= 8)
			return KIND_PHONE;
		if (p->head >= 6 && p->head <= 14 && begins_region(n->digit[0]) &&
		    ends_hidden(n, 1, end))
			return KIND_IDENTITY;
		return KIND_NONE;
	}
	if (p->stars < MIN_STARS || p->tail > 4)
		return KIND_NONE;
	if (p->head >= 3 && p->head <= 7 && begins_mobile(n->digit) && !p->x &&
	    total <= 13 &&
	    (end == 1 ? total >= 9
	              : end == 2 && p->tail == 0 && n->piece[1].stars == 0 &&
	                    n->piece[1].head == 4 && !n->piece[1].x))
		return KIND_PHONE;
	if (end == 1 && p->head >= 6 && begins_region(n->digit[0]) &&
	    total >= 13 && total <= MAX_DIGITS)
		return KIND_IDENTITY;
	return KIND_NONE;
}

/* What the first pieces, up to end - 1, are together */
static Kind
kind_of(const Number *n, int end, char preceding)
{
	bool closed = false;
	bool stars = n->piece[0].stars > 0;

	for (int i = 1; i < end; i++)
	{
		stars = stars || n->piece[i].stars > 0;
		if (n->piece[i].gap == GAP_CLOSED)
		{
			/* (0731)8888888 only */
			if (i > 1 || preceding != '(' || !is_area(n, 0))
				return KIND_NONE;
			closed = true;
		}
	}
	if (n->before[end] > MAX_DIGITS || (n->before[end] < MIN_DIGITS && !stars))
		return KIND_NONE;
	if (stars)
		return hidden_kind(n, end);
	if (!closed && is_identity(n, end))
		return KIND_IDENTITY;
	return is_phone(n, end) ? KIND_PHONE : KIND_NONE;
}

/* ---------------------------------------------------------------------
 * writing
 * ---------------------------------------------------------------------
 */

typedef struct Writer
{
	char *bytes;
	uint32_t *origins; /* or NULL */
	size_t len;        /* written; never more than has been read */
	bool as_one;
} Writer;

static void
copy(Writer *w, size_t from, size_t to)
{
	if (w->len != from)
	{
		memmove(w->bytes + w->len, w->bytes + from, to - from);
		if (w->origins != NULL)
			memmove(w->origins + w->len, w->origins + from,
			        (to - from) * sizeof(uint32_t));
	}
	w->len += to - from;
}

static bool
after_letter(const Writer *w)
{
	return w->len > 0 && is_letter(w->bytes[w->len - 1]);
}

/* Write a piece that stays, with stars and digits as one. */
static void
copy_piece(Writer *w, const Piece *p)
{
	size_t at = p->from;

	/* letters that might hide digits stay, and so must what they hide */
	if (p->letters)
	{
		copy(w, p->from, p->to);
		return;
	}
	while (at < p->to)
	{
		size_t n = star_bytes(w->bytes, p->to, at);
		size_t from = at;

		if (n > 0)
		{
			/* not if it repeats what was written last */
			if (w->len < n ||
			    memcmp(w->bytes + w->len - n, w->bytes + at, n) != 0)
				copy(w, at, at + n);
			at += n;
			continue;
		}
		if (!is_digit(w->bytes[at]))
		{
			copy(w, at, at + 1);
			at++;
			continue;
		}
		while (at < p->to && is_digit(w->bytes[at]))
			at++;
		if (w->as_one && !after_letter(w))
		{
			copy(w, from, from + 1);
			w->bytes[w->len - 1] = '0';
		}
		else
			copy(w, from, at);
	}
}

/* Write a token for pieces that make up a number. */
static void
put_token(Writer *w, const Number *n, int end, Kind kind)
{
	size_t from = n->piece[0].from;
	uint32_t origin = 0;

	if (w->origins != NULL)
		origin = w->origins[from];
	if (w->len > 0 && ((end > 1 && n->piece[1].gap == GAP_CLOSED) ||
	                   (kind == KIND_PHONE && w->bytes[w->len - 1] == '+' &&
	                    memcmp(n->bytes + from, "86", 2) == 0)))
	{
		w->len--;
		if (w->origins != NULL)
			origin = w->origins[w->len];
	}
	memcpy(w->bytes + w->len,
	       kind == KIND_PHONE ? PHONE_TOKEN : IDENTITY_TOKEN, TOKEN_BYTES);
	if (w->origins != NULL)
		for (size_t i = 0; i < TOKEN_BYTES; i++)
			w->origins[w->len + i] = origin;
	w->len += TOKEN_BYTES;
}

size_t
textnumber_fold(char *bytes, uint32_t *origins, size_t len, bool bare,
                bool as_one, void (*poll)(void *context), void *context)
{
	Writer w = {bytes, origins, 0, as_one};
	Number n;
	size_t copied = 0;
	size_t at = 0;
	size_t polled = 0;

	n.bytes = bytes;
	n.len = len;
	while (at < len)
	{
		Kind kind = KIND_NONE;
		int end = 1;

		while (at < len && !begins_piece[(unsigned char) bytes[at]])
			at++;
		if (at == len)
			break;
		if (!is_digit(bytes[at]) && star_bytes(bytes, len, at) == 0)
		{
			at++;
			continue;
		}
		if (at - polled >= STRETCH)
		{
			poll(context);
			polled = at;
		}
		copy(&w, copied, at);
		memset(n.digit, '\0', sizeof(n.digit));
		read_number(&n, at);
		if (!bare && is_digit(bytes[at]))
			for (end = n.pieces; end > 0 && kind == KIND_NONE; end--)
				kind = kind_of(&n, end, w.len > 0 ? w.bytes[w.len - 1] : '\0');
		if (kind == KIND_NONE)
		{
			copy_piece(&w, &n.piece[0]);
			at = n.piece[0].to;
		}
		else
		{
			put_token(&w, &n, end + 1, kind);
			at = n.piece[end].to;
		}
		copied = at;
	}
	copy(&w, copied, len);
	return w.len;
}
