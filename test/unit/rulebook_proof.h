/*
 * rulebook_proof.h
 *	  What the proof of a small rulebook must tell, found by trying all
 *	  requests, and how what it tells differs.
 */
#ifndef CIVICGRID_TEST_RULEBOOK_PROOF_H
#define CIVICGRID_TEST_RULEBOOK_PROOF_H

#include "rulebook_points.h"

#define PROOF_RULES BOOK_MOST

/* What is seen of rules when all requests are tried */
typedef struct Seen
{
	bool there[PROOF_RULES];    /* applies to something */
	bool in_force[PROOF_RULES]; /* its lead is there, maybe excluded */
	bool usable[PROOF_RULES];
	bool fires[PROOF_RULES];
	bool tie[PROOF_RULES][PROOF_RULES];
	uint32_t outside_from[PROOF_RULES]; /* cells, and one more */
	uint32_t outside_to[PROOF_RULES];
} Seen;

static int faults_shown;

/* A difference: tell what, the first few times */
static inline int
differs(const char *what, long a, long b)
{
	if (faults_shown++ < 20)
		printf("# %s (%ld, %ld)\n", what, a, b);
	return 1;
}

static inline void
see_point(const Points *p, const RulebookRequest *q, int cell, Seen *seen)
{
	const Rulebook *book = p->book;
	static Matches m;
	int i;
	int k;

	m.n = 0;
	rulebook_explain(book, q, keep_match, &m);
	for (i = 0; i < m.n; i++)
	{
		const RulebookMatch *x = &m.list[i];
		const RulebookRule *rule;
		bool first = match_usable(x);

		if (!match_applies(x))
			continue;
		rule = &book->rules[x->rule];
		seen->there[x->rule] = true;
		seen->usable[x->rule] |= match_usable(x);
		seen->in_force[x->rule] |=
		    match_usable(x) || x->verdict == RULEBOOK_EXCLUDED;
		for (k = 0; k < m.n; k++)
		{
			const RulebookMatch *y = &m.list[k];

			if (k == i || !match_applies(y))
				continue;
			if (match_usable(y) && more_specific(&book->rules[y->rule], rule))
				first = false;
			if (same_rank(rule, &book->rules[y->rule]))
				seen->tie[x->rule][y->rule] = true;
		}
		if (!first)
			continue;
		seen->fires[x->rule] = true;
		if (rule->lead.unit >= 0 &&
		    !cell_in(book->units[rule->lead.unit].territory, q->cell))
		{
			uint32_t *from = &seen->outside_from[x->rule];
			uint32_t *to = &seen->outside_to[x->rule];

			if (*to == 0 || *from > (uint32_t) cell)
				*from = (uint32_t) cell;
			if (*to < (uint32_t) cell + 1)
				*to = (uint32_t) cell + 1;
		}
	}
}

/* Holes lie in what is told, and what is told is a hole */
static inline int
hole_differences(const Points *p, const Faults *told, const RulebookRequest *q)
{
	RulebookAnswer answer;
	bool in_hole = false;
	bool in_fallback = false;
	int i;

	rulebook_route(p->book, q, &answer);
	for (i = 0; i < told->n; i++)
	{
		in_hole |= told->list[i].kind == RULEBOOK_HOLE &&
		           fault_has(p->book, &told->list[i], q);
		in_fallback |= told->list[i].kind == RULEBOOK_BY_FALLBACK &&
		               fault_has(p->book, &told->list[i], q);
	}
	return (in_hole != (answer.lead < 0)
	            ? differs("hole", in_hole, answer.lead)
	            : 0) +
	       (in_fallback != (answer.fallback >= 0)
	            ? differs("fallback", in_fallback, answer.fallback)
	            : 0);
}

static inline const RulebookFault *
fault_of(const Faults *told, RulebookFaultKind kind, RulebookPart part,
         int rule)
{
	int i;

	for (i = 0; i < told->n; i++)
		if (told->list[i].kind == kind && told->list[i].part == part &&
		    told->list[i].rule == rule)
			return &told->list[i];
	return NULL;
}

static inline int64_t
common_cell_prefix(int64_t a, int64_t b)
{
	int64_t lineage[GRIDCODE_LEVELS];
	int n = gridcode_lineage(a, lineage);

	while (n > 0 && !cell_in(lineage[n - 1], b))
		n--;
	return n > 0 ? lineage[n - 1] : 0;
}

static inline int
rule_differences(const Points *p, const Faults *told, const Seen *seen)
{
	const Rulebook *book = p->book;
	int n = 0;
	int i;
	int k;
	int ties = 0;

	for (i = 0; i < (int) book->rule_count; i++)
	{
		const RulebookFault *f =
		    fault_of(told, RULEBOOK_SHADOWED, RULEBOOK_PART_RULE, i);
		bool shadowed = seen->usable[i] && !seen->fires[i];

		if ((f != NULL) != shadowed)
			n += differs("shadowed", i, shadowed);
		if (f != NULL &&
		    (f->other < 0 || !seen->fires[f->other] ||
		     !more_specific(&book->rules[f->other], &book->rules[i])))
			n += differs("shadowed by", i, f->other);
		if ((fault_of(told, RULEBOOK_EXCLUDED_LEAD, RULEBOOK_PART_RULE, i) !=
		     NULL) != (seen->in_force[i] && !seen->usable[i]))
			n += differs("excluded", i, seen->in_force[i]);
		if ((fault_of(told, RULEBOOK_OUT_OF_FORCE, RULEBOOK_PART_RULE, i) !=
		     NULL) != (book->rules[i].from >= book->rules[i].to ||
		               book->rules[i].to <= p->since))
			n += differs("out of force", i, 0);
		f = fault_of(told, RULEBOOK_OUTSIDE, RULEBOOK_PART_RULE, i);
		if ((f != NULL) != (seen->outside_to[i] > 0))
			n += differs("outside", i, f != NULL);
		if (f != NULL &&
		    f->territory !=
		        common_cell_prefix(p->cells[seen->outside_from[i]],
		                           p->cells[seen->outside_to[i] - 1]))
			n += differs("outside where", i, 0);
		for (k = i + 1; k < (int) book->rule_count; k++)
			ties += seen->tie[i][k];
	}
	for (i = 0; i < told->n; i++)
		if (told->list[i].kind == RULEBOOK_TIE)
		{
			const RulebookFault *f = &told->list[i];

			ties--;
			if (!seen->tie[f->rule][f->other])
				n += differs("tie", f->rule, f->other);
		}
	return n + (ties != 0 ? differs("ties", ties, 0) : 0);
}

/* Is there a unit for a lead at each cell and instant of a territory? */
static inline int
lead_differences(const Points *p, const Faults *told, RulebookFaultKind kind,
                 RulebookPart part, int record, const RulebookLead *lead,
                 int64_t territory, int64_t from, int64_t to)
{
	int n = 0;
	int c;
	int t;
	int i;

	for (c = 0; c < p->ncells; c++)
		for (t = 0; t < p->ntimes; t++)
		{
			int64_t at = p->times[t];
			bool missing =
			    cell_in(territory, p->cells[c]) && from <= at && at < to &&
			    rulebook_resolve(p->book, lead, p->cells[c], at) < 0;
			bool in = false;

			for (i = 0; i < told->n; i++)
			{
				const RulebookFault *f = &told->list[i];

				in |= f->kind == kind && f->part == part &&
				      (part == RULEBOOK_PART_NONE ? f->channel - 1
				                                  : f->rule) == record &&
				      cell_in(f->territory, p->cells[c]) && f->from <= at &&
				      at < f->to;
			}
			if (in != missing)
				n += differs("lead missing", (long) kind, record);
		}
	return n;
}

static inline bool
has_class(const Points *p, int64_t event_class)
{
	int i;

	for (i = 0; i < p->nclasses; i++)
		if (class_in(event_class, p->classes[i]))
			return true;
	return false;
}

static inline bool
has_cell(const Points *p, int64_t territory)
{
	int i;

	for (i = 0; i < p->ncells; i++)
		if (cell_in(territory, p->cells[i]))
			return true;
	return false;
}

static inline int
leads_differences(const Points *p, const Faults *told)
{
	const Rulebook *book = p->book;
	int n = 0;
	int i;

	for (i = 0; i < (int) book->rule_count; i++)
	{
		const RulebookRule *r = &book->rules[i];

		if (has_class(p, r->event_class) && has_cell(p, r->territory))
			n += lead_differences(p, told,
			                      r->lead.unit >= 0 ? RULEBOOK_LEAD_RETIRED
			                                        : RULEBOOK_UNRESOLVED,
			                      RULEBOOK_PART_RULE, i, &r->lead,
			                      r->territory, r->from, r->to);
		else if (fault_of(told, RULEBOOK_LEAD_RETIRED, RULEBOOK_PART_RULE,
		                  i) != NULL ||
		         fault_of(told, RULEBOOK_UNRESOLVED, RULEBOOK_PART_RULE, i) !=
		             NULL)
			n += differs("lead of no rule", i, 0);
	}
	for (i = 0; i < (int) book->fallback_count; i++)
	{
		const RulebookFallback *f = &book->fallbacks[i];

		n += lead_differences(p, told,
		                      f->lead.unit >= 0 ? RULEBOOK_LEAD_RETIRED
		                                        : RULEBOOK_UNRESOLVED,
		                      RULEBOOK_PART_FALLBACK, i, &f->lead,
		                      f->territory, INT64_MIN, INT64_MAX);
	}
	for (i = 0; i < (int) book->name_count[RULEBOOK_CHANNEL]; i++)
	{
		const RulebookLead *lead = &book->channels[i].intake;

		if (lead->unit >= 0 || lead->kind > 0)
			n += lead_differences(p, told, RULEBOOK_NO_INTAKE,
			                      RULEBOOK_PART_NONE, i, lead, 0, INT64_MIN,
			                      INT64_MAX);
	}
	return n;
}

static inline bool
in_force(const RulebookUnit *u, int64_t at)
{
	return u->from <= at && at < u->to;
}

/* Units that a lead may mean, where and when it is asked for; by brute force:
 * for each of them, whether it is one of two alike, or has nobody */
static inline void
see_lead(const Points *p, const RulebookLead *lead, int64_t territory,
         int64_t from, int64_t to, bool leads, bool *ambiguous, bool *nobody)
{
	const Rulebook *book = p->book;
	int c;
	int t;
	uint32_t i;

	for (c = 0; c < p->ncells; c++)
		for (t = 0; t < p->ntimes; t++)
		{
			int64_t at = p->times[t];
			int32_t unit;

			if (!cell_in(territory, p->cells[c]) || at < from || at >= to)
				continue;
			unit = rulebook_resolve(book, lead, p->cells[c], at);
			if (unit < 0)
				continue;
			if (leads && (book->units[unit].flags & RULEBOOK_NOSTAFF) != 0)
				nobody[unit] = true;
			if (lead->unit >= 0)
				continue;
			for (i = 0; i < book->unit_count; i++)
				if ((int32_t) i != unit &&
				    book->units[i].kind == book->units[unit].kind &&
				    book->units[i].level == book->units[unit].level &&
				    book->units[i].territory == book->units[unit].territory &&
				    in_force(&book->units[i], at))
					ambiguous[i] = true;
		}
}

static inline int
units_differences(const Points *p, const Faults *told)
{
	const Rulebook *book = p->book;
	bool ambiguous[BOOK_MOST] = {false};
	bool nobody[BOOK_MOST] = {false};
	int n = 0;
	uint32_t i;
	uint32_t k;
	int f;

	for (i = 0; i < book->rule_count; i++)
	{
		const RulebookRule *r = &book->rules[i];

		if (!has_class(p, r->event_class))
			continue;
		see_lead(p, &r->lead, r->territory, r->from, r->to, true, ambiguous,
		         nobody);
		for (k = 0; k < r->assists; k++)
			see_lead(p, &book->assists[r->first_assist + k].lead, r->territory,
			         r->from, r->to, false, ambiguous, nobody);
	}
	for (i = 0; i < book->fallback_count; i++)
		see_lead(p, &book->fallbacks[i].lead, book->fallbacks[i].territory,
		         INT64_MIN, INT64_MAX, true, ambiguous, nobody);
	for (i = 0; i < book->name_count[RULEBOOK_CHANNEL]; i++)
		if (book->channels[i].intake.unit >= 0 ||
		    book->channels[i].intake.kind > 0)
			see_lead(p, &book->channels[i].intake, 0, INT64_MIN, INT64_MAX,
			         false, ambiguous, nobody);
	for (f = 0; f < told->n; f++)
	{
		bool *of = told->list[f].kind == RULEBOOK_AMBIGUOUS   ? ambiguous
		           : told->list[f].kind == RULEBOOK_UNSTAFFED ? nobody
		                                                      : NULL;

		if (of == NULL)
			continue;
		/* each once */
		if (!of[told->list[f].unit])
			n +=
			    differs("unit", (long) told->list[f].kind, told->list[f].unit);
		of[told->list[f].unit] = false;
	}
	for (i = 0; i < book->unit_count; i++)
		if (ambiguous[i] || nobody[i])
			n += differs("unit not told", i, ambiguous[i]);
	return n;
}

/* ---------------------------------------------------------------------
 * terms
 * ---------------------------------------------------------------------
 */

static inline int
grade_of(const Rulebook *book, int64_t cell)
{
	int digits = -1;
	int grade = 0;
	uint32_t i;

	for (i = 0; i < book->grade_count; i++)
	{
		int64_t t = book->grades[i].territory;
		int d = t == 0 ? 0 : gridcode_digits(t);

		if (cell_in(t, cell) && d > digits)
		{
			digits = d;
			grade = book->grades[i].grade;
		}
	}
	return grade;
}

static inline unsigned
policy_rank(const RulebookPolicy *p)
{
	return (p->event_class == 0 ? 0
	                            : (unsigned) eventcode_digits(p->event_class))
	           << 8 |
	       (p->territory == 0 ? 0 : (unsigned) gridcode_digits(p->territory))
	           << 2 |
	       (p->severity != 0 ? 2u : 0) | (p->grade != 0 ? 1u : 0);
}

/* Which policies count somewhere, which tie; and that each region without one
 * is told, and no other */
static inline int
terms_differences(const Points *p, const Faults *told, const uint16_t *stages,
                  int nstages)
{
	const Rulebook *book = p->book;
	static bool counts[BOOK_MOST];
	static bool applies[BOOK_MOST];
	static bool tie[BOOK_MOST][BOOK_MOST];
	int n = 0;
	int ties = 0;
	int c;
	int k;
	int s;
	int i;

	memset(counts, 0, sizeof(counts));
	memset(applies, 0, sizeof(applies));
	memset(tie, 0, sizeof(tie));
	for (c = 0; c < p->nclasses; c++)
		for (k = 0; k < p->ncells; k++)
			for (s = 0; s < p->nseverities; s++)
			{
				int grade = grade_of(book, p->cells[k]);
				unsigned best[RULEBOOK_STAGES + 1] = {0};
				bool there[RULEBOOK_STAGES + 1] = {false};
				bool matches[BOOK_MOST];

				for (i = 0; i < (int) book->policy_count; i++)
				{
					const RulebookPolicy *q = &book->policies[i];

					matches[i] = class_in(q->event_class, p->classes[c]) &&
					             cell_in(q->territory, p->cells[k]) &&
					             (q->severity == 0 ||
					              q->severity == p->severities[s]) &&
					             (q->grade == 0 || q->grade == grade);
					applies[i] |= matches[i];
					if (!matches[i])
						continue;
					there[q->stage] = true;
					if (policy_rank(q) > best[q->stage])
						best[q->stage] = policy_rank(q);
				}
				for (i = 0; i < (int) book->policy_count; i++)
				{
					int other;

					if (!matches[i])
						continue;
					counts[i] |= policy_rank(&book->policies[i]) ==
					             best[book->policies[i].stage];
					for (other = i + 1; other < (int) book->policy_count;
					     other++)
						tie[i][other] |=
						    matches[other] &&
						    book->policies[i].stage ==
						        book->policies[other].stage &&
						    policy_rank(&book->policies[i]) ==
						        policy_rank(&book->policies[other]);
				}
				for (i = 0; i < nstages; i++)
				{
					bool in = false;
					int f;

					for (f = 0; f < told->n; f++)
					{
						const RulebookFault *x = &told->list[f];

						in |= x->kind == RULEBOOK_NO_TERM &&
						      x->stage == stages[i] &&
						      class_in(x->event_class, p->classes[c]) &&
						      cell_in(x->territory, p->cells[k]) &&
						      (x->severity == 0 ||
						       (x->severity == RULEBOOK_NO_SEVERITY
						            ? 0
						            : x->severity) == p->severities[s]) &&
						      (x->grade != 0 ? x->grade == grade
						                     : !x->grade_none || grade == 0);
					}
					if (in == there[stages[i]])
						n += differs("term", stages[i], in);
				}
			}
	for (i = 0; i < (int) book->policy_count; i++)
	{
		if ((fault_of(told, RULEBOOK_TERM_SHADOWED, RULEBOOK_PART_POLICY, i) !=
		     NULL) != (applies[i] && !counts[i]))
			n += differs("policy shadowed", i, applies[i]);
		for (k = 0; k < (int) book->policy_count; k++)
			ties += tie[i][k];
	}
	for (i = 0; i < told->n; i++)
		if (told->list[i].kind == RULEBOOK_TERM_TIE)
		{
			ties--;
			if (!tie[told->list[i].rule][told->list[i].other])
				n += differs("policies tie", told->list[i].rule,
				             told->list[i].other);
		}
		else if (told->list[i].kind == RULEBOOK_TERM_SHADOWED)
		{
			int other = told->list[i].other;

			if (other < 0 || !counts[other] ||
			    policy_rank(&book->policies[other]) <=
			        policy_rank(&book->policies[told->list[i].rule]))
				n += differs("policy shadowed by", told->list[i].rule, other);
		}
	return n + (ties != 0 ? differs("policies tie", ties, 0) : 0);
}

/* ---------------------------------------------------------------------
 * all
 * ---------------------------------------------------------------------
 */

static inline int
nothing_differences(const Points *p, const Faults *told)
{
	const Rulebook *b = p->book;
	int n = 0;
	int i;
	int c;

	for (i = 0; i < (int) b->rule_count; i++)
		n += (fault_of(told, RULEBOOK_NO_CLASS, RULEBOOK_PART_RULE, i) ==
		      NULL) != has_class(p, b->rules[i].event_class);
	for (i = 0; i < (int) b->rule_count; i++)
		n += (fault_of(told, RULEBOOK_NO_CELL, RULEBOOK_PART_RULE, i) ==
		      NULL) != has_cell(p, b->rules[i].territory);
	for (i = 0; i < (int) b->exclusion_count; i++)
		n += ((fault_of(told, RULEBOOK_NO_CLASS, RULEBOOK_PART_EXCLUSION, i) ==
		       NULL) != has_class(p, b->exclusions[i].event_class)) +
		     ((fault_of(told, RULEBOOK_NO_CELL, RULEBOOK_PART_EXCLUSION, i) ==
		       NULL) != has_cell(p, b->exclusions[i].territory));
	for (i = 0; i < (int) b->fallback_count; i++)
		n += (fault_of(told, RULEBOOK_NO_CELL, RULEBOOK_PART_FALLBACK, i) ==
		      NULL) != has_cell(p, b->fallbacks[i].territory);
	for (i = 0; i < (int) b->policy_count; i++)
	{
		const RulebookPolicy *q = &b->policies[i];
		bool cell = false;

		for (c = 0; c < p->ncells; c++)
			cell |= cell_in(q->territory, p->cells[c]) &&
			        (q->grade == 0 || q->grade == grade_of(b, p->cells[c]));
		n += ((fault_of(told, RULEBOOK_NO_CLASS, RULEBOOK_PART_POLICY, i) ==
		       NULL) != has_class(p, q->event_class)) +
		     ((fault_of(told, RULEBOOK_NO_CELL, RULEBOOK_PART_POLICY, i) ==
		       NULL) != cell);
	}
	return n == 0 ? 0 : differs("record for nothing", n, 0);
}

/* The order in which faults are told */
static inline bool
in_order(const RulebookFault *a, const RulebookFault *b)
{
	return a->kind <= b->kind;
}

/* Prove a book, and compare with what all requests say. */
static inline int
proof_differences(const Rulebook *book, int64_t since)
{
	static Seen seen;
	TestMemory memory = {-1, 0, 0};
	RulebookMemory m = {test_resize, test_poll, &memory};
	uint16_t stages[RULEBOOK_STAGES];
	uint32_t nstages = book->name_count[RULEBOOK_STAGE];
	Points p;
	Faults told = {NULL, 0, -1};
	int n = 0;
	long i;

	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < (long) nstages; i++)
		stages[i] = (uint16_t) (i + 1);
	if (rulebook_check(book, since, stages, nstages, &m, keep_fault, &told) !=
	    RULEBOOK_OK)
		n += differs("status", 0, 0);
	if (memory.live != 0)
		n += differs("memory", memory.live, 0);
	find_points(&p, book, since);
	for (i = 0; i < count_points(&p); i++)
	{
		RulebookRequest q = point_at(&p, i);

		n += hole_differences(&p, &told, &q);
		see_point(&p, &q, (int) (i / p.nclasses % p.ncells), &seen);
	}
	for (i = 0; i + 1 < told.n; i++)
		if (!in_order(&told.list[i], &told.list[i + 1]))
			n += differs("order", i, told.n);
	n += rule_differences(&p, &told, &seen);
	n += nothing_differences(&p, &told);
	n += leads_differences(&p, &told);
	n += units_differences(&p, &told);
	n += terms_differences(&p, &told, stages, (int) nstages);
	free(told.list);
	return n;
}

#endif /* CIVICGRID_TEST_RULEBOOK_PROOF_H */
