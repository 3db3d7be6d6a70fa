/*
 * routing.c
 *	  The flat form of a routing; see routing.h.
 */
#include "routing.h"

#include <string.h>

size_t
routing_put_text(uint8_t *out, const char *bytes, size_t len)
{
	size_t at = routing_put_number(out, (int64_t) len);

	if (len > 0)
		memcpy(out + at, bytes, len);
	return at + len;
}

static size_t
put_duration(uint8_t *out, const Term *term)
{
	const int64_t amounts[ROUTING_AMOUNTS] = {
	    term->seconds, term->work_seconds, term->days, term->work_days,
	    term->rolling_days};
	size_t at = 1;
	int i;

	out[0] = 0;
	for (i = 0; i < ROUTING_AMOUNTS; i++)
		if (amounts[i] != 0)
		{
			out[0] = (uint8_t) (out[0] | 1 << i);
			at += routing_put_number(out + at, amounts[i]);
		}
	return at;
}

size_t
routing_put_term(uint8_t *out, const RoutingTerm *term)
{
	size_t at = routing_put_text(out, term->stage.bytes, term->stage.len);
	int i;

	at += routing_put_number(out + at, term->policy);
	at += put_duration(out + at, &term->term);
	at += routing_put_text(out + at, term->calendar.bytes, term->calendar.len);
	at += routing_put_number(out + at, term->warnings);
	for (i = 0; i < term->warnings; i++)
		at += routing_put_number(out + at, term->warning[i]);
	at += routing_put_number(out + at, term->limits);
	for (i = 0; i < term->limits; i++)
	{
		at +=
		    routing_put_text(out + at, term->name[i].bytes, term->name[i].len);
		at += put_duration(out + at, &term->limit[i]);
	}
	return at;
}

/* See get_number, of any length */
static bool
get_long_number(Routing *r, int64_t least, int64_t most, int64_t *number)
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < ROUTING_NUMBER_BYTES && r->at < r->end; i++)
	{
		uint8_t byte = *r->at++;

		n |= (uint64_t) (byte & 0x7F) << (7 * i);
		if (byte >= 0x80)
			continue;
		*number = (int64_t) n;
		return (byte != 0 || i == 0) && *number >= least && *number <= most;
	}
	return false;
}

/* A number from least to most; false if there is none, or one in more bytes
 * than it needs. */
static inline bool
get_number(Routing *r, int64_t least, int64_t most, int64_t *number)
{
	if (r->at >= r->end || *r->at >= 0x80)
		return get_long_number(r, least, most, number);
	*number = *r->at++;
	return *number >= least && *number <= most;
}

static bool
get_count(Routing *r, int most, int *count)
{
	int64_t n;

	if (!get_number(r, 0, most, &n))
		return false;
	*count = (int) n;
	return true;
}

static bool
get_text(Routing *r, int64_t least, RoutingText *text)
{
	int64_t len;

	if (!get_number(r, least, RULEBOOK_NAME_BYTES, &len) ||
	    r->end - r->at < len)
		return false;
	text->bytes = (const char *) r->at;
	text->len = (size_t) len;
	r->at += len;
	return true;
}

static bool
get_duration(Routing *r, Term *term)
{
	int64_t amounts[ROUTING_AMOUNTS] = {0};
	uint8_t bits;
	int i;

	if (r->at >= r->end)
		return false;
	bits = *r->at++;
	if (bits >> ROUTING_AMOUNTS != 0)
		return false;
	for (i = 0; i < ROUTING_AMOUNTS; i++)
		if ((bits >> i & 1) != 0 &&
		    !get_number(r, 1, i < 2 ? TERM_MAX_SECONDS : TERM_MAX_DAYS,
		                &amounts[i]))
			return false;
	memset(term, 0, sizeof(*term));
	term->seconds = amounts[0];
	term->work_seconds = amounts[1];
	term->days = (int32_t) amounts[2];
	term->work_days = (int32_t) amounts[3];
	term->rolling_days = (int32_t) amounts[4];
	return term_check(term) == TERM_OK;
}

bool
routing_read_head(const uint8_t *bytes, size_t size, Routing *r)
{
	int64_t level;

	r->at = bytes;
	r->end = bytes + size;
	if (size == 0 || *r->at++ != ROUTING_VERSION ||
	    !get_number(r, 0, INT64_MAX, &r->lead) ||
	    !get_number(r, 0, RULEBOOK_LEVELS, &level) ||
	    !get_number(r, 0, INT64_MAX, &r->rule) ||
	    !get_number(r, 0, INT64_MAX, &r->fallback))
		return false;
	r->level = (int) level;
	/* what has a lead has it by a rule or as a fallback */
	if (r->lead == 0)
		return r->level == 0 && r->rule == 0 && r->fallback == 0;
	return r->level > 0 && (r->rule == 0) != (r->fallback == 0);
}

bool
routing_read(const uint8_t *bytes, size_t size, Routing *r)
{
	int i;

	if (!routing_read_head(bytes, size, r) ||
	    !get_count(r, r->lead == 0 ? 0 : ROUTING_PATH, &r->paths))
		return false;
	for (i = 0; i < r->paths; i++)
		if (!get_number(r, 1, INT64_MAX, &r->path[i]))
			return false;
	if (r->lead != 0 && (r->paths == 0 || r->path[r->paths - 1] != r->lead))
		return false;
	if (!get_count(r, r->lead == 0 ? 0 : RULEBOOK_ASSISTS, &r->assists))
		return false;
	for (i = 0; i < r->assists; i++)
		if (!get_number(r, 1, INT64_MAX, &r->assist[i]) ||
		    !get_text(r, 0, &r->task[i]))
			return false;
	return get_count(r, RULEBOOK_STAGES, &r->stages);
}

bool
routing_next(Routing *r, RoutingTerm *term)
{
	int i;

	if (r->stages <= 0)
		return false;
	r->stages--;
	if (!get_text(r, 1, &term->stage) ||
	    !get_number(r, 1, INT64_MAX, &term->policy) ||
	    !get_duration(r, &term->term) || !get_text(r, 0, &term->calendar) ||
	    !get_count(r, RULEBOOK_WARNINGS, &term->warnings))
		return false;
	for (i = 0; i < term->warnings; i++)
	{
		int64_t warning;

		if (!get_number(r, 1, UINT16_MAX, &warning))
			return false;
		term->warning[i] = (uint16_t) warning;
	}
	if (!get_count(r, RULEBOOK_LIMITS, &term->limits))
		return false;
	for (i = 0; i < term->limits; i++)
		if (!get_text(r, 1, &term->name[i]) ||
		    !get_duration(r, &term->limit[i]))
			return false;
	return true;
}

bool
routing_check(const uint8_t *bytes, size_t size,
              bool (*good)(void *context, const RoutingText *text),
              void *context)
{
	RoutingText stages[RULEBOOK_STAGES];
	Routing r;
	RoutingTerm term;
	int n = 0;
	int i;

	if (!routing_read(bytes, size, &r))
		return false;
	for (i = 0; i < r.assists; i++)
		if (r.task[i].len > 0 && !good(context, &r.task[i]))
			return false;
	while (r.stages > 0)
	{
		if (!routing_next(&r, &term) || !good(context, &term.stage) ||
		    (term.calendar.len > 0 && !good(context, &term.calendar)))
			return false;
		for (i = 0; i < term.limits; i++)
			if (!good(context, &term.name[i]))
				return false;
		/* each stage once */
		for (i = 0; i < n; i++)
			if (stages[i].len == term.stage.len &&
			    memcmp(stages[i].bytes, term.stage.bytes, term.stage.len) == 0)
				return false;
		stages[n++] = term.stage;
	}
	return r.at == r.end;
}
