/*
 * code_test.c
 *	  gridcode and eventcode against their definition: strings of digits.
 *
 * The model of every property is text: order is strcmp, "within" is "begins
 * with", an ancestor is the text cut short.
 */
#include "core/code.h"

#include "tap.h"

#define RANDOM_CODES 200000

static bool
reads(const char *text, int64_t *code)
{
	CodeFault fault = {CODE_OK};

	return gridcode_parse(text, strlen(text), code, &fault);
}

static void
grid_is(const char *text, const char *expected)
{
	char out[CODE_MAX_TEXT + 1] = "";
	int64_t code;

	if (ok(reads(text, &code), "gridcode \"%s\" is read", text))
	{
		gridcode_format(code, out);
		ok(strcmp(out, expected) == 0, "... as %s", expected);
		ok(gridcode_is_valid(code), "... and is valid");
	}
}

static void
grid_fails(const char *text, CodeFaultKind kind, size_t offset)
{
	CodeFault fault = {CODE_OK};
	int64_t code = -1;
	bool read = gridcode_parse(text, strlen(text), &code, &fault);

	ok(!read && fault.kind == kind && fault.offset == offset && code == -1,
	   "gridcode \"%s\" fails with %d at %zu (got %d at %zu)", text, kind,
	   offset, fault.kind, fault.offset);
}

static void
event_fails(const char *text, CodeFaultKind kind, size_t offset)
{
	CodeFault fault = {CODE_OK};
	int64_t code = -1;
	bool read = eventcode_parse(text, strlen(text), &code, &fault);

	ok(!read && fault.kind == kind && fault.offset == offset && code == -1,
	   "eventcode \"%s\" fails with %d at %zu (got %d at %zu)", text, kind,
	   offset, fault.kind, fault.offset);
}

static void
test_grid_input(void)
{
	grid_is("44", "44");
	grid_is("4403", "4403");
	grid_is("440310", "440310");
	grid_is("440310001", "440310001");
	grid_is("440310001002", "440310001002");
	grid_is("440310001002003", "440310001002003");
	grid_is("440310001002003004", "440310001002003004");
	/* spellings filled with zeros */
	grid_is("440000", "44");
	grid_is("440300", "4403");
	grid_is("440310001000", "440310001");
	grid_is("440310000000", "440310");
	grid_is("440310001000000", "440310001");
	grid_is("990000000000000000", "99");
	/* gaps that exist */
	grid_is("441900003", "441900003");
	grid_is("440310001000001", "440310001000001");
	grid_is("440310001001000002", "440310001001000002");
	/* white space around */
	grid_is(" \t440310\r\n", "440310");

	grid_fails("", CODE_EMPTY, 0);
	grid_fails("   ", CODE_EMPTY, 3);
	grid_fails("4", CODE_LENGTH, 0);
	grid_fails("440", CODE_LENGTH, 0);
	grid_fails("44031", CODE_LENGTH, 0);
	grid_fails("4403100010020030045", CODE_LENGTH, 0);
	grid_fails("44031a", CODE_CHARACTER, 5);
	grid_fails(" 44031a", CODE_CHARACTER, 6);
	grid_fails("+440310", CODE_CHARACTER, 0);
	grid_fails("4403 10", CODE_CHARACTER, 4);
	grid_fails("44031\xEF\xBC\x90", CODE_CHARACTER, 5);
	grid_fails("040310", CODE_LEADING_ZERO, 0);
	grid_fails("000000", CODE_LEADING_ZERO, 0);
	grid_fails(" 00", CODE_LEADING_ZERO, 1);
	grid_fails("440010", CODE_CITY_GAP, 2);
	grid_fails("440000001", CODE_CITY_GAP, 2);
}

static void
test_grid_parts(void)
{
	int64_t code;
	int64_t other;
	int64_t line[GRIDCODE_LEVELS];
	char text[CODE_MAX_TEXT + 1];

	reads("441900003004", &code);
	ok(gridcode_level(code) == GRID_COMMUNITY, "a community");
	ok(gridcode_digits(code) == 12, "twelve digits");
	ok(gridcode_ancestor(code, GRID_STREET, &other), "it has a street");
	gridcode_format(other, text);
	ok(strcmp(text, "441900003") == 0, "441900003");
	ok(!gridcode_ancestor(code, GRID_DISTRICT, &other),
	   "but no district: Dongguan has none");
	ok(!gridcode_ancestor(code, GRID_GRID, &other), "and no grid");
	gridcode_parent(code, &other);
	gridcode_parent(other, &other);
	gridcode_format(other, text);
	ok(strcmp(text, "4419") == 0, "the parent of its street is the city");
	ok(gridcode_lineage(code, line) == 4, "four codes from the province on");
	ok(line[3] == code, "the last is the code itself");
	reads("44", &code);
	ok(!gridcode_parent(code, &other), "a province has no parent");
	ok(gridcode_from_district6(440300, &code), "440300 names a city");
	ok(gridcode_district6(code) == 440300, "and gives it back");
	ok(!gridcode_from_district6(0, &code) &&
	       !gridcode_from_district6(1000000, &code) &&
	       !gridcode_from_district6(-1, &code) &&
	       !gridcode_from_district6(440010, &code),
	   "numbers that are no district are refused");
}

static void
test_event_input(void)
{
	static const char *const texts[] = {
	    "0",     "00",           "01",           "1",
	    "06010", "000000000000", "999999999999", "010203"};
	CodeFault fault = {CODE_OK};
	char out[CODE_MAX_TEXT + 1];
	int64_t code;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		ok(eventcode_parse(texts[i], strlen(texts[i]), &code, &fault) &&
		       eventcode_is_valid(code) &&
		       eventcode_format(code, out) == (int) strlen(texts[i]) &&
		       strcmp(out, texts[i]) == 0,
		   "eventcode \"%s\" keeps its zeros", texts[i]);
	}
	event_fails("", CODE_EMPTY, 0);
	event_fails("0000000000000", CODE_LENGTH, 0);
	event_fails("06-10", CODE_CHARACTER, 2);
	event_fails("06010\xE3\x80\x80", CODE_CHARACTER, 5);
}

static void
test_event_levels(void)
{
	int ends[EVENTCODE_MAX_DIGITS];

	ok(eventcode_standard_ends(5, ends) == 2 && ends[0] == 2 && ends[1] == 5,
	   "five digits are 2 + 3");
	ok(eventcode_standard_ends(6, ends) == 3 && ends[0] == 2 && ends[1] == 4 &&
	       ends[2] == 6,
	   "six digits are pairs");
	ok(eventcode_standard_ends(2, ends) == 1, "two digits are one level");
	for (int digits = 1; digits <= 11; digits += 2)
		ok((eventcode_standard_ends(digits, ends) == 0) == (digits != 5),
		   "%d digits: %s", digits, digits == 5 ? "a standard" : "none");
}

/* A random text of digits, rich in zeros, so that all kinds of gap occur. */
static int
random_digits(uint64_t *seed, char *text, int digits)
{
	for (int i = 0; i < digits; i++)
	{
		uint64_t r = next_random(seed);

		text[i] = (char) ((r & 1) ? '0' : '0' + (r >> 8) % 10);
	}
	text[digits] = '\0';
	return digits;
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static int
order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Order and containment of two codes against their texts. */
static bool
agree(int64_t a, const char *ta, int64_t b, const char *tb, int64_t last_b)
{
	bool within = strncmp(ta, tb, strlen(tb)) == 0;

	return order(a, b) == sign(strcmp(ta, tb)) &&
	       within == (a >= b && a <= last_b);
}

static void
test_grid_random(void)
{
	uint64_t seed = 20140115;
	int64_t before = 0;
	char text_before[CODE_MAX_TEXT + 1] = "";
	int read = 0;
	int wrong = 0;
	int refused_wrongly = 0;

	for (int i = 0; i < RANDOM_CODES; i++)
	{
		int level = 1 + (int) (next_random(&seed) % GRIDCODE_LEVELS);
		char text[CODE_MAX_TEXT + 1];
		char out[CODE_MAX_TEXT + 1];
		int64_t code;
		int64_t last;
		int64_t up;

		random_digits(&seed, text, gridcode_level_digits[level]);
		if (next_random(&seed) % 8 != 0)
			text[0] = '4';
		if (!reads(text, &code))
		{
			/* only a zero in front or a city 00 under a district */
			if (text[0] != '0' && !(strncmp(text + 2, "00", 2) == 0 &&
			                        strspn(text + 2, "0") < strlen(text + 2)))
				refused_wrongly++;
			continue;
		}
		read++;
		gridcode_format(code, out);
		last = gridcode_last(code);
		if (!gridcode_is_valid(code) || !gridcode_is_valid(last) ||
		    strncmp(out, text, strlen(out)) != 0 ||
		    strspn(text + strlen(out), "0") != strlen(text) - strlen(out))
			wrong++;
		if (gridcode_parent(code, &up) &&
		    !(code > up && code <= gridcode_last(up)))
			wrong++;
		if (read > 1 &&
		    !agree(code, out, before, text_before, gridcode_last(before)))
			wrong++;
		if (!agree(code, out, code, out, last))
			wrong++;
		/* a relative of the last code, so that containment happens */
		for (int l = 1; l <= GRIDCODE_LEVELS; l++)
		{
			int64_t a;
			char ta[CODE_MAX_TEXT + 1];

			if (!gridcode_ancestor(code, l, &a))
				continue;
			gridcode_format(a, ta);
			if (!agree(code, out, a, ta, gridcode_last(a)) ||
			    !agree(a, ta, code, out, last) ||
			    (int) strlen(ta) != gridcode_level_digits[l])
				wrong++;
		}
		before = code;
		strcpy(text_before, out);
	}
	ok(read > RANDOM_CODES / 2 && wrong == 0,
	   "%d random gridcodes behave as their texts (%d do not)", read, wrong);
	ok(refused_wrongly == 0, "no text was refused without a reason");
}

static void
test_event_random(void)
{
	uint64_t seed = 20260701;
	int64_t before = 0;
	char text_before[CODE_MAX_TEXT + 1] = "";
	int wrong = 0;

	for (int i = 0; i < RANDOM_CODES; i++)
	{
		int digits = 1 + (int) (next_random(&seed) % EVENTCODE_MAX_DIGITS);
		CodeFault fault = {CODE_OK};
		char text[CODE_MAX_TEXT + 1];
		char out[CODE_MAX_TEXT + 1];
		int64_t line[EVENTCODE_MAX_DIGITS];
		int64_t code;

		random_digits(&seed, text, digits);
		if (!eventcode_parse(text, (size_t) digits, &code, &fault) ||
		    eventcode_format(code, out) != digits || strcmp(out, text) != 0 ||
		    !eventcode_is_valid(code) ||
		    !eventcode_is_valid(eventcode_last(code)))
		{
			wrong++;
			continue;
		}
		if (i > 0 &&
		    !agree(code, text, before, text_before, eventcode_last(before)))
			wrong++;
		if (eventcode_lineage(code, line) != digits)
			wrong++;
		for (int d = 1; d <= digits; d++)
		{
			eventcode_format(line[d - 1], out);
			if ((int) strlen(out) != d ||
			    strncmp(out, text, (size_t) d) != 0 ||
			    !agree(code, text, line[d - 1], out,
			           eventcode_last(line[d - 1])))
				wrong++;
		}
		before = code;
		strcpy(text_before, text);
	}
	ok(wrong == 0, "%d random eventcodes behave as their texts (%d do not)",
	   RANDOM_CODES, wrong);
}

/* Of random integers, exactly those are valid that are read back unchanged. */
static void
test_validity(void)
{
	uint64_t seed = 7;
	int wrong = 0;
	int valid = 0;

	for (int i = 0; i < RANDOM_CODES * 5; i++)
	{
		int64_t v = (int64_t) next_random(&seed);
		char out[64];
		int64_t again;
		CodeFault fault = {CODE_OK};

		/* half of them near the layout, or almost none would be valid */
		if (i % 2 == 0)
		{
			int l = 1 + i / 2 % GRIDCODE_LEVELS;
			int64_t unit =
			    code_pow10[GRIDCODE_MAX_DIGITS - gridcode_level_digits[l]];

			v = (int64_t) ((uint64_t) v % 1000000000000000000U);
			v = (v - v % unit) * GRIDCODE_STEP + l;
		}
		if (gridcode_is_valid(v))
		{
			valid++;
			gridcode_format(v, out);
			if (!gridcode_parse(out, strlen(out), &again, &fault) ||
			    again != v)
				wrong++;
		}
		if (eventcode_is_valid(v))
		{
			eventcode_format(v, out);
			if (!eventcode_parse(out, strlen(out), &again, &fault) ||
			    again != v)
				wrong++;
		}
	}
	ok(valid > RANDOM_CODES && wrong == 0,
	   "valid integers are what is read back unchanged (%d valid, %d wrong)",
	   valid, wrong);
	ok(!gridcode_is_valid(0) && !gridcode_is_valid(-1) &&
	       !gridcode_is_valid(INT64_MIN) && !gridcode_is_valid(INT64_MAX) &&
	       !eventcode_is_valid(0) && !eventcode_is_valid(-1) &&
	       !eventcode_is_valid(INT64_MIN) && !eventcode_is_valid(INT64_MAX),
	   "the ends of the range are not");
}

int
main(void)
{
	test_grid_input();
	test_grid_parts();
	test_event_input();
	test_event_levels();
	test_grid_random();
	test_event_random();
	test_validity();
	return done_testing();
}
