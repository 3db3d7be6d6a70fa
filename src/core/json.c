/*
 * json.c
 *	  A strict reader of JSON texts; see json.h.
 */
#include "json.h"

#include <stdint.h>
#include <string.h>

#include "characters.h"

/* Letters of escapes, each with its character */
static const char escapes[] = "b\bf\fn\nr\rt\t\"\"\\\\";

/* Behind the end there are zeros, which are nowhere right in JSON. */
static unsigned char
byte_at(const JsonReader *r, size_t at)
{
	return at < r->len ? (unsigned char) r->text[at] : 0;
}

static bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static void
skip_space(JsonReader *r)
{
	while (r->at < r->len &&
	       (r->text[r->at] == ' ' || r->text[r->at] == '\n' ||
	        r->text[r->at] == '\t' || r->text[r->at] == '\r'))
		r->at++;
}

/* Bytes of the character there; 0 if it is none, or not UTF-8 */
static size_t
utf8_length(const JsonReader *r, size_t at)
{
	uint32_t c;

	return at < r->len
	           ? utf8_read((const uint8_t *) r->text + at, r->len - at, &c)
	           : 0;
}

/* Not JSON, from where we are on for n bytes */
static JsonStatus
wrong(const JsonReader *r, size_t n, JsonSpan *fault)
{
	fault->from = r->at;
	fault->to = r->len - r->at < n ? r->len : r->at + n;
	return JSON_SYNTAX;
}

/* The whole character that should not be there */
static JsonStatus
unexpected(const JsonReader *r, JsonSpan *fault)
{
	size_t n = utf8_length(r, r->at);

	return wrong(r, n > 0 ? n : 1, fault);
}

/* The number of \uXXXX; -1 if that is not what stands there */
static int32_t
hex_escape(const JsonReader *r, size_t at)
{
	int32_t value = 0;
	size_t i;

	if (byte_at(r, at) != '\\' || byte_at(r, at + 1) != 'u')
		return -1;
	for (i = at + 2; i < at + 6; i++)
	{
		unsigned char c = byte_at(r, i);

		if (is_digit(c))
			value = value * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			value = value * 16 + (c - 'A' + 10);
		else
			return -1;
	}
	return value;
}

static JsonStatus
check_escape(JsonReader *r, JsonSpan *fault)
{
	unsigned char c = byte_at(r, r->at + 1);
	int32_t unit = hex_escape(r, r->at);

	if (unit < 0)
	{
		if (c == 0 || strchr("\"\\/bfnrt", c) == NULL)
		{
			size_t n = utf8_length(r, r->at + 1);

			return wrong(r, 1 + n, fault);
		}
		r->at += 2;
		return JSON_OK;
	}
	/* No text of PostgreSQL holds U+0000; half a pair is no character. */
	if (unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
		return wrong(r, 6, fault);
	if (unit >= 0xD800 && unit <= 0xDBFF)
	{
		int32_t second = hex_escape(r, r->at + 6);

		if (second < 0xDC00 || second > 0xDFFF)
			return wrong(r, 6, fault);
		r->at += 6;
	}
	r->at += 6;
	return JSON_OK;
}

static JsonStatus
check_string(JsonReader *r, JsonSpan *fault)
{
	r->at++;
	for (;;)
	{
		unsigned char c = byte_at(r, r->at);
		size_t n = 1;

		if (c == '"')
		{
			r->at++;
			return JSON_OK;
		}
		if (c < 0x20) /* or the end */
			return wrong(r, 1, fault);
		if (c == '\\')
		{
			if (check_escape(r, fault) != JSON_OK)
				return JSON_SYNTAX;
			continue;
		}
		if (c >= 0x80)
		{
			n = utf8_length(r, r->at);
			if (n == 0)
				return wrong(r, 1, fault);
		}
		r->at += n;
	}
}

static JsonStatus
check_digits(JsonReader *r, JsonSpan *fault)
{
	if (!is_digit(byte_at(r, r->at)))
		return unexpected(r, fault);
	while (is_digit(byte_at(r, r->at)))
		r->at++;
	return JSON_OK;
}

static JsonStatus
check_number(JsonReader *r, JsonSpan *fault)
{
	if (byte_at(r, r->at) == '-')
		r->at++;
	if (byte_at(r, r->at) == '0') /* and no digit behind it */
		r->at++;
	else if (check_digits(r, fault) != JSON_OK)
		return JSON_SYNTAX;
	if (byte_at(r, r->at) == '.')
	{
		r->at++;
		if (check_digits(r, fault) != JSON_OK)
			return JSON_SYNTAX;
	}
	if (byte_at(r, r->at) == 'e' || byte_at(r, r->at) == 'E')
	{
		r->at++;
		if (byte_at(r, r->at) == '+' || byte_at(r, r->at) == '-')
			r->at++;
		return check_digits(r, fault);
	}
	return JSON_OK;
}

static JsonStatus
check_literal(JsonReader *r, const char *literal, JsonSpan *fault)
{
	size_t n = strlen(literal);

	if (r->len - r->at < n || memcmp(r->text + r->at, literal, n) != 0)
		return unexpected(r, fault);
	r->at += n;
	return JSON_OK;
}

static JsonStatus check_value(JsonReader *r, int depth, JsonSpan *fault);

static JsonStatus
check_member_key(JsonReader *r, JsonSpan *fault)
{
	skip_space(r);
	if (byte_at(r, r->at) != '"')
		return unexpected(r, fault);
	if (check_string(r, fault) != JSON_OK)
		return JSON_SYNTAX;
	skip_space(r);
	if (byte_at(r, r->at) != ':')
		return unexpected(r, fault);
	r->at++;
	return JSON_OK;
}

static JsonStatus
check_items(JsonReader *r, unsigned char close, int depth, JsonSpan *fault)
{
	if (depth >= JSON_MAX_DEPTH)
	{
		(void) wrong(r, 1, fault);
		return JSON_DEPTH;
	}
	r->at++;
	skip_space(r);
	if (byte_at(r, r->at) == close)
	{
		r->at++;
		return JSON_OK;
	}
	for (;;)
	{
		JsonStatus status = JSON_OK;

		if (close == '}')
			status = check_member_key(r, fault);
		if (status == JSON_OK)
			status = check_value(r, depth + 1, fault);
		if (status != JSON_OK)
			return status;
		skip_space(r);
		if (byte_at(r, r->at) == close)
		{
			r->at++;
			return JSON_OK;
		}
		if (byte_at(r, r->at) != ',')
			return unexpected(r, fault);
		r->at++;
	}
}

static JsonStatus
check_value(JsonReader *r, int depth, JsonSpan *fault)
{
	skip_space(r);
	switch (byte_at(r, r->at))
	{
		case '{':
			return check_items(r, '}', depth, fault);
		case '[':
			return check_items(r, ']', depth, fault);
		case '"':
			return check_string(r, fault);
		case 't':
			return check_literal(r, "true", fault);
		case 'f':
			return check_literal(r, "false", fault);
		case 'n':
			return check_literal(r, "null", fault);
		default:
			return check_number(r, fault);
	}
}

JsonStatus
json_check(JsonReader *r, JsonSpan *fault)
{
	JsonStatus status;

	r->at = 0;
	status = check_value(r, 0, fault);
	if (status != JSON_OK)
		return status;
	skip_space(r);
	if (r->at < r->len)
		return unexpected(r, fault);
	r->at = 0;
	return JSON_OK;
}

char
json_peek(JsonReader *r)
{
	skip_space(r);
	return r->text[r->at];
}

JsonSpan
json_skip(JsonReader *r)
{
	JsonSpan span;
	JsonSpan fault;

	skip_space(r);
	span.from = r->at;
	(void) check_value(r, 0, &fault);
	span.to = r->at;
	return span;
}

void
json_enter(JsonReader *r)
{
	skip_space(r);
	r->at++;
}

bool
json_next(JsonReader *r, char close)
{
	skip_space(r);
	if (r->text[r->at] == ',')
	{
		r->at++;
		skip_space(r);
	}
	if (r->text[r->at] != close)
		return true;
	r->at++;
	return false;
}

/* Read the character that an escape stands for. */
static size_t
take_escape(JsonReader *r, char out[4])
{
	char letter = r->text[r->at + 1];
	uint32_t unit;
	size_t i;

	if (letter != 'u')
	{
		out[0] = letter;
		for (i = 0; escapes[i] != '\0'; i += 2)
			if (escapes[i] == letter)
				out[0] = escapes[i + 1];
		r->at += 2;
		return 1;
	}
	unit = (uint32_t) hex_escape(r, r->at);
	r->at += 6;
	if (unit >= 0xD800 && unit <= 0xDBFF)
	{
		uint32_t second = (uint32_t) hex_escape(r, r->at);

		unit = 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
		r->at += 6;
	}
	return utf8_encode(unit, (uint8_t *) out);
}

size_t
json_string(JsonReader *r, char *out, size_t room, size_t *stored,
            JsonSpan *span)
{
	size_t length = 0;

	*stored = 0;
	skip_space(r);
	span->from = r->at++;
	while (r->text[r->at] != '"')
	{
		unsigned char lead = (unsigned char) r->text[r->at];
		char decoded[4];
		const char *c = decoded;
		size_t n;

		if (lead == '\\')
			n = take_escape(r, decoded);
		else
		{
			n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
			c = r->text + r->at;
			r->at += n;
		}
		/* nothing more is stored behind a character that did not fit */
		if (length == *stored && n <= room - length)
		{
			memcpy(out + length, c, n);
			*stored += n;
		}
		length += n;
	}
	span->to = ++r->at;
	return length;
}

void
json_word(JsonReader *r, JsonWord *word)
{
	word->length = json_string(r, word->text, sizeof(word->text),
	                           &word->stored, &word->span);
}

void
json_key(JsonReader *r, JsonWord *word)
{
	json_word(r, word);
	skip_space(r);
	r->at++; /* the colon */
	skip_space(r);
}

int
json_find(const JsonWord *word, const char *names, int n, size_t width)
{
	int i;

	for (i = 0; i < n; i++)
	{
		const char *name = names + (size_t) i * width;
		size_t length = 0;

		while (length < width && name[length] != '\0')
			length++;
		if (word->length == length && memcmp(word->text, name, length) == 0)
			return i;
	}
	return n;
}

size_t
json_path_push(JsonPath *path, const char *key, size_t len)
{
	size_t before = path->length;

	if (before > 0)
		path->text[path->length++] = '.';
	memcpy(path->text + path->length, key, len);
	path->length += len;
	return before;
}

/* A path is to be shown in one line, so it has no control characters. */
size_t
json_path_word(JsonPath *path, const JsonWord *word)
{
	size_t before = json_path_push(path, word->text, word->stored);
	size_t i;

	for (i = before; i < path->length; i++)
		if ((unsigned char) path->text[i] < 0x20 || path->text[i] == 0x7F)
			path->text[i] = '?';
	if (word->stored < word->length)
	{
		memcpy(path->text + path->length, "…", sizeof("…") - 1);
		path->length += sizeof("…") - 1;
	}
	return before;
}

void
json_path_index(char *path, int index)
{
	size_t n = strlen(path);

	path[n++] = '[';
	if (index >= 10)
		path[n++] = (char) ('0' + index / 10 % 10);
	path[n++] = (char) ('0' + index % 10);
	path[n++] = ']';
	path[n] = '\0';
}

/* An escape if the character needs one; returns its length, or 0. */
static size_t
put_escape(unsigned char c, char out[6])
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	if (c >= 0x20 && c != '"' && c != '\\')
		return 0;
	out[0] = '\\';
	for (i = 0; escapes[i] != '\0'; i += 2)
		if ((unsigned char) escapes[i + 1] == c)
		{
			out[1] = escapes[i];
			return 2;
		}
	memcpy(out + 1, "u00", 3);
	out[4] = hex[c >> 4];
	out[5] = hex[c & 15];
	return 6;
}

size_t
json_escape(const char *text, size_t len, char *out)
{
	size_t n = 0;
	size_t i;

	if (out != NULL)
		out[n] = '"';
	n++;
	for (i = 0; i < len; i++)
	{
		char escape[6];
		size_t length = put_escape((unsigned char) text[i], escape);

		if (out != NULL)
			memcpy(out + n, length > 0 ? escape : text + i,
			       length > 0 ? length : 1);
		n += length > 0 ? length : 1;
	}
	if (out != NULL)
		out[n] = '"';
	return n + 1;
}
