/*
 * dispatcher_cover_test.c
 *	  The fewest rules: against plain loops that choose and drop the same way,
 *	  rules that were hidden are found, no memory.
 */
#include "core/dispatcher_cover.h"

#include "dispatcher_cases.h"

#define LEAVES 160
#define LABELS 6
#define RULES  4000

static DispatcherLeaf leaves[LEAVES + 1];
static DispatcherLabel labels[LEAVES * LABELS];
static uint32_t decides[LEAVES];

#define CLASS_LEVELS (1 << 2 | 1 << 4)
#define CELL_LEVELS  (1 << GRID_STREET | 1 << GRID_COMMUNITY)

static DispatcherCover options = {30, 50, 0.6, CLASS_LEVELS, CELL_LEVELS};

static DispatcherStatus
cover(uint32_t n, TestMemory *counter, DispatcherList *rules)
{
	DispatcherMemory memory = {test_resize, test_poll, counter};

	memset(rules, 0, sizeof(*rules));
	return dispatcher_cover(&memory, leaves, n, labels, &options, rules,
	                        decides);
}

/* A town in which a few rules hold, with chance */
static uint32_t
make_leaves(uint64_t *random, int noise)
{
	uint32_t n = 0;
	uint32_t l = 0;
	int t;
	int m;
	int s;
	int c;
	int ch;

	for (t = 1; t < 4; t++)
		for (m = 0; m < 2; m++)
			for (s = 1; s < 4; s++)
				for (c = 0; c < 3; c++)
					for (ch = 0; ch < 3; ch++)
					{
						int64_t weight[LABELS] = {0};
						uint32_t owner = (uint32_t) (t == 1    ? 0
						                             : t == 2  ? s
						                             : m == 0  ? 4
						                             : ch == 1 ? 5
						                                       : 0);
						int k;

						if (n == LEAVES || next_random(random) % 3 == 0)
							continue;
						memset(&leaves[n], 0, sizeof(leaves[n]));
						leaves[n].key.class_code = class_of(t, m, -1);
						leaves[n].key.cell =
						    c == 2 ? 0 : cell_of(s, c == 0 ? -1 : c);
						leaves[n].key.channel = (uint32_t) ch;
						leaves[n].first_label = l;
						for (k = (int) (next_random(random) % 12); k >= 0; k--)
							weight[(int) (next_random(random) % 100) < noise
							           ? next_random(random) % LABELS
							           : owner] += 10;
						for (k = 0; k < LABELS; k++)
							if (weight[k] > 0)
							{
								leaves[n].weight += weight[k];
								labels[l].label = (uint32_t) k;
								labels[l++].weight = weight[k];
							}
						n++;
					}
	leaves[n].first_label = l;
	return n;
}

typedef struct PlainRule
{
	DispatcherKey key;
	uint32_t label;
	bool chosen;
} PlainRule;

static PlainRule plain[RULES];
static int plain_count;

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

static int64_t
right(uint32_t leaf, int rule)
{
	uint32_t l;

	if (rule >= 0)
		for (l = leaves[leaf].first_label; l < leaves[leaf + 1].first_label;
		     l++)
			if (labels[l].label == plain[rule].label)
				return labels[l].weight;
	return 0;
}

/* The chosen rule that decides a leaf, or -1; one is left out */
static int
decider(uint32_t leaf, int without)
{
	int best = -1;
	int i;

	for (i = 0; i < plain_count; i++)
		if (plain[i].chosen && i != without &&
		    matches(&plain[i].key, &leaves[leaf].key) &&
		    (best < 0 || rank(&plain[i].key) > rank(&plain[best].key)))
			best = i;
	return best;
}

static int
compare_rules(const void *a, const void *b)
{
	const DispatcherKey *x = &((const PlainRule *) a)->key;
	const DispatcherKey *y = &((const PlainRule *) b)->key;

	if (x->class_code != y->class_code)
		return x->class_code < y->class_code ? -1 : 1;
	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	return (x->channel > y->channel) - (x->channel < y->channel);
}

static void
put_plain(uint32_t n, const DispatcherKey *key)
{
	int64_t weight[LABELS] = {0};
	int64_t all = 0;
	uint32_t i;
	uint32_t l;
	int k;
	int best = 0;

	for (k = 0; k < plain_count; k++)
		if (compare_rules(&plain[k], key) == 0)
			return;
	for (i = 0; i < n; i++)
		if (matches(key, &leaves[i].key))
		{
			all += leaves[i].weight;
			for (l = leaves[i].first_label; l < leaves[i + 1].first_label; l++)
				weight[labels[l].label] += labels[l].weight;
		}
	for (k = 1; k < LABELS; k++)
		if (weight[k] > weight[best])
			best = k;
	if (all < options.support || weight[best] < 0.6 * all)
		return;
	plain[plain_count].key = *key;
	plain[plain_count].label = (uint32_t) best;
	plain[plain_count++].chosen = false;
}

static void
plain_cover(uint32_t n)
{
	uint32_t i;
	int a;
	int b;
	int c;
	bool dropped = true;

	plain_count = 0;
	for (i = 0; i < n; i++)
		for (a = 0; a < 3; a++)
			for (b = 0; b < 3; b++)
				for (c = 0; c < 2; c++)
				{
					DispatcherKey key = {0, 0, 0, 0};

					if (a > 0)
						key.class_code =
						    eventcode_prefix(leaves[i].key.class_code, 2 * a);
					if (b > 0 &&
					    (leaves[i].key.cell == 0 ||
					     !gridcode_ancestor(leaves[i].key.cell,
					                        GRID_DISTRICT + b, &key.cell)))
						continue;
					if (c > 0)
						key.channel = leaves[i].key.channel;
					put_plain(n, &key);
				}
	qsort(plain, (size_t) plain_count, sizeof(*plain), compare_rules);
	for (;;) /* the one that gains the most, of two the first */
	{
		int64_t most = options.gain - 1;
		int best = -1;

		for (a = 0; a < plain_count; a++)
		{
			int64_t gain = 0;

			if (plain[a].chosen)
				continue;
			for (i = 0; i < n; i++)
			{
				int now = decider(i, -1);

				if (matches(&plain[a].key, &leaves[i].key) &&
				    (now < 0 || rank(&plain[a].key) > rank(&plain[now].key)))
					gain += right(i, a) - right(i, now);
			}
			if (gain > most)
			{
				most = gain;
				best = a;
			}
		}
		if (best < 0)
			break;
		plain[best].chosen = true;
	}
	while (dropped)
	{
		int r;

		dropped = false;
		for (r = 20000; r >= 0; r--) /* by rank */
			for (a = 0; a < plain_count; a++)
			{
				int64_t kept = 0;
				int64_t all = 0;
				int64_t without = 0;

				if (!plain[a].chosen || rank(&plain[a].key) != r)
					continue;
				for (i = 0; i < n; i++)
					if (decider(i, -1) == a)
					{
						all += leaves[i].weight;
						kept += right(i, a);
						without += right(i, decider(i, a));
					}
				if (kept - without < options.gain || kept < 0.6 * all)
				{
					plain[a].chosen = false;
					dropped = true;
				}
			}
	}
}

int
main(void)
{
	TestMemory counter = {-1, 0, 0};
	DispatcherMemory memory = {test_resize, test_poll, &counter};
	DispatcherList rules;
	DispatcherRule *rule;
	uint64_t random = 31;
	uint32_t n;
	uint32_t i;
	int k;
	int a;
	int differ = 0;
	int total = 0;
	long left;
	bool survived = true;

	n = make_leaves(&random, 0);
	cover(n, &counter, &rules);
	rule = rules.at;
	ok(rules.used >= 6 && rules.used <= 9,
	   "without chance, %zu rules say all that holds", rules.used);
	for (i = 0; i < rules.used; i++)
		if (rule[i].kept != rule[i].decided)
			break;
	ok(i == rules.used, "and nothing against it");
	dispatcher_free_list(&memory, &rules);
	ok(counter.live == 0 && counter.polled > 0, "memory is given back");

	for (k = 0; k < 60; k++)
	{
		n = make_leaves(&random, (int) (next_random(&random) % 60));
		options.gain = 10 + (int64_t) (next_random(&random) % 50);
		plain_cover(n);
		if (cover(n, &counter, &rules) != DISPATCHER_OK)
			differ++;
		rule = rules.at;
		i = 0;
		for (a = 0; a < plain_count; a++)
		{
			int64_t decided = 0;
			int64_t kept = 0;
			uint32_t l;

			if (!plain[a].chosen)
				continue;
			for (l = 0; l < n; l++)
				if (decider(l, -1) == a)
				{
					decided += leaves[l].weight;
					kept += right(l, a);
					differ += i >= rules.used || decides[l] != i;
				}
			if (i >= rules.used ||
			    compare_rules(&rule[i].key, &plain[a].key) != 0 ||
			    rule[i].label != plain[a].label ||
			    rule[i].decided != decided || rule[i].kept != kept)
				differ++;
			i++;
		}
		differ += i != rules.used;
		total += (int) i;
		for (i = 0; i < n; i++)
			differ +=
			    (decides[i] == DISPATCHER_NO_RULE) != (decider(i, -1) < 0);
		dispatcher_free_list(&memory, &rules);
	}
	ok(differ == 0 && total > 300,
	   "60 towns have the %d rules that plain loops choose", total);

	leaves[0].first_label = 0;
	ok(cover(0, &counter, &rules) == DISPATCHER_OK && rules.used == 0,
	   "no cases, no rules");
	dispatcher_free_list(&memory, &rules);

	n = make_leaves(&random, 30);
	for (left = 0;; left++)
	{
		DispatcherStatus status;

		counter.left = left;
		status = cover(n, &counter, &rules);
		dispatcher_free_list(&memory, &rules);
		survived = survived && counter.live == 0;
		if (status == DISPATCHER_OK)
			break;
		survived = survived && status == DISPATCHER_NO_MEMORY;
	}
	ok(survived && left > 10, "out of memory at each of %ld requests", left);
	return done_testing();
}
