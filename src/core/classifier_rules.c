/*
 * classifier_rules.c
 *	  What phrases add to scores.
 *
 * The phrases that occur are found in one pass over the text; then the rules
 * of these, and no others, are looked at.  A rule for many classes costs no
 * more than one for a single class: where its range begins and ends is noted,
 * and added up over all classes at the end.
 */
#include "classifier_format.h"

#include "classifier_extend.h"
#include "code.h"

_Static_assert(sizeof(ClassifierRule) == 48, "rules of 48 bytes");

void
classifier_range(const int64_t *codes, uint32_t n, int64_t code,
                 uint32_t *first, uint32_t *end)
{
	int64_t bound[2] = {code, eventcode_last(code) + 1};
	uint32_t at[2];
	int i;

	for (i = 0; i < 2; i++)
	{
		uint32_t low = 0;
		uint32_t high = n;

		while (low < high)
		{
			uint32_t middle = low + (high - low) / 2;

			if (codes[middle] < bound[i])
				low = middle + 1;
			else
				high = middle;
		}
		at[i] = low;
	}
	*first = at[0];
	*end = at[1];
}

/* ---------------------------------------------------------------------
 * open and check
 * ---------------------------------------------------------------------
 */

void
classifier_open_rules(const ClassifierHeader *header, const uint8_t *at,
                      Classifier *classifier)
{
	classifier->levels = header->levels;
	classifier->nodes = header->nodes;
	classifier->node = (const int64_t *) (const void *) at;
	if (header->rules == 0)
		return;
	at += 8 * (size_t) header->nodes;
	classifier->rules = header->rules;
	classifier->rule = (const ClassifierRule *) (const void *) at;
	at += header->rules * sizeof(ClassifierRule);
	at += header->phrase_bytes;
	classifier->rule_at = (const uint32_t *) (const void *) at;
	classifier->condition = classifier->rule_at + header->phrases + 1;
}

static bool
sound_nodes(const Classifier *c)
{
	uint32_t i;

	if ((c->levels & ~(uint32_t) 0xFFE) != 0)
		return false;
	for (i = 0; i < c->nodes; i++)
	{
		uint32_t first;
		uint32_t end;

		if (!eventcode_is_valid(c->node[i]) ||
		    (i > 0 && c->node[i - 1] >= c->node[i]))
			return false;
		classifier_range(c->codes, c->classes, c->node[i], &first, &end);
		if (first == end || c->codes[first] == c->node[i])
			return false;
	}
	return true;
}

static bool
sound_rule(const ClassifierHeader *header, const Classifier *c,
           const ClassifierRule *rule, uint32_t *conditions)
{
	uint32_t left = header->conditions - *conditions;
	uint32_t first;
	uint32_t end;
	uint32_t i;

	if (rule->weight > CLASSIFIER_MAX_WEIGHT ||
	    rule->weight < -CLASSIFIER_MAX_WEIGHT ||
	    !eventcode_is_valid(rule->code) ||
	    (rule->territory != 0 && !gridcode_is_valid(rule->territory)) ||
	    rule->conditions != *conditions || rule->also > left ||
	    rule->also > CLASSIFIER_MAX_CONDITIONS ||
	    rule->unless > CLASSIFIER_MAX_CONDITIONS ||
	    rule->unless > left - rule->also)
		return false;
	classifier_range(c->codes, c->classes, rule->code, &first, &end);
	if (first == end || rule->first_class != first ||
	    rule->last_class != end - 1)
		return false;
	for (i = 0; i < rule->also + rule->unless; i++)
		if (c->condition[*conditions + i] >= header->phrases ||
		    (i > 0 && i != rule->also &&
		     c->condition[*conditions + i - 1] >
		         c->condition[*conditions + i]))
			return false;
	*conditions += rule->also + rule->unless;
	return true;
}

bool
classifier_sound_rules(const ClassifierHeader *header, Classifier *classifier)
{
	const Classifier *c = classifier;
	const uint8_t *automaton;
	uint32_t conditions = 0;
	uint32_t words;
	uint32_t p;
	uint32_t r;

	if (!sound_nodes(c))
		return false;
	if (header->rules == 0)
		return header->phrase_bytes == 0 && header->phrases == 0 &&
		       header->conditions == 0;
	automaton = (const uint8_t *) (c->rule + c->rules);
	if (header->rules > CLASSIFIER_MAX_RULES ||
	    header->conditions > CLASSIFIER_MAX_ALL ||
	    phrases_open(automaton, header->phrase_bytes, &classifier->phrases) !=
	        PHRASES_OK ||
	    c->phrases.phrases != header->phrases || c->rule_at[0] != 0 ||
	    c->rule_at[header->phrases] != c->rules)
		return false;
	for (p = 0; p < header->phrases; p++)
	{
		if (c->rule_at[p + 1] < c->rule_at[p] || c->rule_at[p + 1] > c->rules)
			return false;
		for (r = c->rule_at[p]; r < c->rule_at[p + 1]; r++)
			if (c->rule[r].phrase != p ||
			    !sound_rule(header, c, &c->rule[r], &conditions))
				return false;
	}
	words = header->phrases + 1 + conditions;
	return conditions == header->conditions &&
	       (words % 2 == 0 || c->rule_at[words] == 0);
}

/* ---------------------------------------------------------------------
 * use
 * ---------------------------------------------------------------------
 */

/* Does a rule count whose phrase occurs in the text scanned last? */
static bool
counts(const Classifier *c, const ClassifierWork *work,
       const ClassifierRule *rule, int64_t cell)
{
	const uint32_t *condition = c->condition + rule->conditions;
	uint32_t i;

	if (rule->territory != 0 &&
	    (cell < rule->territory || cell > gridcode_last(rule->territory)))
		return false;
	for (i = 0; i < rule->also; i++)
		if (phrases_match(&work->phrases, condition[i]) == NULL)
			return false;
	for (; i < rule->also + rule->unless; i++)
		if (phrases_match(&work->phrases, condition[i]) != NULL)
			return false;
	return true;
}

static ClassifierStatus
scan(const Classifier *c, ClassifierWork *work, const char *text, size_t len)
{
	PhrasesStatus status;

	if (c->rules == 0)
	{
		work->phrases.matches = 0;
		return CLASSIFIER_OK;
	}
	status = phrases_scan(&c->phrases, &work->phrases, text,
	                      classifier_read_length(text, len));
	return status == PHRASES_OK ? CLASSIFIER_OK : CLASSIFIER_NO_MEMORY;
}

static bool
make_steps(const Classifier *c, ClassifierWork *work)
{
	const ClassifierMemory *m = &work->memory;
	int64_t *steps;

	if (work->steps_room > c->classes)
		return true;
	steps = m->resize(m->context, NULL, (c->classes + 1) * sizeof(int64_t));
	if (steps == NULL)
		return false;
	if (work->steps != NULL)
		m->resize(m->context, work->steps, 0);
	memset(steps, 0, (c->classes + 1) * sizeof(int64_t));
	work->steps = steps;
	work->steps_room = c->classes + 1;
	return true;
}

ClassifierStatus
classifier_add_rules(const Classifier *c, ClassifierWork *work,
                     const char *text, size_t len, int64_t cell,
                     int64_t *scores, int64_t *said)
{
	ClassifierStatus status = scan(c, work, text, len);
	bool stepped = false;
	int64_t sum = 0;
	uint32_t i;

	work->counted = 0;
	if (status != CLASSIFIER_OK)
		return status;
	/* before anything is noted there, so that it is zero again in any case */
	if (work->phrases.matches > 0 && !make_steps(c, work))
		return CLASSIFIER_NO_MEMORY;
	memset(said, 0, c->classes * sizeof(int64_t));
	for (i = 0; i < work->phrases.matches; i++)
	{
		uint32_t phrase = work->phrases.match[i].phrase;
		uint32_t r;

		for (r = c->rule_at[phrase]; r < c->rule_at[phrase + 1]; r++)
		{
			const ClassifierRule *rule = &c->rule[r];

			if (!counts(c, work, rule, cell))
				continue;
			work->counted++;
			if (rule->first_class == rule->last_class)
			{
				said[rule->first_class] += rule->weight;
				continue;
			}
			work->steps[rule->first_class] += rule->weight;
			work->steps[rule->last_class + 1] -= rule->weight;
			stepped = true;
		}
	}
	if (work->counted == 0)
		return CLASSIFIER_OK;
	for (i = 0; i < c->classes; i++)
	{
		if (stepped)
		{
			sum += work->steps[i];
			work->steps[i] = 0;
			said[i] += sum;
		}
		scores[i] += said[i];
	}
	work->steps[i] = 0;
	return CLASSIFIER_OK;
}

ClassifierStatus
classifier_explain_rules(const Classifier *c, ClassifierWork *work,
                         const char *text, size_t len, int64_t cell,
                         uint32_t class_number, ClassifierOccurrenceFn tell,
                         void *context)
{
	ClassifierStatus status = scan(c, work, text, len);
	uint32_t i;

	for (i = 0; status == CLASSIFIER_OK && i < work->phrases.matches; i++)
	{
		const PhrasesMatch *match = &work->phrases.match[i];
		uint32_t r = c->rule_at[match->phrase];

		for (; r < c->rule_at[match->phrase + 1]; r++)
			if (c->rule[r].first_class <= class_number &&
			    c->rule[r].last_class >= class_number &&
			    counts(c, work, &c->rule[r], cell))
				tell(context, match->from, match->to, c->rule[r].weight);
	}
	return status;
}
