/*
 * dispatcher_compile_test.c
 *	  Compiling witnesses: contexts and their counts by plain loops, and which
 *of them have weights for which roles.
 */
#include "core/dispatcher_compile.h"

#include "dispatcher_cases.h"

#define WITNESSES 300
#define UNITS     9
#define ROLES     5

static DispatcherWitness witnesses[WITNESSES];
static const int64_t units[UNITS] = {-5, 1, 2, 3, 7, 8, 9, 100, 1000000};
static const uint32_t role[UNITS] = {0, 1, 1, 2, 0, 3, 4, 4, 1};

static int
compare(const void *a, const void *b)
{
	const DispatcherWitness *x = a;
	const DispatcherWitness *y = b;
	int order = dispatcher_compare_keys(&x->key, &y->key);

	if (order != 0)
		return order;
	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	return (x->day > y->day) - (x->day < y->day);
}

int
main(void)
{
	TestMemory counter = {-1, 0, 0};
	DispatcherMemory memory = {test_resize, test_poll, &counter};
	DispatcherNames channels = {{NULL, 0, 0}, {NULL, 0, 0}, NULL, 0};
	DispatcherNames properties = {{NULL, 0, 0}, {NULL, 0, 0}, NULL, 0};
	uint32_t channel_order[2] = {1, 0}; /* "b" was told first, then "a" */
	uint32_t property_order[1] = {0};
	DispatcherSource s;
	Dispatcher d;
	uint64_t random = 12;
	uint8_t *value;
	size_t size;
	uint64_t cases = 0;
	uint32_t contexts = 0;
	uint32_t c;
	uint32_t u;
	uint32_t k;
	int missing = 0;
	int wrong = 0;
	int wrong_weights = 0;
	int i;
	size_t len;

	dispatcher_number(&memory, &channels, "b", 1);
	dispatcher_number(&memory, &channels, "a", 1);
	dispatcher_number(&memory, &properties, "complaint", 9);
	for (i = 0; i < WITNESSES; i++)
	{
		DispatcherWitness *w = &witnesses[i];

		memset(w, 0, sizeof(*w));
		w->key.class_code = class_of(1 + (int) (next_random(&random) % 3),
		                             (int) (next_random(&random) % 3) - 1,
		                             (int) (next_random(&random) % 3) - 1);
		if (next_random(&random) % 8 != 0)
			w->key.cell = cell_of(1 + (int) (next_random(&random) % 3),
			                      (int) (next_random(&random) % 3) - 1);
		w->key.channel = (uint32_t) (next_random(&random) % 3);
		w->key.property = (uint32_t) (next_random(&random) % 2);
		w->unit = i < UNITS ? i : (int64_t) (next_random(&random) % UNITS);
		w->day = 1000 + (int32_t) (next_random(&random) % 300);
		w->cases = 1 + (uint32_t) (next_random(&random) % 3);
		cases += w->cases;
	}
	witnesses[0].day = 1300;
	qsort(witnesses, WITNESSES, sizeof(*witnesses), compare);
	memset(&s, 0, sizeof(s));
	s.header.cases = cases;
	s.header.witnesses = WITNESSES;
	s.header.first_day = 1000;
	s.header.last_day = 1300;
	s.header.class_levels = 1 << 2 | 1 << 4;
	s.header.cell_levels = 1 << GRID_STREET | 1 << GRID_COMMUNITY;
	s.header.half_life = 100;
	s.header.table_share = 0.25;
	s.header.units = UNITS;
	s.header.roles = ROLES;
	s.witnesses = witnesses;
	s.units = units;
	s.role = role;
	s.channels = &channels;
	s.channel_order = channel_order;
	s.properties = &properties;
	s.property_order = property_order;
	s.penalty = 0.5;
	s.passes = 50;
	if (!ok(dispatcher_compile(&memory, &s, 24, &value, &size) ==
	                DISPATCHER_OK &&
	            dispatcher_validate(value + 24, size - 24, &d) ==
	                DISPATCHER_OK,
	        "a sound value behind 24 bytes"))
		return done_testing();
	ok(d.units == UNITS && memcmp(d.unit, units, sizeof(units)) == 0 &&
	       memcmp(d.role, role, sizeof(role)) == 0 && d.cases == cases &&
	       d.half_life == 100 && d.table_share == 0.25,
	   "it holds what it was made of");
	ok(d.channels == 2 && *dispatcher_channel(&d, 1, &len) == 'a' &&
	       len == 1 && *dispatcher_channel(&d, 2, &len) == 'b' &&
	       memcmp(dispatcher_property(&d, 1, &len), "complaint", 9) == 0 &&
	       len == 9,
	   "names are in the order of their bytes");
	for (c = 0; c < d.contexts; c++)
	{
		const DispatcherContext *context = &d.context[c];
		bool has_role[ROLES] = {false};
		uint32_t seen = 0;
		uint32_t parts =
		    (context->key.class_code != 0) + (context->key.cell != 0) +
		    (context->key.channel != 0) + (context->key.property != 0);

		for (u = 0; u < UNITS; u++)
		{
			double weight = 0;
			uint32_t n = 0;
			bool found = false;

			for (i = 0; i < WITNESSES; i++)
			{
				DispatcherContexts list;
				int at;

				dispatcher_contexts(&witnesses[i].key, d.class_levels,
				                    d.cell_levels, &list);
				for (at = 0; at < list.n; at++)
					if (witnesses[i].unit == u &&
					    dispatcher_compare_keys(&list.key[at],
					                            &context->key) == 0)
					{
						weight += pow(0.5, (1300 - witnesses[i].day) / 100.0);
						n += witnesses[i].cases;
					}
			}
			for (k = context->first_entry; k < context[1].first_entry; k++)
				if (d.entry[k].unit == u)
				{
					found = true;
					wrong += d.entry[k].cases != n ||
					         fabs(d.entry[k].weight - weight) > 1e-9;
				}
			missing += (n > 0) != found;
			if (n > 0)
				has_role[role[u]] = true;
		}
		for (k = context->first_weight; k < context[1].first_weight; k++)
		{
			wrong_weights += !has_role[d.weight[k].role];
			seen++;
		}
		for (u = 0, k = 0; u < ROLES; u++)
			k += has_role[u];
		wrong_weights += seen != (parts == 1 ? k : 0);
		contexts++;
	}
	ok(contexts > 100 && missing == 0 && wrong == 0,
	   "%u contexts are counted as plain loops do", contexts);
	ok(wrong_weights == 0, "those of one part have a weight for each role");
	free(value);
	dispatcher_free_names(&memory, &channels);
	dispatcher_free_names(&memory, &properties);
	ok(counter.live == 1, "memory is given back");
	return done_testing();
}
