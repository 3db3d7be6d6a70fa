/*
 * fuzz_textcluster_collect.c
 *	  Any bytes as messages, divided by NUL: what is collected is consistent.
 */
#include "core/textcluster_parts.h"

#include "../unit/textcluster_memory.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static TestMemory counter = {-1, 0, 0};
	static const TextclusterMemory memory = {test_resize, test_poll, &counter};
	TextclusterOptions options;
	Textcluster tc;
	size_t at = 0;
	size_t messages = 0;
	size_t grams = 0;
	uint32_t copies = 0;

	textcluster_default_options(&options);
	textcluster_begin(&tc, &memory, &options);
	while (at < size)
	{
		const uint8_t *end = memchr(data + at, 0, size - at);
		size_t len = end == NULL ? size - at : (size_t) (end - data) - at;
		char *text = malloc(len > 0 ? len : 1);

		memcpy(text, data + at, len);
		REQUIRE(textcluster_add(&tc, text, len) == TEXTCLUSTER_OK);
		free(text);
		messages++;
		at += len + 1;
	}
	REQUIRE(tc.messages.used == messages && tc.texts.used <= messages);
	REQUIRE(tc.ids.used == tc.counts.used);
	REQUIRE(tc.hashes.used == tc.spread.used);
	for (size_t t = 0; t < tc.texts.used; t++)
	{
		const TextclusterText *text = textcluster_text(&tc, t);

		REQUIRE(text->grams == grams);
		REQUIRE(text->n <= 2 * text->said && text->copies > 0);
		grams += text->n;
		copies += text->copies;
	}
	REQUIRE(grams == tc.ids.used && copies == messages);
	for (size_t i = 0; i < grams; i++)
	{
		uint32_t id = ((uint32_t *) tc.ids.at)[i];

		REQUIRE(id < tc.hashes.used && ((uint8_t *) tc.counts.at)[i] > 0);
		REQUIRE(*textcluster_slot(&tc, ((uint64_t *) tc.hashes.at)[id]) ==
		        id + 1);
	}
	textcluster_free(&tc);
	REQUIRE(counter.live == 0);
	return 0;
}
