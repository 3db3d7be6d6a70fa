/*
 * rulebook_bytes.h
 *	  Rulebooks as bytes for the tests: compiled, changed, sealed again.
 */
#ifndef CIVICGRID_TEST_RULEBOOK_BYTES_H
#define CIVICGRID_TEST_RULEBOOK_BYTES_H

#include "core/checksum.h"
#include "core/rulebook_format.h"

#include "rulebook_oracle.h"

static inline void
seal_rulebook(uint8_t *bytes, size_t size)
{
	uint64_t sum = checksum_bytes(bytes + 24, size - 24);

	memcpy(bytes + RULEBOOK_DIGEST_AT, &sum, sizeof(sum));
}

/* One that has records of all kinds; to be given to free() */
static inline uint8_t *
make_rulebook(Book *book, uint64_t seed, int most, size_t *size)
{
	TestMemory memory = {-1, 0, 0};
	RulebookDraftReport report;
	uint8_t *block;

	do
	{
		uint64_t random = seed++;

		random_book(&random, book, most);
	} while (book->nunits < 2 || book->nrules < 3 || book->nassists == 0 ||
	         book->nfallbacks == 0 || book->nexclusions == 0 ||
	         book->npolicies < 3 || book->nlimits == 0 || book->ngrades == 0 ||
	         book->nwindows == 0 || book->nchannels == 0 ||
	         book->nclasses == 0 || book->ncells == 0);
	if (!compile_book(book, 0, &memory, &block, size, &report))
		abort();
	return block;
}

/* Where a section is */
static inline uint8_t *
section_bytes(uint8_t *bytes, unsigned section, size_t *size)
{
	const RulebookHeader *h = (const void *) bytes;
	size_t from = (size_t) h->at[section] * RULEBOOK_ALIGN;
	size_t to = section + 1 < RULEBOOK_SECTIONS
	                ? (size_t) h->at[section + 1] * RULEBOOK_ALIGN
	                : (size_t) h->bytes;

	*size = to - from;
	return bytes + from;
}

static inline void
count_match(void *context, const RulebookMatch *match)
{
	int64_t *sum = context;

	*sum += match->rule + match->fallback + match->unit + match->exclusion +
	        (int) match->verdict;
}

/*
 * Ask whatever can be asked of an opened rulebook, with any requests.  All
 * that is answered must exist.
 */
static inline bool
use_rulebook(const Rulebook *opened, uint64_t *random, int requests)
{
	int64_t sum = 0;
	bool good = true;
	int i;
	uint32_t k;

	for (i = 0; i < requests; i++)
	{
		RulebookRequest q;
		RulebookAnswer a;
		uint64_t how = next_random(random);

		memset(&q, 0, sizeof(q));
		q.event_class = random_class(random);
		q.cell = random_cell(random);
		q.at = pick(random, 12);
		q.key = next_random(random);
		q.channel = (uint16_t) pick(random, 8);
		q.owner = (uint16_t) pick(random, 5);
		q.severity = (uint8_t) pick(random, 5);
		q.minute = (uint16_t) pick(random, 40);
		if (how % 8 == 0)
		{
			/* no such class, cell, channel, … */
			q.event_class = (int64_t) next_random(random);
			q.cell = (int64_t) next_random(random);
			q.at = (int64_t) next_random(random);
			q.channel = (uint16_t) next_random(random);
			q.owner = (uint16_t) next_random(random);
			q.severity = (uint8_t) next_random(random);
			q.minute = (uint16_t) next_random(random);
		}
		rulebook_route(opened, &q, &a);
		good &= a.lead < (int32_t) opened->unit_count &&
		        a.rule < (int32_t) opened->rule_count &&
		        a.fallback < (int32_t) opened->fallback_count &&
		        a.intake < (int32_t) opened->unit_count &&
		        a.paths <= 2 * RULEBOOK_DEPTH &&
		        a.assists <= RULEBOOK_ASSISTS && a.stages <= RULEBOOK_STAGES &&
		        (a.lead >= 0) == (a.rule >= 0 || a.fallback >= 0) &&
		        (a.lead >= 0) == (a.paths > 0) &&
		        a.rule_id == (a.rule < 0 ? 0 : opened->rules[a.rule].id);
		for (k = 0; good && k < a.paths; k++)
			good &= (uint32_t) a.path[k] < opened->unit_count;
		for (k = 0; good && k < a.assists; k++)
			good &= (uint32_t) a.assist[k] < opened->unit_count;
		for (k = 0; good && k < a.stages; k++)
			good &= (uint32_t) a.policy[k] < opened->policy_count;
		rulebook_explain(opened, &q, count_match, &sum);
	}
	for (k = 0; k < opened->rule_count; k++)
		sum += rulebook_resolve(opened, &opened->rules[k].lead,
		                        random_cell(random), 5);
	for (k = 0; k < opened->unit_count; k++)
		good &= rulebook_unit(opened, opened->units[k].id) == (int32_t) k;
	for (i = 0; i < RULEBOOK_DOMAINS; i++)
		for (k = 0; k < opened->name_count[i]; k++)
			good &= rulebook_number(opened, (RulebookDomain) i,
			                        opened->pool + opened->names[i][k].at,
			                        opened->names[i][k].len) == k + 1;
	return good && strlen(opened->timezone) <= RULEBOOK_NAME_BYTES &&
	       sum != INT64_MIN;
}

#endif /* CIVICGRID_TEST_RULEBOOK_BYTES_H */
