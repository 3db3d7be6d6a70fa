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

#include "commands/event_trigger.h"
#include "commands/user.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "compat.h"

#define EXTENSION_NAME "civicgrid"

/* Does one of the roles own the extension? */
static bool
is_owned_by(List *role_specs)
{
	List *roles = roleSpecsToIds(role_specs);
	bool isnull;
	bool owned;

	SPI_connect();
	if (SPI_execute("SELECT extowner FROM pg_catalog.pg_extension "
	                "WHERE extname = '" EXTENSION_NAME "'",
	                true, 1) != SPI_OK_SELECT ||
	    SPI_processed != 1)
		elog(ERROR, "extension \"%s\" is not in pg_extension", EXTENSION_NAME);
	owned = list_member_oid(
	    roles, DatumGetObjectId(SPI_getbinval(
	               SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)));
	SPI_finish();
	return owned;
}

/* Would this command drop the extension without having said CASCADE? */
static bool
drops_unasked(Node *command)
{
	ListCell *cell;

	if (IsA(command, DropOwnedStmt))
	{
		DropOwnedStmt *drop = (DropOwnedStmt *) command;

		return drop->behavior != DROP_CASCADE && is_owned_by(drop->roles);
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

PG_FUNCTION_INFO_V1(cg_refuse_drop_with_cases);
Datum
cg_refuse_drop_with_cases(PG_FUNCTION_ARGS)
{
	char *schema;
	char *query;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
		        (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
		         errmsg("function \"%s\" must be called as an event "
		                "trigger",
		                "refuse_drop_with_cases")));
	if (!drops_unasked(((EventTriggerData *) fcinfo->context)->parsetree))
		PG_RETURN_NULL();

	schema = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	query = psprintf("SELECT pg_catalog.min(caseno::pg_catalog.text), "
	                 "pg_catalog.max(caseno::pg_catalog.text) FROM ("
	                 "(SELECT caseno FROM %1$s.case_record "
	                 "ORDER BY caseno LIMIT 1) UNION ALL "
	                 "(SELECT caseno FROM %1$s.case_record "
	                 "ORDER BY caseno DESC LIMIT 1)) AS ends",
	                 quote_identifier(schema));
	SPI_connect();
	if (SPI_execute(query, true, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not look for cases");
	if (SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1) != NULL)
		ereport(
		    ERROR,
		    (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
		     errmsg("cannot drop extension %s because it holds cases",
		            EXTENSION_NAME),
		     errdetail(
		         "Table %s.case_record holds the cases %s to %s.", schema,
		         SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1),
		         SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
		                      2)),
		     errhint("Make a backup with pg_dump; then DROP ... CASCADE "
		             "drops the extension and every case.")));
	SPI_finish();
	PG_RETURN_NULL();
}
