/*
 * options.h
 *	  Options of a function, given as a JSON object.
 */
#ifndef CIVICGRID_PG_OPTIONS_H
#define CIVICGRID_PG_OPTIONS_H

#include "postgres.h"

#include "utils/jsonb.h"

/* A walk over them; key and value are those of the option that was found. */
typedef struct OptionReader
{
	const char *function;
	JsonbIterator *it;
	const char *key;
	JsonbValue value;
} OptionReader;

/* Refuses what is no object; example is one that would be taken. */
extern void options_begin(OptionReader *reader, Jsonb *json,
                          const char *function, const char *example);
extern bool options_next(OptionReader *reader);
/* The value, which has to be a number within bounds */
extern double option_number(const OptionReader *reader, double least,
                            double most);
/* The value, which has to be true or false */
extern bool option_flag(const OptionReader *reader);
/* The value, which has to be a list of numbers of digits of eventcodes: a bit
 * for each */
extern uint32 option_digits(const OptionReader *reader);
/* Refuse an option; known is a list of those that there are. */
extern _Noreturn void option_unknown(const OptionReader *reader,
                                     const char *known);

#endif /* CIVICGRID_PG_OPTIONS_H */
