/*
 * routing_values.h
 *	  Routings for tests: written from what was read.
 */
#ifndef CIVICGRID_TEST_ROUTING_VALUES_H
#define CIVICGRID_TEST_ROUTING_VALUES_H

#include "core/routing.h"

#include <stdlib.h>
#include <string.h>

#define ROUTING_MOST                                                  \
	(ROUTING_HEAD_BYTES + 3 + ROUTING_PATH * ROUTING_NUMBER_BYTES +   \
	 RULEBOOK_ASSISTS * (ROUTING_NUMBER_BYTES + ROUTING_TEXT_BYTES) + \
	 RULEBOOK_STAGES * ROUTING_TERM_BYTES)

/* Write it, with so many terms; returns the number of bytes. */
static size_t
write_routing(const Routing *r, const RoutingTerm *terms, int stages,
              uint8_t *out)
{
	size_t at = 0;
	int i;

	out[at++] = ROUTING_VERSION;
	at += routing_put_number(out + at, r->lead);
	at += routing_put_number(out + at, r->level);
	at += routing_put_number(out + at, r->rule);
	at += routing_put_number(out + at, r->fallback);
	at += routing_put_number(out + at, r->paths);
	for (i = 0; i < r->paths; i++)
		at += routing_put_number(out + at, r->path[i]);
	at += routing_put_number(out + at, r->assists);
	for (i = 0; i < r->assists; i++)
	{
		at += routing_put_number(out + at, r->assist[i]);
		at += routing_put_text(out + at, r->task[i].bytes, r->task[i].len);
	}
	at += routing_put_number(out + at, stages);
	for (i = 0; i < stages; i++)
		at += routing_put_term(out + at, &terms[i]);
	return at;
}

/* Texts are ASCII here. */
static bool
plain_text(void *context, const RoutingText *text)
{
	size_t i;

	(void) context;
	for (i = 0; i < text->len; i++)
		if (text->bytes[i] <= 0)
			return false;
	return true;
}

/*
 * Is what passes the check read to its end, and the same bytes when it is
 * written again; and is reading of no harm where it does not pass?
 */
static bool
holds_together(const uint8_t *bytes, size_t size)
{
	bool good = routing_check(bytes, size, plain_text, NULL);
	RoutingTerm *terms = calloc(RULEBOOK_STAGES, sizeof(*terms));
	uint8_t *again = malloc(ROUTING_MOST);
	Routing head;
	Routing r;
	bool read = routing_read_head(bytes, size, &head);
	bool fits = read || !good;
	int stages = 0;

	if (routing_read(bytes, size, &r))
	{
		int n = r.stages;

		fits = fits && read && r.lead == head.lead && r.rule == head.rule &&
		       r.level == head.level && r.fallback == head.fallback;
		while (stages < n && routing_next(&r, &terms[stages]))
			stages++;
		if (good)
			fits = fits && stages == n && !routing_next(&r, &terms[0]) &&
			       write_routing(&r, terms, stages, again) == size &&
			       memcmp(again, bytes, size) == 0;
	}
	else
		fits = fits && !good;
	free(again);
	free(terms);
	return fits;
}

#endif /* CIVICGRID_TEST_ROUTING_VALUES_H */
