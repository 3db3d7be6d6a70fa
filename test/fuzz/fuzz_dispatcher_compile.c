/*
 * fuzz_dispatcher_compile.c
 *	  Any witnesses in order are made a value that passes the check.
 */
#include "core/dispatcher_compile.h"
#include "fuzz_dispatcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t units[11] = {-9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	DispatcherNames channels;
	DispatcherNames properties;
	DispatcherSource s;
	DispatcherWitness w[60];
	DispatcherStatus status;
	Dispatcher d;
	uint32_t role[11];
	uint32_t order[1] = {0};
	uint32_t n = 0;
	uint32_t roles = 0;
	uint8_t *value;
	size_t bytes;

	if (size < 11 + FUZZ_BYTES)
		return 0;
	memset(&s, 0, sizeof(s));
	memset(&channels, 0, sizeof(channels));
	memset(&properties, 0, sizeof(properties));
	fuzz_counter.left = -1;
	fuzz_counter.live = 0;
	dispatcher_number(&fuzz_memory, &channels, "x", 1);
	for (n = 0; n < 11; n++)
	{
		role[n] = data[n] % 12 > roles ? roles : data[n] % 12;
		roles += role[n] == roles;
	}
	/* a witness of each unit first, since every unit has one */
	for (n = 0;
	     n < 60 && (n < 11 || 11 + (n - 11) * FUZZ_BYTES + FUZZ_BYTES <= size);
	     n++)
	{
		TestCase t;

		read_case(n < 11 ? data : data + 11 + (n - 11) * FUZZ_BYTES, &t);
		memset(&w[n], 0, sizeof(w[n]));
		w[n].key.class_code = t.class_code;
		w[n].key.cell = t.cell;
		w[n].key.channel = t.channel[0] != '\0';
		w[n].unit = n < 11 ? n : t.unit + 1;
		w[n].day = t.day;
		w[n].cases = 1 + (uint32_t) n % 3;
		s.header.cases += w[n].cases;
		if (t.day > s.header.last_day)
			s.header.last_day = t.day;
	}
	qsort(w, n, sizeof(*w), compare);
	s.header.witnesses = n;
	s.header.class_levels = data[0] % 64 * 2;
	s.header.cell_levels = data[1] % 64 * 2;
	s.header.half_life = 1 + data[2];
	s.header.table_share = data[3] / 255.0;
	s.header.units = 11;
	s.header.roles = roles;
	s.witnesses = w;
	s.units = units;
	s.role = role;
	s.channels = &channels;
	s.channel_order = order;
	s.properties = &properties;
	s.property_order = order;
	s.penalty = 0.01 + data[4];
	s.passes = data[5] % 30;
	if (data[6] > 128)
		fuzz_counter.left = data[6] - 128;
	status = dispatcher_compile(&fuzz_memory, &s, 16, &value, &bytes);
	if (status == DISPATCHER_OK)
	{
		REQUIRE(dispatcher_validate(value + 16, bytes - 16, &d) ==
		        DISPATCHER_OK);
		REQUIRE(d.roles == roles && d.cases == s.header.cases);
		free(value);
		fuzz_counter.live--;
	}
	else
		REQUIRE(status == DISPATCHER_NO_MEMORY && data[6] > 128);
	dispatcher_free_names(&fuzz_memory, &channels);
	dispatcher_free_names(&fuzz_memory, &properties);
	REQUIRE(fuzz_counter.live == 0);
	return 0;
}
