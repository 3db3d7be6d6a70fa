/*
 * drop_guard.c
 *	  DROP EXTENSION must not take the cases with it unasked.
 *
 * The tables of the extension are its members, so the server would drop them
 * with it even under RESTRICT.  An event trigger looks at the command before
 * it starts: while a case is stored, only a command that says CASCADE may
 * drop civicgrid.  It is written in C because only the parse tree tells which
 * extension is meant.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/event_trigger.h"
#include "commands/user.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "compat.h"

#define EXTENSION_NAME "civicgrid"

static Oid
extension_owner(void)
{
	bool isnull;
	Oid owner;

	SPI_connect();
	if (SPI_execute("SELECT extowner FROM pg_catalog.pg_extension "
	                "WHERE extname = '" EXTENSION_NAME "'",
	                true, 1) != SPI_OK_SELECT ||
	    SPI_processed != 1)
		elog(ERROR, "extension \"%s\" is not in pg_extension", EXTENSION_NAME);
	owner = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[0],
	                                       SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	return owner;
}

/* Would this command drop the extension without having said CASCADE? */
static bool
drops_unasked(Node *command)
{
	ListCell *cell;

	if (IsA(command, DropOwnedStmt))
	{
		DropOwnedStmt *drop = (DropOwnedStmt *) command;

		return drop->behavior != DROP_CASCADE &&
		       list_member_oid(roleSpecsToIds(drop->roles), extension_owner());
	}
	if (IsA(command, DropStmt))
	{
		DropStmt *drop = (DropStmt *) command;

		if (drop->removeType != OBJECT_EXTENSION ||
		    drop->behavior == DROP_CASCADE)
			return false;
		foreach (cell, drop->objects)
		{
			if (strcmp(strVal(lfirst(cell)), EXTENSION_NAME) == 0)
				return true;
		}
	}
	return false;
}

/*
 * The least and the greatest case number, as text; false if there is no case.
 * The table is locked as the command would lock it anyway, and looked at with
 * a snapshot taken after that: a case that was being filed is found, also
 * under REPEATABLE READ.
 */
static bool
stored_cases(char *schema, char **first, char **last)
{
	RangeVar *table = makeRangeVar(schema, "case_record", -1);
	char *query;

	if (!OidIsValid(RangeVarGetRelid(table, AccessExclusiveLock, true)))
		return false;

	query = psprintf("SELECT (SELECT caseno FROM %1$s.case_record "
	                 "ORDER BY caseno LIMIT 1), "
	                 "(SELECT caseno FROM %1$s.case_record "
	                 "ORDER BY caseno DESC LIMIT 1)",
	                 quote_identifier(schema));
	SPI_connect();
	PushActiveSnapshot(GetLatestSnapshot());
	if (SPI_execute(query, true, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not look for cases");
	*first = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	*last = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	PopActiveSnapshot();
	if (*first != NULL)
		return true; /* an error follows, which also ends SPI */
	SPI_finish();
	return false;
}

PG_FUNCTION_INFO_V1(cg_refuse_drop_with_cases);
Datum
cg_refuse_drop_with_cases(PG_FUNCTION_ARGS)
{
	char *schema;
	char *first;
	char *last;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
		        (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
		         errmsg("function \"%s\" must be called as an event trigger",
		                "refuse_drop_with_cases")));
	/* whoever may not drop it gets that error, and no lock on the cases */
	if (!drops_unasked(((EventTriggerData *) fcinfo->context)->parsetree) ||
	    !has_privs_of_role(GetUserId(), extension_owner()))
		PG_RETURN_NULL();

	schema = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	if (stored_cases(schema, &first, &last))
		ereport(ERROR,
		        (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
		         errmsg("cannot drop extension %s because it holds cases",
		                EXTENSION_NAME),
		         errdetail("Table %s.case_record holds the cases %s to %s.",
		                   schema, first, last),
		         errhint("Make a backup with pg_dump; then DROP ... CASCADE "
		                 "drops the extension and every case.")));
	PG_RETURN_NULL();
}
