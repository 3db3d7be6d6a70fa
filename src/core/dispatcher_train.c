/*
 * dispatcher_train.c
 *	  See dispatcher_train.h.
 */
#include "code.h"
#include "dispatcher_compile.h"
#include "dispatcher_roles.h"
#include "dispatcher_train.h"

typedef struct Maker
{
	const DispatcherMemory *memory;
	const DispatcherOptions *options;
	DispatcherTrainer *trainer;
	DispatcherHeader header;
	DispatcherWitness *rows; /* cases; then witnesses */
	size_t n;
	uint32_t *channel_order;
	uint32_t *property_order;
	int64_t *units;
	uint32_t *role;
} Maker;

/* ---------------------------------------------------------------------
 * collecting
 * ---------------------------------------------------------------------
 */

void
dispatcher_default_options(DispatcherOptions *options)
{
	options->half_life = 180;
	options->penalty = 0.5;
	options->table_share = 0.2;
	options->passes = 100;
	options->class_levels = 0;
	options->roles = true;
}

void
dispatcher_train_begin(DispatcherTrainer *t, const DispatcherMemory *memory,
                       const DispatcherOptions *options)
{
	memset(t, 0, sizeof(*t));
	t->memory = *memory;
	if (options != NULL)
		t->options = *options;
	else
		dispatcher_default_options(&t->options);
}

void
dispatcher_train_free(DispatcherTrainer *t)
{
	dispatcher_free_list(&t->memory, &t->rows);
	dispatcher_free_names(&t->memory, &t->channels);
	dispatcher_free_names(&t->memory, &t->properties);
}

/* The number of a name, of which a model has room for some */
static DispatcherStatus
number_name(DispatcherTrainer *t, DispatcherNames *names, const char *bytes,
            size_t len, uint32_t *number)
{
	DispatcherStatus status =
	    dispatcher_number_text(&t->memory, names, bytes, len, number);

	return status == DISPATCHER_OK && *number > DISPATCHER_MAX_NAMES
	           ? DISPATCHER_TOO_LARGE
	           : status;
}

DispatcherStatus
dispatcher_train_add(DispatcherTrainer *t, const DispatcherCase *c,
                     int64_t unit)
{
	DispatcherStatus status;
	uint32_t channel;
	uint32_t property;
	DispatcherWitness *row;

	status =
	    number_name(t, &t->channels, c->channel, c->channel_len, &channel);
	if (status == DISPATCHER_OK)
		status = number_name(t, &t->properties, c->property, c->property_len,
		                     &property);
	if (status != DISPATCHER_OK)
		return status;
	if (t->rows.used >= UINT32_MAX - 1)
		return DISPATCHER_TOO_LARGE;
	row = dispatcher_push(&t->memory, &t->rows, sizeof(*row));
	if (row == NULL)
		return DISPATCHER_NO_MEMORY;
	row->unit = unit;
	row->key.class_code = c->class_code;
	row->key.cell = c->cell;
	row->key.channel = channel;
	row->key.property = property;
	row->day = c->day;
	row->cases = 1;
	return DISPATCHER_OK;
}

/* ---------------------------------------------------------------------
 * witnesses
 * ---------------------------------------------------------------------
 */

static int
order_rows(const void *a, const void *b, const void *context)
{
	const DispatcherWitness *x = a;
	const DispatcherWitness *y = b;
	int order = dispatcher_compare_keys(&x->key, &y->key);

	(void) context;
	if (order != 0)
		return order;
	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return 0;
}

/* Number names in the order of their bytes. */
static bool
rank_names(Maker *m, const DispatcherNames *names, uint32_t **order,
           uint32_t **rank)
{
	*order =
	    dispatcher_room(m->memory, NULL, names->list.used, sizeof(uint32_t));
	*rank =
	    dispatcher_room(m->memory, NULL, names->list.used, sizeof(uint32_t));
	if (*order == NULL || *rank == NULL)
		return false;
	dispatcher_rank_names(m->memory, names, *order, *rank);
	return true;
}

static bool
number_names(Maker *m)
{
	uint32_t *channels = NULL;
	uint32_t *properties = NULL;
	bool done =
	    rank_names(m, &m->trainer->channels, &m->channel_order, &channels) &&
	    rank_names(m, &m->trainer->properties, &m->property_order,
	               &properties);
	size_t i;

	for (i = 0; done && i < m->n; i++)
	{
		DispatcherKey *key = &m->rows[i].key;

		if (key->channel != 0)
			key->channel = channels[key->channel - 1] + 1;
		if (key->property != 0)
			key->property = properties[key->property - 1] + 1;
	}
	dispatcher_release(m->memory, channels);
	dispatcher_release(m->memory, properties);
	return done;
}

static void
find_witnesses(Maker *m)
{
	size_t n = 0;
	size_t i;

	m->header.cases = m->n;
	dispatcher_sort(m->memory, m->rows, m->n, sizeof(*m->rows), order_rows,
	                NULL);
	for (i = 0; i < m->n; i++)
	{
		if (n > 0 && order_rows(&m->rows[n - 1], &m->rows[i], NULL) == 0)
			m->rows[n - 1].cases++;
		else
			m->rows[n++] = m->rows[i];
	}
	m->n = n;
	m->header.witnesses = (uint32_t) n;
	m->header.first_day = m->header.last_day = m->rows[0].day;
	for (i = 1; i < n; i++)
	{
		if (m->rows[i].day < m->header.first_day)
			m->header.first_day = m->rows[i].day;
		if (m->rows[i].day > m->header.last_day)
			m->header.last_day = m->rows[i].day;
	}
}

static void
find_levels(Maker *m)
{
	DispatcherLevels levels = {0};
	size_t i;

	for (i = 0; i < m->n; i++)
		dispatcher_note_levels(&levels, &m->rows[i].key);
	m->header.class_levels =
	    dispatcher_class_levels(&levels, m->options->class_levels);
	m->header.cell_levels = levels.cells;
}

static int
order_units(const void *a, const void *b, const void *context)
{
	int64_t x = *(const int64_t *) a;
	int64_t y = *(const int64_t *) b;

	(void) context;
	return x == y ? 0 : x < y ? -1 : 1;
}

/* Number the units, and find their roles. */
static DispatcherStatus
find_units(Maker *m)
{
	DispatcherTaken *taken;
	DispatcherStatus status;
	uint32_t n = 0;
	size_t i;

	m->units = dispatcher_room(m->memory, NULL, m->n, sizeof(int64_t));
	if (m->units == NULL)
		return DISPATCHER_NO_MEMORY;
	for (i = 0; i < m->n; i++)
		m->units[i] = m->rows[i].unit;
	dispatcher_sort(m->memory, m->units, m->n, sizeof(int64_t), order_units,
	                NULL);
	for (i = 0; i < m->n; i++)
		if (n == 0 || m->units[n - 1] != m->units[i])
			m->units[n++] = m->units[i];
	if (n > DISPATCHER_MAX_UNITS)
		return DISPATCHER_TOO_LARGE;
	m->header.units = n;
	m->role = dispatcher_room(m->memory, NULL, n, sizeof(uint32_t));
	taken = dispatcher_room(m->memory, NULL, m->n, sizeof(*taken));
	if (m->role == NULL || taken == NULL)
	{
		dispatcher_release(m->memory, taken);
		return DISPATCHER_NO_MEMORY;
	}
	for (i = 0; i < m->n; i++)
	{
		DispatcherWitness *row = &m->rows[i];
		uint32_t low = 0;
		uint32_t high = n;

		while (low < high)
		{
			uint32_t middle = low + (high - low) / 2;

			if (m->units[middle] < row->unit)
				low = middle + 1;
			else
				high = middle;
		}
		row->unit = low;
		taken[i].class_code = row->key.class_code;
		taken[i].cell = row->key.cell;
		taken[i].unit = low;
		taken[i].cases = 1; /* witness */
	}
	if (m->options->roles)
		status = dispatcher_find_roles(m->memory, taken, m->n, n,
		                               m->header.cell_levels, m->role,
		                               &m->header.roles);
	else
	{
		for (i = 0; i < n; i++)
			m->role[i] = (uint32_t) i;
		m->header.roles = n;
		status = DISPATCHER_OK;
	}
	dispatcher_release(m->memory, taken);
	return status;
}

static DispatcherStatus
compile(const Maker *m, size_t prefix, uint8_t **block, size_t *size)
{
	DispatcherSource s;

	s.header = m->header;
	s.header.half_life = m->options->half_life;
	s.header.table_share = m->options->table_share;
	s.witnesses = m->rows;
	s.units = m->units;
	s.role = m->role;
	s.channels = &m->trainer->channels;
	s.channel_order = m->channel_order;
	s.properties = &m->trainer->properties;
	s.property_order = m->property_order;
	s.penalty = m->options->penalty;
	s.passes = m->options->passes;
	return dispatcher_compile(m->memory, &s, prefix, block, size);
}

DispatcherStatus
dispatcher_train(DispatcherTrainer *t, size_t prefix, uint8_t **block,
                 size_t *size)
{
	DispatcherStatus status;
	Maker m;

	if (t->rows.used == 0)
		return DISPATCHER_EMPTY;
	memset(&m, 0, sizeof(m));
	m.memory = &t->memory;
	m.options = &t->options;
	m.trainer = t;
	m.rows = t->rows.at;
	m.n = t->rows.used;
	status = DISPATCHER_NO_MEMORY;
	if (number_names(&m))
	{
		find_witnesses(&m);
		find_levels(&m);
		status = find_units(&m);
	}
	if (status == DISPATCHER_OK)
		status = compile(&m, prefix, block, size);
	dispatcher_release(m.memory, m.channel_order);
	dispatcher_release(m.memory, m.property_order);
	dispatcher_release(m.memory, m.units);
	dispatcher_release(m.memory, m.role);
	return status;
}
