/*
 * dispatcher_compile.c
 *	  See dispatcher_compile.h.
 */
#include <math.h>

#include "checksum.h"
#include "dispatcher_compile.h"
#include "dispatcher_solve.h"

/* What a context says of a unit */
typedef struct Pair
{
	DispatcherKey key;
	uint32_t unit;
	uint32_t cases;
	double weight;
} Pair;

/* No witness is too old to be seen */
#define OLDEST 60 /* half-lives */

#define NONE UINT32_MAX

typedef struct Compiler
{
	const DispatcherMemory *memory;
	const DispatcherSource *source;
	DispatcherHeader header;
	const DispatcherWitness *rows;
	size_t n;
	const uint32_t *role;
	DispatcherList pairs;
	uint32_t *table; /* of pairs: number plus one, or 0 */
	uint64_t slots;
	DispatcherContext *contexts;
	uint32_t *features; /* number of each context, or NONE */
	uint64_t *weight_at;
	DispatcherList weight_roles; /* uint32 */
	double *bias;
	double *weights;
} Compiler;

static double
weight_of(const Compiler *m, const DispatcherWitness *row)
{
	double age =
	    ((double) m->header.last_day - row->day) / m->header.half_life;

	return exp2(-(age > OLDEST ? OLDEST : age));
}

/* ---------------------------------------------------------------------
 * contexts
 * ---------------------------------------------------------------------
 */

static uint64_t
pair_slot(const Compiler *m, const DispatcherKey *key, uint32_t unit)
{
	uint64_t hash = dispatcher_mix(unit, (uint64_t) key->class_code);
	uint64_t slot;

	hash = dispatcher_mix(hash, (uint64_t) key->cell);
	hash = dispatcher_mix(hash, (uint64_t) key->channel << 32 | key->property);
	for (slot = hash & (m->slots - 1);; slot = (slot + 1) & (m->slots - 1))
	{
		const Pair *there;

		if (m->table[slot] == 0)
			return slot;
		there = (const Pair *) m->pairs.at + (m->table[slot] - 1);
		if (there->unit == unit &&
		    dispatcher_compare_keys(&there->key, key) == 0)
			return slot;
	}
}

static bool
more_slots(Compiler *m)
{
	uint64_t slots = m->slots == 0 ? 1024 : 2 * m->slots;
	uint32_t *table =
	    dispatcher_room(m->memory, m->table, slots, sizeof(uint32_t));
	const Pair *pair = m->pairs.at;
	size_t i;

	if (table == NULL)
		return false;
	m->table = table;
	m->slots = slots;
	memset(table, 0, slots * sizeof(uint32_t));
	for (i = 0; i < m->pairs.used; i++)
		table[pair_slot(m, &pair[i].key, pair[i].unit)] = (uint32_t) i + 1;
	return true;
}

static int
order_pairs(const void *a, const void *b, const void *context)
{
	const Pair *x = a;
	const Pair *y = b;
	int order = dispatcher_compare_keys(&x->key, &y->key);

	(void) context;
	if (order != 0)
		return order;
	return x->unit == y->unit ? 0 : x->unit < y->unit ? -1 : 1;
}

static DispatcherStatus
find_pairs(Compiler *m)
{
	DispatcherContexts list;
	size_t i;
	int k;

	for (i = 0; i < m->n; i++)
	{
		const DispatcherWitness *row = &m->rows[i];
		double weight = weight_of(m, row);

		if (i % 4096 == 0)
			dispatcher_poll(m->memory);
		dispatcher_contexts(&row->key, m->header.class_levels,
		                    m->header.cell_levels, &list);
		for (k = 0; k < list.n; k++)
		{
			uint64_t slot;
			Pair *pair;

			if (2 * m->pairs.used >= m->slots && !more_slots(m))
				return DISPATCHER_NO_MEMORY;
			slot = pair_slot(m, &list.key[k], (uint32_t) row->unit);
			if (m->table[slot] == 0)
			{
				if (m->pairs.used >= NONE - 1)
					return DISPATCHER_TOO_LARGE;
				pair = dispatcher_push(m->memory, &m->pairs, sizeof(*pair));
				if (pair == NULL)
					return DISPATCHER_NO_MEMORY;
				pair->key = list.key[k];
				pair->unit = (uint32_t) row->unit;
				pair->cases = 0;
				pair->weight = 0;
				m->table[slot] = (uint32_t) m->pairs.used;
			}
			pair = (Pair *) m->pairs.at + (m->table[slot] - 1);
			pair->cases += row->cases;
			pair->weight += weight;
		}
	}
	dispatcher_release(m->memory, m->table);
	m->table = NULL;
	dispatcher_sort(m->memory, m->pairs.at, m->pairs.used, sizeof(Pair),
	                order_pairs, NULL);
	return DISPATCHER_OK;
}

/* Of one part, which is not all cases? */
static bool
is_feature(const DispatcherKey *key)
{
	return (key->class_code != 0) + (key->cell != 0) + (key->channel != 0) +
	           (key->property != 0) ==
	       1;
}

/* The contexts of the pairs, in order, and the roles that those with weights
 * occur with */
static DispatcherStatus
find_contexts(Compiler *m)
{
	const Pair *pair = m->pairs.at;
	uint32_t n = (uint32_t) m->pairs.used;
	uint32_t *seen; /* number of the context that had the role last */
	uint32_t contexts = 0;
	uint32_t features = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		contexts += i == 0 || dispatcher_compare_keys(&pair[i - 1].key,
		                                              &pair[i].key) != 0;
	if (contexts > DISPATCHER_MAX_CONTEXTS)
		return DISPATCHER_TOO_LARGE;
	m->header.contexts = contexts;
	m->header.entries = n;
	m->contexts = dispatcher_room(m->memory, NULL, (uint64_t) contexts + 1,
	                              sizeof(DispatcherContext));
	m->features = dispatcher_room(m->memory, NULL, contexts, sizeof(uint32_t));
	m->weight_at = dispatcher_room(m->memory, NULL, (uint64_t) contexts + 1,
	                               sizeof(uint64_t));
	seen = dispatcher_room(m->memory, NULL, m->header.roles, sizeof(uint32_t));
	if (m->contexts == NULL || m->features == NULL || m->weight_at == NULL ||
	    seen == NULL)
	{
		dispatcher_release(m->memory, seen);
		return DISPATCHER_NO_MEMORY;
	}
	memset(seen, 0xFF, m->header.roles * sizeof(uint32_t));
	memset(&m->contexts[contexts], 0, sizeof(DispatcherContext));
	m->contexts[contexts].first_entry = n;
	contexts = 0;
	for (i = 0; i < n; i++)
	{
		uint32_t role = m->role[pair[i].unit];
		uint32_t *next;

		if (i == 0 ||
		    dispatcher_compare_keys(&pair[i - 1].key, &pair[i].key) != 0)
		{
			DispatcherContext *c = &m->contexts[contexts];

			c->key = pair[i].key;
			c->first_entry = i;
			c->first_weight = (uint32_t) m->weight_roles.used;
			m->features[contexts] = NONE;
			if (is_feature(&c->key))
			{
				m->weight_at[features] = m->weight_roles.used;
				m->features[contexts] = features++;
			}
			contexts++;
		}
		if (m->features[contexts - 1] == NONE || seen[role] == contexts - 1)
			continue;
		seen[role] = contexts - 1;
		next = m->weight_roles.used >= NONE - 1
		           ? NULL
		           : dispatcher_push(m->memory, &m->weight_roles,
		                             sizeof(uint32_t));
		if (next == NULL)
		{
			dispatcher_release(m->memory, seen);
			return DISPATCHER_NO_MEMORY;
		}
		*next = role;
	}
	dispatcher_release(m->memory, seen);
	m->weight_at[features] = m->weight_roles.used;
	m->header.weights = (uint32_t) m->weight_roles.used;
	m->contexts[contexts].first_weight = m->header.weights;
	return DISPATCHER_OK;
}

/* ---------------------------------------------------------------------
 * weights
 * ---------------------------------------------------------------------
 */

static uint32_t
feature_of(const Compiler *m, const DispatcherKey *key)
{
	uint32_t low = 0;
	uint32_t high = m->header.contexts;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (dispatcher_compare_keys(&m->contexts[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return m->features[low];
}

/* What belongs to the regression alone */
typedef struct Examples
{
	DispatcherList feature_at; /* uint64 */
	DispatcherList feature;
	DispatcherList answer_at; /* uint64 */
	uint32_t *answer;
	double *weight;
} Examples;

static bool
put_offset(const Compiler *m, DispatcherList *list, uint64_t offset)
{
	uint64_t *at = dispatcher_push(m->memory, list, sizeof(*at));

	if (at != NULL)
		*at = offset;
	return at != NULL;
}

static bool
fill_examples(const Compiler *m, Examples *e)
{
	DispatcherContexts list;
	size_t i;
	int k;

	e->answer = dispatcher_room(m->memory, NULL, m->n, sizeof(uint32_t));
	e->weight = dispatcher_room(m->memory, NULL, m->n, sizeof(double));
	if (e->answer == NULL || e->weight == NULL)
		return false;
	for (i = 0; i < m->n; i++)
	{
		const DispatcherWitness *row = &m->rows[i];

		e->answer[i] = m->role[row->unit];
		e->weight[i] = weight_of(m, row);
		if (i > 0 && dispatcher_compare_keys(&row[-1].key, &row->key) == 0)
			continue;
		if (!put_offset(m, &e->feature_at, e->feature.used) ||
		    !put_offset(m, &e->answer_at, i))
			return false;
		dispatcher_contexts(&row->key, m->header.class_levels,
		                    m->header.cell_levels, &list);
		for (k = 0; k < list.n; k++)
		{
			uint32_t *feature;

			if (!dispatcher_has_weights(&list, k))
				continue;
			feature =
			    dispatcher_push(m->memory, &e->feature, sizeof(*feature));
			if (feature == NULL)
				return false;
			*feature = feature_of(m, &list.key[k]);
		}
	}
	return put_offset(m, &e->feature_at, e->feature.used) &&
	       put_offset(m, &e->answer_at, m->n);
}

static DispatcherStatus
find_weights(Compiler *m)
{
	Examples e;
	DispatcherProblem p;
	DispatcherStatus status = DISPATCHER_NO_MEMORY;
	uint32_t i;

	memset(&e, 0, sizeof(e));
	m->bias =
	    dispatcher_room(m->memory, NULL, m->header.roles, sizeof(double));
	m->weights =
	    dispatcher_room(m->memory, NULL, m->header.weights, sizeof(double));
	if (m->bias != NULL && m->weights != NULL && fill_examples(m, &e))
	{
		p.examples = (uint32_t) (e.feature_at.used - 1);
		p.features = 0;
		for (i = 0; i < m->header.contexts; i++)
			p.features += m->features[i] != NONE;
		p.answers = m->header.roles;
		p.feature_at = e.feature_at.at;
		p.feature = e.feature.at;
		p.answer_at = e.answer_at.at;
		p.answer = e.answer;
		p.answer_weight = e.weight;
		p.weight_at = m->weight_at;
		p.weight_answer = m->weight_roles.at;
		p.penalty = m->source->penalty;
		p.passes = m->source->passes;
		status = dispatcher_solve(m->memory, &p, m->bias, m->weights);
	}
	dispatcher_free_list(m->memory, &e.feature_at);
	dispatcher_free_list(m->memory, &e.feature);
	dispatcher_free_list(m->memory, &e.answer_at);
	dispatcher_release(m->memory, e.answer);
	dispatcher_release(m->memory, e.weight);
	return status;
}

/* ---------------------------------------------------------------------
 * writing
 * ---------------------------------------------------------------------
 */

static double
bounded(double weight)
{
	return weight > DISPATCHER_MAX_WEIGHT    ? DISPATCHER_MAX_WEIGHT
	       : weight < -DISPATCHER_MAX_WEIGHT ? -DISPATCHER_MAX_WEIGHT
	                                         : weight;
}

static uint8_t *
put(uint8_t *at, const void *bytes, size_t size)
{
	if (size > 0)
		memcpy(at, bytes, size);
	return at + size;
}

/* Ends of names, or the names themselves */
static uint8_t *
put_names(uint8_t *at, const DispatcherNames *names, const uint32_t *order,
          uint32_t *end, bool bytes)
{
	uint32_t i;

	for (i = 0; i < names->list.used; i++)
	{
		const DispatcherName *name = dispatcher_name(names, order[i]);

		*end += name->len;
		at = bytes ? put(at, dispatcher_name_bytes(names, order[i]), name->len)
		           : put(at, end, sizeof(*end));
	}
	return at;
}

static int
order_weights(const void *a, const void *b, const void *context)
{
	uint32_t x = ((const DispatcherWeight *) a)->role;
	uint32_t y = ((const DispatcherWeight *) b)->role;

	(void) context;
	return x == y ? 0 : x < y ? -1 : 1;
}

static DispatcherStatus
write_value(Compiler *m, size_t prefix, uint8_t **block, size_t *size)
{
	DispatcherHeader *h = &m->header;
	const DispatcherSource *s = m->source;
	const Pair *pair = m->pairs.at;
	const uint32_t *role = m->weight_roles.at;
	DispatcherWeight *weights;
	uint64_t bytes;
	uint8_t *at;
	uint32_t end = 0;
	uint32_t i;

	bytes = dispatcher_bytes(h);
	if (bytes > SIZE_MAX - prefix)
		return DISPATCHER_TOO_LARGE;
	h->bytes = bytes;
	*size = prefix + (size_t) bytes;
	*block = dispatcher_room(m->memory, NULL, *size, 1);
	if (*block == NULL)
		return DISPATCHER_NO_MEMORY;
	memset(*block, 0, *size);
	at = *block + prefix + sizeof(*h);
	at = put(at, s->units, h->units * sizeof(int64_t));
	for (i = 0; i < h->roles; i++)
	{
		double bias = bounded(m->bias[i]);

		at = put(at, &bias, sizeof(bias));
	}
	at = put(at, m->contexts,
	         (h->contexts + (size_t) 1) * sizeof(*m->contexts));
	for (i = 0; i < h->entries; i++)
	{
		DispatcherEntry e;

		e.weight = pair[i].weight;
		e.unit = pair[i].unit;
		e.cases = pair[i].cases;
		at = put(at, &e, sizeof(e));
	}
	weights = (DispatcherWeight *) (void *) at;
	for (i = 0; i < h->weights; i++)
	{
		DispatcherWeight w;

		w.weight = (float) bounded(m->weights[i]);
		w.role = role[i];
		at = put(at, &w, sizeof(w));
	}
	for (i = 0; i < h->contexts; i++)
		dispatcher_sort(m->memory, weights + m->contexts[i].first_weight,
		                m->contexts[i + 1].first_weight -
		                    m->contexts[i].first_weight,
		                sizeof(*weights), order_weights, NULL);
	at = put(at, m->role, h->units * sizeof(uint32_t));
	at = put_names(at, s->channels, s->channel_order, &end, false);
	at = put_names(at, s->properties, s->property_order, &end, false);
	at = put_names(at, s->channels, s->channel_order, &end, true);
	(void) put_names(at, s->properties, s->property_order, &end, true);
	put(*block + prefix, h, sizeof(*h));
	h->checksum = checksum_bytes(*block + prefix + 24, (size_t) bytes - 24);
	put(*block + prefix, h, sizeof(*h));
	return DISPATCHER_OK;
}

DispatcherStatus
dispatcher_compile(const DispatcherMemory *memory,
                   const DispatcherSource *source, size_t prefix,
                   uint8_t **block, size_t *size)
{
	DispatcherStatus status;
	Compiler m;

	memset(&m, 0, sizeof(m));
	m.memory = memory;
	m.source = source;
	m.header = source->header;
	m.rows = source->witnesses;
	m.n = source->header.witnesses;
	m.role = source->role;
	m.header.magic = DISPATCHER_MAGIC_NUMBER;
	m.header.format = DISPATCHER_FORMAT;
	m.header.byte_order = DISPATCHER_BYTE_ORDER;
	m.header.channels = (uint32_t) source->channels->list.used;
	m.header.properties = (uint32_t) source->properties->list.used;
	m.header.name_bytes = (uint32_t) (source->channels->pool.used +
	                                  source->properties->pool.used);
	status = find_pairs(&m);
	if (status == DISPATCHER_OK)
		status = find_contexts(&m);
	if (status == DISPATCHER_OK)
		status = find_weights(&m);
	if (status == DISPATCHER_OK)
		status = write_value(&m, prefix, block, size);
	dispatcher_free_list(memory, &m.pairs);
	dispatcher_release(memory, m.table);
	dispatcher_release(memory, m.contexts);
	dispatcher_release(memory, m.features);
	dispatcher_release(memory, m.weight_at);
	dispatcher_free_list(memory, &m.weight_roles);
	dispatcher_release(memory, m.bias);
	dispatcher_release(memory, m.weights);
	return status;
}
