/*
 * classifier_extend.c
 *	  See classifier_extend.h.
 */
#include "classifier_extend.h"

#include "classifier_format.h"
#include "classifier_write.h"
#include "code.h"

/* Without training: units of a weight of one, and where all classes stand, so
 * low that probabilities are as the exponentials of scores */
#define BARE_UNIT  1048576.0
#define BARE_SHIFT (-CLASSIFIER_MAX_SHIFT)

#define NEW_CLASS   0.001
#define NEW_CLASSES 10 /* more of them share this many's probability */

static void *
resize(ClassifierExtender *e, void *block, uint64_t count, size_t unit)
{
	if (count > SIZE_MAX / unit)
		return NULL;
	return e->memory.resize(e->memory.context, block,
	                        count > 0 ? (size_t) count * unit : unit);
}

static void
release(ClassifierExtender *e, void *block)
{
	if (block != NULL)
		e->memory.resize(e->memory.context, block, 0);
}

static void
poll(ClassifierExtender *e)
{
	if (e->memory.poll != NULL)
		e->memory.poll(e->memory.context);
}

void
classifier_extend_begin(ClassifierExtender *extender,
                        const ClassifierMemory *memory, const Classifier *base,
                        const char *folding)
{
	PhrasesMemory phrases = {memory->resize, memory->poll, memory->context};

	memset(extender, 0, sizeof(*extender));
	extender->memory = *memory;
	extender->base = base;
	extender->folding = folding;
	extender->levels = base != NULL ? base->levels : 0;
	phrases_build_begin(&extender->phrases, &phrases);
}

void
classifier_extend_free(ClassifierExtender *e)
{
	release(e, e->rules);
	release(e, e->codes);
	release(e, e->classes);
	release(e, e->moved);
	release(e, e->nodes);
	release(e, e->numbers);
	release(e, e->automaton);
	e->rules = NULL;
	e->codes = NULL;
	e->classes = NULL;
	e->moved = NULL;
	e->nodes = NULL;
	e->numbers = NULL;
	e->automaton = NULL;
	phrases_build_free(&e->phrases);
}

/* ---------------------------------------------------------------------
 * collect
 * ---------------------------------------------------------------------
 */

/* Is there nothing but rules to go by? */
static bool
is_bare(const Classifier *base)
{
	return base == NULL || (base->rows == 0 && base->features == 0);
}

static int64_t
weight_of(const Classifier *base, double odds)
{
	double unit = is_bare(base) ? 1 / BARE_UNIT
	                            : fmax(base->slope, CLASSIFIER_LEAST_SLOPE) *
	                                  CLASSIFIER_POWER;

	return (int64_t) floor(odds / unit + 0.5);
}

static ClassifierStatus
add_piece(ClassifierExtender *e, const ClassifierPiece *piece)
{
	PhrasesStatus status = phrases_add(&e->phrases, piece->bytes, piece->len);

	if (status == PHRASES_OK)
		return CLASSIFIER_OK;
	e->fault = status;
	return status == PHRASES_NO_MEMORY   ? CLASSIFIER_NO_MEMORY
	       : status == PHRASES_TOO_LARGE ? CLASSIFIER_TOO_LARGE
	                                     : CLASSIFIER_PHRASE;
}

/* Room for one more at the end of an array */
static void *
put(ClassifierExtender *e, void **at, size_t *used, size_t *room, size_t unit)
{
	if (*used == *room)
	{
		size_t more = *room * 2 + 64;
		void *block = resize(e, *at, more, unit);

		if (block == NULL)
			return NULL;
		*at = block;
		*room = more;
	}
	return (char *) *at + unit * (*used)++;
}

static ClassifierStatus
put_rule(ClassifierExtender *e, const ClassifierRule *rule)
{
	void *rules = e->rules;
	ClassifierRule *to;

	if (e->rules_used == CLASSIFIER_MAX_RULES)
		return CLASSIFIER_TOO_LARGE;
	to = put(e, &rules, &e->rules_used, &e->rules_room, sizeof(*rule));
	e->rules = rules;
	if (to == NULL)
		return CLASSIFIER_NO_MEMORY;
	*to = *rule;
	return CLASSIFIER_OK;
}

ClassifierStatus
classifier_extend_rule(ClassifierExtender *e, const ClassifierPhrase *phrase)
{
	ClassifierRule rule = {.code = phrase->code,
	                       .territory = phrase->territory,
	                       .conditions = e->phrases.added,
	                       .also = (uint32_t) phrase->alsos,
	                       .unless = (uint32_t) phrase->unlesses};
	ClassifierStatus status;
	size_t i;

	if (!(fabs(phrase->odds) <= CLASSIFIER_MAX_ODDS))
		return CLASSIFIER_WEIGHT;
	if (phrase->alsos > CLASSIFIER_MAX_CONDITIONS ||
	    phrase->unlesses > CLASSIFIER_MAX_CONDITIONS)
		return CLASSIFIER_TOO_LARGE;
	rule.weight = weight_of(e->base, phrase->odds);
	status = add_piece(e, &phrase->phrase);
	for (i = 0; i < phrase->alsos && status == CLASSIFIER_OK; i++)
		status = add_piece(e, &phrase->also[i]);
	for (i = 0; i < phrase->unlesses && status == CLASSIFIER_OK; i++)
		status = add_piece(e, &phrase->unless[i]);
	return status == CLASSIFIER_OK ? put_rule(e, &rule) : status;
}

ClassifierStatus
classifier_extend_code(ClassifierExtender *e, int64_t code)
{
	void *codes = e->codes;
	int64_t *to =
	    put(e, &codes, &e->codes_used, &e->codes_room, sizeof(int64_t));

	e->codes = codes;
	if (to == NULL)
		return CLASSIFIER_NO_MEMORY;
	*to = code;
	return CLASSIFIER_OK;
}

void
classifier_extend_level(ClassifierExtender *e, int digits)
{
	if (digits > 0 && digits < EVENTCODE_MAX_DIGITS)
		e->levels |= UINT32_C(1) << digits;
}

/* The phrases of the base, in the order of their numbers, come first … */
static bool
add_again(void *context, uint32_t phrase, const char *bytes, size_t len)
{
	ClassifierExtender *e = context;

	(void) phrase;
	return phrases_add(&e->phrases, bytes, len) == PHRASES_OK;
}

/* … and its rules last. */
static ClassifierStatus
add_base(ClassifierExtender *e, uint32_t *first)
{
	const Classifier *base = e->base;
	ClassifierStatus status = CLASSIFIER_OK;
	uint32_t r;

	*first = e->phrases.added;
	if (base == NULL || base->rules == 0)
		return CLASSIFIER_OK;
	if (phrases_tell(&base->phrases, &e->phrases.memory, add_again, e) !=
	    PHRASES_OK)
		return CLASSIFIER_NO_MEMORY;
	for (r = 0; r < base->rules && status == CLASSIFIER_OK; r++)
		status = put_rule(e, &base->rule[r]);
	return status;
}

/* ---------------------------------------------------------------------
 * classes and nodes
 * ---------------------------------------------------------------------
 */

/* Heap sort */
static void
sort_codes(int64_t *codes, size_t n)
{
	size_t i = n / 2;

	while (n > 1)
	{
		size_t at;
		size_t child;
		int64_t code;

		if (i > 0)
			code = codes[--i];
		else
		{
			code = codes[--n];
			codes[n] = codes[0];
		}
		for (at = i; child = 2 * at + 1, child < n; at = child)
		{
			child += child + 1 < n && codes[child] < codes[child + 1];
			if (codes[child] <= code)
				break;
			codes[at] = codes[child];
		}
		codes[at] = code;
	}
}

static size_t
drop_repeated(int64_t *codes, size_t n)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < n; i++)
		if (kept == 0 || codes[kept - 1] != codes[i])
			codes[kept++] = codes[i];
	return kept;
}

/*
 * The classes, ascending: those of the base, and of the codes of rules and the
 * codes given those that have none within them.  A code's descendants come
 * right after it, so the list is made from its end.
 */
static ClassifierStatus
settle_classes(ClassifierExtender *e)
{
	const Classifier *base = e->base;
	size_t old = base != NULL ? base->classes : 0;
	size_t fresh = e->rules_used + e->codes_used;
	size_t most = old + fresh;
	int64_t *codes = resize(e, NULL, fresh, sizeof(int64_t));
	size_t at = most;
	size_t i;

	if (codes == NULL)
		return CLASSIFIER_NO_MEMORY;
	for (i = 0; i < e->rules_used; i++)
		codes[i] = e->rules[i].code;
	for (i = 0; i < e->codes_used; i++)
		codes[e->rules_used + i] = e->codes[i];
	sort_codes(codes, fresh);
	fresh = drop_repeated(codes, fresh);
	e->classes = resize(e, NULL, most, sizeof(int64_t));
	e->moved = resize(e, NULL, old, sizeof(uint32_t));
	if (e->classes == NULL || e->moved == NULL)
	{
		release(e, codes);
		return CLASSIFIER_NO_MEMORY;
	}
	while (old > 0 || fresh > 0)
		if (fresh == 0 ||
		    (old > 0 && base->codes[old - 1] >= codes[fresh - 1]))
		{
			e->moved[old - 1] = (uint32_t) (most - --at);
			e->classes[at] = base->codes[--old];
		}
		else
		{
			int64_t code = codes[--fresh];

			if (at == most || e->classes[at] > eventcode_last(code))
				e->classes[--at] = code;
		}
	release(e, codes);
	if (most - at > CLASSIFIER_MAX_CLASSES)
		return CLASSIFIER_TOO_LARGE;
	e->class_count = (uint32_t) (most - at);
	if (e->class_count == 0)
		return CLASSIFIER_EMPTY;
	memmove(e->classes, e->classes + at, e->class_count * sizeof(int64_t));
	for (i = 0; base != NULL && i < base->classes; i++)
		e->moved[i] = e->class_count - e->moved[i];
	return CLASSIFIER_OK;
}

static bool
is_class(const ClassifierExtender *e, int64_t code)
{
	uint32_t first;
	uint32_t end;

	classifier_range(e->classes, e->class_count, code, &first, &end);
	return first < end && e->classes[first] == code;
}

/* The nodes: those of the base, codes given, ancestors of the levels */
static ClassifierStatus
settle_nodes(ClassifierExtender *e)
{
	uint32_t old = e->base != NULL ? e->base->nodes : 0;
	size_t n = 0;
	size_t kept = 0;
	size_t i;
	int digits;

	e->nodes = resize(e, NULL,
	                  old + e->codes_used +
	                      (uint64_t) EVENTCODE_MAX_DIGITS * e->class_count,
	                  sizeof(int64_t));
	if (e->nodes == NULL)
		return CLASSIFIER_NO_MEMORY;
	for (i = 0; i < old; i++)
		e->nodes[n++] = e->base->node[i];
	for (i = 0; i < e->codes_used; i++)
		e->nodes[n++] = e->codes[i];
	for (digits = 1; digits < EVENTCODE_MAX_DIGITS; digits++)
		for (i = 0; i < e->class_count && (e->levels >> digits & 1) != 0; i++)
			if (eventcode_digits(e->classes[i]) > digits)
				e->nodes[n++] = eventcode_prefix(e->classes[i], digits);
	sort_codes(e->nodes, n);
	n = drop_repeated(e->nodes, n);
	for (i = 0; i < n; i++)
		if (!is_class(e, e->nodes[i]))
			e->nodes[kept++] = e->nodes[i];
	e->node_count = (uint32_t) kept;
	return CLASSIFIER_OK;
}

/* Where a new class stands; see classifier_extend.h. */
static int64_t
low_bias(const Classifier *base, uint32_t fresh)
{
	double best = -INFINITY;
	double sum = 0;
	double low = log(NEW_CLASS);
	uint32_t i;

	if (is_bare(base))
		return 0;
	for (i = 0; i < base->classes; i++)
		best = fmax(best, (double) base->bias[i] * base->slope + base->shift);
	for (i = 0; i < base->classes; i++)
		sum += classifier_likelihood(
		    (double) base->bias[i] * base->slope + base->shift, best);
	if (fresh > NEW_CLASSES)
		low -= log((double) fresh / NEW_CLASSES);
	/* of what a text without known words has, if that is less */
	low = fmin(low, low + log(sum) + fmin(best, 0) * CLASSIFIER_POWER) /
	      CLASSIFIER_POWER;
	low = fmax(low, -4 * CLASSIFIER_MAX_SHIFT);
	return (int64_t) floor(
	    (low - base->shift) / fmax(base->slope, CLASSIFIER_LEAST_SLOPE) + 0.5);
}

/* ---------------------------------------------------------------------
 * rules
 * ---------------------------------------------------------------------
 */

static void
sort_numbers(uint32_t *numbers, uint32_t n)
{
	uint32_t i;
	uint32_t k;

	for (i = 1; i < n; i++)
	{
		uint32_t number = numbers[i];

		for (k = i; k > 0 && numbers[k - 1] > number; k--)
			numbers[k] = numbers[k - 1];
		numbers[k] = number;
	}
}

/* By phrase first, then by whatever tells two rules apart */
static int
compare_rules(const ClassifierRule *x, const ClassifierRule *y,
              const uint32_t *condition)
{
	uint32_t i;

	if (x->phrase != y->phrase)
		return x->phrase < y->phrase ? -1 : 1;
	if (x->code != y->code)
		return x->code < y->code ? -1 : 1;
	if (x->territory != y->territory)
		return x->territory < y->territory ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight < y->weight ? -1 : 1;
	if (x->also != y->also)
		return x->also < y->also ? -1 : 1;
	if (x->unless != y->unless)
		return x->unless < y->unless ? -1 : 1;
	for (i = 0; i < x->also + x->unless; i++)
	{
		uint32_t a = condition[x->conditions + i];
		uint32_t b = condition[y->conditions + i];

		if (a != b)
			return a < b ? -1 : 1;
	}
	return 0;
}

/* Heap sort: what is equal is the same */
static void
sort_rules(ClassifierExtender *e, ClassifierRule *rules, size_t n,
           const uint32_t *condition)
{
	size_t i = n / 2;

	while (n > 1)
	{
		size_t at;
		size_t child;
		ClassifierRule rule;

		if (i > 0)
			rule = rules[--i];
		else
		{
			rule = rules[--n];
			rules[n] = rules[0];
		}
		if (n % 1024 == 0)
			poll(e);
		for (at = i; child = 2 * at + 1, child < n; at = child)
		{
			child +=
			    child + 1 < n &&
			    compare_rules(&rules[child], &rules[child + 1], condition) < 0;
			if (compare_rules(&rules[child], &rule, condition) <= 0)
				break;
			rules[at] = rules[child];
		}
		rules[at] = rule;
	}
}

/*
 * Rules with the final numbers of phrases, in order.  numbers becomes the list
 * of all conditions, of which a rule's begin where it says.
 */
static ClassifierStatus
settle_rules(ClassifierExtender *e, ClassifierHeader *header)
{
	const Classifier *base = e->base;
	size_t fresh = e->rules_used;
	size_t size = 0;
	uint32_t first; /* of the phrases of the base */
	uint32_t *condition;
	uint64_t conditions = 0;
	uint64_t at = 0;
	PhrasesStatus made;
	ClassifierStatus status = add_base(e, &first);
	size_t i;
	uint32_t k;

	if (status != CLASSIFIER_OK || e->rules_used == 0)
		return status;
	e->numbers = resize(e, NULL, e->phrases.added, sizeof(uint32_t));
	if (e->numbers == NULL)
		return CLASSIFIER_NO_MEMORY;
	made = phrases_build(&e->phrases, e->numbers, &e->automaton, &size);
	if (made != PHRASES_OK)
		return made == PHRASES_TOO_LARGE ? CLASSIFIER_TOO_LARGE
		                                 : CLASSIFIER_NO_MEMORY;
	for (i = 0; i < e->rules_used; i++)
		conditions += e->rules[i].also + e->rules[i].unless;
	if (conditions > CLASSIFIER_MAX_ALL)
		return CLASSIFIER_TOO_LARGE;
	condition = resize(e, NULL, conditions, sizeof(uint32_t));
	if (condition == NULL)
		return CLASSIFIER_NO_MEMORY;
	for (i = 0; i < e->rules_used; i++)
	{
		ClassifierRule *rule = &e->rules[i];
		uint32_t n = rule->also + rule->unless;

		for (k = 0; k < n; k++)
			condition[at + k] =
			    e->numbers[i < fresh
			                   ? rule->conditions + 1 + k
			                   : first +
			                         base->condition[rule->conditions + k]];
		rule->phrase =
		    e->numbers[i < fresh ? rule->conditions : first + rule->phrase];
		rule->conditions = (uint32_t) at;
		sort_numbers(condition + at, rule->also);
		sort_numbers(condition + at + rule->also, rule->unless);
		at += n;
	}
	sort_rules(e, e->rules, e->rules_used, condition);
	release(e, e->numbers);
	e->numbers = condition;
	header->rules = (uint32_t) e->rules_used;
	header->conditions = (uint32_t) conditions;
	header->phrase_bytes = size;
	header->phrases = ((const uint32_t *) (const void *) e->automaton)[1];
	return CLASSIFIER_OK;
}

/* ---------------------------------------------------------------------
 * put the value together
 * ---------------------------------------------------------------------
 */

/* The machines of the base, with the new numbers of their classes */
static void
write_machines(const ClassifierExtender *e, const ClassifierHeader *header,
               uint8_t *value)
{
	const Classifier *base = e->base;
	uint32_t old = base != NULL ? base->classes : 0;
	int64_t low = low_bias(base, e->class_count - old);
	int64_t *codes = (int64_t *) (void *) (value + sizeof(*header));
	int64_t *bias = codes + e->class_count;
	uint32_t *directory = (uint32_t *) (void *) (bias + e->class_count);
	size_t buckets = (size_t) 1 << header->bucket_bits;
	uint32_t *records = directory + buckets + 1;
	uint32_t at = 0;
	uint32_t c;

	memcpy(codes, e->classes, e->class_count * sizeof(int64_t));
	for (c = 0; c < e->class_count; c++)
		bias[c] = low;
	if (base == NULL)
		return;
	for (c = 0; c < old; c++)
		bias[e->moved[c]] = base->bias[c];
	memcpy(directory, base->directory, (buckets + 1) * sizeof(uint32_t));
	memcpy(records, base->records, header->record_words * sizeof(uint32_t));
	while (at < header->record_words)
	{
		uint32_t end = at + 2 + (records[at + 1] >> 16);

		for (at += 2; at < end; at++)
			records[at] =
			    (records[at] & 0xFFFF0000u) | e->moved[records[at] & 0xFFFF];
	}
}

static void
write_rules(ClassifierExtender *e, const ClassifierHeader *header, uint8_t *at)
{
	ClassifierRule *rules;
	uint32_t *index;
	uint32_t *condition;
	uint32_t conditions = 0;
	uint32_t phrase = 0;
	uint32_t r;

	memcpy(at, e->nodes, e->node_count * sizeof(int64_t));
	if (header->rules == 0)
		return;
	rules = (ClassifierRule *) (void *) (at + 8 * (size_t) e->node_count);
	at = (uint8_t *) (rules + header->rules);
	memcpy(at, e->automaton, (size_t) header->phrase_bytes);
	index = (uint32_t *) (void *) (at + header->phrase_bytes);
	condition = index + header->phrases + 1;
	for (r = 0; r < header->rules; r++)
	{
		ClassifierRule *rule = &rules[r];
		uint32_t n;
		uint32_t end;

		*rule = e->rules[r];
		n = rule->also + rule->unless;
		if (n > 0)
			memcpy(condition + conditions, e->numbers + rule->conditions,
			       n * sizeof(uint32_t));
		rule->conditions = conditions;
		conditions += n;
		classifier_range(e->classes, e->class_count, rule->code,
		                 &rule->first_class, &end);
		rule->last_class = end - 1;
		for (; phrase <= rule->phrase; phrase++)
			index[phrase] = r;
		if (r % 1024 == 0)
			poll(e);
	}
	for (; phrase <= header->phrases; phrase++)
		index[phrase] = r;
}

static void
fill_header(const ClassifierExtender *e, ClassifierHeader *header)
{
	const Classifier *base = e->base;
	const char *folding = base != NULL ? base->folding : e->folding;

	header->classes = e->class_count;
	header->nodes = e->node_count;
	header->levels = e->levels;
	strncpy(header->folding, folding, CLASSIFIER_FOLDING - 1);
	if (base != NULL)
	{
		header->features = base->features;
		header->rows = base->rows;
		header->bucket_bits = base->bucket_bits;
		header->record_words =
		    base->directory[(size_t) 1 << base->bucket_bits];
		header->slope = base->slope;
		header->shift = base->shift;
		header->doubt = base->doubt;
		header->trained_accuracy = base->trained_accuracy;
		header->trained_error = base->trained_error;
	}
	if (is_bare(base))
	{
		header->slope = (1 + log((double) e->class_count) / 5) /
		                (BARE_UNIT * CLASSIFIER_POWER);
		header->shift = BARE_SHIFT;
		header->doubt = 1;
	}
}

ClassifierStatus
classifier_extend(ClassifierExtender *e, size_t prefix, uint8_t **block,
                  size_t *size)
{
	ClassifierHeader header = {.magic = 0};
	ClassifierStatus status = settle_classes(e);
	uint64_t machines;
	uint8_t *value;

	*block = NULL;
	*size = 0;
	if (status == CLASSIFIER_OK)
		status = settle_nodes(e);
	if (status == CLASSIFIER_OK)
		status = settle_rules(e, &header);
	if (status != CLASSIFIER_OK)
		return status;
	fill_header(e, &header);
	machines = classifier_bytes(header.classes, header.bucket_bits,
	                            header.record_words);
	header.bytes = machines + classifier_rule_bytes(&header);
	*size = prefix + (size_t) header.bytes;
	*block = resize(e, NULL, *size, 1);
	if (*block == NULL)
	{
		*size = 0;
		return CLASSIFIER_NO_MEMORY;
	}
	memset(*block, 0, *size);
	value = *block + prefix;
	write_machines(e, &header, value);
	write_rules(e, &header, value + machines);
	classifier_seal(&header, value);
	return CLASSIFIER_OK;
}
