/*
 * fuzz_json.c
 *	  Any bytes as JSON: what is accepted can be walked through to its end, and
 *	  every string of it is written and read again.
 */
#include "core/json.h"

#include "fuzz.h"

static void
require_string(const char *text, size_t len)
{
	size_t n = json_escape(text, len, NULL);
	char *escaped = malloc(n);
	char *again = malloc(len + 1);
	JsonReader r = {escaped, n, 0};
	JsonSpan span;
	size_t stored;

	REQUIRE(json_escape(text, len, escaped) == n);
	REQUIRE(json_check(&r, &span) == JSON_OK);
	REQUIRE(json_string(&r, again, len, &stored, &span) == len);
	REQUIRE(stored == len && memcmp(again, text, len) == 0);
	REQUIRE(span.from == 0 && span.to == n);
	free(escaped);
	free(again);
}

static void
walk(JsonReader *r)
{
	JsonReader other = *r;
	JsonSpan span = json_skip(&other);
	JsonSpan inner;
	JsonWord word;
	char *text;
	size_t length;
	size_t stored;

	REQUIRE(span.from >= r->at && span.to > span.from && span.to <= r->len);
	switch (json_peek(r))
	{
		case '[':
			json_enter(r);
			while (json_next(r, ']'))
				walk(r);
			break;
		case '{':
			json_enter(r);
			while (json_next(r, '}'))
			{
				json_key(r, &word);
				REQUIRE(word.stored <= word.length &&
				        word.stored <= sizeof(word.text));
				REQUIRE(r->text[word.span.from] == '"' &&
				        r->text[word.span.to - 1] == '"');
				require_string(word.text, word.stored);
				walk(r);
			}
			break;
		case '"':
			/* no escape is shorter than its character */
			text = malloc(span.to - span.from);
			length =
			    json_string(r, text, span.to - span.from, &stored, &inner);
			REQUIRE(length == stored && length <= span.to - span.from - 2);
			REQUIRE(inner.from == span.from && inner.to == span.to);
			require_string(text, stored);
			free(text);
			break;
		default:
			(void) json_skip(r);
	}
	REQUIRE(r->at == span.to);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	JsonReader r = {(const char *) data, size, 0};
	JsonSpan fault = {0, 0};
	JsonStatus status = json_check(&r, &fault);

	if (status == JSON_OK)
	{
		walk(&r);
		for (; r.at < size; r.at++)
			REQUIRE(strchr(" \t\r\n", r.text[r.at]) != NULL &&
			        r.text[r.at] != '\0');
	}
	else
		REQUIRE(fault.from <= fault.to && fault.to <= size &&
		        (fault.from < fault.to || fault.from == size));
	return 0;
}
