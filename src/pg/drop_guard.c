/*
 * drop_guard.c
 *	  The cases must not go with something that is dropped unasked.
 *
 * The tables of the extension are its members, so the server would drop them
 * with it even under RESTRICT, and would drop the extension with PostGIS or
 * with a schema under CASCADE.  An event trigger looks at the command before
 * it starts: while a case is stored, only DROP EXTENSION civicgrid CASCADE
 * drops civicgrid.  It is written in C because only the parse tree tells what
 * is meant.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "commands/user.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "compat.h"

#define EXTENSION_NAME "civicgrid"

/*
 * Run a query whose $1 is an array of names, and return the first column of
 * its only row, an oid or a boolean.  Queries here run with the search path
 * of whoever drops, so every name in them, of operators too, is qualified.
 */
static Datum
look_up(const char *query, List *names)
{
	Datum *elems = palloc(list_length(names) * sizeof(Datum));
	Oid argtype = TEXTARRAYOID;
	Datum arg;
	Datum result;
	bool isnull;
	ListCell *cell;
	int n = 0;

	/* names in DROP EXTENSION and DROP SCHEMA are plain strings */
	foreach (cell, names)
		elems[n++] = CStringGetTextDatum(strVal(lfirst(cell)));
	arg = PointerGetDatum(
	    construct_array(elems, n, TEXTOID, -1, false, TYPALIGN_INT));

	SPI_connect();
	if (SPI_execute_with_args(query, 1, &argtype, &arg, NULL, true, 1) !=
	        SPI_OK_SELECT ||
	    SPI_processed != 1)
		elog(ERROR, "extension \"%s\" was not found", EXTENSION_NAME);
	result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
	                       &isnull);
	SPI_finish();
	return result;
}

static Oid
extension_owner(void)
{
	return DatumGetObjectId(look_up(
	    "SELECT extowner FROM pg_catalog.pg_extension "
	    "WHERE extname::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($1)",
	    list_make1(makeString(pstrdup(EXTENSION_NAME)))));
}

/*
 * Do the names include one of this extension or of one that it needs (column
 * r.extname), or of the schema of one of them (n.nspname)?
 */
static bool
names_something_needed(const char *column, List *names)
{
	return DatumGetBool(look_up(
	    psprintf("SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0 "
	             "FROM pg_catalog.pg_extension AS e "
	             "JOIN pg_catalog.pg_extension AS r "
	             "ON r.oid OPERATOR(pg_catalog.=) e.oid OR EXISTS ("
	             "SELECT FROM pg_catalog.pg_depend AS d "
	             "WHERE d.classid OPERATOR(pg_catalog.=) "
	             "'pg_catalog.pg_extension'::pg_catalog.regclass "
	             "AND d.objid OPERATOR(pg_catalog.=) e.oid "
	             "AND d.refclassid OPERATOR(pg_catalog.=) "
	             "'pg_catalog.pg_extension'::pg_catalog.regclass "
	             "AND d.refobjid OPERATOR(pg_catalog.=) r.oid) "
	             "JOIN pg_catalog.pg_namespace AS n "
	             "ON n.oid OPERATOR(pg_catalog.=) r.extnamespace "
	             "WHERE e.extname OPERATOR(pg_catalog.=) '" EXTENSION_NAME
	             "' AND %s::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($1)",
	             column),
	    names));
}

static bool
names_extension(List *names)
{
	ListCell *cell;

	foreach (cell, names)
	{
		if (strcmp(strVal(lfirst(cell)), EXTENSION_NAME) == 0)
			return true;
	}
	return false;
}

/* Would this command drop the extension without having been told to? */
static bool
drops_unasked(Node *command)
{
	DropStmt *drop;
	bool cascade;

	if (IsA(command, DropOwnedStmt))
	{
		DropOwnedStmt *drop_owned = (DropOwnedStmt *) command;

		return list_member_oid(roleSpecsToIds(drop_owned->roles),
		                       extension_owner());
	}
	if (!IsA(command, DropStmt))
		return false;

	/* what RESTRICT would take with it is only what is named */
	drop = (DropStmt *) command;
	cascade = drop->behavior == DROP_CASCADE;
	if (drop->removeType == OBJECT_EXTENSION)
		return names_extension(drop->objects)
		           ? !cascade
		           : cascade &&
		                 names_something_needed("r.extname", drop->objects);
	return drop->removeType == OBJECT_SCHEMA && cascade &&
	       names_something_needed("n.nspname", drop->objects);
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

	(void) RangeVarGetRelid(table, AccessExclusiveLock, false);
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
		ereport(
		    ERROR,
		    (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
		     errmsg("cannot drop extension %s because it holds cases",
		            EXTENSION_NAME),
		     errdetail("Table %s.case_record holds the cases %s to %s.",
		               schema, first, last),
		     errhint(
		         "Make a backup with pg_dump; then DROP EXTENSION " EXTENSION_NAME
		         " CASCADE drops the extension and every case.")));
	PG_RETURN_NULL();
}
