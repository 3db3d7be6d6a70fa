/*
 * options.c
 *	  See options.h.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "options.h"

void
options_begin(OptionReader *reader, Jsonb *json, const char *function,
              const char *example)
{
	reader->function = function;
	reader->it = JsonbIteratorInit(&json->root);
	reader->key = NULL;
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("the options of %s are not a JSON object", function),
		         errdetail("They are an array or a single value."),
		         errhint("For example: %s.", example)));
}

bool
options_next(OptionReader *reader)
{
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&reader->it, &reader->value, true)) !=
	       WJB_DONE)
	{
		if (token == WJB_KEY)
			reader->key = pnstrdup(reader->value.val.string.val,
			                       reader->value.val.string.len);
		if (token == WJB_VALUE)
			return true;
	}
	return false;
}

double
option_number(const OptionReader *reader, double least, double most)
{
	const JsonbValue *value = &reader->value;
	double number = least;
	bool good = value->type == jbvNumeric;

	if (good)
		number = DatumGetFloat8(DirectFunctionCall1(
		    numeric_float8, NumericGetDatum(value->val.numeric)));
	if (!good || !(number >= least && number <= most))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("invalid option \"%s\" of %s", reader->key,
		                       reader->function),
		                errdetail("It has to be a number from %g to %g.",
		                          least, most),
		                errhint("Leave it out for the default.")));
	return number;
}

void
option_unknown(const OptionReader *reader, const char *known)
{
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("%s has no option \"%s\"", reader->function, reader->key),
	         errdetail("Nothing would be done with it."),
	         errhint("Options are %s.", known)));
}
