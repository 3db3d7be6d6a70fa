/*
 * case_right.c
 *	  Who acts, and by which right.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"

#include "case_row.h"

char *
acting_account(void)
{
	/* as shown: what is stored outlives SET SESSION AUTHORIZATION before 15.9
	 */
	char *role = GetConfigOptionByName("role", NULL, false);

	if (strcmp(role, "none") == 0)
		return GetUserNameFromId(GetSessionUserId(), false);
	return role;
}

/* A unit, and those above it in the tree.  A chain of parents ends, whatever
 * the tables hold. */
#define UNIT_DEPTH 32

static int
units_above(const CaseSchema *schema, int64 unit, int64 *above)
{
	int n = 0;

	while (n < UNIT_DEPTH)
	{
		Datum key = Int64GetDatum(unit);
		Row *row;
		bool isnull = true;

		above[n++] = unit;
		row = case_rule(schema, "unit", "unit_pkey", INT8OID, 1, &key);
		if (row == NULL)
			break;
		unit = row_int8(row, "parent", &isnull);
		row_close(row);
		if (isnull)
			break;
	}
	return n;
}

/* Those for the very unit come first, and those for all units last; then the
 * order of the roles decides, and that of the units. */
static int
compare_grants(const ListCell *a, const ListCell *b)
{
	const Grant *x = lfirst(a);
	const Grant *y = lfirst(b);

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	return (x->unit > y->unit) - (x->unit < y->unit);
}

bool
find_grant(const CaseSchema *schema, Datum member, Datum roles, int64 unit,
           Grant *found)
{
	List *grants = NIL;
	Datum *elements;
	int n;
	int64 above[UNIT_DEPTH];
	int n_above = 0;
	ListCell *cell;

	deconstruct_array(DatumGetArrayTypeP(roles), TEXTOID, -1, false,
	                  TYPALIGN_INT, &elements, NULL, &n);
	foreach (cell, case_rules(schema, "role_member", "role_member_key",
	                          TEXTOID, 1, &member))
	{
		Row *row = lfirst(cell);
		Datum role = row->values[row_column(row, "role")];
		Grant *grant = palloc(sizeof(Grant));
		int place = 0;

		while (place < n &&
		       !DatumGetBool(DirectFunctionCall2Coll(
		           texteq, DEFAULT_COLLATION_OID, role, elements[place])))
			place++;
		grant->role = role;
		grant->unit = row_int8(row, "unit", &grant->for_all);
		grant->distance = place + (grant->for_all        ? 2 * n
		                           : grant->unit != unit ? n
		                                                 : 0);
		if (place < n)
			grants = lappend(grants, grant);
		row_close(row);
	}
	list_sort(grants, compare_grants);
	foreach (cell, grants)
	{
		*found = *(Grant *) lfirst(cell);
		if (found->for_all || found->unit == unit)
			return true;
		if (n_above == 0)
			n_above = units_above(schema, unit, above);
		for (int i = 0; i < n_above; i++)
			if (above[i] == found->unit)
				return true;
	}
	return false;
}
