/*
 * case_row.c
 *	  Rows and statements of the case engine, in which every act on a case is
 *	  written.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "case_row.h"

void
row_open(Row *row, Datum composite)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(composite);

	row->desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header),
	                                   HeapTupleHeaderGetTypMod(header));
	row->tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&row->tuple.t_self);
	row->tuple.t_tableOid = InvalidOid;
	row->tuple.t_data = header;
	row->values = palloc(sizeof(Datum) * row->desc->natts);
	row->nulls = palloc(sizeof(bool) * row->desc->natts);
	heap_deform_tuple(&row->tuple, row->desc, row->values, row->nulls);
}

void
row_close(Row *row)
{
	if (row->desc != NULL)
		ReleaseTupleDesc(row->desc);
}

int
row_column(const Row *row, const char *name)
{
	for (int i = 0; i < row->desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(row->desc, i);

		if (!column->attisdropped &&
		    strcmp(NameStr(column->attname), name) == 0)
			return i;
	}
	elog(ERROR, "type %s has no column %s",
	     format_type_be(row->desc->tdtypeid), name);
}

char *
row_text(const Row *row, const char *name)
{
	int i = row_column(row, name);

	if (row->nulls[i])
		elog(ERROR, "column %s of type %s is null", name,
		     format_type_be(row->desc->tdtypeid));
	return TextDatumGetCString(row->values[i]);
}

int64
row_int8(const Row *row, const char *name, bool *isnull)
{
	int i = row_column(row, name);

	*isnull = row->nulls[i];
	return row->nulls[i] ? 0 : DatumGetInt64(row->values[i]);
}

Datum
row_datum(const Row *row)
{
	return heap_copy_tuple_as_datum(
	    heap_form_tuple(row->desc, row->values, row->nulls), row->desc);
}

void
case_connect(void)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

static Oid
type_of(Oid namespace, const char *name)
{
	Oid type =
	    GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name),
	                    ObjectIdGetDatum(namespace));

	if (!OidIsValid(type))
		elog(ERROR, "there is no type %s", name);
	return type;
}

CaseSchema
case_schema(FunctionCallInfo fcinfo)
{
	CaseSchema schema;

	schema.namespace = get_func_namespace(fcinfo->flinfo->fn_oid);
	schema.caseno = type_of(schema.namespace, "caseno");
	return schema;
}

Oid
case_function(const CaseSchema *schema, const char *name, int n_types,
              const Oid *types)
{
	List *path = list_make2(makeString(get_namespace_name(schema->namespace)),
	                        makeString(pstrdup(name)));

	return LookupFuncName(path, n_types, types, false);
}

static void
prepare(CaseStatement *statement, const CaseSchema *schema)
{
	const char *name = quote_identifier(get_namespace_name(schema->namespace));
	Oid types[CASE_STATEMENT_ARGS];
	StringInfoData text;
	SPIPlanPtr plan;

	initStringInfo(&text);
	for (const char *c = statement->text; *c != '\0'; c++)
	{
		if (c[0] == '@' && c[1] == '.')
			appendStringInfoString(&text, name);
		else
			appendStringInfoChar(&text, *c);
	}
	for (int i = 0; i < statement->n; i++)
	{
		types[i] = statement->types[i];
		if (types[i] == InvalidOid)
			types[i] = schema->caseno;
		else if (types[i] == CASE_TERM)
			types[i] = type_of(schema->namespace, "term");
	}
	/* What the values are makes no difference to these plans. */
	plan = SPI_prepare_cursor(text.data, statement->n, types,
	                          CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare: %s",
		     SPI_result_code_string(SPI_result));
	statement->plan = plan;
	statement->caseno = schema->caseno;
}

uint64
case_execute(CaseStatement *statement, const CaseSchema *schema, Datum *values,
             const bool *nulls)
{
	char flags[CASE_STATEMENT_ARGS];
	int nest = 0;
	int result;

	/*
	 * A plan that was made while a table was nearly empty would read all of it
	 * for as long as the session lasts.
	 */
	if (statement->caseno != schema->caseno ||
	    !SPI_plan_is_valid(statement->plan))
	{
		nest = NewGUCNestLevel();
		(void) set_config_option("enable_seqscan", "off", PGC_USERSET,
		                         PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
		                         false);
	}
	if (statement->caseno != schema->caseno)
		prepare(statement, schema);
	for (int i = 0; i < statement->n; i++)
		flags[i] = nulls != NULL && nulls[i] ? 'n' : ' ';
	result = SPI_execute_plan(statement->plan, values, flags, false, 0);
	if (nest > 0)
		AtEOXact_GUC(true, nest);
	if (result < 0)
		elog(ERROR, "could not execute: %s", SPI_result_code_string(result));
	return SPI_processed;
}

Datum
case_result(int column, bool *isnull)
{
	/* A trigger may have left the row out. */
	if (SPI_processed == 0)
		elog(ERROR, "a statement gave no row");
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column,
	                     isnull);
}

#define RULE_KEYS 3

List *
case_rules(const CaseSchema *schema, const char *table, const char *index,
           Oid key_type, int n, const Datum *keys)
{
	Oid table_oid = get_relname_relid(table, schema->namespace);
	Oid index_oid;
	bool is_text = key_type == TEXTOID;
	ScanKeyData scan_keys[RULE_KEYS];
	Relation relation;
	SysScanDesc scan;
	HeapTuple tuple;
	List *rows = NIL;

	Assert(n <= RULE_KEYS);
	if (!OidIsValid(table_oid))
		elog(ERROR, "there is no table %s", table);
	/*
	 * Before the snapshot: who is waited for here may have written the table
	 * anew, and an older snapshot would find it empty.  The same goes for the
	 * index.
	 */
	relation = table_open(table_oid, AccessShareLock);
	index_oid = get_relname_relid(index, schema->namespace);
	if (!OidIsValid(index_oid))
		elog(ERROR, "there is no index %s", index);
	for (int i = 0; i < n; i++)
		ScanKeyEntryInitialize(&scan_keys[i], 0, i + 1, BTEqualStrategyNumber,
		                       InvalidOid,
		                       is_text ? DEFAULT_COLLATION_OID : InvalidOid,
		                       is_text ? F_TEXTEQ : F_INT8EQ, keys[i]);
	/* what was committed while a case was waited for counts */
	PushActiveSnapshot(GetTransactionSnapshot());
	scan = systable_beginscan(relation, index_oid, true, GetActiveSnapshot(),
	                          n, scan_keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Row *row = palloc(sizeof(Row));

		row_open(row,
		         heap_copy_tuple_as_datum(tuple, RelationGetDescr(relation)));
		rows = lappend(rows, row);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	PopActiveSnapshot();
	return rows;
}

Row *
case_rule(const CaseSchema *schema, const char *table, const char *index,
          Oid key_type, int n, const Datum *keys)
{
	List *rows = case_rules(schema, table, index, key_type, n, keys);

	return rows == NIL ? NULL : linitial(rows);
}

static void
write_text(CaseStatement *statement, const char *table, const Row *row,
           const char *key, const char *other)
{
	int n = row->desc->natts;
	Oid types[CASE_STATEMENT_ARGS];
	StringInfoData text;
	StringInfoData values;
	const char *separator = "(";

	if (n > CASE_STATEMENT_ARGS)
		elog(ERROR, "%s has too many columns", table);
	initStringInfo(&text);
	initStringInfo(&values);
	appendStringInfo(
	    &text, key == NULL ? "INSERT INTO @.%s " : "UPDATE @.%s SET ", table);
	for (int i = 0; i < n; i++)
	{
		Form_pg_attribute column = TupleDescAttr(row->desc, i);
		const char *name = NameStr(column->attname);

		/* the parameters of other columns are not used */
		types[i] = column->attisdropped ? INT4OID : column->atttypid;
		/* of a new row, the site's own columns are as their defaults say */
		if (column->attisdropped || column->attgenerated != '\0' ||
		    (key == NULL && column->atthasdef && row->nulls[i]) ||
		    (key != NULL && strcmp(name, key) == 0) ||
		    (other != NULL && strcmp(name, other) == 0))
			continue;
		appendStringInfo(&text, "%s%s", separator, quote_identifier(name));
		appendStringInfo(&values, "%s$%d", separator, i + 1);
		separator = ", ";
	}
	appendStringInfo(&text, key == NULL ? ") VALUES %s)" : ") = ROW %s)",
	                 values.data);
	if (key != NULL)
		appendStringInfo(&text, " WHERE %s.%s OPERATOR(@.=) $%d", table, key,
		                 row_column(row, key) + 1);
	/* Most often nothing but the statistics of the table have changed. */
	if (statement->text != NULL && statement->n == n &&
	    strcmp(statement->text, text.data) == 0 &&
	    memcmp(statement->types, types, sizeof(Oid) * n) == 0)
		return;
	statement->caseno = InvalidOid;
	statement->text = MemoryContextStrdup(TopMemoryContext, text.data);
	statement->n = n;
	memcpy(statement->types, types, sizeof(Oid) * n);
}

void
case_write_row(CaseStatement *statement, const CaseSchema *schema,
               const char *table, const Row *row, const char *key,
               const char *other)
{
	/* what the columns were when the text was written */
	uint64 version = assign_record_type_identifier(row->desc->tdtypeid, -1);

	if (statement->row != version || statement->n != row->desc->natts)
	{
		write_text(statement, table, row, key, other);
		statement->row = version;
	}
	if (case_execute(statement, schema, row->values, row->nulls) != 1)
		elog(ERROR, "a row of %s was not written", table);
}
