/*
 * textfold.h
 *	  Folding for other wrappers.
 */
#ifndef CIVICGRID_PG_TEXTFOLD_H
#define CIVICGRID_PG_TEXTFOLD_H

#include "postgres.h"

#include "core/textfold.h"

/*
 * What this backend knows of characters; made at the first call, kept for
 * good.  An error if the database is not of encoding UTF8.
 */
extern Textfold *shared_textfold(void);

/* Core's allocator over a memory context, with interrupts */
extern TextfoldMemory textfold_memory_in(MemoryContext context);

/* Report why a text was not folded. */
extern _Noreturn void refuse_folding(TextfoldStatus status);

#endif /* CIVICGRID_PG_TEXTFOLD_H */
