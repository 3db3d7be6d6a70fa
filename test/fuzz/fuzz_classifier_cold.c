/*
 * fuzz_classifier_cold.c
 *	  Any rows are made a value that passes the check, the same each time and
 *	  in the other order, whose explanations add up to its scores.
 */
#include "core/classifier_cold.h"
#include "core/code.h"

#include "fuzz_classifier.h"

#define MOST_ROWS 64

typedef struct ColdRow
{
	int64_t code;
	int source;
	const char *text;
	size_t len;
} ColdRow;

/* A byte for the digits of a code, one for the source and their number, the
 * text up to a 0xFF */
static int
read_rows(const uint8_t *data, size_t size, ColdRow *rows)
{
	int n = 0;

	while (size >= 2 && n < MOST_ROWS)
	{
		ColdRow *row = &rows[n++];
		char digits[EVENTCODE_MAX_DIGITS];
		CodeFault fault;
		size_t i;

		for (i = 0; i < EVENTCODE_MAX_DIGITS; i++)
			digits[i] = (char) ('0' + (data[0] >> (i * 2 % 8) & 3));
		REQUIRE(eventcode_parse(digits, 1 + (data[1] >> 3) % 12, &row->code,
		                        &fault));
		row->source = data[1] & 7;
		data += 2;
		size -= 2;
		for (i = 0; i < size && data[i] != 0xFF; i++)
			;
		row->text = (const char *) data;
		row->len = i;
		i += i < size;
		data += i;
		size -= i;
	}
	return n;
}

static ClassifierStatus
make(const ColdRow *rows, int n, bool backwards, uint8_t **block, size_t *size)
{
	ClassifierCold cold;
	int i;

	classifier_cold_begin(&cold, &fuzz_memory, "fuzz");
	for (i = 0; i < n; i++)
	{
		const ColdRow *row = &rows[backwards ? n - 1 - i : i];

		if (row->source <= (int) CLASSIFIER_COLD_EXAMPLE)
			classifier_cold_text(&cold, row->code,
			                     (ClassifierColdSource) row->source, row->text,
			                     row->len);
		else
			classifier_cold_code(&cold, row->code);
	}
	return classifier_cold(&cold, 8, block, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ColdRow rows[MOST_ROWS];
	uint8_t *block[2] = {NULL, NULL};
	size_t bytes[2];
	Classifier c;
	ClassifierStatus status;
	int left = -1;
	int n;

	if (size > 0)
	{
		left = data[0] & 0x80 ? data[0] & 0x7F : -1;
		data++;
		size--;
	}
	n = read_rows(data, size, rows);
	fuzz_counter = (TestMemory){left, 0, 0};
	status = make(rows, n, false, &block[0], &bytes[0]);
	REQUIRE((status == CLASSIFIER_OK) == (block[0] != NULL));
	if (status != CLASSIFIER_OK)
	{
		REQUIRE((status == CLASSIFIER_NO_MEMORY && left >= 0) ||
		        (status == CLASSIFIER_EMPTY && n == 0));
		return 0;
	}
	REQUIRE(classifier_validate(block[0] + 8, bytes[0] - 8, &c) ==
	        CLASSIFIER_OK);
	fuzz_counter.left = -1;
	REQUIRE(make(rows, n, true, &block[1], &bytes[1]) == CLASSIFIER_OK);
	REQUIRE(bytes[0] == bytes[1] && memcmp(block[0], block[1], bytes[0]) == 0);
	fuzz_explain(&c, (const char *) data, size);
	free(block[0]);
	free(block[1]);
	return 0;
}
