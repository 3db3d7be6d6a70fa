/*
 * json_test.c
 *	  The reader of JSON: what is JSON and what is not, and where it stops;
 *	  strings with every character; random values against their own words.
 */
#include "core/json.h"

#include <stdlib.h>

#include "tap.h"

/* A copy of its own, so that reading beyond the end is noticed */
static JsonReader
reader(const char *text, size_t len)
{
	JsonReader r = {malloc(len > 0 ? len : 1), len, 0};

	memcpy((char *) r.text, text, len);
	return r;
}

static void
is_json(const char *text)
{
	JsonReader r = reader(text, strlen(text));
	JsonSpan fault;
	JsonSpan span = {0, 0};
	bool good = json_check(&r, &fault) == JSON_OK;

	if (good)
		span = json_skip(&r);
	while (good && span.to < r.len && strchr(" \t\r\n", text[span.to]))
		span.to++;
	ok(good && span.to == r.len, "JSON: %s", text);
	free((char *) r.text);
}

static void
is_not(const char *text, size_t len, size_t from, size_t to)
{
	JsonReader r = reader(text, len);
	JsonSpan fault = {99, 99};
	JsonStatus status = json_check(&r, &fault);

	ok(status == JSON_SYNTAX && fault.from == from && fault.to == to,
	   "no JSON at %zu to %zu (got %d, %zu to %zu): %s", from, to, status,
	   fault.from, fault.to, text);
	free((char *) r.text);
}

/* The fault is one character at an offset. */
static void
stops(const char *text, size_t at)
{
	is_not(text, strlen(text), at, at == strlen(text) ? at : at + 1);
}

static void
test_values(void)
{
	is_json("0");
	is_json(" -0 ");
	is_json("-12.50e+07");
	is_json("1E-0");
	is_json("9007199254740993123456789012345678901234567890");
	is_json("true");
	is_json("\tfalse");
	is_json("null");
	is_json("\"\"");
	is_json("[]");
	is_json("{}");
	is_json("[ ]");
	is_json("{ }");
	is_json("[1,[2,{\"a\":[]}],\"\",{\"a\" : 1 , \"a\":2}]");
	is_json(
	    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");

	stops("", 0);
}

static void
test_faults(void)
{
	static const struct
	{
		const char *text;
		size_t at;
	} cases[] = {
	    {" ", 1},         {"01", 1},
	    {"-", 1},         {"+1", 0},
	    {".5", 0},        {"1.", 2},
	    {"1.e3", 2},      {"1e", 2},
	    {"1e+", 3},       {"0x10", 1},
	    {"1 2", 2},       {"NaN", 0},
	    {"-Inf", 1},      {"True", 0},
	    {"tru", 0},       {"nulll", 4},
	    {"[", 1},         {"[1", 2},
	    {"[1,", 3},       {"[1,]", 3},
	    {"[,1]", 1},      {"[1 2]", 3},
	    {"[1}", 2},       {"]", 0},
	    {"{", 1},         {"{1:2}", 1},
	    {"{\"a\"}", 4},   {"{\"a\":}", 5},
	    {"{\"a\":1", 6},  {"{\"a\":1,}", 7},
	    {"{\"a\":1]", 6}, {"{,}", 1},
	    {"{\"a\" 1}", 5}, {"{\"a\":1 \"b\":2}", 7},
	    {"[]]", 2},       {"{}{}", 2},
	    {"\"a", 2},       {"\"", 1},
	    {"'a'", 0},       {"[1]//", 3},
	    {"/**/1", 0},     {"\"a\tb\"", 2},
	    {"\"\x1F\"", 1},  {"\f1", 0},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		JsonReader r = reader(cases[i].text, strlen(cases[i].text));
		JsonSpan fault = {99, 99};
		size_t at = cases[i].at;

		ok(json_check(&r, &fault) == JSON_SYNTAX && fault.from == at &&
		       fault.to == (at < r.len ? at + 1 : at),
		   "case %zu is no JSON from %zu on (got %zu to %zu)", i, at,
		   fault.from, fault.to);
		free((char *) r.text);
	}
	is_not("\xEF\xBB\xBF{}", 5, 0, 3);
	is_not("[\xE2\x80\x9C]", 5, 1, 4); /* a quotation mark of print */
	is_not("\0", 1, 0, 1);
	is_not("\"\0\"", 3, 1, 2);
	is_not("[1]\0", 4, 3, 4);
	is_not("\"\\a\"", 4, 1, 3);
	is_not("\"\\", 2, 1, 2);
	is_not("\"\\\xE6\x98\xA5\"", 6, 1, 5);
	is_not("\"\\u12G4\"", 8, 1, 3);
	is_not("\"\\u123", 6, 1, 3);
	is_not("\"\\U0041\"", 8, 1, 3);
	is_not("\"\\u0000\"", 8, 1, 7);
	is_not("\"\\uD800\"", 8, 1, 7);
	is_not("\"\\uD800\\u0041\"", 14, 1, 7);
	is_not("\"\\uDC00\\uD800\"", 14, 1, 7);
	is_not("\"\\uD800\\uD800\"", 14, 1, 7);
	is_not("\"\\uD83C\\n\"", 10, 1, 7);
}

/* Every sequence of up to four bytes that might be UTF-8 */
static void
test_utf8(void)
{
	static const unsigned char edge[] = {0x00, 0x20, 0x7F, 0x80, 0x8F, 0x90,
	                                     0x9F, 0xA0, 0xBF, 0xC0, 0xE0, 0xFF};
	int n = (int) sizeof(edge);
	int wrong = 0;
	int good = 0;
	int lead;
	int i;

	for (lead = 0x80; lead <= 0xFF; lead++)
		for (i = 0; i < n * n * n; i++)
		{
			char text[6] = {'"',
			                (char) lead,
			                (char) edge[i / n / n],
			                (char) edge[i / n % n],
			                (char) edge[i % n],
			                '"'};
			unsigned char *u = (unsigned char *) text + 1;
			uint32_t c = 0;
			int len = lead < 0xC0   ? 0
			          : lead < 0xE0 ? 2
			          : lead < 0xF0 ? 3
			          : lead < 0xF8 ? 4
			                        : 0;
			bool valid = len > 0;
			JsonReader r;
			JsonSpan fault;
			int k;

			c = (uint32_t) lead & (len == 2 ? 0x1F : len == 3 ? 0x0F : 0x07);
			for (k = 1; k < len; k++)
			{
				valid = valid && (u[k] & 0xC0) == 0x80;
				c = c << 6 | (u[k] & 0x3F);
			}
			valid = valid &&
			        c >= (len == 2   ? 0x80u
			              : len == 3 ? 0x800u
			                         : 0x10000u) &&
			        c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
			text[1 + (len > 0 ? len : 1)] = '"';
			r = reader(text, (size_t) (len > 0 ? len : 1) + 2);
			if ((json_check(&r, &fault) == JSON_OK) != valid ||
			    (!valid && fault.from != 1))
				wrong++;
			good += valid;
			free((char *) r.text);
		}
	ok(wrong == 0 && good > 10000, "UTF-8 is told from other bytes");
}

static void
test_depth(void)
{
	char text[100];
	JsonReader r;
	JsonSpan fault = {0, 0};

	memset(text, '[', sizeof(text));
	r = reader(text, sizeof(text));
	ok(json_check(&r, &fault) == JSON_DEPTH && fault.from == JSON_MAX_DEPTH &&
	       fault.to == JSON_MAX_DEPTH + 1,
	   "brackets too deep are refused before they end");
	free((char *) r.text);
}

/* Every character, as it is and escaped */
static void
test_characters(void)
{
	int wrong = 0;
	uint32_t c;

	for (c = 1; c <= 0x10FFFF; c++)
	{
		char utf8[5];
		char text[64];
		char out[8];
		size_t n;
		size_t len;
		size_t stored;
		JsonReader r = {text, 0, 0};
		JsonSpan span;
		int way;

		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		n = (size_t) (c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
		if (n == 1)
			utf8[0] = (char) c;
		else
		{
			uint32_t rest = c;
			size_t i;

			for (i = n - 1; i > 0; i--, rest >>= 6)
				utf8[i] = (char) (0x80 | (rest & 0x3F));
			utf8[0] = (char) ((0xF00 >> n & 0xFF) | rest);
		}
		for (way = 0; way < 2; way++)
		{
			if (way == 0)
			{
				len = json_escape(utf8, n, text);
				if (len != json_escape(utf8, n, NULL))
					wrong++;
			}
			else if (c < 0x10000)
				len = (size_t) sprintf(text, "\"\\u%04X\"", c);
			else
				len =
				    (size_t) sprintf(text, "\"\\u%04x\\u%04X\"",
				                     0xD7C0 + (c >> 10), 0xDC00 + (c & 0x3FF));
			r.len = len;
			if (json_check(&r, &span) != JSON_OK ||
			    json_string(&r, out, sizeof(out), &stored, &span) != n ||
			    stored != n || memcmp(out, utf8, n) != 0 || span.from != 0 ||
			    span.to != len || r.at != len)
				wrong++;
			/* a character is stored as a whole or not at all */
			r.at = 0;
			if (json_string(&r, out, n - 1, &stored, &span) != n ||
			    stored != 0)
				wrong++;
		}
	}
	ok(wrong == 0, "every character is written and read");
}

static void
test_strings(void)
{
	static const char text[] =
	    " { \"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u6625\" : [ \"x\" , 7 ] } ";
	static const char names[3][6] = {"name", "hours", "like"};
	char out[64];
	JsonReader r = {text, sizeof(text) - 1, 0};
	JsonSpan span;
	JsonWord word;
	JsonPath path = {0, ""};
	size_t before;

	ok(json_check(&r, &span) == JSON_OK && json_peek(&r) == '{',
	   "an object to read");
	json_enter(&r);
	ok(json_next(&r, '}'), "has a member");
	json_key(&r, &word);
	ok(word.length == 12 && word.stored == 12 &&
	       memcmp(word.text, "a\"\\/\b\f\n\r\t春", 12) == 0 &&
	       word.span.from == 3 && json_peek(&r) == '[',
	   "its key is read without escapes");
	json_enter(&r);
	ok(json_next(&r, ']') && json_peek(&r) == '"', "an item");
	json_word(&r, &word);
	ok(word.length == 1 && word.text[0] == 'x', "is a string");
	ok(json_next(&r, ']') && json_peek(&r) == '7', "another");
	span = json_skip(&r);
	ok(span.to == span.from + 1 && !json_next(&r, ']') && !json_next(&r, '}'),
	   "is gone over, and there are no more");

	word.length = word.stored = 5;
	memcpy(word.text, "hours", 5);
	ok(json_find(&word, names[0], 3, 6) == 1, "a word of a list is found");
	word.length = 4;
	ok(json_find(&word, names[0], 3, 6) == 3, "its beginning is not");
	word.length = 70;
	ok(json_find(&word, names[0], 3, 6) == 3, "nor one that is longer");

	ok(json_path_push(&path, "days", 4) == 0 && path.length == 4,
	   "a path begins");
	memcpy(word.text, "a\n\x7F", 3);
	word.stored = 3;
	before = json_path_word(&path, &word);
	memcpy(out, path.text, path.length);
	out[path.length] = '\0';
	json_path_index(out, 7);
	ok(before == 4 && strcmp(out, "days.a??…[7]") == 0,
	   "and leads to a word that was cut: %s", out);
	json_path_index(out, 64);
	ok(strcmp(out, "days.a??…[7][64]") == 0, "with an index of two digits");

	ok(json_escape("a\"\\/\b\f\n\r\t\x01\x7F春", 14, out) == 28 &&
	       memcmp(out, "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7F春\"", 28) == 0,
	   "only what must be is escaped");
}

/* A random value in words; n is the room that is left. */
static char *
random_value(uint64_t *seed, int depth, char *out, const char *end)
{
	static const char *const plain[] = {"0",
	                                    "-1.5e9",
	                                    "true",
	                                    "false",
	                                    "null",
	                                    "\"\"",
	                                    "\"\\u00e9\\\\\"",
	                                    "\"春\"",
	                                    "\"]}\\\"\"",
	                                    "\"\\uD83C\\uDF86\""};
	uint32_t kind = (uint32_t) (next_random(seed) % 16);
	int n = (int) (next_random(seed) % 4);

	if (end - out < 200 || depth >= 6 || kind >= 8)
		return out + sprintf(out, "%s", plain[next_random(seed) % 10]);
	*out++ = kind < 4 ? '[' : '{';
	for (; n > 0; n--)
	{
		if (kind >= 4)
			out += sprintf(out, "\"k\" :");
		out = random_value(seed, depth + 1, out, end);
		*out++ = n > 1 ? ',' : ' ';
	}
	*out++ = kind < 4 ? ']' : '}';
	return out;
}

static void
test_random(void)
{
	uint64_t seed = 8;
	int wrong = 0;
	int i;

	for (i = 0; i < 20000; i++)
	{
		static char text[8192];
		size_t len =
		    (size_t) (random_value(&seed, 0, text, text + sizeof(text) - 400) -
		              text);
		JsonReader r = reader(text, len);
		JsonSpan fault;
		JsonSpan span;

		if (json_check(&r, &fault) != JSON_OK)
			wrong++;
		else
		{
			span = json_skip(&r);
			if (span.from != 0 || span.to != len)
				wrong++;
		}
		/* an open bracket makes none of its beginnings JSON */
		if (text[0] == '[' || text[0] == '{')
		{
			r.len = (size_t) (next_random(&seed) % len);
			if (json_check(&r, &fault) != JSON_SYNTAX || fault.to > r.len)
				wrong++;
		}
		free((char *) r.text);
	}
	ok(wrong == 0, "random values are JSON, their beginnings are not");
}

int
main(void)
{
	test_values();
	test_faults();
	test_utf8();
	test_depth();
	test_characters();
	test_strings();
	test_random();
	return done_testing();
}
