/*
 * fuzz_term.c
 *	  Any bytes as the text of a term, and as the amounts of two.
 */
#include "core/term.h"

#include "fuzz.h"

static bool
same(const Term *a, const Term *b)
{
	return memcmp(a, b, sizeof(Term)) == 0;
}

static void
try_value(const Term *term)
{
	char out[TERM_TEXT];
	TermFault fault;
	Term again;
	int len;

	if (term_check(term) != TERM_OK)
		return;
	len = term_format(term, out);
	REQUIRE(len == (int) strlen(out) && len < TERM_TEXT);
	REQUIRE(term_parse(out, (size_t) len, &again, &fault) &&
	        same(term, &again));
}

static void
try_sum(const Term *a, const Term *b)
{
	Term sum;
	Term other;
	bool fits;

	if (term_check(a) == TERM_RANGE || term_check(b) == TERM_RANGE)
		return;
	fits = term_add(a, b, &sum);
	REQUIRE(fits == term_add(b, a, &other));
	if (fits)
	{
		REQUIRE(same(&sum, &other) && term_check(&sum) != TERM_RANGE);
		REQUIRE(term_format(&sum, (char[TERM_TEXT]){0}) < TERM_TEXT);
		try_value(&sum);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TermFault fault = {TERM_OK, 0, 0};
	Term term;
	Term two[2];

	if (term_parse((const char *) data, size, &term, &fault))
	{
		REQUIRE(term_check(&term) == TERM_OK);
		try_value(&term);
	}
	else
	{
		REQUIRE(fault.status != TERM_OK && fault.from <= fault.to &&
		        fault.to <= size);
		/* there is something to show, unless something is missing */
		REQUIRE(fault.from < fault.to || fault.status == TERM_UNIT ||
		        size == 0);
	}
	if (size == sizeof(two))
	{
		memcpy(two, data, sizeof(two));
		try_value(&two[0]);
		try_sum(&two[0], &two[1]);
	}
	return 0;
}
