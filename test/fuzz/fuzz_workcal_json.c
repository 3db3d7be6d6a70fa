/*
 * fuzz_workcal_json.c
 *	  Any bytes as the text of a calendar: what is read is sound, and written
 *	  and read again it is the same; what is not has a fault inside the text;
 *	  and memory that ends anywhere leaves nothing behind.
 */
#include "core/workcal.h"

#include "../unit/workcal_texts.h"
#include "fuzz.h"

static void
require_fault(const WorkcalFault *fault, const uint8_t *data, size_t size)
{
	REQUIRE(fault->status > WORKCAL_NO_MEMORY &&
	        fault->status <= WORKCAL_WEEKDAY);
	REQUIRE(fault->from <= fault->to && fault->to <= size);
	REQUIRE(memchr(fault->path, 0, sizeof(fault->path)) != NULL);
	/* all but text that is not JSON: a whole value or key, or a bracket */
	if (fault->status != WORKCAL_SYNTAX)
		REQUIRE(fault->from < fault->to &&
		        strchr(" \t\r\n:,", data[fault->from]) == NULL &&
		        strchr(" \t\r\n:,", data[fault->to - 1]) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TestHeap heap = {0, 0, 0};
	WorkcalMemory memory = {heap_resize, &heap};
	WorkcalRules rules;
	WorkcalRules again;
	WorkcalFault fault;
	WorkcalFault other;
	long calls;
	size_t len;
	size_t len2;
	char *text;
	char *text2;
	bool read =
	    workcal_parse((const char *) data, size, &memory, &rules, &fault);

	calls = heap.calls;
	if (read)
	{
		REQUIRE(fault.status == WORKCAL_OK && rules_sound(&rules));
		text = workcal_print(&rules, &len);
		REQUIRE(text != NULL && strlen(text) == len);
		REQUIRE(workcal_parse(text, len, &memory, &again, &other));
		REQUIRE(same_rules(&rules, &again));
		text2 = workcal_print(&again, &len2);
		REQUIRE(text2 != NULL && len == len2 && memcmp(text, text2, len) == 0);
		heap_resize(&heap, text, 0);
		heap_resize(&heap, text2, 0);
		workcal_free(&again);
	}
	else
	{
		require_fault(&fault, data, size);
		REQUIRE(heap.blocks == 0);
	}
	workcal_free(&rules);
	workcal_free(&rules);
	REQUIRE(heap.blocks == 0);
	if (calls > 0)
	{
		heap.calls = 0;
		heap.fail_at = 1 + (long) (data[size / 2] % (unsigned long) calls);
		REQUIRE(!workcal_parse((const char *) data, size, &memory, &rules,
		                       &fault));
		REQUIRE(fault.status == WORKCAL_NO_MEMORY && heap.blocks == 0);
	}
	return 0;
}
