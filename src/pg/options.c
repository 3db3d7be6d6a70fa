/*
 * options.c
 *	  See options.h.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "core/code.h"

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

bool
option_flag(const OptionReader *reader)
{
	if (reader->value.type != jbvBool)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("invalid option \"%s\" of %s", reader->key,
		                       reader->function),
		                errdetail("It has to be true or false."),
		                errhint("Leave it out for the default.")));
	return reader->value.val.boolean;
}

uint32
option_digits(const OptionReader *reader)
{
	const JsonbValue *value = &reader->value;
	uint32 levels = 0;
	bool good = value->type == jbvBinary &&
	            JsonContainerIsArray(value->val.binary.data) &&
	            !JsonContainerIsScalar(value->val.binary.data);

	if (good)
	{
		JsonbIterator *it = JsonbIteratorInit(value->val.binary.data);
		JsonbIteratorToken token;
		JsonbValue v;

		while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
		{
			double digits = 0;

			if (token != WJB_ELEM)
				continue;
			if (v.type == jbvNumeric)
				digits = DatumGetFloat8(DirectFunctionCall1(
				    numeric_float8, NumericGetDatum(v.val.numeric)));
			good = good && digits >= 1 && digits < EVENTCODE_MAX_DIGITS &&
			       digits == floor(digits);
			if (good)
				levels |= UINT32_C(1) << (int) digits;
		}
	}
	if (!good)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("invalid option \"%s\" of %s", reader->key,
		                reader->function),
		         errdetail("It has to be a list of whole numbers from 1 to "
		                   "11, the digits of ancestors."),
		         errhint("For example: {\"%s\": [2, 4]}.", reader->key)));
	return levels;
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
