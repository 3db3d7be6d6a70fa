/*
 * fuzz_dispatcher_cover.c
 *	  Any leaves: each is decided by the matching rule of the highest rank,
 *each rule gets right what it has to, and they add up.
 */
#include "core/dispatcher_cover.h"
#include "core/dispatcher_format.h"
#include "fuzz_dispatcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
matches(const DispatcherKey *rule, const DispatcherKey *leaf)
{
	return (rule->class_code == 0 ||
	        (leaf->class_code >= rule->class_code &&
	         leaf->class_code <= eventcode_last(rule->class_code))) &&
	       (rule->cell == 0 || (leaf->cell >= rule->cell &&
	                            leaf->cell <= gridcode_last(rule->cell))) &&
	       (rule->channel == 0 || rule->channel == leaf->channel);
}

static int
rank(const DispatcherKey *key)
{
	return (key->class_code == 0 ? 0 : eventcode_digits(key->class_code)) *
	           1000 +
	       (key->cell == 0 ? 0 : gridcode_digits(key->cell)) * 10 +
	       (key->channel != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	DispatcherLeaf leaves[101];
	DispatcherLabel labels[400];
	uint32_t decides[100];
	DispatcherCover options;
	DispatcherList rules = {NULL, 0, 0};
	DispatcherStatus status;
	const DispatcherRule *rule;
	uint32_t n = 0;
	uint32_t l = 0;
	uint32_t i;
	size_t at;
	size_t k;

	if (size < 4)
		return 0;
	options.gain = 1 + data[0];
	options.support = data[1];
	options.confidence = data[2] / 255.0;
	options.class_levels = data[3] % 8 * 4;
	options.cell_levels = data[3] / 8 % 8 * 8;
	for (at = 4; at + FUZZ_BYTES <= size && n < 100; at += FUZZ_BYTES)
	{
		TestCase t;
		DispatcherKey key = {0, 0, 0, 0};

		read_case(data + at, &t);
		key.class_code = t.class_code;
		key.cell = t.cell;
		key.channel = t.channel[0] == 'a' ? 1 : t.channel[0] == 'w' ? 2 : 0;
		for (i = 0; i < n; i++)
			if (dispatcher_compare_keys(&leaves[i].key, &key) == 0)
				break;
		if (i < n)
			continue;
		leaves[n].key = key;
		leaves[n].first_label = l;
		leaves[n].weight = 0;
		for (i = 0; i < 4; i++)
			if (data[at + i] % 3 > 0)
			{
				labels[l].label = i == 0 ? (uint32_t) (t.unit + 1) : 10 + i;
				labels[l].weight = 1 + data[at + i] % 50;
				leaves[n].weight += labels[l++].weight;
			}
		n++;
	}
	leaves[n].first_label = l;
	fuzz_counter.left = data[3] > 200 ? (data[3] - 200) / 3 : -1;
	fuzz_counter.live = 0;
	status = dispatcher_cover(&fuzz_memory, leaves, n, labels, &options,
	                          &rules, decides);
	if (status != DISPATCHER_OK)
		REQUIRE(status == DISPATCHER_NO_MEMORY && data[3] > 200);
	rule = rules.at;
	for (k = 0; status == DISPATCHER_OK && k < rules.used; k++)
	{
		int64_t decided = 0;
		int64_t kept = 0;

		REQUIRE(k == 0 ||
		        dispatcher_compare_keys(&rule[k - 1].key, &rule[k].key) < 0);
		for (i = 0; i < n; i++)
			if (decides[i] == k)
			{
				decided += leaves[i].weight;
				for (at = leaves[i].first_label;
				     at < leaves[i + 1].first_label; at++)
					if (labels[at].label == rule[k].label)
						kept += labels[at].weight;
			}
		REQUIRE(decided == rule[k].decided && kept == rule[k].kept &&
		        kept >= options.gain &&
		        (double) kept >= options.confidence * (double) decided);
	}
	for (i = 0; status == DISPATCHER_OK && i < n; i++)
	{
		size_t best = SIZE_MAX;

		for (k = 0; k < rules.used; k++)
			if (matches(&rule[k].key, &leaves[i].key) &&
			    (best == SIZE_MAX ||
			     rank(&rule[k].key) > rank(&rule[best].key)))
				best = k;
		REQUIRE(best ==
		        (decides[i] == DISPATCHER_NO_RULE ? SIZE_MAX : decides[i]));
	}
	dispatcher_free_list(&fuzz_memory, &rules);
	REQUIRE(fuzz_counter.live == 0);
	return 0;
}
