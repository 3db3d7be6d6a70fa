/*
 * term.h
 *	  Terms as datums: fixed length, by reference, nothing to detoast.
 */
#ifndef CIVICGRID_PG_TERM_H
#define CIVICGRID_PG_TERM_H

#include "postgres.h"

#include "fmgr.h"

#include "core/term.h"

#define DatumGetTermP(x)    ((Term *) DatumGetPointer(x))
#define TermPGetDatum(x)    PointerGetDatum(x)
#define PG_GETARG_TERM_P(n) DatumGetTermP(PG_GETARG_DATUM(n))
#define PG_RETURN_TERM_P(x) return TermPGetDatum(x)

/* The text of a term, palloc'd */
extern char *term_text(const Term *term);

#endif /* CIVICGRID_PG_TERM_H */
