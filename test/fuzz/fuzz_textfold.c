/*
 * fuzz_textfold.c
 *	  Any bytes as a text, by options that the first byte tells: what is folded
 *	  stays when folded again, and knows where it comes from.
 */
#include "core/textfold.h"

#include "fuzz.h"

static void *
resize(void *context, void *block, size_t size)
{
	(void) context;
	if (size == 0)
	{
		free(block);
		return NULL;
	}
	return realloc(block, size);
}

static void
poll(void *context)
{
	(void) context;
}

static void
check_origins(const TextfoldText *text, const char *source, size_t len)
{
	for (size_t i = 0; i < text->len; i++)
	{
		size_t from;
		size_t to;

		REQUIRE(text->origins[i] < len);
		REQUIRE(text->origins[i] <= text->origins[i + 1]);
		REQUIRE(((unsigned char) source[text->origins[i]] & 0xC0) != 0x80);
		textfold_source(text, i, i + 1, &from, &to);
		REQUIRE(from == text->origins[i] && from < to && to <= len);
	}
	REQUIRE(text->origins[text->len] == len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const TextfoldMemory memory = {resize, poll, NULL};
	static Textfold *fold;
	TextfoldOptions options = {.origins = true};
	TextfoldText once;
	TextfoldText twice;
	TextfoldStatus status;
	char *copy;

	if (size == 0)
		return 0;
	if (fold == NULL)
		REQUIRE(textfold_open(&memory, &fold) == TEXTFOLD_OK);
	options.bare_numbers = (data[0] & 1) != 0;
	options.digits_as_one = (data[0] & 2) != 0;
	textfold_begin(&once, &memory);
	textfold_begin(&twice, &memory);
	status = textfold_fold(fold, &options, (const char *) data + 1, size - 1,
	                       &once);
	REQUIRE(status == TEXTFOLD_OK || status == TEXTFOLD_ENCODING);
	if (status == TEXTFOLD_OK)
	{
		check_origins(&once, (const char *) data + 1, size - 1);
		REQUIRE(once.len <= 12 * size);
		copy = malloc(once.len + 1);
		memcpy(copy, once.bytes, once.len);
		options.origins = false;
		REQUIRE(textfold_fold(fold, &options, copy, once.len, &twice) ==
		        TEXTFOLD_OK);
		REQUIRE(twice.len == once.len &&
		        memcmp(twice.bytes, copy, once.len) == 0);
		free(copy);
	}
	textfold_free(&once);
	textfold_free(&twice);
	return 0;
}
