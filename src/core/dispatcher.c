/*
 * dispatcher.c
 *	  Check a dispatcher, and ask it.
 */
#include "checksum.h"
#include "code.h"
#include "dispatcher.h"
#include "dispatcher_format.h"

/* ---------------------------------------------------------------------
 * reading a value
 * ---------------------------------------------------------------------
 */

DispatcherStatus
dispatcher_open(const uint8_t *bytes, uint64_t size, Dispatcher *d)
{
	DispatcherHeader h;
	const uint8_t *at = bytes + sizeof(h);

	if (size < sizeof(h))
		return DISPATCHER_SHORT;
	memcpy(&h, bytes, sizeof(h));
	if (h.magic != DISPATCHER_MAGIC_NUMBER)
		return DISPATCHER_MAGIC;
	if (h.byte_order != DISPATCHER_BYTE_ORDER)
		return DISPATCHER_BYTEORDER;
	if (h.format != DISPATCHER_FORMAT)
		return DISPATCHER_VERSION;
	if (h.units == 0 || h.units > DISPATCHER_MAX_UNITS || h.roles == 0 ||
	    h.roles > h.units || h.channels > DISPATCHER_MAX_NAMES ||
	    h.properties > DISPATCHER_MAX_NAMES || h.contexts == 0 ||
	    h.contexts > DISPATCHER_MAX_CONTEXTS)
		return DISPATCHER_STRUCTURE;
	if (h.bytes != size || dispatcher_bytes(&h) != size)
		return DISPATCHER_SHORT;
	d->units = h.units;
	d->roles = h.roles;
	d->channels = h.channels;
	d->properties = h.properties;
	d->contexts = h.contexts;
	d->cases = h.cases;
	d->witnesses = h.witnesses;
	d->first_day = h.first_day;
	d->last_day = h.last_day;
	d->class_levels = h.class_levels;
	d->cell_levels = h.cell_levels;
	d->half_life = h.half_life;
	d->table_share = h.table_share;
	d->digest = h.checksum;
	d->unit = (const int64_t *) (const void *) at;
	d->bias = (const double *) (const void *) (d->unit + h.units);
	d->context =
	    (const DispatcherContext *) (const void *) (d->bias + h.roles);
	d->entry =
	    (const DispatcherEntry *) (const void *) (d->context + h.contexts + 1);
	d->weight =
	    (const DispatcherWeight *) (const void *) (d->entry + h.entries);
	d->role = (const uint32_t *) (const void *) (d->weight + h.weights);
	d->name_end = d->role + h.units;
	d->names = (const char *) (d->name_end + h.channels + h.properties);
	return DISPATCHER_OK;
}

/* Names in order and without doubles, from a byte on */
static bool
sound_names(const Dispatcher *d, uint32_t from, uint32_t n, uint32_t *end)
{
	uint32_t before = 0;
	uint32_t i;

	for (i = from; i < from + n; i++)
	{
		uint32_t begin = *end;
		uint32_t len;

		if (d->name_end[i] <= begin ||
		    d->name_end[i] - begin > DISPATCHER_TEXT_MAX)
			return false;
		len = d->name_end[i] - begin;
		if (i > from)
		{
			uint32_t least = before < len ? before : len;
			int order =
			    memcmp(d->names + begin - before, d->names + begin, least);

			if (order > 0 || (order == 0 && before >= len))
				return false;
		}
		before = len;
		*end = d->name_end[i];
	}
	return true;
}

static bool
sound_units(const Dispatcher *d)
{
	uint32_t roles = 0;
	uint32_t i;

	for (i = 0; i < d->units; i++)
	{
		if (i > 0 && d->unit[i - 1] >= d->unit[i])
			return false;
		if (d->role[i] > roles)
			return false;
		roles += d->role[i] == roles;
	}
	for (i = 0; i < d->roles; i++)
		if (!(fabs(d->bias[i]) <= DISPATCHER_MAX_WEIGHT))
			return false;
	return roles == d->roles;
}

static bool
sound_key(const Dispatcher *d, const DispatcherKey *key)
{
	return (key->class_code == 0 || eventcode_is_valid(key->class_code)) &&
	       (key->cell == 0 || gridcode_is_valid(key->cell)) &&
	       key->channel <= d->channels && key->property <= d->properties;
}

/* The lists of a context lie between its own numbers and those of the next,
 * which are known to be within bounds. */
static bool
sound_context(const Dispatcher *d, const DispatcherContext *c)
{
	uint32_t i;

	if (!sound_key(d, &c->key))
		return false;
	if (c[1].first_entry <= c->first_entry)
		return false; /* nothing had it */
	for (i = c->first_entry; i < c[1].first_entry; i++)
	{
		const DispatcherEntry *e = &d->entry[i];

		if (!(e->weight > 0 && e->weight <= e->cases) || e->unit >= d->units ||
		    (i > c->first_entry && e->unit <= e[-1].unit))
			return false;
	}
	for (i = c->first_weight; i < c[1].first_weight; i++)
	{
		const DispatcherWeight *w = &d->weight[i];

		if (!(fabs((double) w->weight) <= DISPATCHER_MAX_WEIGHT) ||
		    w->role >= d->roles ||
		    (i > c->first_weight && w->role <= w[-1].role))
			return false;
	}
	return true;
}

static bool
sound_contexts(const Dispatcher *d, const DispatcherHeader *h)
{
	const DispatcherKey none = {0, 0, 0, 0};
	const DispatcherContext *end = &d->context[d->contexts];
	uint32_t i;

	/* the first is of all cases, and every unit had some */
	if (dispatcher_compare_keys(&d->context[0].key, &none) != 0 ||
	    d->context[0].first_entry != 0 || d->context[0].first_weight != 0 ||
	    d->context[1].first_entry != d->units ||
	    dispatcher_compare_keys(&end->key, &none) != 0 ||
	    end->first_entry != h->entries || end->first_weight != h->weights)
		return false;
	for (i = 0; i < d->contexts; i++)
		if (d->context[i].first_entry > d->context[i + 1].first_entry ||
		    d->context[i].first_weight > d->context[i + 1].first_weight ||
		    (i > 0 && dispatcher_compare_keys(&d->context[i - 1].key,
		                                      &d->context[i].key) >= 0))
			return false;
	for (i = 0; i < d->contexts; i++)
		if (!sound_context(d, &d->context[i]))
			return false;
	return true;
}

DispatcherStatus
dispatcher_validate(const uint8_t *bytes, uint64_t size, Dispatcher *d)
{
	DispatcherStatus status = dispatcher_open(bytes, size, d);
	DispatcherHeader h;
	const uint8_t *end = bytes + size;
	const uint8_t *fill;
	uint32_t name_bytes = 0;

	if (status != DISPATCHER_OK)
		return status;
	memcpy(&h, bytes, sizeof(h));
	if (checksum_bytes(bytes + 24, size - 24) != h.checksum)
		return DISPATCHER_CHECKSUM;
	fill = (const uint8_t *) d->names + h.name_bytes;
	for (; fill < end; fill++)
		if (*fill != 0)
			return DISPATCHER_STRUCTURE;
	/* the ends of names are checked against what there is before they are
	 * followed */
	if (h.channels + h.properties > 0)
	{
		uint32_t i;

		for (i = 0; i < h.channels + h.properties; i++)
			if (d->name_end[i] > h.name_bytes)
				return DISPATCHER_STRUCTURE;
	}
	if (h.reserved != 0 || h.spare != 0 || h.witnesses == 0 ||
	    h.witnesses > h.cases || h.first_day > h.last_day ||
	    h.class_levels >> (EVENTCODE_MAX_DIGITS + 1) != 0 ||
	    h.cell_levels >> (GRIDCODE_LEVELS + 1) != 0 ||
	    !(h.half_life > 0 && h.half_life <= 1e9) ||
	    !(h.table_share >= 0 && h.table_share <= 1) ||
	    !sound_names(d, 0, d->channels, &name_bytes) ||
	    !sound_names(d, d->channels, d->properties, &name_bytes) ||
	    name_bytes != h.name_bytes || !sound_units(d) ||
	    !sound_contexts(d, &h))
		return DISPATCHER_STRUCTURE;
	return DISPATCHER_OK;
}

static const char *
name_at(const Dispatcher *d, uint32_t number, size_t *len)
{
	uint32_t begin = number == 0 ? 0 : d->name_end[number - 1];

	*len = d->name_end[number] - begin;
	return d->names + begin;
}

const char *
dispatcher_channel(const Dispatcher *d, uint32_t channel, size_t *len)
{
	return name_at(d, channel - 1, len);
}

const char *
dispatcher_property(const Dispatcher *d, uint32_t property, size_t *len)
{
	return name_at(d, d->channels + property - 1, len);
}

/* The number of a name of n from the first on, counted from 1; 0: none */
static uint32_t
find_name(const Dispatcher *d, uint32_t first, uint32_t n, const char *name,
          size_t len)
{
	uint32_t low = 0;
	uint32_t high = n;

	if (name == NULL || len == 0)
		return 0;
	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;
		size_t there;
		const char *bytes = name_at(d, first + middle, &there);
		int order = memcmp(bytes, name, there < len ? there : len);

		if (order == 0 && there == len)
			return middle + 1;
		if (order < 0 || (order == 0 && there < len))
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

static const DispatcherContext *
find_context(const Dispatcher *d, const DispatcherKey *key)
{
	uint32_t low = 0;
	uint32_t high = d->contexts;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;
		int order = dispatcher_compare_keys(&d->context[middle].key, key);

		if (order == 0)
			return &d->context[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void
contexts_of(const Dispatcher *d, const DispatcherCase *c,
            DispatcherContexts *list)
{
	DispatcherKey key;

	key.class_code = c->class_code;
	key.cell = c->cell;
	key.channel = find_name(d, 0, d->channels, c->channel, c->channel_len);
	key.property =
	    find_name(d, d->channels, d->properties, c->property, c->property_len);
	dispatcher_contexts(&key, d->class_levels, d->cell_levels, list);
}

/* ---------------------------------------------------------------------
 * probabilities
 * ---------------------------------------------------------------------
 */

size_t
dispatcher_work_size(const Dispatcher *d)
{
	return (2 * (size_t) d->roles + 3 * (size_t) d->units) * sizeof(double);
}

/* By the logistic regression */
static void
regress(const Dispatcher *d, const DispatcherContexts *list,
        const DispatcherContext *const *found, double *role)
{
	double best;
	double sum = 0;
	uint32_t i;
	int k;

	memcpy(role, d->bias, d->roles * sizeof(double));
	for (k = 0; k < list->n; k++)
		if (found[k] != NULL && dispatcher_has_weights(list, k))
			for (i = found[k]->first_weight; i < found[k][1].first_weight; i++)
				role[d->weight[i].role] += (double) d->weight[i].weight;
	best = role[0];
	for (i = 1; i < d->roles; i++)
		if (role[i] > best)
			best = role[i];
	for (i = 0; i < d->roles; i++)
		sum += role[i] = exp(role[i] - best);
	for (i = 0; i < d->roles; i++)
		role[i] /= sum;
}

/* By the counts along the chain, the more sure the newer they are */
static void
back_off(const Dispatcher *d, const DispatcherContexts *list,
         const DispatcherContext *const *found, double fresh, double *role)
{
	uint32_t i;
	int k;

	for (i = 0; i < d->roles; i++)
		role[i] = 1.0 / d->roles;
	for (k = 0; k < list->chain; k++)
	{
		double times = k == 0 ? 1 : fresh;
		double sum = DISPATCHER_PRIOR;

		if (found[k] == NULL)
			continue;
		for (i = 0; i < d->roles; i++)
			role[i] *= DISPATCHER_PRIOR;
		for (i = found[k]->first_entry; i < found[k][1].first_entry; i++)
		{
			double weight = d->entry[i].weight * times;

			role[d->role[d->entry[i].unit]] += weight;
			sum += weight;
		}
		for (i = 0; i < d->roles; i++)
			role[i] /= sum;
	}
}

/* Shares of units among those of their roles, by the counts of a context and
 * what was known before, of as many cases as prior */
static void
share_roles(const Dispatcher *d, const DispatcherContext *context,
            double times, double prior, double *share, double *weight,
            double *sum)
{
	uint32_t i;

	for (i = 0; i < d->roles; i++)
		sum[i] = 0;
	for (i = 0; i < d->units; i++)
		weight[i] = 0;
	for (i = context->first_entry; i < context[1].first_entry; i++)
		weight[d->entry[i].unit] = d->entry[i].weight * times;
	for (i = 0; i < d->units; i++)
	{
		share[i] = weight[i] + prior * share[i];
		sum[d->role[i]] += share[i];
	}
	for (i = 0; i < d->units; i++)
		share[i] /= sum[d->role[i]];
}

void
dispatcher_probabilities(const Dispatcher *d, const DispatcherCase *c,
                         void *work, double *probabilities)
{
	DispatcherContexts list;
	const DispatcherContext *found[DISPATCHER_MOST_CONTEXTS];
	double *by_weights = work;
	double *by_counts = by_weights + d->roles;
	double *share = by_counts + d->roles;
	double *weight = share + d->units;
	double fresh = 1;
	uint32_t i;
	int k;

	contexts_of(d, c, &list);
	for (k = 0; k < list.n; k++)
		found[k] = find_context(d, &list.key[k]);
	if (c->day > d->last_day)
		fresh = exp2(-((double) c->day - d->last_day) / d->half_life);
	regress(d, &list, found, by_weights);
	back_off(d, &list, found, fresh, by_counts);
	for (i = 0; i < d->roles; i++)
		by_weights[i] = (1 - d->table_share) * by_weights[i] +
		                d->table_share * by_counts[i];
	for (i = 0; i < d->units; i++)
		share[i] = 0;
	share_roles(d, d->context, 1, 0, share, weight, by_counts);
	for (k = list.chain; k < list.chain + list.territories; k++)
		if (found[k] != NULL)
			share_roles(d, found[k], fresh, DISPATCHER_NEIGHBOURS, share,
			            weight, by_counts);
	for (i = 0; i < d->units; i++)
		probabilities[i] = by_weights[d->role[i]] * share[i];
}

/* Is a unit's answer to be given before another's? */
static bool
likelier(const double *probabilities, uint32_t a, uint32_t b)
{
	return probabilities[a] > probabilities[b] ||
	       (probabilities[a] == probabilities[b] && a < b);
}

/* A heap of the k likeliest, the least likely at its root, then sorted */
static void
sink(const double *p, uint32_t *heap, uint32_t n, uint32_t i)
{
	for (;;)
	{
		uint32_t child = 2 * i + 1;
		uint32_t swap;

		if (child >= n)
			break;
		if (child + 1 < n && likelier(p, heap[child], heap[child + 1]))
			child++;
		if (likelier(p, heap[child], heap[i]))
			break;
		swap = heap[i];
		heap[i] = heap[child];
		heap[child] = swap;
		i = child;
	}
}

uint32_t
dispatcher_top(const Dispatcher *d, const double *probabilities, uint32_t k,
               uint32_t *top)
{
	uint32_t n = k < d->units ? k : d->units;
	uint32_t i;

	if (n == 0)
		return 0;
	for (i = 0; i < n; i++)
		top[i] = i;
	for (i = n / 2; i-- > 0;)
		sink(probabilities, top, n, i);
	for (i = n; i < d->units; i++)
		if (likelier(probabilities, i, top[0]))
		{
			top[0] = i;
			sink(probabilities, top, n, 0);
		}
	for (i = n; i-- > 1;)
	{
		uint32_t swap = top[0];

		top[0] = top[i];
		top[i] = swap;
		sink(probabilities, top, i, 0);
	}
	return n;
}

void
dispatcher_evidence(const Dispatcher *d, const DispatcherCase *c,
                    uint32_t unit, DispatcherTellFn tell, void *context)
{
	DispatcherContexts list;
	int k;

	contexts_of(d, c, &list);
	for (k = 0; k < list.n; k++)
	{
		/* the chain and the territories from the most detailed on */
		int place = k < list.chain ? list.chain - 1 - k
		            : k < list.chain + list.territories
		                ? 2 * list.chain + list.territories - 1 - k
		                : k;
		const DispatcherContext *found = find_context(d, &list.key[place]);
		DispatcherEvidence evidence = {NULL, 0, 0, 0, 0};
		uint32_t i;

		if (found == NULL)
			continue;
		evidence.key = &found->key;
		for (i = found->first_entry; i < found[1].first_entry; i++)
		{
			const DispatcherEntry *e = &d->entry[i];

			evidence.cases += e->cases;
			if (e->unit == unit)
				evidence.unit_cases = e->cases;
			if (d->role[e->unit] == d->role[unit])
				evidence.role_cases += e->cases;
		}
		for (i = found->first_weight; i < found[1].first_weight; i++)
			if (d->weight[i].role == d->role[unit])
				evidence.weight = (double) d->weight[i].weight;
		tell(context, &evidence);
	}
}
