/*
 * dispatcher_duties.c
 *	  See dispatcher_duties.h.
 */
#include <math.h>

#include "code.h"
#include "dispatcher_cover.h"
#include "dispatcher_duties.h"
#include "dispatcher_format.h"
#include "dispatcher_takeover.h"

#define NONE UINT32_MAX

#define DAY INT64_C(86400000000)

/* Weight of a witness of today; older ones weigh 1 at least */
#define ONE (INT64_C(1) << 20)

/* A case.  Names are numbered from 1, by their bytes; units, too, from 0. */
typedef struct Row
{
	DispatcherKey key; /* property: number of the case's own key */
	int64_t unit;
	int64_t at;
	uint32_t kind;
	bool own_kind; /* is it the unit of this kind here? */
} Row;

/* Cases of one witness, neighbours among the rows */
typedef struct Witness
{
	uint32_t first; /* row */
	uint32_t leaf;
	int64_t weight;
} Witness;

/* Witnesses of a kind and a unit in a cell */
typedef struct Serving
{
	int64_t cell;
	uint32_t kind;
	uint32_t unit;
	uint32_t witnesses;
} Serving;

/* A case that went another way than its rule says */
typedef struct Against
{
	int64_t at;
	uint32_t rule;
	uint32_t key;
} Against;

struct DutiesFound
{
	Duties *duties;
	const DispatcherMemory *memory;
	Row *rows;
	uint32_t n;
	uint32_t *channel_order;
	uint32_t *kind_order;
	uint32_t *key_order;
	int64_t *units;
	uint32_t unit_count;
	uint32_t class_levels;
	uint32_t cell_levels;
	Witness *witnesses; /* and an end */
	uint32_t witness_count;
	bool *past;
	DispatcherList takeovers;
	DispatcherList leaves;
	DispatcherList labels;
	DispatcherList rules;
	uint32_t *decides;
	DutiesRule *told;
	DispatcherList against;
	uint32_t *against_at; /* first of each rule */
};

typedef struct DutiesFound Found;

/* ---------------------------------------------------------------------
 * collecting
 * ---------------------------------------------------------------------
 */

void
duties_default_options(DutiesOptions *options)
{
	options->half_life = 180;
	options->gain = 3;
	options->support = 5;
	options->confidence = 0.6;
	options->class_levels = 0;
	options->against = 10;
	options->takeovers = true;
}

void
duties_begin(Duties *d, const DispatcherMemory *memory,
             const DutiesOptions *options)
{
	memset(d, 0, sizeof(*d));
	d->memory = *memory;
	if (options != NULL)
		d->options = *options;
	else
		duties_default_options(&d->options);
}

void
duties_free(Duties *d)
{
	dispatcher_free_list(&d->memory, &d->rows);
	dispatcher_free_names(&d->memory, &d->channels);
	dispatcher_free_names(&d->memory, &d->kinds);
	dispatcher_free_names(&d->memory, &d->keys);
}

DispatcherStatus
duties_add(Duties *d, const DutiesCase *c)
{
	DispatcherStatus status;
	Row new;
	Row *row;

	memset(&new, 0, sizeof(new));
	new.key.class_code = c->class_code;
	new.key.cell = c->cell;
	new.unit = c->unit;
	new.at = c->at;
	status = dispatcher_number_text(&d->memory, &d->channels, c->channel,
	                                c->channel_len, &new.key.channel);
	if (status == DISPATCHER_OK)
		status = dispatcher_number_text(&d->memory, &d->kinds, c->kind,
		                                c->kind_len, &new.kind);
	if (status == DISPATCHER_OK)
		status = dispatcher_number_text(&d->memory, &d->keys, c->key,
		                                c->key_len, &new.key.property);
	if (status != DISPATCHER_OK)
		return status;
	if (d->rows.used >= NONE - 1)
		return DISPATCHER_TOO_LARGE;
	row = dispatcher_push(&d->memory, &d->rows, sizeof(*row));
	if (row == NULL)
		return DISPATCHER_NO_MEMORY;
	*row = new;
	return DISPATCHER_OK;
}

/* ---------------------------------------------------------------------
 * witnesses
 * ---------------------------------------------------------------------
 */

static int32_t
day_of(int64_t at)
{
	int64_t day = at / DAY - (at % DAY < 0);

	return day < INT32_MIN   ? INT32_MIN
	       : day > INT32_MAX ? INT32_MAX
	                         : (int32_t) day;
}

static int
order_witnesses(const Row *x, const Row *y)
{
	if (x->key.class_code != y->key.class_code)
		return x->key.class_code < y->key.class_code ? -1 : 1;
	if (x->key.cell != y->key.cell)
		return x->key.cell < y->key.cell ? -1 : 1;
	if (x->key.channel != y->key.channel)
		return x->key.channel < y->key.channel ? -1 : 1;
	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (day_of(x->at) != day_of(y->at))
		return day_of(x->at) < day_of(y->at) ? -1 : 1;
	return 0;
}

static int
order_rows(const void *a, const void *b, const void *context)
{
	const Row *x = a;
	const Row *y = b;
	int order = order_witnesses(x, y);

	(void) context;
	if (order != 0)
		return order;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->key.property != y->key.property)
		return x->key.property < y->key.property ? -1 : 1;
	return 0;
}

static bool
rank_names(Found *f, const DispatcherNames *names, uint32_t **order,
           uint32_t **rank)
{
	*order =
	    dispatcher_room(f->memory, NULL, names->list.used, sizeof(uint32_t));
	*rank =
	    dispatcher_room(f->memory, NULL, names->list.used, sizeof(uint32_t));
	if (*order == NULL || *rank == NULL)
		return false;
	dispatcher_rank_names(f->memory, names, *order, *rank);
	return true;
}

static bool
number_names(Found *f)
{
	uint32_t *channels = NULL;
	uint32_t *kinds = NULL;
	uint32_t *keys = NULL;
	bool done =
	    rank_names(f, &f->duties->channels, &f->channel_order, &channels) &&
	    rank_names(f, &f->duties->kinds, &f->kind_order, &kinds) &&
	    rank_names(f, &f->duties->keys, &f->key_order, &keys);
	uint32_t i;

	for (i = 0; done && i < f->n; i++)
	{
		Row *row = &f->rows[i];

		if (row->key.channel != 0)
			row->key.channel = channels[row->key.channel - 1] + 1;
		if (row->kind != 0)
			row->kind = kinds[row->kind - 1] + 1;
		if (row->key.property != 0)
			row->key.property = keys[row->key.property - 1] + 1;
	}
	dispatcher_release(f->memory, channels);
	dispatcher_release(f->memory, kinds);
	dispatcher_release(f->memory, keys);
	return done;
}

static int
order_units(const void *a, const void *b, const void *context)
{
	int64_t x = *(const int64_t *) a;
	int64_t y = *(const int64_t *) b;

	(void) context;
	return x == y ? 0 : x < y ? -1 : 1;
}

static bool
number_units(Found *f)
{
	uint32_t n = 0;
	uint32_t i;

	f->units = dispatcher_room(f->memory, NULL, f->n, sizeof(int64_t));
	if (f->units == NULL)
		return false;
	for (i = 0; i < f->n; i++)
		f->units[i] = f->rows[i].unit;
	dispatcher_sort(f->memory, f->units, f->n, sizeof(int64_t), order_units,
	                NULL);
	for (i = 0; i < f->n; i++)
		if (n == 0 || f->units[n - 1] != f->units[i])
			f->units[n++] = f->units[i];
	f->unit_count = n;
	for (i = 0; i < f->n; i++)
	{
		uint32_t low = 0;
		uint32_t high = n;

		while (low < high)
		{
			uint32_t middle = low + (high - low) / 2;

			if (f->units[middle] < f->rows[i].unit)
				low = middle + 1;
			else
				high = middle;
		}
		f->rows[i].unit = low;
	}
	return true;
}

static void
find_levels(Found *f)
{
	DispatcherLevels levels = {0};
	uint32_t i;

	for (i = 0; i < f->n; i++)
		dispatcher_note_levels(&levels, &f->rows[i].key);
	f->class_levels =
	    dispatcher_class_levels(&levels, f->duties->options.class_levels);
	f->cell_levels = levels.cells;
}

static bool
find_witnesses(Found *f)
{
	int32_t last = INT32_MIN;
	uint32_t n = 0;
	uint32_t i;

	dispatcher_sort(f->memory, f->rows, f->n, sizeof(Row), order_rows, NULL);
	for (i = 0; i < f->n; i++)
	{
		n += i == 0 || order_witnesses(&f->rows[i - 1], &f->rows[i]) != 0;
		if (day_of(f->rows[i].at) > last)
			last = day_of(f->rows[i].at);
	}
	f->witnesses =
	    dispatcher_room(f->memory, NULL, (uint64_t) n + 1, sizeof(Witness));
	f->past = dispatcher_room(f->memory, NULL, n, sizeof(bool));
	if (f->witnesses == NULL || f->past == NULL)
		return false;
	memset(f->past, 0, n * sizeof(bool));
	f->witness_count = n;
	f->witnesses[n].first = f->n;
	n = 0;
	for (i = 0; i < f->n; i++)
	{
		double age = ((double) last - day_of(f->rows[i].at)) /
		             f->duties->options.half_life;
		double weight = (double) ONE * exp2(-(age > 60 ? 60 : age));

		if (i > 0 && order_witnesses(&f->rows[i - 1], &f->rows[i]) == 0)
			continue;
		f->witnesses[n].first = i;
		f->witnesses[n].leaf = NONE;
		f->witnesses[n++].weight = weight < 1 ? 1 : (int64_t) (weight + 0.5);
	}
	return true;
}

static int
order_serving(const void *a, const void *b, const void *context)
{
	const Serving *x = a;
	const Serving *y = b;

	(void) context;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	return x->unit == y->unit ? 0 : x->unit < y->unit ? -1 : 1;
}

/* The number among those of n that are ordered */
static uint32_t
find_serving(const Serving *list, uint32_t n, const Serving *one)
{
	uint32_t low = 0;
	uint32_t high = n;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (order_serving(&list[middle], one, NULL) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Mark the cases of units that are those of their kind for a cell. */
static bool
find_serving_units(Found *f)
{
	Serving *list =
	    dispatcher_room(f->memory, NULL, f->witness_count, sizeof(Serving));
	uint32_t n = 0;
	uint32_t used = 0;
	uint32_t i;
	uint32_t k;

	if (list == NULL)
		return false;
	for (i = 0; i < f->witness_count; i++)
	{
		const Row *row = &f->rows[f->witnesses[i].first];

		if (row->kind == 0 || row->key.cell == 0)
			continue;
		list[n].kind = row->kind;
		list[n].cell = row->key.cell;
		list[n].unit = (uint32_t) row->unit;
		list[n++].witnesses = 1;
	}
	dispatcher_sort(f->memory, list, n, sizeof(*list), order_serving, NULL);
	for (i = 0; i < n; i++)
	{
		if (used > 0 && order_serving(&list[used - 1], &list[i], NULL) == 0)
			list[used - 1].witnesses++;
		else
			list[used++] = list[i];
	}
	for (i = 0; i < used; i = k) /* keep the most of each kind and cell */
	{
		uint32_t best = i;

		for (k = i; k < used && list[k].kind == list[i].kind &&
		            list[k].cell == list[i].cell;
		     k++)
			if (list[k].witnesses > list[best].witnesses)
				best = k;
		while (i < k)
		{
			list[i].witnesses = i == best;
			i++;
		}
	}
	for (i = 0; i < f->n; i++)
	{
		Row *row = &f->rows[i];
		Serving one;

		if (row->kind == 0 || row->key.cell == 0)
			continue;
		one.kind = row->kind;
		one.cell = row->key.cell;
		one.unit = (uint32_t) row->unit;
		row->own_kind = list[find_serving(list, used, &one)].witnesses == 1;
	}
	dispatcher_release(f->memory, list);
	return true;
}

static DispatcherStatus
find_past(Found *f)
{
	DispatcherSeen *seen;
	DispatcherStatus status;
	uint32_t i;

	if (!f->duties->options.takeovers)
		return DISPATCHER_OK;
	seen = dispatcher_room(f->memory, NULL, f->witness_count, sizeof(*seen));
	if (seen == NULL)
		return DISPATCHER_NO_MEMORY;
	for (i = 0; i < f->witness_count; i++)
	{
		const Row *row = &f->rows[f->witnesses[i].first];

		seen[i].class_code = row->key.class_code;
		seen[i].cell = row->key.cell;
		seen[i].day = day_of(row->at);
		seen[i].unit = (uint32_t) row->unit;
	}
	status = dispatcher_find_takeovers(f->memory, seen, f->witness_count,
	                                   f->unit_count, f->class_levels,
	                                   f->cell_levels, f->past, &f->takeovers);
	dispatcher_release(f->memory, seen);
	return status;
}

/* ---------------------------------------------------------------------
 * rules
 * ---------------------------------------------------------------------
 */

static bool
put_label(Found *f, size_t from, uint32_t label, int64_t weight)
{
	DispatcherLabel *list = f->labels.at;
	DispatcherLabel *new;
	size_t i;

	for (i = f->labels.used; i-- > from;)
		if (list[i].label == label)
		{
			list[i].weight += weight;
			return true;
		}
	new = dispatcher_push(f->memory, &f->labels, sizeof(*new));
	if (new == NULL)
		return false;
	new->label = label;
	new->weight = weight;
	return true;
}

/* Labels are units, then kinds. */
static DispatcherStatus
find_leaves(Found *f)
{
	const Row *before = NULL;
	DispatcherLeaf *leaf = NULL;
	uint32_t i;

	for (i = 0; i < f->witness_count; i++)
	{
		const Row *row = &f->rows[f->witnesses[i].first];

		if (f->past[i])
			continue;
		if (before == NULL || before->key.class_code != row->key.class_code ||
		    before->key.cell != row->key.cell ||
		    before->key.channel != row->key.channel)
		{
			leaf = dispatcher_push(f->memory, &f->leaves, sizeof(*leaf));
			if (leaf == NULL || f->labels.used > NONE / 2)
				return DISPATCHER_NO_MEMORY;
			leaf->key = row->key;
			leaf->key.property = 0;
			leaf->weight = 0;
			leaf->first_label = (uint32_t) f->labels.used;
			before = row;
		}
		leaf->weight += f->witnesses[i].weight;
		f->witnesses[i].leaf = (uint32_t) f->leaves.used - 1;
		if (!put_label(f, leaf->first_label, (uint32_t) row->unit,
		               f->witnesses[i].weight) ||
		    (row->own_kind &&
		     !put_label(f, leaf->first_label, f->unit_count + row->kind - 1,
		                f->witnesses[i].weight)))
			return DISPATCHER_NO_MEMORY;
	}
	leaf = dispatcher_push(f->memory, &f->leaves, sizeof(*leaf));
	if (leaf == NULL)
		return DISPATCHER_NO_MEMORY;
	memset(leaf, 0, sizeof(*leaf));
	leaf->first_label = (uint32_t) f->labels.used;
	return DISPATCHER_OK;
}

static DispatcherStatus
find_rules(Found *f)
{
	const DutiesOptions *o = &f->duties->options;
	DispatcherCover cover;
	uint32_t n = (uint32_t) f->leaves.used - 1;

	cover.gain = (int64_t) (o->gain * (double) ONE);
	cover.support = (int64_t) (o->support * (double) ONE);
	cover.confidence = o->confidence;
	cover.class_levels = f->class_levels;
	cover.cell_levels = f->cell_levels;
	f->decides = dispatcher_room(f->memory, NULL, n, sizeof(uint32_t));
	if (f->decides == NULL)
		return DISPATCHER_NO_MEMORY;
	return dispatcher_cover(f->memory, f->leaves.at, n, f->labels.at, &cover,
	                        &f->rules, f->decides);
}

/* ---------------------------------------------------------------------
 * telling
 * ---------------------------------------------------------------------
 */

/* Is a cell, or 0 for all, within another? */
static bool
within(int64_t cell, int64_t around)
{
	return around == 0 || (cell >= around && cell <= gridcode_last(around));
}

static bool
within_class(int64_t class_code, int64_t around)
{
	return class_code >= around && class_code <= eventcode_last(around);
}

/* Did a unit take cases of a rule's that are past? */
static bool
had_cases(const Found *f, const DutiesRule *rule, uint32_t unit)
{
	uint32_t i;

	for (i = 0; i < f->witness_count; i++)
	{
		const Row *row = &f->rows[f->witnesses[i].first];

		if (f->past[i] && row->unit == unit &&
		    within_class(row->key.class_code, rule->class_code) &&
		    within(row->key.cell, rule->cell))
			return true;
	}
	return false;
}

/* The smallest context of a rule, or around it, that its unit took over */
static void
find_takeover(const Found *f, DutiesRule *rule)
{
	const DispatcherTakeover *list = f->takeovers.at;
	size_t i;

	if (rule->class_code == 0 || rule->kind != NULL)
		return;
	for (i = 0; i < f->takeovers.used; i++)
		if (f->units[list[i].after] == rule->unit &&
		    within_class(rule->class_code, list[i].class_code) &&
		    within(rule->cell, list[i].cell) &&
		    had_cases(f, rule, list[i].before))
		{
			rule->taken_over = true;
			rule->since = f->rows[f->witnesses[list[i].seen].first].at;
			rule->previous = f->units[list[i].before];
		}
}

static int
order_against(const void *a, const void *b, const void *context)
{
	const Against *x = a;
	const Against *y = b;

	(void) context;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	if (x->at != y->at)
		return x->at > y->at ? -1 : 1;
	return x->key == y->key ? 0 : x->key < y->key ? -1 : 1;
}

static bool
count_cases(Found *f)
{
	const DispatcherRule *rule = f->rules.at;
	uint32_t i;
	uint32_t k;

	for (i = 0; i < f->witness_count; i++)
	{
		const Row *row = &f->rows[f->witnesses[i].first];
		uint32_t n = f->witnesses[i + 1].first - f->witnesses[i].first;
		uint32_t decider;
		uint32_t label;

		if (f->past[i] ||
		    (decider = f->decides[f->witnesses[i].leaf]) == DISPATCHER_NO_RULE)
			continue;
		f->told[decider].cases += n;
		f->told[decider].witnesses++;
		label = rule[decider].label;
		if (label == (uint32_t) row->unit ||
		    (row->own_kind && label == f->unit_count + row->kind - 1))
		{
			f->told[decider].kept += n;
			continue;
		}
		for (k = 0; k < n; k++)
		{
			Against *new;

			if (row[k].key.property == 0)
				continue;
			new = dispatcher_push(f->memory, &f->against, sizeof(*new));
			if (new == NULL)
				return false;
			new->rule = decider;
			new->at = row[k].at;
			new->key = row[k].key.property - 1;
		}
	}
	dispatcher_sort(f->memory, f->against.at, f->against.used, sizeof(Against),
	                order_against, NULL);
	return true;
}

/* A text of the names, which are counted from 1 in the order of their bytes */
static const char *
text_of(const DispatcherNames *names, const uint32_t *order, uint32_t number,
        size_t *len)
{
	*len = dispatcher_name(names, order[number - 1])->len;
	return dispatcher_name_bytes(names, order[number - 1]);
}

static bool
make_rules(Found *f)
{
	const DispatcherRule *rule = f->rules.at;
	const Against *against;
	uint32_t n = (uint32_t) f->rules.used;
	uint32_t i;
	size_t k = 0;

	f->told = dispatcher_room(f->memory, NULL, n, sizeof(DutiesRule));
	f->against_at = dispatcher_room(f->memory, NULL, n, sizeof(uint32_t));
	if (f->told == NULL || f->against_at == NULL)
		return false;
	memset(f->told, 0, n * sizeof(DutiesRule));
	if (!count_cases(f))
		return false;
	against = f->against.at;
	for (i = 0; i < n; i++)
	{
		DutiesRule *t = &f->told[i];

		t->class_code = rule[i].key.class_code;
		t->cell = rule[i].key.cell;
		if (rule[i].key.channel != 0)
			t->channel = text_of(&f->duties->channels, f->channel_order,
			                     rule[i].key.channel, &t->channel_len);
		if (rule[i].label < f->unit_count)
			t->unit = f->units[rule[i].label];
		else
			t->kind = text_of(&f->duties->kinds, f->kind_order,
			                  rule[i].label - f->unit_count + 1, &t->kind_len);
		find_takeover(f, t);
		f->against_at[i] = (uint32_t) k;
		for (; k < f->against.used && against[k].rule == i; k++)
			if (t->against < f->duties->options.against)
				t->against++;
	}
	return true;
}

const char *
duties_against(const DutiesTold *told, uint32_t number, size_t *len)
{
	const Found *f = told->found;
	const Against *a =
	    (const Against *) f->against.at + f->against_at[told->rule] + number;

	return text_of(&f->duties->keys, f->key_order, a->key + 1, len);
}

DispatcherStatus
duties_suggest(Duties *d, DutiesTellFn tell, void *context)
{
	DispatcherStatus status = DISPATCHER_OK;
	DutiesTold told;
	Found f;

	if (d->rows.used == 0)
		return DISPATCHER_EMPTY;
	memset(&f, 0, sizeof(f));
	f.duties = d;
	f.memory = &d->memory;
	f.rows = d->rows.at;
	f.n = (uint32_t) d->rows.used;
	find_levels(&f);
	if (!number_names(&f) || !number_units(&f) || !find_witnesses(&f) ||
	    !find_serving_units(&f))
		status = DISPATCHER_NO_MEMORY;
	if (status == DISPATCHER_OK)
		status = find_past(&f);
	if (status == DISPATCHER_OK)
		status = find_leaves(&f);
	if (status == DISPATCHER_OK)
		status = find_rules(&f);
	if (status == DISPATCHER_OK && !make_rules(&f))
		status = DISPATCHER_NO_MEMORY;
	told.found = &f;
	for (told.rule = 0; status == DISPATCHER_OK && told.rule < f.rules.used;
	     told.rule++)
		if (!tell(context, &f.told[told.rule], &told))
			break;
	dispatcher_release(f.memory, f.channel_order);
	dispatcher_release(f.memory, f.kind_order);
	dispatcher_release(f.memory, f.key_order);
	dispatcher_release(f.memory, f.units);
	dispatcher_release(f.memory, f.witnesses);
	dispatcher_release(f.memory, f.past);
	dispatcher_free_list(f.memory, &f.takeovers);
	dispatcher_free_list(f.memory, &f.leaves);
	dispatcher_free_list(f.memory, &f.labels);
	dispatcher_free_list(f.memory, &f.rules);
	dispatcher_release(f.memory, f.decides);
	dispatcher_release(f.memory, f.told);
	dispatcher_free_list(f.memory, &f.against);
	dispatcher_release(f.memory, f.against_at);
	return status;
}
