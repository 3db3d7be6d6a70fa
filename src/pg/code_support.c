/*
 * code_support.c
 *	  What the planner is told about "code <@ ancestor" and "code @> part".
 *
 * The codes within a code are one range of its B-tree, and the codes that
 * cover a code are a handful that can be computed from it.  So
 *
 *	  code <@ x		is answered by	code >= x AND code <= last_descendant(x)
 *	  code @> x		is answered by	code = ANY (lineage(x))
 *
 * Both rewritings are exact.  With a column and a constant, the condition is
 * replaced altogether while expressions are simplified, and is from then on
 * what somebody would have written by hand.  With an x that is only fixed
 * while the index is scanned (a parameter of a generic plan, a column of the
 * outer side of a nested loop), it becomes the index's condition, which needs
 * no recheck.
 *
 * Nothing is bound to a particular type: a type that has a default B-tree
 * operator class in int8 order and functions last_descendant(type) and
 * lineage(type) in the schema of its operators can use all of this.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/typcache.h"

#include "compat.h"

/*
 * Selectivity of "code <@ x" when nothing is known of the column; the one
 * that core uses for a range of unknown place.
 */
#define DEFAULT_WITHIN_SEL DEFAULT_RANGE_INEQ_SEL

/* A join looks at this many values of the ancestor's side at the most. */
#define MAX_SAMPLED_ANCESTORS 64

/* A function of the type's schema: last_descendant(type), lineage(type). */
static Oid
companion(Oid operator_func, const char *name, Oid type)
{
	char *schema = get_namespace_name(get_func_namespace(operator_func));

	return LookupFuncName(
	    list_make2(makeString(schema), makeString(pstrdup(name))), 1, &type,
	    false);
}

/* name(arg) as an expression, already computed if arg is a constant. */
static Expr *
apply_companion(Oid operator_func, const char *name, Node *arg)
{
	Oid func = companion(operator_func, name, exprType(arg));
	Oid result = get_func_rettype(func);

	if (IsA(arg, Const))
	{
		Const *c = (Const *) arg;
		bool is_array = get_element_type(result) != InvalidOid;

		return (Expr *) makeConst(
		    result, -1, InvalidOid, is_array ? -1 : (int) sizeof(int64),
		    c->constisnull ? (Datum) 0 : OidFunctionCall1(func, c->constvalue),
		    c->constisnull, is_array ? false : FLOAT8PASSBYVAL);
	}
	return (Expr *) makeFuncExpr(func, result, list_make1(copyObject(arg)),
	                             InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

static Oid
btree_operator(Oid type, StrategyNumber strategy)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);
	Oid oper = get_opfamily_member(entry->btree_opf, type, type, strategy);

	if (!OidIsValid(oper))
		elog(ERROR, "no B-tree operator %d for type %u", strategy, type);
	return oper;
}

/* [code >= x, code <= last_descendant(x)] */
static List *
within_clauses(Oid operator_func, Node *code, Node *x)
{
	Oid type = exprType(code);
	Expr *from =
	    make_opclause(btree_operator(type, BTGreaterEqualStrategyNumber),
	                  BOOLOID, false, (Expr *) copyObject(code),
	                  (Expr *) copyObject(x), InvalidOid, InvalidOid);
	Expr *to =
	    make_opclause(btree_operator(type, BTLessEqualStrategyNumber), BOOLOID,
	                  false, (Expr *) copyObject(code),
	                  apply_companion(operator_func, "last_descendant", x),
	                  InvalidOid, InvalidOid);

	return list_make2(from, to);
}

/* [code = ANY (lineage(x))] */
static List *
covers_clauses(Oid operator_func, Node *code, Node *x)
{
	ScalarArrayOpExpr *any = makeNode(ScalarArrayOpExpr);

	any->opno = btree_operator(exprType(code), BTEqualStrategyNumber);
	any->opfuncid = get_opcode(any->opno);
	any->useOr = true;
	any->args = list_make2(copyObject(code),
	                       apply_companion(operator_func, "lineage", x));
	any->location = -1;
	return list_make1(any);
}

/* ---------------------------------------------------------------------
 * Selectivity
 * ---------------------------------------------------------------------
 */

static Selectivity
clauses_selectivity(PlannerInfo *root, List *clauses, int var_relid)
{
	return clauselist_selectivity(root, clauses, var_relid, JOIN_INNER, NULL);
}

/*
 * The share of rows whose code lies within an ancestor that differs from row
 * to row: the mean over the values that the statistics know of the ancestor's
 * column, the most common ones by their frequency, the histogram standing for
 * the rest.
 */
static Selectivity
mean_within_selectivity(PlannerInfo *root, Oid operator_func, Node *code,
                        Node *ancestor)
{
	VariableStatData stats;
	AttStatsSlot slot;
	double nullfrac;
	double weight = 0.0;
	double sum = 0.0;

	examine_variable(root, ancestor, 0, &stats);
	if (!HeapTupleIsValid(stats.statsTuple) ||
	    !statistic_proc_security_check(&stats, operator_func))
	{
		ReleaseVariableStats(stats);
		return DEFAULT_WITHIN_SEL;
	}
	nullfrac = ((Form_pg_statistic) GETSTRUCT(stats.statsTuple))->stanullfrac;

	for (int pass = 0; pass < 2; pass++)
	{
		bool common = pass == 0;
		int step = 1;
		double part = 0.0;
		double part_weight = 0.0;

		if (!get_attstatsslot(
		        &slot, stats.statsTuple,
		        common ? STATISTIC_KIND_MCV : STATISTIC_KIND_HISTOGRAM,
		        InvalidOid,
		        common ? ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS
		               : ATTSTATSSLOT_VALUES))
			continue;
		/* the most common come first; of a histogram, some all over it */
		if (!common)
			step = 1 + (slot.nvalues - 1) / MAX_SAMPLED_ANCESTORS;
		for (int i = 0; i < slot.nvalues && i / step < MAX_SAMPLED_ANCESTORS;
		     i += step)
		{
			Const *value =
			    makeConst(exprType(ancestor), -1, InvalidOid, sizeof(int64),
			              slot.values[i], false, FLOAT8PASSBYVAL);
			double w = common ? slot.numbers[i] : 1.0;

			part += w * clauses_selectivity(root,
			                                within_clauses(operator_func, code,
			                                               (Node *) value),
			                                0);
			part_weight += w;
		}
		if (common)
		{
			sum = part;
			weight = part_weight;
		}
		else
		{
			sum += Max(0.0, 1.0 - nullfrac - weight) * part / part_weight;
			weight = 1.0 - nullfrac;
		}
		free_attstatsslot(&slot);
	}
	ReleaseVariableStats(stats);
	if (weight <= 0.0)
		return DEFAULT_WITHIN_SEL;
	return sum / weight * (1.0 - nullfrac);
}

/* Selectivity of "code <@ ancestor", whichever sides are columns. */
static Selectivity
within_selectivity(PlannerInfo *root, Oid operator_func, Node *code,
                   Node *ancestor, int var_relid)
{
	Node *fixed_ancestor = estimate_expression_value(root, ancestor);
	Node *fixed_code = estimate_expression_value(root, code);
	Selectivity s;

	if (IsA(fixed_ancestor, Const))
	{
		if (((Const *) fixed_ancestor)->constisnull)
			return 0.0;
		s = clauses_selectivity(
		    root, within_clauses(operator_func, code, fixed_ancestor),
		    var_relid);
	}
	else if (IsA(fixed_code, Const))
	{
		if (((Const *) fixed_code)->constisnull)
			return 0.0;
		s = clauses_selectivity(
		    root, covers_clauses(operator_func, ancestor, fixed_code),
		    var_relid);
	}
	else if (is_pseudo_constant_clause(fixed_ancestor))
		s = DEFAULT_WITHIN_SEL;
	else
		s = mean_within_selectivity(root, operator_func, code, ancestor);
	CLAMP_PROBABILITY(s);
	return s;
}

static Datum
estimate(FunctionCallInfo fcinfo, bool commuted, int var_relid)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid operator_func = get_opcode(PG_GETARG_OID(1));
	List *args = (List *) PG_GETARG_POINTER(2);
	Node *code = commuted ? lsecond(args) : linitial(args);
	Node *ancestor = commuted ? linitial(args) : lsecond(args);

	PG_RETURN_FLOAT8(
	    within_selectivity(root, operator_func, code, ancestor, var_relid));
}

PG_FUNCTION_INFO_V1(cg_code_within_sel);
Datum
cg_code_within_sel(PG_FUNCTION_ARGS)
{
	return estimate(fcinfo, false, PG_GETARG_INT32(3));
}

PG_FUNCTION_INFO_V1(cg_code_covers_sel);
Datum
cg_code_covers_sel(PG_FUNCTION_ARGS)
{
	return estimate(fcinfo, true, PG_GETARG_INT32(3));
}

/*
 * For a join, the share of pairs; where a row of the outer side only needs a
 * partner (EXISTS), the share of rows that have one, at least one in the mean
 * wherever the partners are enough for all.
 */
static Datum
estimate_join(FunctionCallInfo fcinfo, bool commuted)
{
	JoinType jointype = (JoinType) PG_GETARG_INT16(3);
	Selectivity s = DatumGetFloat8(estimate(fcinfo, commuted, 0));

	if (jointype == JOIN_SEMI || jointype == JOIN_ANTI)
	{
		PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
		List *args = (List *) PG_GETARG_POINTER(2);
		SpecialJoinInfo *sjinfo = (SpecialJoinInfo *) PG_GETARG_POINTER(4);
		VariableStatData left;
		VariableStatData right;
		bool reversed;
		RelOptInfo *inner;

		get_join_variables(root, args, sjinfo, &left, &right, &reversed);
		inner = reversed ? left.rel : right.rel;
		if (inner != NULL)
			s = Min(1.0, s * inner->rows);
		ReleaseVariableStats(left);
		ReleaseVariableStats(right);
	}
	PG_RETURN_FLOAT8(s);
}

PG_FUNCTION_INFO_V1(cg_code_within_joinsel);
Datum
cg_code_within_joinsel(PG_FUNCTION_ARGS)
{
	return estimate_join(fcinfo, false);
}

PG_FUNCTION_INFO_V1(cg_code_covers_joinsel);
Datum
cg_code_covers_joinsel(PG_FUNCTION_ARGS)
{
	return estimate_join(fcinfo, true);
}

/* ---------------------------------------------------------------------
 * Simplification and index conditions
 * ---------------------------------------------------------------------
 */

/*
 * Answer a request for index conditions.  Only an index of the type's own
 * default B-tree operator family will do: another family might sort
 * otherwise.
 */
static Node *
index_condition(SupportRequestIndexCondition *req, bool commuted)
{
	List *args;
	Node *column;
	Node *other;
	TypeCacheEntry *entry;

	if (is_opclause(req->node))
		args = ((OpExpr *) req->node)->args;
	else if (is_funcclause(req->node))
		args = ((FuncExpr *) req->node)->args;
	else
		return NULL;
	if (list_length(args) != 2 || req->index->relam != BTREE_AM_OID)
		return NULL;

	column = list_nth(args, req->indexarg);
	other = list_nth(args, 1 - req->indexarg);
	entry = lookup_type_cache(exprType(column), TYPECACHE_BTREE_OPFAMILY);
	if (req->opfamily != entry->btree_opf ||
	    !is_pseudo_constant_for_index(req->root, other, req->index))
		return NULL;

	req->lossy = false;
	if ((req->indexarg == 0) != commuted)
		return (Node *) within_clauses(req->funcid, column, other);
	return (Node *) covers_clauses(req->funcid, column, other);
}

/*
 * Write the condition as what it means when one side is a column and the
 * other a constant.  All that core knows of ranges then applies: histograms,
 * partition pruning, partial indexes, BRIN.
 */
static Node *
simplify(SupportRequestSimplify *req, bool commuted)
{
	List *args = req->fcall->args;
	Node *code = commuted ? lsecond(args) : linitial(args);
	Node *ancestor = commuted ? linitial(args) : lsecond(args);

	if (IsA(ancestor, Const) && IsA(strip_implicit_coercions(code), Var))
		return (Node *) make_andclause(
		    within_clauses(req->fcall->funcid, code, ancestor));
	if (IsA(code, Const) && IsA(strip_implicit_coercions(ancestor), Var))
		return linitial(covers_clauses(req->fcall->funcid, ancestor, code));
	return NULL;
}

static Datum
answer(Node *request, bool commuted)
{
	Node *result = NULL;

	if (IsA(request, SupportRequestSimplify))
		result = simplify((SupportRequestSimplify *) request, commuted);
	else if (IsA(request, SupportRequestIndexCondition))
		result = index_condition((SupportRequestIndexCondition *) request,
		                         commuted);
	else if (IsA(request, SupportRequestSelectivity))
	{
		SupportRequestSelectivity *req = (SupportRequestSelectivity *) request;
		Node *first = linitial(req->args);
		Node *second = lsecond(req->args);

		req->selectivity = within_selectivity(
		    req->root, req->funcid, commuted ? second : first,
		    commuted ? first : second, req->is_join ? 0 : req->varRelid);
		result = request;
	}
	PG_RETURN_POINTER(result);
}

PG_FUNCTION_INFO_V1(cg_code_within_support);
Datum
cg_code_within_support(PG_FUNCTION_ARGS)
{
	return answer((Node *) PG_GETARG_POINTER(0), false);
}

PG_FUNCTION_INFO_V1(cg_code_covers_support);
Datum
cg_code_covers_support(PG_FUNCTION_ARGS)
{
	return answer((Node *) PG_GETARG_POINTER(0), true);
}
