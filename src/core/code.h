/*
 * code.h
 *	  Hierarchical decimal codes that fit into one int64.
 *
 * A gridcode names a place, an eventcode names a class of events.  In both,
 * a longer code refines the code it begins with, and the whole system asks
 * one question of them all day: is this code within that one?  The layout
 * makes the answer two integer comparisons, and the set of all codes within a
 * code one contiguous range of integers, so that an ordinary B-tree finds it.
 *
 *	  value = (digits, padded with zeros on the right) * step + tag
 *
 *	  gridcode   18 digits, step 8, tag = level 1 (province) .. 7 (building)
 *	  eventcode  12 digits, step 16, tag = number of digits 1 .. 12
 *
 * Example: the street 440310001 is 440310001000000000 * 8 + 4; its last
 * possible descendant is the building 440310001999999999, that is
 * 440310001999999999 * 8 + 7; every code between the two, and no other, lies
 * within the street.  The tag breaks the tie between a code and a descendant
 * whose further digits are all zero, ancestor first; integer order is thereby
 * the order of the digit strings.
 *
 * Every valid code is positive, so zero and negative values can serve callers
 * as marks of their own.
 *
 * This layout is an on-disk format: it never changes under a name.
 */
#ifndef CIVICGRID_CORE_CODE_H
#define CIVICGRID_CORE_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a text was refused; CodeFault says where. */
typedef enum CodeFaultKind
{
	CODE_OK = 0,
	CODE_EMPTY,        /* nothing but white space */
	CODE_CHARACTER,    /* a character that is not one of 0-9 */
	CODE_LENGTH,       /* a number of digits that no code has */
	CODE_LEADING_ZERO, /* gridcode: no province begins with 0 */
	CODE_CITY_GAP,     /* gridcode: a district under city 00 */
	CODE_SEPARATOR,    /* caseno: a '-' is missing or out of place */
	CODE_DATE,         /* caseno: no such day */
	CODE_DATE_RANGE,   /* caseno: a day outside the years it can hold */
	CODE_DISTRICT,     /* caseno: six digits that no district has */
	CODE_CHECK_DIGIT   /* caseno: the last digit contradicts the others */
} CodeFaultKind;

typedef struct CodeFault
{
	CodeFaultKind kind;
	size_t offset;   /* bytes before the offending character */
	int digits;      /* CODE_LENGTH: how many digits were given */
	int check_given; /* CODE_CHECK_DIGIT: what was read … */
	int check_right; /* … and what the other digits ask for */
} CodeFault;

/* Levels of a gridcode. */
typedef enum GridLevel
{
	GRID_PROVINCE = 1,
	GRID_CITY,
	GRID_DISTRICT,
	GRID_STREET,
	GRID_COMMUNITY,
	GRID_GRID,
	GRID_BUILDING
} GridLevel;

#define GRIDCODE_LEVELS     7
#define GRIDCODE_MAX_DIGITS 18
#define GRIDCODE_STEP       8

#define EVENTCODE_MAX_DIGITS 12
#define EVENTCODE_STEP       16

/* Text length of any code without its end mark. */
#define CODE_MAX_TEXT 18

/* 10^n for 0 <= n <= 18 */
extern const int64_t code_pow10[19];

/* Digits of a gridcode of a level; index 0 is unused. */
extern const int gridcode_level_digits[GRIDCODE_LEVELS + 1];

/*
 * Walk over the white space that text input skips; shared by all code types.
 * On return *s and *len describe what is left; the number of bytes skipped in
 * front is returned.
 */
extern size_t code_trim(const char **s, size_t *len);

extern bool gridcode_parse(const char *s, size_t len, int64_t *code,
                           CodeFault *fault);
extern int gridcode_format(int64_t code, char *out);
extern bool gridcode_is_valid(int64_t code);
extern int gridcode_level(int64_t code);
extern int gridcode_digits(int64_t code);
extern bool gridcode_parent(int64_t code, int64_t *parent);
extern bool gridcode_ancestor(int64_t code, int level, int64_t *ancestor);
extern int64_t gridcode_last(int64_t code);
extern int gridcode_lineage(int64_t code, int64_t out[GRIDCODE_LEVELS]);
extern int32_t gridcode_district6(int64_t code);
extern bool gridcode_from_district6(int32_t district, int64_t *code);

extern bool eventcode_parse(const char *s, size_t len, int64_t *code,
                            CodeFault *fault);
extern int eventcode_format(int64_t code, char *out);
extern bool eventcode_is_valid(int64_t code);
extern int eventcode_digits(int64_t code);
extern int64_t eventcode_prefix(int64_t code, int digits);
extern int64_t eventcode_last(int64_t code);
extern int eventcode_lineage(int64_t code, int64_t out[EVENTCODE_MAX_DIGITS]);
extern int eventcode_standard_ends(int digits, int ends[EVENTCODE_MAX_DIGITS]);

#endif /* CIVICGRID_CORE_CODE_H */
