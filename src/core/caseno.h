/*
 * caseno.h
 *	  Case numbers: YYYYMMDD-DDDDDD-NNNNNNN-C in one int64.
 *
 *	  bit   63   62 .. 44   43 .. 24   23 .. 0
 *	        0    day        district   sequence
 *
 * day counts from 1900-01-01 (19 bits, used up to 2999-12-31), district is
 * the six-digit number of GB/T 2260, zeros included (440300 for a case kept
 * at city level, 000000 for none), sequence has seven digits.  Integer order
 * is the order of the text, by date first, so ranges of case numbers are
 * ranges of days and can bound partitions.
 *
 * C is the check digit of the 21 digits before it by ISO 7064 MOD 11,10 (in
 * China GB/T 17710), which finds every wrong digit and almost every swap of
 * two neighbours.  It follows from the rest and is not stored.
 *
 * This layout is an on-disk format: it never changes under a name.
 */
#ifndef CIVICGRID_CORE_CASENO_H
#define CIVICGRID_CORE_CASENO_H

#include "code.h"

/* Length of the text form without its end mark. */
#define CASENO_TEXT 25

#define CASENO_MAX_SEQUENCE 9999999

/* Days from 1900-01-01 to 2999-12-31 */
#define CASENO_MAX_DAY 401766

/* Days from 1900-01-01 to 2000-01-01, PostgreSQL's day zero */
#define CASENO_DAY_OF_2000 36524

typedef struct CasenoParts
{
	int32_t day;      /* days since 1900-01-01 */
	int32_t district; /* six digits of GB/T 2260, or 0 */
	int32_t sequence;
} CasenoParts;

extern bool caseno_parts_valid(const CasenoParts *parts);
extern int64_t caseno_pack(const CasenoParts *parts);
extern CasenoParts caseno_unpack(int64_t caseno);
extern bool caseno_is_valid(int64_t caseno);
extern bool caseno_parse(const char *s, size_t len, int64_t *caseno,
                         CodeFault *fault);
extern int caseno_format(int64_t caseno, char *out);
extern int caseno_check_digit(int64_t caseno);

#endif /* CIVICGRID_CORE_CASENO_H */
